"""Whole turns of the belt over the sample team: everything planted is found, and nothing else is.

Letters are those of the planted cases in sample_workbooks/README.md.
"""

from __future__ import annotations

import email
import json
from collections import Counter
from datetime import date
from decimal import Decimal
from email import policy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from openpyxl import load_workbook

from robots import conveyor
from robots.crew.paymaster.statement import statement_workbook
from robots.edge import clock, exports, homes, settings
from robots.figures.lines import records
from robots.figures.statements import books_of
from tests.conftest import Demo, Home

DAYS = (1, 2, 3)

# ------------------------------------------------------------------ intake and receipts

# Everything that receipts say: file, sheet, code, and its cells or rows on each day ("sheet": of a whole sheet).
_MONTHS = {"1月": "50 96 142 204", "2月": "50 96 144", "3月": "50 96 134", "4月": "50 96 142 180",
           "5月": "50 96 142 174", "6月": "50 96 142 167"}  # fmt: skip
FINDINGS = [
    ("收货验收_2026.xlsx", "6月", "DATE_BAD", "E164", "", ""),  # m1
    ("收货验收_2026.xlsx", "6月", "NUMBER_BAD", "F129", "", ""),  # m2
    ("收货验收_2026.xlsx", "6月", "ERROR_CELL", "G140", "", ""),  # m3
    ("收货验收_2026.xlsx", "6月", "REQUIRED_BLANK", "B148", "", ""),  # m4
    ("收货验收_2026.xlsx", "6月", "JUDGED_OVER_RECEIVED", "G163", "", ""),  # m5
    ("收货验收_2026.xlsx", "6月", "TOTAL_DOES_NOT_FOOT", "H167", "", ""),  # m5: 5 stands where the total counts 2
    ("发票登记.xlsx", "发票登记", "ID_DAMAGED", "A253", "", ""),  # m6
    ("外协订单.xlsx", "2026年", "VENDOR_NEAR", "594", "", ""),  # n
    ("供应商台账.xlsx", "供应商台账", "SILENT_EDIT", "", "N5", ""),  # l
    ("外协订单_钣金.xlsx", "钣金订单", "SILENT_EDIT", "", "N63", ""),  # s
    ("预警清单 2026-07-06.xlsx", "预警清单", "FORM_KNOWN", "", "", "sheet"),  # an1, an2
    ("预警清单 2026-07-06.xlsx", "今日关闭", "OWN_OUTPUT", "", "", "sheet"),
    ("供应商台账.xlsx", "说明", "SHEET_LEFT", "sheet", "sheet", ""),
    ("质量台账.xlsx", "说明", "SHEET_LEFT", "sheet", "", ""),
    ("发料核销.xlsx", "发料与核销", "ROW_TOTAL", "27", "", ""),
    ("发票登记.xlsx", "发票登记", "ROW_TOTAL", "376", "", ""),
    ("合同变更单.xlsx", "变更单", "ROW_TOTAL", "9", "", "9"),
    ("合同台账.xlsx", "合同台账", "ROW_TOTAL", "23", "", ""),
    ("外协订单.xlsx", "2025年", "ROW_TOTAL", "1488", "", ""),
    ("外协订单.xlsx", "2026年", "ROW_TOTAL", "614", "", ""),
    ("外协订单_钣金.xlsx", "钣金订单", "ROW_TOTAL", "73", "73", "74"),
    ("质量台账.xlsx", "来料检验", "ROW_TOTAL", "133", "", ""),
    ("收货日报_20260704.xlsx", "收货日报", "ROW_TOTAL", "", "12", ""),
    *(("收货验收_2026.xlsx", month, "ROW_TOTAL", rows, "", rows) for month, rows in _MONTHS.items()),
]


@pytest.mark.parametrize("day", DAYS)
def test_receipts_say_all_that_is_planted_and_nothing_else(demo: Demo, day: int) -> None:
    expected = {(*finding[:3], cell) for finding in FINDINGS for cell in finding[2 + day].split()}
    told = Counter(map(_finding, demo.evenings[day - 1]["findings"]))
    before = Counter(map(_finding, demo.evenings[day - 2]["findings"] if day > 1 else []))
    assert told - before == Counter(expected)


def _finding(row: dict[str, Any]) -> tuple[str, ...]:
    return row["drop"], row["sheet"], row["code"], row["cell"] or "sheet"


def test_the_misspelt_vendor_is_asked_about_with_the_name_it_may_be(demo: Demo) -> None:
    (near,) = (f for f in demo.table("findings") if f["code"] == "VENDOR_NEAR")
    assert "示例卯智能电子有限公司" in near["says"]


def test_every_row_is_accounted_for(demo: Demo) -> None:
    total: Counter[str] = Counter()
    for receipt in demo.evenings[0]["receipts"]:
        total[receipt["kind"]] += sum(
            int(receipt[f"rows_{name}"]) for name in ("new", "updated", "unchanged", "set_aside")
        )
    assert total == {
        "vendors": 19, "contracts": 19, "orders": 2096 + 67, "deliveries": 2964 + 59, "invoices": 373, "surveys": 282,
        "inspections": 130, "corrective_actions": 10, "tickets": 2 + 48, "milestones": 7, "measurements": 27,
        "certificates": 23, "changes": 4, "materials": 22,
    }  # fmt: skip


# What later versions of a workbook and new ones brought: kind, rows new, updated, set aside; the rest is unchanged.
NEWS = {
    2: [
        ("供应商台账.xlsx", "vendors", 0, 1, 0),  # l
        ("外协订单_钣金.xlsx", "deliveries", 1, 1, 0),  # w1 came, s was changed
        ("外协订单_钣金.xlsx", "orders", 0, 1, 0),  # r2
        ("收货日报_20260704.xlsx", "deliveries", 8, 0, 0),  # b1, p1 … p7
        ("申诉单.xlsx", "appeals", 3, 0, 0),
        ("软件外协跟踪.xlsx", "milestones", 0, 1, 0),  # z2
        ("软件外协跟踪.xlsx", "tickets", 0, 2, 0),  # t1 and an ordinary one
    ],
    3: [
        ("合同变更单.xlsx", "changes", 0, 1, 0),  # x3
        ("外协订单_钣金.xlsx", "deliveries", 0, 1, 0),  # z1
        ("外协订单_钣金.xlsx", "orders", 1, 1, 0),  # w3, r2
        ("收货验收_2026.xlsx", "deliveries", 5, 0, 0),  # m1 … m5, mended
        ("资质证书台账.xlsx", "certificates", 1, 0, 0),  # ce3
        ("预警清单 2026-07-06.xlsx", "alert_answers", 2, 0, 0),  # an1, an2
    ],
}


@pytest.mark.parametrize("day", NEWS)
def test_only_what_changed_runs(demo: Demo, day: int) -> None:
    before, now = (demo.evenings[n]["receipts"] for n in (day - 2, day - 1))
    counts = ("rows_new", "rows_updated", "rows_set_aside")
    seen = [(r["drop"], r["kind"], *(r[name] for name in counts)) for r in now[len(before) :]]
    assert sorted(row for row in seen if any(row[2:])) == sorted(NEWS[day])


def test_each_drop_has_a_receipt_workbook(demo: Demo) -> None:
    receipts = sorted((demo.settings.out_folder("receipts")).glob("*回执*.xlsx"))
    assert len(receipts) == 14 + 5 + 5
    told = load_workbook(next(path for path in receipts if path.name.endswith("收货验收_2026.xlsx")))
    cells = {row[2].value for row in told["问题清单"].iter_rows(min_row=3)}
    assert {"E164", "F129", "G140", "B148", "G163"} <= cells


# ------------------------------------------------------------------ alerts

# Every alert: planted case, code, subject, and how it stands each evening: its severity while open, else its state.
ALERTS = [
    ("b1", "LATE", "PO-2026-0254/1", "warning closed closed"),
    ("b2, an1", "LATE", "PO-2026-0232/1", "critical critical acknowledged"),
    ("b3", "LATE", "PO-2026-0247/1", "critical critical critical"),
    ("c1", "DUE", "PO-2026-0278/1", "warning warning warning"),
    ("c2", "DUE", "PO-2026-0279/1", "warning warning warning"),
    ("r1", "REPROMISE", "BJ-2026-064/1", "warning warning warning"),
    ("r2", "REPROMISE", "BJ-2026-066/1", "- - warning"),
    ("u1", "PREDICTED_LATE", "BJ-2026-061/1", "warning warning warning"),
    ("u2", "PREDICTED_LATE", "BJ-2026-065/1", "warning warning warning"),
    ("b1", "SWITCH_BY", "PO-2026-0254/1", "warning closed closed"),
    ("b2", "SWITCH_BY", "PO-2026-0232/1", "warning warning warning"),
    ("b3", "SWITCH_BY", "PO-2026-0247/1", "warning warning warning"),
    ("c1", "SWITCH_BY", "PO-2026-0278/1", "warning warning warning"),
    ("c2", "SWITCH_BY", "PO-2026-0279/1", "warning warning warning"),
    ("r1", "SWITCH_BY", "BJ-2026-064/1", "warning warning warning"),
    ("r2", "SWITCH_BY", "BJ-2026-066/1", "- - warning"),
    ("u1", "SWITCH_BY", "BJ-2026-061/1", "warning warning warning"),
    ("u2", "SWITCH_BY", "BJ-2026-065/1", "- critical warning"),
    ("a", "QUALITY", "演示寅线路科技有限公司", "critical critical critical"),
    ("q1", "QUALITY", "示例卯智能电子有限公司 · 线束", "warning warning warning"),
    ("q2", "QUALITY", "演示寅线路科技有限公司 · 控制板", "critical critical critical"),
    ("v3", "QUALITY", "虚构午钣金加工有限公司", "critical critical critical"),
    ("z1", "ACCEPTANCE", "BJ-2026-060/1", "warning warning closed"),
    ("z2", "ACCEPTANCE", "HT-2025-019 · 接口联调", "warning closed closed"),
    ("t1", "RESPONSE", "WT-2026-903", "warning closed closed"),
    ("t2", "RESPONSE", "WT-2026-902", "warning warning warning"),
    ("ca1", "CORRECTIVE", "8D-2026-008", "warning warning warning"),
    ("ca2", "CORRECTIVE", "8D-2026-009", "critical critical critical"),
    ("ca3", "CORRECTIVE", "8D-2026-007", "warning warning warning"),
    ("k", "SINGLE_SOURCE", "软件测试", "warning warning warning"),
    ("k2", "SINGLE_SOURCE", "钣金", "warning warning warning"),
    ("w1, w3", "CAPACITY", "示例巳钣金有限公司", "warning closed warning"),
    ("ce1", "CERTIFICATE", "示例子电子有限公司 · ISO14001", "warning warning warning"),
    ("ce2", "CERTIFICATE", "虚构壬氧化电镀有限公司 · 排污许可证", "warning critical critical"),
    ("ce3", "CERTIFICATE", "示例辛表面处理有限公司 · 排污许可证", "critical critical closed"),
    ("i", "CONTRACT", "HT-2025-012", "critical critical critical"),
    ("j", "CONTRACT", "HT-2025-010", "critical critical critical"),
    ("x1", "CONTRACT", "BJ-2026-067", "warning warning warning"),
    ("x2", "CONTRACT", "HT-2025-016", "warning warning warning"),
    ("x3", "CONTRACT", "BG-2026-003", "warning warning closed"),
    ("x4", "CONTRACT", "HT-2025-018", "warning warning warning"),
    ("n", "UNQUALIFIED", "示例卯智能电子有限责任公司", "warning warning warning"),
    ("y", "UNQUALIFIED", "演示未焊接有限公司", "critical critical critical"),
    ("d2", "INVOICE", "示例戊塑胶制品有限公司 · inv-2026-O318 · 2", "warning warning warning"),
    ("f", "INVOICE", "虚构壬氧化电镀有限公司 · 26002000000917727340 · 1", "warning warning warning"),
    ("g", "INVOICE", "示例辛表面处理有限公司 · 26002000000854018157 · 1", "warning warning warning"),
    ("h", "INVOICE", "演示丁五金制造有限公司 · 26002000000430791278 · 1", "warning warning warning"),
    ("e", "PRICE", "演示庚模塑有限公司 · 26002000000722765053 · 2", "warning warning warning"),
    ("l", "BANK_CHANGE", "示例甲精密机械有限公司", "- critical critical"),
    ("o", "OVERDUE_PAYMENT", "演示寅线路科技有限公司", "critical critical critical"),
    ("o", "OVERDUE_PAYMENT", "演示庚模塑有限公司", "critical critical critical"),
    ("o", "OVERDUE_PAYMENT", "示例子电子有限公司", "warning warning warning"),
    ("o", "OVERDUE_PAYMENT", "示例戊塑胶制品有限公司", "warning warning warning"),
    ("o", "OVERDUE_PAYMENT", "示例甲精密机械有限公司", "critical critical critical"),
    ("o", "OVERDUE_PAYMENT", "虚构丙数控技术(示例)有限公司", "warning critical critical"),
    ("o", "OVERDUE_PAYMENT", "虚构壬氧化电镀有限公司", "warning critical critical"),
    ("o", "OVERDUE_PAYMENT", "虚构辰软件测试服务有限公司", "warning critical critical"),
    ("ma1", "MATERIAL", "PO-2026-0118 · 铝棒 6061", "warning warning warning"),
    ("ma2", "MATERIAL", "PO-2026-0169 · 铝棒 6061", "warning warning warning"),
    ("l", "SILENT_EDIT", "示例甲精密机械有限公司", "- critical critical"),
    ("s, an2", "SILENT_EDIT", "BJ-2026-058/1", "- critical closed"),
]


@pytest.mark.parametrize("day", DAYS)
def test_every_planted_alert_is_there_and_no_other(demo: Demo, day: int) -> None:
    expected = [(code, subject, days.split()[day - 1]) for _, code, subject, days in ALERTS]
    seen = [(a["code"], a["subject"], _stands(a)) for a in demo.evenings[day - 1]["alerts"]]
    assert sorted(seen) == sorted(alert for alert in expected if alert[2] != "-")


def _stands(alert: dict[str, Any]) -> str:
    return str(alert["severity"] if alert["state"] == "open" else alert["state"])


def test_every_code_is_planted_in_the_days_or_in_the_weeks(demo: Demo) -> None:
    """What takes weeks to see stands in `sample_workbooks/weeks`, and test_stories plays them."""
    codes = set(demo.settings.rules.alerts(homes.DEMO_DAYS[0]).owners)
    assert {code for _, code, _, _ in ALERTS} | {"MISSING_REPORT"} == codes


def _alert(demo: Demo, day: int, code: str, subject: str) -> dict[str, Any]:
    (found,) = (a for a in demo.evenings[day - 1]["alerts"] if (a["code"], a["subject"]) == (code, subject))
    return found


def test_an_alert_seen_on_three_days_is_one_alert(demo: Demo) -> None:
    late = _alert(demo, 3, "LATE", "PO-2026-0232/1")
    assert (late["first_seen"], late["last_seen"]) == ("2026-07-03", "2026-07-07")


def test_the_line_that_came_closes_its_alert_by_itself(demo: Demo) -> None:
    came = _alert(demo, 3, "LATE", "PO-2026-0254/1")
    assert (came["state"], came["last_seen"]) == ("closed", "2026-07-03")


def test_an_alert_that_came_back_begins_anew_and_says_so(demo: Demo) -> None:
    back = _alert(demo, 3, "CAPACITY", "示例巳钣金有限公司")
    assert (back["state"], back["first_seen"]) == ("open", "2026-07-07")
    assert _on_the_list(demo, "2026-07-07", "示例巳钣金有限公司", "超产能")["状态"] == "未处理（第 1 次再现）"


def test_an_answer_in_the_alert_list_is_kept_and_stands_on_the_next_list(demo: Demo) -> None:
    row = _on_the_list(demo, "2026-07-07", "PO-2026-0232/1", "交付逾期")
    assert (row["状态"], row["预警处理人"]) == ("处理中", "虚构外协专员")
    assert row["处理说明"] == "供应商承诺 7 月 10 日前分两批到货"
    assert row["承诺解决日期"].date() == row["处理期限"].date() == date(2026, 7, 10)


def _on_the_list(demo: Demo, day: str, subject: str, alert: str) -> dict[str, Any]:
    """An alert's row on the alert list of a day, by the list's own headers."""
    sheet = load_workbook(demo.settings.out_folder("alerts") / f"预警清单 {day}.xlsx").worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    header = next(row for row in rows if "预警编号" in row)
    (found,) = (row for row in rows if subject in row and alert in row)
    return dict(zip(header, found, strict=True))


# What an alert says it has seen, where the arithmetic is planted (README.md of the samples shows it).
SEEN = [
    ("PREDICTED_LATE", "BJ-2026-061/1", "预计逾期概率 77%"),
    ("QUALITY", "虚构午钣金加工有限公司", "83,720 PPM（36 / 430）"),
    ("CAPACITY", "示例巳钣金有限公司", "4 行未完订单共 700 件，为月产能 600 件的 117%"),
    ("SINGLE_SOURCE", "钣金", "的 72%（HHI 0.59），合格供应商 2 家"),
    ("MATERIAL", "PO-2026-0118 · 铝棒 6061", "少 23.78（4.1%）"),
    ("MATERIAL", "PO-2026-0169 · 铝棒 6061", "多 21.44（3.2%）"),
    ("CONTRACT", "HT-2025-016", "585,176.15，超过合同金额 570,000.00"),
    ("CONTRACT", "BG-2026-003", "8 个工作日未批准（金额变动 36,000.00）"),
    ("CERTIFICATE", "虚构壬氧化电镀有限公司 · 排污许可证", "还剩 17 天"),
    ("ACCEPTANCE", "HT-2025-019 · 接口联调", "2026-06-18 已提交，10 个工作日"),
    ("RESPONSE", "WT-2026-903", "2026-07-01 10:20 提出，已 37 小时未响应"),
    ("CORRECTIVE", "8D-2026-008", "D3 应于 2026-07-01 完成，现处于 D2"),
]


@pytest.mark.parametrize(("code", "subject", "told"), SEEN)
def test_an_alert_says_what_was_planted(demo: Demo, code: str, subject: str, told: str) -> None:
    assert told in _alert(demo, 1, code, subject)["seen"]


def test_payments_are_due_of_whom_a_sheet_has_lines_due_within_seven_days(demo: Demo) -> None:
    until = "2026-07-14"
    due = {p["vendor"] for p in demo.table("payables") if p["state"] == "proposed" and (p["due_on"] or "9") <= until}
    told = {(a["subject"], a["severity"]) for a in demo.evenings[2]["alerts"] if a["code"] == "OVERDUE_PAYMENT"}
    assert {vendor for vendor, _ in told} == due
    past = {p["vendor"] for p in demo.table("payables") if p["state"] == "proposed" and p["due_on"] < "2026-07-07"}
    assert {vendor for vendor, severity in told if severity == "critical"} == past


# ------------------------------------------------------------------ scores

# The grades of 2026Q2 (blank: too little is known), and what caps them.
GRADES = {
    **dict.fromkeys(
        (
            "示例甲精密机械有限公司", "示例乙机械加工有限公司", "虚构丙数控技术(示例)有限公司",
            "演示丁五金制造有限公司", "示例戊塑胶制品有限公司", "虚构己注塑科技有限公司", "演示庚模塑有限公司",
            "虚构壬氧化电镀有限公司", "示例子电子有限公司", "虚构丑电子组装有限公司", "示例卯智能电子有限公司",
            "示例巳钣金有限公司",
        ),
        ("A", ""),
    ),
    "示例辛表面处理有限公司": ("C", "必备资质“排污许可证”已于 2026-06-15 到期"),  # ce3: 98.89 would be A
    "演示癸喷涂有限公司": ("D", "安全事故 AQ-2026-001"),  # v2: 98.00 would be A
    "虚构辰软件测试服务有限公司": ("D", "信息安全事件 WT-2026-901"),  # v1: 97.19 would be A
    "虚构午钣金加工有限公司": ("D", "合格率"),  # v3: below its floor; 61.18 is D in any case
    "演示寅线路科技有限公司": ("D", ""),  # a
    "演示未焊接有限公司": ("", ""),  # nothing was due in the quarter
    "虚构申软件开发有限公司": ("", ""),  # tickets and ratings alone
}  # fmt: skip


def _quarter(demo: Demo, day: int) -> dict[str, dict[str, Any]]:
    return {s["vendor"]: s for s in demo.evenings[day - 1]["scores"] if s["period"] == "2026Q2"}


@pytest.mark.parametrize("day", DAYS)
def test_every_grade_and_every_veto_of_the_quarter(demo: Demo, day: int) -> None:
    seen = _quarter(demo, day)
    assert {vendor: s["grade"] or "" for vendor, s in seen.items()} == {v: grade for v, (grade, _) in GRADES.items()}
    for vendor, (_, veto) in GRADES.items():
        capped = seen[vendor]["capped_by"] or ""
        assert capped.startswith(veto) and bool(capped) == bool(veto) and "\n" not in capped


def test_the_weekly_report_says_why_a_grade_is_capped_or_missing_and_nothing_where_all_is_known(demo: Demo) -> None:
    report = load_workbook(demo.settings.out_folder("reports") / "外协周报 2026-06-29 至 2026-07-05.xlsx").worksheets[0]
    rows = [[cell.value for cell in row] for row in report.iter_rows()]
    header = next(row for row in rows if "供应商" in row)
    said = {row[header.index("供应商")]: row[header.index("说明")] for row in rows[rows.index(header) + 1 :]}
    assert "排污许可证" in said["示例辛表面处理有限公司"]
    assert said["虚构申软件开发有限公司"] == "证据不足：缺 65% 权重"
    assert said["示例戊塑胶制品有限公司"] == "缺 10% 权重（未计入）"
    assert said["虚构己注塑科技有限公司"] is None


def test_the_appeal_that_was_upheld_takes_its_line_out_and_the_others_change_nothing(demo: Demo) -> None:
    before, after = _quarter(demo, 1), _quarter(demo, 2)
    changed = {vendor for vendor in before if before[vendor]["score"] != after[vendor]["score"]}
    assert changed == {"演示丁五金制造有限公司"}
    counted = [(s["演示丁五金制造有限公司"]["score"], s["演示丁五金制造有限公司"]["n"]) for s in (before, after)]
    assert counted == [("90.47", 22), ("95.93", 21)]


# ------------------------------------------------------------------ payments

HELD = {
    ("26002000000430791278", "NO_ORDER", "0.00", "15451.62"),
    ("inv-2026-O318", "DUPLICATE", "0.00", "15631.29"),
    ("26002000000917727340", "QUANTITY", "0.00", "1365.04"),
}
# The mandatory certificate of 示例辛表面处理有限公司 (V008) is over until day 3: what is payable after 3 % retention.
UNTIL_RENEWED = {
    ("26002000000854016295", "CERTIFICATE", "0.00", "5732.83"),
    ("26002000000854016997", "CERTIFICATE", "0.00", "7099.88"),
    ("26002000000854017736", "CERTIFICATE", "0.00", "6742.33"),
    ("26002000000854018157", "REJECTED,CERTIFICATE", "0.00", "960.27"),
    ("26002000000854018484", "CERTIFICATE", "0.00", "14426.43"),
    ("26002000000854018831", "CERTIFICATE", "0.00", "3881.95"),
    ("26002000000854019649", "CERTIFICATE", "0.00", "3906.50"),
    ("26002000000854019791", "CERTIFICATE", "0.00", "6602.91"),
    ("26002000000854020228", "CERTIFICATE", "0.00", "15162.35"),
}


@pytest.mark.parametrize("day", DAYS)
def test_every_planted_invoice_is_stopped_by_its_own_cause(demo: Demo, day: int) -> None:
    payables = demo.evenings[day - 1]["payables"]
    held = {
        (p["invoice_no"], p["hold_reason"], p["price_variance"], p["held"]) for p in payables if p["held"] != "0.00"
    }
    assert held == (HELD | UNTIL_RENEWED if day < 3 else HELD)
    price = [(p["invoice_no"], p["price_variance"]) for p in payables if p["price_variance"] != "0.00"]
    assert price == [("26002000000722765053", "982.42")]  # (6.24 − 5.78) × 1,890 × 1.13, above 1 % and above 100.00
    rejected = [(p["invoice_no"], p["rejected"]) for p in payables if p["rejected"] != "0.00"]
    assert rejected == [("26002000000854018157", "63.19")]  # 12 × 4.66 × 1.13
    causes = {cause for p in payables if p["hold_reason"] for cause in p["hold_reason"].split(",")}
    expired = {"CERTIFICATE"} if day < 3 else set()
    assert causes == {"NO_ORDER", "DUPLICATE", "QUANTITY", "PRICE", "REJECTED"} | expired


def test_every_waterfall_adds_up_to_the_cent(demo: Demo) -> None:
    for p in demo.table("payables"):
        amount = {name: Decimal(p[name]) for name in p if name not in _TEXTS}
        less = ("price_variance", "rejected", "penalty", "advance_offset", "retention", "held")
        assert amount["net"] == amount["gross"] + amount["bonus"] - sum(amount[name] for name in less)


_TEXTS = {
    "payment_key",
    "vendor",
    "order_id",
    "line",
    "invoice_no",
    "hold_reason",
    "due_on",
    "state",
    "currency",
    "batch",
}


def test_one_sheet_carries_all_but_what_waits_and_the_next_days_carry_nothing_twice(demo: Demo) -> None:
    batches = demo.table("batches")
    proposed = [p for p in demo.table("payables") if p["state"] == "proposed"]
    renewed = len(UNTIL_RENEWED)
    assert [(b["batch"], b["lines"]) for b in batches] == [
        ("FK-20260703-01", len(proposed) - renewed), ("FK-20260707-01", renewed),
    ]  # fmt: skip
    assert sum(Decimal(b["total"]) for b in batches) == sum(Decimal(p["net"]) for p in proposed)
    assert len({p["payment_key"] for p in proposed}) == len(proposed)


def test_the_payment_sheet_on_paper_says_the_same(demo: Demo) -> None:
    path = demo.settings.out_folder("payments") / "付款申请单 FK-20260703-01.xlsx"
    front = load_workbook(path, data_only=True)["付款申请单"]
    facts = {row[0].value: row[1].value or row[2].value for row in front.iter_rows(min_row=3, max_row=8)}
    assert facts["实付合计（CNY）"] == f"{Decimal(demo.table('batches')[0]['total']):,.2f}"
    assert facts["人民币大写"] == "贰佰壹拾伍万捌仟伍佰伍拾柒元捌角玖分"
    accounts = [row[3].value for row in front.iter_rows(min_row=11, max_row=24)]
    assert all(isinstance(account, str) and account.isdigit() for account in accounts)


def test_a_vendors_statement_holds_that_vendors_rows_alone(demo: Demo) -> None:
    with demo.store.transaction() as tx:
        ledger = tx.ledger(date(2026, 7, 7), 0)
        said = [records(ledger.said(name)) for name in ("payables", "batches")]
        books = books_of(ledger, *said, demo.settings.rules)
        names = {str(name) for name in ledger.table("vendors")["vendor"]}
        ordered_from = {row["contract_id"]: row["vendor"] for row in records(ledger.table("contracts"))}
        ordered_from |= {row["order_id"]: row["vendor"] for row in records(ledger.table("orders"))}
        days = date(2026, 6, 1), date(2026, 7, 31)
        found = [one for one in books.accounts(*days) if one.says_something]
        alone = [books_of(ledger, *said, demo.settings.rules, [one.vendor], days[0]) for one in found]
    assert [list(one.accounts(*days)) for one in alone] == [[one] for one in found]  # as from the books of all
    assert len(found) > 10
    for one in found:
        everything = repr(demo.settings.words.render(statement_workbook([one], "2026-07")))
        assert [name for name in names if name in everything] == [one.vendor]
        assert {ordered_from[a.order_id] for a in one.accepted} <= {one.vendor}
        assert sum(one.waiting.values()) == one.closing  # no part of the balance is without a name


# ------------------------------------------------------------------ letters, trace, rest


def test_each_recipient_has_one_letter_a_run_with_its_workbooks(demo: Demo) -> None:
    letters = [email.message_from_bytes(p.read_bytes(), policy=policy.default) for p in _letters(demo)]
    first = [m for m in letters if "03 Jul 2026" in m["date"]]
    assert sorted(m["to"] for m in first) == ["clerk@example.com", "finance@example.com", "manager@example.com"]
    sheet = next(m for m in first if m["to"] == "finance@example.com")
    names = sorted(str(a.get_filename()) for a in sheet.iter_attachments())
    assert names == [
        "付款申请单 FK-20260703-01.xlsx", "暂扣清单 2026-07-03.xlsx", "资金计划 2026-07-03.xlsx",
        "预警清单 2026-07-03.xlsx",
    ]  # fmt: skip


def _letters(demo: Demo) -> list[Path]:
    return sorted(demo.settings.out_folder("letters").glob("*.eml"))


def test_what_was_dropped_is_in_the_archive_by_content_and_gone_from_the_inbox(demo: Demo) -> None:
    assert [p for p in demo.settings.inbox.rglob("*") if p.is_file()] == []
    for drop in demo.table("drops"):
        assert list((demo.settings.archive / drop["sha256"][:2]).glob(f"{drop['sha256']}*"))


def test_a_second_turn_with_nothing_new_does_nothing(demo_again: Demo) -> None:
    before = _everything(demo_again)
    report = conveyor.turn(demo_again.settings, demo_again.store, clock.now(homes.DEMO_DAYS[2]))
    assert not report.did_something
    assert _everything(demo_again) == before


def _everything(demo: Demo) -> tuple[Any, ...]:
    files = sorted((str(p), p.stat().st_mtime_ns) for p in demo.settings.outbox.rglob("*") if p.is_file())
    return files, *(json.dumps(demo.table(name)) for name in exports.names())


def test_the_same_workbook_again_is_nothing_new_and_says_so(demo_again: Demo) -> None:
    dropped = homes.drop_samples(demo_again.settings.inbox, 3)
    report = conveyor.turn(demo_again.settings, demo_again.store, clock.now(date(2026, 7, 7)))
    assert [(name, state) for name, state, _ in report.drops] == [(name, "ignored") for name in dropped]
    assert not report.needs_a_person


# ------------------------------------------------------------------ poison


def test_poison_is_set_aside_with_a_reason_and_the_good_file_beside_it_goes_through(
    demo_again: Demo,
) -> None:
    inbox = demo_again.settings.inbox
    good = (settings.SHIPPED / "sample_workbooks" / "day2" / "收货日报_20260704.xlsx").read_bytes()
    (inbox / "半截.xlsx").write_bytes(good[: len(good) // 2])
    (inbox / "空.xlsx").write_bytes(b"")
    (inbox / "来信.xlsx").write_text("您好：\n附件请查收，谢谢！\n", "gbk")
    (inbox / "评价.xlsx").write_bytes(_with_one_more_survey())
    report = conveyor.turn(demo_again.settings, demo_again.store, clock.now(date(2026, 7, 8)))
    states = {name: state for name, state, _ in report.drops}
    assert states == {
        "半截.xlsx": "unreadable",
        "空.xlsx": "unreadable",
        "来信.xlsx": "unreadable",
        "评价.xlsx": "taken",
    }
    assert all(why for _, state, why in report.drops if state != "taken")
    assert report.needs_a_person


def _with_one_more_survey() -> bytes:
    import io

    import xlsxwriter

    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory) as book:
        page = book.add_worksheet("评价")
        page.write_row(0, 0, ["供应商", "评价期间", "评价人", "满意度"])
        page.write_row(1, 0, ["示例甲精密机械有限公司", "2026Q3", "虚构评价人", 5])
    return memory.getvalue()


def test_robots_that_worked_on_a_day_still_to_come_are_told_of(home: Home, books: SimpleNamespace) -> None:
    """A clock that leapt ahead, or a --today of next quarter: until then nobody works on schedule."""
    home.drop("订单.xlsx", books.orders())
    home.turn(date(2026, 9, 30))
    (told,) = home.turn(date(2026, 7, 6)).troubles
    assert told.startswith("CLOCK_BEHIND 2026-09-30")
    assert home.turn(date(2026, 9, 29)).troubles == []  # a day is a matter of zones
