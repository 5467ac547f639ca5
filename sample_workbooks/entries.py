"""A row of one of the further ledgers, as it stands on each day of the demo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Cells = Mapping[str, Any]


@dataclass(frozen=True)
class Entry:
    """One row: `cells` as first written, `later` what changed in them by demo day, `since` the day it was added.

    `case` names what is planted in it, as README.md does.
    """

    cells: Cells
    case: str = ""
    since: int = 1
    later: Mapping[int, Cells] = field(default_factory=dict)

    def on(self, day: int) -> dict[str, Any]:
        """The cells as they stand on a demo day.

        >>> Entry({"stage": "D2"}, later={2: {"stage": "D3"}}).on(1)
        {'stage': 'D2'}
        >>> Entry({"stage": "D2"}, later={2: {"stage": "D3"}}).on(3)
        {'stage': 'D3'}
        """
        news = (cells for changed, cells in sorted(self.later.items()) if changed <= day)
        return {name: value for cells in (self.cells, *news) for name, value in cells.items()}


def known_on(day: int, entries: Iterable[Entry]) -> Iterator[Entry]:
    """The rows that had been added by a demo day."""
    return (entry for entry in entries if entry.since <= day)
