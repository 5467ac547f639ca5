"""Text with separators (.csv, .tsv, and what merely calls itself .xls): its encoding, its separator, its quotes."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from robots.edge.excel_in.shape import Marks, grid_of, squared
from robots.edge.excel_in.source import Look, NotReadable, Source, whole
from robots.reading.grid import Grid

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x19\x1b-\x1f]")
_HIGH = re.compile(rb"[\x81-\xfe][\x80-\xfe]|[\x80-\xff]")
_SAMPLE = 1 << 18
_LINES = 50
_QUOTED = re.compile(r'\ufeff?"[^"\r\n]+"([,\t;|])"')
_SEPARATOR_LINE = re.compile(r"\ufeff?\"?sep=([^\r\n\"])\"?\r?\n?", re.IGNORECASE)
_END = "\x1f end \x1f"


def grids(source: Source, look: Look, title: str = "") -> list[Grid]:  # noqa: ARG001  # text has no limit of its own
    """The one sheet of a text file, called `title`; every cell is a text."""
    text = decoded(whole(source)).replace("\x00", "")  # no text column of PostgreSQL takes it
    told = _SEPARATOR_LINE.match(text)
    separator = told[1] if told else separator_of(text)
    rows, swallowed = _rows(text[told.end() :] if told else text, separator)
    values, strays = squared(rows)
    return [grid_of(title, values, False, Marks(strays=strays), second_reader=swallowed)]


# ------------------------------------------------------------------ the encoding


def decoded(content: bytes, declared: str = "") -> str:
    """The text. A mark at the beginning, then UTF-16 where evident, strict UTF-8, what is declared, then GB18030
    where the high bytes come in pairs as Chinese writes them, else cp1252. Raises NotReadable for what is no text.
    """
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    if wide := _utf16_without_mark(content):
        return content.decode(wide, "replace")
    sample = content[:_SAMPLE]
    if len(_CONTROL.findall(sample.replace(b"\0", b""))) * 100 > len(sample) or sample.count(0) * 2 > len(sample):
        raise NotReadable("FILE_NOT_A_WORKBOOK")
    for encoding in ("utf-8", _codec(declared)):
        try:
            return content.decode(encoding) if encoding else _guessed(content)
        except UnicodeDecodeError:
            continue
    return _guessed(content)


def decoded_start(start: bytes) -> str:
    """The first characters, as far as they tell what kind of text this is; the last one may be cut in two."""
    wide = _utf16_without_mark(start) or ("utf-16" if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "")
    if not wide and start.count(0) * 2 > len(start):
        raise NotReadable("FILE_NOT_A_WORKBOOK")
    return start.decode(wide or "latin-1", "ignore")


def _utf16_without_mark(content: bytes) -> str:
    """UTF-16 whose bytes come without a mark: its separators and digits have zeros on one side, and only there."""
    sample = content[: _SAMPLE // 2 * 2]
    odd, even = sample[1::2].count(0), sample[0::2].count(0)
    if max(odd, even) * 20 < len(sample) or min(odd, even) * 20 > max(odd, even):
        return ""
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = sample.decode(encoding, "replace")
    plain = sum(character.isprintable() or character in "\t\r\n" for character in text)
    return encoding if plain * 100 > len(text) * 97 else ""


def _codec(declared: str) -> str:
    """The codec for a declared encoding, or none. What calls itself GB2312 holds characters of GBK and GB18030."""
    try:
        name = codecs.lookup(declared).name if declared else ""
    except LookupError:
        return ""
    return {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "utf-16": "", "utf-8": ""}.get(name, name)


def _guessed(content: bytes) -> str:
    """Not UTF-8 throughout: UTF-8 with a few broken characters, or GB18030, or a Western page of Windows."""
    pairs = Counter(len(match) for match in _HIGH.findall(content[:_SAMPLE]))
    encodings = ("utf-8", "gb18030", "cp1252") if pairs[2] >= pairs[1] else ("utf-8", "cp1252")
    for encoding in encodings:
        text = content.decode(encoding, "replace")
        lost = text.count("\ufffd")
        if lost == 0 or lost * 100 <= len(text) - len(text.encode("ascii", "ignore")):
            return text
    raise NotReadable("FILE_NOT_A_WORKBOOK")


# ------------------------------------------------------------------ rows and cells


def separator_of(text: str) -> str:
    """What stands between the first two cells where both are in quotes ("编号","标题"); else the separator that cuts
    the most of the first lines into the same number of cells, quotes respected."""
    if told := _QUOTED.match(text):
        return told[1]
    sample = "".join(islice(io.StringIO(text[:_SAMPLE], newline=""), _LINES))
    return max(",\t;|", key=lambda separator: _fit(sample, separator))


def _fit(sample: str, separator: str) -> tuple[int, int]:
    widths = Counter(len(row) for row in _parsed(sample, separator) if len(row) > 1)
    if not widths:
        return 0, 0
    width, lines = max(widths.items(), key=lambda item: (item[1], item[0]))
    return lines, width


def _parsed(text: str, separator: str, quoting: int = csv.QUOTE_MINIMAL) -> Iterator[list[str]]:
    csv.field_size_limit((1 << 31) - 1)  # the most that a C long holds everywhere
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, quoting=quoting)  # type: ignore[arg-type]


def _rows(text: str, separator: str) -> tuple[list[list[str]], bool]:
    """The cells, and whether quotes had to be taken as letters because one of them is never closed."""
    if '"' not in text:
        return list(_parsed(text, separator)), False
    rows = list(_parsed(f"{text}\n{_END}", separator))
    if rows.pop() == [_END] and not _swallows(rows, separator):
        while rows and not rows[-1]:
            rows.pop()
        return rows, False
    return [[_unquoted(cell) for cell in row] for row in _parsed(text, separator, csv.QUOTE_NONE)], True


def _swallows(rows: list[list[str]], separator: str) -> bool:
    """Does a cell hold lines of the table, separators and all? Then a quote was never meant to open it."""
    usual = Counter(map(len, rows)).most_common(1)[0][0] if rows else 0
    return usual > 2 and any(
        _is_swallowed(cell, place, len(row) - place - 1, usual - 1, separator)
        for row in rows
        for place, cell in enumerate(row)
        if "\n" in cell
    )


def _is_swallowed(cell: str, before: int, after: int, usual: int, separator: str) -> bool:
    """Would every line have the usual number of separators, were the quotes around this cell mere letters?"""
    first, *inner, last = (line.count(separator) for line in cell.split("\n"))
    return before + first == usual == last + after and all(count == usual for count in inner)


def _unquoted(cell: str) -> str:
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    return cell
