"""The paymaster settles invoices and writes the payment sheet (付款申请单); what was on one sheet is on no other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import Any

import pandas as pd

from robots.crew.paymaster import papers
from robots.crew.paymaster.approvals import (
    ROBOT,
    Standing,
    answered,
    ask_reversal,
    decisions,
    issue,
    late_issues,
    standing,
    why_no_reversal,
    with_refusals,
)
from robots.crew.paymaster.by_hand import settled_by_hand
from robots.crew.paymaster.controls import (
    books_of,
    by_hand_of,
    release_form,
    stop_rows,
    stopped_of,
    suspects_of,
    waiting_held,
)
from robots.crew.paymaster.credit import held_for_credit
from robots.crew.paymaster.edited import with_edits
from robots.crew.paymaster.offset import settled_by_offset
from robots.crew.paymaster.owing import Owing, contract_places, owing
from robots.crew.paymaster.plan import weekly_plan
from robots.crew.paymaster.quarantine import accounts_of, quarantine, with_old_accounts
from robots.crew.paymaster.refunded import settled_by_refund, to_refund
from robots.crew.paymaster.released import released
from robots.crew.paymaster.rows import (
    Line,
    Present,
    Row,
    by_line,
    hold,
    holds,
    is_stopped,
    line_of,
    payment_key,
    propose,
    rest,
    set_off,
    waterfalls,
    without,
)
from robots.crew.paymaster.sent_back import after, put_back, reversed_now, sent_back
from robots.crew.paymaster.sheet import payment_notice, payment_sheet
from robots.crew.paymaster.statement import monthly_statements
from robots.crew.paymaster.unconfirmed import unconfirmed
from robots.crew.paymaster.unheard import unheard
from robots.crew.registry import robot
from robots.figures.accounts import payees
from robots.figures.approvals import Case, Refusal
from robots.figures.batches import PROPOSED, put_up
from robots.figures.bonuses import line_of as bonus_line
from robots.figures.bonuses import place_bonuses, with_bonuses
from robots.figures.controls import Books, Controlled, controlled
from robots.figures.lines import records
from robots.figures.refusals import line_of_row, refused_by_person, standing_refusals
from robots.figures.settlement import Payable
from robots.figures.settlement.billing import of_invoice
from robots.ledger import Ledger
from robots.model.decisions import Decision, record
from robots.model.money import ZERO
from robots.rules import Rules

__all__ = ["ask_reversal", "paymaster", "payment_key", "propose", "why_no_reversal"]

Pile = tuple[str, bool]  # a currency, and whether an approver has refused these lines before


@robot
def paymaster(ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    """Take in what approvers decided, at once. At its hour: figure what is owed, propose what no sheet carries yet."""
    now = answered(ledger, rules, today)
    if now is not None:
        yield from decisions(now)
        yield from _let_out(ledger, now, rules, today)
    yield from unconfirmed(ledger, rules, today)
    if ROBOT in ledger.called:
        yield from _sheets(ledger, now.moves.rows if now else (), rules, today)
        yield from late_issues(now or standing(ledger, rules, today))


def _let_out(ledger: Ledger, now: Standing, rules: Rules, today: date) -> Iterator[Decision]:
    """What batches that were released just now set off: bank files and statements, of the lines as they stand now."""
    if not now.released:
        return
    present = Present(ledger.said("payables"), now.moves.rows)
    vendors = {row["vendor"]: row for row in records(ledger.table("vendors"))}
    for case in now.released:
        yield from released(ledger, case.row, present, vendors, rules, today)


def _sheets(ledger: Ledger, moved: Sequence[Row], rules: Rules, today: date) -> Iterator[Decision]:
    """A payment sheet for each currency, and what is held and why. `moved`: lines that approvers moved just now."""
    accounts = accounts_of(ledger, rules, today)
    yield from quarantine(accounts, ledger, rules, today)
    invoices = ledger.table("invoices")
    if not len(invoices):
        return
    vendors = {row["vendor"]: row for row in records(ledger.table("vendors"))}
    books = books_of(ledger, rules, today, vendors, accounts)
    paid_to = payees(vendors, accounts)
    before = ledger.said("payables")
    again = put_back(before, ledger, books.releases, _keys(moved), today)
    yield from reversed_now(again, today)
    before = after(before, again)
    earned = records(ledger.said("earned"))
    now = owing(ledger, before, earned, paid_to, [one.vendors for one in books.shared], rules, today)
    asked = {of_invoice(p.invoice_key) for p in now.owed if rest(p, now.lines[line_of(p)]) > 0}
    found = suspects_of(ledger, books, before, now.gone, asked, rules.currency)
    books = replace(books, suspects=found, left=now.left, moved=now.moved, over=now.over, paid_in=now.paid_in,
                    by_hand=by_hand_of(ledger, now), foreign=now.foreign)  # fmt: skip
    yield from settled_by_hand(now, books, ledger, paid_to, today)
    yield from settled_by_offset(now, ledger, paid_to, today)
    yield from settled_by_refund(now, books.releases, ledger, paid_to, today)
    looked = controlled(now.owed, books, lambda p: rest(p, now.lines[line_of(p)]))
    refused = standing_refusals(ledger, again.movements)
    yield from _put_up(looked, now, books, before, moved, earned, paid_to, refused, ledger, rules, today)


def _put_up(
    looked: Sequence[Controlled],
    now: Owing,
    books: Books,
    before: pd.DataFrame,
    moved: Sequence[Row],
    earned: list[Row],
    vendors: Mapping[str, Row],
    refused: Mapping[Line, tuple[Refusal, ...]],
    ledger: Ledger,
    rules: Rules,
    today: date,
) -> Iterator[Decision]:
    """What became of everything that is open: held, or put onto a sheet. `before`: payment lines as they stood."""
    lines = now.lines
    owed = list(held_for_credit([one.payable for one in looked], lines, vendors))
    first = _proposed(owed, lines, vendors)
    refused = with_old_accounts(refused, first, books.accounts)
    again = refused_by_person(first, refused)
    batches = _batches(ledger.said("batches"), (_pile(row, again) for row in first), rules.currency, today)
    settled = list(_settled(owed, earned, by_line(first), again, batches, rules))
    owed = with_bonuses(owed, settled, contract_places(ledger))
    proposed = [row | {"batch": batches[_pile(row, again)]} for row in _proposed(owed, lines, vendors)]
    held = [row for p in owed if (row := hold(p, lines[line_of(p)], vendors)) is not None]
    were_held = before[before["state"] == "held"]["payment_key"].tolist()
    keys = _keys(held)
    gone = tuple(key for key in were_held if key not in keys)
    if settled:
        yield Decision("paymaster", today.isoformat(), "earned", record("earned", settled))
    waiting = stopped_of(ledger, books, now)
    stops = list(stop_rows(waiting, ledger))
    on_sheets = by_line(without(stops, [*chain.from_iterable(lines.values()), *proposed]))
    returned = sent_back(before, ledger)
    refunds = to_refund(owed, on_sheets, ledger, rules.currency)
    back = [*(one.payable for one in returned), *now.open_of_left]
    stopped = [*with_edits([*holds(owed, on_sheets), *stops], ledger, books), *holds(back, {})]
    yield Decision("paymaster", today.isoformat(), "holds", record("holds", stopped, replace=True))
    asked = [*looked, *waiting_held(waiting, ledger, now), *returned, *refunds]
    yield from release_form(asked, ledger, rules.currency, today)
    yield from unheard(asked, books.releases)
    if held or gone:
        yield Decision("paymaster", today.isoformat(), "payables", record("payables", held, gone=gone))
    steps = list(_waterfalls(owed, proposed, lines))
    if steps:
        yield Decision("paymaster", today.isoformat(), "waterfalls", record("waterfalls", steps))
    there = before[before["payment_key"].isin(list(_keys(proposed)))]
    old = {row["payment_key"]: row for row in records(there)}
    for (currency, _), batch in batches.items():
        mine = [row for row in proposed if row["batch"] == batch]
        whose = [p for p in (*owed, *back) if (p.currency or rules.currency) == currency]
        yield from _issue(mine, whose, steps, batch, currency, vendors, old, refused, rules, today)
    present = Present(before, [*moved, *proposed, *held], frozenset(gone))
    yield from weekly_plan(ledger, present, [*owed, *back], now.left, rules, today)
    yield from monthly_statements(ledger, present, stopped, rules, today)


def _proposed(owed: Sequence[Payable], lines: Mapping[Line, list[Row]], vendors: Mapping[str, Row]) -> list[Row]:
    """What goes onto sheets now, without the sheet's number yet."""
    rows = [propose(p, lines.get(line_of(p), ()), "", vendors) for p in owed]
    return set_off([row for row in rows if row is not None])[0]


def _settled(
    owed: Sequence[Payable],
    earned: list[Row],
    proposed: Mapping[Line, list[Row]],
    again: Collection[Line],
    batches: Mapping[Pile, str],
    rules: Rules,
) -> Iterator[Row]:
    """The bonuses that go onto today's sheets, with the line that carries each of them."""
    there = {line: rows[0] for line, rows in proposed.items() if rows[0]["currency"] == rules.currency}
    placed = place_bonuses(owed, earned, rules.currency, lambda p: line_of(p) in there)
    for row in earned:
        if payable := placed.get((row["vendor"], int(row["rung"]), row["month"])):
            batch = batches[_pile(there[line_of(payable)], again)]
            yield row | {"settled_by": batch, "settled_line": bonus_line(payable)}


def _waterfalls(owed: Sequence[Payable], proposed: Sequence[Row], lines: Mapping[Line, list[Row]]) -> Iterator[Row]:
    of_line = {line_of(p): p for p in reversed(owed)}  # a duplicate has the name of the line that stands
    for row in proposed:
        name = (row["invoice_key"], row["order_id"], row["line"])
        yield from waterfalls(of_line[name], row, lines.get(name, ()))


def _keys(rows: Sequence[Mapping[str, Any]]) -> set[str]:
    return {row["payment_key"] for row in rows}


def _pile(row: Row, again: Collection[Line]) -> Pile:
    return row["currency"], line_of_row(row) in again


def _batches(batches: pd.DataFrame, piles: Iterable[Pile], home: str, today: date) -> dict[Pile, str]:
    """The sheet of its own that each pile gets now: a currency, the home's first, for amounts of two are never added;
    and of each what an approver refused before, for whoever refused it has to be asked, and others' money does not
    wait for that."""
    number = int((batches["day"] == today.isoformat()).sum()) + 1
    ordered = sorted(set(piles), key=lambda pile: (pile[0] != home, *pile))
    return {pile: f"FK-{today:%Y%m%d}-{n:02d}" for n, pile in enumerate(ordered, number)}


def _issue(
    proposed: list[Row],
    owed: list[Payable],
    steps: list[Row],
    batch: str,
    currency: str,
    vendors: Mapping[str, Row],
    before: Mapping[str, Row],
    refused: Mapping[Line, tuple[Refusal, ...]],
    rules: Rules,
    today: date,
) -> Iterator[Decision]:
    """A batch: recorded with its lines and their moves, written as a sheet, and put before its approvers."""
    day = today.isoformat()
    moves = put_up(proposed, before, today, rules.people.preparer or ROBOT)
    total = sum((row["net"] for row in proposed), ZERO)
    entry: Row = {
        "batch": batch, "day": day, "lines": len(proposed), "total": total, "currency": currency, "state": PROPOSED,
        "proposed_lines": len(proposed), "proposed_total": total, "preparer": None, "issued_on": None, "seen": None,
        "expires_on": None,
    }  # fmt: skip
    case = with_refusals(Case(batch, entry, moves.rows), refused)
    entry, endorsements, sent = issue(case, rules, today)
    yield Decision("paymaster", day, f"lines-{batch}", record("payables", list(moves.rows)))
    yield Decision("paymaster", day, f"moves-{batch}", record("movements", list(moves.movements)))
    yield Decision("paymaster", day, batch, record("batches", [entry]))
    if endorsements:
        yield Decision("paymaster", day, f"owed-{batch}", record("endorsements", endorsements))
    stopped = [p for p in owed if is_stopped(p)]
    next_step = papers.next_step(entry, endorsements)
    terms = rules.settlement(today)
    told = case.refused
    notes = (*papers.exposed(rules.people), next_step) if endorsements else (next_step,)
    sheet = payment_sheet(proposed, steps, stopped, batch, vendors, currency, today, notes, terms, told)
    yield Decision("paymaster", day, batch, sheet, name=f"payment-sheet-{batch}")
    notice = payment_notice(proposed, stopped, batch, total, currency, notes, told)
    yield Decision("paymaster", day, f"notice-{batch}", notice)
    yield from sent
