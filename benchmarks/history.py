"""A home with years of work behind it: 200 vendors, 42 months, any number of delivery lines; all of it invented.

However long the history, as much is open in it: what is open grows with the business, not with the years. Two
workbooks of 1,000 deliveries stand in it, to be dropped again with every row changed: one of a few vendors and one
month, one of every vendor and twelve months.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import xlsxwriter

VENDORS, MONTHS, CATEGORIES = 200, 42, ("机加工", "注塑", "PCBA", "喷涂", "线束", "钣金", "包装", "装配")
FIRST, LAST = date(2023, 1, 1), date(2026, 5, 10)  # days of ordering; what was ordered by then has come by July
NOW = datetime(2026, 7, 3, 18)
CHANGED = 1000
FEW, ALL = "日报-少数供应商.xlsx", "日报-全部供应商.xlsx"
_QUIET = 'language = "zh"\n\n[intake]\nquiet_seconds = 0\n\n[payments]\nsettle_from = 2026-01-01\n'
Columns = dict[str, Any]


def vendor(number: int) -> str:
    """An invented vendor's name."""
    return f"示例供应商{number:03d}有限公司"


def make(home: Path, deliveries: int, waiting: int) -> None:
    """A home whose ledger holds so many delivery lines and so many open order lines, nothing of it figured yet."""
    from robots.edge import homes
    from robots.edge.store import open_store

    homes.make(home, "zh", date(2026, 7, 1))
    (home / "config" / "robots.toml").write_text(_QUIET, "utf-8")
    store = open_store("", home / "state", NOW)
    for name, kind, columns in _workbooks(deliveries, waiting):
        post(store, name, kind, columns)
    store.close()


def post(store: Any, name: str, kind: str, columns: Columns) -> None:
    """Post one workbook as if it had been read."""
    from robots.edge.store.database import Dropped
    from robots.kinds import known
    from robots.reading.keys import with_keys
    from robots.reading.reader import Reading
    from robots.reading.rows import Taken

    rows = len(next(iter(columns.values())))
    schema = known()[kind].schema
    given = {n: pa.array(values, schema.field(n).type) for n, values in columns.items()}
    table = pa.table([given.get(f.name, pa.nulls(rows, f.type)) for f in schema], schema=schema)
    places = {"_sheet": pa.array(["台账"] * rows), "_row": pa.array(range(2, rows + 2), pa.int64())}
    for column, values in places.items():
        table = table.append_column(column, values)
    keyed, twice = with_keys(table, known()[kind])
    assert not twice, (name, twice[:3])
    with store.transaction() as tx:
        drop = tx.drop(0, NOW, Dropped(name, "0" * 64, 1), "taken", "")
        tx.post(name, drop, Reading((Taken("台账", kind, (), rows, 0),), {kind: keyed}))


def _workbooks(deliveries: int, waiting: int) -> Iterator[tuple[str, str, Columns]]:
    yield "供应商台账.xlsx", "vendors", _vendors()
    yield "合同台账.xlsx", "contracts", _contracts()
    yield "资质证书.xlsx", "certificates", _certificates()
    yield "满意度.xlsx", "surveys", _surveys()
    yield "问题单.xlsx", "tickets", _tickets()
    yield "未结订单.xlsx", "orders", _open_orders(waiting)
    for name in (FEW, ALL):
        yield f"订单-{name}", "orders", _ordered_of(name)
        yield name, "deliveries", _columns(changed(name, 0))
    yield from _months(deliveries - 2 * CHANGED)


# ------------------------------------------------------------------ what is over


def _months(deliveries: int) -> Iterator[tuple[str, str, Columns]]:
    """Finished orders and what came of them, a workbook of each for every month of ordering."""
    chance = np.random.default_rng(7)
    days = (LAST - FIRST).days + 1
    for month in range(MONTHS):
        some = deliveries * (month + 1) // MONTHS - deliveries * month // MONTHS
        lines = some * 10 // 11  # of eleven lines one came in two parts
        first_day, last_day = days * month // MONTHS, days * (month + 1) // MONTHS
        orders, came = _month(chance, month, lines, some - lines, first_day, last_day)
        yield f"订单-{month:02d}.xlsx", "orders", orders
        yield f"收货-{month:02d}.xlsx", "deliveries", came


def _month(
    chance: np.random.Generator, month: int, lines: int, twice: int, first_day: int, last_day: int
) -> tuple[Columns, Columns]:
    numbers = np.arange(lines)
    ordered = chance.integers(first_day, last_day, lines)
    promised = ordered + chance.integers(20, 41, lines)
    came = promised + chance.choice([-6, -4, -2, -1, 0, 0, 0, 1, 4], lines)
    quantity, bad = chance.integers(10, 900, lines), chance.integers(1, 4, lines)
    price = chance.integers(100, 90_000, lines)
    of = chance.integers(0, VENDORS, lines)
    order_ids = [f"PO-{month:02d}-{n // 3:06d}" for n in numbers]
    orders = {
        "order_id": order_ids, "line": [str(n % 3 + 1) for n in numbers], "contract_id": [f"HT-{v:03d}" for v in of],
        "vendor": [vendor(v) for v in of], "item": [f"示例件{n}" for n in chance.integers(0, 40, lines)],
        "category": [CATEGORIES[v % 8] for v in of], "quantity": _pieces(quantity), "unit_price": _prices(price),
        "tax_rate": [Decimal("0.13")] * lines, "ordered_on": _dates(ordered), "promised_on": _dates(promised),
        "revised_on": [day if chance.random() < 0.05 else None for day in _dates(promised + 3)],
    }  # fmt: skip
    again = np.arange(twice)  # what was refused of these came once more
    refused = np.where(numbers < twice, bad, 0)
    deliveries = {
        "order_id": order_ids + order_ids[:twice],
        "line": orders["line"] + orders["line"][:twice],
        "delivery_id": [f"SH-{month:02d}-{n:06d}" for n in range(lines + twice)],
        "vendor": orders["vendor"] + orders["vendor"][:twice],
        "delivered_on": _dates(np.concatenate([came, came[again] + 2])),
        "received": _pieces(np.concatenate([quantity, bad[again]])),
        "accepted": _pieces(np.concatenate([quantity - refused, bad[again]])),
        "rejected": _pieces(np.concatenate([refused, 0 * again])),
    }
    return orders, deliveries


def _dates(days: Any) -> list[date]:
    return [FIRST + timedelta(days=int(day)) for day in days]


def _pieces(numbers: Any) -> list[Decimal]:
    return [Decimal(int(number)) for number in numbers]


def _prices(hundredths: Any) -> list[Decimal]:
    return [Decimal(int(number)).scaleb(-2) for number in hundredths]


# ------------------------------------------------------------------ what is open, and the other ledgers


def _open_orders(count: int) -> Columns:
    """Lines that nothing has come of: promised for the days around today."""
    today = NOW.date()
    numbers = range(count)
    return {
        "order_id": [f"PO-W-{n:05d}" for n in numbers], "line": ["1"] * count,
        "contract_id": [f"HT-{n % VENDORS:03d}" for n in numbers], "vendor": [vendor(n % VENDORS) for n in numbers],
        "item": ["示例件1"] * count, "category": [CATEGORIES[n % VENDORS % 8] for n in numbers],
        "quantity": [Decimal(100)] * count, "unit_price": [Decimal("12.5")] * count,
        "ordered_on": [today - timedelta(days=10 + n % 5) for n in numbers],
        "promised_on": [today + timedelta(days=n % 29 - 3) for n in numbers],
    }  # fmt: skip


def _vendors() -> Columns:
    numbers = range(VENDORS)
    return {
        "vendor": [vendor(n) for n in numbers], "vendor_id": [f"V-{n:03d}" for n in numbers],
        "category": [CATEGORIES[n % 8] for n in numbers], "status": ["合格"] * VENDORS,
    }  # fmt: skip


def _contracts() -> Columns:
    numbers = range(VENDORS)
    return {
        "contract_id": [f"HT-{n:03d}" for n in numbers], "vendor": [vendor(n) for n in numbers],
        "category": [CATEGORIES[n % 8] for n in numbers], "starts_on": [FIRST] * VENDORS,
        "ends_on": [date(2027, 12, 31)] * VENDORS, "otd_target": [Decimal("0.93")] * VENDORS,
        "response_hours": [Decimal(24)] * VENDORS,
    }  # fmt: skip


def _certificates() -> Columns:
    """Two for every vendor; a few of them end soon."""
    numbers = range(2 * VENDORS)
    return {
        "vendor": [vendor(n // 2) for n in numbers], "type": [("ISO 9001", "ISO 14001")[n % 2] for n in numbers],
        "number": [f"Z-{n:04d}" for n in numbers], "issued_on": [FIRST] * len(numbers),
        "expires_on": [date(2026, 8, 1) if n < 10 else date(2028, 1, 1) for n in numbers],
        "required": [n % 2 == 0 for n in numbers],
    }  # fmt: skip


def _surveys() -> Columns:
    asked = [(v, f"{year}Q{q}", rater) for v in range(VENDORS) for year in (2023, 2024, 2025) for q in (1, 2, 3, 4)
             for rater in ("虚构甲", "虚构乙")]  # fmt: skip
    marks = {name: [Decimal(3 + v % 3) for v, _, _ in asked] for name in ("csat", "communication", "problem_solving")}
    who = {"vendor": [vendor(v) for v, _, _ in asked], "period": [p for _, p, _ in asked]}
    return {**who, "rater": [rater for _, _, rater in asked], **marks}


def _tickets() -> Columns:
    """Ten for every vendor over the years, answered and solved, but for a few that wait."""
    numbers = range(10 * VENDORS)
    opened = [datetime(2023, 1, 9, 10) + timedelta(days=n % 10 * 125 + n // 10 % 20) for n in numbers]
    waits = [n % 100 == 9 for n in numbers]
    return {
        "ticket_id": [f"T-{n:05d}" for n in numbers], "vendor": [vendor(n // 10) for n in numbers], "opened_at": opened,
        "responded_at": [None if w else o + timedelta(hours=5) for w, o in zip(waits, opened, strict=True)],
        "resolved_at": [None if w else o + timedelta(days=2) for w, o in zip(waits, opened, strict=True)],
    }  # fmt: skip


# ------------------------------------------------------------------ the workbooks that come again

_HEADER = ("送货单号", "订单号", "行号", "供应商", "到货日期", "到货数", "合格数", "不合格数")
_FIELDS = ("delivery_id", "order_id", "line", "vendor", "delivered_on", "received", "accepted", "rejected")


def changed(name: str, version: int) -> list[tuple[Any, ...]]:
    """A version of one of the two workbooks: other days, pieces received and refused in every row."""
    of, due = _plan(name)
    rows = []
    for number, (mine, day) in enumerate(zip(of, due, strict=True)):
        pieces, more = 100 + number % 50, 1 + version % 5
        refused = int(number % 40 == version % 40)
        order = f"PO-{name[3]}-{number:04d}"
        came = day - timedelta(days=1 + version % 2)
        delivery = f"SH-{name[3]}-{number:04d}"
        rows.append((delivery, order, "1", vendor(mine), came, pieces + more, pieces, refused))
    return rows


def _plan(name: str) -> tuple[list[int], list[date]]:
    """Vendors and due days of a workbook's rows."""
    if name == FEW:
        return [n % 8 for n in range(CHANGED)], [date(2026, 6, 10 + n % 15) for n in range(CHANGED)]
    months = [(2025, 7 + n) if n < 6 else (2026, n - 5) for n in range(12)]
    return [n % VENDORS for n in range(CHANGED)], [date(*months[n // 5 % 12], 10 + n % 7) for n in range(CHANGED)]


def _ordered_of(name: str) -> Columns:
    of, due = _plan(name)
    rows = changed(name, 0)
    return {
        "order_id": [row[1] for row in rows], "line": ["1"] * CHANGED, "vendor": [vendor(v) for v in of],
        "contract_id": [f"HT-{v:03d}" for v in of], "category": [CATEGORIES[v % 8] for v in of],
        "item": ["示例件2"] * CHANGED, "quantity": [Decimal(row[6]) for row in rows],
        "unit_price": [Decimal("8.8")] * CHANGED, "ordered_on": [day - timedelta(days=30) for day in due],
        "promised_on": due,
    }  # fmt: skip


def _columns(rows: list[tuple[Any, ...]]) -> Columns:
    columns = dict(zip(_FIELDS, map(list, zip(*rows, strict=True)), strict=True))
    return {n: _pieces(values) if n in _FIELDS[5:] else values for n, values in columns.items()}


def write(path: Path, name: str, version: int) -> Path:
    """A version of a workbook, as it is dropped."""
    with xlsxwriter.Workbook(path / name, {"default_date_format": "yyyy-mm-dd"}) as book:
        page = book.add_worksheet("台账")
        for number, row in enumerate([_HEADER, *changed(name, version)]):
            page.write_row(number, 0, row)
    return path / name
