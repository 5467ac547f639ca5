"""What a kind's own checks say of rows: vectorised conditions → findings at a field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from robots.model.findings import Level


@dataclass(frozen=True)
class RowFinding:
    """A finding at a row (its index in the table) and a field; the reader turns both into a cell."""

    index: int
    field: str
    code: str
    level: Level
    values: tuple[tuple[str, Any], ...] = ()


def where(
    table: pa.Table, wrong: pa.ChunkedArray | pa.Array, field: str, code: str, show: tuple[str, ...], level: Level
) -> Iterator[RowFinding]:
    """One finding per row where `wrong` is true (null is not wrong), showing the values of the fields in `show`."""
    for index in pc.indices_nonzero(pc.fill_null(wrong, False)).to_pylist():
        values = tuple((name, table[name][index].as_py()) for name in show)
        yield RowFinding(index, field, code, level, values)
