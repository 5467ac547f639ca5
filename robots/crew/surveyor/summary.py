"""评价汇总: what the raters say of each vendor, how far they lie apart, who did not answer, whose marks say little."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from robots.crew.surveyor.spread import Spread, is_alike, spreads, without_reason
from robots.crew.surveyor.survey import Asked, Rating, Survey
from robots.figures.kpis import RATED
from robots.model.decisions import Chart, Column, Look, Notice, Sheet, Table, Workbook
from robots.model.words import Text, say
from robots.rules import Surveys

_NAMES = "、"
MOST_TOLD = 5  # gaps in a letter; the workbook has them all
_QUESTION = {name: say(f"survey.question.{name}") for name in RATED}


def summary(survey: Survey, terms: Surveys, unasked: Collection[str], today: date) -> Workbook:
    """Vendors first, then every question in figures, the raters, and the sentences to ask for."""
    found = list(spreads(survey, terms.fewest_raters))
    vendors = vendor_table(survey, found, terms)
    charts = (
        Chart("column", say("survey.chart.mean"), 0, 0, (3,), axis=(0, 5)),
        Chart("column", say("survey.chart.gap"), 0, 0, (7,), axis=(0, 4)),
    )
    facts = (*_facts(survey, terms, today), *_unasked(unasked))
    title = say("survey.summary.title", period=survey.period)
    note = say("survey.summary.note", fewest=terms.fewest_raters, apart=terms.apart)
    sheets = (
        Sheet(say("survey.summary.sheet"), title, facts, (vendors,), charts, (note,)),
        Sheet(say("survey.summary.figures"), say("survey.summary.figures_title"), (), (question_table(found, terms),)),
        Sheet(say("survey.summary.raters"), say("survey.summary.raters_title"), (), (rater_table(survey, terms),)),
        Sheet(
            say("survey.summary.reasons"),
            say("survey.summary.reasons_title", marks="/".join(map(str, terms.reasoned))),
            (),
            (reason_table(survey, terms),),
        ),
    )
    return Workbook("reports", say("survey.summary.file", period=survey.period), sheets)


def result(survey: Survey, terms: Surveys, today: date, attach: tuple[str, ...]) -> Notice:
    """The letter to the role that is told: who did not answer by name, and what the summary shows."""
    values = {"period": survey.period, "asked": len(survey.asked), "missing": len(survey.missing)}
    key = "notice.survey_result.missing" if survey.missing else "notice.survey_result.headline"
    facts = tuple(say("notice.fact", name=name, value=value) for name, value in _facts(survey, terms, today))
    apart = (say("notice.fact", name=one.vendor, value=_apart(one)) for one in _far_apart(survey, terms)[:MOST_TOLD])
    step = say("notice.survey_result.chase" if survey.missing else "notice.survey_result.next")
    severity = "warning" if survey.missing else "info"
    return Notice(terms.told, say(key, **values), (*facts, *apart), severity, attach, next_step=step)


def _facts(survey: Survey, terms: Surveys, today: date) -> Iterator[tuple[Text, Text]]:
    """What stands on top of the summary and in its letter."""
    yield say("fact.as_of"), today.isoformat()
    back = len(survey.asked) - len(survey.missing)
    yield say("survey.fact.back"), say("survey.back", back=back, asked=len(survey.asked))
    if survey.missing:
        yield say("survey.fact.missing"), _lines(map(_missing, survey.missing))
    if apart := _far_apart(survey, terms):
        vendors = len({one.vendor for one in apart})
        yield say("survey.fact.apart"), say("survey.apart_count", count=len(apart), vendors=vendors, apart=terms.apart)
    if alike := [one.rater for one in survey.asked if is_alike(one, terms.alike)]:
        yield say("survey.fact.alike"), say("survey.alike", raters=_NAMES.join(alike))
    if wanted := [one for asked in survey.asked for one in without_reason(asked, terms.reasoned)]:
        raters = _NAMES.join(dict.fromkeys(one.rater for one in wanted))
        yield say("survey.fact.reasons"), say("survey.reasons", count=len(wanted), raters=raters)


def _unasked(vendors: Collection[str]) -> Iterator[tuple[Text, Text]]:
    if vendors:
        yield say("survey.fact.unasked"), _NAMES.join(sorted(vendors))


def _missing(one: Asked) -> Text:
    return say("survey.missing", rater=one.rater, day=one.issued_on, reminders=one.reminders)


def _far_apart(survey: Survey, terms: Surveys) -> list[Spread]:
    """Questions on which raters do not agree, the widest gap first."""
    found = (one for one in spreads(survey, terms.fewest_raters) if one.gap >= terms.apart)
    return sorted(found, key=lambda one: (-one.gap, one.vendor))


def _apart(one: Spread) -> Text:
    """Who gave the lowest and who the highest mark."""
    low, high = min(one.marks, key=_mark), max(one.marks, key=_mark)
    values = {"low": low[1], "by": low[0], "high": high[1], "other": high[0]}
    return say("survey.apart", question=_QUESTION[one.question], **values)


def _mark(pair: tuple[str, Decimal]) -> Decimal:
    return pair[1]


def _lines(texts: Any) -> Text:
    return say("list.lines", items=tuple(texts))


# ------------------------------------------------------------------ tables


def vendor_table(survey: Survey, found: list[Spread], terms: Surveys) -> Table:
    """One row per vendor, the least satisfying first: how many rated it and who did not, the four means, the widest
    gap, what to look at."""
    columns = (
        Column(say("column.vendor"), Look.WRAP, 26),
        Column(say("survey.column.rated"), Look.TEXT, 10),
        Column(say("survey.column.without"), Look.WRAP, 18),
        *(Column(say("survey.column.mean", question=_QUESTION[name]), Look.SCORE, 12) for name in RATED),
        Column(say("survey.column.gap"), Look.SCORE, 10),
        Column(say("column.remark"), Look.WRAP, 54),
    )
    rows = (_vendor_row(survey, vendor, found, terms) for vendor in survey.vendors)
    return Table(columns, tuple(sorted(rows, key=lambda row: (row[3] is None, row[3], row[0]))))


def _vendor_row(survey: Survey, vendor: str, found: list[Spread], terms: Surveys) -> tuple[Any, ...]:
    mine = [one for one in found if one.vendor == vendor]
    asked = [one.rater for one in survey.asked if vendor in one.vendors]
    rated = {rating.rater for rating in survey.ratings if rating.vendor == vendor and rating.marks}
    without = _NAMES.join(one for one in asked if one not in rated)
    widest = max((one.gap for one in mine if len(one.marks) > 1), default=None)
    means = (one.mean for one in mine)
    return vendor, f"{len(rated)}/{len(asked)}", without, *means, widest, _remark(mine, len(rated), terms)


def _remark(mine: list[Spread], rated: int, terms: Surveys) -> Text:
    if rated < terms.fewest_raters:
        return say("survey.too_few", rated=rated, fewest=terms.fewest_raters)
    apart = [_apart(one) for one in mine if one.gap >= terms.apart]
    return _lines(apart) if apart else ""


def question_table(found: list[Spread], terms: Surveys) -> Table:
    """One row per vendor and question: n, mean, lowest, highest, standard deviation."""
    columns = (
        Column(say("column.vendor"), Look.WRAP, 28),
        Column(say("survey.column.question"), Look.TEXT, 16),
        Column(say("survey.column.n"), Look.INTEGER, 8),
        Column(say("survey.column.average"), Look.SCORE, 10),
        Column(say("survey.column.lowest"), Look.SCORE, 10),
        Column(say("survey.column.highest"), Look.SCORE, 10),
        Column(say("survey.column.deviation"), Look.SCORE, 12),
        Column(say("column.remark"), Look.WRAP, 24),
    )
    rows = tuple(
        (
            one.vendor, _QUESTION[one.question], len(one.marks), one.mean, one.lowest, one.highest, one.deviation,
            say("survey.wide", gap=one.gap) if one.gap >= terms.apart else "",
        )
        for one in found
    )  # fmt: skip
    return Table(columns, rows)


def rater_table(survey: Survey, terms: Surveys) -> Table:
    """One row per rater: when the form went out, how often reminded, what came back, whether marks are all alike."""
    columns = (
        Column(say("survey.rater"), Look.TEXT, 18),
        Column(say("survey.column.issued_on"), Look.DATE, 12),
        Column(say("survey.column.reminders"), Look.INTEGER, 9),
        Column(say("survey.column.answered"), Look.TEXT, 10),
        Column(say("survey.column.rated"), Look.TEXT, 12),
        Column(say("survey.column.average"), Look.SCORE, 10),
        Column(say("column.remark"), Look.WRAP, 40),
    )
    return Table(columns, tuple(_rater_row(one, terms) for one in survey.asked))


def _rater_row(one: Asked, terms: Surveys) -> tuple[Any, ...]:
    rated = [rating for rating in one.ratings if rating.marks]
    own = Spread("", "", tuple((one.rater, mark) for rating in rated for mark in rating.marks.values()), 1)
    answered = say("form.yes" if one.has_answered else "form.no")
    remark = say("survey.alike_short", count=len(rated)) if is_alike(one, terms.alike) else ""
    share = f"{len(rated)}/{len(one.vendors)}"
    return one.rater, one.issued_on, one.reminders, answered, share, own.mean, remark


def reason_table(survey: Survey, terms: Surveys) -> Table:
    """Marks that ask for a sentence and have none: a request, no error."""
    columns = (
        Column(say("survey.rater"), Look.TEXT, 18),
        Column(say("column.vendor"), Look.WRAP, 28),
        Column(say("survey.column.marks"), Look.WRAP, 44),
    )
    wanted = [one for asked in survey.asked for one in without_reason(asked, terms.reasoned)]
    rows = tuple((one.rater, one.vendor, _lines(_marks(one, terms))) for one in wanted)
    return Table(columns, rows, empty=say("survey.no_reasons"))


def _marks(rating: Rating, terms: Surveys) -> Iterator[Text]:
    for question, mark in rating.marks.items():
        if mark in terms.reasoned:
            yield say("survey.marked", question=_QUESTION[question], mark=mark)
