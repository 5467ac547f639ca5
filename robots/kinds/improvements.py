"""改进计划: what was agreed with a vendor to bring a KPI back to its target, who answers for it, and by when."""

from __future__ import annotations

from robots.cells import DATE, NAME, PERIOD, TEXT
from robots.kinds.kind import Field, Kind

KIND = Kind(
    name="improvements",
    key=("vendor", "period", "kpi"),
    answers=("action",),
    who="responsible",
    fields=(
        Field("vendor", NAME, required=True),
        Field("period", PERIOD, required=True),
        Field("kpi", TEXT, required=True),
        Field("action", TEXT),
        Field("responsible", TEXT),
        Field("due_on", DATE),
        Field("done_on", DATE),
        Field("result", TEXT),
    ),
)
