"""Terms as people write them into a contract ledger: shares in place of amounts, and penalties for each day."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sheets import CONTRACT, CONTRACTS, D, column, found, read, sheet, taken


def term(header: str, *cells: Any, field: str) -> list[Any]:
    """What contracts say of a field whose column has this header and these cells."""
    rows = ([f"HT-{n}", *CONTRACT[1:], cell] for n, cell in enumerate(cells, 1))
    return column(read(sheet([*CONTRACTS, header], *rows)), "contracts", field)


DAILY = {
    "0.1%/天": "0.001", "0.1% / 日": "0.001", "每日0.05%": "0.0005", "日万分之五": "0.0005", "千分之一/日": "0.001",
    "千分之一": "0.001", "0.5‰": "0.0005", "1‰/天": "0.001", "每逾期一天，扣0.1%": None, "每逾期一天，0.1%": "0.001",
    "按日千分之零点五": "0.0005", "百分之一每天": "0.01", "0.1% per day": "0.001",
    "0.1%/周": None, "每月1%": None, "0.1%/工作日": None, "合同额的0.1%/天": None, "5天": None, "千分之": None,
    "千分之五一": None, "三成": None, "0.1/天": None,
}  # fmt: skip


@pytest.mark.parametrize(("cell", "rate"), DAILY.items())
def test_a_penalty_for_each_day(cell: str, rate: str | None) -> None:
    reading = read(sheet([*CONTRACTS, "迟交违约金"], [*CONTRACT, cell]))
    if rate is None:
        assert taken(reading) == {"contracts": (0, 1)} and found(reading) == [("RATE_BAD", "E2")]
    else:
        assert column(reading, "contracts", "late_penalty_rate") == [D(rate)] and found(reading) == []


def test_what_is_for_each_day_is_no_other_rate() -> None:
    assert found(read(sheet([*CONTRACTS, "质保金比例"], [*CONTRACT, "5%/天"]))) == [("RATE_BAD", "E2")]
    assert term("质保金比例", "百分之五", "百分之二十五", field="retention_rate") == [D("0.05"), D("0.25")]


def test_a_share_in_the_column_of_the_advance_is_its_rate() -> None:
    reading = read(sheet([*CONTRACTS, "预付款"], [*CONTRACT, "30%"], ["HT-2", *CONTRACT[1:], 5000.0]))
    assert column(reading, "contracts", "advance") == [None, D(5000)]
    assert column(reading, "contracts", "advance_rate") == [D("0.3"), None]
    assert found(reading) == [("READ_AS_SHARE", "E2")]


def test_what_excel_or_the_header_shows_as_a_percentage_is_a_share_too() -> None:
    reading = read(sheet([*CONTRACTS, "预付款"], [*CONTRACT, 0.3], percent=frozenset({(1, 4)})))
    assert column(reading, "contracts", "advance_rate") == [D("0.3")]
    assert term("预付款(%)", 30.0, field="advance_rate") == [D("0.3")]
    assert term("预付款", 3000.0, field="advance_rate") == [None]


TWO_COLUMNS = {"the same": (0.3, []), "none": ("", []), "another": (0.2, [("RATE_DOUBTFUL", "E2")])}


@pytest.mark.parametrize(("other", "wrong"), TWO_COLUMNS.values(), ids=TWO_COLUMNS)
def test_a_share_beside_a_rate_must_be_the_same(other: Any, wrong: list[tuple[str, str]]) -> None:
    reading = read(sheet([*CONTRACTS, "预付款", "预付比例"], [*CONTRACT, "30%", other]))
    assert [one for one in found(reading) if one[0] != "READ_AS_SHARE"] == wrong
    assert taken(reading) == {"contracts": (0, 1) if wrong else (1, 0)}


def test_more_than_all_of_it_is_no_share() -> None:
    reading = read(sheet([*CONTRACTS, "预付款"], [*CONTRACT, "130%"]))
    assert ("OUT_OF_RANGE", "E2") in found(reading) and taken(reading) == {"contracts": (0, 1)}
