"""What the balance of a vendor's account is made of: every cent of it waits for something, or was paid too much.

An invoice is in the balance from its day on, a deduction from the release of its sheet, a payment from the bank's word.
Between these a line is held, on a sheet, or retained: with what was paid too much and what is not booked yet these are
the parts, and together they are the balance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from robots.figures.batches import CONFIRMED, HELD, RELEASED, RETURNED, UNRELEASED, is_refund
from robots.figures.controls import LEFT_OPEN, SENT_BACK
from robots.figures.entries import CREDIT, PAYMENT, REFUND, Entry
from robots.figures.entries import RETURNED as CAME_BACK
from robots.figures.holds import PAID_TOO_MUCH
from robots.figures.settlement import DUPLICATE, RETENTION
from robots.model.money import ZERO

DEDUCTIONS = {"price_variance": -1, "rejected": -1, "penalty": -1, "advance_offset": -1, "bonus": 1}
UNDER_WAY, KEPT, STOPPED, TO_BOOK = "under_way", "retention", "stopped", "to_book"
OVERPAID, UNBILLED, LATER = "overpaid", "unbilled", "later"
PARTS = (UNDER_WAY, KEPT, STOPPED, TO_BOOK, OVERPAID, UNBILLED, LATER)  # in the order in which they are told
_SHEETED = (*UNRELEASED, RELEASED, CONFIRMED, RETURNED)
_NO_CLAIM = set(PAID_TOO_MUCH)  # reasons of holds that are money paid too much: nothing the vendor waits for
_NOT_BILLED = {DUPLICATE, LEFT_OPEN}  # nobody owes it, or the register has it no more: it is in no balance
Row = dict[str, Any]


def parts_of(
    lines: Sequence[Row], holds: Sequence[Row], entries: Sequence[Entry], last: date = date.max
) -> dict[str, Decimal]:
    """What the balance of an account on its last day is made of, nothing left out that is known; each cent once.

    `lines`: rows of payables, with `billed_on`, the day of the invoice (None where the register has none), and
    `booked_on`, the day from which their deductions count; `holds`: rows of holds with `billed_on`; `entries`: what
    moved the account.
    """
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    held = {row["hold"] for row in holds}  # a line on a sheet that will not leave is held under its payment key
    back = {_named(row) for row in holds if SENT_BACK in row["reasons"].split(",")}
    mine = [row for row in lines if row["billed_on"] is None or row["billed_on"] <= last]
    for row in mine:
        stopped = row["payment_key"] in held or (row["state"] == RETURNED and _named(row) in back)
        is_booked = row["booked_on"] is not None and row["booked_on"] <= last
        for name, amount in _of_line(row, stopped, is_booked):
            found[name] += amount
    stops = (row for row in holds if row["billed_on"] is None or row["billed_on"] <= last)
    for name, amount in _of_holds(mine, stops):
        found[name] += amount
    for one in entries:
        if one.day <= last and one.what in (PAYMENT, CAME_BACK):
            found[UNDER_WAY] += one.amount
        elif one.day > last and one.what in (CREDIT, REFUND):
            found[LATER] -= one.amount
    return {name: found[name] for name in PARTS if found.get(name)}


def _of_line(row: Row, stopped: bool, is_booked: bool) -> Iterator[tuple[str, Decimal]]:
    """What a payment line is of the balance, whatever is held of it. The bank's word comes off `under_way`."""
    if row["state"] == HELD:
        if not _is_twice(row):
            yield from ((KEPT, _kept(row)), (TO_BOOK, row["penalty"] + row["advance_offset"] - row["bonus"]))
    elif row["state"] in _SHEETED:
        yield KEPT, _kept(row)
        if not stopped and not is_refund(row["batch"]):
            yield UNDER_WAY, row["net"]
        if not is_booked:
            yield TO_BOOK, -sum((sign * row[name] for name, sign in DEDUCTIONS.items()), ZERO)
        if row.get("what") != RETENTION and row["billed_on"] is None:
            yield UNBILLED, row["held"] - row["gross"]


def _kept(row: Row) -> Decimal:
    """What a line retains; its release is a line of its own."""
    kept: Decimal = row["retention"] - (row["gross"] if row.get("what") == RETENTION else ZERO)
    return kept


def _of_holds(lines: Sequence[Row], holds: Iterable[Row]) -> Iterator[tuple[str, Decimal]]:
    """What waits for its release, and below zero what sheets carried beyond what is billed by now."""
    keys = {row["payment_key"] for row in lines}
    told: dict[tuple[Any, ...], Decimal] = {}
    for row in lines:
        if row["state"] in _SHEETED or (row["state"] == HELD and not _is_twice(row)):
            told[_line(row)] = told.get(_line(row), ZERO) + _told_of(row)
    for row in holds:
        reasons = set(row["reasons"].split(","))
        if not reasons & _NOT_BILLED:
            amount = -row["stopped"] if reasons <= _NO_CLAIM else row["stopped"]
            if row["hold"] not in keys and SENT_BACK not in reasons and _line(row) in told:
                amount = row["gross"] - told[_line(row)]
            yield STOPPED if amount > 0 else OVERPAID, amount


def _told_of(row: Row) -> Decimal:
    """What of an invoice line's gross its payment line tells by itself."""
    told: Decimal = row["gross"] - row["held"]
    if row["state"] == HELD:
        told = row["retention"] + row["penalty"] + row["advance_offset"] - row["bonus"]
    return told


def _is_twice(row: Row) -> bool:
    return DUPLICATE in _text(row.get("hold_reason")).split(",")


def _line(row: Row) -> tuple[Any, ...]:
    return _text(row.get("invoice_key")), _text(row["order_id"]), _text(row["line"])


def _named(row: Row) -> tuple[Any, ...]:
    return row["vendor"], row["invoice_no"], _text(row["order_id"]), _text(row["line"])


def _blank(value: Any) -> bool:
    return value is None or bool(pd.isna(value))


def _text(value: Any) -> str:
    return "" if _blank(value) else str(value)
