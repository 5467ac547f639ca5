"""When a scorecard goes out: once on the first working day after its period, and once more when its ratings are in."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from robots.crew.reviewer.book import Book, Row
from robots.crew.reviewer.correction import edition_rows
from robots.crew.reviewer.lists import improvement_form, list_rows, verdict_form
from robots.crew.reviewer.scorecard import scorecard
from robots.crew.reviewer.vendors import vendor_edition
from robots.figures.lines import records
from robots.figures.standing import ELIMINATE, IMPROVE, STRATEGIC
from robots.model.calendar import UnknownYear
from robots.model.decisions import Column, Decision, Look, Notice, Table, record
from robots.model.periods import months_of, previous, quarter_of, span
from robots.model.words import Text, say

FIRST, FINAL = "scorecard", "scorecard-final"


def editions(book: Book) -> Iterator[Decision]:
    """The scorecard of the last period that is over, if it has not gone out yet; a quarter's final one with what has to
    be decided on it, and an edition for each vendor."""
    if not book.vendors:
        return
    issued = {row["what"] for row in records(book.ledger.said("issued")) if row["period"] == book.period}
    final = is_final(book)
    if FINAL in issued or (FIRST in issued and not final):
        return
    yield from _issue(book, final)


def is_final(book: Book) -> bool:
    """A month's always is. A quarter's when every vendor with a grade is rated, or the time for it is over."""
    if not book.is_quarter:
        return True
    if all("csat" in book.points[vendor] for vendor in book.vendors if book.grade(vendor)):
        return True
    try:
        days = book.basis.rules.calendar.working_days(span(book.period)[1], book.today)
    except UnknownYear:
        return False
    return days >= book.card.final_after_days


def _issue(book: Book, final: bool) -> Iterator[Decision]:
    day, period = book.today.isoformat(), book.period
    entry = {"what": FINAL if final else FIRST, "period": period, "whom": "", "day": day}
    yield Decision("reviewer", period, "issued", record("issued", [entry]))
    if final:
        yield Decision("reviewer", period, "edition", record("editions", list(edition_rows(book, 1))))
    edition = say("scorecard.final" if final else "scorecard.first")
    yield Decision("reviewer", period, "scorecard", scorecard(book, edition), name="scorecard")
    attached = ["scorecard"]
    if final and book.is_quarter:
        yield Decision("reviewer", period, "listed", record("listed", list(list_rows(book))))
        for name, form in (("verdicts", verdict_form(book)), ("improvements", improvement_form(book))):
            if form is not None:
                yield Decision("reviewer", period, name, form, name=name)
                attached.append(name)
        for vendor in book.vendors:
            yield Decision("reviewer", period, f"vendor-{vendor}", vendor_edition(book, vendor))
    yield Decision("reviewer", period, "scorecard-notice", _notice(book, final, tuple(attached)))


def _notice(book: Book, final: bool, attached: tuple[str, ...]) -> Notice:
    grades = [book.grade(vendor) for vendor in book.vendors]
    counts: tuple[Text, ...] = tuple(
        say("notice.scorecard.grade" if grade else "notice.scorecard.no_grade", grade=grade, count=grades.count(grade))
        for grade in sorted(set(grades), key=lambda grade: grade or "~")
    )
    passed_over = skipped(book)
    counts += (say("notice.scorecard.skipped", periods="、".join(passed_over)),) if passed_over else ()
    lists = tuple(
        say(f"notice.scorecard.{name}", names="、".join(one.vendor for one in book.listed if one.list == name))
        for name in (STRATEGIC, IMPROVE, ELIMINATE)
        if any(one.list == name for one in book.listed)
    )
    edition = say("scorecard.final" if final else "scorecard.first")
    return Notice(
        "manager", say("notice.scorecard.headline", period=book.period, edition=edition), (*counts, *lists), "info",
        attached, _last_ones(book), say("notice.scorecard.next" if len(attached) > 1 else "notice.scorecard.look"),
    )  # fmt: skip


def skipped(book: Book) -> list[str]:
    """The periods since the latest scorecard that none was issued for, because nobody ran the robots in time."""
    issued = {row["period"] for row in records(book.ledger.said("issued")) if row["what"].startswith(FIRST)}
    known = [months_of(period)[-1] for period in issued if period != book.period]
    last = months_of(book.period)[-1]
    if not known or book.period in issued:
        return []
    found, month = [], previous(last)
    while month > max(known):
        quarter = quarter_of(span(month)[0])
        found.append(quarter if months_of(quarter)[-1] == month else month)
        month = previous(month)
    return found[::-1]


def earned_notice(book: Book) -> Iterator[Decision]:
    """What was earned today; what is ours to give to a vendor whose elimination is proposed waits."""
    rows = sorted((row for row in book.earned if row["day"] == book.today.isoformat()), key=lambda row: row["vendor"])
    if not rows:
        return
    lines = tuple((row["vendor"], int(row["rung"]), _reward(book, row), row["amount"]) for row in rows)
    columns = (
        Column(say("column.vendor")), Column(say("column.streak"), Look.INTEGER), Column(say("column.reward")),
        Column(say("column.amount"), Look.MONEY),
    )  # fmt: skip
    notice = Notice("manager", say("notice.earned.headline", count=len(lines)), (), "info", (), Table(columns, lines),
                    say("notice.earned.next"))  # fmt: skip
    yield Decision("reviewer", book.today.isoformat(), "earned-notice", notice)


def _reward(book: Book, row: Row) -> Text:
    reward = say(f"reward.{row['reward']}")
    waits = pd.isna(row["amount"]) and row["vendor"] in book.eliminating
    return say("notice.earned.suspended", reward=reward) if waits else reward


def _last_ones(book: Book) -> Table:
    """For the letter: the three vendors that a manager should look at first."""
    rows = tuple(
        (vendor, book.grade(vendor) or say("scorecard.no_grade"), book.score(vendor)["score"])
        for vendor in reversed(book.vendors[-3:])
    )
    columns = (
        Column(say("column.vendor")),
        Column(say("column.grade", quarter=book.period)),
        Column(say("column.score", quarter=book.period), Look.NUMBER),
    )
    return Table(columns, rows, say("notice.scorecard.last"))
