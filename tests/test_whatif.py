"""The same history under other rules: what moves is told with its reason, and nothing of the home is touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from openpyxl import load_workbook

from robots.crew import registry
from robots.edge import clock, explaining, trial
from robots.edge import settings as configuration
from robots.edge.settings import ConfigurationError
from robots.edge.store.tables import META
from robots.figures.whatif.moves import Moves, compare
from robots.figures.whatif.told import told, workbook
from robots.model.words import Say
from robots.rules import Rules
from tests.conftest import FIRST_DAY, Home
from tests.test_explain import VENDOR, june, team

D = Decimal
__all__ = ["team"]  # the June that both files look at


def other_rules(home: Home, text: str, name: str = "新规") -> Rules:
    path = home.path / f"{name}.toml"
    path.write_text(text, "utf-8")
    return configuration.under_other_rules(str(path), home.settings.rules, home.settings.words)[1]


def what_if(home: Home, text: str) -> Moves:
    rules = other_rules(home, text)
    return trial.what_if(home.settings, home.store, rules, FIRST_DAY, registry.crew(), lambda _: None)


def everything(home: Home) -> dict[str, list[Any]]:
    """All that the home's database holds."""
    with home.store.engine.connect() as connection:
        return {name: sorted(map(repr, connection.execute(table.select()))) for name, table in META.tables.items()}


def spoken(home: Home, texts: tuple[Any, ...]) -> list[str]:
    return [home.settings.words.speak(text) for text in texts]


# ------------------------------------------------------------------ what moves


def test_days_of_grace_lift_a_grade_and_say_why(team: Home) -> None:
    moves = what_if(team, "[scorecard]\ntolerance_days = 3\n")
    quality = round((D(1000) / 1010 - D("0.95")) / D("0.045") * 100, 2)
    month = next(move for move in moves.grades if move.period == "2026-06")
    assert (month.grade_before, month.grade_after) == ("D", "B")
    assert month.score_before == round((30 * D(40) + 30 * quality + 500) / 65, 2)
    assert month.score_after == round((30 * D(80) + 30 * quality + 500) / 65, 2)
    assert spoken(team, month.why) == ["按时交付率 40 → 80 分"]
    assert [move.period for move in moves.grades] == ["2026Q2", "2026", "2026-06"]
    [rule] = moves.rules
    assert (rule.subject, rule.name, rule.since, rule.before, rule.after) == (
        "scorecard", "tolerance_days", (date(2000, 1, 1),), 0, 3,
    )  # fmt: skip


def test_a_weight_and_a_limit_are_told_as_what_they_are(team: Home) -> None:
    moves = what_if(team, "[scorecard.weights]\nquality = 60\n[scorecard.grades]\nC = 60\n")
    month = next(move for move in moves.scores if move.period == "2026-06")
    assert spoken(team, month.why)[0] == "合格率 权重 30 → 60"
    assert (month.grade_before, month.grade_after) == ("D", "C")
    limits = what_if(team, "[scorecard.grades]\nC = 60\n")
    [why] = next(move for move in limits.grades if move.period == "2026-06").why
    assert team.settings.words.speak(why) == f"等级线变化：{month.score_before} 分原为 D，新为 C"


def test_alerts_that_would_open_close_or_weigh_otherwise(team: Home) -> None:
    """PO-B is eight days late, one piece in a hundred was rejected, and the vendor is qualified."""
    [late] = what_if(team, "[alerts]\nlate_critical_days = 30\n").alerts
    assert (late.how, late.subject, late.severity_before, late.severity_after) == (
        "severity", "PO-B/1", "critical", "warning",
    )  # fmt: skip
    closed = what_if(team, "[alerts]\nquality_ppm = 100000\n").alerts
    assert [(one.how, one.code, one.severity_after) for one in closed] == [("closes", "QUALITY", "")]
    opened = what_if(team, "[alerts]\nmay_work = []\n").alerts
    assert [(one.how, one.code, one.severity_before) for one in opened] == [("opens", "UNQUALIFIED", "")]


def test_other_tolerances_release_a_held_price(team: Home) -> None:
    moves = what_if(team, "[settlement]\nprice_tolerance_rate = 0.5\nprice_tolerance_cap = 1000\n")
    assert [(one.how, one.code) for one in moves.alerts] == [("closes", "PRICE")]
    [paid] = moves.payables
    assert (paid.vendor, paid.before, paid.after) == (
        VENDOR,
        D("536.75"),
        D("644.10"),
    )  # 565 and 678 less 5 % retention
    assert moves.scores == ()


def test_our_own_peoples_accounts_are_told_by_their_last_digits(team: Home) -> None:
    [rule, *_] = what_if(team, '[settlement.employees]\n"虚构员" = "6222000000000007777"\n').rules
    assert (rule.name, rule.before, rule.after) == ("employees.虚构员", None, "…7777")


def test_a_bonus_that_is_earned_in_other_months_is_told(team: Home) -> None:
    """The ladder keeps what was earned by vendor, rung and month."""
    row = {"vendor": VENDOR, "rung": 3, "month": "2026-06", "reward": "bonus", "amount": D("120.00")}
    figures: dict[str, list[Any]] = {"scores": [], "points": [], "alerts": [], "earned": [row], "payables": []}
    moves = compare(figures, {**figures, "earned": []}, team.settings.rules, team.settings.rules)
    [lost] = moves.earned
    assert (lost.vendor, lost.how, lost.before, lost.after) == (VENDOR, "lost", D("120.00"), None)
    assert spoken(team, (lost.what,)) == ["2026-06 连续 3 个月达标：合同奖励"]


# ------------------------------------------------------------------ what does not


def test_the_rules_in_force_move_nothing(team: Home) -> None:
    moves = what_if(team, "[scorecard]\ntolerance_days = 0\n[scorecard.weights]\non_time = 30\n")
    assert (moves.rules, moves.any) == ((), False)
    assert "完全相同" in _told(team, moves)


def test_everything_figured_again_under_the_same_numbers_is_the_same(team: Home) -> None:
    """Another reference makes other rules of equal numbers: all is figured anew, and nothing differs."""
    moves = what_if(team, '[scorecard]\nreference = "a"\n[alerts]\nreference = "b"\n[settlement]\nreference = "c"\n')
    assert (len(moves.rules), moves.any) == (4, False)
    assert moves.scored == len(team.export("scores"))
    assert "没有任何变化" in _told(team, moves)


def _told(home: Home, moves: Moves) -> str:
    return "\n".join(spoken(home, told(moves, "新规", FIRST_DAY).sentences))


ALL = "[scorecard]\ntolerance_days = 3\n[alerts]\nlate_critical_days = 30\n[settlement]\npayment_days = 1\n"


def test_a_what_if_never_changes_the_home(home: Home, books: SimpleNamespace) -> None:
    june(home, books)
    before = everything(home)
    assert what_if(home, ALL).any
    assert everything(home) == before


def test_a_what_if_of_a_later_day_leaves_the_home_on_its_own(team: Home) -> None:
    before, rules = everything(team), other_rules(team, ALL)
    trial.what_if(team.settings, team.store, rules, date(2026, 8, 3), registry.crew(), lambda _: None)
    assert everything(team) == before


def test_a_robot_that_fails_leaves_the_home_as_it_was(team: Home) -> None:

    def broken(*_: object) -> Any:
        raise RuntimeError("a bug")

    before, rules = everything(team), other_rules(team, ALL)
    with pytest.raises(RuntimeError, match="a bug"):
        trial.what_if(team.settings, team.store, rules, FIRST_DAY, {**registry.crew(), "sentinel": broken}, print)
    assert everything(team) == before


def test_a_turn_of_the_belt_does_not_wait_for_a_what_if(home: Home) -> None:
    now = clock.now(FIRST_DAY)
    with home.store.trial() as tried:
        tried.begin(now)
        tried.relate(FIRST_DAY, "x")
        with home.store.transaction() as tx:
            tx.begin(now)
    with home.store.transaction() as tx:
        assert tx.count("turns") == 1


# ------------------------------------------------------------------ the file

WRONG = """[scorecard]
tolerence_days = 2
[alerts]
late_critical_days = "soon"
[gardening]
"""


def test_everything_that_is_wrong_with_a_file_is_named_at_once(team: Home) -> None:
    with pytest.raises(ConfigurationError) as failure:
        other_rules(team, WRONG)
    text = "\n".join(failure.value.problems)
    assert len(failure.value.problems) == 3
    for word in ("tolerence_days", "late_critical_days", "gardening"):
        assert word in text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("scorecard = 3\n", r"应写成 \[scorecard\]", id="a subject that is no table"),
        pytest.param("[scorecard.weights]\nheight = 3\n", "三处的指标必须相同", id="a weight without floor and target"),
        pytest.param("[scorecard\n", "第 1 行第 11 列不是正确的 TOML", id="no TOML"),
        pytest.param(
            "[scorecard.weights]\non_time = -500\n", "weights.on_time = -500：应不小于 0", id="a negative weight"
        ),
        pytest.param("", "文件里没有规则", id="an empty file"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(team: Home, text: str, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        other_rules(team, text)


def test_a_file_that_is_not_there_is_named(team: Home) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.toml：没有这个文件"):
        configuration.under_other_rules("none.toml", team.settings.rules, team.settings.words)


def test_a_number_is_laid_over_the_entry_of_every_date(team: Home) -> None:
    rules = other_rules(team, "[settlement]\npayment_days = 30\n")
    assert {values.payment_days for _, values in rules.entries["settlement"]} == {30}
    assert [since for since, _ in rules.entries["settlement"]] == [date(2000, 1, 1), date(2025, 6, 1)]
    assert replace(rules, entries=team.settings.rules.entries) == team.settings.rules


# ------------------------------------------------------------------ paper


def _cells(sheet: Any) -> list[Any]:
    return [cell.value for row in sheet for cell in row if cell.value is not None]


def test_the_workbook_begins_with_the_rules_and_the_grades(team: Home) -> None:
    found = told(what_if(team, ALL), "新规", FIRST_DAY)
    path = explaining.publish(team.settings, workbook(found, "新规", FIRST_DAY), clock.now(FIRST_DAY))
    book = load_workbook(path)
    assert book.sheetnames[:3] == ["假设分析", "得分变化", "预警变化"]
    front = _cells(book["假设分析"])
    assert front.index("scorecard.tolerance_days") < front.index("等级会变的") < front.index("2026Q2")
    assert "2000-01-01\n2025-06-01" in front
    assert path.name == "假设分析 新规 2026-07-03.xlsx"


def test_machines_get_the_same(team: Home) -> None:
    values = explaining.as_values(told(what_if(team, ALL), "新规", FIRST_DAY), team.settings.words)
    assert values["about"] == "what_if"
    moved: list[Mapping[str, Any]] = values["tables"][1]["rows"]
    assert ("2026-06", "D", "B") in [(row["period"], row["grade_before"], row["grade_after"]) for row in moved]
    assert not isinstance(values["tables"][1]["title"], Say)
