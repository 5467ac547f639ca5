"""The proof that nothing was lost: the marked workbook is read again and compared with the sender's.

It trusts nothing of what was written: every part is checked, rows that differ are taken apart by another parser, and
an independent library reads all values of both.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar
from xml.parsers import expat

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum

from robots.edge.markup.marks import CannotMark, Cell, Marked, cell_at
from robots.edge.markup.notes import prove_notes
from robots.edge.markup.package import Package
from robots.edge.markup.sheets import Piece, Tags, pieces, row_tag

_CHUNK = 1 << 20
T = TypeVar("T")
_DRAWING = re.compile(rb"<(?:[\w.-]+:)?legacyDrawing(?=[\s/>])[^>]*?/>")
_ROOT = re.compile(rb"""<(?![?!])([^\s/>]+)((?:[^>"']|"[^"]*"|'[^']*')*)>""")


def prove(source: Path, target: Path, sheets: Mapping[str, Mapping[Cell, Marked]], changed: Collection[str]) -> None:
    """Raise CannotMark where the target is not the source with these cells marked and these parts changed."""
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target) as after:
        told = {info.filename: (info.CRC, info.file_size) for info in after.infolist()}
        for info in before.infolist():
            untouched = info.filename not in changed and info.filename not in sheets
            require(info.filename in told)
            require(not untouched or told[info.filename] == (info.CRC, info.file_size))
        for name in told:
            is_ours = name in sheets or (name in changed and not name.lower().endswith(".vml"))
            read_through(after, name, is_ours)
        for name, cells in sheets.items():
            _prove_sheet(before, after, name, cells)
            noted = [cell for cell, one in cells.items() if one.text]
            prove_notes(Package(source, before), Package(target, after), name, noted)
    _prove_values(source, target)


def require(holds: bool) -> None:
    if not holds:
        raise CannotMark("verification_failed")


def read_through(archive: zipfile.ZipFile, name: str, is_ours: bool) -> None:
    """To the end of a part, which checks its CRC; what we wrote must be XML from its first to its last sign."""
    parser = expat.ParserCreate(namespace_separator=" ") if is_ours else None
    with archive.open(name) as stream:
        while chunk := stream.read(_CHUNK):
            if parser:
                parser.Parse(chunk, False)
    if parser:
        parser.Parse(b"", True)


# ------------------------------------------------------------------ rows


@dataclass
class _Row:
    """A row as another parser sees it: what it says of itself, and its cells that are not empty."""

    number: int
    attributes: dict[str, str]
    cells: dict[int, list[object]] = field(default_factory=dict)
    columns: list[int] = field(default_factory=list)
    rest: list[object] = field(default_factory=list)


def _prove_sheet(before: zipfile.ZipFile, after: zipfile.ZipFile, name: str, cells: Collection[Cell]) -> None:
    with before.open(name) as old_stream, after.open(name) as new_stream:
        tags, old = pieces(old_stream)
        new_tags, new = pieces(new_stream)
        require(tags == new_tags)
        seen = _Comparison(tags, next(old)).run(old, new)
    require(seen >= set(cells))


@dataclass
class _Comparison:
    """Two sheets side by side. Only rows that differ in a byte are taken apart."""

    tags: Tags
    old: tuple[Piece, bytes] | None
    root: bytes = b""
    old_number: int = 0
    new_number: int = 0
    seen: set[Cell] = field(default_factory=set)

    def run(self, olds: Iterator[tuple[Piece, bytes]], news: Iterator[tuple[Piece, bytes]]) -> set[Cell]:
        """Compare all; the cells of rows that differ."""
        for new in news:
            if new[0] is Piece.HEAD:
                self.root = _root_tag(new[1])
            is_the_same = self._compare(new)
            if is_the_same:
                self.old = next(olds, None)
        require(self.old is None)
        return self.seen

    def _compare(self, new: tuple[Piece, bytes]) -> bool:
        kind, piece = new
        require(self.old is not None)
        old_kind, old_piece = self.old or new
        if kind is not Piece.ROW:
            require(kind is old_kind and old_piece in {piece, _without_drawing(piece)})
            return True
        in_step = self.old_number == self.new_number
        _, self.new_number = row_tag(self.tags, piece, self.new_number)
        if in_step and piece == old_piece:
            self.old_number = self.new_number
            return True
        if old_kind is Piece.ROW:
            _, number = row_tag(self.tags, old_piece, self.old_number)
            if number == self.new_number:
                self.old_number = number
                self._compare_rows(old_piece, piece)
                return True
        added = self._parsed(piece)
        require(not added.cells and not added.rest and not added.attributes)
        self._see(added)
        return False

    def _compare_rows(self, old_piece: bytes, piece: bytes) -> None:
        old, new = self._parsed(old_piece), self._parsed(piece)
        require((old.attributes, old.cells, old.rest) == (new.attributes, new.cells, new.rest))
        require(set(old.columns) <= set(new.columns))
        self._see(new)

    def _parsed(self, piece: bytes) -> _Row:
        return _Reader(self.new_number).read(self.root, piece)

    def _see(self, row: _Row) -> None:
        self.seen.update((row.number, column) for column in row.columns)


def _root_tag(head: bytes) -> bytes:
    match = _ROOT.search(re.sub(rb"<!--.*?-->|<\?.*?\?>", b"", head, flags=re.DOTALL))
    require(match is not None)
    return match[0] if match else b""


def _without_drawing(tail: bytes) -> bytes:
    """What follows the rows, without the drawing; where the sender had one, nothing was to be added."""
    return _DRAWING.sub(b"", tail, count=1)


class _Reader:
    """Takes one row apart."""

    def __init__(self, number: int) -> None:
        self._row = _Row(number, {})
        self._path: list[str] = []
        self._cell: list[object] = []
        self._column = 0

    def read(self, root: bytes, piece: bytes) -> _Row:
        """The row in this piece of a sheet."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(root, False)
        parser.Parse(piece, False)
        return self._row

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        local, depth = name.rpartition(" ")[2], len(self._path)
        if depth == 2:
            self._row.attributes = {key: value for key, value in attributes.items() if key not in {"r", "spans"}}
        elif depth == 3 and local == "c":
            self._begin_cell(attributes)
        elif depth > 2:
            self._held().append((name, sorted(attributes.items())))

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        row, column = cell_at(reference) if reference else (self._row.number, self._column + 1)
        require(row == self._row.number and column > self._column)
        self._column = column
        self._row.columns.append(column)
        self._cell = [sorted((key, value) for key, value in attributes.items() if key not in {"r", "s"})]

    def _end(self, name: str) -> None:
        local, depth = name.rpartition(" ")[2], len(self._path)
        self._path.pop()
        if depth == 3 and local == "c":
            if self._cell != [[]]:
                self._row.cells[self._column] = self._cell
        elif depth > 2:
            self._held().append(name)

    def _text(self, text: str) -> None:
        if len(self._path) > 2:
            self._held().append(text)

    def _held(self) -> list[object]:
        inside = len(self._path) > 2 and self._path[2].endswith(" c")
        return self._cell if inside else self._row.rest


# ------------------------------------------------------------------ values


def _prove_values(source: Path, target: Path) -> None:
    """Every value of every sheet, as calamine reads them; where it refuses the sender's own, the rows must do."""
    before, after = _opened(source), _opened(target)
    if before is None:
        return
    require(after is not None and _names(before) == _names(after))
    for one in before.sheets_metadata:
        if after is None or one.typ is not SheetTypeEnum.WorkSheet:
            continue
        old = _sheet(before, one.name)
        require(old is None or _have_the_same_values(old, _sheet(after, one.name)))


def _opened(path: Path) -> CalamineWorkbook | None:
    with path.open("rb") as stream:
        return _unless_refused(partial(CalamineWorkbook.from_filelike, stream))


def _sheet(book: CalamineWorkbook, name: str) -> CalamineSheet | None:
    return _unless_refused(partial(book.get_sheet_by_name, name))


def _unless_refused(read: Callable[[], T]) -> T | None:
    """calamine raises its own kinds and lets others through; its panics are not even an Exception."""
    try:
        return read()
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            return None
        raise


def _names(book: CalamineWorkbook) -> list[str]:
    return [one.name for one in book.sheets_metadata]


def _have_the_same_values(before: CalamineSheet, after: CalamineSheet | None) -> bool:
    if after is None or before.start != after.start or before.end != after.end:
        return False
    return all(_same(old, new) for old, new in zip(before.iter_rows(), after.iter_rows(), strict=True))


def _same(old: Sequence[object], new: Sequence[object]) -> bool:
    """Equal; also where a value is no number, which does not equal itself."""
    return old == new or repr(old) == repr(new)
