"""里程碑: what a service or project hands over, when it was to be, and what was said of it."""

from __future__ import annotations

from decimal import Decimal

from robots.cells import CHOICE, DATE, IDENTIFIER, MONEY, NAME, RATE, TEXT
from robots.kinds.check import in_order
from robots.kinds.kind import Field, Kind

KIND = Kind(
    name="milestones",
    key=("contract_id", "milestone"),
    checks=(in_order("submitted_on", "accepted_on"),),
    dated="planned_on",
    watched=("planned_on", "revised_on", "accepted_on", "payable_amount", "payable_rate"),
    fields=(
        Field("contract_id", IDENTIFIER, required=True),
        Field("milestone", TEXT, required=True),
        Field("vendor", NAME),
        Field("planned_on", DATE, required=True),
        Field("revised_on", DATE),
        Field("submitted_on", DATE),
        Field("accepted_on", DATE),
        Field("result", CHOICE),
        Field("payable_rate", RATE, low=Decimal(0), high=Decimal(1)),
        Field("payable_amount", MONEY, low=Decimal(0)),
    ),
)
