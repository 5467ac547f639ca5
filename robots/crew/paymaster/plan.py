"""资金计划: what is due week by week with a chart, and whom to; 暂扣清单: what is held, by reason and age. Weekly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from robots.crew.paymaster.rows import Present, Row, is_stopped, listed, reasons_of, stopped_of
from robots.figures.cash import SORTS, Due, Week, by_vendor, dues, forecast
from robots.figures.lines import order_line, records
from robots.figures.settlement import Payable
from robots.figures.settlement.billing import invoice_key
from robots.figures.sums import by_currency, in_currency, told
from robots.ledger import Ledger
from robots.model.decisions import Chart, Column, Decision, Look, Notice, Sheet, Table, Workbook, record
from robots.model.money import ZERO
from robots.model.words import Text, say
from robots.rules import Rules

ISSUED = "cash-plan"
CARRIED = ("proposed", "approved", "released", "confirmed")
MOST_VENDORS = 20
_NAMES: Mapping[str, str] = {}  # sorts of what is due that are called otherwise


def weekly_plan(
    ledger: Ledger, present: Present, owed: Sequence[Payable], rules: Rules, today: date
) -> Iterator[Decision]:
    """The plan and the hold list of this week, on the first day of it on which anything is due or held."""
    week = (today - timedelta(days=today.weekday())).isoformat()
    issued = {(row["what"], row["period"]) for row in records(ledger.said("issued"))}
    if (ISSUED, week) in issued:
        return
    stopped = [p for p in owed if is_stopped(p)]
    lines = present.unpaid({p.invoice_key for p in stopped})
    holds = list(_held(stopped, lines))
    answered = {row["payment_key"] for row in records(ledger.table("payments"))}
    due = list(dues(lines, holds, answered, rules.currency))
    if not due:
        return
    sorts = {"proposed": "proposed" if rules.people.approvers else "to_pay"}
    yield Decision("paymaster", week, "cash-plan", plan_workbook(due, today, sorts), name="cash-plan")
    if stopped:
        sheet = hold_workbook(stopped, _billed(ledger), today, rules.currency)
        yield Decision("paymaster", week, "hold-list", sheet, name="hold-list")
    attach = ("cash-plan", *(("hold-list",) if stopped else ()))
    yield Decision("paymaster", week, "cash-plan-notice", _notice(due, attach, rules.currency, today))
    rows = [{"what": ISSUED, "period": week, "whom": "finance", "day": today}]
    yield Decision("paymaster", week, "cash-plan-issued", record("issued", rows))


def _held(stopped: Sequence[Payable], lines: Sequence[Row]) -> Iterator[Row]:
    """What is held and on no sheet: a line that was held after it had been put up for payment is due once."""
    carried: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: ZERO)
    for row in lines:
        if row["state"] in CARRIED:
            carried[row["invoice_key"], row["order_id"], row["line"]] += row["net"]
    for p in stopped:
        held = min(p.held, p.net + p.held - carried[p.invoice_key, p.order_id, p.line])
        if held > 0:
            yield {"vendor": p.vendor, "due_on": p.due_on, "held": held, "currency": p.currency}


# ------------------------------------------------------------------ 资金计划


def plan_workbook(due: Sequence[Due], today: date, names: Mapping[str, str] = _NAMES) -> Workbook:
    """For each currency thirteen weeks with a chart, and the vendors that most is due to. `names`: what a sort is
    called where nobody approves."""
    currencies = sorted({one.currency for one in due})
    sheets = tuple(
        sheet for c in currencies for sheet in _plan_sheets([one for one in due if one.currency == c], c, today, names)
    )
    return Workbook("payments", say("file.plan", day=today.isoformat()), sheets)


def _plan_sheets(due: Sequence[Due], currency: str, today: date, names: Mapping[str, str]) -> Iterator[Sheet]:
    weeks = forecast(due, today)
    overdue = sum((week.total for week in weeks if week.when == "overdue"), ZERO)
    facts = (
        (say("fact.as_of"), today),
        (say("plan.overdue", currency=currency), overdue),
        (say("plan.total", currency=currency), sum((week.total for week in weeks), ZERO)),
    )
    chart = Chart("column", say("chart.plan", currency=currency), 0, 0, (1, 2, 3, 4), stacked=True)
    title = say("title.plan", currency=currency)
    notes = (say("plan.note"),)
    yield Sheet(say("sheet.plan", currency=currency), title, facts, (_week_table(weeks, names),), (chart,), notes)
    calendar = (_calendar(due, names),)
    yield Sheet(say("sheet.calendar", currency=currency), say("plan.calendar"), facts[:1], calendar)
    vendors = (_vendor_table(due, today, names),)
    yield Sheet(
        say("sheet.plan_vendors", currency=currency), say("plan.vendors", most=MOST_VENDORS), facts[:1], vendors
    )


def _week_table(weeks: Sequence[Week], names: Mapping[str, str]) -> Table:
    columns = (
        Column(say("column.week"), Look.WRAP, 30),
        *(Column(say(f"plan.{names.get(sort, sort)}"), Look.MONEY, 17) for sort in SORTS),
        Column(say("column.sum"), Look.MONEY, 17),
    )
    rows = tuple((_name(week), *(week.amounts[sort] for sort in SORTS), week.total) for week in weeks)
    return Table(columns, rows, total=(1, 2, 3, 4, 5))


def _name(week: Week) -> Text:
    if week.first is None:
        return say(f"plan.when.{week.when}")
    return f"{week.first:%m-%d} – {week.first + timedelta(days=6):%m-%d}"


def _calendar(due: Sequence[Due], names: Mapping[str, str]) -> Table:
    """到期日历: what is due on which day and to whom, the earliest first; what has no day comes last."""
    sums: dict[tuple[date, str], dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(SORTS, ZERO))
    for one in due:
        sums[one.day or date.max, one.vendor][one.sort] += one.amount
    columns = (
        Column(say("column.due_on"), Look.DATE, 12),
        Column(say("column.vendor"), Look.WRAP, 30),
        *(Column(say(f"plan.{names.get(sort, sort)}"), Look.MONEY, 17) for sort in SORTS),
        Column(say("column.sum"), Look.MONEY, 17),
    )
    rows = tuple(
        ("" if day == date.max else day, vendor, *mine.values(), sum(mine.values(), ZERO))
        for (day, vendor), mine in sorted(sums.items())
        if any(mine.values())
    )
    return Table(columns, rows, total=(2, 3, 4, 5, 6))


def _vendor_table(due: Sequence[Due], today: date, names: Mapping[str, str]) -> Table:
    columns = (
        Column(say("column.vendor"), Look.WRAP, 30),
        *(Column(say(f"plan.{names.get(sort, sort)}"), Look.MONEY, 17) for sort in SORTS),
        Column(say("column.sum"), Look.MONEY, 17),
        Column(say("plan.when.overdue"), Look.MONEY, 17),
    )
    rows = tuple(
        (vendor, *(sums[sort] for sort in SORTS), sum(sums.values(), ZERO), overdue)
        for vendor, overdue, sums in by_vendor(due, today)[:MOST_VENDORS]
    )
    return Table(columns, rows, total=(1, 2, 3, 4, 5, 6))


def _notice(due: Sequence[Due], attach: tuple[str, ...], currency: str, today: date) -> Notice:
    """What is to be paid in each currency, and when."""
    sums = by_currency(((one.currency, one.amount) for one in due), currency)
    lines = tuple(line for one in sums for line in _weeks_told(due, one, currency, today))
    headline = say("notice.plan.headline", totals=told(sums, currency))
    return Notice("finance", headline, lines, "info", attach, None, say("notice.plan.next"))


def _weeks_told(due: Sequence[Due], currency: str, home: str, today: date) -> Iterator[Text]:
    weeks = forecast([one for one in due if one.currency == currency], today)
    for week in [week for week in weeks if week.total][:4]:
        yield say("notice.fact", name=_name(week), value=in_currency(week.total, currency, home))


# ------------------------------------------------------------------ 暂扣清单


def _billed(ledger: Ledger) -> dict[str, date]:
    """Invoice key → the day of the invoice."""
    return {invoice_key(row): row["invoiced_on"] for row in records(ledger.table("invoices"))}


def hold_workbook(stopped: Sequence[Payable], billed: Mapping[str, date], today: date, home: str) -> Workbook:
    """Sums by reason and currency, then every line, the oldest first within its reason. A line with several reasons is
    summed under its first: no cent is counted twice."""
    by_reason: dict[tuple[str, str], list[Payable]] = defaultdict(list)
    for payable in sorted(stopped, key=lambda p: (billed.get(p.invoice_key, today), p.vendor, p.invoice_no)):
        by_reason[payable.reasons[0], payable.currency or home].append(payable)
    ranked = dict(sorted(by_reason.items(), key=lambda pair: (-_stopped(pair[1]), pair[0])))
    sums_of = by_currency(((p.currency, stopped_of(p)) for p in stopped), home)
    total = told(sums_of, home) if set(sums_of) - {home} else sums_of.get(home, ZERO)
    facts = ((say("fact.as_of"), today), (say("fact.held_lines"), len(stopped)), (say("fact.held_total"), total))
    ages = {id(p): (today - billed[p.invoice_key]).days if p.invoice_key in billed else None for p in stopped}
    sums = Sheet(say("sheet.hold_sums"), say("title.holds"), facts, (_reason_table(ranked, ages, home),))
    tables = tuple(_hold_tables(ranked, ages, home))
    lines = Sheet(say("sheet.holds"), say("title.hold_lines"), (), tables, groups=say("hold_list.all"))
    return Workbook("payments", say("file.holds", day=today.isoformat()), (sums, lines))


def _stopped(payables: Sequence[Payable]) -> Decimal:
    return sum((stopped_of(p) for p in payables), ZERO)


Reasons = Mapping[tuple[str, str], Sequence[Payable]]


def _currencies(by_reason: Reasons) -> set[str]:
    return {currency for _, currency in by_reason}


def _sum_name(reason: str, currency: str, named: bool) -> Text:
    name = say(f"hold.{reason}.name")
    return say("hold_list.in_currency", name=name, currency=currency) if named else name


def _reason_table(by_reason: Reasons, ages: Mapping[int, int | None], home: str) -> Table:
    columns = (
        Column(say("column.reason"), Look.WRAP, 34),
        Column(say("column.lines"), Look.INTEGER, 8),
        Column(say("column.stopped"), Look.MONEY, 17),
        Column(say("column.oldest_days"), Look.INTEGER, 12),
        Column(say("column.release"), Look.WRAP, 60),
    )
    currencies = _currencies(by_reason)
    rows = tuple(
        (
            _sum_name(reason, currency, currencies != {home}), len(mine), _stopped(mine),
            max((ages[id(p)] or 0 for p in mine), default=0), say(f"hold.{reason}.release"),
        )
        for (reason, currency), mine in by_reason.items()
    )  # fmt: skip
    return Table(columns, rows, total=(1,) if len(currencies) > 1 else (1, 2))


def _hold_tables(by_reason: Reasons, ages: Mapping[int, int | None], home: str) -> Iterator[Table]:
    columns = (
        Column(say("column.vendor"), Look.WRAP, 26),
        Column(say("column.invoice_no"), Look.TEXT, 23),
        Column(say("column.order"), Look.WRAP, 16),
        Column(say("column.age_days"), Look.INTEGER, 9),
        Column(say("column.gross"), Look.MONEY, 15),
        Column(say("column.stopped"), Look.MONEY, 15),
        Column(say("column.due_on"), Look.DATE, 11),
        Column(say("column.reason"), Look.WRAP, 24),
        Column(say("column.release"), Look.WRAP, 36),
        Column(say("column.evidence"), Look.WRAP, 28),
    )
    currencies = _currencies(by_reason)
    for number, ((reason, currency), mine) in enumerate(by_reason.items()):
        rows = tuple(
            (
                p.vendor, p.invoice_no, order_line(p.order_id, p.line), ages[id(p)], p.gross, stopped_of(p),
                p.due_on, reasons_of(p, "name"), reasons_of(p, "release"),
                listed((p.source, *p.evidence)),
            )
            for p in mine
        )  # fmt: skip
        name = _sum_name(reason, currency, currencies != {home})
        yield Table(columns, rows, name, total=() if len(currencies) > 1 else (4, 5), continues=number > 0)
