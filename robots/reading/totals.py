"""Rows that sum up others: 合计, 小计, or nothing but figures that add up. They are no data; do they foot?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from robots.cells import IDENTIFIER, MONEY, NAME, NUMBER, is_blank
from robots.model.findings import Finding, Level, a1, finding
from robots.reading.body import Body, figure, plain
from robots.reading.claims import Claim

_LONGEST = 14  # characters of a label


@dataclass(frozen=True)
class Totals:
    """Total words, with white space anywhere in them: alone (本月 合 计:), or at the end of a longer label."""

    alone: re.Pattern[str]
    within: re.Pattern[str]

    @classmethod
    def of(cls, words: Sequence[str]) -> Totals:
        """The patterns of these words."""
        word = "|".join(r"\s*".join(map(re.escape, word)) for word in words)
        around = r"(?:本|当|上|页|单|全)?(?:年|季|月|周|日|期|页|单|部)?"
        return cls(
            re.compile(rf"\W*{around}(?:{word})\W*(?:[((].{{0,6}}[))])?(?:\d+\D{{0,3}})?\W*", re.IGNORECASE),
            re.compile(rf"\W*(?:{word})\b.{{0,8}}|.{{0,8}}(?:{word})\W*", re.IGNORECASE),
        )


def without_totals(body: Body, claims: Sequence[Claim], totals: Totals, must_foot: bool) -> tuple[Body, list[Finding]]:
    """The body less its total rows, and each of them as a finding; those whose figures do not add up as another."""
    summed = sorted({h.column for claim in claims for n, h in claim.columns.items() if _is_summed(claim, n)})
    found: list[int] = []
    findings: list[Finding] = []
    start = last = 0
    for index in sorted(_suspects(body, claims)):
        row = body.rows[index]
        label = _label(body, row, totals, _is_incomplete(body, row, claims))
        sums = [] if label else [_sums(body, summed, first, index, found) for first in (last, start)]
        if label is None and not any(_adds_up(body, claims, row, one) for one in sums):
            continue
        findings.append(finding("ROW_TOTAL", Level.INFO, body.grid.name, str(row + 1)))
        if label is not None:
            findings += _off(body, index, (start, last), summed, found, must_foot)
        found.append(index)
        last = index + 1
    return body.without({body.rows[index] for index in found}), findings


def _is_summed(claim: Claim, name: str) -> bool:
    return claim.kind.field(name).type in (NUMBER, MONEY)


def _suspects(body: Body, claims: Sequence[Claim]) -> Collection[int]:
    """Indices of rows that lack something required for every kind; all rows, where a kind requires but one column."""
    lacking: set[int] | None = None
    for claim in claims:
        columns = [claim.columns[name].column for name in claim.kind.required if name in claim.columns]
        rows = {row for column in columns for row in body.blank_rows(column)} if len(columns) > 1 else set(body.rows)
        lacking = rows if lacking is None else lacking & rows
    if not lacking:
        return ()
    return [index for index, row in enumerate(body.rows) if row in lacking]


def _is_incomplete(body: Body, row: int, claims: Sequence[Claim]) -> bool:
    required = [[c.columns[n].column for n in c.kind.required if n in c.columns] for c in claims]
    return all(len(columns) > 1 and not all(body.is_filled(row, c) for c in columns) for columns in required)


def _label(body: Body, row: int, totals: Totals, incomplete: bool) -> str | None:
    """The total word of a row: among its first texts if the row lacks something, else alone in its first cell."""
    texts = [value.strip() for value in body.grid.rows[row] if isinstance(value, str) and not is_blank(value)]
    short = [text for text in texts if len(text) <= _LONGEST]
    if incomplete:
        return next((text for text in short if totals.within.fullmatch(text)), None)
    first = short[0] if short and texts[0] == short[0] else ""
    ends = re.compile(rf".*(?:{totals.alone.pattern})", re.IGNORECASE)
    return first if first and (totals.alone.fullmatch(first) or ends.fullmatch(first)) else None


def _adds_up(body: Body, claims: Sequence[Claim], row: int, sums: dict[int, Decimal]) -> bool:
    """Nothing but figures, of which one at least is the sum of those above it, in a row that lacks more than names."""
    cells = [value for value in body.grid.rows[row] if not is_blank(value)]
    if not cells or any(figure(value) is None for value in cells):
        return False
    lacks_more = any(
        not body.is_filled(row, claim.columns[name].column)
        for claim in claims
        for name in claim.kind.required
        if name in claim.columns and claim.kind.field(name).type not in (IDENTIFIER, NAME, NUMBER, MONEY)
    )
    matches = [figure(body.grid.rows[row][column]) == total for column, total in sums.items() if total]
    return lacks_more and any(matches)


def _sums(body: Body, columns: Sequence[int], first: int, last: int, left_out: Collection[int]) -> dict[int, Decimal]:
    """The sum of each column over rows `first` to `last` (exclusive); a column with anything unreadable has none."""
    rows = [body.rows[i] for i in range(first, last) if i not in left_out]
    sums = {}
    for column in columns:
        cells = [(row, body.grid.rows[row][column]) for row in rows]
        figures = [figure(value) for row, value in cells if body.is_filled(row, column)]
        if figures and None not in figures:
            sums[column] = sum((number for number in figures if number is not None), Decimal(0))
    return sums


def _off(
    body: Body, index: int, starts: tuple[int, int], columns: Sequence[int], left_out: list[int], must_foot: bool
) -> Iterator[Finding]:
    """Figures of a labelled total that are the sum neither since the last total nor since the beginning."""
    row = body.rows[index]
    near, whole = (_sums(body, columns, start, index, left_out) for start in reversed(starts))
    for column in columns:
        written = figure(body.grid.rows[row][column])
        pairs = zip((near, whole), reversed(starts), strict=True)
        sums = [(total[column], start) for total, start in pairs if column in total]
        if written is None or len(sums) < 2 or any(written == total for total, _ in sums):
            continue
        level = Level.ERROR if must_foot else Level.WARNING
        nearest, start = min(sums, key=lambda one: abs(one[0] - (written or 0)))
        first, last = a1(body.rows[start], column), a1(body.rows[index - 1], column)
        values: dict[str, Any] = {"written": plain(written), "total": plain(nearest)}
        values |= {"first": first, "last": last, "difference": plain(written - nearest)}
        yield finding("TOTAL_DOES_NOT_FOOT", level, body.grid.name, a1(row, column), **values)
