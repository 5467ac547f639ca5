"""Which vendors' statements are news, and what our own books say of the same days: ours and theirs as entries."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import pandas as pd

from robots.crew.bookkeeper.differences import differences, differences_notice
from robots.figures.confirmations import last_confirmation
from robots.figures.lines import judged, records
from robots.figures.reconciling import (
    DELIVERY,
    INVOICE,
    PAYMENT,
    Balances,
    Entry,
    Reconciliation,
    of_days,
    reconcile,
)
from robots.figures.returns import SETTLING, TOLD, Remittance, Verdict, stayed
from robots.ledger import Ledger, place
from robots.model.decisions import Decision, record
from robots.model.money import ZERO, cents
from robots.model.names import invoice_identity
from robots.model.periods import span
from robots.rules import Rules

ROBOT, WHAT = "bookkeeper", "statement"
_OPENING, _CLOSING = "期初", "期末"
Row = dict[str, Any]


@dataclass(frozen=True)
class Statement:
    """What one vendor told in one file, in one currency. Rows in the order in which they stand."""

    file: str
    vendor: str
    currency: str
    rows: tuple[Row, ...]

    @property
    def version(self) -> str:
        """A hash of what it says, whatever the file is called and wherever its rows stand."""
        told = sorted(repr(sorted((k, str(v)) for k, v in row.items() if k[0] != "_")) for row in self.rows)
        return hashlib.sha256("\x1f".join((self.vendor, self.currency, *told)).encode()).hexdigest()[:24]

    @property
    def entries(self) -> list[Row]:
        """Rows that tell of something that was billed, delivered or paid."""
        rows = (row for row in self.rows if row["entry"] in (INVOICE, DELIVERY, PAYMENT))
        return [row for row in rows if _given(row["amount"]) is not None]

    @property
    def sorts(self) -> set[str]:
        """What it tells of."""
        return {row["entry"] for row in self.entries}

    @cached_property
    def counting(self) -> str:
        """What makes up the debt: its invoices; where it lists none, what was delivered."""
        return DELIVERY if DELIVERY in self.sorts and INVOICE not in self.sorts else INVOICE

    @cached_property
    def days(self) -> tuple[date, date]:
        """The days that it is about: its period, else its day, widened to what its rows tell."""
        told = [row["dated"] for row in self.rows if _given(row["dated"])]
        told += [row["as_of"] for row in self.rows if _given(row["as_of"])]
        periods = {row["period"] for row in self.rows if _given(row["period"])}
        told += [day for period in periods for day in span(period)]
        return (min(told), max(told)) if told else (date.min, date.max)

    def effect(self, sort: str, amount: Decimal) -> Decimal:
        """What a row adds to what we owe."""
        return -amount if sort == PAYMENT else amount if sort == self.counting else ZERO


def statements(verdicts: Sequence[Verdict], ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    """Every version of a statement that is news, reconciled once. `verdicts`: what became of the bank's rows."""
    rows = records(ledger.table("statements"))
    if not rows:
        return
    issued = ledger.said("issued")
    done = set(issued["period"][issued["what"] == WHAT])
    for one in statements_in(rows, rules.currency):
        if one.version not in done and one.entries:
            done.add(one.version)
            yield from _told(one, verdicts, ledger, rules, today)


def _told(one: Statement, verdicts: Sequence[Verdict], ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    name = f"statement-{one.version}"
    found = compared(one, verdicts, ledger, rules)
    subject = f"{one.vendor}-{one.version}"
    said = last_confirmation(records(ledger.table("statement_answers")), one.vendor, one.currency, date.max)
    workbook = differences(
        one.vendor, one.file, one.days, one.currency, found, today, answered=said.told if said else None
    )
    notice = differences_notice(one.vendor, one.currency, found, name)
    yield Decision(ROBOT, today.isoformat(), subject, workbook, name=name)
    yield Decision(ROBOT, today.isoformat(), f"notice-{subject}", notice)
    row = {"what": WHAT, "period": one.version, "whom": one.file, "day": today.isoformat()}
    yield Decision(ROBOT, today.isoformat(), f"issued-{subject}", record("issued", [row]))


def statements_in(rows: Iterable[Row], currency: str) -> list[Statement]:
    """Rows of `statements` by file, vendor and currency (blank: the home's): currencies are never added."""
    groups: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[str(row["_file"]), row["vendor"], _given(row["currency"]) or currency].append(row)
    return [
        Statement(*named, tuple(sorted(some, key=lambda row: (str(row["_sheet"]), row["_row"], row["entry"]))))
        for named, some in sorted(groups.items())
    ]


def compared(one: Statement, verdicts: Sequence[Verdict], ledger: Ledger, rules: Rules) -> Reconciliation:
    """A statement against our books: nothing of another vendor's is looked at."""
    books = list(our_entries(one, verdicts, ledger, rules))
    first, last = one.days
    before = (entry.effect for entry in books if entry.day is not None and entry.day < first)
    balances = Balances(sum(before, ZERO), *told_balances(one))
    return reconcile(of_days(books, first, last), their_entries(one), balances)


# ------------------------------------------------------------------ theirs


def their_entries(one: Statement) -> Iterator[Entry]:
    """The statement's rows. Who writes all payments with a minus means them as payments all the same."""
    paid = [row["amount"] for row in one.entries if row["entry"] == PAYMENT]
    turned = bool(paid) and all(amount <= 0 for amount in paid)
    for row in one.entries:
        sort, amount = row["entry"], row["amount"]
        amount = -amount if turned and sort == PAYMENT else amount
        own = row["delivery_no"] if sort == DELIVERY else row["invoice_no"] if sort == INVOICE else None
        number = _given(own) or _given(row["number"]) or ""
        order = _given(row["order_id"]) or ""
        yield Entry(sort, number, _given(row["dated"]), amount, one.effect(sort, amount), order, place(row))


def told_balances(one: Statement) -> tuple[Decimal | None, Decimal | None]:
    """Opening and closing balance: by rows of their own, a line above the table, else the running balance."""
    return _told_balance(one, _OPENING, "opening"), _told_balance(one, _CLOSING, "closing")


def _told_balance(one: Statement, entry: str, name: str) -> Decimal | None:
    own = [_first(row["balance"], row["amount"]) for row in one.rows if row["entry"] == entry]
    above = [_given(row[name]) for row in one.rows]
    told = next((value for value in (*own, *above) if value is not None), None)
    return told if told is not None else _running(one, entry)


def _running(one: Statement, entry: str) -> Decimal | None:
    """Before the first row, or after the last, by the balance that runs beside the rows."""
    rows = [row for row in one.entries if _given(row["balance"]) is not None]
    if not rows or len(rows) < len(one.entries):
        return None
    if entry == _CLOSING:
        return Decimal(rows[-1]["balance"])
    first = next(their for their in their_entries(one) if their.place == place(rows[0]))
    return Decimal(rows[0]["balance"] - first.effect)


# ------------------------------------------------------------------ ours


def our_entries(one: Statement, verdicts: Sequence[Verdict], ledger: Ledger, rules: Rules) -> Iterator[Entry]:
    """What our books say of this vendor: invoices or deliveries as the statement counts, and payments that stayed."""
    orders = {(row["order_id"], row["line"]): row for row in records(ledger.table("orders"))}
    currencies = {order: _given(row["currency"]) or rules.currency for (order, _), row in orders.items()}
    if INVOICE in one.sorts or one.counting == INVOICE:
        yield from _invoices(one, ledger, currencies, rules)
    if DELIVERY in one.sorts:
        yield from _deliveries(one, ledger, orders, rules)
    yield from _payments(one, verdicts, ledger, rules)


def _payments(one: Statement, verdicts: Sequence[Verdict], ledger: Ledger, rules: Rules) -> Iterator[Entry]:
    """What was paid and stayed, told twice or not. Whose it is the line says that it settled, else the bank's name."""
    lines = {row["payment_key"]: row for row in records(ledger.said("payables"))}
    found: list[Remittance] = []
    currencies: dict[str, str] = {}
    for verdict in verdicts:
        row, settles = verdict.row, verdict.outcome in SETTLING
        line = lines.get(verdict.keys[0] if settles else row.key, {})
        currencies[row.id] = row.currency or _given(line.get("currency")) or rules.currency
        vendor = line["vendor"] if settles and line else row.vendor
        if verdict.outcome != TOLD and vendor == one.vendor:
            found.append(row)
    for row in stayed(found):
        if currencies[row.id] == one.currency:
            effect = one.effect(PAYMENT, row.amount)
            yield Entry(PAYMENT, row.reference or row.key, row.paid_on, row.amount, effect, "", row.source)


def _invoices(one: Statement, ledger: Ledger, currencies: dict[str, str], rules: Rules) -> Iterator[Entry]:
    """An invoice is one entry, however many rows (a row for each order) of one sheet tell it."""
    parts: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in records(ledger.table("invoices")):
        currency = _given(row["currency"]) or currencies.get(_given(row["order_id"]) or "", rules.currency)
        if row["vendor"] == one.vendor and currency == one.currency:
            named = (
                invoice_identity(row["invoice_no"]),
                str(row["invoiced_on"]),
                str(row["_file"]),
                str(row["_sheet"]),
            )
            parts[named].append(row)
    for rows in parts.values():
        amount, first = sum((row["gross"] for row in rows), ZERO), rows[0]
        effect, order = one.effect(INVOICE, amount), _given(first["order_id"]) or ""
        yield Entry(INVOICE, first["invoice_no"], first["invoiced_on"], amount, effect, order, place(first))


def _deliveries(one: Statement, ledger: Ledger, orders: dict[tuple[str, str], Row], rules: Rules) -> Iterator[Entry]:
    """What was accepted, at its order's price with tax; what nobody has judged has no value yet."""
    for row in records(judged(ledger.table("deliveries"))):
        order = orders.get((row["order_id"], row["line"]), {})
        vendor = _given(row["vendor"]) or order.get("vendor")
        accepted = _given(row["accepted"])
        if not order or vendor != one.vendor or not accepted:
            continue
        if (_given(order["currency"]) or rules.currency) == one.currency:
            amount = cents(accepted * order["unit_price"] * (1 + (_given(order["tax_rate"]) or Decimal(0))))
            number, effect = _given(row["delivery_id"]) or "", one.effect(DELIVERY, amount)
            yield Entry(DELIVERY, number, row["delivered_on"], amount, effect, row["order_id"], place(row))


def _first(*values: Any) -> Any:
    return next((value for value in map(_given, values) if value is not None), None)


def _given(value: Any) -> Any:
    return None if value is None or pd.isna(value) else value
