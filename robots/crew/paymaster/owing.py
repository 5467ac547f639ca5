"""What is owed today: the ledger settled part by part, and of each part only what there is anything to say about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import chain

import pandas as pd

from robots.crew.paymaster.rows import (
    Line,
    Row,
    by_line,
    carried,
    first_sheets,
    is_by_hand,
    line_of,
    overpaid,
    tells,
)
from robots.figures.batches import FREE, UNRELEASED, turn_of
from robots.figures.bonuses import with_bonuses
from robots.figures.controls import LEFT_OPEN
from robots.figures.lines import judged, order_lines, records
from robots.figures.settlement import (
    DUPLICATE,
    LINE,
    RETENTION,
    OrderLine,
    Payable,
    Terms,
    Turn,
    accept_work,
    advances_of,
    agreements,
    milestone_book,
    order_book,
    parts_of,
    settle,
)
from robots.figures.settlement.billing import invoice_key, of_invoice, owner_of
from robots.figures.settlement.sheeted import found_in_order
from robots.figures.settlement.terms import given
from robots.figures.settlement.waterfall import release, retained
from robots.figures.sums import in_currency
from robots.ledger import Ledger, place
from robots.model.money import ZERO
from robots.model.names import identity
from robots.model.words import Text, say
from robots.rules import Rules

Lines = Mapping[str, Sequence[OrderLine]]
_RATE = Decimal("0.001")  # of VAT: two sums of cents tell it no closer


@dataclass
class Owing:
    """Payables of which anything is to be put up, is stopped, or was carried too much. `lines`: what sheets carried of
    them before, and what is held.

    What the books no longer tell as sheets carried it: `gone`, invoices that have left the register; `left`, their
    keys → the sheet that carried them first; `moved`, invoice key → rows of sheets under an order line that the invoice
    no longer names; `over`, order and line → invoices of which sheets carried more than is owed now, and by how much;
    `waiting`, lines that are not released yet, each with what is owed of it now (None: the register has it no more),
    and what all sheets come to; `paid_in`, lines that sheets carried in another currency than they are owed in now →
    that currency; `foreign`, the same by order and line, of invoices that have left; `open_of_left`, what of these was
    held when they left.
    """

    owed: list[Payable] = field(default_factory=list)
    lines: dict[Line, list[Row]] = field(default_factory=dict)
    gone: list[Row] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    open_of_left: list[Payable] = field(default_factory=list)
    foreign: dict[tuple[str, str], str] = field(default_factory=dict)
    moved: dict[str, list[Row]] = field(default_factory=dict)
    over: dict[tuple[str, str], list[tuple[Payable, Decimal]]] = field(default_factory=lambda: defaultdict(list))
    waiting: dict[Line, tuple[Payable | None, Decimal]] = field(default_factory=dict)
    paid_in: dict[Line, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Part:
    """The rows that are settled together."""

    lines: pd.DataFrame
    deliveries: pd.DataFrame
    invoices: pd.DataFrame
    before: pd.DataFrame
    measurements: pd.DataFrame
    tickets: pd.DataFrame


def owing(
    ledger: Ledger,
    before: pd.DataFrame,
    earned: Sequence[Row],
    vendors: Mapping[str, Row],
    tied: Iterable[Collection[str]],
    rules: Rules,
    today: date,
    only_waiting: bool = False,
) -> Owing:
    """Everything that is owed and still open. `before`: payment lines as they stand; `earned`: the bonuses there are;
    `vendors`: as they are paid; `tied`: names that are looked at together for more than their orders; `only_waiting`:
    parts in which no line of a sheet waits for its release are passed over.

    An invoice that sheets have carried, and that the register has under no number any more (it was renumbered, its
    vendor was renamed, its row is gone), still uses up what it billed: the same goods are not paid again under
    another name.
    """
    contracts, changes = ledger.table("contracts"), ledger.table("changes")
    terms = Terms(rules.settlement(today), rules.currency, rules.settle_from, today, rules)
    services = milestone_book(ledger.table("milestones"), contracts, changes, today)
    agreed = agreements(contracts, changes)
    found = Owing()
    days = {row["batch"]: date.fromisoformat(row["day"]) for row in records(ledger.said("batches"))}
    agreed_at = contract_places(ledger)
    for part in _parts(ledger, before, tied, today):
        if only_waiting and not part.before["state"].isin(UNRELEASED).any():
            continue
        mine = contracts[contracts["contract_id"].isin(part.lines["contract_id"])]
        book = order_book(part.lines, part.deliveries, mine, changes)
        accept_work(book, part.measurements, part.tickets, terms.rules, today)
        rows = records(part.before)
        sheeted = sorted((row for row in rows if row["state"] not in FREE), key=lambda row: turn_of(row["batch"] or ""))
        invoices = records(part.invoices)
        left = lines_left(sheeted, {invoice_key(row) for row in invoices})
        paid = [one for one in left if _paid_for(one) > 0]
        gone = [_bill(one, days, (book, services)) for one in paid]
        turns = first_sheets(sheeted) | {invoice_key(row): _turn(one) for row, one in zip(gone, paid, strict=True)}
        advances = advances_of(sheeted, invoices)
        owed = settle(book, [*invoices, *gone], vendors, terms, services, turns, agreed, advances)
        lines = by_line(rows)
        kept = (back for one in left if (back := _kept(one, (book, services), terms)))
        _keep(found, chain(_of_register(with_bonuses(owed, earned, agreed_at), gone, terms.currency), kept), lines)
        found.gone += gone
        found.foreign |= _in_other_currencies(gone, book, terms.currency)
        found.open_of_left += (rest for one in left if (rest := _open_of(one, (book, services), terms)))
        found.left |= {one[0]["invoice_key"]: one[0]["batch"] for one in left}
    return found


def contract_places(ledger: Ledger) -> dict[str, str]:
    """Contract → where its row stands."""
    contracts = ledger.table("contracts")[["contract_id", "_file", "_sheet", "_row"]]
    return {row["contract_id"]: place(row) for row in records(contracts)}


def _keep(found: Owing, owed: Iterable[Payable], lines: Mapping[Line, list[Row]]) -> None:
    """What there is anything to say about; and of what sheets carried, how it stands beside what is owed now."""
    known: set[Line] = set()
    kept: dict[Line, Payable] = {}
    nets: dict[str, Decimal] = defaultdict(Decimal)
    for payable in owed:
        line = line_of(payable)
        mine = lines.get(line, [])
        twice = line in known  # of one invoice, however it is written; the row that stands comes before its duplicates
        one = payable.hold_all(DUPLICATE) if twice and payable.net > 0 else payable
        if mine and not twice:
            _compare(found, one, mine)
        if tells(one, mine):
            found.owed.append(one)
            found.lines[line] = mine
        known.add(line)
        nets[line[0]] += one.net
        if one.retention and not twice:
            kept[line] = one
    _no_more(found, nets, known, kept, lines)


def _no_more(
    found: Owing,
    nets: Mapping[str, Decimal],
    known: Collection[Line],
    kept: Mapping[Line, Payable],
    lines: Mapping[Line, list[Row]],
) -> None:
    """Of what sheets carried, the lines that the books do not know any more. `nets`: what is owed by invoice key;
    `kept`: lines that retain something."""
    moved: dict[str, list[Row]] = defaultdict(list)
    over = {line: there for line, rows in lines.items() if line not in known and (there := _bound(rows))}
    for line, there in over.items():
        if line[0] in nets:
            moved[line[0]] += there
        elif of_invoice(line[0]) in nets:
            own = (of_invoice(line[0]), *line[1:])
            if own in kept and all(is_by_hand(row["batch"]) for row in there):
                _paid_ahead(found, retained(kept[own]), there)
            else:
                _given_back(found, line, there, moved=own not in known)
    for key, there in moved.items():
        found.moved.setdefault(key, []).extend(there)
        mine = chain.from_iterable(rows for line, rows in lines.items() if line[0] == key)
        _paid_elsewhere(found, there, _sum(_bound(mine)) - nets[key])
    for line, there in over.items():
        if any(row["state"] in UNRELEASED for row in there):
            found.waiting[line] = None, _sum(there)


def _bound(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["state"] not in FREE]


def _sum(rows: Iterable[Row]) -> Decimal:
    return _total(rows, "net")


def _paid_elsewhere(found: Owing, rows: Sequence[Row], too_much: Decimal) -> None:
    """What sheets carried of an invoice beyond what is owed of it under the lines that it names now: it was paid for
    the goods of the line that it named then."""
    for line, mine in by_line(rows).items():
        excess = min(_sum(mine), too_much)
        if excess > 0:
            _less_owed(found, line, mine, _sum(mine) - excess)
            too_much -= excess


def _paid_ahead(found: Owing, payable: Payable, rows: Sequence[Row]) -> None:
    """Retention that was paid by hand before its date: it is too much where less is retained by now."""
    if overpaid(payable, rows):
        _compare(found, payable, rows)
        found.owed.append(payable)
        found.lines[line_of(payable)] = list(rows)


def _given_back(found: Owing, line: Line, rows: Sequence[Row], moved: bool) -> None:
    """Retention that sheets paid back and that by the books was never kept, or not until now: paid too much, unless its
    invoice was put under another line with it."""
    if moved:
        found.moved.setdefault(of_invoice(line[0]), []).extend(rows)
        return
    _less_owed(found, line, rows, ZERO)


def _less_owed(found: Owing, line: Line, rows: Sequence[Row], owed: Decimal) -> None:
    """A line that only sheets know, of which they carried more than is owed."""
    first = rows[0]
    payable = Payable(
        line[0], first["vendor"], first["invoice_no"], *line[1:], owed, source=first["batch"],
        currency=first["currency"] or "", what=first["what"] or LINE,
    )  # fmt: skip
    _compare(found, payable, rows)
    found.owed.append(payable)
    found.lines[line] = list(rows)


def _compare(found: Owing, payable: Payable, rows: Sequence[Row]) -> None:
    if (too_much := overpaid(payable, rows)) and not payable.credit:  # a credit note is set off by itself
        found.over[payable.order_id, payable.line].append((payable, too_much))
    if others := {row["currency"] for row in carried(payable, rows)} - {None, payable.currency}:
        found.paid_in[line_of(payable)] = min(others)
    if any(row["state"] in UNRELEASED for row in rows):
        found.waiting[line_of(payable)] = payable, _sum(carried(payable, rows))


# ------------------------------------------------------------------ what has left the register


def lines_left(sheeted: Iterable[Row], known: Collection[str]) -> list[list[Row]]:
    """Lines of sheets whose invoice the register no longer has, each with its rows in the order of their sheets; of a
    line that was refused, and whose retention was not, what was paid of that."""
    lines: dict[Line, list[Row]] = defaultdict(list)
    retained: dict[Line, list[Row]] = defaultdict(list)
    for row in sheeted:
        if (key := of_invoice(row["invoice_key"])) not in known:
            there = lines if (row["what"] or LINE) == LINE else retained
            there[key, row["order_id"], row["line"]].append(row)
    return [*lines.values(), *(rows for name, rows in retained.items() if name not in lines)]


def _vendor(row: Row, books: tuple[Lines, Lines]) -> str:
    """The vendor that the order of a sheet's row names now."""
    there = next((lines[row["order_id"]] for lines in books if lines.get(row["order_id"])), ())
    return there[0].vendor if there else str(row["vendor"])


def _paid_for(rows: Sequence[Row]) -> Decimal:
    """What of a line sheets found in order."""
    return sum(map(found_in_order, rows), ZERO)


def _open_of(rows: Sequence[Row], books: tuple[Lines, Lines], terms: Terms) -> Payable | None:
    """What was held of a line when its invoice left: nobody asks for it any more, and it may be owed."""
    first, held = rows[0], _total(rows, "held")
    if held <= 0:
        return None
    return Payable(
        first["invoice_key"], _vendor(first, books), first["invoice_no"], first["order_id"], first["line"], held,
        held=held, reasons=(LEFT_OPEN,), source=first["batch"], currency=first["currency"] or terms.currency,
    )  # fmt: skip


def _in_other_currencies(gone: Iterable[Row], book: Lines, home: str) -> dict[tuple[str, str], str]:
    """Order and line → the currency that it was paid in under an invoice that is gone, where it has another now."""
    now = {(line.order_id, line.line): line.currency or home for lines in book.values() for line in lines}
    named = (((row["order_id"], row["line"]), row["currency"] or home) for row in gone)
    return {line: paid for line, paid in named if now.get(line, paid) != paid}


def _kept(rows: Sequence[Row], books: tuple[Lines, Lines], terms: Terms) -> Payable | None:
    """What sheets retained of a line whose invoice is gone, once its date is there: owed all the same, by what the
    sheets say."""
    first, days = rows[0], [row["retention_due_on"] for row in rows if isinstance(row["retention_due_on"], str)]
    if not days:
        return None
    line = Payable(
        first["invoice_key"], _vendor(first, books), first["invoice_no"], first["order_id"], first["line"], ZERO,
        retention=_total(rows, "retention"), retention_due_on=date.fromisoformat(max(days)),
        source=first["batch"], currency=first["currency"] or terms.currency,
    )  # fmt: skip
    return release(line, terms)


def _bill(rows: Sequence[Row], days: Mapping[str, date], books: tuple[Lines, Lines]) -> Row:
    """Such a line as a row of an invoice: under a number that no invoice has, from the sheet (`_file`) that first
    carried it."""
    first = rows[0]
    return {
        "invoice_no": f"{first['invoice_no']} ({first['batch']})", "vendor": _vendor(first, books),
        "order_id": first["order_id"], "line": first["line"], "contract_id": None, "invoiced_on": days[first["batch"]],
        "quantity": None, "unit_price": None, "net": None, "tax_rate": _tax_rate(rows), "tax": None,
        "gross": _paid_for(rows), "kind": "蓝字", "currency": first["currency"],
        "blue_invoice_no": None, "_file": first["batch"], "_sheet": "", "_row": 0, "_shown": first["invoice_no"],
    }  # fmt: skip


def _turn(rows: Sequence[Row]) -> Turn:
    """The turn of such a line: what sheets took of it for an advance stays there, to the cent."""
    first, (turn,) = rows[0], first_sheets([row | {"invoice_key": ""} for row in rows]).values()
    return Turn(turn_of(first["batch"]), turn.lines, turn.offsets)


def _tax_rate(rows: Sequence[Row]) -> Decimal | None:
    """The rate that an invoice was billed with, to a tenth of a percent; None where older sheets do not say, or where
    it is retention alone, whose tax is in its line."""
    gross, taxes = _total(rows, "gross"), [row["tax"] for row in rows]
    if rows[0]["what"] == RETENTION or not all(map(given, taxes)) or not 0 <= (tax := sum(taxes, ZERO)) < gross:
        return None
    return (tax / (gross - tax)).quantize(_RATE)


def _total(rows: Iterable[Row], name: str) -> Decimal:
    return sum((row[name] for row in rows), ZERO)


def _of_register(owed: Iterable[Payable], gone: Sequence[Row], home: str) -> Iterator[Payable]:
    """Payables of invoices that are there; where a part of a line is held, with what was paid of it under one that is
    gone."""
    keys = {invoice_key(row) for row in gone}
    used = {(row["order_id"], row["line"]): _used_up(row, home) for row in gone}
    for payable in owed:
        if of_invoice(payable.invoice_key) not in keys:
            seen = used.get((payable.order_id, payable.line)) if payable.held and payable.what == LINE else None
            yield payable if seen is None else payable.but(evidence=(*payable.evidence, seen))


def _used_up(row: Row, home: str) -> Text:
    gross = in_currency(row["gross"], row["currency"], home)
    return say("hold.seen.used_up", batch=row["_file"], invoice=row["_shown"], gross=gross)


def _former(orders: pd.DataFrame, before: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Vendors under whose name sheets carried lines of an order that names another vendor now."""
    names = dict(zip(orders["order_id"].tolist(), orders["vendor"].tolist(), strict=True))
    pairs = before[["invoice_key", "order_id"]].drop_duplicates()
    for key, order in zip(pairs["invoice_key"].tolist(), pairs["order_id"].tolist(), strict=True):
        if (name := names.get(order)) and identity(name) != (owner := owner_of(key)):
            yield owner, name


# ------------------------------------------------------------------ part by part


def _parts(ledger: Ledger, before: pd.DataFrame, tied: Iterable[Collection[str]], today: date) -> Iterator[_Part]:
    orders, invoices = ledger.table("orders"), ledger.table("invoices")
    deliveries = judged(ledger.table("deliveries"))
    owners = {owner_of(key) for key in before["invoice_key"].unique()}  # all of what a vendor had may have left
    tied = [*tied, *_former(orders, before), *((owner,) for owner in sorted(owners))]
    parts = parts_of(orders, invoices, ledger.table("contracts"), ledger.table("milestones"), tied)
    return map(
        _Part,
        parts.by_order(order_lines(orders, deliveries, today)),
        parts.by_order(deliveries[deliveries["delivered_on"] <= today]),
        parts.by_vendor(invoices),
        parts.by_owner(before, before["invoice_key"].map(owner_of)),
        parts.by_vendor(ledger.table("measurements")),
        parts.by_vendor(ledger.table("tickets")),
    )
