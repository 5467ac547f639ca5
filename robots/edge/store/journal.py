"""The append-only journal: who did what, when, each entry chained to the one before (RULES 10)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert, select

from robots.edge.store.tables import JOURNAL
from robots.model.chain import GENESIS, Entry, link


def write(connection: Connection, entries: Iterable[tuple[str, str, str, str]], now: datetime) -> None:
    """Append entries (actor, event, subject, detail)."""
    last = connection.execute(select(JOURNAL.c.n, JOURNAL.c.hash).order_by(JOURNAL.c.n.desc()).limit(1)).first()
    n, before = (int(last.n), str(last.hash)) if last else (0, GENESIS)
    rows = []
    for actor, event, subject, detail in entries:
        entry = Entry(now.isoformat(), actor, event, subject, detail)
        content = link(before, entry)
        n += 1
        rows.append({"n": n, **vars(entry), "before": before, "hash": content})
        before = content
    if rows:
        connection.execute(insert(JOURNAL), rows)


def broken_at(connection: Connection) -> int | None:
    """The number of the first entry that is missing or does not follow from the one before, or None."""
    before = GENESIS
    for n, r in enumerate(connection.execute(select(JOURNAL).order_by(JOURNAL.c.n)), 1):
        content = link(before, Entry(r.at, r.actor, r.event, r.subject, r.detail))
        if (r.n, r.before, r.hash) != (n, before, content):
            return n
        before = content
    return None
