"""What was accepted of a vendor's: pieces that were delivered, work that is counted, and milestones that passed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from robots.figures.lines import judged, order_lines, records
from robots.figures.settlement import OrderLine, accept_work, milestone_book, order_book
from robots.figures.settlement.terms import given, text
from robots.ledger import Ledger
from robots.model.money import ZERO, cents
from robots.rules import Rules, Work

Owner = tuple[str, str]


@dataclass(frozen=True)
class Accepted:
    """What was delivered and accepted, or done and accepted: so many at the order's price, net of tax."""

    day: date
    order_id: str
    line: str
    item: str
    quantity: Decimal
    unit: str
    price: Decimal

    @property
    def amount(self) -> Decimal:
        """Net, to the cent."""
        return cents(self.quantity * self.price)


def accepted_of(
    ledger: Ledger, vendors: Collection[str] | None, since: date, until: date, rules: Rules
) -> dict[Owner, tuple[Accepted, ...]]:
    """By vendor and currency what was accepted in some days, of some vendors or of all, in the order of its days."""
    found: dict[Owner, list[Accepted]] = defaultdict(list)
    orders = of_vendors(ledger.table("orders"), vendors)
    for some in (
        _deliveries(orders, ledger.table("deliveries"), rules.currency, since),
        _work(ledger, orders, until, rules),
        _milestones(ledger, vendors, until, rules.currency),
    ):
        for owner, one in some:
            if since <= one.day <= until:
                found[owner].append(one)
    return {
        owner: tuple(sorted(mine, key=lambda one: (one.day, one.order_id, one.line))) for owner, mine in found.items()
    }


def of_vendors(table: pd.DataFrame, vendors: Collection[str] | None) -> pd.DataFrame:
    """The rows of some vendors, or all."""
    return table if vendors is None else table[table["vendor"].isin(list(vendors))]


def _deliveries(
    orders: pd.DataFrame, deliveries: pd.DataFrame, home: str, since: date
) -> Iterator[tuple[Owner, Accepted]]:
    """Accepted pieces by the day they were accepted on, else the day they came."""
    recent = deliveries["accepted_on"].fillna(deliveries["delivered_on"]) >= since
    came = judged(deliveries[recent & deliveries["order_id"].isin(orders["order_id"])])
    wanted = orders[orders["order_id"].isin(came["order_id"])]
    of_line = {(row["order_id"], row["line"]): row for row in records(wanted)}
    for row in records(came):
        order = of_line.get((row["order_id"], row["line"]))
        if order is not None and given(row["accepted"]) and row["accepted"] > 0:
            day = row["accepted_on"] if given(row["accepted_on"]) else row["delivered_on"]
            yield _owner(order, home), _of_order(order, day, row["accepted"], order["unit_price"])


def _owner(order: dict[str, Any], home: str) -> Owner:
    return order["vendor"], text(order["currency"]) or home


def _of_order(order: dict[str, Any], day: date, quantity: Decimal, price: Decimal) -> Accepted:
    item = text(order["item"]) or text(order["description"])
    return Accepted(day, order["order_id"], order["line"], item, quantity, text(order["unit"]), price)


# ------------------------------------------------------------------ work that is counted


def _work(ledger: Ledger, orders: pd.DataFrame, until: date, rules: Rules) -> Iterator[tuple[Owner, Accepted]]:
    """Hours, or whatever stands for receipts by the rules, of each day, as they count for the lines of orders."""
    counted = rules.settlement(until)
    mine = _counted(ledger, orders, counted.work) if counted.work else orders.iloc[:0]
    if not len(mine):
        return
    vendors = set(mine["vendor"].unique())
    measured, tickets = (of_vendors(ledger.table(name), vendors) for name in ("measurements", "tickets"))
    deliveries = ledger.table("deliveries")
    came = judged(deliveries[deliveries["order_id"].isin(mine["order_id"])])
    contracts = ledger.table("contracts")
    signed = contracts[contracts["contract_id"].isin(mine["contract_id"])]
    book = order_book(order_lines(mine, came, until), came, signed, ledger.table("changes"))
    lines = [line for some in book.values() for line in some if not line.has_arrived]
    accept_work(book, measured, tickets, counted, until)
    of_line = {(row["order_id"], row["line"]): row for row in records(mine)}
    for line in lines:
        order = of_line[line.order_id, line.line]
        for day, quantity in _by_day(line).items():
            yield (line.vendor, line.currency or rules.currency), _of_order(order, day, quantity, line.price)


def _counted(ledger: Ledger, orders: pd.DataFrame, work: dict[str, Work]) -> pd.DataFrame:
    """All orders of vendors of whom the rules count any work: an entry that names no order finds its own among them."""
    contracts, names = ledger.table("contracts"), list(work)
    ids = contracts[contracts["category"].isin(names) | contracts["contract_id"].isin(names)]["contract_id"]
    is_counted = orders["category"].isin(names) | orders["contract_id"].isin(list({*ids, *names}))
    return orders[orders["vendor"].isin(orders[is_counted]["vendor"].unique())]


def _by_day(line: OrderLine) -> dict[date, Decimal]:
    found: dict[date, Decimal] = defaultdict(lambda: ZERO)
    for one in line.accepted:
        found[one.day] += one.quantity
    return found


# ------------------------------------------------------------------ milestones


def _milestones(
    ledger: Ledger, vendors: Collection[str] | None, until: date, home: str
) -> Iterator[tuple[Owner, Accepted]]:
    """Each milestone that passed, whole, at what it earns net of tax."""
    milestones = ledger.table("milestones")
    if not len(milestones):
        return
    contracts = ledger.table("contracts")
    if vendors is not None:
        signed = of_vendors(contracts, vendors)["contract_id"]
        mine = milestones["vendor"].isin(list(vendors)) | milestones["contract_id"].isin(signed)
        milestones = milestones[mine]
        contracts = contracts[contracts["contract_id"].isin(milestones["contract_id"])]
    book = milestone_book(milestones, contracts, ledger.table("changes"), until)
    for line in (line for some in book.values() for line in some):
        for one in line.accepted if vendors is None or line.vendor in vendors else ():
            price = cents(line.price)
            done = Accepted(one.accepted_on or one.day, line.order_id, line.line, line.line, one.quantity, "", price)
            yield (line.vendor, line.currency or home), done
