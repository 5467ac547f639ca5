"""The same history under other rules: which scores, grades, alerts and bonuses move, and why (RULES 6: what-if)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from robots.figures.accounts import ending
from robots.figures.alerts import CLOSED, number
from robots.figures.explain.shown import given, kpi_name
from robots.figures.scores import grade_of
from robots.model.periods import span
from robots.model.words import Text, say
from robots.rules import Rules, Scorecard

Row = dict[str, Any]
Figures = Mapping[str, Sequence[Row]]
TABLES = ("scores", "points", "alerts", "earned", "payables")
# What a robot's figures rest on; one that is not named here works whatever the rules are about.
RESTS_ON: dict[str, tuple[str, ...]] = {
    "receptionist": (),
    "reporter": (),
    "scorer": ("scorecard", "alerts"),
    "rewarder": ("scorecard",),
    "reviewer": (),
    "sentinel": ("alerts", "settlement"),
    "timekeeper": ("alerts",),
    "paymaster": ("settlement", "alerts"),
}


@dataclass(frozen=True)
class Changed:
    """One number of the rules that is another one: in the entries from these days on."""

    subject: str
    name: str
    since: tuple[date, ...]
    before: Any
    after: Any


@dataclass(frozen=True)
class ScoreMove:
    """A score of a vendor and period before and after; a grade is empty where there is none."""

    vendor: str
    period: str
    score_before: Decimal | None
    score_after: Decimal | None
    grade_before: str
    grade_after: str
    why: tuple[Text, ...]

    @property
    def moves_grade(self) -> bool:
        """Is the grade another one?"""
        return self.grade_before != self.grade_after


@dataclass(frozen=True)
class AlertMove:
    """An alert that would open, close or weigh otherwise today; a severity is empty where it is not open."""

    number: str
    code: str
    subject: str
    vendor: str
    severity_before: str
    severity_after: str
    seen: Text

    @property
    def how(self) -> str:
        """opens, closes, or severity."""
        return "opens" if not self.severity_before else "severity" if self.severity_after else "closes"


@dataclass(frozen=True)
class AmountMove:
    """A reward earned, or what is payable on an invoice line: gained, lost, or of another amount. Not all is money."""

    vendor: str
    what: Text
    how: str
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True)
class Moves:
    """Everything that other rules would move."""

    rules: tuple[Changed, ...]
    scored: int = 0
    scores: tuple[ScoreMove, ...] = ()
    alerts: tuple[AlertMove, ...] = ()
    earned: tuple[AmountMove, ...] = ()
    payables: tuple[AmountMove, ...] = ()

    @property
    def grades(self) -> tuple[ScoreMove, ...]:
        """The scores whose grade moves."""
        return tuple(move for move in self.scores if move.moves_grade)

    @property
    def any(self) -> bool:
        """Does anything move?"""
        return bool(self.scores or self.alerts or self.earned or self.payables)


def works_under(robot: str, changed: Iterable[Changed]) -> bool:
    """Do the figures of a robot rest on any of the rules that are changed?"""
    return robot not in RESTS_ON or any(one.subject in RESTS_ON[robot] for one in changed)


def compare(before: Figures, after: Figures, rules: Rules, other: Rules) -> Moves:
    """What moves between two figurings of one history, under the rules in force and under others."""
    return Moves(
        tuple(changed(rules, other)),
        len(after["scores"]),
        tuple(_ordered(_scores(before, after, rules, other))),
        tuple(_alerts(before["alerts"], after["alerts"])),
        tuple(_amounts(_earned(before["earned"]), _earned(after["earned"]))),
        tuple(_amounts(_payable(before["payables"]), _payable(after["payables"]))),
    )


# ------------------------------------------------------------------ rules


def changed(rules: Rules, other: Rules) -> Iterator[Changed]:
    """The numbers that differ, those of several entries told once where they change alike."""
    for subject, dated in rules.entries.items():
        found: dict[tuple[str, str, str], list[tuple[date, Any, Any]]] = defaultdict(list)
        for (since, old), (_, new) in zip(dated, other.entries[subject], strict=True):
            for name, was, now in _differing(asdict(old), asdict(new)):
                found[name, repr(was), repr(now)].append((since, was, now))
        for (name, _, _), entries in found.items():
            yield Changed(subject, name, tuple(since for since, _, _ in entries), *entries[0][1:])


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The values of an entry under dotted names."""
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {prefix + name: value}
    return flat


def _differing(old: Row, new: Row) -> Iterator[tuple[str, Any, Any]]:
    flat_old, flat_new = _flat(old), _flat(new)
    for name in dict.fromkeys((*flat_old, *flat_new)):
        if flat_old.get(name) != flat_new.get(name) and name != "reference_zh":  # told as `reference` is
            yield name, _discreet(name, flat_old.get(name)), _discreet(name, flat_new.get(name))


def _discreet(name: str, value: Any) -> Any:
    """A number as it may be shown: of our own people's accounts the last digits."""
    return f"…{ending(value)}" if name.startswith("employees.") and value else value


# ------------------------------------------------------------------ scores


def _scores(before: Figures, after: Figures, rules: Rules, other: Rules) -> Iterator[ScoreMove]:
    old, new = _by_pair(before["scores"]), _by_pair(after["scores"])
    points_before, points_after = _points(before["points"]), _points(after["points"])
    for pair in {**old, **new}:
        was, now = old.get(pair, {}), new.get(pair, {})
        values = [(given(row.get("score")), given(row.get("grade")) or "") for row in (was, now)]
        if values[0] != values[1]:
            why = tuple(_why(was, now, points_before.get(pair, {}), points_after.get(pair, {}), rules, other))
            yield ScoreMove(*pair, values[0][0], values[1][0], values[0][1], values[1][1], why)


def _by_pair(rows: Sequence[Row]) -> dict[tuple[str, str], Row]:
    return {(row["vendor"], row["period"]): row for row in rows}


def _points(rows: Sequence[Row]) -> dict[tuple[str, str], dict[str, Row]]:
    found: dict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
    for row in rows:
        found[row["vendor"], row["period"]][row["kpi"]] = row
    return found


def _why(
    was: Row, now: Row, before: Mapping[str, Row], after: Mapping[str, Row], rules: Rules, other: Rules
) -> Iterator[Text]:
    """The KPIs that earn other points or weigh otherwise, then what caps the grade, then the grades' own limits."""
    last = span((now or was)["period"])[1]
    old, new = rules.scorecard(last), other.scorecard(last)
    for kpi in {**before, **after}:
        name = kpi_name(kpi, new if kpi in new.own else old)
        for what in ("points", "weight"):
            pair = [_bare(points[kpi][what]) if kpi in points else None for points in (before, after)]
            if pair[0] != pair[1]:
                yield say(f"whatif.{what}", name=name, before=pair[0], after=pair[1])
    if (cap := given(now.get("capped_by"))) != given(was.get("capped_by")):
        yield say("whatif.capped", by=cap) if cap else say("whatif.uncapped", by=was["capped_by"])
    yield from _limits(was, now, old, new)


def _bare(number: Decimal) -> str:
    return format(number.normalize(), ",f")


def _limits(was: Row, now: Row, old: Scorecard, new: Scorecard) -> Iterator[Text]:
    """Where the same score would be another grade, or be graded at all, by the limits themselves."""
    score = given(now.get("score"))
    if score is not None and grade_of(score, old) != grade_of(score, new):
        yield say("whatif.grades", before=grade_of(score, old), after=grade_of(score, new), score=score)
    graded = [given(row.get("grade")) is not None for row in (was, now)]
    if graded[0] != graded[1] and old.most_missing_weight != new.most_missing_weight:
        yield say("whatif.missing", before=old.most_missing_weight, after=new.most_missing_weight)


def _ordered(moves: Iterable[ScoreMove]) -> list[ScoreMove]:
    """Quarters first, then years and months, the latest first; by vendor within."""

    def rank(move: ScoreMove) -> tuple[int, int, str]:
        sort = 0 if "Q" in move.period else 2 if "-" in move.period else 1
        return sort, -span(move.period)[0].toordinal(), move.vendor

    return sorted(moves, key=rank)


# ------------------------------------------------------------------ alerts and money


def _alerts(before: Sequence[Row], after: Sequence[Row]) -> list[AlertMove]:
    old, new = ({row["alert"]: row for row in rows if row["state"] != CLOSED} for rows in (before, after))
    moves = []
    for key in {**old, **new}:
        was, now = old.get(key), new.get(key)
        row = now or was or {}
        weighed, weighs = (one["severity"] if one else "" for one in (was, now))
        if weighed != weighs:
            named, vendor = number(key, row["reopened"]), given(row["vendor"]) or ""
            moves.append(AlertMove(named, row["code"], row["subject"], vendor, weighed, weighs, row["seen"]))
    return sorted(moves, key=lambda move: (move.how, move.code, move.subject))


Amounts = dict[tuple[str, Text], Decimal | None]


def _earned(rows: Sequence[Row]) -> Amounts:
    """Rewards of the ladder by vendor, rung and month; not all of them are money."""
    return _summed((row["vendor"], _rung(row), row["amount"]) for row in rows)


def _rung(row: Row) -> Text:
    return say("whatif.rung", month=row["month"], months=row["rung"], reward=say(f"reward.{row['reward']}"))


def _payable(rows: Sequence[Row]) -> Amounts:
    """What all sheets together carry of each invoice line."""
    carried = (row for row in rows if row["state"] not in ("held", "returned"))
    return _summed((row["vendor"], _invoice_line(row), row["net"]) for row in carried)


def _invoice_line(row: Row) -> str:
    return f"{row['invoice_no']} · {given(row['order_id']) or '—'}/{given(row['line']) or '1'}"


def _summed(told: Iterable[tuple[str, Text, Any]]) -> Amounts:
    sums: Amounts = {}
    for vendor, what, told_amount in told:
        amount, before = given(told_amount), sums.get((vendor, what))
        sums[vendor, what] = before if amount is None else amount + (before or 0)
    return sums


def _amounts(before: Amounts, after: Amounts) -> Iterator[AmountMove]:
    for key in sorted({**before, **after}, key=repr):
        how = "gained" if key not in before else "amount" if key in after else "lost"
        was, now = before.get(key), after.get(key)
        if how != "amount" or was != now:
            yield AmountMove(*key, how, was, now)
