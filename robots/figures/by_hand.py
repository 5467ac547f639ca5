"""Payments of which no sheet knows, beside what is to be paid: somebody may have paid it by hand (RULES 7).

The bank names no key for such a payment. It is looked at where it went to the same vendor in the same currency, on the
day of the invoice or later, and is what is to be paid of the invoice now, that with what is retained of it, what the
invoice was billed, or what several of the vendor's invoices come to: all of them, or some where they are few enough to
try.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import chain, combinations
from typing import Any

from robots.figures.accounts import given
from robots.figures.batches import HELD, UNRELEASED
from robots.figures.lines import records
from robots.figures.returns import (
    AMBIGUOUS,
    AMOUNT,
    CONTRADICTS,
    CURRENCY,
    ON_HOLD,
    OTHER_VENDOR,
    PAID,
    TWICE,
    UNKNOWN_KEY,
    UNMATCHED,
)
from robots.figures.settlement import ADVANCE, LINE, Payable
from robots.figures.settlement.billing import invoice_key, of_invoice
from robots.ledger import Ledger
from robots.model.money import ZERO
from robots.model.names import identity

# Outcomes of payments to our vendors that settled nothing, whatever they were taken for: what they paid, nobody knows.
# EARLY and CLOSED are not among them: they hold the very lines that they name.
UNEXPLAINED = frozenset(
    {UNMATCHED, AMOUNT, TWICE, OTHER_VENDOR, UNKNOWN_KEY, CONTRADICTS, AMBIGUOUS, CURRENCY, ON_HOLD}
)
RETAINED = "retained"  # of a bank's row: how much of it is what is retained of the lines that it may have paid
Row = Mapping[str, Any]
_FEW, _SOME = 12, 200  # invoices of one vendor up to which any of them are tried together, or any two


@dataclass
class _Sum:
    """Payables that one payment may have been for: what is to be paid of them, what was retained and what was billed,
    since when."""

    vendor: str
    currency: str
    keys: set[str] = field(default_factory=set)
    lines: set[tuple[str, str, str]] = field(default_factory=set)
    to_pay: Decimal = ZERO
    billed: Decimal = ZERO
    retained: Decimal = ZERO
    since: date = date.min

    def add(self, payable: Payable, amount: Decimal) -> None:
        line = (payable.invoice_key, payable.order_id, payable.line)
        self.keys.add(payable.invoice_key)
        self.to_pay += amount
        if line not in self.lines:  # a part of it may wait on a sheet
            self.billed += payable.gross
            self.retained += payable.retention
        self.lines.add(line)
        if payable.what != ADVANCE:  # that is often paid before anybody bills it
            self.since = max(self.since, payable.invoiced_on or payable.due_on or self.since)

    @classmethod
    def of(cls, some: Sequence[_Sum]) -> _Sum:
        """Several invoices of one vendor and currency as one."""
        keys, lines = (set().union(*(getattr(one, name) for one in some)) for name in ("keys", "lines"))
        names = ("to_pay", "billed", "retained")
        to_pay, billed, retained = (sum((getattr(one, name) for one in some), ZERO) for name in names)
        since = max(one.since for one in some)
        return cls(some[0].vendor, some[0].currency, keys, lines, to_pay, billed, retained, since)

    @property
    def whole(self) -> Decimal:
        """What is to be paid, with what is retained."""
        return self.to_pay + self.retained

    @property
    def sums(self) -> frozenset[Decimal]:
        """What a payment of it may come to."""
        return frozenset({self.to_pay, self.whole, self.billed})


def paid_by_hand(asked: Iterable[tuple[Payable, Decimal]], returns: Iterable[Row]) -> dict[str, list[Row]]:
    """Invoice key → payments that may have been for it. `asked`: payables, each with what is to be paid of it;
    `returns`: rows of that table."""
    told: dict[tuple[str, Decimal], list[Row]] = defaultdict(list)
    for row in returns:
        if row["outcome"] in UNEXPLAINED and row["status"] == PAID:
            told[identity(row["vendor"]), row["amount"]].append(row)
    found: dict[str, list[Row]] = defaultdict(list)
    for mine in _invoices(asked) if told else ():
        amounts = frozenset(amount for vendor, amount in told if vendor == mine[0].vendor)
        for one in _fitting(mine, amounts):
            for amount in one.sums & amounts:
                retained = one.retained if amount == one.whole else ZERO
                rows = [row for row in told[one.vendor, amount] if _may_be_for(row, one)]
                for key in one.keys if rows else ():
                    add(found[key], ({**row, RETAINED: retained} for row in rows))
    return dict(found)


def seen_by_hand(told: Sequence[Row], ledger: Ledger, since: date, home: str) -> dict[str, tuple[str, ...]]:
    """Receipt of a bank's row → the invoices that it may have paid by hand, by what was figured of them last. What
    holds them is found when sheets are made; this is to know of it when the bank's list is told. `told`: rows of
    `returns`; `since`, `home`: see Rules."""
    if not any(row["outcome"] in UNEXPLAINED and row["status"] == PAID for row in told):
        return {}
    asked = list(_unpaid(ledger, since, home))
    shown = {payable.invoice_key: payable.invoice_no for payable, _ in asked}
    found: dict[str, list[str]] = defaultdict(list)
    for key, rows in paid_by_hand(asked, told).items():
        for row in rows:
            found[row["receipt"]].append(shown[key])
    return {receipt: tuple(sorted(set(numbers))) for receipt, numbers in found.items()}


def _unpaid(ledger: Ledger, since: date, home: str) -> Iterator[tuple[Payable, Decimal]]:
    """What is held or waits on a sheet, and invoices that nobody has figured yet, each with what may be paid of it."""
    lines, bills = records(ledger.said("payables")), records(ledger.table("invoices"))
    days = {invoice_key(bill): bill["invoiced_on"] for bill in bills}
    for row in lines:
        if row["state"] in (HELD, *UNRELEASED):
            payable = replace(
                _payable(row["invoice_key"], row, home), retention=row["retention"], what=given(row["what"]) or LINE,
                invoiced_on=days.get(of_invoice(row["invoice_key"])),
            )  # fmt: skip
            yield payable, row["held"] if row["state"] == HELD else row["net"]
    figured = {of_invoice(row["invoice_key"]) for row in lines}
    for bill in bills:
        key = invoice_key(bill)
        if key not in figured and bill["gross"] > 0 and bill["invoiced_on"] >= since:
            yield replace(_payable(key, bill, home), invoiced_on=bill["invoiced_on"]), bill["gross"]


def _payable(key: str, row: Row, home: str) -> Payable:
    """A row of payables or of invoices as what may have been paid."""
    vendor, number, order, line = (given(row[name]) for name in ("vendor", "invoice_no", "order_id", "line"))
    return Payable(key, vendor, number, order, line, row["gross"], currency=given(row["currency"]) or home)


def add(found: list[Row], rows: Iterable[Row]) -> None:
    """Add the bank's rows that are not among them yet."""
    known = {row["receipt"] for row in found}
    found += (row for row in rows if row["receipt"] not in known)


def _invoices(asked: Iterable[tuple[Payable, Decimal]]) -> Iterable[Sequence[_Sum]]:
    """The invoices of each vendor and currency."""
    sums: dict[tuple[str, str], dict[str, _Sum]] = defaultdict(dict)
    for payable, amount in asked:
        vendor, currency = identity(payable.vendor), payable.currency
        sums[vendor, currency].setdefault(payable.invoice_key, _Sum(vendor, currency)).add(payable, amount)
    return [list(mine.values()) for mine in sums.values()]


def _fitting(mine: Sequence[_Sum], amounts: Collection[Decimal]) -> Iterator[_Sum]:
    """Invoices alone and together of which what is to be paid, or what was billed, is one of the amounts."""
    most = len(mine)
    few = range(1, most) if most <= _FEW else (1, 2) if most <= _SOME else (1,)
    for some in chain.from_iterable(combinations(mine, size) for size in (*few, most) if amounts):
        if any(sum(getattr(one, name) for one in some) in amounts for name in ("to_pay", "whole", "billed")):
            yield _Sum.of(some)


def _may_be_for(row: Row, one: _Sum) -> bool:
    return given(row["currency"]) in ("", one.currency) and str(row["paid_on"]) >= one.since.isoformat()
