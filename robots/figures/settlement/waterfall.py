"""From what is billed to what is paid, step by step (RULES 7). Each step says its amount, its clause and its row.

    billed − credit notes − price variance − rejected − late − quality + bonus − advance − retention − held = net

Steps are rounded half up to the cent once each; none takes more than the steps before it left. What a step of this
invoice used up (quantity, cap, balance) is gone for the next invoice of the line or contract.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from robots.figures.settlement.advance import Advance, Before, offset, unless_known
from robots.figures.settlement.billing import Bill
from robots.figures.settlement.book import Acceptance, OrderLine
from robots.figures.settlement.match import Piece
from robots.figures.settlement.payable import PRICE, REJECTED, RETENTION, Payable
from robots.figures.settlement.terms import Terms, number, place_of, text
from robots.model.money import CENT, ZERO, cents
from robots.model.names import identity
from robots.model.periods import add_days, add_months
from robots.model.words import Say, Text, say
from robots.rules import Settlement, Tolerance

_NONE = Decimal(0)
_SAID = 4  # digits behind the point of a price or a quantity in a text


@dataclass(frozen=True)
class Balances:
    """Terms, and the balances that all lines of a contract share: contract id → its advance."""

    terms: Terms
    advances: dict[str, Advance] = field(default_factory=dict)

    def advance(self, contract: Mapping[str, Any]) -> Advance:
        """The advance of a contract as it stands."""
        return self.advances.setdefault(text(contract.get("contract_id")), Advance())


Taking = Callable[[Payable, Piece, Bill, Balances], Payable]


def waterfall(payable: Payable, piece: Piece, bill: Bill, balances: Balances) -> Payable:
    """All steps of one piece in their order; bonuses come on top later, once a person has earned them."""
    for take in (_price_variance, _rejected, _over, _late, _quality, _advance, _retention, _unless_known):
        payable = take(payable, piece, bill, balances)
    payable = payable.but(due_on=_due_on(piece, bill, balances.terms.on(bill.day)), accepted_on=_accepted_on(piece))
    piece.line.billed += piece.good
    piece.line.rejected_billed += piece.turned_down
    return payable


# ------------------------------------------------------------------ price


def tolerance_for(rules: Settlement, line: OrderLine) -> tuple[str, Tolerance]:
    """The tolerance of a line and its level: item and vendor, else item, else vendor, else category, else default."""
    vendor = identity(line.vendor)
    found = (
        (one.level, one)
        for one in rules.tolerances.values()
        if one.item in ("", line.item) and one.category in ("", line.category)
        and (not one.vendor or identity(one.vendor) == vendor)
    )  # fmt: skip
    usual = ("default", Tolerance(rules.price_tolerance_rate, rules.price_tolerance_cap))
    return min(found, key=lambda pair: Tolerance.LEVELS.index(pair[0]), default=usual)


def _price_variance(payable: Payable, piece: Piece, bill: Bill, balances: Balances) -> Payable:
    """Billed above the order's price by more than the percentage or the cap, cumulatively over the line's invoices:
    once it is, with what of earlier ones was still within. So an invoice pays the same whole or split in two."""
    line = piece.line
    excess = max(piece.price - line.price, _NONE) * piece.good
    if not excess:
        return payable
    rules = balances.terms.on(bill.day)
    level, tolerance = tolerance_for(rules, line)
    line.excess += excess
    line.excess_billed += excess * piece.factor
    value = (line.billed + piece.good) * line.price
    if line.excess <= tolerance.rate * value and line.excess <= tolerance.cap:
        return payable
    amount = min(cents(line.excess_billed) - line.variance, payable.undisputed)
    line.variance += amount
    since, reference = balances.terms.origin(bill.day, lambda values: tolerance_for(values, line))
    key = "because.price_variance_so_far" if amount > cents(excess * piece.factor) else "because.price_variance"
    because = say(
        key, billed=_short(piece.price), agreed=line.price, level=say(f"tolerance.{level}"), rate=tolerance.rate,
        cap=tolerance.cap, reference=reference, since=since,
    )  # fmt: skip
    return payable.stop("price_variance", amount, because, line.source, PRICE)


def _short(figure: Decimal) -> Decimal:
    """A price or a quantity as it is said: one that an amount was divided for has no end."""
    return round(figure, _SAID)


# ------------------------------------------------------------------ quantity


def _rejected(payable: Payable, piece: Piece, _bill: Bill, _balances: Balances) -> Payable:
    """Rejected pieces are never payable."""
    if not piece.turned_down:
        return payable
    because = say("because.rejected", pieces=_short(piece.turned_down), price=_short(piece.price))
    amount = _disputed(payable, piece, piece.turned_down, is_last=not piece.over)
    line_at = piece.line.source
    places = "\n".join(one.source for one in piece.line.accepted if one.rejected and one.source) or line_at
    return payable.stop("rejected", amount, because, places, REJECTED)


def _over(payable: Payable, piece: Piece, _bill: Bill, _balances: Balances) -> Payable:
    """What is billed beyond what is accepted is held, and the rest is payable."""
    if not piece.over:
        return payable
    because = say(
        "because.held", pieces=_short(piece.over), accepted=_short(piece.good), cause=say(f"hold.{piece.cause}.name"),
        earlier=_short(piece.line.billed),
    )  # fmt: skip
    amount = _disputed(payable, piece, piece.over, is_last=True)
    return payable.stop("held", amount, because, piece.line.source, piece.cause)


def _disputed(payable: Payable, piece: Piece, quantity: Decimal, is_last: bool) -> Decimal:
    """A disputed quantity at the billed price; the last dispute is all but what is good, which is rounded for itself:
    else two roundings would pay a cent too much."""
    if not is_last:
        return min(cents(quantity * piece.price * piece.factor), payable.undisputed)
    good = max(cents(piece.good * piece.price * piece.factor) - payable.price_variance, ZERO)
    return max(payable.undisputed - good, ZERO)


# ------------------------------------------------------------------ penalties


def _late(payable: Payable, piece: Piece, bill: Bill, balances: Balances) -> Payable:
    """Days late × daily rate × value, over the deliveries that this quantity consumes. Lateness by the customer's fault
    or by force majeure costs nothing."""
    line, rate = piece.line, number(piece.line.agreed, "late_penalty_rate")
    if not rate or line.due_on is None:
        return payable
    days = [
        (one, quantity, 0 if one.excused else max((one.day - line.due_on).days, 0))
        for one, quantity in line.consumed(piece.good)
    ]
    penalty = sum((quantity * line.price * rate * late for _, quantity, late in days), _NONE)
    worst = max((late for *_, late in days), default=0)
    places = (one.source for one, _, late in days if late)
    because = _clause("because.late", line, balances.terms.on(bill.day), days=worst, rate=rate)
    return _penalise(payable.but(late_days=worst), "late", penalty, piece, because, bill, balances, places)


def _quality(payable: Payable, piece: Piece, bill: Bill, balances: Balances) -> Payable:
    """The contract's quality_penalty_rate × the accepted value (net price, then with its tax) of every delivery that
    this quantity consumes whose own defects, rejected among a million judged, lie above the contract's ppm_target.

    No target in the contract: nothing was agreed that it could be above, and nothing is taken. Together with the late
    penalty it is at most penalty_cap_rate × the line's whole value, the contract's rate, else the rule's.
    """
    agreed = piece.line.agreed
    rate, target = number(agreed, "quality_penalty_rate"), number(agreed, "ppm_target")
    if not rate or target is None:
        return payable
    bad = [(one, quantity) for one, quantity in piece.line.consumed(piece.good) if one.ppm > target]
    penalty = sum((quantity * piece.line.price * rate for _, quantity in bad), _NONE)
    worst = max((cents(one.ppm) for one, _ in bad), default=ZERO)
    because = _clause(
        "because.quality", piece.line, balances.terms.on(bill.day), ppm=round(worst), target=target, rate=rate
    )
    return _penalise(payable, "quality", penalty, piece, because, bill, balances, (one.source for one, _ in bad))


def _penalise(
    payable: Payable, name: str, penalty: Decimal, piece: Piece, because: Say, bill: Bill, balances: Balances,
    places: Iterable[str],
) -> Payable:  # fmt: skip
    """A penalty within the cap of its line, and within what is left to take it from."""
    if not penalty:
        return payable
    line = piece.line
    room = max(_cap_rate(line, balances.terms.on(bill.day)) * line.quantity * line.price - line.penalised, _NONE)
    penalty = min(penalty, room)
    line.penalised += penalty
    amount = min(cents(penalty * piece.factor), max(payable.net, ZERO))
    return payable.taken(name, amount, because, "\n".join(dict.fromkeys(place for place in places if place)))


def _cap_rate(line: OrderLine, rules: Settlement) -> Decimal:
    agreed = number(line.agreed, "penalty_cap_rate")
    return rules.penalty_cap_rate if agreed is None else agreed


def _clause(key: str, line: OrderLine, rules: Settlement, **values: Any) -> Say:
    """A cause that a contract gives, with its number and the day from which it runs."""
    agreed = line.agreed
    return say(
        key, **values, cap=_cap_rate(line, rules), contract=text(agreed.get("contract_id")),
        since=agreed.get("starts_on"),
    )  # fmt: skip


# ------------------------------------------------------------------ advance and retention


def _advance(payable: Payable, piece: Piece, bill: Bill, balances: Balances) -> Payable:
    agreed, home = piece.line.agreed, balances.terms.currency
    if not piece.good or not agreed or payable.currency != (text(agreed.get("currency")) or home):
        return payable
    accepted = cents(piece.good * piece.line.price * piece.factor)
    line, turn = (piece.line.order_id, piece.line.line), bill.turn
    before = Before(turn.lines[line], turn.offsets[line]) if line in turn.offsets else None
    return offset(payable, agreed, balances.advance(agreed), bill.day, accepted, before)


def _unless_known(payable: Payable, piece: Piece, bill: Bill, balances: Balances) -> Payable:
    if not payable.advance_offset:
        return payable
    return unless_known(payable, piece.line.agreed, balances.advance(piece.line.agreed), bill.day)


def _retention(payable: Payable, piece: Piece, bill: Bill, balances: Balances) -> Payable:
    """A share of what is undisputed, kept until its date. Where a rule caps the category (construction), the share is
    at most that, and rounded down: the sum can never pass it."""
    line, rules = piece.line, balances.terms.on(bill.day)
    agreed = number(line.agreed, "retention_rate") or _NONE
    most = rules.retention_caps.get(line.category)
    rate = agreed if most is None else min(agreed, most)
    kept = payable.undisputed * rate
    amount = cents(kept) if rate == agreed else kept.quantize(CENT, rounding=ROUND_FLOOR)
    amount = max(min(amount, payable.net), ZERO)
    if not amount:
        return payable
    until = _kept_until(piece, rules, bill)
    because = say(
        "because.retention", rate=rate, agreed=agreed, until=until, source=_kept_by(line, most, balances.terms, bill)
    )
    payable = payable.taken("retention", amount, because, place_of(line.agreed))
    return payable.but(retention_due_on=until)


def _kept_by(line: OrderLine, most: Decimal | None, terms: Terms, bill: Bill) -> Text:
    """What a retention rests on: its contract, and the rule where one caps it or says for how long it is kept."""
    contract = text(line.agreed.get("contract_id"))
    if most is not None:
        _, reference = terms.origin(bill.day, lambda values: values.retention_caps.get(line.category))
    elif number(line.agreed, "retention_months") is None:
        _, reference = terms.origin(bill.day, lambda values: values.retention_months)
    else:
        return say("because.contract", contract=contract)
    return say("because.contract_and_rule", contract=contract, reference=reference)


def _kept_until(piece: Piece, rules: Settlement, bill: Bill) -> date:
    months = number(piece.line.agreed, "retention_months")
    return add_months(_accepted_on(piece) or bill.day, rules.retention_months if months is None else int(months))


def release(kept: Payable, terms: Terms) -> Payable | None:
    """What was retained of a line, as a payable of its own from its date on; its tax was in the line."""
    until = kept.retention_due_on
    return None if not kept.retention or until is None or until > terms.today else retained(kept)


def retained(kept: Payable) -> Payable:
    """What was retained of a line, as a payable of its own, whether its date is there or not."""
    until = kept.retention_due_on
    key = f"{kept.invoice_key}|{RETENTION}"
    own = Payable(
        key, kept.vendor, kept.invoice_no, kept.order_id, kept.line, ZERO, due_on=until, source=kept.source,
        currency=kept.currency, what=RETENTION,
    )  # fmt: skip
    return own.taken("released", kept.retention, say("because.released", until=until), kept.source)


# ------------------------------------------------------------------ days


def _accepted_on(piece: Piece) -> date | None:
    return max((_judged_on(one) for one, _ in piece.line.consumed(piece.good)), default=None)


def _judged_on(one: Acceptance) -> date:
    return one.accepted_on or one.day


def _due_on(piece: Piece, bill: Bill, rules: Settlement) -> date:
    """From the later of invoice and acceptance."""
    return payable_from(max(bill.day, _accepted_on(piece) or bill.day), piece.line.agreed, rules)


def payable_from(start: date, agreed: Mapping[str, Any], rules: Settlement) -> date:
    """The due date: after the contract's days, else the default."""
    days = number(agreed, "payment_days")
    return add_days(start, rules.payment_days if days is None else int(days))
