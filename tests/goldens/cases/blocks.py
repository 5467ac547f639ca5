"""Several tables on a sheet, groups written once, totals, notes and signatures: what is a row of data and what is not."""

from __future__ import annotations

from tests.goldens.golden import golden
from tests.goldens.writers import Sheet, lines, xlsx


@golden(
    14,
    "示例集团2026年订单（按单）.xlsx",
    orders="""
        order_id  | line | vendor               | item  | quantity | unit_price | promised_on
        PO-26-001 | 1    | 示例甲电子有限公司   | 板卡A | 10       | 100        | 2026-04-10
        PO-26-001 | 2    | 示例甲电子有限公司   | 板卡B | 20       | 50         | 2026-04-10
        PO-26-001 | 3    | 示例甲电子有限公司   | 板卡C | 5        | 40         | 2026-04-12
        PO-26-002 | 1    | 虚构乙机加工有限公司 | 支架A | 8        | 25         | 2026-04-20
        PO-26-002 | 2    | 虚构乙机加工有限公司 | 支架B | 6        | 30         | 2026-04-22
        PO-26-003 | 1    | 示例丁线束有限公司   | 线束A | 100      | 3          | 2026-05-01
        PO-26-003 | 2    | 示例丁线束有限公司   | 线束B | 200      | 4          | 2026-05-02
    """,
)
def one_block_per_order_down_one_sheet() -> bytes:
    """一张表里每个订单一块：表头重复，订单号与供应商竖向合并，块末有没有标签的小计行和合同说明行。
    One block per order down a sheet: header repeated, order and vendor merged, subtotal without a label, contract line.
    """
    text = """
        **外协订单明细**
        订单号 | 供应商 | 行号 | 品名 | 订单数量 | 单价 | 金额 | 承诺交期
        PO-26-001 | 示例甲电子有限公司 | 1 | 板卡A | 10 | 100 | 1000 | 2026-04-10
        | | 2 | 板卡B | 20 | 50 | 1000 | 2026-04-10
        | | 3 | 板卡C | 5 | 40 | 200 | 2026-04-12
        | | | | 35 | | 2200 |
        合同：HT-2026-01，付款方式：月结60天，交货地点：示例市虚构路1号
        .
        订单号 | 供应商 | 行号 | 品名 | 订单数量 | 单价 | 金额 | 承诺交期
        PO-26-002 | 虚构乙机加工有限公司 | 1 | 支架A | 8 | 25 | 200 | 2026-04-20
        | | 2 | 支架B | 6 | 30 | 180 | 2026-04-22
        | | | | 14 | | 380 |
        合同：HT-2026-07，付款方式：货到30天，交货地点：示例市虚构路1号
        .
        订单号 | 供应商 | 行号 | 品名 | 订单数量 | 单价 | 金额 | 承诺交期
        PO-26-003 | 示例丁线束有限公司 | 1 | 线束A | 100 | 3 | 300 | 2026-05-01
        | | 2 | 线束B | 200 | 4 | 800 | 2026-05-02
        | | | | 300 | | 1100 |
        合同：HT-2026-09，付款方式：月结30天，交货地点：示例市虚构路1号
    """
    merged = "A1:H1 A3:A5 B3:B5 A7:H7 A10:A11 B10:B11 A13:H13 A16:A17 B16:B17 A19:H19"
    return xlsx(Sheet("明细", text, merged=merged))


@golden(
    15,
    "收货记录（两段）.xlsx",
    deliveries="""
        delivery_id | order_id | vendor               | delivered_on | received | accepted
        SH-1        | PO-11    | 示例甲电子有限公司   | 2026-03-02   | 100      | 100
        SH-2        | PO-12    | 虚构乙机加工有限公司 | 2026-03-03   | 50       | 49
        SH-3        | PO-13    | 示例丁线束有限公司   | 2026-03-09   | 70       | 70
        SH-4        | PO-14    | 样例丙包装有限公司   | 2026-03-10   | 900      | 880
    """,
)
def blocks_whose_columns_stand_in_another_order() -> bytes:
    """下半段换了人登记：表头又写了一遍，列的顺序不同，列名也换了叫法。
    The lower block was kept by someone else: the header again, other columns in another order, under other words.
    """
    text = """
        送货单号 | 订单号 | 供应商 | 到货日期 | 到货数 | 合格数 | 不合格数
        SH-1 | PO-11 | 示例甲电子有限公司 | 2026-03-02 | 100 | 100 | 0
        SH-2 | PO-12 | 虚构乙机加工有限公司 | 2026-03-03 | 50 | 49 | 1
        .
        收货日期 | 收货单号 | 采购订单号 | 收货数量 | 外协单位 | 合格数量
        2026-03-09 | SH-3 | PO-13 | 70 | 示例丁线束有限公司 | 70
        2026-03-10 | SH-4 | PO-14 | 900 | 样例丙包装有限公司 | 880
    """
    return xlsx(Sheet("收货", text))


@golden(
    16,
    "订单与到货（上下两张表）.xlsx",
    orders="""
        order_id | vendor             | quantity | unit_price | promised_on
        PO-31    | 示例甲电子有限公司 | 10       | 9.5        | 2026-04-01
        PO-32    | 示例丁线束有限公司 | 20       | 8          | 2026-04-02
    """,
    deliveries="""
        order_id | delivered_on | received | accepted
        PO-31    | 2026-03-30   | 10       | 10
    """,
)
def two_kinds_below_each_other() -> bytes:
    """一张工作表上面是订单，隔几行下面是到货，各有标题和表头。
    Orders above and deliveries below on one sheet, each with its own title and header.
    """
    text = """
        一、订单
        订单号 | 供应商 | 数量 | 单价 | 交期
        PO-31 | 示例甲电子有限公司 | 10 | 9.5 | 2026-04-01
        PO-32 | 示例丁线束有限公司 | 20 | 8 | 2026-04-02
        .
        .
        二、到货
        订单号 | 到货日期 | 到货数 | 合格数
        PO-31 | 2026-03-30 | 10 | 10
    """
    return xlsx(Sheet("本周", text))


@golden(
    17,
    "发票汇总（多种合计）.xlsx",
    invoices="""
        invoice_no           | vendor               | invoiced_on | net  | tax  | gross
        26312000000000000201 | 示例甲电子有限公司   | 2026-03-01  | 100  | 13   | 113
        26312000000000000202 | 示例甲电子有限公司   | 2026-03-02  | 200  | 26   | 226
        26312000000000000203 | 虚构乙机加工有限公司 | 2026-03-03  | 300  | 39   | 339
        26312000000000000204 | 虚构乙机加工有限公司 | 2026-03-04  | 400  | 52   | 452
        26312000000000000205 | 示例丁线束有限公司   | 2026-03-05  | 500  | 65   | 565
    """,
)
def totals_in_every_disguise() -> bytes:
    """合计行有五种样子：第一列“小 计”、第二列“合计”、只有加粗、只是一个等于上面之和的数、最后“总计：”。
    Total rows of five sorts: 小 计 in column one, 合计 in column two, only bold, only a number, 总计 at the end.
    """
    text = """
        序号 | 发票号码 | 供应商 | 开票日期 | 不含税金额 | 税额 | 价税合计
        1 | '26312000000000000201 | 示例甲电子有限公司 | 2026-03-01 | 100 | 13 | 113
        2 | '26312000000000000202 | 示例甲电子有限公司 | 2026-03-02 | 200 | 26 | 226
        小 计 | | | | 300 | 39 | 339
        3 | '26312000000000000203 | 虚构乙机加工有限公司 | 2026-03-03 | 300 | 39 | 339
        4 | '26312000000000000204 | 虚构乙机加工有限公司 | 2026-03-04 | 400 | 52 | 452
        | 合计 | | | 700 | 91 | 791
        | | | | **1000** | **130** | **1130**
        5 | '26312000000000000205 | 示例丁线束有限公司 | 2026-03-05 | 500 | 65 | 565
        | | | | | | 565
        总计： | | | | 1500 | 195 | 1695
    """
    return xlsx(Sheet("发票", text))


@golden(
    18,
    "订单明细（每组只写一次）.xlsx",
    complaints=["? 订单!A FILLED_DOWN which rows took the order above", "? 订单!B FILLED_DOWN which took the vendor"],
    orders="""
        order_id | vendor               | item   | quantity | unit_price | promised_on
        PO-41    | 示例甲电子有限公司   | 板卡A  | 10       | 100        | 2026-04-10
        PO-41    | 示例甲电子有限公司   | 板卡B  | 20       | 90         | 2026-04-10
        PO-41    | 示例甲电子有限公司   | 板卡C  | 30       | 80         | 2026-04-11
        PO-42    | 样例丙包装有限公司   | 纸箱A  | 500      | 2          | 2026-04-15
        PO-42    | 样例丙包装有限公司   | 纸箱B  | 700      | 3          | 2026-04-16
        PO-43    | 虚构乙机加工有限公司 | 支架A  | 9        | 60         | 2026-04-20
    """,
)
def order_and_vendor_only_on_the_first_row_of_a_group() -> bytes:
    """订单号和供应商只写在每组的第一行，下面留空，并没有合并单元格。
    Order number and vendor stand on the first row of each group only, with blanks below that are not merged.
    """
    text = """
        订单号 | 供应商 | 行号 | 品名 | 订单数量 | 单价 | 承诺交期
        PO-41 | 示例甲电子有限公司 | 1 | 板卡A | 10 | 100 | 2026-04-10
        | | 2 | 板卡B | 20 | 90 | 2026-04-10
        | | 3 | 板卡C | 30 | 80 | 2026-04-11
        PO-42 | 样例丙包装有限公司 | 1 | 纸箱A | 500 | 2 | 2026-04-15
        | | 2 | 纸箱B | 700 | 3 | 2026-04-16
        PO-43 | 虚构乙机加工有限公司 | 1 | 支架A | 9 | 60 | 2026-04-20
    """
    return xlsx(Sheet("订单", text))


@golden(
    19,
    "3月来料检验收货.xlsx",
    deliveries="""
        order_id | line | vendor               | delivered_on | received | accepted
        PO-51    | 1    | 示例甲电子有限公司   | 2026-03-05   | 10       | 10
        PO-51    | 2    | 示例甲电子有限公司   | 2026-03-05   | 20       | 19
        PO-52    | 1    | 示例甲电子有限公司   | 2026-03-06   | 30       | 30
        PO-53    | 1    | 虚构乙机加工有限公司 | 2026-03-07   | 40       | 40
        PO-53    | 2    | 虚构乙机加工有限公司 | 2026-03-07   | 50       | 50
    """,
)
def vendor_order_and_day_merged_down() -> bytes:
    """供应商、订单号、到货日期都竖向合并，一家供应商跨三行，其中又分两个订单。
    Vendor, order and day are merged down: one vendor over three rows and, within them, two orders.
    """
    text = """
        供应商 | 订单号 | 行号 | 到货日期 | 到货数 | 合格数
        示例甲电子有限公司 | PO-51 | 1 | 2026-03-05 | 10 | 10
        | | 2 | | 20 | 19
        | PO-52 | 1 | 2026-03-06 | 30 | 30
        虚构乙机加工有限公司 | PO-53 | 1 | 2026-03-07 | 40 | 40
        | | 2 | | 50 | 50
    """
    return xlsx(Sheet("3月", text, merged="A2:A4 A5:A6 B2:B3 B5:B6 D2:D3 D5:D6"))


@golden(
    20,
    "供应商台账 Vendors.xlsx",
    vendors="""
        vendor                   | vendor_id | status | contact
        Total Example 道达尔示例 | V-021     | 合格   | 虚构丑
        总计示例数据有限公司     | V-022     | 合格   | 虚构寅
        示例甲电子有限公司       | V-001     | 战略   | 虚构甲
    """,
)
def a_vendor_whose_name_begins_like_a_total() -> bytes:
    """有一家供应商叫“Total Example 道达尔示例”，写在第一列，它不是合计行。
    A vendor called Total Example 道达尔示例 stands in the first column: its row is no total.
    """
    text = """
        供应商 | 供应商编码 | 准入状态 | 联系人
        Total Example 道达尔示例 | V-021 | 合格 | 虚构丑
        总计示例数据有限公司 | V-022 | 合格 | 虚构寅
        示例甲电子有限公司 | V-001 | 战略 | 虚构甲
        合计：3家 | | |
    """
    return xlsx(Sheet("Vendors", text))


@golden(
    21,
    "收货日报（打印版）.xlsx",
    deliveries="""
        delivery_id | order_id | delivered_on | received | accepted
        SH-61       | PO-61    | 2026-03-11   | 10       | 10
        SH-62       | PO-62    | 2026-03-11   | 20       | 20
        SH-63       | PO-63    | 2026-03-12   | 30       | 28
        SH-64       | PO-64    | 2026-03-12   | 40       | 40
    """,
)
def the_same_header_on_the_second_printed_page() -> bytes:
    """打印版：第二页又印了一遍标题和表头，页末有“本页小计”“第1页 共2页”，页首有“承前页”。
    A print layout: title and header again on page two, 本页小计 and 第1页 at the foot, 承前页 at the head.
    """
    text = """
        **收货日报**
        送货单号 | 订单号 | 到货日期 | 到货数 | 合格数
        SH-61 | PO-61 | 2026-03-11 | 10 | 10
        SH-62 | PO-62 | 2026-03-11 | 20 | 20
        本页小计 | | | 30 | 30
        第1页 共2页
        **收货日报**
        送货单号 | 订单号 | 到货日期 | 到货数 | 合格数
        承前页 | | | 30 | 30
        SH-63 | PO-63 | 2026-03-12 | 30 | 28
        SH-64 | PO-64 | 2026-03-12 | 40 | 40
        合计 | | | 100 | 98
        第2页 共2页
    """
    return xlsx(Sheet("日报", text, merged="A1:E1 A7:E7"))


@golden(
    22,
    "外协合同清单（签字版）.xlsx",
    contracts="""
        contract_id | vendor             | starts_on  | ends_on    | amount
        HT-71       | 示例甲电子有限公司 | 2026-01-01 | 2026-12-31 | 100000
        HT-72       | 示例丁线束有限公司 | 2026-02-01 | 2026-07-31 | 56000.5
    """,
)
def notes_and_signatures_below_the_table() -> bytes:
    """表下有逐条的说明、金额大写、制表审核签字行和日期行。
    Numbered notes, the amount in words, a line for signatures and a date below the table.
    """
    text = """
        合同编号 | 供应商 | 生效日期 | 到期日期 | 合同金额
        HT-71 | 示例甲电子有限公司 | 2026-01-01 | 2026-12-31 | 100000
        HT-72 | 示例丁线束有限公司 | 2026-02-01 | 2026-07-31 | 56000.5
        合计 | | | | 156000.5
        大写金额： | 壹拾伍万陆仟元伍角整
        .
        说明：
        1、本清单只含已签章的合同，口头约定不在内。
        2、合同金额均为含税价，单位元。
        制表：虚构甲 | | 审核：虚构乙 | | 批准：
        | | | | 2026年3月31日
    """
    return xlsx(Sheet("清单", text, merged="A8:E8 A9:E9"))


@golden(
    23,
    "订单及到货一览.xlsx",
    orders="""
        order_id | vendor               | quantity | unit_price | promised_on
        PO-81    | 示例甲电子有限公司   | 100      | 5          | 2026-03-20
        PO-82    | 虚构乙机加工有限公司 | 60       | 12         | 2026-03-22
        PO-83    | 示例丁线束有限公司   | 30       | 7          | 2026-03-30
    """,
    deliveries="""
        order_id | vendor               | delivered_on | received | accepted
        PO-81    | 示例甲电子有限公司   | 2026-03-19   | 100      | 99
        PO-82    | 虚构乙机加工有限公司 | 2026-03-23   | 40       | 40
    """,
)
def an_order_row_that_carries_its_delivery() -> bytes:
    """订单行的右边接着写到货日期、到货数、合格数；还没到的订单这几格空着。
    An order's row goes on with its delivery: day, received, accepted; blank where nothing has come yet.
    """
    text = """
        订单号 | 供应商 | 订单数量 | 单价 | 承诺交期 | 到货日期 | 到货数 | 合格数
        PO-81 | 示例甲电子有限公司 | 100 | 5 | 2026-03-20 | 2026-03-19 | 100 | 99
        PO-82 | 虚构乙机加工有限公司 | 60 | 12 | 2026-03-22 | 2026-03-23 | 40 | 40
        PO-83 | 示例丁线束有限公司 | 30 | 7 | 2026-03-30 | | |
    """
    return xlsx(Sheet("一览", text))


@golden(
    24,
    "开票明细（含订单信息）.xlsx",
    invoices="""
        invoice_no           | vendor             | order_id | invoiced_on | quantity | unit_price | gross
        26312000000000000301 | 示例甲电子有限公司 | PO-91    | 2026-03-25  | 100      | 5          | 565
        26312000000000000302 | 示例丁线束有限公司 | PO-92    | 2026-03-26  | 30       | 7          | 237.3
    """,
)
def a_sheet_that_two_kinds_could_claim() -> bytes:
    """发票登记里订单号、数量、单价齐全，看上去也像订单，但它只是发票。
    An invoice register with order number, quantity and price looks like orders too, and is none.
    """
    text = """
        发票号码 | 开票日期 | 供应商 | 订单号 | 数量 | 单价 | 价税合计
        '26312000000000000301 | 2026-03-25 | 示例甲电子有限公司 | PO-91 | 100 | 5 | 565
        '26312000000000000302 | 2026-03-26 | 示例丁线束有限公司 | PO-92 | 30 | 7 | 237.3
    """
    return xlsx(Sheet("开票", text))


@golden(
    90,
    "订单及开票一览.xlsx",
    orders="""
        order_id | vendor             | quantity | unit_price | promised_on
        PO-96    | 示例甲电子有限公司 | 100      | 5          | 2026-04-20
        PO-97    | 示例丁线束有限公司 | 30       | 7          | 2026-04-22
    """,
    invoices="""
        invoice_no           | vendor             | order_id | invoiced_on | gross
        26312000000000000311 | 示例甲电子有限公司 | PO-96    | 2026-03-25  | 565
    """,
)
def an_order_row_that_carries_its_invoice() -> bytes:
    """订单台账右边接着登记发票：一行既是订单也是发票，还没开票的空着。
    An order ledger that goes on with the invoice: a row is both, or an order alone where nothing is billed yet.
    """
    text = """
        订单号 | 供应商 | 订单数量 | 单价 | 承诺交期 | 发票号码 | 开票日期 | 价税合计
        PO-96 | 示例甲电子有限公司 | 100 | 5 | 2026-04-20 | '26312000000000000311 | 2026-03-25 | 565
        PO-97 | 示例丁线束有限公司 | 30 | 7 | 2026-04-22 | | |
    """
    return xlsx(Sheet("一览", text))


@golden(
    25,
    "外协送货登记表（预留）.xlsx",
    deliveries="""
        delivery_id | order_id | delivered_on | received
        SH-71       | PO-71    | 2026-03-02   | 12
        SH-72       | PO-72    | 2026-03-03   | 18
    """,
)
def twenty_thousand_formatted_blank_rows() -> bytes:
    """数据只有两行，下面还有两万行设过格式的空行。
    Two rows of data, and below them twenty thousand rows that hold a format and nothing else.
    """
    text = """
        送货单号 | 订单号 | 到货日期 | 到货数
        SH-71 | PO-71 | 2026-03-02 | 12
        SH-72 | PO-72 | 2026-03-03 | 18
    """
    return xlsx(Sheet("登记", text, blank_rows=20_000))


@golden(
    26,
    "4月收货（公式已拉好）.xlsx",
    deliveries="""
        delivery_id | order_id | delivered_on | received | accepted | rejected
        SH-401      | PO-401   | 2026-04-01   | 100      | 97       | 3
        SH-402      | PO-402   | 2026-04-02   | 80       | 80       | 0
    """,
)
def formula_rows_prepared_for_a_month_without_data() -> bytes:
    """月初把公式往下拉了三百行：序号、差额都是公式，除两行外都还没有数据。
    A month's sheet with formulas copied down three hundred rows, of which only two hold data yet.
    """
    rows = [
        "序号 | 送货单号 | 订单号 | 到货日期 | 到货数 | 不合格数 | 合格数",
        '=IF(B2="","",ROW()-1) -> 1 | SH-401 | PO-401 | 2026-04-01 | 100 | 3 | =E2-F2 -> 97',
        '=IF(B3="","",ROW()-1) -> 2 | SH-402 | PO-402 | 2026-04-02 | 80 | 0 | =E3-F3 -> 80',
        *(f'=IF(B{n}="","",ROW()-1) -> | | | | | | =E{n}-F{n} -> 0' for n in range(4, 304)),
    ]
    return xlsx(Sheet("4月", lines(rows)))


@golden(
    27,
    "送货登记（有误录）.xlsx",
    complaints=["登记! ? something stands far away from the table"],
    deliveries="""
        delivery_id | order_id | delivered_on | received
        SH-91       | PO-91    | 2026-03-16   | 5
        SH-92       | PO-92    | 2026-03-17   | 6
    """,
)
def a_stray_cell_far_away() -> bytes:
    """有人误按了一下，在第九万行、最右边的列里留了一个字。
    A slip of the hand left one character tens of thousands of rows down and far to the right.
    """
    text = """
        送货单号 | 订单号 | 到货日期 | 到货数
        SH-91 | PO-91 | 2026-03-16 | 5
        SH-92 | PO-92 | 2026-03-17 | 6
    """
    return xlsx(Sheet("登记", text, cells={"XFA90000": "、"}))
