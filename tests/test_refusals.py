"""What an approver refused comes up again: the new sheet, its form and its letters say who refused it and why, and
whoever refused it is asked again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest

from robots.edge import explaining, status
from robots.figures.approvals import Refusal
from robots.figures.refusals import asked_again, refused_by_person, standing_refusals
from tests.conftest import Home
from tests.test_approvals import (
    BATCH,
    FIRST,
    FRIDAY,
    FULL,
    MONDAY,
    PEOPLE,
    SECOND,
    TUESDAY,
    approve,
    cell,
    code_of,
    copied,
    filled,
    form_of,
    invoices_of,
    letters,
    prepared,
    said,
)

ONE, TWO = "one@example.com", "two@example.com"
AGAIN = "FK-20260707-01"
TOLD = f"曾被 {FIRST} 于 2026-07-06 驳回：发票抬头不对（FK-20260703-01）"


@pytest.fixture(scope="module")
def friday(tmp_path_factory: pytest.TempPathFactory, books: SimpleNamespace) -> Path:
    return prepared(tmp_path_factory.mktemp("驳回") / "外协", books, 5)


@pytest.fixture
def office(friday: Path, tmp_path: Path) -> Iterator[Home]:
    """A batch of 1,695.00, which one approver may release."""
    yield from copied(friday, tmp_path)


def texts_of(path: Path) -> dict[str, list[str]]:
    """Each sheet's texts."""
    book = openpyxl.load_workbook(path)
    return {page.title: [str(one.value) for row in page.iter_rows() for one in row if one.value is not None]
            for page in book.worksheets}  # fmt: skip


def sheet_of(home: Home, number: str) -> dict[str, list[str]]:
    (path,) = home.settings.out_folder("payments").glob(f"付款申请单 {number}*")
    return texts_of(path)


def batches(home: Home) -> dict[str, tuple[str, str]]:
    return {row["batch"]: (row["state"], row["total"]) for row in home.export("batches")}


def explained(home: Home, end: str) -> tuple[str, ...]:
    """The sentences about the line of an invoice whose number ends so."""
    (key,) = (row["payment_key"] for row in home.export("payables") if row["invoice_no"].endswith(end))
    found = explaining.explain(home.settings, home.store, key, TUESDAY.date())
    assert isinstance(found, list)
    return tuple(map(home.settings.words.speak, found[0].sentences))


def with_a_fourth(home: Home, books: SimpleNamespace, second: dict[str, Any] | None = None) -> None:
    """Another invoice has come since; the one that was refused is billed anew."""
    numbers = (1, 2, 3, 4)
    home.drop("订单.xlsx", books.orders(*({"订单号": f"PO-{n}"} for n in numbers)))
    home.drop("收货.xlsx", books.deliveries(*({"送货单号": f"S-{n}", "订单号": f"PO-{n}"} for n in numbers)))
    rows = ({"发票号码": f"2611200000001234560{n}", "订单号": f"PO-{n}", **FULL, **(second or {} if n == 2 else {})}
            for n in numbers)  # fmt: skip
    home.drop("发票.xlsx", books.invoices(*rows))


def test_what_was_refused_comes_again_on_a_sheet_of_its_own_that_its_refuser_has_to_approve(
    office: Home, books: SimpleNamespace
) -> None:
    approve(office, FIRST, ONE, refuse={"02": "发票抬头不对"})
    with_a_fourth(office, books)
    office.turn(TUESDAY)
    other = AGAIN.replace("-01", "-02")
    assert batches(office)[AGAIN] == batches(office)[other] == ("proposed", "565.00")
    again, form = sheet_of(office, other), texts_of(form_of(office, SECOND, other))
    assert {"发票抬头不对", FIRST, "2026-07-06"} <= set(again["付款申请单"]) and TOLD in again["付款明细"]
    assert TOLD in form["付款审批"] and form["付款审批"][form["付款审批"].index("必须由其批准") + 1] == FIRST
    assert TOLD in explained(office, "02")
    assert not [text for page in sheet_of(office, AGAIN).values() for text in page if "驳回" in text]
    for to in (TWO, "finance@example.com"):
        assert any("发票抬头不对" in said(one) and other in said(one) for one in letters(office, to)), to
    approve(office, SECOND, TWO, datetime(2026, 7, 8, 6), AGAIN)
    approve(office, SECOND, TWO, datetime(2026, 7, 8, 7), other)
    assert (batches(office)[AGAIN][0], batches(office)[other][0]) == ("released", "proposed")
    waits = status.look(office.settings, office.store, TUESDAY).as_lines(office.settings.words)
    assert any(f"还要 1 人，其中须有曾驳回的 {FIRST}" in line for line in waits)
    told = "".join(map(said, letters(office, "finance@example.com")))
    assert f"曾驳回其中款项的 {FIRST} 必须批准" in told
    approve(office, FIRST, ONE, datetime(2026, 7, 8, 7, 30), other)
    assert batches(office)[other][0] == "released"


def test_a_refusal_outlives_a_batch_that_became_void_and_an_amount_that_was_mended_until_it_is_released(
    home: Home, books: SimpleNamespace
) -> None:
    """Two were needed: the one refused a line, the other's form was changed. Its invoice is corrected then."""
    home.let("paymaster")
    invoices_of(home, books, 1, 2, 3)
    rules = home.path / "config" / "rules" / "approvals.toml"
    rules.write_text("[[in_force]]\nfrom = 2026-01-01\ntwo_above = 600.00\n", "utf-8")
    home.configure(PEOPLE)
    home.turn(FRIDAY)
    for approver, to, how in ((FIRST, ONE, {"refuse": {"02": "数量不对"}}), (SECOND, TWO, {"spoil": cell(7, 999)})):
        home.drop(f"{approver}.xlsx", filled(form_of(home, approver), code_of(home, to), **how))
    home.turn(MONDAY)
    assert batches(home)[BATCH][0] == "void"
    with_a_fourth(home, books, {"数量": 90, "不含税金额": 450, "税额": 58.5, "价税合计": 508.5})
    home.turn(TUESDAY)
    number = "FK-20260707-02"
    assert batches(home)[number] == ("proposed", "508.50")
    assert "数量不对" in sheet_of(home, number)["付款申请单"]
    approve(home, FIRST, ONE, datetime(2026, 7, 8, 6), number)
    assert batches(home)[number][0] == "proposed"  # below the limit, and no fewer than at its refusal
    approve(home, SECOND, TWO, datetime(2026, 7, 8, 7), number)
    assert batches(home)[number][0] == "released"
    with home.store.transaction() as tx:
        assert standing_refusals(tx.ledger(TUESDAY.date(), 0)) == {}


def refusal(by: str = FIRST, needed: int = 1, is_person: bool = True) -> Refusal:
    return Refusal("FK-1", needed, "2026-07-06", by, "x", is_person)


ASKED: dict[str, tuple[list[Refusal], list[str], tuple[int, set[str]]]] = {
    "whoever refused": ([refusal()], ["甲", FIRST], (1, {FIRST})),
    "each who refused": ([refusal(), refusal("甲")], ["甲", FIRST, "乙"], (2, {"甲", FIRST})),
    "as many as at the refusal": ([refusal(needed=2)], ["甲", FIRST], (2, {FIRST})),
    "two in place of one who is gone": ([refusal()], ["甲", "乙"], (2, set())),
    "the one who is left in place of one who is gone": ([refusal(needed=2)], ["甲"], (1, set())),
    "nobody for what a control stopped": ([refusal("付款控制", 2, is_person=False)], ["甲", "乙"], (0, set())),
}  # fmt: skip


@pytest.mark.parametrize(("said_no", "able", "asked"), ASKED.values(), ids=ASKED)
def test_who_is_asked_again(said_no: list[Refusal], able: list[str], asked: tuple[int, set[str]]) -> None:
    assert asked_again(said_no, able) == asked


def test_all_of_a_vendor_whose_credit_note_is_set_off_goes_with_what_was_refused() -> None:
    def row(key: str, vendor: str, net: int) -> dict[str, Any]:
        return {"payment_key": key, "vendor": vendor, "currency": "CNY", "net": net, "invoice_key": key,
                "order_id": "PO-1", "line": "1"}  # fmt: skip

    rows = [row("a", "甲", 900), row("b", "甲", -200), row("c", "乙", 50), row("d", "乙", 60), row("e", "丙", 70)]
    refused = {(key, "PO-1", "1"): (refusal(),) for key in "ac"}
    refused["e", "PO-1", "1"] = (refusal("付款控制", is_person=False),)
    assert {key for key, *_ in refused_by_person(rows, refused)} == {"a", "b", "c"}
