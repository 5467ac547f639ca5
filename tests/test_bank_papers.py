"""What people read around a payment: the papers before it, and what is told of the bank's rows after it."""

from __future__ import annotations

from datetime import date
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest

from tests.conftest import Home
from tests.payday_steps import evening, why
from tests.test_approvals import FIRST, PEOPLE, approve, form_of, invoices_of
from tests.test_controls import _filled, _forms

ACCOUNT = """
[payments.accounts.main]
bank = "generic"
holder = "示例采购方有限公司"
account = "1100000000000000099"
currency = "CNY"
"""


@pytest.fixture
def home(home: Home) -> Home:
    """Only those work whose work is looked at."""
    home.let("paymaster", "bookkeeper")
    return home


def paper(home: Home, folder: str, name: str) -> Path:
    (path,) = home.settings.out_folder(folder).glob(f"{name}*.xlsx")
    return path


def under(path: Path, title: str, *sheets: str) -> list[Any]:
    """What stands under a header, from the top down."""
    book = openpyxl.load_workbook(path)
    rows = [row for name in sheets or book.sheetnames for row in book[name].iter_rows(values_only=True)]
    head = next(number for number, row in enumerate(rows) if title in row)
    at = rows[head].index(title)
    return [row[at] for row in rows[head + 1 :] if row[at] is not None]


def test_sheet_form_and_bank_file_list_the_lines_in_one_order(home: Home, books: SimpleNamespace) -> None:
    """One is laid beside the other: the payment key, by which one of them was sorted, tells a reader nothing."""
    home.configure(PEOPLE + ACCOUNT)
    invoices_of(home, books, 1, 2, 3)
    days = {1: date(2026, 6, 27), 2: date(2026, 6, 25), 3: date(2026, 6, 25)}
    rows = ({"发票号码": f"2611200000001234560{n}", "订单号": f"PO-{n}", "开票日期": day} for n, day in days.items())
    home.drop("发票.xlsx", books.invoices(*rows))
    home.turn(evening(7, 3))
    approve(home, FIRST, "one@example.com")
    sheet = under(paper(home, "payments", "付款申请单"), "发票号码", "付款明细")
    form = under(form_of(home, FIRST), "发票号码", "付款审批")
    purposes = under(paper(home, "payments", "银行付款文件"), "用途")
    expected = [f"2611200000001234560{n}" for n in (2, 3, 1)]
    assert [no for no in sheet if no in expected] == form == [text[-20:] for text in purposes] == expected


# ------------------------------------------------------------------ a bank's own list

HEAD = ("交易日期", "流水号", "对方户名", "借贷", "交易金额", "摘要")
VENDOR, LIKE_IT = "示例甲电子有限公司", "示例甲电子有限责任公司"


def bank_list(*rows: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [dict(zip(HEAD, ("2026-07-06", f"T{number}", *row), strict=True)) for number, row in enumerate(rows)]


NOBODY_ASKS = {
    "the landlord": ("虚构物业公司", "借", 1234.5, "物业费"),
    "a customer's money": ("虚构客户集团", "贷", 50000, "回款"),
    "a customer with nearly the name of a vendor": (LIKE_IT, "贷", 50000, "回款"),
}


@pytest.mark.parametrize("row", NOBODY_ASKS.values(), ids=NOBODY_ASKS)
def test_whom_a_bank_list_names_beside_our_vendors_needs_no_register(
    home: Home, books: SimpleNamespace, row: tuple[Any, ...]
) -> None:
    """A property manager was to be registered as a vendor, and the list came back as 请修改."""
    home.drop("供应商台账.xlsx", books.vendors())
    home.drop("网银流水.xlsx", bank_list(row))
    home.turn(evening(7, 6))
    assert [row["code"] for row in home.export("findings")] == []
    assert [row["rows_new"] for row in home.export("receipts")] == [1, 1]


def test_a_payee_that_is_nearly_a_vendor_of_ours_is_asked(home: Home, books: SimpleNamespace) -> None:
    home.drop("供应商台账.xlsx", books.vendors())
    home.drop("网银流水.xlsx", bank_list((LIKE_IT, "借", 565, "货款"), ("虚构物业公司", "借", 1, "物业费")))
    home.turn(evening(7, 6))
    assert [row["code"] for row in home.export("findings")] == ["VENDOR_NEAR"]


# ------------------------------------------------------------------ a payment by hand, told once

PAID = {"暂扣处理": "已付清", "放行人": "虚构甲", "放行理由": "急件，先付了", "第二人": "虚构乙"}


def records_by(home: Home, name: str, key: str) -> dict[str, dict[str, Any]]:
    with home.store.transaction() as tx:
        return {row[key]: row for row in tx.table(name).to_pylist()}


def paid_by_hand(home: Home, books: SimpleNamespace) -> None:
    """An invoice of which the bank tells a payment that no sheet asked for."""
    invoices_of(home, books, 1)
    home.drop("网银流水.xlsx", bank_list((VENDOR, "借", 565, "货款")))
    home.turn(evening(7, 6))
    assert why(home) == {"01": "PAID_BY_HAND"}


def with_key(home: Home, key: str) -> None:
    home.drop("网银流水.xlsx", [bank_list((VENDOR, "借", 565, "货款"))[0] | {"付款键": key}])


def test_the_key_of_a_held_line_is_told_as_one_and_the_form_that_is_out_still_counts(
    home: Home, books: SimpleNamespace
) -> None:
    """`explain` shows the key of the held line; filled into the bank's list it was said not to exist, the evidence
    stood there twice, and the form handed out was void without a word."""
    paid_by_hand(home, books)
    (form,) = _forms(home, "暂扣放行单")
    (held,) = home.export("payables")
    with_key(home, held["payment_key"])
    home.turn(evening(7, 7))
    (told,) = records_by(home, "returns", "receipt").values()
    assert (told["outcome"], told["payment_keys"]) == ("ON_HOLD", held["payment_key"])
    (hold,) = records_by(home, "holds", "hold").values()
    assert (hold["reasons"], hold["evidence"].count("565.00")) == ("PAID_BY_HAND", 1)
    assert _forms(home, "暂扣放行单") == [form]
    home.drop("放行.xlsx", _filled(form, PAID))
    for day in (8, 9):
        home.turn(evening(7, day))
        assert [row["state"] for row in home.export("payables")] == ["confirmed"]
        assert [row["outcome"] for row in records_by(home, "returns", "receipt").values()] == ["confirmed"]


def test_a_payment_of_another_sum_that_names_a_held_line_is_asked_before_that_is_paid(
    home: Home, books: SimpleNamespace
) -> None:
    """Held because its account is another vendor's too; somebody has paid a part of it already."""
    invoices_of(home, books, 1)
    home.drop(
        "供应商台账.xlsx", books.vendors({}, {"供应商名称": "虚构乙公司", "供应商编码": "V-2", "统一社会信用代码": ""})
    )
    home.turn(evening(7, 6))
    (held,) = home.export("payables")
    assert held["state"] == "held"
    home.drop("网银流水.xlsx", [bank_list((VENDOR, "借", 300, "货款"))[0] | {"付款键": held["payment_key"]}])
    home.turn(evening(7, 7))
    assert why(home) == {"01": "SHARED_ACCOUNT,PAID_EARLY"}


def test_the_key_of_another_vendors_held_line_is_grave(home: Home, books: SimpleNamespace) -> None:
    paid_by_hand(home, books)
    (held,) = home.export("payables")
    row = bank_list(("虚构乙公司", "借", 565, "货款"))[0] | {"付款键": held["payment_key"], "流水号": "T9"}
    home.drop("网银流水2.xlsx", [row])
    home.turn(evening(7, 7))
    assert {row["bank_reference"]: row["outcome"] for row in records_by(home, "returns", "receipt").values()} == {
        "T0": "UNMATCHED", "T9": "OTHER_VENDOR",
    }  # fmt: skip


# ------------------------------------------------------------------ 回单核对 and its letter


def checked(home: Home, day: str) -> dict[str, Any]:
    """The first row of 回单核对, by its headers."""
    book = openpyxl.load_workbook(paper(home, "payments", f"回单核对 {day}"))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    head = next(number for number, row in enumerate(rows) if "怎样处理" in row)
    return dict(zip(rows[head], rows[head + 1], strict=True))


def letter(home: Home, day: str) -> str:
    """What the letter of a day says of the bank's rows."""
    texts = []
    for path in sorted(home.settings.out_folder("letters").rglob(f"{day}*.eml")):
        body = message_from_bytes(path.read_bytes(), policy=default).get_body(("plain",))
        assert body is not None
        texts.append(str(body.get_content()))
    return next(text for text in texts if "银行回单：" in text)


def test_what_the_bank_sent_back_needs_a_person_and_says_whose_it_is_and_why(
    home: Home, books: SimpleNamespace
) -> None:
    invoices_of(home, books, 1)
    home.turn(evening(7, 3))
    (line,) = home.export("payables")
    row = {
        "付款键": line["payment_key"],
        "流水号": "B-1",
        "收款人": VENDOR,
        "付款金额": 565,
        "付款日期": date(2026, 7, 6),
    }
    home.drop("回单.xlsx", [row | {"付款状态": "退票", "失败原因": "户名不符"}])
    home.turn(evening(7, 6))
    told = letter(home, "2026-07-06")
    assert "退回 1 笔 565.00 CNY，需处理 1 行" in told
    assert f"银行退回（户名不符）：{VENDOR} 发票 26112000000012345601，565.00 CNY，2026-07-06" in told
    assert "“暂扣放行单”上由两人选“放行”" in told and "用同一文件名再放入" not in told
    found = checked(home, "2026-07-06")
    assert found["问题"] == "银行退回（户名不符）" and "由两人选“放行”" in found["怎样处理"]
    assert "26112000000012345601" in found["我方付款行"] and "银行退回" in found["我方付款行"]


def test_a_payment_by_hand_is_told_as_the_form_tells_it(home: Home, books: SimpleNamespace) -> None:
    """回单核对 wanted a key filled in for the very row that 暂扣放行单 asked about. The list comes in the same turn as
    the invoice, before a sheet is made."""
    paid_by_hand(home, books)
    told, found = letter(home, "2026-07-06"), checked(home, "2026-07-06")
    assert f"疑似人工付款：{VENDOR} 发票 26112000000012345601，565.00 CNY，2026-07-06" in told
    assert "选“已付清”" in told and "填上付款键" not in told
    assert found["问题"] == "疑似人工付款" and "暂扣放行单" in found["怎样处理"] and "填上" not in found["怎样处理"]


def test_a_payment_by_hand_of_a_line_on_a_sheet_is_told_as_the_form_tells_it(
    home: Home, books: SimpleNamespace
) -> None:
    home.configure(PEOPLE)
    invoices_of(home, books, 1)
    home.turn(evening(7, 3))
    home.drop("网银流水.xlsx", [bank_list((VENDOR, "借", 565, "货款"))[0] | {"交易日期": "2026-07-02"}])
    home.turn(evening(7, 6))
    assert why(home) == {"01": "PAID_BY_HAND"}
    assert checked(home, "2026-07-06")["问题"] == "疑似人工付款"


def test_a_payment_to_a_vendor_that_fits_no_invoice_is_told_without_one(home: Home, books: SimpleNamespace) -> None:
    invoices_of(home, books, 1)
    home.drop("网银流水.xlsx", bank_list((VENDOR, "借", 99, "打样费")))
    home.turn(evening(7, 6))
    assert checked(home, "2026-07-06")["问题"] == "找不到对应的付款行"
    assert "找不到对应的付款行：示例甲电子有限公司，99.00" in letter(home, "2026-07-06")


def test_a_list_of_nothing_but_strangers_marks_nothing_as_paid(home: Home, books: SimpleNamespace) -> None:
    home.drop("供应商台账.xlsx", books.vendors())
    home.drop("网银流水.xlsx", bank_list(("虚构物业公司", "借", 1234.5, "物业费")))
    home.turn(evening(7, 6))
    told = letter(home, "2026-07-06")
    assert "没有付款行因此变动" in told and "已记为已付" not in told
