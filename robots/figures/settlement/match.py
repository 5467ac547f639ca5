"""What is owed on each invoice line: a three-way match, then a waterfall in which every step has its cause (RULES 7).

Invoices bill order lines; accepted deliveries are consumed first in, first out. Matching is net of tax and per line;
amounts are then carried at the invoice's own tax rate, rounded half up to the cent once per step.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd

from robots.figures.lines import records
from robots.model.money import ZERO, cents
from robots.model.names import identity, invoice_identity
from robots.model.periods import add_months
from robots.rules import Settlement

NO_ORDER, NO_LINE, WRONG_VENDOR, DUPLICATE = "NO_ORDER", "NO_LINE", "WRONG_VENDOR", "DUPLICATE"
QUANTITY, PRICE, CREDITED, NO_ACCOUNT, BANK_CHANGE = "QUANTITY", "PRICE", "CREDITED", "NO_ACCOUNT", "BANK_CHANGE"
CURRENCY, NO_PRICE, REJECTED = "CURRENCY", "NO_PRICE", "REJECTED"
STEPS = ("gross", "price_variance", "rejected", "penalty", "bonus", "advance_offset", "retention", "held")
_DEDUCTED = ("price_variance", "rejected", "penalty", "advance_offset", "retention", "held")


@dataclass(frozen=True)
class Payable:
    """One invoice line's waterfall. net = gross − price_variance − rejected − penalty + bonus − advance_offset −
    retention − held; all in one currency, to the cent, tax included."""

    invoice_key: str
    vendor: str
    invoice_no: str
    order_id: str
    line: str
    gross: Decimal
    price_variance: Decimal = ZERO
    rejected: Decimal = ZERO
    penalty: Decimal = ZERO
    bonus: Decimal = ZERO
    advance_offset: Decimal = ZERO
    retention: Decimal = ZERO
    held: Decimal = ZERO
    reasons: tuple[str, ...] = ()
    due_on: date | None = None
    retention_due_on: date | None = None
    source: str = ""
    late_days: int = 0

    @property
    def net(self) -> Decimal:
        """What is payable now."""
        return self.gross + self.bonus - sum((getattr(self, name) for name in _DEDUCTED), ZERO)


@dataclass
class OrderLine:
    """One order line while its invoices are matched: what was accepted when, and what has been billed of it."""

    order_id: str
    line: str
    vendor: str
    quantity: Decimal
    price: Decimal
    tax_rate: Decimal
    due_on: date | None
    currency: str | None
    contract: Mapping[str, Any] | None
    accepted: list[tuple[date, Decimal]] = field(default_factory=list)
    rejected: Decimal = Decimal(0)
    billed: Decimal = Decimal(0)
    rejected_billed: Decimal = Decimal(0)
    excess: Decimal = Decimal(0)
    penalised: Decimal = Decimal(0)

    @property
    def available(self) -> Decimal:
        """Accepted and not billed yet."""
        return sum((quantity for _, quantity in self.accepted), Decimal(0)) - self.billed


@dataclass(frozen=True)
class Terms:
    """What the waterfall needs beside the tables: rules, currency, the day from which invoices are ours to settle."""

    rules: Settlement
    currency: str
    settle_from: date


def settle(
    orders: Mapping[str, list[OrderLine]],
    invoices: Iterable[Mapping[str, Any]],
    vendors: Mapping[str, Mapping[str, Any]],
    paid_accounts: Mapping[str, str],
    terms: Terms,
) -> Iterator[Payable]:
    """Match invoices in the order of their dates; yield the waterfall of each from `settle_from` on."""
    ranked = sorted(invoices, key=lambda i: (i["invoiced_on"], str(i["_file"]), str(i["_sheet"]), i["_row"]))
    credited = {invoice_identity(i["blue_invoice_no"]) for i in ranked if is_red(i) and _given(i["blue_invoice_no"])}
    seen: set[str] = set()
    for invoice in ranked:
        if is_red(invoice):
            continue
        key = invoice_key(invoice)
        pieces = list(_matched(invoice, key, orders, terms))
        if key in seen:
            pieces = [_hold_all(_blank(invoice, key), DUPLICATE)]
        else:
            _consume(pieces)
        seen.add(key)
        if invoice["invoiced_on"] < terms.settle_from:
            continue
        for piece in pieces:
            yield _controlled(_payable(piece), credited, vendors, paid_accounts)


def is_red(invoice: Mapping[str, Any]) -> bool:
    """A credit note (红字)."""
    return bool(invoice["kind"] == "红字" or invoice["gross"] < 0)


def invoice_key(invoice: Mapping[str, Any]) -> str:
    """Vendor and invoice number as duplicates are compared, without a limit of years."""
    return f"{identity(invoice['vendor'])}|{invoice_identity(invoice['invoice_no'])}"


# ------------------------------------------------------------------ match


@dataclass(frozen=True)
class _Piece:
    """A part of an invoice that bills one order line: quantities by what became of them, and amounts net of tax."""

    payable: Payable
    on: OrderLine | None = None
    good: Decimal = Decimal(0)
    turned_down: Decimal = Decimal(0)
    price: Decimal = Decimal(0)
    excess: Decimal = Decimal(0)
    penalty: Decimal = Decimal(0)
    fixed: bool = False


def _payable(piece: _Piece | Payable) -> Payable:
    return piece if isinstance(piece, Payable) else piece.payable


def _blank(invoice: Mapping[str, Any], key: str) -> Payable:
    return Payable(
        key, invoice["vendor"], invoice["invoice_no"], _text(invoice["order_id"]), _text(invoice["line"]),
        cents(invoice["gross"]), source=f"{invoice['_file']} › {invoice['_sheet']} › {invoice['_row']}",
    )  # fmt: skip


def _hold_all(payable: Payable, reason: str) -> Payable:
    """Nothing is payable until a person has looked: the whole rest is held."""
    return replace(payable, held=payable.held + payable.net, reasons=(*payable.reasons, reason))


def _matched(
    invoice: Mapping[str, Any], key: str, orders: Mapping[str, list[OrderLine]], terms: Terms
) -> Iterator[_Piece | Payable]:
    whole = _blank(invoice, key)
    lines = orders.get(whole.order_id, [])
    if not lines:
        yield _hold_all(whole, NO_ORDER)
        return
    if identity(lines[0].vendor) != identity(invoice["vendor"]):
        yield _hold_all(whole, WRONG_VENDOR)
        return
    named = [line for line in lines if not whole.line or line.line == whole.line]
    if not named:
        yield _hold_all(whole, NO_LINE)
    elif (named[0].currency or terms.currency) != terms.currency:
        yield _hold_all(whole, CURRENCY)
    else:
        for line, share in _shared(invoice, whole, named):
            yield _match_line(replace(whole, line=line.line, gross=share), invoice, line, terms)


def _shared(invoice: Mapping[str, Any], whole: Payable, lines: list[OrderLine]) -> Iterator[tuple[OrderLine, Decimal]]:
    """An invoice that names no line bills the order's lines in turn, each up to what is accepted and unbilled."""
    rest = whole.gross
    factor = 1 + _tax_rate(invoice, lines[0])
    for line in lines[:-1]:
        share = min(rest, cents(max(line.available, Decimal(0)) * line.price * factor))
        if share > 0:
            yield line, share
            rest -= share
    if rest > 0 or len(lines) == 1:
        yield lines[-1], rest


def _tax_rate(invoice: Mapping[str, Any], line: OrderLine) -> Decimal:
    """The invoice's rate, else what its amounts say, else the order's."""
    if _given(invoice["tax_rate"]):
        return Decimal(invoice["tax_rate"])
    if _given(invoice["net"]) and invoice["net"]:
        return Decimal(invoice["gross"] - invoice["net"]) / Decimal(invoice["net"])
    return line.tax_rate


def _match_line(payable: Payable, invoice: Mapping[str, Any], line: OrderLine, terms: Terms) -> _Piece | Payable:
    if line.price <= 0:
        return _hold_all(payable, NO_PRICE)
    factor = 1 + _tax_rate(invoice, line)
    net = payable.gross / factor
    exact = _given(invoice["quantity"]) and invoice["quantity"] > 0 and payable.gross == cents(invoice["gross"])
    billed = Decimal(invoice["quantity"]) if exact else net / line.price
    price = (Decimal(invoice["net"]) if exact and _given(invoice["net"]) else net) / billed
    good = min(billed, max(line.available, Decimal(0)))
    if not exact and abs(billed - good) * line.price < Decimal("0.01"):
        good = billed  # only the rounding of tax and cents lies between them
    turned_down = min(billed - good, line.rejected - line.rejected_billed)
    excess = max(price - line.price, Decimal(0)) * good
    penalty, days = _late_penalty(line, good, terms)
    accepted_on = _accepted_on(line, good)
    contract = line.contract or {}
    payable = replace(
        payable,
        rejected=cents(turned_down * price * factor),
        held=cents((billed - good - turned_down) * price * factor),
        price_variance=cents(excess * factor) if _beyond_tolerance(line, good, excess, terms.rules) else ZERO,
        late_days=days,
        due_on=_due_on(invoice, accepted_on, contract, terms.rules),
    )
    payable = _reasons(payable)
    base = payable.net
    payable = replace(payable, penalty=min(cents(penalty * factor), base))
    payable = replace(payable, retention=_retention(contract, base, payable.net))
    payable = replace(payable, retention_due_on=_retention_due_on(contract, accepted_on, payable.retention))
    return _Piece(payable, line, good, turned_down, price, excess, penalty)


def _reasons(payable: Payable) -> Payable:
    causes = ((payable.held, QUANTITY), (payable.price_variance, PRICE), (payable.rejected, REJECTED))
    return replace(payable, reasons=payable.reasons + tuple(name for amount, name in causes if amount))


def _beyond_tolerance(line: OrderLine, good: Decimal, excess: Decimal, rules: Settlement) -> bool:
    """Price above the contract's by more than the percentage or the cap, cumulatively over the line's invoices."""
    total = line.excess + excess
    value = (line.billed + good) * line.price
    return total > rules.price_tolerance_rate * value or total > rules.price_tolerance_cap


def _late_penalty(line: OrderLine, good: Decimal, terms: Terms) -> tuple[Decimal, int]:
    """Days late × daily rate × value, over the deliveries that this quantity consumes; capped over the whole line."""
    contract = line.contract or {}
    rate = _number(contract, "late_penalty_rate")
    if not rate or line.due_on is None:
        return Decimal(0), 0
    penalty, worst = Decimal(0), 0
    for day, quantity in _consumed(line, good):
        days = max((day - line.due_on).days, 0)
        penalty += quantity * line.price * rate * days
        worst = max(worst, days)
    cap_rate = _number(contract, "penalty_cap_rate")
    cap = (terms.rules.penalty_cap_rate if cap_rate is None else cap_rate) * line.quantity * line.price
    return min(penalty, max(cap - line.penalised, Decimal(0))), worst


def _consumed(line: OrderLine, good: Decimal) -> Iterator[tuple[date, Decimal]]:
    """The accepted deliveries that the next `good` pieces consume, first in, first out."""
    skip, left = line.billed, good
    for day, quantity in line.accepted:
        passed = min(skip, quantity)
        skip -= passed
        taken = min(quantity - passed, left)
        left -= taken
        if taken > 0:
            yield day, taken


def _accepted_on(line: OrderLine, good: Decimal) -> date | None:
    return max((day for day, _ in _consumed(line, good)), default=None)


def _due_on(
    invoice: Mapping[str, Any], accepted_on: date | None, contract: Mapping[str, Any], rules: Settlement
) -> date:
    """From the later of invoice and acceptance, after the contract's days, else the default."""
    invoiced_on: date = invoice["invoiced_on"]
    days = _number(contract, "payment_days")
    return max(invoiced_on, accepted_on or invoiced_on) + timedelta(
        days=rules.payment_days if days is None else int(days)
    )


def _retention(contract: Mapping[str, Any], base: Decimal, most: Decimal) -> Decimal:
    rate = _number(contract, "retention_rate")
    return min(cents(base * rate), most) if rate else ZERO


def _retention_due_on(contract: Mapping[str, Any], accepted_on: date | None, retention: Decimal) -> date | None:
    months = _number(contract, "retention_months")
    return add_months(accepted_on, int(months)) if retention and accepted_on and months is not None else None


def _consume(pieces: list[_Piece | Payable]) -> None:
    """What this invoice billed is no longer there for the next."""
    for piece in pieces:
        if isinstance(piece, _Piece) and piece.on:
            piece.on.billed += piece.good
            piece.on.rejected_billed += piece.turned_down
            piece.on.excess += piece.excess
            piece.on.penalised += piece.penalty


# ------------------------------------------------------------------ controls


def _controlled(
    payable: Payable,
    credited: set[str],
    vendors: Mapping[str, Mapping[str, Any]],
    paid_accounts: Mapping[str, str],
) -> Payable:
    """Hold the whole line where an account is missing or changed, or a credit note stands against the invoice."""
    account = _text(vendors.get(payable.vendor, {}).get("bank_account"))
    if invoice_identity(payable.invoice_no) in credited:
        payable = _hold_all(payable, CREDITED)
    if not account:
        return _hold_all(payable, NO_ACCOUNT)
    if paid_accounts.get(payable.vendor, account) != account:
        return _hold_all(payable, BANK_CHANGE)
    return payable


# ------------------------------------------------------------------ tables → order lines


def order_book(lines: pd.DataFrame, deliveries: pd.DataFrame, contracts: pd.DataFrame) -> dict[str, list[OrderLine]]:
    """Order id → its lines with accepted deliveries in the order of their days, and the contract of each."""
    agreed = {row["contract_id"]: row for row in records(contracts)}
    book: dict[str, list[OrderLine]] = defaultdict(list)
    by_line: dict[tuple[str, str], OrderLine] = {}
    for row in records(lines):
        line = OrderLine(
            row["order_id"], row["line"], row["vendor"], row["quantity"], row["unit_price"],
            row["tax_rate"] if _given(row["tax_rate"]) else Decimal(0),
            row["due_latest"] if _given(row["due_latest"]) else None,
            row["currency"] if _given(row["currency"]) else None, agreed.get(row["contract_id"]),
        )  # fmt: skip
        book[line.order_id].append(line)
        by_line[line.order_id, line.line] = line
    for row in records(deliveries.sort_values("delivered_on", kind="stable")):
        on = by_line.get((row["order_id"], row["line"]))
        if on is None:
            continue
        if _given(row["accepted"]) and row["accepted"] > 0:
            on.accepted.append((row["delivered_on"], row["accepted"]))
        if _given(row["rejected"]):
            on.rejected += row["rejected"]
    return book


def _given(value: Any) -> bool:
    return value is not None and value is not pd.NA and value == value  # noqa: PLR0124  # NaN is not itself


def _number(row: Mapping[str, Any], name: str) -> Decimal | None:
    """A figure of a contract, or None where it is not agreed."""
    value: Any = row.get(name)
    return Decimal(value) if _given(value) else None


def _text(value: Any) -> str:
    return str(value) if _given(value) else ""
