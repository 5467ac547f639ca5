"""One database of one home: opening it safely, and what the conveyor asks of it."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
from sqlalchemy import (
    Column,
    Connection,
    CursorResult,
    Engine,
    Select,
    and_,
    bindparam,
    column,
    create_engine,
    delete,
    event,
    func,
    insert,
    select,
    update,
)  # fmt: skip
from sqlalchemy import Table as SqlTable
from sqlalchemy import values as listed
from sqlalchemy.engine import make_url
from sqlalchemy.pool import StaticPool

from robots.edge.points import passing
from robots.edge.store import history, outbox, posting, relations
from robots.edge.store.columns import bind, from_stored
from robots.edge.store.journal import broken_at as journal_broken_at
from robots.edge.store.journal import write as write_journal
from robots.edge.store.migrations import migrate
from robots.edge.store.tables import (
    ALIASES,
    ASIDES,
    DERIVED,
    DROPS,
    FILES,
    FINDINGS,
    META,
    OUTBOX,
    RECEIPTS,
    ROWS,
    RUNS,
    SIGHTINGS,
    TURNS,
    WORDS,
)
from robots.figures.identity import Named, doubtful_names
from robots.intake import Seen
from robots.kinds import known
from robots.kinds.payments import KIND as PAYMENTS
from robots.kinds.payments import payees
from robots.model.decisions import Record
from robots.model.findings import Finding, Level, finding
from robots.model.names import identity
from robots.model.words import Catalogue
from robots.reading.reader import Aside, Reading

if TYPE_CHECKING:
    import pandas as pd

    from robots.ledger import Ledger
    from robots.rules import Work

_ASKED = 500  # rows of a scope asked for at once
_FETCHED = 10_000  # rows that are Python's own values at once
_FIXED_SQLITE = ((3, 51, 3), (3, 50, 7), (3, 44, 6))  # WAL without the reset race (LIBRARIES: Store)


def open_store(url: str, state: Path, now: datetime) -> Store:
    """Open the home's database, creating or migrating it. An empty `url` is SQLite in the state folder."""
    state.mkdir(parents=True, exist_ok=True)
    engine = _engine(url or f"sqlite:///{state / 'robots.db'}")
    migrate(engine, now)
    return Store(engine)


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _begun_by_us(create_engine(parsed), _careful)
    if password := os.environ.get("ROBOTS_DB_PASSWORD"):
        parsed = parsed.set(password=password)
    return create_engine(parsed, paramstyle="format", pool_pre_ping=True)  # the server may have been restarted


def journal_mode(version: tuple[int, ...]) -> str:
    """WAL where this SQLite is free of the race that can corrupt it, else TRUNCATE.

    >>> journal_mode((3, 40, 1)), journal_mode((3, 51, 3)), journal_mode((3, 50, 8)), journal_mode((3, 49, 9))
    ('TRUNCATE', 'WAL', 'WAL', 'TRUNCATE')
    """
    fixed = version >= _FIXED_SQLITE[0] or any(version[:2] == f[:2] and version >= f for f in _FIXED_SQLITE)
    return "WAL" if fixed else "TRUNCATE"


def _copy(engine: Engine) -> Engine:
    """The whole database in a temporary file that has no name, and is gone when it is closed, even by a crash."""
    copy = sqlite3.connect("", check_same_thread=False)
    original = engine.raw_connection()
    cast("sqlite3.Connection", original.driver_connection).backup(copy)
    original.close()
    return _begun_by_us(create_engine("sqlite://", creator=lambda: copy, poolclass=StaticPool), _handed_over)


def _begun_by_us(engine: Engine, prepare: Callable[[sqlite3.Connection, object], None]) -> Engine:
    """An engine of SQLite whose transactions begin where ours begin.

    Python's driver begins one with the first INSERT only: a migration of tables was no transaction but a hundred, and
    two readings of one export could see different evenings (SQLAlchemy: SQLite, "legacy transaction mode").
    """
    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _handed_over(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself


def _careful(connection: sqlite3.Connection, _: object) -> None:
    _handed_over(connection, _)
    connection.execute("PRAGMA page_size=16384")  # counts for a new file only
    connection.execute(f"PRAGMA journal_mode={journal_mode(sqlite3.sqlite_version_info)}")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA cache_size=-65536")
    connection.execute("PRAGMA busy_timeout=60000")  # an export may read for longer than the usual five seconds


@dataclass(frozen=True)
class Dropped:
    """What is known of one drop before it is read. `words` is the fingerprint of the lexicon that reads it."""

    name: str
    sha256: str | None
    size: int
    owner: str | None = None
    words: str = ""


class Store:
    """The database of one home. A turn's work happens inside one `transaction`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def transaction(self) -> Iterator[Turn]:
        """All or nothing: drops, rows, decisions, queue and runs of one turn."""
        with self.engine.begin() as connection:
            yield Turn(connection)

    @contextmanager
    def trial(self) -> Iterator[Turn]:
        """A turn that nothing is kept of. On SQLite it is made on a copy, so that no other turn has to wait for it."""
        is_sqlite = self.engine.dialect.name == "sqlite"
        engine = _copy(self.engine) if is_sqlite else self.engine
        with engine.connect() as connection:
            transaction = connection.begin()
            try:
                yield Turn(connection)
            finally:
                transaction.rollback()
        if is_sqlite:
            engine.dispose()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


class Turn:
    """What can be read and written inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.touched = relations.Touched()
        self._said: dict[str, pd.DataFrame] = {}

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What happens inside is undone alone when it fails."""
        try:
            with self.connection.begin_nested():
                yield
        except BaseException:
            self._said.clear()
            raise

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What happens inside is undone at its end, and what was before can be worked on again."""
        inside = self.connection.begin_nested()
        try:
            yield
        finally:
            inside.rollback()
            self._said.clear()

    # -------------------------------------------------------------- turns, runs, sightings

    def begin(self, now: datetime) -> int:
        """Number a new turn."""
        return self._inserted(TURNS, {"at": now.isoformat(), "day": now.date().isoformat()})

    def _inserted(self, table: SqlTable, values: Mapping[str, Any]) -> int:
        """Insert one row and tell its number."""
        number = next(iter(table.primary_key.columns))
        return int(self.connection.execute(insert(table).values(values).returning(number)).scalar_one())

    def last_runs(self) -> dict[str, datetime]:
        """The latest due moment of each robot that was worked or skipped."""
        rows = self.connection.execute(select(RUNS.c.robot, func.max(RUNS.c.due)).group_by(RUNS.c.robot))
        return {robot: datetime.fromisoformat(due) for robot, due in rows}

    def note_runs(self, runs: Iterable[tuple[str, datetime, str]], now: datetime) -> None:
        """Runs (robot, due, state) happened or were skipped. The primary key makes a second one impossible."""
        rows = [
            {"robot": one, "due": due.isoformat(), "at": now.isoformat(), "state": state} for one, due, state in runs
        ]
        if rows:
            self.connection.execute(insert(RUNS), rows)

    def sightings(self) -> dict[str, tuple[Seen, bool]]:
        """What the folder looked like last time; the flag says that this very state has been taken already."""
        rows = self.connection.execute(select(SIGHTINGS)).mappings()
        return {
            r["name"]: (Seen(r["name"], r["size"], r["mtime_ns"], float(r["since"])), bool(r["taken"])) for r in rows
        }

    def keep_sightings(self, seen: Mapping[str, tuple[Seen, bool]]) -> None:
        """Remember what the folder looks like."""
        self.connection.execute(delete(SIGHTINGS))
        rows = [
            {"name": s.name, "size": s.size, "mtime_ns": s.mtime_ns, "since": repr(s.since), "taken": taken}
            for s, taken in seen.values()
        ]
        if rows:
            self.connection.execute(insert(SIGHTINGS), rows)

    def taken(self, names: Iterable[str]) -> None:
        """These files are taken as they were sighted; where they stay in the folder, they are not news again."""
        rows = [{"_name": name} for name in names]
        if rows:
            here = SIGHTINGS.c.name == bindparam("_name")
            self.connection.execute(update(SIGHTINGS).where(here).values(taken=True), rows)

    # -------------------------------------------------------------- drops and rows

    def drop(self, turn: int, now: datetime, dropped: Dropped, state: str, why: str) -> int:
        """Enter a drop. Returns its number."""
        values = {"turn": turn, "at": now.isoformat(), "day": now.date().isoformat(), "state": state, "why": why}
        values |= {"name": dropped.name, "sha256": dropped.sha256, "size": dropped.size, "owner": dropped.owner}
        values["words"] = dropped.words
        return self._inserted(DROPS, values)

    def is_known(self, name: str, sha256: str, words: str = "") -> bool:
        """Does the ledger hold this content already, read with these words, under this name or another one?"""
        same = select(DROPS.c.name).where(DROPS.c.sha256 == sha256, DROPS.c.state == "taken").distinct()
        names = {name, *self.connection.execute(same).scalars()}
        return any(self._held(one) == (sha256, words) for one in names)

    def _held(self, name: str) -> tuple[str, str] | None:
        """The version of a file that the ledger now holds: its content's hash, and the words it was read with."""
        found = select(DROPS.c.sha256, DROPS.c.words).where(DROPS.c.name == name, DROPS.c.state == "taken")
        row = self.connection.execute(found.order_by(DROPS.c.id.desc()).limit(1)).first()
        return (row.sha256, row.words) if row else None

    def name_of_drop(self, drop: str, sha256: str) -> str | None:
        """The name under which a drop came, where both its number and its content's hash are right."""
        if not drop.isdecimal() or len(drop) > 18:
            return None
        here = (DROPS.c.id == int(drop), DROPS.c.sha256 == sha256)
        return self.connection.execute(select(DROPS.c.name).where(*here)).scalar()

    def asides(self, drop: int, rows: Iterable[Aside]) -> None:
        """Rows that were set aside, as they stand in the sender's workbook."""
        values = [
            {
                "drop": drop,
                "n": n,
                "sheet": one.sheet,
                "row": one.row,
                "cells": json.dumps(one.cells, ensure_ascii=False),
            }
            for n, one in enumerate(rows)
        ]
        if values:
            self.connection.execute(insert(ASIDES), values)

    def file(self, name: str) -> int:
        """The number of a file, known by its name inside the inbox."""
        known = self.connection.execute(select(FILES.c.file).where(FILES.c.name == name)).scalar()
        if known is not None:
            return int(known)
        return self._inserted(FILES, {"name": name})

    def post(
        self, name: str, drop: int, reading: Reading, broken: Collection[str] = (), work: Collection[Work] = ()
    ) -> tuple[list[posting.Posted], list[Finding]]:
        """Replace the rows of a file by those of a newer version; what stood on `broken` sheets stays.

        Two forms are two files, even where both come back under one name: nobody's answers take another's place.
        `work`: what stands for receipts by the rules.
        """
        counts = {(one.source, one.of) for one in work}
        filed = f"{name} ({reading.form})" if reading.form else name
        return posting.post(self.connection, self.file(filed), drop, reading, broken, self.touched, counts)

    def tax_rates(self, contracts: Collection[str]) -> dict[str, Decimal]:
        """The tax rates of some contracts, of those that tell one."""
        rows = self.rows("contracts").select(["contract_id", "tax_rate"]).to_pylist() if contracts else []
        named = ((row["contract_id"], row["tax_rate"]) for row in rows if row["contract_id"] in contracts)
        return {contract: rate for contract, rate in named if rate is not None}

    def relate(self, day: date, rules: str) -> None:
        """Bring order lines, and what is to be figured again, up to `day` after what was posted."""
        relations.relate(self.connection, self.touched, day, rules)
        self.touched = relations.Touched()

    def receipts(self, drop: int, posted: Iterable[posting.Posted]) -> None:
        """What each sheet of a drop became."""
        rows = [
            {
                "drop": drop, "n": n, "sheet": p.taken.sheet, "kind": p.taken.kind,
                "columns": json.dumps(p.taken.columns, ensure_ascii=False),
                "rows_new": p.new, "rows_updated": p.updated, "rows_unchanged": p.unchanged,
                "rows_set_aside": p.taken.set_aside, "rows_gone": p.gone,
            }
            for n, p in enumerate(posted)
        ]  # fmt: skip
        if rows:
            self.connection.execute(insert(RECEIPTS), rows)

    def findings(self, drop: int, findings: Iterable[Finding], words: Catalogue) -> None:
        """What is wrong with a drop, spoken in the home's language."""
        start = self.connection.execute(select(func.count()).where(FINDINGS.c.drop == drop)).scalar() or 0
        rows = [
            {
                "drop": drop, "n": start + n, "sheet": f.sheet, "cell": f.cell, "code": f.code, "level": str(f.level),
                "says": words.speak(f.says), "fix": words.speak(f.fix), "kind": f.kind or None,
            }
            for n, f in enumerate(findings)
        ]  # fmt: skip
        if rows:
            self.connection.execute(insert(FINDINGS), rows)

    def unknown_words(self, drop: int, words: Iterable[tuple[str, str, str, str, str | None]]) -> None:
        """Header words and values nobody knew: (sheet, kind, field, word, what it may be on a sheet nobody takes)."""
        rows = [
            {"drop": drop, "n": n, "sheet": sheet, "kind": kind, "field": field, "word": word, "likely": likely}
            for n, (sheet, kind, field, word, likely) in enumerate(words)
        ]
        if rows:
            self.connection.execute(insert(WORDS), rows)

    # -------------------------------------------------------------- reading tables

    def rows(self, kind: str) -> pa.Table:
        """One kind's table as it stands, with `_file`, `_sheet`, `_row`: every row's provenance."""
        table = ROWS[kind]
        fields = [table.c[name] for name in known()[kind].schema.names]
        chosen = [FILES.c.name, table.c.sheet, table.c.row, *fields]
        found = self.connection.execute(
            select(*chosen)
            .select_from(table.join(FILES, FILES.c.file == table.c.file))
            .where(table.c.beaten_by.is_(None))
            .order_by(table.c.file, table.c.sheet, table.c.row)
        )
        names = ["_file", "_sheet", "_row", *(column.name for column in fields)]
        return _arrow(names, chosen, found)

    def table(self, name: str, turn: int | None = None) -> pa.Table:
        """A derived or bookkeeping table; with `turn`, only what that turn's drops brought."""
        table = META.tables[name]
        query = select(table)
        if turn is not None:
            mine = select(DROPS.c.id).where(DROPS.c.turn == turn)
            query = query.where((DROPS.c.id if name == "drops" else table.c.drop).in_(mine))
        columns = list(table.columns)
        query = query.order_by(*table.primary_key.columns)
        return _arrow([c.name for c in columns], columns, self.connection.execute(query))

    def ledger(self, day: date, turn: int, called: Collection[str] = ()) -> Ledger:
        """The ledger of a day, with the news of a turn and the robots whose hour has come."""
        from robots.ledger import Ledger, frame  # noqa: PLC0415  pandas loads here: a turn without work stays quick

        return Ledger(
            day,
            self.rows,
            self._kept_frame,
            lambda name: frame(self.table(name, turn)),
            history.History(self.connection),
            frozenset(called),
        )

    def _kept_frame(self, name: str) -> pd.DataFrame:
        """A table as it stands; a derived one is read once until something is recorded in it, however many ask.

        Each gets a copy of its own, which pandas makes only of the columns that are written to.
        """
        from robots.ledger import frame  # noqa: PLC0415  # pandas loads here

        if name not in DERIVED:
            return frame(self.table(name))
        if name not in self._said:
            self._said[name] = frame(self.table(name))
        return self._said[name].copy(deep=False)

    def doubtful_names(self, reading: Reading) -> Iterator[Finding]:
        """Vendor names of a reading that are new, nearly known, or not known at all in the vendor ledger."""
        yield from self._renamed(reading)
        used: dict[str, Named] = {}
        for kind, table in sorted(reading.tables.items(), key=lambda pair: pair[0] == PAYMENTS.name):
            if kind != "vendors" and "vendor" in table.column_names:
                rows = payees(table) if kind == PAYMENTS.name else table
                columns = (rows[c].to_pylist() for c in ("vendor", "_sheet", "_row"))
                for vendor, sheet, row in zip(*columns, strict=True):
                    if vendor and vendor not in used:
                        used[vendor] = Named(vendor, sheet, row, kind == PAYMENTS.name)
        if used:
            yield from doubtful_names(used.values(), self._vendor_names())

    def _renamed(self, reading: Reading) -> Iterator[Finding]:
        """Vendors of a ledger just posted whose code or tax number bore another name until now."""
        rows = reading.tables.get("vendors")
        if rows is None:
            return
        before = {row.identity: row.vendor for row in self.connection.execute(select(ALIASES))}
        now = relations.ledger_names(self.connection)
        for row in rows.select(["tax_id", "vendor_id", "vendor", "_sheet", "_row"]).to_pylist():
            codes = [one for one in (row["tax_id"], row["vendor_id"]) if one and identity(one) in before]
            other = [one for one in codes if identity(before[identity(one)]) != identity(row["vendor"])]
            if not other or identity(other[0]) not in now:
                continue
            same = any(relations.is_renamed(identity(one), before, now) for one in other)
            code, level = ("VENDOR_RENAMED", Level.WARNING) if same else ("VENDOR_CODE_REUSED", Level.QUESTION)
            told = {"code": other[0], "before": before[identity(other[0])], "after": row["vendor"]}
            yield finding(code, level, row["_sheet"], str(row["_row"]), **told)

    def _vendor_names(self) -> dict[str, str]:
        c = ROWS["vendors"].c
        rows = self.connection.execute(select(c.vendor, c.vendor_id, c.tax_id).where(c.beaten_by.is_(None)))
        return {identity(word): row[0] for row in rows for word in (row[2], row[1], row[0]) if word}

    # -------------------------------------------------------------- decisions

    def record(self, what: Record) -> None:
        """Upsert rows of a derived table by its key; with `replace`, remove those that are not among them."""
        passing(f"before {what.table}")
        self._said.pop(what.table, None)
        table = DERIVED[what.table]
        keys, columns = [column.name for column in table.primary_key.columns], dict(table.c.items())
        rows = [{name: bind(value, columns[name]) for name, value in row} for row in what.rows]
        kept_before = (dict(zip(columns, row, strict=True)) for row in self._kept(table, keys, what, rows))
        old = {tuple(row[k] for k in keys): row for row in kept_before}
        both = [(old.get(tuple(row[k] for k in keys)), row) for row in rows]
        kept = {tuple(row[k] for k in keys) for row in rows}
        removed = old.keys() - kept if what.replace or what.scope else {(key,) for key in what.gone}
        self._insert(table, [row for was, row in both if was is None])
        self._update(table, keys, [was | row for was, row in both if was is not None and was != was | row])
        self._delete(table, keys, removed)
        passing(f"after {what.table}")

    def _insert(self, table: SqlTable, rows: list[dict[str, Any]]) -> None:
        if rows:
            self.connection.execute(insert(table), [dict.fromkeys(table.c.keys()) | row for row in rows])

    def _update(self, table: SqlTable, keys: list[str], rows: list[dict[str, Any]]) -> None:
        """Many rows by one statement: a score that is figured again is thousands of them."""
        if rows:
            here = [table.c[k] == bindparam(f"_{k}") for k in keys]
            named = [row | {f"_{k}": row[k] for k in keys} for row in rows]
            others: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name not in keys}
            self.connection.execute(update(table).where(*here).values(others), named)

    def _delete(self, table: SqlTable, keys: list[str], gone: Iterable[tuple[Any, ...]]) -> None:
        rows = [{f"_{k}": value for k, value in zip(keys, key, strict=True)} for key in gone]
        if rows:
            here = [table.c[k] == bindparam(f"_{k}") for k in keys]
            self.connection.execute(delete(table).where(*here), rows)

    def _kept(self, table: SqlTable, keys: list[str], what: Record, rows: list[dict[str, Any]]) -> Iterator[Any]:
        """The rows that a record may change: those of its scope, else of its keys, or all where it replaces all."""
        if what.replace:
            yield from self.connection.execute(select(table))
            return
        columns = [table.c[name] for name in (keys[: len(what.scope[0])] if what.scope else keys[:1])]
        asked = what.scope or tuple(dict.fromkeys((row[columns[0].name],) for row in rows))
        for start in range(0, len(asked), _ASKED):
            yield from self.connection.execute(_those(table, columns, asked[start : start + _ASKED]))

    def queue(self, turn: int, now: datetime, entry: outbox.Queued) -> bool:
        """Queue something to carry out; the same key is queued once. Says whether it was new."""
        is_new = outbox.queue(self.connection, turn, now, entry)
        passing(f"{entry.sort} queued")
        return is_new

    def journal_broken_at(self) -> int | None:
        """The number of the first journal entry that does not follow from the one before, or None."""
        return journal_broken_at(self.connection)

    def waiting(self, now: datetime) -> list[outbox.Waiting]:
        """What is to be carried out now, oldest first."""
        return outbox.waiting(self.connection, now)

    def mark(self, key: str, state: str, **values: Any) -> None:
        """Note how carrying out went."""
        self.connection.execute(update(OUTBOX).where(OUTBOX.c.key == key).values(state=state, **values))

    def recover_sending(self) -> None:
        """Make letters due again whose sending was cut off."""
        outbox.recover_sending(self.connection)

    def written(self, key: str) -> tuple[str | None, str | None]:
        """Where a queued workbook was written, and the hash of its content."""
        row = self.connection.execute(select(OUTBOX.c.path, OUTBOX.c.detail).where(OUTBOX.c.key == key)).first()
        return (row.path, row.detail) if row else (None, None)

    def journal(self, entries: Iterable[tuple[str, str, str, str]], now: datetime) -> None:
        """Append (actor, event, subject, detail) to the hash-chained journal."""
        write_journal(self.connection, entries, now)

    def count(self, name: str) -> int:
        """How many rows a table holds."""
        return int(self.connection.execute(select(func.count()).select_from(META.tables[name])).scalar() or 0)


def _those(table: SqlTable, columns: list[Column[Any]], asked: Sequence[tuple[Any, ...]]) -> Select[Any]:
    """Rows in which some columns are as asked: of one column by IN, whose statement SQLAlchemy knows again; of several
    joined, because SQLite walks through a whole table for (vendor, period) IN (…)."""
    if len(columns) == 1:
        return select(table).where(columns[0].in_([value for (value,) in asked]))
    wanted = listed(*(column(c.name, c.type) for c in columns)).data(list(asked)).cte("wanted")
    return select(table).join(wanted, and_(*(c == wanted.c[c.name] for c in columns)))


def _arrow(names: list[str], columns: list[Column[Any]], found: CursorResult[Any]) -> pa.Table:
    """What a query found, block by block: as Python's own values a whole table is ten times as large."""
    blocks = []
    while rows := found.fetchmany(_FETCHED):
        cells = zip(names, columns, zip(*rows, strict=True), strict=True)
        blocks.append(pa.table({name: from_stored(values, column) for name, column, values in cells}))
    if not blocks:
        return pa.table({name: from_stored((), column) for name, column in zip(names, columns, strict=True)})
    return pa.concat_tables(blocks).combine_chunks()


def last_day(store: Store) -> date | None:
    """The day of the latest turn that did something."""
    with store.engine.connect() as connection:
        day = connection.execute(select(func.max(TURNS.c.day))).scalar()
    return date.fromisoformat(day) if day else None
