"""What a vendor's own statement says: which columns are what was billed and paid, and from when to when it goes."""

from __future__ import annotations

import pytest

from tests.sheets import DAY, LATER, Cells, D, column, found, read, sheet

TITLE, FILE = ["示例甲公司 对账单"], "示例甲公司对账单.xlsx"
SIDES = [["应收金额", "收款金额"], ["应收", "实收"], ["本期应收", "本期收款"], ["开票金额", "已收款"]]


@pytest.mark.parametrize("sides", SIDES, ids=map("/".join, SIDES))
def test_what_was_billed_and_what_was_paid_beside_each_other(sides: list[str]) -> None:
    head: Cells = ["日期", "单据编号", *sides, "余额"]
    reading = read(sheet(TITLE, head, [DAY, "A1", 100.0, 0.0, 100.0], [LATER, "A2", 0.0, 40.0, 60.0]), file=FILE)
    assert column(reading, "statements", "entry") == ["发票", "付款"]
    assert column(reading, "statements", "amount") == [D(100), D(40)] and found(reading) == []


@pytest.mark.parametrize("word", ["红字发票", "红字", "负数发票", "credit note"])
def test_a_red_invoice_is_an_invoice_with_a_minus(word: str) -> None:
    rows: list[Cells] = [
        ["日期", "单据类型", "单据编号", "金额"],
        [DAY, "发票", "A1", 100.0],
        [LATER, word, "A2", -40.0],
    ]
    reading = read(sheet(TITLE, *rows), file=FILE)
    assert column(reading, "statements", "entry") == ["发票", "发票"]
    assert column(reading, "statements", "amount") == [D(100), D(-40)]


PERIODS = {
    "2026年6月1日-2026年7月31日": "2026-06-01/2026-07-31", "2026年6月1日至6月30日": "2026-06", "2026年6月": "2026-06",
    "2026.4.1~2026.6.30": "2026Q2", "2026-06-05 至 2026-07-04": "2026-06-05/2026-07-04",
}  # fmt: skip


@pytest.mark.parametrize(("line", "period"), PERIODS.items())
def test_from_when_to_when_a_statement_goes(line: str, period: str) -> None:
    rows: list[Cells] = [["日期", "单据类型", "单据编号", "金额"], [DAY, "发票", "A1", 100.0]]
    reading = read(sheet(TITLE, [f"对账期间：{line}"], *rows), file=FILE)
    assert column(reading, "statements", "period") == [period] and found(reading) == []
