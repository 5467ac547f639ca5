"""A home at its payday: 100,000 payable lines of 300 invented vendors, nine tenths of them paid by nine earlier sheets.

What the paymaster meets in real registers is in it: partial and refused deliveries, late ones, penalties, advances and
retention of contracts, credit notes, invoices over several lines and such as name an order only, prices above the
order's, pieces that nobody accepted, vendors without an account, a status or a certificate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import numpy as np
import xlsxwriter

from benchmarks.history import Columns, post

VENDORS, LINES, MONTHS, PER_ORDER = 300, 100_002, 10, 3
NOW = datetime(2026, 7, 3, 18)
APPROVED, LATER = datetime(2026, 7, 3, 19), datetime(2026, 7, 6, 18)
ADDED = "发票登记-补录.xlsx"
_FEW = 20  # invoices of the workbook that is dropped again with one of them changed
_CATEGORIES = ("机加工", "注塑", "PCBA", "喷涂", "线束", "施工")
_APPROVERS = {"示例经理": "approver_one", "示例总监": "approver_two"}
_SETTINGS = """language = "zh"

[intake]
quiet_seconds = 0

[payments]
settle_from = 2025-09-01

[payments.accounts.main]
bank = "iso20022"
holder = "示例采购方有限公司"
account = "1100000000000000099"
currency = "CNY"

[mail.roles]
approver_one = ["one@example.com"]
approver_two = ["two@example.com"]

[approvals]
preparer = "示例出纳"

[approvals.approvers]
"示例经理" = "approver_one"
"示例总监" = "approver_two"
"""
_ALONE = "\n[crew.{name}]\nwhen = []\n"


def vendor(number: int) -> str:
    """An invented vendor's name."""
    return f"示例外协{number:03d}有限公司"


def make(home: Path) -> None:
    """The home on the day on which the last tenth of the lines is to be paid; the paymaster works alone in it."""
    from robots.crew import registry
    from robots.edge import homes, settings
    from robots.edge.store import open_store

    homes.make(home, "zh", date(2025, 9, 1))
    others = (name for name in registry.names() if name != "paymaster")
    text = _SETTINGS + "".join(_ALONE.format(name=name) for name in others)
    (home / "config" / "robots.toml").write_text(text, "utf-8")
    loaded = settings.load(home, registry.names())
    store = open_store("", loaded.state, NOW)
    world = _World()
    for name, kind, columns in world.ledgers():
        post(store, name, kind, columns)
    for month in range(MONTHS - 1):
        post(store, f"发票登记-{month:02d}.xlsx", "invoices", world.invoices(month))
        _paid(loaded, store, _first_of(month + 1) + timedelta(days=2))
    _paid(loaded, store, date(2026, 7, 1))  # what is written once a month and once a week is written
    post(store, f"发票登记-{MONTHS - 1:02d}.xlsx", "invoices", world.invoices(MONTHS - 1))
    post(store, ADDED, "invoices", _columns(_added(0)))
    with store.transaction() as tx:
        tx.relate(NOW.date(), loaded.rules.fingerprint("scorecard", "alerts"))
    store.close()


def _paid(loaded: Any, store: Any, day: date) -> None:
    """A payday that is over: what the paymaster recorded, and every line of it paid and confirmed by the bank."""
    from robots.crew.paymaster import paymaster
    from robots.figures.batches import APPROVED as APPROVED_STATE
    from robots.figures.batches import CONFIRMED, PROPOSED, RELEASED, move
    from robots.figures.lines import records
    from robots.model.decisions import Record, record

    with store.transaction() as tx:
        turn = tx.begin(datetime.combine(day, NOW.time()))
        ledger = tx.ledger(day, turn, {"paymaster"})
        for decision in paymaster(ledger, loaded.rules, day):
            if isinstance(decision.what, Record):
                tx.record(loaded.words.render(decision.what))
        lines = [row for row in records(ledger.said("payables")) if row["state"] == PROPOSED]
        for state in (APPROVED_STATE, RELEASED, CONFIRMED):
            moves = move(lines, state, day, "示例经理")
            tx.record(record("movements", list(moves.movements)))
            lines = list(moves.rows)
        tx.record(record("payables", lines))
        batches = [row for row in records(ledger.said("batches")) if row["state"] == PROPOSED]
        tx.record(record("batches", [row | {"state": CONFIRMED} for row in batches]))
    positive = [row for row in lines if row["net"] > 0]
    post(store, f"银行回单-{day:%Y%m%d}.xlsx", "payments", {
        "payment_key": [row["payment_key"] for row in positive], "vendor": [row["vendor"] for row in positive],
        "bank_reference": [f"YH{row['payment_key'][:12]}" for row in positive],
        "amount": [row["net"] for row in positive], "paid_on": [day] * len(positive),
        "status": ["成功"] * len(positive), "batch": [row["batch"] for row in positive],
    })  # fmt: skip


def _first_of(month: int) -> date:
    """The first day of a month of ours: 2025-09 is month 0."""
    return date(2025 + (8 + month) // 12, (8 + month) % 12 + 1, 1)


# ------------------------------------------------------------------ the ledgers


class _World:
    """Orders and what came of them, line by line: `line % 3` is its place in the order."""

    def __init__(self) -> None:
        chance = np.random.default_rng(11)
        numbers = np.arange(LINES)
        self.order = numbers // PER_ORDER
        self.month = self.order * MONTHS // (LINES // PER_ORDER)
        self.vendor = chance.integers(0, VENDORS, LINES // PER_ORDER)[self.order]
        self.quantity = chance.integers(10, 900, LINES)
        self.price = chance.integers(100, 90_000, LINES)
        self.promised = [_first_of(int(m)) + timedelta(days=int(d)) for m, d in zip(
            self.month, chance.integers(5, 12, LINES), strict=True)]  # fmt: skip
        self.late = chance.choice([-4, -2, -1, 0, 0, 0, 1, 6], LINES)
        self.refused = np.where(chance.random(LINES) < 0.04, chance.integers(1, 5, LINES), 0)
        self.parts = chance.random(LINES) < 0.15
        self.never = chance.random(LINES) < 0.01
        self.dear = chance.random(LINES) < 0.02
        self.more = chance.random(LINES) < 0.01

    def order_id(self, line: int) -> str:
        return f"PO-{self.order[line]:06d}"

    def ledgers(self) -> Iterator[tuple[str, str, Columns]]:
        """Workbook, kind and columns of everything but the invoices."""
        yield "供应商台账.xlsx", "vendors", _vendors()
        yield "合同台账.xlsx", "contracts", _contracts()
        yield "资质证书.xlsx", "certificates", _certificates()
        yield "外协订单.xlsx", "orders", self.orders()
        yield "收货验收.xlsx", "deliveries", self.deliveries()

    def orders(self) -> Columns:
        """One row a line."""
        lines = range(LINES)
        return {
            "order_id": [self.order_id(n) for n in lines], "line": [str(n % PER_ORDER + 1) for n in lines],
            "contract_id": [f"HT-{self.vendor[n]:03d}-{self.order[n] % 2}" for n in lines],
            "vendor": [vendor(v) for v in self.vendor], "item": [f"示例件{n % 400}" for n in lines],
            "category": [_CATEGORIES[v % 6] for v in self.vendor],
            "quantity": [Decimal(int(q)) for q in self.quantity],
            "unit_price": [Decimal(int(p)).scaleb(-2) for p in self.price], "tax_rate": [Decimal("0.13")] * LINES,
            "ordered_on": [day - timedelta(days=30) for day in self.promised], "promised_on": self.promised,
        }  # fmt: skip

    def deliveries(self) -> Columns:
        """One or two a line; of a few nothing came."""
        rows: list[tuple[Any, ...]] = []
        for n in range(LINES):
            came = self.promised[n] + timedelta(days=int(self.late[n]))
            whole, refused = int(self.quantity[n]), int(self.refused[n])
            parts = [whole // 2, whole - whole // 2] if self.parts[n] else [whole]
            for part, pieces in enumerate(() if self.never[n] else parts):
                bad = refused if part == len(parts) - 1 else 0
                rows.append((
                    self.order_id(n), str(n % PER_ORDER + 1), f"SH-{n:06d}-{part}", vendor(self.vendor[n]),
                    came + timedelta(days=2 * part), Decimal(pieces), Decimal(pieces - bad), Decimal(bad),
                    came + timedelta(days=2 * part + 1),
                ))  # fmt: skip
        names = ("order_id", "line", "delivery_id", "vendor", "delivered_on", "received", "accepted", "rejected",
                 "accepted_on")  # fmt: skip
        return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))

    def invoices(self, month: int) -> Columns:
        """A month's register: half of the orders on one invoice of three rows, some with an invoice for each line, the
        others with one that names the order alone; and credit notes."""
        rows: list[tuple[Any, ...]] = []
        for order in range(LINES // PER_ORDER):
            first = order * PER_ORDER
            if self.month[first] == month:
                rows += self._billed(order, range(first, first + PER_ORDER))
        return _columns(rows)

    def _billed(self, order: int, lines: range) -> Iterator[tuple[Any, ...]]:
        who = vendor(self.vendor[lines[0]])
        day = _first_of(int(self.month[lines[0]])) + timedelta(days=22 + order % 5)
        sort, number = order % 20, f"26{self.vendor[lines[0]]:03d}{order * 7919 % 10**7:07d}{order:06d}"
        amounts = [self._amounts(n) for n in lines]
        wrong = order % 300 == 7
        if sort >= 17:
            gross = sum((one[4] for one in amounts), Decimal(0))
            yield (number, who, self.order_id(lines[0]), None, day, None, None, None, None, None, gross, "蓝字", None)
            return
        for n, (quantity, price, net, tax, gross) in zip(lines, amounts, strict=True):
            own = number if sort < 10 else f"{number}{n % PER_ORDER}9"
            order_id = "PO-999999" if wrong else self.order_id(n)
            line = str(n % PER_ORDER + 1)
            yield (own, who, order_id, line, day, quantity, price, net, Decimal("0.13"), tax, gross, "蓝字", None)
            if n % 199 == 3:
                off = (gross / 10).quantize(Decimal("0.01"))
                yield (f"R{own}", who, order_id, None, day, None, None, None, None, None, -off, "红字", own)

    def _amounts(self, n: int) -> tuple[Decimal, ...]:
        refused = int(self.refused[n]) if n % 3 else 0  # some bill what was refused, some do not
        quantity = Decimal(int(self.quantity[n]) - refused + (5 if self.more[n] else 0))
        price = Decimal(int(self.price[n] * (1.05 if self.dear[n] else 1))).scaleb(-2)
        net = (quantity * price).quantize(Decimal("0.01"))
        tax = (net * Decimal("0.13")).quantize(Decimal("0.01"))
        return quantity, price, net, tax, net + tax


_BILLED = (
    "invoice_no", "vendor", "order_id", "line", "invoiced_on", "quantity", "unit_price", "net", "tax_rate", "tax",
    "gross", "kind", "blue_invoice_no",
)  # fmt: skip


def _columns(rows: list[tuple[Any, ...]]) -> Columns:
    return dict(zip(_BILLED, map(list, zip(*rows, strict=True)), strict=True))


def _vendors() -> Columns:
    numbers = range(VENDORS)
    return {
        "vendor": [vendor(n) for n in numbers], "vendor_id": [f"V-{n:03d}" for n in numbers],
        "category": [_CATEGORIES[n % 6] for n in numbers],
        "status": ["暂停" if n == 17 else "合格" for n in numbers], "phone": [f"021-5550{n:04d}" for n in numbers],
        "bank_name": [f"示例银行{n % 40:02d}支行" for n in numbers],
        "bank_account": [None if n == 5 else f"62220000{n * 7919 + 1:011d}" for n in numbers],
        "bank_code": [f"1023000{n % 40:05d}" for n in numbers], "sme": [n % 2 == 0 for n in numbers],
    }  # fmt: skip


def _contracts() -> Columns:
    """Two for every vendor: of six terms some have each."""
    numbers = range(2 * VENDORS)
    return {
        "contract_id": [f"HT-{n // 2:03d}-{n % 2}" for n in numbers], "vendor": [vendor(n // 2) for n in numbers],
        "category": [_CATEGORIES[n // 2 % 6] for n in numbers], "starts_on": [date(2025, 1, 1)] * len(numbers),
        "ends_on": [date(2027, 12, 31)] * len(numbers), "amount": [Decimal(60_000_000)] * len(numbers),
        "payment_days": [Decimal((30, 45, 60)[n % 3]) for n in numbers],
        "advance": [Decimal(3_000_000) if n % 5 == 0 else None for n in numbers],
        "advance_paid": [Decimal(3_000_000) if n % 5 == 0 else None for n in numbers],
        "retention_rate": [Decimal("0.05") if n % 4 == 1 else None for n in numbers],
        "retention_months": [Decimal(6) if n % 4 == 1 else None for n in numbers],
        "late_penalty_rate": [Decimal("0.001") if n % 2 else None for n in numbers],
        "penalty_cap_rate": [Decimal("0.05") if n % 2 else None for n in numbers],
        "quality_penalty_rate": [Decimal("0.02") if n % 3 == 0 else None for n in numbers],
        "ppm_target": [Decimal(2000) if n % 3 == 0 else None for n in numbers],
    }  # fmt: skip


def _certificates() -> Columns:
    numbers = range(VENDORS)
    return {
        "vendor": [vendor(n) for n in numbers], "type": ["ISO 9001"] * VENDORS,
        "number": [f"Z-{n:04d}" for n in numbers], "issued_on": [date(2024, 1, 1)] * VENDORS,
        "expires_on": [date(2026, 5, 1) if n in (40, 41) else date(2028, 1, 1) for n in numbers],
        "required": [True] * VENDORS,
    }  # fmt: skip


# ------------------------------------------------------------------ one invoice changes


def _added(version: int) -> list[tuple[Any, ...]]:
    """A few invoices beside; version by version one of them bills another amount."""
    rows = []
    for n in range(_FEW):
        gross = Decimal(10_000 + 7 * n + (version if n == 3 else 0))
        number = f"2699900000{n * 7919 % 10**6:06d}0{n:03d}"
        rows.append(
            (number, vendor(n), f"PO-{888_000 + n:06d}", "1", date(2026, 6, 28), *[None] * 5, gross, "蓝字", None)
        )
    return rows


_WORDS = (
    "发票号码", "供应商", "订单号", "行号", "开票日期", "数量", "单价", "不含税金额", "税率", "税额", "价税合计",
    "发票类型", "对应蓝字发票",
)  # fmt: skip


def change_one(inbox: Path, version: int) -> None:
    """Drop the small register again with one invoice changed."""
    _write(inbox / ADDED, _WORDS, _added(version))


# ------------------------------------------------------------------ the same input as workbooks


def write(folder: Path) -> list[Path]:
    """Orders, deliveries and invoices as the workbooks that they would come by."""
    world = _World()
    words = {
        "orders": (
            "订单号", "行号", "合同编号", "供应商", "物料", "类别", "订单数量", "单价", "税率", "下单日期", "承诺交期",
        ),
        "deliveries": (
            "订单号", "行号", "送货单号", "供应商", "到货日期", "到货数", "合格数", "不合格数", "检验日期",
        ),
    }  # fmt: skip
    paths = []
    for kind, columns in (("orders", world.orders()), ("deliveries", world.deliveries())):
        paths.append(_write(folder / f"{kind}.xlsx", words[kind], zip(*columns.values(), strict=True)))
    months = [zip(*world.invoices(month).values(), strict=True) for month in range(MONTHS)]
    return [*paths, _write(folder / "invoices.xlsx", _WORDS, (row for month in months for row in month))]


def _write(path: Path, words: tuple[str, ...], rows: Any) -> Path:
    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}
    with xlsxwriter.Workbook(path, options) as book:
        page = book.add_worksheet("台账")
        for number, row in enumerate([words, *rows]):
            page.write_row(number, 0, row)
    return path


# ------------------------------------------------------------------ the approvers


def approve(out_forms: Path, out_letters: Path, inbox: Path) -> None:
    """Every form that waits comes back with an opinion in each row and the code of its approver's own letter."""
    import openpyxl

    for approver, role in _APPROVERS.items():
        (path,) = (one for one in out_forms.iterdir() if approver in one.name)
        book = openpyxl.load_workbook(path)
        sheet = book.worksheets[0]
        head = next(row for row in sheet.iter_rows() if row[0].value == "付款批次")
        places, first = {cell.value: cell.column for cell in head}, head[0].row + 1
        for row in sheet.iter_rows(min_row=first):
            row[places["审批意见"] - 1].value = "同意"
        sheet.cell(first, places["批准码"], _code(out_letters, f"{role.removeprefix('approver_')}@example.com"))
        book.save(inbox / f"审批 {approver}.xlsx")


def _code(letters: Path, to: str) -> str:
    for path in letters.glob("*.eml"):
        letter: Any = message_from_bytes(path.read_bytes(), policy=policy.default)
        if letter["To"] == to:
            found = re.search(r"批准码：([2-9A-Z]{5}-[2-9A-Z]{5})", str(letter.get_body(("plain",)).get_content()))
            if found:
                return found[1]
    raise LookupError(to)
