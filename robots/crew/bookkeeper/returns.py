"""The bank's answers: lines confirmed or returned, and what finance has to look into, as a workbook (回单核对).

They are rows of a workbook and no alerts: they belong to one bank row, are mended in the bank's or our own books, and a
bad day brings a hundred of them. What is grave (paid twice, to another vendor, to another account) goes out at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from robots.crew.bookkeeper.check import News, returns_checked, returns_notice
from robots.figures.accounts import given
from robots.figures.batches import PROPOSED, RELEASED, Moves, batch_state, move, paid_from_the_sheet
from robots.figures.by_hand import seen_by_hand
from robots.figures.lines import records
from robots.figures.returns import (
    CHANGED,
    OPEN,
    SETTLING,
    TOLD,
    Line,
    Settled,
    Verdict,
    carried_keys,
    confirmed_and_returned,
    match,
    remittances,
)
from robots.ledger import Ledger
from robots.model.decisions import Decision, record
from robots.model.money import ZERO
from robots.model.names import identity
from robots.model.words import say
from robots.rules import Rules

ROBOT = "bookkeeper"
Row = dict[str, Any]


def judged_returns(ledger: Ledger, rules: Rules, today: date) -> list[Verdict]:
    """Every row of the bank's with what became of it."""
    paid = records(ledger.table("payments"))
    if not paid:
        return []
    lines, told = _lines(ledger, rules), records(ledger.said("returns"))
    known = set(ledger.table("vendors")["vendor"]) | {line.vendor for line in lines}
    rows = remittances(paid, told, carried_keys(ledger))
    return match(rows, lines, settled_of(told, lines), known, rules.settlement(today).return_days)


def bank_returns(verdicts: Sequence[Verdict], ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    """Record what moves, tell what is new. The same rows again say nothing."""
    if not verdicts:
        return
    payables = {row["payment_key"]: row for row in records(ledger.said("payables"))}
    before = {row["receipt"]: row for row in records(ledger.said("returns"))}
    kept = [one for one in verdicts if _said(_kept(one, today)) != _said(before.get(one.row.id, {}))]
    if not kept:
        return
    news = [one for one in kept if _is_news(_kept(one, today), before.get(one.row.id, {}))]
    yield from _moves(kept, payables, records(ledger.said("batches")), today)
    yield Decision(ROBOT, today.isoformat(), "returns", record("returns", [_kept(one, today) for one in kept]))
    if any(one.fresh or one.outcome not in {TOLD, *SETTLING} for one in news):
        still = [payables[line.key] for line in _lines(ledger, rules) if line.state in OPEN]
        hands = seen_by_hand([_kept(one, today) for one in news], ledger, rules.settle_from, rules.currency)
        told = News(news, payables, hands, rules)
        yield Decision(
            ROBOT, today.isoformat(), "returns-checked", returns_checked(told, verdicts, still, today),
            name="returns-checked",
        )  # fmt: skip
        yield Decision(ROBOT, today.isoformat(), "notice-returns", returns_notice(told))


def _said(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a row of `returns` says; one that the bank has corrected says something else."""
    return *_told(row), row.get("payment_keys")


def _told(row: Mapping[str, Any]) -> tuple[Any, ...]:
    vendor, paid_on, currency = identity(row.get("vendor") or ""), str(row.get("paid_on")), given(row.get("currency"))
    return row.get("outcome"), row.get("amount"), vendor, paid_on, row.get("status"), currency


def _is_news(row: Row, before: Row) -> bool:
    """Has a row something new to tell? Not where only more lines, or fewer, fit what it says."""
    if not before or _told(row) != _told(before):
        return True
    return not set(row["payment_keys"].split(",")) & set(before["payment_keys"].split(","))


def _lines(ledger: Ledger, rules: Rules) -> list[Line]:
    payables, batches, movements = (records(ledger.said(name)) for name in ("payables", "batches", "movements"))
    return list(lines_of(payables, batches, movements, rules.currency))


def lines_of(
    payables: Iterable[Row], batches: Sequence[Row], movements: Sequence[Row], home: str = ""
) -> Iterator[Line]:
    """Payment lines with the day of their last release, else of their batch; what is held has neither. `home`: the
    currency of lines of sheets older than currencies. A sheet that nobody was asked to approve is paid as it is."""
    ranked = sorted((row for row in movements if row["state_after"] == RELEASED), key=lambda row: row["n"])
    released = {row["payment_key"]: date.fromisoformat(row["day"]) for row in ranked}
    days = {row["batch"]: date.fromisoformat(row["day"]) for row in batches}
    as_it_is = {row["batch"] for row in batches if not isinstance(row["issued_on"], str)}
    late = {row["batch"]: days_before_issue(row) for row in batches if row["batch"] not in as_it_is}
    for row in payables:
        batch = given(row["batch"])
        sent_on = days.get(batch)
        if batch not in as_it_is:  # else it could be paid from the day of its sheet on
            sent_on = released.get(row["payment_key"], sent_on)
        state = RELEASED if row["state"] == PROPOSED and batch in as_it_is else row["state"]
        yield Line(row["payment_key"], row["vendor"], row["net"], state, batch, given(row["bank_account"]), sent_on,
                   given(row["currency"]) or home, late.get(batch))  # fmt: skip


def days_before_issue(batch: Mapping[str, Any]) -> tuple[date, date] | None:
    """The days on which a sheet could be paid as it was, where approvers were named after it was written: the day on
    which they were asked is one, for they are asked in the evening."""
    written, issued = date.fromisoformat(batch["day"]), date.fromisoformat(batch["issued_on"])
    return (written, issued) if issued > written else None


def settled_of(rows: Any, lines: Iterable[Line] = ()) -> Iterator[Settled]:
    """Rows that settled lines in an earlier turn. One that was changed since still stands for what it settled: of that
    the lines tell."""
    there = {line.key: line for line in lines}
    for row in rows:
        keys = tuple(row["payment_keys"].split(","))
        outcome, amount = row["outcome"], row["amount"]
        if outcome == CHANGED:
            mine = [there[key] for key in keys if key in there]
            outcome, amount = _state_of(mine), sum((line.net for line in mine), ZERO)
        if outcome in SETTLING:
            paid_on = date.fromisoformat(row["paid_on"])
            yield Settled(row["receipt"], keys, outcome, amount, paid_on, given(row["bank_reference"]))


def _state_of(lines: Iterable[Line]) -> str:
    """The state that all lines have, if they have one."""
    states = {line.state for line in lines}
    return states.pop() if len(states) == 1 else ""


def _moves(
    news: Sequence[Verdict], payables: Mapping[str, Row], batches: Sequence[Row], today: date
) -> Iterator[Decision]:
    """The lines in their new state with every movement; one that was paid and sent back in one turn moves twice."""
    rows, moved = dict(payables), Moves()
    for verdict, key in confirmed_and_returned(news):
        moved += paid_from_the_sheet([rows[key]], today, ROBOT, say("returns.paid_from_the_sheet"))
        rows |= {row["payment_key"]: row for row in moved.rows}
        moved += move([rows[key]], verdict.outcome, today, ROBOT, verdict.row.reason or verdict.row.reference)
        rows |= {row["payment_key"]: row for row in moved.rows}
    if moved.rows:
        yield Decision(ROBOT, today.isoformat(), "payables", record("payables", list(moved.rows)))
        yield Decision(ROBOT, today.isoformat(), "movements", record("movements", list(moved.movements)))
        touched = {row["batch"] for row in moved.rows}
        stand = [
            row | {"state": batch_state(one["state"] for one in rows.values() if one["batch"] == row["batch"])}
            for row in batches
            if row["batch"] in touched
        ]
        yield Decision(ROBOT, today.isoformat(), "batches", record("batches", stand))


def _kept(verdict: Verdict, today: date) -> Row:
    row = verdict.row
    return {
        "receipt": row.id, "vendor": row.vendor, "amount": row.amount, "paid_on": row.paid_on, "status": row.status,
        "bank_reference": row.reference or None, "outcome": verdict.outcome, "payment_keys": ",".join(verdict.keys),
        "reason": row.reason or None, "day": today, "source": row.source, "currency": row.currency or None,
    }  # fmt: skip
