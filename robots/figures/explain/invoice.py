"""An invoice: every line of it that sheets carried or that is held, step by step, what is stopped and why, and its rows
in the register."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from robots.figures.batches import FREE, HELD, state_told
from robots.figures.controls import edit_seen
from robots.figures.explain.life import life
from robots.figures.explain.payment import due_told, told, waterfall
from robots.figures.explain.reference import InvoiceOf
from robots.figures.explain.shown import PLACE, Fields, cells_of, given, money
from robots.figures.holds import is_claim, parts_kept, reasons_told, stopped_by
from robots.figures.lines import records
from robots.figures.refusals import line_of_row, refusals_told
from robots.figures.settlement import Part
from robots.ledger import Ledger, frame
from robots.model.decisions import Column, Look, Table
from robots.model.explanation import Explanation
from robots.model.money import ZERO
from robots.model.words import Text, say
from robots.rules import Rules

Row = dict[str, Any]
_LINES = (
    Column(say("column.payment_key"), Look.TEXT, 27),
    Column(say("column.order"), Look.WRAP, 16),
    Column(say("column.net"), Look.MONEY, 14),
    Column(say("column.state"), Look.TEXT, 10),
    Column(say("column.batch"), Look.TEXT, 16),
    Column(say("column.due_on"), Look.TEXT, 12),
)
_HELD = (
    Column(say("column.order"), Look.WRAP, 16),
    Column(say("column.stopped"), Look.MONEY, 14),
    Column(say("column.to_claim"), Look.MONEY, 14),
    Column(say("column.reason"), Look.WRAP, 24),
    Column(say("column.release"), Look.WRAP, 40),
    PLACE,
)
_CLAIM = 2  # its column stands only where there is anything to claim


def explain_invoice(asked: InvoiceOf, ledger: Ledger, rules: Rules, fields: Fields) -> Explanation:
    """All of an invoice: each line with its waterfall, what is stopped, and the rows that were dropped."""
    lines, held = _of(asked, ledger, "payables"), _of(asked, ledger, "holds")
    names = [one for one, name in ledger.names.items() if name == asked.vendor] or [asked.vendor]
    written = records(frame(ledger.history.invoices_named(names, asked.invoice_no)))
    refused = refusals_told(ledger)
    sentences = (
        *_of_register(asked, written, ledger, rules.currency),
        *(() if lines or held or not written else (say("explain.invoice.nothing", since=rules.settle_from),)),
        *(one.told for line in dict.fromkeys(map(line_of_row, lines)) for one in refused.get(line, ())),
        *dict.fromkeys(due for row in lines if (due := due_told(row, ledger, rules))),
    )
    tables = (
        *_lines(lines, rules), *_held(held), *_waterfalls(lines, ledger),
        *life(lines, ledger, bool(rules.people.approvers)), *cells_of({"invoices": written}, fields),
    )  # fmt: skip
    title = say("explain.invoice.title", vendor=asked.vendor, invoice=asked.invoice_no)
    facts = tuple(_facts(asked, lines, held, written, rules.currency))
    return Explanation("invoice", title, facts, sentences, tables)


def _of(asked: InvoiceOf, ledger: Ledger, table: str) -> list[Row]:
    rows = ledger.said(table)
    same = rows["invoice_no"].str.upper() == asked.invoice_no.upper()
    return records(rows[same & (rows["vendor"] == asked.vendor)])


def _of_register(asked: InvoiceOf, written: list[Row], ledger: Ledger, home: str) -> Iterator[Text]:
    """Since when the register has it no more; and what was edited after a sheet had carried it."""
    if not written:
        gone = [row for row in records(ledger.gone_invoices(asked.invoice_no)) if row["vendor"] == asked.vendor]
        for row in gone[-1:]:
            yield say("explain.invoice.gone", gross=money(row["gross"], row["currency"], home), day=row["day"],
                      name=row["name"], owner=given(row["owner"]), sheet=row["sheet"], row=row["row"])  # fmt: skip
    for row in records(ledger.edits("")):
        if given(row["invoice_no"]) == asked.invoice_no and row["vendor"] == asked.vendor:
            yield say("explain.invoice.edited", edit=edit_seen(row))


def _facts(
    asked: InvoiceOf, lines: list[Row], held: list[Row], written: list[Row], home: str
) -> Iterator[tuple[Text, Any]]:
    yield say("column.vendor"), asked.vendor
    yield say("column.invoice_no"), asked.invoice_no
    currency = next((one for row in (*lines, *held, *written) if (one := given(row["currency"]))), None)
    if written:
        billed = sum((row["gross"] for row in written if given(row["gross"]) is not None), ZERO)
        yield say("fact.billed"), money(billed, currency, home)
    on_sheets = sum((row["net"] for row in lines if row["state"] not in FREE), ZERO)
    yield say("fact.on_sheets"), money(on_sheets, currency, home)
    sums = [stopped_by(row) for row in held]
    yield say("column.stopped"), money(sum((stopped for stopped, _ in sums), ZERO), currency, home)
    if claim := sum((claim for _, claim in sums), ZERO):
        yield say("column.to_claim"), money(claim, currency, home)


def _order(row: Row) -> str:
    return f"{given(row['order_id']) or ''}/{given(row['line']) or ''}".strip("/")


def _lines(lines: list[Row], rules: Rules) -> Iterator[Table]:
    is_approved = bool(rules.people.approvers)
    rows = tuple(
        (row["payment_key"], _order(row), row["net"], state_told(row["state"], is_approved),
         given(row["batch"]) or "", given(row["due_on"]) or "")
        for row in lines
    )  # fmt: skip
    if rows:
        yield Table(_LINES, rows, say("explain.invoice.lines"))


def _held(held: list[Row]) -> Iterator[Table]:
    """What is stopped, part by part with the reasons of each, or is to be set off or claimed back."""
    parts = [(row, part) for row in held for part in parts_kept(row)]
    keep = [index for index in range(len(_HELD)) if index != _CLAIM or any(is_claim(part) for _, part in parts)]
    rows = tuple(tuple(_cells(row, part)[index] for index in keep) for row, part in parts)
    if rows:
        yield Table(tuple(_HELD[index] for index in keep), rows, say("explain.invoice.held"))


def _cells(row: Row, part: Part) -> tuple[Any, ...]:
    amounts = (None, abs(part.amount)) if is_claim(part) else (part.amount, None)
    reasons = (reasons_told(part.reasons, what) for what in ("name", "release"))
    return _order(row), *amounts, *reasons, given(row["evidence"]) or ""


def _waterfalls(lines: list[Row], ledger: Ledger) -> Iterator[Table]:
    """What is held whole has none: nothing of it is payable."""
    for row in lines:
        if row["state"] != HELD:
            steps = told(row, ledger) or waterfall(row)
            title = say("explain.invoice.waterfall", order=_order(row), batch=given(row["batch"]))
            yield Table(steps.columns, steps.rows, title)
