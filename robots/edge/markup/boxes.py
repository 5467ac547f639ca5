"""The boxes of notes: VML, the drawing language that Excel keeps for notes and form controls.

Old VML is not always XML (`<br>` stands open in it), so that it is searched and never parsed.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from unicodedata import east_asian_width

from robots.edge.markup.marks import LAST_COLUMN, LAST_ROW, CannotMark, Cell
from robots.edge.markup.outline import Edit, patched
from robots.edge.markup.sheets import Frame, whole_number

EMPTY = (
    b'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    b' xmlns:x="urn:schemas-microsoft-com:office:excel">'
    b'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data=""/></o:shapelayout></xml>'
)
_TYPE = (
    '<v:shapetype {ns} id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = (
    '<v:shape {ns} id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:2pt;'
    'width:{width}pt;height:{height}pt;z-index:{layer};visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
    '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_NAMESPACES = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
_ROOT = re.compile(rb"<xml\b[^>]*>")
_END = re.compile(rb"</xml\s*>")
_BLOCKS = re.compile(rb"""<(?:\w+:)?idmap\b[^>]*?\bdata\s*=\s*["']([\d,\s]*)["']""")
_NUMBER = re.compile(rb"""\bid\s*=\s*["']_x0000_s(\d+)["']""")
_NOTE = re.compile(
    rb"""<((?:\w+:)?)ClientData\b[^>]*\bObjectType\s*=\s*["']Note["'][^>]*>(.*?)</\1ClientData""", re.DOTALL
)
_SHAPES = re.compile(rb"<((?:\w+:)?)shape(?=[\s>])[^>]*(?<!/)>.*?</\1shape\s*>", re.DOTALL)
_FIELD = re.compile(rb"<(?:\w+:)?(Anchor|Row|Column)>([^<]*)<")
_IN_A_BLOCK = 1023  # shape numbers of a drawing come from blocks of 1,024, and no two drawings share a block


@dataclass(frozen=True)
class Box:
    """Width and height of a note's box, in pixels."""

    width: int
    height: int


def box_for(text: str) -> Box:
    """A box that holds the text at nine points, where a Chinese character takes the room of two Latin ones.

    >>> box_for("不是日期"), box_for("字" * 60)
    (Box(width=108, height=34), Box(width=288, height=64))
    """
    lines = [_text_width(line) for line in text.split("\n")]
    most = 44 if _lines(lines, 44) <= 12 else 84
    width = min(most, max(14, *lines, 1))
    return Box(width * 6 + 24, min(640, _lines(lines, width) * 15 + 19))


def _lines(widths: Sequence[int], most: int) -> int:
    """How many lines the text breaks into; a wide character never stands on the edge, which costs a line at times."""
    return sum(max(1, ceil(width / (most - 1))) if width > most else 1 for width in widths)


def _text_width(line: str) -> int:
    return sum(2 if east_asian_width(letter) in "WFA" else 1 for letter in line)


class Sizes:
    """The pixels of a sheet's rows and columns. A box is anchored to cells, and hidden ones have no size."""

    def __init__(self, frame: Frame) -> None:
        usual = frame.format
        self._usual_height = round(_number(usual.get("defaultRowHeight"), 15) * 4 / 3)
        self._heights = frame.heights
        width = _number(usual.get("defaultColWidth"), _number(usual.get("baseColWidth"), 8) + 0.43)
        self._widths = array("H", [_pixels(width)]) * (LAST_COLUMN + 1)
        for column in frame.columns:
            self._describe(column.attributes)

    def _describe(self, column: Mapping[str, str]) -> None:
        first, last = (whole_number(column.get(key, "0")) for key in ("min", "max"))
        first, last = max(first, 1), min(last, LAST_COLUMN)
        hidden = column.get("hidden") in {"1", "true"}
        width = 0 if hidden else _pixels(_number(column.get("width"), 8.43))
        self._widths[first : last + 1] = array("H", [width]) * max(0, last + 1 - first)

    def width(self, column: int) -> int:
        """Pixels of a column, from one."""
        return self._widths[column]

    def height(self, row: int) -> int:
        """Pixels of a row, from one."""
        written = self._heights[row - 1] if row <= len(self._heights) else 0
        return 0 if written == 0xFFFF else written or self._usual_height

    def anchor(self, cell: Cell, box: Box) -> str:
        """Where a box stands beside its cell: left, top, right and bottom, each as a cell from zero and an offset."""
        row, column = cell
        left, right = self._across(min(column + 1, LAST_COLUMN), box.width)
        top, bottom = self._down(max(1, row - 1), box.height)
        return ", ".join(f"{at - 1}, {offset}" for at, offset in (left, top, right, bottom))

    def _across(self, first: int, pixels: int) -> tuple[Cell, Cell]:
        end = _walk(first, pixels + 12, self.width, LAST_COLUMN)
        while end is None and first > 1:  # at the right edge of the sheet: begin further left
            first -= 1
            end = _walk(first, pixels + 12, self.width, LAST_COLUMN)
        return (first, min(12, max(0, self.width(first) - 1))), end or (LAST_COLUMN, 0)

    def _down(self, first: int, pixels: int) -> tuple[Cell, Cell]:
        end = _walk(first, pixels + 4, self.height, LAST_ROW)
        while end is None and first > 1:
            first -= 1
            end = _walk(first, pixels + 4, self.height, LAST_ROW)
        return (first, min(4, max(0, self.height(first) - 1))), end or (LAST_ROW, 0)

    def with_room(self, anchor: str, text: str) -> str:
        """An anchor whose bottom is lower, by as much as more text needs in a box as wide as this one."""
        parts = [whole_number(part.strip() or "0") for part in anchor.split(",")]
        if len(parts) != 8 or max(parts[0], parts[4]) >= LAST_COLUMN:
            return anchor
        width = sum(map(self.width, range(parts[0] + 1, parts[4] + 1))) - parts[1] + parts[5]
        lines = [_text_width(line) for line in f"\n{text}".split("\n")]
        pixels = min(640, _lines(lines, max(4, (width - 24) // 6)) * 15)
        end = _walk(parts[6] + 1, parts[7] + pixels, self.height, LAST_ROW)
        if end is None:
            return anchor
        return ", ".join(map(str, [*parts[:6], end[0] - 1, end[1]]))


def _walk(first: int, pixels: int, size_of: Callable[[int], int], last: int) -> Cell | None:
    """The row or column, and the offset in it, this many pixels from the start of the first one."""
    for at in range(first, min(last, first + 20_000) + 1):
        size = size_of(at)
        if pixels < size:
            return at, pixels
        pixels -= size
    return None


def _number(text: str | None, usual: float) -> float:
    try:
        return float(text) if text else usual
    except ValueError as error:
        raise CannotMark("damaged") from error


def _pixels(characters: float) -> int:
    return max(0, min(2000, int(characters * 7 + 5)))


# ------------------------------------------------------------------ the part


def blocks_of(vml: bytes) -> set[int]:
    """The blocks of shape numbers that a drawing has taken."""
    return {int(block) for match in _BLOCKS.finditer(vml) for block in match[1].split(b",") if block.strip()}


def cells_with_boxes(vml: bytes) -> set[Cell]:
    """The cells whose notes have a box in a drawing."""
    return {cell for cell, _ in _known_boxes(vml)}


def with_boxes(vml: bytes, boxes: Mapping[Cell, str], sizes: Sizes, taken: set[int]) -> bytes:
    """The drawing with a hidden box for each of these notes, or, where the sender's has one, with that one made taller.

    `taken` are the blocks of numbers that all drawings of the workbook use; ours are added to it.
    """
    root, end = _ROOT.search(vml), None
    for end in _END.finditer(vml):  # noqa: B007  # the last one is wanted
        pass
    if vml.startswith((b"\xff\xfe", b"\xfe\xff")) or not root or not end:
        raise CannotMark("odd_drawing")
    known = dict(_known_boxes(vml))
    edits: list[Edit] = [_taller(*known[cell], text, sizes) for cell, text in boxes.items() if cell in known and text]
    new = {cell: text for cell, text in boxes.items() if cell not in known}
    if new:
        numbers, block_edits = _numbers(vml, len(new), taken)
        edits += [*block_edits, (end.start(), end.start(), _shapes(vml, root[0], new, sizes, numbers))]
    return patched(vml, edits)


def without_boxes(vml: bytes, cells: Collection[Cell]) -> bytes:
    """The drawing without the boxes of these cells' notes. Raises CannotMark where one cannot be told from the rest."""
    shapes = list(_SHAPES.finditer(vml))
    edits: list[Edit] = []
    for note in _NOTE.finditer(vml):
        if _cell_of(vml, note) in cells:
            around = [shape for shape in shapes if shape.start() < note.start() and note.end() <= shape.end()]
            if len(around) != 1:
                raise CannotMark("odd_drawing")
            edits.append((*around[0].span(), b""))
    return patched(vml, edits)


def _cell_of(vml: bytes, note: re.Match[bytes]) -> Cell | None:
    fields = {match[1]: match[2] for match in _FIELD.finditer(vml, note.start(2), note.end(2))}
    if not {b"Row", b"Column"} <= fields.keys():
        return None
    return whole_number(fields[b"Row"].strip()) + 1, whole_number(fields[b"Column"].strip()) + 1


def _known_boxes(vml: bytes) -> Iterator[tuple[Cell, tuple[int, int, str]]]:
    """The cells of the sender's notes, each with the place of its anchor."""
    for note in _NOTE.finditer(vml):
        cell = _cell_of(vml, note)
        if cell is None:
            continue
        fields = {match[1]: match for match in _FIELD.finditer(vml, note.start(2), note.end(2))}
        anchor = fields.get(b"Anchor")
        yield cell, (anchor.start(2), anchor.end(2), anchor[2].decode("ascii", "replace")) if anchor else (0, 0, "")


def _taller(start: int, end: int, anchor: str, text: str, sizes: Sizes) -> Edit:
    if not anchor:
        return 0, 0, b""
    return start, end, sizes.with_room(anchor, text).encode()


def _numbers(vml: bytes, count: int, taken: set[int]) -> tuple[list[int], list[Edit]]:
    """Numbers for new shapes, from blocks of their own, and the edit that takes these blocks."""
    written = _BLOCKS.search(vml)
    if not written:
        first = max([1024, *(int(match[1]) for match in _NUMBER.finditer(vml))]) + 1
        return list(range(first, first + count)), []
    first_block = max(taken | {0}) + 1
    blocks = range(first_block, first_block + ceil(count / _IN_A_BLOCK))
    taken.update(blocks)
    numbers = [block * 1024 + n for block in blocks for n in range(1, _IN_A_BLOCK + 1)][:count]
    known = [block.strip() for block in written[1].split(b",") if block.strip()]
    data = b",".join([*known, *(str(block).encode() for block in blocks)])
    return numbers, [(written.start(1), written.end(1), data)]


def _shapes(vml: bytes, root: bytes, notes: Mapping[Cell, str], sizes: Sizes, numbers: Sequence[int]) -> bytes:
    declares = all(name.encode() in root for name in _NAMESPACES.split())
    ns = "" if declares else _NAMESPACES
    layer = len(_NUMBER.findall(vml))
    written = [] if re.search(rb"""\bid\s*=\s*["']_x0000_t202["']""", vml) else [_TYPE.format(ns=ns)]
    for number, (cell, text) in zip(numbers, notes.items(), strict=True):
        box, layer = box_for(text), layer + 1
        written.append(
            _SHAPE.format(
                ns=ns, number=number, layer=layer, width=box.width * 0.75, height=box.height * 0.75,
                anchor=sizes.anchor(cell, box), row=cell[0] - 1, column=cell[1] - 1,
            )
        )  # fmt: skip
    return "".join(written).encode()
