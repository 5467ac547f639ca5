"""Exports of issue trackers, written as these systems write them: Jira's and ZenTao's CSV, Trello's JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

JIRA = """
Summary|Issue key|Issue id|Issue Type|Status|Project key|Project name|Project type|Project lead|
Project lead id|Project url|Priority|Resolution|Assignee|Assignee Id|Reporter|Reporter Id|Creator|
Creator Id|Created|Updated|Last Viewed|Resolved|Fix versions|Fix versions|Components|Due date|Votes|
Labels|Labels|Description|Watchers|Watchers|Watchers Id|Original estimate|Work Ratio|Σ Time Spent|
Security Level|Inward issue link (Blocks)|Attachment|Custom field (Rank)|
Custom field (Story Points)|Custom field (供应商)|Sprint|Sprint|Comment|Comment|Comment|
Status Category|Status Category Changed
"""
JIRA_ZH = """
概要|问题关键字|问题ID|问题类型|状态|项目关键字|项目名称|优先级|解决结果|经办人|报告人|创建者|
已创建|已更新|最后查看|已解决|修复的版本|标签|描述|关注者|关注者|附件|自定义字段 (供应商)|
自定义字段 (严重等级)|冲刺|评论|评论
"""
ISSUE = {
    "Summary": "登录页打不开",
    "Issue key": "SRM-101",
    "Issue id": "10101",
    "Issue Type": "Bug",
    "Status": "Done",
    "Project name": "示例采购门户",
    "Priority": "High",
    "Creator": "虚构测试",
    "Creator Id": "c1",
    "Created": "02/Jun/26 9:14 AM",
    "Resolved": "03/Jun/26 2:20 PM",
    "Description": '第一行\n第二行，"引号"',
    "Custom field (Rank)": "0|i0001:",
    "Custom field (Story Points)": "3.0",
    "Sprint": ["迭代 1", "迭代 2"],
    "Custom field (供应商)": "示例甲电子有限公司",
}
ISSUE_ZH = {
    "概要": "接口超时",
    "问题关键字": "CG-7",
    "问题ID": "20007",
    "问题类型": "故障",
    "状态": "完成",
    "优先级": "高",
    "创建者": "虚构丁",
    "已创建": "02/六月/26 9:14 上午",
    "已解决": "03/六月/26 2:20 下午",
    "自定义字段 (供应商)": "示例甲电子有限公司",
    "自定义字段 (严重等级)": "严重",
}
ZENTAO = """
Bug编号|所属产品|所属模块|所属项目|相关需求|相关任务|Bug标题|关键词|严重程度|优先级|Bug类型|
操作系统|浏览器|重现步骤|Bug状态|截止日期|激活次数|是否确认|抄送给|由谁创建|创建日期|影响版本|
指派给|指派日期|解决者|解决方案|解决版本|解决日期|由谁关闭|关闭日期|重复ID|相关Bug|相关用例|
最后修改者|最后修改日期|附件
"""
BUG = {
    "Bug编号": "31\t",
    "所属产品": "示例门户(#3)",
    "所属模块": "/登录(#12)",
    "所属项目": "0\t",
    "Bug标题": "登录失败",
    "严重程度": "2(#2)",
    "优先级": "1(#1)",
    "Bug类型": "代码错误(#codeerror)",
    "重现步骤": '[步骤]\n1. 打开"登录"\n[结果]失败',
    "Bug状态": "已解决(#resolved)",
    "截止日期": "0000-00-00",
    "激活次数": "1\t",
    "由谁创建": "虚构测试(#ceshi)",
    "创建日期": "2026-06-02 09:14:05",
    "指派日期": "2026-06-02 11:05:00",
    "解决者": "虚构开发(#kaifa)",
    "解决日期": "2026-06-03 14:20:00",
    "关闭日期": "0000-00-00 00:00:00",
}
Row = Mapping[str, Any]


def _words(header: str) -> list[str]:
    return header.strip().replace("\n", "").split("|")


def _csv(header: Sequence[str], rows: Sequence[Row], **more: Any) -> str:
    """Values by header word; a list goes into the columns of one word, one after the other."""
    memory = io.StringIO(newline="")
    out = csv.writer(memory, **more)
    out.writerow(header)
    for row in rows:
        left = {word: list(value) if isinstance(value, list) else [value] for word, value in row.items()}
        out.writerow([left[word].pop(0) if left.get(word) else "" for word in header])
    return memory.getvalue()


def jira(*rows: Row, encoding: str = "utf-8", without: Sequence[str] = (), more: Sequence[str] = ()) -> bytes:
    """Jira's "CSV (all fields)" in English: a column for each value of a field that has several."""
    header = [word for word in (*_words(JIRA), *more) if word not in without]
    return _csv(header, [{**ISSUE, **row} for row in rows or ({},)], lineterminator="\n").encode(encoding)


def jira_zh(*rows: Row, encoding: str = "utf-8") -> bytes:
    """The same with a Chinese user interface."""
    told = [{**ISSUE_ZH, **row} for row in rows or ({},)]
    return _csv(_words(JIRA_ZH), told, lineterminator="\n").encode(encoding)


def zentao(*rows: Row, encoding: str = "gb18030", more: Sequence[str] = ()) -> bytes:
    """ZenTao's bugs: every cell in quotes, a tab behind numbers, (#key) behind choices, and one cell too many a row."""
    told = [{**BUG, **row} for row in rows or ({},)]
    written = _csv((*_words(ZENTAO), *more, "|"), told, quoting=csv.QUOTE_ALL)
    return written.replace(',"|"', "", 1).encode(encoding)


# ------------------------------------------------------------------ Trello

LISTS = ("待处理", "进行中", "已解决", "已关闭")


def number(at: str, count: int = 1) -> str:
    """The id of a card made at a moment (UTC): its first eight digits are the second."""
    return f"{int(datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()):08x}{count:016x}"


CARD = number("2026-06-02T01:14:05")


def card(
    here: str = "待处理", name: str = "登录失败", at: str = CARD, short: str = "aB3dE5g7", **more: Any
) -> dict[str, Any]:
    """A card in one of the lists."""
    plain = {"desc": "", "closed": False, "labels": [], "due": None, "dueComplete": False, "customFieldItems": []}
    return {"id": at, "shortLink": short, "name": name, "idList": _list(here)["id"], **plain, **more}


def _list(name: str) -> dict[str, str]:
    return {"id": f"list-{name}", "name": name}


def action(sort: str, date: str, by: str = "m2", at: str = CARD, **data: Any) -> dict[str, Any]:
    """One action of the board's history."""
    return {"type": sort, "date": date, "idMemberCreator": by, "data": {"card": {"id": at}, **data}}


def created(here: str = "待处理", by: str = "m1", at: str = CARD) -> dict[str, Any]:
    return action("createCard", "2026-06-02T01:14:05.500Z", by, at, list=_list(here))


def moved(date: str, before: str, after: str) -> dict[str, Any]:
    return action("updateCard", date, listBefore=_list(before), listAfter=_list(after), old={"idList": before})


def commented(date: str, by: str) -> dict[str, Any]:
    return action("commentCard", date, by, text="示例")


def trello(cards: Sequence[Row] = (), actions: Sequence[Row] = (), **board: Any) -> bytes:
    """A board's export: its actions come with the newest first."""
    lists = [{**_list(name), "pos": 16384 * (n + 1), "closed": False} for n, name in enumerate(LISTS)]
    newest_first = sorted(actions, key=lambda one: str(one.get("date")), reverse=True)
    fields = [
        {
            "id": "f1",
            "name": "供应商",
            "type": "list",
            "options": [{"id": "o1", "value": {"text": "示例甲电子有限公司"}}],
        },
        {"id": "f2", "name": "优先级", "type": "text"},
    ]
    parts = {
        "id": "b" * 24,
        "name": "示例缺陷看板",
        "lists": lists,
        "customFields": fields,
        "members": [],
        "checklists": [],
    }
    whole = {**parts, "cards": list(cards), "actions": newest_first, **board}
    return json.dumps(whole, ensure_ascii=False).encode()


OF_VENDOR = {"customFieldItems": [{"idCustomField": "f1", "idValue": "o1", "value": None}]}
