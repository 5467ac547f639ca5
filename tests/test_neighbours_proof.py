"""Two vendors, whose books never touch (RULES 7): neither an invoice number, nor an order, nor a contract's number that
both use moves a cent from the one to the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from robots.crew.paymaster.rows import set_off
from robots.figures.lines import judged, order_lines, records
from robots.figures.settlement import Payable, Terms, accept_work, agreements, milestone_book, order_book, settle
from tests.dealings import FIRST, LAST, Dealings, by_hand, rules_of, table
from tests.histories import examples
from tests.naive_settlement import STEPS, same
from tests.neighbours import ONE, OTHER, Party, pairs, rows_of

D = Decimal
Row = dict[str, Any]
VENDORS = {party.vendor: {"bank_account": party.account} for party in (ONE, OTHER)}


def settled(papers: Dealings, tables: Mapping[str, Sequence[Row]]) -> list[Payable]:
    """What becomes of every row of these tables."""
    found = {kind: table(kind, rows) for kind, rows in tables.items()}
    rules, deliveries = rules_of(papers), judged(found["deliveries"])
    book = order_book(order_lines(found["orders"], deliveries, LAST), deliveries, found["contracts"])
    accept_work(book, found["measurements"], found["tickets"], rules, LAST)
    services = milestone_book(found["milestones"], found["contracts"], None, LAST)
    terms = Terms(rules, "CNY", date(2026, 1, 1), FIRST)
    return list(settle(book, records(found["invoices"]), VENDORS, terms, services,
                       contracts=agreements(found["contracts"], None)))  # fmt: skip


def told(owed: Iterable[Payable], party: Party) -> list[tuple[Any, ...]]:
    """The amounts of a vendor's rows, with the names that the first vendor's would have."""
    mine = (p for p in owed if p.vendor == party.vendor)
    return sorted((same(p.invoice_no), *(getattr(p, name) for name in STEPS if name != "tax")) for p in mine)


def expected(papers: Dealings, party: Party) -> list[tuple[Any, ...]]:
    """The same by the second settlement, which has never heard of the other vendor."""
    steps = by_hand(papers, vendor=party.vendor)
    return sorted((one["number"], *(one[name] for name in STEPS if name != "tax")) for one in steps)


@examples(15)
@given(pairs())
def test_what_two_vendors_share_but_the_ledger_moves_no_cent_between_them(papers: tuple[Dealings, Dealings]) -> None:
    one, other = (rows_of(mine, party) for mine, party in zip(papers, (ONE, OTHER), strict=True))
    owed = settled(papers[0], {kind: [*one[kind], *other[kind]] for kind in one})
    for mine, party in zip(papers, (ONE, OTHER), strict=True):
        assert told(owed, party) == expected(mine, party)


@examples(6)
@given(pairs())
def test_who_names_another_vendor_s_contract_is_not_paid_by_it_and_offsets_none_of_its_advance(
    papers: tuple[Dealings, Dealings],
) -> None:
    mine, other = papers
    stranger = replace(OTHER, contract=ONE.contract)
    one, two = rows_of(mine, ONE), rows_of(other, stranger) | {"contracts": [], "milestones": []}
    owed = settled(mine, {kind: [*one[kind], *two[kind]] for kind in one})
    assert told(owed, ONE) == expected(mine, ONE)
    assert not any(p.net or p.advance_offset for p in owed if p.vendor == OTHER.vendor)


sums = st.builds(
    lambda vendor, currency, net: {"vendor": vendor, "currency": currency, "net": D(net)},
    st.sampled_from([ONE.vendor, OTHER.vendor]), st.sampled_from(["CNY", "USD"]), st.integers(-9, 9),
)  # fmt: skip


@given(st.lists(sums, max_size=8))
def test_a_credit_note_is_set_off_against_its_own_vendor_in_its_own_currency_alone(rows: list[Row]) -> None:
    piles: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        piles.setdefault((row["vendor"], row["currency"]), []).append(row)
    alone = [row for mine in piles.values() for row in mine if sum(one["net"] for one in mine) > 0]
    put, waits = set_off(rows)
    assert sorted(put, key=rows.index) == sorted(alone, key=rows.index)
    assert len(put) + len(waits) == len(rows)
