"""The bookkeeper closes the loop (RULES 7): the bank's returns confirm or return payment lines, and what vendors say
in their statements is laid beside our own books, or answers one of ours. It works on news: a payment is confirmed
when it is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from robots.crew.bookkeeper.confirmations import confirmations
from robots.crew.bookkeeper.returns import bank_returns, judged_returns
from robots.crew.bookkeeper.statements import statements
from robots.crew.registry import robot
from robots.ledger import Ledger
from robots.model.decisions import Decision
from robots.rules import Rules


@robot
def bookkeeper(ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    """What the bank answered, and what vendors' statements say. Without either there is not a word."""
    verdicts = judged_returns(ledger, rules, today)
    yield from bank_returns(verdicts, ledger, rules, today)
    yield from statements(verdicts, ledger, rules, today)
    yield from confirmations(ledger, today)
