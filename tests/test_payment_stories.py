"""Stories in which money could be paid twice, wrongly or never: what leaves the register, what is paid back, and what
two payables have in common."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import Home
from tests.payday_steps import another_vendor, evening, paid_of, usual, why
from tests.test_approvals import FULL, invoices_of, records_of
from tests.test_controls import _filled, _forms

D = Decimal
Row = dict[str, Any]


@pytest.fixture
def home(home: Home) -> Home:
    """Only those work whose work is looked at."""
    home.let("paymaster", "bookkeeper")
    return home


@pytest.mark.parametrize("later", [{"质保金比例": 0}, {"质保金比例": None}])
def test_retention_that_was_paid_back_is_not_paid_again_when_the_contract_names_none_any_more(
    home: Home, books: SimpleNamespace, later: Row
) -> None:
    usual(home, books, 质保期=1)
    home.turn(evening(7, 6))
    home.turn(evening(7, 20))
    assert paid_of(home) == 565
    home.drop("合同台账.xlsx", books.contracts({"质保期": 1, **later}))
    for day in (21, 22):
        home.turn(evening(7, day))
    assert paid_of(home) == 565


def test_retention_of_an_invoice_that_moved_to_a_renumbered_order_can_be_paid_alone(
    home: Home, books: SimpleNamespace
) -> None:
    home.let("paymaster", "bookkeeper", "sentinel")
    home.configure("")
    usual(home, books, 质保期=1)
    home.turn(evening(7, 6))
    home.drop("订单.xlsx", books.orders({"订单号": "PO-8"}))
    home.drop("收货.xlsx", books.deliveries({"订单号": "PO-8"}))
    home.drop("发票.xlsx", books.invoices({"订单号": "PO-8"}))
    home.turn(evening(7, 7))
    lists = _forms(home, "预警清单", "alerts")  # the delivery stands under another order, too
    home.drop("预警.xlsx", _filled(lists[-1], {"处理状态": "已确认", "预警处理人": "虚构甲"}, "静默修改"))
    home.turn(evening(7, 20))
    *_, form = _forms(home, "暂扣放行单")
    answer = {"暂扣处理": "放行", "放行人": "虚构甲", "放行理由": "质保到期", "第二人": "虚构乙"}
    home.drop("放行.xlsx", _filled(form, answer, "28.25"))
    for day in (21, 22):
        home.turn(evening(7, day))
    assert paid_of(home) == 565


HELD_AT_ONCE: dict[str, Row] = {"its vendor may not work": {"准入状态": "停用"}, "no account": {"银行账号": None}}


@pytest.mark.parametrize("vendor", HELD_AT_ONCE.values(), ids=HELD_AT_ONCE)
def test_a_line_and_its_retention_that_are_held_on_the_same_first_evening_stop_nobody(
    home: Home, books: SimpleNamespace, vendor: Row
) -> None:
    """A home that begins with old rows: the retention is due already. Another vendor waits for its money."""
    usual(home, books, 质保期=0)
    other = another_vendor(home, books, vendor)
    home.drop("合同2.xlsx", books.contracts({"合同编号": "HT-2", "供应商": other, "质保金比例": 0}))
    two = {"订单号": "PO-2", "供应商": other}
    home.drop("订单2.xlsx", books.orders(two | {"合同编号": "HT-2", "单价": 6}))
    home.drop("收货2.xlsx", books.deliveries(two | {"送货单号": "S-2"}))
    home.drop(
        "发票2.xlsx",
        books.invoices(
            two | {"发票号码": "26112000000087654302", "单价": 6, "不含税金额": 600, "税额": 78, "价税合计": 678}
        ),
    )
    for day in (6, 7):
        home.turn(evening(7, day))
    assert paid_of(home, "02") == 678


@pytest.mark.parametrize("orders", [("PO-1", "PO-2"), ("PO-1", "PO-1")], ids=["two orders", "one order"])
def test_retention_of_two_invoices_of_one_sheet_that_left_the_register_is_asked(
    home: Home, books: SimpleNamespace, orders: tuple[str, str]
) -> None:
    """A monthly register: last month's rows are gone when their retention falls due."""
    invoices_of(home, books, 1, 2)
    home.drop("合同台账.xlsx", books.contracts({"质保期": 2}))
    half = {"数量": 50, "不含税金额": 250, "税额": 32.5, "价税合计": 282.5}
    home.drop(
        "发票.xlsx",
        books.invoices(
            *({"发票号码": f"2611200000001234560{n}", "订单号": order, **half} for n, order in enumerate(orders, 1))
        ),
    )
    home.turn(evening(7, 6))
    assert paid_of(home) == D("536.74")
    home.drop("发票.xlsx", books.invoices({"发票号码": "26112000000012345699", "订单号": "PO-9"}))
    home.turn(evening(7, 7))
    for day in (18, 19):
        home.turn(evening(8, day))
    assert why(home) == {"01": "RETENTION_ALONE", "02": "RETENTION_ALONE", "99": "NO_ORDER"}


def test_an_invoice_over_two_orders_in_one_cell_that_is_held_stops_nobody(home: Home, books: SimpleNamespace) -> None:
    invoices_of(home, books, 1, 2, 3)
    home.drop(
        "发票.xlsx",
        books.invoices(
            {"发票号码": "26112000000012345603", "订单号": "PO-3", **FULL},
            {
                "发票号码": "26112000000012345612",
                "订单号": "PO-1、PO-2",
                "行号": None,
                "数量": None,
                "单价": None,
                "不含税金额": 1000,
                "税额": 130,
                "价税合计": 1130,
            },
        ),
    )
    home.drop("供应商台账.xlsx", books.vendors({"准入状态": "停用"}))
    home.turn(evening(7, 6))
    assert set(why(home).values()) == {"UNQUALIFIED"}


def test_retention_that_was_paid_back_is_told_when_a_credit_note_leaves_none(
    home: Home, books: SimpleNamespace
) -> None:
    usual(home, books, 质保期=1)
    home.turn(evening(7, 6))
    home.turn(evening(7, 20))
    assert paid_of(home) == 565
    red = {"发票号码": "26112000000012345609", "数量": -100, "不含税金额": -500, "税额": -65, "价税合计": -565}
    home.drop("红字.xlsx", books.invoices({**red, "发票类型": "红字", "原发票号码": "26112000000012345678"}))
    home.turn(evening(7, 21))
    told = sum((row["stopped"] for row in records_of(home, "holds")), D(0))
    assert told == 565


def test_an_advance_is_offset_though_the_register_is_sorted_otherwise(home: Home, books: SimpleNamespace) -> None:
    invoices_of(home, books, 1, 2)
    home.drop("合同台账.xlsx", books.contracts({"质保金比例": 0, "预付款": 300, "已付预付款": 300}))
    home.turn(evening(7, 6))
    assert paid_of(home) == 1130 - 300
    rows = [{"发票号码": f"2611200000001234560{n}", "订单号": f"PO-{n}", **FULL} for n in (2, 1)]
    home.drop("发票.xlsx", books.invoices(*rows))
    for day in (7, 8):
        home.turn(evening(7, day))
    assert paid_of(home) == 1130 - 300


def test_what_was_held_of_an_invoice_that_left_the_register_is_told_or_can_be_billed_again(
    home: Home, books: SimpleNamespace
) -> None:
    """Sixty of a hundred were accepted and paid; the next month's register has other rows, the other forty come, and
    the vendor bills them under a number of their own."""
    invoices_of(home, books, 1)
    home.drop("收货.xlsx", books.deliveries({"送货单号": "S-1", "到货数": 60, "合格数": 60}))
    home.turn(evening(7, 6))
    assert paid_of(home) == 339
    rest = {"发票号码": "26112000000087654321", "数量": 40, "不含税金额": 200, "税额": 26, "价税合计": 226}
    home.drop("发票.xlsx", books.invoices(rest))
    home.drop("收货2.xlsx", books.deliveries({"送货单号": "S-2", "到货数": 40, "合格数": 40}))
    for day in (7, 8):
        home.turn(evening(7, day))
    assert paid_of(home) == 565


def test_the_goods_of_an_invoice_that_left_are_not_paid_again_under_one_of_the_same_sheet(
    home: Home, books: SimpleNamespace
) -> None:
    """A hundred pieces came: sixty were paid under the first invoice, forty of a hundred under the second. The first
    leaves the register: what of the second was held for it is held still."""
    invoices_of(home, books, 1)
    one = {
        "发票号码": "26112000000012345601",
        "开票日期": date(2026, 6, 20),
        "数量": 60,
        "不含税金额": 300,
        "税额": 39,
        "价税合计": 339,
    }
    two = {"发票号码": "26112000000012345602", **FULL}
    home.drop("发票.xlsx", books.invoices(one, two))
    home.turn(evening(7, 6))
    assert paid_of(home) == 565 and why(home) == {"02": "ALREADY_BILLED"}
    home.drop("发票.xlsx", books.invoices(two))
    for day in (7, 8):
        home.turn(evening(7, day))
    assert paid_of(home) == 565


def test_goods_paid_in_one_currency_are_not_paid_again_in_another_under_another_number(
    home: Home, books: SimpleNamespace
) -> None:
    invoices_of(home, books, 1)
    home.turn(evening(7, 6))
    home.drop("订单.xlsx", books.orders({"币种": "USD"}))
    home.drop("发票.xlsx", books.invoices({"发票号码": "26112000000087654321", "币种": "USD"}))
    for day in (7, 8):
        home.turn(evening(7, day))
    assert [b["currency"] for b in home.export("batches")] == ["CNY"]


def test_the_rest_of_an_invoice_that_left_the_register_is_told_when_its_goods_come(
    home: Home, books: SimpleNamespace
) -> None:
    invoices_of(home, books, 1, 2)
    home.drop("收货.xlsx", books.deliveries({"送货单号": "S-1", "到货数": 60, "合格数": 60}))
    home.turn(evening(7, 6))
    home.drop("发票.xlsx", books.invoices({"发票号码": "26112000000012345602", "订单号": "PO-2", **FULL}))
    home.drop("收货2.xlsx", books.deliveries({"送货单号": "S-2", "到货数": 40, "合格数": 40}))
    home.turn(evening(7, 7))
    assert "01" in why(home)


def test_a_price_variance_of_an_invoice_that_left_uses_up_no_pieces(home: Home, books: SimpleNamespace) -> None:
    """Billed at 6, ordered at 5: fifty pieces were paid at 5. The other fifty are billed next month."""
    invoices_of(home, books, 1)
    dear = {"数量": 50, "单价": 6, "不含税金额": 300, "税额": 39, "价税合计": 339}
    home.drop("发票.xlsx", books.invoices(dear))
    home.turn(evening(7, 6))
    assert paid_of(home) == D("282.50")
    rest = {"发票号码": "26112000000087654321", "数量": 50, "不含税金额": 250, "税额": 32.5, "价税合计": 282.5}
    home.drop("发票.xlsx", books.invoices(rest))
    home.turn(evening(7, 7))
    assert paid_of(home) == 565


def test_retention_of_a_vendor_of_whom_no_order_is_left_is_told(home: Home, books: SimpleNamespace) -> None:
    """A new year's workbooks: the old orders and invoices of this vendor are archived, its retention is owed still."""
    usual(home, books, 质保期=2)
    home.turn(evening(7, 6))
    other = another_vendor(home, books)
    two = {"订单号": "PO-2", "供应商": other}
    home.drop("订单.xlsx", books.orders(two))
    home.drop("收货.xlsx", books.deliveries(two | {"送货单号": "S-2"}))
    home.drop("发票.xlsx", books.invoices(two | {"发票号码": "26112000000087654302"}))
    home.turn(evening(7, 7))
    home.turn(evening(8, 20))
    assert why(home).get("78") == "RETENTION_ALONE"


def test_each_retention_of_an_invoice_that_left_is_asked_for_itself(home: Home, books: SimpleNamespace) -> None:
    """Two orders on one invoice, whose retention falls due months apart: the first answer is none for the second."""
    invoices_of(home, books, 1, 2)
    home.drop("合同台账.xlsx", books.contracts({"质保期": 2}, {"合同编号": "HT-2", "质保期": 4}))
    home.drop("订单.xlsx", books.orders({"订单号": "PO-1"}, {"订单号": "PO-2", "合同编号": "HT-2"}))
    both = {"发票号码": "26112000000012345601", **FULL}
    home.drop("发票.xlsx", books.invoices({**both, "订单号": "PO-1"}, {**both, "订单号": "PO-2"}))
    home.turn(evening(7, 6))
    home.drop("发票.xlsx", books.invoices({"发票号码": "26112000000012345699", "订单号": "PO-9"}))
    home.turn(evening(8, 18))
    (form,) = _forms(home, "暂扣放行单 2026-08-18")
    answer = {"暂扣处理": "放行", "放行人": "虚构甲", "放行理由": "旧台账已归档", "第二人": "虚构乙"}
    home.drop("放行.xlsx", _filled(form, answer))
    home.turn(evening(8, 19))
    assert paid_of(home) == 1130 - D("28.25")
    home.turn(evening(10, 19))
    assert paid_of(home) == 1130 - D("28.25") and why(home)["01"] == "RETENTION_ALONE"


def test_retention_that_goes_to_another_account_than_its_invoice_says_so(home: Home, books: SimpleNamespace) -> None:
    """Renamed in every ledger, with a code of its own and another account: those who let it go are not told."""
    usual(home, books, 质保期=2)
    home.turn(evening(7, 6))
    name, other = {"供应商": "示例甲电子集团有限公司"}, "6222000000000009999"
    home.drop(
        "供应商台账.xlsx",
        books.vendors(
            {
                "供应商名称": name["供应商"],
                "供应商编码": "V-009",
                "银行账号": other,
                "统一社会信用代码": "91310000MA1EXAMPL9",
            }
        ),
    )
    home.drop("合同台账.xlsx", books.contracts({**name, "质保期": 2}))
    home.drop("订单.xlsx", books.orders(name))
    home.drop("收货.xlsx", books.deliveries(name))
    home.drop("发票.xlsx", books.invoices(name))
    home.turn(evening(7, 7))
    home.turn(evening(8, 18))
    (kept,) = (row for row in records_of(home, "holds") if "RETENTION_ALONE" in row["reasons"])
    assert "BANK_CHANGE" in kept["reasons"] or "9999" in kept["evidence"]


BOTH: Row = {"订单号": "PO-1、PO-2", "行号": None}
REPEATED: dict[str, tuple[Row, Row, str]] = {
    "once with its line and once without": ({"行号": None}, {"行号": "1"}, "DUPLICATE"),
    "in one cell with another order, and by itself": (BOTH, {"订单号": "PO-1"}, "DUPLICATE"),
    "divided by a slash, and by itself": (BOTH | {"订单号": "PO-1/PO-2"}, {"订单号": "PO-1"}, "ALREADY_BILLED"),
}


@pytest.mark.parametrize(("first", "second", "cause"), REPEATED.values(), ids=REPEATED)
def test_an_order_line_that_two_rows_of_one_invoice_bill_is_a_duplicate_and_stops_nobody(
    home: Home, books: SimpleNamespace, first: Row, second: Row, cause: str
) -> None:
    invoices_of(home, books, 1, 2, 3)
    same = {"发票号码": "26112000000012345601", **FULL}
    other = {"发票号码": "26112000000012345603", "订单号": "PO-3", **FULL}
    home.drop("发票.xlsx", books.invoices(same | first, same | second, other))
    home.turn(evening(7, 6))
    assert paid_of(home) == 1130 and why(home) == {"01": cause}


def test_an_invoice_that_the_advance_covers_whole_keeps_its_turn(home: Home, books: SimpleNamespace) -> None:
    """Ten of thirty pieces are covered by the advance; a bill for all thirty comes later: twenty are paid for."""
    invoices_of(home, books, 1)
    home.drop("合同台账.xlsx", books.contracts({"质保金比例": 0, "预付款": 100, "已付预付款": 100}))
    home.drop("收货.xlsx", books.deliveries({"到货数": 30, "合格数": 30}))
    ten = {"数量": 10, "不含税金额": 50, "税额": 6.5, "价税合计": 56.5}
    home.drop("发票.xlsx", books.invoices(ten))
    home.turn(evening(7, 6))
    assert paid_of(home) == 0 and [b["batch"] for b in home.export("batches")] == ["CD-20260706-01"]
    all_of_it = {"数量": 30, "不含税金额": 150, "税额": 19.5, "价税合计": 169.5}
    earlier = {"发票号码": "26112000000012345699", "开票日期": date(2026, 6, 20)}
    home.drop("发票2.xlsx", books.invoices(all_of_it | earlier))
    for day in (7, 8):
        home.turn(evening(7, day))
    assert paid_of(home) == D("113.00") - D("43.50")
