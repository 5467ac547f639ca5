"""暂扣放行: which hold on a payment a person lets go, why, and who agreed where an account is at stake."""

from __future__ import annotations

from robots.cells import CHOICE, DATE, IDENTIFIER, TEXT
from robots.kinds.kind import Field, Kind

KIND = Kind(
    name="hold_releases",
    key=("hold",),
    answers=("verdict",),
    judged=True,
    owner="finance",
    fields=(
        Field("hold", IDENTIFIER, required=True),
        Field("verdict", CHOICE),
        Field("released_by", TEXT),
        Field("remark", TEXT),
        Field("agreed_by", TEXT),
        Field("released_on", DATE),
    ),
)
