"""What an edit may be about besides one order line: the words that the store keeps and the figures read."""

from __future__ import annotations

OF_CONTRACTS = ("contracts", "changes")  # kinds that every line of a contract rests on
OF_WORK = ("measurements", "tickets")  # kinds that stand for receipts where the rules say so
OF_INVOICES = "invoices"  # the kind whose rows are put up for payment themselves
ALL_LINES = "*"  # beside no order: what was edited is work of all lines of its vendor
OF_LINE = "order_id"  # the field of an edit that puts a row under another order line, each as order/line


def line_named(order: str, line: str) -> str:
    """An order line as such an edit names it."""
    return f"{order}/{line}"
