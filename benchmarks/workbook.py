"""The workbook all benchmarks read: 100,000 deliveries × 15 columns, or any other number of rows."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import xlsxwriter

HEADER = (
    "送货单号", "订单号", "行号", "供应商", "到货日期", "到货数", "合格数", "不合格数", "检验日期", "检验员", "责任方",
    "备注", "加急运费", "说明", "序号",
)  # fmt: skip


def write(path: Path, rows: int, first: int = 0, changed: bool = False) -> Path:
    """A delivery workbook of `rows` rows, numbered from `first`; `changed` gives every row other quantities."""
    chance = random.Random(first)
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        page = book.add_worksheet("收货")
        day_format = book.add_format({"num_format": "yyyy-mm-dd"})
        page.write_row(0, 0, HEADER)
        for row in range(rows):
            for column, value in enumerate(_cells(first + row, chance, changed)):
                if isinstance(value, datetime):
                    page.write_datetime(row + 1, column, value, day_format)
                elif value != "":
                    page.write(row + 1, column, value)
    return path


def _cells(number: int, chance: random.Random, changed: bool) -> tuple[object, ...]:
    received = chance.randint(10, 900) + (1 if changed else 0)
    rejected = chance.randint(0, 3)
    day = datetime(2024, 1, 1) + timedelta(days=number % 700)
    vendor = f"示例供应商{chance.randint(1, 60):02d}有限公司"
    return (
        f"SH-{number:08d}", f"PO-{number // 3:07d}", number % 3 + 1, vendor, day, received, received - rejected,
        rejected, day + timedelta(days=1), "虚构检验员", "", f"批{number % 977}", "", "", number,
    )  # fmt: skip
