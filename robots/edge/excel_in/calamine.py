"""The usual library: fast, tolerant, and in need of a guard, for what it raises is not always an Exception."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from robots.edge.excel_in.shape import MOST_CELLS
from robots.edge.excel_in.source import NotReadable, Source


class Refused(Exception):
    """calamine does not read this; another library may."""


@contextmanager
def asking() -> Iterator[None]:
    """Whatever calamine raises, its panics included (they are no Exception), becomes Refused."""
    try:
        yield
    except (NotReadable, MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except PasswordError as error:
        raise NotReadable("FILE_PASSWORD") from error
    except BaseException as error:
        raise Refused from error


def open_workbook(source: Source, endings: tuple[str, ...]) -> CalamineWorkbook:
    """The workbook. calamine believes the ending of a path, so that one that lies is opened as a stream."""
    with asking():
        if isinstance(source, Path):
            if source.suffix.lower() in endings:
                return CalamineWorkbook.from_path(str(source))
            return CalamineWorkbook.from_filelike(BytesIO(source.read_bytes()))
        source.seek(0)
        return CalamineWorkbook.from_filelike(source)


def worksheets(workbook: CalamineWorkbook) -> list[tuple[int, str, bool]]:
    """Index, name and whether hidden, of what is no chart, dialog or macro sheet."""
    return [
        (index, sheet.name, sheet.visible is not SheetVisibleEnum.Visible)
        for index, sheet in enumerate(workbook.sheets_metadata)
        if sheet.typ is SheetTypeEnum.WorkSheet
    ]


def rows_of(workbook: CalamineWorkbook, sheet: int | str) -> list[list[Any]]:
    """The cells of one sheet, by its index or name, from A1 on."""
    with asking():
        found = workbook.get_sheet_by_name(sheet) if isinstance(sheet, str) else workbook.get_sheet_by_index(sheet)
        _refuse_far(found)
        return found.to_python(skip_empty_area=False)


def _refuse_far(sheet: CalamineSheet) -> None:
    """A range that begins far from A1 is small for calamine and large for Python."""
    if sheet.end and (sheet.end[0] + 1) * (sheet.end[1] + 1) > MOST_CELLS:
        raise NotReadable("FILE_TOO_LARGE")
