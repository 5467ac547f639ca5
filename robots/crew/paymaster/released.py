"""What leaves when a batch is released, and never before: the bank's file, and its vendors' statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from robots.crew.paymaster.banking import bank_files
from robots.crew.paymaster.rows import Present, Row
from robots.crew.paymaster.statement import statements_on_release
from robots.ledger import Ledger
from robots.model.decisions import Decision, Notice
from robots.model.words import say
from robots.rules import Rules


def released(
    ledger: Ledger,
    batch: Row,
    payables: Present | Sequence[Row],
    vendors: Mapping[str, Row],
    rules: Rules,
    today: date,
) -> Iterator[Decision]:
    """What a batch sets off in the turn in which it is released: once, for a second file would be money paid twice.

    `batch` is its row with state released, `payables` are all payment lines as they stand after the release.
    Raises BatchDiffers where the lines are not what was signed.
    """
    name = batch["batch"]
    present = payables if isinstance(payables, Present) else Present(ledger.said("payables").iloc[:0], payables)
    mine = [row for row in present.in_batch(name) if row["state"] == "released"]
    files = bank_files(batch, mine, vendors, rules, today)
    for file in files:
        yield Decision("paymaster", today.isoformat(), f"bank {name}", file, name=f"bank-{name}")
    if not files:
        headline = say("notice.bank.none", batch=name, currency=batch["currency"])
        notice = Notice("finance", headline, (), "warning", (), None, say("notice.bank.next"))
        yield Decision("paymaster", today.isoformat(), f"no-bank-file {name}", notice)
    yield from statements_on_release(ledger, present, batch, {row["vendor"] for row in mine}, rules, today)
