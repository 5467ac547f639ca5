"""XML parts that are small enough for a tree: without entities, without network, within libxml2's own limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from robots.edge.excel_in.package import refuse_doctype
from robots.edge.excel_in.source import NotReadable


def tree(content: bytes) -> Any:
    """The root element. Raises NotReadable where it is no XML or brings a DOCTYPE."""
    refuse_doctype(content)
    try:
        return etree.fromstring(content, etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotReadable("FILE_DAMAGED") from error


def named(root: Any, *names: str) -> Iterator[Any]:
    """All elements of these local names, whatever their namespace (Excel's strict format has others)."""
    return root.iter(*(f"{{*}}{name}" for name in names))  # type: ignore[no-any-return]  # lxml comes without types


def attribute(node: Any, name: str) -> str:
    """An attribute by its local name, with or without a namespace; empty where there is none."""
    for key, value in node.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return ""
