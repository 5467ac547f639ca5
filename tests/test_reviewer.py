"""Ranking, the ladder, the lists; and what a team does with a scorecard: decides, improves, rules on appeals."""

from __future__ import annotations

import email
import email.parser
import email.policy
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robots.crew import registry
from robots.edge import explaining
from robots.edge import settings as configuration
from robots.figures.ladder import climb, earned
from robots.figures.ranking import percentile, ranking_scores, shrunken
from robots.figures.scores import Basis
from robots.figures.standing import change, declines, listings
from tests.conftest import Begin, Home
from tests.test_figures import table

D = Decimal
RULES = configuration.load(Path("no such home"), registry.names()).rules
TODAY = date(2026, 7, 3)
CARD = RULES.scorecard(TODAY)

# ------------------------------------------------------------------ the ladder


def basis(today: date = TODAY, **contract: Any) -> Basis:
    """A vendor under one contract since 2024, with these terms."""
    agreed = {"contract_id": "HT-1", "vendor": "甲", "starts_on": date(2024, 1, 1), "ends_on": date(2027, 12, 31)}
    blank = (table(kind, []) for kind in ("certificates", "tickets"))
    return Basis(RULES, table("contracts", [agreed | contract]), *blank, {}, today, table("surveys", []))


GOOD, BAD = {"on_time": (20.0, 20.0)}, {"on_time": (10.0, 20.0)}
NONE: dict[str, tuple[float, float]] = {}


def months(*values: dict[str, tuple[float, float]], until: int = 2026 * 12 + 5) -> dict[tuple[str, str], Any]:
    """A vendor's months, the last of them June 2026."""
    start = until - len(values) + 1
    return {("甲", f"{(start + n) // 12}-{(start + n) % 12 + 1:02d}"): value for n, value in enumerate(values) if value}


STREAKS = {
    "three months on target": ([GOOD, GOOD, GOOD], [1, 2, 3]),
    "a miss starts again": ([GOOD, GOOD, BAD, GOOD], [1, 2, 0, 1]),
    "a month without data pauses": ([GOOD, GOOD, NONE, GOOD], [1, 2, 2, 3]),
    "one target of two missed is a miss": ([GOOD, {**GOOD, "quality": (90.0, 100.0)}], [1, 0]),
    "exactly on target counts": ([{"on_time": (19.0, 20.0)}], [1]),
    "a hair below does not": ([{"quality": (994_999.0, 1_000_000.0)}], [0]),
    "what is no target does not count": ([{**GOOD, "ppm": (900.0, 1000.0)}], [1]),
}


@pytest.mark.parametrize(("values", "streaks"), STREAKS.values(), ids=STREAKS)
def test_a_streak(values: list[Any], streaks: list[int]) -> None:
    assert [step.streak for step in climb(months(*values), basis())] == streaks


def test_a_contracts_own_target_is_what_counts() -> None:
    lenient = basis(otd_target=D("0.5"))
    assert [step.reached for step in climb(months(BAD), lenient)] == [True]


def test_a_month_with_a_veto_is_a_miss_whatever_was_delivered() -> None:
    paper = {"vendor": "甲", "type": "ISO9001", "required": True, "expires_on": date(2026, 5, 10)}
    one = replace(basis(), certificates=table("certificates", [paper]))
    april, may, june = climb(months(GOOD, GOOD, GOOD), one)
    assert (april.reached, april.streak, april.missed) == (True, 1, ())
    assert (may.reached, may.streak, may.missed) == (False, 0, ("veto",))
    assert june.missed == ("veto",)


def test_the_running_month_is_not_on_the_ladder_yet() -> None:
    until_july = months(GOOD, GOOD, GOOD, until=2026 * 12 + 6)
    assert [step.month for step in climb(until_july, basis())] == ["2026-05", "2026-06"]


RUNGS = {
    "three months: the contract's bonus": (3, {"bonus_rate": D("0.02")}, ["bonus"]),
    "three months without a bonus agreed: renewal": (3, {}, ["renewal"]),
    "six months: volume": (6, {"bonus_rate": D("0.02")}, ["bonus", "volume"]),
    "twelve months: strategic candidate": (12, {}, ["renewal", "volume", "strategic"]),
    "two months: nothing yet": (2, {"bonus_rate": D("0.02")}, []),
    "twenty months: each rung once": (20, {}, ["renewal", "volume", "strategic"]),
}


@pytest.mark.parametrize(("count", "terms", "rewards"), RUNGS.values(), ids=RUNGS)
def test_a_rung(count: int, terms: dict[str, Any], rewards: list[str]) -> None:
    agreed = basis(**terms)
    assert [rung.reward for rung in earned(climb(months(*[GOOD] * count), agreed), agreed)] == rewards


def test_a_rung_is_earned_again_only_after_a_miss() -> None:
    agreed = basis(bonus_rate=D("0.02"))
    rungs = list(earned(climb(months(*[GOOD] * 5, BAD, *[GOOD] * 3), agreed), agreed))
    assert [(rung.reward, rung.month) for rung in rungs] == [("bonus", "2025-12"), ("bonus", "2026-06")]
    assert rungs[1].months == ("2026-04", "2026-05", "2026-06") and rungs[1].rate == D("0.02")


@given(st.lists(st.sampled_from([GOOD, BAD, NONE]), min_size=1, max_size=30))
def test_a_streak_is_what_counting_by_hand_gives(values: list[Any]) -> None:
    count, expected, begun = 0, [], False
    for value in values:
        begun = begun or bool(value)
        count = count + 1 if value is GOOD else 0 if value is BAD else count
        if begun:
            expected.append(count)
    assert [step.streak for step in climb(months(*values), basis())] == expected


# ------------------------------------------------------------------ ranking and standing


def test_two_perfect_lines_do_not_lead() -> None:
    """RULES 6: (k + m·s) ÷ (n + s), m the category's mean, s = 10."""

    def row(vendor: str, value: str, n: int) -> dict[str, Any]:
        points = {"value": D(value), "n": D(n), "floor": D("0.7"), "target": D("0.95"), "weight": D(30)}
        return {"vendor": vendor, "kpi": "on_time", "points": D(100), **points}

    rows = [row("两行全对", "1", 2), row("百行有五迟", "0.95", 100), row("常迟", "0.7", 98)]
    ranked = ranking_scores(rows, dict.fromkeys(("两行全对", "百行有五迟", "常迟"), "注塑"), CARD)
    mean = (2 + 95 + D("68.6")) / 200
    assert shrunken(D(2), D(2), mean, 10) < shrunken(D(95), D(100), mean, 10)
    assert sorted(ranked, key=lambda v: -ranked[v]) == ["百行有五迟", "两行全对", "常迟"]


@given(st.integers(0, 50), st.integers(0, 50), st.decimals("0", "1", places=3))
def test_a_shrunken_rate_lies_between_the_rate_and_the_mean(good: int, missed: int, mean: D) -> None:
    seen = shrunken(D(good), D(good + missed), mean, CARD.shrink_strength)
    rate = D(good) / (good + missed) if good + missed else mean
    assert min(rate, mean) - D("1e-20") <= seen <= max(rate, mean) + D("1e-20")


def test_a_percentile_tells_nothing_of_one_alone() -> None:
    assert percentile("甲", {"甲": D(90)}) is None
    assert percentile("甲", {"甲": D(90), "乙": D(90), "丙": D(91), "丁": D(10)}) == 67


def quarters(*grades: str, vetoes: str | None = None) -> dict[str, dict[str, Any]]:
    """Grades of quarters, the last of them 2026Q2; its vetoes."""
    names = ["2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2"][-len(grades) :]
    rows = {
        name: {"grade": grade or None, "score": D(80), "vetoes": None, "capped_by": None}
        for name, grade in zip(names, grades, strict=True)
    }
    rows["2026Q2"] |= {"vetoes": vetoes, "capped_by": vetoes and "证书过期"}
    return rows


LISTS = {
    "four quarters of A": (("A",) * 4, None, ["strategic"]),
    "three of A": (("A",) * 3, None, []),
    "four of A, one without a grade among them": (("A", "A", "", "A", "A"), None, []),
    "a C": (("B", "C"), None, ["improve"]),
    "a first D": (("C", "D"), None, ["improve"]),
    "two D in a row": (("D", "D"), None, ["eliminate", "improve"]),
    "two D with a B between": (("D", "B", "D"), None, ["improve"]),
    "one veto": (("A", "C"), "certificate", ["eliminate", "improve"]),
    "a B": (("C", "B"), None, []),
    "no grade": (("D", ""), None, []),
}


@pytest.mark.parametrize(("grades", "vetoes", "lists"), LISTS.values(), ids=LISTS)
def test_a_list(grades: tuple[str, ...], vetoes: str | None, lists: list[str]) -> None:
    assert [one.list for one in listings("甲", quarters(*grades, vetoes=vetoes), "2026Q2", CARD)] == lists


def test_a_certificate_alone_says_what_would_cure_it() -> None:
    (one, _) = listings("甲", quarters("A", "C", vetoes="certificate"), "2026Q2", CARD)
    (other, _) = listings("甲", quarters("A", "D", vetoes="certificate,incident"), "2026Q2", CARD)
    assert (getattr(one.because, "key", ""), getattr(other.because, "key", "")) == (
        "list.eliminate.curable", "list.eliminate.veto",
    )  # fmt: skip


def test_decline_is_counted_back_from_now() -> None:
    rows = {name: {"score": D(score)} for name, score in
            (("2025Q2", 80), ("2025Q3", 95), ("2025Q4", 90), ("2026Q1", 85), ("2026Q2", 70))}  # fmt: skip
    assert (declines(rows, "2026Q2"), declines(rows, "2025Q3"), change(rows, "2026Q2")) == (3, 0, D(-15))
    assert declines({"2026Q2": {"score": D(1)}}, "2026Q2") == 0 and change(rows, "2025Q2") is None


# ------------------------------------------------------------------ a team and its scorecard

BAD_VENDOR, GOOD_VENDOR = "示例甲电子有限公司", "虚构乙五金有限公司"
FRIDAY, MONDAY, TUESDAY = date(2026, 7, 3), date(2026, 7, 6), date(2026, 7, 7)


def a_year(books: SimpleNamespace, home: Home, bonus: float | None = None) -> None:
    """Twelve months: one vendor late in every line since January, the other always on time; both rated. Nobody settles
    what they billed."""
    home.let("receptionist", "scorer", "rewarder", "sentinel", "reviewer", "reporter")
    orders, deliveries, invoices = [], [], []
    for vendor, name in ((BAD_VENDOR, "A"), (GOOD_VENDOR, "B")):
        for month in [*((2025, m) for m in range(7, 13)), *((2026, m) for m in range(1, 7))]:
            for number in range(2):
                order, due = f"{name}{month[0]}{month[1]:02d}{number}", date(*month, 20)
                late = vendor == BAD_VENDOR and month[0] == 2026
                orders.append({"订单号": order, "供应商": vendor, "承诺交期": due, "下单日期": date(*month, 1),
                               "合同编号": f"HT-{name}"})  # fmt: skip
                deliveries.append({"送货单号": f"S{order}", "订单号": order, "供应商": vendor,
                                   "到货日期": date(*month, 25 if late else 18)})  # fmt: skip
                if month == (2026, 6):
                    invoices.append({"发票号码": f"26{order}", "供应商": vendor, "订单号": order,
                                     "开票日期": date(2026, 6, 28)})  # fmt: skip
    home.drop("订单.xlsx", books.orders(*orders))
    home.drop("收货.xlsx", books.deliveries(*deliveries))
    home.drop("发票.xlsx", books.invoices(*invoices))
    second = {"供应商名称": GOOD_VENDOR, "供应商编码": "V-002", "银行账号": "6222000000000000002",
              "统一社会信用代码": "91310000MA1EXAMPL2"}  # fmt: skip
    home.drop("供应商.xlsx", books.vendors({"供应商名称": BAD_VENDOR}, second))
    home.drop("合同.xlsx", books.contracts(*(
        {"合同编号": f"HT-{name}", "供应商": vendor, "生效日期": date(2025, 1, 1), "奖励比例": bonus}
        for vendor, name in ((BAD_VENDOR, "A"), (GOOD_VENDOR, "B")))))  # fmt: skip


def rated(period: str, bad: int, good: int) -> list[dict[str, Any]]:
    marks = ("满意度", "沟通顺畅度", "问题解决", "文化契合")
    return [{"供应商": vendor, "评价期间": period, "评价人": rater, **dict.fromkeys(marks, mark)}
            for vendor, mark in ((BAD_VENDOR, bad), (GOOD_VENDOR, good)) for rater in ("甲", "乙")]  # fmt: skip


def a_scored_quarter(home: Home, books: SimpleNamespace, bad: int, good: int, *before: int) -> None:
    """The year, with these marks for the last quarter and for the one before; its scorecard is out since Friday."""
    a_year(books, home)
    home.drop("评价.xlsx", [*rated("2026Q2", bad, good), *(rated("2026Q1", *before) if before else [])])
    home.turn(FRIDAY)


def issued(home: Home, folder: str, start: str) -> Path:
    """The one workbook of a folder whose name starts so."""
    (found,) = (p for p in home.settings.out_folder(folder).iterdir() if p.name.startswith(start))
    return found


def filled(path: Path, sheet: int, answers: dict[str, Any], which: str = "") -> bytes:
    """A form as a person sends it back: answers under the headers of these words, in rows that hold `which`."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[sheet]
    head = next(row for row in page.iter_rows() if {cell.value for cell in row} >= set(answers))
    columns = {cell.value: cell.column for cell in head}
    for row in page.iter_rows(min_row=head[0].row + 1):
        if any(which in str(cell.value or "") for cell in row) and row[0].value:
            for word, value in answers.items():
                page.cell(row[0].row, columns[word], value)
    memory = BytesIO()
    book.save(memory)
    return memory.getvalue()


def test_a_first_edition_goes_out_without_ratings_and_the_final_one_when_they_are_in(
    home: Home, books: SimpleNamespace
) -> None:
    a_year(books, home)
    home.turn(FRIDAY)
    reports = home.settings.out_folder("reports")
    assert [p.stem for p in reports.glob("供应商评分卡*")] == ["供应商评分卡 2026Q2 初版"]
    assert home.export("listed") == []
    home.turn(MONDAY)
    home.drop("评价.xlsx", rated("2026Q2", 2, 5))
    home.turn(TUESDAY)
    home.turn(datetime(2026, 7, 8, 18))
    assert sorted(p.stem for p in reports.glob("供应商评分卡*")) == [
        "供应商评分卡 2026Q2 初版",
        "供应商评分卡 2026Q2 定版",
    ]
    assert sorted(p.stem for p in home.settings.out_folder("vendors").glob("供应商评分卡*")) == [
        f"供应商评分卡 2026Q2 {vendor}" for vendor in sorted((BAD_VENDOR, GOOD_VENDOR))
    ]


def test_a_vendors_edition_holds_nothing_of_anybody_else(home: Home, begin: Begin) -> None:
    begin(home, a_scored_quarter, 2, 5)
    book = openpyxl.load_workbook(issued(home, "vendors", f"供应商评分卡 2026Q2 {BAD_VENDOR}"))
    texts = [str(cell.value) for page in book.worksheets for row in page.iter_rows() for cell in row if cell.value]
    assert any(BAD_VENDOR in text for text in texts)
    for secret in (GOOD_VENDOR, "订单.xlsx", "收货.xlsx", "HT-B", "6222"):
        assert not [text for text in texts if secret in text]
    assert "不低于其他供应商中的 0%" in texts and not [text for text in texts if "名，共" in text]


def test_an_elimination_is_decided_by_a_person_on_a_form_that_comes_back(home: Home, begin: Begin) -> None:
    begin(home, a_scored_quarter, 1, 5, 1, 5)
    proposed = {(row["vendor"], row["list"]): row["state"] for row in home.export("listed")}
    assert proposed[BAD_VENDOR, "eliminate"] == "proposed" and proposed[BAD_VENDOR, "improve"] == "open"
    form = filled(issued(home, "forms", "名单决定单"), 0, {"名单决定": "同意", "决定人": "示例经理"}, BAD_VENDOR)
    home.drop("回来了.xlsx", form)
    assert [state for _, state, _ in home.turn(MONDAY).drops] == ["taken"]
    home.turn(TUESDAY)
    decided = {(row["vendor"], row["list"]): (row["state"], row["decided_by"]) for row in home.export("listed")}
    assert decided[BAD_VENDOR, "eliminate"] == ("agreed", "示例经理")
    letters = [p.read_text("utf-8") for p in home.settings.out_folder("letters").glob("2026-07-06*.eml")]
    assert letters  # the clerk is told what to change in the ledger; the ledger itself is left alone
    assert {row["vendor"]: row["status"] for row in home.export("vendors")}[BAD_VENDOR] == "合格"


def test_an_improvement_plan_comes_back_and_stands_on_the_next_scorecard(
    home: Home, books: SimpleNamespace, begin: Begin
) -> None:
    begin(home, a_scored_quarter, 1, 5)
    plan = {"改进措施": "每周一报排产", "改进责任人": "示例主管", "改进完成期限": date(2026, 8, 31)}
    home.drop("计划.xlsx", filled(issued(home, "forms", "改进计划单"), 0, plan, "按时交付率"))
    home.turn(MONDAY)
    assert [(row["kpi"], row["action"], row["due_on"]) for row in home.export("improvements")] == [
        ("按时交付率", "每周一报排产", "2026-08-31")
    ]
    home.drop("七月.xlsx", books.orders({"订单号": "A7", "供应商": BAD_VENDOR, "承诺交期": date(2026, 7, 20)}))
    home.turn(date(2026, 8, 3))
    book = openpyxl.load_workbook(issued(home, "reports", "供应商评分卡 2026-07"))
    texts = [cell.value for page in book.worksheets for row in page.iter_rows() for cell in row]
    assert "每周一报排产" in texts


def test_an_appeal_that_is_upheld_scores_the_period_again_and_both_scores_are_kept(home: Home, begin: Begin) -> None:
    begin(home, a_scored_quarter, 4, 5)
    score = {(row["vendor"], row["period"]): row["score"] for row in home.export("scores")}
    edition = issued(home, "vendors", f"供应商评分卡 2026Q2 {BAD_VENDOR}")
    claim = {"申诉理由": "图纸晚到两周", "责任方": "需方", "证据": "邮件 2026-06-01"}
    home.drop("申诉.xlsx", filled(edition, 1, claim, "A20260"))
    home.turn(MONDAY)
    home.turn(TUESDAY)
    assert {row["claim"] for row in home.export("appeals")} == {"图纸晚到两周"}
    assert {
        (row["vendor"], row["period"]): row["score"] for row in home.export("scores")
    } == score  # nobody has ruled yet
    ruling = filled(issued(home, "forms", "申诉裁定单"), 0, {"处理结果": "成立", "处理人": "示例经理"}, "A20260")
    home.drop("裁定.xlsx", ruling)
    home.turn(datetime(2026, 7, 8, 18))
    again = {row["period"]: row for row in home.export("rescored") if row["vendor"] == BAD_VENDOR}
    assert again["2026Q2"]["score_before"] == score[BAD_VENDOR, "2026Q2"]
    assert D(again["2026Q2"]["score_after"]) > D(again["2026Q2"]["score_before"])
    assert "SS-2026Q2-A2026060" in again["2026Q2"]["because"]
    on_time = {row["period"]: (row["good"], row["total"]) for row in home.export("kpis")
               if row["vendor"] == BAD_VENDOR and row["kpi"] == "on_time"}  # fmt: skip
    assert "2026-06" not in on_time and on_time["2026-03"] == (
        "0",
        "2",
    )  # what was not appealed against counts as before


def letters(home: Home, day: str) -> str:
    """Everything that was written on a day, as people read it."""
    paths = sorted(home.settings.out_folder("letters").glob(f"{day}*.eml"))
    mails = (email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths)
    return "\n".join(mail.get_body(("plain",)).get_content() for mail in mails)  # type: ignore[union-attr]


RULINGS: dict[str, tuple[dict[str, Any], list[str], int]] = {
    "upheld, nobody's fault": ({"处理结果": "成立"}, ["ANSWER_MISSING"] * 3, 0),
    "upheld, the vendor's own fault": ({"处理结果": "成立", "责任方": "供方"}, ["RULING_FAULT"] * 3, 0),
    "who, but not what": ({}, ["ANSWER_MISSING"] * 3, 0),
    "upheld, two on lines that are none": ({"处理结果": "成立", "责任方": "需方"}, ["RULING_NO_LINE"] * 2, 1),
    "dismissed": ({"处理结果": "不成立", "裁定说明": "邮件无收件人"}, [], 3),
}


def test_an_upheld_appeal_on_another_vendors_line_changes_no_score_and_is_told_once(home: Home, begin: Begin) -> None:
    begin(home, a_scored_quarter, 4, 5)
    scores = home.export("scores")
    ruled = {"申诉编号": "SS-1", "供应商": GOOD_VENDOR, "订单号": "A2026060", "申诉理由": "图纸晚到", "责任方": "需方",
             "处理结果": "成立"}  # fmt: skip
    home.drop("申诉.xlsx", [ruled])
    home.turn(MONDAY)
    home.turn(TUESDAY)
    assert home.export("scores") == scores
    told = [letters(home, day).count("申诉成立但不起作用") for day in ("2026-07-06", "2026-07-07")]
    assert told == [1, 0] and "SS-1" in letters(home, "2026-07-06")


def test_the_ruling_form_says_which_lines_are_odd_and_a_ruling_that_cannot_be_is_not_taken(
    home: Home, begin: Begin
) -> None:
    """Three appeals, one on an order that nobody knows and one on another vendor's, ruled on again and again."""
    begin(home, a_scored_quarter, 4, 5)
    claim = {"供应商": BAD_VENDOR, "评价期间": "2026Q2", "申诉理由": "图纸晚到", "行号": "1"}
    home.drop("申诉.xlsx", [claim | {"申诉编号": f"SS-{order}", "订单号": order}
                          for order in ("A2026060", "A-NONE", "B2026060")])  # fmt: skip
    home.turn(MONDAY)
    form = issued(home, "forms", "申诉裁定单")
    cells = [[cell.value for cell in row] for row in openpyxl.load_workbook(form).worksheets[0].iter_rows()]
    column = next(row.index("核对") for row in cells if "核对" in row)
    assert {row[0]: row[column] for row in cells if str(row[0]).startswith("SS-")} == {
        "SS-A2026060": "—", "SS-A-NONE": "无此订单行", "SS-B2026060": "不属于该供应商",
    }  # fmt: skip
    for number, (name, (ruling, codes, taken)) in enumerate(RULINGS.items()):
        home.drop(f"{number}.xlsx", filled(form, 0, {"处理人": "示例经理", **ruling}, "SS-"))
        home.turn(datetime(2026, 7, 7, 9 + number))
        findings = [f["code"] for f in home.export("findings") if f["drop"] == f"{number}.xlsx"]
        assert [code for code in findings if not code.startswith("FORM_")] == codes, name
        assert sum(row["decision"] is not None for row in home.export("appeals")) == taken, name
    home.turn(date(2026, 7, 8))
    assert "邮件无收件人" in letters(home, "2026-07-08")


def test_an_appeal_after_its_time_is_marked_and_a_ruling_form_without_a_ruling_changes_nothing(
    home: Home, begin: Begin
) -> None:
    begin(home, a_scored_quarter, 4, 5)
    edition = issued(home, "vendors", f"供应商评分卡 2026Q2 {BAD_VENDOR}")
    home.turn(date(2026, 8, 3))
    home.drop("申诉.xlsx", filled(edition, 1, {"申诉理由": "图纸晚到"}, "A2026060"))
    home.turn(date(2026, 8, 4))
    form = issued(home, "forms", "申诉裁定单")
    assert "已逾期" in [cell.value for row in openpyxl.load_workbook(form).worksheets[0].iter_rows() for cell in row]
    before = home.export("appeals")
    home.drop("空裁定.xlsx", form.read_bytes())
    home.turn(date(2026, 8, 5))
    assert [row["state"] for row in home.export("drops") if row["name"] == "空裁定.xlsx"] == ["ignored"]
    assert home.export("appeals") == before


def test_two_people_who_decide_otherwise_are_both_named_to_the_manager(home: Home, begin: Begin) -> None:
    begin(home, a_scored_quarter, 1, 5, 1, 5)
    form = issued(home, "forms", "名单决定单")
    home.drop("甲.xlsx", filled(form, 0, {"名单决定": "同意"}, BAD_VENDOR))
    home.turn(MONDAY)
    assert home.export("verdicts") == []  # nobody has signed for it
    home.drop("甲.xlsx", filled(form, 0, {"名单决定": "同意", "决定人": "示例经理"}, BAD_VENDOR))
    home.turn(TUESDAY)
    home.drop("乙.xlsx", filled(form, 0, {"名单决定": "不同意", "决定人": "虚构总监"}, BAD_VENDOR))
    home.turn(date(2026, 7, 8))
    (found,) = (f for f in home.export("findings") if f["drop"] == "乙.xlsx" and f["level"] == "warning")
    assert found["code"] == "ANSWERS_DIFFER" and "示例经理" in found["says"] and "虚构总监" in found["says"]
    told = letters(home, "2026-07-08")
    assert "原为“同意”（示例经理），现为“不同意”（虚构总监）" in told


def test_a_plan_that_is_overdue_is_told_once_and_stands_so_on_the_next_scorecard(
    home: Home, books: SimpleNamespace, begin: Begin
) -> None:
    begin(home, a_scored_quarter, 1, 5)
    plan = {"改进措施": "每周一报排产", "改进责任人": "示例主管"}
    form = issued(home, "forms", "改进计划单")
    home.drop("早.xlsx", filled(form, 0, plan | {"改进完成期限": date(2026, 6, 1)}, "按时交付率"))
    home.turn(MONDAY)
    assert home.export("improvements") == []
    assert "PLAN_TOO_EARLY" in {f["code"] for f in home.export("findings") if f["drop"] == "早.xlsx"}
    home.drop("计划.xlsx", filled(form, 0, plan | {"改进完成期限": date(2026, 7, 20)}, "按时交付率"))
    home.turn(TUESDAY)
    for day in (21, 22):
        home.drop(
            f"{day}.xlsx", books.orders({"订单号": f"A7{day}", "供应商": BAD_VENDOR, "承诺交期": date(2026, 7, 20)})
        )
        home.turn(date(2026, 7, day))
    assert ["改进计划已逾期" in letters(home, f"2026-07-{day}") for day in (21, 22)] == [True, False]
    home.turn(date(2026, 8, 3))
    book = openpyxl.load_workbook(issued(home, "reports", "供应商评分卡 2026-07"))
    rows = [[cell.value for cell in row] for page in book.worksheets for row in page.iter_rows()]
    (row,) = (row for row in rows if "每周一报排产" in row)
    assert "已逾期" in row


def test_an_appeal_that_changes_no_score_is_on_record_all_the_same(home: Home, begin: Begin) -> None:
    begin(home, a_scored_quarter, 4, 5)
    ruled = {"申诉编号": "SS-1", "供应商": BAD_VENDOR, "订单号": "A2026060", "申诉理由": "图纸晚到", "责任方": "需方",
             "处理结果": "成立"}  # fmt: skip
    home.drop("申诉.xlsx", [ruled])
    home.turn(MONDAY)
    home.drop("备注.xlsx", [ruled | {"证据": "邮件"}])
    home.turn(TUESDAY)
    (row,) = (row for row in home.export("rescored") if row["period"] == "2026Q2")
    assert row["score_before"] == row["score_after"] and row["because"] == "SS-1"


def test_a_bonus_that_was_earned_reaches_settlement_once(home: Home, books: SimpleNamespace) -> None:
    home.drop("供应商.xlsx", books.vendors())
    home.drop("合同.xlsx", books.contracts({"合同编号": "HT-1", "奖励比例": 0.02, "质保金比例": 0}))
    orders = [{"订单号": f"PO-{m}", "下单日期": date(2026, m, 1), "承诺交期": date(2026, m, 20)} for m in (4, 5, 6)]
    arrived = [{"送货单号": f"S-{m}", "订单号": f"PO-{m}", "到货日期": date(2026, m, 18)} for m in (4, 5, 6)]
    home.drop("订单.xlsx", books.orders(*orders))
    home.drop("收货.xlsx", books.deliveries(*arrived))
    home.drop("发票.xlsx", books.invoices({"发票号码": "26112000000012345601", "订单号": "PO-5"},
                                          {"发票号码": "26112000000012345602", "订单号": "PO-6"}))  # fmt: skip
    home.turn(FRIDAY)
    (rung,) = home.export("earned")
    assert (rung["month"], rung["reward"], rung["base"], rung["amount"]) == ("2026-06", "bonus", "1500.00", "30.00")
    sheet = home.export("payables")
    assert sorted(row["bonus"] for row in sheet) == ["0.00", "30.00"]
    assert rung["settled_by"] == "FK-20260703-01"
    with home.store.transaction() as tx:
        (step,) = (row for row in tx.table("waterfalls").to_pylist() if row["step"] == "bonus")
    assert step["place"] == "合同.xlsx › 合同台账 › 2"  # where it is agreed
    home.turn(MONDAY)
    home.turn(TUESDAY)
    assert home.export("payables") == sheet and home.export("earned") == [rung]


def test_what_was_earned_before_this_home_settles_is_not_paid_again(home: Home, books: SimpleNamespace) -> None:
    a_year(books, home, 0.02)
    home.turn(FRIDAY)
    mine = [row for row in home.export("earned") if row["vendor"] == GOOD_VENDOR]
    assert [(row["reward"], row["settled_by"]) for row in mine] == [
        ("bonus", "elsewhere"), ("volume", "elsewhere"), ("strategic", None),
    ]  # fmt: skip


def under(home: Home, text: str) -> None:
    """The home with other numbers on scorecards from the year 2000 on."""
    path = home.path / "config" / "rules" / "scorecard.toml"
    path.write_text(f"[[in_force]]\nfrom = 2000-01-01\n{text}\n", "utf-8")
    home.settings = configuration.load(home.path, registry.names())


def letters_of(home: Home, day: str) -> str:
    """What was written to anybody on a day."""
    parser = email.parser.BytesParser(policy=email.policy.default)
    found = home.settings.out_folder("letters").glob(f"{day}*.eml")
    return "\n".join(parser.parsebytes(p.read_bytes()).get_body(("plain",)).get_content() for p in sorted(found))


def test_a_score_that_other_rules_changed_says_so_and_names_no_old_appeal(home: Home, begin: Begin) -> None:
    begin(home, a_scored_quarter, 4, 5)
    ruled = {"申诉编号": "SS-1", "供应商": BAD_VENDOR, "订单号": "A2026060", "申诉理由": "图纸晚到", "责任方": "需方",
             "处理结果": "成立"}  # fmt: skip
    home.drop("申诉.xlsx", [ruled])
    home.turn(MONDAY)
    under(home, "[in_force.weights]\nquality = 60")
    home.turn(TUESDAY)
    rows = {
        row["day"]: row for row in home.export("rescored") if (row["vendor"], row["period"]) == (BAD_VENDOR, "2026Q2")
    }
    assert (rows["2026-07-06"]["because"], rows["2026-07-06"]["why"]) == ("SS-1", None)
    assert (rows["2026-07-07"]["because"], rows["2026-07-07"]["why"]) == (None, "rules")
    told = letters_of(home, "2026-07-07")
    assert "规则变更" in told and "台账数据有变" not in told and "SS-1" not in told


def papers(*spans: tuple[date, date]) -> list[dict[str, Any]]:
    """A certificate that is asked of the vendor, and its renewals."""
    usual = {"供应商": GOOD_VENDOR, "证书类型": "ISO9001", "必备": "是"}
    return [usual | {"证书编号": f"ZS-{until:%Y%m}", "发证日期": since, "有效期至": until} for since, until in spans]


def cells_of(path: Path) -> list[str]:
    book = openpyxl.load_workbook(path)
    return [str(cell.value) for page in book.worksheets for row in page.iter_rows() for cell in row if cell.value]


def a_quarter_without_papers(home: Home, books: SimpleNamespace) -> None:
    a_year(books, home)
    home.drop("评价.xlsx", rated("2026Q2", 4, 5))
    home.drop("资质.xlsx", papers((date(2024, 1, 1), date(2025, 12, 10)), (date(2026, 1, 1), date(2026, 5, 10))))
    home.turn(FRIDAY)


@pytest.fixture
def lapsed(home: Home, begin: Begin) -> Home:
    """The vendor that is always on time was without its certificate in December, and is since May; it is scored."""
    begin(home, a_quarter_without_papers)
    return home


def test_a_capped_vendor_is_ranked_by_its_grade_and_its_edition_names_no_file(lapsed: Home) -> None:
    book = openpyxl.load_workbook(issued(lapsed, "reports", "供应商评分卡 2026Q2"))
    rows = [row for row in book.worksheets[0].iter_rows(values_only=True) if row[1] in (GOOD_VENDOR, BAD_VENDOR)]
    grades = {row[1]: row[3] for row in rows}
    assert grades[GOOD_VENDOR] == "C" and [row[3] for row in rows] == sorted(row[3] for row in rows)
    texts = cells_of(issued(lapsed, "vendors", f"供应商评分卡 2026Q2 {GOOD_VENDOR}"))
    assert any("必备资质“ISO9001”已于 2026-05-10 到期" in text for text in texts)
    assert any("未达标：否决项" in text for text in texts)
    assert not [text for text in texts if "2025-12-10" in text and "2026-05-10" in text]  # the last paper of its type
    assert not [text for text in texts if "›" in text or "config" in text or "RULES" in text or "资质.xlsx" in text]


def test_the_first_scorecard_knows_the_alerts_of_its_own_day(lapsed: Home) -> None:
    texts = cells_of(issued(lapsed, "reports", "供应商评分卡 2026Q2"))
    assert "资质证书" in texts


def test_rewards_wait_while_an_elimination_is_proposed(lapsed: Home) -> None:
    proposed = {row["vendor"]: row for row in lapsed.export("listed") if row["list"] == "eliminate"}
    assert proposed[GOOD_VENDOR]["because"].endswith("续证后可撤销建议")
    assert [(r["month"], r["reward"]) for r in lapsed.export("earned") if r["settled_by"] is None] == [
        ("2026-03", "renewal")
    ]
    assert "暂停：已建议淘汰" in cells_of(issued(lapsed, "reports", "供应商评分卡 2026Q2"))
    assert "续约优先（暂停：已建议淘汰）" in letters_of(lapsed, "2026-07-03")


def test_a_renewed_certificate_withdraws_the_proposal_and_says_so(lapsed: Home) -> None:
    lapsed.drop("续证.xlsx", papers((date(2026, 7, 4), date(2028, 5, 10))))
    lapsed.turn(MONDAY)
    states = {(row["vendor"], row["list"]): row["state"] for row in lapsed.export("listed")}
    assert states[GOOD_VENDOR, "eliminate"] == "withdrawn"
    assert "淘汰建议已撤销" in letters_of(lapsed, "2026-07-06")
    lapsed.turn(TUESDAY)
    assert "淘汰建议已撤销" not in letters_of(lapsed, "2026-07-07")


def test_scorecards_that_nobody_was_there_for_are_named(home: Home, books: SimpleNamespace, begin: Begin) -> None:
    begin(home, a_scored_quarter, 4, 5)
    lines = [{"订单号": f"B{m}", "供应商": GOOD_VENDOR, "承诺交期": date(2026, m, 20)} for m in (7, 8, 10)]
    home.drop("后来.xlsx", books.orders(*lines))
    home.turn(date(2026, 11, 3))
    assert "跳过未发的评分卡：2026-07、2026-08、2026Q3" in letters_of(home, "2026-11-03")


def test_an_upheld_appeal_brings_a_corrected_edition_with_before_and_after(home: Home, begin: Begin) -> None:
    begin(home, a_scored_quarter, 4, 5)
    usual = {"供应商": BAD_VENDOR, "申诉理由": "图纸晚到", "责任方": "需方", "处理结果": "成立"}
    lines = [f"A20260{month}{number}" for month in (4, 5, 6) for number in (0, 1)]
    home.drop("申诉.xlsx", [usual | {"申诉编号": f"SS-{line}", "订单号": line} for line in lines])
    home.turn(MONDAY)
    home.turn(datetime(2026, 7, 6, 19))
    home.turn(TUESDAY)
    reports = home.settings.out_folder("reports")
    assert [p.stem for p in reports.glob("*更正版*")] == ["供应商评分卡 2026Q2 更正版1"]
    texts = cells_of(issued(home, "reports", "供应商评分卡 2026Q2 更正版1"))
    assert "更正：与上一版相比" in texts and any(text.startswith("申诉成立：SS-A2026040") for text in texts)
    edition = cells_of(issued(home, "vendors", f"供应商评分卡 2026Q2 更正版1 {BAD_VENDOR}"))
    assert any(text.startswith("原为 ") and "更正为" in text for text in edition)
    assert not [text for text in edition if "›" in text]
    assert "更正版1" in letters_of(home, "2026-07-06") and "更正版" not in letters_of(home, "2026-07-07")
    told = letters_of(home, "2026-07-06")
    assert "淘汰建议已撤销" in told and "续约优先" in told and "暂停" not in told


def test_a_final_figure_that_moves_without_the_score_is_told_by_explain(
    home: Home, books: SimpleNamespace, begin: Begin
) -> None:
    begin(home, a_scored_quarter, 4, 5)
    home.drop("返工.xlsx", books.deliveries({"送货单号": "SB2026060", "订单号": "B2026060", "供应商": GOOD_VENDOR,
              "到货日期": date(2026, 6, 18), "到货数": 101, "不合格数": 1}))  # fmt: skip
    home.turn(MONDAY)
    assert not list(home.settings.out_folder("reports").glob("*更正版*"))
    [found] = explaining.explain(home.settings, home.store, f"{GOOD_VENDOR}:2026Q2:quality", MONDAY)
    told = [home.settings.words.speak(one) for one in found.sentences]
    assert "合格率：定版（2026-07-03）时 100.00%，现 99.83%。" in told


def test_a_vendor_may_appeal_against_rejections_vetoes_and_marks_too(home: Home, books: SimpleNamespace) -> None:
    a_year(books, home)
    home.drop("评价.xlsx", rated("2026Q2", 4, 3))
    home.drop("资质.xlsx", papers((date(2024, 1, 1), date(2026, 5, 10))))
    bad = {
        "订单号": "B2026060",
        "供应商": GOOD_VENDOR,
        "到货日期": date(2026, 6, 19),
        "到货数": 10,
        "合格数": 0,
        "不合格数": 10,
    }
    home.drop("不合格.xlsx", books.deliveries(bad | {"送货单号": "S-BAD"}))
    home.turn(FRIDAY)
    edition = issued(home, "vendors", f"供应商评分卡 2026Q2 {GOOD_VENDOR}")
    rows = {row[0]: row for row in openpyxl.load_workbook(edition).worksheets[1].iter_rows(values_only=True) if row[0]}
    assert rows["SS-2026Q2-S-BAD-1"][3:7] == ("B2026060", "1", "S-BAD", "不合格 10 件")
    assert "必备资质“ISO9001”" in rows["SS-2026Q2-certificate-1"][6] and not rows["SS-2026Q2-certificate-1"][3]
    assert "客户满意度 3.00" in rows["SS-2026Q2-csat"][6]
    home.drop("申诉.xlsx", filled(edition, 1, {"申诉理由": "图纸错了", "责任方": "需方", "证据": "邮件"}, "S-BAD"))
    report = home.turn(MONDAY)
    assert [state for _, state, _ in report.drops] == ["taken"]
    assert [(r["appeal_id"], r["delivery_id"]) for r in home.export("appeals")] == [("SS-2026Q2-S-BAD-1", "S-BAD")]
