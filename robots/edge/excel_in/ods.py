"""OpenDocument spreadsheets (.ods), read by ourselves: one walk gives values, errors, spans and percentages alike.

Repeated cells and rows are kept as such until something is in them: an empty sheet says that a row of 16,384 cells
is repeated a million times.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from lxml import etree

from robots.edge.excel_in.package import Package, refuse_doctype
from robots.edge.excel_in.shape import MOST_CELLS, MOST_COLUMNS, Cells, Place
from robots.edge.excel_in.source import Look, NotReadable, Source
from robots.reading.grid import Grid

_NS = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"
_TABLE, _OFFICE, _TEXT, _STYLE = (f"{{{_NS.format(name)}}}" for name in ("table", "office", "text", "style"))
_BOLD = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}font-weight"
_EXTENDED = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_CELLS = (_TABLE + "table-cell", _TABLE + "covered-table-cell")
_TAGS = (_TABLE + "table", _TABLE + "table-row", _STYLE + "style")
_ERROR = re.compile(r"#(?:REF!|N/A|DIV/0!|VALUE!|NAME\?|NUM!|NULL!)|Err:\d{3}")
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
_MIDNIGHT = datetime(2000, 1, 1)
_PARAGRAPH, _TYPE, _FORMULA = _TEXT + "p", _OFFICE + "value-type", _TABLE + "formula"
_SPANNED, _TALL = _TABLE + "number-columns-spanned", _TABLE + "number-rows-spanned"
_ANNOTATION = _OFFICE + "annotation"


def grids(source: Source, look: Look, title: str = "") -> list[Grid]:  # noqa: ARG001  # these sheets have names
    """Every sheet. Raises NotReadable."""
    with Package(source, look.unpacked_limit) as package:
        for name in sorted(package.names - {"content.xml"}):
            package.verify(name)
        content = package.read("content.xml")
    refuse_doctype(content)
    try:
        sheets = list(_Book(content).sheets())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotReadable("FILE_DAMAGED") from error
    if not sheets:
        raise NotReadable("FILE_NOT_A_WORKBOOK")
    return [sheet.grid() for sheet in sheets]


Said = dict[str, str]  # the attributes of an element


class _Book:
    """Goes through content.xml; what has been read is let go."""

    def __init__(self, content: bytes) -> None:
        self._elements = etree.iterparse(
            io.BytesIO(content), events=("start", "end"), tag=_TAGS, resolve_entities=False, no_network=True
        )
        self._bold: set[str] = set()
        self._hidden: set[str] = set()
        self._row, self._depth, self._count = 0, 0, 0

    def sheets(self) -> Iterator[Cells]:
        """All sheets; tables inside a cell or a drawing belong to none."""
        sheet = Cells("")
        for event, node in self._elements:
            if node.tag == _TABLE + "table":
                self._depth += 1 if event == "start" else -1
                if event == "start" and self._depth == 1:
                    sheet = Cells(node.get(_TABLE + "name", ""), node.get(_TABLE + "style-name") in self._hidden)
                    self._row = 0
                elif self._depth == 0:
                    yield sheet
                    _let_go(node)
            elif event == "end" and node.tag == _TABLE + "table-row" and self._depth == 1:
                self._take_row(node, sheet)
                _let_go(node)
            elif event == "end" and self._depth == 0 and node.tag == _STYLE + "style":
                self._take_style(node)

    def _take_style(self, node: Any) -> None:
        if any(child.get(_BOLD) == "bold" for child in node):
            self._bold.add(node.get(_STYLE + "name", ""))
        if any(child.get(_TABLE + "display") == "false" for child in node):
            self._hidden.add(node.get(_STYLE + "name", ""))

    def _take_row(self, node: Any, sheet: Cells) -> None:
        times = _count(dict(node.items()), "number-rows-repeated")
        first, column = self._row, 0
        before = len(sheet.marks.merged)
        for cell in node.iterchildren(*_CELLS):
            said = dict(cell.items())
            wide = _count(said, "number-columns-repeated")
            if _TYPE in said or _FORMULA in said or len(cell):
                self._take_cell(said, _text(cell), sheet, (first, column), wide)
            if _SPANNED in said or _TALL in said:
                high = _count(said, "number-rows-spanned")
                sheet.marks.merged.append(
                    (first, column, first + high - 1, column + _count(said, "number-columns-spanned") - 1)
                )
            column += wide
        self._row += times
        if times > 1 and (first in sheet.rows or len(sheet.marks.merged) > before):
            self._repeat(sheet, first, times)

    def _repeat(self, sheet: Cells, first: int, times: int) -> None:
        cells = sheet.rows.get(first, {})
        self._count += len(cells) * times
        if self._count > MOST_CELLS:
            raise NotReadable("FILE_TOO_LARGE")
        for row in range(first + 1, first + times if cells else first):
            sheet.rows[row] = dict(cells)

    def _take_cell(self, said: Said, text: str, sheet: Cells, place: Place, wide: int) -> None:
        value, formula = _value(said, text), said.get(_FORMULA)
        if said.get(_EXTENDED) == "error" or (formula and _ERROR.fullmatch(text)):
            sheet.marks.errors[place] = text or "#ERROR"
        elif formula and value is None:
            sheet.marks.uncalculated.add(place)
        elif value is not None and value != "":
            row, column = place
            self._count += wide
            for n in range(column, min(column + wide, MOST_COLUMNS)):
                sheet.put(row, n, value)
                if said.get(_TYPE) == "percentage":
                    sheet.marks.percent.add((row, n))
            if said.get(_TABLE + "style-name") in self._bold:
                sheet.marks.bold.add(row)


def _let_go(node: Any) -> None:
    node.clear()
    while node.getprevious() is not None:
        del node.getparent()[0]


def _count(said: Said, name: str) -> int:
    """A count among the attributes: one where it is not there or no number."""
    text = said.get(_TABLE + name)
    return max(1, min(int(text), 1 << 20)) if text and text.isdecimal() and len(text) < 10 else 1


def _value(said: Said, text: str) -> Any:
    """The typed value, the text where there is none, or None where there is neither."""
    sort = said.get(_TYPE)
    if sort == "string":
        return said.get(_OFFICE + "string-value", text)
    if sort in ("float", "currency", "percentage"):
        return float(said.get(_OFFICE + "value", "nan"))
    if sort == "date":
        return _moment(said.get(_OFFICE + "date-value", ""), text)
    if sort == "time":
        return _duration(said.get(_OFFICE + "time-value", ""), text)
    if sort == "boolean":
        return said.get(_OFFICE + "boolean-value") == "true"
    return text or None


def _moment(iso: str, text: str) -> date | str:
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return text
    return moment if "T" in iso and moment.time() != time.min else moment.date()


def _duration(iso: str, text: str) -> time | timedelta | str:
    """A time of day where it is one, as calamine has it."""
    match = _DURATION.fullmatch(iso)
    if not match:
        return text
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups()[1:])
    span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if match[1]:
        return -span
    return span if span >= timedelta(days=1) else (_MIDNIGHT + span).time()


def _text(cell: Any) -> str:
    """The paragraphs of a cell, without its notes."""
    paragraphs = cell.getchildren()
    if not paragraphs:
        return ""
    if len(paragraphs) == 1 and paragraphs[0].tag == _PARAGRAPH and not len(paragraphs[0]):
        return paragraphs[0].text or ""
    return "\n".join("".join(_pieces(node)) for node in cell.iterchildren(_TEXT + "p", _TEXT + "h"))


def _pieces(node: Any) -> Iterator[str]:
    skipped = None
    for event, inner in etree.iterwalk(node, ("start", "end")):
        if inner.tag == _ANNOTATION:
            skipped = inner if event == "start" else None
        elif skipped is None and event == "start":
            yield _SPACES[inner.tag](inner) if inner.tag in _SPACES else inner.text or ""
        if event == "end" and inner is not node and (skipped is None):
            yield inner.tail or ""


_SPACES: dict[str, Callable[[Any], str]] = {
    _TEXT + "s": lambda node: " " * min(int(node.get(_TEXT + "c", "1")), 1000),
    _TEXT + "tab": lambda _: "\t",
    _TEXT + "line-break": lambda _: "\n",
}
