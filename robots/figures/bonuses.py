"""Bonuses earned on the ladder, put on a payable line of their vendor: each once, and for ever on that line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial, reduce
from typing import Any

import pandas as pd

from robots.figures.ladder import BONUS
from robots.figures.settlement import ADVANCE, Payable
from robots.model.words import say

Row = Mapping[str, Any]


def line_of(payable: Payable) -> str:
    """What names a payable line."""
    return f"{payable.invoice_key}|{payable.order_id}/{payable.line}"


def with_bonuses(owed: Iterable[Payable], earned: Iterable[Row], places: Mapping[str, str]) -> list[Payable]:
    """Payables with the bonuses that stand on them already, each as a step of its own: once, for a duplicate has the
    name of the line that stands, and comes behind it. `places`: contract → its row, where a bonus is agreed."""
    standing: dict[str, list[Row]] = {}
    for row in earned:
        if isinstance(row["settled_line"], str):
            standing.setdefault(row["settled_line"], []).append(row)
    with_bonus = partial(_with_bonus, places)
    return [reduce(with_bonus, standing.pop(line_of(p), ()), p) for p in owed]


def _with_bonus(places: Mapping[str, str], payable: Payable, row: Row) -> Payable:
    because = say(
        "because.bonus", rung=row["rung"], month=row["month"], contract=row["contract_id"], rate=row["rate"],
        base=row["base"],
    )  # fmt: skip
    return payable.taken("bonus", row["amount"], because, places.get(row["contract_id"], ""))


def place_bonuses(
    owed: Iterable[Payable], earned: Iterable[Row], currency: str, is_proposed: Callable[[Payable], bool]
) -> dict[tuple[str, int, str], Payable]:
    """Which line takes which bonus that waits: the first of its vendor that is put up for payment now, and that is for
    work done. A bonus in
    another currency waits on: amounts of different currencies are never added."""
    placed: dict[tuple[str, int, str], Payable] = {}
    first: dict[str, Payable] = {}
    for payable in owed:
        if payable.what != ADVANCE and payable.net > 0 and payable.vendor not in first and is_proposed(payable):
            first[payable.vendor] = payable
    for row in earned:
        waits = row["reward"] == BONUS and pd.isna(row["settled_by"]) and not pd.isna(row["amount"])
        if waits and row["amount"] > 0 and row["currency"] == currency and row["vendor"] in first:
            placed[row["vendor"], int(row["rung"]), row["month"]] = first[row["vendor"]]
    return placed
