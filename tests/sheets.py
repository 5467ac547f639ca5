"""Small sheets as plain lists, the words that are shipped, and what became of a sheet: for every test of reading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from robots.crew import registry
from robots.edge import settings
from robots.kinds import known
from robots.kinds.words import Dialect, Lexicon
from robots.reading.claims import Words
from robots.reading.grid import Grid
from robots.reading.reader import Reading, read_workbook

LEXICON = settings.load(Path("no home: only what is shipped"), registry.names()).lexicon
D, DAY, LATER = Decimal, date(2026, 6, 1), date(2026, 6, 20)
Cells = Sequence[Any]
ORDERS = ["订单号", "供应商", "订单数量", "单价", "下单日期", "承诺交期"]
ORDER = ["PO-1", "甲公司", 100.0, 5.5, DAY, LATER]
OTHER = ["PO-2", "乙公司", 20.0, 8.0, DAY, LATER]
DELIVERIES = ["订单号", "到货日期", "到货数"]
CONTRACTS = ["合同编号", "供应商", "生效日期", "到期日期"]
CONTRACT = ["HT-1", "甲公司", DAY, date(2027, 6, 1)]
INVOICES = ["发票号码", "开票日期", "供应商", "订单号", "数量", "单价", "价税合计"]
INVOICE = ["26110001", DAY, "甲公司", "PO-1", 10.0, 2.0, 22.6]


def sheet(*rows: Cells, name: str = "Sheet1", **more: Any) -> Grid:
    """A sheet whose rows are filled up to one width."""
    width = max(map(len, rows))
    return Grid(name, [[*row, *[""] * (width - len(row))] for row in rows], **more)


def read(*grids: Grid, lexicon: Lexicon = LEXICON, dialect: Dialect | None = None, file: str = "") -> Reading:
    return read_workbook(grids, Words(lexicon, known(), dialect, file))


def taken(reading: Reading) -> dict[str, tuple[int, int]]:
    """Kind → (rows taken, rows set aside), over all sheets."""
    counts: dict[str, tuple[int, int]] = {}
    for one in reading.taken:
        rows, aside = counts.get(one.kind, (0, 0))
        counts[one.kind] = rows + one.rows, aside + one.set_aside
    return counts


def found(reading: Reading) -> list[tuple[str, str]]:
    """The code and cell of every finding."""
    return [(f.code, f.cell) for f in reading.findings]


def column(reading: Reading, kind: str, field: str) -> list[Any]:
    return list(reading.tables[kind][field].to_pylist())
