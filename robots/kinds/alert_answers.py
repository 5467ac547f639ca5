"""预警处理: what people wrote into the alert list before it was dropped back."""

from __future__ import annotations

from robots.cells import CHOICE, DATE, IDENTIFIER, TEXT
from robots.kinds.kind import Field, Kind

KIND = Kind(
    name="alert_answers",
    key=("alert",),
    answers=("answer",),
    judged=True,
    who="answered_by",
    fields=(
        Field("alert", IDENTIFIER, required=True),
        Field("answer", CHOICE),
        Field("answered_by", TEXT),
        Field("remark", TEXT),
        Field("postponed_to", DATE),
    ),
)
