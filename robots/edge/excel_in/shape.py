"""The shape of a sheet: cells too far away to belong to any table are cut off, blank ends are trimmed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robots.edge.excel_in.source import NotReadable
from robots.model.findings import a1
from robots.reading.grid import Grid, Range

Place = tuple[int, int]
Numbers = NDArray[np.int64]

MOST_COLUMNS = 16_384  # Excel's own; a text file may have more
MOST_CELLS = 24_000_000  # of a dense range: past this no limit on memory would hold
MOST_MERGED = 100_000
_AREA, _FILLED = 4_000_000, 20  # a larger area of which less than one cell in so many is filled is too sparse
_FEW, _SHARE = 100, 0.01  # what may be cut off: so many cells, or this share of all
_NAMED = 20


@dataclass
class Marks:
    """What the values of a sheet do not tell by themselves, by (row, column): see Grid."""

    errors: dict[Place, str] = field(default_factory=dict)
    uncalculated: set[Place] = field(default_factory=set)
    percent: set[Place] = field(default_factory=set)
    bold: set[int] = field(default_factory=set)
    merged: list[Range] = field(default_factory=list)
    strays: tuple[str, ...] = ()


@dataclass(frozen=True)
class Extent:
    """How much of a sheet is its table: rows and columns from A1 on; `strays` are the cells beyond."""

    height: int
    width: int
    strays: tuple[str, ...] = ()


def extent_of(rows: Numbers, columns: Numbers) -> Extent:
    """The part of a sheet from A1 on that holds its filled cells but for a few far away.

    Only where the whole is large and nearly empty is anything cut, at the widest gap. Raises NotReadable where what
    is left is still too large.
    """
    if not len(rows):
        return Extent(0, 0)
    total, few = len(rows), max(_FEW, int(len(rows) * _SHARE))
    kept = columns < MOST_COLUMNS
    while (area := _area(rows[kept], columns[kept])) > max(_AREA, _FILLED * int(kept.sum())):
        cuts = [_cut(numbers[kept], few - total + int(kept.sum())) for numbers in (rows, columns)]
        share, axis = max((share, axis) for axis, (share, _) in enumerate(cuts))
        if not share:
            break
        kept &= (rows, columns)[axis] < cuts[axis][1]
    if area > MOST_CELLS:
        raise NotReadable("FILE_TOO_LARGE")
    cut = np.flatnonzero(~kept)[:_NAMED]
    strays = tuple(a1(int(rows[n]), int(columns[n])) for n in cut)
    if not kept.any():
        return Extent(0, 0, strays)
    return Extent(int(rows[kept].max()) + 1, int(columns[kept].max()) + 1, strays)


def _area(rows: Numbers, columns: Numbers) -> int:
    return (int(rows.max()) + 1) * (int(columns.max()) + 1) if len(rows) else 0


def _cut(numbers: Numbers, few: int) -> tuple[float, int]:
    """The widest gap with at most `few` cells beyond it, as a share of the whole, and the first number beyond it."""
    ordered = np.concatenate([[-1], np.sort(numbers)])
    first = max(1, len(ordered) - few)
    gaps = np.diff(ordered)[first - 1 :]
    if few < 1 or not len(gaps) or gaps.max() < 2:
        return 0.0, 0
    at = int(gaps.argmax())
    return float(gaps[at] - 1) / float(ordered[-1] + 1), int(ordered[first + at])


@dataclass
class Cells:
    """A sheet that one of our own readers fills cell by cell."""

    name: str
    hidden: bool = False
    second_reader: bool = False
    marks: Marks = field(default_factory=Marks)
    rows: dict[int, dict[int, Any]] = field(default_factory=dict)

    def put(self, row: int, column: int, value: Any) -> None:
        """A cell. Blank ones are not kept."""
        if value is not None and value != "":
            self.rows.setdefault(row, {})[column] = value

    def grid(self) -> Grid:
        """The sheet as a grid, cut and trimmed."""
        extent = extent_of(*places(self._filled()))
        rows: list[list[Any]] = []
        for number in range(extent.height):
            row: list[Any] = [""] * extent.width
            for column, value in self.rows.get(number, {}).items():
                if column < extent.width:
                    row[column] = value
            rows.append(row)
        marks = replace(self.marks, strays=extent.strays)
        return grid_of(self.name, rows, self.hidden, marks, self.second_reader)

    def _filled(self) -> Iterable[Place]:
        return ((row, column) for row, cells in self.rows.items() for column in cells)


def places(filled: Iterable[Place]) -> tuple[Numbers, Numbers]:
    """Places as two arrays, rows and columns."""
    both = np.fromiter((number for place in filled for number in place), np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def grid_of(name: str, rows: list[list[Any]], hidden: bool, marks: Marks, second_reader: bool = False) -> Grid:
    """A grid of values and marks: blank ends trimmed, then made large enough for what reads as blank and is not."""
    _trim(rows)
    told = [*marks.errors, *marks.uncalculated]
    _hold(rows, told)
    height, width = len(rows), len(rows[0]) if rows else 0
    merged = (area for area in marks.merged[:MOST_MERGED] if area[0] < height and area[1] < width and _is_wide(area))
    return Grid(
        name,
        rows,
        hidden,
        marks.errors,
        frozenset(marks.uncalculated),
        second_reader,
        tuple((top, left, min(bottom, height - 1), min(right, width - 1)) for top, left, bottom, right in merged),
        frozenset(marks.percent),
        frozenset(marks.bold),
        marks.strays,
    )


def _is_wide(area: Range) -> bool:
    top, left, bottom, right = area
    return bottom > top or right > left


def _trim(rows: list[list[Any]]) -> None:
    """Blank rows and columns at the end are no part of a sheet."""
    while rows and all(value == "" for value in rows[-1]):
        rows.pop()
    width = len(rows[0]) if rows else 0
    used = width
    while used and all(row[used - 1] == "" for row in rows):
        used -= 1
    if used < width:
        for row in rows:
            del row[used:]


def _hold(rows: list[list[Any]], told: list[Place]) -> None:
    """Make the grid large enough for cells that the library left out as blank."""
    if not told:
        return
    height = max(row + 1 for row, _ in told)
    width = max([len(rows[0]) if rows else 0, *(column + 1 for _, column in told)])
    if height * width > MOST_CELLS:
        raise NotReadable("FILE_TOO_LARGE")
    for row in rows:
        row.extend([""] * (width - len(row)))
    rows.extend([""] * width for _ in range(height - len(rows)))


def without_far(marks: Marks, extent: Extent) -> Marks:
    """The marks inside an extent."""

    def near(place: Place) -> bool:
        return place[0] < extent.height and place[1] < extent.width

    return Marks(
        {place: text for place, text in marks.errors.items() if near(place)},
        set(filter(near, marks.uncalculated)),
        set(filter(near, marks.percent)),
        {row for row in marks.bold if row < extent.height},
        marks.merged,
        extent.strays,
    )


def squared(rows: list[list[Any]]) -> tuple[list[list[Any]], tuple[str, ...]]:
    """Ragged rows made equally long, and the cells that lay too far away."""
    width = max(map(len, rows), default=0)
    if width > MOST_COLUMNS or width * len(rows) > _AREA:
        filled = ((number, column) for number, row in enumerate(rows) for column, cell in enumerate(row) if cell != "")
        extent = extent_of(*places(filled))
        height, width, strays = extent.height, extent.width, extent.strays
        return [row[:width] + [""] * (width - len(row)) for row in rows[:height]], strays
    return [row + [""] * (width - len(row)) for row in rows], ()
