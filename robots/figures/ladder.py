"""阶梯式奖励: consecutive months on every target, and what they earn (RULES 6).

A month on target adds one; a month without data pauses; a miss sets the count back to nothing, and a month with a veto
is one. Each rung is earned
once on the way up, and again only after a miss.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from robots.figures.scores import Basis, Kpi
from robots.model.periods import month_of, span

BONUS, RENEWAL = "bonus", "renewal"
VETO = "veto"  # among the KPIs missed: something that no target makes up for
ELSEWHERE = "elsewhere"  # earned before this home settled anything: people have seen to it


@dataclass(frozen=True)
class Step:
    """One vendor's month: `reached` is None without data; `streak` counts after it; `missed` are the KPIs below target.

    `months` are those of the streak, this one last.
    """

    vendor: str
    month: str
    reached: bool | None
    streak: int
    missed: tuple[str, ...]
    months: tuple[str, ...]


@dataclass(frozen=True)
class Rung:
    """What a streak earned at the end of a month: `reward` is bonus, renewal, volume or strategic.

    A bonus is `rate` of what was accepted, net, in `months` under the contract.
    """

    vendor: str
    rung: int
    month: str
    months: tuple[str, ...]
    reward: str
    contract_id: str | None
    rate: Decimal | None


def climb(months: Mapping[tuple[str, str], Mapping[str, Kpi]], basis: Basis) -> Iterator[Step]:
    """Every vendor's months from the first with data to the last that is over, the earliest first.

    `months`: (vendor, YYYY-MM) → KPI → (good, total).
    """
    starts: dict[str, str] = {}
    for vendor, month in sorted(months, key=lambda key: key[1]):
        starts.setdefault(vendor, month)
    for vendor, start in sorted(starts.items()):
        held: tuple[str, ...] = ()
        for month in _months(start, basis.today):
            reached, missed = _on_target(vendor, month, months.get((vendor, month), {}), basis)
            held = held if reached is None else (*held, month) if reached else ()
            yield Step(vendor, month, reached, len(held), missed, held)


def _months(start: str, today: date) -> Iterator[str]:
    """The months from one on that are over."""
    first, last = span(start)
    while last < today:
        yield month_of(first)
        first, last = span(month_of(last + timedelta(days=1)))


def _on_target(vendor: str, month: str, values: Mapping[str, Kpi], basis: Basis) -> tuple[bool | None, tuple[str, ...]]:
    """Were all targets reached, and which were not; None where nothing was measured and nothing happened."""
    first, last = span(month)
    card = basis.rules.scorecard(last)
    contract = basis.contract(vendor, first, last)
    missed, measured = [], False
    for kpi in card.ladder_kpis:
        good, total = values.get(kpi, (0.0, 0.0))
        if total <= 0 or kpi not in card.measures:
            continue
        measured = True
        target, _ = basis.target(kpi, vendor, contract, card)
        _, floor, usual = card.measures[kpi]
        value, wanted = Decimal(repr(good)), target * Decimal(repr(total))
        if value < wanted if usual > floor else value > wanted:
            missed.append(kpi)
    if basis.vetoes(vendor, first, last, values, card):
        missed.append(VETO)
    return (not missed if measured or missed else None), tuple(missed)


def earned(steps: Iterable[Step], basis: Basis) -> Iterator[Rung]:
    """The rungs reached: each in the month in which the streak came to its number of months."""
    for step in steps:
        card = basis.rules.scorecard(span(step.month)[1])
        for name, number in sorted(card.ladder.items(), key=lambda item: item[1]):
            if step.reached and step.streak == number:
                yield _rung(step, name, number, basis)


def _rung(step: Step, name: str, number: int, basis: Basis) -> Rung:
    """The rung of a name; a contract without a bonus gives priority at renewal in its place."""
    contract = basis.contract(step.vendor, *span(step.month)) or {}
    said = contract.get("bonus_rate")
    rate = Decimal(said) if said is not None and said == said and said > 0 else None  # noqa: PLR0124  # nan
    reward = RENEWAL if name == BONUS and rate is None else name
    contract_id = contract.get("contract_id")
    return Rung(step.vendor, number, step.month, step.months, reward, contract_id, rate if reward == BONUS else None)


def next_rung(streak: int, ladder: Mapping[str, int]) -> tuple[str, int] | None:
    """The rung above a streak and the months that are left to it; None on top.

    >>> next_rung(2, {"bonus": 3, "volume": 6}), next_rung(6, {"bonus": 3, "volume": 6})
    (('bonus', 1), None)
    """
    above = sorted((months, name) for name, months in ladder.items() if months > streak)
    return (above[0][1], above[0][0] - streak) if above else None
