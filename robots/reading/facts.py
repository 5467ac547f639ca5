"""Facts that stand beside a table and hold for all of its rows: 供应商:… 合同编号:… above it, a form's labels, a name.

Only labels that are known words count; what people write in free text is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from robots.cells import is_blank
from robots.model.names import fold, header_word
from robots.model.periods import read_period
from robots.reading.grid import Grid

_PAIR = re.compile(
    r"(?:^|(?<=[\s;,、|]))(?P<label>[^\s:;,、|\d][^:;,、|]{0,13}?)\s*:\s*(?P<value>.*?)"
    r"(?=[\s;,、|]+[^\s:;,、|\d][^\s:;,、|]{0,13}\s*:|$)"
)
_REACH = 8  # cells to the right of a label in which its value is looked for


@dataclass(frozen=True)
class Fact:
    """One label with its value, and the cell that holds the value."""

    label: str
    value: Any
    row: int
    column: int


Facts = Mapping[str, tuple[Fact, ...]]


def facts_in(grid: Grid, rows: Iterable[int], labels: Collection[str]) -> dict[str, tuple[Fact, ...]]:
    """Every known label in these rows, normalised, with its values: inside the cell, else in the next filled one."""
    found: dict[str, list[Fact]] = {}
    for row in rows:
        for column, value in enumerate(grid.rows[row]):
            if isinstance(value, str) and value:
                for fact in _of_cell(grid, row, column, value, labels):
                    found.setdefault(header_word(fact.label), []).append(fact)
    return {label: _different(facts) for label, facts in found.items()}


def _different(facts: list[Fact]) -> tuple[Fact, ...]:
    """The facts of one label, those that repeat an earlier one left out."""
    return tuple({str(fact.value): fact for fact in reversed(facts)}.values())[::-1]


def _of_cell(grid: Grid, row: int, column: int, text: str, labels: Collection[str]) -> Iterable[Fact]:
    for line in re.split(r"[\r\n]+|\s{2,}", text):
        word = fold(line)
        pairs = [match for match in _PAIR.finditer(word) if header_word(match["label"]) in labels]
        if pairs:
            for match in pairs:
                if match["value"].strip():
                    yield Fact(match["label"].strip(), match["value"].strip(), row, column)
                else:
                    yield from _to_the_right(grid, row, column, match["label"].strip(), labels)
        elif header_word(word) in labels and line.strip() == text.strip():
            yield from _to_the_right(grid, row, column, word, labels)


def _to_the_right(grid: Grid, row: int, column: int, label: str, labels: Collection[str]) -> Iterable[Fact]:
    """The next filled cell, unless that is a label itself."""
    cells = grid.rows[row]
    for place in range(column + 1, min(column + 1 + _REACH, len(cells))):
        value = cells[place]
        if is_blank(value):
            continue
        if not (isinstance(value, str) and (_is_label(value) or header_word(value) in labels)):
            yield Fact(label, value, row, place)
        return


def _is_label(text: str) -> bool:
    """Does a text name something to come (联系人:), or name and tell it at once?"""
    word = fold(text)
    return word.endswith(":") or _PAIR.match(word) is not None


def named(pattern: str, name: str) -> dict[str, str]:
    """What a file's or a sheet's name tells by the sender's pattern: field → text."""
    match = re.search(pattern, name) if pattern else None
    return {field: text for field, text in match.groupdict().items() if text} if match else {}


def year_and_month(*names: str) -> tuple[int | None, int | None]:
    """The year and the month that a sheet is about: the first of these names that tells each. Where a name tells from
    when to when (2025年12月至2026年1月), the year is that of the month; of two years without months, none.

    >>> year_and_month("3月", "2026年外协订单.xlsx"), year_and_month("Sheet1", "订单"), year_and_month("2026-03")
    ((2026, 3), (None, None), (2026, 3))
    >>> year_and_month("1月", "2025年12月至2026年1月收货.xlsx"), year_and_month("1月", "2025年至2026年")
    ((2026, 1), (None, 1))
    >>> year_and_month("合同编号:HT-2024-03"), year_and_month("PO-2024-001.xlsx"), year_and_month("表单2023版")
    ((None, None), (None, None), (None, None))
    """
    folded = [_NO_DAY.sub(" ", fold(name)) for name in names]
    months = (int(a or b) for name in folded for a, b in _MONTH.findall(name))
    month = next((number for number in months if 1 <= number <= 12), None)
    for name in folded:
        years = dict.fromkeys(int(year) for year in _YEAR.findall(name))
        of_month = [int(year) for year, number in _YEAR_MONTH.findall(name) if int(number) == month]
        if years:
            return of_month[0] if of_month else next(iter(years)) if len(years) == 1 else None, month
    return None, month


def period_in(*names: str) -> str | None:
    """The quarter or month that the first of these names tells.

    >>> period_in("Sheet1", "2026年二季度满意度.xlsx"), period_in("2026-03"), period_in("2026年")
    ('2026Q2', '2026-03', None)
    >>> period_in("满意度2026-03-31导出.xlsx"), period_in("2026年3月31日")
    (None, None)
    """
    folded = (_NO_DAY.sub(" ", fold(name)) for name in names)
    found = (read_period(match[0].rstrip("度")) for name in folded for match in _PERIOD.finditer(name))
    return next((period for period in found if period), None)


# No year and no month of what a sheet is about: the number of an order or a contract, the version of a form.
_NO_DAY = re.compile(
    r"(?<![A-Za-z])(?!FY)[A-Z]{1,5}[-_/]?20\d{2}[-_/]?[A-Z]{0,4}[-_/]?\d+|[A-Za-z]+[-_/]20\d{2}[-_/]?\d{3,}"
    r"|号\s*:?\s*[A-Za-z]*[-_]?20\d{2}[-\w]*|[(\[【〔]20\d{2}[)\]】〕]\s*第?\d+|20\d{2}年?(?:\d{1,2}月)?\s*第?\d*[版号]"
)
_YEAR = re.compile(r"(?<!\d)(20\d{2})(?=\D|[01]\d(?:\D|$)|$)")
_YEAR_MONTH = re.compile(r"(?<!\d)(20\d{2})\s*[-./年]\s*(\d{1,2})(?!\d)")
_PERIOD = re.compile(
    r"20\d{2}年?\s*(?:第?[一二三四1-4]季度?|[Qq][1-4])|20\d{2}(?:年\d{1,2}月(?!\d{1,2}日)|[-.][01]\d(?!\d|[-.]\d))"
)
_MONTH = re.compile(r"(?<!\d)(\d{1,2})月|20\d{2}[-./年_]?([01]\d)(?!\d)")
