"""Where the elements of an XML part stand, in bytes, so that a part is patched and never written anew.

Writing XML anew from a tree changes prefixes, which breaks `mc:Ignorable`, and drops what the tree does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

from robots.edge.markup.marks import CannotMark

INSIDE = rb"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+>"""  # of a tag, after its name: a > in quotes does not end it
_TAG = re.compile(rb"<([^\s/>]+)" + INSIDE)
_ATTRIBUTE = re.compile(rb"""\s([^\s=/>"']+)\s*=\s*("[^"]*"|'[^']*')""")
_UTF8 = {None, "utf-8", "utf8", "us-ascii", "ascii"}

Edit = tuple[int, int, bytes]


@dataclass
class Element:
    """An element: its name and namespace, and the offsets of its tags in the part."""

    space: str
    name: str
    attributes: dict[str, str]
    start: int
    tag: bytes
    end: int = 0
    children: list[Element] = field(default_factory=list)

    @property
    def is_closed(self) -> bool:
        """Is it written as one tag?"""
        return self.tag.endswith(b"/>")

    @property
    def inner(self) -> int:
        """Where its content begins."""
        return self.start + len(self.tag)

    @property
    def raw_name(self) -> bytes:
        """The name as written, with the prefix."""
        return tag_name(self.tag)

    @property
    def prefix(self) -> bytes:
        """The prefix with its colon, or nothing."""
        head, colon, _ = self.raw_name.rpartition(b":")
        return head + colon

    def all(self, name: str) -> list[Element]:
        """Children of this name and of the same namespace."""
        return [child for child in self.children if child.name == name and child.space == self.space]

    def first(self, name: str) -> Element | None:
        """The first child of this name and of the same namespace."""
        return next(iter(self.all(name)), None)

    def walk(self) -> Iterator[Element]:
        """Itself and everything within."""
        yield self
        for child in self.children:
            yield from child.walk()


def outline(xml: bytes, depth: int) -> Element:
    """The root of an XML part with its elements down to `depth`. Raises CannotMark for what is unsafe or broken."""
    if xml.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise CannotMark("encoding")
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    reader = _Outliner(xml, depth, parser)
    parser.XmlDeclHandler = _refuse_other_encodings
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise CannotMark("damaged") from error
    return reader.root


def _refuse_other_encodings(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in _UTF8:
        raise CannotMark("encoding")


def _refuse_doctype(*_: object) -> None:
    """No part of a workbook has a document type; an attack with entities does."""
    raise CannotMark("unsafe_xml")


class _Outliner:
    root: Element

    def __init__(self, xml: bytes, depth: int, parser: expat.XMLParserType) -> None:
        self._xml, self._depth, self._parser = xml, depth, parser
        self._open: list[Element] = []
        self._level = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._level += 1
        if self._level > self._depth:
            return
        at = self._parser.CurrentByteIndex
        match = _TAG.match(self._xml, at)
        if not match:
            raise CannotMark("damaged")
        space, _, local = name.rpartition(" ")
        element = Element(space, local, attributes, at, match[0])
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def end(self, _: str) -> None:
        if self._level <= self._depth:
            element = self._open.pop()
            at = element.inner if element.is_closed else self._parser.CurrentByteIndex
            element.end = at if element.is_closed else self._xml.index(b">", at) + 1
        self._level -= 1


def content_end(xml: bytes, element: Element) -> int:
    """Where the content of an element ends: before its end tag."""
    return element.end if element.is_closed else xml.rindex(b"</", element.inner, element.end)


def patched(xml: bytes, edits: Iterable[Edit]) -> bytes:
    """The part with pieces replaced. Edits at one place keep their order.

    >>> patched(b"<a><b/></a>", [(3, 3, b"1"), (3, 7, b"2")])
    b'<a>12</a>'
    """
    pieces, at = [], 0
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
        if start < at:
            raise CannotMark("damaged")
        pieces += [xml[at:start], new]
        at = end
    return b"".join([*pieces, xml[at:]])


def grown(xml: bytes, element: Element, content: bytes, attributes: Mapping[str, str] | None = None) -> list[Edit]:
    """The edits that add content at the end of an element and set attributes of it."""
    tag = element.tag
    for name, value in (attributes or {}).items():
        tag = with_attribute(tag, name, value)
    if element.is_closed:
        opened = tag[:-2].rstrip() + b">" + content + b"</" + element.raw_name + b">"
        return [(element.start, element.inner, opened)]
    end = content_end(xml, element)
    return [(element.start, element.inner, tag), (end, end, content)]


def tag_name(tag: bytes) -> bytes:
    """The name in a tag, with its prefix."""
    match = _TAG.match(tag)
    if not match:
        raise CannotMark("damaged")
    return match[1]


def attributes_of(tag: bytes) -> dict[bytes, bytes]:
    """The attributes of a start tag as written, without quotes; values are not unescaped.

    >>> attributes_of(b"<c r='A1' x=\\"a>'s='b\\"/>")
    {b'r': b'A1', b'x': b"a>'s='b"}
    """
    return {match[1]: match[2][1:-1] for match in _ATTRIBUTE.finditer(tag)}


def with_attribute(tag: bytes, name: str, value: str) -> bytes:
    """The start tag with an attribute set; nothing else of it changes.

    >>> with_attribute(b"<c r='A1' s='3'/>", "s", "7"), with_attribute(b'<x:c r="A1">', "s", "7")
    (b'<c r=\\'A1\\' s="7"/>', b'<x:c s="7" r="A1">')
    """
    written = f'{name}="{escape(value, {chr(34): "&quot;"})}"'.encode()
    for match in _ATTRIBUTE.finditer(tag):
        if match[1] == name.encode():
            return tag[: match.start(1)] + written + tag[match.end(2) :]
    at = 1 + len(tag_name(tag))
    return tag[:at] + b" " + written + tag[at:]


def place_for(root: Element, name: str, order: tuple[str, ...]) -> int | None:
    """Where a child of this name goes by the order of the schema: before the first one that comes later; None: last."""
    later = set(order[order.index(name) + 1 :])
    for child in root.children:
        if any(inner.name in later for inner in child.walk() if child.name == "AlternateContent" or inner is child):
            return child.start
    return None


def inserted(xml: bytes, root: Element, name: str, order: tuple[str, ...], content: bytes) -> list[Edit]:
    """The edits that put a new child of the root where the schema wants it."""
    at = place_for(root, name, order)
    return grown(xml, root, content) if at is None else [(at, at, content)]
