"""The header words of each workbook, as its keeper typed them: (upper tier, header cell, look, width)."""

from __future__ import annotations

from typing import NamedTuple


class Column(NamedTuple):
    """A column of a sheet: the upper tier's word, the header cell's own text, its look and width."""

    group: str
    header: str
    look: str = "text"
    width: int = 12


CLAUSES = ("服务范围", "考核指标", "奖惩", "保密", "知识产权", "变更管理", "退出机制")

VENDOR_COLUMNS = (
    Column("基本信息", "供应商\n编码"),
    Column("基本信息", "供 应 商 名 称", width=34),
    Column("基本信息", "外协类别"),
    Column("基本信息", "准入\n状态"),
    Column("基本信息", "准入日期", "date"),
    Column("基本信息", "统一社会信用代码", width=22),
    Column("基本信息", "中小企业\n（是/否）"),
    Column("基本信息", "月产能\n（件）", "int"),
    Column("联系方式", "联系人"),
    Column("联系方式", "电 话", width=18),
    Column("联系方式", "电子邮箱", width=26),
    Column("账户信息", "开 户 行", width=26),
    Column("账户信息", "银行账号\n（文本格式）", width=24),
)

CONTRACT_COLUMNS = (
    Column("合同信息", "合同编号", width=14),
    Column("合同信息", "供应商名称", width=34),
    Column("合同信息", "合同名称", width=26),
    Column("合同信息", "外协类别"),
    Column("合同信息", "生效日期", "date", 14),
    Column("合同信息", "终止日期", "date", 14),
    Column("商务条款", "合同金额\n（万元）", "money"),
    Column("商务条款", "币种", width=7),
    Column("商务条款", "税率", "percent", 8),
    Column("商务条款", "付款天数\n（天）", "int"),
    Column("商务条款", "质保金\n比例", "percent"),
    Column("商务条款", "质保期\n(月)", "int"),
    Column("商务条款", "迟交违约金\n（每天）", "percent"),
    Column("商务条款", "违约金\n上限", "percent"),
    Column("指标", "按时交付率\n目标", "percent"),
    Column("指标", "PPM目标", "int"),
    Column("指标", "满意度\n目标", "int"),
    *(Column("条款", clause, width=10) for clause in CLAUSES),
)

ORDER_COLUMNS = (
    Column("", "订单号", width=15),
    Column("", "行号", "int", 6),
    Column("", "合同编号", width=14),
    Column("", "供应商", width=34),
    Column("", "物料", width=14),
    Column("", "规 格", width=16),
    Column("", "外协类别"),
    Column("", "订单数量\n（件）", "int"),
    Column("", "单位", width=6),
    Column("", "单 价(元)", "money"),
    Column("", "税率", "percent", 8),
    Column("", "下单日期", "date"),
    Column("", "承诺交期", "date"),
    Column("", "变更交期", "date"),
    Column("", "备注", width=20),
)

DELIVERY_COLUMNS = (
    Column("单据", "送货单号", width=18),
    Column("单据", "订单号", width=15),
    Column("单据", "行号", "int", 6),
    Column("单据", "供应商", width=34),
    Column("单据", "到货\n日期", "date", 14),
    Column("数量", "到货数\n（件）", "int"),
    Column("数量", "合格数\n（件）", "int"),
    Column("数量", "不合格数\n（件）", "int"),
    Column("验收", "检验日期", "date", 14),
    Column("验收", "检 验 员", width=14),
    Column("验收", "责任方"),
)
DAILY_COLUMNS = tuple(column._replace(group="") for column in DELIVERY_COLUMNS)
PLAIN_DELIVERY_WORDS = (
    *("送货单号", "订单号", "行号", "供应商", "到货日期"),
    *("到货数", "合格数", "不合格数"),
    *("检验日期", "检验员", "责任方"),
)

INVOICE_COLUMNS = (
    Column("", "发票号码", width=24),
    Column("", "供应商", width=34),
    Column("", "订单号", width=15),
    Column("", "行号", "int", 6),
    Column("", "合同编号", width=14),
    Column("", "开票日期", "date"),
    Column("", "数量", "int"),
    Column("", "单 价\n（不含税）", "money"),
    Column("", "不含税金额(元)", "money", 16),
    Column("", "税率", "percent", 8),
    Column("", "税额(元)", "money"),
    Column("", "价税合计(元)", "money", 16),
    Column("", "发票类型"),
)

SURVEY_COLUMNS = (
    Column("", "供应商", width=34),
    Column("", "评价期间", width=16),
    Column("", "评价人", width=14),
    Column("", "满意度\n（1-5分）", "int"),
    Column("", "沟通顺畅度\n（1-5分）", "int"),
    Column("", "问题解决\n（1-5分）", "int"),
    Column("", "文化契合\n（1-5分）", "int"),
    Column("", "备 注", width=28),
)
