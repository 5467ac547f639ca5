"""The shared folder: listing, claiming by rename, keeping originals by content, publishing by write-and-rename."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from robots.edge.points import passing
from robots.intake import Seen, is_left_alone

_CLAIMED = ".robots-taking"
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


class FolderUnreachable(OSError):
    """The shared folder is not there: an outage, never a deletion."""


@dataclass(frozen=True)
class Claimed:
    """A file that is ours: under which name it was dropped, where its bytes are now, their hash."""

    name: str
    path: Path
    sha256: str
    size: int
    owner: str | None
    aside: Path | None = None


def listing(inbox: Path) -> list[Seen]:
    """Every file of the inbox and its subfolders that may be a drop. Raises FolderUnreachable."""
    if not inbox.is_dir():
        raise FolderUnreachable(str(inbox))
    return [seen for path in _files(inbox) if (seen := _seen(inbox, path)) is not None]


def _files(inbox: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(inbox):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        yield from (Path(folder) / name for name in sorted(names))


def _name(inbox: Path, path: Path) -> str:
    """The name inside the inbox, in one Unicode form. Bytes that are no UTF-8 were GBK on a Chinese Windows."""
    raw = os.fsencode(path.relative_to(inbox).as_posix())
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:  # as Python has it, such a name is text that no database takes
        name = raw.decode("gb18030", errors="replace")
    return unicodedata.normalize("NFC", name)


def _seen(inbox: Path, path: Path) -> Seen | None:
    name = _name(inbox, path)
    if is_left_alone(name) or path.is_symlink():
        return None
    try:
        stat = path.stat()
    except OSError:  # gone between listing and looking: the next listing tells
        return None
    return Seen(name, stat.st_size, stat.st_mtime_ns)


def find(inbox: Path, name: str) -> Path:
    """The path of a listed file, whichever Unicode form the file system keeps its name in."""
    direct = inbox / name
    if direct.exists():
        return direct
    return next((path for path in _files(inbox) if _name(inbox, path) == name), direct)


def claim(inbox: Path, name: str, scratch: Path, keep: bool) -> Claimed:
    """Make a settled file ours: rename it aside on its own volume, copy it to local scratch while hashing.

    With `keep` the file stays where it is and only the copy is made. Raises OSError where somebody holds it open.
    """
    path = find(inbox, name)
    owner = owner_of(path)
    if not keep:
        aside = inbox / _CLAIMED / str(path.stat().st_mtime_ns) / name
        aside.parent.mkdir(parents=True, exist_ok=True)
        path = path.rename(aside)
        passing("file claimed")
    copy, digest, size = _copy_hashing(path, scratch)
    passing("file copied to scratch")
    return Claimed(name, copy, digest, size, owner, None if keep else path)


def _copy_hashing(path: Path, scratch: Path) -> tuple[Path, str, int]:
    scratch.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    copy = scratch / f"{hashlib.sha256(os.fsencode(path)).hexdigest()[:32]}{path.suffix}"
    with path.open("rb") as source, copy.open("wb") as target:
        while chunk := source.read(1 << 20):
            digest.update(chunk)
            target.write(chunk)
            size += len(chunk)
    return copy, digest.hexdigest(), size


def interrupted(inbox: Path) -> list[tuple[str, Path]]:
    """Files that an interrupted turn had claimed and not let go: (name as dropped, where it is), oldest first."""
    aside = inbox / _CLAIMED
    if not aside.is_dir():
        return []
    times = sorted((path for path in aside.iterdir() if path.name.isdigit()), key=lambda path: int(path.name))
    return [(path.relative_to(time).as_posix(), path) for time in times for path in _files(time)]


def put_back(inbox: Path, root: Path) -> list[str]:
    """Give interrupted files back to the inbox under their names.

    Where a newer one lies there already, the interrupted one goes to the archive `root`: replaced, but not lost.
    """
    names = []
    for name, path in interrupted(inbox):
        target = inbox / name
        if target.exists():
            content = path.read_bytes()
            archive(root, content, hashlib.sha256(content).hexdigest(), path.suffix)
            path.unlink()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
        names.append(name)
    _tidy(inbox)
    return names


def _tidy(inbox: Path) -> None:
    """Remove the folders in which files were set aside; one that holds a newcomer stays."""
    for place, _, _ in os.walk(inbox / _CLAIMED, topdown=False):
        with suppress(OSError):
            Path(place).rmdir()


def give_back(inbox: Path, claimed: Claimed) -> None:
    """A file that proves to be still in coming goes back under its name, unless a newer one lies there."""
    target = inbox / claimed.name
    if claimed.aside is not None and not target.exists():
        claimed.aside.rename(target)


def let_go(inbox: Path, claimed: list[Claimed]) -> None:
    """Remove what was claimed and its scratch copies: the turn is committed and the archive has it."""
    for one in claimed:
        one.path.unlink(missing_ok=True)
        if one.aside is not None:
            one.aside.unlink(missing_ok=True)
    _tidy(inbox)


def owner_of(path: Path) -> str | None:
    """Who owns the file, where the system says so."""
    try:
        return path.owner()
    except (OSError, KeyError, NotImplementedError):  # Windows and unknown users have no answer
        return None


# ------------------------------------------------------------------ archive


def archive(root: Path, source: Path | bytes, sha256: str, suffix: str) -> Path:
    """Keep content under its hash, once and for ever. Returns where."""
    path = archived(root, sha256, suffix)
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(path.name + ".tmp")
    if isinstance(source, bytes):
        aside.write_bytes(source)
    else:
        shutil.copyfile(source, aside)
    aside.chmod(0o444)
    passing("original written aside")
    aside.replace(path)
    passing("original archived")
    return path


def archived(root: Path, sha256: str, suffix: str) -> Path:
    """Where content of a hash is kept."""
    return root / sha256[:2] / f"{sha256}{suffix.lower()}"


# ------------------------------------------------------------------ publishing


def safe_name(text: str, length: int = 180) -> str:
    """A file name that Windows, macOS and Linux allow, Chinese kept, of so many bytes at most.

    >>> safe_name("回执 a/b:c?.xlsx"), safe_name("con.xlsx")
    ('回执 a_b_c_.xlsx', '_con.xlsx')
    """
    name = _UNSAFE.sub("_", unicodedata.normalize("NFC", text)).strip(" .")
    name = "_" + name if _RESERVED.match(name) else name
    return name.encode()[:length].decode(errors="ignore").rstrip(" .") or "_"


def publish(folder: Path, name: str, suffix: str, content: bytes) -> Path:
    """Write aside and rename. Where somebody holds the file open, a numbered name beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    base = safe_name(name)
    aside = folder / f"~{base}{suffix}.tmp"
    aside.write_bytes(content)
    passing("workbook written aside")
    for number in range(1, 100):
        target = folder / (f"{base}{suffix}" if number == 1 else f"{base} ({number}){suffix}")
        try:
            return aside.replace(target)
        except PermissionError:  # open in Excel on a share: refused, so publish beside it
            continue
    raise PermissionError(str(folder / base))


def heartbeat(state: Path, now: datetime, troubles: list[str]) -> None:
    """A sign of life that other programs can watch."""
    state.mkdir(parents=True, exist_ok=True)
    (state / "heartbeat.json").write_text(json.dumps({"at": now.isoformat(), "troubles": troubles}), "utf-8")
