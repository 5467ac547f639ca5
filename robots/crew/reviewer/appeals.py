"""申诉裁定单: appeals that nobody has decided on, as a form for the person who decides; and rulings to tell."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd

from robots.figures.lines import records
from robots.ledger import Ledger, place
from robots.model.calendar import UnknownYear
from robots.model.decisions import Column, Decision, Look, Notice, Sheet, Table, Workbook, record
from robots.model.forms import Form
from robots.model.periods import span
from robots.model.words import Text, say
from robots.rules import Rules

Row = dict[str, Any]
FORM_LAYOUT = 2
FAULTS = ("供方", "需方", "不可抗力")
RULINGS = ("成立", "不成立")
UPHELD, DISMISSED = RULINGS
_ASKED = "appeals"
_SEALED = ("appeal_id", "vendor", "period", "order_id", "line", "delivery_id", "claim", "evidence")


def appeals(ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    """Ask for a ruling on the appeals that have none, once for each set of them; tell once of each that was dismissed,
    and of each that was upheld and excuses nothing."""
    every, issued = records(ledger.table("appeals")), records(ledger.said("issued"))
    yield from _told_once("dismissed", "clerk", every, _dismissed(every), issued, today)
    yield from _told_once("no_effect", "manager", every, _without_effect(every, ledger), issued, today)
    rows = [row for row in every if pd.isna(row["decision"])]
    asked = {row["whom"] for row in issued if row["what"] == _ASKED}
    mine = hashlib.sha256("\x1f".join(sorted(row["appeal_id"] for row in rows)).encode()).hexdigest()[:16]
    if not rows or mine in asked:
        return
    day = today.isoformat()
    yield Decision("reviewer", day, "appeals-issued",
                   record("issued", [{"what": _ASKED, "period": day, "whom": mine, "day": day}]))  # fmt: skip
    checks = [_check(row, ledger, rules, issued) for row in rows]
    yield Decision("reviewer", day, "appeals", ruling_form(rows, checks, today, mine), name="appeals")
    lines = tuple(say("notice.appeals.line", vendor=row["vendor"], number=row["appeal_id"]) for row in rows)
    notice = Notice("manager", say("notice.appeals.headline", count=len(rows)), lines, "info", ("appeals",), None,
                    say("notice.appeals.next"))  # fmt: skip
    yield Decision("reviewer", day, "appeals-notice", notice)


def _dismissed(rows: list[Row]) -> dict[str, Text]:
    """Appeal → why it was dismissed: the vendor is owed the reason."""
    return {row["appeal_id"]: _plain(row["ruling_remark"]) or say("notice.dismissed.no_reason")
            for row in rows if row["decision"] == DISMISSED}  # fmt: skip


def _without_effect(rows: list[Row], ledger: Ledger) -> dict[str, Text]:
    """Appeal → why it excuses nothing though it was upheld: it speaks of no line, or of another vendor's."""
    upheld = ((row, ledger.history.line_trouble(_line_of(row))) for row in rows if row["decision"] == UPHELD)
    return {row["appeal_id"]: why for row, why in upheld if why}


def _told_once(
    what: str, role: str, rows: list[Row], reasons: dict[str, Text], issued: list[Row], today: date
) -> Iterator[Decision]:
    """Rulings that somebody has to hear of, each once."""
    told = {row["whom"] for row in issued if row["what"] == what}
    mine = [row for row in rows if row["appeal_id"] in reasons.keys() - told]
    if not mine:
        return
    day = today.isoformat()
    entries = [{"what": what, "period": day, "whom": row["appeal_id"], "day": day} for row in mine]
    yield Decision("reviewer", day, f"{what}-issued", record("issued", entries))
    lines = tuple(
        say(f"notice.{what}.line", number=row["appeal_id"], vendor=row["vendor"], by=_plain(row["decided_by"]) or "—",
            reason=reasons[row["appeal_id"]])
        for row in mine
    )  # fmt: skip
    notice = Notice(role, say(f"notice.{what}.headline", count=len(mine)), lines, "info", (), None,
                    say(f"notice.{what}.next"))  # fmt: skip
    yield Decision("reviewer", day, what, notice)


def _line_of(row: Row) -> Row:
    return {name: None if pd.isna(row[name]) else row[name] for name in ("vendor", "order_id", "line")}


def _check(row: Row, ledger: Ledger, rules: Rules, issued: list[Row]) -> Text:
    """What the person who decides should know: no such line, another vendor's, too late. A dash where all is well."""
    told = [ledger.history.line_trouble(_line_of(row))]
    told += [say("appeal.check.late")] if _is_late(row, ledger, rules, issued) else []
    return _together([text for text in told if text])


def _together(texts: list[Text]) -> Text:
    """One text of several; a dash of none."""
    if len(texts) > 1:
        return say("appeal.check.both", first=texts[0], then=texts[1])
    return texts[0] if texts else say("appeal.check.fine")


def _is_late(row: Row, ledger: Ledger, rules: Rules, issued: list[Row]) -> bool:
    """Did it come later after the vendors' edition than the edition itself says?"""
    days = [one["day"] for one in issued if one["what"] == "scorecard-final" and one["period"] == row["period"]]
    came = ledger.history.came_on("appeals", row["appeal_id"])
    if not days or came is None:
        return False
    try:
        passed = rules.calendar.working_days(date.fromisoformat(min(days)), came)
    except UnknownYear:
        return False
    return passed > rules.scorecard(span(row["period"])[1]).final_after_days


def _plain(value: Any) -> str:
    return "" if pd.isna(value) else str(value)


def ruling_form(rows: list[Row], checks: list[Text], today: date, number: str) -> Workbook:
    """One row for each appeal as the vendor made it, and what is odd about it; the ruling is left open."""
    widths = {"vendor": 26, "claim": 36, "evidence": 30, "appeal_id": 18, "order_id": 16, "delivery_id": 16}
    columns = (
        *(Column(say(f"form.word.{name}"), Look.WRAP, widths.get(name, 10)) for name in _SEALED),
        Column(say("column.appeal_check"), Look.WRAP, 16),
        Column(say("form.word.fault"), Look.TEXT, 12, open=True, choices=FAULTS),
        Column(say("form.word.decision"), Look.TEXT, 12, open=True, choices=RULINGS),
        Column(say("form.word.appeal_decided_by"), Look.TEXT, 12, open=True),
        Column(say("form.word.appeal_decided_on"), Look.DATE, 14, open=True),
        Column(say("form.word.ruling_remark"), Look.WRAP, 30, open=True),
        Column(say("column.evidence"), Look.WRAP, 34),
    )
    lines = tuple(
        (*(_plain(row[name]) for name in _SEALED), check, _plain(row["fault"]), "", "", "", "", place(row))
        for row, check in zip(rows, checks, strict=True)
    )  # fmt: skip
    facts = ((say("form.how"), say("form.appeals.how")),)
    sheet = Sheet(say("form.appeals.sheet"), say("form.appeals.title"), facts, (Table(columns, lines),))
    form = Form(f"appeals-{today:%Y%m%d}-{number}", FORM_LAYOUT, "appeals")
    return Workbook("forms", say("form.appeals.file", day=today), (sheet,), form)
