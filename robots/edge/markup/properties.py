"""Custom properties of a workbook: short strings that travel in the file and come back with it."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape, quoteattr

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from robots.edge.markup.marks import CannotMark, plain
from robots.edge.markup.outline import Edit, grown, outline, patched
from robots.edge.markup.package import OFFICE, Package

_KIND = f"{OFFICE}/custom-properties"
_SPACE = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VALUES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_EMPTY = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns="{_SPACE}"/>'.encode()
_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_LARGEST = 1 << 20
_LONGEST = 255  # Excel cuts what is longer


def properties_part(package: Package) -> str:
    """The part for custom properties, made where there is none."""
    part = package.related("", _KIND)
    if part is None:
        part = (
            package.free_name("docProps/custom{}.xml") if package.find("docProps/custom.xml") else "docProps/custom.xml"
        )
        package.put(part, _EMPTY)
        package.relate("", _KIND, part)
    package.declare(part, _TYPE)
    return part


def with_properties(xml: bytes, properties: Mapping[str, str]) -> bytes:
    """The part with these properties; of those already there, one with the same name is replaced. Raises ValueError."""
    for text in (*properties, *properties.values()):
        if len(text) > _LONGEST or text != plain(text):
            raise ValueError(text)
    root = outline(xml, 2)
    if (root.space, root.name) != (_SPACE, "Properties"):
        raise CannotMark("strict_ooxml" if "purl.oclc.org" in root.space else "damaged")
    known = {one.attributes.get("name", "").lower(): one for one in root.all("property")}
    numbers = [int(pid) for one in known.values() if (pid := one.attributes.get("pid", "")).isdecimal()]
    edits: list[Edit] = []
    new, next_number = [], max([1, *numbers]) + 1
    for name, value in properties.items():
        old = known.get(name.lower())
        written = _property(root.prefix.decode(), name, value, old.attributes.get("pid", "2") if old else next_number)
        if old:
            edits.append((old.start, old.end, written))
        else:
            new.append(written)
            next_number += 1
    return patched(xml, [*edits, *grown(xml, root, b"".join(new))] if new else edits)


def _property(prefix: str, name: str, value: str, number: str | int) -> bytes:
    tag = f"{prefix}property"
    head = f'<{tag} fmtid="{_FORMAT}" pid="{number}" name={quoteattr(name)}>'
    return f'{head}<vt:lpwstr xmlns:vt="{_VALUES}">{escape(value)}</vt:lpwstr></{tag}>'.encode()


def custom_properties(path: Path) -> dict[str, str]:
    """The custom properties of a workbook as strings; none for a file that is no workbook, or that is hostile.

    Whoever asks looks for a sign of our own, and such a file cannot bear one.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            package = Package(path, archive, _LARGEST)
            part = package.related("", _KIND)
            return _values(package.read(part)) if part else {}
    except (CannotMark, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        return {}
    except (ParseError, DefusedXmlException):
        return {}


def _values(xml: bytes) -> dict[str, str]:
    root: Element = ElementTree.fromstring(xml, forbid_dtd=True)
    named = ((one.get("name"), next(iter(one), None)) for one in root.iter(f"{{{_SPACE}}}property"))
    return {name: "".join(value.itertext()) for name, value in named if name is not None and value is not None}
