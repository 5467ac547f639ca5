"""The settlement story: three months of one small team, from order to payment. `settlement/README.md` works every
amount out by hand, and is not made by this script.

One workbook a month holds all its ledgers as they stand then: the same file, dropped again with more rows in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sample_workbooks.columns import (
    STATEMENT_COLUMNS,
    STORY_CONTRACT_COLUMNS,
    STORY_DELIVERY_COLUMNS,
    STORY_INVOICE_COLUMNS,
    STORY_MILESTONE_COLUMNS,
    STORY_ORDER_COLUMNS,
    STORY_VENDOR_COLUMNS,
)
from sample_workbooks.entries import Entry
from sample_workbooks.further_writers import Page, write_page
from sample_workbooks.world import cents
from sample_workbooks.writers import Pen, workbook

LEDGERS = "外协结算台账.xlsx"
MONTHS = (1, 2, 3)  # May, June, July 2026
MACHINING, SHEET_METAL, BOARDS = "示例启明机加工有限公司", "示例长风钣金有限公司", "示例澄江电子有限公司"
MOULDING, SOFTWARE, TOOLS = "示例南桥注塑有限公司", "示例远山软件有限公司", "示例蓝湾模具贸易有限公司"
STATEMENT = f"{MOULDING} 2026年6月对账单"
FROM, UNTIL = date(2026, 1, 1), date(2027, 12, 31)
NEW_ACCOUNT = "6222000000000050599"


def write_story(folder: Path) -> None:
    """The workbooks of all three months, and the statement that one vendor sends in the second."""
    for month in MONTHS:
        _write(folder / f"month{month}" / LEDGERS, ledgers(), month)
    _write(folder / "month2" / f"{STATEMENT}.xlsx", (Page("对账单", STATEMENT, STATEMENT_COLUMNS, statement()),), 2)


def _write(path: Path, pages: Sequence[Page], month: int) -> None:
    with workbook(path) as (book, looks):
        for page in pages:
            pen = Pen(book.add_worksheet(page.name), looks, list(page.columns.values()))
            write_page(pen, page, path, month)


def ledgers() -> tuple[Page, ...]:
    """The sheets of the team's workbook."""
    return (
        Page("供应商", "外协供应商台账", STORY_VENDOR_COLUMNS, vendors(), ("账户变更须电话核实，双人放行",)),
        Page("合同", "外协合同台账", STORY_CONTRACT_COLUMNS, contracts(), ("合同金额、预付款均含税",)),
        Page("订单", "2026年外协订单", STORY_ORDER_COLUMNS, orders(), (), ("quantity",)),
        Page("收货", "2026年收货验收", STORY_DELIVERY_COLUMNS, deliveries(), (), ("received", "accepted", "rejected")),
        Page("发票", "2026年发票登记", STORY_INVOICE_COLUMNS, invoices(), ("一张发票含多个订单的，每个订单一行",)),
        Page("里程碑", "软件外协里程碑", STORY_MILESTONE_COLUMNS, milestones()),
    )


# ------------------------------------------------------------------ who, and what was agreed


def vendors() -> list[Entry]:
    """供应商: six, each with an account of its own; the software house tells a new one in the second month."""
    rows = ((MACHINING, "机加工"), (SHEET_METAL, "钣金"), (BOARDS, "PCBA"), (MOULDING, "注塑"), (SOFTWARE, "软件开发"),
            (TOOLS, "模具"))  # fmt: skip
    return [vendor(n, name, category) for n, (name, category) in enumerate(rows, 1)]


def vendor(number: int, name: str, category: str) -> Entry:
    """One vendor."""
    cells = {
        "vendor_id": f"J{number:03d}", "vendor": name, "category": category, "status": "合格",
        "tax_id": f"91310000MA1JSYL{number:02d}X", "phone": f"021-0000{number:04d}",
        "email": f"finance{number}@vendor.example", "bank_name": f"示例银行第{number}支行",
        "bank_account": f"62220000000000{number:03d}01",
    }  # fmt: skip
    return Entry(cells, later={2: {"bank_account": NEW_ACCOUNT}} if name == SOFTWARE else {})


def contracts() -> list[Entry]:
    """合同: one a vendor; each shows another clause."""
    late = {"late_penalty_rate": share("0.5"), "penalty_cap_rate": share("5")}
    kept = {"retention_rate": share("3"), "retention_months": 2}
    return [
        contract(1, MACHINING, "机加工件", "33900", advance=Decimal(9000), advance_paid=Decimal(9000)),
        contract(2, SHEET_METAL, "钣金件", "50000", **kept, **late),
        contract(3, BOARDS, "PCBA", "60000", bonus_rate=share("2")),
        contract(4, MOULDING, "注塑件", "30000"),
        contract(5, SOFTWARE, "软件开发", "63600", tax_rate=share("6")),
        contract(6, TOOLS, "模具", "10000", tax_rate=share("0"), currency="USD"),
    ]


def share(percent: str) -> Decimal:
    """A percentage as a cell holds it."""
    return Decimal(percent) / 100


def contract(number: int, vendor: str, what: str, amount: str, **terms: Any) -> Entry:
    """One frame contract."""
    cells = {
        "contract_id": f"HT-J-{number:02d}", "vendor": vendor, "title": f"{what}外协框架合同", "category": what,
        "starts_on": FROM, "ends_on": UNTIL, "amount": Decimal(amount), "currency": "CNY", "tax_rate": share("13"),
        "payment_days": 30, **terms,
    }  # fmt: skip
    return Entry(cells)


def orders() -> list[Entry]:
    """订单: hundreds by vendor, in the order of their promises."""
    may, june, july = date(2026, 5, 6), date(2026, 5, 20), date(2026, 6, 22)
    return [
        order("101", MACHINING, "连接法兰", 100, "100.00", may, date(2026, 6, 12)),
        order("102", MACHINING, "安装支架", 60, "80.00", may, date(2026, 5, 22)),
        order("201", SHEET_METAL, "机箱", 200, "50.00", may, date(2026, 5, 15)),
        order("301", BOARDS, "控制板", 400, "20.00", may, date(2026, 5, 20)),
        order("401", MOULDING, "外壳", 500, "8.00", may, date(2026, 5, 25)),
        order("601", TOOLS, "型芯", 20, "150.00", may, date(2026, 5, 22), tax_rate=share("0"), currency="USD"),
        order("103", MACHINING, "轴套", 190, "80.00", june, date(2026, 7, 17), 2),
        order("202", SHEET_METAL, "面板", 100, "60.00", june, date(2026, 6, 9), 2),
        order("302", BOARDS, "驱动板", 350, "24.00", june, date(2026, 6, 18), 2),
        order("402", MOULDING, "卡扣", 300, "9.00", june, date(2026, 6, 11), 2),
        order("403", MOULDING, "端盖", 400, "6.00", june, date(2026, 6, 17), 2),
        order("203", SHEET_METAL, "机柜", 40, "300.00", july, date(2026, 7, 6), 3),
        order("303", BOARDS, "电源板", 250, "22.00", july, date(2026, 7, 16), 3),
        order("404", MOULDING, "导轨", 120, "15.00", july, date(2026, 7, 15), 3),
        order("602", TOOLS, "镶件", 12, "160.00", july, date(2026, 7, 22), 3, tax_rate=share("0"), currency="USD"),
    ]


def order(
    number: str, vendor: str, item: str, quantity: int, price: str, ordered_on: date, promised_on: date,
    since: int = 1, **other: Any,
) -> Entry:  # fmt: skip
    """One order of one line, under its vendor's contract."""
    cells = {
        "order_id": f"PO-J-{number}", "line": 1, "contract_id": f"HT-J-0{number[0]}", "vendor": vendor, "item": item,
        "quantity": quantity, "unit_price": Decimal(price), "tax_rate": share("13"), "currency": "CNY",
        "ordered_on": ordered_on, "promised_on": promised_on, **other,
    }  # fmt: skip
    return Entry(cells, since=since)


# ------------------------------------------------------------------ what came


def deliveries() -> list[Entry]:
    """收货: in parts, with forty refused and replaced, two of them late."""
    return [
        delivery(1, "201", SHEET_METAL, date(2026, 5, 15), 200),
        delivery(2, "101", MACHINING, date(2026, 5, 18), 70),
        delivery(3, "301", BOARDS, date(2026, 5, 19), 400),
        delivery(4, "102", MACHINING, date(2026, 5, 20), 60),
        delivery(5, "401", MOULDING, date(2026, 5, 21), 500, rejected=40),
        delivery(6, "601", TOOLS, date(2026, 5, 21), 20),
        delivery(7, "401", MOULDING, date(2026, 6, 8), 40, since=2),
        delivery(8, "101", MACHINING, date(2026, 6, 9), 30, since=2),
        delivery(9, "402", MOULDING, date(2026, 6, 10), 300, since=2),
        delivery(10, "202", SHEET_METAL, date(2026, 6, 12), 100, since=2),
        delivery(11, "403", MOULDING, date(2026, 6, 16), 400, since=2),
        delivery(12, "302", BOARDS, date(2026, 6, 17), 350, since=2),
        delivery(13, "103", MACHINING, date(2026, 6, 18), 120, since=2),
        delivery(14, "404", MOULDING, date(2026, 7, 14), 110, since=3),
        delivery(15, "303", BOARDS, date(2026, 7, 15), 250, since=3),
        delivery(16, "103", MACHINING, date(2026, 7, 16), 70, since=3),
        delivery(17, "203", SHEET_METAL, date(2026, 7, 20), 40, since=3),
        delivery(18, "602", TOOLS, date(2026, 7, 21), 12, since=3),
    ]


def delivery(
    number: int, order: str, vendor: str, day: date, received: int, rejected: int = 0, since: int = 1
) -> Entry:
    """One receipt, judged on the day of its arrival."""
    cells = {
        "delivery_id": f"SH-J-{number:02d}", "order_id": f"PO-J-{order}", "line": 1, "vendor": vendor,
        "delivered_on": day, "received": received, "accepted": received - rejected, "rejected": rejected,
        "accepted_on": day,
    }  # fmt: skip
    return Entry(cells, since=since)


def milestones() -> list[Entry]:
    """里程碑: two of three are accepted, the last is planned for September."""
    done = {
        1: {"submitted_on": date(2026, 5, 18), "accepted_on": date(2026, 5, 20), "result": "通过"},
        2: {"submitted_on": date(2026, 6, 22), "accepted_on": date(2026, 6, 24), "result": "通过"},
    }
    return [
        milestone("需求确认", date(2026, 5, 20), "30", later={1: done[1]}),
        milestone("系统上线", date(2026, 6, 24), "50", later={2: done[2]}),
        milestone("终验", date(2026, 9, 25), "20", later={}),
    ]


def milestone(name: str, planned_on: date, percent: str, later: dict[int, dict[str, Any]]) -> Entry:
    """One milestone of the software contract."""
    cells = {"contract_id": "HT-J-05", "milestone": name, "vendor": SOFTWARE, "planned_on": planned_on,
             "payable_rate": share(percent)}  # fmt: skip
    return Entry(cells, later=later)


# ------------------------------------------------------------------ what was billed


def invoices() -> list[Entry]:
    """发票: one over two orders in May and in June, two at a higher price, one for more than came, one red."""
    return [
        invoice("CF-0501", SHEET_METAL, "201", date(2026, 5, 20), 200, "50.00"),
        invoice("QM-0501", MACHINING, "101", date(2026, 5, 22), 70, "100.00"),
        invoice("QM-0501", MACHINING, "102", date(2026, 5, 22), 60, "80.00"),
        invoice("CJ-0501", BOARDS, "301", date(2026, 5, 22), 400, "20.00"),
        milestone_invoice("YS-0501", "需求确认", date(2026, 5, 22), "18000.00", 1),
        invoice("NQ-0501", MOULDING, "401", date(2026, 5, 25), 500, "8.00"),
        invoice("LW-0501", TOOLS, "601", date(2026, 5, 26), 20, "150.00", rate="0", currency="USD"),
        invoice("NQ-0601", MOULDING, "402", date(2026, 6, 12), 300, "9.05", since=2),
        invoice("CF-0601", SHEET_METAL, "202", date(2026, 6, 16), 100, "60.00", since=2),
        invoice("NQ-0602", MOULDING, "403", date(2026, 6, 18), 400, "6.30", since=2),
        invoice("QM-0601", MACHINING, "101", date(2026, 6, 22), 30, "100.00", since=2),
        invoice("QM-0601", MACHINING, "103", date(2026, 6, 22), 120, "80.00", since=2),
        invoice("CJ-0601", BOARDS, "302", date(2026, 6, 22), 350, "24.00", since=2),
        credit_note("CJ-R601", BOARDS, "CJ-0501", date(2026, 6, 24), "-1000.00", 2),
        milestone_invoice("YS-0601", "系统上线", date(2026, 6, 26), "30000.00", 2),
        invoice("NQ-0701", MOULDING, "404", date(2026, 7, 17), 120, "15.00", since=3),
        invoice("QM-0701", MACHINING, "103", date(2026, 7, 20), 70, "80.00", since=3),
        invoice("CJ-0701", BOARDS, "303", date(2026, 7, 20), 250, "22.00", since=3),
        invoice("CF-0701", SHEET_METAL, "203", date(2026, 7, 22), 40, "300.00", since=3),
        invoice("LW-0701", TOOLS, "602", date(2026, 7, 24), 12, "160.00", rate="0", currency="USD", since=3),
    ]


def invoice(
    number: str, vendor: str, order: str, day: date, quantity: int, price: str, rate: str = "13",
    currency: str = "CNY", since: int = 1,
) -> Entry:  # fmt: skip
    """A row for one order of a blue invoice."""
    cells = {"order_id": f"PO-J-{order}", "line": "1", "quantity": quantity, "unit_price": Decimal(price),
             "kind": "蓝字"}  # fmt: skip
    return billed(number, vendor, day, quantity * Decimal(price), rate, currency, since, cells)


def milestone_invoice(number: str, name: str, day: date, net: str, since: int) -> Entry:
    """An invoice of a milestone: it names the contract where others name an order."""
    cells = {"order_id": "HT-J-05", "line": name, "quantity": 1, "unit_price": Decimal(net), "kind": "蓝字"}
    return billed(number, SOFTWARE, day, Decimal(net), "6", "CNY", since, cells)


def credit_note(number: str, vendor: str, blue: str, day: date, net: str, since: int) -> Entry:
    """红字: an allowance on an invoice that has been paid."""
    return billed(number, vendor, day, Decimal(net), "13", "CNY", since, {"kind": "红字", "blue_invoice_no": blue})


def billed(
    number: str, vendor: str, day: date, net: Decimal, rate: str, currency: str, since: int, cells: dict[str, Any]
) -> Entry:
    """A row of the register; tax on the net amount, to the cent."""
    tax = cents(net * share(rate))
    amounts = {"net": net, "tax_rate": share(rate), "tax": tax, "gross": net + tax, "currency": currency}
    return Entry({"invoice_no": number, "vendor": vendor, "invoiced_on": day, **cells, **amounts}, since=since)


# ------------------------------------------------------------------ what a vendor says


def statement() -> list[Entry]:
    """The moulder's June: as our books have it, and one invoice that never reached us."""
    rows = (
        ("期初余额", "", None, "4520.00"),
        ("收款", "SK-0603", date(2026, 6, 3), "4158.40"),
        ("发票", "NQ-0601", date(2026, 6, 12), "3067.95"),
        ("发票", "NQ-0602", date(2026, 6, 18), "2847.60"),
        ("发票", "NQ-0603", date(2026, 6, 29), "226.00"),
        ("期末余额", "", None, "6503.15"),
    )
    names = ("entry", "number", "dated", "amount")
    return [Entry(dict(zip(names, (*texts, Decimal(amount)), strict=True))) for *texts, amount in rows]
