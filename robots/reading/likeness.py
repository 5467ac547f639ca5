"""What a sheet that no kind takes may be, and which field a word of it may mean.

Resemblance proposes and never decides: a person writes a word into the config, or does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from robots.cells import CHOICE, CURRENCY, DATE, RATE, currency_of, is_blank, read_column, shown
from robots.kinds import Field, Kind
from robots.kinds.words import Vocabulary
from robots.model.names import fold, header_word
from robots.reading.claims import Words, is_near, nearest_kind, told_beside, wanted_columns
from robots.reading.grid import Grid
from robots.reading.headers import SEARCHED_ROWS, Header, Heading
from robots.reading.proposals import alike
from robots.reading.tables import Table, filled_rows

_LOOKED_AT, _MOST_COLUMNS = 50, 40  # rows and columns: enough to tell what a sheet may be


@dataclass(frozen=True)
class Likeness:
    """The kind that a table is most like, and the required fields that no word of it tells. `sure`: known words say so,
    not resemblance. `meant`: heading → the field that its word may be."""

    kind: str
    lacks: Sequence[str]
    sure: bool = False
    meant: Mapping[Heading, str] = field(default_factory=dict)


def likeness(grid: Grid, table: Table, words: Words) -> Likeness | None:
    """What a table that nobody takes is most like: by words that are known, else by words and cells that are alike."""
    header = table.header
    if near := nearest_kind(header, table.facts, words):
        return Likeness(*near, sure=True, meant=_meant(grid, table, words, near[0]))
    is_only = words.dialect is not None and words.dialect.only
    if table.number or is_only or not filled_rows(grid, table):
        return None
    if thin := _by_few_words(grid.name, table, words):
        return Likeness(thin[0], thin[1], thin[2], _meant(grid, table, words, thin[0]))
    return _by_resemblance(grid, table, words)


def strange_headings(header: Header, words: Words, kind: str = "") -> list[Heading]:
    """The columns whose words say nothing: to this kind, or to any."""
    kinds = [kind] if kind else [one.name for one in _ledgers(words)]
    read = {h.column for name in kinds for found in wanted_columns(header, words, name).values() for h in found}
    return [heading for heading in header.headings if heading.column not in read and not words.ignores(heading)]


def _ledgers(words: Words) -> list[Kind]:
    """The kinds that a sheet of a team's own may be: no form of ours, no partner's paper; of a sender whose config says
    what he sends, nothing else."""
    sent = words.dialect.columns if words.dialect else ()
    own = (kind for kind in words.kinds.values() if not (kind.answers or kind.witness or kind.alone))
    return [kind for kind in own if not sent or kind.name in sent]


# ------------------------------------------------------------------ by few words


def _by_few_words(sheet: str, table: Table, words: Words) -> tuple[str, list[str], bool] | None:
    """The kind whose words most columns of a small table are, the required fields that it lacks, and whether a word is
    this kind's alone."""
    best: tuple[tuple[bool, bool, float], str, list[str]] | None = None
    wanted = {kind.name: wanted_columns(table.header, words, kind.name) for kind in _ledgers(words)}
    for kind in _ledgers(words):
        found = wanted[kind.name]
        told = {*found, *told_beside(kind, table.facts, words)}
        lacks = [name for name in kind.required if name not in told]
        is_one = bool(lacks) and kind.is_told_by(told) and not set(kind.required).isdisjoint(found)
        if not is_one or not _are_most(found, table.header, words):
            continue
        others = (columns for name, columns in wanted.items() if name != kind.name)
        own = bool(_columns(found) - {column for other in others for column in _columns(other)})
        score = own, _is_titled(sheet, words.lexicon.vocabularies[kind.name]), 1 - len(lacks) / len(kind.required)
        if best is None or score > best[0]:
            best = score, kind.name, lacks
    return (best[1], best[2], best[0][0]) if best else None


def _columns(wanted: Mapping[str, Sequence[Heading]]) -> set[int]:
    return {heading.column for found in wanted.values() for heading in found}


def _are_most(wanted: Mapping[str, Sequence[Heading]], header: Header, words: Words) -> bool:
    """Are two columns known, and more than half of those that anybody could read?"""
    columns = _columns(wanted)
    others = sum(heading.column not in columns and not words.ignores(heading) for heading in header.headings)
    return len(columns) >= 2 and len(columns) > others


def _is_titled(sheet: str, vocabulary: Vocabulary) -> bool:
    """Does the sheet's name stand in the kind's title, or the title in it (收货 and 收货验收)?"""
    name, titles = header_word(sheet), map(header_word, vocabulary.title.values())
    return len(name) > 1 and any(name in title or title in name for title in titles)


# ------------------------------------------------------------------ by resemblance


def _by_resemblance(grid: Grid, table: Table, words: Words) -> Likeness | None:
    """The kind most of whose required fields are told by words that are known and by those that are alike."""
    looks = _looks(grid, table)
    best: tuple[tuple[float, int], Likeness] | None = None
    for kind in _ledgers(words):
        known = {*wanted_columns(table.header, words, kind.name), *told_beside(kind, table.facts, words)}
        meant = meant_by(table.header, looks, kind, words)
        told = {*known, *meant.values()}
        lacks = [name for name in kind.required if name not in known]
        score = len(told & set(kind.required)) / len(kind.required), len(told)
        if lacks and is_near(kind, told) and kind.is_told_by(known) and (best is None or score > best[0]):
            best = score, Likeness(kind.name, lacks, meant=meant)
    return best[1] if best else None


def _meant(grid: Grid, table: Table, words: Words, name: str) -> dict[Heading, str]:
    return meant_by(table.header, _looks(grid, table), words.kinds[name], words)


def meant_by(header: Header, looks: Mapping[int, Look], kind: Kind, words: Words) -> dict[Heading, str]:
    """Unknown heading → the open field of a kind that it may be: the most alike first, no field twice."""
    strange = [heading for heading in strange_headings(header, words, kind.name) if heading.column in looks]
    read = wanted_columns(header, words, kind.name)
    specs = [spec for spec in kind.fields if spec.name not in read]
    vocabulary = words.lexicon.vocabularies[kind.name]
    pairs: list[tuple[float, Heading, str]] = []
    for heading in strange:
        by_cells = dict.fromkeys(_by_cells(looks[heading.column], specs, vocabulary), _BY_CELLS)
        alike_ones = by_cells | _by_word(heading.words[-1], words, kind.name, [spec.name for spec in specs])
        pairs += [(score, heading, name) for name, score in alike_ones.items()]
    meant: dict[Heading, str] = {}
    for _, heading, name in sorted(pairs, key=lambda pair: -pair[0]):
        if heading not in meant and name not in meant.values():
            meant[heading] = name
    return meant


_BY_CELLS = 50.0  # less than any word that is alike


def _by_word(word: str, words: Words, kind: str, fields: Sequence[str]) -> dict[str, float]:
    """The fields whose words are like this one, or that another kind calls so."""
    found = alike(word, words.lexicon.vocabularies[kind], fields)
    for lookup in words.fields.values():
        found |= dict.fromkeys(set(lookup.get(word, ())) & set(fields), 100.0)
    return found


@dataclass(frozen=True)
class Look:
    """What the cells of a column look like: all of one sort, and their words."""

    companies: bool
    currencies: bool
    tax_rates: bool
    days: bool
    words: frozenset[str]


def _looks(grid: Grid, table: Table) -> dict[int, Look]:
    """Column → what stands in it, of the first columns that have anything."""
    rows = filled_rows(grid, table)[:_LOOKED_AT]
    found = {}
    for heading in table.header.headings[:_MOST_COLUMNS]:
        cells = [value for row in rows if not is_blank(value := grid.rows[row][heading.column])]
        found[heading.column] = _look(cells)
    return found


_COMPANY = re.compile(r"(?:公司|厂|集团|Ltd\.?|Inc\.?|GmbH|LLC)$", re.IGNORECASE)
_TAX_RATES = {"0", "0.01", "0.03", "0.05", "0.06", "0.09", "0.1", "0.13", "1%", "3%", "5%", "6%", "9%", "10%", "13%"}


def _look(cells: Sequence[Any]) -> Look:
    texts = {fold(shown(value)) for value in cells}
    if not texts:
        return Look(False, False, False, False, frozenset())
    return Look(
        all(map(_COMPANY.search, texts)),
        all(map(currency_of, texts)),
        texts <= _TAX_RATES and texts != {"0"},
        not read_column(cells, DATE)[1],
        frozenset(map(header_word, texts)),
    )


def _by_cells(look: Look, specs: Sequence[Field], vocabulary: Vocabulary) -> Iterator[str]:
    """The fields whose values these may be: companies, currencies, the words of a choice; tax rates and days where one
    field alone is of that sort, or alone is required."""
    for spec in specs:
        same = [one for one in specs if one.type is spec.type]
        alone = len(same) == 1 or (spec.required and sum(one.required for one in same) == 1)
        if (
            (spec.name == "vendor" and look.companies)
            or (spec.type is CURRENCY and look.currencies)
            or (spec.type is CHOICE and look.words and look.words <= set(vocabulary.choices(spec.name)))
            or (spec.type is RATE and alone and look.tax_rates)
            or (spec.type is DATE and alone and look.days)
        ):
            yield spec.name


# ------------------------------------------------------------------ a header none of whose words is known

_LONGEST_NAME, _FEWEST = 24, 3
_SENTENCE = re.compile("[。；;！!？?:]")


def plain_header(grid: Grid, words: Words) -> Header | None:
    """The first row that is built like a header though nobody knows its words: short names side by side, and below them
    a row that holds figures or days."""
    totals = {header_word(word) for word in words.lexicon.totals}
    for top in range(min(SEARCHED_ROWS, len(grid.rows) - 1)):
        names = {column: value for column, value in enumerate(grid.rows[top]) if not is_blank(value)}
        if len(names) < _FEWEST or not all(map(_is_name, names.values())):
            continue
        if len(set(names.values())) == len(names) and totals.isdisjoint(map(header_word, names.values())):
            below = [grid.rows[top + 1][column] for column in names]
            headings = tuple(Heading(column, (name.strip(),)) for column, name in names.items())
            return Header(top, top + 1, headings) if _is_row(below) else None
    return None


def _is_name(value: Any) -> bool:
    text = fold(value) if isinstance(value, str) else ""
    digits = sum(sign.isdigit() for sign in text)
    return 0 < len(text) <= _LONGEST_NAME and 2 * digits < len(text) and not _SENTENCE.search(text)


def _is_row(cells: Sequence[Any]) -> bool:
    """Is half of a row filled, and is anything in it no mere word?"""
    filled = [value for value in cells if not is_blank(value)]
    return 2 * len(filled) >= len(cells) and not all(map(_is_name, filled))
