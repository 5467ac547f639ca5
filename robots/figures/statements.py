"""What stands between us and one vendor: billed, deducted and paid up to a day, as the vendor's own books should say.

Only what both sides can know counts: invoices from the day on that they are ours to settle, deductions once a sheet
was released, payments once the bank said so. A statement holds one currency.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from robots.figures.batches import CONFIRMED, UNRELEASED, is_refund
from robots.figures.entries import CREDIT, INVOICE, PAYMENT, REFUND, RETURNED, Entry, Pair, Told, paired, ranked, since
from robots.figures.holds import PAID_TOO_MUCH
from robots.figures.lines import judged, records
from robots.figures.returns import PAID, SETTLING, TOLD, Remittance, carried_keys, remittances
from robots.figures.settlement import DISALLOWED, RETENTION
from robots.figures.settlement.billing import invoice_key, is_red, told_apart
from robots.ledger import Ledger
from robots.model.money import ZERO, cents
from robots.model.names import invoice_identity
from robots.rules import Rules

DEDUCTIONS = {"price_variance": -1, "rejected": -1, "penalty": -1, "advance_offset": -1, "bonus": 1}
RELEASED = ("released", "confirmed", "returned")
_DEDUCTED = set(DISALLOWED)  # reasons of holds of which something is deducted
_NO_CLAIM = set(PAID_TOO_MUCH)  # reasons of holds that are money paid too much: nothing the vendor waits for
Row = dict[str, Any]


@dataclass(frozen=True)
class Accepted:
    """What was delivered and accepted: pieces at the order's price, net of tax."""

    day: date
    order_id: str
    line: str
    item: str
    quantity: Decimal
    unit: str
    price: Decimal

    @property
    def amount(self) -> Decimal:
        """Net, to the cent."""
        return cents(self.quantity * self.price)


Owner = tuple[str, str]


@dataclass(frozen=True)
class Statement:
    """One vendor's account from one day to another. `waiting`: what of the closing balance waits for what; `pairs`: all
    that its balance rests on, beside what the last statement told of it."""

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
    """Everything that statements are made of, by vendor and currency."""

    entries: Mapping[Owner, tuple[Entry, ...]]
    accepted: Mapping[Owner, tuple[Accepted, ...]]
    waiting: Mapping[Owner, Mapping[str, Decimal]]

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
            self.waiting.get((vendor, currency), {}), tuple(pairs),
        )  # fmt: skip


# ------------------------------------------------------------------ ledger → books


@dataclass(frozen=True)
class Common:
    """What the books of all vendors have in common, looked up once: all that the bank told of payments, what the
    bookkeeper took each row for, the payment keys that it named; and invoice numbers that two vendors bear."""

    rows: Sequence[Remittance]
    verdicts: Mapping[str, Row]
    answered: frozenset[str]
    shared_numbers: frozenset[str]


def common_of(ledger: Ledger) -> Common:
    """A bank's row is named by its twins too, and a number that is unique in the country by whoever bore it first:
    neither can be told from one vendor's rows alone."""
    verdicts = {row["receipt"]: row for row in records(ledger.said("returns"))}
    rows = remittances(records(ledger.table("payments")), verdicts.values(), carried_keys(ledger))
    answered = frozenset(row.key for row in rows if row.key)
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
    common: Common | None = None,
) -> Books:
    """The books as the ledger, the payment lines and their batches have them today; of some `vendors` or of all, with
    what was accepted from a day on. `common`: what the books of all have in common, where it was looked up before."""
    told, batches = common or common_of(ledger), list(batches)
    orders, holds = ledger.table("orders"), _of(ledger.said("holds"), vendors)
    priced = orders[orders["currency"].notna()]
    of_order = dict(zip(priced["order_id"].tolist(), priced["currency"].tolist(), strict=True))
    mine = (row for row in payables if vendors is None or row["vendor"] in vendors)
    lines = [row | {"currency": _currency(row, of_order, rules.currency)} for row in mine]
    entries: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for found in (
        _invoices(records(_billed_by(ledger.table("invoices"), vendors, told)), of_order, rules),
        _deductions(lines, batches, told.answered),
        _payments(told, lines),
        _refunds(lines, batches),
    ):
        for owner, entry in found:
            if vendors is None or owner[0] in vendors:
                entries[owner].append(entry)
    accepted = _accepted(_of(orders, vendors), ledger.table("deliveries"), rules.currency, since)
    taken = _taken(line for line in lines if _is_deducted(line, {row["batch"] for row in batches}, told.answered))
    booked = {owner: ranked(mine) for owner, mine in entries.items()}
    return Books(booked, accepted, _waiting(lines, records(holds), taken, of_order, rules.currency))


def _of(table: pd.DataFrame, vendors: Collection[str] | None) -> pd.DataFrame:
    return table if vendors is None else table[table["vendor"].isin(list(vendors))]


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
    lines: Iterable[Row], batches: Iterable[Row], answered: Collection[str]
) -> Iterator[tuple[Owner, Entry]]:
    """What released sheets took off or added, on the day of the sheet; one that the bank answered was released."""
    days = {row["batch"]: date.fromisoformat(row["day"]) for row in batches}
    for row in lines:
        if not _is_deducted(row, days, answered):
            continue
        for name, sign in DEDUCTIONS.items():
            if row[name]:
                entry = Entry(days[row["batch"]], name, row["invoice_no"], row["batch"], sign * row[name])
                yield (row["vendor"], row["currency"]), entry


def _is_deducted(row: Row, batches: Collection[str], answered: Collection[str]) -> bool:
    return row["batch"] in batches and (row["state"] in RELEASED or row["payment_key"] in answered)


def _taken(lines: Iterable[Row]) -> dict[tuple[Any, ...], Decimal]:
    """What of each invoice line was deducted as never payable: it is in the balance no more."""
    taken: dict[tuple[Any, ...], Decimal] = defaultdict(lambda: ZERO)
    for row in lines:
        taken[_named(row)] += row["price_variance"] + row["rejected"]
    return taken


def _named(row: Row) -> tuple[Any, ...]:
    return row["vendor"], row["invoice_no"], _text(row["order_id"]), _text(row["line"])


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


def _refunds(lines: Iterable[Row], batches: Iterable[Row]) -> Iterator[tuple[Owner, Entry]]:
    """What the vendor paid back, on the day on which two people said so."""
    days = {row["batch"]: date.fromisoformat(row["day"]) for row in batches}
    for row in lines:
        if is_refund(row["batch"]) and row["state"] == CONFIRMED:
            entry = Entry(days[row["batch"]], REFUND, row["invoice_no"], row["batch"], -row["net"])
            yield (row["vendor"], row["currency"]), entry


def _keys(row: Remittance, verdict: Row | None, by_key: Mapping[str, Row]) -> tuple[str, ...]:
    """The lines that a row of the bank's pays or sends back; none where it only tells again what another row told."""
    outcome = verdict["outcome"] if verdict else ""
    if verdict and outcome in SETTLING:
        return tuple(key for key in verdict["payment_keys"].split(",") if key in by_key)
    return (row.key,) if row.key in by_key and outcome != TOLD else ()


def _accepted(
    orders: pd.DataFrame, deliveries: pd.DataFrame, home: str, since: date
) -> dict[Owner, tuple[Accepted, ...]]:
    """Accepted pieces by the day they were accepted on, else the day they came."""
    found: dict[Owner, list[Accepted]] = defaultdict(list)
    recent = deliveries["accepted_on"].fillna(deliveries["delivered_on"]) >= since
    came = judged(deliveries[recent & deliveries["order_id"].isin(orders["order_id"])])
    wanted = orders[orders["order_id"].isin(came["order_id"])]
    of_line = {(row["order_id"], row["line"]): row for row in records(wanted)}
    for row in records(came):
        order = of_line.get((row["order_id"], row["line"]))
        if order is not None and _given(row["accepted"]) and row["accepted"] > 0:
            day = row["accepted_on"] if _given(row["accepted_on"]) else row["delivered_on"]
            currency = order["currency"] if _given(order["currency"]) else home
            item = _text(order["item"]) or _text(order["description"])
            one = Accepted(
                day, row["order_id"], row["line"], item, row["accepted"], _text(order["unit"]), order["unit_price"]
            )  # fmt: skip
            found[order["vendor"], currency].append(one)
    return {
        owner: tuple(sorted(mine, key=lambda one: (one.day, one.order_id, one.line))) for owner, mine in found.items()
    }


def _waiting(
    lines: Iterable[Row],
    holds: Sequence[Row],
    taken: Mapping[tuple[Any, ...], Decimal],
    of_order: Mapping[str, str],
    home: str,
) -> dict[Owner, dict[str, Decimal]]:
    """Retention not due back yet, what was put up or released and not paid, and what the match or a control stops; each
    cent once. What is `taken` (deducted already) waits no more, and what is only to be set off never did."""
    found: dict[Owner, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    blocked = {row["hold"] for row in holds}  # a line on a sheet that will not leave is held under its payment key
    for row in lines:
        owner = (row["vendor"], row["currency"])
        if row["state"] in (*UNRELEASED, "released") and row["payment_key"] not in blocked:
            found[owner]["under_way"] += row["net"]
        if row["state"] in (*RELEASED, *UNRELEASED) and row["retention"]:
            found[owner]["retention"] += row["retention"]
        if row["state"] in (*RELEASED, *UNRELEASED) and row.get("what") == RETENTION:
            found[owner]["retention"] -= row["gross"]
    left = dict(taken)
    for row in holds:
        reasons = set(row["reasons"].split(","))
        if reasons <= _NO_CLAIM:
            continue
        off = min(left.get(_named(row), ZERO), row["stopped"]) if reasons & _DEDUCTED else ZERO
        left[_named(row)] = left.get(_named(row), ZERO) - off
        found[row["vendor"], _currency(row, of_order, home)]["stopped"] += row["stopped"] - off
    return {owner: {name: amount for name, amount in sums.items() if amount} for owner, sums in found.items()}


def _currency(row: Mapping[str, Any], of_order: Mapping[str, str], home: str) -> str:
    """The row's own, else its order's, else the home's."""
    own = row.get("currency")
    return str(own) if _given(own) else of_order.get(_text(row["order_id"]), home)


def _given(value: Any) -> bool:
    return value is not None and not pd.isna(value)


def _text(value: Any) -> str:
    return str(value) if _given(value) else ""
