"""外协订单: what was ordered, at which price, promised for which day. One row is one line of an order."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from robots.cells import CURRENCY, DATE, IDENTIFIER, NAME, NUMBER, PRICE, RATE, TEXT
from robots.kinds.check import RowFinding, where
from robots.kinds.kind import Field, Kind
from robots.model.findings import Level


def promised_after_ordered(table: pa.Table) -> Iterator[RowFinding]:
    """A promise lies on or after the day of the order; else one of the two is a slip of the pen."""
    wrong = pc.less(table["promised_on"], table["ordered_on"])
    return where(table, wrong, "promised_on", "PROMISED_BEFORE_ORDERED", ("ordered_on", "promised_on"), Level.WARNING)


KIND = Kind(
    name="orders",
    key=("order_id", "line"),
    telling=("ordered_on", "promised_on", "revised_on"),
    checks=(promised_after_ordered,),
    dated="promised_on",
    watched=("promised_on", "revised_on", "quantity", "unit_price", "contract_id", "currency", "tax_rate"),
    fields=(
        Field("order_id", IDENTIFIER, required=True),
        Field("line", IDENTIFIER, default="1"),
        Field("contract_id", IDENTIFIER),
        Field("vendor", NAME, required=True),
        Field("item", TEXT),
        Field("description", TEXT),
        Field("category", TEXT),
        Field("quantity", NUMBER, required=True, low=Decimal(0)),
        Field("unit", TEXT),
        Field("unit_price", PRICE, required=True, low=Decimal(0), instead="price_with_tax"),
        Field("price_with_tax", PRICE, low=Decimal(0)),
        Field("tax_rate", RATE, low=Decimal(0), high=Decimal(1)),
        Field("currency", CURRENCY),
        Field("ordered_on", DATE),
        Field("promised_on", DATE),
        Field("revised_on", DATE),
        Field("demand_id", IDENTIFIER),
    ),
)
