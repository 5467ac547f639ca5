"""The quarter's ratings: who is asked about whom, what comes back, who does not answer, what the marks say."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest

from robots.crew.surveyor.spread import Spread, is_alike, spreads, without_reason
from robots.crew.surveyor.survey import Asked, Rating, Survey
from robots.edge import clock, doctor
from robots.figures.kpis import RATED
from robots.ledger import Ledger
from robots.model import wire
from robots.model.letters import LetterPlan
from robots.rules import Rater, Surveys
from tests.conftest import Home

JULY_1 = date(2026, 7, 1)  # a Wednesday: the first working day of the quarter
REMINDED, AGAIN, LAST_DAY, OVER = (date(2026, 7, day) for day in (6, 9, 13, 14))  # 3, 6, 8 and 9 working days later
ROLES = """
[mail.roles]
rater_a = ["rater-a@example.com"]
rater_b = ["rater-b@example.com"]
manager = ["manager@example.com"]
"""
A, B = "示例评价人甲", "虚构评价人乙"
RATERS = f"""
[[in_force]]
from = 2026-01-01
[in_force.raters."{A}"]
role = "rater_a"
[in_force.raters."{B}"]
role = "rater_b"
categories = ["PCBA"]
"""
BOARDS, TURNING, ASSEMBLY, IDLE = "示例甲电子有限公司", "虚构乙机加工厂", "示例丙装配有限公司", "虚构丁闲置厂"
Marks = Mapping[str, Sequence[Any]]  # vendor → 满意度, 沟通顺畅度, 问题解决, 文化契合, 评语
ALL_WELL: Marks = {BOARDS: (4, 4, 3, 4), TURNING: (3, 3, 4, 3), ASSEMBLY: (3, 4, 4, 4)}


@pytest.fixture
def team(home: Home, books: SimpleNamespace) -> Home:
    """Two raters; three vendors with business in the second quarter, and one without."""
    _rates(home, RATERS)
    home.configure(ROLES)
    others = ((TURNING, "002", "机加工"), (ASSEMBLY, "003", "PCBA"), (IDLE, "004", "PCBA"))
    home.drop("供应商.xlsx", books.vendors({}, *(_vendor(*one) for one in others)))
    orders = ({"订单号": f"PO-{n}", "供应商": name} for n, name in enumerate((BOARDS, TURNING), 1))
    home.drop("订单.xlsx", books.orders(*orders))
    home.drop("收货.xlsx", books.deliveries({"到货数": 70, "合格数": 60, "不合格数": 10}))
    ticket = {"问题单号": "T-1", "供应商": ASSEMBLY, "提出时间": date(2026, 5, 4)}
    home.drop("问题单.xlsx", [ticket])
    _with_crew(home, "surveyor")
    return home


def _with_crew(home: Home, *names: str) -> None:
    """A belt with these robots alone: what the others write has no part in these stories."""
    crew = {name: home.settings.crew[name] for name in names}
    home.settings = replace(home.settings, crew=crew, on_news=home.settings.on_news & set(names))


def _rates(home: Home, toml: str) -> None:
    rules = home.path / "config" / "rules"
    rules.mkdir(exist_ok=True)
    (rules / "surveys.toml").write_text(toml, "utf-8")


def _vendor(name: str, number: str, category: str) -> dict[str, str]:
    told = {"供应商名称": name, "供应商编码": f"V-{number}", "外协类别": category}
    return told | {"统一社会信用代码": f"91310000MA1EXAMP{number[1:]}", "银行账号": f"6222000000000{number}"}


def _form(home: Home, rater: str) -> Path:
    return next(home.settings.out_folder("forms").glob(f"*2026Q2 {rater}.xlsx"))


def _front(home: Home, rater: str) -> tuple[Any, Any, int, int]:
    """The form as it was issued: its workbook, its first sheet, its header's row, the column of the first mark."""
    book = openpyxl.load_workbook(_form(home, rater))
    sheet = book.worksheets[0]
    row = next(cell.row for cell in sheet["A"] if cell.value == "供应商")
    return book, sheet, row, next(cell.column for cell in sheet[row] if cell.value == "满意度")


def _asked(home: Home, rater: str) -> dict[str, int]:
    """Vendor → its row on the form."""
    _, sheet, header, _ = _front(home, rater)
    return {cell.value: cell.row for cell in sheet["A"] if cell.row > header and cell.value}


def _filled(home: Home, rater: str, marks: Marks) -> bytes:
    """The form as a person fills it in with Excel: chosen marks are numbers, the rest stays as it is."""
    book, sheet, _, first = _front(home, rater)
    rows = _asked(home, rater)
    for vendor, given in marks.items():
        for offset, value in enumerate(given):
            sheet.cell(rows[vendor], first + offset).value = value
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()


def _letters(home: Home, address: str, word: str) -> list[LetterPlan]:
    """The letters to an address that speak of something, in the order they were written."""
    with home.store.transaction() as tx:
        rows = [row for row in tx.table("outbox").to_pylist() if row["sort"] == "letter" and row["subject"] == address]
    plans: list[LetterPlan] = [
        wire.load(row["payload"]) for row in sorted(rows, key=lambda row: (row["turn"], row["n"]))
    ]
    return [plan for plan in plans if word in plan.text]


def _turns(home: Home, *days: date) -> None:
    for day in days:
        assert home.turn(day).troubles == []


def _summary(home: Home) -> dict[str, list[tuple[Any, ...]]]:
    """The sheets of the summary, as rows of values."""
    path = next(home.settings.out_folder("reports").glob("评价汇总*.xlsx"))
    book = openpyxl.load_workbook(path)
    return {sheet.title: [tuple(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}


def _row(rows: list[tuple[Any, ...]], *begin: Any) -> tuple[Any, ...]:
    """The row of a sheet that begins so."""
    return next(row for row in rows if row[: len(begin)] == begin)


def _issued(home: Home) -> set[tuple[str, str, str]]:
    """What the surveyor issued: what, period, to whom."""
    with home.store.transaction() as tx:
        rows = [row for row in tx.table("issued").to_pylist() if row["what"].startswith("survey")]
    return {(row["what"], row["period"], row["whom"]) for row in rows}


# ------------------------------------------------------------------ who is asked about whom


def test_each_rater_is_asked_once_about_vendors_of_their_categories_that_had_business(team: Home) -> None:
    _turns(team, JULY_1, JULY_1, date(2026, 7, 2))
    assert set(_asked(team, A)) == {BOARDS, TURNING, ASSEMBLY}
    assert set(_asked(team, B)) == {BOARDS, ASSEMBLY}
    assert {what for what in _issued(team) if what[0] == "survey"} == {("survey", "2026Q2", A), ("survey", "2026Q2", B)}
    assert len(list(team.settings.out_folder("forms").iterdir())) == 2
    sent = _letters(team, "rater-a@example.com", "2026Q2")
    assert len(sent) == 1 and len(sent[0].attach) == 1 and "2026-07-13" in sent[0].text
    assert len(_letters(team, "rater-b@example.com", "2026Q2")) == 1


def test_facts_of_the_quarter_stand_beside_each_vendor_and_only_marks_and_comments_are_open(team: Home) -> None:
    team.configure("")  # with the whole crew: the scorer knows the shares, the sentinel the alerts
    _turns(team, JULY_1)
    _, sheet, header, first = _front(team, A)
    names = [sheet.cell(header, column).value for column in range(1, first)]
    assert names == ["供应商", "到期行数", "按时率", "合格率", "未关闭预警"]
    rows = _asked(team, A)
    late = [sheet.cell(rows[BOARDS], column).value for column in range(2, first)]
    assert late[0] == 1 and late[1] == 0 and late[2] == pytest.approx(60 / 70) and late[3] >= 1
    assert [sheet.cell(rows[ASSEMBLY], column).value for column in range(2, 5)] == [0, None, None]
    assert list(rows)[-1] == ASSEMBLY  # where there was most to see comes first
    row = sheet[header + 1]
    assert [cell.column - first for cell in row if not cell.protection.locked] == [0, 1, 2, 3, 4]
    lists = [one for one in sheet.data_validations.dataValidation if one.type == "list"]
    assert {one.formula1 for one in lists} == {'"1,2,3,4,5"'} and len(lists) == 4 * len(_asked(team, A))
    assert all(one.prompt and one.prompt.startswith("1 ") for one in lists)  # what marks mean, where they are given


def test_nobody_rates_and_nothing_is_said_but_by_the_doctor(home: Home, books: SimpleNamespace) -> None:
    home.drop("订单.xlsx", books.orders())
    _turns(home, JULY_1, REMINDED, OVER)
    assert _issued(home) == set()
    assert list(home.settings.out_folder("forms").glob("外协评价表*")) == []
    told = {what: health for what, health, _ in doctor.examine(home.settings, clock.now(JULY_1))}
    assert told["surveys"] == "warn"


def test_the_doctor_names_a_rater_whom_no_letter_reaches(team: Home) -> None:
    _rates(team, RATERS.replace("rater_b", "nobody_here"))
    team.configure("")
    told = {
        what: (health, team.settings.words.speak(says))
        for what, health, says in doctor.examine(team.settings, clock.now(JULY_1))
    }
    assert told["surveys"][0] == "bad" and "nobody_here" in told["surveys"][1]


def test_who_begins_in_the_middle_of_a_quarter_waits_for_its_end(team: Home) -> None:
    _turns(team, date(2026, 8, 20), date(2026, 8, 21))
    assert _issued(team) == set()


def test_what_was_ordered_becomes_known_a_week_later_and_is_asked_about_then(
    home: Home, books: SimpleNamespace
) -> None:
    _rates(home, RATERS)
    home.configure(ROLES)
    home.drop("供应商.xlsx", books.vendors())
    _turns(home, JULY_1)
    assert _issued(home) == set()
    home.drop("订单.xlsx", books.orders())
    _turns(home, date(2026, 7, 8))
    assert set(_asked(home, A)) == {BOARDS}


def test_a_working_day_asks_the_history_and_loads_no_ledger_of_orders(
    team: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    whole = Ledger.table
    monkeypatch.setattr(Ledger, "table", lambda ledger, kind: (loaded.append(kind), whole(ledger, kind))[1])
    _turns(team, JULY_1, REMINDED, AGAIN, OVER)
    assert set(loaded) == {"vendors"}
    assert ("survey-summary", "2026Q2", "0/2") in _issued(team)


# ------------------------------------------------------------------ what comes back


def test_a_form_comes_back_under_any_name_and_counts_in_the_scores(team: Home) -> None:
    team.configure("")  # with the whole crew
    _turns(team, JULY_1)
    before = _missing(team)
    team.drop(
        "已填好 (2).xlsx", _filled(team, A, {BOARDS: (4, 4, 3, 5, "临时加急，两天交了货"), TURNING: (3, 3, 3, 3)})
    )
    team.drop("我的.xlsx", _filled(team, B, {BOARDS: (3, 4, 4, 4)}))
    _turns(team, date(2026, 7, 2))
    assert [
        f["code"]
        for f in team.export("findings")
        if f["drop"] in ("已填好 (2).xlsx", "我的.xlsx") and f["level"] != "info"
    ] == []
    given = {(row["vendor"], row["rater"]): row["csat"] for row in team.export("surveys")}
    assert given == {(BOARDS, A): "4", (TURNING, A): "3", (BOARDS, B): "3"}  # a row without a mark says nothing
    kpis = {
        row["kpi"]: (row["good"], row["total"])
        for row in team.export("kpis")
        if (row["vendor"], row["period"]) == (BOARDS, "2026Q2")
    }
    assert kpis == {
        "csat": ("7", "2"),
        "communication": ("8", "2"),
        "problem_solving": ("7", "2"),
        "culture": ("9", "2"),
    }
    assert before == ["0.4"] and _missing(team) == ["0.15"]


def _missing(home: Home) -> list[str]:
    """The weight that the boards' score of the quarter lacks."""
    mine = (row for row in home.export("scores") if (row["vendor"], row["period"]) == (BOARDS, "2026Q2"))
    return [row["missing_weight"] for row in mine]


def test_a_second_version_replaces_the_first_without_a_warning(team: Home) -> None:
    _turns(team, JULY_1)
    team.drop("第一次.xlsx", _filled(team, A, {BOARDS: (2, 2, 2, 2), TURNING: (3, 3, 3, 3)}))
    _turns(team, date(2026, 7, 2))
    team.drop("改过的.xlsx", _filled(team, A, {BOARDS: (4, 4, 4, 4), TURNING: (3, 3, 3, 3)}))
    _turns(team, date(2026, 7, 3))
    assert {(row["vendor"], row["csat"]) for row in team.export("surveys")} == {(BOARDS, "4"), (TURNING, "3")}
    assert [f["code"] for f in team.export("findings") if f["drop"] == "改过的.xlsx" and f["level"] != "info"] == []


def test_two_raters_forms_under_one_name_do_not_replace_each_other(team: Home) -> None:
    _turns(team, JULY_1)
    for rater, day in ((A, 2), (B, 3)):
        team.drop("已填.xlsx", _filled(team, rater, {BOARDS: (4, 4, 4, 4)}))
        _turns(team, date(2026, 7, day))
    assert {row["rater"] for row in team.export("surveys")} == {A, B}
    assert [f["code"] for f in team.export("findings") if f["drop"] == "已填.xlsx" and f["level"] != "info"] == []


def test_one_rating_in_two_ledgers_of_a_teams_own_is_still_told(home: Home) -> None:
    row = {"供应商": BOARDS, "评价期间": "2026Q2", "评价人": A, "满意度": 4, "沟通": 3, "问题解决": 3, "文化契合": 3}
    _with_crew(home)
    for name, mark in (("评价一.xlsx", 4), ("评价二.xlsx", 5)):
        home.drop(name, [row | {"满意度": mark}])
        _turns(home, JULY_1)
    assert [row["csat"] for row in home.export("surveys")] == ["5"]
    assert [f["drop"] for f in home.export("findings") if f["code"] == "KEY_ELSEWHERE"] == ["评价二.xlsx"]


def test_a_rater_who_writes_another_name_over_the_vendor_is_told(team: Home) -> None:
    _turns(team, JULY_1)
    book, sheet, header, _ = _front(team, A)
    sheet.cell(header + 1, 1).value = "随便改的厂"
    memory = io.BytesIO()
    book.save(memory)
    team.drop("已填.xlsx", memory.getvalue())
    _turns(team, date(2026, 7, 2))
    assert [
        f["code"] for f in team.export("findings") if f["drop"] == "已填.xlsx" and f["level"] == "error" and f["cell"]
    ] == ["FORM_CHANGED"]
    assert team.export("surveys") == []


# ------------------------------------------------------------------ who does not answer


def test_who_does_not_answer_is_reminded_twice_then_named_to_the_manager_once(team: Home) -> None:
    _turns(team, JULY_1)
    team.drop("甲.xlsx", _filled(team, A, ALL_WELL))
    _turns(team, date(2026, 7, 2), date(2026, 7, 3))
    assert _letters(team, "rater-b@example.com", "提醒") == []
    _turns(team, REMINDED, date(2026, 7, 7))
    assert len(_letters(team, "rater-b@example.com", "提醒")) == 1
    _turns(team, AGAIN, LAST_DAY)
    assert len(_letters(team, "rater-b@example.com", "提醒")) == 2
    assert _letters(team, "manager@example.com", "未交回") == []
    _turns(team, OVER, date(2026, 7, 15), date(2026, 7, 16))
    told = _letters(team, "manager@example.com", "未交回")
    assert len(told) == 1 and len(told[0].attach) >= 1
    assert B in told[0].text and "已提醒 2 次" in told[0].text
    assert _letters(team, "rater-a@example.com", "提醒") == []


def test_reminders_missed_while_down_are_one_letter_and_nobody_answering_is_told_without_a_summary(team: Home) -> None:
    _turns(team, JULY_1, date(2026, 7, 10))
    assert len(_letters(team, "rater-a@example.com", "提醒")) == 1
    assert {whom for what, _, whom in _issued(team) if what == "survey-reminder-2"} == {A, B}
    _turns(team, OVER)
    told = _letters(team, "manager@example.com", "未交回")
    assert len(told) == 1 and A in told[0].text and B in told[0].text
    assert not list(team.settings.out_folder("reports").glob("评价汇总*"))


def test_a_late_answer_still_counts_and_the_summary_is_made_again(team: Home) -> None:
    _turns(team, JULY_1)
    team.drop("甲.xlsx", _filled(team, A, ALL_WELL))
    _turns(team, OVER)
    assert _row(_summary(team)["评价汇总"], BOARDS)[1:3] == ("1/2", B)
    team.drop("乙.xlsx", _filled(team, B, {BOARDS: (4, 4, 4, 4)}))
    _turns(team, date(2026, 7, 20), date(2026, 7, 21))
    assert _row(_summary(team)["评价汇总"], BOARDS)[1:3] == ("2/2", None)
    assert {whom for what, _, whom in _issued(team) if what == "survey-summary"} == {"1/2", "2/2"}
    assert len(_letters(team, "manager@example.com", "全部交回")) == 1


def test_a_belt_that_stood_still_over_the_quarters_end_still_sums_up(team: Home) -> None:
    _turns(team, JULY_1)
    team.drop("甲.xlsx", _filled(team, A, ALL_WELL))
    _turns(team, date(2026, 7, 2), date(2026, 10, 9))
    assert ("survey-summary", "2026Q2", "1/2") in _issued(team)


# ------------------------------------------------------------------ what the marks say


def test_the_summary_shows_figures_spread_and_who_said_what(team: Home) -> None:
    _turns(team, JULY_1)
    team.drop(
        "甲.xlsx", _filled(team, A, {BOARDS: (4, 4, 3, 5), TURNING: (2, 3, 3, 3, "返工三批"), ASSEMBLY: (3, 3, 3, 4)})
    )
    team.drop("乙.xlsx", _filled(team, B, {BOARDS: (1, 4, 4, 4, "两次没有音信")}))
    _turns(team, date(2026, 7, 2))
    found = _summary(team)
    boards = _row(found["评价汇总"], BOARDS)
    assert boards[1:8] == ("2/2", None, 2.5, 4, 3.5, 4.5, 3)
    assert boards[8] == f"满意度 CSAT：{B} 打 1 分，{A} 打 4 分"
    alone = _row(found["评价汇总"], TURNING)
    assert alone[3:8] == (None,) * 5 and "少于 2 人" in alone[8]
    assert _row(found["评价汇总"], ASSEMBLY)[1:3] == ("1/2", B)
    assert _row(found["各项统计"], BOARDS, "满意度 CSAT")[2:7] == (2, 2.5, 1, 4, 2.12)
    assert _row(found["待补事例"], A)[1:3] == (BOARDS, "文化契合 5 分")  # a request, and the only one
    assert sum(row[0] in (A, B) for row in found["待补事例"]) == 1
    letter = _letters(team, "manager@example.com", "全部交回")[0]
    assert BOARDS in letter.text and "打 1 分" in letter.text


def test_a_rater_who_gives_everybody_the_same_marks_is_named(team: Home) -> None:
    _turns(team, JULY_1)
    team.drop("甲.xlsx", _filled(team, A, dict.fromkeys((BOARDS, TURNING, ASSEMBLY), (4, 3, 4, 3))))
    team.drop("乙.xlsx", _filled(team, B, {BOARDS: (4, 4, 3, 3), ASSEMBLY: (4, 4, 3, 4)}))
    _turns(team, date(2026, 7, 2))
    found = _summary(team)
    told = _row(found["评价汇总"], "分数全同")[1]
    assert told.startswith(f"{A}：") and B not in told
    assert "3 家的分都一样" in _row(found["评价人"], A)[6]


# ------------------------------------------------------------------ figures


def _rated(rater: str, vendor: str, *marks: int | None, comment: str = "") -> Rating:
    given = {question: Decimal(mark) for question, mark in zip(RATED, marks, strict=True) if mark is not None}
    return Rating(rater, vendor, given, comment)


def _asked_of(rater: str, *ratings: Rating) -> Asked:
    return Asked(rater, JULY_1, tuple(one.vendor for one in ratings), 0, ratings)


SPREADS = {
    "two raters": ((4, 1), ("2.50", "2.12", 1, 4, 3)),
    "a mean is rounded half up": ((2, 3, 3), ("2.67", "0.58", 2, 3, 1)),
    "one rater is too few for a figure": ((5,), (None, None, None, None, 0)),
    "nobody": ((), (None, None, None, None, 0)),
}


@pytest.mark.parametrize(("marks", "figures"), SPREADS.values(), ids=SPREADS)
def test_the_spread_of(marks: Sequence[int], figures: tuple[Any, ...]) -> None:
    one = Spread("子", "csat", tuple((f"评价人{n}", Decimal(mark)) for n, mark in enumerate(marks)), 2)
    shown = [None if value is None else str(value) for value in (one.mean, one.deviation)]
    assert (*shown, one.lowest, one.highest, one.gap) == figures


def test_a_blank_mark_is_no_mark() -> None:
    survey = Survey(
        "2026Q2",
        (_asked_of("甲", _rated("甲", "子", 4, None, 4, 4)), _asked_of("乙", _rated("乙", "子", 2, 5, 4, 4))),
        frozenset(),
    )
    assert {one.question: len(one.marks) for one in spreads(survey, 2)}["communication"] == 1


ALIKE = {
    "three times the same": (((4, 3, 4, 4),) * 3, True),
    "too few to tell": (((4, 3, 4, 4),) * 2, False),
    "one mark is another": (((4, 3, 4, 4), (4, 3, 4, 4), (4, 3, 4, 5)), False),
    "the same where there is a mark": (((4, None, 4, 4), (4, 3, 4, 4), (4, 3, 4, None)), True),
}


@pytest.mark.parametrize(("marks", "alike"), ALIKE.values(), ids=ALIKE)
def test_all_marks_are_alike_when(marks: Sequence[Sequence[int | None]], alike: bool) -> None:
    assert is_alike(_asked_of("甲", *(_rated("甲", f"厂{n}", *one) for n, one in enumerate(marks))), 3) is alike


REASONS = {
    "a five without a sentence": ((5, 3, 3, 3), "", 1),
    "a one without a sentence": ((3, 3, 1, 3), "", 1),
    "a five with a sentence": ((5, 3, 3, 3), "主动改进", 0),
    "threes and fours": ((4, 3, 3, 4), "", 0),
}


@pytest.mark.parametrize(("marks", "comment", "wanted"), REASONS.values(), ids=REASONS)
def test_a_sentence_is_asked_for(marks: Sequence[int], comment: str, wanted: int) -> None:
    assert len(without_reason(_asked_of("甲", _rated("甲", "子", *marks, comment=comment)), (1, 2, 5))) == wanted


WRONG = {
    "a reminder after the time is over": {"remind_days": (3, 9)},
    "reminders in the wrong order": {"remind_days": (5, 3)},
    "a reminder on the day of issue": {"remind_days": (0, 3)},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_rules_are_refused_that_have(change: dict[str, Any]) -> None:
    usual: dict[str, Any] = {
        "reference": "x", "issue_days": 10, "answer_days": 8, "remind_days": (3, 6), "fewest_raters": 2,
        "apart": Decimal(2), "alike": 3, "reasoned": (1, 2, 5), "told": "manager",
        "raters": {"甲": Rater("rater_a"), "乙": Rater("rater_b", rests=True)},
    }  # fmt: skip
    assert list(Surveys(**usual).working) == ["甲"]
    with pytest.raises(ValueError, match="remind_days"):
        Surveys(**(usual | change))
