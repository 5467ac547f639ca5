"""Invoices that may be one and the same under two numbers or two names: soft duplicates, for a person to look at.

The hard stop (same vendor, same normalised number) is the match's. Here (RULES 7): same vendor and amount within days;
numbers one edit apart; same amount at another vendor that is paid to the same bank account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from rapidfuzz.distance import OSA

from robots.figures.accounts import account_identity
from robots.figures.settlement.billing import is_red
from robots.model.names import identity, invoice_identity

Row = Mapping[str, Any]
SAME_AMOUNT, NEAR_NUMBER, SAME_PAYEE = "SAME_AMOUNT", "NEAR_NUMBER", "SAME_PAYEE"
_COUNTER = 8  # shorter numbers are somebody's own counter: F-1, F-2 and F-12 are all one edit apart
_MOST = 50  # of bills alike, the latest are enough to look at
_TAIL = 3  # digits that run on within a series: 26…678 and 26…679 are neighbours, not one number mistyped


@dataclass(frozen=True, slots=True)
class Bill:
    """A blue invoice as duplicates are compared. `place`: file › sheet › row; `carried`: a sheet has carried it."""

    key: str
    vendor: str
    number: str
    shown: str
    day: date
    gross: Decimal
    account: str
    place: str
    carried: bool = False
    currency: str = ""

    @classmethod
    def of(cls, row: Row, account: str, carried: Collection[str], currencies: Mapping[str, str], home: str) -> Bill:
        """The bill of an invoice row; `account`: where its vendor is paid to; `carried`: keys that a sheet has had."""
        vendor, number = identity(row["vendor"]), invoice_identity(row["invoice_no"])
        place = f"{row['_file']} › {row['_sheet']} › {row['_row']}"
        key = f"{vendor}|{number}"
        return cls(
            key, vendor, number, row["invoice_no"], row["invoiced_on"], row["gross"], account_identity(account), place,
            key in carried, _currency(row, currencies, home),
        )  # fmt: skip


def _currency(row: Row, currencies: Mapping[str, str], home: str) -> str:
    """The currency that an invoice row names, else its order's, else the home's."""
    own, order = row.get("currency"), row.get("order_id")
    return own if isinstance(own, str) else currencies.get(order if isinstance(order, str) else "", home)


@dataclass(frozen=True)
class Suspect:
    """A later bill that may be an earlier one over again, and by which of the three signs."""

    code: str
    later: Bill
    earlier: Bill


def suspects(bills: Iterable[Bill], days: int, asked: Container[str] | None = None) -> Iterator[Suspect]:
    """Every pair, in the order of the later bill's day and place; two rows of one number are the match's business.
    With `asked`, only pairs whose later bill has one of these keys: of what is paid there is nothing to ask.

    What a sheet has carried comes before what none has: an invoice that is found late, and dated early, is the one to
    look at. Days below zero: a team that bills like amounts all the time does not want to be asked.
    """
    if days < 0:
        return
    ranked = sorted(bills, key=lambda bill: (not bill.carried, bill.day, bill.place))
    seen = _Seen(None if asked is None else (bill for bill in ranked if bill.key in asked))
    for later in ranked:
        for earlier in seen.near(later) if asked is None or later.key in asked else ():
            if earlier.key != later.key and (code := _sign(later, earlier, days)):
                yield Suspect(code, later, earlier)
        seen.add(later)


def _sign(later: Bill, earlier: Bill, days: int) -> str:
    """By which sign two bills look alike, the strongest first; empty where they do not."""
    equal = (later.gross, later.currency) == (earlier.gross, earlier.currency)
    if later.vendor != earlier.vendor:
        return SAME_PAYEE if equal and later.account and later.account == earlier.account else ""
    if is_mistyped(later.number, earlier.number) or (equal and _one_edit(later.number, earlier.number)):
        return NEAR_NUMBER
    return SAME_AMOUNT if equal and abs((later.day - earlier.day).days) <= days else ""


def is_mistyped(one: str, other: str) -> bool:
    """One edit apart (a character more, less, other, or two swapped), and no neighbours in a series.

    >>> is_mistyped("26112000000012345678", "26112000000021345678"), is_mistyped("26112000000012", "26112000000013")
    (True, False)
    >>> is_mistyped("26112000000012", "2611200000012"), is_mistyped("F1", "F12")
    (True, False)
    """
    if min(len(one), len(other)) < _COUNTER:
        return False
    if len(one) == len(other) and one[:-_TAIL] == other[:-_TAIL]:
        return False
    return _one_edit(one, other)


def _one_edit(one: str, other: str) -> bool:
    return bool(OSA.distance(one, other, score_cutoff=1) == 1)


class _Seen:
    """Earlier bills under every handle by which a later one may meet them, so that no bill is compared with all.

    One edit leaves the last five characters as they were, or the first three and the last two; a character more or
    less at the very end is met by leaving out each of the last ones. Handles by which none that is `asked` about can
    be met are not kept.
    """

    def __init__(self, asked: Iterable[Bill] | None = None) -> None:
        self._by: dict[tuple[Any, ...], list[Bill]] = defaultdict(list)
        self._kept = None if asked is None else {handle for bill in asked for handle in _handles(bill)}

    def add(self, bill: Bill) -> None:
        """From now on this bill is an earlier one."""
        for handle in _handles(bill):
            if self._kept is None or handle in self._kept:
                self._by[handle].append(bill)

    def near(self, bill: Bill) -> list[Bill]:
        """The earlier bills worth a closer look, each once, in their order; of many alike the latest."""
        found = {one.place: one for handle in _handles(bill) for one in self._by.get(handle, ())[-_MOST:]}
        return sorted(found.values(), key=lambda one: (one.day, one.place))


def _handles(bill: Bill) -> Iterator[tuple[Any, ...]]:
    number = bill.number
    yield "amount", bill.vendor, bill.gross
    yield "series", bill.vendor, bill.gross, number[:-1]
    if bill.account:
        yield "account", bill.account, bill.gross
    if len(number) >= _COUNTER:
        yield "end", bill.vendor, number[-5:]
        yield "ends", bill.vendor, number[:3], number[-2:]
        for text in dict.fromkeys((number, *(_without(number, at) for at in range(1, _TAIL + 1)))):
            yield "whole", bill.vendor, text


def _without(number: str, at: int) -> str:
    cut = len(number) - at
    return number[:cut] + number[cut + 1 :]


def bills_of(
    invoices: Sequence[Row],
    accounts: Mapping[str, str],
    carried: Collection[str] = (),
    currencies: Mapping[str, str] | None = None,
    home: str = "",
) -> list[Bill]:
    """The blue invoices of a register; `accounts`: vendor → the account that it is paid to; `currencies`: order → its
    own, where it is not the home's."""
    return [
        Bill.of(row, accounts.get(row["vendor"], ""), carried, currencies or {}, home)
        for row in invoices
        if not is_red(row)
    ]
