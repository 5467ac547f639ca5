"""One writer per workbook, each with the habits of the person who keeps it.

Titles and hints above the table, headers of two tiers with merged cells, line breaks and units in header
words, dates and numbers partly as text, 小计 and 合计 rows, formatted blank rows below.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import xlsxwriter
import xlwt
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sample_workbooks.columns import (
    CLAUSES,
    CONTRACT_COLUMNS,
    DAILY_COLUMNS,
    DELIVERY_COLUMNS,
    INVOICE_COLUMNS,
    ORDER_COLUMNS,
    PLAIN_DELIVERY_WORDS,
    SURVEY_COLUMNS,
    VENDOR_COLUMNS,
    Column,
)
from sample_workbooks.planted import CHANGED_ACCOUNT, CHANGED_BANK_VENDOR, ERROR
from sample_workbooks.world import SEED, Contract, Delivery, Invoice, OrderLine, Survey, Vendor

CREATED = datetime(2026, 7, 2, 17, 30)
LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"},
    "hint": {"italic": True, "font_color": "#7F7F7F"},
    "head": {
        "bold": True,
        "border": 1,
        "text_wrap": True,
        "align": "center",
        "valign": "vcenter",
        "bg_color": "#D9E2F3",
    },
    "text": {"border": 1, "num_format": "@"},
    "int": {"border": 1, "num_format": "#,##0"},
    "money": {"border": 1, "num_format": "#,##0.00"},
    "digits": {"border": 1, "num_format": "0"},
    "percent": {"border": 1, "num_format": "0.0%"},
    "date": {"border": 1, "num_format": "yyyy-mm-dd"},
    "moment": {"border": 1, "num_format": "yyyy-mm-dd hh:mm"},
    "kilos": {"border": 1, "num_format": "#,##0.00"},
    "total": {"border": 1, "bold": True, "num_format": "#,##0.00", "bg_color": "#FFF2CC"},
}
DATE_TEXTS = (
    "{0.year}-{0.month}-{0.day}",
    "{0.year}.{0.month}.{0.day}",
    "{0.year}年{0.month}月{0.day}日",
    "{0:%Y%m%d}",
)
NOTES = (
    "本台账由外协管理组维护，每月更新一次。",
    "新增供应商请先完成准入评审。",
    "账户信息变更须附盖章函件，并电话核实。",
)
PERIOD_TEXTS = ("{0}Q{1}", "{0}年第{1}季度", "{0}年{1}季度")
DELIVERY_FIELDS = (
    "delivery_id", "order_id", "line", "vendor", "delivered_on", "received", "accepted", "rejected",
    "inspected_on", "inspector", "fault",
)  # fmt: skip

Places = dict[str, str]
"""Where each planted case stands: 'day1/外协订单.xlsx:b1' → '2026年 row 210'."""


class Pen:
    """Writes one worksheet from the top down, beginning at a column; `row` is the next free row (0-based)."""

    def __init__(self, sheet: Worksheet, looks: dict[str, Format], columns: Sequence[Column], left: int = 0) -> None:
        """Sets widths and print layout; nothing is written yet."""
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        self.sheet, self.looks, self.columns, self.left, self.row = sheet, looks, columns, left, 0
        for index, column in enumerate(columns, left):
            sheet.set_column(index, index, column.width)

    def title(self, text: str) -> None:
        """A merged title row."""
        right = self.left + len(self.columns) - 1
        self.sheet.merge_range(self.row, self.left, self.row, right, text, self.looks["title"])
        self.sheet.set_row(self.row, 28)
        self.row += 1

    def hint(self, text: str) -> None:
        """A row with a remark for whoever fills the sheet in."""
        self.sheet.write_string(self.row, self.left, text, self.looks["hint"])
        self.row += 1

    def header(self) -> None:
        """One header row; two with merged cells where the columns have groups."""
        tiers = 2 if any(column.group for column in self.columns) else 1
        if tiers == 2:
            self._groups()
        for index, column in enumerate(self.columns, self.left):
            self.sheet.write_string(self.row + tiers - 1, index, column.header, self.looks["head"])
        self.sheet.set_row(self.row + tiers - 1, 32)
        self.row += tiers
        self.sheet.freeze_panes(self.row, 0)

    def _groups(self) -> None:
        start = self.left
        for group, size in runs(column.group for column in self.columns):
            if size > 1:
                self.sheet.merge_range(self.row, start, self.row, start + size - 1, group, self.looks["head"])
            else:
                self.sheet.write_string(self.row, start, group, self.looks["head"])
            start += size

    def write(self, values: Sequence[Any], look: str = "") -> None:
        """A row of values in the looks of their columns, or all in one look."""
        for index, (column, value) in enumerate(zip(self.columns, values, strict=True)):
            own = "digits" if column.look == "text" and isinstance(value, int) else column.look
            self._cell(self.left + index, value, self.looks[look or own])
        self.row += 1

    def _cell(self, index: int, value: Any, look: Format) -> None:
        if value is None or value == "":
            self.sheet.write_blank(self.row, index, None, look)
        elif value == ERROR:
            self.sheet.write_formula(self.row, index, f"={ERROR}", look, ERROR)
        elif isinstance(value, date):
            moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
            self.sheet.write_datetime(self.row, index, moment, look)
        elif isinstance(value, str):
            self.sheet.write_string(self.row, index, value, look)
        else:
            self.sheet.write_number(self.row, index, float(value), look)

    def total(self, label: str, sums: dict[int, Any]) -> None:
        """A 小计 or 合计 row: a label in the first column, sums in some others (0-based)."""
        self.write([label, *(sums.get(index) for index in range(1, len(self.columns)))], "total")

    def blank_rows(self, count: int) -> None:
        """Formatted rows without content, as people leave them below a table."""
        for _ in range(count):
            self.write([None] * len(self.columns))


@contextmanager
def workbook(path: Path) -> Iterator[tuple[xlsxwriter.Workbook, dict[str, Format]]]:
    """A new workbook with fixed properties, and its cell formats by name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"author": "虚构制表人", "created": CREATED})
        yield book, {name: book.add_format({"font_name": "宋体", **look}) for name, look in LOOKS.items()}


def runs(words: Iterable[str]) -> list[tuple[str, int]]:
    """Neighbouring equal words with their count.

    >>> runs(["a", "a", "b"])
    [('a', 2), ('b', 1)]
    """
    return [(word, len(list(group))) for word, group in groupby(words)]


def dice(path: Path) -> random.Random:
    """The whims of one workbook; the same on every day it is written."""
    return random.Random(f"{SEED} {path.name}")


def note(places: Places, path: Path, case: str, sheet: str, row: int) -> None:
    """Remembers where a planted case was written (0-based row in, Excel's row out)."""
    if case:
        places[f"{path.parent.name}/{path.name}:{case}"] = f"{sheet} row {row + 1}"


def write_vendors(path: Path, vendors: list[Vendor], changed: bool = False) -> Places:
    """供应商台账: begins in column B, two header tiers, a sheet of notes. `changed`: one new bank account."""
    places: Places = {}
    with workbook(path) as (book, looks):
        pen = Pen(book.add_worksheet("供应商台账"), looks, VENDOR_COLUMNS, left=1)
        pen.title("外协供应商台账")
        pen.hint("填报说明：银行账号、信用代码按文本填写；状态变更须经准入评审。 单位：件/月")
        pen.header()
        for vendor in vendors:
            note(places, path, "l" if vendor.vendor_id == CHANGED_BANK_VENDOR else "", "供应商台账", pen.row)
            pen.write(vendor_row(vendor, changed))
        write_notes(book.add_worksheet("说明"))
    return places


def vendor_row(vendor: Vendor, changed: bool) -> list[Any]:
    """A vendor's cells, with the new account where it changed."""
    account = CHANGED_ACCOUNT if changed and vendor.vendor_id == CHANGED_BANK_VENDOR else vendor.bank_account
    number = vendor.number
    return [
        vendor.vendor_id, vendor.name, vendor.category, vendor.status, date(2024, 9 + number % 4, 1 + number),
        f"91000000MA000{number:03d}0X", "是" if number % 3 else "否", vendor.monthly_capacity,
        f"虚构联系人{number:02d}", f"000-0000-{number:04d}", f"contact.v{number:03d}@example.com",
        f"虚构银行示例支行{number:02d}", account,
    ]  # fmt: skip


def write_notes(sheet: Worksheet) -> None:
    """A sheet with nothing to read."""
    for row, line in enumerate(NOTES, 1):
        sheet.write_string(row, 1, line)


def write_contracts(path: Path, contracts: list[Contract]) -> Places:
    """合同台账: amounts in 万元, dates and percentages partly as text, a 合计 row."""
    rng, places = dice(path), Places()
    with workbook(path) as (book, looks):
        pen = Pen(book.add_worksheet("合同台账"), looks, CONTRACT_COLUMNS)
        pen.title("外协框架合同台账")
        pen.header()
        for contract in contracts:
            note(places, path, contract.case, "合同台账", pen.row)
            pen.write(contract_row(rng, contract))
        pen.total("合计", {6: sum(contract.amount for contract in contracts) / 10000})
    return places


def contract_row(rng: random.Random, contract: Contract) -> list[Any]:
    """A contract's cells; every clause is there, as 是 or as its number."""
    vendor = contract.vendor
    clauses = [rng.choice(("是", f"第{n}条", f"{n}.{rng.randint(1, 4)}")) for n in range(4, 4 + len(CLAUSES))]
    return [
        contract.contract_id, vendor.name, f"{vendor.category}外协框架合同", vendor.category,
        loose_date(rng, contract.starts_on, DATE_TEXTS[1:3], 0.5),
        loose_date(rng, contract.ends_on, DATE_TEXTS[1:3], 0.5),
        contract.amount / 10000, "CNY", loose_percent(rng, vendor.tax_rate), contract.payment_days,
        loose_percent(rng, contract.retention_rate), 12, loose_percent(rng, Decimal("0.001")),
        loose_percent(rng, Decimal("0.05")), loose_percent(rng, Decimal("0.95")), 5000, 4, *clauses,
    ]  # fmt: skip


def loose_date(rng: random.Random, day: date, texts: Sequence[str], share: float) -> date | str:
    """A date as a date, or in some share of the cells as one of several texts."""
    text = rng.choice(texts).format(day)
    return text if rng.random() < share else day


def loose_percent(rng: random.Random, share: Decimal) -> Decimal | str:
    """A share as a number, or as text like 3%, in two of five cells."""
    text = f"{(share * 100).normalize():f}%"
    return text if rng.random() < 0.4 else share


def write_orders(path: Path, lines: list[OrderLine]) -> Places:
    """外协订单: a sheet a year, some quantities as text, a 合计 row and formatted blank rows below."""
    rng, places = dice(path), Places()
    with workbook(path) as (book, looks):
        for year in (2025, 2026):
            rows = [line for line in lines if line.ordered_on.year == year]
            pen = Pen(book.add_worksheet(f"{year}年"), looks, ORDER_COLUMNS)
            pen.title(f"{year}年外协订单明细")
            pen.header()
            for line in rows:
                note(places, path, line.case, f"{year}年", pen.row)
                pen.write(order_row(rng, line))
            pen.total("合计", {7: sum(line.quantity for line in rows)})
            pen.blank_rows(200)
    return places


def order_row(rng: random.Random, line: OrderLine) -> list[Any]:
    """An order line's cells."""
    as_text = rng.random() < 0.08
    remark = rng.choice(("急件", "随货附检验报告", "包装按规范")) if rng.random() < 0.04 else ""
    return [
        line.order_id, line.line, line.contract_id, line.written_vendor or line.vendor.name, line.item,
        line.specification, line.vendor.category, f"{line.quantity:,}" if as_text else line.quantity,
        "用例" if line.vendor.category == "软件测试" else "件", line.unit_price,
        loose_percent(rng, line.vendor.tax_rate), line.ordered_on, line.promised_on, line.revised_on, remark,
    ]  # fmt: skip


def delivery_row(row: Delivery, mended: bool) -> dict[str, Any]:
    """A receipt's cells by field; the planted bad cells in place unless mended."""
    cells = {
        "delivery_id": row.delivery_id, "order_id": row.line.order_id, "line": row.line.line,
        "vendor": row.line.vendor.name, "delivered_on": row.delivered_on, "received": row.received,
        "accepted": row.accepted, "rejected": row.rejected, "inspected_on": row.inspected_on,
        "inspector": row.inspector, "fault": row.fault,
    }  # fmt: skip
    return cells if mended else {**cells, **row.flaws}


def write_deliveries(path: Path, deliveries: list[Delivery], mended: bool = False) -> Places:
    """收货验收 of 2026: a sheet a month, two header tiers, loose dates, 小计 now and then, 合计 last."""
    rng, places = dice(path), Places()
    with workbook(path) as (book, looks):
        for month in range(1, 7):
            rows = [row for row in deliveries if row.delivered_on.month == month]
            pen = Pen(book.add_worksheet(f"{month}月"), looks, DELIVERY_COLUMNS)
            pen.title(f"2026年{month}月外协收货验收登记")
            pen.hint("仓库与质量共同填写，拒收品须注明责任方")
            pen.header()
            for row, last in write_month(rng, pen, rows, mended):
                note(places, path, row.case, f"{month}月", last)
    return places


def write_month(rng: random.Random, pen: Pen, rows: list[Delivery], mended: bool) -> Iterator[tuple[Delivery, int]]:
    """Writes a month's receipts with their sums, and yields each receipt with its row."""
    since = 0
    for position, row in enumerate(rows, 1):
        cells = delivery_row(row, mended)
        for name in ("delivered_on", "inspected_on"):
            loose = loose_date(rng, getattr(row, name), DATE_TEXTS, 0.35)
            cells[name] = loose if isinstance(cells[name], date) else cells[name]
        if row.delivery_id.endswith("17"):
            cells["vendor"] += "  "
        yield row, pen.row
        pen.write([cells[name] for name in DELIVERY_FIELDS])
        if position - since >= 45 and len(rows) - position > 20:
            pen.total("小计", delivery_sums(rows[since:position]))
            since = position
    pen.total("合计", delivery_sums(rows))


def delivery_sums(rows: list[Delivery]) -> dict[int, int]:
    """The sums of the three quantity columns."""
    sums = (sum(getattr(row, name) for row in rows) for name in ("received", "accepted", "rejected"))
    return dict(enumerate(sums, 5))


def write_old_deliveries(path: Path, deliveries: list[Delivery]) -> None:
    """收货验收 of 2025: a true .xls (BIFF) with one header row and real dates."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("2025年收货")
    bold, dated = xlwt.easyxf("font: bold on; align: horiz centre"), xlwt.easyxf(num_format_str="YYYY-MM-DD")
    sheet.write_merge(0, 0, 0, len(PLAIN_DELIVERY_WORDS) - 1, "2025年外协收货验收登记", bold)
    for index, header in enumerate(PLAIN_DELIVERY_WORDS):
        sheet.write(1, index, header, bold)
        sheet.col(index).width = 256 * (34 if header == "供应商" else 18)
    for number, row in enumerate(deliveries, 2):
        for index, value in enumerate(delivery_row(row, mended=True).values()):
            if value != "":
                sheet.write(number, index, value, *([dated] if isinstance(value, date) else []))
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(str(path))


def write_late_entries(path: Path, deliveries: list[Delivery]) -> None:
    """收货补录: receipts entered afterwards, as GBK text with commas and CRLF."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="gbk", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow(PLAIN_DELIVERY_WORDS)
        for row in deliveries:
            cells = delivery_row(row, mended=True)
            for name in ("delivered_on", "inspected_on"):
                cells[name] = "{0.year}/{0.month}/{0.day}".format(cells[name])
            out.writerow(cells[name] for name in DELIVERY_FIELDS)


def write_daily(path: Path, deliveries: list[Delivery], filed: date) -> Places:
    """收货日报: a day's receipts under a line with the reporter's name."""
    places: Places = {}
    with workbook(path) as (book, looks):
        pen = Pen(book.add_worksheet("收货日报"), looks, DAILY_COLUMNS)
        pen.title("外协收货日报")
        pen.hint(f"填报人：虚构仓管    填报日期：{filed}")
        pen.header()
        for row in deliveries:
            note(places, path, row.case, "收货日报", pen.row)
            pen.write(list(delivery_row(row, mended=True).values()))
        pen.total("合计", delivery_sums(deliveries))
    return places


def write_invoices(path: Path, invoices: list[Invoice]) -> Places:
    """发票登记: invoice numbers as text but for one (m6) that Excel took for a number; a 合计 row."""
    places: Places = {}
    with workbook(path) as (book, looks):
        pen = Pen(book.add_worksheet("发票登记"), looks, INVOICE_COLUMNS)
        pen.title("2026年外协发票登记（二季度起）")
        pen.header()
        for invoice in invoices:
            note(places, path, invoice.case, "发票登记", pen.row)
            pen.write(invoice_row(invoice))
        sums = {8: "net", 10: "tax", 11: "gross"}
        pen.total("合计", {at: sum(getattr(row, name) for row in invoices) for at, name in sums.items()})
    return places


def invoice_row(invoice: Invoice) -> list[Any]:
    """An invoice's cells; case m6 stores its 20 digits as a number."""
    vendor = invoice.vendor
    return [
        int(invoice.number) if invoice.case == "m6" else invoice.number, vendor.name, invoice.order_id,
        invoice.line, f"HT-2025-{vendor.number:03d}", invoice.invoiced_on, invoice.quantity,
        invoice.unit_price, invoice.net, vendor.tax_rate, invoice.tax, invoice.gross, "蓝字",
    ]  # fmt: skip


def write_surveys(path: Path, surveys: list[Survey]) -> None:
    """满意度评价: quarters written in three ways, brackets of a vendor's name half-width."""
    rng = dice(path)
    with workbook(path) as (book, looks):
        pen = Pen(book.add_worksheet("满意度评价"), looks, SURVEY_COLUMNS)
        pen.title("外协供应商满意度评价表")
        pen.header()
        for row in surveys:
            period = rng.choice(PERIOD_TEXTS).format(row.year, row.quarter)
            marks = (row.csat, row.communication, row.problem_solving, row.culture)
            name = row.vendor.name.replace("（", "(").replace("）", ")")
            pen.write([name, period, row.rater, *marks, row.comment])
