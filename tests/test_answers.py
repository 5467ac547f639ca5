"""Lists that the robots hand out to be answered, and what becomes of what people write into them."""

from __future__ import annotations

import email
import email.policy
import json
import re
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest

from robots.model.forms import Form, Sealed
from robots.reading.forms import returned
from robots.reading.grid import Grid
from tests.conftest import Home
from tests.test_explain import explained

FRIDAY, MONDAY, TUESDAY = date(2026, 7, 3), date(2026, 7, 6), date(2026, 7, 7)
ANSWER, BY, UNTIL, REMARK, NUMBER = "处理状态", "处理人", "承诺解决日期", "处理说明", "预警编号"


class AlertList:
    """An alert list as a person has it open: rows are those of the table, from 0."""

    def __init__(self, home: Home, start: str = "预警清单") -> None:
        self.path = max(p for p in home.settings.out_folder("alerts").iterdir() if p.name.startswith(start))
        self.book = openpyxl.load_workbook(self.path)
        self.sheet = self.book.worksheets[0]
        words = {ANSWER, UNTIL, REMARK, NUMBER}
        head = next(row for row in self.sheet.iter_rows() if words <= {str(c.value).replace("\n", "") for c in row})
        self.first = head[0].row + 1
        self.columns = {str(cell.value).replace("\n", ""): cell.column for cell in head}

    def write(self, row: int, answer: Mapping[str, Any]) -> AlertList:
        for word, value in answer.items():
            (column,) = (n for name, n in self.columns.items() if word == name or (word == BY and name.endswith(BY)))
            self.sheet.cell(self.first + row, column).value = value
        return self

    def number(self, row: int) -> str:
        return str(self.sheet.cell(self.first + row, self.columns[NUMBER]).value)

    @property
    def content(self) -> bytes:
        memory = BytesIO()
        self.book.save(memory)
        return memory.getvalue()


@pytest.fixture
def team(home: Home, books: SimpleNamespace) -> Home:
    """Three orders that are late, and the list of alerts that says so."""
    late = [{"订单号": f"PO-{n}", "承诺交期": date(2026, 6, 20 + n)} for n in range(3)]
    home.drop("订单.xlsx", books.orders(*late))
    home.drop("供应商.xlsx", books.vendors())
    home.turn(FRIDAY)
    return home


def told(home: Home, name: str) -> list[tuple[str, str, str]]:
    return [(f["code"], f["level"], f["cell"]) for f in home.export("findings") if f["drop"] == name]


def answers(home: Home) -> dict[str, str]:
    return {row["alert"]: row["answer"] for row in home.export("alert_answers")}


def drop_state(home: Home, name: str) -> str:
    return [row["state"] for row in home.export("drops") if row["name"] == name][-1]


# ------------------------------------------------------------------ half an answer


def test_a_row_without_what_was_asked_for_is_told_and_the_others_are_taken(team: Home) -> None:
    mine = AlertList(team).write(0, {BY: "虚构员", REMARK: "已催"}).write(1, {ANSWER: "处理中", BY: "虚构员"})
    team.drop("答复.xlsx", mine.content)
    team.turn(MONDAY)
    assert answers(team) == {mine.number(1): "处理中"}
    cell = mine.sheet.cell(mine.first, mine.columns[ANSWER]).coordinate
    assert ("ANSWER_MISSING", "error", cell) in told(team, "答复.xlsx")


def test_a_word_that_is_none_of_those_offered_is_an_error_that_names_them(team: Home) -> None:
    mine = AlertList(team).write(0, {ANSWER: "搞定了", BY: "虚构员"}).write(1, {ANSWER: "跟进中"})
    team.drop("答复.xlsx", mine.content)
    team.turn(MONDAY)
    assert answers(team) == {mine.number(1): "处理中"}  # another word for one of those offered is that one
    (found,) = (f for f in team.export("findings") if f["drop"] == "答复.xlsx" and f["level"] != "info")
    assert (
        found["code"] == "ANSWER_WORD" and "已确认、处理中、无需处理" in found["says"] and "config" not in found["fix"]
    )


def test_a_promise_for_a_day_that_is_over_is_not_taken(team: Home) -> None:
    team.drop("答复.xlsx", AlertList(team).write(0, {ANSWER: "处理中", UNTIL: date(2026, 7, 1)}).content)
    team.turn(MONDAY)
    assert answers(team) == {} and "PROMISE_PAST" in {code for code, *_ in told(team, "答复.xlsx")}


# ------------------------------------------------------------------ nothing, and nothing any more


def test_a_list_that_nobody_wrote_into_says_so(team: Home) -> None:
    team.drop("清单.xlsx", AlertList(team).content)
    team.turn(MONDAY)
    assert drop_state(team, "清单.xlsx") == "ignored"
    assert "FORM_BLANK" in {code for code, *_ in told(team, "清单.xlsx")}
    assert "清单.xlsx" not in {row["drop"] for row in team.export("receipts")}
    mail = max(team.settings.out_folder("letters").glob("2026-07-06*.eml"))
    text = email.message_from_bytes(mail.read_bytes(), policy=email.policy.default).get_body(("plain",))
    assert text is not None and "还没有填写" in text.get_content()


@pytest.mark.parametrize("again", [{}, {1: {ANSWER: "无需处理", BY: "虚构员"}}], ids=["a blank copy", "another row"])
def test_a_later_copy_takes_no_answer_away(team: Home, again: dict[int, dict[str, Any]]) -> None:
    first, copy = AlertList(team), AlertList(team)
    team.drop("清单.xlsx", first.write(0, {ANSWER: "处理中", BY: "虚构员"}).content)
    team.turn(MONDAY)
    for row, answer in again.items():
        copy.write(row, answer)
    team.drop("清单.xlsx", copy.content)
    team.turn(TUESDAY)
    assert answers(team) == {first.number(0): "处理中"} | {first.number(row): "无需处理" for row in again}
    assert "ROWS_GONE" not in {code for code, *_ in told(team, "清单.xlsx")}


def test_two_people_who_contradict_each_other_are_named_both(team: Home) -> None:
    for name, answer, by in (("甲.xlsx", "处理中", "示例甲"), ("乙.xlsx", "无需处理", "虚构乙")):
        team.drop(name, AlertList(team, "预警清单 2026-07-03").write(0, {ANSWER: answer, BY: by}).content)
        team.turn(MONDAY if by == "示例甲" else TUESDAY)
    (found,) = (f for f in team.export("findings") if f["code"] == "ANSWERS_DIFFER")
    assert found["drop"] == "乙.xlsx"
    assert all(word in found["says"] for word in ("处理中", "无需处理", "示例甲", "虚构乙", "甲.xlsx"))


# ------------------------------------------------------------------ rows that somebody moved


def test_a_row_that_somebody_wrote_over_is_told_by_its_cell_and_the_others_are_taken(team: Home) -> None:
    mine = AlertList(team).write(0, {ANSWER: "处理中"}).write(1, {ANSWER: "处理中"})
    cell = mine.sheet.cell(mine.first, 3)
    cell.value = "随便改的"
    team.drop("答复.xlsx", mine.content)
    team.turn(MONDAY)
    assert answers(team) == {mine.number(1): "处理中"}
    assert [one for one in told(team, "答复.xlsx") if one[1] != "info"] == [("FORM_CHANGED", "error", cell.coordinate)]


def test_a_form_refused_for_its_header_says_so_first(team: Home) -> None:
    mine = AlertList(team).write(0, {ANSWER: "处理中"})
    mine.sheet.cell(mine.first - 1, 3).value = "随便改的"
    team.drop("答复.xlsx", mine.content)
    team.turn(MONDAY)
    assert drop_state(team, "答复.xlsx") == "set_aside"
    (why,) = (row["why"] for row in team.export("drops") if row["name"] == "答复.xlsx")
    assert "不应改动的单元格" in why and "FILE_NOTHING_KNOWN" not in {code for code, *_ in told(team, "答复.xlsx")}


def test_a_deleted_row_is_one_finding_and_the_others_are_taken(team: Home) -> None:
    mine = AlertList(team).write(2, {ANSWER: "处理中"})
    number = mine.number(2)
    mine.sheet.delete_rows(mine.first)
    team.drop("答复.xlsx", mine.content)
    team.turn(MONDAY)
    assert answers(team) == {number: "处理中"}
    assert [one[0] for one in told(team, "答复.xlsx") if one[1] != "info"] == ["FORM_ROWS_GONE"]


def grid(*rows: tuple[Any, ...]) -> Grid:
    return Grid("表", list(rows))


_CELLS = {"A1": "编号", "A2": "甲", "B2": "1", "A3": "乙", "B3": "2", "A4": "丙", "B4": "3"}
SEALED = Sealed(Form("f", 1, "alert_answers"), "表", _CELLS, open={"C2": "", "C3": "", "C4": "旧"})
_A, _B, _C = ("甲", 1, ""), ("乙", 2, ""), ("丙", 3, "旧")
_STAND = {1: 1, 2: 2, 3: 3}
ROWS = {
    "as it was": ([_A, _B, _C], _STAND, (), (), {}),
    "sorted": ([_C, ("甲", 1, "新"), _B], {1: 3, 2: 1, 3: 2}, (), (), {2: [2]}),
    "one deleted": ([_A, ("丙", 3, "新")], {1: 1, 2: 3}, (2,), (), {2: [2]}),
    "one written over in most of its cells": ([_A, ("丁", 9, ""), _C], {1: 1, 3: 3}, (2,), (2,), {}),
    "one added": ([_A, _B, _C, ("丁", 9, "新")], _STAND, (), (4,), {}),
    "what was there before is not written": ([("甲", 1, "x"), _B, _C], _STAND, (), (), {1: [2]}),
    "what was wiped is not written": ([_A, _B, ("丙", 3, "")], _STAND, (), (), {}),
}


@pytest.mark.parametrize(("rows", "stand", "gone", "strange", "written"), ROWS.values(), ids=ROWS)
def test_the_rows_of_a_list_are_known_by_what_they_say(
    rows: list[Any], stand: dict[int, int], gone: tuple[int, ...], strange: tuple[int, ...], written: dict[int, Any]
) -> None:
    page = grid(("编号", "数", "答复"), *rows)
    back = returned(page, SEALED)
    assert (dict(sorted(back.rows.items())), back.gone, back.strange) == (stand, gone, strange)
    assert {row: columns for row in back.rows if (columns := back.written(page, row))} == written


# ------------------------------------------------------------------ what is answered stands on the next list


def test_what_was_answered_stands_on_the_next_list_and_dropping_that_back_answers_nothing_anew(
    team: Home, books: SimpleNamespace
) -> None:
    mine = AlertList(team).write(0, {ANSWER: "处理中", BY: "虚构员", UNTIL: date(2026, 7, 20)})
    number = mine.number(0)
    team.drop("答复.xlsx", mine.content)
    team.drop("又一单.xlsx", books.orders({"订单号": "PO-9", "承诺交期": date(2026, 6, 1)}))
    team.turn(MONDAY)
    again = AlertList(team, "预警清单 2026-07-06")
    row = next(n for n in range(5) if again.number(n) == number)
    cells = [cell.value for cell in again.sheet[again.first + row]]
    assert cells.count("处理中") == 2 and "虚构员" in cells  # the answer, and the state that it stands in
    team.drop("新清单.xlsx", again.content)
    team.turn(TUESDAY)
    assert drop_state(team, "新清单.xlsx") == "ignored"
    said = json.dumps(explained(team, number), ensure_ascii=False, default=str)
    assert re.search(r"2026-07-06[^}\]]{0,30}答复：处理中", said)
