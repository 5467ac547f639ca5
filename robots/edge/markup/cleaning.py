"""Take our own marks out of a marked copy that came back: what was mended shall not look wrong any more.

A fill of ours tells by its colour, and which fill was there before stands in a property (see `styles`); a note of ours
tells by how it is signed (see `marks`), wherever another program has moved it. No worksheet is touched.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from xml.sax.saxutils import escape

from robots.edge.markup import boxes, threads
from robots.edge.markup.marks import Cell, cell_at, signature
from robots.edge.markup.outline import Edit, Element, content_end, outline, patched
from robots.edge.markup.package import OFFICE, Package, opened
from robots.edge.markup.proof import read_through, require
from robots.edge.markup.properties import custom_properties
from robots.edge.markup.styles import FORMER_FILLS, without_marks

Relative = tuple[str, str]  # a part of notes, and the drawing with their boxes or ""


def clean(source: Path, target: Path, author: str) -> None:
    """Write a marked copy to `target` without the marks of `author`, all else as it is. Raises CannotMark."""
    former = custom_properties(source).get(FORMER_FILLS, "")
    with opened(source) as archive:
        package = Package(source, archive)
        workbook = package.related("", f"{OFFICE}/officeDocument") or ""
        if part := package.related(workbook, f"{OFFICE}/styles"):
            package.put(part, without_marks(package.read(part), former))
        for sheet in {relation.target for relation in package.relations(workbook).values()}:
            if package.find(sheet):
                threads.withdraw(package, sheet, author)
                _without_notes(package, sheet, signature(author))
        package.write(target, {})
    _prove(source, target, set(package.changed), signature(author))


def _without_notes(package: Package, sheet: str, ours: re.Pattern[str]) -> None:
    part = package.related(sheet, f"{OFFICE}/comments")
    if part is None:
        return
    xml = package.read(part)
    edits: list[Edit] = []
    emptied: set[Cell] = set()
    for note in _notes(xml):
        left = ours.sub("", _text(xml, note))
        if not left.strip():
            emptied.add(cell_at(note.attributes.get("ref", "")))
            edits.append((note.start, note.end, b""))
        else:
            edits += _without_spans(xml, note, ours)
    if edits:
        package.put(part, patched(xml, edits))
    for relation in package.relations(sheet).values():
        if emptied and relation.kind == f"{OFFICE}/vmlDrawing" and package.find(relation.target):
            package.put(relation.target, boxes.without_boxes(package.read(relation.target), emptied))


def _notes(xml: bytes) -> list[Element]:
    return [note for notes in outline(xml, 6).all("commentList") for note in notes.all("comment")]


def _texts(note: Element) -> Iterator[Element]:
    return (one for one in note.walk() if one.name == "t" and one.space == note.space)


def _read(xml: bytes, text: Element) -> str:
    return unescape(xml[text.inner : content_end(xml, text)].decode("utf-8")) if not text.is_closed else ""


def _text(xml: bytes, note: Element) -> str:
    return "".join(_read(xml, text) for text in _texts(note))


def _without_spans(xml: bytes, note: Element, ours: re.Pattern[str]) -> list[Edit]:
    """The edits that take our words out of a note, whichever runs they have come to stand in."""
    whole = _text(xml, note)
    dropped = {at for match in ours.finditer(whole) for at in range(*match.span())}
    edits: list[Edit] = []
    start = 0
    for text in _texts(note):
        read = _read(xml, text)
        left = "".join(letter for at, letter in enumerate(read, start) if at not in dropped)
        if left != read:
            edits.append((text.inner, content_end(xml, text), escape(left).encode()))
        start += len(read)
    return edits


# ------------------------------------------------------------------ the proof


def _prove(source: Path, target: Path, changed: set[str], ours: re.Pattern[str]) -> None:
    """Every part that was not to change is the same to the byte, worksheets are among them, and each note says what
    it said without our words."""
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target) as after:
        old, new = ({i.filename: (i.CRC, i.file_size) for i in one.infolist()} for one in (before, after))
        require(set(old) == set(new))
        require(all(old[name] == new[name] for name in old if name not in changed))
        require(not any("worksheets/" in name and "_rels/" not in name for name in changed))
        for name in changed:
            read_through(after, name, not name.lower().endswith(".vml"))
            if b"commentList" in after.read(name):
                require(_said(after.read(name)) == _without(_said(before.read(name)), ours))


def _said(xml: bytes) -> dict[str, str]:
    return {note.attributes.get("ref", ""): _text(xml, note) for note in _notes(xml)}


def _without(notes: dict[str, str], ours: re.Pattern[str]) -> dict[str, str]:
    left = {reference: ours.sub("", text) for reference, text in notes.items()}
    return {reference: text for reference, text in left.items() if text.strip()}
