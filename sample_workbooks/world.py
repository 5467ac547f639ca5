"""The invented world behind the workbooks: vendors, contracts, orders, deliveries, invoices and surveys.

Everything here is plain data made from one seed; how it looks on a sheet is the business of `writers`, and
what is wrong with it on purpose the business of `planted`.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

SEED = 20260703
FIRST_PROMISE, LAST_PROMISE = date(2025, 1, 6), date(2026, 6, 30)
FIRST_ORDER = date(2025, 1, 2)
LAST_DELIVERY, LAST_INSPECTION = date(2026, 6, 30), date(2026, 7, 2)
FIRST_INVOICE, LAST_INVOICE, BILLED_FROM = date(2026, 4, 1), date(2026, 7, 2), date(2026, 3, 25)
TOLD_APART_FROM = date(2026, 3, 1)
HOLIDAYS = (
    (date(2025, 1, 1), date(2025, 1, 1)),
    (date(2025, 1, 28), date(2025, 2, 4)),
    (date(2025, 5, 1), date(2025, 5, 5)),
    (date(2025, 10, 1), date(2025, 10, 8)),
    (date(2026, 1, 1), date(2026, 1, 3)),
    (date(2026, 2, 15), date(2026, 2, 23)),
    (date(2026, 5, 1), date(2026, 5, 5)),
)
LATE_ONE_IN, BAD_LOT_SHARE, SPLIT_SHARE, ORDERS_PER_VENDOR = 16, 0.30, 0.12, 60
WORSE_VENDOR = "V013"
WORSE_RATES = {4: 0.014, 5: 0.027, 6: 0.038}
EXPIRED_VENDOR, LAST_ORDER_BEFORE_EXPIRY = "V012", date(2026, 5, 29)
ENDING_VENDOR = "V010"
OLD_STYLE = {"V005": 301, "V010": 511, "V014": 722}
RETENTION = {"V001", "V003", "V004", "V006", "V008", "V011", "V013"}
INSPECTORS = ("虚构检验员甲", "虚构检验员乙", "虚构检验员丙")
RATERS = ("虚构采购员", "虚构质量员", "虚构项目经理")
QUARTERS = ((2025, 1), (2025, 2), (2025, 3), (2025, 4), (2026, 1), (2026, 2))
COMMENTS = ("配合较好", "沟通及时", "交付资料需更规范", "希望提前通报进度", "问题关闭较快")

# category: (items, smallest and largest quantity in tens, lowest and highest price in cents, unit, tax rate)
CATEGORIES: dict[str, tuple[tuple[str, ...], tuple[int, int], tuple[int, int], str, Decimal]] = {
    "机加工": (("法兰", "轴套", "支架", "端盖"), (8, 60), (1800, 9500), "件", Decimal("0.13")),
    "注塑": (("外壳", "卡扣", "面板", "按键"), (30, 200), (180, 980), "件", Decimal("0.13")),
    "表面处理": (("阳极氧化件", "镀锌件", "喷粉件", "电泳件"), (20, 150), (250, 1600), "件", Decimal("0.13")),
    "电子组装": (("控制板", "线束", "电源模块", "显示模组"), (10, 80), (2200, 13000), "件", Decimal("0.13")),
    "软件测试": (("功能测试", "接口测试", "回归测试"), (10, 40), (4500, 12000), "用例", Decimal("0.06")),
    "钣金": (("机箱", "支撑梁", "侧板", "面框"), (4, 28), (6400, 12850), "件", Decimal("0.13")),
    "软件开发": (("需求", "原型", "联调"), (1, 1), (100000, 900000), "项", Decimal("0.06")),
}
# name, category, status, weight of its order volume
VENDORS = (
    ("示例甲精密机械有限公司", "机加工", "战略", 1.15),
    ("示例乙机械加工有限公司", "机加工", "合格", 1.0),
    ("虚构丙数控技术（示例）有限公司", "机加工", "合格", 0.95),
    ("演示丁五金制造有限公司", "机加工", "合格", 0.9),
    ("示例戊塑胶制品有限公司", "注塑", "合格", 1.0),
    ("虚构己注塑科技有限公司", "注塑", "战略", 1.1),
    ("演示庚模塑有限公司", "注塑", "合格", 0.9),
    ("示例辛表面处理有限公司", "表面处理", "合格", 1.05),
    ("虚构壬氧化电镀有限公司", "表面处理", "合格", 1.0),
    ("演示癸喷涂有限公司", "表面处理", "合格", 0.95),
    ("示例子电子有限公司", "电子组装", "战略", 1.1),
    ("虚构丑电子组装有限公司", "电子组装", "合格", 1.0),
    ("演示寅线路科技有限公司", "电子组装", "合格", 1.0),
    ("示例卯智能电子有限公司", "电子组装", "合格", 0.9),
    ("虚构辰软件测试服务有限公司", "软件测试", "合格", 1.0),
)


@dataclass
class Vendor:
    """One outsourcing partner; `catalogue` holds (item, specification, net price)."""

    vendor_id: str
    name: str
    category: str
    status: str
    weight: float
    catalogue: list[tuple[str, str, Decimal]]
    bank_account: str
    monthly_capacity: int = 0

    @property
    def number(self) -> int:
        """The number in the vendor's id: 7 for V007."""
        return int(self.vendor_id[1:])

    @property
    def tax_rate(self) -> Decimal:
        """13 % on goods, 6 % on services."""
        return CATEGORIES[self.category][4]


@dataclass
class Contract:
    """A vendor's frame contract; the rates are shares (0.03 = 3 %), the amount is in yuan."""

    contract_id: str
    vendor: Vendor
    starts_on: date
    ends_on: date
    amount: Decimal
    payment_days: int
    retention_rate: Decimal
    case: str = ""


@dataclass
class OrderLine:
    """One line of an order. `case` names what is planted in it, `written_vendor` a misspelt name."""

    vendor: Vendor
    item: str
    specification: str
    quantity: int
    unit_price: Decimal
    ordered_on: date
    promised_on: date
    revised_on: date | None = None
    order_id: str = ""
    line: int = 1
    case: str = ""
    written_vendor: str = ""

    @property
    def place(self) -> tuple[str, int]:
        """(order number, line number)."""
        return self.order_id, self.line

    @property
    def contract_id(self) -> str:
        """The one contract of this line's vendor."""
        return f"HT-2025-{self.vendor.number:03d}"

    @property
    def net(self) -> Decimal:
        """Quantity times net price, to the cent."""
        return cents(self.quantity * self.unit_price)


@dataclass
class Delivery:
    """One receipt. `flaws` are the cells written wrongly until mended (field → what stands there)."""

    line: OrderLine
    delivered_on: date
    received: int
    rejected: int
    inspected_on: date
    inspector: str
    fault: str = ""
    delivery_id: str = ""
    case: str = ""
    flaws: dict[str, Any] = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        """What was received and not rejected."""
        return self.received - self.rejected


@dataclass
class Invoice:
    """One row of the register; the amounts follow from quantity, price and rate."""

    vendor: Vendor
    order_id: str
    line: int
    invoiced_on: date
    quantity: int
    unit_price: Decimal
    number: str = ""
    case: str = ""

    @property
    def net(self) -> Decimal:
        """不含税金额: quantity times price, to the cent."""
        return cents(self.quantity * self.unit_price)

    @property
    def tax(self) -> Decimal:
        """税额: on the rounded net amount, to the cent."""
        return cents(self.net * self.vendor.tax_rate)

    @property
    def gross(self) -> Decimal:
        """价税合计."""
        return self.net + self.tax


@dataclass
class Survey:
    """One rater's marks for one vendor and quarter, 1–5."""

    vendor: Vendor
    year: int
    quarter: int
    rater: str
    csat: int
    communication: int
    problem_solving: int
    culture: int
    comment: str


@dataclass
class World:
    """Everything the workbooks are written from."""

    vendors: list[Vendor]
    contracts: list[Contract]
    lines: list[OrderLine]
    deliveries: list[Delivery]
    invoices: list[Invoice]
    surveys: list[Survey]

    def line_of(self, case: str) -> OrderLine:
        """The order line in which a case is planted."""
        return next(line for line in self.lines if line.case == case)


def cents(amount: Decimal) -> Decimal:
    """Rounded half up to the cent.

    >>> cents(Decimal("0.125"))
    Decimal('0.13')
    """
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def is_working_day(day: date) -> bool:
    """Neither a weekend nor one of the long holidays."""
    return day.weekday() < 5 and not any(first <= day <= last for first, last in HOLIDAYS)


def working_day_before(day: date) -> date:
    """The day itself, or the nearest working day before it."""
    while not is_working_day(day):
        day -= timedelta(1)
    return day


def working_days(first: date, last: date) -> list[date]:
    """All working days from first to last, both included."""
    days = (first + timedelta(n) for n in range((last - first).days + 1))
    return [day for day in days if is_working_day(day)]


def make_vendors(rng: random.Random) -> list[Vendor]:
    """The fifteen vendors, each with a catalogue of eight items at fixed prices."""
    vendors = []
    for number, (name, category, status, weight) in enumerate(VENDORS, 1):
        account = f"6222000000000{number:03d}{100 + 7 * number}"
        catalogue = make_catalogue(rng, category)
        vendors.append(Vendor(f"V{number:03d}", name, category, status, weight, catalogue, account))
    return vendors


def make_catalogue(rng: random.Random, category: str) -> list[tuple[str, str, Decimal]]:
    """Eight (item, specification, net price) of one category."""
    items, _, (low, high), _, _ = CATEGORIES[category]
    prices = [Decimal(rng.randint(low, high)) / 100 for _ in range(8)]
    return [(items[n % len(items)], f"SL-{rng.randint(1000, 9999)}-{'AB'[n // 4]}", prices[n]) for n in range(8)]


def make_line(rng: random.Random, vendor: Vendor, ordered_on: date, promised_on: date) -> OrderLine:
    """A line over one item of the vendor's catalogue."""
    item, specification, price = rng.choice(vendor.catalogue)
    quantity = 10 * rng.randint(*CATEGORIES[vendor.category][1])
    return OrderLine(vendor, item, specification, quantity, price, ordered_on, promised_on)


def make_orders(rng: random.Random, vendor: Vendor) -> list[list[OrderLine]]:
    """A vendor's normal orders, spread evenly over the eighteen months."""
    days = working_days(FIRST_PROMISE, LAST_PROMISE)
    count = round(ORDERS_PER_VENDOR * vendor.weight)
    return [make_order(rng, vendor, days, (n + rng.random()) / count) for n in range(count)]


def make_order(rng: random.Random, vendor: Vendor, days: list[date], position: float) -> list[OrderLine]:
    """An order of one to four lines, promised around one position (0–1) of the period."""
    first = int(position * len(days))
    ordered_on = max(FIRST_ORDER, working_day_before(days[first] - timedelta(rng.randint(20, 30))))
    if vendor.vendor_id == EXPIRED_VENDOR:
        ordered_on = min(ordered_on, LAST_ORDER_BEFORE_EXPIRY)
    size = rng.choices((1, 2, 3, 4), (25, 30, 30, 15))[0]
    promises = [days[min(first + rng.randint(0, 2), len(days) - 1)] for _ in range(size)]
    return [make_line(rng, vendor, ordered_on, promised) for promised in sorted(promises)]


def number_orders(orders: list[list[OrderLine]]) -> list[OrderLine]:
    """The lines in the ledger's order, with order numbers by year (PO-2025-0001) and line numbers."""
    orders = sorted(orders, key=lambda order: (order[0].ordered_on, order[0].vendor.vendor_id))
    counts: dict[int, int] = defaultdict(int)
    for order in orders:
        year = order[0].ordered_on.year
        counts[year] += 1
        for number, line in enumerate(order, 1):
            line.order_id, line.line = f"PO-{year}-{counts[year]:04d}", number
    return [line for order in orders for line in order]


def tell_apart(lines: list[OrderLine]) -> None:
    """Ten pieces more wherever a recent line repeats another's item and quantity: no two bills look alike."""
    recent = [line for line in lines if line.promised_on >= TOLD_APART_FROM]
    taken = {(line.specification, line.quantity) for line in recent if line.case}
    for line in recent:
        while not line.case and (line.specification, line.quantity) in taken:
            line.quantity += 10
        taken.add((line.specification, line.quantity))


def deliver_line(rng: random.Random, line: OrderLine, late: bool, rejected: int) -> list[Delivery]:
    """Receipts that complete a line: sometimes split, rejected pieces replaced by a later row."""
    delivered, inspected = last_receipt(rng, line, late)
    amounts = [(line.quantity, rejected)]
    if rng.random() < SPLIT_SHARE:
        part = line.quantity * rng.randint(5, 7) // 10
        amounts = [(part, rejected), (line.quantity - part, 0)]
    if rejected:
        amounts.append((rejected, 0))
    rows = []
    for received, refused in reversed(amounts):
        rows.append(Delivery(line, delivered, received, refused, inspected, rng.choice(INSPECTORS)))
        earliest = min(line.ordered_on + timedelta(2), delivered)
        delivered = max(delivered - timedelta(rng.randint(2, 5)), earliest)
        inspected = min(delivered + timedelta(rng.randint(0, 1)), inspected)
    return rows[::-1]


def last_receipt(rng: random.Random, line: OrderLine, late: bool) -> tuple[date, date]:
    """(delivered on, inspected on) of the receipt that completes a line."""
    if late:
        delivered = min(line.promised_on + timedelta(rng.randint(1, 6)), LAST_DELIVERY)
        return delivered, min(delivered + timedelta(rng.randint(0, 1)), LAST_INSPECTION)
    inspected = line.promised_on - timedelta(rng.choice((0, 1, 1, 2, 3, 5)))
    inspected = max(inspected, min(line.ordered_on + timedelta(3), line.promised_on))
    return inspected - timedelta(rng.randint(0, 1)), inspected


def normal_course(rng: random.Random, line: OrderLine, bag: list[bool]) -> tuple[bool, int]:
    """(late, rejected pieces) of an ordinary line; the vendor's bag keeps its late lines evenly spread."""
    if not bag:
        bag += rng.sample([True] + [False] * (LATE_ONE_IN - 1), LATE_ONE_IN)
    late = bag.pop() and line.promised_on < LAST_DELIVERY
    rejected = round(line.quantity * rng.uniform(0.002, 0.008)) if rng.random() < BAD_LOT_SHARE else 0
    return late, rejected


def worsening_course(rng: random.Random, line: OrderLine, position: int) -> tuple[bool, int]:
    """(late, rejected pieces) of the worsening vendor's lines from April 2026: two of five late."""
    late = position % 5 in (1, 3) and line.promised_on <= date(2026, 6, 26)
    rate = WORSE_RATES[line.promised_on.month] * rng.uniform(0.8, 1.25)
    return late, round(line.quantity * rate)


def make_deliveries(rng: random.Random, lines: Iterable[OrderLine]) -> list[Delivery]:
    """The receipts of all lines without a planted case, and the moved promises of some late ones."""
    rows: list[Delivery] = []
    worse, bags = 0, defaultdict[str, list[bool]](list)
    for line in sorted(lines, key=lambda line: (line.promised_on, line.order_id, line.line)):
        if line.vendor.vendor_id == WORSE_VENDOR and line.promised_on >= date(2026, 4, 1):
            late, rejected = worsening_course(rng, line, worse)
            worse += 1
        else:
            late, rejected = normal_course(rng, line, bags[line.vendor.vendor_id])
            if late and line.promised_on.year == 2025 and rng.random() < 0.4:
                line.revised_on = line.promised_on + timedelta(rng.randint(2, 5))
        rows += deliver_line(rng, line, late, rejected)
    for row in rows:
        if row.rejected and rng.random() < 0.1:
            row.fault = "供方"
    return rows


def number_deliveries(deliveries: list[Delivery]) -> list[Delivery]:
    """In the order of arrival, with numbers by day (SH-20260305-002)."""
    ordered = sorted(deliveries, key=lambda row: (row.delivered_on, row.line.place, -row.received))
    counts: dict[date, int] = defaultdict(int)
    for row in ordered:
        counts[row.delivered_on] += 1
        row.delivery_id = f"SH-{row.delivered_on:%Y%m%d}-{counts[row.delivered_on]:03d}"
    return ordered


def make_invoices(rng: random.Random, deliveries: list[Delivery]) -> list[Invoice]:
    """One invoice per line that was completed since late March 2026, two to eight days after."""
    accepted: dict[tuple[str, int], int] = defaultdict(int)
    invoices = []
    for row in sorted(deliveries, key=lambda row: (row.inspected_on, row.delivery_id)):
        line = row.line
        accepted[line.place] += row.accepted
        if accepted[line.place] != line.quantity or row.inspected_on < BILLED_FROM:
            continue
        day = max(row.inspected_on + timedelta(rng.randint(2, 8)), FIRST_INVOICE)
        if day <= LAST_INVOICE:
            invoices.append(bill_for(line, day))
    return invoices


def bill_for(line: OrderLine, day: date) -> Invoice:
    """An invoice over a whole line at its order's price."""
    return Invoice(line.vendor, line.order_id, line.line, day, line.quantity, line.unit_price)


def number_invoices(rng: random.Random, invoices: list[Invoice]) -> list[Invoice]:
    """By date, with 20-digit numbers for most vendors and INV-2026-0301 for three."""
    ordered = sorted(invoices, key=lambda row: (row.invoiced_on, row.vendor.number, row.order_id, row.line))
    last = {f"V{n:03d}": rng.randint(10_000_000, 80_000_000) for n in range(1, 16)} | OLD_STYLE
    for row in ordered:
        vendor = row.vendor.vendor_id
        old = vendor in OLD_STYLE
        last[vendor] += 1 if old else rng.randint(103, 997)
        digits = f"2600200000{row.vendor.number:02d}{last[vendor]:08d}"
        row.number = f"INV-2026-{last[vendor]:04d}" if old else digits
    return ordered


def make_contracts(vendors: list[Vendor], lines: list[OrderLine]) -> list[Contract]:
    """One frame contract per vendor, its amount more than twice the gross value of the orders."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        totals[line.vendor.vendor_id] += line.net * (1 + line.vendor.tax_rate)
    return [make_contract(vendor, totals[vendor.vendor_id]) for vendor in vendors]


def make_contract(vendor: Vendor, ordered: Decimal) -> Contract:
    """A vendor's contract over a round number of ten thousand yuan (万元)."""
    amount = Decimal(int(ordered * Decimal("2.2") / 100_000) + 1) * 100_000
    ends_on = date(2026, 12, 31) if vendor.number % 3 else date(2027, 6, 30)
    retention = Decimal("0.03") if vendor.vendor_id in RETENTION else Decimal(0)
    days = 30 if vendor.number % 2 else 60
    number = f"HT-2025-{vendor.number:03d}"
    return Contract(number, vendor, date(2025, 1, 1), ends_on, amount, days, retention)


def set_capacities(vendors: list[Vendor], lines: list[OrderLine]) -> None:
    """Monthly capacity: about three times a vendor's mean monthly quantity, in five hundreds."""
    totals: dict[str, int] = defaultdict(int)
    for line in lines:
        totals[line.vendor.vendor_id] += line.quantity
    for vendor in vendors:
        vendor.monthly_capacity = (totals[vendor.vendor_id] * 3 // 18 // 500 + 1) * 500


def make_surveys(rng: random.Random, vendors: list[Vendor]) -> list[Survey]:
    """Three raters per vendor and quarter; the worsening vendor loses marks in its last quarter."""
    surveys = []
    for year, quarter in QUARTERS:
        for vendor in vendors:
            worse = vendor.vendor_id == WORSE_VENDOR and (year, quarter) == QUARTERS[-1]
            for rater in RATERS:
                surveys.append(make_survey(rng, vendor, (year, quarter), rater, worse))
    return surveys


def make_survey(rng: random.Random, vendor: Vendor, period: tuple[int, int], rater: str, worse: bool) -> Survey:
    """One rater's four marks, with a comment in one of four."""
    marks = [rng.choices((5, 4, 3), (45, 47, 8))[0] - (2 if worse else 0) for _ in range(4)]
    comment = "近期交期与质量均下滑" if worse else rng.choice(COMMENTS) if rng.random() < 0.25 else ""
    return Survey(vendor, period[0], period[1], rater, marks[0], marks[1], marks[2], marks[3], comment)
