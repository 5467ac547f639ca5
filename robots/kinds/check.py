"""What a kind's own checks say of rows: vectorised conditions → findings at a field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from robots.model.findings import Level


@dataclass(frozen=True)
class RowFinding:
    """A finding at a row (its index in the table) and a field; the reader turns both into a cell.

    `columns`: values that name fields, which the reader says in the words of the sheet.
    """

    index: int
    field: str
    code: str
    level: Level
    values: tuple[tuple[str, Any], ...] = ()
    columns: tuple[tuple[str, str], ...] = ()


def where(
    table: pa.Table, wrong: pa.ChunkedArray | pa.Array, field: str, code: str, show: tuple[str, ...], level: Level
) -> Iterator[RowFinding]:
    """One finding per row where `wrong` is true (null is not wrong), showing the values of the fields in `show`."""
    for index in pc.indices_nonzero(pc.fill_null(wrong, False)).to_pylist():
        values = tuple((name, table[name][index].as_py()) for name in show)
        yield RowFinding(index, field, code, level, values)


def in_order(first: str, second: str) -> Callable[[pa.Table], Iterator[RowFinding]]:
    """A check: the second day or moment is not before the first. The row is taken all the same: nobody knows which."""

    def check(table: pa.Table) -> Iterator[RowFinding]:
        return _pair(table, pc.less(table[second], table[first]), second, first, "DATES_BACKWARDS", Level.WARNING)

    return check


def named_beside(answer: str, name: str) -> Callable[[pa.Table], Iterator[RowFinding]]:
    """A check: where an answer is given, so is what it is worth nothing without (who decided)."""

    def check(table: pa.Table) -> Iterator[RowFinding]:
        return lacking(table, table[answer].is_valid(), answer, name)

    return check


def lacking(table: pa.Table, told: pa.ChunkedArray | pa.Array, answer: str, name: str) -> Iterator[RowFinding]:
    """One finding per row where `told` is true and the field `name` is blank."""
    for index in pc.indices_nonzero(pc.and_(told, pc.is_null(table[name]))).to_pylist():
        yield RowFinding(index, name, "ANSWER_MISSING", Level.ERROR, (), (("filled", answer), ("column", name)))


def part_within_whole(part: str, whole: str) -> Callable[[pa.Table], Iterator[RowFinding]]:
    """A check: a part is not more than what it is a part of."""

    def check(table: pa.Table) -> Iterator[RowFinding]:
        return _pair(table, pc.greater(table[part], table[whole]), part, whole, "PART_OVER_WHOLE", Level.ERROR)

    return check


def whole(name: str) -> Callable[[pa.Table], Iterator[RowFinding]]:
    """A check: a number of days or months is a whole one; nothing is cut off it."""

    def check(table: pa.Table) -> Iterator[RowFinding]:
        return where(table, pc.not_equal(table[name], pc.floor(table[name])), name, "NOT_WHOLE", (name,), Level.ERROR)

    return check


def _pair(
    table: pa.Table, wrong: pa.ChunkedArray, field: str, other: str, code: str, level: Level
) -> Iterator[RowFinding]:
    for index in pc.indices_nonzero(pc.fill_null(wrong, False)).to_pylist():
        values = tuple((key, table[name][index].as_py()) for key, name in (("value", field), ("other", other)))
        yield RowFinding(index, field, code, level, values, (("column", field), ("other_column", other)))
