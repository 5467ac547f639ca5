"""What was edited behind money that sheets carried too much: the cell, before and after, in which version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from robots.crew.paymaster.rows import Row, listed
from robots.figures.controls import LESS_NOW, Books, edit_seen
from robots.figures.edits import after_put_up, not_changed_back
from robots.figures.holds import OVERPAID
from robots.figures.lines import records
from robots.figures.settlement.billing import invoice_key
from robots.ledger import Ledger

_MOST = 5  # edits of one line; the alert list has them all


def with_edits(holds: Sequence[Row], ledger: Ledger, books: Books) -> Iterator[Row]:
    """Rows of the table `holds`; where more was carried than is owed now, with the latest edits of what its line rests
    on, answered or not."""
    if not any(_is_overpaid(row) for row in holds):
        yield from holds
        return
    edits = not_changed_back(records(ledger.edits("")))
    look = after_put_up(edits, books.put_up, books.contract_of)
    for row in holds:
        found = look(row["order_id"], row["line"], row["vendor"], invoice_key(row)) if _is_overpaid(row) else ()
        seen = (row["evidence"], *map(edit_seen, found[-_MOST:]))
        yield row | {"evidence": listed(tuple(text for text in dict.fromkeys(seen) if text))}


def _is_overpaid(row: Row) -> bool:
    return not {OVERPAID, LESS_NOW}.isdisjoint(row["reasons"].split(","))
