"""Threaded comments: a cell under discussion shows its thread, never its note, so our text is a reply as well."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape, quoteattr

from robots.edge.markup.marks import Cell
from robots.edge.markup.outline import Element, grown, outline, patched
from robots.edge.markup.package import OFFICE, Package
from robots.model.findings import a1

_KIND = "http://schemas.microsoft.com/office/2017/10/relationships"
_SPACE = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
_PERSONS = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<personList xmlns="{_SPACE}"/>'.encode()
_PERSONS_TYPE = "application/vnd.ms-excel.person+xml"


def reply(package: Package, sheet: str, texts: Mapping[Cell, str], author: str) -> None:
    """Add our texts to the threads of the cells that have one."""
    part = package.related(sheet, f"{_KIND}/threadedComment")
    if part is None:
        return
    xml = package.read(part)
    root = outline(xml, 2)
    thread: dict[str, list[Element]] = {}
    for comment in root.all("threadedComment"):
        thread.setdefault(comment.attributes.get("ref", ""), []).append(comment)
    named = {a1(row - 1, column - 1): text for (row, column), text in texts.items()}
    answered = {reference: text for reference, text in named.items() if reference in thread}
    if answered:
        person = _person(package, author)
        new = [_reply(root.prefix, thread[reference], text, person) for reference, text in answered.items()]
        package.put(part, patched(xml, grown(xml, root, b"".join(new))))


def withdraw(package: Package, sheet: str, author: str) -> None:
    """Take our replies out of the threads of a sheet."""
    part = package.related(sheet, f"{_KIND}/threadedComment")
    if part is None:
        return
    xml, own = package.read(part), _identity(author)
    replies = [one for one in outline(xml, 2).all("threadedComment") if one.attributes.get("personId") == own]
    edits = [(one.start, one.end, b"") for one in replies if one.attributes.get("parentId")]
    if edits:
        package.put(part, patched(xml, edits))


def _reply(prefix: bytes, thread: list[Element], text: str, person: str) -> bytes:
    """A reply to a thread. It bears the time of the last one before it: no clock is needed, and the order is kept."""
    first, last = thread[0].attributes, thread[-1].attributes
    parent = first.get("parentId") or first.get("id", "")
    own = _identity(f"{parent}/{len(thread)}/{text}")
    p = prefix.decode()
    fields = {"ref": first["ref"], "dT": last.get("dT"), "personId": person, "id": own, "parentId": parent}
    written = " ".join(f"{name}={quoteattr(value)}" for name, value in fields.items() if value)
    return f"<{p}threadedComment {written}><{p}text>{escape(text)}</{p}text></{p}threadedComment>".encode()


def _person(package: Package, author: str) -> str:
    """The identity of the author among the workbook's persons, added where it is not known."""
    workbook = package.related("", f"{OFFICE}/officeDocument") or ""
    part = package.related(workbook, f"{_KIND}/person")
    if part is None:
        part = package.free_name("xl/persons/person{}.xml")
        package.put(part, _PERSONS)
        package.relate(workbook, f"{_KIND}/person", part)
        package.declare(part, _PERSONS_TYPE)
    xml = package.read(part)
    root = outline(xml, 2)
    own = _identity(author)
    if own not in {person.attributes.get("id") for person in root.all("person")}:
        name = quoteattr(author).encode()
        tag = b'<%sperson displayName=%s id="%s" userId=%s providerId="None"/>'
        package.put(part, patched(xml, grown(xml, root, tag % (root.prefix, name, own.encode(), name))))
    return own


def _identity(text: str) -> str:
    return f"{{{uuid5(NAMESPACE_URL, text)}}}".upper()
