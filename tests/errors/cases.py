"""One example for each finding code, as small as it can be."""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import openpyxl
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import insert

from robots.edge import desk, excel_out, forms
from robots.edge.reading_room import Limits
from robots.edge.store.database import Turn
from robots.edge.store.tables import ISSUED, SCORES
from robots.kinds import known
from robots.kinds.words import Expected, Foot, Pick
from robots.model import decisions
from robots.model.findings import Finding
from robots.model.forms import Form
from tests.errors.case import HOME, NOW, Case, refusal
from tests.goldens.writers import Sheet, delimited, locked, openpyxl_xlsx, repacked, xlsx

HEADER = "订单号 | 供应商 | 订单数量 | 单价 | 承诺交期"
FIRST = "PO-001 | 示例甲电子有限公司 | 100 | 5.5 | 2026-06-20"
SECOND = "PO-002 | 示例甲电子有限公司 | 20 | 8 | 2026-06-25"


def orders(*rows: str, header: str = HEADER, name: str = "订单", **more: object) -> bytes:
    """An order ledger of these rows."""
    return xlsx(Sheet(name, "\n".join([header, *rows]), **more))  # type: ignore[arg-type]


def book(text: str, name: str = "表", **more: object) -> bytes:
    """A workbook of one sheet."""
    return xlsx(Sheet(name, text, **more))  # type: ignore[arg-type]


def order(cell: str, column: int) -> bytes:
    """An order ledger with one odd cell among good ones."""
    cells = FIRST.split(" | ")
    cells[column] = cell
    return orders(" | ".join(cells), SECOND)


CONTRACT = "合同编号 | 供应商 | 生效日期 | 到期日期 | 税率\nHT-1 | 示例甲电子有限公司 | 2026-01-01 | 2026-12-31 | "
WITH_TAX, TAXED = "订单号 | 供应商 | 订单数量 | 含税单价", "PO-001 | 示例甲电子有限公司 | 100 | 11.3"
DELIVERY = "订单号 | 到货日期 | 到货数 | 合格数 | 不合格数\nPO-001 | 2026-06-18 | "
INVOICE = "发票号码 | 供应商 | 开票日期 | 不含税金额 | 税额 | 价税合计\n'26112000000012345678 | 示例甲电子有限公司 | 2026-06-25 | "
TWO_ROWS = INVOICE + "333.3 | 114.1 | 991.79" + INVOICE[INVOICE.index("\n") :] + "544.39 | | "
OTHER_WORDS = "票号 | 销货单位 | 日期 | 含税总额\n26110001 | 示例甲电子有限公司 | 2026-06-25 | 1130"
PAID, PAYMENT = (
    "付款键 | 收款单位 | 付款金额 | 付款日期",
    "'8834f68d703955e273022c77 | 示例甲电子有限公司 | 565 | 2026-07-07",
)
ISSUE, SRM = "Issue key | Summary | Created | Labels", "SRM-1 | 登录失败 | 2026-06-02 09:14"
ISSUES = {"tickets": {"ticket_id": "Issue key", "opened_at": "Created", "vendor": "Labels"}}
LABELS = {"columns": ISSUES, "picks": {"tickets": {"vendor": Pick("^供应商-(.+)$")}}}
SURVEY = "供应商 | 评价人 | 1月 | 2月 | 3月\n示例甲电子有限公司 | 虚构质量部 | 5 | 4 | 5"
CODED = "供应商名称 | 供应商编码 | 统一社会信用代码\n示例甲电子有限公司 | V001 | 91310000MA1EXAMPL1"
REUSED = "供应商名称 | 供应商编码 | 统一社会信用代码\n虚构乙五金有限公司 | V001 | 91310000MA1EXAMPL2"
VENDORS = "供应商名称 | 准入状态 | 银行账号\n示例甲电子有限公司 | 合格 | '6222000000000001107"


def _one(code: str, content: bytes, name: str = "订单.xlsx", **more: object) -> Case:
    return Case(code, ((name, content),), **more)  # type: ignore[arg-type]


def _score_june(tx: Turn) -> None:
    tx.connection.execute(insert(SCORES).values(vendor="示例甲电子有限公司", period="2026-06"))


def _form(change: Callable[[Workbook], None] = lambda _: None) -> bytes:
    """A blank order form, after somebody changed it in Excel."""
    blank = forms.blank_form(known()["orders"], HOME.lexicon.vocabularies["orders"], "zh", NOW)
    whole = openpyxl.load_workbook(io.BytesIO(excel_out.render(HOME.words.render(blank), HOME.words, NOW)))
    change(whole)
    memory = io.BytesIO()
    whole.save(memory)
    return repacked(memory.getvalue())


def _output() -> bytes:
    """A report that we wrote, of a table that could be somebody's order ledger."""
    header, *rows = ([cell.strip() for cell in line.split("|")] for line in (HEADER, FIRST, SECOND))
    table = decisions.Table(tuple(decisions.Column(word) for word in header), tuple(tuple(row) for row in rows))
    report = decisions.Workbook("reports", "外协周报", (decisions.Sheet("订单", "订单", (), (table,)),))
    return excel_out.render(report, HOME.words, NOW)


LISTED = (("A-1", "示例甲电子有限公司"), ("A-2", "虚构乙五金有限公司"), ("A-3", "示例丙塑胶有限公司"))


def _list(change: Callable[[Worksheet], None] = lambda _: None) -> bytes:
    """A list of three alerts as the robots hand it out, after somebody answered in it."""
    open_ones = (
        decisions.Column("处理状态", decisions.Look.TEXT, 12, open=True, choices=("已确认", "处理中", "无需处理")),
        decisions.Column("预警处理人", open=True),
        decisions.Column("承诺解决日期", decisions.Look.DATE, open=True),
        decisions.Column("处理说明", open=True),
    )
    columns = (decisions.Column("预警编号"), decisions.Column("供应商"), *open_ones)
    table = decisions.Table(columns, tuple((*row, "", "", "", "") for row in LISTED))
    return _handed_out("alert_answers", "预警清单", table, change)


def _handed_out(kind: str, name: str, table: decisions.Table, change: Callable[[Worksheet], None]) -> bytes:
    form = Form(f"{kind}-20260706", 1, kind)
    whole = decisions.Workbook("forms", name, (decisions.Sheet(name, name, (), (table,)),), form)
    answered = openpyxl.load_workbook(io.BytesIO(excel_out.render(whole, HOME.words, NOW)))
    change(answered.worksheets[0])
    memory = io.BytesIO()
    answered.save(memory)
    return repacked(memory.getvalue())


def _rulings(fault: str) -> bytes:
    """A ruling form on one appeal, for an order that nobody knows."""
    columns = tuple(decisions.Column(word) for word in ("申诉编号", "供应商", "订单号", "行号", "申诉理由"))
    asked = tuple(decisions.Column(word, open=True) for word in ("责任方", "处理结果", "处理人"))
    row = ("SS-1", "示例甲电子有限公司", "PO-999", "1", "图纸晚到", "", "", "")
    table = decisions.Table((*columns, *asked), (row,))
    return _handed_out(
        "appeals", "申诉裁定", table, lambda sheet: _write(sheet, 0, {6: fault, 7: "成立", 8: "示例经理"})
    )


_NUMBERS = ("编号", "付款批次")


def _first(sheet: Worksheet) -> int:
    """The number of a form's first row, under the header that starts with a number's name."""
    return next(cell.row for (cell,) in sheet.iter_rows(max_col=1) if str(cell.value).endswith(_NUMBERS)) + 1


def _write(sheet: Worksheet, row: int, cells: Mapping[int, object]) -> None:
    """Write into a row of a form, the first being 0."""
    for column, value in cells.items():
        sheet.cell(_first(sheet) + row, column).value = value  # type: ignore[assignment]


def _answered(cells: Mapping[int, object]) -> bytes:
    return _list(lambda sheet: _write(sheet, 0, cells))


def _approval_with_another_sum() -> bytes:
    """An approval form that came back with its sealed amount changed."""
    words = ("付款批次", "付款键", "收款单位", "收款账号", "发票号码", "订单/行", "申请金额", "付款到期", "审批人")
    line = (
        "FK-20260630-01",
        "f" * 24,
        "示例甲电子有限公司",
        "6222000000000000001",
        "A-1",
        "PO-001/1",
        565,
        "",
        "示例经理",
    )
    open_ones = tuple(decisions.Column(word, open=True) for word in ("审批意见", "审批理由", "批准码"))
    columns = (*(decisions.Column(word) for word in words), *open_ones)
    table = decisions.Table(columns, ((*line, "", "", ""),))
    return _handed_out("approvals", "付款审批", table, lambda sheet: _write(sheet, 0, {7: 655, 10: "同意"}))


def _swapped(sheet: Worksheet) -> None:
    for column in (1, 2):
        upper, lower = (sheet.cell(_first(sheet) + row, column) for row in (0, 1))
        upper.value, lower.value = lower.value, upper.value
    _write(sheet, 0, {3: "处理中"})


def _without_a_row(sheet: Worksheet) -> None:
    sheet.delete_rows(_first(sheet) + 1)
    _write(sheet, 0, {3: "处理中"})


def _with_a_row(sheet: Worksheet) -> None:
    _write(sheet, 3, {1: "A-9", 2: "虚构庚精密机械厂", 3: "处理中"})
    _write(sheet, 0, {3: "处理中"})


def _issue_june(tx: Turn) -> None:
    tx.connection.execute(insert(ISSUED).values(what="scorecard-final", period="2026Q2", whom="", day="2026-07-03"))


CONFIRMED = (
    "我方对账单编号 | 供应商 | 币种 | 对账截止日 | 核对项目 | 我方账面 | 对方账面 | 对方确认 | 差额说明 | 对账确认人\n"
    "2026-06-90A619 | 示例甲电子有限公司 | CNY | 2026-06-30 | "
)
PLAN = "供应商 | 评价期间 | 改进指标 | 改进措施 | 改进责任人 | 改进完成期限\n示例甲电子有限公司 | 2026Q2 | 按时交付率 | 每周报排产 | 示例主管 | "


def _other_header(form: Workbook) -> None:
    form.worksheets[0]["C5"] = "数目"


def _other_id(form: Workbook) -> None:
    form["_robots"]["B2"] = "orders-1"


def _spoilt(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """A workbook in one part of which some bytes are others."""
    memory = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            whole = source.read(name)
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            target.writestr(info, whole.replace(old, new) if name == part else whole, zipfile.ZIP_DEFLATED)
    return memory.getvalue()


def _checked(name: str) -> Finding:
    with tempfile.TemporaryDirectory() as folder:
        return desk.check(str(Path(folder) / name), HOME.lexicon, HOME)[0].findings[0]


def _bomb() -> bytes:
    return book("订单号 | " + "0" * 9_000)


WHOLE = orders(FIRST, SECOND)
TWO_SHEETS = xlsx(Sheet("订单", f"{HEADER}\n{FIRST}"), Sheet("补充", f"{HEADER}\n{SECOND}"))
SHEET_1, SHEET_2 = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
CONTRACT_AND_INVOICE = """
    合同编号： | HT-1 | 供应商： | 示例甲电子有限公司
    生效日期： | 2026-01-01 | 到期日期： | 2026-12-31
    合同金额： | 1000 | 发票号码： | '26112000000012345678
    开票日期： | 2026-06-25 | 价税合计： | 113
"""
CASES = (
    # ------------------------------------------------ files
    _one("FILE_EMPTY", b""),
    _one("FILE_INCOMPLETE", WHOLE[: len(WHOLE) // 2]),
    _one("FILE_BOMB", _bomb(), unpacked=10_000, how="the package may hold 10,000 bytes"),
    _one("FILE_PASSWORD", locked(WHOLE, "secret")),
    _one("FILE_PASSWORD_WRONG", locked(WHOLE, "secret"), passwords=("another",), how="the keyring holds another one"),
    _one("FILE_NOT_A_WORKBOOK", "尊敬的采购部：附件稍后补上。".encode(), "对账函.xlsx"),
    _one("FILE_NOT_A_BOARD", '{"tickets": [{"id": 1, "title": "登录失败"}]}'.encode(), "问题单.json"),
    _one("FILE_DAMAGED", _spoilt(WHOLE, "xl/workbook.xml", b"<sheets>", b"<sheets")),
    _one("FILE_TOO_LARGE", WHOLE, limits=Limits(10, 1), how="reading may take one megabyte"),
    _one("FILE_TOO_SLOW", WHOLE, limits=Limits(0.01, 512), how="reading may take a hundredth of a second"),
    Case("FILE_KILLED_READER", (), how="the reading process ends over the file",
         provoke=lambda: refusal(lambda room: room._ask(os._exit, 1))),
    Case("FILE_FAILED", (), how="our own code raises an error over the file",
         provoke=lambda: refusal(lambda room: room._ask(int, "no number"))),
    Case("FILE_IN_USE", (), how="a folder of that name stands in its place", provoke=lambda: _checked(".")),
    Case("FILE_NOT_FOUND", (), how="there is no file of that name", provoke=lambda: _checked("没有的.xlsx")),
    _one("FILE_NOTHING_KNOWN", book("会议 | 时间 | 人数\n例会 | 周一 | 12"), "会议安排.xlsx"),
    _one("SYNC_CONFLICT", WHOLE, "订单-冲突.xlsx"),
    Case("NOTHING_NEW", (("订单.xlsx", WHOLE), ("订单.xlsx", WHOLE))),
    _one("SECOND_READER", _spoilt(WHOLE, SHEET_1, b'<dimension ref="A1:E3"', b'<dimension ref="1:3"'), "订单（导出）.xlsx"),
    # ------------------------------------------------ sheets
    _one("SHEET_LEFT", xlsx(Sheet("订单", f"{HEADER}\n{FIRST}"), Sheet("说明", "这里写说明"))),
    _one("SHEET_HIDDEN", xlsx(Sheet("订单", f"{HEADER}\n{FIRST}"), Sheet("旧", f"{HEADER}\n{SECOND}", hidden="hidden"))),
    _one("SHEET_UNREADABLE", _spoilt(TWO_SHEETS, SHEET_2, b"<sheetData>", b"<sheetData></row>")),
    _one("SHEET_LACKS_COLUMNS", book("订单号 | 供应商 | 订单数量 | 承诺交期\nPO-001 | 示例甲电子有限公司 | 100 | 2026-06-20")),
    _one("SHEET_RESEMBLES", book(OTHER_WORDS), "开票明细.xlsx"),
    _one("SHEET_NOT_KNOWN", xlsx(Sheet("订单", f"{HEADER}\n{FIRST}"), Sheet("员工", "姓名 | 工号 | 部门\n示例张 | 17 | 采购部"))),
    _one("SENDER_LACKS_COLUMNS", delimited(f"{ISSUE.replace(' | Labels', '')}\nSRM-1 | 登录失败 | 2026-06-02 09:14"), "导出.csv",
         sender={"columns": ISSUES}),
    _one("SHEET_IS_FORM", book("合同编号： | HT-1 | 供应商： | 示例甲电子有限公司\n生效日期： | 2026-01-01 | 到期日期： | 2026-12-31"), "合同.xlsx"),
    _one("KIND_TWICE", book(CONTRACT_AND_INVOICE), "合同与发票.xlsx"),
    _one("TABLE_BELOW", book(f"{HEADER}\n{FIRST}\n.\n{DELIVERY}100 | 100 | 0")),
    _one("ROWS_LEFT", book(f"{HEADER}\n{FIRST}\n.\n订单号 | 备注 | 说明 | 序号\nPO-001 | 急 | 无 | 1")),
    _one("CELLS_FAR_AWAY", orders(FIRST, cells={"XFD900000": "误录"})),
    _one("PERIOD_NO_YEAR", book(SURVEY), "满意度.xlsx"),
    _one("EXPECTED_COLUMNS", WHOLE, sender={"expect": {"orders": Expected(columns=("采购组",))}}),
    _one("EXPECTED_ROWS", WHOLE, sender={"expect": {"orders": Expected(least=10, most=500)}}),
    _one("FORM_KNOWN", _form(), "随便的名字.xlsx"),
    _one("FORM_CHANGED", _form(_other_header), "外协订单 空表.xlsx"),
    _one("FORM_VOID", _approval_with_another_sum(), "付款审批单.xlsx"),
    _one("OWN_OUTPUT", _output(), "外协周报.xlsx", how="a report of the robots' own is dropped back"),
    _one("FORM_BLANK", _list(), "预警清单.xlsx"),
    _one("FORM_ROWS_GONE", _list(_without_a_row), "预警清单.xlsx"),
    _one("FORM_ROWS_ADDED", _list(_with_a_row), "预警清单.xlsx"),
    _one("FORM_SORTED", _list(_swapped), "预警清单.xlsx"),
    _one("FORM_BROKEN", _form(_other_id), "外协订单 空表.xlsx"),
    # ------------------------------------------------ columns
    _one("FIELD_TWICE", orders(FIRST + " | 6", header=HEADER + " | 不含税单价")),
    _one("COLUMN_UNKNOWN", orders(FIRST + " | 甲组", header=HEADER + " | 采购组")),
    _one("COLUMN_NAMELESS", orders(FIRST + " | | 甲组", header=HEADER)),
    _one("CURRENCY_OTHER_COLUMN", orders(FIRST, header=HEADER.replace("单价", "单价(USD)"))),
    _one("UNIT_NOT_READ", orders(FIRST, header=HEADER.replace("单价", "单价(元/千件)"))),
    _one("FILLED_DOWN", orders(FIRST, " | | 20 | 8 | 2026-06-25", " | | 30 | 9 | 2026-06-26")),
    _one("FILL_DOWN_ASKED", orders(FIRST, " | 示例甲电子有限公司 | 20 | 8 | 2026-06-25",
                                   " | 示例甲电子有限公司 | 30 | 9 | 2026-06-26")),
    _one("FIGURE_MERGED", orders(FIRST, "PO-002 | 示例甲电子有限公司 | | 8 | 2026-06-25", merged="C2:C3")),
    # ------------------------------------------------ cells
    _one("DATE_BAD", order("2026/6/31", 4)),
    _one("DATE_DOUBTFUL", orders("PO-001 | 示例甲电子有限公司 | 100 | 5.5 | '5/3/2026")),
    _one("DATE_NO_YEAR", order("6月20日", 4)),
    _one("DATE_IS_PERIOD", order("2026.6-2026.7", 4)),
    _one("DATE_MONTH_ONLY", order("'2026.6", 4)),
    _one("DATE_SERIAL", order("46193", 4)),
    _one("DATE_WAS_NUMBER", order("1905-07-08", 4)),
    _one("PERIOD_BAD", book("供应商 | 评价期间 | 评价人 | 满意度\n示例甲电子有限公司 | 上半年 | 虚构质量部 | 5"), "满意度.xlsx"),
    _one("NUMBER_BAD", order("面议", 3)),
    _one("NOTE_IN_CELL", order("2026年7月19日付632680元", 3)),
    _one("NOT_WHOLE", book(CONTRACT.replace("税率", "质保期") + "1.5"), "合同.xlsx"),
    _one("RATE_BAD", book(CONTRACT + "按合同"), "合同.xlsx"),
    _one("PRICE_WITH_TAX", book(f"{WITH_TAX} | 税率\n{TAXED} | 0.13")),
    _one("TAX_RATE_UNKNOWN", book(f"{WITH_TAX} | 合同编号\n{TAXED} | HT-9")),
    _one("READ_AS_SHARE", book(CONTRACT.replace("税率", "预付款") + "'30%"), "合同.xlsx"),
    _one("RATE_DOUBTFUL", book(CONTRACT + "1"), "合同.xlsx"),
    _one("CURRENCY_OTHER", order("'$5.50", 3)),
    _one("CURRENCY_UNKNOWN", orders(FIRST + " | 外币", header=HEADER + " | 币种")),
    _one("OUT_OF_RANGE", order("-100", 2)),
    _one("WORD_UNKNOWN", book("供应商名称 | 准入状态\n示例甲电子有限公司 | 合格的"), "供应商台账.xlsx"),
    _one("WORD_DECIDES", book(f"{PAID} | 付款状态\n{PAYMENT} | 挂账"), "回单.xlsx"),
    _one("AMOUNT_SIGNED", book(f"{PAID}\n{PAYMENT.replace('565', '-565')}"), "明细.xlsx"),
    _one("COLUMN_DECIDES", book(f"{PAID} | 指令情况\n{PAYMENT} | 失败"), "回单.xlsx"),
    _one("ID_DAMAGED", book("供应商名称 | 银行账号\n示例甲电子有限公司 | 6222020200012345678"), "供应商台账.xlsx"),
    _one("ID_ZEROED", book("供应商名称 | 银行账号\n示例甲电子有限公司 | '6222020200012340000"), "供应商台账.xlsx"),
    _one("ID_ZEROS_LOST", orders("'00123 | 示例甲电子有限公司 | 100 | 5.5 | 2026-06-20",
                                 "124 | 示例甲电子有限公司 | 20 | 8 | 2026-06-25")),
    _one("ID_IS_DATE", order("1922-03-29", 0)),
    _one("PICK_SEVERAL", delimited(f"{ISSUE} | Labels\n{SRM} | 供应商-示例甲 | 供应商-虚构乙"), "导出.csv", sender=LABELS),
    _one("PICK_NONE", delimited(f"{ISSUE} | Labels\n{SRM} | 紧急 | 登录"), "导出.csv", sender=LABELS),
    _one("ERROR_CELL", order("#REF!", 3)),
    _one("FORMULA_NOT_CALCULATED", openpyxl_xlsx(Sheet("订单", f"{HEADER}\nPO-001 | 示例甲电子有限公司 | =50+50 | 5.5 | 2026-06-20"))),
    # ------------------------------------------------ rows
    _one("REQUIRED_BLANK", order(" ", 3)),
    _one("ANSWER_MISSING", _answered({4: "虚构员", 6: "已催"}), "预警清单.xlsx"),
    _one("ANSWER_WORD", _answered({3: "搞定了"}), "预警清单.xlsx"),
    _one("PROMISE_PAST", _answered({3: "处理中", 5: date(2026, 7, 1)}), "预警清单.xlsx"),
    _one("STATEMENT_DISPUTED", book(CONFIRMED + "期末余额 | 565 | 678 | 不符 | 少一张发票 | 虚构会计"), "回传.xlsx"),
    _one("RULING_FAULT", _rulings("供方"), "申诉裁定单.xlsx"),
    _one("RULING_NO_LINE", _rulings("需方"), "申诉裁定单.xlsx"),
    Case("PLAN_TOO_EARLY", (("订单.xlsx", WHOLE), ("改进计划.xlsx", book(PLAN + "2026-06-30"))), before=_issue_june),
    _one("REQUIRED_UNKNOWN", order("暂无", 3)),
    _one("ENDS_BEFORE_START", book(CONTRACT.replace("2026-12-31", "2025-12-31") + "0.13"), "合同.xlsx"),
    _one("PROMISED_BEFORE_ORDERED", orders(FIRST + " | 2026-07-01", header=HEADER + " | 下单日期")),
    _one("DATES_BACKWARDS", book("变更单号 | 合同编号 | 申请日期 | 批准日期\nBG-1 | HT-1 | 2026-06-05 | 2026-06-01"), "变更单.xlsx"),
    _one("PART_OVER_WHOLE", book("检验单号 | 抽检数 | 不良数 | 判定\nJY-1 | 20 | 32 | 拒收"), "来料检验.xlsx"),
    _one("JUDGED_OVER_RECEIVED", book(DELIVERY + "100 | 98 | 5"), "收货.xlsx"),
    _one("TAX_DOES_NOT_ADD_UP", book(INVOICE + "100 | 13 | 131"), "发票登记.xlsx"),
    _one("SUM_OF_ROWS", book(TWO_ROWS), "发票登记.xlsx"),
    _one("GROSS_BLANK", book(TWO_ROWS), "发票登记.xlsx"),
    _one("ROW_TOTAL", orders(FIRST, SECOND, "合计 | | 120 | | ")),
    _one("ROW_HEADER", orders(FIRST, HEADER, SECOND)),
    _one("ROW_NOTE", orders(FIRST, "制表：虚构甲")),
    _one("TOTAL_DOES_NOT_FOOT", orders(FIRST, SECOND, "合计 | | 130 | | ")),
    _one("ROW_DOES_NOT_FOOT", orders(FIRST + " | 40 | 50 | 100", header=HEADER + " | 上半年 | 下半年 | 全年"),
         sender={"foots": (Foot(("上半年", "下半年"), "全年"),)}),
    _one("KEY_TWICE", orders(FIRST, FIRST)),
    _one("MORE_OF_THIS", delimited("\n".join([HEADER, *(f"PO-{n} | 甲 | 1 | 1 | x" for n in range(1002))])), "订单.csv"),
    # ------------------------------------------------ over several files
    Case("KEY_ELSEWHERE", (("订单一.xlsx", WHOLE), ("订单二.xlsx", order("6", 3)))),
    Case("ANSWERS_DIFFER", (("甲.xlsx", _answered({3: "处理中", 4: "示例甲"})),
                            ("乙.xlsx", _answered({3: "无需处理", 4: "虚构乙"})))),
    Case("ROWS_GONE", (("订单.xlsx", WHOLE), ("订单.xlsx", orders(FIRST)))),
    Case("SILENT_EDIT", (("订单.xlsx", WHOLE), ("订单.xlsx", order("2026-06-30", 4))), before=_score_june),
    Case("VENDOR_NEAR", (("供应商台账.xlsx", book(VENDORS)), ("订单.xlsx", order("示例甲电子有限责任公司", 1)))),
    Case("VENDOR_RENAMED", (("供应商台账.xlsx", book(CODED)), ("供应商台账.xlsx", book(CODED.replace("甲电子", "甲科技"))))),
    Case("VENDOR_CODE_REUSED", (("供应商台账.xlsx", book(CODED)), ("供应商台账.xlsx", book(REUSED)))),
    Case("VENDOR_UNKNOWN", (("供应商台账.xlsx", book(VENDORS)), ("订单.xlsx", order("虚构庚精密机械厂", 1)))),
)  # fmt: skip
