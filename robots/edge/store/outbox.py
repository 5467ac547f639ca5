"""The queue of what was decided and is to be carried out: new → sending → sent | done | unknown | failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, or_, select

from robots.edge.store.tables import OUTBOX

DUE_STATES = ("new", "retry")


@dataclass(frozen=True)
class Queued:
    """One thing to carry out. `sort` is workbook or letter; `payload` is its JSON (robots.model.wire)."""

    key: str
    robot: str
    period: str
    subject: str
    name: str
    sort: str
    payload: str


@dataclass(frozen=True)
class Waiting:
    """One thing of the queue that is due."""

    key: str
    turn: int
    sort: str
    payload: str
    attempts: int


def queue(connection: Connection, turn: int, n: int, now: datetime, entry: Queued) -> bool:
    """Insert unless the key is there already."""
    if connection.execute(select(OUTBOX.c.key).where(OUTBOX.c.key == entry.key)).first():
        return False
    values = {"turn": turn, "n": n, "at": now.isoformat(), "state": "new", "attempts": 0, **vars(entry)}
    connection.execute(insert(OUTBOX).values(values))
    return True


def waiting(connection: Connection, now: datetime) -> list[Waiting]:
    """What is due: workbooks before the letters that carry them, in the order they were decided.

    A letter left in `sending` is one whose robot died between sending and marking: nobody knows, so it is not here.
    """
    due = or_(OUTBOX.c.next_try.is_(None), OUTBOX.c.next_try <= now.isoformat())
    query = select(OUTBOX).where(OUTBOX.c.state.in_(DUE_STATES), due)
    rows = connection.execute(query.order_by(OUTBOX.c.sort.desc(), OUTBOX.c.turn, OUTBOX.c.n))
    return [Waiting(r.key, r.turn, r.sort, r.payload, r.attempts) for r in rows]


def next_try(now: datetime, attempts: int) -> datetime:
    """When a temporary refusal is tried again: after 1, 2, 4, 8 … minutes, at most a day.

    >>> (next_try(datetime(2026, 7, 3), 3) - datetime(2026, 7, 3)).seconds
    240
    """
    return now + min(timedelta(minutes=2 ** (attempts - 1)), timedelta(days=1))
