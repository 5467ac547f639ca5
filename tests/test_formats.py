"""Files as they really arrive: every format gives the same rows, and no file, however broken, stops the next one."""

from __future__ import annotations

import codecs
import io
import multiprocessing
import re
import struct
import sys
import threading
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import pytest
import xlsxwriter
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile

from robots.crew import registry
from robots.edge import settings
from robots.edge.excel_in import Format, Look, NotReadable, grids, look_through
from robots.edge.reading_room import Limits, ReadingRoom
from robots.model.findings import column_letter
from robots.reading.grid import Grid
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
    with ReadingRoom(LEXICON, Limits(60, 1024)) as opened:
        yield opened


def read(room: ReadingRoom, path: Path) -> Reading:
    return room.read(path, path.name, look_through(path, 50 * MEGABYTE))


def sheets(folder: Path, content: bytes, name: str = "订单.xlsx", passwords: Sequence[str] = ()) -> list[Grid]:
    """The grids of a file, read in this process."""
    path = folder / name
    path.write_bytes(content)
    return grids(path, look_through(path, 50 * MEGABYTE), passwords=passwords)


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


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def text(separator: str = ",", line_end: str = "\r\n", encoding: str = "utf-8") -> bytes:
    return (line_end.join(separator.join(row) for row in TEXT_ROWS) + line_end).encode(encoding)


def ods_with(*rows: str) -> bytes:
    """An .ods whose one sheet has these rows of XML."""
    parts = unzipped(ods())
    content = re.sub(rb"<table:table-row>.*</table:table-row>", "".join(rows).encode(), parts["content.xml"])
    calc = b' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
    return zipped({**parts, "content.xml": content.replace(b" xmlns:office", calc + b"xmlns:office", 1)})


def html(encoding: str = "utf-8", declared: str = "utf-8", around: str = "{}") -> bytes:
    """A table as ERP programs export it."""
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in TEXT_ROWS)
    table = around.format(f"<table border=1>{rows}</table>")
    head = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">'
    return f"<html><head>{head}<style>td {{mso-number-format:'\\@'}}</style></head><body>{table}".encode(encoding)


def spreadsheetml(*rows: str) -> bytes:
    """One XML file, as Excel 2003 and many a program writes it."""

    def cell(value: Any) -> str:
        if isinstance(value, date):
            return f'<Cell ss:StyleID="day"><Data ss:Type="DateTime">{value}T00:00:00.000</Data></Cell>'
        sort = "String" if isinstance(value, str) else "Number"
        return f'<Cell><Data ss:Type="{sort}">{value}</Data></Cell>'

    usual = (f"<Row>{''.join(map(cell, row))}</Row>" for row in [HEADER, *ROWS])
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        f'<Workbook xmlns="{space}" xmlns:ss="{space}"><Styles><Style ss:ID="share"><NumberFormat ss:Format="0%"/>'
        '</Style><Style ss:ID="bold"><Font ss:Bold="1"/></Style></Styles>'
        f'<Worksheet ss:Name="订单"><Table>{"".join(rows or usual)}</Table></Worksheet></Workbook>'
    ).encode()


def xlsb(*rows: list[Any]) -> bytes:
    """The smallest binary workbook: texts, numbers, days and, as bytes, error codes; a day has style 1, % style 2."""

    def text(value: str) -> bytes:
        return struct.pack("<I", len(value)) + value.encode("utf-16-le")

    def record(kind: int, data: bytes = b"") -> bytes:
        head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
        size = bytes([len(data)]) if len(data) < 128 else bytes([len(data) & 0x7F | 0x80, len(data) >> 7])
        return head + size + data

    def cell(column: int, value: Any) -> bytes:
        style = 1 if isinstance(value, date) else 2 if isinstance(value, float) and value < 1 else 0
        place = struct.pack("<II", column, style)
        if isinstance(value, date):
            value = (value - date(1899, 12, 30)).days
        if isinstance(value, bytes):
            return record(3, place + value)
        return record(6, place + text(value)) if isinstance(value, str) else record(5, place + struct.pack("<d", value))

    lines = (
        record(0, struct.pack("<IIHBBI", number, 0, 300, 0, 0, 0))
        + b"".join(cell(*one) for one in enumerate(row) if one[1])
        for number, row in enumerate(rows or [HEADER, *ROWS])
    )
    formats = b"".join(record(47, struct.pack("<HHHHHHI", 0, number, 0, 0, 0, 0, 0)) for number in (0, 14, 9))
    sort = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}"
    targets = {"rId1": ("worksheet", "worksheets/sheet1.bin"), "rId2": ("styles", "styles.bin")}
    relations = "".join(
        f'<Relationship Id="{name}" Type="{sort.format(kind)}" Target="{target}"/>'
        for name, (kind, target) in targets.items()
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    bundle = record(156, struct.pack("<II", 0, 1) + text("rId1") + text("订单"))
    sheet = record(129) + record(148, bytes(16)) + record(145) + b"".join(lines) + record(146) + record(130)
    parts = {
        "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "xl/workbook.bin": record(131) + record(143) + bundle + record(144) + record(132),
        "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{space}">{relations}</Relationships>'.encode(),
        "xl/styles.bin": record(278) + record(617, struct.pack("<I", 3)) + formats + record(618) + record(279),
        "xl/worksheets/sheet1.bin": sheet,
    }
    return zipped(parts)


def sheet_of(rows: str, head: str = "", tail: str = "") -> bytes:
    """An .xlsx whose one sheet has these rows of XML."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{space}">{head}<sheetData>{rows}</sheetData>{tail}</worksheet>'
    return zipped({**unzipped(xlsx()), "xl/worksheets/sheet1.xml": sheet.encode()})


def books(count: int) -> bytes:
    """A workbook of so many sheets, with one cell each."""
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, {"in_memory": True}) as book:
        for _ in range(count):
            book.add_worksheet().write(0, 0, 1)
    return memory.getvalue()


def locked(content: bytes, password: str) -> bytes:
    """The workbook with a password, as Excel encrypts it."""
    memory = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt(password, memory)
    return memory.getvalue()


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

WHOLE: dict[str, tuple[str, bytes]] = {
    "an .xlsx": ("订单.xlsx", xlsx()),
    "an .xlsx with Chinese dates": ("订单.xlsx", xlsx(date_format='yyyy"年"m"月"d"日"')),
    "an .xlsx of a Mac, counting from 1904": ("订单.xlsx", xlsx(date_system_1904=True)),
    "an .xls": ("订单.xls", xls()),
    "an .ods": ("订单.ods", ods()),
    "an .xlsm": ("订单.xlsm", xlsx()),
    "an .et of WPS": ("订单.et", xls()),
    "an .xlsb": ("订单.xlsb", xlsb()),
    "an .xlsb that calls itself .xlsx": ("订单.xlsx", xlsb()),
    "Excel 2003 XML": ("订单.xls", spreadsheetml()),
    "Excel 2003 XML with a bare & in it, which no XML has": (
        "订单.xls", spreadsheetml().replace(b"<Worksheet ", b"<!-- A & B --><Worksheet "),
    ),
    "an HTML table": ("订单.xls", html()),
    "an HTML table in GBK": ("订单.xls", html("gbk", "gb2312")),
    "an HTML table in GBK that says UTF-8": ("订单.xls", html("gbk")),
    "an HTML table in UTF-8 that says GBK": ("订单.xls", html("utf-8", "gbk")),
    "an HTML table in UTF-16": ("订单.xls", html("utf-16")),
    "an HTML table inside one that only sets the page": (
        "订单.xls", html(around="<table><tr><td>{}</td></tr></table>"),
    ),
    "an HTML table with its head apart": (
        "订单.xls", html().replace(b"<tr>", b"<thead><tr>", 1).replace(b"</tr>", b"</tr></thead><tbody>", 1),
    ),
    "an .xlsx whose parts are named as Windows names files": (
        "订单.xlsx", zipped({name.replace("/", "\\"): part for name, part in unzipped(xlsx()).items()}),
    ),
    "an .xlsx whose parts begin with a slash": (
        "订单.xlsx", zipped({f"/{name}": part for name, part in unzipped(xlsx()).items()}),
    ),
    "an .xls that is really an .xlsx": ("订单.xls", xlsx()),
    "an .xlsx that is really an .xls": ("订单.xlsx", xls()),
    "an .xlsx that is really a .csv": ("订单.xlsx", text()),
    "an .xls that is really GBK text with tabs": ("订单.xls", text("\t", encoding="gbk")),
    "UTF-8": ("订单.csv", text()),
    "UTF-8 with a mark": ("订单.csv", text(encoding="utf-8-sig")),
    "GBK": ("订单.csv", text(encoding="gbk")),
    "UTF-16 with a mark": ("订单.csv", text(encoding="utf-16")),
    "UTF-16, big end first": ("订单.txt", codecs.BOM_UTF16_BE + text("\t", encoding="utf-16-be")),
    "UTF-16 without a mark": ("订单.txt", text("\t", encoding="utf-16-le")),
    "UTF-16 without a mark, big end first": ("订单.txt", text("\t", encoding="utf-16-be")),
    "a zero byte after every line": ("订单.csv", text().replace(b"\r\n", b"\0\r\n")),
    "a first line that names the separator": ("订单.csv", b"sep=;\r\n" + text(";")),
    "bars": ("订单.csv", text("|")),
    "tabs": ("订单.tsv", text("\t")),
    "semicolons": ("订单.csv", text(";")),
    "line ends of Unix": ("订单.csv", text(line_end="\n")),
    "line ends of an old Mac": ("订单.csv", text(line_end="\r")),
    "quoted cells": ("订单.csv", text().replace("甲公司".encode(), '"甲公司"'.encode())),
    "a title line above": ("订单.csv", "2026年订单\n".encode() + text(line_end="\n")),
    "blank lines between": ("订单.csv", text(line_end="\n\n")),
}  # fmt: skip


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


# ------------------------------------------------------------------ text: letters, quotes, lines

LETTERS = {
    "UTF-8": ("名称,甲".encode(), ["名称", "甲"]),
    "UTF-8 whose last letter is cut": ("名称,甲公司有限责任".encode() * 30 + "乙".encode()[:2], None),
    "GBK": ("名称,甲".encode("gbk"), ["名称", "甲"]),
    "GB18030 with rare characters": ("名称,䶮𠮷".encode("gb18030"), ["名称", "䶮𠮷"]),
    "GBK with a letter cut in two by a program that counts bytes": (
        "名称,甲公司有限责任".encode("gbk") * 60 + "乙".encode("gbk")[:1] + b",1", None,
    ),
    "a Western page of Windows": ("Müller,Señor,10 €".encode("cp1252"), ["Müller", "Señor", "10 €"]),
    "nothing but ASCII": (b"a,b", ["a", "b"]),
}  # fmt: skip


@pytest.mark.parametrize(("content", "cells"), LETTERS.values(), ids=LETTERS)
def test_letters_are_read_as_they_were_written(tmp_path: Path, content: bytes, cells: list[str] | None) -> None:
    row = sheets(tmp_path, content, "订单.csv")[0].rows[0]
    assert row == cells if cells else row[0] == "名称" and "有限责任名称" in row[1]


QUOTES = {
    "a line break in quotes": (b'a,"b\nc",d\n1,2,3\n', [["a", "b\nc", "d"], ["1", "2", "3"]], False),
    "quotes inside quotes": (b'a,"b ""c""",d\n', [["a", 'b "c"', "d"]], False),
    "inches": (b'a,5" pipe,d\n', [["a", '5" pipe', "d"]], False),
    "a quote that is never closed": (b'a,b,c\n1,"2,3\n4,5,6\n', [[*"abc"], ["1", '"2', "3"], [*"456"]], True),
    "two that swallow a line": (
        b'a,b,c\n1,"2,3\n4,5,6\n7,8",9\n"x",y,z\n',
        [[*"abc"], ["1", '"2', "3"], [*"456"], ["7", '8"', "9"], [*"xyz"]], True,
    ),
    "a long cell": (b"a," + b"x" * 200_000 + b"\n", [["a", "x" * 200_000]], False),
    "line ends of three kinds": (b"a,b\r\n1,2\r3,4\n", [["a", "b"], ["1", "2"], ["3", "4"]], False),
    "semicolons with commas in the numbers": (b"a;b\n1,5;2\n2,5;3\n", [["a", "b"], ["1,5", "2"], ["2,5", "3"]], False),
}  # fmt: skip


@pytest.mark.parametrize(("content", "rows", "told"), QUOTES.values(), ids=QUOTES)
def test_a_quote_swallows_no_lines(tmp_path: Path, content: bytes, rows: list[list[str]], told: bool) -> None:
    (grid,) = sheets(tmp_path, content, "订单.csv")
    assert (grid.rows, grid.second_reader) == (rows, told)


def test_a_table_of_html_keeps_its_zeros_its_lines_and_its_spans(tmp_path: Path) -> None:
    table = (
        "<table><caption>收货</caption><tr><th colspan=2>单号&nbsp;&amp;&nbsp;行</th><th rowspan=2>备注</th></tr>"
        "<tr><td>00123<td style=\"mso-number-format:'\\@'\"> 7 <tr><td>1<br>2<td>x<td><p>a</p><p>b</p></table>"
    )
    first, second = sheets(tmp_path, f"<html>{table}<table><tr><td>1</table>".encode(), "收货.xls")
    assert first.rows == [["单号 & 行", "", "备注"], ["00123", "7", ""], ["1\n2", "x", "a\nb"]]
    assert first.merged == ((0, 0, 0, 1), (0, 2, 1, 2)) and first.bold == {0}
    assert (first.name, second.name, second.rows) == ("收货", "收货-2", [["1"]])


# ------------------------------------------------------------------ what the libraries hide


def marked_xlsx() -> bytes:
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, {"in_memory": True}) as book:
        sheet, bold, share = (
            book.add_worksheet("a"),
            book.add_format({"bold": True}),
            book.add_format({"num_format": "0.0%"}),
        )
        sheet.merge_range("A1:B1", "标题", bold)
        sheet.write_formula("A2", "=1/0", None, "#DIV/0!")
        sheet.write("B2", 0.13, share)
        sheet.write("C2", "0.13", share)
        sheet.write_blank("D4", None, bold)
    return memory.getvalue()


def marked_xls() -> bytes:
    book, memory = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("a")
    sheet.write_merge(0, 0, 0, 1, "标题", xlwt.easyxf("font: bold on"))
    sheet.row(1).set_cell_error(0, 0x07)
    sheet.write(1, 1, 0.13, xlwt.easyxf(num_format_str="0.0%"))
    sheet.write(1, 2, "0.13", xlwt.easyxf(num_format_str="0.0%"))
    sheet.write(3, 3, None, xlwt.easyxf("font: bold on"))
    book.save(memory)
    return memory.getvalue()


def marked_ods() -> bytes:
    paragraph = "<text:p>{}</text:p>".format
    return ods_with(
        f'<table:table-row><table:table-cell table:number-columns-spanned="2">{paragraph("标题")}</table:table-cell>'
        "<table:covered-table-cell/></table:table-row>",
        '<table:table-row><table:table-cell office:value-type="string" calcext:value-type="error">'
        f'{paragraph("#DIV/0!")}</table:table-cell><table:table-cell office:value-type="percentage" '
        f'office:value="0.13">{paragraph("13%")}</table:table-cell>'
        f'<table:table-cell office:value-type="string">{paragraph("0.13")}</table:table-cell></table:table-row>',
    )


MARKED_XML = (
    '<Row><Cell ss:MergeAcross="1" ss:StyleID="bold"><Data ss:Type="String">标题</Data></Cell></Row><Row>',
    '<Cell><Data ss:Type="Error">#DIV/0!</Data></Cell>',
    '<Cell ss:StyleID="share"><Data ss:Type="Number">0.13</Data></Cell>',
    '<Cell ss:Index="3" ss:StyleID="share"><Data ss:Type="String">0.13</Data></Cell></Row>',
)
MARKED = {
    "an .xlsx": (marked_xlsx(), {0}, ((0, 0, 0, 1),)),
    "an .xls": (marked_xls(), {0}, ((0, 0, 0, 1),)),
    "an .xlsb": (xlsb(["标题", ""], [b"\x07", 0.13, "0.13"]), set(), ()),
    "an .ods": (marked_ods(), set(), ((0, 0, 0, 1),)),
    "Excel 2003 XML": (spreadsheetml(*MARKED_XML), {0}, ((0, 0, 0, 1),)),
}


@pytest.mark.parametrize(("content", "bold", "merged"), MARKED.values(), ids=MARKED)
def test_errors_percentages_bold_rows_and_merges_are_told(
    tmp_path: Path, content: bytes, bold: set[int], merged: tuple[tuple[int, ...], ...]
) -> None:
    (grid,) = sheets(tmp_path, content)
    assert grid.rows == [["标题", "", ""], ["", 0.13, "0.13"]]
    assert (dict(grid.errors), grid.percent, grid.bold, grid.merged) == ({(1, 0): "#DIV/0!"}, {(1, 1)}, bold, merged)


def test_cells_that_do_not_say_where_they_are_stand_one_after_the_other(tmp_path: Path) -> None:
    rows = (
        '<row><c><v>1</v></c><c t="e"><v>#REF!</v></c><c><f>A1</f></c></row>'
        '<row r="4"><c><v>4</v></c><c r="E4"><v>5</v></c><c t="e"><v>#N/A</v></c></row>'
        '<row><c t="e"><v>#NUM!</v></c></row>'
    )
    (grid,) = sheets(tmp_path, sheet_of(rows))
    assert grid.errors == {(0, 1): "#REF!", (3, 5): "#N/A", (4, 0): "#NUM!"} and grid.uncalculated == {(0, 2)}
    assert (grid.rows[3][0], grid.rows[3][4], len(grid.rows)) == (4, 5, 5)


def test_marks_are_found_in_a_large_sheet_that_is_read_beside_its_scan(tmp_path: Path) -> None:
    filled = "".join(
        f'<row r="{n}"><c r="A{n}" s="1"><v>{n}</v></c><c r="B{n}"><v>{"9" * 40}</v></c></row>'
        for n in range(1, 60_001)
    )
    last = '<row r="60001"><c r="A60001" t="e"><v>#REF!</v></c><c r="B60001"><f>A1</f></c></row>'
    merge = '<mergeCells count="1"><mergeCell ref="A2:B3"/></mergeCells>'
    parts = unzipped(sheet_of(filled + last, '<dimension ref="A1:B60001"/>', merge))
    share = b'<cellXfs count="2"><xf numFmtId="0" fontId="0"/><xf numFmtId="10" fontId="0"/></cellXfs>'
    styles = re.sub(rb"<cellXfs.*</cellXfs>", share, parts["xl/styles.xml"])
    (grid,) = sheets(tmp_path, zipped({**parts, "xl/styles.xml": styles}))
    assert (grid.errors, grid.uncalculated, grid.merged) == ({(60_000, 0): "#REF!"}, {(60_000, 1)}, ((1, 0, 2, 1),))
    assert len(grid.percent) == 60_000 and len(grid.rows) == 60_001


# ------------------------------------------------------------------ cells far away

FAR = (
    '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="1048576"><c r="XFD1048576"><v>9</v></c></row>'
)
BLANKS = "".join(f'<row r="{n}" s="1"><c r="A{n}" s="1"/><c r="ZZ{n}" s="1"/></row>' for n in range(2, 20_000))


def far_xls(sheets: int) -> bytes:
    book, memory = xlwt.Workbook(), io.BytesIO()
    for number in range(sheets):
        sheet = book.add_sheet(f"第{number}张")
        sheet.write(0, 0, 1)
        sheet.write(0, 1, 2)
        sheet.write(65_535, 255, 9)
    book.save(memory)
    return memory.getvalue()


def far_ods() -> bytes:
    one = '<table:table-cell office:value-type="float" office:value="{}"/>'.format
    return ods_with(
        f"<table:table-row>{one(1)}{one(2)}</table:table-row>",
        '<table:table-row table:number-rows-repeated="1048574"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row>',
        '<table:table-row><table:table-cell table:number-columns-repeated="16383"/>',
        f"{one(9)}</table:table-row>",
    )


STRAYS = {
    "an .xlsx": (sheet_of(FAR), ("XFD1048576",)),
    "an .xlsx whose cells say no row": (sheet_of(FAR.replace(' r="A1"', "").replace(' r="B1"', "")), ("XFD1048576",)),
    "an .xlsx with an error far away": (sheet_of(FAR.replace("<v>9</v>", "<v>#REF!</v>")), ("XFD1048576",)),
    "an .xlsx with thousands of formatted blank rows": (sheet_of(FAR[: FAR.index('<row r="1048576')] + BLANKS), ()),
    "an .xls of forty sheets": (far_xls(40), ("IV65536",)),
    "an .ods": (far_ods(), ("XFD1048576",)),
    "Excel 2003 XML": (
        spreadsheetml(
            '<Row><Cell><Data ss:Type="Number">1</Data></Cell><Cell><Data ss:Type="Number">2</Data></Cell></Row>'
            '<Row ss:Index="1048576"><Cell ss:Index="16384"><Data ss:Type="Number">9</Data></Cell></Row>'
        ),
        ("XFD1048576",),
    ),
    "text of a hundred thousand columns": (b"1,2" + b"," * 100_000 + b"9", ("EQXF1",)),
}  # fmt: skip


@pytest.mark.parametrize(("content", "strays"), STRAYS.values(), ids=STRAYS)
def test_a_cell_far_away_is_named_and_costs_nothing(tmp_path: Path, content: bytes, strays: tuple[str, ...]) -> None:
    grid, *_ = sheets(tmp_path, content)
    assert [[float(cell) for cell in row] for row in grid.rows] == [[1, 2]]
    assert grid.strays == strays


# ------------------------------------------------------------------ passwords

PASSWORDS = {
    "none is given": (locked(xlsx(), "secret"), (), "FILE_PASSWORD"),
    "none of those given fits": (locked(xlsx(), "secret"), ("123456", "wrong"), "FILE_PASSWORD_WRONG"),
    "a bomb is inside": (
        locked(zipped({**unzipped(xlsx()), "xl/a.xml": b"0" * 60 * MEGABYTE}), "secret"), ("secret",), "FILE_BOMB",
    ),
    "LibreOffice locked it": (
        zipped({"mimetype": b"", "content.xml": b"\x8f", "META-INF/manifest.xml": b"<a><encryption-data/></a>"}),
        ("secret",), "FILE_PASSWORD",
    ),
    "an .xls says that it has one": (
        xls().replace(struct.pack("<HH", 0xE1, 2), struct.pack("<HH", 0x2F, 2), 1), (), "FILE_PASSWORD",
    ),
    "its key would take for ever to make": (
        locked(xlsx(), "secret").replace(b'spinCount="100000"', b'spinCount="999999"'), ("secret",), "FILE_DAMAGED",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "given", "code"), PASSWORDS.values(), ids=PASSWORDS)
def test_a_workbook_with_a_password_is_refused_where(
    tmp_path: Path, content: bytes, given: tuple[str, ...], code: str
) -> None:
    with pytest.raises(NotReadable) as refused:
        sheets(tmp_path, content, passwords=given)
    assert refused.value.args == (code,)


def test_a_workbook_whose_password_is_known_is_read(tmp_path: Path) -> None:
    path = tmp_path / "订单.xlsx"
    path.write_bytes(locked(xlsx(), "secret"))
    with ReadingRoom(LEXICON) as room:
        look = look_through(path, 50 * MEGABYTE)
        assert orders(room.read(path, path.name, look, passwords=("wrong", "secret"))) == EXPECTED


def test_a_workbook_that_is_only_protected_against_changes_needs_no_password(room: ReadingRoom, tmp_path: Path) -> None:
    path = tmp_path / "订单.xlsx"
    path.write_bytes(locked(xlsx(), "VelvetSweatshop"))
    assert orders(read(room, path)) == EXPECTED


# ------------------------------------------------------------------ poison


def lying() -> bytes:
    """An .xlsx whose sheet declares a small part of what it holds."""
    content = sheet_of(" " * 70 * MEGABYTE)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    return content.replace(struct.pack("<I", size), struct.pack("<I", 600))


def twice() -> bytes:
    """A zip with two parts of one name."""
    memory = io.BytesIO(xlsx())
    with zipfile.ZipFile(memory, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/workbook.xml", b"")
    return memory.getvalue()


def overlapping() -> bytes:
    """A zip whose directory names the first part a second time."""
    content = zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b"x" * 9})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        offset = archive.getinfo("xl/workbook.xml").header_offset
    return content.replace(struct.pack("<I", offset) + b"xl/workbook.xml", struct.pack("<I", 0) + b"xl/workbook.xml")


def turned(content: bytes) -> bytes:
    """One bit turned over in the middle of the sheet's data, which are still unpacked."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.getinfo(SHEET)
    place = sheet.header_offset + 30 + len(SHEET) + sheet.compress_size // 2
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def looping() -> bytes:
    """An .xls each of whose sectors is followed by itself."""
    content = bytearray(xls())
    table = 512 * (struct.unpack_from("<I", content, 76)[0] + 1)
    struct.pack_into("<64I", content, table, *range(64))
    return bytes(content)


ENTITIES = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
SHEET = "xl/worksheets/sheet1.xml"
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
    "an .xlsx with one bit turned over": (turned(xlsx()), "FILE_INCOMPLETE"),
    "a zip that holds more than it declares": (lying(), "FILE_BOMB"),
    "a zip of a hundred thousand parts": (zipped(dict.fromkeys(map(str, range(30_000)), b"")), "FILE_BOMB"),
    "a zip with two parts of one name": (twice(), "FILE_DAMAGED"),
    "a zip whose parts overlap": (overlapping(), "FILE_DAMAGED"),
    "a zip in a zip": (zipped({"订单.xlsx": xlsx()}), "FILE_NOT_A_WORKBOOK"),
    "an .xlsx whose shared texts bomb entities": (
        zipped({**unzipped(xlsx()), "xl/sharedStrings.xml": ENTITIES + b"<sst><si><t>&b;</t></si></sst>"}),
        "FILE_DAMAGED",
    ),
    "an .ods that bombs entities": (zipped({"content.xml": ENTITIES + b"<a>&b;</a>"}), "FILE_DAMAGED"),
    "an .ods that repeats a value seventeen thousand million times": (
        ods_with(
            '<table:table-row table:number-rows-repeated="1048576"><table:table-cell office:value-type="float" '
            'office:value="1" table:number-columns-repeated="16384"/></table:table-row>'
        ),
        "FILE_TOO_LARGE",
    ),
    "Excel 2003 XML that bombs entities": (
        spreadsheetml().replace(b"<Workbook", ENTITIES + b"<Workbook"), "FILE_DAMAGED",
    ),
    "Excel 2003 XML cut in the middle": (spreadsheetml()[:900], "FILE_INCOMPLETE"),
    "an .xls whose sectors loop": (looping(), "FILE_TOO_LARGE"),
    "a page to sign in, saved as .xls": (b"<html><body><form><input name=user></form>", "FILE_NOT_A_WORKBOOK"),
    "tables in tables without end": (b"<html>" + b"<table><tr><td>" * 9000, "FILE_NOT_A_WORKBOOK"),
    "cells in the diagonal of a whole sheet": (
        sheet_of("".join(f'<row r="{n}"><c r="{column_letter(n)}{n}"><v>1</v></c></row>' for n in range(1, 16_000))),
        "FILE_TOO_LARGE",
    ),
}  # fmt: skip


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


def test_a_reading_room_that_cannot_start_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "订单.xlsx"
    path.write_bytes(xlsx())
    before = set(multiprocessing.active_children())
    with ReadingRoom(LEXICON, Limits(memory_mb=threading.Lock())) as broken, pytest.raises(TypeError):  # type: ignore[arg-type]
        read(broken, path)
    assert set(multiprocessing.active_children()) <= before


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the second fence")
def test_what_the_child_asks_for_all_at_once_is_fenced_too(tmp_path: Path) -> None:
    path = tmp_path / "订单.xlsx"
    path.write_bytes(xlsx())
    before = set(multiprocessing.active_children())
    with ReadingRoom(LEXICON, Limits(memory_mb=512)) as fenced:
        read(fenced, path)
        (child,) = set(multiprocessing.active_children()) - before
        assert psutil.Process(child.pid).rlimit(psutil.RLIMIT_DATA)[0] == 2048 * MEGABYTE


SPARED = {
    "a hundred thousand merged ranges": sheet_of(
        '<row r="1"><c r="A1"><v>1</v></c></row>',
        tail="<mergeCells>" + "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, 100_001)) + "</mergeCells>",
    ),
    "three hundred sheets": books(300),
    "tags without end": sheet_of("<a>" * 200_000),
    "a row of a hundred thousand cells without a place": sheet_of(f"<row>{'<c><v>1</v></c>' * 100_000}</row>"),
    "a page of HTML without end": b"<html><table><tr><td>x" + b"<b>" * 500_000,
    "a table whose cells span everything": b"<html><table>" + b"<tr>" + b"<td rowspan=65000 colspan=1000>x" * 900,
    "a line of ten million letters": b"x" * 10_000_000,
    "a million quotes": b'"' * 1_000_001,
    "separators only": b"," * 2_000_000,
    "line ends only": b"\n" * 1_000_000,
}


@pytest.mark.parametrize("content", SPARED.values(), ids=SPARED)
def test_what_is_only_odd_is_left_alone_without_harm(room: ReadingRoom, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "订单.xlsx"
    path.write_bytes(content)
    assert read(room, path).taken == ()


def test_a_reader_that_dies_before_it_is_asked_is_a_finding_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "订单.xlsx"
    path.write_bytes(xlsx())
    with ReadingRoom(LEXICON) as mortal:
        assert read(mortal, path).taken
        (child,) = (one for one in multiprocessing.active_children() if one.pid == mortal._child.pid)  # type: ignore[union-attr]
        child.kill()
        child.join()
        monkeypatch.setattr(type(child), "is_alive", lambda _: True)  # it died between the look and the question
        with pytest.raises(NotReadable, match="FILE_KILLED_READER"):
            read(mortal, path)
        monkeypatch.undo()
        assert read(mortal, path).taken
