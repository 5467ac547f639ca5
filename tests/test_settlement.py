"""What is owed: the match and the waterfall case by case, then money laws on random histories."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robots.crew.paymaster import payment_key, propose
from robots.crew.paymaster.owing import Owing, _compare
from robots.crew.paymaster.rows import holds, line_of, rest
from robots.edge.settings import shipped_words
from robots.figures.settlement import Acceptance, OrderLine, Payable, Terms, Turn, settle
from robots.rules import Settlement

D = Decimal
Row = dict[str, Any]
RULES = Settlement("RULES 7", D("0.01"), D("100.00"), D("0.05"), 60, 60)
TERMS = Terms(RULES, "CNY", date(2026, 1, 1))
VENDOR = "示例甲有限公司"
VENDORS = {VENDOR: {"bank_account": "6222000000000000001"}}
DUE = date(2026, 6, 10)


def line(
    *accepted: tuple[int, int], quantity: int = 100, price: str = "10", rejected: int = 0, **terms: Any
) -> OrderLine:
    """An order line due on 10 June; `accepted` are (day of June, quantity)."""
    arrivals = [(date(2026, 6, day), D(pieces)) for day, pieces in accepted]
    return OrderLine("PO-1", "1", VENDOR, D(quantity), D(price), D("0.13"), DUE, None, terms, arrivals, D(rejected))


def invoice(
    quantity: int | None = 100, price: str = "10", number: str = "F-1", day: int = 20, **other: Any
) -> dict[str, Any]:
    """An invoice over `quantity` pieces at 13 % VAT, dated in June; without quantity it bills an amount."""
    net = D(quantity or 100) * D(price)
    row = {
        "_file": "发票.xlsx", "_sheet": "6月", "_row": day, "invoice_no": number, "vendor": VENDOR, "order_id": "PO-1",
        "line": "1", "contract_id": None, "invoiced_on": date(2026, 6, day),
        "quantity": D(quantity) if quantity else None,
        "unit_price": None, "net": net, "tax_rate": D("0.13"), "tax": None, "kind": "蓝字", "blue_invoice_no": None,
        "gross": (net * D("1.13")).quantize(D("0.01"), ROUND_HALF_UP),
    }  # fmt: skip
    return row | other


def owed(order: OrderLine, *invoices: dict[str, Any]) -> list[Payable]:
    return list(settle({"PO-1": [order]}, invoices, VENDORS, TERMS))


WATERFALLS = {
    "all accepted in time: all is paid": (line((9, 100)), invoice(), {"net": "1130.00"}),
    "cheaper than the contract: the invoice counts": (line((9, 100)), invoice(price="9"), {"net": "1017.00"}),
    "60 of 100 accepted: the rest is held": (
        line((9, 60)), invoice(), {"net": "678.00", "held": "452.00", "reasons": ("QUANTITY",)},
    ),
    "12 rejected and not replaced: never payable": (
        line((9, 188), quantity=188, rejected=12), invoice(200),
        {"net": "2124.40", "rejected": "135.60", "reasons": ("REJECTED",)},
    ),
    "price 0.5 % above, within tolerance: as billed": (line((9, 100)), invoice(price="10.05"), {"net": "1135.65"}),
    "price 8 % above: the excess is not paid": (
        line((9, 100)), invoice(price="10.80"), {"net": "1130.00", "price_variance": "90.40", "reasons": ("PRICE",)},
    ),
    "price 0.9 % above but more than the cap of 100.00": (
        line((9, 2000), quantity=2000), invoice(2000, "10.09"), {"net": "22600.00", "price_variance": "203.40"},
    ),
    "five days late at 0.1 % a day": (
        line((15, 100), late_penalty_rate=D("0.001")), invoice(), {"penalty": "5.65", "net": "1124.35"},
    ),
    "half of it late: only that half": (
        line((9, 50), (15, 50), late_penalty_rate=D("0.001")), invoice(), {"penalty": "2.83", "net": "1127.17"},
    ),
    "late beyond the cap of 5 %": (
        line((30, 100), late_penalty_rate=D("0.01")), invoice(), {"penalty": "56.50", "net": "1073.50"},
    ),
    "3 % retention, due a year after acceptance": (
        line((9, 100), retention_rate=D("0.03"), retention_months=D(12)), invoice(),
        {"retention": "33.90", "net": "1096.10", "retention_due_on": date(2027, 6, 9)},
    ),
    "payment days of the contract, from the later of invoice and acceptance": (
        line((9, 100), payment_days=D(30)), invoice(), {"net": "1130.00", "due_on": date(2026, 7, 20)},
    ),
    "accepted after it was billed: due from the acceptance": (
        line((25, 100), payment_days=D(30)), invoice(), {"due_on": date(2026, 7, 25), "accepted_on": date(2026, 6, 25)},
    ),
    "delivered in time and accepted after it was billed": (
        replace(line(payment_days=D(30)), accepted=[Acceptance(date(2026, 6, 9), D(100), date(2026, 6, 25))]),
        invoice(), {"due_on": date(2026, 7, 25), "late_days": 0},
    ),
    "a delivery of which nothing is billed yet moves no date": (
        line((9, 60), (25, 40)), invoice(60), {"accepted_on": date(2026, 6, 9), "late_days": 0},
    ),
    "a penalty takes no more than there is": (
        line((15, 100), late_penalty_rate=D("0.05"), penalty_cap_rate=D(1)), invoice(price="1"),
        {"gross": "113.00", "penalty": "113.00", "net": "0.00"},
    ),
    "the tax that stands in the register, a cent's rounding off the rate": (
        line((9, 100)), invoice(net=D("999.95"), tax=D("130.05")), {"tax": "130.05", "net": "1130.00"},
    ),
    "no tax in the register: what lies between net and gross": (
        line((9, 100)), invoice(net=D("999.95")), {"tax": "130.05", "net": "1130.00"},
    ),
    "no contract days: the default": (line((9, 100)), invoice(), {"due_on": date(2026, 8, 19)}),
    "an amount without quantity": (line((9, 60)), invoice(None), {"net": "678.00", "held": "452.00"}),
    "an order that does not exist": (
        line((9, 100)), invoice(order_id="PO-9"), {"net": "0.00", "held": "1130.00", "reasons": ("NO_ORDER",)},
    ),
    "another vendor's order": (
        line((9, 100)), invoice(vendor="虚构乙公司"), {"net": "0.00", "reasons": ("WRONG_VENDOR", "NO_ACCOUNT")},
    ),
    "a line the order does not have": (line((9, 100)), invoice(line="7"), {"net": "0.00", "reasons": ("NO_LINE",)}),
    "an order without a price": (line((9, 100), price="0"), invoice(), {"net": "0.00", "reasons": ("NO_PRICE",)}),
    "an order in another currency: a payable in that currency": (
        replace(line((9, 100)), currency="USD"), invoice(), {"net": "1130.00", "currency": "USD", "reasons": ()},
    ),
    "an invoice in another currency than its order": (
        line((9, 100)), invoice(currency="USD"), {"net": "0.00", "reasons": ("CURRENCY",)},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("order", "billed", "expected"), WATERFALLS.values(), ids=WATERFALLS)
def test_the_waterfall(order: OrderLine, billed: dict[str, Any], expected: dict[str, Any]) -> None:
    payable = owed(replace(order, accepted=list(order.accepted)), billed)[0]
    seen = {name: getattr(payable, name) for name in expected}
    assert {name: str(value) if isinstance(value, Decimal) else value for name, value in seen.items()} == expected


PARTS = {
    "above the price, and more than came": (
        line((9, 60)), invoice(price="10.80"), {"PRICE": "54.24", "QUANTITY": "488.16"},
    ),
    "what holds the whole line takes the rest": (
        line((9, 60)), invoice(vendor_account=None), {"QUANTITY": "452.00", "NO_ACCOUNT": "678.00"},
    ),
    "two that hold the whole line hold it together": (
        line((9, 100)), invoice(vendor="虚构乙公司"), {"WRONG_VENDOR+NO_ACCOUNT": "1130.00"},
    ),
    "one that finds nothing left stands with what is stopped": (
        line(quantity=100, rejected=100), invoice(vendor_account=None), {"REJECTED+NO_ACCOUNT": "1130.00"},
    ),
    "a credit note without its invoice is below nothing": (
        line((9, 100)), invoice(-100, kind="红字"), {"RED_ALONE": "-1130.00"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("order", "billed", "expected"), PARTS.values(), ids=PARTS)
def test_what_is_stopped_is_told_part_by_part(order: OrderLine, billed: Row, expected: dict[str, str]) -> None:
    vendors = {} if "vendor_account" in billed else VENDORS
    (payable,) = settle({"PO-1": [order]}, [billed], vendors, TERMS)
    assert {"+".join(part.reasons): str(part.amount) for part in payable.parts} == expected
    assert sum(part.amount for part in payable.parts) == payable.stopped


CAUSES = {
    "a price that was divided for": (
        line((9, 3), quantity=3, price="1234.5"), invoice(3, "2000", net=D("5000.00"), gross=D("5650.00")),
        "单价 1,666.6667 高于合同价 1,234.5；容差 1.00% 且不超过 100.00",
    ),
    "pieces that an amount was divided for": (
        line((9, 1000), quantity=9000, price="3"), invoice(None, net=D("8000.00"), gross=D("9040.00")),
        "暂扣 1,666.6667 件，本次可付 1,000 件",
    ),
    "rejected": (line(quantity=2000, rejected=2000), invoice(2000), "不合格 2,000 件，单价 10"),
    "an advance": (
        line((9, 100), contract_id="HT-1", amount=D(113000), advance=D(20000), advance_paid=D(20000)), invoice(),
        "预付款 20,000.00 按验收比例抵扣：累计验收 1,130.00，合同额 113,000.00，余额 19,800.00",
    ),
    "an advance of a contract without an amount": (
        line((9, 100), contract_id="HT-1", advance=D(20000), advance_paid=D(20000)), invoice(),
        "预付款 20,000.00，合同没有金额，自首次验收起抵扣：累计验收 1,130.00，余额 18,870.00",
    ),
    "an advance that nobody knows to be paid": (
        line((9, 100), contract_id="HT-1", amount=D(113000), advance=D(20000)), invoice(),
        "不知预付款是否已付：累计验收 1,130.00 应抵扣的部分先暂扣",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("order", "billed", "said"), CAUSES.values(), ids=CAUSES)
def test_a_cause_prints_amounts_as_amounts(order: OrderLine, billed: Row, said: str) -> None:
    (payable,) = owed(order, billed)
    told = [shipped_words("zh").speak(step.because) for step in payable.steps]
    assert any(said in one for one in told), told


def test_two_invoices_share_one_line_and_the_second_finds_what_is_left() -> None:
    first, second = owed(line((9, 100)), invoice(70), invoice(70, number="F-2", day=21))
    assert (first.net, second.net, second.held) == (D("791.00"), D("339.00"), D("452.00"))


def test_the_price_tolerance_is_cumulative_over_the_line() -> None:
    first, second = owed(
        line((9, 20_000), quantity=20_000), *(invoice(10_000, "10.009", f"F-{n}", 20 + n) for n in (1, 2))
    )
    assert (first.price_variance, second.price_variance) == (D("0.00"), D("203.40"))  # 90.00, then 180.00 above the cap
    (whole,) = owed(line((9, 20_000), quantity=20_000), invoice(20_000, "10.009"))
    assert whole.net == first.net + second.net


SLACK = {"the rounding of a register": ("1130.05", "0.00"), "more than rounding": ("1130.06", "0.06")}


@pytest.mark.parametrize(("gross", "variance"), SLACK.values(), ids=SLACK)
def test_net_and_gross_may_differ_by_rounding_and_by_no_more(gross: str, variance: str) -> None:
    """Without any tolerance: the net is the contract's to the cent, and the gross asks for some cents more."""
    strict = replace(TERMS, rules=replace(RULES, price_tolerance_rate=D(0)))
    (payable,) = settle({"PO-1": [line((9, 100))]}, [invoice(gross=D(gross))], VENDORS, strict)
    assert payable.price_variance == D(variance)


DUPLICATES = ["F-1", " f-1", "F1", "F－1", "f-I"]


@pytest.mark.parametrize("number", DUPLICATES)
def test_the_same_invoice_under_any_spelling_is_held_whole(number: str) -> None:
    first, second = owed(line((9, 100), (9, 100), quantity=200), invoice(), invoice(number=number, day=28))
    assert (first.net, second.net, second.reasons) == (D("1130.00"), D("0.00"), ("DUPLICATE",))


OTHER = "示例甲(旧名)有限公司"
NATIONAL = "26112000000012345678"
NATIONAL_NUMBERS = {
    "全电发票 of 20 digits": (NATIONAL, NATIONAL, True),
    "with the spaces of one who typed it": (NATIONAL, "2611 2000 0000 1234 5678", True),
    "code of 12 and number of 8 in one cell": ("011002600111-12345678", "01100260011112345678", True),
    "8 digits: another vendor may have them, too": ("12345678", "12345678", False),
    "a seller's own number of 20 characters": ("INV-2026-000000000-0001", "INV-2026-000000000-0001", False),
}


@pytest.mark.parametrize(("first", "second", "is_one"), NATIONAL_NUMBERS.values(), ids=NATIONAL_NUMBERS)
def test_a_number_of_the_whole_country_is_one_invoice_whatever_the_vendor_is_called(
    first: str, second: str, is_one: bool
) -> None:
    mine = line((9, 100))
    theirs = replace(line((9, 100)), order_id="PO-2", vendor=OTHER)
    rows = [
        invoice(number=first),
        invoice(number=second, day=28, vendor=OTHER, order_id="PO-2", _file="旧名.xlsx"),
        invoice(number=second, day=29, vendor=OTHER, order_id="PO-2", line="2", _file="旧名.xlsx"),
    ]
    vendors = VENDORS | {OTHER: {"bank_account": "6222000000000000002"}}
    payables = list(settle({"PO-1": [mine], "PO-2": [theirs]}, rows, vendors, TERMS))
    assert payables[0].net == D("1130.00")
    if is_one:
        assert {(p.net, p.reasons) for p in payables[1:]} == {(D("0.00"), ("DUPLICATE",))}
        (seen,) = payables[1].evidence
        told = dict(seen.values)  # type: ignore[union-attr]  # a sentence, not a text
        assert (payables[1].source, told["place"]) == ("旧名.xlsx › 6月 › 28", "发票.xlsx › 6月 › 20")
        assert (told["vendor"], told["invoice"]) == (VENDOR, first)
    else:
        assert payables[1].net == D("1130.00")


def test_of_two_names_under_one_national_number_the_one_that_a_sheet_has_carried_stands() -> None:
    """The other one is dated earlier and was found later: it would be paid a second time."""
    theirs = replace(line((9, 100)), order_id="PO-2", vendor=OTHER)
    rows = [invoice(number=NATIONAL), invoice(number=NATIONAL, day=2, vendor=OTHER, order_id="PO-2")]
    carried = {f"{VENDOR}|{NATIONAL}": Turn("20260701-01")}
    found = list(settle({"PO-1": [line((9, 100))], "PO-2": [theirs]}, rows, VENDORS, TERMS, carried=carried))
    assert [(p.vendor, p.net) for p in found] == [(VENDOR, D("1130.00")), (OTHER, D("0.00"))]


def test_a_credit_note_is_offset_against_its_invoice() -> None:
    red = invoice(number="R-1", day=25, kind="红字", blue_invoice_no="F-1", gross=D("-1130.00"))
    (payable,) = owed(line((9, 100)), invoice(), red)
    assert (payable.gross, payable.credit, payable.net, payable.reasons) == (D("0.00"), D("1130.00"), D("0.00"), ())


def test_invoices_of_before_are_settled_elsewhere_but_use_up_their_quantity() -> None:
    early = invoice(80, number="F-0", invoiced_on=date(2025, 12, 31))
    (payable,) = owed(line((9, 100)), early, invoice(40))
    assert (payable.net, payable.held) == (D("226.00"), D("226.00"))


def test_an_invoice_without_a_line_bills_the_orders_lines_in_turn() -> None:
    lines = [replace(line((9, 100)), line=name) for name in ("1", "2")]
    payables = list(
        settle({"PO-1": lines}, [invoice(None, line=None, net=D(2000), gross=D("2260.00"))], VENDORS, TERMS)
    )
    assert [(p.line, p.net) for p in payables] == [("1", D("1130.00")), ("2", D("1130.00"))]


# ------------------------------------------------------------------ never twice


def _row(payable: Payable, before: list[dict[str, Any]]) -> dict[str, Any] | None:
    return propose(payable, before, "FK-1", VENDORS)


def test_what_a_sheet_carried_no_later_sheet_carries_again() -> None:
    (payable,) = owed(line((9, 100)), invoice())
    row = _row(payable, [])
    assert row and row["net"] == D("1130.00")
    assert _row(payable, [row]) is None


def test_a_hold_released_later_is_paid_as_the_difference_under_a_key_of_its_own() -> None:
    (part,) = owed(line((9, 60)), invoice())
    first = _row(part, [])
    (whole,) = owed(line((9, 60), (12, 40)), invoice())
    assert first
    second = _row(whole, [first])
    assert second
    assert (first["net"], second["net"], second["gross"], second["held"]) == (D("678"), D("452"), D("0"), D("-452"))
    assert first["payment_key"] != second["payment_key"]


def test_what_came_free_is_put_up_again_under_its_own_key() -> None:
    """678.00, then the other 452.00; the first came back and was reversed: its key goes on, the second's is bound."""
    (part,), (whole,) = owed(line((9, 60)), invoice()), owed(line((9, 60), (12, 40)), invoice())
    first = _row(part, [])
    assert first
    second = _row(whole, [first])
    assert second
    again = _row(whole, [first | {"state": "reversed"}, second | {"state": "confirmed"}])
    assert again and (again["payment_key"], again["net"]) == (first["payment_key"], D("678.00"))


LESS_NOW = {
    "a penalty found later takes nothing back": ({"penalty": D(130)}, "0.00"),
    "what is held later takes nothing back": ({"held": D(452)}, "0.00"),
    "a credit note takes back": ({"gross": D(1000), "credit": D(130)}, "-130.00"),
    "a credit note takes back what is not only held": ({"gross": D(1000), "credit": D(130), "held": D(30)}, "-130.00"),
    "more is owed though a part is held": ({"gross": D(1500), "held": D(230)}, "140.00"),
}


@pytest.mark.parametrize(("now", "left"), LESS_NOW.values(), ids=LESS_NOW)
def test_what_goes_onto_a_sheet_of_a_line_that_sheets_have_carried(now: dict[str, Any], left: str) -> None:
    """1,130.00 was carried before."""
    (payable,) = owed(line((9, 100)), invoice())
    before = _row(payable, [])
    assert before and rest(payable.but(**now), [before]) == D(left)


OVERPAID = {
    "a penalty found later": ({"penalty": D(130)}, ["130.00"]),
    "a credit note: it is set off by itself": ({"gross": D(1000), "credit": D(130)}, []),
    "a hold found later": ({"held": D(452)}, []),
}


@pytest.mark.parametrize(("now", "too_much"), OVERPAID.values(), ids=OVERPAID)
def test_what_of_a_line_was_paid_too_much_holds_its_other_invoices(now: dict[str, Any], too_much: list[str]) -> None:
    (payable,) = owed(line((9, 100)), invoice())
    before, found = _row(payable, []), Owing()
    assert before
    _compare(found, payable.but(**now), [before])
    assert [str(amount) for _, amount in found.over["PO-1", "1"]] == too_much


def test_what_was_paid_and_then_refused_is_one_sum_among_the_holds() -> None:
    (paid,) = owed(line((9, 100)), invoice())
    before = _row(paid, [])
    (refused,) = owed(line(rejected=100), invoice())
    assert before and [row["stopped"] for row in holds([refused], {line_of(refused): [before]})] == [D("1130.00")]


def test_equal_part_payments_have_different_keys() -> None:
    (half,), (whole,) = owed(line((9, 50)), invoice()), owed(line((9, 100)), invoice())
    assert half.net * 2 == whole.net
    assert payment_key(half) != payment_key(whole)


# ------------------------------------------------------------------ laws of money

arrivals = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 80)), max_size=4)
bills = st.lists(
    st.tuples(st.integers(1, 120), st.decimals("8", "12", places=2), st.integers(1, 28)), min_size=1, max_size=4
)
contracts = st.fixed_dictionaries(
    {},
    optional={
        "late_penalty_rate": st.sampled_from([D("0.001"), D("0.01")]),
        "retention_rate": st.sampled_from([D("0.03"), D("0.1")]),
        "retention_months": st.just(D(12)),
    },
)


def _random(
    arrived: list[tuple[int, int]], billed: list[tuple[int, Decimal, int]], terms: dict[str, Any]
) -> list[Payable]:
    rows = [invoice(q, str(p), f"N{n}X", day, _row=n) for n, (q, p, day) in enumerate(billed)]
    return owed(line(*sorted(arrived), **terms), *rows)


@given(arrivals, bills, contracts)
def test_never_more_is_paid_than_ordered_and_accepted_at_the_contract_price_and_its_tolerance(
    arrived: list[tuple[int, int]], billed: list[tuple[int, Decimal, int]], terms: dict[str, Any]
) -> None:
    accepted = min(sum(pieces for _, pieces in arrived), 100)
    most = D(accepted) * D(10) * D("1.13") + D("100.00") * D("1.13") + D("0.03") * len(billed)
    assert sum(p.net for p in _random(arrived, billed, terms)) <= most


@given(arrivals, bills, contracts)
def test_no_step_is_negative_and_the_steps_make_the_net(
    arrived: list[tuple[int, int]], billed: list[tuple[int, Decimal, int]], terms: dict[str, Any]
) -> None:
    for p in _random(arrived, billed, terms):
        steps = (p.price_variance, p.rejected, p.penalty, p.retention, p.held, p.net)
        assert min(steps) >= D("-0.01")
        assert p.gross == sum(steps)


@given(arrivals, bills, contracts, st.randoms())
def test_the_order_of_rows_never_matters(
    arrived: list[tuple[int, int]], billed: list[tuple[int, Decimal, int]], terms: dict[str, Any], chance: Any
) -> None:
    rows = [invoice(q, str(p), f"N{n}X", day, _row=n) for n, (q, p, day) in enumerate(billed)]
    straight = owed(line(*sorted(arrived), **terms), *rows)
    chance.shuffle(rows)
    assert sorted(p.net for p in owed(line(*sorted(arrived), **terms), *rows)) == sorted(p.net for p in straight)


@given(arrivals, bills)
def test_a_second_naive_settlement_agrees(
    arrived: list[tuple[int, int]], billed: list[tuple[int, Decimal, int]]
) -> None:
    """Piece by piece, without intervals: each accepted piece is paid once, in the order of invoices, and of those no
    more than the hundred that were ordered."""
    left = min(sum(pieces for _, pieces in arrived), 100)
    expected = []
    excess, kept, pieces = D(0), D(0), 0
    for quantity, price, _ in sorted(billed, key=lambda bill: bill[2]):  # stable: rows of one day as they stand
        good = min(quantity, left)
        left -= good
        over = max(price - 10, D(0)) * good
        pieces += good
        excess += over
        beyond = excess > D("0.01") * pieces * 10 or excess > 100
        value = price * good * D("1.13")
        off = min(excess * D("1.13") - kept, value) if over and beyond else D(0)
        kept += off
        expected.append((value - off).quantize(D("0.01"), ROUND_HALF_UP))
    seen = [p.net for p in _random(arrived, billed, {})]
    assert all(abs(a - b) <= D("0.02") for a, b in zip(seen, expected, strict=True))


def test_due_dates_are_days_not_months() -> None:
    (payable,) = owed(line((9, 100), payment_days=D(45)), invoice())
    assert payable.due_on == date(2026, 6, 20) + timedelta(days=45)
