"""Orders that tell their prices with tax alone: without tax by the row's own rate, else by its contract's, else not."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from robots.reading.net_prices import contracts_asked, with_net_prices
from robots.reading.reader import Reading
from tests.conftest import Home
from tests.sheets import Cells, D, column, found, read, sheet, taken

HEAD = ["订单号", "供应商", "订单数量", "合同编号"]
ROW = ["PO-1", "示例甲公司", 100.0, "HT-1"]


def priced(header: Cells, *rows: Cells, rates: dict[str, Decimal] | None = None) -> Reading:
    cells: list[Cells] = [[f"PO-{n}", *ROW[1:], *row] for n, row in enumerate(rows, 1)]
    return with_net_prices(read(sheet([*HEAD, *header], *cells)), rates or {})


@pytest.mark.parametrize("header", ["含税单价", "单价(含税)", "单价（含税）", "含 税 单 价", "含税价"])
def test_the_rows_own_rate_makes_the_price_net_to_six_places(header: str) -> None:
    reading = priced([header, "税率"], [11.3, 0.13], [12.0, "13%"], [5.0, 0.0])
    assert column(reading, "orders", "unit_price") == [D(10), D("10.619469"), D(5)]
    assert column(reading, "orders", "price_with_tax") == [D("11.3"), D(12), D(5)]
    assert found(reading) == [("PRICE_WITH_TAX", "E2")]


def test_the_contracts_rate_stands_in_where_the_row_has_none() -> None:
    reading = priced(["含税单价", "税率"], [11.3, ""], [10.6, 0.06], rates={"HT-1": D("0.13")})
    assert column(reading, "orders", "unit_price") == [D(10), D(10)]
    (told,) = reading.findings
    assert dict(told.values) == {"count": 2, "by_contract": 1, "column": "含税单价"}


def test_a_rate_that_nobody_knows_sets_the_row_aside() -> None:
    whole = read(sheet([*HEAD, "含税单价"], [*ROW, 11.3]))
    assert contracts_asked(whole) == {"HT-1"}
    reading = priced(["含税单价", "税率"], [11.3, 0.13], [11.3, ""], rates={"HT-2": D("0.13")})
    assert taken(reading) == {"orders": (1, 1)} and column(reading, "orders", "order_id") == ["PO-1"]
    assert found(reading) == [("PRICE_WITH_TAX", "E2"), ("TAX_RATE_UNKNOWN", "E3")]


def test_a_price_without_tax_beside_it_stands() -> None:
    reading = priced(["单价", "含税单价"], [9.0, 11.3])
    assert column(reading, "orders", "unit_price") == [D(9)] and found(reading) == []


def test_a_blank_price_is_blank() -> None:
    reading = priced(["含税单价", "税率"], ["", 0.13], [11.3, 0.13])
    assert taken(reading) == {"orders": (1, 1)} and ("REQUIRED_BLANK", "E2") in found(reading)


def test_two_columns_that_could_be_the_price_with_tax_are_asked_about() -> None:
    assert ("FIELD_TWICE", "E1") in found(priced(["含税单价", "含税价", "税率"], [11.3, 11.3, 0.13]))


def test_orders_priced_with_tax_are_taken_by_the_rate_of_a_contract_that_is_there(
    home: Home, books: SimpleNamespace
) -> None:
    home.let("receptionist")
    home.drop("合同台账.xlsx", books.contracts({"税率": 0.13}))
    home.turn()
    order: dict[str, Any] = {"订单号": "PO-1", "供应商": "示例甲电子有限公司", "订单数量": 100, "含税单价": 11.3}
    home.drop("订单.xlsx", [order | {"合同编号": "HT-1"}, order | {"订单号": "PO-2", "合同编号": "HT-9"}])
    home.turn()
    assert [(row["order_id"], row["unit_price"]) for row in home.export("orders")] == [("PO-1", "10")]
    told = {row["code"]: row["says"] for row in home.export("findings")}
    assert "其中 1 行按合同的税率" in told["PRICE_WITH_TAX"] and "合同 HT-9" in told["TAX_RATE_UNKNOWN"]
    (receipt,) = (row for row in home.export("receipts") if row["kind"] == "orders")
    assert (receipt["rows_new"], receipt["rows_set_aside"]) == (1, 1)
