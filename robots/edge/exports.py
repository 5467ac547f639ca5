"""Tables for machines: exactly the columns of the contract (ARCHITECTURE: the commands), as text or JSON values."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from typing import Any

from robots.edge.store.database import Store, Turn
from robots.kinds import known

COLUMNS: dict[str, tuple[str, ...]] = {
    "kpis": ("vendor", "period", "kpi", "good", "total", "value"),
    "scores": ("vendor", "period", "score", "grade", "n", "missing_weight", "capped_by"),
    "payables": (
        "payment_key", "vendor", "order_id", "line", "invoice_no", "gross", "price_variance", "rejected", "penalty",
        "bonus", "advance_offset", "retention", "held", "hold_reason", "net", "due_on", "state",
    ),
    "alerts": ("code", "severity", "subject", "seen", "limit", "first_seen", "last_seen", "state", "owner"),
    "ladder": ("vendor", "period", "reached", "streak", "missed"),
    "earned": (
        "vendor", "month", "rung", "reward", "contract_id", "months", "base", "rate", "amount", "currency",
        "settled_by",
    ),
    "listed": ("vendor", "period", "list", "because", "state", "decided_by", "decided_on"),
    "rescored": (
        "vendor", "period", "day", "score_before", "grade_before", "score_after", "grade_after", "because", "why",
    ),
    "batches": ("batch", "day", "lines", "total", "currency", "state"),
    "endorsements": ("number", "approver", "role", "state", "tries", "answered_on", "source"),
    "movements": ("payment_key", "n", "batch", "state_before", "state_after", "day", "by", "why"),
    "reversals": ("reversal", "payment_key", "day", "reason", "preparer", "state"),
    "findings": ("drop", "sheet", "cell", "code", "level", "says", "fix"),
    "receipts": ("drop", "sheet", "kind", "rows_new", "rows_updated", "rows_unchanged", "rows_set_aside"),
    "drops": ("name", "sha256", "state", "why"),
    "letters": ("key", "subject", "state", "attempts", "at", "done_at", "detail"),
    "journal": ("n", "at", "actor", "event", "subject", "detail", "before", "hash"),
}  # fmt: skip
_KEEP_CENTS = 2


def names() -> tuple[str, ...]:
    """Every table that can be exported."""
    return (*COLUMNS, *known())


def export(store: Store, name: str) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Columns and rows of a table. Raises KeyError for a name that is none."""
    with store.transaction() as tx:
        if name in known():
            table = tx.rows(name)
            columns = tuple(column.lstrip("_") for column in table.column_names)
            return columns, [tuple(_plain(v) for v in row.values()) for row in table.to_pylist()]
        columns = COLUMNS[name]
        rows = tx.table("outbox" if name == "letters" else name).to_pylist()
        if name == "letters":
            rows = [row for row in rows if row["sort"] == "letter"]
        if name in ("findings", "receipts"):
            rows = _with_drop_names(tx, rows)
        return columns, [tuple(_plain(row[column]) for column in columns) for row in rows]


def _with_drop_names(tx: Turn, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    drops = tx.table("drops").to_pylist()
    names_of = {drop["id"]: drop["name"] for drop in drops}
    return [{**row, "drop": names_of[row["drop"]]} for row in rows]


def _plain(value: Any) -> Any:
    """Money keeps its cents, other figures lose trailing zeros, days are ISO."""
    if isinstance(value, Decimal):
        cents = -int(value.as_tuple().exponent) == _KEEP_CENTS
        return str(value) if cents else format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date) else value


def as_csv(columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    """RFC 4180 with LF; a missing value is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(["" if value is None else value for value in row] for row in rows)
    return text.getvalue()


def as_json(columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    """A list of objects; a missing value is null, figures are strings so that no digit is lost."""
    return json.dumps([dict(zip(columns, row, strict=True)) for row in rows], ensure_ascii=False, indent=1)
