"""KPIs that a team made up for itself: rows of measurements or tickets → one figure by vendor and month (RULES 6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from robots.figures.kpis import COLUMNS, wilson
from robots.model.calendar import Calendar
from robots.model.periods import span
from robots.rules import OwnKpi

Row = Mapping[str, Any]
_HOUR = timedelta(hours=1)


def own_kpi(
    name: str, kpi: OwnKpi, rows: Iterable[Row], month: str, as_of: date, calendar: Calendar
) -> Iterator[dict[str, Any]]:
    """The KPI's figure of each vendor in a month: vendor, period, kpi, good, total, value, low, high.

    `good` ÷ `total` is the value: over months both add up, so that a quarter is never a mean of means. Raises
    UnknownYear where working days are asked for and unknown.
    """
    found: dict[str, list[tuple[date, float]]] = {}
    for row in rows:
        value = value_of(kpi, row)
        if value is not None:
            found.setdefault(row["vendor"], []).append((_day_of(kpi, row), value))
    for vendor, values in sorted(found.items()):
        good, total = _sums(kpi, values, month, as_of, calendar)
        if total > 0:
            low, high = _interval(kpi, good, total)
            yield dict(zip(COLUMNS, (vendor, month, name, good, total, good / total, low, high), strict=True))


def value_of(kpi: OwnKpi, row: Row) -> float | None:
    """What one row counts; None where it is not of this KPI, or blank."""
    if kpi.of and row["measure" if kpi.source == "measurements" else "kind"] != kpi.of:
        return None
    if kpi.value == "count":
        return 1.0
    if kpi.value in ("response_hours", "resolution_hours"):
        ended = row["responded_at" if kpi.value == "response_hours" else "resolved_at"]
        return None if pd.isna(ended) else (ended - row["opened_at"]) / _HOUR
    value = row[kpi.value]
    return None if pd.isna(value) else float(value)


def _day_of(kpi: OwnKpi, row: Row) -> date:
    day: date = row["measured_on"] if kpi.source == "measurements" else row["opened_at"].date()
    return day


def _sums(
    kpi: OwnKpi, told: list[tuple[date, float]], month: str, as_of: date, calendar: Calendar
) -> tuple[float, float]:
    """A running month has the working days up to the last one that was told of; a month that is over has all."""
    values = [value for _, value in told]
    match kpi.how:
        case "mean":
            return sum(values), len(values)
        case "sum":
            return sum(values), 1
        case "per_working_day":
            first, last = span(month)
            until = last if as_of > last else max(day for day, _ in told)
            return sum(values), calendar.working_days(first - timedelta(days=1), until)
        case "share":
            limit = float(kpi.within or 0)
            within = [value >= limit if kpi.direction == "higher" else value <= limit for value in values]
            return sum(within), len(within)


def _interval(kpi: OwnKpi, good: float, total: float) -> tuple[float, float]:
    if kpi.how != "share":
        return np.nan, np.nan
    low, high = wilson(np.array([good]), np.array([total]))
    return float(low[0]), float(high[0])
