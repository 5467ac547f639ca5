"""Silent edits: a later version of a file, or another file with the same row, changes what a payment, a receipt or a
score already rests on (RULES 5)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any

import pyarrow as pa
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    RowMapping,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
)

from robots.edge.store.columns import from_stored
from robots.edge.store.tables import DROPS, EDITS, PAYABLES, REMEMBERED, ROWS, SCORES
from robots.kinds import Kind
from robots.model.edits import ALL_LINES, OF_CONTRACTS, OF_INVOICES, OF_LINE, OF_WORK, line_named
from robots.model.findings import Finding, Level, finding
from robots.model.periods import month_of, quarter_of
from robots.model.words import say

_BATCH = 500
_NAMED = ("vendor", "order_id", "line", "contract_id", "milestone", "measure", "subject", "kind", "invoice_no")
_ECHOES = {"accepted": ("rejected",), "gross": ("net", "tax", "quantity", "unit_price")}  # one judgement, one question

Work = Collection[tuple[str, str]]  # what stands for receipts: a kind of rows, and its measure or its kind of ticket


@dataclass(frozen=True)
class Edit:
    """One watched field of one row, before and after. `since` is the drop that brought the former value."""

    key: int
    sheet: str
    row: int
    field: str
    before: Any
    after: Any
    since: int
    values: Mapping[str, Any]


def counted(connection: Connection, kind: Kind, file: int, keys: Sequence[int] | None) -> dict[int, dict[str, Any]]:
    """Key → what a file's rows (None: all) say now in the fields that the kind has watched and in those that tell what
    they are about, and besides where they stand and `since`: the drop that brought them. A row that another file has
    beaten counts for nothing, and is not among them."""
    if not kind.watched:
        return {}
    table = ROWS[kind.name]
    c = table.c
    mine = and_(c.file == file, c.beaten_by.is_(None))
    if keys is None:
        return _said(connection, kind, mine)
    parts = (keys[start : start + _BATCH] for start in range(0, len(keys), _BATCH))
    return {key: row for part in parts for key, row in _said(connection, kind, and_(mine, c.key.in_(part))).items()}


def _said(connection: Connection, kind: Kind, which: ColumnElement[bool]) -> dict[int, dict[str, Any]]:
    table = ROWS[kind.name]
    names = dict.fromkeys((*kind.watched, *_told(kind)))
    columns = [table.c[name] for name in ("key", "sheet", "row", "since", *names)]
    found = connection.execute(select(*columns).where(which)).all()
    if not found:
        return {}
    read = [from_stored(values, one).to_pylist() for values, one in zip(zip(*found, strict=True), columns, strict=True)]
    said = [one.name for one in columns[1:]]
    return {key: dict(zip(said, row, strict=True)) for key, *row in zip(*read, strict=True)}


def _told(kind: Kind) -> list[str]:
    """The fields that tell what a row is about."""
    return [name for name in (*_NAMED, kind.note, kind.dated) if name in kind.by_name]


def watched_changes(
    kind: Kind, rows: pa.Table, updated: Sequence[int], before: Mapping[int, Mapping[str, Any]]
) -> list[Edit]:
    """What the updated rows (indices) change in the fields that the kind has watched. `before`: what `counted` said."""
    if not before:
        return []
    new = rows.take(list(updated)).to_pylist()
    return [
        Edit(row["_key"], row["_sheet"], row["_row"], name, old[name], row[name], old["since"], row)
        for row in new
        if (old := before.get(row["_key"]))
        for name in kind.watched
        if old[name] != row[name]
    ]


def rival_changes(connection: Connection, kind: Kind, file: int, drop: int, before: Collection[int]) -> Iterator[Edit]:
    """What the rows that this drop brought say otherwise than those of other files that counted until now. To be asked
    when they are written and have not beaten these yet. `before`: keys of which this file's own row counted."""
    mine, theirs = ROWS[kind.name].alias("mine"), ROWS[kind.name].alias("theirs")
    news = and_(mine.c.file == file, mine.c.since == drop, theirs.c.file != file, theirs.c.beaten_by.is_(None))
    yield from (edit for edit in _between(connection, kind, theirs, mine, news) if edit.key not in before)


def restored_changes(connection: Connection, kind: Kind, file: int, keys: Sequence[int] | None) -> Iterator[Edit]:
    """What rows of other files say otherwise than those that had beaten them and are to go now (None: all of this
    file's). To be asked before these are removed."""
    mine, theirs = ROWS[kind.name].alias("mine"), ROWS[kind.name].alias("theirs")
    back = and_(mine.c.file == file, mine.c.beaten_by.is_(None), theirs.c.beaten_by == file)
    if keys is None:
        yield from _between(connection, kind, mine, theirs, back)
    for start in range(0, len(keys or ()), _BATCH):
        some = mine.c.key.in_((keys or ())[start : start + _BATCH])
        yield from _between(connection, kind, mine, theirs, and_(back, some))


def _between(
    connection: Connection, kind: Kind, before: FromClause, after: FromClause, which: ColumnElement[bool]
) -> Iterator[Edit]:
    """The watched fields in which two rows of one key differ."""
    if not kind.watched:
        return
    plain = ROWS[kind.name].c
    differ = or_(*(after.c[name].is_distinct_from(before.c[name]) for name in kind.watched))
    told = _told(kind)
    columns = [after.c[name] for name in ("key", "sheet", "row", *kind.watched, *told)]
    former = [before.c[name].label(f"before_{name}") for name in ("since", *kind.watched)]
    found = connection.execute(select(*columns, *former).where(after.c.key == before.c.key, differ, which))
    for row in found.mappings().all():
        values = {name: _read(row, name, plain[name]) for name in (*told, *kind.watched)}
        for name in kind.watched:
            old = _read(row, f"before_{name}", plain[name])
            if old != values[name]:
                place = (row["key"], row["sheet"], row["row"])
                yield Edit(*place, name, old, values[name], row["before_since"], values)


def _read(row: RowMapping, name: str, column: Column[Any]) -> Any:
    return from_stored([row[name]], column)[0].as_py()


# ------------------------------------------------------------------ what is blank or gone by now


def leaving(connection: Connection, kind: Kind, file: int, keys: Sequence[int] | None) -> list[Edit]:
    """What rows of a file (None: all) that count say in the watched fields, each as cleared. To be asked before they
    are removed."""
    rows = counted(connection, kind, file, keys)
    return [
        Edit(key, row["sheet"], row["row"], name, row[name], None, row["since"], row)
        for key, row in rows.items()
        for name in kind.watched
        if row[name] is not None
    ]


def remember(
    connection: Connection, kind: Kind, file: int, drop: int, gone: Sequence[Edit], work: Work = ()
) -> list[Edit]:
    """Keep what rows of a file said that had been acted on and that have gone from all books. Returns those that stand
    under another order line, by what came in this turn or by another file."""
    there = _counting(connection, kind, {edit.key for edit in gone})
    acted = [edit for edit, _ in _of_acted_rows(connection, kind, [e for e in gone if e.key not in there], work)]
    _note(connection, kind, acted, ())
    return _moved_on(connection, kind, file, drop, {edit.key for edit in acted}) if kind.note and acted else []


def returned(connection: Connection, kind: Kind, rows: pa.Table, new: Sequence[int]) -> list[Edit]:
    """What new rows (indices) say otherwise than they did when they went from all books. To be asked before they are
    written."""
    if not (kind.watched and new and _remembers(connection, kind)):
        return []
    index_of = dict(zip(rows["_key"].take(list(new)).to_pylist(), new, strict=True))
    known = _remembered(connection, kind, index_of)
    back = sorted(known.keys() - _counting(connection, kind, known))
    came = rows.take([index_of[key] for key in back]).to_pylist() if back else []
    elsewhere = rows.take(list(new)).to_pylist() if kind.note else []
    edits = [
        Edit(row["_key"], row["_sheet"], row["_row"], name, value, row[name], since, row)
        for row in came
        for name, (value, since) in known[row["_key"]].items()
        if name in kind.watched
    ]
    moved = [*_moved_here(connection, kind, elsewhere), *(_moved_back(connection, kind, came) if kind.note else ())]
    _note(connection, kind, (), [edit for edit in edits if edit.after is not None])
    return [*(edit for edit in edits if edit.before != _plain(edit.after)), *moved]


def _counting(connection: Connection, kind: Kind, keys: Iterable[int]) -> set[int]:
    """Those of the keys of which a row counts, in whichever file."""
    c, asked = ROWS[kind.name].c, list(keys)
    found: set[int] = set()
    for start in range(0, len(asked), _BATCH):
        here = c.key.in_(asked[start : start + _BATCH])
        found |= set(connection.execute(select(c.key).where(here, c.beaten_by.is_(None))).scalars())
    return found


_Said = dict[str, tuple[str, int]]  # field → its last value, and the drop that brought it


def _remembers(connection: Connection, kind: Kind) -> bool:
    any_of = select(REMEMBERED.c.key).where(REMEMBERED.c.kind == kind.name).limit(1)
    return connection.execute(any_of).first() is not None


def _remembered(connection: Connection, kind: Kind, keys: Iterable[int]) -> dict[int, _Said]:
    c, asked = REMEMBERED.c, list(keys)
    if not (asked and _remembers(connection, kind)):
        return {}
    found: dict[int, _Said] = {}
    for start in range(0, len(asked), _BATCH):
        here = and_(c.kind == kind.name, c.key.in_(asked[start : start + _BATCH]))
        found |= {key: json.loads(said) for key, said in connection.execute(select(c.key, c.said).where(here))}
    return found


def _note(connection: Connection, kind: Kind, cleared: Iterable[Edit], filled: Iterable[Edit]) -> None:
    """Remember what is blank or gone by now; forget what is filled again."""
    cleared, filled = list(cleared), list(filled)
    keys = {edit.key for edit in (*cleared, *filled)}
    if not keys:
        return
    known = _remembered(connection, kind, keys)
    said: dict[int, _Said] = {key: known.get(key, {}) for key in keys}
    for edit in cleared:
        said[edit.key][edit.field] = (_plain(edit.before), edit.since)
        said[edit.key] |= {name: (_plain(edit.values.get(name)), edit.since) for name in _knows_again(kind)}
    for edit in filled:
        said[edit.key].pop(edit.field, None)
    mine = and_(REMEMBERED.c.kind == kind.name, REMEMBERED.c.key == bindparam("_key"))
    connection.execute(delete(REMEMBERED).where(mine), [{"_key": key} for key in keys])
    rows = [
        {"kind": kind.name, "key": key, "said": json.dumps(one, ensure_ascii=False)}
        for key, one in said.items()
        if one.keys() - {*_knows_again(kind)}
    ]
    if rows:
        connection.execute(insert(REMEMBERED), rows)


# ------------------------------------------------------------------ what stands under another order line by now


def _knows_again(kind: Kind) -> tuple[str, ...]:
    """What a row that went is known by, where it may stand under another order line."""
    return (kind.note, "vendor", "order_id", "line") if kind.note else ()


def _moved_here(connection: Connection, kind: Kind, came: Sequence[Mapping[str, Any]]) -> Iterator[Edit]:
    """Rows that come, and went from all books earlier under another order line: the same paper of the same day."""
    if not came:
        return
    c, gone = REMEMBERED.c, defaultdict[tuple[str, str], list[_Said]](list)
    for said in connection.execute(select(c.said).where(c.kind == kind.name)).scalars():
        one: _Said = json.loads(said)
        if {kind.note, kind.dated} <= one.keys():
            gone[one[kind.note][0], one[kind.dated][0]].append(one)
    for row in came:
        for said in gone.get((_plain(row[kind.note]), _plain(row[kind.dated])), ()):
            yield from _moved(kind, said, row)


def _moved_on(connection: Connection, kind: Kind, file: int, drop: int, keys: Collection[int]) -> list[Edit]:
    """The same, where what came was read first. `keys`: of rows of the file that have gone just now."""
    c, own = ROWS[kind.name].c, select(DROPS.c.turn).where(DROPS.c.id == drop).scalar_subquery()
    told = [c[name] for name in dict.fromkeys(("key", "sheet", "row", kind.note, kind.dated, "order_id", "line"))]
    of_turn = c.since.in_(select(DROPS.c.id).where(DROPS.c.turn == own))
    together = and_(c.beaten_by.is_(None), or_(c.file != file, of_turn))
    found: list[Edit] = []
    for said in _remembered(connection, kind, keys).values():
        if said.get(kind.note, ("",))[0]:
            for row in connection.execute(select(*told).where(together, c[kind.note] == said[kind.note][0])).mappings():
                came = {name: _read(row, name, c[name]) for name in (kind.note, kind.dated, "order_id", "line")}
                place = {f"_{name}": row[name] for name in ("key", "sheet", "row")}
                if _plain(came[kind.dated]) == said.get(kind.dated, ("",))[0]:
                    found += _moved(kind, said, came | place)
    return found


def _moved(kind: Kind, said: _Said, row: Mapping[str, Any]) -> Iterator[Edit]:
    order, line, vendor = (said[name][0] for name in ("order_id", "line", "vendor"))
    before, after = line_named(order, line), line_named(row["order_id"], row["line"])
    if before != after and said[kind.note][0]:
        named = {"order_id": order, "line": line, "vendor": vendor or None, kind.dated: row[kind.dated]}
        yield Edit(row["_key"], row["_sheet"], row["_row"], OF_LINE, before, after, said[kind.note][1], named)


def _moved_back(connection: Connection, kind: Kind, came: Sequence[Mapping[str, Any]]) -> Iterator[Edit]:
    """Rows that stand under their own order line again, after they had stood under another."""
    c = EDITS.c
    for row in came:
        own = line_named(row["order_id"], row["line"])
        mine = and_(c.kind == kind.name, c.field == OF_LINE, c.before == own)
        last = connection.execute(select(c.after, c.since, c.vendor).where(mine).order_by(c.n.desc()).limit(1)).first()
        if last is not None:
            place = (row["_key"], row["_sheet"], row["_row"])
            yield Edit(*place, OF_LINE, last.after, own, last.since, dict(row) | {"vendor": last.vendor})


def _not_first_filled(connection: Connection, kind: Kind, edits: Sequence[Edit]) -> list[Edit]:
    """The edits less those that fill what nobody had filled before: that is the ordinary course."""
    known = _remembered(connection, kind, {edit.key for edit in edits if edit.before is None})
    return [edit for edit in edits if edit.before is not None or edit.field in known.get(edit.key, ())]


# ------------------------------------------------------------------ which of them are told


def silent_edits(
    connection: Connection,
    kind: Kind,
    drop: int,
    edits: Sequence[Edit],
    letters: Mapping[str, Mapping[str, str]],
    work: Work = (),
) -> Iterator[Finding]:
    """Of the changes, those of rows that had been acted on: kept, and told with both versions, who and when.

    `letters`: sheet → field → Excel's name of its column, for the cell.
    """
    edits = _not_first_filled(connection, kind, edits)
    acted = list(_of_acted_rows(connection, kind, edits, work))
    cleared = [edit for edit, _ in acted if edit.after is None]
    _note(connection, kind, cleared, [edit for edit in edits if edit.before is None])
    acted = _less_echoes(acted)
    versions = {number: _version(connection, number) for number in {drop, *(edit.since for edit, _ in acted)}}
    for edit, (order_id, line) in acted:
        before, after = (_plain(value) for value in (edit.before, edit.after))
        named = {"vendor": edit.values.get("vendor"), "order_id": order_id, "line": line}
        named["invoice_no"] = edit.values.get("invoice_no")
        told: dict[str, Any] = {"field": edit.field, "before": before, "after": after}
        place = {"kind": kind.name, "sheet": edit.sheet, "row": edit.row}
        connection.execute(insert(EDITS).values(drop=drop, since=edit.since, **place, **named, **told))
        told["field"] = say(f"field.{edit.field}")
        told |= {"version_before": versions[edit.since], "version_after": versions[drop]}
        cell = f"{letters.get(edit.sheet, {}).get(edit.field, '')}{edit.row}"
        yield finding("SILENT_EDIT", Level.WARNING, edit.sheet, cell, **told)


def _less_echoes(acted: Sequence[tuple[Edit, _Line]]) -> list[tuple[Edit, _Line]]:
    """Who accepts more rejects less, and who bills less has other parts of it: one question about each."""
    echoes = {(edit.key, echo) for edit, _ in acted for echo in _ECHOES.get(edit.field, ())}
    return [one for one in acted if (one[0].key, one[0].field) not in echoes]


_Line = tuple[str | None, str | None]  # an order and its line; a contract and its milestone; either without the second


def _of_acted_rows(
    connection: Connection, kind: Kind, edits: Sequence[Edit], work: Work
) -> Iterator[tuple[Edit, _Line]]:
    """Changes of rows that were put up for payment, or that count in a month or quarter that has been scored; each
    with the lines that it is about."""
    if not edits:
        return
    if kind.name == OF_INVOICES:
        yield from _of_sheeted_invoices(connection, edits)
        return
    scored = {(vendor, period) for vendor, period in connection.execute(select(SCORES.c.vendor, SCORES.c.period))}
    paid_vendors = set(connection.execute(select(PAYABLES.c.vendor).distinct()).scalars())
    about = _about(connection, kind, edits)
    names = sorted({order for order, _ in about if order})
    billed, under = _billed(connection, names), set[str | None]()
    if kind.name in (*OF_CONTRACTS, *OF_WORK):
        under = {order for order, _ in billed} | _contracts_billed(connection, names)
    for edit, (order, line) in zip(edits, about, strict=True):
        row, dated, vendor = edit.values, edit.values.get(kind.dated), edit.values.get("vendor")
        counted = {(vendor, month_of(dated)), (vendor, quarter_of(dated))} if dated else set()
        of_vendor = kind.name == "vendors" or line == ALL_LINES
        paid = vendor in paid_vendors if of_vendor else (order, line) in billed or (not line and order in under)
        is_score_alone = kind.name in OF_WORK and not (paid and _is_paid_by(kind, row, work))
        if (paid and not is_score_alone) or not counted.isdisjoint(scored):
            yield edit, (None, None) if is_score_alone else (order, line)


def _of_sheeted_invoices(connection: Connection, edits: Sequence[Edit]) -> Iterator[tuple[Edit, _Line]]:
    """Changes of invoices that stand on a sheet. What was refused, or is void or reversed, may be corrected, and so may
    what no sheet has carried."""
    from robots.figures.batches import FREE  # noqa: PLC0415  # pandas loads here
    from robots.figures.settlement.billing import invoice_key  # noqa: PLC0415

    c, bound = PAYABLES.c, PAYABLES.c.state.not_in(FREE)
    edits = [edit for edit in edits if edit.values["vendor"] and edit.values["invoice_no"]]
    keys, orders = ({name(edit.values) for edit in edits} for name in (invoice_key, itemgetter("order_id")))
    by_key = _found(connection, c.invoice_key, keys, bound, c.invoice_key)
    by_order = _found(connection, c.order_id, orders - {None}, bound, c.order_id, c.invoice_no)  # a vendor's other name
    for edit in edits:
        row = edit.values
        if (invoice_key(row),) in by_key or (row["order_id"], row["invoice_no"]) in by_order:
            yield edit, (row["order_id"], row["line"])


def _found(
    connection: Connection, asked: Column[Any], names: Collection[Any], which: ColumnElement[bool], *told: Column[Any]
) -> set[tuple[Any, ...]]:
    """What some columns say where another one is among these names."""
    wanted = sorted(names)
    parts = (wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH))
    return {tuple(row) for part in parts for row in connection.execute(select(*told).where(asked.in_(part), which))}


def _is_paid_by(kind: Kind, row: Mapping[str, Any], work: Work) -> bool:
    """Do the rules say that such work stands for receipts?"""
    of = row.get("measure") if kind.name == "measurements" else row.get("kind")
    return not {(kind.name, of), (kind.name, "")}.isdisjoint(work)


def _about(connection: Connection, kind: Kind, edits: Sequence[Edit]) -> list[_Line]:
    """The line of each edit as `payables` names it. Of a contract, and of work that names no order, all its lines;
    of work that names no contract either, all lines of its vendor."""
    rows = [edit.values for edit in edits]
    if kind.name == "milestones":
        return [(row["contract_id"], row["milestone"]) for row in rows]
    if kind.name in OF_CONTRACTS:
        return [(row["contract_id"], None) for row in rows]
    if kind.name in OF_WORK:
        lines = [(row.get("subject") or "", *(row.get("subject") or "").rpartition("/")[::2]) for row in rows]
        orders = _orders_named(connection, [name for line in lines for name in line[:2]])
        of_all = [(row["contract_id"], None) if row["contract_id"] else (None, ALL_LINES) for row in rows]
        return [
            (whole, None) if whole in orders else (order, line) if order in orders else without
            for without, (whole, order, line) in zip(of_all, lines, strict=True)
        ]
    return [(row.get("order_id"), row.get("line")) for row in rows]


def _orders_named(connection: Connection, names: Sequence[str]) -> set[str]:
    """Those of the names that are orders."""
    column, wanted = ROWS["orders"].c.order_id, sorted({name for name in names if name})
    parts = (wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH))
    return {name for part in parts for name in connection.execute(select(column).where(column.in_(part))).scalars()}


def _billed(connection: Connection, orders: Sequence[str]) -> set[_Line]:
    """Lines (order, line) of these orders that were put up for payment. Without a line, it stands for the first."""
    lines: set[_Line] = set()
    for start in range(0, len(orders), _BATCH):
        some = PAYABLES.c.order_id.in_(orders[start : start + _BATCH])
        found = connection.execute(select(PAYABLES.c.order_id, PAYABLES.c.line).where(some))
        lines |= {(order, line or "1") for order, line in found}
    return lines


def _contracts_billed(connection: Connection, contracts: Sequence[str]) -> set[str | None]:
    """Those of the contracts of whose order lines any was put up for payment."""
    row, found = ROWS["orders"].c, set[str | None]()
    put_up = and_(PAYABLES.c.order_id == row.order_id, func.coalesce(PAYABLES.c.line, "1") == row.line)
    for start in range(0, len(contracts), _BATCH):
        mine = row.contract_id.in_(contracts[start : start + _BATCH])
        found |= set(connection.execute(select(row.contract_id).distinct().where(mine, put_up)).scalars())
    return found


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
