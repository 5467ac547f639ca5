"""What we write: text stays text, the same decision gives the same bytes, nothing a spreadsheet would refuse."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from openpyxl import Workbook as Opened
from openpyxl import load_workbook

from robots.crew import registry
from robots.edge import excel_out, letters, settings
from robots.edge.letters import Told
from robots.model import wire
from robots.model.decisions import Chart, Column, Decision, Look, Notice, Sheet, Table, Workbook, record
from robots.model.forms import Form
from robots.model.words import Catalogue, say

WORDS = Catalogue("zh", {"table.total": "合计"})
AT = datetime(2026, 7, 3, 18)


def written(*rows: tuple[Any, ...], looks: tuple[Look, ...] = (Look.TEXT,), **sheet: Any) -> Opened:
    """A workbook of one table, written and opened again."""
    columns = tuple(Column(f"列{n}", look) for n, look in enumerate(looks))
    page = Sheet("表", tables=(Table(columns, rows, **sheet),))
    return load_workbook(io.BytesIO(excel_out.render(Workbook("reports", "x", (page,)), WORDS, AT)))


def test_what_is_looked_up_on_the_screen_stays_off_the_paper() -> None:
    columns = (Column("发现"), Column("处理"), Column("依据", paper=False))
    page = Sheet("表", "标题", tables=(Table(columns, (("迟", "", "订单 › 2"), ("退", "", "收货 › 3"))),))
    opened = load_workbook(io.BytesIO(excel_out.render(Workbook("reports", "x", (page,)), WORDS, AT)))["表"]
    assert opened.print_area == "'表'!$A$1:$B$5"
    assert opened["C4"].value == "订单 › 2"


DANGEROUS = [
    "=1+1",
    '=HYPERLINK("http://x")',
    "+1",
    "-1+2",
    "@SUM(A1)",
    "{=A1}",
    "http://example.com",
    "\t=1",
    "0012",
    "1e5",
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_from_outside_is_never_a_formula_a_link_or_a_number(text: str) -> None:
    cell = written((text,))["表"]["A2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


@effort(max_examples=40, deadline=None)
@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60).filter(lambda t: t.strip() == t)
)
def test_any_text_comes_back_as_it_was(text: str) -> None:
    assert written((text,))["表"]["A2"].value == text


def test_figures_dates_and_blanks_keep_their_types() -> None:
    looks = (Look.MONEY, Look.PERCENT, Look.DATE, Look.INTEGER, Look.TEXT)
    page = written((Decimal("1200.05"), Decimal("0.953"), date(2026, 7, 3), 7, None), looks=looks)["表"]
    values = [cell.value for cell in page[2]]
    assert values == [1200.05, 0.953, datetime(2026, 7, 3), 7, None]


def test_totals_are_our_own_formula_over_our_own_figures() -> None:
    page = written((Decimal("1.10"),), (Decimal("2.20"),), looks=(Look.MONEY,), total=(0,))["表"]
    assert page["A4"].value == "=SUM(A2:A3)"


def test_the_same_decision_gives_the_same_bytes() -> None:
    book = Workbook("reports", "x", (Sheet("表", "题", (("事实", 1),), (Table((Column("列"),), (("值",),)),)),))
    assert excel_out.render(book, WORDS, AT) == excel_out.render(book, WORDS, AT)


def test_sheet_names_are_made_fit_and_kept_apart() -> None:
    names = ("a/b:c?" * 10, "a/b:c?" * 10, "'quoted'", "")
    book = Workbook("reports", "x", tuple(Sheet(name) for name in names))
    titles = load_workbook(io.BytesIO(excel_out.render(book, WORDS, AT))).sheetnames
    assert len(set(titles)) == 5  # and the hidden one
    assert all(len(title) <= 31 for title in titles)


def test_charts_are_native_and_point_at_the_table() -> None:
    table = Table(
        (Column("月份"), Column("按时率", Look.PERCENT)), (("2026-06", Decimal("0.9")), ("2026-07", Decimal("0.95")))
    )
    page = Sheet("趋势", tables=(table,), charts=(Chart("line", "按时率", 0, 0, (1,), percent=True),))
    opened = load_workbook(io.BytesIO(excel_out.render(Workbook("reports", "x", (page,)), WORDS, AT)))
    (chart,) = opened["趋势"]._charts  # openpyxl has no public list of charts
    assert chart.series[0].val.numRef.f == "'趋势'!$B$2:$B$3"


def test_an_empty_table_says_so() -> None:
    assert written(empty="没有问题")["表"]["A2"].value == "没有问题"


# ------------------------------------------------------------------ decisions travel and have one key

DECISIONS = [
    Workbook(
        "payments",
        say("file.payment", batch="FK-1"),
        (Sheet("表", tables=(Table((Column("列", Look.MONEY),), ((Decimal("1.10"),),)),)),),
    ),
    Notice("finance", say("notice.x", total=Decimal("2.50")), (say("a"), "b"), "critical", ("sheet",)),
    record("alerts", [{"alert": "1", "first_seen": date(2026, 7, 3), "at": AT, "n": None, "ok": True}], gone=("2",)),
]


@pytest.mark.parametrize("what", DECISIONS, ids=lambda what: type(what).__name__)
def test_a_decision_survives_the_queue_and_keeps_its_key(what: Any) -> None:
    spoken = WORDS.render(what)
    assert wire.load(wire.dump(spoken)) == spoken
    assert Decision("r", "p", "s", what).key == Decision("r", "p", "s", what).key
    assert Decision("r", "p", "s", what).key != Decision("r", "p", "other", what).key


# ------------------------------------------------------------------ letters


def _told(role: str, headline: str, severity: str = "info") -> Told:
    return Told(Notice(role, headline, ("行",), severity, next_step="去做"), headline, ())


def test_a_plain_letter_names_the_column_before_each_cell() -> None:
    words = settings.load(settings.find_home("no such home"), registry.names()).words
    table = Table((Column("预警"), Column("对象"), Column("发现")), (("交付逾期", "PO-1/1", ""),))
    told = Told(Notice("clerk", "预警", (), "info", (), table), "k", ())
    ((_, letter),) = letters.digests([told], {"clerk": ["a@example.com"]}, words, date(2026, 7, 3))
    assert "  - 预警：交付逾期 | 对象：PO-1/1\n" in letter.text


def test_one_letter_per_person_the_critical_first_and_markup_from_outside_harmless() -> None:
    words = settings.load(settings.find_home("no such home"), registry.names()).words
    told = [_told("clerk", "平常"), _told("finance", "<script>alert(1)</script>", "critical")]
    roles = {"clerk": ["a@example.com"], "finance": ["a@example.com", "b@example.com"]}
    sent = [letter for _, letter in letters.digests(told, roles, words, date(2026, 7, 3))]
    assert [letter.to for letter in sent] == ["a@example.com", "b@example.com"]
    assert sent[0].subject.startswith("【严重】")
    assert sent[0].html.index("&lt;script&gt;") < sent[0].html.index("平常")
    assert "<script>" not in sent[0].html


def test_a_role_that_nobody_holds_is_named() -> None:
    assert letters.unheard([_told("owner", "x")], {"clerk": ["a@example.com"]}) == ["owner"]


def test_cells_that_are_to_be_filled_in_are_yellow_and_no_other() -> None:
    columns = (Column("预警"), Column("处理状态", open=True))
    table = Table(columns, tuple((f"逾期{n}", "") for n in range(2)))
    form = Workbook("alerts", "x", (Sheet("表", tables=(table,)),), Form("alerts-1", 1, "alert_answers"))
    page = load_workbook(io.BytesIO(excel_out.render(form, WORDS, AT)))["表"]
    fills = {(cell.column, cell.fill.fgColor.rgb) for row in page.iter_rows(min_row=2) for cell in row}
    assert {color for column, color in fills if column == 2} == {"FFFFF8D6"}
    assert "FFFFF8D6" not in {color for column, color in fills if column == 1}


def test_a_whole_number_has_no_point_behind_it_in_excel() -> None:
    page = written((Decimal("98.00"),), (Decimal("97.65"),), looks=(Look.NUMBER,))["表"]
    shown = {cell.value: cell.number_format for row in page.iter_rows(min_row=2) for cell in row}
    assert shown == {98: "#,##0", 97.65: "#,##0.##"}
