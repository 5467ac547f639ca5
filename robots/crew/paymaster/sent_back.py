"""What the bank sent back is owed and on no sheet to come: it is held, and told, until somebody reverses it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from robots.figures.accounts import given
from robots.figures.batches import RETURNED
from robots.figures.controls import SENT_BACK
from robots.figures.lines import records
from robots.figures.settlement import Payable
from robots.ledger import Ledger
from robots.model.words import Text, say

Row = Mapping[str, Any]


def sent_back(ledger: Ledger) -> list[Payable]:
    """Lines in the state `returned`, each as one that is held whole, with its key and the bank's row."""
    lines, returns = ledger.said("payables"), ledger.said("returns")
    waiting = records(lines[lines["state"] == RETURNED])
    if not waiting:
        return []
    told: dict[str, Row] = {}
    for row in sorted(records(returns[returns["outcome"] == RETURNED]), key=lambda row: row["day"]):
        told |= dict.fromkeys(row["payment_keys"].split(","), row)
    return [_held(row, told.get(row["payment_key"])) for row in waiting]


def _held(row: Row, told: Row | None) -> Payable:
    seen: tuple[Text, ...] = ()
    if told is not None:
        why = given(told["reason"]) or None
        seen = (say("hold.seen.back", day=told["paid_on"], reason=why, place=told["source"]),)
    return Payable(
        row["invoice_key"], row["vendor"], row["invoice_no"], row["order_id"], row["line"], row["net"], held=row["net"],
        reasons=(SENT_BACK,), due_on=date.fromisoformat(row["due_on"]) if given(row["due_on"]) else None,
        source=f"{row['batch']} › {row['payment_key']}", currency=given(row["currency"]), evidence=seen,
    )  # fmt: skip
