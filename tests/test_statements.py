"""A vendor's statements in their order: each begins where the last one ended, and tells all that has moved since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from robots.crew.paymaster.stated import told_now
from robots.figures.balances import DEDUCTIONS
from robots.figures.entries import CHANGED, GONE, INVOICE, LATE, PAYMENT, Entry, Told
from robots.figures.statements import Books, Statement, _deductions
from robots.model.money import ZERO
from robots.model.periods import span
from tests.histories import examples

if TYPE_CHECKING:
    from tests.conftest import Home

D = Decimal
A = "示例甲公司"
OWNER = (A, "CNY")
MONTHS = [f"2026-{month:02d}" for month in range(1, 7)]


@dataclass
class Account:
    """What the books say by now, and what is kept of statements, as the table `stated` keeps it."""

    entries: list[Entry] = field(default_factory=list)
    kept: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    closed: date | None = None

    def state(self, month: str) -> Statement:
        """A month's statement; it is kept."""
        told = None if self.closed is None else {OWNER: [self._told(key) for key in sorted(self.kept)]}
        first = self.closed + timedelta(days=1) if self.closed else span(month)[0]
        (one,) = Books({OWNER: tuple(self.entries)}, {}, {}).accounts(first, span(month)[1], told)
        what = told_now([one], month)
        for row in map(dict, what.rows):
            self.kept[row["entry"]] = row
        for key in what.gone:
            del self.kept[key]
        self.closed = span(month)[1]
        return one

    def _told(self, key: str) -> Told:
        row = self.kept[key]
        day = date.fromisoformat(row["day"])
        return Told(key, Entry(day, row["what"], row["document"], row["remark"], row["amount"]))


def bill(day: int, number: str = "F-1", amount: str = "100.00", month: int = 1) -> Entry:
    return Entry(date(2026, month, day), INVOICE, number, "PO-1", D(amount))


def shown(one: Statement) -> list[tuple[str, Decimal]]:
    return [(entry.how, entry.amount) for entry in one.entries]


# ------------------------------------------------------------------ what became of days that were stated


def test_what_is_entered_late_stands_in_the_next_statement_with_its_own_day() -> None:
    account = Account([bill(5)])
    assert account.state("2026-01").closing == 100
    account.entries += [bill(20, "F-2", "30.00"), bill(3, "F-3", "7.00", month=2)]
    february = account.state("2026-02")
    assert (february.opening, february.closing) == (100, 137)
    assert [(one.how, one.day, one.amount) for one in february.entries] == [
        (LATE, date(2026, 1, 20), 30), ("", date(2026, 2, 3), 7),
    ]  # fmt: skip
    assert february.total(INVOICE) == 7


def test_what_was_changed_or_is_gone_is_an_adjustment_by_the_difference() -> None:
    account = Account([bill(5), bill(6, "F-2", "50.00")])
    account.state("2026-01")
    account.entries = [bill(5, amount="80.00")]
    february = account.state("2026-02")
    assert shown(february) == [(CHANGED, D(-20)), (GONE, D(-50))] and february.closing == 80
    assert [one.was for one in february.entries] == [100, 50]
    assert shown(account.state("2026-03")) == []


def test_another_day_or_order_within_what_was_stated_moves_nothing() -> None:
    account = Account([bill(5)])
    account.state("2026-01")
    account.entries = [replace(bill(9), remark="PO-1、PO-2")]
    assert shown(account.state("2026-02")) == []
    account.entries = [bill(9, month=4)]  # taken back until its new day has come
    assert shown(account.state("2026-03")) == [(GONE, D(-100))]
    assert shown(account.state("2026-04")) == [("", D(100))]


def test_a_second_payment_of_one_invoice_is_no_change_of_the_first() -> None:
    first = Entry(date(2026, 1, 20), PAYMENT, "F-1", "BK-1", D(-40))
    account = Account([first])
    account.state("2026-01")
    account.entries = [first, replace(first, day=date(2026, 2, 2), remark="BK-2")]
    assert shown(account.state("2026-02")) == [("", D(-40))]


def test_what_was_balanced_before_the_first_statement_is_not_told_as_late() -> None:
    account = Account([bill(5), Entry(date(2026, 1, 20), PAYMENT, "F-1", "BK-1", D(-100)), bill(3, "F-3", month=3)])
    assert account.state("2026-02").says_something is False
    assert shown(account.state("2026-03")) == [("", D(100))]


DAYS = st.dates(date(2026, 1, 1), date(2026, 6, 30))
SOME = st.builds(
    Entry, DAYS, st.sampled_from([INVOICE, PAYMENT, "penalty"]), st.sampled_from(["F-1", "F-2"]),
    st.sampled_from(["", "FK-1", "FK-2"]), st.sampled_from([D(-5), D(3), D(100)]),
)  # fmt: skip


@examples(100)
@given(st.lists(st.lists(SOME, max_size=6), min_size=6, max_size=6), st.sets(st.sampled_from(range(6)), max_size=3))
def test_every_statement_begins_where_the_last_one_ended_and_adds_up(books: list[list[Entry]], idle: set[int]) -> None:
    """Whatever the books say from month to month (`books`: all of them, anew), and though months be left out."""
    account, closing = Account(), None
    for number, month in enumerate(MONTHS):
        if number in idle:
            continue
        account.entries = books[number]
        one = account.state(month)
        assert closing in (None, one.opening)
        closing = one.closing
        assert closing == sum((entry.amount for entry in books[number] if entry.day <= one.last), ZERO)
        assert one.opening + sum((entry.amount for entry in one.entries), ZERO) == closing
        assert all((entry.how == "") == (entry.day >= one.first) for entry in one.entries if entry.how in ("", LATE))
        assert sum((row["amount"] for row in account.kept.values()), ZERO) == closing


RELEASES = {
    "released two days after it was put up": ((3, 5), [], 5),
    "paid before it was released": ((3, 5), [4], 4),
    "not released yet, and paid": ((3, None), [4], 4),
    "nobody has to release it": ((3, None), [7, 9], 7),
    "its key was paid under an earlier sheet, too": ((3, 5), [1], 5),
    "settled without a sheet": ((3, None), [], 3),
}


@pytest.mark.parametrize(("batch", "paid", "day"), RELEASES.values(), ids=RELEASES)
def test_a_deduction_counts_from_the_release_on(batch: tuple[int, int | None], paid: list[int], day: int) -> None:
    put_up, released = (date(2026, 6, one) if one else None for one in batch)
    row = dict.fromkeys(DEDUCTIONS, D(0)) | {
        "batch": "FK-1", "state": "released", "payment_key": "k", "vendor": A, "currency": "CNY", "invoice_no": "F-1",
        "penalty": D(50),
    }  # fmt: skip
    days = {"FK-1": (put_up, released)}
    found = list(_deductions([row], days, {"k": [date(2026, 6, one) for one in paid]}))  # type: ignore[arg-type]
    assert found == [(OWNER, Entry(date(2026, 6, day), "penalty", "F-1", "FK-1", D(-50)))]


def test_a_deduction_that_was_told_on_the_day_of_its_sheet_is_not_told_again_on_that_of_its_release() -> None:
    """Homes that told it so before: released in July, it stands in June, and in no other statement."""
    off = Entry(date(2026, 1, 29), "penalty", "F-1", "FK-1", D(-5))
    account = Account([bill(5), off])
    assert account.state("2026-01").closing == 95
    account.entries = [bill(5), replace(off, day=date(2026, 2, 2))]
    assert shown(account.state("2026-02")) == [] and account.closed == date(2026, 2, 28)


# ------------------------------------------------------------------ through a home


def test_an_invoice_entered_late_is_told_as_such_and_a_changed_one_as_adjusted(
    home: Home, books: SimpleNamespace
) -> None:
    """June closes at 565.00. In July it is said to be 452.00, and another one of June comes in."""
    home.let("paymaster")
    for kind in ("vendors", "orders", "deliveries", "contracts", "invoices"):
        home.drop(f"{kind}.xlsx", getattr(books, kind)())
    home.turn(date(2026, 7, 3))
    less = {"数量": 80, "不含税金额": 400, "税额": 52, "价税合计": 452}
    late = {"发票号码": "F-2", "订单号": "PO-2", "开票日期": date(2026, 6, 28)}
    home.drop("invoices.xlsx", books.invoices(less, late))
    home.turn(date(2026, 8, 3))
    rows = _statement(home, "2026-07-01 至 2026-07-31")
    assert [row[1:] for row in rows if row[:1] and str(row[0]).startswith("2026-06")] == [
        ("调整上期：发票", "26112000000012345678", "PO-1\n上期对账列 565.00，现为 452.00", None, 113, 452),
        ("补记上期：发票", "F-2", "PO-2", 565, None, 1017),
    ]  # fmt: skip
    assert [row[1:3] for row in rows if isinstance(row[0], int)] == [
        ("期初余额", 565), ("补记及调整上期", 452), ("本期开票（减红字）", 0), ("本期扣减（减奖励）", 0),
        ("本期付款", 0), ("期末余额", 1017),
    ]  # fmt: skip


def test_work_that_was_accepted_stands_beside_what_was_delivered(home: Home, books: SimpleNamespace) -> None:
    """A milestone that passed, and hours where the rules count them in place of receipts, by the day."""
    home.let("paymaster")
    rules = home.path / "config" / "rules" / "settlement.toml"
    rules.parent.mkdir(exist_ok=True)
    rules.write_text(
        '[[in_force]]\nfrom = 2026-01-01\n[in_force.work."HT-2"]\nsource = "measurements"\nof = "工时"\n', "utf-8"
    )
    home.configure("")
    home.drop("vendors.xlsx", books.vendors())
    home.drop("contracts.xlsx", books.contracts({"税率": 0.13}, {"合同编号": "HT-2"}))
    home.drop("orders.xlsx", books.orders({}, {"订单号": "PO-2", "合同编号": "HT-2", "数量": 40, "单价": 120}))
    home.drop("deliveries.xlsx", books.deliveries())
    home.drop("invoices.xlsx", books.invoices())
    vendor = "示例甲电子有限公司"
    hours = [
        {"供应商": vendor, "合同编号": "HT-2", "指标": "工时", "记录日期": date(2026, 6, day), "数值": 4}
        for day in (8, 9)
    ]
    home.drop("工时.xlsx", hours)
    home.drop("里程碑.xlsx", [{"合同编号": "HT-1", "里程碑": "上线", "供应商": vendor, "计划日期": date(2026, 6, 10),
                           "验收日期": date(2026, 6, 12), "验收结果": "通过", "付款金额": 1130}])  # fmt: skip
    home.turn(date(2026, 7, 3))
    rows = _statement(home, "2026-06-01 至 2026-06-30")
    start = next(n for n, row in enumerate(rows) if str(row[0]).startswith("二、"))
    told = [(row[1], row[4], row[5], row[6]) for row in rows[start:] if isinstance(row[4], int | float)]
    assert told == [
        ("PO-2/1", 4, 120, 480), ("PO-2/1", 4, 120, 480), ("HT-1/上线", 1, 1000, 1000), ("PO-1/1", 100, 5, 500),
    ]  # fmt: skip


def _statement(home: Home, days: str) -> list[tuple[Any, ...]]:
    path = home.settings.out_folder("vendors") / f"对账单 示例甲电子有限公司 {days}.xlsx"
    return [tuple(cells) for cells in load_workbook(path, data_only=True).worksheets[0].iter_rows(values_only=True)]
