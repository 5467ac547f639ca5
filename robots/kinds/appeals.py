"""申诉: what a vendor holds against a score, with its evidence, and what a person decided about it."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from robots.cells import CHOICE, DATE, IDENTIFIER, NAME, PERIOD, TEXT
from robots.kinds.check import RowFinding, lacking, where
from robots.kinds.kind import Field, Kind
from robots.model.findings import Level

UPHELD, OURS = "成立", ("需方", "不可抗力")


def _upheld_against_whom(table: pa.Table) -> Iterator[RowFinding]:
    """An appeal is upheld because the fault is not the vendor's: whose it is must be said, and it cannot be theirs."""
    upheld = pc.fill_null(pc.equal(table["decision"], UPHELD), False)
    yield from lacking(table, upheld, "decision", "fault")
    theirs = pc.and_(upheld, pc.invert(pc.is_in(table["fault"], pa.array([*OURS, None], pa.string()))))
    yield from where(table, theirs, "fault", "RULING_FAULT", ("fault",), Level.ERROR)


KIND = Kind(
    name="appeals",
    key=("appeal_id",),
    watched=("decision",),
    answers=("claim",),
    decides=("decision",),
    who="decided_by",
    checks=(_upheld_against_whom,),
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
        Field("ruling_remark", TEXT),
    ),
)
