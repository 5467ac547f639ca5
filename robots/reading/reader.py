"""One workbook → typed tables, one per kind, and every problem with its cell. The road of a sheet is on this page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from robots.cells import is_blank, shown, unit_factor
from robots.model.findings import Finding, Level, a1, column_letter, finding
from robots.model.forms import SealBroken, Sealed
from robots.model.names import fold, header_word
from robots.model.words import say
from robots.reading.assertions import missing_columns, row_count, rows_that_do_not_foot
from robots.reading.body import Body, figure, filled_down, with_merged
from robots.reading.claims import Claim, Words, alone, claim_table, told_beside
from robots.reading.facts import Facts, facts_in, year_and_month
from robots.reading.forms import Returned, about_the_form, about_the_rows, returned, with_forms
from robots.reading.grid import Grid
from robots.reading.headers import Header, Heading
from robots.reading.keys import key_twice, with_keys
from robots.reading.likeness import plain_header
from robots.reading.proposals import column_line
from robots.reading.rows import Taken, take_rows
from robots.reading.strangers import Strange, left
from robots.reading.tables import Table, filled_rows, tables_of
from robots.reading.totals import Totals, without_totals
from robots.reading.wide import Spread, month_columns, spread_table

MOST_OF_ONE_CODE = 1000
_TITLE_ROWS = 12
LONGEST_FORM = 300  # rows: what is longer is a list of something
_STRUCTURE = {
    "SHEET_UNREADABLE", "SHEET_LACKS_COLUMNS", "SHEET_RESEMBLES", "SENDER_LACKS_COLUMNS", "FIELD_TWICE", "KIND_TWICE",
    "EXPECTED_COLUMNS", "EXPECTED_ROWS", "PERIOD_NO_YEAR", "FORM_CHANGED", "FORM_VOID", "FORM_BROKEN",
    "COLUMN_DECIDES", "AMOUNT_SIGNED",
}  # fmt: skip


@dataclass(frozen=True)
class Aside:
    """A row that was set aside: its cells as (header, what a person sees)."""

    sheet: str
    row: int
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Reading:
    """What became of one file.

    `tables`: kind → the kind's fields plus `_sheet`, `_row` (Excel's number) and `_key` (int64).
    `unknown`: header words nobody knew, as (sheet, word). `strange`: those of sheets that no kind takes. `asides`: rows
    set aside, as they stand. `form`: the id of the form of ours that it is, if any.
    """

    taken: tuple[Taken, ...] = ()
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()
    asides: tuple[Aside, ...] = ()
    form: str = ""
    strange: tuple[Strange, ...] = ()

    @property
    def broken(self) -> frozenset[str]:
        """Sheets that could not be used as they are built: nobody can say that their rows are gone."""
        return frozenset(found.sheet for found in self.findings if found.code in _STRUCTURE)


@dataclass(frozen=True)
class _Part:
    """What became of one sheet or table, before keys are compared over the whole workbook."""

    taken: tuple[tuple[Taken, pa.Table], ...] = ()
    findings: tuple[Finding, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()
    asides: tuple[Aside, ...] = ()
    strange: tuple[Strange, ...] = ()


def read_workbook(grids: Sequence[Grid], words: Words) -> Reading:
    """Read every sheet; a sheet that cannot be used says why, and the others go on."""
    issued = with_forms(grids)
    parts = [_read_issued(grid, form, words) for grid, form in issued]
    findings = [found for part in parts for found in part.findings]
    taken = [pair for part in parts for pair in part.taken]
    tables = {}
    for name in dict.fromkeys(one.kind for one, _ in taken):
        mine = [(one, table) for one, table in taken if one.kind == name]
        if wrong := list(row_count(name, sum(one.rows + one.set_aside for one, _ in mine), words.dialect)):
            findings += wrong
            taken = [pair for pair in taken if pair[0].kind != name]
            continue
        tables[name], twice = with_keys(pa.concat_tables(table for _, table in mine), words.kinds[name])
        named = [words.usual(name, field) for field in words.kinds[name].key]
        findings += [key_twice(named, row, first) for row, first in twice]
    unknown = tuple(dict.fromkeys(word for part in parts for word in part.unknown))
    asides = tuple(aside for part in parts for aside in part.asides)
    form = next((one.form.id for _, one in issued if isinstance(one, Sealed)), "")
    strange = {(one.kind, one.word): one for part in reversed(parts) for one in reversed(part.strange)}
    whole = tuple(_per_sheet(taken, tables)), tables, tuple(capped(findings)), unknown, asides, form
    return Reading(*whole, strange=tuple(reversed(strange.values())))


def _per_sheet(taken: Sequence[tuple[Taken, pa.Table]], tables: Mapping[str, pa.Table]) -> Iterator[Taken]:
    """One entry for each kind on each sheet: its tables together, less the rows whose key stood before."""
    together: dict[tuple[str, str], list[Taken]] = {}
    for one, _ in taken:
        together.setdefault((one.sheet, one.kind), []).append(one)
    for (sheet, kind), parts in together.items():
        columns = tuple(dict.fromkeys(column for part in parts for column in part.columns))
        rows = sum(part.rows for part in parts)
        kept: int = pc.sum(pc.equal(tables[kind]["_sheet"], sheet)).as_py() or 0
        aside = sum(part.set_aside for part in parts) + rows - kept
        yield Taken(sheet, kind, columns, kept, aside, parts[0].letters)


def capped(findings: list[Finding]) -> Iterator[Finding]:
    """All findings, but of one code on one sheet the first thousand and a line that counts the rest."""
    seen: Counter[tuple[str, str]] = Counter()
    for found in findings:
        seen[found.sheet, found.code] += 1
        if seen[found.sheet, found.code] <= MOST_OF_ONE_CODE:
            yield found
    for (sheet, code), count in seen.items():
        if count > MOST_OF_ONE_CODE:
            yield finding("MORE_OF_THIS", Level.WARNING, sheet, "", count=count - MOST_OF_ONE_CODE, of=code)


# ------------------------------------------------------------------ a sheet


def _read_sheet(grid: Grid, words: Words) -> _Part:
    """Its tables one after the other; where it has none that a kind takes, its labels as a form."""
    if grid.hidden and not words.lexicon.read_hidden:
        return _Part(findings=(finding("SHEET_HIDDEN", Level.INFO, grid.name),))
    noted = tuple(_about_the_sheet(grid))
    words = words.under(_titles(grid))
    tables = tables_of(grid, words)
    parts = [_read_table(grid, table, words) for table in tables]
    refused = any(found.code == "EXPECTED_COLUMNS" for part in parts for found in part.findings)
    if not refused and not any(part.taken for part in parts) and (form := _read_form(grid, words)).findings:
        return replace(form, findings=(*noted, *form.findings))
    if not parts and any(one.level is Level.ERROR for one in noted):
        return _Part(findings=noted)
    parts = parts or [_read_strange(grid, words)]
    taken = tuple(pair for part in parts for pair in part.taken)
    parts = [_without_left(part) for part in parts] if taken else parts
    findings = dict.fromkeys(found for part in parts for found in part.findings)
    unknown = tuple(word for part in parts for word in part.unknown)
    asides = tuple(aside for part in parts for aside in part.asides)
    strange = tuple(one for part in parts for one in part.strange)
    return _Part(taken, (*noted, *findings), unknown, asides, strange)


def _without_left(part: _Part) -> _Part:
    """That a table is left alone is said of a sheet only where nothing of it is taken."""
    told = tuple(found for found in part.findings if found.code not in _LEFT)
    return part if told == part.findings else replace(part, findings=told, strange=())


_LEFT = {"SHEET_LEFT", "SHEET_NOT_KNOWN", "SHEET_RESEMBLES"}


def _read_strange(grid: Grid, words: Words) -> _Part:
    """A sheet in which no header word is known: a table all the same, or nothing to read."""
    header = plain_header(grid, words)
    if header is None:
        return _Part(findings=(finding("SHEET_LEFT", Level.INFO, grid.name),))
    return _stranger(grid, Table(header, len(grid.rows)), words)


def _titles(grid: Grid) -> list[str]:
    """The sheet's name, and the texts of its first rows that hold one cell or two."""
    tops = ([cell for cell in row if not is_blank(cell)] for row in grid.rows[:_TITLE_ROWS])
    return [grid.name, *(cell for row in tops if len(row) < 3 for cell in row if isinstance(cell, str))]


def _read_issued(grid: Grid, form: Sealed | SealBroken | Literal["ours"] | None, words: Words) -> _Part:
    """A sheet; where it is a form that we issued, it is of the kind that the form says, and its sealed cells stand."""
    if form is None:
        return _read_sheet(grid, words)
    if form == "ours":
        return _Part(findings=(finding("OWN_OUTPUT", Level.INFO, grid.name),))
    kinds = {name: kind for name, kind in words.kinds.items() if isinstance(form, Sealed) and name == form.form.kind}
    witness = any(kind.witness for kind in kinds.values())
    is_list = isinstance(form, Sealed) and bool(form.open) and any(kind.answers for kind in kinds.values())
    is_list = is_list and not witness
    found = list(about_the_form(grid, form, by_row=is_list, witness=witness))
    if isinstance(form, SealBroken) or (any(one.level is Level.ERROR for one in found) and not witness):
        return _Part(findings=tuple(found))
    back = returned(grid, form) if is_list else None
    if back is not None:
        found += about_the_rows(grid, back)
        if not _is_written(grid, back):
            return _Part(findings=(*found, finding("FORM_BLANK", Level.INFO, grid.name)))
    named = replace(words, kinds=kinds, chosen=not witness, back=back) if kinds else words
    part = _read_sheet(grid, named)
    told = (one for one in part.findings if one.code != "COLUMN_UNKNOWN")  # the columns are our own
    return replace(part, findings=(*found, *told), unknown=())


def _is_written(grid: Grid, back: Returned) -> bool:
    """Did anybody write anything into a list? What stands in a row that cannot be taken counts too."""
    rows = Returned({**back.rows, **dict(back.changed)}, back.open)
    return any(rows.written(grid, row) for row in rows.rows)


def _about_the_sheet(grid: Grid) -> Iterator[Finding]:
    if grid.second_reader and not grid.rows:
        yield finding("SHEET_UNREADABLE", Level.ERROR, grid.name)
    elif grid.second_reader:
        yield finding("SECOND_READER", Level.WARNING, grid.name)
    if grid.strays:
        yield finding("CELLS_FAR_AWAY", Level.WARNING, grid.name, grid.strays[0], cells="、".join(grid.strays))


def _read_table(grid: Grid, table: Table, words: Words) -> _Part:
    """Claims, then the rows that are data, then each kind's columns."""
    header, dialect = table.header, words.dialect
    year, month = _year_and_month(grid, table, words)
    spreads = spread_table(grid.name, header, table.facts, words, year)
    claims, doubts = claim_table(grid.name, header, table.facts, words)
    others = (claim for claim in claims if claim.kind not in [spread.kind for spread in spreads])
    takers: list[Claim | Spread] = alone([*spreads, *others])
    spreads = [one for one in takers if isinstance(one, Spread)]
    claims = [one for one in takers if isinstance(one, Claim)]
    claims = [_with_known_cells(grid, table, claim, words) for claim in claims]
    every = [*claims, *(claim for spread in spreads for claim in spread.claims[:1])]
    missing = [found for claim in claims for found in missing_columns(grid.name, header, claim, dialect)]
    missing += [found for claim in every for found in _deciding_columns(grid, table, claim, words)]
    missing += [found for claim in claims for found in _signed_amounts(grid, table, claim, words)]
    if missing or not (claims or spreads):
        why = _nobody_takes(grid, table, words, [*doubts, *missing], year)
        found = (*_about_the_table(grid, table), *doubts, *missing, *why.findings, *_rows_left(grid, table))
        return _Part(findings=found, strange=why.strange)
    rows = Body(grid, filled_rows(grid, table), {}, _money_factor(grid, table), year, month, header.below)
    body, left_out = _data_rows(with_merged(rows), header, every, words)
    taken, findings = _take_all(body, claims, spreads, words)
    unknown = [heading for heading in header.headings if _is_unknown(heading, claims, spreads, words)]
    noted = [_unknown_columns(grid, header, group, claims, words) for group in _by_group(unknown)]
    noted += list(_nameless(body, header))
    shown_words = tuple((grid.name, heading.shown) for heading in unknown)
    asides = tuple(_asides(grid, header, {row for one, _ in taken for row in one.aside}))
    found = (*_about_the_table(grid, table), *doubts, *noted, *left_out, *findings)
    return _Part(tuple(taken), found, shown_words, asides)


def _asides(grid: Grid, header: Header, rows: set[int]) -> Iterator[Aside]:
    """Rows that were set aside, as they stand; an error cell as its error."""
    for row in sorted(rows):
        cells = (
            (h.shown, grid.errors.get((row, h.column)) or shown(grid.rows[row][h.column])) for h in header.headings
        )
        yield Aside(grid.name, row + 1, tuple((name, "" if text == "None" else text[:200]) for name, text in cells))


def _about_the_table(grid: Grid, table: Table) -> Iterator[Finding]:
    """Every header but the first one is named: it is no data."""
    places = [("TABLE_BELOW", table.header)] if table.number else []
    for code, header in (*places, *(("ROW_HEADER", again) for again in table.again)):
        for row in range(header.top, header.below):
            yield finding(code, Level.INFO, grid.name, str(row + 1))


def _rows_left(grid: Grid, table: Table) -> Iterator[Finding]:
    """Rows of a lower table that nobody takes: reading them by the columns of the first one would be guessing."""
    count = len(filled_rows(grid, table)) if table.number else 0
    if count:
        yield finding("ROWS_LEFT", Level.WARNING, grid.name, str(table.header.below + 1), count=count)


def _take_all(
    body: Body, claims: Sequence[Claim], spreads: Sequence[Spread], words: Words
) -> tuple[list[tuple[Taken, pa.Table]], list[Finding]]:
    groups = [(claim, claims) for claim in claims]
    groups += [(claim, (claim,)) for spread in spreads for claim in spread.claims]
    taken, findings = [], []
    for claim, others in groups:
        one, table, found = take_rows(body, claim, others, words)
        taken.append((one, table))
        findings += found
    return taken, findings


def _data_rows(body: Body, header: Header, claims: Sequence[Claim], words: Words) -> tuple[Body, list[Finding]]:
    """The body less totals, with what is written once for several rows, less rows that do not foot."""
    dialect = words.dialect
    totals = Totals.of(words.lexicon.totals)
    kept, left_out = without_totals(body, claims, totals, must_foot=bool(dialect and dialect.totals_foot))
    filled, told = filled_down(kept, claims, dialect)
    off = dict(rows_that_do_not_foot(filled, header, dialect))
    return filled.without({filled.rows[index] for index in off}), [*left_out, *told, *off.values()]


def _lines(grid: Grid, table: Table) -> list[str]:
    """The texts above a table."""
    return [cell for row in table.above for cell in grid.rows[row] if isinstance(cell, str) and cell]


def _year_and_month(grid: Grid, table: Table, words: Words) -> tuple[int | None, int | None]:
    """What the sheet is about: its name, the lines above the table, the file's name, in this order."""
    return year_and_month(grid.name, *_lines(grid, table), words.file)


_UNIT_LINE = re.compile(r"单位\s*:\s*([^\s;)]+)")


def _money_factor(grid: Grid, table: Table) -> Decimal:
    """The unit of all amounts, from a title or a line above the table (单位:万元)."""
    units = (m[1] for line in _lines(grid, table) for m in _UNIT_LINE.finditer(fold(line)))
    money = (unit for text in units for unit in re.split("[、,/和]", text) if unit.endswith(("元", "千", "万", "亿")))
    found = map(unit_factor, money)
    return next((factor for factor in found if factor is not None), Decimal(1))


# ------------------------------------------------------------------ what nobody takes


def _nobody_takes(grid: Grid, table: Table, words: Words, doubts: Sequence[Finding], year: int | None) -> _Part:
    """Why a table is left: what it may be and what it lacks, or the year of its months."""
    if doubts:
        return _Part()
    header = table.header
    if year is None and len(months := list(month_columns(header))) > 2 and _would_spread(grid, table, words):
        ends = {"first": months[0].shown, "last": months[-1].shown}
        cell = a1(header.below - 1, months[0].column)
        return _Part(findings=(finding("PERIOD_NO_YEAR", Level.QUESTION, grid.name, cell, **ends),))
    return _stranger(grid, table, words)


def _stranger(grid: Grid, table: Table, words: Words) -> _Part:
    found, strange = left(grid, table, words)
    return _Part(findings=(found,), strange=tuple(strange))


def _would_spread(grid: Grid, table: Table, words: Words) -> bool:
    return bool(spread_table(grid.name, table.header, table.facts, words, 2000))


def _is_unknown(heading: Heading, claims: Sequence[Claim], spreads: Sequence[Spread], words: Words) -> bool:
    """Nobody reads it, and it is neither ignored by name nor one of two that a field could be (FIELD_TWICE)."""
    used = {column for claim in claims for column in claim.read} | {c for s in spreads for c in s.columns}
    kinds = {claim.kind.name for claim in claims} | {spread.kind.name for spread in spreads}
    known = {word for kind in kinds for word in words.fields.get(kind, {})}
    return heading.column not in used and known.isdisjoint(heading.words) and not words.ignores(heading)


def _with_known_cells(grid: Grid, table: Table, claim: Claim, words: Words) -> Claim:
    """The claim with the columns that are known by their cells: one whose header may name a field, and below which
    stands nothing but words of that field."""
    vocabulary, rows = words.lexicon.vocabularies.get(claim.kind.name), filled_rows(grid, table)
    for spec in claim.kind.fields if vocabulary else ():
        if not spec.if_all or spec.name in claim.told or vocabulary is None:
            continue
        known = vocabulary.choices(spec.name)
        maybe = [h for h in table.header.headings if h.column not in claim.read and h.words[-1] in spec.if_all]
        cells = {h: {header_word(shown(grid.rows[n][h.column])) for n in rows} - {"", "none"} for h in maybe}
        fits = [heading for heading, seen in cells.items() if seen and seen <= set(known)]
        if len(fits) == 1:
            claim = replace(claim, columns={**claim.columns, spec.name: fits[0]})
    return claim


def _signed_amounts(grid: Grid, table: Table, claim: Claim, words: Words) -> Iterator[Finding]:
    """The first amount below zero of a list in which nothing but the sign says what went out and what came in: some
    banks write what they paid with a minus, others what was sent back, and the rows without one look paid."""
    amount, way, status = claim.kind.signs or ("", "", "")
    if amount not in claim.columns or way in claim.told:
        return
    heading, told = claim.columns[amount], claim.columns.get(status)
    vocabulary, usual = words.lexicon.vocabularies.get(claim.kind.name), claim.kind.field(status).default
    known = vocabulary.choices(status) if vocabulary else {}
    for row in filled_rows(grid, table):
        says = header_word(shown(grid.rows[row][told.column])) if told else ""
        if (figure(grid.rows[row][heading.column]) or 0) < 0 and known.get(says, usual) == usual:
            cell = a1(row, heading.column)
            yield finding("AMOUNT_SIGNED", Level.ERROR, grid.name, cell, column=heading.shown)
            return


def _deciding_columns(grid: Grid, table: Table, claim: Claim, words: Words) -> Iterator[Finding]:
    """Columns that nobody reads, and in which stands another word of a strict field than its default, while no column
    tells that field: a bank's 失败 under a header of its own was taken for paid, which is what a blank means. Without a
    default it is the first of its words that a list means which says nothing (what it names was paid by us)."""
    vocabulary = words.lexicon.vocabularies.get(claim.kind.name)
    open_fields = (spec for spec in claim.kind.fields if spec.strict and spec.name not in claim.told)
    rows = filled_rows(grid, table)
    for spec in open_fields:
        known = vocabulary.choices(spec.name) if vocabulary else {}
        usual = spec.default or next(iter(known.values()), None)
        for heading in table.header.headings:
            cells = (shown(grid.rows[row][heading.column]) for row in rows)
            seen = next((c for c in cells if known.get(header_word(c), usual) != usual), None)
            if seen is not None and heading.column not in claim.read and not words.ignores(heading):
                cell = a1(table.header.below - 1, heading.column)
                values = {"word": heading.shown, "seen": seen, "field": spec.name, "kind": claim.kind.name}
                yield finding("COLUMN_DECIDES", Level.ERROR, grid.name, cell, **values)


def _by_group(unknown: Sequence[Heading]) -> Iterator[Sequence[Heading]]:
    """Unknown columns, those under one merged group together (2025年支付 › 1月 … 12月)."""
    groups: dict[tuple[str, ...], list[Heading]] = {}
    for heading in unknown:
        own = heading.parts[:-1] or (str(heading.column),)
        groups.setdefault(own, []).append(heading)
    for group in groups.values():
        yield from ([group] if len(group) > 2 else [[heading] for heading in group])


def _unknown_columns(
    grid: Grid, header: Header, group: Sequence[Heading], claims: Sequence[Claim], words: Words
) -> Finding:
    cell = a1(header.below - 1, group[0].column)
    vocabulary = words.lexicon.vocabularies[claims[0].kind.name] if claims else None
    first = group[0]
    told = first.shown if header_word(first.parts[-1]) in words.known else first.parts[-1]  # 含税›单价
    place, line = column_line(told, vocabulary, claims[0].told if claims else ())
    word = first.shown if len(group) == 1 else f"{first.shown} … {group[-1].parts[-1]}"
    return finding("COLUMN_UNKNOWN", Level.INFO, grid.name, cell, word=word, place=place, line=line)


def _nameless(body: Body, header: Header) -> Iterator[Finding]:
    """Columns with something in them and no header above."""
    named = {heading.column for heading in header.headings}
    for column in range(len(body.grid.columns) if body.rows else 0):
        if column not in named and (count := len(body.rows) - len(body.blank_rows(column))):
            cell = a1(header.below - 1, column)
            values: dict[str, Any] = {"column": column_letter(column), "count": count}
            yield finding("COLUMN_NAMELESS", Level.WARNING, body.grid.name, cell, **values)


# ------------------------------------------------------------------ a form


def _read_form(grid: Grid, words: Words) -> _Part:
    """A sheet without a table, labels left and values right: one row of the kind that it tells most of."""
    facts = facts_in(grid, range(min(LONGEST_FORM, len(grid.rows))), words.meant)
    claims = sorted((c for c in _form_claims(grid, facts, words)), key=lambda claim: -len(claim.told))
    if not claims:
        return _Part()
    best = claims[0]
    if len(claims) > 1 and len(claims[1].told) == len(best.told):
        kinds = {"one": say(f"kind.{best.kind.name}"), "other": say(f"kind.{claims[1].kind.name}")}
        return _Part(findings=(finding("KIND_TWICE", Level.QUESTION, grid.name, **kinds),))
    row = min(fact.row for fact in best.facts.values())
    year, month = year_and_month(grid.name, words.file)
    one, table, findings = take_rows(Body(grid, [row], year=year, month=month), best, [best], words)
    return _Part(((one, table),), (finding("SHEET_IS_FORM", Level.INFO, grid.name), *findings))


def _form_claims(grid: Grid, facts: Facts, words: Words) -> Iterator[Claim]:
    """Kinds whose required fields a form tells. Vendors are not among them: a form that asks for money to be sent to
    an account must never change the account that we know."""
    for name, kind in words.kinds.items():
        beside = told_beside(kind, facts, words)
        claim = Claim(kind, {}, beside, words.constants(name, grid.name, beside))
        if not kind.any_of and set(kind.required) <= claim.told and len(claim.facts) >= 3:
            yield claim
