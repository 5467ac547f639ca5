"""Stories of edits: what money was put up on is changed afterwards, and somebody is asked before more is paid."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import Home
from tests.payday_steps import evening, paid_of, usual, why
from tests.test_approvals import bank_row, invoices_of, records_of
from tests.test_controls import _filled, _forms

D = Decimal
A = "示例甲电子有限公司"
Row = dict[str, Any]


@pytest.fixture
def home(home: Home) -> Home:
    """Only those work whose work is looked at."""
    home.let("scorer", "paymaster", "bookkeeper", "sentinel")
    return home


# ------------------------------------------------------------------ what stands for receipts


def test_a_milestone_that_earns_more_after_its_payment_is_asked(home: Home, books: SimpleNamespace) -> None:
    home.drop("供应商台账.xlsx", books.vendors())
    home.drop("合同台账.xlsx", books.contracts({"质保金比例": 0, "合同金额": 11300, "税率": 0.13}))
    stone = {
        "合同编号": "HT-1",
        "里程碑": "需求",
        "计划完成日期": date(2026, 6, 10),
        "实际提交日期": date(2026, 6, 10),
        "验收日期": date(2026, 6, 12),
        "验收结论": "通过",
        "付款比例": 0.1,
    }
    home.drop("里程碑.xlsx", books.xlsx({"里程碑": [stone]}))
    bill = {
        "订单号": "HT-1",
        "行号": None,
        "数量": None,
        "单价": None,
        "不含税金额": 2000,
        "税额": 260,
        "价税合计": 2260,
    }
    home.drop("发票.xlsx", books.invoices(bill))
    home.turn(evening(7, 6))
    assert paid_of(home) == 1130
    home.drop("里程碑.xlsx", books.xlsx({"里程碑": [stone | {"付款比例": 0.2}]}))
    home.turn(evening(7, 7))
    assert paid_of(home) == 1130


WORK = """[[in_force]]
from = 2026-01-01
soft_duplicate_days = -1
[in_force.work]
"HT-1" = { source = "measurements", of = "工时" }
"""


def test_hours_that_are_raised_after_they_were_paid_are_asked(home: Home, books: SimpleNamespace) -> None:
    (home.path / "config" / "rules" / "settlement.toml").write_text(WORK, "utf-8")
    home.configure("")
    usual(home, books, 质保金比例=0)
    (home.settings.inbox / "收货.xlsx").unlink()
    work = {"供应商": A, "合同编号": "HT-1", "指标": "工时", "记录日期": date(2026, 6, 20), "数值": 60}
    home.drop("工时.xlsx", books.xlsx({"指标记录": [work]}))
    home.turn(evening(7, 6))
    assert paid_of(home) == 339
    home.drop("工时.xlsx", books.xlsx({"指标记录": [work | {"数值": 100}]}))
    home.turn(evening(7, 7))
    assert paid_of(home) == 339


def test_hours_are_asked_once_and_paid_when_somebody_has_answered(home: Home, books: SimpleNamespace) -> None:
    (home.path / "config" / "rules" / "settlement.toml").write_text(WORK, "utf-8")
    home.configure("")
    usual(home, books, 质保金比例=0)
    (home.settings.inbox / "收货.xlsx").unlink()
    work = {"供应商": A, "合同编号": "HT-1", "指标": "工时", "记录日期": date(2026, 6, 20), "数值": 60}
    other = work | {"指标": "每日提交数", "数值": 3}
    home.drop("工时.xlsx", books.xlsx({"指标记录": [work, other]}))
    home.turn(evening(7, 6))
    home.drop("工时.xlsx", books.xlsx({"指标记录": [work | {"数值": 100}, other | {"数值": 4}]}))
    home.turn(evening(7, 7))
    asked = sorted(a["subject"] for a in home.export("alerts") if a["code"] == "SILENT_EDIT")
    assert asked == ["HT-1", A]  # no money rests on the other measure: it counts in a score
    assert why(home) == {"78": "SILENT_EDIT"}
    assert {row["evidence"].count("数值") for row in records_of(home, "holds")} == {1}
    lists = _forms(home, "预警清单", "alerts")
    home.drop("预警.xlsx", _filled(lists[-1], {"处理状态": "已确认", "预警处理人": "虚构甲"}, "静默修改"))
    home.turn(evening(7, 8))
    assert paid_of(home) == 565 and why(home) == {}


def test_work_that_settlement_takes_for_accepted_is_not_told_as_late(home: Home, books: SimpleNamespace) -> None:
    (home.path / "config" / "rules" / "settlement.toml").write_text(WORK, "utf-8")
    home.configure("")
    usual(home, books, 质保金比例=0)
    (home.settings.inbox / "收货.xlsx").unlink()
    work = {"供应商": A, "合同编号": "HT-1", "指标": "工时", "记录日期": date(2026, 6, 18), "数值": 60}
    home.drop("工时.xlsx", books.xlsx({"指标记录": [work]}))
    home.turn(evening(7, 6))
    (late,) = [a for a in home.export("alerts") if a["code"] == "LATE"]
    assert "已验收 60 / 100，待判定 0" in late["seen"]
    home.drop("工时2.xlsx", books.xlsx({"指标记录": [work | {"记录日期": date(2026, 6, 19), "数值": 40}]}))
    home.turn(evening(7, 7))
    assert [a["state"] for a in home.export("alerts") if a["code"] == "LATE"] == ["closed"]


# ------------------------------------------------------------------ what was blank or gone in between


def test_an_accepted_quantity_that_was_cleared_and_filled_again_is_asked_as_what_it_is(
    home: Home, books: SimpleNamespace
) -> None:
    """60 → blank → 100: the question that somebody answers says “60 → blank”."""
    invoices_of(home, books, 1)
    home.drop("收货.xlsx", books.deliveries({"送货单号": "S-1", "到货数": 100, "合格数": 60}))
    home.turn(evening(7, 6))
    assert paid_of(home) == 339
    home.drop("收货.xlsx", books.deliveries({"送货单号": "S-1", "到货数": 100, "合格数": None}))
    home.turn(evening(7, 7))
    lists = _forms(home, "预警清单", "alerts")
    home.drop("预警.xlsx", _filled(lists[-1], {"处理状态": "已确认", "预警处理人": "虚构甲"}, "静默修改"))
    home.turn(evening(7, 8))
    home.drop("收货.xlsx", books.deliveries({"送货单号": "S-1", "到货数": 100, "合格数": 100}))
    for day in (9, 10):
        home.turn(evening(7, day))
    assert paid_of(home) == 339


def test_a_row_that_is_cut_and_pasted_into_another_file_with_another_quantity_is_an_edit(
    home: Home, books: SimpleNamespace
) -> None:
    """Both files come in one evening, the one that the row left first."""
    invoices_of(home, books, 1)
    home.drop(
        "收货.xlsx",
        books.deliveries({"送货单号": "S-1", "到货数": 60, "合格数": 60}, {"送货单号": "S-9", "订单号": "PO-9"}),
    )
    home.turn(evening(7, 6))
    assert paid_of(home) == 339
    home.drop("收货.xlsx", books.deliveries({"送货单号": "S-9", "订单号": "PO-9"}))
    home.drop("收货2.xlsx", books.deliveries({"送货单号": "S-1", "到货数": 100, "合格数": 100}))
    home.turn(evening(7, 7))
    assert paid_of(home) == 339


BETWEEN: dict[str, tuple[Row, list[Row], int]] = {
    "cleared and filled as it was": ({"合格数": 60}, [{"合格数": None}, {"合格数": 60}], 2),
    "gone and back as it was": ({"合格数": 60}, [{"送货单号": "S-9", "订单号": "PO-9"}, {"合格数": 60}], 0),
    "gone and back with more": ({"合格数": 60}, [{"送货单号": "S-9", "订单号": "PO-9"}, {"合格数": 100}], 1),
    "gone, back without and filled": (
        {"合格数": 60},
        [{"送货单号": "S-9", "订单号": "PO-9"}, {"合格数": None}, {"合格数": 100}],
        2,
    ),
    "cleared, gone and back with more": (
        {"合格数": 60},
        [{"合格数": None}, {"送货单号": "S-9", "订单号": "PO-9"}, {"合格数": 100}],
        2,
    ),
}


@pytest.mark.parametrize(("first", "later", "asked"), BETWEEN.values(), ids=BETWEEN)
def test_what_was_paid_on_is_remembered_while_it_is_blank_or_gone(
    home: Home, books: SimpleNamespace, first: Row, later: list[Row], asked: int
) -> None:
    invoices_of(home, books, 1)
    row = {"送货单号": "S-1", "到货数": 100}
    home.drop("收货.xlsx", books.deliveries(row | first))
    home.turn(evening(7, 6))
    for day, change in enumerate(later, 7):
        home.drop("收货.xlsx", books.deliveries(row | change))
        home.turn(evening(7, day))
    assert paid_of(home) == 339
    assert len([a for a in home.export("alerts") if a["code"] == "SILENT_EDIT"]) == asked


def test_a_quantity_that_is_accepted_later_on_a_line_that_was_paid_is_no_edit(
    home: Home, books: SimpleNamespace
) -> None:
    """Sixty were judged and paid; the other forty had come too and are judged a day later."""
    invoices_of(home, books, 1)
    rows = [{"送货单号": "S-1", "到货数": 60, "合格数": 60}, {"送货单号": "S-2", "到货数": 40, "合格数": None}]
    home.drop("收货.xlsx", books.deliveries(*rows))
    home.turn(evening(7, 6))
    assert paid_of(home) == 339
    home.drop("收货.xlsx", books.deliveries(rows[0], rows[1] | {"合格数": 40}))
    home.turn(evening(7, 7))
    assert paid_of(home) == 565


# ------------------------------------------------------------------ what else moves money


def test_retention_is_not_paid_years_early_because_a_cell_of_the_contract_ledger_was_cleared(
    home: Home, books: SimpleNamespace
) -> None:
    usual(home, books)
    home.turn(evening(7, 6))
    home.drop("合同台账.xlsx", books.contracts({"质保金比例": None}))
    home.turn(evening(7, 7))
    assert paid_of(home) == D("536.75") or why(home)


def test_an_advance_that_is_corrected_after_the_payment_is_asked(home: Home, books: SimpleNamespace) -> None:
    invoices_of(home, books, 1)
    home.drop("合同台账.xlsx", books.contracts({"质保金比例": 0, "预付款": 300, "已付预付款": 300}))
    home.turn(evening(7, 6))
    home.drop("合同台账.xlsx", books.contracts({"质保金比例": 0, "预付款": None, "已付预付款": None}))
    home.turn(evening(7, 7))
    assert paid_of(home) == 265 or why(home)


def test_a_late_penalty_is_not_paid_out_because_a_day_was_edited(home: Home, books: SimpleNamespace) -> None:
    usual(home, books, 质保金比例=0, 迟交违约金率=0.002)
    home.drop("收货.xlsx", books.deliveries({"到货日期": date(2026, 6, 30)}))
    home.turn(evening(7, 6))
    before = paid_of(home)
    assert before < 565
    home.drop("收货.xlsx", books.deliveries({"到货日期": date(2026, 6, 18)}))
    home.turn(evening(7, 7))
    assert paid_of(home) == before


def test_a_term_of_a_contract_is_asked_once_for_all_its_lines(home: Home, books: SimpleNamespace) -> None:
    invoices_of(home, books, 1, 2)
    home.drop("合同台账.xlsx", books.contracts({"质保金比例": 0, "预付款": 300, "已付预付款": 300}))
    home.turn(evening(7, 6))
    assert paid_of(home) == 830
    home.drop("合同台账.xlsx", books.contracts({"质保金比例": 0, "预付款": 300, "已付预付款": 200}))
    home.turn(evening(7, 7))
    assert paid_of(home) == 830 and "SILENT_EDIT" in set(why(home).values())
    told = [a for a in home.export("alerts") if a["code"] == "SILENT_EDIT"]
    assert [a["subject"] for a in told] == ["HT-1"]
    lists = _forms(home, "预警清单", "alerts")
    home.drop("预警.xlsx", _filled(lists[-1], {"处理状态": "已确认", "预警处理人": "虚构甲"}, "静默修改"))
    home.turn(evening(7, 8))
    assert paid_of(home) == 930 and not why(home)


@pytest.mark.parametrize("change", [{"合同名称": "改名"}, {"到期日期": date(2028, 12, 31)}])
def test_a_contract_may_be_renamed_and_prolonged_without_anybody_asking(
    home: Home, books: SimpleNamespace, change: Row
) -> None:
    usual(home, books)
    home.turn(evening(7, 6))
    home.drop("合同台账.xlsx", books.contracts(change))
    home.turn(evening(7, 7))
    assert not [a for a in home.export("alerts") if a["code"] == "SILENT_EDIT"] and not why(home)


def test_a_contract_on_which_nothing_was_put_up_may_be_negotiated(home: Home, books: SimpleNamespace) -> None:
    usual(home, books)
    home.drop("合同2.xlsx", books.contracts({"合同编号": "HT-2"}))
    home.turn(evening(7, 6))
    home.drop("合同2.xlsx", books.contracts({"合同编号": "HT-2", "质保金比例": 0.1}))
    home.turn(evening(7, 7))
    assert not [a for a in home.export("alerts") if a["code"] == "SILENT_EDIT"]


def test_who_accepts_more_and_rejects_less_is_asked_once(home: Home, books: SimpleNamespace) -> None:
    usual(home, books, 质保金比例=0)
    home.drop("收货.xlsx", books.deliveries({"到货数": 100, "合格数": 60, "不合格数": 40}))
    home.turn(evening(7, 6))
    home.drop("收货.xlsx", books.deliveries({"到货数": 100, "合格数": 70, "不合格数": 30}))
    home.turn(evening(7, 7))
    assert paid_of(home) == 339
    assert {"SILENT_EDIT"} <= {code for row in records_of(home, "holds") for code in row["reasons"].split(",")}
    assert len([a for a in home.export("alerts") if a["code"] == "SILENT_EDIT"]) == 1


# ------------------------------------------------------------------ invoices


def _edits_of(home: Home) -> list[tuple[str, str]]:
    return [(a["subject"], a["seen"]) for a in home.export("alerts") if a["code"] == "SILENT_EDIT"]


def test_an_invoice_that_is_lowered_after_its_payment_is_told_with_its_cell(home: Home, books: SimpleNamespace) -> None:
    usual(home, books, 质保金比例=0)
    home.turn(evening(7, 6))
    (one,) = home.export("payables")
    home.drop("回单.xlsx", books.xlsx({"回单": [bank_row(one, "B-1")]}))
    home.turn(evening(7, 6) + timedelta(hours=1))
    home.drop("发票.xlsx", books.invoices({"数量": 80, "不含税金额": 400, "税额": 52, "价税合计": 452}))
    home.turn(evening(7, 7))
    (found,) = [f for f in home.export("findings") if f["code"] == "SILENT_EDIT"]
    assert "价税合计 由 565（" in found["says"] and "改为 452（" in found["says"]  # one row, one question
    ((subject, seen),) = _edits_of(home)
    assert subject.endswith("· PO-1/1") and "“价税合计”由 565.00 改为 452.00" in seen
    (held,) = records_of(home, "holds")
    assert held["reasons"] == "OVERPAID"
    (owed,) = [a["seen"] for a in home.export("alerts") if a["code"] == "INVOICE"]
    assert "113.00 CNY，供应商欠我方" in owed and "不能付" not in owed
    assert "“价税合计”由 565.00 改为 452.00（2026-07-07 收到的版本，发票.xlsx" in held["evidence"]
    lists = _forms(home, "预警清单", "alerts")
    home.drop("预警.xlsx", _filled(lists[-1], {"处理状态": "已确认", "预警处理人": "虚构甲"}, "静默修改"))
    home.turn(evening(7, 8))
    (held,) = records_of(home, "holds")
    assert "改为 452.00" in held["evidence"]  # who looks at it later still reads which cell it was


def test_an_invoice_that_is_raised_after_its_payment_waits_for_an_answer(home: Home, books: SimpleNamespace) -> None:
    usual(home, books, 质保金比例=0)
    less = {"数量": 60, "不含税金额": 300, "税额": 39, "价税合计": 339}
    home.drop("发票.xlsx", books.invoices(less))
    home.turn(evening(7, 6))
    home.drop("发票.xlsx", books.invoices())
    home.turn(evening(7, 7))
    assert paid_of(home) == 339 and set(why(home).values()) == {"SILENT_EDIT"}
    lists = _forms(home, "预警清单", "alerts")
    home.drop("预警.xlsx", _filled(lists[-1], {"处理状态": "已确认", "预警处理人": "虚构甲"}, "静默修改"))
    home.turn(evening(7, 8))
    assert paid_of(home) == 565 and why(home) == {}


def test_an_invoice_of_which_pieces_and_price_change_and_the_sum_does_not_is_told(
    home: Home, books: SimpleNamespace
) -> None:
    usual(home, books, 质保金比例=0)
    home.turn(evening(7, 6))
    home.drop("发票.xlsx", books.invoices({"数量": 50, "单价": 10}))
    home.turn(evening(7, 7))
    assert [seen.split("”")[0].split("“")[1] for _, seen in _edits_of(home)] == ["数量", "单价"]


def test_an_invoice_that_no_sheet_carries_may_be_corrected(home: Home, books: SimpleNamespace) -> None:
    """Nothing has come: it is held. Then its number of pieces is put right, and the goods come."""
    usual(home, books, 质保金比例=0)
    (home.settings.inbox / "收货.xlsx").unlink()
    home.drop("发票.xlsx", books.invoices({"数量": 110, "不含税金额": 550, "税额": 71.5, "价税合计": 621.5}))
    home.turn(evening(7, 6))
    home.drop("发票.xlsx", books.invoices())
    home.drop("收货.xlsx", books.deliveries())
    home.turn(evening(7, 7))
    assert paid_of(home) == 565 and not _edits_of(home)


def test_another_invoice_of_the_line_is_not_held_by_the_edit_of_one(home: Home, books: SimpleNamespace) -> None:
    usual(home, books, 质保金比例=0)
    first = {"发票号码": "26312000000000000001", "数量": 60, "不含税金额": 300, "税额": 39, "价税合计": 339}
    second = {"发票号码": "26312000000000000202", "数量": 30, "不含税金额": 150, "税额": 19.5, "价税合计": 169.5}
    home.drop("发票.xlsx", books.invoices(first))
    home.turn(evening(7, 6))
    home.drop("发票.xlsx", books.invoices(first | {"开票日期": date(2026, 6, 25)}, second))
    home.turn(evening(7, 7))
    assert paid_of(home) == D("508.50") and not _edits_of(home)
    more = {"数量": 65, "不含税金额": 325, "税额": 42.25, "价税合计": 367.25}
    third = {"发票号码": "26312000000000000303", "数量": 5, "不含税金额": 25, "税额": 3.25, "价税合计": 28.25}
    home.drop("发票.xlsx", books.invoices(first | more, second, third))
    home.turn(evening(7, 8))
    assert paid_of(home, "303") == D("28.25") and why(home) == {"01": "SILENT_EDIT"}
