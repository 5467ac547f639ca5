"""RULES 5 a second time: which warnings a day deserves, by plain loops over rows; nothing of the sentinel's is used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from robots.model.names import identity
from robots.model.periods import add_months, month_of
from robots.rules import Alerts
from tests.naive import Books, Line, Row, accepted_by, first_promise, latest_promise, rounded

CODES = frozenset(
    ("LATE", "DUE", "REPROMISE", "ACCEPTANCE", "CAPACITY", "SINGLE_SOURCE", "MATERIAL", "QUALITY")
)  # of QUALITY the lots


@dataclass(frozen=True)
class Warned:
    """One warning: its code and cause, how bad, what about."""

    code: str
    cause: str
    severity: str
    subject: str


@dataclass(frozen=True)
class Moved:
    """How often the promised dates of the lines have moved: noted day by day, as the rows stand on each."""

    times: dict[Line, tuple[date | None, int]]

    def after(self, books: Books) -> Moved:
        """The same after another day. A line that is gone is forgotten; a date taken back has moved."""
        now: dict[Line, tuple[date | None, int]] = {}
        for order in books.orders:
            line, due = (order["order_id"], order["line"]), latest_promise(order)
            if line in self.times:
                before, times = self.times[line]
                now[line] = due, times + (before is not None and due != before)
            else:
                now[line] = due, int(due != first_promise(order))
        return Moved(now)


def warnings(books: Books, moved: Moved) -> set[Warned]:
    """Everything to be warned of today."""
    limits = books.rules.alerts(books.today)
    found = {*about_lines(books, limits, moved), *not_judged(books, limits), *over_capacity(books, limits)}
    return found | {*single_sources(books, limits), *material(books, limits), *lots(books, limits)}


# ------------------------------------------------------------------ order lines


def is_open(books: Books, order: Row) -> bool:
    """Is something of an order line still to come?"""
    accepted = accepted_by(books, (order["order_id"], order["line"]), books.today)
    return order["quantity"] > 0 and (accepted or 0) < order["quantity"]


def about_lines(books: Books, limits: Alerts, moved: Moved) -> Iterator[Warned]:
    """Late, due soon with nothing here, promised anew."""
    medians = {vendor: median(days) for vendor, days in lead_times(books, limits).items()}
    for order in books.orders:
        line, due = (order["order_id"], order["line"]), latest_promise(order)
        if due is None or not is_open(books, order):
            continue
        left, subject = (due - books.today).days, f"{line[0]}/{line[1]}"
        if left < 0:
            yield Warned("LATE", "late", "critical" if -left >= limits.late_critical_days else "warning", subject)
        usual = medians.get(order["vendor"])
        if usual is not None and 0 <= left <= limits.due_soon_days and left < usual and not _has_come(books, line):
            yield Warned("DUE", "due", "warning", subject)
        first = first_promise(order)
        drift = (due - first).days if first else 0
        if moved.times[line][1] >= limits.repromise_moves or drift >= limits.repromise_days:
            yield Warned("REPROMISE", "moved", "warning", subject)


def _has_come(books: Books, line: Line) -> bool:
    mine = books.arrived.get(line, [])
    return any(row["received"] > 0 for row in mine if row["delivered_on"] <= books.today)


def lead_times(books: Books, limits: Alerts) -> dict[str, list[int]]:
    """Vendor → days from order to full acceptance, of the lines ordered in the last months. Where the day of the order
    is blank it is unknown, and so is the time it took."""
    since = month_of(add_months(books.today, -limits.lead_months))
    found: dict[str, list[int]] = defaultdict(list)
    for order in books.orders:
        done = completed_on(books, order)
        ordered = order["ordered_on"]
        if done and ordered and month_of(ordered) >= since and done >= ordered:
            found[order["vendor"]].append((done - ordered).days)
    return found


def completed_on(books: Books, order: Row) -> date | None:
    """The first day by which all of a line was accepted."""
    line = order["order_id"], order["line"]
    for day in sorted(row["delivered_on"] for row in books.arrived.get(line, []) if row["delivered_on"] <= books.today):
        accepted = accepted_by(books, line, day)
        if accepted is not None and accepted >= order["quantity"]:
            return day
    return None


def median(days: list[int]) -> int:
    """The smallest number of days within which half of the lines were done."""
    return sorted(days)[(len(days) - 1) // 2]


def over_capacity(books: Books, limits: Alerts) -> Iterator[Warned]:
    """More pieces open than a vendor says it makes in a month, promised for a day or not."""
    waiting: dict[str, Fraction] = defaultdict(Fraction)
    for order in books.orders:
        if is_open(books, order):
            done = accepted_by(books, (order["order_id"], order["line"]), books.today) or 0
            waiting[order["vendor"]] += Fraction(order["quantity"]) - done
    for vendor in books.rows("vendors"):
        capacity = vendor["monthly_capacity"]
        limit = None if capacity is None else Fraction(capacity) * Fraction(limits.capacity_share)
        if limit is not None and waiting[identity(vendor["vendor"])] > limit:
            yield Warned("CAPACITY", "open", "warning", identity(vendor["vendor"]))


# ------------------------------------------------------------------ judgements


def not_judged(books: Books, limits: Alerts) -> Iterator[Warned]:
    """Delivered or handed over, not judged, and the working days for it are over."""
    for row in books.rows("deliveries"):
        blank = row["accepted"] is None and row["rejected"] is None
        if (
            blank
            and row["delivered_on"] <= books.today
            and _worked_since(books, row["delivered_on"]) > limits.acceptance_days
        ):
            name = f"{row['order_id']}/{row['line']}" + (f" · {row['delivery_id']}" if row["delivery_id"] else "")
            yield Warned("ACCEPTANCE", "delivery", "warning", name)
    for row in books.rows("milestones"):
        waits = row["submitted_on"] and not row["accepted_on"] and not row["result"]
        if waits and _worked_since(books, row["submitted_on"]) > limits.acceptance_days:
            yield Warned("ACCEPTANCE", "milestone", "warning", f"{row['contract_id']} · {row['milestone']}")


def _worked_since(books: Books, day: date) -> int:
    after = (day + timedelta(days=n) for n in range(1, (books.today - day).days + 1))
    return sum(books.rules.calendar.is_working(one) for one in after)


def lots(books: Books, limits: Alerts) -> Iterator[Warned]:
    """ISO 2859-1, 9.3: two of the last five lots refused, or fewer where fewer came, tighten; five accepted in a row
    relax; five refused while tightened stop, for good."""
    since = add_months(books.today, -limits.inspection_months)
    series: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in books.rows("inspections"):
        if row["vendor"] and row["inspected_on"] and since <= row["inspected_on"] <= books.today:
            series[row["vendor"], row["item"] or ""].append(row)
    for (vendor, item), rows in series.items():
        ranked = sorted(rows, key=lambda row: (row["inspected_on"], row["inspection_id"]))
        state = switched([row["result"] in limits.lot_accepted for row in ranked])
        if state != "normal":
            severity = "critical" if state == "stopped" else "warning"
            yield Warned("QUALITY", "lots", severity, f"{vendor} · {item}" if item else vendor)


def switched(accepted: list[bool]) -> str:
    """The state after some lots: each look is at the lots since the state began."""
    state, began = "normal", 0
    for n in range(1, len(accepted) + 1):
        mine = accepted[began:n]
        if state == "normal" and mine[-5:].count(False) >= 2:
            state, began = "tightened", n
        elif state == "tightened" and mine.count(False) >= 5:
            return "stopped"
        elif state == "tightened" and len(mine) >= 5 and all(mine[-5:]):
            state, began = "normal", n
    return state


# ------------------------------------------------------------------ concentration, material


def single_sources(books: Books, limits: Alerts) -> Iterator[Warned]:
    """One qualified vendor, or too much value on one; by the currency that most lines of the category are in."""
    since = month_of(add_months(books.today, 1 - limits.single_source_months))
    by_category: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for order in books.orders:
        on = order["ordered_on"] or order["promised_on"]
        if order["category"] and on and month_of(on) >= since:
            by_category[order["category"]].append(order)
    for category, lines in by_category.items():
        value = _value_by_vendor(lines, books.rules.currency)
        total = sum(value.values(), Decimal(0))
        if total > 0 and (_is_alone(books, limits, category) or _is_heavy(value.values(), total, limits)):
            yield Warned("SINGLE_SOURCE", "concentration", "warning", category)


def _value_by_vendor(lines: list[dict[str, Any]], ours: str) -> dict[str, Decimal]:
    """Net value by vendor, to the cent per line, of one currency alone; a blank one is ours."""
    written = [order["currency"] or ours for order in lines]
    usual = min(set(written), key=lambda one: (-written.count(one), one))
    value: dict[str, Decimal] = defaultdict(Decimal)
    for order in lines:
        if (order["currency"] or ours) == usual:
            value[order["vendor"]] += rounded(Fraction(order["quantity"]) * Fraction(order["unit_price"]), 2)
    return value


def _is_alone(books: Books, limits: Alerts, category: str) -> bool:
    vendors = books.rows("vendors")
    mine = [row for row in vendors if row["category"] == category and row["status"] in limits.qualified]
    return bool(vendors) and len(mine) <= 1


def _is_heavy(values: Iterable[Decimal], total: Decimal, limits: Alerts) -> bool:
    shares = [Fraction(value) / Fraction(total) for value in values]
    hhi = sum(share * share for share in shares)
    return max(shares) > Fraction(limits.single_source_share) or hhi > Fraction(limits.single_source_hhi)


def material(books: Books, limits: Alerts) -> Iterator[Warned]:
    """Issued − standard − returned − scrap beyond the limit, either way; a row with a blank says nothing."""
    since = add_months(books.today, -limits.material_months)
    series: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in books.rows("materials"):
        blank = any(row[name] is None for name in ("issued_on", "consumed_standard", "returned", "scrap"))
        if not blank and row["issued_on"] >= since:
            series[row["order_id"], row["material"]].append(row)
    for (order, name), rows in series.items():
        issued = sum(Fraction(row["issued"]) for row in rows)
        used = sum(Fraction(row[part]) for row in rows for part in ("consumed_standard", "returned", "scrap"))
        if issued > 0 and abs(issued - used) > issued * Fraction(limits.material_share):
            yield Warned("MATERIAL", "missing" if issued > used else "surplus", "warning", f"{order} · {name}")
