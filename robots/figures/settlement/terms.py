"""What settlement needs beside the tables, and small readings of rows whose cells may be blank."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from robots.model.words import Text
from robots.rules import Rules, Settlement, ground

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Terms:
    """Rules, the home's currency, the day from which invoices are ours to settle, and today: what is retained is
    released from its date on. With `dated`, an invoice is settled by the rules of its own day for ever."""

    rules: Settlement
    currency: str
    settle_from: date
    today: date = date.min
    dated: Rules | None = None
    _on: dict[date, Settlement] = field(default_factory=dict, repr=False, compare=False)

    def on(self, day: date) -> Settlement:
        """The rules that an invoice of that day is settled by."""
        if self.dated is None:
            return self.rules
        if day not in self._on:  # asked for three times a line, and there are few days
            self._on[day] = self.dated.settlement(day)
        return self._on[day]

    def origin(self, day: date, of: Callable[[Settlement], Any]) -> tuple[date | None, Text]:
        """Since when one of the values of that day has been what it is, and on what ground."""
        return self.dated.origin("settlement", day, of) if self.dated else (None, ground(self.rules))


def given(value: Any) -> bool:
    """Is there anything in the cell?"""
    return value is not None and value is not pd.NA and value == value  # noqa: PLR0124  # NaN is not itself


def number(row: Row, name: str) -> Decimal | None:
    """A figure of a row, or None where none is agreed."""
    value: Any = row.get(name)
    return Decimal(value) if given(value) else None


def text(value: Any) -> str:
    """A cell as text, blank as nothing."""
    return str(value) if given(value) else ""


def place_of(row: Row) -> str:
    """Where a row stands, as file › sheet › row; nothing for a row that was made up."""
    return f"{row['_file']} › {row['_sheet']} › {row['_row']}" if "_file" in row else ""
