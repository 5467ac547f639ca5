"""How much hangs on whom: shares of order value by category and vendor, and their concentration (HHI)."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Exposure:
    """One category: its qualified vendors, the largest vendor and its share, the Herfindahl-Hirschman index 0…1."""

    category: str
    qualified: tuple[str, ...]
    top_vendor: str
    top_share: float
    hhi: float


def exposures(
    ordered: pd.DataFrame, vendors: pd.DataFrame, qualified_states: tuple[str, ...], ours: str
) -> list[Exposure]:
    """Exposure of every category, by net order value of one currency at a time.

    `ordered`: vendor, category ("" where unknown), currency ("" where it is `ours`), lines, net.
    """
    found = []
    for category, every in ordered[ordered["category"] != ""].groupby("category"):
        group = _of_one_currency(every.assign(currency=every["currency"].replace("", ours)))
        shares = group.assign(amount=group["net"].astype(float)).groupby("vendor")["amount"].sum()
        total = float(shares.sum())
        if total <= 0:
            continue
        shares = shares / total
        allowed = _qualified(vendors, str(category), qualified_states)
        top = str(shares.idxmax())
        found.append(Exposure(str(category), allowed, top, float(shares.max()), float((shares**2).sum())))
    return found


def _of_one_currency(group: pd.DataFrame) -> pd.DataFrame:
    """Amounts of different currencies are never added: the currency that most of the lines are in."""
    lines = group.groupby("currency")["lines"].sum()
    usual: pd.DataFrame = group[group["currency"] == lines.idxmax()]
    return usual


def _qualified(vendors: pd.DataFrame, category: str, states: tuple[str, ...]) -> tuple[str, ...]:
    mine = vendors[(vendors["category"] == category).fillna(False) & vendors["status"].isin(states)]
    return tuple(sorted(mine["vendor"]))
