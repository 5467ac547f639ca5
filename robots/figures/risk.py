"""How likely an open line is to be late, from how long lines took before (RULES 9: shrunken towards all vendors)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

STRENGTH = 10  # s of RULES 6: how many lines the rate of all vendors weighs
EVERYONE = ""


@dataclass(frozen=True)
class Tail:
    """How long some lines took: the days, ascending; and how many took longer than nothing, the first, the second …"""

    days: tuple[int, ...] = ()
    longer: tuple[int, ...] = (0,)

    def beyond(self, days: int) -> int:
        """How many lines took more than so many days."""
        return self.longer[bisect_right(self.days, days)]


def tails(leads: pd.DataFrame) -> dict[str, Tail]:
    """Vendor → how long its lines took, and of `EVERYONE`. `leads`: vendor, days, lines: a histogram of days from order
    to full acceptance."""
    return {str(vendor): _tail(rows) for vendor, rows in ((EVERYONE, leads), *leads.groupby("vendor"))}


def _tail(rows: pd.DataFrame) -> Tail:
    counts = rows.groupby("days")["lines"].sum()
    everyone = int(counts.sum())
    return Tail(tuple(map(int, counts.index)), (everyone, *(everyone - int(n) for n in counts.cumsum())))


@dataclass(frozen=True)
class Risk:
    """P(late | still open after `elapsed` days): the vendor's `late` of `open` lines, shrunken towards all vendors'.

    `base` is the share of all lines that took longer than was agreed here.
    """

    probability: float
    base: float
    late: int
    open: int


def late_risk(leads: Mapping[str, Tail], vendor: str, elapsed: int, agreed: int) -> Risk | None:
    """The risk of a line ordered `elapsed` days ago and agreed for `agreed` days; None where nothing was ever done.

    p = (k + s·m) ÷ (n + s), n the vendor's lines that took more than `elapsed` days, k those of them that took more
    than `agreed`, m the same rate over all vendors, s = 10.

    >>> table = pd.DataFrame({"vendor": ["甲", "甲", "乙"], "days": [10, 40, 10], "lines": [5, 5, 10]})
    >>> risk = late_risk(tails(table), "甲", 20, 30)
    >>> (round(risk.probability, 2), risk.base, risk.late, risk.open)
    (1.0, 0.25, 5, 5)
    """
    everyone, mine = leads[EVERYONE], leads.get(vendor, Tail())
    still, late = everyone.beyond(elapsed), everyone.beyond(agreed)
    if not still:
        return None
    n, k = mine.beyond(elapsed), mine.beyond(agreed)
    probability = (k + STRENGTH * late / still) / (n + STRENGTH)
    return Risk(probability, late / everyone.longer[0], k, n)
