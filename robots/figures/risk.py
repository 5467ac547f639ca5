"""How likely an open line is to be late, from how long lines took before (RULES 9: shrunken towards all vendors)."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

STRENGTH = 10  # s of RULES 6: how many lines the rate of all vendors weighs


@dataclass(frozen=True)
class Risk:
    """P(late | still open after `elapsed` days): the vendor's `late` of `open` lines, shrunken towards all vendors'.

    `base` is the share of all lines that took longer than was agreed here.
    """

    probability: float
    base: float
    late: int
    open: int


def late_risk(leads: pd.DataFrame, vendor: str, elapsed: int, agreed: int) -> Risk | None:
    """The risk of a line ordered `elapsed` days ago and agreed for `agreed` days; None where nothing was ever done.

    `leads`: vendor, days, lines: a histogram of days from order to full acceptance.
    p = (k + s·m) ÷ (n + s), n the vendor's lines that took more than `elapsed` days, k those of them that took more
    than `agreed`, m the same rate over all vendors, s = 10.

    >>> table = pd.DataFrame({"vendor": ["甲", "甲", "乙"], "days": [10, 40, 10], "lines": [5, 5, 10]})
    >>> risk = late_risk(table, "甲", 20, 30); (round(risk.probability, 2), risk.base, risk.late, risk.open)
    (1.0, 0.25, 5, 5)
    """
    everyone = int(leads["lines"].sum())
    still, late = (int(leads["lines"][leads["days"] > days].sum()) for days in (elapsed, agreed))
    if not everyone or not still:
        return None
    mine = leads[leads["vendor"] == vendor]
    n, k = (int(mine["lines"][mine["days"] > days].sum()) for days in (elapsed, agreed))
    probability = (k + STRENGTH * late / still) / (n + STRENGTH)
    return Risk(probability, late / everyone, k, n)
