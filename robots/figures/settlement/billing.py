"""What was billed: invoices in the order of their days, repeated ones told apart, each less its credit notes (红字)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from robots.figures.settlement.payable import CREDITED, DUPLICATE, RED_ALONE, RETENTION
from robots.figures.settlement.terms import Row, given, number, place_of, text
from robots.model.money import ZERO, cents
from robots.model.names import identity, invoice_identity

_NATIONAL_DIGITS = 20
_LISTED = re.compile(r"[、,，;；]\s*")  # PO-1、PO-2 in one cell; a blank or a slash may be part of a name


@dataclass(frozen=True)
class Turn:
    """What an invoice keeps for ever: when a sheet carried it first, and, by order and line, what sheets found in order
    of each of its lines, and what of that they took off for an advance or held for it."""

    sheet: str
    lines: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    offsets: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)


_NO_TURN = Turn("~")  # sorts behind the name of every sheet


@dataclass(frozen=True)
class Bill:
    """One row of the invoice register while it is settled: amounts after its credit notes, `hold` where it is stopped
    before any match. `quantity` is None where it bills an amount; `reds` are the credit notes by number and place;
    `again`: of a duplicate, the row that stands; `turn`: what sheets have carried of it."""

    row: Row
    key: str
    gross: Decimal
    quantity: Decimal | None
    net: Decimal | None
    tax: Decimal | None
    credit: Decimal = ZERO
    reds: tuple[tuple[str, str], ...] = ()
    hold: str = ""
    again: Row | None = None
    turn: Turn = _NO_TURN

    @property
    def day(self) -> date:
        """When it was invoiced."""
        day: date = self.row["invoiced_on"]
        return day


def is_red(invoice: Row) -> bool:
    """A credit note (红字)."""
    return bool(invoice["kind"] == "红字" or invoice["gross"] < 0)


def invoice_key(invoice: Row, number_of: str = "invoice_no") -> str:
    """Vendor and invoice number as duplicates are compared, without a limit of years."""
    return f"{identity(invoice['vendor'])}|{invoice_identity(invoice[number_of])}"


def of_invoice(key: str) -> str:
    """The key of the invoice itself, also where a key names what was retained of it.

    >>> of_invoice("甲公司|2611|retention"), of_invoice("甲公司|2611")
    ('甲公司|2611', '甲公司|2611')
    """
    return key.removesuffix(f"|{RETENTION}")


def owner_of(key: str) -> str:
    """The vendor's identity in an invoice key, or in that of what was retained of one.

    >>> owner_of("甲|乙公司|2611"), owner_of("甲公司|2611|retention")
    ('甲|乙公司', '甲公司')
    """
    return of_invoice(key).rpartition("|")[0]  # a number as it is compared has no bars


def bills(invoices: Iterable[Row], carried: Mapping[str, Turn]) -> Iterator[Bill]:
    """Every row that is to be settled: those that a sheet has carried, in the order of sheets, then by their days.

    So an invoice that comes late, dated before others that were paid, cannot take what these were paid for; of one
    sheet those first that the register has no more (`_shown`: their number there), for they are just what was paid. Of
    several rows under one number those come first whose lines a sheet has carried: another one is the duplicate. A
    credit note is offset against its blue invoice, once; what of it finds none is a bill of its own below zero, and
    held.
    """
    keyed = [(invoice_key(row), row) for row in invoices]
    ranked = sorted(keyed, key=lambda one: _ranked(one[1], carried.get(one[0], _NO_TURN)))
    told = [_bill(key, row, again, carried.get(key, _NO_TURN)) for key, row, again in told_apart(ranked)]
    credit = _credits(bill for bill in told if is_red(bill.row) and not bill.hold)
    for bill in told:
        if bill.hold or not is_red(bill.row):
            yield bill if bill.hold else _less(bill, credit.get(bill.key, []))
    blue = {bill.key for bill in told if not is_red(bill.row)}
    for key, notes in credit.items():
        yield from (
            replace(n.bill, gross=-n.left, hold=CREDITED if key in blue else RED_ALONE) for n in notes if n.left
        )


def _ranked(row: Row, turn: Turn) -> tuple[str, bool, bool, date, str, str, int]:
    is_other = bool(turn.lines) and not _overlap(_named(row), turn.lines)
    place = str(row["_file"]), str(row["_sheet"]), row["_row"]
    return turn.sheet, "_shown" not in row, is_other, row["invoiced_on"], *place


def _named(row: Row) -> set[tuple[str, str]]:
    """The orders (or the contract) that a row names, each with its line, blank where it names none."""
    orders = text(row["order_id"]) or text(row.get("contract_id"))
    return {(order, text(row["line"])) for order in _LISTED.split(orders)}


def _bill(key: str, row: Row, again: Row | None, turn: Turn) -> Bill:
    return Bill(
        row, key, cents(row["gross"]), number(row, "quantity"), number(row, "net"), number(row, "tax"),
        hold="" if again is None else DUPLICATE, again=again, turn=turn,
    )  # fmt: skip


def told_apart(ranked: Iterable[tuple[str, Row]]) -> Iterator[tuple[str, Row, Row | None]]:
    """Every row with its key; of a duplicate the row that stands, None where the row is the invoice's own. An invoice
    over several orders stands on several rows of one sheet, same number and day, other orders. Any other row under a
    number that is there already is a duplicate; a number of the whole country's is there already under whatever
    vendor's name."""
    first: dict[str, Row] = {}
    owners: dict[str, tuple[str, Row]] = {}
    parts: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for key, row in ranked:
        part = _named(row)
        if is_national(number := key.rpartition("|")[2]):
            owner, theirs = owners.setdefault(number, (key, row))
            if owner != key:
                yield key, row, theirs
                continue
        head = first.setdefault(key, row)
        is_part = head is row or (_on_one_page(head, row) and not _overlap(part, parts[key]))
        parts[key] |= part
        yield key, row, None if is_part else head


def _overlap(part: Iterable[tuple[str, str]], others: Collection[tuple[str, str]]) -> bool:
    """Is an order line billed by both? A row without a line bills all lines of its order."""
    return any(order == other and (not line or not its or line == its) for order, line in part for other, its in others)


def is_national(number: str) -> bool:
    """Is a number (as duplicates are compared) unique in the country? 全电发票 have 20 digits; so has an older invoice
    where its code of 12 and its number of 8 stand in one cell. Shorter ones are a seller's own, or lack their code.

    >>> is_national("26112000000012345678"), is_national("12345678"), is_national("INV26112000000012345")
    (True, False, False)
    """
    return len(number) == _NATIONAL_DIGITS and number.isascii() and number.isdigit()


def _on_one_page(head: Row, row: Row) -> bool:
    names = ("_file", "_sheet", "invoice_no", "invoiced_on")
    return all(head[name] == row[name] for name in names) and is_red(head) == is_red(row)


# ------------------------------------------------------------------ credit notes


@dataclass
class _Note:
    """A credit note and how much of it no invoice has taken yet."""

    bill: Bill
    left: Decimal


def _credits(reds: Iterable[Bill]) -> dict[str, list[_Note]]:
    """Key of the blue invoice → its credit notes. One that names none stands under its own key, where no blue is."""
    found: dict[str, list[_Note]] = defaultdict(list)
    for bill in reds:
        named = given(bill.row["blue_invoice_no"])
        key = invoice_key(bill.row, "blue_invoice_no") if named else f"red|{bill.key}"
        found[key].append(_Note(bill, abs(bill.gross)))
    return found


def _less(bill: Bill, notes: list[_Note]) -> Bill:
    """A bill less what its credit notes take off it, never more than there is."""
    for note in notes:
        taken = min(note.left, bill.gross)
        if taken > 0 and _may_take(bill, note.bill):
            bill = _reduced(bill, note.bill, taken)
            note.left -= taken
    return bill


def _may_take(blue: Bill, red: Bill) -> bool:
    """A credit note that names an order is for the row of that order."""
    named = text(red.row["order_id"])
    return not named or not text(blue.row["order_id"]) or named == text(blue.row["order_id"])


def _reduced(blue: Bill, red: Bill, taken: Decimal) -> Bill:
    """Quantity and net come off where the note says how many pieces it is for; else what is left is an amount."""
    gross = blue.gross - taken
    pieces = abs(red.quantity) if red.quantity is not None and taken == abs(red.gross) else None
    exact = pieces is not None and blue.quantity is not None and blue.quantity > pieces
    known = exact and blue.net is not None and red.net is not None
    return replace(
        blue,
        gross=gross,
        quantity=blue.quantity - pieces if exact else None,  # type: ignore[operator]  # both are there where exact
        net=blue.net - abs(red.net) if known else None,  # type: ignore[operator,arg-type]  # as above
        tax=None,
        credit=blue.credit + taken,
        reds=(*blue.reds, (red.row["invoice_no"], place_of(red.row))),
    )
