"""外协评价表: a rater's form, with the quarter's facts beside each name and what 1 to 5 mean; letters about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from robots.crew.surveyor.survey import Asked
from robots.figures.kpis import RATED
from robots.figures.lines import records
from robots.ledger import Ledger
from robots.model.decisions import Column, Look, Notice, Sheet, Table, Workbook
from robots.model.forms import Form
from robots.model.money import ZERO
from robots.model.periods import months_of
from robots.model.words import Text, say
from robots.rules import Surveys

FORM_LAYOUT = 1
MARKS = (1, 2, 3, 4, 5)
MOST_NAMED = 10


@dataclass(frozen=True)
class Facts:
    """A vendor's quarter, so that a mark rests on something: lines due, shares 0…1 (None where unknown), alerts."""

    lines_due: int
    on_time: Decimal | None
    quality: Decimal | None
    alerts: int


def facts_of(ledger: Ledger, period: str, vendors: Sequence[str]) -> dict[str, Facts]:
    """What is known of vendors in a quarter."""
    sums: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    for row in records(ledger.kpis(months_of(period), vendors)):
        good, total = sums.get((row["vendor"], row["kpi"]), (ZERO, ZERO))
        sums[row["vendor"], row["kpi"]] = good + row["good"], total + row["total"]
    alerts = ledger.standing()
    return {
        vendor: Facts(
            int(sums.get((vendor, "on_time"), (ZERO, ZERO))[1]),
            _share(sums.get((vendor, "on_time"))), _share(sums.get((vendor, "quality"))), alerts.get(vendor, 0),
        )
        for vendor in vendors
    }  # fmt: skip


def _share(pair: tuple[Decimal, Decimal] | None) -> Decimal | None:
    return pair[0] / pair[1] if pair and pair[1] else None


# ------------------------------------------------------------------ the form


def rating_form(rater: str, period: str, facts: Mapping[str, Facts], terms: Surveys, by: date) -> Workbook:
    """One row per vendor, most business first: facts that must not change, four marks and a sentence to fill in."""
    ranked = sorted(facts.items(), key=lambda pair: (-pair[1].lines_due, pair[0]))
    rows = tuple((vendor, *_known(one), *[""] * len(RATED), "", period, rater) for vendor, one in ranked)
    reasoned = "/".join(map(str, terms.reasoned))
    told = (
        (say("survey.fact.by"), say("survey.by", day=by)),
        (say("form.how"), say("survey.how", reasoned=reasoned)),
        *((say(f"survey.question.{name}"), say(f"survey.hint.{name}")) for name in RATED),
    )
    front = Sheet(
        say("survey.sheet"), say("survey.title", period=period, rater=rater), told, (Table(_columns(), rows),)
    )
    name = say("survey.file", period=period, rater=rater)
    return Workbook("forms", name, (front, _anchors()), Form(f"surveys-{period}-{rater}", FORM_LAYOUT, "surveys"))


def _known(one: Facts) -> tuple[Any, ...]:
    return one.lines_due, one.on_time, one.quality, one.alerts


def _columns() -> tuple[Column, ...]:
    choices = tuple(map(str, MARKS))
    marks = (
        Column(say(f"survey.mark.{name}"), Look.INTEGER, 14, True, choices, hint=say(f"survey.hint.{name}"))
        for name in RATED
    )
    return (
        Column(say("column.vendor"), Look.WRAP, 26),
        Column(say("column.lines_due"), Look.INTEGER, 9),
        Column(say("survey.on_time"), Look.PERCENT, 9),
        Column(say("column.quality"), Look.PERCENT, 9),
        Column(say("survey.alerts"), Look.INTEGER, 9),
        *marks,
        Column(say("survey.comment"), Look.WRAP, 34, open=True),
        Column(say("survey.period"), Look.TEXT, 10),
        Column(say("survey.rater"), Look.TEXT, 14),
    )


def _anchors() -> Sheet:
    """What each mark means for each question, with an example: marks of two raters then mean the same."""
    columns = (
        Column(say("survey.mark.mark"), Look.INTEGER, 7),
        *(Column(say(f"survey.question.{name}"), Look.WRAP, 32) for name in RATED),
    )
    rows = tuple((mark, *(say(f"survey.anchor.{name}.{mark}") for name in RATED)) for mark in reversed(MARKS))
    return Sheet(say("survey.anchors"), say("survey.anchors_title"), (), (Table(columns, rows),))


# ------------------------------------------------------------------ letters


def invitation(rater: str, role: str, period: str, vendors: Sequence[str], by: date, form: str) -> Notice:
    """The letter that carries a rater's form."""
    headline = say("notice.survey.headline", rater=rater, period=period, count=len(vendors))
    return Notice(role, headline, _named(vendors), "info", (form,), next_step=say("notice.survey.next", day=by))


def reminder(asked: Asked, role: str, period: str, by: date) -> Notice:
    """To a rater of whom nothing has come; the form is in the outbox since it went out."""
    headline = say("notice.reminder.headline", rater=asked.rater, period=period, count=len(asked.vendors))
    file = say("survey.file", period=period, rater=asked.rater)
    lines = (say("notice.reminder.issued", day=asked.issued_on, file=file), *_named(asked.vendors))
    return Notice(role, headline, lines, "warning", next_step=say("notice.reminder.next", day=by))


def _named(vendors: Sequence[str]) -> tuple[Text, ...]:
    """Vendors by name; of many, the first."""
    left = len(vendors) - MOST_NAMED
    return (*vendors[:MOST_NAMED], *((say("notice.survey.more", count=left),) if left > 0 else ()))
