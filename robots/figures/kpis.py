"""KPIs per vendor and period (RULES 6): counts first, the rate last, and an interval that says how sure it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd

from robots.figures.exact import units
from robots.figures.lines import days_of, judged, later, month_text, records

COLUMNS = ["vendor", "period", "kpi", "good", "total", "value", "low", "high"]
_Z = 1.959963984540054  # the 97.5 % point of the normal distribution
_NOTHING = pd.DataFrame({name: pd.Series(dtype=float if name in ("good", "total", "value", "low", "high") else "str")
                         for name in COLUMNS})  # fmt: skip
RATED = ("csat", "communication", "problem_solving", "culture")


def punctuality(lines: pd.DataFrame, name: str, due: str, as_of: date, tolerance_days: int) -> pd.DataFrame:
    """Lines due in a month and fully accepted by their date (+ tolerance) ÷ all lines due by `as_of`.

    A line never delivered is a miss; one not due yet is not counted; a miss that was not the vendor's fault is left
    out (its line is `excused`).
    """
    if not len(lines):
        return _NOTHING
    counted = lines[lines[due].notna() & (lines[due] <= as_of).fillna(False) & lines["vendor"].notna()]
    latest = later(counted[due], tolerance_days)
    good = (counted["completed_on"] <= latest).fillna(False).astype("bool")
    rows = pd.DataFrame({"vendor": counted["vendor"], "period": month_text(counted[due]), "good": good.astype("int64")})
    return _shares(rows[good | counted["excused"].isna()].assign(total=1), name)


def drift(lines: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """How far promises were moved: days from the first to the latest promise, as a mean over lines due in a month."""
    if not len(lines):
        return _NOTHING
    counted = lines[lines["due_first"].notna() & (lines["due_first"] <= as_of).fillna(False) & lines["vendor"].notna()]
    moved = (days_of(counted["due_latest"].fillna(counted["due_first"])) - days_of(counted["due_first"])).clip(lower=0)
    rows = pd.DataFrame({"vendor": counted["vendor"], "period": month_text(counted["due_first"]), "good": moved})
    return _shares(rows.assign(total=1), "drift").assign(low=np.nan, high=np.nan)


def quality(deliveries: pd.DataFrame, as_of: date) -> list[pd.DataFrame]:
    """Accepted ÷ (accepted + rejected), and rejected per million received, over deliveries that were judged.

    What was rejected by no fault of the vendor's (`excused`) is neither rejected nor received.
    """
    if not len(deliveries):
        return [_NOTHING, _NOTHING]
    rows = judged(deliveries)
    arrived = (rows["delivered_on"] <= as_of).fillna(False)
    known = rows[rows["accepted"].notna() & rows["rejected"].notna() & rows["vendor"].notna() & arrived]
    base = pd.DataFrame({"vendor": known["vendor"], "period": month_text(known["delivered_on"])})
    accepted, received = units(known["accepted"]) / 10**4, units(known["received"]) / 10**4
    turned_down = units(known["rejected"]) / 10**4
    rejected = turned_down.where(known["excused"].isna(), 0)
    share = _shares(base.assign(good=accepted, total=accepted + rejected), "quality")
    ppm = _shares(base.assign(good=rejected, total=received - turned_down + rejected), "ppm")
    return [share, ppm.assign(value=ppm["value"] * 10**6, low=np.nan, high=np.nan)]


def rating(surveys: pd.DataFrame, name: str) -> pd.DataFrame:
    """Mean of a 1–5 rating: `good` is the sum of the marks, `total` the number of raters."""
    if not len(surveys):
        return _NOTHING
    given = surveys[surveys[name].notna()]
    rows = pd.DataFrame({"vendor": given["vendor"], "period": given["period"], "good": units(given[name]) / 10**4})
    return _shares(rows.assign(total=1), name).assign(low=np.nan, high=np.nan)


def responses(tickets: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Tickets answered within their `hours` ÷ tickets, by the month they were opened in, as of the start of a day.

    A ticket without an answer is a miss once its hours are over, and is not counted before. One that is done was
    answered by then: done within its hours it counts, done later nobody knows, for many trackers note no answers.
    """
    rows = []
    for row in records(tickets[tickets["opened_at"].notna() & tickets["vendor"].notna()]):
        in_time = answered_in_time(row, as_of)
        if in_time is not None:
            rows.append((row["vendor"], f"{row['opened_at']:%Y-%m}", int(in_time), 1))
    return _shares(pd.DataFrame(rows, columns=["vendor", "period", "good", "total"]), "response")


def answered_in_time(row: Mapping[str, Any], as_of: date) -> bool | None:
    """Was a ticket answered within its `hours`? None where that is not known (yet), and it does not count."""
    last = row["opened_at"] + timedelta(hours=float(row["hours"]))
    answer = row["resolved_at"] if pd.isna(row["responded_at"]) else row["responded_at"]
    if pd.isna(answer):
        return False if last < datetime.combine(as_of, time.min) else None
    return None if pd.isna(row["responded_at"]) and answer > last else bool(answer <= last)


def costs(billed: pd.DataFrame) -> pd.DataFrame:
    """Ordered ÷ billed price, weighted by quantity: 1 is as agreed, less is dearer."""
    if not len(billed):
        return _NOTHING
    known = billed[(billed["price"] > 0).fillna(False)]
    quantity = units(known["quantity"]) / 10**4
    rows = pd.DataFrame({"vendor": known["vendor"], "period": month_text(known["invoiced_on"])})
    rows = rows.assign(
        good=quantity * units(known["price"]) / 10**6, total=quantity * units(known["unit_price"]) / 10**6
    )
    return _shares(rows, "cost").assign(low=np.nan, high=np.nan)


def together(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """KPIs of several sorts as one table."""
    some = list(parts)
    return pd.concat([part for part in some if len(part)] or some[:1], ignore_index=True)


def _shares(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    if not len(rows):
        return _NOTHING
    sums = rows.groupby(["vendor", "period"], as_index=False)[["good", "total"]].sum()
    sums = sums[sums["total"] > 0]
    good, total = (sums[column].to_numpy(float) for column in ("good", "total"))
    low, high = wilson(good, total)
    return sums.assign(kpi=name, value=good / total, low=low, high=high)[COLUMNS]


def between(low: float, high: float) -> tuple[str, str]:
    """Both ends of an interval in percent, with as many decimals as they need to be told apart from each other, and
    from all and nothing.

    >>> between(0.62, 0.97), between(0.9970, 0.9991), between(0.9, 1.0)
    (('62%', '97%'), ('99.7%', '99.9%'), ('90%', '100%'))
    """
    for digits in (0, 1, 2):
        ends = f"{low:.{digits}%}", f"{high:.{digits}%}"
        whole = (f"{0:.{digits}%}", f"{1:.{digits}%}")
        near = (ends[0] == whole[0] and low > 0) or (ends[1] == whole[1] and high < 1)
        if ends[0] != ends[1] and not near:
            break
    return ends


def wilson(good: np.ndarray, total: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """95 % Wilson score interval of a share (E. B. Wilson, 1927).

    >>> low, high = wilson(np.array([8.0]), np.array([10.0])); round(float(low[0]), 4), round(float(high[0]), 4)
    (0.4902, 0.9433)
    """
    share = np.clip(good / total, 0, 1)
    denominator = 1 + _Z**2 / total
    centre = (share + _Z**2 / (2 * total)) / denominator
    half = _Z * np.sqrt(share * (1 - share) / total + _Z**2 / (4 * total**2)) / denominator
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)
