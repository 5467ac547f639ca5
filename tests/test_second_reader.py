"""Where the usual library refuses a workbook over one odd spot, another one reads it, and the receipt says so."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from python_calamine import CalamineError, CalamineWorkbook

from tests.conftest import FIRST_DAY, Home

SHEET = "xl/worksheets/sheet1.xml"
ODD = {
    "a cell type that nobody knows": (b'<c r="A1" t="s">', b'<c r="A1" t="z">'),
    "a size of the sheet without columns": (b'<dimension ref="A1:I2"', b'<dimension ref="1:2"'),
}


def _with(content: bytes, old: bytes, new: bytes) -> bytes:
    """The workbook with one spot of its sheet changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, part.replace(old, new, 1) if name == SHEET else part)
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
