"""Working days of the team's country: a well-kept library, over which the team's own small table lies."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar
import holidays


class UnknownYear(LookupError):
    """Nobody knows the holidays of this year: not the library, not the team's own table."""


@dataclass(frozen=True)
class Calendar:
    """Which days people work. `own` maps a day to True (worked, 调休) or False (free) and wins over the library.

    `own_years` are years the team's table answers for in full, beyond what the library knows.
    """

    country: str = "CN"
    own: Mapping[date, bool] = field(default_factory=dict)
    own_years: frozenset[int] = frozenset()

    def is_working(self, day: date) -> bool:
        """Is `day` worked? Raises UnknownYear rather than guess."""
        if day in self.own:
            return self.own[day]
        if day.year in self.own_years:
            return day.weekday() < 5
        if self.country == "CN":
            return _chinese(day)
        return day.weekday() < 5 and day not in _holidays(self.country, day.year)

    def working_days(self, first: date, last: date) -> int:
        """How many working days lie after `first`, up to and including `last`; 0 where `last` is not later."""
        days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
        return sum(map(self.is_working, days))

    def after_working_days(self, day: date, number: int) -> date:
        """The day on which `number` working days have passed since `day`."""
        while number > 0:
            day += timedelta(days=1)
            number -= self.is_working(day)
        return day

    def working_day_of_month(self, year: int, month: int, n: int) -> date:
        """The n-th working day of a month, from 1."""
        day = date(year, month, 1)
        while True:
            if self.is_working(day):
                n -= 1
                if n == 0:
                    return day
            day += timedelta(days=1)

    def knows(self, year: int) -> bool:
        """Can this calendar answer for a year?"""
        try:
            self.is_working(date(year, 6, 30))
        except UnknownYear:
            return False
        return True


_FIRST_KNOWN = 2004  # of the library for China


@lru_cache(maxsize=4_000)  # the library goes through all its years for each day, and a turn asks for a hundred
def _chinese(day: date) -> bool:
    """Before all years that the library knows, Monday to Friday: nothing of today hangs on which of them were free, and
    one mistyped year (1999) must not hide what waits beside it."""
    if day.year < _FIRST_KNOWN:
        return day.weekday() < 5
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError as error:
        raise UnknownYear(day.year) from error


@lru_cache(maxsize=64)  # the library works a whole year out, and a turn asks for a hundred days
def _holidays(country: str, year: int) -> Collection[date]:
    return frozenset(holidays.country_holidays(country, years=year))
