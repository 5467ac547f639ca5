"""Excel workbooks in XML (.xlsx, .xlsm).

calamine reads the values while a second thread unpacks the same parts for their CRC and for what calamine hides. It
waits for that thread where a sheet might be much larger than what is in it; openpyxl reads what calamine refuses.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from python_calamine import CalamineWorkbook

from robots.edge.excel_in import calamine, sheet_xml
from robots.edge.excel_in.biff import is_percent
from robots.edge.excel_in.calamine import Refused
from robots.edge.excel_in.package import Package, plain
from robots.edge.excel_in.second import SecondReader
from robots.edge.excel_in.shape import grid_of, without_far
from robots.edge.excel_in.sheet_xml import Scan, Styles
from robots.edge.excel_in.source import Look, NotReadable, Source
from robots.edge.excel_in.xml import attribute, named, tree
from robots.reading.grid import Grid

ENDINGS = (".xlsx", ".xlsm")
_LARGE = 4 << 20  # a smaller part is scanned in no time, so that calamine may as well wait
_BYTES_PER_CELL = 10  # a part with fewer bytes for each cell of its declared range is mostly blank
_SPARSE = 4_000_000
_NO_CELLS_IN = ("xl/media/", "xl/drawings/", "xl/charts/", "xl/embeddings/", "docProps/", "customXml/")


@dataclass(frozen=True)
class _Sheet:
    name: str
    part: str
    hidden: bool


@dataclass(frozen=True)
class _Relation:
    sort: str
    part: str


def grids(source: Source, look: Look, title: str = "") -> list[Grid]:  # noqa: ARG001  # these sheets have names
    """Every worksheet. Raises NotReadable."""
    with Package(source, look.unpacked_limit) as package:
        file = package.rebuilt({}) if package.odd_names else source
        with ThreadPoolExecutor(1) as beside:
            try:
                return _Reading(file, package, beside).grids()
            finally:
                beside.shutdown(cancel_futures=True)


class _Reading:
    """One workbook being read: calamine here, the scans of its parts beside."""

    def __init__(self, source: Source, package: Package, beside: ThreadPoolExecutor) -> None:
        self._source, self._package = source, package
        relations = _relations(package)
        self._sheets = _worksheets(package, relations)
        styles = _styles(package, relations)
        parts = dict.fromkeys(sheet.part for sheet in self._sheets)
        self._trusted = {part for part in parts if _is_as_full_as_it_says(package, part)}
        rest = sorted(package.names - set(parts))
        self._first = beside.submit(_verify, package, [name for name in rest if not name.startswith(_NO_CELLS_IN)])
        self._scans = {part: beside.submit(_scan, package, part, styles, part not in self._trusted) for part in parts}
        self._last = beside.submit(_verify, package, [name for name in rest if name.startswith(_NO_CELLS_IN)])
        self._second = SecondReader(source)

    def grids(self) -> list[Grid]:
        """All sheets. One that no library reads comes back empty, unless none is left."""
        self._first.result()
        found = [self._grid(sheet) for sheet in self._sheets]
        self._last.result()
        if not any(found):
            raise NotReadable("FILE_DAMAGED")
        return [
            grid or Grid(sheet.name, [], sheet.hidden, second_reader=True)
            for grid, sheet in zip(found, self._sheets, strict=True)
        ]

    @cached_property
    def _workbook(self) -> CalamineWorkbook | None:
        try:
            return calamine.open_workbook(self._source, ENDINGS)
        except Refused:
            return None

    def _grid(self, sheet: _Sheet) -> Grid | None:
        scanned = self._scans[sheet.part]
        workbook, second, extent = self._workbook, self._second, None
        if sheet.part not in self._trusted and _may_be_sparse(scanned.result()):
            xml, extent = sheet_xml.cut(self._package.pieces(sheet.part))
            if extent.strays:
                file = self._package.rebuilt({sheet.part: xml}, self._needless(sheet))
                workbook, second = self._opened(file), SecondReader(file)
        rows, by_second = _values(workbook, second, sheet.name)
        marks = scanned.result().marks
        if rows is None:
            return None
        return grid_of(sheet.name, rows, sheet.hidden, without_far(marks, extent) if extent else marks, by_second)

    def _opened(self, file: Source) -> CalamineWorkbook | None:
        try:
            return calamine.open_workbook(file, ENDINGS)
        except Refused:
            return None

    def _needless(self, sheet: _Sheet) -> set[str]:
        """The parts that one sheet does without."""
        others = {other.part for other in self._sheets if other.part != sheet.part}
        return others | {name for name in self._package.names if name.startswith(_NO_CELLS_IN)}


def _values(workbook: CalamineWorkbook | None, second: SecondReader, name: str) -> tuple[list[list[Any]] | None, bool]:
    """The rows of a sheet, or None where nobody reads it, and whether it was the second reader who did."""
    try:
        if workbook is not None:
            return calamine.rows_of(workbook, name), False
    except Refused:
        pass
    return second.rows_of(name), True


def _verify(package: Package, names: list[str]) -> None:
    for name in names:
        package.verify(name)


def _scan(package: Package, part: str, styles: Styles, measure: bool) -> Scan:
    return sheet_xml.scan(package.pieces(part), styles, measure)


def _may_be_sparse(scan: Scan) -> bool:
    return scan.height * scan.width > _SPARSE


def _is_as_full_as_it_says(package: Package, part: str) -> bool:
    """Is this a large sheet with about as much in it as its declared range needs? Then calamine need not wait."""
    if package.size(part) < _LARGE:
        return False
    area = sheet_xml.declared_area(b"".join(islice(package.pieces(part), 1)))
    return 1 < area < package.size(part) // _BYTES_PER_CELL


# ------------------------------------------------------------------ the parts of a workbook


def _relations(package: Package) -> dict[str, _Relation]:
    """Relation id → what it is and the part it points to."""
    root = tree(package.read_if_there("xl/_rels/workbook.xml.rels"))
    return {
        node.get("Id", ""): _Relation(node.get("Type", "").rpartition("/")[2], _part(node.get("Target", "")))
        for node in named(root, "Relationship")
    }


def _part(target: str) -> str:
    return plain(target) if target.startswith("/") else str(PurePosixPath("xl") / plain(target))


def _worksheets(package: Package, relations: dict[str, _Relation]) -> list[_Sheet]:
    """What is no chart, dialog or macro sheet, in the order of the workbook."""
    found = []
    for node in named(tree(package.read_if_there("xl/workbook.xml")), "sheet"):
        relation = relations.get(attribute(node, "id"))
        if relation and relation.sort == "worksheet" and relation.part in package.names:
            found.append(_Sheet(node.get("name", ""), relation.part, node.get("state", "visible") != "visible"))
    return found


def _styles(package: Package, relations: dict[str, _Relation]) -> Styles:
    """Which cell styles are percentages or bold."""
    part = next((relation.part for relation in relations.values() if relation.sort == "styles"), "")
    content = package.read_if_there(part)
    if not content:
        return Styles.none()
    root = tree(content)
    formats = {node.get("numFmtId", "") for node in named(root, "numFmt") if is_percent(node.get("formatCode", ""))} | {
        "9",
        "10",
    }
    bold = [_is_bold(font) for font in root.findall("{*}fonts/{*}font")]
    cells = root.findall("{*}cellXfs/{*}xf")
    return Styles(
        np.array([cell.get("numFmtId") in formats for cell in cells], bool),
        np.array([_nth(bold, cell.get("fontId", "")) for cell in cells], bool),
    )


def _is_bold(font: Any) -> bool:
    node = font.find("{*}b")
    return node is not None and node.get("val", "1") not in ("0", "false")


def _nth(flags: list[bool], number: str) -> bool:
    return number.isdecimal() and int(number) < len(flags) and flags[int(number)]
