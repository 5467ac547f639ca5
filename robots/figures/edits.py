"""Edits of rows that money had already been put up on: which of them still wait for a person's answer (RULES 5, 7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from robots.figures.accounts import ending
from robots.figures.alerts import DECIDING, alert_id, number
from robots.figures.settlement.billing import invoice_key, of_invoice
from robots.model.edits import ALL_LINES, OF_CONTRACTS, OF_INVOICES, OF_LINE, OF_WORK, line_named

Row = Mapping[str, Any]
SILENT_EDIT = "SILENT_EDIT"
_AMOUNTS = ("gross", "net", "tax", "amount", "amount_delta", "payable_amount")
_CHAIN = ("kind", "field", "vendor", "invoice_no", "order_id", "line")  # edits of one value, one after the other


def edit_subject(row: Row) -> str:
    """What an edit is about: the invoice, the order line, the whole contract or order, else the vendor."""
    order, line = _text(row["order_id"]), _line(row)
    named = f"{order}/{line}" if order and line else order or _text(row["vendor"])
    return f"{row['invoice_no']} · {named}" if row["kind"] == OF_INVOICES else named


def edit_shown(row: Row, which: str) -> str:
    """The value "before" or "after" as people read it: amounts with cents, of an account the last digits, for a letter
    is no place for the whole."""
    text, field = _text(row[which]), row["field"]
    if field in _AMOUNTS and text:
        return f"{Decimal(text):,.2f}"
    return f"…{ending(text)}" if field == "bank_account" else text or "—"


def _line(row: Row) -> str:
    """The line that an edit names; blank where it is of all lines."""
    return _text(row["line"]) or ("" if row["kind"] in (*OF_CONTRACTS, *OF_WORK) else "1")


def edit_alert(row: Row) -> str:
    """The id of the alert that asks about an edit."""
    return alert_id(SILENT_EDIT, str(row["n"]), edit_subject(row))


def edit_number(row: Row, reopened: Mapping[str, int | None]) -> str:
    """The number of that alert as it stands on the list now. `reopened`: alert → how often it came back."""
    return number(edit_alert(row), reopened.get(edit_alert(row)))


def unanswered(edits: Iterable[Row], answers: Iterable[Row], reopened: Mapping[str, int | None]) -> list[Row]:
    """The edits of which nobody has said yet that they are right."""
    told = {row["alert"] for row in answers if row["answer"] in DECIDING}
    return [row for row in edits if edit_number(row, reopened) not in told]


def not_changed_back(edits: Sequence[Row]) -> list[Row]:
    """The edits less those that later ones took back, over however many steps: the books say what they said.

    >>> one = {"kind": "orders", "field": "quantity", "vendor": "甲", "order_id": "PO-1", "line": "1", "invoice_no": ""}
    >>> steps = [one | {"before": step[0], "after": step[1]} for step in ("58", "89", "95", "56")]
    >>> [(step["before"], step["after"]) for step in not_changed_back(steps)]
    [('5', '6')]
    """
    chains: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in edits:
        chain = chains[tuple(_text(row[name]) for name in _CHAIN)]
        chain.append(row)
        if (start := _start(chain)) is not None:
            del chain[start:]
    left = {id(row) for chain in chains.values() for row in chain}
    return [row for row in edits if id(row) in left]


def _start(chain: list[Row]) -> int | None:
    """From which edit on a chain leads back to where it began: each takes up what the one before it left."""
    for at in range(len(chain) - 1, 0, -1):
        if chain[at]["before"] != chain[at - 1]["after"]:
            return None
        if chain[at - 1]["before"] == chain[-1]["after"]:
            return at - 1
    return None


def may_pay_more(row: Row) -> bool:
    """Could money leave by this edit? An invoice that is lowered pays no more; what was paid of it is told."""
    before, after = _text(row["before"]), _text(row["after"])
    is_lowered = row["field"] == "gross" and before and after and Decimal(after) < Decimal(before)
    return not is_lowered


def after_put_up(
    edits: Iterable[Row], put_up: Mapping[tuple[str, str], date], contract_of: Mapping[tuple[str, str], str]
) -> Callable[[str, str, str, str], list[Row]]:
    """Looks up a line of an invoice (order, line, vendor, invoice key): the edits of what it rests on (its order, its
    deliveries or what stands for them, its milestone, its contract) since the day on which it was first put up for
    payment; those of the invoice itself, which are only kept from that day on; and the deliveries that stand under it
    now, and were paid under another."""
    by_name: dict[tuple[str, str], list[Row]] = defaultdict(list)
    by_invoice: dict[str, list[Row]] = defaultdict(list)
    came: dict[str, list[Row]] = defaultdict(list)
    for row in edits:
        if row["kind"] == OF_INVOICES:
            by_invoice[invoice_key(row)].append(row)
            continue
        by_name[_name(row)].append(row)
        if row["field"] == OF_LINE and _since(row, put_up.get(_name(row))):
            came[row["after"]].append(row)

    def look(order: str, line: str, vendor: str, invoice: str) -> list[Row]:
        since, contract = put_up.get((order, line)), contract_of.get((order, line), order)
        # a milestone stands under its contract itself
        names = dict.fromkeys(((order, line), (order, ""), (contract, ""), ("", vendor)))
        mine = [row for name in names for row in by_name.get(name, ()) if _since(row, since)]
        return [*mine, *came.get(line_named(order, line), ()), *by_invoice.get(of_invoice(invoice), ())]

    return look


def _since(row: Row, day: date | None) -> bool:
    """Was it edited on that day or later? Before a line was put up, nothing rested on it."""
    return day is not None and date.fromisoformat(row["day"]) >= day


def _name(row: Row) -> tuple[str, str]:
    """What an edit is found by: order and line, either alone of all lines, or a vendor where lines rest on it."""
    if row["line"] == ALL_LINES:
        return "", _text(row["vendor"])
    return _text(row["order_id"]), _line(row)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
