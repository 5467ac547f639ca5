"""指标记录: what a team counts for itself, under names of its own (每日提交数, 工时, 驻场人数, 节拍…)."""

from __future__ import annotations

from robots.cells import DATE, IDENTIFIER, NAME, NUMBER, TEXT
from robots.kinds.kind import Field, Kind

KIND = Kind(
    name="measurements",
    key=("vendor", "measure", "measured_on", "subject"),
    dated="measured_on",
    watched=("value",),
    fields=(
        Field("vendor", NAME, required=True),
        Field("contract_id", IDENTIFIER),
        Field("measure", TEXT, required=True),
        Field("measured_on", DATE, required=True),
        Field("value", NUMBER, required=True),
        Field("unit", TEXT),
        Field("subject", TEXT),
    ),
)
