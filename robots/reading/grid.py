"""One sheet as the libraries give it: raw cells from A1 on, and what they do not tell by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

Range = tuple[int, int, int, int]
_NO_TEXT = {float, int, bool, date, datetime, time, timedelta}


@dataclass(frozen=True)
class Grid:
    """Cells of one sheet, `rows[0][0]` being A1 ('' or None where blank).

    `errors` maps (row, column) to the error text of a cell (#REF!…); `uncalculated` are formulas without a stored
    value: both read as blank in every fast library, so they are told apart here. `merged` are ranges of more than one
    cell (first row, first column, last row, last column); `percent` are numbers that Excel shows with a % sign;
    `bold` are rows with a bold value in them. `strays` names cells too far away to belong to any table, left out
    of `rows`. `second_reader` says that the usual library refused the file and another one read it.
    """

    name: str
    rows: list[list[Any]]
    hidden: bool = False
    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)
    uncalculated: frozenset[tuple[int, int]] = frozenset()
    second_reader: bool = False
    merged: tuple[Range, ...] = ()
    percent: frozenset[tuple[int, int]] = frozenset()
    bold: frozenset[int] = frozenset()
    strays: tuple[str, ...] = ()

    @cached_property
    def columns(self) -> list[tuple[Any, ...]]:
        """The same cells by column."""
        return list(zip(*self.rows, strict=True))

    @cached_property
    def _different(self) -> dict[int, frozenset[Any]]:
        return {}

    def different(self, column: int) -> frozenset[Any]:
        """The different values of a column."""
        if column not in self._different:
            self._different[column] = frozenset(self.columns[column])
        return self._different[column]

    @cached_property
    def _blank(self) -> dict[int, frozenset[Any]]:
        return {}

    def texts(self, column: int) -> frozenset[Any]:
        """The different texts of a column, and None where it has that; of figures and dates nothing is looked at."""
        if set(map(type, self.columns[column])) <= _NO_TEXT:
            return frozenset()
        return self.different(column)

    def blank(self, column: int) -> frozenset[Any]:
        """The values of a column that say nothing: none, an empty text, white space."""
        if column not in self._blank:
            values = self.texts(column)
            texts = values if set(map(type, values)) == {str} else (v for v in values if isinstance(v, str))
            self._blank[column] = frozenset(filter(str.isspace, texts)) | ({None, ""} & values)
        return self._blank[column]

    def is_filled(self, row: int, column: int) -> bool:
        """Does a cell hold anything: a value, an error, a formula that was never calculated?"""
        value = self.rows[row][column]
        if value is not None and value != "" and not (isinstance(value, str) and value.isspace()):
            return True
        return (row, column) in self.errors or (row, column) in self.uncalculated
