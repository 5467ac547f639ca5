"""The lists that banks print themselves: which way the money went, on which day, and whom a row concerns."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest

from tests.sheets import DAY, Cells, D, found, read, sheet, taken

HEAD = ["交易日期", "交易流水号", "对方户名", "对方账号"]
OUT, IN = [DAY, "B-1", "示例甲公司", "6222"], [DAY, "B-2", "示例乙公司", "6333"]


def rows(*cells: Cells, wanted: tuple[str, ...] = ("amount", "direction", "status")) -> list[tuple[Any, ...]]:
    """What the payments of a sheet say of some fields."""
    reading = read(sheet(*cells), file="明细.xlsx")
    return [tuple(row[name] for name in wanted) for row in reading.tables["payments"].to_pylist()]


DIRECTIONS = {
    "收支": ("支出", "收入"), "收/支": ("支", "收"), "收付标志": ("付", "收"),
    "借贷": ("借", "贷"), "借/贷": ("借方", "贷方"), "借贷标志": ("借", "贷"), "借贷方向": ("D", "C"),
    "资金流向": ("转出", "转入"), "Debit/Credit": ("Debit", "Credit"), "D/C": ("DR", "CR"),
    "交易类型": ("往账", "来账"),
}  # fmt: skip


@pytest.mark.parametrize(("header", "words"), DIRECTIONS.items())
def test_one_column_of_amounts_and_one_that_says_which_way_they_went(header: str, words: tuple[str, str]) -> None:
    told = rows([*HEAD, header, "发生额"], [*OUT, words[0], 100.0], [*IN, words[1], 200.0])
    assert told == [(D(100), "付", "成功"), (D(200), "收", "成功")]


def test_a_word_of_direction_that_nobody_knows_and_a_blank_set_their_rows_aside() -> None:
    reading = read(
        sheet([*HEAD, "收支", "金额"], [*OUT, "内转", 100.0], [*IN, "", 200.0], [DAY, "B-3", *OUT[2:], "支", 3.0])
    )
    assert found(reading) == [("WORD_DECIDES", "E2"), ("REQUIRED_BLANK", "E3")]
    assert taken(reading) == {"payments": (1, 2)}


def test_a_column_of_sorts_of_transactions_is_no_direction_unless_all_of_it_is_one() -> None:
    plain = [*HEAD, "交易类型", "金额"]
    assert rows(plain, [*OUT, "转账", 100.0], [*IN, "代发", 200.0]) == [(D(100), None, "成功"), (D(200), None, "成功")]
    assert found(read(sheet(plain, [*OUT, "转账", 100.0], [*IN, "来账", 200.0]))) == [("COLUMN_DECIDES", "E1")]


SIGNED = {
    "what went out has a minus": ([[*OUT, -100.0], [*IN, 42000.0]], "E2"),
    "as texts": ([[*OUT, "100.00"], [*IN, "-42,000.00"]], "E3"),
    "in brackets": ([[*OUT, "(100.00)"], [*IN, "42,000.00"]], "E2"),
}


@pytest.mark.parametrize(("cells", "place"), SIGNED.values(), ids=SIGNED)
def test_a_list_whose_signs_alone_say_who_paid_whom_is_not_taken(cells: list[Cells], place: str) -> None:
    reading = read(sheet([*HEAD, "交易金额"], *cells))
    assert taken(reading) == {} and found(reading) == [("AMOUNT_SIGNED", place)]


def test_a_minus_beside_a_status_that_says_more_than_paid_is_one_row_to_mend() -> None:
    head = [*HEAD, "交易金额", "交易状态"]
    reading = read(sheet(head, [*OUT, 100.0, "成功"], [*IN, -42.0, "退回"]))
    assert taken(reading) == {"payments": (1, 1)} and found(reading) == [("OUT_OF_RANGE", "E3")]
    assert found(read(sheet(head, [*OUT, -100.0, "成功"], [*IN, 42.0, "成功"]))) == [("AMOUNT_SIGNED", "E2")]


TWO = {
    "a blank": ("", ""), "0.00 as a number": (0.0, 0.0), "0.00 as a text": ("0.00", "0.00"), "a dash": ("-", "—"),
}  # fmt: skip


@pytest.mark.parametrize("nothing", TWO.values(), ids=TWO)
def test_of_two_columns_of_amounts_the_one_without_an_amount_makes_no_row(nothing: tuple[Any, Any]) -> None:
    told = rows([*HEAD, "借方金额", "贷方金额"], [*OUT, 100.0, nothing[0]], [*IN, nothing[1], 200.0])
    assert told == [(D(100), "付", "成功"), (D(200), "收", "进账")]


def test_what_went_out_is_paid_only_where_its_status_says_so() -> None:
    head = [*HEAD, "借方金额", "贷方金额", "交易状态"]
    assert rows(head, [*OUT, 100.0, "", "失败"], [*IN, "", 200.0, "成功"]) == [
        (D(100), "付", "退回"), (D(200), "收", "进账"),
    ]  # fmt: skip
    reading = read(sheet([*head[:-1], "指令情况"], [*OUT, 100.0, "", "失败"]))
    assert taken(reading) == {} and found(reading) == [("COLUMN_DECIDES", "G1")]


def test_a_direction_beside_two_columns_of_amounts_and_no_number_of_the_banks() -> None:
    head = ["凭证号", "对方账号", "交易时间", "借/贷", "借方发生额", "贷方发生额", "对方单位名称", "摘要"]
    out = ["0", "6222", "2026-06-01 10:02:11", "借", 100.0, 0.0, "示例甲公司", "货款"]
    told = rows(
        head, out, [*out[:3], "贷", 0.0, 200.0, "示例乙公司", "货款"], wanted=("amount", "direction", "paid_on")
    )
    assert told == [(D(100), "付", DAY), (D(200), "收", DAY)]


def test_a_ledger_with_debit_and_credit_is_no_list_of_a_bank() -> None:
    reading = read(sheet(["记账日期", "供应商", "摘要", "借方", "贷方"], [DAY, "示例甲公司", "付款", 100.0, ""]))
    assert taken(reading) == {}


DAYS = {
    "交易日期 and 交易时间": (["交易日期", "交易时间"], [DAY, time(10, 2, 11)]),
    "the time as a text": (["交易日期", "交易时间"], ["2026-06-01", "10:02:11"]),
    "the time before the day": (["交易时间", "交易日"], ["10:02:11", "20260601"]),
    "the time alone tells the day": (["交易时间"], ["2026-06-01 10:02:11"]),
}


@pytest.mark.parametrize(("heads", "cells"), DAYS.values(), ids=DAYS)
@pytest.mark.parametrize("amounts", [["发生额", "收支"], ["借方金额", "贷方金额"]], ids=["one amount", "two amounts"])
def test_beside_a_column_of_days_one_of_times_is_no_day(heads: Cells, cells: Cells, amounts: Cells) -> None:
    row = [*cells, *OUT[1:], 100.0, "支" if "收支" in amounts else ""]
    assert rows([*heads, *HEAD[1:], *amounts], row, wanted=("paid_on",)) == [(DAY,)]
