"""How much hangs on whom: shares of order value by category and vendor, and their concentration (HHI)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from robots.figures.exact import times


@dataclass(frozen=True)
class Exposure:
    """One category: its qualified vendors, the largest vendor and its share, the Herfindahl-Hirschman index 0…1."""

    category: str
    qualified: tuple[str, ...]
    top_vendor: str
    top_share: float
    hhi: float


def exposures(
    orders: pd.DataFrame, vendors: pd.DataFrame, qualified_states: tuple[str, ...], since: date, until: date
) -> list[Exposure]:
    """Exposure of every category ordered in [since, until], by net order value of one currency at a time."""
    dated = orders["ordered_on"].fillna(orders["promised_on"])
    recent = orders[dated.notna() & (dated >= since).fillna(False) & (dated <= until).fillna(False)]
    recent = recent[recent["category"].notna() & recent["vendor"].notna()]
    value = times(recent["quantity"], recent["unit_price"], 2)
    amounts = pd.DataFrame(
        {
            "category": recent["category"],
            "vendor": recent["vendor"],
            "currency": recent["currency"].fillna(""),
            "amount": value.astype(float),
        }
    )
    found = []
    for category, every in amounts.groupby("category"):
        group = _of_one_currency(every)
        shares = group.groupby("vendor")["amount"].sum()
        total = float(shares.sum())
        if total <= 0:
            continue
        shares = shares / total
        allowed = _qualified(vendors, str(category), qualified_states)
        top = str(shares.idxmax())
        found.append(Exposure(str(category), allowed, top, float(shares.max()), float((shares**2).sum())))
    return found


def _of_one_currency(group: pd.DataFrame) -> pd.DataFrame:
    """Amounts of different currencies are never added: the currency that most of the rows are in."""
    usual: pd.DataFrame = group[group["currency"] == group["currency"].mode()[0]]
    return usual


def _qualified(vendors: pd.DataFrame, category: str, states: tuple[str, ...]) -> tuple[str, ...]:
    mine = vendors[(vendors["category"] == category).fillna(False) & vendors["status"].isin(states)]
    return tuple(sorted(mine["vendor"]))
