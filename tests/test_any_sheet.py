"""What holds of every sheet, whatever stands in it: it is answered, told in full, and read the same way again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from robots.reading.grid import Grid
from robots.reading.reader import Reading
from tests.sheets import DAY, DELIVERIES, INVOICES, LATER, ORDERS, Cells, read, sheet

VENDORS = ["供应商", "准入状态", "银行账号", "月产能"]
SURVEYS = ["供应商", "评价人", "1月", "2月", "3月"]
WORDS = [*ORDERS, *DELIVERIES, *INVOICES, *VENDORS, *SURVEYS, "2026年", "含税", "备注", "规格", "税率"]
MARKS = [
    "",
    "",
    "",
    None,
    " ",
    "合计",
    "小计",
    "-",
    "必填",
    "元",
    "件",
    "注:含税",
    "供应商:甲公司",
    "单位:万元",
    "制表:张三",
]
VALUES = ["PO-1", "PO-2", "甲公司", "乙公司", 5.0, 7.5, 0.13, "13%", DAY, LATER, "3月5日", "2026-03-05", "12件", True]
CELLS = st.one_of(
    st.sampled_from([*MARKS, *VALUES]), st.sampled_from([*MARKS, *VALUES]), st.sampled_from(WORDS),
    st.floats(), st.text(max_size=4), st.dates(), st.integers(-5, 3000).map(float),
)  # fmt: skip
ORDER = st.builds(
    lambda n, vendor, quantity, price: [f"PO-{n}", vendor, float(quantity), price / 4, DAY, LATER],
    st.integers(0, 99), st.sampled_from(["甲公司", "乙公司"]), st.integers(1, 500), st.integers(1, 400),
)  # fmt: skip
LEDGER = st.lists(ORDER, min_size=2, max_size=6, unique_by=lambda row: row[0])


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """Any sheet: anything in its cells, merged, bold, shown as a percentage, errors and formulas never calculated."""
    height, width = draw(st.integers(1, 9)), draw(st.integers(1, 7))
    line = st.lists(CELLS, min_size=width, max_size=width)
    head = st.lists(st.sampled_from(WORDS), min_size=width, max_size=width)
    rows = draw(st.lists(st.one_of(line, line, head), min_size=height, max_size=height))
    places = st.sets(st.tuples(st.integers(0, height - 1), st.integers(0, width - 1)), max_size=4)
    corners = st.tuples(st.integers(0, height - 1), st.integers(0, width - 1), st.integers(0, 4), st.integers(0, 3))
    merged = tuple(
        (top, left, min(top + down, height - 1), min(left + across, width - 1))
        for top, left, down, across in draw(st.lists(corners, max_size=4))
    )
    errors, formulas = draw(places), draw(places)
    for row, column in errors | formulas:
        rows[row][column] = ""
    return Grid(
        "3月", rows, errors=dict.fromkeys(errors, "#REF!"), uncalculated=frozenset(formulas),
        merged=merged, percent=frozenset(draw(places)), bold=frozenset(draw(st.sets(st.integers(0, height - 1)))),
    )  # fmt: skip


def _rows(reading: Reading, *without: str) -> dict[str, list[dict[str, Any]]]:
    """The rows read, by kind."""
    tables = {kind: table.drop_columns(list(without)) for kind, table in reading.tables.items()}
    return {kind: table.to_pylist() for kind, table in tables.items()}


@given(grids())
def test_any_grid_is_answered_and_read_the_same_way_twice(grid: Grid) -> None:
    first, second = read(grid, file="2026年.xlsx"), read(grid, file="2026年.xlsx")
    assert first.taken or first.findings
    assert _rows(first) == _rows(second)
    assert first.findings == second.findings and first.taken == second.taken and first.asides == second.asides


@given(grids(), grids())
def test_two_sheets_of_one_workbook_do_not_disturb_each_other(one: Grid, other: Grid) -> None:
    renamed = Grid("别的", other.rows, merged=other.merged, errors=other.errors, uncalculated=other.uncalculated)
    alone, both = read(one), read(one, renamed)
    mine = [f for f in both.findings if f.sheet == "3月" and f.code not in ("KEY_TWICE", "MORE_OF_THIS")]
    assert mine == [f for f in alone.findings if f.code not in ("KEY_TWICE", "MORE_OF_THIS")]


@given(LEDGER, st.randoms())
def test_the_order_of_rows_changes_no_key_and_no_content(rows: list[Cells], chance: Any) -> None:
    def named(reading: Reading) -> dict[int, dict[str, Any]]:
        table = reading.tables["orders"].drop_columns(["_sheet", "_row"])
        return {row["_key"]: row for row in table.to_pylist()}

    shuffled = chance.sample(rows, len(rows))
    assert named(read(sheet(ORDERS, *shuffled))) == named(read(sheet(ORDERS, *rows)))


def _total(rows: Sequence[Cells]) -> Cells:
    return ["合计", "", sum(row[2] for row in rows), "", "", ""]


@given(LEDGER, st.data())
def test_what_is_no_data_changes_no_data(rows: list[Cells], data: st.DataObject) -> None:
    """Blank rows, titles, totals that foot and a header on every page: the same rows are read, elsewhere."""
    at = data.draw(st.integers(1, len(rows)))
    blank: list[Cells] = [[""] * 6] * data.draw(st.integers(0, 3))
    title: list[Cells] = data.draw(
        st.sampled_from([[], [["外协订单台账"]], [["外协订单"], [], ["制表日期:2026-07-01"]]])
    )
    again: list[Cells] = data.draw(st.sampled_from([[], [ORDERS], [_total(rows[:at])], [_total(rows[:at]), ORDERS]]))
    end: list[Cells] = data.draw(st.sampled_from([[], [_total(rows)], [[], ["制表:张三", "审核:李四"]]]))
    reading = read(sheet(*title, ORDERS, *rows[:at], *blank, *again, *rows[at:], *blank, *end))
    assert _rows(reading, "_row") == _rows(read(sheet(ORDERS, *rows)), "_row")
    assert all(found.level.value == "info" for found in reading.findings)


@given(st.lists(st.lists(CELLS, min_size=8, max_size=8), max_size=8), st.booleans())
def test_every_row_below_a_header_is_told(rows: list[list[Any]], mixed: bool) -> None:
    """It is read, set aside, or named by a finding; a row of units or hints (必填) right under the header is none."""
    first = ["PO-0", "甲公司", 5.0, 7.5, DAY, LATER, "", ""]
    reading = read(sheet([*ORDERS, *(DELIVERIES[1:] if mixed else ["备注", "说明"])], first, *rows))
    told = {row for table in reading.tables.values() for row in table["_row"].to_pylist()}
    for finding in reading.findings:
        ends = [int("".join(filter(str.isdigit, part)) or 0) for part in finding.cell.split("…")]
        told |= set(range(ends[0], ends[-1] + 1))
    left = [int(f.cell) for f in reading.findings if f.code == "ROWS_LEFT"]
    told |= set(range(min(left), len(rows) + 3)) if left else set()
    filled = {n for n, row in enumerate(rows, 3) if any(c is not None and str(c).strip() for c in row)}
    assert filled <= told
