"""The paymaster settles invoices and writes the payment sheet (付款申请单); what was on one sheet is on no other."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from robots.crew.registry import robot
from robots.figures.bonuses import line_of, place_bonuses, with_bonuses
from robots.figures.lines import judged, order_lines, records
from robots.figures.settlement import DUPLICATE, STEPS, Payable, Terms, order_book, settle
from robots.ledger import Ledger
from robots.model.decisions import Column, Decision, Look, Notice, Sheet, Table, Workbook, record
from robots.model.money import ZERO, in_words
from robots.model.words import Text, say
from robots.rules import Rules

AMOUNTS = (*STEPS, "net")
Row = dict[str, Any]


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


# ------------------------------------------------------------------ rows


def propose(payable: Payable, before: Sequence[Row], batch: str, vendors: Mapping[str, Row]) -> Row | None:
    """What is payable beyond what earlier sheets carried of this invoice line, or None.

    Each amount is the difference to earlier sheets, so that amounts add up over sheets; the key is made of the
    whole entitlement in cents, so that the same money has the same key for ever (RULES 7).
    """
    mine = [r for r in before if _same_line(r, payable) and r["state"] not in ("held", "returned")]
    amounts = {name: getattr(payable, name) - sum((r[name] for r in mine), ZERO) for name in AMOUNTS}
    if amounts["net"] <= 0:
        return None
    return _row(payable, amounts, payment_key(payable), "proposed", batch, vendors)


def hold(payable: Payable, before: Sequence[Row], vendors: Mapping[str, Row]) -> Row | None:
    """A line of which nothing is payable and no sheet has carried anything, kept so that it can be seen."""
    carried = any(_same_line(r, payable) and r["state"] != "held" for r in before)
    if payable.net > 0 or not payable.held or (carried and DUPLICATE not in payable.reasons):
        return None
    amounts = {name: getattr(payable, name) for name in AMOUNTS}
    key = _hash("held", payable.source, payable.line)
    return _row(payable, amounts, key, "held", None, vendors)


def holds(owed: Sequence[Payable]) -> Iterator[Row]:
    """Everything that the match stops today, for those who have to see to it."""
    for p in owed:
        if p.held or p.price_variance or p.rejected:
            stopped = p.held + p.price_variance + p.rejected
            yield {
                "hold": _hash(p.source, p.order_id, p.line), "vendor": p.vendor, "order_id": p.order_id, "line": p.line,
                "invoice_no": p.invoice_no, "reasons": ",".join(p.reasons), "gross": p.gross, "stopped": stopped,
                "due_on": p.due_on, "source": p.source,
            }  # fmt: skip


def payment_key(payable: Payable) -> str:
    """hash(vendor and invoice, order line, entitled cents)."""
    return _hash(payable.invoice_key, f"{payable.order_id}/{payable.line}", str(int(payable.net * 100)))


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]


def _same_line(row: Row, payable: Payable) -> bool:
    return (row["invoice_key"], row["order_id"], row["line"]) == (payable.invoice_key, payable.order_id, payable.line)


def _row(
    p: Payable, amounts: Mapping[str, Decimal], key: str, state: str, batch: str | None, vendors: Mapping[str, Row]
) -> Row:
    account = vendors.get(p.vendor, {}).get("bank_account")
    return {
        "payment_key": key, "vendor": p.vendor, "order_id": p.order_id, "line": p.line, "invoice_no": p.invoice_no,
        **amounts, "hold_reason": ",".join(p.reasons) or None, "due_on": p.due_on, "state": state, "batch": batch,
        "bank_account": None if pd.isna(account) else account, "retention_due_on": p.retention_due_on,
        "invoice_key": p.invoice_key,
    }  # fmt: skip


# ------------------------------------------------------------------ the sheet


def _issue(
    proposed: list[Row], owed: list[Payable], batch: str, vendors: Mapping[str, Row], rules: Rules, today: date
) -> Iterator[Decision]:
    total = sum((row["net"] for row in proposed), ZERO)
    entry = {"batch": batch, "day": today, "lines": len(proposed), "total": total, "currency": rules.currency}
    yield Decision("paymaster", today.isoformat(), batch, record("batches", [{**entry, "state": "proposed"}]))
    stopped = [p for p in owed if p.held or p.price_variance or p.rejected]
    sheet = payment_sheet(proposed, stopped, batch, vendors, rules.currency, today)
    yield Decision("paymaster", today.isoformat(), batch, sheet, name="payment-sheet")
    yield Decision("paymaster", today.isoformat(), f"notice-{batch}", _notice(proposed, stopped, batch, total, rules))


def payment_sheet(
    proposed: Sequence[Row],
    stopped: Sequence[Payable],
    batch: str,
    vendors: Mapping[str, Row],
    currency: str,
    today: date,
) -> Workbook:
    """付款申请单: one page per vendor group to sign, the waterfall of every line, and what is held and why."""
    by_vendor: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(proposed, key=lambda r: (r["vendor"], r["due_on"] or date.max, r["invoice_no"])):
        by_vendor[row["vendor"]].append(row)
    total = sum((row["net"] for row in proposed), ZERO)
    facts = (
        (say("fact.batch"), batch),
        (say("fact.date"), today),
        (say("fact.lines"), len(proposed)),
        (say("fact.total", currency=currency), total),
        (say("fact.in_words"), in_words(total)),
    )
    signatures = tuple(say(f"sign.{who}") for who in ("applicant", "department", "finance", "approver"))
    front = Sheet(
        say("sheet.payment"), say("title.payment"), facts, (_vendor_table(by_vendor, vendors),),
        notes=(say("payment.note"),), signatures=signatures,
    )  # fmt: skip
    lines = Sheet(
        say("sheet.payment_lines"), say("title.payment_lines", batch=batch), (), tuple(_line_tables(by_vendor))
    )
    holds = Sheet(say("sheet.holds"), say("title.holds"), (), (_hold_table(stopped),))
    return Workbook("payments", say("file.payment", batch=batch), (front, lines, holds))


def _vendor_table(by_vendor: Mapping[str, list[Row]], vendors: Mapping[str, Row]) -> Table:
    columns = (
        Column(say("column.no"), Look.INTEGER, 5),
        Column(say("column.payee"), Look.WRAP, 30),
        Column(say("column.bank_name"), Look.WRAP, 28),
        Column(say("column.bank_account"), Look.TEXT, 24),
        Column(say("column.lines"), Look.INTEGER, 7),
        Column(say("column.earliest_due"), Look.DATE, 12),
        Column(say("column.gross"), Look.MONEY, 15),
        Column(say("column.deducted"), Look.MONEY, 14),
        Column(say("column.net"), Look.MONEY, 15),
    )
    rows = []
    for number, (vendor, mine) in enumerate(by_vendor.items(), 1):
        gross, net = (sum((row[name] for row in mine), ZERO) for name in ("gross", "net"))
        earliest = min((row["due_on"] for row in mine if row["due_on"]), default=None)
        bank = vendors.get(vendor, {}).get("bank_name")
        bank_name = "" if pd.isna(bank) else bank
        rows.append((number, vendor, bank_name, mine[0]["bank_account"], len(mine), earliest, gross, gross - net, net))
    return Table(columns, tuple(rows), total=(4, 6, 7, 8))


_LINE_COLUMNS = (
    Column(say("column.invoice_no"), Look.TEXT, 23),
    Column(say("column.order"), Look.TEXT, 16),
    *(Column(say(f"column.{name}"), Look.MONEY, 13) for name in STEPS),
    Column(say("column.net"), Look.MONEY, 14),
    Column(say("column.due_on"), Look.DATE, 11),
    Column(say("column.retention_due_on"), Look.DATE, 11),
    Column(say("column.payment_key"), Look.TEXT, 26),
)


def _line_tables(by_vendor: Mapping[str, list[Row]]) -> Iterator[Table]:
    for vendor, mine in by_vendor.items():
        rows = tuple(
            (
                row["invoice_no"], f"{row['order_id']}/{row['line']}", *(row[name] for name in AMOUNTS),
                row["due_on"], row["retention_due_on"], row["payment_key"],
            )
            for row in mine
        )  # fmt: skip
        yield Table(_LINE_COLUMNS, rows, vendor, total=tuple(range(2, 11)))


def _hold_table(stopped: Sequence[Payable]) -> Table:
    columns = (
        Column(say("column.vendor"), Look.WRAP, 28),
        Column(say("column.invoice_no"), Look.TEXT, 23),
        Column(say("column.order"), Look.TEXT, 16),
        Column(say("column.gross"), Look.MONEY, 13),
        Column(say("column.stopped"), Look.MONEY, 13),
        Column(say("column.net"), Look.MONEY, 13),
        Column(say("column.reason"), Look.WRAP, 30),
        Column(say("column.release"), Look.WRAP, 44),
        Column(say("column.evidence"), Look.WRAP, 34),
    )
    rows = tuple(
        (
            p.vendor, p.invoice_no, f"{p.order_id}/{p.line}".rstrip("/"), p.gross,
            p.held + p.price_variance + p.rejected, p.net, _all(p, "name"), _all(p, "release"), p.source,
        )
        for p in sorted(stopped, key=lambda p: (p.vendor, p.invoice_no))
    )  # fmt: skip
    return Table(columns, rows, empty=say("payment.nothing_held"))


def _all(payable: Payable, what: str) -> Text:
    """Every reason of a hold in one cell."""
    texts = tuple(say(f"hold.{reason}.{what}") for reason in payable.reasons)
    return texts[0] if len(texts) == 1 else say("list.lines", items=texts)


def _notice(proposed: list[Row], stopped: Sequence[Payable], batch: str, total: Decimal, rules: Rules) -> Notice:
    vendors = len({row["vendor"] for row in proposed})
    lines: tuple[Text, ...] = (say("notice.payment.words", words=in_words(total)),)
    if stopped:
        held = sum((p.held + p.price_variance + p.rejected for p in stopped), ZERO)
        lines += (say("notice.payment.held", count=len(stopped), amount=held, currency=rules.currency),)
    headline = say(
        "notice.payment.headline",
        batch=batch,
        lines=len(proposed),
        vendors=vendors,
        total=total,
        currency=rules.currency,
    )
    return Notice("finance", headline, lines, "info", ("payment-sheet",), None, say("notice.payment.next"))
