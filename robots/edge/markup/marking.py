"""Mark up the sender's own workbook: plan the few parts that change, write aside, prove, rename."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from xml.parsers.expat import ExpatError

from robots.edge.markup.cleaning import clean
from robots.edge.markup.marks import CannotMark, Cell, Mark, Marked, by_sheet, on_shown_cells, plain
from robots.edge.markup.notes import add_notes
from robots.edge.markup.outline import outline
from robots.edge.markup.package import OFFICE, Package, opened
from robots.edge.markup.proof import prove
from robots.edge.markup.properties import custom_properties, properties_part, with_properties
from robots.edge.markup.sheets import MAIN, Fills, Frame, frame, marked_sheet
from robots.edge.markup.styles import EMPTY, FORMER_FILLS, Styles

_STYLES = f"{OFFICE}/styles"
_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, ExpatError, EOFError, NotImplementedError, UnicodeError, RuntimeError,
)  # fmt: skip
NOTHING: Mapping[str, str] = MappingProxyType({})


def mark_up(
    source: Path, target: Path, marks: Sequence[Mark], author: str, properties: Mapping[str, str] = NOTHING
) -> None:
    """Write the sender's .xlsx or .xlsm to `target` with its bad cells filled and explained in notes, and prove that
    nothing else changed; from a copy that came back, the marks of the former round are taken out first.

    Raises CannotMark, and then there is no target; ValueError for what is our own mistake.
    """
    aside, cleaned = (target.with_name(f"{target.name}.{word}") for word in ("part", "clean"))
    if target.exists() and target.samefile(source):
        raise ValueError(target)
    target.unlink(missing_ok=True)
    try:
        if {*properties, FORMER_FILLS} & custom_properties(source).keys():
            clean(source, cleaned, plain(author))
            source = cleaned
        _write(source, aside, marks, plain(author), properties)
        aside.replace(target)
    except _BROKEN as error:
        raise CannotMark("damaged") from error
    finally:
        aside.unlink(missing_ok=True)
        cleaned.unlink(missing_ok=True)


def _write(source: Path, aside: Path, marks: Sequence[Mark], author: str, properties: Mapping[str, str]) -> None:
    with opened(source) as archive:
        package = Package(source, archive)
        plan = _Plan(package)
        for sheet, cells in by_sheet(marks).items():
            plan.add(sheet, cells, author)
        plan.tell(properties)
        package.write(aside, plan.flowing, plan.last)
    prove(source, aside, plan.filled, {*package.changed, *plan.flowing})


class _Plan:
    """What changes: the parts that flow through when the package is written, and the cells that are filled in each."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._workbook = package.related("", f"{OFFICE}/officeDocument") or ""
        self._sheets = self._sheet_parts()
        self.last: list[str] = []
        self._styles: Styles | None = None
        self.flowing: dict[str, Callable[[], Iterable[bytes]]] = {}
        self.filled: dict[str, Mapping[Cell, Marked]] = {}

    def add(self, sheet: str, cells: dict[Cell, list[Mark]], author: str) -> None:
        """Plan the marks of one sheet. Raises CannotMark."""
        if sheet not in self._sheets:
            raise CannotMark("sheet_unknown")
        part = self._sheets[sheet]
        if not part or self._package.find(part) is None or part in self.flowing:
            raise CannotMark("not_a_worksheet")
        with self._package.stream(part) as stream:
            known = frame(stream)
        marked = on_shown_cells(cells, known.merged)
        texts = {cell: one.text for cell, one in marked.items() if one.text}
        drawing = add_notes(self._package, part, known, texts, author) if texts else ""
        fills = {cell: one.level for cell, one in marked.items()}
        self.flowing[part] = partial(self._flow, part, known, fills, self._known_styles(), drawing)
        self.filled[part] = marked

    def tell(self, properties: Mapping[str, str]) -> None:
        """Plan the custom properties, and among them the fills that ours replace. Raises ValueError."""
        if not properties:
            return
        part = properties_part(self._package)
        before = self._package.read(part)
        with_properties(before, properties)

        def flow() -> Iterable[bytes]:
            fills = self._styles.former_fills if self._styles else ""
            return [with_properties(before, {**properties, FORMER_FILLS: fills} if fills else properties)]

        self.flowing[part] = flow
        self.last.append(part)

    def _flow(self, part: str, known: Frame, fills: Fills, styles: Styles, drawing: str) -> Iterator[bytes]:
        with self._package.stream(part) as stream:
            yield from marked_sheet(stream, known, fills, styles, drawing)

    def _known_styles(self) -> Styles:
        if self._styles is None:
            part = self._package.related(self._workbook, _STYLES) or self._new_styles()
            self._styles = styles = Styles(self._package.read(part))
            self.flowing[part] = lambda: [styles.patched()]
            self.last.append(part)
        return self._styles

    def _new_styles(self) -> str:
        part = self._package.free_name("xl/styles{}.xml") if self._package.find("xl/styles.xml") else "xl/styles.xml"
        self._package.put(part, EMPTY)
        self._package.declare(part, _STYLES_TYPE)
        self._package.relate(self._workbook, _STYLES, part)
        return part

    def _sheet_parts(self) -> dict[str, str]:
        """The name of each sheet and its part, which is empty for a sheet that has no cells."""
        if not self._workbook:
            raise CannotMark("not_ooxml")
        root = outline(self._package.read(self._workbook), 3)
        if root.space != MAIN:
            raise CannotMark("strict_ooxml" if "purl.oclc.org" in root.space else "not_ooxml")
        relations = self._package.relations(self._workbook)
        parts = {}
        for sheet in (one for parent in root.all("sheets") for one in parent.all("sheet")):
            relation = relations.get(sheet.attributes.get(f"{OFFICE} id", ""))
            has_cells = relation is not None and relation.kind == f"{OFFICE}/worksheet"
            parts[sheet.attributes.get("name", "")] = relation.target if relation and has_cells else ""
        return parts
