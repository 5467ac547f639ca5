"""发料与核销: what we gave a vendor to work on, and what became of it."""

from __future__ import annotations

from decimal import Decimal

from robots.cells import DATE, IDENTIFIER, NAME, NUMBER, PRICE, TEXT
from robots.kinds.check import part_within_whole
from robots.kinds.kind import Field, Kind

_ZERO = Decimal(0)

KIND = Kind(
    name="materials",
    key=("order_id", "material", "issued_on"),
    checks=(part_within_whole("returned", "issued"),),
    dated="issued_on",
    watched=("issued", "consumed_standard", "returned", "scrap"),
    fields=(
        Field("order_id", IDENTIFIER, required=True),
        Field("vendor", NAME),
        Field("material", TEXT, required=True),
        Field("issued", NUMBER, required=True, low=_ZERO),
        Field("issued_on", DATE),
        Field("consumed_standard", NUMBER, low=_ZERO),
        Field("returned", NUMBER, low=_ZERO),
        Field("scrap", NUMBER, low=_ZERO),
        Field("unit_cost", PRICE, low=_ZERO),
    ),
)
