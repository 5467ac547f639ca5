"""Stories of detours by which the same goods could be paid twice, or money be lost: what moves between orders, what was
paid by hand for more than one thing, what a bank tells in pieces."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import Home
from tests.payday_steps import evening, paid_of, usual, why
from tests.test_approvals import FIRST, FULL, PEOPLE, approve, code_of, filled, form_of, invoices_of, records_of, states
from tests.test_controls import _filled, _forms

D = Decimal
A = "示例甲电子有限公司"
Row = dict[str, Any]


@pytest.fixture
def home(home: Home) -> Home:
    """Only those work whose work is looked at."""
    home.let("paymaster", "bookkeeper")
    return home


def refuse_first(sheet: Any, first: int) -> None:
    """The larger of two lines is refused."""
    row = max((first, first + 1), key=lambda one: sheet.cell(one, 7).value)
    sheet.cell(row, 10, "驳回")
    sheet.cell(row, 11, "待核")


def bank(books: SimpleNamespace, *rows: Row) -> bytes:
    usual = {"收款人": A, "付款状态": "成功"}
    return books.xlsx({"回单": [usual | row for row in rows]})


# ------------------------------------------------------------------ what moves between orders


def test_goods_that_were_paid_under_an_invoice_are_not_paid_again_when_it_moves_to_an_order_without_goods(
    home: Home, books: SimpleNamespace
) -> None:
    """When the goods of the other order come, the invoice is paid for these, and its old line is free."""
    invoices_of(home, books, 1)
    home.turn(evening(7, 6))
    home.drop("订单2.xlsx", books.orders({"订单号": "PO-2"}))
    moved = {"发票号码": "26112000000012345601", "订单号": "PO-2", **FULL}
    again = {"发票号码": "26112000000012345602", "订单号": "PO-1", **FULL}
    home.drop("发票.xlsx", books.invoices(moved, again))
    home.turn(evening(7, 7))
    assert paid_of(home) == 565 and why(home)["02"] == "OVER"
    assert sorted(row["reasons"] for row in records_of(home, "holds") if row["invoice_no"].endswith("01")) == [
        "NO_RECEIPT", "OVERPAID",
    ]  # fmt: skip
    home.drop("收货2.xlsx", books.deliveries({"送货单号": "S-2", "订单号": "PO-2"}))
    home.turn(evening(7, 8))
    assert paid_of(home) == 1130 and why(home) == {"01": "MOVED"}


MOVES = {
    "in its own row": ("收货.xlsx", "收货.xlsx"),
    "into a file that is read first": ("收货 1.xlsx", "收货 2.xlsx"),
    "into a file that is read last": ("收货 2.xlsx", "收货 1.xlsx"),
}


@pytest.mark.parametrize(("there", "here"), MOVES.values(), ids=MOVES)
def test_a_delivery_that_was_paid_for_and_is_put_under_another_order_is_asked(
    home: Home, books: SimpleNamespace, there: str, here: str
) -> None:
    invoices_of(home, books, 1, 2)
    (home.settings.inbox / "收货.xlsx").unlink()
    one, other, two = ({"送货单号": f"S-{n}", "订单号": f"PO-{n}"} for n in (1, 9, 2))
    home.drop(here, books.deliveries(one, other))
    home.turn(evening(7, 6))
    assert paid_of(home) == 565
    moved = {"送货单号": "S-1", "订单号": "PO-2"}
    home.drop(here, books.deliveries(other))
    home.drop(there, books.deliveries(other, moved))
    home.turn(evening(7, 7))
    assert paid_of(home) == 565 and why(home) == {"01": "NO_RECEIPT", "02": "SILENT_EDIT"}
    (kept,) = (row for row in records_of(home, "holds") if row["order_id"] == "PO-2")
    assert "“订单/行”由 PO-1/1 改为 PO-2/1" in kept["evidence"]
    home.drop(here, books.deliveries(one, other))
    home.drop(there, books.deliveries(other, *((one,) if there == here else ()), two))
    home.turn(evening(7, 8))
    assert paid_of(home) == 1130 and why(home) == {}


@pytest.mark.parametrize("paid", [True, False], ids=["after its payment", "before"])
def test_a_copy_of_the_receipts_with_another_order_number_is_asked(
    home: Home, books: SimpleNamespace, paid: bool
) -> None:
    """A correction is saved under another name; the old file still says what it said."""
    invoices_of(home, books, 1, 2)
    home.drop("收货.xlsx", books.deliveries({"送货单号": "S-1", "订单号": "PO-1"}))
    if paid:
        home.turn(evening(7, 6))
    home.drop("收货 新版.xlsx", books.deliveries({"送货单号": "S-1", "订单号": "PO-2"}))
    home.turn(evening(7, 7))
    assert paid_of(home) == (565 if paid else 0) and why(home)["02"] == "SAME_NOTE"
    home.drop("收货.xlsx", books.deliveries({"送货单号": "S-9", "订单号": "PO-9"}))
    home.turn(evening(7, 8))
    assert paid_of(home) == 565


# ------------------------------------------------------------------ what was paid by hand


def test_retention_waits_while_somebody_may_have_paid_its_invoice_by_hand_with_all_of_it(
    home: Home, books: SimpleNamespace
) -> None:
    """565 were paid by hand, and 536.75 were to be paid; when the retention of 28.25 falls due the sums agree."""
    usual(home, books, 质保期=1)
    paid = {"流水号": "B-1", "付款金额": 565, "付款日期": date(2026, 7, 3)}
    home.drop("回单.xlsx", bank(books, paid))
    home.turn(evening(7, 6))
    home.turn(evening(7, 20))
    assert paid_of(home) == 0 and [row["reasons"] for row in records_of(home, "holds")] == ["PAID_BY_HAND"] * 2
    *_, form = _forms(home, "暂扣放行单")
    answer = {"暂扣处理": "已付清", "放行人": "虚构甲", "放行理由": "急款", "第二人": "虚构乙"}
    home.drop("放行.xlsx", _filled(form, answer))
    home.turn(evening(7, 21))
    assert {row["batch"][:2] for row in records_of(home, "payables")} == {"SG"} and paid_of(home) == 565


def test_two_of_three_invoices_that_were_paid_by_hand_in_one_sum_are_asked(home: Home, books: SimpleNamespace) -> None:
    invoices_of(home, books, 1, 2, 3)
    bills = [
        {"发票号码": f"2611200000001234560{n}", "订单号": f"PO-{n}", "数量": 10 * n, "不含税金额": 50 * n,
         "税额": 6.5 * n, "价税合计": 56.5 * n} for n in (1, 2, 3)
    ]  # fmt: skip
    home.drop("发票.xlsx", books.invoices(*bills))
    home.drop("回单.xlsx", bank(books, {"流水号": "B-1", "付款金额": 226, "付款日期": date(2026, 7, 3)}))
    home.turn(evening(7, 6))
    assert paid_of(home) == 113 and why(home) == {"01": "PAID_BY_HAND", "03": "PAID_BY_HAND"}
    (form,) = _forms(home, "暂扣放行单")
    answer = {"暂扣处理": "已付清", "放行人": "虚构甲", "放行理由": "急款", "第二人": "虚构乙"}
    home.drop("放行.xlsx", _filled(form, answer))
    home.turn(evening(7, 7))
    assert paid_of(home) == 339 and why(home) == {}


# ------------------------------------------------------------------ what nobody would see


def test_what_a_credit_note_keeps_from_being_paid_is_on_the_hold_list(home: Home, books: SimpleNamespace) -> None:
    """The credit note is larger than all that is to be paid: no sheet is written for it, and none of it is held."""
    invoices_of(home, books, 1)
    home.turn(evening(7, 6))
    red = {"发票号码": "26112000000012345609", "数量": -100, "不含税金额": -500, "税额": -65, "价税合计": -565}
    home.drop("红字.xlsx", books.invoices({**red, "发票类型": "红字", "原发票号码": "26112000000012345601"}))
    half = {"发票号码": "26112000000012345602", "订单号": "PO-2", "数量": 50, "不含税金额": 250, "税额": 32.5}
    home.drop("订单2.xlsx", books.orders({"订单号": "PO-2"}))
    home.drop("收货2.xlsx", books.deliveries({"送货单号": "S-2", "订单号": "PO-2"}))
    home.drop("发票2.xlsx", books.invoices(half | {"价税合计": 282.5}))
    home.turn(evening(7, 7))
    assert paid_of(home) == 565 and why(home) == {"01": "SET_OFF", "02": "SET_OFF_FIRST"}


# ------------------------------------------------------------------ what left the register


def test_goods_that_were_paid_with_another_tax_rate_than_their_orders_are_used_up(
    home: Home, books: SimpleNamespace
) -> None:
    """A small vendor bills at 3 %, its order says 13 %: what has left the register is a hundred pieces all the same."""
    invoices_of(home, books, 1)
    small = {"税率": 0.03, "税额": 15, "价税合计": 515}
    home.drop("发票.xlsx", books.invoices({"发票号码": "26112000000012345601", **small}))
    home.turn(evening(7, 6))
    assert paid_of(home) == 515
    home.drop("发票.xlsx", books.invoices({"发票号码": "26112000000012345688", **small}))
    home.turn(evening(7, 7))
    assert paid_of(home) == 515


# ------------------------------------------------------------------ what can be answered


def test_what_waits_on_a_sheet_and_may_have_been_paid_by_hand_can_be_let_go_before_its_approval(
    home: Home, books: SimpleNamespace
) -> None:
    """The bank's row was for something else. Its approver finds the line as it was put up."""
    home.configure(PEOPLE)
    invoices_of(home, books, 1)
    home.turn(evening(7, 3))
    home.drop("回单.xlsx", bank(books, {"流水号": "B-1", "付款金额": 565, "付款日期": date(2026, 7, 2)}))
    home.turn(evening(7, 6))
    assert why(home) == {"01": "PAID_BY_HAND"}
    (form,) = _forms(home, "暂扣放行单")
    answer = {"暂扣处理": "放行", "放行人": "虚构甲", "放行理由": "付的是押金", "第二人": "虚构乙"}
    home.drop("放行.xlsx", _filled(form, answer))
    home.turn(evening(7, 7))
    approve(home, FIRST, "one@example.com", datetime(2026, 7, 8, 7))
    assert states(home) == {"1": "released"} and why(home) == {}


# ------------------------------------------------------------------ one bad row


BAD_ROWS: dict[str, tuple[str, Row]] = {
    "a term of millions of days": ("contracts", {"账期": 5_000_000}),
    "retention for thousands of years": ("contracts", {"质保期": 99_999}),
    "a day and a half": ("contracts", {"账期": 30.5}),
    "an invoice of the last day there is": ("invoices", {"开票日期": date(9999, 12, 31)}),
    "accepted on the last day there is": ("deliveries", {"验收日期": date(9999, 12, 31)}),
}


@pytest.mark.parametrize(("kind", "bad"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_one_row_that_cannot_be_stops_no_other_vendor(home: Home, books: SimpleNamespace, kind: str, bad: Row) -> None:
    usual(home, books)
    home.drop({"contracts": "合同台账.xlsx", "invoices": "发票.xlsx", "deliveries": "收货.xlsx"}[kind],
              getattr(books, kind)(bad))  # fmt: skip
    other = {"供应商": "虚构乙公司", "订单号": "PO-2"}
    home.drop("供应商2.xlsx", books.vendors({"供应商名称": "虚构乙公司", "供应商编码": "V-002",
              "统一社会信用代码": "91310000MA1EXAMPL2", "银行账号": "6222000000000000002"}))  # fmt: skip
    home.drop("合同2.xlsx", books.contracts(other | {"合同编号": "HT-2", "质保金比例": 0}))
    home.drop("订单2.xlsx", books.orders(other | {"合同编号": "HT-2"}))
    home.drop("收货2.xlsx", books.deliveries(other | {"送货单号": "S-2"}))
    home.drop("发票2.xlsx", books.invoices(other | {"发票号码": "26112000000087654302"}))
    assert not home.turn(evening(7, 6)).troubles
    assert paid_of(home, "02") == 565


def test_what_is_held_and_has_been_paid_says_so(home: Home, books: SimpleNamespace) -> None:
    """The receipt is gone after the payment: who reads that one is missing should not believe that money is owed."""
    invoices_of(home, books, 1)
    home.turn(evening(7, 6))
    home.drop("收货.xlsx", books.deliveries({"送货单号": "S-9", "订单号": "PO-9"}))
    home.turn(evening(7, 7))
    (held,) = (row for row in records_of(home, "holds") if row["invoice_no"].endswith("01"))
    assert held["reasons"] == "NO_RECEIPT" and "FK-20260706-01 已列入 565.00" in held["evidence"]


def test_retention_that_was_paid_before_its_line_is_not_paid_again_under_another_number(
    home: Home, books: SimpleNamespace
) -> None:
    """The line was refused, its retention had fallen due and was approved; then the number of the invoice is mended."""
    home.configure(PEOPLE)
    usual(home, books, 质保期=0)
    home.turn(evening(7, 3))
    assert paid_of(home) == 565
    home.drop("审批.xlsx", filled(form_of(home, FIRST), code_of(home, "one@example.com"), spoil=refuse_first))
    home.turn(datetime(2026, 7, 6, 7))
    home.drop("发票.xlsx", books.invoices({"发票号码": "26112000000012345699"}))
    for day in (6, 7):
        home.turn(evening(7, day))
    assert paid_of(home) == 565
