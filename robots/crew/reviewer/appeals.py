"""申诉裁定单: appeals that nobody has decided on yet, as a form for the person who decides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date

import pandas as pd

from robots.figures.lines import records
from robots.ledger import Ledger, place
from robots.model.decisions import Column, Decision, Look, Notice, Sheet, Table, Workbook, record
from robots.model.forms import Form
from robots.model.words import say

FORM_LAYOUT = 1
FAULTS = ("供方", "需方", "不可抗力")
RULINGS = ("成立", "不成立")
_ASKED = "appeals"
_SEALED = ("appeal_id", "vendor", "period", "order_id", "line", "delivery_id", "claim", "evidence")


def appeals(ledger: Ledger, today: date) -> Iterator[Decision]:
    """Ask for a ruling on the appeals that have none, once for each set of them."""
    rows = [row for row in records(ledger.table("appeals")) if pd.isna(row["decision"])]
    asked = {row["whom"] for row in records(ledger.said("issued")) if row["what"] == _ASKED}
    mine = hashlib.sha256("\x1f".join(sorted(row["appeal_id"] for row in rows)).encode()).hexdigest()[:16]
    if not rows or mine in asked:
        return
    day = today.isoformat()
    yield Decision("reviewer", day, "appeals-issued",
                   record("issued", [{"what": _ASKED, "period": day, "whom": mine, "day": day}]))  # fmt: skip
    yield Decision("reviewer", day, "appeals", ruling_form(rows, today, mine), name="appeals")
    lines = tuple(say("notice.appeals.line", vendor=row["vendor"], number=row["appeal_id"]) for row in rows)
    notice = Notice("manager", say("notice.appeals.headline", count=len(rows)), lines, "info", ("appeals",), None,
                    say("notice.appeals.next"))  # fmt: skip
    yield Decision("reviewer", day, "appeals-notice", notice)


def ruling_form(rows: list[dict[str, object]], today: date, number: str) -> Workbook:
    """One row for each appeal as the vendor made it; the ruling is left open."""
    widths = {"vendor": 26, "claim": 36, "evidence": 30, "appeal_id": 18, "order_id": 16, "delivery_id": 16}
    columns = (
        *(Column(say(f"form.word.{name}"), Look.WRAP, widths.get(name, 10)) for name in _SEALED),
        Column(say("form.word.fault"), Look.TEXT, 12, open=True, choices=FAULTS),
        Column(say("form.word.decision"), Look.TEXT, 12, open=True, choices=RULINGS),
        Column(say("form.word.appeal_decided_by"), Look.TEXT, 12, open=True),
        Column(say("form.word.appeal_decided_on"), Look.DATE, 14, open=True),
        Column(say("column.evidence"), Look.WRAP, 34),
    )
    lines = tuple(
        (*("" if pd.isna(row[name]) else row[name] for name in _SEALED),
         "" if pd.isna(row["fault"]) else row["fault"], "", "", "", place(row))
        for row in rows
    )  # fmt: skip
    facts = ((say("form.how"), say("form.appeals.how")),)
    sheet = Sheet(say("form.appeals.sheet"), say("form.appeals.title"), facts, (Table(columns, lines),))
    form = Form(f"appeals-{today:%Y%m%d}-{number}", FORM_LAYOUT, "appeals")
    return Workbook("forms", say("form.appeals.file", day=today), (sheet,), form)
