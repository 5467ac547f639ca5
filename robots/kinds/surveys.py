"""满意度与定性评价: what the people who work with a vendor think of it, on 1 to 5."""

from __future__ import annotations

from decimal import Decimal

from robots.cells import NAME, NUMBER, PERIOD, TEXT
from robots.kinds.kind import Field, Kind


def _mark(name: str) -> Field:
    """A mark from 1 to 5."""
    return Field(name, NUMBER, low=Decimal(1), high=Decimal(5))


KIND = Kind(
    name="surveys",
    key=("vendor", "period", "rater"),
    fields=(
        Field("vendor", NAME, required=True),
        Field("period", PERIOD, required=True),
        Field("rater", NAME, required=True),
        _mark("csat"),
        _mark("communication"),
        _mark("problem_solving"),
        _mark("culture"),
        Field("comment", TEXT),
    ),
)
