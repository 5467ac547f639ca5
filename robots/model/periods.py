"""Months, quarters and the words people write for them."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

_QUARTER_CN = {"一": 1, "二": 2, "三": 3, "四": 4}


def month_of(day: date) -> str:
    """The month of a day.

    >>> month_of(date(2026, 7, 3))
    '2026-07'
    """
    return f"{day:%Y-%m}"


def quarter_of(day: date) -> str:
    """The quarter of a day.

    >>> quarter_of(date(2026, 7, 3))
    '2026Q3'
    """
    return f"{day.year}Q{(day.month + 2) // 3}"


def span(period: str) -> tuple[date, date]:
    """First and last day of a month (YYYY-MM), a quarter (YYYYQn) or a year (YYYY); of a stretch (day/day) its ends.

    >>> span("2026Q2"), span("2026-06-05/2026-07-04")
    ((datetime.date(2026, 4, 1), datetime.date(2026, 6, 30)), (datetime.date(2026, 6, 5), datetime.date(2026, 7, 4)))
    """
    if "/" in period:
        first, last = map(date.fromisoformat, period.split("/"))
        return first, last
    year = int(period[:4])
    if "Q" in period:
        first_month, months = int(period[5]) * 3 - 2, 3
    elif "-" in period:
        first_month, months = int(period[5:7]), 1
    else:
        first_month, months = 1, 12
    last_month = year * 12 + first_month - 2 + months
    return date(year, first_month, 1), date(last_month // 12, last_month % 12 + 1, _days_of(last_month))


def _days_of(month: int) -> int:
    """The days of a month, counted from the year 0."""
    return monthrange(month // 12, month % 12 + 1)[1]


def previous(period: str) -> str:
    """The period of the same length just before.

    >>> previous("2026Q1"), previous("2026-03"), previous("2026")
    ('2025Q4', '2026-02', '2025')
    """
    before = span(period)[0] - timedelta(days=1)
    if "Q" in period:
        return quarter_of(before)
    return month_of(before) if "-" in period else f"{before.year}"


def periods_around(period: str) -> tuple[str, ...]:
    """A period and the longer ones that it is part of.

    >>> periods_around("2026-05"), periods_around("2026Q2"), periods_around("2026")
    (('2026-05', '2026Q2', '2026'), ('2026Q2', '2026'), ('2026',))
    """
    if "-" in period:
        return period, quarter_of(span(period)[0]), period[:4]
    return (period, period[:4]) if "Q" in period else (period,)


def months_of(period: str) -> tuple[str, ...]:
    """The months of a period, the first one first.

    >>> months_of("2026Q2")
    ('2026-04', '2026-05', '2026-06')
    """
    first, last = span(period)
    return tuple(f"{period[:4]}-{month:02d}" for month in range(first.month, last.month + 1))


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the month's last day where it has fewer; at most the last day that there is.

    >>> add_months(date(2026, 1, 31), 1), add_months(date(2026, 1, 31), 99_999)
    (datetime.date(2026, 2, 28), datetime.date(9999, 12, 31))
    """
    month = day.year * 12 + day.month - 1 + months
    if month // 12 > date.max.year:
        return date.max
    return date(month // 12, month % 12 + 1, min(day.day, _days_of(month)))


def add_days(day: date, days: int) -> date:
    """So many days later, at most the last day that there is: one mistyped year stops nobody's payments.

    >>> add_days(date(9999, 12, 1), 60)
    datetime.date(9999, 12, 31)
    """
    return day + timedelta(days=min(days, (date.max - day).days))


_DAY = r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?"
_STRETCH = re.compile(rf"{_DAY}(?:-|--|–|—|~|至|到){_DAY}")


def read_stretch(text: str) -> str | None:
    """From which day to which, as people write it: the month, quarter or year that it is, else both days; None where it
    is no such thing, or ends before it begins.

    >>> [read_stretch(word) for word in ("2026年6月1日-2026年6月30日", "2026.6.1~2026.7.31", "2026年6月1日至7月4日")]
    ['2026-06', '2026-06-01/2026-07-31', '2026-06-01/2026-07-04']
    >>> read_stretch("6月1日至7月4日"), read_stretch("2026年7月1日-2026年6月1日"), read_stretch("2026-06-31至2026-07-1")
    (None, None, None)
    """
    match = _STRETCH.fullmatch(re.sub(r"\s+", "", text).replace("～", "~"))
    if not match or not match[1]:
        return None
    try:
        first = date(*map(int, match.groups()[:3]))
        last = date(int(match[4] or match[1]), int(match[5]), int(match[6]))
    except ValueError:  # no such day
        return None
    named = (month_of(first), quarter_of(first), f"{first.year}")
    whole = next((period for period in named if span(period) == (first, last)), f"{first}/{last}")
    return whole if first <= last else None


def read_period(text: str) -> str | None:
    """A period as people write it, in our form; None when it is not one.

    >>> [read_period(word) for word in ("2026年第2季度", "2026Q2", "2026.3", "2026年", "x")]
    ['2026Q2', '2026Q2', '2026-03', '2026', None]
    """
    word = re.sub(r"\s+", "", text)
    if match := re.fullmatch(r"(\d{4})年?[-/.]?(?:第?([1-4一二三四])季度?|[Qq]([1-4]))", word):
        quarter = match[2] or match[3]
        return f"{match[1]}Q{_QUARTER_CN.get(quarter) or int(quarter)}"
    if match := re.fullmatch(r"(\d{4})(?:年|[-/.])(\d{1,2})月?", word):
        return f"{match[1]}-{int(match[2]):02d}" if 1 <= int(match[2]) <= 12 else None
    if match := re.fullmatch(r"(\d{4})年?", word):
        return match[1]
    return None
