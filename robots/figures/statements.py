"""What stands between us and one vendor: billed, deducted and paid up to a day, as the vendor's own books should say.

Only what both sides can know counts: invoices from the day on that they are ours to settle, deductions once a sheet
was released, payments once the bank said so. A statement holds one currency.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from robots.figures.lines import judged, records
from robots.figures.settlement import RETENTION
from robots.figures.settlement.billing import invoice_key, is_red
from robots.ledger import Ledger
from robots.model.money import ZERO, cents
from robots.rules import Rules

INVOICE, CREDIT, PAYMENT, RETURNED = "invoice", "credit", "payment", "returned"
DEDUCTIONS = {"price_variance": -1, "rejected": -1, "penalty": -1, "advance_offset": -1, "bonus": 1}
RELEASED = ("released", "confirmed", "returned")
Row = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One movement. `amount` is above zero where we owe more by it; `remark` is an invoice, a batch or a reference."""

    day: date
    what: str
    document: str
    remark: str
    amount: Decimal


@dataclass(frozen=True)
class Accepted:
    """What was delivered and accepted: pieces at the order's price, net of tax."""

    day: date
    order_id: str
    line: str
    item: str
    quantity: Decimal
    unit: str
    price: Decimal

    @property
    def amount(self) -> Decimal:
        """Net, to the cent."""
        return cents(self.quantity * self.price)


@dataclass(frozen=True)
class Statement:
    """One vendor's account from one day to another. `waiting`: what of the closing balance waits for what."""

    vendor: str
    currency: str
    first: date
    last: date
    opening: Decimal
    entries: tuple[Entry, ...]
    accepted: tuple[Accepted, ...]
    waiting: Mapping[str, Decimal]

    @property
    def closing(self) -> Decimal:
        """Opening and all movements."""
        return self.opening + sum((one.amount for one in self.entries), ZERO)

    def total(self, *kinds: str) -> Decimal:
        """The sum of some kinds of movements."""
        return sum((one.amount for one in self.entries if one.what in kinds), ZERO)

    @property
    def says_something(self) -> bool:
        """Did anything happen, or is anything open?"""
        return bool(self.entries or self.accepted or self.opening)


@dataclass(frozen=True)
class Books:
    """Everything that statements are made of, by vendor and currency."""

    entries: Mapping[tuple[str, str], tuple[Entry, ...]]
    accepted: Mapping[tuple[str, str], tuple[Accepted, ...]]
    waiting: Mapping[tuple[str, str], Mapping[str, Decimal]]

    def statements(self, first: date, last: date, vendors: Collection[str] | None = None) -> Iterator[Statement]:
        """A statement for each vendor (or for some) and currency of which there is anything to say, by name."""
        for vendor, currency in sorted({*self.entries, *self.accepted}):
            if vendors is None or vendor in vendors:
                statement = self._statement(vendor, currency, first, last)
                if statement.says_something:
                    yield statement

    def _statement(self, vendor: str, currency: str, first: date, last: date) -> Statement:
        mine = self.entries.get((vendor, currency), ())
        return Statement(
            vendor, currency, first, last,
            sum((one.amount for one in mine if one.day < first), ZERO),
            tuple(one for one in mine if first <= one.day <= last),
            tuple(one for one in self.accepted.get((vendor, currency), ()) if first <= one.day <= last),
            self.waiting.get((vendor, currency), {}),
        )  # fmt: skip


# ------------------------------------------------------------------ ledger → books


def books_of(ledger: Ledger, payables: Iterable[Row], batches: Iterable[Row], rules: Rules) -> Books:
    """The books as the ledger, the payment lines and their batches have them today."""
    orders = {(row["order_id"], row["line"]): row for row in records(ledger.table("orders"))}
    of_order = {order_id: row["currency"] for (order_id, _), row in orders.items() if _given(row["currency"])}
    lines = [row | {"currency": _currency(row, of_order, rules.currency)} for row in payables]
    paid = records(ledger.table("payments"))
    entries: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for found in (
        _invoices(records(ledger.table("invoices")), of_order, rules),
        _deductions(lines, batches, {row["payment_key"] for row in paid if _given(row["payment_key"])}),
        _payments(paid, lines),
    ):
        for owner, entry in found:
            entries[owner].append(entry)
    ranked = {
        owner: tuple(sorted(mine, key=lambda one: (one.day, one.what != INVOICE, one.document, one.what)))
        for owner, mine in entries.items()
    }
    holds = records(ledger.said("holds"))
    return Books(ranked, _accepted(ledger, orders, rules.currency), _waiting(lines, holds, of_order, rules.currency))


Owner = tuple[str, str]


def _invoices(invoices: list[Row], of_order: Mapping[str, str], rules: Rules) -> Iterator[tuple[Owner, Entry]]:
    """Each invoice once: the same number a second time is a duplicate that nobody owes."""
    seen: set[str] = set()
    for row in sorted(invoices, key=lambda row: (row["invoiced_on"], str(row["_file"]), row["_row"])):
        key = invoice_key(row)
        if key in seen or row["invoiced_on"] < rules.settle_from:
            continue
        seen.add(key)
        amount = -abs(row["gross"]) if is_red(row) else row["gross"]
        what = CREDIT if is_red(row) else INVOICE
        owner = (row["vendor"], _currency(row, of_order, rules.currency))
        yield owner, Entry(row["invoiced_on"], what, row["invoice_no"], _text(row["order_id"]), amount)


def _deductions(
    lines: Iterable[Row], batches: Iterable[Row], answered: Collection[str]
) -> Iterator[tuple[Owner, Entry]]:
    """What released sheets took off or added, on the day of the sheet; one that the bank answered was released."""
    days = {row["batch"]: date.fromisoformat(row["day"]) for row in batches}
    for row in lines:
        if row["batch"] not in days or (row["state"] not in RELEASED and row["payment_key"] not in answered):
            continue
        for name, sign in DEDUCTIONS.items():
            if row[name]:
                entry = Entry(days[row["batch"]], name, row["invoice_no"], row["batch"], sign * row[name])
                yield (row["vendor"], row["currency"]), entry


def _payments(paid: Iterable[Row], lines: Iterable[Row]) -> Iterator[tuple[Owner, Entry]]:
    """What the bank paid of our lines; what it sent back stands there too, and moves nothing. A payment that is none
    of our lines' (an advance paid by hand) is not ours to account for."""
    by_key = {row["payment_key"]: row for row in lines}
    for row in paid:
        if line := by_key.get(row["payment_key"]):
            back = row["status"] == "退回"
            reference = _text(row["bank_reference"]) or row["payment_key"]
            amount = ZERO if back else -row["amount"]
            entry = Entry(row["paid_on"], RETURNED if back else PAYMENT, line["invoice_no"], reference, amount)
            yield (line["vendor"], line["currency"]), entry


def _accepted(ledger: Ledger, orders: Mapping[tuple[str, str], Row], home: str) -> dict[Owner, tuple[Accepted, ...]]:
    """Accepted pieces by the day they were accepted on, else the day they came."""
    found: dict[Owner, list[Accepted]] = defaultdict(list)
    for row in records(judged(ledger.table("deliveries"))):
        order = orders.get((row["order_id"], row["line"]))
        if order is not None and _given(row["accepted"]) and row["accepted"] > 0:
            day = row["accepted_on"] if _given(row["accepted_on"]) else row["delivered_on"]
            currency = order["currency"] if _given(order["currency"]) else home
            item = _text(order["item"]) or _text(order["description"])
            one = Accepted(
                day, row["order_id"], row["line"], item, row["accepted"], _text(order["unit"]), order["unit_price"]
            )  # fmt: skip
            found[order["vendor"], currency].append(one)
    return {
        owner: tuple(sorted(mine, key=lambda one: (one.day, one.order_id, one.line))) for owner, mine in found.items()
    }


def _waiting(
    lines: Iterable[Row], holds: Iterable[Row], of_order: Mapping[str, str], home: str
) -> dict[Owner, dict[str, Decimal]]:
    """Retention not due back yet, what the match or a control stops, and what was put up or released and not paid."""
    found: dict[Owner, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for row in lines:
        owner = (row["vendor"], row["currency"])
        if row["state"] in ("proposed", "approved", "released"):
            found[owner]["under_way"] += row["net"]
        if row["state"] in (*RELEASED, "proposed", "approved") and row["retention"]:
            found[owner]["retention"] += row["retention"]
        if row["state"] in (*RELEASED, "proposed", "approved") and row.get("what") == RETENTION:
            found[owner]["retention"] -= row["gross"]
    for row in holds:
        found[row["vendor"], _currency(row, of_order, home)]["stopped"] += row["stopped"]
    return {owner: {name: amount for name, amount in sums.items() if amount} for owner, sums in found.items()}


def _currency(row: Mapping[str, Any], of_order: Mapping[str, str], home: str) -> str:
    """The row's own, else its order's, else the home's."""
    own = row.get("currency")
    return str(own) if _given(own) else of_order.get(_text(row["order_id"]), home)


def _given(value: Any) -> bool:
    return value is not None and not pd.isna(value)


def _text(value: Any) -> str:
    return str(value) if _given(value) else ""
