"""What is owed on each invoice line (RULES 7): `book` holds what was ordered and accepted, `billing` what was billed
less its credit notes, `match` brings the two together, `waterfall` takes off step by step, `settling` is the story.
`parts` cuts a ledger into what has nothing to do with each other.
"""

from robots.figures.settlement.advance import advances_of
from robots.figures.settlement.billing import Turn
from robots.figures.settlement.book import (
    Acceptance,
    OrderLine,
    accept_work,
    agreements,
    milestone_book,
    order_book,
    work_accepted,
)
from robots.figures.settlement.parts import Parts, parts_of
from robots.figures.settlement.payable import (
    ADVANCE,
    ALREADY_BILLED,
    BANK_CHANGE,
    CREDITED,
    CURRENCY,
    DISALLOWED,
    DUPLICATE,
    LINE,
    MANY_ORDERS,
    NO_ACCOUNT,
    NO_LINE,
    NO_ORDER,
    NO_PRICE,
    NO_RECEIPT,
    OVER_ORDER,
    PRICE,
    QUANTITY,
    RED_ALONE,
    REJECTED,
    RETENTION,
    STEPS,
    WRONG_VENDOR,
    Part,
    Payable,
    Step,
)
from robots.figures.settlement.settling import settle
from robots.figures.settlement.terms import Terms

__all__ = [
    "ADVANCE",
    "ALREADY_BILLED",
    "BANK_CHANGE",
    "CREDITED",
    "CURRENCY",
    "DISALLOWED",
    "DUPLICATE",
    "LINE",
    "MANY_ORDERS",
    "NO_ACCOUNT",
    "NO_LINE",
    "NO_ORDER",
    "NO_PRICE",
    "NO_RECEIPT",
    "OVER_ORDER",
    "PRICE",
    "QUANTITY",
    "RED_ALONE",
    "REJECTED",
    "RETENTION",
    "STEPS",
    "WRONG_VENDOR",
    "Acceptance",
    "OrderLine",
    "Part",
    "Parts",
    "Payable",
    "Step",
    "Terms",
    "Turn",
    "accept_work",
    "advances_of",
    "agreements",
    "milestone_book",
    "order_book",
    "parts_of",
    "settle",
    "work_accepted",
]
