"""What is owed today: the ledger settled part by part, and of each part only what there is anything to say about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from robots.crew.paymaster.rows import Line, Row, by_line, first_sheets, line_of, tells
from robots.figures.batches import FREE
from robots.figures.bonuses import with_bonuses
from robots.figures.lines import judged, order_lines, records
from robots.figures.settlement import Payable, Terms, accept_work, milestone_book, order_book, parts_of, settle
from robots.figures.settlement.billing import owner_of
from robots.ledger import Ledger
from robots.rules import Rules


@dataclass
class Owing:
    """Payables of which anything is to be put up, is stopped, or was carried too much. `lines`: what sheets carried of
    them before, and what is held."""

    owed: list[Payable] = field(default_factory=list)
    lines: dict[Line, list[Row]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Part:
    """The rows that are settled together."""

    lines: pd.DataFrame
    deliveries: pd.DataFrame
    invoices: pd.DataFrame
    before: pd.DataFrame
    measurements: pd.DataFrame
    tickets: pd.DataFrame


def owing(
    ledger: Ledger,
    before: pd.DataFrame,
    earned: Sequence[Row],
    vendors: Mapping[str, Row],
    tied: Iterable[Collection[str]],
    rules: Rules,
    today: date,
) -> Owing:
    """Everything that is owed and still open. `before`: payment lines as they stand; `earned`: the bonuses there are;
    `vendors`: as they are paid; `tied`: names that are looked at together for more than their orders."""
    contracts, changes = ledger.table("contracts"), ledger.table("changes")
    terms = Terms(rules.settlement(today), rules.currency, rules.settle_from, today, rules)
    services = milestone_book(ledger.table("milestones"), contracts, changes, today)
    found = Owing()
    for part in _parts(ledger, before, tied, today):
        mine = contracts[contracts["contract_id"].isin(part.lines["contract_id"])]
        book = order_book(part.lines, part.deliveries, mine, changes)
        accept_work(book, part.measurements, part.tickets, terms.rules, today)
        rows = records(part.before)
        sheeted = sorted((row for row in rows if row["state"] not in FREE), key=lambda row: row["batch"])
        # accounts that changed are the controls' business
        owed = settle(book, records(part.invoices), vendors, {}, terms, services, first_sheets(sheeted))
        _keep(found, with_bonuses(owed, earned), by_line(rows))
    return found


def _keep(found: Owing, owed: Iterable[Payable], lines: Mapping[Line, list[Row]]) -> None:
    for payable in owed:
        line = line_of(payable)
        mine = lines.get(line, [])
        if tells(payable, mine):
            found.owed.append(payable)
            found.lines[line] = mine


def _parts(ledger: Ledger, before: pd.DataFrame, tied: Iterable[Collection[str]], today: date) -> Iterator[_Part]:
    orders, invoices = ledger.table("orders"), ledger.table("invoices")
    deliveries = judged(ledger.table("deliveries"))
    parts = parts_of(orders, invoices, ledger.table("contracts"), ledger.table("milestones"), tied)
    return map(
        _Part,
        parts.by_order(order_lines(orders, deliveries, today)),
        parts.by_order(deliveries[deliveries["delivered_on"] <= today]),
        parts.by_vendor(invoices),
        parts.by_owner(before, before["invoice_key"].map(owner_of)),
        parts.by_vendor(ledger.table("measurements")),
        parts.by_vendor(ledger.table("tickets")),
    )
