"""The cases planted in the world: what the robots must find, and nothing else of that kind.

Cases are named by a letter as in README.md: b1 is the first late line, m3 the third bad cell, p1 … p7 are the
ordinary early partial deliveries of the second day.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sample_workbooks.world import (
    ENDING_VENDOR,
    EXPIRED_VENDOR,
    INSPECTORS,
    Contract,
    Delivery,
    Invoice,
    OrderLine,
    Vendor,
    World,
    bill_for,
    cents,
    make_line,
    working_day_before,
)

# case: (vendor, ordered on, promised on, quantity)
LINES: dict[str, tuple[str, date, date, int]] = {
    "b1": ("V002", date(2026, 6, 4), date(2026, 6, 30), 320),
    "b2": ("V006", date(2026, 5, 25), date(2026, 6, 20), 860),
    "b3": ("V009", date(2026, 6, 2), date(2026, 6, 26), 500),
    "c1": ("V003", date(2026, 6, 15), date(2026, 7, 9), 240),
    "c2": ("V011", date(2026, 6, 15), date(2026, 7, 10), 260),
    "g": ("V008", date(2026, 5, 12), date(2026, 6, 8), 188),
}
# lines promised after the demo's days: five with bad cells, seven delivered in part on the second day,
# three under an expired contract, the misspelt vendor, and nine without anything special
OPEN_LINES = (
    ("V001", "m1"), ("V002", "m2"), ("V005", "m3"), ("V008", "m4"), ("V011", "m5"),
    ("V003", "p1"), ("V004", "p2"), ("V006", "p3"), ("V007", "p4"), ("V009", "p5"), ("V014", "p6"),
    ("V015", "p7"),
    (EXPIRED_VENDOR, "i1"), (EXPIRED_VENDOR, "i2"), (EXPIRED_VENDOR, "i3"), ("V014", "n"),
    ("V001", ""), ("V002", ""), ("V003", ""), ("V004", ""), ("V006", ""), ("V009", ""), ("V011", ""),
    ("V013", ""), ("V015", ""),
)  # fmt: skip
OPEN_FROM, OPEN_TO = date(2026, 7, 20), date(2026, 8, 31)
BAD_LINE_QUANTITY = 400
ERROR = "#REF!"
# case: (delivered on, received, rejected, what stands in the cells until mended)
BAD_ROWS: dict[str, tuple[date, int, int, dict[str, Any]]] = {
    "m1": (date(2026, 6, 30), 100, 0, {"delivered_on": "2026/6/31"}),
    "m2": (date(2026, 6, 23), 120, 0, {"received": "约120"}),
    "m3": (date(2026, 6, 24), 90, 0, {"accepted": ERROR}),
    "m4": (date(2026, 6, 25), 110, 0, {"order_id": None}),
    "m5": (date(2026, 6, 29), 100, 2, {"rejected": 5}),
}
NO_SUCH_ORDER = "PO-2026-0998"
CHANGED_BANK_VENDOR, CHANGED_ACCOUNT = "V001", "6222000000000999888"


def planted_orders(rng: random.Random, vendors: list[Vendor]) -> list[list[OrderLine]]:
    """An order of one line for every planted line, and the open lines."""
    by_id = {vendor.vendor_id: vendor for vendor in vendors}
    orders = []
    for case, (vendor, ordered_on, promised_on, quantity) in LINES.items():
        line = make_line(rng, by_id[vendor], ordered_on, promised_on)
        orders.append([replace(line, quantity=quantity, case=case)])
    for position, (vendor, case) in enumerate(OPEN_LINES):
        orders.append([open_line(rng, by_id[vendor], case, position)])
    return orders


def open_line(rng: random.Random, vendor: Vendor, case: str, position: int) -> OrderLine:
    """A line promised between late July and the end of August, ordered before June's second half."""
    span = (OPEN_TO - OPEN_FROM).days
    promised_on = working_day_before(OPEN_FROM + timedelta(position * span // (len(OPEN_LINES) - 1)))
    first = date(2026, 5, 18) if vendor.vendor_id == EXPIRED_VENDOR else date(2026, 6, 1)
    ordered_on = working_day_before(first + timedelta(rng.randint(1, 11)))
    line = make_line(rng, vendor, ordered_on, promised_on)
    if case.startswith("m"):
        line.quantity = BAD_LINE_QUANTITY
    written = vendor.name.replace("有限公司", "有限责任公司") if case == "n" else ""
    return replace(line, case=case, written_vendor=written)


def is_open(line: OrderLine) -> bool:
    """Promised after the days the demo plays."""
    return line.promised_on >= OPEN_FROM


def planted_deliveries(lines: Iterable[OrderLine]) -> list[Delivery]:
    """The receipts of the planted lines, those of the second day included."""
    by_case = {line.case: line for line in lines if line.case}
    rows = [
        receipt(by_case["b1"], date(2026, 7, 4), by_case["b1"].quantity),
        receipt(by_case["b3"], date(2026, 6, 24), by_case["b3"].quantity * 6 // 10),
        receipt(by_case["g"], date(2026, 6, 5), 200, 12),
    ]
    for case, (day, received, rejected, flaws) in BAD_ROWS.items():
        rows.append(replace(receipt(by_case[case], day, received, rejected), flaws=flaws))
    for number in range(1, 8):
        line = by_case[f"p{number}"]
        rows.append(receipt(line, date(2026, 7, 3 + number % 2), line.quantity * 4 // 10))
    return rows


def receipt(line: OrderLine, day: date, received: int, rejected: int = 0) -> Delivery:
    """A receipt inspected on the day it came."""
    return Delivery(line, day, received, rejected, day, INSPECTORS[0], case=line.case)


def planted_invoices(world: World) -> list[Invoice]:
    """Invoices that bill what is not owed: f before acceptance, h for an order that does not exist."""
    early = world.line_of("b3")
    stray = next(row for row in world.invoices if row.vendor.vendor_id == "V004")
    return [
        replace(bill_for(early, date(2026, 6, 30)), case="f"),
        Invoice(stray.vendor, NO_SUCH_ORDER, 1, date(2026, 6, 16), 150, stray.unit_price, case="h"),
    ]


def spoil_invoices(world: World) -> None:
    """Price above the order's (e), the rejected pieces billed as well (g), digits lost in Excel (m6)."""
    june = [row for row in world.invoices if row.invoiced_on.month == 6 and not row.case]
    dear = max((row for row in june if row.vendor.vendor_id == "V007"), key=lambda row: row.net)
    dear.unit_price, dear.case = cents(dear.unit_price * Decimal("1.08")), "e"
    line = world.line_of("g")
    billed = next(row for row in june if (row.order_id, row.line) == (line.order_id, line.line))
    billed.quantity, billed.case = 200, "g"
    next(row for row in june if row.vendor.vendor_id == "V003").case = "m6"


def duplicate_invoice(world: World) -> None:
    """Case d: an invoice once more, with the letter O for the zero, lower case, and a space behind."""
    days = (date(2026, 6, 1), date(2026, 6, 15))
    rows = [row for row in world.invoices if row.vendor.vendor_id == "V005" and not row.case]
    first = next(row for row in rows if days[0] <= row.invoiced_on <= days[1])
    first.case = "d1"
    number = first.number.lower().replace("-0", "-O") + " "
    again = replace(first, number=number, invoiced_on=first.invoiced_on + timedelta(12), case="d2")
    world.invoices.append(again)
    world.invoices.sort(key=lambda row: row.invoiced_on)


def end_contracts(contracts: Iterable[Contract]) -> None:
    """Case i: a contract already over while lines are open; case j: one that ends within thirty days."""
    for contract in contracts:
        if contract.vendor.vendor_id == EXPIRED_VENDOR:
            contract.ends_on, contract.case = date(2026, 5, 31), "i"
        if contract.vendor.vendor_id == ENDING_VENDOR:
            contract.ends_on, contract.case = date(2026, 7, 25), "j"
