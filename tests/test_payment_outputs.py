"""What finance and vendors get: payment sheet, statements, cash plan, hold list, and what a release sets off."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes, policy
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook as Opened
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries as load_range

from robots import conveyor
from robots.crew import registry
from robots.crew.paymaster.controls import form_of
from robots.crew.paymaster.papers import code_letter, form, release
from robots.crew.paymaster.plan import _again, _notice, hold_workbook, plan_workbook
from robots.crew.paymaster.plan import _held as held_of
from robots.crew.paymaster.quarantine import UnderWay
from robots.crew.paymaster.released import released
from robots.crew.paymaster.rows import AMOUNTS, carried_net, is_stopped, line_of, propose, waterfalls
from robots.crew.paymaster.sheet import payment_notice, payment_sheet, words_of
from robots.crew.paymaster.statement import statement_workbook
from robots.edge import delivery, excel_out, paging, settings
from robots.figures.approvals import Case
from robots.figures.balances import parts_of
from robots.figures.cash import Due, dues, forecast
from robots.figures.controls import Controlled, Hold
from robots.figures.controls import held as held_whole
from robots.figures.entries import Entry
from robots.figures.lines import records
from robots.figures.settlement import STEPS, Payable
from robots.figures.statements import Accepted, Statement
from robots.kinds import known
from robots.model.decisions import Notice, Workbook, record
from robots.model.names import header_word

if TYPE_CHECKING:
    from tests.conftest import Begin, Home

D = Decimal
SHIPPED = settings.load(settings.find_home("no such home"), registry.names())
AT = datetime(2026, 7, 3, 8)
TODAY = date(2026, 7, 3)
A, B = "示例甲有限公司", "虚构乙公司"
VENDORS = {
    A: {"bank_name": "示例银行甲支行", "bank_account": "0062220000000000001"},
    B: {"bank_name": "示例银行乙支行", "bank_account": "12345678901234567890"},
}


def opened(workbook: Workbook, values: bool = False) -> Opened:
    content = excel_out.render(SHIPPED.words.render(workbook), SHIPPED.words, AT)
    return load_workbook(io.BytesIO(content), data_only=values)


def payable(number: int, vendor: str = A, gross: str = "1000.00", **other: Any) -> Payable:
    order = f"PO-{number:03d}"
    known = Payable(
        f"{vendor}|F-{number}", vendor, f"F-{number:03d}", order, "1", D(gross), due_on=date(2026, 8, 1),
        source=f"发票.xlsx › 6月 › {number}",
    )  # fmt: skip
    return replace(known, **other)


def sheet_of(*owed: Payable, vendors: dict[str, dict[str, str]] = VENDORS) -> Workbook:
    rows = [row for p in owed if (row := propose(p, [], "FK-20260703-01", vendors)) is not None]
    of_line = {line_of(p): p for p in owed}
    steps = [s for r in rows for s in waterfalls(of_line[r["invoice_key"], r["order_id"], r["line"]], r, [])]
    stopped = [p for p in owed if is_stopped(p)]
    return payment_sheet(
        rows, steps, stopped, "FK-20260703-01", vendors, "CNY", TODAY, ("下一步",), SHIPPED.rules.settlement(TODAY), {}
    )


def rows_of(page: Any) -> list[tuple[Any, ...]]:
    """Rows with anything in them, less the blank cells at their end."""
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    return [tuple(row[: max(i for i, v in enumerate(row) if v not in (None, "")) + 1]) for row in rows if any(row)]


# ------------------------------------------------------------------ 付款申请单

OWED = (
    payable(1, penalty=D("20.00"), late_days=4),
    payable(2, gross="500.00", held=D("200.00"), reasons=("QUANTITY",)),
    payable(3, B, "300.00", retention=D("9.00"), retention_due_on=date(2027, 8, 1)),
)


def test_the_front_of_the_sheet_is_what_finance_signs() -> None:
    rows = rows_of(opened(sheet_of(*OWED), values=True)["付款申请单"])
    day = datetime(2026, 8, 1)
    assert rows[4:7] == [
        ("银行付款笔数", None, "3"),
        ("实付合计（CNY）", None, "1,571.00"),
        ("人民币大写", None, "壹仟伍佰柒拾壹元整"),
    ]
    assert rows[8:11] == [
        (1, A, "示例银行甲支行", "0062220000000000001", 2, day, 1500, 220, 1280),
        (2, B, "示例银行乙支行", "12345678901234567890", 1, day, 300, 9, 291),
        ("合计", "", "", "", 3, "", 1800, 229, 1571),
    ]
    assert rows[-1][::2][:1] == ("申请人：",)


def test_retention_that_is_paid_back_and_an_advance_say_so_and_are_not_invoiced_now() -> None:
    """On the first page, beside the line, on the approver's form, in both letters and in the bank's file."""
    back, advance = payable(3, B, "30.00", what="retention"), payable(4, B, "500.00", what="advance", line="")
    book = opened(sheet_of(OWED[0], back, advance), values=True)
    front, lines = rows_of(book["付款申请单"]), rows_of(book["付款明细"])
    head = next(row for row in front if row[0] == "序号")
    assert head[6:10] == ("本次开票减红字\n（含税）", "质保金退还", "扣减合计", "本次实付")
    assert next(row for row in front if row[0] == 2)[6:10] == (500, 30, 0, 530)
    assert "其中质保金退还 1 笔 30.00 CNY：发票 F-003" in {row[0] for row in front}
    told = {row[0]: row[2:5] for row in lines if str(row[0]).startswith("F-")}
    assert told == {"F-001": ("货款", 1000, 0), "F-003": ("质保金退还", 0, 30), "F-004": ("预付款", 500, 0)}
    rows = tuple(row for p in (OWED[0], back, advance) if (row := propose(p, [], "FK-1", VENDORS)))
    case = Case("FK-1", {"currency": "CNY", "preparer": "甲", "needed": 1, "expires_on": TODAY, "role": "one"}, rows)
    page = rows_of(opened(form(case, "示例经理", 1, SHIPPED.rules), values=True).worksheets[0])
    head = next(row for row in page if row[0] == "付款批次")
    sorts = {row[4]: row[head.index("款项")] for row in page if row[0] == "FK-1" and len(row) > 8}
    assert sorts == {"F-001": "货款", "F-003": "质保金退还", "F-004": "预付款"}
    letters = (
        payment_notice([*rows], [], "FK-1", D(1510), "CNY", ("下一步",), {}),
        code_letter(case, {"approver": "示例经理", "role": "one", "digest": "d"}, "form", SHIPPED.rules),
    )
    for letter in letters:
        told = [SHIPPED.words.speak(line) for line in letter.lines]
        assert {"其中预付款 1 笔 500.00 CNY：发票 F-004", "其中质保金退还 1 笔 30.00 CNY：发票 F-003"} <= set(told)


def test_where_all_is_goods_no_column_says_so() -> None:
    book = opened(sheet_of(*OWED), values=True)
    cells = {cell for name in ("付款申请单", "付款明细") for row in rows_of(book[name]) for cell in row}
    assert not cells & {"款项", "质保金退还"}


def test_lines_stand_in_groups_whose_sums_are_formulas_that_add_up() -> None:
    formulas, values = (rows_of(opened(sheet_of(*OWED), v)["付款明细"]) for v in (False, True))
    heads = [row[0] for row in formulas]
    assert heads[4:] == [
        f"1. {A}　账号 0062220000000000001", "F-001", "F-002", "小计",
        f"2. {B}　账号 12345678901234567890", "F-003", "小计", "总计",
    ]  # fmt: skip
    nets = {
        head: (formula[10], value[10])
        for head, formula, value in zip(heads, formulas, values, strict=True)
        if len(value) > 10
    }
    assert nets["总计"] == ("=SUBTOTAL(9,K8:K14)", 1571)
    assert [value[10] for head, value in zip(heads, values, strict=True) if head == "小计"] == [1280, 291]


def test_every_step_has_its_amount_its_cause_and_its_row_and_all_add_up_to_the_total() -> None:
    late = payable(1).taken("late", D("20.00"), "迟交最多 4 天", "收货.xlsx › 6月 › 9")
    rows = rows_of(opened(sheet_of(late, *OWED[1:]), values=True)["扣减依据"])
    assert [row[1:5] for row in rows[2:-2]] == [
        ("F-001", "PO-001/1", "开票金额（含税）", 1000), ("F-001", "PO-001/1", "迟交违约金", -20),
        ("F-002", "PO-002/1", "开票金额（含税）", 500), ("F-002", "PO-002/1", "暂扣", -200),
        ("F-003", "PO-003/1", "开票金额（含税）", 300), ("F-003", "PO-003/1", "质保金", -9),
    ]  # fmt: skip
    assert rows[3][5:] == ("迟交最多 4 天", "收货.xlsx › 6月 › 9")
    assert rows[-2][4] == 1571


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_step_has_one_name_on_every_paper(language: str) -> None:
    names = settings.shipped_words(language).entries
    for step in STEPS[1:]:
        name = names[f"column.{step}"]
        assert name == names[f"step.{step}"] == names.get(f"statement.movement.{step}", name)
        told = (names["payment.note"].lower(), names["explain.payment.formula"].lower())
        assert all(name.lower() in formula for formula in told)
    assert names["plan.retention"] == names["step.released"]
    assert names["column.on_release"] == names["plan.held"]


def test_the_sheet_prints_on_a4_with_its_header_on_every_page() -> None:
    book = opened(sheet_of(*(payable(n, A if n <= 25 else B) for n in range(1, 46))))
    for name, header in (("付款申请单", "$10:$10"), ("付款明细", "$6:$6"), ("扣减依据", None)):
        page = book[name]
        assert (page.page_setup.paperSize, page.page_setup.orientation) == (9, "landscape")
        assert header is None or page.print_title_rows == header
    assert [brk.id for brk in book["付款明细"].row_breaks.brk] == [34]  # before B, whose 20 lines fit on one page


def _papers() -> Iterator[Workbook]:
    """What is signed or filled in, with an order whose name is long."""
    order = "CM-2026-008/需求与设计评审及试运行"
    yield sheet_of(*(replace(one, order_id=order) for one in OWED))
    line = {
        "payment_key": "0" * 24, "vendor": A, "bank_account": "6222000000000000001", "invoice_no": "2611200000001234",
        "order_id": order, "line": "1", "net": D(5), "due_on": "2026-08-01",
    }  # fmt: skip
    row = {"preparer": "甲", "needed": 1, "expires_on": "2026-07-10", "currency": "CNY", "released_on": TODAY}
    case = Case("FK-20260703-01", row, (line,))
    yield form(case, "示例财务总监", 1, SHIPPED.rules)
    yield release(case)
    yield hold_workbook((payable(1, order_id=order, held=D(1), reasons=("QUANTITY",)),), {}, {}, TODAY, "CNY")
    yield statement_workbook([statement()], "2026-06")


@pytest.mark.parametrize("number", range(5))
def test_what_is_signed_is_printed_at_eight_points_and_nothing_in_it_is_cut_off(number: int) -> None:
    for page in opened(list(_papers())[number]).worksheets[:-1]:
        area = str(page.print_area) or page.dimensions
        last = load_range(area.replace("$", "").split("!")[-1])[2]
        widths = [
            width - 0.71 for one in page.column_dimensions.values() for width in [one.width] * (one.max - one.min + 1)
        ]
        widths = widths[:last]
        assert paging.scale(widths, True) >= 80, page.title
        long = [cell for row in page.iter_rows() for cell in row if "需求与设计" in str(cell.value)]
        for cell in long:
            lines = str(cell.value).count("\n") + 1 + len(str(cell.value).encode("gbk")) // widths[cell.column - 1]
            assert cell.alignment.wrap_text and (page.row_dimensions[cell.row].height or 15) >= 13 * int(lines)


PAGES = {
    "what fits stays": ([(1, 10), (12, 20)], []),
    "the first one stays where it is": ([(1, 80)], []),
    "a group that would be torn begins a page": ([(1, 25), (27, 40)], [27]),
    "one that is longer than a page begins one too": ([(1, 10), (12, 80)], [12]),
    "and what follows goes on below it": ([(1, 10), (12, 60), (62, 66)], [12]),
}


@pytest.mark.parametrize(("groups", "expected"), PAGES.values(), ids=PAGES)
def test_pages_end_between_groups(groups: list[tuple[int, int]], expected: list[int]) -> None:
    assert paging.breaks(groups, {}, 100, True, 0) == expected


# ------------------------------------------------------------------ text from outside

DANGEROUS = ["=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(A1)", "\t=1+1"]


def _outputs(text: str) -> Iterator[Workbook]:
    """Every workbook of payments, with a text from outside wherever one can stand."""
    vendors = {text: {"bank_name": text, "bank_account": text}}
    held = payable(1, text, invoice_no=text, order_id=text, held=D("1.00"), reasons=("QUANTITY",), source=text)
    yield sheet_of(held, vendors=vendors)
    yield hold_workbook([held], {}, {}, TODAY, "CNY")
    yield plan_workbook([Due(text, "CNY", TODAY, "held", D(1))], TODAY)
    entries = (Entry(TODAY, "invoice", text, text, D(1)),)
    accepted = (Accepted(TODAY, text, "1", text, D(1), text, D(1)),)
    yield statement_workbook([Statement(text, "CNY", TODAY, TODAY, D(0), entries, accepted, {})], "2026-07")


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_begins_like_a_formula_is_text_in_every_workbook(text: str) -> None:
    ours = ("=SUM(", "=SUBTOTAL(")
    for workbook in _outputs(text):
        cells = [cell for page in opened(workbook) for row in page.iter_rows() for cell in row if cell.value]
        assert any(cell.value == text and cell.data_type == "s" for cell in cells)
        assert all(str(cell.value).startswith(ours) for cell in cells if cell.data_type == "f")


def test_the_same_payments_give_the_same_bytes() -> None:
    first, second = (
        [excel_out.render(SHIPPED.words.render(book), SHIPPED.words, AT) for book in _outputs("示例")] for _ in range(2)
    )
    assert first == second


# ------------------------------------------------------------------ 资金计划


def test_weeks_with_what_is_overdue_first() -> None:
    due = [
        Due(A, "CNY", day, sort, D(amount))
        for day, sort, amount in (
            (date(2026, 7, 2), "approved", 1), (date(2026, 7, 3), "proposed", 2), (date(2026, 7, 6), "held", 4),
            (date(2026, 9, 27), "proposed", 8), (date(2026, 9, 28), "proposed", 16), (None, "held", 32),
        )
    ]  # fmt: skip
    weeks = forecast(due, TODAY)
    assert len(weeks) == 1 + 13 + 2
    assert [(w.when or str(w.first), int(w.total)) for w in weeks if w.total] == [
        ("overdue", 1), ("2026-06-29", 2), ("2026-07-06", 4), ("2026-09-21", 8), ("later", 16), ("undated", 32),
    ]  # fmt: skip


STATES = {
    "held": [], "proposed": ["proposed", "retention"], "approved": ["approved", "retention"],
    "released": ["approved", "retention"], "confirmed": ["retention"], "rejected": [], "void": [], "reversed": [],
}  # fmt: skip


@pytest.mark.parametrize(("state", "expected"), STATES.items(), ids=STATES)
def test_what_is_still_to_be_paid_of_a_line(state: str, expected: list[str]) -> None:
    line = {
        "vendor": A, "state": state, "payment_key": "k", "due_on": "2026-08-01", "net": D(9), "retention": D(1),
        "retention_due_on": "2027-08-01",
    }  # fmt: skip
    assert [one.sort for one in dues([line], [], [], "CNY")] == expected


CARRIED = {
    "proposed": 0, "approved": 0, "released": 0, "confirmed": 0, "void": 300, "rejected": 300, "reversed": 300,
    "returned": 300,
}  # fmt: skip


@pytest.mark.parametrize(("state", "due"), CARRIED.items(), ids=CARRIED)
def test_what_is_held_after_it_was_put_up_is_due_once(state: str, due: int) -> None:
    held = payable(1, held=D(300), reasons=("QUANTITY",))
    row = {"invoice_key": held.invoice_key, "order_id": held.order_id, "line": "1", "state": state, "net": D(1000)}
    assert sum(one["held"] for one in held_of([held], carried_net([row]))) == due


def test_what_the_bank_answered_is_not_due_again() -> None:
    line = {"vendor": A, "state": "released", "payment_key": "k", "due_on": None, "net": D(9), "retention": D(0)}
    assert list(dues([line], [], ["k"], "CNY")) == []


def test_a_credit_note_is_due_with_what_it_is_set_off_against_and_never_by_itself() -> None:
    """Paid in one sum of 200.20, on the earliest day of what is to be paid; another vendor's line stays by itself."""
    line = {"vendor": A, "state": "proposed", "batch": "FK-1", "retention": D(0)}
    lines = [
        line | {"payment_key": "c", "net": D("-1999.80"), "due_on": "2026-06-17"},
        line | {"payment_key": "a", "net": D("1800.00"), "due_on": "2026-07-22"},
        line | {"payment_key": "b", "net": D("400.00"), "due_on": "2026-07-20"},
        line | {"payment_key": "d", "net": D("7.00"), "due_on": "2026-06-30", "vendor": B},
    ]
    found = [(one.vendor, one.day, one.amount) for one in dues(lines, [], [], "USD")]
    assert found == [(A, date(2026, 7, 20), D("200.20")), (B, date(2026, 6, 30), D(7))]


AGAIN = {
    "in order": (payable(1), "1000.00"),
    "held by now": (payable(1, held=D(1000), reasons=("QUANTITY",)), ""),
    "held in part": (payable(1, held=D(300), reasons=("QUANTITY",)), "700.00"),
    "nothing to say of it": (None, "1000.00"),
}


@pytest.mark.parametrize(("now", "due"), AGAIN.values(), ids=AGAIN)
def test_what_came_free_today_is_due_as_the_next_sheet_will_carry_it(now: Payable | None, due: str) -> None:
    row = propose(payable(1), [], "FK-1", VENDORS)
    assert row is not None
    free = row | {"state": "void"}
    again = list(_again([free], [now] if now else [], {}))
    assert [(one.sort, str(one.amount)) for one in dues(again, [], [], "CNY")] == ([("again", due)] if due else [])


def test_the_plan_has_a_column_for_what_is_put_up_again_only_where_there_is_any() -> None:
    due = [Due(A, "CNY", TODAY, "approved", D(5)), Due(A, "CNY", TODAY, "again", D(7))]
    heads = [next(row for row in rows_of(opened(plan_workbook(some, TODAY))["资金计划 CNY"]) if row[-1] == "合计")
             for some in (due, due[:1])]  # fmt: skip
    assert [("待重新提出" in head, len(head)) for head in heads] == [(True, 7), (False, 6)]


def test_the_weeks_of_the_letter_come_to_the_sum_that_it_tells() -> None:
    days = [date(2026, 7, 6) + timedelta(weeks=n) for n in range(7)]
    due = [Due(A, "CNY", day, "approved", D(n + 1)) for n, day in enumerate(days)]
    told = SHIPPED.words.render(_notice(due, (), "CNY", TODAY)).lines
    assert [str(line).split("：")[1] for line in told] == ["1.00 CNY", "2.00 CNY", "3.00 CNY", "4.00 CNY", "18.00 CNY"]
    assert told[-1].startswith("其余 3 个时段") and len(_notice(due[:5], (), "CNY", TODAY).lines) == 5


def test_the_due_calendar_says_whom_to_pay_on_which_day() -> None:
    days = (date(2026, 7, 20), date(2026, 7, 6), date(2026, 7, 6), None)
    due = [Due(B if n == 1 else A, "CNY", day, "approved", D(n + 1)) for n, day in enumerate(days)]
    rows = rows_of(opened(plan_workbook(due, TODAY))["到期日历 CNY"])
    told = [(str(row[0])[:10], row[1], row[2]) for row in rows if len(row) > 2 and row[1] in (A, B)]
    assert told == [("2026-07-06", A, 3), ("2026-07-06", B, 2), ("2026-07-20", A, 1), ("None", A, 4)]


def test_the_plan_has_a_native_stacked_chart_and_one_sheet_a_currency() -> None:
    book = opened(plan_workbook([Due(A, c, TODAY, "approved", D(5)) for c in ("CNY", "USD")], TODAY))
    assert book.sheetnames[:6] == [
        "资金计划 CNY", "到期日历 CNY", "待付供应商 CNY", "资金计划 USD", "到期日历 USD", "待付供应商 USD",
    ]  # fmt: skip
    (chart,) = book["资金计划 CNY"]._charts  # openpyxl has no public list of charts
    assert (chart.grouping, len(chart.series)) == ("stacked", 4)


# ------------------------------------------------------------------ 暂扣清单


def test_the_hold_list_sums_each_cent_once_and_the_oldest_stand_first() -> None:
    held = (
        payable(1, held=D("10.00"), reasons=("QUANTITY", "NO_ACCOUNT")),
        payable(2, held=D("20.00"), reasons=("NO_ACCOUNT",)),
        payable(3, B, held=D("40.00"), reasons=("QUANTITY",)),
    )
    billed = {"示例甲有限公司|F-1": date(2026, 7, 1), "虚构乙公司|F-3": date(2026, 6, 3)}
    book = opened(hold_workbook(held, {}, billed, TODAY, "CNY"), values=True)
    sums = rows_of(book["暂扣汇总"])
    assert [(row[1], row[3], row[5]) for row in sums[5:7]] == [(2, 50, 30), (1, 20, 0)]
    assert sums[7][0:4:3] == ("合计", 70)
    lines = [row[1:4:2] for row in rows_of(book["暂扣清单"]) if str(row[1] if len(row) > 1 else "").startswith("F-")]
    assert lines == [("F-003", 30), ("F-001", 2), ("F-002", None)]


def stopped_twice() -> Payable:
    """11,054.11 stopped: 180.80 of it above the price, the rest because a certificate ran out."""
    line = payable(1, gross="12000.00").taken("retention", D("945.89"), "质保金")
    dear = line.stop("price_variance", D("180.80"), "单价", "", "PRICE")
    return dear.stop("held", dear.net, "证书", "", "CERTIFICATE")


def test_each_amount_is_summed_under_the_reason_that_holds_it() -> None:
    owed = (stopped_twice(), payable(2, held=D("500.00"), reasons=("QUANTITY",)))
    book = opened(hold_workbook(owed, {}, {}, TODAY, "CNY"), values=True)
    sums = rows_of(book["暂扣汇总"])
    assert sums[4][2:5] == ("不予支付", "暂扣", "放行后可付")
    assert [row[:5] for row in sums[5:9]] == [
        ("必备证书已过期", 1, 0, 10873.31, 10873.31),
        ("开票数量超过已验收数量", 1, 0, 500, 500),
        ("单价高于合同价", 1, 180.8, 0, 0),
        ("合计", "", 180.8, 11373.31, 11373.31),
    ]
    assert sums[3][-1] == "11,554.11" and sum(p.stopped for p in owed) == D("11554.11")
    lines = [row[5:10:4] for row in rows_of(book["暂扣清单"]) if str(row[1] if len(row) > 1 else "") == "F-001"]
    assert lines == [(0, "必备证书已过期"), (180.8, "单价高于合同价")]


def test_what_is_payable_on_release_is_one_figure_on_list_plan_and_form() -> None:
    """Of 1,000.00 billed a sheet has carried 600.00; 300.00 has not come, the last 100.00 a control holds."""
    line = payable(1).stop("held", D("300.00"), "数量", "", "QUANTITY")
    hold = Hold("SHARED_ACCOUNT", "尾号 0001", "H-1", second=True)
    kept, carried = held_whole(line, (hold,), D("100.00")), {line_of(line): D("600.00")}
    sums = rows_of(opened(hold_workbook([kept], carried, {}, TODAY, "CNY"), values=True)["暂扣汇总"])
    assert [row[2:5] for row in sums[5:8]] == [(0, 300, 300), (0, 100, 100), (0, 400, 400)]
    assert [one["held"] for one in held_of([kept], carried)] == [D("400.00")]
    page = opened(form_of({"H-1": (hold, [Controlled(kept, (hold,), D("100.00"))])}, "CNY", TODAY)).worksheets[0]
    head, row = (row for row in rows_of(page) if len(row) > 5 and row[0] in ("暂扣编号", "H-1"))
    assert dict(zip(head, row, strict=False))["放行后可付"] == 100 and "暂扣" not in head[3]


def test_what_a_vendor_is_to_pay_back_is_no_payment_on_the_release_form() -> None:
    waiting = _waiting_for_release("CNY") | {"R-1": (Hold("OVERPAID", "", "R-1"), [Controlled(payable(9), (), D(7))])}
    rows = [row for row in rows_of(opened(form_of(waiting, "CNY", TODAY)).worksheets[0]) if len(row) > 5]
    assert [row[3:5] for row in rows] == [("放行后可付", "待抵扣/待收回"), (1, None), (None, 7)]


def test_what_a_sheet_has_carried_is_held_and_not_to_be_paid_again() -> None:
    late = payable(1).stop("held", D("300.00"), "数量", "", "QUANTITY")
    book = opened(hold_workbook([late], {line_of(late): D(1000)}, {}, TODAY, "CNY"), values=True)
    assert rows_of(book["暂扣汇总"])[5][3:5] == (300, 0)


def test_a_credit_note_without_an_invoice_is_claimed_back_and_lessens_no_hold() -> None:
    note = payable(2, gross="-80.00", held=D("-80.00"), reasons=("CREDITED",))
    owed = (payable(1, held=D("50.00"), reasons=("QUANTITY",)), note)
    book = opened(hold_workbook(owed, {}, {}, TODAY, "CNY"), values=True)
    rows = rows_of(book["暂扣汇总"])
    assert [row[-1] for row in rows[3:5]] == ["50.00", "80.00"] and rows[4][0] == "待抵扣/待收回"
    assert [row[2:6] for row in rows[6:9]] == [(0, 0, 0, 80), (0, 50, 50, 0), (0, 50, 50, 80)]
    page = rows_of(opened(sheet_of(*owed), values=True)["暂扣清单"])
    assert [row[3:8] for row in page[2:]] == [(1000, 0, 50, 0, 950), (-80, 0, 0, 80, 0)]


def test_the_letter_of_a_sheet_tells_holds_and_claims_apart() -> None:
    note = payable(2, gross="-80.00", held=D("-80.00"), reasons=("CREDITED",))
    owed = [payable(1, held=D("50.00"), reasons=("QUANTITY",)), note]
    told = payment_notice([], owed, "FK-1", D(0), "USD", ("下一步",), {})
    assert SHIPPED.words.render(told).lines == (
        "另有 1 笔被扣减或暂扣，共 50.00 USD，原因见“暂扣清单”。",
        "另有 1 笔红字待抵扣或收回，共 80.00 USD，见“暂扣清单”。",
    )


def test_currencies_are_told_beside_each_other_and_never_added() -> None:
    held = (
        payable(1, held=D("10.00"), reasons=("QUANTITY",), currency="CNY"),
        payable(2, held=D("20.00"), reasons=("QUANTITY",), currency="USD"),
    )
    sums = rows_of(opened(hold_workbook(held, {}, {}, TODAY, "CNY"), values=True)["暂扣汇总"])
    assert sums[3][-1] == "10.00 CNY、20.00 USD"
    assert [(row[0], row[3]) for row in (*sums[5:7], *sums[8:10])] == [
        ("开票数量超过已验收数量（CNY）", 10), ("合计", 10), ("开票数量超过已验收数量（USD）", 20), ("合计", 20),
    ]  # fmt: skip
    plan = [Due(A, currency, TODAY, "approved", D(amount)) for currency, amount in (("CNY", "5.00"), ("USD", "7.00"))]
    notice = SHIPPED.words.render(_notice(plan, (), "CNY", TODAY))
    assert "5.00 CNY、7.00 USD" in notice.headline
    assert notice.lines == ("06-29 – 07-05：5.00 CNY", "06-29 – 07-05：7.00 USD")


def test_a_list_of_dollars_alone_says_that_they_are_dollars() -> None:
    held = (payable(1, held=D("10.00"), reasons=("QUANTITY",), currency="USD"),)
    book = opened(hold_workbook(held, {}, {}, TODAY, "CNY"), values=True)
    assert rows_of(book["暂扣汇总"])[-2][:4] == ("合计", "", 0, 10)
    names = [str(cell) for page in book.worksheets for row in rows_of(page) for cell in row]
    assert len([name for name in names if name.endswith("（USD）")]) == 2


def _waiting_for_release(*currencies: str) -> dict[str, tuple[Hold, list[Controlled]]]:
    lines = [Controlled(payable(n, currency=c), (), D(n)) for n, c in enumerate(currencies, 1)]
    return {"F-1": (Hold("SHARED_ACCOUNT", "尾号 0001", "F-1", second=True), lines)}


RELEASES = {
    "in our own currency": (("CNY", ""), 3),
    "in two": (("CNY", "USD"), "1.00 CNY\n2.00 USD"),
    "in another": (("USD", "USD"), "3.00 USD"),
}


@pytest.mark.parametrize(("currencies", "expected"), RELEASES.values(), ids=RELEASES)
def test_what_a_hold_stops_is_told_in_its_currencies_on_the_release_form(
    currencies: tuple[str, ...], expected: Any
) -> None:
    page = opened(form_of(_waiting_for_release(*currencies), "CNY", TODAY), values=True).worksheets[0]
    assert expected in [row[3] for row in rows_of(page) if row[0] == "F-1"]


def test_what_goes_to_an_old_account_is_told_in_its_currency() -> None:
    some = UnderWay("unissued", "FK-1", ({"net": D("42000.00"), "currency": "USD", "payment_key": "k"},))
    for home in ("CNY", "USD"):  # beside a batch in yuan nobody guesses what a bare amount is
        assert "FK-1 还有 1 行（42,000.00 USD）" in SHIPPED.words.speak(some.told(home))


# ------------------------------------------------------------------ 对账单


def statement(**other: Any) -> Statement:
    entries = (
        Entry(date(2026, 6, 5), "invoice", "F-1", "PO-1", D("1130.00")),
        Entry(date(2026, 6, 20), "penalty", "F-1", "FK-1", D("-30.00")),
        Entry(date(2026, 6, 25), "payment", "F-1", "BK-1", D("-1100.00")),
    )
    known = Statement(A, "CNY", date(2026, 6, 1), date(2026, 6, 30), D("200.00"), entries, (), {"retention": D("5.00")})
    return replace(known, **other)


def test_a_statement_runs_from_its_opening_to_its_closing_balance() -> None:
    page = opened(statement_workbook([statement()], "2026-06"), values=True)["对账单 CNY"]
    rows = rows_of(page)
    assert [row[-1] for row in rows[9:13]] == [200, 1330, 1300, 200]
    parts = [D(row[-1].split("（")[0]) for row in rows if str(row[0]).startswith("其中：")]
    assert sum(parts) == 200 and len(parts) == 2  # 5.00 is retained, the rest says that it is something else
    confirmed = [row[1:3] for row in rows if isinstance(row[0], int)]
    assert confirmed == [
        ("期初余额", 200), ("本期开票（减红字）", 1130), ("本期扣减（减奖励）", -30), ("本期付款", -1100),
        ("期末余额", 200),
    ]  # fmt: skip


def test_what_was_deducted_is_not_told_to_wait_again() -> None:
    line = dict.fromkeys(AMOUNTS, D(0)) | {
        "vendor": A, "currency": "CNY", "invoice_no": "F-1", "order_id": "PO-1", "line": "1", "batch": "FK-1",
        "state": "confirmed", "payment_key": "k", "net": D("900.00"), "gross": D("1000.00"),
        "price_variance": D("60.00"), "rejected": D("40.00"), "invoice_key": "1",
    }  # fmt: skip
    hold = {"hold": "h", "vendor": A, "invoice_no": "F-1", "order_id": "PO-1", "line": "1", "currency": "CNY"}
    more = {"gross": D("1030.00"), "invoice_key": "1"}
    stopped = [hold | more | {"reasons": "PRICE,REJECTED", "stopped": D("130.00")}]
    set_off = [hold | {"hold": "s", "invoice_no": "F-2", "reasons": "SET_OFF", "stopped": D("50.00")}]
    put_up = dict.fromkeys(AMOUNTS, D(0)) | {
        key: value for key, value in line.items() if key not in AMOUNTS
    } | {"payment_key": "p", "state": "proposed", "invoice_no": "F-3", "net": D("70.00"),
         "gross": D("70.00"), "invoice_key": "3"}  # fmt: skip
    blocked = [hold | {"hold": "p", "invoice_no": "F-3", "reasons": "BANK_CHANGE", "stopped": D("70.00")}]
    back = [hold | {"hold": "b", "reasons": "SENT_BACK", "stopped": D("9.00")}]
    paid = [Entry(TODAY, "payment", "F-1", "BK-1", D("-900.00"))]
    held = [*back, *stopped, *set_off, *blocked]
    rows = [line | {"billed_on": TODAY, "booked_on": TODAY}, put_up | {"billed_on": TODAY, "booked_on": None}]
    parts = parts_of(rows, [row | {"billed_on": None} for row in held], paid)
    assert parts == {"stopped": D("109.00"), "overpaid": D("-50.00")}


def test_only_the_confirmation_is_open_in_a_statement() -> None:
    page = opened(statement_workbook([statement()], "2026-06"))["对账确认"]
    unlocked = {cell.column_letter for row in page.iter_rows() for cell in row if not cell.protection.locked}
    assert page.protection.sheet and unlocked == {"G", "H", "I", "J", "K"}
    assert [v.formula1 for v in page.data_validations.dataValidation][:1] == ['"相符,不符"']


def test_currencies_have_a_sheet_each() -> None:
    both = [statement(), statement(currency="USD")]
    book = opened(statement_workbook(both, "2026-06"))
    assert book.sheetnames[:2] == ["对账单 CNY", "对账单 USD"]
    assert [any("大写" in str(row[0]) for row in rows_of(page)) for page in book.worksheets[:2]] == [True, False]


def test_only_renminbi_are_written_out_in_words() -> None:
    assert [amount for _, amount in words_of(D("12.30"), "CNY")] == ["壹拾贰元叁角"]
    assert words_of(D("12.30"), "USD") == ()


# ------------------------------------------------------------------ a team's story

VENDOR = "示例甲电子有限公司"


@pytest.fixture
def paid(home: Home, begin: Begin) -> Home:
    """A line of 565.00 less 28.25 retention, put up for payment on 3 July; our account is known."""
    begin(home, put_up)
    return home


def put_up(home: Home, books: SimpleNamespace) -> None:
    account = 'bank = "generic"\nholder = "示例机器人有限公司"\naccount = "0110020030040050060"\ncurrency = "CNY"'
    home.configure(f"[payments.accounts.main]\n{account}")
    for kind in ("vendors", "orders", "deliveries", "contracts", "invoices"):
        home.drop(f"{kind}.xlsx", getattr(books, kind)())
    home.turn()


def _release(home: Home, day: date, number_of: str = "FK-20260703-01") -> list[Any]:
    """Release a batch, as its approval does: the states change, and what that sets off is queued."""
    with home.store.transaction() as tx:
        number = tx.begin(datetime(day.year, day.month, day.day, 9))
        ledger = tx.ledger(day, number)
        (batch,) = [row | {"state": "released"} for row in records(ledger.said("batches")) if row["batch"] == number_of]
        lines = [row | {"state": "released"} for row in records(ledger.said("payables")) if row["batch"] == number_of]
        tx.record(record("payables", lines))
        vendors = {row["vendor"]: row for row in records(ledger.table("vendors"))}
        decisions = list(released(ledger, batch, lines, vendors, home.settings.rules, day))
        now = datetime(day.year, day.month, day.day, 9)
        list(conveyor._carry(home.settings, tx, number, now, decisions, {d.name: d.key for d in decisions if d.name}))
    delivery.deliver(home.settings, home.store, now, lambda _: None)
    return [decision.what for decision in decisions]


def _written(home: Home, folder: str) -> Sequence[str]:
    return sorted(path.name for path in home.settings.out_folder(folder).glob("*"))


def test_nothing_for_the_bank_is_written_before_the_release_and_all_of_it_then(paid: Home) -> None:
    before = _written(paid, "payments")
    assert before == ["付款申请单 FK-20260703-01.xlsx", "资金计划 2026-07-03.xlsx"]
    with_account = paid.settings
    paid.settings = replace(with_account, rules=replace(with_account.rules, payers={}))
    whats = _release(paid, date(2026, 7, 6))
    assert [what.headline.key for what in whats if isinstance(what, Notice)] == ["notice.bank.none"]
    assert _written(paid, "payments") == before
    paid.settings = with_account
    _release(paid, date(2026, 7, 6))
    (file,) = set(_written(paid, "payments")) - set(before)
    assert file == "银行付款文件 FK-20260703-01.xlsx"
    page = load_workbook(paid.settings.out_folder("payments") / file)["批量付款"]
    assert [page[cell].value for cell in ("B2", "C2", "F2")] == [VENDOR, "6222000000000000001", 536.75]
    assert page.max_row == 2
    assert "对账单 示例甲电子有限公司 2026-07-01 至 2026-07-06.xlsx" in _written(paid, "vendors")


def _statement(home: Home, days: str) -> list[tuple[Any, ...]]:
    path = home.settings.out_folder("vendors") / f"对账单 {VENDOR} {days}.xlsx"
    return rows_of(load_workbook(path, data_only=True)["对账单 CNY"])


def test_a_statement_a_month_each_from_where_the_last_one_ended_and_a_plan_a_week(paid: Home) -> None:
    """June ends with 565.00; the bank pays 536.75 on 20 July; 28.25 is left, which is the retention."""
    june = _written(paid, "vendors")
    assert ("其中：质保金未退", None, "28.25") in _statement(paid, "2026-06-01 至 2026-06-30")
    paid.turn(date(2026, 7, 6))
    paid.turn(date(2026, 7, 7))
    assert _written(paid, "vendors") == june
    assert [name for name in _written(paid, "payments") if "资金" in name] == [
        "资金计划 2026-07-03.xlsx", "资金计划 2026-07-06.xlsx",
    ]  # fmt: skip
    bank = {
        "付款键": paid.export("payables")[0]["payment_key"], "银行流水号": "BK-1", "收款单位": VENDOR,
        "付款金额": 536.75, "付款日期": date(2026, 7, 20), "付款状态": "成功",
    }  # fmt: skip
    paid.drop("回单.xlsx", [bank])
    paid.turn(date(2026, 8, 3))
    checked = {row[1]: row[2] for row in _statement(paid, "2026-07-01 至 2026-07-31") if isinstance(row[0], int)}
    assert checked == {
        "期初余额": 565, "本期开票（减红字）": 0, "本期扣减（减奖励）": 0, "本期付款": -536.75, "期末余额": 28.25,
    }  # fmt: skip


@pytest.mark.parametrize(("since", "written"), [("2026-06-30", 1), ("2026-07-01", 0)])
def test_a_month_that_ended_before_the_robots_settle_has_no_statement(
    home: Home, books: SimpleNamespace, since: str, written: int
) -> None:
    toml = home.path / "config" / "robots.toml"
    toml.write_text(toml.read_text("utf-8").replace("settle_from = 2026-01-01", f"settle_from = {since}"), "utf-8")
    home.let("paymaster")
    put_up(home, books)
    assert len(_written(home, "vendors")) == written


def test_an_invoice_over_two_orders_is_one_movement_of_a_statement_with_all_of_its_amount(
    home: Home, books: SimpleNamespace
) -> None:
    """And the same number written with letters O, on another sheet, is a duplicate, which nobody owes."""
    second = {"订单号": "PO-2", "数量": 20, "不含税金额": 100, "税额": 13, "价税合计": 113}
    home.drop("发票.xlsx", books.invoices({}, second))
    home.drop("补录发票.xlsx", books.invoices({"发票号码": "26112OOO000012345678"}))
    for kind in ("vendors", "orders", "deliveries", "contracts"):
        home.drop(f"{kind}.xlsx", getattr(books, kind)())
    home.turn()
    rows = _statement(home, "2026-06-01 至 2026-06-30")
    assert [row[1:] for row in rows if row[1:2] == ("发票",)] == [
        ("发票", "26112000000012345678", "PO-1、PO-2", 678, None, 678)
    ]
    assert [row[2] for row in rows if row[1:2] == ("期末余额",)] == [678]


def test_a_credit_note_stands_among_the_holds_only_until_a_sheet_sets_it_off(
    paid: Home, books: SimpleNamespace
) -> None:
    """First there is nothing to set it off against; then the next invoice carries it, and it waits no more that day."""
    red = {"发票号码": "R-1", "发票类型": "红字", "对应蓝字发票": "26112000000012345678", "开票日期": date(2026, 7, 3),
           "数量": None, "不含税金额": -100, "税额": -13, "价税合计": -113}  # fmt: skip
    paid.drop("红字.xlsx", books.invoices(red))
    paid.turn(date(2026, 7, 6))
    assert _held(paid) == [("SET_OFF", D("107.35"))]  # of 113.00, 5.65 were retained
    paid.drop("新订单.xlsx", books.orders({"订单号": "PO-2"}))
    paid.drop("新收货.xlsx", books.deliveries({"订单号": "PO-2", "送货单号": "SH-2"}))
    paid.drop("新发票.xlsx", books.invoices({"订单号": "PO-2", "发票号码": "F-2", "不含税金额": 480, "税额": 62.4,
                                          "价税合计": 542.4, "单价": 4.8}))  # fmt: skip
    paid.turn(date(2026, 7, 7))
    assert sorted(D(row["net"]) for row in paid.export("payables")) == [D("-107.35"), D("515.28"), D("536.75")]
    assert _held(paid) == []


def _held(home: Home) -> list[tuple[str, Decimal]]:
    with home.store.transaction() as tx:
        return [(row["reasons"], row["stopped"]) for row in tx.table("holds").to_pylist()]


def test_what_is_set_off_is_one_sum_on_the_sheet_in_the_banks_file_and_in_its_return(
    paid: Home, books: SimpleNamespace
) -> None:
    """Two invoices less a credit note on one that was paid before: whoever signs, the bank, and its answer agree."""
    _release(paid, date(2026, 7, 6))
    red = {"发票号码": "R-1", "发票类型": "红字", "对应蓝字发票": "26112000000012345678", "开票日期": date(2026, 7, 3),
           "数量": None, "不含税金额": -100, "税额": -13, "价税合计": -113}  # fmt: skip
    paid.drop("红字.xlsx", books.invoices(red))
    for n, pieces in ((2, 90), (3, 50)):
        order = {"订单号": f"PO-{n}"}
        paid.drop(f"订单{n}.xlsx", books.orders(order))
        paid.drop(
            f"收货{n}.xlsx", books.deliveries({**order, "送货单号": f"SH-{n}", "到货数": pieces, "合格数": pieces})
        )
        net = 5 * pieces
        paid.drop(f"发票{n}.xlsx", books.invoices({**order, "发票号码": f"F-200{n}", "数量": pieces, "不含税金额": net,
                                                 "税额": net * 0.13, "价税合计": net * 1.13}))  # fmt: skip
    paid.turn(date(2026, 7, 7))
    with paid.store.transaction() as tx:
        rows = [row for row in tx.table("payables").to_pylist() if row["batch"] == "FK-20260707-01"]
    lines = {row["invoice_no"]: row for row in rows}
    assert {name: row["net"] for name, row in lines.items()} == {
        "26112000000012345678": D("-107.35"), "F-2002": D("483.07"), "F-2003": D("268.37"),
    }  # fmt: skip
    sheet = load_workbook(paid.settings.out_folder("payments") / "付款申请单 FK-20260707-01.xlsx", data_only=True)
    assert 644.09 in [cell.value for row in sheet.worksheets[0].iter_rows() for cell in row]
    _release(paid, date(2026, 7, 8), "FK-20260707-01")
    assert "本次开票减红字\n（含税）" in {cell.value for row in sheet.worksheets[0].iter_rows() for cell in row}
    assert any("该行为负数" in str(cell.value) for row in sheet.worksheets[0].iter_rows() for cell in row)
    batch = {"released_on": TODAY, "currency": "CNY"}
    told = rows_of(opened(release(Case("FK-20260707-01", batch, tuple(rows))), values=True).worksheets[0])
    assert [row[-1] for row in told if row[0] in ("付款行数", "银行付款笔数")] == ["3", "1"]
    assert next(row[2:] for row in told if row[0] == VENDOR) == (3, 1, 644.09)
    page = load_workbook(paid.settings.out_folder("payments") / "银行付款文件 FK-20260707-01.xlsx")["批量付款"]
    key = lines["F-2002"]["payment_key"]
    assert [tuple(cell.value for cell in row)[5:8] for row in page.iter_rows(min_row=2)] == [
        (644.09, "货款 发票 F-2002 等 3 笔相抵后净额", key)
    ]
    told = {"付款键": key, "银行流水号": "BK-2", "收款单位": VENDOR, "付款金额": 644.09, "付款日期": date(2026, 7, 9)}
    paid.drop("回单.xlsx", [told])
    paid.turn(date(2026, 7, 9))
    states = {row["payment_key"]: row["state"] for row in paid.export("payables")}
    assert {states[row["payment_key"]] for row in lines.values()} == {"confirmed"}


# ------------------------------------------------------------------ a statement that comes back

JUNE = "2026-06-01 至 2026-06-30"
ITEMS = ("期初余额", "本期开票", "本期扣减", "本期付款", "期末余额")


@pytest.mark.parametrize("language", settings.LANGUAGES)
def test_what_a_vendor_fills_in_is_read_in_the_language_in_which_it_was_written(language: str) -> None:
    words = settings.shipped_words(language)
    kind = known()["statement_answers"]
    vocabulary = settings.load(Path("no such home"), registry.names()).lexicon.vocabularies[kind.name]
    table = statement_workbook([statement()], "2026-06").sheets[-1].tables[0]
    heads = [words.speak(column.title) for column in table.columns]
    assert all(head in vocabulary.columns[name] for name, head in zip(kind.schema.names[:5], heads, strict=False))
    read = {word for known_words in vocabulary.columns.values() for word in known_words}
    assert [head for head in heads if head not in read] == []
    items = vocabulary.choices("item")
    assert [items[header_word(words.speak(row[4]))] for row in table.rows] == list(ITEMS)
    said = vocabulary.choices("answer")
    assert [said[header_word(words.speak(one))] for one in table.columns[7].choices] == ["相符", "不符"]


def _answered(home: Home, answers: dict[str, dict[str, Any]], days: str = JUNE) -> bytes:
    """Our statement as the vendor sends it back: by sum, what was written under which header of 对账确认."""
    book = load_workbook(home.settings.out_folder("vendors") / f"对账单 {VENDOR} {days}.xlsx")
    page = book["对账确认"]
    head = next(row for row in page.iter_rows() if "对方确认" in {cell.value for cell in row})
    columns = {cell.value: cell.column for cell in head}
    for row in page.iter_rows(min_row=head[0].row + 1):
        for word, value in answers.get(str(row[4].value), {}).items():
            page.cell(row[0].row, columns[word], value)
    memory = BytesIO()
    book.save(memory)
    return memory.getvalue()


def _letters(home: Home, word: str) -> list[str]:
    letters = [message_from_bytes(path.read_bytes(), policy=policy.default)
               for path in sorted(home.settings.out_folder("letters").glob("*.eml"))]  # fmt: skip
    bodies = (str(one.get_body(("plain",)).get_content()) for one in letters)
    return [body for body in bodies if word in body]


def test_a_confirmed_statement_is_kept_and_stands_on_the_next_one(paid: Home) -> None:
    agreed = {item: {"对方确认": "相符"} for item in ITEMS}
    agreed["期初余额"] = {"对方确认": "相符", "对账确认人": "虚构会计", "对账确认日期": date(2026, 7, 8)}
    for name in ("回传.xlsx", "回传 再发.xlsx"):  # the same answer again says nothing
        paid.drop(name, _answered(paid, agreed))
        paid.turn(date(2026, 7, 8))
    assert [one["code"] for one in paid.export("findings") if one["drop"] == "回传.xlsx"] == [
        "OWN_OUTPUT",
        "FORM_KNOWN",
    ]
    rows = paid.export("statement_answers")
    assert {(row["vendor"], row["until"], row["answer"]) for row in rows} == {(VENDOR, "2026-06-30", "相符")}
    (letter,) = _letters(paid, "确认对账单 2026-06")
    assert "截至 2026-06-30 的对账单相符：虚构会计，2026-07-08" in letter
    paid.turn(date(2026, 8, 3))
    july = _statement(paid, "2026-07-01 至 2026-07-31")
    assert ("上次对账确认", None, "截至 2026-06-30 的对账单相符：虚构会计，2026-07-08") in [row[:3] for row in july]


def test_what_a_vendor_disputes_is_told_at_its_cell_with_the_next_step(paid: Home) -> None:
    answers = {item: {"对方确认": "相符", "对账确认人": "虚构会计"} for item in ITEMS}
    answers |= {
        "本期开票": {"对方确认": "不符", "对方账面": 678, "差额说明": "少一张发票", "对账确认人": "虚构会计"},
        "期末余额": {"对方确认": "相符", "对方账面": 678, "对账确认人": "虚构会计"},  # says one thing, writes another
    }
    paid.drop("回传.xlsx", _answered(paid, answers))
    paid.turn(date(2026, 7, 8))
    told = [(one["cell"], one["says"]) for one in paid.export("findings") if one["code"] == "STATEMENT_DISPUTED"]
    assert told == [
        ("H7", "供应商对“本期开票”不认可：我方 565.00，对方 678.00；少一张发票"),
        ("H10", "供应商对“期末余额”不认可：我方 565.00，对方 678.00；—"),
    ]
    (letter,) = _letters(paid, "回复不符：2 项")
    assert "本期开票：我方 565.00，对方 678.00，差额 113.00；少一张发票（回传.xlsx › 对账确认 › 7）" in letter
    assert "请对方发来其对账单" in letter
    their = [{"发票号码": "26112000000012345678", "日期": date(2026, 6, 25), "开票金额": 565}]
    paid.drop(f"{VENDOR}对账单.xlsx", their)
    paid.turn(date(2026, 7, 9))
    (written,) = paid.settings.out_folder("payments").glob("对账差异表*")
    cells = {cell.value for row in load_workbook(written).worksheets[0].iter_rows() for cell in row}
    assert "截至 2026-06-30 的对账单不符：本期开票、期末余额（虚构会计，—）" in cells


def test_a_statement_that_comes_back_without_a_name_or_without_its_balance_is_asked_for_again(paid: Home) -> None:
    paid.drop("回传.xlsx", _answered(paid, {item: {"对方确认": "相符"} for item in ITEMS}))
    paid.turn(date(2026, 7, 8))
    (unsigned,) = _letters(paid, "没有确认人")
    assert "请对方在“对账确认人”写上姓名后，再放入收件箱" in unsigned
    paid.drop("回传.xlsx", _answered(paid, {"期初余额": {"对方确认": "相符", "对账确认人": "虚构会计"}}))
    paid.turn(date(2026, 7, 9))
    assert _letters(paid, "没有确认人") == [unsigned]  # no copy takes an answer away: now it has a name
    assert len(_letters(paid, "相符，余额")) == 1
