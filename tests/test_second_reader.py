"""Where the usual library refuses a workbook over one odd spot, another one reads it, and the receipt says so."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from python_calamine import CalamineError, CalamineWorkbook

from robots.edge.excel_in import NotReadable, grids, look_through
from robots.reading.grid import Grid
from tests.conftest import FIRST_DAY, Home

SHEET, STYLES = "xl/worksheets/sheet1.xml", "xl/styles.xml"
ODD = {
    "a cell type that nobody knows": (b'<c r="A1" t="s">', b'<c r="A1" t="z">'),
    "a size of the sheet without columns": (b'<dimension ref="A1:I2"', b'<dimension ref="1:2"'),
}


def _with(content: bytes, old: bytes, new: bytes, part: str = SHEET) -> bytes:
    """The workbook with one spot of its sheet changed, or of another part (`old` is a pattern there)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            xml = source.read(name)
            if name == part:
                xml = xml.replace(old, new, 1) if part == SHEET else re.sub(old, new, xml)
            target.writestr(name, xml)
    return out.getvalue()


@pytest.mark.parametrize("database_url", ["SQLite"], indirect=True)
@pytest.mark.parametrize(("old", "new"), ODD.values(), ids=ODD)
def test_a_workbook_that_one_library_refuses(home: Home, books: SimpleNamespace, old: bytes, new: bytes) -> None:
    odd = _with(books.deliveries({"备注": "x"}), old, new)
    path = Path(home.drop("收货.xlsx", odd))
    with pytest.raises(CalamineError):
        CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    report = home.turn(FIRST_DAY)
    assert [state for _, state, _ in report.drops] == ["taken"]
    assert [f["code"] for f in home.export("findings") if f["level"] == "warning"] == ["SECOND_READER"]


def _grids(folder: Path, content: bytes) -> list[Grid]:
    path = folder / "收货.xlsx"
    path.write_bytes(content)
    return grids(path, look_through(path, 1 << 26))


def test_one_odd_sheet_does_not_lose_the_others(books: SimpleNamespace, tmp_path: Path) -> None:
    book = books.xlsx({"一": [{"a": "x", "b": 1}], "二": [{"a": "y", "b": 2}]})
    odd, plain = _grids(tmp_path, _with(book, *ODD["a cell type that nobody knows"]))
    assert (odd.second_reader, plain.second_reader) == (True, False)
    assert (odd.rows[1], plain.rows[1]) == (["x", 1], ["y", 2])


def _hopeless(content: bytes) -> bytes:
    """The workbook with a first sheet that both libraries refuse."""
    return _with(_with(content, *ODD["a cell type that nobody knows"]), b'<row r="1"', b'<row r="x"')


def test_a_sheet_that_nobody_reads_comes_back_empty_and_alone_it_is_damage(
    books: SimpleNamespace, tmp_path: Path
) -> None:
    book = books.xlsx({"一": [{"a": "x"}], "二": [{"a": "y"}]})
    lost, plain = _grids(tmp_path, _hopeless(book))
    assert (lost.name, lost.rows, lost.second_reader, plain.rows) == ("一", [], True, [["a"], ["y"]])
    with pytest.raises(NotReadable, match="FILE_DAMAGED"):
        _grids(tmp_path, _hopeless(books.xlsx({"一": [{"a": "x"}]})))


@pytest.mark.parametrize("number_format", [*range(27, 37), *range(50, 59)])
def test_chinese_dates_are_dates_for_the_second_reader_too(
    books: SimpleNamespace, tmp_path: Path, number_format: int
) -> None:
    book = books.xlsx({"一": [{"a": date(2026, 6, 18)}]})
    chinese = _with(
        book, rb'<xf numFmtId="\d+"([^>]*applyNumberFormat)', b'<xf numFmtId="%d"\\1' % number_format, STYLES
    )
    (grid,) = _grids(tmp_path, _with(chinese, *ODD["a cell type that nobody knows"]))
    assert grid.second_reader and grid.rows[1][0].date() == date(2026, 6, 18)
