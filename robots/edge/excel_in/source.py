"""A file on disk or decrypted in memory, what a first look tells of it, and how a reader refuses it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

Source = Path | io.BytesIO


class Format(StrEnum):
    """What a file is, by its content."""

    OOXML = "ooxml"
    XLSB = "xlsb"
    ODS = "ods"
    XLS = "xls"
    HTML = "html"
    SPREADSHEETML = "spreadsheetml"
    JSON = "json"
    TEXT = "text"


class NotReadable(Exception):
    """A file that cannot be read; the first argument is the finding code, the second, if any, a trace to log."""


@dataclass(frozen=True)
class Look:
    """What a first look tells: the format, how many bytes the file may unpack to, and whether it has a password."""

    format: Format
    unpacked_limit: int = 1500 << 20
    locked: bool = False


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """The bytes from their beginning."""
    if isinstance(source, Path):
        with source.open("rb") as stream:
            yield stream
    else:
        source.seek(0)
        yield source


def whole(source: Source) -> bytes:
    """All bytes at once."""
    return source.read_bytes() if isinstance(source, Path) else source.getvalue()
