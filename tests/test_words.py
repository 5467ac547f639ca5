"""Words that nobody knew: what a receipt says of a sheet that is not taken, and where `run.py words` leads."""

from __future__ import annotations

import re
import tomllib
from types import SimpleNamespace
from typing import Any

import pytest

from robots.edge import suggestions
from robots.edge.suggestions import Unknown
from tests.conftest import Home, Row
from tests.sheets import DAY, DELIVERIES, ORDER, ORDERS, Cells, found, read, sheet, taken

VENDOR = "示例甲电子有限公司"
OTHER_WORDS: Row = {
    "票号": "26110001", "销货单位": VENDOR, "PO号": "PO-1", "项次": "1", "日期": DAY, "件数": 10, "未税单价": 100,
    "未税金额": 1000, "税点": 0.13, "税金": 130, "含税总额": 1130, "币别": "CNY",
}  # fmt: skip
ENGLISH: Row = {
    "Invoice No.": "26110002", "Supplier Name": VENDOR, "PO No": "PO-1", "Line": "1", "Invoice Date": DAY, "Qty": 10,
    "VAT %": 0.13, "Total": 1130, "Curr.": "CNY",
}  # fmt: skip


def _words(home: Home) -> list[Unknown]:
    return suggestions.unknown(home.store, home.settings)


def _printed(home: Home) -> str:
    return suggestions.as_toml(_words(home), home.settings)


def _paste(home: Home, file: str, toml: str) -> None:
    (home.path / "config" / "kinds").mkdir(exist_ok=True)
    (home.path / "config" / "kinds" / file).write_text(toml, "utf-8")
    home.configure("")


def _told(home: Home) -> list[tuple[str, str, str, str]]:
    return [(f["sheet"], f["level"], f["code"], f["says"]) for f in home.export("findings")]


# ------------------------------------------------------------------ the advice leads somewhere


def test_a_sheet_with_other_words_is_taken_after_its_words_were_checked_and_pasted(home: Home) -> None:
    home.let("receptionist")
    content = [OTHER_WORDS]
    home.drop("开票.xlsx", content)
    (drop,) = home.turn().drops
    assert drop[1] == "set_aside" and "最像发票登记" in drop[2] and "票号、销货单位" in drop[2]
    printed = _printed(home)
    assert {name: table for name, table in tomllib.loads(printed).items() if table} == {}  # nothing without a person
    checked = printed.replace('# … = ["件数"]', 'quantity = ["件数"]').replace('# … = ["税金"]', 'tax = ["税金"]')
    lines = re.sub(r"^# (?=\w+ = \[)", "", checked, flags=re.MULTILINE)
    assert tomllib.loads(lines)["columns"]["vendor"] == ["销货单位"]
    _paste(home, "invoices.toml", lines)
    home.drop("开票.xlsx", content)
    assert home.turn().drops == [("开票.xlsx", "taken", "")]
    (invoice,) = home.export("invoices")
    wanted = {"invoice_no": "26110001", "vendor": VENDOR, "order_id": "PO-1", "currency": "CNY"}
    assert {name: invoice[name] for name in wanted} == wanted
    assert [float(invoice[name]) for name in ("net", "tax", "gross")] == [1000, 130, 1130]
    assert _words(home) == []


def test_every_word_of_a_sheet_set_aside_is_listed_with_what_it_may_be_and_where_it_stood(home: Home) -> None:
    home.let("receptionist")
    home.drop("表头英文.xlsx", [ENGLISH])
    home.turn()
    lacks = "看起来是发票登记，但缺少必需的列：供应商、价税合计，整张表没有收录；"
    strange = "没有认出的列名：Supplier Name、PO No、VAT %、Total、Curr."
    assert _told(home)[0][2:] == ("SHEET_LACKS_COLUMNS", lacks + strange)
    words = _words(home)
    assert {one.word: one.likely for one in words} == {
        "Supplier Name": "vendor", "PO No": "order_id", "VAT %": "tax_rate", "Total": "", "Curr.": "currency",
    }  # fmt: skip
    assert {(one.kind, one.file, one.sheet) for one in words} == {("invoices", "表头英文.xlsx", "Sheet1")}
    assert '# vendor = ["Supplier Name"]  # 表头英文.xlsx › Sheet1' in _printed(home)


def test_words_of_sheets_that_were_read_are_toml_as_a_whole(home: Home, books: SimpleNamespace) -> None:
    home.let("receptionist")
    home.drop("订单.xlsx", books.orders({"订单号": "PO-1", "采购订购数": 5, "炉批次": "L1", "班组": "甲"}))
    home.turn()
    printed = _printed(home)
    assert tomllib.loads(printed.replace("# config/kinds/orders.toml", ""))["ignore"] == ["炉批次", "班组"]
    assert all(one.likely is None for one in _words(home))


def test_a_word_is_listed_no_more_when_it_is_known_or_gone(home: Home, books: SimpleNamespace) -> None:
    home.let("receptionist")
    home.drop("订单.xlsx", books.orders({"订单号": "PO-1", "炉批次": "L1", "班组": "甲"}))
    home.turn()
    assert [one.word for one in _words(home)] == ["炉批次", "班组"]
    _paste(home, "_common.toml", 'ignore = ["炉批次"]')
    assert [one.word for one in _words(home)] == ["班组"]
    home.drop("订单.xlsx", books.orders({"订单号": "PO-1"}))
    home.turn()
    assert _words(home) == [] and "没有不认识的词" in _printed(home)


def test_a_file_without_any_table_is_not_sent_to_words(home: Home) -> None:
    home.let("receptionist")
    home.drop("会议.xlsx", [{"会议": "例会", "时间": "周一"}])
    home.turn()
    assert [f["fix"] for f in home.export("findings") if f["code"] == "FILE_NOTHING_KNOWN"] == ["检查表头的列名"]
    assert _words(home) == []


# ------------------------------------------------------------------ known words, but too few


def test_known_words_that_are_too_few_say_the_kind_and_what_it_lacks(home: Home, books: SimpleNamespace) -> None:
    home.let("receptionist")
    row = {"送货单号": "SH-99", "订单号": "PO-101"}
    home.drop("半好.xlsx", books.xlsx({"收货": [row], "订单": [dict(zip(ORDERS, ORDER, strict=True))]}))
    home.turn()
    says = "看起来是收货验收，但缺少必需的列：到货日期、到货数，整张表没有收录"
    assert _told(home) == [("收货", "error", "SHEET_LACKS_COLUMNS", says)]


def test_rows_of_a_sheet_that_lost_its_columns_stay(home: Home, books: SimpleNamespace) -> None:
    home.let("receptionist")
    orders = [dict(zip(ORDERS, ORDER, strict=True))]
    good = {"送货单号": "SH-1", **dict(zip(DELIVERIES, ["PO-1", DAY, 5], strict=True))}
    home.drop("台账.xlsx", books.xlsx({"订单": orders, "收货": [good]}))
    home.turn()
    for cut in (
        {"送货单号": "SH-1", "订单号": "PO-1"},
        {"送货单": "SH-1", "采购单": "PO-1", "到货时间": DAY, "到货": 5},
    ):
        home.drop("台账.xlsx", books.xlsx({"订单": orders, "收货": [cut]}))
        home.turn()
        assert [row["delivery_id"] for row in home.export("deliveries")] == ["SH-1"]


LEFT: dict[str, tuple[list[Cells], list[tuple[str, str]]]] = {
    "two words that many kinds have": ([["订单号", "供应商"], ["PO-1", "甲公司"]], [("SHEET_RESEMBLES", "A1")]),
    "a header without rows": ([["送货单号", "订单号"]], [("SHEET_LEFT", "")]),
    "a list of people": ([["姓名", "工号", "部门"], ["张", "17", "采购部"]], [("SHEET_NOT_KNOWN", "A1")]),
    "a pivot": ([["行标签", "板卡", "总计"], ["甲公司", 1.0, 1.0]], [("SHEET_LEFT", "")]),
    "sentences": ([["填表说明。"], ["每月五日前交。"]], [("SHEET_LEFT", "")]),
    "a list of names without a figure": ([["姓名", "部门", "职务"], ["张", "采购部", "主管"]], [("SHEET_LEFT", "")]),
}


@pytest.mark.parametrize(("rows", "told"), [pytest.param(*case, id=name) for name, case in LEFT.items()])
def test_what_is_said_of_a_sheet_that_is_left(rows: list[Any], told: list[tuple[str, str]]) -> None:
    reading = read(sheet(*rows, name="别的"), sheet(ORDERS, ORDER))
    assert taken(reading) == {"orders": (1, 0)}
    assert found(reading) == told
    assert {f.level.value for f in reading.findings} == {"warning" if told[0][0] == "SHEET_RESEMBLES" else "info"}


def test_what_tells_with_tax_is_never_proposed_for_what_is_without() -> None:
    header = ["票号", "销货单位", "日期", "未税总额", "未税金额", "含税总额"]
    reading = read(sheet(header, ["1", VENDOR, DAY, 9.0, 100.0, 113.0]))
    assert {one.word: one.likely for one in reading.strange} == {
        "票号": "invoice_no", "销货单位": "vendor", "日期": "invoiced_on", "未税总额": "", "未税金额": "net",
        "含税总额": "gross",
    }  # fmt: skip
    assert reading.tables == {}
