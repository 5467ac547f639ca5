"""Files as they really arrive: every format gives the same rows, and no file, however broken, stops the next one."""

from __future__ import annotations

import codecs
import io
import multiprocessing
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import xlwt

from robots.crew import registry
from robots.edge import settings
from robots.edge.excel_in import Format, Look, NotReadable, grids, look_through
from robots.edge.reading_room import Limits, ReadingRoom
from robots.reading.reader import Reading

LEXICON = settings.load(Path("no home: only what is shipped"), registry.names()).lexicon
MEGABYTE = 1 << 20
HEADER = ["订单号", "供应商", "订单数量", "单价", "承诺交期"]
ROWS: list[list[Any]] = [
    ["PO-001", "甲公司", 100, 5.5, date(2026, 6, 1)],
    ["PO-002", "乙公司", 20, 8, date(2026, 6, 2)],
]
TEXT_ROWS = [HEADER, ["PO-001", "甲公司", "100", "5.5", "2026-06-01"], ["PO-002", "乙公司", "20", "8", "2026年6月2日"]]


@pytest.fixture(scope="module")
def room() -> Iterator[ReadingRoom]:
    """One reading room for all files, as in a turn."""
    with ReadingRoom(LEXICON, Limits(60, 2048)) as opened:
        yield opened


def read(room: ReadingRoom, path: Path) -> Reading:
    return room.read(path, path.name, look_through(path, 50 * MEGABYTE))


def orders(reading: Reading) -> list[tuple[Any, ...]]:
    table = reading.tables["orders"]
    names = ("order_id", "vendor", "quantity", "unit_price", "promised_on")
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


EXPECTED = [
    ("PO-001", "甲公司", Decimal(100), Decimal("5.5"), date(2026, 6, 1)),
    ("PO-002", "乙公司", Decimal(20), Decimal(8), date(2026, 6, 2)),
]


# ------------------------------------------------------------------ writers


def xlsx(*rows: list[Any], date_system_1904: bool = False, date_format: str = "yyyy-mm-dd") -> bytes:
    memory = io.BytesIO()
    options = {"in_memory": True, "default_date_format": date_format, "date_1904": date_system_1904}
    with xlsxwriter.Workbook(memory, options) as book:
        sheet = book.add_worksheet("订单")
        for number, row in enumerate(rows or [HEADER, *ROWS]):
            sheet.write_row(number, 0, row)
    return memory.getvalue()


def xls() -> bytes:
    book, memory = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("订单")
    as_date = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for number, row in enumerate([HEADER, *ROWS]):
        for column, value in enumerate(row):
            sheet.write(number, column, value, *([as_date] if isinstance(value, date) else []))
    book.save(memory)
    return memory.getvalue()


def ods() -> bytes:
    def cell(value: Any) -> str:
        if isinstance(value, date):
            return f'<table:table-cell office:value-type="date" office:date-value="{value}"/>'
        if isinstance(value, int | float):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    rows = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in [HEADER, *ROWS])
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f"<?xml version='1.0' encoding='UTF-8'?><office:document-content {names}><office:body><office:spreadsheet>"
        f'<table:table table:name="订单">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    sort = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    parts = {"mimetype": sort, "META-INF/manifest.xml": manifest, "content.xml": content}
    return zipped({name: part.encode() for name, part in parts.items()})


def zipped(parts: dict[str, bytes]) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return memory.getvalue()


def text(separator: str = ",", line_end: str = "\r\n", encoding: str = "utf-8") -> bytes:
    return (line_end.join(separator.join(row) for row in TEXT_ROWS) + line_end).encode(encoding)


def ole_with(stream: str) -> bytes:
    """The smallest OLE file with one stream: header, allocation table, directory, eight sectors of zeros."""
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    magic = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    sizes = struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    counts = struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0, 0)
    table = struct.pack("<128I", 0xFFFFFFFD, end, *range(3, 10), end, *[free] * 118)
    entries = [("Root Entry", 5, 1, end, 0), (stream, 2, free, 2, 4096), ("", 0, free, 0, 0), ("", 0, free, 0, 0)]
    directory = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HBBIII36xIQ", 2 * len(name) + 2 if name else 0, sort, 1, free, free, child, start, size)
        for name, sort, child, start, size in entries
    )
    return magic + sizes + counts + struct.pack("<108I", *[free] * 108) + table + directory + b"\0" * 4096 + b"\0" * 32


# ------------------------------------------------------------------ every format gives the same rows

WHOLE = {
    "an .xlsx": ("订单.xlsx", xlsx()),
    "an .xlsx with Chinese dates": ("订单.xlsx", xlsx(date_format='yyyy"年"m"月"d"日"')),
    "an .xlsx of a Mac, counting from 1904": ("订单.xlsx", xlsx(date_system_1904=True)),
    "an .xls": ("订单.xls", xls()),
    "an .ods": ("订单.ods", ods()),
    "an .xls that is really an .xlsx": ("订单.xls", xlsx()),
    "an .xlsx that is really an .xls": ("订单.xlsx", xls()),
    "an .xlsx that is really a .csv": ("订单.xlsx", text()),
    "an .xls that is really GBK text with tabs": ("订单.xls", text("\t", encoding="gbk")),
    "UTF-8": ("订单.csv", text()),
    "UTF-8 with a mark": ("订单.csv", text(encoding="utf-8-sig")),
    "GBK": ("订单.csv", text(encoding="gbk")),
    "UTF-16 with a mark": ("订单.csv", text(encoding="utf-16")),
    "UTF-16, big end first": ("订单.txt", codecs.BOM_UTF16_BE + text("\t", encoding="utf-16-be")),
    "tabs": ("订单.tsv", text("\t")),
    "semicolons": ("订单.csv", text(";")),
    "line ends of Unix": ("订单.csv", text(line_end="\n")),
    "line ends of an old Mac": ("订单.csv", text(line_end="\r")),
    "quoted cells": ("订单.csv", text().replace("甲公司".encode(), '"甲公司"'.encode())),
    "a title line above": ("订单.csv", "2026年订单\n".encode() + text(line_end="\n")),
    "blank lines between": ("订单.csv", text(line_end="\n\n")),
}


@pytest.mark.parametrize(("name", "content"), [pytest.param(*case, id=name) for name, case in WHOLE.items()])
def test_the_same_rows_come_back(room: ReadingRoom, tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    reading = read(room, path)
    assert orders(reading) == EXPECTED
    assert reading.findings == ()


def test_a_separator_inside_quotes_is_part_of_the_cell(room: ReadingRoom, tmp_path: Path) -> None:
    path = tmp_path / "订单.csv"
    path.write_bytes('订单号,供应商,订单数量,单价\nPO-1,"甲,乙\n公司","1,200",5\n'.encode())
    assert orders_of(read(room, path), "vendor", "quantity") == [("甲,乙 公司", Decimal(1200))]


def orders_of(reading: Reading, *fields: str) -> list[tuple[Any, ...]]:
    return list(zip(*(reading.tables["orders"][name].to_pylist() for name in fields), strict=True))


def test_a_cell_that_begins_with_an_equals_sign_is_a_text(room: ReadingRoom, tmp_path: Path) -> None:
    path = tmp_path / "订单.csv"
    path.write_bytes('订单号,供应商,订单数量,单价\n"=1+2",甲公司,1,=2*3\n'.encode())
    reading = read(room, path)
    assert [(f.code, f.cell) for f in reading.findings] == [("NUMBER_BAD", "D2")]


CELLS = {
    "an error": ('<c r="D2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', ("ERROR_CELL", "D2", "#DIV/0!")),
    "an error, attributes the other way round": ('<c t="e" r="D2"><v>#REF!</v></c>', ("ERROR_CELL", "D2", "#REF!")),
    "an error without a word": ('<c r="D2" t="e"/>', ("ERROR_CELL", "D2", "#ERROR")),
    "a formula without a value": ('<c r="D2"><f>D1</f></c>', ("FORMULA_NOT_CALCULATED", "D2", None)),
    "a formula as openpyxl writes it": ('<c r="D2"><f>D1</f><v></v></c>', ("FORMULA_NOT_CALCULATED", "D2", None)),
    "a formula as others write it": ('<c r="D2"><f>D1</f><v /></c>', ("FORMULA_NOT_CALCULATED", "D2", None)),
    "a formula whose result is blank": ('<c r="D2" t="str"><f>D1</f><v></v></c>', ("REQUIRED_BLANK", "D2", None)),
}


@pytest.mark.parametrize("prefix", [pytest.param("", id="plain tags"), pytest.param("x:", id="tags with a prefix")])
@pytest.mark.parametrize(("cell", "expected"), [pytest.param(*case, id=name) for name, case in CELLS.items()])
def test_what_reads_as_blank_and_is_not_is_found_with_its_cell(
    room: ReadingRoom, tmp_path: Path, cell: str, expected: tuple[str, str, str | None], prefix: str
) -> None:
    path = tmp_path / "订单.xlsx"
    path.write_bytes(with_cell(cell, prefix))
    reading = read(room, path)
    assert [(f.code, f.cell, dict(f.values).get("seen")) for f in reading.findings] == [expected]
    assert orders_of(reading, "order_id") == [("PO-2",)]


def with_cell(cell: str, prefix: str) -> bytes:
    """A workbook in whose D2 stands this cell; every tag of the sheet with the prefix."""
    parts = unzipped(xlsx(HEADER[:4], ["PO-1", "甲公司", 1, 777], ["PO-2", "甲公司", 1, 2]))
    sheet = parts["xl/worksheets/sheet1.xml"].decode().replace('<c r="D2"><v>777</v></c>', cell)
    if prefix:
        sheet = re.sub(r"<(/?)(?=[a-zA-Z])", rf"<\1{prefix}", sheet).replace("xmlns=", f"xmlns:{prefix[:-1]}=")
    return zipped({**parts, "xl/worksheets/sheet1.xml": sheet.encode()})


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_hidden_sheet_is_left_and_said(room: ReadingRoom, tmp_path: Path) -> None:
    path = tmp_path / "订单.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, hide in (("说明", "show"), ("旧", "hide"), ("更旧", "very_hidden")):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, HEADER)
            if hide != "show":
                getattr(sheet, hide)()
    assert [(f.code, f.sheet) for f in read(room, path).findings] == [("SHEET_HIDDEN", "旧"), ("SHEET_HIDDEN", "更旧")]


def test_merged_headers_of_two_tiers_are_read(room: ReadingRoom, tmp_path: Path) -> None:
    path = tmp_path / "订单.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("订单")
        sheet.merge_range(0, 0, 0, 4, "外协订单台账")
        for column, word in enumerate(HEADER[:3]):
            sheet.merge_range(1, column, 2, column, word)
        sheet.merge_range(1, 3, 1, 4, "价格与交期")
        sheet.write_row(2, 3, HEADER[3:])
        sheet.write_row(3, 0, [*ROWS[0][:4], "2026-06-01"])
    reading = read(room, path)
    assert orders(reading) == EXPECTED[:1] and reading.findings == ()


# ------------------------------------------------------------------ poison

PICTURE = b"\x89PNG\r\n\x1a\n" + zlib.compress(b"\0" * 999)
LETTER = "尊敬的供应商:\n\n请于周五前交货,谢谢。\n\n此致\n敬礼\n".encode()
POISON = {
    "no bytes at all": (b"", "FILE_EMPTY"),
    "an .xlsx cut after three bytes": (xlsx()[:3], "FILE_INCOMPLETE"),
    "an .xls cut after three bytes": (xls()[:3], "FILE_INCOMPLETE"),
    "an .xlsx cut in the first part": (xlsx()[:100], "FILE_INCOMPLETE"),
    "an .xlsx cut in the middle": (xlsx()[: len(xlsx()) // 2], "FILE_INCOMPLETE"),
    "an .xlsx without its last byte": (xlsx()[:-1], "FILE_INCOMPLETE"),
    "an .xlsx with a hole in it": (xlsx()[:700] + b"\0" * 300 + xlsx()[1000:], "FILE_INCOMPLETE"),
    "an .xlsx filled up with zeros": (xlsx()[:2000] + b"\0" * (len(xlsx()) - 2000), "FILE_INCOMPLETE"),
    "an .xls cut in the middle": (xls()[: len(xls()) // 2], "FILE_INCOMPLETE"),
    "an .xls cut in its header": (xls()[:100], "FILE_INCOMPLETE"),
    "a zip bomb": (zipped({"[Content_Types].xml": b"", "xl/worksheets/sheet1.xml": b"0" * 60 * MEGABYTE}), "FILE_BOMB"),
    "a password": (ole_with("EncryptedPackage"), "FILE_PASSWORD"),
    "an OLE file of another program": (ole_with("WordDocument"), "FILE_NOT_A_WORKBOOK"),
    "a zip of something else": (zipped({"a.txt": b"a"}), "FILE_NOT_A_WORKBOOK"),
    "a Word document": (zipped({"[Content_Types].xml": b"", "word/document.xml": b""}), "FILE_NOT_A_WORKBOOK"),
    "a picture": (PICTURE, "FILE_NOT_A_WORKBOOK"),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)), "FILE_NOT_A_WORKBOOK"),
    "random bytes": (bytes(n * 97 % 251 for n in range(5000)), "FILE_NOT_A_WORKBOOK"),
    "nothing but zeros": (b"\0" * 5000, "FILE_NOT_A_WORKBOOK"),
    "an .xlsx without a workbook": (zipped({"[Content_Types].xml": b"", "xl/a.xml": b"<a/>"}), "FILE_DAMAGED"),
    "an .xls whose stream is empty": (ole_with("Workbook"), ""),
    "an .ods whose content is no XML": (zipped({"content.xml": b"\xff\xfe<"}), "FILE_DAMAGED"),
}


@pytest.mark.parametrize(("content", "code"), [pytest.param(*case, id=name) for name, case in POISON.items()])
def test_a_broken_file_is_a_finding(room: ReadingRoom, tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "订单.xlsx"
    path.write_bytes(content)
    if not code:  # whole, as far as one can tell, and nothing in it
        assert read(room, path).taken == ()
        return
    with pytest.raises(NotReadable) as refused:
        read(room, path)
    assert refused.value.args == (code,)


def test_a_letter_renamed_to_a_workbook_holds_nothing_known(room: ReadingRoom, tmp_path: Path) -> None:
    path = tmp_path / "订单.xlsx"
    path.write_bytes(LETTER)
    reading = read(room, path)
    assert reading.taken == () and [f.code for f in reading.findings] == ["SHEET_LEFT"]


@pytest.mark.parametrize("share", [n / 12 for n in range(1, 12)], ids="cut after {:.0%}".format)
def test_an_xlsx_that_is_still_being_copied_is_told(tmp_path: Path, share: float) -> None:
    whole, path = xlsx(), tmp_path / "订单.xlsx"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(NotReadable, match="FILE_INCOMPLETE"):
        look_through(path, MEGABYTE)


def test_a_workbook_whose_xml_bombs_entities_is_refused(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">]><workbook>&a;</workbook>'
    sheet = b'<worksheet><sheetData><row><c r="A1" t="e"><v>#REF!</v></c></row></sheetData></worksheet>'
    parts = {"[Content_Types].xml": b"", "xl/workbook.xml": bomb, "xl/worksheets/sheet1.xml": sheet}
    path = tmp_path / "订单.xlsx"
    path.write_bytes(zipped({**parts, "xl/_rels/workbook.xml.rels": bomb}))
    with pytest.raises(NotReadable, match="FILE_DAMAGED"):
        grids(path, look_through(path, MEGABYTE))


# ------------------------------------------------------------------ the child that reads


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        pytest.param(Limits(seconds=0.01), "FILE_TOO_SLOW", id="a file may take so long"),
        pytest.param(Limits(memory_mb=1), "FILE_TOO_LARGE", id="a file may take so much memory"),
    ],
)
def test_past_a_limit_the_child_is_ended(tmp_path: Path, limits: Limits, code: str) -> None:
    path = tmp_path / "订单.xlsx"
    path.write_bytes(xlsx())
    before = set(multiprocessing.active_children())
    with ReadingRoom(LEXICON, limits) as strict, pytest.raises(NotReadable, match=code):
        read(strict, path)
    assert set(multiprocessing.active_children()) <= before


def test_a_file_that_kills_its_reader_is_a_finding_and_the_next_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "订单.xlsx"
    path.write_bytes(xlsx())
    before = set(multiprocessing.active_children())
    with ReadingRoom(LEXICON) as mortal, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(read, mortal, path)
        while not (children := set(multiprocessing.active_children()) - before):
            assert not answer.done()
        children.pop().kill()
        with pytest.raises(NotReadable, match="FILE_KILLED_READER"):
            answer.result(30)
        assert orders(read(mortal, path)) == EXPECTED


def test_a_file_that_is_gone_is_a_finding_too(room: ReadingRoom, tmp_path: Path) -> None:
    with pytest.raises(NotReadable):
        room.read(tmp_path / "weg.xlsx", "weg.xlsx", Look(Format.OOXML))
