"""The records of a BIFF stream (.xls, .et): where cells lie, and which are errors, percentages, bold or merged.

A short walk over the record headers; values are read by the library. Layouts: [MS-XLS] 2.4.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from robots.edge.excel_in.shape import MOST_MERGED, Marks, Place

_HEADER = struct.Struct("<HH")
_CELL = struct.Struct("<HHH")
_BOF, _EOF, _FILEPASS, _SHEET = (0x0009, 0x0209, 0x0409, 0x0809), 0x000A, 0x002F, 0x0085
_FONT, _FORMAT, _XF = 0x0031, 0x041E, 0x00E0
_BOOLERR, _MULRK, _MERGED = 0x0205, 0x00BD, 0x00E5
_FORMULAS = (0x0006, 0x0406)
_NO_NUMBER = b"\xff\xff"  # at the end of a formula's result: it is a text, a truth value or an error
_NUMBERS = (0x0203, 0x027E, *_FORMULAS)
_MAY_BE_ERRORS = (_BOOLERR, *_FORMULAS)
_VALUES = frozenset((*_NUMBERS, _BOOLERR, 0x00FD, 0x0204, 0x00D6))  # and texts: LABELSST, LABEL, RSTRING
_NOTHING = 0x00FF  # a record that every reader skips on a sheet
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_PERCENT_BUILTIN = (9, 10)
_QUOTED = re.compile(r'"[^"]*"|\\.')


@dataclass
class Scanned:
    """One sheet: its name, its marks, and where each cell with a value lies, with the place of its record."""

    name: str
    marks: Marks = field(default_factory=Marks)
    cells: list[tuple[int, int, int]] = field(default_factory=list)  # row, column, offset of the record


@dataclass
class _Styles:
    bold_fonts: set[int] = field(default_factory=set)
    fonts: int = 0
    percent_formats: set[int] = field(default_factory=lambda: set(_PERCENT_BUILTIN))
    percent: list[bool] = field(default_factory=list)
    bold: list[bool] = field(default_factory=list)


def is_locked(start: bytes) -> bool:
    """Is there a FILEPASS record among the first ones?"""
    return any(kind == _FILEPASS for kind, _, _ in _records(start, 0))


def is_percent(number_format: str) -> bool:
    """Does a number format show a percent sign of its own (one in quotes is only a text)?"""
    return "%" in _QUOTED.sub("", number_format)


def scan(stream: bytes) -> list[Scanned]:
    """Every worksheet of a BIFF5 or BIFF8 stream. Raises struct.error or IndexError where it is broken."""
    styles, sheets = _Styles(), []
    for kind, start, size in _records(stream, 0):
        if kind == _SHEET:
            place, _, sort, length = struct.unpack_from("<IBBB", stream, start)
            if sort == 0:
                sheets.append((place, _name(stream[start + 7 : start + size], length)))
        elif kind == _EOF:
            break
        else:
            _style(styles, kind, stream[start : start + size])
    return [_scan_sheet(stream, place, name, styles) for place, name in sheets]


def without(stream: bytes, offsets: list[int]) -> bytes:
    """The stream with some records turned into ones that say nothing."""
    changed = bytearray(stream)
    for offset in offsets:
        changed[offset : offset + 2] = _NOTHING.to_bytes(2, "little")
    return bytes(changed)


def _records(stream: bytes, place: int) -> Iterator[tuple[int, int, int]]:
    """Kind, start of the data and their size, from a place on."""
    unpack, end = _HEADER.unpack_from, len(stream) - 4
    while place <= end:
        kind, size = unpack(stream, place)
        yield kind, place + 4, size
        place += 4 + size


def _name(raw: bytes, length: int) -> str:
    """BIFF8 has a byte of flags before the letters, BIFF5 none. Only used to tell sheets apart in a log."""
    return raw[1 : 1 + 2 * length].decode("utf-16-le", "replace") if raw[:1] == b"\x01" else raw[1:].decode("latin-1")


def _style(styles: _Styles, kind: int, data: bytes) -> None:
    if kind == _FONT:
        index = styles.fonts if styles.fonts < 4 else styles.fonts + 1  # there is no font 4
        styles.fonts += 1
        if int.from_bytes(data[6:8], "little") >= 600:
            styles.bold_fonts.add(index)
    elif kind == _FORMAT:
        if is_percent(data[2:].replace(b"\0", b"").decode("latin-1")):
            styles.percent_formats.add(int.from_bytes(data[:2], "little"))
    elif kind == _XF:
        font, number_format = struct.unpack_from("<HH", data)
        styles.bold.append(font in styles.bold_fonts)
        styles.percent.append(number_format in styles.percent_formats)


def _scan_sheet(stream: bytes, place: int, name: str, styles: _Styles) -> Scanned:
    found, depth = Scanned(name), 0
    for kind, start, size in _records(stream, place):
        if kind in _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                break
        elif depth == 1:  # deeper ones belong to a chart that lies on the sheet
            _take(found, styles, stream, kind, start, size)
    return found


def _take(found: Scanned, styles: _Styles, stream: bytes, kind: int, start: int, size: int) -> None:
    marks = found.marks
    if kind in _VALUES:
        row, column, style = _CELL.unpack_from(stream, start)
        found.cells.append((row, column, start - 4))
        if kind in _MAY_BE_ERRORS:
            _mark_error(marks, (row, column), kind, stream[start : start + size])
        is_number = kind in _NUMBERS and stream[start + 12 : start + 14] != _NO_NUMBER
        _mark_style(marks, styles, row, column, style, is_number)
    elif kind == _MULRK:
        row, first = struct.unpack_from("<HH", stream, start)
        for column in range(first, min(first + (size - 6) // 6, 256)):
            (style,) = struct.unpack_from("<H", stream, start + 4 + 6 * (column - first))
            found.cells.append((row, column, start - 4))
            _mark_style(marks, styles, row, column, style, True)
    elif kind == _MERGED and len(marks.merged) < MOST_MERGED:
        ranges = struct.iter_unpack("<HHHH", stream[start + 2 : start + 2 + (size - 2) // 8 * 8])
        marks.merged += [(top, left, bottom, right) for top, bottom, left, right in ranges]


def _mark_error(marks: Marks, place: Place, kind: int, data: bytes) -> None:
    if kind == _BOOLERR and data[7:8] == b"\x01":
        marks.errors[place] = ERRORS.get(data[6], "#ERROR")
    elif kind in _FORMULAS and data[12:14] == _NO_NUMBER and data[6] == 2:
        marks.errors[place] = ERRORS.get(data[8], "#ERROR")


def _mark_style(marks: Marks, styles: _Styles, row: int, column: int, style: int, is_number: bool) -> None:
    if style < len(styles.bold):
        if styles.bold[style]:
            marks.bold.add(row)
        if is_number and styles.percent[style]:
            marks.percent.add((row, column))
