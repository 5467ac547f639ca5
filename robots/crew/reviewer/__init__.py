"""The reviewer holds what was measured against what was agreed: scorecards, the lists, appeals.

Every figure is the scorer's, every step of the ladder the rewarder's; this robot puts them before people, and takes
back what people decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from robots.crew.registry import robot
from robots.crew.reviewer.appeals import appeals
from robots.crew.reviewer.book import Book
from robots.crew.reviewer.correction import corrections
from robots.crew.reviewer.edition import earned_notice, editions
from robots.crew.reviewer.lists import decided, withdrawn
from robots.figures.scores import basis_of
from robots.ledger import Ledger
from robots.model.decisions import Decision
from robots.rules import Rules


@robot
def reviewer(ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    """Take decisions back, ask for those that are open, correct what was issued, and issue what is due."""
    kpis = ledger.said("kpis")
    if not len(kpis):
        return
    yield from decided(ledger, today)
    yield from appeals(ledger, today)
    book = Book(ledger, basis_of(ledger, rules, today), kpis)
    yield from withdrawn(book)
    yield from earned_notice(book)
    yield from corrections(book)
    yield from editions(book)
