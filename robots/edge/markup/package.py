"""The zip of a workbook: parts, their relations and types; what did not change is copied as it lies there."""

from __future__ import annotations

import posixpath
import struct
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import unquote
from xml.sax.saxutils import quoteattr

from robots.edge.markup.marks import CannotMark
from robots.edge.markup.outline import grown, outline, patched

TYPES = "[Content_Types].xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
LARGEST_PART = 64 << 20  # of those that are held whole; worksheets flow through
_STRICT = "http://purl.oclc.org/ooxml/"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_CHUNK = 1 << 20
_LOCAL_HEADER = struct.Struct("<26xHH")
_END = struct.Struct("<4sHHHH")


@dataclass(frozen=True)
class Relation:
    """One part's relation to another; `target` is the name of a part, or empty for something outside the file."""

    id: str
    kind: str
    target: str


class Package:
    """A workbook's parts, with new and changed ones laid over what the file holds."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, largest: int = LARGEST_PART) -> None:
        self._path, self._archive, self._largest = path, archive, largest
        self.changed: dict[str, bytes] = {}
        self._names = {info.filename.lower(): info.filename for info in archive.infolist()}

    def find(self, name: str) -> str | None:
        """The part as its name is written in the file: names of parts do not tell capitals apart."""
        return self._names.get(name.lower()) or self._names.get(unquote(name).lower())

    def names(self) -> list[str]:
        """Every part, the new ones too."""
        return list(self._names.values())

    def read(self, name: str) -> bytes:
        """A small part, as changed so far. Raises CannotMark."""
        if name in self.changed:
            return self.changed[name]
        with self.stream(name) as stream:
            content = stream.read(self._largest + 1)
        if len(content) > self._largest:
            raise CannotMark("part_too_large")
        return content

    def stream(self, name: str) -> IO[bytes]:
        """A part of the file, to be read in pieces."""
        return self._archive.open(name)

    def put(self, name: str, content: bytes) -> None:
        """Lay a new or changed part over the file."""
        self.changed[name] = content
        self._names.setdefault(name.lower(), name)

    def free_name(self, pattern: str) -> str:
        """The first name of a pattern such as "xl/comments{}.xml" that no part has."""
        number = 1
        while self.find(pattern.format(number)):
            number += 1
        return pattern.format(number)

    # -------------------------------------------------------------- relations and types

    def relations(self, part: str) -> dict[str, Relation]:
        """The relations of a part by their ids; of the whole package for the part ""."""
        name = self.find(_relations_part(part))
        if name is None:
            return {}
        root = outline(self.read(name), 2)
        return {found.id: found for child in root.children if (found := self._relation(part, child.attributes))}

    def _relation(self, part: str, written: Mapping[str, str]) -> Relation | None:
        kind, target = written.get("Type", ""), written.get("Target", "")
        if kind.startswith(_STRICT):
            raise CannotMark("strict_ooxml")
        if "Id" not in written:
            return None
        if written.get("TargetMode") == "External":
            return Relation(written["Id"], kind, "")
        path = target if target.startswith("/") else posixpath.join("/", posixpath.dirname(part), target)
        name = posixpath.normpath(path).lstrip("/")
        return Relation(written["Id"], kind, self.find(name) or name)

    def related(self, part: str, kind: str) -> str | None:
        """The first part that stands in a relation of this kind and is in the file."""
        targets = (one.target for one in self.relations(part).values() if one.kind == kind)
        return next((target for target in targets if self.find(target)), None)

    def relate(self, part: str, kind: str, target: str) -> str:
        """Add a relation between two parts; its new id."""
        taken = {known.lower() for known in self.relations(part)}
        new = next(candidate for n in range(1, len(taken) + 2) if (candidate := f"rId{n}").lower() not in taken)
        name = self.find(_relations_part(part)) or _relations_part(part)
        before = self.read(name) if self.find(name) else f'<Relationships xmlns="{_RELATIONS}"/>'.encode()
        root = outline(before, 2)
        path = quoteattr(posixpath.relpath(f"/{target}", f"/{posixpath.dirname(part)}"))
        written = f'Relationship Id="{new}" Type="{kind}" Target={path}/>'.encode()
        self.put(name, patched(before, grown(before, root, b"<" + root.prefix + written)))
        return new

    def declare(self, part: str, media_type: str) -> None:
        """Say what type a part has, unless that is known."""
        before = self.read(TYPES)
        root = outline(before, 2)
        ending = posixpath.splitext(part)[1][1:].lower()
        defaults = {one.attributes.get("Extension", "").lower(): one for one in root.all("Default")}
        known = defaults.get(ending)
        if any(one.attributes.get("PartName", "").lower() == f"/{part}".lower() for one in root.all("Override")):
            return
        if known is not None and known.attributes.get("ContentType") == media_type:
            return
        if ending == "vml" and known is None:
            written = f'Default Extension="{ending}" ContentType="{media_type}"/>'
        else:
            written = f'Override PartName={quoteattr("/" + part)} ContentType="{media_type}"/>'
        self.put(TYPES, patched(before, grown(before, root, b"<" + root.prefix + written.encode())))

    # -------------------------------------------------------------- writing

    def write(
        self, target: Path, flowing: Mapping[str, Callable[[], Iterable[bytes]]], last: Collection[str] = ()
    ) -> None:
        """Write the package: changed parts anew, `flowing` ones piece by piece, all others as they lie in the file.

        `last` are parts that are only known when the other flowing ones are through.
        """
        known = self._archive.NameToInfo
        like = known[TYPES]
        names = [*known, *(name for name in {**self.changed, **flowing} if name not in known)]
        with self._path.open("rb") as raw, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
            for name in sorted(names, key=lambda name: name in last):
                if name in flowing:
                    _write_flowing(out, _header(name, like), known.get(name, like).file_size, flowing[name]())
                elif name in self.changed:
                    out.writestr(_header(name, like), self.changed[name])
                else:
                    _copy_as_it_lies(raw, known[name], out)


def opened(path: Path) -> zipfile.ZipFile:
    """The zip of a workbook that may be changed. Raises CannotMark for what must not or cannot be."""
    _refuse_several_disks(path)
    archive = zipfile.ZipFile(path)
    infos = archive.infolist()
    names = [info.filename.lower() for info in infos]
    reasons = {
        "encrypted": any(info.flag_bits & 0x1 for info in infos),
        "multi_disk": any(info.volume for info in infos),
        "duplicate_parts": len(set(names)) < len(names),
        "signed": any(name.startswith("_xmlsignatures/") for name in names),
        "binary_workbook": "xl/workbook.bin" in names,
        "not_ooxml": TYPES not in archive.NameToInfo,
    }
    for reason, holds in reasons.items():
        if holds:
            archive.close()
            raise CannotMark(reason)
    return archive


def _refuse_several_disks(path: Path) -> None:
    size = path.stat().st_size
    with path.open("rb") as stream:
        start = stream.read(8)
        stream.seek(max(0, size - (1 << 16) - 22))
        ending = stream.read()
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise CannotMark("encrypted" if "EncryptedPackage".encode("utf-16-le") in path.read_bytes() else "not_ooxml")
    at = ending.rfind(b"PK\x05\x06")
    if not start.startswith(b"PK") or at < 0 or len(ending) - at < _END.size:
        raise CannotMark("not_ooxml" if not start.startswith(b"PK") else "damaged")
    _, disk, first, here, total = _END.unpack_from(ending, at)
    if (disk, first) not in {(0, 0), (0xFFFF, 0xFFFF)} or here != total:
        raise CannotMark("multi_disk")


def _relations_part(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _header(name: str, like: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """The header of a part of ours: the time is the file's own, so that the same marks give the same bytes."""
    info = zipfile.ZipInfo(name, like.date_time)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def _write_flowing(out: zipfile.ZipFile, info: zipfile.ZipInfo, size: int, pieces: Iterable[bytes]) -> None:
    info.file_size = size + LARGEST_PART  # tells whether sizes need 64 bits
    with out.open(info, "w") as part:
        for chunk in _in_chunks(pieces):
            part.write(chunk)


def _in_chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    held, size = [], 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _CHUNK:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def _copy_as_it_lies(raw: IO[bytes], info: zipfile.ZipInfo, out: zipfile.ZipFile) -> None:
    """Copy a part in its compressed form. zipfile cannot do so itself; its central directory is a plain list."""
    raw.seek(info.header_offset)
    name, extra = _LOCAL_HEADER.unpack(raw.read(_LOCAL_HEADER.size))
    raw.seek(name + extra, 1)
    copy = zipfile.ZipInfo(info.filename, info.date_time)
    for attribute in (
        "compress_type",
        "external_attr",
        "create_system",
        "CRC",
        "compress_size",
        "file_size",
        "comment",
    ):
        setattr(copy, attribute, getattr(info, attribute))
    stream = out.fp
    if stream is None:
        raise ValueError(out.filename)
    stream.seek(out.start_dir)
    copy.header_offset = stream.tell()
    stream.write(copy.FileHeader())
    left = info.compress_size
    while left and (chunk := raw.read(min(left, _CHUNK))):
        stream.write(chunk)
        left -= len(chunk)
    if left:
        raise zipfile.BadZipFile(info.filename)
    out.filelist.append(copy)
    out.NameToInfo[copy.filename] = copy
    out.start_dir = stream.tell()
