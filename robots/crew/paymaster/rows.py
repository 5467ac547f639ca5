"""Rows of payables: what is proposed beyond what earlier sheets carried, what is held, what the match stops."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from robots.figures.batches import FREE, HELD
from robots.figures.settlement import DUPLICATE, STEPS, Payable
from robots.model.money import ZERO

AMOUNTS = (*STEPS, "net")
Row = dict[str, Any]


def propose(payable: Payable, before: Sequence[Row], batch: str, vendors: Mapping[str, Row]) -> Row | None:
    """What is payable beyond what earlier sheets carried of this invoice line, or None.

    Each amount is the difference to earlier sheets, so that amounts add up over sheets; the key is made of the
    whole entitlement in cents, so that the same money has the same key for ever (RULES 7). Where that key is bound
    already and earlier money came free again (a reversal), that money is put up again under its own key.
    """
    of_line = [r for r in before if _same_line(r, payable)]
    mine = [r for r in of_line if r["state"] not in FREE]
    amounts = {name: getattr(payable, name) - sum((r[name] for r in mine), ZERO) for name in AMOUNTS}
    if amounts["net"] <= 0:
        return None
    bound = {r["payment_key"] for r in mine}
    free = [r["payment_key"] for r in of_line if r["state"] in FREE - {HELD}]
    key = next((one for one in (payment_key(payable), *free) if one not in bound), None)
    return _row(payable, amounts, key, "proposed", batch, vendors) if key else None


def hold(payable: Payable, before: Sequence[Row], vendors: Mapping[str, Row]) -> Row | None:
    """A line of which nothing is payable and no sheet has carried anything, kept so that it can be seen."""
    carried = any(_same_line(r, payable) and r["state"] not in FREE for r in before)
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
