"""Quantities, amounts and rates: units, brackets, percentages, notes, errors."""

from __future__ import annotations

from tests.goldens.golden import golden
from tests.goldens.writers import Sheet, openpyxl_xlsx, xlsx


@golden(
    46,
    "外协订单（数字是文本）.xlsx",
    complaints=["订单!D9 NUMBER_BAD about 120 is no number"],
    orders="""
        order_id | vendor             | quantity | unit_price | promised_on
        PO-1     | 示例甲电子有限公司 | 12       | 1200       | 2026-05-01
        PO-2     | 示例甲电子有限公司 | 35000    | 0.85       | 2026-05-02
        PO-3     | 示例甲电子有限公司 | 1200     | 98         | 2026-05-03
        PO-4     | 示例甲电子有限公司 | 12       | 1.5        | 2026-05-04
        PO-5     | 示例甲电子有限公司 | 60       | 2500.5     | 2026-05-05
        PO-6     | 示例甲电子有限公司 | 7        | 33000      | 2026-05-06
        PO-7     | 示例甲电子有限公司 | 1500     | 8          | 2026-05-07
    """,
)
def numbers_written_as_text() -> bytes:
    """数量和单价写成文本：12件、3.5万、1,200、１２、￥、1,200.00元、人民币；还有一个“约120”。
    Quantities and prices as text: 12件, 3.5万, 1,200, full-width digits, ￥, 1,200.00元; and one 约120.
    """
    text = """
        订单号 | 供应商 | 交期 | 订单数量 | 单价
        PO-1 | 示例甲电子有限公司 | 2026-05-01 | 12件 | 1,200.00元
        PO-2 | 示例甲电子有限公司 | 2026-05-02 | 3.5万 | '0.85
        PO-3 | 示例甲电子有限公司 | 2026-05-03 | '1,200 | ￥98
        PO-4 | 示例甲电子有限公司 | 2026-05-04 | １２ | １．５
        PO-5 | 示例甲电子有限公司 | 2026-05-05 | 60 PCS | ¥ 2,500.50
        PO-6 | 示例甲电子有限公司 | 2026-05-06 | '7␠ | 3.3万元
        PO-7 | 示例甲电子有限公司 | 2026-05-07 | 1 500 | 人民币8元
        PO-8 | 示例甲电子有限公司 | 2026-05-08 | 约120 | 9
    """
    return xlsx(Sheet("订单", text))


@golden(
    47,
    "红字发票登记.xlsx",
    invoices="""
        invoice_no           | vendor             | invoiced_on | net   | tax  | gross | kind | blue_invoice_no
        26312000000000000401 | 示例甲电子有限公司 | 2026-03-01  | 1000  | 130  | 1130  | 蓝字 |
        26312000000000000402 | 示例甲电子有限公司 | 2026-03-02  | -1000 | -130 | -1130 | 红字 | 26312000000000000401
        26312000000000000403 | 示例甲电子有限公司 | 2026-03-03  | -200  | -26  | -226  | 红字 | 26312000000000000401
        26312000000000000404 | 示例甲电子有限公司 | 2026-03-04  | -300  | -39  | -339  | 红字 | 26312000000000000401
    """,
)
def negatives_in_brackets_and_red_letters() -> bytes:
    """红字发票：金额有的带括号，有的前面写“红字”，有的是负数但用红色显示不带负号。
    Red-letter invoices: amounts in brackets, with 红字 before them, or negative and shown red without a sign.
    """
    text = """
        发票号码 | 供应商 | 开票日期 | 不含税金额 | 税额 | 价税合计 | 红蓝字 | 对应蓝字发票
        '26312000000000000401 | 示例甲电子有限公司 | 2026-03-01 | 1000 | 130 | 1130 | 蓝字 |
        '26312000000000000402 | 示例甲电子有限公司 | 2026-03-02 | (1,000.00) | （130.00） | (1,130.00) | 红字 | '26312000000000000401
        '26312000000000000403 | 示例甲电子有限公司 | 2026-03-03 | 红字200.00 | 红字26.00 | 红字226.00 | 红字 | '26312000000000000401
        '26312000000000000404 | 示例甲电子有限公司 | 2026-03-04 | -300 | -39 | -339 | 红字 | '26312000000000000401
    """
    looks = dict.fromkeys(("D5", "E5", "F5"), "0.00;[Red]0.00")
    return xlsx(Sheet("红字", text, looks=looks))


@golden(
    48,
    "合同指标（百分数混写）.xlsx",
    complaints=["指标!E6 ? 0.97 beside 98: 97 % or 0.97 %"],
    contracts="""
        contract_id | vendor               | starts_on  | ends_on    | otd_target | retention_rate
        HT-1        | 示例甲电子有限公司   | 2026-01-01 | 2026-12-31 | 0.98       | 0.05
        HT-2        | 虚构乙机加工有限公司 | 2026-01-01 | 2026-12-31 | 0.98       | 0.05
        HT-3        | 样例丙包装有限公司   | 2026-01-01 | 2026-12-31 | 0.98       | 0.03
        HT-4        | 示例丁线束有限公司   | 2026-01-01 | 2026-12-31 | 0.95       | 0.1
    """,
)
def percentages_in_four_ways() -> bytes:
    """同一列里目标写成 98、98%（文本）、98%（格式）和 0.97：最后一个究竟是 97% 还是 0.97%？
    Targets as 98, the text 98%, the formatted 98% and 0.97 in one column: the last may be 97 % or 0.97 %.
    """
    text = """
        合同编号 | 供应商 | 生效日期 | 到期日期 | 按时交付率目标 | 质保金比例
        HT-1 | 示例甲电子有限公司 | 2026-01-01 | 2026-12-31 | 98 | 0.05
        HT-2 | 虚构乙机加工有限公司 | 2026-01-01 | 2026-12-31 | '98% | 5%
        HT-3 | 样例丙包装有限公司 | 2026-01-01 | 2026-12-31 | 98% | '3%
        HT-4 | 示例丁线束有限公司 | 2026-01-01 | 2026-12-31 | 95 | '10％
        HT-5 | 虚构戊物流有限公司 | 2026-01-01 | 2026-12-31 | 0.97 | 0.05
    """
    return xlsx(Sheet("指标", text))


@golden(
    49,
    "发票税率（带百分号的列名）.xlsx",
    invoices="""
        invoice_no           | vendor             | invoiced_on | tax_rate | gross
        26312000000000000501 | 示例甲电子有限公司 | 2026-03-01  | 0.13     | 1130
        26312000000000000502 | 示例甲电子有限公司 | 2026-03-02  | 0.13     | 565
        26312000000000000503 | 示例甲电子有限公司 | 2026-03-03  | 0.13     | 226
        26312000000000000504 | 样例丙包装有限公司 | 2026-03-04  | 0.06     | 106
    """,
)
def percent_formatted_cells_under_a_percent_header() -> bytes:
    """列名是“税率(%)”，格子里有的是 13，有的是显示为 13% 的 0.13，有的是文本“13%”：都是百分之十三。
    Under 税率(%) stand 13, a cell of 0.13 that is shown as 13%, and the text 13%: all mean thirteen per cent.
    """
    text = """
        发票号码 | 供应商 | 开票日期 | 税率(%) | 价税合计
        '26312000000000000501 | 示例甲电子有限公司 | 2026-03-01 | 13 | 1130
        '26312000000000000502 | 示例甲电子有限公司 | 2026-03-02 | 13% | 565
        '26312000000000000503 | 示例甲电子有限公司 | 2026-03-03 | '13% | 226
        '26312000000000000504 | 样例丙包装有限公司 | 2026-03-04 | 6% | 106
    """
    return xlsx(Sheet("发票", text))


@golden(
    50,
    "包装材料收货（千件）.xlsx",
    deliveries="""
        delivery_id | order_id | vendor             | delivered_on | received | accepted | expedited_freight
        SH-1        | PO-1     | 样例丙包装有限公司 | 2026-03-03   | 1200     | 1195     | 3500
        SH-2        | PO-2     | 样例丙包装有限公司 | 2026-03-04   | 800      | 800      |
    """,
)
def quantities_in_thousands_of_pieces() -> bytes:
    """列名写明单位：到货数(千件)、加急运费(万元)；1.2 其实是 1200 件。
    The header names the unit: 到货数(千件), 加急运费(万元); 1.2 means 1,200 pieces.
    """
    text = """
        送货单号 | 订单号 | 供应商 | 到货日期 | 到货数(千件) | 合格数（千件） | 加急运费（万元）
        SH-1 | PO-1 | 样例丙包装有限公司 | 2026-03-03 | 1.2 | 1.195 | 0.35
        SH-2 | PO-2 | 样例丙包装有限公司 | 2026-03-04 | 0.8 | 0.8 |
    """
    return xlsx(Sheet("收货", text))


@golden(
    51,
    "进口外协订单（多币种）.xlsx",
    orders="""
        order_id | vendor                     | quantity | unit_price | currency | promised_on
        PO-1     | 示例甲电子有限公司         | 10       | 86.5       | CNY      | 2026-05-01
        PO-2     | Example Parts Ltd. 样例件  | 20       | 12.75      | USD      | 2026-05-02
        PO-3     | Example Parts Ltd. 样例件  | 30       | 9          | USD      | 2026-05-03
    """,
)
def a_currency_column_with_dollars_in_some_rows() -> bytes:
    """有“币种”一列，几行是美元，其中一行单价前还写了美元符号。
    A currency column: some rows are in dollars, and one of them repeats the sign before its price.
    """
    text = """
        订单号 | 供应商 | 订单数量 | 币种 | 单价 | 承诺交期
        PO-1 | 示例甲电子有限公司 | 10 | CNY | 86.5 | 2026-05-01
        PO-2 | Example Parts Ltd. 样例件 | 20 | USD | 12.75 | 2026-05-02
        PO-3 | Example Parts Ltd. 样例件 | 30 | USD | $9.00 | 2026-05-03
    """
    return xlsx(Sheet("订单", text))


@golden(
    52,
    "合同付款情况（备注写在格里）.xlsx",
    complaints=[
        "合同!E3 NOTE_IN_CELL a payment told in the cell of the amount",
        "合同!D4 ? a remark where the end of the contract should be",
    ],
    contracts="""
        contract_id | vendor             | starts_on  | ends_on    | amount
        HT-2013-01  | 示例甲电子有限公司 | 2013-01-01 | 2013-12-31 | 632680
    """,
)
def facts_told_as_notes_in_cells() -> bytes:
    """金额格里写“2013年7月19日付632680元”，日期格里写“验收后一年”：说的是事实，但不能替人拆。
    Cells that tell facts in words (2013年7月19日付632680元, 验收后一年): to be reported, never taken apart.
    """
    text = """
        合同编号 | 供应商 | 生效日期 | 到期日期 | 合同金额
        HT-2013-01 | 示例甲电子有限公司 | 2013-01-01 | 2013-12-31 | 632680
        HT-2013-02 | 虚构乙机加工有限公司 | 2013-01-01 | 2013-12-31 | 2013年7月19日付632680元
        HT-2013-03 | 示例丁线束有限公司 | 2013-02-01 | 验收后一年 | 50000
    """
    return xlsx(Sheet("合同", text))


@golden(
    53,
    "发票对账（公式出错）.xlsx",
    complaints=[
        "对账!D3 ERROR_CELL #REF!",
        "对账!F4 ERROR_CELL #DIV/0!",
        "对账!B5 ERROR_CELL #N/A",
    ],
    invoices="""
        invoice_no           | vendor             | invoiced_on | net  | tax | gross
        26312000000000000601 | 示例甲电子有限公司 | 2026-03-01  | 1000 | 130 | 1130
        26312000000000000605 | 示例丁线束有限公司 | 2026-03-05  | 500  | 65  | 565
    """,
)
def error_cells_among_good_rows() -> bytes:
    """引用断了的公式留下 #REF!、#DIV/0!、#N/A：错误不是空格，更不是零；也有一个错误在没人要读的列里。
    Broken formulas left #REF!, #DIV/0! and #N/A: neither blank nor zero; one stands in a column that nobody reads.
    """
    text = """
        发票号码 | 供应商 | 开票日期 | 不含税金额 | 税额 | 价税合计 | 差异率
        '26312000000000000601 | 示例甲电子有限公司 | 2026-03-01 | 1000 | 130 | =D2+E2 -> 1130 | 0
        '26312000000000000602 | 示例甲电子有限公司 | 2026-03-02 | #REF! | 130 | 1130 | 0
        '26312000000000000603 | 虚构乙机加工有限公司 | 2026-03-03 | 1000 | 130 | #DIV/0! | 0
        '26312000000000000604 | #N/A | 2026-03-04 | 1000 | 130 | 1130 | 0
        '26312000000000000605 | 示例丁线束有限公司 | 2026-03-05 | 500 | 65 | 565 | #DIV/0!
    """
    return xlsx(Sheet("对账", text))


@golden(
    54,
    "系统导出收货（公式未计算）.xlsx",
    complaints=[
        "收货!F2 FORMULA_NOT_CALCULATED",
        "收货!F3 FORMULA_NOT_CALCULATED",
    ],
    deliveries="""
        delivery_id | order_id | delivered_on | received | rejected | accepted
        SH-3        | PO-3     | 2026-03-03   | 30       | 0        | 30
    """,
)
def formulas_that_were_never_calculated() -> bytes:
    """程序生成的文件，合格数是公式，但里面没有存计算结果，看上去像空格。
    A program wrote the file: accepted is a formula without a stored value, which looks like a blank.
    """
    text = """
        送货单号 | 订单号 | 到货日期 | 到货数 | 不合格数 | 合格数
        SH-1 | PO-1 | 2026-03-01 | 10 | 1 | =D2-E2
        SH-2 | PO-2 | 2026-03-02 | 20 | 0 | =D3-E3
        SH-3 | PO-3 | 2026-03-03 | 30 | 0 | 30
    """
    return openpyxl_xlsx(Sheet("收货", text))


@golden(
    55,
    "合同台账（金额两列）.xlsx",
    complaints=["合同!1 FIELD_TWICE 合同金额 and 合同总额 could both be the amount"],
    contracts="""
        contract_id | vendor               | starts_on  | ends_on    | amount
        HT-1        | 示例甲电子有限公司   | 2026-01-01 | 2026-12-31 |
        HT-2        | 虚构乙机加工有限公司 | 2026-02-01 | 2026-12-31 |
    """,
)
def two_columns_that_could_be_the_money() -> bytes:
    """“合同金额”“合同总额”两列数字不同，都可能是金额：金额绝不猜，要问。
    合同金额 and 合同总额 differ, and either could be the amount: money is never guessed, the receipt asks.
    """
    text = """
        合同编号 | 供应商 | 生效日期 | 到期日期 | 合同金额 | 合同总额
        HT-1 | 示例甲电子有限公司 | 2026-01-01 | 2026-12-31 | 100000 | 113000
        HT-2 | 虚构乙机加工有限公司 | 2026-02-01 | 2026-12-31 | 50000 | 56500
    """
    return xlsx(Sheet("合同", text))
