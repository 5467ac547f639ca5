"""A statement of ours that came back: what the vendor confirmed is told to finance once, and what it disputes, with the
next step. The answer itself stays in `statement_answers`, and stands on the vendor's next statement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from robots.figures.confirmations import AGREED, DISPUTED, Confirmation, Row, confirmations_in, difference, given
from robots.figures.lines import records
from robots.kinds.statement_answers import item_name
from robots.ledger import Ledger, place
from robots.model.decisions import Decision, Notice, record
from robots.model.words import Text, say

ROBOT, WHAT = "bookkeeper", "statement-answer"


def confirmations(ledger: Ledger, today: date) -> Iterator[Decision]:
    """Every answer that is news, told once for each thing that it says."""
    rows = records(ledger.table("statement_answers"))
    if not rows:
        return
    issued = ledger.said("issued")
    done = set(issued["period"][issued["what"] == WHAT])
    for one in confirmations_in(rows):
        if one.version not in done:
            day, subject = today.isoformat(), f"{one.number}-{one.currency}-{one.version}"
            yield Decision(ROBOT, day, f"answer-{subject}", _notice(one))
            row = {"what": WHAT, "period": one.version, "whom": one.vendor, "day": day}
            yield Decision(ROBOT, day, f"answered-{subject}", record("issued", [row]))


def _notice(one: Confirmation) -> Notice:
    values = {"vendor": one.vendor, "number": one.number, "currency": one.currency, "balance": one.balance}
    headline = say(f"confirmation.headline.{one.state}", **values, by=one.by or None, count=len(one.disputed))
    lines = tuple(_line(row) for row in one.disputed) if one.state == DISPUTED else (one.told,)
    severity = "info" if one.state == AGREED else "warning"
    return Notice("finance", headline, lines, severity, (), None, say(f"confirmation.next.{one.state}"))


def _line(row: Row) -> Text:
    return say(
        "confirmation.line", item=item_name(row["item"]), ours=row["ours"], theirs=given(row["theirs"]),
        difference=difference(row), remark=given(row["remark"]), place=_place(row),
    )  # fmt: skip


def _place(row: Row) -> str:
    """Where a row stands; the name of its file without the form's own number, under which it is filed."""
    return place({**row, "_file": str(row["_file"]).partition(" (statement-")[0]})
