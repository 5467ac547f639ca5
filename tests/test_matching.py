"""What a bill is matched with: goods, milestones, counted work; several orders, credit notes, tolerances; and every
cause by its own name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from robots.figures.settlement import (
    Acceptance,
    OrderLine,
    Payable,
    Terms,
    accept_work,
    milestone_book,
    order_book,
    settle,
)
from robots.figures.settlement.book import amount_on
from robots.rules import Rules, Settlement, Tolerance, Work
from tests.conftest import Home

D = Decimal
Row = dict[str, Any]
VENDOR, OTHER = "示例甲有限公司", "虚构乙公司"
VENDORS = {name: {"bank_account": "6222000000000000001"} for name in (VENDOR, OTHER)}
RULES = Settlement("RULES 7", D("0.01"), D("100.00"), D("0.05"), 60, 60)
DUE = date(2026, 6, 10)


def line(order_id: str = "PO-1", accepted: int = 100, quantity: int = 100, **more: Any) -> OrderLine:
    """A line at 10.00 net and 13 %; `accepted` came in time."""
    came = [Acceptance(date(2026, 6, 9), D(accepted))] if accepted else []
    made = OrderLine(order_id, "1", VENDOR, D(quantity), D(10), D("0.13"), DUE, None, {}, came, category="机加工")
    return replace(made, **more)


def invoice(number: str = "F-1", gross: str = "1130.00", **more: Any) -> Row:
    """An invoice of June 20 over an amount."""
    row = {
        "_file": "发票.xlsx", "_sheet": "6月", "_row": 2, "invoice_no": number, "vendor": VENDOR, "order_id": "PO-1",
        "line": None, "contract_id": None, "invoiced_on": date(2026, 6, 20), "quantity": None, "unit_price": None,
        "net": None, "tax_rate": D("0.13"), "tax": None, "gross": D(gross), "kind": "蓝字", "blue_invoice_no": None,
    }  # fmt: skip
    return row | more


def owed(lines: list[OrderLine], *invoices: Row, rules: Settlement = RULES, **more: Any) -> list[Payable]:
    book: dict[str, list[OrderLine]] = {}
    for one in lines:
        book.setdefault(one.order_id, []).append(one)
    return list(settle(book, invoices, VENDORS, Terms(rules, "CNY", date(2026, 1, 1)), **more))


# ------------------------------------------------------------------ causes, each by its own name

CAUSES = {
    "no such order": ([line()], invoice(order_id="PO-9"), "NO_ORDER", "1130.00"),
    "no order at all": ([line()], invoice(order_id=None), "NO_ORDER", "1130.00"),
    "no such line": ([line()], invoice(line="7"), "NO_LINE", "1130.00"),
    "another vendor's order": ([line()], invoice(vendor=OTHER), "WRONG_VENDOR", "1130.00"),
    "billed in another currency": ([line()], invoice(currency="USD"), "CURRENCY", "1130.00"),
    "two orders in two currencies": (
        [line(), line("PO-2", currency="USD")], invoice(order_id="PO-1、PO-2"), "CURRENCY", "1130.00",
    ),
    "nothing came": ([line(accepted=0)], invoice(), "NO_RECEIPT", "1130.00"),
    "came, and is not judged": ([line(accepted=0, unjudged=D(100))], invoice(), "QUANTITY", "1130.00"),
    "more came than was ordered, and all of it is billed": ([line(quantity=80)], invoice(), "OVER_ORDER", "226.00"),
    "more came than was ordered, and more yet is billed": (
        [line(accepted=90, quantity=80)], invoice(), "QUANTITY", "226.00",
    ),
    "more billed than accepted": ([line(accepted=60)], invoice(), "QUANTITY", "452.00"),
    "one of two orders is unknown": ([line()], invoice(order_id="PO-1、PO-9"), "MANY_ORDERS", "1130.00"),
    "three orders, all unknown": ([line()], invoice(order_id="PO-7, PO-8, PO-9"), "NO_ORDER", "1130.00"),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "bill", "cause", "held"), CAUSES.values(), ids=CAUSES)
def test_each_cause_has_its_name(lines: list[OrderLine], bill: Row, cause: str, held: str) -> None:
    (payable,) = owed([replace(one, accepted=list(one.accepted)) for one in lines], bill)
    assert (payable.reasons, payable.held) == ((cause,), D(held))


def test_what_earlier_invoices_took_is_already_billed_and_what_is_still_to_come_is_not() -> None:
    first, second = owed([line()], invoice(), invoice("F-2", "565.00", _row=3))
    assert (first.net, second.net, second.reasons) == (D("1130.00"), D("0.00"), ("ALREADY_BILLED",))
    _, waits = owed([line(quantity=200)], invoice(), invoice("F-2", "565.00", _row=3))
    assert waits.reasons == ("QUANTITY",)


def test_more_than_ordered_is_payable_as_far_as_the_rules_allow_it() -> None:
    lines = [line(accepted=105)]
    (held,) = owed(lines, invoice(gross="1186.50"))
    assert (held.net, held.held, held.reasons) == (D("1130.00"), D("56.50"), ("OVER_ORDER",))
    (paid,) = owed([line(accepted=105)], invoice(gross="1186.50"), rules=replace(RULES, over_delivery_rate=D("0.05")))
    assert (paid.net, paid.reasons) == (D("1186.50"), ())


def test_a_delivery_entered_under_two_numbers_is_not_paid_twice(home: Home, books: SimpleNamespace) -> None:
    home.let("paymaster")
    home.drop("供应商.xlsx", books.vendors())
    home.drop("订单.xlsx", books.orders({}))
    home.drop("收货.xlsx", books.deliveries({}, {"送货单号": "SH-2"}))
    home.drop("发票.xlsx", books.invoices({}, {"发票号码": "26112000000012345699"}))
    home.turn()
    lines = {p["invoice_no"][-2:]: (p["state"], p["net"], p["hold_reason"]) for p in home.export("payables")}
    assert lines == {"78": ("proposed", "565.00", None), "99": ("held", "0.00", "OVER_ORDER")}
    home.drop("订单 补改.xlsx", books.orders({"订单数量": 200}))
    home.turn(date(2026, 7, 6))
    assert {p["hold_reason"] for p in home.export("payables")} == {None, "SAME_AMOUNT,SILENT_EDIT"}


# ------------------------------------------------------------------ several orders on one invoice

MANY = ["PO-1、PO-2", "PO-1,PO-2", "PO-1;PO-2", "PO-1/PO-2", "PO-1 PO-2"]


@pytest.mark.parametrize("cell", MANY)
def test_several_orders_in_one_cell_are_billed_in_turn_and_share_the_tax_to_the_cent(cell: str) -> None:
    lines = [line(accepted=33), line("PO-2", accepted=67)]
    payables = owed(lines, invoice(order_id=cell, net=D("1000.00"), tax=D("130.01"), gross=D("1130.01")))
    assert [(p.order_id, p.gross, p.net) for p in payables] == [
        ("PO-1", D("372.90"), D("372.90")), ("PO-2", D("757.11"), D("757.11")),
    ]  # fmt: skip
    assert sum(p.tax for p in payables) == D("130.01")
    assert sum(p.net_of_tax for p in payables) == D("1000.00")


def test_an_invoice_with_a_row_for_each_order_is_one_invoice_and_no_duplicate() -> None:
    lines = [line(), line("PO-2")]
    rows = [invoice(gross="1130.00"), invoice(gross="565.00", order_id="PO-2", _row=3)]
    assert [(p.order_id, p.net) for p in owed(lines, *rows)] == [("PO-1", D("1130.00")), ("PO-2", D("565.00"))]
    elsewhere = rows[1] | {"_sheet": "7月"}
    assert [p.reasons for p in owed([line(), line("PO-2")], rows[0], elsewhere)] == [(), ("DUPLICATE",)]


def test_a_register_with_a_row_for_each_order_is_read_and_settled_whole(home: Home, books: SimpleNamespace) -> None:
    home.let("paymaster")
    home.drop("供应商.xlsx", books.vendors())
    home.drop("订单.xlsx", books.orders({}, {"订单号": "PO-2"}))
    home.drop("收货.xlsx", books.deliveries({}, {"送货单号": "SH-2", "订单号": "PO-2"}))
    home.drop("发票.xlsx", books.invoices({}, {"订单号": "PO-2"}, {"订单号": "PO-2"}))
    home.turn()
    assert [f["code"] for f in home.export("findings") if f["drop"] == "发票.xlsx"] == ["KEY_TWICE"]
    assert [(p["order_id"], p["net"]) for p in home.export("payables")] == [("PO-1", "565.00"), ("PO-2", "565.00")]
    home.drop("发票 更正.xlsx", books.invoices({"单价": 4, "不含税金额": 400, "税额": 52, "价税合计": 452}))
    home.turn()
    assert [i["gross"] for i in home.export("invoices") if i["order_id"] == "PO-1"] == ["452.00"]


# ------------------------------------------------------------------ credit notes


def red(number: str, gross: str, blue: str | None = "F-1", **more: Any) -> Row:
    return invoice(number, gross, kind="红字", blue_invoice_no=blue, _row=9, **more)


def test_a_credit_note_takes_off_what_is_disputed_first() -> None:
    (payable,) = owed([line(accepted=60)], invoice(), red("R-1", "-452.00"))
    assert (payable.gross, payable.credit, payable.held, payable.net) == (
        D("678.00"), D("452.00"), D("0.00"), D("678.00"),
    )  # fmt: skip
    assert [(s.name, s.amount) for s in payable.steps] == [("billed", D("1130.00")), ("credit", D("-452.00"))]


def test_a_cancelled_invoice_frees_what_it_billed_for_the_next_one() -> None:
    cancelled, again = owed([line()], invoice(), red("R-1", "-1130.00"), invoice("F-2", _row=4))
    assert (cancelled.net, again.net) == (D("0.00"), D("1130.00"))


def test_a_credit_note_counts_once_however_often_it_is_registered() -> None:
    first, *_ = owed([line()], invoice(), red("R-1", "-113.00"), red("r1", "-113.00", _file="另一份.xlsx"))
    assert first.net == D("1017.00")


def test_what_is_below_zero_is_a_credit_note_whatever_its_kind_is_called() -> None:
    (payable,) = owed([line()], invoice(), red("R-1", "-113.00") | {"kind": "蓝字"})
    assert (payable.credit, payable.net) == (D("113.00"), D("1017.00"))


def test_a_credit_note_that_names_an_order_is_for_the_row_of_that_order() -> None:
    rows = [invoice(), invoice(order_id="PO-2", _row=3)]
    for order, nets in (("PO-2", ["1130.00", "1017.00"]), (None, ["1017.00", "1130.00"])):
        payables = owed([line(), line("PO-2")], *rows, red("R-1", "-113.00", order_id=order))
        assert [str(one.net) for one in payables] == nets


def test_a_credit_note_that_is_used_up_changes_nothing_of_the_next_row() -> None:
    """Its tax stays as the register has it, a cent off the rate."""
    rows = [invoice(), invoice(order_id="PO-2", _row=3, tax=D("130.01"))]
    _, second = owed([line(), line("PO-2")], *rows, red("R-1", "-1130.00", order_id=None))
    assert (second.tax, second.net) == (D("130.01"), D("1130.00"))


def test_what_a_credit_note_leaves_is_taxed_by_the_rate() -> None:
    """Neither register's rounding fits what is left: 999.95 less 99.90 net of 1,017.00."""
    blue = invoice(quantity=D(100), net=D("999.95"))
    (payable,) = owed([line()], blue, red("R-1", "-113.00", quantity=D(-10), net=D("-99.90")))
    assert (payable.gross, payable.tax) == (D("1017.00"), D("117.00"))


ALONE = {
    "its invoice is unknown": (red("R-1", "-113.00", "F-8"), "RED_ALONE", "-113.00"),
    "it names no invoice": (red("R-1", "-113.00", None), "RED_ALONE", "-113.00"),
    "it names an invoice of another vendor": (red("R-1", "-113.00", vendor=OTHER), "RED_ALONE", "-113.00"),
    "it is more than its invoice": (red("R-1", "-1200.00"), "CREDITED", "-70.00"),
}


@pytest.mark.parametrize(("note", "cause", "gross"), ALONE.values(), ids=ALONE)
def test_a_credit_note_that_finds_no_invoice_is_held_and_takes_nothing_from_others(
    note: Row, cause: str, gross: str
) -> None:
    alone = next(p for p in owed([line()], invoice(), note) if p.invoice_no == "R-1")
    assert (alone.gross, alone.held, alone.net, alone.reasons) == (D(gross), D(gross), D("0.00"), (cause,))


def test_a_credit_note_over_two_orders_comes_off_the_last_one_first() -> None:
    both = invoice(order_id="PO-1、PO-2", gross="2260.00")
    payables = owed([line(), line("PO-2")], both, red("R-1", "-1500.00", order_id=None))
    assert [(p.order_id, p.credit, p.net) for p in payables] == [
        ("PO-1", D("370.00"), D("760.00")), ("PO-2", D("1130.00"), D("0.00")),
    ]  # fmt: skip


# ------------------------------------------------------------------ price tolerances

TOLERANCES = {
    "both": Tolerance(D("0.09"), D(500), item="铜排", vendor=VENDOR),
    "item": Tolerance(D("0.07"), D(500), item="铜排"),
    "vendor": Tolerance(D("0.05"), D(500), vendor=VENDOR),
    "category": Tolerance(D("0.03"), D(500), category="机加工"),
}
WHICH = {
    "item and vendor come first": ("铜排", TOLERANCES, "10.90", "10.91", "item_vendor"),
    "then the item": ("铜排", {k: TOLERANCES[k] for k in ("item", "vendor", "category")}, "10.70", "10.71", "item"),
    "then the vendor": ("铁板", TOLERANCES, "10.50", "10.51", "vendor"),
    "then the category": ("铁板", {"category": TOLERANCES["category"]}, "10.30", "10.31", "category"),
    "another vendor's is none": (
        "铜排",
        {"theirs": Tolerance(D("0.09"), D(500), item="铜排", vendor=OTHER)},
        "10.10",
        "10.11",
        "default",
    ),
    "else the default": ("铁板", {"item": TOLERANCES["item"]}, "10.10", "10.11", "default"),
}


@pytest.mark.parametrize(("item", "tolerances", "within", "beyond", "level"), WHICH.values(), ids=WHICH)
def test_the_nearest_tolerance_counts_and_is_told(
    item: str, tolerances: dict[str, Tolerance], within: str, beyond: str, level: str
) -> None:
    rules = replace(RULES, tolerances=tolerances)
    for price, amount in ((within, "0.00"), (beyond, None)):
        net = 100 * D(price)
        bill = invoice(quantity=D(100), net=net, gross=(net * D("1.13")).quantize(D("0.01")))
        (payable,) = owed([line(item=item)], bill, rules=rules)
        assert payable.price_variance == (D(amount) if amount else payable.gross - D("1130.00"))
    told = next(step for step in payable.steps if step.name == "price_variance")
    assert dict(told.because.values)["level"].key == f"tolerance.{level}"  # type: ignore[union-attr]  # it is said


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"x": Tolerance(D(0), D(0))}, id="for nothing"),
        pytest.param({"x": Tolerance(D(0), D(0), item="a", category="b")}, id="for an item of a category"),
        pytest.param({n: Tolerance(D(0), D(0), item="a") for n in "xy"}, id="two for one item"),
    ],
)
def test_a_tolerance_that_has_no_place_in_the_order_stops_the_start(wrong: dict[str, Tolerance]) -> None:
    with pytest.raises(ValueError, match="tolerances"):
        replace(RULES, tolerances=wrong)


LATER = {
    "no tolerance": ({"price_tolerance_rate": D(0)}, {}, "price_variance", D("0.00"), D("5.65")),
    "a lower cap of penalties": (
        {"penalty_cap_rate": D("0.01")},
        {"contract": {"late_penalty_rate": D("0.1")}, "due_on": date(2026, 6, 4)},
        "penalty", D("56.50"), D("11.30"),
    ),
    "other days": ({"payment_days": 30}, {}, "due_on", date(2026, 8, 19), date(2026, 8, 1)),
    "a cap of retention": (
        {"retention_caps": {"机加工": D(0)}}, {"contract": {"retention_rate": D("0.1")}}, "retention",
        D("113.57"), D("0.00"),
    ),
    "other months": (
        {"retention_months": 6}, {"contract": {"retention_rate": D("0.1")}}, "retention_due_on",
        date(2027, 6, 9), date(2026, 12, 9),
    ),
    "more than was ordered": (
        {"over_delivery_rate": D("0.2")}, {"quantity": D(90)}, "net", D("1022.09"), D("1135.65"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "of_line", "name", "june", "july"), LATER.values(), ids=LATER)
def test_an_invoice_is_settled_by_the_rules_of_its_own_day(
    change: Row, of_line: Row, name: str, june: object, july: object
) -> None:
    """A rule from July on must not take back what was paid in June."""
    dated = Rules({"settlement": ((date(2000, 1, 1), RULES), (date(2026, 7, 1), replace(RULES, **change)))})
    terms = Terms(dated.settlement(date(2026, 7, 9)), "CNY", date(2026, 1, 1), dated=dated)
    bill = invoice(quantity=D(100), net=D("1005.00"), gross=D("1135.65"))
    for day, expected in ((date(2026, 6, 20), june), (date(2026, 7, 2), july)):
        (payable,) = settle({"PO-1": [line(**of_line)]}, [bill | {"invoiced_on": day}], VENDORS, terms)
        assert getattr(payable, name) == expected


# ------------------------------------------------------------------ penalties, retention


def test_lateness_by_our_own_fault_costs_nothing() -> None:
    agreed = {"late_penalty_rate": D("0.001")}
    came = [Acceptance(date(2026, 6, 15), D(50)), Acceptance(date(2026, 6, 15), D(50), excused=True)]
    (payable,) = owed([replace(line(contract=agreed), accepted=came)], invoice())
    assert payable.penalty == D("2.83")  # 50 × 10 × 0.1 % × 5 days × 1.13


FAULTS = {"需方": True, "不可抗力": True, "供方": False, None: False}


@pytest.mark.parametrize(("fault", "excused"), FAULTS.items(), ids=map(str, FAULTS))
def test_whose_fault_a_late_delivery_is(fault: str | None, excused: bool) -> None:
    ordered = {"order_id": "PO-1", "line": "1", "contract_id": None, "vendor": VENDOR, "item": None, "category": None,
               "quantity": D(9), "unit_price": D(1), "tax_rate": None, "currency": None, "due_latest": DUE,
               "unjudged": D(0)}  # fmt: skip
    came = {"order_id": "PO-1", "line": "1", "delivered_on": date(2026, 6, 15), "accepted": D(9), "rejected": None,
            "accepted_on": None, "fault": fault}  # fmt: skip
    book = order_book(pd.DataFrame([ordered]), pd.DataFrame([came]), pd.DataFrame())
    assert [one.excused for one in book["PO-1"][0].accepted] == [excused]


QUALITY = {
    "below the target": ("3000", "0.00"),
    "above it: the rate of the bad delivery's value alone": ("2000", "11.30"),  # 50 × 10 × 2 % × 1.13
    "no target agreed: nothing": (None, "0.00"),
}


@pytest.mark.parametrize(("target", "penalty"), [pytest.param(*c, id=i) for i, c in QUALITY.items()])
def test_the_quality_penalty_is_of_deliveries_above_the_target(target: str | None, penalty: str) -> None:
    agreed = {"quality_penalty_rate": D("0.02"), "ppm_target": D(target) if target else None}
    good, bad = Acceptance(date(2026, 6, 8), D(50)), Acceptance(date(2026, 6, 9), D(50), rejected=D("0.125"))
    (payable,) = owed([replace(line(contract=agreed), accepted=[good, bad])], invoice())
    assert payable.penalty == D(penalty)


def test_late_and_quality_penalties_share_one_cap() -> None:
    agreed = {
        "late_penalty_rate": D("0.01"), "quality_penalty_rate": D("0.5"), "ppm_target": D(0),
        "penalty_cap_rate": D("0.06"),
    }  # fmt: skip
    came = [Acceptance(date(2026, 6, 15), D(100), rejected=D(1))]
    (payable,) = owed([replace(line(contract=agreed), accepted=came)], invoice())
    assert [(s.name, s.amount) for s in payable.steps[1:]] == [("late", D("-56.50")), ("quality", D("-11.30"))]


def test_construction_keeps_at_most_three_percent_rounded_down() -> None:
    rules = replace(RULES, retention_caps={"机加工": D("0.03")})
    agreed = {"retention_rate": D("0.05"), "retention_months": D(12)}
    (payable,) = owed([line(contract=agreed)], invoice(gross="1129.50"), rules=rules)
    assert payable.retention == D("33.88")  # 33.885
    (usual,) = owed([line(contract=agreed)], invoice(gross="1129.50"))
    assert usual.retention == D("56.48")  # 56.475


def test_where_no_time_is_agreed_what_is_kept_comes_back_after_the_rules_months() -> None:
    (payable,) = owed([line(contract={"retention_rate": D("0.05")})], invoice())
    assert payable.retention_due_on == date(2027, 6, 9)


# ------------------------------------------------------------------ services

CONTRACT = {
    "_file": "合同.xlsx", "_sheet": "合同", "_row": 2, "contract_id": "HT-9", "vendor": VENDOR, "amount": D("10000.00"),
    "currency": None, "tax_rate": D("0.06"), "category": "软件", "late_penalty_rate": D("0.001"),
}  # fmt: skip


def milestone(name: str, **more: Any) -> Row:
    row = {
        "_file": "里程碑.xlsx", "_sheet": "里程碑", "_row": 2, "contract_id": "HT-9", "milestone": name, "vendor": None,
        "planned_on": date(2026, 6, 1), "revised_on": None, "submitted_on": date(2026, 6, 1),
        "accepted_on": date(2026, 6, 8), "result": "通过", "payable_rate": D("0.3"), "payable_amount": None,
    }  # fmt: skip
    return row | more


def billed_by_contract(gross: str, *milestones: Row, line: str | None = None, **more: Any) -> list[Payable]:
    changes = pd.DataFrame(
        [{"contract_id": "HT-9", "approved_on": date(2026, 6, 5), "amount_delta": D("2000.00")}]
        if more.pop("changed", False)
        else [],
        columns=["contract_id", "approved_on", "amount_delta"],
    )
    book = milestone_book(pd.DataFrame(milestones), pd.DataFrame([CONTRACT]), changes, date(2026, 7, 1))
    bill = invoice(gross=gross, order_id=None, contract_id="HT-9", tax_rate=D("0.06"), line=line)
    return owed([], bill, services=book, **more)


MILESTONES = {
    "passed: its share of the contract": ("3000.00", milestone("初验"), "3000.00", ()),
    "passed with conditions counts too": ("3000.00", milestone("初验", result="有条件通过"), "3000.00", ()),
    "its amount, where it names one": ("800.00", milestone("初验", payable_amount=D("800.00")), "800.00", ()),
    "not passed": ("3000.00", milestone("初验", result="不通过"), "0.00", ("NO_RECEIPT",)),
    "not accepted yet": ("3000.00", milestone("初验", accepted_on=None, result=None), "0.00", ("NO_RECEIPT",)),
    "accepted on a day to come": ("3000.00", milestone("初验", accepted_on=date(2026, 7, 9)), "0.00", ("NO_RECEIPT",)),
    "more billed than it earns": ("3500.00", milestone("初验"), "3000.00", ("QUANTITY",)),
    "without rate and amount": ("3000.00", milestone("初验", payable_rate=None), "0.00", ("NO_PRICE",)),
    "four days late": ("3000.00", milestone("初验", submitted_on=date(2026, 6, 5)), "2988.00", ()),
}


@pytest.mark.parametrize(("gross", "one", "net", "reasons"), MILESTONES.values(), ids=MILESTONES)
def test_a_milestone_stands_for_a_receipt(gross: str, one: Row, net: str, reasons: tuple[str, ...]) -> None:
    (payable,) = billed_by_contract(gross, one)
    assert (payable.order_id, payable.line, payable.net, payable.reasons) == ("HT-9", "初验", D(net), reasons)


def test_milestones_are_billed_in_turn_or_by_name() -> None:
    both = (milestone("终验", accepted_on=date(2026, 6, 9)), milestone("初验"))
    assert [(p.line, p.net) for p in billed_by_contract("6000.00", *both)] == [
        ("初验", D("3000.00")), ("终验", D("3000.00")),
    ]  # fmt: skip
    assert [(p.line, p.net) for p in billed_by_contract("3000.00", *both, line="终验")] == [("终验", D("3000.00"))]


def test_a_milestones_share_is_of_the_contract_as_changed_by_its_day() -> None:
    (payable,) = billed_by_contract("3600.00", milestone("初验"), changed=True)
    assert payable.net == D("3600.00")


def test_a_contracts_amount_is_as_changed_by_a_day_and_not_by_later_approvals() -> None:
    contract = CONTRACT | {"changes": [(date(2026, 6, 5), D("2000.00")), (date(2026, 6, 9), D("-500.00"))]}
    amounts = [amount_on(contract, date(2026, 6, day)) for day in (4, 5, 8, 9)]
    assert amounts == [D("10000.00"), D("12000.00"), D("12000.00"), D("11500.00")]


# ------------------------------------------------------------------ work that is counted

HOURS = [
    {"_file": "工时.xlsx", "_sheet": "6月", "_row": n, "vendor": VENDOR, "contract_id": "HT-9", "measure": "工时",
     "measured_on": date(2026, 6, n), "value": D(8), "unit": "小时", "subject": subject}
    for n, subject in ((3, "PO-2"), (4, None), (5, None))
]  # fmt: skip
TICKETS = [
    {"_file": "工单.csv", "_sheet": "", "_row": n, "vendor": VENDOR, "contract_id": "HT-9", "kind": kind,
     "resolved_at": datetime(2026, 6, 9, 12) if done else None}
    for n, (kind, done) in enumerate([("运维", True), ("运维", False), ("缺陷", True), ("运维", True)])
]  # fmt: skip
WORK = {
    "timesheets: what names an order counts there, the rest in turn": (
        Work("measurements", "工时"), {"PO-1": D(10), "PO-2": D(14)},
    ),
    "resolved tickets of a kind, one each": (Work("tickets", "运维"), {"PO-1": D(2), "PO-2": D(0)}),
    "resolved tickets of any kind": (Work("tickets"), {"PO-1": D(3), "PO-2": D(0)}),
}  # fmt: skip


@pytest.mark.parametrize(("work", "accepted"), WORK.values(), ids=WORK)
def test_counted_work_stands_for_receipts_where_the_rules_say_so(work: Work, accepted: dict[str, Decimal]) -> None:
    lines = [line(name, 0, 10 if name == "PO-1" else 50, contract=CONTRACT) for name in accepted]
    rules = replace(RULES, work={"HT-9": work})
    book = {one.order_id: [one] for one in lines}
    accept_work(book, pd.DataFrame(HOURS), pd.DataFrame(TICKETS), rules, date(2026, 7, 1))
    assert {name: book[name][0].available() for name in book} == accepted


NOT_YET = {
    "work of days to come": ({}, date(2026, 6, 4), D(16)),
    "work of another vendor": ({"vendor": OTHER}, date(2026, 7, 1), D(0)),
    "work under another contract": ({"contract_id": "HT-8"}, date(2026, 7, 1), D(0)),
    "work of a vendor without a contract": ({"contract_id": None}, date(2026, 7, 1), D(24)),
}


@pytest.mark.parametrize(("of_hours", "today", "accepted"), NOT_YET.values(), ids=NOT_YET)
def test_counted_work_is_the_vendors_own_and_done(of_hours: Row, today: date, accepted: Decimal) -> None:
    mine = line("PO-2", 0, 50, contract=CONTRACT)
    rules = replace(RULES, work={"HT-9": Work("measurements", "工时")})
    accept_work({"PO-2": [mine]}, pd.DataFrame([one | of_hours for one in HOURS]), pd.DataFrame(TICKETS), rules, today)
    assert mine.available() == accepted


def test_counted_work_adds_nothing_to_what_was_received() -> None:
    received = line(accepted=4, contract=CONTRACT)
    rules = replace(RULES, work={"HT-9": Work("measurements", "工时")})
    accept_work({"PO-1": [received]}, pd.DataFrame(HOURS), pd.DataFrame(TICKETS), rules, date(2026, 7, 1))
    assert received.available() == 4
