"""发票登记: what was billed. Line, quantity and unit price, where the register has them, make the match exact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from robots.cells import CHOICE, CURRENCY, DATE, IDENTIFIER, MONEY, NAME, NUMBER, PRICE, RATE
from robots.kinds.check import RowFinding, where
from robots.kinds.kind import Field, Kind
from robots.model.findings import Level
from robots.model.money import ZERO

_CENT_SLACK = Decimal("0.05")


def adds_up(table: pa.Table) -> Iterator[RowFinding]:
    """Net and tax are the gross amount, to a few cents of line rounding. Where a row bears the sum of its whole
    invoice, that is told: each row is settled against its own order line."""
    difference = pc.abs(pc.subtract(pc.add(table["net"], table["tax"]), table["gross"]))
    wrong = pc.greater(difference, _CENT_SLACK)
    wholes: dict[tuple[Any, ...], _Whole] | None = None
    for found in where(table, wrong, "gross", "TAX_DOES_NOT_ADD_UP", ("net", "tax", "gross"), Level.ERROR):
        wholes = _wholes(table) if wholes is None else wholes
        whole = wholes[tuple(table[name][found.index].as_py() for name in _INVOICE)]
        yield replace(found, code="SUM_OF_ROWS") if whole.is_told_by(**dict(found.values)) else found


_INVOICE = ("vendor", "invoice_no")


@dataclass(frozen=True)
class _Whole:
    """What the rows of an invoice come to."""

    rows: int
    net: Decimal
    tax: Decimal

    def is_told_by(self, net: Decimal, tax: Decimal, gross: Decimal) -> bool:  # noqa: ARG002  # a row's own net
        """Is a row's gross that of the whole invoice, its tax the whole's or its own?"""
        return self.rows > 1 and any(abs(self.net + one - gross) <= _CENT_SLACK for one in (tax, self.tax))


def _wholes(table: pa.Table) -> dict[tuple[Any, ...], _Whole]:
    """Vendor and number → what the rows under them come to."""
    sums = [("net", "sum"), ("tax", "sum"), ("vendor", "count")]
    rows = table.group_by(list(_INVOICE)).aggregate(sums).to_pylist()
    return {
        tuple(row[name] for name in _INVOICE): _Whole(
            row["vendor_count"], row["net_sum"] or ZERO, row["tax_sum"] or ZERO
        )
        for row in rows
    }


KIND = Kind(
    name="invoices",
    key=("vendor", "invoice_no"),
    parts=("order_id", "line"),
    checks=(adds_up,),
    watched=("gross", "quantity", "unit_price", "net", "tax", "currency", "kind"),
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
        Field("gross", MONEY, required=True, blank="GROSS_BLANK"),
        Field("currency", CURRENCY),
        Field("kind", CHOICE, default="蓝字"),
        Field("blue_invoice_no", IDENTIFIER),
    ),
)
