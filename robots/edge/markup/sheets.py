"""A worksheet as a flow of rows: those with marks are patched, all others pass as they are.

A sheet of 100,000 rows is 54 MB of XML and a gigabyte as a tree, so nothing here ever holds more than some rows.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import IO

from robots.edge.markup.marks import LAST_COLUMN, LAST_ROW, Area, CannotMark, Cell, Level, cell_at
from robots.edge.markup.outline import (
    INSIDE,
    Edit,
    Element,
    attributes_of,
    inserted,
    outline,
    patched,
    with_attribute,
)
from robots.edge.markup.package import LARGEST_PART, OFFICE
from robots.edge.markup.styles import Styles
from robots.model.findings import a1

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
ORDER = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup",
    "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags",
    "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls",
    "webPublishItems", "tableParts", "extLst",
)  # fmt: skip
_CHUNK = 1 << 18
# Comments, CDATA and processing instructions are stepped over; one still open reaches to the end of what is held.
_ASIDE = rb"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)"
_OPENING = re.compile(_ASIDE + rb"|<(?P<prefix>(?:[\w.-]+:)?)sheetData(?=[\s/>])" + INSIDE, re.DOTALL)
_CLOSED_ASIDE = (b"-->", b"]]>", b"?>")


class Piece(Enum):
    """What a piece of a worksheet is."""

    HEAD = "everything up to the first row, with the opening of sheetData"
    ROW = "a row, with whatever stands before the next one"
    TAIL = "the end of sheetData and everything after it"


@dataclass(frozen=True)
class Tags:
    """The patterns for one sheet: some programs write every tag with a prefix (x:row)."""

    prefix: bytes
    border: re.Pattern[bytes] = field(init=False)
    careful_border: re.Pattern[bytes] = field(init=False)
    row: re.Pattern[bytes] = field(init=False)
    inner: re.Pattern[bytes] = field(init=False)

    def __post_init__(self) -> None:
        p = re.escape(self.prefix)
        border = rb"<(?:%srow(?=[\s/>])|/%ssheetData(?=[\s>]))" % (p, p)
        inner = rb"|<%sc(?=[\s/>])%s|</%s(?:c|row)\s*>" % (p, INSIDE, p)
        object.__setattr__(self, "border", re.compile(border))
        object.__setattr__(self, "careful_border", re.compile(_ASIDE + rb"|" + border, re.DOTALL))
        object.__setattr__(self, "row", re.compile(rb"<%srow(?=[\s/>])(?: r=\"(?P<number>\d+)\")?+%s" % (p, INSIDE)))
        object.__setattr__(self, "inner", re.compile(_ASIDE + inner, re.DOTALL))


@dataclass
class Frame:
    """A sheet without its rows: what must be known of it before the first row passes."""

    tags: Tags
    xml: bytes
    root: Element
    heights: array[int]

    @property
    def merged(self) -> list[Area]:
        """The merged areas."""
        parts = (one for parent in self.root.all("mergeCells") for one in parent.all("mergeCell"))
        return [_area(part.attributes.get("ref", "")) for part in parts]

    @property
    def columns(self) -> list[Element]:
        """The descriptions of columns."""
        return [column for parent in self.root.all("cols") for column in parent.all("col")]

    @property
    def format(self) -> Mapping[str, str]:
        """The usual sizes of rows and columns."""
        found = self.root.first("sheetFormatPr")
        return found.attributes if found else {}

    @property
    def legacy_drawing(self) -> str:
        """The relation of the VML drawing, or nothing."""
        found = self.root.first("legacyDrawing")
        return found.attributes.get(f"{OFFICE} id", "") if found else ""

    def column_styles(self) -> dict[int, int]:
        """The style of each column that has one: an absent cell looks like its column."""
        styles = {}
        for column in self.columns:
            style = whole_number(column.attributes.get("style", "0"))
            first, last = (whole_number(column.attributes.get(key, "0")) for key in ("min", "max"))
            if style:
                styles.update(dict.fromkeys(range(first, min(last, LAST_COLUMN) + 1), style))
        return styles


def whole_number(text: str | bytes) -> int:
    """A number of an attribute. Raises CannotMark."""
    try:
        return int(text)
    except ValueError as error:
        raise CannotMark("damaged") from error


def _area(reference: str) -> Area:
    first, _, last = reference.partition(":")
    top, left = cell_at(first)
    bottom, right = cell_at(last or first)
    return top, left, bottom, right


# ------------------------------------------------------------------ cutting into rows


def pieces(stream: IO[bytes]) -> tuple[Tags, Iterator[tuple[Piece, bytes]]]:
    """Cut a worksheet: its head, each row, its tail. Put together they are the sheet, but for a `<sheetData/>` that is
    opened. Raises CannotMark."""
    head, prefix, rest, has_rows = _read_head(stream)
    tags = Tags(prefix)
    return tags, _cut(stream, tags, head, rest, has_rows)


def _read_head(stream: IO[bytes]) -> tuple[bytes, bytes, bytes, bool]:
    held = b""
    while chunk := stream.read(max(_CHUNK, len(held))):
        held += chunk
        _refuse_too_much(held)
        for match in _OPENING.finditer(held):
            if match["prefix"] is None:
                continue
            head, rest = held[: match.end()], held[match.end() :]
            if not head.endswith(b"/>"):
                return head, match["prefix"], rest, True
            closing = b"</" + match["prefix"] + b"sheetData>"
            return head[:-2].rstrip() + b">", match["prefix"], closing + rest, False
    raise CannotMark("encoding" if held.startswith((b"\xff\xfe", b"\xfe\xff")) else "damaged")


def _cut(stream: IO[bytes], tags: Tags, head: bytes, rest: bytes, has_rows: bool) -> Iterator[tuple[Piece, bytes]]:
    yielded, kind, held = head, Piece.HEAD, rest
    while has_rows:
        at = 0
        for start in _borders(held, tags):
            if kind is Piece.ROW and start == at:  # where the row in hand begins
                continue
            if kind is Piece.HEAD:
                yield kind, yielded + held[:start]
            else:
                yield kind, held[at:start]
            kind, at = Piece.ROW, start
            if held.startswith(b"</", start):
                has_rows = False
                break
        held = held[at:]
        _refuse_too_much(held)
        if has_rows:
            chunk = stream.read(max(_CHUNK, len(held)))
            if not chunk:
                raise CannotMark("damaged")
            held += chunk
    if kind is Piece.HEAD:
        yield kind, yielded
    while chunk := stream.read(max(_CHUNK, len(held))):
        held += chunk
        _refuse_too_much(held)
    yield Piece.TAIL, held


def _borders(held: bytes, tags: Tags) -> list[int]:
    """Where rows begin, and where they end. Searching is three times faster where nothing has to be stepped over."""
    if b"<!" not in held and b"<?" not in held:
        return [match.start() for match in tags.border.finditer(held)]
    found = (match.start() for match in tags.careful_border.finditer(held))
    return [at for at in found if held[at + 1] not in b"!?"]


def _refuse_too_much(held: bytes) -> None:
    if len(held) > LARGEST_PART:
        raise CannotMark("part_too_large")


# ------------------------------------------------------------------ the first pass


def frame(stream: IO[bytes]) -> Frame:
    """Read a worksheet through and keep all but its rows. Raises CannotMark."""
    tags, flow = pieces(stream)
    outside, heights, number = [], array("H"), 0
    for kind, piece in flow:
        if kind is not Piece.ROW:
            outside.append(piece)
            continue
        tag, number = row_tag(tags, piece, number)
        if number > len(heights) + 1:
            heights.frombytes(bytes(2 * (number - 1 - len(heights))))
        heights.append(_height(tag))
    xml = b"".join(outside)
    root = outline(xml, 4)
    if root.space == _STRICT_MAIN:
        raise CannotMark("strict_ooxml")
    if (root.space, root.name) != (MAIN, "worksheet"):
        raise CannotMark("not_a_worksheet")
    data = root.first("sheetData")
    if data is None or data.prefix != tags.prefix:
        raise CannotMark("damaged")
    return Frame(tags, xml, root, heights)


_USUAL, _HIDDEN = 0, 0xFFFF


def _height(tag: bytes) -> int:
    """A row's height in pixels; 0 where it is the usual one, and a sign where it is hidden."""
    if b"ht" not in tag and b"hidden" not in tag:
        return _USUAL
    written = attributes_of(tag)
    if written.get(b"hidden") in {b"1", b"true"}:
        return _HIDDEN
    try:
        return min(600, round(float(written.get(b"ht", b"0")) * 4 / 3))
    except ValueError as error:
        raise CannotMark("damaged") from error


def row_tag(tags: Tags, piece: bytes, before: int) -> tuple[bytes, int]:
    """A row's start tag and number; without one it follows the row before. Raises CannotMark where rows go back."""
    match = tags.row.match(piece)
    if not match:
        raise CannotMark("damaged")
    written = match["number"] or attributes_of(match[0]).get(b"r")
    number = before + 1 if written is None else whole_number(written)
    if not before < number <= LAST_ROW:
        raise CannotMark("rows_out_of_order")
    return match[0], number


# ------------------------------------------------------------------ the second pass

Fills = Mapping[Cell, Level]


def marked_sheet(stream: IO[bytes], known: Frame, fills: Fills, styles: Styles, drawing: str) -> Iterator[bytes]:
    """The worksheet with its cells filled; `drawing` is the relation of a new VML drawing, if there is one."""
    tags, flow = pieces(stream)
    painter = _Painter(tags, known.column_styles(), styles)
    wanted = _by_row(fills)
    waiting, number = sorted(wanted, reverse=True), 0
    for kind, piece in flow:
        written = piece
        if kind is Piece.ROW:
            tag, number = row_tag(tags, piece, number)
            while waiting and waiting[-1] < number:
                yield painter.new_row(waiting[-1], wanted[waiting.pop()])
            if waiting and waiting[-1] == number:
                written = painter.row(piece, tag, number, wanted[waiting.pop()])
        elif kind is Piece.TAIL:
            yield from (painter.new_row(row, wanted[row]) for row in reversed(waiting))
            written = _with_drawing(known, piece, drawing)
        yield written


def _by_row(fills: Fills) -> dict[int, dict[int, Level]]:
    rows: dict[int, dict[int, Level]] = {}
    for (row, column), level in sorted(fills.items()):
        rows.setdefault(row, {})[column] = level
    return rows


def _with_drawing(known: Frame, tail: bytes, drawing: str) -> bytes:
    if not drawing:
        return tail
    declared = b'xmlns:r="%s" ' % OFFICE.encode()
    element = b'<%slegacyDrawing %sr:id="%s"/>' % (known.root.prefix, declared, drawing.encode())
    edits = inserted(known.xml, known.root, "legacyDrawing", ORDER, element)
    offset = len(known.xml) - len(tail)
    own = [(start - offset, end - offset, new) for start, end, new in edits if start >= offset]
    if not own:
        raise CannotMark("damaged")
    return patched(tail, own)


@dataclass
class _Painter:
    """Fills cells of one sheet."""

    tags: Tags
    column_styles: Mapping[int, int]
    styles: Styles

    def new_row(self, number: int, fills: Mapping[int, Level]) -> bytes:
        """A row that the sender's sheet does not have."""
        name = self.tags.prefix + b"row"
        cells = b"".join(self._new_cell(number, column, level, None) for column, level in fills.items())
        return b'<%s r="%d">%s</%s>' % (name, number, cells, name)

    def row(self, piece: bytes, tag: bytes, number: int, fills: Mapping[int, Level]) -> bytes:
        """The sender's row with some of its cells filled."""
        style = _row_style(tag)
        if tag.endswith(b"/>"):
            cells = b"".join(self._new_cell(number, column, level, style) for column, level in fills.items())
            opened = _spanning(tag[:-2].rstrip() + b">", fills)
            return opened + cells + b"</%srow>" % self.tags.prefix + piece[len(tag) :]
        edits: list[Edit] = []
        waiting, end = sorted(fills, reverse=True), len(tag)
        for column, start, cell, end in self._cells(piece, len(tag), number):  # noqa: B007  # the last end is used
            while waiting and waiting[-1] < column:
                new = waiting.pop()
                edits.append((start, start, self._new_cell(number, new, fills[new], style)))
            if waiting and waiting[-1] == column:
                edits.append((start, start + len(cell), self._filled(cell, fills[waiting.pop()])))
        edits += [(end, end, self._new_cell(number, new, fills[new], style)) for new in reversed(waiting)]
        return patched(piece, [(0, len(tag), _spanning(tag, fills)), *edits])

    def _cells(self, piece: bytes, begin: int, row: int) -> Iterator[tuple[int, int, bytes, int]]:
        """Column, start, start tag and end of each cell; without a reference it follows the cell before."""
        column, found = 0, None
        for match in self.tags.inner.finditer(piece, begin):
            tag = match[0]
            if tag.startswith((b"<!", b"<?")):
                continue
            if not tag.startswith(b"</"):
                column = _column(tag, row, column)
                found = (column, match.start(), tag)
            if found and (tag.endswith(b"/>") or tag.startswith(b"</")):
                yield (*found, match.end())
                found = None
            if tag.startswith(b"</%srow" % self.tags.prefix):
                return
        raise CannotMark("damaged")

    def _filled(self, tag: bytes, level: Level) -> bytes:
        style = whole_number(attributes_of(tag).get(b"s", b"0"))
        return with_attribute(tag, "s", str(self.styles.marked(style, level)))

    def _new_cell(self, row: int, column: int, level: Level, row_style: int | None) -> bytes:
        style = self.column_styles.get(column, 0) if row_style is None else row_style
        reference = a1(row - 1, column - 1).encode()
        return b'<%sc r="%s" s="%d"/>' % (self.tags.prefix, reference, self.styles.marked(style, level))


def _row_style(tag: bytes) -> int | None:
    written = attributes_of(tag)
    if written.get(b"customFormat") not in {b"1", b"true"}:
        return None
    return whole_number(written.get(b"s", b"0"))


def _column(tag: bytes, row: int, before: int) -> int:
    written = attributes_of(tag).get(b"r")
    if written is None:
        return before + 1
    at_row, column = cell_at(written.decode("ascii", "replace"))
    if at_row != row or column <= before:
        raise CannotMark("cells_out_of_order")
    return column


def _spanning(tag: bytes, columns: Iterable[int]) -> bytes:
    """The row's tag; the columns it says it spans take in ours."""
    spans = attributes_of(tag).get(b"spans", b"").split()
    if not spans:
        return tag
    edges = [whole_number(edge) for span in spans for edge in span.split(b":")]
    first, last = min(*edges, *columns), max(*edges, *columns)
    if first >= min(edges) and last <= max(edges):
        return tag
    return with_attribute(tag, "spans", f"{first}:{last}")
