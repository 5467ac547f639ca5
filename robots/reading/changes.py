"""What each row of a newer version became: new, updated, unchanged or gone. Only the difference is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Old = Mapping[int, tuple[int, str, int]]


@dataclass(frozen=True)
class Changes:
    """Indices into the new rows, and keys of rows that are gone. `moved` are unchanged rows at another place."""

    new: tuple[int, ...]
    updated: tuple[int, ...]
    moved: tuple[int, ...]
    unchanged: int
    gone: tuple[int, ...]


def compare(old: Old, keys: list[int], hashes: list[int], places: list[tuple[str, int]]) -> Changes:
    """Compare by key: `old` maps key → (hash, sheet, row); `keys`, `hashes`, `places` are the new rows, in order."""
    if not old:
        return Changes(tuple(range(len(keys))), (), (), 0, ())
    new, updated, moved, unchanged = [], [], [], 0
    for index, (key, content, place) in enumerate(zip(keys, hashes, places, strict=True)):
        before = old.get(key)
        if before is None:
            new.append(index)
        elif before[0] != content:
            updated.append(index)
        else:
            unchanged += 1
            if before[1:] != place:
                moved.append(index)
    gone = tuple(set(old) - set(keys))
    return Changes(tuple(new), tuple(updated), tuple(moved), unchanged, gone)
