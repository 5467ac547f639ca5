"""The paymaster settles invoices and writes the payment sheet (付款申请单); what was on one sheet is on no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from robots.crew.paymaster.rows import Row, hold, holds, payment_key, propose
from robots.crew.paymaster.sheet import payment_notice, payment_sheet
from robots.crew.registry import robot
from robots.figures.bonuses import line_of, place_bonuses, with_bonuses
from robots.figures.lines import judged, order_lines, records
from robots.figures.settlement import Payable, Terms, order_book, settle
from robots.ledger import Ledger
from robots.model.decisions import Decision, record
from robots.model.money import ZERO
from robots.rules import Rules

__all__ = ["paymaster", "payment_key", "propose"]


@robot
def paymaster(ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    """Figure what is owed, propose what no sheet has carried yet, list what is held and why."""
    invoices = ledger.table("invoices")
    if not len(invoices):
        return
    vendors = {row["vendor"]: row for row in records(ledger.table("vendors"))}
    before = records(ledger.said("payables"))
    batch = _next_batch(ledger.said("batches"), today)
    earned = records(ledger.said("earned"))
    owed = with_bonuses(_owed(ledger, invoices, vendors, before, rules, today), earned)
    settled = list(_settled(owed, earned, before, batch, vendors, rules))
    owed = with_bonuses(owed, settled)
    proposed = [row for p in owed if (row := propose(p, before, batch, vendors)) is not None]
    held = [row for p in owed if (row := hold(p, before, vendors)) is not None]
    gone = tuple(r["payment_key"] for r in before if r["state"] == "held" and r["payment_key"] not in _keys(held))
    if settled:
        yield Decision("paymaster", today.isoformat(), "earned", record("earned", settled))
    yield Decision("paymaster", today.isoformat(), "holds", record("holds", list(holds(owed)), replace=True))
    if proposed or held or gone:
        yield Decision("paymaster", today.isoformat(), "payables", record("payables", [*proposed, *held], gone=gone))
    if proposed:
        yield from _issue(proposed, owed, batch, vendors, rules, today)


def _settled(
    owed: Sequence[Payable], earned: list[Row], before: list[Row], batch: str, vendors: Mapping[str, Row], rules: Rules
) -> Iterator[Row]:
    """The bonuses that go onto this sheet, with the line that carries each of them."""
    placed = place_bonuses(owed, earned, rules.currency, lambda p: propose(p, before, batch, vendors) is not None)
    for row in earned:
        if payable := placed.get((row["vendor"], int(row["rung"]), row["month"])):
            yield row | {"settled_by": batch, "settled_line": line_of(payable)}


def _keys(rows: Sequence[Mapping[str, Any]]) -> set[str]:
    return {row["payment_key"] for row in rows}


def _owed(
    ledger: Ledger, invoices: pd.DataFrame, vendors: Mapping[str, Row], before: list[Row], rules: Rules, today: date
) -> Iterator[Payable]:
    deliveries = judged(ledger.table("deliveries"))
    lines = order_lines(ledger.table("orders"), deliveries, today)
    book = order_book(lines, deliveries[deliveries["delivered_on"] <= today], ledger.table("contracts"))
    terms = Terms(rules.settlement(today), rules.currency, rules.settle_from)
    sheeted = sorted((row for row in before if row["state"] != "held"), key=lambda row: row["batch"])
    accounts = {row["vendor"]: row["bank_account"] for row in sheeted if row["bank_account"]}  # the latest sheet's
    return settle(book, records(invoices), vendors, accounts, terms)


def _next_batch(batches: pd.DataFrame, today: date) -> str:
    number = int((batches["day"] == today.isoformat()).sum()) + 1
    return f"FK-{today:%Y%m%d}-{number:02d}"


def _issue(
    proposed: list[Row], owed: list[Payable], batch: str, vendors: Mapping[str, Row], rules: Rules, today: date
) -> Iterator[Decision]:
    total = sum((row["net"] for row in proposed), ZERO)
    entry = {"batch": batch, "day": today, "lines": len(proposed), "total": total, "currency": rules.currency}
    yield Decision("paymaster", today.isoformat(), batch, record("batches", [{**entry, "state": "proposed"}]))
    stopped = [p for p in owed if p.held or p.price_variance or p.rejected]
    sheet = payment_sheet(proposed, stopped, batch, vendors, rules.currency, today)
    yield Decision("paymaster", today.isoformat(), batch, sheet, name="payment-sheet")
    yield Decision(
        "paymaster", today.isoformat(), f"notice-{batch}", payment_notice(proposed, stopped, batch, total, rules)
    )
