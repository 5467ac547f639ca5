"""Columns that mean rows: 1月 … 12月 under a year, or what a kind's own hook says; each becomes rows of its kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from robots.kinds import Kind
from robots.model.names import ARROW, header_word
from robots.model.periods import read_period
from robots.reading.claims import Claim, Words, told_beside, wanted_columns
from robots.reading.facts import Facts
from robots.reading.headers import Header, Heading


@dataclass(frozen=True)
class Spread:
    """A kind that a table's columns spread out: one claim for each row that every row of the sheet becomes."""

    kind: Kind
    claims: tuple[Claim, ...]

    @property
    def columns(self) -> set[int]:
        """Every column that is read."""
        return {heading.column for claim in self.claims for heading in claim.columns.values()}


def spread_table(sheet: str, header: Header, facts: Facts, words: Words, year: int | None) -> list[Spread]:
    """The kinds whose rows stand side by side in this table."""
    kinds = (kind for kind in words.kinds.values() if words.says(kind))
    spreads = (_spread(sheet, kind, header, facts, words, year) for kind in kinds)
    return [spread for spread in spreads if spread.claims]


def _spread(sheet: str, kind: Kind, header: Header, facts: Facts, words: Words, year: int | None) -> Spread:
    rows = _by_hook(kind, header) or _by_period(kind, header, words, year)
    plain = {name: found[-1] for name, found in wanted_columns(header, words, kind.name).items()}
    beside = told_beside(kind, facts, words)
    fixed = words.constants(kind.name, sheet, beside)
    claims = tuple(_claim(row, plain, Claim(kind, {}, beside, fixed), header) for row in rows)
    complete = all(_is_whole(kind, claim) for claim in claims)
    return Spread(kind, claims if complete else ())


def _is_whole(kind: Kind, claim: Claim) -> bool:
    """Every required field is told, and one of those that tell this kind's sheets from others."""
    return set(kind.required) <= claim.told and kind.is_told_by(claim.told)


def _claim(row: Mapping[str, int | str], plain: Mapping[str, Heading], base: Claim, header: Header) -> Claim:
    of_column = {heading.column: heading for heading in header.headings}
    own = {name: of_column[place] for name, place in row.items() if isinstance(place, int)}
    fixed = dict(base.fixed) | {name: text for name, text in row.items() if isinstance(text, str)}
    columns = {n: h for n, h in plain.items() if n not in fixed} | own
    facts = {n: fact for n, fact in base.facts.items() if n not in fixed and n not in columns}
    return replace(base, columns=columns, facts=facts, fixed=fixed, values=tuple(own))


def spread_columns(header: Header, words: Words) -> int:
    """How many columns mean rows of some kind, where a year is known."""
    kinds = (kind for kind in words.kinds.values() if words.says(kind))
    counts = (len(_by_hook(kind, header) or _by_period(kind, header, words, 2000)) for kind in kinds)
    return max(counts, default=0)


def _by_hook(kind: Kind, header: Header) -> list[dict[str, int | str]]:
    """What the kind's own hook makes of the columns, with their places on the sheet."""
    if kind.unpivot is None:
        return []
    rows = kind.unpivot([heading.parts for heading in header.headings])
    place = [heading.column for heading in header.headings]
    return [{name: place[at] if isinstance(at, int) else at for name, at in row.items()} for row in rows]


def _by_period(kind: Kind, header: Header, words: Words, year: int | None) -> list[dict[str, int | str]]:
    """Columns named after periods: one row for each period, with a field for each figure it has. None where two
    columns tell the same figure of a period (1月 twice, and no years above)."""
    if not kind.wide:
        return []
    lookup = words.fields.get(kind.name, {})
    rows: dict[str, dict[str, int | str]] = {}
    for heading in header.headings:
        period, rest = _period_of(heading.parts, year)
        names = lookup.get(ARROW.join(map(header_word, rest)), ()) if rest else (kind.wide,)
        if period and names:
            row = rows.setdefault(period, {"period": period})
            if names[0] in row:
                return []
            row[names[0]] = heading.column
    return list(rows.values()) if len(rows) > 1 else []


def _period_of(parts: tuple[str, ...], year: int | None) -> tuple[str | None, tuple[str, ...]]:
    """The period that a column's name tells, and what the name says beside it.

    >>> _period_of(("2025年", "3月", "满意度"), None), _period_of(("3月",), 2026), _period_of(("3月",), None)
    (('2025-03', ('满意度',)), ('2026-03', ()), (None, ('3月',)))
    """
    whole = [(part, read_period(part)) for part in parts]
    years = [period for _, period in whole if period and len(period) == 4]
    within = next((period for _, period in whole if period and len(period) > 4), None)
    rest = tuple(part for part, period in whole if period is None)
    if within:
        return within, rest
    known = years[0] if years else str(year) if year else ""
    for part in rest if known else ():
        if re.search("[月季Qq]", part) and (period := read_period(f"{known}年{part}")):
            return period, tuple(other for other in rest if other != part)
    return None, rest


def month_columns(header: Header) -> Iterator[Heading]:
    """Columns named after a month or a quarter without a year."""
    for heading in header.headings:
        if _period_of(heading.parts, None)[0] is None and _period_of(heading.parts, 2000)[0] is not None:
            yield heading
