"""The strategic, improvement and elimination lists: proposed here, decided by people on forms that come back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd

from robots.crew.reviewer.book import Book
from robots.figures.lines import records
from robots.figures.standing import ELIMINATE, IMPROVE, STRATEGIC
from robots.ledger import Ledger
from robots.model.decisions import Column, Decision, Look, Notice, Sheet, Table, Workbook, record
from robots.model.forms import Form
from robots.model.words import say

Row = dict[str, Any]
FORM_LAYOUT = 1
_OVERDUE = "plan-overdue"
PROPOSAL = {STRATEGIC: "战略合作", ELIMINATE: "淘汰"}  # the words of the kind `verdicts`
VERDICTS = {"同意": "agreed", "不同意": "refused", "缓议": "deferred"}


def list_rows(book: Book) -> Iterator[Row]:
    """The period's lists, as they are proposed."""
    for one in book.listed:
        yield {
            "vendor": one.vendor, "period": book.period, "list": one.list, "because": one.because,
            "state": "open" if one.list == IMPROVE else "proposed",
        }  # fmt: skip


# ------------------------------------------------------------------ decisions that came back


def decided(ledger: Ledger, today: date) -> Iterator[Decision]:
    """What people decided on proposals, noted; and told once to those who have to act on it."""
    verdicts = {(row["vendor"], row["period"], row["proposal"]): row for row in records(ledger.table("verdicts"))}
    if not verdicts:
        return
    rows, before = [], []
    for row in records(ledger.said("listed")):
        verdict = verdicts.get((row["vendor"], row["period"], PROPOSAL.get(row["list"], "")))
        if verdict is None or (state := VERDICTS[verdict["verdict"]]) == row["state"]:
            continue
        by, on = _given(verdict["decided_by"]), _given(verdict["decided_on"])
        before += [row] if row["state"] in VERDICTS.values() and row["decided_by"] != by else []
        rows.append(row | {"state": state, "decided_by": by, "decided_on": on and on.isoformat()})
    if rows:
        yield Decision("reviewer", today.isoformat(), "listed", record("listed", rows))
        yield Decision("reviewer", today.isoformat(), "decided", _decided_notice(rows))
    if before:
        yield Decision("reviewer", today.isoformat(), "contradicted", _contradicted(before, rows))


def withdrawn(book: Book) -> Iterator[Decision]:
    """Proposals that nobody has decided on and whose cause is gone since: withdrawn by themselves, and told."""
    open_ones = [row for row in records(book.ledger.said("listed")) if row["state"] == "proposed"]
    rows = [row | {"state": "withdrawn"} for row in open_ones if not book.has_cause(row)]
    if rows:
        day = book.today.isoformat()
        kept = [{name: _given(value) for name, value in row.items()} for row in rows]
        yield Decision("reviewer", day, "withdrawn", record("listed", kept))
        lines = tuple(
            say("notice.withdrawn.line", vendor=row["vendor"], list=say(f"list.{row['list']}.name"),
                period=row["period"], because=row["because"]) for row in rows
        )  # fmt: skip
        yield Decision("reviewer", day, "withdrawn-notice",
                       Notice("manager", say("notice.withdrawn.headline", count=len(rows)), lines))  # fmt: skip


def _given(value: Any) -> Any:
    return None if value is None or pd.isna(value) else value


def _decided_notice(rows: list[Row]) -> Notice:
    lines = tuple(
        say(f"notice.decided.{row['list']}.{row['state']}", vendor=row["vendor"], by=row["decided_by"]) for row in rows
    )
    return Notice("clerk", say("notice.decided.headline", count=len(rows)), lines, "info", (), None,
                  say("notice.decided.next"))  # fmt: skip


def _contradicted(before: list[Row], rows: list[Row]) -> Notice:
    """Somebody decided otherwise than somebody else had: the manager hears of both."""
    now = {(row["vendor"], row["list"]): row for row in rows}
    lines = tuple(
        say("notice.contradicted.line", vendor=row["vendor"], list=PROPOSAL[row["list"]],
            before=say(f"verdict.{row['state']}"), by=row["decided_by"] or "—",
            now=say(f"verdict.{now[row['vendor'], row['list']]['state']}"),
            then=now[row["vendor"], row["list"]]["decided_by"] or "—")
        for row in before
    )  # fmt: skip
    return Notice("manager", say("notice.contradicted.headline", count=len(before)), lines, "warning", (), None,
                  say("notice.contradicted.next"))  # fmt: skip


# ------------------------------------------------------------------ plans


def is_overdue(plan: Row, today: date) -> bool:
    """Is an improvement plan past the day that was agreed, and not done?"""
    return _given(plan["due_on"]) is not None and plan["due_on"] < today and _given(plan["done_on"]) is None


def overdue_plans(ledger: Ledger, today: date) -> Iterator[Decision]:
    """Plans past the day that was agreed: the clerk is told once for each day agreed."""
    told = {row["whom"] for row in records(ledger.said("issued")) if row["what"] == _OVERDUE}
    late = [row for row in records(ledger.table("improvements")) if is_overdue(row, today)]
    mine = [row for row in late if _whom(row) not in told]
    if not mine:
        return
    day = today.isoformat()
    entries = [{"what": _OVERDUE, "period": row["period"], "whom": _whom(row), "day": day} for row in mine]
    yield Decision("reviewer", day, "plans-issued", record("issued", entries))
    lines = tuple(
        say(
            "notice.plans.line",
            vendor=row["vendor"],
            kpi=row["kpi"],
            due=row["due_on"],
            who=_given(row["responsible"]) or "—",
        )
        for row in mine
    )
    notice = Notice("clerk", say("notice.plans.headline", count=len(mine)), lines, "warning", (), None,
                    say("notice.plans.next"))  # fmt: skip
    yield Decision("reviewer", day, "plans", notice)


def _whom(plan: Row) -> str:
    return f"{plan['vendor']} · {plan['kpi']} · {plan['due_on'].isoformat()}"


# ------------------------------------------------------------------ forms


def verdict_form(book: Book) -> Workbook | None:
    """名单决定单: one row for each proposal, to be decided on and dropped back; None without proposals."""
    proposals = [one for one in book.listed if one.list in PROPOSAL]
    if not proposals:
        return None
    columns = (
        Column(say("column.vendor"), Look.WRAP, 30),
        Column(say("form.word.period"), Look.TEXT, 12),
        Column(say("form.word.proposal"), Look.TEXT, 12),
        Column(say("column.because"), Look.WRAP, 44),
        Column(say("form.word.verdict"), Look.TEXT, 12, open=True, choices=tuple(VERDICTS)),
        Column(say("form.word.decided_by"), Look.TEXT, 12, open=True),
        Column(say("form.word.decided_on"), Look.DATE, 14, open=True),
        Column(say("form.word.verdict_remark"), Look.WRAP, 30, open=True),
    )
    rows = tuple((one.vendor, book.period, PROPOSAL[one.list], one.because, "", "", "", "") for one in proposals)
    return _form(book, "verdicts", columns, rows)


def improvement_form(book: Book) -> Workbook | None:
    """改进计划单: one row for each KPI below its target of the vendors that have to improve; None without any."""
    columns = (
        Column(say("column.vendor"), Look.WRAP, 30),
        Column(say("form.word.period"), Look.TEXT, 12),
        Column(say("form.word.kpi"), Look.TEXT, 14),
        Column(say("column.value"), Look.TEXT, 12),
        Column(say("column.target"), Look.TEXT, 12),
        Column(say("form.word.action"), Look.WRAP, 40, open=True),
        Column(say("form.word.responsible"), Look.TEXT, 14, open=True),
        Column(say("form.word.due_on"), Look.DATE, 16, open=True),
        Column(say("form.word.done_on"), Look.DATE, 16, open=True),
        Column(say("form.word.result"), Look.WRAP, 26, open=True),
    )
    rows = tuple(row for one in book.listed if one.list == IMPROVE for row in _below_target(book, one.vendor))
    return _form(book, "improvements", columns, rows) if rows else None


def _below_target(book: Book, vendor: str) -> Iterator[tuple[Any, ...]]:
    for kpi, row in book.points[vendor].items():
        if row["points"] < 100:
            shown = (book.shown(kpi, row["value"]), book.shown(kpi, row["target"]))
            yield (vendor, book.period, book.title(kpi), *shown, "", "", "", "", "")


def _form(book: Book, kind: str, columns: tuple[Column, ...], rows: tuple[tuple[Any, ...], ...]) -> Workbook:
    facts = ((say("form.how"), say(f"form.{kind}.how")),)
    sheet = Sheet(say(f"form.{kind}.sheet"), say(f"form.{kind}.title", period=book.period), facts,
                  (Table(columns, rows),))  # fmt: skip
    form = Form(f"{kind}-{book.period}", FORM_LAYOUT, kind)
    return Workbook("forms", say(f"form.{kind}.file", period=book.period, day=book.today), (sheet,), form)
