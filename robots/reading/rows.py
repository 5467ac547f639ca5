"""One kind's rows of one table: every field's cells as a typed column, and every problem with its cell."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from string import ascii_uppercase
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from robots.cells import (
    CHOICE,
    DATE,
    MOMENT,
    MONEY,
    NUMBER,
    PRICE,
    RATE,
    Hints,
    Problem,
    currency_of,
    is_blank,
    is_other_span,
    is_share,
    read_column,
    shown,
    span_unit,
    unit_factor,
)
from robots.kinds import Field
from robots.model.findings import Finding, Level, a1, column_letter, finding
from robots.model.names import fold
from robots.reading.body import Body, figure, merged_figures, plain
from robots.reading.claims import Claim, Words, required_of
from robots.reading.facts import Fact
from robots.reading.gathered import Gathered, gathered, without_ends
from robots.reading.headers import Heading
from robots.reading.proposals import likely_value

_TAKEN_ANYWAY = {"WORD_UNKNOWN"}  # the word is reported, the row goes on without it
MOST_ASIDE = 200  # rows of one kind on one sheet that a receipt repeats
_NOT_SUMMED = (NUMBER, MONEY)  # a figure written once for several rows belongs to none of them


@dataclass(frozen=True)
class Taken:
    """What one kind took of one sheet: how many rows, how many were set aside, and which column is which field.

    `columns`: (field, the header as it stands, the field's usual word). `letters`: field → Excel's name of its column.
    `aside`: where the first rows set aside stand in the grid.
    """

    sheet: str
    kind: str
    columns: tuple[tuple[str, str, str], ...]
    rows: int
    set_aside: int
    letters: Mapping[str, str] = field(default_factory=dict)
    aside: tuple[int, ...] = ()


@dataclass
class _Taking:
    """One kind taking rows: the body, the claim, and what was found wrong so far (indices of the body)."""

    body: Body
    claim: Claim
    words: Words
    currency: str
    bad: set[int] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    @property
    def sheet(self) -> str:
        return self.body.grid.name

    @property
    def length(self) -> int:
        return len(self.body.rows)

    def tell(self, code: str, cell: str, level: Level = Level.ERROR, **values: Any) -> None:
        self.findings.append(finding(code, level, self.sheet, cell, **values))


def take_rows(body: Body, claim: Claim, claims: Sequence[Claim], words: Words) -> tuple[Taken, pa.Table, list[Finding]]:
    """The rows of a table that are of one kind: what was taken, as a table with `_sheet` and `_row`, and findings."""
    mine = _written(_of_this_kind(body, claim, claims, words), words)
    taking = _Taking(mine, claim, words, _currency(claim, words))
    columns = {spec.name: _column(taking, spec) for spec in claim.kind.fields}
    columns |= {spec.share: _told_as_share(taking, spec, columns) for spec in claim.kind.fields if spec.share}
    taking.bad |= set(_half_answered(taking))
    taking.bad |= set(_required_blanks(taking, columns))
    table = _placed(pa.table(columns), mine)
    taking.bad |= set(_checked(taking, table))
    notes = _notes(taking)
    findings = list(_without_notes(taking, notes))
    bad = taking.bad
    good = table.filter(pa.array([i not in bad for i in range(taking.length)], pa.bool_())) if bad else table
    letters = {name: column_letter(heading.column) for name, heading in claim.columns.items()}
    told = _told(taking)
    empty = _without_figures(taking, columns)
    if empty:
        keep = pa.array([i not in empty and i not in bad for i in range(taking.length)], pa.bool_())
        good = table.filter(keep)
    aside = tuple(mine.rows[index] for index in sorted(bad - notes)[:MOST_ASIDE])
    counts = (good.num_rows, len(bad) - len(notes))
    return Taken(mine.grid.name, claim.kind.name, told, *counts, letters, aside), good, findings


def _without_figures(taking: _Taking, columns: Mapping[str, pa.Array]) -> set[int]:
    """Of rows that are made of columns, those without a figure (a dash under a month), and those of a list that nobody
    answered: they say nothing."""
    values = [columns[name] for name in taking.claim.values or taking.claim.kind.answers]
    if not values:
        return set()
    return {i for i in range(taking.length) if i not in taking.bad and not any(v[i].is_valid for v in values)}


def _written(body: Body, words: Words) -> Body:
    """Of a list that we handed out, the rows in which somebody wrote something; all rows of anything else."""
    back = words.back
    if back is None:
        return body
    return body.without({row for row in body.rows if row not in back.rows or not back.written(body.grid, row)})


def _half_answered(taking: _Taking) -> Iterator[int]:
    """Rows of a list in which something was written, but not what was asked for."""
    back, claim, body = taking.words.back, taking.claim, taking.body
    if back is None:
        return
    asked = _asked(claim, back.opened())
    headers = {heading.column: heading.shown for heading in claim.columns.values()}
    for index, row in enumerate(body.rows):
        if asked and not any(body.is_filled(row, heading.column) for heading in asked):
            filled = "、".join(headers.get(column, column_letter(column)) for column in back.written(body.grid, row))
            taking.tell("ANSWER_MISSING", a1(row, asked[0].column), filled=filled, column=asked[0].shown)
            yield index


def _asked(claim: Claim, opened: Collection[int]) -> list[Heading]:
    """The columns that ask for the answer: where those are closed, those that ask for a decision about it."""
    for names in (claim.kind.answers, claim.kind.decides):
        headings = [claim.columns[name] for name in names if name in claim.columns]
        if asked := [heading for heading in headings if heading.column in opened]:
            return asked
    return []


def _told(taking: _Taking) -> tuple[tuple[str, str, str], ...]:
    """Which column, cell or name each field came from."""
    claim = taking.claim
    usual = taking.words.lexicon.vocabularies[claim.kind.name].columns
    told = {name: " / ".join(dict.fromkeys(h.shown for h in claim.headings(name))) for name in claim.columns}
    for name, fact in claim.facts.items():
        told[name] = f"{fact.label}:{shown(fact.value)} ({a1(fact.row, fact.column)})"
    told |= {name: f"= {text}" for name, text in claim.fixed.items()}
    return tuple((name, text, usual[name][0]) for name, text in told.items())


def _placed(table: pa.Table, body: Body) -> pa.Table:
    sheets = pa.array([body.grid.name] * len(body.rows), pa.string())
    rows = pa.array([row + 1 for row in body.rows], pa.int64())
    return table.append_column("_sheet", sheets).append_column("_row", rows)


def _of_this_kind(body: Body, claim: Claim, claims: Sequence[Claim], words: Words) -> Body:
    """Rows that are of this kind: where a sheet feeds several, those with something in this kind's own columns.

    A row with nothing in the own columns of any kind belongs to the widest one, which says what it lacks. Of rows that
    are made of columns (1月 … 12月), those that have a figure.
    """
    if claim.values:
        return body.without(set.intersection(*(_without_figure(body, claim, name, words) for name in claim.values)))
    if not claim.own:
        return body
    others = [other for other in claims if other is not claim]
    takes_rest = all(other.own and len(other.columns) <= len(claim.columns) for other in others)
    lacking = {row for row in body.rows if not _has_own(body, row, claim)}
    if takes_rest:
        lacking = {row for row in lacking if any(_has_own(body, row, other) for other in others)}
    return body.without(lacking)


def _without_figure(body: Body, claim: Claim, name: str, words: Words) -> set[int]:
    """Rows that have none in one of the columns that mean rows: a blank, or an amount of 0, which many programs write
    into the one of two columns (借方, 贷方) that does not count."""
    column = claim.columns[name].column
    blank = set(body.blank_rows(column))
    if claim.kind.field(name).type is not MONEY:
        return blank
    nothing = _blank_words(claim.kind.field(name), words)
    cells = ((row, body.grid.columns[column][row]) for row in body.rows)
    return blank | {row for row, cell in cells if figure(cell) == 0 or fold(shown(cell)).casefold() in nothing}


def _has_own(body: Body, row: int, claim: Claim) -> bool:
    return any(body.is_filled(row, heading.column) for name in claim.own for heading in claim.headings(name))


# ------------------------------------------------------------------ one field


def _column(taking: _Taking, spec: Field) -> pa.Array:
    """One field's column, from where the claim says; the rows it spoils are noted."""
    claim = taking.claim
    if spec.name in claim.columns:
        return _from_column(taking, spec, claim.columns[spec.name])
    if spec.name in claim.facts:
        return _from_fact(taking, spec, claim.facts[spec.name])
    if spec.name in claim.fixed:
        return _from_text(taking, spec, claim.fixed[spec.name])
    return _constant(taking.length, spec, spec.default)


def _constant(length: int, spec: Field, value: Any) -> pa.Array:
    return pa.array([value] * length, spec.type.arrow) if value is not None else pa.nulls(length, spec.type.arrow)


def _from_column(taking: _Taking, spec: Field, heading: Heading) -> pa.Array:
    body, length = taking.body, taking.length
    if code := _header_refused(heading, spec, taking.currency):
        cell = f"{column_letter(heading.column)}{body.head}"
        taking.tell(code, cell, column=heading.shown, currency=taking.currency)
        taking.bad |= set(range(length)) if spec.required else set()
        return pa.nulls(length, spec.type.arrow)
    cells, places = _cells(taking, spec, heading)
    if spec.share:
        shares = _shares(taking, spec, heading, cells)
        cells = [None if index in shares else cell for index, cell in enumerate(cells)]
    column, problems = read_column(cells, spec.type, _hints(taking, spec, heading))
    problems += list(_bounds(column, spec))
    if taking.words.chosen and spec.type is CHOICE:
        problems = [replace(problem, code="ANSWER_WORD") for problem in problems]
    elif spec.strict:
        problems = [replace(p, code="WORD_DECIDES") if p.code == "WORD_UNKNOWN" else p for p in problems]
    for problem in problems:
        at = places[problem.index] if places else heading.column
        _tell_problem(taking, spec, heading.shown, body.cell(problem.index, at), problem)
    taking.bad |= {p.index for p in problems if p.code not in _TAKEN_ANYWAY}
    for one in taking.claim.headings(spec.name):
        taking.bad |= set(_absent(taking, one.column)) | set(_merged(taking, spec, one))
    return pc.fill_null(column, spec.default) if spec.default is not None else column


def _shares(taking: _Taking, spec: Field, heading: Heading, cells: Sequence[Any]) -> set[int]:
    """Of a column of amounts, the cells that hold a share: by their sign, by how Excel shows them, or by the header."""
    hints = _hints(taking, spec, heading)
    numbers = {index for index, cell in enumerate(cells) if isinstance(cell, int | float)}
    if not (hints.percent or hints.permille):
        numbers &= _percents(taking.body, heading.column)
    return numbers | {index for index, cell in enumerate(cells) if is_share(cell)}


def _told_as_share(taking: _Taking, spec: Field, columns: Mapping[str, pa.Array]) -> pa.Array:
    """The field that a column of amounts tells where it holds shares, with what its own column tells. Where both do and
    differ, nobody knows which is meant."""
    heading, target, own = taking.claim.columns.get(spec.name), taking.claim.kind.field(spec.share), columns[spec.share]
    if heading is None:
        return own
    cells, _ = _cells(taking, spec, heading)
    shares = _shares(taking, spec, heading, cells)
    if not shares:
        return own
    told = [cell if index in shares else None for index, cell in enumerate(cells)]
    hints = replace(_hints(taking, target, heading), factor=Decimal(1))
    column, problems = read_column(told, target.type, hints)
    problems += list(_bounds(column, target))
    for index in pc.indices_nonzero(pc.fill_null(pc.not_equal(column, own), False)).to_pylist():
        readings = " / ".join(f"{value[index].as_py():.2%}" for value in (column, own))
        problems.append(Problem(index, "RATE_DOUBTFUL", shown(told[index]), (("readings", readings),)))
    for problem in problems:
        _tell_problem(taking, spec, heading.shown, taking.body.cell(problem.index, heading.column), problem)
    taking.bad |= {problem.index for problem in problems}
    cell = taking.body.cell(min(shares), heading.column)
    usual = taking.words.usual(taking.claim.kind.name, target.name)
    taking.tell("READ_AS_SHARE", cell, Level.INFO, column=heading.shown, field=usual, count=len(shares))
    return pc.coalesce(own, column)


def _cells(taking: _Taking, spec: Field, heading: Heading) -> tuple[Sequence[Any], Sequence[int]]:
    """The raw cells of a field; where the sender's config gathers it, from which columns they came, too."""
    body, claim, dialect = taking.body, taking.claim, taking.words.dialect
    cut = dialect.cut if dialect else ""
    if dialect is None or spec.name not in claim.more:
        return without_ends(body.cells(heading.column, down=spec.type not in _NOT_SUMMED), cut), ()
    pick = dialect.pick(claim.kind.name, spec.name)
    found = gathered(body, claim.headings(spec.name), pick, claim.authors.get(spec.name, ()), dialect)
    _tell_picks(taking, spec, found)
    return found.values, found.columns


def _tell_picks(taking: _Taking, spec: Field, found: Gathered) -> None:
    """Rows in which several values count, or none of those that stand there: a required field is not guessed."""
    kind, sender = taking.claim.kind.name, taking.words.dialect.sender if taking.words.dialect else ""
    usual = taking.words.usual(kind, spec.name)
    level = Level.ERROR if spec.required else Level.WARNING
    rows = [("PICK_SEVERAL", found.several), *([("PICK_NONE", found.none)] if spec.required else [])]
    for code, seen in rows:
        for index, text in seen.items():
            cell = taking.body.cell(index, taking.claim.columns[spec.name].column)
            place = f"[pick.{kind}.{spec.name}]"
            taking.tell(code, cell, level, seen=text, field=usual, sender=sender, place=place)
        taking.bad |= set(seen) if spec.required else set()


def _merged(taking: _Taking, spec: Field, heading: Heading) -> Iterator[int]:
    """Rows that share one figure in a merged cell: it can be given to none of them."""
    if spec.type not in _NOT_SUMMED or not taking.body.fills:
        return
    for row, indices in merged_figures(taking.body, heading.column).items():
        if len(indices) > 1:
            cell = a1(row, heading.column)
            taking.tell("FIGURE_MERGED", cell, column=heading.shown, count=len(indices))
            yield from indices


def _from_fact(taking: _Taking, spec: Field, fact: Fact) -> pa.Array:
    """A field that one cell beside the table tells for all rows."""
    heading = Heading(fact.column, (fact.label,))
    column, problems = read_column([fact.value], spec.type, _hints(taking, spec, heading))
    problems += list(_bounds(column, spec))
    for problem in problems:
        _tell_problem(taking, spec, fact.label, a1(fact.row, fact.column), problem)
    if spec.required and not column[0].is_valid:
        taking.bad |= set(range(taking.length))
    value = column[0].as_py()
    return _constant(taking.length, spec, spec.default if value is None else value)


def _from_text(taking: _Taking, spec: Field, text: str) -> pa.Array:
    """A field that a name or the config tells for all rows."""
    column, problems = read_column([text], spec.type, _hints(taking, spec, Heading(0, (spec.name,))))
    for problem in problems:
        _tell_problem(taking, spec, spec.name, "", problem)
    if spec.required and problems:
        taking.bad |= set(range(taking.length))
    return _constant(taking.length, spec, column[0].as_py())


_PER_MANY = re.compile(r"/\s*(?:\d{2,}|[千万百]|k(?![a-oq-z]))|^[打罗]$", re.IGNORECASE)  # 元/千件, 元/K, 打; not 元/kg


def _header_refused(heading: Heading, spec: Field, currency: str) -> str:
    """Why the numbers under a header cannot be taken as they stand: another currency, or a price per thousand."""
    if spec.type in (MONEY, PRICE) and currency and currency_of(heading.shown) not in ("", currency):
        return "CURRENCY_OTHER_COLUMN"
    many = _PER_MANY.search(fold(heading.unit)) or is_other_span(heading.unit, span_unit(spec.name))
    return "UNIT_NOT_READ" if spec.type in (MONEY, PRICE, NUMBER) and many else ""


def _currency(claim: Claim, words: Words) -> str:
    """The currency that amounts are in unless they say so; empty where the rows or the sender say it themselves."""
    return "" if "currency" in claim.told else words.lexicon.currency


def _hints(taking: _Taking, spec: Field, heading: Heading) -> Hints:
    words, body = taking.words, taking.body
    vocabulary = words.lexicon.vocabularies.get(taking.claim.kind.name)
    own = unit_factor(heading.unit) if spec.type in (MONEY, PRICE, NUMBER) else Decimal(1)
    of_sheet = body.money_factor if spec.type in (MONEY, PRICE) else Decimal(1)
    written = fold(" ".join((*heading.parts, heading.unit_below)))
    return Hints(
        factor=of_sheet if own is None else own,
        percent="%" in written,
        permille="‰" in written,
        date_order=words.dialect.date_order if words.dialect else "",
        choices=vocabulary.choices(spec.name) if vocabulary and spec.type is CHOICE else {},
        blank=_blank_words(spec, words),
        currency=taking.currency,
        percents=_percents(body, heading.column) if spec.type is RATE else frozenset(),
        year=body.year,
        month=body.month,
        edge=spec.edge,
        span=span_unit(spec.name),
        daily=spec.daily,
    )


def _percents(body: Body, column: int) -> frozenset[int]:
    if not body.grid.percent:
        return frozenset()
    return frozenset(index for index, row in enumerate(body.rows) if (row, column) in body.grid.percent)


def _blank_words(spec: Field, words: Words) -> frozenset[str]:
    """The sender's words for "not known", and, for figures and dates, those that everybody writes (-, /, 无)."""
    own = words.dialect.blank if words.dialect else ()
    common = words.lexicon.blank if spec.type in (MONEY, PRICE, NUMBER, RATE, DATE, MOMENT) else ()
    return frozenset(fold(word).casefold() for word in (*own, *common))


def _bounds(column: pa.Array, spec: Field) -> Iterator[Problem]:
    for limit, outside, sign in ((spec.low, pc.less, "≥"), (spec.high, pc.greater, "≤")):
        if limit is None or not column.null_count < len(column):
            continue
        for index in pc.indices_nonzero(pc.fill_null(outside(column, limit), False)).to_pylist():
            yield Problem(index, "OUT_OF_RANGE", plain(column[index].as_py()), (("limit", f"{sign} {limit}"),))


def _absent(taking: _Taking, column: int) -> Iterator[int]:
    """Rows with an error cell or a formula never calculated here: both look blank, and neither is."""
    grid = taking.body.grid
    if not grid.errors and not grid.uncalculated:
        return
    for index, row in enumerate(taking.body.rows):
        place = (row, column)
        if place in grid.errors:
            taking.tell("ERROR_CELL", a1(*place), seen=grid.errors[place])
            yield index
        elif place in grid.uncalculated:
            taking.tell("FORMULA_NOT_CALCULATED", a1(*place))
            yield index


def _tell_problem(taking: _Taking, spec: Field, shown_as: str, cell: str, problem: Problem) -> None:
    level = Level.WARNING if problem.code in _TAKEN_ANYWAY else Level.ERROR
    values = {"seen": problem.seen, "column": shown_as, "field": spec.name, **dict(problem.values)}
    if problem.code == "ANSWER_WORD":
        values["allowed"] = "、".join(taking.words.lexicon.vocabularies[taking.claim.kind.name].values[spec.name])
    if problem.code in ("WORD_UNKNOWN", "WORD_DECIDES"):
        kind = taking.claim.kind.name
        likely = likely_value(problem.seen, taking.words.lexicon.vocabularies[kind], spec.name)
        values |= {"kind": kind, "likely": likely or "?"}
    taking.tell(problem.code, cell, level, **values)


# ------------------------------------------------------------------ whole rows


def _required_blanks(taking: _Taking, columns: dict[str, pa.Array]) -> Iterator[int]:
    """Rows that lack what is required, or a word on which money hangs where a column is there to say it."""
    claim, body = taking.claim, taking.body
    strict = (spec.name for spec in claim.kind.fields if spec.strict and spec.default is None)
    for name in (*required_of(claim), *strict):
        heading = claim.columns.get(name)
        if heading is None or not columns[name].null_count:
            continue
        for index in pc.indices_nonzero(pc.is_null(columns[name])).to_pylist():
            cell = body.cell(index, heading.column)
            if not any(body.is_filled(body.rows[index], one.column) for one in claim.headings(name)):
                taking.tell(claim.kind.field(name).blank, cell, column=heading.shown, field=name)
            elif index not in taking.bad:  # the sender's word for "not known" in a field that must be known
                seen = shown(body.grid.rows[body.rows[index]][heading.column])
                taking.tell("REQUIRED_UNKNOWN", cell, column=heading.shown, seen=seen)
            yield index


def _checked(taking: _Taking, table: pa.Table) -> Iterator[int]:
    """The kind's own checks, on rows that are good so far. Yields the rows they set aside."""
    claim, body = taking.claim, taking.body
    for check in claim.kind.checks:
        for found in check(table):
            if found.index in taking.bad:
                continue
            heading = claim.columns.get(found.field)
            cell = body.cell(found.index, heading.column) if heading else str(body.rows[found.index] + 1)
            named = ((key, _shown_as(claim, name)) for key, name in found.columns)
            taking.findings.append(Finding(found.code, found.level, taking.sheet, cell, (*found.values, *named)))
            if found.level is Level.ERROR:
                yield found.index


def _shown_as(claim: Claim, name: str) -> str:
    heading = claim.columns.get(name)
    return heading.shown if heading else name


def _notes(taking: _Taking) -> set[int]:
    """Of the rows set aside, those that are notes under the table."""
    claim, body = taking.claim, taking.body
    required = [claim.columns[name].column for name in required_of(claim) if name in claim.columns]
    return {index for index in taking.bad if _is_note(body, body.rows[index], required)}


def _is_note(body: Body, row: int, required: list[int]) -> bool:
    """One or two cells of which at most one, and not all, is required; labels only (制表:张三); a label in front."""
    cells = [value for value in body.grid.rows[row] if not is_blank(value)]
    if len(required) > 1 and all(body.is_filled(row, column) for column in required):
        return False
    labels = [isinstance(value, str) and ":" in fold(value) for value in cells]
    if cells and (all(labels) or (labels[0] and fold(cells[0]).endswith(":"))):
        return True
    filled = sum(body.is_filled(row, column) for column in required)
    return len(cells) <= 2 and filled <= 1 and filled < len(required)


def _without_notes(taking: _Taking, notes: set[int]) -> Iterator[Finding]:
    """The findings of rows that are data; a note is named once, as a note."""
    rows = {taking.body.rows[index] + 1 for index in notes}
    yield from (f for f in taking.findings if int(f.cell.lstrip(ascii_uppercase) or 0) not in rows)
    yield from (finding("ROW_NOTE", Level.INFO, taking.sheet, place) for place in _ranges(sorted(rows)))


def _ranges(rows: Sequence[int]) -> Iterator[str]:
    """Rows as people write them: many in a row as first…last.

    >>> list(_ranges([3, 5, 6, 7, 8]))
    ['3', '5…8']
    """
    start = 0
    for at in range(1, len(rows) + 1):
        if at == len(rows) or rows[at] != rows[at - 1] + 1:
            run = rows[start:at]
            yield from [f"{run[0]}…{run[-1]}"] if len(run) > 2 else map(str, run)
            start = at
