"""Why a line's payment differs from its invoice: every step of the waterfall with its amount, its cause and its row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from robots.crew.paymaster.rows import Row
from robots.figures.lines import order_line
from robots.model.decisions import Column, Look, Table
from robots.model.words import say


def cause_table(by_vendor: Mapping[str, Sequence[Row]], steps: Sequence[Row]) -> Table:
    """All steps of all lines of a sheet; their sum is the sheet's total."""
    of_key: dict[str, list[Row]] = defaultdict(list)
    for step in steps:
        of_key[step["payment_key"]].append(step)
    columns = (
        Column(say("column.vendor"), Look.WRAP, 24),
        Column(say("column.invoice_no"), Look.TEXT, 23),
        Column(say("column.order"), Look.WRAP, 15),
        Column(say("column.step"), Look.WRAP, 17),
        Column(say("column.amount"), Look.MONEY, 16),
        Column(say("column.because"), Look.WRAP, 46),
        Column(say("column.evidence"), Look.WRAP, 30),
    )
    rows = tuple(cells for mine in by_vendor.values() for row in mine for cells in _steps(row, of_key))
    return Table(columns, rows, total=(4,))


def _steps(row: Row, of_key: Mapping[str, Sequence[Row]]) -> Iterator[tuple[Any, ...]]:
    for step in of_key.get(row["payment_key"], ()):
        order = order_line(row["order_id"], row["line"])
        name = say(f"step.{step['step']}")
        yield row["vendor"], row["invoice_no"], order, name, step["amount"], step["because"], step["place"]
