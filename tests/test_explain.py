"""Why a figure is what it is: every number of an explanation is figured again here from the rows that were dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from math import sqrt
from types import SimpleNamespace
from typing import Any

import pytest
from openpyxl import load_workbook

from robots.edge import clock, explaining
from robots.figures.explain.alert import places_in
from robots.model.explanation import Unknown
from tests.conftest import FIRST_DAY, Home, a_home, xlsx
from tests.payday_steps import usual

VENDOR = "示例甲电子有限公司"
D = Decimal
MONDAY = date(2026, 7, 6)


def june(home: Home, books: SimpleNamespace) -> None:
    """Ten lines due in June count: PO-1 to PO-8 in time, PO-A two days late, PO-B never delivered. PO-C was late by our
    own fault. PO-D was in time in July, PO-E is not due yet. Ten of 1,010 pieces were rejected. PO-1 was billed as
    agreed, PO-D in July at 6.00 for 5.00."""
    due = {"PO-B": date(2026, 6, 25), "PO-D": date(2026, 7, 1), "PO-E": date(2026, 7, 31)}
    good = [f"PO-{n}" for n in range(1, 9)]
    orders = [*good, "PO-A", "PO-B", "PO-C", "PO-D", "PO-E"]
    home.drop("供应商.xlsx", books.vendors({}, {"供应商名称": "虚构乙有限公司", "供应商编码": "V-002",
                                            "统一社会信用代码": "91310000MA1EXAMPL2",
                                            "银行账号": "6222000000000000002"}))  # fmt: skip
    home.drop("合同.xlsx", books.contracts())
    home.drop(
        "订单.xlsx", books.orders(*({"订单号": one, "承诺交期": due.get(one, date(2026, 6, 20))} for one in orders))
    )
    came = [{"送货单号": f"SH-{one}", "订单号": one} for one in good]
    came += [
        {"送货单号": "SH-A", "订单号": "PO-A", "到货日期": date(2026, 6, 22), "到货数": 110, "不合格数": 10},
        {"送货单号": "SH-C", "订单号": "PO-C", "到货日期": date(2026, 6, 28), "责任方": "需方"},
        {"送货单号": "SH-D", "订单号": "PO-D", "到货日期": date(2026, 7, 1)},
    ]
    home.drop("收货.xlsx", books.deliveries(*({"责任方": None, **row} for row in came)))
    dearer = {"发票号码": "26112000000087654321", "订单号": "PO-D", "开票日期": date(2026, 7, 1), "单价": 6}
    dearer |= {"不含税金额": 600, "税额": 78, "价税合计": 678}
    home.drop("发票.xlsx", books.invoices({}, dearer))
    home.turn(FIRST_DAY)


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory, books: SimpleNamespace) -> Iterator[Home]:
    """That June, made once for the tests that only look."""
    with a_home(tmp_path_factory.mktemp("june")) as made:
        june(made, books)
        yield made


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory, books: SimpleNamespace) -> Iterator[Home]:
    """The Monday after: an appeal over PO-B is upheld, its alert is answered, tickets and ratings have come."""
    appeal = {"申诉编号": "SS-1", "供应商": VENDOR, "订单号": "PO-B", "行号": 1, "申诉理由": "图纸晚到"}
    appeal |= {"责任方": "需方", "处理结果": "成立"}
    times = [datetime(2026, 6, 10, 12), datetime(2026, 6, 15, 9), None]
    tickets = [
        {
            "问题单号": f"WT-{n}",
            "供应商": "V-001",
            "提出时间": datetime(2026, 6, 10, 9),
            "响应时间": at,
            "解决时间": None,
        }
        for n, at in enumerate(times)
    ]
    tickets.append({**tickets[2], "问题单号": "WT-3", "解决时间": datetime(2026, 6, 20, 9)})
    marks = [{"供应商": VENDOR, "评价期间": "2026Q2", "评价人": who, "满意度": 4 + n} for n, who in enumerate("甲乙")]
    with a_home(tmp_path_factory.mktemp("july")) as made:
        june(made, books)
        answer = {"预警编号": f"{late_alert(made)}-0", "处理状态": "处理中", "预警处理人": "虚构员", "处理说明": "已催"}
        sheets = {
            "申诉单": [appeal],
            "问题单": tickets,
            "评价": marks,
            "预警": [{**answer, "承诺解决日期": date(2026, 7, 9)}],
        }
        made.drop("周一.xlsx", xlsx(sheets))
        made.turn(MONDAY)
        yield made


def late_alert(home: Home) -> str:
    """The number of the alert over PO-B."""
    return next(str(row["alert"]) for row in kept(home, "alerts") if row["code"] == "LATE")


@contextmanager
def tampered(home: Home, change: str, back: str) -> Iterator[None]:
    """A hand in the database, for a while."""
    for sql in (change, back):
        with home.store.transaction() as tx:
            tx.connection.exec_driver_sql(sql)
        if sql is change:
            yield


def explained(home: Home, reference: str, whole: bool = False) -> list[dict[str, Any]]:
    """What is said of a reference, as `explain --json` has it."""
    found = explaining.explain(home.settings, home.store, reference, FIRST_DAY, whole)
    assert not isinstance(found, Unknown), found
    return [explaining.as_values(one, home.settings.words) for one in found]


def unknown(home: Home, reference: str) -> list[str]:
    found = explaining.explain(home.settings, home.store, reference, FIRST_DAY)
    assert isinstance(found, Unknown)
    return explaining.could_be(found, home.settings.words)


def said(values: dict[str, Any]) -> str:
    return "\n".join(values["sentences"])


def kept(home: Home, table: str) -> list[dict[str, Any]]:
    with home.store.transaction() as tx:
        rows: list[dict[str, Any]] = tx.table(table).to_pylist()
    return rows


# ------------------------------------------------------------------ a score


def test_a_score_is_written_out_with_its_numbers(team: Home) -> None:
    [score] = explained(team, f"{VENDOR} 2026年6月")
    parts = {row["kpi"]: row for row in score["tables"][0]["rows"]}
    on_time, quality = (D("0.8") - D("0.7")) / D("0.25") * 100, (D(1000) / 1010 - D("0.95")) / D("0.045") * 100
    assert (parts["按时交付率"]["good"], parts["按时交付率"]["of_total"]) == ("8", "10")
    assert (D(parts["按时交付率"]["points"]), D(parts["合格率"]["points"])) == (on_time, round(quality, 2))
    mean = round((30 * on_time + 30 * round(quality, 2) + 5 * 100) / 65, 2)
    assert D(score["score"]) == mean
    assert f"（30 × 40.00 + 30 × {round(quality, 2)} + 5 × 100.00）÷ 65 = {mean}" in said(score)
    assert "A ≥ 90, B ≥ 80, C ≥ 70, D ≥ 0" in said(score)
    assert score["grade"] == "D"
    assert "缺 35.0% 权重" in said(score)
    assert all(name in said(score) for name in ("客户满意度", "响应及时率", "文化契合"))
    assert "自 2000-01-01 起生效的一条（依据：外协管理规则 第6节 绩效评估）" in said(score)


def test_a_share_carries_its_wilson_interval(team: Home) -> None:
    [score] = explained(team, "V-001:2026-06")
    row = score["tables"][0]["rows"][0]
    z, n, share = 1.959963984540054, 10, 0.8
    middle = (share + z * z / 2 / n) / (1 + z * z / n)
    half = z * sqrt(share * (1 - share) / n + z * z / 4 / n / n) / (1 + z * z / n)
    assert [float(row["low"]), float(row["high"])] == pytest.approx([middle - half, middle + half], abs=1e-6)


def test_rules_that_are_others_today_are_named(team: Home) -> None:
    rules = team.settings.rules
    newer = replace(rules.scorecard(FIRST_DAY), reference="2026年新规", reference_zh="", tolerance_days=2)
    dated = {**rules.entries, "scorecard": (*rules.entries["scorecard"], (date(2026, 7, 1), newer))}
    later = replace(team, settings=replace(team.settings, rules=replace(rules, entries=dated)))
    [score] = explained(later, f"{VENDOR}:2026-06")
    assert (
        "今天生效的 scorecard 规则是 2026-07-01 起的另一条（依据：2026年新规），不同之处：reference, tolerance_days"
        in said(score)
    )


def test_a_period_scored_again_shows_before_after_and_the_appeal(later: Home) -> None:
    [score] = explained(later, f"{VENDOR}:2026-06")
    [again] = score["tables"][1]["rows"]
    assert (again["date"], again["grade_before"], again["reason"]) == ("2026-07-06", "D", "申诉成立：SS-1")
    assert D(again["score_before"]) < D(again["score_after"]) == D(score["score"])
    assert again["grade_after"] == score["grade"]


# ------------------------------------------------------------------ a KPI


def test_a_kpi_shows_its_rows_misses_first_and_what_is_left_out(team: Home) -> None:
    [kpi] = explained(team, f"{VENDOR}:2026-06:按时交付率")
    rows, left = (table["rows"] for table in kpi["tables"])
    assert [row["order"] for row in rows[:3]] == ["PO-A/1", "PO-B/1", "PO-1/1"]
    assert [(row["days_late"], row["completed_on"]) for row in rows[:2]] == [(2, "2026-06-22"), (8, None)]
    assert rows[0]["evidence"] == "订单.xlsx › 订单 › 10"
    assert [(row["order"], row["reason"]) for row in left] == [("PO-C/1", "不计供方责任：需方")]
    assert "8 ÷ 10 = 80.00%" in said(kpi)


def test_a_line_that_is_not_due_yet_is_left_out(team: Home) -> None:
    [kpi] = explained(team, f"{VENDOR} 2026Q3 on_time")
    assert [row["order"] for row in kpi["tables"][0]["rows"]] == ["PO-D/1"]
    assert [(row["order"], row["reason"]) for row in kpi["tables"][1]["rows"]] == [
        ("PO-E/1", "截至 2026-07-03 还没到期")
    ]


def test_the_rows_of_every_kpi_add_up_to_what_was_scored(later: Home) -> None:
    seen = set()
    for row in kept(later, "points"):
        [kpi] = explained(later, f"{row['vendor']}:{row['period']}:{row['kpi']}")
        assert "与上面一致" in said(kpi)
        seen.add(row["kpi"])
    assert seen == {"on_time", "quality", "cost", "response", "csat"}
    [response] = explained(later, f"{VENDOR}:2026-06:response")
    assert [row["verdict"] for row in response["tables"][0]["rows"]] == ["✗ 未达标", "✗ 未达标", "✓ 计入"]
    assert [row["ticket"] for row in response["tables"][1]["rows"]] == ["WT-3"]  # done late, no answer noted


def test_a_figure_that_its_rows_do_not_make_is_told(later: Home) -> None:
    sql = "UPDATE kpis SET good = {} WHERE kpi = 'response' AND period = '2026-06'"
    with tampered(later, sql.format(20000), sql.format(10000)):
        [kpi] = explained(later, f"{VENDOR}:2026-06:response")
    assert "与上面不同" in said(kpi)


# ------------------------------------------------------------------ an alert, a payment


def test_an_alert_shows_its_row_as_it_stands_and_its_life(later: Home) -> None:
    alert = late_alert(later)
    [shown] = explained(later, f"{alert}-0")
    assert shown == explained(later, alert[:6])[0]
    assert "逾期 11 天" in said(shown)
    assert "config/rules/alerts.toml 中自 2000-01-01" in said(shown)
    row, life = shown["tables"][0]["rows"][0], shown["tables"][1]["rows"]
    assert (row["order_id"], row["quantity"], row["promised_on"]) == ("PO-B", "100", "2026-06-25")
    assert [one["event"] for one in life] == ["首次发现", "答复：处理中", "最近一次发现"]
    assert (life[1]["who"], life[1]["remark"]) == ("虚构员", "已催（承诺 2026-07-09 解决）")


def test_a_place_that_is_no_more_is_told(later: Home) -> None:
    sql = "UPDATE alerts SET evidence = '订单.xlsx › 订单 › {}' WHERE code = 'LATE'"
    with tampered(later, sql.format(99), sql.format(11)):
        [shown] = explained(later, late_alert(later))
    assert "订单.xlsx › 订单 › 99：文件的新版本里这里已没有数据" in said(shown)


def test_places_are_read_out_of_an_evidence_whatever_the_names_hold() -> None:
    text = "夹/a › b.xlsx › 2026 › 5\n……另有 9 行\n发票 26; 付款申请单 FK-1"
    assert list(places_in(text)) == [("夹/a › b.xlsx", "2026", 5)]


def test_a_payment_adds_up_and_shows_invoice_order_and_delivery(team: Home) -> None:
    [row] = [row for row in kept(team, "payables") if row["order_id"] == "PO-1"]
    [payment] = explained(team, row["payment_key"][:8])
    steps = [D(step["amount"]) for step in payment["tables"][0]["rows"]]
    assert steps == [D("565.00"), D("-28.25"), D("536.75")]
    assert sum(steps[:-1]) == steps[-1] == row["net"]
    assert [table["title"] for table in payment["tables"][1:]] == ["经过", "发票登记", "外协订单", "收货验收"]
    assert payment["tables"][4]["rows"][0]["evidence"] == "收货.xlsx › 收货 › 2"


def test_a_payment_names_the_clause_that_makes_its_day_and_no_rule_that_it_does_not_rest_on(team: Home) -> None:
    [row] = [row for row in kept(team, "payables") if row["order_id"] == "PO-1"]
    [payment] = explained(team, row["payment_key"])
    assert "到期日：合同 HT-1 约定的 30 天" in said(payment)
    assert "802" not in said(payment) and "settlement.toml" not in said(payment)


SMALL = (
    "到期日：按《保障中小企业款项支付条例》，中小企业验收后 60 天（外协管理规则 第7节 结算与付款，自 2000-01-01 起）"
)
DUE: dict[str, tuple[dict[str, Any], str]] = {
    "the limit for small vendors, which the contract goes beyond": ({"账期": 90}, SMALL),
    "no days in the contract, and a small vendor": ({"账期": None}, SMALL),
}


@pytest.mark.parametrize(("contract", "told"), DUE.values(), ids=DUE)
def test_the_order_for_small_vendors_is_named_where_it_makes_the_day(
    home: Home, books: SimpleNamespace, contract: dict[str, Any], told: str
) -> None:
    home.let("paymaster")
    usual(home, books, **contract)
    home.turn(FIRST_DAY)
    [row] = kept(home, "payables")
    assert told in said(explained(home, row["payment_key"])[0])


# ------------------------------------------------------------------ an invoice


def test_an_invoice_shows_its_lines_and_what_is_held_of_it(team: Home) -> None:
    [dearer] = explained(team, "26112000000087654321")
    lines, held, steps, life, register = dearer["tables"]
    [row] = [row for row in kept(team, "payables") if row["order_id"] == "PO-D"]
    assert [(one["payment_key"], one["order"], one["net"]) for one in lines["rows"]] == [
        (row["payment_key"], "PO-D/1", str(row["net"])),
    ]  # fmt: skip
    assert [(one["order"], one["stopped"], one["reason"]) for one in held["rows"]] == [
        ("PO-D/1", "113.00", "单价高于合同价"),
    ]  # fmt: skip
    assert sum(D(step["amount"]) for step in steps["rows"][:-1]) == row["net"]
    assert [one["state"] for one in life["rows"]] == ["待付款"]
    assert [one["evidence"] for one in register["rows"]] == ["发票.xlsx › 发票登记 › 3"]


def test_an_invoice_of_several_vendors_is_asked_and_its_vendor_tells(home: Home, books: SimpleNamespace) -> None:
    """What is held whole is there too; in small letters it is the same number."""
    home.let("paymaster")
    usual(home, books)
    number, other = "FP-2026-7", "虚构乙有限公司"
    theirs = {"供应商": other, "订单号": "PO-404", "不含税金额": 800, "税额": 104, "价税合计": 904}
    home.drop("发票.xlsx", books.invoices({"发票号码": number}, {"发票号码": number, **theirs}))
    home.turn(FIRST_DAY)
    told = unknown(home, number.lower())
    assert "几家供应商都有发票" in told[0] and told[2:] == [f"  {VENDOR}:{number}", f"  {other}:{number}"]
    [invoice] = explained(home, f"虚构乙 {number}")
    lines, held, _ = invoice["tables"]
    assert (lines["rows"][0]["state"], held["rows"][0]["reason"]) == (
        "暂扣", "无此订单\n供应商台账没有银行账号",
    )  # fmt: skip
    assert (invoice["on_sheets"], invoice["stopped"]) == ("0.00", "904.00")


def test_an_invoice_that_has_left_the_register_is_found_where_it_was(home: Home, books: SimpleNamespace) -> None:
    """Nothing of it was ever on a sheet: nothing has come."""
    home.let("paymaster")
    usual(home, books)
    (home.settings.inbox / "收货.xlsx").unlink()
    first, gone = (
        {"发票号码": "26112000000012345678"},
        {"发票号码": "FP-7", "价税合计": 452, "不含税金额": 400, "税额": 52},
    )
    home.drop("发票.xlsx", books.invoices(first, gone))
    home.turn(datetime(2026, 7, 3, 18))
    home.drop("发票.xlsx", books.invoices(first))
    home.turn(datetime(2026, 7, 6, 18))
    [invoice] = explained(home, "FP-7")
    (told,) = invoice["sentences"]
    assert "登记里现在没有这张发票：2026-07-06 收到的“发票.xlsx”" in told and "发票登记 › 3，价税合计 452.00" in told
    assert invoice["tables"] == []
    home.drop("发票.xlsx", books.invoices(first, gone))
    home.turn(datetime(2026, 7, 7, 18))
    [invoice] = explained(home, "FP-7")
    assert "登记里现在没有" not in "".join(invoice["sentences"]) and invoice["billed"] == "452.00"


# ------------------------------------------------------------------ what is asked for


def test_a_part_of_a_name_is_enough_where_one_vendor_has_it(team: Home) -> None:
    same = [explained(team, ref) for ref in ("示例甲:2026-06", "V-001 2026.6", "91310000MA1EXAMPL1：2026年6月")]
    assert same[0] == same[1] == same[2]


@pytest.mark.parametrize(
    ("reference", "says", "meant"),
    [
        pytest.param("有限公司:2026-06", "可能是几家", f"{VENDOR}:2026-06", id="a name of several vendors"),
        pytest.param("虚构丙:2026-06", "没有供应商叫", f"{VENDOR}:2026Q3", id="a vendor that is none"),
        pytest.param("示例甲:2019-01", "没有得分", f"{VENDOR}:2026-06", id="a period without a score"),
        pytest.param("示例甲:2026-06:身高", "没有指标叫", f"{VENDOR}:2026-06:合格率", id="a KPI that is none"),
        pytest.param("fedcba98", "没有编号以", f"{VENDOR}:2026Q3", id="a number that is none"),
        pytest.param("你好", "不明白", f"{VENDOR}:2026Q3:按时交付率", id="no reference at all"),
    ],
)
def test_what_is_not_known_says_what_could_be_meant(team: Home, reference: str, says: str, meant: str) -> None:
    told = unknown(team, reference)
    assert says in told[0]
    assert f"  {meant}" in told


def test_an_empty_home_has_nothing_to_explain_and_says_so(home: Home) -> None:
    [told] = unknown(home, "示例甲")
    assert "这里还没有数据" in told and "收件箱" in told


THINGS = {
    "an order line, with its alert": ("PO-B/1", "line", ["订单行 PO-B/1", "外协订单", "有关的预警"]),
    "an order line, with its deliveries and payment": ("PO-1/1", "line", ["SH-PO-1", "有关的付款", "536.75"]),
    "an order without a line": ("PO-A", "line", ["订单行 PO-A/1"]),
    "a contract": ("HT-1", "contract", ["合同 HT-1", "otd_target", "有关的预警"]),
    "a payment batch": ("FK-20260703-01", "batch", ["付款批次 FK-20260703-01", "536.75"]),
}


@pytest.mark.parametrize(("reference", "about", "shown"), THINGS.values(), ids=THINGS)
def test_what_outputs_print_is_understood(team: Home, reference: str, about: str, shown: list[str]) -> None:
    found = explaining.explain(team.settings, team.store, reference, FIRST_DAY)
    assert isinstance(found, list) and found[0].about == about
    text = str(explaining.as_values(found[0], team.settings.words))
    assert all(word in text for word in shown), text


def test_an_appeal_is_explained_by_the_scores_that_it_changed(later: Home) -> None:
    [found] = explained(later, "SS-1")
    assert "2026-06" in [row["period"] for table in found["tables"] for row in table["rows"] if "score_after" in row]


# ------------------------------------------------------------------ paper


def test_a_score_as_a_workbook_has_a_sheet_for_each_kpi(team: Home) -> None:
    found = explaining.explain(team.settings, team.store, f"{VENDOR}:2026-06", FIRST_DAY, whole=True)
    assert isinstance(found, list)
    path = explaining.write(team.settings, found, clock.now(FIRST_DAY))
    book = load_workbook(path)
    assert path.parent == team.settings.out_folder("reports")
    assert book.sheetnames[:3] == ["得分", "按时交付率", "合格率"]
    assert "PO-B/1" in [cell.value for row in book["按时交付率"] for cell in row]


def _printed(home: Home, reference: str) -> Sequence[Any]:
    found = explaining.explain(home.settings, home.store, reference, FIRST_DAY)
    assert isinstance(found, list)
    return list(explaining.printed(found[0], home.settings.words, most=3))


def test_a_terminal_shows_the_first_rows_and_counts_the_rest(team: Home) -> None:
    parts = _printed(team, f"{VENDOR}:2026-06:on_time")
    assert "……另有 7 行；全部见 --json 或 --workbook。" in parts


def test_explaining_changes_nothing(team: Home) -> None:
    before = {name: kept(team, name) for name in ("scores", "alerts", "payables", "outbox", "journal", "turns")}
    explained(team, f"{VENDOR}:2026-06", whole=True)
    assert before == {name: kept(team, name) for name in before}
