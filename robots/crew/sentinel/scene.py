"""What the watches look at, each part made when a watch first asks for it; and how a watch is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import pandas as pd

from robots.figures.alerts import Alert
from robots.figures.lines import records
from robots.figures.risk import Tail, tails
from robots.figures.settlement import work_accepted
from robots.ledger import Ledger, place
from robots.model.periods import add_months, month_of
from robots.model.words import Say, Text, say
from robots.rules import Alerts, Rules, ground

Row = dict[str, Any]
MOST_PLACES = 10


@dataclass(frozen=True)
class Scene:
    """A day as the sentinel sees it."""

    ledger: Ledger
    rules: Rules
    today: date

    @cached_property
    def limits(self) -> Alerts:
        """The limits in force."""
        return self.rules.alerts(self.today)

    @property
    def source(self) -> Say:
        """Where a limit comes from that no contract names."""
        return say("source.rules", reference=ground(self.limits))

    @cached_property
    def open(self) -> list[Row]:
        """Open order lines, promised for a day or not, with `unjudged` and `left` (pieces not accepted yet); `is_work`:
        what is accepted of them are timesheets or tickets; none of these is received first."""
        rows = [self._opened(row) for row in records(self.ledger.open_lines())]
        return [row for row in rows if row["left"] > 0]

    def _opened(self, row: Row) -> Row:
        work = self._work.get((row["order_id"], row["line"]))
        row = row if work is None else row | {"received": work, "accepted": work}
        return row | {
            "unjudged": row["received"] - row["accepted"] - row["rejected"],
            "left": row["quantity"] - row["accepted"],
            "ordered_on": given(row["ordered_on"]),
            "is_work": work is not None,
        }

    @cached_property
    def _work(self) -> dict[tuple[str, str], Decimal]:
        """Order lines that timesheets or tickets are accepted for, each with how much so far."""
        terms, table = self.rules.settlement(self.today), self.ledger.table
        if not terms.work:
            return {}
        received = table("orders"), table("deliveries"), table("contracts")
        return work_accepted(*received, table("measurements"), table("tickets"), terms, self.today)

    @cached_property
    def waiting(self) -> list[Row]:
        """Open order lines that are promised for a day."""
        return [row for row in self.open if given(row["due_latest"])]

    @cached_property
    def vendors(self) -> dict[str, Row]:
        """The vendor ledger by name."""
        return {row["vendor"]: row for row in records(self.ledger.table("vendors"))}

    @cached_property
    def contracts(self) -> list[Row]:
        """All contracts."""
        return records(self.ledger.table("contracts"))

    @cached_property
    def leads(self) -> pd.DataFrame:
        """Days from order to full acceptance over the last months: vendor, days, lines."""
        return self.ledger.leads(month_of(add_months(self.today, -self.limits.lead_months)))

    @cached_property
    def tails(self) -> dict[str, Tail]:
        """The same by vendor, for how many lines took longer."""
        return tails(self.leads)

    def contract_of(self, vendor: str) -> Row:
        """The vendor's contract in force today, the latest where there are several; empty where there is none."""
        mine = [c for c in self.contracts if c["vendor"] == vendor and c["starts_on"] <= self.today <= c["ends_on"]]
        return max(mine, key=lambda c: (c["starts_on"], c["contract_id"]), default={})

    def alert(
        self, code: str, cause: str, severity: str, subject: str, vendor: str, *, seen: Say, limit: Say,
        evidence: Text, action: Say | None = None, source: Text = "", event: bool = False,
    ) -> Alert:  # fmt: skip
        """An alert of a code, with the owner that the rules give it."""
        return Alert(
            code, cause, severity, subject, vendor, seen, limit, action or say(f"alert.{code}.action"), evidence,
            self.limits.owners[code], source or self.source, event,
        )  # fmt: skip


Watch = Callable[[Scene], Iterator[Alert]]
WATCHES: list[tuple[tuple[str, ...], Watch]] = []


def watch(*codes: str) -> Callable[[Watch], Watch]:
    """Make a function a watch over alerts of these codes."""

    def known(function: Watch) -> Watch:
        WATCHES.append((codes, function))
        return function

    return known


# ------------------------------------------------------------------ small things


def line_name(row: Row) -> str:
    """An order line as people write it."""
    return f"{row['order_id']}/{row['line']}"


def plain(number: Any) -> str:
    """A quantity without trailing zeros."""
    return format(Decimal(number).normalize(), ",f")


def given(value: Any) -> Any:
    """A value, or None where the cell was blank."""
    return None if value is None or pd.isna(value) else value


def places(rows: Iterable[Row]) -> Text:
    """Where rows stand, one under the other; of many, the first."""
    found = [place(row) for row in rows]
    shown: list[Text] = list(found[:MOST_PLACES])
    if len(found) > MOST_PLACES:
        shown.append(say("evidence.more", count=len(found) - MOST_PLACES))
    return shown[0] if len(shown) == 1 else say("list.lines", items=tuple(shown))
