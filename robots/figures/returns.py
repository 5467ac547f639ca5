"""What the bank says it did, matched to the payment lines that it was told to pay (RULES 7): never a guess.

A row of the bank's return names its line by payment key, else by the reference of an earlier row, else by vendor,
amount and day: then exactly one line, or exactly one vendor's whole sum in one batch, must fit. A bank shows one sum
per vendor.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from robots.figures.accounts import account_identity
from robots.figures.batches import HELD, PROPOSED, RELEASED, UNRELEASED
from robots.kinds.payments import NOBODY
from robots.ledger import Ledger, place
from robots.model.money import ZERO
from robots.model.names import identity

OPEN = frozenset({RELEASED})  # lines that the bank has been told to pay
CONFIRMED, RETURNED = "confirmed", "returned"
TOLD, FOREIGN = "told", "foreign"  # what was known already; what is no payment of a sheet of ours
PENDING = "pending"  # what the bank has taken in and not done yet: the line waits as before
UNKNOWN_KEY, OTHER_VENDOR, OTHER_ACCOUNT, AMOUNT = "UNKNOWN_KEY", "OTHER_VENDOR", "OTHER_ACCOUNT", "AMOUNT"
TWICE, EARLY, CLOSED, AMBIGUOUS = "TWICE", "EARLY", "CLOSED", "AMBIGUOUS"
UNMATCHED, CHANGED, CURRENCY, CONTRADICTS = "UNMATCHED", "CHANGED", "CURRENCY", "CONTRADICTS"
ON_HOLD = "ON_HOLD"  # it names a line that is held: no sheet asked for it
GRAVE = frozenset({TWICE, OTHER_VENDOR, OTHER_ACCOUNT})  # money may be where it does not belong
SETTLING = frozenset({CONFIRMED, RETURNED})
QUIET = frozenset({*SETTLING, TOLD, FOREIGN, PENDING})  # outcomes that ask nothing of anybody

PAID, SENT_BACK, CAME_IN, IN_HAND = "成功", "退回", "进账", "处理中"  # the words of the kind `payments`
INWARDS = "收"  # its direction
_BACK_WORDS = ("退", "冲正", "return", "reject", "revers")
_FAILED_WORDS = (*_BACK_WORDS, "失败", "不符", "fail")
_FAILED_TEXT = re.compile(
    r"退汇|退票|退回|冲正|失败|户名不符|账号不符|\b(?:returned|rejected|failed|reversed)\b", re.IGNORECASE
)
_TAKEN_BACK = frozenset({"rejected", "void", "reversed"})
_NEVER_SENT = _TAKEN_BACK | {HELD}

_TOLD = ("reason", "narrative", "postscript", "remark")  # what for is no reason why not: `purpose` is left out
_OURS = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{24}(?![0-9A-Za-z])")  # a payment key as we write it
_NUMBER = re.compile(r"\d{24}")  # and this is a bank's own number: of our keys one in a hundred thousand has no letter

Row = Mapping[str, Any]
Keys = frozenset[str]


@dataclass(frozen=True)
class Line:
    """A payment line as it stands: `sent_on` is the day from which the bank could pay it (None: not known);
    `as_it_was`: the days on which nobody was asked to approve its sheet yet, and it could be paid all the same."""

    key: str
    vendor: str
    net: Decimal
    state: str
    batch: str = ""
    account: str = ""
    sent_on: date | None = None
    currency: str = ""
    as_it_was: tuple[date, date] | None = None


@dataclass(frozen=True)
class Remittance:
    """One row of a bank's return. Blank texts are ''; without a currency it is the line's. `reason`: all that the bank
    tells of it; `cause`: what its column of reasons says; `others`: what looks like keys of ours among its words."""

    id: str
    key: str
    reference: str
    vendor: str
    amount: Decimal
    paid_on: date
    status: str
    reason: str = ""
    account: str = ""
    batch: str = ""
    source: str = ""
    currency: str = ""
    cause: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settled:
    """A row that settled lines in an earlier turn, as it read then."""

    id: str
    keys: tuple[str, ...]
    outcome: str
    amount: Decimal
    paid_on: date
    reference: str = ""


@dataclass(frozen=True)
class Verdict:
    """What became of a row: its outcome, and the lines that it speaks of. `fresh`: it moves them now."""

    row: Remittance
    outcome: str
    keys: tuple[str, ...] = ()
    fresh: bool = False


# ------------------------------------------------------------------ tables → values


def carried_keys(ledger: Ledger) -> frozenset[str]:
    """The keys of lines that stand on sheets, or did."""
    lines = ledger.said("payables")
    return frozenset(lines[lines["state"] != HELD]["payment_key"])


def remittances(rows: Iterable[Row], told: Iterable[Row] = (), lines: Collection[str] = ()) -> list[Remittance]:
    """Rows of `payments` with an id each that does not hang on their place; a row without any number is named by what
    it says, and such rows alike are counted. A row of an earlier file that comes again with its key filled in is no
    other payment: it keeps the id under which it was `told` (rows of `returns`). `lines`: keys of payment lines."""
    return _as_told(_numbered(rows), told, lines)


def _numbered(rows: Iterable[Row]) -> list[Remittance]:
    seen: Counter[str] = Counter()
    found = []
    for row in sorted((_remittance(row) for row in rows), key=_by_content):
        text = "\x1f".join((row.reference, row.key) if row.reference or row.key else map(str, _by_content(row)[:-1]))
        seen[text] += 1
        named = hashlib.sha256(f"{text}\x1f{seen[text]}".encode()).hexdigest()[:24]
        found.append(replace(row, id=named))
    return found


def _as_told(rows: list[Remittance], told: Iterable[Row], lines: Collection[str]) -> list[Remittance]:
    """Rows that are new, under the ids of those that are no longer there and said the same but for the key."""
    there, before = {row.id for row in rows}, {row["receipt"]: row for row in told}
    lost: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for one in sorted(before.values(), key=lambda one: one["receipt"]):
        if one["receipt"] not in there:
            lost[_says(one)].append(one)
    found = []
    for row in rows:
        same = lost.get(_says(vars(row)), []) if row.id not in before else []
        mine = next((one for one in same if not _is_of_another(row, one, lines)), None)
        if mine is not None:
            same.remove(mine)
        found.append(row if mine is None else replace(row, id=mine["receipt"]))
    return found


def _says(row: Row) -> tuple[Any, ...]:
    reference = row["reference"] if "reference" in row else row["bank_reference"]
    vendor, currency = identity(row["vendor"]), _text(row["currency"])
    return _text(reference), vendor, row["amount"], str(row["paid_on"]), row["status"], currency


def _is_of_another(row: Remittance, told: Row, lines: Collection[str]) -> bool:
    """Did a row settle other lines than the one that this row names? A bank may pay several under one number."""
    return told["outcome"] in SETTLING and row.key in lines and row.key not in told["payment_keys"].split(",")


def _remittance(row: Row) -> Remittance:
    told = "；".join(text for name in _TOLD if (text := _text(row[name])))
    others = tuple(sorted(set(map(_key, _OURS.findall(f"{told} {_text(row['purpose'])}")))))
    return Remittance(
        "", _key(row["payment_key"]) or (others[0] if len(others) == 1 else ""), _text(row["bank_reference"]),
        row["vendor"], row["amount"], row["paid_on"], _status(row), _OURS.sub("", told).strip("； "),
        _text(row["payee_account"]), _text(row["batch"]), place(dict(row)), _text(row["currency"]),
        _text(row["reason"]), others,
    )  # fmt: skip


def _status(row: Row) -> str:
    """What a row says that happened. Money that came in is no payment of ours, even where that succeeded."""
    came_in = row["direction"] == INWARDS and row["status"] != SENT_BACK
    return CAME_IN if came_in else str(row["status"])


def _by_content(row: Remittance) -> tuple[Any, ...]:
    """The order in which rows are judged: days first, payments before what comes back, then those that name most;
    places only between twins."""
    named = (row.key == "", row.reference == "", row.key, row.reference)
    return row.paid_on, row.status != PAID, *named, row.vendor, row.amount, row.status, row.source


def _key(value: Any) -> str:
    """A payment key as we wrote it: a bank prints it in capitals, or in groups."""
    return "".join(_text(value).split()).casefold()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


# ------------------------------------------------------------------ the match

_Group = tuple[Line, ...]


@dataclass
class _Book:
    """The lines while rows are judged one after the other."""

    lines: Mapping[str, Line]
    known: Collection[str]
    days: int
    batches: frozenset[str] = frozenset()
    states: dict[str, str] = field(default_factory=dict)
    paid_by: dict[str, tuple[date, str]] = field(default_factory=dict)
    back_on: dict[str, date] = field(default_factory=dict)
    by_reference: dict[str, Keys] = field(default_factory=dict)
    by_vendor: dict[str, list[_Group]] = field(default_factory=lambda: defaultdict(list))
    by_sum: dict[Decimal, list[_Group]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        """Every line under its state; whole sums under their vendor, and these and single lines under their amount.
        Of what was taken back no sum was ever to be paid, only its lines; of what was set off, the sum alone."""
        self.states = {key: line.state for key, line in self.lines.items()}
        self.batches = frozenset(line.batch for line in self.lines.values() if line.batch)
        sent: dict[tuple[str, str], list[Line]] = defaultdict(list)
        for line in self.lines.values():
            if line.state not in _NEVER_SENT:
                sent[line.batch, line.vendor].append(line)
            elif line.state in _TAKEN_BACK:
                self.by_sum[line.net].append((line,))
        for (_, vendor), group in sorted(sent.items()):
            whole = tuple(sorted(group, key=lambda line: line.key))
            self.by_vendor[vendor].append(whole)
            singles = () if _is_set_off(whole) else ((line,) for line in whole)
            for lines in dict.fromkeys((*singles, whole)):
                self.by_sum[_sum(lines)].append(lines)

    def settle(self, keys: Iterable[str], outcome: str, paid_on: date, reference: str) -> None:
        """Note what a row did to lines."""
        for key in keys:
            self.states[key] = outcome
            if outcome == CONFIRMED:
                self.paid_by[key] = (paid_on, reference)
            elif outcome == RETURNED:
                self.back_on[key] = paid_on
        if outcome == CONFIRMED and reference:
            self.by_reference[reference] = frozenset(keys) | self.by_reference.get(reference, frozenset())

    def sets(
        self, row: Remittance, states: Collection[str], mine: bool = True, early: bool = False, foreign: bool = False
    ) -> list[Keys]:
        """Lines, and whole sums of a vendor in a batch, that a row's amount fits to the cent; each set once.

        `mine`: of the row's vendor, else of every other; `early`: where the row is before its time; `foreign`: where
        it names another currency.
        """
        return [
            frozenset(line.key for line in lines)
            for lines in self.by_sum.get(row.amount, ())
            if (lines[0].vendor == row.vendor) == mine
            if row.batch == lines[0].batch or row.batch not in self.batches  # a bank has batches of its own
            if _is_foreign(row, lines) == foreign
            if self._fits(row, lines, states, early)
        ]

    def _fits(self, row: Remittance, lines: _Group, states: Collection[str], early: bool) -> bool:
        if not all(self.state(row, line) in states for line in lines):
            return False
        if early:
            return any(_is_early(row, line) for line in lines)
        return all(self._is_in_time(row, line) for line in lines)

    def _is_in_time(self, row: Remittance, line: Line) -> bool:
        sent = line.sent_on
        if sent is None or _is_as_it_was(row, line):
            return True
        return sent <= row.paid_on <= sent + timedelta(days=self.days)

    def state(self, row: Remittance, line: Line) -> str:
        """A line's state for a row: what was paid from a sheet before anybody was asked to approve it, was released."""
        state = self.states[line.key]
        return RELEASED if state == PROPOSED and _is_as_it_was(row, line) else state

    def together(self, line: Line) -> _Group:
        """What one row of the bank's pays with a line: where something was set off, all of its vendor's lines in that
        batch in the same state."""
        whole = self.whole(line)
        if not _is_set_off(whole):
            return (line,)
        return tuple(one for one in whole if self.states[one.key] == self.states[line.key])

    def whole(self, line: Line) -> _Group:
        """All of its vendor's lines in that batch."""
        return next((group for group in self.by_vendor.get(line.vendor, ()) if line in group), (line,))

    def is_past(self, row: Remittance, keys: Iterable[str]) -> bool:
        """Does a return belong to a payment before the one that stands: one that was reversed since?"""
        return any(self._is_past(row, key) for key in keys if key in self.lines)

    def _is_past(self, row: Remittance, key: str) -> bool:
        if self.states[key] != CONFIRMED or key not in self.paid_by:
            return _is_early(row, self.lines[key])
        paid_on, reference = self.paid_by[key]
        is_of_another = row.reference != reference and key in self.by_reference.get(row.reference, ())
        return row.paid_on < paid_on or is_of_another

    def is_known_return(self, row: Remittance, keys: Iterable[str]) -> bool:
        """Is this the return that was told before the lines were put up again?"""
        return all(self.back_on.get(key) == row.paid_on for key in keys)

    def is_told(self, row: Remittance, keys: Iterable[str]) -> bool:
        """Has another row told the very same payment? Two references are two payments; without, the day tells."""
        before = [self.paid_by.get(key) for key in keys]
        return all(one is not None and _is_same_payment(row, *one) for one in before)

    def came_back(self, row: Remittance, keys: Iterable[str]) -> bool:
        """Is this the payment that came back, told once more (by the bank's own list, after its answers)?"""
        return all(self.states[key] == RETURNED and row.paid_on <= self.back_on.get(key, date.min) for key in keys)


def _is_early(row: Remittance, line: Line) -> bool:
    return line.sent_on is not None and row.paid_on < line.sent_on and not _is_as_it_was(row, line)


def _is_as_it_was(row: Remittance, line: Line) -> bool:
    return line.as_it_was is not None and line.as_it_was[0] <= row.paid_on <= line.as_it_was[1]


def _is_set_off(lines: _Group) -> bool:
    return any(line.net < 0 for line in lines)


def _is_foreign(row: Remittance, lines: Iterable[Line]) -> bool:
    """Does a row name another currency than a line has?"""
    return bool(row.currency) and any(line.currency not in ("", row.currency) for line in lines)


def _is_same_payment(row: Remittance, paid_on: date, reference: str) -> bool:
    return row.reference == reference if row.reference and reference else row.paid_on == paid_on


def match(
    rows: Iterable[Remittance], lines: Iterable[Line], settled: Iterable[Settled], known: Collection[str], days: int
) -> list[Verdict]:
    """Every row with its outcome. `settled` rows of earlier turns are not judged again; `known`: vendors by name;
    `days`: for how long after its batch went out a payment is looked for where no key names it.

    Rows are judged by their days, and of one day those first that name most: where they stand never matters.
    """
    book = _Book({line.key: line for line in lines}, known, days)
    before = {one.id: one for one in settled}
    for one in sorted(before.values(), key=lambda one: one.paid_on):  # the last that was told stands
        book.settle(one.keys, one.outcome, one.paid_on, one.reference)
    for key, line in book.lines.items():  # a reversed line that is put up again is open, whatever was before
        book.states[key] = line.state
    ranked = sorted(rows, key=lambda row: _rank(row, row.id in before, book))
    return [_judged(row, before.get(row.id), book) for row in ranked]


def _rank(row: Remittance, is_known: bool, book: _Book) -> tuple[Any, ...]:
    return not is_known, row.paid_on, row.status != PAID, not _keys_of(row, book), *_by_content(row)


def _keys_of(row: Remittance, book: _Book) -> tuple[str, ...]:
    """The lines of ours that a row names: in the column of keys, else among its words."""
    return (row.key,) if row.key in book.lines else tuple(key for key in row.others if key in book.lines)


def _judged(row: Remittance, before: Settled | None, book: _Book) -> Verdict:
    if before is not None:
        return _again(row, before, book)
    outcome, keys = _outcome(row, book)
    if outcome in SETTLING:
        book.settle(keys, outcome, row.paid_on, row.reference)
    return Verdict(row, outcome, tuple(sorted(keys)), outcome in SETTLING)


def _again(row: Remittance, before: Settled, book: _Book) -> Verdict:
    """A row of an earlier turn: as it was, or the bank has sent the money back meanwhile; any other change is told."""
    if _is_foreign(row, [book.lines[key] for key in before.keys if key in book.lines]) or _contradicts(row):
        return Verdict(row, CHANGED, before.keys)
    same_status = (row.status == PAID) == (before.outcome == CONFIRMED)
    if row.amount == before.amount and same_status:
        return Verdict(row, before.outcome, before.keys)
    came_back = row.status == SENT_BACK and row.amount == before.amount
    if book.is_past(row, before.keys) or any(book.states.get(key) != CONFIRMED for key in before.keys):
        came_back = False
    if not came_back:
        return Verdict(row, CHANGED, before.keys)
    book.settle(before.keys, RETURNED, row.paid_on, row.reference)
    return Verdict(row, RETURNED, before.keys, fresh=True)


def _outcome(row: Remittance, book: _Book) -> tuple[str, Collection[str]]:
    is_payment, keys = row.status == PAID, _keys_of(row, book)
    if row.status == CAME_IN and not _says_back(row):
        return FOREIGN, ()
    if row.status == IN_HAND:
        return PENDING, keys
    if row.vendor == NOBODY:
        return _of_nobody(row, book)
    if _contradicts(row):
        return CONTRADICTS, keys
    if keys:
        return _by_keys(row, keys, book, is_payment)
    outcome, fits = _payment_by_sum(row, book) if is_payment else _return_by_sum(row, book)
    return (UNKNOWN_KEY, ()) if _asks_for_key(row, outcome) else (outcome, fits)


def _of_nobody(row: Remittance, book: _Book) -> tuple[str, Collection[str]]:
    """A row without a payee: the bank's fees and interest, which are no vendor's whatever they come to. One that names
    a line of ours, or says that money came back, is looked into."""
    if named := _keys_of(row, book):
        return UNMATCHED, named
    if row.status == PAID and not _contradicts(row):
        return FOREIGN, ()
    outcome, keys = _return_by_sum(row, book)
    return (UNMATCHED if outcome == FOREIGN else outcome), keys


def _asks_for_key(row: Remittance, outcome: str) -> bool:
    """Does a row that fits nothing name a key? To somebody who is no vendor of ours only what looks like one of ours is
    a key."""
    named = {row.key, *row.others} - {""}
    if outcome == FOREIGN:
        return any(_OURS.fullmatch(key) and not _NUMBER.fullmatch(key) for key in named)
    return outcome in (UNMATCHED, AMOUNT) and bool(named)


def _by_keys(row: Remittance, keys: Collection[str], book: _Book, is_payment: bool) -> tuple[str, Collection[str]]:
    lines = _named(row, keys, book)
    found = [one.key for one in lines]
    is_mine = all(line.vendor == row.vendor for line in lines)
    if not is_mine and not (row.account and _is_account(row, lines)):  # a bank writes names its own way
        return OTHER_VENDOR, keys
    if any(line.state == HELD for line in lines):
        return ON_HOLD, found
    if len(keys) > 1 and (row.amount != _sum(lines) or len({book.state(row, one) for one in lines}) > 1):
        return AMBIGUOUS, found
    if _is_foreign(row, lines):
        return CURRENCY, found
    return (_paid if is_payment else _sent_back)(row, lines, book), found


def _named(row: Remittance, keys: Collection[str], book: _Book) -> _Group:
    """The lines that keys name, with what was set off. Where one key is named and the amount is its vendor's whole sum
    in that batch, all of these: one row of the bank's pays them."""
    lines = tuple(dict.fromkeys(one for key in keys for one in book.together(book.lines[key])))
    if len(lines) > 1:
        return lines
    whole = book.whole(lines[0])
    is_whole = row.amount != lines[0].net and row.amount == _sum(whole)
    return whole if is_whole and len({book.states[one.key] for one in whole}) == 1 else lines


def _sum(lines: _Group) -> Decimal:
    return sum((line.net for line in lines), ZERO)


def _paid(row: Remittance, lines: _Group, book: _Book) -> str:
    state = book.state(row, lines[0])
    if state == CONFIRMED:
        is_told = row.amount == _sum(lines) and book.is_told(row, (line.key for line in lines))
        return TOLD if is_told else TWICE
    if state in UNRELEASED:
        return EARLY
    if state not in OPEN:
        return TOLD if book.came_back(row, (line.key for line in lines)) else CLOSED
    if any(_is_early(row, line) for line in lines):
        return EARLY
    if row.amount != _sum(lines):
        return AMOUNT
    return CONFIRMED if _is_account(row, lines) else OTHER_ACCOUNT


def _sent_back(row: Remittance, lines: _Group, book: _Book) -> str:
    state, keys = book.state(row, lines[0]), [line.key for line in lines]
    if row.amount != _sum(lines):
        return AMOUNT
    if state == RETURNED:
        return TOLD
    if state not in OPEN and state != CONFIRMED:
        return CLOSED
    return _of_past(row, keys, book) if book.is_past(row, keys) else RETURNED


def _of_past(row: Remittance, keys: Iterable[str], book: _Book) -> str:
    """A return of a payment before the one that stands, which it does not undo."""
    return TOLD if book.is_known_return(row, keys) else EARLY


def _is_account(row: Remittance, lines: Iterable[Line]) -> bool:
    """Did the money go to the account that stood on the sheet? Where one of the two is not told, nobody can say."""
    told = account_identity(row.account)
    return not told or all(account_identity(line.account) in ("", told) for line in lines)


def _payment_by_sum(row: Remittance, book: _Book) -> tuple[str, Collection[str]]:
    fits = book.sets(row, OPEN)
    if len(fits) > 1:
        return AMBIGUOUS, frozenset().union(*fits)
    if fits:
        is_account = _is_account(row, (book.lines[key] for key in fits[0]))
        return (CONFIRMED if is_account else OTHER_ACCOUNT), fits[0]
    return _why_no_payment(row, book)


_NOT_OPEN: tuple[tuple[str, Mapping[str, Any]], ...] = (
    (EARLY, {"states": UNRELEASED}),  # before TWICE: what waits for its release can still be stopped
    (TWICE, {"states": {CONFIRMED}}),
    (CURRENCY, {"states": OPEN, "foreign": True}),
    (EARLY, {"states": OPEN, "early": True}),
    (CLOSED, {"states": _TAKEN_BACK}),
    (OTHER_VENDOR, {"states": OPEN, "mine": False}),
)


def _why_no_payment(row: Remittance, book: _Book) -> tuple[str, Collection[str]]:
    """Nothing open fits: paid before, too early (before its batch, or before its release), taken back, somebody else's
    money, another amount, or nothing of ours."""
    told = [keys for keys in book.sets(row, {CONFIRMED}) if book.is_told(row, keys)]
    told += [keys for keys in book.sets(row, {RETURNED}) if book.came_back(row, keys)]
    if told:
        return TOLD, told[0]
    for outcome, how in _NOT_OPEN:
        if fits := book.sets(row, **how):
            return outcome, frozenset().union(*fits)
    mine = book.by_vendor.get(row.vendor, [])
    if not mine and row.vendor not in book.known:
        return FOREIGN, ()
    waiting = [group for group in mine if all(book.states[line.key] in OPEN for line in group)]
    return (AMOUNT, [line.key for line in waiting[0]]) if len(waiting) == 1 else (UNMATCHED, ())


def _return_by_sum(row: Remittance, book: _Book) -> tuple[str, Collection[str]]:
    named = book.by_reference.get(row.reference, frozenset())
    if named and sum((book.lines[key].net for key in named if key in book.lines), ZERO) == row.amount:
        return _return_of(row, named, book), named
    fits = [keys for keys in book.sets(row, OPEN | {CONFIRMED}) if not book.is_past(row, keys)]
    if len(fits) == 1:
        return RETURNED, fits[0]
    if fits:
        return AMBIGUOUS, frozenset().union(*fits)
    again = [keys for keys in book.sets(row, OPEN | {CONFIRMED}, early=True) if book.is_known_return(row, keys)]
    if back := book.sets(row, {RETURNED}) + again:
        return TOLD, frozenset().union(*back)
    if foreign := book.sets(row, OPEN | {CONFIRMED}, foreign=True):
        return CURRENCY, frozenset().union(*foreign)
    return (UNMATCHED if row.status == SENT_BACK else FOREIGN), ()


def _return_of(row: Remittance, named: Keys, book: _Book) -> str:
    """What comes back under the reference of its payment."""
    if _is_foreign(row, [book.lines[key] for key in named if key in book.lines]):
        return CURRENCY
    states = {book.states.get(key) for key in named}
    if states <= {*OPEN, CONFIRMED} and book.is_past(row, named):
        return _of_past(row, named, book)
    return RETURNED if states == {CONFIRMED} else TOLD if states == {RETURNED} else CLOSED


def confirmed_and_returned(verdicts: Iterable[Verdict]) -> Iterator[tuple[Verdict, str]]:
    """Every line that moves now, in the order in which it moves."""
    for verdict in verdicts:
        if verdict.fresh:
            for key in verdict.keys:
                yield verdict, key


def stayed(rows: Iterable[Remittance]) -> list[Remittance]:
    """Payments that were not sent back: each row that tells of a return takes away one payment that it can mean."""
    ranked = sorted(rows, key=_by_content)
    paid = [row for row in ranked if row.status == PAID]
    for back in ranked:
        if back.status == SENT_BACK or (back.status == CAME_IN and _says_back(back)):
            before = [row for row in paid if _may_return(back, row)]
            if before:
                paid.remove(max(before, key=lambda row: (_names_same(back, row), row.paid_on)))
    return paid


def _says_back(row: Remittance) -> bool:
    return any(word in row.reason.casefold() for word in _BACK_WORDS)


def _contradicts(row: Remittance) -> bool:
    """Paid, by its word or by a blank (a list of what went out has no words), and yet a reason why it was not. What it
    was for may be 退火 or 退镀: only in the column of reasons does a part of a word tell."""
    if row.status != PAID:
        return False
    return bool(_FAILED_TEXT.search(row.reason)) or any(word in row.cause.casefold() for word in _FAILED_WORDS)


def _may_return(back: Remittance, row: Remittance) -> bool:
    """Money of that vendor, amount and currency, paid by that day, and not under the key of another line."""
    if back.key and row.key and back.key != row.key:
        return False
    if row.currency and back.currency and row.currency != back.currency:
        return False
    return (row.vendor, row.amount) == (back.vendor, back.amount) and row.paid_on <= back.paid_on


def _names_same(back: Remittance, row: Remittance) -> bool:
    return bool((back.key and back.key == row.key) or (back.reference and back.reference == row.reference))
