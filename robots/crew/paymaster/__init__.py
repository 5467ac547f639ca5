"""The paymaster settles invoices and writes the payment sheet (付款申请单); what was on one sheet is on no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from robots.crew.paymaster import papers
from robots.crew.paymaster.approvals import (
    ROBOT,
    answered,
    ask_reversal,
    decisions,
    issue,
    late_issues,
    standing,
    why_no_reversal,
)
from robots.crew.paymaster.rows import Row, hold, holds, payment_key, propose
from robots.crew.paymaster.sheet import payment_notice, payment_sheet
from robots.crew.registry import robot
from robots.figures.approvals import Case
from robots.figures.batches import FREE, PROPOSED, put_up
from robots.figures.bonuses import line_of, place_bonuses, with_bonuses
from robots.figures.lines import judged, order_lines, records
from robots.figures.settlement import Payable, Terms, order_book, settle
from robots.ledger import Ledger
from robots.model.decisions import Decision, record
from robots.model.money import ZERO
from robots.rules import Rules

__all__ = ["ask_reversal", "paymaster", "payment_key", "propose", "why_no_reversal"]


@robot
def paymaster(ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    """Take in what approvers decided, at once. At its hour: figure what is owed, propose what no sheet carries yet."""
    now = answered(ledger, rules, today)
    if now is not None:
        yield from decisions(now)
    if ROBOT in ledger.called:
        yield from _sheets(ledger, rules, today)
        yield from late_issues(now or standing(ledger, rules, today))


def _sheets(ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    """A payment sheet for each currency, and what is held and why."""
    invoices = ledger.table("invoices")
    if not len(invoices):
        return
    vendors = {row["vendor"]: row for row in records(ledger.table("vendors"))}
    before = records(ledger.said("payables"))
    batch = _next_batch(ledger.said("batches"), today, 1)
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
    if held or gone:
        yield Decision("paymaster", today.isoformat(), "payables", record("payables", held, gone=gone))
    old = {row["payment_key"]: row for row in before}
    for number, (currency, rows) in enumerate(_by_currency(proposed, rules.currency), 1):
        batch = _next_batch(ledger.said("batches"), today, number)
        mine = [row | {"batch": batch, "currency": currency} for row in rows]
        yield from _issue(mine, owed, batch, currency, vendors, old, rules, today)


def _by_currency(proposed: Sequence[Row], home: str) -> list[tuple[str, list[Row]]]:
    """The lines of each currency; the home's first, then by name. Amounts of different currencies are never added."""
    found: dict[str, list[Row]] = {}
    for row in proposed:
        found.setdefault(row.get("currency") or home, []).append(row)
    return sorted(found.items(), key=lambda one: (one[0] != home, one[0]))


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
    sheeted = sorted((row for row in before if row["state"] not in FREE), key=lambda row: row["batch"])
    accounts = {row["vendor"]: row["bank_account"] for row in sheeted if row["bank_account"]}  # the latest sheet's
    return settle(book, records(invoices), vendors, accounts, terms)


def _next_batch(batches: pd.DataFrame, today: date, more: int) -> str:
    number = int((batches["day"] == today.isoformat()).sum()) + more
    return f"FK-{today:%Y%m%d}-{number:02d}"


def _issue(
    proposed: list[Row],
    owed: list[Payable],
    batch: str,
    currency: str,
    vendors: Mapping[str, Row],
    before: Mapping[str, Row],
    rules: Rules,
    today: date,
) -> Iterator[Decision]:
    """A batch: recorded with its lines and their moves, written as a sheet, and put before its approvers."""
    day = today.isoformat()
    moves = put_up(proposed, before, today, rules.people.preparer or ROBOT)
    total = sum((row["net"] for row in proposed), ZERO)
    entry: Row = {
        "batch": batch, "day": day, "lines": len(proposed), "total": total, "currency": currency, "state": PROPOSED,
        "proposed_lines": len(proposed), "proposed_total": total, "preparer": None, "issued_on": None, "seen": None,
        "expires_on": None,
    }  # fmt: skip
    entry, endorsements, sent = issue(Case(batch, entry, moves.rows), rules, today)
    yield Decision("paymaster", day, f"lines-{batch}", record("payables", list(moves.rows)))
    yield Decision("paymaster", day, f"moves-{batch}", record("movements", list(moves.movements)))
    yield Decision("paymaster", day, batch, record("batches", [entry]))
    if endorsements:
        yield Decision("paymaster", day, f"owed-{batch}", record("endorsements", endorsements))
    stopped = [p for p in owed if p.held or p.price_variance or p.rejected]
    next_step = papers.next_step(entry, endorsements)
    sheet = payment_sheet(proposed, stopped, batch, vendors, currency, today, next_step)
    yield Decision("paymaster", day, batch, sheet, name=f"payment-sheet-{batch}")
    notice = payment_notice(proposed, stopped, batch, total, currency, next_step)
    yield Decision("paymaster", day, f"notice-{batch}", notice)
    yield from sent
