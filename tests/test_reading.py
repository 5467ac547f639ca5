"""Sheets as teams keep them: where the header is, which kind takes them, and what became of every single row."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robots.kinds import known
from robots.kinds.words import Dialect, Lexicon
from robots.reading.claims import Words
from robots.reading.reader import Reading, read_workbook
from tests.sheets import (
    CONTRACT,
    CONTRACTS,
    DAY,
    DELIVERIES,
    INVOICE,
    INVOICES,
    LATER,
    LEXICON,
    ORDER,
    ORDERS,
    OTHER,
    Cells,
    D,
    column,
    found,
    read,
    sheet,
    taken,
)

# ------------------------------------------------------------------ the header, wherever and however it stands

HEADERS = {
    "in the first row": [ORDERS],
    "below a title": [["2026年外协订单台账"], ORDERS],
    "below a title, a unit line and a blank row": [["外协订单"], ["", "", "", "单位:元"], [], ORDERS],
    "below a hint row": [["红色列必填,日期写成 2026-01-01"], ORDERS],
    "in row 30": [["注"]] * 29 + [ORDERS],
    "with inner spaces": [["订 单 号", "供 应 商", "订单 数量", "单  价", "下单日期", "承诺交期"]],
    "with line breaks": [["订单号", "供应商", "订单\n数量", "单价\n(不含税)", "下单\n日期", "承诺\n交期"]],
    "with units in brackets": [["订单号", "供应商", "订单数量（件）", "单价【元】", "下单日期", "承诺交期"]],
    "with instructions in brackets": [["订单号(必填)", "供应商", "订单数量", "单价(无则填0)", "下单日期", "承诺交期"]],
    "full-width and half-width mixed": [["ＰＯ", "供应商", "ＱＴＹ", "单价", "下单日期", "承诺交期"]],
    "in English": [["PO number", "Vendor", "Qty.", "UNIT PRICE", "Order date", "Due date"]],
    "in two tiers": [["订单", "", "", "", "日期", ""], ORDERS],
    "in three tiers": [["订单信息", "", "", "", "日期", ""], ["基本", "", "数", "", "", ""], ORDERS],
    "merged downwards": [[*ORDERS[:4], "日期", ""], ["", "", "", "", "下单日期", "承诺交期"]],
    "with numbers and dates around it": [[2026.0, DAY, "", "", "", ""], ORDERS],
}


@pytest.mark.parametrize("rows", [pytest.param(rows, id=f"a header {name}") for name, rows in HEADERS.items()])
def test_a_header_is_found(rows: list[Cells]) -> None:
    reading = read(sheet(*rows, ORDER))
    assert taken(reading) == {"orders": (1, 0)}
    assert [reading.tables["orders"][name][0].as_py() for name in ("order_id", "quantity", "unit_price")] == [
        "PO-1", D(100), D("5.5"),
    ]  # fmt: skip
    assert column(reading, "orders", "promised_on") == [LATER]
    assert column(reading, "orders", "_row") == [len(rows) + 1]
    assert found(reading) == []


def test_blank_columns_before_and_between_are_passed_over() -> None:
    reading = read(sheet(["", *ORDERS[:2], "", *ORDERS[2:]], ["", *ORDER[:2], "", *ORDER[2:]]))
    assert taken(reading) == {"orders": (1, 0)}


UNITS = {
    "in the header cell": [[*CONTRACTS, "合同金额(万元)"]],
    "with the word unit, in the header cell": [[*CONTRACTS, "合同金额（单位：万元）"]],
    "in a line above the table": [["", "", "", "单位：万元"], [*CONTRACTS, "合同金额"]],
    "in the title": [["合同台账（单位：人民币万元）"], [*CONTRACTS, "合同金额"]],
}


@pytest.mark.parametrize("rows", [pytest.param(rows, id=f"万元 {name}") for name, rows in UNITS.items()])
def test_a_unit_multiplies_amounts(rows: list[Cells]) -> None:
    reading = read(sheet(*rows, [*CONTRACT, 12.5]))
    assert column(reading, "contracts", "amount") == [D("125000.00")]


def test_the_unit_of_a_column_goes_before_that_of_the_sheet_and_counts_are_no_amounts() -> None:
    rows = [["单位：万元"], [*CONTRACTS, "合同金额(元)", "预付款", "账期"], [*CONTRACT, 9.0, 2.0, 30.0]]
    table = read(sheet(*rows)).tables["contracts"]
    assert [table[name][0].as_py() for name in ("amount", "advance", "payment_days")] == [D(9), D(20000), D(30)]


@pytest.mark.parametrize("word", ["质保金比例(%)", "质保金比例%", "质保金比例（％）"])
def test_a_header_that_names_percent_makes_percents(word: str) -> None:
    assert column(read(sheet([*CONTRACTS, word], [*CONTRACT, 0.5])), "contracts", "retention_rate") == [D("0.005")]


# ------------------------------------------------------------------ which kind takes a sheet


def test_an_order_ledger_with_contact_phone_and_status_is_no_vendor_ledger() -> None:
    extra = ["联系人", "电话", "状态"]
    reading = read(sheet([*ORDERS, *extra], [*ORDER, "张", "139", "完成"], [*OTHER, "李", "138", "生产中"]))
    assert taken(reading) == {"orders": (2, 0)}
    assert reading.unknown == tuple(("Sheet1", word) for word in extra)


def test_an_order_ledger_without_prices_is_an_order_ledger_that_lacks_a_column() -> None:
    words = ["订单号", "供应商", "数量", "承诺交期", "状态", "电话", "联系人"]
    reading = read(sheet(words, ["PO-1", "甲公司", 1.0, DAY, "完成", "139", "张"]))
    assert taken(reading) == {}
    assert [(f.code, dict(f.values)["fields"]) for f in reading.findings] == [("SHEET_LACKS_COLUMNS", "单价")]


def test_an_order_ledger_with_two_quantities_is_asked_and_no_other_kind_takes_it() -> None:
    reading = read(sheet([*ORDERS, "数量", "准入状态"], [*ORDER, 7.0, "合格"]))
    assert taken(reading) == {} and reading.tables == {}
    assert [(f.code, f.level.value, dict(f.values)["columns"]) for f in reading.findings] == [
        ("FIELD_TWICE", "error", "C 订单数量 / G 数量")
    ]


def test_an_optional_field_that_two_columns_could_be_is_a_question_and_stays_blank() -> None:
    reading = read(sheet([*ORDERS, "交货日期"], [*ORDER, DAY]))
    assert [(f.code, f.level.value, f.cell) for f in reading.findings] == [("FIELD_TWICE", "question", "F1")]
    assert column(reading, "orders", "promised_on") == [None]


def test_an_invoice_register_with_goods_and_units_is_no_order_ledger() -> None:
    reading = read(sheet([*INVOICES, "名称", "规格", "单位"], [*INVOICE, "板卡", "A1", "件"]))
    assert taken(reading) == {"invoices": (1, 0)}


def test_an_order_ledger_that_carries_its_invoices_is_both() -> None:
    both = [*ORDERS, "发票号码", "开票日期", "价税合计"]
    reading = read(sheet(both, [*ORDER, "26110001", LATER, 621.5], [*OTHER, "", "", ""]))
    assert taken(reading) == {"orders": (2, 0), "invoices": (1, 0)}


def test_a_contract_ledger_with_bank_accounts_feeds_the_vendors_too() -> None:
    reading = read(sheet([*CONTRACTS, "开户行", "银行账号"], [*CONTRACT, "示例银行", "6222"]))
    assert taken(reading) == {"contracts": (1, 0), "vendors": (1, 0)}


def test_several_kinds_on_one_sheet_rows_without_a_delivery_are_no_deliveries() -> None:
    reading = read(sheet([*ORDERS, *DELIVERIES[1:]], [*ORDER, LATER, 60.0], [*OTHER, "", ""]))
    assert taken(reading) == {"orders": (2, 0), "deliveries": (1, 0)}
    assert column(reading, "deliveries", "order_id") == ["PO-1"]


def test_a_row_that_is_nothing_in_particular_is_set_aside_by_the_widest_kind() -> None:
    reading = read(sheet([*ORDERS, *DELIVERIES[1:]], [*ORDER, LATER, 60.0], ["PO-2", "乙公司", "", "", DAY]))
    assert taken(reading) == {"orders": (1, 1), "deliveries": (1, 0)}
    assert found(reading) == [("REQUIRED_BLANK", "C3"), ("REQUIRED_BLANK", "D3")]


def test_several_sheets_of_several_kinds_each_say_what_they_are() -> None:
    notes = sheet(["填表说明"], ["每月五日前交"], name="说明")
    hidden = sheet(ORDERS, ORDER, name="旧", hidden=True)
    reading = read(notes, hidden, sheet(ORDERS, OTHER, name="订单"), sheet(DELIVERIES, ["PO-1", DAY, 1.0], name="收货"))
    assert [(one.sheet, one.kind) for one in reading.taken] == [("订单", "orders"), ("收货", "deliveries")]
    assert [(f.code, f.sheet) for f in reading.findings] == [("SHEET_LEFT", "说明"), ("SHEET_HIDDEN", "旧")]


def test_hidden_sheets_are_read_where_the_home_says_so() -> None:
    lexicon = Lexicon(LEXICON.vocabularies, (), LEXICON.ignore, LEXICON.totals, read_hidden=True)
    assert taken(read(sheet(ORDERS, ORDER, hidden=True), lexicon=lexicon)) == {"orders": (1, 0)}


def test_a_sender_that_is_one_vendor_need_not_repeat_its_name() -> None:
    columns = {"orders": {"order_id": "No", "quantity": "Pcs", "unit_price": "Net"}}
    dialect = Dialect("x", ("*",), columns, constants={"orders": {"vendor": "甲公司"}})
    reading = read(sheet(["No", "Pcs", "Net"], ["PO-1", 2.0, 3.0]), dialect=dialect)
    assert column(reading, "orders", "vendor") == ["甲公司"]


def test_unknown_columns_are_reported_with_their_cell_and_ignored_ones_are_not() -> None:
    reading = read(sheet(["序号", *ORDERS, "炉 批\n号", "备注"], [1.0, *ORDER, "L1", "x"]))
    assert reading.unknown == (("Sheet1", "炉 批号"),)
    assert found(reading) == [("COLUMN_UNKNOWN", "H1")]


# ------------------------------------------------------------------ rows that are no data


@pytest.mark.parametrize("word", ["合计", "合 计", "小计：", "本月合计", "总  计", "Total", "Grand total", "累计(元)"])
def test_a_total_row_is_left_out_and_named(word: str) -> None:
    reading = read(sheet(ORDERS, ORDER, [word, "", 100.0, "", "", ""], OTHER))
    assert taken(reading) == {"orders": (2, 0)}
    assert found(reading) == [("ROW_TOTAL", "3")]


def test_notes_under_the_table_are_left_out_and_named() -> None:
    reading = read(sheet(ORDERS, ORDER, [], ["制表:张三", "审核:李四"], ["注:以上均为含税价格"]))
    assert taken(reading) == {"orders": (1, 0)}
    assert found(reading) == [("ROW_NOTE", "4"), ("ROW_NOTE", "5")]


def test_a_row_that_names_a_vendor_is_no_note_though_it_is_short() -> None:
    reading = read(sheet(["供应商名称", "准入日期"], ["甲公司", "下月初"]))
    assert taken(reading) == {"vendors": (0, 1)}
    assert found(reading) == [("DATE_BAD", "B2")]


def test_the_same_header_again_is_passed_over() -> None:
    words = ["供应商名称", "准入状态"]
    reading = read(sheet(words, ["甲公司", "合格"], words, ["乙公司", "合格"]))
    assert column(reading, "vendors", "vendor") == ["甲公司", "乙公司"]
    assert found(reading) == [("ROW_HEADER", "3")]


def test_another_table_below_is_read_by_its_own_columns() -> None:
    below = ["订单号", "到货日期", "到货数", "合格数"]
    reading = read(sheet(ORDERS, ORDER, [], below, ["PO-1", DAY, 5.0, 5.0], ["PO-2", DAY, 5.0, 5.0]))
    assert taken(reading) == {"orders": (1, 0), "deliveries": (2, 0)}
    assert found(reading) == [("TABLE_BELOW", "4")]


def test_another_table_below_that_nobody_knows_is_left_and_counted() -> None:
    below = ["订单号", "备注", "说明", "序号"]
    reading = read(sheet(ORDERS, ORDER, [], below, ["PO-1", "x", "y", 5.0], ["PO-2", "x", "y", 5.0]))
    assert taken(reading) == {"orders": (1, 0)}
    assert [(f.code, f.cell, dict(f.values)) for f in reading.findings] == [
        ("TABLE_BELOW", "4", {}), ("ROWS_LEFT", "5", {"count": 2}),
    ]  # fmt: skip


@pytest.mark.parametrize("blank", ["", " ", "　"])
def test_tens_of_thousands_of_formatted_blank_rows_are_nothing(blank: str) -> None:
    reading = read(sheet(ORDERS, ORDER, *([[blank] * 6] * 20_000), OTHER))
    assert taken(reading) == {"orders": (2, 0)} and found(reading) == []


def test_two_hundred_sheets_are_read() -> None:
    reading = read(*(sheet(ORDERS, [f"PO-{n}", *ORDER[1:]], name=f"项目{n}") for n in range(200)))
    assert taken(reading) == {"orders": (200, 0)}


# ------------------------------------------------------------------ rows that are set aside

BAD_CELLS = {
    "a required cell is blank": (2, "", "REQUIRED_BLANK", "C2"),
    "a required cell holds a space": (2, " ", "REQUIRED_BLANK", "C2"),
    "a number is a word": (3, "面议", "NUMBER_BAD", "D2"),
    "a number is not a number": (3, float("nan"), "NUMBER_BAD", "D2"),
    "a quantity is negative": (2, -1.0, "OUT_OF_RANGE", "C2"),
    "a date is none": (5, "2026/6/31", "DATE_BAD", "F2"),
    "an optional date is doubtful": (5, "3/5/2026", "DATE_DOUBTFUL", "F2"),
    "an order number became a date": (0, date(1922, 3, 29), "ID_IS_DATE", "A2"),
    "an order number lost digits": (0, 1.23e19, "ID_DAMAGED", "A2"),
    "a very long cell is no date": (5, "x" * 30_000, "DATE_BAD", "F2"),
}


@pytest.mark.parametrize(
    ("place", "cell", "code", "where"), [pytest.param(*case, id=name) for name, case in BAD_CELLS.items()]
)
def test_a_bad_cell_sets_its_row_aside_and_the_others_go_on(place: int, cell: Any, code: str, where: str) -> None:
    bad = [*ORDER]
    bad[place] = cell
    reading = read(sheet(ORDERS, bad, OTHER))
    assert taken(reading) == {"orders": (1, 1)}
    assert found(reading) == [(code, where)]
    assert all(len(str(dict(f.values).get("seen", ""))) <= 200 for f in reading.findings)


def test_error_cells_and_formulas_never_calculated_are_findings_not_blanks() -> None:
    errors, uncalculated = {(1, 5): "#REF!"}, frozenset({(2, 4)})
    reading = read(sheet(ORDERS, [*ORDER[:5], ""], [*OTHER[:4], "", LATER], errors=errors, uncalculated=uncalculated))
    assert taken(reading) == {"orders": (0, 2)}
    assert sorted(found(reading)) == [("ERROR_CELL", "F2"), ("FORMULA_NOT_CALCULATED", "E3")]


def test_a_row_of_nothing_but_errors_is_no_blank_row() -> None:
    reading = read(sheet(ORDERS, ORDER, [""] * 6, errors={(2, n): "#REF!" for n in range(6)}))
    assert taken(reading) == {"orders": (1, 1)}


def test_errors_in_columns_that_nobody_reads_harm_nothing() -> None:
    reading = read(sheet([*ORDERS, "备注"], [*ORDER, ""], errors={(1, 6): "#N/A", (9, 20): "#REF!"}))
    assert taken(reading) == {"orders": (1, 0)} and found(reading) == []


def test_cells_merged_over_several_rows_are_blank_below_the_first_and_never_filled_by_guess() -> None:
    reading = read(sheet(ORDERS, ORDER, ["", "", 30.0, 6.0, DAY, LATER]))
    assert taken(reading) == {"orders": (1, 1)}
    assert found(reading) == [("REQUIRED_BLANK", "A3"), ("REQUIRED_BLANK", "B3")]


def test_a_column_of_dates_and_numbers_takes_the_dates_and_refuses_the_numbers() -> None:
    rows = [[f"PO-{n}", *ORDER[1:5], cell] for n, cell in enumerate([LATER, 46193.0, LATER, 12.0])]
    reading = read(sheet(ORDERS, *rows))
    assert column(reading, "orders", "order_id") == ["PO-0", "PO-2"]
    assert found(reading) == [("DATE_SERIAL", "F3"), ("DATE_BAD", "F5")]


def test_an_unknown_word_is_a_warning_and_the_row_is_taken_without_it() -> None:
    reading = read(sheet(["供应商名称", "准入状态"], ["甲公司", "观察"]))
    assert taken(reading) == {"vendors": (1, 0)} and column(reading, "vendors", "status") == [None]
    assert [(f.code, f.level.value, f.cell) for f in reading.findings] == [("WORD_UNKNOWN", "warning", "B2")]


def test_of_thousands_of_like_findings_the_first_thousand_and_a_count_are_shown() -> None:
    reading = read(sheet(ORDERS, *([f"PO-{n}", *ORDER[1:3], "面议"] for n in range(1500))))
    assert Counter(f.code for f in reading.findings) == {"NUMBER_BAD": 1000, "MORE_OF_THIS": 1}
    assert dict(reading.findings[-1].values)["count"] == 500


# ------------------------------------------------------------------ keys


def test_a_key_twice_in_a_workbook_is_an_error_at_the_second_place_even_on_another_sheet() -> None:
    reading = read(sheet(ORDERS, ORDER, name="5月"), sheet(ORDERS, OTHER, ORDER, name="6月"))
    assert [(one.sheet, one.rows, one.set_aside) for one in reading.taken] == [("5月", 1, 0), ("6月", 1, 1)]
    assert [(f.code, f.sheet, f.cell, dict(f.values)["first"]) for f in reading.findings] == [
        ("KEY_TWICE", "6月", "3", "5月!2")
    ]
    assert reading.tables["orders"].num_rows == 2


def test_a_vendor_is_one_vendor_however_it_is_spelled() -> None:
    reading = read(sheet(["供应商名称", "准入状态"], ["示例(上海)公司", "合格"], ["示例（上海） 公司 ", "合格"]))
    assert found(reading) == [("KEY_TWICE", "3")]


def test_deliveries_without_a_number_get_a_running_one() -> None:
    same = ["PO-1", DAY, 5.0]
    reading = read(sheet(DELIVERIES, same, same, ["PO-1", LATER, 5.0], same))
    assert taken(reading) == {"deliveries": (4, 0)}
    assert len(set(column(reading, "deliveries", "_key"))) == 4


def test_a_running_number_never_meets_a_written_one() -> None:
    words = ["送货单号", *DELIVERIES]
    reading = read(sheet(words, ["", "PO-1", DAY, 5.0], ["PO-1\x1f1\x1f2026-06-01", "PO-2", DAY, 5.0]))
    assert taken(reading) == {"deliveries": (2, 0)}


@given(st.permutations([ORDER, OTHER, ["PO-3", *ORDER[1:]], ["PO-4", *OTHER[1:]]]), st.integers(0, 5))
def test_keys_do_not_depend_on_where_a_row_stands(rows: list[Cells], above: int) -> None:
    def keys(reading: Reading) -> set[tuple[str, int]]:
        return set(zip(column(reading, "orders", "order_id"), column(reading, "orders", "_key"), strict=True))

    moved = read(sheet(*([["标题"]] * above), ORDERS, *rows, name="别处"))
    assert keys(moved) == keys(read(sheet(ORDERS, ORDER, OTHER, ["PO-3", *ORDER[1:]], ["PO-4", *OTHER[1:]])))


# ------------------------------------------------------------------ which column is which field


def test_a_group_and_its_leaf_are_one_word() -> None:
    tiers = [["合同", "", "供应商", "交期", ""], ["编号", "名称", "", "生效日期", "到期日期"]]
    merged = ((0, 0, 0, 1), (0, 3, 0, 4), (0, 2, 1, 2))
    reading = read(sheet(*tiers, ["HT-1", "板卡", "甲公司", DAY, LATER], merged=merged))
    assert (column(reading, "contracts", "contract_id"), column(reading, "contracts", "title")) == (["HT-1"], ["板卡"])


def test_quantities_of_two_groups_do_not_fight() -> None:
    tiers = [["订单", "", "", "", "到货", ""], ["号", "供应商", "数量", "单价", "日期", "数量"]]
    reading = read(sheet(*tiers, ["PO-1", "甲公司", 5.0, 6.0, DAY, 4.0], merged=((0, 0, 0, 3), (0, 4, 0, 5))))
    assert taken(reading) == {"orders": (1, 0), "deliveries": (1, 0)}
    assert (column(reading, "orders", "quantity"), column(reading, "deliveries", "received")) == ([D(5)], [D(4)])
    assert found(reading) == []


EXACT = {
    "a text": ("规格", "规 格", True),
    "a number": ("数量", "数 量", True),
    "a price": ("单价", "单 价", False),
    "a date": ("承诺交期", "承诺 交期", False),
}


@pytest.mark.parametrize(("word", "loose", "sure"), [pytest.param(*case, id=name) for name, case in EXACT.items()])
def test_exact_spelling_goes_first_but_for_money_dates_and_accounts(word: str, loose: str, sure: bool) -> None:
    words = ["订单号", "供应商", *dict.fromkeys(["数量", "单价", word])]
    row = ["PO-1", "甲公司", 1.0, 2.0, DAY if "交期" in word else "A"][: len(words)]
    reading = read(sheet([*words, loose], [*row, row[words.index(word)]]))
    assert ("FIELD_TWICE" not in [code for code, _ in found(reading)]) == sure


def test_an_account_that_two_columns_could_be_is_asked() -> None:
    reading = read(sheet(["供应商", "准入状态", "银行账号", "银行 账号"], ["甲公司", "合格", "1", "2"]))
    assert column(reading, "vendors", "bank_account") == [None]
    assert found(reading) == [("FIELD_TWICE", "C1")]


def test_a_sheet_that_two_kinds_need_alike_is_asked() -> None:
    words = ["订单号", "供应商", "数量", "单价"]
    columns = {"order_id": ("订单号",), "vendor": ("供应商",), "quantity": ("数量",), "unit_price": ("单价",)}
    twin = replace(known()["orders"], name="invoices", telling=(), checks=())
    kinds = {"orders": replace(known()["orders"], telling=()), "invoices": twin}
    vocabularies = {name: replace(LEXICON.vocabularies[name], columns=columns) for name in kinds}
    lexicon = replace(LEXICON, vocabularies=vocabularies)
    reading = read_workbook([sheet(words, ["PO-1", "甲公司", 1.0, 2.0])], Words(lexicon, kinds))
    assert found(reading) == [("KIND_TWICE", "A1")] and reading.tables == {}


# ------------------------------------------------------------------ columns that mean rows

RATERS = [["供应商", "期间", "评价人", "", ""], ["", "", "示例甲", "示例乙", "平均"]]
RATED = ((0, 2, 0, 4), (0, 0, 1, 0), (0, 1, 1, 1))


def test_raters_side_by_side_become_rows_and_their_mean_does_not() -> None:
    rows = [["甲公司", "2026Q1", 4.0, 5.0, 4.5], ["乙公司", "2026Q1", "-", 3.0, 3.0]]
    reading = read(sheet(*RATERS, *rows, merged=RATED))
    table = reading.tables["surveys"].to_pylist()
    assert [(row["vendor"], row["rater"], row["csat"]) for row in table] == [
        ("甲公司", "示例甲", D(4)), ("甲公司", "示例乙", D(5)), ("乙公司", "示例乙", D(3)),
    ]  # fmt: skip


def test_a_bad_mark_of_one_rater_leaves_those_of_the_others() -> None:
    reading = read(sheet(*RATERS, ["甲公司", "2026Q1", 4.0, 9.0, ""], merged=RATED))
    assert taken(reading) == {"surveys": (1, 1)}
    assert found(reading) == [("COLUMN_UNKNOWN", "E2"), ("OUT_OF_RANGE", "D3")]


def test_months_without_any_year_are_asked() -> None:
    months = [f"{month}月" for month in range(1, 13)]
    reading = read(sheet(["供应商", "评价人", *months], ["甲公司", "张", *[4.0] * 12]))
    assert found(reading) == [("PERIOD_NO_YEAR", "C1")] and reading.tables == {}


# ------------------------------------------------------------------ what stands beside a table, and forms


def test_facts_beside_a_table_hold_for_all_of_its_rows() -> None:
    above = [["供应商：甲公司    合同编号：HT-1"], ["币种", "USD"]]
    reading = read(sheet(*above, ["订单号", "数量", "单价"], ["PO-1", 1.0, 2.0], ["PO-2", 3.0, 4.0]))
    rows = reading.tables["orders"].to_pylist()
    assert {(row["vendor"], row["contract_id"], row["currency"]) for row in rows} == {("甲公司", "HT-1", "USD")}


def test_two_vendors_beside_a_table_tell_none() -> None:
    reading = read(sheet(["供应商:甲公司 供应商:乙公司"], ["订单号", "数量", "单价"], ["PO-1", 1.0, 2.0]))
    assert [code for code, _ in found(reading)] == ["SHEET_LACKS_COLUMNS"]


def test_a_column_goes_before_a_fact() -> None:
    assert column(read(sheet(["供应商:乙公司"], ORDERS, ORDER)), "orders", "vendor") == ["甲公司"]


def test_a_form_is_one_row() -> None:
    form = [["送货单"], ["订单号", "PO-1", "送货单号", "SH-1"], ["到货日期", DAY, "到货数", 5.0], ["合格数:", 5.0]]
    reading = read(sheet(*form))
    assert taken(reading) == {"deliveries": (1, 0)} and found(reading) == [("SHEET_IS_FORM", "")]


PAYMENT_FORMS = {
    "labels and values": [["付款申请单"], ["供应商", "甲公司"], ["银行账号", "6222"], ["开户行", "示例"]],
    "with all that a vendor ledger has": [
        ["供应商", "甲公司"], ["准入状态", "合格"], ["税号", "9131"], ["银行账号", "6222"], ["月产能", 5.0],
    ],
    "beside a contract": [
        ["合同编号", "HT-1"], ["供应商", "甲公司"], ["生效日期", DAY], ["到期日期", LATER], ["银行账号", "6222"],
    ],
}  # fmt: skip


@pytest.mark.parametrize("rows", [pytest.param(rows, id=name) for name, rows in PAYMENT_FORMS.items()])
def test_a_form_never_changes_the_account_of_a_vendor(rows: list[Cells]) -> None:
    assert "vendors" not in read(sheet(*rows)).tables


# ------------------------------------------------------------------ what is merged, and what is repeated to the sender


@pytest.mark.parametrize("place", [pytest.param(2, id="a quantity")])
def test_a_figure_merged_over_rows_belongs_to_none_of_them(place: int) -> None:
    second = [*OTHER]
    second[place] = ""
    reading = read(sheet(ORDERS, ORDER, second, ["PO-3", *OTHER[1:]], merged=((1, place, 2, place),)))
    assert column(reading, "orders", "order_id") == ["PO-3"]
    assert [(f.code, f.cell, dict(f.values)["count"]) for f in reading.findings] == [("FIGURE_MERGED", "C2", 2)]


def test_a_row_set_aside_is_repeated_as_it_stands() -> None:
    reading = read(sheet(ORDERS, [*ORDER[:3], "面议", DAY, ""], errors={(1, 5): "#REF!"}))
    [aside] = reading.asides
    assert (aside.sheet, aside.row) == ("Sheet1", 2)
    assert dict(aside.cells)["单价"] == "面议" and dict(aside.cells)["承诺交期"] == "#REF!"


def test_a_row_whose_first_cell_ends_like_a_label_is_no_note_if_it_is_whole() -> None:
    reading = read(sheet(ORDERS, ["PO-1:", *ORDER[1:3], "面议", DAY, LATER], OTHER))
    assert taken(reading) == {"orders": (1, 1)} and found(reading) == [("NUMBER_BAD", "D2")]


HINTS = {
    "hints": ["必填", "必填", "数字", "(数字)", "选填", "日期"],
    "units": ["", "", "件", "元", "", ""],
    "units and hints": ["必填", "必填", "(件)", "[元]", "", "选填"],
}


@pytest.mark.parametrize("row", [pytest.param(row, id=f"a row of {name}") for name, row in HINTS.items()])
def test_what_stands_under_a_header_to_explain_it_is_header(row: Cells) -> None:
    reading = read(sheet(ORDERS, row, ORDER))
    assert taken(reading) == {"orders": (1, 0)} and found(reading) == []


# ------------------------------------------------------------------ every row is accounted for

ANYTHING = st.one_of(
    st.sampled_from(["", "", None, " ", "合计", "PO-1", "甲公司", "面议", "注:含税", *ORDERS, *DELIVERIES, DAY, 0.0]),
    st.floats(), st.text(max_size=5), st.dates(),
)  # fmt: skip
GOOD_OR_NOT = st.sampled_from(["PO-1", "PO-2", "", "甲公司", 5.0, 5.0, DAY, DAY, LATER])
ROWS = st.lists(
    st.one_of(
        st.lists(ANYTHING, min_size=8, max_size=8),
        st.lists(GOOD_OR_NOT, min_size=8, max_size=8),
        st.sampled_from([ORDER, OTHER, ORDERS, ["合计"], [], ["", "", " "]]).map(lambda row: [*row, *[""] * 8][:8]),
        st.integers(0, 99).map(lambda n: [f"PO-{n}", *ORDER[1:], "", ""]),
    ),
    max_size=8,
)


def accounted(reading: Reading, kind: str) -> int:
    """Rows taken, set aside and left out by name; those of another table below that nobody takes are counted."""
    rows, aside = taken(reading)[kind]
    named = sum(f.code in ("ROW_TOTAL", "ROW_NOTE", "ROW_HEADER", "TABLE_BELOW") for f in reading.findings)
    left = sum(dict(f.values)["count"] for f in reading.findings if f.code == "ROWS_LEFT")
    return int(rows + aside + named + left)


@given(ROWS)
def test_every_row_below_the_header_is_accounted_for(rows: list[Cells]) -> None:
    reading = read(sheet([*ORDERS, "备注", "说明"], *rows))
    filled = sum(any(cell is not None and str(cell).strip() for cell in row) for row in rows)
    assert accounted(reading, "orders") == filled


@given(ROWS)
def test_every_row_of_a_sheet_of_two_kinds_is_told_by_one_of_them(rows: list[Cells]) -> None:
    reading = read(sheet([*ORDERS, *DELIVERIES[1:]], *rows))
    told = {row for table in reading.tables.values() for row in table["_row"].to_pylist()}
    told |= {int("".join(filter(str.isdigit, f.cell)) or 0) for f in reading.findings}
    left = [range(int(f.cell), len(rows) + 2) for f in reading.findings if f.code == "ROWS_LEFT"]
    told |= {row for span in left for row in span}
    filled = {n for n, row in enumerate(rows, 2) if any(c is not None and str(c).strip() for c in row)}
    assert filled <= told


@given(st.lists(st.lists(ANYTHING, min_size=4, max_size=4), max_size=6))
def test_any_sheet_at_all_is_answered(rows: list[Cells]) -> None:
    reading = read(sheet([""] * 4, *rows))
    assert reading.taken or reading.findings
