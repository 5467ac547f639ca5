"""What is to be marked, in the words of whoever marks; and why a workbook cannot be marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "question", "warning"]
Cell = tuple[int, int]
Area = tuple[int, int, int, int]

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
LONGEST_NOTE = 32_767
_WORST_FIRST: tuple[Level, ...] = ("error", "question", "warning")
_A1 = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})")
# What XML 1.0 has no place for: control characters, half surrogates and the two non-characters.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class CannotMark(Exception):
    """A workbook that cannot be marked without loss; `reason` is a key, such as "signed"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Mark:
    """One cell of the sender's, how much it weighs, and what its note shall say."""

    sheet: str
    cell: str
    level: Level
    text: str


@dataclass(frozen=True)
class Marked:
    """What one cell gets: the fill of its worst level, and one note."""

    level: Level
    text: str


def cell_at(reference: str) -> Cell:
    """Row and column, from one, of an A1 reference. Raises CannotMark.

    >>> cell_at("C5"), cell_at("$AA$10")
    ((5, 3), (10, 27))
    """
    match = _A1.fullmatch(reference.strip())
    if not match:
        raise CannotMark("cell_unknown")
    row, column = int(match[2]), column_number(match[1].upper())
    if row > LAST_ROW or column > LAST_COLUMN:
        raise CannotMark("cell_unknown")
    return row, column


def column_number(letters: str) -> int:
    """Excel's name of a column as a number from one.

    >>> column_number("A"), column_number("XFD")
    (1, 16384)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def by_sheet(marks: Sequence[Mark]) -> dict[str, dict[Cell, list[Mark]]]:
    """The marks of every sheet and cell, in the order given."""
    sheets: dict[str, dict[Cell, list[Mark]]] = {}
    for mark in marks:
        if mark.level not in _WORST_FIRST:
            raise ValueError(mark.level)
        sheets.setdefault(mark.sheet, {}).setdefault(cell_at(mark.cell), []).append(mark)
    return sheets


def on_shown_cells(cells: dict[Cell, list[Mark]], merged: Sequence[Area]) -> dict[Cell, Marked]:
    """One fill and one note for each cell. Of a merged area only the first cell is seen: it takes the marks of all."""
    shown: dict[Cell, list[Mark]] = {}
    moved = _moves(cells, merged)
    for cell in sorted(cells):
        shown.setdefault(moved.get(cell, cell), []).extend(cells[cell])
    return {cell: _together(marks) for cell, marks in sorted(shown.items())}


def _moves(cells: Iterable[Cell], merged: Sequence[Area]) -> dict[Cell, Cell]:
    """Where marks move to. Rows are looked at once, with the areas that are open there, so many areas cost little."""
    starts = sorted(merged)
    moved: dict[Cell, Cell] = {}
    opened: list[Area] = []
    at = 0
    for row, column in sorted(cells):
        while at < len(starts) and starts[at][0] <= row:
            opened.append(starts[at])
            at += 1
        opened = [area for area in opened if area[2] >= row]
        for top, left, _, right in opened:
            if left <= column <= right:
                moved[row, column] = (top, left)
    return moved


def _together(marks: Sequence[Mark]) -> Marked:
    level = min((mark.level for mark in marks), key=_WORST_FIRST.index)
    texts = dict.fromkeys(text for mark in marks if (text := plain(mark.text)))
    return Marked(level, "\n".join(texts))


def signed(text: str, author: str) -> str:
    """The text as a note of ours says it: whose it is can be told wherever it comes to stand.

    >>> signed("写成【2026】", "外协机器人")
    '【外协机器人:写成〔2026〕】'
    """
    return f"【{author}:{text.replace('【', '〔').replace('】', '〕')}】"


def signature(author: str) -> re.Pattern[str]:
    """What `signed` makes, with the blank lines before it."""
    return re.compile(rf"\s*【{re.escape(author)}:[^】]*】")


def plain(text: str) -> str:
    """The text without what XML cannot hold, with one kind of line end.

    >>> plain(" 不是日期\\x00\\r\\n请改 ")
    '不是日期\\n请改'
    """
    return _ILLEGAL.sub("", text).replace("\r\n", "\n").replace("\r", "\n").strip()
