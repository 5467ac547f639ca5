"""One payable line: its waterfall as amounts, and every step with its cause and the row that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from robots.model.money import ZERO
from robots.model.words import Text, say

NO_ORDER, NO_LINE, WRONG_VENDOR, DUPLICATE = "NO_ORDER", "NO_LINE", "WRONG_VENDOR", "DUPLICATE"
QUANTITY, NO_RECEIPT, ALREADY_BILLED, OVER_ORDER = "QUANTITY", "NO_RECEIPT", "ALREADY_BILLED", "OVER_ORDER"
PRICE, REJECTED, NO_PRICE, CURRENCY, MANY_ORDERS = "PRICE", "REJECTED", "NO_PRICE", "CURRENCY", "MANY_ORDERS"
CREDITED, RED_ALONE, NO_ACCOUNT, BANK_CHANGE = "CREDITED", "RED_ALONE", "NO_ACCOUNT", "BANK_CHANGE"
ADVANCE_UNKNOWN, ADVANCE_OVER, NO_ADVANCE = "ADVANCE_UNKNOWN", "ADVANCE_OVER", "NO_ADVANCE"
OTHER_CONTRACT = "OTHER_CONTRACT"
ADVANCE_BILLED = "ADVANCE_BILLED"  # and the bank has not told yet that it was paid
STEPS = ("gross", "price_variance", "rejected", "penalty", "bonus", "advance_offset", "retention", "held")
DISALLOWED = (PRICE, REJECTED)
LINE, RETENTION, ADVANCE = "line", "retention", "advance"
_ADDED = ("gross", "bonus")
_FIELD_OF = {"billed": "gross", "credit": "gross", "released": "gross", "late": "penalty", "quality": "penalty"}
_ORDER = (
    "billed", "credit", "released", "price_variance", "rejected", "late", "quality", "penalty", "bonus",
    "advance_offset", "retention", "held",
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One step of a waterfall: what it adds (or, below zero, takes off), why, and the row that says so. `reasons`: of
    what it stops, the holds that do."""

    name: str
    amount: Decimal
    because: Text
    place: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """A part of what is stopped of a line, and the reasons that stop it. `disallowed`: it is never payable as it is
    billed (above the price, rejected); else it is held until its reasons are gone. Below zero it is a credit note that
    no invoice has taken: to be set off or claimed back."""

    reasons: tuple[str, ...]
    amount: Decimal

    @property
    def disallowed(self) -> bool:
        """Is it taken off for good?"""
        return self.reasons[0] in DISALLOWED


@dataclass(frozen=True)
class Payable:
    """One invoice line's waterfall. net = gross − price_variance − rejected − penalty + bonus − advance_offset −
    retention − held; all in one currency, to the cent, tax included.

    `gross` is what is billed less its credit notes, `tax` the VAT in it; `penalty` is for lateness and for quality
    together. `what` is a "line", the later release of its "retention" (whose tax its line carries already), or an
    "advance" (whose order is its contract). `advance_held` is a part of `held`: accepted and in order, and kept because
    an advance may have paid it.
    `causes` are the steps as they were taken; `steps` tells all of them, those that came later too. `accepted_on`: the
    last acceptance that it pays for; `evidence`: what its holds rest on, beside `source`.
    """

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
    advance_held: Decimal = ZERO
    reasons: tuple[str, ...] = ()
    due_on: date | None = None
    retention_due_on: date | None = None
    source: str = ""
    late_days: int = 0
    currency: str = ""
    tax: Decimal = ZERO
    credit: Decimal = ZERO
    what: str = LINE
    causes: tuple[Step, ...] = ()
    accepted_on: date | None = None
    invoiced_on: date | None = None
    evidence: tuple[Text, ...] = ()

    @property
    def net(self) -> Decimal:
        """What is payable now."""
        return (
            self.gross + self.bonus - self.price_variance - self.rejected - self.penalty - self.advance_offset
            - self.retention - self.held
        )  # fmt: skip

    @property
    def undisputed(self) -> Decimal:
        """What is billed, accepted and at the agreed price: penalties, advance and retention come off it."""
        return self.gross - self.price_variance - self.rejected - self.held

    @property
    def stopped(self) -> Decimal:
        """What is disallowed, and what is held; below zero where a credit note waits for its invoice."""
        return self.price_variance + self.rejected + self.held

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is stopped, each cent in one part. What no step names the reasons of is stopped by those that no step
        names: they hold the whole rest. One that finds nothing left to hold stands with the last part."""
        told = [Part(step.reasons, -step.amount) for step in self.causes if step.reasons]
        rest = self.stopped - sum((part.amount for part in told), ZERO)
        others = tuple(one for one in self.reasons if all(one not in part.reasons for part in told))
        if rest:
            return (*told, Part(others or self.reasons, rest))
        return (*told[:-1], Part((*told[-1].reasons, *others), told[-1].amount)) if told else ()

    @property
    def net_of_tax(self) -> Decimal:
        """不含税: what is billed without its VAT."""
        return self.gross - self.tax

    @property
    def steps(self) -> tuple[Step, ...]:
        """The whole waterfall in the order of RULES 7; its sum is the net. What no step explains, the holds do."""
        told = dict.fromkeys(STEPS, ZERO)
        for step in self.causes:
            told[_field(step.name)] += step.amount
        rest = ((name, _signed(self, name) - told[name]) for name in STEPS)
        more = tuple(Step(_name(name), amount, self._reasons, self.source) for name, amount in rest if amount)
        return tuple(sorted((*self.causes, *more), key=lambda step: _ORDER.index(step.name)))

    @property
    def _reasons(self) -> Text:
        return say("list.lines", items=tuple(say(f"hold.{reason}.name") for reason in self.reasons))

    def but(self, **changes: Any) -> Payable:
        """The same payable with some fields changed, as dataclasses.replace gives it. A waterfall makes ten of them a
        line, and a sheet has a hundred thousand lines: the fields are copied at once instead of one by one."""
        made = object.__new__(Payable)
        made.__dict__.update(self.__dict__, **changes)
        return made

    def taken(
        self, name: str, amount: Decimal, because: Text, place: str = "", reasons: tuple[str, ...] = ()
    ) -> Payable:
        """The payable with one more step: `amount` comes off, or is added where the step adds. Nothing: no step."""
        if not amount:
            return self
        field = _field(name)
        signed = amount if field in _ADDED else -amount
        causes = (*self.causes, Step(name, signed, because, place, reasons))
        return self.but(**{field: getattr(self, field) + amount, "causes": causes})

    def stop(self, name: str, amount: Decimal, because: Text, place: str, *reasons: str) -> Payable:
        """The payable with one more step that stops `amount` of it for these reasons."""
        told = tuple(dict.fromkeys((*self.reasons, *reasons)))
        return self.taken(name, amount, because, place, reasons).but(reasons=told)

    def hold_all(self, reason: str) -> Payable:
        """Nothing is payable until a person has looked: the whole rest is held."""
        return self.but(held=self.held + self.net, reasons=(*self.reasons, reason))


def _field(name: str) -> str:
    return _FIELD_OF.get(name, name)


def _name(field: str) -> str:
    return "billed" if field == "gross" else field


def _signed(payable: Payable, name: str) -> Decimal:
    amount: Decimal = getattr(payable, name)
    return amount if name in _ADDED else -amount
