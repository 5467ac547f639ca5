"""The further ledgers of the team: lots, 8D, incidents, milestones, tickets, measurements, certificates, changes,
material, appeals. Ordinary rows keep within every limit; what does not is planted and has a case.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sample_workbooks.checks import by_line, is_on_time
from sample_workbooks.entries import Entry
from sample_workbooks.sheet_metal import CARELESS, DEVELOPER, NEWCOMERS
from sample_workbooks.world import CATEGORIES, SEED, VENDORS, WORSE_VENDOR, OrderLine, World, working_days

TESTER, ACCIDENT_VENDOR, EXPIRED_PERMIT, EXPIRING_PERMIT = "V015", "V010", "V008", "V009"
NAMES = {f"V{n:03d}": name for n, (name, *_) in enumerate(VENDORS, 1)} | {
    number: name for number, name, *_ in NEWCOMERS
}
KINDS_OF_WORK = {f"V{n:03d}": category for n, (_, category, *_) in enumerate(VENDORS, 1)}


def chance(what: str) -> random.Random:
    """The dice of one ledger: no ledger moves another's rows."""
    return random.Random(f"{SEED} {what}")


# ------------------------------------------------------------------ 质量台账

LOT_VENDORS = ("V008", "V009", "V011", "V013", "V014")
LOT_DAYS = working_days(date(2026, 3, 2), date(2026, 6, 29))
LOTS_EACH = 13
DEFECTS = ("尺寸超差", "外观划伤", "镀层偏薄", "虚焊")
# (vendor, number of its item): what became of its lots, oldest first, where that is planted; 1 is accepted
PLANTED_LOTS = {
    ("V014", 1): ("q1", "1111111111010"),  # two of the last five: tightened
    (WORSE_VENDOR, 0): ("q2", "1010100100101"),  # tightened by the fourth, five more refused since: stopped
}
VERDICTS = ("拒收", "返工")


def lots() -> list[Entry]:
    """来料检验: thirteen lots of two items of five vendors; of the others at most one lot is not accepted."""
    rng = chance("lots")
    rows = [row for vendor in LOT_VENDORS for item in (0, 1) for row in lots_of(rng, vendor, item)]
    rows.sort(key=lambda row: (row.cells["inspected_on"], row.cells["vendor"], row.cells["item"]))
    return [Entry({"inspection_id": f"LJ-2026-{n:03d}", **row.cells}, row.case) for n, row in enumerate(rows, 1)]


def lots_of(rng: random.Random, vendor: str, item: int) -> Iterator[Entry]:
    """One vendor's lots of one item, about one in ten days."""
    odd = "1" * LOTS_EACH if item else "1" * 5 + "0" + "1" * (LOTS_EACH - 6)
    case, course = PLANTED_LOTS.get((vendor, item), ("", odd))
    name = CATEGORIES[KINDS_OF_WORK[vendor]][0][item]
    last_refused = course.rindex("0") if case else -1
    for turn, accepted in enumerate(course):
        day = LOT_DAYS[min(turn * len(LOT_DAYS) // LOTS_EACH + rng.randint(0, 4), len(LOT_DAYS) - 1)]
        size = 10 * rng.randint(20, 60)
        cells = {
            "vendor": NAMES[vendor], "item": name, "lot": f"{day:%y%m%d}{vendor[1:]}", "lot_size": size, "sampled": 50,
            **verdict(rng, accepted == "1", bool(case)), "inspected_on": day,
        }  # fmt: skip
        yield Entry(cells, case if turn == last_refused else "")


def verdict(rng: random.Random, is_accepted: bool, is_planted: bool) -> dict[str, Any]:
    """How many of fifty were bad, and what was decided; a lot taken by concession is not accepted either."""
    if is_accepted:
        return {"defects": rng.choice((0, 0, 0, 1)), "defect_type": "", "result": "合格"}
    result = rng.choice(VERDICTS) if is_planted else "让步接收"
    return {"defects": rng.randint(4, 9), "defect_type": rng.choice(DEFECTS), "result": result}


def corrective_actions() -> list[Entry]:
    """8D: six that are closed, one within its time, three planted (ca1–ca3)."""
    done = (
        ("V009", "镀层起泡", date(2026, 1, 7), date(2026, 2, 26)),
        ("V013", "虚焊", date(2026, 2, 5), date(2026, 3, 27)),
        ("V006", "缩水", date(2026, 3, 2), date(2026, 4, 10)),
        (CARELESS, "折弯尺寸超差", date(2026, 3, 11), date(2026, 4, 21)),
        ("V014", "线序错误", date(2026, 4, 15), date(2026, 6, 3)),
        ("V002", "螺纹不通", date(2026, 5, 13), date(2026, 6, 30)),
    )
    closed = [
        action(n, vendor, issue, opened_on, "D8", closed_on=closed_on)
        for n, (vendor, issue, opened_on, closed_on) in enumerate(done, 1)
    ]
    return [
        *closed,
        action(7, "V009", "镀锌件盐雾不达标", date(2026, 6, 8), "D6", "ca3", due_on=date(2026, 6, 30)),
        action(8, "V013", "控制板批量虚焊", date(2026, 6, 29), "D2", "ca1"),
        action(9, CARELESS, "折弯尺寸超差", date(2026, 7, 1), "D3", "ca2", repeat="是"),
        action(10, "V008", "喷粉色差", date(2026, 7, 2), "D3"),
    ]


def action(number: int, vendor: str, issue: str, opened_on: date, stage: str, case: str = "", **more: Any) -> Entry:
    """One 8D."""
    cells = {
        "action_id": f"8D-2026-{number:03d}", "vendor": NAMES[vendor], "issue": issue, "opened_on": opened_on,
        "stage": stage, "due_on": None, "closed_on": None, "repeat": "否", "remark": "", **more,
    }  # fmt: skip
    return Entry(cells, case)


def incidents() -> list[Entry]:
    """安全事件登记: one accident at work (v2)."""
    opened = datetime(2026, 6, 11, 14, 20)
    return [
        ticket("AQ-2026-001", ACCIDENT_VENDOR, "烘道检修时烫伤一人", "高", "安全事故", opened, 1, 30, "v2"),
        ticket("AQ-2026-002", "V006", "叉车碰撞货架，无人受伤", "低", "隐患", datetime(2026, 4, 21, 9, 5), 2, 26),
    ]


# ------------------------------------------------------------------ 软件外协跟踪

TICKET_TITLES = (
    "回归用例执行失败",
    "接口返回超时",
    "测试环境不可用",
    "报表金额显示错位",
    "登录偶发失败",
    "文档与实现不符",
)
TICKET_DAYS = working_days(date(2026, 3, 3), date(2026, 6, 30))
TICKETS = 44


def ticket(
    number: str, vendor: str, title: str, severity: str, kind: str, opened: datetime,
    answered: float | None, solved: float | None, case: str = "", later: dict[int, dict[str, Any]] | None = None,
) -> Entry:  # fmt: skip
    """One ticket, answered and solved after some hours."""
    after = [None if hours is None else opened + timedelta(hours=hours) for hours in (answered, solved)]
    cells = {
        "ticket_id": number, "vendor": NAMES[vendor], "title": title, "kind": kind, "severity": severity,
        "opened_at": opened, "responded_at": after[0], "resolved_at": after[1],
    }  # fmt: skip
    return Entry(cells, case, later=later or {})


def tickets() -> list[Entry]:
    """问题单: answered within a day (one in fifteen later), solved within four; t1, t2 and the incident v1 planted."""
    rng = chance("tickets")
    rows = []
    for turn in range(TICKETS):
        day = TICKET_DAYS[turn * len(TICKET_DAYS) // TICKETS]
        opened = datetime.combine(day, time(rng.randint(9, 17), rng.randrange(0, 60, 5)))
        answered = 30 if turn % 15 == 7 else rng.randint(1, 12)
        who = DEVELOPER if turn % 5 < 2 else TESTER
        words = rng.choice(TICKET_TITLES), rng.choice("高中低"), "缺陷"
        rows.append((who, *words, opened, answered, answered + rng.randint(4, 60)))
    found = [ticket(f"WT-2026-{n:03d}", *row) for n, row in enumerate(rows, 101)]
    return [*found, *planted_tickets()]


def planted_tickets() -> list[Entry]:
    """The incident, the unanswered and the unsolved ticket, and an ordinary one of the day before the demo."""
    leak, stuck = datetime(2026, 5, 19, 10, 40), datetime(2026, 6, 24, 15, 10)
    waits, usual = datetime(2026, 7, 1, 10, 20), datetime(2026, 7, 2, 16, 30)
    answer = {"responded_at": datetime(2026, 7, 3, 19, 5), "resolved_at": datetime(2026, 7, 4, 11, 30)}
    solved = {"resolved_at": datetime(2026, 7, 4, 10, 0)}
    return [
        ticket("WT-2026-901", TESTER, "测试数据含未脱敏客户信息外发", "高", "信息安全事件", leak, 1, 52, "v1"),
        ticket("WT-2026-902", DEVELOPER, "对账接口重复入账", "高", "缺陷", stuck, 1.5, None, "t2"),
        ticket("WT-2026-903", DEVELOPER, "联调环境证书失效", "中", "缺陷", waits, None, None, "t1", {2: answer}),
        ticket("WT-2026-904", TESTER, "用例编号重复", "低", "缺陷", usual, 0.7, None, "", {2: solved}),
    ]


def milestones() -> list[Entry]:
    """里程碑: z2 was handed over two weeks ago and nobody has judged it; on the second day it is."""
    rows: tuple[tuple[str, str, date, date | None, date | None, str, str], ...] = (
        (DEVELOPER, "需求确认", date(2026, 3, 31), date(2026, 3, 30), date(2026, 4, 2), "通过", ""),
        (DEVELOPER, "原型评审", date(2026, 5, 15), date(2026, 5, 14), date(2026, 5, 18), "有条件通过", ""),
        (DEVELOPER, "接口联调", date(2026, 6, 19), date(2026, 6, 18), None, "", "z2"),
        (DEVELOPER, "系统测试", date(2026, 8, 14), None, None, "", ""),
        (DEVELOPER, "上线验收", date(2026, 10, 30), None, None, "", ""),
        (TESTER, "一季度测试报告", date(2026, 3, 31), date(2026, 3, 30), date(2026, 4, 1), "通过", ""),
        (TESTER, "二季度测试报告", date(2026, 6, 30), date(2026, 7, 1), None, "", ""),
    )
    judged = {2: {"accepted_on": date(2026, 7, 3), "result": "通过"}}
    return [
        Entry(
            {
                "contract_id": f"HT-2025-{vendor[1:]}", "milestone": name, "vendor": NAMES[vendor],
                "planned_on": planned, "submitted_on": handed, "accepted_on": accepted, "result": result,
            },
            case, later=judged if case else {},
        )
        for vendor, name, planned, handed, accepted, result, case in rows
    ]  # fmt: skip


def measurements() -> list[Entry]:
    """指标记录: commits a day and people on site, as the developer reports them for June."""
    rng = chance("measurements")
    rows = [
        ("每日提交数", day, rng.randint(4, 11), "次") for day in working_days(date(2026, 6, 1), date(2026, 6, 30))
    ] + [("驻场人数", date(2026, 6, day), rng.choice((5, 6)), "人") for day in (1, 8, 15, 22, 29)]
    names = ("measure", "measured_on", "value", "unit")
    fixed = {"vendor": NAMES[DEVELOPER], "contract_id": f"HT-2025-{DEVELOPER[1:]}"}
    return [Entry({**fixed, **dict(zip(names, row, strict=True))}) for row in rows]


# ------------------------------------------------------------------ 资质证书, 变更单


def certificates() -> list[Entry]:
    """资质证书: ISO 9001 of all, permits of those who plate; ce1–ce3 planted; ce3 is renewed on the third day."""
    rows = [
        certificate(vendor, "ISO9001", date(2024, 5, 6) + timedelta(17 * n), "是")
        for n, vendor in enumerate(NAMES) if vendor not in (TESTER, DEVELOPER)
    ]  # fmt: skip
    return [
        *rows,
        certificate("V010", "排污许可证", date(2025, 3, 3), "是"),
        certificate(TESTER, "ISO27001", date(2025, 4, 14), "是"),
        certificate(DEVELOPER, "ISO27001", date(2025, 11, 3), "是"),
        certificate("V011", "ISO14001", date(2023, 8, 21), "否", "ce1"),
        certificate(EXPIRING_PERMIT, "排污许可证", date(2023, 7, 21), "是", "ce2"),
        certificate(EXPIRED_PERMIT, "排污许可证", date(2023, 6, 16), "是", "ce3"),
        certificate(EXPIRED_PERMIT, "排污许可证", date(2026, 7, 6), "是", since=3),
    ]


def certificate(vendor: str, kind: str, issued_on: date, required: str, case: str = "", since: int = 1) -> Entry:
    """A certificate that holds for three years."""
    expires_on = issued_on.replace(year=issued_on.year + 3) - timedelta(1)
    number = f"XN-{issued_on:%y%m}-{vendor[1:]}"
    cells = {
        "vendor": NAMES[vendor], "type": kind, "number": number, "issued_on": issued_on, "expires_on": expires_on,
        "required": required,
    }  # fmt: skip
    return Entry(cells, case, since)


def changes() -> list[Entry]:
    """变更单: two approved, one fresh, one nobody approved (x3) until the third day."""
    rows: tuple[tuple[str, str, date, str, int | None, int | None, date | None, str], ...] = (
        (
            "HT-2025-016",
            "BG-2026-001",
            date(2026, 3, 9),
            "增加面框加工，合同金额上调",
            20_000,
            None,
            date(2026, 3, 12),
            "",
        ),
        ("HT-2025-015", "BG-2026-002", date(2026, 4, 20), "增加接口测试用例", 15_000, 10, date(2026, 4, 22), ""),
        ("HT-2025-019", "BG-2026-003", date(2026, 6, 23), "对账模块增加批量冲正", 36_000, 15, None, "x3"),
        ("HT-2025-011", "BG-2026-004", date(2026, 7, 1), "显示模组改用新接插件", 8_000, None, None, ""),
    )
    yes = {"approved_by": "虚构外协经理", "approved_on": date(2026, 7, 6)}
    return [
        Entry(
            {
                "change_id": number, "contract_id": contract, "requested_on": asked, "description": what,
                "amount_delta": amount, "days_delta": days, "approved_by": "虚构外协经理" if approved else "",
                "approved_on": approved,
            },
            case, later={3: yes} if case else {},
        )
        for contract, number, asked, what, amount, days, approved, case in rows
    ]  # fmt: skip


# ------------------------------------------------------------------ 发料与核销, 申诉单

MATERIALS = {"机加工": ("铝棒 6061", Decimal("26.80")), "注塑": ("ABS 粒料", Decimal("14.20"))}
ISSUES, NOT_SETTLED = 22, 4
LOSSES = {6: ("ma1", Decimal("0.041")), 13: ("ma2", Decimal("-0.032"))}  # row: its case, the share nobody can explain


def materials(world: World) -> list[Entry]:
    """发料与核销: accounted for within one per cent, but for ma1 (missing) and ma2 (more than was issued); the last
    four are not settled yet: blank, not zero."""
    lines = [
        x for x in world.lines if x.vendor.category in MATERIALS and x.ordered_on >= date(2026, 3, 2) and not x.case
    ]
    picked = lines[:: len(lines) // ISSUES][:ISSUES]
    rng = chance("materials")
    return [issue(rng, line, turn) for turn, line in enumerate(picked)]


def issue(rng: random.Random, line: OrderLine, turn: int) -> Entry:
    """Material for one order line, in kilograms."""
    material, cost = MATERIALS[line.vendor.category]
    issued = Decimal(10 * rng.randint(20, 90))
    case, lost = LOSSES.get(turn, ("", Decimal(rng.randint(-6, 8)) / 1000))
    returned, scrap = issued * rng.randint(1, 4) / 100, issued * rng.randint(1, 3) / 100
    spent = {"consumed_standard": issued - returned - scrap - issued * lost, "returned": returned, "scrap": scrap}
    cells = {
        "order_id": line.order_id, "vendor": line.vendor.name, "material": material,
        "issued_on": line.ordered_on + timedelta(1), "issued": issued,
        **(spent if turn < ISSUES - NOT_SETTLED else dict.fromkeys(spent)), "unit_cost": cost,
    }  # fmt: skip
    return Entry(cells, case)


def appeals(world: World) -> list[Entry]:
    """申诉单: a late line that was our fault (ap1, upheld), one that was not (ap2, dismissed), one not decided yet."""
    first, second, third = (late_line(world, vendor) for vendor in ("V004", WORSE_VENDOR, "V002"))
    decided = {"decided_by": "虚构外协经理", "decided_on": date(2026, 7, 3)}
    return [
        appeal(
            1,
            first,
            "图纸在交期前三天改版，返工两天",
            "需方",
            "图纸变更通知 虚构-0412",
            "ap1",
            decision="成立",
            **decided,
        ),
        appeal(2, second, "物流延误", "不可抗力", "无运单", "ap2", decision="不成立", **decided),
        appeal(3, third, "收货窗口关闭，次日才卸货", "需方", "门卫登记照片", ""),
    ]


def late_line(world: World, vendor: str) -> OrderLine:
    """A vendor's first line of the second quarter of 2026 that came late."""
    received = by_line(world.deliveries)
    mine = (x for x in world.lines if x.vendor.vendor_id == vendor and date(2026, 4, 1) <= x.promised_on)
    return next(x for x in mine if not x.case and not is_on_time(x, received[x.place]))


def appeal(number: int, line: OrderLine, claim: str, fault: str, evidence: str, case: str, **decision: Any) -> Entry:
    """One appeal over one order line."""
    cells = {
        "appeal_id": f"SS-2026-{number:03d}", "vendor": line.vendor.name, "period": "2026Q2", "order_id": line.order_id,
        "line": line.line, "claim": claim, "fault": fault, "evidence": evidence, "decision": "", "decided_by": "",
        "decided_on": None, **decision,
    }  # fmt: skip
    return Entry(cells, case)
