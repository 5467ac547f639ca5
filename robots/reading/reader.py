"""One sheet → a typed table per kind, and every problem with its cell. The whole road of a row is on this page."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from string import ascii_uppercase
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from robots.cells import (
    DATE,
    MONEY,
    NUMBER,
    PRICE,
    RATE,
    Hints,
    Problem,
    currency_of,
    is_blank,
    read_column,
    shown,
    unit_factor,
)
from robots.kinds import Field, Kind
from robots.model.findings import Finding, Level, a1, column_letter, finding
from robots.model.names import fold, identity
from robots.model.words import say
from robots.reading.claims import Claim, Words, claim_sheet, nearest_kind
from robots.reading.grid import Grid
from robots.reading.headers import Header, Heading, find_header

MOST_OF_ONE_CODE = 1000
_TAKEN_ANYWAY = {"WORD_UNKNOWN"}  # the word is reported, the row goes on without it


@dataclass(frozen=True)
class Taken:
    """What one kind took of one sheet: how many rows, how many were set aside, and which column is which field.

    `columns`: (field, the header as it stands, the field's usual word).
    """

    sheet: str
    kind: str
    columns: tuple[tuple[str, str, str], ...]
    rows: int
    set_aside: int


@dataclass(frozen=True)
class Reading:
    """What became of one file.

    `tables`: kind → the kind's fields plus `_sheet`, `_row` (Excel's number), `_key` and `_hash` (int64).
    `unknown`: header words nobody knew, as (sheet, word).
    """

    taken: tuple[Taken, ...] = ()
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _SheetReading:
    """What became of one sheet, before keys are compared over the whole workbook."""

    taken: tuple[tuple[Taken, pa.Table], ...] = ()
    findings: tuple[Finding, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()


@dataclass
class _Body:
    """The rows below a header that hold data: their cells by column and their places in the grid.

    `money_factor`: what amounts are multiplied by, where a line above the table names a unit (单位:万元).
    """

    grid: Grid
    rows: list[int]
    money_factor: Decimal = Decimal(1)
    findings: list[Finding] = field(default_factory=list)

    @cached_property
    def _columns(self) -> list[tuple[Any, ...]]:
        return list(zip(*(self.grid.rows[row] for row in self.rows), strict=True))

    def cells(self, column: int) -> Sequence[Any]:
        """The raw cells of one column."""
        return self._columns[column] if self.rows else ()

    def cell(self, index: int, column: int) -> str:
        """The A1 reference of a row of the body."""
        return a1(self.rows[index], column)


def read_workbook(grids: Sequence[Grid], words: Words) -> Reading:
    """Read every sheet; a sheet that cannot be used says why, and the others go on."""
    sheets = [_read_sheet(grid, words) for grid in grids]
    taken = [pair for sheet in sheets for pair in sheet.taken]
    findings = [found for sheet in sheets for found in sheet.findings]
    tables = {}
    for name in dict.fromkeys(one.kind for one, _ in taken):
        whole = pa.concat_tables(table for one, table in taken if one.kind == name)
        tables[name], twice = with_keys(whole, words.kinds[name])
        findings += [_key_twice(words.kinds[name], row, first) for row, first in twice]
    return Reading(
        tuple(_less(one, _lost(one, table, tables)) for one, table in taken),
        tables,
        tuple(_capped(findings)),
        tuple(word for sheet in sheets for word in sheet.unknown),
    )


def _less(one: Taken, lost: int) -> Taken:
    return replace(one, rows=one.rows - lost, set_aside=one.set_aside + lost)


def _lost(one: Taken, before: pa.Table, tables: Mapping[str, pa.Table]) -> int:
    """Rows of a sheet left out because their key stood earlier in the workbook."""
    kept: int = pc.sum(pc.equal(tables[one.kind]["_sheet"], one.sheet)).as_py() or 0
    return int(before.num_rows) - kept


def _read_sheet(grid: Grid, words: Words) -> _SheetReading:
    """Header, claims, then the rows for each kind that takes the sheet."""
    if grid.hidden and not words.lexicon.read_hidden:
        return _SheetReading(findings=(finding("SHEET_HIDDEN", Level.INFO, grid.name),))
    header = find_header(grid, words.known)
    if header is None:
        return _SheetReading(findings=(finding("SHEET_LEFT", Level.INFO, grid.name),))
    claims, doubts = claim_sheet(grid.name, header, words)
    if not claims:
        return _SheetReading(findings=(*doubts, *_nobody_takes(grid, header, words, doubts)))
    body = _body(grid, header, words)
    taken = tuple(_take(body, claim, claims, words) for claim in claims)
    unknown = [heading for heading in header.headings if _is_unknown(heading, claims, words)]
    noted = tuple(_unknown_column(grid, header, heading) for heading in unknown)
    second = (finding("SECOND_READER", Level.WARNING, grid.name),) if grid.second_reader else ()
    findings = (*second, *doubts, *noted, *body.findings)
    return _SheetReading(taken, findings, tuple((grid.name, heading.shown) for heading in unknown))


def _nobody_takes(grid: Grid, header: Header, words: Words, doubts: Sequence[Finding]) -> Iterator[Finding]:
    """Why a sheet is left: nothing known on it, or nearly a kind but for some columns."""
    if doubts:
        return
    near = nearest_kind(header, words)
    if near is None:
        yield finding("SHEET_LEFT", Level.INFO, grid.name)
    else:
        kind, lacks = near
        cell = a1(header.below - 1, 0)
        fields = "、".join(words.lexicon.vocabularies[kind].columns[name][0] for name in lacks)
        yield finding("SHEET_LACKS_COLUMNS", Level.ERROR, grid.name, cell, kind=say(f"kind.{kind}"), fields=fields)


def _is_unknown(heading: Heading, claims: list[Claim], words: Words) -> bool:
    """Nobody reads it, and it is neither ignored by name nor one of two that a field could be (FIELD_TWICE)."""
    used = any(heading in claim.columns.values() for claim in claims)
    fields = [words.fields[claim.kind.name] for claim in claims]
    return not used and not any(word in known for word in heading.words for known in (words.ignored, *fields))


def _unknown_column(grid: Grid, header: Header, heading: Heading) -> Finding:
    cell = a1(header.below - 1, heading.column)
    return finding("COLUMN_UNKNOWN", Level.INFO, grid.name, cell, word=heading.shown)


# ------------------------------------------------------------------ which rows are data


def _body(grid: Grid, header: Header, words: Words) -> _Body:
    totals = _totals(words.lexicon.totals)
    ends = "".join({letter for word in words.lexicon.totals for letter in (word[-1].lower(), word[-1].upper())})
    body = _Body(grid, [], _money_factor(grid, header))
    spelled = words.spelled | {part for heading in header.headings for part in heading.parts}
    columns = {heading.column for heading in header.headings}
    marked = {row for row, column in (*grid.errors, *grid.uncalculated) if column in columns}
    for row in range(header.below, len(grid.rows)):
        cells = grid.rows[row]
        first = _first_filled(cells)
        if first is None and row not in marked:
            continue
        if _is_total(first, totals, ends):
            body.findings.append(finding("ROW_TOTAL", Level.INFO, grid.name, str(row + 1)))
        elif spelled.isdisjoint(cells[:_TELLING]) or not _is_header(cells, spelled):
            body.rows.append(row)
        elif all(cells[heading.column] == heading.parts[-1] for heading in header.headings):
            body.findings.append(finding("ROW_HEADER", Level.INFO, grid.name, str(row + 1)))
        else:
            body.findings.append(_rest_left(grid, row))
            break
    return body


_TELLING = 6  # cells that are looked at first: a header has one of its words among them, and rows are many


def _first_filled(cells: list[Any]) -> Any:
    """The first cell that holds anything but white space (0 and FALSE are something), or None. Runs for every row."""
    for value in cells:
        if value is not None and value != "" and not (isinstance(value, str) and value.isspace()):
            return value
    return None


def _is_header(cells: list[Any], spelled: Collection[str]) -> bool:
    """Are all cells, or three and more than half of them, header words as they are usually spelled?"""
    filled = [value for value in cells if not is_blank(value)]
    known = sum(isinstance(value, str) and value in spelled for value in filled)
    return known > len(filled) / 2 and known >= min(3, max(2, len(filled)))


def _rest_left(grid: Grid, row: int) -> Finding:
    """Another header: what is below has other columns, and reading it by the first ones would be guessing."""
    count = sum(_first_filled(cells) is not None for cells in grid.rows[row + 1 :])
    return finding("ROWS_LEFT", Level.ERROR, grid.name, str(row + 1), count=count)


_UNIT_LINE = re.compile(r"单位\s*:\s*([^\s,;)]+)")


def _money_factor(grid: Grid, header: Header) -> Decimal:
    """The unit of all amounts, from a title or a line above the header (单位:万元)."""
    above = (fold(cell) for row in grid.rows[: header.top] for cell in row if isinstance(cell, str))
    found = (unit_factor(match[1]) for cell in above for match in _UNIT_LINE.finditer(cell))
    return next((factor for factor in found if factor is not None), Decimal(1))


def _totals(words: tuple[str, ...]) -> re.Pattern[str]:
    """The total words, with white space anywhere in them, at the beginning or the end of a short label."""
    word = "|".join(r"\s*".join(map(re.escape, word)) for word in words)
    return re.compile(rf"\W*(?:{word})\b.{{0,8}}|.{{0,8}}(?:{word})\W*", re.IGNORECASE)


def _is_total(first: Any, totals: re.Pattern[str], ends: str) -> bool:
    """Is a row's first filled cell a total word (合 计, 本月小计:…)? `ends` are the letters that such words end in."""
    if not isinstance(first, str) or len(first) > 14 or not any(letter in first for letter in ends):
        return False
    return totals.fullmatch(first) is not None


# ------------------------------------------------------------------ one kind's rows


def _take(body: _Body, claim: Claim, claims: list[Claim], words: Words) -> tuple[Taken, pa.Table]:
    kind, sheet = claim.kind, body.grid.name
    mine = _of_this_kind(body, claim, claims)
    columns: dict[str, pa.Array] = {}
    bad: set[int] = set()
    currency = _currency(claim, words)
    for spec in kind.fields:
        heading = claim.columns.get(spec.name)
        column, wrong = _column(mine, spec, heading, words, kind, currency)
        columns[spec.name] = column
        bad |= wrong
    bad |= set(_required_blanks(mine, claim, columns, bad))
    table = _placed(pa.table(columns), mine)
    bad |= set(_checked(mine, claim, table, bad))
    notes = _notes(mine, claim, bad)
    body.findings += _without_notes(mine, notes)
    good = table.filter(pa.array([i not in bad for i in range(len(mine.rows))], pa.bool_())) if bad else table
    usual = words.lexicon.vocabularies[kind.name].columns
    names = tuple((name, heading.shown, usual[name][0]) for name, heading in claim.columns.items())
    return Taken(sheet, kind.name, names, good.num_rows, len(bad) - len(notes)), good


def _placed(table: pa.Table, body: _Body) -> pa.Table:
    sheets = pa.array([body.grid.name] * len(body.rows), pa.string())
    rows = pa.array([row + 1 for row in body.rows], pa.int64())
    return table.append_column("_sheet", sheets).append_column("_row", rows)


def _of_this_kind(body: _Body, claim: Claim, claims: list[Claim]) -> _Body:
    """Rows that are of this kind: where a sheet feeds several, those with something in this kind's own columns.

    A row with nothing in the own columns of any kind belongs to the widest one, which says what it lacks.
    """
    if not claim.own:
        return replace(body, findings=[])
    others = [other for other in claims if other is not claim]
    takes_rest = all(other.own and len(other.columns) <= len(claim.columns) for other in others)
    rows = [
        row
        for row in body.rows
        if _has_own(body.grid, row, claim)
        or (takes_rest and not any(_has_own(body.grid, row, other) for other in others))
    ]
    return replace(body, rows=rows, findings=[])


def _has_own(grid: Grid, row: int, claim: Claim) -> bool:
    return any(_filled(grid, row, claim.columns[name].column) for name in claim.own)


def _filled(grid: Grid, row: int, column: int) -> bool:
    place = (row, column)
    return not is_blank(grid.rows[row][column]) or place in grid.errors or place in grid.uncalculated


def _column(
    body: _Body, spec: Field, heading: Heading | None, words: Words, kind: Kind, currency: str
) -> tuple[pa.Array, set[int]]:
    """One field's column, and the rows it spoils."""
    if heading is None:
        return _constant(len(body.rows), spec, words, kind), set()
    if code := _header_refused(heading, spec, currency):
        values = {"column": heading.shown, "currency": currency}
        body.findings.append(finding(code, Level.ERROR, body.grid.name, column_letter(heading.column), **values))
        return pa.nulls(len(body.rows), spec.type.arrow), set(range(len(body.rows))) if spec.required else set()
    cells = body.cells(heading.column)
    column, problems = read_column(cells, spec.type, _hints(heading, spec, words, kind, body.money_factor, currency))
    problems += list(_bounds(column, spec))
    bad = {p.index for p in problems if p.code not in _TAKEN_ANYWAY} | set(_absent(body, heading.column))
    body.findings += [_cell_finding(body, heading, spec, problem) for problem in problems]
    if spec.default is not None:
        column = pc.fill_null(column, spec.default)
    return column, bad


_PER_MANY = re.compile(r"/\s*(?:\d{2,}|[千万百])")


def _header_refused(heading: Heading, spec: Field, currency: str) -> str:
    """Why the numbers under a header cannot be taken as they stand: another currency, or a price per thousand."""
    if spec.type in (MONEY, PRICE) and currency and currency_of(heading.shown) not in ("", currency):
        return "CURRENCY_OTHER_COLUMN"
    return "UNIT_NOT_READ" if spec.type in (MONEY, PRICE, NUMBER) and _PER_MANY.search(fold(heading.unit)) else ""


def _currency(claim: Claim, words: Words) -> str:
    """The currency that amounts are in unless they say so; empty where the rows or the sender say it themselves."""
    constants = words.dialect.constants.get(claim.kind.name, {}) if words.dialect else {}
    return "" if "currency" in claim.columns or "currency" in constants else words.lexicon.currency


def _constant(length: int, spec: Field, words: Words, kind: Kind) -> pa.Array:
    constants = words.dialect.constants.get(kind.name, {}) if words.dialect else {}
    value = constants.get(spec.name, spec.default)
    return pa.array([value] * length, spec.type.arrow) if value is not None else pa.nulls(length, spec.type.arrow)


def _hints(heading: Heading, spec: Field, words: Words, kind: Kind, money_factor: Decimal, currency: str) -> Hints:
    vocabulary = words.lexicon.vocabularies.get(kind.name)
    dialect = words.dialect
    own = unit_factor(heading.unit) if spec.type in (MONEY, PRICE, NUMBER) else Decimal(1)
    of_sheet = money_factor if spec.type in (MONEY, PRICE) else Decimal(1)
    written = fold(" ".join(heading.parts))
    return Hints(
        factor=of_sheet if own is None else own,
        percent="%" in written,
        permille="‰" in written,
        date_order=dialect.date_order if dialect else "",
        choices=vocabulary.choices(spec.name) if vocabulary else {},
        blank=_blank_words(spec, words),
        currency=currency,
    )


def _blank_words(spec: Field, words: Words) -> frozenset[str]:
    """The sender's words for "not known", and, for figures and dates, those that everybody writes (-, /, 无)."""
    own = words.dialect.blank if words.dialect else ()
    common = words.lexicon.blank if spec.type in (MONEY, PRICE, NUMBER, RATE, DATE) else ()
    return frozenset(fold(word).casefold() for word in (*own, *common))


def _bounds(column: pa.Array, spec: Field) -> Iterator[Problem]:
    for limit, outside, sign in ((spec.low, pc.less, "≥"), (spec.high, pc.greater, "≤")):
        if limit is None or not column.null_count < len(column):
            continue
        for index in pc.indices_nonzero(pc.fill_null(outside(column, limit), False)).to_pylist():
            yield Problem(index, "OUT_OF_RANGE", str(column[index].as_py()), (("limit", f"{sign} {limit}"),))


def _absent(body: _Body, column: int) -> Iterator[int]:
    """Rows with an error cell or a formula never calculated here: both look blank, and neither is."""
    grid = body.grid
    if not grid.errors and not grid.uncalculated:
        return
    for index, row in enumerate(body.rows):
        place = (row, column)
        if place in grid.errors:
            body.findings.append(finding("ERROR_CELL", Level.ERROR, grid.name, a1(*place), seen=grid.errors[place]))
            yield index
        elif place in grid.uncalculated:
            body.findings.append(finding("FORMULA_NOT_CALCULATED", Level.ERROR, grid.name, a1(*place)))
            yield index


def _cell_finding(body: _Body, heading: Heading, spec: Field, problem: Problem) -> Finding:
    level = Level.WARNING if problem.code in _TAKEN_ANYWAY else Level.ERROR
    cell = body.cell(problem.index, heading.column)
    values = {"seen": problem.seen, "column": heading.shown, "field": spec.name, **dict(problem.values)}
    return finding(problem.code, level, body.grid.name, cell, **values)


def _required_blanks(body: _Body, claim: Claim, columns: dict[str, pa.Array], bad: set[int]) -> Iterator[int]:
    for name in claim.kind.required:
        heading = claim.columns.get(name)
        if heading is None or not columns[name].null_count:
            continue
        for index in pc.indices_nonzero(pc.is_null(columns[name])).to_pylist():
            if not _filled(body.grid, body.rows[index], heading.column):
                cell = body.cell(index, heading.column)
                values = {"column": heading.shown, "field": name}
                body.findings.append(finding("REQUIRED_BLANK", Level.ERROR, body.grid.name, cell, **values))
            elif index not in bad:  # the sender's word for "not known" in a field that must be known
                cell, seen = body.cell(index, heading.column), shown(body.grid.rows[body.rows[index]][heading.column])
                body.findings.append(
                    finding("REQUIRED_UNKNOWN", Level.ERROR, body.grid.name, cell, column=heading.shown, seen=seen)
                )
            yield index


def _checked(body: _Body, claim: Claim, table: pa.Table, bad: set[int]) -> Iterator[int]:
    """The kind's own checks, on rows that are good so far. Yields the rows they set aside."""
    for check in claim.kind.checks:
        for found in check(table):
            if found.index in bad:
                continue
            heading = claim.columns.get(found.field)
            cell = body.cell(found.index, heading.column) if heading else str(body.rows[found.index] + 1)
            body.findings.append(Finding(found.code, found.level, body.grid.name, cell, found.values))
            if found.level is Level.ERROR:
                yield found.index


def _notes(body: _Body, claim: Claim, bad: set[int]) -> set[int]:
    """Of the rows set aside, those that are notes under the table."""
    required = [claim.columns[name].column for name in claim.kind.required if name in claim.columns]
    return {index for index in bad if _is_note(body.grid, body.rows[index], required)}


def _is_note(grid: Grid, row: int, required: list[int]) -> bool:
    """One or two cells of which at most one, and not all, is required; or labels only (制表:张三, 审核:李四)."""
    cells = [value for value in grid.rows[row] if not is_blank(value)]
    if cells and all(isinstance(value, str) and ":" in fold(value) for value in cells):
        return True
    filled = sum(_filled(grid, row, column) for column in required)
    return len(cells) <= 2 and filled <= 1 and filled < len(required)


def _without_notes(body: _Body, notes: set[int]) -> Iterator[Finding]:
    """The findings of rows that are data; a note is named once, as a note."""
    rows = {body.rows[index] + 1 for index in notes}
    yield from (f for f in body.findings if int(f.cell.lstrip(ascii_uppercase) or 0) not in rows)
    yield from (finding("ROW_NOTE", Level.INFO, body.grid.name, str(row)) for row in sorted(rows))


# ------------------------------------------------------------------ keys and hashes


Place = tuple[str, int]


def with_keys(table: pa.Table, kind: Kind) -> tuple[pa.Table, list[tuple[Place, Place]]]:
    """The table with `_key` and `_hash`, less the rows whose key stood before; and those, with the first place."""
    hashed = _hashes(_key_texts(table, kind))
    table = table.append_column("_key", hashed)
    table = table.append_column("_hash", _hashes(_joined([table[name] for name in kind.schema.names])))
    keys = hashed.to_pylist()
    if len(set(keys)) == len(keys):
        return table, []
    places = list(zip(table["_sheet"].to_pylist(), table["_row"].to_pylist(), strict=True))
    first: dict[int, int] = {}
    keep = [first.setdefault(key, index) == index for index, key in enumerate(keys)]
    twice = [(places[i], places[first[keys[i]]]) for i, kept in enumerate(keep) if not kept]
    return table.filter(pa.array(keep, pa.bool_())), twice


def _key_texts(table: pa.Table, kind: Kind) -> list[str]:
    own = _joined([_key_column(table, name) for name in kind.key])
    if not kind.else_key or not table[kind.key[0]].null_count:
        return own
    present = table[kind.key[0]].is_valid().to_pylist()
    other = _joined([_key_column(table, name) for name in kind.else_key])
    counts: Counter[str] = Counter()
    texts = []
    for has_own, mine, theirs in zip(present, own, other, strict=True):
        counts[theirs] += not has_own
        number = counts[theirs] if kind.sequence else 1
        texts.append(mine if has_own else f"\x1e{theirs}\x1f{number}")
    return texts


def _key_column(table: pa.Table, name: str) -> pa.ChunkedArray:
    """A key field as it is compared: a vendor's name by its identity."""
    column = table[name]
    if name != "vendor":
        return column
    names = pc.unique(column)
    known = pa.array([identity(text) if text else None for text in names.to_pylist()], pa.string())
    return pc.take(known, pc.index_in(column, names))


def _joined(columns: list[pa.ChunkedArray]) -> list[str]:
    texts = [pc.fill_null(pc.cast(column, pa.string()), "\x00") for column in columns]
    return list(pc.binary_join_element_wise(*texts, "\x1f").to_pylist()) if len(texts) > 1 else texts[0].to_pylist()


def _hashes(texts: list[str]) -> pa.Array:
    """64-bit signed hashes, the same on every machine and day."""
    blake2b = hashlib.blake2b
    digests = b"".join([blake2b(text.encode(), digest_size=8).digest() for text in texts])
    return pa.array(np.frombuffer(digests, dtype="<i8"))


def _key_twice(kind: Kind, row: Place, first: Place) -> Finding:
    return finding(
        "KEY_TWICE", Level.ERROR, row[0], str(row[1]), first=f"{first[0]}!{first[1]}", key=" + ".join(kind.key)
    )


def _capped(findings: list[Finding]) -> Iterator[Finding]:
    """All findings, but of one code on one sheet the first thousand and a line that counts the rest."""
    seen: Counter[tuple[str, str]] = Counter()
    for found in findings:
        seen[found.sheet, found.code] += 1
        if seen[found.sheet, found.code] <= MOST_OF_ONE_CODE:
            yield found
    for (sheet, code), count in seen.items():
        if count > MOST_OF_ONE_CODE:
            yield finding("MORE_OF_THIS", Level.WARNING, sheet, "", count=count - MOST_OF_ONE_CODE, of=code)
