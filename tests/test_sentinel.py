"""Early warnings: each watch sees what is beyond its limit, names the row, and keeps silent just within it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robots.crew.scorer import scorer
from robots.crew.sentinel import look, sentinel
from robots.crew.sentinel.paper import notices
from robots.crew.sentinel.scene import Scene
from robots.edge.settings import shipped_words
from robots.edge.store import Store
from robots.edge.store.database import Dropped, Turn
from robots.figures.alerts import Alert, Conduct, Lives, live, number
from robots.figures.risk import late_risk, tails
from robots.figures.sampling import NORMAL, STOPPED, TIGHTENED, inspection_after
from robots.ledger import Ledger
from robots.model.calendar import Calendar
from robots.model.decisions import Decision, Notice, Record, Workbook, record
from robots.model.words import Say, say
from tests.stores import a_store
from tests.test_history import RULES
from tests.test_store import reading

D = Decimal
TODAY = date(2026, 7, 3)  # a Friday
YESTERDAY = TODAY - timedelta(days=1)
Row = dict[str, Any]
World = Mapping[str, list[Row]]


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def vendor(name: str = "示例甲", **more: Any) -> Row:
    return {"vendor": name, "category": "机加工", "status": "合格", **more}


def order(name: str = "PO-1", **more: Any) -> Row:
    usual = {"order_id": name, "line": "1", "vendor": "示例甲", "category": "机加工", "contract_id": "HT-1"}
    usual |= {"ordered_on": ago(20), "promised_on": TODAY + timedelta(days=30)}
    return {**usual, "quantity": D(100), "unit_price": D(10), **more}


def came(order_id: str = "PO-1", on: date = YESTERDAY, **more: Any) -> Row:
    usual = {"delivery_id": f"S-{order_id}-{on}", "order_id": order_id, "line": "1", "delivered_on": on}
    return {**usual, "received": D(100), "accepted": D(100), "rejected": D(0), **more}


def contract(name: str = "HT-1", **more: Any) -> Row:
    return {
        "contract_id": name,
        "vendor": "示例甲",
        "starts_on": ago(300),
        "ends_on": TODAY + timedelta(days=300),
        **more,
    }


def took(days: int, times: int, who: str, start: int = 200) -> tuple[list[Row], list[Row]]:
    """Lines that a vendor did in some days each."""
    names = [f"PO-{who}-{days}-{n}" for n in range(times)]
    orders = [
        order(n, vendor=who, ordered_on=ago(start), promised_on=ago(start - days)) for n in names
    ]  # fmt: skip
    return orders, [came(n, ago(start - days)) for n in names]


def lot(n: int, result: str, **more: Any) -> Row:
    return {"inspection_id": f"J-{n:02d}", "vendor": "示例甲", "item": "法兰", "result": result,
            "inspected_on": ago(40 - n), **more}  # fmt: skip


@contextmanager
def ledger_of(store: Store, world: World, day: date = TODAY) -> Iterator[tuple[Turn, Ledger]]:
    """These rows are dropped, a file per kind; lines are related and figures made; then the ledger of that day."""
    with store.transaction() as tx:
        now = datetime.combine(day, datetime.min.time())
        turn = tx.begin(now)
        for kind, rows in world.items():
            drop = tx.drop(turn, now, Dropped(f"{kind}.xlsx", "0" * 64, 1), "taken", "")
            tx.post(f"{kind}.xlsx", drop, reading(kind, rows))
        tx.relate(day, RULES.fingerprint("scorecard", "alerts"))
        _record(tx, scorer(tx.ledger(day, turn), RULES, day))
        yield tx, tx.ledger(day, turn)


def _record(tx: Turn, decisions: Iterator[Decision]) -> list[Decision]:
    told = list(decisions)
    for decision in told:
        if isinstance(decision.what, Record):
            tx.record(spoken(decision.what))
    return told


def spoken(what: Any) -> Any:
    """Sentences as their keys: what the words are is another matter."""
    return Record(what.table, tuple(tuple((n, _key(v)) for n, v in row) for row in what.rows), what.replace, what.gone,
                  what.scope)  # fmt: skip


def _key(value: Any) -> Any:
    return value.key if isinstance(value, Say) else value


def seen(world: World, day: date = TODAY) -> list[Alert]:
    with a_store() as store, ledger_of(store, {"vendors": [vendor()], **world}, day) as (_, ledger):
        return look(Scene(ledger, RULES, day))[1]


def told(world: World) -> set[tuple[str, str, str]]:
    return {(a.code, a.cause, a.severity) for a in seen(world) if a.code not in ("SINGLE_SOURCE",)}


# ------------------------------------------------------------------ every watch, beyond its limit and just within it

LATE_BY_ONE = {"orders": [order(promised_on=ago(1), ordered_on=ago(2))], "contracts": [contract()]}
QUICK, QUICK_CAME = took(5, 20, "示例乙")
SLOW, SLOW_CAME = took(40, 20, "示例甲")
AGREED = {"contracts": [contract(), contract("HT-2", vendor="示例乙")]}


def world(*orders: Row, **kinds: list[Row]) -> World:
    return {"orders": list(orders), **AGREED, **kinds}


TWO_VENDORS = {"vendors": [vendor(), vendor("示例乙")]}
CASES: list[Any] = [
    ("late from day 1", world(order(promised_on=ago(1))), ("LATE", "late", "warning")),
    ("due today is not late", world(order(promised_on=TODAY)), None),
    ("critical from day 7", world(order(promised_on=ago(7))), ("LATE", "late", "critical")),
    (
        "partly accepted is late",
        world(order(promised_on=ago(3)), deliveries=[came(accepted=D(99), rejected=D(1))]),
        ("LATE", "late", "warning"),
    ),
    ("complete is not late", world(order(promised_on=ago(3)), deliveries=[came(on=ago(5))]), None),
    ("moved by 7 days", world(order(revised_on=TODAY + timedelta(days=37))), ("REPROMISE", "moved", "warning")),
    ("moved once, by 6 days", world(order(revised_on=TODAY + timedelta(days=36))), None),
    (
        "5 working days without a judgement",
        world(order(), deliveries=[came(on=date(2026, 6, 26), accepted=None, rejected=None)]),
        None,
    ),
    (
        "6 working days without a judgement",
        world(order(), deliveries=[came(on=date(2026, 6, 25), accepted=None, rejected=None)]),
        ("ACCEPTANCE", "delivery", "warning"),
    ),
    (
        "a milestone not judged",
        world(milestones=[{"contract_id": "HT-1", "milestone": "M1", "planned_on": ago(20), "submitted_on": ago(20)}]),
        ("ACCEPTANCE", "milestone", "warning"),
    ),
    (
        "a milestone judged",
        world(
            milestones=[
                {
                    "contract_id": "HT-1",
                    "milestone": "M1",
                    "planned_on": ago(20),
                    "submitted_on": ago(20),
                    "result": "通过",
                }
            ]
        ),
        None,
    ),
    (
        "a ticket unanswered for a day and more",
        world(tickets=[{"ticket_id": "T-1", "vendor": "示例甲", "opened_at": datetime(2026, 7, 1, 23)}]),
        ("RESPONSE", "response", "warning"),
    ),
    (
        "a ticket unanswered for less",
        world(tickets=[{"ticket_id": "T-1", "vendor": "示例甲", "opened_at": datetime(2026, 7, 2, 1)}]),
        None,
    ),
    (
        "the contract's hours come first",
        {
            "contracts": [contract(response_hours=D(4))],
            "tickets": [{"ticket_id": "T-1", "vendor": "示例甲", "opened_at": datetime(2026, 7, 2, 19)}],
        },
        ("RESPONSE", "response", "warning"),
    ),
    (
        "a ticket answered, not solved in 120 hours",
        world(
            tickets=[
                {
                    "ticket_id": "T-1",
                    "vendor": "示例甲",
                    "opened_at": datetime(2026, 6, 27),
                    "responded_at": datetime(2026, 6, 27, 1),
                }
            ]
        ),
        ("RESPONSE", "resolution", "warning"),
    ),
    (
        "D3 after two working days",
        world(
            corrective_actions=[
                {"action_id": "8D-1", "vendor": "示例甲", "stage": "D2", "opened_on": date(2026, 6, 30)}
            ]
        ),
        ("CORRECTIVE", "overdue", "warning"),
    ),
    (
        "D3 on the second working day",
        world(
            corrective_actions=[{"action_id": "8D-1", "vendor": "示例甲", "stage": "D2", "opened_on": date(2026, 7, 1)}]
        ),
        None,
    ),
    (
        "D3 reached, D6 still to come",
        world(
            corrective_actions=[
                {"action_id": "8D-1", "vendor": "示例甲", "stage": "D4", "opened_on": date(2026, 6, 24)}
            ]
        ),
        None,
    ),
    (
        "its own due date",
        world(corrective_actions=[{"action_id": "8D-1", "vendor": "示例甲", "due_on": ago(1)}]),
        ("CORRECTIVE", "overdue", "warning"),
    ),
    (
        "closed",
        world(corrective_actions=[{"action_id": "8D-1", "vendor": "示例甲", "due_on": ago(9), "closed_on": ago(1)}]),
        None,
    ),
    (
        "a repeat",
        world(corrective_actions=[{"action_id": "8D-1", "vendor": "示例甲", "repeat": True}]),
        ("CORRECTIVE", "repeat", "critical"),
    ),
    (
        "more open than a month's capacity",
        world(order(quantity=D(101)), vendors=[vendor(monthly_capacity=D(100))]),
        ("CAPACITY", "open", "warning"),
    ),
    ("just the capacity", world(order(quantity=D(100)), vendors=[vendor(monthly_capacity=D(100))]), None),
    (
        "what is promised for no day is open too",
        world(order(quantity=D(101), promised_on=None), vendors=[vendor(monthly_capacity=D(100))]),
        ("CAPACITY", "open", "warning"),
    ),
    ("a capacity of nothing", world(order(), vendors=[vendor(monthly_capacity=D(0))]), ("CAPACITY", "open", "warning")),
    ("a blank capacity is unknown", world(order(), vendors=[vendor(monthly_capacity=None)]), None),
    (
        "a certificate 60 days before",
        world(certificates=[{"vendor": "示例甲", "type": "ISO 9001", "expires_on": TODAY + timedelta(days=60)}]),
        ("CERTIFICATE", "expiring", "warning"),
    ),
    (
        "61 days before",
        world(certificates=[{"vendor": "示例甲", "type": "ISO 9001", "expires_on": TODAY + timedelta(days=61)}]),
        None,
    ),
    (
        "a required one 14 days before",
        world(
            certificates=[
                {"vendor": "示例甲", "type": "ISO 9001", "required": True, "expires_on": TODAY + timedelta(days=14)}
            ]
        ),
        ("CERTIFICATE", "expiring", "critical"),
    ),
    (
        "a required one over",
        world(certificates=[{"vendor": "示例甲", "type": "ISO 9001", "required": True, "expires_on": ago(1)}]),
        ("CERTIFICATE", "expired", "critical"),
    ),
    (
        "over, and renewed",
        world(
            certificates=[
                {"vendor": "示例甲", "type": "ISO 9001", "number": "1", "expires_on": ago(1)},
                {"vendor": "示例甲", "type": "ISO 9001", "number": "2", "expires_on": TODAY + timedelta(days=365)},
            ]
        ),
        None,
    ),
    (
        "orders with a vendor that is restricted",
        world(order(), vendors=[vendor(status="限制")]),
        ("UNQUALIFIED", "status", "critical"),
    ),
    ("orders with a pilot vendor", world(order(), vendors=[vendor(status="试点")]), None),
    ("orders with a vendor nobody knows", world(order(vendor="虚构丙")), ("UNQUALIFIED", "unknown", "warning")),
    (
        "a contract 90 days before its end",
        {"contracts": [contract(ends_on=TODAY + timedelta(days=90))]},
        ("CONTRACT", "ending", "warning"),
    ),
    ("91 days before", {"contracts": [contract(ends_on=TODAY + timedelta(days=91))]}, None),
    (
        "open orders past its end",
        {"orders": [order()], "contracts": [contract(ends_on=ago(1))]},
        ("CONTRACT", "open_past_end", "critical"),
    ),
    (
        "an order without a contract",
        {"orders": [order(contract_id="HT-9")], "contracts": [contract()]},
        ("CONTRACT", "no_contract", "warning"),
    ),
    (
        "a cent more than agreed",
        {"orders": [order()], "contracts": [contract(amount=D("999.99"))]},
        ("CONTRACT", "over_amount", "warning"),
    ),
    ("just what was agreed", {"orders": [order()], "contracts": [contract(amount=D("1000.00"))]}, None),
    (
        "an approved change makes room",
        {
            "orders": [order()],
            "contracts": [contract(amount=D("900.00"))],
            "changes": [{"change_id": "B-1", "contract_id": "HT-1", "amount_delta": D(100), "approved_on": ago(3)}],
        },
        None,
    ),
    (
        "an unapproved change makes none",
        {
            "orders": [order()],
            "contracts": [contract(amount=D("900.00"))],
            "changes": [{"change_id": "B-1", "contract_id": "HT-1", "amount_delta": D(100)}],
        },
        ("CONTRACT", "over_amount", "warning"),
    ),
    (
        "a change nobody approved in 5 working days",
        world(changes=[{"change_id": "B-1", "contract_id": "HT-1", "requested_on": date(2026, 6, 25)}]),
        ("CONTRACT", "unapproved", "warning"),
    ),
    (
        "asked for 5 working days ago",
        world(changes=[{"change_id": "B-1", "contract_id": "HT-1", "requested_on": date(2026, 6, 26)}]),
        None,
    ),
    (
        "rejected beyond the contract's limit",
        {
            "orders": [order(quantity=D(1000))],
            "contracts": [contract(ppm_target=D(1000))],
            "deliveries": [came(received=D(1000), accepted=D(998), rejected=D(2))],
        },
        ("QUALITY", "ppm", "critical"),
    ),
    (
        "rejected just at the limit",
        {
            "orders": [order(quantity=D(1000))],
            "contracts": [contract(ppm_target=D(2000))],
            "deliveries": [came(received=D(1000), accepted=D(998), rejected=D(2))],
        },
        None,
    ),
    (
        "two of five lots refused",
        world(inspections=[lot(1, "合格"), lot(2, "拒收"), lot(3, "合格"), lot(4, "返工")]),
        ("QUALITY", "lots", "warning"),
    ),
    ("two refused, of two items", world(inspections=[lot(1, "拒收"), lot(2, "拒收", item="轴套")]), None),
    (
        "five refused while tightened",
        world(inspections=[lot(n, "拒收") for n in range(7)]),
        ("QUALITY", "lots", "critical"),
    ),
    (
        "material missing",
        world(
            materials=[
                {
                    "order_id": "PO-1",
                    "material": "铝棒",
                    "issued_on": ago(9),
                    "issued": D(1000),
                    "consumed_standard": D(900),
                    "returned": D(50),
                    "scrap": D(29),
                }
            ]
        ),
        ("MATERIAL", "missing", "warning"),
    ),
    (
        "two percent is allowed",
        world(
            materials=[
                {
                    "order_id": "PO-1",
                    "material": "铝棒",
                    "issued_on": ago(9),
                    "issued": D(1000),
                    "consumed_standard": D(900),
                    "returned": D(50),
                    "scrap": D(30),
                }
            ]
        ),
        None,
    ),
    (
        "a blank is unknown, not missing",
        world(
            materials=[
                {
                    "order_id": "PO-1",
                    "material": "铝棒",
                    "issued_on": ago(9),
                    "issued": D(1000),
                    "consumed_standard": D(900),
                    "returned": D(50),
                }
            ]
        ),
        None,
    ),
]


@pytest.mark.parametrize(("given_world", "alert"), [pytest.param(w, a, id=name) for name, w, a in CASES])
def test_a_watch_sees_what_is_beyond_its_limit_and_nothing_else(given_world: World, alert: Any) -> None:
    codes = {alert[0]} if alert else {code for code, _, _ in told(given_world)}
    assert {one for one in told(given_world) if one[0] in codes} == ({alert} if alert else set())


def test_every_alert_names_file_sheet_and_row_and_where_its_limit_comes_from() -> None:
    worlds = {alert[:2]: given_world for _, given_world, alert in CASES if alert}  # one of each code and cause
    for given_world in worlds.values():
        for one in seen(given_world):
            texts = one.evidence if isinstance(one.evidence, str) else str(one.evidence.values)
            assert ".xlsx › 订单 › " in texts or one.code == "SINGLE_SOURCE"
            assert one.source


STEPS = ("price_variance", "rejected", "penalty", "bonus", "advance_offset", "retention", "held", "tax", "gross")
LATE_LINE = dict.fromkeys(STEPS, D(0)) | {
    "vendor": "示例甲", "order_id": "PO-1", "line": "1", "invoice_no": "1", "state": "released", "batch": "FK-1",
    "due_on": ago(10).isoformat(), "net": D("42000.00"), "invoice_key": "1", "moves": 3,
}  # fmt: skip


def test_what_is_due_is_told_in_its_own_currency() -> None:
    line = LATE_LINE
    rows = [line | {"payment_key": "k1", "currency": "USD"}, line | {"payment_key": "k2", "net": D(9)}]
    with a_store() as store, ledger_of(store, {"vendors": [vendor()]}) as (tx, ledger):
        tx.record(record("payables", rows[:1]))
        tx.record(record("payables", rows[1:]))
        (alert,) = (one for one in look(Scene(ledger, RULES, TODAY))[1] if one.code == "OVERDUE_PAYMENT")
    said = shipped_words("zh").speak(alert.seen)
    assert "2 笔 9.00 CNY、42,000.00 USD 已逾期" in said and "利息 0.05 CNY、210.00 USD" in said


def test_a_credit_note_is_no_overdue_payment_and_what_it_is_set_off_against_is_told_less_it() -> None:
    steps = ("price_variance", "rejected", "penalty", "bonus", "advance_offset", "retention", "held", "tax", "gross")
    line = dict.fromkeys(steps, D(0)) | {
        "vendor": "示例甲", "order_id": "PO-1", "line": "1", "invoice_no": "1", "state": "proposed", "batch": "FK-1",
        "invoice_key": "1", "moves": 1, "currency": "USD", "bank_account": "6222",
    }  # fmt: skip
    red = line | {"payment_key": "k1", "net": D("-1999.80"), "due_on": ago(10).isoformat()}
    blue = line | {"payment_key": "k2", "net": D("2200.00"), "due_on": ago(-2).isoformat()}
    told = {}
    for name, rows in {"alone": [red], "set off": [red, blue]}.items():
        with a_store() as store, ledger_of(store, {"vendors": [vendor()]}) as (tx, ledger):
            tx.record(record("payables", rows))
            alerts = [one for one in look(Scene(ledger, RULES, TODAY))[1] if one.code == "OVERDUE_PAYMENT"]
            told[name] = [shipped_words("zh").speak(one.seen) for one in alerts]
    assert told == {"alone": [], "set off": [f"1 笔 200.20 USD 即将到期，最早 {ago(-2)}"]}


def test_what_came_free_is_due_until_a_later_sheet_carries_its_line_or_it_is_held() -> None:
    """An invoice that was refused and corrected has another key then: it is told once."""
    steps = ("price_variance", "rejected", "penalty", "bonus", "advance_offset", "retention", "held", "tax", "gross")
    free = dict.fromkeys(steps, D(0)) | {
        "vendor": "示例甲", "order_id": "PO-1", "line": "1", "invoice_no": "1", "state": "rejected", "moves": 2,
        "invoice_key": "1", "currency": "CNY", "payment_key": "k1", "net": D(1130), "batch": "FK-20260601-01",
        "due_on": ago(3).isoformat(),
    }  # fmt: skip
    again = free | {"state": "proposed", "payment_key": "k2", "net": D(1017), "batch": "FK-20260602-01"}
    held = free | {"state": "held", "payment_key": "k3", "batch": None}
    earlier = free | {"state": "confirmed", "payment_key": "k4", "batch": "FK-20260501-01"}
    told = []
    for rows in ([free], [free, earlier], [free, again], [free, held]):
        with a_store() as store, ledger_of(store, {"vendors": [vendor()]}) as (tx, ledger):
            tx.record(record("payables", rows))
            found = [one for one in look(Scene(ledger, RULES, TODAY))[1] if one.code == "OVERDUE_PAYMENT"]
            told.append([shipped_words("zh").speak(one.seen).split(" 已")[0] for one in found])
    assert told == [["1 笔 1,130.00 CNY"], ["1 笔 1,130.00 CNY"], ["1 笔 1,017.00 CNY"], []]


def test_a_letter_says_once_what_to_do_and_of_each_how_much_and_where() -> None:
    rows = [LATE_LINE | {"payment_key": f"k{n}", "vendor": f"示例{n}"} for n in (1, 2)]
    with a_store() as store, ledger_of(store, {"vendors": [vendor()]}) as (tx, ledger):
        tx.record(record("payables", rows))
        alerts = [one for one in look(Scene(ledger, RULES, TODAY))[1] if one.code == "OVERDUE_PAYMENT"]
        (notice,) = (one.what for one in notices(Lives((), opened=tuple(alerts)), TODAY))
    assert isinstance(notice, Notice)
    ((head, _, todo, items),) = shipped_words("zh").render(notice).table.rows
    assert head == "严重 · 付款到期　2 条" and todo.startswith("是我方未付：由财务付款")
    assert [line[:7] if "FK" not in line else line for line in items.split("\n")] == [
        "· 示例1",
        "1 笔 42,",
        "· 示例2",
        "1 笔 42,",
        "  付款申请单 FK-1",
    ]
    assert "联系供应商" not in shipped_words("zh").speak(notice.next_step)


HELD = {
    "vendor": "示例甲", "order_id": "PO-1", "line": "1", "invoice_no": "1", "reasons": "PRICE,QUANTITY",
    "currency": None, "gross": D("42000.00"), "stopped": D("1000.00"), "source": "发票.xlsx › 6月 › 2", "hold": "h1",
    "parts": "PRICE 180.80,QUANTITY 819.20",
}  # fmt: skip
PART_BY_PART = {
    "what is above the price is one thing, what has not come another": (
        {},
        {
            "PRICE": "超合同价 180.80 CNY 不能付（开票 42,000.00 CNY",
            "INVOICE": "数量：819.20 CNY 不能付（开票 42,000.00 CNY",
        },
    ),
    "in its own currency": (
        {"currency": "USD"},
        {"PRICE": "超合同价 180.80 USD 不能付", "INVOICE": "819.20 USD 不能付"},
    ),
    "a row of an older home has one part": (
        {"parts": None},
        {"PRICE": "超合同价 1,000.00 CNY", "INVOICE": "1,000.00 CNY"},
    ),
    "one reason of a part has an alert of its own": (
        {"reasons": "CERTIFICATE,NO_CONTRACT", "parts": "CERTIFICATE+NO_CONTRACT 1000.00"},
        {"INVOICE": "1,000.00 CNY 不能付"},
    ),
    "a credit note that finds no invoice": (
        {"reasons": "RED_ALONE", "parts": "RED_ALONE -1000.00", "stopped": D(-1000), "gross": D(-1000)},
        {"INVOICE": "红字发票没有对应的蓝字，待抵扣或收回：1,000.00 CNY，供应商欠我方（订单 PO-1）"},
    ),
    "paid, and then refused": (
        {"reasons": "REJECTED,OVERPAID", "parts": "REJECTED 300.00,OVERPAID 300.00", "stopped": D(600)},
        {"INVOICE": "300.00 CNY 不能付，另 300.00 CNY 待抵扣或收回（开票 42,000.00 CNY"},
    ),
}


@pytest.mark.parametrize(("row", "expected"), PART_BY_PART.values(), ids=PART_BY_PART)
def test_an_alert_tells_of_an_invoice_what_its_own_causes_stop(row: Row, expected: dict[str, str]) -> None:
    with a_store() as store, ledger_of(store, {"vendors": [vendor()]}) as (tx, ledger):
        tx.record(record("holds", [HELD | row]))
        alerts = [one for one in look(Scene(ledger, RULES, TODAY))[1] if one.code in ("INVOICE", "PRICE")]
    told = {one.code: shipped_words("zh").speak(one.seen) for one in alerts}
    assert told.keys() == expected.keys()
    assert all(said in told[code] for code, said in expected.items())


def test_a_date_that_moves_without_a_first_promise_is_told_by_its_moves() -> None:
    """Only the revised date was ever written: how far it moved nobody knows, how often is known."""
    with a_store() as store:
        for late in range(3):
            moved = {"orders": [order(promised_on=None, revised_on=TODAY + timedelta(days=40 + late))]}
            with ledger_of(store, moved, day(late)) as (_, ledger):
                alerts = look(Scene(ledger, RULES, day(late)))[1]
    (one,) = (alert for alert in alerts if alert.code == "REPROMISE")
    assert shipped_words("zh").speak(one.seen) == "交期已变更 3 次：首次承诺未填，现为 2026-08-14"


# ------------------------------------------------------------------ what is likely, and plan B


def _with_history(*lines: Row) -> World:
    return world(*lines, *QUICK, *SLOW, deliveries=[*QUICK_CAME, *SLOW_CAME], **TWO_VENDORS)


def test_a_line_like_those_that_took_long_is_likely_to_be_late() -> None:
    line = order(ordered_on=ago(20), promised_on=TODAY + timedelta(days=10))
    (alert,) = [a for a in seen(_with_history(line)) if a.code == "PREDICTED_LATE"]
    values = dict(alert.seen.values)
    assert (alert.subject, values["open"], values["late"], values["agreed"]) == ("PO-1/1", 20, 20, 30)
    assert dict(alert.limit.values)["base"] == 0.5  # 20 of 40 lines took longer than 30 days


def test_a_quick_vendor_is_not_suspected() -> None:
    line = order(vendor="示例乙", contract_id="HT-2", ordered_on=ago(2), promised_on=TODAY + timedelta(days=10))
    assert [a.code for a in seen(_with_history(line)) if a.subject == "PO-1/1"] == []


@pytest.mark.parametrize(
    ("left", "cause"),
    [(6, None), (5, "today"), (4, "past")],
    ids=["a day is left", "the last day", "the last day has passed"],
)
def test_the_last_day_to_switch_to_the_backup(left: int, cause: str | None) -> None:
    line = order(ordered_on=ago(20), promised_on=TODAY + timedelta(days=left))
    switches = [a for a in seen(_with_history(line)) if a.code == "SWITCH_BY"]
    assert [a.seen.key for a in switches] == ([f"alert.SWITCH_BY.{cause}"] if cause else [])
    for alert in switches:
        assert dict(alert.seen.values)["backup"] == "示例乙"
        assert dict(alert.seen.values)["last_day"] == TODAY + timedelta(days=left - 5)


def test_due_soon_is_told_where_less_is_left_than_the_vendors_median() -> None:
    soon = [order(f"PO-{n}", promised_on=TODAY + timedelta(days=n), ordered_on=ago(1)) for n in (7, 8)]
    assert [a.subject for a in seen(_with_history(*soon)) if a.code == "DUE"] == ["PO-7/1"]
    here = came("PO-7", received=D(10), accepted=D(10))
    begun = _with_history(*soon)
    assert [a for a in seen({**begun, "deliveries": [*begun["deliveries"], here]}) if a.code == "DUE"] == []


def test_where_nobody_wrote_when_it_was_ordered_nobody_knows_how_long_it_took() -> None:
    slow, slow_came = took(40, 20, "示例甲")
    undated = [{**row, "ordered_on": None, "promised_on": row["promised_on"] - timedelta(days=30)} for row in slow]
    soon = order(promised_on=TODAY + timedelta(days=7), ordered_on=ago(1))
    given_worlds = (world(soon, *rows, deliveries=slow_came) for rows in (slow, undated))
    assert [[a.subject for a in seen(one) if a.code == "DUE"] for one in given_worlds] == [["PO-1/1"], []]


def test_one_vendor_for_a_category_is_a_single_source() -> None:
    lines = {"orders": [order(), order("PO-2", vendor="示例乙")], **AGREED}
    assert [a.subject for a in seen(lines) if a.code == "SINGLE_SOURCE"] == ["机加工"]
    both = [a for a in seen({**lines, **TWO_VENDORS}) if a.code == "SINGLE_SOURCE"]
    assert both == []


# ------------------------------------------------------------------ figures behind them


@given(st.lists(st.booleans(), max_size=60))
def test_switching_against_a_plain_reading_of_the_standard(lots: list[bool]) -> None:
    state, window, refused, row = NORMAL, list[bool](), 0, 0
    for accepted in lots:
        if state == NORMAL:
            window.append(accepted)
            if window[-5:].count(False) >= 2:
                state, refused, row = TIGHTENED, 0, 0
        elif state == TIGHTENED:
            refused += not accepted
            row = row + 1 if accepted else 0
            if refused >= 5:
                state = STOPPED
            elif row >= 5:
                state, window = NORMAL, []
    assert inspection_after(lots).state == state


LEADS = st.lists(
    st.tuples(st.sampled_from("甲乙丙"), st.integers(0, 60), st.integers(1, 9)), min_size=1, max_size=12
).map(lambda rows: pd.DataFrame(rows, columns=["vendor", "days", "lines"]))


@given(LEADS, st.integers(0, 30), st.integers(0, 40))
def test_a_risk_is_a_probability_and_grows_as_time_passes(leads: pd.DataFrame, elapsed: int, more: int) -> None:
    now, later = (late_risk(tails(leads), "甲", days, elapsed + more) for days in (elapsed, elapsed + more // 2))
    assert now is None or 0 <= now.probability <= 1
    assert later is None or later.late == (now.late if now else 0)


# ------------------------------------------------------------------ the life of an alert

CONDUCT = Conduct(Calendar(), {"critical": 1, "warning": 3, "info": 5}, 3, {"clerk": "manager"})


def an_alert(severity: str = "warning", subject: str = "PO-1/1", event: bool = False) -> Alert:
    text = say("x")
    return Alert("LATE", "late", severity, subject, "甲", text, text, text, "", "clerk", "", event)


def after(lives: Lives) -> pd.DataFrame:
    columns = ["alert", "code", "severity", "state", "first_seen", "subject", "reopened", "owner", "escalated_on",
               "answered_by", "remark", "postponed_to", "answer", "answered_on", "reminded_on"]  # fmt: skip
    return pd.DataFrame(list(lives.rows), columns=columns)


def day(n: int) -> date:
    return TODAY + timedelta(days=n)


def test_the_same_finding_on_two_days_is_one_alert_that_gets_worse_and_closes_by_itself() -> None:
    first = live(after(Lives(())), [an_alert()], ["LATE"], TODAY, CONDUCT)
    assert [a.subject for a in first.opened] == ["PO-1/1"]
    assert first.rows[0]["due_on"] == "2026-07-08"  # three working days over a weekend
    second = live(after(first), [an_alert("critical")], ["LATE"], day(3), CONDUCT)
    assert (second.opened, [a.severity for a in second.worse]) == ((), ["critical"])
    assert second.rows[0]["first_seen"] == TODAY.isoformat()
    third = live(after(second), [], ["LATE"], day(4), CONDUCT)
    assert (third.rows[0]["state"], third.rows[0]["closed_on"]) == ("closed", "2026-07-07")
    assert live(after(third), [], ["LATE"], day(5), CONDUCT).rows == ()


def test_at_the_end_of_a_year_an_alert_waits_for_the_next_years_holidays_and_is_told_all_the_same() -> None:
    """In December nobody may know January's holidays: no alert is lost, and none is given a guessed day."""
    eve, short = date(2030, 12, 30), replace(CONDUCT, calendar=Calendar(own_years=frozenset({2030})))
    first = live(after(Lives(())), [an_alert()], ["LATE"], eve, short)
    assert ([a.subject for a in first.opened], first.rows[0]["due_on"]) == (["PO-1/1"], None)
    second = live(after(first), [an_alert()], ["LATE"], eve + timedelta(days=9), short)
    assert (second.news, second.rows[0]["first_seen"]) == ((), eve.isoformat())
    known = replace(CONDUCT, calendar=Calendar(own_years=frozenset({2030, 2031})))
    third = live(after(second), [an_alert()], ["LATE"], eve + timedelta(days=10), known)
    assert (third.rows[0]["due_on"], [a.owner for a in third.escalated]) == ("2031-01-02", ["manager"])


def test_a_gate_of_next_year_hides_no_gate_of_this_one() -> None:
    """An 8D of December has its last gate in a year whose holidays nobody knows: the earlier gates do not wait."""
    late, young = ({"action_id": f"8D-{n}", "vendor": "示例甲", "stage": "D1", "opened_on": opened}
                   for n, opened in ((1, date(2026, 12, 10)), (2, date(2026, 12, 23))))  # fmt: skip
    found = seen({"corrective_actions": [late, young]}, date(2026, 12, 24))
    assert [a.subject for a in found if a.code == "CORRECTIVE"] == ["8D-1"]


def test_a_slip_of_the_pen_hides_nothing_that_waits_beside_it() -> None:
    rows = [{"contract_id": "HT-1", "milestone": name, "planned_on": ago(30), "submitted_on": on}
            for name, on in (("初样", date(1999, 5, 1)), ("终样", ago(20)))]  # fmt: skip
    found = seen({"milestones": rows})
    assert sorted(a.subject for a in found if a.code == "ACCEPTANCE") == ["HT-1 · 初样", "HT-1 · 终样"]


def test_of_a_watch_that_comes_to_a_year_nobody_knows_nothing_is_told_in_part() -> None:
    """What it saw before would be news on every day, for its alerts are not carried on."""
    rows = [{"action_id": "8D-1", "vendor": "示例甲", "stage": "D1", "due_on": date(2026, 12, 1)},
            {"action_id": "8D-2", "vendor": "示例甲", "stage": "D1", "opened_on": date(2026, 12, 30)}]  # fmt: skip
    day = date(2027, 1, 12)
    assert not RULES.calendar.knows(day.year)
    with a_store() as store, ledger_of(store, {"corrective_actions": rows}, day) as (_, ledger):
        codes, found = look(Scene(ledger, replace(RULES, calendar=Calendar()), day))
    assert {alert.code for alert in found} <= codes


def test_one_that_closed_and_came_back_says_so_and_an_old_answer_does_not_count() -> None:
    first = live(after(Lives(())), [an_alert()], ["LATE"], TODAY, CONDUCT)
    name = number(first.rows[0]["alert"], 0)
    answer = {name: {"answer": "已确认", "answered_by": "虚构员", "remark": "", "postponed_to": None}}
    second = live(after(first), [an_alert()], ["LATE"], day(1), CONDUCT, answer)
    assert (second.rows[0]["state"], second.rows[0]["answered_by"]) == ("acknowledged", "虚构员")
    closed = live(after(second), [], ["LATE"], day(2), CONDUCT, answer)
    back = live(after(closed), [an_alert()], ["LATE"], day(3), CONDUCT, answer)
    assert (back.rows[0]["state"], back.rows[0]["reopened"], len(back.came_back)) == ("open", 1, 1)


def test_nobody_answers_for_three_working_days_and_the_next_role_is_told_once() -> None:
    lives = live(after(Lives(())), [an_alert()], ["LATE"], TODAY, CONDUCT)
    handed: list[tuple[date, str]] = []
    for n in range(1, 12):
        lives = live(after(lives), [an_alert()], ["LATE"], day(n), CONDUCT)
        handed += [(day(n), alert.owner) for alert in lives.escalated]
        assert lives.opened == ()
    assert handed == [(date(2026, 7, 9), "manager")]  # Mon, Tue, Wed passed; on Thursday the manager is told
    assert lives.rows[0]["owner"] == "manager"


def test_an_answer_stops_the_clock() -> None:
    lives = live(after(Lives(())), [an_alert()], ["LATE"], TODAY, CONDUCT)
    name = number(lives.rows[0]["alert"], 0)
    answer = {name: {"answer": "处理中", "answered_by": "虚构员", "remark": None, "postponed_to": day(20)}}
    for n in range(1, 12):
        lives = live(after(lives), [an_alert()], ["LATE"], day(n), CONDUCT, answer if n == 1 else {})
        assert lives.escalated == ()
    assert (lives.rows[0]["state"], lives.rows[0]["due_on"]) == ("acknowledged", day(20).isoformat())


def promised(lives: Lives, until: date, life: int = 0) -> dict[str, dict[str, Any]]:
    """The answer of somebody who promises a day, to the alert in one of its lives."""
    row = {"answer": "处理中", "answered_by": "虚构员", "remark": "已催", "postponed_to": until}
    return {number(lives.rows[0]["alert"], life): row}


def test_a_promise_that_is_not_kept_opens_the_alert_again_at_the_next_role_once() -> None:
    lives = live(after(Lives(())), [an_alert()], ["LATE"], TODAY, CONDUCT)
    answer = promised(lives, day(4))
    broken: dict[int, str] = {}
    for n in range(1, 12):
        lives = live(after(lives), [an_alert()], ["LATE"], day(n), CONDUCT, answer)
        assert (lives.opened, lives.escalated, lives.reminded) == ((), (), ())
        broken.update((n, alert.owner) for alert in lives.broken)
        if n == 4:  # on the promised day itself it still stands
            assert (lives.rows[0]["state"], lives.rows[0]["answer"]) == ("acknowledged", "处理中")
    assert broken == {5: "manager"}
    assert (lives.rows[0]["state"], lives.rows[0]["reopened"], lives.rows[0]["escalated_on"]) == (
        "open", 1, day(5).isoformat(),
    )  # fmt: skip
    anew = live(after(lives), [an_alert()], ["LATE"], day(12), CONDUCT, promised(lives, day(20), 1))
    assert (anew.rows[0]["state"], anew.rows[0]["postponed_to"]) == ("acknowledged", day(20).isoformat())


def test_a_promise_whose_cause_is_gone_in_time_is_kept() -> None:
    lives = live(after(Lives(())), [an_alert()], ["LATE"], TODAY, CONDUCT)
    lives = live(after(lives), [an_alert()], ["LATE"], day(1), CONDUCT, promised(lives, day(4)))
    lives = live(after(lives), [], ["LATE"], day(6), CONDUCT)
    assert (lives.broken, lives.rows[0]["state"]) == ((), "closed")


def test_who_has_nobody_above_is_reminded_once() -> None:
    mine = replace(an_alert(), owner="manager")
    lives = live(after(Lives(())), [mine], ["LATE"], TODAY, CONDUCT)
    reminded = []
    for n in range(1, 15):
        lives = live(after(lives), [mine], ["LATE"], day(n), CONDUCT)
        reminded += [n for _ in lives.reminded]
        assert lives.escalated == ()
    assert reminded == [6]  # Mon, Tue, Wed passed; on Thursday he is told again
    (notice,) = (d.what for d in notices(replace(lives, reminded=(mine,)), day(6)) if isinstance(d.what, Notice))
    assert notice.role == "manager" and any(text.key == "notice.alerts.reminded" for text in notice.lines)


def test_only_what_is_new_is_called_new() -> None:
    one, other = an_alert(), replace(an_alert(subject="PO-2/1"), owner="manager")
    (notice,) = (d.what for d in notices(Lives((), opened=(replace(one, owner="manager"),), escalated=(other,)), TODAY))
    zh = shipped_words("zh")
    assert isinstance(notice, Notice) and zh.speak(notice.headline) == "预警 2 条（严重 0 条）：新增 1，升级 1"
    assert "预警清单" in zh.speak(notice.next_step) and "放回收件箱" in zh.speak(notice.next_step)


def test_something_that_happened_is_over_once_answered_and_does_not_come_back() -> None:
    lives = live(after(Lives(())), [an_alert(event=True)], ["LATE"], TODAY, CONDUCT)
    name = number(lives.rows[0]["alert"], 0)
    answer = {name: {"answer": "已确认", "answered_by": "虚构员", "remark": None, "postponed_to": None}}
    answered = live(after(lives), [an_alert(event=True)], ["LATE"], day(1), CONDUCT, answer)
    assert (answered.rows[0]["state"], len(answered.closed)) == ("closed", 1)
    assert live(after(answered), [an_alert(event=True)], ["LATE"], day(2), CONDUCT, answer).rows == ()


def test_the_list_goes_out_as_a_form_and_its_answer_comes_back() -> None:
    given_world = {"vendors": [vendor()], **LATE_BY_ONE}
    with a_store() as store:
        with ledger_of(store, given_world) as (tx, ledger):
            decisions = _record(tx, sentinel(ledger, RULES, TODAY))
        (sheet,) = [d.what for d in decisions if isinstance(d.what, Workbook)]
        assert sheet.form is not None and sheet.form.kind == "alert_answers"
        table = sheet.sheets[0].tables[0]
        late = next(row for row in table.rows if row[2] == "PO-1/1")
        answer = {"alert": late[-1], "answer": "处理中", "answered_by": "虚构外协员", "remark": "已催"}
        with ledger_of(store, {"alert_answers": [answer]}, day(3)) as (tx, ledger):
            again = _record(tx, sentinel(ledger, RULES, day(3)))
            kept = {row["subject"]: row for row in tx.table("alerts").to_pylist() if row["code"] == "LATE"}
    assert (kept["PO-1/1"]["state"], kept["PO-1/1"]["remark"]) == ("acknowledged", "已催")
    assert [d for d in again if isinstance(d.what, Notice)] == []  # no alert is told twice for one cause
