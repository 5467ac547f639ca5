"""Edits of rows that money had already been put up on: which of them still wait for a person's answer (RULES 5, 7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from robots.figures.alerts import alert_id, number

Row = Mapping[str, Any]
SILENT_EDIT = "SILENT_EDIT"
ANSWERED = ("已确认", "无需处理")  # 处理中 answers the clock of the alert, but decides nothing


def edit_subject(row: Row) -> str:
    """What an edit is about: the order line, else the vendor."""
    order = row["order_id"]
    return f"{order}/{_text(row['line']) or '1'}" if _text(order) else _text(row["vendor"])


def edit_number(row: Row) -> str:
    """The number of the alert that asks about an edit, as it stands on the alert list."""
    return number(alert_id(SILENT_EDIT, str(row["n"]), edit_subject(row)), 0)


def unanswered(edits: Iterable[Row], answers: Iterable[Row]) -> list[Row]:
    """The edits of which nobody has said yet that they are right."""
    told = {row["alert"] for row in answers if row["answer"] in ANSWERED}
    return [row for row in edits if edit_number(row) not in told]


def after_put_up(edits: Iterable[Row], put_up: Mapping[tuple[str, str], date]) -> Iterator[tuple[tuple[str, str], Row]]:
    """(order, line) → edits of its order or its deliveries since the day on which it was first put up for payment."""
    for row in edits:
        line = (_text(row["order_id"]), _text(row["line"]) or "1")
        if line in put_up and date.fromisoformat(row["day"]) >= put_up[line]:
            yield line, row


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
