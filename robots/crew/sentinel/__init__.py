"""The sentinel warns early (RULES 5). A watch is a function under `@watch` in one of the files beside this one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from robots.crew.registry import robot
from robots.crew.sentinel import deliveries, money, quality, supply, trace
from robots.crew.sentinel.paper import alert_list, notices
from robots.crew.sentinel.scene import WATCHES, Scene
from robots.figures.alerts import CLOSED, Alert, conduct, live, number
from robots.figures.edits import unanswered
from robots.figures.lines import records
from robots.ledger import Ledger
from robots.model.calendar import UnknownYear
from robots.model.decisions import Decision, record
from robots.rules import Rules

ANSWERS = ("已确认", "处理中", "无需处理")
__all__ = ["deliveries", "money", "quality", "sentinel", "supply", "trace"]


@robot
def sentinel(ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    """Look at everything open, carry the alerts on by a day, tell their owners what is new."""
    codes, seen = look(Scene(ledger, rules, today))
    before = ledger.alerts(codes, [alert.id for alert in seen])
    known = dict(zip(before["alert"], before["reopened"], strict=True))
    asked = [number(alert.id, known.get(alert.id)) for alert in seen]
    answers = {row["alert"]: row for row in records(ledger.answers(asked)) if row["answer"] in ANSWERS}
    lives = live(before, seen, codes, today, conduct(rules, today), answers)
    yield Decision("sentinel", today.isoformat(), "alerts", record("alerts", list(lives.rows)))
    edits = records(ledger.open_edits())
    waiting = {row["n"] for row in unanswered(edits, answers.values(), known)}
    settled = [{"n": row["n"], "settled": today.isoformat()} for row in edits if row["n"] not in waiting]
    if settled:
        yield Decision("sentinel", today.isoformat(), "edits", record("edits", settled))
    if lives.news or lives.closed:
        standing = [row for row in lives.rows if row["state"] != CLOSED]
        sheet = alert_list(standing, lives, ANSWERS, today)
        yield Decision("sentinel", today.isoformat(), "list", sheet, name="alert-list")
        yield from notices(lives, today)


def look(scene: Scene) -> tuple[set[str], list[Alert]]:
    """What every watch sees. A watch that needs working days nobody knows sees nothing, not even what it saw before it
    came to them, and its alerts stay as they are: the timekeeper tells of the year."""
    codes: set[str] = set()
    seen: list[Alert] = []
    for mine, watch in WATCHES:
        try:
            found = list(watch(scene))
        except UnknownYear:
            continue
        seen += found
        codes |= set(mine)
    return codes, seen
