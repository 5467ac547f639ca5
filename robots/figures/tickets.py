"""Tickets with the hours that were agreed for an answer."""

from __future__ import annotations

import pandas as pd

from robots.figures.lines import records
from robots.figures.scores import Basis
from robots.model.periods import span


def with_hours(tickets: pd.DataFrame, basis: Basis) -> pd.DataFrame:
    """Tickets with the hours that their contract, else the workspace, gives for an answer."""
    hours = []
    for row in records(tickets):
        opened = row["opened_at"].date()
        contract = basis.contract(row["vendor"], opened, opened) or {}
        agreed = contract.get("response_hours")
        usual = basis.rules.alerts(span(f"{opened:%Y-%m}")[1]).response_hours
        hours.append(float(usual if agreed is None or pd.isna(agreed) else agreed))
    return tickets.assign(hours=hours)
