"""Forms that the robots issue and know again when they come back, whatever they are called by then."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robots.edge import forms
from robots.kinds import known
from robots.model.forms import Form, SealBroken, seal, unseal
from tests.conftest import Home

NOW = datetime(2026, 7, 6, 9)
ROW = {"订单号": "PO-1", "供应商": "示例甲电子有限公司", "订单数量": 100, "单价": 5, "承诺交期": date(2026, 6, 20)}


def _filled(home: Home, kind: str, row: dict[str, Any], spoil: Callable[[Any], None] = lambda _: None) -> bytes:
    """A blank form with one row filled in, as a person does it in Excel."""
    book = openpyxl.load_workbook(forms.issue(home.settings, kind, NOW))
    sheet = book.worksheets[0]
    header = next(cells for cells in sheet.iter_rows() if sum(isinstance(c.value, str) for c in cells) > 4)
    for cell in header:
        sheet.cell(cell.row + 1, cell.column).value = row.get(str(cell.value).rstrip("*"))
    spoil(book)
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()


def test_a_form_filled_in_is_taken_under_any_name(home: Home) -> None:
    home.drop("随便什么名字 (3).xlsx", _filled(home, "orders", ROW))
    home.turn(NOW)
    assert [(r["kind"], r["rows_new"], r["rows_set_aside"]) for r in home.export("receipts")] == [("orders", 1, 0)]
    assert [f["code"] for f in home.export("findings") if f["level"] != "info"] == []
    assert any(f["code"] == "FORM_KNOWN" and "orders-20260706090000" in f["says"] for f in home.export("findings"))


@pytest.mark.parametrize("kind", list(known()))
def test_every_kind_has_a_blank_form_that_is_read_as_itself(home: Home, kind: str) -> None:
    home.drop("空表.xlsx", Path(forms.issue(home.settings, kind, NOW)).read_bytes())
    home.turn(NOW)
    assert [f["code"] for f in home.export("findings") if f["level"] == "error"] == []
    assert {r["kind"] for r in home.export("receipts")} == {kind}


def _rename_a_header(book: Any) -> None:
    book.worksheets[0]["C5"] = "随便改的列名"


def _break_the_seal(book: Any) -> None:
    book["_robots"]["B2"] = "another-form"


SPOILT = {
    "a header was changed": (_rename_a_header, "FORM_CHANGED"),
    "the hidden sheet was changed": (_break_the_seal, "FORM_BROKEN"),
}


@pytest.mark.parametrize(("spoil", "code"), [pytest.param(*case, id=name) for name, case in SPOILT.items()])
def test_a_form_is_refused_where(home: Home, spoil: Callable[[Any], None], code: str) -> None:
    home.drop("表.xlsx", _filled(home, "orders", ROW, spoil))
    home.turn(NOW)
    wrong = [f for f in home.export("findings") if f["level"] == "error" and f["sheet"]]
    assert [f["code"] for f in wrong] == [code]
    assert home.export("orders") == []
    if code == "FORM_CHANGED":
        assert wrong[0]["cell"] == "C5" and "随便改的列名" in wrong[0]["says"]


def test_a_renamed_sheet_is_still_the_form(home: Home) -> None:
    def rename(book: Any) -> None:
        book.worksheets[0].title = "三月"

    home.drop("表.xlsx", _filled(home, "orders", ROW, rename))
    home.turn(NOW)
    assert [r["rows_new"] for r in home.export("receipts")] == [1]


@pytest.mark.parametrize("share", [Decimal(1) / 7, Decimal("0.9842857142857142857142857143"), Decimal(2) / 3 * 10**6])
def test_a_figure_comes_back_with_the_digits_that_a_cell_keeps_and_is_unchanged(share: Decimal) -> None:
    sealed = unseal(seal(Form("f", 1), "表", {"B2": share}))
    assert sealed is not None
    assert sealed.changed({"B2": float(share)}) == []
    assert sealed.changed({"B2": float(f"{share:.15g}")}) == []  # as LibreOffice writes it
    assert sealed.changed({"B2": float(share) * (1 + 1e-12)}) != []


CELLS = st.dictionaries(
    st.from_regex(r"[A-Z]{1,2}[1-9][0-9]?", fullmatch=True),
    st.one_of(st.text(max_size=8), st.integers(-9999, 9999), st.floats(-1e6, 1e6), st.dates(), st.booleans()),
    max_size=6,
)


@given(CELLS, st.text(max_size=10), st.integers(1, 99))
def test_a_seal_is_read_back_and_any_change_of_it_is_seen(cells: dict[str, Any], name: str, version: int) -> None:
    form = Form(name.strip() or "f", version, "orders")
    rows = seal(form, "表", cells)
    sealed = unseal(rows)
    assert sealed is not None and sealed.form == form and sealed.changed(cells) == []
    spoilt = [*rows[:2], ("version", str(version + 1)), *rows[3:]]
    with pytest.raises(SealBroken):
        unseal(spoilt)


KEPT = ("vendors", "contracts", "orders", "deliveries", "invoices", "payables")


def test_our_own_reports_change_nothing_when_they_are_dropped_back(home: Home, books: SimpleNamespace) -> None:
    for kind in ("vendors", "contracts", "orders", "invoices"):
        home.drop(f"{kind}.xlsx", getattr(books, kind)())
    home.turn(datetime(2026, 7, 3, 18))
    home.drop("收货.xlsx", books.deliveries())  # what was late is not any more: the list has a sheet of closed alerts
    home.turn(datetime(2026, 7, 6, 18))
    before = {kind: home.export(kind) for kind in KEPT}
    ours = [path for path in home.settings.outbox.rglob("*.xlsx") if path.parent.name != "receipts"]
    for number, path in enumerate(ours):
        home.drop(f"{number} {path.name}", path.read_bytes())
    dropped = home.turn(datetime(2026, 7, 6, 19)).drops
    assert len(ours) >= 4 and {state for _, state, _ in dropped} <= {"ignored", "taken"}
    assert {kind: home.export(kind) for kind in KEPT} == before
    told = {f["code"] for f in home.export("findings") if f["drop"][0].isdigit()}
    assert "OWN_OUTPUT" in told and told <= {"OWN_OUTPUT", "FORM_KNOWN", "FORM_BLANK"}
