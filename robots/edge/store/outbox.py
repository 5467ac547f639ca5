"""The queue of what was decided and is to be carried out: new → sending → sent | done | unknown | failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from robots.edge.store.tables import OUTBOX

_DAY = 24 * 60


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
    subject: str
    sort: str
    payload: str
    attempts: int
    at: str


def queue(connection: Connection, turn: int, now: datetime, entry: Queued) -> bool:
    """Insert behind what the turn queued so far, unless the key is there already."""
    if connection.execute(select(OUTBOX.c.key).where(OUTBOX.c.key == entry.key)).first():
        return False
    n = connection.execute(select(func.count()).where(OUTBOX.c.turn == turn)).scalar_one()
    values = {"turn": turn, "n": n, "at": now.isoformat(), "state": "new", "attempts": 0, **vars(entry)}
    connection.execute(insert(OUTBOX).values(values))
    return True


def waiting(connection: Connection, now: datetime) -> list[Waiting]:
    """What is due: workbooks before the letters that carry them, in the order they were decided.

    A letter whose fate is unknown is due again when its time has come: our own people rather read it twice, and its
    Message-ID and Date are the same.
    """
    c = OUTBOX.c
    due = or_(
        and_(c.state == "new", c.next_try.is_(None)),
        and_(c.state.in_(("new", "unknown")), c.next_try <= now.isoformat()),
    )
    rows = connection.execute(select(OUTBOX).where(due).order_by(c.sort.desc(), c.turn, c.n, c.key))
    return [Waiting(r.key, r.turn, r.subject, r.sort, r.payload, r.attempts, r.at) for r in rows]


def recover_sending(connection: Connection) -> None:
    """Letters left in `sending` by a crash between sending and marking: nobody knows; due again at once."""
    stuck = update(OUTBOX).where(OUTBOX.c.state == "sending")
    connection.execute(stuck.values(state="unknown", next_try=""))


def next_try(now: datetime, attempts: int) -> datetime:
    """When a temporary refusal is tried again: after 1, 2, 4, 8 … minutes, at most a day.

    >>> (next_try(datetime(2026, 7, 3), 3) - datetime(2026, 7, 3)).seconds
    240
    """
    return now + timedelta(minutes=min(2 ** (attempts - 1), _DAY))
