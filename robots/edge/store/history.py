"""What the robots ask of the history without loading all of it: the lines of a month, the open ones, a few sums."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
from sqlalchemy import Column, ColumnElement, Connection, Table, and_, case, false, func, or_, select

from robots.edge.store.answers import line_trouble
from robots.edge.store.relations import Pair, as_table, spellings
from robots.edge.store.tables import (
    ALERTS,
    ARRIVALS,
    BILLS,
    DROPS,
    EDITIONS,
    EDITS,
    EXCUSES,
    FILES,
    FORMER,
    GONE_INVOICES,
    KPIS,
    LEADS,
    LINES,
    ORDERED,
    PAYABLES,
    POINTS,
    RECEIPTS,
    RESCORED,
    ROWS,
    SCORES,
    STALE,
    TURNS,
)
from robots.kinds import known
from robots.model.names import identity
from robots.model.words import Text
from robots.reading.keys import keys_of

_MOST_NAMED = 500  # more vendors than this are chosen by the ledger, from all of the month
_MOST_EVIDENCE = 20
_QUANTITY = {"scale": 4}


@dataclass(frozen=True)
class History:
    """Order lines with what came of them, and sums. Vendors are identities here, but for what robots recorded."""

    connection: Connection

    def stale(self) -> set[Pair]:
        """What waits to be figured."""
        return {(row.vendor, row.period) for row in self.connection.execute(select(STALE))}

    def stale_by(self, why: str) -> set[Pair]:
        """What waits for this reason alone."""
        return {(row.vendor, row.period) for row in self.connection.execute(select(STALE).where(STALE.c.why == why))}

    def reordered(self) -> dict[Pair, str]:
        """Of what waits, where lines ordered in it changed: all of them ("terms"), or how long they took ("times")."""
        found = self.connection.execute(select(STALE).where(STALE.c.ordered.is_not(None)))
        return {(row.vendor, row.period): row.ordered for row in found}

    def spellings(self) -> dict[str, str]:
        """Identity → a vendor's name as it was first written anywhere."""
        return spellings(self.connection)

    def former(self) -> dict[str, str]:
        """Identity of a name that a vendor bore before → the identity (code, tax number) that leads to it now."""
        return {row.identity: row.known_by for row in self.connection.execute(select(FORMER))}

    # -------------------------------------------------------------- months

    def due_in(self, months: Collection[str], column: str, vendors: Collection[str]) -> pa.Table:
        """Lines of these vendors due in some months, by due_first or due_latest."""
        c = LINES.c
        chosen = {name: c[name] for name in ("vendor", "due_first", "due_latest", "completed_on", "excused")}
        return self._of_months(chosen, c[column], months, vendors)

    def arrived_in(self, months: Collection[str], vendors: Collection[str]) -> pa.Table:
        """Deliveries of these vendors in some months: vendor, delivered_on, received, accepted, rejected, excused."""
        c = ARRIVALS.c
        chosen = {name: c[name] for name in ("vendor", "delivered_on", "received", "accepted", "rejected", "excused")}
        return self._of_months(chosen, c.delivered_on, months, vendors)

    def ordered_in(self, months: Collection[str], vendors: Collection[str]) -> pa.Table:
        """Lines of these vendors ordered in some months (else promised in them), with their orders' terms.

        `ordered_on` places a line in a month; `since`, blank where nobody wrote it, is the day from which it took time.
        """
        c, o = LINES.c, ROWS["orders"].c
        told = ("contract_id", "category", "item", "quantity", "unit_price", "tax_rate", "currency")
        named = ("vendor", "ordered_on", "since", "completed_on")
        chosen = {name: c[name] for name in named} | {name: o[name] for name in told}
        orders = and_(o.key == c.key, o.beaten_by.is_(None))
        return self._of_months(chosen, c.ordered_on, months, vendors, LINES.join(ROWS["orders"], orders))

    def taken_in(self, months: Collection[str], vendors: Collection[str]) -> pa.Table:
        """The days of lines that these vendors were ordered in some months: ordered_on, completed_on, since."""
        c = LINES.c
        chosen = {name: c[name] for name in ("vendor", "ordered_on", "since", "completed_on")}
        return self._of_months(chosen, c.ordered_on, months, vendors)

    def billed_in(self, months: Collection[str], vendors: Collection[str]) -> pa.Table:
        """Invoice lines of these vendors in some months, with the price as ordered."""
        c, o = BILLS.c, ROWS["orders"].c
        chosen = {name: c[name] for name in ("vendor", "invoiced_on", "quantity", "unit_price")}
        chosen |= {"price": o.unit_price}
        orders = and_(o.key == c.line, o.beaten_by.is_(None))
        return self._of_months(chosen, c.invoiced_on, months, vendors, BILLS.join(ROWS["orders"], orders))

    def accepted_in(self, months: Collection[str], vendors: Collection[str]) -> pa.Table:
        """What these vendors delivered in some months and was accepted, at its line's contract, price and currency."""
        a, o = ARRIVALS.c, ROWS["orders"].c
        chosen = {name: a[name] for name in ("vendor", "delivered_on", "accepted")}
        chosen |= {name: o[name] for name in ("contract_id", "unit_price", "currency")}
        orders = and_(o.key == a.line, o.beaten_by.is_(None))
        return self._of_months(chosen, a.delivered_on, months, vendors, ARRIVALS.join(ROWS["orders"], orders))

    def missed_in(self, months: Collection[str], vendors: Collection[str]) -> pa.Table:
        """Order lines of these vendors due in some months by the first promise and late, with their rows."""
        c, o = LINES.c, ROWS["orders"].c
        late = (
            _within_any(c.due_first, months),
            or_(c.completed_on.is_(None), c.completed_on > c.due_first),
            o.beaten_by.is_(None),
        )
        mine = (c.vendor.in_(sorted(vendors)),) if len(vendors) <= _MOST_NAMED else ()
        figured = ("due_first", "due_latest", "completed_on", "accepted", "excused")
        beside = {name: c[name] for name in figured} | {"line_vendor": c.vendor}
        return self._rows("orders", beside, LINES.join(ROWS["orders"], o.key == c.key), (*late, *mine))

    def _of_months(
        self,
        chosen: Mapping[str, Column[Any]],
        on: Column[Any],
        months: Collection[str],
        vendors: Collection[str],
        source: Any = None,
    ) -> pa.Table:
        query = select(*chosen.values()).where(_within_any(on, months))
        if source is not None:
            query = query.select_from(source)
        if len(vendors) <= _MOST_NAMED:
            query = query.where(chosen["vendor"].in_(sorted(vendors)))
        return as_table(self.connection.execute(query).all(), chosen)

    def kpis(self, periods: Collection[str], vendors: Collection[str] | None = None) -> pa.Table:
        """The KPIs that are kept of some periods, of some vendors (by name) or of all."""
        return self._kept(KPIS, periods, vendors)

    def _kept(self, table: Table, periods: Collection[str], vendors: Collection[str] | None) -> pa.Table:
        c = table.c
        query = select(table).where(c.period.in_(sorted(periods)))
        if vendors is None or len(vendors) > _MOST_NAMED:
            found = self.connection.execute(query).all()
            wanted = [row for row in found if vendors is None or row.vendor in vendors]
        else:
            wanted = list(self.connection.execute(query.where(c.vendor.in_(sorted(vendors)))))
        return as_table(wanted, dict(c.items()))

    def scores(self, periods: Collection[str], vendors: Collection[str] | None = None) -> pa.Table:
        """The scores that are kept of some periods, of some vendors (by name) or of all."""
        return self._kept(SCORES, periods, vendors)

    def points(self, periods: Collection[str], vendors: Collection[str] | None = None) -> pa.Table:
        """The points behind the scores of some periods, of some vendors (by name) or of all."""
        return self._kept(POINTS, periods, vendors)

    def incidents(self, kinds: Collection[str]) -> pa.Table:
        """Tickets of some kinds, whenever opened."""
        c = ROWS["tickets"].c
        return self._rows("tickets", {}, ROWS["tickets"], (c.beaten_by.is_(None), c.kind.in_(sorted(kinds))))

    def upheld(self) -> pa.Table:
        """Appeals that were upheld, with the vendor and the days of the lines that they speak of."""
        e, o, c = EXCUSES.c, ROWS["orders"].c, LINES.c
        mine = and_(o.order_id == e.order_id, or_(e.line.is_(None), o.line == e.line), o.beaten_by.is_(None))
        source = EXCUSES.join(ROWS["orders"], mine).join(LINES, c.key == o.key)
        chosen = {"appeal_id": e.appeal_id, "by": e.vendor}
        chosen |= {name: c[name] for name in ("vendor", "due_first", "due_latest")}
        few = o.order_id.in_(
            select(e.order_id)
        )  # says the same again, so that few orders are looked up and not all read
        query = select(*chosen.values()).select_from(source).where(few).order_by(e.appeal_id, c.key)
        return as_table(self.connection.execute(query).all(), chosen)

    # -------------------------------------------------------------- what is open

    def open_lines(self) -> pa.Table:
        """Every order line with a quantity that is not fully accepted, with its order's row; some have no date."""
        c, o = LINES.c, ROWS["orders"].c
        figured = ("due_first", "due_latest", "moves", "received", "accepted", "rejected")
        few = o.key.in_(select(c.key).where(c.completed_on.is_(None)))  # says the same again: few orders are looked up
        is_open = (c.completed_on.is_(None), o.quantity > 0, o.beaten_by.is_(None), few)
        source = LINES.join(ROWS["orders"], o.key == c.key)
        return self._rows("orders", {name: c[name] for name in figured}, source, is_open)

    def unjudged(self, until: date) -> pa.Table:
        """Deliveries up to a day of which nothing is accepted or rejected yet, with their rows."""
        a, d = ARRIVALS.c, ROWS["deliveries"].c
        arrived = a.delivered_on <= until.isoformat()
        waiting = (a.accepted.is_(None), a.rejected.is_(None), arrived, d.beaten_by.is_(None))
        source = ARRIVALS.join(ROWS["deliveries"], d.key == a.key)
        return self._rows("deliveries", {"vendor_of_line": a.vendor}, source, waiting)

    def since(self, kind: str, day: date) -> pa.Table:
        """A kind's rows from a day on, by the day that it is dated by."""
        c = ROWS[kind].c
        on = c[known()[kind].dated]
        return self._rows(kind, {}, ROWS[kind], (c.beaten_by.is_(None), on >= day.isoformat()))

    def in_months(self, kind: str, months: Collection[str]) -> pa.Table:
        """A kind's rows of some months, by the day that it is dated by."""
        c = ROWS[kind].c
        on = c[known()[kind].dated]
        return self._rows(kind, {}, ROWS[kind], (c.beaten_by.is_(None), _within_any(on, months)))

    def _rows(
        self, kind: str, beside: Mapping[str, Column[Any]], source: Any, where: Collection[ColumnElement[bool]]
    ) -> pa.Table:
        c = ROWS[kind].c
        chosen = {"_file": FILES.c.name, "_sheet": c.sheet, "_row": c.row}
        chosen |= {name: c[name] for name in known()[kind].schema.names} | dict(beside)
        query = select(*chosen.values()).select_from(source.join(FILES, FILES.c.file == c.file)).where(*where)
        ordered = query.order_by(
            c.file + 0, c.sheet, c.row
        )  # + 0: a few rows are found and sorted, not all walked through
        return as_table(self.connection.execute(ordered).all(), chosen)

    def busy(self, first: date, last: date) -> set[str]:
        """Vendors that had business on some days: lines ordered or due, deliveries, tickets, measurements."""
        days = [(LINES, LINES.c.ordered_on), (LINES, LINES.c.due_first), (ARRIVALS, ARRIVALS.c.delivered_on)]
        named = [(table := ROWS[kind], table.c[known()[kind].dated]) for kind in ("tickets", "measurements")]
        found: set[str] = set()
        for table, on in (*days, *named):
            within = (on >= first.isoformat(), on < (last + timedelta(days=1)).isoformat())
            vendors = self.connection.execute(select(table.c.vendor).where(*within).distinct()).scalars()
            found |= {identity(vendor) for vendor in vendors if vendor}
        return found

    def rated(self, period: str) -> pa.Table:
        """Ratings of a period, with their rows."""
        c = ROWS["surveys"].c
        return self._rows("surveys", {}, ROWS["surveys"], (c.beaten_by.is_(None), c.period == period))

    # -------------------------------------------------------------- sums and samples

    def judged_between(self, first: date, last: date) -> pa.Table:
        """Received and rejected by vendor over the deliveries of some days that were judged."""
        a = ARRIVALS.c
        inside = (a.delivered_on >= first.isoformat(), a.delivered_on <= last.isoformat(), a.vendor.is_not(None))
        rejected = case((and_(a.rejected.is_(None), a.accepted == a.received), 0), else_=a.rejected)
        judged = or_(a.accepted.is_not(None), a.rejected == a.received)
        query = select(a.vendor, func.count(), func.sum(a.received), func.sum(rejected)).where(*inside, judged)
        rows = self.connection.execute(query.where(rejected.is_not(None)).group_by(a.vendor)).all()
        plain = [(vendor, count, int(received), int(bad)) for vendor, count, received, bad in rows]
        return as_table(plain, {"vendor": a.vendor, "rows": EDITS.c.n, "received": a.received, "rejected": a.rejected})

    def rejections(self, vendors: Collection[str], first: date, last: date) -> pa.Table:
        """The deliveries of some vendors and days with most pieces rejected, with their rows."""
        a, d = ARRIVALS.c, ROWS["deliveries"].c
        inside = (a.delivered_on >= first.isoformat(), a.delivered_on <= last.isoformat())
        bad = (*inside, a.rejected > 0, a.vendor.in_(sorted(vendors)), d.beaten_by.is_(None))
        source = ARRIVALS.join(ROWS["deliveries"], d.key == a.key)
        rows = self._rows("deliveries", {}, source, bad)
        return rows.sort_by([("rejected", "descending")]).slice(0, _MOST_EVIDENCE)

    def ordered(self, since: str = "") -> pa.Table:
        """What was ordered from a month on, by vendor, contract, category and currency."""
        c = ORDERED.c
        names = ("vendor", "contract_id", "category", "currency")
        sums = (func.sum(c.lines), func.sum(c.net), func.sum(c.gross))
        query = select(*(c[name] for name in names), *sums).where(c.period >= since).group_by(*(c[n] for n in names))
        rows = [(*row[:4], *map(int, row[4:])) for row in self.connection.execute(query)]
        return as_table(rows, {name: c[name] for name in (*names, "lines", "net", "gross")})

    def leads(self, since: str = "") -> pa.Table:
        """How many lines took how many days from order to full acceptance, by vendor, of orders from a month on."""
        c = LEADS.c
        query = select(c.vendor, c.days, func.sum(c.lines)).where(c.period >= since).group_by(c.vendor, c.days)
        rows = [(vendor, days, int(lines)) for vendor, days, lines in self.connection.execute(query)]
        return as_table(rows, {"vendor": c.vendor, "days": c.days, "lines": c.lines})

    def alerts(self, codes: Collection[str], also: Collection[str]) -> pa.Table:
        """The alerts of some codes that are not closed, and those of some numbers whatever their state."""
        c = ALERTS.c
        still = select(ALERTS).where(c.code.in_(sorted(codes)), c.state != "closed")
        found = list(self.connection.execute(still))
        known_ones = {row.alert for row in found}
        wanted = sorted(set(also) - known_ones)
        for start in range(0, len(wanted), _MOST_NAMED):
            asked = c.alert.in_(wanted[start : start + _MOST_NAMED])
            found += self.connection.execute(select(ALERTS).where(asked))
        return as_table(found, dict(c.items()))

    def standing(self) -> dict[str, int]:
        """How many alerts are not closed, by vendor (its name)."""
        c = ALERTS.c
        still = (c.state != "closed", c.vendor.is_not(None))
        query = select(c.vendor, func.count()).where(*still).group_by(c.vendor)
        return {vendor: int(count) for vendor, count in self.connection.execute(query)}

    def answers(self, numbers: Collection[str]) -> pa.Table:
        """What people answered to alerts of these numbers, by the rows' keys, and the day (`answered_on`)."""
        kind = known()["alert_answers"]
        named = pa.table({"alert": pa.array(sorted(numbers), pa.string())})
        keys = keys_of(named, kind).to_pylist()
        c = ROWS[kind.name].c
        chosen = {name: c[name] for name in kind.schema.names} | {"answered_on": DROPS.c.day}
        source = ROWS[kind.name].outerjoin(DROPS, DROPS.c.id == c.since)
        found: list[Any] = []
        for start in range(0, len(keys), _MOST_NAMED):
            here = c.key.in_(keys[start : start + _MOST_NAMED])
            query = select(*chosen.values()).select_from(source)
            found += self.connection.execute(query.where(here, c.beaten_by.is_(None)))
        return as_table(found, chosen)

    def changed_from(self, kind: str, drop: int) -> pa.Table:
        """All rows of the files of a kind of which a drop from this one on changed any, with the latest such `drop`."""
        c = ROWS[kind].c
        latest = select(c.file, func.max(c.since).label("drop")).group_by(c.file)
        files = latest.having(func.max(c.since) >= drop).subquery()
        chosen = {"_file": FILES.c.name, "_sheet": c.sheet, "_row": c.row, "drop": c.since}
        chosen |= {name: c[name] for name in known()[kind].schema.names}
        asked = [files.c.drop if name == "drop" else column for name, column in chosen.items()]
        joined = ROWS[kind].join(files, files.c.file == c.file).join(FILES, FILES.c.file == c.file)
        query = select(*asked).select_from(joined).where(c.beaten_by.is_(None)).order_by(c.file, c.sheet, c.row)
        return as_table(self.connection.execute(query).all(), chosen)

    def line_trouble(self, row: Mapping[str, Any]) -> Text | None:
        """What is wrong with the order line (order_id, line, vendor) that an appeal names; None where nothing is."""
        return line_trouble(self.connection, row)

    def keeps(self, kind: str) -> bool:
        """Has a ledger of a kind ever come, whatever became of its rows?"""
        return self.connection.execute(select(RECEIPTS.c.n).where(RECEIPTS.c.kind == kind).limit(1)).first() is not None

    def came_on(self, kind: str, name: str) -> date | None:
        """The day on which the row of that name, the kind's only key, came as it stands."""
        c = ROWS[kind].c
        source = ROWS[kind].join(DROPS, DROPS.c.id == c.since)
        here = (c[known()[kind].key[0]] == name, c.beaten_by.is_(None))
        day = self.connection.execute(select(DROPS.c.day).select_from(source).where(*here)).scalar()
        return date.fromisoformat(day) if day else None

    def edits(self, since: str) -> pa.Table:
        """Silent edits from a day on, with the name, day and owner of the drop that brought them."""
        return self._edits(DROPS.c.day >= since)

    def open_edits(self) -> pa.Table:
        """Silent edits of any day that nobody has answered: an index holds these alone, however long the history."""
        return self._edits(EDITS.c.settled.is_(None))

    def _edits(self, which: ColumnElement[bool]) -> pa.Table:
        chosen = dict(EDITS.c.items()) | {name: DROPS.c[name] for name in ("name", "day", "owner")}
        source = EDITS.join(DROPS, DROPS.c.id == EDITS.c.drop)
        query = select(*chosen.values()).select_from(source).where(which).order_by(EDITS.c.n)
        return as_table(self.connection.execute(query).all(), chosen)

    def moment(self) -> str:
        """The moment (ISO) of the turn that is going on, else of the last one."""
        return str(self.connection.execute(select(func.max(TURNS.c.at))).scalar_one())

    # -------------------------------------------------------------- what stands behind a figure

    def lines_due(self, month: str, column: str, vendors: Collection[str]) -> pa.Table:
        """Order rows of vendors due in a month by `column`, with what came of their lines."""
        c, o = LINES.c, ROWS["orders"].c
        beside = {name: c[name] for name in ("due_first", "due_latest", "accepted", "completed_on", "excused")}
        mine = (c.vendor.in_(sorted(vendors)), *_within(c[column], month), o.beaten_by.is_(None))
        return self._rows("orders", beside, LINES.join(ROWS["orders"], o.key == c.key), mine)

    def deliveries_in(self, month: str, vendors: Collection[str]) -> pa.Table:
        """Delivery rows of vendors in a month, with why what was rejected does not count."""
        a, d = ARRIVALS.c, ROWS["deliveries"].c
        mine = (a.vendor.in_(sorted(vendors)), *_within(a.delivered_on, month), d.beaten_by.is_(None))
        source = ARRIVALS.join(ROWS["deliveries"], d.key == a.key)
        return self._rows("deliveries", {"excused": a.excused}, source, mine)

    def invoices_in(self, month: str, vendors: Collection[str]) -> pa.Table:
        """Invoice rows of vendors in a month that name an order line, with the prices billed and ordered."""
        b, i, o = BILLS.c, ROWS["invoices"].c, ROWS["orders"].c
        mine = (b.vendor.in_(sorted(vendors)), *_within(b.invoiced_on, month), i.beaten_by.is_(None))
        ordered = and_(o.key == b.line, o.beaten_by.is_(None))
        source = BILLS.join(ROWS["invoices"], i.key == b.key).join(ROWS["orders"], ordered)
        beside = {"billed": b.quantity, "billed_price": b.unit_price, "price": o.unit_price}
        return self._rows("invoices", beside, source, mine)

    def surveys_of(self, periods: Collection[str]) -> pa.Table:
        """Rows of ratings that were given for some periods."""
        c = ROWS["surveys"].c
        return self._rows("surveys", {}, ROWS["surveys"], (c.beaten_by.is_(None), c.period.in_(sorted(periods))))

    def rescored(self, periods: Collection[str], vendors: Collection[str]) -> pa.Table:
        """Scores of some periods and vendors (by name) before and after they were figured again."""
        return self._kept(RESCORED, periods, vendors)

    def editions(self, periods: Collection[str]) -> pa.Table:
        """What the final and the corrected scorecards of some periods said."""
        c = EDITIONS.c
        query = select(EDITIONS).where(c.period.in_(sorted(periods))).order_by(c.number, c.vendor, c.kpi)
        return as_table(list(self.connection.execute(query)), dict(c.items()))

    def scored_periods(self, vendor: str) -> list[str]:
        """The periods that there are scores of, of a vendor (by name)."""
        query = select(SCORES.c.period).where(SCORES.c.vendor == vendor).order_by(SCORES.c.period)
        return list(self.connection.execute(query).scalars())

    def alerts_like(self, beginning: str, most: int) -> pa.Table:
        """Alerts whose number begins so, or some that are open where nothing is asked for."""
        c = ALERTS.c
        wanted = c.alert.startswith(beginning, autoescape=True) if beginning else c.state != "closed"
        return as_table(list(self.connection.execute(select(ALERTS).where(wanted).limit(most))), dict(c.items()))

    def payables_like(self, beginning: str, most: int) -> pa.Table:
        """Payables whose payment key begins so."""
        c = PAYABLES.c
        query = select(PAYABLES).where(c.payment_key.startswith(beginning, autoescape=True)).limit(most)
        return as_table(list(self.connection.execute(query)), dict(c.items()))

    def rows_at(self, file: str, sheet: str, row: int) -> dict[str, pa.Table]:
        """What stands at a place now, by kind: one row of a sheet may feed several."""
        found = {}
        for kind, table in ROWS.items():
            here = (FILES.c.name == file, table.c.sheet == sheet, table.c.row == row)
            if (rows := self._rows(kind, {}, table, here)).num_rows:
                found[kind] = rows
        return found

    def rows_of_line(self, order_id: str, line: str) -> dict[str, pa.Table]:
        """The rows of an order line and of its deliveries, by kind."""
        named = pa.table({"order_id": pa.array([order_id], pa.string()), "line": pa.array([line], pa.string())})
        [key] = keys_of(named, known()["orders"]).to_pylist()
        a, d, o = ARRIVALS.c, ROWS["deliveries"].c, ROWS["orders"].c
        arrived = (a.line == key, d.beaten_by.is_(None))
        return {
            "orders": self._rows("orders", {}, ROWS["orders"], (o.key == key, o.beaten_by.is_(None))),
            "deliveries": self._rows("deliveries", {}, ARRIVALS.join(ROWS["deliveries"], d.key == a.key), arrived),
        }

    def invoices_numbered(self, invoice_no: str) -> pa.Table:
        """Invoice rows of a number, of whatever vendor, in capitals or not."""
        c = ROWS["invoices"].c
        same = func.upper(c.invoice_no) == invoice_no.upper()
        return self._rows("invoices", {}, ROWS["invoices"], (same, c.beaten_by.is_(None)))

    def gone_invoices(self, invoice_no: str) -> pa.Table:
        """Invoices of a number, in capitals or not, that newer versions of their files no longer had, the latest last:
        as they stood, with the day and the owner of the version without them."""
        c, names = GONE_INVOICES.c, ("name", "day", "owner")
        chosen = dict(c.items()) | {name: DROPS.c[name] for name in names}
        source = GONE_INVOICES.join(DROPS, DROPS.c.id == c.drop)
        same = func.upper(c.invoice_no) == invoice_no.upper()
        return as_table(
            self.connection.execute(select(*chosen.values()).select_from(source).where(same).order_by(c.n)).all(),
            chosen,
        )

    def invoices_named(self, vendors: Collection[str], invoice_no: str) -> pa.Table:
        """Invoice rows of a number, of a vendor under any of its names."""
        names = sorted(vendors)
        named = {"vendor": pa.array(names, pa.string()), "invoice_no": pa.array([invoice_no] * len(names), pa.string())}
        keys = keys_of(pa.table(named), known()["invoices"]).to_pylist()
        c = ROWS["invoices"].c
        return self._rows("invoices", {}, ROWS["invoices"], (c.key.in_(keys), c.beaten_by.is_(None)))


def _within(on: Column[Any], month: str) -> tuple[ColumnElement[bool], ...]:
    return on >= f"{month}-01", on < f"{month}-32"  # moments of the 31st too


def _within_any(on: Column[Any], months: Collection[str]) -> ColumnElement[bool]:
    return or_(false(), *(and_(*_within(on, month)) for month in sorted(months)))
