"""来料检验: what was found in a lot, and what was decided about it."""

from __future__ import annotations

from decimal import Decimal

from robots.cells import CHOICE, DATE, IDENTIFIER, NAME, NUMBER, TEXT
from robots.kinds.check import part_within_whole
from robots.kinds.kind import Field, Kind

KIND = Kind(
    name="inspections",
    key=("inspection_id",),
    telling=("lot_size", "sampled", "defects", "result"),
    checks=(part_within_whole("defects", "sampled"), part_within_whole("sampled", "lot_size")),
    dated="inspected_on",
    watched=("result", "defects"),
    fields=(
        Field("inspection_id", IDENTIFIER, required=True),
        Field("vendor", NAME),
        Field("order_id", IDENTIFIER),
        Field("item", TEXT),
        Field("lot", IDENTIFIER),
        Field("lot_size", NUMBER, low=Decimal(0)),
        Field("sampled", NUMBER, low=Decimal(0)),
        Field("defects", NUMBER, low=Decimal(0)),
        Field("defect_type", TEXT),
        Field("result", CHOICE, required=True),
        Field("fault", CHOICE),
        Field("inspected_on", DATE),
    ),
)
