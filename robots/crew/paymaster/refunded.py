"""What a vendor got too much is set off against what it gets next, unless it pays it back: two people say so on
暂扣放行单 (已退款). Then it is recorded under a key of its own in a batch without a sheet (TK-…), and set off no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from robots.crew.paymaster.closed import closed, numbers, recorded, told
from robots.crew.paymaster.owing import Owing
from robots.crew.paymaster.rows import Line, Row, line_of, overpaid, paid_back
from robots.figures.accounts import given, numbered
from robots.figures.batches import REFUNDS
from robots.figures.controls import REFUNDED, Controlled, Hold, answer
from robots.figures.holds import OVERPAID, SET_OFF
from robots.figures.lines import records
from robots.figures.returns import CAME_IN
from robots.figures.settlement import Payable
from robots.figures.sums import in_currency
from robots.ledger import Ledger
from robots.model.decisions import Decision
from robots.model.names import identity
from robots.model.words import Text, say


def to_refund(
    owed: Iterable[Payable], lines: Mapping[Line, Sequence[Row]], ledger: Ledger, home: str
) -> list[Controlled]:
    """What sheets carried too much and no sheet sets off, as something that people can answer; with what the bank says
    came in from that vendor, where it is as much. `home`: our own currency."""
    asked = [(payable, hold, amount) for payable in owed for hold, amount in _asked(payable, lines)]
    came_in = _came_in(ledger) if asked else {}
    return [
        Controlled(payable, (replace(hold, seen=_seen(payable, amount, came_in, home)),), amount)
        for payable, hold, amount in asked
    ]


def settled_by_refund(
    now: Owing, releases: Mapping[str, Mapping[str, Any]], ledger: Ledger, vendors: Mapping[str, Row], today: date
) -> Iterator[Decision]:
    """Records of what was paid back. The lines are carried from here on: `now` knows them when this is through."""
    names = numbers(ledger, REFUNDS, today)
    for payable in now.owed:
        for hold, amount in _asked(payable, now.lines):
            if said := answer(hold, releases, REFUNDED):
                batch = next(names)
                row = paid_back(payable, now.lines[line_of(payable)], batch, vendors, amount)
                by = "、".join(given(said[name]) for name in ("released_by", "agreed_by"))
                why = say("refund.why", remark=given(said["remark"]))
                moves = closed([row], now.lines, today, by, why)
                now.lines[line_of(payable)] = [*now.lines[line_of(payable)], *moves.rows]
                _no_more_over(now, payable)
                yield from recorded(batch, moves, payable.currency, today)
                yield told(batch, moves, payable.currency, by, why, today)


def _no_more_over(now: Owing, payable: Payable) -> None:
    line = payable.order_id, payable.line
    if line in now.over:
        now.over[line] = [(one, amount) for one, amount in now.over[line] if line_of(one) != line_of(payable)]


def _asked(payable: Payable, lines: Mapping[Line, Sequence[Row]]) -> Iterator[tuple[Hold, Decimal]]:
    """A line as something to be paid back. Its number knows the amount: of more, nobody has said anything."""
    if amount := overpaid(payable, lines.get(line_of(payable), ())):
        code = SET_OFF if payable.credit else OVERPAID
        number = numbered(code, *line_of(payable), str(amount))
        yield Hold(code, number=number, second=True, verdicts=(REFUNDED,)), amount


def _came_in(ledger: Ledger) -> Mapping[tuple[str, Decimal], Sequence[Row]]:
    """Vendor and amount → the bank's rows of money that came in."""
    returns = ledger.said("returns")
    found: dict[tuple[str, Decimal], list[Row]] = defaultdict(list)
    for row in records(returns[returns["status"] == CAME_IN]):
        found[identity(row["vendor"]), row["amount"]].append(row)
    return found


def _seen(payable: Payable, amount: Decimal, came_in: Mapping[tuple[str, Decimal], Sequence[Row]], home: str) -> Text:
    told = tuple(
        say("hold.seen.came_in", day=row["paid_on"], place=row["source"],
            amount=in_currency(amount, given(row["currency"]) or payable.currency, home))
        for row in came_in.get((identity(payable.vendor), amount), ())
        if given(row["currency"]) in ("", payable.currency)
    )  # fmt: skip
    every = (*payable.evidence, *told)
    return say("list.lines", items=every) if len(every) > 1 else every[0] if every else ""
