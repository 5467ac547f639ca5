"""更正版: a final scorecard whose scores have moved since goes out again, numbered, with before and after.

What an edition said is kept in `editions`, vendor by vendor and KPI by KPI, so that it can be held against what is
known now. One correction a day and period at most; a period that ended more than a year ago is not issued again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pandas as pd

from robots.crew.reviewer.book import Book, Row
from robots.crew.reviewer.scorecard import scorecard
from robots.crew.reviewer.vendors import vendor_edition
from robots.figures.lines import records
from robots.figures.scores import why_rescored
from robots.ledger import frame
from robots.model.decisions import Column, Decision, Look, Notice, Table, record
from robots.model.periods import span
from robots.model.words import Text, say

WHOLE = ""  # in place of a KPI: the score itself
_LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Moved:
    """A vendor whose score or grade is not what the latest edition said; scores with their grades."""

    vendor: str
    before: Text
    after: Text
    why: Text

    @property
    def cells(self) -> tuple[Any, ...]:
        """As a row of `columns`."""
        return self.vendor, self.before, self.after, self.why


def columns() -> tuple[Column, ...]:
    """Vendor, before, after, why."""
    return tuple(Column(say(f"column.{name}"), Look.WRAP) for name in ("vendor", "before", "after", "because"))


def edition_rows(book: Book, number: int) -> Iterator[Row]:
    """Everything that an edition of the book's period says: a row for each score, and for each KPI of it."""
    usual = {"period": book.period, "number": number, "day": book.today.isoformat()}
    for vendor in book.vendors:
        row = book.score(vendor)
        yield usual | {
            "vendor": vendor,
            "kpi": WHOLE,
            "value": None,
            "score": row["score"],
            "grade": book.grade(vendor),
        }
        for kpi, one in book.points[vendor].items():
            yield usual | {"vendor": vendor, "kpi": kpi, "value": one["value"], "score": one["points"], "grade": None}


def corrections(book: Book) -> Iterator[Decision]:
    """A corrected edition of every final scorecard whose scores have moved since its latest edition."""
    since = book.today - _LONGEST
    issued = {row["period"] for row in records(book.ledger.said("issued")) if row["what"] == "scorecard-final"}
    for period in sorted(one for one in issued if span(one)[1] >= since):
        rows = records(frame(book.ledger.history.editions([period])))
        latest = max((int(row["number"]) for row in rows), default=0)
        mine = [row for row in rows if int(row["number"]) == latest]
        if not mine or any(row["day"] == book.today.isoformat() for row in mine):
            continue
        old = replace(book, asked=period)
        if moved := list(_moved(old, mine)):
            yield from _corrected(old, moved, latest + 1)


def _moved(book: Book, edition: list[Row]) -> Iterator[Moved]:
    before = {row["vendor"]: row for row in edition if row["kpi"] == WHOLE}
    told = records(frame(book.ledger.history.rescored([book.period], [*before])))
    for vendor in book.vendors:
        was, now = before.get(vendor), book.score(vendor)
        if was is None or (was["score"], _given(was["grade"]) or "") == (now["score"], book.grade(vendor)):
            continue
        since = [row for row in told if row["vendor"] == vendor and row["day"] > was["day"] and _moves(row)]
        why = tuple(dict.fromkeys(map(why_rescored, since)))
        yield Moved(vendor, _shown(was["score"], was["grade"]), _shown(now["score"], book.grade(vendor)),
                    say("list.lines", items=why or (say("rescored.data"),)))  # fmt: skip


def _moves(row: Row) -> bool:
    """Did it make another score or grade? An appeal may be upheld and change nothing."""
    before, after = ((_given(row[f"score_{when}"]), _given(row[f"grade_{when}"])) for when in ("before", "after"))
    return bool(before != after)


def _given(value: Any) -> Any:
    return None if value is None or pd.isna(value) else value


def _shown(score: Any, grade: Any) -> Text:
    named = grade if isinstance(grade, str) and grade else say("scorecard.no_grade")
    return "—" if score is None or pd.isna(score) else say("rescored.score", score=score, grade=named)


def _corrected(book: Book, moved: list[Moved], number: int) -> Iterator[Decision]:
    """The team's workbook, the edition of each vendor that moved, and a notice with all of them."""
    period, edition = book.period, say("scorecard.corrected", number=number - 1)
    yield Decision("reviewer", period, "edition", record("editions", list(edition_rows(book, number))))
    table = Table(columns(), tuple(one.cells for one in moved), say("title.corrected"))
    name = f"corrected-{period}"
    yield Decision("reviewer", period, name, scorecard(book, edition, (table,)), name=name)
    attached = [name]
    for one in moved if book.is_quarter else ():
        attached.append(f"{name}-{one.vendor}")
        told = say("scorecard.moved", before=one.before, after=one.after, why=one.why)
        yield Decision("reviewer", period, attached[-1], vendor_edition(book, one.vendor, edition, told, number),
                       name=attached[-1])  # fmt: skip
    yield Decision("reviewer", period, f"{name}-notice", Notice(
        "manager", say("notice.corrected.headline", period=period, edition=edition, count=len(moved)), (), "info",
        tuple(attached), table, say("notice.corrected.next")))  # fmt: skip
