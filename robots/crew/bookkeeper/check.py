"""回单核对: what the bank's rows did, what is wrong with the others, how to mend it, what it has not answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from robots.figures.accounts import given
from robots.figures.batches import HELD, state_told
from robots.figures.returns import (
    AMOUNT,
    CONFIRMED,
    CURRENCY,
    FOREIGN,
    GRAVE,
    ON_HOLD,
    QUIET,
    RETURNED,
    SETTLING,
    UNMATCHED,
    Verdict,
    confirmed_and_returned,
)
from robots.figures.sums import by_currency, currency_of, in_currency, told
from robots.model.decisions import Column, Look, Notice, Sheet, Table, Workbook
from robots.model.words import Text, say
from robots.rules import Rules

Row = Mapping[str, Any]
MOST_TOLD = 10  # problems in a letter; the workbook has them all


@dataclass(frozen=True)
class News:
    """What is told of the bank's rows: the verdicts that are new; payment lines by their keys, as they stood before;
    and by receipt, the invoices that a row may have paid by hand."""

    verdicts: Sequence[Verdict]
    payables: Mapping[str, Row]
    by_hand: Mapping[str, Sequence[str]]
    rules: Rules

    def lines(self, verdict: Verdict) -> list[Row]:
        """The payment lines that a row speaks of or could mean, as we know them."""
        return [self.payables[key] for key in verdict.keys if key in self.payables]

    def hand(self, verdict: Verdict) -> str:
        """The invoices that a row may have paid by hand, if there are any."""
        return "、".join(self.by_hand.get(verdict.row.id, ()))


def returns_checked(news: News, verdicts: Sequence[Verdict], to_pay: Sequence[Row], today: date) -> Workbook:
    """What to look into first, then the lines that were settled, what waits for the bank's answer, what is not ours.
    `verdicts`: all of the bank's rows; `to_pay`: the payment lines that the bank was to pay when these were read."""
    payables, rules = news.payables, news.rules
    settled = {key for one in verdicts if one.outcome in SETTLING for key in one.keys}
    waiting = [row for row in to_pay if row["payment_key"] not in settled]
    home = rules.currency
    facts = (
        (say("fact.as_of"), today),
        *_sums(news.verdicts, payables, rules),
        (say("returns.fact.problems"), len(problems(news.verdicts))),
        (say("returns.fact.waiting"), _sum_of(waiting, rules)),
    )
    sheets = (
        _sheet("problems", _problem_table(news), facts, (say("returns.note"),)),
        _sheet("settled", _settled_table(news.verdicts, payables, home)),
        _sheet("waiting", _waiting_table(waiting, rules)),
        _sheet("foreign", _foreign_table(news.verdicts, home)),
    )
    return Workbook("payments", say("returns.file", day=today), sheets)


def _sheet(name: str, table: Table, facts: tuple[tuple[Text, Any], ...] = (), notes: tuple[Text, ...] = ()) -> Sheet:
    return Sheet(say(f"returns.sheet.{name}"), say(f"returns.title.{name}"), facts, (table,), notes=notes)


def problems(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Rows that somebody has to look into, the grave ones first; what the bank sent back is among them."""
    found = [one for one in verdicts if one.outcome not in QUIET or _came_back(one)]
    return sorted(found, key=lambda one: (one.outcome not in GRAVE, one.outcome, one.row.vendor, one.row.paid_on))


def _came_back(verdict: Verdict) -> bool:
    return verdict.outcome == RETURNED and verdict.fresh


def _sums(news: Sequence[Verdict], payables: Mapping[str, Row], rules: Rules) -> Iterator[tuple[Text, Text]]:
    for outcome in (CONFIRMED, RETURNED):
        keys = [key for one, key in confirmed_and_returned(news) if one.outcome == outcome]
        yield say(f"returns.fact.{outcome}"), _sum_of([payables[key] for key in keys], rules)


def _sum_of(rows: Sequence[Row], rules: Rules) -> Text:
    """How many lines, and what they come to in each currency: currencies are never added."""
    return say("returns.sum", count=len(rows), totals=_totals(rows, rules))


def _totals(rows: Sequence[Row], rules: Rules) -> Text:
    return told(by_currency(((row["currency"], row["net"]) for row in rows), rules.currency), rules.currency)


def _with_currency(
    columns: Sequence[Column], rows: Sequence[Sequence[Any]], at: int, currencies: Sequence[str], home: str
) -> tuple[tuple[Column, ...], tuple[tuple[Any, ...], ...]]:
    """A table with the currency of each row beside its amount, where one is not the home's."""
    if set(currencies) <= {home}:
        return tuple(columns), tuple(tuple(row) for row in rows)
    column = Column(say("form.word.currency"), Look.TEXT, 7)
    widened = ((*row[: at + 1], currency, *row[at + 1 :]) for row, currency in zip(rows, currencies, strict=True))
    return (*columns[: at + 1], column, *columns[at + 1 :]), tuple(widened)


def _currency_of(verdict: Verdict, payables: Mapping[str, Row], home: str) -> str:
    """The bank row's own, else that of the lines it speaks of."""
    lines = (payables[key]["currency"] for key in verdict.keys if key in payables)
    return currency_of(verdict.row.currency or next(lines, None), home)


def _problem_table(news: News) -> Table:
    columns = (
        Column(say("column.severity"), Look.LEVEL, 8),
        Column(say("returns.column.problem"), Look.WRAP, 18),
        Column(say("returns.column.payee"), Look.WRAP, 22),
        Column(say("returns.column.amount"), Look.MONEY, 14),
        Column(say("returns.column.paid_on"), Look.DATE, 11),
        Column(say("returns.column.reference"), Look.WRAP, 18),
        Column(say("returns.column.ours"), Look.WRAP, 36),
        Column(say("returns.column.mend"), Look.WRAP, 40),
        Column(say("column.evidence"), Look.WRAP, 34, paper=False),
    )
    found, home = problems(news.verdicts), news.rules.currency
    rows = tuple(
        (
            say(f"severity.{'critical' if one.outcome in GRAVE else 'warning'}"),
            _problem(one, news), one.row.vendor, one.row.amount, one.row.paid_on,
            one.row.reference or one.row.key, _ours(one, news), _mend(one, news), one.row.source,
        )
        for one in found
    )  # fmt: skip
    currencies = [_currency_of(one, news.payables, home) for one in found]
    return Table(*_with_currency(columns, rows, 3, currencies, home), empty=say("returns.nothing_wrong"))


_LIKELY_BY_HAND = (UNMATCHED, AMOUNT)  # outcomes that say less than that an invoice comes to just this sum


def _problem(verdict: Verdict, news: News) -> Text:
    """What is wrong; where currencies or amounts differ, which; why the bank sent back."""
    if verdict.outcome in _LIKELY_BY_HAND and news.hand(verdict):
        return say("returns.by_hand.name")
    name = say(f"returns.problem.{verdict.outcome}.name")
    lines = news.lines(verdict)
    if verdict.outcome == CURRENCY:
        ours = "/".join(sorted({str(row["currency"]) for row in lines}))
        return say("returns.currencies", problem=name, bank=verdict.row.currency, ours=ours)
    if verdict.outcome == AMOUNT and lines:
        return say("returns.amounts", problem=name, ours=_totals(lines, news.rules))
    if _came_back(verdict) and verdict.row.reason:
        return say("returns.sent_back", problem=name, reason=verdict.row.reason)
    return name


def _mend(verdict: Verdict, news: News) -> Text:
    """What to do about a row; where it may have paid an invoice by hand, 暂扣放行单 asks the same."""
    mend, invoices = say(f"returns.problem.{verdict.outcome}.mend"), news.hand(verdict)
    if not invoices or verdict.outcome == ON_HOLD:  # which says so itself
        return mend
    by_hand = say("returns.by_hand.mend", invoices=invoices)
    return by_hand if verdict.outcome in _LIKELY_BY_HAND else say("list.lines", items=(mend, by_hand))


def _ours(verdict: Verdict, news: News) -> Text:
    """The lines that a row speaks of or could mean, as we know them."""
    if verdict.outcome in _LIKELY_BY_HAND and (invoices := news.hand(verdict)):
        return say("returns.by_hand.ours", invoices=invoices)
    texts = tuple(_line(row, verdict, news.rules) for row in news.lines(verdict))
    return say("list.lines", items=texts) if texts else say("returns.no_line")


def _line(row: Row, verdict: Verdict, rules: Rules) -> Text:
    state = verdict.outcome if verdict.fresh else row["state"]
    amount = row["held"] if state == HELD else row["net"]
    return say(
        "returns.line", vendor=row["vendor"], invoice=row["invoice_no"], batch=given(row["batch"]) or "—",
        net=in_currency(amount, row["currency"], rules.currency),
        state=state_told(state, bool(rules.people.approvers)),
    )  # fmt: skip


def _settled_table(news: Sequence[Verdict], payables: Mapping[str, Row], home: str) -> Table:
    columns = (
        Column(say("returns.column.outcome"), Look.TEXT, 10),
        Column(say("column.vendor"), Look.WRAP, 28),
        Column(say("column.invoice_no"), Look.TEXT, 23),
        Column(say("column.net"), Look.MONEY, 14),
        Column(say("column.batch"), Look.TEXT, 17),
        Column(say("returns.column.paid_on"), Look.DATE, 12),
        Column(say("returns.column.reference"), Look.TEXT, 20),
        Column(say("returns.column.reason"), Look.WRAP, 26),
        Column(say("column.payment_key"), Look.TEXT, 26, paper=False),
        Column(say("column.evidence"), Look.WRAP, 34, paper=False),
    )
    moved = sorted(confirmed_and_returned(news), key=lambda one: (one[0].outcome, one[0].row.vendor, one[1]))
    rows = tuple(
        (
            say(f"state.{one.outcome}"), payables[key]["vendor"], payables[key]["invoice_no"], payables[key]["net"],
            payables[key]["batch"], one.row.paid_on, one.row.reference, one.row.reason, key, one.row.source,
        )
        for one, key in moved
    )  # fmt: skip
    currencies = [currency_of(payables[key]["currency"], home) for _, key in moved]
    return Table(*_with_currency(columns, rows, 3, currencies, home), empty=say("returns.nothing_settled"))


def _waiting_table(waiting: Sequence[Row], rules: Rules) -> Table:
    home = rules.currency
    waiting = sorted(waiting, key=lambda row: (row["vendor"], row["invoice_no"], row["payment_key"]))
    columns = (
        Column(say("column.vendor"), Look.WRAP, 28),
        Column(say("column.invoice_no"), Look.TEXT, 23),
        Column(say("column.net"), Look.MONEY, 14),
        Column(say("column.due_on"), Look.DATE, 12),
        Column(say("column.batch"), Look.TEXT, 17),
        Column(say("column.state"), Look.TEXT, 10),
        Column(say("column.payment_key"), Look.TEXT, 26),
    )
    rows = tuple(
        (
            row["vendor"], row["invoice_no"], row["net"], _day(row["due_on"]), row["batch"],
            state_told(row["state"], bool(rules.people.approvers)), row["payment_key"],
        )
        for row in waiting
    )  # fmt: skip
    currencies = [currency_of(row["currency"], home) for row in waiting]
    total = (2,) if len(set(currencies)) == 1 else ()
    table = _with_currency(columns, rows, 2, currencies, home)
    return Table(*table, total=total, empty=say("returns.nothing_waiting"))


def _day(value: Any) -> date | str:
    return date.fromisoformat(value) if isinstance(value, str) else ""


def _foreign_table(news: Sequence[Verdict], home: str) -> Table:
    mine = [one.row for one in news if one.outcome == FOREIGN]
    columns = (
        Column(say("returns.column.payee"), Look.WRAP, 30),
        Column(say("returns.column.amount"), Look.MONEY, 14),
        Column(say("returns.column.paid_on"), Look.DATE, 12),
        Column(say("returns.column.reference"), Look.TEXT, 22),
        Column(say("returns.column.reason"), Look.WRAP, 30),
        Column(say("column.evidence"), Look.WRAP, 40),
    )
    rows = tuple((one.vendor, one.amount, one.paid_on, one.reference, one.reason, one.source) for one in mine)
    currencies = [currency_of(one.currency, home) for one in mine]
    return Table(*_with_currency(columns, rows, 1, currencies, home), empty=say("returns.nothing_foreign"))


def returns_notice(news: News) -> Notice:
    """What the bank answered, in a letter to finance; critical where money may be where it does not belong."""
    wrong, payables, rules = problems(news.verdicts), news.payables, news.rules
    moved = [(one, payables[key]) for one, key in confirmed_and_returned(news.verdicts)]
    paid, back = ([row for one, row in moved if one.outcome == outcome] for outcome in (CONFIRMED, RETURNED))
    headline = say(
        "returns.notice.headline", confirmed=len(paid), total=_totals(paid, rules), returned=len(back),
        sent_back=_totals(back, rules), problems=len(wrong),
    )  # fmt: skip
    grave = any(one.outcome in GRAVE for one in wrong)
    severity = "critical" if grave else "warning" if wrong else "info"
    lines = tuple(_told(one, news) for one in wrong[:MOST_TOLD])
    return Notice("finance", headline, lines, severity, ("returns-checked",), None, _next_step(wrong, bool(paid), news))


def _told(verdict: Verdict, news: News) -> Text:
    """One problem in a letter: whose money, of which invoices, and what became of it."""
    invoices = "、".join(dict.fromkeys(str(row["invoice_no"]) for row in news.lines(verdict))) or news.hand(verdict)
    if verdict.outcome in _LIKELY_BY_HAND:
        invoices = news.hand(verdict) or invoices
    currency = _currency_of(verdict, news.payables, news.rules.currency)
    amount = say("value.in_currency", total=verdict.row.amount, currency=currency)
    return say(
        "returns.notice.line_of" if invoices else "returns.notice.line", problem=_problem(verdict, news),
        vendor=verdict.row.vendor, amount=amount, day=verdict.row.paid_on, invoices=invoices,
    )  # fmt: skip


def _next_step(wrong: Sequence[Verdict], is_paid: bool, news: News) -> Text:
    """How to go on: with what came back and what was paid by hand on 暂扣放行单, with the rest as the workbook says."""
    found = {_step(one, news) for one in wrong} or {"next" if is_paid else "nothing"}
    steps = tuple(say(f"returns.notice.{name}") for name in _STEPS if name in found)
    return steps[0] if len(steps) == 1 else say("list.lines", items=steps)


_STEPS = ("back", "by_hand", "mend", "next", "nothing")


def _step(verdict: Verdict, news: News) -> str:
    if _came_back(verdict):
        return "back"
    is_by_hand = verdict.outcome == ON_HOLD or (verdict.outcome in _LIKELY_BY_HAND and news.hand(verdict))
    return "by_hand" if is_by_hand else "mend"
