"""How a vendor stands over quarters: trend, decline, and the lists that somebody decides on (RULES 6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pandas as pd

from robots.model.periods import previous
from robots.model.words import Text, say
from robots.rules import Scorecard

Row = Mapping[str, Any]
STRATEGIC, IMPROVE, ELIMINATE = "strategic", "improve", "eliminate"


@dataclass(frozen=True)
class Listing:
    """A vendor put on a list for a quarter, and why. The strategic and the elimination list are proposals only."""

    vendor: str
    list: str
    because: Text


def by_vendor(scores: Iterable[dict[str, Any]]) -> dict[str, dict[str, dict[str, Any]]]:
    """Vendor → period → its row of the scores."""
    table: dict[str, dict[str, dict[str, Any]]] = {}
    for row in scores:
        table.setdefault(row["vendor"], {})[row["period"]] = row
    return table


def backwards(period: str, count: int) -> tuple[str, ...]:
    """A period and those before it, `count` in all, the latest first.

    >>> backwards("2026Q1", 3)
    ('2026Q1', '2025Q4', '2025Q3')
    """
    periods = [period]
    while len(periods) < count:
        periods.append(previous(periods[-1]))
    return tuple(periods[:count])


def listings(vendor: str, periods: Mapping[str, Row], quarter: str, card: Scorecard) -> Iterator[Listing]:
    """The lists that a quarter's grade puts a vendor on. No grade puts it on none."""
    grade = _grade(periods, quarter)
    if not grade:
        return
    best, worst = (pick(card.grades, key=lambda name: card.grades[name]) for pick in (max, min))
    recent = backwards(quarter, card.strategic_quarters)
    if all(_grade(periods, one) == best for one in recent):
        yield Listing(vendor, STRATEGIC, say("list.strategic.because", grade=best, count=len(recent), first=recent[-1]))
    recent = backwards(quarter, card.eliminate_quarters)
    vetoes = [code for code in _vetoes(periods[quarter]) if code in card.eliminate_vetoes]
    if vetoes:
        how = "curable" if is_curable(periods, quarter, card) else "veto"
        yield Listing(vendor, ELIMINATE, say(f"list.eliminate.{how}", veto=periods[quarter]["capped_by"]))
    elif all(_grade(periods, one) == worst for one in recent):
        yield Listing(vendor, ELIMINATE, say("list.eliminate.grades", grade=worst, count=len(recent), first=recent[-1]))
    if card.grades[grade] < _passing(card):
        yield Listing(vendor, IMPROVE, say("list.improve.because", grade=grade, score=periods[quarter]["score"]))


def is_curable(periods: Mapping[str, Row], quarter: str, card: Scorecard) -> bool:
    """Does the elimination rest on a certificate alone, which may be renewed?"""
    _, worst = (pick(card.grades, key=lambda name: card.grades[name]) for pick in (max, min))
    vetoes = {code for code in _vetoes(periods[quarter]) if code in card.eliminate_vetoes}
    recent = backwards(quarter, card.eliminate_quarters)
    return vetoes == {"certificate"} and not all(_grade(periods, one) == worst for one in recent)


def _passing(card: Scorecard) -> Decimal:
    """The lowest score of the second best grade: below it a vendor has to improve."""
    return sorted(card.grades.values(), reverse=True)[1]


def _grade(periods: Mapping[str, Row], period: str) -> str:
    grade = periods.get(period, {}).get("grade")
    return grade if isinstance(grade, str) else ""


def _vetoes(row: Row) -> list[str]:
    said = row["vetoes"]
    return said.split(",") if isinstance(said, str) else []


def declines(periods: Mapping[str, Row], period: str) -> int:
    """How many periods in a row the score fell, up to this one; one without a score ends the row."""
    known = []
    while (score := periods.get(period, {}).get("score")) is not None and not pd.isna(score):
        known.append(score)
        period = previous(period)
    falls = 0
    for later, earlier in pairwise(known):
        if later >= earlier:
            break
        falls += 1
    return falls


def change(periods: Mapping[str, Row], period: str) -> Decimal | None:
    """The score less that of the period before; None where one of them is missing."""
    now, before = (periods.get(one, {}).get("score") for one in (period, previous(period)))
    if now is None or before is None or pd.isna(now) or pd.isna(before):
        return None
    difference: Decimal = now - before
    return difference
