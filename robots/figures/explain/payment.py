"""A payment: the waterfall from what was invoiced to what is payable, its rows (invoice, order, deliveries), and what
the bank said of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from robots.figures.batches import state_told
from robots.figures.explain.life import life
from robots.figures.explain.reference import PaymentOf
from robots.figures.explain.shown import PLACE, Fields, cells_of, given, money
from robots.figures.lines import records
from robots.figures.refusals import line_of_row, refusals_told
from robots.figures.returns import QUIET, SETTLING
from robots.figures.settlement import STEPS
from robots.ledger import Ledger, frame
from robots.model.decisions import Column, Look, Table
from robots.model.explanation import Explanation
from robots.model.words import Say, Text, say
from robots.rules import Rules

Row = dict[str, Any]
_ADDED = ("gross", "bonus")
_STEPS = (
    Column(say("column.step"), Look.TEXT, 26),
    Column(say("column.amount"), Look.MONEY, 16),
)
_ANSWERS = (
    Column(say("returns.column.outcome"), Look.WRAP, 18),
    Column(say("returns.column.amount"), Look.MONEY, 16),
    Column(say("returns.column.paid_on"), Look.DATE, 12),
    Column(say("returns.column.reference"), Look.TEXT, 20),
    Column(say("returns.column.reason"), Look.WRAP, 26),
    PLACE,
)
# Hold → the dated numbers that it rests on.
_LIMITS = {
    "PRICE": ("price_tolerance_rate", "price_tolerance_cap"),
    "OVER_ORDER": ("over_delivery_rate",),
    "SAME_AMOUNT": ("soft_duplicate_days",),
    "BANK_CHANGE": ("bank_change_hours",),
}


def explain_payment(asked: PaymentOf, ledger: Ledger, rules: Rules, today: date, fields: Fields) -> Explanation:
    """A payable as it is kept: every step signed, so that the column adds up to the last line."""
    row = asked.row
    rows = _sources(row, ledger)
    sentences = (
        say("explain.payment.formula"),
        *(say("explain.payment.held", reason=say(f"hold.{one}.name"), release=say(f"hold.{one}.release"))
          for one in (given(row["hold_reason"]) or "").split(",") if one),
        *(one.told for one in refusals_told(ledger).get(line_of_row(row), ())),
        *((due,) if (due := due_told(row, ledger, rules)) else ()),
        *limits_told(row, rules, today),
    )  # fmt: skip
    title = say("explain.payment.title", vendor=row["vendor"], invoice=row["invoice_no"])
    lived = life([row], ledger, bool(rules.people.approvers))
    tables = (told(row, ledger) or waterfall(row), *lived, *answered(row, ledger), *cells_of(rows, fields))
    return Explanation("payment", title, tuple(_facts(row, rules)), sentences, tables)


def _facts(row: Row, rules: Rules) -> Iterator[tuple[Text, Any]]:
    yield say("column.payment_key"), row["payment_key"]
    yield say("column.vendor"), row["vendor"]
    yield say("column.invoice_no"), row["invoice_no"]
    if given(row["order_id"]):
        yield say("column.order"), f"{row['order_id']}/{given(row['line']) or '1'}"
    yield say("column.state"), state_told(row["state"], bool(rules.people.approvers))
    yield say("column.net"), money(row["net"], given(row["currency"]), rules.currency)
    if given(row["batch"]):
        yield say("column.batch"), row["batch"]
    if given(row["due_on"]):
        yield say("column.due_on"), date.fromisoformat(row["due_on"])


def limits_told(row: Row, rules: Rules, today: date) -> Iterator[Text]:
    """The numbers behind what holds a line, each on the ground of the entry that set it. What a step rests on, the step
    says."""
    for reason in (given(row["hold_reason"]) or "").split(","):
        for name in _LIMITS.get(reason, ()):
            yield _clause(say("explain.payment.limit", name=name, value=getattr(rules.settlement(today), name)),
                          name, rules, today)  # fmt: skip


def due_told(row: Row, ledger: Ledger, rules: Rules) -> Text | None:
    """Why a line is due on its day: the contract's days, the limit for small vendors, or the usual days; None where
    none of them makes this day (a retention, rows that have changed since)."""
    if not given(row["due_on"]):
        return None
    sources = _sources(row, ledger)
    came = [given(one["accepted_on"]) or one["delivered_on"] for one in sources.get("deliveries", [])]
    billed = [one["invoiced_on"] for one in sources["invoices"]]
    return next((text for day, text in _due_days(row, came, billed, sources, ledger, rules)
                 if day == date.fromisoformat(row["due_on"])), None)  # fmt: skip


def _due_days(
    row: Row, came: list[date], billed: list[date], sources: dict[str, list[Row]], ledger: Ledger, rules: Rules
) -> Iterator[tuple[date, Text]]:
    contract = _contract_of(sources, ledger)
    agreed, starts = given(contract.get("payment_days")), {*came, *billed}
    if agreed is not None:
        text = say("explain.payment.due_agreed", days=int(agreed), contract=contract["contract_id"])
        yield from ((start + timedelta(days=int(agreed)), text) for start in starts)
    for day in billed:
        numbers = rules.settlement(day)
        if _is_small(row, ledger):
            days = numbers.sme_payment_days
            text = _clause(say("explain.payment.due_small", days=days), "sme_payment_days", rules, day)
            yield from ((start + timedelta(days=days), text) for start in came)
        if agreed is None:
            days = numbers.payment_days
            text = _clause(say("explain.payment.due_usual", days=days), "payment_days", rules, day)
            yield from ((start + timedelta(days=days), text) for start in starts)


def _clause(what: Say, name: str, rules: Rules, day: date) -> Say:
    since, reference = rules.origin("settlement", day, lambda values: getattr(values, name))
    return say("explain.payment.clause", what=what, since=since, reference=reference)


def _contract_of(sources: dict[str, list[Row]], ledger: Ledger) -> Row:
    number = next((given(one["contract_id"]) for one in sources.get("orders", [])), None)
    contracts = ledger.table("contracts")
    return next(iter(records(contracts[contracts["contract_id"] == number])), {}) if number else {}


def _is_small(row: Row, ledger: Ledger) -> bool:
    vendors = ledger.table("vendors")
    return any(given(one["sme"]) for one in records(vendors[vendors["vendor"] == row["vendor"]]))


def told(row: Row, ledger: Ledger) -> Table | None:
    """The steps as the paymaster took them, each with its clause or rule and the row that it rests on; none of a line
    that no sheet carried, and none of sheets older than these."""
    kept = ledger.said("waterfalls")
    steps = records(kept[kept["payment_key"] == row["payment_key"]].sort_values("n"))
    rows = tuple((say(f"step.{s['step']}"), s["amount"], s["because"], s["place"]) for s in steps)
    columns = (*_STEPS, Column(say("column.clause"), Look.WRAP, 60), Column(say("column.evidence"), Look.WRAP, 40))
    total = (say("column.net"), row["net"], "", "")
    return Table(columns, (*rows, total), say("explain.payment.waterfall")) if rows else None


def waterfall(row: Row) -> Table:
    """The amounts of a payable that are there, step by step, and what is left."""
    steps = tuple(
        (say(f"column.{name}"), row[name] if name in _ADDED else -row[name])
        for name in STEPS
        if row[name] or name == "gross"
    )
    return Table(_STEPS, (*steps, (say("column.net"), row["net"])), say("explain.payment.waterfall"))


def answered(row: Row, ledger: Ledger) -> Iterator[Table]:
    """What the bank's rows came to that speak of this line, oldest first, each with its place."""
    kept = records(ledger.said("returns"))
    mine = [one for one in kept if row["payment_key"] in one["payment_keys"].split(",")]
    lines = tuple(
        (_outcome(one["outcome"]), one["amount"], date.fromisoformat(one["paid_on"]),
         given(one["bank_reference"]) or "", given(one["reason"]) or "", one["source"])
        for one in sorted(mine, key=lambda one: (one["paid_on"], one["outcome"] not in SETTLING, one["source"]))
    )  # fmt: skip
    if lines:
        yield Table(_ANSWERS, lines, say("explain.payment.answers"))


def _outcome(outcome: str) -> Text:
    if outcome in SETTLING:
        return say(f"state.{outcome}")
    return say(f"explain.payment.{outcome}" if outcome in QUIET else f"returns.problem.{outcome}.name")


def _sources(row: Row, ledger: Ledger) -> dict[str, list[Row]]:
    """The rows that the line rests on, by kind."""
    names = [one for one, name in ledger.names.items() if name == row["vendor"]] or [row["vendor"]]
    found = {"invoices": ledger.history.invoices_named(names, row["invoice_no"])}
    if given(row["order_id"]):
        found |= ledger.history.rows_of_line(row["order_id"], given(row["line"]) or "1")
    return {kind: records(frame(rows)) for kind, rows in found.items()}
