"""Figures kept up by what changes are the figures of everything: whatever is dropped, mended, split or taken back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given

from robots.model.names import identity
from robots.reading.reader import Reading
from tests import naive
from tests.histories import (
    RULES,
    START,
    USUAL,
    History,
    books,
    bounds,
    dropped,
    examples,
    histories,
    kept,
    ordering,
    scored,
    turn,
)
from tests.stores import a_store
from tests.test_store import reading

__all__ = ["RULES"]
EVERYTHING = (*USUAL, "surveys", "vendors", "tickets", "contracts", "certificates", "appeals", "appeals",
              "measurements", "invoices")  # fmt: skip


@examples(8)
@given(histories(EVERYTHING))
def test_what_is_kept_up_is_what_everything_gives(history: History) -> None:
    with a_store() as store:
        day = START
        for later, versions in history:
            day += timedelta(days=later)
            turn(store, day, dropped(versions))
            known = books(store, day)
            assert kept(store) == naive.kpis(known)
            assert scored(store) == naive.verdicts(known)


@examples(6)
@given(histories(USUAL))
def test_every_rate_lies_in_its_interval_and_the_interval_is_wilsons(history: History) -> None:
    with a_store() as store:
        day = START
        for later, versions in history:
            day += timedelta(days=later)
            turn(store, day, dropped(versions))
        figures = kept(store)
        for key, seen in bounds(store).items():
            good, total = map(naive.Fraction, figures[key])
            assert seen == pytest.approx(naive.wilson(good, total), abs=2e-6)
            assert seen[0] - 2e-6 <= good / total <= seen[1] + 2e-6


@examples(6)
@given(histories(EVERYTHING))
def test_scores_kept_up_are_those_of_a_home_that_sees_it_all_at_once(history: History) -> None:
    everything: list[tuple[str, Reading]] = []
    with a_store() as little_by_little, a_store() as at_once:
        day = START
        for later, versions in history:
            day += timedelta(days=later)
            turn(little_by_little, day, dropped(versions))
            everything += dropped(versions)
        turn(at_once, day, everything)
        assert scored(little_by_little) == scored(at_once)
        assert ordering(little_by_little) == ordering(at_once)


def test_what_is_delivered_changes_how_long_it_took_and_an_order_that_changes_what_was_ordered() -> None:
    line = {"order_id": "PO-1", "line": "1", "vendor": "虚构乙厂", "quantity": Decimal(10), "unit_price": Decimal(2),
            "item": "法兰", "ordered_on": date(2026, 5, 20), "promised_on": date(2026, 6, 10)}  # fmt: skip
    came = {"order_id": "PO-1", "line": "1", "vendor": "虚构乙厂", "received": Decimal(10), "accepted": Decimal(10)}
    with a_store() as store:
        turn(store, date(2026, 7, 3), [("订单.xlsx", reading("orders", [line]))])
        before = ordering(store)
        assert {row[-1] for row in before["ordered"]} == {2000} and before["leads"] == set()
        turn(
            store,
            date(2026, 7, 3),
            [("收货.xlsx", reading("deliveries", [{**came, "delivered_on": date(2026, 6, 9)}]))],
        )
        after = ordering(store)
        assert after == before | {"leads": {(identity("虚构乙厂"), "2026-05", 20, 1)}}
        turn(store, date(2026, 7, 3), [("订单.xlsx", reading("orders", [{**line, "unit_price": Decimal(3)}]))])
        assert {row[-1] for row in ordering(store)["ordered"]} == {3000}
        assert ordering(store)["leads"] == after["leads"]


def test_a_renewal_that_comes_later_lifts_the_veto_of_the_months_it_covers() -> None:
    named = {"order_id": "PO-1", "line": "1", "vendor": "虚构乙厂"}
    line = {**named, "quantity": Decimal(10), "unit_price": Decimal(1), "promised_on": date(2026, 6, 10)}
    came = {**named, "delivered_on": date(2026, 6, 9), "received": Decimal(10), "accepted": Decimal(10)}
    paper = {"vendor": "虚构乙厂", "type": "ISO 9001", "number": "1", "required": True}
    old = {**paper, "expires_on": date(2026, 5, 20)}
    renewal = {**paper, "number": "2", "issued_on": date(2026, 5, 21), "expires_on": date(2027, 5, 20)}
    with a_store() as store:
        turn(
            store,
            date(2026, 7, 3),
            [("订单.xlsx", reading("orders", [line])), ("收货.xlsx", reading("deliveries", [came]))],
        )
        for papers, grade in (([old], "C"), ([old, renewal], "A"), ([old], "C")):
            turn(store, date(2026, 7, 3), [("证书.xlsx", reading("certificates", papers))])
            assert {verdict.grade for verdict in scored(store).values()} == {grade}


UPHELD = {"vendor": "虚构乙厂", "order_id": "PO-1", "line": "1", "claim": "图纸变更", "decision": "成立"}


@pytest.mark.parametrize(
    ("faults", "noted", "counted"),
    [
        pytest.param([None], None, 0, id="an upheld appeal clears the vendor"),
        pytest.param(["供方"], "需方", 1, id="it weighs more than the fault noted"),
        pytest.param(["需方", "供方"], None, 0, id="of two that contradict each other the one that clears counts"),
        pytest.param(["供方", "需方"], None, 0, id="whichever is written first"),
    ],
)
def test_whose_fault_a_late_line_is(faults: list[str | None], noted: str | None, counted: int) -> None:
    named = {"order_id": "PO-1", "line": "1", "vendor": "虚构乙厂"}
    line = {**named, "quantity": Decimal(10), "unit_price": Decimal(1), "promised_on": date(2026, 6, 10)}
    came = {
        **named,
        "delivered_on": date(2026, 6, 19),
        "received": Decimal(10),
        "accepted": Decimal(10),
        "fault": noted,
    }
    appeals = [{**UPHELD, "appeal_id": f"SS-{n}", "fault": fault} for n, fault in enumerate(faults)]
    rows = {"orders": [line], "deliveries": [came], "appeals": appeals}
    with a_store() as store:
        turn(store, date(2026, 7, 3), [(f"{kind}.xlsx", reading(kind, some)) for kind, some in rows.items()])
        assert kept(store) == naive.kpis(books(store, date(2026, 7, 3)))
        assert [total for (_, _, kpi), (_, total) in kept(store).items() if kpi == "on_time"] == [1] * counted


def test_an_appeal_clears_the_vendor_that_made_it_and_nobody_else() -> None:
    """By name or by code, and whoever turns out later to be whom; what was noted at the delivery stands beside it."""
    named = {"order_id": "PO-1", "line": "1"}
    line = {
        **named,
        "vendor": "虚构乙厂",
        "quantity": Decimal(10),
        "unit_price": Decimal(1),
        "promised_on": date(2026, 6, 10),
    }
    came = {**named, "delivery_id": "S-1", "delivered_on": date(2026, 6, 19), "received": Decimal(10),
            "accepted": Decimal(8), "rejected": Decimal(2)}  # fmt: skip
    by_code = {**UPHELD, "vendor": "V-01", "appeal_id": "SS-1", "fault": "需方"}
    of_delivery = {**by_code, "appeal_id": "SS-2", "delivery_id": "S-1"}
    known = {"vendor": "虚构乙厂", "vendor_id": "V-01"}
    steps = (
        ([("订单.xlsx", "orders", [line]), ("收货.xlsx", "deliveries", [came])], True),
        ([("申诉.xlsx", "appeals", [by_code, of_delivery])], True),  # nobody knows whose code that is
        ([("供应商.xlsx", "vendors", [known])], False),
        ([("订单.xlsx", "orders", [{**line, "vendor": "示例甲有限公司"}])], True),  # the order was another vendor's
        ([("订单.xlsx", "orders", [line])], False),
    )
    with a_store() as store:
        for files, blamed in steps:
            turn(store, date(2026, 7, 3), [(name, reading(kind, rows)) for name, kind, rows in files])
            assert kept(store) == naive.kpis(books(store, date(2026, 7, 3)))
            assert any(kpi == "on_time" for _, _, kpi in kept(store)) is blamed
            judged = next(total for (_, _, kpi), (_, total) in kept(store).items() if kpi == "quality")
            assert judged == (10 if blamed else 8)


def test_of_a_line_of_nothing_nothing_is_due() -> None:
    line = {"order_id": "PO-1", "line": "1", "vendor": "虚构乙厂", "unit_price": Decimal(1)}
    lines = [{**line, "quantity": Decimal(quantity), "promised_on": date(2026, 6, 10)} for quantity in (10, 0)]
    with a_store() as store:
        for day, one, counted in ((1, lines[0], {"on_time", "on_time_latest", "drift"}), (2, lines[1], set())):
            turn(store, date(2026, 7, day), [("订单.xlsx", reading("orders", [one]))])
            assert {kpi for _, _, kpi in kept(store)} == counted


def test_a_ticket_that_another_file_has_for_another_vendor_leaves_its_month_and_comes_back() -> None:
    moment = datetime(2026, 6, 3, 9)
    ticket = {"ticket_id": "T-1", "vendor": "虚构乙厂", "opened_at": moment, "responded_at": moment}
    other = {**ticket, "vendor": "示例甲有限公司"}
    rows = (("甲.xlsx", [ticket], "虚构乙厂"), ("乙.xlsx", [other], "示例甲有限公司"), ("乙.xlsx", [], "虚构乙厂"))
    with a_store() as store:
        for name, tickets, vendor in rows:
            turn(store, date(2026, 7, 3), [(name, reading("tickets", tickets))])
            assert {key[0] for key in kept(store)} == {vendor}
