"""The scorer keeps KPIs by vendor and month, and scores by month and quarter."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from itertools import chain
from typing import Any

import pandas as pd

from robots.crew.registry import robot
from robots.figures.kpis import COLUMNS, all_kpis
from robots.figures.ordering import lead_times, ordered
from robots.figures.scores import Score, score_all
from robots.ledger import Ledger, frame
from robots.model.decisions import Decision, record
from robots.model.periods import quarter_of, span
from robots.rules import Rules


@robot
def scorer(ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    """Figure again what changed since it was last figured: KPIs by vendor and month, and the scores they make."""
    stale = {period: frozenset(vendors) for period, vendors in ledger.stale.items()}
    if not stale:
        return
    kpis = _figured(ledger, rules.scorecard(today).tolerance_days, today)
    scope = _scope(stale)
    for name, rows in _ordering(ledger).items():
        yield Decision("scorer", today.isoformat(), name, record(name, rows, scope=scope))
    yield Decision("scorer", today.isoformat(), "kpis", record("kpis", list(_kpi_rows(kpis)), scope=scope))
    wanted = _with_quarters(stale)
    known = pd.concat([_kept(ledger, wanted, set(scope)), kpis], ignore_index=True)
    scores = score_all(known, ledger.table("contracts"), rules)
    rows = [_score_row(score) for score in scores if score.vendor in wanted.get(score.period, ())]
    yield Decision("scorer", today.isoformat(), "scores", record("scores", rows, scope=_scope(wanted)))
    yield Decision("scorer", today.isoformat(), "stale", record("stale", [], replace=True))


def _figured(ledger: Ledger, tolerance_days: int, today: date) -> pd.DataFrame:
    """The KPIs of every stale vendor and period, a month at a time."""
    surveys = ledger.table("surveys")
    parts: list[pd.DataFrame] = []
    for period, vendors in sorted(ledger.stale.items()):
        asked = surveys[(surveys["period"] == period) & surveys["vendor"].isin(list(vendors))]
        everyone = set(chain.from_iterable(vendors.values())) if "-" in period else set()
        first, latest = (ledger.due_in(period, due, everyone) for due in ("due_first", "due_latest"))
        arrived = ledger.arrived_in(period, everyone)
        parts.append(all_kpis(first, latest, arrived, asked, today, tolerance_days))
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def _ordering(ledger: Ledger) -> dict[str, list[dict[str, Any]]]:
    """What was ordered in every stale month, and how long it took: tables of the store by name."""
    found: dict[str, list[dict[str, Any]]] = {"ordered": [], "leads": []}
    for period, vendors in sorted(ledger.stale.items()):
        if "-" in period:
            lines = ledger.ordered_in(period, set(chain.from_iterable(vendors.values())))
            found["ordered"] += ordered(lines)
            found["leads"] += lead_times(lines)
    return found


Periods = dict[str, frozenset[str]]


def _scope(periods: Periods) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((vendor, period) for period, vendors in periods.items() for vendor in vendors))


def _with_quarters(stale: Periods) -> Periods:
    """What is scored again: the stale periods, and the quarters that stale months are part of."""
    wanted = dict(stale)
    for period, vendors in stale.items():
        quarter = quarter_of(span(period)[0]) if "-" in period else period
        wanted[quarter] = wanted.get(quarter, frozenset()) | vendors
    return wanted


def _kept(ledger: Ledger, wanted: Periods, figured: Collection[tuple[str, str]]) -> pd.DataFrame:
    """The KPIs that quarters rest on beside those just figured."""
    quarters = {period for period in wanted if "Q" in period}
    months = {f"{quarter[:4]}-{int(quarter[5]) * 3 - n:02d}" for quarter in quarters for n in range(3)}
    rows = frame(ledger.history.kpis({*wanted, *months}))[COLUMNS]
    others = [key not in figured for key in zip(rows["vendor"], rows["period"], strict=True)]
    return rows[pd.Series(others, rows.index, dtype=bool)].astype(
        dict.fromkeys(("good", "total", "value", "low", "high"), float)
    )


def _kpi_rows(kpis: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for row in kpis[COLUMNS].itertuples(index=False):
        yield {name: _exact(value) for name, value in zip(COLUMNS, row, strict=True)}


def _exact(value: Any) -> Any:
    """A figure as text that the store rounds to its scale; a missing bound of an interval stays missing."""
    if isinstance(value, str):
        return value
    return None if pd.isna(value) else format(float(value), ".8f")


def _score_row(score: Score) -> dict[str, Any]:
    return {
        "vendor": score.vendor, "period": score.period, "score": score.score, "grade": score.grade or None,
        "n": score.n, "missing_weight": score.missing_weight, "capped_by": score.capped_by or None,
        "provisional": score.provisional,
    }  # fmt: skip
