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

# The further ledgers: field → column, in the order of their sheets.
SHEET_METAL_COLUMNS = {
    "order_id": Column("订单", "订单号", width=14),
    "contract_id": Column("订单", "合同编号", width=14),
    "vendor": Column("订单", "供应商", width=28),
    "item": Column("订单", "物料", width=10),
    "description": Column("订单", "规 格", width=10),
    "quantity": Column("订单", "订单数量\n（件）", "int", 10),
    "unit_price": Column("订单", "单价\n（元）", "money", 10),
    "tax_rate": Column("订单", "税率", "percent", 8),
    "ordered_on": Column("交期", "下单日期", "date", 14),
    "promised_on": Column("交期", "承诺交期", "date", 14),
    "revised_on": Column("交期", "变更交期", "date", 14),
    "delivered_on": Column("收货", "到货日期", "date", 14),
    "received": Column("收货", "到货数", "int", 9),
    "accepted": Column("收货", "合格数", "int", 9),
    "rejected": Column("收货", "不合格数", "int", 9),
    "remark": Column("", "备注", width=14),
}
LOT_COLUMNS = {
    "inspection_id": Column("", "检验单号", width=14),
    "inspected_on": Column("", "检验日期", "date", 14),
    "vendor": Column("", "供应商", width=30),
    "item": Column("", "物料", width=12),
    "lot": Column("", "批 号", width=12),
    "lot_size": Column("", "批量\n（件）", "int", 9),
    "sampled": Column("", "抽检数", "int", 9),
    "defects": Column("", "不良数", "int", 9),
    "defect_type": Column("", "不良现象", width=14),
    "result": Column("", "判定", width=10),
}
ACTION_COLUMNS = {
    "action_id": Column("", "8D编号", width=14),
    "vendor": Column("", "责任供应商", width=30),
    "issue": Column("", "问题描述", width=22),
    "opened_on": Column("", "发起日期", "date", 14),
    "stage": Column("", "当前阶段", width=10),
    "due_on": Column("", "要求完成日期", "date", 14),
    "closed_on": Column("", "关闭日期", "date", 14),
    "repeat": Column("", "是否重复", width=10),
    "remark": Column("", "备注", width=14),
}
INCIDENT_COLUMNS = {
    "ticket_id": Column("", "问题编号", width=14),
    "vendor": Column("", "责任供应商", width=30),
    "kind": Column("", "类型", width=14),
    "title": Column("", "问题描述", width=26),
    "severity": Column("", "级别", width=8),
    "opened_at": Column("", "发现时间", "moment", 18),
    "responded_at": Column("", "响应时间", "moment", 18),
    "resolved_at": Column("", "关闭时间", "moment", 18),
}
TICKET_COLUMNS = {
    "ticket_id": Column("问题", "问题单号", width=14),
    "vendor": Column("问题", "服务商", width=30),
    "title": Column("问题", "标 题", width=28),
    "kind": Column("问题", "类型", width=14),
    "severity": Column("问题", "严重程度", width=10),
    "opened_at": Column("处理时间", "提出时间", "moment", 18),
    "responded_at": Column("处理时间", "响应时间", "moment", 18),
    "resolved_at": Column("处理时间", "解决时间", "moment", 18),
}
MILESTONE_COLUMNS = {
    "contract_id": Column("", "合同编号", width=14),
    "vendor": Column("", "供应商", width=30),
    "milestone": Column("", "里程碑名称", width=18),
    "planned_on": Column("", "计划完成日期", "date", 14),
    "submitted_on": Column("", "提交日期", "date", 14),
    "accepted_on": Column("", "验收日期", "date", 14),
    "result": Column("", "验收结论", width=12),
}
MEASUREMENT_COLUMNS = {
    "vendor": Column("", "服务商", width=30),
    "contract_id": Column("", "合同编号", width=14),
    "measure": Column("", "指标名称", width=14),
    "measured_on": Column("", "统计日期", "date", 14),
    "value": Column("", "数值", "int", 9),
    "unit": Column("", "单位", width=8),
}
CERTIFICATE_COLUMNS = {
    "vendor": Column("", "持证单位", width=32),
    "type": Column("", "证书类型", width=14),
    "number": Column("", "证书编号", width=16),
    "issued_on": Column("有效期", "发证日期", "date", 14),
    "expires_on": Column("有效期", "有效期至", "date", 14),
    "required": Column("", "是否必备\n（是/否）", width=10),
}
CHANGE_COLUMNS = {
    "change_id": Column("变更", "变更单号", width=14),
    "contract_id": Column("变更", "合同编号", width=14),
    "requested_on": Column("变更", "申请日期", "date", 14),
    "description": Column("变更", "变更内容", width=30),
    "amount_delta": Column("影响", "变更金额\n（元）", "money", 14),
    "days_delta": Column("影响", "增减天数", "int", 10),
    "approved_by": Column("审批", "批准人", width=14),
    "approved_on": Column("审批", "批准日期", "date", 14),
}
MATERIAL_COLUMNS = {
    "order_id": Column("发料", "订单号", width=15),
    "vendor": Column("发料", "领料单位", width=30),
    "material": Column("发料", "材料名称", width=14),
    "issued_on": Column("发料", "发料日期", "date", 14),
    "issued": Column("发料", "发料数量\n（kg）", "kilos", 12),
    "consumed_standard": Column("核销", "理论耗用\n（kg）", "kilos", 12),
    "returned": Column("核销", "退料数量\n（kg）", "kilos", 12),
    "scrap": Column("核销", "废料\n（kg）", "kilos", 10),
    "unit_cost": Column("", "材料单价\n（元）", "money", 12),
}
APPEAL_COLUMNS = {
    "appeal_id": Column("", "申诉编号", width=14),
    "vendor": Column("", "申诉单位", width=30),
    "period": Column("", "考核期间", width=12),
    "order_id": Column("", "订单号", width=15),
    "line": Column("", "行号", "int", 7),
    "claim": Column("", "申诉理由", width=30),
    "fault": Column("", "主张责任方", width=12),
    "evidence": Column("", "证据材料", width=26),
    "decision": Column("处理", "处理结果", width=12),
    "decided_by": Column("处理", "处理人", width=14),
    "decided_on": Column("处理", "处理日期", "date", 14),
}

# The settlement story: one workbook a month, a sheet for each ledger.
STORY_VENDOR_COLUMNS = {
    "vendor_id": Column("基本信息", "供应商编码", width=12),
    "vendor": Column("基本信息", "供应商名称", width=32),
    "category": Column("基本信息", "外协类别", width=10),
    "status": Column("基本信息", "准入状态", width=10),
    "tax_id": Column("基本信息", "统一社会信用代码", width=22),
    "phone": Column("联系方式", "电 话", width=16),
    "email": Column("联系方式", "电子邮箱", width=26),
    "bank_name": Column("账户信息", "开 户 行", width=24),
    "bank_account": Column("账户信息", "银行账号\n（文本格式）", width=24),
}
STORY_CONTRACT_COLUMNS = {
    "contract_id": Column("合同", "合同编号", width=10),
    "vendor": Column("合同", "供应商名称", width=32),
    "title": Column("合同", "合同名称", width=20),
    "category": Column("合同", "外协类别", width=10),
    "starts_on": Column("合同", "生效日期", "date", 12),
    "ends_on": Column("合同", "终止日期", "date", 12),
    "amount": Column("商务条款", "合同金额\n（元）", "money", 14),
    "currency": Column("商务条款", "币种", width=7),
    "tax_rate": Column("商务条款", "税率", "percent", 8),
    "payment_days": Column("商务条款", "付款天数\n（天）", "int", 10),
    "advance": Column("商务条款", "预付款\n（元）", "money", 12),
    "advance_paid": Column("商务条款", "已付预付款\n（元）", "money", 12),
    "retention_rate": Column("商务条款", "质保金\n比例", "percent", 9),
    "retention_months": Column("商务条款", "质保期\n(月)", "int", 8),
    "late_penalty_rate": Column("商务条款", "迟交违约金\n（每天）", "percent", 11),
    "penalty_cap_rate": Column("商务条款", "违约金\n上限", "percent", 9),
    "bonus_rate": Column("商务条款", "奖励比例", "percent", 10),
}
STORY_ORDER_COLUMNS = {
    "order_id": Column("", "订单号", width=12),
    "line": Column("", "行号", "int", 6),
    "contract_id": Column("", "合同编号", width=10),
    "vendor": Column("", "供应商", width=32),
    "item": Column("", "物料", width=12),
    "quantity": Column("", "订单数量\n（件）", "int", 10),
    "unit_price": Column("", "单价\n（不含税）", "money", 10),
    "tax_rate": Column("", "税率", "percent", 8),
    "currency": Column("", "币种", width=7),
    "ordered_on": Column("", "下单日期", "date", 12),
    "promised_on": Column("", "承诺交期", "date", 12),
}
STORY_DELIVERY_COLUMNS = {
    "delivery_id": Column("单据", "送货单号", width=12),
    "order_id": Column("单据", "订单号", width=12),
    "line": Column("单据", "行号", "int", 6),
    "vendor": Column("单据", "供应商", width=32),
    "delivered_on": Column("单据", "到货日期", "date", 12),
    "received": Column("数量", "到货数", "int", 9),
    "accepted": Column("数量", "合格数", "int", 9),
    "rejected": Column("数量", "不合格数", "int", 9),
    "accepted_on": Column("验收", "检验日期", "date", 12),
}
STORY_INVOICE_COLUMNS = {
    "invoice_no": Column("", "发票号码", width=12),
    "vendor": Column("", "供应商", width=32),
    "order_id": Column("", "订单号", width=12),
    "line": Column("", "行号", width=10),
    "invoiced_on": Column("", "开票日期", "date", 12),
    "quantity": Column("", "数量", "int", 8),
    "unit_price": Column("", "单 价\n（不含税）", "money", 11),
    "net": Column("", "不含税金额", "money", 13),
    "tax_rate": Column("", "税率", "percent", 8),
    "tax": Column("", "税额", "money", 11),
    "gross": Column("", "价税合计", "money", 13),
    "currency": Column("", "币种", width=7),
    "kind": Column("", "发票类型", width=9),
    "blue_invoice_no": Column("", "对应蓝字发票", width=14),
}
STORY_MILESTONE_COLUMNS = {
    "contract_id": Column("", "合同编号", width=10),
    "milestone": Column("", "里程碑名称", width=14),
    "vendor": Column("", "供应商", width=32),
    "planned_on": Column("", "计划完成日期", "date", 13),
    "submitted_on": Column("", "提交日期", "date", 12),
    "accepted_on": Column("", "验收日期", "date", 12),
    "result": Column("", "验收结论", width=10),
    "payable_rate": Column("", "付款比例", "percent", 10),
}
STATEMENT_COLUMNS = {
    "entry": Column("", "单据类型", width=12),
    "number": Column("", "单据号", width=14),
    "dated": Column("", "日期", "date", 12),
    "amount": Column("", "金额", "money", 14),
}
