"""An alert as a value, and its life: first seen, answered, closed by itself, come back, handed up (RULES 5)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pandas as pd

from robots.figures.lines import records
from robots.model.calendar import Calendar, UnknownYear
from robots.model.words import Say, Text
from robots.rules import Rules

OPEN, ACKNOWLEDGED, CLOSED = "open", "acknowledged", "closed"
DECIDING = ("已确认", "无需处理")  # 处理中 answers the clock of an alert, but decides nothing


@dataclass(frozen=True)
class Alert:
    """What a robot sees on one day. Code, cause and subject say which alert it is; the rest is how it stands.

    `source`: where the limit comes from. `event`: something that happened, over once somebody has decided about it; all
    else is a state, over when its cause is gone.
    """

    code: str
    cause: str
    severity: str
    subject: str
    vendor: str
    seen: Say
    limit: Say
    action: Say
    evidence: Text
    owner: str
    source: Text = ""
    event: bool = False

    @property
    def id(self) -> str:
        """The same finding on two days is one alert."""
        return alert_id(self.code, self.cause, self.subject)


def alert_id(code: str, cause: str, subject: str) -> str:
    """The id of an alert: who rests on its answer need not see it again to know which it is."""
    return hashlib.sha256(f"{code}|{cause}|{subject}".encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Conduct:
    """How alerts are dealt with: working days to act in by severity, and to answer in before the next role is told."""

    calendar: Calendar
    due_days: Mapping[str, int]
    escalate_after_days: int
    escalation: Mapping[str, str]


@dataclass(frozen=True)
class Lives:
    """What a day did to the alerts of some codes: every row to keep, and which are new, worse, handed up or closed.

    `broken`: answered with a promise whose day is over while the cause still holds. `reminded`: waiting for a role that
    nobody stands above.
    """

    rows: tuple[dict[str, Any], ...]
    opened: tuple[Alert, ...] = ()
    worse: tuple[Alert, ...] = ()
    escalated: tuple[Alert, ...] = ()
    broken: tuple[Alert, ...] = ()
    reminded: tuple[Alert, ...] = ()
    closed: tuple[dict[str, Any], ...] = ()
    came_back: frozenset[str] = field(default=frozenset())

    @property
    def news(self) -> tuple[Alert, ...]:
        """Everything that somebody is told about, each as the one who is told it."""
        return (*self.opened, *self.worse, *self.escalated, *self.broken, *self.reminded)


def conduct(rules: Rules, today: date) -> Conduct:
    """How alerts are dealt with on a day."""
    limits = rules.alerts(today)
    return Conduct(rules.calendar, limits.due_days, limits.escalate_after_days, limits.escalation)


def number(alert: str, reopened: int | None) -> str:
    """What an alert is called on a list: a life of its own each time it comes back, so that no answer outlives it.

    >>> number("3f2a", None), number("3f2a", 2)
    ('3f2a-0', '3f2a-2')
    """
    return f"{alert}-{0 if reopened is None or pd.isna(reopened) else int(reopened)}"


def live(
    before: pd.DataFrame,
    seen: Iterable[Alert],
    codes: Collection[str],
    today: date,
    conduct: Conduct,
    answers: Mapping[str, Mapping[str, Any]] | None = None,
) -> Lives:
    """Carry alerts of `codes` on by a day.

    `before`: the alerts that are not closed, and those of the same ids; `seen`: what holds today; `answers`: by the
    alert's number on the list, what a person wrote there.
    """
    known = {row["alert"]: _plain(row) for row in records(before[before["code"].isin(list(codes))])}
    now = {alert.id: alert for alert in seen}
    lives = Lives(())
    for key, alert in now.items():
        lives = _carried(lives, alert, known.get(key), answers or {}, today, conduct)
    gone = [row for key, row in known.items() if key not in now and row["state"] != CLOSED]
    return _with_closed(lives, gone, today)


def _carried(
    lives: Lives,
    alert: Alert,
    old: dict[str, Any] | None,
    answers: Mapping[str, Mapping[str, Any]],
    today: date,
    conduct: Conduct,
) -> Lives:
    """One alert that holds today: as it is, answered, handed up, worse, new, or back."""
    is_open = old is not None and old["state"] != CLOSED
    if alert.event and old and not is_open and old["answer"] in DECIDING:
        return lives
    reopened = old["reopened"] or 0 if old else 0
    row = _row(alert, old if is_open else None, reopened + int(old is not None and not is_open), today, conduct)
    row = _answered(row, answers.get(number(alert.id, row["reopened"])))
    if alert.event and row["state"] == ACKNOWLEDGED and row["answer"] in DECIDING:
        return _with_closed(lives, [row], today)
    if not is_open:
        back = lives.came_back | {alert.id} if old else lives.came_back
        return replace(lives, rows=(*lives.rows, row), opened=(*lives.opened, alert), came_back=back)
    if _is_broken(row, today):
        above = conduct.escalation.get(row["owner"], row["owner"])
        row |= {"state": OPEN, "reopened": reopened + 1, "owner": above, "escalated_on": today.isoformat()}
        lives = replace(lives, broken=(*lives.broken, replace(alert, owner=above)))
    elif _is_overdue(row, today, conduct):
        lives = _handed_up(lives, alert, row, today, conduct)
    elif old and old["severity"] != "critical" and alert.severity == "critical":
        lives = replace(lives, worse=(*lives.worse, alert))
    return replace(lives, rows=(*lives.rows, row))


def _handed_up(lives: Lives, alert: Alert, row: dict[str, Any], today: date, conduct: Conduct) -> Lives:
    """Tell the role above; where there is none, remind the one that has it. The row says which."""
    above = conduct.escalation.get(row["owner"])
    if above is None:
        row["reminded_on"] = today.isoformat()
        return replace(lives, reminded=(*lives.reminded, replace(alert, owner=row["owner"])))
    row |= {"owner": above, "escalated_on": today.isoformat()}
    return replace(lives, escalated=(*lives.escalated, replace(alert, owner=above)))


def _is_broken(row: Mapping[str, Any], today: date) -> bool:
    """The day that was promised is over, and the cause still holds."""
    return row["state"] == ACKNOWLEDGED and bool(row["postponed_to"]) and row["postponed_to"] < today.isoformat()


def _is_overdue(row: Mapping[str, Any], today: date, conduct: Conduct) -> bool:
    """Nobody has answered within the working days for it, and nobody has been told of that yet. In a year whose
    holidays nobody knows, nobody is late: the timekeeper tells of the year."""
    if row["state"] != OPEN or row["escalated_on"] or row["reminded_on"]:
        return False
    try:
        passed = conduct.calendar.working_days(date.fromisoformat(row["first_seen"]), today)
    except UnknownYear:
        return False
    return passed > conduct.escalate_after_days


def _act_by(began: date, days: int, calendar: Calendar) -> str | None:
    """The day to have acted by; None while nobody knows the holidays of its year: nothing is guessed, and once they are
    known the next day says it."""
    try:
        return calendar.after_working_days(began, days).isoformat()
    except UnknownYear:
        return None


def _with_closed(lives: Lives, gone: list[dict[str, Any]], today: date) -> Lives:
    rows = tuple({**row, "state": CLOSED, "closed_on": today.isoformat()} for row in gone)
    return replace(lives, rows=lives.rows + rows, closed=lives.closed + rows)


def _answered(row: dict[str, Any], answer: Mapping[str, Any] | None) -> dict[str, Any]:
    if answer is None:
        return row
    told = {name: _given(answer.get(name)) for name in _ANSWER}
    until = told["postponed_to"]
    told["postponed_to"] = until.isoformat() if isinstance(until, date) else None
    due_on = told["postponed_to"] or row["due_on"]
    return row | told | {"state": ACKNOWLEDGED, "due_on": due_on}


_ANSWER = ("answer", "answered_on", "answered_by", "remark", "postponed_to")


def _given(value: Any) -> Any:
    return None if value is None or pd.isna(value) else value


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _given(value) for name, value in row.items()}


def _row(alert: Alert, old: dict[str, Any] | None, reopened: int, today: date, conduct: Conduct) -> dict[str, Any]:
    began = date.fromisoformat(old["first_seen"]) if old else today
    kept = {name: old[name] if old else None for name in ("escalated_on", "reminded_on", *_ANSWER)}
    handed_up = bool(old and old["escalated_on"])
    due_on = _act_by(began, conduct.due_days[alert.severity], conduct.calendar)
    return {
        "alert": alert.id, "code": alert.code, "cause": alert.cause, "severity": alert.severity,
        "subject": alert.subject, "vendor": alert.vendor, "seen": alert.seen, "limit": alert.limit,
        "source": alert.source, "action": alert.action, "evidence": alert.evidence,
        "owner": old["owner"] if old and handed_up else alert.owner,
        "first_seen": began.isoformat(), "last_seen": today.isoformat(), "closed_on": None,
        "due_on": kept["postponed_to"] or due_on, "state": old["state"] if old else OPEN,
        "reopened": reopened, **kept,
    }  # fmt: skip
