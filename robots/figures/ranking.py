"""Who comes before whom: by rates shrunken towards their category, so that two perfect lines do not lead (RULES 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from robots.figures.scores import interpolate
from robots.model.money import cents
from robots.rules import Scorecard

Row = Mapping[str, Any]
RATES = ("on_time", "quality", "response")  # good of total, each of them one thing that went well or did not


def shrunken(good: Decimal, total: Decimal, mean: Decimal, strength: int) -> Decimal:
    """(k + m·s) ÷ (n + s): a rate of few cases is drawn towards the mean of its category.

    >>> shrunken(Decimal(2), Decimal(2), Decimal("0.8"), 10), shrunken(Decimal(0), Decimal(0), Decimal("0.8"), 10)
    (Decimal('0.8333333333333333333333333333'), Decimal('0.8'))
    """
    return (good + mean * strength) / (total + strength)


def ranking_scores(points: Iterable[Row], categories: Mapping[str, str], card: Scorecard) -> dict[str, Decimal]:
    """Vendor → its score of one period with every rate shrunken; all other KPIs count as they are.

    `points`: vendor, kpi, value, n, floor, target, weight, points of one period. The mean of a category is that of its
    vendors' sums; vendors without a category are one.
    """
    rows = list(points)
    means = _means(rows, categories)
    sums: dict[str, list[Decimal]] = {}
    for row in rows:
        earned = row["points"]
        if row["kpi"] in RATES:
            mean = means[categories.get(row["vendor"], ""), row["kpi"]]
            rate = shrunken(row["value"] * row["n"], row["n"], mean, card.shrink_strength)
            earned = interpolate(rate, row["floor"], row["target"])
        both = sums.setdefault(row["vendor"], [Decimal(0), Decimal(0)])
        both[0] += row["weight"] * earned
        both[1] += row["weight"]
    return {vendor: cents(total / weight) for vendor, (total, weight) in sums.items() if weight}


def _means(rows: Iterable[Row], categories: Mapping[str, str]) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], list[Decimal]] = {}
    for row in rows:
        if row["kpi"] in RATES:
            both = sums.setdefault((categories.get(row["vendor"], ""), row["kpi"]), [Decimal(0), Decimal(0)])
            both[0] += row["value"] * row["n"]
            both[1] += row["n"]
    return {key: good / total for key, (good, total) in sums.items() if total}


def percentile(vendor: str, scores: Mapping[str, Any]) -> int | None:
    """The share of the other vendors, in per cent, that do not stand better; None where there is nobody else.

    >>> percentile("甲", {"甲": Decimal(90), "乙": Decimal(80), "丙": Decimal(95)})
    50
    """
    others: list[Any] = [score for name, score in scores.items() if name != vendor]
    if vendor not in scores or not others:
        return None
    return round(100 * sum(bool(score <= scores[vendor]) for score in others) / len(others))
