"""What a payment line pays: goods and work, an advance, or retention that is due back, of which nothing is invoiced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from robots.crew.paymaster.rows import Row
from robots.figures.settlement import ADVANCE, LINE, RETENTION
from robots.model.decisions import Column, Look
from robots.model.money import ZERO
from robots.model.words import Text, say

SORT = Column(say("form.word.payment_sort"), Look.WRAP, 12)
RELEASED = Column(say("step.released"), Look.MONEY, 12)


def sort_of(row: Row) -> str:
    """A word of the kind `payables`; rows of older homes are lines."""
    return row.get("what") or LINE


def sort_told(row: Row) -> Text:
    """The sort in words."""
    return say(f"payment.sort.{sort_of(row)}")


def are_mixed(rows: Sequence[Row]) -> bool:
    """Is there anything among them but goods and work?"""
    return any(sort_of(row) != LINE for row in rows)


def invoiced(row: Row) -> Decimal:
    """What of a line is invoiced: of retention that is paid back, nothing."""
    gross: Decimal = row["gross"]
    return ZERO if sort_of(row) == RETENTION else gross


def given_back(row: Row) -> Decimal:
    """What of a line is retention that is paid back."""
    gross: Decimal = row["gross"]
    return gross - invoiced(row)


def gives_back(rows: Sequence[Row]) -> bool:
    """Is retention paid back among them?"""
    return any(sort_of(row) == RETENTION for row in rows)


def pays_ahead(rows: Sequence[Row]) -> bool:
    """Is an advance among them?"""
    return any(sort_of(row) == ADVANCE for row in rows)


def sorts_told(rows: Sequence[Row], currency: str) -> Iterator[Text]:
    """How many lines pay anything but goods and work, and how much."""
    for sort in (ADVANCE, RETENTION):
        if mine := [row for row in rows if sort_of(row) == sort]:
            amount = sum((row["net"] for row in mine), ZERO)
            invoices = "、".join(dict.fromkeys(row["invoice_no"] for row in mine))
            yield say("payment.of_sort", sort=say(f"payment.sort.{sort}"), count=len(mine), amount=amount,
                      currency=currency, invoices=invoices)  # fmt: skip
