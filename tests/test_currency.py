"""Amounts of another currency, prices per thousand, and the marks that everybody writes for "not known"."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import Home

pytestmark = pytest.mark.parametrize("database_url", ["SQLite"], indirect=True)
ORDER: dict[str, Any] = {"订单号": "PO-1", "行号": 1, "供应商": "示例甲有限公司", "订单数量": 100}


def _codes(home: Home) -> list[str]:
    return sorted(f["code"] for f in home.export("findings") if f["level"] == "error")


REFUSED = {
    "a dollar sign in a home of yuan": ({"单价": "$5.00"}, ["CURRENCY_OTHER"]),
    "a header that names euros": ({"单价(EUR)": 5}, ["CURRENCY_OTHER_COLUMN"]),
    "a price per thousand pieces": ({"单价(元/千件)": 5}, ["UNIT_NOT_READ"]),
}


@pytest.mark.parametrize(("price", "codes"), REFUSED.values(), ids=REFUSED)
def test_a_price_that_would_be_a_guess_is_refused(home: Home, price: dict[str, Any], codes: list[str]) -> None:
    home.drop("订单.xlsx", [{**ORDER, **price}])
    home.turn()
    assert _codes(home) == codes
    assert home.export("orders") == []


TAKEN = {
    "the sign of the home's own currency": {"单价": "¥5.00"},
    "dollars with a currency column": {"单价": "$5.00", "币种": "USD"},
    "a header per piece": {"单价(元/件)": 5},
}


@pytest.mark.parametrize("price", TAKEN.values(), ids=TAKEN)
def test_a_price_that_is_sure_is_taken(home: Home, price: dict[str, Any]) -> None:
    home.drop("订单.xlsx", [{**ORDER, **price}])
    home.turn()
    assert [row["unit_price"] for row in home.export("orders")] == ["5"]


@pytest.mark.parametrize("mark", ["-", "/", "无", "待定", "N/A"])
def test_a_mark_for_not_known_is_blank_in_a_date_or_a_figure(home: Home, books: SimpleNamespace, mark: str) -> None:
    home.drop("订单.xlsx", books.orders({"变更交期": mark, "税率": mark, "承诺交期": date(2026, 6, 20)}))
    home.turn()
    assert _codes(home) == []
    assert [(row["revised_on"], row["tax_rate"]) for row in home.export("orders")] == [(None, None)]


def test_a_mark_in_a_required_cell_is_named(home: Home, books: SimpleNamespace) -> None:
    home.drop("订单.xlsx", books.orders({"单价": "-"}))
    home.turn()
    assert _codes(home) == ["REQUIRED_UNKNOWN"]
