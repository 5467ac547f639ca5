"""A zip as a package of parts: its directory is checked before anything is unpacked, and unpacking stops at a limit."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from threading import Lock
from types import TracebackType
from typing import Self

from robots.edge.excel_in.source import NotReadable, Source

_LOCAL = struct.Struct("<4s22xHH")
_MOST_PARTS = 20_000
_PIECE = 64 << 10  # small enough to stay in the caches: faults on large ones hold up the thread beside
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError, ValueError)


class Package:
    """The parts of a zip. Use as a context manager.

    Raises NotReadable: FILE_INCOMPLETE where its directory does not fit its bytes, FILE_BOMB where it would unpack to
    more than `limit` bytes, FILE_DAMAGED where parts overlap or two have one name, FILE_PASSWORD where the zip itself
    is encrypted.
    """

    def __init__(self, source: Source, limit: int) -> None:
        try:
            self._archive = zipfile.ZipFile(source)
        except _BROKEN as error:
            raise NotReadable("FILE_INCOMPLETE") from error
        self._limit, self._one_at_a_time = limit, Lock()
        members = self._archive.infolist()
        if len(members) > _MOST_PARTS or sum(member.file_size for member in members) > limit:
            raise NotReadable("FILE_BOMB")
        if any(member.flag_bits & 1 for member in members):
            raise NotReadable("FILE_PASSWORD")
        self._parts = {plain(member.filename): member for member in members if not member.is_dir()}
        if len(self._parts) < sum(not member.is_dir() for member in members):
            raise NotReadable("FILE_DAMAGED")  # two parts of one name: every library would take another one
        self._starts = self._checked_starts(members)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._archive.close()

    @property
    def names(self) -> frozenset[str]:
        """The names of all parts, with plain slashes and none at the beginning."""
        return frozenset(self._parts)

    @property
    def odd_names(self) -> bool:
        """Are there names that a library would not find as they stand (back slashes, a slash at the beginning)?"""
        return any(name != member.filename for name, member in self._parts.items())

    def size(self, name: str) -> int:
        """What a part unpacks to, as the directory declares it."""
        return self._parts[name].file_size

    def _checked_starts(self, members: list[zipfile.ZipInfo]) -> dict[str, int]:
        """Where the data of each part begin. Each local header must be there, and no part may reach into the next."""
        starts, end = {}, 0
        stream = self._archive.fp
        assert stream is not None  # noqa: S101  # it is open
        for member in sorted(members, key=lambda member: member.header_offset):
            if member.header_offset < end:
                raise NotReadable("FILE_DAMAGED")
            stream.seek(member.header_offset)
            header = stream.read(_LOCAL.size)
            if len(header) < _LOCAL.size or not header.startswith(b"PK\x03\x04"):
                raise NotReadable("FILE_INCOMPLETE")
            _, name, extra = _LOCAL.unpack(header)
            starts[member.filename] = member.header_offset + _LOCAL.size + name + extra
            end = starts[member.filename] + member.compress_size
            if end > self._archive.start_dir:
                raise NotReadable("FILE_INCOMPLETE")
        return starts

    def pieces(self, name: str) -> Iterator[bytes]:
        """A part in pieces; after the last one its size and CRC are known to be right, else NotReadable."""
        member = self._parts[name]
        left, crc = member.file_size, 0
        for piece in self._inflated(member):
            left -= len(piece)
            crc = zlib.crc32(piece, crc)
            if left < -self._limit:  # it holds far more than it declares
                raise NotReadable("FILE_BOMB")
            if left >= 0:
                yield piece
        if left or crc != member.CRC:
            raise NotReadable("FILE_INCOMPLETE")

    def _inflated(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        try:
            if member.compress_type == zipfile.ZIP_DEFLATED:
                yield from _inflate(self._raw(member))
            elif member.compress_type == zipfile.ZIP_STORED:
                yield from self._raw(member)
            else:
                with self._archive.open(member) as stream:
                    yield from iter(lambda: stream.read(_PIECE), b"")
        except _BROKEN as error:
            raise NotReadable("FILE_INCOMPLETE") from error

    def _raw(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """The stored bytes."""
        stream = self._archive.fp
        assert stream is not None  # noqa: S101  # it is open
        place, left = self._starts[member.filename], member.compress_size
        while left:
            with self._one_at_a_time:
                stream.seek(place)
                chunk = stream.read(min(left, _PIECE))
            if not chunk:
                raise EOFError
            place, left = place + len(chunk), left - len(chunk)
            yield chunk

    def read(self, name: str) -> bytes:
        """A whole part, its CRC checked."""
        return b"".join(self.pieces(name))

    def read_if_there(self, name: str) -> bytes:
        """A whole part, or nothing where there is none of that name."""
        return self.read(name) if name in self._parts else b""

    def verify(self, name: str) -> None:
        """Unpack a part to nowhere: is it whole? One with a DOCTYPE is refused, for that is how entity bombs begin."""
        is_xml = name.endswith((".xml", ".rels"))
        for number, piece in enumerate(self.pieces(name)):
            if is_xml and number == 0:
                refuse_doctype(piece)

    def rebuilt(self, instead: Mapping[str, bytes], without: Collection[str] = ()) -> BytesIO:
        """The package again in memory, some parts replaced and some left out."""
        memory = BytesIO()
        with zipfile.ZipFile(memory, "w") as archive:
            for name in self._parts:
                if name not in without:
                    archive.writestr(name, instead[name] if name in instead else self.read(name))
        return memory


def _inflate(chunks: Iterator[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-15)
    for chunk in chunks:
        data = chunk
        while data and not inflater.eof:
            yield inflater.decompress(data, _PIECE)
            data = inflater.unconsumed_tail
    yield inflater.flush()
    if not inflater.eof:
        raise EOFError


_SPELLED = {name.lower(): name for name in ("[Content_Types].xml", "xl/sharedStrings.xml")}


def plain(name: str) -> str:
    """A part's name as libraries look for it: some programs write other slashes and small letters only."""
    name = name.replace("\\", "/").lstrip("/")
    return _SPELLED.get(name.lower(), name)


def refuse_doctype(xml: bytes) -> None:
    """No workbook needs a DOCTYPE. Raises NotReadable."""
    if b"<!DOCTYPE" in xml[:65536]:
        raise NotReadable("FILE_DAMAGED")
