"""Where the tables of a sheet begin and end, and which of their rows hold data: titles, gaps and repeats are not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from robots.cells import is_blank
from robots.model.names import fold, header_word
from robots.reading.claims import Words
from robots.reading.facts import Facts, facts_in
from robots.reading.grid import Grid
from robots.reading.headers import MOST_TIERS, Header, Signs, best_header, find_header, with_units
from robots.reading.wide import spread_columns

_TELLING = 6  # columns that are looked at for header words: a header has one among them, and rows are many


@dataclass(frozen=True)
class Table:
    """One header with what belongs to it: the rows below it to `end` (exclusive), and facts beside it.

    `above` are the rows of titles and lines that stand over it, the nearest block first. `number` counts the tables of
    the sheet from 0. `again` are further places of the very same header, in the middle of the table (a second printed
    page).
    """

    header: Header
    end: int
    facts: Facts = field(default_factory=dict)
    above: Sequence[int] = ()
    number: int = 0
    again: tuple[Header, ...] = ()

    @property
    def spans(self) -> list[range]:
        """The rows under each place of the header."""
        places = (self.header, *self.again)
        ends = (*(header.top for header in self.again), self.end)
        return [range(header.below, end) for header, end in zip(places, ends, strict=True)]


def tables_of(grid: Grid, words: Words) -> list[Table]:
    """Every table of a sheet, from the top down."""
    signs = Signs(words.known, words.hints, lambda header: spread_columns(header, words))
    first = find_header(grid, signs)
    if first is None:
        return []
    headers = [*_earlier(grid, first, words, signs), first, *_further(grid, first, words, signs)]
    ends = [header.top for header in headers[1:]] + [len(grid.rows)]
    tables = [Table(header, end, number=n) for n, (header, end) in enumerate(zip(headers, ends, strict=True))]
    return list(_continued(_with_facts(grid, tables, words)))


def _earlier(grid: Grid, first: Header, words: Words, signs: Signs) -> list[Header]:
    """The headers above the one that tells most: a small table may stand over a large one."""
    above = replace(grid, rows=grid.rows[: first.top])
    header = find_header(above, signs)
    if header is None or not _is_header(list(header.leaves.values()), words.spelled, words.known):
        return []
    if not any(grid.is_filled(row, c) for row in range(header.below, first.top) for c in range(len(grid.rows[row]))):
        return []
    return [*_earlier(above, header, words, signs), header, *_further(above, header, words, signs)]


def _continued(tables: list[Table]) -> Iterator[Table]:
    """Tables of one header and the same facts are one table that goes on."""
    last = tables[0]
    for table in tables[1:]:
        if table.facts == last.facts and table.header.headings == last.header.headings:
            last = replace(last, end=table.end, again=(*last.again, table.header))
        else:
            yield last
            last = table
    yield last


def _further(grid: Grid, first: Header, words: Words, signs: Signs) -> Iterator[Header]:
    """The headers below the first one, each of them once."""
    spelled = words.spelled | {heading.parts[-1] for heading in first.headings}
    last = first
    for row in _suspects(grid, first, spelled):
        if row < last.below or not _is_header(grid.rows[row], spelled, words.known):
            continue
        tops = range(max(last.below, row - MOST_TIERS + 1), row + 1)
        again = _again(grid, last, row)
        header = with_units(grid, again, signs.hints) if again else best_header(grid, signs, tops)
        if header is not None and header.below > row:
            yield header
            last = header


def _again(grid: Grid, last: Header, row: int) -> Header | None:
    """The header of the table before, word for word, one row high."""
    cells = grid.rows[row]
    if any(not isinstance(cells[c], str) or cells[c].strip() != leaf for c, leaf in last.leaves.items()):
        return None
    tiers = last.below - last.top if _whole_header_again(grid, last, row) else 1
    return replace(last, top=row - tiers + 1, below=row + 1)


def _whole_header_again(grid: Grid, last: Header, row: int) -> bool:
    tiers = last.below - last.top
    return row - tiers + 1 > last.below and grid.rows[row - tiers + 1 : row + 1] == grid.rows[last.top : last.below]


def _suspects(grid: Grid, first: Header, spelled: frozenset[str]) -> list[int]:
    """Rows that may be a header: one of their first cells is spelled like one, or a blank row stands before them."""
    rows: set[int] = set()
    for column in range(min(_TELLING + first.headings[0].column, len(grid.columns))):
        for word in spelled & grid.texts(column):
            rows |= set(_places(grid.columns[column], word, first.below))
    gaps = _blank_rows(grid, range(first.below, len(grid.rows)))
    rows |= {row + 1 for row in gaps if row + 1 < len(grid.rows)} - set(gaps)
    return sorted(row for row in rows if row >= first.below)


def _places(column: tuple[object, ...], word: str, start: int) -> Iterator[int]:
    """Where a word stands in a column, from a row on."""
    with suppress(ValueError):
        while True:
            start = column.index(word, start) + 1
            yield start - 1


def _is_header(cells: list[object], spelled: Collection[str], known_words: Collection[str]) -> bool:
    """Are all cells, or three and more than half of them, header words?"""
    filled = [value for value in cells if not is_blank(value)]
    texts = [value for value in filled if isinstance(value, str)]
    known = sum(value.strip() in spelled or header_word(value) in known_words for value in texts)
    return known > len(filled) / 2 and known >= min(3, max(2, len(filled)))


# ------------------------------------------------------------------ rows


def _blank_rows(grid: Grid, rows: Sequence[int]) -> list[int]:
    """Of some rows, those without anything in them. Columns are looked at one by one: the first full one ends it."""
    for number, column in enumerate(grid.columns):
        blank = grid.blank(number) if rows else frozenset()
        rows = [row for row in rows if column[row] in blank] if blank else []
    marked = {row for row, _ in (*grid.errors, *grid.uncalculated)}
    return [row for row in rows if row not in marked]


def filled_rows(grid: Grid, table: Table) -> list[int]:
    """The rows of a table that hold anything in its columns, or anything at all."""
    rows = [row for span in table.spans for row in span]
    blank = set(_blank_rows(grid, rows))
    return [row for row in rows if row not in blank] if blank else rows


# ------------------------------------------------------------------ facts beside tables


def _with_facts(grid: Grid, tables: list[Table], words: Words) -> list[Table]:
    """Facts above the first table hold for the sheet. Lines between tables belong to the table below them where such
    lines stand above the first one too, and to the one above where they also close the last one."""
    labels = words.meant
    titles = range(tables[0].header.top)
    above = facts_in(grid, titles, labels)
    if len(tables) == 1:
        return [replace(tables[0], facts=above, above=titles)]
    loose = [_loose_rows(grid, table) for table in tables]
    closing = [facts_in(grid, rows, labels) for rows in loose]
    found = []
    for n, table in enumerate(tables):
        before = {label: f for label, f in closing[n - 1].items() if label in above} if n else {}
        after = {label: f for label, f in closing[n].items() if label in closing[-1] and label not in above}
        carried = {label: f for label, f in above.items() if label not in before}
        lines = (*(loose[n - 1] if n else ()), *titles)
        found.append(replace(table, facts=carried | after | before, above=lines))
    return found


def _loose_rows(grid: Grid, table: Table) -> list[int]:
    """The rows at the end of a table that are lines of text rather than rows of it, from the last one up."""
    rows = []
    for row in range(table.end - 1, table.header.below - 1, -1):
        filled = [value for value in grid.rows[row] if not is_blank(value)]
        lines = all(isinstance(value, str) and ":" in fold(value) for value in filled)
        if not lines and len(filled) > 2:
            break
        rows.append(row)
    return rows[::-1]
