"""Workbooks of ours, come back: known by their hidden sheet whatever the file is called, checked by its seal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from robots.model.findings import Finding, Level, a1, finding
from robots.model.forms import FORM_SHEET, SealBroken, Sealed, unseal
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


def about_the_form(grid: Grid, form: Sealed | SealBroken) -> Iterator[Finding]:
    """Which form it is, and every cell that must not change and did."""
    if isinstance(form, SealBroken):
        yield finding("FORM_BROKEN", Level.ERROR, grid.name)
        return
    yield finding("FORM_KNOWN", Level.INFO, grid.name, form=form.form.id, version=form.form.version)
    seen = {a1(row, column): value for row, cells in enumerate(grid.rows) for column, value in enumerate(cells)}
    for cell, issued, now in form.changed(seen):
        yield finding("FORM_CHANGED", Level.ERROR, grid.name, cell, issued=issued or "—", seen=now or "—")
