"""Real data that nobody here wrote: the SCMS delivery history, where it lies beside the project."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from robots import conveyor
from robots.crew import registry
from robots.edge import clock, exports, homes, settings
from robots.edge.store import Store, open_store
from tests import histories, naive

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "scms" / "SCMS_Delivery_History_Dataset.csv"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the SCMS data is not beside this checkout: NOT TESTED here")


@pytest.fixture(scope="module")
def scms(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A new home into which the export was dropped as it comes, on 2016-01-01."""
    home = homes.make(tmp_path_factory.mktemp("scms"), "zh", date(2016, 1, 1))
    (home / "config" / "robots.toml").write_text("[intake]\nquiet_seconds = 0.0\n", "utf-8")
    loaded = settings.load(home, registry.names())
    shutil.copyfile(DATA, loaded.inbox / DATA.name)
    now = clock.now(date(2016, 1, 1))
    store = open_store("", loaded.state, now)
    report = conveyor.turn(loaded, store, now)
    assert [state for _, state, _ in report.drops] == ["taken"]
    assert report.troubles == []
    return store


def _on_time(store: Store, vendor: str | None = None) -> tuple[Decimal, Decimal]:
    columns, rows = exports.export(store, "kpis")
    kpis = [dict(zip(columns, row, strict=True)) for row in rows]
    mine = [k for k in kpis if k["kpi"] == "on_time" and vendor in (None, k["vendor"])]
    return sum(Decimal(k["good"]) for k in mine), sum(Decimal(k["total"]) for k in mine)


@pytest.mark.parametrize(
    ("vendor", "good", "total"),
    [
        pytest.param(None, 9138, 10324, id="all vendors: 1,186 of 10,324 were late"),
        pytest.param("SCMS from RDC", 4477, 5404, id="SCMS from RDC: 927 of 5,404 were late"),
        pytest.param("Orgenics, Ltd", 754 - 98, 754, id="Orgenics, Ltd: 98 of 754 were late"),
    ],
)
def test_on_time_agrees_with_two_independent_counts(scms: Store, vendor: str | None, good: int, total: int) -> None:
    assert _on_time(scms, vendor) == (good, total)


def test_every_figure_of_every_vendor_and_due_month_is_that_of_a_second_implementation(scms: Store) -> None:
    known = histories.books(scms, date(2016, 1, 1), histories.RULES)
    assert histories.kept(scms) == naive.kpis(known)
    assert histories.scored(scms) == naive.verdicts(known)


def test_one_row_is_an_order_line_and_its_delivery_and_none_is_lost(scms: Store) -> None:
    columns, rows = exports.export(scms, "receipts")
    receipts = [dict(zip(columns, row, strict=True)) for row in rows]
    assert {r["kind"]: (r["rows_new"], r["rows_set_aside"]) for r in receipts} == {
        "orders": (10324, 0),
        "deliveries": (10324, 0),
    }


def test_every_row_warned_about_is_on_the_receipt_with_its_cell(scms: Store) -> None:
    columns, rows = exports.export(scms, "findings")
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    assert {(f["code"], f["cell"]) for f in found if f["level"] != "info"} == {
        ("PROMISED_BEFORE_ORDERED", cell) for cell in ("M456", "M2700", "M3389", "M4908")
    }
