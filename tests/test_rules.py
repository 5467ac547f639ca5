"""Rules, roster, calendar and settings: dated numbers, due robots, working days, all problems at once."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from robots.crew import registry
from robots.edge import homes, settings
from robots.edge.settings import ConfigurationError
from robots.model.calendar import Calendar, UnknownYear
from robots.roster import Due, When, due_between, latest_of_each, parse_when

CHINA = Calendar()


def _home(tmp_path: Path, **files: str) -> Path:
    home = homes.make(tmp_path / "团队", "zh", date(2026, 7, 1))
    for name, text in files.items():
        path = home / "config" / (name.replace("__", "/") + ".toml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return home


# ------------------------------------------------------------------ dated rules


def test_a_team_changes_one_weight_from_a_date_and_the_past_stays(tmp_path: Path) -> None:
    home = _home(tmp_path, rules__scorecard="[[in_force]]\nfrom = 2026-04-01\n[in_force.weights]\non_time = 40\n")
    rules = settings.load(home, registry.names()).rules
    assert rules.scorecard(date(2026, 3, 31)).weights["on_time"] == 30
    assert rules.scorecard(date(2026, 4, 1)).weights["on_time"] == 40
    assert rules.scorecard(date(2026, 4, 1)).weights["quality"] == 30


def test_a_number_comes_from_the_entry_that_set_it_and_not_from_a_later_one_about_something_else(
    tmp_path: Path,
) -> None:
    own = "[[in_force]]\nfrom = 2026-04-01\nretention_months = 24\n"
    made = settings.load(_home(tmp_path, rules__settlement=own), registry.names())
    april = date(2026, 4, 1)
    assert made.rules.settlement(april).reference_zh.startswith("国务院令第802号")  # that of the last entry
    since, ground = made.rules.origin("settlement", april, lambda values: values.price_tolerance_rate)
    assert (since, made.words.speak(ground)) == (date(2000, 1, 1), "外协管理规则 第7节 结算与付款")
    since, ground = made.rules.origin("settlement", april, lambda values: values.retention_months)
    assert (since, made.words.speak(ground)) == (april, "本单位规则 config/rules/settlement.toml")


def test_a_slip_of_the_pen_in_a_rule_stops_the_start_and_does_not_leave_the_old_number(tmp_path: Path) -> None:
    home = _home(tmp_path, rules__scorecard="[[in_force]]\nfrom = 2026-04-01\ntolerence_days = 2\n")
    with pytest.raises(ConfigurationError, match=r"2026-04-01.*没有叫“tolerence_days”的项；是不是 tolerance_days"):
        settings.load(home, registry.names())


UNUSABLE = {
    "a negative weight": ("[in_force.weights]\non_time = -5", "weights.on_time = -5：应不小于 0"),
    "no weight at all": (
        "[in_force.weights]\n"
        + "".join(f"{kpi} = 0\n" for kpi in settings.load(Path("no such home"), registry.names())
                  .rules.scorecard(date(2026, 1, 1)).weights),
        "weights = 0：权重合计应大于 0",
    ),
    "more than everything may be missing": ("most_missing_weight = 1.5", "most_missing_weight = 1.5：应不大于 1"),
    "days of grace that are less than none": ("tolerance_days = -1", "tolerance_days = -1：应不小于 0"),
    "half a day of grace": ("tolerance_days = 0.5", "tolerance_days = 0.5：应为整数"),
    "low scores without a grade": ("[in_force.grades]\nD = 10", "grades = 10：最低一级应从 0 分起"),
    "a better grade with a lower score": ("[in_force.grades]\nA = 75", "grades = B 80, A 75, C 70, D 0"),
    "a KPI that is misspelt": ("[in_force.weights]\non_tme = 5", "缺：floors, targets；是不是 on_time？"),
    "a veto that nobody knows": ('eliminate_vetoes = ["incidents"]', "certificate, incident；是不是 incident？"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "told"), UNUSABLE.values(), ids=UNUSABLE)
def test_rules_that_cannot_be_stop_the_start(tmp_path: Path, text: str, told: str) -> None:
    home = _home(tmp_path, rules__scorecard=f"[[in_force]]\nfrom = 2026-04-01\n{text}\n")
    with pytest.raises(ConfigurationError) as failure:
        settings.load(home, registry.names())
    assert any(told in problem and "2026-04-01" in problem for problem in failure.value.problems), (
        failure.value.problems
    )


def test_an_english_home_is_told_in_english(tmp_path: Path) -> None:
    home = _home(
        tmp_path, robots='language = "en"', rules__scorecard="[[in_force]]\nfrom = 2026-04-01\ntolerence = 2\n"
    )
    with pytest.raises(ConfigurationError, match="nothing is called tolerence; is tolerance_days meant"):
        settings.load(home, registry.names())


def test_shipped_grades_leave_no_gap_between_them() -> None:
    card = settings.load(Path("no such home"), registry.names()).rules.scorecard(date(2026, 1, 1))
    assert sorted(card.grades.values()) == [0, 70, 80, 90]
    assert sum(card.weights.values()) == 100


def test_the_commented_settings_of_a_new_home_change_nothing(tmp_path: Path) -> None:
    made = settings.load(homes.make(tmp_path / "a", "zh", date(2026, 7, 1)), registry.names())
    assert made.toml == settings.load(Path("no such home"), registry.names()).toml
    assert made.rules.settle_from == date(2026, 7, 1)


# ------------------------------------------------------------------ settings

WRONG = """
language = "fr"
colour = "blue"
[mail]
sender = "not an address"
[crew.scorer]
when = ["sometimes"]
[crew.gardener]
when = []
"""


def test_all_problems_of_the_settings_are_listed_at_once(tmp_path: Path) -> None:
    home = _home(tmp_path, robots=WRONG, kinds__orders="[columns]\ncolour = ['颜色']\n", rules__gardening="")
    with pytest.raises(ConfigurationError) as failure:
        settings.load(home, registry.names())
    told = "\n".join(failure.value.problems)
    assert all(word in told for word in ("language", "没有这一项设置", "columns.colour", "gardening.toml"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param('[crew.scorer]\nwhen = ["sometimes"]', "不是排班时间", id="a time nobody understands"),
        pytest.param("[crew.gardener]\nwhen = []", "没有叫“crew.gardener”的项", id="a robot nobody wrote"),
        pytest.param('[mail]\nsender = "x"', "不是邮箱地址", id="a sender that is no address"),
        pytest.param('[mail]\ntransport = "smtp"', "要写服务器名", id="SMTP without a host"),
        pytest.param('[mail.roles]\nclerk = ["a b@c"]', "不是邮箱地址", id="a recipient that is no address"),
        pytest.param('currency = "元"', "currency", id="a currency that is no code"),
        pytest.param("language = ", "robots.toml", id="a file that is no TOML"),
    ],
)
def test_a_wrong_setting_stops_the_start(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        settings.load(_home(tmp_path, robots=text), registry.names())


def test_one_word_for_two_fields_of_a_kind_is_a_problem(tmp_path: Path) -> None:
    home = _home(tmp_path, kinds__orders='[columns]\nunit = ["单价"]\n')
    with pytest.raises(ConfigurationError, match="的词，只能属于一个"):
        settings.load(home, registry.names())


def test_a_teams_words_are_added_to_the_shipped_ones(tmp_path: Path) -> None:
    words = {
        "kinds__orders": '[columns]\nquantity = ["下单量"]\n',
        "kinds___common": 'ignore = ["工位"]\n',
        "kinds__vendors": '[values.status]\n"合格" = ["在用"]\n',
    }
    lexicon = settings.load(_home(tmp_path, **words), registry.names()).lexicon
    assert {"下单量", "订单数量"} <= set(lexicon.vocabularies["orders"].columns["quantity"])
    assert {"工位", "序号"} <= set(lexicon.ignore)
    assert lexicon.vocabularies["vendors"].choices("status")["在用"] == "合格"


# ------------------------------------------------------------------ working days


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        pytest.param(date(2026, 10, 1), False, id="National Day is free"),
        pytest.param(date(2026, 2, 14), True, id="a 调休 Saturday is worked"),
        pytest.param(date(2026, 7, 4), False, id="an ordinary Saturday is free"),
        pytest.param(date(2026, 7, 6), True, id="an ordinary Monday is worked"),
    ],
)
def test_chinese_working_days(day: date, worked: bool) -> None:
    assert CHINA.is_working(day) is worked


def test_a_year_that_nobody_knows_is_loud() -> None:
    with pytest.raises(UnknownYear):
        CHINA.is_working(date(2031, 3, 3))
    assert not CHINA.knows(2031)


def test_years_before_all_that_are_known_have_five_working_days_a_week() -> None:
    """One milestone handed over in 1999, a slip of the pen, hid everything else that waited to be judged."""
    assert CHINA.working_days(date(1999, 5, 2), date(1999, 5, 9)) == 5
    assert CHINA.is_working(date(2003, 12, 31))
    assert not CHINA.is_working(date(2004, 1, 1))


def test_a_complete_table_of_the_team_answers_for_its_year(tmp_path: Path) -> None:
    table = "complete = true\nfree = [2031-01-01]\nworked = [2031-01-04]\n"
    calendar = settings.load(_home(tmp_path, **{"holidays__CN-2031": table}), registry.names()).rules.calendar
    assert calendar.knows(2031)
    assert not calendar.is_working(date(2031, 1, 1))
    assert calendar.is_working(date(2031, 1, 4))  # a Saturday, worked
    assert not calendar.is_working(date(2031, 1, 5))


def test_a_day_before_all_rules_goes_by_the_first_of_them() -> None:
    """One order line of 1999, a slip of the pen, must not stop the scores of everybody."""
    rules = settings.load(Path("no such home"), registry.names()).rules
    assert rules.scorecard(date(1999, 1, 31)) is rules.scorecard(date(2000, 1, 1))
    assert rules.entry("scorecard", date(1999, 1, 31)) == (date(2000, 1, 1), rules.scorecard(date(2000, 1, 1)))


# ------------------------------------------------------------------ who is due


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _due(when: str, last: str | None, now: str) -> list[str]:
    crew = {"reporter": [w for w in [parse_when(when)] if w]}
    dues = due_between(crew, {"reporter": _at(last)} if last else {}, _at(now), CHINA)
    return [f"{due.at:%m-%d %H:%M}" for due in dues]


@pytest.mark.parametrize(
    ("when", "last", "now", "due"),
    [
        pytest.param("weekly Mon 08:30", "2026-07-03T18:00", "2026-07-06T08:29", [], id="a minute before: not yet"),
        pytest.param("weekly Mon 08:30", "2026-07-03T18:00", "2026-07-06T08:30", ["07-06 08:30"], id="on the minute"),
        pytest.param("weekly Mon 08:30", "2026-07-06T08:30", "2026-07-06T18:00", [], id="worked already: not again"),
        pytest.param("workday 08:00", "2026-09-30T18:00", "2026-10-07T18:00", [], id="the National Day week is free"),
        pytest.param("workday-of-month 1 09:00", "2026-09-30T18:00", "2026-10-31T18:00", ["10-08 09:00"],
                     id="the first working day of October is the 8th"),
        pytest.param("quarter 09:00", "2026-06-30T18:00", "2026-09-30T18:00", ["07-01 09:00"], id="once a quarter"),
        pytest.param("weekly Mon 08:30", "2026-06-20T00:00", "2026-07-07T00:00",
                     ["06-22 08:30", "06-29 08:30", "07-06 08:30"], id="every moment missed while down"),
        pytest.param("weekly Mon 08:30", None, "2026-07-07T00:00", ["07-06 08:30"], id="never worked: the latest"),
    ],
)  # fmt: skip
def test_due_moments(when: str, last: str | None, now: str, due: list[str]) -> None:
    assert _due(when, last, now) == due


def test_what_was_missed_is_caught_up_once() -> None:
    dues = [Due("reporter", _at(f"2026-0{m}-0{d}T08:30")) for m, d in ((6, 8), (7, 6))] + [
        Due("a", _at("2026-07-01T07:00"))
    ]
    work, skip = latest_of_each(dues)
    assert {(d.robot, d.at.month) for d in work} == {("reporter", 7), ("a", 7)}
    assert [(d.robot, d.at.month) for d in skip] == [("reporter", 6)]


def test_news_is_no_moment_of_the_clock() -> None:
    assert parse_when("news") is None
    assert isinstance(parse_when("daily 06:00"), When)


def test_rates_of_rules_are_exact() -> None:
    settlement = settings.load(Path("no such home"), registry.names()).rules.settlement(date(2026, 1, 1))
    assert settlement.price_tolerance_rate == Decimal("0.01")
