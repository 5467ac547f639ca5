"""The loop: what the bank answers is matched to payment lines and never guessed; a vendor's statement against ours."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robots.crew.bookkeeper.check import _sum_of
from robots.edge import explaining
from robots.edge.settings import shipped_words
from robots.figures.reconciling import (
    DELIVERY,
    INVOICE,
    PAYMENT,
    Balances,
    Entry,
    Reconciliation,
    bridge,
    of_days,
    reconcile,
)
from robots.figures.returns import (
    AMBIGUOUS,
    AMOUNT,
    CHANGED,
    CLOSED,
    CONFIRMED,
    CONTRADICTS,
    CURRENCY,
    EARLY,
    FOREIGN,
    OTHER_ACCOUNT,
    OTHER_VENDOR,
    RETURNED,
    TOLD,
    TWICE,
    UNKNOWN_KEY,
    UNMATCHED,
    Line,
    Remittance,
    Settled,
    Verdict,
    match,
    stayed,
)
from robots.kinds.payments import NOBODY
from robots.model.decisions import record
from robots.reading.grid import Grid
from robots.rules import Rules
from tests.conftest import FIRST_DAY, Begin, Home
from tests.sheets import DAY, read, sheet, taken

D = Decimal
A, B, STRANGER = "示例甲电子有限公司", "虚构乙机加工厂", "示例路人物业公司"
SENT = date(2026, 7, 3)
PAID_ON = SENT + timedelta(days=3)


def line(key: str = "k1", net: str = "100.00", vendor: str = A, batch: str = "FK-1", **more: Any) -> Line:
    """A released line of a batch that went out on 3 July."""
    return Line(key, vendor, D(net), more.pop("state", "released"), batch, more.pop("account", "6222"), SENT, **more)


def row(amount: str = "100.00", key: str = "", vendor: str = A, **more: Any) -> Remittance:
    """A row of the bank's, three days later."""
    usual = {"id": "r1", "reference": "", "paid_on": PAID_ON, "status": "成功"}
    return Remittance(key=key, vendor=vendor, amount=D(amount), **(usual | more))


def judged(rows: list[Remittance], *lines: Line, settled: tuple[Settled, ...] = ()) -> list[Verdict]:
    verdicts = match(rows, lines, settled, {A, B}, 30)
    return sorted(verdicts, key=lambda one: one.row.id)


TWO = (line("k1"), line("k2", "50.00"))
CASES = {
    "the key names the line": ([row(key="k1")], TWO, [(CONFIRMED, ("k1",))]),
    "an unknown key, and a sum that nothing fits": ([row("99.00", key="k9")], TWO, [(UNKNOWN_KEY, ())]),
    "a number of the bank's own where our key belongs": ([row(key="zf2026070600012")], TWO, [(CONFIRMED, ("k1",))]),
    "such a number, paid to somebody who is no vendor": (
        [row("99.00", key="zf2026070600012", vendor=STRANGER)], TWO, [(FOREIGN, ())],
    ),
    "a key as we write it, paid to somebody who is no vendor": (
        [row("99.00", key=24 * "a", vendor=STRANGER)], TWO, [(UNKNOWN_KEY, ())],
    ),
    "our key among words, beside a number of the bank's own": (
        [row("99.00", key="zf1", others=("k1",))], TWO, [(AMOUNT, ("k1",))],
    ),
    "two keys among words, and their sum": ([row("150.00", others=("k1", "k2"))], TWO, [(CONFIRMED, ("k1", "k2"))]),
    "two keys among words, and the sum of a third line": (
        [row("7.00", others=("k1", "k2"))], (*TWO, line("k3", "7.00")), [(AMBIGUOUS, ("k1", "k2"))],
    ),
    "two keys among words, one of them paid": (
        [row("150.00", others=("k1", "k2"))], (line("k1", state="confirmed"), line("k2", "50.00")),
        [(AMBIGUOUS, ("k1", "k2"))],
    ),
    "the key of another vendor's line": ([row(key="k1", vendor=B)], TWO, [(OTHER_VENDOR, ("k1",))]),
    "the key and the account, under the payee's name as the bank has it": (
        [row(key="k1", vendor=STRANGER, account="62 22")], TWO, [(CONFIRMED, ("k1",))],
    ),
    "the key, the account in groups": ([row(key="k1", account="6 222")], TWO, [(CONFIRMED, ("k1",))]),
    "the key, but not the amount": ([row("99.99", key="k1")], TWO, [(AMOUNT, ("k1",))]),
    "the key, but the money went to another account": (
        [row(key="k1", account="6333")], TWO, [(OTHER_ACCOUNT, ("k1",))],
    ),
    "paid, and yet a reason why it was not": (
        [row(key="k1", reason="户名不符，已退票")], (line(),), [(CONTRADICTS, ("k1",))],
    ),
    "paid, and yet a reason in its own column": (
        [row(key="k1", reason="退", cause="退")], (line(),), [(CONTRADICTS, ("k1",))],
    ),
    "paid, and what it was for": ([row(key="k1", reason="退火、退镀 returnable")], (line(),), [(CONFIRMED, ("k1",))]),
    "the key, in another currency": ([row(key="k1", currency="USD")], (line(currency="CNY"),), [(CURRENCY, ("k1",))]),
    "the key, in the currency of the line": (
        [row(key="k1", currency="USD")], (line(currency="USD"),), [(CONFIRMED, ("k1",))],
    ),
    "no key: the sum fits a line in another currency": (
        [row(currency="USD")], (line(currency="CNY"),), [(CURRENCY, ("k1",))],
    ),
    "no key: of two lines of one figure the currency tells which": (
        [row(currency="USD")], (line("k1", currency="CNY"), line("k2", batch="FK-2", currency="USD")),
        [(CONFIRMED, ("k2",))],
    ),
    "sent back in another currency than it was paid in": (
        [row(key="k1", status="退回", currency="USD")], (line(state="confirmed", currency="CNY"),),
        [(CURRENCY, ("k1",))],
    ),
    "the key, before the batch went out": ([row(key="k1", paid_on=date(2026, 7, 2))], TWO, [(EARLY, ("k1",))]),
    "the key of one line, and the amount of the vendor's whole sum, with what was set off": (
        [row("130.00", key="k1")], (*TWO, line("k3", "-20.00")), [(CONFIRMED, ("k1", "k2", "k3"))],
    ),
    "the key of one line, and its sum without what was set off": (
        [row(key="k1")], (*TWO, line("k3", "-20.00")), [(AMOUNT, ("k1", "k2", "k3"))],
    ),
    "no key: the sum of one line without what was set off": (
        [row()], (*TWO, line("k3", "-20.00")), [(AMOUNT, ("k1", "k2", "k3"))],
    ),
    "two references are two payments": (
        [row(key="k1", reference="B-1"), row(key="k1", reference="B-2", id="r2")], TWO,
        [(CONFIRMED, ("k1",)), (TWICE, ("k1",))],
    ),
    "told twice, once without a reference": (
        [row(key="k1", reference="B-1"), row(key="k1", id="r2")], TWO, [(CONFIRMED, ("k1",)), (TOLD, ("k1",))],
    ),
    "a line that was void": ([row(key="k1")], (line(state="void"),), [(CLOSED, ("k1",))]),
    "no key: vendor and amount fit one line": ([row("50.00")], TWO, [(CONFIRMED, ("k2",))]),
    "no key: the vendor's whole sum in one batch": ([row("150.00")], TWO, [(CONFIRMED, ("k1", "k2"))]),
    "no key: two lines of one amount are not guessed": (
        [row()], (line("k1"), line("k2", batch="FK-2")), [(AMBIGUOUS, ("k1", "k2"))],
    ),
    "no key: a line and another batch's sum": (
        [row("150.00")], (*TWO, line("k3", "150.00", batch="FK-2")), [(AMBIGUOUS, ("k1", "k2", "k3"))],
    ),
    "no key: but the bank names the batch": (
        [row(batch="FK-2")], (line("k1"), line("k2", batch="FK-2")), [(CONFIRMED, ("k2",))],
    ),
    "no key: two of three lines are no vendor's sum": (
        [row("150.00")], (*TWO, line("k3", "7.00")), [(AMOUNT, ("k1", "k2", "k3"))],
    ),
    "no key: later than the bank's days": ([row(paid_on=SENT + timedelta(days=31))], (line(),), [(AMOUNT, ("k1",))]),
    "no key: earlier than the batch": ([row(paid_on=date(2026, 7, 1))], (line(),), [(EARLY, ("k1",))]),
    "no key: the sum of a line that nobody has released yet": (
        [row()], (line(state="proposed"), line("k2", state="confirmed", net="7.00")), [(EARLY, ("k1",))],
    ),
    "no key: the sum of a line that waits, and of one that is paid": (
        [row()], (line(state="proposed"), line("k2", state="confirmed", batch="FK-2")), [(EARLY, ("k1",))],
    ),
    "no key: the bank names a batch of its own": ([row(batch="BAT-7")], TWO, [(CONFIRMED, ("k1",))]),
    "the key of a line that waits, from before its approvers were asked": (
        [row(key="k1")], (line(state="proposed", as_it_was=(SENT, PAID_ON)),), [(CONFIRMED, ("k1",))],
    ),
    "the key of a line that waits, from after they were asked": (
        [row(key="k1", paid_on=PAID_ON + timedelta(days=1))], (line(state="proposed", as_it_was=(SENT, PAID_ON)),),
        [(EARLY, ("k1",))],
    ),
    "no key: the sum of a line that was refused": ([row()], (line(state="rejected"),), [(CLOSED, ("k1",))]),
    "no key: paid before such a line was put up": (
        [row(paid_on=date(2026, 7, 1))], (line(state="approved"),), [(UNMATCHED, ())],
    ),
    "no key: the sum of another vendor": (
        [row("70.00", vendor=B)], (line(net="70.00"),), [(OTHER_VENDOR, ("k1",))],
    ),
    "no key: a known vendor of whom nothing is open": ([row(vendor=B)], (line(net="70.00"),), [(UNMATCHED, ())]),
    "somebody who is no vendor": ([row(vendor=STRANGER)], (line(net="70.00"),), [(FOREIGN, ())]),
    "paid twice, the second row without a key": (
        [row(reference="B-1"), row(reference="B-2", id="r2")], (line(),), [(CONFIRMED, ("k1",)), (TWICE, ("k1",))],
    ),
    "sent back by its key": ([row(key="k1", status="退回", reason="户名不符")], TWO, [(RETURNED, ("k1",))]),
    "paid and sent back days later": (
        [row(reference="B-1"), row(status="退回", reference="B-7", id="r2", paid_on=date(2026, 7, 8))], (line(),),
        [(CONFIRMED, ("k1",)), (RETURNED, ("k1",))],
    ),
    "sent back under the reference of its payment": (
        [row("150.00", reference="B-1"), row("150.00", reference="B-1", status="退回", id="r2", batch="x")], TWO,
        [(CONFIRMED, ("k1", "k2")), (RETURNED, ("k1", "k2"))],
    ),
    "sent back twice in two files": (
        [row(key="k1", status="退回"), row(key="k1", status="退回", id="r2")], TWO,
        [(RETURNED, ("k1",)), (TOLD, ("k1",))],
    ),
    "paid again after it was sent back": (
        [row(key="k1", status="退回"), row(key="k1", id="r2", paid_on=date(2026, 7, 9))], TWO,
        [(RETURNED, ("k1",)), (CLOSED, ("k1",))],
    ),
    "money that came in and was sent back": (
        [row(status="进账", reason="退汇 账号不符")], (line(),), [(RETURNED, ("k1",))],
    ),
    "money that came in for another cause": ([row(status="进账", reason="货款")], (line(),), [(FOREIGN, ())]),
    "the bank is working on it: the line waits, and nothing is asked": (
        [row(key="k1", status="处理中")], TWO, [("pending", ("k1",))],
    ),
    "the bank was working on it, and has paid": (
        [row(key="k1", status="处理中"), row(key="k1", id="r2")], TWO, [("pending", ("k1",)), (CONFIRMED, ("k1",))],
    ),
    "fees without a payee are no payment, though they are the sum of a line": (
        [row(vendor=NOBODY)], (line(),), [(FOREIGN, ())],
    ),
    "interest that came in without a payee": ([row(vendor=NOBODY, status="进账")], (line(),), [(FOREIGN, ())]),
    "without a payee, but under a key of ours": ([row(key="k1", vendor=NOBODY)], TWO, [(UNMATCHED, ("k1",))]),
    "without a payee, and sent back": ([row(vendor=NOBODY, status="退回")], (line(),), [(UNMATCHED, ())]),
    "sent back without a payee, under the reference of its payment": (
        [row(reference="B-1"), row(reference="B-1", vendor=NOBODY, status="退回", id="r2")], (line(),),
        [(CONFIRMED, ("k1",)), (RETURNED, ("k1",))],
    ),
    "sent back, and nothing like it was paid": ([row("3.00", status="退回")], (line(),), [(UNMATCHED, ())]),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "lines", "expected"), CASES.values(), ids=CASES)
def test_a_row_of_the_bank(rows: list[Remittance], lines: tuple[Line, ...], expected: list[tuple[str, Any]]) -> None:
    assert [(one.outcome, one.keys) for one in judged(rows, *lines)] == expected


@pytest.mark.parametrize("key", ["k1", ""], ids=["by its key", "by its sum"])
def test_what_came_back_may_be_told_once_more_as_it_was_paid(key: str) -> None:
    """The bank's answers are there first, its own list of the month later, with the payment and its return."""
    back = Settled("r0", ("k1",), RETURNED, D("100.00"), PAID_ON, "B-1")
    again, later = row(key=key), row(key=key, id="r2", paid_on=PAID_ON + timedelta(days=1))
    verdicts = judged([again, later], line(state="returned"), settled=(back,))
    assert [one.outcome for one in verdicts] == [TOLD, CLOSED if key else UNMATCHED]


PAST = {
    "by its key": {"key": "k1"},
    "by its sum": {},
    "under the reference of its payment": {"reference": "B-1"},
    "a day later, under the reference of its payment": {"reference": "B-1", "paid_on": date(2026, 7, 12)},
}


@pytest.mark.parametrize("named", PAST.values(), ids=PAST)
@pytest.mark.parametrize("is_known", [False, True], ids=["new", "known"])
def test_a_return_of_the_first_payment_is_none_of_the_second(named: dict[str, Any], is_known: bool) -> None:
    """Paid, sent back, reversed, and paid again on the tenth."""
    back_on = date(2026, 7, 7)
    again = Settled("r3", ("k1",), CONFIRMED, D("100.00"), date(2026, 7, 10), "B-3")
    first = Settled("r1", ("k1",), CONFIRMED, D("100.00"), PAID_ON, "B-1")
    known = (Settled("r2", ("k1",), RETURNED, D("100.00"), back_on, "B-2"),) if is_known else ()
    told = row(id="r9", **{"status": "退回", "paid_on": back_on, **named})
    sent_again = replace(line(state="confirmed"), sent_on=date(2026, 7, 9))
    [verdict] = judged([told], sent_again, settled=(again, first, *known))
    assert not verdict.fresh
    is_told = is_known and told.paid_on == back_on
    assert verdict.outcome == (TOLD if is_told else UNMATCHED if not named else EARLY)


BEFORE = Settled("r1", ("k1",), CONFIRMED, D("100.00"), PAID_ON, "B-1")
CHANGES = {
    "the same row again moves nothing": (row(reference="B-1"), (CONFIRMED, False)),
    "the same row, the status now 退回": (row(reference="B-1", status="退回"), (RETURNED, True)),
    "the same row with another amount": (row("10.00", reference="B-1"), (CHANGED, False)),
    "the same row, now in another currency": (row(reference="B-1", currency="USD"), (CHANGED, False)),
}


@pytest.mark.parametrize(("again", "expected"), CHANGES.values(), ids=CHANGES)
def test_a_row_that_settled_a_line_before(again: Remittance, expected: tuple[str, bool]) -> None:
    [verdict] = judged([again], line(state="confirmed", currency="CNY"), settled=(BEFORE,))
    assert (verdict.outcome, verdict.fresh) == expected


amounts = st.sampled_from(["10.00", "20.00", "30.00"])
some_lines = st.lists(
    st.tuples(amounts, st.sampled_from([A, B]), st.sampled_from(["FK-1", "FK-2"])), min_size=1, max_size=6
)
some_rows = st.lists(
    st.tuples(
        st.sampled_from(["10.00", "20.00", "30.00", "40.00"]), st.sampled_from(["", "", "k0", "k1", "k7"]),
        st.sampled_from([A, B]), st.sampled_from(["成功", "成功", "退回"]), st.integers(0, 4),
        st.sampled_from(["", "B-1", "B-2"]),
    ),
    max_size=7,
)  # fmt: skip


@given(some_lines, some_rows, st.randoms())
def test_no_line_is_confirmed_twice_and_the_order_of_rows_never_matters(
    lines: list[tuple[str, str, str]], rows: list[Any], chance: random.Random
) -> None:
    known = [line(f"k{n}", net, vendor, batch) for n, (net, vendor, batch) in enumerate(lines)]
    told = [
        row(amount, key, vendor, status=status, paid_on=SENT + timedelta(days=days), reference=reference, id=f"r{n}")
        for n, (amount, key, vendor, status, days, reference) in enumerate(rows)
    ]
    verdicts = judged(told, *known)
    confirmed = [key for one in verdicts if one.outcome == CONFIRMED for key in one.keys]
    assert len(confirmed) == len(set(confirmed))
    nets = {one.key: one.net for one in known}
    assert all(one.row.amount == sum(nets[key] for key in one.keys) for one in verdicts if one.fresh)
    told = [replace(one, source=f"文件 › 表 › {one.id}") for one in told]
    straight = judged(told, *known)
    chance.shuffle(told)
    assert judged(told, *reversed(known)) == straight


STAYED = {
    "paid": ([row(key="k1")], ["k1"]),
    "paid and sent back": ([row(key="k1"), row(key="k1", status="退回")], []),
    "one paid, one of the same amount sent back": ([row(key="k1"), row(key="k2", status="退回")], ["k1"]),
    "sent back by a row without a key": ([row(key="k1"), row(status="退回")], []),
    "sent back before it was paid again": (
        [row(key="k1", status="退回"), row(paid_on=PAID_ON + timedelta(days=1))],
        [""],
    ),
    "sent back on the day it was paid": ([row(key="k1", status="退回"), row(key="k1")], []),
}


@pytest.mark.parametrize(("rows", "keys"), STAYED.values(), ids=STAYED)
def test_a_payment_that_was_sent_back_did_not_stay(rows: list[Remittance], keys: list[str]) -> None:
    assert [one.key for one in stayed(rows)] == keys


# ------------------------------------------------------------------ through a home

MONDAY = date(2026, 7, 6)


@pytest.fixture
def team(home: Home, begin: Begin) -> Home:
    """Two vendors with an invoice each, put on one payment sheet on 3 July: 536.75 and 226.00."""
    begin(home, put_up)
    few(home)
    return home


def few(home: Home) -> None:
    """Only those work whose work is looked at."""
    crew = {name: home.settings.crew[name] for name in ("paymaster", "bookkeeper", "sentinel")}
    home.settings = replace(home.settings, crew=crew, on_news=home.settings.on_news & set(crew))


def put_up(home: Home, books: SimpleNamespace) -> None:
    few(home)
    second = {"供应商": B, "订单号": "PO-2", "合同编号": ""}
    vendor = {
        "供应商名称": B,
        "供应商编码": "V-002",
        "统一社会信用代码": "91310000MA1EXAMPL2",
        "银行账号": "6222000000000000002",
    }
    home.drop("供应商.xlsx", books.vendors({}, vendor))
    home.drop("合同.xlsx", books.contracts({}, {"合同编号": "HT-2", "供应商": B, "质保金比例": 0}))
    home.drop("订单.xlsx", books.orders({}, second | {"订单数量": 40, "合同编号": "HT-2"}))
    home.drop("收货.xlsx", books.deliveries({}, {**second, "送货单号": "SH-2", "到货数": 40, "合格数": 40}))
    bill = {"发票号码": "26112000000087654321", "数量": 40, "不含税金额": 200, "税额": 26, "价税合计": 226}
    home.drop("发票.xlsx", books.invoices({}, second | bill))
    home.turn(FIRST_DAY)
    with home.store.transaction() as tx:  # as its approvers would: their story is told elsewhere
        rows = [row | {"state": "released"} for row in tx.table("payables").to_pylist()]
        tx.record(record("payables", rows))


def keys(home: Home) -> dict[str, str]:
    return {one["vendor"]: one["payment_key"] for one in home.export("payables")}


def states(home: Home) -> dict[str, str]:
    return {one["vendor"]: one["state"] for one in home.export("payables")}


def checked(home: Home, day: date = MONDAY) -> dict[str, list[tuple[Any, ...]]]:
    """The sheets of 回单核对, as rows of values."""
    book = openpyxl.load_workbook(home.settings.out_folder("payments") / f"回单核对 {day}.xlsx")
    return {sheet.title: [tuple(cells) for cells in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}


def test_the_banks_return_confirms_a_line_and_its_alert_closes_by_itself(team: Home) -> None:
    late = date(2026, 7, 27)  # the invoice of 25 June is due within 30 days
    team.turn(late)
    mine = [one for one in team.export("alerts") if one["code"] == "OVERDUE_PAYMENT" and one["subject"] == A]
    assert [one["state"] for one in mine] == ["open"]
    told = {
        "付款编号": keys(team)[A],
        "银行流水号": "B-1",
        "收款人": A,
        "付款金额": 536.75,
        "付款日期": late,
        "付款状态": "交易成功",
    }
    team.drop("回单.xlsx", [told])
    team.turn(late)
    assert states(team) == {A: "confirmed", B: "released"}
    mine = [one for one in team.export("alerts") if one["code"] == "OVERDUE_PAYMENT" and one["subject"] == A]
    assert [one["state"] for one in mine] == ["closed"]


def bank_list(home: Home) -> None:
    """Titles above, account numbers as text, one sum per vendor, a payment sent back, and what is not ours."""
    headers = ("交易日期", "交易流水号", "借方金额", "贷方金额", "对方户名", "对方账号", "摘要")
    rows = (
        (MONDAY, "B-001", 536.75, None, A, "6222000000000000001", "货款"),
        (MONDAY, "B-002", 226, None, B, "6222000000000000002", "货款"),
        (MONDAY, "B-003", None, 226, B, "6222000000000000002", "退汇 户名不符"),
        (MONDAY, "B-004", 1800, None, STRANGER, "6222000000000000077", "物业费"),
        (MONDAY, "B-005", None, 9000, "示例客户有限公司", "6222000000000000088", "货款收入"),
    )
    book = openpyxl.Workbook()
    for cells in (("示例银行 账户明细",), ("账号：6222000000009999999",), headers, *rows):
        book.active.append(cells)
    book.save(home.settings.inbox / "银行明细.xlsx")


def test_a_banks_own_list_with_titles_debit_and_credit(team: Home) -> None:
    bank_list(team)
    team.turn(MONDAY)
    assert states(team) == {A: "confirmed", B: "returned"}
    sheets = checked(team)
    noon, ours = datetime(2026, 7, 6), {one["vendor"]: one for one in team.export("payables")}
    told = [
        (state, vendor, ours[vendor]["invoice_no"], float(ours[vendor]["net"]), "FK-20260703-01", noon, reference, why)
        for state, vendor, reference, why in (
            ("已付款", A, "B-001", "货款"), ("已付款", B, "B-002", "货款"), ("银行退回", B, "B-003", "退汇 户名不符"),
        )
    ]  # fmt: skip
    assert [cells[:8] for cells in sheets["已付与退回"][3:]] == told
    assert sheets["已付与退回"][3][8:] == (keys(team)[A], "银行明细.xlsx › Sheet › 4")
    assert [cells[0] for cells in sheets["与付款单无关"][3:]] == [STRANGER, "示例客户有限公司"]
    assert [one["state"] for one in team.export("batches")] == ["confirmed"]
    facts = {cells[0]: cells[2] for cells in sheets["回单核对"][2:7]}
    assert facts == {
        "截至": "2026-07-06", "本次已付": "2 笔，762.75 CNY", "本次退回": "1 笔，226.00 CNY", "需要处理": "1",
        "尚未回单": "0 笔，0.00 CNY",
    }  # fmt: skip


def test_money_that_came_in_is_no_payment_of_ours_though_it_succeeded(team: Home) -> None:
    """A list with one column of amounts: our customer pays the very sum that we owe a vendor of the same name."""
    told = {"交易日期": MONDAY, "对方户名": A, "对方账号": "6222000000000000001", "发生额": 536.75}
    out = {"交易日期": MONDAY, "对方户名": B, "对方账号": "6222000000000000002", "发生额": 226}
    team.drop("明细.xlsx", [told | {"收支": "收入", "交易状态": "成功"}, out | {"收支": "支出", "交易状态": "成功"}])
    team.turn(MONDAY)
    assert states(team) == {A: "released", B: "confirmed"}
    assert [cells[:2] for cells in checked(team)["与付款单无关"][3:]] == [(A, 536.75)]


def test_a_list_with_signs_pays_nothing_and_is_taken_once_it_says_which_way(team: Home) -> None:
    out = {"交易日期": MONDAY, "对方户名": A, "对方账号": "6222000000000000001", "交易流水号": "B-1", "金额": -536.75}
    into = {"交易日期": MONDAY, "对方户名": B, "对方账号": "6222000000000000002", "交易流水号": "B-2", "金额": 226}
    team.drop("明细.xlsx", [out, into])
    team.turn(MONDAY)
    assert states(team) == {A: "released", B: "released"}
    assert [found["code"] for found in team.export("findings")].count("AMOUNT_SIGNED") == 1
    team.drop("明细.xlsx", [out | {"金额": 536.75, "收/支": "支"}, into | {"收/支": "收"}])
    team.turn(date(2026, 7, 7))
    assert states(team) == {A: "confirmed", B: "released"}


def test_fees_and_interest_without_a_payee_are_no_errors_and_no_payments(team: Home) -> None:
    paid = {"交易日期": MONDAY, "交易流水号": "B-1", "借方金额": 536.75, "贷方金额": 0, "对方户名": A, "摘要": "货款"}
    fee = paid | {"交易流水号": "B-2", "借方金额": 226, "对方户名": None, "摘要": "手续费"}
    interest = fee | {"交易流水号": "B-3", "借方金额": 0, "贷方金额": 12.3, "摘要": "结息"}
    team.drop("明细.xlsx", [paid, fee, interest, fee | {"交易流水号": "B-4", "借方金额": 5}])
    team.turn(MONDAY)
    assert states(team) == {A: "confirmed", B: "released"}
    assert [cells[1:5:3] for cells in checked(team)["与付款单无关"][3:]] == [
        (226, "手续费"),
        (5, "手续费"),
        (12.3, "结息"),
    ]
    assert {found["level"] for found in team.export("findings") if found["code"] != "COLUMN_UNKNOWN"} == set()


def test_what_the_bank_is_working_on_waits_and_settles_once_it_is_done(team: Home) -> None:
    told = {"付款编号": keys(team)[A], "银行流水号": "B-1", "收款人": A, "付款金额": 536.75, "付款日期": MONDAY}
    team.drop("回单.xlsx", [told | {"处理状态": "处理中"}])
    team.turn(MONDAY)
    assert states(team) == {A: "released", B: "released"}
    assert checked(team)["回单核对"][9][0] == "没有需要核对的回单。"
    team.drop("回单 次日.xlsx", [told | {"处理状态": "成功"}])
    team.turn(date(2026, 7, 7))
    assert states(team) == {A: "confirmed", B: "released"}


def test_a_payment_without_our_key_is_in_our_statement_and_one_that_came_back_is_taken_out_again(team: Home) -> None:
    bank_list(team)
    team.turn(MONDAY)
    assert paid_in_july(team, A) == (-536.75, 28.25)
    assert paid_in_july(team, B) == (0, 226)


def test_a_payment_that_the_bank_tells_twice_is_in_our_statement_once(team: Home) -> None:
    told = {"付款编号": keys(team)[A], "银行流水号": "B-1", "收款人": A, "付款金额": 536.75, "付款日期": MONDAY}
    team.drop("回单.xlsx", [told, told | {"银行流水号": ""}])
    team.turn(MONDAY)
    assert paid_in_july(team, A) == (-536.75, 28.25)


def paid_in_july(home: Home, vendor: str) -> tuple[float, float]:
    """What July's statement, written in August, says of payments and of the closing balance."""
    home.turn(date(2026, 8, 3))
    path = home.settings.out_folder("vendors") / f"对账单 {vendor} 2026-07-01 至 2026-07-31.xlsx"
    cells = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    sums = {what: amount for n, what, amount, *_ in cells if isinstance(n, int)}
    return sums["本期付款"], sums["期末余额"]


def test_what_does_not_fit_is_told_with_its_place_and_how_to_mend_it_and_mends_by_dropping_again(team: Home) -> None:
    wrong = {"付款编号": keys(team)[A], "银行流水号": "B-1", "收款人": A, "付款金额": 500, "付款日期": MONDAY}
    stray = {"付款编号": "", "银行流水号": "B-2", "收款人": A, "付款金额": 226, "付款日期": MONDAY}
    team.drop("回单.xlsx", [wrong, stray])
    team.turn(MONDAY)
    assert states(team) == {A: "released", B: "released"}
    found = [(cells[0], cells[1], cells[3], cells[8]) for cells in checked(team)["回单核对"][9:11]]
    assert found == [
        ("严重", "付给了别的供应商", 226, "回单.xlsx › Sheet1 › 3"),
        ("警告", "金额不一致（付款行 536.75 CNY）", 500, "回单.xlsx › Sheet1 › 2"),
    ]
    tuesday = date(2026, 7, 7)
    team.drop("回单.xlsx", [wrong | {"付款金额": 536.75}, stray | {"收款人": B}])
    team.turn(tuesday)
    assert states(team) == {A: "confirmed", B: "confirmed"}
    assert checked(team, tuesday)["回单核对"][9][0] == "没有需要核对的回单。"


NOT_PAID = {
    "under its usual header": ("付款状态", "退回", "returned"),
    "under a short header": ("状态", "失败", "returned"),
    "under a header that nobody knows": ("指令情况", "失败", "released"),
    "in a word that nobody knows": ("付款状态", "挂账", "released"),
    "in a word with more behind it": ("处理结果", "失败(户名不符)", "released"),
}


@pytest.mark.parametrize(("header", "word", "state"), NOT_PAID.values(), ids=NOT_PAID)
def test_what_the_bank_did_not_pay_is_never_taken_for_paid(team: Home, header: str, word: str, state: str) -> None:
    """A blank means that it was paid; a word or a column that nobody can read means nothing."""
    usual = {"收款人": A, "付款金额": 536.75, "付款日期": MONDAY, "银行流水号": "B-1"}
    other = {"付款编号": keys(team)[B], "收款人": B, "付款金额": 226, "付款日期": MONDAY, "银行流水号": "B-2"}
    team.drop("回单.xlsx", [{"付款编号": keys(team)[A], **usual, header: word}, {**other, header: "成功"}])
    team.turn(MONDAY)
    assert states(team)[A] == state
    codes = {found["code"] for found in team.export("findings")}
    assert bool(codes & {"WORD_DECIDES", "COLUMN_DECIDES"}) == (state == "released")


def test_a_key_is_known_in_capitals_and_with_blanks_in_it(team: Home) -> None:
    key = keys(team)[A].upper()
    told = {"收款人": A, "付款金额": 536.75, "付款日期": MONDAY}
    team.drop("回单.xlsx", [{"付款编号": f"{key[:8]} {key[8:16]} {key[16:]}", **told}])
    team.turn(MONDAY)
    assert states(team)[A] == "confirmed"


def test_a_return_in_another_currency_confirms_nothing_and_mends_by_dropping_again(team: Home) -> None:
    told = {
        "付款编号": keys(team)[A],
        "银行流水号": "B-1",
        "收款人": A,
        "付款金额": 536.75,
        "付款日期": MONDAY,
        "币种": "美元",
    }
    team.drop("回单.xlsx", [told])
    team.turn(MONDAY)
    assert states(team) == {A: "released", B: "released"}
    (wrong,) = [cells for cells in checked(team)["回单核对"] if cells[0] == "警告"]
    assert (wrong[1], wrong[9]) == ("币种不一致（银行 USD，付款行 CNY）", "回单.xlsx › Sheet1 › 2")
    assert wrong[3:5] == (536.75, "USD") and "没有记为已付" in wrong[8]
    team.drop("回单.xlsx", [told | {"币种": "人民币"}])
    team.turn(date(2026, 7, 7))
    assert states(team) == {A: "confirmed", B: "released"}


def test_a_payment_is_explained_with_what_the_bank_said_of_it_and_where(team: Home) -> None:
    paid = {"付款编号": keys(team)[B], "银行流水号": "B-2", "收款人": B, "付款金额": 226, "付款日期": MONDAY}
    other = paid | {"银行流水号": "B-3"}
    back = paid | {"银行流水号": "B-4", "付款日期": date(2026, 7, 8), "付款状态": "退回", "退回原因": "户名不符"}
    team.drop("回单.xlsx", [paid | {"付款状态": "交易成功", "退回原因": None}, other, back])
    team.turn(date(2026, 7, 8))
    [payment] = explaining.explain(team.settings, team.store, keys(team)[B], date(2026, 7, 8))  # type: ignore[misc]
    tables = explaining.as_values(payment, team.settings.words)["tables"]
    (told,) = (table for table in tables if table["title"] == "银行回单怎么说")
    assert told["title"] == "银行回单怎么说"
    assert [tuple(str(cell) for cell in row.values()) for row in told["rows"]] == [
        ("已付款", "226.00", "2026-07-06", "B-2", "", "回单.xlsx › Sheet1 › 2"),
        ("重复付款", "226.00", "2026-07-06", "B-3", "", "回单.xlsx › Sheet1 › 3"),
        ("银行退回", "226.00", "2026-07-08", "B-4", "户名不符", "回单.xlsx › Sheet1 › 4"),
    ]
    [quiet] = explaining.explain(team.settings, team.store, keys(team)[A], MONDAY)  # type: ignore[misc]
    assert "银行回单怎么说" not in [str(table.title) for table in quiet.tables]


def test_a_return_dropped_again_under_another_name_changes_nothing(team: Home) -> None:
    told = {"付款编号": keys(team)[A], "银行流水号": "B-1", "收款人": A, "付款金额": 536.75, "付款日期": MONDAY}
    for name in ("回单.xlsx", "回单 复件.xlsx"):
        team.drop(name, [told])
        team.turn(MONDAY)
    assert states(team) == {A: "confirmed", B: "released"}
    written = team.settings.out_folder("payments").glob("回单核对*")
    assert [path.name for path in written] == ["回单核对 2026-07-06.xlsx"]


# ------------------------------------------------------------------ a vendor's statement, line by line

JUNE = (date(2026, 6, 1), date(2026, 6, 30))
SIGNS = {INVOICE: 1, PAYMENT: -1, DELIVERY: 0}


def entry(number: str = "F-1", amount: str = "100.00", day: int | None = 10, sort: str = INVOICE, **more: Any) -> Entry:
    """A row of June on either side."""
    on = None if day is None else date(2026, 6, day)
    return Entry(sort, number, on, D(amount), D(amount) * SIGNS[sort], **more)


def classes(ours: list[Entry], theirs: list[Entry]) -> dict[str, Any]:
    """What every row became, those of no class left out."""
    found = reconcile(of_days(ours, *JUNE), theirs, Balances())
    pairs = {"equal": found.equal, "differing": found.differing}
    told: dict[str, Any] = {name: [one.differs for one in some] for name, some in pairs.items()}
    told |= {"ours": [one.entry.number for one in found.ours], "theirs": [one.entry.number for one in found.theirs]}
    return {name: some for name, some in told.items() if some}


LATE = {"day": None}
ROWS = {
    "the same on both sides": ([entry()], [entry()], {"equal": [()]}),
    "the number spelled otherwise": ([entry("inv-O415")], [entry("INV 0415")], {"equal": [()]}),
    "another amount": ([entry()], [entry(amount="110.00")], {"differing": [("amount",)]}),
    "another day": ([entry()], [entry(day=12)], {"differing": [("date",)]}),
    "a day that they do not tell": ([entry()], [entry(day=None)], {"equal": [()]}),
    "one edit apart is two rows": ([entry("F-17")], [entry("F-77")], {"ours": ["F-17"], "theirs": ["F-77"]}),
    "an invoice of theirs stands twice": ([entry()], [entry(), entry()], {"equal": [()], "theirs": ["F-1"]}),
    "of two, the one with our amount is ours": (
        [entry()], [entry(amount="90.00"), entry()], {"equal": [()], "theirs": ["F-1"]},
    ),
    "the same number, an invoice and a delivery": (
        [entry()], [entry(sort=DELIVERY)], {"ours": ["F-1"], "theirs": ["F-1"]},
    ),
    "a payment by its day and amount, each with a number of its own": (
        [entry("B-1", sort=PAYMENT)], [entry("SK-9", sort=PAYMENT)], {"equal": [()]},
    ),
    "a payment a few days later": (
        [entry("B-1", sort=PAYMENT)], [entry("", day=14, sort=PAYMENT)], {"differing": [("date",)]},
    ),
    "two payments of one amount are not guessed": (
        [entry("B-1", day=9, sort=PAYMENT), entry("B-2", day=11, sort=PAYMENT)], [entry("", sort=PAYMENT)],
        {"ours": ["B-1", "B-2"], "theirs": [""]},
    ),
    "a payment of another amount is another": (
        [entry("B-1", sort=PAYMENT)], [entry("", "99.99", sort=PAYMENT)], {"ours": ["B-1"], "theirs": [""]},
    ),
    "a payment two weeks later is another": (
        [entry("B-1", day=1, sort=PAYMENT)], [entry("", day=20, sort=PAYMENT)], {"ours": ["B-1"], "theirs": [""]},
    ),
    "an invoice without a number, on its day": ([entry()], [entry("")], {"equal": [()]}),
    "ours of another month is not asked for": ([replace(entry(), day=date(2026, 5, 3))], [], {}),
    "but found where they name it": (
        [replace(entry(), day=date(2026, 7, 1))], [entry(day=30)], {"differing": [("date",)]},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("ours", "theirs", "expected"), ROWS.values(), ids=ROWS)
def test_a_row_of_a_statement(ours: list[Entry], theirs: list[Entry], expected: dict[str, Any]) -> None:
    assert classes(ours, theirs) == expected


def test_a_number_one_edit_apart_is_suggested() -> None:
    found = reconcile([entry("F-17")], [entry("F-77"), entry("F-99")], Balances())
    near = {one.entry.number: one.near and one.near.number for one in (*found.ours, *found.theirs)}
    assert near == {"F-17": "F-77", "F-77": "F-17", "F-99": None}


def _walk(found: Reconciliation) -> Decimal:
    """Where the bridge arrives."""
    return sum((step.amount for step in bridge(found)), found.ours_closing)


BRIDGES = {
    "openings differ": (Balances(D(10), D(13), None), [("opening", "3"), ("theirs", "7")]),
    "their rows do not make their closing": (
        Balances(D(10), D(10), D("120.01")), [("theirs", "7"), ("footing", "3.01")],
    ),
    "no opening told: it follows from their closing": (
        Balances(D(10), None, D(119)), [("opening", "2"), ("theirs", "7")],
    ),
    "no balance told: ours is where they start": (Balances(D(10)), [("theirs", "7")]),
}  # fmt: skip


@pytest.mark.parametrize(("balances", "expected"), BRIDGES.values(), ids=BRIDGES)
def test_the_bridge_leads_from_our_balance_to_theirs(balances: Balances, expected: list[tuple[str, str]]) -> None:
    found = reconcile([entry()], [entry(), entry("F-2", "7.00")], balances)
    assert [(step.cause, step.amount) for step in bridge(found)] == [(cause, D(text)) for cause, text in expected]
    assert _walk(found) == found.theirs_closing


some_entries = st.lists(
    st.tuples(
        st.sampled_from(["", "F-1", "F-2", "F-12", "f1"]), st.sampled_from(["10.00", "10.01", "20.00"]),
        st.sampled_from([None, 1, 2, 9, 30]), st.sampled_from([INVOICE, DELIVERY, PAYMENT]),
    ),
    max_size=7,
).map(lambda rows: [entry(*row) for row in rows])  # fmt: skip
told = st.one_of(st.none(), st.decimals("-50", "50", places=2))


@given(some_entries, some_entries, told, told, st.randoms())
def test_every_row_is_in_one_class_the_bridge_sums_and_order_never_matters(
    ours: list[Entry], theirs: list[Entry], opening: Decimal | None, closing: Decimal | None, chance: random.Random
) -> None:
    ours, theirs = ([replace(one, place=f"{n}") for n, one in enumerate(side)] for side in (ours, theirs))
    balances = Balances(D("5.00"), opening, closing)
    found = reconcile(ours, theirs, balances)
    pairs = (*found.equal, *found.differing)
    assert sorted([one.entry.place for one in found.ours] + [one.ours.place for one in pairs]) == [
        e.place for e in ours
    ]
    classed = [one.entry.place for one in found.theirs] + [one.theirs.place for one in pairs]
    assert sorted(classed) == [one.place for one in theirs]
    assert _walk(found) == found.theirs_closing
    assert found.ours_closing == 5 + sum(one.effect for one in ours)
    chance.shuffle(ours)
    chance.shuffle(theirs)
    assert reconcile(ours, theirs, balances) == found


# ------------------------------------------------------------------ what a sheet is read as

BILLED = ["发票号码", "开票日期", "订单号", "价税合计"]
BILL = ["26110001", DAY, "PO-1", 22.6]
BANKS = ["交易日期", "对方户名", "借方金额", "贷方金额"]
SHEETS = {
    "a list of invoices under a vendor's 对账单 is no register of ours": (
        sheet([f"{A}  2026年6月对账单"], [], BILLED, BILL), "", {"statements": (1, 0)},
    ),
    "the same under a name of the file": (
        sheet(["致：示例采购方"], BILLED, BILL), f"{A}6月对账单.xlsx", {"statements": (1, 0)},
    ),
    "the same list with a vendor in each row, and no 对账单 said": (
        sheet([*BILLED, "供应商"], [*BILL, A]), "", {"invoices": (1, 0)},
    ),
    "our own register, whatever its file is called": (
        sheet([*BILLED, "供应商"], [*BILL, A]), "6月对账单.xlsx", {"invoices": (1, 0)},
    ),
    "a bank's account list": (
        sheet([*BANKS, "交易流水号"], [DAY, A, 5.0, "", "B-1"], [DAY, A, "", 7.0, "B-2"]), "", {"payments": (2, 0)},
    ),
    "a ledger with debit and credit that no bank numbered": (sheet(BANKS, [DAY, A, 5.0, ""]), "", {}),
}  # fmt: skip


@pytest.mark.parametrize(("grid", "file", "expected"), SHEETS.values(), ids=SHEETS)
def test_a_sheet_is_read_as(grid: Grid, file: str, expected: dict[str, tuple[int, int]]) -> None:
    assert taken(read(grid, file=file)) == expected


# ------------------------------------------------------------------ a statement through a home

WEDNESDAY = date(2026, 7, 8)


def statement(*rows: tuple[Any, ...], title: str = f"{A} 2026年6月对账单") -> bytes:
    """What a vendor sends: its name in the title alone, a line per document, balances first and last."""
    book = openpyxl.Workbook()
    book.active.append((title,))
    book.active.append(())
    for cells in (("单据类型", "单据号", "日期", "订单号", "金额"), *rows):
        book.active.append(cells)
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()


def told_of(home: Home) -> list[Any]:
    return sorted(home.settings.out_folder("payments").glob("对账差异表*"))


THEIRS = (
    ("期初余额", None, None, None, 100),
    ("发票", "26112000000012345678", date(2026, 6, 25), "PO-1", 565),
    ("发票", "26112000000099999999", date(2026, 6, 28), "PO-9", 113),
    ("收款", "SK-1", date(2026, 6, 30), None, 50),
    ("期末余额", None, None, None, 728),
)


def test_a_payment_that_two_lists_tell_of_is_one_in_the_comparison_too(team: Home) -> None:
    """The bank's answers name our key, its list of the month its own reference: the vendor was paid once."""
    line = next(row for row in team.export("payables") if row["vendor"] == A)
    said = {"收款人": A, "付款金额": float(line["net"]), "付款日期": date(2026, 7, 6)}
    team.drop("批量结果.xlsx", [said | {"付款键": line["payment_key"]}])
    team.turn(date(2026, 7, 7))
    team.drop("流水.xlsx", [said | {"流水号": "B-1", "附言": f"货款 {line['payment_key']}"}])
    paid = ("收款", "SK-1", date(2026, 7, 6), None, float(line["net"]))
    team.drop("示例甲.xlsx", statement(("发票", "26112000000012345678", date(2026, 6, 25), "PO-1", 565), paid))
    team.turn(WEDNESDAY)
    assert [row["outcome"] for row in table_of(team, "returns")] == ["confirmed", "told"]
    [path] = told_of(team)
    page = openpyxl.load_workbook(path).worksheets[0]
    told = next(row[1].value for row in page.iter_rows() if row[0].value == "我方期末应付")
    assert told == f"{565 - float(line['net']):.2f} CNY"


def table_of(home: Home, name: str) -> list[dict[str, Any]]:
    with home.store.transaction() as tx:
        rows: list[dict[str, Any]] = tx.table(name).to_pylist()
    return sorted(rows, key=lambda row: str(row.get("outcome")))


def test_a_statement_becomes_a_workbook_of_differences_and_no_invoice_of_ours(team: Home) -> None:
    before = len(team.export("invoices"))
    team.drop("示例甲六月.xlsx", statement(*THEIRS))
    team.turn(WEDNESDAY)
    assert len(team.export("invoices")) == before
    [path] = told_of(team)
    assert path.name == f"对账差异表 {A} 截至2026-06-30 2026-07-08.xlsx"
    book = openpyxl.load_workbook(path)
    sheets = {sheet.title: [tuple(cells) for cells in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}
    mine, theirs = "发票.xlsx › 发票登记 › 2", "示例甲六月.xlsx › Sheet › "
    assert sheets["对账差异表"][2:24] == [
        ("供应商", A, None, None, None),
        ("对账单文件", "示例甲六月.xlsx", None, None, None),
        ("对账期间", "2026-06-01 至 2026-06-30", None, None, None),
        ("我方期末应付", "565.00 CNY", None, None, None),
        ("对方期末余额", "728.00 CNY", None, None, None),
        ("差额（对方 − 我方）", "163.00 CNY", None, None, None),
        ("结论", "有差异，见下表", None, None, None),
        (None,) * 5,
        ("逐行核对结果与下一步", None, None, None, None),
        ("核对结果", "行数", "我方计入应付", "对方计入应付", "下一步"),
        ("我方有、对方无", 0, 0, None, "请供应商补记；付款类请附银行回单。"),
        ("对方有、我方无", 2, None, 63, "发票类：向供应商要发票并登记；付款类：查银行流水；核实前不付款。"),
        ("双方都有、不一致", 0, 0, 0, "逐行对照原件，错的一方更正；我方有误的改台账后再放入收件箱。"),
        ("双方一致", 1, 565, 565, "不用处理。"),
        (None,) * 5,
        ("余额桥：我方到对方", None, None, None, None),
        ("项目", "类型", "金额", "余额", "哪一行"),
        ("我方期末应付", None, None, 565, None),
        ("期初余额不同", None, 100, 665, "本期以前的差异，请先核对上一期对账单"),
        ("对方有、我方无", "付款", -50, 615, f"SK-1，2026-06-30，{theirs}7"),
        ("对方有、我方无", "发票", 113, 728, f"26112000000099999999，2026-06-28，{theirs}6"),
        ("对方期末余额", None, None, 728, None),
    ]
    number, day = "26112000000012345678", datetime(2026, 6, 25)
    assert sheets["双方一致"][3:] == [
        ("发票", number, number, day, day, 565, 565, 0, None, mine, f"{theirs}5")
    ]  # fmt: skip
    assert [cells[1:5] for cells in sheets["对方有、我方无"][3:]] == [
        ("SK-1", None, datetime(2026, 6, 30), 50),
        ("26112000000099999999", "PO-9", datetime(2026, 6, 28), 113),
    ]
    assert sheets["我方有、对方无"][3][0] == sheets["双方都有、不一致"][3][0] == "没有。"
    assert all(B not in str(cells) for rows in sheets.values() for cells in rows)


def test_a_statement_is_reconciled_once_for_each_version(team: Home) -> None:
    team.drop("示例甲六月.xlsx", statement(*THEIRS))
    team.turn(WEDNESDAY)
    team.drop("示例甲六月(1).xlsx", statement(*THEIRS, title=f"{A}  2026年6月 对账单"))
    team.turn(date(2026, 7, 9))
    assert len(told_of(team)) == 1
    team.drop("示例甲六月.xlsx", statement(*THEIRS[:2], ("期末余额", None, None, None, 665)))
    team.turn(date(2026, 7, 10))
    assert [path.name[-15:-5] for path in told_of(team)] == ["2026-07-08", "2026-07-10"]


def test_amounts_side_by_side_a_running_balance_and_the_vendor_in_the_files_name(team: Home) -> None:
    """What it began with follows from the balance beside its first row; what the bank paid agrees to the day."""
    paid = {"付款编号": keys(team)[A], "银行流水号": "B-1", "收款人": A, "付款金额": 536.75, "付款日期": MONDAY}
    team.drop("回单.xlsx", [paid])
    headers = ("日期", "单据号", "摘要", "开票金额", "收款金额", "余额")
    rows = (
        (date(2026, 6, 25), "26112000000012345678", "开票", 565, None, 565),
        (MONDAY, "SK-2", "收款", None, 536.75, 28.25),
    )
    team.drop(f"对账单_{A}_2026.7.xlsx", [dict(zip(headers, cells, strict=True)) for cells in rows])
    team.turn(WEDNESDAY)
    [path] = told_of(team)
    facts = {cells[0].value: cells[1].value for cells in openpyxl.load_workbook(path).worksheets[0].iter_rows(3, 9)}
    assert (facts["我方期末应付"], facts["对方期末余额"], facts["结论"]) == ("28.25 CNY", "28.25 CNY", "双方一致")


def test_sums_of_several_currencies_are_told_beside_each_other_never_added() -> None:
    rows = [{"net": D(net), "currency": currency} for net, currency in (("10", "USD"), ("5.50", None), ("2", "CNY"))]
    said = shipped_words("zh").speak(_sum_of(rows, Rules({})))
    assert said == "3 笔，7.50 CNY、10.00 USD"
