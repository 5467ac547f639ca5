"""What the XML of a worksheet tells beside its values: errors, formulas never calculated, percentages, bold, merges.

A sheet of a hundred megabytes is looked through in a tenth of a second: tags are found with numpy, which lets other
threads go on, and only cells that have something to tell are looked at one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from robots.edge.excel_in.shape import MOST_MERGED, Extent, Marks, Place, extent_of, places

_MOST_BOLD = 20_000  # more bold cells than this make nothing stand out
_ROW_END, _TAIL = b"row>", b"sheetData>"  # the end of a row or of all, with or without a prefix
_PREFIX = re.compile(rb"<(\w+):worksheet[\s>]")
_TAG = re.compile(rb"<(row|c)(?=[\s>/])([^>]*?)(/?)>")
_REF = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_ROW_NUMBER = re.compile(rb'\br="(\d{1,7})"')
_STYLE = re.compile(rb'\bs="(\d{1,6})"')
_TYPE = re.compile(rb'\bt="(\w+)"')
_VALUE = re.compile(rb"<v(?:\s[^>]*)?>([^<]*)</")
_FORMULA = re.compile(rb"<f[\s>/]")
_MERGE = re.compile(rb'<mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_DIMENSION = re.compile(rb'<(?:\w+:)?dimension\s[^>]*?ref="\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})"')

Positions = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Styles:
    """Which cell styles show a percent sign, and which are bold, by the number of the style."""

    percent: Flags
    bold: Flags

    @classmethod
    def none(cls) -> Styles:
        """A workbook without percentages or bold cells."""
        return cls(np.zeros(0, bool), np.zeros(0, bool))

    @property
    def any(self) -> bool:
        """Is there anything to look for?"""
        return bool(self.percent.any() or self.bold.any())


@dataclass
class Scan:
    """The marks of a sheet; `height` and `width` span all its cells, filled or only formatted."""

    marks: Marks = field(default_factory=Marks)
    height: int = 0
    width: int = 0


def declared_area(start: bytes) -> int:
    """How many cells a sheet says that it spans, or 0 where it says nothing of use."""
    match = _DIMENSION.search(start)
    if not match:
        return 0
    return (int(match[4])) * (column_index(match[3]) + 1)


def scan(pieces: Iterable[bytes], styles: Styles) -> Scan:
    """Look through a worksheet part."""
    found, reader = Scan(), _Reader(styles)
    for piece in _by_rows(pieces):
        reader.look_at(piece, found)
    return found


def _by_rows(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes cut at the ends of rows, so that no cell is cut; without a prefix on every tag."""
    rest, prefix, in_tail = b"", b"", False
    for number, piece in enumerate(pieces):
        if number == 0 and (match := _PREFIX.search(piece[:65536])):
            prefix = match[1] + b":"
        start = max(0, len(rest) - 16)
        rest = rest + piece if rest else piece
        in_tail = in_tail or rest.find(_TAIL, start) >= 0
        end = rest.rfind(b">") + 1 if in_tail else rest.rfind(_ROW_END, start) + len(_ROW_END)
        if end < len(_ROW_END):
            continue
        yield _plain(rest[:end], prefix)
        rest = rest[end:]
    yield _plain(rest, prefix)


def _plain(xml: bytes, prefix: bytes) -> bytes:
    """Some programs write every tag with a prefix (x:c), and some use single quotes."""
    if prefix:
        xml = xml.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</").replace(b"xmlns:" + prefix[:-1], b"xmlns")
    return xml.replace(b"'", b'"') if b" r='" in xml else xml


class _Reader:
    """Goes through a sheet piece by piece and keeps count of rows and columns for cells that do not name theirs."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._place: Place = (-1, -1)
        self._bold_left = _MOST_BOLD
        self._counting = False

    def look_at(self, xml: bytes, found: Scan) -> None:
        """Take one piece into account."""
        tags = _tags(xml)
        cells = tags.starts_of(b"c")
        self._counting = self._counting or not _all_named(tags.raw, cells)
        if self._counting:
            for place, start, end in self.spans(xml):
                found.height, found.width = max(found.height, place[0] + 1), max(found.width, place[1] + 1)
                self._mark(found.marks, place, *_split(xml[start:end]))
        else:
            _stretch(found, tags.raw, cells)
            for start in self._telling(xml, tags, cells):
                attributes, inner = _split(xml[start : _cell_end(xml, int(start))])
                if ref := _REF.search(attributes):
                    self._mark(found.marks, (int(ref[2]) - 1, column_index(ref[1])), attributes, inner)
        if b"<mergeCell" in xml and len(found.marks.merged) < MOST_MERGED:
            found.marks.merged += [_range(match) for match in _MERGE.finditer(xml)]

    def _telling(self, xml: bytes, tags: _Tags, cells: Positions) -> Positions:
        """Where the cells begin that may have something to tell."""
        hits = [np.fromiter(_found(xml, b't="e"'), np.int64)]
        if b"<f" in xml:
            hits.append(tags.uncalculated())
        if self._styles.any:
            hits.append(_styled(tags.raw, self._styles.percent | (self._styles.bold & (self._bold_left > 0))))
        every = np.concatenate(hits)
        at = np.searchsorted(cells, every, side="right") - 1
        return np.unique(cells[at[at >= 0]]) if len(cells) else cells

    def spans(self, xml: bytes) -> Iterator[tuple[Place, int, int]]:
        """Every cell with its place, counted where it is not named, as Excel does, and where it begins and ends."""
        row, column = self._place
        for match in _TAG.finditer(xml):
            if match[1] == b"row":
                number = _ROW_NUMBER.search(match[2])
                row, column = int(number[1]) - 1 if number else row + 1, -1
                continue
            ref = _REF.search(match[2])
            row, column = (int(ref[2]) - 1, column_index(ref[1])) if ref else (max(row, 0), column + 1)
            yield (row, column), match.start(), match.end() if match[3] else _cell_end(xml, match.start())
        self._place = row, column

    def _mark(self, marks: Marks, place: Place, attributes: bytes, inner: bytes) -> None:
        sort = _TYPE.search(attributes)
        value = _VALUE.search(inner)
        kind = sort[1] if sort else b"n"
        if kind == b"e":
            marks.errors[place] = value[1].decode("utf-8", "replace") if value else "#ERROR"
        elif _FORMULA.search(inner) and (value is None or (not value[1] and kind != b"str")) and b"<is" not in inner:
            marks.uncalculated.add(place)  # an empty text is a result
        style = _STYLE.search(attributes)
        number = int(style[1]) if style else 0
        if number < len(self._styles.bold) and (value is not None or b"<is" in inner):
            if kind == b"n" and self._styles.percent[number]:
                marks.percent.add(place)
            if self._styles.bold[number] and self._bold_left > 0:
                self._bold_left -= 1
                marks.bold.add(place[0])


@dataclass(frozen=True)
class _Tags:
    """Where the tags of a piece of XML begin, and the two bytes after each '<'."""

    raw: NDArray[np.uint8]
    at: Positions
    first: NDArray[np.uint8]
    second: NDArray[np.uint8]

    def starts_of(self, name: bytes) -> Positions:
        """Where the tags with this name of one letter begin."""
        return self.at[self._are(name)]

    def _are(self, name: bytes) -> Flags:
        ends: Flags = np.isin(self.second, np.frombuffer(b" >/\n\r\t", np.uint8))
        are: Flags = (self.first == name[0]) & ends
        return are

    def uncalculated(self) -> Positions:
        """Formulas that are not followed by a value: after <f>…</f> or <f/>, a <v> with something in it must come."""
        opening = np.flatnonzero(self._are(b"f"))
        padded = np.append(self.at, [len(self.raw)] * 3)
        first = np.append(self.first, [0] * 3)
        second = np.append(self.second, [0] * 3)
        after = opening + 1
        after = after + ((first[after] == ord("/")) & (second[after] == ord("f")))
        has_value = (first[after] == ord("v")) & (second[after] == ord(">")) & (padded[after + 1] > padded[after] + 3)
        suspicious: Positions = self.at[opening[~has_value]]
        return suspicious


def _tags(xml: bytes) -> _Tags:
    raw = np.frombuffer(xml, np.uint8)
    at = np.flatnonzero(raw[:-2] == ord("<")) if len(raw) > 2 else np.zeros(0, np.int64)
    return _Tags(raw, at, raw[at + 1], raw[at + 2])


def _all_named(raw: NDArray[np.uint8], cells: Positions) -> bool:
    """Does every cell begin with its reference, as nearly all programs write it?"""
    if not len(cells):
        return True
    if cells[-1] + 6 >= len(raw):
        return False
    return bool(((raw[cells + 3] == ord("r")) & (raw[cells + 4] == ord("=")) & (raw[cells + 5] == ord('"'))).all())


def _stretch(found: Scan, raw: NDArray[np.uint8], cells: Positions) -> None:
    """How far the cells of a piece reach."""
    if not len(cells):
        return
    start, row, column = cells + 6, np.zeros(len(cells), np.int64), np.zeros(len(cells), np.int64)
    letters, digits = np.ones(len(cells), bool), np.ones(len(cells), bool)
    last = len(raw) - 1
    for offset in range(10):
        byte = raw[np.minimum(start + offset, last)].astype(np.int64)
        letters &= (byte >= 65) & (byte <= 90)
        column = np.where(letters, column * 26 + byte - 64, column)
        digits &= letters | ((byte >= 48) & (byte <= 57))
        row = np.where(digits & ~letters, row * 10 + byte - 48, row)
    found.height, found.width = max(found.height, int(row.max())), max(found.width, int(column.max()))


def _styled(raw: NDArray[np.uint8], wanted: Flags) -> Positions:
    """Where an attribute s="…" names one of the wanted styles."""
    if len(raw) < 8:
        return np.zeros(0, np.int64)
    mark = (raw[:-4] == ord(" ")) & (raw[1:-3] == ord("s")) & (raw[2:-2] == ord("=")) & (raw[3:-1] == ord('"'))
    at = np.flatnonzero(mark)
    number, going, last = np.zeros(len(at), np.int64), np.ones(len(at), bool), len(raw) - 1
    for offset in range(4, 10):
        byte = raw[np.minimum(at + offset, last)].astype(np.int64)
        going &= (byte >= 48) & (byte <= 57)
        number = np.where(going, number * 10 + byte - 48, number)
    known = number < len(wanted)
    return at[known][wanted[number[known]]]


def _found(xml: bytes, what: bytes) -> Iterator[int]:
    at = xml.find(what)
    while at >= 0:
        yield at
        at = xml.find(what, at + 1)


def _cell_end(xml: bytes, start: int) -> int:
    """Where the cell ends that begins here."""
    close = xml.find(b">", start)
    if xml[close - 1 : close] == b"/":
        return close + 1
    end = xml.find(b"</c>", close)
    return end + 4 if end >= 0 else len(xml)


def _split(cell: bytes) -> tuple[bytes, bytes]:
    """The attributes of a cell, and what is in it."""
    attributes, _, inner = cell.partition(b">")
    return attributes, inner


def _range(match: re.Match[bytes]) -> tuple[int, int, int, int]:
    return int(match[2]) - 1, column_index(match[1]), int(match[4]) - 1, column_index(match[3])


def column_index(letters: bytes) -> int:
    """Column letters as a number from 0."""
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


def cut(pieces: Iterable[bytes]) -> tuple[bytes, Extent]:
    """The sheet without the cells that lie too far away, and the extent of what is left."""
    kept, counted, spans = b"", 0, []
    xml = b"".join(_by_rows(pieces))
    filled, reader = [], _Reader(Styles.none())
    for place, start, end in reader.spans(xml):
        if b"<v" in xml[start:end] or b"<is" in xml[start:end]:
            filled.append(place)
            spans.append((start, end))
    extent = extent_of(*places(filled))
    if extent.strays:
        for place, (start, end) in zip(filled, spans, strict=True):
            if place[0] >= extent.height or place[1] >= extent.width:
                kept += xml[counted:start]
                counted = end
    return kept + xml[counted:], extent
