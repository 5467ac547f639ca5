"""The whole story: bills in the order of their days, each matched, each through the waterfall; then the controls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from robots.figures.settlement.advance import Advance, claimed, contract_of, is_advance
from robots.figures.settlement.billing import Bill, Turn, bills
from robots.figures.settlement.match import Lines, Piece, header_tax, lines_of, other_contract, pieces
from robots.figures.settlement.payable import ADVANCE, NO_ACCOUNT, NO_ADVANCE, NO_PRICE, OTHER_CONTRACT, Payable
from robots.figures.settlement.terms import Row, Terms, number, place_of, text
from robots.figures.settlement.waterfall import Balances, payable_from, release, waterfall
from robots.model.money import ZERO
from robots.model.words import Text, say

_NONE = Decimal(0)


def settle(
    orders: Lines,
    invoices: Iterable[Row],
    vendors: Mapping[str, Mapping[str, Any]],
    terms: Terms,
    services: Lines | None = None,
    carried: Mapping[str, Turn] | None = None,
    contracts: Mapping[str, Row] | None = None,
    advances: Mapping[str, Advance] | None = None,
) -> Iterator[Payable]:
    """Match invoices in the order of their dates; yield the waterfall of each from `settle_from` on, in the currency of
    its order, and what was retained once its date is there. `services`: contract id → its milestones;
    `carried`: invoice key → its turn, of those that a sheet has carried; `contracts`: what an advance is billed under;
    `advances`: contract id → what sheets did of its advance."""
    balances = Balances(terms, dict(advances or {}))
    for bill in bills(invoices, carried or {}):
        if is_advance(bill.row) and not bill.hold:
            owed = [_claimed(bill, contract_of(bill, contracts or {}, orders), balances)]
        else:
            owed = list(_settled(bill, orders, services or {}, balances))
        if bill.day < terms.settle_from:
            _paid_by_hand(owed, balances)
            continue
        for payable in owed:
            yield _payable_to(payable, vendors)
            if back := release(payable, terms):
                yield _payable_to(back, vendors)


def _settled(bill: Bill, orders: Lines, services: Lines, balances: Balances) -> Iterator[Payable]:
    lines = bill.hold or lines_of(bill, orders, services, balances.terms.currency)
    if isinstance(lines, str):
        held = _told(_payable(bill, balances.terms), bill, bill.gross, bill.credit).hold_all(lines)
        yield held.but(evidence=(_again(bill.again),)) if bill.again else held
        return
    over_rate = balances.terms.on(bill.day).over_delivery_rate
    for piece in list(pieces(bill, lines, over_rate)):
        payable = _told(_share(bill, piece, balances.terms), bill, piece.gross, piece.credit)
        if contract := other_contract(piece.line):
            yield payable.hold_all(OTHER_CONTRACT).but(evidence=(_others(contract),))
        elif piece.line.price > 0:
            yield waterfall(payable, piece, bill, balances)
        else:
            yield payable.hold_all(NO_PRICE)


def _paid_by_hand(owed: Iterable[Payable], balances: Balances) -> None:
    """What was billed before `settle_from` is settled: it has used up its quantities and balances, and an advance was
    paid."""
    for payable in owed:
        if payable.what == ADVANCE and payable.net:
            balances.advances[payable.order_id].confirmed += payable.net


def _claimed(bill: Bill, contract: Row | None, balances: Balances) -> Payable:
    """What is payable of an invoice for an advance, under its contract."""
    terms, agreed = balances.terms, contract or {}
    rate = number(bill.row, "tax_rate") or number(agreed, "tax_rate") or _NONE
    name = text(agreed.get("contract_id"))
    currency = text(bill.row.get("currency")) or text(agreed.get("currency")) or terms.currency
    whole = _payable(bill, terms).but(
        order_id=name or text(bill.row["order_id"]), line="", what=ADVANCE, currency=currency,
        tax=header_tax(bill, 1 + rate), due_on=payable_from(bill.day, agreed, terms.on(bill.day)),
    )  # fmt: skip
    told = _told(whole, bill, bill.gross, bill.credit)
    if contract is None:
        return told.hold_all(NO_ADVANCE)
    return claimed(told, bill, contract, balances.advance(contract), terms.currency)


def _again(row: Row) -> Text:
    """The row whose number a duplicate has."""
    return say(
        "hold.seen.again", invoice=row["invoice_no"], vendor=row["vendor"], day=row["invoiced_on"], place=place_of(row)
    )


def _others(contract: Row) -> Text:
    """The contract that is another vendor's."""
    name, vendor = text(contract["contract_id"]), contract["vendor"]
    return say("hold.seen.other_contract", contract=name, vendor=vendor, place=place_of(contract))


def _payable(bill: Bill, terms: Terms) -> Payable:
    """What names the bill, without amounts yet."""
    row = bill.row
    return Payable(
        bill.key, row["vendor"], row["invoice_no"], text(row["order_id"]), text(row["line"]), ZERO,
        source=place_of(row), currency=text(row.get("currency")) or terms.currency, tax=bill.tax or ZERO,
        invoiced_on=bill.day,
    )  # fmt: skip


def _share(bill: Bill, piece: Piece, terms: Terms) -> Payable:
    """What names the part of a bill that one line answers for."""
    line = piece.line
    whole = _payable(bill, terms)
    currency = line.currency or terms.currency
    return whole.but(order_id=line.order_id, line=line.line, tax=piece.tax, currency=currency)


def _told(payable: Payable, bill: Bill, gross: Decimal, credit: Decimal) -> Payable:
    """The first steps: what was billed, and what credit notes took off it, with the split of the VAT (价税分离)."""
    split = {"net": gross - payable.tax, "tax": payable.tax}
    key = "because.billed_and_credited" if credit else "because.billed"
    billed = say(key, invoice=payable.invoice_no, day=bill.day, **split)
    payable = payable.taken("billed", gross + credit, billed, payable.source)
    if not credit:
        return payable
    notes = say("because.credit", notes=", ".join(number for number, _ in bill.reds), **split)
    return payable.taken("credit", -credit, notes, "\n".join(at for _, at in bill.reds)).but(credit=credit)


def _payable_to(payable: Payable, vendors: Mapping[str, Mapping[str, Any]]) -> Payable:
    """Hold the whole line where no account is known; one that has changed is the controls' business."""
    account = text(vendors.get(payable.vendor, {}).get("bank_account"))
    return payable if account else payable.hold_all(NO_ACCOUNT)
