"""Workbooks of ours, come back: known by their hidden sheet whatever the file is called, checked by its seal.

A list that we handed out to be answered is checked row by row: a person who deletes, sorts or overwrites some of its
rows does not lose what was written into the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from robots.model.findings import Finding, Level, a1, finding
from robots.model.forms import FORM_SHEET, SealBroken, Sealed, as_text, unseal
from robots.model.words import say
from robots.reading.grid import Grid

Issued = tuple[Grid, Sealed | SealBroken | Literal["ours"] | None]


def with_forms(grids: Sequence[Grid]) -> list[Issued]:
    """The sheets of a workbook, less our own hidden one, each with the form that it is, if any, or as ours."""
    hidden = next((grid for grid in grids if grid.name == FORM_SHEET), None)
    sheets = [grid for grid in grids if grid is not hidden]
    if hidden is None:
        return [(grid, None) for grid in sheets]
    try:
        form = unseal(hidden.rows)
    except SealBroken as broken:
        return [(grid, None if grid.hidden else broken) for grid in sheets]
    return [(grid, _told(grid, form, sheets) if form else None) for grid in sheets]


def _told(grid: Grid, told: Sealed, sheets: Sequence[Grid]) -> Sealed | Literal["ours"] | None:
    if grid.name in told.others:
        return "ours"
    return told if told.sheet and _is_sheet_of(grid, told, sheets) else None


def _is_sheet_of(grid: Grid, form: Sealed, sheets: Sequence[Grid]) -> bool:
    """The sheet of the form's name; where somebody renamed it, the first one that is not hidden."""
    named = next((other for other in sheets if other.name == form.sheet), None)
    first = next((other for other in sheets if not other.hidden), None)
    return grid is (named or first)


def about_the_form(
    grid: Grid, form: Sealed | SealBroken, *, by_row: bool = False, witness: bool = False
) -> Iterator[Finding]:
    """Which form it is, and every cell that must not change and did: of a form taken `by_row`, those of its header. A
    form that is a `witness` of what was done to it counts for nothing, and there is nothing to put right."""
    if isinstance(form, SealBroken):
        yield finding("FORM_BROKEN", Level.ERROR, grid.name)
        return
    yield finding("FORM_KNOWN", Level.INFO, grid.name, form=form.form.id, version=form.form.version)
    seen = {a1(row, column): value for row, cells in enumerate(grid.rows) for column, value in enumerate(cells)}
    rows = {_place(cell)[0] for cell in form.open} if by_row else set()
    for cell, issued, now in form.changed(seen):
        if _place(cell)[0] not in rows:
            left = "" if witness else "form.left.sheet"
            yield _changed(grid, cell, issued, now, left)


def _changed(grid: Grid, cell: str, issued: str, now: str, left: str) -> Finding:
    values = {"issued": issued or "—", "seen": now or "—"}
    if not left:
        return finding("FORM_VOID", Level.ERROR, grid.name, cell, **values)
    return finding("FORM_CHANGED", Level.ERROR, grid.name, cell, **values, left=say(left))


# ------------------------------------------------------------------ row by row

Cells = tuple[str, ...]
_A1 = re.compile(r"([A-Z]+)(\d+)")


def _place(cell: str) -> tuple[int, int]:
    """Row and column from 0 of a cell.

    >>> _place("A1"), _place("AB12")
    ((0, 0), (11, 27))
    """
    match = _A1.fullmatch(cell)
    if match is None:
        raise ValueError(cell)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1


@dataclass(frozen=True)
class Returned:
    """A list that came back: its rows (from 0) where they stand now → where they stood when it was issued.

    `open`: (row, column) as issued → what stood there. `changed`: (row now, row as issued). `gone`: rows as issued.
    `strange`: rows now that the list never had. `columns`: those that must not change.
    """

    rows: Mapping[int, int]
    open: Mapping[tuple[int, int], str]
    columns: tuple[int, ...] = ()
    changed: tuple[tuple[int, int], ...] = ()
    gone: tuple[int, ...] = ()
    strange: tuple[int, ...] = ()
    issued: Mapping[int, Cells] = field(default_factory=dict)

    @property
    def is_sorted_anew(self) -> bool:
        """Do its rows stand in another order?"""
        order = [self.rows[row] for row in sorted(self.rows)]
        return order != sorted(order)

    def opened(self) -> tuple[int, ...]:
        """The columns that may be written to."""
        return tuple(sorted({column for _, column in self.open}))

    def written(self, grid: Grid, row: int) -> list[int]:
        """The open columns of a row in which something new stands."""
        texts = {column: _text(grid, row, column) for column in self.opened()}
        before = self.rows[row]
        return [column for column, text in texts.items() if text and text != self.open.get((before, column))]


def _text(grid: Grid, row: int, column: int) -> str:
    cells = grid.rows[row]
    return as_text(cells[column]) if column < len(cells) else ""


def returned(grid: Grid, form: Sealed) -> Returned:
    """Which rows of a list stand where: those that are as they were, wherever they stand now, then those most alike."""
    opened = {_place(cell): text for cell, text in form.open.items()}
    sealed = {_place(cell): text for cell, text in form.cells.items()}
    rows = sorted({row for row, _ in opened})
    columns = tuple(sorted({column for row, column in sealed if row == rows[0]}))
    issued = {row: tuple(sealed.get((row, column), "") for column in columns) for row in rows}
    here = {row: tuple(_text(grid, row, column) for column in columns) for row in range(rows[0], len(grid.rows))}
    same = _same_rows(issued, here)
    left = [row for row in rows if row not in same.values()]
    odd = [row for row, cells in here.items() if row not in same and any(cells)]
    changed = dict(_alike(issued, here, left, odd))
    gone = tuple(row for row in left if row not in changed.values())
    strange = tuple(row for row in odd if row not in changed and sum(map(bool, here[row])) > 1)
    return Returned(same, opened, columns, tuple(changed.items()), gone, strange, issued)


def _same_rows(issued: Mapping[int, Cells], here: Mapping[int, Cells]) -> dict[int, int]:
    """Rows that say what they said: at their place, else wherever they stand now."""
    same = {row: row for row, cells in issued.items() if here.get(row) == cells}
    waiting: dict[Cells, list[int]] = {}
    for row, cells in issued.items():
        if row not in same:
            waiting.setdefault(cells, []).append(row)
    for row, cells in here.items():
        if row not in same and waiting.get(cells):
            same[row] = waiting[cells].pop(0)
    return same


def _alike(
    issued: Mapping[int, Cells], here: Mapping[int, Cells], left: Sequence[int], odd: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Rows that somebody wrote over, each with the row that it was: most of its cells are still the same."""
    free = set(left)
    for row in odd:
        shares = {was: sum(a == b for a, b in zip(issued[was], here[row], strict=True)) for was in free}
        best = max(free, key=lambda was: (shares[was], was == row), default=None)
        if best is not None and 2 * shares[best] > len(issued[best]):
            free.discard(best)
            yield row, best


def about_the_rows(grid: Grid, back: Returned) -> Iterator[Finding]:
    """What was done to the rows of a list: written over, deleted, added, sorted. One finding for each sort of it."""
    for row, was in back.changed:
        for column, issued in zip(back.columns, back.issued[was], strict=True):
            if (now := _text(grid, row, column)) != issued:
                yield _changed(grid, a1(row, column), issued, now, "form.left.row")
    if back.gone:
        yield finding("FORM_ROWS_GONE", Level.WARNING, grid.name, "", rows=_named(back.gone), count=len(back.gone))
    if back.strange:
        first = str(back.strange[0] + 1)
        values = {"rows": _named(back.strange), "count": len(back.strange)}
        yield finding("FORM_ROWS_ADDED", Level.WARNING, grid.name, first, **values)
    if back.is_sorted_anew:
        yield finding("FORM_SORTED", Level.INFO, grid.name)


def _named(rows: Sequence[int]) -> str:
    """Rows as people number them, the first few by number.

    >>> _named([3, 4, 8])
    '4、5、9'
    """
    shown = "、".join(str(row + 1) for row in rows[:_MOST_NAMED])
    return shown if len(rows) <= _MOST_NAMED else f"{shown}……"


_MOST_NAMED = 12
