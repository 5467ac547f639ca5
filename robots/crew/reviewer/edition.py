"""When a scorecard goes out: once on the first working day after its period, and once more when its ratings are in."""

from __future__ import annotations

from collections.abc import Iterator

from robots.crew.reviewer.book import Book
from robots.crew.reviewer.lists import improvement_form, list_rows, verdict_form
from robots.crew.reviewer.scorecard import scorecard
from robots.crew.reviewer.vendors import vendor_edition
from robots.figures.lines import records
from robots.figures.standing import ELIMINATE, IMPROVE, STRATEGIC
from robots.model.calendar import UnknownYear
from robots.model.decisions import Column, Decision, Look, Notice, Table, record
from robots.model.periods import span
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
    yield Decision("reviewer", period, "scorecard", scorecard(book, final), name="scorecard")
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
    grades = [book.grade(vendor) or "—" for vendor in book.vendors]
    counts: tuple[Text, ...] = tuple(
        say("notice.scorecard.grade", grade=grade, count=grades.count(grade)) for grade in dict.fromkeys(sorted(grades))
    )
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


def _last_ones(book: Book) -> Table:
    """For the letter: the three vendors that a manager should look at first."""
    rows = tuple(
        (vendor, book.grade(vendor) or "—", book.score(vendor)["score"]) for vendor in reversed(book.vendors[-3:])
    )
    columns = (
        Column(say("column.vendor")),
        Column(say("column.grade", quarter=book.period)),
        Column(say("column.score", quarter=book.period), Look.NUMBER),
    )
    return Table(columns, rows, say("notice.scorecard.last"))
