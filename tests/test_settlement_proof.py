"""Money proven: random contracts, deliveries, invoices, credit notes and orders of arrival, against a second settlement
that was written from the rules alone, and against laws that no history may break (RULES 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from robots.crew.paymaster.rows import (
    by_line,
    carried,
    first_sheets,
    line_of,
    offset_row,
    overpaid,
    propose,
    set_off,
    waterfalls,
)
from robots.figures.settlement import Acceptance, OrderLine, Payable, Terms, settle
from robots.rules import Settlement
from tests.dealings import (
    DUE,
    FIRST,
    LAST,
    VENDOR,
    VENDORS,
    Dealings,
    agreements,
    arrivals,
    by_hand,
    day_of,
    dealings,
    factors,
    invoice_row,
    prices,
    settled,
)
from tests.histories import examples
from tests.naive_settlement import STEPS, TAX, Agreed, Billed, Ordered, Steps, cent, same

D = Decimal
Row = dict[str, Any]
RULES = Settlement("RULES 7", D("0.01"), D("100.00"), D("0.05"), 60, 60)


# ------------------------------------------------------------------ histories

ordered = st.builds(Ordered, st.integers(1, 120), prices, st.just(DUE), arrivals)
DEAREST = D("1.08")


@st.composite
def histories(draw: st.DrawFn, most: Decimal = DEAREST, notes: bool = True) -> tuple[Any, ...]:
    """A contract, one or two order lines, and invoices on them, some with a credit note."""
    lines = draw(st.lists(ordered, min_size=1, max_size=2))
    invoices: list[Billed] = []
    for n in range(draw(st.integers(1, 4))):
        on = draw(st.integers(0, len(lines) - 1))
        price = cent(lines[on].price * min(draw(factors), most))
        blue = Billed(f"N{n}X", on, day_of(draw(st.integers(5, 28))), draw(st.integers(1, 120)), price)
        invoices.append(blue)
        if notes and draw(st.booleans()):
            back = draw(st.integers(1, blue.quantity))
            invoices.append(replace(blue, number=f"R{n}X", quantity=back, red_of=blue.number))
    return draw(agreements), lines, invoices


@st.composite
def crowds(draw: st.DrawFn) -> tuple[Any, ...]:
    """Several invoices that ask for the same few pieces."""
    came = draw(st.lists(st.tuples(st.integers(0, 20).map(day_of), st.integers(10, 30), st.just(0)), max_size=3))
    line = Ordered(60, D("10.00"), DUE, [(date(2026, 6, 5), 30, 0), *came])
    count = draw(st.integers(2, 3))
    blue = [Billed(f"N{n}X", 0, day_of(draw(st.integers(5, 28))), draw(st.sampled_from([15, 30, 60])), line.price)
            for n in range(count)]  # fmt: skip
    red = [replace(one, number=f"R{one.number}", quantity=draw(st.sampled_from([10, one.quantity])), red_of=one.number)
           for one in blue if draw(st.booleans())]  # fmt: skip
    return draw(agreements), [line], [*blue, *red]


def _contract(agreed: Agreed) -> Row:
    return {
        "contract_id": "HT-1", "amount": agreed.amount, "advance": agreed.advance, "advance_paid": agreed.advance,
        "retention_rate": agreed.retention, "retention_months": D(12), "late_penalty_rate": agreed.late,
        "penalty_cap_rate": agreed.cap, "quality_penalty_rate": agreed.quality, "ppm_target": agreed.ppm,
    }  # fmt: skip


def _line(agreed: Agreed, n: int, line: Ordered) -> OrderLine:
    came = sorted(line.came, key=lambda one: one[0])
    return OrderLine(
        f"PO-{n}", "1", VENDOR, D(line.quantity), line.price, D("0.13"), line.due, None, _contract(agreed),
        [Acceptance(day, D(good), None, D(bad)) for day, good, bad in came if good], D(sum(bad for *_, bad in came)),
    )  # fmt: skip


def _invoice(bill: Billed, row: int, file: str = "发票.xlsx") -> Row:
    sign = -1 if bill.red_of else 1
    net = sign * bill.quantity * bill.price
    return {
        "_file": file, "_sheet": "6月", "_row": row, "invoice_no": bill.number, "vendor": VENDOR,
        "order_id": f"PO-{bill.line}", "line": "1", "contract_id": None, "invoiced_on": bill.day,
        "quantity": D(sign * bill.quantity), "unit_price": None, "net": net, "tax_rate": D("0.13"), "tax": None,
        "gross": sign * bill.gross, "kind": "红字" if bill.red_of else "蓝字", "blue_invoice_no": bill.red_of or None,
    }  # fmt: skip


def _owed(
    agreed: Agreed, lines: Sequence[Ordered], rows: Sequence[Row], today: date = FIRST, before: Sequence[Row] = ()
) -> list[Payable]:
    book = {f"PO-{n}": [_line(agreed, n, line)] for n, line in enumerate(lines)}
    terms = Terms(RULES, "CNY", date(2026, 1, 1), today)
    return list(settle(book, rows, VENDORS, terms, carried=first_sheets(before)))


def _rows(invoices: Sequence[Billed]) -> list[Row]:
    return [_invoice(bill, n) for n, bill in enumerate(invoices)]


# ------------------------------------------------------------------ against the second implementation


STOPPED = {"DUPLICATE", "NO_ORDER", "CURRENCY", "CREDITED", "RED_ALONE"}  # whole, before any match


@examples(60)
@given(dealings(), st.sampled_from([D(1), D("0.5"), D(0), None]))
def test_a_second_settlement_written_from_the_rules_agrees_to_the_cent(papers: Dealings, paid: Decimal | None) -> None:
    """Goods, hours, tickets and milestones; invoices over several lines and orders, in parts, twice, with credit notes
    and in two currencies; advances paid, half paid, not paid and unknown; all levels of tolerance; the VAT of each
    line."""
    papers.agreed.paid_share = paid
    assert _in_order(map(_told, settled(papers))) == _in_order(by_hand(papers))


def _told(payable: Payable) -> Steps:
    steps = {name: getattr(payable, name) for name in STEPS}
    told = steps | {
        "number": same(payable.invoice_no), "order": payable.order_id, "line": payable.line,
        "currency": payable.currency, "credit": payable.credit,
    }  # fmt: skip
    blank = {"order": "", "line": "", "currency": "", "tax": None, "credit": D(0)}
    return told | blank if STOPPED & set(payable.reasons) else told


def _in_order(steps: Iterable[Steps]) -> list[Steps]:
    return sorted(steps, key=lambda one: (one["number"], one["order"], one["line"], one["gross"]))


# ------------------------------------------------------------------ laws


@given(histories())
def test_the_steps_sum_to_the_net_and_each_has_its_cause(history: tuple[Any, ...]) -> None:
    agreed, lines, invoices = history
    for payable in _owed(agreed, lines, _rows(invoices), LAST):
        assert sum(step.amount for step in payable.steps) == payable.net >= 0
        assert all(step.because for step in payable.steps)


@given(histories(most=D(1)))
def test_never_more_than_what_was_accepted_at_its_price(history: tuple[Any, ...]) -> None:
    agreed, lines, invoices = history
    owed = _owed(agreed, lines, _rows(invoices), LAST)
    for n, line in enumerate(lines):
        accepted = min(sum(good for _, good, _ in line.came), line.quantity)
        paid = sum(p.net + p.advance_offset for p in owed if p.order_id == f"PO-{n}")
        assert paid <= accepted * line.price * TAX + D("0.01") * len(invoices)


@given(histories())
def test_what_is_retained_is_released_to_the_cent_and_only_from_its_date_on(history: tuple[Any, ...]) -> None:
    agreed, lines, invoices = history
    kept = sum(p.retention for p in _owed(agreed, lines, _rows(invoices)))
    assert kept == sum(p.net for p in _owed(agreed, lines, _rows(invoices), LAST) if p.what == "retention")
    assert not [p for p in _owed(agreed, lines, _rows(invoices), date(2027, 5, 31)) if p.what == "retention"]


@examples(25)
@given(dealings())
def test_the_vat_of_the_lines_is_that_of_the_invoice(papers: Dealings) -> None:
    """价税分离: to the cent, over however many lines and orders an invoice goes."""
    rows = [replace(bill, number=f"N{n}X") for n, bill in enumerate(_blue(papers)) if bill.line >= 0]
    lines = [replace(line, currency="") for line in papers.lines]
    owed = settled(replace(papers, lines=lines, invoices=[replace(row, currency="") for row in rows]))
    for row in rows:
        mine = [p for p in owed if p.invoice_no == row.number]
        net = cent(row.gross / (1 + (row.rate if "rate" in row.tells else TAX - 1)))
        stated = row.net if row.tells & {"net", "tax"} else net
        assert sum(p.tax for p in mine) == row.gross - stated
        assert sum(p.net_of_tax for p in mine) == stated


@examples(25)
@given(st.lists(st.tuples(st.integers(1, 40), prices), min_size=3, max_size=4))
def test_the_vat_of_an_invoice_is_shared_out_to_the_cent(ordered: list[tuple[int, Decimal]]) -> None:
    """Over all lines of two orders that it names in one cell: none of it is lost between them."""
    lines = [Ordered(pieces, price, DUE, [(DUE, pieces, 0)], f"PO-{n // 2}", str(n % 2 + 1))
             for n, (pieces, price) in enumerate(ordered)]  # fmt: skip
    also = tuple(range(1, len(lines)))
    value = sum((pieces * price for pieces, price in ordered), D(0))
    bill = Billed("N0X", 0, DUE, 1, value, also=also, tells=frozenset({"net", "rate"}))
    owed = settled(Dealings(Agreed(), lines, [bill]))
    assert sum(p.tax for p in owed) == bill.gross - bill.net
    assert sum(p.gross for p in owed) == bill.gross


def _blue(papers: Dealings) -> list[Billed]:
    return [bill for bill in papers.invoices if not bill.red_of]


@examples(40)
@given(dealings(), st.randoms(use_true_random=False))
def test_registers_that_are_sorted_anew_say_the_same(papers: Dealings, chance: Random) -> None:
    """Where no two invoices are of one day, and no two lots of one day and line are of different quality."""
    bills = [replace(bill, number=f"N{n}X", day=day_of(n)) for n, bill in enumerate(_blue(papers))]
    papers = replace(papers, invoices=bills, agreed=replace(papers.agreed, quality=D(0)))
    register = [invoice_row(bill, papers.lines) | {"_row": n} for n, bill in enumerate(bills)]
    places = chance.sample(range(2, 90), len(bills))
    mixed = chance.sample([row | {"_row": place} for row, place in zip(register, places, strict=True)], len(bills))
    assert _amounts(settled(papers, LAST, mixed, chance)) == _amounts(settled(papers, LAST, register))


def _amounts(owed: Iterable[Payable]) -> list[tuple[Any, ...]]:
    return sorted((line_of(p), *(getattr(p, name) for name in STEPS), p.reasons) for p in owed)


@examples(25)
@given(dealings(), st.data())
def test_an_invoice_in_two_asks_for_the_same(papers: Dealings, data: st.DataObject) -> None:
    """Of the same goods at the agreed price, as two invoices of its day: to the cent where nothing is rounded, else as
    near as two roundings come."""
    price = data.draw(st.sampled_from([D(1000), D("333.33")]))
    lines = [line if line.is_milestone else replace(line, price=price) for line in papers.lines]
    whole = [Billed(f"N{n}X", bill.line, day_of(n), bill.quantity, price) for n, bill in enumerate(_blue(papers))
             if bill.line >= 0 and not lines[bill.line].is_milestone]  # fmt: skip
    agreed = replace(papers.agreed, amount=None)
    cut = [data.draw(st.integers(0, bill.quantity)) for bill in whole]
    halves = [replace(bill, number=f"{bill.number}{half}", quantity=quantity)
              for bill, first in zip(whole, cut, strict=True)
              for half, quantity in ((1, first), (2, bill.quantity - first)) if quantity]  # fmt: skip
    one, two = (settled(replace(papers, agreed=agreed, lines=lines, invoices=bills)) for bills in (whole, halves))
    near = D(0) if price == D(1000) else D("0.01") * (len(halves) + len(whole)) * 4
    for n, line in enumerate(lines):
        nets = [sum(p.net for p in owed if (p.order_id, p.line) == (line.order, line.line)) for owed in (one, two)]
        assert abs(nets[0] - nets[1]) <= near, n


parts = st.lists(st.integers(1, 40), min_size=1, max_size=6)


@given(parts, prices, st.sampled_from([D("0.1"), D("0.3"), D("0.333")]), st.randoms())
def test_an_advance_is_back_to_the_cent_when_all_is_accepted(
    delivered: list[int], price: Decimal, rate: Decimal, chance: Any
) -> None:
    """However it is delivered, and whichever invoice comes first."""
    pieces = sum(delivered)
    line = Ordered(pieces, price, DUE, [(day_of(n), part, 0) for n, part in enumerate(delivered)])
    amount = sum(cent(part * price * TAX) for part in delivered)
    agreed = Agreed(amount=amount, advance=cent(amount * rate))
    invoices = [Billed(f"N{n}X", 0, day_of(n), part, price) for n, part in enumerate(delivered)]
    chance.shuffle(invoices)
    owed = _owed(agreed, [line], _rows(invoices))
    assert sum(p.advance_offset for p in owed) == agreed.advance
    assert sum(p.net for p in owed) + agreed.advance == amount


@examples(30)
@given(dealings(), st.randoms(use_true_random=False))
def test_a_register_dropped_twice_asks_for_nothing_more(papers: Dealings, chance: Random) -> None:
    """Whichever of the two the robots see first."""
    mine = [bill for bill in papers.invoices if bill.page == "发票.xlsx"]
    rows = [invoice_row(bill, papers.lines) | {"_row": n} for n, bill in enumerate(mine)]
    copy = chance.choice(["发票 副本.xlsx", "发票2.xlsx"])
    both = [*rows, *(row | {"_file": copy} for row in rows)]
    twice = settled(papers, register=chance.sample(both, len(both)))
    assert _nets(twice) == _nets(settled(papers, register=rows))
    assert all(p.net == 0 for p in twice if "DUPLICATE" in p.reasons)


def _nets(owed: Iterable[Payable]) -> Counter[Any]:
    return Counter((line_of(p), p.net) for p in owed if p.net)


@given(histories(), st.data())
def test_a_delivery_in_two_rows_is_the_same_delivery(history: tuple[Any, ...], data: st.DataObject) -> None:
    """Where no quality penalty hangs on how good each row's lot was."""
    agreed, lines, invoices = history
    agreed = replace(agreed, quality=D(0))
    split = [replace(line, came=[half for one in line.came for half in _halves(one, data)]) for line in lines]
    assert _owed(agreed, split, _rows(invoices)) == _owed(agreed, lines, _rows(invoices))


def _halves(one: tuple[date, int, int], data: st.DataObject) -> list[tuple[date, int, int]]:
    day, good, bad = one
    first = data.draw(st.integers(0, good))
    return [(day, first, bad), (day, good - first, 0)]


# ------------------------------------------------------------------ sheets, in whatever order things become known


def _sheet(owed: list[Payable], before: list[Row], batch: str) -> list[Row]:
    """What a sheet carries beyond earlier ones, as the paymaster writes it."""
    lines = by_line(before)
    rows = [propose(p, lines.get(line_of(p), ()), batch, VENDORS) for p in owed]
    return set_off([row for row in rows if row])[0]


@given(st.one_of(crowds(), histories(most=D(1))), st.data())
def test_whatever_becomes_known_when_no_money_leaves_twice(history: tuple[Any, ...], data: st.DataObject) -> None:
    agreed, lines, invoices = history
    rows = _rows(invoices)
    facts = data.draw(st.permutations([*rows, *((n, one) for n, line in enumerate(lines) for one in line.came)]))
    before: list[Row] = []
    for turn in range(1, len(facts) + 2):
        known = facts[:turn]
        came = [replace(line, came=[f[1] for f in known if isinstance(f, tuple) and f[0] == n])
                for n, line in enumerate(lines)]  # fmt: skip
        owed = _owed(
            agreed, came, [f for f in known if isinstance(f, dict)], LAST if turn > len(facts) else FIRST, before
        )
        fresh = _sheet(owed, before, f"FK-{turn:02d}")
        _holds_together(owed, fresh, before)
        before += fresh
        lines = by_line(before)
        offset = (offset_row(p, lines.get(line_of(p), ()), VENDORS) for p in owed)
        before += [row | {"batch": f"CD-{turn:02d}"} for row in offset if row]
        assert not _sheet(owed, before, "FK-99")  # running twice changes nothing
    assert len({row["payment_key"] for row in before}) == len(before)
    _never_too_much(lines, invoices, owed, before)


def _holds_together(owed: list[Payable], fresh: list[Row], before: list[Row]) -> None:
    """The steps behind a row sum to it, and a vendor is never asked to pay us by a sheet."""
    by_name = {line_of(p): p for p in owed}
    for row in fresh:
        payable = by_name[row["invoice_key"], row["order_id"], row["line"]]
        assert sum(step["amount"] for step in waterfalls(payable, row, before)) == row["net"]
    assert sum(row["net"] for row in fresh) > 0 or not fresh


def _never_too_much(lines: list[Ordered], invoices: list[Billed], owed: list[Payable], before: list[Row]) -> None:
    waits = [row for p in owed if (row := propose(p, carried(p, before), "", VENDORS))]
    excess = sum(overpaid(p, carried(p, before)) for p in owed if not p.credit)
    cents = D("0.01") * len(invoices)  # what was rejected may come to be held, each rounded for itself
    assert sum(row["net"] for row in [*before, *waits]) <= sum(p.net for p in owed) + excess + cents
    for n, line in enumerate(lines):
        accepted = min(sum(good for _, good, _ in line.came), line.quantity)
        paid = sum(row["net"] for row in [*before, *waits] if row["order_id"] == f"PO-{n}")
        assert paid <= accepted * line.price * TAX + cents


def test_what_was_rejected_and_is_held_by_now_is_not_paid_because_a_credit_note_came() -> None:
    line = Ordered(10, D(10), DUE, [(day_of(1), 5, 5)])
    blue = Billed("N1X", 0, day_of(5), 10, D(10))
    before = _sheet(_owed(Agreed(), [line], _rows([blue])), [], "FK-1")
    assert [(row["net"], row["rejected"], row["held"]) for row in before] == [(D("56.50"), D("56.50"), D("0.00"))]
    mended = replace(line, came=[(day_of(1), 4, 0)])  # the other five were never delivered, and one of these neither
    red = replace(blue, number="R1X", quantity=1, red_of="N1X")
    (now,) = _owed(Agreed(), [mended], _rows([blue, red]), before=before)
    assert (now.net, now.rejected, now.held) == (D("45.20"), D("0.00"), D("56.50"))
    assert not _sheet([now], before, "FK-2")


def test_a_late_invoice_of_an_earlier_day_cannot_take_what_was_paid() -> None:
    line = Ordered(50, D(10), DUE, [(day_of(3), 50, 0)])
    first, late = Billed("N1X", 0, day_of(20), 50, D(10)), Billed("N2X", 0, day_of(10), 50, D(10))
    before = _sheet(_owed(Agreed(), [line], _rows([first])), [], "FK-1")
    owed = _owed(Agreed(), [line], _rows([first, late]), before=before)
    assert [row["net"] for row in before] == [D("565.00")] and not _sheet(owed, before, "FK-2")
    assert [(p.invoice_no, p.net, p.reasons) for p in owed] == [
        ("N1X", D("565.00"), ()), ("N2X", D("0.00"), ("ALREADY_BILLED",)),
    ]  # fmt: skip


def test_money_that_goes_out_comes_back_and_goes_out_again_has_three_keys() -> None:
    line = Ordered(50, D(10), DUE, [(day_of(3), 50, 0)])
    blue, other = Billed("N1X", 0, day_of(5), 20, D(10)), Billed("N2X", 0, day_of(6), 30, D(10))
    red = replace(blue, number="R1X", red_of="N1X")
    before: list[Row] = []
    for turn, known in enumerate(([blue], [blue, red, other], [blue, other]), 1):
        before += _sheet(_owed(Agreed(), [line], _rows(known), before=before), before, f"FK-{turn}")
    assert [row["net"] for row in before] == [D("226.00"), D("-226.00"), D("339.00"), D("226.00")]
    assert len({row["payment_key"] for row in before}) == 4


def test_a_hold_takes_nothing_back_and_a_credit_note_that_nothing_can_be_set_off_against_waits() -> None:
    line = Ordered(50, D(10), DUE, [(day_of(3), 50, 0)])
    blue = Billed("N1X", 0, day_of(5), 20, D(10))
    before = _sheet(_owed(Agreed(), [line], _rows([blue])), [], "FK-1")
    (held,) = (p.hold_all("BANK_CHANGE") for p in _owed(Agreed(), [line], _rows([blue]), before=before))
    assert propose(held, before, "", VENDORS) is None and overpaid(held, before) == 0
    red = replace(blue, number="R1X", quantity=5, red_of="N1X")
    (less,) = _owed(Agreed(), [line], _rows([blue, red]), before=before)
    for payable in (less, less.hold_all("BANK_CHANGE")):
        row = propose(payable, before, "", VENDORS)
        assert row and row["net"] == D("-56.50") and overpaid(payable, before) == D("56.50")
        assert set_off([row]) == ([], [row])
