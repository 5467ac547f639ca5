"""Which files have settled, are news, or are left alone. Pure: it compares listings, it touches no disk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

_LEFT_ALONE = (
    "~$*", "~*.tmp", "*.tmp", ".~lock.*#", "*.crdownload", "*.part", "*.partial", "*.download", ".syncthing.*",
    ".ds_store", "._*", "thumbs.db", "desktop.ini", ".*",
)  # fmt: skip
_FOLDERS_LEFT_ALONE = ("@eadir", ".stversions", "#recycle", "$recycle.bin", ".*")
_EXCEL_TEMP = re.compile(r"[0-9A-F]{8}")
_CONFLICT = re.compile(
    r"(-冲突|冲突副本|冲突文件|[-_ ]conflict\b|-NSConflict|\.sync-conflict-|conflicted copy|- ?副本|_副本|\(副本\))",
    re.IGNORECASE,
)
WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et", ".csv", ".tsv", ".txt", ".json")


@dataclass(frozen=True)
class Seen:
    """One file as the listing shows it: its path inside the inbox, size and time; `since` is when it was first so."""

    name: str
    size: int
    mtime_ns: int
    since: float = 0.0


def is_left_alone(name: str) -> bool:
    """Temp, lock and system files, and what lies in system folders: not ours, no message.

    >>> [is_left_alone(n) for n in ("~$订单.xlsx", "1A2B3C4D", "订单.xlsx", "@eaDir/x.xlsx", "订单.xlsx.part")]
    [True, True, False, True, True]
    """
    *folders, base = name.split("/")
    if any(fnmatchcase(folder.casefold(), pattern) for folder in folders for pattern in _FOLDERS_LEFT_ALONE):
        return True
    return bool(_EXCEL_TEMP.fullmatch(base)) or any(fnmatchcase(base.casefold(), pattern) for pattern in _LEFT_ALONE)


def is_conflict_copy(name: str) -> bool:
    """A copy that a sync client made when two people wrote one file: never news.

    >>> [is_conflict_copy(name) for name in ("订单-冲突.xlsx", "订单 - 副本.xlsx", "订单.xlsx")]
    [True, True, False]
    """
    return bool(_CONFLICT.search(name.rsplit("/", 1)[-1]))


def look_again(before: Mapping[str, Seen], listing: list[Seen], now: float) -> dict[str, Seen]:
    """The listing with, for each file, since when it has looked like this."""
    again = {}
    for file in listing:
        known = before.get(file.name)
        same = known is not None and (known.size, known.mtime_ns) == (file.size, file.mtime_ns)
        since = known.since if known and same else now
        again[file.name] = Seen(file.name, file.size, file.mtime_ns, since)
    return again


def settled(seen: Mapping[str, Seen], now: float, quiet_seconds: float) -> list[Seen]:
    """Files that kept still long enough, the oldest first, so that later drops win."""
    still = [file for file in seen.values() if now - file.since >= quiet_seconds and file.size >= 0]
    return sorted(still, key=lambda file: (file.mtime_ns, file.name))
