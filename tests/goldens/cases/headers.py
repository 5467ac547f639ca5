"""Where a header stands, how many tiers it has, and what people write into it."""

from __future__ import annotations

from tests.goldens.golden import golden
from tests.goldens.writers import Sheet, lines, xlsx


@golden(
    1,
    "外协订单台账2026.xlsx",
    orders="""
        order_id    | vendor             | item   | quantity | unit_price | ordered_on | promised_on
        PO-2026-001 | 示例甲电子有限公司 | 板卡A1 | 120      | 35.5       | 2026-03-02 | 2026-03-20
        PO-2026-002 | 虚构乙机加工有限公司 | 支架B2 | 300    | 8.2        | 2026-03-03 | 2026-03-25
    """,
)
def title_unit_hint_and_blank_rows() -> bytes:
    """订单台账：标题、单位、填写提示和空行都在表头之上，表头在第 6 行。
    An order ledger whose header stands in row 6, below a title, a unit line, a hint and blank rows.
    """
    text = """
        **2026年外协订单台账**
        .
        | | | | | | 单位：元
        红色列为必填，日期请写成 2026-01-01
        .
        订单号 | 供应商 | 品名 | 订单数量 | 单价 | 下单日期 | 承诺交期
        PO-2026-001 | 示例甲电子有限公司 | 板卡A1 | 120 | 35.5 | 2026-03-02 | 2026-03-20
        PO-2026-002 | 虚构乙机加工有限公司 | 支架B2 | 300 | 8.2 | 2026-03-03 | 2026-03-25
    """
    return xlsx(Sheet("订单", text, merged="A1:G1 A4:G4"))


@golden(
    2,
    "供应商名录.xlsx",
    vendors="""
        vendor             | vendor_id | status | contact | phone       | tax_id
        示例甲电子有限公司 | V-001     | 合格   | 虚构甲  | 13800000001 | 91310000MA1EXAMPL1
        样例丙包装有限公司 | V-003     | 试点   | 虚构丙  | 13800000003 | 91310000MA1EXAMPL3
    """,
)
def header_in_row_8_and_blank_columns() -> bytes:
    """供应商名录：前两列全空，表头在第 8 行，中间还夹着一列空列。
    A vendor list with two blank columns at the left, one between, and its header in row 8.
    """
    text = """
        .
        | | **示例集团 合格供方名录**
        .
        | | 编制部门：虚构采购部
        | | 版本：V3.2
        .
        .
        | | 供应商名称 | 供应商编码 | 准入状态 | | 联系人 | 联系电话 | 统一社会信用代码
        | | 示例甲电子有限公司 | V-001 | 合格 | | 虚构甲 | 13800000001 | 91310000MA1EXAMPL1
        | | 样例丙包装有限公司 | V-003 | 试点 | | 虚构丙 | 13800000003 | 91310000MA1EXAMPL3
    """
    return xlsx(Sheet("名录", text, merged="C2:I2"))


@golden(
    3,
    "满意度评价表（含评分说明）.xlsx",
    surveys="""
        vendor             | period | rater    | csat | communication | problem_solving | culture | comment
        示例甲电子有限公司 | 2026Q1 | 虚构质量部 | 4  | 4             | 3               | 5       | 响应快
        示例丁线束有限公司 | 2026Q1 | 虚构计划部 | 3  | 2             | 3               | 3       |
    """,
)
def header_in_row_25() -> bytes:
    """评价表：评分标准写了二十多行，真正的表头在第 25 行。
    A survey whose scoring guide takes two dozen rows, so that the header stands in row 25.
    """
    guide = [f"{n}. 评分标准第{n}条：5 分为非常满意，1 分为非常不满意。" for n in range(1, 23)]
    table = """
        评价填写说明
        {guide}
        .
        供应商 | 评价期间 | 评价人 | 满意度 | 沟通顺畅度 | 问题解决 | 文化契合 | 评语
        示例甲电子有限公司 | 2026年第1季度 | 虚构质量部 | 4 | 4 | 3 | 5 | 响应快
        示例丁线束有限公司 | 2026年第1季度 | 虚构计划部 | 3 | 2 | 3 | 3 |
    """
    return xlsx(Sheet("评价", table.replace("{guide}", lines(guide).replace("\n", "\n        "))))


@golden(
    4,
    "3月收货统计.xlsx",
    deliveries="""
        delivery_id | order_id | vendor               | delivered_on | received | accepted | rejected | accepted_on
        SH-0301     | PO-101   | 示例甲电子有限公司   | 2026-03-04   | 100      | 98       | 2        | 2026-03-05
        SH-0302     | PO-102   | 虚构乙机加工有限公司 | 2026-03-06   | 250      | 250      | 0        | 2026-03-06
    """,
)
def two_tiers_with_the_same_leaf_names() -> bytes:
    """两层表头：“到货”“合格”“不合格”下面都叫“数量”，“到货”“检验”下面都叫“日期”，只有连起来读才知道是什么。
    Two tiers in which 数量 and 日期 repeat under different groups: only the path tells which is which.
    """
    text = """
        送货单号 | 订单号 | 供应商 | 到货 | | 合格 | 不合格 | 检验
        | | | 日期 | 数量 | 数量 | 数量 | 日期
        SH-0301 | PO-101 | 示例甲电子有限公司 | 2026-03-04 | 100 | 98 | 2 | 2026-03-05
        SH-0302 | PO-102 | 虚构乙机加工有限公司 | 2026-03-06 | 250 | 250 | 0 | 2026-03-06
    """
    return xlsx(Sheet("收货", text, merged="A1:A2 B1:B2 C1:C2 D1:E1"))


@golden(
    5,
    "外协合同台账.xlsx",
    contracts="""
        contract_id | vendor               | title    | starts_on  | ends_on    | amount | payment_days | advance_rate | retention_rate | retention_months
        HT-2026-01  | 示例甲电子有限公司   | 板卡加工 | 2026-01-01 | 2026-12-31 | 650000 | 60           | 0.3          | 0.05           | 12
        HT-2026-02  | 示例丁线束有限公司   | 线束外协 | 2026-02-01 | 2027-01-31 | 120000 | 30           | 0.1          | 0.03           | 24
    """,
)
def three_tiers_of_merged_groups() -> bytes:
    """三层合并表头的合同台账，标题下第 3 到第 5 行，“付款条件”“质保”各带几列。
    A contract ledger with three tiers of merged groups in rows 3 to 5.
    """
    text = """
        **外协合同台账（2026）**
        .
        合同编号 | 供应商 | 合同名称 | 期限 | | 合同金额(元) | 商务条款
        | | | | | | 付款条件 | | 质保条件
        | | | 开始日期 | 结束日期 | | 账期(天) | 预付比例 | 质保金比例 | 质保期(月)
        HT-2026-01 | 示例甲电子有限公司 | 板卡加工 | 2026-01-01 | 2026-12-31 | 650000 | 60 | 30% | 5% | 12
        HT-2026-02 | 示例丁线束有限公司 | 线束外协 | 2026-02-01 | 2027-01-31 | 120000 | 30 | 10% | 3% | 24
    """
    merged = "A1:J1 A3:A5 B3:B5 C3:C5 D3:E4 F3:F5 G3:J3 G4:H4 I4:J4"
    return xlsx(Sheet("合同", text, merged=merged))


@golden(
    6,
    "供应商台账（集团格式）.xlsx",
    vendors="""
        vendor               | vendor_id | category | status | contact | phone       | bank_name | bank_account        | monthly_capacity
        示例甲电子有限公司   | V-001     | PCBA     | 合格   | 虚构甲  | 13800000001 | 示例银行  | 6222000000000001107 | 5000
        虚构乙机加工有限公司 | V-002     | 机加     | 战略   | 虚构乙  | 13800000002 | 样例银行  | 6222000000000002218 | 800
    """,
)
def four_tiers_in_rows_3_to_6() -> bytes:
    """集团格式的供应商台账：四层合并表头占第 3 到第 6 行，叶子列名要连上一两层才完整。
    A vendor ledger in the group's own form: four tiers of merged cells in rows 3 to 6.
    """
    text = """
        **供应商台账**
        .
        序号 | 供应商基本情况 | | | | 联络与账户
        | 身份 | | 供货 | | 联络 | | 账户
        | 工商登记 | 内部 | 分类 | 资格 | 商务窗口 | | 收款
        | 供应商名称 | 供应商编码 | 外协类别 | 准入状态 | 联系人 | 联系电话 | 开户行 | 银行账号 | 月产能(件)
        1 | 示例甲电子有限公司 | V-001 | PCBA | 合格 | 虚构甲 | '13800000001 | 示例银行 | '6222000000000001107 | 5000
        2 | 虚构乙机加工有限公司 | V-002 | 机加 | 战略 | 虚构乙 | '13800000002 | 样例银行 | '6222000000000002218 | 800
    """
    merged = "A1:J1 A3:A6 B3:E3 F3:I3 B4:C4 D4:E4 F4:G4 H4:I4 F5:G5 H5:I5 J3:J5"
    return xlsx(Sheet("台账", text, merged=merged))


@golden(
    7,
    "订单执行总表.xlsx",
    orders="""
        order_id | vendor               | item  | quantity | unit | unit_price | tax_rate | ordered_on | promised_on
        PO-501   | 示例甲电子有限公司   | 板卡A | 40       | 件   | 120        | 0.13     | 2026-01-08 | 2026-02-10
        PO-502   | 样例丙包装有限公司   | 纸箱C | 900      | 个   | 3.6        | 0.13     | 2026-01-09 | 2026-01-30
    """,
)
def five_tiers() -> bytes:
    """五层表头的订单执行总表：公司、年度、业务、分组、列名，最细的一层才是列名。
    An order overview with five tiers: company, year, business, group and, at the bottom, the column.
    """
    text = """
        示例集团
        2026年度
        外协业务
        基本信息 | | | 数量与价格 | | | | 日期
        订单号 | 供应商 | 品名 | 订单数量 | 单位 | 单价 | 税率 | 下单日期 | 承诺交期
        PO-501 | 示例甲电子有限公司 | 板卡A | 40 | 件 | 120 | 13% | 2026-01-08 | 2026-02-10
        PO-502 | 样例丙包装有限公司 | 纸箱C | 900 | 个 | 3.6 | 13% | 2026-01-09 | 2026-01-30
    """
    return xlsx(Sheet("总表", text, merged="A1:I1 A2:I2 A3:I3 A4:C4 D4:G4 H4:I4"))


@golden(
    8,
    "水泵外协订单.xlsx",
    orders="""
        order_id | vendor               | item    | quantity | unit_price | promised_on | tax_rate
        PO-701   | 虚构乙机加工有限公司 | 泵体P-1 | 12       | 860        | 2026-04-15  | 0.13
        PO-702   | 虚构乙机加工有限公司 | 叶轮P-2 | 30       | 145.5      | 2026-04-18  | 0.13
    """,
)
def header_words_as_people_write_them() -> bytes:
    """表头里有换行、字间空格、括号里的说明和单位、全角字母，还有“（必填）”。
    Header words with line breaks, inner spaces, instructions and units in brackets, full-width letters.
    """
    text = r"""
        ＰＯ | 供 应 商\n（必填） | 品　名 | 订购\n数量(件) | 单  价\n（元，无则填0） | 计划\n交期 | 税 率（%） | 水 泵 型 号
        PO-701 | 虚构乙机加工有限公司 | 泵体P-1 | 12 | 860 | 2026-04-15 | 13 | XB-100
        PO-702 | 虚构乙机加工有限公司 | 叶轮P-2 | 30 | 145.5 | 2026-04-18 | 13 | XB-200
    """
    return xlsx(Sheet("订单", text))


@golden(
    9,
    "外协订单及占比.xlsx",
    orders="""
        order_id | vendor               | quantity | unit_price | promised_on
        PO-801   | 示例甲电子有限公司   | 60       | 10         | 2026-05-10
        PO-802   | 虚构乙机加工有限公司 | 40       | 20         | 2026-05-12
    """,
)
def the_same_header_word_four_times() -> bytes:
    """“占比”这个列名出现四次，没有一列是要读的，不应因此报重复。
    A header word (占比) stands four times; none of these columns is needed, so it is nothing to ask about.
    """
    text = """
        订单号 | 供应商 | 订单数量 | 占比 | 单价 | 占比 | 金额 | 占比 | 承诺交期 | 占比
        PO-801 | 示例甲电子有限公司 | 60 | 60% | 10 | 33% | 600 | 43% | 2026-05-10 | 50%
        PO-802 | 虚构乙机加工有限公司 | 40 | 40% | 20 | 67% | 800 | 57% | 2026-05-12 | 50%
    """
    return xlsx(Sheet("占比分析", text))


@golden(
    10,
    "外协订单填报模板.xlsx",
    orders="""
        order_id | vendor             | quantity | unit_price | unit | promised_on
        PO-901   | 示例甲电子有限公司 | 15       | 66         | 件   | 2026-06-01
        PO-902   | 示例丁线束有限公司 | 25       | 12.5       | 根   | 2026-06-05
    """,
)
def a_required_and_optional_row_below_the_header() -> bytes:
    """填报模板：表头下一行写着每列“必填/选填”，再下一行是“文本/数字/日期”的格式提示。
    A template with a row of 必填/选填 below the header and another that names the format of each column.
    """
    text = """
        订单号 | 供应商 | 订单数量 | 单价 | 单位 | 承诺交期
        必填 | 必填 | 必填 | 必填 | 选填 | 选填
        文本 | 文本 | 数字 | 数字 | 文本 | 日期
        PO-901 | 示例甲电子有限公司 | 15 | 66 | 件 | 2026-06-01
        PO-902 | 示例丁线束有限公司 | 25 | 12.5 | 根 | 2026-06-05
    """
    return xlsx(Sheet("填报", text))


@golden(
    11,
    "发票登记（带单位行）.xlsx",
    invoices="""
        invoice_no           | vendor             | invoiced_on | net      | tax     | gross
        26312000000000000101 | 示例甲电子有限公司 | 2026-03-15  | 10000    | 1300    | 11300
        26312000000000000102 | 样例丙包装有限公司 | 2026-03-16  | 2500     | 325     | 2825
    """,
)
def a_row_of_units_below_the_header() -> bytes:
    """表头下面单独一行写单位（元、元、元），没有数据。
    A row below the header that holds only the units of the columns.
    """
    text = """
        发票号码 | 销售方 | 开票日期 | 不含税金额 | 税额 | 价税合计
        | | | （元） | （元） | （元）
        '26312000000000000101 | 示例甲电子有限公司 | 2026-03-15 | 10000 | 1300 | 11300
        '26312000000000000102 | 样例丙包装有限公司 | 2026-03-16 | 2500 | 325 | 2825
    """
    return xlsx(Sheet("发票", text))


@golden(
    12,
    "订单明细（漏写列名）.xlsx",
    complaints=["订单!E ? the column holds data and has no name"],
    orders="""
        order_id | vendor             | quantity | unit_price | promised_on
        PO-951   | 示例甲电子有限公司 | 10       | 50         | 2026-06-10
        PO-952   | 示例丁线束有限公司 | 20       | 60         | 2026-06-11
    """,
)
def a_column_of_data_without_a_header() -> bytes:
    """中间一列有内容却没有列名：不能猜，也不能不说。
    A column with data but without a header: neither to be guessed nor to be passed over in silence.
    """
    text = """
        订单号 | 供应商 | 订单数量 | 单价 | | 承诺交期
        PO-951 | 示例甲电子有限公司 | 10 | 50 | 500 | 2026-06-10
        PO-952 | 示例丁线束有限公司 | 20 | 60 | 1200 | 2026-06-11
    """
    return xlsx(Sheet("订单", text))


@golden(
    13,
    "合同台账（含付款年度块）.xlsx",
    unknown=["付款台账: 2025年支付›1月", "付款台账: 2026年支付›12月"],
    contracts="""
        contract_id | vendor               | title    | starts_on  | ends_on    | amount
        HT-2025-11  | 示例甲电子有限公司   | 板卡加工 | 2025-01-01 | 2026-12-31 | 480000
        HT-2025-12  | 虚构乙机加工有限公司 | 机加外协 | 2025-03-01 | 2026-02-28 | 96000
    """,
)
def year_blocks_of_twelve_months_beside_the_columns() -> bytes:
    """付款台账的格式：合同各列右边是 2025、2026 两个年度块，每块十二个月，月份名重复，再加“小计”列。
    A payment ledger's form: right of the contract's columns two year blocks of twelve months with repeated names.
    """
    months = " | ".join(f"{month}月" for month in range(1, 13))
    groups = " | ".join(["2025年支付", *[""] * 12, "2026年支付", *[""] * 12])
    paid = " | ".join([*["1000"] * 12, "12000"] * 2)
    text = lines(
        [
            "**外协合同付款台账**",
            ".",
            f"合同编号 | 供应商 | 合同名称 | 开始日期 | 结束日期 | 合同金额 | {groups}",
            f" | | | | | | {months} | 小计 | {months} | 小计",
            f"HT-2025-11 | 示例甲电子有限公司 | 板卡加工 | 2025-01-01 | 2026-12-31 | 480000 | {paid}",
            f"HT-2025-12 | 虚构乙机加工有限公司 | 机加外协 | 2025-03-01 | 2026-02-28 | 96000 | {paid}",
        ]
    )
    merged = "A3:A4 B3:B4 C3:C4 D3:D4 E3:E4 F3:F4 G3:S3 T3:AF3"
    return xlsx(Sheet("付款台账", text, merged=merged))
