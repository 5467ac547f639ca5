"""Numbers that are names: orders, invoices, accounts, tax ids; and the names of vendors."""

from __future__ import annotations

from tests.goldens.golden import golden
from tests.goldens.writers import Sheet, xlsx


@golden(
    56,
    "发票号码（被Excel改坏）.xlsx",
    complaints=[
        "发票!A3 ID_DAMAGED twenty digits stored as a number",
        "发票!A4 ID_DAMAGED 2.63E+19 as text",
        "发票!A5 ? all zeros after the fifteenth digit",
    ],
    invoices="""
        invoice_no           | vendor             | invoiced_on | gross
        26312000000000000701 | 示例甲电子有限公司 | 2026-03-01  | 113
        40001234             | 示例丁线束有限公司 | 2026-03-05  | 565
    """,
)
def identifiers_that_lost_their_last_digits() -> bytes:
    """二十位发票号存成了数值、变成 2.63E+19 的文本、或者十五位以后全是 0：号码已经回不来了。
    Twenty digits stored as a number, the text 2.63E+19, or zeros after the fifteenth digit: the number is lost.
    """
    text = """
        发票号码 | 供应商 | 开票日期 | 价税合计
        '26312000000000000701 | 示例甲电子有限公司 | 2026-03-01 | 113
        26312000000000000702 | 示例甲电子有限公司 | 2026-03-02 | 226
        '2.63E+19 | 虚构乙机加工有限公司 | 2026-03-03 | 339
        '26312987654321600000 | 虚构乙机加工有限公司 | 2026-03-04 | 452
        40001234 | 示例丁线束有限公司 | 2026-03-05 | 565
    """
    return xlsx(Sheet("发票", text, looks={"A": "0"}))


@golden(
    57,
    "ERP导出订单.xlsx",
    complaints=["订单!A3 ? 1235 was 001235 before Excel took it for a number"],
    orders="""
        order_id | vendor             | quantity | unit_price | promised_on
        001234   | 示例甲电子有限公司 | 10       | 5          | 2026-05-01
        001236   | 示例丁线束有限公司 | 30       | 7          | 2026-05-03
    """,
)
def an_order_number_that_lost_its_leading_zeros() -> bytes:
    """订单号都是六位，有一格被 Excel 当成数值，001235 变成了 1235。
    Order numbers of six digits, one of which Excel took for a number: 001235 became 1235.
    """
    text = """
        订单号 | 供应商 | 订单数量 | 单价 | 承诺交期
        '001234 | 示例甲电子有限公司 | 10 | 5 | 2026-05-01
        1235 | 示例甲电子有限公司 | 20 | 6 | 2026-05-02
        '001236 | 示例丁线束有限公司 | 30 | 7 | 2026-05-03
    """
    return xlsx(Sheet("订单", text))


@golden(
    58,
    "供应商银行信息.xlsx",
    complaints=["账户!D3 ID_DAMAGED an account of nineteen digits stored as a number"],
    vendors="""
        vendor             | vendor_id | phone        | bank_account        | tax_id
        示例甲电子有限公司 | 1001      | 02100000001  | 6222000000000001107 | 91310000MA1EXAMPL1
        样例丙包装有限公司 | 1003      | 13800000003  | 622200000000333     | 91310000MA1EXAMPL3
    """,
)
def accounts_and_phones_stored_as_numbers() -> bytes:
    """银行账号、电话、编码有的是文本有的是数值：十五位以内还能用，十九位存成数值就坏了。
    Accounts, phones and codes partly stored as numbers: harmless up to fifteen digits, lost beyond.
    """
    text = """
        供应商名称 | 供应商编码 | 联系电话 | 银行账号 | 统一社会信用代码 | 准入状态
        示例甲电子有限公司 | 1001 | '02100000001 | '6222 0000 0000 0001 107 | 91310000MA1EXAMPL1 | 合格
        虚构乙机加工有限公司 | 1002 | 13800000002 | 6222000000000002218 | 91310000MA1EXAMPL2 | 合格
        样例丙包装有限公司 | 1003 | 13800000003 | 622200000000333 | 91310000MA1EXAMPL3 | 合格
    """
    return xlsx(Sheet("账户", text, looks={"D": "0"}))


@golden(
    59,
    "供应商满意度（名称写法不一）.xlsx",
    surveys="""
        vendor                                     | period | rater      | csat
        示例(上海)电子有限公司                     | 2026Q1 | 虚构质量部 | 5
        示例(上海)电子有限公司                     | 2026Q1 | 虚构计划部 | 4
        示例 (上海) 电子有限公司                   | 2026Q1 | 虚构采购部 | 3
        示例新材料有限公司(原虚构塑料厂)           | 2026Q1 | 虚构质量部 | 4
    """,
)
def one_vendor_spelled_in_several_ways() -> bytes:
    """同一家供应商有全角括号、半角括号、尾部空格、字间空格几种写法；另一家在括号里写着曾用名。
    One vendor with full-width and half-width brackets and spaces after and within; another with its former name.
    """
    text = """
        供应商 | 评价期间 | 评价人 | 满意度
        示例（上海）电子有限公司 | 2026Q1 | 虚构质量部 | 5
        示例(上海)电子有限公司␠␠ | 2026Q1 | 虚构计划部 | 4
        示例 (上海) 电子有限公司 | 2026Q1 | 虚构采购部 | 3
        示例新材料有限公司（原虚构塑料厂） | 2026Q1 | 虚构质量部 | 4
    """
    return xlsx(Sheet("满意度", text))
