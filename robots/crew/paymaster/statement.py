"""对账单: one vendor's account with us, for the vendor to confirm. It holds that vendor's rows alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from itertools import groupby

from robots.crew.paymaster.rows import Row, short_hash
from robots.figures.lines import records
from robots.figures.statements import CREDIT, DEDUCTIONS, INVOICE, PAYMENT, RETURNED, Statement, books_of
from robots.ledger import Ledger
from robots.model.decisions import Column, Decision, Look, Sheet, Table, Workbook, record
from robots.model.forms import Form
from robots.model.money import ZERO, in_words
from robots.model.periods import month_of, previous, span
from robots.model.words import Say, say
from robots.rules import Rules

ISSUED = "statement"
LAYOUT = 1  # raised where the layout of the form changes


def monthly_statements(ledger: Ledger, payables: Sequence[Row], rules: Rules, today: date) -> Iterator[Decision]:
    """Last month's statements, once: on the first working day, or the first one on which the robots work again."""
    month = previous(month_of(today))
    issued = {row["whom"] for row in records(ledger.said("issued")) if (row["what"], row["period"]) == (ISSUED, month)}
    if issued or span(month)[1] < rules.settle_from:
        return
    books = books_of(ledger, payables, records(ledger.said("batches")), rules)
    written = list(books.statements(*span(month)))
    if written:
        yield from _written(written, month, month)
        vendors = dict.fromkeys(one.vendor for one in written)  # one may have statements in several currencies
        rows = [{"what": ISSUED, "period": month, "whom": vendor, "day": today} for vendor in vendors]
        yield Decision("paymaster", month, "statements-issued", record("issued", rows))


def statements_on_release(
    ledger: Ledger, payables: Sequence[Row], batch: Row, vendors: Collection[str], rules: Rules, today: date
) -> Iterator[Decision]:
    """The statements of the vendors of a batch that is released now, from the first of the month to today."""
    batches = [row for row in records(ledger.said("batches")) if row["batch"] != batch["batch"]]
    books = books_of(ledger, payables, [*batches, batch], rules)
    written = list(books.statements(span(month_of(today))[0], today, vendors))
    yield from _written(written, today.isoformat(), batch["batch"])


def _written(statements: Sequence[Statement], period: str, subject: str) -> Iterator[Decision]:
    """One workbook a vendor, a sheet a currency: amounts of different currencies are never added."""
    for vendor, mine in groupby(statements, key=lambda one: one.vendor):
        yield Decision("paymaster", period, f"statement {subject} {vendor}", statement_workbook(list(mine), subject))


def statement_workbook(statements: Sequence[Statement], subject: str) -> Workbook:
    """A vendor's statements, one sheet for each currency."""
    vendor = statements[0].vendor
    form = Form(f"statement-{subject}-{short_hash(vendor)}", LAYOUT)
    sheets = tuple(_sheet(one) for one in statements)
    name = say("file.statement", vendor=vendor, first=statements[0].first, last=statements[0].last)
    return Workbook("vendors", name, sheets, form)


def _sheet(one: Statement) -> Sheet:
    facts = (
        (say("fact.vendor"), one.vendor),
        (say("fact.week"), say("fact.until", first=one.first, today=one.last)),
        (say("statement.closing", currency=one.currency), one.closing),
        *(((say("fact.in_words"), in_words(one.closing)),) if one.currency == "CNY" else ()),
        *((say(f"statement.waiting.{name}"), amount) for name, amount in sorted(one.waiting.items())),
    )
    tables = (_movements(one), _accepted(one), _confirmation(one))
    signatures = tuple(say(f"statement.sign.{who}") for who in ("ours", "theirs", "stamp"))
    title = say("title.statement", vendor=one.vendor, currency=one.currency)
    notes = (say("statement.note"),)
    return Sheet(say("sheet.statement", currency=one.currency), title, facts, tables, (), notes, signatures)


_COLUMNS = (
    Column(say("column.date"), Look.DATE, 12),
    Column(say("column.movement"), Look.WRAP, 22),
    Column(say("column.invoice_no"), Look.TEXT, 24),
    Column(say("column.remark"), Look.WRAP, 28),
    Column(say("column.increase"), Look.MONEY, 16),
    Column(say("column.decrease"), Look.MONEY, 16),
    Column(say("column.balance"), Look.MONEY, 16),
)


def _movements(one: Statement) -> Table:
    """Day by day from the opening to the closing balance."""
    balance = one.opening
    rows: list[tuple[object, ...]] = [(one.first, say("statement.opening_line"), "", "", None, None, balance)]
    for entry in one.entries:
        balance += entry.amount
        more, less = (entry.amount, None) if entry.amount > 0 else (None, -entry.amount)
        what = say(f"statement.movement.{entry.what}")
        rows.append((entry.day, what, entry.document, entry.remark, more, less, balance))
    return Table(_COLUMNS, tuple(rows), say("statement.movements"), total=(4, 5))


def _accepted(one: Statement) -> Table:
    columns = (
        Column(say("column.date"), Look.DATE, 12),
        Column(say("column.order"), Look.WRAP, 22),
        Column(say("column.item"), Look.WRAP, 24),
        Column(say("column.unit"), Look.TEXT, 28),
        Column(say("column.accepted"), Look.NUMBER, 16),
        Column(say("column.price_ordered"), Look.NUMBER, 16),
        Column(say("column.amount_net"), Look.MONEY, 16),
    )
    rows = tuple((a.day, f"{a.order_id}/{a.line}", a.item, a.unit, a.quantity, a.price, a.amount) for a in one.accepted)
    return Table(columns, rows, say("statement.accepted"), total=(6,), empty=say("statement.nothing_accepted"))


def _confirmation(one: Statement) -> Table:
    """For the vendor to fill in: each sum of ours beside theirs."""
    columns = (
        Column(say("column.no"), Look.INTEGER, 12),
        Column(say("column.checked"), Look.WRAP, 22),
        Column(say("column.ours"), Look.MONEY, 24),
        Column(say("column.theirs"), Look.MONEY, 28, open=True),
        Column(say("column.agrees"), Look.TEXT, 16, True, (say("statement.agrees"), say("statement.differs"))),
        Column(say("column.difference"), Look.TEXT, 16, open=True),
        Column(say("column.remark"), Look.TEXT, 16, open=True),
    )
    sums: tuple[tuple[Say, object], ...] = (
        (say("statement.opening"), one.opening),
        (say("statement.invoiced"), one.total(INVOICE, CREDIT)),
        (say("statement.deducted"), one.total(*DEDUCTIONS)),
        (say("statement.paid"), one.total(PAYMENT, RETURNED)),
        (say("statement.closing_line"), one.closing),
    )
    rows = tuple((n, name, amount or ZERO, None, "", "", "") for n, (name, amount) in enumerate(sums, 1))
    return Table(columns, rows, say("statement.confirmation"))
