"""付款回单: what the bank paid, and what it sent back."""

from __future__ import annotations

from decimal import Decimal

from robots.cells import CHOICE, DATE, IDENTIFIER, MONEY, NAME
from robots.kinds.kind import Field, Kind

KIND = Kind(
    name="payments",
    key=("payment_key",),
    else_key=("bank_reference",),
    any_of=("payment_key", "bank_reference"),
    dated="paid_on",
    watched=("amount", "status"),
    fields=(
        Field("payment_key", IDENTIFIER),
        Field("bank_reference", IDENTIFIER),
        Field("vendor", NAME, required=True),
        Field("amount", MONEY, required=True, low=Decimal(0)),
        Field("paid_on", DATE, required=True),
        Field("status", CHOICE, default="成功"),
    ),
)
