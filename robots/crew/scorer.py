"""The scorer keeps KPIs by vendor and month, and scores by month and quarter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd

from robots.crew.registry import robot
from robots.figures.kpis import COLUMNS, all_kpis
from robots.figures.lines import order_lines
from robots.figures.scores import Score, score_all
from robots.ledger import Ledger
from robots.model.decisions import Decision, record
from robots.rules import Rules


@robot
def scorer(ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    """Figure every KPI as of today, then every score."""
    deliveries = ledger.table("deliveries")
    lines = order_lines(ledger.table("orders"), deliveries, today)
    tolerance = rules.scorecard(today).tolerance_days
    kpis = all_kpis(lines, _with_vendor(deliveries, lines), ledger.table("surveys"), today, tolerance)
    yield Decision("scorer", today.isoformat(), "kpis", record("kpis", list(_kpi_rows(kpis)), replace=True))
    scores = [_score_row(score) for score in score_all(kpis, ledger.table("contracts"), rules)]
    yield Decision("scorer", today.isoformat(), "scores", record("scores", scores, replace=True))


def _with_vendor(deliveries: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """A delivery without a vendor is its order's vendor's."""
    known = lines.drop_duplicates(["order_id", "line"])[["order_id", "line", "vendor"]]
    joined = deliveries.merge(known.rename(columns={"vendor": "ordered_from"}), on=["order_id", "line"], how="left")
    return joined.assign(vendor=joined["vendor"].fillna(joined["ordered_from"]))


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
