"""发票登记: what was billed. Line, quantity and unit price, where the register has them, make the match exact."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from robots.cells import CHOICE, CURRENCY, DATE, IDENTIFIER, MONEY, NAME, NUMBER, PRICE, RATE
from robots.kinds.check import RowFinding, where
from robots.kinds.kind import Field, Kind
from robots.model.findings import Level

_CENT_SLACK = Decimal("0.05")


def adds_up(table: pa.Table) -> Iterator[RowFinding]:
    """Net and tax are the gross amount, to a few cents of line rounding."""
    difference = pc.abs(pc.subtract(pc.add(table["net"], table["tax"]), table["gross"]))
    wrong = pc.greater(difference, _CENT_SLACK)
    return where(table, wrong, "gross", "TAX_DOES_NOT_ADD_UP", ("net", "tax", "gross"), Level.ERROR)


KIND = Kind(
    name="invoices",
    key=("vendor", "invoice_no"),
    parts=("order_id", "line"),
    checks=(adds_up,),
    fields=(
        Field("invoice_no", IDENTIFIER, required=True),
        Field("vendor", NAME, required=True),
        Field("order_id", IDENTIFIER),
        Field("line", IDENTIFIER),
        Field("contract_id", IDENTIFIER),
        Field("invoiced_on", DATE, required=True),
        Field("quantity", NUMBER),
        Field("unit_price", PRICE, low=Decimal(0)),
        Field("net", MONEY),
        Field("tax_rate", RATE, low=Decimal(0), high=Decimal(1)),
        Field("tax", MONEY),
        Field("gross", MONEY, required=True),
        Field("currency", CURRENCY),
        Field("kind", CHOICE, default="蓝字"),
        Field("blue_invoice_no", IDENTIFIER),
    ),
)
