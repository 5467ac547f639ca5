"""A vendor's statement laid beside our own books, line by line: ours, theirs, both, differing (RULES 7).

Every row of both sides lands in exactly one class, and the differences lead from our balance to theirs to the cent. A
number one edit apart is suggested and never taken as equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from rapidfuzz.distance import Levenshtein

from robots.model.money import ZERO
from robots.model.names import invoice_identity

INVOICE, DELIVERY, PAYMENT = "发票", "收货", "付款"  # the words of the kind `statements`
OPENING, OURS, THEIRS, DIFFERING, FOOTING = "opening", "ours", "theirs", "differing", "footing"
BY_AMOUNT_DAYS = 7  # a payment takes its days from account to account
_OWN_NUMBERS = (PAYMENT,)  # each side numbers its own payments: these numbers are not compared


@dataclass(frozen=True)
class Entry:
    """One row of either side. `effect`: what it adds to what we owe (0: it does not count in the balance). `inside`:
    does it belong to the statement's days; one of ours that does not is only looked at where its number is named."""

    sort: str
    number: str
    day: date | None
    amount: Decimal
    effect: Decimal = ZERO
    order: str = ""
    place: str = ""
    inside: bool = True

    @property
    def identity(self) -> str:
        """Its number as it is compared; '' where there is none, or where each side has its own."""
        return "" if self.sort in _OWN_NUMBERS else invoice_identity(self.number)

    @property
    def counted(self) -> Decimal:
        """What it adds to the balance of the statement's days."""
        return self.effect if self.inside else ZERO


@dataclass(frozen=True)
class Lone:
    """A row that the other side does not have, and one there whose number is one edit apart."""

    entry: Entry
    near: Entry | None = None


@dataclass(frozen=True)
class Pair:
    """A row that both sides have, and in what they differ: amount, date."""

    ours: Entry
    theirs: Entry

    @property
    def differs(self) -> tuple[str, ...]:
        """What is not the same; a day that one side does not tell is no difference."""
        days = {self.ours.day, self.theirs.day} - {None}
        found = (("amount", self.ours.amount != self.theirs.amount), ("date", len(days) > 1))
        return tuple(name for name, is_so in found if is_so)

    @property
    def difference(self) -> Decimal:
        """Theirs less ours, as it counts in the balance."""
        return self.theirs.counted - self.ours.counted


@dataclass(frozen=True)
class Balances:
    """Before and after: ours as our books say, theirs where the statement tells it."""

    ours_opening: Decimal = ZERO
    theirs_opening: Decimal | None = None
    theirs_closing: Decimal | None = None


@dataclass(frozen=True)
class Reconciliation:
    """Both sides, each row in one class, and the balances."""

    ours: tuple[Lone, ...]
    theirs: tuple[Lone, ...]
    equal: tuple[Pair, ...]
    differing: tuple[Pair, ...]
    balances: Balances

    @property
    def ours_closing(self) -> Decimal:
        """What we owe by our books."""
        mine = (*(lone.entry for lone in self.ours), *(pair.ours for pair in self._pairs))
        return sum((entry.counted for entry in mine), self.balances.ours_opening)

    @property
    def theirs_moved(self) -> Decimal:
        """What the statement's rows add up to."""
        told = (*(lone.entry for lone in self.theirs), *(pair.theirs for pair in self._pairs))
        return sum((entry.counted for entry in told), ZERO)

    @property
    def theirs_opening(self) -> Decimal:
        """As told; else what leads to their closing balance; else ours."""
        told, closing = self.balances.theirs_opening, self.balances.theirs_closing
        if told is not None:
            return told
        return self.balances.ours_opening if closing is None else closing - self.theirs_moved

    @property
    def theirs_closing(self) -> Decimal:
        """As told, else as their rows add up."""
        told = self.balances.theirs_closing
        return self.theirs_opening + self.theirs_moved if told is None else told

    @property
    def _pairs(self) -> tuple[Pair, ...]:
        return (*self.equal, *self.differing)

    @property
    def agrees(self) -> bool:
        """Is there nothing to talk about?"""
        return not (self.ours or self.theirs or self.differing) and self.ours_closing == self.theirs_closing


@dataclass(frozen=True)
class Step:
    """One difference on the way from our balance to theirs."""

    cause: str
    amount: Decimal
    entry: Entry | None = None


def bridge(found: Reconciliation) -> list[Step]:
    """The steps that lead from our closing balance to theirs; those of 0 are left out."""
    steps = [
        Step(OPENING, found.theirs_opening - found.balances.ours_opening),
        *(Step(OURS, -lone.entry.counted, lone.entry) for lone in found.ours),
        *(Step(THEIRS, lone.entry.counted, lone.entry) for lone in found.theirs),
        *(Step(DIFFERING, pair.difference, pair.theirs) for pair in (*found.differing, *found.equal)),
        Step(FOOTING, found.theirs_closing - found.theirs_opening - found.theirs_moved),
    ]
    return [step for step in steps if step.amount]


# ------------------------------------------------------------------ line by line

Key = Callable[[Entry], Any]


def reconcile(ours: Iterable[Entry], theirs: Iterable[Entry], balances: Balances) -> Reconciliation:
    """Pair what is the same by number, then, where a number is missing, by amount and day; the rest stands alone."""
    mine, told = sorted(ours, key=_rank), sorted(theirs, key=_rank)
    pairs: list[Pair] = []
    for key in (_number_amount_day, _number_amount, _number):
        mine, told = _paired(mine, told, key, key, pairs)
    for own, other in ((_amount_day, _amount_day_unnumbered), (_amount_day_unnumbered, _amount_day)):
        mine, told = _paired(mine, told, own, other, pairs)
    mine, told = _by_amount(mine, told, pairs)
    mine = [entry for entry in mine if entry.inside]
    ranked = sorted(pairs, key=lambda pair: _rank(pair.theirs))
    return Reconciliation(
        tuple(Lone(entry, _near(entry, told)) for entry in mine),
        tuple(Lone(entry, _near(entry, mine)) for entry in told),
        tuple(pair for pair in ranked if not pair.differs),
        tuple(pair for pair in ranked if pair.differs),
        balances,
    )


def _rank(entry: Entry) -> tuple[Any, ...]:
    return entry.sort, entry.day or date.max, entry.identity, entry.number, entry.amount, entry.order, entry.place


def _number(entry: Entry) -> Any:
    return (entry.sort, entry.identity) if entry.identity else None


def _number_amount(entry: Entry) -> Any:
    return (entry.sort, entry.identity, entry.amount) if entry.identity else None


def _number_amount_day(entry: Entry) -> Any:
    return (entry.sort, entry.identity, entry.amount, entry.day) if entry.identity else None


def _amount_day(entry: Entry) -> Any:
    return (entry.sort, entry.amount, entry.day) if entry.inside and entry.day else None


def _amount_day_unnumbered(entry: Entry) -> Any:
    return None if entry.identity else _amount_day(entry)


def _paired(
    ours: Sequence[Entry], theirs: Sequence[Entry], own: Key, other: Key, pairs: list[Pair]
) -> tuple[list[Entry], list[Entry]]:
    """Pair off rows of one key, one by one in their order; returns what is left of both sides."""
    waiting: dict[Any, list[Entry]] = defaultdict(list)
    for entry in ours:
        if (key := own(entry)) is not None:
            waiting[key].append(entry)
    taken: set[int] = set()
    left = []
    for entry in theirs:
        key = other(entry)
        if key is not None and waiting.get(key):
            mine = waiting[key].pop(0)
            taken.add(id(mine))
            pairs.append(Pair(mine, entry))
        else:
            left.append(entry)
    return [entry for entry in ours if id(entry) not in taken], left


def _by_amount(ours: Sequence[Entry], theirs: Sequence[Entry], pairs: list[Pair]) -> tuple[list[Entry], list[Entry]]:
    """Pair rows of one amount a few days apart, where nothing else on either side could be meant."""
    of_amount: dict[tuple[str, Decimal], list[Entry]] = defaultdict(list)
    for mine in ours:
        of_amount[mine.sort, mine.amount].append(mine)
    alike = ((entry, of_amount.get((entry.sort, entry.amount), [])) for entry in theirs)
    suits = {id(entry): [mine for mine in found if _may_be_same(mine, entry)] for entry, found in alike}
    suitors: dict[int, int] = defaultdict(int)
    for found in suits.values():
        for mine in found:
            suitors[id(mine)] += 1
    sure = {key: found[0] for key, found in suits.items() if len(found) == 1 and suitors[id(found[0])] == 1}
    pairs += [Pair(sure[id(entry)], entry) for entry in theirs if id(entry) in sure]
    taken = {id(mine) for mine in sure.values()}
    return [one for one in ours if id(one) not in taken], [one for one in theirs if id(one) not in sure]


def _may_be_same(ours: Entry, theirs: Entry) -> bool:
    """Of one amount: may it be the same thing on another day?"""
    if not ours.inside or (ours.identity and theirs.identity):
        return False
    return ours.day is None or theirs.day is None or abs((ours.day - theirs.day).days) <= BY_AMOUNT_DAYS


def _near(entry: Entry, others: Sequence[Entry]) -> Entry | None:
    """A row of the same sort whose number is one edit apart, the first of several."""
    if not entry.identity:
        return None
    named = (other for other in others if other.sort == entry.sort and other.identity)
    return next((one for one in named if Levenshtein.distance(entry.identity, one.identity, score_cutoff=1) == 1), None)


def of_days(entries: Iterable[Entry], first: date, last: date) -> Iterator[Entry]:
    """Entries with the note whether they lie within the statement's days."""
    for one in entries:
        yield replace(one, inside=one.day is not None and first <= one.day <= last)
