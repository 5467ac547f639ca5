"""The surveyor asks, each quarter, the people who work with vendors what they think of them, and tells how far apart
the answers lie. Who rates whom is a rule: `config/rules/surveys.toml`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import pandas as pd

from robots.crew.registry import robot
from robots.crew.surveyor.paper import facts_of, invitation, rating_form, reminder
from robots.crew.surveyor.summary import result, summary
from robots.crew.surveyor.survey import (
    REMINDER,
    SUMMARY,
    Asked,
    Survey,
    forms_of,
    noted,
    summaries_of,
    survey_of,
)
from robots.ledger import Ledger
from robots.model.decisions import Decision, record
from robots.model.periods import previous, quarter_of, span
from robots.rules import Rater, Rules, Surveys


@robot
def surveyor(ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    """Forms out, once per quarter and rater; reminders; and what came of it. Without raters, not a word."""
    round_ = Round(ledger, rules, today)
    yield from round_.forms()
    for period in round_.going_on():
        yield from round_.follow(survey_of(ledger, period))


@dataclass(frozen=True)
class Round:
    """A working day of the surveyor's."""

    ledger: Ledger
    rules: Rules
    today: date

    @cached_property
    def terms(self) -> Surveys:
        """Who rates, and by when."""
        return self.rules.surveys(self.today)

    @cached_property
    def issued(self) -> pd.DataFrame:
        """What went out before today."""
        return self.ledger.said("issued")

    @cached_property
    def period(self) -> str:
        """The quarter that ended last."""
        return previous(quarter_of(self.today))

    def by(self, issued_on: date) -> date:
        """The day until which a form that went out is to come back."""
        return self.rules.calendar.after_working_days(issued_on, self.terms.answer_days)

    def _days_since(self, day: date) -> int:
        return self.rules.calendar.working_days(day, self.today)

    # -------------------------------------------------------------- forms

    def forms(self) -> Iterator[Decision]:
        """A form for every rater who has none yet, while the quarter is young and there are vendors to rate."""
        before = forms_of(self.issued).get(self.period, set())
        waiting = {name: rater for name, rater in self.terms.working.items() if name not in before}
        opened = span(quarter_of(self.today))[0] - timedelta(days=1)
        if not waiting or self._days_since(opened) > self.terms.issue_days:
            return
        asked = {name: vendors for name, rater in waiting.items() if (vendors := self._vendors_of(rater))}
        if not asked:
            return
        for name, vendors in asked.items():
            yield from self._form(name, waiting[name], vendors)
        rows = list(noted(self.period, asked, self.today))
        yield Decision("surveyor", self.period, "issued", record("issued", rows))

    def _form(self, name: str, rater: Rater, vendors: tuple[str, ...]) -> Iterator[Decision]:
        by, form = self.by(self.today), f"survey-{name}"
        facts = facts_of(self.ledger, self.period, vendors)
        yield Decision("surveyor", self.period, name, rating_form(name, self.period, facts, self.terms, by), name=form)
        yield Decision(
            "surveyor", self.period, f"letter-{name}",
            invitation(name, rater.role, self.period, vendors, by, form),
        )  # fmt: skip

    @cached_property
    def _busy(self) -> set[str]:
        return self.ledger.busy(*span(self.period))

    def _vendors_of(self, rater: Rater) -> tuple[str, ...]:
        """Vendors with business in the quarter, of the rater's categories."""
        if not rater.categories:
            return tuple(sorted(self._busy))
        vendors = self.ledger.table("vendors")
        category = dict(zip(vendors["vendor"], vendors["category"], strict=True))
        return tuple(sorted(vendor for vendor in self._busy if category.get(vendor) in rater.categories))

    # -------------------------------------------------------------- what came back

    def going_on(self) -> list[str]:
        """Periods whose forms went out and that wait for answers or for their summary."""
        return [period for period, raters in sorted(forms_of(self.issued).items()) if self._goes_on(period, raters)]

    def _goes_on(self, period: str, raters: set[str]) -> bool:
        """Until every form is back; after its summary, for as long as no later quarter has ended."""
        summed = summaries_of(self.issued, period)
        return f"{len(raters)}/{len(raters)}" not in summed and (not summed or period == self.period)

    def follow(self, survey: Survey) -> Iterator[Decision]:
        """The summary when all forms are in or the time is over, and again when a late one comes; else reminders."""
        over = all(self._days_since(one.issued_on) > self.terms.answer_days for one in survey.missing)
        if not over:
            yield from self._reminders(survey)
        elif survey.standing not in survey.summed:
            yield from self._summary(survey)

    def _reminders(self, survey: Survey) -> Iterator[Decision]:
        rows = []
        for one in survey.missing:
            number = sum(self._days_since(one.issued_on) >= days for days in self.terms.remind_days)
            rater = self.terms.working.get(one.rater)
            if rater is None or number <= one.reminders:
                continue
            yield from self._reminder(one, rater, survey.period, number)
            new = range(one.reminders, number)
            rows += [_row(f"{REMINDER}-{n + 1}", survey.period, one.rater, self.today) for n in new]
        if rows:
            yield Decision("surveyor", survey.period, "reminded", record("issued", rows))

    def _reminder(self, one: Asked, rater: Rater, period: str, number: int) -> Iterator[Decision]:
        letter = reminder(one, rater.role, period, self.by(one.issued_on))
        yield Decision("surveyor", period, f"reminder-{number}-{one.rater}", letter)

    def _summary(self, survey: Survey) -> Iterator[Decision]:
        name = f"survey-summary-{survey.period}"
        if survey.ratings:
            unasked = self.ledger.busy(*span(survey.period)) - set(survey.vendors)
            workbook = summary(survey, self.terms, unasked, self.today)
            yield Decision("surveyor", survey.period, "summary", workbook, name=name)
        notice = result(survey, self.terms, self.today, (name,) if survey.ratings else ())
        yield Decision("surveyor", survey.period, "result", notice)
        rows = [_row(SUMMARY, survey.period, survey.standing, self.today)]
        yield Decision("surveyor", survey.period, "summed", record("issued", rows))


def _row(what: str, period: str, whom: str, today: date) -> dict[str, str]:
    return {"what": what, "period": period, "whom": whom, "day": today.isoformat()}
