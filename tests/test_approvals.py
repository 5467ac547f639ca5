"""Four eyes offline: a batch goes to its approvers, forms come back, and only what is approved is released."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from email import message_from_bytes, policy
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from robots import conveyor
from robots.crew import registry
from robots.crew.paymaster.approvals import issue
from robots.crew.paymaster.papers import form
from robots.edge import doctor, explaining, homes, secrets, status
from robots.edge import settings as configuration
from robots.edge.store import open_store
from robots.figures import batches
from robots.figures.approvals import LAYOUT, Bench, Case, Form, issued_cells, judge, with_set_offs
from robots.model import codes
from robots.rules import People
from tests.conftest import SETTINGS, Home

FRIDAY, MONDAY, TUESDAY = datetime(2026, 7, 3, 18), datetime(2026, 7, 6, 7), datetime(2026, 7, 7, 18)
FIRST, SECOND, PREPARER = "示例经理", "示例总监", "示例出纳"
BATCH = "FK-20260703-01"
PEOPLE = f"""
[mail.roles]
approver_one = ["one@example.com"]
approver_two = ["two@example.com"]

[approvals]
preparer = "{PREPARER}"

[approvals.approvers]
"{FIRST}" = "approver_one"
"{SECOND}" = "approver_two"
"""


def opened(path: Path) -> Home:
    settings = configuration.load(path, registry.names())
    return Home(path, settings, open_store(settings.toml.database.url, settings.state, FRIDAY))


def prepared(path: Path, books: SimpleNamespace, price: int) -> Path:
    """A home with two approvers, in which three invoices were put up for payment on Friday."""
    homes.make(path, "zh", FRIDAY.date())
    (path / "config" / "robots.toml").write_text(SETTINGS.format(url="") + PEOPLE, "utf-8")
    home = opened(path)
    invoices_of(home, books, 1, 2, 3, price=price)
    home.turn(FRIDAY)
    home.store.close()
    return path


@pytest.fixture(scope="module")
def friday(tmp_path_factory: pytest.TempPathFactory, books: SimpleNamespace) -> Path:
    return prepared(tmp_path_factory.mktemp("审批") / "外协", books, 5)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, books: SimpleNamespace) -> Path:
    return prepared(tmp_path_factory.mktemp("大额") / "外协", books, 600)


def copied(path: Path, target: Path) -> Iterator[Home]:
    """A copy of a home, for one story. Only those work whose work is looked at."""
    home = opened(Path(shutil.copytree(path, target / "外协")))
    home.let("paymaster", "bookkeeper")
    yield home
    home.store.close()


@pytest.fixture
def office(friday: Path, tmp_path: Path) -> Iterator[Home]:
    """A batch of 1,695.00, which one approver may release."""
    yield from copied(friday, tmp_path)


@pytest.fixture
def large_office(large: Path, tmp_path: Path) -> Iterator[Home]:
    """A batch of 203,400.00, which needs two."""
    yield from copied(large, tmp_path)


def invoices_of(home: Home, books: SimpleNamespace, *numbers: int, price: int = 5) -> None:
    """Orders of a hundred pieces, each delivered and billed, without retention; like amounts are no duplicates here."""
    rules = home.path / "config" / "rules" / "settlement.toml"
    rules.parent.mkdir(exist_ok=True)
    rules.write_text("[[in_force]]\nfrom = 2026-01-01\nsoft_duplicate_days = -1\n", "utf-8")
    home.configure("")
    home.drop("供应商台账.xlsx", books.vendors())
    home.drop("合同台账.xlsx", books.contracts({"质保金比例": 0}))
    home.drop("订单.xlsx", books.orders(*({"订单号": f"PO-{n}", "单价": price} for n in numbers)))
    home.drop("收货.xlsx", books.deliveries(*({"送货单号": f"S-{n}", "订单号": f"PO-{n}"} for n in numbers)))
    home.drop("发票.xlsx", books.invoices(*(
        {"发票号码": f"2611200000001234560{n}", "订单号": f"PO-{n}", "单价": price, "不含税金额": 100 * price,
         "税额": 13 * price, "价税合计": 113 * price} for n in numbers)))  # fmt: skip


def letters(home: Home, to: str) -> list[Any]:
    """The letters to an address, oldest first."""
    found = [message_from_bytes(path.read_bytes(), policy=policy.default)
             for path in sorted(home.settings.out_folder("letters").glob("*.eml"))]  # fmt: skip
    return [letter for letter in found if letter["To"] == to]


def said(letter: Any) -> str:
    return str(letter.get_body(("plain",)).get_content())


def code_of(home: Home, to: str, number: str = BATCH) -> str:
    """The code in the approver's own letter about a batch."""
    (letter,) = (one for one in letters(home, to) if number in one["Subject"] and "批准码：" in said(one))
    match = re.search(r"批准码：([2-9A-Z]{5}-[2-9A-Z]{5})\s", said(letter))
    assert match and len(list(letter.iter_attachments())) == 1
    return match[1]


def form_of(home: Home, approver: str, number: str = BATCH) -> Path:
    (path,) = (p for p in home.settings.out_folder("forms").iterdir() if number in p.name and approver in p.name)
    return path


HEAD = {
    "付款批次", "付款键", "收款单位", "收款账号", "发票号码", "订单/行", "申请金额", "付款到期", "审批人", "审批意见",
    "审批理由", "批准码",
}  # fmt: skip
Spoil = Callable[[Any, int], None]


def filled(
    path: Path, code: str, refuse: dict[str, str] | None = None, spoil: Spoil | None = None, opinion: str = "同意"
) -> bytes:
    """The form as its approver sends it back: an opinion on every row, the code in the first; `refuse` gives reasons by
    the end of an invoice number, `spoil` does to (sheet, first row) what nobody should."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    head = next(row for row in sheet.iter_rows() if {cell.value for cell in row} >= HEAD)
    at = {cell.value: number for number, cell in enumerate(head)}
    first = head[0].row + 1
    for row in sheet.iter_rows(min_row=first):
        if row[1].value:
            why = next((why for end, why in (refuse or {}).items() if str(row[4].value).endswith(end)), None)
            said = (opinion, None) if why is None else ("驳回", why or None)
            row[at["审批意见"]].value, row[at["审批理由"]].value = said
    sheet.cell(first, at["批准码"] + 1, code)
    if spoil:
        spoil(sheet, first)
    memory = BytesIO()
    book.save(memory)
    return memory.getvalue()


def approve(home: Home, approver: str, to: str, at: datetime = MONDAY, number: str = BATCH, **how: Any) -> None:
    form = filled(form_of(home, approver, number), code_of(home, to, number), **how)
    home.drop(f"审批 {number} {approver}.xlsx", form)
    home.turn(at)


def states(home: Home) -> dict[str, str]:
    """The last digit of each invoice → the state of its line."""
    return {row["invoice_no"][-1]: row["state"] for row in home.export("payables")}


def batch(home: Home) -> tuple[Any, ...]:
    row = home.export("batches")[0]
    return row["state"], row["lines"], row["total"]


# ------------------------------------------------------------------ approved


def test_an_approved_batch_is_released_in_the_turn_in_which_the_form_comes_back(office: Home) -> None:
    assert (batch(office), states(office)) == (("proposed", 3, "1695.00"), dict.fromkeys("123", "proposed"))
    approve(office, FIRST, "one@example.com")
    assert (batch(office), states(office)) == (("released", 3, "1695.00"), dict.fromkeys("123", "released"))
    moves = [(m["n"], m["state_before"], m["state_after"], m["by"]) for m in office.export("movements")]
    assert sorted(set(moves)) == [
        (1, "", "proposed", PREPARER), (2, "proposed", "approved", FIRST), (3, "approved", "released", FIRST),
    ]  # fmt: skip
    (told,) = (one for one in letters(office, "finance@example.com") if "批准放行" in one["Subject"])
    (paper,) = told.iter_attachments()
    sheet = openpyxl.load_workbook(BytesIO(paper.get_content())).worksheets[0]
    amounts = [row[4].value for row in sheet.iter_rows() if isinstance(row[6].value, str) and len(row[6].value) == 24]
    assert [Decimal(str(amount)) for amount in amounts] == [565] * 3
    office.turn(TUESDAY)
    assert len(office.export("batches")) == 1  # what was released is put up no more


ACCOUNT = """[payments.accounts.main]
bank = "generic"
holder = "示例采购方有限公司"
account = "1100000000000000099"
currency = "CNY"
"""


def test_the_banks_file_leaves_with_the_release_and_holds_what_was_approved_and_nothing_else(office: Home) -> None:
    office.configure(ACCOUNT)
    office.turn(MONDAY.replace(hour=9))
    payments = office.settings.out_folder("payments")
    before = {path.name for path in payments.iterdir()}
    approve(office, FIRST, "one@example.com", refuse={"2": "价格未谈妥"})
    (name,) = {path.name for path in payments.iterdir() if "银行付款文件" in path.name} - before
    sheet = openpyxl.load_workbook(payments / name).worksheets[0]
    amounts = [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, int | float)]
    assert any(f"和“银行付款文件 {BATCH}”" in said(one) for one in letters(office, "finance@example.com"))
    assert BATCH in name and amounts.count(565) == 2  # two of three lines; the refused one is not there
    assert "6222000000000000001" in {cell.value for row in sheet.iter_rows() for cell in row}
    office.turn(TUESDAY)
    assert [path.name for path in payments.iterdir() if "银行付款文件" in path.name] == [name]


def given_back(path: Path) -> bytes:
    """A bank's file as it comes back: as it went out, with a day and a result beside each payment."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    last = page.max_column
    for number, row in enumerate(page.iter_rows()):
        values = ("交易日期", "处理结果") if not number else (date(2026, 7, 6), "交易成功")
        for n, value in enumerate(values, 1):
            page.cell(row[0].row, last + n, value)
    memory = BytesIO()
    book.save(memory)
    return memory.getvalue()


BANK_TEXTS = {
    "in its own words, among others": {"摘要": "转账汇款", "附言": "货款 {key}", "备注": "网银"},
    "in capitals, where a purpose stands": {"用途": "{KEY}"},
    "where a reason stands": {"处理信息": "交易成功 {key}"},
}


def test_the_banks_own_file_comes_back_and_settles_every_line(office: Home) -> None:
    office.configure(ACCOUNT)
    approve(office, FIRST, "one@example.com")
    (sent,) = office.settings.out_folder("payments").glob("银行付款*.xlsx")
    office.drop("返回.xlsx", given_back(sent))
    office.turn(TUESDAY)
    assert set(states(office).values()) == {"confirmed"}


@pytest.mark.parametrize("texts", BANK_TEXTS.values(), ids=BANK_TEXTS)
def test_the_key_is_found_wherever_a_bank_has_put_it(
    office: Home, books: SimpleNamespace, texts: dict[str, str]
) -> None:
    """Three payments of one sum: nothing but the key tells which of them came back."""
    approve(office, FIRST, "one@example.com")
    lines = sorted(office.export("payables"), key=lambda row: row["invoice_no"])
    rows = []
    for n, line in enumerate(lines):
        usual = {"流水号": f"B-{n}", "对方户名": line["vendor"], "交易金额": 565, "交易日期": date(2026, 7, 6)}
        key = line["payment_key"]
        told = {name: text.format(key=key, KEY=key.upper()) for name, text in texts.items()}
        rows.append(usual | told | {"交易状态": "交易成功" if n else "交易失败"})
    office.drop("返回.xlsx", books.xlsx({"明细": rows}))
    office.turn(TUESDAY)
    assert states(office) == {"1": "returned", "2": "confirmed", "3": "confirmed"}


def test_what_is_refused_is_not_released_and_is_put_up_again(office: Home) -> None:
    approve(office, FIRST, "one@example.com", refuse={"02": "发票抬头不对"})
    assert states(office) == {"1": "released", "2": "rejected", "3": "released"}
    assert batch(office) == ("released", 2, "1130.00")
    (refused,) = (m for m in office.export("movements") if m["state_after"] == "rejected")
    assert (refused["by"], refused["why"]) == (FIRST, "发票抬头不对")
    assert "发票抬头不对" in said(letters(office, "finance@example.com")[-1])
    office.turn(TUESDAY)
    second = office.export("batches")[1]
    assert (second["state"], second["lines"], second["total"]) == ("proposed", 1, "565.00")


def test_a_batch_that_is_refused_whole_releases_nothing(office: Home) -> None:
    everything = dict.fromkeys(("01", "02", "03"), "等质保问题处理完")
    approve(office, FIRST, "one@example.com", at=datetime(2026, 7, 6, 18), refuse=everything)
    assert (batch(office)[0], set(states(office).values())) == ("void", {"rejected"})
    assert list(office.settings.out_folder("payments").glob("付款放行清单*")) == []
    report = max(office.settings.out_folder("reports").glob("外协周报*.xlsx"))
    front = openpyxl.load_workbook(report).worksheets[0]
    texts = [str(cell.value) for row in front.iter_rows(max_row=12) for cell in row if cell.value is not None]
    assert texts[texts.index("本期付款申请（CNY）") + 1] == "0.00"


def test_above_the_limit_two_different_people_have_to_approve(large_office: Home) -> None:
    assert batch(large_office)[2] == "203400.00"
    approve(large_office, FIRST, "one@example.com", refuse={"02": "金额再核对"})
    assert batch(large_office)[0] == "proposed" and set(states(large_office).values()) == {"proposed"}
    approve(large_office, SECOND, "two@example.com", at=datetime(2026, 7, 6, 7, 30))
    assert states(large_office) == {"1": "released", "2": "rejected", "3": "released"}
    by = {m["by"] for m in large_office.export("movements") if m["state_after"] == "released"}
    assert by == {f"{SECOND}、{FIRST}"}


def test_who_still_has_to_approve_is_told_what_was_refused_by_then(large_office: Home) -> None:
    approve(large_office, FIRST, "one@example.com", refuse={"02": "金额再核对"})
    told = said(letters(large_office, "two@example.com")[-1])
    assert "已有人驳回" in told and "金额再核对" in told and "26112000000012345602" in told
    assert "金额再核对" in said(letters(large_office, "finance@example.com")[-1])


def test_an_approval_is_read_once_while_the_second_one_is_waited_for(
    large_office: Home, books: SimpleNamespace
) -> None:
    """Another sheet is waited for meanwhile, of which no form has come: forms are looked for from its day on."""
    approve(large_office, FIRST, "one@example.com")
    invoices_of(large_office, books, 1, 2, 3, 4, price=600)
    large_office.turn(datetime(2026, 7, 6, 18))
    large_office.turn(TUESDAY)
    assert [row["state"] for row in large_office.export("batches")] == ["proposed", "proposed"]
    approve(large_office, SECOND, "two@example.com", at=datetime(2026, 7, 8, 7))
    assert batch(large_office)[0] == "released"


def test_what_two_forms_of_one_turn_come_to_is_told_once_and_nobody_is_waited_for(large_office: Home) -> None:
    for approver, to, refuse in ((FIRST, "one@example.com", {"02": "金额再核对"}), (SECOND, "two@example.com", {})):
        mine = filled(form_of(large_office, approver), code_of(large_office, to), refuse=refuse)
        large_office.drop(f"审批 {approver}.xlsx", mine)
    large_office.turn(MONDAY)
    told = "\n".join(f"{one['Subject']}\n{said(one)}" for one in letters(large_office, "finance@example.com")[1:])
    assert f"已批准放行（{SECOND} 同意、{FIRST} 部分同意（驳回 1 行））" in told and "现在不要付" not in told


def test_who_forgot_something_is_not_asked_for_more_where_the_other_one_has_decided(office: Home) -> None:
    """A wrong code is told all the same."""
    blank = filled(form_of(office, FIRST), code_of(office, "one@example.com"), opinion="")
    office.drop("审批 1.xlsx", blank)
    forgiving(office)
    office.drop("审批 2.xlsx", filled(form_of(office, FIRST), "22222-22222"))
    office.drop("审批 3.xlsx", filled(form_of(office, SECOND), code_of(office, "two@example.com")))
    office.turn(MONDAY)
    assert set(states(office).values()) == {"released"}
    assert not [one for one in letters(office, "one@example.com") if "没有填完" in one["Subject"]]
    told = "\n".join(said(one) for one in letters(office, "finance@example.com"))
    assert "来得太晚" in told and "批准码不对；这一批现在是：已放行" in told and "还可以再试" not in told


# ------------------------------------------------------------------ what changed between sheet and release

Books = SimpleNamespace
Change = Callable[[Home, Books], None]
FULL: dict[str, Any] = {"不含税金额": 500, "税额": 65, "价税合计": 565}


def bills(home: Home, books: Books, first: dict[str, Any] | None = None, *others: dict[str, Any]) -> None:
    """The register again, with another first row (None: without it)."""
    rows = ({"发票号码": f"2611200000001234560{n}", "订单号": f"PO-{n}", **FULL} for n in (2, 3))
    mine = [] if first is None else [{"发票号码": "26112000000012345601", **FULL, **first}]
    home.drop("发票.xlsx", books.invoices(*mine, *others, *rows))


def unqualified(home: Home, books: Books) -> None:
    home.drop("供应商台账.xlsx", books.vendors({"准入状态": "停用"}))


def lapsed(home: Home, books: Books) -> None:
    paper = {"供应商": "示例甲电子有限公司", "证书类型": "ISO 9001", "有效期至": date(2026, 7, 4), "是否必备": "是"}
    home.drop("证书.xlsx", books.xlsx({"资质证书": [paper]}))


def no_contract(home: Home, books: Books) -> None:
    home.drop("合同台账.xlsx", books.contracts({"合同编号": "HT-9", "质保金比例": 0}))


def gone_bill(home: Home, books: Books) -> None:
    bills(home, books)


def lower(home: Home, books: Books) -> None:
    bills(home, books, {"数量": 90, "不含税金额": 450, "税额": 58.5, "价税合计": 508.5})


def other_line(home: Home, books: Books) -> None:
    bills(home, books, {"订单号": "PO-9"})


def credited(home: Home, books: Books) -> None:
    red = {"发票号码": "26112000000012345609", "数量": -20, "不含税金额": -100, "税额": -13, "价税合计": -113}
    home.drop("红字.xlsx", books.invoices({**red, "发票类型": "红字", "原发票号码": "26112000000012345601"}))


def other_currency(home: Home, books: Books) -> None:
    orders = ({"订单号": f"PO-{n}", "币种": "USD" if n == 1 else "CNY"} for n in (1, 2, 3))
    home.drop("订单.xlsx", books.orders(*orders))


def withdrawn(home: Home, books: Books) -> None:
    home.drop("收货.xlsx", books.deliveries(*({"送货单号": f"S-{n}", "订单号": f"PO-{n}"} for n in (2, 3))))


ALL, ONE = dict.fromkeys("123", "rejected"), {"1": "rejected", "2": "released", "3": "released"}
SINCE: dict[str, tuple[Change, dict[str, str], str]] = {
    "its vendor is qualified no more": (unqualified, ALL, "供应商准入状态不允许付款"),
    "a certificate ran out": (lapsed, ALL, "必备证书已过期"),
    "its contract is gone": (no_contract, ALL, "订单行没有合同"),
    "the invoice is gone": (gone_bill, ONE, "发票登记里已没有这一行"),
    "the invoice is for less": (lower, ONE, "现在应付的少于申请单上的"),
    "the invoice is for another order": (other_line, ONE, "发票登记里已没有这一行"),
    "a credit note came": (credited, ONE, "现在应付的少于申请单上的"),
    "the order is in another currency": (other_currency, ONE, "币种不同"),
    "the delivery was withdrawn": (withdrawn, ONE, "现在应付的少于申请单上的"),
}


@pytest.mark.parametrize(("change", "after", "why"), SINCE.values(), ids=SINCE)
def test_what_would_not_be_put_up_today_is_not_released(
    office: Home, books: SimpleNamespace, change: Change, after: dict[str, str], why: str
) -> None:
    change(office, books)
    approve(office, FIRST, "one@example.com")
    assert {n: state for n, state in states(office).items() if n in after} == after
    (moved,) = (m for m in office.export("movements") if m["state_after"] == "rejected" and "01" in who(office, m))
    assert moved["why"].startswith(why)
    told = " ".join(said(letter) for letter in letters(office, "finance@example.com")[-2:])
    assert "驳回人：付款控制" in told and why in told


def who(home: Home, movement: dict[str, Any]) -> str:
    """The end of the invoice number of a movement."""
    by_key = {row["payment_key"]: row["invoice_no"] for row in home.export("payables")}
    return str(by_key[movement["payment_key"]][-2:])


def test_what_would_be_stopped_at_its_release_is_on_the_hold_list_and_mending_the_books_lets_it_go(
    office: Home, books: SimpleNamespace
) -> None:
    office.drop("供应商台账.xlsx", books.vendors({"准入状态": "停用"}))
    office.turn(MONDAY.replace(hour=18))
    holds = [row for row in records_of(office, "holds") if row["source"] == BATCH]
    assert [row["reasons"] for row in holds] == ["UNQUALIFIED"] * 3
    office.drop("供应商台账.xlsx", books.vendors())
    office.turn(TUESDAY)
    assert records_of(office, "holds") == []
    approve(office, FIRST, "one@example.com", at=datetime(2026, 7, 8, 7))
    assert states(office) == dict.fromkeys("123", "released")


def test_what_is_stopped_for_less_is_put_up_again_with_what_is_owed(office: Home, books: SimpleNamespace) -> None:
    lower(office, books)
    approve(office, FIRST, "one@example.com")
    office.turn(TUESDAY)
    assert [(row["total"], row["state"]) for row in office.export("batches")] == [
        ("1130.00", "released"), ("508.50", "proposed"),
    ]  # fmt: skip
    assert records_of(office, "holds") == []


PAID_UNDER: dict[str, tuple[dict[str, Any], str]] = {
    "another number": ({"发票号码": "26112000000012345699"}, "ALREADY_BILLED"),
    "another order of the same invoice": ({"订单号": "PO-4"}, "MOVED"),
}


@pytest.mark.parametrize(("change", "reason"), PAID_UNDER.values(), ids=PAID_UNDER)
def test_what_was_released_is_not_paid_again_under(
    office: Home, books: SimpleNamespace, change: dict[str, Any], reason: str
) -> None:
    """A clerk corrects the register after the payment: the same money is not owed twice."""
    approve(office, FIRST, "one@example.com")
    office.drop("订单4.xlsx", books.orders({"订单号": "PO-4"}))
    office.drop("收货4.xlsx", books.deliveries({"送货单号": "S-4", "订单号": "PO-4"}))
    bills(office, books, change)
    office.turn(TUESDAY)
    assert len(office.export("batches")) == 1
    (held,) = records_of(office, "holds")
    assert held["reasons"] == reason and BATCH in held["evidence"]
    bills(office, books, {})
    office.turn(datetime(2026, 7, 8, 18))
    assert records_of(office, "holds") == [] and len(office.export("batches")) == 1


@pytest.mark.parametrize("names", [("甲.xlsx", "乙.xlsx"), ("乙.xlsx", "甲.xlsx")])
def test_of_two_forms_of_one_approver_that_come_together_no_refusal_is_lost(
    office: Home, names: tuple[str, str]
) -> None:
    form, code = form_of(office, FIRST), code_of(office, "one@example.com")
    office.drop(names[0], filled(form, code, refuse={"01": "价格未谈妥"}))
    office.drop(names[1], filled(form, code))
    office.turn(MONDAY)
    assert states(office) == {"1": "rejected", "2": "released", "3": "released"}


def test_of_two_approvers_whose_forms_come_together_no_approval_is_lost(large_office: Home) -> None:
    for name, who, to, refuse in (("甲", FIRST, "one", {}), ("乙", SECOND, "two", {"03": "等质检"})):
        form = filled(form_of(large_office, who), code_of(large_office, f"{to}@example.com"), refuse=refuse)
        large_office.drop(f"{name}.xlsx", form)
    large_office.turn(MONDAY)
    assert states(large_office) == {"1": "released", "2": "released", "3": "rejected"}


def test_two_copies_of_a_form_that_come_together_are_one_approval(large_office: Home) -> None:
    form, code = form_of(large_office, FIRST), code_of(large_office, "one@example.com")
    large_office.drop("甲.xlsx", filled(form, code))
    large_office.drop("甲 (1).xlsx", filled(form, code, refuse={"01": "再核对"}))
    large_office.turn(MONDAY)
    assert batch(large_office)[0] == "proposed"
    approve(large_office, SECOND, "two@example.com", at=datetime(2026, 7, 6, 8))
    assert states(large_office) == {"1": "rejected", "2": "released", "3": "released"}


def test_what_the_bank_told_paid_before_its_release_is_not_paid_again(office: Home) -> None:
    """Somebody in a hurry paid by hand from the sheet; the bank's return is there before the approval."""
    first = next(row for row in office.export("payables") if row["invoice_no"].endswith("1"))
    told = {"付款键": first["payment_key"], "收款单位": first["vendor"], "付款金额": 565, "付款日期": date(2026, 7, 4)}
    office.drop("回单.xlsx", [told])
    office.turn(MONDAY)
    approve(office, FIRST, "one@example.com", at=datetime(2026, 7, 6, 9))
    assert states(office) == {"1": "rejected", "2": "released", "3": "released"}
    office.turn(TUESDAY)
    (held,) = records_of(office, "holds")
    assert (held["reasons"], held["evidence"]) == (
        "PAID_EARLY", "银行 2026-07-04 已付 565.00（回单.xlsx › Sheet1 › 2）",
    )  # fmt: skip
    assert len(office.export("batches")) == 1


CREDIT_WORDS = ("红字发票", "红字专用发票", "负数发票", "红冲")


@pytest.mark.parametrize("word", CREDIT_WORDS)
def test_a_credit_note_written_without_a_minus_takes_off(home: Home, books: SimpleNamespace, word: str) -> None:
    invoices_of(home, books, 1)
    red = {"发票号码": "26112000000012345609", "数量": 20, "不含税金额": 100, "税额": 13, "价税合计": 113}
    home.drop("红字.xlsx", books.invoices({**red, "发票类型": word, "原发票号码": "26112000000012345601"}))
    home.turn(FRIDAY)
    assert [row["net"] for row in home.export("payables")] == ["452.00"]


def test_what_was_paid_and_then_refused_is_told_as_one_sum(office: Home, books: SimpleNamespace) -> None:
    approve(office, FIRST, "one@example.com")
    rows = ({"送货单号": f"S-{n}", "订单号": f"PO-{n}"} for n in (2, 3))
    office.drop(
        "收货.xlsx", books.deliveries({"送货单号": "S-1", "订单号": "PO-1", "合格数": 0, "不合格数": 100}, *rows)
    )
    office.turn(TUESDAY)
    (held,) = records_of(office, "holds")
    assert (held["reasons"], held["stopped"]) == ("REJECTED,OVERPAID", Decimal("565.00"))


def test_an_order_whose_currency_changes_after_its_payment_is_asked_about(office: Home, books: SimpleNamespace) -> None:
    """What sheets carried was in another currency: the difference is no money of either."""
    approve(office, FIRST, "one@example.com")
    other_currency(office, books)
    bills(office, books, {"单价": 5.05, "不含税金额": 505, "税额": 65.65, "价税合计": 570.65})
    office.turn(TUESDAY)
    assert len(office.export("batches")) == 1
    (held,) = records_of(office, "holds")
    assert held["reasons"] == "SILENT_EDIT,CURRENCY" and "申请单上是 CNY，订单现在是 USD" in held["evidence"]
    assert "“价税合计”由 565.00 改为 570.65" in held["evidence"]


def test_an_invoice_that_is_split_in_two_after_its_payment_is_not_paid_once_more(
    office: Home, books: SimpleNamespace
) -> None:
    approve(office, FIRST, "one@example.com")
    less = {"数量": 60, "不含税金额": 300, "税额": 39, "价税合计": 339}
    rest = {"发票号码": "26112000000087654321", "数量": 40, "不含税金额": 200, "税额": 26, "价税合计": 226}
    bills(office, books, less, {"订单号": "PO-1", **rest})
    office.turn(TUESDAY)
    assert len(office.export("batches")) == 1
    found = {row["invoice_no"][-4:]: (row["reasons"], row["evidence"]) for row in records_of(office, "holds")}
    edited = "“价税合计”由 565.00 改为 339.00（2026-07-07 收到的版本，发票.xlsx › 发票登记 › 2）"
    assert found == {"5601": ("OVERPAID", edited), "4321": ("OVER", "发票 26112000000012345601 多列 226.00")}


def test_an_invoice_that_has_left_the_register_is_a_likely_duplicate_all_the_same(
    home: Home, books: SimpleNamespace
) -> None:
    """Its order was renumbered with it, so that nothing but its amount tells."""
    invoices_of(home, books, 1)
    rules = home.path / "config" / "rules" / "settlement.toml"
    rules.write_text("[[in_force]]\nfrom = 2026-01-01\nsoft_duplicate_days = 45\n", "utf-8")
    home.configure("")
    home.turn(FRIDAY)
    home.drop("订单.xlsx", books.orders({"订单号": "PO-8"}))
    home.drop("收货.xlsx", books.deliveries({"送货单号": "S-1", "订单号": "PO-8"}))
    home.drop("发票.xlsx", books.invoices({"发票号码": "26112000000087654321", "订单号": "PO-8"}))
    home.turn(TUESDAY)
    assert len(home.export("batches")) == 1
    (held,) = (row for row in records_of(home, "holds") if row["invoice_no"].endswith("4321"))
    assert held["reasons"] == "SAME_AMOUNT,SILENT_EDIT" and BATCH in held["evidence"]  # its delivery has moved, too


def test_an_invoice_over_two_orders_that_has_left_the_register_used_up_both(home: Home, books: SimpleNamespace) -> None:
    invoices_of(home, books, 1, 2)
    both = {"发票号码": "26112000000012345601", **FULL}
    home.drop("发票.xlsx", books.invoices({**both, "订单号": "PO-1"}, {**both, "订单号": "PO-2"}))
    home.turn(FRIDAY)
    other = {"发票号码": "26112000000087654321", **FULL}
    home.drop("发票.xlsx", books.invoices({**other, "订单号": "PO-1"}, {**other, "订单号": "PO-2"}))
    home.turn(TUESDAY)
    assert [row["lines"] for row in home.export("batches")] == [2]
    held = [row["reasons"] for row in records_of(home, "holds") if row["invoice_no"].endswith("4321")]
    assert held == ["ALREADY_BILLED"] * 2


def test_a_vendor_that_is_renamed_in_every_ledger_is_not_paid_again(office: Home, books: SimpleNamespace) -> None:
    approve(office, FIRST, "one@example.com")
    name = "示例甲电子集团有限公司"
    other = {"供应商编码": "V-009", "统一社会信用代码": "91310000MA1EXAMPL9", "供应商名称": name}
    office.drop("供应商台账.xlsx", books.vendors(other))
    office.drop("合同台账.xlsx", books.contracts({"供应商": name, "质保金比例": 0}))
    office.drop("订单.xlsx", books.orders(*({"供应商": name, "订单号": f"PO-{n}"} for n in (1, 2, 3))))
    rows = ({"供应商": name, "送货单号": f"S-{n}", "订单号": f"PO-{n}"} for n in (1, 2, 3))
    office.drop("收货.xlsx", books.deliveries(*rows))
    again = ({"供应商": name, "发票号码": f"2611200000001234560{n}", "订单号": f"PO-{n}", **FULL} for n in (1, 2, 3))
    office.drop("发票.xlsx", books.invoices(*again))
    office.turn(TUESDAY)
    assert len(office.export("batches")) == 1
    assert {row["reasons"] for row in records_of(office, "holds")} == {"ALREADY_BILLED"}


def test_the_rest_of_a_line_is_paid_when_its_first_invoice_has_left_the_register(
    home: Home, books: SimpleNamespace
) -> None:
    """A register that holds the rows of its month alone: what it paid before used up its pieces, and no more."""
    invoices_of(home, books, 1)
    half = {"数量": 60, "不含税金额": 300, "税额": 39, "价税合计": 339}
    rest = {"数量": 40, "不含税金额": 200, "税额": 26, "价税合计": 226}
    home.drop("发票.xlsx", books.invoices(half))
    home.turn(FRIDAY)
    home.drop("发票.xlsx", books.invoices({"发票号码": "26112000000087654321", **rest}))
    home.turn(TUESDAY)
    assert [(row["total"], row["state"]) for row in home.export("batches")] == [
        ("339.00", "proposed"), ("226.00", "proposed"),
    ]  # fmt: skip


def records_of(home: Home, table: str) -> list[dict[str, Any]]:
    """The rows of a table of ours, texts spoken."""
    with home.store.transaction() as tx:
        rows: list[dict[str, Any]] = tx.table(table).to_pylist()
    return rows


# ------------------------------------------------------------------ void


def cell(column: int, value: Any) -> Spoil:
    def write(sheet: Any, first: int) -> None:
        sheet.cell(first + 1, column).value = value

    return write


def gone(sheet: Any, first: int) -> None:
    sheet.delete_rows(first + 1)


def added(sheet: Any, first: int) -> None:
    for column in range(1, 13):
        sheet.cell(first + 3, column, sheet.cell(first, column).value)
    sheet.cell(first + 3, 2, "f" * 24)


def sealed_again(spoil: Spoil) -> Spoil:
    """Somebody who knows how takes the seal away."""

    def do(sheet: Any, first: int) -> None:
        spoil(sheet, first)
        del sheet.parent["_robots"]

    return do


CHANGED = {
    "an account": (cell(4, "6222000000000000009"), "D"), "a key": (cell(2, "0" * 24), "B"), "a row came": (added, "B"),
    "an amount, and the seal is gone": (sealed_again(cell(7, 999)), "G"),
    "a row is gone, and the seal too": (sealed_again(gone), "−"),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "column"), CHANGED.values(), ids=CHANGED)
def test_one_changed_cell_voids_the_batch_and_is_named(office: Home, spoil: Spoil, column: str) -> None:
    approve(office, FIRST, "one@example.com", spoil=spoil)
    assert (batch(office)[0], set(states(office).values())) == ("void", {"void"})
    for to in ("finance@example.com", "manager@example.com"):
        told = said(next(one for one in letters(office, to) if "作废" in one["Subject"]))
        assert re.search(rf"付款审批!{column}\d|{column}[0-9a-f]{{24}}", told), told


def by_whom(name: str) -> Spoil:
    def write(sheet: Any, first: int) -> None:
        for row in range(first, first + 3):
            sheet.cell(row, 9, name)
        del sheet.parent["_robots"]

    return write


def test_the_preparer_may_not_approve(office: Home) -> None:
    approve(office, FIRST, "one@example.com", spoil=by_whom(PREPARER))
    assert batch(office)[0] == "void"
    told = said(next(one for one in letters(office, "manager@example.com") if "作废" in one["Subject"]))
    assert "编制人不能批准" in told


def test_a_wrong_code_voids_the_batch_and_says_so(office: Home) -> None:
    office.drop("审批.xlsx", filled(form_of(office, FIRST), "AAAAA-22222"))
    office.turn(MONDAY)
    assert batch(office)[0] == "void"
    assert "批准码不对" in "".join(map(said, letters(office, "manager@example.com")))


def forgiving(home: Home) -> None:
    """Rules by which a code may be mistyped twice."""
    (home.path / "config" / "rules" / "approvals.toml").write_text("[[in_force]]\nfrom = 2026-01-01\ntries = 3\n")
    home.configure("")


def test_a_wrong_code_may_be_tried_again_where_the_rules_say_so(office: Home) -> None:
    forgiving(office)
    for number, left in enumerate(("2 次", "1 次", "")):
        office.drop(f"{number}.xlsx", filled(form_of(office, FIRST), f"AAAAA-2222{number + 2}"))
        office.turn(datetime(2026, 7, 6, 7, number))
        told = "".join(map(said, letters(office, "manager@example.com")))
        assert not left or f"还可以再试 {left}" in told
    assert batch(office)[0] == "void" and "批准码不对（3 次）" in "".join(
        map(said, letters(office, "manager@example.com"))
    )


def test_the_code_of_another_approver_voids_the_batch(office: Home) -> None:
    office.drop("审批.xlsx", filled(form_of(office, FIRST), code_of(office, "two@example.com")))
    office.turn(MONDAY)
    assert batch(office)[0] == "void"
    assert f"属于 {BATCH}（{SECOND}）" in "".join(map(said, letters(office, "manager@example.com")))


def test_a_code_is_late_after_its_last_day(office: Home) -> None:
    approve(office, FIRST, "one@example.com", at=datetime(2026, 7, 11, 12))  # a Saturday: no sheet is due
    assert batch(office)[0] == "void"
    assert "2026-07-10 过期" in "".join(map(said, letters(office, "manager@example.com")))


def test_what_nobody_answers_is_void_after_its_last_day_and_put_up_again(office: Home) -> None:
    office.turn(datetime(2026, 7, 10, 18))
    assert batch(office)[0] == "proposed"
    office.turn(datetime(2026, 7, 13, 18))
    assert [row["state"] for row in office.export("batches")] == ["void"]
    office.turn(datetime(2026, 7, 14, 18))
    assert [(row["state"], row["total"]) for row in office.export("batches")] == [
        ("void", "1695.00"), ("proposed", "1695.00"),
    ]  # fmt: skip


def test_what_became_void_today_stands_in_the_cash_plan_of_today(office: Home) -> None:
    """No sheet carries it before tomorrow, and it is owed all the same."""
    office.turn(datetime(2026, 7, 13, 18))
    plan = openpyxl.load_workbook(office.settings.out_folder("payments") / "资金计划 2026-07-13.xlsx", data_only=True)
    rows = [[cell.value for cell in row] for row in plan["资金计划 CNY"].iter_rows()]
    (total,) = (row for row in rows if row[0] == "全部待付（CNY）")
    assert 1695 in [float(str(cell).replace(",", "")) for cell in total[1:] if cell is not None]
    head = next(row for row in rows if "待重新提出" in row)
    assert sum(row[head.index("待重新提出")] or 0 for row in rows if str(row[0]).startswith("0")) == 1695


def test_a_code_is_good_once(large_office: Home) -> None:
    code = code_of(large_office, "one@example.com")
    approve(large_office, FIRST, "one@example.com")
    form = filled(form_of(large_office, FIRST), code, spoil=cell(11, "核对过"))
    large_office.drop("又一次.xlsx", form)
    large_office.turn(datetime(2026, 7, 6, 7, 30))
    assert batch(large_office)[0] == "void"
    assert "已经用过一次" in "".join(map(said, letters(large_office, "manager@example.com")))


def test_a_second_form_after_the_release_changes_nothing_and_is_told(office: Home) -> None:
    approve(office, FIRST, "one@example.com")
    before = office.export("payables"), office.export("movements"), office.export("batches")
    approve(office, SECOND, "two@example.com", at=datetime(2026, 7, 6, 7, 30))
    assert (office.export("payables"), office.export("movements"), office.export("batches")) == before
    assert any("没有任何作用" in one["Subject"] for one in letters(office, "finance@example.com"))


@pytest.mark.parametrize("to", ["finance@example.com", "manager@example.com"])
def test_who_refuses_what_is_released_is_heard_though_it_changes_nothing(office: Home, to: str) -> None:
    """The bank file may be here still: how to stop it is told at once."""
    approve(office, FIRST, "one@example.com")
    before = office.export("payables")
    approve(office, SECOND, "two@example.com", at=datetime(2026, 7, 6, 7, 30), refuse={"01": "货有问题"})
    (told,) = (one for one in letters(office, to) if f"{SECOND} 驳回了其中 1 行" in one["Subject"])
    assert office.export("payables") == before
    assert all(part in said(told) for part in ("货有问题", "26112000000012345601", "请银行撤回"))


@pytest.mark.parametrize(("which", "state"), [("new", "released"), ("shown", "void")])
def test_what_was_forgotten_is_asked_for_and_the_code_that_was_shown_is_good_no_more(
    office: Home, which: str, state: str
) -> None:
    shown = code_of(office, "one@example.com")
    office.drop("审批.xlsx", filled(form_of(office, FIRST), shown, spoil=cell(10, None)))
    office.turn(MONDAY)
    assert batch(office)[0] == "proposed"
    (again,) = (said(one) for one in letters(office, "one@example.com") if "没有填完" in one["Subject"])
    (code,) = re.findall("批准码：([2-9A-Z-]{11})", again)
    assert code != shown
    office.drop("审批.xlsx", filled(form_of(office, FIRST), code if which == "new" else shown))
    office.turn(datetime(2026, 7, 6, 7, 30))
    assert batch(office)[0] == state


# ------------------------------------------------------------------ reversed


def asked(home: Home, at: datetime, by: str = PREPARER) -> str:
    """Ask to reverse the line of the first invoice. Returns its key."""
    (key,) = (row["payment_key"] for row in home.export("payables") if row["invoice_no"].endswith("1"))
    told, report = conveyor.reverse(
        home.settings, home.store, at, {"payment_key": key, "reason": "收款户名写错，银行已退", "by": by}
    )
    assert report is not None, home.settings.words.speak(told)
    return key


def test_a_released_line_is_reversed_by_a_second_person_and_put_up_again(office: Home) -> None:
    approve(office, FIRST, "one@example.com")
    key = asked(office, datetime(2026, 7, 6, 7, 10))
    assert states(office)["1"] == "released"  # asking changes nothing
    number = "CX-20260706-01"
    form = filled(form_of(office, SECOND, number), code_of(office, "two@example.com", number))
    office.drop("冲销.xlsx", form)
    office.turn(datetime(2026, 7, 6, 7, 20))
    assert states(office) == {"1": "reversed", "2": "released", "3": "released"}
    (moved,) = (m for m in office.export("movements") if m["state_after"] == "reversed")
    assert (moved["by"], moved["why"]) == (f"{PREPARER}、{SECOND}", "收款户名写错，银行已退")
    office.turn(TUESDAY)
    again = {row["payment_key"]: row["state"] for row in office.export("payables")}
    assert (again[key], office.export("batches")[1]["total"]) == ("proposed", "565.00")
    assert [m["n"] for m in office.export("movements") if m["payment_key"] == key] == [1, 2, 3, 4, 5]


def test_what_the_bank_paid_in_one_sum_and_sent_back_is_reversed_in_one(office: Home, books: SimpleNamespace) -> None:
    """A credit note was set off against a new invoice: 565.00 − 113.00. Both come back, and both are put up again."""
    approve(office, FIRST, "one@example.com")
    numbers = (1, 2, 3, 4)
    office.drop("订单.xlsx", books.orders(*({"订单号": f"PO-{n}"} for n in numbers)))
    office.drop("收货.xlsx", books.deliveries(*({"送货单号": f"S-{n}", "订单号": f"PO-{n}"} for n in numbers)))
    bills(office, books, {}, {"发票号码": "26112000000012345604", "订单号": "PO-4", **FULL})
    credited(office, books)
    office.turn(TUESDAY)
    number = "FK-20260707-01"
    code = code_of(office, "one@example.com", number)
    office.drop("审批二.xlsx", filled(form_of(office, FIRST, number), code))
    office.turn(datetime(2026, 7, 8, 7))
    mine = {str(row["net"]): row for row in records_of(office, "payables") if row["batch"] == number}
    assert {net: row["state"] for net, row in mine.items()} == {"-113.00": "released", "565.00": "released"}
    back = bank_row(mine["565.00"], "B-1") | {"付款金额": 452, "付款日期": date(2026, 7, 8), "付款状态": "退回"}
    office.drop("回单.xlsx", books.xlsx({"回单": [back]}))
    office.turn(datetime(2026, 7, 8, 18))
    wanted = {"payment_key": mine["565.00"]["payment_key"], "reason": "户名不符", "by": PREPARER}
    office.turn(datetime(2026, 7, 8, 18, 30))
    waiting = [row for row in records_of(office, "holds") if row["reasons"] == "SENT_BACK"]
    assert sorted(str(row["stopped"]) for row in waiting) == ["-113.00", "565.00"]
    conveyor.reverse(office.settings, office.store, datetime(2026, 7, 9, 7), wanted)
    other = wanted | {"payment_key": mine["-113.00"]["payment_key"]}
    assert conveyor.reverse(office.settings, office.store, datetime(2026, 7, 9, 7), other)[1] is None  # it is asked
    number = "CX-20260709-01"
    code = code_of(office, "two@example.com", number)
    office.drop("冲销.xlsx", filled(form_of(office, SECOND, number), code))
    office.turn(datetime(2026, 7, 9, 7, 10))
    assert [m["state_after"] for m in records_of(office, "movements")].count("reversed") == 2
    office.turn(datetime(2026, 7, 9, 18))
    assert [(one["lines"], one["total"]) for one in office.export("batches")][2:] == [(2, "452.00")]


NEW = "6222000000000009999"


def changed_and_verified(home: Home, books: SimpleNamespace, *vendors: dict[str, Any]) -> None:
    """The vendor's account is another one on Monday, is called back on Tuesday and released on Wednesday evening."""
    home.drop("供应商台账.xlsx", books.vendors({"银行账号": NEW}, *vendors))
    home.turn(datetime(2026, 7, 6, 18))
    (form,) = home.settings.out_folder("forms").glob("账户变更回拨单*")
    book = openpyxl.load_workbook(form)
    sheet = book.worksheets[0]
    head = next(row for row in sheet.iter_rows() if "回拨结果" in {cell.value for cell in row})
    answer = {
        "回拨日期": TUESDAY,
        "回拨人": "虚构甲",
        "接听人": "虚构丙",
        "回拨结果": "确认变更",
        "变更放行人": "虚构乙",
    }
    for cell in head:
        if cell.value in answer:
            sheet.cell(cell.row + 1, cell.column, answer[cell.value])
    memory = BytesIO()
    book.save(memory)
    home.drop("回拨.xlsx", memory.getvalue())
    home.turn(datetime(2026, 7, 8, 18, 30))


def paid_to(home: Home) -> set[tuple[str, str, str]]:
    return {(row["batch"], row["state"], row["bank_account"]) for row in kept(home, "payables")}


def kept(home: Home, table: str) -> list[dict[str, Any]]:
    with home.store.transaction() as tx:
        rows: list[dict[str, Any]] = tx.table(table).to_pylist()
    return rows


def test_a_batch_to_an_account_that_was_replaced_is_void_and_put_up_again_to_the_new_one(
    office: Home, books: SimpleNamespace
) -> None:
    changed_and_verified(office, books)
    told = "\n".join(map(said, letters(office, "finance@example.com")))
    assert f"{BATCH} 还有 3 行（1,695.00 CNY）写着旧账号，尚未放行，不会付出" in told
    office.turn(datetime(2026, 7, 9, 18))
    assert paid_to(office) == {("FK-20260709-01", "proposed", NEW)}
    voids = {(m["batch"], m["by"], m["why"]) for m in office.export("movements") if m["state_after"] == "void"}
    assert voids == {(BATCH, "paymaster", "ACCOUNT")}
    assert "各行写的都是旧账号；下一批按新账号重列" in "".join(map(said, letters(office, "finance@example.com")))
    approve(office, FIRST, "one@example.com", at=datetime(2026, 7, 9, 19))  # the form of the first batch
    assert {row["state"] for row in office.export("payables")} == {"proposed"}


def test_what_was_released_to_the_old_account_is_told_and_never_put_up_again_by_itself(
    office: Home, books: SimpleNamespace
) -> None:
    approve(office, FIRST, "one@example.com")
    changed_and_verified(office, books)
    office.turn(datetime(2026, 7, 10, 18))
    assert paid_to(office) == {(BATCH, "released", "6222000000000000001")}
    (letter,) = (
        one for one in map(said, letters(office, "finance@example.com")) if "已放行到旧账号，银行还没有回单" in one
    )
    assert f"{BATCH} 有 3 行（1,695.00 CNY，付款键 " in letter
    assert "还没付出的请银行撤回，然后对每个付款键运行 python run.py reverse" in letter


def test_of_a_mixed_batch_only_the_lines_of_the_replaced_account_are_refused_at_its_release(
    tmp_path: Path, books: SimpleNamespace
) -> None:
    other = {"供应商名称": "虚构乙五金厂", "供应商编码": "V-002", "统一社会信用代码": "91310000MA1EXAMPL2",
             "银行账号": "6222000000000000002"}  # fmt: skip
    path = tmp_path / "外协"
    homes.make(path, "zh", FRIDAY.date())
    (path / "config" / "robots.toml").write_text(SETTINGS.format(url="") + PEOPLE, "utf-8")
    home = opened(path)
    invoices_of(home, books, 1)
    theirs: dict[str, Any] = {"供应商": "虚构乙五金厂", "订单号": "PO-2"}
    home.drop("供应商台账.xlsx", books.vendors({}, other))
    home.drop("合同台账.xlsx", books.contracts({"质保金比例": 0}, {"合同编号": "HT-2", "供应商": "虚构乙五金厂"}))
    home.drop("订单2.xlsx", books.orders({**theirs, "合同编号": "HT-2"}))
    home.drop("收货2.xlsx", books.deliveries({**theirs, "送货单号": "S-2"}))
    home.drop("发票2.xlsx", books.invoices({**theirs, "发票号码": "26112000000076543212"}))
    home.turn(FRIDAY)
    changed_and_verified(home, books, other)
    home.turn(datetime(2026, 7, 9, 18))
    assert states(home) == {"1": "proposed", "2": "proposed"}  # the other vendor's line must not wait for this
    approve(home, FIRST, "one@example.com", at=datetime(2026, 7, 9, 19))
    assert states(home) == {"1": "rejected", "2": "released"}
    (moved,) = (m for m in home.export("movements") if m["state_after"] == "rejected")
    assert "申请单上是变更前的账号" in moved["why"]
    home.turn(datetime(2026, 7, 10, 18))
    assert ("FK-20260710-01", "proposed", NEW) in paid_to(home)
    home.store.close()


def test_who_asks_for_a_reversal_may_not_approve_it(office: Home) -> None:
    approve(office, FIRST, "one@example.com")
    asked(office, datetime(2026, 7, 6, 7, 10), by=FIRST)
    number = "CX-20260706-01"
    (form,) = (p for p in office.settings.out_folder("forms").iterdir() if number in p.name)  # to the other one alone
    assert SECOND in form.name
    code = code_of(office, "two@example.com", number)
    office.drop("冲销.xlsx", filled(form, code, spoil=lambda sheet, first: sheet.cell(first, 9, FIRST)))
    office.turn(datetime(2026, 7, 6, 7, 20))
    assert [row["state"] for row in office.export("reversals")] == ["void"] and states(office)["1"] == "released"


def test_a_reversal_that_is_refused_changes_nothing(office: Home) -> None:
    approve(office, FIRST, "one@example.com")
    asked(office, datetime(2026, 7, 6, 7, 10))
    number = "CX-20260706-01"
    code = code_of(office, "one@example.com", number)
    office.drop("冲销.xlsx", filled(form_of(office, FIRST, number), code, refuse={"01": "银行说已付"}))
    office.turn(datetime(2026, 7, 6, 7, 20))
    assert [row["state"] for row in office.export("reversals")] == ["rejected"] and states(office)["1"] == "released"


def test_what_cannot_be_reversed_says_why(office: Home) -> None:
    key = office.export("payables")[0]["payment_key"]
    wrong = {"reason": "x", "by": PREPARER, "payment_key": key}
    for change, sentence in (({}, "待审批"), ({"payment_key": "k"}, "没有付款键"), ({"reason": " "}, "都要填")):
        told, report = conveyor.reverse(office.settings, office.store, MONDAY, wrong | change)
        assert report is None and sentence in office.settings.words.speak(told)


# ------------------------------------------------------------------ codes and secrets


def test_no_code_stands_anywhere_but_in_its_letter(office: Home) -> None:
    code = code_of(office, "one@example.com")
    assert len(letters(office, "one@example.com")) == 1 and code != code_of(office, "two@example.com")
    approve(office, FIRST, "one@example.com")
    plain = code.replace("-", "")
    with office.store.engine.connect() as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all() \
            if office.store.engine.dialect.name == "sqlite" else []  # fmt: skip
        stored = "".join(repr(row) for name in names for row in connection.execute(text(f'SELECT * FROM "{name}"')))  # noqa: S608
    logs = "".join(path.read_text("utf-8") for path in office.settings.state.glob("*.log*"))
    assert code not in stored + logs and plain not in stored + logs
    assert {row["approver"]: row["state"] for row in office.export("endorsements")} == {
        FIRST: "given", SECOND: "waiting",
    }  # fmt: skip


def test_the_secret_is_a_file_of_its_owner_where_there_is_no_keyring(office: Home) -> None:
    path = office.settings.state / secrets.FILE
    assert secrets.find(office.settings) == ("file", bytes.fromhex(path.read_text("ascii")))
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_environment_goes_before_every_other_place(office: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(secrets.VARIABLE, "a secret of this test")
    assert secrets.find(office.settings) == ("environment", b"a secret of this test")


def test_codes_of_different_content_differ() -> None:
    parts = ("pay", "FK-1", "100.00", "CNY", "3", "c0ffee", FIRST, "2026-07-03")
    made = {codes.code_of(b"s", codes.digest_of(*parts[:n], "x", *parts[n + 1 :])) for n in range(len(parts))}
    assert len(made) == len(parts) and all(re.fullmatch(r"[2-9A-Z]{5}-[2-9A-Z]{5}", code) for code in made)


# ------------------------------------------------------------------ people


def test_without_approvers_all_is_as_before_and_is_told(home: Home, books: SimpleNamespace) -> None:
    invoices_of(home, books, 1)
    home.turn(FRIDAY)
    assert batch(home)[0] == "proposed" and home.export("endorsements") == []
    told = "\n".join(status.look(home.settings, home.store, FRIDAY).as_lines(home.settings.words))
    assert "没有审批人：付款申请单打印签批后直接付款" in told and f"{BATCH}：565.00 CNY，待付款" in told
    answers = {
        what: (health, home.settings.words.speak(told)) for what, health, told in doctor.examine(home.settings, FRIDAY)
    }
    assert answers["approvals"][0] == "warn" and "由银行回单记为已付" in answers["approvals"][1]
    letter = said(letters(home, "finance@example.com")[-1])
    assert "待付款：打印首页签批" in letter
    (plan,) = home.settings.out_folder("payments").glob("资金计划*.xlsx")
    head = {cell.value for row in openpyxl.load_workbook(plan).worksheets[0].iter_rows() for cell in row}
    assert "待付款" in head and "已申请待批" not in head
    shown = explaining.explain(home.settings, home.store, BATCH, FRIDAY.date())
    assert "待审批" not in repr(home.settings.words.render(shown))
    home.configure(PEOPLE)  # somebody is named: what was proposed in these days goes out
    home.turn(datetime(2026, 7, 6, 18))
    approve(home, FIRST, "one@example.com", at=TUESDAY)
    assert batch(home)[0] == "released"


def test_without_approvers_the_banks_return_settles_what_was_paid_from_the_sheet(
    home: Home, books: SimpleNamespace
) -> None:
    invoices_of(home, books, 1, 2)
    home.turn(FRIDAY)
    one, two = sorted(home.export("payables"), key=lambda row: row["invoice_no"])
    home.drop("回单.xlsx", books.xlsx({"回单": [bank_row(one, "B-1")]}))
    home.turn(MONDAY)
    assert states(home) == {"1": "confirmed", "2": "proposed"}
    mine = [row for row in records_of(home, "movements") if row["payment_key"] == one["payment_key"]]
    assert [row["state_after"] for row in mine] == ["proposed", "released", "confirmed"]
    assert not [row for row in records_of(home, "holds") if row["reasons"] == "PAID_EARLY"]
    home.configure(PEOPLE)  # who is named now is not asked about a sheet that is half paid
    home.turn(TUESDAY)
    assert not home.export("endorsements")
    home.drop("回单2.xlsx", books.xlsx({"回单": [bank_row(two, "B-2") | {"付款键": None}]}))
    home.turn(datetime(2026, 7, 8, 18))
    assert set(states(home).values()) == {"confirmed"} and batch(home)[0] == "confirmed"


def test_what_was_paid_by_hand_before_its_release_is_stopped_without_a_key_too(
    office: Home, books: SimpleNamespace
) -> None:
    """Which of three lines of one amount it was, nobody can say: each of them asks."""
    first = office.export("payables")[0]
    office.drop("回单.xlsx", books.xlsx({"回单": [bank_row(first, "B-1") | {"付款键": None}]}))
    office.turn(MONDAY)
    approve(office, FIRST, "one@example.com", at=datetime(2026, 7, 6, 9))
    assert set(states(office).values()) == {"rejected"}
    office.turn(TUESDAY)
    assert [row["reasons"] for row in records_of(office, "holds")] == ["PAID_EARLY"] * 3
    (form,) = office.settings.out_folder("forms").glob("暂扣放行单*.xlsx")
    page = openpyxl.load_workbook(form).worksheets[0]
    numbers = [row[0].value for row in page.iter_rows() if row[4].value == "放行之前已付"]
    assert len(set(numbers)) == 3


def bank_row(line: dict[str, Any], reference: str) -> dict[str, Any]:
    """A row of the bank's that says that a line was paid on July 6."""
    return {
        "付款键": line["payment_key"], "流水号": reference, "收款人": line["vendor"], "付款金额": float(line["net"]),
        "付款日期": date(2026, 7, 6), "付款状态": "成功",
    }  # fmt: skip


def test_status_names_who_is_waited_for(office: Home) -> None:
    lines = "\n".join(status.look(office.settings, office.store, FRIDAY).as_lines(office.settings.words))
    assert f"{BATCH}：1,695.00 CNY，等 {SECOND}、{FIRST}，还要 1 人，2026-07-10 到期" in lines


PROBLEMS = {
    "the preparer among them": ('"示例出纳" = "approver_one"', "编制付款的人不能审批"),
    "a role that nobody holds": ('"甲" = "nobody"', "有 0 个邮箱"),
    "one address under two names": ('"甲" = "approver_one"\n"乙" = "approver_same"', "这也是 甲 的邮箱"),
}


@pytest.mark.parametrize(("approvers", "told"), PROBLEMS.values(), ids=PROBLEMS)
def test_people_that_cannot_be_two_stop_the_start(home: Home, approvers: str, told: str) -> None:
    people = PEOPLE.split("[approvals.approvers]", maxsplit=1)[0].replace(
        "approver_two", 'approver_same = ["One@example.com"]\napprover_two')  # fmt: skip
    with pytest.raises(configuration.ConfigurationError, match=told):
        home.configure(f"{people}[approvals.approvers]\n{approvers}")


# ------------------------------------------------------------------ cell by cell


def line(number: int, **other: Any) -> dict[str, Any]:
    """A payment line that was put up."""
    row = {
        "payment_key": f"{number:024d}", "vendor": "示例甲有限公司", "bank_account": "0022000000000000001",
        "invoice_no": f"2611{number}", "order_id": "PO-1", "line": str(number), "net": Decimal("10.50"),
        "due_on": "2026-07-25", "state": "proposed", "batch": "FK-1",
    }  # fmt: skip
    return row | other


def case(*lines: dict[str, Any], **other: Any) -> Case:
    row = {"state": "proposed", "preparer": PREPARER, "needed": 1, "issued_on": "2026-07-03",
           "expires_on": "2026-07-10", "seen": None, "content": Case("FK-1", {}, lines).content}  # fmt: skip
    return Case("FK-1", row | other, lines)


def back(of: Case, number: int = 0, **change: Any) -> Form:
    """The form of a case as it was issued and agreed to, but for one row."""
    rows = [
        issued_cells(one) | {"batch": of.number, "payment_key": one["payment_key"], "approver": FIRST,
                             "opinion": "同意", "reason": None, "code": None, "_file": "f", "_sheet": "审批",
                             "_row": 12 + n, "net": one["net"], "due_on": date.fromisoformat(one["due_on"])}
        for n, one in enumerate(of.lines)
    ]  # fmt: skip
    rows[0]["code"] = tag("digest-1")
    rows[number] |= change
    return Form("FK-1", FIRST, 7, tuple(rows))


def tag(digest: str) -> str:
    return f"tag of {digest}"


def bench(today: date = date(2026, 7, 6), **mine: Any) -> Bench:
    usual = {"state": "waiting", "digest": "digest-1", "tries": 0, "answered_on": None}
    owed = {("FK-1", FIRST): usual | mine, ("FK-1", SECOND): usual | {"digest": "digest-2"}}
    return Bench(owed, tag, 3, today)


TWO = case(line(1), line(2))
TWO_ISSUED = case(line(1), line(2), currency="CNY")
RULES = configuration.load(Path("no such home"), registry.names()).rules
NEEDED = {
    "a batch at the limit": ("100000.00", False, 1),
    "a cent above": ("100000.01", False, 2),
    "a reversal above": ("100000.01", True, 1),  # money that comes back
}


@pytest.mark.parametrize(("net", "reverses", "needed"), NEEDED.values(), ids=NEEDED)
def test_how_many_have_to_approve(net: str, reverses: bool, needed: int) -> None:
    people = People(PREPARER, {FIRST: "approver_one", SECOND: "approver_two", PREPARER: "finance"})
    asked = replace(case(line(1, net=Decimal(net)), currency="CNY", reason="户名写错"), reverses=reverses)
    row, owed, _ = issue(asked, replace(RULES, people=people), date(2026, 7, 3))
    assert (row["needed"], [one["approver"] for one in owed]) == (needed, [FIRST, SECOND])


CELLS = {
    "nothing": ({}, ()),
    "an amount by a cent": ({"net": Decimal("10.51")}, ("审批!G13",)),
    "an account by its leading zeros": ({"account": "22000000000000001"}, ("审批!D13",)),
    "a payee": ({"payee": "示例乙有限公司"}, ("审批!C13",)),
    "a payee by a blank": ({"payee": " 示例甲有限公司"}, ()),
    "an invoice": ({"invoice": "26113"}, ("审批!E13",)),
    "an order line": ({"order_line": "PO-1/9"}, ("审批!F13",)),
    "a day": ({"due_on": date(2026, 7, 26)}, ("审批!H13",)),
    "a blank": ({"account": None}, ("审批!D13",)),
    "the batch": ({"batch": "FK-2"}, ("审批!A13",)),
    "the approver": ({"approver": SECOND}, ("审批!I13",)),
    "a key": ({"payment_key": "x"}, ("审批!B13", f"−{2:024d}")),
}  # fmt: skip


@pytest.mark.parametrize(("change", "cells"), CELLS.values(), ids=CELLS)
def test_each_cell_is_compared_with_the_ledger(change: dict[str, Any], cells: tuple[str, ...]) -> None:
    verdict = judge(TWO, back(TWO, 1, **change), bench())
    assert (verdict.code, verdict.values.get("cells", ())) == ("CHANGED" if cells else "GOOD", cells)


VERDICTS = {
    "the last day": (TWO, {}, bench(date(2026, 7, 10)), "GOOD"),
    "a day late": (TWO, {}, bench(date(2026, 7, 11)), "LATE"),
    "used before": (TWO, {}, bench(state="given", answered_on="2026-07-05"), "REUSED"),
    "another's code": (TWO, {"code": tag("digest-2")}, bench(), "FOREIGN"),
    "a wrong code": (TWO, {"code": "x"}, bench(), "WRONG"),
    "wrong for the third time": (TWO, {"code": "x"}, bench(tries=2), "TRIES"),
    "no opinion": (TWO, {"opinion": None}, bench(), "INCOMPLETE"),
    "no code": (TWO, {"code": None}, bench(), "INCOMPLETE"),
    "a stranger": (TWO, {}, Bench({}, tag, 3, date(2026, 7, 6)), "STRANGER"),
    "refused without a reason": (TWO, {"opinion": "驳回"}, bench(), "INCOMPLETE"),
    "void already": (case(line(1), line(2), state="void"), {}, bench(), "OVER"),
    "prepared by the approver": (case(line(1), line(2), preparer=f" {FIRST}"), {}, bench(), "PREPARER"),
    "lines that are others now": (case(line(1), line(2), content="else"), {}, bench(), "LEDGER"),
}  # fmt: skip


@pytest.mark.parametrize(("of", "change", "by", "code"), VERDICTS.values(), ids=VERDICTS)
def test_what_a_form_comes_to(of: Case, change: dict[str, Any], by: Bench, code: str) -> None:
    assert judge(of, back(of, **change), by).code == code


@given(st.permutations(range(6)))
def test_content_does_not_hang_on_the_order_of_lines(order: list[int]) -> None:
    lines = [line(n, net=Decimal(n)) for n in range(6)]
    assert case(*(lines[n] for n in order)).content == case(*lines).content


@pytest.mark.parametrize("language", configuration.LANGUAGES)
def test_the_headers_of_the_form_are_words_of_its_kind(language: str) -> None:
    """So that an English home reads its own form, too."""
    words = configuration.shipped_words(language)
    vocabulary = configuration.load(Path("no such home"), registry.names()).lexicon.vocabularies["approvals"]
    heads = [words.speak(column.title) for column in form(TWO_ISSUED, FIRST, 1, RULES).sheets[0].tables[0].columns]
    assert [head in vocabulary.columns[name] for name, head in zip(LAYOUT, heads, strict=True)] == [True] * len(LAYOUT)


# ------------------------------------------------------------------ states


def test_nothing_moves_backwards() -> None:
    order = ("", "held", "proposed", "approved", "released", "confirmed", "returned", "reversed")
    for state, after in batches.FOLLOWS.items():
        if state in order and state != "reversed":
            assert all(order.index(one) > order.index(state) for one in after if one in order)
    row = {"payment_key": "k", "batch": "FK-1", "state": "released", "moves": 3}
    for state in ("proposed", "approved", "held", "void", "rejected"):
        with pytest.raises(batches.Backwards):
            batches.move([row], state, date(2026, 7, 3), "甲")
    assert {"", "held", "rejected", "void", "reversed"} == batches.FREE


def test_movements_cannot_be_taken_back(home: Home, books: SimpleNamespace) -> None:
    invoices_of(home, books, 1)
    home.turn(FRIDAY)
    for statement in ("DELETE FROM movements", "UPDATE movements SET why = 'x'"):
        with pytest.raises(Exception, match="append-only"), home.store.engine.begin() as connection:
            connection.execute(text(statement))


def test_where_a_credit_note_is_set_off_a_vendor_is_paid_as_a_whole_or_not_at_all() -> None:
    def line(key: str, vendor: str, net: str) -> dict[str, Any]:
        return {"payment_key": key, "vendor": vendor, "currency": "CNY", "net": Decimal(net)}

    lines = [line("a", "甲", "900.00"), line("b", "甲", "-200.00"), line("c", "乙", "50.00"), line("d", "乙", "60.00")]
    assert with_set_offs({"b": ("示例审批人", "红字未核对"), "c": ("示例审批人", "x")}, lines) == {
        "a": ("示例审批人", "红字未核对"), "b": ("示例审批人", "红字未核对"), "c": ("示例审批人", "x"),
    }  # fmt: skip


# ------------------------------------------------------------------ what its receipt says


@pytest.fixture
def front(friday: Path, tmp_path: Path) -> Iterator[Home]:
    """The same where receipts are written, too."""
    home = opened(Path(shutil.copytree(friday, tmp_path / "外协")))
    home.let("receptionist", "paymaster")
    yield home
    home.store.close()


def receipt_of(home: Home) -> tuple[str, list[str]]:
    """The next step on the receipt of an approval form, and the codes of its findings."""
    home.turn(MONDAY)
    (path,) = (path for path in home.settings.out_folder("receipts").glob("*审批*.xlsx") if "回执" in path.name)
    facts = {row[0]: row[1] for row in openpyxl.load_workbook(path).worksheets[0].values if row[0]}
    return str(facts["下一步"]), [one["code"] for one in home.export("findings") if one["level"] == "error"]


def test_a_form_that_was_taken_need_not_take_effect_and_its_receipt_says_so(front: Home) -> None:
    front.drop("审批.xlsx", filled(form_of(front, FIRST), "AAAAA-BBBBB"))
    step, errors = receipt_of(front)
    assert "收到不等于生效" in step and "不用处理" not in step and not errors
    assert batch(front)[0] == "void"


def test_a_form_with_a_changed_cell_is_void_and_there_is_nothing_to_mend(front: Home) -> None:
    front.drop(
        "审批.xlsx", filled(form_of(front, FIRST), "AAAAA-BBBBB", spoil=lambda sheet, row: sheet.cell(row, 7, 1))
    )
    step, errors = receipt_of(front)
    assert set(errors) == {"FORM_VOID"} and "不用改正" in step and "作废" in step
    assert not list(front.settings.out_folder("receipts").glob("请修改*"))
    assert batch(front)[0] == "void"
