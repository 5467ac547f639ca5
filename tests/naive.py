"""RULES 1 and 6 a second time: plain loops over rows of the ledger, exact fractions, nothing kept, nothing shared.

Written from the rules and not from the code, so that the two can prove each other. Where the rules leave a choice, the
one taken is said beside it. Rows are dicts, as `tx.rows(kind).to_pylist()` gives them; vendors are identities.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import cached_property
from statistics import NormalDist
from typing import Any

from robots.model.names import identity
from robots.model.periods import month_of, quarter_of, span
from robots.rules import OwnKpi, Rules, Scorecard

Row = Mapping[str, Any]
Line = tuple[str, str]  # order and line
Key = tuple[str, str, str]  # vendor, period, KPI
KINDS = (
    "vendors", "orders", "deliveries", "surveys", "tickets", "invoices", "contracts", "certificates", "appeals",
    "measurements", "inspections", "milestones", "materials",
)  # fmt: skip
OURS_OR_NOBODYS = ("需方", "不可抗力")
AGREED = {"on_time": "otd_target", "csat": "csat_target"}
RATED = ("csat", "communication", "problem_solving", "culture")
AT_LEAST_TWO = ("communication", "problem_solving", "culture")


@dataclass(frozen=True)
class Count:
    """What one row adds to a KPI: `good` of `total`, in the days from `first` to `last`, told by `who`."""

    vendor: str
    first: date
    last: date
    kpi: str
    good: Fraction
    total: Fraction
    who: str = ""


@dataclass(frozen=True)
class Verdict:
    """A score as the rules make it. `points`: KPI → points; `vetoes`: their codes; no score: no data at all."""

    score: Decimal | None
    grade: str
    n: int
    missing_weight: Decimal
    provisional: bool
    vetoes: frozenset[str]
    points: Mapping[str, Decimal]


@dataclass(frozen=True)
class Books:
    """All rows of all kinds as they stand, the rules, and the day."""

    tables: Mapping[str, list[dict[str, Any]]]
    rules: Rules
    today: date
    _named: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """The rows of a kind, their vendors as identities."""
        if kind == "vendors":
            return self.tables.get(kind, [])
        if kind not in self._named:
            found = self.tables.get(kind, [])
            self._named[kind] = [{**r, "vendor": self.who(r["vendor"])} if r.get("vendor") else r for r in found]
        return self._named[kind]

    @cached_property
    def names(self) -> dict[str, str]:
        """Identity of a code, a tax number or a name → its vendor's."""
        names: dict[str, str] = {}
        for column in ("tax_id", "vendor_id", "vendor"):
            for row in self.tables.get("vendors", []):
                if row[column]:
                    names[identity(row[column])] = identity(row["vendor"])
        return names

    def who(self, text: str) -> str:
        """The vendor that a cell means."""
        return self.names.get(identity(text), identity(text))

    @cached_property
    def orders(self) -> list[dict[str, Any]]:
        """Order lines."""
        return self.rows("orders")

    @cached_property
    def arrived(self) -> dict[Line, list[dict[str, Any]]]:
        """Order line → its deliveries, whenever, what arithmetic forces filled in."""
        found: dict[Line, list[dict[str, Any]]] = defaultdict(list)
        for row in self.rows("deliveries"):
            found[row["order_id"], row["line"]].append(judged(row))
        return found

    @cached_property
    def line_of(self) -> dict[Line, dict[str, Any]]:
        """Order lines by name."""
        return {(row["order_id"], row["line"]): row for row in self.orders}

    @cached_property
    def upheld(self) -> list[dict[str, Any]]:
        """Appeals that a person accepted."""
        return [row for row in self.tables.get("appeals", []) if row["decision"] == "成立" and row["order_id"]]


def judged(delivery: Mapping[str, Any]) -> dict[str, Any]:
    """A delivery whose accepted and rejected quantities are filled in where arithmetic forces them (DECISIONS)."""
    received, accepted, rejected = (delivery[name] for name in ("received", "accepted", "rejected"))
    if rejected is None and accepted == received:
        return {**delivery, "rejected": Decimal(0)}
    if accepted is None and rejected == received:
        return {**delivery, "accepted": Decimal(0)}
    return dict(delivery)


def first_promise(order: Row) -> date | None:
    """The day promised first; of a line of nothing, as one that was cancelled, nothing is due."""
    return order["promised_on"] if order["quantity"] > 0 else None


def latest_promise(order: Row) -> date | None:
    """The day promised last."""
    return (order["revised_on"] or order["promised_on"]) if order["quantity"] > 0 else None


def accepted_by(books: Books, line: Line, last: date) -> Fraction | None:
    """Pieces accepted of what arrived up to a day, today at the latest; None where nothing arrived."""
    until = min(last, books.today)
    mine = [row for row in books.arrived.get(line, []) if row["delivered_on"] <= until]
    return sum((Fraction(row["accepted"] or 0) for row in mine), Fraction(0)) if mine else None


# ------------------------------------------------------------------ whose fault


def decided(books: Books, order: str, line: str, delivery: str | None, vendor: str | None) -> str | None:
    """What a vendor's upheld appeals say about its line (no delivery named) or about one delivery: whose fault, None
    where nothing.

    What names the line weighs more than what names the whole order. An appeal that names nobody's fault clears the
    vendor; of two that contradict each other, the one that clears it counts.
    """
    for named in (line, None):
        said = [
            row["fault"] or "需方"
            for row in books.upheld
            if (row["order_id"], row["line"], row["delivery_id"]) == (order, named, delivery)
            and books.who(row["vendor"]) == vendor
        ]
        if said:
            return next((fault for fault in said if fault in OURS_OR_NOBODYS), said[0])
    return None


def delivery_excused(books: Books, row: Row) -> bool:
    """Is what was rejected of a delivery no fault of the vendor's? Its own appeal, else the fault noted."""
    order = books.line_of.get((row["order_id"], row["line"]), {})
    mine = (row["order_id"], row["line"], row["delivery_id"], row["vendor"] or order.get("vendor"))
    said = decided(books, *mine) if row["delivery_id"] else None
    return (said or row["fault"]) in OURS_OR_NOBODYS


def line_excused(books: Books, line: Line) -> bool:
    """Is the lateness of a line no fault of the vendor's? Appeals decide; else the faults noted, if they agree."""
    said = decided(books, *line, None, books.line_of[line]["vendor"])
    if said:
        return said in OURS_OR_NOBODYS
    mine = books.arrived.get(line, [])
    excused = [row for row in mine if delivery_excused(books, row)]
    blamed = [row for row in mine if row["fault"] and not delivery_excused(books, row)]
    return bool(excused) and not blamed


# ------------------------------------------------------------------ KPIs, row by row


def counts(books: Books) -> list[Count]:
    """Everything that counts, of all KPIs."""
    parts: tuple[Callable[[Books], Iterable[Count]], ...] = (on_time, drift, quality, marks, responses, costs, own_kpis)
    return [one for part in parts for one in part(books)]


def _once(vendor: str, day: date, kpi: str, good: Any, total: Any) -> Count:
    return Count(vendor, day, day, kpi, Fraction(good), Fraction(total))


def on_time(books: Books) -> Iterator[Count]:
    """Lines due and fully accepted by their date ÷ all lines due by today; excused misses are taken out."""
    for order in books.orders:
        line = order["order_id"], order["line"]
        for kpi, promised in (("on_time", first_promise), ("on_time_latest", latest_promise)):
            due = promised(order)
            if due is None or due > books.today:
                continue
            tolerance = books.rules.scorecard(span(month_of(due))[1]).tolerance_days
            accepted = accepted_by(books, line, due + timedelta(days=tolerance))
            in_time = accepted is not None and accepted >= order["quantity"]
            if in_time or not line_excused(books, line):
                yield _once(order["vendor"], due, kpi, in_time, 1)


def drift(books: Books) -> Iterator[Count]:
    """Days that the promises of the lines due were put off, by the month of the first promise."""
    for order in books.orders:
        first, latest = first_promise(order), latest_promise(order)
        if first is not None and latest is not None and first <= books.today:
            yield _once(order["vendor"], first, "drift", max((latest - first).days, 0), 1)


def quality(books: Books) -> Iterator[Count]:
    """Accepted ÷ (accepted + rejected), and rejected ÷ received, of what was judged; excused rejections are out."""
    for line, rows in books.arrived.items():
        for row in rows:
            vendor = row["vendor"] or books.line_of.get(line, {}).get("vendor")
            accepted, rejected, received = row["accepted"], row["rejected"], row["received"]
            if vendor is None or row["delivered_on"] > books.today or accepted is None or rejected is None:
                continue
            counted = Decimal(0) if delivery_excused(books, row) else rejected
            yield _once(vendor, row["delivered_on"], "quality", accepted, accepted + counted)
            yield _once(vendor, row["delivered_on"], "ppm", counted, received - rejected + counted)


def marks(books: Books) -> Iterator[Count]:
    """Marks from 1 to 5, each rater once, in the period that was asked about."""
    for row in books.rows("surveys"):
        for kpi in RATED:
            if row[kpi] is not None:
                first, last = span(row["period"])
                yield Count(row["vendor"], first, last, kpi, Fraction(row[kpi]), Fraction(1), identity(row["rater"]))


def responses(books: Books) -> Iterator[Count]:
    """Tickets answered in time ÷ tickets; one that waits within its hours is not counted yet, at the start of today."""
    now = datetime.combine(books.today, time.min)
    for row in books.rows("tickets"):
        last = row["opened_at"] + timedelta(hours=float(answer_hours(books, row)))
        if row["responded_at"] is None and last >= now:
            continue
        in_time = row["responded_at"] is not None and row["responded_at"] <= last
        yield _once(row["vendor"], row["opened_at"].date(), "response", in_time, 1)


def answer_hours(books: Books, ticket: Row) -> Decimal:
    """The hours for an answer: the contract's of the day it was opened, else the workspace's."""
    opened = ticket["opened_at"].date()
    contract = contract_in(books, ticket["vendor"], opened, opened)
    if contract and contract["response_hours"] is not None:
        return contract["response_hours"]
    return books.rules.alerts(span(month_of(opened))[1]).response_hours


def costs(books: Books) -> Iterator[Count]:
    """Ordered ÷ billed price, weighted by quantity, of invoices in black (蓝字) over a line that was ordered."""
    for row in books.rows("invoices"):
        order = books.line_of.get((row["order_id"], row["line"] or "1"))
        if row["kind"] != "蓝字" or order is None or not row["quantity"] or row["quantity"] <= 0:
            continue
        price = row["unit_price"]
        if price is None and row["net"] is not None and row["net"] > 0:
            price = Fraction(row["net"]) / Fraction(row["quantity"])
        if price and order["unit_price"] > 0:
            agreed, paid = (Fraction(row["quantity"]) * Fraction(one) for one in (order["unit_price"], price))
            yield _once(row["vendor"], row["invoiced_on"], "cost", agreed, paid)


def own_kpis(books: Books) -> Iterator[Count]:
    """A team's own KPIs: the figure of each vendor and month."""
    told: dict[tuple[str, str, str], list[tuple[date, Fraction]]] = defaultdict(list)
    for source in ("measurements", "tickets"):
        for row in books.rows(source):
            day = row["measured_on"] if source == "measurements" else row["opened_at"].date()
            for name, kpi in books.rules.scorecard(span(month_of(day))[1]).own.items():
                value = _told(kpi, row) if kpi.source == source else None
                if value is not None:
                    told[row["vendor"], month_of(day), name].append((day, value))
    for (vendor, month, name), values in told.items():
        first, last = span(month)
        kpi = books.rules.scorecard(last).own[name]
        good, total = _aggregated(books, kpi, month, values)
        yield Count(vendor, first, last, name, good, total)


def _told(kpi: OwnKpi, row: Row) -> Fraction | None:
    """What a row says for a KPI of a team's own, if anything."""
    if kpi.of and row["measure" if kpi.source == "measurements" else "kind"] != kpi.of:
        return None
    if kpi.value == "count":
        return Fraction(1)
    ended = {"response_hours": "responded_at", "resolution_hours": "resolved_at"}.get(kpi.value)
    if ended:
        waited = row[ended] - row["opened_at"] if row[ended] else None
        return None if waited is None else Fraction(int(waited.total_seconds()), 3600)
    return None if row[kpi.value] is None else Fraction(row[kpi.value])


def _aggregated(books: Books, kpi: OwnKpi, month: str, told: list[tuple[date, Fraction]]) -> tuple[Fraction, Fraction]:
    """Sum of a month, mean, share within the limit, or sum ÷ working days: of a month that is over all of them, of a
    running one those up to the last day that was told of."""
    values = [value for _, value in told]
    if kpi.how == "share":
        limit = Fraction(kpi.within or 0)
        good = [value >= limit if kpi.direction == "higher" else value <= limit for value in values]
        return Fraction(sum(good)), Fraction(len(good))
    if kpi.how == "per_working_day":
        first, last = span(month)
        until = last if books.today > last else max(day for day, _ in told)
        days = (first + timedelta(days=n) for n in range((until - first).days + 1))
        return sum(values, Fraction(0)), Fraction(sum(books.rules.calendar.is_working(day) for day in days))
    return sum(values, Fraction(0)), Fraction(len(values) if kpi.how == "mean" else 1)


def kpis(books: Books) -> dict[Key, tuple[Decimal, Decimal]]:
    """(vendor, period, KPI) → (good, total) to four digits, as they are kept: by month, a rating by its own period."""
    sums: dict[Key, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
    for one in counts(books):
        found = sums[one.vendor, _own_period(one), one.kpi]
        found[0] += one.good
        found[1] += one.total
    return {key: (rounded(good, 4), rounded(total, 4)) for key, (good, total) in sums.items() if total > 0}


def _own_period(one: Count) -> str:
    if (one.last - one.first).days > 100:
        return f"{one.first.year}"
    return quarter_of(one.first) if (one.last - one.first).days > 40 else month_of(one.first)


def rounded(value: Fraction, digits: int) -> Decimal:
    """Half up, away from zero."""
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def wilson(good: Fraction, total: Fraction) -> tuple[float, float]:
    """The 95 % interval by its meaning: the shares p that lie z standard errors from the one seen, by the quadratic
    (n + z²)·p² − (2·n·s + z²)·p + n·s² = 0."""
    n, s, z = float(total), float(good / total), NormalDist().inv_cdf(0.975)
    a, b, c = n + z * z, -(2 * n * s + z * z), n * s * s
    root = max(b * b - 4 * a * c, 0.0) ** 0.5
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


# ------------------------------------------------------------------ scores


def verdicts(books: Books) -> dict[tuple[str, str], Verdict]:
    """(vendor, period) → verdict, of every month, quarter and year that anything counts in.

    Each period is figured from all rows inside it: so the year so far is a look of its own at the year's rows.
    """
    everything = counts(books)
    found: dict[tuple[str, str], dict[str, list[Count]]] = defaultdict(lambda: defaultdict(list))
    for one in everything:
        for period in (month_of(one.first), quarter_of(one.first), f"{one.first.year}"):
            first, last = span(period)
            if first <= one.first and one.last <= last:
                found[one.vendor, period][one.kpi].append(one)
    wanted = {key: mine for key, mine in found.items() if any(_sum(rows)[1] > 0 for rows in mine.values())}
    return {key: verdict(books, *key, mine) for key, mine in wanted.items()}


def _sum(rows: Iterable[Count]) -> tuple[Fraction, Fraction]:
    some = list(rows)
    return sum((one.good for one in some), Fraction(0)), sum((one.total for one in some), Fraction(0))


def verdict(books: Books, vendor: str, period: str, mine: Mapping[str, list[Count]]) -> Verdict:
    """Weighted mean of the points of what is known; the rules of the period's last day."""
    first, last = span(period)
    card = books.rules.scorecard(last)
    contract = contract_in(books, vendor, first, last)
    weights = {**card.weights, **{name: own.weight for name, own in card.own.items()}}
    points = {kpi: one for kpi in weights if (one := _points(books, vendor, contract, card, kpi, mine)) is not None}
    known = sum((Fraction(weights[kpi]) for kpi in points), Fraction(0))
    whole = sum((Fraction(weight) for weight in weights.values()), Fraction(0))
    missing = (whole - known) / whole
    # Points and scores are rounded where they are printed, and graded as they are printed.
    score = rounded(sum(Fraction(weights[k]) * Fraction(p) for k, p in points.items()) / known, 2) if known else None
    is_graded = score is not None and missing <= Fraction(card.most_missing_weight)
    found = frozenset(vetoes(books, vendor, first, last, mine, card)) if is_graded else frozenset()
    grade = _under(_grade(score, card), found) if score is not None and is_graded else ""
    n = int(_sum(mine.get("on_time", []))[1])
    return Verdict(score, grade, n, rounded(missing, 6), n < card.provisional_below, found, points)


def _points(
    books: Books, vendor: str, contract: Row | None, card: Scorecard, kpi: str, mine: Mapping[str, list[Count]]
) -> Decimal | None:
    """0…100 on the straight line from floor to target; None where there is no data, or too few raters."""
    good, total = _sum(mine.get(kpi, []))
    if total <= 0:
        return None
    if kpi in AT_LEAST_TWO and len({one.who for one in mine[kpi]}) < card.fewest_raters:
        return None
    floor = Fraction(card.own[kpi].floor if kpi in card.own else card.floors[kpi])
    usual = Fraction(card.own[kpi].target if kpi in card.own else card.targets[kpi])
    return rounded(line_between(good / total, floor, target_of(books, vendor, contract, card, kpi), usual > floor), 2)


def line_between(value: Fraction, floor: Fraction, target: Fraction, rising: bool) -> Fraction:
    """The straight line through (floor, 0) and (target, 100), level beyond them. A contract that asks for no more than
    the floor is met or not."""
    if (target <= floor) if rising else (target >= floor):
        met = value >= target if rising else value <= target
        return Fraction(100 if met else 0)
    share = (value - floor) / (target - floor)
    return 100 * min(max(share, Fraction(0)), Fraction(1))


def target_of(books: Books, vendor: str, contract: Row | None, card: Scorecard, kpi: str) -> Fraction:
    """The contract's target, else the category's, else the workspace's."""
    if contract:
        if kpi in card.own and contract["contract_id"] in card.own[kpi].contracts:
            return Fraction(card.own[kpi].contracts[contract["contract_id"]])
        if kpi in AGREED and contract[AGREED[kpi]] is not None:
            return Fraction(contract[AGREED[kpi]])
        if kpi == "quality" and contract["ppm_target"] is not None:
            return 1 - Fraction(contract["ppm_target"]) / 10**6
    category = next((row["category"] for row in books.rows("vendors") if identity(row["vendor"]) == vendor), None)
    usual = card.own[kpi].target if kpi in card.own else card.targets[kpi]
    return Fraction(card.category_targets.get(category or "", {}).get(kpi, usual))


def contract_in(books: Books, vendor: str, first: date, last: date) -> Row | None:
    """Of the contracts that were in force on some of these days, the one that began last."""
    mine = [
        row
        for row in books.rows("contracts")
        if row["vendor"] == vendor and row["starts_on"] <= last and row["ends_on"] >= first
    ]
    return max(mine, key=lambda row: (row["starts_on"], row["contract_id"]), default=None)


def _grade(score: Decimal, card: Scorecard) -> str:
    """Half-open: from its lowest score on, 100 in the best."""
    return max((lowest, grade) for grade, lowest in card.grades.items() if lowest <= score)[1]


def _under(grade: str, found: Iterable[str]) -> str:
    """A grade no better than its vetoes allow; grades get worse with the alphabet."""
    return max(grade, *("D" if one == "incident" else "C" for one in found), grade)


def vetoes(
    books: Books, vendor: str, first: date, last: date, mine: Mapping[str, list[Count]], card: Scorecard
) -> Iterator[str]:
    """Quality below its floor; a day without a certificate that is required and was there; an incident."""
    good, total = _sum(mine.get("quality", []))
    if total > 0 and good / total < Fraction(card.floors["quality"]):
        yield "quality"
    days = [first + timedelta(days=n) for n in range((min(last, books.today) - first).days + 1)]
    papers = [row for row in books.rows("certificates") if row["vendor"] == vendor]
    for kind in {row["type"] for row in papers if row["required"]}:
        same = [row for row in papers if row["type"] == kind]
        if any(_is_without(same, day) for day in days):
            yield "certificate"
    for row in books.rows("tickets"):
        if row["vendor"] == vendor and row["kind"] in card.incident_kinds and first <= row["opened_at"].date() <= last:
            yield "incident"


def _is_without(same: list[dict[str, Any]], day: date) -> bool:
    """Of the certificates of one type, one has ended by that day and none is in force."""
    in_force = [
        row for row in same if (row["issued_on"] is None or row["issued_on"] <= day) and day <= row["expires_on"]
    ]
    return any(row["expires_on"] < day for row in same) and not in_force
