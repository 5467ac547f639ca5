"""假设分析: what other rules would move, told: the rules old → new, the grades that move, then everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from robots.figures.whatif.moves import AlertMove, AmountMove, Changed, Moves, ScoreMove
from robots.model.decisions import Column, Look, Sheet, Table, Workbook
from robots.model.explanation import Explanation
from robots.model.words import Text, say

MOST_SHOWN = 20
_RULES = (
    Column(say("column.rule"), Look.WRAP, 34),
    Column(say("column.since"), Look.WRAP, 14),
    Column(say("column.value_before"), Look.WRAP, 16),
    Column(say("column.value_after"), Look.WRAP, 16),
)
_SCORES = (
    Column(say("column.vendor"), Look.WRAP, 28),
    Column(say("column.period"), Look.TEXT, 10),
    Column(say("column.score_before"), Look.MONEY, 10),
    Column(say("column.score_after"), Look.MONEY, 10),
    Column(say("column.grade_before"), Look.TEXT, 9),
    Column(say("column.grade_after"), Look.TEXT, 9),
    Column(say("column.direction"), Look.TEXT, 9),
    Column(say("column.reason"), Look.WRAP, 44),
)
_ALERTS = (
    Column(say("column.direction"), Look.TEXT, 12),
    Column(say("column.alert"), Look.TEXT, 12),
    Column(say("column.subject"), Look.WRAP, 26),
    Column(say("column.vendor"), Look.WRAP, 26),
    Column(say("column.severity_before"), Look.LEVEL, 10),
    Column(say("column.severity_after"), Look.LEVEL, 10),
    Column(say("column.seen"), Look.WRAP, 44),
)
_AMOUNTS = (
    Column(say("column.vendor"), Look.WRAP, 28),
    Column(say("column.direction"), Look.TEXT, 12),
    Column(say("column.what"), Look.WRAP, 40),
    Column(say("column.amount_before"), Look.MONEY, 15),
    Column(say("column.amount_after"), Look.MONEY, 15),
)


def told(moves: Moves, file: str, today: date) -> Explanation:
    """Everything that moves; the first two tables are the summary: the rules changed, and the grades that move."""
    tables = (
        Table(_RULES, tuple(map(_rule, moves.rules)), say("title.whatif_rules"), empty=say("whatif.same_rules")),
        Table(_SCORES, tuple(map(_score, moves.grades)), say("title.whatif_grades"), empty=say("whatif.no_grades")),
        *_others(moves),
    )
    title = say("title.whatif", file=file)
    return Explanation("what_if", title, tuple(_facts(moves, today)), tuple(_sentences(moves)), tables)


def workbook(one: Explanation, file: str, today: date) -> Workbook:
    """The summary on one sheet, each further table on a sheet of its own."""
    facts = (*one.facts, *((say("explain.why"), sentence) for sentence in one.sentences))
    front = Sheet(say("sheet.whatif"), one.title, facts, one.tables[:2])
    others = tuple(Sheet(table.title, table.title, (), (replace(table, title=""),)) for table in one.tables[2:])
    return Workbook("reports", say("file.whatif", file=file, day=today), (front, *others))


def _facts(moves: Moves, today: date) -> Iterator[tuple[Text, Any]]:
    yield say("fact.as_of"), today
    yield say("fact.rules_changed"), len(moves.rules)
    yield say("fact.scores_figured"), moves.scored
    yield say("fact.scores_moved"), len(moves.scores)
    yield say("fact.grades_up"), sum(direction(move) == "up" for move in moves.grades)
    yield say("fact.grades_down"), sum(direction(move) == "down" for move in moves.grades)
    for how in ("opens", "closes", "severity"):
        yield say(f"fact.alerts_{how}"), sum(move.how == how for move in moves.alerts)
    for how in ("gained", "lost", "amount"):
        yield say(f"fact.rewards_{how}"), sum(move.how == how for move in moves.earned)


def _sentences(moves: Moves) -> Iterator[Text]:
    if not moves.rules:
        yield say("whatif.same_rules")
    elif not moves.any:
        yield say("whatif.nothing")
    if any(one.subject == "settlement" for one in moves.rules):
        yield say("whatif.settlement")
    yield say("whatif.not_kept")


def _others(moves: Moves) -> Iterator[Table]:
    if moves.scores:
        yield Table(_SCORES, tuple(map(_score, moves.scores)), say("title.whatif_scores"))
    if moves.alerts:
        yield Table(_ALERTS, tuple(map(_alert, moves.alerts)), say("title.whatif_alerts"))
    for name, amounts in (("earned", moves.earned), ("payables", moves.payables)):
        if amounts:
            yield Table(_AMOUNTS, tuple(map(_amount, amounts)), say(f"title.whatif_{name}"))


def _rule(one: Changed) -> tuple[Any, ...]:
    days = "\n".join(day.isoformat() for day in one.since)
    return f"{one.subject}.{one.name}", days, _shown(one.before), _shown(one.after)


def _shown(value: Any) -> Any:
    """A rule's value as it is written in its file."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "—" if value is None else str(value)


def _score(move: ScoreMove) -> tuple[Any, ...]:
    why = move.why[0] if len(move.why) == 1 else say("list.lines", items=move.why)
    grades = (move.grade_before or "—", move.grade_after or "—")
    how = say(f"direction.{direction(move)}")
    return (move.vendor, move.period, move.score_before, move.score_after, *grades, how, why)


def direction(move: ScoreMove) -> str:
    """up, down, graded (there was none before), ungraded, or same: the score alone moves."""
    if not move.moves_grade:
        return "same"
    if not move.grade_before:
        return "graded"
    if not move.grade_after:
        return "ungraded"
    return "up" if move.grade_after < move.grade_before else "down"


def _alert(move: AlertMove) -> tuple[Any, ...]:
    severities = (say(f"severity.{one}") if one else "—" for one in (move.severity_before, move.severity_after))
    how, name = say(f"direction.{move.how}"), say(f"alert.{move.code}.name")
    return (how, name, move.subject, move.vendor, *severities, move.seen)


def _amount(move: AmountMove) -> tuple[Any, ...]:
    return move.vendor, say(f"direction.{move.how}"), move.what, move.before, move.after


def summary(one: Explanation) -> tuple[Table, ...]:
    """What a terminal shows of it: the rules, the grades, and what else moves where it is short."""
    return tuple(table for n, table in enumerate(one.tables) if n < 2 or len(table.rows) <= MOST_SHOWN)
