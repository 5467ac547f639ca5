"""A quarter's survey as it stands: who was asked about whom, when, and what came back.

What went out is kept in `issued`: a row for each form, for each vendor on it, for each reminder and each summary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from robots.figures.kpis import RATED
from robots.figures.lines import records
from robots.ledger import Ledger
from robots.model.names import identity

FORM, LINE, REMINDER, SUMMARY = "survey", "survey-of", "survey-reminder", "survey-summary"


@dataclass(frozen=True)
class Rating:
    """What one rater says of one vendor: question → mark (1–5) where one was given, and a comment."""

    rater: str
    vendor: str
    marks: Mapping[str, Decimal]
    comment: str = ""


@dataclass(frozen=True)
class Asked:
    """One rater's form: the vendors on it, and the ratings that came back."""

    rater: str
    issued_on: date
    vendors: tuple[str, ...]
    reminders: int
    ratings: tuple[Rating, ...]

    @property
    def has_answered(self) -> bool:
        """Did anything come back? A vendor left blank is one that the rater cannot judge."""
        return bool(self.ratings)


@dataclass(frozen=True)
class Survey:
    """All forms of a period, in the order of the raters' names."""

    period: str
    asked: tuple[Asked, ...]
    summed: frozenset[str]

    @property
    def missing(self) -> tuple[Asked, ...]:
        """Who has not answered."""
        return tuple(one for one in self.asked if not one.has_answered)

    @property
    def standing(self) -> str:
        """How many forms came back of how many: a summary is made once for each."""
        return f"{len(self.asked) - len(self.missing)}/{len(self.asked)}"

    @property
    def ratings(self) -> tuple[Rating, ...]:
        """Every rating, rater by rater."""
        return tuple(rating for one in self.asked for rating in one.ratings)

    @property
    def vendors(self) -> tuple[str, ...]:
        """Every vendor that somebody was asked about."""
        return tuple(sorted({vendor for one in self.asked for vendor in one.vendors}))


def forms_of(issued: pd.DataFrame) -> dict[str, set[str]]:
    """Period → raters whose form went out."""
    forms = issued[issued["what"] == FORM]
    return {str(period): set(group["whom"]) for period, group in forms.groupby("period")}


def summaries_of(issued: pd.DataFrame, period: str) -> frozenset[str]:
    """How many forms had come back when summaries of a period were made ("2/3")."""
    mine = issued[(issued["what"] == SUMMARY) & (issued["period"] == period)]
    return frozenset(mine["whom"])


def survey_of(ledger: Ledger, period: str) -> Survey:
    """The survey of a period as it stands."""
    issued = ledger.said("issued")
    mine = records(issued[issued["period"] == period])
    came = _came_back(records(ledger.rated(period)))
    forms = sorted((row for row in mine if row["what"] == FORM), key=lambda row: row["whom"])
    return Survey(period, tuple(_asked(row, mine, came) for row in forms), summaries_of(issued, period))


def _asked(form: Mapping[str, Any], mine: list[dict[str, Any]], came: dict[str, tuple[Rating, ...]]) -> Asked:
    rater = form["whom"]
    vendors = tuple(sorted(row["whom"] for row in mine if row["what"] == f"{LINE}:{rater}"))
    reminders = sum(row["whom"] == rater and row["what"].startswith(REMINDER) for row in mine)
    return Asked(rater, date.fromisoformat(form["day"]), vendors, reminders, came.get(identity(rater), ()))


def _came_back(rows: list[dict[str, Any]]) -> dict[str, tuple[Rating, ...]]:
    """Identity of a rater → the ratings that say something."""
    found: dict[str, tuple[Rating, ...]] = {}
    for row in rows:
        marks = {question: row[question] for question in RATED if not pd.isna(row[question])}
        comment = "" if pd.isna(row["comment"]) else row["comment"]
        if marks or comment:
            rating = Rating(row["rater"], row["vendor"], marks, comment)
            found[identity(row["rater"])] = (*found.get(identity(row["rater"]), ()), rating)
    return found


def noted(period: str, asked: Mapping[str, tuple[str, ...]], today: date) -> Iterator[dict[str, str]]:
    """What `issued` keeps of forms that go out: rater → vendors."""
    for rater, vendors in asked.items():
        yield {"what": FORM, "period": period, "whom": rater, "day": today.isoformat()}
        for vendor in vendors:
            yield {"what": f"{LINE}:{rater}", "period": period, "whom": vendor, "day": today.isoformat()}
