"""A released batch as transfers for the bank: each line once, count and sum those of the sheet that was signed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from robots.crew.paymaster.rows import Row, in_order
from robots.figures.settlement import LINE
from robots.model.calendar import Calendar, UnknownYear
from robots.model.decisions import BankFile, Transfer
from robots.model.money import ZERO
from robots.model.words import Text, say
from robots.rules import Rules


class BatchDiffers(ValueError):
    """The lines are not the batch that was signed; nothing may leave."""


def bank_files(
    batch: Row, lines: Sequence[Row], vendors: Mapping[str, Row], rules: Rules, today: date
) -> list[BankFile]:
    """The file of a released batch for the bank of its currency; none where no account of ours is in that currency.

    `batch` and `lines` are rows of batches and payables. The account is the line's own, which was signed, never what
    a vendor ledger says by now. Raises BatchDiffers.
    """
    payer = rules.payers.get(batch["currency"])
    _check(batch, lines)
    if payer is None:
        return []
    transfers = tuple(_transfers(lines, vendors, rules.calendar, today))
    return [BankFile("payments", file_name(batch, rules.currency), batch["batch"], payer, transfers)]


def file_name(batch: Row, home: str) -> Text:
    """How a batch's file is called: with its currency, where that is not our own. A person sends the file, and not
    every bank's format says it."""
    if batch["currency"] == home:
        return say("file.bank", batch=batch["batch"])
    return say("file.bank_in", batch=batch["batch"], currency=batch["currency"])


def _check(batch: Row, lines: Sequence[Row]) -> None:
    """The batch is released and whole, and each of its lines can be paid."""
    keys = {row["payment_key"] for row in lines}
    total = sum((row["net"] for row in lines), ZERO)
    if batch["state"] != "released":
        raise BatchDiffers(f"{batch['batch']} is {batch['state']}")
    if (len(keys), total) != (batch["lines"], batch["total"]) or len(lines) != len(keys):
        raise BatchDiffers(f"{batch['batch']}: {batch['lines']}, {batch['total']} ≠ {len(keys)}/{len(lines)}, {total}")
    for row in lines:
        mine = row["batch"] == batch["batch"] and (_text(row.get("currency")) or batch["currency"]) == batch["currency"]
        if not mine or row["state"] != "released" or not row["net"] or not _text(row["bank_account"]):
            raise BatchDiffers(f"{batch['batch']}: {row['payment_key']} ({row['state']}, {row['net']})")


def _transfers(lines: Sequence[Row], vendors: Mapping[str, Row], calendar: Calendar, today: date) -> Iterator[Transfer]:
    for row in in_order(_set_off(lines)):
        payee = vendors.get(row["vendor"], {})
        yield Transfer(
            row["payment_key"], row["vendor"], row["bank_account"], _text(payee.get("bank_name")),
            _text(payee.get("bank_code")), row["net"], _purpose(row),
            payment_day(_day(row["due_on"]), today, calendar),
        )  # fmt: skip


def _purpose(row: Row) -> Text:
    what = say(f"payment.for.{_text(row.get('what')) or LINE}")
    if "lines" in row:
        return say("payment.purpose_set_off", what=what, invoice=row["invoice_no"], count=row["lines"])
    return say("payment.purpose", what=what, invoice=row["invoice_no"])


def _set_off(lines: Sequence[Row]) -> Iterator[Row]:
    """What a bank can pay. A vendor with a line below zero (a credit note) is paid one sum, what its lines on the sheet
    come to, under the key of the largest of them and on the earliest of their days: the bank's return then names that
    key with that sum, which is all of the vendor's lines or none. Raises BatchDiffers where nothing is left to pay."""
    by_payee: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in lines:
        by_payee[row["vendor"], row["bank_account"]].append(row)
    for (vendor, _), mine in by_payee.items():
        if all(row["net"] >= 0 for row in mine):
            yield from (row for row in mine if row["net"])
            continue
        total = sum((row["net"] for row in mine), ZERO)
        if total <= 0:
            raise BatchDiffers(f"{vendor}: {-total} too much is set off")
        largest = min(mine, key=lambda row: (-row["net"], row["payment_key"]))
        days = [day for row in mine if row["net"] > 0 and (day := _day(row["due_on"]))]
        due_on = min(days).isoformat() if days else None
        sorts = {row.get("what") for row in mine}
        what = sorts.pop() if len(sorts) == 1 else LINE
        yield largest | {"net": total, "due_on": due_on, "lines": len(mine), "what": what}


def payment_day(due: date | None, today: date, calendar: Calendar) -> date:
    """The day it falls due, or the working day after it; today's where it is past. A year whose holidays nobody knows
    yet is left to the bank, which moves a day on by itself: nothing is guessed.

    >>> payment_day(date(2026, 10, 3), date(2026, 9, 1), Calendar())  # within the holidays of the National Day
    datetime.date(2026, 10, 8)
    """
    day = max(due or today, today)
    try:
        return day if calendar.is_working(day) else calendar.after_working_days(day, 1)
    except UnknownYear:
        return day


def _day(value: Any) -> date | None:
    """A date as rows keep it: an ISO text once it was stored."""
    return date.fromisoformat(value) if isinstance(value, str) else None if pd.isna(value) else value


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)
