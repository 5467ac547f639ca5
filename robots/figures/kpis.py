"""KPIs per vendor and period (RULES 6): counts first, the rate last, and an interval that says how sure it is."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from robots.figures.exact import units
from robots.figures.lines import judged, later, month_text

COLUMNS = ["vendor", "period", "kpi", "good", "total", "value", "low", "high"]
_Z = 1.959963984540054  # the 97.5 % point of the normal distribution
RATED = ("csat", "communication", "problem_solving", "culture")


def all_kpis(
    first: pd.DataFrame,
    latest: pd.DataFrame,
    deliveries: pd.DataFrame,
    surveys: pd.DataFrame,
    as_of: date,
    tolerance_days: int,
) -> pd.DataFrame:
    """Every KPI that the tables allow, by vendor and month (a rating: by the period it was asked for).

    `first` and `latest` are order lines as `order_lines` makes them, chosen by due_first and by due_latest. Columns:
    vendor, period, kpi, and the floats good, total, value, low, high: the last two are the 95 % Wilson interval of a
    share, else null.
    """
    parts = [
        punctuality(first, "on_time", "due_first", as_of, tolerance_days),
        punctuality(latest, "on_time_latest", "due_latest", as_of, tolerance_days),
        *quality(deliveries, as_of),
        *(rating(surveys, name) for name in RATED),
    ]
    return pd.concat([part for part in parts if len(part)] or [parts[0]], ignore_index=True)


def punctuality(lines: pd.DataFrame, name: str, due: str, as_of: date, tolerance_days: int) -> pd.DataFrame:
    """Lines due in a month and fully accepted by their date (+ tolerance) ÷ all lines due by `as_of`.

    A line never delivered is a miss; one not due yet is not counted.
    """
    counted = lines[lines[due].notna() & (lines[due] <= as_of).fillna(False) & lines["vendor"].notna()]
    latest = later(counted[due], tolerance_days)
    good = (counted["completed_on"] <= latest).fillna(False).astype("bool")
    rows = pd.DataFrame({"vendor": counted["vendor"], "period": month_text(counted[due]), "good": good.astype("int64")})
    return _shares(rows.assign(total=1), name)


def quality(deliveries: pd.DataFrame, as_of: date) -> list[pd.DataFrame]:
    """Accepted ÷ (accepted + rejected), and rejected per million received, over deliveries that were judged."""
    rows = judged(deliveries)
    arrived = (rows["delivered_on"] <= as_of).fillna(False)
    known = rows[rows["accepted"].notna() & rows["rejected"].notna() & rows["vendor"].notna() & arrived]
    base = pd.DataFrame({"vendor": known["vendor"], "period": month_text(known["delivered_on"])})
    accepted, rejected = units(known["accepted"]) / 10**4, units(known["rejected"]) / 10**4
    share = _shares(base.assign(good=accepted, total=accepted + rejected), "quality")
    ppm = _shares(base.assign(good=rejected, total=units(known["received"]) / 10**4), "ppm")
    return [share, ppm.assign(value=ppm["value"] * 10**6, low=np.nan, high=np.nan)]


def rating(surveys: pd.DataFrame, name: str) -> pd.DataFrame:
    """Mean of a 1–5 rating: `good` is the sum of the marks, `total` the number of raters."""
    given = surveys[surveys[name].notna()]
    rows = pd.DataFrame({"vendor": given["vendor"], "period": given["period"], "good": units(given[name]) / 10**4})
    return _shares(rows.assign(total=1), name).assign(low=np.nan, high=np.nan)


def _shares(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    sums = rows.groupby(["vendor", "period"], as_index=False)[["good", "total"]].sum()
    sums = sums[sums["total"] > 0]
    low, high = wilson(sums["good"].to_numpy(float), sums["total"].to_numpy(float))
    value = sums["good"].astype(float) / sums["total"].astype(float)
    return sums.assign(kpi=name, value=value, low=low, high=high)[COLUMNS]


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
