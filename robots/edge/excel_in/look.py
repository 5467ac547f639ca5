"""A first look at a file: what it is by its content, and whether it is whole as far as its directory tells."""

from __future__ import annotations

import re

import olefile

from robots.edge.excel_in.biff import is_locked
from robots.edge.excel_in.package import Package
from robots.edge.excel_in.source import Format, Look, NotReadable, Source, opened
from robots.edge.excel_in.text import decoded_start

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")  # Excel 2, 3 and 4 wrote without OLE
_OTHERS = (b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b\x08")
_HEAD = 8192


def look_through(source: Source, unpacked_limit: int) -> Look:
    """Tell the format; that a zip's directory and its parts agree, or that an OLE header opens. Nothing is unpacked.

    Raises NotReadable: FILE_EMPTY, FILE_INCOMPLETE, FILE_BOMB, FILE_PASSWORD (a zip that is itself encrypted),
    FILE_DAMAGED, FILE_NOT_A_WORKBOOK.
    """
    with opened(source) as stream:
        start = stream.read(_HEAD)
    if not start:
        raise NotReadable("FILE_EMPTY")
    if start.startswith(_ZIP):
        return _look_through_zip(source, unpacked_limit)
    if start.startswith(_OLE):
        return _look_through_ole(source, unpacked_limit)
    if start.startswith(_OLD_BIFF):
        return Look(Format.XLS, unpacked_limit)
    if len(start) < len(_OLE) and (_ZIP.startswith(start) or _OLE.startswith(start)):
        raise NotReadable("FILE_INCOMPLETE")
    if start.startswith(_OTHERS):
        raise NotReadable("FILE_NOT_A_WORKBOOK")
    return Look(_format_of_text(decoded_start(start)), unpacked_limit)


def _look_through_zip(source: Source, unpacked_limit: int) -> Look:
    with Package(source, unpacked_limit) as package:
        what = _format_of_zip(package.names)
        return Look(what, unpacked_limit, what is Format.ODS and _is_locked_ods(package))


def _format_of_zip(names: frozenset[str]) -> Format:
    if "xl/workbook.bin" in names:
        return Format.XLSB
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        return Format.OOXML
    if "content.xml" in names or "encrypted-package" in names:
        return Format.ODS
    raise NotReadable("FILE_NOT_A_WORKBOOK")


def _is_locked_ods(package: Package) -> bool:
    return "encrypted-package" in package.names or b"encryption-data" in package.read_if_there("META-INF/manifest.xml")


def _look_through_ole(source: Source, unpacked_limit: int) -> Look:
    try:
        with opened(source) as stream, olefile.OleFileIO(stream) as ole:
            if ole.exists("EncryptedPackage"):
                return Look(Format.OOXML, unpacked_limit, locked=True)
            name = next((name for name in ("Workbook", "Book") if ole.exists(name)), "")
            if not name:
                raise NotReadable("FILE_NOT_A_WORKBOOK")
            return Look(Format.XLS, unpacked_limit, is_locked(ole.openstream(name).read(_HEAD)))
    except NotReadable:
        raise
    except Exception as error:  # olefile raises a dozen kinds over broken sectors
        raise NotReadable("FILE_INCOMPLETE") from error


_SPREADSHEETML = re.compile(r'progid="Excel\.Sheet"|<(?:\w+:)?Workbook[^>]*schemas-microsoft-com:office:spreadsheet')
_JSON = re.compile(r'\{\s*["}]|\[\s*[\[{"\]]')
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|meta|style|table|tr)\b", re.IGNORECASE)


def _format_of_text(start: str) -> Format:
    begins = start.lstrip("\ufeff \t\r\n\0")
    if begins.startswith("<"):
        if _SPREADSHEETML.search(begins):
            return Format.SPREADSHEETML
        if _HTML.search(begins):
            return Format.HTML
    return Format.JSON if _JSON.match(begins) else Format.TEXT
