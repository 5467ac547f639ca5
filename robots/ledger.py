"""What was known on a day, as pandas tables with Arrow types; and what the robots said before.

Tables load when a robot first asks for them. A vendor is one vendor under every spelling that its ledger row allows:
by its code, its tax number, or its normalised name (RULES 1).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Protocol

import pandas as pd
import pyarrow as pa

from robots.model.names import identity
from robots.model.words import Text

Stale = dict[str, dict[str, list[str]]]  # period → vendor → its identities


_OF_INVOICE = re.compile(r"\|[^|]*(?:\|retention)?$|$")  # in an invoice key, behind the vendor; a name may have bars


def frame(table: pa.Table) -> pd.DataFrame:
    """An Arrow table as a DataFrame that keeps Arrow's types: nulls stay nulls, money stays exact."""
    return _converted(table) if len(table) else _without_rows(table.schema).copy(deep=False)


def _converted(table: pa.Table) -> pd.DataFrame:
    columns = zip(table.column_names, table.columns, strict=True)
    return pd.DataFrame({name: pd.arrays.ArrowExtensionArray(column) for name, column in columns}, copy=False)


@lru_cache(maxsize=256)  # most tables of a small home, in every turn
def _without_rows(schema: pa.Schema) -> pd.DataFrame:
    return _converted(schema.empty_table())


class History(Protocol):
    """What is asked of the history without loading all of it. Vendors are identities here."""

    def stale(self) -> Collection[tuple[str, str]]:
        """Pairs of vendor and period whose figures are to be made again."""

    def stale_by(self, why: str) -> Collection[tuple[str, str]]:
        """Pairs of vendor and period whose figures are to be made again for this reason alone ("rules")."""

    def reordered(self) -> Mapping[tuple[str, str], str]:
        """Of what is stale, the pairs in which lines ordered changed: all of them ("terms"), or how long they took
        ("times")."""

    def spellings(self) -> dict[str, str]:
        """Identity → a vendor's name as it was first written anywhere."""

    def former(self) -> dict[str, str]:
        """Identity of a name that a vendor bore before → the identity that leads to it now."""

    def due_in(self, months: Collection[str], column: str, vendors: Collection[str]) -> pa.Table:
        """Lines of vendors due in some months, by due_first or due_latest: vendor, both days, completed_on, excused."""

    def arrived_in(self, months: Collection[str], vendors: Collection[str]) -> pa.Table:
        """Deliveries of vendors in some months: vendor, delivered_on, received, accepted, rejected, excused."""

    def taken_in(self, months: Collection[str], vendors: Collection[str]) -> pa.Table:
        """Lines of vendors ordered in some months: vendor, ordered_on, completed_on, since (the order's own day)."""

    def billed_in(self, months: Collection[str], vendors: Collection[str]) -> pa.Table:
        """Invoice lines of vendors in some months: vendor, invoiced_on, quantity, unit_price, price (as ordered)."""

    def ordered_in(self, months: Collection[str], vendors: Collection[str]) -> pa.Table:
        """Lines of vendors ordered in some months, with their orders' terms."""

    def accepted_in(self, months: Collection[str], vendors: Collection[str]) -> pa.Table:
        """Deliveries of vendors in some months: vendor, delivered_on, accepted, contract_id, unit_price, currency."""

    def missed_in(self, months: Collection[str], vendors: Collection[str]) -> pa.Table:
        """Order rows of vendors due in some months and late, with due_first, due_latest, completed_on, excused."""

    def kpis(self, periods: Collection[str], vendors: Collection[str] | None = None) -> pa.Table:
        """The KPIs that are kept of some periods, of some vendors (by name) or of all."""

    def scores(self, periods: Collection[str], vendors: Collection[str] | None = None) -> pa.Table:
        """The scores that are kept of some periods, of some vendors (by name) or of all."""

    def points(self, periods: Collection[str], vendors: Collection[str] | None = None) -> pa.Table:
        """The points behind the scores of some periods, of some vendors (by name) or of all."""

    def incidents(self, kinds: Collection[str]) -> pa.Table:
        """Tickets of some kinds, whenever opened."""

    def upheld(self) -> pa.Table:
        """Appeals that were upheld: appeal_id, by (whose it is), vendor, due_first, due_latest of each line that they
        speak of."""

    def open_lines(self) -> pa.Table:
        """Order rows that are not fully accepted, with due_first, due_latest, moves, received, accepted, rejected."""

    def unjudged(self, until: date) -> pa.Table:
        """Delivery rows up to a day of which nothing is judged, with vendor_of_line."""

    def since(self, kind: str, day: date) -> pa.Table:
        """A kind's rows from a day on."""

    def in_months(self, kind: str, months: Collection[str]) -> pa.Table:
        """A kind's rows of some months."""

    def busy(self, first: date, last: date) -> Collection[str]:
        """Vendors that had business on some days."""

    def rated(self, period: str) -> pa.Table:
        """Rows of surveys of a period."""

    def standing(self) -> dict[str, int]:
        """Vendor's name → how many alerts are not closed."""

    def judged_between(self, first: date, last: date) -> pa.Table:
        """By vendor: rows, received and rejected of the deliveries of some days that were judged."""

    def rejections(self, vendors: Collection[str], first: date, last: date) -> pa.Table:
        """Delivery rows of vendors and days with most pieces rejected."""

    def ordered(self, since: str = "") -> pa.Table:
        """By vendor, contract, category, currency: lines, net and gross ordered from a month on."""

    def leads(self, since: str = "") -> pa.Table:
        """By vendor and days from order to full acceptance: lines, of orders from a month on."""

    def alerts(self, codes: Collection[str], also: Collection[str]) -> pa.Table:
        """Alerts of some codes that are not closed, and those of some numbers."""

    def answers(self, numbers: Collection[str]) -> pa.Table:
        """Rows of alert_answers for alerts of these numbers."""

    def changed_from(self, kind: str, drop: int) -> pa.Table:
        """All rows of the files of a kind of which a drop from this one on changed any, with the latest such drop."""

    def line_trouble(self, row: Mapping[str, Any]) -> Text | None:
        """What is wrong with the order line (order_id, line, vendor) that an appeal names."""

    def keeps(self, kind: str) -> bool:
        """Has a ledger of a kind ever come, whatever became of its rows?"""

    def came_on(self, kind: str, name: str) -> date | None:
        """The day on which the row of that name, the kind's only key, came as it stands."""

    def edits(self, since: str) -> pa.Table:
        """Silent edits from a day (ISO) on, with the name, day and owner of their drop."""

    def open_edits(self) -> pa.Table:
        """Silent edits of any day that nobody has answered, likewise."""

    def gone_invoices(self, invoice_no: str) -> pa.Table:
        """Invoices of a number that have left their files, the latest last: as they stood, and which drop it was."""

    def moment(self) -> str:
        """The moment (ISO) of the turn that is going on."""

    def lines_due(self, month: str, column: str, vendors: Collection[str]) -> pa.Table:
        """Order rows of vendors due in a month: due_first, due_latest, accepted, completed_on, excused; places."""

    def deliveries_in(self, month: str, vendors: Collection[str]) -> pa.Table:
        """Delivery rows of vendors in a month, with `excused` and their places."""

    def invoices_in(self, month: str, vendors: Collection[str]) -> pa.Table:
        """Invoice rows of vendors in a month with billed, billed_price, price (as ordered) and their places."""

    def surveys_of(self, periods: Collection[str]) -> pa.Table:
        """Rows of ratings that were given for some periods."""

    def rescored(self, periods: Collection[str], vendors: Collection[str]) -> pa.Table:
        """Scores of some periods and vendors (by name) before and after they were figured again."""

    def editions(self, periods: Collection[str]) -> pa.Table:
        """What final and corrected scorecards of some periods said: number, vendor, kpi, value, score, grade."""

    def scored_periods(self, vendor: str) -> list[str]:
        """The periods that there are scores of, of a vendor (by name)."""

    def alerts_like(self, beginning: str, most: int) -> pa.Table:
        """Alerts whose number begins so, or some that are open where nothing is asked for."""

    def payables_like(self, beginning: str, most: int) -> pa.Table:
        """Payables whose payment key begins so."""

    def rows_at(self, file: str, sheet: str, row: int) -> dict[str, pa.Table]:
        """What stands at a place now, by kind."""

    def rows_of_line(self, order_id: str, line: str) -> dict[str, pa.Table]:
        """The rows of an order line and of its deliveries, by kind."""

    def invoices_numbered(self, invoice_no: str) -> pa.Table:
        """Invoice rows of a number, of whatever vendor."""

    def invoices_named(self, vendors: Collection[str], invoice_no: str) -> pa.Table:
        """Invoice rows of a number, of a vendor under any of its names."""


@dataclass(frozen=True)
class Ledger:
    """Everything known on `day`.

    `load(kind)` gives a kind's rows with `_file`, `_sheet`, `_row`. `kept(name)` gives a table of what was said
    before (kpis, scores, alerts, payables, batches), `news(name)` this turn's drops, receipts, findings. `called`
    names the robots whose hour has come; the others work because of the news.
    """

    day: date
    load: Callable[[str], pa.Table]
    kept: Callable[[str], pd.DataFrame]
    news: Callable[[str], pd.DataFrame]
    history: History
    called: Collection[str] = ()
    _tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    def table(self, kind: str) -> pd.DataFrame:
        """One kind's rows, its vendor column resolved to the vendor's one name."""
        if kind not in self._tables:
            rows = frame(self.load(kind))
            if kind != "vendors" and "vendor" in rows and len(rows):
                rows["vendor"] = self._resolved(rows["vendor"])
            self._tables[kind] = rows
        return self._tables[kind]

    def said(self, name: str) -> pd.DataFrame:
        """A table of what was said before; what was said of a vendor under a former name is said of it."""
        rows = self.kept(name)
        if "vendor" not in rows or not (former := self.former_names):
            return rows
        rows["vendor"] = (
            rows["vendor"]
            .map(lambda told: former.get(identity(told), told), na_action="ignore")
            .astype(rows["vendor"].dtype)
        )
        if "invoice_key" in rows:
            rows["invoice_key"] = [
                _of_vendor(vendor, key) for vendor, key in zip(rows["vendor"], rows["invoice_key"], strict=True)
            ]
        return rows

    @cached_property
    def former_names(self) -> dict[str, str]:
        """Identity of a name that a vendor bore before → what it is called now."""
        return {old: self.vendor_names[one] for old, one in self.history.former().items() if one in self.vendor_names}

    @cached_property
    def vendor_names(self) -> dict[str, str]:
        """Identity of a name, code or tax number → the vendor's name in the vendor ledger."""
        vendors = self.table("vendors")
        names: dict[str, str] = {}
        for column in ("tax_id", "vendor_id", "vendor"):
            for text, name in zip(vendors[column], vendors["vendor"], strict=True):
                if isinstance(text, str):
                    names[identity(text)] = name
        former = self.history.former()
        return {old: names[one] for old, one in former.items() if one in names} | names

    @cached_property
    def names(self) -> dict[str, str]:
        """Identity → the vendor's one name: the vendor ledger's, else the first spelling met."""
        return {**self.history.spellings(), **self.vendor_names}

    def _resolved(self, column: pd.Series) -> pd.Series:
        """Arrow gives each text once, and takes the names by its places: many times as fast as pandas does."""
        told = pa.chunked_array(pa.array(column.array)).combine_chunks().dictionary_encode()
        names = [self.names.setdefault(identity(text), text) for text in told.dictionary.to_pylist()]
        resolved = pa.array(names, pa.string()).take(told.indices)
        return pd.Series(pd.array(resolved, dtype=column.dtype), index=column.index)

    # -------------------------------------------------------------- what changed

    @cached_property
    def stale(self) -> Stale:
        """Period → vendors whose figures of it are to be made again, each with all of its identities."""
        return self._by_period(self.history.stale())

    @cached_property
    def reordered(self) -> Stale:
        """Of what is stale, the months and vendors in which lines were ordered or orders changed."""
        return self._by_period(pair for pair, what in self.history.reordered().items() if what == "terms")

    @cached_property
    def retimed(self) -> Stale:
        """Of what is stale, the other months and vendors in which lines took another time than was known."""
        found = self._by_period(pair for pair, what in self.history.reordered().items() if what == "times")
        others = {period: vendors.keys() - self.reordered.get(period, {}).keys() for period, vendors in found.items()}
        return {period: {name: found[period][name] for name in names} for period, names in others.items() if names}

    def _by_period(self, pairs: Iterable[tuple[str, str]]) -> Stale:
        found: Stale = {}
        for vendor, period in pairs:
            name = self.names.get(vendor, vendor)
            found.setdefault(period, {})[name] = self._known_under.get(name, [vendor])
        return found

    @cached_property
    def _known_under(self) -> dict[str, list[str]]:
        known: dict[str, list[str]] = {}
        for one, name in self.names.items():
            known.setdefault(name, []).append(one)
        return known

    @cached_property
    def stale_by_rules(self) -> set[tuple[str, str]]:
        """Vendors (names) and periods whose figures are made again under other rules, with nothing of their own new."""
        ruled = set(self.history.stale_by("rules"))
        others = {(self.names.get(v, v), period) for v, period in set(self.history.stale()) - ruled}
        return {(self.names.get(v, v), period) for v, period in ruled} - others

    def due_in(self, months: Collection[str], column: str, vendors: Collection[str]) -> pd.DataFrame:
        """Order lines of vendors (identities) due in some months (YYYY-MM) by `column`, their vendors named."""
        return self._named(self.history.due_in(months, column, vendors), vendors)

    def arrived_in(self, months: Collection[str], vendors: Collection[str]) -> pd.DataFrame:
        """Deliveries of vendors (identities) in some months, their vendors named."""
        return self._named(self.history.arrived_in(months, vendors), vendors)

    def ordered_in(self, months: Collection[str], vendors: Collection[str]) -> pd.DataFrame:
        """Lines of vendors (identities) ordered in some months, their vendors named."""
        return self._named(self.history.ordered_in(months, vendors), vendors)

    def taken_in(self, months: Collection[str], vendors: Collection[str]) -> pd.DataFrame:
        """The days of lines that vendors (identities) were ordered in some months, vendors named."""
        return self._named(self.history.taken_in(months, vendors), vendors)

    def billed_in(self, months: Collection[str], vendors: Collection[str]) -> pd.DataFrame:
        """Invoice lines of vendors (identities) in some months with the price they were ordered at, vendors named."""
        return self._named(self.history.billed_in(months, vendors), vendors)

    def accepted_in(self, months: Collection[str], vendors: Collection[str]) -> pd.DataFrame:
        """What vendors (identities) delivered in some months and was accepted, at its line's price, vendors named."""
        return self._named(self.history.accepted_in(months, vendors), vendors)

    def missed_in(self, months: Collection[str], vendors: Collection[str]) -> pd.DataFrame:
        """Order lines of vendors (identities) due in some months by the first promise and late, vendors named."""
        rows = frame(self.history.missed_in(months, vendors))
        rows["vendor"] = rows["line_vendor"].map(self.names, na_action="ignore").astype(rows["vendor"].dtype)
        return rows.drop(columns="line_vendor")

    def identities(self, vendors: Collection[str]) -> set[str]:
        """Every identity that vendors (by name) are known under."""
        return {one for one, name in self.names.items() if name in vendors} | {identity(name) for name in vendors}

    def _named(self, table: pa.Table, vendors: Collection[str]) -> pd.DataFrame:
        rows = frame(table)
        if not len(rows):
            return rows
        rows = rows[rows["vendor"].isin(list(vendors))]
        rows["vendor"] = rows["vendor"].map(self.names, na_action="ignore").astype(rows["vendor"].dtype)
        return rows

    def scores(self, periods: Collection[str], vendors: Collection[str] | None = None) -> pd.DataFrame:
        """The scores that are kept of some periods, of some vendors or of all."""
        return frame(self.history.scores(periods, vendors))

    def kpis(self, periods: Collection[str], vendors: Collection[str] | None = None) -> pd.DataFrame:
        """The KPIs that are kept of some periods, of some vendors or of all."""
        return frame(self.history.kpis(periods, vendors))

    def points(self, periods: Collection[str], vendors: Collection[str] | None = None) -> pd.DataFrame:
        """The points behind the scores of some periods, of some vendors or of all."""
        return frame(self.history.points(periods, vendors))

    def incidents(self, kinds: Collection[str]) -> pd.DataFrame:
        """Tickets of some kinds, whenever opened; vendors named."""
        return self._resolve(self.history.incidents(kinds))

    def upheld(self) -> pd.DataFrame:
        """Appeals that were upheld, with the days of the lines that they speak of; vendors named."""
        rows = self._by_name(self.history.upheld())
        return rows[rows["by"].map(lambda one: self.names.get(one, one)) == rows["vendor"]]

    # -------------------------------------------------------------- what is open, and sums

    def open_lines(self) -> pd.DataFrame:
        """Order lines with a quantity that are not fully accepted, with their places; vendors named."""
        return self._resolve(self.history.open_lines())

    def unjudged(self, until: date) -> pd.DataFrame:
        """Deliveries up to a day of which nothing is judged; vendors named, their order's where they name none."""
        rows = self._resolve(self.history.unjudged(until))
        of_line = rows["vendor_of_line"].map(self.names, na_action="ignore")
        return rows.assign(vendor=rows["vendor"].fillna(of_line)).drop(columns="vendor_of_line")

    def since(self, kind: str, day: date) -> pd.DataFrame:
        """A kind's rows from a day on, by the day that it is dated by; vendors named."""
        return self._resolve(self.history.since(kind, day))

    def in_months(self, kind: str, months: Collection[str]) -> pd.DataFrame:
        """A kind's rows of some months (YYYY-MM); vendors named."""
        return self._resolve(self.history.in_months(kind, months))

    def busy(self, first: date, last: date) -> set[str]:
        """Vendors (names) with lines ordered or due, deliveries, tickets or measurements on some days."""
        return {self.names.get(one, one) for one in self.history.busy(first, last)}

    def rated(self, period: str) -> pd.DataFrame:
        """The ratings of a period (as it is written: 2026Q2), with their places; vendors named."""
        return self._resolve(self.history.rated(period))

    def standing(self) -> dict[str, int]:
        """Vendor → how many alerts are not closed."""
        return self.history.standing()

    def judged_between(self, first: date, last: date) -> pd.DataFrame:
        """By vendor: rows, received and rejected (exact) of the deliveries of some days that were judged."""
        rows = self._by_name(self.history.judged_between(first, last))
        return rows.groupby("vendor", as_index=False)[["rows", "received", "rejected"]].sum()

    def rejections(self, vendor: str, first: date, last: date) -> pd.DataFrame:
        """A vendor's deliveries of some days with most pieces rejected, with their places."""
        mine = [one for one, name in self.names.items() if name == vendor] or [identity(vendor)]
        return self._resolve(self.history.rejections(mine, first, last))

    def ordered(self, since: str = "") -> pd.DataFrame:
        """By vendor, contract, category and currency (blank where unknown): lines, net, gross ordered from a month."""
        return frame(self.history.ordered(since))

    def leads(self, since: str = "") -> pd.DataFrame:
        """By vendor and days from order to full acceptance: lines, of orders from a month on."""
        return frame(self.history.leads(since))

    def alerts(self, codes: Collection[str], also: Collection[str]) -> pd.DataFrame:
        """The alerts of some codes that are not closed, and those of some ids."""
        return frame(self.history.alerts(codes, also))

    def answers(self, numbers: Collection[str]) -> pd.DataFrame:
        """What people answered to alerts of these numbers."""
        return frame(self.history.answers(numbers))

    def changed_from(self, kind: str, drop: int) -> pd.DataFrame:
        """A kind's rows, of files that a drop from this one on changed, with their places and the latest such drop."""
        return self._resolve(self.history.changed_from(kind, drop))

    def edits(self, since: str) -> pd.DataFrame:
        """Silent edits from a day on, with the name, day and owner of the drop; vendors named."""
        return self._resolve(self.history.edits(since))

    def open_edits(self) -> pd.DataFrame:
        """Silent edits of any day that nobody has answered, likewise."""
        return self._resolve(self.history.open_edits())

    def gone_invoices(self, invoice_no: str) -> pd.DataFrame:
        """Invoices of a number that have left their files, likewise."""
        return self._resolve(self.history.gone_invoices(invoice_no))

    def _resolve(self, table: pa.Table) -> pd.DataFrame:
        rows = frame(table)
        if "vendor" in rows:
            rows["vendor"] = self._resolved(rows["vendor"])
        return rows

    def _by_name(self, table: pa.Table) -> pd.DataFrame:
        rows = frame(table)
        rows["vendor"] = rows["vendor"].map(lambda one: self.names.get(one, one)).astype(rows["vendor"].dtype)
        return rows


def _of_vendor(vendor: str, key: Any) -> Any:
    """An invoice's key under its vendor's name of today; a row that is of no invoice has none."""
    if not isinstance(key, str):
        return key
    return f"{identity(vendor)}{_OF_INVOICE.search(key)[0]}"  # type: ignore[index]  # finds the end at least


def place(row: pd.Series | dict[str, object]) -> str:
    """Where a row comes from, as file › sheet › row."""
    return f"{row['_file']} › {row['_sheet']} › {row['_row']}"
