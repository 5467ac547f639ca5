"""What is wrong in a user's workbook, as a value: code, level, place, what was seen.

Says and fix come from the catalogues under `finding.<code>`, in the language of the home.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from robots.model.words import Say, say


class Level(StrEnum):
    """How much a finding weighs. Only an error sets something aside; a question waits for a person."""

    INFO = "info"
    WARNING = "warning"
    QUESTION = "question"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """One problem with its place. `cell` is an A1 reference, a row number or empty for a whole sheet or file."""

    code: str
    level: Level
    sheet: str = ""
    cell: str = ""
    values: tuple[tuple[str, Any], ...] = ()

    @property
    def kind(self) -> str:
        """The kind of workbook that it speaks of; empty where it speaks of none."""
        told = dict(self.values).get("kind")
        return told.key.removeprefix("kind.") if isinstance(told, Say) else ""

    @property
    def says(self) -> Say:
        """What was seen."""
        return Say(f"finding.{self.code}.says", self.values)

    @property
    def fix(self) -> Say:
        """How to mend it. Where no known word is like the one that was seen, none is proposed."""
        what = "fix_unlike" if ("likely", "?") in self.values else "fix"
        return Say(f"finding.{self.code}.{what}", self.values)


def finding(code: str, level: Level, sheet: str = "", cell: str = "", /, **values: Any) -> Finding:
    """A finding with its values.

    >>> finding("DATE_BAD", Level.ERROR, "1月", "E5", seen="2026/6/31").cell
    'E5'
    """
    return Finding(code, level, sheet, cell, tuple(values.items()))


def column_letter(index: int) -> str:
    """Excel's name of a zero-based column.

    >>> column_letter(0), column_letter(25), column_letter(26), column_letter(701), column_letter(702)
    ('A', 'Z', 'AA', 'ZZ', 'AAA')
    """
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def a1(row: int, column: int) -> str:
    """The A1 reference of a zero-based row and column.

    >>> a1(4, 2)
    'C5'
    """
    return f"{column_letter(column)}{row + 1}"


__all__ = ["Finding", "Level", "a1", "column_letter", "finding", "say"]
