"""Notes of a sheet: ours are added to the sender's, and below the sender's text where a cell already has one."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from robots.edge.markup import boxes, threads
from robots.edge.markup.marks import LONGEST_NOTE, CannotMark, Cell, cell_at, signed
from robots.edge.markup.outline import Edit, Element, content_end, grown, outline, patched
from robots.edge.markup.package import OFFICE, Package
from robots.edge.markup.sheets import MAIN, Frame
from robots.model.findings import a1

_EMPTY = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="%s"/>' % MAIN.encode()
_COMMENTS = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWING = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_LEAST = 40  # letters that our part of a note takes: with fewer it could not even be signed
# Excel reads _x0041_ in a text as the letter A; a text that only looks like that has its first mark escaped.
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def add_notes(package: Package, sheet: str, known: Frame, texts: Mapping[Cell, str], author: str) -> str:
    """Add notes to a worksheet part. Returns the relation of a new VML drawing, or nothing. Raises CannotMark."""
    part = package.related(sheet, f"{OFFICE}/comments")
    if part is None:
        part = package.free_name("xl/comments{}.xml")
        package.put(part, _EMPTY)
        package.relate(sheet, f"{OFFICE}/comments", part)
    package.declare(part, _COMMENTS)
    threads.reply(package, sheet, texts, author)
    notes = {cell: signed(text, author) for cell, text in texts.items()}
    package.put(part, _with_notes(package.read(part), notes, author))
    return _add_boxes(package, sheet, known, notes)


def prove_notes(before: Package, after: Package, sheet: str, cells: Collection[Cell]) -> None:
    """Raise CannotMark unless these cells have a new note with a box, and all of the sender's say what they said."""
    old, new = _notes(before, sheet), _notes(after, sheet)
    drawings = [one.target for one in after.relations(sheet).values() if one.kind == f"{OFFICE}/vmlDrawing"]
    boxed = {cell for name in drawings for cell in boxes.cells_with_boxes(after.read(name))}
    is_kept = all(cell in new and new[cell].startswith(text) for cell, text in old.items())
    is_new = all(cell in boxed and new.get(cell, b"") != old.get(cell, b"") for cell in cells)
    if not (is_kept and is_new):
        raise CannotMark("verification_failed")


def _notes(package: Package, sheet: str) -> dict[Cell, bytes]:
    """Author and text of each note, as written."""
    part = package.related(sheet, f"{OFFICE}/comments")
    xml = package.read(part) if part else _EMPTY
    notes = {}
    for note in (one for parent in outline(xml, 6).all("commentList") for one in parent.all("comment")):
        texts = [xml[one.inner : content_end(xml, one)] for one in note.walk() if one.name == "t"]
        author = note.attributes.get("authorId", "").encode()
        notes[cell_at(note.attributes.get("ref", ""))] = b"".join([author, b"/", *texts])
    return notes


def _add_boxes(package: Package, sheet: str, known: Frame, texts: Mapping[Cell, str]) -> str:
    new = ""
    if known.legacy_drawing:
        relation = package.relations(sheet).get(known.legacy_drawing)
        part = package.find(relation.target) if relation else None
        if not part:
            raise CannotMark("odd_drawing")
    else:
        part = package.free_name("xl/drawings/vmlDrawing{}.vml")
        package.put(part, boxes.EMPTY)
        package.declare(part, _DRAWING)
        new = package.relate(sheet, f"{OFFICE}/vmlDrawing", part)
    drawings = [name for name in package.names() if name.lower().endswith(".vml")]
    taken = {block for name in {*drawings, part} for block in boxes.blocks_of(package.read(name))}
    package.put(part, boxes.with_boxes(package.read(part), texts, boxes.Sizes(known), taken))
    return new


def _with_notes(xml: bytes, texts: Mapping[Cell, str], author: str) -> bytes:
    root = outline(xml, 6)
    if (root.space, root.name) != (MAIN, "comments"):
        raise CannotMark("strict_ooxml" if "purl.oclc.org" in root.space else "damaged")
    if not (root.first("authors") and root.first("commentList")):
        xml = _with_lists(xml, root)
        root = outline(xml, 6)
    writer = _Writer(xml, root)
    return patched(xml, writer.edits(texts, author))


def _with_lists(xml: bytes, root: Element) -> bytes:
    """Both lists in their order, for a part that lacks one."""
    authors, notes = root.first("authors"), root.first("commentList")
    if authors is None and notes is not None:
        return patched(xml, [(notes.start, notes.start, b"<%sauthors/>" % root.prefix)])
    missing = b"" if authors else b"<%sauthors/>" % root.prefix
    return patched(xml, grown(xml, root, missing + b"<%scommentList/>" % root.prefix))


@dataclass
class _Writer:
    """Writes into one part of notes, with the prefix that it uses."""

    xml: bytes
    root: Element

    def edits(self, texts: Mapping[Cell, str], author: str) -> list[Edit]:
        """What changes for these notes."""
        authors, notes = self.root.all("authors")[0], self.root.all("commentList")[0]
        known = {note.attributes.get("ref", "").replace("$", "").upper(): note for note in notes.all("comment")}
        number, edits = self._author(authors, author)
        new = []
        for (row, column), text in texts.items():
            reference = a1(row - 1, column - 1)
            if reference in known:
                edits += self._below(known[reference], text)
            else:
                new.append(self._note(reference, number, text))
        return edits + grown(self.xml, notes, b"".join(new)) if new else edits

    def _author(self, authors: Element, name: str) -> tuple[int, list[Edit]]:
        listed = authors.all("author")
        written = escape(name).encode()
        names = [self.xml[one.inner : content_end(self.xml, one)] for one in listed]
        if written in names:
            return names.index(written), []
        tag = self.root.prefix + b"author"
        return len(listed), grown(self.xml, authors, b"<%s>%s</%s>" % (tag, written, tag))

    def _note(self, reference: str, author: int, text: str) -> bytes:
        p, run = self.root.prefix, self._run(_cut(text, LONGEST_NOTE))
        opening = b'<%scomment ref="%s" authorId="%d"><%stext>' % (p, reference.encode(), author, p)
        return opening + run + b"</%stext></%scomment>" % (p, p)

    def _run(self, text: str) -> bytes:
        p, written = self.root.prefix, escape(_LOOKS_ESCAPED.sub("_x005F_", text)).encode()
        look = (
            b'<{p}sz val="9"/><{p}color indexed="81"/><{p}rFont val="\xe5\xae\x8b\xe4\xbd\x93"/><{p}charset val="134"/>'
        ).replace(b"{p}", p)
        return b'<%sr><%srPr>%s</%srPr><%st xml:space="preserve">%s</%st></%sr>' % (p, p, look, p, p, written, p, p)

    def _below(self, note: Element, text: str) -> list[Edit]:
        """Our text below the sender's in the same note: after its last run, before what tells how it is pronounced."""
        body = note.first("text")
        if body is None:
            run = b"<%stext>%s</%stext>" % (self.root.prefix, self._run(_cut(text, LONGEST_NOTE)), self.root.prefix)
            return grown(self.xml, note, run)
        room = LONGEST_NOTE - self._length(body) - 2
        if room < _LEAST:
            raise CannotMark("note_full")
        run = self._run("\n\n" + _cut(text, room))
        edits = self._as_run(body)
        after = next((child.start for child in body.children if child.name in {"rPh", "phoneticPr"}), None)
        return [*edits, (after, after, run)] if after is not None else [*edits, *grown(self.xml, body, run)]

    def _length(self, body: Element) -> int:
        texts = [one for one in body.walk() if one.name == "t"]
        return sum(len(self.xml[one.inner : content_end(self.xml, one)].decode("utf-8", "replace")) for one in texts)

    def _as_run(self, body: Element) -> list[Edit]:
        """A text that is not in runs becomes one: plain text and runs do not stand side by side."""
        plain, tag = body.first("t"), self.root.prefix + b"r"
        if plain is None:
            return []
        return [(plain.start, plain.start, b"<%s>" % tag), (plain.end, plain.end, b"</%s>" % tag)]


def _cut(text: str, most: int) -> str:
    """No more than fits, and how it ends; Excel counts in UTF-16, where a rare character is two."""
    if len(text.encode("utf-16-le")) // 2 <= most:
        return text
    return text.encode("utf-16-le")[: 2 * (most - 2)].decode("utf-16-le", "ignore") + "…" + text[-1]
