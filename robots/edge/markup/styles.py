"""The styles of a workbook with ours appended: each is a copy of the sender's own, with another fill."""

from __future__ import annotations

import re

from robots.edge.markup.marks import CannotMark, Level
from robots.edge.markup.outline import Element, grown, inserted, outline, patched, with_attribute

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
COLOURS: dict[Level, str] = {"error": "FFFFC7CE", "question": "FFFFC078", "warning": "FFFFF2AB"}
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
        self._fills = len(_children(self._root, "fills", "fill"))
        self._used: dict[Level, int] = {}
        self._given: dict[tuple[int, Level], int] = {}

    def marked(self, style: int, level: Level) -> int:
        """The number of the style that is `style` with the fill of a level."""
        if (style, level) not in self._given:
            if len(self._formats) + len(self._given) >= _MOST_FORMATS:
                raise CannotMark("too_many_styles")
            self._given[style, level] = max(1, len(self._formats)) + len(self._given)
            self._used.setdefault(level, max(2, self._fills) + len(self._used))
        return self._given[style, level]

    def patched(self) -> bytes:
        """The part with what was handed out."""
        if not self._given:
            return self._xml
        fills = [self._fill(level) for level in self._used]
        formats = [self._format(style, level) for style, level in self._given]
        with_fills = self._longer(self._xml, "fills", self._fills, self._reserved_fills() + fills)
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
        return [self._pattern(kind, b"") for kind in (b"none", b"gray125")[self._fills :]]

    def _fill(self, level: Level) -> bytes:
        prefix, colour = self._root.prefix, COLOURS[level].encode()
        colours = b'<%sfgColor rgb="%s"/><%sbgColor indexed="64"/>' % (prefix, colour, prefix)
        return self._pattern(b"solid", colours)

    def _pattern(self, kind: bytes, colours: bytes) -> bytes:
        fill, pattern = self._tag("fill"), self._tag("patternFill")
        return b'<%s><%s patternType="%s">%s</%s></%s>' % (fill, pattern, kind, colours, pattern, fill)

    def _plain_format(self) -> bytes:
        return b"<%s/>" % self._tag("xf")

    def _format(self, style: int, level: Level) -> bytes:
        """The sender's format, byte for byte, but for the fill."""
        known = self._formats[style if style < len(self._formats) else 0] if self._formats else None
        whole = self._xml[known.start : known.end] if known else self._plain_format()
        tag = _START_TAG.match(whole)
        if not tag:
            raise CannotMark("damaged")
        filled = with_attribute(with_attribute(tag[0], "fillId", str(self._used[level])), "applyFill", "1")
        return filled + whole[tag.end() :]


def _root(xml: bytes) -> Element:
    root = outline(xml, 3)
    if root.name != NAME:
        raise CannotMark("damaged")
    return root


def _children(root: Element, parent: str, name: str) -> list[Element]:
    found = root.first(parent)
    return found.all(name) if found else []
