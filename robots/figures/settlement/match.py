"""The three-way match (RULES 7): which lines a bill is for, and how much of each is accepted and not billed before.

Net of tax and per line. Every cause has its own name: no order, no line, another vendor, another vendor's contract,
another currency, no receipt, more than accepted, accepted beyond what was ordered, already billed.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from robots.figures.settlement.billing import Bill
from robots.figures.settlement.book import OrderLine
from robots.figures.settlement.payable import (
    ALREADY_BILLED,
    CURRENCY,
    MANY_ORDERS,
    NO_LINE,
    NO_ORDER,
    NO_RECEIPT,
    OVER_ORDER,
    QUANTITY,
    WRONG_VENDOR,
)
from robots.figures.settlement.terms import Row, given, number, text
from robots.model.money import ZERO, allocate, cents, split_tax
from robots.model.names import identity

_NONE = Decimal(0)
_SLACK = Decimal("0.05")  # a register's net and gross may differ by line rounding; by more, the gross is what is asked
_SEVERAL = re.compile(r"[、,，;；/\s]+")  # PO-1、PO-2 in one cell
Lines = Mapping[str, list[OrderLine]]


@dataclass(frozen=True)
class Piece:
    """The part of a bill that one line answers for. `gross`, `credit` and `tax` are its share (gross less
    credit notes); quantities by what became of them (`beyond`: accepted, and more than was ordered);
    `price` is net of tax, `factor` makes amounts gross."""

    line: OrderLine
    gross: Decimal
    credit: Decimal
    tax: Decimal
    factor: Decimal
    price: Decimal = _NONE
    billed: Decimal = _NONE
    good: Decimal = _NONE
    beyond: Decimal = _NONE
    turned_down: Decimal = _NONE

    @property
    def over(self) -> Decimal:
        """Billed, and neither accepted nor rejected."""
        return self.billed - self.good - self.turned_down

    @property
    def cause(self) -> str:
        """Why it is over: nothing came; more came than was ordered; earlier invoices took it; or not all is accepted
        yet."""
        if not self.line.has_arrived:
            return NO_RECEIPT
        if self.beyond >= self.over:
            return OVER_ORDER
        is_taken = self.line.billed + self.billed > self.line.quantity >= self.billed
        return ALREADY_BILLED if is_taken else QUANTITY


# ------------------------------------------------------------------ which lines


def lines_of(bill: Bill, orders: Lines, services: Lines, home: str) -> list[OrderLine] | str:
    """The lines that a bill may be for, or why there are none. `home` is the currency where nothing else is said."""
    found = _ordered(bill, orders, services)
    if isinstance(found, str):
        return found
    if any(identity(line.vendor) != identity(bill.row["vendor"]) for line in found):
        return WRONG_VENDOR
    wanted = text(bill.row["line"])
    named = [line for line in found if wanted in ("", line.line)]
    if not named:
        return NO_LINE
    currencies = {line.currency or home for line in named} | ({stated} if (stated := _currency(bill)) else set())
    return named if len(currencies) == 1 else CURRENCY


def other_contract(line: OrderLine) -> Row | None:
    """The contract that a line names, where it is another vendor's. Nothing is settled by it: its terms were agreed
    with somebody else, and whoever got its advance still owes it."""
    vendor = text(line.agreed.get("vendor"))
    return line.contract if vendor and identity(vendor) != identity(line.vendor) else None


def _currency(bill: Bill) -> str:
    return text(bill.row.get("currency"))


def _ordered(bill: Bill, orders: Lines, services: Lines) -> list[OrderLine] | str:
    """Lines of the order that is named, of several orders in one cell, or else milestones of the contract."""
    name = text(bill.row["order_id"])
    if found := orders.get(name) or services.get(name or text(bill.row["contract_id"])):
        return found
    parts = [part for part in _SEVERAL.split(name) if part]
    known = named_orders(name, orders)
    if not known or len(parts) == 1:
        return NO_ORDER
    return [line for part in known for line in orders[part]] if len(known) == len(parts) else MANY_ORDERS


def named_orders(name: str, orders: Container[str]) -> list[str]:
    """The orders there are among those that a cell names.

    >>> named_orders("PO-1、PO-2, PO-9", {"PO-1", "PO-2"}), named_orders("PO 7", {"PO 7"})
    (['PO-1', 'PO-2'], ['PO 7'])
    """
    return [name] if name in orders else [part for part in dict.fromkeys(_SEVERAL.split(name)) if part in orders]


# ------------------------------------------------------------------ how much of each


def pieces(bill: Bill, lines: Sequence[OrderLine], over_rate: Decimal) -> Iterator[Piece]:
    """A bill's share of each line. VAT is shared out so that the lines sum to the invoice's header to the cent.
    `over_rate` (0…1): how much more than was ordered may be paid where it was accepted."""
    factor = 1 + _tax_rate(bill, lines[0])
    shares = list(_shared(bill, lines, factor, over_rate))
    taken = _credited(bill.credit, [share for _, share in shares])
    owed = [share - credit for (_, share), credit in zip(shares, taken, strict=True)]
    taxes = allocate(header_tax(bill, factor), owed)
    for (line, _), gross, credit, tax in zip(shares, owed, taken, taxes, strict=True):
        yield _measured(bill, Piece(line, gross, credit, tax, factor), over_rate)


def _shared(
    bill: Bill, lines: Sequence[OrderLine], factor: Decimal, over_rate: Decimal
) -> Iterator[tuple[OrderLine, Decimal]]:
    """A bill that names no line bills its lines in turn, each up to what is accepted and unbilled. What sheets carried
    of a line stays there, whatever has come of the lines before it by now: else it would be paid once more."""
    rest = bill.gross + bill.credit
    kept = []
    for line in lines:
        kept.append(min(rest, bill.turn.lines.get((line.order_id, line.line), ZERO)))
        rest -= kept[-1]
    for line, before in zip(lines, kept, strict=True):
        room = rest if line is lines[-1] else cents(line.available(over_rate) * line.price * factor) - before
        more = min(rest, max(room, ZERO))
        rest -= more
        if before + more > 0 or len(lines) == 1:
            yield line, before + more


def _credited(credit: Decimal, shares: Sequence[Decimal]) -> list[Decimal]:
    """What credit notes take off each share: from the last one back, for there stands what was billed too much."""
    taken = []
    for share in reversed(shares):
        taken.append(min(share, credit))
        credit -= taken[-1]
    return taken[::-1]


def _tax_rate(bill: Bill, line: OrderLine) -> Decimal:
    """The invoice's rate, else what its amounts say, else the order's."""
    if given(bill.row["tax_rate"]):
        return Decimal(bill.row["tax_rate"])
    net = number(bill.row, "net")
    return Decimal(bill.row["gross"] - net) / net if net else line.tax_rate


def header_tax(bill: Bill, factor: Decimal) -> Decimal:
    """The tax that the register says; where it says none, or a credit note took some of it, by the rate."""
    if bill.tax is not None:
        return bill.tax
    if bill.net is not None and not bill.credit:
        return bill.gross - bill.net
    return split_tax(bill.gross, factor - 1)[1] if bill.gross else ZERO


def _measured(bill: Bill, piece: Piece, over_rate: Decimal) -> Piece:
    """Quantities of a share: what the register says where it bills this line alone, else its amount over the price."""
    line = piece.line
    net = piece.gross / piece.factor
    if line.price <= 0 or not piece.gross:
        return piece
    exact = bill.quantity is not None and bill.quantity > 0 and piece.gross == bill.gross
    billed = bill.quantity if exact and bill.quantity else net / line.price
    price = (bill.net if exact and bill.net is not None and abs(bill.net - net) < _SLACK else net) / billed
    good = min(billed, line.available(over_rate))
    if not exact and abs(billed - good) * line.price < Decimal("0.01"):
        good = billed  # only the rounding of tax and cents lies between them
    beyond = min(billed - good, max(line.taken_in - line.billed - good, _NONE))
    turned_down = min(billed - good - beyond, line.rejected - line.rejected_billed)
    return replace(piece, price=price, billed=billed, good=good, beyond=beyond, turned_down=turned_down)
