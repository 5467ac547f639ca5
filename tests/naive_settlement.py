"""Settlement a second time, from RULES 7 and nothing else: lot by lot and clerk by clerk, in plain loops, sharing no
code with the robots. Slow and short; what it says of a history is compared with what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

D = Decimal
NONE = D(0)
ALL = D(1)
TAX = D("1.13")
HOME = "CNY"
CAPPED = {"工程": D("0.03")}  # construction keeps at most so much
STEPS = ("gross", "tax", "price_variance", "rejected", "held", "penalty", "advance_offset", "retention", "net")
Steps = dict[str, Any]
Turns = Mapping[
    str, tuple[str, Mapping[tuple[str, str], Decimal]]
]  # number → its first sheet, and what was in order of each line


@dataclass
class Agreed:
    """A contract: its amount with tax, what was to be paid before, how much of it was (None: nobody has said), what is
    kept, and what lateness and defects cost; all in one currency, which its lines have where they name none."""

    amount: Decimal | None = None
    advance: Decimal = NONE
    retention: Decimal = NONE
    late: Decimal = NONE
    cap: Decimal | None = None
    quality: Decimal = NONE
    ppm: Decimal | None = None
    paid_share: Decimal | None = ALL
    currency: str = HOME


@dataclass
class Ordered:
    """An order line, and what came of it: (day, accepted, rejected); what came on a day in `excused` is late by no
    fault of the vendor's. A milestone is one piece of its contract, and hours are pieces of which nothing is
    rejected."""

    quantity: int
    price: Decimal
    due: date
    came: list[tuple[date, int, int]] = field(default_factory=list)
    order: str = "PO-0"
    line: str = "1"
    sort: str = "goods"  # or "hours", "milestone"
    item: str = ""
    category: str = ""
    currency: str = ""
    excused: frozenset[date] = frozenset()

    @property
    def is_milestone(self) -> bool:
        """Is it billed under its contract instead of an order?"""
        return self.sort == "milestone"


@dataclass
class Worked:
    """Hours of a day: of one order line, of an order, or of whichever line has room."""

    day: date
    hours: int
    line: int | None = None
    order: str = ""


@dataclass
class Billed:
    """A row of the register: an invoice or one of its parts, or (red) the credit note of one. `line` is the order line
    that it names (below zero: one that there is not); with `also` it names orders alone, and is for all their lines in
    turn. `tells`: what the register says beside the gross; `page`: the file that it stands in."""

    number: str
    line: int
    day: date
    quantity: int
    price: Decimal
    red_of: str = ""
    also: tuple[int, ...] = ()
    rate: Decimal = TAX - 1
    tells: frozenset[str] = frozenset({"quantity", "net", "rate"})
    currency: str = ""
    page: str = "发票.xlsx"

    @property
    def net(self) -> Decimal:
        """Without tax, to the cent."""
        return cent(self.quantity * self.price)

    @property
    def gross(self) -> Decimal:
        """With tax, to the cent."""
        return cent(self.quantity * self.price * (1 + self.rate))


@dataclass
class Allowed:
    """How far a price may lie above the agreed one, by a rate and in money: of an item, a vendor, a category, or both
    item and vendor."""

    rate: Decimal
    cap: Decimal
    item: str = ""
    vendor: str = ""
    category: str = ""


def cent(amount: Decimal) -> Decimal:
    """Half up to the cent."""
    return amount.quantize(D("0.01"), ROUND_HALF_UP)


def same(number: str) -> str:
    """An invoice number as duplicates are compared."""
    return number.upper().replace(" ", "").replace("-", "").replace("O", "0").replace("I", "1")


# ------------------------------------------------------------------ work that is counted


def worked(lines: Sequence[Ordered], entries: Sequence[Worked]) -> None:
    """Hours come to the lines that they name, or to those that have room, in turn: none twice, none beyond what was
    ordered. Of one day those that name a line come first, then those that name an order."""
    for entry in sorted(entries, key=lambda one: (one.day, one.line is None, not one.order)):
        left = entry.hours
        for n, line in enumerate(lines):
            room = line.quantity - sum(hours for _, hours, _ in line.came)
            is_its = line.sort == "hours" and entry.line in (None, n) and entry.order in ("", line.order)
            if is_its and (taken := min(left, room)):
                line.came.append((entry.day, taken, 0))
                left -= taken


# ------------------------------------------------------------------ what becomes of an invoice


@dataclass
class _Line:
    """An order line while it is billed: what lies there (day, bad of a million, pieces), and what is used up."""

    of: Ordered
    lots: list[list[Any]]
    came: Decimal
    refused: Decimal
    taken: Decimal = NONE
    excess: Decimal = NONE
    excess_gross: Decimal = NONE
    variance: Decimal = NONE
    penalty: Decimal = NONE

    @property
    def there(self) -> Decimal:
        return sum((pieces for *_, pieces in self.lots), NONE)

    def take(self, wanted: Decimal) -> list[tuple[date, Decimal, Decimal]]:
        """What came first leaves first."""
        out = []
        while wanted > 0 and self.lots:
            day, ppm, pieces = self.lots[0]
            part = min(wanted, pieces)
            wanted -= part
            out.append((day, ppm, part))
            self.lots[0][2] -= part
            if not self.lots[0][2]:
                self.lots.pop(0)
        return out


@dataclass
class _Bill:
    """A row less its credit notes; quantity and net are None where only an amount is left of it."""

    row: Billed
    gross: Decimal
    quantity: Decimal | None
    net: Decimal | None
    credit: Decimal = NONE


@dataclass
class _Advance:
    value: Decimal = NONE
    offset: Decimal = NONE


def pay(
    agreed: Agreed,
    lines: Sequence[Ordered],
    invoices: Sequence[Billed],
    vendor: str = "",
    allowed: Sequence[Allowed] = (),
    turns: Turns | None = None,
    over: Decimal = NONE,
) -> list[Steps]:
    """What becomes of every row, in the order of their turn: those that sheets carried, then by their days; of one day
    as they stand. Of one number those rows come first whose own lines were carried."""
    carried = turns or {}

    def rank(row: Billed) -> tuple[Any, ...]:
        sheet, mine = carried.get(same(row.number), ("~", {}))
        is_other = not any((lines[n].order, lines[n].line) in mine for n in (row.line, *row.also) if n >= 0)
        return sheet, is_other, row.day, row.page

    ranked = sorted(invoices, key=rank)
    stock = [_stock(line, over) for line in lines]
    first = _first_of_each(ranked)
    notes = [[row, row.gross] for row in ranked if row.red_of and first[id(row)]]
    paid = _Advance()
    out = []
    for row in ranked:
        if not first[id(row)]:
            out.append(_stopped(row, -row.gross if row.red_of else row.gross))
        elif not row.red_of:
            before = carried.get(same(row.number), ("", {}))[1]
            out += _settled(agreed, _less(row, notes, lines), stock, vendor, allowed, paid, before)
    return [*out, *(_stopped(row, -left) for row, left in notes if left)]


def _stock(line: Ordered, over: Decimal) -> _Line:
    """All that was accepted in the order of arrival, as many as were ordered and may be paid beyond."""
    room, lots = line.quantity * (1 + over), []
    for day, accepted, rejected in sorted(line.came, key=lambda one: one[0]):
        if pieces := min(accepted, room):
            lots.append([day, D(rejected) * 1_000_000 / (accepted + rejected), D(pieces)])
            room -= pieces
    came, refused = (D(sum(one[n] for one in line.came)) for n in (1, 2))
    return _Line(line, lots, came, refused)


def _first_of_each(ranked: Sequence[Billed]) -> dict[int, bool]:
    """Which rows are invoices of their own, or parts of one that bill other lines on its page: not there before."""
    found: dict[str, list[Billed]] = {}
    out = {}
    for row in ranked:
        others = found.setdefault(same(row.number), [])
        head = others[0] if others else row
        is_part = (head.page, head.number, head.day, bool(head.red_of)) == (
            row.page, row.number, row.day, bool(row.red_of)
        )  # fmt: skip
        billed = {n for other in others for n in (other.line, *other.also)}
        out[id(row)] = not others or (is_part and not billed & {row.line, *row.also})
        others.append(row)
    return out


def _orders(row: Billed, lines: Sequence[Ordered]) -> list[str]:
    """The orders that a row names; none where it names a contract."""
    if row.line < 0:
        return ["?"]
    mine = [lines[n] for n in (row.line, *row.also)]
    return list(dict.fromkeys(line.order for line in mine if not line.is_milestone))


def _less(row: Billed, notes: list[list[Any]], lines: Sequence[Ordered]) -> _Bill:
    """A row less the credit notes on it, each of which is taken once."""
    told = D(row.quantity) if "quantity" in row.tells else None
    bill = _Bill(row, row.gross, told, row.net if "net" in row.tells else None)
    for note in notes:
        red, left = note
        named, mine = _orders(red, lines), _orders(row, lines)
        taken = min(left, bill.gross)
        if same(red.red_of) != same(row.number) or not taken or (named and mine and named != mine):
            continue
        is_whole = taken == red.gross and "quantity" in red.tells
        is_exact = is_whole and bill.quantity is not None and bill.quantity > red.quantity
        net = bill.net - red.net if is_exact and bill.net is not None and "net" in red.tells else None
        quantity = bill.quantity - red.quantity if is_exact and bill.quantity is not None else None
        bill = _Bill(row, bill.gross - taken, quantity, net, bill.credit + taken)
        note[1] -= taken
    return bill


def _stopped(row: Billed, gross: Decimal) -> Steps:
    """Nothing of it is payable: there is no such order, it is in another currency, or it was there before."""
    step: Steps = dict.fromkeys(STEPS, D("0.00"))
    return {**step, "number": same(row.number), "order": "", "line": "", "currency": "", "gross": gross, "held": gross,
            "tax": None, "credit": NONE}  # fmt: skip


def _settled(
    agreed: Agreed, bill: _Bill, stock: Sequence[_Line], vendor: str, allowed: Sequence[Allowed], paid: _Advance,
    before: Mapping[tuple[str, str], Decimal],
) -> list[Steps]:  # fmt: skip
    row = bill.row
    mine = [] if row.line < 0 else [stock[n] for n in (row.line, *row.also)]
    if not mine or len({line.of.currency or agreed.currency for line in mine} | ({row.currency} - {""})) > 1:
        return [_stopped(row, bill.gross)]
    factor = _with_tax(row)
    shares = _shares(bill, mine, factor, before)
    taxes = _shared(_vat(bill, factor), [share for _, share, _ in shares])
    out = []
    for (line, share, credit), tax in zip(shares, taxes, strict=True):
        steps = _fall(agreed, bill, line, share, factor, _allowed(line.of, vendor, allowed), paid)
        name = {"number": same(row.number), "order": line.of.order, "line": line.of.line}
        out.append(steps | name | {"currency": line.of.currency or agreed.currency, "tax": tax, "credit": credit})
    return out


def _with_tax(row: Billed) -> Decimal:
    """What makes an amount without tax one with it: by the rate of the invoice, by its amounts, by the order's rate."""
    if "rate" in row.tells:
        return 1 + row.rate
    return 1 + (row.gross - row.net) / row.net if "net" in row.tells else TAX


def _vat(bill: _Bill, factor: Decimal) -> Decimal:
    """价税分离: as the register has it, by the rate where a credit note took some of it."""
    if {"tax", "net"} & bill.row.tells and not bill.credit:
        return bill.row.gross - bill.row.net
    return bill.gross - cent(bill.gross / factor)


def _shares(
    bill: _Bill, lines: Sequence[_Line], factor: Decimal, before: Mapping[tuple[str, str], Decimal]
) -> list[tuple[_Line, Decimal, Decimal]]:
    """What of a bill each line answers for, and the credit in it: what sheets paid for stays at its line; what lies
    there comes first, all else stands on the last line; what is credited is what was billed last."""
    left, shares = bill.gross + bill.credit, [[line, NONE, NONE] for line in lines]
    for one in shares:
        one[1] = min(left, before.get((one[0].of.order, one[0].of.line), NONE))
        left -= one[1]
    for one in shares[:-1]:
        there = cent(one[0].there * one[0].of.price * factor)
        more = min(left, max(there - one[1], NONE))
        one[1] += more
        left -= more
    shares[-1][1] += left
    shares = [one for one in shares if one[1] or len(lines) == 1]
    credit = bill.credit
    for one in reversed(shares):
        one[2] = min(credit, one[1])
        credit -= one[2]
    return [(line, share - back, back) for line, share, back in shares]


def _shared(whole: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """A sum shared out cent by cent, each to whom most is lacking."""
    total = sum(weights)
    if not total:
        return [whole, *[NONE] * (len(weights) - 1)]
    dues = [whole * weight / total for weight in weights]
    shares = [due.quantize(D("0.01"), ROUND_FLOOR) for due in dues]
    while sum(shares) < whole:
        lacks = [due - share for due, share in zip(dues, shares, strict=True)]
        shares[lacks.index(max(lacks))] += D("0.01")
    return shares


def _allowed(line: Ordered, vendor: str, allowed: Sequence[Allowed]) -> Allowed:
    """Item and vendor come before item, item before vendor, vendor before category, and all before the usual."""
    for item, who, category in (
        (line.item, vendor, ""),
        (line.item, "", ""),
        ("", vendor, ""),
        ("", "", line.category),
    ):
        for one in allowed:
            if (one.item, one.vendor, one.category) == (item, who, category) and (item or who or category):
                return one
    return Allowed(D("0.01"), D(100))


def _fall(
    agreed: Agreed, bill: _Bill, line: _Line, gross: Decimal, factor: Decimal, allowed: Allowed, paid: _Advance
) -> Steps:
    """The waterfall of one line."""
    step: Steps = dict.fromkeys(STEPS, D("0.00")) | {"gross": gross}
    if not gross:
        return step
    quantity, price = _asked(bill, line.of, gross, factor)
    wanted = min(quantity, line.there)
    if gross != bill.gross or bill.quantity is None:  # an amount is for as many pieces as it buys, to the cent
        wanted = quantity if abs(quantity - wanted) * line.of.price < D("0.01") else wanted
    good, beyond = wanted, min(quantity - wanted, max(line.came - line.taken - wanted, NONE))
    bad = min(quantity - good - beyond, line.refused)
    line.refused -= bad
    lots = line.take(good)
    line.taken += good
    step["price_variance"] = _variance(line, price, good, factor, allowed, gross)
    waits = quantity - good - bad
    rest = gross - step["price_variance"]
    fine_part = max(cent(good * price * factor) - step["price_variance"], D("0.00"))
    if bad:
        step["rejected"] = min(cent(bad * price * factor), rest) if waits else max(rest - fine_part, D("0.00"))
    rest -= step["rejected"]
    if waits:
        step["held"] = max(rest - fine_part, D("0.00"))
    fair = rest = rest - step["held"]
    for fine in (_late(agreed, line.of, lots), _defects(agreed, line.of, lots)):
        most = (D("0.05") if agreed.cap is None else agreed.cap) * line.of.quantity * line.of.price - line.penalty
        within = min(fine, max(most, NONE))
        line.penalty += within
        step["penalty"] += min(cent(within * factor), rest)
        rest = fair - step["penalty"]
    if good and line.of.currency in ("", agreed.currency):  # the contract's own: amounts of two are never added
        step["advance_offset"] = _offset(agreed, cent(good * line.of.price * factor), rest, paid)
    rest -= step["advance_offset"]
    step["retention"] = min(_kept(agreed, line.of, fair), rest)
    if agreed.paid_share is None:  # as if it had been paid, and held instead of taken off
        step["held"], step["advance_offset"] = step["held"] + step["advance_offset"], D("0.00")
    return step | {"net": rest - step["retention"]}


def _asked(bill: _Bill, line: Ordered, gross: Decimal, factor: Decimal) -> tuple[Decimal, Decimal]:
    """Pieces, and the price of each without tax."""
    if bill.quantity is None or gross != bill.gross:
        return gross / factor / line.price, line.price
    return bill.quantity, (gross / factor if bill.net is None or _differs(bill, factor) else bill.net) / bill.quantity


def _differs(bill: _Bill, factor: Decimal) -> bool:
    """Do gross and net of the register say two things? Then it is the gross that is asked for."""
    return bill.net is not None and abs(bill.net - bill.gross / factor) >= D("0.05")


def _variance(line: _Line, price: Decimal, good: Decimal, factor: Decimal, allowed: Allowed, gross: Decimal) -> Decimal:
    """What is dearer than agreed, where all of the line is so by more than is allowed, in percent or in money: then
    with what was let pass before."""
    dearer = max(price - line.of.price, NONE) * good
    line.excess += dearer
    line.excess_gross += dearer * factor
    is_fine = line.excess <= allowed.rate * line.taken * line.of.price and line.excess <= allowed.cap
    if is_fine or not dearer:
        return D("0.00")
    variance = min(cent(line.excess_gross) - line.variance, gross)
    line.variance += variance
    return variance


def _late(agreed: Agreed, line: Ordered, lots: list[Any]) -> Decimal:
    late = [(max((day - line.due).days, 0), n) for day, _, n in lots if day not in line.excused]
    return sum((days * agreed.late * line.price * n for days, n in late), NONE)


def _defects(agreed: Agreed, line: Ordered, lots: list[Any]) -> Decimal:
    if agreed.ppm is None:
        return NONE
    return sum((agreed.quality * line.price * n for _, ppm, n in lots if ppm > agreed.ppm), NONE)


def _offset(agreed: Agreed, value: Decimal, rest: Decimal, paid: _Advance) -> Decimal:
    """The advance comes back with what is accepted, pro rata of the contract's amount, never more than there is."""
    advance = cent(agreed.advance * (D(1) if agreed.paid_share is None else agreed.paid_share))
    if not advance:
        return D("0.00")
    paid.value += value
    due = advance
    if agreed.amount and paid.value < agreed.amount:
        due = cent(advance * paid.value / agreed.amount)
    back = max(min(due - paid.offset, rest), D("0.00"))
    paid.offset += back
    return back


def _kept(agreed: Agreed, line: Ordered, fair: Decimal) -> Decimal:
    """质保金; where the law caps it, never a fraction of a cent more."""
    most = CAPPED.get(line.category)
    if most is None or agreed.retention <= most:
        return cent(fair * agreed.retention)
    return (fair * most).quantize(D("0.01"), ROUND_FLOOR)


# ------------------------------------------------------------------ sheets

COMES_FREE = (
    "rejected",
    "void",
    "reversed",
)  # refused, out of date, taken back by two people: not what a bank sends back
Name = tuple[str, str, str]  # an invoice's number (or what was kept of it), its order and line
KEPT = "|retention"


@dataclass
class Carried:
    """A line of a sheet: what is asked for, what was in order and what was held beside it, and whether that money is
    bound."""

    sheet: str
    name: Name
    net: Decimal
    fair: Decimal
    held: Decimal
    advance: Decimal
    currency: str
    is_bound: bool = True
    is_paid: bool = False


@dataclass
class Clerk:
    """Keeps a book of all sheets by hand. A sheet carries what is owed beyond those before it; money is bound until it
    is refused, void or reversed."""

    book: list[Carried] = field(default_factory=list)
    bonuses: list[list[Any]] = field(default_factory=list)  # amount, and the line that carries it for ever

    @property
    def turns(self) -> Turns:
        """Invoice → the first sheet that carried it and still does, and what was in order of each of its lines."""
        out: dict[str, tuple[str, dict[tuple[str, str], Decimal]]] = {}
        for one in self.book:
            if one.is_bound:
                _, fair = out.setdefault(one.name[0], (one.sheet, {}))
                fair[one.name[1:]] = fair.get(one.name[1:], NONE) + one.fair
        return out

    def carried(self, name: Name) -> list[Carried]:
        """What sheets carry of a line."""
        return [one for one in self.book if one.is_bound and one.name == name]

    def gave(self, name: Name) -> Decimal:
        """How much money that is."""
        return sum((one.net for one in self.carried(name)), NONE)

    def lines(self, paid: Sequence[Steps], is_released: bool) -> dict[Name, Steps]:
        """What is owed by now, with bonuses, and what was kept once its day is there."""
        out: dict[Name, Steps] = {}
        for one in paid:
            name = (one["number"], one["order"], one["line"])
            if name not in out:
                bonus = sum((amount for amount, line in self.bonuses if line == name), NONE)
                out[name] = one | {"net": one["net"] + bonus}
                if is_released and one["retention"]:
                    nothing = dict.fromkeys(("held", "advance_offset", "credit"), NONE)
                    out[name[0] + KEPT, *name[1:]] = one | nothing | {"net": one["retention"]}
        return out

    def sheet(self, number: str, paid: Sequence[Steps], has_advance: bool, is_released: bool) -> list[Carried]:
        """The lines that go onto a sheet now."""
        self._offset_alone(number, self.lines(paid, is_released))
        rows = self._asked(number, self.lines(paid, is_released), has_advance)
        if first := next((row for row in rows if row.currency == HOME and self._owes(row.name, paid)), None):
            for bonus in self.bonuses:
                bonus[1] = bonus[1] or first.name
        rows = self._asked(number, self.lines(paid, is_released), has_advance)
        self.book += rows
        return rows

    def _owes(self, name: Name, paid: Sequence[Steps]) -> bool:
        return self.lines(paid, is_released=True)[name]["net"] > 0

    def _asked(self, number: str, lines: Mapping[Name, Steps], has_advance: bool) -> list[Carried]:
        """What a credit note takes back is set off; a vendor is never asked to pay by a sheet, in no currency."""
        rows = [row for name, one in lines.items() if (row := self._row(number, name, one))]
        rows = [row for row in rows if row.net < 0 or not self._is_stopped(row.name, lines, has_advance)]
        sums = {one.currency: sum((row.net for row in rows if row.currency == one.currency), NONE) for one in rows}
        return [row for row in rows if sums[row.currency] > 0]

    def _row(self, number: str, name: Name, one: Steps) -> Carried | None:
        """What is owed beyond earlier sheets. Only a credit note takes back, and never what is held."""
        before = self.carried(name)
        more = one["net"] - self.gave(name)
        held = one["held"] - sum((row.held for row in before), NONE)
        only_held = min(max(held, NONE), max(-more, NONE))
        more, held = more + only_held, held - only_held
        if not more or (more < 0 and not one["credit"]):
            return None
        advance = one["advance_offset"] - sum((row.advance for row in before), NONE)
        return Carried(number, name, more, self._fair(name, one, only_held), held, advance, one["currency"])

    def _fair(self, name: Name, one: Steps, only_held: Decimal = NONE) -> Decimal:
        """What is in order of a line beyond earlier sheets."""
        if name[0].endswith(KEPT):
            return NONE
        fair = one["gross"] - one["price_variance"] - one["rejected"] - one["held"]
        return fair - sum((row.fair for row in self.carried(name)), NONE) + only_held

    def too_much(self, name: Name, lines: Mapping[Name, Steps]) -> Decimal:
        """What sheets carry of a line beyond all that may be owed of it: told, and not taken back."""
        one = lines.get(name, {"net": NONE, "held": NONE, "credit": NONE})
        return NONE if one["credit"] else max(self.gave(name) - one["net"] - one["held"], NONE)

    def _is_stopped(self, name: Name, lines: Mapping[Name, Steps], has_advance: bool) -> bool:
        """Two people look first: where another line of the invoice was carried that it no longer bills, and where the
        order line, or one that offsets the same advance, was paid too much of another invoice."""
        invoice = name[0].removesuffix(KEPT)
        for other in {one.name for one in self.book if one.is_bound}:
            is_moved = other not in lines and (other[0].removesuffix(KEPT), *other[1:]) not in lines
            if is_moved and other[0].removesuffix(KEPT) == invoice:
                return True
            both = name[1:] == other[1:] or (has_advance and "HT-1" not in (name[1], other[1]))
            much = self._too_much_elsewhere(other, lines) if is_moved else self.too_much(other, lines)
            if both and other[0] != name[0] and much > 0:
                return True
        return False

    def _too_much_elsewhere(self, name: Name, lines: Mapping[Name, Steps]) -> Decimal:
        """What sheets carry of an invoice beyond all that is owed of it under the lines that it bills now."""
        gave = sum((one.net for one in self.book if one.is_bound and one.name[0] == name[0]), NONE)
        return gave - sum((one["net"] for line, one in lines.items() if line[0] == name[0]), NONE)

    def _offset_alone(self, number: str, lines: Mapping[Name, Steps]) -> None:
        """What an advance covers whole is on no sheet, and settled all the same."""
        for name, one in lines.items():
            before = self.carried(name)
            more = one["advance_offset"] - sum((row.advance for row in before), NONE)
            if more > 0 and one["net"] == self.gave(name):
                held = one["held"] - sum((row.held for row in before), NONE)
                fair = self._fair(name, one)
                self.book.append(Carried(number, name, NONE, fair, held, more, one["currency"], is_paid=True))
