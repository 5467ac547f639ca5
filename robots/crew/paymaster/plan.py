"""资金计划: what is due week by week with a chart, and whom to; 暂扣清单: what is held, by reason and age. Weekly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from robots.crew.paymaster.rows import Line, Present, Row, carried_net, is_stopped, line_of, listed
from robots.figures.batches import FREE, HELD
from robots.figures.cash import AGAIN, Due, Week, by_vendor, dues, forecast, sorts_of
from robots.figures.holds import Stopped, on_release, stopped_parts
from robots.figures.lines import order_line, records
from robots.figures.settlement import Payable
from robots.figures.settlement.billing import invoice_key, of_invoice
from robots.figures.sums import by_currency, currency_of, told
from robots.ledger import Ledger
from robots.model.decisions import Chart, Column, Decision, Look, Notice, Sheet, Table, Workbook, record
from robots.model.money import ZERO
from robots.model.words import Text, say
from robots.rules import Rules

ISSUED = "cash-plan"
MOST_VENDORS, MOST_WEEKS = 20, 4
_NAMES: Mapping[str, str] = {}  # sorts of what is due that are called otherwise


def weekly_plan(
    ledger: Ledger, present: Present, owed: Sequence[Payable], left: Collection[str], rules: Rules, today: date
) -> Iterator[Decision]:
    """The plan and the hold list of this week, on the first day of it on which anything is due or held. `left`: keys
    of invoices that have left the register."""
    week = (today - timedelta(days=today.weekday())).isoformat()
    issued = {(row["what"], row["period"]) for row in records(ledger.said("issued"))}
    if (ISSUED, week) in issued:
        return
    stopped = [p for p in owed if is_stopped(p)]
    there = present.unpaid({p.invoice_key for p in owed})
    carried = carried_net(there)
    lines = [*there, *_again(_free_now(present, left), owed, carried)]
    holds = list(_held(stopped, carried))
    answered = {row["payment_key"] for row in records(ledger.table("payments"))}
    due = list(dues(lines, holds, answered, rules.currency))
    if not due:
        return
    sorts = {"proposed": "proposed" if rules.people.approvers else "to_pay"}
    yield Decision("paymaster", week, "cash-plan", plan_workbook(due, today, sorts), name="cash-plan")
    if stopped:
        sheet = hold_workbook(stopped, carried, _billed(ledger), today, rules.currency)
        yield Decision("paymaster", week, "hold-list", sheet, name="hold-list")
    attach = ("cash-plan", *(("hold-list",) if stopped else ()))
    yield Decision("paymaster", week, "cash-plan-notice", _notice(due, attach, rules.currency, today))
    rows = [{"what": ISSUED, "period": week, "whom": "finance", "day": today}]
    yield Decision("paymaster", week, "cash-plan-issued", record("issued", rows))


def _held(stopped: Sequence[Payable], carried: Mapping[Line, Decimal]) -> Iterator[Row]:
    """What is to be paid once it is released: a line that was held after it had been put up for payment is due once."""
    for p in stopped:
        held = on_release(p, carried.get(line_of(p), ZERO))
        if held:
            yield {"vendor": p.vendor, "due_on": p.due_on, "held": held, "currency": p.currency}


def _free_now(present: Present, left: Collection[str]) -> list[Row]:
    """Lines that came free in this turn (void, refused, reversed): the next sheet carries them, not today's."""
    free = (row for row in present.changed if row["state"] in FREE - {HELD})
    return [row for row in free if of_invoice(row["invoice_key"]) not in left]


def _again(free: Sequence[Row], owed: Sequence[Payable], carried: Mapping[Line, Decimal]) -> Iterator[Row]:
    """What of lines that came free is owed still, as the next sheet will carry it: less what is held of it by now.
    `carried`: what sheets carry of each line."""
    payables = {line_of(p): p for p in reversed(owed)}  # a duplicate has the name of the line that stands
    for row in free:
        line = row["invoice_key"], row["order_id"], row["line"]
        net = row["net"]
        if payable := payables.get(line):
            rest = payable.net - carried.get(line, ZERO)
            net = max(min(net, rest), ZERO) if net > 0 else min(max(net, rest), ZERO)
        if net:
            yield row | {"net": net, "state": AGAIN}


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
    sorts = sorts_of(due)
    series = tuple(range(1, len(sorts) + 1))
    chart = Chart("column", say("chart.plan", currency=currency), 0, 0, series, stacked=True)
    title = say("title.plan", currency=currency)
    notes = (say("plan.note"), *((say("plan.again_note"),) if AGAIN in sorts else ()))
    table = _week_table(weeks, sorts, names)
    yield Sheet(say("sheet.plan", currency=currency), title, facts, (table,), (chart,), notes)
    calendar = (_calendar(due, sorts, names),)
    yield Sheet(say("sheet.calendar", currency=currency), say("plan.calendar"), facts[:1], calendar)
    vendors = (_vendor_table(due, sorts, today, names),)
    yield Sheet(
        say("sheet.plan_vendors", currency=currency), say("plan.vendors", most=MOST_VENDORS), facts[:1], vendors
    )


def _amounts(sorts: Sequence[str], names: Mapping[str, str]) -> tuple[Column, ...]:
    """A column of money for each sort, and their sum."""
    titles = (*(say(f"plan.{names.get(sort, sort)}") for sort in sorts), say("column.sum"))
    return tuple(Column(title, Look.MONEY, 17) for title in titles)


def _week_table(weeks: Sequence[Week], sorts: Sequence[str], names: Mapping[str, str]) -> Table:
    columns = (Column(say("column.week"), Look.WRAP, 30), *_amounts(sorts, names))
    rows = tuple((_name(week), *(week.amounts[sort] for sort in sorts), week.total) for week in weeks)
    return Table(columns, rows, total=tuple(range(1, len(columns))))


def _name(week: Week) -> Text:
    if week.first is None:
        return say(f"plan.when.{week.when}")
    return f"{week.first:%m-%d} – {week.first + timedelta(days=6):%m-%d}"


def _calendar(due: Sequence[Due], sorts: Sequence[str], names: Mapping[str, str]) -> Table:
    """到期日历: what is due on which day and to whom, the earliest first; what has no day comes last."""
    sums: dict[tuple[date, str], dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(sorts, ZERO))
    for one in due:
        sums[one.day or date.max, one.vendor][one.sort] += one.amount
    columns = (
        Column(say("column.due_on"), Look.DATE, 12),
        Column(say("column.vendor"), Look.WRAP, 30),
        *_amounts(sorts, names),
    )
    rows = tuple(
        ("" if day == date.max else day, vendor, *mine.values(), sum(mine.values(), ZERO))
        for (day, vendor), mine in sorted(sums.items())
        if any(mine.values())
    )
    return Table(columns, rows, total=tuple(range(2, len(columns))))


def _vendor_table(due: Sequence[Due], sorts: Sequence[str], today: date, names: Mapping[str, str]) -> Table:
    columns = (
        Column(say("column.vendor"), Look.WRAP, 30),
        *_amounts(sorts, names),
        Column(say("plan.when.overdue"), Look.MONEY, 17),
    )
    rows = tuple(
        (vendor, *(sums[sort] for sort in sorts), sum(sums.values(), ZERO), overdue)
        for vendor, overdue, sums in by_vendor(due, today)[:MOST_VENDORS]
    )
    return Table(columns, rows, total=tuple(range(1, len(columns))))


def _notice(due: Sequence[Due], attach: tuple[str, ...], currency: str, today: date) -> Notice:
    """What is to be paid in each currency, and when."""
    sums = by_currency(((one.currency, one.amount) for one in due), currency)
    lines = tuple(line for one in sums for line in _weeks_told(due, one, today))
    headline = say("notice.plan.headline", totals=told(sums, currency))
    return Notice("finance", headline, lines, "info", attach, None, say("notice.plan.next"))


def _weeks_told(due: Sequence[Due], currency: str, today: date) -> Iterator[Text]:
    """The first weeks in which anything is due, and what all others come to: together they are the sum."""
    weeks = [one for one in forecast([one for one in due if one.currency == currency], today) if one.total]
    told = [(_name(week), week.total) for week in weeks]
    if len(others := told[MOST_WEEKS:]) > 1:
        rest = sum((total for _, total in others), ZERO)
        told[MOST_WEEKS:] = [(say("plan.when.others", count=len(others)), rest)]
    for name, total in told:
        yield say("notice.fact", name=name, value=say("value.in_currency", total=total, currency=currency))


# ------------------------------------------------------------------ 暂扣清单


def _billed(ledger: Ledger) -> dict[str, date]:
    """Invoice key → the day of the invoice."""
    return {invoice_key(row): row["invoiced_on"] for row in records(ledger.table("invoices"))}


Group = tuple[str, str]  # the first reason of a part, and its currency
Groups = Mapping[Group, Sequence[Stopped]]


def hold_workbook(
    stopped: Sequence[Payable], carried: Mapping[Line, Decimal], billed: Mapping[str, date], today: date, home: str
) -> Workbook:
    """Sums by reason and currency, then every part of every line under the reason that stops it, the oldest first: each
    cent once. `carried`: line → what sheets have carried of it; `billed`: invoice key → its day."""
    ordered = sorted(stopped, key=lambda p: (billed.get(p.invoice_key, today), p.vendor, p.invoice_no))
    parts = [part for p in ordered for part in stopped_parts(p, carried.get(line_of(p), ZERO))]
    groups = _grouped(parts, home)
    ages = {p.invoice_key: (today - billed[p.invoice_key]).days for p in stopped if p.invoice_key in billed}
    facts = ((say("fact.as_of"), today), (say("fact.held_lines"), len(stopped)), *_sums_told(parts, home))
    notes = (say("hold_list.note"),)
    sums = Sheet(
        say("sheet.hold_sums"), say("title.holds"), facts, tuple(_reason_tables(groups, ages, home)), notes=notes
    )
    tables = tuple(_hold_tables(groups, ages, home))
    lines = Sheet(say("sheet.holds"), say("title.hold_lines"), (), tables, groups=say("hold_list.all"))
    return Workbook("payments", say("file.holds", day=today.isoformat()), (sums, lines))


def _grouped(parts: Sequence[Stopped], home: str) -> Groups:
    """Parts by the first of their reasons and by currency, the largest sum first."""
    groups: dict[Group, list[Stopped]] = defaultdict(list)
    for one in parts:
        groups[one.part.reasons[0], currency_of(one.payable.currency, home)].append(one)
    return dict(sorted(groups.items(), key=lambda pair: (-sum(abs(one.part.amount) for one in pair[1]), pair[0])))


def _sums_told(parts: Sequence[Stopped], home: str) -> Iterator[tuple[Text, Text | Decimal]]:
    """What is stopped in each currency; and what of credit notes is to be set off or claimed back."""
    for name, label in (("stopped", "fact.held_total"), ("claim", "column.to_claim")):
        amounts = ((one.payable.currency, getattr(one, name)) for one in parts)
        sums = by_currency(((currency, amount) for currency, amount in amounts if amount), home)
        if sums or name == "stopped":
            yield say(label), told(sums, home) if set(sums) - {home} else sums.get(home, ZERO)


def _currencies(groups: Groups) -> list[str]:
    return list(dict.fromkeys(currency for _, currency in groups))


def _sum_name(group: Group, named: bool) -> Text:
    reason, currency = group
    name = say(f"hold.{reason}.name")
    return say("hold_list.in_currency", name=name, currency=currency) if named else name


def _amounts_told(groups: Groups) -> tuple[str, ...]:
    """The amounts of a list: claims only where there are any."""
    has_claims = any(one.claim for mine in groups.values() for one in mine)
    return ("disallowed", "held", "on_release", *(("claim",) if has_claims else ()))


_AMOUNT_NAMES = {"claim": "to_claim"}


def _amount_columns(names: Sequence[str]) -> Iterator[Column]:
    return (Column(say(f"column.{_AMOUNT_NAMES.get(name, name)}"), Look.MONEY, 14) for name in names)


def _reason_tables(groups: Groups, ages: Mapping[str, int], home: str) -> Iterator[Table]:
    """A table of sums for each currency, the home's first: amounts of two are never added."""
    currencies, amounts = _currencies(groups), _amounts_told(groups)
    columns = (
        Column(say("column.reason"), Look.WRAP, 34),
        Column(say("column.lines"), Look.INTEGER, 8),
        *_amount_columns(amounts),
        Column(say("column.oldest_days"), Look.INTEGER, 12),
        Column(say("column.release"), Look.WRAP, 60),
    )
    for currency in sorted(currencies, key=lambda one: (one != home, one)):
        rows = tuple(
            (
                _sum_name(group, currencies != [home]), len(mine),
                *(sum((getattr(one, name) for one in mine), ZERO) for name in amounts),
                max((ages.get(one.payable.invoice_key, 0) for one in mine), default=0), say(f"hold.{group[0]}.release"),
            )
            for group, mine in groups.items()
            if group[1] == currency
        )  # fmt: skip
        yield Table(columns, rows, total=tuple(range(2, 2 + len(amounts))))


def _hold_tables(groups: Groups, ages: Mapping[str, int], home: str) -> Iterator[Table]:
    currencies, amounts = _currencies(groups), _amounts_told(groups)
    columns = (
        Column(say("column.vendor"), Look.WRAP, 26),
        Column(say("column.invoice_no"), Look.TEXT, 23),
        Column(say("column.order"), Look.WRAP, 16),
        Column(say("column.age_days"), Look.INTEGER, 9),
        Column(say("column.gross"), Look.MONEY, 14),
        *_amount_columns(amounts),
        Column(say("column.due_on"), Look.DATE, 11),
        Column(say("column.reason"), Look.WRAP, 24),
        Column(say("column.release"), Look.WRAP, 36),
        Column(say("column.evidence"), Look.WRAP, 28),
    )
    total = () if len(currencies) > 1 else tuple(range(5, 5 + len(amounts)))
    for number, (group, mine) in enumerate(groups.items()):
        rows = tuple(_hold_row(one, ages, amounts) for one in mine)
        yield Table(columns, rows, _sum_name(group, currencies != [home]), total=total, continues=number > 0)


def _hold_row(one: Stopped, ages: Mapping[str, int], amounts: Sequence[str]) -> tuple[object, ...]:
    p = one.payable
    return (
        p.vendor, p.invoice_no, order_line(p.order_id, p.line), ages.get(p.invoice_key), p.gross,
        *(getattr(one, name) for name in amounts),
        p.due_on, one.reasons("name"), one.reasons("release"), listed((p.source, *p.evidence)),
    )  # fmt: skip
