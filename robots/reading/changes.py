"""What each row of a newer version became: new, updated, unchanged or gone. Only the difference is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Content = tuple[Any, ...]
Place = tuple[str, int]


@dataclass(frozen=True)
class Changes:
    """Indices into the new rows, and keys of rows that are gone. `moved` are unchanged rows at another place."""

    new: tuple[int, ...]
    updated: tuple[int, ...] = ()
    moved: tuple[int, ...] = ()
    unchanged: int = 0
    gone: tuple[int, ...] = ()


def compare(
    old: Iterable[tuple[int, Place, Content]], keys: Sequence[int], places: Sequence[Place], contents: Sequence[Content]
) -> Changes:
    """Compare by key, value by value: `old` gives key, place and content of each former row, in any order."""
    index = {key: number for number, key in enumerate(keys)}
    updated, moved, gone, unchanged = [], [], [], 0
    for key, place, content in old:
        here = index.pop(key, None)
        if here is None:
            gone.append(key)
        elif content != contents[here]:
            updated.append(here)
        else:
            unchanged += 1
            if place != places[here]:
                moved.append(here)
    return Changes(tuple(index.values()), tuple(sorted(updated)), tuple(moved), unchanged, tuple(gone))
