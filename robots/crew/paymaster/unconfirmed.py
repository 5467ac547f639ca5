"""Answers on 账户变更回拨单 that release nothing: whoever signed learns at once what they lack."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from robots.crew.paymaster.quarantine import accounts_of
from robots.crew.paymaster.rows import Row
from robots.figures.accounts import HELD, NOT_CALLED, WITHDRAWN, Account, given
from robots.figures.lines import records
from robots.ledger import Ledger
from robots.model.decisions import Decision, Notice
from robots.model.words import say
from robots.rules import Rules

KIND = "account_checks"
_ANSWER = ("called_on", "called_by", "spoke_to", "outcome", "released_by")


def unconfirmed(ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    """Each answer of this turn that does not release its change (yet), once for each thing that it lacks."""
    drops = ledger.news("drops")
    if not len(drops) or not (ledger.news("receipts")["kind"] == KIND).any():
        return
    changes = {one.number: one for one in accounts_of(ledger, rules, today)}
    for row in records(ledger.changed_from(KIND, int(drops["id"].min()))):
        if any(given(row[name]) for name in _ANSWER) and (why := _why(changes.get(row["change"]), row)):
            yield _told(row, changes.get(row["change"]), why)


def _why(change: Account | None, row: Row) -> str:
    """What it lacks; '' where it is released or refused, of which there is a letter."""
    if change is None or change.state == WITHDRAWN:
        return "over"
    if change.state != HELD:
        return ""
    if change.why == NOT_CALLED and given(row["outcome"]):
        return "not_confirmed" if given(row["called_on"]) else "no_day"
    return change.why


def _told(row: Row, change: Account | None, why: str) -> Decision:
    vendor = change.vendor if change else None
    line = say("unconfirmed.line", vendor=vendor, number=row["change"], answer=given(row["outcome"]) or None)
    because = f"unconfirmed.{why}" if why in _OWN else f"quarantine.why.{why}"
    step = say("unconfirmed.next_over" if why == "over" else "unconfirmed.next_hours" if why == "hours" else
               "unconfirmed.next")  # fmt: skip
    notice = Notice("finance", say("unconfirmed.headline"), (line, say(because)), "warning", (), None, step)
    return Decision("paymaster", "answers", f"unconfirmed-{row['change']}", notice)


_OWN = ("over", "not_confirmed", "no_day")
