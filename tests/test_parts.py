"""A ledger settled part by part comes to what it comes to when it is settled at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robots.figures.lines import judged, order_lines, records
from robots.figures.settlement import Payable, Terms, order_book, parts_of, settle
from robots.figures.settlement.billing import owner_of
from robots.kinds import known
from robots.ledger import frame
from robots.model.names import identity
from robots.rules import Settlement

D = Decimal
Row = dict[str, Any]
NAMES = [f"示例{letter}有限公司" for letter in "甲乙丙丁"]
VENDORS = {name: {"bank_account": f"622200000000000000{n}"} for n, name in enumerate(NAMES, 1)}
TODAY = date(2026, 7, 3)
TERMS = Terms(Settlement("RULES 7", D("0.01"), D("100.00"), D("0.05"), 60, 60), "CNY", date(2026, 1, 1), TODAY)
CONTRACTS = [
    {"contract_id": "HT-1", "vendor": NAMES[0], "amount": D(5000), "advance": D(900), "advance_paid": D(900)},
    {"contract_id": "HT-2", "vendor": NAMES[0], "retention_rate": D("0.05"), "retention_months": D(6)},
]


def table(kind: str, rows: Sequence[Row]) -> pd.DataFrame:
    """Rows of a kind as the ledger has them."""
    told = pa.Table.from_pylist(list(rows), schema=known()[kind].schema)
    return frame(told.append_column("_file", pa.array([f"{kind}.xlsx"] * len(rows), pa.string()))
                 .append_column("_sheet", pa.array(["台账"] * len(rows), pa.string()))
                 .append_column("_row", pa.array(range(2, len(rows) + 2), pa.int64())))  # fmt: skip


def order(number: int, vendor: int, contract: str | None = None) -> Row:
    return {
        "order_id": f"PO-{number}", "line": "1", "vendor": NAMES[vendor], "contract_id": contract, "quantity": D(20),
        "unit_price": D(10), "tax_rate": D("0.13"), "promised_on": date(2026, 6, 10),
    }  # fmt: skip


def invoice(number: str, vendor: int, orders: str, gross: int = 113, **other: Any) -> Row:
    return {
        "invoice_no": number, "vendor": NAMES[vendor], "order_id": orders, "invoiced_on": date(2026, 6, 20),
        "gross": D(gross), "kind": "蓝字", **other,
    }  # fmt: skip


def parts(orders: Sequence[Row], invoices: Sequence[Row], tied: Sequence[Sequence[str]] = ()) -> list[set[str]]:
    """Who is together, where a part is full as soon as it holds one bill."""
    tables = (table("orders", orders), table("invoices", invoices), table("contracts", CONTRACTS))
    cut = parts_of(*tables, table("milestones", ()), tied, enough=1)
    found: dict[int, set[str]] = {}
    for vendor, number in cut.vendors.items():
        found.setdefault(number, set()).add(vendor[2])
    return sorted(found.values(), key=sorted)


TOGETHER = {
    "each on its own": ([order(1, 0), order(2, 1)], [invoice("1", 0, "PO-1"), invoice("2", 1, "PO-2")], 2),
    "one bills the other's order": ([order(1, 0)], [invoice("1", 0, "PO-1"), invoice("2", 1, "PO-1")], 1),
    "one cell names orders of both": (
        [order(1, 0), order(2, 1)], [invoice("1", 0, "PO-1、PO-2"), invoice("2", 1, "PO-2")], 1,
    ),
    "a contract with an advance": (
        [order(1, 0, "HT-1"), order(2, 1, "HT-1")], [invoice("1", 0, "PO-1"), invoice("2", 1, "PO-2")], 1,
    ),
    "a contract without one has nothing to share": (
        [order(1, 0, "HT-2"), order(2, 1, "HT-2")], [invoice("1", 0, "PO-1"), invoice("2", 1, "PO-2")], 2,
    ),
    "a number that is unique in the country": (
        [order(1, 0), order(2, 1)], [invoice("2" * 20, 0, "PO-1"), invoice("2" * 20, 1, "PO-2")], 1,
    ),
    "a number of their own that happens to be the same": (
        [order(1, 0), order(2, 1)], [invoice("2" * 8, 0, "PO-1"), invoice("2" * 8, 1, "PO-2")], 2,
    ),
    "an order that there is not": ([], [invoice("1", 0, "无"), invoice("2", 1, "无")], 2),
}  # fmt: skip


@pytest.mark.parametrize(("orders", "invoices", "count"), TOGETHER.values(), ids=TOGETHER)
def test_vendors_that_share_what_is_used_up_are_one_part(orders: list[Row], invoices: list[Row], count: int) -> None:
    assert len(parts(orders, invoices)) == count


def test_what_is_tied_otherwise_is_one_part_too() -> None:
    orders, invoices = [order(1, 0), order(2, 1)], [invoice("1", 0, "PO-1"), invoice("2", 1, "PO-2")]
    assert parts(orders, invoices, [NAMES[:2]]) == [{"甲", "乙"}]


cells = st.lists(st.integers(0, 6), min_size=1, max_size=2).map(lambda some: "、".join(f"PO-{n}" for n in some))
histories = st.tuples(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from([None, "HT-1", "HT-2"])), min_size=1, max_size=6),
    st.lists(st.integers(0, 20), min_size=6, max_size=6),
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(1, 5), cells, st.integers(50, 300), st.integers(1, 28), st.booleans()),
        min_size=1, max_size=8,
    ),
)  # fmt: skip


def numbered(number: int) -> str:
    """A seller's own number, or one of the whole country's."""
    return f"F-{number}X" if number % 2 else f"{26112000000000000000 + number}"


@given(histories, st.integers(1, 3))
def test_parts_come_to_what_the_whole_comes_to(history: tuple[Any, ...], enough: int) -> None:
    ordered, accepted, billed = history
    orders = table("orders", [order(n, *one) for n, one in enumerate(ordered)])
    deliveries = judged(table("deliveries", [
        {"order_id": f"PO-{n}", "line": "1", "delivered_on": date(2026, 6, 9), "received": D(20), "accepted": D(good)}
        for n, good in enumerate(accepted)
    ]))  # fmt: skip
    invoices = table("invoices", [
        invoice(f"R{number}" if red else numbered(number), vendor, orders, -gross if red else gross,
                invoiced_on=date(2026, 6, day),
                **({"kind": "红字", "blue_invoice_no": numbered(number)} if red else {}))
        for vendor, number, orders, gross, day, red in billed
    ])  # fmt: skip
    contracts, lines = table("contracts", CONTRACTS), order_lines(orders, deliveries, TODAY)
    whole = list(settle(order_book(lines, deliveries, contracts), records(invoices), VENDORS, TERMS))
    cut = parts_of(orders, invoices, contracts, table("milestones", ()), enough=enough)
    owed: list[Payable] = []
    for some in zip(cut.by_order(lines), cut.by_order(deliveries), cut.by_vendor(invoices), strict=True):
        book = order_book(some[0], some[1], contracts)
        owed += settle(book, records(some[2]), VENDORS, TERMS)
    assert sorted(map(repr, owed)) == sorted(map(repr, whole))
    assert {owner_of(one.invoice_key) for one in owed} <= cut.vendors.keys()
    assert {identity(one.vendor) for one in owed} <= cut.vendors.keys()
