"""What stories of payment begin with and ask, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from robots.figures.batches import FREE
from tests.conftest import Home


def paid_of(home: Home, *ends: str) -> Decimal:
    """What sheets carry, of invoices whose numbers end so (of all)."""
    rows = [row for row in home.export("payables") if row["state"] not in FREE]
    return sum((Decimal(row["net"]) for row in rows if not ends or row["invoice_no"].endswith(ends)), Decimal(0))


def why(home: Home) -> dict[str, str]:
    """The end of an invoice's number → why it is held."""
    with home.store.transaction() as tx:
        return {row["invoice_no"][-2:]: row["reasons"] for row in tx.table("holds").to_pylist()}


def evening(month: int, day: int) -> datetime:
    """Six in the evening of a day of 2026."""
    return datetime(2026, month, day, 18)


def another_vendor(home: Home, books: SimpleNamespace, first: Mapping[str, Any] | None = None) -> str:
    """A second vendor in the ledger, beside the usual one (over which `first` is laid). Its name."""
    name = "虚构乙公司"
    second = {"供应商名称": name, "供应商编码": "V-002", "统一社会信用代码": "91310000MA1EXAMPL2",
              "银行账号": "6222000000000000002"}  # fmt: skip
    home.drop("供应商台账.xlsx", books.vendors(first or {}, second))
    return name


def usual(home: Home, books: SimpleNamespace, **contract: Any) -> None:
    """A vendor, its contract, an order, its delivery and its invoice."""
    home.drop("供应商台账.xlsx", books.vendors())
    home.drop("合同台账.xlsx", books.contracts(contract))
    home.drop("订单.xlsx", books.orders())
    home.drop("收货.xlsx", books.deliveries())
    home.drop("发票.xlsx", books.invoices())
