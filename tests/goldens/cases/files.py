"""Formats and endings: what a file is, whatever its name says; locked, broken off, partly bad."""

from __future__ import annotations

from tests.goldens.golden import golden
from tests.goldens.writers import Sheet, delimited, html_table, lines, locked, xls, xlsx

_INVOICES = """
    发票号码 | 供应商 | 开票日期 | 税率 | 价税合计
    '26312000000000000801 | 示例甲电子有限公司 | 2026-03-01 | 13% | 1130
    '26312000000000000802 | 样例丙包装有限公司 | 2026-03-02 | 6% | 106
"""


@golden(
    60,
    "发票登记.xls",
    complaints=["3月!E5 ERROR_CELL #REF!"],
    invoices="""
        invoice_no           | vendor               | invoiced_on | tax_rate | gross
        26312000000000000811 | 示例甲电子有限公司   | 2026-03-01  | 0.13     | 1130
        26312000000000000812 | 示例甲电子有限公司   | 2026-03-02  | 0.13     | 226
    """,
)
def an_old_xls_with_merged_vendors_and_an_error() -> bytes:
    """Excel 97 的 .xls：标题合并、供应商竖向合并、真日期、百分比格式，还有一个 #REF!。
    An .xls of Excel 97: merged title and vendors, true dates, percent formats and one #REF!.
    """
    text = """
        3月发票登记
        发票号码 | 供应商 | 开票日期 | 税率 | 价税合计
        '26312000000000000811 | 示例甲电子有限公司 | 2026-03-01 | 13% | 1130
        '26312000000000000812 | | 2026-03-02 | 13% | 226
        '26312000000000000813 | 样例丙包装有限公司 | 2026-03-03 | 6% | #REF!
    """
    return xls(Sheet("3月", text, merged="A1:E1 B3:B4"))


@golden(
    61,
    "WPS外协订单.et",
    orders="""
        order_id | vendor             | quantity | unit_price | promised_on
        PO-1     | 示例甲电子有限公司 | 10       | 5.5        | 2026-05-01
    """,
)
def a_wps_workbook() -> bytes:
    """WPS 的 .et 文件，内容就是 Excel 97 格式。
    An .et of WPS, which is the format of Excel 97 inside.
    """
    text = """
        订单号 | 供应商 | 订单数量 | 单价 | 承诺交期
        PO-1 | 示例甲电子有限公司 | 10 | 5.5 | 2026-05-01
    """
    return xls(Sheet("订单", text))


@golden(
    62,
    "收货导出_GBK.csv",
    deliveries="""
        delivery_id | order_id | vendor               | delivered_on | received | accepted
        SH-1        | PO-1     | 示例甲电子有限公司   | 2026-03-05   | 1200     | 1195
        SH-2        | PO-2     | 虚构乙机加工有限公司 | 2026-03-06   | 30       | 30
    """,
)
def a_csv_in_gbk_with_semicolons() -> bytes:
    """GBK 编码、分号分隔的 CSV，数字里带千分位逗号。
    A CSV in GBK with semicolons between cells and commas within numbers.
    """
    text = """
        送货单号 | 订单号 | 供应商 | 到货日期 | 到货数 | 合格数
        SH-1 | PO-1 | 示例甲电子有限公司 | 2026/3/5 | 1,200 | 1,195
        SH-2 | PO-2 | 虚构乙机加工有限公司 | 2026/3/6 | 30 | 30
    """
    return delimited(text, ";", "gbk")


@golden(
    63,
    "供应商导出.csv",
    vendors="""
        vendor             | vendor_id | status | bank_account        | contact
        示例甲电子有限公司 | 0001      | 合格   | 6222000000000001107 | 虚构甲
        示例丁线束有限公司 | 0004      | 试点   | 6222000000000004400 | 虚构丁,采购
    """,
)
def a_csv_in_utf8_with_a_bom() -> bytes:
    """带 BOM 的 UTF-8 CSV：编码有前导零，账号十九位，联系人里有逗号。
    A CSV in UTF-8 with a BOM: leading zeros, accounts of nineteen digits, a comma inside a cell.
    """
    text = """
        供应商编码 | 供应商名称 | 准入状态 | 银行账号 | 联系人
        0001 | 示例甲电子有限公司 | 合格 | 6222000000000001107 | 虚构甲
        0004 | 示例丁线束有限公司 | 试点 | 6222000000000004400 | 虚构丁,采购
    """
    return delimited(text)


@golden(
    64,
    "SCMS_Delivery_History_示例.csv",
    orders="""
        order_id  | line | vendor                  | item           | quantity | unit_price | ordered_on | promised_on | currency
        SCMS-9001 | 1    | Example Pharma 示例药   | Sample tablets | 1000     | 0.05       |            | 2006-06-02  | USD
        SCMS-9001 | 2    | Example Pharma 示例药   | Sample syrup   | 500      | 1.2        | 2006-05-14 | 2006-07-14  | USD
    """,
    deliveries="""
        order_id  | line | vendor                  | delivered_on | received | accepted
        SCMS-9001 | 1    | Example Pharma 示例药   | 2006-06-02   | 1000     | 1000
        SCMS-9001 | 2    | Example Pharma 示例药   | 2006-07-20   | 500      | 500
    """,
)
def tabs_and_bare_carriage_returns() -> bytes:
    """一个老系统的导出：制表符分隔、行尾只有 CR，日期写“2-Jun-06”，未知处写“Date Not Captured”。
    An old system's export: tabs, bare CR at line ends, dates as 2-Jun-06, and Date Not Captured where unknown.
    """
    words = (
        "ID | Project Code | PO / SO # | Country | Vendor | Item Description | Product Group | Line Item Quantity"
        " | Unit Price | PO Sent to Vendor Date | Scheduled Delivery Date | Delivered to Client Date | Weight (Kilograms)"
    )
    vendor = "Example Pharma 示例药"
    rows = [
        words,
        f"1 | 100-EX | SCMS-9001 | Sampleland | {vendor} | Sample tablets | ARV | 1000 | 0.05 | Date Not Captured | 2-Jun-06 | 2-Jun-06 | Weight Captured Separately",
        f"2 | 100-EX | SCMS-9001 | Sampleland | {vendor} | Sample syrup | ARV | 500 | 1.20 | 5/14/06 | 14-Jul-06 | 20-Jul-06 | 85",
    ]
    return delimited(lines(rows), "\t", "utf-8", "\r")


@golden(
    65,
    "ERP订单导出.xls",
    orders="""
        order_id | vendor               | item  | quantity | unit_price | promised_on
        PO-1     | 示例甲电子有限公司   | 板卡A | 10       | 5.5        | 2026-05-01
        PO-2     | 虚构乙机加工有限公司 | 支架B | 20       | 8          | 2026-05-02
    """,
)
def an_xls_that_is_gbk_text() -> bytes:
    """扩展名是 .xls，内容其实是 GBK 编码、制表符分隔的文本。
    The ending says .xls, the content is text in GBK with tabs.
    """
    text = """
        订单号 | 供应商 | 品名 | 数量 | 单价 | 交期
        PO-1 | 示例甲电子有限公司 | 板卡A | 10 | 5.5 | 2026-05-01
        PO-2 | 虚构乙机加工有限公司 | 支架B | 20 | 8 | 2026-05-02
    """
    return delimited(text, "\t", "gbk")


@golden(
    66,
    "发票查询结果.xls",
    invoices="""
        invoice_no           | vendor             | invoiced_on | tax_rate | gross
        26312000000000000801 | 示例甲电子有限公司 | 2026-03-01  | 0.13     | 1130
        26312000000000000802 | 样例丙包装有限公司 | 2026-03-02  | 0.06     | 106
    """,
)
def an_xls_that_is_a_web_page() -> bytes:
    """系统“导出 Excel”得到的 .xls，内容其实是 HTML 表格。
    An .xls from a system's export to Excel, which is a web page with a table.
    """
    return html_table(_INVOICES)


@golden(67, "供应商账户（加密）.xlsx", complaints=["! FILE_PASSWORD"])
def a_workbook_with_a_password() -> bytes:
    """工作簿设了打开密码，谁也读不了，要请发件人去掉密码。
    A workbook with a password to open it: nobody can read it, the sender is asked.
    """
    text = """
        供应商名称 | 供应商编码 | 准入状态 | 银行账号
        示例甲电子有限公司 | V-001 | 合格 | '6222000000000001107
    """
    return locked(xlsx(Sheet("账户", text)), "示例密码")


@golden(68, "外协订单（没复制完）.xlsx", complaints=["! FILE_INCOMPLETE"])
def a_file_broken_off_while_it_was_copied() -> bytes:
    """从共享盘复制到一半断了，只有前面七成的内容。
    Copying from a share broke off: only the first seven tenths are there.
    """
    text = """
        订单号 | 供应商 | 订单数量 | 单价 | 承诺交期
        PO-1 | 示例甲电子有限公司 | 10 | 5.5 | 2026-05-01
    """
    whole = xlsx(Sheet("订单", text))
    return whole[: len(whole) * 7 // 10]


@golden(
    69,
    "3月收货验收（有几处要改）.xlsx",
    complaints=[
        "收货!C3 DATE_BAD there is no 31 February",
        "收货!D4 NUMBER_BAD about 120 is no number",
        "收货!B5 REQUIRED_BLANK",
        "收货!E6 JUDGED_OVER_RECEIVED 98 accepted and 5 rejected of 100",
        "收货!E7 OUT_OF_RANGE",
        "收货!9 KEY_TWICE the same delivery again",
        "旧格式! SHEET_LACKS_COLUMNS no column for the quantity received",
    ],
    deliveries="""
        delivery_id | order_id | delivered_on | received | accepted | rejected
        SH-1        | PO-1     | 2026-03-01   | 100      | 100      | 0
        SH-7        | PO-7     | 2026-03-07   | 70       | 70       | 0
        SH-9        | PO-9     | 2026-03-09   | 90       | 90       |
    """,
)
def a_partly_bad_workbook_that_gives_its_good_rows() -> bytes:
    """一张表里坏了五格、重了一行，另一张表缺列：坏的指出来，好的照收。
    Five bad cells and a row twice on one sheet, a column missing on another: the bad is named, the good is taken.
    """
    text = """
        送货单号 | 订单号 | 到货日期 | 到货数 | 合格数 | 不合格数
        SH-1 | PO-1 | 2026-03-01 | 100 | 100 | 0
        SH-2 | PO-2 | 2026/2/31 | 20 | 20 | 0
        SH-3 | PO-3 | 2026-03-03 | 约120 | 100 | 0
        SH-4 | | 2026-03-04 | 40 | 40 | 0
        SH-5 | PO-5 | 2026-03-05 | 100 | 98 | 5
        SH-6 | PO-6 | 2026-03-06 | 60 | -60 | 0
        SH-7 | PO-7 | 2026-03-07 | 70 | 70 | 0
        SH-1 | PO-1 | 2026-03-01 | 100 | 100 | 0
        SH-9 | PO-9 | 2026-03-09 | 90 | 90 | -
    """
    old = """
        送货单号 | 订单号 | 到货日期 | 备注
        SH-8 | PO-8 | 2026-03-08 | 数量见纸单
    """
    return xlsx(Sheet("收货", text), Sheet("旧格式", old))
