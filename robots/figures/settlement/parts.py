"""A ledger cut into parts that have nothing to do with each other, to be settled one after the other: what memory holds
follows the largest part, not the ledger.

A bill uses up what its order lines accepted, the advance of their contract, and its own number. Vendors that share an
order, a contract with an advance, a number of the whole country's, or whatever else ties them, are in one part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

import numpy as np
import pandas as pd

from robots.figures.settlement.billing import is_national
from robots.figures.settlement.match import named_orders
from robots.figures.settlement.terms import text
from robots.model.names import identity, invoice_identity

ENOUGH = 5_000  # invoice rows of one part, unless its vendors cannot be parted
Node = tuple[str, str]


class _Ties:
    """Who hangs together with whom: of every bundle one node stands for all (union–find)."""

    def __init__(self) -> None:
        self._above: dict[Node, Node] = {}

    def root(self, node: Node) -> Node:
        """The node that stands for this one's bundle."""
        above = self._above.setdefault(node, node)
        while above != node:
            self._above[node] = self._above[above]
            node, above = above, self._above[above]
        return node

    def tie(self, one: Node, other: Node) -> None:
        """From now on both are in one bundle."""
        self._above[self.root(one)] = self.root(other)


@dataclass(frozen=True)
class Parts:
    """Which part a vendor (by identity) or an order belongs to; parts have the numbers from 0 on."""

    vendors: Mapping[str, int]
    orders: Mapping[str, int]

    def by_vendor(self, table: pd.DataFrame) -> Iterator[pd.DataFrame]:
        """The rows of each part by their vendor."""
        return self.by_owner(table, table["vendor"].map(identity, na_action="ignore"))

    def by_order(self, table: pd.DataFrame) -> Iterator[pd.DataFrame]:
        """The rows of each part by their order; a row of an order that there is not is in none."""
        return self._cut(table, _numbers(table["order_id"], self.orders))

    def by_owner(self, table: pd.DataFrame, owners: pd.Series) -> Iterator[pd.DataFrame]:
        """The rows of each part by their owners' identities; one that nothing is ordered of or billed by is in none."""
        return self._cut(table, _numbers(owners, self.vendors))

    def _cut(self, table: pd.DataFrame, numbers: np.ndarray[Any, Any]) -> Iterator[pd.DataFrame]:
        return (table[numbers == number] for number in range(max(self.vendors.values(), default=-1) + 1))


def parts_of(
    orders: pd.DataFrame,
    invoices: pd.DataFrame,
    contracts: pd.DataFrame,
    milestones: pd.DataFrame,
    tied: Iterable[Collection[str]] = (),
    enough: int = ENOUGH,
) -> Parts:
    """The parts of a ledger. `tied`: vendors that are to be looked at together for another reason."""
    ties = _Ties()
    tied = list(tied)
    for one, other in _pairs_tied(orders, invoices, contracts, milestones):
        ties.tie(one, other)
    for names in tied:
        for first, second in pairwise(names):
            ties.tie(_vendor(first), _vendor(second))
    rows = invoices["vendor"].value_counts(sort=False)
    sizes: dict[Node, int] = defaultdict(int)
    bundles: dict[Node, list[str]] = defaultdict(list)
    for name in dict.fromkeys((*orders["vendor"].unique(), *rows.index, *chain.from_iterable(tied))):
        root = ties.root(_vendor(name))
        bundles[root].append(identity(name))
        sizes[root] += int(rows.get(name, 0))
    vendors = _numbered(bundles, sizes, enough)
    owners = zip(orders["order_id"].tolist(), orders["vendor"].tolist(), strict=True)
    return Parts(vendors, {order_id: vendors[identity(vendor)] for order_id, vendor in owners})


def _numbered(bundles: Mapping[Node, Collection[str]], sizes: Mapping[Node, int], enough: int) -> dict[str, int]:
    """Bundles one after the other into parts, each of which is full before the next is begun."""
    found: dict[str, int] = {}
    number = size = 0
    for root, vendors in bundles.items():
        if size and size + sizes[root] > enough:
            number, size = number + 1, 0
        size += sizes[root]
        found |= dict.fromkeys(vendors, number)
    return found


def _pairs_tied(
    orders: pd.DataFrame, invoices: pd.DataFrame, contracts: pd.DataFrame, milestones: pd.DataFrame
) -> Iterator[tuple[Node, Node]]:
    known = set(orders["order_id"].unique())
    for vendor, order_id in _pairs(orders, "order_id"):
        yield _vendor(vendor), ("order", order_id)
    shared = with_advance(contracts)
    for table in (orders, invoices):
        for vendor, contract_id in _pairs(table[table["contract_id"].isin(shared)], "contract_id"):
            yield _vendor(vendor), ("contract", contract_id)
    for vendor, named in _pairs(invoices, "order_id"):
        yield from ((_vendor(vendor), ("order", one)) for one in named_orders(named, known))
    owners: dict[str, str] = {}  # a number that is unique in the country is one invoice under whatever name
    for vendor, number in _pairs(invoices, "invoice_no"):
        if is_national(told := invoice_identity(number)):
            yield _vendor(owners.setdefault(told, vendor)), _vendor(vendor)
    services = set(milestones["contract_id"].unique())
    for name in ("order_id", "contract_id"):  # a contract's milestones are billed under either
        for vendor, contract_id in _pairs(invoices[invoices[name].isin(services)], name):
            yield _vendor(vendor), ("contract", contract_id)


def with_advance(contracts: pd.DataFrame) -> pd.Series:
    """The ids of contracts of which something was or may be paid in advance."""
    columns = ("advance", "advance_rate", "advance_paid")
    is_any = [(contracts[name] > 0).fillna(False) for name in columns]
    return contracts[np.logical_or.reduce(is_any)]["contract_id"]


def _vendor(name: str) -> Node:
    return "vendor", identity(name)


def _pairs(table: pd.DataFrame, name: str) -> Iterator[tuple[str, str]]:
    pairs = dict.fromkeys(zip(table["vendor"].tolist(), table[name].tolist(), strict=True))
    yield from ((vendor, text(value)) for vendor, value in pairs if text(value))


def _numbers(names: pd.Series, parts: Mapping[str, int]) -> np.ndarray[Any, Any]:
    """The part of every name of a column; below zero for a name that is in none."""
    known = {name: parts.get(name, -1) for name in names.dropna().unique()}
    return np.array([known.get(name, -1) for name in names.tolist()], dtype=np.int64)
