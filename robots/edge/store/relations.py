"""What a turn's changes touch: order lines related to their deliveries again, and the vendor-months to figure anew.

The cost follows the change. A changed delivery leads to its order line, the line to the months in which it was due and
in which goods came; those pairs of vendor and period wait in `stale` until a robot has figured them, so that a robot
that fails loses nothing. A vendor is its identity here (RULES 1): which name that is, is settled when figures are made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import Any

import pyarrow as pa
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from robots.edge.store.columns import from_stored, to_stored
from robots.edge.store.tables import (
    ALIASES,
    ARRIVALS,
    KPIS,
    LEADS,
    LINES,
    MARKERS,
    ORDERED,
    ROWS,
    SCORES,
    SPELLINGS,
    STALE,
)
from robots.kinds import Kind, known
from robots.model.names import identity
from robots.model.periods import month_of
from robots.reading.keys import keys_of

Pair = tuple[str, str]  # a vendor's identity, and a period
RELATED = ("orders", "deliveries")
_BATCH = 50_000
_SCRATCH = Table(
    "scratch_keys", MetaData(), Column("key", BigInteger, primary_key=True, autoincrement=False), prefixes=["TEMPORARY"]
)


@dataclass
class Touched:
    """What posting changed: keys of rows by kind, and the pairs that rows name by themselves."""

    keys: dict[str, set[int]] = field(default_factory=dict)
    pairs: set[Pair] = field(default_factory=set)
    spellings: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, keys: Iterable[int]) -> None:
        """These rows came, went or changed."""
        self.keys.setdefault(kind, set()).update(keys)

    def spelled(self, names: Iterable[str | None]) -> None:
        """Vendors' names as they were written: the first spelling is shown where the vendor ledger has none."""
        for name in names:
            if name:
                self.spellings.setdefault(identity(name), name)


def pairs_named(kind: Kind, connection: Connection, where: ColumnElement[bool], given: Sequence[Any] = ()) -> set[Pair]:
    """The pairs of vendor and period that stored rows name, for kinds whose rows count by themselves."""
    if not (names := pair_columns(kind)):
        return set()
    table = ROWS[kind.name]
    query = select(*(table.c[name] for name in names)).where(where).distinct()
    rows = (row for one in given or [None] for row in connection.execute(query, one))
    return {pair for row in rows for pair in _pairs(*row)}


def pair_columns(kind: Kind) -> tuple[str, ...]:
    """The columns that name a pair: the vendor and the period or day. Orders and deliveries count by their lines."""
    if kind.name in RELATED or "vendor" not in kind.by_name:
        return ()
    if kind.name == "contracts":
        return ("vendor", "starts_on", "ends_on")
    dated = "period" if "period" in kind.by_name else kind.dated
    return ("vendor", dated) if dated else ()


def _pairs(vendor: str | None, when: str | None, until: str | None = None) -> Iterator[Pair]:
    if not vendor or not when:
        return
    if until is None:
        yield identity(vendor), when[:7] if when[4:5] == "-" else when
        return
    month = date.fromisoformat(when).replace(day=1)
    while month.isoformat() <= until:
        yield identity(vendor), month_of(month)
        month = (month + timedelta(days=32)).replace(day=1)


def pairs_of(rows: pa.Table, kind: Kind, indices: Sequence[int]) -> set[Pair]:
    """The same of new rows, as they were read."""
    names = pair_columns(kind)
    if not names or not indices:
        return set()
    chosen = rows.select(names).take(pa.array(indices, pa.int64()))
    return {pair for row in set(zip(*map(to_stored, chosen.columns), strict=True)) for pair in _pairs(*row)}


# ------------------------------------------------------------------ relating


def relate(connection: Connection, touched: Touched, day: date, rules: str) -> None:
    """Bring lines and stale pairs up to `day` after what was posted. `rules` is the fingerprint of what scores rest on:
    under other rules everything is figured again."""
    _SCRATCH.create(connection, checkfirst=True)
    before = markers(connection)
    since = date.fromisoformat(before["day"]) if "day" in before else None
    pairs = set(touched.pairs)
    if since is None or day < since:
        touched = Touched({name: _all_keys(connection, name) for name in RELATED})
        _spell_all(connection, touched)
    _keep_spellings(connection, touched.spellings)
    lines = touched.keys.get("orders", set())
    lines |= _relate_arrivals(connection, touched.keys.get("deliveries", set()), pairs)
    if since is not None and since < day:
        lines |= _arrived_between(connection, since, day)
        pairs |= _due_between(connection, since, day)
    _relate_lines(connection, lines, day, pairs)
    pairs |= _renamed(connection)
    if since is None or day < since or before.get("rules") != rules:
        pairs |= _every_pair(connection)
    _add_stale(connection, pairs)
    _mark(connection, before, {"day": day.isoformat(), "rules": rules})


def _spell_all(connection: Connection, touched: Touched) -> None:
    for table in ROWS.values():
        if "vendor" in table.c:
            touched.spelled(connection.execute(select(table.c.vendor).distinct()).scalars())


def _keep_spellings(connection: Connection, found: Mapping[str, str]) -> None:
    known_ones = spellings(connection) if found else {}
    new = [{"identity": one, "vendor": text} for one, text in found.items() if one not in known_ones]
    if new:
        connection.execute(insert(SPELLINGS), new)


def spellings(connection: Connection) -> dict[str, str]:
    """Identity → a vendor's name as it was first written anywhere."""
    return {row.identity: row.vendor for row in connection.execute(select(SPELLINGS))}


def markers(connection: Connection) -> dict[str, str]:
    """What was noted when relations were last brought up."""
    return {row.name: row.value for row in connection.execute(select(MARKERS))}


def _mark(connection: Connection, before: Mapping[str, str], values: Mapping[str, str]) -> None:
    for name, value in values.items():
        if name not in before:
            connection.execute(insert(MARKERS).values(name=name, value=value))
        elif before[name] != value:
            connection.execute(update(MARKERS).where(MARKERS.c.name == name).values(value=value))


def _all_keys(connection: Connection, kind: str) -> set[int]:
    """Every key that the ledger holds or the relations still have."""
    column, kept = ROWS[kind].c.key, (ARRIVALS if kind == "deliveries" else LINES).c.key
    return {*connection.execute(select(column)).scalars(), *connection.execute(select(kept)).scalars()}


def _batches(keys: Collection[int], connection: Connection) -> Iterator[None]:
    """Some keys after the others, sorted, in the scratch table."""
    left = iter(sorted(keys))
    while batch := list(islice(left, _BATCH)):
        connection.execute(delete(_SCRATCH))
        connection.execute(insert(_SCRATCH), [{"key": key} for key in batch])
        yield


def _here(column: Column[Any]) -> ColumnElement[bool]:
    return column.in_(select(_SCRATCH.c.key))


def _relate_arrivals(connection: Connection, keys: Collection[int], pairs: set[Pair]) -> set[int]:
    """Deliveries of these keys anew; the lines that they belonged to or belong to now."""
    lines: set[int] = set()
    for _ in _batches(keys, connection):
        old = connection.execute(
            select(ARRIVALS.c.line, ARRIVALS.c.vendor, ARRIVALS.c.delivered_on).where(_here(ARRIVALS.c.key))
        ).all()
        lines |= {row.line for row in old}
        pairs |= {pair for row in old for pair in _pairs(row.vendor, row.delivered_on)}
        connection.execute(delete(ARRIVALS).where(_here(ARRIVALS.c.key)))
        rows = _arrivals(connection)
        if rows:
            connection.execute(insert(ARRIVALS), rows)
        lines |= {row["line"] for row in rows}
        pairs |= {pair for row in rows for pair in _pairs(row["vendor"], row["delivered_on"])}
    return lines


_ARRIVED = ("vendor", "delivered_on", "received", "accepted", "rejected", "fault")


def _arrivals(connection: Connection) -> list[dict[str, Any]]:
    """The deliveries that count, of the keys in the scratch table."""
    c = ROWS["deliveries"].c
    columns = [c.key, c.order_id, c.line, *(c[name] for name in _ARRIVED)]
    found = connection.execute(select(*columns).where(_here(c.key), c.beaten_by.is_(None))).all()
    if not found:
        return []
    _, orders, numbers, *_ = zip(*found, strict=True)
    named = pa.table({"order_id": pa.array(orders, pa.string()), "line": pa.array(numbers, pa.string())})
    lines = keys_of(named, known()["orders"]).to_pylist()
    return [
        {**dict(zip(_ARRIVED, values, strict=True)), "key": key, "line": line, "own": values[0] is not None}
        | {"vendor": identity(values[0]) if values[0] else None}
        for line, (key, _, _, *values) in zip(lines, found, strict=True)
    ]


def _relate_lines(connection: Connection, keys: Collection[int], day: date, pairs: set[Pair]) -> None:
    """Order lines of these keys anew, and with them the vendor of deliveries that name none."""
    for _ in _batches(keys, connection):
        pairs |= _pairs_of_lines(connection)
        before = select(LINES.c.key, LINES.c.due_latest, LINES.c.moves).where(_here(LINES.c.key))
        promised = {row.key: (row.due_latest, row.moves) for row in connection.execute(before)}
        connection.execute(delete(LINES).where(_here(LINES.c.key)))
        rows = [{**row, "moves": _moves(row, promised.get(row["key"]))} for row in _lines(connection, day)]
        if rows:
            connection.execute(insert(LINES), rows)
        vendor = select(LINES.c.vendor).where(LINES.c.key == ARRIVALS.c.line).scalar_subquery()
        nameless = and_(_here(ARRIVALS.c.line), ARRIVALS.c.own.is_(False))
        connection.execute(update(ARRIVALS).where(nameless).values(vendor=vendor))
        pairs |= _pairs_of_lines(connection)


def _moves(row: Mapping[str, Any], before: tuple[str | None, int] | None) -> int:
    """How often the promised date has moved: since the line was first seen, and by then if it had moved already."""
    if before is None:
        return int(row["due_latest"] != row["due_first"])
    due, moves = before
    return moves + int(due is not None and row["due_latest"] != due)


def _pairs_of_lines(connection: Connection) -> set[Pair]:
    """The pairs that lines and deliveries of the lines in the scratch table count in."""
    c, a = LINES.c, ARRIVALS.c
    due = connection.execute(select(c.vendor, c.due_first, c.due_latest, c.ordered_on).where(_here(c.key))).all()
    arrived = connection.execute(select(a.vendor, a.delivered_on).where(_here(a.line), a.own.is_(False))).all()
    days = [(row.vendor, on) for row in due for on in (row.due_first, row.due_latest, row.ordered_on)]
    return {pair for row in (*days, *arrived) for pair in _pairs(*row)}


_FIGURED = (
    "due_first", "due_latest", "ordered_on", "received", "accepted", "rejected", "last_delivered_on", "completed_on",
)  # fmt: skip


def _lines(connection: Connection, day: date) -> list[dict[str, Any]]:
    """Lines as `order_lines` figures them, of the keys in the scratch table."""
    from robots.figures.lines import order_lines  # noqa: PLC0415  # pandas loads here
    from robots.ledger import frame  # noqa: PLC0415

    o, a = ROWS["orders"].c, ARRIVALS.c
    orders = [o.key, *(o[name] for name in _ORDERED)]
    ordered = connection.execute(select(*orders).where(_here(o.key), o.beaten_by.is_(None))).all()
    if not ordered:
        return []
    arrivals = [a.line.label("key"), a.delivered_on, a.received, a.accepted, a.rejected]
    arrived = connection.execute(select(*arrivals).where(_here(a.line))).all()
    types = {"delivered_on": a.delivered_on, "received": a.received, "accepted": a.accepted, "rejected": a.rejected}
    figured = order_lines(
        frame(as_table(ordered, {"key": o.key, **{name: o[name] for name in _ORDERED}})),
        frame(as_table(arrived, {"key": a.line, **types})),
        day,
        by=["key"],
    )
    figured["ordered_on"] = figured["ordered_on"].fillna(figured["promised_on"])
    columns = [to_stored(pa.chunked_array(pa.array(figured[name]))) for name in _FIGURED]
    vendors = map(identity, figured["vendor"])
    keys = figured["key"].tolist()
    return [
        {"key": key, "vendor": vendor, **dict(zip(_FIGURED, values, strict=True))}
        for key, vendor, *values in zip(keys, vendors, *columns, strict=True)
    ]


_ORDERED = ("vendor", "quantity", "ordered_on", "promised_on", "revised_on")


def as_table(rows: Sequence[Any], columns: Mapping[str, Column[Any]]) -> pa.Table:
    """Selected rows as an Arrow table of the types that these columns have."""
    values: list[Any] = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return pa.table(
        {name: from_stored(cells, column) for (name, column), cells in zip(columns.items(), values, strict=True)}
    )


# ------------------------------------------------------------------ what else makes figures stale


def _arrived_between(connection: Connection, since: date, day: date) -> set[int]:
    """Lines with deliveries that were dated ahead and are counted from now on."""
    on = ARRIVALS.c.delivered_on
    ahead = and_(on > since.isoformat(), on <= day.isoformat())
    return set(connection.execute(select(ARRIVALS.c.line).where(ahead)).scalars())


def _due_between(connection: Connection, since: date, day: date) -> set[Pair]:
    """Pairs of lines that fell due since, and of deliveries dated ahead."""
    pairs: set[Pair] = set()
    for table, column in ((LINES, "due_first"), (LINES, "due_latest"), (ARRIVALS, "delivered_on")):
        on = table.c[column]
        between = and_(on > since.isoformat(), on <= day.isoformat())
        found = connection.execute(select(table.c.vendor, on).where(between).distinct())
        pairs |= {pair for row in found for pair in _pairs(*row)}
    return pairs


def _renamed(connection: Connection) -> set[Pair]:
    """Identities that are another vendor's since the vendor ledger changed: all of their months, under both names."""
    now = alias_names(connection)
    before = {row.identity: row.vendor for row in connection.execute(select(ALIASES))}
    changed = {one for one in {*before, *now} if before.get(one) != now.get(one)}
    if not changed:
        return set()
    gone = [{"_identity": one} for one in changed if one in before]
    if gone:
        connection.execute(delete(ALIASES).where(ALIASES.c.identity == bindparam("_identity")), gone)
    new = [{"identity": one, "vendor": now[one]} for one in changed if one in now]
    if new:
        connection.execute(insert(ALIASES), new)
    shown = spellings(connection)
    names = {name for one in changed for name in (before.get(one, shown.get(one)), now.get(one)) if name}
    everyone = {one for source in (before, now) for one, name in source.items() if name in names} | changed
    for table in (KPIS, SCORES, ORDERED, LEADS):
        connection.execute(delete(table).where(table.c.vendor.in_(sorted(names))))
    return _every_pair(connection, everyone)


def alias_names(connection: Connection) -> dict[str, str]:
    """Identity of a vendor's tax number, code or name → its name in the vendor ledger; the later ones win."""
    c = ROWS["vendors"].c
    rows = connection.execute(
        select(c.tax_id, c.vendor_id, c.vendor).where(c.beaten_by.is_(None)).order_by(c.file, c.sheet, c.row)
    ).all()
    return {identity(row[at]): row.vendor for at in range(3) for row in rows if row[at]}


_DATED = ((LINES, "due_first"), (LINES, "due_latest"), (LINES, "ordered_on"), (ARRIVALS, "delivered_on"))


def _every_pair(connection: Connection, vendors: Collection[str] | None = None) -> set[Pair]:
    """Every pair that there are figures for, or those of some vendors."""
    found: set[Pair] = set()
    for table, column in _DATED:
        month = func.substr(table.c[column], 1, 7)
        query = select(table.c.vendor, month).where(table.c[column].is_not(None)).distinct()
        if vendors is not None:
            query = query.where(table.c.vendor.in_(sorted(vendors)))
        found |= {pair for row in connection.execute(query) for pair in _pairs(*row)}
    c = ROWS["surveys"].c
    asked = {(identity(v), p) for v, p in connection.execute(select(c.vendor, c.period).distinct())}
    return found | {pair for pair in asked if vendors is None or pair[0] in vendors}


def _add_stale(connection: Connection, pairs: Collection[Pair]) -> None:
    waiting = {(row.vendor, row.period) for row in connection.execute(select(STALE))}
    new = [{"vendor": vendor, "period": period} for vendor, period in sorted(set(pairs) - waiting)]
    if new:
        connection.execute(insert(STALE), new)
