"""The sender mends the marked copy and drops it: it is the next version of the workbook it was made from."""

from __future__ import annotations

import email
import io
from datetime import date
from email.header import decode_header, make_header
from pathlib import Path
from types import SimpleNamespace

import openpyxl

from tests.conftest import Home

MONDAY, TUESDAY = date(2026, 7, 6), date(2026, 7, 7)
GOOD, BAD = {"订单号": "PO-1"}, {"订单号": "PO-2", "承诺交期": "2026/6/31"}


def _marked(home: Home) -> list[Path]:
    return sorted(home.settings.out_folder("receipts").glob("请修改*"))


def test_a_bad_cell_is_filled_and_explained_in_a_copy_that_travels_with_the_letter(
    home: Home, books: SimpleNamespace
) -> None:
    home.drop("甲/订单.xlsx", books.orders(GOOD, BAD))
    home.turn(MONDAY)
    (copy,) = _marked(home)
    cell = openpyxl.load_workbook(copy)["订单"]["K3"]
    assert cell.value == "2026/6/31"
    assert "不是有效日期" in cell.comment.text and cell.fill.fgColor.rgb != "00000000"
    letters = [email.message_from_bytes(p.read_bytes()) for p in home.settings.out_folder("letters").glob("*.eml")]
    names = [part.get_filename() or "" for letter in letters for part in letter.walk()]
    assert copy.name in [str(make_header(decode_header(name))) for name in names]


def test_the_copy_mended_and_dropped_is_the_next_version_of_the_original(home: Home, books: SimpleNamespace) -> None:
    home.drop("甲/订单.xlsx", books.orders(GOOD, BAD))
    home.turn(MONDAY)
    (copy,) = _marked(home)
    mended = openpyxl.load_workbook(copy)
    mended["订单"]["K3"] = date(2026, 6, 30)
    memory = io.BytesIO()
    mended.save(memory)
    home.drop("订单 改好了.xlsx", memory.getvalue())
    home.turn(TUESDAY)
    assert [d["name"] for d in home.export("drops")] == ["甲/订单.xlsx", "甲/订单.xlsx"]
    assert [(r["rows_new"], r["rows_unchanged"], r["rows_set_aside"]) for r in home.export("receipts")] == [
        (1, 0, 1), (1, 1, 0),
    ]  # fmt: skip


def test_a_copy_mended_in_part_is_marked_afresh_where_it_is_still_wrong(home: Home, books: SimpleNamespace) -> None:
    home.drop("订单.xlsx", books.orders(BAD, BAD | {"订单号": "PO-3"}))
    home.turn(MONDAY)
    (first,) = _marked(home)
    mended = openpyxl.load_workbook(first)
    mended["订单"]["K2"] = date(2026, 6, 30)
    memory = io.BytesIO()
    mended.save(memory)
    home.drop("订单 改了一处.xlsx", memory.getvalue())
    home.turn(TUESDAY)
    second = openpyxl.load_workbook(next(path for path in _marked(home) if path != first))["订单"]
    assert second["K2"].comment is None and second["K2"].fill.fill_type is None
    assert "不是有效日期" in second["K3"].comment.text and second["K3"].fill.fill_type == "solid"


def test_a_stranger_cannot_pass_off_a_workbook_as_the_next_version(home: Home, books: SimpleNamespace) -> None:
    home.drop("订单.xlsx", books.orders(GOOD, BAD))
    home.turn(MONDAY)
    (copy,) = _marked(home)
    forged = openpyxl.load_workbook(copy)
    forged.custom_doc_props["robots-sha256"].value = "0" * 64
    memory = io.BytesIO()
    forged.save(memory)
    home.drop("别的.xlsx", memory.getvalue())
    home.turn(TUESDAY)
    assert [d["name"] for d in home.export("drops")] == ["订单.xlsx", "别的.xlsx"]


def test_a_text_file_is_not_marked_its_bad_rows_stand_on_the_receipt(home: Home) -> None:
    text = "订单号,供应商,订单数量,单价,承诺交期\nPO-1,示例甲,1,2,2026-06-31\nPO-2,示例甲,1,2,2026-06-30\n"
    home.drop("订单.csv", text.encode("gb18030"))
    home.turn(MONDAY)
    assert _marked(home) == []
    (receipt,) = home.settings.out_folder("receipts").iterdir()
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(receipt)["搁置的行"].iter_rows()]
    assert any(row[0] == 2 and "2026-06-31" in row for row in rows)
    assert not any("PO-2" in row for row in rows)
