"""供应商评分卡: a summary with ranking, trend and lists; the reward ladder; a sheet for each vendor."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd

from robots.crew.reviewer.book import TREND_SHOWN, Book, Row
from robots.crew.reviewer.vendors import Audience, vendor_sheet
from robots.figures.ladder import next_rung
from robots.figures.scores import Kpi
from robots.figures.standing import backwards, change, declines
from robots.model.decisions import Chart, Column, Look, Sheet, Table, Workbook
from robots.model.words import Text, say
from robots.rules import ground


def scorecard(book: Book, edition: Text, corrected: tuple[Table, ...] = ()) -> Workbook:
    """The whole scorecard of a period, for the team; `corrected`: what has moved since the edition before."""
    sheets = (
        _summary(book, edition, corrected),
        *((_lists(book),) if book.is_quarter else ()),
        _ladder(book),
        *(vendor_sheet(book, vendor, Audience.TEAM) for vendor in book.vendors),
    )
    return Workbook("reports", say("file.scorecard", period=book.period, edition=edition), sheets)


# ------------------------------------------------------------------ summary


def _summary(book: Book, edition: Text, corrected: tuple[Table, ...]) -> Sheet:
    grades = [book.grade(vendor) for vendor in book.vendors]
    counted = tuple(
        say("scorecard.grade_count", grade=grade or say("scorecard.no_grade"), count=grades.count(grade))
        for grade in sorted(set(grades), key=lambda grade: grade or "~")
    )
    facts = (
        (say("fact.period"), say("scorecard.period", period=book.period, edition=edition)),
        (say("fact.as_of"), book.today),
        (say("fact.grades"), say("list.comma", items=counted)),
        (say("fact.rules"), say("scorecard.rules", reference=ground(book.card))),
    )
    table = _ranking(book)
    chart = Chart("column", say("chart.scores", period=book.period), 0, 1, (4,))
    notes = (say("scorecard.note.rank"), say("scorecard.note.on_time"), say("scorecard.note.missing"))
    return Sheet(
        say("sheet.scorecard"), say("title.scorecard", period=book.period), facts, (table, *corrected), (chart,), notes
    )


def _ranking(book: Book) -> Table:
    trend = backwards(book.period, TREND_SHOWN)[::-1]
    columns = (
        Column(say("column.rank"), Look.INTEGER, 6),
        Column(say("column.vendor"), Look.WRAP, 28),
        Column(say("column.category"), Look.TEXT, 11),
        Column(say("column.grade_plain"), Look.TEXT, 7),
        Column(say("column.score_plain"), Look.SCORE, 8),
        Column(say("column.change"), Look.CHANGE, 8),
        Column(say("column.ranking_score"), Look.SCORE, 8),
        Column(say("column.missing"), Look.PERCENT, 8),
        Column(say("column.lines_due"), Look.INTEGER, 8),
        Column(say("column.on_time_short"), Look.PERCENT, 9),
        Column(say("column.interval_short"), Look.TEXT, 12),
        Column(say("column.quality_short"), Look.PERCENT, 9),
        Column(say("column.csat"), Look.TEXT, 12),
        Column(say("column.ytd"), Look.TEXT, 11),
        Column(say("column.remark"), Look.WRAP, 34),
        *(Column(period, Look.SCORE, 8) for period in trend),
        Column(say("column.trend"), Look.SPARK, 16, over=(15, 14 + len(trend))),
    )
    return Table(columns, tuple(_row(book, number, vendor, trend) for number, vendor in enumerate(book.vendors, 1)))


def _row(book: Book, number: int, vendor: str, trend: tuple[str, ...]) -> tuple[Any, ...]:
    sums, periods, year = book.sums.get(vendor, {}), book.scores[vendor], book.year_to_date.get(vendor)
    return (
        number, vendor, book.basis.categories.get(vendor, ""), book.grade(vendor) or "—", book.score(vendor)["score"],
        change(periods, book.period), book.ranking[vendor], book.score(vendor)["missing_weight"],
        int(sums.get("on_time", (0, 0))[1]), _rate(sums.get("on_time")), book.interval(vendor, "on_time"),
        _rate(sums.get("quality")), _rated(sums.get("csat")),
        "—" if year is None or year.score is None else say("scorecard.ytd", score=year.score, grade=year.grade or "—"),
        _remark(book, vendor), *(_known(periods.get(period, {}).get("score")) for period in trend), None,
    )  # fmt: skip


def _rate(sums: Kpi | None) -> float | None:
    return sums[0] / sums[1] if sums and sums[1] else None


def _rated(sums: Kpi | None) -> Text:
    return say("scorecard.rated", mean=sums[0] / sums[1], n=int(sums[1])) if sums and sums[1] else "—"


def _known(value: Any) -> Decimal | None:
    return None if value is None or pd.isna(value) else value


def _remark(book: Book, vendor: str) -> Text:
    """Everything that has to be said beside a grade."""
    row, falls = book.score(vendor), declines(book.scores[vendor], book.period)
    said: list[Text] = [say(f"list.{one.list}.name") for one in book.listed if one.vendor == vendor]
    if not book.grade(vendor):
        said.append(say("score.no_grade", missing=row["missing_weight"]))
    if not pd.isna(row["capped_by"]):
        said.append(say("score.capped", by=row["capped_by"]))
    if row["provisional"]:
        said.append(say("score.provisional", n=row["n"]))
    if falls >= book.card.declining_periods:
        said.append(say("scorecard.declining", count=falls))
    return say("list.lines", items=tuple(said)) if said else ""


# ------------------------------------------------------------------ lists, ladder


def _lists(book: Book) -> Sheet:
    columns = (
        Column(say("column.list"), Look.TEXT, 16),
        Column(say("column.vendor"), Look.WRAP, 30),
        Column(say("column.grade_plain"), Look.TEXT, 8),
        Column(say("column.score_plain"), Look.SCORE, 10),
        Column(say("column.because"), Look.WRAP, 60),
    )
    order = ("strategic", "improve", "eliminate")
    rows = tuple(
        (say(f"list.{one.list}.name"), one.vendor, book.grade(one.vendor), book.score(one.vendor)["score"], one.because)
        for one in sorted(book.listed, key=lambda one: (order.index(one.list), one.vendor))
    )
    table = Table(columns, rows, empty=say("scorecard.no_lists"))
    return Sheet(
        say("sheet.lists"), say("title.lists", period=book.period), (), (table,), (), (say("scorecard.note.lists"),)
    )


def _ladder(book: Book) -> Sheet:
    columns = (
        Column(say("column.vendor"), Look.WRAP, 30),
        Column(say("column.streak"), Look.INTEGER, 12),
        Column(say("column.last_month"), Look.TEXT, 12),
        Column(say("column.last_reached"), Look.TEXT, 16),
        Column(say("column.missed_kpis"), Look.WRAP, 24),
        Column(say("column.next_rung"), Look.WRAP, 34),
    )
    steps = {step.vendor: step for step in book.steps if step.month <= book.months[-1]}
    rows = tuple(_ladder_row(book, steps[vendor]) for vendor in sorted(steps, key=lambda v: (-steps[v].streak, v)))
    how = tuple(say(f"ladder.rung.{name}", months=months) for name, months in sorted(
        book.card.ladder.items(), key=lambda item: item[1]))  # fmt: skip
    facts = ((say("fact.ladder"), say("list.lines", items=how)),)
    tables = (Table(columns, rows, say("title.ladder_now")), _earned(book))
    return Sheet(say("sheet.ladder"), say("title.ladder"), facts, tables, (), (say("scorecard.note.ladder"),))


def _ladder_row(book: Book, step: Any) -> tuple[Any, ...]:
    above = next_rung(step.streak, book.card.ladder)
    missed = tuple(book.missed_as(kpi) for kpi in step.missed)
    return (
        step.vendor, step.streak, step.month, say(f"ladder.reached.{step.reached}"), say("list.comma", items=missed),
        say("ladder.top") if above is None else say("ladder.next", months=above[1], reward=say(f"reward.{above[0]}")),
    )  # fmt: skip


def _earned(book: Book) -> Table:
    """What was earned and waits, or was settled here."""
    columns = (
        Column(say("column.vendor"), Look.WRAP, 30),
        Column(say("column.reward"), Look.TEXT, 12),
        Column(say("column.month"), Look.TEXT, 12),
        Column(say("column.contract"), Look.TEXT, 16),
        Column(say("column.bonus_sum"), Look.WRAP, 24),
        Column(say("column.state"), Look.WRAP, 34),
    )
    rows = tuple(
        (
            row["vendor"],
            say(f"reward.{row['reward']}"),
            row["month"],
            _plain(row["contract_id"]),
            _sum(row),
            _state(book, row),
        )
        for row in book.earned
    )
    return Table(columns, rows, say("title.earned"), empty=say("ladder.nothing_earned"))


def _sum(row: Row) -> Text:
    if pd.isna(row["amount"]):
        return "—"
    return say("ladder.sum", base=row["base"], rate=float(row["rate"]), amount=row["amount"], currency=row["currency"])


def _state(book: Book, row: Row) -> Text:
    """A bonus is owed by contract, whatever is proposed; what is ours to give waits for the decision."""
    by = row["settled_by"]
    if pd.isna(by) and pd.isna(row["amount"]) and row["vendor"] in book.eliminating:
        return say("ladder.suspended")
    if pd.isna(by):
        return say("ladder.waiting" if not pd.isna(row["amount"]) else "ladder.to_be_granted")
    return say("ladder.settled", by=by)


def _plain(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)
