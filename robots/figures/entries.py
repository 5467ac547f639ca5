"""Movements of a vendor's account, and what leads from what statements told of them to what the books say now.

The opening balance of a statement is the closing balance of the last one, whatever has become of those days since:
what came late, was changed or is gone stands in the next statement as a movement of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

INVOICE, CREDIT, PAYMENT, RETURNED = "invoice", "credit", "payment", "returned"
REFUND = "refund"  # by the vendor
LATE, CHANGED, GONE = "late", "changed", "gone"


@dataclass(frozen=True)
class Entry:
    """One movement. `amount` is above zero where we owe more by it; `remark` is an invoice, a batch or a reference.
    `how`: whether it belongs to days that a statement told before, and why it stands in this one; `was`: what that
    statement told of it."""

    day: date
    what: str
    document: str
    remark: str
    amount: Decimal
    how: str = ""
    was: Decimal | None = None


@dataclass(frozen=True)
class Told:
    """A movement as the last statement that spoke of it told it; `key` names its row among all that was stated."""

    key: str
    entry: Entry


@dataclass(frozen=True)
class Pair:
    """What was told of a movement and what the books say of it: None where it was not told, or is gone."""

    told: Told | None
    now: Entry | None


def ranked(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Movements in the order of a statement."""
    return tuple(sorted(entries, key=lambda one: (one.day, one.what != INVOICE, one.document, one.what)))


def paired(told: Sequence[Told], now: Sequence[Entry]) -> list[Pair]:
    """Each movement once, beside what was told of it: what is the same, else what bears the same names."""
    pairs: list[Pair] = []
    before, after = list(told), list(now)
    for key in (_whole, _amount, _names, _bill):
        before, after = _met(before, after, key, pairs)
    return [*pairs, *(Pair(one, None) for one in before), *(Pair(None, one) for one in after)]


def since(pairs: Sequence[Pair], first: date) -> tuple[Entry, ...]:
    """The movements of a statement that begins on a day: their sum is what the books say less what was told."""
    return ranked([entry for pair in pairs for entry in _moved(pair, first)])


def _moved(pair: Pair, first: date) -> Iterator[Entry]:
    before, now = pair.told.entry if pair.told else None, pair.now
    if now is None and before is not None:
        yield replace(before, amount=-before.amount, how=GONE, was=before.amount)
    elif now is not None and before is None:
        yield replace(now, how=LATE if now.day < first else "")
    elif now is not None and before is not None and now.amount != before.amount:
        yield replace(now, amount=now.amount - before.amount, how=CHANGED, was=before.amount)


def _met(
    told: Sequence[Told], now: Sequence[Entry], key: Callable[[Entry], Any], pairs: list[Pair]
) -> tuple[list[Told], list[Entry]]:
    """Pair off what has one key, one by one in its order; returns what is left of both sides."""
    waiting: dict[Any, list[Told]] = defaultdict(list)
    for one in reversed(told):
        waiting[key(one.entry)].append(one)
    left: list[Entry] = []
    for entry in now:
        name = key(entry)
        if name is not None and waiting[name]:
            pairs.append(Pair(waiting[name].pop(), entry))
        else:
            left.append(entry)
    still = {one.key for some in waiting.values() for one in some}
    return [one for one in told if one.key in still], left


def _whole(one: Entry) -> Any:
    return one.day, one.what, one.document, one.remark, one.amount


def _amount(one: Entry) -> Any:
    return one.what, one.document, one.amount


def _names(one: Entry) -> Any:
    return one.what, one.document, one.remark


def _bill(one: Entry) -> Any:
    """A bill bears its number alone; whatever orders it names."""
    return (one.what, one.document) if one.what in (INVOICE, CREDIT) else None
