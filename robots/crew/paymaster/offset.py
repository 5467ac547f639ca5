"""An invoice that the advance covers whole is on no sheet, for nothing is paid; it is recorded all the same (CD-…).

Else it would lose its turn to the next invoice of its order, which would be paid for the same goods; and it would
stand on the vendor's statement as owed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date

from robots.crew.paymaster.closed import closed, numbers, recorded
from robots.crew.paymaster.owing import Owing
from robots.crew.paymaster.rows import Row, line_of, offset_row
from robots.ledger import Ledger
from robots.model.decisions import Decision
from robots.model.words import say


def settled_by_offset(now: Owing, ledger: Ledger, vendors: Mapping[str, Row], today: date) -> Iterator[Decision]:
    """Records of what an advance covers whole. The lines are carried from here on."""
    names = numbers(ledger, "CD", today)
    by_currency: dict[str, list[Row]] = defaultdict(list)
    for payable in now.owed:
        if row := offset_row(payable, now.lines[line_of(payable)], vendors):
            by_currency[payable.currency].append(row)
    for currency, rows in sorted(by_currency.items()):
        batch = next(names)
        moves = closed([row | {"batch": batch} for row in rows], now.lines, today, "paymaster", say("by_hand.offset"))
        for row in moves.rows:
            now.lines[row["invoice_key"], row["order_id"], row["line"]].append(row)
        yield from recorded(batch, moves, currency, today)
