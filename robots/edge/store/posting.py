"""Posting a reading: a newer version of a file replaces its rows, and only the difference is written."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Table,
    and_,
    bindparam,
    case,
    delete,
    literal,
    select,
    union_all,
    update,
)

from robots.edge.store.answers import differing_answers, judged
from robots.edge.store.columns import to_stored
from robots.edge.store.edits import (
    Work,
    counted,
    leaving,
    remember,
    restored_changes,
    returned,
    rival_changes,
    silent_edits,
    watched_changes,
)
from robots.edge.store.gone import leaving_rows, tell_gone
from robots.edge.store.relations import RELATED, Touched, pairs_named, pairs_of
from robots.edge.store.tables import FILES, ROWS
from robots.kinds import Kind, known
from robots.model.findings import Finding, Level, finding
from robots.model.words import say
from robots.reading.changes import Changes, compare
from robots.reading.reader import Reading
from robots.reading.rows import Taken


@dataclass(frozen=True)
class Posted:
    """What the rows of one sheet became for one kind."""

    taken: Taken
    new: int
    updated: int
    unchanged: int
    gone: int


def post(
    connection: Connection,
    file: int,
    drop: int,
    reading: Reading,
    broken: Collection[str] = (),
    touched: Touched | None = None,
    work: Work = (),
) -> tuple[list[Posted], list[Finding]]:
    """Write the difference for every kind.

    `broken` names sheets of this version that could not be read: their rows stay, and so do kinds it does not hold.
    `touched` gathers what came, went or changed; `work`: what stands for receipts by the rules.
    """
    with _no_collector():
        return _post(connection, file, drop, reading, broken, touched if touched is not None else Touched(), work)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Rows come by the hundred thousand and make no cycles: looking for some costs a sixth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _post(
    connection: Connection,
    file: int,
    drop: int,
    reading: Reading,
    broken: Collection[str],
    touched: Touched,
    work: Work,
) -> tuple[list[Posted], list[Finding]]:
    posted: list[Posted] = []
    reading, findings = judged(connection, drop, reading)
    held = set(connection.execute(_held(), {"file": file}).scalars())
    for name, table in ROWS.items():
        mine = [taken for taken in reading.taken if taken.kind == name]
        answered = bool(reading.form and known()[name].answers)  # a blank in a later copy withdraws no answer
        if name in reading.tables:
            letters = {one.sheet: one.letters for one in mine}
            rows = reading.tables[name]
            findings += differing_answers(connection, name, rows, letters) if answered else []
            there = name in held
            counts, found = _replace(
                connection, table, file, drop, rows, broken, letters, touched, there, answered, work
            )
            posted += _per_sheet(mine, counts)
            # a form answered again is the ordinary course
            findings += [one for one in found if not (answered and one.code == "KEY_ELSEWHERE")]
        elif name in held and not (broken or answered):
            kind = known()[name]
            edits, going = list(restored_changes(connection, kind, file, None)), leaving(connection, kind, file, None)
            gone = leaving_rows(connection, kind, file, None)
            _remove(connection, table, file, None, touched)
            edits += remember(connection, kind, file, drop, going, work)
            findings += silent_edits(connection, kind, drop, edits, {}, work)
            findings.append(tell_gone(connection, kind, drop, gone))
    return posted, findings


@dataclass(frozen=True)
class _Counts:
    new: Counter[str]
    updated: Counter[str]
    unchanged: Counter[str]
    gone: int


def _per_sheet(taken: Sequence[Taken], counts: _Counts) -> Iterator[Posted]:
    for n, one in enumerate(taken):
        sheet = one.sheet
        gone = counts.gone if n == 0 else 0
        yield Posted(one, counts.new[sheet], counts.updated[sheet], counts.unchanged[sheet], gone)


def _replace(
    connection: Connection,
    table: Table,
    file: int,
    drop: int,
    rows: pa.Table,
    broken: Collection[str],
    letters: Mapping[str, Mapping[str, str]],
    touched: Touched,
    there: bool,
    keep: bool,
    work: Work,
) -> tuple[_Counts, list[Finding]]:
    """Write the difference of one kind. `there`: the file has rows of it already; `keep` (answers on a form, that come
    as often as people give them): rows that the newer version lacks stay, and what another file answered is no former
    version."""
    kind = known()[table.name.removeprefix("rows_")]
    keys: list[int] = []
    places: list[tuple[str, int]] = []
    changes = Changes(tuple(range(rows.num_rows)))
    if there:
        keys = rows["_key"].to_pylist()
        places = list(zip(rows["_sheet"].to_pylist(), rows["_row"].to_pylist(), strict=True))
        changes = compare(_old(connection, kind, file, broken, keys), keys, places, _contents(rows, kind))
        changes = replace(changes, gone=()) if keep else changes
    before = counted(connection, kind, file, [keys[i] for i in changes.updated])
    edits = watched_changes(kind, rows, changes.updated, before)
    edits += restored_changes(connection, kind, file, changes.gone)
    edits += returned(connection, kind, rows, changes.new)
    going, gone = leaving(connection, kind, file, changes.gone), leaving_rows(connection, kind, file, changes.gone)
    _remove(connection, table, file, [*changes.gone, *(keys[i] for i in changes.updated)], touched)
    _write(connection, kind, file, drop, rows, [*changes.new, *changes.updated])
    _touch(touched, kind, rows, [*changes.new, *changes.updated])
    _move(connection, table, file, [(keys[i], *places[i]) for i in changes.moved])
    # two papers of a partner are two papers, and two forms of one approver are judged one after the other
    competes = (changes.new or changes.updated) and not (kind.alone or kind.witness)
    findings: list[Finding] = []
    beaten: list[_Beaten] = []
    if competes and _has_others(connection, table, file):
        edits += () if keep else rival_changes(connection, kind, file, drop, before)
        beaten = _beat_others(connection, table, file, drop, touched)
        findings += _elsewhere(beaten)
    edits += remember(connection, kind, file, drop, going, work)
    findings += silent_edits(connection, kind, drop, edits, letters, work)
    if changes.gone:
        findings.append(tell_gone(connection, kind, drop, gone))
    return _told(_counted(changes, rows["_sheet"]), beaten, {keys[i] for i in changes.updated}), findings


def _touch(touched: Touched, kind: Kind, rows: pa.Table, indices: Sequence[int]) -> None:
    """Note the keys of new and changed rows, the periods that they name, and how they spell vendors."""
    if not indices:
        return
    if kind.name in RELATED:
        chosen = rows["_key"].to_numpy()[list(indices)]
        touched.add(kind.name, chosen.tolist())
    touched.pairs |= pairs_of(rows, kind, indices)
    if "vendor" in kind.by_name:
        touched.spelled(pc.unique(rows["vendor"]).to_pylist())


def _counted(changes: Changes, sheets: pa.ChunkedArray) -> _Counts:
    def per_sheet(column: pa.ChunkedArray) -> Counter[str]:
        return Counter({one["values"]: one["counts"] for one in pc.value_counts(column).to_pylist()})

    whole, gone = per_sheet(sheets), len(changes.gone)
    if len(changes.new) == len(sheets):
        return _Counts(whole, Counter(), Counter(), gone)
    new, updated = (per_sheet(sheets.take(pa.array(some, pa.int64()))) for some in (changes.new, changes.updated))
    return _Counts(new, updated, whole - new - updated, gone)


def _told(counts: _Counts, beaten: Collection[_Beaten], updated: Collection[int]) -> _Counts:
    """Rows that came with another file before are not new to the ledger: unchanged, or updated where they differ."""
    came = [one for one in beaten if one.key not in updated]
    alike, differ = (Counter(one.sheet for one in came if one.alike is same) for same in (True, False))
    return _Counts(counts.new - alike - differ, counts.updated + differ, counts.unchanged + alike, counts.gone)


@cache
def _held() -> CompoundSelect[Any]:
    """Asks of which kinds a `file` has rows, of all of them at once."""
    mine = (select(table.c.key).where(table.c.file == bindparam("file")).exists() for table in ROWS.values())
    return union_all(*(select(literal(name)).where(here) for name, here in zip(ROWS, mine, strict=True)))


def _old(
    connection: Connection, kind: Kind, file: int, broken: Collection[str], keys: Collection[int]
) -> Iterator[tuple[int, tuple[str, int], tuple[Any, ...]]]:
    """The file's rows, less those of broken sheets: nobody can say that they are gone."""
    c = ROWS[kind.name].c
    here = set(keys) if broken else ()
    fields = [c[name] for name in kind.schema.names]
    statement = select(c.key, c.sheet, c.row, *fields).where(c.file == file)
    for key, sheet, row, *content in connection.execute(statement):
        if sheet not in broken or key in here:
            yield key, (sheet, row), tuple(content)


def _contents(rows: pa.Table, kind: Kind) -> list[tuple[Any, ...]]:
    """What each row says, as it is stored, without where it stands."""
    return list(zip(*(to_stored(rows[name]) for name in kind.schema.names), strict=True))


def _write(connection: Connection, kind: Kind, file: int, drop: int, rows: pa.Table, indices: Sequence[int]) -> None:
    """Insert rows by the driver itself, in key order: SQLAlchemy's own binding of many rows is three times slower."""
    if not indices:
        return
    table = ROWS[kind.name]
    chosen = rows if len(indices) == rows.num_rows else rows.take(list(indices))
    filled = [name for name in chosen.column_names if chosen[name].null_count < chosen.num_rows]
    names = [name if name in table.c else name[1:] for name in filled]
    same = {"file": file, "since": drop}
    many = min(_MOST_ROWS, _MOST_VALUES // len(names))
    statement = _statement(connection, table, names, same, many)
    for values in _batches(chosen.select(filled), many):
        rows_here = len(values) // len(names)
        fits = statement if rows_here == many else _statement(connection, table, names, same, rows_here)
        connection.exec_driver_sql(fits, values)


_MOST_ROWS, _MOST_VALUES = 200, 30_000  # of one statement; SQLite takes 32,766 values
_PORTION = 25  # statements whose values are plain Python at one time: more is memory, less is calls


def _batches(rows: pa.Table, many: int) -> Iterator[tuple[Any, ...]]:
    """The values of every statement, in the order of keys."""
    order = pc.sort_indices(rows["_key"])
    for start in range(0, len(order), _PORTION * many):
        portion = rows.take(order.slice(start, _PORTION * many))
        whole = zip(*map(to_stored, portion.columns), strict=True)
        while batch := tuple(chain.from_iterable(islice(whole, many))):
            yield batch


def _statement(connection: Connection, table: Table, names: list[str], same: Mapping[str, int], rows: int) -> str:
    """Many rows in one INSERT: half the time of one by one. What is the same in all rows is written into it."""
    written = connection.dialect.identifier_preparer
    columns = ", ".join(written.quote(name) for name in (*same, *names))
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    one = ", ".join([*map(str, same.values()), *[mark] * len(names)])
    place = written.format_table(table)
    return f"INSERT INTO {place} ({columns}) VALUES {', '.join([f'({one})'] * rows)}"  # noqa: S608  # our own names


def _move(connection: Connection, table: Table, file: int, moved: list[tuple[int, str, int]]) -> None:
    """Unchanged rows that now stand elsewhere keep their content and get their new place."""
    if moved:
        here = and_(table.c.file == file, table.c.key == bindparam("_key"))
        statement = update(table).where(here).values(sheet=bindparam("_sheet"), row=bindparam("_row"))
        connection.execute(statement, [{"_key": k, "_sheet": s, "_row": r} for k, s, r in moved])


def _remove(connection: Connection, table: Table, file: int, keys: Sequence[int] | None, touched: Touched) -> None:
    """Remove rows of a file: all of them where keys is None."""
    c, kind = table.c, known()[table.name.removeprefix("rows_")]
    mine = and_(c.file == file, c.key == bindparam("_key"))
    if keys is None:
        touched.pairs |= pairs_named(kind, connection, c.file == file)
        if kind.name in RELATED:
            touched.add(kind.name, connection.execute(select(c.key).where(c.file == file)).scalars())
        _let_go(connection, table, file, c.key.in_(select(c.key).where(c.file == file)), [], touched)
        connection.execute(delete(table).where(c.file == file))
    elif keys:
        given = [{"_key": key} for key in keys]
        touched.pairs |= pairs_named(kind, connection, mine, given)
        if kind.name in RELATED:
            touched.add(kind.name, keys)
        _let_go(connection, table, file, c.key == bindparam("_key"), given, touched)
        connection.execute(delete(table).where(mine), given)


def _let_go(
    connection: Connection,
    table: Table,
    file: int,
    which: ColumnElement[bool],
    given: list[dict[str, int]],
    touched: Touched,
) -> None:
    """Rows of other files that these had beaten come back; where a third file had beaten these, it now beats them."""
    kind = known()[table.name.removeprefix("rows_")]
    touched.pairs |= pairs_named(kind, connection, and_(table.c.beaten_by == file, which), given)
    mine = table.alias("mine")
    third = select(mine.c.beaten_by).where(mine.c.file == file, mine.c.key == table.c.key).scalar_subquery()
    connection.execute(update(table).where(table.c.beaten_by == file, which).values(beaten_by=third), given or None)


def _has_others(connection: Connection, table: Table, file: int) -> bool:
    others = select(table.c.file).where((table.c.file < file) | (table.c.file > file)).limit(1)
    return connection.execute(others).first() is not None


@dataclass(frozen=True)
class _Beaten:
    """A row of this file whose key stood in another one: where each stands, and whether both say the same."""

    sheet: str
    row: int
    key: int
    file: int
    other_sheet: str
    other_row: int
    other_file: str
    alike: bool


def _beat_others(connection: Connection, table: Table, file: int, drop: int, touched: Touched) -> list[_Beaten]:
    """The same key in another file: the later drop wins. What it beats no longer counts."""
    mine, theirs, kind = table.alias("mine"), table.alias("theirs"), known()[table.name.removeprefix("rows_")]
    same = and_(mine.c.key == theirs.c.key, theirs.c.file != file, theirs.c.beaten_by.is_(None))
    alike = and_(*(mine.c[name].is_not_distinct_from(theirs.c[name]) for name in kind.schema.names))
    found = connection.execute(
        select(
            mine.c.sheet, mine.c.row, mine.c.key, theirs.c.file, theirs.c.sheet, theirs.c.row, FILES.c.name,
            case((alike, 1), else_=0),
        )
        .select_from(mine.join(theirs, same).join(FILES, FILES.c.file == theirs.c.file))
        .where(mine.c.file == file, mine.c.since == drop)
        .order_by(mine.c.sheet, mine.c.row)
    ).all()  # fmt: skip
    beaten = [_Beaten(*row[:-1], alike=bool(row[-1])) for row in found]
    if beaten:
        here = and_(table.c.file == bindparam("_file"), table.c.key == bindparam("_key"))
        which = [{"_file": one.file, "_key": one.key} for one in beaten]
        touched.pairs |= pairs_named(kind, connection, here, which)
        connection.execute(update(table).where(here).values(beaten_by=file), which)
    return beaten


_MOST_PLACES = 5


def _elsewhere(beaten: Sequence[_Beaten]) -> Iterator[Finding]:
    """One finding for all rows of a sheet that another file has too, with the first places; what differs goes first."""
    groups: dict[tuple[str, str], list[_Beaten]] = {}
    for one in beaten:
        groups.setdefault((one.sheet, one.other_file), []).append(one)
    for (sheet, file), rows in groups.items():
        ranked = sorted(rows, key=lambda one: one.alike)
        places = "、".join(f"{one.row} = {one.other_sheet} › {one.other_row}" for one in ranked[:_MOST_PLACES])
        differ = sum(not one.alike for one in rows)
        how = "all_alike" if not differ else "all_differ" if differ == len(rows) else "some_differ"
        values = {"count": len(rows), "file": file, "how": say(f"elsewhere.{how}", count=differ)}
        values["places"] = places + ("…" if len(rows) > _MOST_PLACES else "")
        yield finding("KEY_ELSEWHERE", Level.WARNING, sheet, str(ranked[0].row), **values)
