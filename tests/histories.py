"""Random histories for hypothesis: what a team might drop on which days, and the store that it is dropped into.

ROBOTS_PROOFS=20 gives every property twenty times as many examples.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from sqlalchemy import select

from robots.crew import registry
from robots.crew.scorer import scorer
from robots.edge import settings as configuration
from robots.edge.store import Store
from robots.edge.store.database import Dropped, Turn
from robots.edge.store.tables import KPIS, LEADS, ORDERED, POINTS, PRICES, SCORES, STALE
from robots.model.decisions import Record
from robots.model.names import identity
from robots.reading.reader import Reading
from robots.rules import OwnKpi, Rules
from tests import naive
from tests.test_store import reading

SETTINGS = configuration.load(Path("no such home"), registry.names())
RULES, WORDS = SETTINGS.rules, SETTINGS.words
START = date(2026, 6, 1)
VENDORS = ("示例甲有限公司", "示例 甲有限公司", "V-01", "虚构乙厂", "虚构乙厂 ")
Rows = Sequence[Mapping[str, Any]]
Version = tuple[str, str, Rows]  # a kind, which file of that kind, its rows
History = list[tuple[int, list[Version]]]  # days after the one before, and what is dropped on that day
MORE = int(os.environ.get("ROBOTS_PROOFS", "1"))
D = Decimal


def examples(number: int) -> Any:
    """How many examples a property is tried on."""
    slow = [HealthCheck.too_slow]  # a busy machine draws rows slowly too
    return settings(max_examples=number * MORE, deadline=None, suppress_health_check=slow)


# ------------------------------------------------------------------ rules with something in every place

OWN = {
    "commits": OwnKpi("每日提交", "measurements", "per_working_day", "higher", D(1), D(5), D(10), of="提交数",
                      contracts={"HT-1": D(2)}),
    "takt": OwnKpi("节拍", "measurements", "mean", "lower", D(9), D(4), D(5), of="节拍"),
    "hours": OwnKpi("工时", "measurements", "sum", "higher", D(0), D(40), D(5), of="工时"),
    "fixed": OwnKpi("缺陷修复", "tickets", "share", "lower", D(0), D(1), D(5), of="缺陷", value="resolution_hours",
                    within=D(24)),
}  # fmt: skip
_BY_CATEGORY = {"机加工": {"on_time": D("0.9"), "quality": D("0.96"), "csat": D(4)}}
RICH: Rules = replace(
    RULES,
    entries={
        **RULES.entries,
        "scorecard": tuple(
            (
                since,
                replace(
                    card,
                    own=OWN,
                    category_targets=_BY_CATEGORY,
                    most_missing_weight=D("0.6"),
                    tolerance_days=1 if late else 0,
                ),
            )
            for late, day in ((False, date(2000, 1, 1)), (True, date(2026, 7, 1)))
            for since, card in ((day, RULES.scorecard(day)),)
        ),
    },
)

# ------------------------------------------------------------------ rows

DAYS = st.integers(-20, 45).map(lambda n: START + timedelta(days=n))
WHOLE = st.integers(0, 4).map(lambda n: D(n * 10))
PARTS = st.sampled_from([D(0), D("0.3333"), D(7), D(10), D(10), D(20), D(30)])
MOMENTS = st.builds(
    lambda day, hour: datetime.combine(day, datetime.min.time()) + timedelta(hours=hour), DAYS, st.integers(0, 60)
)
ANYONE, ORDERS, LINES = st.sampled_from(VENDORS), st.sampled_from(["PO-1", "PO-2", "PO-3"]), st.sampled_from("12")
CONTRACTS = st.sampled_from(["HT-1", "HT-2"])
MARK = st.none() | st.integers(1, 5).map(D)


def fields(**strategies: SearchStrategy[Any]) -> SearchStrategy[dict[str, Any]]:
    """Rows with these fields."""
    return st.fixed_dictionaries(strategies)


CONTENT: dict[str, SearchStrategy[dict[str, Any]]] = {
    "orders": fields(
        order_id=ORDERS, line=LINES, vendor=ANYONE, quantity=PARTS, contract_id=st.none() | CONTRACTS,
        unit_price=st.sampled_from([D(0), D(10), D("1.234567")]), promised_on=st.none() | DAYS | DAYS,
        revised_on=st.none() | st.none() | DAYS, ordered_on=st.none() | DAYS, item=st.none() | st.just("法兰"),
        category=st.sampled_from([None, "机加工", "注塑"]), currency=st.sampled_from([None, None, "CNY", "USD"]),
    ),
    "deliveries": fields(
        order_id=ORDERS, line=LINES, delivery_id=st.sampled_from([None, "S-1", "S-2", "S-3"]),
        vendor=st.none() | st.none() | ANYONE, delivered_on=DAYS, received=PARTS, accepted=st.none() | PARTS,
        rejected=st.none() | PARTS, fault=st.sampled_from([None, None, "供方", "需方", "不可抗力"]),
    ).map(lambda row: row if _is_within(row) else {**row, "accepted": row["received"], "rejected": None}),
    "surveys": fields(
        vendor=ANYONE, period=st.sampled_from(["2026-05", "2026-06", "2026Q2", "2026"]),
        rater=st.sampled_from(["甲", "乙"]), csat=MARK, communication=MARK, problem_solving=MARK, culture=MARK,
    ),
    "vendors": fields(
        vendor=st.sampled_from(["示例甲有限公司", "虚构乙厂"]), vendor_id=st.sampled_from([None, "V-01"]),
        category=st.sampled_from([None, "机加工", "注塑"]), status=st.sampled_from([None, "合格", "限制"]),
        monthly_capacity=st.sampled_from([None, D(0), D(10), D(30)]),
    ),
    "tickets": st.builds(
        lambda row, first, then: {
            **row,
            "responded_at": None if first is None else row["opened_at"] + timedelta(hours=first),
            "resolved_at": None if first is None or then is None else row["opened_at"] + timedelta(hours=first + then),
        },
        fields(ticket_id=st.sampled_from(["T-1", "T-2", "T-3"]), vendor=ANYONE, opened_at=MOMENTS,
               kind=st.sampled_from([None, "缺陷", "缺陷", "安全事故"])),
        st.none() | st.integers(0, 40), st.none() | st.integers(0, 40),
    ),
    "contracts": st.builds(
        lambda row, days: {**row, "ends_on": row["starts_on"] + timedelta(days=days)},
        fields(contract_id=CONTRACTS, vendor=ANYONE, starts_on=DAYS, response_hours=st.sampled_from([None, D(4)]),
               otd_target=st.sampled_from([None, D("0.6"), D("0.98")]), csat_target=st.sampled_from([None, D(3)]),
               ppm_target=st.sampled_from([None, D(0), D(20000), D(90000)])),
        st.integers(0, 60),
    ),
    "certificates": fields(
        vendor=ANYONE, type=st.sampled_from(["ISO 9001", "ISO 14001"]), number=st.sampled_from(["1", "2"]),
        issued_on=st.none() | DAYS, expires_on=DAYS, required=st.sampled_from([None, True, True, False]),
    ),
    "appeals": fields(
        appeal_id=st.sampled_from(["SS-1", "SS-2"]), vendor=ANYONE, order_id=ORDERS, line=st.none() | LINES,
        delivery_id=st.sampled_from([None, None, "S-1", "S-2"]), claim=st.just("图纸变更"),
        fault=st.sampled_from([None, "需方", "供方"]), decision=st.sampled_from([None, "成立", "成立", "不成立"]),
    ),
    "measurements": fields(
        vendor=ANYONE, measure=st.sampled_from(["提交数", "节拍", "工时"]), measured_on=DAYS,
        value=st.integers(0, 60).map(lambda n: D(n) / 4), subject=st.sampled_from([None, "组一"]),
    ),
    "inspections": fields(
        inspection_id=st.sampled_from([f"J-{n}" for n in range(12)]), vendor=st.none() | ANYONE | ANYONE,
        item=st.sampled_from([None, "法兰"]), result=st.sampled_from(["合格", "让步接收", "返工", "拒收"]),
        inspected_on=st.none() | DAYS | DAYS,
    ),
    "milestones": fields(
        contract_id=CONTRACTS, milestone=st.sampled_from(["初样", "终验"]), planned_on=DAYS,
        submitted_on=st.none() | DAYS, accepted_on=st.none() | st.none() | DAYS,
        result=st.sampled_from([None, None, "通过"]),
    ),
    "materials": fields(
        order_id=ORDERS, material=st.just("铝棒"), issued_on=DAYS, issued=st.sampled_from([D(0), D(1000)]),
        consumed_standard=st.sampled_from([None, D(900), D(930), D(960), D(1000)]),
        returned=st.sampled_from([None, D(0), D(50)]), scrap=st.sampled_from([D(0), D("29.9999"), D(30)]),
    ),
    "invoices": fields(
        vendor=ANYONE, invoice_no=st.sampled_from(["I-1", "I-2", "I-3"]), order_id=st.none() | ORDERS | ORDERS,
        line=st.none() | LINES, invoiced_on=DAYS, quantity=st.none() | PARTS, net=st.sampled_from([None, D("63.00")]),
        unit_price=st.sampled_from([None, D(0), D(9), D("12.345678")]), gross=st.just(D("71.19")),
        kind=st.sampled_from(["蓝字", "蓝字", "红字"]),
    ),
}  # fmt: skip
USUAL = ("orders", "orders", "orders", "deliveries", "deliveries", "deliveries")


def _is_within(row: Mapping[str, Any]) -> bool:
    """Accepted and rejected are at most what arrived: else the reader would have set the row aside."""
    return (row["accepted"] or 0) + (row["rejected"] or 0) <= row["received"]


def versions(kinds: Sequence[str], most: int = 6) -> SearchStrategy[Version]:
    """A version of one of two files of a kind, any number of rows in it."""
    return st.sampled_from(kinds).flatmap(
        lambda kind: st.tuples(st.just(kind), st.sampled_from("甲乙"), st.lists(CONTENT[kind], max_size=most))
    )


def histories(kinds: Sequence[str], days: int = 4, files: int = 4) -> SearchStrategy[History]:
    """Some days, and what is dropped on each of them."""
    return st.lists(st.tuples(st.integers(0, 25), st.lists(versions(kinds), max_size=files)), min_size=1, max_size=days)


def dropped(some: Sequence[Version]) -> list[tuple[str, Reading]]:
    """Versions as what the reader makes of them."""
    return [(f"{kind}-{file}.xlsx", reading(kind, rows)) for kind, file, rows in some]


# ------------------------------------------------------------------ a store, day by day


def turn(store: Store, day: date, files: Sequence[tuple[str, Reading]], rules: Rules = RICH) -> None:
    """Files come in, lines are related, the scorer works."""
    with store.transaction() as tx:
        turn_of(tx, day, files, rules)


def turn_of(tx: Turn, day: date, files: Sequence[tuple[str, Reading]], rules: Rules = RICH) -> int:
    """The same inside a transaction. Returns the turn's number."""
    now = datetime.combine(day, datetime.min.time())
    number = tx.begin(now)
    for name, given_reading in files:
        drop = tx.drop(number, now, Dropped(name, "0" * 64, 1), "taken", "")
        tx.post(name, drop, given_reading)
    tx.relate(day, rules.fingerprint("scorecard", "alerts"))
    for decision in scorer(tx.ledger(day, number), rules, day):
        spoken = WORDS.render(decision.what)
        assert isinstance(spoken, Record)
        tx.record(spoken)
    return number


def books(store: Store, day: date, rules: Rules = RICH) -> naive.Books:
    """Every row that counts, for the naive look."""
    with store.transaction() as tx:
        return books_of(tx, day, rules)


def books_of(tx: Turn, day: date, rules: Rules = RICH) -> naive.Books:
    """The same inside a transaction."""
    return naive.Books({kind: tx.rows(kind).to_pylist() for kind in naive.KINDS}, rules, day)


def kept(store: Store) -> dict[naive.Key, tuple[Decimal, Decimal]]:
    """(vendor, period, KPI) → (good, total), as the store keeps them. Which spelling is shown is another matter."""
    with store.engine.connect() as connection:
        rows = connection.execute(select(KPIS)).all()
    assert len({(identity(r.vendor), r.period, r.kpi) for r in rows}) == len(rows)
    return {(identity(r.vendor), r.period, r.kpi): (_exact(r.good, 4), _exact(r.total, 4)) for r in rows}


def ordering(store: Store) -> dict[str, set[tuple[Any, ...]]]:
    """What is kept of what was ordered, at which prices, and of how long it took: rows by table."""
    with store.engine.connect() as connection:
        return {table.name: {tuple(identity(value) if name == "vendor" else value for name, value in row.items())
                             for row in connection.execute(select(table)).mappings()}
                for table in (ORDERED, PRICES, LEADS)}  # fmt: skip


def bounds(store: Store) -> dict[naive.Key, tuple[float, float]]:
    """The intervals that are kept."""
    with store.engine.connect() as connection:
        rows = connection.execute(select(KPIS).where(KPIS.c.low.is_not(None))).all()
    return {(identity(r.vendor), r.period, r.kpi): (r.low / 1e6, r.high / 1e6) for r in rows}


def scored(store: Store) -> dict[tuple[str, str], naive.Verdict]:
    """(vendor, period) → the verdict that is kept; nothing waits to be figured."""
    points: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
    with store.engine.connect() as connection:
        assert connection.execute(select(STALE)).all() == []
        for r in connection.execute(select(POINTS)):
            points[identity(r.vendor), r.period][r.kpi] = _exact(r.points, 2)
        rows = connection.execute(select(SCORES)).all()
    return {
        (identity(r.vendor), r.period): naive.Verdict(
            None if r.score is None else _exact(r.score, 2), r.grade or "", r.n, _exact(r.missing_weight, 6),
            r.provisional, frozenset((r.vetoes or "").split(",")) - {""}, points[identity(r.vendor), r.period],
        )
        for r in rows
    }  # fmt: skip


def _exact(whole: int, digits: int) -> Decimal:
    return Decimal(whole).scaleb(-digits)
