"""HTML tables that call themselves .xls, as many ERP programs export them. Every table with text is a sheet.

Cells are texts and stay so: a number format (mso-number-format) says how Excel would show a number that it made of
them, and leading zeros live only as long as nobody does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from robots.edge.excel_in.shape import MOST_CELLS, Cells
from robots.edge.excel_in.source import Look, NotReadable, Source, whole
from robots.edge.excel_in.text import decoded
from robots.reading.grid import Grid

_DECLARED = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_SILENT = ("script", "style", "head", "title", "template")
_LINES = ("br", "p", "div", "li")
_BOLD = ("b", "strong", "th")
_DIGITS = re.compile(r"\s*(\d{1,5})")
_MOST_SPAN = 1000  # as browsers do
_DEEPEST = 200


def grids(source: Source, look: Look, title: str = "") -> list[Grid]:  # noqa: ARG001  # nothing here is packed
    """Every table with text in it. Raises NotReadable where there is none: a page, such as one to sign in."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(_in_utf8(whole(source)), parser)
    tables = [] if root is None else [table for table in map(_table, root.iter("table")) if table.rows]
    if not tables:
        raise NotReadable("FILE_NOT_A_WORKBOOK")
    names: set[str] = set()
    for number, table in enumerate(tables):
        table.name = _name(table.name or title, number, names)
        names.add(table.name)
    return [table.grid() for table in tables]


def _in_utf8(content: bytes) -> bytes:
    """The page in an encoding that needs no guessing."""
    declared = _DECLARED.search(content[:4096])
    text = decoded(content, declared[1].decode("ascii") if declared else "")
    return text.replace("\x00", "").encode("utf-8", "replace")


def _name(wanted: str, number: int, taken: set[str]) -> str:
    return wanted if wanted not in taken else f"{wanted}-{number + 1}"


def _table(table: Any) -> Cells:
    """One table, without those inside it, which are sheets of their own."""
    caption = table.find("caption")
    cells = Cells("" if caption is None else _text(caption))
    busy: dict[int, int] = {}  # column → rows still covered by a cell above
    count = 0
    for number, row in enumerate(_rows(table)):
        column = 0
        for cell in row.iterchildren("td", "th"):
            while busy.get(column, 0) > 0:
                column += 1
            wide, high = _span(cell, "colspan"), _span(cell, "rowspan")
            cells.put(number, column, _text(cell))
            if wide * high > 1:
                cells.marks.merged.append((number, column, number + high - 1, column + wide - 1))
                busy |= dict.fromkeys(range(column, column + wide), high)
            if cell.tag == "th" or len(cell):
                cells.marks.bold.update([number] if _is_bold(cell) else [])
            column += wide
            count += wide
            if count > MOST_CELLS:
                raise NotReadable("FILE_TOO_LARGE")
        busy = {place: left - 1 for place, left in busy.items() if left > 1}
    return cells


def _rows(table: Any) -> Iterator[Any]:
    for child in table.iterchildren("tr", "thead", "tbody", "tfoot"):
        if child.tag == "tr":
            yield child
        else:
            yield from child.iterchildren("tr")


def _span(cell: Any, name: str) -> int:
    said = cell.get(name)
    digits = _DIGITS.match(said) if said else None
    return min(max(int(digits[1]), 1), _MOST_SPAN) if digits else 1


def _is_bold(cell: Any) -> bool:
    return any(node.tag in _BOLD and (node.text or "").strip() for node in cell.iter(*_BOLD))


def _text(node: Any) -> str:
    """What a person reads in a cell: white space folded, a line for each line, nothing of a table inside."""
    if not len(node):
        return " ".join(node.text.split()) if node.text else ""
    lines = "".join(_pieces(node, 0)).split("\n")
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def _pieces(node: Any, depth: int) -> Iterator[str]:
    yield _one_line(node.text)
    for child in node:
        if child.tag in _LINES:
            yield "\n"
        if child.tag != "table" and child.tag not in _SILENT and depth < _DEEPEST:
            yield from _pieces(child, depth + 1)
        if child.tag in _LINES and child.tag != "br":
            yield "\n"
        yield _one_line(child.tail)


def _one_line(text: str | None) -> str:
    """Line ends in the source are only white space."""
    return text.replace("\n", " ").replace("\r", " ") if text else ""
