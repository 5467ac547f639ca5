"""The life of payment lines: every move, on which day, by whom and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from robots.figures.batches import state_told
from robots.figures.lines import records
from robots.ledger import Ledger
from robots.model.decisions import Column, Look, Table
from robots.model.words import say

_ROBOTS = ("paymaster", "bookkeeper")  # who moves lines, where no person does
Row = dict[str, Any]
_COLUMNS = (
    Column(say("column.date"), Look.DATE, 12),
    Column(say("column.net"), Look.MONEY, 14),
    Column(say("column.state"), Look.TEXT, 12),
    Column(say("column.batch"), Look.TEXT, 16),
    Column(say("column.by_whom"), Look.WRAP, 20),
    Column(say("column.reason"), Look.WRAP, 40),
)


def life(lines: Sequence[Row], ledger: Ledger, is_approved: bool) -> Iterator[Table]:
    """All movements of some payment lines, day by day; none of lines that were never put up."""
    movements = ledger.said("movements")
    mine = records(movements[movements["payment_key"].isin([row["payment_key"] for row in lines])])
    ranked = sorted(mine, key=lambda one: (one["day"], one["payment_key"], one["n"]))
    nets = {row["payment_key"]: row["net"] for row in lines}
    rows = tuple(
        (date.fromisoformat(one["day"]), nets[one["payment_key"]], state_told(one["state_after"], is_approved),
         one["batch"], say(f"robot.{one['by']}") if one["by"] in _ROBOTS else one["by"], one["why"])
        for one in ranked
    )  # fmt: skip
    if rows:
        yield Table(_COLUMNS, rows, say("explain.payment.life"))
