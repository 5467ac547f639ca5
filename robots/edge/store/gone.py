"""Rows that leave the ledger with a newer version of their file: named on the receipt; invoices are kept, so that who
asks for one learns that it is gone, and since when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, true

from robots.cells import MONEY
from robots.edge.store.columns import bind, from_stored
from robots.edge.store.tables import GONE_INVOICES, ROWS
from robots.kinds import Kind
from robots.model.edits import OF_INVOICES
from robots.model.findings import Finding, Level, finding
from robots.model.words import Text, say

MOST_NAMED = 10
_BATCH = 500
_KEPT = ("sheet", "row", "since", "vendor", "invoice_no", "gross", "currency")


def leaving_rows(connection: Connection, kind: Kind, file: int, keys: Sequence[int] | None) -> list[dict[str, Any]]:
    """What names each of these rows of a file (None: all of them), and where it stands. To be asked before they go."""
    c = ROWS[kind.name].c
    parts = [keys[start : start + _BATCH] for start in range(0, len(keys), _BATCH)] if keys is not None else [None]
    found = [
        row for part in parts for row in _rows(connection, kind, file, true() if part is None else c.key.in_(part))
    ]
    return sorted(found, key=lambda row: (row["sheet"], row["row"]))


def _rows(connection: Connection, kind: Kind, file: int, which: ColumnElement[bool]) -> Iterator[dict[str, Any]]:
    table = ROWS[kind.name]
    also = _KEPT if kind.name == OF_INVOICES else ()
    names = list(dict.fromkeys(("sheet", "row", *_naming(kind), *also)))
    columns = [table.c[name] for name in names]
    found = connection.execute(select(*columns).where(table.c.file == file, which)).all()
    read = (from_stored(values, one).to_pylist() for values, one in zip(zip(*found, strict=True), columns, strict=True))
    yield from (dict(zip(names, row, strict=True)) for row in zip(*read, strict=True))


def _naming(kind: Kind) -> list[str]:
    """The fields by which people know a row: its key, its vendor, and the amount that every row has."""
    amounts = [field.name for field in kind.fields if field.required and field.type is MONEY]
    vendor = [name for name in ("vendor",) if name in kind.by_name]
    return list(dict.fromkeys((*kind.key, *kind.else_key, *kind.parts, *vendor, *amounts)))


def tell_gone(connection: Connection, kind: Kind, drop: int, rows: Sequence[Mapping[str, Any]]) -> Finding:
    """The finding that says which rows have gone. Invoices are kept."""
    if kind.name == OF_INVOICES:
        kept = [_bound({name: row[name] for name in _KEPT}) | {"drop": drop} for row in rows]
        connection.execute(insert(GONE_INVOICES), kept)
    named: list[Text] = [_named(kind, row) for row in rows[:MOST_NAMED]]
    if len(rows) > MOST_NAMED:
        named.append(say("evidence.more", count=len(rows) - MOST_NAMED))
    return finding("ROWS_GONE", Level.WARNING, kind=say(f"kind.{kind.name}"), count=len(rows), rows=tuple(named))


def _bound(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: bind(value, GONE_INVOICES.c[name]) for name, value in row.items()}


def _named(kind: Kind, row: Mapping[str, Any]) -> Text:
    """A row by what names it, and its former place."""
    told = dict.fromkeys(_shown(row[name]) for name in _naming(kind) if row[name] is not None)
    return say("finding.ROWS_GONE.row", row=" · ".join(told), sheet=row["sheet"], number=row["row"])


def _shown(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return value.isoformat() if isinstance(value, date) else str(value)
