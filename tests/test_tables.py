"""Where tables begin and end, what stands above them, and which rows sum up others: the cases that once went wrong."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from robots.reading.grid import Grid
from robots.reading.reader import Reading
from tests.sheets import DAY, DELIVERIES, LATER, ORDER, ORDERS, OTHER, Cells, D, column, found, read, sheet, taken

VENDORS = ["供应商", "准入状态", "联系人", "电话"]
VENDOR = ["甲公司", "合格", "张", "139"]
SURVEY = ["供应商", "评价人", "满意度"]


# ------------------------------------------------------------------ several tables on one sheet


def test_a_small_table_above_a_large_one_is_read_too() -> None:
    reading = read(sheet(DELIVERIES, ["PO-1", DAY, 5.0], ["PO-2", LATER, 6.0], [], ORDERS, ORDER))
    assert taken(reading) == {"deliveries": (2, 0), "orders": (1, 0)}
    assert found(reading) == [("TABLE_BELOW", "5")]


def test_three_tables_of_which_the_lowest_is_the_largest() -> None:
    rows: list[Cells] = [VENDORS, VENDOR, [], DELIVERIES, ["PO-1", DAY, 5.0], [], ORDERS, ORDER]
    assert taken(read(sheet(*rows))) == {"vendors": (1, 0), "deliveries": (1, 0), "orders": (1, 0)}


def test_a_single_row_between_two_headers_is_data_and_no_tier_of_a_header() -> None:
    blocks = [[ORDERS, [f"PO-{n}", *ORDER[1:]], DELIVERIES, [f"PO-{n}", DAY, 5.0]] for n in range(4)]
    reading = read(sheet(*(row for block in blocks for row in block)))
    assert taken(reading) == {"orders": (4, 0), "deliveries": (4, 0)}


# ------------------------------------------------------------------ rows under a header that are no data

COUNTED = {
    "as numbers": [1.0, 2.0, 3.0, 4.0],
    "as texts": ["1", "2", "3", "4"],
    "in circles": ["①", "②", "③", "④"],
    "in brackets": ["(1)", "(2)", "（3）", "(4)"],
    "with formulas": ["1", "2", "3", "4=2×3"],
    "after a letter": ["甲", 1.0, 2.0, 3.0],
}


@pytest.mark.parametrize("row", [pytest.param(row, id=f"columns numbered {name}") for name, row in COUNTED.items()])
def test_a_row_that_numbers_the_columns_is_no_vendor(row: Cells) -> None:
    reading = read(sheet(VENDORS, row, VENDOR))
    assert column(reading, "vendors", "vendor") == ["甲公司"] and found(reading) == []


@pytest.mark.parametrize("row", [["1", "2", "4", "3"], ["1", "合格", "3", "4"], ["1", "2"], [2.0, 3.0, 4.0, 5.0]])
def test_other_rows_of_figures_are_data(row: Cells) -> None:
    assert len(column(read(sheet(VENDORS, row, VENDOR)), "vendors", "vendor")) == 2


# ------------------------------------------------------------------ what lines above, sheet and file say

WITHOUT_YEAR = {
    "an order's number": (["PO-2024-001 收货明细"], ""),
    "a contract's number": (["合同编号:HT-2024-03"], ""),
    "a contract's number without letters": (["合同号:2024-03"], ""),
    "the number of a letter": (["示例〔2024〕15号"], ""),
    "the version of a form": (["表单2023版"], ""),
    "an order's number in the file's name": ([""], "PO-2024-001收货.xlsx"),
    "small letters in the file's name": ([""], "po-2024-001.xlsx"),
}


@pytest.mark.parametrize(
    ("line", "file"), [pytest.param(*case, id=f"{name} is no year") for name, case in WITHOUT_YEAR.items()]
)
def test_a_day_takes_no_year_from_what_is_not_one(line: Cells, file: str) -> None:
    reading = read(sheet(line, DELIVERIES, ["PO-1", "3月5日", 5.0]), file=file)
    assert found(reading) == [("DATE_NO_YEAR", "B3")]


@pytest.mark.parametrize("file", ["收货2024-03.xlsx", "FY2024.xlsx", "Orders-2024.csv", "2024年收货(1).xlsx"])
def test_a_day_takes_the_year_of_the_file(file: str) -> None:
    reading = read(sheet(DELIVERIES, ["PO-1", "3月5日", 5.0]), file=file)
    assert [day.year for day in column(reading, "deliveries", "delivered_on")] == [2024]


def test_rows_of_the_table_above_say_nothing_of_the_year_and_the_unit_of_the_one_below() -> None:
    above = [[*ORDERS, "规格"], [*ORDER, "单位:万元"], ["PO-2", *ORDER[1:], "2019年款"]]
    below = [["订单号", "到货日期", "到货数", "加急运费"], ["PO-1", "6月5日", 5.0, 3.0]]
    reading = read(sheet(["2026年"], *above, [], *below))
    assert [day.year for day in column(reading, "deliveries", "delivered_on")] == [2026]
    assert column(reading, "deliveries", "expedited_freight") == [D(3)]


PERIODS = {
    "a label above the table goes before the file's name": (["评价期间:2026年一季度"], "2026年二季度.xlsx", "2026Q1"),
    "the file's name tells where nothing else does": ([""], "2026年二季度满意度.xlsx", "2026Q2"),
}


@pytest.mark.parametrize(("line", "file", "period"), [pytest.param(*case, id=name) for name, case in PERIODS.items()])
def test_the_period_of_a_survey(line: Cells, file: str, period: str) -> None:
    reading = read(sheet(line, SURVEY, ["甲公司", "张", 4.0]), file=file)
    assert column(reading, "surveys", "period") == [period]


@pytest.mark.parametrize("file", ["满意度2026-03-31导出.xlsx", "满意度2026年3月31日.xlsx"])
def test_the_day_of_an_export_is_no_period(file: str) -> None:
    reading = read(sheet(SURVEY, ["甲公司", "张", 4.0]), file=file)
    assert [code for code, _ in found(reading)] == ["SHEET_LACKS_COLUMNS"]


# ------------------------------------------------------------------ large sheets stay quick


def _order(n: int) -> list[Any]:
    return [f"PO-{n}", *ORDER[1:]]


def _vendors() -> Reading:
    return read(Grid("S", [VENDORS, *([f"甲{n}公司", "合格", "张", "139"] for n in range(10_000))]))


def _half_blank() -> Reading:
    return read(Grid("S", [ORDERS, *(_order(n) if n % 2 else ["", "", 1.0, "", "", ""] for n in range(10_000))]))


def _half_totals() -> Reading:
    return read(Grid("S", [ORDERS, *(_order(n) if n % 2 else ["小计", "", 7.0, "", "", ""] for n in range(10_000))]))


def _without_vendors() -> Reading:
    return read(Grid("S", [ORDERS, *([f"PO-{n}", "", *ORDER[2:]] for n in range(10_000))]))


def _merged() -> Reading:
    rows = [_order(n) if n % 2 else ["", "", *ORDER[2:]] for n in range(1, 10_001)]
    return read(Grid("S", [ORDERS, *rows], merged=tuple((n, 0, n + 1, 0) for n in range(1, 10_000, 2))))


def _many_tables() -> Reading:
    blocks = [[[f"项目名称:甲{n}"], [f"合同编号:HT-{n}"], ORDERS, _order(n), []] for n in range(200)]
    return read(sheet(*(row for block in blocks for row in block)))


def _nobody_knows() -> Reading:
    return read(Grid("S", [["姓名", "岗位"], *([f"张 {n}", f"工程师, {n}"] for n in range(50_000))]))


LARGE = (_vendors, _half_blank, _half_totals, _without_vendors, _merged, _many_tables, _nobody_knows)


@pytest.mark.parametrize("large", [pytest.param(large, id=large.__name__.strip("_")) for large in LARGE])
def test_a_large_sheet_takes_no_time_that_grows_with_its_square(large: Callable[[], Reading]) -> None:
    begun = time.process_time()
    assert large().findings is not None
    assert time.process_time() - begun < 6


def test_totals_are_compared_with_the_rows_since_the_last_one_and_with_all_of_them() -> None:
    rows: list[Cells] = [ORDER, OTHER, ["小计", "", 120.0], [*ORDER[:2], 7.0, *ORDER[3:]], ["小计", "", 8.0]]
    rows[3] = ["PO-9", *rows[3][1:]]
    reading = read(sheet(ORDERS, *rows, ["总计", "", 127.0], ["累计", "", 119.0]))
    assert [(f.cell, dict(f.values)["total"]) for f in reading.findings if f.code == "TOTAL_DOES_NOT_FOOT"] == [
        ("C6", "7"), ("C8", "127"),
    ]  # fmt: skip


FOOT = {
    "a grand total right under the last subtotal": ["3", "4", "小7", "5", "小5", "总12"],
    "totals of weeks and of months": ["1", "小1", "2", "小2", "月3", "4", "小4", "5", "小5", "月9", "总12"],
    "a running total": ["1", "累1", "2", "累3", "3", "累6"],
}
LABELS = {"小": "小计", "月": "本月合计", "总": "总计", "累": "累计"}


def _with_totals(cells: list[str]) -> list[Cells]:
    return [
        [LABELS[cell[0]], "", float(cell[1:])] if cell[0] in LABELS else [f"PO-{n}", "甲公司", float(cell), *ORDER[3:]]
        for n, cell in enumerate(cells)
    ]


@pytest.mark.parametrize("cells", [pytest.param(cells, id=name) for name, cells in FOOT.items()])
def test_totals_of_every_level_foot(cells: list[str]) -> None:
    assert {code for code, _ in found(read(sheet(ORDERS, *_with_totals(cells))))} == {"ROW_TOTAL"}


TO_THE_CENT = {
    "as Excel keeps it": (42001.28999999999, False), "as it is": (42001.29, False), "rounded": ("42,001.29", False),
    "a cent less": (42001.28, True), "a cent more, as Excel keeps it": (42001.30000000001, True),
}  # fmt: skip


@pytest.mark.parametrize(("total", "off"), TO_THE_CENT.values(), ids=TO_THE_CENT)
def test_a_total_is_compared_to_the_cent(total: Any, off: bool) -> None:
    rows: list[Cells] = [[*CONTRACTS, "合同金额"], [*CONTRACT, 42000.19], ["HT-2", *CONTRACT[1:], 1.1]]
    told = found(read(sheet(*rows, ["合计", "", "", "", total])))
    assert told == [("ROW_TOTAL", "4"), *([("TOTAL_DOES_NOT_FOOT", "E4")] if off else [])]


# ------------------------------------------------------------------ units

LINES = {
    "(单位：万元、件)": 10_000, "单位：件、万元": 10_000, "金额单位:千元": 1000, "单位:元": 1, "单位:件": 1,
    "单位:万件": 1,
}  # fmt: skip
CONTRACTS = ["合同编号", "供应商", "生效日期", "到期日期"]
CONTRACT = ["HT-1", "甲公司", DAY, LATER]


@pytest.mark.parametrize(("line", "factor"), LINES.items())
def test_a_line_of_units_multiplies_amounts_by_the_unit_of_money_in_it(line: str, factor: int) -> None:
    reading = read(sheet([line], [*CONTRACTS, "合同金额"], [*CONTRACT, 5.0]))
    assert column(reading, "contracts", "amount") == [D(5 * factor)]


@pytest.mark.parametrize("line", ["单位:元", "(单位：元、件)", "单位：万元", "单位:示例公司"])
def test_a_line_of_units_is_not_the_unit_of_the_goods(line: str) -> None:
    assert column(read(sheet([line], ORDERS, ORDER)), "orders", "unit") == [None]


QUANTITIES = {"数量(K)": 5000, "数量(KPCS)": 5000, "数量(百件)": 500, "数量(kg)": 5, "数量(双)": 5, "数量(千件)": 5000}


@pytest.mark.parametrize(("word", "pieces"), QUANTITIES.items())
def test_a_unit_of_many_pieces_multiplies(word: str, pieces: int) -> None:
    reading = read(sheet(["订单号", "供应商", word, "单价"], ["PO-1", "甲公司", 5.0, 6.0]))
    assert column(reading, "orders", "quantity") == [D(pieces)]


REFUSED = ["数量(打)", "单价(元/K)", "单价(元/KPCS)", "单价(元/百件)", "单价(USD/1000)"]


@pytest.mark.parametrize("word", REFUSED)
def test_a_unit_that_would_need_reckoning_is_refused(word: str) -> None:
    words = ["订单号", "供应商", word if "数量" in word else "数量", word if "单价" in word else "单价"]
    reading = read(sheet(words, ["PO-1", "甲公司", 5.0, 6.0]))
    assert taken(reading) == {"orders": (0, 1)}
    assert {code for code, _ in found(reading)} <= {"UNIT_NOT_READ", "CURRENCY_OTHER_COLUMN"}


def test_a_price_for_a_kilogram_is_a_price() -> None:
    reading = read(sheet(["订单号", "供应商", "数量", "单价(元/kg)"], ["PO-1", "甲公司", 5.0, 6.0]))
    assert column(reading, "orders", "unit_price") == [D(6)]


SPANS = {
    "years in months": ("质保期", "2年", "retention_months", None),
    "months in months": ("质保期", "24个月", "retention_months", D(24)),
    "months in days": ("账期", "3个月", "payment_days", None),
    "days in days": ("账期", "90天", "payment_days", D(90)),
    "days from the invoice": ("账期", "票到60天", "payment_days", D(60)),
    "days from the end of the month": ("账期", "月结60天", "payment_days", None),
    "days in hours": ("响应时限", "2天", "response_hours", None),
    "a header in years": ("质保期(年)", 2.0, "retention_months", None),
    "a header in months": ("质保期(月)", 24.0, "retention_months", D(24)),
    "a header in days": ("账期(天)", 90.0, "payment_days", D(90)),
}


@pytest.mark.parametrize(
    ("word", "cell", "field", "value"), [pytest.param(*case, id=name) for name, case in SPANS.items()]
)
def test_a_span_of_time_is_read_in_the_unit_of_its_field(word: str, cell: Any, field: str, value: Any) -> None:
    reading = read(sheet([*CONTRACTS, word], [*CONTRACT, cell]))
    told = [code for code, _ in found(reading)]
    assert (column(reading, "contracts", field) == [value] and not told) if value else told


# ------------------------------------------------------------------ headers


def test_the_seller_of_an_invoice_and_what_was_accepted_under_their_other_names() -> None:
    bill = read(sheet(["发票号码", "开票日期", "销方名称", "价税合计"], ["26110001", DAY, "甲公司", 113.0]))
    assert column(bill, "invoices", "vendor") == ["甲公司"] and found(bill) == []
    came = read(sheet([*DELIVERIES, "验收数量"], ["PO-1", DAY, 5.0, 4.0]))
    assert column(came, "deliveries", "accepted") == [D(4)] and found(came) == []


TAXED = ["订单号", "供应商", "数量", "含税", "", "不含税", ""]
LEAVES = ["", "", "", "单价", "金额", "单价", "金额"]
MERGED = (*((0, n, 1, n) for n in range(3)), (0, 3, 0, 4), (0, 5, 0, 6))


def test_a_price_under_with_tax_is_never_the_net_price() -> None:
    reading = read(sheet(TAXED, LEAVES, ["PO-1", "甲公司", 10.0, 11.3, 113.0, 10.0, 100.0], merged=MERGED))
    assert column(reading, "orders", "unit_price") == [D(10)]
    alone = read(sheet(TAXED[:5], LEAVES[:5], ["PO-1", "甲公司", 10.0, 11.3, 113.0], merged=MERGED[:4]))
    assert [column(alone, "orders", name) for name in ("price_with_tax", "unit_price")] == [[D("11.3")], [None]]


def test_cells_merged_downwards_tell_how_deep_a_header_is() -> None:
    head = [*CONTRACTS, "金额(万元)"]
    rows = [head, ["", "", "", "", "合同金额"], [*CONTRACT, 5.0]]
    reading = read(sheet(*rows, merged=tuple((0, n, 1, n) for n in range(4))))
    assert column(reading, "contracts", "amount") == [D(50_000)] and found(reading) == []


def test_months_that_stand_twice_without_years_are_not_read() -> None:
    words = ["供应商", "评价人", "1月", "2月", "1月", "2月"]
    reading = read(sheet(words, ["甲公司", "张", 1.0, 2.0, 3.0, 4.0]), file="2026年.xlsx")
    assert reading.tables == {} and reading.findings


YEARS: list[Cells] = [["2025年", "", "2026年", ""], [2025.0, "", 2026.0, ""]]


@pytest.mark.parametrize("years", YEARS)
def test_months_under_two_years(years: Cells) -> None:
    rows = [["供应商", "评价人", *years], ["", "", "1月", "2月", "1月", "2月"], ["甲公司", "张", 1.0, 2.0, 3.0, 4.0]]
    reading = read(sheet(*rows))
    assert column(reading, "surveys", "period") == ["2025-01", "2025-02", "2026-01", "2026-02"]


def test_one_known_word_beside_months_is_a_header_where_a_line_above_tells_the_rest() -> None:
    reading = read(sheet(["评价人:张三"], ["供应商", "2026年1月", "2026年2月"], ["甲公司", 4.0, 5.0]))
    assert taken(reading) == {"surveys": (2, 0)}


def test_the_units_row_of_a_second_page_is_no_data() -> None:
    units = ["", "", "件", "元", "", ""]
    reading = read(sheet(ORDERS, units, ORDER, ORDERS, units, OTHER))
    assert taken(reading) == {"orders": (2, 0)}


def test_a_row_of_hints_with_one_longer_than_the_others_is_no_vendor() -> None:
    reading = read(sheet(VENDORS, ["必填", "选填", "文本", "11 位手机号"], VENDOR))
    assert column(reading, "vendors", "vendor") == ["甲公司"]


# ------------------------------------------------------------------ the books of monitoring, as teams write them

BOOKS = {
    "inspections": (
        ["检验单号", "供应商", "物料名称", "批号", "送检数", "抽检数", "不良数", "判定", "检验日期"],
        ["JY-1", "示例甲电子有限公司", "示例外壳", "L01", 500.0, 50.0, 2.0, "特采", "2026-06-05"],
        {"result": "让步接收", "sampled": D(50), "inspected_on": date(2026, 6, 5)},
    ),
    "milestones": (
        ["合同编号", "里程碑", "计划完成日期", "实际提交日期", "验收结论", "付款比例"],
        ["HT-1", "初验", "2026-06-05", "2026-06-08", "条件通过", "30%"],
        {"result": "有条件通过", "payable_rate": D("0.3"), "submitted_on": date(2026, 6, 8)},
    ),
    "tickets": (
        ["工单号", "服务商", "优先级", "创建时间", "首次响应时间", "解决时间"],
        ["T-1", "示例乙软件有限公司", "高", "2026-06-05 09:00", "2026-06-05 10:30", "2026-06-06 18:00"],
        {"severity": "高", "responded_at": datetime(2026, 6, 5, 10, 30)},
    ),
    "certificates": (
        ["供应商名称", "证书名称", "证书编号", "有效期限"],
        ["示例甲电子有限公司", "ISO9001", "虚构-001", "2024.01.01-2026.12.31"],
        {"issued_on": date(2024, 1, 1), "expires_on": date(2026, 12, 31)},
    ),
    "changes": (
        ["变更单号", "合同编号", "申请日期", "变更金额", "增减天数", "批准人"],
        ["BG-1", "HT-1", "2026-06-05", -2000.0, 5.0, ""],
        {"amount_delta": D(-2000), "days_delta": D(5), "approved_by": None},
    ),
    "materials": (
        ["外协订单号", "领料单位", "材料名称", "发料数量", "发料日期", "理论耗用", "退料数", "废料"],
        ["PO-1", "示例甲电子有限公司", "示例铝板", 100.0, "2026-06-01", 90.0, 5.0, 3.0],
        {"issued": D(100), "consumed_standard": D(90), "scrap": D(3)},
    ),
    "measurements": (
        ["服务商", "指标名称", "统计日期", "指标值", "单位", "人员"],
        ["示例乙软件有限公司", "每日提交数", "2026-06-05", 7.0, "次", "虚构员工一"],
        {"measure": "每日提交数", "value": D(7), "subject": "虚构员工一"},
    ),
    "corrective_actions": (
        ["8D编号", "责任供应商", "提出日期", "当前阶段", "要求完成日期", "重复发生"],
        ["8D-1", "示例甲电子有限公司", "2026-06-01", "临时措施", "2026-06-03", "否"],
        {"stage": "D3", "repeat": False},
    ),
    "appeals": (
        ["申诉编号", "供应商", "考核期间", "订单号", "申诉理由", "主张责任方", "处理结果"],
        ["SS-1", "示例甲电子有限公司", "2026年6月", "PO-1", "图纸晚给了三天", "需方", "采纳"],
        {"period": "2026-06", "fault": "需方", "decision": "成立"},
    ),
    "alert_answers": (
        ["预警编号", "处理状态", "预警处理人", "处理说明"],
        ["a1b2c3", "跟进中", "虚构经理", "已约谈"],
        {"answer": "处理中", "remark": "已约谈"},
    ),
}


@pytest.mark.parametrize("kind", BOOKS)
def test_a_book_of_monitoring_is_known_by_its_header(kind: str) -> None:
    header, row, wanted = BOOKS[kind]
    reading = read(sheet(header, row, name="台账"))
    assert taken(reading) == {kind: (1, 0)}
    (found,) = reading.tables[kind].to_pylist()
    assert {name: found[name] for name in wanted} == wanted
