"""What vendors answered to our statements: whether they agree, on whose word, and in which sums they do not."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any

import pandas as pd

from robots.kinds.statement_answers import AGREES, CLOSING, DIFFERS, item_name
from robots.model.words import Text, say

Row = Mapping[str, Any]
AGREED, DISPUTED, UNSIGNED, PARTIAL = "agreed", "disputed", "unsigned", "partial"
_SAID = ("item", "ours", "theirs", "answer", "remark", "confirmed_by", "confirmed_on")


@dataclass(frozen=True)
class Confirmation:
    """The answer to one statement of ours in one currency; `rows` are those that were filled in."""

    number: str
    vendor: str
    currency: str
    until: date
    rows: tuple[Row, ...]

    @property
    def by(self) -> str:
        """Who confirmed: one name is enough for all sums."""
        return next((str(row["confirmed_by"]) for row in self.rows if given(row["confirmed_by"])), "")

    @property
    def on(self) -> date | None:
        """The day that was written beside it."""
        return next((row["confirmed_on"] for row in self.rows if given(row["confirmed_on"])), None)

    @property
    def disputed(self) -> list[Row]:
        """The sums that the vendor does not agree to, by word or by figure."""
        return [row for row in self.rows if row["answer"] == DIFFERS or difference(row)]

    @property
    def state(self) -> str:
        """A sum that is disputed tells; agreed is only what is signed, and whose closing balance was answered."""
        if self.disputed:
            return DISPUTED
        if not any(row["item"] == CLOSING for row in self.rows):
            return PARTIAL
        return AGREED if self.by else UNSIGNED

    @property
    def balance(self) -> Decimal | None:
        """Our closing balance, where it was answered."""
        return next((row["ours"] for row in self.rows if row["item"] == CLOSING), None)

    @property
    def version(self) -> str:
        """A hash of what it says, wherever its rows stand."""
        told = sorted(repr([str(row[name]) for name in _SAID]) for row in self.rows)
        return hashlib.sha256("\x1f".join((self.number, self.currency, *told)).encode()).hexdigest()[:24]

    @property
    def _items(self) -> Text:
        names = [item_name(row["item"]) for row in self.disputed]
        return reduce(lambda told, name: say("returns.both", one=told, other=name), names) if names else ""

    @property
    def told(self) -> Text:
        """The answer in a sentence."""
        return say(
            f"confirmation.told.{self.state}", until=self.until, by=self.by or None, on=self.on, number=self.number,
            items=self._items,
        )  # fmt: skip


def difference(row: Row) -> Decimal | None:
    """Theirs less ours, where theirs is told."""
    return row["theirs"] - row["ours"] if given(row["theirs"]) is not None else None


def confirmations_in(rows: Iterable[Row]) -> list[Confirmation]:
    """Rows of `statement_answers` by statement and currency, the earliest statement first."""
    groups: dict[tuple[date, str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row["answer"] in (AGREES, DIFFERS) or given(row["theirs"]) is not None:
            groups[row["until"], row["statement"], row["vendor"], row["currency"]].append(row)
    return [
        Confirmation(number, vendor, currency, until, tuple(sorted(mine, key=lambda row: (row["_sheet"], row["_row"]))))
        for (until, number, vendor, currency), mine in sorted(groups.items())
    ]


def last_confirmation(rows: Iterable[Row], vendor: str, currency: str, before: date) -> Confirmation | None:
    """The latest answer of a vendor to a statement that ended before a day."""
    found = confirmations_in(row for row in rows if (row["vendor"], row["currency"]) == (vendor, currency))
    return next((one for one in reversed(found) if one.until < before), None)


def given(value: Any) -> Any:
    """A value, or None where the cell was blank."""
    return None if value is None or pd.isna(value) else value
