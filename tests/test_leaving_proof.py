"""Invoices that leave the register and come back (a row deleted, an older version of the file): whatever is paid in the
meantime, their goods are paid once and their advance is back to the cent (RULES 7)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from robots.crew.paymaster.owing import owing
from robots.crew.paymaster.rows import AMOUNTS, line_of, offset_row, propose, set_off
from robots.ledger import Ledger, frame
from robots.rules import Rules
from tests import dealings as papers_of
from tests.dealings import DUE, LAST, VENDORS, Dealings, day_of, settled_in_full
from tests.histories import RULES, examples
from tests.naive_settlement import COMES_FREE, TAX, Agreed, Billed, Ordered

D = Decimal
Row = dict[str, Any]
MONDAY = date(2026, 7, 6)
KINDS = ("vendors", "contracts", "changes", "orders", "deliveries", "milestones", "measurements", "tickets", "invoices")
_CENTS = pa.decimal128(20, 2)
_TEXTS = ("payment_key", "vendor", "order_id", "line", "invoice_no", "hold_reason", "due_on", "state", "batch",
          "bank_account", "retention_due_on", "invoice_key", "currency", "what")  # fmt: skip
PAYABLES = pa.schema([*((name, pa.string()) for name in _TEXTS),
                      *((name, _CENTS) for name in (*AMOUNTS, "tax", "advance_held"))])  # fmt: skip
BATCHES = pa.schema([("batch", pa.string()), ("day", pa.string())])
HISTORY: Any = SimpleNamespace(spellings=dict, former=dict)


@dataclass
class Sheets:
    """What sheets have carried, day by day, of papers that come and go."""

    papers: Dealings
    invoices: list[Row]
    lines: list[Row] = field(default_factory=list)
    days: list[date] = field(default_factory=list)

    @property
    def rules(self) -> Rules:
        entries = {**RULES.entries, "settlement": ((date.min, papers_of.rules_of(self.papers)),)}
        return replace(RULES, settle_from=date(2026, 1, 1), entries=entries)

    def put_up(self, there: Collection[int], came: Sequence[Sequence[Any]], last: bool = False) -> list[Row]:
        """A turn with these rows of the register (by their place) and these deliveries of each line."""
        self.days.append(LAST if last else MONDAY + timedelta(days=len(self.days)))
        now = owing(self._ledger(there, came), self._said(), [], VENDORS, (), self.rules, self.days[-1])
        offsets = [row for p in now.owed if (row := offset_row(p, now.lines[line_of(p)], VENDORS))]
        rows = [row for p in now.owed if (row := propose(p, now.lines[line_of(p)], "", VENDORS))]
        put, _ = set_off(rows)
        fresh = [
            _stored(row, name) for name, some in ((self._name("CD"), offsets), (self._name("FK"), put)) for row in some
        ]
        old = {row["payment_key"] for row in self.lines if row["state"] not in COMES_FREE}
        assert not old & {row["payment_key"] for row in fresh}
        keys = {row["payment_key"] for row in fresh}
        self.lines = [row for row in self.lines if row["payment_key"] not in keys] + fresh
        return fresh

    def _name(self, sort: str) -> str:
        return f"{sort}-{self.days[-1]:%Y%m%d}-01"

    def _ledger(self, there: Collection[int], came: Sequence[Sequence[Any]]) -> Ledger:
        lines = [replace(line, came=list(some)) for line, some in zip(self.papers.lines, came, strict=True)]
        rows = {kind: list(some) for kind, some in papers_of.rows_of(replace(self.papers, lines=lines)).items()}
        rows["vendors"] = [{"vendor": name} | cells for name, cells in VENDORS.items()]
        rows["invoices"] = [self.invoices[n] for n in sorted(there)]
        tables = {kind: papers_of.arrow(kind, rows.get(kind, ())) for kind in KINDS}
        said = {"batches": self._batches()}
        return Ledger(self.days[-1], tables.__getitem__, said.__getitem__, said.__getitem__, HISTORY)

    def _said(self) -> pd.DataFrame:
        return frame(pa.Table.from_pylist(self.lines, schema=PAYABLES))

    def _batches(self) -> pd.DataFrame:
        days = {row["batch"]: row["batch"].split("-")[1] for row in self.lines}
        rows = [{"batch": name, "day": f"{day[:4]}-{day[4:6]}-{day[6:]}"} for name, day in days.items()]
        return frame(pa.Table.from_pylist(rows, schema=BATCHES))

    @property
    def bound(self) -> list[Row]:
        """What is on its way or paid."""
        return [row for row in self.lines if row["state"] not in COMES_FREE]


def _stored(row: Row, batch: str) -> Row:
    days = {name: row[name].isoformat() if row[name] else None for name in ("due_on", "retention_due_on")}
    return row | days | {"batch": batch, "state": "confirmed"}


@st.composite
def in_odd_cents(draw: st.DrawFn) -> Dealings:
    """All comes and is billed, as in `settled_in_full`; but shares of the advance are rounded."""
    papers = draw(settled_in_full())
    lines = [replace(line, price=D("333.37") if line.sort == "goods" else line.price) for line in papers.lines]
    bills = [replace(bill, number=f"N{n}X", price=lines[bill.line].price) for n, bill in enumerate(papers.invoices)
             if bill.quantity]  # fmt: skip
    amount = sum((bill.gross for bill in bills), D(0))
    agreed = replace(papers.agreed, amount=amount, advance=draw(st.sampled_from([D("0.01"), D("99.99"), amount / 3])),
                     late=D(0))  # fmt: skip
    agreed.advance = agreed.advance.quantize(D("0.01"))
    return replace(papers, agreed=agreed, lines=lines, invoices=bills)


@examples(6)
@given(st.one_of(settled_in_full(), in_odd_cents()), st.randoms(use_true_random=False))
def test_invoices_that_leave_the_register_and_come_back_are_paid_once_and_in_full(
    papers: Dealings, chance: Random
) -> None:
    sheets = Sheets(papers, [papers_of.invoice_row(bill, papers.lines) | {"_row": n}
                             for n, bill in enumerate(papers.invoices)])  # fmt: skip
    everything = range(len(papers.invoices))
    waiting = [("bill", n) for n in everything] + [(n, one) for n, line in enumerate(papers.lines) for one in line.came]
    chance.shuffle(waiting)
    there: set[int] = set()
    came: list[list[Any]] = [[] for _ in papers.lines]
    while waiting:
        for _ in range(min(chance.randint(1, 3), len(waiting))):
            which, what = waiting.pop()
            there.add(what) if which == "bill" else came[which].append(what)
        sheets.put_up({n for n in there if chance.random() < 0.7}, came)
        _no_more_than_has_come(sheets, papers, came)
        for row in sheets.lines:
            row["state"] = "reversed" if row["state"] == "confirmed" and chance.random() < 0.1 else row["state"]
    sheets.put_up(everything, came)
    sheets.put_up(everything, came, last=True)
    assert not sheets.put_up(everything, came, last=True)
    _all_is_paid(sheets, papers)


def _no_more_than_has_come(sheets: Sheets, papers: Dealings, came: Sequence[Sequence[Any]]) -> None:
    for n, line in enumerate(papers.lines):
        if line.sort == "goods":
            mine = [row for row in sheets.bound if (row["order_id"], row["line"]) == (line.order, line.line)]
            paid = sum((row["net"] + row["advance_offset"] for row in mine), D(0))
            assert paid <= sum(good for _, good, _ in came[n]) * line.price * TAX + D("0.01") * len(mine)


def _all_is_paid(sheets: Sheets, papers: Dealings) -> None:
    sums = {name: sum((row[name] for row in sheets.bound), D(0)) for name in ("net", "advance_offset", "penalty")}
    assert sums["advance_offset"] == papers.agreed.advance
    assert sum(sums.values()) == papers.agreed.amount


def test_a_cent_of_an_advance_does_not_move_because_an_invoice_has_left_the_register() -> None:
    """Of three equal invoices the second offsets a cent more. It was gone when the third was put up, which then offset
    that cent once more: 100.01 of an advance of 100.00."""
    line = Ordered(30, D(10), DUE, [(day_of(n), 10, 0) for n in range(3)])
    bills = [Billed(f"N{n}X", 0, day_of(n), 10, D(10)) for n in range(3)]
    papers = Dealings(Agreed(amount=D(339), advance=D(100)), [line], bills)
    sheets = Sheets(papers, [papers_of.invoice_row(bill, [line]) | {"_row": n} for n, bill in enumerate(bills)])
    for there in ((0, 1), (0, 2), (0, 1, 2), (0, 1, 2)):
        sheets.put_up(there, [line.came])
    assert [row["advance_offset"] for row in sheets.bound] == [D("33.33"), D("33.34"), D("33.33")]
    assert sum(row["net"] for row in sheets.bound) == 239
