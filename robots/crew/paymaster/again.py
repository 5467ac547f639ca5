"""What was refused, or came back, and is put up again, as it is told on sheets, forms and in letters: by whom, when and
why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from robots.crew.paymaster.rows import Row, listed
from robots.figures.approvals import Refusal
from robots.figures.batches import REJECTED
from robots.figures.lines import order_line
from robots.model.decisions import Column, Look, Table
from robots.model.words import Text, say

_COLUMNS = (  # as wide as those of the vendors to sign for, under which they stand
    Column(say("column.no"), Look.INTEGER, 5),
    Column(say("column.payee"), Look.WRAP, 30),
    Column(say("column.invoice_no"), Look.TEXT, 28),
    Column(say("column.reason"), Look.WRAP, 24),
    Column(say("column.by_whom"), Look.WRAP, 9),
    Column(say("column.date"), Look.TEXT, 12),
    Column(say("column.order"), Look.WRAP, 15),
    Column(say("column.batch"), Look.TEXT, 16),
    Column(say("column.net"), Look.MONEY, 15),
)


def refused_before(refusals: Sequence[Refusal]) -> Text:
    """All that was said against one line, in one cell."""
    return listed([one.told for one in refusals]) or ""


def refused_table(rows: Sequence[Row], refused: Mapping[str, Sequence[Refusal]]) -> Table | None:
    """The rows of payables against which something was said before, once for each time; None where there is none.
    `refused`: payment key → refusals."""
    pairs = [(row, one) for row in rows for one in refused.get(row["payment_key"], ())]
    told = tuple(_cells(number, *pair) for number, pair in enumerate(pairs, 1))
    return Table(_COLUMNS, told, say("refusal.title")) if told else None


def _cells(number: int, row: Row, one: Refusal) -> tuple[Any, ...]:
    named = number, row["vendor"], row["invoice_no"]
    why = one.why if one.what == REJECTED else say(f"refusal.why.{one.what}", why=one.why or None)
    return (*named, why, one.by, one.day, order_line(row["order_id"], row["line"]), one.batch, row["net"])
