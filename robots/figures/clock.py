"""When a payment is due, and what being late costs (State Council Order 802, RULES 7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from robots.figures.settlement import Payable
from robots.model.money import ZERO, cents
from robots.model.periods import add_days
from robots.rules import Settlement


def on_the_clock(payable: Payable, vendor: Mapping[str, Any], rules: Settlement) -> Payable:
    """A line of a small or medium vendor is due `sme_payment_days` after acceptance, whatever the contract says.

    What of the line is disputed moves nothing: the rest is due on its day. An earlier day of the contract stays.
    """
    small = vendor.get("sme")
    if pd.isna(small) or not small or payable.accepted_on is None or payable.due_on is None:
        return payable
    latest = add_days(payable.accepted_on, rules.sme_payment_days)
    return payable.but(due_on=min(payable.due_on, latest))


def default_interest(amount: Decimal, due_on: date | None, today: date, rules: Settlement) -> Decimal:
    """What an amount has cost by being late: days after the due day × daily rate, to the cent. Shown, never paid of
    itself: whether it is owed, and under which clause, a person says.

    >>> from robots.rules import Settlement
    >>> rules = Settlement("", *[Decimal(0)] * 3, 60, 60, interest_rate_daily=Decimal("0.0005"))
    >>> default_interest(Decimal("10000.00"), date(2026, 6, 30), date(2026, 7, 10), rules)
    Decimal('50.00')
    """
    days = (today - due_on).days if due_on else 0
    return cents(amount * rules.interest_rate_daily * days) if days > 0 and amount > 0 else ZERO
