"""Dates and periods: as people write them, and as Excel spoils them."""

from __future__ import annotations

from tests.goldens.golden import golden
from tests.goldens.writers import Sheet, delimited, xls, xlsx


@golden(
    38,
    "收货登记（日期写法不一）.xlsx",
    deliveries="""
        delivery_id | order_id | delivered_on | received
        SH-1        | PO-1     | 2024-03-05   | 1
        SH-2        | PO-2     | 2024-03-05   | 2
        SH-3        | PO-3     | 2024-03-05   | 3
        SH-4        | PO-4     | 2024-03-05   | 4
        SH-5        | PO-5     | 2024-03-05   | 5
        SH-6        | PO-6     | 2024-03-05   | 6
        SH-7        | PO-7     | 2024-03-05   | 7
        SH-8        | PO-8     | 2024-03-05   | 8
        SH-9        | PO-9     | 2024-03-05   | 9
        SH-10       | PO-10    | 2024-03-05   | 10
    """,
)
def dates_in_every_form_at_once() -> bytes:
    """同一列里日期有十种写法：真日期、中文日期、点、斜杠两位年、八位数字（文本和数值）、带时间、带星期。
    Ten ways to write a date in one column: true ones, Chinese, dots, two-digit years, eight digits, with times.
    """
    text = """
        送货单号 | 订单号 | 到货日期 | 到货数
        SH-1 | PO-1 | 2024-03-05 | 1
        SH-2 | PO-2 | 2024年3月5日 | 2
        SH-3 | PO-3 | '2024.3.5 | 3
        SH-4 | PO-4 | '24/3/5 | 4
        SH-5 | PO-5 | '20240305 | 5
        SH-6 | PO-6 | 20240305 | 6
        SH-7 | PO-7 | 2024-03-05 | 7
        SH-8 | PO-8 | 2024-03-05 14:30 | 8
        SH-9 | PO-9 | '2024-3-5 星期二 | 9
        SH-10 | PO-10 | ２０２４－３－５ | 10
    """
    looks = {"C8": 'yyyy"年"m"月"d"日";@', "C9": "yyyy/m/d h:mm"}
    return xlsx(Sheet("收货", text, looks=looks))


@golden(
    39,
    "2016年评价及订单（Excel改坏的）.xlsx",
    complaints=[
        "评价!B2 ? 2016.1 turned into 1905-07-08: January or October, nobody can tell",
        "评价!B4 PERIOD_BAD 2016.1 as a number: January or October",
        "订单!A3 ID_IS_DATE PO 8124 turned into 1922-03-29",
        "订单!F4 ? a number that was turned into a date is no promise",
    ],
    surveys="""
        vendor             | period  | rater    | csat
        示例丁线束有限公司 | 2016-02 | 虚构部门 | 4
    """,
    orders="""
        order_id | vendor             | quantity | unit_price | promised_on
        PO-8123  | 示例甲电子有限公司 | 10       | 5          | 2016-05-01
    """,
)
def numbers_that_excel_turned_into_dates() -> bytes:
    """2016.1 变成 1905-07-08，订单号 8124 变成 1922-03-29，交期里的数字变成 1900 年的日期。
    2016.1 became 1905-07-08, order number 8124 became 1922-03-29, a number among due dates a day of 1900.
    """
    survey = """
        供应商 | 评价期间 | 评价人 | 满意度
        示例甲电子有限公司 | 2016 | 虚构部门 | 5
        示例丁线束有限公司 | 2016年2月 | 虚构部门 | 4
        虚构乙机加工有限公司 | 2016.1 | 虚构部门 | 3
    """
    orders = """
        订单号 | 供应商 | 数量 | 单价 | 下单日期 | 交期
        PO-8123 | 示例甲电子有限公司 | 10 | 5 | 2016-04-01 | 2016-05-01
        8124 | 示例甲电子有限公司 | 20 | 6 | 2016-04-02 | 2016-05-02
        PO-8125 | 示例甲电子有限公司 | 30 | 7 | 2016-04-03 | 45
    """
    return xlsx(
        Sheet("评价", survey, looks={"B2": "yyyy-mm-dd"}),
        Sheet("订单", orders, looks={"A3": "m/d/yyyy", "F4": "yyyy-mm-dd"}),
    )


@golden(
    40,
    "deliveries_march_示例.csv",
    deliveries="""
        delivery_id | order_id | delivered_on | received
        D-1         | PO-1     | 2026-03-05   | 10
        D-2         | PO-2     | 2026-03-13   | 20
        D-3         | PO-3     | 2026-04-07   | 30
    """,
)
def day_before_month_where_the_column_decides() -> bytes:
    """日在前月在后：5/3/2026 单看分不清，同列的 13/3/2026 说明了顺序。
    Day before month: 5/3/2026 alone could be either, 13/3/2026 in the same column decides.
    """
    text = """
        Delivery ID | Order no | Delivered on | Received
        D-1 | PO-1 | 5/3/2026 | 10
        D-2 | PO-2 | 13/3/2026 | 20
        D-3 | PO-3 | 7/4/2026 | 30
    """
    return delimited(text, encoding="utf-8", line_end="\n")


@golden(
    41,
    "送货明细（月日不明）.xlsx",
    complaints=[
        "明细!C2 DATE_DOUBTFUL 3 April or 4 March",
        "明细!C3 DATE_DOUBTFUL 5 June or 6 May",
    ],
    deliveries="""
        delivery_id | order_id | delivered_on | received
        SH-3        | PO-3     | 2026-07-07   | 30
        SH-4        | PO-4     | 2026-03-08   | 40
    """,
)
def day_and_month_swapped_where_nothing_decides() -> bytes:
    """3/4/2026 是三月四日还是四月三日，整列没有一个日期能决定：要问，不能猜。
    3/4/2026 may be either and no date of the column decides: a question, never a guess.
    """
    text = """
        送货单号 | 订单号 | 到货日期 | 到货数
        SH-1 | PO-1 | '3/4/2026 | 10
        SH-2 | PO-2 | '5/6/2026 | 20
        SH-3 | PO-3 | '7/7/2026 | 30
        SH-4 | PO-4 | '2026-03-08 | 40
    """
    return xlsx(Sheet("明细", text))


@golden(
    42,
    "到货记录（一半被Excel认成日期）.xlsx",
    complaints=[
        "到货!C2 DATE_DOUBTFUL typed 5/3/2026, taken by an American Excel for 3 May",
        "到货!C4 DATE_DOUBTFUL typed 7/3/2026, taken for 3 July",
    ],
    deliveries="""
        delivery_id | order_id | delivered_on | received
        SH-2        | PO-2     | 2026-03-13   | 20
        SH-4        | PO-4     | 2026-03-28   | 40
    """,
)
def half_of_a_column_swapped_by_excel() -> bytes:
    """按“日/月/年”敲进美式 Excel：日不超过 12 的被反过来认成日期，其余留成文本。
    Typed day/month/year into an American Excel: days up to 12 became swapped dates, the others stayed text.
    """
    text = """
        送货单号 | 订单号 | 到货日期 | 到货数
        SH-1 | PO-1 | 2026-05-03 | 10
        SH-2 | PO-2 | '13/3/2026 | 20
        SH-3 | PO-3 | 2026-07-03 | 30
        SH-4 | PO-4 | '28/3/2026 | 40
    """
    return xlsx(Sheet("到货", text))


@golden(
    43,
    "Mac上做的合同表.xlsx",
    contracts="""
        contract_id | vendor             | starts_on  | ends_on    | amount
        HT-1904-1   | 示例甲电子有限公司 | 2026-01-01 | 2026-12-31 | 5000
        HT-1904-2   | 示例丁线束有限公司 | 2025-07-01 | 2026-06-30 | 7000
    """,
)
def a_workbook_that_counts_from_1904() -> bytes:
    """老 Mac 版 Excel 的工作簿从 1904 年数日期，按 1900 年读会差四年零一天。
    A workbook of an old Excel for Mac counts its days from 1904: read as usual, all are four years and a day off.
    """
    text = """
        合同编号 | 供应商 | 生效日期 | 到期日期 | 合同金额
        HT-1904-1 | 示例甲电子有限公司 | 2026-01-01 | 2026-12-31 | 5000
        HT-1904-2 | 示例丁线束有限公司 | 2025-07-01 | 2026-06-30 | 7000
    """
    return xlsx(Sheet("合同", text), date_1904=True)


@golden(
    44,
    "历年合同（期限一栏）.xlsx",
    contracts="""
        contract_id | vendor               | starts_on  | ends_on    | amount
        HT-13-01    | 示例甲电子有限公司   | 2013-06-01 | 2015-03-31 | 100000
        HT-24-01    | 虚构乙机加工有限公司 | 2024-01-01 | 2025-12-31 | 200000
        HT-25-02    | 示例丁线束有限公司   | 2025-04-15 | 2026-04-14 | 300000
    """,
)
def start_and_end_in_one_cell() -> bytes:
    """“合同期限”一栏写 2013.6-2015.3 这样的起止，有的写到月，有的写到日。
    Start and end of a contract in one cell, such as 2013.6-2015.3: some to the month, some to the day.
    """
    text = """
        合同编号 | 供应商 | 合同期限 | 合同金额
        HT-13-01 | 示例甲电子有限公司 | '2013.6-2015.3 | 100000
        HT-24-01 | 虚构乙机加工有限公司 | 2024年1月1日至2025年12月31日 | 200000
        HT-25-02 | 示例丁线束有限公司 | '2025.4.15-2026.4.14 | 300000
    """
    return xlsx(Sheet("合同", text))


@golden(
    45,
    "收货台账（部分日期未知）.xls",
    complaints=[
        "收货!C4 ? the day of arrival must be known: Date Not Captured",
        "收货!C5 ? the day of arrival must be known: 待定",
    ],
    deliveries="""
        delivery_id | order_id | delivered_on | received | accepted_on
        SH-1        | PO-1     | 2026-02-03   | 10       | 2026-02-04
        SH-2        | PO-2     | 2026-02-05   | 20       |
    """,
)
def dates_that_say_they_are_not_known() -> bytes:
    """日期栏写“待定”“-”“Date Not Captured”：可不填的当空，必填的要指出来。
    待定, - and Date Not Captured where a date should be: blank where it may be, named where it must not.
    """
    text = """
        送货单号 | 订单号 | 到货日期 | 到货数 | 检验日期
        SH-1 | PO-1 | 2026-02-03 | 10 | 2026-02-04
        SH-2 | PO-2 | 2026-02-05 | 20 | -
        SH-3 | PO-3 | Date Not Captured | 30 | -
        SH-4 | PO-4 | 待定 | 40 | 待定
    """
    return xls(Sheet("收货", text))


@golden(
    89,
    "收货登记（中文日期格式）.xlsx",
    deliveries="""
        delivery_id | order_id | delivered_on | received | accepted_on
        SH-1        | PO-1     | 2026-03-05   | 1        | 2026-03-06
        SH-2        | PO-2     | 2026-03-05   | 2        | 2026-03-06
        SH-3        | PO-3     | 2026-03-05   | 3        | 2026-03-06
        SH-4        | PO-4     | 2026-03-05   | 4        | 2026-03-06
    """,
)
def chinese_date_formats_that_excel_builds_in() -> bytes:
    """中文版 Excel 内置的日期格式（编号 27、31、55、57、58 等）文件里只有编号，不认识的程序会读成数字。
    Date formats built into the Chinese Excel (27, 31, 55, 57, 58…) are numbers in the file, without a pattern.
    """
    text = """
        送货单号 | 订单号 | 到货日期 | 到货数 | 检验日期
        SH-1 | PO-1 | 2026-03-05 | 1 | 2026-03-06
        SH-2 | PO-2 | 2026-03-05 | 2 | 2026-03-06
        SH-3 | PO-3 | 2026-03-05 | 3 | 2026-03-06
        SH-4 | PO-4 | 2026-03-05 | 4 | 2026-03-06
    """
    looks = {"C2": "27", "E2": "31", "C3": "30", "E3": "36", "C4": "50", "E4": "55", "C5": "57", "E5": "58"}
    return xlsx(Sheet("收货", text, looks=looks))
