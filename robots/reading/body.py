"""The rows of one table: their cells by column, where they stand, and what is written once for several of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from robots.cells import IDENTIFIER, NAME, Unreadable, read_number
from robots.kinds.words import Dialect
from robots.model.findings import Finding, Level, a1, column_letter, finding
from robots.reading.claims import Claim, required_of
from robots.reading.grid import Grid

Cell = tuple[int, int]


@dataclass(frozen=True)
class Body:
    """Rows of a grid that hold data.

    `fills`: cell → the cell above that holds its value, where one value is written for several rows. `money_factor`:
    what amounts are multiplied by, where a line above the table names a unit (单位:万元). `year` and `month` are what
    the sheet or the file is about; `head` is Excel's number of the header's lowest row.
    """

    grid: Grid
    rows: Sequence[int]
    fills: Mapping[Cell, Cell] = field(default_factory=dict)
    money_factor: Decimal = Decimal(1)
    year: int | None = None
    month: int | None = None
    head: int = 0

    def cells(self, column: int, down: bool = True) -> Sequence[Any]:
        """The raw cells of one column; with `down`, each with the value that is written for it above."""
        whole = self.grid.columns[column]
        if self._unbroken:
            cells: Sequence[Any] = whole[self.rows[0] : self.rows[-1] + 1]
        else:
            cells = [whole[row] for row in self.rows]
        if not down or column not in self._filled_columns:
            return cells
        return [whole[self.fills.get((row, column), (row, column))[0]] for row in self.rows]

    @cached_property
    def _unbroken(self) -> bool:
        return bool(self.rows) and self.rows[-1] - self.rows[0] + 1 == len(self.rows)

    @cached_property
    def _filled_columns(self) -> set[int]:
        return {column for _, column in self.fills}

    def cell(self, index: int, column: int) -> str:
        """The A1 reference of a row of the body, at the cell that holds the value."""
        place = (self.rows[index], column)
        return a1(*self.fills.get(place, place))

    def is_filled(self, row: int, column: int) -> bool:
        """Does a cell hold anything, by itself or through one above?"""
        return (row, column) in self.fills or self.grid.is_filled(row, column)

    def blank_rows(self, column: int) -> list[int]:
        """The rows of the grid that hold nothing in a column."""
        blank = self.grid.blank(column)
        whole = self.grid.columns[column]
        return [row for row in self.rows if whole[row] in blank and not self.is_filled(row, column)] if blank else []

    def without(self, rows: Collection[int]) -> Body:
        """The body less some rows of the grid."""
        return replace(self, rows=[row for row in self.rows if row not in rows]) if rows else self


# ------------------------------------------------------------------ one value written for several rows


def with_merged(body: Body) -> Body:
    """Cells merged downwards hold the same value in every row that holds anything by itself."""
    if not body.grid.merged or not body.rows:
        return body
    here = set(body.rows)
    fills = {
        (row, left): (first, left)
        for first, left, last, _ in body.grid.merged
        if last > first >= body.rows[0]
        for row in range(first + 1, last + 1)
        if row in here
    }
    return replace(body, fills={**body.fills, **fills})


def merged_figures(body: Body, column: int) -> dict[int, list[int]]:
    """Figures written once for several rows: row of the figure → indices of all of its rows. Nobody can divide them."""
    groups: dict[int, list[int]] = {}
    for (row, at), (source, _) in body.fills.items():
        if at == column:
            groups.setdefault(source, [source]).append(row)
    index = {row: i for i, row in enumerate(body.rows)} if groups else {}
    return {row: [index[r] for r in rows if r in index] for row, rows in groups.items()}


def filled_down(body: Body, claims: Sequence[Claim], dialect: Dialect | None) -> tuple[Body, list[Finding]]:
    """Names and numbers written on the first row of a group only. The sender's config may say so; else two columns
    that are blank on the very same rows, and never repeat a value, do. One such column alone is asked about."""
    fills: dict[Cell, Cell] = {}
    findings: list[Finding] = []
    for claim in claims:
        groups = _blank_together(body, claim)
        for rows, names in groups.items():
            named = [name for name in names if dialect and name in dialect.fill_down]
            told = names if len(names) > 1 and len(rows) > 1 else named
            for name in told or (names if len(rows) > 1 else ()):
                column = claim.columns[name].column
                if (rows[0], column) in fills or not _by_convention(body, column, named):
                    continue
                span = f"{column_letter(column)}{rows[0] + 1}…{column_letter(column)}{rows[-1] + 1}"
                values = {"column": claim.columns[name].shown, "field": name, "count": len(rows), "cell": span}
                if told:
                    fills |= _from_above(body, column, rows)
                    findings.append(finding("FILLED_DOWN", Level.WARNING, body.grid.name, span, **values))
                else:
                    findings.append(finding("FILL_DOWN_ASKED", Level.QUESTION, body.grid.name, span, **values))
    return replace(body, fills={**body.fills, **fills}) if fills else body, findings


def _blank_together(body: Body, claim: Claim) -> dict[tuple[int, ...], list[str]]:
    """Rows that lack required names or numbers but are whole otherwise → the fields they lack."""
    required = [name for name in required_of(claim) if name in claim.columns]
    gathered = claim.more  # from several columns: that one of them is blank says nothing
    named = [n for n in required if claim.kind.field(n).type in (IDENTIFIER, NAME) and n not in gathered]
    heads = [
        name for name in named if claim.kind.field(name).default is None
    ]  # where it is not, a blank says something
    rest = [name for name in required if name not in named and name not in gathered]
    lacking = {row for name in rest for row in body.blank_rows(claim.columns[name].column)}
    groups: dict[tuple[int, ...], list[str]] = {}
    for name in heads:
        rows = tuple(row for row in body.blank_rows(claim.columns[name].column) if row not in lacking)
        if rows and rest:
            groups.setdefault(rows, []).append(name)
    return groups


def _by_convention(body: Body, column: int, named: Sequence[str]) -> bool:
    """Is the first row filled, and does no value stand twice in a row?"""
    whole = [body.grid.columns[column][row] for row in body.rows]
    blank = set(body.blank_rows(column))
    if not body.rows or body.rows[0] in blank:
        return False
    pairs = zip(body.rows, body.rows[1:], whole, whole[1:], strict=False)
    return bool(named) or not any(a == b for up, down, a, b in pairs if up not in blank and down not in blank)


def _from_above(body: Body, column: int, rows: Sequence[int]) -> dict[Cell, Cell]:
    blank = set(body.blank_rows(column))
    wanted = set(rows)
    last = (body.rows[0], column)  # a gap or a total between ends a group: nobody knows whose row stands below it
    fills: dict[Cell, Cell] = {}
    above = body.rows[0]
    for row in body.rows:
        if row not in blank:
            last = body.fills.get((row, column), (row, column))
        elif row - above > 1:
            last = (row, column)
        elif row in wanted and last[0] not in blank:
            fills[row, column] = last
        above = row
    return fills


# ------------------------------------------------------------------ figures as they stand


def figure(value: Any) -> Decimal | None:
    """A cell as an exact number; None where it is none."""
    if isinstance(value, bool) or value is None or value == "":
        return None
    if isinstance(value, int | float):
        number = Decimal(repr(value))
        return number if number.is_finite() else None
    try:
        return read_number(value) if isinstance(value, str) else None
    except Unreadable:
        return None


def plain(number: Decimal) -> str:
    """An exact number without zeros that say nothing.

    >>> plain(Decimal("59253.0")), plain(Decimal("12.50"))
    ('59253', '12.5')
    """
    return f"{number.normalize():f}"
