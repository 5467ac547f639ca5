"""Where a header stands and what each column is called: one to five tiers, anywhere in the rows that are searched."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from robots.cells import is_unit
from robots.model.names import ARROW, fold, header_unit, header_word
from robots.reading.grid import Grid

SEARCHED_ROWS = 30
MOST_TIERS = 5


@dataclass(frozen=True)
class Heading:
    """The name of one column: its words from the top tier down, as people wrote them.

    `unit_below` is the unit that a row of units under the header gives it.
    """

    column: int
    parts: tuple[str, ...]
    unit_below: str = ""

    @cached_property
    def shown(self) -> str:
        """The path as a person reads it."""
        return ARROW.join(part.replace("\n", "").strip() for part in self.parts)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Names to look the column up by, the most specific first: the path, group and leaf as one word, the leaf.

        合同 over 编号 is 合同编号; 交期 over 变更 is 交期变更 or 变更交期. 含税 over 单价 is never 单价 alone.
        """
        normal = [header_word(part) for part in self.parts]
        needed = max((n for n, part in enumerate(normal) if _WITH_TAX.search(part)), default=len(normal) - 1)
        tails = (normal[start:] for start in range(needed + 1))
        paths = [name for tail in tails for name in (ARROW.join(tail), "".join(tail), "".join(reversed(tail)))]
        halves = _halves(self.parts[-1]) if needed == len(normal) - 1 else []
        return tuple(dict.fromkeys([*paths, *halves]))

    @property
    def unit(self) -> str:
        """The unit written in the leaf, else in a tier above, else in the row of units below."""
        own = next((unit for part in reversed(self.parts) if (unit := header_unit(part))), "")
        return own or self.unit_below


def _halves(text: str) -> list[str]:
    """The Chinese and the Latin half of a word in two languages (订单号 Order No.), or none."""
    chinese, latin = (header_word(" ".join(pattern.findall(text))) for pattern in (_CHINESE, _LATIN))
    return [chinese, latin] if chinese and latin else []


_WITH_TAX = re.compile("含税|未税|税前|税后|(?:in|ex)cl")
_CHINESE, _LATIN = re.compile("[\u4e00-\u9fff]+"), re.compile("[A-Za-z][A-Za-z .#/]*")


@dataclass(frozen=True)
class Header:
    """The header of a table: its first row, the first row below it, its columns."""

    top: int
    below: int
    headings: tuple[Heading, ...]

    @property
    def leaves(self) -> dict[int, str]:
        """Column → the word of its lowest tier."""
        return {heading.column: heading.parts[-1] for heading in self.headings}


@dataclass(frozen=True)
class Signs:
    """What a header is known by: words that mean something, hints that may stand under it, and how many of its columns
    mean rows (1月 … 12月)."""

    known: Collection[str]
    hints: Collection[str] = ()
    spread: Callable[[Header], int] = lambda _: 0


def find_header(grid: Grid, signs: Signs) -> Header | None:
    """The first header of a sheet: among the first rows, the one that holds the most known words (at least two)."""
    return best_header(grid, signs, range(min(SEARCHED_ROWS, len(grid.rows))))


def best_header(grid: Grid, signs: Signs, tops: Iterable[int]) -> Header | None:
    """Of the headers that begin in one of these rows, the one that tells most: known words, and columns that mean
    rows. Of those that tell as much, one whose merged groups have their leaves; then one that tells columns of the same
    word apart; then the flatter."""
    best: tuple[tuple[int, int, int, int], Header] | None = None
    for top in tops:
        for tiers in range(1, _tiers(grid, signs, top) + 1):
            header = _header_at(grid, top, tiers)
            known = [word for heading in header.headings if (word := _first_known(heading, signs.known))]
            words = len(set(known))
            told = words + signs.spread(header) if words else 0
            score = told, -_groups_without_leaves(grid, header), words - len(known), -tiers
            if told >= 2 and (best is None or score > best[0]):
                best = score, header
    return with_units(grid, best[1], signs.hints) if best else None


def _tiers(grid: Grid, signs: Signs, top: int) -> int:
    """How many rows from this one on may be tiers of one header: rows of data end it."""
    rows = grid.rows[top : top + MOST_TIERS]
    return next((n for n, row in enumerate(rows) if _is_data(row, signs.known)), len(rows))


def _is_data(row: list[Any], known: Collection[str]) -> bool:
    """Does a row hold figures or days, and no word that is known?"""
    texts = [value for value in row if isinstance(value, str) and value]
    figures = any(isinstance(value, int | float) and not _year(value) for value in row)
    days = any(isinstance(value, date) and not _name(value) for value in row)
    return (figures or days or any(map(_FIGURE.fullmatch, texts))) and not any(header_word(t) in known for t in texts)


_FIGURE = re.compile(r"\s*(?:[-+]?[\d,]*\.?\d+(?<!\b20\d\d)|\d{4}([-/.年])\d{1,2}[-/.月]\d{1,2}.*)\s*")


def _year(value: Any) -> str:
    """A year written as a number, as the name of a group."""
    is_year = isinstance(value, int | float) and value in range(2000, 2100)
    return f"{int(value)}年" if is_year else ""


def _groups_without_leaves(grid: Grid, header: Header) -> int:
    """Names merged over several columns in the lowest row of a header, above texts that are then left out of it; and
    names merged downwards that reach below it."""
    if header.below >= len(grid.rows):
        return 0
    below = grid.rows[header.below]
    return sum(
        (last == header.below - 1 and right > left and all(_name(value) for value in below[left : right + 1]))
        or header.top <= first < header.below <= last
        for first, left, last, right in grid.merged
    )


def _first_known(heading: Heading, known: Collection[str]) -> str | None:
    return next((word for word in heading.words if word in known), None)


def _header_at(grid: Grid, top: int, tiers: int) -> Header:
    rows = [[_name(value) for value in row] for row in grid.rows[top : top + tiers]]
    spread = _spread_merged(grid, rows, top)
    filled = rows if spread else [_fill_right(row, rows[-1]) for row in rows[:-1]] + rows[-1:]
    headings = []
    for column in range(len(rows[0])):
        parts = tuple(dict.fromkeys(row[column] for row in filled if row[column]))
        if parts:
            headings.append(Heading(column, parts))
    return Header(top, top + len(rows), tuple(headings))


def _name(value: Any) -> str:
    """A header cell as text: words, a year, or a month that Excel turned into its first day."""
    if isinstance(value, str | int | float):
        return value.strip() if isinstance(value, str) else _year(value)
    return f"{value.year}年{value.month}月" if isinstance(value, date) and value.day == 1 else ""


def _spread_merged(grid: Grid, rows: list[list[str]], top: int) -> bool:
    """Write a merged name over all of its cells. Says whether the header has merged cells at all."""
    spread = False
    for first, left, last, right in grid.merged:
        if not top <= first < top + len(rows):
            continue
        spread = spread or right > left
        name = rows[first - top][left]
        for row in rows[first - top : last - top + 1]:
            row[left : right + 1] = [name] * (min(right + 1, len(row)) - left)
    return spread


def _fill_right(row: list[str], leaves: list[str]) -> list[str]:
    """Where nothing is merged: a group cell stands over every column that has a leaf of its own."""
    filled: list[str] = []
    current = ""
    for value, leaf in zip(row, leaves, strict=True):
        current = value or current
        filled.append(value if value or not leaf else current)
    return filled


def with_units(grid: Grid, header: Header, hints: Collection[str]) -> Header:
    """Rows right under the header that hold nothing but units and hints (必填, 文本), or the columns' numbers, are
    still header."""
    units: dict[int, str] = {}
    below = header.below
    while below < len(grid.rows) and _is_hint_row(grid.rows[below], header, hints):
        units |= {column: _bare(value) for column, value in enumerate(grid.rows[below]) if _is_unit(value)}
        below += 1
    named = (replace(heading, unit_below=units.get(heading.column, "")) for heading in header.headings)
    return header if below == header.below else Header(header.top, below, tuple(named))


def _is_hint_row(cells: list[Any], header: Header, hints: Collection[str]) -> bool:
    filled = [value for value in cells if value is not None and value != ""]
    if filled and all(_is_unit(value) or _is_hint(value, hints) for value in filled):
        return True
    texts = [value for value in filled if isinstance(value, str)]
    if len(texts) == len(filled) and 2 * sum(_is_hint(value, hints) for value in texts) > max(2, len(filled)):
        return True
    return len(filled) >= max(3, len(header.headings)) and _is_count(filled)


def _is_count(cells: list[Any]) -> bool:
    """Are these the numbers of columns: 1, 2, 3 or ①, ②, ③=①×②, perhaps after a 甲, 乙?"""
    words = [fold(str(int(value) if isinstance(value, float) and value.is_integer() else value)) for value in cells]
    names = sum(word in _COLUMN_NAMES for word in words)
    found = [match[1] if (match := _COLUMN_NUMBER.fullmatch(word)) else "" for word in words[names:]]
    return len(found) >= 3 and found == [str(n) for n in range(1, len(found) + 1)]


_COLUMN_NAMES = ("甲", "乙", "丙", "丁", "栏次", "列次", "序号")
_COLUMN_NUMBER = re.compile(r"\(?(\d{1,2})\)?\s*(?:=.*)?")


def _is_hint(value: Any, hints: Collection[str]) -> bool:
    return isinstance(value, str) and header_word(_bare(value)) in hints


def _bare(text: str) -> str:
    """A unit or hint without the brackets and stars around it."""
    return fold(text).strip("()[]*")


def _is_unit(value: Any) -> bool:
    return isinstance(value, str) and is_unit(_bare(value))
