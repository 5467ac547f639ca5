"""The 钣金 buyers' own books: four newcomers, their contracts, and an order ledger that also carries what came.

They keep one row per order with its receipt beside it, and drop the workbook again on each day of the demo. Orders are
laid out by plain arithmetic, without chance: how long each vendor takes is what the planted cases rest on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sample_workbooks.entries import Entry
from sample_workbooks.world import CATEGORIES, Contract, Survey, Vendor, working_day_before

SHEET_METAL, SOFTWARE = "钣金", "软件开发"
SLOW, CARELESS, RESTRICTED, DEVELOPER = "V016", "V017", "V018", "V019"
# id, name, category, status, monthly capacity
NEWCOMERS = (
    (SLOW, "示例巳钣金有限公司", SHEET_METAL, "合格", 600),
    (CARELESS, "虚构午钣金加工有限公司", SHEET_METAL, "合格", 900),
    (RESTRICTED, "演示未焊接有限公司", SHEET_METAL, "限制", 500),
    (DEVELOPER, "虚构申软件开发有限公司", SOFTWARE, "合格", 0),
)
# vendor: starts, ends, amount in yuan, payment days
AGREED: dict[str, tuple[date, date, int, int]] = {
    SLOW: (date(2025, 8, 1), date(2027, 7, 31), 550_000, 60),
    CARELESS: (date(2025, 8, 1), date(2026, 12, 31), 900_000, 30),
    RESTRICTED: (date(2025, 9, 22), date(2026, 9, 21), 300_000, 30),
    DEVELOPER: (date(2026, 1, 1), date(2026, 12, 31), 480_000, 30),
}
# vendor: first order, days between orders, orders, (agreed days, days taken) in turn, quantities in turn, price
HISTORY: dict[str, tuple[date, int, int, tuple[tuple[int, int], ...], tuple[int, ...], Decimal]] = {
    SLOW: (
        date(2025, 8, 4), 9, 31, ((44, 40), (46, 43), (43, 41), (45, 38)), (90, 120, 140, 80, 110), Decimal("128.50"),
    ),
    CARELESS: (
        date(2025, 8, 6), 13, 22, ((24, 22), (26, 20), (23, 22), (24, 18), (25, 21)), (60, 80, 100, 70),
        Decimal("86.40"),
    ),
    RESTRICTED: (date(2025, 9, 24), 21, 4, ((30, 26), (30, 27)), (40, 50), Decimal("64.00")),
}  # fmt: skip
DRAWINGS = ("BJ-2201", "BJ-2207", "BJ-2315", "BJ-2322")
CARELESS_REFUSES = Decimal("0.07")  # of what it delivers, from orders of March 2026 on
MARKS = {SLOW: (4, 4, 5, 4), CARELESS: (4, 4, 4, 4), RESTRICTED: (3, 3, 3, 4), DEVELOPER: (5, 4, 4, 4)}


def newcomers() -> list[Vendor]:
    """The four vendors that came later; their prices stand in the ledger of their own."""
    return [
        Vendor(number, name, category, status, 0, [], f"6222000000000{number[1:]}{100 + 7 * int(number[1:])}", capacity)
        for number, name, category, status, capacity in NEWCOMERS
    ]


def contracts(vendors: list[Vendor]) -> list[Contract]:
    """One contract each: x2 is over its amount, x4 ends within ninety days."""
    cases = {SLOW: "x2", RESTRICTED: "x4"}
    made = []
    for vendor in vendors:
        starts_on, ends_on, amount, days = AGREED[vendor.vendor_id]
        terms = (starts_on, ends_on, Decimal(amount), days, Decimal(0), cases.get(vendor.vendor_id, ""))
        made.append(Contract(f"HT-2025-{vendor.number:03d}", vendor, *terms))
    return made


def surveys(vendors: list[Vendor], raters: tuple[str, ...]) -> list[Survey]:
    """What three raters said of the newcomers' last quarter."""
    return [Survey(vendor, 2026, 2, rater, *MARKS[vendor.vendor_id], "") for vendor in vendors for rater in raters]


# ------------------------------------------------------------------ orders


def orders(vendors: list[Vendor]) -> list[Entry]:
    """The ledger's rows: what was done, then what is open and planted, in the order of the days they were ordered."""
    rows = sorted((*history(vendors), *still_open(vendors)), key=lambda entry: (entry.since, entry.cells["ordered_on"]))
    numbered = []
    for number, entry in enumerate(rows, 1):
        year = entry.cells["ordered_on"].year
        cells = {"order_id": f"BJ-{year}-{number:03d}", "tax_rate": Decimal("0.13"), **entry.cells}
        numbered.append(Entry(cells, entry.case, entry.since, entry.later))
    return numbered


def history(vendors: list[Vendor]) -> Iterator[Entry]:
    """Orders that were delivered in full and in time."""
    for vendor in vendors:
        first, between, count, terms, quantities, price = HISTORY.get(vendor.vendor_id, (date.min, 0, 0, (), (), 0))
        for turn in range(count):
            ordered_on = working_day_before(first + timedelta(turn * between))
            agreed, taken = terms[turn % len(terms)]
            quantity = quantities[turn % len(quantities)]
            due, came = ordered_on + timedelta(agreed), ordered_on + timedelta(taken)
            is_careless = vendor.vendor_id == CARELESS and ordered_on >= date(2026, 3, 1)
            refused = int(quantity * CARELESS_REFUSES) if is_careless else int(turn % 9 == 4)
            yield Entry({**ordered(vendor, turn, quantity, price, ordered_on, due), **receipt(came, quantity, refused)})


def ordered(
    vendor: Vendor, turn: int, quantity: int, price: Any, ordered_on: date, promised_on: date, contract: str = ""
) -> dict[str, Any]:
    """What an order says."""
    item, drawing = CATEGORIES[SHEET_METAL][0][turn % 4], DRAWINGS[turn % 4]
    return {
        "contract_id": contract or f"HT-2025-{vendor.number:03d}", "vendor": vendor.name, "item": item,
        "description": drawing, "quantity": quantity, "unit_price": price, "ordered_on": ordered_on,
        "promised_on": promised_on, "revised_on": None,
    }  # fmt: skip


def receipt(day: date, accepted: int, refused: int) -> dict[str, Any]:
    """What came and what was said of it."""
    return {"delivered_on": day, "received": accepted + refused, "accepted": accepted, "rejected": refused}


# case, vendor, quantity, ordered, promised, the contract it names, what else stands in its row, what changes by day
OPEN: tuple[tuple[str, str, int, date, date, str, dict[str, Any], dict[int, dict[str, Any]]], ...] = (
    ("w1", SLOW, 280, date(2026, 5, 29), date(2026, 7, 13), "", {}, {2: receipt(date(2026, 7, 4), 280, 0)}),
    ("w2", SLOW, 60, date(2026, 6, 15), date(2026, 7, 31), "", {}, {}),
    ("u1", SLOW, 160, date(2026, 6, 12), date(2026, 7, 17), "", {"remark": "客户急单"}, {}),
    ("u2", SLOW, 200, date(2026, 6, 23), date(2026, 7, 28), "", {"remark": "客户急单"}, {}),
    ("r1", CARELESS, 75, date(2026, 6, 22), date(2026, 7, 20), "", {"revised_on": date(2026, 7, 30)}, {}),
    (
        "r2", CARELESS, 90, date(2026, 6, 25), date(2026, 7, 24), "", {},
        {2: {"revised_on": date(2026, 7, 27)}, 3: {"revised_on": date(2026, 7, 29)}},
    ),
    (
        "s", CARELESS, 84, date(2026, 5, 22), date(2026, 6, 16), "", receipt(date(2026, 6, 12), 84, 16),
        {2: {"accepted": 90, "rejected": 10}},
    ),
    (
        "z1", CARELESS, 110, date(2026, 6, 2), date(2026, 7, 22), "",
        {"delivered_on": date(2026, 6, 24), "received": 110}, {3: {"accepted": 110, "rejected": 0}},
    ),
    ("x1", CARELESS, 70, date(2026, 6, 26), date(2026, 8, 14), "HT-2026-031", {}, {}),
    ("y", RESTRICTED, 45, date(2026, 6, 18), date(2026, 8, 5), "", {}, {}),
)  # fmt: skip
ON_THE_THIRD_DAY = ("w3", SLOW, 240, date(2026, 7, 7), date(2026, 8, 24))


def still_open(vendors: list[Vendor]) -> Iterator[Entry]:
    """The planted rows; w3 is ordered on the third day."""
    by_id = {vendor.vendor_id: vendor for vendor in vendors}
    for turn, (case, who, quantity, day, due, contract, beside, later) in enumerate(OPEN):
        cells = ordered(by_id[who], turn, quantity, HISTORY[who][5], day, due, contract)
        yield Entry({**cells, **beside}, case, 1, later)
    case, who, quantity, day, due = ON_THE_THIRD_DAY
    yield Entry(ordered(by_id[who], 2, quantity, HISTORY[who][5], day, due), case, 3)
