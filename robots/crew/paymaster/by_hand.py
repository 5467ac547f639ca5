"""What two people say was paid by hand is recorded as paid, under its own key and in a batch without a sheet (SG-…).

They say so on 暂扣放行单 (已付清). It is taken only where the lines that they say it of come to just what the bank
paid: of what was paid beyond them, or short of them, nobody has said anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from robots.crew.paymaster.closed import ROBOT, closed, numbers, recorded
from robots.crew.paymaster.owing import Owing
from robots.crew.paymaster.rows import Row, line_of, propose, rest
from robots.figures.accounts import given
from robots.figures.batches import CONFIRMED
from robots.figures.controls import PAID, Books, answer, asked_by_hand
from robots.figures.settlement import Payable
from robots.ledger import Ledger
from robots.model.decisions import Decision, record
from robots.model.money import ZERO
from robots.model.words import say


@dataclass
class _Payment:
    """A bank's row, the lines that two people say it paid, and their answer to one of them."""

    told: Mapping[str, Any]
    answer: Mapping[str, Any]
    lines: list[Payable] = field(default_factory=list)


def settled_by_hand(
    now: Owing, books: Books, ledger: Ledger, vendors: Mapping[str, Row], today: date
) -> Iterator[Decision]:
    """Records of what was paid by hand. The lines are carried from here on: `now` knows them when this is through."""
    payments = [one for one in _payments(now, books) if _sum(one, now) == one.told["amount"]]
    if not payments:
        return
    names = numbers(ledger, "SG", today)
    for one in payments:
        batch = next(names)
        rows = [row for p in one.lines if (row := propose(p, now.lines[line_of(p)], batch, vendors))]
        by = "、".join(given(one.answer[name]) for name in ("released_by", "agreed_by"))
        why = say("by_hand.why", remark=given(one.answer["remark"]), place=one.told["source"])
        moves = closed(rows, ledger, today, by, why)
        for row in moves.rows:
            now.lines[row["invoice_key"], row["order_id"], row["line"]].append(row)
        yield from recorded(batch, moves, one.lines[0].currency, today)
        keys = ",".join(row["payment_key"] for row in moves.rows)
        yield Decision(ROBOT, today.isoformat(), f"paid-{batch}", record("returns", [_told(one.told, keys)]))


def _payments(now: Owing, books: Books) -> Sequence[_Payment]:
    """The bank's rows of which anything is said to be paid, each with all lines that it is said of."""
    found: dict[str, _Payment] = {}
    asks = asked_by_hand(books)
    for payable in now.owed:
        if rest(payable, now.lines[line_of(payable)]) <= 0:
            continue
        for hold, row in asks(payable):
            if told := answer(hold, books.releases, PAID):
                found.setdefault(row["receipt"], _Payment(row, told)).lines.append(payable)
                break
    return list(found.values())


def _sum(one: _Payment, now: Owing) -> Decimal:
    return sum((rest(payable, now.lines[line_of(payable)]) for payable in one.lines), ZERO)


def _told(row: Mapping[str, Any], keys: str) -> Row:
    """The bank's row as one that settled these lines."""
    return {name: given(value) or None for name, value in row.items()} | {
        "amount": row["amount"], "outcome": CONFIRMED, "payment_keys": keys,
    }  # fmt: skip
