"""What people read around a payment: the papers before it, and what is told of the bank's rows after it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest

from tests.conftest import Home
from tests.payday_steps import evening
from tests.test_approvals import FIRST, PEOPLE, approve, form_of, invoices_of

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
