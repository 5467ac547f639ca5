"""What was ordered and what of it is accepted: order lines, milestones of a contract, and work that is counted instead
of received. Tables → plain values, once per turn; the match then goes through them line by line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import pandas as pd

from robots.figures.lines import judged, order_lines, records
from robots.figures.settlement.terms import Row, given, number, place_of, text
from robots.model.money import ZERO
from robots.model.names import identity
from robots.rules import Settlement, Work

EXCUSING = ("需方", "不可抗力")  # lateness by this fault is not the vendor's (RULES 6)
PASSED = ("通过", "有条件通过")
_NONE, _ONE = Decimal(0), Decimal(1)
_ORDERED = (
    "order_id", "line", "contract_id", "vendor", "item", "category", "quantity", "unit_price", "tax_rate", "currency",
    "due_latest", "unjudged",
)  # fmt: skip
_DELIVERED = ("order_id", "line", "delivered_on", "accepted", "rejected", "accepted_on", "fault")
Book = dict[str, list["OrderLine"]]


class Acceptance(NamedTuple):
    """What was accepted of one delivery; `rejected` of the same delivery tells how good it was."""

    day: date
    quantity: Decimal
    accepted_on: date | None = None
    rejected: Decimal = _NONE
    source: str = ""
    excused: bool = False

    @property
    def ppm(self) -> Decimal:
        """Rejected among a million judged."""
        return self.rejected / (self.quantity + self.rejected) * 1_000_000


@dataclass
class OrderLine:
    """One order line while its invoices are matched: what was accepted when, and what has been billed of it.

    A milestone is a line of its contract: quantity 1 at the net amount that it earns.
    """

    order_id: str
    line: str
    vendor: str
    quantity: Decimal
    price: Decimal
    tax_rate: Decimal
    due_on: date | None
    currency: str | None
    contract: Mapping[str, Any] | None
    accepted: list[Acceptance] = field(default_factory=list)
    rejected: Decimal = _NONE
    unjudged: Decimal = _NONE
    item: str = ""
    category: str = ""
    source: str = ""
    billed: Decimal = _NONE
    rejected_billed: Decimal = _NONE
    excess: Decimal = _NONE
    excess_billed: Decimal = _NONE
    variance: Decimal = _NONE
    penalised: Decimal = _NONE

    def __post_init__(self) -> None:
        """Pairs of day and quantity are acceptances too."""
        self.accepted = [Acceptance(*one) for one in self.accepted]

    @property
    def taken_in(self) -> Decimal:
        """All that was accepted."""
        return sum((one.quantity for one in self.accepted), _NONE)

    def available(self, over_rate: Decimal = _NONE) -> Decimal:
        """Accepted and not billed yet, up to what was ordered and `over_rate` (0…1) of it more; never below nothing."""
        return max(min(self.taken_in, self.quantity * (1 + over_rate)) - self.billed, _NONE)

    @property
    def has_arrived(self) -> bool:
        """Has anything been received, judged or not?"""
        return bool(self.accepted or self.rejected or self.unjudged)

    @property
    def agreed(self) -> Mapping[str, Any]:
        """The contract's row; empty where there is none."""
        return self.contract or {}

    def consumed(self, good: Decimal) -> Iterator[tuple[Acceptance, Decimal]]:
        """The acceptances that the next `good` pieces consume, first in, first out, with the pieces of each."""
        skip, left = self.billed, good
        for one in self.accepted:
            passed = min(skip, one.quantity)
            skip -= passed
            taken = min(one.quantity - passed, left)
            left -= taken
            if taken > 0:
                yield one, taken


# ------------------------------------------------------------------ goods


def order_book(
    lines: pd.DataFrame, deliveries: pd.DataFrame, contracts: pd.DataFrame, changes: pd.DataFrame | None = None
) -> Book:
    """Order id → its lines with accepted deliveries in the order of their days, and the contract of each."""
    agreed = agreements(contracts, changes)
    book: Book = defaultdict(list)
    by_line: dict[tuple[str, str], OrderLine] = {}
    for row in records(lines[_there(lines, _ORDERED)]):
        line = _line(row, agreed.get(row["contract_id"]))
        book[line.order_id].append(line)
        by_line[line.order_id, line.line] = line
    for row in records(deliveries[_there(deliveries, _DELIVERED)].sort_values("delivered_on", kind="stable")):
        if on := by_line.get((row["order_id"], row["line"])):
            _deliver(on, row)
    return {order_id: sorted(mine, key=_in_turn) for order_id, mine in book.items()}


def _in_turn(line: OrderLine) -> tuple[str, int, str]:
    """Lines by their numbers: a register may be sorted anew, and what was paid for one line would move to another."""
    return line.order_id, len(line.line), line.line


def _there(table: pd.DataFrame, names: tuple[str, ...]) -> list[str]:
    """The columns that are looked at: to make plain values of the others takes as long as the match itself."""
    return [name for name in (*names, "_file", "_sheet", "_row") if name in table]


def _line(row: Row, contract: Row | None) -> OrderLine:
    currency = row["currency"] if given(row["currency"]) else (contract or {}).get("currency")
    return OrderLine(
        row["order_id"], row["line"], row["vendor"], row["quantity"], row["unit_price"],
        row["tax_rate"] if given(row["tax_rate"]) else _NONE, row["due_latest"] if given(row["due_latest"]) else None,
        currency if given(currency) else None, contract, unjudged=row["unjudged"], item=text(row["item"]),
        category=text(row["category"]) or text((contract or {}).get("category")), source=place_of(row),
    )  # fmt: skip


def _deliver(line: OrderLine, row: Row) -> None:
    rejected = row["rejected"] if given(row["rejected"]) else _NONE
    line.rejected += rejected
    if given(row["accepted"]) and row["accepted"] > 0:
        accepted_on = row["accepted_on"] if given(row["accepted_on"]) else None
        excused = given(row["fault"]) and row["fault"] in EXCUSING
        line.accepted.append(
            Acceptance(row["delivered_on"], row["accepted"], accepted_on, rejected, place_of(row), excused)
        )


def agreements(contracts: pd.DataFrame, changes: pd.DataFrame | None) -> dict[str, Row]:
    """Contract id → its row, with what was approved to be changed: `changes` as (day, delta)."""
    approved: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    for row in records(changes) if changes is not None else ():
        if given(row["approved_on"]) and given(row["amount_delta"]):
            approved[row["contract_id"]].append((row["approved_on"], row["amount_delta"]))
    return {row["contract_id"]: {**row, "changes": approved[row["contract_id"]]} for row in records(contracts)}


def amount_on(contract: Row, day: date) -> Decimal | None:
    """合同金额, tax included, with the changes approved by a day; None where no amount is agreed."""
    amount = number(contract, "amount")
    if amount is None:
        return None
    return amount + sum((delta for approved, delta in contract.get("changes", ()) if approved <= day), ZERO)


# ------------------------------------------------------------------ milestones


def milestone_book(
    milestones: pd.DataFrame, contracts: pd.DataFrame, changes: pd.DataFrame | None, today: date
) -> Book:
    """Contract id → its milestones as lines, those accepted first coming first."""
    agreed = agreements(contracts, changes)
    book: Book = defaultdict(list)
    for row in sorted(records(milestones), key=_turn):
        if contract := agreed.get(row["contract_id"]):
            book[row["contract_id"]].append(_milestone(row, contract, today))
    return dict(book)


def _turn(row: Row) -> tuple[date, date, str]:
    return (row["accepted_on"] if given(row["accepted_on"]) else date.max, row["planned_on"], row["milestone"])


def _milestone(row: Row, contract: Row, today: date) -> OrderLine:
    """Passed, with or without conditions, it is accepted whole; it was there on the day of its submission."""
    rate = number(contract, "tax_rate") or _NONE
    due_on = row["revised_on"] if given(row["revised_on"]) else row["planned_on"]
    line = OrderLine(
        row["contract_id"], row["milestone"], row["vendor"] if given(row["vendor"]) else contract["vendor"], _ONE,
        _earns(row, contract, today) / (1 + rate), rate, due_on, text(contract["currency"]) or None, contract,
        category=text(contract["category"]), source=place_of(row),
    )  # fmt: skip
    if row["result"] in PASSED and given(row["accepted_on"]) and row["accepted_on"] <= today:
        came = row["submitted_on"] if given(row["submitted_on"]) else row["accepted_on"]
        line.accepted.append(Acceptance(came, _ONE, row["accepted_on"], source=place_of(row)))
    return line


def _earns(row: Row, contract: Row, today: date) -> Decimal:
    """What a milestone earns, tax included: its amount, else its share of the contract's amount of its day."""
    if given(row["payable_amount"]):
        return Decimal(row["payable_amount"])
    day = row["accepted_on"] if given(row["accepted_on"]) else today
    amount = amount_on(contract, day)
    return Decimal(row["payable_rate"]) * amount if given(row["payable_rate"]) and amount else _NONE


# ------------------------------------------------------------------ work that is counted, not received


@dataclass
class _Done:
    """Work done on a day, and how much of it no line has taken yet."""

    row: Row
    day: date
    left: Decimal


def accept_work(
    book: Book, measurements: pd.DataFrame, tickets: pd.DataFrame, rules: Settlement, today: date
) -> list[OrderLine]:
    """Fill lines that have no receipts with accepted timesheets or tickets, where the rules say so for their contract
    or category. An entry counts for the line that its subject names (PO-1 or PO-1/2), else for the contract's lines in
    turn, each up to what was ordered; it counts once, whatever rules it falls under. Returns the lines that wait for
    work, filled or not."""
    if not rules.work:
        return []
    waiting: dict[Work, list[OrderLine]] = defaultdict(list)
    for line in (line for lines in book.values() for line in lines if not line.has_arrived):
        contract_id = text(line.agreed.get("contract_id"))
        if name := next((name for name in (contract_id, line.category) if name in rules.work), ""):
            waiting[rules.work[name]].append(line)
    done = _done(measurements, tickets, book, today)
    for work, lines in waiting.items():
        mine = (one for one in done[work.source] if _is_such(one.row, work))
        _take(sorted(lines, key=_in_turn), mine, book)
    return [line for lines in waiting.values() for line in lines]


def work_accepted(
    orders: pd.DataFrame,
    deliveries: pd.DataFrame,
    contracts: pd.DataFrame,
    measurements: pd.DataFrame,
    tickets: pd.DataFrame,
    rules: Settlement,
    today: date,
) -> dict[tuple[str, str], Decimal]:
    """Order and line → what is accepted of it by timesheets or tickets, as settlement counts it, of the lines for which
    these stand in for receipts."""
    if not rules.work:
        return {}
    arrived = judged(deliveries[deliveries["delivered_on"] <= today])
    book = order_book(order_lines(orders, arrived, today), arrived, contracts)
    lines = accept_work(book, measurements, tickets, rules, today)
    return {(line.order_id, line.line): line.taken_in for line in lines}


def _done(measurements: pd.DataFrame, tickets: pd.DataFrame, book: Book, today: date) -> dict[str, list[_Done]]:
    """A measure's values, and one for each ticket that is resolved, by day; of one day what names its line comes first,
    for what names none finds room elsewhere."""
    found = {
        "measurements": [_Done(row, row["measured_on"], row["value"]) for row in records(measurements)],
        "tickets": [
            _Done(row, row["resolved_at"].date(), _ONE) for row in records(tickets) if given(row["resolved_at"])
        ],
    }
    return {
        source: sorted(
            (one for one in some if one.day <= today and one.left > 0),
            key=lambda one: (one.day, -len(_named(one.row, book)), place_of(one.row)),
        )
        for source, some in found.items()
    }


def _is_such(row: Row, work: Work) -> bool:
    """Is it of the measure, or a ticket of the kind, that the rules name?"""
    if work.source == "measurements":
        return bool(row["measure"] == work.of)
    return work.of in ("", text(row["kind"]))


def _take(lines: list[OrderLine], done: Iterable[_Done], orders: Container[str]) -> None:
    for one in done:
        mine = [line for line in lines if _is_of(one.row, line, orders)]
        for line in mine:
            taken = min(one.left, max(line.quantity - line.taken_in, _NONE))
            if taken > 0:
                line.accepted.append(Acceptance(one.day, taken, source=place_of(one.row)))
                one.left -= taken


def _is_of(row: Row, line: OrderLine, orders: Container[str]) -> bool:
    """Work of the line's contract (or, where it names none, of its vendor), and of its order where it names one."""
    if identity(row["vendor"]) != identity(line.vendor):
        return False
    contract_id = text(row["contract_id"])
    if contract_id and contract_id != text(line.agreed.get("contract_id")):
        return False
    named = _named(row, orders)
    return (line.order_id, line.line)[: len(named)] == named


def _named(row: Row, orders: Container[str]) -> tuple[str, ...]:
    """The order, or the order and its line, that the subject of some work names, if it names one."""
    subject = text(row.get("subject"))
    if subject in orders:
        return (subject,)
    order_id, _, line = subject.rpartition("/")
    return (order_id, line) if order_id in orders else ()
