"""Orders that tell their prices with tax alone: the price without tax, by the row's own rate, else by its contract's.

Where neither is known the row is set aside: whoever takes a price with tax for one without pays the tax twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from robots.cells import PRICE
from robots.model.findings import Finding, Level, finding
from robots.reading.reader import Reading, capped

KIND, NET, WITH_TAX = "orders", "unit_price", "price_with_tax"
_SIXTH = Decimal("0.000001")  # prices have six places


@dataclass(frozen=True)
class _Row:
    """An order line with a price with tax and none without: its place among the rows, and what it tells."""

    index: int
    sheet: str
    number: int
    price: Decimal
    rate: Decimal | None
    contract: str | None


def contracts_asked(reading: Reading) -> set[str]:
    """The contracts whose tax rate is asked for: those of order lines that tell none."""
    return {row.contract for row in _rows(reading) if row.rate is None and row.contract}


def with_net_prices(reading: Reading, rates: Mapping[str, Decimal]) -> Reading:
    """The reading with the prices without tax; rows whose tax rate nobody knows are set aside. `rates`: by contract."""
    rows = list(_rows(reading))
    if not rows:
        return reading
    known = {row: rate for row in rows if (rate := _rate(row, rates)) is not None}
    unknown = {row.index: row for row in rows if row not in known}
    table = reading.tables[KIND]
    nets = {row.index: net_price(row.price, rate) for row, rate in known.items()}
    prices = [nets.get(index, price) for index, price in enumerate(table[NET].to_pylist())]
    table = table.set_column(table.column_names.index(NET), NET, pa.array(prices, PRICE.arrow))
    kept = table.filter(pa.array([index not in unknown for index in range(len(table))], pa.bool_()))
    aside = Counter(row.sheet for row in unknown.values())
    taken = tuple(
        replace(one, rows=one.rows - aside[one.sheet], set_aside=one.set_aside + aside[one.sheet])
        if one.kind == KIND else one
        for one in reading.taken
    )  # fmt: skip
    findings = [*_told(reading, list(known)), *(_lacking(reading, row) for row in unknown.values())]
    return replace(
        reading, taken=taken, tables={**reading.tables, KIND: kept}, findings=(*reading.findings, *capped(findings))
    )


def net_price(price: Decimal, rate: Decimal) -> Decimal:
    """A price without its tax, to six places.

    >>> net_price(Decimal("11.3"), Decimal("0.13")), net_price(Decimal("12"), Decimal("0.13"))
    (Decimal('10.000000'), Decimal('10.619469'))
    """
    return (price / (1 + rate)).quantize(_SIXTH, ROUND_HALF_UP)


def _rows(reading: Reading) -> Iterator[_Row]:
    table = reading.tables.get(KIND)
    if table is None:
        return
    asked = pc.and_(pc.is_null(table[NET]), pc.is_valid(table[WITH_TAX]))
    names = ("_sheet", "_row", WITH_TAX, "tax_rate", "contract_id")
    for index in pc.indices_nonzero(asked).to_pylist():
        told: list[Any] = [table[name][index].as_py() for name in names]
        yield _Row(index, *told)


def _rate(row: _Row, rates: Mapping[str, Decimal]) -> Decimal | None:
    return row.rate if row.rate is not None else rates.get(row.contract or "")


def _told(reading: Reading, rows: list[_Row]) -> Iterator[Finding]:
    """What was done, once for each sheet."""
    for sheet in dict.fromkeys(row.sheet for row in rows):
        mine = [row for row in rows if row.sheet == sheet]
        by_contract = sum(row.rate is None for row in mine)
        values = {"count": len(mine), "by_contract": by_contract, "column": _heading(reading, sheet)}
        yield finding("PRICE_WITH_TAX", Level.INFO, sheet, _cell(reading, mine[0]), **values)


def _lacking(reading: Reading, row: _Row) -> Finding:
    values = {"column": _heading(reading, row.sheet), "seen": row.price, "contract": row.contract}
    return finding("TAX_RATE_UNKNOWN", Level.ERROR, row.sheet, _cell(reading, row), **values)


def _cell(reading: Reading, row: _Row) -> str:
    letters = (one.letters.get(WITH_TAX, "") for one in reading.taken if (one.sheet, one.kind) == (row.sheet, KIND))
    return f"{next(letters, '')}{row.number}"


def _heading(reading: Reading, sheet: str) -> str:
    columns = (one.columns for one in reading.taken if (one.sheet, one.kind) == (sheet, KIND))
    return next((heading for some in columns for name, heading, _ in some if name == WITH_TAX), "")
