"""What is said of a table that no kind takes: what it may be, what it lacks, and which of its words nobody knew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from robots.kinds.words import Dialect
from robots.model.findings import Finding, Level, a1, finding
from robots.model.words import say
from robots.reading.claims import Words
from robots.reading.grid import Grid
from robots.reading.headers import Heading
from robots.reading.likeness import Likeness, likeness, strange_headings
from robots.reading.tables import Table, filled_rows

_MOST_WORDS = 16


@dataclass(frozen=True)
class Strange:
    """A header word that nobody knew, on a sheet that no kind takes: the kind that the sheet is most like, and the
    field that the word may be; '' where nothing is alike."""

    sheet: str
    word: str
    kind: str = ""
    likely: str = ""


def left(grid: Grid, table: Table, words: Words) -> tuple[Finding, list[Strange]]:
    """Why a table is left, and its words that nobody knew."""
    near = likeness(grid, table, words)
    if near is None:
        return _like_nothing(grid, table, words)
    if words.dialect and near.kind in words.dialect.columns:
        return _lacks_of_sender(grid, table, words.dialect, near, words), []
    strange = strange_headings(table.header, words, near.kind)
    values = _lacking(near, words) | _own_words(strange)
    if near.sure:
        told = finding("SHEET_LACKS_COLUMNS", Level.ERROR, grid.name, _cell(table), **values)
    else:
        count = len(filled_rows(grid, table))
        told = finding("SHEET_RESEMBLES", Level.WARNING, grid.name, _cell(table), count=count, **values)
    return told, [Strange(grid.name, h.shown, near.kind, near.meant.get(h, "")) for h in strange]


def _like_nothing(grid: Grid, table: Table, words: Words) -> tuple[Finding, list[Strange]]:
    count = 0 if table.number else len(filled_rows(grid, table))
    if not count:
        return finding("SHEET_LEFT", Level.INFO, grid.name), []
    strange = strange_headings(table.header, words)
    told = finding("SHEET_NOT_KNOWN", Level.INFO, grid.name, _cell(table), count=count, **_own_words(strange))
    return told, [Strange(grid.name, heading.shown) for heading in strange]


def _lacking(near: Likeness, words: Words) -> dict[str, Any]:
    named = (words.usual(near.kind, name) for name in near.lacks)
    return {"kind": say(f"kind.{near.kind}"), "fields": "、".join(named)}


def _lacks_of_sender(grid: Grid, table: Table, dialect: Dialect, near: Likeness, words: Words) -> Finding:
    """What the columns that a sender's config names do not tell."""
    lines = "；".join(f'{name} = "…"' for name in near.lacks)
    values = {"sender": dialect.sender, "table": f"[columns.{near.kind}]", "lines": lines, "field": near.lacks[0]}
    return finding("SENDER_LACKS_COLUMNS", Level.ERROR, grid.name, _cell(table), **_lacking(near, words), **values)


def _cell(table: Table) -> str:
    return a1(table.header.below - 1, table.header.headings[0].column)


def _own_words(strange: Sequence[Heading]) -> dict[str, Any]:
    """The words of a sheet that nobody knew, and what to do, as parts of a finding; '' where all are known."""
    if not strange:
        return {"own": "", "how": ""}
    named = list(dict.fromkeys(heading.shown for heading in strange))
    many = "_of_many" if len(named) > _MOST_WORDS else ""
    own = say(f"reading.strange_words{many}", words="、".join(named[:_MOST_WORDS]), count=len(named))
    return {"own": own, "how": say("reading.how_words")}
