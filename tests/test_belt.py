"""Whole turns of the belt over the sample team: everything planted is found, and nothing else is."""

from __future__ import annotations

import email
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from email import policy
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from robots import conveyor
from robots.conveyor import Report
from robots.crew import registry
from robots.edge import clock, exports, homes, settings
from robots.edge.store import Store, open_store

Rows = list[dict[str, Any]]


@dataclass
class Demo:
    """The demo home after its three days: what each day said, and tables as they stood in the evening."""

    home: Path
    settings: settings.Settings
    store: Store
    reports: list[Report]
    alerts: list[Rows]

    def table(self, name: str) -> Rows:
        columns, rows = exports.export(self.store, name)
        return [dict(zip(columns, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    home = homes.make_demo(tmp_path_factory.mktemp("演示") / "外协", "zh")
    loaded = settings.load(home, registry.names())
    played = Demo(home, loaded, open_store("", loaded.state, clock.now(homes.DEMO_DAYS[0])), [], [])
    for number, day in enumerate(homes.DEMO_DAYS, 1):
        homes.drop_samples(loaded.inbox, number)
        played.reports.append(conveyor.turn(loaded, played.store, clock.now(day)))
        played.alerts.append(played.table("alerts"))
    return played


# ------------------------------------------------------------------ intake and receipts

ERRORS_OF_DAY_1 = {
    ("收货验收_2026.xlsx", "6月", "E164", "DATE_BAD"),
    ("收货验收_2026.xlsx", "6月", "F129", "NUMBER_BAD"),
    ("收货验收_2026.xlsx", "6月", "G140", "ERROR_CELL"),
    ("收货验收_2026.xlsx", "6月", "B148", "REQUIRED_BLANK"),
    ("收货验收_2026.xlsx", "6月", "G163", "JUDGED_OVER_RECEIVED"),
    ("发票登记.xlsx", "发票登记", "A253", "ID_DAMAGED"),
}


def test_every_bad_cell_is_named_and_no_good_one(demo: Demo) -> None:
    findings = demo.table("findings")
    seen = {(f["drop"], f["sheet"], f["cell"], f["code"]) for f in findings if f["level"] == "error"}
    assert seen == ERRORS_OF_DAY_1


def test_the_misspelt_vendor_a_spoilt_total_and_an_account_changed_after_payment_are_the_only_doubts(
    demo: Demo,
) -> None:
    doubts = [f for f in demo.table("findings") if f["level"] in ("question", "warning")]
    assert [(f["drop"], f["sheet"], f["cell"], f["code"]) for f in doubts] == [
        ("外协订单.xlsx", "2026年", "594", "VENDOR_NEAR"),
        ("收货验收_2026.xlsx", "6月", "H167", "TOTAL_DOES_NOT_FOOT"),
        ("供应商台账.xlsx", "供应商台账", "N5", "SILENT_EDIT"),
    ]
    assert "示例卯智能电子有限公司" in doubts[0]["says"]


def test_every_row_is_accounted_for(demo: Demo) -> None:
    first = demo.table("receipts")[: 8 + 6]
    total: dict[str, int] = {}
    for receipt in first:
        rows = sum(int(receipt[name]) for name in ("rows_new", "rows_updated", "rows_unchanged", "rows_set_aside"))
        total[receipt["kind"]] = total.get(receipt["kind"], 0) + rows
    assert total == {
        "vendors": 15, "contracts": 15, "orders": 2096, "deliveries": 2964, "invoices": 373, "surveys": 270,
    }  # fmt: skip


def test_the_mended_file_runs_its_five_rows_only(demo: Demo) -> None:
    june = demo.table("receipts")[-1]
    assert (june["drop"], june["sheet"]) == ("收货验收_2026.xlsx", "6月")
    assert (june["rows_new"], june["rows_updated"], june["rows_set_aside"]) == (5, 0, 0)


def test_the_changed_account_is_one_updated_vendor(demo: Demo) -> None:
    second = [r for r in demo.table("receipts") if r["kind"] == "vendors"][1]
    assert (second["rows_new"], second["rows_updated"], second["rows_unchanged"]) == (0, 1, 14)


def test_each_drop_has_a_receipt_workbook(demo: Demo) -> None:
    receipts = sorted((demo.settings.out_folder("receipts")).glob("*回执*.xlsx"))
    assert len(receipts) == 11
    told = load_workbook(next(path for path in receipts if "回执 7 " in path.name))
    cells = {row[2].value for row in told["问题清单"].iter_rows(min_row=3)}
    assert {"E164", "F129", "G140", "B148", "G163"} <= cells


# ------------------------------------------------------------------ alerts

LATE_AND_DUE = {
    ("LATE", "critical", "PO-2026-0232/1"),
    ("LATE", "critical", "PO-2026-0247/1"),
    ("LATE", "warning", "PO-2026-0254/1"),
    ("DUE", "warning", "PO-2026-0278/1"),
    ("DUE", "warning", "PO-2026-0279/1"),
}
SWITCH = {
    ("SWITCH_BY", "warning", "PO-2026-0232/1"),
    ("SWITCH_BY", "warning", "PO-2026-0247/1"),
    ("SWITCH_BY", "warning", "PO-2026-0254/1"),
    ("SWITCH_BY", "warning", "PO-2026-0278/1"),
    ("SWITCH_BY", "warning", "PO-2026-0279/1"),
}
STANDING = {
    ("QUALITY", "critical", "演示寅线路科技有限公司"),
    ("CONTRACT", "critical", "HT-2025-010"),
    ("CONTRACT", "critical", "HT-2025-012"),
    ("SINGLE_SOURCE", "warning", "软件测试"),
    ("UNQUALIFIED", "warning", "示例卯智能电子有限责任公司"),
}
HELD_INVOICES = {
    ("INVOICE", "warning", "示例戊塑胶制品有限公司 · inv-2026-O318 · 2"),
    ("INVOICE", "warning", "虚构壬氧化电镀有限公司 · 26002000000917727340 · 1"),
    ("INVOICE", "warning", "示例辛表面处理有限公司 · 26002000000854018157 · 1"),
    ("INVOICE", "warning", "演示丁五金制造有限公司 · 26002000000430791278 · 1"),
    ("PRICE", "warning", "演示庚模塑有限公司 · 26002000000722765053 · 2"),
}
CHANGED = {
    ("BANK_CHANGE", "critical", "示例甲精密机械有限公司"),
    ("SILENT_EDIT", "critical", "示例甲精密机械有限公司"),
}


def _open(alerts: Rows) -> set[tuple[str, str, str]]:
    return {(a["code"], a["severity"], a["subject"]) for a in alerts if a["state"] != "closed"}


def test_the_first_day_raises_every_planted_alert_and_no_other(demo: Demo) -> None:
    assert _but_payments(demo.alerts[0]) == LATE_AND_DUE | SWITCH | STANDING | HELD_INVOICES


def test_the_line_that_came_closes_its_alert_by_itself(demo: Demo) -> None:
    came = {("LATE", "warning", "PO-2026-0254/1"), ("SWITCH_BY", "warning", "PO-2026-0254/1")}
    everything = LATE_AND_DUE | SWITCH | STANDING | HELD_INVOICES | CHANGED
    assert _but_payments(demo.alerts[1]) == everything - came
    assert _but_payments(demo.alerts[2]) == everything - came
    closed = [a for a in demo.alerts[2] if a["state"] == "closed"]
    assert {(a["subject"], a["last_seen"]) for a in closed} == {("PO-2026-0254/1", "2026-07-03")}


def _but_payments(alerts: Rows) -> set[tuple[str, str, str]]:
    return {alert for alert in _open(alerts) if alert[0] != "OVERDUE_PAYMENT"}


def test_payments_are_due_of_whom_a_sheet_has_lines_due_within_seven_days(demo: Demo) -> None:
    until = "2026-07-14"
    due = {p["vendor"] for p in demo.table("payables") if p["state"] == "proposed" and (p["due_on"] or "9") <= until}
    told = {(a["subject"], a["severity"]) for a in demo.alerts[2] if a["code"] == "OVERDUE_PAYMENT"}
    assert {vendor for vendor, _ in told} == due
    past = {p["vendor"] for p in demo.table("payables") if p["state"] == "proposed" and p["due_on"] < "2026-07-07"}
    assert {vendor for vendor, severity in told if severity == "critical"} == past


def test_an_alert_seen_on_three_days_is_one_alert(demo: Demo) -> None:
    late = [a for a in demo.alerts[2] if a["subject"] == "PO-2026-0232/1" and a["code"] == "LATE"]
    assert [(a["first_seen"], a["last_seen"]) for a in late] == [("2026-07-03", "2026-07-07")]


# ------------------------------------------------------------------ scores


def test_the_vendor_getting_worse_is_the_only_d(demo: Demo) -> None:
    quarter = {s["vendor"]: s["grade"] for s in demo.table("scores") if s["period"] == "2026Q2"}
    assert len(quarter) == 15
    assert {vendor for vendor, grade in quarter.items() if grade in ("C", "D")} == {"演示寅线路科技有限公司"}


# ------------------------------------------------------------------ payments

HELD = {
    ("26002000000430791278", "NO_ORDER", "0.00", "15451.62"),
    ("inv-2026-O318", "DUPLICATE", "0.00", "15631.29"),
    ("26002000000917727340", "QUANTITY", "0.00", "1365.04"),
}


def test_every_planted_invoice_is_stopped_by_its_own_cause(demo: Demo) -> None:
    payables = demo.table("payables")
    held = {
        (p["invoice_no"], p["hold_reason"], p["price_variance"], p["held"]) for p in payables if p["held"] != "0.00"
    }
    assert held == HELD
    price = [(p["invoice_no"], p["price_variance"]) for p in payables if p["price_variance"] != "0.00"]
    assert price == [("26002000000722765053", "982.42")]  # (6.24 − 5.78) × 1,890 × 1.13, above 1 % and above 100.00
    rejected = [(p["invoice_no"], p["rejected"]) for p in payables if p["rejected"] != "0.00"]
    assert rejected == [("26002000000854018157", "63.19")]  # 12 × 4.66 × 1.13
    assert {p["hold_reason"] for p in payables if p["hold_reason"]} == {
        "NO_ORDER", "DUPLICATE", "QUANTITY", "PRICE", "REJECTED",
    }  # fmt: skip


def test_every_waterfall_adds_up_to_the_cent(demo: Demo) -> None:
    for p in demo.table("payables"):
        amount = {name: Decimal(p[name]) for name in p if name not in _TEXTS}
        less = ("price_variance", "rejected", "penalty", "advance_offset", "retention", "held")
        assert amount["net"] == amount["gross"] + amount["bonus"] - sum(amount[name] for name in less)


_TEXTS = {"payment_key", "vendor", "order_id", "line", "invoice_no", "hold_reason", "due_on", "state"}


def test_one_sheet_carries_all_and_the_next_days_carry_nothing_twice(demo: Demo) -> None:
    batches = demo.table("batches")
    proposed = [p for p in demo.table("payables") if p["state"] == "proposed"]
    assert [(b["batch"], b["lines"]) for b in batches] == [("FK-20260703-01", len(proposed))]
    assert Decimal(batches[0]["total"]) == sum(Decimal(p["net"]) for p in proposed)
    assert len({p["payment_key"] for p in proposed}) == len(proposed)


def test_the_payment_sheet_on_paper_says_the_same(demo: Demo) -> None:
    path = demo.settings.out_folder("payments") / "付款申请单 FK-20260703-01.xlsx"
    front = load_workbook(path, data_only=True)["付款申请单"]
    facts = {row[0].value: row[1].value or row[2].value for row in front.iter_rows(min_row=3, max_row=7)}
    assert facts["实付合计（CNY）"] == f"{Decimal(demo.table('batches')[0]['total']):,.2f}"
    assert facts["人民币大写"] == "贰佰贰拾贰万叁仟零柒拾叁元叁角肆分"
    accounts = [row[3].value for row in front.iter_rows(min_row=10, max_row=24)]
    assert all(isinstance(account, str) and account.isdigit() for account in accounts)


# ------------------------------------------------------------------ letters, trace, rest


def test_each_recipient_has_one_letter_a_run_with_its_workbooks(demo: Demo) -> None:
    letters = [email.message_from_bytes(p.read_bytes(), policy=policy.default) for p in _letters(demo)]
    first = [m for m in letters if "03 Jul 2026" in m["date"]]
    assert sorted(m["to"] for m in first) == ["clerk@example.com", "finance@example.com", "manager@example.com"]
    sheet = next(m for m in first if m["to"] == "finance@example.com")
    names = sorted(str(a.get_filename()) for a in sheet.iter_attachments())
    assert names == ["付款申请单 FK-20260703-01.xlsx", "预警清单 2026-07-03.xlsx"]


def _letters(demo: Demo) -> list[Path]:
    return sorted(demo.settings.out_folder("letters").glob("*.eml"))


def test_what_was_dropped_is_in_the_archive_by_content_and_gone_from_the_inbox(demo: Demo) -> None:
    assert [p for p in demo.settings.inbox.rglob("*") if p.is_file()] == []
    for drop in demo.table("drops"):
        assert list((demo.settings.archive / drop["sha256"][:2]).glob(f"{drop['sha256']}*"))


def test_a_second_turn_with_nothing_new_does_nothing(demo: Demo) -> None:
    before = _everything(demo)
    report = conveyor.turn(demo.settings, demo.store, clock.now(homes.DEMO_DAYS[2]))
    assert not report.did_something
    assert _everything(demo) == before


def _everything(demo: Demo) -> tuple[Any, ...]:
    files = sorted((str(p), p.stat().st_mtime_ns) for p in demo.settings.outbox.rglob("*") if p.is_file())
    return files, *(json.dumps(demo.table(name)) for name in exports.names())


def test_the_same_workbook_again_is_nothing_new_and_says_so(demo: Demo) -> None:
    homes.drop_samples(demo.settings.inbox, 3)
    report = conveyor.turn(demo.settings, demo.store, clock.now(date(2026, 7, 7)))
    assert [(name, state) for name, state, _ in report.drops] == [("收货验收_2026.xlsx", "ignored")]
    assert not report.needs_a_person


# ------------------------------------------------------------------ poison


def test_poison_is_set_aside_with_a_reason_and_the_good_file_beside_it_goes_through(demo: Demo) -> None:
    inbox = demo.settings.inbox
    good = (settings.SHIPPED / "sample_workbooks" / "day2" / "收货日报_20260704.xlsx").read_bytes()
    (inbox / "半截.xlsx").write_bytes(good[: len(good) // 2])
    (inbox / "空.xlsx").write_bytes(b"")
    (inbox / "来信.xlsx").write_text("您好：\n附件请查收，谢谢！\n", "gbk")
    (inbox / "评价.xlsx").write_bytes(_with_one_more_survey())
    report = conveyor.turn(demo.settings, demo.store, clock.now(date(2026, 7, 8)))
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
