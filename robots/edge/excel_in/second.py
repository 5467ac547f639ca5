"""openpyxl, for what calamine refuses over one odd spot: slower, but it reads."""

from __future__ import annotations

from functools import cached_property
from io import BytesIO
from typing import Any

from robots.edge.excel_in.shape import MOST_CELLS
from robots.edge.excel_in.source import NotReadable, Source, whole

_CHINESE_DATES = {*range(27, 37), *range(50, 59)}  # built-in date formats that openpyxl takes for numbers


class SecondReader:
    """A workbook that is opened when it is first needed."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def _book(self) -> Any:
        from openpyxl import load_workbook  # noqa: PLC0415  # rarely needed, and a fifth of a second to load

        memory = BytesIO(whole(self._source))  # a stream has no ending that openpyxl could object to
        book = load_workbook(memory, read_only=True, data_only=True)
        book._date_formats |= {n for n, style in enumerate(book._cell_styles) if style.numFmtId in _CHINESE_DATES}
        return book

    def rows_of(self, name: str) -> list[list[Any]] | None:
        """The rows of a sheet, equally long, or None where openpyxl refuses too."""
        try:
            return self._rows(name)
        except (NotReadable, MemoryError):
            raise
        except Exception:  # noqa: BLE001  # openpyxl raises whatever it stumbles over: both refused
            return None

    def _rows(self, name: str) -> list[list[Any]]:
        sheet = self._book[name]
        sheet.reset_dimensions()
        rows, count = [], 0
        for row in sheet.iter_rows(values_only=True):
            count += len(row)
            if count > MOST_CELLS:
                raise NotReadable("FILE_TOO_LARGE")
            rows.append(["" if value is None else value for value in row])
        width = max(map(len, rows), default=0)
        if width * len(rows) > MOST_CELLS:
            raise NotReadable("FILE_TOO_LARGE")
        return [row + [""] * (width - len(row)) for row in rows]
