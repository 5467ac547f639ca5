"""The sender's own workbook with its bad cells filled and explained, and nothing else of it changed."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from robots.edge.markup import CannotMark, Mark, custom_properties, mark_up, marking
from robots.edge.markup.boxes import box_for
from robots.edge.markup.cleaning import clean
from robots.edge.markup.sheets import ORDER

AUTHOR = "外协机器人"
RED, ORANGE, YELLOW = "FFFEC7C", "FFFEC07", "FFFEF2A"  # and a digit, the shade
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde\x00\x00\x00\x0c"
    b"IDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00\x00\x00IEND\xaeB`\x82"
)


def error(cell: str, text: str = "日期不清楚", sheet: str = "收货") -> Mark:
    return Mark(sheet, cell, "error", text)


def marked(source: Path, *marks: Mark, properties: Mapping[str, str] | None = None) -> Path:
    target = source.with_name(f"{source.stem}-回执{source.suffix}")
    mark_up(source, target, marks, AUTHOR, properties or {})
    return target


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def sheet_in(path: Path, name: str = "收货"):
    """The sheet as another program sees it, which may not complain."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", ".*extension is not supported")  # openpyxl's, over the sender's own
        return openpyxl.load_workbook(path)[name]


def fill(path: Path, cell: str) -> str:
    """The hue, without the shade of ours."""
    return str(sheet_in(path)[cell].fill.fgColor.rgb)[:7]


def ours(text: str) -> str:
    return f"【{AUTHOR}:{text}】"


def note(path: Path, cell: str) -> str:
    comment = sheet_in(path)[cell].comment
    return comment.text if comment else ""


# ------------------------------------------------------------------ workbooks that have everything


def everything(path: Path) -> Path:
    """A workbook with all that a load and a save is known to lose."""
    options = {"macro": ""} if path.suffix == ".xlsm" else {}
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("收货")
        other = book.add_worksheet("说明")
        _cells(book, page)
        _drawings(book, page, path, options)
        _rules(page)
        other.write("A1", "不要动我")
        other.write_comment("A1", "这里也有批注")
        if options:
            path.with_suffix(".bin").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))
            book.add_vba_project(path.with_suffix(".bin"))
    return path


def _cells(book: xlsxwriter.Workbook, page: xlsxwriter.worksheet.Worksheet) -> None:
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd", "bg_color": "#00FF00"})
    page.write_row("A1", ["订单号", "到货日期", "数量", "金额"])
    for row in range(2, 20):
        page.write(f"A{row}", f"PO-{row}")
        page.write_datetime(f"B{row}", __import__("datetime").datetime(2026, 7, row), day)
        page.write(f"C{row}", row * 10)
        page.write_formula(f"D{row}", f"=C{row}*1.13", book.add_format({"num_format": "0.00"}), row * 11.3)
    page.write_array_formula("E2:E4", "{=C2:C4*2}", None, 40)
    page.write_rich_string("F2", "红", bold, "粗", "常")
    page.write_url("F3", "https://example.com/", string="链接")
    page.write_boolean("F4", True)
    page.merge_range("H2:J4", "合并", bold)
    page.write_comment("C3", "发件人自己的批注", {"author": "张三"})
    page.write_comment("A1", "一直显示", {"visible": True})


def _drawings(book: xlsxwriter.Workbook, page: xlsxwriter.worksheet.Worksheet, path: Path, options: dict) -> None:
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=收货!$C$2:$C$19"})
    page.insert_chart("L2", chart)
    page.insert_textbox("L20", "文本框")
    picture = path.with_suffix(".png")
    picture.write_bytes(PIXEL)
    page.insert_image("P2", str(picture))
    page.insert_button("P5", {"macro": "go", "caption": "按钮", **options})
    page.insert_checkbox("P9", True)
    page.add_sparkline("G2", {"range": "收货!C2:C19"})
    page.set_header("&L&G", {"image_left": str(picture)})


def _rules(page: xlsxwriter.worksheet.Worksheet) -> None:
    page.conditional_format("C2:C19", {"type": "data_bar", "data_bar_2010": True})
    page.conditional_format("D2:D19", {"type": "cell", "criteria": ">", "value": 100})
    page.data_validation("A2:A19", {"validate": "list", "source": ["PO-2", "PO-3"]})
    page.add_table("R2:S5", {"columns": [{"header": "甲"}, {"header": "乙"}]})
    page.freeze_panes(1, 0)
    page.protect("")
    page.set_column("K:K", 0, None, {"hidden": True})
    page.set_row(7, 40.5)


OURS = {"[Content_Types].xml", "xl/styles.xml", SHEET, "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"}


@pytest.mark.parametrize("ending", ["xlsx", "xlsm"])
def test_every_part_that_need_not_change_is_the_same_to_the_byte(tmp_path: Path, ending: str) -> None:
    source = everything(tmp_path / f"日报.{ending}")
    before, after = parts(source), parts(marked(source, error("C3"), error("I3"), error("Z99")))
    assert [name for name in before if before[name] != after[name]] == [name for name in before if name in OURS - {
        "[Content_Types].xml"
    }]  # fmt: skip
    assert set(after) == set(before)


def test_what_a_part_that_changes_had_is_still_in_it(tmp_path: Path) -> None:
    source = everything(tmp_path / "日报.xlsx")
    before, after = parts(source), parts(marked(source, error("C3"), error("I3"), error("Z99")))
    assert _without_ours(after[SHEET]) == _without_ours(before[SHEET])
    for name in ("xl/comments1.xml", "xl/drawings/vmlDrawing1.vml", "xl/styles.xml"):
        kept = iter(after[name])
        assert all(byte in kept for byte in re.sub(rb'count="\d+"|data="\d+"|<x:Anchor>[^<]*', b"", before[name])), name


def _without_ours(sheet: bytes) -> bytes:
    """A sheet without styles, empty cells and the row that was added."""
    return re.sub(rb'<row r="99"></row>', b"", re.sub(rb'<c r="\w+" s="\d+"/>| s="\d+"| spans="[\d:]+"', b"", sheet))


def test_the_marks_are_seen_by_another_program(tmp_path: Path) -> None:
    target = marked(
        everything(tmp_path / "日报.xlsx"),
        error("B5", "日期不清楚"),
        Mark("收货", "C6", "question", "是 10 还是 100?"),
        Mark("收货", "Z99", "warning", "这里少一行"),
    )
    assert [fill(target, cell) for cell in ("B5", "C6", "Z99")] == [RED, ORANGE, YELLOW]
    assert [note(target, cell) for cell in ("B5", "C6", "Z99")] == [
        ours("日期不清楚"), ours("是 10 还是 100?"), ours("这里少一行")
    ]  # fmt: skip
    cell = sheet_in(target)["B5"]
    assert cell.comment.author == AUTHOR and cell.number_format == "yyyy-mm-dd"


def test_a_cell_that_has_a_note_keeps_it_and_ours_stands_below(tmp_path: Path) -> None:
    source = everything(tmp_path / "日报.xlsx")
    target = marked(source, error("C3"))
    assert note(target, "C3") == f"发件人自己的批注\n\n{ours('日期不清楚')}"
    bottoms = [int(re.findall(rb"<x:Anchor>[^<]*?(\d+), \d+</x:Anchor>", parts(p)["xl/drawings/vmlDrawing1.vml"])[-1])
               for p in (source, target)]  # fmt: skip
    assert bottoms[1] > bottoms[0]


def test_several_marks_of_a_cell_make_one_note_and_the_worst_fill(tmp_path: Path) -> None:
    warning = Mark("收货", "B5", "warning", "晚了")
    target = marked(everything(tmp_path / "日报.xlsx"), warning, error("B5"), error("$b$5", "再说一次"), warning)
    assert note(target, "B5") == ours("晚了\n日期不清楚\n再说一次")
    assert fill(target, "B5") == RED


def test_a_mark_within_a_merged_area_goes_to_the_cell_that_is_seen(tmp_path: Path) -> None:
    target = marked(everything(tmp_path / "日报.xlsx"), error("I3", "甲"), error("J4", "乙"))
    assert note(target, "H2") == ours("甲\n乙")
    assert fill(target, "H2") == RED and fill(target, "I3") != RED


def test_each_style_gets_one_copy_for_each_level(tmp_path: Path) -> None:
    source = everything(tmp_path / "日报.xlsx")
    before, after = (
        int(re.search(rb'<cellXfs count="(\d+)"', parts(p)["xl/styles.xml"])[1])
        for p in (source, marked(source, *(error(f"{column}{row}") for column in "ABC" for row in range(5, 15))))
    )
    assert after == before + 2  # A and C share one


# ------------------------------------------------------------------ a marked copy comes back


def own_fill(path: Path, cell: str) -> tuple[str, str, str]:
    """The fill as it is, whoever made it."""
    fill = sheet_in(path)[cell].fill
    return fill.fill_type or "", str(fill.fgColor.rgb), f"{fill.fgColor.theme}/{fill.fgColor.tint}"


def round_trip(path: Path) -> Path:
    """As another office saves it."""
    out = path.parent / "saved"
    profile = f"-env:UserInstallation={(path.parent / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(out), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return out / path.name


def openpyxl_trip(path: Path) -> Path:
    """As a script of the sender's saves it."""
    book = openpyxl.load_workbook(path)
    target = path.with_stem(f"{path.stem}-saved")
    book.save(target)
    return target


def coloured(path: Path) -> Path:
    """Fills of every sort, and notes of the sender's."""
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("收货")
        page.write("A1", 1, book.add_format({"bg_color": "#DDEBF7", "num_format": "0.00"}))
        page.write("A2", 2, book.add_format({"bg_color": xlsxwriter.color.Color.theme(4, 2)}))
        page.write("A3", 3, book.add_format({"bg_color": "#FF0000", "fg_color": "#00FF00", "pattern": 4}))
        page.write("A4", 4)
        page.write("A5", 5, book.add_format({"bg_color": "#FFC7CE"}))  # Excel's own "Bad": the sender's, not ours
        page.write_comment("A2", "发件人的话", {"author": "张三"})
    return path


CELLS_MARKED = ("A1", "A2", "A3", "A4")
OFFICES = {"as it is": lambda path: path, "saved by a script": openpyxl_trip}


@pytest.mark.parametrize("through", OFFICES.values(), ids=OFFICES)
def test_marks_of_a_former_round_are_taken_out(tmp_path: Path, through: Callable[[Path], Path]) -> None:
    source = coloured(tmp_path / "日报.xlsx")
    once = through(marked(source, *(error(cell) for cell in CELLS_MARKED), properties={"回执": "1"}))
    twice = marked(once, error("A4", "还是不对"), properties={"回执": "2"})
    assert [note(twice, f"A{row}").strip() for row in range(1, 6)] == ["", "发件人的话", "", ours("还是不对"), ""]
    assert [own_fill(twice, cell) for cell in ("A1", "A2", "A5")] == [
        own_fill(source, cell) for cell in ("A1", "A2", "A5")
    ]
    assert own_fill(twice, "A3")[0] == "" and fill(twice, "A4") == RED  # a pattern is not kept
    assert sheet_in(twice)["A1"].number_format == "0.00"
    assert custom_properties(twice)["回执"] == "2"


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_marks_are_taken_out_though_another_office_saved_them_its_own_way(tmp_path: Path) -> None:
    source = coloured(tmp_path / "日报.xlsx")
    saved = round_trip(marked(source, *(error(cell) for cell in CELLS_MARKED), properties={"回执": "1"}))
    assert ours("日期不清楚") in note(saved, "A2") and fill(saved, "A1") == RED
    twice = marked(saved, error("A4", "还是不对"), properties={"回执": "2"})
    assert [note(twice, f"A{row}").strip() for row in range(1, 6)] == ["", "发件人的话", "", ours("还是不对"), ""]
    assert [own_fill(twice, cell)[1] for cell in ("A1", "A5")] == ["FFDDEBF7", "FFFFC7CE"]
    assert (own_fill(twice, "A3")[0], fill(twice, "A4")) == ("", RED)


def test_everything_else_of_a_copy_that_came_back_is_the_same_to_the_byte(tmp_path: Path) -> None:
    source = everything(tmp_path / "日报.xlsx")
    once = marked(source, error("B5"), error("C3"), properties={"回执": "1"})
    clean(once, tmp_path / "净.xlsx", AUTHOR)
    before, after = parts(once), parts(tmp_path / "净.xlsx")
    assert {name for name in before if before[name] != after[name]} == OURS - {"[Content_Types].xml", SHEET}
    boxes = after["xl/drawings/vmlDrawing1.vml"]
    assert boxes.count(b'ObjectType="Note"') == 2 and b"<x:Row>4</x:Row>" not in boxes  # the sender's stay
    assert [note(tmp_path / "净.xlsx", cell) for cell in ("B5", "C3", "A1")] == ["", "发件人自己的批注", "一直显示"]


def test_what_the_sender_wrote_into_our_note_stays(tmp_path: Path) -> None:
    once = marked(coloured(tmp_path / "日报.xlsx"), error("A4"), properties={"回执": "1"})
    book = openpyxl.load_workbook(once)
    book["收货"]["A4"].comment.text += "\n张三:数量已经核对过"
    book.save(once.with_stem("改"))
    again = marked(once.with_stem("改"), error("A1"), properties={"回执": "2"})
    assert note(again, "A4").strip() == "张三:数量已经核对过"


def test_round_after_round_leaves_the_marks_of_the_last_one(tmp_path: Path) -> None:
    path = everything(tmp_path / "日报.xlsx")
    for number in range(4):
        path = marked(
            path, error("B5", f"第{number}回"), error("C3", f"第{number}回"), properties={"回执": str(number)}
        )
    assert note(path, "B5") == ours("第3回")
    assert note(path, "C3") == f"发件人自己的批注\n\n{ours('第3回')}"
    assert fill(path, "B5") == RED


@pytest.mark.parametrize("former", ["", ";;", "rgb=FF00FF00", '";rgb="/><x', ";theme=4,tint=0.5;rgb=12", ";a=b,rgb=1"])
def test_a_list_of_fills_that_anybody_wrote_does_no_harm(tmp_path: Path, former: str) -> None:
    once = marked(coloured(tmp_path / "日报.xlsx"), *(error(c) for c in CELLS_MARKED), properties={"回执": "1"})
    forged = marked(once, properties={"回执": "1", "robots-fills": former})
    assert note(marked(forged, error("A4"), properties={"回执": "2"}), "A4") == ours("日期不清楚")


def test_the_same_marks_give_the_same_bytes(tmp_path: Path) -> None:
    source = everything(tmp_path / "日报.xlsx")
    assert marked(source, error("B5")).read_bytes() == marked(source, error("B5")).read_bytes()


# ------------------------------------------------------------------ texts

TEXTS = {
    "a text with angle brackets": ("<b>&\"'", "<b>&\"'"),
    "a text with what XML cannot hold": ("日\x00期\x1f\ufffe", "日期"),
    "lines of a Windows text": ("甲\r\n乙", "甲\n乙"),
    "a text that begins like a formula": ("=1+1", "=1+1"),
    "a character beyond the first plane": ("𠮷", "𠮷"),
    "a text without end": ("长" * 40_000, "长" * 32_758 + "…"),
}


@pytest.mark.parametrize(("text", "seen"), TEXTS.values(), ids=TEXTS)
def test_any_text_is_a_plain_text(tmp_path: Path, text: str, seen: str) -> None:
    assert note(marked(everything(tmp_path / "日报.xlsx"), error("B5", text)), "B5") == ours(seen)


def test_what_looks_like_an_escape_of_excel_is_escaped(tmp_path: Path) -> None:
    target = marked(everything(tmp_path / "日报.xlsx"), error("B5", "_x0041_"))
    assert f"{AUTHOR}:_x005F_x0041_".encode() in parts(target)["xl/comments1.xml"]


def test_a_mark_without_words_fills_and_writes_no_note(tmp_path: Path) -> None:
    target = marked(everything(tmp_path / "日报.xlsx"), error("B5", " "))
    assert (fill(target, "B5"), note(target, "B5")) == (RED, "")


def test_a_box_grows_with_its_text() -> None:
    assert box_for("字" * 100).height > box_for("字" * 10).height
    assert box_for("字" * 1000).width > box_for("字" * 100).width
    assert box_for("字").width < box_for("字字字字字字字字字字").width


# ------------------------------------------------------------------ properties


def test_properties_come_back_and_those_of_the_sender_stay(tmp_path: Path) -> None:
    path = tmp_path / "日报.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("收货").write("A1", 1)
        book.set_custom_property("项目", "甲")
        book.set_custom_property("份数", 3)
    target = marked(path, error("A1"), properties={"robots.drop": "7 <&> 件", "项目": "乙"})
    assert custom_properties(target) == {"项目": "乙", "份数": "3", "robots.drop": "7 <&> 件"}
    seen = openpyxl.load_workbook(target).custom_doc_props
    assert {one.name: one.value for one in seen.props} == {"项目": "乙", "份数": 3, "robots.drop": "7 <&> 件"}


def test_properties_are_written_where_none_were_and_without_any_mark(tmp_path: Path) -> None:
    source = everything(tmp_path / "日报.xlsx")
    target = marked(source, properties={"robots.drop": "7"})
    assert custom_properties(target) == {"robots.drop": "7"} and custom_properties(source) == {}
    before, after = parts(source), parts(target)
    assert {name for name in before if before[name] != after[name]} == {"[Content_Types].xml", "_rels/.rels"}


@pytest.mark.parametrize("value", ["长" * 256, "a\x00b", "a\r\nb"])
def test_a_property_that_would_not_come_back_is_our_mistake(tmp_path: Path, value: str) -> None:
    with pytest.raises(ValueError, match=re.escape(value)):
        marked(everything(tmp_path / "日报.xlsx"), properties={"名": value})


BOMB = b'<!DOCTYPE a [<!ENTITY b "c">]><Properties>&b;</Properties>'
HOSTILE: dict[str, Callable[[Path], object]] = {
    "no zip": lambda path: path.write_bytes(b"text"),
    "an empty file": lambda path: path.write_bytes(b""),
    "entities": lambda path: rewrite(path, {"docProps/custom.xml": lambda _: BOMB}),
    "a part without end": lambda path: rewrite(path, {"docProps/custom.xml": lambda _: b"<a>" + b" " * (2 << 20)}),
    "relations that are no XML": lambda path: rewrite(path, {"_rels/.rels": lambda _: b"<"}),
    "a cut file": lambda path: path.write_bytes(path.read_bytes()[:-100]),
}


@pytest.mark.parametrize("harm", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_has_no_properties(tmp_path: Path, harm: Callable[[Path], object]) -> None:
    target = marked(everything(tmp_path / "日报.xlsx"), properties={"robots.drop": "7"})
    harm(target)
    assert custom_properties(target) == {}


# ------------------------------------------------------------------ workbooks that other programs write


def rewrite(path: Path, changes: Mapping[str, Callable[[bytes], bytes]]) -> Path:
    """The file with some of its parts changed by hand, and new ones."""
    held = {**dict.fromkeys(changes, b""), **parts(path)}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in held.items():
            archive.writestr(name, changes[name](content) if name in changes else content)
    return path


def by_hand(path: Path, sheet: str) -> Path:
    """A small workbook whose one sheet is this XML."""
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("收货").write("A1", "x")
    return rewrite(path, {SHEET: lambda _: sheet.encode()})


ROOT = f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}">'
ROWS = {
    "the usual": f'{ROOT}<sheetData><row r="2"><c r="B2"><v>1</v></c></row></sheetData></worksheet>',
    "no rows": f"{ROOT}<sheetData/></worksheet>",
    "no rows, with room": f"{ROOT}<sheetData >\n</sheetData ></worksheet>",
    "single quotes": f"{ROOT}<sheetData><row r='2'><c s='0' r='B2'><v>1</v></c></row></sheetData></worksheet>",
    "a prefix": f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="2"><x:c r="B2"><x:v>1</x:v></x:c></x:row>'
    "</x:sheetData></x:worksheet>",
    "cells and rows without places": f"{ROOT}<sheetData><row/><row><c/><c><v>1</v></c><c r='F2'><v>2</v></c></row>"
    "</sheetData></worksheet>",
    "a row that is closed": f'{ROOT}<sheetData><row r="2" ht="30"/><row r="9"/></sheetData></worksheet>',
    "inline texts": f'{ROOT}<sheetData><row r="2"><c r="B2" t="inlineStr"><is><t>&lt;c r="C3"&gt;</t></is></c></row>'
    "</sheetData></worksheet>",
    "comments and CDATA that look like cells": f'{ROOT}<!-- <sheetData> --><sheetData><!-- <row r="2"> -->'
    f'<row r="2"><!-- <c r="B2"/> --><c r="A2" t="str"><v><![CDATA[</c></row><row r="3"><c r="C3">]]></v></c></row>'
    "</sheetData><!-- </sheetData> --></worksheet>",
    "a > within quotes": f'{ROOT}<sheetData><row r="2" x="/>"><c r="B2" x="</c>" ><v>1</v></c></row></sheetData>'
    "</worksheet>".replace("</c>\" >", "/c>\" >"),
    "a byte order mark": f'\ufeff<?xml version="1.0"?>{ROOT}<sheetData><row r="2"><c r="B2"/></row></sheetData>'
    "</worksheet>",
    "new lines within tags": f'{ROOT}<sheetData\n><row\nr = "2"\n><c\n\tr = "B2"\n><v>1</v></c\n></row\n>'
    "</sheetData\n></worksheet>",
    "a row that ends in an extension": f'{ROOT}<sheetData><row r="2"><c r="A2"/><extLst/></row></sheetData>'
    "</worksheet>",
    "everything that comes after": f'{ROOT}<sheetData/><pageMargins left="1" right="1" top="1" bottom="1" header="1"'
    ' footer="1"/><extLst><ext uri="{}"/></extLst></worksheet>',
}  # fmt: skip
PLACES = ("A1", "B2", "C2", "E2", "H2", "C3", "XFD1048576")


@pytest.mark.parametrize("sheet", ROWS.values(), ids=ROWS)
def test_a_sheet_however_it_is_written(tmp_path: Path, sheet: str) -> None:
    target = marked(by_hand(tmp_path / "日报.xlsx", sheet), *(error(cell, cell) for cell in PLACES))
    page = sheet_in(target)
    assert {cell: page[cell].fill.fgColor.rgb[:7] for cell in PLACES} == dict.fromkeys(PLACES, RED)
    assert {cell: page[cell].comment.text for cell in PLACES} == {cell: ours(cell) for cell in PLACES}
    assert_in_order(parts(target)[SHEET])


def assert_in_order(xml: bytes) -> None:
    """Children of a worksheet stand in the order of the schema; rows and cells ascend."""
    children = [child.tag.rpartition("}")[2] for child in openpyxl.xml.functions.fromstring(xml.lstrip(b"\xef\xbb\xbf"))
                if isinstance(child.tag, str)]  # fmt: skip
    ranks = [ORDER.index(name) for name in children if name != "AlternateContent"]
    assert ranks == sorted(ranks)
    assert children.count("legacyDrawing") == 1


def test_the_drawing_stands_where_the_schema_wants_it(tmp_path: Path) -> None:
    path = tmp_path / "日报.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("收货")
        page.insert_textbox("L20", "文本框")
        page.add_table("R2:S5")
        page.add_sparkline("G2", {"range": "收货!C2:C19"})
        path.with_suffix(".png").write_bytes(PIXEL)
        page.set_header("&L&G", {"image_left": str(path.with_suffix(".png"))})
    assert_in_order(parts(marked(path, error("B5")))[SHEET])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
@pytest.mark.parametrize("sheet", ROWS.values(), ids=ROWS)
def test_where_a_sheet_is_cut_while_reading_makes_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sheet: str, size: int
) -> None:
    source = by_hand(tmp_path / "日报.xlsx", sheet)
    whole = marked(source, error("B2"), error("C3")).read_bytes()
    monkeypatch.setattr("robots.edge.markup.sheets._CHUNK", size)
    assert marked(source, error("B2"), error("C3")).read_bytes() == whole


def test_an_absent_cell_looks_like_its_row_or_else_its_column(tmp_path: Path) -> None:
    path = tmp_path / "日报.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("收货")
        page.set_column("B:D", 12, book.add_format({"num_format": "0.000"}))
        page.set_row(4, 20, book.add_format({"bold": True}))
    page = sheet_in(marked(path, error("C3"), error("C5")))
    assert page["C3"].number_format == "0.000" and page["C5"].font.bold


WORKBOOKS: dict[str, dict[str, Callable[[bytes], bytes]]] = {
    "absolute targets": {
        "xl/_rels/workbook.xml.rels": lambda xml: xml.replace(b'Target="worksheets', b'Target="/xl/worksheets'),
        "_rels/.rels": lambda xml: xml.replace(b'Target="xl', b'Target="/xl'),
    },
    "styles with a prefix": {
        "xl/styles.xml": lambda xml: re.sub(rb"<(/?)(\w)", rb"<\1y:\2", xml).replace(b"xmlns=", b"xmlns:y=", 1),
    },
    "types with a prefix and single quotes": {
        "[Content_Types].xml": lambda xml: re.sub(rb"<(/?)(\w)", rb"<\1t:\2", xml)
        .replace(b"xmlns=", b"xmlns:t=", 1).replace(b'"', b"'"),
    },
    "no fills": {"xl/styles.xml": lambda xml: re.sub(rb"<fills.*</fills>", b"", xml)},
    "no formats": {"xl/styles.xml": lambda xml: re.sub(rb"<cellXfs.*</cellXfs>", b"", xml)},
    "neither fills nor formats": {
        "xl/styles.xml": lambda xml: re.sub(rb"<(fills|cellXfs).*</\1>", b"", xml),
    },
    "styles that are empty": {"xl/styles.xml": lambda _: f'<styleSheet xmlns="{MAIN}"/>'.encode()},
    "formats with a protection": {
        "xl/styles.xml": lambda xml: re.sub(
            rb"(<cellXfs[^>]*><xf [^>]*)/>", rb'\1 fillId="0"><protection locked="0"/></xf>', xml
        ).replace(b'fillId="0" borderId="0" xfId="0" fillId="0"', b'borderId="0" xfId="0" fillId="0"'),
    },
    "another type for vml": {
        "[Content_Types].xml": lambda xml: xml.replace(
            b"<Override", b'<Default Extension="vml" ContentType="a/b"/><Override', 1
        ),
    },
}  # fmt: skip


@pytest.mark.parametrize("changes", WORKBOOKS.values(), ids=WORKBOOKS)
def test_a_workbook_however_it_is_written(tmp_path: Path, changes: dict[str, Callable[[bytes], bytes]]) -> None:
    source = by_hand(tmp_path / "日报.xlsx", ROWS["the usual"])
    target = marked(rewrite(source, changes), error("B2"))
    assert (fill(target, "B2"), note(target, "B2"), sheet_in(target)["B2"].value) == (RED, ours("日期不清楚"), 1)


def test_names_of_parts_do_not_tell_capitals_apart(tmp_path: Path) -> None:
    source = by_hand(tmp_path / "日报.xlsx", ROWS["the usual"])
    other = {"xl/_rels/workbook.xml.rels": lambda xml: xml.replace(b"worksheets/sheet1", b"Worksheets/Sheet1")}
    assert b'<c s="1" r="B2">' in parts(marked(rewrite(source, other), error("B2")))[SHEET]


def test_a_workbook_without_styles_gets_some(tmp_path: Path) -> None:
    source = by_hand(tmp_path / "日报.xlsx", ROWS["the usual"])
    held = parts(source)
    with zipfile.ZipFile(source, "w") as archive:
        for name, content in held.items():
            if name != "xl/styles.xml":
                archive.writestr(name, re.sub(rb"<(Override|Relationship)[^>]*styles[^>]*/>", b"", content))
    assert fill(marked(source, error("B2")), "B2") == RED


NOTES = {
    "a text that is not in runs": "<text><t>发件人</t></text>",
    "a text that tells how it is pronounced": '<text><r><t>发件人</t></r><phoneticPr fontId="1"/></text>',
    "an empty text": "<text/>",
}


@pytest.mark.parametrize("body", NOTES.values(), ids=NOTES)
def test_a_note_however_it_is_written(tmp_path: Path, body: str) -> None:
    path = tmp_path / "日报.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("收货").write_comment("B2", "甲")
    source = rewrite(path, {"xl/comments1.xml": lambda xml: re.sub(rb"<text>.*</text>", body.encode(), xml)})
    target = marked(source, error("B2", "我们"))
    assert note(target, "B2").split() == ["发件人", ours("我们")][-1 if "/>" in body and "发" not in body else 0 :]
    assert re.search(rb"</r>(<phoneticPr[^>]*/>)?</text>", parts(target)["xl/comments1.xml"])


def test_notes_without_boxes_of_another_library_get_some(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "收货"
    for cell in ("A1", "B2"):
        book.active[cell].comment = openpyxl.comments.Comment("发件人", "张三")
    book.save(tmp_path / "日报.xlsx")
    target = marked(tmp_path / "日报.xlsx", error("B2", "我们"), error("C3"))
    assert note(target, "B2") == f"发件人\n\n{ours('我们')}" and note(target, "A1") == "发件人"
    drawing = next(content for name, content in parts(target).items() if name.endswith(".vml"))
    assert len(re.findall(rb'ObjectType="Note"', drawing)) == 3
    assert len(set(re.findall(rb'id="(_x0000_s\d+)"', drawing))) == 3


def test_old_drawings_that_are_no_xml_are_only_added_to(tmp_path: Path) -> None:
    source = rewrite(
        everything(tmp_path / "日报.xlsx"),
        {"xl/drawings/vmlDrawing1.vml": lambda vml: vml.replace(b"</font>", b"<br></font>", 1)},
    )  # fmt: skip
    assert b"<br></font>" in parts(marked(source, error("B5")))["xl/drawings/vmlDrawing1.vml"]


def threaded(path: Path) -> Path:
    space = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    kind = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
    thread = (
        f'<ThreadedComments xmlns="{space}"><threadedComment ref="B2" dT="2026-01-02T03:04:05.00" personId="{{1}}"'
        ' id="{A}"><text>要改吗?</text></threadedComment></ThreadedComments>'
    )
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("收货").write_comment("B2", "[线程批注]")
    return rewrite(
        path,
        {
            "xl/threadedComments/threadedComment1.xml": lambda _: thread.encode(),
            "xl/worksheets/_rels/sheet1.xml.rels": lambda xml: xml.replace(
                b"</Relationships>",
                f'<Relationship Id="rId9" Type="{kind}" Target="../threadedComments/threadedComment1.xml"/>'
                "</Relationships>".encode(),
            ),
        },
    )


def test_a_cell_under_discussion_gets_a_reply_as_well(tmp_path: Path) -> None:
    target = marked(threaded(tmp_path / "日报.xlsx"), error("B2", "我们"), error("C3"))
    held = parts(target)
    thread = held["xl/threadedComments/threadedComment1.xml"].decode()
    assert "要改吗?" in thread and re.search(r'parentId="\{A\}"><text>我们</text>', thread)
    person = re.search(r'personId="(\{[^"]{20,})"', thread)[1]
    assert f'displayName="{AUTHOR}" id="{person}"' in held["xl/persons/person1.xml"].decode()
    assert note(target, "B2") == f"[线程批注]\n\n{ours('我们')}" and note(target, "C3") == ours("日期不清楚")


def test_a_discussion_that_came_back_is_answered_afresh(tmp_path: Path) -> None:
    once = marked(threaded(tmp_path / "日报.xlsx"), error("B2", "头一回"), properties={"回执": "1"})
    twice = marked(once, error("B2", "再一回"), properties={"回执": "2"})
    thread = parts(twice)["xl/threadedComments/threadedComment1.xml"].decode()
    assert "要改吗?" in thread and "头一回" not in thread and thread.count("再一回") == 1
    assert note(twice, "B2") == f"[线程批注]\n\n{ours('再一回')}"


def test_two_sheets_have_drawings_with_numbers_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "日报.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("收货", "退货"):
            book.add_worksheet(name)
    many = [error(f"A{row}", sheet=sheet) for sheet in ("收货", "退货") for row in range(1, 1200)]
    held = parts(marked(path, *many))
    drawings = [content for name, content in held.items() if name.endswith(".vml")]
    numbers = [number for drawing in drawings for number in re.findall(rb'id="_x0000_s(\d+)"', drawing)]
    assert len(numbers) == len(set(numbers)) == 2398
    assert [re.search(rb'data="([\d,]+)"', drawing)[1] for drawing in drawings] == [b"1,2", b"3,4"]


# ------------------------------------------------------------------ refused


def _zip_of(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")


def _flag(path: Path, offset: int, flag: int) -> None:
    """Set a flag in the first header and in its entry of the directory."""
    content = bytearray(path.read_bytes())
    content[offset] |= flag
    content[content.index(b"PK\x01\x02") + offset + 2] |= flag
    path.write_bytes(content)


def _flag_end(path: Path) -> None:
    content = bytearray(path.read_bytes())
    struct.pack_into("<H", content, content.rindex(b"PK\x05\x06") + 4, 1)
    path.write_bytes(content)


def _flip(path: Path) -> None:
    """Another theme, whose checksum is still that of the old one."""
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("xl/theme/theme1.xml")
        packed = zlib.compress(archive.read(info))[2:-4]
    at = content.index(packed[:50]) + 40 if packed[:50] in content else info.header_offset + 200
    path.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])


REFUSED: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a signed workbook": ("signed", lambda path: rewrite(path, {"_xmlsignatures/sig1.xml": lambda _: b"<a/>"})),
    "a text file": ("not_ooxml", lambda path: path.write_text("a,b")),
    "an empty file": ("not_ooxml", lambda path: path.write_bytes(b"")),
    "a zip of something else": ("not_ooxml", _zip_of),
    "a binary workbook": ("binary_workbook", lambda path: rewrite(path, {"xl/workbook.bin": lambda _: b"x"})),
    "a locked workbook": (
        "encrypted", lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le")),
    ),
    "an old workbook": ("not_ooxml", lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))),
    "a zip that is encrypted": ("encrypted", lambda path: _flag(path, 6, 0x01)),
    "a zip over several disks": ("multi_disk", _flag_end),
    "a cut file": ("damaged", lambda path: path.write_bytes(path.read_bytes()[:-200])),
    "a part whose bytes were changed": ("damaged", _flip),
    "the strict dialect": (
        "strict_ooxml", lambda path: rewrite(path, {"xl/workbook.xml": lambda xml: xml.replace(
            MAIN.encode(), b"http://purl.oclc.org/ooxml/spreadsheetml/main")}),
    ),
    "a sheet in another encoding": (
        "encoding", lambda path: rewrite(path, {SHEET: lambda _: ROWS["the usual"].encode("utf-16")}),
    ),
    "a sheet that says another encoding": (
        "encoding", lambda path: rewrite(
            path, {SHEET: lambda _: f'<?xml version="1.0" encoding="gbk"?>{ROWS["the usual"]}'.encode("gbk")}),
    ),
    "entities": (
        "unsafe_xml", lambda path: rewrite(path, {SHEET: lambda xml: b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + xml}),
    ),
    "rows that go back": (
        "rows_out_of_order", lambda path: rewrite(path, {SHEET: lambda xml: xml.replace(
            b"</row>", b'</row><row r="1"/>')}),
    ),
    "cells that go back": (
        "cells_out_of_order", lambda path: rewrite(path, {SHEET: lambda xml: xml.replace(
            b"</c>", b'</c><c r="A2"/>')}),
    ),
    "a sheet without an end": (
        "damaged", lambda path: rewrite(path, {SHEET: lambda xml: xml.replace(b"</sheetData></worksheet>", b"")}),
    ),
    "two prefixes for the same words": (
        "verification_failed", lambda path: rewrite(path, {SHEET: lambda xml: xml.replace(b"<c ", b'<y:c xmlns:y="%s" '
            % MAIN.encode()).replace(b"</c>", b"</y:c>")}),
    ),
    "no such part": (
        "not_a_worksheet", lambda path: rewrite(path, {"xl/_rels/workbook.xml.rels": lambda xml: xml.replace(
            b"sheet1.xml", b"sheet7.xml")}),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("reason", "harm"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_marked_without_loss_is_refused(
    tmp_path: Path, reason: str, harm: Callable[[Path], object]
) -> None:
    source = by_hand(tmp_path / "日报.xlsx", ROWS["the usual"])
    harm(source)
    with pytest.raises(CannotMark) as refused:
        marked(source, error("B2"))
    assert refused.value.reason == reason
    assert [path.name for path in tmp_path.iterdir()] == ["日报.xlsx"]


@pytest.mark.parametrize(
    ("mark", "reason"),
    [
        (error("A1", sheet="没有"), "sheet_unknown"), (error("5"), "cell_unknown"), (error("A0"), "cell_unknown"),
        (error("XFE1"), "cell_unknown"), (error("A1048577"), "cell_unknown"),
        (error("A1", sheet="图"), "not_a_worksheet"),
    ],
)  # fmt: skip
def test_a_mark_that_has_no_cell_is_refused(tmp_path: Path, mark: Mark, reason: str) -> None:
    path = tmp_path / "日报.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("收货").write("A1", 1)
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": "=收货!$A$1:$A$2"})
        book.add_chartsheet("图").set_chart(chart)
    with pytest.raises(CannotMark, match=reason):
        marked(path, mark)


def test_a_note_that_is_full_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "日报.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("收货").write_comment("B2", "长" * 32_767)
    with pytest.raises(CannotMark, match="note_full"):
        marked(path, error("B2"))


def test_the_senders_file_is_never_the_target(tmp_path: Path) -> None:
    source = everything(tmp_path / "日报.xlsx")
    before = source.read_bytes()
    with pytest.raises(ValueError, match="日报"):
        mark_up(source, source, [error("A1")], AUTHOR)
    assert source.read_bytes() == before


LOSSES = {
    "a value": (b"<v>30</v>", b"<v>31</v>"),
    "a formula": (b"<f>C3*1.13</f>", b"<f>C3*1.14</f>"),
    "a kind of value": (b'<c r="A3" t="s"', b'<c r="A3" t="n"'),
    "a row's height": (b'ht="40.5"', b'ht="41"'),
    "what follows the rows": (b"<sheetProtection", b"<sheetprotection"),
    "a merged area": (b'ref="H2:J4"', b'ref="H2:J5"'),
}


@pytest.mark.parametrize(("old", "new"), LOSSES.values(), ids=LOSSES)
def test_a_loss_is_noticed_and_nothing_is_handed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: bytes, new: bytes
) -> None:
    def losing(*arguments):
        for piece in flow(*arguments):
            assert b"\x00" not in piece
            yield piece.replace(old, new)

    flow = marking.marked_sheet
    source = everything(tmp_path / "日报.xlsx")
    assert old in parts(source)[SHEET]
    monkeypatch.setattr(marking, "marked_sheet", losing)
    with pytest.raises(CannotMark, match="verification_failed"):
        marked(source, error("C3"))
    assert not list(tmp_path.glob("*回执*"))


def test_a_mark_that_is_missing_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flow = marking.marked_sheet
    monkeypatch.setattr(marking, "marked_sheet", lambda stream, known, _, *more: flow(stream, known, {}, *more))
    with pytest.raises(CannotMark, match="verification_failed"):
        marked(everything(tmp_path / "日报.xlsx"), error("C3"))


LOST_NOTES = {
    "the sender's words": (b"xl/comments1.xml", b"\xe5\x8f\x91\xe4\xbb\xb6\xe4\xba\xba"),
    "a note of ours": (b"xl/comments1.xml", b'ref="B5"'),
    "a box of ours": (b"xl/drawings/vmlDrawing1.vml", b"<x:Row>4</x:Row>"),
}


@pytest.mark.parametrize(("part", "lost"), LOST_NOTES.values(), ids=LOST_NOTES)
def test_a_note_that_is_lost_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: bytes, lost: bytes
) -> None:
    def losing(package, *arguments):
        assert lost in package.changed[part.decode()]
        package.changed[part.decode()] = package.changed[part.decode()].replace(lost, b"", 1)
        write(package, *arguments)

    write = marking.Package.write
    monkeypatch.setattr(marking.Package, "write", losing)
    with pytest.raises(CannotMark):
        marked(everything(tmp_path / "日报.xlsx"), error("B5"))
    assert not list(tmp_path.glob("*回执*"))


def test_a_library_that_refuses_the_senders_own_file_is_not_asked(tmp_path: Path) -> None:
    odd = ROWS["the usual"].replace('r="B2"', 'r="B2" t="z"')
    target = marked(by_hand(tmp_path / "日报.xlsx", odd), error("B2"))
    assert b't="z"' in parts(target)[SHEET] and b's="1"' in parts(target)[SHEET]


# ------------------------------------------------------------------ any sheet, any marks

CELLS = st.tuples(st.integers(0, 12), st.integers(0, 30))
VALUES = st.one_of(st.integers(-9, 9), st.text("字a<&> \n", max_size=4), st.booleans(), st.none())


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    cells=st.dictionaries(CELLS, VALUES, max_size=25),
    marks=st.lists(st.tuples(CELLS, st.sampled_from(["error", "question", "warning"])), min_size=1, max_size=15),
    noted=st.sets(CELLS, max_size=3),
)
def test_any_marks_on_any_sheet(cells: dict, marks: list, noted: set) -> None:
    with TemporaryDirectory() as folder:
        source = Path(folder) / "日报.xlsx"
        with xlsxwriter.Workbook(source) as book:
            page, bold = book.add_worksheet("收货"), book.add_format({"bold": True})
            for (column, row), value in cells.items():
                page.write(row, column, value, bold)
            for column, row in noted:
                page.write_comment(row, column, "原")
        asked = [Mark("收货", f"{chr(65 + column)}{row + 1}", level, "改") for (column, row), level in marks]
        target = marked(source, *asked)
        before, after = sheet_in(source), sheet_in(target)
        for row in range(1, 33):
            for column in range(1, 15):
                assert before.cell(row, column).value == after.cell(row, column).value
                assert before.cell(row, column).font.b == after.cell(row, column).font.b
        for mark in asked:
            worst = min(
                (one.level for one in asked if one.cell == mark.cell), key=["error", "question", "warning"].index
            )
            colour = {"error": RED, "question": ORANGE, "warning": YELLOW}[worst]
            assert after[mark.cell].fill.fgColor.rgb.startswith(colour)
            assert after[mark.cell].comment.text.endswith(ours("改"))
        assert {cell.coordinate for line in after.iter_rows() for cell in line if cell.comment} == {
            *(mark.cell for mark in asked), *(f"{chr(65 + column)}{row + 1}" for column, row in noted)
        }  # fmt: skip


# ------------------------------------------------------------------ another office opens it


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_another_office_opens_it_and_finds_everything(tmp_path: Path) -> None:
    target = marked(everything(tmp_path / "日报.xlsx"), error("B5"), error("C3", "我们"), error("Z99"))
    command = [
        "soffice",
        f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        "ods",
    ]
    subprocess.run([*command, "--outdir", tmp_path / "out", target], check=True, capture_output=True, timeout=120)
    with zipfile.ZipFile(tmp_path / "out" / f"{target.stem}.ods") as archive:
        content = archive.read("content.xml").decode()
    for text in ("日期不清楚", "发件人自己的批注", "我们", "按钮", "文本框", "合并", "这里也有批注"):
        assert text in content, text
