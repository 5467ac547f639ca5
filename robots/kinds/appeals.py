"""申诉: what a vendor holds against a score, with its evidence, and what a person decided about it."""

from __future__ import annotations

from robots.cells import CHOICE, DATE, IDENTIFIER, NAME, PERIOD, TEXT
from robots.kinds.kind import Field, Kind

KIND = Kind(
    name="appeals",
    key=("appeal_id",),
    watched=("decision",),
    answers=("claim",),
    fields=(
        Field("appeal_id", IDENTIFIER, required=True),
        Field("vendor", NAME, required=True),
        Field("period", PERIOD),
        Field("order_id", IDENTIFIER),
        Field("line", IDENTIFIER),
        Field("delivery_id", IDENTIFIER),
        Field("claim", TEXT),
        Field("fault", CHOICE),
        Field("evidence", TEXT),
        Field("decision", CHOICE),
        Field("decided_by", TEXT),
        Field("decided_on", DATE),
    ),
)
