"""Excel workbooks of the old kind (.xls) and those of WPS (.et): an OLE file with a BIFF stream in it.

calamine reads the values, our own walk over the records tells what it hides; xlrd reads what calamine refuses.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import olefile
import xlrd

from robots.edge.excel_in import biff, calamine
from robots.edge.excel_in.biff import Scanned
from robots.edge.excel_in.calamine import Refused
from robots.edge.excel_in.shape import Extent, Marks, extent_of, grid_of, places, squared, without_far
from robots.edge.excel_in.source import Look, NotReadable, Source, whole
from robots.reading.grid import Grid

_ENDINGS = (".xls",)
_SPARSE = 4_000_000


@dataclass(frozen=True)
class _Scan:
    """What the walk over the records found: marks by the number of the worksheet, and the workbook without strays."""

    source: Source
    marks: list[Marks] = field(default_factory=list)

    def of(self, number: int) -> Marks:
        """The marks of the n-th worksheet."""
        return self.marks[number] if number < len(self.marks) else Marks()


def grids(source: Source, look: Look, title: str = "") -> list[Grid]:  # noqa: ARG001  # these sheets have names
    """Every worksheet. Raises NotReadable."""
    scan = _scanned(source)
    try:
        workbook = calamine.open_workbook(scan.source, _ENDINGS)
        return [
            grid_of(name, calamine.rows_of(workbook, index), hidden, scan.of(number))
            for number, (index, name, hidden) in enumerate(calamine.worksheets(workbook))
        ]
    except Refused:
        return _by_xlrd(scan)


def _scanned(source: Source) -> _Scan:
    """Our own walk. Where it fails, the values are read all the same."""
    content = whole(source)
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            stream = "Workbook" if ole.exists("Workbook") else "Book"
            records = ole.openstream(stream).read()
        sheets = biff.scan(records)
    except (MemoryError, NotReadable):
        raise
    except Exception:  # noqa: BLE001  # a broken stream breaks in many ways; the libraries have the last word
        return _Scan(source)
    extents = [_extent(sheet) for sheet in sheets]
    marks = [
        without_far(sheet.marks, extent) if extent else sheet.marks
        for sheet, extent in zip(sheets, extents, strict=True)
    ]
    far = [
        offset
        for sheet, extent in zip(sheets, extents, strict=True)
        if extent and extent.strays
        for row, column, offset in sheet.cells
        if row >= extent.height or column >= extent.width
    ]
    return _Scan(_rewritten(content, stream, biff.without(records, far)) if far else source, marks)


def _extent(sheet: Scanned) -> Extent | None:
    """How far a sheet reaches, where that is worth a thought."""
    if not sheet.cells:
        return None
    rows, columns = places((row, column) for row, column, _ in sheet.cells)
    if (int(rows.max()) + 1) * (int(columns.max()) + 1) <= _SPARSE:
        return None
    return extent_of(rows, columns)


def _rewritten(content: bytes, stream: str, records: bytes) -> io.BytesIO:
    memory = io.BytesIO(content)
    with olefile.OleFileIO(memory, write_mode=True) as ole:
        ole.write_stream(stream, records)
        return io.BytesIO(memory.getvalue())


def _by_xlrd(scan: _Scan) -> list[Grid]:
    try:
        book = xlrd.open_workbook(file_contents=whole(scan.source), logfile=io.StringIO(), ragged_rows=True)
        return [_xlrd_grid(book, sheet, scan.of(number)) for number, sheet in enumerate(book.sheets())]
    except (MemoryError, NotReadable):
        raise
    except Exception as error:  # xlrd raises a dozen kinds over broken records
        raise NotReadable("FILE_DAMAGED") from error


def _xlrd_grid(book: Any, sheet: Any, marks: Marks) -> Grid:
    rows, strays = squared([[_value(book, cell) for cell in sheet.row(number)] for number in range(sheet.nrows)])
    marks.strays = marks.strays or strays
    errors = {
        (row, column): biff.ERRORS.get(cell.value, "#ERROR")
        for row in range(sheet.nrows)
        for column, cell in enumerate(sheet.row(row))
        if cell.ctype == xlrd.XL_CELL_ERROR
    }
    marks.errors = marks.errors or errors
    return grid_of(sheet.name, rows, sheet.visibility != 0, marks, second_reader=True)


def _value(book: Any, cell: Any) -> Any:
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(cell.value, book.datemode)
        except (xlrd.XLDateError, OverflowError, ValueError):
            return cell.value
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    return "" if cell.ctype in (xlrd.XL_CELL_ERROR, xlrd.XL_CELL_BLANK, xlrd.XL_CELL_EMPTY) else cell.value
