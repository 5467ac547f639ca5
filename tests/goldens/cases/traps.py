"""Messes that come in twos, and rows that look like something else: where a rule of thumb would go wrong."""

from __future__ import annotations

from tests.goldens.golden import golden
from tests.goldens.writers import Sheet, delimited, html_page, ods, xlsx


@golden(
    70,
    "外协加急订单.xlsx",
    orders="""
        order_id | vendor               | quantity | unit_price | promised_on
        PO-1     | 示例甲电子有限公司   | 10       | 5          | 2026-05-01
        PO-2     | 示例甲电子有限公司   | 20       | 5          | 2026-05-02
        PO-3     | 示例甲电子有限公司   | 30       | 10         | 2026-05-03
        PO-4     | 虚构乙机加工有限公司 | 60       | 20         | 2026-05-04
    """,
)
def rows_of_data_that_look_like_totals() -> bytes:
    """加粗的加急订单，数量恰好等于上面几行之和：它们有订单号和供应商，是数据不是合计。
    Urgent orders in bold whose figures happen to be the sum of the rows above: they are data.
    """
    text = """
        订单号 | 供应商 | 订单数量 | 单价 | 承诺交期
        PO-1 | 示例甲电子有限公司 | 10 | 5 | 2026-05-01
        PO-2 | 示例甲电子有限公司 | 20 | 5 | 2026-05-02
        **PO-3** | **示例甲电子有限公司** | **30** | **10** | **2026-05-03**
        PO-4 | 虚构乙机加工有限公司 | 60 | 20 | 2026-05-04
    """
    return xlsx(Sheet("加急", text))


@golden(
    71,
    "按单收货明细.xlsx",
    deliveries="""
        delivery_id | order_id | vendor               | delivered_on | received | accepted
        SH-1        | PO-11    | 示例甲电子有限公司   | 2026-03-01   | 10       | 10
        SH-2        | PO-11    | 示例甲电子有限公司   | 2026-03-02   | 20       | 20
        SH-3        | PO-12    | 虚构乙机加工有限公司 | 2026-03-03   | 30       | 29
        SH-4        | PO-12    | 虚构乙机加工有限公司 | 2026-03-04   | 40       | 40
    """,
)
def merged_cells_that_reach_over_the_subtotal_row() -> bytes:
    """供应商与订单号的合并格一直盖到小计行，小计两个字写在第三列。
    Merged vendor and order cells reach down over the subtotal row, whose label stands in the third column.
    """
    text = """
        供应商 | 订单号 | 送货单号 | 到货日期 | 到货数 | 合格数
        示例甲电子有限公司 | PO-11 | SH-1 | 2026-03-01 | 10 | 10
        | | SH-2 | 2026-03-02 | 20 | 20
        | | 小计 | | 30 | 30
        虚构乙机加工有限公司 | PO-12 | SH-3 | 2026-03-03 | 30 | 29
        | | SH-4 | 2026-03-04 | 40 | 40
        | | 小计 | | 70 | 69
        总计 | | | | 100 | 99
    """
    return xlsx(Sheet("收货", text, merged="A2:A4 B2:B4 A5:A7 B5:B7"))


@golden(
    72,
    "外协订单确认（多单）.xlsx",
    orders="""
        order_id | vendor               | contract_id | item  | quantity | unit_price | promised_on
        PO-21    | 示例甲电子有限公司   | HT-21       | 板卡A | 10       | 100        | 2026-05-01
        PO-21    | 示例甲电子有限公司   | HT-21       | 板卡B | 20       | 90         | 2026-05-02
        PO-22    | 示例丁线束有限公司   | HT-22       | 线束A | 300      | 3          | 2026-05-03
    """,
)
def a_line_of_key_values_above_each_block() -> bytes:
    """一张表里几个订单，每块表头上方各有一行“订单号：… 供应商：… 合同编号：…”，块与块不同。
    Several orders on a sheet, each block with its own line 订单号:… 供应商:… 合同编号:… above its header.
    """
    text = """
        **外协订单确认**
        订单号：PO-21  供应商：示例甲电子有限公司  合同编号：HT-21
        行号 | 品名 | 数量 | 单价 | 交期
        1 | 板卡A | 10 | 100 | 2026-05-01
        2 | 板卡B | 20 | 90 | 2026-05-02
        合计 | | 30 | |
        .
        订单号：PO-22  供应商：示例丁线束有限公司  合同编号：HT-22
        行号 | 品名 | 数量 | 单价 | 交期
        1 | 线束A | 300 | 3 | 2026-05-03
        合计 | | 300 | |
    """
    return xlsx(Sheet("确认", text, merged="A1:E1 A2:E2 A8:E8"))


@golden(
    73,
    "收货台账2025年12月至2026年1月.xlsx",
    complaints=["? 12月!C ? the file's name tells two years", "? 1月!C ? the file's name tells two years"],
    deliveries="""
        delivery_id | order_id | delivered_on | received
        ? SH-1      | PO-1     | 2025-12-30   | 10
        ? SH-2      | PO-2     | 2026-01-04   | 20
    """,
)
def month_sheets_over_the_turn_of_the_year() -> bytes:
    """文件名跨两个年份，表名只有“12月”“1月”，日期只有月日：读成同一年必有一张错。
    The file's name spans two years, the sheets are 12月 and 1月, the dates have no year: one year for both is wrong.
    """
    december = """
        送货单号 | 订单号 | 到货日期 | 到货数
        SH-1 | PO-1 | 12月30日 | 10
    """
    january = """
        送货单号 | 订单号 | 到货日期 | 到货数
        SH-2 | PO-2 | 1月4日 | 20
    """
    return xlsx(Sheet("12月", december), Sheet("1月", january))


@golden(
    74,
    "多人满意度评价.xlsx",
    surveys="""
        vendor               | period | rater    | csat
        示例甲电子有限公司   | 2026Q1 | 虚构张三 | 5
        示例甲电子有限公司   | 2026Q1 | 虚构李四 | 4
        示例甲电子有限公司   | 2026Q1 | 虚构王五 | 4
        虚构乙机加工有限公司 | 2026Q1 | 虚构张三 | 3
        虚构乙机加工有限公司 | 2026Q1 | 虚构王五 | 2
    """,
)
def raters_side_by_side() -> bytes:
    """“评价人”下面并排三个人名，每人一列分数，再加一列平均。
    Three raters side by side under 评价人, a column of marks for each, and a mean.
    """
    text = """
        供应商 | 评价期间 | 评价人 | | | 平均
        | | 虚构张三 | 虚构李四 | 虚构王五 |
        示例甲电子有限公司 | 2026Q1 | 5 | 4 | 4 | =AVERAGE(C3:E3) -> 4.3333
        虚构乙机加工有限公司 | 2026Q1 | 3 | | 2 | =AVERAGE(C4:E4) -> 2.5
    """
    return xlsx(Sheet("评价", text, merged="A1:A2 B1:B2 C1:E1 F1:F2"))


@golden(
    75,
    "2026年供应商评分.xlsx",
    surveys="""
        vendor               | period  | rater      | csat
        示例甲电子有限公司   | 2026-01 | 虚构质量部 | 5
        示例甲电子有限公司   | 2026-02 | 虚构质量部 | 4
        示例甲电子有限公司   | 2026-03 | 虚构质量部 | 3
        虚构乙机加工有限公司 | 2026-01 | 虚构质量部 | 3
        虚构乙机加工有限公司 | 2026-03 | 虚构质量部 | 5
    """,
)
def months_with_a_mean_and_the_year_in_the_title() -> bytes:
    """月份列后面还有一列“平均”，年份在标题里；没评的月份写“-”。
    Months and then a mean, the year in the title, a dash for a month without a mark.
    """
    text = """
        **2026年度供应商评分（示例集团）**
        序号 | 供应商 | 评价人 | 1月 | 2月 | 3月 | 平均
        1 | 示例甲电子有限公司 | 虚构质量部 | 5 | 4 | 3 | =AVERAGE(D3:F3) -> 4
        2 | 虚构乙机加工有限公司 | 虚构质量部 | 3 | - | 5 | =AVERAGE(D4:F4) -> 4
    """
    return xlsx(Sheet("评分", text, merged="A1:G1"))


@golden(
    76,
    "季度评价.xlsx",
    surveys="""
        vendor               | period | rater      | csat | comment
        示例甲电子有限公司   | 2026Q1 | 虚构质量部 | 5    |
        示例甲电子有限公司   | 2026Q2 | 虚构质量部 | 4    | 有一次迟到
    """,
)
def quarters_without_a_year() -> bytes:
    """“季度”一列只写一季度、二季度，年份在标题里。
    The quarter column says 一季度 and 二季度; the year is in the title.
    """
    text = """
        **2026年度外协满意度评价**
        供应商 | 季度 | 评价人 | 满意度 | 评语
        示例甲电子有限公司 | 一季度 | 虚构质量部 | 5 |
        示例甲电子有限公司 | 第二季度 | 虚构质量部 | 4 | 有一次迟到
    """
    return xlsx(Sheet("评价", text, merged="A1:E1"))


@golden(
    77,
    "Orders 外协订单（中英）.xlsx",
    orders="""
        order_id | vendor             | item   | quantity | unit_price | promised_on | unit
        PO-1     | 示例甲电子有限公司 | PCB-A1 | 10       | 5.5        | 2026-05-01  | PCS
        PO-2     | 示例丁线束有限公司 | WH-2   | 20       | 8          | 2026-05-02  | PCS
    """,
)
def header_words_in_two_languages() -> bytes:
    """列名中英并列，上下两行写在一格里，有的用斜杠隔开。
    Header words in Chinese and English, one below the other in a cell or with a slash between.
    """
    text = r"""
        订单号\nOrder No. | 供应商\nSupplier | 品名/Item | 数量\nQty | 单价 Unit Price | 交期\nDue Date | 单位\nUnit
        PO-1 | 示例甲电子有限公司 | PCB-A1 | 10 | 5.5 | 2026-05-01 | PCS
        PO-2 | 示例丁线束有限公司 | WH-2 | 20 | 8 | 2026-05-02 | PCS
    """
    return xlsx(Sheet("Orders", text))


@golden(
    78,
    "送货登记（带星号）.xlsx",
    deliveries="""
        delivery_id | order_id | delivered_on | received | accepted
        SH-1        | PO-1     | 2026-03-01   | 10       | 10
        SH-2        | PO-2     | 2026-03-02   | 20       | 19
    """,
)
def stars_colons_and_numbers_in_header_words() -> bytes:
    """列名带星号、冒号和序号：“*订单号”“到货日期：”“3.到货数”“合格数量★”。
    Header words with stars, colons and numbers: *订单号, 到货日期:, 3.到货数.
    """
    text = """
        送货单号* | *订单号 | 到货日期： | 3.到货数 | 合格数量★
        SH-1 | PO-1 | 2026-03-01 | 10 | 10
        SH-2 | PO-2 | 2026-03-02 | 20 | 19
    """
    return xlsx(Sheet("登记", text))


@golden(
    79,
    "外协订单（填写要求）.xlsx",
    orders="""
        order_id | vendor             | quantity | unit_price | currency | contract_id | promised_on
        PO-1     | 示例甲电子有限公司 | 10       | 5.5        |          |             | 2026-05-01
        PO-2     | 示例丁线束有限公司 | 20       | 8          |          |             | 2026-05-02
    """,
)
def instructions_that_look_like_key_values() -> bytes:
    """表上方的填写要求写着“币种：外币请注明”“合同编号：没有可不填”，这不是数据。
    Instructions above the table say 币种:外币请注明 and 合同编号:没有可不填, which are no facts.
    """
    text = """
        填写要求
        币种：外币请注明
        合同编号：没有可不填
        .
        订单号 | 供应商 | 订单数量 | 单价 | 承诺交期
        PO-1 | 示例甲电子有限公司 | 10 | 5.5 | 2026-05-01
        PO-2 | 示例丁线束有限公司 | 20 | 8 | 2026-05-02
    """
    return xlsx(Sheet("订单", text, merged="A1:E1 A2:E2 A3:E3"))


@golden(
    80,
    "收货（日期成了数字）.xlsx",
    complaints=[
        "收货!C3 DATE_SERIAL 46086 is 2026-03-05 if it is a day at all",
        "收货!C4 ? half a date",
    ],
    deliveries="""
        delivery_id | order_id | delivered_on | received
        SH-1        | PO-1     | 2026-03-04   | 10
    """,
)
def dates_that_became_bare_numbers() -> bytes:
    """粘贴时丢了格式，日期变成 46086 这样的数字；还有一格只写了“2026年3月”。
    Pasting lost the format: a date became 46086; and one cell says only 2026年3月.
    """
    text = """
        送货单号 | 订单号 | 到货日期 | 到货数
        SH-1 | PO-1 | 2026-03-04 | 10
        SH-2 | PO-2 | 46086 | 20
        SH-3 | PO-3 | 2026年3月 | 30
    """
    return xlsx(Sheet("收货", text))


@golden(
    81,
    "收货统计导出.csv",
    deliveries="""
        delivery_id | order_id | delivered_on | received | accepted | rejected
        SH-1        | PO-1     | 2026-03-04   | 100      | 98       | 2
        SH-2        | PO-2     | 2026-03-06   | 250      | 250      | 0
    """,
)
def two_tiers_in_a_csv_that_knows_no_merged_cells() -> bytes:
    """两层表头另存成 CSV：合并信息没了，上层只剩第一格有字。
    Two tiers saved as CSV: what was merged is gone, and the group stands over its first column only.
    """
    text = """
        收货统计（3月） | | | | |
        单据 | | 到货 | | 检验结果 |
        送货单号 | 订单号 | 日期 | 数量 | 合格数 | 不合格数
        SH-1 | PO-1 | 2026-03-04 | 100 | 98 | 2
        SH-2 | PO-2 | 2026-03-06 | 250 | 250 | 0
    """
    return delimited(text)


@golden(
    82,
    "合同查询.xls",
    contracts="""
        contract_id | vendor             | starts_on  | ends_on    | amount
        HT-1        | 示例甲电子有限公司 | 2026-01-01 | 2026-12-31 | 120000
        HT-2        | 示例甲电子有限公司 | 2026-02-01 | 2026-06-30 | 80000
    """,
)
def a_web_page_with_cells_that_span() -> bytes:
    """系统导出的网页表格：表头两层，用 colspan、rowspan 跨格，供应商跨两行，数字带 &nbsp;。
    A web page called .xls whose header has two tiers by colspan and rowspan; a vendor spans two rows.
    """
    return html_page(
        '<tr><th rowspan="2">合同编号</th><th rowspan="2">供应商</th><th colspan="2">期限</th>'
        '<th rowspan="2">合同金额<br>(元)</th></tr>',
        "<tr><th>开始日期</th><th>结束日期</th></tr>",
        '<tr><td>HT-1</td><td rowspan="2">示例甲电子有限公司</td><td>2026-01-01</td><td>2026-12-31</td>'
        "<td>&nbsp;120,000.00</td></tr>",
        "<tr><td>HT-2</td><td>2026-02-01</td><td>2026-06-30</td><td>&nbsp;80,000.00</td></tr>",
    )


@golden(
    83,
    "外协订单（Unicode文本）.txt",
    orders="""
        order_id | vendor             | quantity | unit_price | promised_on
        PO-1     | 示例甲电子有限公司 | 10       | 5.5        | 2026-05-01
    """,
)
def unicode_text_as_excel_saves_it() -> bytes:
    """Excel“另存为 Unicode 文本”：UTF-16、制表符分隔、扩展名 .txt。
    Unicode text as Excel saves it: UTF-16 with tabs, and the ending .txt.
    """
    text = """
        订单号 | 供应商 | 订单数量 | 单价 | 承诺交期
        PO-1 | 示例甲电子有限公司 | 10 | 5.5 | 2026/5/1
    """
    return b"\xff\xfe" + delimited(text, "\t", "utf-16-le")


@golden(
    84,
    "供应商台账.ods",
    vendors="""
        vendor             | vendor_id | status | bank_account
        示例甲电子有限公司 | V-001     | 合格   | 6222000000000001107
        示例丁线束有限公司 | V-004     | 试点   | 6222000000000004400
    """,
)
def an_open_document_with_a_million_repeated_rows() -> bytes:
    """LibreOffice 的 .ods：数据下面一行空行写着“重复一百万次”。
    An .ods of LibreOffice in which one blank row below the data says that it is repeated a million times.
    """
    text = """
        供应商名称 | 供应商编码 | 准入状态 | 银行账号
        示例甲电子有限公司 | V-001 | 合格 | '6222000000000001107
        示例丁线束有限公司 | V-004 | 试点 | '6222000000000004400
    """
    return ods("台账", text)


@golden(
    85,
    "发票登记（两列含税金额）.xlsx",
    complaints=["发票! FIELD_TWICE 价税合计 and 含税金额 could both be the gross amount"],
)
def two_columns_that_could_be_a_required_amount() -> bytes:
    """发票的“价税合计”和“含税金额”两列数字不同：必填的金额说不清，整张表不收。
    价税合计 and 含税金额 differ on an invoice register: a required amount is in doubt, so nothing is taken.
    """
    text = """
        发票号码 | 供应商 | 开票日期 | 价税合计 | 含税金额
        '26312000000000000901 | 示例甲电子有限公司 | 2026-03-01 | 1130 | 1000
        '26312000000000000902 | 示例丁线束有限公司 | 2026-03-02 | 565 | 500
    """
    return xlsx(Sheet("发票", text))


@golden(
    86,
    "外协合同登记（万元）.xlsx",
    contracts="""
        contract_id | vendor               | starts_on  | ends_on    | amount  | advance
        HT-1        | 示例甲电子有限公司   | 2026-01-01 | 2026-12-31 | 653200  | 195960
        HT-2        | 虚构乙机加工有限公司 | 2026-02-01 | 2026-12-31 | 1080000 | 50000
    """,
)
def a_unit_line_above_and_another_unit_in_the_header() -> bytes:
    """表上方写“单位：万元”，而“预付款(元)”这一列自己写明是元；有一格还写着“5万元”。
    A line above says 单位:万元, while 预付款(元) says 元 itself, and one cell in it says 5万元.
    """
    text = """
        **外协合同登记表**
        | | | | | 单位：万元
        合同编号 | 供应商 | 生效日期 | 到期日期 | 合同金额 | 预付款(元)
        HT-1 | 示例甲电子有限公司 | 2026-01-01 | 2026-12-31 | 65.32 | 195960
        HT-2 | 虚构乙机加工有限公司 | 2026-02-01 | 2026-12-31 | 108 | 5万元
    """
    return xlsx(Sheet("合同", text, merged="A1:F1"))


@golden(
    87,
    "外协合同信息表（汇编）.xlsx",
    contracts="""
        contract_id | vendor               | starts_on  | ends_on    | amount
        HT-31       | 示例甲电子有限公司   | 2026-01-01 | 2026-12-31 | 100000
        HT-32       | 虚构乙机加工有限公司 | 2026-02-01 | 2027-01-31 | 250000
    """,
)
def a_form_on_each_sheet() -> bytes:
    """一个工作簿里每份合同一张表单，另有一张只有文字的目录。
    A workbook with a form for each contract on a sheet of its own, and a list of contents.
    """
    form = """
        **合同信息表**
        合同编号： | {0} | 供应商： | {1}
        生效日期： | {2} | 到期日期： | {3}
        合同金额： | {4} | 经办人： | 虚构购
        .
        审核意见： | 同意 | |
    """
    one = form.format("HT-31", "示例甲电子有限公司", "2026-01-01", "2026-12-31", "100000")
    two = form.format("HT-32", "虚构乙机加工有限公司", "2026-02-01", "2027-01-31", "25万元")
    return xlsx(Sheet("目录", "目录\n1. 板卡加工合同\n2. 机加外协合同"), Sheet("板卡", one), Sheet("机加", two))


@golden(
    88,
    "订单明细（组间有空行）.xlsx",
    complaints=[
        "订单!6 ? below a subtotal and a blank row: nobody knows whose line this is",
        "? 订单!A FILLED_DOWN which rows took the order above",
        "? 订单!B FILLED_DOWN which took the vendor",
    ],
    orders="""
        order_id | line | vendor               | item  | quantity | unit_price | promised_on
        PO-61    | 1    | 示例甲电子有限公司   | 板卡A | 10       | 100        | 2026-04-10
        PO-61    | 2    | 示例甲电子有限公司   | 板卡B | 20       | 90         | 2026-04-10
        PO-62    | 1    | 虚构乙机加工有限公司 | 支架A | 9        | 60         | 2026-04-20
        PO-62    | 2    | 虚构乙机加工有限公司 | 支架B | 8        | 50         | 2026-04-21
    """,
)
def a_group_without_its_first_row() -> bytes:
    """每组首行才写订单号和供应商；有一组与上面隔着小计和空行，首行漏写：不能接着上一组往下填。
    Written on the first row of a group only; one group, below a subtotal, lacks it: the group above is not its own.
    """
    text = """
        订单号 | 供应商 | 行号 | 品名 | 订单数量 | 单价 | 承诺交期
        PO-61 | 示例甲电子有限公司 | 1 | 板卡A | 10 | 100 | 2026-04-10
        | | 2 | 板卡B | 20 | 90 | 2026-04-10
        小计 | | | | 30 | |
        .
        | | 4 | 线束A | 70 | 4 | 2026-04-12
        .
        PO-62 | 虚构乙机加工有限公司 | 1 | 支架A | 9 | 60 | 2026-04-20
        | | 2 | 支架B | 8 | 50 | 2026-04-21
    """
    return xlsx(Sheet("订单", text))
