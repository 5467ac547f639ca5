"""One column at a time: what people write in cells, what it is read as, and what is refused rather than guessed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from robots.cells import (
    CHOICE,
    DATE,
    FLAG,
    IDENTIFIER,
    MOMENT,
    MONEY,
    NAME,
    NUMBER,
    PERIOD,
    PRICE,
    RATE,
    TEXT,
    Hints,
    Type,
    read_column,
    unit_factor,
)

D = Decimal
FIFTH_OF_MARCH = date(2024, 3, 5)
NO_NUMBER = float("nan")


def read(of: Type, *cells: Any, **hints: Any) -> list[Any]:
    """The values of a column in which nothing is wrong."""
    column, problems = read_column(cells, of, Hints(**hints))
    assert problems == []
    return list(column.to_pylist())


def refused(of: Type, *cells: Any, **hints: Any) -> list[tuple[int, str]]:
    """Which cells of a column are refused, and with which finding; they read as nothing, never as zero."""
    column, problems = read_column(cells, of, Hints(**hints))
    assert all(column[problem.index].as_py() is None for problem in problems)
    return [(problem.index, problem.code) for problem in problems]


def table(cases: dict[str, Any]) -> Any:
    """Cases of a parametrised test, named by their sentence."""
    return [pytest.param(*(case if isinstance(case, tuple) else (case,)), id=name) for name, case in cases.items()]


# ------------------------------------------------------------------ what must not change


UNCHANGED = {
    "a text with inner spaces": (TEXT, "按 图纸 加工"),
    "a text of 5,000 characters": (TEXT, "长" * 5000),
    "a text that begins with an equals sign": (TEXT, "=A1+B1"),
    "a name in Chinese brackets of one form": (NAME, "示例(上海)有限公司"),
    "an order number with leading zeros": (IDENTIFIER, "000123"),
    "a 20-digit invoice number": (IDENTIFIER, "26112000000012345678"),
    "a bank account that ends in zeros": (IDENTIFIER, "6222020000001234500"),
    "an order number with an E in it": (IDENTIFIER, "12E5"),
    "a true date": (DATE, FIFTH_OF_MARCH),
    "the far end of a contract without end": (DATE, date(9999, 12, 31)),
    "zero": (NUMBER, D(0)),
    "the largest number with four decimals": (NUMBER, D("99999999999999.9999")),
    "the smallest price": (PRICE, D("0.000001")),
    "a negative amount": (MONEY, D("-12.34")),
}


@pytest.mark.parametrize(("of", "value"), table(UNCHANGED))
def test_what_is_right_already_stays_as_it_is(of: Type, value: Any) -> None:
    assert read(of, str(value) if isinstance(value, Decimal) else value) == [value]


@pytest.mark.parametrize("of", [TEXT, NAME, IDENTIFIER, CHOICE, FLAG, NUMBER, PRICE, MONEY, RATE, DATE, PERIOD])
@pytest.mark.parametrize(
    "blank", table({"nothing": (None,), "an empty text": "", "spaces": "  ", "a wide space": "　"})
)
def test_blank_is_neither_zero_nor_a_problem(of: Type, blank: Any) -> None:
    assert read(of, blank, blank) == [None, None]


@pytest.mark.parametrize("of", [TEXT, NAME, IDENTIFIER, CHOICE, FLAG, NUMBER, PRICE, MONEY, RATE, DATE, PERIOD])
def test_a_column_without_rows_is_read(of: Type) -> None:
    assert read(of) == []


# ------------------------------------------------------------------ dates

WRITTEN_DATES = {
    "a true date": FIFTH_OF_MARCH,
    "a date with a time": datetime(2024, 3, 5, 14, 30),
    "Chinese": "2024年3月5日",
    "Chinese with spaces": "2024年 3 月 5 日",
    "dots": "2024.3.5",
    "strokes": "2024/3/5",
    "ISO": "2024-03-05",
    "ISO and a time": "2024-03-05 14:30:00",
    "ISO with a T": "2024-03-05T14:30:00",
    "a weekday behind": "2024/3/5 星期二",
    "a short year in front": "24/3/5",
    "eight digits in a row": "20240305",
    "eight digits as a number": 20240305.0,
    "full-width digits": "２０２４年３月５日",
    "spaces around": " 2024-3-5 ",
    "an English month": "5-Mar-24",
    "an English month in full": "05 March 2024",
}


@pytest.mark.parametrize("cell", table(WRITTEN_DATES))
def test_a_date_is_read(cell: Any) -> None:
    assert read(DATE, cell) == [FIFTH_OF_MARCH]


NO_DATES = {
    "a word for not known": "Date Not Captured",
    "two dates": "2024-3-5 to 2024-6-7",
    "a date and a remark": "2024-3-5（预计）",
    "a day that there is not": "2023-02-29",
    "a thirteenth month": "2024-13-01",
    "a word that begins like a month": "5-Marble-24",
    "zero": 0.0,
    "true": True,
    "a time": time(14, 30),
    "a duration": timedelta(hours=30),
    "not a number": NO_NUMBER,
    "the first day of the calendar, some systems' word for nothing": "0001-01-01",
}


@pytest.mark.parametrize("cell", table(NO_DATES))
def test_what_is_no_sure_date_is_refused(cell: Any) -> None:
    assert refused(DATE, FIFTH_OF_MARCH, cell) == [(1, "DATE_BAD")]


NEARLY_DATES = {
    "a day without a year": ("3月5日", "DATE_NO_YEAR"),
    "a month without a day": ("2024年3月", "DATE_MONTH_ONLY"),
    "a month as a number": (2016.1, "DATE_MONTH_ONLY"),
    "a period": ("2013.6-2015.3", "DATE_IS_PERIOD"),
    "a serial number of Excel": (45356.0, "DATE_SERIAL"),
    "order 8124, which Excel made 1922-03-29": (date(1922, 3, 29), "DATE_WAS_NUMBER"),
    "the year 2016, which Excel made 1905-07-08": (datetime(1905, 7, 8), "DATE_WAS_NUMBER"),
    "a note with a fact in it": ("2013年7月19日付632680元", "NOTE_IN_CELL"),
}


@pytest.mark.parametrize(("cell", "code"), table(NEARLY_DATES))
def test_what_is_nearly_a_date_is_refused_and_says_what_it_may_be(cell: Any, code: str) -> None:
    assert refused(DATE, FIFTH_OF_MARCH, cell) == [(1, code)]


PERIODS_OF_DAYS = {
    "months": ("2013.6-2015.3", date(2013, 6, 1), date(2015, 3, 31)),
    "days with dots": ("2026.1.1-2026.12.31", date(2026, 1, 1), date(2026, 12, 31)),
    "Chinese days": ("2026年1月1日至2026年12月31日", date(2026, 1, 1), date(2026, 12, 31)),
    "ISO days": ("2026-01-01 - 2026-12-31", date(2026, 1, 1), date(2026, 12, 31)),
    "ISO days without spaces": ("2026-01-01-2026-12-31", date(2026, 1, 1), date(2026, 12, 31)),
    "a tilde": ("2024/2～2024/2", date(2024, 2, 1), date(2024, 2, 29)),
}


@pytest.mark.parametrize(("cell", "start", "end"), table(PERIODS_OF_DAYS))
def test_a_period_gives_its_ends_where_a_field_is_one(cell: str, start: date, end: date) -> None:
    assert read(DATE, cell, edge="start") == [start]
    assert read(DATE, cell, edge="end") == [end]


def test_a_day_without_a_year_takes_that_of_the_sheet_unless_its_month_is_far_away() -> None:
    assert read(DATE, "3月5日", year=2024, month=3) == [FIFTH_OF_MARCH]
    column, problems = read_column(["1月3日"], DATE, Hints(year=2025, month=12))
    assert column.to_pylist() == [None] and [p.code for p in problems] == ["DATE_NO_YEAR"]


def test_the_columns_own_cells_tell_day_from_month() -> None:
    assert read(DATE, "3/5/2024", "3/25/2024") == [FIFTH_OF_MARCH, date(2024, 3, 25)]
    assert read(DATE, "5/3/2024", "25/3/2024") == [FIFTH_OF_MARCH, date(2024, 3, 25)]


def test_where_no_cell_tells_day_from_month_the_receipt_asks_and_shows_both() -> None:
    column, problems = read_column(["3/5/2024", "4/4/2024"], DATE)
    assert column.to_pylist() == [None, date(2024, 4, 4)]
    assert [(p.code, dict(p.values)["readings"]) for p in problems] == [("DATE_DOUBTFUL", "2024-03-05 / 2024-05-03")]


def test_a_short_year_that_may_be_a_day_is_asked_too() -> None:
    assert refused(DATE, "31/12/24") == [(0, "DATE_DOUBTFUL")]


def test_a_known_sender_decides_the_order() -> None:
    assert read(DATE, "3/5/24", date_order="mdy") == [FIFTH_OF_MARCH]
    assert read(DATE, "5/3/24", date_order="dmy") == [FIFTH_OF_MARCH]


def test_a_column_that_fits_no_order_is_refused_cell_by_cell() -> None:
    assert refused(DATE, "13/5/2024", "5/13/2024") == [(0, "DATE_BAD"), (1, "DATE_BAD")]


def test_dates_that_excel_swapped_before_we_saw_them_are_asked() -> None:
    """Typed 13/5, 5/3 and 4/4 into an American Excel: it kept the first as text and swapped the second in silence."""
    assert refused(DATE, "13/5/2024", date(2024, 5, 3), date(2024, 4, 4)) == [(1, "DATE_DOUBTFUL")]
    assert read(DATE, "13/5/2024", date(2024, 5, 20)) == [date(2024, 5, 13), date(2024, 5, 20)]


DAYS = st.dates(date(1980, 1, 1), date(2069, 12, 31))
FORMS = (
    "{0:%Y-%m-%d}", "{0:%Y/%m/%d}", "{0:%Y%m%d}", "{0.year}年{0.month}月{0.day}日", "{0.year}.{0.month}.{0.day}",
    "{0:%Y-%m-%d} 23:59:59", "{0:%d-%b-%Y}", " {0:%d %B %Y}", "{0.year}/{0.month}/{0.day} 星期一",
)  # fmt: skip
SHORT_FORMS = ("{0.month}/{0.day}/{0.year}", "{0.day}/{0.month}/{0.year}")


@given(DAYS, st.sampled_from(FORMS), st.sampled_from(FORMS))
def test_a_date_in_any_form_reads_back(day: date, form: str, other: str) -> None:
    assert read(DATE, form.format(day), other.format(day), day) == [day] * 3


@given(
    st.lists(DAYS, min_size=1, max_size=8),
    st.sampled_from(["{0.month}/{0.day}/{0.year}", "{0.day}/{0.month}/{0.year}"]),
)
def test_a_column_of_short_dates_is_right_or_asked_but_never_wrong(days: list[date], form: str) -> None:
    column, problems = read_column([form.format(day) for day in days], DATE)
    assert {p.code for p in problems} <= {"DATE_DOUBTFUL"}
    assert all(got in (None, day) for got, day in zip(column.to_pylist(), days, strict=True))


# ------------------------------------------------------------------ numbers

WRITTEN_NUMBERS = {
    "a text": ("12", "12"),
    "a number": (12.5, "12.5"),
    "thousands separators": ("1,200,300.45", "1200300.45"),
    "a space for thousands": ("1 200", "1200"),
    "full-width digits, comma and dot": ("１，２００．５", "1200.5"),
    "a unit behind": ("12件", "12"),
    "a unit behind a space": ("12 pcs", "12"),
    "ten thousands": ("3.5万", "35000"),
    "hundred millions": ("1.5亿", "150000000"),
    "yuan": ("1,200.00元", "1200"),
    "a currency sign": ("¥ 98", "98"),
    "a currency sign before a minus": ("¥-98", "-98"),
    "brackets for a negative": ("(12)", "-12"),
    "Chinese brackets for a negative": ("（1,200.50）", "-1200.5"),
    "a typographic minus": ("−12", "-12"),
    "a plus": ("+12", "12"),
    "an apostrophe that Excel was to swallow": ("'12", "12"),
    "no digit before the point": (".5", "0.5"),
    "the sum that binary numbers get wrong": (0.1 + 0.2, "0.3"),
}


@pytest.mark.parametrize(("cell", "number"), table(WRITTEN_NUMBERS))
def test_a_number_is_read(cell: Any, number: str) -> None:
    assert read(NUMBER, cell) == [D(number)]


NO_NUMBERS = {
    "a word": "Weight Captured Separately",
    "20 digits": "12345678901234567890",
    "20 digits as a number": 1.2345678901234567e19,
    "not a number": NO_NUMBER,
    "infinity": float("inf"),
    "the word for not a number": "NaN",
    "a decimal comma": "1.234,56",
    "separators in the wrong place": "12,34",
    "an English exponent": "1.2e3",
    "a percentage": "12%",
    "about": "约12",
    "a range": "10-12",
    "a sum": "=10+2",
    "a power": "10³",
    "a number in a circle": "①",
    "a price per piece": "12元/件",
    "a dash": "-",
    "a date": FIFTH_OF_MARCH,
    "true": True,
    "a duration": timedelta(1),
    "a Chinese numeral": "一百",
}


@pytest.mark.parametrize("of", [NUMBER, PRICE, MONEY])
@pytest.mark.parametrize("cell", table(NO_NUMBERS))
def test_what_is_no_sure_number_is_refused(cell: Any, of: Type) -> None:
    assert refused(of, 1.0, cell) == [(1, "NUMBER_BAD")]


NOTES = {
    "who paid what when": "2013年7月19日付632680元",
    "a share of something": "首付30%,验收后付70%",
    "a figure and its reason": "120(含上月补交20件)",
}


@pytest.mark.parametrize("of", [NUMBER, PRICE, MONEY])
@pytest.mark.parametrize("cell", table(NOTES))
def test_a_note_that_holds_figures_is_reported_never_read(cell: str, of: Type) -> None:
    assert refused(of, 1.0, cell) == [(1, "NOTE_IN_CELL")]


def test_an_amount_in_kilograms_is_no_amount() -> None:
    assert refused(MONEY, "12kg") == [(0, "NUMBER_BAD")]


def test_money_is_rounded_half_up_to_the_cent() -> None:
    assert read(MONEY, "0.125", 2.675, "-0.125") == [D("0.13"), D("2.68"), D("-0.13")]


UNDER_TEN_THOUSANDS = {
    "a number is multiplied": (12.5, "125000"),
    "a text is multiplied": ("12.5", "125000"),
    "a cell that repeats the unit counts once": ("12.5万元", "125000"),
    "a cell that shortens the unit counts once": ("12.5万", "125000"),
}


@pytest.mark.parametrize(("cell", "amount"), table(UNDER_TEN_THOUSANDS))
def test_under_a_header_in_ten_thousands(cell: Any, amount: str) -> None:
    assert read(MONEY, cell, factor=D(10000)) == [D(amount)]


def test_a_cell_whose_unit_contradicts_the_header_is_refused() -> None:
    assert refused(MONEY, "125000元", "1亿元", factor=D(10000)) == [(0, "NUMBER_BAD"), (1, "NUMBER_BAD")]


UNITS = {
    "ten thousand yuan": ("万元", "10000"),
    "with the word unit before it": ("单位：万元", "10000"),
    "thousand pieces": ("千件", "1000"),
    "a million": ("百万元", "1000000"),
    "yuan": ("元", "1"),
}


@pytest.mark.parametrize(("unit", "factor"), table(UNITS))
def test_a_unit_of_a_header_is_a_factor(unit: str, factor: str) -> None:
    assert unit_factor(unit) == D(factor)


@pytest.mark.parametrize("unit", ["", "三包和维护的填0元", "含税", "%", "kg"])
def test_other_words_in_brackets_are_no_factor(unit: str) -> None:
    assert unit_factor(unit) is None


DECIMALS = st.decimals(D("-99999999999999"), D("99999999999999"), places=4, allow_nan=False)


@given(DECIMALS, st.sampled_from(["{:,}", "{}", "¥{:,}", " {:,} 元", "{:,}件"]))
def test_a_decimal_with_separators_reads_back_exactly(number: Decimal, form: str) -> None:
    assert read(NUMBER, form.format(number)) == [number]


@given(DECIMALS.map(abs))
def test_brackets_make_any_number_negative(number: Decimal) -> None:
    assert read(NUMBER, f"({number:,})") == [-number]


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_a_finding(text: str) -> None:
    column, problems = read_column([text], NUMBER)
    assert (column[0].as_py() is None) == (bool(problems) or not text.strip())


# ------------------------------------------------------------------ shares

SHARES = {
    "a share": ([0.98], {}, ["0.98"]),
    "a text with %": (["98%", "13 ％"], {}, ["0.98", "0.13"]),
    "per mille": (["5‰"], {}, ["0.005"]),
    "numbers above 1 are percents": ([13.0, 6.0, 1.0, 0.0], {}, ["0.13", "0.06", "0.01", "0"]),
    "tax as text": (["13", "6"], {}, ["0.13", "0.06"]),
    "below a header with %": ([0.5, 5.0], {"percent": True}, ["0.005", "0.05"]),
    "below a header with ‰": ([0.5], {"permille": True}, ["0.0005"]),
    "a share beside a text with %": ([0.13, "13%"], {}, ["0.13", "0.13"]),
}


@pytest.mark.parametrize(("cells", "hints", "shares"), table(SHARES))
def test_a_share_is_read(cells: list[Any], hints: dict[str, bool], shares: list[str]) -> None:
    assert read(RATE, *cells, **hints) == [D(share) for share in shares]


@pytest.mark.parametrize("cell", table({"a word": "按合同", "a date": FIFTH_OF_MARCH, "true": True, "nan": NO_NUMBER}))
def test_what_is_no_share_is_refused(cell: Any) -> None:
    assert refused(RATE, 0.5, cell) == [(1, "RATE_BAD")]


def test_a_fraction_among_percents_is_asked_not_divided_by_a_hundred() -> None:
    assert refused(RATE, 13.0, 0.13) == [(1, "RATE_DOUBTFUL")]


def test_a_one_that_may_be_one_percent_or_all_of_it_is_asked() -> None:
    column, problems = read_column([1.0, 0.0, 1.0], RATE, Hints())
    assert column.to_pylist() == [None, D(0), None]
    assert [(p.index, p.code) for p in problems] == [(0, "RATE_DOUBTFUL"), (2, "RATE_DOUBTFUL")]
    assert read(RATE, 1.0, 0.5) == [D(1), D("0.5")]


def test_a_number_that_excel_shows_as_a_percentage_is_what_it_shows_whatever_the_header_says() -> None:
    cells, hints = [0.13, 6.0, 1.0], Hints(percent=True, percents=frozenset({0, 2}))
    column, problems = read_column(cells, RATE, hints)
    assert column.to_pylist() == [D("0.13"), D("0.06"), D(1)] and problems == []


# ------------------------------------------------------------------ identifiers

DAMAGED = {
    "a 19-digit account as a number": (6222020000001000000.0, "ID_DAMAGED"),
    "16 digits as a number": (1234567890123456.0, "ID_DAMAGED"),
    "an exponent as text": ("1.23E+19", "ID_DAMAGED"),
    "a 19-digit account of which Excel kept fifteen, now text": ("6222020000001230000", "ID_ZEROED"),
    "a fraction": (12.5, "ID_DAMAGED"),
    "not a number": (NO_NUMBER, "ID_DAMAGED"),
    "infinity": (float("inf"), "ID_DAMAGED"),
    "true": (True, "ID_DAMAGED"),
    "a duration": (timedelta(1), "ID_DAMAGED"),
    "order 8124, which Excel made a date": (date(1922, 3, 29), "ID_IS_DATE"),
    "part 3-5, which Excel made a date": (datetime(2024, 3, 5), "ID_IS_DATE"),
}


@pytest.mark.parametrize(("cell", "code"), table(DAMAGED))
def test_an_identifier_that_excel_damaged_is_refused(cell: Any, code: str) -> None:
    assert refused(IDENTIFIER, "PO-1", cell) == [(1, code)]


def test_a_short_number_is_an_identifier_without_a_point() -> None:
    assert read(IDENTIFIER, 8124.0, 7, 123456789012345.0) == ["8124", "7", "123456789012345"]


@given(st.integers(0, 10**15 - 1))
def test_a_number_of_up_to_15_digits_keeps_every_digit(number: int) -> None:
    assert read(IDENTIFIER, float(number), str(number), number) == [str(number)] * 3


@given(st.from_regex(r"[0-9]{1,30}", fullmatch=True))
def test_digits_as_text_keep_every_digit_and_leading_zero(digits: str) -> None:
    assert read(IDENTIFIER, digits, f" {digits} ", f"'{digits}") == [digits] * 3


@given(st.integers(10**15, 10**25))
def test_a_longer_number_has_lost_digits_and_is_refused(number: int) -> None:
    assert refused(IDENTIFIER, float(number)) == [(0, "ID_DAMAGED")]


def test_names_are_folded_but_not_cut() -> None:
    assert read(NAME, "示例（上海）  有限公司 ", 3721.0) == ["示例(上海) 有限公司", "3721"]
    assert read(NAME, "长" * 300, 1.0) == ["长" * 300, "1"]


# ------------------------------------------------------------------ words, yes and no, periods

STATUS = {"合格": "合格", "qualified": "合格", "淘汰": "淘汰"}


def test_a_word_is_its_canonical_form_and_an_unknown_one_is_reported() -> None:
    assert read(CHOICE, " 合 格 ", "Qualified", choices=STATUS) == ["合格", "合格"]
    assert refused(CHOICE, "观察", 3.0, choices=STATUS) == [(0, "WORD_UNKNOWN"), (1, "WORD_UNKNOWN")]


def test_a_word_with_another_one_in_brackets_is_not_the_word() -> None:
    assert refused(CHOICE, "合格（已淘汰）", choices=STATUS) == [(0, "WORD_UNKNOWN")]


def test_yes_and_no_in_many_ways() -> None:
    assert read(FLAG, "是", "√", "Y", True, 1.0) == [True] * 5
    assert read(FLAG, "否", "×", "no", False, 0.0) == [False] * 5
    assert refused(FLAG, "也许") == [(0, "WORD_UNKNOWN")]


PERIODS = {
    "a quarter": ("2026Q2", "2026Q2"),
    "a quarter in Chinese": ("2026年第二季度", "2026Q2"),
    "a month in Chinese": ("2026年7月", "2026-07"),
    "a month with a dot, as text": ("2026.10", "2026-10"),
    "a month with a dot, as a number": (2026.3, "2026-03"),
    "a day of the month": (date(2026, 7, 31), "2026-07"),
    "a year": (2026.0, "2026"),
}


@pytest.mark.parametrize(("cell", "period"), table(PERIODS))
def test_a_period_is_read(cell: Any, period: str) -> None:
    assert read(PERIOD, cell) == [period]


NO_PERIODS = {
    "the number 2016.1, which was January or 2016.10": 2016.1,
    "the year 2016, which Excel made a date of 1905": date(1905, 7, 8),
    "a fifth quarter": "2026Q5",
    "a thirteenth month": "2026-13",
    "a month without a year": "7月",
}


@pytest.mark.parametrize("cell", table(NO_PERIODS))
def test_what_is_no_sure_period_is_refused(cell: Any) -> None:
    assert refused(PERIOD, "2026Q1", cell) == [(1, "PERIOD_BAD")]


# ------------------------------------------------------------------ the fast way and the careful way are one

COLUMNS: dict[str, tuple[Type, st.SearchStrategy[Any], Any, Hints]] = {
    "texts, beside a number": (TEXT, st.text(min_size=1, max_size=300), 1.0, Hints()),
    "names, beside one to fold": (NAME, st.text("示例AZaz09()-'. ", min_size=1, max_size=12), " Ａ ", Hints()),
    "identifiers, beside one to fold": (IDENTIFIER, st.text("PO-0123E.'+ ", min_size=1, max_size=12), " Ａ ", Hints()),
    "whole numbers, beside a text": (NUMBER, st.integers(-(10**15), 10**15).map(float), "1件", Hints()),
    "numbers, beside a text": (MONEY, st.floats(-1e17, 1e17), "1元", Hints()),
    "any number at all, beside a text": (NUMBER, st.floats() | st.integers(-(10**30), 10**30), "1件", Hints()),
    "dates, beside a text": (DATE, st.dates() | st.datetimes(), "2024-03-05", Hints()),
    "shares, beside a text": (RATE, st.floats(0, 1), "5%", Hints()),
}


@pytest.mark.parametrize(("of", "cells", "odd", "hints"), table(COLUMNS))
def test_one_odd_cell_changes_nothing_about_the_others(
    of: Type, cells: st.SearchStrategy[Any], odd: Any, hints: Hints
) -> None:
    @given(st.lists(cells, min_size=1, max_size=6))
    def agree(values: Sequence[Any]) -> None:
        assume(all(not isinstance(v, str) or v.strip() for v in values))
        alone, problems = read_column(values, of, hints)
        beside, others = read_column([*values, odd], of, hints)
        assert alone.to_pylist() == beside.to_pylist()[:-1]
        assert [(p.index, p.code) for p in problems] == [(p.index, p.code) for p in others]

    agree()


MOMENTS = {
    "a moment of Excel": (datetime(2026, 7, 3, 14, 20, 5), datetime(2026, 7, 3, 14, 20, 5)),
    "a day of Excel": (date(2026, 7, 3), datetime(2026, 7, 3)),
    "an export of a ticket system": ("2026-07-03 14:20:11", datetime(2026, 7, 3, 14, 20, 11)),
    "an ISO moment with a zone": ("2026-07-03T14:20:11.123+08:00", datetime(2026, 7, 3, 14, 20, 11)),
    "an ISO moment of a machine": ("2026-07-03T14:20:11.000Z", datetime(2026, 7, 3, 14, 20, 11)),
    "Jira's own form": ("03/Jul/26 2:20 PM", datetime(2026, 7, 3, 14, 20)),
    "midnight of an American": ("2026/7/3 12:05 AM", datetime(2026, 7, 3, 0, 5)),
    "a day in Chinese with a time": ("2026年7月3日 9:05", datetime(2026, 7, 3, 9, 5)),
    "only a day": ("2026-07-03", datetime(2026, 7, 3)),
    "no such hour": ("2026-07-03 25:00", "DATE_BAD"),
    "no such day": ("2026-06-31 10:00", "DATE_BAD"),
    "words": ("昨天下午", "DATE_BAD"),
}


@pytest.mark.parametrize(("cell", "wanted"), MOMENTS.values(), ids=MOMENTS)
def test_a_moment_however_it_is_written(cell: Any, wanted: Any) -> None:
    column, problems = read_column([cell], MOMENT)
    assert (problems[0].code if problems else column[0].as_py()) == wanted


def test_days_and_months_of_moments_are_told_apart_by_their_column() -> None:
    column, problems = read_column(["3/7/2026 10:00", "13/7/2026 9:30"], MOMENT)
    assert not problems and column.to_pylist() == [datetime(2026, 7, 3, 10), datetime(2026, 7, 13, 9, 30)]
    assert [p.code for p in read_column(["3/7/2026 10:00"], MOMENT)[1]] == ["DATE_DOUBTFUL"]
