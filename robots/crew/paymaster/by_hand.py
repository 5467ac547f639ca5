"""What two people say was paid by hand is recorded as paid, under its own key and in a batch without a sheet (SG-…).

They say so on 暂扣放行单 (已付清). It is taken only where the lines that they say it of come to just what the bank
paid, or do so with what is retained of them: that is paid then, too, and is released no more. Of what was paid beyond,
or short of it, nobody has said anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from robots.crew.paymaster.closed import ROBOT, closed, numbers, recorded, told
from robots.crew.paymaster.owing import Owing
from robots.crew.paymaster.rows import BY_HAND, Row, line_of, propose, rest
from robots.figures.accounts import given
from robots.figures.batches import CONFIRMED
from robots.figures.by_hand import RETAINED
from robots.figures.controls import PAID, Books, answer, asked_by_hand
from robots.figures.lines import records
from robots.figures.settlement import LINE, Payable
from robots.figures.settlement.waterfall import retained
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
    payments = [one for one in _payments(now, books) if _fits(one, now, ledger)]
    if not payments:
        return
    names = numbers(ledger, BY_HAND, today)
    for one in payments:
        batch = next(names)
        rows = [row for p in one.lines if (row := propose(p, now.lines.get(line_of(p), ()), batch, vendors))]
        by = "、".join(given(one.answer[name]) for name in ("released_by", "agreed_by"))
        why = say("by_hand.why", remark=given(one.answer["remark"]), place=one.told["source"])
        moves = closed(rows, now.lines, today, by, why)
        for row in moves.rows:
            now.lines.setdefault((row["invoice_key"], row["order_id"], row["line"]), []).append(row)
        yield from recorded(batch, moves, one.lines[0].currency, today)
        yield told(batch, moves, one.lines[0].currency, by, why, today)
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


def _fits(one: _Payment, now: Owing, ledger: Ledger) -> bool:
    """Do its lines come to what was paid? Where only what is retained of them is missing, that is among them from now
    on."""
    if _sum(one.lines, now) == one.told["amount"]:
        return True
    kept = [payable for line in one.lines if (payable := _retained(line, now, ledger))]
    if _sum([*one.lines, *kept], now) != one.told["amount"]:
        return False
    one.lines += kept
    return True


def _retained(line: Payable, now: Owing, ledger: Ledger) -> Payable | None:
    """What is retained of a line as a payable of its own, unless its date is there; with what sheets paid back of it
    already."""
    if line.what != LINE or not line.retention or any(line_of(retained(line)) == line_of(p) for p in now.owed):
        return None
    kept = retained(line)
    before = ledger.said("payables")
    now.lines.setdefault(line_of(kept), records(before[before["invoice_key"] == kept.invoice_key]))
    return kept


def _sum(lines: Sequence[Payable], now: Owing) -> Decimal:
    return sum((rest(payable, now.lines[line_of(payable)]) for payable in lines), ZERO)


def _told(row: Mapping[str, Any], keys: str) -> Row:
    """The bank's row as one that settled these lines."""
    return {name: given(value) or None for name, value in row.items() if name != RETAINED} | {
        "amount": row["amount"], "outcome": CONFIRMED, "payment_keys": keys,
    }  # fmt: skip
