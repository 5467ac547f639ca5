"""账户变更回拨: what the vendor said when its known number was called back about a new account, and who released it."""

from __future__ import annotations

from robots.cells import CHOICE, DATE, FLAG, IDENTIFIER, TEXT
from robots.kinds.kind import Field, Kind

KIND = Kind(
    name="account_checks",
    key=("change",),
    answers=("outcome", "pays_old"),
    judged=True,
    owner="finance",
    fields=(
        Field("change", IDENTIFIER, required=True),
        Field("called_on", DATE),
        Field("called_by", TEXT),
        Field("spoke_to", TEXT),
        Field("outcome", CHOICE),
        Field("pays_old", FLAG),
        Field("released_by", TEXT),
        Field("remark", TEXT),
    ),
)
