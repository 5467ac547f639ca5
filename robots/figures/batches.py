"""The life of a payment line and of its batch: which state may follow which, and a record of every move (RULES 7).

Nothing moves backwards. A line's money is *bound* from the day it is put up until it is rejected, void or reversed: a
key that is bound can enter no other batch. What comes back from the bank stays bound until somebody reverses it with
a reason and a second person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from robots.model.words import Text, say

HELD, PROPOSED, APPROVED, RELEASED = "held", "proposed", "approved", "released"
UNRELEASED = (PROPOSED, APPROVED)  # on a sheet, and nobody has been told to pay it
CONFIRMED, RETURNED, REJECTED, VOID, REVERSED = "confirmed", "returned", "rejected", "void", "reversed"
REFUNDS = "TK"  # begins the numbers of batches of what vendors paid back
NOWHERE = ""  # the state of a line before anybody put it up

FOLLOWS: Mapping[str, frozenset[str]] = {
    NOWHERE: frozenset({PROPOSED}),
    HELD: frozenset({PROPOSED}),
    PROPOSED: frozenset({APPROVED, RELEASED, REJECTED, VOID}),  # RELEASED: only by `paid_from_the_sheet`
    APPROVED: frozenset({RELEASED, VOID}),
    RELEASED: frozenset({CONFIRMED, RETURNED, REVERSED}),
    CONFIRMED: frozenset({RETURNED, REVERSED}),  # a bank may send money back days after it said that it was paid
    RETURNED: frozenset({REVERSED}),
    REJECTED: frozenset({PROPOSED}),
    VOID: frozenset({PROPOSED}),
    REVERSED: frozenset({PROPOSED}),
}
FREE = frozenset(state for state, after in FOLLOWS.items() if PROPOSED in after)
REVERSIBLE = frozenset(state for state, after in FOLLOWS.items() if REVERSED in after)
_WAITING = (PROPOSED, APPROVED, RELEASED)

Row = dict[str, Any]


def state_told(state: str, is_approved: bool) -> Text:
    """A state in words. Where nobody approves, what is on a sheet waits for no approval: it is to be paid as it is."""
    return say("state.to_pay") if state == PROPOSED and not is_approved else say(f"state.{state}")


class Backwards(ValueError):
    """A line was to move to a state that does not follow its own."""


@dataclass(frozen=True)
class Moves:
    """Payment lines in their new state, and the movements that took them there."""

    rows: tuple[Row, ...] = ()
    movements: tuple[Row, ...] = ()

    def __add__(self, other: Moves) -> Moves:
        """The later rows of a key stand; every movement is kept."""
        rows = {row["payment_key"]: row for row in (*self.rows, *other.rows)}
        return Moves(tuple(rows.values()), (*self.movements, *other.movements))


def move(rows: Iterable[Row], state: str, day: date, by: Text, why: Text = "") -> Moves:
    """Lines (rows of `payables`) moved to a state, by whom and why. Raises Backwards where it does not follow."""
    moved = [_moved(row, row["state"], state, day, by, why) for row in rows]
    return Moves(tuple(row for row, _ in moved), tuple(movement for _, movement in moved))


def paid_from_the_sheet(rows: Iterable[Row], day: date, by: Text, why: Text) -> Moves:
    """Lines of a sheet that nobody was asked to approve, released by the bank's word that somebody paid from it. Lines
    in any other state are passed over."""
    return move([row for row in rows if row["state"] == PROPOSED], RELEASED, day, by, why)


def paid_together(line: Row, rows: Iterable[Row]) -> tuple[Row, ...]:
    """The lines that a bank paid in one sum with this one, which is among them: where a credit note was set off, all of
    its vendor's lines on that sheet in the same state. `rows`: the lines of its batch. What was paid in one sum is
    taken back in one sum, or the credit note would be lost."""
    same = [row for row in rows if _payment(row) == _payment(line)]
    return tuple(same) if any(row["net"] < 0 for row in same) else (line,)


def in_one_sum(rows: Iterable[Row]) -> Iterator[tuple[Row, ...]]:
    """Lines of batches by what a bank pays in one sum (`paid_together`)."""
    found: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        found[_payment(row)].append(row)
    for mine in found.values():
        yield from [tuple(mine)] if any(row["net"] < 0 for row in mine) else ((row,) for row in mine)


def _payment(row: Row) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in ("batch", "vendor", "bank_account", "state"))


def sum_due_on(rows: Iterable[Row]) -> date | None:
    """When what is paid in one sum falls due: on the earliest day of what is to be paid; a credit is never due.

    >>> sum_due_on([{"net": -5, "due_on": "2026-06-01"}, {"net": 9, "due_on": "2026-07-01"}])
    datetime.date(2026, 7, 1)
    """
    days = (row["due_on"] for row in rows if row["net"] > 0 and not pd.isna(row["due_on"]))
    return min((date.fromisoformat(day) if isinstance(day, str) else day for day in days), default=None)


def put_up(rows: Iterable[Row], before: Mapping[str, Row], day: date, by: str) -> Moves:
    """New lines of a batch, with what stood under their keys before. Raises Backwards for a key that is bound."""
    moved = []
    for row in rows:
        old = before.get(row["payment_key"], {"state": NOWHERE})
        moved.append(_moved(row | {"moves": old.get("moves")}, old["state"], PROPOSED, day, by, ""))
    return Moves(tuple(row for row, _ in moved), tuple(movement for _, movement in moved))


def _moved(row: Row, before: str, after: str, day: date, by: Text, why: Text) -> tuple[Row, Row]:
    if after not in FOLLOWS[before]:
        raise Backwards(f"{row['payment_key']}: {before or 'nothing'} → {after}")
    number = _count(row.get("moves")) + 1
    movement = {
        "payment_key": row["payment_key"], "n": number, "batch": row["batch"], "state_before": before,
        "state_after": after, "day": day, "by": by, "why": why,
    }  # fmt: skip
    return row | {"state": after, "moves": number}, movement


def _count(moves: Any) -> int:
    return 0 if moves is None or pd.isna(moves) else int(moves)


def batch_state(states: Iterable[str]) -> str:
    """The state of a batch by those of its lines: what waits longest tells; void where no line is left in it.

    >>> batch_state(["confirmed", "released", "rejected"]), batch_state(["confirmed", "returned"])
    ('released', 'confirmed')
    >>> batch_state(["rejected", "void"])
    'void'
    """
    found = set(states)
    for state in _WAITING:
        if state in found:
            return state
    return CONFIRMED if found & {CONFIRMED, RETURNED, REVERSED} else VOID


def is_refund(batch: str | None) -> bool:
    """Does a batch hold what a vendor paid back?"""
    return (batch or "").startswith(f"{REFUNDS}-")


def turn_of(batch: str) -> str:
    """When a batch had its turn.

    >>> sorted(["FK-20260703-01", "SG-20260704-01", "CD-20260705-01"], key=turn_of)[0]
    'FK-20260703-01'
    """
    return batch.partition("-")[2]
