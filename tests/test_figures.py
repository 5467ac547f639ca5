"""KPIs, scores and alerts: against a second, naive implementation, and the laws they must obey."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from robots.crew import registry, timekeeper
from robots.edge import settings
from robots.figures.exposure import exposures
from robots.figures.kpis import all_kpis, wilson
from robots.figures.lines import order_lines
from robots.figures.scores import interpolate, score_one
from robots.kinds import known
from robots.ledger import Ledger, frame

TODAY = date(2026, 7, 3)
RULES = settings.load(Path("no such home"), registry.names()).rules
D = Decimal


def table(kind: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows of a kind as the ledger gives them; fields left out are null."""
    schema = known()[kind].schema
    full = [{name: row.get(name) for name in schema.names} for row in rows]
    places = {"_file": ["账.xlsx"] * len(rows), "_sheet": ["1"] * len(rows), "_row": list(range(2, len(rows) + 2))}
    return frame(pa.Table.from_pylist(full, schema=schema)).assign(**places)


@dataclass
class Line:
    """One order line and its deliveries: (days after the promise, received, accepted, rejected)."""

    vendor: str
    promised_on: date
    quantity: int
    deliveries: list[tuple[int, int, int | None, int | None]]


def history(lines: list[Line]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Orders and deliveries tables of some lines."""
    orders, deliveries = [], []
    for n, line in enumerate(lines):
        name = {"order_id": f"PO-{n}", "line": "1", "vendor": line.vendor}
        orders.append(
            {**name, "quantity": D(line.quantity), "unit_price": D(1), "promised_on": line.promised_on,
             "ordered_on": line.promised_on - timedelta(days=20)}
        )  # fmt: skip
        for days, received, accepted, rejected in line.deliveries:
            numbers = {"received": received, "accepted": accepted, "rejected": rejected}
            exact = {key: None if value is None else D(value) for key, value in numbers.items()}
            deliveries.append({**name, "delivered_on": line.promised_on + timedelta(days=days), **exact})
    return table("orders", orders), table("deliveries", deliveries)


def kpis(lines: list[Line], tolerance: int = 0) -> dict[tuple[str, str, str], tuple[float, float]]:
    """(vendor, month, kpi) → (good, total)."""
    orders, deliveries = history(lines)
    figured = order_lines(orders, deliveries, TODAY)
    rows = all_kpis(figured, figured, deliveries, table("surveys", []), TODAY, tolerance)
    return {(r.vendor, r.period, r.kpi): (float(r.good), float(r.total)) for r in rows.itertuples()}


def naive(lines: list[Line], tolerance: int = 0) -> dict[tuple[str, str, str], tuple[float, float]]:
    """The same figures, line by line in plain Python, straight from RULES 6."""
    sums: dict[tuple[str, str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for line in lines:
        arrived = [d for d in line.deliveries if line.promised_on + timedelta(days=d[0]) <= TODAY]
        if line.promised_on <= TODAY:
            by = sum(a or 0 for days, _, a, _ in arrived if days <= tolerance)
            sums[line.vendor, f"{line.promised_on:%Y-%m}", "on_time"][0] += by >= line.quantity
            sums[line.vendor, f"{line.promised_on:%Y-%m}", "on_time"][1] += 1
        for days, received, accepted, rejected in arrived:
            if accepted == received and rejected is None:
                rejected = 0  # noqa: PLW2901  # arithmetic forces it
            if rejected == received and accepted is None:
                accepted = 0  # noqa: PLW2901  # as above
            if accepted is not None and rejected is not None and accepted + rejected > 0:
                month = f"{line.promised_on + timedelta(days=days):%Y-%m}"
                sums[line.vendor, month, "quality"][0] += accepted
                sums[line.vendor, month, "quality"][1] += accepted + rejected
    return {key: (good, total) for key, (good, total) in sums.items()}


def one_delivery() -> st.SearchStrategy[tuple[int, int, int | None, int | None]]:
    split = st.tuples(st.integers(-10, 20), st.integers(0, 50), st.integers(0, 20))
    judged = split.map(lambda s: (s[0], s[1] + s[2], s[1], s[2]))
    unknown = split.map(lambda s: (s[0], s[1] + s[2], None, None))
    whole = split.map(lambda s: (s[0], s[1], s[1], None))
    return st.one_of(judged, unknown, whole)


some_lines = st.lists(
    st.builds(
        Line,
        st.sampled_from(["甲", "乙"]),
        st.dates(date(2026, 5, 1), date(2026, 7, 20)),
        st.integers(1, 60),
        st.lists(one_delivery(), max_size=3),
    ),
    min_size=1,
    max_size=6,
)


@effort(max_examples=25, deadline=None)
@given(some_lines, st.integers(0, 3))
def test_a_second_naive_implementation_agrees(lines: list[Line], tolerance: int) -> None:
    figured = {key: value for key, value in kpis(lines, tolerance).items() if key[2] in ("on_time", "quality")}
    assert figured == naive(lines, tolerance)


@effort(max_examples=25, deadline=None)
@given(some_lines, st.randoms())
def test_the_order_of_rows_never_matters(lines: list[Line], chance: Any) -> None:
    before = kpis(lines)
    chance.shuffle(lines)
    assert kpis(lines) == before


@effort(max_examples=25, deadline=None)
@given(some_lines)
def test_splitting_a_delivery_in_two_changes_nothing(lines: list[Line]) -> None:
    def halves(d: tuple[int, int, int | None, int | None]) -> list[tuple[int, int, int | None, int | None]]:
        days, _, accepted, rejected = d
        if accepted is None or rejected is None:
            return [d]
        return [(days, accepted, accepted, 0), (days, rejected, 0, rejected)]

    split = [Line(x.vendor, x.promised_on, x.quantity, [h for d in x.deliveries for h in halves(d)]) for x in lines]
    assert kpis(split) == kpis(lines)


MAY = date(2026, 5, 15)
PUNCTUALITY = {
    "on the day is on time": ([(0, 10, 10, 0)], 1),
    "a day later is late": ([(1, 10, 10, 0)], 0),
    "split deliveries, the last one on the day": ([(-3, 4, 4, 0), (0, 6, 6, 0)], 1),
    "split deliveries, the last one late": ([(-3, 4, 4, 0), (1, 6, 6, 0)], 0),
    "a rejected piece replaced in time": ([(-3, 10, 9, 1), (-1, 1, 1, 0)], 1),
    "a rejected piece never replaced": ([(-3, 10, 9, 1)], 0),
    "never delivered is a miss": ([], 0),
    "arrived and not judged is not accepted": ([(-3, 10, None, None)], 0),
    "more than ordered is on time": ([(-1, 12, 12, 0)], 1),
}


@pytest.mark.parametrize(("deliveries", "good"), PUNCTUALITY.values(), ids=PUNCTUALITY)
def test_punctuality(deliveries: list[Any], good: int) -> None:
    assert kpis([Line("甲", MAY, 10, deliveries)])["甲", "2026-05", "on_time"] == (good, 1)


def test_a_line_not_due_yet_is_not_counted_and_one_due_today_is() -> None:
    lines = [Line("甲", TODAY, 10, []), Line("甲", TODAY + timedelta(days=1), 10, [])]
    assert kpis(lines)["甲", "2026-07", "on_time"] == (0, 1)


def test_both_promises_are_counted_and_the_first_one_stays() -> None:
    orders, deliveries = history([Line("甲", MAY, 10, [(3, 10, 10, 0)])])
    orders["revised_on"] = pd.Series([MAY + timedelta(days=5)], dtype=orders["promised_on"].dtype)
    lines = order_lines(orders, deliveries, TODAY)
    rows = all_kpis(lines, lines, deliveries, table("surveys", []), TODAY, 0)
    assert {r.kpi: r.good for r in rows.itertuples() if r.kpi.startswith("on_time")} == {
        "on_time": 0,
        "on_time_latest": 1,
    }


def test_a_blank_judgement_is_unknown_not_perfect() -> None:
    figured = kpis([Line("甲", MAY, 10, [(0, 10, None, None)])])
    assert ("甲", "2026-05", "quality") not in figured


@pytest.mark.parametrize(
    ("good", "total", "low", "high"), [(8, 10, 0.4902, 0.9433), (0, 5, 0, 0.4345), (5, 5, 0.5655, 1)]
)
def test_wilson_against_published_values(good: int, total: int, low: float, high: float) -> None:
    seen = wilson(np.array([float(good)]), np.array([float(total)]))
    assert [round(float(bound[0]), 4) for bound in seen] == [low, high]


# ------------------------------------------------------------------ scores

CARD = RULES.scorecard(TODAY)
RATINGS = ("csat", "communication", "problem_solving", "culture")
PERFECT = {"on_time": (20.0, 20.0), "quality": (1000.0, 1000.0)} | dict.fromkeys(RATINGS, (15.0, 3.0))
BOTH = {"on_time": (20.0, 20.0), "quality": (1000.0, 1000.0)}


@pytest.mark.parametrize(
    ("values", "score", "grade", "missing"),
    [
        pytest.param(PERFECT, "100.00", "A", "0.15", id="a hundred is an A"),
        pytest.param(BOTH, "100.00", "A", "0.4", id="40 % missing still graded"),
        pytest.param({"on_time": (20.0, 20.0), "csat": (15.0, 3.0)}, "100.00", "", "0.6", id="60 % missing: no grade"),
        pytest.param({**PERFECT, "quality": (900.0, 1000.0)}, "64.71", "D", "0.15", id="below its floor: nothing"),
        pytest.param({**PERFECT, "culture": (2.0, 1.0)}, "100.00", "A", "0.2", id="one rater is no rating"),
        pytest.param({}, None, "", "1", id="no data is no score, never a hundred"),
    ],
)  # fmt: skip
def test_a_score(values: dict[str, tuple[float, float]], score: str | None, grade: str, missing: str) -> None:
    seen = score_one("甲", "2026Q2", values, {}, CARD)
    assert (seen.score if seen.score is None else str(seen.score), seen.grade, seen.missing_weight) == (
        score,
        grade,
        D(missing),
    )


def test_quality_below_its_floor_caps_the_grade_and_says_so() -> None:
    seen = score_one("甲", "2026Q2", {**PERFECT, "quality": (949.0, 1000.0)}, {"quality": D("0.94")}, CARD)
    assert (seen.grade, seen.capped_by) == ("C", "quality < 0.95")


def test_fewer_than_five_lines_make_a_grade_provisional() -> None:
    assert score_one("甲", "2026Q2", {**PERFECT, "on_time": (4.0, 4.0)}, {}, CARD).provisional
    assert not score_one("甲", "2026Q2", {**PERFECT, "on_time": (5.0, 5.0)}, {}, CARD).provisional


@given(st.decimals("0", "2", places=3), st.decimals("0", "1", places=2), st.decimals("0", "1", places=2))
def test_points_stay_between_0_and_100_and_never_fall_as_a_kpi_rises(value: D, floor: D, target: D) -> None:
    points = interpolate(value, floor, target)
    assert 0 <= points <= 100
    assert interpolate(value + D("0.1"), floor, target) >= points


# ------------------------------------------------------------------ alerts


def test_shares_and_concentration_of_a_category() -> None:
    rows = [("甲", "注塑", "", 2, D("75.00")), ("乙", "注塑", "", 1, D("25.00")), ("乙", "注塑", "USD", 1, D("900.00"))]
    ordered = pd.DataFrame(rows, columns=["vendor", "category", "currency", "lines", "net"])
    vendors = table(
        "vendors", [{"vendor": v, "category": "注塑", "status": s} for v, s in (("甲", "合格"), ("乙", "限制"))]
    )
    (seen,) = exposures(ordered, vendors, ("合格",))
    assert (seen.top_vendor, seen.top_share, seen.hhi, seen.qualified) == ("甲", 0.75, 0.625, ("甲",))


@pytest.mark.parametrize(
    ("days", "today", "missing"),
    [
        pytest.param([1, 8, 15, 22], date(2026, 6, 30), False, id="a day late: within the grace"),
        pytest.param([1, 8, 15, 22], date(2026, 7, 1), True, id="two days late: missing"),
        pytest.param([1, 8, 15], date(2026, 7, 9), False, id="three arrivals are no habit"),
        pytest.param([1, 2, 3, 28], date(2026, 7, 30), False, id="uneven distances are no habit"),
    ],
)
def test_a_workbook_that_usually_comes(days: list[int], today: date, missing: bool) -> None:
    drops = pd.DataFrame(
        [{"name": f"日报_2026060{d % 10}.xlsx", "day": f"2026-06-{d:02d}", "state": "taken"} for d in days]
    )
    seen = [a.subject for a in timekeeper.overdue(drops, 2, "clerk", today)]
    assert seen == (["日报_#.xlsx"] if missing else [])


# ------------------------------------------------------------------ identity


def test_one_vendor_under_its_code_its_tax_number_and_its_spellings() -> None:
    vendors = [{"vendor": "示例（上海）有限公司", "vendor_id": "V001", "tax_id": "91310000TEST000001"}]
    spellings = ["V001", "示例(上海)有限公司 ", "91310000TEST000001", "示例（上海）有限公司", "虚构有限公司"]
    loaded = {
        "vendors": table("vendors", vendors),
        "orders": table("orders", [{"order_id": str(n), "vendor": v} for n, v in enumerate(spellings)]),
    }
    arrow = {name: pa.Table.from_pandas(rows, preserve_index=False) for name, rows in loaded.items()}
    history: Any = SimpleNamespace(spellings=dict)
    ledger = Ledger(TODAY, arrow.__getitem__, lambda _: pd.DataFrame(), lambda _: pd.DataFrame(), history)
    assert list(ledger.table("orders")["vendor"]) == ["示例（上海）有限公司"] * 4 + ["虚构有限公司"]
