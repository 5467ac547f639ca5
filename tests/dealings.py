"""Dealings with a vendor for hypothesis: a contract, what was ordered, what came of it, what was billed; as the second
settlement takes them, and as the tables of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

import pandas as pd
import pyarrow as pa
from hypothesis import strategies as st

from robots.figures.lines import judged, order_lines, records
from robots.figures.settlement import Payable, Terms, accept_work, milestone_book, order_book, settle
from robots.kinds import known
from robots.ledger import frame
from robots.rules import Settlement, Tolerance, Work
from tests.naive_settlement import (
    CAPPED,
    NONE,
    TAX,
    Agreed,
    Allowed,
    Billed,
    Ordered,
    Steps,
    Turns,
    Worked,
    cent,
    pay,
    worked,
)

D = Decimal
Row = dict[str, Any]
VENDOR = "示例甲有限公司"
VENDORS = {VENDOR: {"bank_account": "6222000000000000001"}}
CONTRACT = "HT-1"
HOURS, ON_SITE = "IT外包", "驻场"  # two names under which the same hours count
FIRST, DUE, LAST = date(2026, 6, 1), date(2026, 6, 10), date(2030, 1, 1)


@dataclass
class Dealings:
    """All papers of a contract. `by_ticket`: each resolved ticket is an hour."""

    agreed: Agreed
    lines: list[Ordered]
    invoices: list[Billed]
    entries: list[Worked] = field(default_factory=list)
    allowed: list[Allowed] = field(default_factory=list)
    by_ticket: bool = False
    bonus: Decimal = NONE
    over: Decimal = NONE  # how much more than was ordered may be paid where it was accepted


def day_of(offset: int) -> date:
    """A day from the first of June on."""
    return FIRST + timedelta(days=offset)


# ------------------------------------------------------------------ at random

days = st.integers(0, 30).map(day_of)
prices = st.sampled_from([D("0.37"), D("10.00"), D("333.33")])
factors = st.sampled_from([D("0.9"), D(1), D(1), D("1.005"), D("1.08")])
agreements = st.builds(
    Agreed,
    amount=st.sampled_from([None, D("500.00"), D("9000.00")]),
    advance=st.sampled_from([D(0), D("150.00"), D("99.99")]),
    retention=st.sampled_from([D(0), D("0.03"), D("0.1")]),
    late=st.sampled_from([D(0), D("0.001"), D("0.01")]),
    cap=st.sampled_from([None, D("0.02")]),
    quality=st.sampled_from([D(0), D("0.02")]),
    ppm=st.sampled_from([None, D(0), D(50_000)]),
)
overs = st.sampled_from([D(0), D(0), D("0.05"), D("0.5")])
EXCUSED = [frozenset(map(day_of, some)) for some in ((), range(10, 31, 2), range(10, 31))]  # late, by no vendor's fault
arrivals = st.lists(st.tuples(days, st.integers(0, 60), st.integers(0, 9)).filter(lambda one: any(one[1:])), max_size=4)
goods = st.builds(
    Ordered, st.integers(1, 120), prices, st.just(DUE), arrivals, item=st.sampled_from(["", "铜排"]),
    category=st.sampled_from(["", "机加工", "工程"]), excused=st.sampled_from(EXCUSED),
)  # fmt: skip
hours = st.builds(
    Ordered, st.integers(1, 60), st.sampled_from([D("80.00"), D("133.33")]), st.just(DUE), sort=st.just("hours"),
    category=st.sampled_from([HOURS, HOURS, ON_SITE]),
)  # fmt: skip
milestones = st.builds(
    lambda earns, came: Ordered(1, earns / TAX, DUE, [(came, 1, 0)] if came else [], CONTRACT, sort="milestone"),
    st.sampled_from([D("1000.00"), D("333.33")]), st.none() | days,
)  # fmt: skip
tolerances = st.lists(
    st.builds(
        Allowed, st.sampled_from([D(0), D("0.1")]), st.sampled_from([D(5), D(1000)]),
        st.sampled_from(["", "铜排"]), st.sampled_from(["", VENDOR]), st.sampled_from(["", "机加工"]),
    ).filter(lambda one: bool(one.item or one.vendor) != bool(one.category)),
    max_size=3, unique_by=lambda one: (one.item, one.vendor, one.category),
)  # fmt: skip
told = st.sampled_from(["quantity net rate", "quantity net", "quantity rate tax", "net rate", "rate tax", "", "rate"])


@st.composite
def ordered(draw: st.DrawFn) -> list[Ordered]:
    """Up to two lines an order, in two currencies at most; milestones of the contract."""
    lines = draw(st.lists(goods, min_size=1, max_size=3)) + draw(st.lists(hours, max_size=2))
    stages = draw(st.lists(milestones, max_size=2))
    foreign = draw(st.sampled_from(["", "", "USD"]))
    placed = [replace(line, order=_order(n, line), line=str(n % 2 + 1), currency=foreign if n in (2, 3) else "")
              for n, line in enumerate(lines)]  # fmt: skip
    return placed + [replace(stage, line=f"阶段{n}") for n, stage in enumerate(stages)]


def _order(number: int, line: Ordered) -> str:
    return f"{'RW' if line.sort == 'hours' else 'PO'}-{number // 2}"


@st.composite
def invoiced(draw: st.DrawFn, lines: Sequence[Ordered]) -> list[Billed]:
    """Rows of a register: some with credit notes, several under one number, and some in a copy of the file."""
    rows: list[Billed] = []
    for _ in range(draw(st.integers(1, 4))):
        number = draw(st.sampled_from(["N0X", "N1X", "N2X", "N3X", "N4X"]))
        on, also = draw(st.sampled_from(namings(lines)))
        line = lines[max(on, 0)]
        price = cent(line.price * draw(factors))
        quantity = 1 if line.is_milestone else draw(st.integers(1, 120))
        rate = draw(st.sampled_from([D("0.13"), D("0.13"), D("0.06")]))
        tells = frozenset(draw(told).split()) - ({"quantity"} if also else set())
        currency = draw(st.sampled_from([line.currency, line.currency, "", "USD"]))
        blue = Billed(number, on, draw(days), quantity, price, "", also, rate, tells, currency)
        rows.append(blue)
        if on >= 0 and draw(st.integers(0, 2)) == 0:
            back = draw(st.sampled_from([1, blue.quantity, max(blue.quantity // 2, 1)]))
            rows.append(replace(blue, number=f"R{len(rows)}X", quantity=back, red_of=number))
    copies = draw(st.lists(st.sampled_from(rows), max_size=2, unique_by=id))
    return rows + [replace(row, number=_spelled(row.number), page="补录.xlsx") for row in copies]


def namings(lines: Sequence[Ordered]) -> list[tuple[int, tuple[int, ...]]]:
    """What a row may name: a line; an order with two lines, or two orders; an order that there is not."""
    orders: dict[str, list[int]] = {}
    for n, line in enumerate(lines):
        orders.setdefault(line.order, []).append(n)
    stages = sorted(orders.pop(CONTRACT, []), key=lambda n: (*(day for day, *_ in lines[n].came or [(LAST,)]), n))
    some = [*orders.values(), stages, [n for order in list(orders.values())[:2] for n in order]]
    whole = [(mine[0], tuple(mine[1:])) for mine in some if len(mine) > 1]
    return [*((n, ()) for n in range(len(lines))), *whole, (-1, ())]


def _spelled(number: str) -> str:
    """The same number as another hand writes it."""
    return f" {number[0].lower()}-{number[1:].replace('0', 'O').replace('1', 'i')}"


@st.composite
def dealings(draw: st.DrawFn) -> Dealings:
    """Everything of a contract."""
    lines = draw(ordered())
    mine = [n for n, line in enumerate(lines) if line.sort == "hours"]
    by_ticket = draw(st.booleans())
    few = st.sampled_from([days, st.just(DUE)]).flatmap(lambda some: some)
    where = [{}] if by_ticket else [{}, *({"line": n} for n in mine), *({"order": lines[n].order} for n in mine)]
    entries = draw(
        st.lists(st.builds(_work, few, st.integers(1, 9 if by_ticket else 40), st.sampled_from(where)), max_size=4)
    )
    invoices = draw(invoiced(lines))
    bonus = draw(st.sampled_from([D(0), D("55.55")]))
    tried = entries if mine else []
    return Dealings(draw(agreements), lines, invoices, tried, draw(tolerances), by_ticket, bonus, draw(overs))


@st.composite
def settled_in_full(draw: st.DrawFn) -> Dealings:
    """All that was ordered comes and is billed at its price, in parts; every amount is one of whole cents, so that no
    share of an advance hangs on who comes first."""
    pieces = st.lists(st.integers(1, 30), min_size=1, max_size=3)
    lines, invoices, entries = [], [], []
    for n in range(draw(st.integers(1, 2))):
        came = [(draw(days), part, draw(st.integers(0, 3))) for part in draw(pieces)]
        lines.append(Ordered(sum(part for _, part, _ in came), draw(st.sampled_from([D(10), D(330)])), DUE, came,
                             line=str(n + 1)))  # fmt: skip
    if draw(st.booleans()):
        entries = [Worked(day, draw(st.integers(1, 30))) for day in draw(st.sets(days, min_size=1, max_size=3))]
        lines.append(Ordered(sum(one.hours for one in entries), D(80), DUE, [], "RW-1", "1", "hours", "", HOURS))
    if draw(st.booleans()):
        lines.append(Ordered(1, D(1000) / TAX, DUE, [(draw(days), 1, 0)], CONTRACT, "阶段0", "milestone"))
    for n, line in enumerate(lines):
        cuts = sorted({0, line.quantity, *draw(st.lists(st.integers(0, line.quantity), max_size=2))})
        for begin, end in pairwise(cuts):
            number = f"N{len(invoices)}X"
            invoices.append(
                Billed(number, n, draw(days), end - begin, D(1000) / TAX if line.is_milestone else line.price)
            )
    amount = sum((bill.gross for bill in invoices), D(0))
    agreed = Agreed(amount, draw(st.sampled_from([D(0), amount / 10, amount * 3 / 10])),
                    draw(st.sampled_from([D(0), D("0.05")])), draw(st.sampled_from([D(0), D("0.001")])))  # fmt: skip
    return Dealings(agreed, lines, invoices, entries, bonus=draw(st.sampled_from([D(0), D("55.55")])))


def _work(day: date, pieces: int, where: Mapping[str, Any]) -> Worked:
    return Worked(day, pieces, **where)


# ------------------------------------------------------------------ by the second settlement


def by_hand(papers: Dealings, turns: Turns | None = None, vendor: str = VENDOR) -> list[Steps]:
    """What becomes of every row, by the second settlement."""
    lines = [replace(line, came=list(line.came)) for line in papers.lines]
    worked(lines, papers.entries)
    return pay(papers.agreed, lines, papers.invoices, vendor, papers.allowed, turns, papers.over)


# ------------------------------------------------------------------ as tables


def earned_row(amount: Decimal) -> Row:
    """A bonus that waits."""
    return {
        "vendor": VENDOR, "rung": 3, "month": "2026-06", "contract_id": CONTRACT, "months": "2026-06",
        "reward": "bonus", "currency": "CNY", "rate": D("0.01"), "base": amount * 100, "amount": amount,
        "day": "2026-07-01", "settled_by": None, "settled_line": None,
    }  # fmt: skip


def contract_row(agreed: Agreed) -> Row:
    """A row of 合同台账."""
    return {
        "contract_id": CONTRACT, "vendor": VENDOR, "starts_on": date(2026, 1, 1), "ends_on": date(2027, 1, 1),
        "amount": agreed.amount, "currency": agreed.currency, "tax_rate": TAX - 1, "advance": agreed.advance or None,
        "advance_paid": None if agreed.paid_share is None else cent(agreed.advance * agreed.paid_share),
        "retention_rate": agreed.retention, "retention_months": D(12), "late_penalty_rate": agreed.late,
        "penalty_cap_rate": agreed.cap, "quality_penalty_rate": agreed.quality, "ppm_target": agreed.ppm,
    }  # fmt: skip


def order_row(line: Ordered) -> Row:
    """A row of 订单台账."""
    return {
        "order_id": line.order, "line": line.line, "contract_id": CONTRACT, "vendor": VENDOR, "item": line.item or None,
        "category": line.category or None, "quantity": D(line.quantity), "unit_price": line.price,
        "tax_rate": TAX - 1, "currency": line.currency or None, "promised_on": line.due,
    }  # fmt: skip


def delivery_row(line: Ordered, number: int, came: tuple[date, int, int]) -> Row:
    """A row of 收货台账."""
    day, good, bad = came
    return {
        "order_id": line.order, "line": line.line, "delivery_id": f"S-{number}", "vendor": VENDOR, "delivered_on": day,
        "received": D(good + bad), "accepted": D(good), "rejected": D(bad),
        "fault": "需方" if day in line.excused else None,
    }  # fmt: skip


def milestone_row(line: Ordered) -> Row:
    """A row of 里程碑."""
    passed = [day for day, *_ in line.came]
    return {
        "contract_id": CONTRACT, "milestone": line.line, "planned_on": line.due,
        "payable_amount": cent(line.price * TAX),
        "accepted_on": passed[0] if passed else None, "result": "通过" if passed else None,
    }  # fmt: skip


def work_rows(entry: Worked, number: int, papers: Dealings) -> list[Row]:
    """Its rows of 量测 or 问题单."""
    if papers.by_ticket:
        at = datetime.combine(entry.day, datetime.min.time())
        return [{"ticket_id": f"T-{number}-{n}", "vendor": VENDOR, "contract_id": CONTRACT, "opened_at": at,
                 "resolved_at": at + timedelta(hours=n), "kind": "工单"} for n in range(entry.hours)]  # fmt: skip
    mine = None if entry.line is None else papers.lines[entry.line]
    subject = f"{mine.order}/{mine.line}" if mine else entry.order or None
    return [{"vendor": VENDOR, "contract_id": CONTRACT, "measure": "工时", "measured_on": entry.day,
             "value": D(entry.hours), "subject": subject}]  # fmt: skip


def invoice_row(bill: Billed, lines: Sequence[Ordered]) -> Row:
    """A row of 发票登记."""
    sign = -1 if bill.red_of else 1
    mine = [lines[n] for n in (bill.line, *bill.also) if n >= 0]
    orders = dict.fromkeys(line.order for line in mine if not line.is_milestone)
    has_contract = bool(mine) and not orders
    named = "、".join(orders or ([] if mine else ["PO-9"]))
    figures = {"quantity": D(bill.quantity), "net": bill.net, "tax": bill.gross - bill.net}
    return {
        "invoice_no": bill.number, "vendor": VENDOR, "order_id": named or None,
        "line": None if bill.also else mine[0].line if mine else "1", "contract_id": CONTRACT if has_contract else None,
        "invoiced_on": bill.day, "gross": sign * bill.gross, "currency": bill.currency or None,
        **{name: sign * amount for name, amount in figures.items() if name in bill.tells},
        "tax_rate": bill.rate if "rate" in bill.tells else None,
        "kind": "红字" if bill.red_of else "蓝字", "blue_invoice_no": bill.red_of or None, "_file": bill.page,
    }  # fmt: skip


def table(kind: str, rows: Iterable[Row]) -> pd.DataFrame:
    """Rows of a kind as the ledger has them."""
    return frame(arrow(kind, rows))


def arrow(kind: str, rows: Iterable[Row]) -> pa.Table:
    """Rows of a kind as they are loaded; `_file` and `_row` where a row says so, else as they stand."""
    rows = list(rows)
    found = pa.Table.from_pylist(rows, schema=known()[kind].schema)
    places = {"_file": [row.get("_file", f"{kind}.xlsx") for row in rows], "_sheet": ["台账"] * len(rows),
              "_row": [row.get("_row", n + 2) for n, row in enumerate(rows)]}  # fmt: skip
    for name, values in places.items():
        found = found.append_column(name, pa.array(values, pa.int64() if name == "_row" else pa.string()))
    return found


def rules_of(papers: Dealings) -> Settlement:
    """The usual ones, with these tolerances and what counts as work."""
    own = {str(n): Tolerance(one.rate, one.cap, one.item, one.vendor, one.category)
           for n, one in enumerate(papers.allowed)}  # fmt: skip
    work = Work("tickets", "工单") if papers.by_ticket else Work("measurements", "工时")
    return Settlement("RULES 7", D("0.01"), D("100.00"), D("0.05"), 60, 60, retention_caps=CAPPED, tolerances=own,
                      work={HOURS: work, ON_SITE: work}, over_delivery_rate=papers.over)  # fmt: skip


def settled(
    papers: Dealings, today: date = FIRST, register: Sequence[Row] | None = None, chance: Random | None = None
) -> list[Payable]:
    """What becomes of every row, by the robots. `register`: the rows of the invoices, where they stand otherwise;
    `chance`: sorts all other tables anew."""
    tables = {kind: [*rows] for kind, rows in rows_of(papers).items()}
    for rows in tables.values() if chance else ():
        chance.shuffle(rows)  # type: ignore[union-attr]  # there where it is asked
    found = {kind: table(kind, rows) for kind, rows in tables.items()}
    rules, deliveries = rules_of(papers), judged(found["deliveries"])
    book = order_book(order_lines(found["orders"], deliveries, LAST), deliveries, found["contracts"])
    accept_work(book, found["measurements"], found["tickets"], rules, LAST)
    services = milestone_book(found["milestones"], found["contracts"], None, LAST)
    rows = [invoice_row(bill, papers.lines) for bill in papers.invoices] if register is None else list(register)
    terms = Terms(rules, "CNY", date(2026, 1, 1), today)
    return list(settle(book, records(table("invoices", rows)), VENDORS, terms, services))


def rows_of(papers: Dealings) -> dict[str, list[Row]]:
    """Every table but the invoices'."""
    came = [(line, one) for line in papers.lines if line.sort == "goods" for one in line.came]
    work = [row for n, entry in enumerate(papers.entries) for row in work_rows(entry, n, papers)]
    return {
        "orders": [order_row(line) for line in papers.lines if not line.is_milestone],
        "deliveries": [delivery_row(line, n, one) for n, (line, one) in enumerate(came)],
        "contracts": [contract_row(papers.agreed)],
        "milestones": [milestone_row(line) for line in papers.lines if line.is_milestone],
        "measurements": [] if papers.by_ticket else work,
        "tickets": work if papers.by_ticket else [],
    }
