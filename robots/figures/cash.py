"""When money will be needed: what is due in which week, by how far each payment has come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd

from robots.figures.batches import Row, in_one_sum, sum_due_on
from robots.figures.settlement import RETENTION
from robots.model.money import ZERO

WEEKS = 13
SORTS = ("approved", "proposed", "again", "held", "retention")
OVERDUE, LATER, UNDATED = "overdue", "later", "undated"
AGAIN = "again"  # the state of a line that came free just now: the next sheet carries it
_STAGE = {"released": "approved", "approved": "approved", "proposed": "proposed", AGAIN: "again"}
_KEEPS_RETENTION = (*_STAGE, "confirmed", "returned")


@dataclass(frozen=True)
class Due:
    """One amount on its day. `sort`: approved (released ones too), proposed, to be put up again, held, or retention to
    be paid back."""

    vendor: str
    currency: str
    day: date | None
    sort: str
    amount: Decimal


@dataclass(frozen=True)
class Week:
    """What is due in a week from its Monday on; `when` is overdue, later or undated for what lies in none."""

    first: date | None
    when: str
    amounts: Mapping[str, Decimal]

    @property
    def total(self) -> Decimal:
        """All sorts."""
        return sum(self.amounts.values(), ZERO)


def dues(lines: Iterable[Row], holds: Iterable[Row], answered: Collection[str], home: str) -> Iterator[Due]:
    """Everything that is still to be paid: payment lines that the bank has not `answered` (payment keys), by the sums
    that a bank pays them in; what is held and may be released, and retention on the day that it is due back. What is
    never payable is not among it."""
    rows = list(lines)
    waiting = [row for row in rows if row["state"] in _STAGE and row["payment_key"] not in answered]
    for mine in in_one_sum(waiting):
        total = sum((row["net"] for row in mine), ZERO)
        yield Due(*_owner(mine[0], home), sum_due_on(mine), _STAGE[mine[0]["state"]], total)
    for row in rows:
        if row["state"] in _KEEPS_RETENTION and row["retention"]:
            yield Due(*_owner(row, home), _day(row["retention_due_on"]), "retention", row["retention"])
        if row["state"] in _KEEPS_RETENTION and row.get("what") == RETENTION:  # its release is a line of its own
            yield Due(*_owner(row, home), _day(row["due_on"]), "retention", -row["gross"])
    for row in holds:
        yield Due(*_owner(row, home), _day(row["due_on"]), "held", row["held"])


def _owner(row: Row, home: str) -> tuple[str, str]:
    return row["vendor"], _text(row.get("currency")) or home


def sorts_of(due: Iterable[Due]) -> tuple[str, ...]:
    """The sorts that a plan has columns for: what is to be put up again only where there is any."""
    there = {one.sort for one in due}
    return tuple(sort for sort in SORTS if sort != "again" or sort in there)


def forecast(due: Iterable[Due], today: date) -> list[Week]:
    """Overdue first, then thirteen weeks from this one on, the empty ones too; then later, and without a day."""
    monday = today - timedelta(days=today.weekday())
    weeks = [monday + timedelta(weeks=n) for n in range(WEEKS)]
    sums: dict[Any, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(SORTS, ZERO))
    for one in due:
        sums[_place(one.day, today, weeks[-1])][one.sort] += one.amount
    edges = {when: [Week(None, when, sums[when])] if when in sums else [] for when in (OVERDUE, LATER, UNDATED)}
    return [*edges[OVERDUE], *(Week(first, "", sums[first]) for first in weeks), *edges[LATER], *edges[UNDATED]]


def _place(day: date | None, today: date, last_week: date) -> date | str:
    """The week of a day, by its Monday, or the word for what lies in none.

    >>> _place(date(2026, 7, 3), date(2026, 7, 2), date(2026, 9, 21))
    datetime.date(2026, 6, 29)
    """
    if day is None:
        return UNDATED
    if day < today:
        return OVERDUE
    monday = day - timedelta(days=day.weekday())
    return monday if monday <= last_week else LATER


def by_vendor(due: Iterable[Due], today: date) -> list[tuple[str, Decimal, Mapping[str, Decimal]]]:
    """Vendor, overdue, amounts by sort of what is due within thirteen weeks; the largest first."""
    until = today - timedelta(days=today.weekday()) + timedelta(weeks=WEEKS)
    overdue: dict[str, Decimal] = defaultdict(lambda: ZERO)
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(SORTS, ZERO))
    for one in due:
        if one.day is not None and one.day < until:
            sums[one.vendor][one.sort] += one.amount
            overdue[one.vendor] += one.amount if one.day < today else ZERO
    ranked = sorted(sums, key=lambda vendor: (-sum(sums[vendor].values(), ZERO), vendor))
    return [(vendor, overdue[vendor], sums[vendor]) for vendor in ranked]


def _day(value: Any) -> date | None:
    """A date, or the ISO text that one was stored as."""
    if isinstance(value, str):
        return date.fromisoformat(value)
    return None if value is None or pd.isna(value) else value


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)
