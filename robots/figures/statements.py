"""What stands between us and one vendor: billed, deducted and paid up to a day, as the vendor's own books should say.

Only what both sides can know counts: invoices from the day on that they are ours to settle, deductions once a sheet
was released, payments once the bank said so. A statement holds one currency.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from robots.figures.accepted import Accepted, accepted_of, of_vendors
from robots.figures.balances import DEDUCTIONS, parts_of
from robots.figures.batches import CONFIRMED, is_refund
from robots.figures.entries import CREDIT, INVOICE, PAYMENT, REFUND, RETURNED, Entry, Pair, Told, paired, ranked, since
from robots.figures.lines import records
from robots.figures.returns import PAID, SETTLING, TOLD, Remittance, carried_keys, remittances
from robots.figures.settlement.billing import invoice_key, is_red, of_invoice, told_apart
from robots.ledger import Ledger
from robots.model.money import ZERO
from robots.model.names import invoice_identity
from robots.rules import Rules

RELEASED = ("released", "confirmed", "returned")
Row = dict[str, Any]


Owner = tuple[str, str]
Days = Mapping[str, tuple[date, date | None]]


@dataclass(frozen=True)
class Statement:
    """One vendor's account from one day to another. `waiting`: what the closing balance is made of (`balances`);
    `pairs`: all that its balance rests on, beside what the last statement told of it."""

    vendor: str
    currency: str
    first: date
    last: date
    opening: Decimal
    entries: tuple[Entry, ...]
    accepted: tuple[Accepted, ...]
    waiting: Mapping[str, Decimal]
    pairs: tuple[Pair, ...] = ()

    @property
    def closing(self) -> Decimal:
        """Opening and all movements."""
        return self.opening + sum((one.amount for one in self.entries), ZERO)

    def total(self, *kinds: str) -> Decimal:
        """The sum of some kinds of movements of these days."""
        return sum((one.amount for one in self.entries if one.what in kinds and not one.how), ZERO)

    @property
    def of_earlier_days(self) -> tuple[Entry, ...]:
        """What belongs to days that a statement told before."""
        return tuple(one for one in self.entries if one.how)

    @property
    def says_something(self) -> bool:
        """Did anything happen, or is anything open?"""
        return bool(self.entries or self.accepted or self.opening)


@dataclass(frozen=True)
class Books:
    """Everything that statements are made of, by vendor and currency. `lines`, `holds`: what tells how far that which
    moved the accounts has come (`balances`)."""

    entries: Mapping[Owner, tuple[Entry, ...]]
    accepted: Mapping[Owner, tuple[Accepted, ...]]
    lines: Mapping[Owner, Sequence[Row]]
    holds: Mapping[Owner, Sequence[Row]] = field(default_factory=dict)

    def accounts(
        self, first: date, last: date, told: Mapping[Owner, Sequence[Told]] | None = None
    ) -> Iterator[Statement]:
        """Each vendor's account in each currency, by name. `told`: what the statements before told, so that this one
        begins where they ended; None: it is the first, and begins with what the books say."""
        for vendor, currency in sorted({*self.entries, *self.accepted, *(told or {})}):
            before = None if told is None else told.get((vendor, currency), ())
            yield self._statement(vendor, currency, first, last, before)

    def _statement(self, vendor: str, currency: str, first: date, last: date, told: Sequence[Told] | None) -> Statement:
        now = [one for one in self.entries.get((vendor, currency), ()) if one.day <= last]
        if told is None:
            opening = sum((one.amount for one in now if one.day < first), ZERO)
            pairs, entries = paired((), now), tuple(one for one in now if first <= one.day)
        else:
            opening, pairs = sum((one.entry.amount for one in told), ZERO), paired(told, now)
            entries = since(pairs, first)
        return Statement(
            vendor, currency, first, last, opening, entries,
            tuple(one for one in self.accepted.get((vendor, currency), ()) if first <= one.day <= last),
            self._parts((vendor, currency), last), tuple(pairs),
        )  # fmt: skip

    def _parts(self, owner: Owner, last: date) -> Mapping[str, Decimal]:
        """What the balance of a day is made of."""
        return parts_of(self.lines.get(owner, ()), self.holds.get(owner, ()), self.entries.get(owner, ()), last)


# ------------------------------------------------------------------ ledger → books


@dataclass(frozen=True)
class Common:
    """What the books of all vendors have in common, looked up once: all that the bank told of payments, what the
    bookkeeper took each row for, the payment keys that it named, each with the days; and invoice numbers that two
    vendors bear."""

    rows: Sequence[Remittance]
    verdicts: Mapping[str, Row]
    answered: Mapping[str, Sequence[date]]
    shared_numbers: frozenset[str]


def common_of(ledger: Ledger) -> Common:
    """A bank's row is named by its twins too, and a number that is unique in the country by whoever bore it first:
    neither can be told from one vendor's rows alone."""
    verdicts = {row["receipt"]: row for row in records(ledger.said("returns"))}
    rows = remittances(records(ledger.table("payments")), verdicts.values(), carried_keys(ledger))
    answered: dict[str, list[date]] = defaultdict(list)
    for row in rows:
        if row.key:
            answered[row.key].append(row.paid_on)
    return Common(rows, verdicts, answered, frozenset(_shared_numbers(ledger.table("invoices"))))


def _shared_numbers(invoices: pd.DataFrame) -> Iterator[str]:
    """Invoice numbers, as they are written, that stand under two vendors' names as they are compared."""
    pairs = invoices[["vendor", "invoice_no"]].drop_duplicates()
    written: dict[str, set[str]] = defaultdict(set)
    owners: dict[str, set[str]] = defaultdict(set)
    for vendor, number in zip(pairs["vendor"].tolist(), pairs["invoice_no"].tolist(), strict=True):
        told = invoice_identity(number)
        written[told].add(number)
        owners[told].add(vendor)
    for told, whose in owners.items():
        if len(whose) > 1:
            yield from written[told]


def _billed_by(invoices: pd.DataFrame, vendors: Collection[str] | None, common: Common) -> pd.DataFrame:
    """The invoices of some vendors, and those of others that may be one of them."""
    if vendors is None:
        return invoices
    shared = invoices["invoice_no"].isin(list(common.shared_numbers))
    return invoices[invoices["vendor"].isin(list(vendors)) | shared]


def books_of(
    ledger: Ledger,
    payables: Iterable[Row],
    batches: Iterable[Row],
    rules: Rules,
    vendors: Collection[str] | None = None,
    since: date = date.min,
    until: date = date.max,
    common: Common | None = None,
    holds: Sequence[Row] | None = None,
) -> Books:
    """The books as the ledger, the payment lines and their batches have them today; of some `vendors` or of all, with
    what was accepted from a day on to another. `common`: what the books of all have in common, where it was looked up
    before; `holds`: what is stopped by now, where that is not what the ledger says."""
    told, days = common or common_of(ledger), _release_days(batches)
    orders = ledger.table("orders")
    priced = orders[orders["currency"].notna()]
    of_order = dict(zip(priced["order_id"].tolist(), priced["currency"].tolist(), strict=True))
    mine = (row for row in payables if vendors is None or row["vendor"] in vendors)
    lines = [row | {"currency": _currency(row, of_order, rules.currency)} for row in mine]
    invoices = records(_billed_by(ledger.table("invoices"), vendors, told))
    entries: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for found in (
        _invoices(invoices, of_order, rules),
        _deductions(lines, days, told.answered),
        _payments(told, lines),
        _refunds(lines, days),
    ):
        for owner, entry in found:
            if vendors is None or owner[0] in vendors:
                entries[owner].append(entry)
    moved = {owner: ranked(mine) for owner, mine in entries.items()}
    stopped = [row | {"currency": _currency(row, of_order, rules.currency)} for row in _holds(ledger, holds, vendors)]
    billed = _billed_on(invoices)
    for row in lines:
        row |= {"billed_on": billed.get(of_invoice(row["invoice_key"])), "booked_on": _booked_on(row, days, told)}
    for row in stopped:
        row["billed_on"] = billed.get(of_invoice(_text(row.get("invoice_key"))))
    accepted = accepted_of(ledger, vendors, since, until, rules)
    return Books(moved, accepted, _by_owner(lines), _by_owner(stopped))


def _billed_on(invoices: Iterable[Row]) -> dict[str, date]:
    """Invoice key → its day. What a credit note takes back is a part of the invoice's line, on whatever day."""
    found: dict[str, date] = {}
    for row in invoices:
        day = date.min if is_red(row) else row["invoiced_on"]
        found[invoice_key(row)] = min(day, found.get(invoice_key(row), day))
    return found


def _booked_on(row: Row, batches: Days, told: Common) -> date | None:
    """The day from which a line's deductions count; None where they do not."""
    if not _is_deducted(row, batches, told.answered):
        return None
    return _counts_from(batches[row["batch"]], told.answered.get(row["payment_key"], ()))


def _by_owner(rows: Iterable[Row]) -> dict[Owner, list[Row]]:
    found: dict[Owner, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["vendor"], row["currency"]].append(row)
    return found


def _holds(ledger: Ledger, holds: Sequence[Row] | None, vendors: Collection[str] | None) -> list[Row]:
    if holds is None:
        return records(of_vendors(ledger.said("holds"), vendors))
    return [row for row in holds if vendors is None or row["vendor"] in vendors]


def _release_days(batches: Iterable[Row]) -> dict[str, tuple[date, date | None]]:
    """Batch → the day on which it was put up, and the one on which it was released, if anybody had to release it."""
    return {row["batch"]: (date.fromisoformat(row["day"]), _day(row.get("released_on"))) for row in batches}


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if _given(value) else None


def _invoices(invoices: list[Row], of_order: Mapping[str, str], rules: Rules) -> Iterator[tuple[Owner, Entry]]:
    """Each invoice once, all its rows (one for each order) together: the same number a second time is a duplicate that
    nobody owes."""
    ranked = sorted(invoices, key=lambda row: (row["invoiced_on"], str(row["_file"]), str(row["_sheet"]), row["_row"]))
    parts: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for key, row, again in told_apart((invoice_key(row), row) for row in ranked):
        if again is None and row["invoiced_on"] >= rules.settle_from:
            parts[key, _currency(row, of_order, rules.currency)].append(row)
    for (_, currency), rows in parts.items():
        yield (rows[0]["vendor"], currency), _billed(rows)


def _billed(rows: Sequence[Mapping[str, Any]]) -> Entry:
    """One invoice or credit note by its rows, with the orders that it is for."""
    first, red = rows[0], is_red(rows[0])
    amount = sum((-abs(row["gross"]) if red else row["gross"] for row in rows), ZERO)
    orders = "、".join(dict.fromkeys(order for row in rows if (order := _text(row["order_id"]))))
    return Entry(first["invoiced_on"], CREDIT if red else INVOICE, first["invoice_no"], orders, amount)


def _deductions(
    lines: Iterable[Row], batches: Days, answered: Mapping[str, Sequence[date]]
) -> Iterator[tuple[Owner, Entry]]:
    """What released sheets took off or added, on the day from which it counts."""
    for row in lines:
        if not _is_deducted(row, batches, answered):
            continue
        day = _counts_from(batches[row["batch"]], answered.get(row["payment_key"], ()))
        for name, sign in DEDUCTIONS.items():
            if row[name]:
                entry = Entry(day, name, row["invoice_no"], row["batch"], sign * row[name])
                yield (row["vendor"], row["currency"]), entry


def _counts_from(batch: tuple[date, date | None], answered: Iterable[date]) -> date:
    """The day of the release; where the bank had paid before, or nobody had to release, the day of its word: once a
    deduction counts, its day never moves to a later one. What is settled without a sheet counts at once."""
    put_up, released = batch
    days = [day for day in answered if day >= put_up]
    return min([*days, *([released] if released else [])], default=put_up)


def _is_deducted(row: Row, batches: Collection[str], answered: Collection[str]) -> bool:
    return row["batch"] in batches and (row["state"] in RELEASED or row["payment_key"] in answered)


def _payments(told: Common, lines: Iterable[Row]) -> Iterator[tuple[Owner, Entry]]:
    """What the bank paid of our lines: those that its row names by key, else those that the bookkeeper found it to
    mean. What it sent back takes its payment out again, and moves nothing where none had been told. A payment
    that is none of our lines' (an advance paid by hand) is not ours to account for."""
    by_key = {row["payment_key"]: row for row in lines}
    standing: Counter[tuple[str, ...]] = Counter()
    for row in told.rows:
        keys = _keys(row, told.verdicts.get(row.id), by_key)
        if not keys or row.currency not in ("", by_key[keys[0]]["currency"]):
            continue  # what is paid in another currency has not paid the line
        is_paid = row.status == PAID
        moves = is_paid or standing[keys] > 0
        standing[keys] += 1 if is_paid else -int(moves)
        amount = (-row.amount if is_paid else row.amount) if moves else ZERO
        documents = "、".join(dict.fromkeys(by_key[key]["invoice_no"] for key in keys))
        remark = row.reference if row.reference not in ("", row.key) else _text(by_key[keys[0]]["batch"])
        entry = Entry(row.paid_on, PAYMENT if is_paid else RETURNED, documents, remark, amount)
        yield (by_key[keys[0]]["vendor"], by_key[keys[0]]["currency"]), entry


def _refunds(lines: Iterable[Row], batches: Days) -> Iterator[tuple[Owner, Entry]]:
    """What the vendor paid back, on the day on which two people said so."""
    for row in lines:
        if is_refund(row["batch"]) and row["state"] == CONFIRMED:
            entry = Entry(batches[row["batch"]][0], REFUND, row["invoice_no"], row["batch"], -row["net"])
            yield (row["vendor"], row["currency"]), entry


def _keys(row: Remittance, verdict: Row | None, by_key: Mapping[str, Row]) -> tuple[str, ...]:
    """The lines that a row of the bank's pays or sends back; none where it only tells again what another row told."""
    outcome = verdict["outcome"] if verdict else ""
    if verdict and outcome in SETTLING:
        return tuple(key for key in verdict["payment_keys"].split(",") if key in by_key)
    return (row.key,) if row.key in by_key and outcome != TOLD else ()


def _currency(row: Mapping[str, Any], of_order: Mapping[str, str], home: str) -> str:
    """The row's own, else its order's, else the home's."""
    own = row.get("currency")
    return str(own) if _given(own) else of_order.get(_text(row["order_id"]), home)


def _given(value: Any) -> bool:
    return value is not None and not pd.isna(value)


def _text(value: Any) -> str:
    return str(value) if _given(value) else ""
