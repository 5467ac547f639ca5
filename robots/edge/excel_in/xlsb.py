"""Binary workbooks (.xlsb). calamine reads the values; our own walk over the records tells what it hides.

Layouts: [MS-XLSB] 2.4. No other Python library reads this format, so that what calamine refuses is damaged.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from robots.edge.excel_in import calamine
from robots.edge.excel_in.biff import ERRORS, is_percent
from robots.edge.excel_in.calamine import Refused
from robots.edge.excel_in.package import Package, plain
from robots.edge.excel_in.shape import MOST_MERGED, Marks, extent_of, grid_of, places, without_far
from robots.edge.excel_in.source import Look, NotReadable, Source
from robots.edge.excel_in.xml import named, tree
from robots.reading.grid import Grid

_ENDINGS = (".xlsb",)
_SPARSE = 4_000_000
_ROW, _BLANK, _MERGED, _SHEET = 0, 1, 176, 156
_CELLS = range(2, 12)
_ERRORS, _NUMBERS = (3, 11), (2, 5, 9)
_FONT, _FORMAT, _XF, _XFS_BEGIN, _XFS_END = 43, 44, 47, 617, 618
_WORKSHEET = re.compile(r"/worksheet$")


@dataclass
class _Scan:
    marks: Marks = field(default_factory=Marks)
    cells: list[tuple[int, int, int]] = field(default_factory=list)  # row, column, where its data begin


@dataclass
class _Styles:
    percent: list[bool] = field(default_factory=list)
    bold: list[bool] = field(default_factory=list)


def grids(source: Source, look: Look, title: str = "") -> list[Grid]:  # noqa: ARG001  # these sheets have names
    """Every worksheet. Raises NotReadable."""
    with Package(source, look.unpacked_limit) as package:
        for name in sorted(package.names):
            package.verify(name)
        parts = _parts(package)
        scans, cleaned = _scanned(package, parts)
        file = package.rebuilt(cleaned) if cleaned or package.odd_names else source
    try:
        workbook = calamine.open_workbook(file, _ENDINGS)
        return [
            grid_of(name, calamine.rows_of(workbook, index), hidden, scans.get(name, Marks()))
            for index, name, hidden in calamine.worksheets(workbook)
        ]
    except Refused as error:
        raise NotReadable("FILE_DAMAGED") from error


def _scanned(package: Package, parts: dict[str, str]) -> tuple[dict[str, Marks], dict[str, bytes]]:
    """Marks by the name of the sheet, and the parts without the cells that lie too far away."""
    found, cleaned = {}, {}
    try:
        styles = _styles(package.read_if_there("xl/styles.bin"))
        for name, part in parts.items():
            content = package.read(part)
            scan = _scan(content, styles)
            found[name] = scan.marks
            rows, columns = places((row, column) for row, column, _ in scan.cells)
            if len(rows) and (int(rows.max()) + 1) * (int(columns.max()) + 1) > _SPARSE:
                extent = extent_of(rows, columns)
                found[name] = without_far(scan.marks, extent)
                changed = bytearray(content)
                for row, column, offset in scan.cells:
                    if row >= extent.height or column >= extent.width:
                        changed[_kind_at(content, offset)] = _BLANK
                cleaned[part] = bytes(changed)
    except (struct.error, IndexError) as error:
        raise NotReadable("FILE_DAMAGED") from error
    return found, cleaned


def _kind_at(content: bytes, start: int) -> int:
    """Where the kind of a cell stands, seen from its data: before its size, whose bytes are high but for the last."""
    place = start - 2
    while content[place] >= 0x80:
        place -= 1
    return place


def _parts(package: Package) -> dict[str, str]:
    """Sheet name → part."""
    root = tree(package.read_if_there("xl/_rels/workbook.bin.rels"))
    target = {node.get("Id", ""): node.get("Target", "") for node in named(root, "Relationship")}
    found = {}
    content = package.read("xl/workbook.bin")
    for kind, start, size in _records(content):
        if kind == _SHEET:
            relation, name = [*_strings(content[start + 8 : start + size]), "", ""][:2]
            part = target.get(relation, "")
            part = plain(part) if part.startswith("/") else str(PurePosixPath("xl") / part)
            if part in package.names:
                found[name] = part
    return found


def _strings(data: bytes) -> Iterator[str]:
    """Texts one after the other, each with its length in front."""
    place = 0
    while place + 4 <= len(data):
        (length,) = struct.unpack_from("<I", data, place)
        yield data[place + 4 : place + 4 + 2 * length].decode("utf-16-le", "replace")
        place += 4 + 2 * length


def _records(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Kind, start of the data and their size; kind and size are numbers of seven bits a byte."""
    place, end = 0, len(content) - 1
    while place < end:
        kind = content[place]
        place += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (content[place] & 0x7F) << 7
            place += 1
        size = 0
        for shift in (0, 7, 14, 21):
            byte = content[place]
            place += 1
            size |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
        yield kind, place, size
        place += size


def _styles(content: bytes) -> _Styles:
    styles, bold, percent, in_cells = _Styles(), [], {9, 10}, False
    for kind, start, size in _records(content):
        data = content[start : start + size]
        if kind == _FONT:
            bold.append(int.from_bytes(data[4:6], "little") >= 600)
        elif kind == _FORMAT:
            if is_percent(next(_strings(data[2:]), "")):
                percent.add(int.from_bytes(data[:2], "little"))
        elif kind in (_XFS_BEGIN, _XFS_END):
            in_cells = kind == _XFS_BEGIN
        elif kind == _XF and in_cells:
            _, number_format, font = struct.unpack_from("<HHH", data)
            styles.percent.append(number_format in percent)
            styles.bold.append(font < len(bold) and bold[font])
    return styles


def _scan(content: bytes, styles: _Styles) -> _Scan:
    found, row = _Scan(), -1
    marks = found.marks
    for kind, start, _ in _records(content):
        if kind == _ROW:
            (row,) = struct.unpack_from("<I", content, start)
        elif kind in _CELLS:
            column, style = struct.unpack_from("<II", content, start)
            found.cells.append((row, column, start))
            if kind in _ERRORS:
                marks.errors[row, column] = ERRORS.get(content[start + 8], "#ERROR")
            style &= 0xFFFFFF
            if style < len(styles.bold):
                if styles.bold[style]:
                    marks.bold.add(row)
                if kind in _NUMBERS and styles.percent[style]:
                    marks.percent.add((row, column))
        elif kind == _MERGED and len(marks.merged) < MOST_MERGED:
            top, bottom, left, right = struct.unpack_from("<IIII", content, start)
            marks.merged.append((top, left, bottom, right))
    return found
