"""What a vendor's closing balance is made of: each part once and under a true name, whatever became of its lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robots.crew.paymaster.rows import by_line, hold, holds, line_of, propose
from robots.figures.balances import DEDUCTIONS, parts_of
from robots.figures.entries import CREDIT, INVOICE, PAYMENT, Entry
from robots.figures.settlement import Payable
from robots.figures.statements import RELEASED
from robots.model.money import ZERO
from tests.histories import examples

D = Decimal
A, DAY = "示例甲公司", date(2026, 6, 5)
PAID = ("confirmed",)
Row = dict[str, Any]


def line(number: int = 1, gross: str = "1000.00", **other: Any) -> Payable:
    known = Payable(f"{A}|{number}", A, f"F-{number}", f"PO-{number}", "1", D(gross), currency="CNY")
    return replace(known, **other)


def told(
    before: list[Row], now: list[Payable], invoiced: list[tuple[str, str]]
) -> tuple[Decimal, Mapping[str, Decimal]]:
    """An account's balance and its parts. `before`: rows of sheets, `now`: what is owed of all lines today, which puts
    nothing more onto sheets; `invoiced`: what was billed, and how much."""
    held = [row for p in now if (row := hold(p, [one for one in before if one["invoice_key"] == p.invoice_key], {}))]
    rows = [*before, *held]
    entries = [Entry(DAY, CREDIT if D(gross) < 0 else INVOICE, name, "", D(gross)) for name, gross in invoiced]
    for row in before:
        if row["state"] in RELEASED:
            entries += [Entry(DAY, name, "", "", sign * row[name]) for name, sign in DEDUCTIONS.items()]
        if row["state"] in PAID:
            entries.append(Entry(DAY, PAYMENT, "", "", -row["net"]))
    stopped = [row | {"billed_on": DAY} for row in holds(now, by_line(before))]
    return sum((one.amount for one in entries), ZERO), parts_of([known(row) for row in rows], stopped, entries)


def known(row: Row, billed_on: date | None = DAY) -> Row:
    return row | {"billed_on": billed_on, "booked_on": DAY if row["state"] in RELEASED else None}


def sheet(payable: Payable, state: str, batch: str = "FK-1") -> Row:
    row = propose(payable, [], batch, {})
    assert row is not None
    return row | {"state": state}


PAY, LATE = line(), line(penalty=D(50))
LESS = line(gross="800.00", credit=D(200))
CASES: Mapping[str, tuple[list[Row], list[Payable], list[tuple[str, str]], dict[str, str]]] = {
    "on a sheet": ([sheet(PAY, "proposed")], [PAY], [("F-1", "1000")], {"under_way": "1000.00"}),
    "paid": ([sheet(PAY, "confirmed")], [PAY], [("F-1", "1000")], {}),
    "a penalty that is not booked yet": (
        [sheet(LATE, "proposed")], [LATE], [("F-1", "1000")], {"under_way": "950.00", "to_book": "50.00"},
    ),
    "held whole": ([], [line(held=D(1000), reasons=("QUANTITY",))], [("F-1", "1000")], {"stopped": "1000.00"}),
    "a price above the order's, on a sheet": (
        [sheet(p := line(price_variance=D(100), reasons=("PRICE",)), "approved")], [p], [("F-1", "1000")],
        {"under_way": "900.00", "to_book": "100.00"},
    ),
    "refused, and nothing of it is payable": (
        [], [line(rejected=D(1000), reasons=("REJECTED",))], [("F-1", "1000")], {"stopped": "1000.00"},
    ),
    "held when it was on a sheet already": (
        [sheet(PAY, "proposed")], [line(held=D(1000), reasons=("QUANTITY",))], [("F-1", "1000")],
        {"under_way": "1000.00"},
    ),
    "refused when it was paid already": (
        [sheet(PAY, "confirmed")], [line(rejected=D(300), reasons=("REJECTED",))], [("F-1", "1000")], {},
    ),
    "a credit note on what was paid": (
        [sheet(PAY, "confirmed")], [LESS], [("F-1", "1000"), ("R-1", "-200")], {"overpaid": "-200.00"},
    ),
    "paid too much, and a penalty not booked yet on another line": (
        [sheet(line(gross="1186.50"), "confirmed"), sheet(line(2, "2000.00", penalty=D("67.80")), "released")],
        [line(gross="1017.00"), line(2, "2000.00", penalty=D("67.80"))], [("F-1", "1017"), ("F-2", "2000")],
        {"under_way": "1932.20", "overpaid": "-169.50"},
    ),
    "a duplicate that nobody owes": (
        [sheet(PAY, "confirmed")], [PAY, PAY.hold_all("DUPLICATE")], [("F-1", "1000")], {},
    ),
    "a credit note that no invoice takes": (
        [], [line(2, "-300.00", held=D(-300), reasons=("RED_ALONE",))], [("R-2", "-300")], {"overpaid": "-300.00"},
    ),
    "retained, and due back on a sheet": (
        [sheet(p := line(retention=D(30)), "confirmed"),
         sheet(line(gross="30.00", what="retention", invoice_key=f"{A}|1#retention"), "proposed")],
        [p], [("F-1", "1000")], {"under_way": "30.00"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "now", "billed", "parts"), CASES.values(), ids=CASES)
def test_what_a_balance_is_made_of(
    before: list[Row], now: list[Payable], billed: list[tuple[str, str]], parts: dict[str, str]
) -> None:
    balance, found = told(before, now, billed)
    assert {name: str(amount) for name, amount in found.items()} == parts
    assert sum(found.values(), ZERO) == balance


def test_what_left_the_register_and_what_is_held_under_its_key_are_told_as_such() -> None:
    row = sheet(PAY, "confirmed")
    paid = [Entry(DAY, PAYMENT, "F-1", "", D(-1000))]
    assert parts_of([known(row, None)], [], paid) == {"unbilled": D(-1000)}
    waits = sheet(PAY, "proposed")
    stop = {"hold": waits["payment_key"], "vendor": A, "invoice_no": "F-1", "order_id": "PO-1", "line": "1",
            "currency": "CNY", "reasons": "UNQUALIFIED", "stopped": D(1000), "billed_on": None}  # fmt: skip
    assert parts_of([known(waits)], [stop], []) == {"stopped": D(1000)}


def test_a_statement_tells_what_stood_open_on_its_last_day() -> None:
    """Billed, released and paid in July: of that, June's balance has nothing; of June's invoice it was open then."""
    june, july = date(2026, 6, 30), date(2026, 7, 2)
    late = sheet(LATE, "confirmed") | {"billed_on": DAY, "booked_on": july}
    after = known(sheet(line(2, "300.00"), "released"), july)
    entries = [
        Entry(DAY, INVOICE, "F-1", "", D(1000)), Entry(july, INVOICE, "F-2", "", D(300)),
        Entry(july, "penalty", "F-1", "", D(-50)), Entry(july, PAYMENT, "F-1", "", D(-950)),
        Entry(july, CREDIT, "R-1", "", D(-70)),
    ]  # fmt: skip
    (credited,) = holds([replace(LATE, gross=D(930), credit=D(70))], by_line([late]))
    parts = parts_of([late, after], [credited | {"billed_on": DAY}], entries, june)
    assert parts == {"under_way": D(950), "to_book": D(50), "overpaid": D(-70), "later": D(70)}
    assert sum(parts.values()) == sum(one.amount for one in entries if one.day <= june) == 1000


CENTS = st.integers(0, 20_000).map(lambda cents: D(cents) / 100)
LINES = st.tuples(
    st.sampled_from(["proposed", "approved", "released", "confirmed", "nothing"]),
    st.tuples(CENTS, CENTS, CENTS, CENTS, CENTS, CENTS), st.sampled_from(["as it was", "held", "credited"]),
)  # fmt: skip


@examples(100)
@given(st.lists(LINES, min_size=1, max_size=5))
def test_the_parts_come_to_the_balance(lines: list[tuple[str, tuple[Decimal, ...], str]]) -> None:
    """Whatever was taken off the lines, however far they have come, and whatever has become of them since."""
    before, now, billed = [], [], []
    for number, (state, (variance, refused, penalty, bonus, kept, held), since) in enumerate(lines):
        reasons = tuple(
            name for name, there in {"PRICE": variance, "REJECTED": refused, "QUANTITY": held}.items() if there
        )
        one = line(number, "2000.00", price_variance=variance, rejected=refused, penalty=penalty, bonus=bonus,
                   retention=kept, held=held, reasons=reasons)  # fmt: skip
        billed.append((f"F-{number}", "2000"))
        if state == "nothing":
            now.append(one.hold_all("NO_CONTRACT"))
            continue
        before.append(sheet(one, state, f"FK-{number}"))
        if since == "credited":
            billed.append((f"R-{number}", "-70"))
            one = replace(one, gross=one.gross - 70, credit=D(70))
        now.append(one.hold_all("QUANTITY") if since == "held" else one)
    balance, parts = told(before, now, billed)
    assert sum(parts.values(), ZERO) == balance
    assert line_of(now[0])[0] == f"{A}|0" and all(parts.values())
