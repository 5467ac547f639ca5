r"""Bytes of workbooks from tables as a person would type them into Excel, the same bytes every time.

`|` stands between cells, a line with a dot is a blank row. Cells become what Excel makes of them: 12 a number,
2026-03-05 a date, 13% a percentage, #REF! an error; '0012 is text, as behind Excel's apostrophe; **合计** is bold; \n is
a line break, ␠ a space at an edge. `=A1*2 -> 24` is a formula with its stored value, `=A1*2 ->` one whose value is an
empty text, `=A1*2` one that was never calculated.
"""

from __future__ import annotations

import csv
import html
import io
import random
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from textwrap import dedent
from typing import Any
from unittest import mock

import msoffcrypto
import openpyxl
import xlsxwriter
import xlwt
from openpyxl.utils import range_boundaries
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_cell_to_rowcol, xl_col_to_name

CREATED = datetime(2026, 3, 31, 9, 0)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}")
_ERROR = re.compile(r"#[A-Z/0]+[!?]|#N/A")
_EMPTY_TEXT = "EMPTYTEXT"


@dataclass(frozen=True)
class Cell:
    """One cell as Excel holds it."""

    value: Any
    formula: str = ""
    bold: bool = False
    percent: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet. `looks`: number formats by cell (D5) or column (D), also by number for those Excel builds in; `cells`:
    more cells by place, typed as the rest.

    `merged`: ranges, with blanks between. `hidden`: "hidden" or "very". `blank_rows`: how many rows below the data
    carry a format and nothing else.
    """

    name: str
    text: str = ""
    merged: str = ""
    looks: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)
    hidden: str = ""
    blank_rows: int = 0

    def all_cells(self) -> dict[tuple[int, int], Cell]:
        """Every filled cell by row and column (0-based)."""
        table = {(r, c): typed(word) for r, row in enumerate(split(self.text)) for c, word in enumerate(row)}
        table |= {xl_cell_to_rowcol(place): typed(word) for place, word in self.cells.items()}
        return {place: cell for place, cell in table.items() if cell}


def split(text: str) -> list[list[str]]:
    """The words of a table, row by row."""
    lines = dedent(text).strip("\n").splitlines()
    return [[] if line.strip() == "." else [_plain(word) for word in line.split("|")] for line in lines]


def _plain(word: str) -> str:
    return word.strip().replace("\\n", "\n").replace("␠", " ")


def typed(word: str) -> Cell | None:
    """What Excel makes of what a person types; None for nothing.

    >>> typed("13%"), typed("'0012")
    (Cell(value=0.13, formula='', bold=False, percent=True), Cell(value='0012', formula='', bold=False, percent=False))
    """
    if word.startswith("**") and word.endswith("**") and len(word) > 4:
        inner = typed(word[2:-2])
        return inner and Cell(inner.value, inner.formula, bold=True, percent=inner.percent)
    if word.startswith("="):
        formula, arrow, result = word.partition(" ->")
        value = typed(result.strip())
        return Cell(value.value if value else _EMPTY_TEXT if arrow else "", formula)
    if _ERROR.fullmatch(word):
        return Cell(word, f"={word}")
    if word.endswith("%") and _NUMBER.fullmatch(word[:-1]):
        return Cell(round(float(word[:-1]) / 100, 6), percent=True)
    value = _value(word)
    return None if value is None else Cell(value)


def _value(word: str) -> Any:
    if not word.strip(" "):
        return word or None
    if word.startswith("'"):
        return word[1:]
    if _DATE.fullmatch(word) or _MOMENT.fullmatch(word):
        return datetime.fromisoformat(word)
    return float(word) if _NUMBER.fullmatch(word) else word


# ------------------------------------------------------------------ .xlsx


def xlsx(*sheets: Sheet, date_1904: bool = False) -> bytes:
    """An Excel workbook as Excel and WPS write it."""
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True, "date_1904": date_1904})
    book.set_properties({"author": "虚构制表人", "created": CREATED})
    looks = _Looks(book)
    for sheet in sheets:
        _write(book.add_worksheet(sheet.name), sheet, looks)
    book.close()
    return repacked(memory.getvalue(), {f"<v>{_EMPTY_TEXT}</v>": "<v></v>"})


class _Looks:
    """Cell formats, one object each."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._known: dict[tuple[str, bool], Format] = {}

    def __call__(self, num_format: str, bold: bool = False) -> Format:
        key = num_format, bold
        if key not in self._known:
            built_in = int(num_format) if num_format.isdigit() and num_format != "0" else num_format
            self._known[key] = self._book.add_format({"num_format": built_in, "bold": bold})
        return self._known[key]


def _write(pen: Any, sheet: Sheet, looks: _Looks) -> None:
    if sheet.hidden:
        pen.very_hidden() if sheet.hidden == "very" else pen.hide()
    for area in sheet.merged.split():
        left, top, right, bottom = range_boundaries(area)
        pen.merge_range(top - 1, left - 1, bottom - 1, right - 1, "", looks("General"))
    filled = sheet.all_cells()
    for (row, column), cell in filled.items():
        own = sheet.looks.get(f"{xl_col_to_name(column)}{row + 1}") or sheet.looks.get(xl_col_to_name(column), "")
        _write_cell(pen, row, column, cell, looks(_num_format(cell, own), cell.bold))
    first = max((row for row, _ in filled), default=-1) + 1
    for row in range(first, first + sheet.blank_rows):
        pen.write_blank(row, 0, None, looks("@"))


def _num_format(cell: Cell, own: str) -> str:
    if isinstance(cell.value, datetime):
        return own or ("yyyy-mm-dd hh:mm" if cell.value.hour else "yyyy-mm-dd")
    if cell.percent:
        return "0%"
    return own if own and not isinstance(cell.value, str) else "General"


def _write_cell(pen: Any, row: int, column: int, cell: Cell, look: Format) -> None:
    if cell.formula:
        pen.write_formula(row, column, cell.formula, look, cell.value)
    elif isinstance(cell.value, datetime):
        pen.write_datetime(row, column, cell.value, look)
    elif isinstance(cell.value, str):
        pen.write_string(row, column, cell.value, look)
    else:
        pen.write_number(row, column, cell.value, look)


def repacked(content: bytes, changes: Mapping[str, str] | None = None) -> bytes:
    """The same package with fixed times and texts replaced in its sheets, packed as small as it goes."""
    memory = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(memory, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("xl/worksheets/"):
                for before, after in (changes or {}).items():
                    part = part.replace(before.encode(), after.encode())
            if name == "docProps/core.xml":
                part = re.sub(rb"\d{4}-\d\d-\d\dT[\d:.]+Z", f"{CREATED:%Y-%m-%dT%H:%M:%SZ}".encode(), part)
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            new.writestr(info, part, zipfile.ZIP_DEFLATED, 9)
    return memory.getvalue()


def openpyxl_xlsx(*sheets: Sheet) -> bytes:
    """A workbook as programs write it: formulas come without stored values."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet in sheets:
        pen = book.create_sheet(sheet.name)
        for (row, column), cell in sheet.all_cells().items():
            one = pen.cell(row + 1, column + 1, cell.formula or cell.value)
            one.number_format = _num_format(cell, sheet.looks.get(xl_col_to_name(column), ""))
    memory = io.BytesIO()
    book.save(memory)
    return repacked(memory.getvalue())


# ------------------------------------------------------------------ .xls


def xls(*sheets: Sheet) -> bytes:
    """An Excel 97 workbook (BIFF8), which WPS calls .et as well."""
    book = xlwt.Workbook(encoding="utf-8")
    plain, dated, percent = (xlwt.easyxf(num_format_str=f) for f in ("General", "yyyy-mm-dd", "0%"))
    for sheet in sheets:
        pen = book.add_sheet(sheet.name, cell_overwrite_ok=True)
        for area in sheet.merged.split():
            left, top, right, bottom = range_boundaries(area)
            pen.write_merge(top - 1, bottom - 1, left - 1, right - 1)
        for (row, column), cell in sheet.all_cells().items():
            if _ERROR.fullmatch(str(cell.value)):
                pen.row(row).set_cell_error(column, cell.value)
            else:
                is_date = isinstance(cell.value, datetime)
                pen.write(row, column, cell.value, dated if is_date else percent if cell.percent else plain)
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()


# ------------------------------------------------------------------ texts


def delimited(text: str, separator: str = ",", encoding: str = "utf-8-sig", line_end: str = "\r\n") -> bytes:
    """A text table as an export writes it."""
    memory = io.StringIO(newline="")
    out = csv.writer(memory, delimiter=separator, lineterminator=line_end)
    out.writerows([word.removeprefix("'") for word in row] for row in split(text))
    return memory.getvalue().encode(encoding)


def html_table(text: str) -> bytes:
    """What many systems call an export to Excel: a web page with one table."""
    cells = ([html.escape(word.removeprefix("'")) for word in row] for row in split(text))
    return html_page(*(f"<tr>{''.join(f'<td>{word}</td>' for word in row)}</tr>" for row in cells))


def html_page(*rows: str) -> bytes:
    """A web page whose one table has these rows."""
    return (
        '<html xmlns:x="urn:schemas-microsoft-com:office:excel">\r\n<head>\r\n'
        '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n'
        "<style>td {mso-number-format:'\\@';}</style>\r\n</head>\r\n<body>\r\n"
        '<table border="1">\r\n' + "\r\n".join(rows) + "\r\n</table>\r\n</body>\r\n</html>\r\n"
    ).encode()


def lines(rows: Iterable[str]) -> str:
    """Rows made in a loop as one table."""
    return "\n".join(rows)


# ------------------------------------------------------------------ OpenDocument

_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_ODS_SPACES = "".join(
    f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)


def ods(name: str, text: str) -> bytes:
    """An OpenDocument sheet of texts, with a blank row repeated a million times below, as LibreOffice pads it."""
    cells = ([html.escape(word.removeprefix("'")) for word in row] for row in split(text))
    rows = (
        "".join(f'<table:table-cell office:value-type="string"><text:p>{w}</text:p></table:table-cell>' for w in row)
        for row in cells
    )
    table = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    padding = '<table:table-row table:number-rows-repeated="1048573"><table:table-cell/></table:table-row>'
    body = f'<table:table table:name="{name}">{table}{padding}</table:table>'
    parts = {
        "mimetype": _ODS,
        "content.xml": f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{_ODS_SPACES} office:version="1.2">'
        f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>",
        "META-INF/manifest.xml": '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>',
    }
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as package:
        for part, content in parts.items():
            packed = zipfile.ZIP_STORED if part == "mimetype" else zipfile.ZIP_DEFLATED
            package.writestr(zipfile.ZipInfo(part, (1980, 1, 1, 0, 0, 0)), content, packed)
    return memory.getvalue()


# ------------------------------------------------------------------ locked and broken


_CONTAINER = "msoffcrypto.method.container.ecma376_encrypted"


class _Stopped(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> _Stopped:
        return cls(CREATED.year, CREATED.month, CREATED.day, tzinfo=tz)


def locked(content: bytes, password: str) -> bytes:
    """The same workbook behind a password, as Excel locks it; what is random or the time of day there is fixed here."""
    dice = random.Random(2026)  # noqa: S311  # the same bytes every time; nothing here is a secret
    memory = io.BytesIO()
    with mock.patch("secrets.token_bytes", dice.randbytes), mock.patch(f"{_CONTAINER}.datetime", _Stopped):
        msoffcrypto.OfficeFile(io.BytesIO(content)).encrypt(password, memory)
    return memory.getvalue()
