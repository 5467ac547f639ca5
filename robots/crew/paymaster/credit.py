"""What is to be paid to a vendor who has more to give back: no sheet carries it, so it is held, and says why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from robots.crew.paymaster.rows import Line, Row, line_of, propose, set_off
from robots.figures.controls import SET_OFF_FIRST, Hold, held
from robots.figures.settlement import Payable
from robots.model.money import ZERO
from robots.model.words import say


def held_for_credit(
    owed: Sequence[Payable], lines: Mapping[Line, Sequence[Row]], vendors: Mapping[str, Row]
) -> Iterator[Payable]:
    """Payables, each held whose vendor's credit notes take back more in its currency than is to be paid now."""
    rows = [propose(payable, lines[line_of(payable)], "", vendors) for payable in owed]
    waiting = {row["payment_key"]: row for row in set_off([row for row in rows if row is not None])[1]}
    back: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in waiting.values():
        back[row["vendor"], row["currency"]] += max(-row["net"], ZERO)
    for payable, mine in zip(owed, rows, strict=True):
        if mine is None or mine["net"] <= 0 or mine["payment_key"] not in waiting:
            yield payable
        else:
            amount = back[payable.vendor, payable.currency]
            seen = say("hold.seen.set_off", amount=amount, currency=payable.currency)
            yield held(payable, (Hold(SET_OFF_FIRST, seen),), mine["net"])
