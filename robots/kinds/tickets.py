"""问题单: what went wrong with a service, when it was answered and when it was done."""

from __future__ import annotations

from decimal import Decimal

from robots.cells import IDENTIFIER, MOMENT, NAME, NUMBER, TEXT
from robots.kinds.check import in_order
from robots.kinds.kind import Field, Kind

KIND = Kind(
    name="tickets",
    key=("ticket_id",),
    checks=(in_order("opened_at", "responded_at"), in_order("opened_at", "resolved_at")),
    dated="opened_at",
    watched=("responded_at", "resolved_at"),
    fields=(
        Field("ticket_id", IDENTIFIER, required=True),
        Field("vendor", NAME, required=True),
        Field("contract_id", IDENTIFIER),
        Field("title", TEXT),
        Field("severity", TEXT),
        Field("opened_at", MOMENT, required=True),
        Field("responded_at", MOMENT),
        Field("resolved_at", MOMENT),
        Field("reopened", NUMBER, low=Decimal(0)),
        Field("kind", TEXT),
    ),
)
