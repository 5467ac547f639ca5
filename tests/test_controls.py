"""Controls over payments: what holds a line and what lets it go, case by case, as laws, and as stories of a team."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes, policy
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robots.figures.accounts import Account, AccountWatch, looked_at, payees, pending, shared_accounts, trusted
from robots.figures.clock import default_interest, on_the_clock
from robots.figures.controls import Books, Hold, Sheeted, controlled, is_released, lapsed, stopped
from robots.figures.duplicates import Suspect, bills_of, is_mistyped, suspects
from robots.figures.settlement import Payable
from robots.model.words import say
from robots.rules import Settlement
from tests.conftest import Home

D = Decimal
Row = dict[str, Any]
TODAY = date(2026, 7, 6)
RULES = Settlement("RULES 7", D("0.01"), D("100.00"), D("0.05"), 60, 60)
VENDOR, OTHER = "示例甲有限公司", "虚构乙公司"
OLD, NEW = "6222000000000000001", "6222000000000009999"


# ------------------------------------------------------------------ soft duplicates


@pytest.fixture
def home(home: Home) -> Home:
    """Only those work whose work is looked at."""
    home.let("paymaster", "bookkeeper", "sentinel")
    return home


def bill(number: str, day: int = 1, gross: str = "565.00", vendor: str = VENDOR, **other: Any) -> Row:
    """An invoice row; `day` counts from 1 January 2026."""
    row = {
        "_file": "发票.xlsx", "_sheet": "登记", "_row": day, "invoice_no": number, "vendor": vendor, "kind": "蓝字",
        "invoiced_on": date(2025, 12, 31) + timedelta(days=day), "gross": D(gross),
    }  # fmt: skip
    return row | other


LONG, SWAPPED, NEXT = "26112000000012345678", "26112000000021345678", "26112000000012345679"
PAIRS = {
    "same amount within 45 days": (bill("A-1"), bill("B-7", 46), ["SAME_AMOUNT"]),
    "same amount a day later than that": (bill("A-1"), bill("B-7", 47), []),
    "the same figure in another currency": (bill("A-1"), bill("B-7", 2, currency="USD"), []),
    "another amount": (bill("A-1"), bill("B-7", 2, "565.01"), []),
    "two characters swapped": (bill(LONG), bill(SWAPPED, 300, "9.00"), ["NEAR_NUMBER"]),
    "one left out": (bill(LONG), bill(LONG[:-1], 300, "9.00"), ["NEAR_NUMBER"]),
    "one left out in front": (bill(LONG), bill(LONG[1:], 300, "9.00"), ["NEAR_NUMBER"]),
    "one digit other in the middle": (bill(LONG), bill(LONG.replace("0001", "0901"), 300, "9.00"), ["NEAR_NUMBER"]),
    "the next number of a series": (bill(LONG), bill(NEXT, 2, "9.00"), []),
    "the next number of a series over the same amount, long after": (bill(LONG), bill(NEXT, 300), ["NEAR_NUMBER"]),
    "counters of a small vendor": (bill("F-1"), bill("F-12", 2, "9.00"), []),
    "two edits": (bill(LONG), bill("26112000000055345678", 300, "9.00"), []),
    "another vendor, another account": (bill("A-1"), bill("B-7", 2, vendor=OTHER), []),
    "a credit note of the same amount": (bill("A-1"), bill("B-7", 2, kind="红字"), []),
    "one number twice is the hard stop's": (bill("A-1"), bill(" a1", 2), []),
}  # fmt: skip


@pytest.mark.parametrize(("earlier", "later", "codes"), PAIRS.values(), ids=PAIRS)
def test_two_invoices_that_may_be_one(earlier: Row, later: Row, codes: list[str]) -> None:
    found = list(suspects(bills_of([later, earlier], {VENDOR: OLD, OTHER: NEW}), 45))
    assert [one.code for one in found] == codes
    assert all((one.earlier.shown, one.later.shown) == (earlier["invoice_no"], later["invoice_no"]) for one in found)


def test_the_same_amount_at_another_vendor_that_is_paid_to_the_same_account() -> None:
    (one,) = suspects(
        bills_of([bill("A-1"), bill("B-7", 300, vendor=OTHER)], {VENDOR: OLD, OTHER: "6222 0000 0000 0000 001"}), 45
    )
    assert (one.code, one.later.vendor, one.earlier.place) == ("SAME_PAYEE", OTHER, "发票.xlsx › 登记 › 1")


def test_what_a_sheet_carried_is_the_earlier_one_whatever_its_date() -> None:
    rows = [bill("A-1", 5), bill("B-7", 20)]
    (one,) = suspects(bills_of(rows, {}, {f"{VENDOR}|B7"}), 45)
    assert (one.earlier.shown, one.later.shown) == ("B-7", "A-1")


numbers = st.text("0123456789", min_size=6, max_size=10)


@given(st.lists(numbers, min_size=2, max_size=6, unique=True))
def test_no_mistyped_pair_is_missed_by_the_handles(written: list[str]) -> None:
    """The handles only spare comparisons: all pairs compared one by one give the same."""
    rows = [bill(number, n, f"{n}.00") for n, number in enumerate(written, 1)]
    found = {frozenset((one.later.shown, one.earlier.shown)) for one in suspects(bills_of(rows, {}), 45)}
    pairs = {frozenset((a, b)) for a in written for b in written if a < b and is_mistyped(a, b)}
    assert found == pairs


@given(numbers.filter(lambda number: len(number) >= 9), st.integers(0, 20), st.sampled_from("0123456789"))
def test_a_character_more_is_always_met(number: str, at: int, character: str) -> None:
    longer = number[:at] + character + number[at:]
    assert [one.code for one in suspects(bills_of([bill(number), bill(longer, 2, "9.00")], {}), 45)] == ["NEAR_NUMBER"]


# ------------------------------------------------------------------ accounts

AT = datetime(2026, 7, 6, 8, 0)


def ledger_row(account: str | None, phone: str = "021-00000001", row: int = 2) -> Row:
    return {"_file": f"台账{row}.xlsx", "_sheet": "供应商", "_row": row, "vendor": VENDOR, "bank_account": account,
            "bank_name": "示例银行", "phone": phone}  # fmt: skip


def changed(to: str = NEW, phone: str = "021-99999999") -> tuple[Account, ...]:
    known = looked_at(ledger_row(OLD), (), AccountWatch(AT - timedelta(days=90), 48))
    return looked_at(ledger_row(to, phone, 3), known, AccountWatch(AT, 48))


def answered(known: tuple[Account, ...], hours: int, **answer: Any) -> Account:
    """The change after a form that came back so many hours later."""
    usual = {"outcome": "确认变更", "called_by": "虚构甲", "released_by": "虚构乙", "called_on": date(2026, 7, 6)}
    row = {**usual, "pays_old": None, **answer}
    watch = AccountWatch(AT + timedelta(hours=hours), 48, {}, {known[-1].number: row})
    return looked_at(ledger_row(NEW, "021-99999999", 3), known, watch)[-1]


def test_a_change_is_held_and_the_number_to_call_is_the_older_files() -> None:
    old, new = changed()
    assert (old.state, new.state, new.why) == ("trusted", "held", "not_called")
    assert (new.phone, new.phone_place) == ("021-00000001", "台账2.xlsx › 供应商 › 2")


ANSWERS: dict[str, tuple[int, Row, str, str]] = {
    "two people, 48 hours": (48, {}, "released", ""),
    "an hour early": (47, {}, "held", "hours"),
    "one person twice": (72, {"released_by": " 虚构甲 "}, "held", "same_person"),
    "nobody second": (72, {"released_by": None}, "held", "no_second"),
    "nobody called": (72, {"called_by": None}, "held", "no_caller"),
    "called before it changed": (72, {"called_on": date(2026, 7, 5)}, "held", "too_early"),
    "not reached": (72, {"outcome": "未接通"}, "held", "not_called"),
    "denied": (72, {"outcome": "否认变更"}, "refused", "denied"),
}


@pytest.mark.parametrize(("hours", "answer", "state", "why"), ANSWERS.values(), ids=ANSWERS)
def test_what_a_call_back_makes_of_a_change(hours: int, answer: Row, state: str, why: str) -> None:
    one = answered(changed(), hours, **answer)
    assert (one.state, one.why) == (state, why)


def test_the_old_account_is_paid_meanwhile_only_if_a_person_says_so() -> None:
    vendors = {VENDOR: ledger_row(NEW)}
    known = changed()
    for answer, account in (({}, NEW), ({"pays_old": True}, OLD), ({"pays_old": True, "called_by": None}, NEW)):
        one = answered(known, 1, **answer)
        assert payees(vendors, (known[0], one))[VENDOR]["bank_account"] == account
        assert pending((known[0], one))[VENDOR].pays_old == (account == OLD)


def test_a_second_change_starts_again_and_the_old_account_ends_it() -> None:
    known = changed()
    third = looked_at(ledger_row("6222000000000007777"), known, AccountWatch(AT + timedelta(hours=47), 48))
    assert [one.state for one in third] == ["trusted", "withdrawn", "held"]
    assert third[-1].seen_at == AT + timedelta(hours=47)
    back = looked_at(ledger_row(OLD), third, AccountWatch(AT + timedelta(hours=50), 48))
    assert not pending(back)
    assert trusted(back)[VENDOR].account == OLD


def test_a_home_that_has_paid_already_begins_with_the_account_it_paid() -> None:
    first, second = looked_at(ledger_row(NEW), (), AccountWatch(AT, 48, {VENDOR: OLD}))
    assert (first.account, second.account, second.state, second.phone) == (OLD, NEW, "held", "")


def test_a_row_without_an_account_says_nothing() -> None:
    known = changed()
    assert looked_at(ledger_row(None), known, AccountWatch(AT, 48)) == known


SHARED: dict[str, tuple[list[tuple[str, str]], dict[str, str], list[tuple[str, ...]]]] = {
    "an account each": ([(VENDOR, OLD), (OTHER, NEW)], {}, []),
    "two vendors, written otherwise": ([(VENDOR, OLD), (OTHER, "6222-0000-0000-0000-001")], {}, [(VENDOR, OTHER)]),
    "one vendor twice": ([(VENDOR, OLD), (" 示例甲有限公司", OLD)], {}, []),
    "an employee": ([(VENDOR, OLD)], {"虚构员": "6222 0000 0000 0000 001"}, [(VENDOR,)]),
    "an employee of another account": ([(VENDOR, OLD)], {"虚构员": NEW}, []),
}


@pytest.mark.parametrize(("owners", "employees", "expected"), SHARED.values(), ids=SHARED)
def test_accounts_of_several(
    owners: list[tuple[str, str]], employees: dict[str, str], expected: list[tuple[str, ...]]
) -> None:
    rows = [ledger_row(account) | {"vendor": vendor} for vendor, account in owners]
    assert [tuple(sorted(one.vendors)) for one in shared_accounts(rows, employees)] == [
        tuple(sorted(e)) for e in expected
    ]


# ------------------------------------------------------------------ controls


def payable(net: str = "565.00", number: str = "A-1", line: str = "1", **other: Any) -> Payable:
    gross = D(net) + other.get("penalty", D(0))
    key = f"{VENDOR}|{number.replace('-', '')}"
    return Payable(key, VENDOR, number, "PO-1", line, gross, **other)


def books(**other: Any) -> Books:
    vendors = {VENDOR: {**ledger_row(OLD), "status": "合格", "sme": True}}
    return Books(TODAY, RULES, ("合格", "战略", "试点"), **{"vendors": vendors, **other})


def paper(kind: str, until: date, required: bool | None = True) -> Row:
    return {"_file": "证书.xlsx", "_sheet": "证书", "_row": 2, "vendor": VENDOR, "type": kind, "expires_on": until,
            "required": required}  # fmt: skip


def vendor(**other: Any) -> dict[str, Any]:
    return {"vendors": {VENDOR: {**ledger_row(OLD), "status": "合格", **other}}}


def edit(day: str, line: str = "1", field: str = "unit_price") -> Row:
    return {"n": 1, "kind": "orders", "vendor": VENDOR, "order_id": "PO-1", "line": line, "field": field,
            "day": day, "invoice_no": None, "before": "5", "after": "6", "name": "订单.xlsx", "sheet": "订单",
            "row": 2}  # fmt: skip


YESTERDAY = TODAY - timedelta(days=1)
PUT_UP = {("PO-1", "1"): YESTERDAY}
HELD: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "nothing the matter": ({}, ()),
    "eliminated": (vendor(status="淘汰"), ("UNQUALIFIED",)),
    "restricted": (vendor(status="限制"), ("UNQUALIFIED",)),
    "status unknown": (vendor(status=None), ()),
    "certificate over": ({"certificates": {VENDOR: [paper("ISO 9001", YESTERDAY)]}}, ("CERTIFICATE",)),
    "certificate until today": ({"certificates": {VENDOR: [paper("ISO 9001", TODAY)]}}, ()),
    "one that nobody requires": ({"certificates": {VENDOR: [paper("ISO 9001", YESTERDAY, None)]}}, ()),
    "over and renewed": (
        {"certificates": {VENDOR: [paper("ISO 9001", YESTERDAY), paper("ISO 9001", date(2028, 1, 1), None)]}}, (),
    ),
    "no contract named": ({"contracts": frozenset({"HT-1"}), "contract_of": {("PO-1", "1"): ""}}, ("NO_CONTRACT",)),
    "a contract nobody has": (
        {"contracts": frozenset({"HT-1"}), "contract_of": {("PO-1", "1"): "HT-9"}}, ("NO_CONTRACT",),
    ),
    "its contract": ({"contracts": frozenset({"HT-1"}), "contract_of": {("PO-1", "1"): "HT-1"}}, ()),
    "no contract ledger at all": ({"contracts": None, "contract_of": {("PO-1", "1"): ""}}, ()),
    "account changed": ({"accounts": changed()}, ("BANK_CHANGE",)),
    "account shared": (
        {"shared": tuple(shared_accounts([ledger_row(OLD), ledger_row(OLD) | {"vendor": OTHER}], {}))},
        ("SHARED_ACCOUNT",),
    ),
    "edited since it was put up": ({"put_up": PUT_UP, "edits": [edit(TODAY.isoformat())]}, ("SILENT_EDIT",)),
    "edited before": ({"put_up": PUT_UP, "edits": [edit("2026-07-01")]}, ()),
    "another line edited": ({"put_up": PUT_UP, "edits": [edit(TODAY.isoformat(), "2")]}, ()),
}  # fmt: skip


@pytest.mark.parametrize(("other", "reasons"), HELD.values(), ids=HELD)
def test_what_holds_a_line(other: dict[str, Any], reasons: tuple[str, ...]) -> None:
    (one,) = controlled([payable()], books(**other))
    after = one.payable
    assert (after.reasons, after.held, after.net) == (reasons, D("565.00"), 0) if reasons else (after.held == 0)
    assert bool(after.evidence) == bool(reasons)


RELEASES: dict[str, tuple[Row, bool, bool]] = {
    "one person, with a reason": ({}, True, False),
    "without a reason": ({"remark": None}, False, False),
    "without a name": ({"released_by": None}, False, False),
    "kept held": ({"verdict": "不放行"}, False, False),
    "two people": ({"agreed_by": "虚构乙"}, True, True),
    "one person twice": ({"agreed_by": "虚构 甲"}, True, False),
}


@pytest.mark.parametrize(("answer", "alone", "of_accounts"), RELEASES.values(), ids=RELEASES)
def test_who_can_release_what(answer: Row, alone: bool, of_accounts: bool) -> None:
    usual = {"verdict": "放行", "released_by": "虚构甲", "remark": "两批货，两张发票", "agreed_by": None}
    rows = {"N": {**usual, **answer}}
    assert is_released(Hold("SAME_AMOUNT", "", "N"), rows) is alone
    assert is_released(Hold("SHARED_ACCOUNT", "", "N", second=True), rows) is of_accounts
    assert not is_released(Hold("UNQUALIFIED"), rows)


def test_who_keeps_a_line_held_and_why_stands_beside_what_holds_it() -> None:
    (one,) = controlled([payable()], books(**SHARED))
    (hold,) = one.holds
    kept = {hold.number: {"verdict": "不放行", "released_by": "虚构甲", "remark": "等供应商确认", "agreed_by": None}}
    (one,) = controlled([payable()], books(**SHARED, releases=kept))
    told = say("hold.seen.kept", by="虚构甲", remark="等供应商确认")
    assert one.payable.evidence == (say("list.lines", items=(hold.seen, told)),) and one.holds[0].number == hold.number


def suspect(code: str) -> dict[str, Any]:
    earlier, later = bills_of([bill("A-0"), bill("A-1")], {})
    return {"suspects": {payable().invoice_key: (Suspect(code, later, earlier),)}}


NAME = (payable().invoice_key, "PO-1", "1")
BANKED = {"receipt": "B-1", "paid_on": TODAY, "amount": D("565.00"), "currency": None, "source": "回单.xlsx"}
SHARED = {"shared": tuple(shared_accounts([ledger_row(OLD), ledger_row(OLD) | {"vendor": OTHER}], {}))}
ON_A_SHEET = {
    "order_id": "PO-1", "line": "2", "net": D("565.00"), "currency": "CNY", "batch": "FK-1", "payment_key": "k",
}  # fmt: skip
PEOPLE_NEEDED: dict[str, tuple[dict[str, Any], bool]] = {
    "SAME_AMOUNT": (suspect("SAME_AMOUNT"), False),
    "NEAR_NUMBER": (suspect("NEAR_NUMBER"), False),
    "SAME_PAYEE": (suspect("SAME_PAYEE"), True),
    "SHARED_ACCOUNT": (SHARED, True),
    "MOVED": ({"moved": {NAME[0]: [ON_A_SHEET]}}, True),
    "OVER": ({"over": {NAME[1:]: [(payable(number="A-9"), D("1.00"))]}}, True),
    "PAID_EARLY": ({"early": {NAME: BANKED}}, True),
    "PAID_BY_HAND": ({"by_hand": {NAME[0]: [BANKED]}}, True),
}


@pytest.mark.parametrize("code", PEOPLE_NEEDED)
def test_what_may_cost_money_twice_takes_a_second_person(code: str) -> None:
    other, takes_two = PEOPLE_NEEDED[code]
    (one,) = controlled([payable()], books(**other))
    assert [(hold.code, hold.second, bool(hold.number)) for hold in one.holds] == [(code, takes_two, True)]


AGAIN: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "nothing the matter": ({}, ()),
    "its account is another vendor's too": (SHARED, ("SHARED_ACCOUNT",)),
    "eliminated": (vendor(status="淘汰"), ("UNQUALIFIED",)),
    "a certificate ran out": ({"certificates": {VENDOR: [paper("ISO 9001", YESTERDAY)]}}, ("CERTIFICATE",)),
    "under no contract": ({"contracts": frozenset({"HT-1"}), "contract_of": {NAME[1:]: ""}}, ("NO_CONTRACT",)),
    "paid by hand": ({"by_hand": {NAME[0]: [BANKED]}}, ("PAID_BY_HAND",)),
    "may be another invoice once more: that was asked before it was put up": (suspect("SAME_AMOUNT"), ()),
}


@pytest.mark.parametrize(("other", "codes"), AGAIN.values(), ids=AGAIN)
def test_what_is_asked_once_more_of_a_line_that_waits_for_its_release(
    other: dict[str, Any], codes: tuple[str, ...]
) -> None:
    row = {"payment_key": "k", "invoice_key": NAME[0], "order_id": "PO-1", "line": "1", "vendor": VENDOR,
           "invoice_no": "A-1", "net": D("565.00"), "batch": "FK-1", "currency": None, "bank_account": OLD}  # fmt: skip
    sheeted = Sheeted([row], {NAME: (payable(), D("565.00"))}, {VENDOR: {"bank_account": OLD}}, {"FK-1"})
    found = stopped(sheeted, books(**other))
    assert tuple(hold.code for hold in found.get("k", ())) == codes


def test_of_several_papers_of_a_type_the_latest_counts() -> None:
    rows = [paper("ISO 9001", date(2025, 1, 1)), paper("ISO 9001", date(2026, 1, 1), None)]
    assert [row["expires_on"] for row in lapsed(rows, TODAY)] == [date(2026, 1, 1)]


def test_what_a_sheet_has_carried_is_not_held_and_the_rest_is() -> None:
    (one,) = controlled([payable()], books(**vendor(status="淘汰")), lambda _: D("65.00"))
    assert (one.payable.held, one.payable.net) == (D("65.00"), D("500.00"))
    (none,) = controlled([payable()], books(**vendor(status="淘汰")), lambda _: D("0.00"))
    assert (none.payable.held, none.payable.reasons) == (0, ())


amounts = st.decimals("0", "99999", places=2)
causes = st.lists(st.sampled_from([other for other, _ in HELD.values()]), max_size=4)


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=5), causes, st.randoms())
def test_controls_only_move_money_from_net_to_held_in_whatever_order(
    lines: list[tuple[Decimal, Decimal]], others: list[dict[str, Any]], chance: Any
) -> None:
    merged: dict[str, Any] = {}
    for other in others:
        merged |= other
    owed = [payable(str(net), f"A-{n}", penalty=penalty) for n, (net, penalty) in enumerate(lines)]
    after = {one.payable.invoice_no: one.payable for one in controlled(owed, books(**merged))}
    for before in owed:
        now = after[before.invoice_no]
        assert (now.gross, now.penalty, now.net + now.held) == (before.gross, before.penalty, before.net + before.held)
        assert now.net in (before.net, 0)
        assert now.held >= 0
    chance.shuffle(owed)
    assert {one.payable.invoice_no: one.payable for one in controlled(owed, books(**merged))} == after


# ------------------------------------------------------------------ the clock

DUE = {
    "the contract is longer: 60 days from acceptance": (True, date(2026, 9, 30), date(2026, 8, 5)),
    "the contract is shorter: the contract's": (True, date(2026, 7, 1), date(2026, 7, 1)),
    "no small vendor: the contract's": (False, date(2026, 9, 30), date(2026, 9, 30)),
    "nobody knows whether it is small": (None, date(2026, 9, 30), date(2026, 9, 30)),
}


@pytest.mark.parametrize(("small", "agreed", "due_on"), DUE.values(), ids=DUE)
def test_when_a_line_is_due(small: bool | None, agreed: date, due_on: date) -> None:
    one = payable(accepted_on=date(2026, 6, 6), due_on=agreed)
    assert on_the_clock(one, {"sme": small}, RULES).due_on == due_on


def test_what_is_undisputed_is_due_on_its_day_though_the_rest_is_disputed() -> None:
    one = payable("339.00", accepted_on=date(2026, 6, 6), due_on=date(2026, 9, 30))
    part = replace(one, gross=D("565.00"), held=D("226.00"), reasons=("QUANTITY",))
    after = on_the_clock(part, {"sme": True}, RULES)
    assert (after.due_on, after.net) == (date(2026, 8, 5), D("339.00"))


INTEREST = {
    "ten days": (date(2026, 6, 26), "5.00"),
    "on the day": (TODAY, "0.00"),
    "before": (date(2026, 8, 1), "0.00"),
    "one day, half a cent up": (YESTERDAY, "0.50"),
    "no day known": (None, "0.00"),
}


@pytest.mark.parametrize(("due_on", "interest"), INTEREST.values(), ids=INTEREST)
def test_default_interest(due_on: date | None, interest: str) -> None:
    assert default_interest(D("1000.00"), due_on, TODAY, RULES) == D(interest)


# ------------------------------------------------------------------ stories

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 7, day) for day in (6, 7, 8, 9, 10))
SECOND = {"发票号码": "26112000000087654321", "订单号": "PO-2"}
PHONE = {"电话": "021-00000001"}


def _team(home: Home, books: SimpleNamespace, received: int = 100) -> None:
    home.drop("供应商.xlsx", books.vendors(PHONE))
    home.drop("合同.xlsx", books.contracts())
    home.drop("订单.xlsx", books.orders({}, {"订单号": "PO-2", "单价": 6}))
    home.drop("收货.xlsx", books.deliveries({"到货数": received, "合格数": received}))
    home.drop("发票.xlsx", books.invoices())


def _second_bill(home: Home, books: SimpleNamespace, price: int = 6) -> None:
    """Another order of the same vendor, received and billed at another price, or at the same as the first."""
    home.drop("订单2.xlsx", books.orders({"订单号": "PO-2", "单价": price}))
    home.drop("收货2.xlsx", books.deliveries({"送货单号": "SH-2", "订单号": "PO-2"}))
    net, tax = 100 * price, 13 * price
    home.drop("发票2.xlsx", books.invoices(
        {**SECOND, "单价": price, "不含税金额": net, "税额": tax, "价税合计": net + tax}
    ))  # fmt: skip


def _forms(home: Home, beginning: str, folder: str = "forms") -> list[Path]:
    place = home.settings.out_folder(folder)
    return sorted(path for path in place.glob("*.xlsx") if path.name.startswith(beginning))


def _filled(path: Path, answers: Row, which: str = "") -> bytes:
    """A form as a person sends it back: answers under the headers of these words, in rows that hold `which`."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    head = next(row for row in page.iter_rows() if {cell.value for cell in row} >= set(answers))
    columns = {cell.value: cell.column for cell in head}
    for row in page.iter_rows(min_row=head[0].row + 1):
        if row[0].value and any(which in str(cell.value or "") for cell in row):
            for word, value in answers.items():
                page.cell(row[0].row, columns[word], value)
    memory = BytesIO()
    book.save(memory)
    return memory.getvalue()


def _lines(home: Home, order: str) -> list[tuple[str, str, str | None]]:
    return [(p["state"], p["net"], p["hold_reason"]) for p in home.export("payables") if p["order_id"] == order]


def _table(home: Home, name: str) -> list[Row]:
    with home.store.transaction() as tx:
        rows: list[Row] = tx.table(name).to_pylist()
    return rows


CALLED = {"回拨日期": TUESDAY, "回拨人": "虚构甲", "接听人": "虚构丙", "回拨结果": "确认变更", "变更放行人": "虚构乙"}


def test_a_changed_account_is_called_back_released_by_a_second_person_after_two_days_and_paid_once(
    home: Home, books: SimpleNamespace
) -> None:
    _team(home, books)
    home.turn(MONDAY)
    home.drop("供应商.xlsx", books.vendors({"电话": "021-99999999", "银行账号": NEW}))
    _second_bill(home, books)
    home.turn(TUESDAY)
    assert _lines(home, "PO-2") == [("held", "0.00", "BANK_CHANGE")]
    (form,) = _forms(home, "账户变更回拨单")
    written = {str(cell.value) for row in openpyxl.load_workbook(form).worksheets[0].iter_rows() for cell in row}
    assert any(text.startswith("021-00000001（取自变更之前的文件") for text in written)
    assert not any("021-99999999" in text for text in written)

    home.drop("回拨 甲.xlsx", _filled(form, {**CALLED, "变更放行人": "虚构甲"}))
    home.turn(WEDNESDAY)
    assert [one["why"] for one in _table(home, "accounts")] == ["", "same_person"]
    home.drop("回拨 甲.xlsx", _filled(form, CALLED))
    home.turn(datetime(2026, 7, 9, 17, 59))
    assert [one["why"] for one in _table(home, "accounts")] == ["", "hours"]
    assert _lines(home, "PO-2") == [("held", "0.00", "BANK_CHANGE")]
    home.turn(FRIDAY)
    home.turn(date(2026, 7, 13))
    assert _lines(home, "PO-2") == [("proposed", "644.10", None)]
    assert [row["bank_account"] for row in _table(home, "payables")] == [OLD, NEW]
    assert len(_forms(home, "账户变更回拨单")) == 1
    assert [one["state"] for one in _table(home, "accounts")] == ["trusted", "released"]


def test_what_is_on_a_sheet_already_does_not_leave_for_an_account_that_has_changed(
    home: Home, books: SimpleNamespace
) -> None:
    _team(home, books)
    home.turn(MONDAY)
    (key,) = [row["payment_key"] for row in _table(home, "payables")]
    home.drop("供应商.xlsx", books.vendors({"银行账号": NEW}))
    home.turn(TUESDAY)
    stops = {row["hold"]: row["reasons"] for row in _table(home, "holds")}
    assert stops[key] == "SILENT_EDIT,BANK_CHANGE"


def test_the_old_account_stays_in_use_where_a_person_says_so(home: Home, books: SimpleNamespace) -> None:
    _team(home, books)
    home.turn(MONDAY)
    home.drop("供应商.xlsx", books.vendors({"银行账号": NEW}))
    home.turn(TUESDAY)
    (form,) = _forms(home, "账户变更回拨单")
    home.drop("回拨.xlsx", _filled(form, {"回拨人": "虚构甲", "回拨结果": "未接通", "期间付旧账户": "是"}))
    _second_bill(home, books)
    home.turn(WEDNESDAY)
    assert _lines(home, "PO-2") == [("proposed", "644.10", None)]
    assert [row["bank_account"] for row in _table(home, "payables")] == [OLD, OLD]
    sheet = openpyxl.load_workbook(_forms(home, "付款申请单", "payments")[-1]).worksheets[0]
    told = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert f"账号变更还没有放行，付到旧账户，尾号 {OLD[-4:]}" in told and "虚构甲" in told


def test_a_soft_duplicate_waits_for_a_person_and_is_paid_once_after_it(home: Home, books: SimpleNamespace) -> None:
    _team(home, books)
    home.turn(MONDAY)
    _second_bill(home, books, price=5)
    home.turn(TUESDAY)
    assert _lines(home, "PO-2") == [("held", "0.00", "SAME_AMOUNT")]
    (held,) = _table(home, "holds")
    assert held["evidence"] == "与发票 26112000000012345678（2026-06-25，发票.xlsx › 发票登记 › 2）相似"
    home.turn(WEDNESDAY)
    (form,) = _forms(home, "暂扣放行单")
    home.drop("放行.xlsx", _filled(form, {"暂扣处理": "放行", "放行人": "虚构甲"}))
    home.turn(THURSDAY)
    assert _lines(home, "PO-2") == [("held", "0.00", "SAME_AMOUNT")]  # nobody said why
    home.drop("放行.xlsx", _filled(form, {"暂扣处理": "放行", "放行人": "虚构甲", "放行理由": "两个订单各一批"}))
    home.turn(FRIDAY)
    home.turn(date(2026, 7, 13))
    assert _lines(home, "PO-2") == [("proposed", "536.75", None)]
    assert not _table(home, "holds")


def test_one_national_number_under_two_names_is_paid_once_and_both_rows_are_named(
    home: Home, books: SimpleNamespace
) -> None:
    """Neither name has a code or a tax number, so nothing but the invoice's number tells that they are one."""
    former = "示例甲(旧名)有限公司"
    codeless: Row = {"供应商编码": None, "统一社会信用代码": None}
    home.drop("供应商.xlsx", books.vendors(codeless, {**codeless, "供应商名称": former, "银行账号": NEW}))
    home.drop("合同.xlsx", books.contracts({}, {"合同编号": "HT-2", "供应商": former}))
    home.drop("订单.xlsx", books.orders({}, {"订单号": "PO-2", "供应商": former, "合同编号": "HT-2"}))
    home.drop("收货.xlsx", books.deliveries({}, {"送货单号": "SH-2", "订单号": "PO-2", "供应商": former}))
    home.drop("发票.xlsx", books.invoices())
    home.drop("发票 旧名.xlsx", books.invoices({"供应商": former, "订单号": "PO-2", "开票日期": date(2026, 6, 26)}))
    home.turn(MONDAY)
    assert _lines(home, "PO-1") == [("proposed", "536.75", None)]
    assert _lines(home, "PO-2") == [("held", "0.00", "DUPLICATE")]
    (held,) = _table(home, "holds")
    assert (held["source"], held["stopped"]) == ("发票 旧名.xlsx › 发票登记 › 2", D("565.00"))
    assert held["evidence"] == (
        "号码与已登记的发票 26112000000012345678 相同：示例甲电子有限公司，2026-06-25（发票.xlsx › 发票登记 › 2）"
    )


def test_a_quantity_edited_after_the_sheet_is_paid_when_somebody_has_answered(
    home: Home, books: SimpleNamespace
) -> None:
    _team(home, books, received=60)
    home.turn(MONDAY)
    home.drop("收货.xlsx", books.deliveries({"到货数": 100, "合格数": 100}))
    home.turn(TUESDAY)
    assert [line[:2] for line in _lines(home, "PO-1")] == [("proposed", "322.05")]
    assert "SILENT_EDIT" in {row["reasons"] for row in _table(home, "holds")}
    (alerts,) = _forms(home, "预警清单 2026-07-07", "alerts")
    home.drop("预警.xlsx", _filled(alerts, {"处理状态": "已确认", "预警处理人": "虚构甲"}, "静默修改"))
    home.turn(WEDNESDAY)
    assert sorted(line[:2] for line in _lines(home, "PO-1")) == [("proposed", "214.70"), ("proposed", "322.05")]
    assert not _table(home, "holds")


def test_a_hold_on_an_edit_waits_for_its_answer_however_long(home: Home, books: SimpleNamespace) -> None:
    _team(home, books, received=60)
    home.turn(MONDAY)
    home.drop("收货.xlsx", books.deliveries({"到货数": 100, "合格数": 100}))
    home.turn(TUESDAY)
    much_later = date(2026, 10, 20)  # more than 90 days
    home.turn(much_later)
    assert [line[:2] for line in _lines(home, "PO-1")] == [("proposed", "322.05")]
    (alert,) = [one for one in home.export("alerts") if one["code"] == "SILENT_EDIT"]
    assert alert["state"] == "open"
    answer = {"处理状态": "处理中", "预警处理人": "虚构甲"}
    lists = sorted(home.settings.out_folder("alerts").glob("预警清单*.xlsx"))
    home.drop("预警.xlsx", _filled(lists[-1], answer, "静默修改"))
    home.turn(date(2026, 10, 21))
    assert "SILENT_EDIT" in {row["reasons"] for row in _table(home, "holds")}  # somebody is on it: nothing is decided
    home.drop("预警.xlsx", _filled(lists[-1], answer | {"处理状态": "已确认"}, "静默修改"))
    home.turn(date(2026, 10, 22))
    assert sorted(line[:2] for line in _lines(home, "PO-1")) == [("proposed", "214.70"), ("proposed", "322.05")]
    with home.store.transaction() as tx:
        open_ones = tx.ledger(date(2026, 10, 22), 1).open_edits()
    assert not len(open_ones)  # what is answered is looked at no more


def test_what_was_changed_back_is_held_no_more_and_its_alert_still_asks(home: Home, books: SimpleNamespace) -> None:
    _team(home, books, received=60)
    home.turn(MONDAY)
    for received, day in ((100, TUESDAY), (60, WEDNESDAY)):
        home.drop("收货.xlsx", books.deliveries({"到货数": received, "合格数": received}))
        home.turn(day)
        held = {row["reasons"] for row in _table(home, "holds")}
        assert any("SILENT_EDIT" in reasons for reasons in held) == (day == TUESDAY)
    assert [one["state"] for one in home.export("alerts") if one["code"] == "SILENT_EDIT"] == ["open"] * 2
    assert [line[:2] for line in _lines(home, "PO-1")] == [("proposed", "322.05")]


EMPLOYEES = """[[in_force]]
from = 2026-01-01
[in_force.employees]
"虚构员" = "6222000000000000001"
"""


def test_an_account_of_our_own_people_is_told_at_once_and_takes_two_to_release(
    home: Home, books: SimpleNamespace
) -> None:
    (home.path / "config" / "rules").mkdir(exist_ok=True)
    (home.path / "config" / "rules" / "settlement.toml").write_text(EMPLOYEES, "utf-8")
    home.configure("")
    _team(home, books)
    home.turn(MONDAY)
    assert _lines(home, "PO-1") == [("held", "0.00", "SHARED_ACCOUNT")]
    (alert,) = [a for a in home.export("alerts") if a["code"] == "BANK_CHANGE"]
    assert (alert["severity"], "员工 虚构员" in alert["seen"], OLD in alert["seen"]) == ("critical", True, False)
    (form,) = _forms(home, "暂扣放行单")
    one = {"暂扣处理": "放行", "放行人": "虚构甲", "放行理由": "个体户，本人即员工家属，已备案"}
    home.drop("放行.xlsx", _filled(form, one))
    home.turn(TUESDAY)
    assert _lines(home, "PO-1") == [("held", "0.00", "SHARED_ACCOUNT")]
    home.drop("放行.xlsx", _filled(form, {**one, "第二人": "虚构乙"}))
    home.turn(WEDNESDAY)
    assert _lines(home, "PO-1") == [("proposed", "536.75", None)]


def test_numbers_that_lost_their_digits_never_reach_a_sheet(home: Home, books: SimpleNamespace) -> None:
    _team(home, books)
    home.drop("供应商.xlsx", books.vendors({"银行账号": 6222000000000000001}))
    home.drop("发票2.xlsx", books.invoices({"发票号码": 26112000000087654321, "订单号": "PO-2"}))
    home.turn(MONDAY)
    assert [one["code"] for one in home.export("findings") if one["level"] == "error"] == ["ID_DAMAGED", "ID_DAMAGED"]
    assert [line[0] for line in _lines(home, "PO-1")] == ["held"]
    assert not _lines(home, "PO-2")
    assert not home.export("batches")


def test_interest_is_shown_once_overdue_on_the_alert_and_on_the_sheet(home: Home, books: SimpleNamespace) -> None:
    _team(home, books)
    home.turn(date(2026, 8, 4))  # due on 25 July: 536.75 × 0.05 % × 10 days
    (sheet,) = _forms(home, "付款申请单", "payments")
    page = openpyxl.load_workbook(sheet, data_only=True)["付款明细"]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    head = next(row for row in rows if "逾期利息\n（提示）" in row)
    line = next(row for row in rows if "26112000000012345678" in row)
    assert line[head.index("逾期利息\n（提示）")] == 2.68
    (alert,) = [a for a in home.export("alerts") if a["code"] == "OVERDUE_PAYMENT"]
    assert alert["seen"].endswith("逾期利息 2.68 CNY")


def test_what_is_retained_of_a_line_that_waits_for_a_person_waits_with_it(home: Home, books: SimpleNamespace) -> None:
    _team(home, books)
    _second_bill(home, books, price=5)
    home.drop("合同.xlsx", books.contracts({"质保期": 1}))
    home.turn(MONDAY)
    home.turn(date(2026, 7, 20))
    waiting = [(row["invoice_no"][-2:], row["reasons"]) for row in _table(home, "holds")]
    assert waiting == [("21", "SAME_AMOUNT")] * 2
    assert {row["invoice_no"][-2:] for row in _table(home, "payables") if row["batch"]} == {"78"}


def test_what_is_retained_of_an_invoice_that_left_the_register_is_asked_and_paid_once(
    home: Home, books: SimpleNamespace
) -> None:
    _team(home, books)
    home.drop("合同.xlsx", books.contracts({"质保期": 2}))
    home.turn(MONDAY)
    home.drop("发票.xlsx", books.invoices({"发票号码": "26112000000012345699", "订单号": "PO-9"}))  # a new month's
    home.turn(date(2026, 8, 17))
    assert [b["day"] for b in home.export("batches")] == ["2026-07-06"]
    home.turn(date(2026, 8, 18))
    (kept,) = (row for row in _table(home, "holds") if row["reasons"] == "RETENTION_ALONE")
    assert (kept["invoice_no"], kept["stopped"], kept["source"]) == (
        "26112000000012345678",
        D("28.25"),
        "FK-20260706-01",
    )
    (form,) = _forms(home, "暂扣放行单 2026-08-18")
    alone = {"暂扣处理": "放行", "放行人": "虚构甲", "放行理由": "旧台账已归档"}
    home.drop("放行.xlsx", _filled(form, alone))
    home.turn(date(2026, 8, 18))
    assert len(home.export("batches")) == 1
    home.drop("放行.xlsx", _filled(form, alone | {"第二人": "虚构乙"}))
    home.turn(date(2026, 8, 19))
    assert [(b["day"], b["total"]) for b in home.export("batches")][1:] == [("2026-08-19", "28.25")]
    home.drop("发票.xlsx", books.invoices())  # put back: it is the same money under the same key
    for day in (date(2026, 8, 20), date(2026, 8, 21)):
        home.turn(day)
    assert len(home.export("batches")) == 2


def test_a_contract_ledger_that_cannot_be_read_is_one_all_the_same(home: Home, books: SimpleNamespace) -> None:
    _team(home, books)
    home.drop("合同.xlsx", books.contracts({"到期日期": "待定"}))
    home.turn(MONDAY)
    assert [row["reasons"] for row in _table(home, "holds")] == ["NO_CONTRACT"]


BY_HAND = {
    "what is to be paid": (536.75, date(2026, 7, 3), ["PAID_BY_HAND"]),
    "the whole invoice, retention and all": (565, date(2026, 6, 25), ["PAID_BY_HAND"]),
    "before there was an invoice": (536.75, date(2026, 6, 24), []),
    "another amount": (536.74, date(2026, 7, 3), []),
}


@pytest.mark.parametrize(("amount", "paid_on", "reasons"), BY_HAND.values(), ids=BY_HAND)
def test_what_somebody_may_have_paid_by_hand_is_asked(
    home: Home, books: SimpleNamespace, amount: float, paid_on: date, reasons: list[str]
) -> None:
    _team(home, books)
    told = {
        "流水号": "B-1",
        "收款人": "示例甲电子有限公司",
        "付款金额": amount,
        "付款日期": paid_on,
        "付款状态": "成功",
    }
    home.drop("回单.xlsx", books.xlsx({"回单": [told]}))
    home.turn(MONDAY)
    assert [row["reasons"] for row in _table(home, "holds")] == reasons
    assert len(home.export("batches")) == (not reasons)


def test_what_two_people_say_was_not_paid_by_hand_is_paid_once(home: Home, books: SimpleNamespace) -> None:
    _team(home, books)
    told = {"流水号": "B-1", "收款人": "示例甲电子有限公司", "付款金额": 565, "付款日期": date(2026, 7, 1)}
    home.drop("回单.xlsx", books.xlsx({"回单": [told]}))
    home.turn(MONDAY)
    (form,) = _forms(home, "暂扣放行单")
    answer = {"暂扣处理": "放行", "放行人": "虚构甲", "放行理由": "那笔是模具款", "第二人": "虚构乙"}
    home.drop("放行.xlsx", _filled(form, answer))
    for day in (TUESDAY, WEDNESDAY):
        home.turn(day)
    assert _lines(home, "PO-1") == [("proposed", "536.75", None)]
    assert not _table(home, "holds")


def test_what_two_people_say_was_paid_by_hand_is_paid_and_closed(home: Home, books: SimpleNamespace) -> None:
    _team(home, books)
    told = {"流水号": "B-1", "收款人": "示例甲电子有限公司", "付款金额": 536.75, "付款日期": date(2026, 7, 1)}
    home.drop("回单.xlsx", books.xlsx({"回单": [told]}))
    home.turn(MONDAY)
    (form,) = _forms(home, "暂扣放行单")
    answer = {"暂扣处理": "已付清", "放行人": "虚构甲", "放行理由": "急件，先付了", "第二人": "虚构乙"}
    home.drop("放行.xlsx", _filled(form, answer))
    for day in (TUESDAY, WEDNESDAY):
        home.turn(day)
    assert _lines(home, "PO-1") == [("confirmed", "536.75", None)]
    assert not _table(home, "holds")
    assert [(one["batch"], one["state"]) for one in home.export("batches")] == [("SG-20260707-01", "confirmed")]
    assert [(m["state_after"], m["by"]) for m in _table(home, "movements")] == [
        ("proposed", "虚构甲、虚构乙"), ("released", "虚构甲、虚构乙"), ("confirmed", "虚构甲、虚构乙"),
    ]  # fmt: skip
    home.drop("回单 全月.xlsx", books.xlsx({"回单": [told, told | {"流水号": "B-2", "收款人": "示例路人公司"}]}))
    home.turn(THURSDAY)
    assert {row["outcome"] for row in _table(home, "returns")} == {"confirmed", "foreign"}  # no second payment is seen


def test_what_was_paid_by_hand_and_is_another_sum_is_not_closed(home: Home, books: SimpleNamespace) -> None:
    """The whole invoice was paid, though ten pieces were rejected: what becomes of that is for people to clear up."""
    _team(home, books)
    home.drop("收货.xlsx", books.deliveries({"合格数": 90, "不合格数": 10}))
    told = {"流水号": "B-1", "收款人": "示例甲电子有限公司", "付款金额": 565, "付款日期": date(2026, 7, 1)}
    home.drop("回单.xlsx", books.xlsx({"回单": [told]}))
    home.turn(MONDAY)
    (form,) = _forms(home, "暂扣放行单")
    answer = {"暂扣处理": "已付清", "放行人": "虚构甲", "放行理由": "急件，先付了", "第二人": "虚构乙"}
    home.drop("放行.xlsx", _filled(form, answer))
    home.turn(TUESDAY)
    (held,) = _table(home, "holds")
    assert "PAID_BY_HAND" in held["reasons"] and "与现在应付 483.07 不一致" in held["evidence"]
    assert not home.export("batches")


def test_what_was_paid_by_hand_with_its_retention_is_closed_and_the_retention_is_released_no_more(
    home: Home, books: SimpleNamespace
) -> None:
    """565.00 of which 28.25 was to be kept for two months: when they are over nothing is asked for."""
    home.let("paymaster", "bookkeeper")
    _team(home, books)
    home.drop("合同.xlsx", books.contracts({"质保期": 2}))
    told = {"流水号": "B-1", "收款人": "示例甲电子有限公司", "付款金额": 565, "付款日期": date(2026, 7, 1)}
    home.drop("回单.xlsx", books.xlsx({"回单": [told]}))
    home.turn(MONDAY)
    (held,) = _table(home, "holds")
    assert "加上未到期的质保金 28.25" in held["evidence"]
    (form,) = _forms(home, "暂扣放行单")
    answer = {"暂扣处理": "已付清", "放行人": "虚构甲", "放行理由": "合同约定免质保", "第二人": "虚构乙"}
    home.drop("放行.xlsx", _filled(form, answer))
    for day in (TUESDAY, WEDNESDAY, date(2026, 8, 18), date(2026, 8, 31)):
        home.turn(day)
        assert not _table(home, "holds")
    paid = [(row["net"], row["state"], row["batch"]) for row in _table(home, "payables")]
    assert sorted(paid) == [
        (D("28.25"), "confirmed", "SG-20260707-01"), (D("536.75"), "confirmed", "SG-20260707-01"),
    ]  # fmt: skip
    assert [(row["outcome"], row["amount"]) for row in _table(home, "returns")] == [("confirmed", D(565))]
    assert len(home.export("batches")) == 1


def test_retention_that_was_paid_by_hand_and_is_less_by_now_was_paid_too_much(
    home: Home, books: SimpleNamespace
) -> None:
    home.let("paymaster", "bookkeeper")
    _team(home, books)
    told = {"流水号": "B-1", "收款人": "示例甲电子有限公司", "付款金额": 565, "付款日期": date(2026, 7, 1)}
    home.drop("回单.xlsx", books.xlsx({"回单": [told]}))
    home.turn(MONDAY)
    (form,) = _forms(home, "暂扣放行单")
    answer = {"暂扣处理": "已付清", "放行人": "虚构甲", "放行理由": "合同约定免质保", "第二人": "虚构乙"}
    home.drop("放行.xlsx", _filled(form, answer))
    home.turn(TUESDAY)
    red = {"发票号码": "R-1", "发票类型": "红字", "对应蓝字发票": "26112000000012345678", "开票日期": TUESDAY,
           "数量": None, "不含税金额": -100, "税额": -13, "价税合计": -113}  # fmt: skip
    home.drop("红字.xlsx", books.invoices(red))
    home.turn(WEDNESDAY)
    assert sorted((row["reasons"], row["stopped"]) for row in _table(home, "holds")) == [
        ("OVERPAID", D("5.65")), ("SET_OFF", D("107.35")),
    ]  # fmt: skip


LACKING: list[tuple[Row, str]] = [
    ({"变更放行人": "虚构甲"}, "同一人"),
    ({"回拨人": None}, "没有写回拨人"),
    ({"变更放行人": None}, "等待第二人放行"),
    ({"回拨结果": "未接通"}, "不是 确认变更"),
    ({}, "到时自动放行"),
]


@pytest.mark.parametrize(("answer", "said"), LACKING)
def test_a_call_back_that_releases_nothing_is_told_at_once(
    home: Home, books: SimpleNamespace, answer: Row, said: str
) -> None:
    _team(home, books)
    home.turn(MONDAY)
    home.drop("供应商.xlsx", books.vendors({"银行账号": NEW}))
    home.turn(TUESDAY)
    (form,) = _forms(home, "账户变更回拨单")
    home.drop("回拨.xlsx", _filled(form, {**CALLED, **answer}))
    home.turn(datetime(2026, 7, 7, 22))  # nobody settles at this hour
    letters = home.settings.out_folder("letters").rglob("2026-07-07*.eml")
    texts = [message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",)) for path in letters]
    (told,) = [text for one in texts if one and "还不能放行新账号" in (text := one.get_content())]
    assert said in told
