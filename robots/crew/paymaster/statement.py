"""对账单: one vendor's account with us, for the vendor to confirm. It holds that vendor's rows alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby, islice

from robots.crew.paymaster.rows import Present, Row, short_hash
from robots.crew.paymaster.stated import Stated, closing, stated, told_now
from robots.figures.balances import DEDUCTIONS, PARTS
from robots.figures.batches import RELEASED
from robots.figures.confirmations import last_confirmation
from robots.figures.entries import CREDIT, GONE, INVOICE, PAYMENT, REFUND, RETURNED, Entry
from robots.figures.lines import records
from robots.figures.statements import Statement, books_of, common_of
from robots.ledger import Ledger
from robots.model.decisions import Column, Decision, Look, Sheet, Table, Workbook, record
from robots.model.forms import Form
from robots.model.money import ZERO, in_words
from robots.model.periods import month_of, previous, span
from robots.model.words import Text, say
from robots.rules import Rules

ISSUED, ANSWERS = "statement", "statement_answers"
AT_ONCE = 50  # vendors whose books are open at a time
LAYOUT = 2  # raised where the layout of the form changes


def monthly_statements(
    ledger: Ledger, present: Present, holds: Sequence[Row], rules: Rules, today: date
) -> Iterator[Decision]:
    """Last month's statements, once: on the first working day, or the first one on which the robots work again. They
    go on from where the last ones ended. `holds`: what is stopped by now."""
    month = previous(month_of(today))
    issued = {row["whom"] for row in records(ledger.said("issued")) if (row["what"], row["period"]) == (ISSUED, month)}
    if issued or span(month)[1] < rules.settle_from:
        return
    batches, answers = _released_by_now(ledger, present, today), records(ledger.table(ANSWERS))
    before = stated(ledger)
    days = before.first(month), span(month)[1]
    every = _accounts(ledger, present, batches, _all_vendors(ledger), days, before, rules, holds)
    vendors: dict[str, None] = {}  # one may have statements in several currencies
    kept: list[Decision] = []
    for number, accounts in enumerate(every):
        written = [one for one in accounts if one.says_something]
        yield from _written(written, month, month, answers)
        vendors |= dict.fromkeys(one.vendor for one in written)
        kept.append(Decision("paymaster", month, f"stated-{number}", told_now(accounts, month)))
        if vendors:  # where nobody has a statement, no month is closed
            yield from kept
            kept.clear()
    if vendors:
        rows = [{"what": ISSUED, "period": month, "whom": vendor, "day": today} for vendor in vendors]
        yield Decision("paymaster", month, "statements-issued", record("issued", rows))
        yield from closing(month, today)


def _released_by_now(ledger: Ledger, present: Present, today: date) -> list[Row]:
    """All batches; those that are released in this turn bear its day."""
    now = {row["batch"] for row in present.changed if row["state"] == RELEASED}
    released = {"released_on": today.isoformat()}
    return [row | (released if row["batch"] in now else {}) for row in records(ledger.said("batches"))]


def statements_on_release(
    ledger: Ledger, present: Present, batch: Row, vendors: Collection[str], rules: Rules, today: date
) -> Iterator[Decision]:
    """The statements of the vendors of a batch that is released now, of all days up to today that no month's statement
    has told."""
    batches = [*(row for row in records(ledger.said("batches")) if row["batch"] != batch["batch"]), batch]
    before, answers = stated(ledger), records(ledger.table(ANSWERS))
    days = before.first(month_of(today)), today
    for accounts in _accounts(ledger, present, batches, vendors, days, before, rules):
        written = [one for one in accounts if one.says_something]
        yield from _written(written, today.isoformat(), batch["batch"], answers)


def _accounts(
    ledger: Ledger,
    present: Present,
    batches: Sequence[Row],
    vendors: Collection[str],
    days: tuple[date, date],
    before: Stated,
    rules: Rules,
    holds: Sequence[Row] | None = None,
) -> Iterator[list[Statement]]:
    """The accounts of vendors by name, of some vendors at a time: the books of all are as large as the ledger.
    `holds`: what is stopped, where the ledger does not say it yet."""
    common, left = common_of(ledger), iter(sorted(vendors))
    while some := list(islice(left, AT_ONCE)):
        books = books_of(ledger, present.of(some), batches, rules, some, *days, common, holds)
        yield list(books.accounts(*days, before.of(some)))


def _all_vendors(ledger: Ledger) -> set[str]:
    """Everybody who may have a statement."""
    tables = (ledger.table("invoices"), ledger.table("orders"), ledger.said("payables"), ledger.said("stated"))
    return {name for table in tables for name in table["vendor"].dropna().unique()}


def _written(statements: Sequence[Statement], period: str, subject: str, answers: Sequence[Row]) -> Iterator[Decision]:
    """One workbook a vendor, a sheet a currency: amounts of different currencies are never added."""
    for vendor, mine in groupby(statements, key=lambda one: one.vendor):
        workbook = statement_workbook(list(mine), subject, [row for row in answers if row["vendor"] == vendor])
        yield Decision("paymaster", period, f"statement {subject} {vendor}", workbook)


def statement_workbook(statements: Sequence[Statement], subject: str, answers: Sequence[Row] = ()) -> Workbook:
    """A vendor's statements, one sheet for each currency, and one to confirm them all on and send back. `answers`: rows
    of `statement_answers` of this vendor."""
    vendor = statements[0].vendor
    number = f"{subject}-{short_hash(vendor)[:6].upper()}"
    form = Form(f"statement-{subject}-{short_hash(vendor)}", LAYOUT, ANSWERS)
    sheets = (*(_sheet(one, answers) for one in statements), _confirmation(statements, number))
    name = say("file.statement", vendor=vendor, first=statements[0].first, last=statements[0].last)
    return Workbook("vendors", name, sheets, form)


def _sheet(one: Statement, answers: Sequence[Row]) -> Sheet:
    before = last_confirmation(answers, one.vendor, one.currency, one.last)
    facts = (
        (say("fact.vendor"), one.vendor),
        (say("fact.week"), say("fact.until", first=one.first, today=one.last)),
        (say("statement.closing", currency=one.currency), one.closing),
        *(((say("fact.in_words"), in_words(one.closing)),) if one.currency == "CNY" else ()),
        *((say(f"statement.waiting.{name}"), one.waiting[name]) for name in PARTS if name in one.waiting),
        *_unlisted(one),
        *(((say("statement.before"), before.told),) if before else ()),
    )
    tables = (_movements(one), _accepted(one), _sums(one))
    signatures = tuple(say(f"statement.sign.{who}") for who in ("ours", "theirs", "stamp"))
    title = say("title.statement", vendor=one.vendor, currency=one.currency)
    notes = (say("statement.note"),)
    return Sheet(say("sheet.statement", currency=one.currency), title, facts, tables, (), notes, signatures)


def _unlisted(one: Statement) -> Iterator[tuple[Text, Text]]:
    """What of the closing balance no sheet and no hold tells of yet: with it the parts add up to the balance."""
    if rest := one.closing - sum(one.waiting.values(), ZERO):
        yield say("statement.waiting.unlisted"), say("statement.unlisted", amount=rest)


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
        rows.append((entry.day, _what(entry), entry.document, _remark(entry), more, less, balance))
    return Table(_COLUMNS, tuple(rows), say("statement.movements"), total=(4, 5))


def _what(entry: Entry) -> Text:
    """What moved; of days that a statement told before, why it stands in this one."""
    what = say(f"statement.movement.{entry.what}")
    return say(f"statement.of_earlier.{entry.how}", what=what) if entry.how else what


def _remark(entry: Entry) -> Text:
    """Its batch, order or reference; of what was told otherwise, what was told."""
    if entry.was is None:
        return entry.remark
    now = ZERO if entry.how == GONE else entry.was + entry.amount
    told = say(f"statement.told.{entry.how}", was=entry.was, now=now)
    return say("list.lines", items=(entry.remark, told)) if entry.remark else told


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


def _sums(one: Statement) -> Table:
    """What is to be confirmed, for who signs on paper."""
    columns = (
        Column(say("column.no"), Look.INTEGER, 12),
        Column(say("column.checked"), Look.WRAP, 22),
        Column(say("column.ours"), Look.MONEY, 24),
    )
    rows = tuple((n, say(f"statement.{name}"), amount) for n, (name, amount) in enumerate(_checked(one).items(), 1))
    return Table(columns, rows, say("statement.confirmation"))


def _checked(one: Statement) -> dict[str, Decimal]:
    """The sums that a vendor confirms."""
    earlier = one.of_earlier_days
    sums = {
        "opening": one.opening,
        **({"earlier": sum((entry.amount for entry in earlier), ZERO)} if earlier else {}),
        "invoiced": one.total(INVOICE, CREDIT),
        "deducted": one.total(*DEDUCTIONS),
        "paid": one.total(PAYMENT, RETURNED, REFUND),
        "closing_line": one.closing,
    }
    return {name: amount or ZERO for name, amount in sums.items()}  # no sum of nothing is −0.00


def _confirmation(statements: Sequence[Statement], number: str) -> Sheet:
    """For the vendor to fill in and for us to read when it comes back: each sum of ours beside theirs."""
    columns = (
        Column(say("form.word.our_statement"), Look.TEXT, 24),
        Column(say("column.vendor"), Look.WRAP, 26),
        Column(say("form.word.currency"), Look.TEXT, 8),
        Column(say("form.word.statement_until"), Look.DATE, 13),
        Column(say("column.checked"), Look.WRAP, 20),
        Column(say("form.word.statement_ours"), Look.MONEY, 15),
        Column(say("form.word.statement_theirs"), Look.MONEY, 15, open=True),
        Column(say("column.agrees"), Look.TEXT, 11, True, (say("statement.agrees"), say("statement.differs"))),
        Column(say("form.word.statement_remark"), Look.WRAP, 28, open=True),
        Column(say("form.word.statement_by"), Look.TEXT, 13, open=True),
        Column(say("form.word.statement_on"), Look.DATE, 14, open=True),
    )
    rows = tuple(
        (number, one.vendor, one.currency, one.last, say(f"statement.item.{name}"), amount, None, "", "", "", None)
        for one in statements
        for name, amount in _checked(one).items()
    )
    facts = ((say("form.how"), say("statement.how")),)
    return Sheet(say("statement.sheet"), say("statement.title"), facts, (Table(columns, rows),))
