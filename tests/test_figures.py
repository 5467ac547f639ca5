"""KPIs, scores and alerts: against a second, naive implementation, and the laws they must obey."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
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
from robots.figures.kpis import costs, punctuality, quality, responses, together, wilson
from robots.figures.lines import order_lines
from robots.figures.own import own_kpi
from robots.figures.scores import Basis, Score, interpolate, score_one
from robots.kinds import known
from robots.ledger import Ledger, frame
from robots.model.words import say
from robots.rules import OwnKpi, Rules

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


def delivered(lines: pd.DataFrame, deliveries: pd.DataFrame, tolerance: int = 0) -> pd.DataFrame:
    """Punctuality by both promises, and quality; `lines` and `deliveries` excused where they have that column."""
    lines, deliveries = (
        t if "excused" in t else t.assign(excused=excuses([None] * len(t))) for t in (lines, deliveries)
    )
    dues = {"on_time": "due_first", "on_time_latest": "due_latest"}
    parts = [punctuality(lines, name, due, TODAY, tolerance) for name, due in dues.items()]
    return together([*parts, *quality(deliveries, TODAY)])


def excuses(reasons: list[str | None]) -> pd.Series:
    return pd.Series(reasons, dtype=pd.ArrowDtype(pa.string()))


def kpis(lines: list[Line], tolerance: int = 0) -> dict[tuple[str, str, str], tuple[float, float]]:
    """(vendor, month, kpi) → (good, total)."""
    orders, deliveries = history(lines)
    figured = order_lines(orders, deliveries, TODAY)
    rows = delivered(figured, deliveries, tolerance)
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
    rows = delivered(lines, deliveries)
    assert {r.kpi: r.good for r in rows.itertuples() if r.kpi.startswith("on_time")} == {
        "on_time": 0,
        "on_time_latest": 1,
    }


def test_a_miss_that_was_not_the_vendors_fault_is_left_out_and_nothing_else_is() -> None:
    late, lines = Line("甲", MAY, 10, [(3, 10, 8, 2)]), Line("甲", MAY, 10, [(0, 10, 8, 2)])
    orders, deliveries = history([late, lines, Line("甲", MAY, 10, [(0, 10, 10, 0)])])
    figured = order_lines(orders, deliveries, TODAY).assign(excused=excuses(["需方", None, "需方"]))
    rows = delivered(figured, deliveries.assign(excused=excuses(["需方", None, None])))
    seen = {r.kpi: (r.good, r.total) for r in rows.itertuples()}
    assert seen["on_time"] == (1, 2)  # the late one is out; the one that was on time stays in, excused or not
    assert seen["quality"] == (26, 28) and seen["ppm"] == (2, 28)


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
Q2 = date(2026, 4, 1), date(2026, 6, 30)


BESIDE = ("contracts", "certificates", "tickets")


def scored(values: dict[str, tuple[float, float]], rules: Rules = RULES, **tables: list[dict[str, Any]]) -> Score:
    """A score of the second quarter, resting on these rows of other tables."""
    contracts, papers, tickets = (
        table(name, tables.get(name, [])) for name in ("contracts", "certificates", "tickets")
    )
    surveys = table("surveys", tables.get("surveys", marks_behind(values)))
    basis = Basis(rules, contracts, papers, tickets, {"甲": "机加工"}, TODAY, surveys)
    return score_one("甲", "2026Q2", values, basis)


def marks_behind(values: dict[str, tuple[float, float]], period: str = "2026Q2") -> list[dict[str, Any]]:
    """Rows of as many raters as these figures have, a rater a row."""
    counts = {kpi: int(total) for kpi, (_, total) in values.items() if kpi in RATINGS}
    return [
        {"vendor": "甲", "period": period, "rater": f"{kpi}{n}", kpi: D(3)}
        for kpi, count in counts.items()
        for n in range(count)
    ]


def agreed(**targets: D) -> dict[str, Any]:
    return {"contract_id": "HT-1", "vendor": "甲", "starts_on": Q2[0], "ends_on": Q2[1], **targets}


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
    seen = scored(values)
    assert (seen.score if seen.score is None else str(seen.score), seen.grade, seen.missing_weight) == (
        score,
        grade,
        D(missing),
    )


@pytest.mark.parametrize(
    ("raters", "missing"),
    [
        pytest.param(["示例员", "示例员", "示例员"], "0.2", id="one rater in three months is one rater"),
        pytest.param(["示例员", "虚构员", "示例员"], "0.15", id="two raters in three months are two"),
    ],
)
def test_a_quality_of_people_needs_two_raters_and_not_two_marks(raters: list[str], missing: str) -> None:
    rows = [{"vendor": "甲", "period": f"2026-0{n}", "rater": who, "culture": D(5)} for n, who in enumerate(raters, 4)]
    others = {kpi: value for kpi, value in PERFECT.items() if kpi != "culture"}
    assert scored(PERFECT, surveys=[*rows, *marks_behind(others)]).missing_weight == D(missing)


def test_quality_below_its_floor_caps_the_grade_and_says_so() -> None:
    seen = scored({**PERFECT, "quality": (949.0, 1000.0)}, contracts=[agreed(ppm_target=D(60_000))])
    assert (seen.grade, [veto.code for veto in seen.vetoes]) == ("C", ["quality"])
    assert str(seen.score) == "100.00" and seen.vetoes[0].says.values == (("value", 0.949), ("floor", D("0.95")))


def paper(issued: date | None, expires: date, **more: Any) -> dict[str, Any]:
    usual = {"vendor": "甲", "type": "ISO 9001", "number": f"C-{expires}", "required": True}
    return {
        **usual,
        "issued_on": issued,
        "expires_on": expires,
        "_file": "证书.xlsx",
        "_sheet": "表",
        "_row": 2,
        **more,
    }


def ticket(kind: str, on: date) -> dict[str, Any]:
    moment = datetime.combine(on, datetime.min.time())
    return {"ticket_id": "T-1", "vendor": "甲", "kind": kind, "opened_at": moment}


SPRING, JUNE, OCTOBER = date(2026, 4, 20), date(2026, 6, 30), date(2026, 10, 1)


@pytest.mark.parametrize(
    ("papers", "grade"),
    [
        pytest.param([paper(None, JUNE)], "A", id="in force to the last day of the quarter"),
        pytest.param([paper(None, SPRING)], "C", id="over within the quarter"),
        pytest.param([paper(None, date(2025, 1, 1))], "C", id="over since long"),
        pytest.param([paper(None, SPRING), paper(date(2026, 4, 21), OCTOBER)], "A", id="renewed without a gap"),
        pytest.param([paper(None, SPRING), paper(date(2026, 4, 22), OCTOBER)], "C", id="a day without one"),
        pytest.param([paper(None, SPRING, required=False)], "A", id="a certificate nobody asks for"),
        pytest.param([paper(None, SPRING), paper(SPRING, OCTOBER, required=None)], "A", id="renewed, no second 是"),
        pytest.param([paper(None, OCTOBER, number="9"), paper(None, date(2025, 1, 1))], "A", id="one of two in force"),
        pytest.param([paper(None, SPRING), paper(None, OCTOBER, type="其他")], "C", id="another type is no renewal"),
        pytest.param([paper(None, SPRING, vendor="乙")], "A", id="another vendor's"),
    ],
)  # fmt: skip
def test_a_required_certificate_that_is_over_caps_the_grade(papers: list[dict[str, Any]], grade: str) -> None:
    assert scored(PERFECT, certificates=papers).grade == grade


@pytest.mark.parametrize(
    ("on", "grade"), [(date(2026, 3, 31), "A"), (Q2[0], "D"), (Q2[1], "D"), (date(2026, 7, 1), "A")]
)
def test_a_safety_incident_in_the_quarter_is_a_d(on: date, grade: str) -> None:
    seen = scored(PERFECT, tickets=[ticket("安全事故", on)])
    assert (seen.grade, [veto.code for veto in seen.vetoes]) == (grade, ["incident"] if grade == "D" else [])


def test_a_target_is_the_contracts_else_the_categorys_else_the_workspaces() -> None:
    by_category = replace(CARD, category_targets={"机加工": {"on_time": D("0.9"), "csat": D(4)}})
    rules = Rules({**RULES.entries, "scorecard": ((date.min, by_category),)})
    seen = {
        one.kpi: (one.target, one.level)
        for one in scored(PERFECT, rules, contracts=[agreed(otd_target=D("0.98"))]).points
    }
    assert seen["on_time"] == (D("0.98"), say("target.contract", contract="HT-1"))
    assert seen["csat"] == (D(4), say("target.category", category="机加工"))
    assert seen["quality"] == (D("0.995"), say("target.workspace"))


# ------------------------------------------------------------------ tickets, prices, a team's own KPIs

OPENED = datetime(2026, 6, 1, 9)


@pytest.mark.parametrize(
    ("answered", "seen"),
    [
        pytest.param(timedelta(hours=24), (1, 1), id="within its hours to the minute"),
        pytest.param(timedelta(hours=24, minutes=1), (0, 1), id="a minute late"),
        pytest.param(None, (0, 1), id="never answered"),
    ],
)
def test_a_ticket_is_answered_in_time(answered: timedelta | None, seen: tuple[int, int]) -> None:
    rows = table("tickets", [{"vendor": "甲", "opened_at": OPENED, "responded_at": answered and OPENED + answered}])
    found = responses(rows.assign(hours=24.0), TODAY)
    assert [(row.period, row.good, row.total) for row in found.itertuples()] == [("2026-06", *seen)]


@pytest.mark.parametrize(
    ("hours", "seen"),
    [
        pytest.param(20, [(1, 1)], id="done within its hours, so answered within them"),
        pytest.param(30, [], id="done later: when it was answered, nobody knows"),
    ],
)
def test_a_ticket_that_is_done_without_a_noted_answer(hours: int, seen: list[tuple[int, int]]) -> None:
    rows = table("tickets", [{"vendor": "甲", "opened_at": OPENED, "resolved_at": OPENED + timedelta(hours=hours)}])
    found = responses(rows.assign(hours=24.0), TODAY)
    assert [(row.good, row.total) for row in found.itertuples()] == seen


def test_a_ticket_whose_hours_are_not_over_is_not_counted() -> None:
    rows = table("tickets", [{"vendor": "甲", "opened_at": datetime.combine(TODAY, datetime.min.time())}])
    assert len(responses(rows.assign(hours=24.0), TODAY)) == 0


def test_cost_is_weighted_by_quantity_and_not_by_invoice() -> None:
    rows = pd.DataFrame({"vendor": ["甲", "甲"], "invoiced_on": [date(2026, 6, 1)] * 2, "quantity": [D(300), D(100)],
                         "unit_price": [D(10), D(12)], "price": [D(10), D(10)]})  # fmt: skip
    types = {"invoiced_on": pa.date32(), "quantity": pa.decimal128(18, 4)} | dict.fromkeys(
        ("unit_price", "price"), pa.decimal128(18, 6)
    )
    found = costs(rows.astype({name: pd.ArrowDtype(kind) for name, kind in types.items()}))
    assert [(row.good, row.total) for row in found.itertuples()] == [(4000, 4200)]


def own(**more: Any) -> OwnKpi:
    usual = {"title": "每日提交", "source": "measurements", "of": "提交数", "how": "mean", "direction": "higher"}
    return OwnKpi(**{**usual, "floor": D(1), "target": D(5), "weight": D(10), **more})


def measured(*values: float) -> list[dict[str, Any]]:
    return [{"vendor": "甲", "measure": "提交数", "measured_on": date(2026, 6, 10 + n), "value": D(str(value))}
            for n, value in enumerate(values)]  # fmt: skip


BUGS = [{"vendor": "甲", "kind": "缺陷", "opened_at": OPENED, "responded_at": None,
         "resolved_at": OPENED + timedelta(hours=hours) if hours else None} for hours in (10, 30, 0)]  # fmt: skip


DONE = {"source": "tickets", "of": "缺陷", "value": "resolution_hours", "direction": "lower"}


@pytest.mark.parametrize(
    ("kpi", "rows", "seen"),
    [
        pytest.param(own(), measured(2, 4, 9), (15, 3), id="mean"),
        pytest.param(own(how="sum"), measured(2, 4, 9), (15, 1), id="sum by month"),
        pytest.param(own(how="share", within=D(4), floor=D(0), target=D(1)), measured(2, 4, 9), (2, 3), id="at least"),
        pytest.param(own(how="share", within=D(4), floor=D(0), target=D(1), direction="lower"), measured(2, 4, 9),
                     (2, 3), id="at most"),
        pytest.param(own(how="per_working_day"), measured(2, 4, 36), (42, 21), id="June 2026 has 21 working days"),
        pytest.param(own(of="别的"), measured(2), None, id="another measure"),
        pytest.param(own(**DONE, how="share", within=D(24), floor=D(0), target=D(1)), BUGS, (1, 2),
                     id="tickets done within a day; open ones are unknown"),
        pytest.param(own(source="tickets", of="", value="count", how="sum", direction="lower", floor=D(9), target=D(0)),
                     BUGS, (3, 1), id="how many tickets"),
    ],
)  # fmt: skip
def test_a_kpi_of_a_teams_own(kpi: OwnKpi, rows: list[dict[str, Any]], seen: tuple[float, float] | None) -> None:
    found = list(own_kpi("own", kpi, rows, "2026-06", TODAY, RULES.calendar))
    assert [(row["good"], row["total"]) for row in found] == ([seen] if seen else [])


@pytest.mark.parametrize(
    "wrong",
    [{"how": "share"}, {"within": D(1)}, {"source": "tickets"}, {"of": ""}, {"direction": "lower"}, {"target": D(1)}],
)
def test_an_entry_that_says_two_things_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        own(**wrong)


def test_fewer_than_five_lines_make_a_grade_provisional() -> None:
    assert scored({**PERFECT, "on_time": (4.0, 4.0)}).provisional
    assert not scored({**PERFECT, "on_time": (5.0, 5.0)}).provisional


@given(st.decimals("0", "2", places=3), st.decimals("0", "1", places=2), st.decimals("0", "1", places=2))
def test_points_stay_between_0_and_100_and_never_fall_as_a_kpi_gets_better(value: D, floor: D, target: D) -> None:
    points = interpolate(value, floor, target)
    assert 0 <= points <= 100
    assert interpolate(value + D("0.1"), floor, target) >= points
    assert interpolate(-value, -floor, -target, rising=False) == points
    assert interpolate(target, floor, target) == 100


# ------------------------------------------------------------------ alerts


def test_shares_and_concentration_of_a_category() -> None:
    rows = [
        ("甲", "注塑", "", 2, D("75.00")),
        ("乙", "注塑", "CNY", 1, D("25.00")),
        ("乙", "注塑", "USD", 1, D("900.00")),
    ]
    ordered = pd.DataFrame(rows, columns=["vendor", "category", "currency", "lines", "net"])
    vendors = table(
        "vendors", [{"vendor": v, "category": "注塑", "status": s} for v, s in (("甲", "合格"), ("乙", "限制"))]
    )
    (seen,) = exposures(ordered, vendors, ("合格",), "CNY")
    assert (seen.top_vendor, seen.top_share, seen.hhi, seen.qualified) == ("甲", 0.75, 0.625, ("甲",))


@pytest.mark.parametrize(
    ("cents", "share", "hhi"),
    [
        pytest.param(("0.06", "0.01", "0.03"), Fraction(3, 5), Fraction(46, 100), id="just 60 %"),
        pytest.param(("40.00", "10.00", "10.00"), Fraction(2, 3), Fraction(1, 2), id="an index of just 0.5"),
    ],
)
def test_a_share_at_its_limit_is_not_above_it(cents: tuple[str, ...], share: Fraction, hhi: Fraction) -> None:
    rows = [(vendor, "注塑", "", 1, D(net)) for vendor, net in zip("甲乙丙", cents, strict=True)]
    ordered = pd.DataFrame(rows, columns=["vendor", "category", "currency", "lines", "net"])
    (seen,) = exposures(ordered, table("vendors", []), ("合格",), "CNY")
    assert (seen.top_share, seen.hhi) == (share, hhi)


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
    history: Any = SimpleNamespace(spellings=dict, former=dict)
    ledger = Ledger(TODAY, arrow.__getitem__, lambda _: pd.DataFrame(), lambda _: pd.DataFrame(), history)
    assert list(ledger.table("orders")["vendor"]) == ["示例（上海）有限公司"] * 4 + ["虚构有限公司"]


def test_what_a_vendor_with_a_bar_in_its_name_was_paid_is_known_when_another_was_renamed() -> None:
    """Its invoice's key became another one, of which no sheet had carried anything."""
    vendors = pa.Table.from_pandas(table("vendors", [{"vendor": "示例新名"}]), preserve_index=False)
    keys = ["示例旧名|26|retention", "虚构甲|乙公司|26", "虚构甲|乙公司|26|retention"]
    paid = pd.DataFrame({"vendor": ["示例旧名", "虚构甲|乙公司", "虚构甲|乙公司"], "invoice_key": keys})
    history: Any = SimpleNamespace(spellings=dict, former=lambda: {"示例旧名": "示例新名"})
    ledger = Ledger(TODAY, {"vendors": vendors}.__getitem__, lambda _: paid.copy(), lambda _: paid, history)
    assert list(ledger.said("payables")["invoice_key"]) == ["示例新名|26|retention", *keys[1:]]
