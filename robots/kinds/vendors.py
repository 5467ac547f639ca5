"""供应商台账: who works for us, under which status, paid to which account."""

from __future__ import annotations

from decimal import Decimal

from robots.cells import CHOICE, DATE, FLAG, IDENTIFIER, NAME, NUMBER, TEXT
from robots.kinds.kind import Field, Kind

KIND = Kind(
    name="vendors",
    key=("vendor",),
    watched=("bank_account",),
    any_of=("status", "tax_id", "bank_account", "monthly_capacity", "approved_on", "bank_name", "vendor_id"),
    telling=("tax_id", "bank_account", "monthly_capacity", "approved_on"),
    fields=(
        Field("vendor", NAME, required=True),
        Field("vendor_id", IDENTIFIER, account=True),
        Field("category", TEXT),
        Field("status", CHOICE),
        Field("contact", TEXT),
        Field("email", TEXT),
        Field("phone", IDENTIFIER),
        Field("tax_id", IDENTIFIER, account=True),
        Field("bank_name", TEXT),
        Field("bank_account", IDENTIFIER, account=True),
        Field("bank_code", IDENTIFIER, account=True),
        Field("sme", FLAG),
        Field("monthly_capacity", NUMBER, low=Decimal(0)),
        Field("approved_on", DATE),
    ),
)
