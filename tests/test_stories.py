"""Small stories over several days: what a team does, and what the belt makes of it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from robots.edge.settings import SHIPPED
from sample_workbooks import make, writers
from tests.conftest import Home

MONDAY, TUESDAY, WEDNESDAY = date(2026, 7, 6), date(2026, 7, 7), date(2026, 7, 8)


def _team(home: Home, books: SimpleNamespace, received: int = 100) -> None:
    """A vendor, its contract, an order of 100 and what arrived of it, and an invoice over all of it."""
    home.drop("供应商.xlsx", books.vendors())
    home.drop("合同.xlsx", books.contracts())
    home.drop("订单.xlsx", books.orders())
    home.drop("收货.xlsx", books.deliveries({"到货数": received, "合格数": received}))
    home.drop("发票.xlsx", books.invoices())


def test_what_is_accepted_later_is_paid_later_and_nothing_twice(home: Home, books: SimpleNamespace) -> None:
    _team(home, books, received=60)
    home.turn(MONDAY)
    first = home.export("payables")
    assert [(p["gross"], p["held"], p["hold_reason"], p["state"]) for p in first] == [
        ("565.00", "226.00", "QUANTITY", "proposed")
    ]
    home.drop("补收.xlsx", books.deliveries({"送货单号": "SH-2", "到货数": 40, "合格数": 40}))
    home.turn(TUESDAY)
    home.turn(WEDNESDAY)
    whole = home.export("payables")
    assert [b["day"] for b in home.export("batches")] == ["2026-07-06", "2026-07-07"]
    assert sorted(p["held"] for p in whole) == ["-226.00", "226.00"]
    assert sum(float(p["net"]) for p in whole) == pytest.approx(565 * 0.95)  # 5 % retention


def test_after_a_change_of_account_nothing_more_is_payable_until_somebody_looked(
    home: Home, books: SimpleNamespace
) -> None:
    home.let("paymaster", "bookkeeper")
    _team(home, books)
    home.turn(MONDAY)
    home.drop("供应商.xlsx", books.vendors({"银行账号": "6222000000000009999"}))
    home.drop("订单2.xlsx", books.orders({"订单号": "PO-2", "单价": 6}))
    home.drop("收货2.xlsx", books.deliveries({"送货单号": "SH-2", "订单号": "PO-2"}))
    bill = {
        "发票号码": "26112000000087654321",
        "订单号": "PO-2",
        "单价": 6,
        "不含税金额": 600,
        "税额": 78,
        "价税合计": 678,
    }
    home.drop("发票2.xlsx", books.invoices(bill))
    home.turn(TUESDAY)
    later = [p for p in home.export("payables") if p["order_id"] == "PO-2"]
    assert [(p["state"], p["net"], p["hold_reason"]) for p in later] == [("held", "0.00", "BANK_CHANGE")]
    assert len(home.export("batches")) == 1


def test_a_hold_tells_its_present_cause_not_its_first(home: Home, books: SimpleNamespace) -> None:
    home.let("paymaster", "bookkeeper")
    _team(home, books)
    home.drop("发票.xlsx", books.invoices({"订单号": "PO-2"}))
    home.turn(MONDAY)
    assert [p["hold_reason"] for p in home.export("payables")] == ["NO_ORDER"]
    home.drop("订单2.xlsx", books.orders({"订单号": "PO-2", "供应商": "虚构乙有限公司"}))
    home.turn(TUESDAY)
    assert [p["hold_reason"] for p in home.export("payables")] == ["WRONG_VENDOR"]


def test_a_vendor_that_is_renamed_is_one_vendor_and_nothing_is_paid_twice(home: Home, books: SimpleNamespace) -> None:
    _team(home, books)
    home.turn(MONDAY)
    sheet = home.export("payables")
    assert [row["state"] for row in sheet] == ["proposed"]
    scores = {(row["period"], row["score"]) for row in home.export("scores")}
    new = {"供应商": "示例甲科技股份有限公司"}
    home.drop("供应商.xlsx", books.vendors({"供应商名称": new["供应商"], "银行账号": "6222000000000009999"}))
    home.turn(TUESDAY)
    told = [f["says"] for f in home.export("findings") if f["code"] == "VENDOR_RENAMED"]
    assert len(told) == 1 and "示例甲电子有限公司" in told[0] and new["供应商"] in told[0]
    assert [a["state"] for a in home.export("alerts") if a["code"] == "BANK_CHANGE"] == ["open"]
    home.drop("订单.xlsx", books.orders(new))
    home.drop("收货.xlsx", books.deliveries(new))
    home.drop("发票.xlsx", books.invoices(new))
    home.drop("合同.xlsx", books.contracts(new))
    home.turn(datetime(2026, 7, 8, 18))
    assert [row | {"vendor": ""} for row in home.export("payables")] == [row | {"vendor": ""} for row in sheet]
    assert [a["state"] for a in home.export("alerts") if a["code"] == "BANK_CHANGE"] == ["open"]
    assert {(row["period"], row["score"]) for row in home.export("scores")} == scores
    assert {row["vendor"] for row in home.export("scores")} == {new["供应商"]}


def test_a_code_that_another_company_bears_now_is_asked_and_not_taken_for_a_new_name(
    home: Home, books: SimpleNamespace
) -> None:
    _team(home, books)
    home.turn(MONDAY)
    other = {"供应商名称": "虚构乙五金有限公司", "统一社会信用代码": "91310000MA1EXAMPL9"}
    home.drop("供应商.xlsx", books.vendors(other))
    home.turn(TUESDAY)
    assert [f["level"] for f in home.export("findings") if f["code"] == "VENDOR_CODE_REUSED"] == ["question"]
    assert {row["vendor"] for row in home.export("scores")} == {"示例甲电子有限公司"}


SILENT = {
    "the due date of an order that was billed": ("orders", "订单.xlsx", {"承诺交期": date(2026, 6, 30)}, "K2"),
    "the price of an order that was billed": ("orders", "订单.xlsx", {"单价": 6}, "H2"),
    "the accepted quantity of a delivery that was put up for payment": (
        "deliveries",
        "收货.xlsx",
        {"合格数": 90},
        "G2",
    ),
    "the account of a vendor that was paid": ("vendors", "供应商.xlsx", {"银行账号": "6222000000000009999"}, "H2"),
}


@pytest.mark.parametrize(("kind", "name", "change", "cell"), [pytest.param(*c, id=i) for i, c in SILENT.items()])
def test_a_silent_edit_is_told_with_both_versions(
    home: Home, books: SimpleNamespace, kind: str, name: str, change: dict[str, object], cell: str
) -> None:
    home.let("scorer", "paymaster", "bookkeeper")
    _team(home, books)
    home.turn(MONDAY)
    home.drop(name, getattr(books, kind)(change))
    home.turn(TUESDAY)
    told = [f for f in home.export("findings") if f["code"] == "SILENT_EDIT"]
    assert [(f["drop"], f["cell"], f["level"]) for f in told] == [(name, cell, "warning")]
    after = str(next(iter(change.values())))
    assert after in told[0]["says"] and "2026-07-06 18:00" in told[0]["says"] and "2026-07-07 18:00" in told[0]["says"]


@pytest.mark.parametrize(("kind", "name", "change", "cell"), [pytest.param(*c, id=i) for i, c in SILENT.items()])
def test_the_same_row_in_a_file_of_another_name_is_a_silent_edit_where_it_says_otherwise(
    home: Home, books: SimpleNamespace, kind: str, name: str, change: dict[str, object], cell: str
) -> None:
    home.let("scorer", "paymaster", "bookkeeper")
    _team(home, books)
    home.turn(MONDAY)
    home.drop(f"副本 {name}", getattr(books, kind)())
    home.turn(TUESDAY)
    assert not _silent_edits(home)
    home.drop(f"新版 {name}", getattr(books, kind)(change))
    home.turn(WEDNESDAY)
    assert _silent_edits(home) == [(f"新版 {name}", cell)]
    home.drop(name, getattr(books, kind)(change))  # its own former row counted no more: nothing changes by this
    home.turn(date(2026, 7, 9))
    assert _silent_edits(home) == [(f"新版 {name}", cell)]


def test_a_row_of_another_file_that_counts_again_is_a_silent_edit(home: Home, books: SimpleNamespace) -> None:
    home.let("scorer", "paymaster", "bookkeeper")
    _team(home, books)
    home.drop("订单 新版.xlsx", books.orders({"单价": 6}, {"订单号": "PO-2", "单价": 6}))
    home.turn(MONDAY)
    assert not _silent_edits(home)
    home.drop("订单 新版.xlsx", books.orders({"订单号": "PO-2", "单价": 6}))
    home.turn(TUESDAY)
    assert [f["drop"] for f in home.export("findings") if f["code"] == "SILENT_EDIT"] == ["订单 新版.xlsx"]
    with home.store.transaction() as tx:
        edits = tx.ledger(TUESDAY, 1).open_edits()
    assert edits[["order_id", "field", "before", "after"]].values.tolist() == [["PO-1", "unit_price", "6", "5"]]


def _silent_edits(home: Home) -> list[tuple[str, str]]:
    return [(f["drop"], f["cell"]) for f in home.export("findings") if f["code"] == "SILENT_EDIT"]


def test_a_due_date_changed_before_anything_happened_is_no_silent_edit(home: Home, books: SimpleNamespace) -> None:
    home.drop("订单.xlsx", books.orders({"承诺交期": date(2026, 8, 20)}))
    home.turn(MONDAY)
    home.drop("订单.xlsx", books.orders({"承诺交期": date(2026, 8, 30)}))
    home.turn(TUESDAY)
    assert [f["code"] for f in home.export("findings") if f["code"] == "SILENT_EDIT"] == []


def test_a_word_learned_makes_the_same_file_news(home: Home, books: SimpleNamespace) -> None:
    content = books.xlsx({"发货": [{"单据": "PO-1", "行号": 1, "到货日期": date(2026, 6, 18), "到货数": 5}]})
    home.drop("发货.xlsx", content)
    assert [state for _, state, _ in home.turn(MONDAY).drops] == ["set_aside"]
    (home.path / "config" / "kinds" / "deliveries.toml").write_text('[columns]\norder_id = ["单据"]\n', "utf-8")
    home.configure("")
    home.drop("发货.xlsx", content)
    assert [state for _, state, _ in home.turn(MONDAY).drops] == ["taken"]
    home.drop("发货.xlsx", content)
    assert [state for _, state, _ in home.turn(MONDAY).drops] == ["ignored"]


def test_three_weeks_down_are_caught_up_once(home: Home, books: SimpleNamespace) -> None:
    _team(home, books)
    home.turn(datetime(2026, 7, 6, 18))
    home.turn(datetime(2026, 7, 28, 9))
    home.turn(datetime(2026, 7, 28, 10))
    reports = sorted(path.stem for path in home.settings.out_folder("reports").iterdir())
    assert reports == ["供应商评分卡 2026Q2 初版", "供应商评分卡 2026Q2 定版",
                       "外协周报 2026-06-29 至 2026-07-05", "外协周报 2026-07-20 至 2026-07-26"]  # fmt: skip
    letters = [letter["subject"] for letter in home.export("letters")]
    assert sum(subject == "manager@example.com" for subject in letters) >= 2


def test_an_unreachable_inbox_is_an_outage_and_no_deletion(home: Home, books: SimpleNamespace) -> None:
    _team(home, books)
    home.turn(MONDAY)
    before = home.export("orders")
    home.settings.inbox.rename(home.path / "gone")
    report = home.turn(TUESDAY)
    assert any(trouble.startswith("FOLDER_UNREACHABLE") for trouble in report.troubles)
    assert home.export("orders") == before


def test_workbooks_that_stay_in_their_folder_are_read_again_when_they_change(
    home: Home, books: SimpleNamespace
) -> None:
    text = (home.path / "config" / "robots.toml").read_text("utf-8")
    (home.path / "config" / "robots.toml").write_text(text.replace("[intake]", "[intake]\nkeep = true", 1), "utf-8")
    home.configure("")
    place = home.drop("台账/订单.xlsx", books.orders())
    assert [state for _, state, _ in home.turn(MONDAY).drops] == ["taken"]
    assert place.exists()
    assert home.turn(MONDAY).drops == []
    home.drop("台账/订单.xlsx", books.orders({"订单数量": 120}))
    home.turn(MONDAY)
    assert [(r["rows_new"], r["rows_updated"]) for r in home.export("receipts")] == [(1, 0), (0, 1)]


def test_a_report_that_usually_comes_on_mondays_is_missed_on_wednesday_and_no_more_when_it_came(
    home: Home, tmp_path: Path
) -> None:
    """The planted case of MISSING_REPORT: four Mondays of `sample_workbooks/weeks`, and none of another alert."""
    reports = sorted((SHIPPED / "sample_workbooks" / "weeks").iterdir())
    for report, monday in zip(reports, make.WEEKS, strict=True):
        home.drop(report.name, report.read_bytes())
        assert [state for _, state, _ in home.turn(monday).drops] == ["taken"]
    home.turn(date(2026, 8, 4))
    assert home.export("alerts") == []
    home.turn(date(2026, 8, 5))
    assert _alerts(home) == [("MISSING_REPORT", "收货日报_#.xlsx", "open")]
    fifth = tmp_path / "收货日报_20260803.xlsx"
    writers.write_daily(fifth, make.split(make.build().deliveries)[-1][:1], date(2026, 8, 3))
    home.drop(fifth.name, fifth.read_bytes())
    home.turn(date(2026, 8, 6))
    assert _alerts(home) == [("MISSING_REPORT", "收货日报_#.xlsx", "closed")]


def _alerts(home: Home) -> list[tuple[str, str, str]]:
    return [(alert["code"], alert["subject"], alert["state"]) for alert in home.export("alerts")]


# ------------------------------------------------------------------ settlement over months


def test_what_is_retained_is_paid_once_when_its_date_is_there(home: Home, books: SimpleNamespace) -> None:
    home.let("paymaster", "bookkeeper")
    _team(home, books)
    home.drop("合同.xlsx", books.contracts({"质保期": 2}))
    home.turn(MONDAY)
    for day in (date(2026, 8, 17), date(2026, 8, 18), date(2026, 8, 19)):
        home.turn(day)
    rows = home.export("payables")
    assert sorted((p["gross"], p["retention"], p["net"], p["due_on"]) for p in rows) == [
        ("28.25", "0.00", "28.25", "2026-08-18"), ("565.00", "28.25", "536.75", "2026-07-25"),
    ]  # fmt: skip
    assert [b["day"] for b in home.export("batches")] == ["2026-07-06", "2026-08-18"]


def test_an_advance_comes_back_pro_rata_and_is_gone_in_the_end(home: Home, books: SimpleNamespace) -> None:
    home.let("paymaster", "bookkeeper")
    _team(home, books, received=60)
    home.drop("合同.xlsx", books.contracts({"合同金额": 565, "预付款": 113, "已付预付款": 113, "质保金比例": 0}))
    home.turn(MONDAY)
    assert [(p["advance_offset"], p["net"]) for p in home.export("payables")] == [("67.80", "271.20")]
    home.drop("补收.xlsx", books.deliveries({"送货单号": "SH-2", "到货数": 40, "合格数": 40}))
    home.turn(TUESDAY)
    assert sorted(p["advance_offset"] for p in home.export("payables")) == ["45.20", "67.80"]
    assert sum(float(p["net"]) for p in home.export("payables")) == pytest.approx(565 - 113)


def test_each_currency_has_a_sheet_of_its_own(home: Home, books: SimpleNamespace) -> None:
    home.let("paymaster", "bookkeeper")
    _team(home, books)
    home.drop("订单2.xlsx", books.orders({"订单号": "PO-2", "币种": "USD"}))
    home.drop("收货2.xlsx", books.deliveries({"送货单号": "SH-2", "订单号": "PO-2"}))
    home.drop("发票2.xlsx", books.invoices({"发票号码": "26112000000087654321", "订单号": "PO-2"}))
    home.turn(MONDAY)
    assert [(b["batch"], b["currency"], b["total"], b["lines"]) for b in home.export("batches")] == [
        ("FK-20260706-01", "CNY", "536.75", 1), ("FK-20260706-02", "USD", "536.75", 1),
    ]  # fmt: skip
    sheets = sorted(path.stem for path in home.settings.out_folder("payments").iterdir())
    assert [name for name in sheets if "FK-20260706" in name] == [
        "付款申请单 FK-20260706-01", "付款申请单 FK-20260706-02",
    ]  # fmt: skip


def test_a_credit_note_after_payment_is_set_off_against_the_next_invoice(home: Home, books: SimpleNamespace) -> None:
    home.let("paymaster", "bookkeeper")
    _team(home, books)
    home.turn(MONDAY)
    red = {"发票号码": "26112000000000000099", "发票类型": "红字", "对应蓝字发票": "26112000000012345678",
           "数量": -20, "不含税金额": -100, "税额": -13, "价税合计": -113}  # fmt: skip
    home.drop("红字.xlsx", books.invoices(red))
    home.turn(TUESDAY)
    assert len(home.export("batches")) == 1  # nothing to set it off against yet
    home.drop("订单2.xlsx", books.orders({"订单号": "PO-2", "单价": 6}))
    home.drop("收货2.xlsx", books.deliveries({"送货单号": "SH-2", "订单号": "PO-2"}))
    bill = {
        "发票号码": "26112000000087654321",
        "订单号": "PO-2",
        "单价": 6,
        "不含税金额": 600,
        "税额": 78,
        "价税合计": 678,
    }
    home.drop("发票2.xlsx", books.invoices(bill))
    home.turn(WEDNESDAY)
    later = [(p["order_id"], p["gross"], p["net"]) for p in home.export("payables")][1:]
    assert sorted(later) == [("PO-1", "-113.00", "-107.35"), ("PO-2", "678.00", "644.10")]
    assert [b["total"] for b in home.export("batches")] == ["536.75", "536.75"]  # 644.10 − 107.35
