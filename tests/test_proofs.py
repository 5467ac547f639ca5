"""Laws that figures obey whatever the books say: each a sentence, tried on random worlds through the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from robots.crew.reporter import reporter
from robots.crew.sentinel import look
from robots.crew.sentinel.scene import Scene
from robots.figures.scores import grade_of
from robots.model.decisions import Workbook
from robots.model.names import identity
from tests.histories import CONTENT, RICH, RULES, Rows, examples, kept, scored, turn, turn_of
from tests.naive import Key, Verdict
from tests.stores import a_store
from tests.test_figures import PERFECT, marks_behind, table
from tests.test_figures import scored as score_of
from tests.test_store import reading

D = Decimal
TODAY = date(2026, 7, 3)
JUNE = date(2026, 6, 15)
VENDOR = "虚构乙厂"
World = Mapping[str, Rows]
Figures = dict[Key, tuple[Decimal, Decimal]]
_KEYS: dict[str, tuple[str, ...]] = {
    "orders": ("order_id", "line"), "deliveries": ("order_id", "line", "delivery_id"), "tickets": ("ticket_id",),
    "appeals": ("appeal_id",), "vendors": ("vendor",), "certificates": ("type", "number"),
}  # fmt: skip


def worlds(*kinds: str, most: int = 7) -> SearchStrategy[World]:
    """Rows of some kinds, each key once: of two rows with one key the place decides, and may."""

    def rows(kind: str) -> SearchStrategy[Rows]:
        named = [name for name in ("delivery_id",) if name in _KEYS[kind]]
        content = CONTENT[kind].filter(lambda row: all(row[name] for name in named) or kind != "deliveries")
        return st.lists(content, max_size=most, unique_by=lambda row: tuple(row[name] for name in _KEYS[kind]))

    return st.fixed_dictionaries({kind: rows(kind) for kind in kinds})


def looked_at(files: Sequence[tuple[str, str, Rows]], rules: Any = RULES) -> tuple[Figures, dict[Any, Verdict]]:
    """The figures and scores of a home into which these files (name, kind, rows) come at once."""
    with a_store() as store:
        turn(store, TODAY, [(name, reading(kind, rows)) for name, kind, rows in files], rules)
        return kept(store), scored(store)


def figures(world: World, **more: Rows) -> Figures:
    """The KPIs of a world, and of what is put into a file of its own beside it."""
    files = [(f"{kind}.xlsx", kind, rows) for kind, rows in world.items()]
    return looked_at([*files, *((f"{kind}-2.xlsx", kind, rows) for kind, rows in more.items())])[0]


def rate(seen: Figures, kpi: str = "on_time", vendor: str = VENDOR, month: str = "2026-06") -> Fraction | None:
    good, total = seen.get((identity(vendor), month, kpi), (0, 0))
    return Fraction(good) / Fraction(total) if total else None


def line(**more: Any) -> dict[str, Any]:
    usual = {"order_id": "PO-9", "line": "1", "vendor": VENDOR, "quantity": D(10), "unit_price": D(1)}
    return {**usual, "promised_on": JUNE, **more}


CAME = {"order_id": "PO-9", "line": "1", "delivery_id": "S-9", "delivered_on": JUNE, "received": D(10)}
JUDGED = {**CAME, "accepted": D(10), "rejected": D(0)}
ORDERED = ("orders", "deliveries")


# ------------------------------------------------------------------ order and splitting


@examples(6)
@given(worlds("orders", "deliveries", "tickets", "appeals", "certificates"), st.randoms(use_true_random=False))
def test_order_of_rows_and_files(world: World, chance: Any) -> None:
    """Order of rows and files never matters."""
    files = [(f"{kind}.xlsx", kind, rows) for kind, rows in world.items()]
    halves = []
    for kind, rows in world.items():
        mixed = chance.sample(list(rows), len(rows))
        at = chance.randint(0, len(mixed))
        halves += [(f"{kind}-甲.xlsx", kind, mixed[:at]), (f"{kind}-乙.xlsx", kind, mixed[at:])]
    assert looked_at(chance.sample(halves, len(halves)), RICH) == looked_at(files, RICH)


@examples(6)
@given(worlds(*ORDERED), st.data())
def test_a_delivery_in_two(world: World, data: st.DataObject) -> None:
    """Splitting one delivery in two never changes quality."""
    split = [part for row in world["deliveries"] for part in _halves(row, data.draw(st.integers(0, 4)))]
    assert figures({**world, "deliveries": split}) == figures(world)


def _halves(row: Mapping[str, Any], quarters: int) -> list[dict[str, Any]]:
    """One delivery as two of the same day and the same judgement; a part of nothing is none."""
    parts = []
    for number, share in enumerate((Decimal(quarters) / 4, 1 - Decimal(quarters) / 4)):
        figures = {name: row[name] if row[name] is None else _share(row[name], share, number) for name in _PIECES}
        parts.append({**row, **figures, "delivery_id": f"{row['delivery_id']}-{number}"})
    whole = {**row, "delivery_id": f"{row['delivery_id']}-0"}
    return parts if quarters in (1, 2, 3) and row["fault"] is None else [whole]


_PIECES = ("received", "accepted", "rejected")


def _share(pieces: Decimal, share: Decimal, number: int) -> Decimal:
    """A share to four digits; the second part is what the first one leaves."""
    first = (pieces * (share if number == 0 else 1 - share)).quantize(D("0.0001"))
    return first if number == 0 else pieces - first


# ------------------------------------------------------------------ lines


@examples(5)
@given(worlds(*ORDERED))
def test_one_more_line_on_time(world: World) -> None:
    """Adding an on-time line never lowers on-time."""
    before, after = figures(world), figures(world, orders=[line()], deliveries=[JUDGED])
    for kpi in ("on_time", "on_time_latest"):
        assert (rate(after, kpi) or 0) >= (rate(before, kpi) or 0)
        assert rate(before, kpi, "示例甲有限公司") == rate(after, kpi, "示例甲有限公司")


@examples(5)
@given(worlds(*ORDERED))
def test_one_more_line_never_delivered(world: World) -> None:
    """A never-delivered due line always lowers it."""
    sound = {"orders": [*world["orders"], line(order_id="PO-8")], "deliveries": world["deliveries"]}
    before = figures(sound, deliveries=[{**JUDGED, "order_id": "PO-8"}])
    after = figures({**sound, "orders": [*sound["orders"], line()]}, deliveries=[{**JUDGED, "order_id": "PO-8"}])
    for kpi in ("on_time", "on_time_latest"):
        was, now = rate(before, kpi), rate(after, kpi)
        assert was is not None and now is not None and now < was


@examples(5)
@given(worlds(*ORDERED))
def test_lines_that_are_excused(world: World) -> None:
    """Excused lines leave the denominator."""
    missed = [
        {"appeal_id": f"SS-{n}", "claim": "图纸变更", "decision": "成立",
         **{name: row[name] for name in ("vendor", "order_id", "line")}}
        for n, row in enumerate(world["orders"])
    ]  # fmt: skip
    before, after = figures(world), figures(world, appeals=missed)
    for key, (good, _) in before.items():
        if key[2] in ("on_time", "on_time_latest"):
            assert after.get(key) == ((good, good) if good else None)
        else:
            assert after[key] == before[key]


# ------------------------------------------------------------------ blanks and currencies


@examples(5)
@given(worlds(*ORDERED, "tickets"))
def test_what_is_blank(world: World) -> None:
    """A blank never counts as zero or as perfect."""
    known = {**world, "orders": [*world["orders"], line()]}
    half = [{**CAME, "delivery_id": f"S-{n}", name: D(4)} for n, name in enumerate(("accepted", "rejected"))]
    unknown: dict[str, Rows] = {
        "deliveries": [CAME, *half],
        "surveys": [{"vendor": VENDOR, "period": "2026-06", "rater": "虚构员"}],
        "tickets": [{"ticket_id": "T-9", "vendor": VENDOR, "opened_at": datetime.combine(TODAY, time.min)}],
        "invoices": [{"vendor": VENDOR, "invoice_no": "I-9", "order_id": "PO-9", "invoiced_on": JUNE, "kind": "蓝字"}],
    }
    assert figures(known, **unknown) == figures(known)


@examples(4)
@given(st.lists(CONTENT["orders"], max_size=7, unique_by=lambda row: (row["order_id"], row["line"])))
def test_one_more_currency(orders: Rows) -> None:
    """Amounts of different currencies are never added."""
    ours = [{**row, "currency": None if n % 2 else "CNY", "contract_id": "HT-1"} for n, row in enumerate(orders)]
    dear = [line(category="机加工", currency="USD", unit_price=D(10**6), contract_id="HT-1", ordered_on=JUNE)]
    beside = [line(order_id=f"PO-{n}", category="机加工", ordered_on=JUNE, vendor=f"示例{n}厂") for n in (7, 8)]
    assert _of_money([*ours, *beside, *dear]) == _of_money([*ours, *beside])


def _of_money(orders: Rows) -> set[tuple[str, str, str]]:
    """Warnings that rest on sums of money."""
    contract = {"contract_id": "HT-1", "vendor": VENDOR, "starts_on": JUNE, "ends_on": TODAY + timedelta(days=300),
                "amount": D("150.00")}  # fmt: skip
    with a_store() as store, store.transaction() as tx:
        files = [("订单.xlsx", reading("orders", orders)), ("合同.xlsx", reading("contracts", [contract]))]
        scene = Scene(tx.ledger(TODAY, turn_of(tx, TODAY, files, RULES)), RULES, TODAY)
        seen = look(scene)[1]
    return {(a.code, a.cause, repr(a.seen)) for a in seen if a.cause in ("concentration", "over_amount")}


# ------------------------------------------------------------------ grades


@examples(60)
@given(st.dictionaries(st.sampled_from(sorted(PERFECT)), st.integers(0, 100).map(D), min_size=len(PERFECT)))
def test_a_hundred(weights: dict[str, Decimal]) -> None:
    """A score of exactly 100 is an A."""
    card = RULES.scorecard(TODAY)
    heavy = replace(card, weights={kpi: weights.get(kpi, D(0)) + (kpi in PERFECT) for kpi in card.weights})
    rules = replace(RULES, entries={**RULES.entries, "scorecard": ((date.min, heavy),)})
    seen = score_of(PERFECT, rules, surveys=marks_behind(PERFECT))
    assert (seen.score, seen.grade) == (D("100.00"), "A")


def test_every_score_has_one_grade() -> None:
    """A score of exactly 100 is an A; half-open below: each score falls in one grade, and a better one in no worse."""
    card = RULES.scorecard(TODAY)
    grades = [grade_of(Decimal(n) / 100, card) for n in range(10_001)]
    assert grades == sorted(grades, reverse=True)
    assert [grades.index(grade) for grade in "DCBA"] == [0, 7000, 8000, 9000] and grades[10_000] == "A"


# ------------------------------------------------------------------ weeks


DATES = st.lists(st.integers(0, 27).map(lambda n: date(2026, 6, 1) + timedelta(days=n)), max_size=20)


@examples(4)
@given(DATES, st.lists(st.integers(0, 6), min_size=5, max_size=5))
def test_weeks_of_reports(days: list[date], late: list[int]) -> None:
    """A week has seven days: on whichever day each report is written, no day counts twice and none is skipped."""
    reports = [date(2026, 6, 1) + timedelta(weeks=n, days=wait) for n, wait in enumerate(late)]
    seen = [_counted(days, today) for today in reports]
    assert [sum(column) for column in zip(*seen, strict=True)] == [len(days)] * 3


def _counted(days: list[date], today: date) -> tuple[int, int, int]:
    """What a weekly report counts of things that happened on these days: alerts opened, alerts closed, files taken."""
    kpis = pd.DataFrame([{"vendor": "示例甲", "period": "2026-05", "kpi": "on_time", "good": D(1), "total": D(1)}])
    texts = pd.Series([day.isoformat() for day in days], dtype="string")
    alerts = {"first_seen": texts, "closed_on": texts, "severity": "info", "state": "closed", "code": "", "subject": ""}
    said = {
        "kpis": kpis, "scores": pd.DataFrame({"vendor": [], "period": []}), "alerts": pd.DataFrame(alerts),
        "drops": pd.DataFrame({"day": texts, "state": "taken"}),
        "batches": pd.DataFrame({"day": texts, "issued_on": texts, "batch": texts, "lines": 1, "total": D(0),
                                 "state": "proposed", "currency": "CNY"}),
    }  # fmt: skip
    ledger: Any = SimpleNamespace(said=said.__getitem__, table=lambda kind: table(kind, []))
    book = next(one.what for one in reporter(ledger, RULES, today) if isinstance(one.what, Workbook))
    facts = {name.key: value for name, value in book.sheets[0].facts}  # type: ignore[union-attr]
    drops = dict(facts["fact.drops"].values)
    bridge = dict(facts["fact.bridge"].values)
    assert bridge["before"] + bridge["new"] - bridge["closed"] == bridge["count"]
    return bridge["new"], bridge["closed"], drops["taken"]
