"""满意度与定性评价: what the people who work with a vendor think of it, on 1 to 5."""

from __future__ import annotations

from decimal import Decimal

from robots.cells import NAME, NUMBER, PERIOD, TEXT
from robots.kinds.kind import Field, Kind

_SCALE = {"low": Decimal(1), "high": Decimal(5)}

KIND = Kind(
    name="surveys",
    key=("vendor", "period", "rater"),
    fields=(
        Field("vendor", NAME, required=True),
        Field("period", PERIOD, required=True),
        Field("rater", NAME, required=True),
        Field("csat", NUMBER, **_SCALE),
        Field("communication", NUMBER, **_SCALE),
        Field("problem_solving", NUMBER, **_SCALE),
        Field("culture", NUMBER, **_SCALE),
        Field("comment", TEXT),
    ),
)
