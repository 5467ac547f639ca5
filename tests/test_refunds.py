"""Stories of money that comes back: a vendor refunds what it got too much; a bank sends a payment back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest

from tests.conftest import Home
from tests.payday_steps import evening, paid_of, why
from tests.test_approvals import invoices_of, records_of
from tests.test_controls import _filled, _forms

A = "示例甲电子有限公司"
REFUNDED = {"暂扣处理": "已退款", "放行人": "虚构甲", "放行理由": "7月8日已退", "第二人": "虚构乙"}
RED = {"发票号码": "26112000000012345609", "数量": -100, "不含税金额": -500, "税额": -65, "价税合计": -565,
       "发票类型": "红字", "原发票号码": "26112000000012345601"}  # fmt: skip


@pytest.fixture
def home(home: Home) -> Home:
    """Only those work whose work is looked at."""
    home.let("paymaster", "bookkeeper")
    return home


def credited(home: Home, books: SimpleNamespace) -> None:
    """An invoice is paid, and its vendor takes it back whole."""
    invoices_of(home, books, 1)
    home.turn(evening(7, 6))
    home.drop("红字.xlsx", books.invoices(RED))
    home.turn(evening(7, 7))
    assert paid_of(home) == 565 and why(home) == {"01": "SET_OFF"}


def billed(home: Home, books: SimpleNamespace, *more: int) -> None:
    """More orders of the same vendor, received and billed."""
    for n in more:
        home.drop(f"订单{n}.xlsx", books.orders({"订单号": f"PO-{n}"}))
        home.drop(f"收货{n}.xlsx", books.deliveries({"送货单号": f"S-{n}", "订单号": f"PO-{n}"}))
        home.drop(f"发票{n}.xlsx", books.invoices({"发票号码": f"2611200000001234560{n}", "订单号": f"PO-{n}"}))


def answered(home: Home, **answer: str) -> None:
    home.drop("放行.xlsx", _filled(_forms(home, "暂扣放行单")[-1], answer))


def told(home: Home, day: str, part: str) -> bool:
    folder = home.settings.out_folder("letters")
    letters = (message_from_bytes(path.read_bytes(), policy=default) for path in folder.rglob(f"{day}*.eml"))
    return any(part in letter.get_body(("html",)).get_content() for letter in letters)


# ------------------------------------------------------------------ a vendor pays back


def test_what_a_vendor_pays_back_is_not_set_off_as_well(home: Home, books: SimpleNamespace) -> None:
    credited(home, books)
    answered(home, **REFUNDED)
    home.turn(evening(7, 8))
    assert paid_of(home) == 0 and why(home) == {} and told(home, "2026-07-08", "已记为供应商退款：TK-20260708-01")
    billed(home, books, 2)
    home.turn(evening(7, 9))
    assert paid_of(home) == paid_of(home, "02") == 565


def test_what_is_set_off_already_is_not_asked_back(home: Home, books: SimpleNamespace) -> None:
    """The form comes back after a larger invoice has swallowed the credit note."""
    credited(home, books)
    billed(home, books, 2, 3)
    home.turn(evening(7, 8))
    assert paid_of(home) == 1130
    answered(home, **REFUNDED)
    home.turn(evening(7, 9))
    assert paid_of(home) == 1130
    assert not [row for row in records_of(home, "batches") if row["batch"].startswith("TK-")]


@pytest.mark.parametrize(
    ("lacks", "said"),
    [
        ({"第二人": ""}, "“第二人”没有填"),
        ({"第二人": "虚构甲"}, "同一人"),
        ({"放行理由": ""}, "“放行理由”没有填"),
        ({"暂扣处理": "放行"}, "只能填：已退款"),
    ],
)
def test_an_answer_that_lacks_something_is_told(
    home: Home, books: SimpleNamespace, lacks: dict[str, str], said: str
) -> None:
    credited(home, books)
    answered(home, **REFUNDED | lacks)
    home.turn(evening(7, 8))
    assert paid_of(home) == 565 and why(home) == {"01": "SET_OFF"} and told(home, "2026-07-08", said)


def test_what_was_paid_too_much_and_is_paid_back_holds_nothing_more(home: Home, books: SimpleNamespace) -> None:
    """An invoice is lowered after it was paid; what it leaves is billed anew, and held until the money is back."""
    invoices_of(home, books, 1)
    home.turn(evening(7, 6))
    lower = {"发票号码": "26112000000012345601", "数量": 80, "不含税金额": 400, "税额": 52, "价税合计": 452}
    rest = {"发票号码": "26112000000012345602", "数量": 20, "不含税金额": 100, "税额": 13, "价税合计": 113}
    home.drop("发票.xlsx", books.invoices(lower, rest))
    home.turn(evening(7, 7))
    assert paid_of(home) == 565 and why(home) == {"01": "OVERPAID", "02": "OVER"}
    home.drop("放行.xlsx", _filled(_forms(home, "暂扣放行单")[-1], REFUNDED, "已退款"))
    home.turn(evening(7, 8))
    assert (paid_of(home, "01"), paid_of(home, "02"), why(home)) == (452, 113, {})


def test_a_refund_stands_on_the_vendors_statement(home: Home, books: SimpleNamespace) -> None:
    """Billed 565, paid 565, credited 565, refunded 565: nothing is open."""
    credited(home, books)
    home.drop("回单.xlsx", books.xlsx({"回单": [
        {"收款人": A, "付款状态": "成功", "流水号": "B-1", "付款金额": 565, "付款日期": date(2026, 7, 6)}
    ]}))  # fmt: skip
    answered(home, **REFUNDED)
    home.turn(evening(7, 8))
    home.turn(evening(8, 3))
    moves = [(row["what"], row["amount"]) for row in records_of(home, "stated")]
    assert sorted(moves) == [
        ("credit", Decimal(-565)), ("invoice", Decimal(565)), ("payment", Decimal(-565)), ("refund", Decimal(565)),
    ]  # fmt: skip


def test_money_that_came_in_is_named_where_a_refund_is_waited_for(home: Home, books: SimpleNamespace) -> None:
    invoices_of(home, books, 1)
    home.turn(evening(7, 6))
    rows = [{"收款人": A, "流水号": f"B-{n}", "收支方向": way, "付款金额": 565, "付款日期": date(2026, 7, n)}
            for n, way in ((6, "付"), (7, "收"))]  # fmt: skip
    home.drop("流水.xlsx", books.xlsx({"流水": rows}))
    home.turn(evening(7, 7))
    home.drop("红字.xlsx", books.invoices(RED))
    home.turn(evening(7, 8))
    assert _cells(_forms(home, "暂扣放行单")[-1], "是否就是退款")


# ------------------------------------------------------------------ a bank sends back


def returned(home: Home, books: SimpleNamespace) -> None:
    """A home without approvers pays from the sheet, and the bank sends the money back."""
    invoices_of(home, books, 1)
    home.turn(evening(7, 6))
    back = {"收款人": A, "付款状态": "退回", "流水号": "B-1", "付款金额": 565, "付款日期": date(2026, 7, 7)}
    home.drop("回单.xlsx", books.xlsx({"回单": [{**back, "退回原因": "户名不符"}]}))
    home.turn(evening(7, 7))
    assert why(home) == {"01": "SENT_BACK"}


def test_what_the_bank_sent_back_is_paid_again_once_two_people_say_so(home: Home, books: SimpleNamespace) -> None:
    returned(home, books)
    (key,) = (row["payment_key"] for row in records_of(home, "payables"))
    answered(home, 暂扣处理="放行", 放行人="虚构甲", 放行理由="账号已改正", 第二人="虚构乙")
    home.turn(evening(7, 8))
    (line,) = records_of(home, "payables")
    assert (line["payment_key"], line["state"], line["net"]) == (key, "proposed", Decimal(565)) and why(home) == {}
    assert [row["state_after"] for row in sorted(records_of(home, "movements"), key=lambda row: row["n"])][-3:] == [
        "returned", "reversed", "proposed",
    ]  # fmt: skip


def test_who_approves_it_anew_reads_that_it_came_back_and_who_put_it_up_again(
    home: Home, books: SimpleNamespace
) -> None:
    returned(home, books)
    answered(home, 暂扣处理="放行", 放行人="虚构甲", 放行理由="账号已改正", 第二人="虚构乙")
    home.turn(evening(7, 8))
    (sheet,) = _forms(home, "付款申请单 FK-20260708", "payments")
    told = ("银行退回：户名不符", "冲销后重提：账号已改正", "虚构甲、虚构乙")
    assert all(_cells(sheet, part) for part in told)


def test_what_comes_back_once_more_is_asked_once_more(home: Home, books: SimpleNamespace) -> None:
    """Two people let the first return go, not the second."""
    returned(home, books)
    answered(home, 暂扣处理="放行", 放行人="虚构甲", 放行理由="账号已改正", 第二人="虚构乙")
    home.turn(evening(7, 8))
    back = {"收款人": A, "付款状态": "退回", "流水号": "B-2", "付款金额": 565, "付款日期": date(2026, 7, 9)}
    home.drop("回单2.xlsx", books.xlsx({"回单": [{**back, "退回原因": "账户已销户"}]}))
    home.turn(evening(7, 9))
    home.turn(evening(7, 10))
    assert why(home) == {"01": "SENT_BACK"} and len(_forms(home, "暂扣放行单")) == 2


def _cells(path: Any, part: str) -> list[str]:
    page = openpyxl.load_workbook(path).worksheets[0]
    return [str(cell.value) for row in page.iter_rows() for cell in row if part in str(cell.value or "")]
