"""What a bank's list says of payments, told as stories: each of them once paid money twice, wrongly or never."""

# ruff: noqa: F401, F811  # fixtures are imported, and named again where they are asked for

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from robots import conveyor
from robots.figures.batches import FREE
from tests.conftest import Home
from tests.payday_steps import another_vendor, evening, paid_of, why
from tests.test_approvals import (
    FIRST,
    FULL,
    PEOPLE,
    PREPARER,
    SECOND,
    TUESDAY,
    approve,
    bank_row,
    bills,
    code_of,
    credited,
    filled,
    form_of,
    friday,
    invoices_of,
    office,
    records_of,
    states,
)

D = Decimal
A = "示例甲电子有限公司"
Row = dict[str, Any]


@pytest.fixture
def home(home: Home) -> Home:
    """Only those work whose work is looked at."""
    home.let("paymaster", "bookkeeper")
    return home


def by_hand(books: SimpleNamespace, *rows: Row) -> bytes:
    usual = {"收款人": A, "付款状态": "成功"}
    return books.xlsx({"回单": [usual | row for row in rows]})


# ------------------------------------------------------------------ payments by hand

BY_HAND: dict[str, Row] = {
    "the bank's own number stands under a header that we take for our key": {"业务参考号": "ZF2026070600012"},
    "a number of 24 digits in a text": {"摘要": "汇款 202607060000123400005678 货款"},
    "annealing is no return": {"摘要": "退火加工费"},
    "in a text that says what it is for": {"附言": "退镀加工 6月"},
}


@pytest.mark.parametrize("told", BY_HAND.values(), ids=BY_HAND)
def test_a_payment_by_hand_is_asked_whatever_the_bank_writes_beside_it(
    home: Home, books: SimpleNamespace, told: Row
) -> None:
    invoices_of(home, books, 1)
    row = {"流水号": "B-1", "付款金额": 565, "付款日期": date(2026, 7, 3)}
    home.drop("回单.xlsx", by_hand(books, row | told))
    home.turn(evening(7, 6))
    assert why(home) == {"01": "PAID_BY_HAND"} and paid_of(home) == 0


def test_the_second_of_two_like_amounts_that_was_paid_by_hand_is_asked(home: Home, books: SimpleNamespace) -> None:
    """A monthly fee: June's was paid from a sheet, July's by hand before its sheet."""
    invoices_of(home, books, 1)
    home.turn(evening(7, 3))
    (one,) = home.export("payables")
    first = bank_row(one, "B-1")
    home.drop(
        "回单.xlsx",
        books.xlsx({"回单": [first, first | {"付款键": None, "流水号": "B-2", "付款日期": date(2026, 7, 8)}]}),
    )
    home.turn(evening(7, 8))
    home.drop("订单2.xlsx", books.orders({"订单号": "PO-2"}))
    home.drop("收货2.xlsx", books.deliveries({"送货单号": "S-2", "订单号": "PO-2"}))
    home.drop(
        "发票2.xlsx",
        books.invoices({"发票号码": "26112000000012345602", "订单号": "PO-2", **FULL, "开票日期": date(2026, 7, 6)}),
    )
    home.turn(evening(7, 9))
    assert paid_of(home) == 565 and why(home)


def test_a_payment_by_hand_is_asked_though_another_vendor_waits_for_the_same_amount(
    home: Home, books: SimpleNamespace
) -> None:
    invoices_of(home, books, 1)
    other = another_vendor(home, books)
    home.drop("合同2.xlsx", books.contracts({"合同编号": "HT-2", "供应商": other, "质保金比例": 0}))
    two = {"订单号": "PO-2", "供应商": other}
    home.drop("订单.xlsx", books.orders(two | {"合同编号": "HT-2"}, {}))
    home.drop("收货.xlsx", books.deliveries(two | {"送货单号": "S-2"}, {"送货单号": "S-1"}))
    home.drop("发票.xlsx", books.invoices(two | {"发票号码": "26112000000087654302"}))
    home.turn(evening(7, 6))
    row = {"流水号": "B-1", "付款金额": 565, "付款日期": date(2026, 7, 7)}
    home.drop("回单.xlsx", by_hand(books, row))
    home.drop("发票2.xlsx", books.invoices({"发票号码": "26112000000012345601"}))
    home.turn(evening(7, 8))
    assert why(home) == {"01": "PAID_BY_HAND"}


def test_of_like_amounts_one_that_waits_for_its_approver_and_was_paid_by_hand_is_not_released(
    office: Home, books: SimpleNamespace
) -> None:
    approve(office, FIRST, "one@example.com", refuse={"03": "等质检"})
    lines = {row["invoice_no"][-1]: row for row in office.export("payables")}
    rows = [bank_row(lines[n], f"B-{n}") for n in "12"]
    office.drop("回单.xlsx", books.xlsx({"回单": rows}))
    office.turn(TUESDAY)
    assert states(office) == {"1": "confirmed", "2": "confirmed", "3": "proposed"}
    late = {"流水号": "B-3", "付款金额": 565, "付款日期": date(2026, 7, 8)}
    office.drop("回单2.xlsx", by_hand(books, late))
    office.turn(evening(7, 8))
    number = "FK-20260707-01"
    office.drop("审批2.xlsx", filled(form_of(office, FIRST, number), code_of(office, "one@example.com", number)))
    office.turn(datetime(2026, 7, 9, 7))
    assert states(office)["3"] == "rejected"


def test_an_amount_that_is_corrected_in_the_banks_list_is_looked_at_again(home: Home, books: SimpleNamespace) -> None:
    """First typed as 56.50: unexplained either way, but only the second is the invoice."""
    home.drop("供应商台账.xlsx", books.vendors())
    row = {"流水号": "B-1", "付款金额": 56.5, "付款日期": date(2026, 7, 1)}
    home.drop("回单.xlsx", by_hand(books, row))
    home.turn(evening(7, 2))
    invoices_of(home, books, 1)
    home.drop("回单.xlsx", by_hand(books, row | {"付款金额": 565}))
    home.turn(evening(7, 6))
    assert why(home) == {"01": "PAID_BY_HAND"}


def test_the_rest_of_a_line_that_was_paid_by_hand_before_its_sheet_is_not_released(
    home: Home, books: SimpleNamespace
) -> None:
    """The bank's list comes when the rest stands on a sheet already; it was paid the day before that sheet."""
    home.configure(PEOPLE)
    invoices_of(home, books, 1)
    home.drop("收货.xlsx", books.deliveries({"送货单号": "S-1", "到货数": 60, "合格数": 60}))
    home.turn(evening(7, 3))
    approve(home, FIRST, "one@example.com")
    (one,) = home.export("payables")
    home.drop("回单.xlsx", books.xlsx({"回单": [bank_row(one, "B-1")]}))
    home.turn(evening(7, 7))
    home.drop("收货2.xlsx", books.deliveries({"送货单号": "S-2", "到货数": 40, "合格数": 40}))
    home.turn(evening(7, 9))
    assert paid_of(home) == 565
    home.drop("回单2.xlsx", by_hand(books, {"流水号": "B-2", "付款金额": 226, "付款日期": date(2026, 7, 8)}))
    home.turn(datetime(2026, 7, 10, 7))
    number = "FK-20260709-01"
    home.drop("审批2.xlsx", filled(form_of(home, FIRST, number), code_of(home, "one@example.com", number)))
    home.turn(datetime(2026, 7, 10, 8))
    assert [row["state"] for row in home.export("payables") if row["net"] == "226.00"] == ["rejected"]


@pytest.mark.parametrize("amount", [226, 339, 565], ids=["its rest", "what waits", "both"])
def test_a_part_of_a_line_that_was_paid_by_hand_is_asked_while_the_other_waits_on_a_sheet(
    home: Home, books: SimpleNamespace, amount: float
) -> None:
    home.configure(PEOPLE)
    invoices_of(home, books, 1)
    home.drop("收货.xlsx", books.deliveries({"送货单号": "S-1", "到货数": 60, "合格数": 60}))
    home.turn(evening(7, 3))
    assert paid_of(home) == 339
    home.drop("收货2.xlsx", books.deliveries({"送货单号": "S-2", "到货数": 40, "合格数": 40}))
    home.drop("回单.xlsx", by_hand(books, {"流水号": "B-1", "付款金额": amount, "付款日期": date(2026, 7, 2)}))
    home.turn(evening(7, 6))
    assert paid_of(home) == 339 and "PAID_BY_HAND" in why(home)["01"]


# ------------------------------------------------------------------ the bank's return


def reversed_by(home: Home, end: str, at: datetime, form_name: str = "冲销.xlsx") -> None:
    (key,) = (r["payment_key"] for r in home.export("payables") if r["invoice_no"].endswith(end))
    wanted = {"payment_key": key, "reason": "户名写错", "by": PREPARER}
    told, report = conveyor.reverse(home.settings, home.store, at, wanted)
    assert report is not None, home.settings.words.speak(told)
    number = f"CX-{at:%Y%m%d}-01"
    home.drop(form_name, filled(form_of(home, SECOND, number), code_of(home, "two@example.com", number)))
    home.turn(at.replace(minute=30))


def test_a_return_of_the_first_payment_does_not_undo_the_second(office: Home, books: SimpleNamespace) -> None:
    """Paid on the 6th, sent back on the 7th; the vendor called at once, so it was reversed and is paid again on the
    9th. The bank's list tells all three rows afterwards: the money has arrived once."""
    approve(office, FIRST, "one@example.com")
    line = office.export("payables")[0]
    end = line["invoice_no"][-2:]
    reversed_by(office, end, datetime(2026, 7, 7, 7))
    office.turn(TUESDAY)
    number = "FK-20260707-01"
    office.drop("审批2.xlsx", filled(form_of(office, FIRST, number), code_of(office, "one@example.com", number)))
    office.turn(datetime(2026, 7, 8, 7))
    key = line["payment_key"]
    assert {r["payment_key"]: r["state"] for r in office.export("payables")}[key] == "released"
    paid = bank_row(line, "B-1")
    back = paid | {"流水号": "B-2", "付款日期": date(2026, 7, 7), "付款状态": "退回"}
    again = paid | {"流水号": "B-3", "付款日期": date(2026, 7, 9)}
    office.drop("回单.xlsx", books.xlsx({"回单": [paid, back, again]}))
    office.turn(evening(7, 9))
    assert {r["payment_key"]: r["state"] for r in office.export("payables")}[key] == "confirmed"


def test_two_keys_in_one_text_settle_no_third_line(home: Home, books: SimpleNamespace) -> None:
    invoices_of(home, books, 1, 2, 3)
    half = {"数量": 50, "不含税金额": 250, "税额": 32.5, "价税合计": 282.5}
    rows = [
        {"发票号码": f"2611200000001234560{n}", "订单号": f"PO-{n}", **(FULL if n == 3 else half)} for n in (1, 2, 3)
    ]
    home.drop("发票.xlsx", books.invoices(*rows))
    home.turn(evening(7, 3))
    keys = {r["invoice_no"][-1]: r["payment_key"] for r in home.export("payables")}
    text = f"货款 {keys['1']} {keys['2']}"
    home.drop(
        "回单.xlsx", by_hand(books, {"流水号": "B-1", "付款金额": 565, "付款日期": date(2026, 7, 6), "附言": text})
    )
    home.turn(evening(7, 6))
    assert states(home)["3"] == "proposed"


def test_a_bank_number_of_24_digits_in_a_text_does_not_hide_the_payment(home: Home, books: SimpleNamespace) -> None:
    invoices_of(home, books, 1)
    home.turn(evening(7, 3))
    row = {"流水号": "B-1", "付款金额": 565, "付款日期": date(2026, 7, 6), "摘要": "网银 202607060000123400005678"}
    home.drop("回单.xlsx", by_hand(books, row))
    home.turn(evening(7, 6))
    assert states(home) == {"1": "confirmed"}


OURS = {
    "the bank's own number under a header that we take for our key": {"业务参考号": "ZF2026070600012"},
    "the bank's own batch": {"批次号": "BAT-778"},
    "annealing is no return": {"摘要": "退火加工费"},
}


@pytest.mark.parametrize("told", OURS.values(), ids=OURS)
def test_our_key_in_a_text_settles_its_line_whatever_stands_beside_it(
    home: Home, books: SimpleNamespace, told: Row
) -> None:
    invoices_of(home, books, 1)
    home.turn(evening(7, 3))
    (line,) = home.export("payables")
    row = {"流水号": "B-1", "付款金额": 565, "付款日期": date(2026, 7, 6)}
    text = {} if "批次号" in told else {"附言": f"货款 {line['payment_key']}"}
    home.drop("回单.xlsx", by_hand(books, row | text | told))
    home.turn(evening(7, 6))
    assert states(home) == {"1": "confirmed"}


def test_what_was_paid_from_a_sheet_before_approvers_were_named_is_confirmed(
    home: Home, books: SimpleNamespace
) -> None:
    """Paid on Monday morning from a sheet that nobody approves; approvers are named on Monday, the bank tells on
    Tuesday."""
    invoices_of(home, books, 1)
    home.turn(evening(7, 3))
    (line,) = home.export("payables")
    home.configure(PEOPLE)
    home.turn(evening(7, 6))
    home.drop("回单.xlsx", books.xlsx({"回单": [bank_row(line, "B-1")]}))
    home.turn(datetime(2026, 7, 7, 7))
    number = "FK-20260703-01"
    home.drop("审批.xlsx", filled(form_of(home, FIRST, number), code_of(home, "one@example.com", number)))
    home.turn(datetime(2026, 7, 7, 8))
    for day in (7, 8):
        home.turn(evening(7, day))
    assert states(home) == {"1": "confirmed"}


def _first_alone(home: Home, books: SimpleNamespace) -> None:
    """Of two invoices that have been delivered the first is in the register, and on the evening's sheet."""
    invoices_of(home, books, 1, 2)
    home.drop("发票.xlsx", books.invoices(_billed(1)))
    home.turn(evening(7, 3))


def _second_and_credit_note(home: Home, books: SimpleNamespace) -> None:
    """The second invoice, and a credit note on the first, which was paid: they are set off on one sheet."""
    home.drop("发票.xlsx", books.invoices(_billed(1), _billed(2)))
    credited(home, books)
    home.turn(evening(7, 7))


def _billed(n: int) -> Row:
    return {"发票号码": f"2611200000001234560{n}", "订单号": f"PO-{n}", **FULL}


def test_a_set_off_that_came_back_whole_is_put_up_again_whole(home: Home, books: SimpleNamespace) -> None:
    home.configure(PEOPLE)
    _first_alone(home, books)
    approve(home, FIRST, "one@example.com")
    (one,) = home.export("payables")
    home.drop("回单.xlsx", books.xlsx({"回单": [bank_row(one, "B-1")]}))
    _second_and_credit_note(home, books)
    number = "FK-20260707-01"
    home.drop("审批2.xlsx", filled(form_of(home, FIRST, number), code_of(home, "one@example.com", number)))
    home.turn(datetime(2026, 7, 8, 7))
    nets = sorted((r["net"], r["state"]) for r in home.export("payables"))
    assert nets == [("-113.00", "released"), ("565.00", "confirmed"), ("565.00", "released")]
    two = next(r for r in home.export("payables") if r["invoice_no"].endswith("2"))
    back = bank_row(two, "B-2") | {"付款金额": 452, "付款日期": date(2026, 7, 8), "付款状态": "退回"}
    home.drop("回单2.xlsx", books.xlsx({"回单": [back]}))
    home.turn(evening(7, 8))
    reversed_by(home, "02", datetime(2026, 7, 9, 7))
    home.turn(evening(7, 9))
    last = home.export("batches")[-1]
    assert D(last["total"]) == 452


def test_where_a_bank_row_passes_over_what_was_set_off_it_is_told(home: Home, books: SimpleNamespace) -> None:
    """The sheet comes to 452; the bank says that 565 were paid. The 113 are owed to us and bound on the sheet."""
    _first_alone(home, books)
    (one,) = home.export("payables")
    home.drop("回单.xlsx", books.xlsx({"回单": [bank_row(one, "B-1")]}))
    _second_and_credit_note(home, books)
    two = next(r for r in home.export("payables") if r["invoice_no"].endswith("2"))
    home.drop("回单2.xlsx", books.xlsx({"回单": [bank_row(two, "B-2") | {"付款日期": date(2026, 7, 8)}]}))
    home.turn(evening(7, 8))
    outcome = {r["bank_reference"]: r["outcome"] for r in records_of(home, "returns")}["B-2"]
    assert outcome == "AMOUNT"


def told(home: Home) -> dict[str, str]:
    """The bank's reference of each of its rows → what became of it."""
    return {row["bank_reference"]: row["outcome"] for row in records_of(home, "returns")}


def test_a_second_payment_of_one_line_holds_no_invoice_of_another_sum(home: Home, books: SimpleNamespace) -> None:
    invoices_of(home, books, 1)
    home.turn(evening(7, 3))
    (one,) = home.export("payables")
    home.drop("回单.xlsx", books.xlsx({"回单": [bank_row(one, "B-1"), bank_row(one, "B-2")]}))
    home.turn(evening(7, 6))
    assert told(home) == {"B-1": "confirmed", "B-2": "TWICE"}
    home.drop("订单2.xlsx", books.orders({"订单号": "PO-2", "单价": 6}))
    home.drop("收货2.xlsx", books.deliveries({"送货单号": "S-2", "订单号": "PO-2"}))
    bill = {"发票号码": "26112000000012345602", "单价": 6, "不含税金额": 600, "税额": 78, "价税合计": 678}
    home.drop("发票2.xlsx", books.invoices(bill | {"订单号": "PO-2"}))
    home.turn(evening(7, 7))
    assert paid_of(home) == 565 + 678 and not why(home)


def test_a_row_that_was_changed_after_it_settled_a_line_is_no_second_payment_the_day_after(
    home: Home, books: SimpleNamespace
) -> None:
    invoices_of(home, books, 1)
    home.turn(evening(7, 3))
    (one,) = home.export("payables")
    row = bank_row(one, "B-1")
    for day, amount, outcome in ((6, 565, "confirmed"), (7, 56.5, "CHANGED"), (9, 565, "confirmed")):
        home.drop("回单.xlsx", books.xlsx({"回单": [row | {"付款金额": amount}]}))
        for when in (evening(7, day), evening(7, day + 1)):
            home.turn(when)
            assert (told(home), states(home)) == ({"B-1": outcome}, {"1": "confirmed"})


def test_two_keys_in_one_text_settle_both_lines_where_the_sum_is_theirs(home: Home, books: SimpleNamespace) -> None:
    invoices_of(home, books, 1, 2, 3)
    home.turn(evening(7, 3))
    keys = {r["invoice_no"][-1]: r["payment_key"] for r in home.export("payables")}
    text = f"货款 {keys['1']} {keys['2']}"
    row = {"流水号": "B-1", "付款金额": 1130, "付款日期": date(2026, 7, 6), "附言": text}
    home.drop("回单.xlsx", by_hand(books, row))
    home.turn(evening(7, 6))
    assert states(home) == {"1": "confirmed", "2": "confirmed", "3": "proposed"}


@pytest.mark.parametrize("together", [False, True], ids=["told before", "told with the approval"])
def test_what_was_paid_before_approvers_were_named_is_not_released_with_the_rest_of_its_sheet(
    home: Home, books: SimpleNamespace, together: bool
) -> None:
    invoices_of(home, books, 1, 2)
    home.turn(evening(7, 3))
    line = next(row for row in home.export("payables") if row["invoice_no"].endswith("1"))
    home.configure(PEOPLE)
    home.turn(evening(7, 6))
    home.drop("回单.xlsx", books.xlsx({"回单": [bank_row(line, "B-1")]}))
    if not together:
        home.turn(datetime(2026, 7, 7, 7))
        assert states(home) == {"1": "confirmed", "2": "proposed"}
    number = "FK-20260703-01"
    home.drop("审批.xlsx", filled(form_of(home, FIRST, number), code_of(home, "one@example.com", number)))
    for when in (datetime(2026, 7, 7, 8), evening(7, 7), evening(7, 8)):
        home.turn(when)
        assert states(home) == {"1": "confirmed", "2": "released"}
    assert [(one["lines"], one["total"]) for one in home.export("batches")] == [(1, "565.00")]
