"""KPIs → points → a score and a grade per vendor and period, with what is missing said beside it (RULES 6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from robots.figures.lines import records
from robots.model.money import cents
from robots.model.periods import span
from robots.rules import Rules, Scorecard

Kpi = tuple[float, float]  # good, total


@dataclass(frozen=True)
class Score:
    """One vendor's score of one period. `grade` is empty where too much weight is missing (证据不足)."""

    vendor: str
    period: str
    score: Decimal | None
    grade: str
    n: int
    missing_weight: Decimal
    capped_by: str
    provisional: bool
    points: tuple[tuple[str, Decimal], ...]


def score_all(kpis: pd.DataFrame, contracts: pd.DataFrame, rules: Rules) -> Iterator[Score]:
    """Scores of every vendor for each month and quarter that has any KPI."""
    targets = _contract_targets(contracts)
    for (vendor, period), values in sorted(_by_period(kpis).items()):
        first, last = span(period)
        card = rules.scorecard(last)
        agreed = _agreed(targets.get(vendor, ()), first, last)
        yield score_one(vendor, period, values, agreed, card)


def _by_period(kpis: pd.DataFrame) -> dict[tuple[str, str], dict[str, Kpi]]:
    """(vendor, period) → KPI → (good, total): months as they are, quarters as sums, never means of means."""
    table: dict[tuple[str, str], dict[str, Kpi]] = {}
    for vendor, period, kpi, good, total in kpis[["vendor", "period", "kpi", "good", "total"]].itertuples(index=False):
        quarter = f"{period[:4]}Q{(int(period[5:]) + 2) // 3}" if "-" in period else period
        for key in {(vendor, period), (vendor, quarter)}:
            before = table.setdefault(key, {}).get(kpi, (0.0, 0.0))
            table[key][kpi] = before[0] + float(good), before[1] + float(total)
    return table


def score_one(
    vendor: str, period: str, values: Mapping[str, Kpi], agreed: Mapping[str, Decimal], card: Scorecard
) -> Score:
    """Weighted mean of the points of the KPIs that have data; the weight of those that have none is told."""
    points = {}
    for kpi in card.weights:
        good, total = values.get(kpi, (0.0, 0.0))
        if total > 0 and not (kpi in ("communication", "problem_solving", "culture") and total < card.fewest_raters):
            value = Decimal(repr(good)) / Decimal(repr(total))
            points[kpi] = interpolate(value, card.floors[kpi], agreed.get(kpi, card.targets[kpi]))
    whole = sum(card.weights.values(), Decimal(0))
    weight = sum((card.weights[kpi] for kpi in points), Decimal(0))
    missing = (whole - weight) / whole
    score = cents(sum(card.weights[k] * p for k, p in points.items()) / weight) if weight else None
    enough = score is not None and missing <= card.most_missing_weight
    grade, capped = _capped(_grade(score, card), values, card) if score is not None and enough else ("", "")
    n = int(values.get("on_time", (0, 0))[1])
    told = tuple((kpi, cents(p)) for kpi, p in points.items())
    return Score(vendor, period, score, grade, n, missing, capped, n < card.provisional_below, told)


def interpolate(value: Decimal, floor: Decimal, target: Decimal) -> Decimal:
    """Points 0…100 on the straight line between (floor, 0) and (target, 100).

    >>> interpolate(Decimal("0.95"), Decimal("0.9"), Decimal("1.0"))
    Decimal('50.0')
    """
    if target <= floor:
        return Decimal(100) if value >= target else Decimal(0)
    return min(max((value - floor) / (target - floor), Decimal(0)), Decimal(1)) * 100


def _grade(score: Decimal, card: Scorecard) -> str:
    """The first grade whose lowest score is reached: half-open, 100 in the highest."""
    steps = sorted(card.grades.items(), key=lambda item: -item[1])
    return next(grade for grade, lowest in steps if score >= lowest)


def _capped(grade: str, values: Mapping[str, Kpi], card: Scorecard) -> tuple[str, str]:
    good, total = values.get("quality", (0.0, 0.0))
    if total and good / total < float(card.floors["quality"]) and grade in ("A", "B"):
        return "C", f"quality < {card.floors['quality']}"
    return grade, ""


def _contract_targets(contracts: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Vendor → its contracts with targets, the latest start first."""
    table: dict[str, list[dict[str, Any]]] = {}
    for row in records(contracts.sort_values("starts_on", ascending=False)):
        table.setdefault(row["vendor"], []).append(row)
    return table


def _agreed(contracts: Any, first: date, last: date) -> dict[str, Decimal]:
    """The targets of the contract in force in a period: the latest that had begun and had not ended."""
    for row in contracts:
        if row["starts_on"] <= last and row["ends_on"] >= first:
            told = {"on_time": row["otd_target"], "csat": row["csat_target"]}
            if not pd.isna(row["ppm_target"]):
                told["quality"] = 1 - Decimal(row["ppm_target"]) / 10**6
            return {kpi: Decimal(value) for kpi, value in told.items() if not pd.isna(value)}
    return {}
