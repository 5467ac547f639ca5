"""Silent edits: a later version of a file changes what a payment, a receipt or a score already rests on (RULES 5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Table, and_, insert, select

from robots.edge.store.columns import from_stored
from robots.edge.store.tables import DROPS, EDITS, PAYABLES, ROWS, SCORES
from robots.kinds import Kind
from robots.model.findings import Finding, Level, finding
from robots.model.periods import month_of, quarter_of
from robots.model.words import say

_BATCH = 500


@dataclass(frozen=True)
class Edit:
    """One watched field of one row, before and after. `since` is the drop that brought the former value."""

    sheet: str
    row: int
    field: str
    before: Any
    after: Any
    since: int
    values: Mapping[str, Any]


def watched_changes(
    connection: Connection, kind: Kind, file: int, rows: pa.Table, updated: Sequence[int]
) -> list[Edit]:
    """What the updated rows (indices) change in the fields that the kind has watched. To be asked before writing."""
    if not kind.watched or not updated:
        return []
    table = ROWS[kind.name]
    new = rows.take(list(updated)).to_pylist()
    before = _stored(connection, table, file, [row["_key"] for row in new], kind.watched)
    return [
        Edit(row["_sheet"], row["_row"], name, old[name], row[name], old["since"], row)
        for row in new
        if (old := before.get(row["_key"]))
        for name in kind.watched
        if old[name] is not None and old[name] != row[name]
    ]


def _stored(
    connection: Connection, table: Table, file: int, keys: Sequence[int], fields: Sequence[str]
) -> dict[int, dict[str, Any]]:
    columns = [table.c[name] for name in fields]
    found: dict[int, dict[str, Any]] = {}
    for start in range(0, len(keys), _BATCH):
        here = and_(table.c.file == file, table.c.key.in_(keys[start : start + _BATCH]))
        for key, since, *values in connection.execute(select(table.c.key, table.c.since, *columns).where(here)):
            read = (from_stored([value], column)[0].as_py() for value, column in zip(values, columns, strict=True))
            found[key] = {"since": since, **dict(zip(fields, read, strict=True))}
    return found


def silent_edits(
    connection: Connection, kind: Kind, drop: int, edits: Sequence[Edit], letters: Mapping[str, Mapping[str, str]]
) -> Iterator[Finding]:
    """Of the changes, those of rows that had been acted on: kept, and told with both versions, who and when.

    `letters`: sheet → field → Excel's name of its column, for the cell.
    """
    acted = list(_of_acted_rows(connection, kind, edits)) if edits else []
    versions = {number: _version(connection, number) for number in {drop, *(edit.since for edit in acted)}}
    for edit in acted:
        before, after = (_plain(value) for value in (edit.before, edit.after))
        named = {name: edit.values.get(name) for name in ("vendor", "order_id", "line")}
        told: dict[str, Any] = {"field": edit.field, "before": before, "after": after}
        place = {"kind": kind.name, "sheet": edit.sheet, "row": edit.row}
        connection.execute(insert(EDITS).values(drop=drop, since=edit.since, **place, **named, **told))
        told["field"] = say(f"field.{edit.field}")
        told |= {"version_before": versions[edit.since], "version_after": versions[drop]}
        cell = f"{letters.get(edit.sheet, {}).get(edit.field, '')}{edit.row}"
        yield finding("SILENT_EDIT", Level.WARNING, edit.sheet, cell, **told)


def _of_acted_rows(connection: Connection, kind: Kind, edits: Sequence[Edit]) -> Iterator[Edit]:
    """Changes of rows that were put up for payment, or that count in a month or quarter that has been scored."""
    scored = {(vendor, period) for vendor, period in connection.execute(select(SCORES.c.vendor, SCORES.c.period))}
    paid_vendors = set(connection.execute(select(PAYABLES.c.vendor).distinct()).scalars())
    billed = _billed(connection, [edit.values.get("order_id") for edit in edits])
    for edit in edits:
        row, dated, vendor = edit.values, edit.values.get(kind.dated), edit.values.get("vendor")
        counted = {(vendor, month_of(dated)), (vendor, quarter_of(dated))} if dated else set()
        paid = vendor in paid_vendors if kind.name == "vendors" else (row.get("order_id"), row.get("line")) in billed
        if paid or not counted.isdisjoint(scored):
            yield edit


def _billed(connection: Connection, orders: Sequence[str | None]) -> set[tuple[str, str | None]]:
    """Lines (order, line) of these orders that were put up for payment. Without a line, it stands for the first."""
    wanted = sorted({order for order in orders if order})
    lines: set[tuple[str, str | None]] = set()
    for start in range(0, len(wanted), _BATCH):
        some = PAYABLES.c.order_id.in_(wanted[start : start + _BATCH])
        found = connection.execute(select(PAYABLES.c.order_id, PAYABLES.c.line).where(some))
        lines |= {(order, line or "1") for order, line in found}
    return lines


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return value.isoformat() if isinstance(value, date) else str(value if value is not None else "")


def _version(connection: Connection, drop: int) -> str:
    """Which version: its number, when it was taken, whose file it was."""
    row = connection.execute(select(DROPS.c.at, DROPS.c.owner).where(DROPS.c.id == drop)).first()
    return f"#{drop} {row.at[:16].replace('T', ' ')} {row.owner or ''}".strip() if row else f"#{drop}"
