"""How much hangs on whom: shares of order value by category and vendor, and their concentration (HHI)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from robots.figures.exact import units


@dataclass(frozen=True)
class Exposure:
    """One category: its qualified vendors, the largest vendor and its share, the Herfindahl-Hirschman index 0…1.

    Exact fractions: a share of just 60 % is not above 60 %.
    """

    category: str
    qualified: tuple[str, ...]
    top_vendor: str
    top_share: Fraction
    hhi: Fraction


def exposures(
    ordered: pd.DataFrame, vendors: pd.DataFrame, qualified_states: tuple[str, ...], ours: str
) -> list[Exposure]:
    """Exposure of every category, by net order value of one currency at a time.

    `ordered`: vendor, category ("" where unknown), currency ("" where it is `ours`), lines, net.
    """
    found = []
    for category, every in ordered[ordered["category"] != ""].groupby("category"):
        group = _of_one_currency(every.assign(currency=every["currency"].replace("", ours)))
        cents = units(group["net"]).groupby(group["vendor"]).sum()
        total = int(cents.sum())
        if total <= 0:
            continue
        shares = {str(vendor): Fraction(int(part), total) for vendor, part in cents.items()}
        allowed = _qualified(vendors, str(category), qualified_states)
        top = max(shares, key=shares.__getitem__)
        hhi = sum((share**2 for share in shares.values()), Fraction(0))
        found.append(Exposure(str(category), allowed, top, shares[top], hhi))
    return found


def _of_one_currency(group: pd.DataFrame) -> pd.DataFrame:
    """Amounts of different currencies are never added: the currency that most of the lines are in."""
    lines = group.groupby("currency")["lines"].sum()
    usual: pd.DataFrame = group[group["currency"] == lines.idxmax()]
    return usual


def _qualified(vendors: pd.DataFrame, category: str, states: tuple[str, ...]) -> tuple[str, ...]:
    mine = vendors[(vendors["category"] == category).fillna(False) & vendors["status"].isin(states)]
    return tuple(sorted(mine["vendor"]))
