"""Facts that stand beside the table: above it, in a form, in the name of the sheet or the file, in the names of columns."""

from __future__ import annotations

from tests.goldens.golden import golden
from tests.goldens.writers import Sheet, lines, xlsx


@golden(
    28,
    "示例甲电子订单确认.xlsx",
    orders="""
        order_id | line | vendor             | contract_id | currency | item  | quantity | unit_price | promised_on
        PO-1001  | 1    | 示例甲电子有限公司 | HT-2026-01  | CNY      | 板卡A | 10       | 120        | 2026-05-08
        PO-1001  | 2    | 示例甲电子有限公司 | HT-2026-01  | CNY      | 板卡B | 25       | 64         | 2026-05-09
    """,
)
def key_values_above_the_table_in_one_cell() -> bytes:
    """表上方一行写着“供应商：… 合同编号：… 币种：…”，对下面每一行都有效。
    A line above the table says 供应商:… 合同编号:… 币种:…, which holds for every row below.
    """
    text = """
        **订单确认书**
        供应商：示例甲电子有限公司    合同编号：HT-2026-01    币种：CNY
        订单号：PO-1001    下单日期：2026-04-02
        行号 | 品名 | 数量 | 单价 | 交期
        1 | 板卡A | 10 | 120 | 2026-05-08
        2 | 板卡B | 25 | 64 | 2026-05-09
    """
    return xlsx(Sheet("确认书", text, merged="A1:E1 A2:E2 A3:E3"))


@golden(
    29,
    "收货验收单 SH-20260312.xlsx",
    deliveries="""
        delivery_id | order_id | line | vendor               | delivered_on | received | accepted | accepted_by
        SH-20260312 | PO-1101  | 1    | 虚构乙机加工有限公司 | 2026-03-12   | 40       | 40       | 虚构检
        SH-20260312 | PO-1101  | 2    | 虚构乙机加工有限公司 | 2026-03-12   | 60       | 58       | 虚构检
    """,
)
def key_values_above_the_table_in_separate_cells() -> bytes:
    """表上方是标签格与值格成对：供应商、送货单号、到货日期、检验员各占两格。
    Above the table labels and values stand in cells of their own, two pairs on a line.
    """
    text = """
        **收货验收单**
        供应商 | 虚构乙机加工有限公司 | | 送货单号 | SH-20260312
        到货日期： | 2026-03-12 | | 检验员： | 虚构检
        .
        订单号 | 行号 | 品名 | 到货数 | 合格数
        PO-1101 | 1 | 支架A | 40 | 40
        PO-1101 | 2 | 支架B | 60 | 58
    """
    return xlsx(Sheet("验收单", text, merged="A1:E1"))


@golden(
    30,
    "送货单20260318.xlsx",
    deliveries="""
        delivery_id | order_id | vendor             | delivered_on | received | accepted | accepted_by
        SH-0318-01  | PO-1201  | 示例丁线束有限公司 | 2026-03-18   | 240      | 238      | 虚构收
    """,
)
def a_delivery_note_that_is_a_form() -> bytes:
    """送货单是一张表单，没有表格：左边标签右边值，一行两对，下面是签字栏。
    A delivery note without any table: label left, value right, two pairs on a line, signatures below.
    """
    text = """
        **送 货 单**
        送货单号： | SH-0318-01 | 送货日期： | 2026-03-18
        供应商： | 示例丁线束有限公司 | 订单号： | PO-1201
        送货数量： | 240 | 合格数： | 238
        验收人： | 虚构收 | 备注： | 外箱一只受潮
        .
        送货人签字： | | 收货人签字： |
    """
    return xlsx(Sheet("送货单", text, merged="A1:D1"))


@golden(
    31,
    "合同信息表-HT-2026-15.xlsx",
    contracts="""
        contract_id | vendor             | title        | starts_on  | ends_on    | amount | currency | payment_days | retention_rate
        HT-2026-15  | 样例丙包装有限公司 | 包装材料年框 | 2026-03-01 | 2027-02-28 | 860000 | CNY      | 45           | 0.05
    """,
)
def a_contract_that_is_a_form() -> bytes:
    """合同信息表：一份合同一页，标签和值用合并单元格，一行两对，金额带单位和千分位。
    A contract's information sheet: one page for one contract, labels and values in merged cells, two pairs on a line.
    """
    text = """
        **合同信息表**
        一、基本信息
        合同编号 | HT-2026-15 | | 合同名称 | 包装材料年框 |
        供应商 | 样例丙包装有限公司 | | 币种 | CNY |
        生效日期 | 2026年3月1日 | | 到期日期 | 2027年2月28日 |
        二、商务条款
        合同金额 | '860,000.00元 | | 账期（天） | 45 |
        质保金比例 | 5% | | 经办人 | 虚构购 |
    """
    merged = "A1:F1 A2:F2 B3:C3 E3:F3 B4:C4 E4:F4 B5:C5 E5:F5 A6:F6 B7:C7 E7:F7 B8:C8 E8:F8"
    return xlsx(Sheet("合同信息", text, merged=merged))


@golden(
    32,
    "2026年收货台账.xlsx",
    deliveries="""
        delivery_id | order_id | delivered_on | received
        SH-301      | PO-301   | 2026-03-05   | 10
        SH-302      | PO-302   | 2026-03-28   | 20
        SH-401      | PO-401   | 2026-04-01   | 30
        SH-402      | PO-402   | 2026-04-30   | 40
    """,
)
def month_sheets_whose_dates_have_no_year() -> bytes:
    """每月一张表，日期只写“3月5日”，年份只在文件名里。
    A sheet a month, dates such as 3月5日, and the year nowhere but in the file's name.
    """
    march = """
        送货单号 | 订单号 | 到货日期 | 到货数
        SH-301 | PO-301 | 3月5日 | 10
        SH-302 | PO-302 | 3月28日 | 20
    """
    april = """
        送货单号 | 订单号 | 到货日期 | 到货数
        SH-401 | PO-401 | 4月1日 | 30
        SH-402 | PO-402 | 4月30日 | 40
    """
    return xlsx(Sheet("3月", march), Sheet("4月", april))


@golden(
    33,
    "满意度评价表_2026年第2季度.xlsx",
    surveys="""
        vendor               | period | rater      | csat | comment
        示例甲电子有限公司   | 2026Q2 | 虚构质量部 | 5    | 好
        虚构乙机加工有限公司 | 2026Q2 | 虚构质量部 | 3    | 交期需跟催
    """,
)
def the_period_is_in_the_files_name() -> bytes:
    """评价表里没有“评价期间”这一列，季度只写在文件名里。
    A survey without a column for the period: the quarter is in the file's name.
    """
    text = """
        供应商 | 评价人 | 满意度 | 评语
        示例甲电子有限公司 | 虚构质量部 | 5 | 好
        虚构乙机加工有限公司 | 虚构质量部 | 3 | 交期需跟催
    """
    return xlsx(Sheet("评价", text))


@golden(
    34,
    "外协订单（一家一表）.xlsx",
    sender={"sheet_facts": "(?P<vendor>.+公司)"},
    orders="""
        order_id | vendor               | quantity | unit_price | promised_on
        PO-1301  | 示例甲电子有限公司   | 10       | 11         | 2026-06-01
        PO-1302  | 示例甲电子有限公司   | 20       | 12         | 2026-06-02
        PO-1303  | 虚构乙机加工有限公司 | 30       | 13         | 2026-06-03
    """,
)
def the_vendor_is_the_sheets_name() -> bytes:
    """一家供应商一张表，表名就是供应商全称，表里没有这一列；配置里有一行 sheet_facts。
    A sheet for each vendor: its name is the vendor's full name; config/sources has a line of sheet_facts.
    """
    first = """
        订单号 | 订单数量 | 单价 | 承诺交期
        PO-1301 | 10 | 11 | 2026-06-01
        PO-1302 | 20 | 12 | 2026-06-02
    """
    second = """
        订单号 | 订单数量 | 单价 | 承诺交期
        PO-1303 | 30 | 13 | 2026-06-03
    """
    return xlsx(Sheet("示例甲电子有限公司", first), Sheet("虚构乙机加工有限公司", second))


@golden(
    35,
    "供应商月度满意度.xlsx",
    surveys=lines(
        [
            "vendor | period | rater | csat",
            *(f"示例甲电子有限公司 | 2025-{m:02d} | 虚构质量部 | {3 + m % 3}" for m in range(10, 13)),
            *(f"示例甲电子有限公司 | 2026-{m:02d} | 虚构质量部 | {3 + m % 3}" for m in range(1, 4)),
            *(f"示例丁线束有限公司 | 2025-{m:02d} | 虚构计划部 | 4" for m in range(10, 13)),
            "示例丁线束有限公司 | 2026-01 | 虚构计划部 | 2",
        ]
    ),
)
def months_side_by_side_that_mean_rows() -> bytes:
    """宽表：2025年、2026年两个年份组，每组下面是月份，每格是当月满意度，没评的月份空着。
    A wide table: months under two year groups, a month's mark in each cell, blank where nobody rated.
    """
    marks = " | ".join(str(3 + m % 3) for m in (10, 11, 12, 1, 2, 3))
    text = f"""
        **供应商月度满意度（1至5分）**
        供应商 | 评价人 | 2025年 | | | 2026年 | |
        | | 10月 | 11月 | 12月 | 1月 | 2月 | 3月
        示例甲电子有限公司 | 虚构质量部 | {marks}
        示例丁线束有限公司 | 虚构计划部 | 4 | 4 | 4 | 2 | |
    """
    return xlsx(Sheet("满意度", text, merged="A1:H1 A2:A3 B2:B3 C2:E2 F2:H2"))


@golden(
    36,
    "外协项目订单（一单一表）.xlsx",
    orders=lines(
        [
            "order_id | vendor | item | quantity | unit_price | promised_on",
            *(f"PO-2026-{n:03d} | 示例甲电子有限公司 | 板卡{n} | {10 + n} | {n} | 2026-05-20" for n in range(1, 61)),
        ]
    ),
)
def sixty_sheets_one_for_each_order() -> bytes:
    """六十张表一单一张，另有封面、填写说明、透视表样子的汇总，还有隐藏和深度隐藏的旧表。
    Sixty sheets, one for each order, among a cover, notes, a pivot-like summary, a hidden and a very hidden sheet.
    """
    order = """
        订单号 | 供应商 | 品名 | 订单数量 | 单价 | 承诺交期
        PO-2026-{n:03d} | 示例甲电子有限公司 | 板卡{n} | {quantity} | {n} | 2026-05-20
    """
    pivot = "求和项:金额 | 列标签\n行标签 | 板卡 | 总计\n示例甲电子有限公司 | 1830 | 1830\n总计 | 1830 | 1830"
    old = """
        订单号 | 供应商 | 品名 | 订单数量 | 单价 | 承诺交期
        PO-OLD-1 | 示例甲电子有限公司 | 旧板卡 | 1 | 1 | 2020-01-01
    """
    return xlsx(
        Sheet("封面", "**示例集团外协项目订单**\n编制：虚构采购部\n2026年3月"),
        Sheet("填写说明", "1、一单一表，表名为订单号。\n2、单价为不含税价。"),
        *(Sheet(f"PO-{n:03d}", order.format(n=n, quantity=10 + n)) for n in range(1, 61)),
        Sheet("汇总", pivot),
        Sheet("旧表", old, hidden="hidden"),
        Sheet("_参数", old, hidden="very"),
    )


@golden(
    37,
    "供应商月度评分.xlsx",
    complaints=["评分!C1 PERIOD_NO_YEAR the months have no year, and neither has the title or the file's name"],
)
def months_side_by_side_without_any_year() -> bytes:
    """宽表的月份没有年份，标题、表名、文件名里也都没有，只能问。
    Months side by side without a year in the title, the sheet's name or the file's: it can only be asked.
    """
    text = """
        供应商 | 评价人 | 1月 | 2月 | 3月
        示例甲电子有限公司 | 虚构质量部 | 5 | 4 | 4
    """
    return xlsx(Sheet("评分", text))
