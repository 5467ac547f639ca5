"""An alert: what was seen against which limit, on whose word, the rows it rests on as they stand now, and its life."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from robots.figures.alerts import CLOSED, OPEN, number
from robots.figures.explain.reference import AlertOf
from robots.figures.explain.shown import Fields, cells_of, given, rules_in_force
from robots.figures.lines import records
from robots.ledger import Ledger, frame
from robots.model.decisions import Column, Look, Table
from robots.model.explanation import Explanation
from robots.model.words import Text, say
from robots.rules import Rules

Row = dict[str, Any]
_BETWEEN = " › "
_LIFE = (
    Column(say("column.date"), Look.DATE, 12),
    Column(say("column.event"), Look.WRAP, 16),
    Column(say("column.who"), Look.WRAP, 16),
    Column(say("column.remark"), Look.WRAP, 50),
)


def explain_alert(asked: AlertOf, ledger: Ledger, rules: Rules, today: date, fields: Fields) -> Explanation:
    """An alert as it is kept, with the rows at its places."""
    row = asked.row
    name = say(f"alert.{row['code']}.name")
    sentences = (
        say("explain.alert.seen", seen=row["seen"]),
        say("explain.alert.limit", limit=row["limit"], source=given(row["source"])),
        say("explain.alert.action", action=row["action"]),
        *rules_in_force(rules, "alerts", _day(given(row["closed_on"]) or row["last_seen"]), today),
        *_lost(row, ledger),
    )
    tables = (*_evidence(row, ledger, fields), Table(_LIFE, tuple(_life(row, ledger)), say("explain.alert.life")))
    title = say("explain.alert.title", number=number(row["alert"], row["reopened"]), name=name, subject=row["subject"])
    return Explanation("alert", title, tuple(_facts(row)), sentences, tables)


def _facts(row: Row) -> Iterator[tuple[Text, Any]]:
    yield say("column.severity"), say(f"severity.{row['severity']}")
    yield say("column.state"), say(f"state.{row['state']}")
    if given(row["vendor"]):
        yield say("column.vendor"), row["vendor"]
    if given(row["owner"]):
        yield say("column.owner"), say(f"role.{row['owner']}")
    if given(row["due_on"]) and row["state"] != CLOSED:
        yield say("column.due_by"), _day(row["due_on"])


def _day(text: str) -> date:
    return date.fromisoformat(text)


# ------------------------------------------------------------------ evidence


def places_in(evidence: str) -> Iterator[tuple[str, str, int]]:
    """File, sheet and row of every place that an evidence names.

    >>> list(places_in("订单.xlsx › 2026年 › 544\\n……另有 3 行"))
    [('订单.xlsx', '2026年', 544)]
    """
    for line in evidence.splitlines():
        parts = line.rsplit(_BETWEEN, 2)
        if len(parts) == 3 and parts[2].isdecimal():
            yield parts[0], parts[1], int(parts[2])


def _evidence(row: Row, ledger: Ledger, fields: Fields) -> Iterator[Table]:
    """The rows at the places, by kind; where the evidence names none, its words alone."""
    found: dict[str, list[Row]] = {}
    places = list(places_in(row["evidence"]))
    for at in places:
        for kind, rows in ledger.history.rows_at(*at).items():
            found.setdefault(kind, []).extend(records(frame(rows)))
    yield from cells_of(found, fields)
    if not places:
        words = (Column(say("column.evidence"), Look.WRAP, 60),)
        yield Table(words, ((row["evidence"],),), say("explain.alert.evidence"))


def _lost(row: Row, ledger: Ledger) -> Iterator[Text]:
    """Places at which a later version of the file has nothing any more."""
    for at in places_in(row["evidence"]):
        if not ledger.history.rows_at(*at):
            yield say("explain.alert.lost", place=_BETWEEN.join(map(str, at)))


# ------------------------------------------------------------------ life


def _life(row: Row, ledger: Ledger) -> Iterator[tuple[Any, ...]]:
    """First seen, come back, handed up, answered, a promise that was not kept, last seen, closed."""
    yield _day(row["first_seen"]), say("life.first_seen"), "", ""
    if given(row["reopened"]):
        yield None, say("life.reopened", times=row["reopened"]), "", ""
    if given(row["escalated_on"]):
        yield _day(row["escalated_on"]), say("life.escalated"), say(f"role.{row['owner']}"), ""
    yield from _answers(row, ledger)
    if given(row["postponed_to"]) and row["state"] == OPEN:
        yield _day(row["postponed_to"]), say("life.broken"), given(row["answered_by"]) or "", ""
    if given(row["reminded_on"]):
        yield _day(row["reminded_on"]), say("life.reminded"), say(f"role.{row['owner']}"), ""
    yield _day(row["last_seen"]), say("life.last_seen"), "", ""
    if given(row["closed_on"]):
        yield _day(row["closed_on"]), say("life.closed"), "", ""


def _answers(row: Row, ledger: Ledger) -> Iterator[tuple[Any, ...]]:
    """What people answered in each of its lives."""
    lives = [number(row["alert"], life) for life in range((given(row["reopened"]) or 0) + 1)]
    for answer in records(ledger.answers(lives)):
        until = given(answer["postponed_to"])
        remark = given(answer["remark"])
        told = say("life.postponed", remark=remark, until=until) if until else remark or ""
        day = given(answer["answered_on"])
        yield (
            day and _day(day),
            say("life.answered", answer=given(answer["answer"])),
            given(answer["answered_by"]) or "",
            told,
        )
