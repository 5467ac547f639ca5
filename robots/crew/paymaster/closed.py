"""Batches without a sheet: what is settled already is recorded through every state of a payment, so that it counts as
carried: it keeps its turn, and stands on the vendor's statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import chain

from robots.crew.paymaster.rows import Line, Row
from robots.figures.batches import CONFIRMED, Moves, move, paid_from_the_sheet, put_up
from robots.ledger import Ledger
from robots.model.decisions import Decision, Notice, record
from robots.model.money import ZERO
from robots.model.words import Text, say

ROBOT = "paymaster"


def numbers(ledger: Ledger, prefix: str, today: date) -> Iterator[str]:
    """The next names of such batches of a day."""
    start = f"{prefix}-{today:%Y%m%d}"
    number = int(ledger.said("batches")["batch"].str.startswith(start).sum())
    while True:
        number += 1
        yield f"{start}-{number:02d}"


def closed(rows: Sequence[Row], lines: Mapping[Line, Sequence[Row]], today: date, by: str, why: Text) -> Moves:
    """Rows of payables as they are put up, confirmed on somebody's word. `lines`: what stands of their lines."""
    there = chain.from_iterable(lines.get((row["invoice_key"], row["order_id"], row["line"]), ()) for row in rows)
    proposed = put_up(rows, {row["payment_key"]: row for row in there}, today, by)
    released = paid_from_the_sheet(proposed.rows, today, by, why)
    return proposed + released + move(released.rows, CONFIRMED, today, by, why)


def told(batch: str, moves: Moves, currency: str, by: str, why: Text, today: date) -> Decision:
    """To finance: that what two people said was taken, and what became of it."""
    total = sum((row["net"] for row in moves.rows), ZERO)
    invoices = "、".join(dict.fromkeys(f"{row['vendor']} {row['invoice_no']}" for row in moves.rows))
    sort = batch.partition("-")[0]
    headline = say(f"closed.{sort}", batch=batch, total=abs(total), currency=currency, by=by)
    lines = (say("closed.invoices", invoices=invoices), why)
    return Decision(ROBOT, today.isoformat(), f"notice-{batch}", Notice("finance", headline, lines, "info", (), None,
                    say("closed.next", batch=batch)))  # fmt: skip


def recorded(batch: str, moves: Moves, currency: str, today: date) -> Iterator[Decision]:
    """The batch, its lines and their movements."""
    day, total = today.isoformat(), sum((row["net"] for row in moves.rows), ZERO)
    entry: Row = {
        "batch": batch, "day": day, "lines": len(moves.rows), "total": total, "currency": currency,
        "state": CONFIRMED, "proposed_lines": len(moves.rows), "proposed_total": total, "preparer": None,
        "issued_on": None, "seen": None, "expires_on": None,
    }  # fmt: skip
    yield Decision(ROBOT, day, f"lines-{batch}", record("payables", list(moves.rows)))
    yield Decision(ROBOT, day, f"moves-{batch}", record("movements", list(moves.movements)))
    yield Decision(ROBOT, day, batch, record("batches", [entry]))
