"""An advance (预付款): paid against an invoice of its own, and offset pro rata on each acceptance (RULES 7).

It is offset so far as it is known to be paid: the contract ledger says how much (已付预付款), or a sheet carried it and
the bank confirmed it. Where nothing tells, what it would offset is held, and everything else is payable: it is neither
paid out nor kept back on a guess.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from robots.figures.batches import CONFIRMED, FREE, UNRELEASED
from robots.figures.settlement.billing import Bill, invoice_key
from robots.figures.settlement.book import amount_on
from robots.figures.settlement.payable import (
    ADVANCE,
    ADVANCE_BILLED,
    ADVANCE_OVER,
    ADVANCE_UNKNOWN,
    CURRENCY,
    NO_ADVANCE,
    WRONG_VENDOR,
    Payable,
)
from robots.figures.settlement.terms import Row, number, place_of, text
from robots.model.money import CENT, ZERO, cents
from robots.model.names import identity
from robots.model.words import say

IN_REGISTER = "预付款"  # a word of the kind `invoices`
_NONE = Decimal(0)


@dataclass(frozen=True)
class Before:
    """What sheets carried of a line: what they found in order of it, and what of that they took off for the advance or
    held for it."""

    found: Decimal
    share: Decimal


@dataclass(frozen=True)
class Since:
    """From where on an advance comes back pro rata: what was accepted by then, taken off or held for it, and taken off.
    Goods that sheets carried with less of it were paid before it was: it is for what was still to come, and comes back
    with that."""

    value: Decimal = ZERO
    offset: Decimal = ZERO
    sure: Decimal = ZERO


@dataclass
class Advance:
    """The advance of a contract while its bills and its acceptances go through, in the contract's currency.

    `carried`: what sheets put up of it, `sent`: told the bank to pay, `confirmed`: paid by the bank's word; `billed`:
    how much of it is owed to invoices so far; `value`: accepted under the contract; `offset`: taken off for it or held
    for it, of which `sure` was taken off; `since`: from where on it comes back.
    """

    carried: Decimal = ZERO
    sent: Decimal = ZERO
    confirmed: Decimal = ZERO
    billed: Decimal = ZERO
    value: Decimal = ZERO
    offset: Decimal = ZERO
    sure: Decimal = ZERO
    since: Since = field(default_factory=Since)

    def known(self, contract: Row) -> Decimal:
        """How much of it is known to be paid."""
        return max(number(contract, "advance_paid") or ZERO, self.confirmed)

    def unsure(self, contract: Row, agreed: Decimal) -> Decimal:
        """How much of it may be paid, for all that is known: what invoices ask for and the bank has not confirmed; all
        of it where nobody has said anything."""
        known, asked = self.known(contract), max(self.billed, self.carried)
        is_told = known or number(contract, "advance_paid") is not None
        return max((asked if is_told else max(agreed, asked)) - known, ZERO)

    def elsewhere(self, contract: Row) -> Decimal:
        """What was paid of it past our sheets, by the contract ledger."""
        return max((number(contract, "advance_paid") or ZERO) - self.sent, ZERO)

    def due(self, base: Decimal, before: Decimal, amount: Decimal | None) -> Decimal:
        """How much of `base` is to be offset by what is accepted so far, of a contract over `amount`. `before`: how
        much was, where it began to come back."""
        if not amount or self.value >= amount:
            return base
        since = self.since.value
        return before + cents((base - before) * (self.value - since) / (amount - since))

    def share(self, accepted: Decimal, base: Decimal, amount: Decimal | None, before: Decimal | None) -> Decimal:
        """How much is to be offset of goods that are accepted next. `before`: what sheets took of them, if they carried
        them: a cent of rounding stays there, and where it is less, they were paid before the advance was."""
        self.value += accepted
        due = self.due(base, self.since.offset, amount) - self.offset
        if before is None or not amount or self.since.value >= amount:
            return due
        pro_rata = (base - self.since.offset) * accepted / (amount - self.since.value)
        if abs(before - pro_rata) < CENT:
            return before
        if before < due and self.value < amount:
            self.since = Since(self.value, self.offset + before, self.sure)
            return before
        return due

    def begins(self) -> None:
        """It is billed: what is billed comes back with what is accepted from now on."""
        self.since = Since(self.value, self.offset, self.sure)

    def passed(self, agreed: Decimal, amount: Decimal | None) -> Decimal:
        """How much of what was agreed goods that are accepted should have given back, and did not."""
        due = agreed if not amount or self.value >= amount else cents(agreed * self.value / amount)
        return max(due - self.offset, ZERO)


def advances_of(sheeted: Iterable[Row], invoices: Iterable[Row]) -> dict[str, Advance]:
    """Contract id → what sheets did of its advance. `sheeted`: rows of payables; what they carried under an invoice
    that is no advance of that contract any more still is a part of it."""
    there = {(invoice_key(row), text(row["contract_id"])) for row in invoices if is_advance(row)}
    found: dict[str, Advance] = defaultdict(Advance)
    for row in sheeted:
        if row["what"] == ADVANCE and row["state"] not in FREE:
            advance = found[row["order_id"]]
            advance.carried += row["net"]
            advance.confirmed += row["net"] if row["state"] == CONFIRMED else ZERO
            advance.sent += row["net"] if row["state"] not in UNRELEASED else ZERO
            advance.billed += row["net"] if (row["invoice_key"], row["order_id"]) not in there else ZERO
    return dict(found)


def is_advance(invoice: Row) -> bool:
    """Is an invoice for an advance? Only where it says so."""
    return bool(invoice["kind"] == IN_REGISTER)


def agreed_advance(contract: Row, amount: Decimal | None) -> Decimal:
    """预付款 as agreed: its amount, else its share of the contract's."""
    advance = number(contract, "advance")
    if advance is not None:
        return cents(advance)
    return cents((number(contract, "advance_rate") or _NONE) * (amount or _NONE))


# ------------------------------------------------------------------ its invoice


def claimed(payable: Payable, bill: Bill, contract: Row, advance: Advance, home: str) -> Payable:
    """An invoice for an advance as it is payable: up to what the contract agrees, less what was paid or billed of it
    before, and less what was accepted and paid already without any of it."""
    if identity(contract["vendor"]) != identity(payable.vendor):
        return payable.hold_all(WRONG_VENDOR)
    if payable.currency != (text(contract["currency"]) or home):
        return payable.hold_all(CURRENCY)
    amount = amount_on(contract, bill.day)
    agreed = agreed_advance(contract, amount)
    if not agreed:
        return payable.hold_all(NO_ADVANCE)
    advance.begins()
    room = max(agreed - advance.elsewhere(contract) - advance.billed - advance.passed(agreed, amount), ZERO)
    over = max(payable.net - room, ZERO)
    advance.billed += payable.net - over
    if not over:
        return payable
    because = say("because.advance_over", advance=agreed, room=room, contract=text(contract.get("contract_id")))
    return payable.stop("held", over, because, place_of(contract), ADVANCE_OVER)


# ------------------------------------------------------------------ its offset


def offset(
    payable: Payable, contract: Row, advance: Advance, day: date, accepted: Decimal, before: Before | None = None
) -> Payable:
    """The advance comes back pro rata on each acceptance: accepted value (at the contract's price, with tax) over the
    contract's amount with its changes approved by `day`. Cumulatively, so that it is back to the cent when all is
    accepted; never above its balance. A contract without an amount gives it back from the first acceptance on.

    `before`: what sheets carried of the line. Which line a cent of rounding falls on hangs on the order of lines, and
    one that was refused or reversed has another place when it comes again: the cent stays where sheets put it."""
    amount = amount_on(contract, day)
    base = advance.known(contract) + advance.unsure(contract, agreed_advance(contract, amount))
    taken = ZERO
    for value, share in _carried_first(accepted, payable.undisputed, before):
        one = max(min(advance.share(value, base, amount, share), payable.net - taken), ZERO)
        advance.offset += one
        taken += one
    if not taken:
        return payable
    because = say(
        "because.advance_offset" if amount else "because.advance_at_once", advance=base, left=base - advance.offset,
        amount=amount, value=advance.value, contract=text(contract.get("contract_id")),
    )  # fmt: skip
    return payable.taken("advance_offset", taken, because, place_of(contract))


def _carried_first(accepted: Decimal, found: Decimal, before: Before | None) -> list[tuple[Decimal, Decimal | None]]:
    """Goods of a line that sheets carried, with what these took of them; then those that were accepted since."""
    if before is None:
        return [(accepted, None)]
    part = accepted * before.found / found if before.found < found else accepted
    return [(part, before.share), *([(accepted - part, None)] if part < accepted else ())]


def unless_known(payable: Payable, contract: Row, advance: Advance, day: date) -> Payable:
    """What was offset of an advance that nobody knows to be paid is held instead, once all other steps were taken as if
    it were: nothing but this share changes when somebody says."""
    taken, amount = payable.advance_offset, amount_on(contract, day)
    due = advance.due(advance.known(contract), advance.since.sure, amount)
    sure = max(min(taken, due - advance.sure), ZERO)
    if not advance.unsure(contract, agreed_advance(contract, amount)):
        sure = taken
    advance.sure += sure
    if sure == taken:
        return payable
    step = next(step for step in payable.causes if step.name == "advance_offset")
    others = tuple(one for one in payable.causes if one is not step)
    reason = ADVANCE_BILLED if advance.billed else ADVANCE_UNKNOWN
    because = say(f"because.{reason.lower()}", contract=text(contract.get("contract_id")), value=advance.value)
    without = payable.but(advance_offset=ZERO, causes=others).taken("advance_offset", sure, step.because, step.place)
    seen = say(
        "hold.seen.advance", contract=text(contract.get("contract_id")), share=taken - sure, place=place_of(contract)
    )
    held = without.stop("held", taken - sure, because, step.place, reason)
    return held.but(evidence=(*held.evidence, seen), advance_held=taken - sure)


def contract_of(bill: Bill, contracts: Mapping[str, Row], orders: Mapping[str, Collection[Any]]) -> Row | None:
    """The contract that an advance is billed under: it is named itself, in whichever column, or its order is."""
    named = [text(bill.row[name]) for name in ("contract_id", "order_id")]
    ordered = [line.contract for line in orders.get(named[1], ()) if line.contract]
    found = [contracts[name] for name in named if name in contracts] or ordered
    return found[0] if found else None
