"""预警清单: the open alerts as a workbook that is answered in and dropped back; and notices of what is new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from robots.figures.alerts import ACKNOWLEDGED, CLOSED, Alert, Lives, number
from robots.model.decisions import Column, Decision, Look, Notice, Sheet, Table, Workbook
from robots.model.forms import Form
from robots.model.words import Say, Text, say

FORM_LAYOUT = 1
MOST_TOLD = 30  # alerts in one letter: the list that comes with it has them all
_ANSWERED = {"处理中": "in_hand", "无需处理": "no_action"}
_SEVERITIES = {"critical": 0, "warning": 1, "info": 2}

_WHAT = (
    Column(say("column.severity"), Look.LEVEL, 8),
    Column(say("column.alert"), Look.TEXT, 12),
    Column(say("column.subject"), Look.WRAP, 22),
    Column(say("column.vendor"), Look.WRAP, 24),
    Column(say("column.seen"), Look.WRAP, 44),
    Column(say("column.action"), Look.WRAP, 32),
    Column(say("column.owner"), Look.TEXT, 10),
    Column(say("column.due_by"), Look.DATE, 12),
)
_LIFE = (  # looked up on the screen: on paper there is no room for it
    Column(say("column.first_seen"), Look.DATE, 12, paper=False),
    Column(say("column.state"), Look.WRAP, 11, paper=False),
    Column(say("column.limit"), Look.WRAP, 26, paper=False),
    Column(say("column.source"), Look.WRAP, 24, paper=False),
    Column(say("column.evidence"), Look.WRAP, 36, paper=False),
)


def alert_list(rows: Sequence[dict[str, Any]], lives: Lives, answers: Sequence[str], today: date) -> Workbook:
    """Every open alert, the critical ones first, to be answered; what was closed today on a sheet of its own."""
    still = sorted((row for row in rows if row["state"] != CLOSED), key=_rank)
    open_columns = (
        Column(say("column.answer"), Look.TEXT, 12, open=True, choices=tuple(answers)),
        Column(say("column.answered_by"), Look.TEXT, 12, open=True),
        Column(say("column.postponed_to"), Look.DATE, 14, open=True),
        Column(say("column.answer_remark"), Look.WRAP, 26, open=True),
    )
    columns = (*_WHAT, *open_columns, *_LIFE, Column(say("column.alert_number"), Look.TEXT, 20, paper=False))
    facts = (
        (say("fact.as_of"), today),
        (say("fact.open"), say("fact.open_value", count=len(still), critical=sum(map(_is_critical, still)))),
        (say("fact.new"), len(lives.opened)),
        (say("fact.closed"), len(lives.closed)),
        (say("form.how"), say("alert_list.how")),
    )
    lines = tuple((*_what(row), *_answer(row), *_life(row), number(row["alert"], row["reopened"])) for row in still)
    front = Sheet(
        say("sheet.alerts"), say("title.alerts"), facts, (Table(columns, lines, empty=say("alert_list.nothing")),)
    )
    over = Table((*_WHAT, *_LIFE), tuple((*_what(row), *_life(row)) for row in sorted(lives.closed, key=_rank)))
    closed = Sheet(say("sheet.alerts_closed"), say("title.alerts_closed"), (), (over,))
    form = Form(f"alerts-{today:%Y%m%d}", FORM_LAYOUT, "alert_answers") if still else None
    return Workbook("alerts", say("file.alerts", day=today), (front, closed) if lives.closed else (front,), form)


def _is_critical(row: dict[str, Any]) -> bool:
    return bool(row["severity"] == "critical")


def _rank(row: dict[str, Any]) -> tuple[Any, ...]:
    return _SEVERITIES[row["severity"]], row["code"], row["subject"]


def _what(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        say(f"severity.{row['severity']}"), say(f"alert.{row['code']}.name"), row["subject"], row["vendor"],
        row["seen"], row["action"], say(f"role.{row['owner']}"), _day(row["due_on"]),
    )  # fmt: skip


def _answer(row: dict[str, Any]) -> tuple[Any, ...]:
    """What was answered, so that nobody answers twice; of a promise that was not kept, nothing: it wants a new one."""
    if row["state"] != ACKNOWLEDGED:
        return "", "", "", ""
    return row["answer"] or "", row["answered_by"] or "", _day(row["postponed_to"]), row["remark"] or ""


def _life(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        date.fromisoformat(row["first_seen"]), _state(row), row["limit"], row["source"] or "", row["evidence"],
    )  # fmt: skip


def _state(row: dict[str, Any]) -> Text:
    """How it stands: as it was answered, its promise broken, come back, handed up, called to mind."""
    if row["state"] == ACKNOWLEDGED:
        return say(f"state.{_ANSWERED.get(row['answer'] or '', ACKNOWLEDGED)}")
    state = say(f"state.{row['state']}")
    if row["postponed_to"]:
        return say("state.broken", state=state, day=row["postponed_to"])
    if row["reopened"]:
        return say("state.reopened", state=state, times=row["reopened"])
    if row["escalated_on"]:
        return say("state.escalated", state=state, day=row["escalated_on"])
    if row["reminded_on"]:
        return say("state.reminded", state=state, day=row["reminded_on"])
    return state


def _day(text: str | None) -> date | str:
    return date.fromisoformat(text) if text else ""


def _rank_of(alert: Alert) -> tuple[Any, ...]:
    return _SEVERITIES[alert.severity], alert.code, alert.subject


# ------------------------------------------------------------------ notices


def notices(lives: Lives, today: date) -> Iterator[Decision]:
    """One notice per owner with what is new to them: opened, worse, come back, handed up, promised in vain."""
    for owner in dict.fromkeys(alert.owner for alert in lives.news):
        mine = sorted((alert for alert in lives.news if alert.owner == owner), key=_rank_of)
        critical = sum(alert.severity == "critical" for alert in mine)
        counts = (
            ("notice.alerts.back", sum(alert.id in lives.came_back for alert in mine)),
            ("notice.alerts.escalated", sum(alert in lives.escalated for alert in mine)),
            ("notice.alerts.broken", sum(alert in lives.broken for alert in mine)),
            ("notice.alerts.reminded", sum(alert in lives.reminded for alert in mine)),
            ("notice.alerts.closed", sum(row["owner"] == owner for row in lives.closed)),
            ("notice.alerts.more", len(mine) - MOST_TOLD if len(mine) > MOST_TOLD else 0),
        )
        notice = Notice(
            owner, say("notice.alerts.headline", count=len(mine), critical=critical, parts=_parts(mine, lives)),
            tuple(say(key, count=count) for key, count in counts if count),
            "critical" if critical else "warning", ("alert-list",), _notice_table(mine[:MOST_TOLD]),
            say("notice.alerts.next"),
        )  # fmt: skip
        yield Decision("sentinel", today.isoformat(), f"notice-{owner}", notice)


def _parts(mine: list[Alert], lives: Lives) -> Text:
    """How many of each sort: only what is new is called new."""
    sorts = {name: getattr(lives, name) for name in ("opened", "worse", "escalated", "broken", "reminded")}
    counts = {name: sum(alert in alerts for alert in mine) for name, alerts in sorts.items()}
    told = [say(f"notice.alerts.part.{name}", count=count) for name, count in counts.items() if count]
    whole: Text = told[0]
    for part in told[1:]:
        whole = say("notice.alerts.and", first=whole, then=part)
    return whole


def _notice_table(alerts: Sequence[Alert]) -> Table:
    """Alerts as they are read on a phone: of those that ask for the same, once what to do; below it of each what it is
    about, how much, and where it stands."""
    groups: dict[tuple[str, str, Text], list[Alert]] = defaultdict(list)
    for alert in alerts:
        groups[alert.severity, alert.code, alert.action].append(alert)
    rows = tuple(
        (say("notice.alerts.group", level=say(f"severity.{severity}"), name=say(f"alert.{code}.name"), count=len(mine)),
         "", action, say("list.lines", items=tuple(_items(mine))))
        for (severity, code, action), mine in groups.items()
    )  # fmt: skip
    columns = (Column(""), Column(""), Column(say("column.action")), Column(""))
    return Table(columns, rows)


def _items(alerts: Sequence[Alert]) -> Iterator[Text]:
    """What each is about, what was seen, and where it stands; of neighbours in one place the last says it."""
    places = [_first(alert.evidence) for alert in alerts]
    for alert, place, following in zip(alerts, places, [*places[1:], ""], strict=True):
        yield say("notice.alerts.item", subject=alert.subject, seen=alert.seen)
        if place and place != following:
            yield say("notice.alerts.where", where=place)


def _first(evidence: Text) -> Text:
    """The first of the places that an alert rests on: the list has them all."""
    if isinstance(evidence, Say) and evidence.key == "list.lines":
        return _first(dict(evidence.values)["items"][0])
    return evidence
