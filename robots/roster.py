"""Which robots are due: pure functions of when they last worked, now, and the working days of the country."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from robots.model.calendar import Calendar, UnknownYear

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_LOOK_BACK = timedelta(days=100)
NEWS = "news"


@dataclass(frozen=True)
class When:
    """One moment of a robot's roster: the pattern of its days and the time of day."""

    pattern: str
    at: time
    weekday: int = -1
    nth: int = 0


@dataclass(frozen=True)
class Due:
    """A robot and the moment it was due. The pair is the primary key of its run: it cannot happen twice."""

    robot: str
    at: datetime


def parse_when(text: str) -> When | None:
    """A roster entry; None for `news`. Raises ValueError.

    >>> parse_when("weekly Mon 08:30")
    When(pattern='weekly', at=datetime.time(8, 30), weekday=0, nth=0)
    """
    if text == NEWS:
        return None
    match = re.fullmatch(r"(daily|workday|quarter|weekly (\w{3})|workday-of-month (\d{1,2})) (\d{1,2}):(\d{2})", text)
    if not match:
        raise ValueError(f"not a time of the roster: {text!r}")
    weekday = _DAYS.index(match[2].lower()) if match[2] else -1
    at = time(int(match[4]), int(match[5]))
    return When(match[1].split()[0], at, weekday, int(match[3] or 0))


def falls_on(when: When, day: date, calendar: Calendar) -> bool:
    """Does this roster entry fall on `day`? Raises UnknownYear where working days are asked for and unknown."""
    match when.pattern:
        case "daily":
            return True
        case "weekly":
            return day.weekday() == when.weekday
        case "workday":
            return calendar.is_working(day)
        case "workday-of-month":
            return day == calendar.working_day_of_month(day.year, day.month, when.nth)
        case _:
            return day.month % 3 == 1 and day == calendar.working_day_of_month(day.year, day.month, 1)


def due_between(
    crew: Mapping[str, Sequence[When]], last: Mapping[str, datetime], now: datetime, calendar: Calendar
) -> list[Due]:
    """Every (robot, moment) in (last, now]. A robot that never worked is due for its latest moment only."""
    dues = []
    for robot, entries in crew.items():
        since = last.get(robot)
        moments = list(_moments(entries, since or now - LONGEST_LOOK_BACK, now, calendar))
        dues += [Due(robot, at) for at in (moments if since else moments[-1:])]
    return sorted(dues, key=lambda due: (due.at, list(crew).index(due.robot)))


def next_due(entries: Sequence[When], now: datetime, calendar: Calendar) -> datetime | None:
    """The next moment of a robot's roster, within a hundred days."""
    try:
        return next(_moments(entries, now, now + LONGEST_LOOK_BACK, calendar), None)
    except UnknownYear:
        return None


def _moments(entries: Sequence[When], since: datetime, until: datetime, calendar: Calendar) -> Iterator[datetime]:
    day = max(since, until - LONGEST_LOOK_BACK).date()
    while day <= until.date():
        for when in sorted(entries, key=lambda w: w.at):
            at = datetime.combine(day, when.at)
            if since < at <= until and falls_on(when, day, calendar):
                yield at
        day += timedelta(days=1)


def latest_of_each(dues: Sequence[Due]) -> tuple[list[Due], list[Due]]:
    """What was missed while down is caught up once: the latest moment of each robot is worked, earlier ones skipped."""
    latest = {due.robot: due for due in dues}
    return list(latest.values()), [due for due in dues if latest[due.robot] != due]
