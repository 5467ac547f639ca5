"""What marks say beside their mean: how far they lie apart, whose are all alike, which lack a sentence."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import mean, stdev

from robots.crew.surveyor.survey import Asked, Rating, Survey
from robots.figures.kpis import RATED

_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Spread:
    """The marks of one vendor on one question, with who gave them; figures only of `fewest` raters or more."""

    vendor: str
    question: str
    marks: tuple[tuple[str, Decimal], ...]
    fewest: int

    @property
    def mean(self) -> Decimal | None:
        """Mean, to the hundredth."""
        return _hundredths(mean(self._values)) if self._enough else None

    @property
    def deviation(self) -> Decimal | None:
        """Standard deviation of the sample (n − 1), to the hundredth."""
        return _hundredths(stdev(self._values)) if self._enough and len(self.marks) > 1 else None

    @property
    def lowest(self) -> Decimal | None:
        """The lowest mark."""
        return min(self._values) if self._enough else None

    @property
    def highest(self) -> Decimal | None:
        """The highest mark."""
        return max(self._values) if self._enough else None

    @property
    def gap(self) -> Decimal:
        """Highest less lowest mark, whoever few gave them."""
        return max(self._values) - min(self._values) if self.marks else Decimal(0)

    @property
    def _values(self) -> list[Decimal]:
        return [mark for _, mark in self.marks]

    @property
    def _enough(self) -> bool:
        return len(self.marks) >= max(self.fewest, 1)


def _hundredths(value: Decimal) -> Decimal:
    return value.quantize(_HUNDREDTH, rounding=ROUND_HALF_UP)


def spreads(survey: Survey, fewest: int) -> Iterator[Spread]:
    """Every vendor and question, also those without a mark."""
    for vendor in survey.vendors:
        mine = [rating for rating in survey.ratings if rating.vendor == vendor]
        for question in RATED:
            marks = tuple((one.rater, one.marks[question]) for one in mine if question in one.marks)
            yield Spread(vendor, question, marks, fewest)


def is_alike(asked: Asked, vendors: int) -> bool:
    """The same marks for every one of at least so many vendors: nobody was told from another.

    >>> from datetime import date
    >>> same = tuple(Rating("甲", name, {"csat": Decimal(4), "culture": Decimal(3)}) for name in "子丑寅")
    >>> is_alike(Asked("甲", date(2026, 7, 1), (), 0, same), 3), is_alike(Asked("甲", date(2026, 7, 1), (), 0, same), 4)
    (True, False)
    """
    marked = [rating for rating in asked.ratings if rating.marks]
    given = {question: {one.marks[question] for one in marked if question in one.marks} for question in RATED}
    return len(marked) >= vendors and all(len(marks) <= 1 for marks in given.values())


def without_reason(asked: Asked, reasoned: Collection[int]) -> tuple[Rating, ...]:
    """Ratings with a mark that asks for a sentence, and none."""
    return tuple(
        rating for rating in asked.ratings if not rating.comment and set(rating.marks.values()) & set(reasoned)
    )
