"""The reviewer holds what was measured against what was agreed: scorecards, the reward ladder, the lists, appeals.

Every figure is the scorer's; this robot puts them before people, and takes back what people decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from robots.crew.registry import robot
from robots.crew.reviewer.appeals import appeals
from robots.crew.reviewer.book import Book
from robots.crew.reviewer.edition import editions
from robots.crew.reviewer.lists import decided, overdue_plans
from robots.crew.reviewer.rewards import rewards
from robots.figures.scores import basis_of
from robots.ledger import Ledger
from robots.model.decisions import Decision
from robots.rules import Rules


@robot
def reviewer(ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    """Carry the ladder on, take decisions back, ask for those that are open, and issue the scorecard that is due."""
    kpis = ledger.said("kpis")
    if not len(kpis):
        return
    basis = basis_of(ledger, rules, today)
    steps, earned = yield from rewards(ledger, kpis, basis)
    yield from decided(ledger, today)
    yield from appeals(ledger, rules, today)
    yield from overdue_plans(ledger, today)
    yield from editions(Book(ledger, basis, kpis, steps, earned))
