"""名单决定: what a person decided about a proposal to make a vendor strategic, or to eliminate it."""

from __future__ import annotations

from robots.cells import CHOICE, DATE, NAME, PERIOD, TEXT
from robots.kinds.check import named_beside
from robots.kinds.kind import Field, Kind

KIND = Kind(
    name="verdicts",
    key=("vendor", "period", "proposal"),
    answers=("verdict",),
    judged=True,
    who="decided_by",
    checks=(named_beside("verdict", "decided_by"),),
    fields=(
        Field("vendor", NAME, required=True),
        Field("period", PERIOD, required=True),
        Field("proposal", CHOICE, required=True),
        Field("verdict", CHOICE),
        Field("decided_by", TEXT),
        Field("decided_on", DATE),
        Field("remark", TEXT),
    ),
)
