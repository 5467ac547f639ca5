"""How one sender writes (config/sources): its own words, what its names tell, what must hold; and wrong config."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from robots.crew import registry
from robots.edge import settings
from robots.edge.settings import SHIPPED, ConfigurationError
from robots.kinds.words import Dialect, Expected, Foot
from robots.model.names import header_word
from robots.reading.proposals import column_line, likely_field
from robots.reading.reader import Reading
from tests.conftest import Home
from tests.sheets import DAY, DELIVERIES, LATER, LEXICON, ORDER, ORDERS, OTHER, D, column, found, read, sheet, taken

SURVEY = ["供应商", "评价期间", "评价人", "满意度"]
SOURCES = "config/sources"


def sender(columns: Mapping[str, Mapping[str, str]] | None = None, **more: Any) -> Dialect:
    return Dialect("示例", ("*",), columns or {}, **more)


# ------------------------------------------------------------------ its own words, laid over the common ones

OWN = sender({"orders": {"unit_price": "结算价", "quantity": "Menge"}})


def test_own_words_go_first_and_the_common_ones_tell_the_rest() -> None:
    words = ["订单号", "供应商", "Menge", "结算价", "单价", "数量"]
    reading = read(sheet(words, ["PO-1", "甲公司", 3.0, 4.0, 99.0, 98.0]), dialect=OWN)
    row = reading.tables["orders"].to_pylist()[0]
    assert (row["order_id"], row["quantity"], row["unit_price"]) == ("PO-1", D(3), D(4))
    assert "FIELD_TWICE" not in [code for code, _ in found(reading)]


def test_a_common_word_for_a_field_with_an_own_word_counts_no_more() -> None:
    reading = read(sheet(ORDERS, ORDER), dialect=OWN)
    assert reading.tables == {}
    assert [dict(f.values)["fields"] for f in reading.findings] == ["订单数量、单价"]


def test_only_shuts_the_common_words_out() -> None:
    own = {"orders": {"order_id": "A", "vendor": "B", "quantity": "C", "unit_price": "E"}}
    rows = [["A", "B", "C", "E", "下单日期", "到货日期"], ["PO-1", "甲公司", 3.0, 4.0, DAY, DAY]]
    assert column(read(sheet(*rows), dialect=sender(own)), "orders", "ordered_on") == [DAY]
    reading = read(sheet(*rows), dialect=sender(own, only=True))
    assert taken(reading) == {"orders": (1, 0)} and column(reading, "orders", "ordered_on") == [None]
    assert reading.unknown == (("Sheet1", "下单日期"), ("Sheet1", "到货日期"))


def test_one_column_may_be_several_fields_where_the_sender_says_so() -> None:
    own = sender({"deliveries": {"received": "到货数", "accepted": "到货数"}})
    reading = read(sheet(DELIVERIES, ["PO-1", DAY, 5.0]), dialect=own)
    assert (column(reading, "deliveries", "received"), column(reading, "deliveries", "accepted")) == ([D(5)], [D(5)])


def test_an_own_word_may_be_a_path_through_the_tiers() -> None:
    own = sender({"orders": {"quantity": "计划›数"}})
    rows = [["订单号", "供应商", "单价", "计划", "实际"], ["", "", "", "数", "数"], ["PO-1", "甲公司", 2.0, 5.0, 4.0]]
    merged = ((0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 1, 2))
    assert column(read(sheet(*rows, merged=merged), dialect=own), "orders", "quantity") == [D(5)]


def test_own_words_for_not_known_and_own_columns_to_ignore() -> None:
    dialect = sender(blank=("未录入",), ignore=("内部码",))
    reading = read(sheet([*ORDERS, "内部码"], [*ORDER[:5], "未录入", "x"]), dialect=dialect)
    assert column(reading, "orders", "promised_on") == [None] and found(reading) == []


# ------------------------------------------------------------------ what names and the config tell

FACTS = {
    "the file's name": (sender(file_facts=r"^(?P<vendor>.+?公司)"), "甲公司2026年6月.xlsx", "Sheet1"),
    "the sheet's name": (sender(sheet_facts=r"(?P<vendor>.+公司)"), "x.xlsx", "甲公司"),
    "a constant": (sender(constants={"orders": {"vendor": "甲公司"}}), "x.xlsx", "Sheet1"),
    "the sheet's name before the file's": (
        sender(file_facts="(?P<vendor>乙公司)", sheet_facts="(?P<vendor>甲公司)"), "乙公司.xlsx", "甲公司",
    ),
    "a name before a constant": (
        sender(file_facts="(?P<vendor>甲公司)", constants={"orders": {"vendor": "丙公司"}}), "甲公司.xlsx", "Sheet1",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("dialect", "file", "name"), [pytest.param(*case, id=f"{name} tells the vendor") for name, case in FACTS.items()]
)
def test_a_name_or_the_config_tells_what_no_column_does(dialect: Dialect, file: str, name: str) -> None:
    words, row = [ORDERS[0], *ORDERS[2:]], [ORDER[0], *ORDER[2:]]
    reading = read(sheet(words, row, name=name), dialect=dialect, file=file)
    assert column(reading, "orders", "vendor") == ["甲公司"]
    assert ("vendor", "= 甲公司", "供应商") in reading.taken[0].columns


def test_a_column_goes_before_names_and_constants() -> None:
    dialect = sender(file_facts="(?P<vendor>乙公司)", constants={"orders": {"vendor": "丙公司"}})
    assert column(read(sheet(ORDERS, ORDER), dialect=dialect, file="乙公司.xlsx"), "orders", "vendor") == ["甲公司"]


@pytest.mark.parametrize("name", ["汇总", "说明"])
def test_a_name_that_does_not_fit_the_pattern_tells_nothing(name: str) -> None:
    words, row = [ORDERS[0], *ORDERS[2:]], [ORDER[0], *ORDER[2:]]
    reading = read(sheet(words, row, name=name), dialect=sender(sheet_facts="(?P<vendor>.+公司)"))
    assert [code for code, _ in found(reading)] == ["SHEET_LACKS_COLUMNS"]


# ------------------------------------------------------------------ written once for several rows

GROUP = [ORDER, ["", "", 7.0, 8.0, DAY, LATER], ["", "", 9.0, 8.0, DAY, LATER], OTHER]


def test_fill_down_fills_what_the_sender_writes_once_and_says_so() -> None:
    rows = [["PO-1", "甲公司", 1.0, 2.0], ["PO-2", "", 1.0, 2.0], ["PO-3", "", 1.0, 2.0], ["PO-4", "乙公司", 1.0, 2.0]]
    reading = read(sheet(ORDERS[:4], *rows), dialect=sender(fill_down=("vendor",)))
    assert column(reading, "orders", "vendor") == ["甲公司"] * 3 + ["乙公司"]
    assert found(reading) == [("FILLED_DOWN", "B3…B4")]
    asked = read(sheet(ORDERS[:4], *rows))
    assert taken(asked) == {"orders": (2, 2)} and ("FILL_DOWN_ASKED", "B3…B4") in found(asked)


def test_nothing_is_filled_over_a_gap_or_a_total() -> None:
    rows = [["PO-1", "甲公司", 1.0, 2.0], ["小计", "", 1.0, ""], ["PO-2", "", 1.0, 2.0], [], ["PO-3", "", 1.0, 2.0]]
    reading = read(sheet(ORDERS[:4], *rows), dialect=sender(fill_down=("vendor",)))
    assert column(reading, "orders", "order_id") == ["PO-1"]


# ------------------------------------------------------------------ what must hold


EXPECTED = {
    "a column is missing": (Expected(columns=("规格", "单价")), 2, ["EXPECTED_COLUMNS"]),
    "too few rows": (Expected(least=3), 2, ["EXPECTED_ROWS"]),
    "too many rows": (Expected(most=1), 2, ["EXPECTED_ROWS"]),
    "all is well": (Expected(columns=("单价",), least=2, most=2), 2, []),
}


@pytest.mark.parametrize(
    ("expected", "rows", "codes"), [pytest.param(*case, id=name) for name, case in EXPECTED.items()]
)
def test_a_table_that_is_not_as_expected_is_not_taken(expected: Expected, rows: int, codes: list[str]) -> None:
    reading = read(sheet(ORDERS, *[ORDER, OTHER][:rows]), dialect=sender(expect={"orders": expected}))
    assert [code for code, _ in found(reading)] == codes
    assert taken(reading) == ({} if codes else {"orders": (2, 0)})


def test_expectations_of_one_kind_do_not_touch_another() -> None:
    grids = (sheet(ORDERS, ORDER, name="订单"), sheet(DELIVERIES, ["PO-1", DAY, 1.0], name="收货"))
    reading = read(*grids, dialect=sender(expect={"orders": Expected(least=9)}))
    assert taken(reading) == {"deliveries": (1, 0)}


EXPECTING = """files = ["订单*.xlsx"]
[expect.orders]
least = 2
columns = ["税率"]
"""


@pytest.mark.parametrize(
    "second",
    [
        pytest.param([{"订单号": "PO-1"}], id="fewer rows than ever"),
        pytest.param([{"订单号": "PO-3"}, {"订单号": "PO-4"}, {"订单号": "PO-5"}], id="a column is gone"),
    ],
)
def test_a_file_that_is_not_as_expected_leaves_the_former_rows(
    home: Home, books: SimpleNamespace, second: list[dict[str, Any]]
) -> None:
    home.drop("../config/sources/example.toml", EXPECTING.encode())
    home.configure("")
    home.drop("订单.xlsx", books.orders({"订单号": "PO-1"}, {"订单号": "PO-2"}))
    home.turn()
    home.drop("订单.xlsx", [{**row, "供应商": "示例甲", "订单数量": 1, "单价": 5} for row in second])
    home.turn()
    assert sorted(row["order_id"] for row in home.export("orders")) == ["PO-1", "PO-2"]
    assert {row["code"] for row in home.export("findings")} & {"EXPECTED_ROWS", "EXPECTED_COLUMNS"}


MONTHS = [f"{month}月" for month in range(1, 13)]
YEAR = sender(foots=(Foot(tuple(MONTHS), "全年"),))


def _year(total: float) -> Reading:
    rows = [["甲公司", "合格", *[10.0] * 12, 120.0], ["乙公司", "合格", *[20.0] * 12, total]]
    return read(sheet(["供应商", "准入状态", *MONTHS, "全年"], *rows), dialect=YEAR)


def test_twelve_months_that_are_not_the_year_set_the_row_aside() -> None:
    reading = _year(250.0)
    assert column(reading, "vendors", "vendor") == ["甲公司"]
    [off] = [f for f in reading.findings if f.code == "ROW_DOES_NOT_FOOT"]
    values = dict(off.values)
    assert (off.cell, values["first"], values["last"]) == ("O3", "C3", "N3")
    assert (values["written"], values["total"], values["difference"]) == ("250", "240", "10")
    assert "ROW_DOES_NOT_FOOT" not in [code for code, _ in found(_year(240.0))]


@pytest.mark.parametrize(("strict", "level"), [(False, "warning"), (True, "error")])
def test_a_total_that_does_not_foot_is_an_error_where_the_sender_must_foot(strict: bool, level: str) -> None:
    reading = read(sheet(ORDERS, ORDER, OTHER, ["合计", "", 121.0]), dialect=sender(totals_foot=strict))
    assert [(f.code, f.cell, f.level.value) for f in reading.findings if f.code != "ROW_TOTAL"] == [
        ("TOTAL_DOES_NOT_FOOT", "C4", level)
    ]


# ------------------------------------------------------------------ wrong config

WRONG = {
    "an unknown key": ('files = ["*"]\nfoo = 1', "foo"),
    "an unknown kind": ('files = ["*"]\n[columns.order]\nvendor = "x"', "没有叫“columns.order”的项；是不是 orders？"),
    "an unknown field": ('files = ["*"]\n[columns.orders]\nprice = "x"', "没有叫“columns.orders.price”的项"),
    "an unknown constant": ('files = ["*"]\n[constants.orders]\nprice = "x"', "constants.orders.price"),
    "an expectation of no kind": ('files = ["*"]\n[expect.order]\nleast = 1', "expect.order"),
    "a bad pattern of files": (
        'files = ["*"]\nfile_facts = "("',
        "file_facts = (：不是正确的模式（正则表达式）：从第 1 个字符起有误",
    ),
    "a bad pattern of sheets": ('files = ["*"]\nsheet_facts = "[a"', "sheet_facts = [a：不是正确的模式"),
    "a pattern that tells no field": (
        'files = ["*"]\nsheet_facts = "(?P<colour>.+)"',
        "sheet_facts = colour：没有哪种表有这个字段",
    ),
    "a field that nobody has filled down": (
        'files = ["*"]\nfill_down = ["colour"]',
        "fill_down = colour：没有哪种表有这个字段",
    ),
    "a least above the most": ('files = ["*"]\n[expect.orders]\nleast = 3\nmost = 2', "expect.orders"),
    "no file": ("only = true", "files"),
    "no words in a group": ("known_by = [[]]", "files：没有写文件名的模式，也没有写表头词（known_by）"),
    "a field of no kind to pick": ('files = ["*"]\n[pick.tickets.colour]', "pick.tickets.colour"),
    "a bad pattern to pick by": ('files = ["*"]\n[pick.tickets.vendor]\npattern = "("', "pick.tickets.vendor = (："),
    "a bad pattern to cut": ("files = [\"*\"]\ncut = '(#'", "cut = (#："),
    "a likeness of nothing": ('files = ["*"]\nlike = "bugzilla"', "like = bugzilla：应是另一个自己写全的来源"),
    "a foot without parts": ('files = ["*"]\n[[foots]]\ntotal = "全年"', "foots.0.parts"),
    "no TOML": ("files = [", "wrong.toml"),
}


@pytest.mark.parametrize(("text", "told"), [pytest.param(*case, id=name) for name, case in WRONG.items()])
def test_a_wrong_source_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as problem:
        settings.load(_home_with(tmp_path, {"wrong": text}), registry.names())
    assert any(told in one for one in problem.value.problems)


def _home_with(path: Path, sources: Mapping[str, str]) -> Path:
    folder = path / SOURCES
    folder.mkdir(parents=True)
    for name, text in sources.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")
    return path


def test_all_problems_are_listed_at_once_and_the_command_ends_with_2(tmp_path: Path) -> None:
    names = ("an unknown key", "an unknown field", "a bad pattern of files", "no TOML")
    home = _home_with(tmp_path, {f"s{n}": WRONG[name][0] for n, name in enumerate(names)})
    command = [sys.executable, str(SHIPPED / "run.py"), "--home", str(home)]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    ended = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, env=environment)
    assert ended.returncode == 2
    assert all(f"s{n}.toml" in ended.stdout + ended.stderr for n in range(len(names)))


# ------------------------------------------------------------------ lines to paste

HEADERS = st.text(min_size=1, max_size=20).filter(lambda word: word.strip() and header_word(word))


@example("0\uaaf7):", "orders")  # a sign that cannot be seen stands between what else would be a number of a list
@given(HEADERS, st.sampled_from(sorted(LEXICON.vocabularies)))
def test_the_line_to_paste_is_toml_that_makes_the_column_known(word: str, kind: str) -> None:
    place, line = column_line(word, LEXICON.vocabularies[kind])
    [(name, words)] = tomllib.loads(line).items()
    assert place.startswith("config/kinds/")
    assert [header_word(one) for one in words] == [header_word(word)]
    assert name == "ignore" or name in LEXICON.vocabularies[kind].columns


@given(HEADERS, st.sampled_from(sorted(LEXICON.vocabularies)), st.data())
def test_a_field_that_is_taken_is_never_proposed(word: str, kind: str, data: st.DataObject) -> None:
    fields = sorted(LEXICON.vocabularies[kind].columns)
    has = data.draw(st.sets(st.sampled_from(fields)))
    assert likely_field(word, LEXICON.vocabularies[kind], has) not in has


PASTED = ["订单備注号", '说"明"书', "路径\\名", "工装›模号", "炉 批\n号", "表\t格"]


@pytest.mark.parametrize("word", PASTED)
def test_a_pasted_line_ends_the_question(word: str) -> None:
    *groups, leaf = word.split("›")
    tiers = [["" if n < 6 else group for n in range(7)] for group in groups]
    grid = sheet(*tiers, [*ORDERS, leaf], [*ORDER, "x"], merged=((0, 6, 0, 7),) if groups else ())
    [asked] = [f for f in read(grid).findings if f.code == "COLUMN_UNKNOWN"]
    [(name, words)] = tomllib.loads(str(dict(asked.values)["line"])).items()
    assert name == "ignore"
    after = read(grid, lexicon=replace(LEXICON, ignore=(*LEXICON.ignore, *words)))
    assert after.unknown == () and taken(after) == {"orders": (1, 0)}
