"""Exports of issue trackers, as these systems write them."""

from __future__ import annotations

from tests import trackers
from tests.goldens.golden import golden


@golden(
    91,
    "Jira 2026-06-30T19_58_40+0800.csv",
    complaints=["Jira 2026-06-30T19_58_40+0800!AQ4 REQUIRED_BLANK nobody says whose issue this is"],
    tickets="""
        ticket_id | vendor               | title        | severity | opened_at           | responded_at | resolved_at         | kind
        SRM-101   | 示例甲电子有限公司   | 登录页打不开 | High     | 2026-06-02T09:14:00 |              | 2026-06-03T14:20:00 | Bug
        SRM-102   | 虚构乙机加工有限公司 | 导出乱码     | Low      | 2026-06-05T00:05:00 |              |                     | Task
    """,
)
def a_jira_export_with_repeated_columns() -> bytes:
    """Jira 全字段导出：五十列，标签、评论、迭代各占几列，日期是 02/Jun/26 9:14 AM；第三条没有填供应商。
    Jira's export of all fields: fifty columns, several of them labels, comments and sprints; one issue has no vendor.
    """
    comments = ["02/Jun/26 9:30 AM;c1;补充一张图", "02/Jun/26 11:05 AM;b1;已复现; 正在查"]
    open_one = {
        "Summary": "导出乱码", "Issue key": "SRM-102", "Issue Type": "Task", "Priority": "Low",
        "Created": "05/Jun/26 12:05 AM", "Resolved": "", "Custom field (供应商)": "虚构乙机加工有限公司",
    }  # fmt: skip
    nobodys = {"Issue key": "SRM-103", "Custom field (供应商)": ""}
    return trackers.jira({"Comment": comments, "Labels": ["紧急", "门户"]}, open_one, nobodys)


@golden(
    92,
    "示例门户-所有Bug.csv",
    tickets="""
        ticket_id | vendor             | title    | severity | opened_at           | resolved_at         | reopened | kind
        31        | 示例甲电子有限公司 | 登录失败 | 2        | 2026-06-02T09:14:05 | 2026-06-03T14:20:00 | 1        | 代码错误
        32        | 示例甲电子有限公司 | 库存为负 | 3        | 2026-06-05T12:05:00 |                     | 0        | 设计缺陷
    """,
)
def a_zentao_export_in_gbk() -> bytes:
    """禅道导出的 Bug：GBK，编号后有制表符，选项带 (#键)，没有的日期写 0000-00-00，每行比表头多一格。
    ZenTao's bugs in GBK: tabs behind numbers, (#key) behind choices, 0000-00-00 for no day, a cell too many in each row.
    """
    second = {
        "Bug编号": "32\t", "Bug标题": "库存为负", "严重程度": "3(#3)", "Bug类型": "设计缺陷(#designdefect)", "激活次数": "0\t",
        "创建日期": "2026-06-05 12:05:00", "解决日期": "0000-00-00 00:00:00",
    }  # fmt: skip
    rows = [{**row, "供应商": "示例甲电子有限公司(#jia)"} for row in ({}, second)]
    return trackers.zentao(*rows, more=["供应商"])


@golden(
    93,
    "AbCd1234 - 示例缺陷看板.json",
    tickets="""
        ticket_id | vendor             | title    | severity | opened_at           | responded_at | resolved_at         | reopened
        aB3dE5g7  | 示例甲电子有限公司 | 登录失败 | 高       | 2026-06-02T01:14:05 |              | 2026-06-04T08:00:00 | 1
        hJ1kL2m3  | 示例甲电子有限公司 | 导出乱码 |          | 2026-06-05T04:05:00 |              |                     |
    """,
)
def a_trello_board_whose_history_is_cut_off() -> bytes:
    """Trello 看板的 JSON：一张卡解决后又退回、再解决；另一张的历史不在最近一千条里，重开次数不知道。
    A Trello board: one card was resolved, sent back and resolved again; of another the history is no longer exported.
    """
    severity = {"idCustomField": "f2", "value": {"text": "高"}}
    first = trackers.card("已解决", customFieldItems=[*trackers.OF_VENDOR["customFieldItems"], severity])
    second = trackers.card(
        "进行中", "导出乱码", trackers.number("2026-06-05T04:05:00", 2), "hJ1kL2m3", **trackers.OF_VENDOR
    )
    history = [
        trackers.created(),
        trackers.moved("2026-06-02T03:05:00.000Z", "待处理", "进行中"),
        trackers.moved("2026-06-03T06:20:00.000Z", "进行中", "已解决"),
        trackers.moved("2026-06-03T08:00:00.000Z", "已解决", "进行中"),
        trackers.moved("2026-06-04T08:00:00.000Z", "进行中", "已解决"),
    ]
    return trackers.trello([first, second], history)
