"""付款申请单: the payment sheet by vendor to sign, the waterfall of every line, and what is held and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain

import pandas as pd

from robots.crew.paymaster.again import refused_before, refused_table
from robots.crew.paymaster.causes import cause_table
from robots.crew.paymaster.rows import AMOUNTS, Row, bank_payments, in_order, listed
from robots.crew.paymaster.sorts import (
    RELEASED,
    SORT,
    given_back,
    gives_back,
    invoiced,
    pays_ahead,
    sort_told,
    sorts_told,
)
from robots.figures.approvals import Refusal
from robots.figures.clock import default_interest
from robots.figures.holds import Stopped, reasons_told, stopped_parts
from robots.figures.lines import order_line
from robots.figures.settlement import STEPS, Payable
from robots.model.decisions import Column, Look, Notice, Sheet, Table, Workbook
from robots.model.money import ZERO, in_words
from robots.model.words import Text, say
from robots.rules import Settlement


def payment_sheet(
    proposed: Sequence[Row],
    steps: Sequence[Row],
    stopped: Sequence[Payable],
    batch: str,
    vendors: Mapping[str, Row],
    currency: str,
    today: date,
    notes: Sequence[Text],
    terms: Settlement,
    refused: Mapping[str, Sequence[Refusal]],
) -> Workbook:
    """付款申请单: the vendors to sign for, each line's waterfall by vendor, the cause of every step, what is held.

    `steps` are rows of waterfalls, of these lines and perhaps of others; `refused`: payment key → what was said against
    that line before.
    """
    by_vendor: dict[str, list[Row]] = defaultdict(list)
    for row in in_order(proposed):
        by_vendor[row["vendor"]].append(row)
    total = sum((row["net"] for row in proposed), ZERO)
    facts = (
        (say("fact.batch"), batch),
        (say("fact.date"), today),
        (say("fact.payment_lines"), len(proposed)),
        (say("fact.bank_payments"), bank_payments(proposed)),
        (say("fact.total", currency=currency), total),
        *words_of(total, currency),
    )
    again = [table] if (table := refused_table([*chain.from_iterable(by_vendor.values())], refused)) else []
    signatures = tuple(say(f"sign.{who}") for who in ("applicant", "department", "finance", "approver"))
    more = (*_parts_note(proposed, steps), *sorts_told(proposed, currency))
    front = Sheet(
        say("sheet.payment"), say("title.payment"), facts, (_vendor_table(by_vendor, vendors), *again),
        notes=(_formula(proposed), *more, *notes), signatures=signatures,
    )  # fmt: skip
    lines = Sheet(
        say("sheet.payment_lines"), say("title.payment_lines", batch=batch), facts[2:5:2],
        tuple(_line_tables(by_vendor, today, terms, refused)),
        groups=say("payment.all_vendors"),
    )  # fmt: skip
    reasons = Sheet(
        say("sheet.causes"), say("title.causes", batch=batch), (), (cause_table(by_vendor, steps),),
        notes=(say("payment.causes_note"),),
    )  # fmt: skip
    holds = Sheet(say("sheet.holds"), say("title.holds"), (), (_hold_table(stopped),))
    return Workbook("payments", say("file.payment", batch=batch), (front, lines, reasons, holds))


def _formula(proposed: Sequence[Row]) -> Text:
    """What the columns come to."""
    return say("payment.note_released" if gives_back(proposed) else "payment.note")


def _parts_note(proposed: Sequence[Row], steps: Sequence[Row]) -> tuple[Text, ...]:
    """Why an amount is not the invoice's own: an earlier sheet has carried some of it, or a credit note takes some."""
    keys = {row["payment_key"] for row in proposed}
    is_part = any(step["step"] in ("carried", "credit") for step in steps if step["payment_key"] in keys)
    return (say("payment.parts_note"),) if is_part else ()


def words_of(total: Decimal, currency: str) -> tuple[tuple[Text, str], ...]:
    """人民币大写, where it is renminbi."""
    return ((say("fact.in_words"), in_words(total)),) if currency == "CNY" else ()


def _vendor_table(by_vendor: Mapping[str, list[Row]], vendors: Mapping[str, Row]) -> Table:
    columns = (
        Column(say("column.no"), Look.INTEGER, 5),
        Column(say("column.payee"), Look.WRAP, 30),
        Column(say("column.bank_name"), Look.WRAP, 28),
        Column(say("column.bank_account"), Look.TEXT, 24),
        Column(say("column.lines"), Look.INTEGER, 7),
        Column(say("column.earliest_due"), Look.DATE, 12),
        Column(say("column.gross_now"), Look.MONEY, 15),
        *((RELEASED,) if (back := gives_back([*chain.from_iterable(by_vendor.values())])) else ()),
        Column(say("column.deducted"), Look.MONEY, 14),
        Column(say("column.net"), Look.MONEY, 15),
    )
    rows = []
    for number, (vendor, mine) in enumerate(by_vendor.items(), 1):
        billed, released = (sum(map(part, mine), ZERO) for part in (invoiced, given_back))
        net = sum((row["net"] for row in mine), ZERO)
        amounts = billed, *((released,) if back else ()), billed + released - net, net
        earliest = min((row["due_on"] for row in mine if row["due_on"]), default=None)
        bank = vendors.get(vendor, {}).get("bank_name")
        bank_name = "" if pd.isna(bank) else bank
        rows.append((number, vendor, bank_name, mine[0]["bank_account"], len(mine), earliest, *amounts))
    return Table(columns, tuple(rows), total=(4, *range(6, len(columns))))


_NAMES = Column(say("column.invoice_no"), Look.TEXT, 22), Column(say("column.order"), Look.WRAP, 15)
_BILLED = Column(say("column.gross_now"), Look.MONEY, 14)
_TAKEN = (
    *(Column(say(f"column.{name}"), Look.MONEY, 12) for name in STEPS if name != "gross"),
    Column(say("column.net"), Look.MONEY, 14),
)
_LAST = (
    Column(say("column.due_on"), Look.DATE, 11),
    Column(say("column.interest"), Look.MONEY, 11),
    Column(say("column.payment_key"), Look.TEXT, 27, paper=False),
)
_BEFORE = Column(say("form.word.refused_before"), Look.WRAP, 40, paper=False)  # on paper it stands on the first page


def _line_tables(
    by_vendor: Mapping[str, list[Row]], today: date, terms: Settlement, refused: Mapping[str, Sequence[Refusal]]
) -> Iterator[Table]:
    every = [*chain.from_iterable(by_vendor.values())]
    mixed, back = pays_ahead(every), gives_back(every)  # what is paid back has a column of its own
    names, money = (*_NAMES, *((SORT,) if mixed else ())), (_BILLED, *((RELEASED,) if back else ()), *_TAKEN)
    columns = (*names, *money, *_LAST, *((_BEFORE,) if refused else ()))
    for number, (vendor, mine) in enumerate(by_vendor.items(), 1):
        rows = tuple(
            (
                row["invoice_no"], order_line(row["order_id"], row["line"]), *((sort_told(row),) if mixed else ()),
                invoiced(row), *((given_back(row),) if back else ()), *(row[name] for name in AMOUNTS[1:]),
                row["due_on"], default_interest(row["net"], row["due_on"], today, terms),
                row["payment_key"], refused_before(refused.get(row["payment_key"], ())),
            )[: len(columns)]
            for row in mine
        )  # fmt: skip
        heading = say("payment.vendor", number=number, vendor=vendor, account=mine[0]["bank_account"])
        sums = tuple(range(len(names), len(names) + len(money)))
        yield Table(columns, rows, heading, total=sums, continues=number > 1)


def _hold_table(stopped: Sequence[Payable]) -> Table:
    lines = [(p, stopped_parts(p)) for p in sorted(stopped, key=lambda p: (p.vendor, p.invoice_no))]
    has_claims = any(part.claim for _, parts in lines for part in parts)
    columns = (
        Column(say("column.vendor"), Look.WRAP, 28),
        Column(say("column.invoice_no"), Look.TEXT, 23),
        Column(say("column.order"), Look.WRAP, 16),
        Column(say("column.gross"), Look.MONEY, 13),
        Column(say("column.disallowed"), Look.MONEY, 13),
        Column(say("column.held"), Look.MONEY, 13),
        *((Column(say("column.to_claim"), Look.MONEY, 13),) if has_claims else ()),
        Column(say("column.payable"), Look.MONEY, 13),
        Column(say("column.reason"), Look.WRAP, 30),
        Column(say("column.release"), Look.WRAP, 44),
        Column(say("column.evidence"), Look.WRAP, 34),
    )
    amounts = ("disallowed", "held", *(("claim",) if has_claims else ()))
    rows = tuple(
        (
            p.vendor, p.invoice_no, order_line(p.order_id, p.line), p.gross,
            *(sum((getattr(part, name) for part in parts), ZERO) for name in amounts),
            p.net, _why(parts), reasons_told(p.reasons, "release"), listed((p.source, *p.evidence)),
        )
        for p, parts in lines
    )  # fmt: skip
    return Table(columns, rows, empty=say("payment.nothing_held"))


def _why(parts: Sequence[Stopped]) -> Text | None:
    """Why a line is stopped; where it is for several parts, with the amount of each."""
    if len(parts) == 1:
        return parts[0].reasons("name")
    return listed([
        say("hold_list.with_amount", name=one.reasons("name"), amount=abs(one.part.amount)) for one in parts
    ])  # fmt: skip


def _stopped_told(stopped: Sequence[Payable], currency: str) -> Iterator[Text]:
    """How many lines are stopped, and how much; and of credit notes what is to be set off or claimed back."""
    for key, amounts in (
        ("held", [p.stopped for p in stopped if p.stopped > 0]),
        ("claim", [-p.stopped for p in stopped if p.stopped < 0]),
    ):
        if amounts:
            total = sum(amounts, ZERO)
            yield say(f"notice.payment.{key}", count=len(amounts), amount=total, currency=currency)


def payment_notice(
    proposed: list[Row],
    stopped: Sequence[Payable],
    batch: str,
    total: Decimal,
    currency: str,
    notes: Sequence[Text],
    refused: Mapping[str, Sequence[Refusal]],
) -> Notice:
    """To finance: the sheet is there, and what on it was refused before. The last of the notes is what to do next."""
    vendors = len({row["vendor"] for row in proposed})
    words = words_of(total, currency)
    lines: tuple[Text, ...] = tuple(say("notice.payment.words", words=written) for _, written in words)
    lines += (*sorts_told(proposed, currency), *_stopped_told(stopped, currency))
    headline = say(
        "notice.payment.headline",
        batch=batch,
        lines=len(proposed),
        vendors=vendors,
        total=total,
        currency=currency,
    )
    again = refused_table(proposed, refused)
    *warnings, next_step = notes
    severity = "warning" if warnings else "info"
    return Notice("finance", headline, (*lines, *warnings), severity, (f"payment-sheet-{batch}",), again, next_step)
