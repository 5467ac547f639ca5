"""The store, in every database: only the difference is written, values come back exactly, the journal is not bent."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limited
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, delete, event, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

from robots.edge.store import Store, database, migrations, open_store
from robots.edge.store.database import Dropped, Turn, journal_mode
from robots.edge.store.journal import broken_at
from robots.edge.store.migrations import MIGRATIONS_IN_ORDER, migrate
from robots.edge.store.outbox import Queued
from robots.edge.store.posting import Posted
from robots.edge.store.tables import DERIVED, JOURNAL, LINES, META, MIGRATIONS, ROWS
from robots.kinds import known
from robots.model.decisions import record
from robots.model.findings import Finding
from robots.reading.keys import with_keys
from robots.reading.reader import Reading
from robots.reading.rows import Taken
from tests.conftest import ENGINE
from tests.stores import a_store

NOW = datetime(2026, 7, 3, 18)
VENDOR = "示例甲电子有限公司"
Row = Mapping[str, Any]


# ------------------------------------------------------------------ posting


def reading(kind: str, rows: Sequence[Row], sheet: str = "订单") -> Reading:
    """A reading of one sheet with these rows, the first on row 2, unless a row says `_row` or `_sheet`."""
    spec = known()[kind]
    columns = {f.name: pa.array([row.get(f.name) for row in rows], f.type.arrow) for f in spec.fields}
    sheets = [row.get("_sheet", sheet) for row in rows]
    places = {
        "_sheet": pa.array(sheets, pa.string()),
        "_row": pa.array([row.get("_row", n + 2) for n, row in enumerate(rows)], pa.int64()),
    }
    table, _ = with_keys(pa.table({**columns, **places}), spec)
    taken = tuple(Taken(name, kind, (), sheets.count(name), 0) for name in dict.fromkeys(sheets))
    return Reading(taken, {kind: table})


def order(number: int, **more: Any) -> Row:
    usual = {"order_id": f"PO-{number}", "line": "1", "vendor": VENDOR}
    return {**usual, "quantity": Decimal(100), "unit_price": Decimal("5.25"), "promised_on": date(2026, 7, 10), **more}


def post(
    store: Store, name: str, given: Reading, broken: frozenset[str] = frozenset()
) -> tuple[list[Posted], list[Finding]]:
    with store.transaction() as tx:
        drop = tx.drop(tx.begin(NOW), NOW, Dropped(name, "0" * 64, 1), "taken", "")
        return tx.post(name, drop, given, broken)


def orders(store: Store) -> dict[str, tuple[str, int]]:
    """The orders that count: order → where it stands."""
    with store.transaction() as tx:
        rows = tx.rows("orders").to_pylist()
    return {row["order_id"]: (row["_file"], row["_row"]) for row in rows}


def stored(store: Store, kind: str = "orders") -> list[Any]:
    """Every row as it lies in the database, with since and beaten_by."""
    table = ROWS[kind]
    with store.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(table).order_by(table.c.file, table.c.key))]


def counts(posted: Sequence[Posted]) -> list[tuple[int, int, int, int]]:
    return [(p.new, p.updated, p.unchanged, p.gone) for p in posted]


def test_the_first_version_of_a_file_is_all_new(store: Store) -> None:
    posted, findings = post(store, "订单.xlsx", reading("orders", [order(1), order(2)]))
    assert (counts(posted), findings) == ([(2, 0, 0, 0)], [])
    assert orders(store) == {"PO-1": ("订单.xlsx", 2), "PO-2": ("订单.xlsx", 3)}


def test_the_same_version_again_writes_nothing(store: Store) -> None:
    post(store, "订单.xlsx", reading("orders", [order(1), order(2)]))
    before = stored(store)
    posted, findings = post(store, "订单.xlsx", reading("orders", [order(1), order(2)]))
    assert (counts(posted), findings) == ([(0, 0, 2, 0)], [])
    assert stored(store) == before


def test_of_a_newer_version_only_the_difference_is_written(store: Store) -> None:
    """Since which drop a row stands tells that it was written: unchanged and moved rows keep theirs."""
    post(store, "订单.xlsx", reading("orders", [order(1), order(2), order(3)]))
    newer = [order(1), order(3, _row=9), order(4, _row=10), order(2, quantity=Decimal(7), _row=11)]
    posted, findings = post(store, "订单.xlsx", reading("orders", newer))
    assert (counts(posted), findings) == ([(1, 1, 2, 0)], [])
    assert {key: row for key, (_, row) in orders(store).items()} == {"PO-1": 2, "PO-3": 9, "PO-4": 10, "PO-2": 11}
    c = ROWS["orders"].c
    with store.engine.connect() as connection:
        since = dict(connection.execute(select(c.order_id, c.since)).all())
    assert since == {"PO-1": 1, "PO-3": 1, "PO-4": 2, "PO-2": 2}


def test_a_row_that_is_gone_is_told(store: Store) -> None:
    post(store, "订单.xlsx", reading("orders", [order(1), order(2), order(3)]))
    posted, findings = post(store, "订单.xlsx", reading("orders", [order(2)]))
    assert counts(posted) == [(0, 0, 1, 2)]
    assert [(f.code, dict(f.values)["count"]) for f in findings] == [("ROWS_GONE", 2)]
    assert [dict(row.values)["row"] for row in dict(findings[0].values)["rows"]] == [
        f"PO-1 · 1 · {VENDOR}", f"PO-3 · 1 · {VENDOR}",
    ]  # fmt: skip
    assert list(orders(store)) == ["PO-2"]


def test_a_newer_version_of_which_every_row_is_set_aside_is_posted_and_told(store: Store) -> None:
    """The reader leaves a table without a single chunk then."""
    post(store, "订单.xlsx", reading("orders", [order(1)]))
    kept = reading("orders", [order(1)])
    nothing = {"orders": kept.tables["orders"].filter(pa.chunked_array([[False]]))}
    assert nothing["orders"]["quantity"].num_chunks == 0
    _, findings = post(store, "订单.xlsx", Reading(kept.taken, nothing))
    assert [(f.code, dict(f.values)["count"]) for f in findings] == [("ROWS_GONE", 1)]


def test_rows_are_counted_for_the_sheet_they_stand_on(store: Store) -> None:
    sheets = [order(1, _sheet="6月"), order(2, _sheet="7月"), order(3, _sheet="7月")]
    assert counts(post(store, "订单.xlsx", reading("orders", sheets))[0]) == [(1, 0, 0, 0), (2, 0, 0, 0)]
    sheets[1] = order(2, _sheet="7月", quantity=Decimal(1))
    assert counts(post(store, "订单.xlsx", reading("orders", sheets))[0]) == [(0, 0, 1, 0), (0, 1, 1, 0)]


def test_a_kind_that_a_newer_version_no_longer_holds_goes(store: Store) -> None:
    post(store, "总表.xlsx", reading("orders", [order(1)]))
    _, findings = post(store, "总表.xlsx", reading("vendors", [{"vendor": VENDOR}]))
    assert [f.code for f in findings] == ["ROWS_GONE"]
    assert orders(store) == {}


def test_a_kind_on_a_sheet_that_could_not_be_read_stays(store: Store) -> None:
    post(store, "总表.xlsx", reading("orders", [order(1)]))
    _, findings = post(store, "总表.xlsx", reading("vendors", [{"vendor": VENDOR}]), broken=frozenset({"订单"}))
    assert findings == []
    assert list(orders(store)) == ["PO-1"]


def test_the_rows_of_one_sheet_that_could_not_be_read_stay_beside_the_others(store: Store) -> None:
    """July's header is broken; June is read and has lost a row: June's goes, July's stay."""
    whole = [order(1, _sheet="6月"), order(2, _sheet="6月"), order(3, _sheet="7月"), order(4, _sheet="7月")]
    post(store, "订单.xlsx", reading("orders", whole))
    june = [order(1, _sheet="6月"), order(4, _sheet="6月")]  # PO-4 was carried over to June
    posted, findings = post(store, "订单.xlsx", reading("orders", june), broken=frozenset({"7月"}))
    assert counts(posted) == [(0, 0, 2, 1)]
    assert [f.code for f in findings] == ["ROWS_GONE"]
    assert set(orders(store)) == {"PO-1", "PO-3", "PO-4"}


# ------------------------------------------------------------------ one key in several files


def test_a_key_in_two_files_belongs_to_the_later_drop_and_both_places_are_named(store: Store) -> None:
    post(store, "甲.xlsx", reading("orders", [order(1), order(2)], "六月"))
    _, findings = post(store, "乙.xlsx", reading("orders", [order(2, quantity=Decimal(9), _row=7)], "七月"))
    assert told(findings) == [("七月", "7", "甲.xlsx", 1, "all_differ", "7 = 六月 › 3")]
    assert orders(store) == {"PO-1": ("甲.xlsx", 2), "PO-2": ("乙.xlsx", 7)}


def told(findings: Sequence[Finding]) -> list[tuple[Any, ...]]:
    """What KEY_ELSEWHERE says: sheet, row, the other file, how many rows, how alike they are, the first places."""
    values = [(f, dict(f.values)) for f in findings if f.code == "KEY_ELSEWHERE"]
    return [
        (f.sheet, f.cell, v["file"], v["count"], v["how"].key.removeprefix("elsewhere."), v["places"])
        for f, v in values
    ]


def test_a_ledger_under_another_name_is_told_in_one_line_and_its_rows_are_not_new(store: Store) -> None:
    post(store, "台账A.xlsx", reading("orders", [order(n) for n in range(1, 58)]))
    posted, findings = post(store, "台账B.xlsx", reading("orders", [order(n) for n in range(1, 59)]))
    assert counts(posted) == [(1, 0, 57, 0)]
    places = "、".join(f"{n} = 订单 › {n}" for n in range(2, 7))
    assert told(findings) == [("订单", "2", "台账A.xlsx", 57, "all_alike", f"{places}…")]


def test_what_differs_between_two_files_is_named_first_and_counted_as_updated(store: Store) -> None:
    post(store, "台账A.xlsx", reading("orders", [order(1), order(2), order(3, promised_on=None)]))
    rows = [order(1), order(2, quantity=Decimal(9)), order(3, promised_on=None)]
    posted, findings = post(store, "台账B.xlsx", reading("orders", rows))
    assert counts(posted) == [(0, 1, 2, 0)]
    assert told(findings) == [
        ("订单", "3", "台账A.xlsx", 3, "some_differ", "3 = 订单 › 3、2 = 订单 › 2、4 = 订单 › 4")
    ]  # fmt: skip


def test_each_sheet_and_each_other_file_has_a_line_of_its_own(store: Store) -> None:
    post(store, "甲.xlsx", reading("orders", [order(1), order(2)]))
    post(store, "乙.xlsx", reading("orders", [order(3)]))
    _, findings = post(store, "丙.xlsx", reading("orders", [order(1, _sheet="6月"), order(2), order(3)]))
    assert [(one[0], one[2], one[3]) for one in told(findings)] == [
        ("6月", "甲.xlsx", 1), ("订单", "甲.xlsx", 1), ("订单", "乙.xlsx", 1),
    ]  # fmt: skip


def test_a_beaten_row_comes_back_when_the_later_file_loses_it(store: Store) -> None:
    post(store, "甲.xlsx", reading("orders", [order(1), order(2)]))
    post(store, "乙.xlsx", reading("orders", [order(1, quantity=Decimal(9)), order(2, quantity=Decimal(9))]))
    post(store, "乙.xlsx", reading("orders", [order(2, quantity=Decimal(9))]))
    assert {key: file for key, (file, _) in orders(store).items()} == {"PO-1": "甲.xlsx", "PO-2": "乙.xlsx"}
    post(store, "乙.xlsx", reading("vendors", [{"vendor": VENDOR}]))
    assert {key: file for key, (file, _) in orders(store).items()} == {"PO-1": "甲.xlsx", "PO-2": "甲.xlsx"}


def test_a_beaten_file_that_changes_the_row_wins_it_back(store: Store) -> None:
    post(store, "甲.xlsx", reading("orders", [order(1)]))
    post(store, "乙.xlsx", reading("orders", [order(1, quantity=Decimal(9))]))
    post(store, "甲.xlsx", reading("orders", [order(1, quantity=Decimal(8))]))
    assert orders(store) == {"PO-1": ("甲.xlsx", 2)}
    post(store, "甲.xlsx", reading("orders", [order(2)]))
    assert {key: file for key, (file, _) in orders(store).items()} == {"PO-1": "乙.xlsx", "PO-2": "甲.xlsx"}


FILES = st.sampled_from(("甲", "乙", "丙"))
DROPS = st.lists(st.tuples(FILES, st.dictionaries(st.integers(1, 3), st.integers(1, 2))), max_size=12)


@given(drops=DROPS)
@limited(max_examples=20, deadline=None)
def test_a_key_in_three_files_counts_once_whatever_is_dropped_in_which_order(drops: Any) -> None:
    """And always by the latest version of a file that brought or changed it, of those that still hold it."""
    with a_store() as store:
        holds: dict[str, dict[int, tuple[int, int]]] = {}
        for when, (name, rows) in enumerate(drops):
            before = holds.get(name, {})
            kept = {k: before[k] for k, value in rows.items() if k in before and before[k][1] == value}
            holds[name] = {k: kept.get(k, (when, value)) for k, value in rows.items()}
            given_rows = [order(k, quantity=Decimal(value)) for k, value in rows.items()]
            post(store, name, reading("orders", given_rows))
            latest = {
                k: max((held[k][0], n) for n, held in holds.items() if k in held) for h in holds.values() for k in h
            }
            with store.transaction() as tx:
                seen = sorted((r["order_id"], r["_file"]) for r in tx.rows("orders").to_pylist())
            assert seen == sorted((f"PO-{k}", file) for k, (_, file) in latest.items())


# ------------------------------------------------------------------ values


def _number(digits: int, scale: int) -> st.SearchStrategy[Decimal]:
    most = Decimal(10**digits - 1).scaleb(-scale)
    return st.decimals(-most, most, allow_nan=False, allow_infinity=False, places=scale)


def _values(arrow: pa.DataType) -> st.SearchStrategy[Any]:
    if pa.types.is_decimal(arrow):
        return _number(arrow.precision, arrow.scale)
    if pa.types.is_boolean(arrow):
        return st.booleans()
    if pa.types.is_date(arrow):
        return st.dates(date(1900, 1, 1), date(9999, 12, 31))
    if pa.types.is_timestamp(arrow):
        return st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 31)).map(lambda at: at.replace(microsecond=0))
    return st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00")) | st.just("26" + "0" * 18)


def _row(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    fields = known()[kind].fields
    return st.fixed_dictionaries({f.name: st.none() | _values(f.type.arrow) for f in fields})


FOR_EVER = date(2099, 12, 31)


@pytest.mark.parametrize("kind", sorted(known()))
def test_every_value_comes_back_exactly(store: Store, kind: str) -> None:
    """Money, rates, days, flags, nulls and identifiers of twenty digits; negative ones, the largest, the emptiest."""
    names = [f.name for f in known()[kind].fields]

    @given(st.lists(_row(kind), min_size=1, max_size=4))
    @limited(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    def check(rows: list[dict[str, Any]]) -> None:
        if kind == "alert_answers":  # a promise for a day that is over is not taken
            rows = [row | {"postponed_to": row["postponed_to"] and max(row["postponed_to"], FOR_EVER)} for row in rows]
        given_reading = reading(kind, rows)
        post(store, "值.xlsx", given_reading)
        with store.transaction() as tx:
            back = tx.rows(kind)
        assert back.select(names).schema == known()[kind].schema
        in_order = sorted(back.to_pylist(), key=lambda row: row["_row"])
        wanted = sorted(given_reading.tables[kind].to_pylist(), key=lambda row: row["_row"])
        assert [{n: r[n] for n in names} for r in in_order] == [{n: r[n] for n in names} for r in wanted]

    check()


def test_an_empty_table_has_the_types_of_a_full_one(store: Store) -> None:
    with store.transaction() as tx:
        for name, kind in known().items():
            assert tx.rows(name).select(kind.schema.names).schema == kind.schema


# ------------------------------------------------------------------ what robots record

KPI = {"vendor": VENDOR, "period": "2026-06", "kpi": "otd", "good": Decimal("3.5"), "total": Decimal(4)}
KPI |= {"value": Decimal("0.875"), "low": None, "high": None}


def kpis(store: Store) -> dict[tuple[str, str], tuple[Any, ...]]:
    with store.transaction() as tx:
        return {(r["kpi"], r["period"]): (r["good"], r["value"], r["low"]) for r in tx.table("kpis").to_pylist()}


def test_recorded_rows_are_new_then_changed_then_replaced(store: Store) -> None:
    with store.transaction() as tx:
        tx.record(record("kpis", [KPI, {**KPI, "kpi": "quality"}]))
    with store.transaction() as tx:
        tx.record(record("kpis", [{**KPI, "good": Decimal(4), "value": Decimal(1)}]))
    assert kpis(store) == {
        ("otd", "2026-06"): (Decimal(4), Decimal(1), None),
        ("quality", "2026-06"): (Decimal("3.5"), Decimal("0.875"), None),
    }
    with store.transaction() as tx:
        tx.record(record("kpis", [{**KPI, "kpi": "quality"}], replace=True))
    assert [kpi for kpi, _ in kpis(store)] == ["quality"]
    with store.transaction() as tx:
        tx.record(record("kpis", [], replace=True))
    assert kpis(store) == {}


def test_a_recorded_row_is_changed_in_the_columns_that_are_named(store: Store) -> None:
    score = {"vendor": VENDOR, "period": "2026Q2", "score": Decimal("91.25"), "grade": "A", "provisional": True}
    with store.transaction() as tx:
        tx.record(record("scores", [score]))
        tx.record(record("scores", [{"vendor": VENDOR, "period": "2026Q2", "grade": "B", "provisional": False}]))
        (row,) = tx.table("scores").to_pylist()
    assert (row["score"], row["grade"], row["provisional"], row["n"]) == (Decimal("91.25"), "B", False, None)


def test_a_batch_that_is_withdrawn_goes_alone(store: Store) -> None:
    batch = {"day": "2026-07-03", "lines": 1, "total": Decimal("536.75"), "currency": "CNY", "state": "proposed"}
    with store.transaction() as tx:
        tx.record(record("batches", [{"batch": f"FK-{n}", **batch} for n in (1, 2, 3)]))
        tx.record(record("batches", [], gone=("FK-2",)))
        assert tx.table("batches")["batch"].to_pylist() == ["FK-1", "FK-3"]


def test_recording_the_same_again_writes_nothing(store: Store) -> None:
    with store.transaction() as tx:
        tx.record(record("kpis", [KPI]))
    written: list[str] = []

    def listen(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        written.append(statement.split(maxsplit=1)[0])

    event.listen(store.engine, "before_cursor_execute", listen)
    with store.transaction() as tx:
        tx.record(record("kpis", [KPI]))
    assert written
    assert not {"INSERT", "UPDATE", "DELETE"} & set(written)


@pytest.mark.parametrize("name", sorted(DERIVED))
def test_every_derived_table_is_read_in_the_order_of_its_key(store: Store, name: str) -> None:
    with store.transaction() as tx:
        assert tx.table(name).column_names == [column.name for column in DERIVED[name].columns]


# ------------------------------------------------------------------ the queue


def test_a_decision_with_the_same_key_is_queued_once(store: Store) -> None:
    entry = Queued("k", "receptionist", "2026-07-03", "订单.xlsx", "", "workbook", "{}")
    with store.transaction() as tx:
        assert tx.queue(1, NOW, entry)
        assert not tx.queue(1, NOW, entry)
    with store.transaction() as tx:
        assert not tx.queue(2, NOW, entry)
        assert [one.turn for one in tx.waiting(NOW)] == [1]


def test_a_decision_with_a_huge_payload_comes_back_whole(store: Store) -> None:
    payload = '"' + "预警\\u0000" * 2_000_000 + '"'
    with store.transaction() as tx:
        tx.queue(1, NOW, Queued("k", "reporter", "2026-07", "", "", "workbook", payload))
    with store.transaction() as tx:
        assert tx.waiting(NOW)[0].payload == payload


# ------------------------------------------------------------------ transactions


def spoil(tx: Turn) -> None:
    """Write something, then fail, inside a savepoint."""
    with tx.savepoint():
        tx.record(record("kpis", [KPI]))
        tx.connection.execute(text("SELECT nothing FROM nowhere"))


def test_what_fails_inside_a_savepoint_is_undone_alone(store: Store) -> None:
    """A statement that fails leaves PostgreSQL's transaction aborted, but for the savepoint."""
    with store.transaction() as tx:
        number = tx.begin(NOW)
        with pytest.raises(DBAPIError):
            spoil(tx)
        tx.drop(number, NOW, Dropped("订单.xlsx", None, 1), "unreadable", "")
    with store.transaction() as tx:
        assert (tx.count("turns"), tx.count("drops"), tx.count("kpis")) == (1, 1, 0)


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.transaction() as tx:
            number = tx.begin(NOW)
            tx.drop(number, NOW, Dropped("订单.xlsx", None, 1), "taken", "")
            tx.journal([("intake", "taken", "订单.xlsx", "")], NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.transaction() as tx:
        assert [tx.count(name) for name in ("turns", "drops", "journal")] == [0, 0, 0]


def test_a_run_cannot_be_noted_twice(store: Store) -> None:
    with store.transaction() as tx:
        tx.note_runs([("scorer", NOW, "worked")], NOW)
    with pytest.raises(DBAPIError), store.transaction() as tx:
        tx.note_runs([("scorer", NOW, "worked")], NOW)


# ------------------------------------------------------------------ migrations


def test_migrations_are_applied_once_and_recorded(store: Store) -> None:
    assert migrate(store.engine, datetime(2027, 1, 1)) == []
    with store.engine.connect() as connection:
        recorded = dict(connection.execute(select(MIGRATIONS.c.name, MIGRATIONS.c.at)).all())
    assert sorted(recorded) == sorted(m.__name__ for m in MIGRATIONS_IN_ORDER)
    assert all(at.startswith("2026-07-03") for at in recorded.values())


def test_a_migration_that_fails_leaves_no_table_behind(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE half (n INTEGER)"))
        raise RuntimeError("the lamp went out")

    monkeypatch.setattr(migrations, "MIGRATIONS_IN_ORDER", (*MIGRATIONS_IN_ORDER, breaks))
    with pytest.raises(RuntimeError):
        open_store(database_url, tmp_path / "state", NOW)
    monkeypatch.undo()
    engine = create_engine(database_url or f"sqlite:///{tmp_path / 'state' / 'robots.db'}")
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_all_that_is_read_in_one_transaction_is_of_one_evening(store: Store) -> None:
    """PostgreSQL takes each statement for itself unless it is asked otherwise: what holds there is left to it."""
    if store.engine.name != "sqlite":
        pytest.skip("SQLite's own transactions")
    post(store, "订单.xlsx", reading("orders", [order(1)]))
    with store.transaction() as looking:
        assert looking.rows("orders").num_rows == 1
        writer = threading.Thread(
            target=post, args=(store, "订单.xlsx", reading("orders", [order(1), order(2)])), daemon=True
        )
        writer.start()
        writer.join(0.3)
        assert looking.rows("orders").num_rows == 1
    writer.join()
    assert set(orders(store)) == {"PO-1", "PO-2"}


def test_a_home_of_an_older_version_loses_its_row_hashes_and_nothing_else(store: Store) -> None:
    post(store, "订单.xlsx", reading("orders", [order(1)]))
    with store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE rows_orders ADD COLUMN hash BIGINT NOT NULL DEFAULT 7"))
        connection.execute(delete(MIGRATIONS).where(MIGRATIONS.c.name == "no_row_hashes"))
    assert migrate(store.engine, NOW) == ["no_row_hashes"]
    post(store, "订单.xlsx", reading("orders", [order(1), order(2)]))
    assert list(orders(store)) == ["PO-1", "PO-2"]


def test_every_table_of_an_older_home_comes_to_have_the_columns_and_indexes_that_are_declared(store: Store) -> None:
    """The last migrations undone: a column that is declared and has no migration would be missing at its first use."""
    post(store, "订单.xlsx", reading("orders", [order(1, ordered_on=NOW.date())]))
    with store.transaction() as tx:
        tx.relate(NOW.date(), "rules")
    with store.engine.begin() as connection:
        connection.execute(text("DROP INDEX lines_of_order"))
        connection.execute(text("ALTER TABLE lines DROP COLUMN since"))
        connection.execute(text("ALTER TABLE stale DROP COLUMN ordered"))
        late = MIGRATIONS.c.name.in_(["orders_apart", "days_of_orders"])
        connection.execute(delete(MIGRATIONS).where(late))
    assert migrate(store.engine, NOW) == ["orders_apart", "days_of_orders"]
    with store.engine.connect() as connection:
        assert connection.execute(select(LINES.c.since)).scalars().all() == [NOW.date().isoformat()]
        there = inspect(connection)
        for table in META.tables.values():
            assert {c["name"] for c in there.get_columns(table.name)} >= set(table.c.keys()), table.name
            assert {i["name"] for i in there.get_indexes(table.name)} >= {i.name for i in table.indexes}, table.name


def test_a_kind_and_a_field_that_are_new_find_their_place_in_an_older_home(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE rows_inspections"))
        connection.execute(text("ALTER TABLE rows_orders DROP COLUMN item"))
    assert migrate(store.engine, NOW) == []
    post(store, "订单.xlsx", reading("orders", [order(1, item="示例零件")]))
    with store.transaction() as tx:
        assert tx.rows("orders")["item"].to_pylist() == ["示例零件"]
        assert tx.rows("inspections").num_rows == 0


def test_a_database_opened_again_holds_what_it_held(database_url: str, tmp_path: Path) -> None:
    first = open_store(database_url, tmp_path / "state", NOW)
    post(first, "订单.xlsx", reading("orders", [order(1)]))
    first.close()
    second = open_store(database_url, tmp_path / "state", NOW)
    assert list(orders(second)) == ["PO-1"]
    second.close()


# ------------------------------------------------------------------ the journal


def journal(store: Store, *subjects: str) -> None:
    with store.transaction() as tx:
        tx.journal([("intake", "taken", subject, "") for subject in subjects], NOW)


def broken(store: Store) -> int | None:
    with store.engine.connect() as connection:
        return broken_at(connection)


def without_guards(store: Store, *statements: str) -> None:
    """What somebody who owns the database can do."""
    names = ("journal_links", "journal_no_update", "journal_no_delete", "journal_no_change")
    of = "" if store.engine.name == "sqlite" else " ON journal"
    with store.engine.begin() as connection:
        for statement in (*(f"DROP TRIGGER IF EXISTS {name}{of}" for name in names), *statements):
            connection.execute(text(statement))


def test_each_entry_of_the_journal_follows_the_one_before(store: Store) -> None:
    journal(store, "甲", "乙")
    journal(store, "丙")
    with store.engine.connect() as connection:
        rows = connection.execute(select(JOURNAL).order_by(JOURNAL.c.n)).all()
    assert [(r.n, r.subject) for r in rows] == [(1, "甲"), (2, "乙"), (3, "丙")]
    assert [r.before for r in rows] == ["0" * 64, rows[0].hash, rows[1].hash]
    assert broken(store) is None


TAMPERING = {
    "a subject rewritten": ("UPDATE journal SET subject = '丁' WHERE n = 3", 3),
    "a word moved from one field to the next": ("UPDATE journal SET actor = 'intaket', event = 'aken' WHERE n = 2", 2),
    "an hour shifted": ("UPDATE journal SET at = '2026-07-03T17:00:00' WHERE n = 1", 1),
    "a hash replaced": ("UPDATE journal SET hash = 'f' WHERE n = 4", 4),
    "a link replaced": ("UPDATE journal SET before = 'f' WHERE n = 4", 4),
    "an entry taken out of the middle": ("DELETE FROM journal WHERE n = 2", 2),
    "the first entry taken out": ("DELETE FROM journal WHERE n = 1", 1),
    "an entry moved to the end": ("UPDATE journal SET n = 99 WHERE n = 3", 3),
}


@pytest.mark.parametrize(("statement", "number"), TAMPERING.values(), ids=TAMPERING)
def test_tampering_with_the_journal_is_found_by_its_number(store: Store, statement: str, number: int) -> None:
    journal(store, "甲", "乙", "丙", "丁", "戊")
    without_guards(store, statement)
    assert broken(store) == number


ENTRY = {"at": "", "actor": "x", "event": "x", "subject": "", "detail": "", "hash": "0" * 64}
REFUSED = {
    "an entry changed": "UPDATE journal SET subject = 'x' WHERE n = 1",
    "an entry deleted": "DELETE FROM journal WHERE n = 2",
    "all entries deleted": "DELETE FROM journal",
    "a number left out": "INSERT INTO journal SELECT 4, at, '', '', '', '', hash, hash FROM journal WHERE n = 2",
    "a number twice": "INSERT INTO journal SELECT 1, at, '', '', '', '', hash, hash FROM journal WHERE n = 2",
    "a wrong link": "INSERT INTO journal SELECT 3, at, '', '', '', '', before, hash FROM journal WHERE n = 2",
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_the_journal_refuses(store: Store, statement: str) -> None:
    journal(store, "甲", "乙")
    with pytest.raises(DBAPIError), store.engine.begin() as connection:
        connection.execute(text(statement))
    assert broken(store) is None


def test_the_journal_refuses_to_have_an_entry_replaced(store: Store) -> None:
    """INSERT OR REPLACE slips past a delete trigger; ON CONFLICT is PostgreSQL's word for it; TRUNCATE is no DELETE."""
    journal(store, "甲", "乙")
    same = "SELECT 1, at, actor, event, 'x', detail, before, hash FROM journal WHERE n = 1"
    sqlite = (f"INSERT OR REPLACE INTO journal {same}", "UPDATE OR REPLACE journal SET n = 1 WHERE n = 2")
    sqlite += (f"REPLACE INTO journal {same}",)
    postgres = ("TRUNCATE journal", f"INSERT INTO journal {same} ON CONFLICT (n) DO UPDATE SET subject = 'x'")
    for statement in sqlite if store.engine.name == "sqlite" else postgres:
        with pytest.raises(DBAPIError), store.engine.begin() as connection:
            connection.execute(text(statement))
    with store.engine.connect() as connection:
        assert connection.execute(select(JOURNAL.c.subject).order_by(JOURNAL.c.n)).scalars().all() == ["甲", "乙"]


def test_the_first_entry_of_the_journal_cannot_follow_anything_but_the_beginning(store: Store) -> None:
    with pytest.raises(DBAPIError), store.engine.begin() as connection:
        connection.execute(insert(JOURNAL).values(n=2, before="f" * 64, **ENTRY))
    assert broken(store) is None


# ------------------------------------------------------------------ opening


def test_wal_only_where_this_sqlite_is_free_of_the_race(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_engine", ENGINE)
    opened = open_store("", tmp_path, NOW)
    with opened.engine.connect() as connection:
        mode = connection.execute(text("PRAGMA journal_mode")).scalar_one()
        assert connection.execute(text("PRAGMA synchronous")).scalar_one() == 2
    assert mode.upper() == journal_mode(sqlite3.sqlite_version_info)
    opened.close()


MODES = [
    ((3, 7, 0), "TRUNCATE"), ((3, 44, 5), "TRUNCATE"), ((3, 44, 6), "WAL"), ((3, 45, 0), "TRUNCATE"),
    ((3, 50, 6), "TRUNCATE"), ((3, 50, 7), "WAL"), ((3, 51, 2), "TRUNCATE"), ((3, 51, 3), "WAL"), ((3, 52, 0), "WAL"),
    ((4, 0, 0), "WAL"),
]  # fmt: skip


@pytest.mark.parametrize(("version", "mode"), MODES, ids=[f"SQLite {'.'.join(map(str, v))} → {m}" for v, m in MODES])
def test_the_journal_mode_of(version: tuple[int, ...], mode: str) -> None:
    assert journal_mode(version) == mode


def test_somebody_who_looks_long_does_not_fail_the_belt(store: Store) -> None:
    """An export reads for seconds while the belt commits: the belt waits its turn."""
    post(store, "订单.xlsx", reading("orders", [order(1)]))
    looking, done = threading.Event(), threading.Event()

    def look() -> None:
        with store.engine.connect() as connection:
            connection.execute(select(ROWS["orders"])).first()
            looking.set()
            done.wait(60)
            connection.rollback()

    reader = threading.Thread(target=look)
    reader.start()
    looking.wait()
    threading.Timer(0.2, done.set).start()
    post(store, "订单.xlsx", reading("orders", [order(1), order(2)]))
    reader.join()
    assert set(orders(store)) == {"PO-1", "PO-2"}


def test_of_many_rows_that_are_gone_the_first_are_named(store: Store) -> None:
    post(store, "订单.xlsx", reading("orders", [order(n) for n in range(1, 15)]))
    _, findings = post(store, "订单.xlsx", reading("orders", [order(14)]))
    *named, rest = dict(findings[0].values)["rows"]
    assert len(named) == 10 and dict(rest.values) == {"count": 3}
