"""Files as raw grids: the format is told by content, never by the ending; what the fast library hides is found here.

Runs in the child process of `reading_room`; a hostile file can hurt nobody else there.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any

import olefile
import xlrd
from defusedxml import ElementTree
from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from robots.reading.grid import Grid

_CHUNK = 1 << 20
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Format(StrEnum):
    """What a file is, by its content."""

    OOXML = "ooxml"
    XLSB = "xlsb"
    ODS = "ods"
    XLS = "xls"
    TEXT = "text"


class NotReadable(Exception):
    """A file that cannot be read; the first argument is the finding code, the second, if any, a trace to log."""


@dataclass(frozen=True)
class Look:
    """What a first look through a file tells: its format, and which worksheet parts have errors or formulas in them."""

    format: Format
    suspicious: tuple[str, ...] = ()


def look_through(path: Path, unpacked_limit: int) -> Look:
    """Tell the format and that the file is whole: zip end record and CRC of every part, or an OLE header that opens.

    Raises NotReadable: FILE_EMPTY, FILE_INCOMPLETE, FILE_BOMB, FILE_PASSWORD, FILE_NOT_A_WORKBOOK.
    """
    with path.open("rb") as stream:
        start = stream.read(8)
    if not start:
        raise NotReadable("FILE_EMPTY")
    if start.startswith(_ZIP):
        return _look_through_zip(path, unpacked_limit)
    if start.startswith(_OLE[: len(start)]) and len(start) == 8:
        return _look_through_ole(path)
    if b"\x00" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotReadable("FILE_NOT_A_WORKBOOK")
    return Look(Format.TEXT)


def _look_through_zip(path: Path, unpacked_limit: int) -> Look:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > unpacked_limit:
                raise NotReadable("FILE_BOMB")
            names = {member.filename for member in members}
            suspicious = tuple(m.filename for m in members if _is_suspicious(archive, m))
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise NotReadable("FILE_INCOMPLETE") from error
    except RuntimeError as error:  # a zip that is itself encrypted
        raise NotReadable("FILE_PASSWORD") from error
    return Look(_zip_format(names), suspicious)


def _zip_format(names: set[str]) -> Format:
    if "xl/workbook.bin" in names:
        return Format.XLSB
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        return Format.OOXML
    if "content.xml" in names:
        return Format.ODS
    raise NotReadable("FILE_NOT_A_WORKBOOK")


def _is_suspicious(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Read a part to its end, which checks its CRC; does it hold error cells or formulas?"""
    is_sheet = "worksheets/" in member.filename and member.filename.endswith(".xml")
    found, tail = False, b""
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            if is_sheet and not found:
                found = _may_mark(chunk) or _may_mark(tail + chunk[:16])
                tail = chunk[-16:]
    return found


def _may_mark(xml: bytes) -> bool:
    """May this piece of a sheet hold an error cell or a formula? Plain searches first: most pieces hold neither."""
    return b't="e"' in xml or ((b"<f" in xml or b":f" in xml) and _FORMULA.search(xml) is not None)


def _look_through_ole(path: Path) -> Look:
    try:
        with olefile.OleFileIO(path) as ole:
            if ole.exists("EncryptedPackage"):
                raise NotReadable("FILE_PASSWORD")
            if not (ole.exists("Workbook") or ole.exists("Book")):
                raise NotReadable("FILE_NOT_A_WORKBOOK")
    except NotReadable:
        raise
    except Exception as error:  # olefile raises a dozen kinds over broken sectors
        raise NotReadable("FILE_INCOMPLETE") from error
    return Look(Format.XLS)


def grids(path: Path, look: Look, title: str = "") -> list[Grid]:
    """Every worksheet of the file as a grid; the one sheet of a text file is called `title`. Raises NotReadable."""
    if look.format is Format.TEXT:
        return [Grid(title or path.stem, _text_rows(path.read_bytes()))]
    marks = {}
    if look.format is Format.OOXML and look.suspicious:
        marks = _marks_of_ooxml(path, look.suspicious)
    elif look.format is Format.XLS:
        marks = _marks_of_xls(path)
    try:
        with _opened(path, look.format) as workbook:
            return list(_calamine_grids(workbook, marks))
    except PasswordError as error:
        raise NotReadable("FILE_PASSWORD") from error
    except Exception as error:  # calamine raises its own kinds and lets others through: whatever it is, it refused
        if look.format is Format.OOXML:
            return _second_opinion(path, marks)
        raise NotReadable("FILE_DAMAGED") from error


def _second_opinion(path: Path, marks: Marks) -> list[Grid]:
    """calamine drops a whole workbook over one odd cell or sheet that openpyxl accepts: slower, but read."""
    from openpyxl import load_workbook  # noqa: PLC0415  # rarely needed, and a fifth of a second to load

    try:
        with path.open("rb") as stream:  # a stream has no ending that openpyxl could object to
            book = load_workbook(stream, read_only=True, data_only=True)
            return [_openpyxl_grid(sheet, *marks.get(sheet.title, ({}, frozenset()))) for sheet in book.worksheets]
    except Exception as error:  # openpyxl raises whatever it stumbles over: both refused, the file is damaged
        raise NotReadable("FILE_DAMAGED") from error


def _openpyxl_grid(sheet: Any, errors: dict[tuple[int, int], str], uncalculated: frozenset[tuple[int, int]]) -> Grid:
    sheet.reset_dimensions()
    rows = [["" if value is None else value for value in row] for row in sheet.iter_rows(values_only=True)]
    width = max(map(len, rows), default=0)
    rows = [row + [""] * (width - len(row)) for row in rows]
    return Grid(sheet.title, rows, sheet.sheet_state != "visible", errors, uncalculated, second_reader=True)


Marks = dict[str, tuple[dict[tuple[int, int], str], frozenset[tuple[int, int]]]]


_ENDINGS = {
    Format.OOXML: (".xlsx", ".xlsm"),
    Format.XLSB: (".xlsb",),
    Format.XLS: (".xls",),
    Format.ODS: (".ods",),
}


def _opened(path: Path, what: Format) -> CalamineWorkbook:
    """The workbook. calamine believes the ending of a path, so that one that lies is opened as a stream."""
    if path.suffix.lower() in _ENDINGS[what]:
        return CalamineWorkbook.from_path(str(path))
    return CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))


def _calamine_grids(workbook: CalamineWorkbook, marks: Marks) -> Iterator[Grid]:
    for index, sheet in enumerate(workbook.sheets_metadata):
        if sheet.typ is not SheetTypeEnum.WorkSheet:
            continue
        rows = workbook.get_sheet_by_index(index).to_python(skip_empty_area=False)
        errors, uncalculated = marks.get(sheet.name, ({}, frozenset()))
        _hold(rows, [*errors, *uncalculated])
        yield Grid(sheet.name, rows, sheet.visible is not SheetVisibleEnum.Visible, errors, uncalculated)


def _hold(rows: list[list[Any]], places: list[tuple[int, int]]) -> None:
    """Make the grid large enough for cells that the library left out as blank."""
    if not places:
        return
    height = max(row + 1 for row, _ in places)
    width = max([len(rows[0]) if rows else 0, *(column + 1 for _, column in places)])
    for row in rows:
        row.extend([""] * (width - len(row)))
    rows.extend([""] * width for _ in range(height - len(rows)))


# ------------------------------------------------------------------ what calamine hides

# Some programs write every tag with a prefix (x:c), and attributes in any order.
_CELL = re.compile(rb'<(?:\w+:)?c(\s[^>]*?)\br="([A-Z]{1,3})(\d{1,7})"([^>]*?)(/>|>(.*?)</(?:\w+:)?c>)', re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]*)</")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")


def _marks_of_ooxml(path: Path, parts: tuple[str, ...]) -> Marks:
    with zipfile.ZipFile(path) as archive:
        sheet_of = _sheet_parts(archive)
        return {sheet_of[part]: _marks_of_part(archive.read(part)) for part in parts if part in sheet_of}


def _marks_of_part(xml: bytes) -> tuple[dict[tuple[int, int], str], frozenset[tuple[int, int]]]:
    errors: dict[tuple[int, int], str] = {}
    uncalculated = set()
    for match in _CELL.finditer(xml):
        attributes, inner = match[1] + match[4], match[6] or b""
        is_error = b't="e"' in attributes
        if not is_error and not _FORMULA.search(inner):
            continue
        place = int(match[3]) - 1, _column_index(match[2])
        value = _VALUE.search(inner)
        if is_error:
            errors[place] = value[1].decode("utf-8", "replace") if value else "#ERROR"
        elif value is None or (not value[1] and b't="str"' not in attributes):  # an empty text is a result
            uncalculated.add(place)
    return errors, frozenset(uncalculated)


def _column_index(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Worksheet part → sheet name."""
    try:
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        target = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    except Exception as error:  # a broken or hostile workbook part: the whole file is damaged
        raise NotReadable("FILE_DAMAGED") from error
    sheets = (node for node in workbook.iter() if node.tag.endswith("}sheet"))
    return {_part(target.get(sheet.get(_REL), "")): sheet.get("name", "") for sheet in sheets}


def _part(target: str) -> str:
    return target[1:] if target.startswith("/") else str(PurePosixPath("xl") / target)


def _marks_of_xls(path: Path) -> Marks:
    """Error cells of a BIFF workbook, where xlrd can read it; its trouble is not ours, calamine gives the values."""
    try:
        book = xlrd.open_workbook(str(path), logfile=io.StringIO())
    except Exception:  # noqa: BLE001  # xlrd knows fewer dialects than calamine; then only the error cells stay unknown
        return {}
    return {
        sheet.name: (
            {
                (row, column): xlrd.error_text_from_code.get(sheet.cell_value(row, column), "#ERROR")
                for row in range(sheet.nrows)
                for column, kind in enumerate(sheet.row_types(row))
                if kind == xlrd.XL_CELL_ERROR
            },
            frozenset(),
        )
        for sheet in book.sheets()
    }


# ------------------------------------------------------------------ text files


def _text_rows(content: bytes) -> list[list[Any]]:
    text = _decode(content).replace("\x00", "")  # no text column of PostgreSQL takes it
    if "\n" not in text:
        text = text.replace("\r", "\n")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text)))
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _decode(content: bytes) -> str:
    """BOM, then strict UTF-8, then GB18030 (LIBRARIES)."""
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotReadable("FILE_NOT_A_WORKBOOK")


def _separator(text: str) -> str:
    """The separator that cuts the first lines into the same number of pieces most often."""
    lines = [line for line in text[:20_000].splitlines()[:20] if line.strip()]
    return max("\t,;|", key=lambda mark: (sum(line.count(mark) for line in lines), mark == ","))
