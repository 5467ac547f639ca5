"""Rows that sum up others: 合计, 小计, or nothing but figures that add up. They are no data; do they foot?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from robots.cells import IDENTIFIER, MONEY, NAME, NUMBER, is_blank
from robots.model.findings import Finding, Level, a1, finding
from robots.reading.body import Body, figure, plain
from robots.reading.claims import Claim, required_of

_LONGEST = 14  # characters of a label
_HALF_A_CENT = Decimal("0.005")


@dataclass(frozen=True)
class Totals:
    """Total words, with white space anywhere in them: at the end of a label (本月 合 计:), or in the midst of one."""

    ends: re.Pattern[str]
    within: re.Pattern[str]

    @classmethod
    def of(cls, words: Sequence[str]) -> Totals:
        """The patterns of these words."""
        word = "|".join(r"\s*".join(map(re.escape, word)) for word in words)
        return cls(
            re.compile(rf".*(?:{word})\W*(?:[((].{{0,6}}[))])?(?:\d+\D{{0,3}})?\W*", re.IGNORECASE),
            re.compile(rf"\W*(?:{word})\b.{{0,8}}|.{{0,8}}(?:{word})\W*", re.IGNORECASE),
        )


def without_totals(body: Body, claims: Sequence[Claim], totals: Totals, must_foot: bool) -> tuple[Body, list[Finding]]:
    """The body less its total rows, and each of them as a finding; those whose figures do not add up as another."""
    sums = _Sums(body, sorted({h.column for claim in claims for n, h in claim.columns.items() if _is_summed(claim, n)}))
    found: list[int] = []
    findings: list[Finding] = []
    for index in sorted(_suspects(body, claims)):
        row = body.rows[index]
        label = _label(body, row, totals, _is_incomplete(body, row, claims))
        if label is None and not _adds_up(body, claims, index, sums):
            continue
        findings.append(finding("ROW_TOTAL", Level.INFO, body.grid.name, str(row + 1)))
        if label is not None:
            findings += _off(body, index, sums, must_foot)
        sums.pass_over(index)
        found.append(row)
    return body.without(set(found)), findings


def _is_summed(claim: Claim, name: str) -> bool:
    return claim.kind.field(name).type in (NUMBER, MONEY)


def _suspects(body: Body, claims: Sequence[Claim]) -> Collection[int]:
    """Indices of rows that lack something required for every kind; all rows, where a kind requires but one column."""
    lacking: set[int] | None = None
    for claim in claims:
        columns = [claim.columns[name].column for name in required_of(claim) if name in claim.columns]
        rows = {row for column in columns for row in body.blank_rows(column)} if len(columns) > 1 else set(body.rows)
        lacking = rows if lacking is None else lacking & rows
    if not lacking:
        return ()
    return [index for index, row in enumerate(body.rows) if row in lacking]


def _is_incomplete(body: Body, row: int, claims: Sequence[Claim]) -> bool:
    required = [[c.columns[n].column for n in required_of(c) if n in c.columns] for c in claims]
    return all(len(columns) > 1 and not all(body.is_filled(row, c) for c in columns) for columns in required)


def _label(body: Body, row: int, totals: Totals, incomplete: bool) -> str | None:
    """The total word of a row: among its first texts if the row lacks something, else alone in its first cell."""
    texts = [value.strip() for value in body.grid.rows[row] if isinstance(value, str) and not is_blank(value)]
    short = [text for text in texts if len(text) <= _LONGEST]
    if incomplete:
        return next((text for text in short if totals.within.fullmatch(text)), None)
    first = short[0] if short and texts[0] == short[0] else ""
    return first if first and totals.ends.fullmatch(first) else None


def _adds_up(body: Body, claims: Sequence[Claim], index: int, sums: _Sums) -> bool:
    """Nothing but figures, of which one at least is the sum of those above it, in a row that lacks more than names."""
    row = body.rows[index]
    cells = [value for value in body.grid.rows[row] if not is_blank(value)]
    if not cells or any(figure(value) is None for value in cells):
        return False
    lacks_more = any(
        not body.is_filled(row, claim.columns[name].column)
        for claim in claims
        for name in required_of(claim)
        if name in claim.columns and claim.kind.field(name).type not in (IDENTIFIER, NAME, NUMBER, MONEY)
    )
    return lacks_more and any(sums.are(index, column, figure(body.grid.rows[row][column])) for column in sums.columns)


@dataclass
class _Sum:
    """A column added up from the top: how many figures, whether all could be read, and what the sum was where (index of
    the body) a total row ended. What a total may sum up begins at one of these."""

    total: Decimal = Decimal(0)
    count: int = 0
    readable: bool = True
    starts: dict[Decimal, int] = field(default_factory=lambda: {Decimal(0): 0})
    cents: dict[int, set[Decimal]] = field(default_factory=lambda: {0: {Decimal(0)}})

    def add(self, number: Decimal | None) -> None:
        self.count += 1
        if number is None:
            self.readable = False
            self.starts.clear()
            self.cents.clear()
        else:
            self.total += number

    def begin(self, index: int) -> None:
        """What stands below a total row may be summed up by itself."""
        self.starts[self.total] = index
        self.cents.setdefault(_to_cents(self.total), set()).add(self.total)

    def is_sum(self, written: Decimal) -> bool:
        """Is this what the figures add up to, from the top or since one of the totals? To the cent: Excel keeps sums as
        42001.28999999999, and shows 42001.29."""
        start = self.total - written
        near = (_to_cents(start) + step for step in (-1, 0, 1))
        return any(abs(start - one) < _HALF_A_CENT for cents in near for one in self.cents.get(cents, ()))


def _to_cents(number: Decimal) -> int:
    return int(number.scaleb(2).to_integral_value())


@dataclass
class _Sums:
    """Running sums of columns: every row is added once, total rows are not."""

    body: Body
    columns: Sequence[int]
    _sums: dict[int, _Sum] = field(init=False)
    _next: int = 0

    def __post_init__(self) -> None:
        self._sums = {column: _Sum() for column in self.columns}

    def above(self, index: int, column: int) -> _Sum:
        """The sum of the figures above a row."""
        for row in self.body.rows[self._next : index]:
            for place, one in self._sums.items():
                if self.body.is_filled(row, place):
                    one.add(figure(self.body.grid.rows[row][place]))
        self._next = max(self._next, index)
        return self._sums[column]

    def are(self, index: int, column: int, written: Decimal | None) -> bool:
        """Is this what the figures above a row add up to, from the top or since one of the totals?"""
        above = self.above(index, column)
        return bool(written) and above.count > 0 and above.is_sum(written or Decimal(0))

    def pass_over(self, index: int) -> None:
        """A total row is not added up; another one may begin to sum below it."""
        for column in self.columns:
            self.above(index, column).begin(index + 1)
        self._next = index + 1


def _off(body: Body, index: int, sums: _Sums, must_foot: bool) -> Iterator[Finding]:
    """Figures of a labelled total that are the sum neither since one of the totals above nor since the beginning."""
    row = body.rows[index]
    for column in sums.columns:
        written = figure(body.grid.rows[row][column])
        above = sums.above(index, column)
        if written is None or not above.count or not above.readable or above.is_sum(written):
            continue
        level = Level.ERROR if must_foot else Level.WARNING
        ends = [next(iter(above.starts.items())), next(reversed(above.starts.items()))]
        total, start = min(((above.total - before, start) for before, start in ends), key=lambda s: abs(s[0] - written))
        first, last = a1(body.rows[min(start, index - 1)], column), a1(body.rows[index - 1], column)
        values: dict[str, Any] = {"written": plain(written), "total": plain(total)}
        values |= {"first": first, "last": last, "difference": plain(written - total)}
        yield finding("TOTAL_DOES_NOT_FOOT", level, body.grid.name, a1(row, column), **values)
