"""SpreadsheetML of Excel 2003: one XML file that usually calls itself .xls."""

from __future__ import annotations

import io
import re
from datetime import date, datetime, time
from typing import Any

from lxml import etree

from robots.edge.excel_in.biff import is_percent
from robots.edge.excel_in.package import refuse_doctype
from robots.edge.excel_in.shape import Cells, Place
from robots.edge.excel_in.source import Look, NotReadable, Source, whole
from robots.edge.excel_in.text import decoded
from robots.reading.grid import Grid

_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_EXCEL = "{urn:schemas-microsoft-com:office:excel}"
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_TAGS = (*(_SS + name for name in ("Worksheet", "Row", "Style")), _EXCEL + "Visible")
_DATA, _TYPE, _STYLE, _FORMULA = (_SS + name for name in ("Data", "Type", "StyleID", "Formula"))
_END = re.compile(r"</(?:\w+:)?Workbook>\s*$")

Said = dict[str, str]  # the attributes of an element


def grids(source: Source, look: Look, title: str = "") -> list[Grid]:  # noqa: ARG001  # these sheets have names
    """Every worksheet. Raises NotReadable: FILE_INCOMPLETE where the end is missing, FILE_DAMAGED."""
    text = _DECLARATION.sub("", decoded(whole(source), "gb18030").replace("\x00", "").lstrip("\ufeff"))
    content = text.encode("utf-8", "replace")
    refuse_doctype(content)
    try:
        return _Book(content, recover=False).grids()
    except etree.XMLSyntaxError as error:
        if not _END.search(text):
            raise NotReadable("FILE_INCOMPLETE") from error
    try:
        return _Book(content, recover=True).grids()  # a bare & in a name, as some programs write it
    except etree.XMLSyntaxError as error:
        raise NotReadable("FILE_DAMAGED") from error


class _Book:
    """Goes through the elements in their order; what has been read is let go."""

    def __init__(self, content: bytes, recover: bool) -> None:
        self._recover = recover
        self._sheets: list[Cells] = []
        self._percent: set[str] = set()
        self._bold: set[str] = set()
        self._row, self._column = -1, -1
        limits = {"resolve_entities": False, "no_network": True, "recover": recover}
        self._elements = etree.iterparse(io.BytesIO(content), events=("start", "end"), tag=_TAGS, **limits)

    def grids(self) -> list[Grid]:
        """All sheets."""
        for event, node in self._elements:
            name = node.tag.rpartition("}")[2]
            if event == "start":
                self._begin(name, node)
            else:
                self._end(name, node)
        if not self._sheets:
            raise NotReadable("FILE_DAMAGED")
        return [sheet.grid() for sheet in self._sheets]

    def _begin(self, name: str, node: Any) -> None:
        if name == "Worksheet":
            self._sheets.append(Cells(node.get(_SS + "Name", ""), second_reader=self._recover))
            self._row = -1

    def _end(self, name: str, node: Any) -> None:
        if name == "Style":
            self._style(node)
        elif not self._sheets:
            return
        elif name == "Row":
            said = dict(node.items())
            self._row, self._column = _index(said, self._row), -1
            for cell in node.iterchildren(_SS + "Cell"):
                self._cell(cell, self._sheets[-1])
            self._row += _number(said, "Span")
            node.clear()
            while node.getprevious() is not None:
                del node.getparent()[0]
        elif name == "Visible":
            self._sheets[-1].hidden = (node.text or "").strip() in ("SheetHidden", "SheetVeryHidden")

    def _style(self, node: Any) -> None:
        number_format, font = node.find(_SS + "NumberFormat"), node.find(_SS + "Font")
        shown = "" if number_format is None else number_format.get(_SS + "Format", "")
        if shown == "Percent" or is_percent(shown):
            self._percent.add(node.get(_SS + "ID", ""))
        if font is not None and font.get(_SS + "Bold") == "1":
            self._bold.add(node.get(_SS + "ID", ""))

    def _cell(self, node: Any, sheet: Cells) -> None:
        said = dict(node.items())
        self._column = _index(said, self._column)
        place = self._row, self._column
        wide, high = _number(said, "MergeAcross"), _number(said, "MergeDown")
        if wide or high:
            sheet.marks.merged.append((*place, place[0] + high, place[1] + wide))
        self._value(said, next(node.iterchildren(_DATA), None), sheet, place)
        self._column += wide

    def _value(self, said: Said, data: Any, sheet: Cells, place: Place) -> None:
        if data is None:
            if _FORMULA in said:
                sheet.marks.uncalculated.add(place)
            return
        text = "".join(data.itertext()) if len(data) else data.text or ""
        sort, style = data.get(_TYPE), said.get(_STYLE)
        if sort == "Error":
            sheet.marks.errors[place] = text or "#ERROR"
            return
        sheet.put(*place, _typed(text, sort))
        if sort == "Number" and style in self._percent:
            sheet.marks.percent.add(place)
        if text and style in self._bold:
            sheet.marks.bold.add(place[0])


def _index(said: Said, before: int) -> int:
    return max(_number(said, "Index"), 1) - 1 if _SS + "Index" in said else before + 1


def _number(said: Said, name: str) -> int:
    """A count among the attributes; past what Excel has it is taken as far away."""
    text = said.get(_SS + name)
    return min(int(text), 1 << 20) if text and text.isdecimal() and len(text) < 10 else 0


def _typed(text: str, sort: str | None) -> Any:
    try:
        if sort == "Number":
            return float(text)
        if sort == "DateTime":
            return _moment(datetime.fromisoformat(text.strip()))
    except ValueError:
        return text
    return text == "1" if sort == "Boolean" else text


def _moment(moment: datetime) -> date | time:
    """A day where the time is midnight, and a time where the day is the one before Excel's first."""
    if moment.year < 1900:
        return moment.time()
    return moment if moment.time() != time.min else moment.date()
