"""Figures kept up by what changes are the figures of everything: whatever is dropped, mended, split or taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.pool import StaticPool

from robots.crew import registry
from robots.crew.scorer import scorer
from robots.edge import settings as configuration
from robots.edge.store import Store
from robots.edge.store.database import Dropped
from robots.edge.store.migrations import migrate
from robots.edge.store.tables import KPIS, SCORES, STALE
from robots.model.decisions import Record
from robots.model.names import identity
from robots.reading.reader import Reading
from tests.test_store import reading

SETTINGS = configuration.load(Path("no such home"), registry.names())
RULES, WORDS = SETTINGS.rules, SETTINGS.words
START = date(2026, 6, 1)
VENDORS = ("示例甲有限公司", "示例 甲有限公司", "V-01", "虚构乙厂", "虚构乙厂 ")
Rows = Sequence[Mapping[str, Any]]


@contextmanager
def a_store() -> Iterator[Store]:
    store = Store(create_engine("sqlite://", poolclass=StaticPool))
    migrate(store.engine, datetime(2026, 6, 1))
    yield store
    store.close()


def turn(store: Store, day: date, files: Sequence[tuple[str, Reading]]) -> None:
    """Files come in, lines are related, the scorer works."""
    now = datetime.combine(day, datetime.min.time())
    with store.transaction() as tx:
        number = tx.begin(now)
        for name, given_reading in files:
            drop = tx.drop(number, now, Dropped(name, "0" * 64, 1), "taken", "")
            tx.post(name, drop, given_reading)
        tx.relate(day, RULES.fingerprint("scorecard", "alerts"))
        for decision in scorer(tx.ledger(day, number), RULES, day):
            spoken = WORDS.render(decision.what)
            assert isinstance(spoken, Record)
            tx.record(spoken)


def kept(store: Store) -> dict[tuple[str, str, str], tuple[float, float]]:
    """(vendor, period, KPI) → (good, total), as the store keeps them. Which spelling is shown is another matter."""
    with store.engine.connect() as connection:
        rows = connection.execute(select(KPIS)).all()
    assert len({(identity(r.vendor), r.period, r.kpi) for r in rows}) == len(rows)
    return {(identity(r.vendor), r.period, r.kpi): (r.good / 1e4, r.total / 1e4) for r in rows}


def scored(store: Store) -> dict[tuple[str, str], tuple[Any, ...]]:
    with store.engine.connect() as connection:
        assert connection.execute(select(STALE)).all() == []
        return {(identity(r.vendor), r.period): (r.score, r.grade, r.n) for r in connection.execute(select(SCORES))}


# ------------------------------------------------------------------ the same, figured from all rows in plain Python


def naive(store: Store, day: date) -> dict[tuple[str, str, str], tuple[float, float]]:
    """On-time, quality and ratings straight from RULES 6: a loop over the rows, nothing kept."""
    with store.transaction() as tx:
        tables = {kind: tx.rows(kind).to_pylist() for kind in ("vendors", "orders", "deliveries", "surveys")}
    names: dict[str, str] = {}
    for column in ("tax_id", "vendor_id", "vendor"):
        names |= {identity(row[column]): row["vendor"] for row in tables["vendors"] if row[column]}
    found: dict[tuple[str, str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])

    def count(vendor: str, period: str, kpi: str, good: Decimal | int, total: Decimal | int) -> None:
        sums = found[identity(names.get(identity(vendor), vendor)), period, kpi]
        sums[0] += good
        sums[1] += total

    for order in tables["orders"]:
        mine = [d for d in tables["deliveries"] if (d["order_id"], d["line"]) == (order["order_id"], order["line"])]
        for kpi, due in (
            ("on_time", order["promised_on"]),
            ("on_time_latest", order["revised_on"] or order["promised_on"]),
        ):
            if due and due <= day:
                accepted = sum((_judged(d)[0] or 0 for d in mine if d["delivered_on"] <= min(due, day)), Decimal(0))
                anything = any(d["delivered_on"] <= min(due, day) for d in mine)
                count(order["vendor"], f"{due:%Y-%m}", kpi, int(anything and accepted >= order["quantity"]), 1)
    vendor_of = {(o["order_id"], o["line"]): o["vendor"] for o in tables["orders"]}
    for delivery in tables["deliveries"]:
        vendor = delivery["vendor"] or vendor_of.get((delivery["order_id"], delivery["line"]))
        accepted, rejected = _judged(delivery)
        if vendor and delivery["delivered_on"] <= day and accepted is not None and rejected is not None:
            month = f"{delivery['delivered_on']:%Y-%m}"
            count(vendor, month, "quality", accepted, accepted + rejected)
            count(vendor, month, "ppm", rejected, delivery["received"])
    for survey in tables["surveys"]:
        if survey["csat"] is not None:
            count(survey["vendor"], survey["period"], "csat", survey["csat"], 1)
    return {key: (float(good), float(total)) for key, (good, total) in found.items() if total > 0}


def _judged(delivery: Mapping[str, Any]) -> tuple[Decimal | None, Decimal | None]:
    received, accepted, rejected = (delivery[name] for name in ("received", "accepted", "rejected"))
    if rejected is None and accepted == received:
        rejected = Decimal(0)
    if accepted is None and rejected == received:
        accepted = Decimal(0)
    return accepted, rejected


# ------------------------------------------------------------------ any history

DAYS = st.integers(-20, 70).map(lambda n: START + timedelta(days=n))
PIECES = st.integers(0, 4).map(lambda n: Decimal(n * 10))
ORDER = st.fixed_dictionaries({
    "order_id": st.sampled_from(["PO-1", "PO-2", "PO-3", "PO-4"]), "line": st.sampled_from(["1", "2"]),
    "vendor": st.sampled_from(VENDORS), "quantity": PIECES, "unit_price": st.just(Decimal(1)),
    "promised_on": st.none() | DAYS, "revised_on": st.none() | DAYS,
})  # fmt: skip
DELIVERY = st.fixed_dictionaries({
    "delivery_id": st.none() | st.sampled_from(["S-1", "S-2"]), "order_id": st.sampled_from(["PO-1", "PO-2", "PO-3"]),
    "line": st.sampled_from(["1", "2"]), "vendor": st.none() | st.sampled_from(VENDORS), "delivered_on": DAYS,
    "received": PIECES, "accepted": st.none() | PIECES, "rejected": st.none() | PIECES,
})  # fmt: skip
SURVEY = st.fixed_dictionaries({
    "vendor": st.sampled_from(VENDORS), "period": st.sampled_from(["2026-06", "2026Q2", "2026Q3"]),
    "rater": st.sampled_from(["甲", "乙", "丙"]), "csat": st.none() | st.integers(1, 5).map(Decimal),
})  # fmt: skip
VENDOR = st.fixed_dictionaries({
    "vendor": st.sampled_from(["示例甲有限公司", "虚构乙厂"]), "vendor_id": st.sampled_from([None, "V-01"]),
})  # fmt: skip
CONTENT = {"orders": ORDER, "deliveries": DELIVERY, "surveys": SURVEY, "vendors": VENDOR}
VERSION = st.sampled_from([*CONTENT, "orders", "deliveries", "deliveries"]).flatmap(
    lambda kind: st.tuples(st.just(kind), st.sampled_from("甲乙"), st.lists(CONTENT[kind], max_size=6))
)
HISTORY = st.lists(st.tuples(st.integers(0, 25), st.lists(VERSION, max_size=3)), min_size=1, max_size=5)


def dropped(versions: list[tuple[str, str, Rows]]) -> list[tuple[str, Reading]]:
    return [(f"{kind}-{file}.xlsx", reading(kind, rows)) for kind, file, rows in versions]


@given(HISTORY)
@settings(max_examples=30, deadline=None)
def test_what_is_kept_up_is_what_everything_gives(history: list[tuple[int, list[tuple[str, str, Rows]]]]) -> None:
    with a_store() as store:
        day = START
        for later, versions in history:
            day += timedelta(days=later)
            turn(store, day, dropped(versions))
            assert kept(store) == naive(store, day)


@given(HISTORY)
@settings(max_examples=12, deadline=None)
def test_scores_kept_up_are_those_of_a_home_that_sees_it_all_at_once(
    history: list[tuple[int, list[tuple[str, str, Rows]]]],
) -> None:
    everything: list[tuple[str, Reading]] = []
    with a_store() as little_by_little, a_store() as at_once:
        day = START
        for later, versions in history:
            day += timedelta(days=later)
            turn(little_by_little, day, dropped(versions))
            everything += dropped(versions)
        turn(at_once, day, everything)
        assert scored(little_by_little) == scored(at_once)
