"""One vendor's page: its KPIs, months, misses with their rows, alerts, ladder, agreed actions.

The edition for the vendor itself holds nothing of anybody else's: its share of others not better in place of a rank,
no alert that speaks of a backup, an account or us, no place in our files, no rater's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from typing import Any

import pandas as pd

from robots.crew.reviewer.book import Book, Row
from robots.figures.kpis import RATED
from robots.figures.ladder import Step, next_rung
from robots.figures.lines import records
from robots.figures.ranking import percentile
from robots.ledger import place
from robots.model.decisions import Chart, Column, Look, Sheet, Table, Workbook
from robots.model.forms import Form
from robots.model.periods import span
from robots.model.words import Text, say
from robots.rules import ground

FORM_LAYOUT = 1
MOST_MISSES = 200
EXCUSING = ("需方", "不可抗力")  # whose fault does not count against the vendor (RULES 6)
# what a vendor is told of: alerts about its own lines, lots, tickets, papers and measures
TOLD = ("LATE", "DUE", "REPROMISE", "QUALITY", "RESPONSE", "CORRECTIVE", "CERTIFICATE", "MATERIAL")


class Audience(Enum):
    """Who reads a page."""

    TEAM = "team"
    VENDOR = "vendor"


def vendor_edition(book: Book, vendor: str, edition: Text = "", moved: Text = "", number: int = 1) -> Workbook:
    """The vendor's own page, and a form on which it may appeal; a corrected `edition` says what has `moved`."""
    sheets = (vendor_sheet(book, vendor, Audience.VENDOR, moved), _appeal_sheet(book, vendor))
    named = f"appeals-{book.period}-{vendor}" if number == 1 else f"appeals-{book.period}-{vendor}-{number}"
    sort = "vendor_corrected" if edition else "vendor_scorecard"
    name = say(f"file.{sort}", period=book.period, vendor=vendor, edition=edition)
    return Workbook("vendors", name, sheets, Form(named, FORM_LAYOUT, "appeals"))


def vendor_sheet(book: Book, vendor: str, audience: Audience, moved: Text = "") -> Sheet:
    """One vendor's page."""
    corrected = ((say("fact.corrected"), moved),) if moved else ()
    facts = (*corrected, *_facts(book, vendor, audience))
    tables = (
        _kpis(book, vendor),
        _months(book, vendor, audience),
        _misses(book, vendor, audience),
        _alerts(book, vendor, audience),
        _actions(book, vendor),
    )
    charts = (
        Chart("line", say("chart.vendor_on_time"), 1, 0, (2, 3), percent=True),
        Chart("line", say("chart.vendor_quality"), 1, 0, (5,), percent=True),
    )
    name = vendor if audience is Audience.TEAM else say("sheet.vendor_scorecard")
    notes = (say("scorecard.note.missing"), say("scorecard.note.excused"))
    return Sheet(
        name, say("title.vendor_scorecard", vendor=vendor, period=book.period), facts, tables, charts, notes, (), False
    )


# ------------------------------------------------------------------ facts


def _facts(book: Book, vendor: str, audience: Audience) -> tuple[tuple[Text, Any], ...]:
    row, year = book.score(vendor), book.year_to_date.get(vendor)
    graded = book.grade(vendor) or say("scorecard.no_grade")
    said: list[tuple[Text, Any]] = [
        (say("fact.grade"), say("scorecard.graded", grade=graded, score=row["score"])),
        (say("fact.standing"), _standing(book, vendor, audience)),
        (say("fact.ytd"), "—" if year is None or year.score is None else
         say("scorecard.ytd", score=year.score, grade=year.grade or say("scorecard.no_grade"))),
    ]  # fmt: skip
    if audience is Audience.TEAM:
        said.append((say("fact.rules"), say("scorecard.rules", reference=ground(book.card))))
    if capped := book.capped(vendor, book.period, audience is Audience.TEAM):
        said.append((say("fact.capped"), capped))
    if row["provisional"]:
        said.append((say("fact.provisional"), say("score.provisional", n=row["n"])))
    if row["missing_weight"] > 0:
        said.append((say("fact.missing"), say("scorecard.missing", missing=float(row["missing_weight"]))))
    said.append((say("fact.ladder"), _ladder(book, vendor)))
    return tuple(said)


def _standing(book: Book, vendor: str, audience: Audience) -> Text:
    """The rank for the team; for the vendor, how many of the others it is not outdone by."""
    if audience is Audience.TEAM:
        return say("scorecard.rank", rank=book.vendors.index(vendor) + 1, count=len(book.vendors))
    share = percentile(vendor, {name: book.standing(name) for name in book.vendors if book.grade(name)})
    return say("scorecard.no_percentile") if share is None else say("scorecard.percentile", share=share)


def _ladder(book: Book, vendor: str) -> Text:
    steps = [step for step in book.steps if step.vendor == vendor and step.month <= book.months[-1]]
    if not steps:
        return "—"
    above = next_rung(steps[-1].streak, book.card.ladder)
    if above is None:
        return say("ladder.stands_top", streak=steps[-1].streak)
    return say("ladder.stands", streak=steps[-1].streak, months=above[1], reward=say(f"reward.{above[0]}"))


# ------------------------------------------------------------------ tables


def _kpis(book: Book, vendor: str) -> Table:
    """Each KPI with its line from floor to target, and what it adds to the score."""
    columns = (
        Column(say("column.kpi"), Look.WRAP, 22),
        Column(say("column.value"), Look.TEXT, 12),
        Column(say("column.n"), Look.TEXT, 13),
        Column(say("column.interval_short"), Look.TEXT, 13),
        Column(say("column.floor"), Look.TEXT, 12),
        Column(say("column.target"), Look.TEXT, 12),
        Column(say("column.level_of_target"), Look.WRAP, 20),
        Column(say("column.points"), Look.SCORE, 10),
        Column(say("column.weight"), Look.NUMBER, 9),
        Column(say("column.share_of_score"), Look.SCORE, 12),
        Column(say("column.ytd"), Look.TEXT, 12),
    )
    whole = sum((row["weight"] for row in book.points[vendor].values()), Decimal(0))
    rows = tuple(_kpi(book, vendor, kpi, whole) for kpi in book.card.measures)
    return Table(columns, rows, say("title.kpis"))


def _kpi(book: Book, vendor: str, kpi: str, whole: Decimal) -> tuple[Any, ...]:
    row, year = book.points[vendor].get(kpi), book.year_to_date.get(vendor)
    yearly = next((one.value for one in year.points if one.kpi == kpi), None) if year else None
    if row is None:
        told = say("scorecard.no_data")
        return (book.title(kpi), told, "—", "—", "—", "—", "", None, None, None, book.shown(kpi, yearly))
    return (
        book.title(kpi), book.shown(kpi, row["value"]), say("value.count", value=float(row["n"])),
        book.interval(vendor, kpi), book.shown(kpi, row["floor"]), book.shown(kpi, row["target"]), row["level"],
        row["points"], row["weight"], row["weight"] * row["points"] / whole, book.shown(kpi, yearly),
    )  # fmt: skip


def _months(book: Book, vendor: str, audience: Audience) -> Table:
    columns = (
        Column(say("column.month"), Look.TEXT, 22),
        Column(say("column.lines_due"), Look.INTEGER, 12),
        Column(say("column.on_time"), Look.PERCENT, 13),
        Column(say("column.on_time_latest"), Look.PERCENT, 13),
        Column(say("column.drift"), Look.NUMBER, 12),
        Column(say("column.quality"), Look.PERCENT, 12),
        Column(say("column.ppm"), Look.INTEGER, 20),
        Column(say("column.score_plain"), Look.SCORE, 10),
        Column(say("column.grade_plain"), Look.TEXT, 9),
        Column(say("column.ladder"), Look.TEXT, 12),
        Column(say("column.streak"), Look.INTEGER, 12),
        Column(say("column.reason"), Look.WRAP, 40),
    )
    steps = {step.month: step for step in book.steps if step.vendor == vendor}
    rows = tuple(
        (*_month(book, vendor, month, steps.get(month)), _why(book, vendor, month, steps.get(month), audience))
        for month in book.months
    )
    return Table(columns, rows, say("title.months"))


def _month(book: Book, vendor: str, month: str, step: Step | None) -> tuple[Any, ...]:
    values, row = book.of_months(vendor)[month], book.scores[vendor].get(month, {})
    rate = {kpi: good / total for kpi, (good, total) in values.items() if total}
    score, grade = row.get("score"), row.get("grade")
    ppm = rate.get("ppm")
    return (
        month, int(values.get("on_time", (0, 0))[1]), rate.get("on_time"), rate.get("on_time_latest"),
        None if "drift" not in rate else round(rate["drift"], 1), rate.get("quality"),
        None if ppm is None else round(ppm * 10**6), None if score is None or pd.isna(score) else score,
        grade if isinstance(grade, str) else "", "" if step is None else say(f"ladder.reached.{step.reached}"),
        None if step is None else step.streak,
    )  # fmt: skip


def _why(book: Book, vendor: str, month: str, step: Step | None, audience: Audience) -> Text:
    """What capped the grade of a month, and what made it a miss on the ladder."""
    capped = book.capped(vendor, month, audience is Audience.TEAM)
    said: list[Text] = [say("score.capped", by=capped)] if capped else []
    if step is not None and step.missed:
        names = say("list.comma", items=tuple(map(book.missed_as, step.missed)))
        said.append(say("ladder.missed", names=names))
    return say("list.lines", items=tuple(said)) if said else ""


def _misses(book: Book, vendor: str, audience: Audience) -> Table:
    """The lines of the period that were not on time, the longest late first."""
    columns = (
        Column(say("column.order"), Look.TEXT, 22),
        Column(say("column.item"), Look.WRAP, 12),
        Column(say("column.due_first"), Look.DATE, 13),
        Column(say("column.due_latest"), Look.DATE, 13),
        Column(say("column.completed_on"), Look.DATE, 12),
        Column(say("column.days_late"), Look.INTEGER, 12),
        Column(say("column.counted"), Look.WRAP, 20),
        Column(say("column.quantity"), Look.NUMBER, 10),
        Column(say("column.accepted"), Look.NUMBER, 9),
        *((Column(say("column.evidence"), Look.WRAP, 40),) if audience is Audience.TEAM else ()),
    )
    late = sorted(book.misses(vendor), key=lambda row: (-days_late(book, row), row["order_id"], row["line"]))
    rows = tuple(
        (
            f"{row['order_id']}/{row['line']}", _plain(row["item"]), row["due_first"], row["due_latest"],
            None if pd.isna(row["completed_on"]) else row["completed_on"], days_late(book, row), _counted(row),
            row["quantity"], row["accepted"], *((place(row),) if audience is Audience.TEAM else ()),
        )
        for row in late[:MOST_MISSES]
    )  # fmt: skip
    return Table(columns, rows, say("title.misses", count=len(late)), empty=say("scorecard.no_misses"))


def days_late(book: Book, row: Row) -> int:
    """Days from the first promise to full acceptance, or to today where it has not come."""
    done = book.today if pd.isna(row["completed_on"]) else row["completed_on"]
    return int((done - row["due_first"]).days)


def _counted(row: Row) -> Text:
    if not pd.isna(row["excused"]):
        return say("scorecard.excused", by=row["excused"])
    return say("scorecard.never" if pd.isna(row["completed_on"]) else "scorecard.late")


def _alerts(book: Book, vendor: str, audience: Audience) -> Table:
    columns = (
        Column(say("column.alert"), Look.TEXT, 22),
        Column(say("column.severity"), Look.LEVEL, 12),
        Column(say("column.first_seen"), Look.DATE, 13),
        Column(say("column.closed_on"), Look.DATE, 13),
        Column(say("column.subject"), Look.WRAP, 12),
        Column(say("column.state"), Look.TEXT, 12),
        Column(say("column.seen"), Look.WRAP, 20),
    )
    mine = [row for row in book.alerts if row["vendor"] == vendor]
    if audience is Audience.VENDOR:
        mine = [row for row in mine if row["code"] in TOLD]
    rows = tuple(
        (
            say(f"alert.{row['code']}.name"), say(f"severity.{row['severity']}"), row["first_seen"],
            _plain(row["closed_on"]), row["subject"], say(f"state.{row['state']}"), row["seen"],
        )
        for row in sorted(mine, key=lambda row: (row["state"] == "closed", row["code"], row["subject"]))
    )  # fmt: skip
    return Table(columns, rows, say("title.vendor_alerts"), empty=say("scorecard.no_alerts"))


def _actions(book: Book, vendor: str) -> Table:
    """Improvement plans, and corrective actions that are open."""
    columns = (
        Column(say("column.action_of"), Look.WRAP, 22),
        Column(say("column.stage"), Look.TEXT, 12),
        Column(say("column.due_by"), Look.DATE, 13),
        Column(say("column.responsible"), Look.TEXT, 13),
        Column(say("column.done_on"), Look.DATE, 12),
        Column(say("column.agreed_action"), Look.WRAP, 12),
    )
    plans = [row for row in records(book.ledger.table("improvements")) if row["vendor"] == vendor]
    corrective = records(book.ledger.table("corrective_actions"))
    open_ones = [row for row in corrective if row["vendor"] == vendor and pd.isna(row["closed_on"])]
    rows = (
        *((say("scorecard.plan", period=row["period"], kpi=row["kpi"]), "", _day(row["due_on"]),
           _plain(row["responsible"]), _day(row["done_on"]), _plain(row["action"])) for row in plans),
        *((say("scorecard.corrective", number=row["action_id"]), _plain(row["stage"]), _day(row["due_on"]), "", "", "")
          for row in open_ones),
    )  # fmt: skip
    return Table(columns, rows, say("title.actions"), empty=say("scorecard.no_actions"))


# ------------------------------------------------------------------ appeals


def _appeal_sheet(book: Book, vendor: str) -> Sheet:
    """A row for each late line, each delivery that was partly rejected, each veto and each low mark: the vendor writes
    why it should not count, with evidence, and sends the workbook back."""
    columns = (
        Column(say("form.word.appeal_id"), Look.TEXT, 24),
        Column(say("form.word.vendor"), Look.WRAP, 26),
        Column(say("form.word.period"), Look.TEXT, 12),
        Column(say("form.word.order_id"), Look.TEXT, 20),
        Column(say("form.word.line"), Look.TEXT, 8),
        Column(say("form.word.delivery_id"), Look.TEXT, 18),
        Column(say("column.appeal_about"), Look.WRAP, 30),
        Column(say("form.word.claim"), Look.WRAP, 40, open=True),
        Column(say("form.word.fault"), Look.TEXT, 12, open=True, choices=("供方", "需方", "不可抗力")),
        Column(say("form.word.evidence"), Look.WRAP, 40, open=True),
    )
    rows = tuple(
        (f"SS-{book.period}-{number}", vendor, book.period, *where, about, "", "", "")
        for number, where, about in (*_late(book, vendor), *_rejected(book, vendor), *_judged(book, vendor))
    )
    facts = ((say("form.how"), say("form.appeal.how", days=book.card.final_after_days)),)
    return Sheet(say("form.appeal.sheet"), say("form.appeal.title", period=book.period), facts,
                 (Table(columns, rows),))  # fmt: skip


Appealable = tuple[str, tuple[str, str, str], Text]  # its number, the order, line and delivery, and what it is about


def _late(book: Book, vendor: str) -> Iterator[Appealable]:
    """Lines that were late and count."""
    counted = [row for row in book.misses(vendor) if pd.isna(row["excused"])]
    for row in sorted(counted, key=lambda row: (row["order_id"], row["line"]))[:MOST_MISSES]:
        where = (row["order_id"], row["line"], "")
        yield f"{row['order_id']}-{row['line']}", where, say("appeal.late", days=days_late(book, row))


def _rejected(book: Book, vendor: str) -> Iterator[Appealable]:
    """Deliveries with pieces rejected by the vendor's own fault; one without a number could not be excused."""
    rows = records(book.ledger.rejections(vendor, *span(book.period)))
    for row in rows:
        number = _plain(row["delivery_id"])
        if number and _plain(row["fault"]) not in EXCUSING:
            where = (row["order_id"], _plain(row["line"]), number)
            yield f"{number}-{_plain(row['line'])}", where, say("appeal.rejected", pieces=row["rejected"])


def _judged(book: Book, vendor: str) -> Iterator[Appealable]:
    """Vetoes and marks below target: no row of ours speaks of them, so a person rules."""
    for number, veto in enumerate(book.vetoes(vendor, book.period), 1):
        if veto.code != "quality":
            yield f"{veto.code}-{number}", ("", "", ""), say("appeal.veto", says=veto.says)
    for kpi, row in book.points[vendor].items():
        if kpi in RATED and row["points"] < 100:
            value, target = (book.shown(kpi, row[name]) for name in ("value", "target"))
            yield kpi, ("", "", ""), say("appeal.rating", name=book.title(kpi), value=value, target=target)


def _plain(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def _day(value: Any) -> Any:
    return "" if value is None or pd.isna(value) else value
