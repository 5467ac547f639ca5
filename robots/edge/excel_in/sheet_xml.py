"""What the XML of a worksheet tells beside its values: errors, formulas never calculated, percentages, bold, merges.

A sheet of a hundred megabytes is looked through in a tenth of a second: tags are found with numpy, which lets other
threads go on, and only cells that have something to tell are looked at one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from robots.edge.excel_in.shape import MOST_MERGED, Extent, Marks, Place, extent_of, places

_MOST_BOLD = 20_000  # more bold cells than this make nothing stand out
_ROW_END = b"row>"  # with or without a prefix
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
_NOWHERE: Positions = np.zeros(0, np.int64)


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


def scan(pieces: Iterable[bytes], styles: Styles, measure: bool = True) -> Scan:
    """Look through a worksheet part; `measure` says whether its height and width are wanted."""
    found, reader = Scan(), _Reader(styles, measure)
    for piece, is_end in _by_rows(pieces):
        reader.look_at(piece, found)
        if is_end and len(found.marks.merged) < MOST_MERGED:
            found.marks.merged += [_range(match) for match in _MERGE.finditer(piece)]
    return found


def _by_rows(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The same bytes cut at the ends of rows, so that no cell is cut, as plain as Excel itself writes them, and
    whether they reach past the last row.
    """
    rest, in_tail, last = b"", False, b"</sheetData"
    plain: Callable[[bytes], bytes] = bytes
    for number, piece in enumerate(pieces):
        if number == 0:
            plain = _plainer(piece)
            last = b"</%s:sheetData" % match[1] if (match := _PREFIX.search(piece)) else last
        start = max(0, len(rest) - 16)
        rest = rest + piece if rest else piece
        in_tail = in_tail or rest.find(last, start) >= 0
        end = rest.rfind(b">") + 1 if in_tail else rest.rfind(_ROW_END, start) + len(_ROW_END)
        if end >= len(_ROW_END):
            yield plain(rest[:end]), in_tail
            rest = rest[end:]
    yield plain(rest), in_tail


def _plainer(start: bytes) -> Callable[[bytes], bytes]:
    """Some programs write every tag with a prefix (x:c), and some use single quotes: how to undo that, if need be."""
    match = _PREFIX.search(start)
    if match:
        name = match[1]
        changes = [(b"<%s:" % name, b"<"), (b"</%s:" % name, b"</"), (b"xmlns:%s" % name, b"xmlns")]
    else:
        changes = []
    if b" r='" in start:
        changes.append((b"'", b'"'))

    def plain(xml: bytes) -> bytes:
        for old, new in changes:
            xml = xml.replace(old, new)
        return xml

    return plain


class _Reader:
    """Goes through a sheet piece by piece and keeps count of rows and columns for cells that do not name theirs."""

    def __init__(self, styles: Styles, measure: bool = True) -> None:
        self._styles, self._measure = styles, measure
        self._place: Place = (-1, -1)
        self._bold_left = _MOST_BOLD
        self._counting: bool | None = None  # not known before the first cell; a program writes all of them alike

    def look_at(self, xml: bytes, found: Scan) -> None:
        """Take one piece into account."""
        if self._counting is None:
            self._counting = _names_no_cells(_tags(xml))
        if self._counting:
            self._count(xml, found)
        else:
            self._jump(xml, found)

    def _count(self, xml: bytes, found: Scan) -> None:
        """The slow way: every cell, one after the other."""
        for place, start, end in self.spans(xml):
            found.height, found.width = max(found.height, place[0] + 1), max(found.width, place[1] + 1)
            self._mark(found.marks, place, *_split(xml[start:end]))

    def _jump(self, xml: bytes, found: Scan) -> None:
        """The fast way: from one cell that has something to tell to the next."""
        hits = [np.fromiter(_found(xml, b't="e"'), np.int64)]
        percent = _NOWHERE
        if self._styles.any:
            percent, others = self._styled(np.frombuffer(xml, np.uint8))
            hits.append(others)
        has_formulas = b"<f" in xml
        if not (self._measure or has_formulas or len(percent) or any(map(len, hits))):
            return
        tags = _tags(xml)
        cells = tags.starts_of(b"c")
        if has_formulas:
            hits.append(tags.uncalculated())
        if self._measure and len(cells):
            rows, columns = _references(tags.raw, cells)
            found.height, found.width = max(found.height, int(rows.max()) + 1), max(found.width, int(columns.max()) + 1)
        rows, columns = _references(tags.raw, _cells_at(cells, percent))
        found.marks.percent.update(zip(rows.tolist(), columns.tolist(), strict=True))
        for start in _cells_at(cells, np.concatenate(hits)).tolist():
            attributes, inner = _split(xml[start : _cell_end(xml, start)])
            if ref := _REF.search(attributes):
                self._mark(found.marks, (int(ref[2]) - 1, column_index(ref[1])), attributes, inner)

    def _styled(self, raw: NDArray[np.uint8]) -> tuple[Positions, Positions]:
        """Where a style is named that tells something: plain numbers in percent, of which there may be a whole
        column, and all others, which are looked at one by one.
        """
        at, number, after = _style_names(raw)
        known = number < len(self._styles.bold)
        at, number, after = at[known], number[known], after[known]
        percent, bold = self._styles.percent[number], self._styles.bold[number] & (self._bold_left > 0)
        plain = percent & ~bold & _continues(raw, after, b'"><v>')
        return at[plain], at[(percent | bold) & ~plain]

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


def _names_no_cells(tags: _Tags) -> bool | None:
    """Is there a cell that does not begin with its reference, as nearly all programs write it? None without a cell."""
    cells, raw = tags.starts_of(b"c"), tags.raw
    if not len(cells):
        return None
    if cells[-1] + 6 >= len(raw):
        return True
    return not ((raw[cells + 3] == ord("r")) & (raw[cells + 4] == ord("=")) & (raw[cells + 5] == ord('"'))).all()


def _cells_at(cells: Positions, hits: Positions) -> Positions:
    """Where the cells begin in which these places lie."""
    at = np.searchsorted(cells, hits, side="right") - 1
    starts: Positions = np.unique(cells[at[at >= 0]])
    return starts


def _references(raw: NDArray[np.uint8], cells: Positions) -> tuple[Positions, Positions]:
    """Rows and columns of cells that begin with their reference, read all at once."""
    start, last = cells + 6, len(raw) - 1
    row, column = np.zeros(len(cells), np.int64), np.zeros(len(cells), np.int64)
    letters = going = np.ones(len(cells), bool)
    for offset in range(10):
        byte = raw[np.minimum(start + offset, last)]
        letters = letters & (byte >= 65) & (byte <= 90)
        going = going & (letters | ((byte >= 48) & (byte <= 57)))
        if not going.any():
            break
        column = np.where(letters, column * 26 + byte - 64, column)
        row = np.where(going & ~letters, row * 10 + byte - 48, row)
    return row - 1, column - 1


def _style_names(raw: NDArray[np.uint8]) -> tuple[Positions, Positions, Positions]:
    """Where each attribute s="…" begins, the number in it, and where the number ends."""
    if len(raw) < 8:
        return _NOWHERE, _NOWHERE, _NOWHERE
    at = np.flatnonzero((raw[1:-2] == ord("s")) & (raw[2:-1] == ord("=")) & (raw[3:] == ord('"')))
    at = at[raw[at] == ord(" ")]
    number, going, after, last = np.zeros(len(at), np.int64), np.ones(len(at), bool), at + 4, len(raw) - 1
    for offset in range(4, 10):
        byte = raw[np.minimum(at + offset, last)]
        going = going & (byte >= 48) & (byte <= 57)
        if not going.any():
            break
        number = np.where(going, number * 10 + byte - 48, number)
        after = after + going
    return at, number, after


def _continues(raw: NDArray[np.uint8], at: Positions, text: bytes) -> Flags:
    """Do these bytes stand at these places?"""
    last = len(raw) - 1
    same: Flags = np.ones(len(at), bool)
    for offset, letter in enumerate(text):
        same = same & (raw[np.minimum(at + offset, last)] == letter)
    return same


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
    xml = b"".join(piece for piece, _ in _by_rows(pieces))
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
