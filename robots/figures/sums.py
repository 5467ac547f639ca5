"""Money of several currencies, said beside each other: they are never added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from functools import reduce
from typing import Any

from robots.model.money import ZERO
from robots.model.words import Text, say


def by_currency(amounts: Iterable[tuple[Any, Decimal]], home: str) -> dict[str, Decimal]:
    """What amounts come to in each currency, the home's first; one that names none is in the home's.

    >>> by_currency([("USD", Decimal("1.00")), (None, Decimal("2.00")), ("USD", Decimal("3.00"))], "CNY")
    {'CNY': Decimal('2.00'), 'USD': Decimal('4.00')}
    """
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for currency, amount in amounts:
        sums[currency_of(currency, home)] += amount
    return {currency: sums[currency] for currency in sorted(sums, key=lambda one: (one != home, one))}


def currency_of(value: Any, home: str) -> str:
    """The currency that a row names, else the home's."""
    return value if isinstance(value, str) and value else home


def told(sums: dict[str, Decimal], home: str) -> Text:
    """Sums of several currencies in one text; of nothing, none of the home's."""
    texts = [say("value.in_currency", total=total, currency=currency) for currency, total in sums.items()]
    none = say("value.in_currency", total=ZERO, currency=home)
    return reduce(lambda one, other: say("list.and", one=one, other=other), texts) if texts else none


def in_currency(amount: Decimal, currency: Any, home: str) -> Text:
    """An amount in a text: with its currency, where it is not the home's."""
    if currency_of(currency, home) == home:
        return say("value.money", amount=amount)
    return say("value.in_currency", total=amount, currency=currency)
