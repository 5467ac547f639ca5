"""What was ordered of whom, and how long it took: sums of a month that later looks over many months add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd

from robots.figures.exact import fixed, from_units, times, units
from robots.figures.lines import days_of, month_text, records

_TERMS = ("contract_id", "category", "currency")
_CENTS = 2


def ordered(lines: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """By vendor, month, contract, category and currency: lines, net and gross ordered, to the cent per line.

    `lines`: vendor, ordered_on, contract_id, category, currency, quantity, unit_price, tax_rate. Blank terms are "".
    """
    if not len(lines):
        return
    net = times(lines["quantity"], lines["unit_price"], _CENTS)
    tax = times(net, fixed(lines["tax_rate"].fillna(0), 6), _CENTS)
    rows = pd.DataFrame({"vendor": lines["vendor"], "period": month_text(lines["ordered_on"])})
    rows = rows.assign(**{name: lines[name].fillna("") for name in _TERMS}, lines=1)
    rows = rows.assign(net=units(net), gross=units(net) + units(tax))
    sums = rows.groupby(["vendor", "period", *_TERMS], as_index=False)[["lines", "net", "gross"]].sum()
    for name in ("net", "gross"):
        sums[name] = from_units(sums[name], _CENTS)
    yield from records(sums)


def prices(lines: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """By vendor, month and item: quantity and net ordered, for the trend of prices."""
    known = lines[lines["item"].notna() & (lines["quantity"] > 0).fillna(False)]
    if not len(known):
        return
    rows = pd.DataFrame({"vendor": known["vendor"], "period": month_text(known["ordered_on"]), "item": known["item"]})
    rows = rows.assign(
        quantity=units(known["quantity"]), net=units(times(known["quantity"], known["unit_price"], _CENTS))
    )
    sums = rows.groupby(["vendor", "period", "item"], as_index=False)[["quantity", "net"]].sum()
    sums["quantity"], sums["net"] = from_units(sums["quantity"], 4), from_units(sums["net"], _CENTS)
    yield from records(sums)


def lead_times(lines: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """By vendor and month of ordering: how many lines took how many days `since` their order until fully accepted."""
    done = lines[lines["completed_on"].notna() & lines["since"].notna()]
    if not len(done):
        return
    taken = days_of(done["completed_on"]) - days_of(done["since"])
    rows = pd.DataFrame({"vendor": done["vendor"], "period": month_text(done["ordered_on"]), "days": taken})
    yield from records(rows[rows["days"] >= 0].groupby(["vendor", "period", "days"], as_index=False).size()
                       .rename(columns={"size": "lines"}))  # fmt: skip


def quantile(days: pd.DataFrame, share: float) -> dict[str, int]:
    """Vendor → the smallest number of days within which a share of its lines was done.

    `days`: vendor, days, lines (a histogram).

    >>> table = pd.DataFrame({"vendor": ["甲"] * 3, "days": [5, 7, 30], "lines": [4, 5, 1]})
    >>> quantile(table, 0.5), quantile(table, 0.9)
    ({'甲': 7}, {'甲': 7})
    """
    rows = sorted(zip(*(days[name].tolist() for name in ("vendor", "days", "lines")), strict=True))
    total: Counter[str] = Counter()
    for vendor, _, lines in rows:
        total[vendor] += lines
    found: dict[str, int] = {}
    reached: Counter[str] = Counter()
    for vendor, number, lines in rows:
        reached[vendor] += lines
        if reached[vendor] >= share * total[vendor]:
            found.setdefault(vendor, number)
    return found
