"""Where the header stands and what each column is called: one to three tiers, anywhere in the first 30 rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from robots.model.names import header_unit, header_word
from robots.reading.grid import Grid

SEARCHED_ROWS = 30
MOST_TIERS = 3
ARROW = "›"


@dataclass(frozen=True)
class Heading:
    """The name of one column: its words from the top tier down, as people wrote them."""

    column: int
    parts: tuple[str, ...]

    @property
    def shown(self) -> str:
        """The path as a person reads it."""
        return ARROW.join(part.replace("\n", "").strip() for part in self.parts)

    @property
    def words(self) -> tuple[str, ...]:
        """Names to look the column up by, the most specific first: the whole path, then the leaf."""
        normal = [header_word(part) for part in self.parts]
        return tuple(dict.fromkeys((ARROW.join(normal), normal[-1])))

    @property
    def unit(self) -> str:
        """The unit written in the leaf, else in a tier above."""
        return next((unit for part in reversed(self.parts) if (unit := header_unit(part))), "")


@dataclass(frozen=True)
class Header:
    """The header of a sheet: its first row, the first row below it, its columns."""

    top: int
    below: int
    headings: tuple[Heading, ...]


def find_header(grid: Grid, known: Collection[str]) -> Header | None:
    """The header that holds the most known words (at least two); the flatter one where two are equal."""
    best: tuple[tuple[int, int], Header] | None = None
    for top in range(min(SEARCHED_ROWS, len(grid.rows))):
        for tiers in range(1, MOST_TIERS + 1):
            header = _header_at(grid, top, tiers)
            words = len({word for h in header.headings for word in h.words if word in known})
            score = words, -tiers
            if words >= 2 and (best is None or score > best[0]):
                best = score, header
    return best[1] if best else None


def _header_at(grid: Grid, top: int, tiers: int) -> Header:
    rows = grid.rows[top : top + tiers]
    filled = [_fill_right(row, rows[-1]) for row in rows[:-1]] + rows[-1:]
    headings = []
    for column in range(len(rows[0])):
        parts = tuple(dict.fromkeys(str(row[column]).strip() for row in filled if _is_text(row[column])))
        if parts:
            headings.append(Heading(column, parts))
    return Header(top, top + len(rows), tuple(headings))


def _fill_right(row: list[Any], leaves: list[Any]) -> list[Any]:
    """A merged group cell stands over every column that has a leaf of its own."""
    filled: list[Any] = []
    current: Any = ""
    for value, leaf in zip(row, leaves, strict=True):
        current = value if _is_text(value) else current
        filled.append(value if _is_text(value) or not _is_text(leaf) else current)
    return filled


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
