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
    or_,
    select,
    update,
)

from robots.edge.store.columns import from_stored, to_stored
from robots.edge.store.tables import (
    ALIASES,
    ARRIVALS,
    BILLS,
    EXCUSES,
    FORMER,
    KPIS,
    LEADS,
    LINES,
    MARKERS,
    ORDERED,
    POINTS,
    PRICES,
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
RELATED = ("orders", "deliveries", "invoices", "appeals")
EXCUSING = ("需方", "不可抗力")  # whose fault does not count against the vendor (RULES 6)
UPHELD = "成立"
TERMS, TIMES = "terms", "times"  # what of the lines ordered in a month changed: all, or how long they took
OTHER_RULES = "rules"  # why a pair waits, where nothing of its own has changed
ONWARDS = "+"  # after a period: it, and every later one that there are figures for
_ALWAYS = "0001-01-01"
_BATCH = 50_000
_ASKED = 500  # keys named in one question
_NET_PER_PIECE = 10**8  # cents ÷ ten-thousandths of a piece, in millionths of a unit of money
_LONGEST_WAIT = timedelta(days=100)  # for an answer to a ticket: an open one may turn into a miss any day until then
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
    return {pair for row in rows for pair in _pairs_of(kind, row)}


def pair_columns(kind: Kind) -> tuple[str, ...]:
    """The columns that name a pair: the vendor and the period or day. What is related counts by its order lines."""
    if kind.name in RELATED or "vendor" not in kind.by_name:
        return ()
    if kind.name == "contracts":
        return ("vendor", "starts_on", "ends_on")
    if kind.name == "certificates":
        return ("vendor", "issued_on", "expires_on")
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
    return {pair for row in set(zip(*map(to_stored, chosen.columns), strict=True)) for pair in _pairs_of(kind, row)}


def _pairs_of(kind: Kind, row: Sequence[Any]) -> Iterator[Pair]:
    """The pairs that a row names. A certificate counts in the months that it covers, and in those that it no longer
    does: where nobody says when it was issued, in all of them."""
    if kind.name == "certificates":
        vendor, issued_on, expires_on = row
        return _onwards(vendor, min(issued_on or _ALWAYS, expires_on or _ALWAYS))
    return _pairs(*row)


def _onwards(vendor: str, day: str) -> Iterator[Pair]:
    return ((one, period + ONWARDS) for one, period in _pairs(vendor, day))


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
    orders = touched.keys.get("orders", set())
    excused = _relate_excuses(connection, touched.keys.get("appeals", set())) | _whose_orders(connection, orders)
    lines, deliveries = _named_by(connection, excused)
    lines |= _relate_arrivals(connection, deliveries | touched.keys.get("deliveries", set()), pairs)
    _relate_bills(connection, touched.keys.get("invoices", set()), pairs)
    if since is not None and since < day:
        lines |= _arrived_between(connection, since, day)
        pairs |= _due_between(connection, since, day)
    times = _relate_lines(connection, lines - orders, day, pairs)
    renamed = _renamed(connection)
    terms = _relate_lines(connection, orders, day, pairs) | renamed
    anew = since is None or day < since
    pairs = _closed(connection, pairs | renamed | (_every_pair(connection) if anew else set()))
    _add_stale(connection, pairs, ordered=dict.fromkeys(times, TIMES) | dict.fromkeys(pairs if anew else terms, TERMS))
    if before.get("rules") != rules and not anew:
        _add_stale(connection, _every_pair(connection) - pairs, OTHER_RULES)
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


_RELATION = {"orders": LINES, "deliveries": ARRIVALS, "invoices": BILLS, "appeals": EXCUSES}


def _all_keys(connection: Connection, kind: str) -> set[int]:
    """Every key that the ledger holds or the relations still have."""
    column, kept = ROWS[kind].c.key, _RELATION[kind].c.key
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


def _relate_excuses(connection: Connection, keys: Collection[int]) -> set[str]:
    """Appeals of these keys anew; the orders that they speak of."""
    orders: set[str] = set()
    c = ROWS["appeals"].c
    for _ in _batches(keys, connection):
        orders |= set(connection.execute(select(EXCUSES.c.order_id).where(_here(EXCUSES.c.key))).scalars())
        connection.execute(delete(EXCUSES).where(_here(EXCUSES.c.key)))
        upheld = (c.decision == UPHELD, c.order_id.is_not(None), c.beaten_by.is_(None))
        names = ("key", "appeal_id", "order_id", "line", "delivery_id", "fault", "vendor")
        found = connection.execute(select(*(c[name] for name in names)).where(_here(c.key), *upheld)).mappings().all()
        if found:
            connection.execute(insert(EXCUSES), [{**row, "vendor": identity(row["vendor"])} for row in found])
        orders |= {row["order_id"] for row in found}
    return orders


def _whose_orders(connection: Connection, keys: Collection[int]) -> set[str]:
    """Orders that appeals speak of, and whose vendor may be another one now: their own rows changed, or who is who in
    the vendor ledger."""
    e, o = EXCUSES.c, ROWS["orders"].c
    if _names_changed(connection):
        return set(connection.execute(select(e.order_id)).scalars())
    found: set[str] = set()
    for _ in _batches(keys, connection):
        mine = select(o.order_id).where(_here(o.key), o.order_id.in_(select(e.order_id)))
        found |= set(connection.execute(mine).scalars())
    return found


def _names_changed(connection: Connection) -> bool:
    before = {row.identity: row.vendor for row in connection.execute(select(ALIASES))}
    return before != alias_names(connection)


def _named_by(connection: Connection, orders: Collection[str]) -> tuple[set[int], set[int]]:
    """The lines and deliveries of some orders, by their keys."""
    if not orders:
        return set(), set()
    lines, deliveries = (
        set(connection.execute(select(rows.c.key).where(rows.c.order_id.in_(sorted(orders)))).scalars())
        for rows in (ROWS["orders"], ROWS["deliveries"])
    )
    return lines, deliveries


class _Excuses:
    """Upheld appeals, as they speak of a line or of one delivery of it. They clear the vendor that made them alone."""

    def __init__(self, connection: Connection) -> None:
        said = connection.execute(select(EXCUSES).order_by(EXCUSES.c.appeal_id.desc())).all()
        self._names = alias_names(connection) if said else {}
        self.orders = {row.order_id for row in said}
        ranked = sorted(
            said, key=lambda row: row.fault in (*EXCUSING, None)
        )  # where two contradict, the vendor is cleared
        self._said: dict[tuple[str, str | None, str | None, str], Any] = {
            (row.order_id, row.line, row.delivery_id, self._who(row.vendor)): row for row in ranked
        }

    def reason(
        self, order_id: str, line: str | None, delivery_id: str | None, fault: str | None, vendor: str | None
    ) -> str | None:
        """Why this does not count against the vendor, or None. An upheld appeal weighs more than the fault noted."""
        if row := self.appeal(order_id, line, delivery_id, vendor):
            return f"{row.fault} {row.appeal_id}".removeprefix("None ") if row.fault in (*EXCUSING, None) else None
        return fault if fault in EXCUSING else None

    def appeal(self, order_id: str, line: str | None, delivery_id: str | None, vendor: str | None) -> Any:
        """The vendor's upheld appeal that speaks of this; the line's own comes before the whole order's."""
        who = self._who(identity(vendor or ""))
        return self._said.get((order_id, line, delivery_id, who)) or self._said.get((order_id, None, delivery_id, who))

    def _who(self, one: str) -> str:
        return identity(self._names.get(one, one))


def _relate_bills(connection: Connection, keys: Collection[int], pairs: set[Pair]) -> None:
    """Invoice lines of these keys anew: what was billed of which order line, at which price."""
    c, kept = ROWS["invoices"].c, BILLS.c
    names = ("key", "order_id", "line", "vendor", "invoiced_on", "quantity", "unit_price", "net")
    priced = or_(c.unit_price > 0, and_(c.unit_price.is_(None), c.net > 0))
    billed = (c.order_id.is_not(None), c.quantity > 0, priced, c.kind == "蓝字", c.beaten_by.is_(None))
    for _ in _batches(keys, connection):
        old = connection.execute(select(kept.vendor, kept.invoiced_on).where(_here(kept.key))).all()
        connection.execute(delete(BILLS).where(_here(kept.key)))
        found = connection.execute(select(*(c[name] for name in names)).where(_here(c.key), *billed)).all()
        lines = _line_keys([row.order_id for row in found], [row.line or "1" for row in found])
        rows = [
            {"key": row.key, "line": line, "vendor": identity(row.vendor), "invoiced_on": row.invoiced_on}
            | {"quantity": row.quantity, "unit_price": row.unit_price or row.net * _NET_PER_PIECE // row.quantity}
            for row, line in zip(found, lines, strict=True)
        ]
        if rows:
            connection.execute(insert(BILLS), rows)
        pairs |= {pair for row in old for pair in _pairs(*row)}
        pairs |= {pair for row in rows for pair in _pairs(row["vendor"], row["invoiced_on"])}


def _line_keys(orders: Sequence[str], numbers: Sequence[str]) -> list[int]:
    named = pa.table({"order_id": pa.array(orders, pa.string()), "line": pa.array(numbers, pa.string())})
    keys: list[int] = keys_of(named, known()["orders"]).to_pylist()
    return keys


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
    columns = [c.key, c.order_id, c.line, c.delivery_id, *(c[name] for name in _ARRIVED)]
    found = connection.execute(select(*columns).where(_here(c.key), c.beaten_by.is_(None))).all()
    lines = _line_keys([row.order_id for row in found], [row.line for row in found])
    excuses = _Excuses(connection)
    named = [line for line, row in zip(lines, found, strict=True) if not row.vendor and row.order_id in excuses.orders]
    of_line = _vendors_of(connection, named)
    return [
        {name: row._mapping[name] for name in ("key", *_ARRIVED)}
        | {"line": line, "own": row.vendor is not None, "vendor": identity(row.vendor) if row.vendor else None}
        | {"excused": excuses.reason(row.order_id, row.line, row.delivery_id or "", row.fault,
                                     row.vendor or of_line.get(line))}
        for line, row in zip(lines, found, strict=True)
    ]  # fmt: skip


def _vendors_of(connection: Connection, lines: Sequence[int]) -> dict[int, str]:
    """Order line → the vendor that its row names."""
    o = ROWS["orders"].c
    found: dict[int, str] = {}
    for start in range(0, len(lines), _ASKED):
        mine = (o.key.in_(lines[start : start + _ASKED]), o.beaten_by.is_(None))
        found |= {row.key: row.vendor for row in connection.execute(select(o.key, o.vendor).where(*mine))}
    return found


def _relate_lines(connection: Connection, keys: Collection[int], day: date, pairs: set[Pair]) -> set[Pair]:
    """Order lines of these keys anew, and with them the vendor of deliveries that name none. Returns the pairs that
    they were or are ordered in."""
    ordered: set[Pair] = set()
    for _ in _batches(keys, connection):
        pairs |= _pairs_of_lines(connection)
        ordered |= _pairs_ordered_in(connection)
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
        ordered |= _pairs_ordered_in(connection)
    return ordered


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
    billed = connection.execute(select(BILLS.c.vendor, BILLS.c.invoiced_on).where(_here(BILLS.c.line))).all()
    days = [(row.vendor, on) for row in due for on in (row.due_first, row.due_latest, row.ordered_on)]
    return {pair for row in (*days, *arrived, *billed) for pair in _pairs(*row)}


def _pairs_ordered_in(connection: Connection) -> set[Pair]:
    found = connection.execute(select(LINES.c.vendor, LINES.c.ordered_on).where(_here(LINES.c.key)).distinct())
    return {pair for row in found for pair in _pairs(*row)}


_FIGURED = (
    "due_first", "due_latest", "ordered_on", "since", "received", "accepted", "rejected", "last_delivered_on",
    "completed_on",
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
    figured["since"] = figured["ordered_on"]
    figured["ordered_on"] = figured["ordered_on"].fillna(figured["promised_on"])
    for due in ("due_first", "due_latest"):  # of a line of nothing, as one that was cancelled, nothing is due
        figured[due] = figured[due].mask((figured["quantity"] == 0).fillna(False))
    columns = [to_stored(pa.chunked_array(pa.array(figured[name]))) for name in _FIGURED]
    vendors = map(identity, figured["vendor"])
    keys = figured["key"].tolist()
    excused = _excused_lines(connection, {row.key: (row.order_id, row.line, row.vendor) for row in ordered})
    return [
        {"key": key, "vendor": vendor, **dict(zip(_FIGURED, values, strict=True)), "excused": excused.get(key)}
        for key, vendor, *values in zip(keys, vendors, *columns, strict=True)
    ]


_ORDERED = ("order_id", "line", "vendor", "quantity", "ordered_on", "promised_on", "revised_on")


def _excused_lines(connection: Connection, lines: Mapping[int, tuple[str, str, str]]) -> dict[int, str]:
    """Lines whose lateness is not the vendor's fault: by an upheld appeal, else by a delivery's fault where no other
    delivery of the line says that it is the vendor's."""
    excuses = _Excuses(connection)
    said = {key: excuses.reason(order, line, None, None, vendor) for key, (order, line, vendor) in lines.items()}
    decided = {key for key, (order, line, vendor) in lines.items() if excuses.appeal(order, line, None, vendor)}
    a = ARRIVALS.c
    query = select(a.line, a.excused, a.fault).where(_here(a.line), or_(a.excused.is_not(None), a.fault.is_not(None)))
    by_line: dict[int, list[Any]] = {}
    for row in connection.execute(query.order_by(a.delivered_on, a.key)):
        by_line.setdefault(row.line, []).append(row)
    for key, rows in by_line.items():
        if key not in decided and all(row.excused or row.fault is None for row in rows):
            said[key] = next((row.excused for row in rows if row.excused), None)
    return {key: reason for key, reason in said.items() if reason}


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
    if month_of(since) != month_of(day):  # what is figured by working day has all days of a month that is over
        for kind in ("measurements", "tickets"):
            c, dated = ROWS[kind].c, ROWS[kind].c[known()[kind].dated]
            whole = and_(dated >= month_of(since), dated < month_of(day))
            found = connection.execute(select(c.vendor, func.substr(dated, 1, 7)).where(whole).distinct())
            pairs |= {pair for row in found for pair in _pairs(*row)}
    t, e = ROWS["tickets"].c, ROWS["certificates"].c
    waiting = and_(t.responded_at.is_(None), t.opened_at >= (since - _LONGEST_WAIT).isoformat())
    pairs |= {pair for row in connection.execute(select(t.vendor, t.opened_at).where(waiting)) for pair in _pairs(*row)}
    over = and_(e.expires_on >= since.isoformat(), e.expires_on < day.isoformat())
    ended = connection.execute(select(e.vendor, e.expires_on).where(over)).all()
    return pairs | {pair for row in ended for pair in _onwards(*row)}


def _closed(connection: Connection, pairs: Collection[Pair]) -> set[Pair]:
    """Pairs that go on and on as those that there are figures for."""
    onwards = [(vendor, period.removesuffix(ONWARDS)) for vendor, period in pairs if period.endswith(ONWARDS)]
    found = {pair for pair in pairs if not pair[1].endswith(ONWARDS)}
    names = alias_names(connection) if onwards else {}
    for vendor, since in onwards:
        name = names.get(vendor, vendor)
        everyone = {one for one, told in names.items() if told == name} | {vendor, identity(name)}
        found |= {pair for pair in _every_pair(connection, everyone) if pair[1][:4] > since[:4] or pair[1] >= since}
    return found


def _renamed(connection: Connection) -> set[Pair]:
    """Identities that are another vendor's since the vendor ledger changed: all of their months, under both names."""
    before = {row.identity: row.vendor for row in connection.execute(select(ALIASES))}
    _keep_former_names(connection, before)
    now = alias_names(connection)
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
    for table in (KPIS, SCORES, POINTS, ORDERED, LEADS, PRICES):
        connection.execute(delete(table).where(table.c.vendor.in_(sorted(names))))
    return _every_pair(connection, everyone)


def _keep_former_names(connection: Connection, before: Mapping[str, str]) -> None:
    """What a vendor was called before its ledger row got another name leads to it for ever: its code or tax number is
    the same. A name that somebody else bears now leads to nobody but them."""
    now = ledger_names(connection)
    known_ones = set(connection.execute(select(FORMER.c.identity)).scalars())
    new = {
        identity(old): {"identity": identity(old), "known_by": one, "vendor": old}
        for one, old in before.items()
        if is_renamed(one, before, now) and identity(old) not in now and identity(old) not in known_ones
    }
    if new:
        connection.execute(insert(FORMER), list(new.values()))


def is_renamed(one: str, before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Does a code or tax number bear another name now, and is it the same vendor? It is not where both names had more
    that tells them apart (code and tax number) and share nothing of it but this one."""
    old, new = before.get(one), now.get(one)
    if old is None or new is None or identity(old) == identity(new) or one in (identity(old), identity(new)):
        return False
    mine, theirs = ({i for i, name in names.items() if name == told} - {one, identity(told)}
                    for names, told in ((before, old), (now, new)))  # fmt: skip
    return not (mine and theirs and mine.isdisjoint(theirs))


def alias_names(connection: Connection) -> dict[str, str]:
    """Identity of a vendor's tax number, code, name or former name → its name in the vendor ledger."""
    names = ledger_names(connection)
    former = connection.execute(select(FORMER)).all()
    return {row.identity: names[row.known_by] for row in former if row.known_by in names} | names


def ledger_names(connection: Connection) -> dict[str, str]:
    """Identity of a vendor's tax number, code or name → its name in the vendor ledger; the later ones win."""
    c = ROWS["vendors"].c
    rows = connection.execute(
        select(c.tax_id, c.vendor_id, c.vendor).where(c.beaten_by.is_(None)).order_by(c.file, c.sheet, c.row)
    ).all()
    return {identity(row[at]): row.vendor for at in range(3) for row in rows if row[at]}


_DATED = (
    (LINES, "due_first"), (LINES, "due_latest"), (LINES, "ordered_on"), (ARRIVALS, "delivered_on"),
    (BILLS, "invoiced_on"),
)  # fmt: skip


def _every_pair(connection: Connection, vendors: Collection[str] | None = None) -> set[Pair]:
    """Every pair that there are figures for, or those of some vendors."""
    found: set[Pair] = set()
    for table, column in _DATED:
        month = func.substr(table.c[column], 1, 7)
        query = select(table.c.vendor, month).where(table.c[column].is_not(None)).distinct()
        if vendors is not None:
            query = query.where(table.c.vendor.in_(sorted(vendors)))
        found |= {pair for row in connection.execute(query) for pair in _pairs(*row)}
    for kind in known().values():
        if (columns := pair_columns(kind)) and kind.name not in ("contracts", "certificates"):
            c = ROWS[kind.name].c
            vendor, dated = (c[name] for name in columns)
            asked = connection.execute(select(vendor, func.substr(dated, 1, 7)).distinct())
            pairs = {pair for row in asked for pair in _pairs(*row)}
            found |= {pair for pair in pairs if vendors is None or pair[0] in vendors}
    return found


def _add_stale(
    connection: Connection, pairs: Collection[Pair], why: str | None = None, ordered: Mapping[Pair, str] | None = None
) -> None:
    waiting = {(row.vendor, row.period): row.ordered for row in connection.execute(select(STALE))}
    told = ordered or {}
    new = [{"vendor": vendor, "period": period, "why": why, "ordered": told.get((vendor, period))}
           for vendor, period in sorted(set(pairs) - waiting.keys())]  # fmt: skip
    more = [{"_vendor": pair[0], "_period": pair[1], "ordered": what} for pair, what in told.items()
            if pair in waiting and waiting[pair] != TERMS]  # fmt: skip
    if new:
        connection.execute(insert(STALE), new)
    if more:
        here = (STALE.c.vendor == bindparam("_vendor"), STALE.c.period == bindparam("_period"))
        connection.execute(update(STALE).where(*here).values(ordered=bindparam("ordered")), more)
