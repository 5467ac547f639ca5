"""对账差异表: how one vendor's statement and our books differ, line by line, and the bridge between the balances.

It holds nothing of another vendor's: it may go to this one as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from robots.figures.reconciling import Entry, Lone, Pair, Reconciliation, Step, bridge
from robots.model.decisions import Column, Look, Notice, Sheet, Table, Workbook
from robots.model.money import ZERO
from robots.model.words import Text, say

MOST_TOLD = 5  # differences in a letter; the workbook has them all


def differences(
    vendor: str,
    file: str,
    days: tuple[date, date],
    currency: str,
    found: Reconciliation,
    today: date,
    answered: Text | None = None,
) -> Workbook:
    """Summary with the bridge, four tables, and what to do next with each class. `answered`: what the vendor said to
    our own last statement."""
    facts = (
        (say("column.vendor"), vendor),
        (say("reconcile.fact.file"), file),
        (say("reconcile.fact.days"), say("reconcile.days", first=days[0], last=days[1])),
        (say("reconcile.fact.ours"), _money(found.ours_closing, currency)),
        (say("reconcile.fact.theirs"), _money(found.theirs_closing, currency)),
        (say("reconcile.fact.difference"), _money(found.theirs_closing - found.ours_closing, currency)),
        (say("reconcile.fact.verdict"), say("reconcile.agrees" if found.agrees else "reconcile.differs")),
        *(((say("reconcile.fact.answered"), answered),) if answered else ()),
    )
    sheets = (
        Sheet(say("reconcile.sheet.summary"), say("reconcile.title.summary", vendor=vendor), facts,
              (_class_table(found), _bridge_table(found)), notes=(say("reconcile.note"),),
              signatures=(say("reconcile.sign.ours"), say("reconcile.sign.theirs"))),
        Sheet(say("reconcile.sheet.ours"), say("reconcile.title.ours"), (), (_lone_table(found.ours),)),
        Sheet(say("reconcile.sheet.theirs"), say("reconcile.title.theirs"), (), (_lone_table(found.theirs),)),
        Sheet(say("reconcile.sheet.differing"), say("reconcile.title.differing"), (), (_pair_table(found.differing),)),
        Sheet(say("reconcile.sheet.equal"), say("reconcile.title.equal"), (), (_pair_table(found.equal),)),
    )  # fmt: skip
    return Workbook("payments", say("reconcile.file", vendor=vendor, last=days[1], day=today), sheets)


def _money(amount: Any, currency: str) -> Text:
    return say("reconcile.money", amount=amount, currency=currency)


# ------------------------------------------------------------------ the summary


def _class_table(found: Reconciliation) -> Table:
    """How many rows each class has, what they add to the balance, and what to do with them."""
    columns = (
        Column(say("reconcile.column.class"), Look.TEXT, 22),
        Column(say("reconcile.column.rows"), Look.INTEGER, 8),
        Column(say("reconcile.column.counted_ours"), Look.MONEY, 16),
        Column(say("reconcile.column.counted_theirs"), Look.MONEY, 16),
        Column(say("reconcile.column.next"), Look.WRAP, 60),
    )
    ours, theirs = (sum((lone.entry.counted for lone in side), ZERO) for side in (found.ours, found.theirs))
    sums: list[tuple[str, int, Any, Any]] = [
        ("ours", len(found.ours), ours, None),
        ("theirs", len(found.theirs), None, theirs),
        ("differing", len(found.differing), *_both(found.differing)),
        ("equal", len(found.equal), *_both(found.equal)),
    ]
    rows = tuple((say(f"reconcile.sheet.{name}"), *row, say(f"reconcile.next.{name}")) for name, *row in sums)
    return Table(columns, rows, say("reconcile.title.classes"))


def _both(pairs: Sequence[Pair]) -> tuple[Decimal, Decimal]:
    return sum((one.ours.counted for one in pairs), ZERO), sum((one.theirs.counted for one in pairs), ZERO)


def _bridge_table(found: Reconciliation) -> Table:
    """From our balance to theirs; the steps between are what they differ by."""
    columns = (
        Column(say("reconcile.column.step"), Look.WRAP, 22),
        Column(say("reconcile.column.sort"), Look.TEXT, 8),
        Column(say("column.amount"), Look.MONEY, 16),
        Column(say("reconcile.column.balance"), Look.MONEY, 16),
        Column(say("reconcile.column.which"), Look.WRAP, 60),
    )
    balance = found.ours_closing
    rows: list[tuple[Any, ...]] = [(say("reconcile.step.start"), "", None, balance, "")]
    for step in bridge(found):
        balance += step.amount
        rows.append((say(f"reconcile.step.{step.cause}"), *_sort_of(step), step.amount, balance, _which(step)))
    rows.append((say("reconcile.step.end"), "", None, found.theirs_closing, ""))
    return Table(columns, tuple(rows), say("reconcile.title.bridge"))


def _sort_of(step: Step) -> tuple[Text]:
    return (_sort(step.entry) if step.entry else "",)


def _sort(entry: Entry) -> Text:
    return say(f"reconcile.sort.{_SORTS[entry.sort]}")


_SORTS = {"发票": "invoice", "收货": "delivery", "付款": "payment"}


def _which(step: Step) -> Text:
    entry = step.entry
    if entry is None:
        return say(f"reconcile.which.{step.cause}")
    return say("reconcile.which.row", number=entry.number or "–", day=entry.day or "–", place=entry.place)


# ------------------------------------------------------------------ the four tables


def _lone_table(rows: Sequence[Lone]) -> Table:
    columns = (
        Column(say("reconcile.column.sort"), Look.TEXT, 8),
        Column(say("reconcile.column.number"), Look.TEXT, 24),
        Column(say("column.order"), Look.TEXT, 16),
        Column(say("column.date"), Look.DATE, 12),
        Column(say("column.amount"), Look.MONEY, 15),
        Column(say("reconcile.column.near"), Look.WRAP, 44),
        Column(say("column.evidence"), Look.WRAP, 36),
    )
    lines = tuple(
        (
            _sort(one.entry), one.entry.number, one.entry.order, one.entry.day, one.entry.amount, _near(one.near),
            one.entry.place,
        )
        for one in rows
    )  # fmt: skip
    return Table(columns, lines, empty=say("reconcile.nothing"))


def _near(entry: Entry | None) -> Text:
    """A number one edit apart on the other side: a hint, and no more."""
    if entry is None:
        return ""
    return say("reconcile.near", number=entry.number, amount=entry.amount, day=entry.day or "–")


def _pair_table(pairs: Sequence[Pair]) -> Table:
    columns = (
        Column(say("reconcile.column.sort"), Look.TEXT, 8),
        Column(say("reconcile.column.number_ours"), Look.TEXT, 24),
        Column(say("reconcile.column.number_theirs"), Look.TEXT, 24),
        Column(say("reconcile.column.day_ours"), Look.DATE, 12),
        Column(say("reconcile.column.day_theirs"), Look.DATE, 12),
        Column(say("reconcile.column.ours"), Look.MONEY, 15),
        Column(say("reconcile.column.theirs"), Look.MONEY, 15),
        Column(say("reconcile.column.difference"), Look.MONEY, 14),
        Column(say("reconcile.column.differs"), Look.WRAP, 12),
        Column(say("reconcile.column.place_ours"), Look.WRAP, 30),
        Column(say("reconcile.column.place_theirs"), Look.WRAP, 30),
    )
    rows = tuple(
        (
            _sort(one.theirs), one.ours.number, one.theirs.number, one.ours.day, one.theirs.day, one.ours.amount,
            one.theirs.amount, one.theirs.amount - one.ours.amount, _differs(one), one.ours.place, one.theirs.place,
        )
        for one in pairs
    )  # fmt: skip
    return Table(columns, rows, empty=say("reconcile.nothing"))


def _differs(pair: Pair) -> Text:
    texts = tuple(say(f"reconcile.differs_in.{name}") for name in pair.differs)
    return say("list.lines", items=texts) if texts else ""


# ------------------------------------------------------------------ the letter


def differences_notice(vendor: str, currency: str, found: Reconciliation, attach: str) -> Notice:
    """The balances and what lies between them, to finance; where nothing does, one line that says so."""
    values = {"vendor": vendor, "ours": found.ours_closing, "theirs": found.theirs_closing, "currency": currency}
    if found.agrees:
        return Notice("finance", say("reconcile.notice.agrees", **values), (), "info", (attach,), None,
                      say("reconcile.notice.sign"))  # fmt: skip
    headline = say(
        "reconcile.notice.headline", **values, difference=found.theirs_closing - found.ours_closing,
        own=len(found.ours), other=len(found.theirs), differing=len(found.differing),
    )  # fmt: skip
    steps = sorted(bridge(found), key=lambda step: -abs(step.amount))[:MOST_TOLD]
    lines = tuple(
        say("reconcile.notice.line", step=say(f"reconcile.step.{step.cause}"), amount=step.amount, which=_which(step))
        for step in steps
    )
    return Notice("finance", headline, lines, "warning", (attach,), None, say("reconcile.notice.next"))
