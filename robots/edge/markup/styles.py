"""The styles of a workbook with ours appended: each is a copy of the sender's own, with another fill.

A fill of ours is told by its colour, which nobody uses: three hues, each in sixteen shades that no eye tells apart. The
shade says which of the fills listed in the property FORMER_FILLS was there before, so that it can be given back.
"""

from __future__ import annotations

import re
from string import hexdigits

from robots.edge.markup.marks import CannotMark, Level
from robots.edge.markup.outline import Edit, Element, grown, inserted, outline, patched, with_attribute

NAME = "styleSheet"
EMPTY = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    b'<fills count="2"><fill><patternFill patternType="none"/></fill>'
    b'<fill><patternFill patternType="gray125"/></fill></fills>'
    b'<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    b'<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    b'<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    b'<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
FORMER_FILLS = "robots-fills"
COLOURS: dict[Level, str] = {"error": "FFFEC7C", "question": "FFFEC07", "warning": "FFFEF2A"}  # and a digit, the shade
_SHADES, _LONGEST_LIST = 16, 255
_ORDER = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors",
    "extLst",
)  # fmt: skip
_MOST_FORMATS = 64_000  # Excel's limit is 65,490
_START_TAG = re.compile(rb"""<(?:[^>"']|"[^"]*"|'[^']*')*>""")


class Styles:
    """Hands out style numbers for marked cells, and gives the part that defines them."""

    def __init__(self, xml: bytes) -> None:
        self._xml, self._root = xml, _root(xml)
        if not self._root.children:
            self._xml, self._root = EMPTY, _root(EMPTY)
        self._formats = _children(self._root, "cellXfs", "xf")
        self._fills = _children(self._root, "fills", "fill")
        self._used: dict[tuple[Level, int], int] = {}
        self._formers = [""]
        self._given: dict[tuple[int, Level], int] = {}

    def marked(self, style: int, level: Level) -> int:
        """The number of the style that is `style` with the fill of a level."""
        if (style, level) not in self._given:
            if len(self._formats) + len(self._given) >= _MOST_FORMATS:
                raise CannotMark("too_many_styles")
            self._given[style, level] = max(1, len(self._formats)) + len(self._given)
            self._used.setdefault((level, self._shade(style)), max(2, len(self._fills)) + len(self._used))
        return self._given[style, level]

    @property
    def former_fills(self) -> str:
        """The fills that ours replaced, by their shades; nothing where they all were none. For FORMER_FILLS."""
        return ";".join(self._formers) if len(self._formers) > 1 else ""

    def _shade(self, style: int) -> int:
        """The shade that stands for the fill of a style: the first one for none, and for what does not fit."""
        former = _colour(self._fill_of(style))
        if former in self._formers:
            return self._formers.index(former)
        if len(self._formers) == _SHADES or len(";".join([*self._formers, former])) > _LONGEST_LIST:
            return 0
        self._formers.append(former)
        return len(self._formers) - 1

    def _fill_of(self, style: int) -> Element | None:
        known = self._format_of(style)
        number = known.attributes.get("fillId", "0") if known else "0"
        return self._fills[int(number)] if number.isdecimal() and int(number) < len(self._fills) else None

    def _format_of(self, style: int) -> Element | None:
        return self._formats[style if style < len(self._formats) else 0] if self._formats else None

    def patched(self) -> bytes:
        """The part with what was handed out."""
        if not self._given:
            return self._xml
        fills = [self._fill(f"{COLOURS[level]}{shade:X}".encode()) for level, shade in self._used]
        formats = [self._format(style, level) for style, level in self._given]
        with_fills = self._longer(self._xml, "fills", len(self._fills), self._reserved_fills() + fills)
        plain = [] if self._formats else [self._plain_format()]
        return self._longer(with_fills, "cellXfs", len(self._formats), plain + formats)

    def _longer(self, xml: bytes, name: str, before: int, new: list[bytes]) -> bytes:
        """The part with a list that is longer, or new."""
        count, content, root = str(before + len(new)), b"".join(new), _root(xml)
        known = root.first(name)
        if known is not None:
            return patched(xml, grown(xml, known, content, {"count": count}))
        tag = self._tag(name)
        whole = b'<%s count="%s">%s</%s>' % (tag, count.encode(), content, tag)
        return patched(xml, inserted(xml, root, name, _ORDER, whole))

    def _tag(self, name: str) -> bytes:
        return self._root.prefix + name.encode()

    def _reserved_fills(self) -> list[bytes]:
        """Excel keeps the first two fills for itself, whatever a file says: ours come after them."""
        return [self._pattern(kind, b"") for kind in (b"none", b"gray125")[len(self._fills) :]]

    def _fill(self, colour: bytes) -> bytes:
        return _solid(self._root.prefix, b'rgb="%s"' % colour)

    def _pattern(self, kind: bytes, colours: bytes) -> bytes:
        return _pattern(self._root.prefix, kind, colours)

    def _plain_format(self) -> bytes:
        return b"<%s/>" % self._tag("xf")

    def _format(self, style: int, level: Level) -> bytes:
        """The sender's format, byte for byte, but for the fill."""
        known = self._format_of(style)
        whole = self._xml[known.start : known.end] if known else self._plain_format()
        tag = _START_TAG.match(whole)
        if not tag:
            raise CannotMark("damaged")
        fill = str(self._used[level, self._shade(style)])
        filled = with_attribute(with_attribute(tag[0], "fillId", fill), "applyFill", "1")
        return filled + whole[tag.end() :]


def _root(xml: bytes) -> Element:
    root = outline(xml, 5)
    if root.name != NAME:
        raise CannotMark("damaged")
    return root


def _children(root: Element, parent: str, name: str) -> list[Element]:
    found = root.first(parent)
    return found.all(name) if found else []


def _pattern(prefix: bytes, kind: bytes, colours: bytes) -> bytes:
    fill, pattern = prefix + b"fill", prefix + b"patternFill"
    return b'<%s><%s patternType="%s">%s</%s></%s>' % (fill, pattern, kind, colours, pattern, fill)


def _solid(prefix: bytes, colour: bytes) -> bytes:
    return _pattern(prefix, b"solid", b'<%sfgColor %s/><%sbgColor indexed="64"/>' % (prefix, colour, prefix))


def _colour(fill: Element | None) -> str:
    """The colour of a solid fill as its attributes say it ("theme=4,tint=0.6"); nothing for any other fill."""
    pattern = fill.first("patternFill") if fill else None
    colour = pattern.first("fgColor") if pattern and pattern.attributes.get("patternType") == "solid" else None
    return ",".join(f"{name}={value}" for name, value in colour.attributes.items()) if colour else ""


# ------------------------------------------------------------------ taking ours back


def without_marks(xml: bytes, former: str) -> bytes:
    """The part with the former fill (of the list in FORMER_FILLS) in every style that has one of ours."""
    root = _root(xml)
    fills, formers = _children(root, "fills", "fill"), former.split(";")
    edits: list[Edit] = []
    given: dict[bytes, int] = {}
    for style in _children(root, "cellXfs", "xf"):
        number = style.attributes.get("fillId", "0")
        shade = _shade_of(fills[int(number)]) if number.isdecimal() and int(number) < len(fills) else None
        if shade is None:
            continue
        colour = _attributes(formers[shade]) if shade < len(formers) else b""
        back = given.setdefault(colour, len(fills) + len(given)) if colour else 0
        edits.append((style.start, style.inner, with_attribute(style.tag, "fillId", str(back))))
    known = root.first("fills")
    if given and known:
        new = b"".join(_solid(root.prefix, colour) for colour in given)
        edits += grown(xml, known, new, {"count": str(len(fills) + len(given))})
    return patched(xml, edits)


def _shade_of(fill: Element) -> int | None:
    """Which shade of ours a fill has; None for a fill that is not ours."""
    name, _, colour = _colour(fill).partition("=")
    is_ours = name == "rgb" and colour[:-1].upper() in COLOURS.values() and colour[-1] in hexdigits
    return int(colour[-1], 16) if is_ours else None


def _attributes(colour: str) -> bytes:
    """What `_colour` said, as attributes; of anything else nothing, for anybody can write a property."""
    return b" ".join(b'%s="%s"' % (m[1].encode(), m[2].encode()) for m in _WRITTEN.finditer(colour))


_WRITTEN = re.compile(r"(?:^|(?<=,))(rgb|theme|tint|indexed|auto)=([-+.\w]{1,24})(?=,|$)", re.ASCII)
