"""What a sheet's line says of the goods that it was paid for."""

from __future__ import annotations

from decimal import Decimal

from robots.figures.settlement.terms import Row, number
from robots.model.money import ZERO


def found_in_order(row: Row) -> Decimal:
    """What of a sheet's line was accepted and at its price: nothing else was paid for."""
    paid: Decimal = row["gross"] - row["price_variance"] - row["rejected"] - row["held"] + advance_held(row)
    return paid


def advance_share(row: Row) -> Decimal:
    """What a sheet took off a line for an advance, or held for it."""
    share: Decimal = row["advance_offset"] + advance_held(row)
    return share


def advance_held(row: Row) -> Decimal:
    """What of its held part may have been paid in advance; rows of older homes held nothing for that."""
    return number(row, "advance_held") or ZERO
