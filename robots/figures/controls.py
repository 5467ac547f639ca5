"""Controls over what the waterfall found payable (RULES 7): each holds whole lines for a cause that a person can see
to, and none of them pays a cent more. Money moves from net to held; gross and every step before stay as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from robots.figures.accounts import Account, Shared, account_identity, ending, given, numbered, pending, trusted
from robots.figures.by_hand import RETAINED
from robots.figures.clock import on_the_clock
from robots.figures.duplicates import Suspect
from robots.figures.edits import SILENT_EDIT, after_put_up, edit_shown, may_pay_more
from robots.figures.lines import order_line
from robots.figures.settlement import BANK_CHANGE, CURRENCY, LINE, RETENTION, Payable
from robots.figures.settlement.billing import of_invoice
from robots.figures.sums import in_currency
from robots.model.money import ZERO
from robots.model.names import identity
from robots.model.words import Text, say
from robots.rules import Settlement

Row = Mapping[str, Any]
Name = tuple[str, str, str]  # invoice key, order, line
SHARED_ACCOUNT, UNQUALIFIED, CERTIFICATE, NO_CONTRACT = "SHARED_ACCOUNT", "UNQUALIFIED", "CERTIFICATE", "NO_CONTRACT"
MOVED, OVER, GONE, LESS_NOW = "MOVED", "OVER", "GONE", "LESS_NOW"
PAID_EARLY, PAID_BY_HAND = "PAID_EARLY", "PAID_BY_HAND"
RETENTION_ALONE = "RETENTION_ALONE"  # what was retained of an invoice that the register no longer has
LEFT_OPEN = "LEFT_OPEN"  # held of an invoice when the register let it go
SENT_BACK = "SENT_BACK"  # by the bank, and not reversed yet
SAME_NOTE = "SAME_NOTE"  # one delivery note stands under two order lines, in two files
SET_OFF_FIRST = "SET_OFF_FIRST"  # more is to be set off than is to be paid to its vendor
OLD_ACCOUNT = "OLD_ACCOUNT"  # on a sheet: its vendor's change is verified, and the sheet names the account before it
RELEASE, KEEP, PAID, REFUNDED = "放行", "不放行", "已付清", "已退款"  # words of the kind `hold_releases`
_OR_PAID = (RELEASE, PAID)
_MOST_NAMED = 5


@dataclass(frozen=True)
class Hold:
    """Why a line is held. `number`: what a release names, empty where mending the books releases; `seen`: what it
    rests on; `second`: whether a second person has to agree; `verdicts`: the words that settle it."""

    code: str
    seen: Text = ""
    number: str = ""
    second: bool = False
    verdicts: tuple[str, ...] = (RELEASE,)


@dataclass(frozen=True)
class Books:
    """What the controls look at. `certificates`, `suspects` by vendor and by the later bill's key; `contract_of`:
    (order, line) → contract named there; `contracts`: those there are, None where no contract ledger is kept;
    `put_up`: (order, line) → day of its first payment sheet; `edits`: without an answer; `releases`: number → row;
    `moved`: invoice key → rows of sheets that carried it under an order line which it no longer names; `over`: order
    and line → invoices of it that sheets paid too much, and by how much; and by invoice key, order and line, `paid_in`:
    the other currency in which sheets carried it, `early`: the bank's row that told it paid before its release;
    `left`: invoice key → the sheet that carried it, of those that the register no longer has; `by_hand`: invoice key →
    the bank's rows that may have paid it past the robots; `foreign`: order and line → the other currency in which
    invoices were paid that have left; `advanced`: contract with an advance → its order lines;
    `notes`: order and line → rows of other files that may be its deliveries, entered under another line;
    `home`: our currency."""

    today: date
    rules: Settlement
    may_work: Sequence[str]
    vendors: Mapping[str, Row]
    certificates: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    contract_of: Mapping[tuple[str, str], str] = field(default_factory=dict)
    contracts: frozenset[str] | None = None
    suspects: Mapping[str, Sequence[Suspect]] = field(default_factory=dict)
    accounts: Sequence[Account] = ()
    shared: Sequence[Shared] = ()
    put_up: Mapping[tuple[str, str], date] = field(default_factory=dict)
    edits: Sequence[Row] = ()
    releases: Mapping[str, Row] = field(default_factory=dict)
    moved: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    over: Mapping[tuple[str, str], Sequence[tuple[Payable, Decimal]]] = field(default_factory=dict)
    early: Mapping[Name, Row] = field(default_factory=dict)
    paid_in: Mapping[Name, str] = field(default_factory=dict)
    left: Mapping[str, str] = field(default_factory=dict)
    by_hand: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    foreign: Mapping[tuple[str, str], str] = field(default_factory=dict)
    advanced: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    notes: Mapping[tuple[str, str], Sequence[Row]] = field(default_factory=dict)
    home: str = ""

    def money(self, amount: Decimal, currency: str) -> Text:
        """An amount in evidence: with its currency, where it is not our own."""
        return in_currency(amount, currency, self.home)


Look = Callable[[Payable], Iterator[Hold]]
Control = Callable[[Books], Look]  # what is the same for all lines is made once


@dataclass(frozen=True)
class Controlled:
    """A payable after all controls, with the holds that stand on it and what they hold of it."""

    payable: Payable
    holds: tuple[Hold, ...] = ()
    amount: Decimal = ZERO


def controlled(
    owed: Iterable[Payable], books: Books, rest: Callable[[Payable], Decimal] = lambda payable: payable.net
) -> list[Controlled]:
    """Every payable: due on the day that the law allows, and held where a control says so.

    `rest`: what of a line no payment sheet has carried yet; where nothing is left there is nothing to hold.
    """
    looks = [control(books) for control in CONTROLS]
    found = []
    for one in owed:
        payable = on_the_clock(one, books.vendors.get(one.vendor, {}), books.rules)
        amount = rest(payable)
        holds = tuple(_standing(payable, looks, books)) if amount > 0 else ()
        found.append(Controlled(held(payable, holds, amount), holds, amount if holds else ZERO))
    return found


def _standing(payable: Payable, looks: Sequence[Look], books: Books) -> Iterator[Hold]:
    """The holds on a line that no person has released."""
    for look in looks:
        yield from (
            with_answer(hold, books.releases) for hold in look(payable) if not is_released(hold, books.releases)
        )


def held(payable: Payable, holds: Sequence[Hold], amount: Decimal) -> Payable:
    """The line with an amount of its net held for these causes; without a cause, as it was."""
    if not holds:
        return payable
    codes = tuple(dict.fromkeys(hold.code for hold in holds))
    seen = tuple(dict.fromkeys((*payable.evidence, *(hold.seen for hold in holds if hold.seen))))
    told = tuple(text for hold in holds for text in (say(f"hold.{hold.code}.name"), hold.seen) if text)
    after = payable.stop("held", amount, say("list.lines", items=told), payable.source, *codes)
    return after.but(evidence=seen)


def releasable(found: Iterable[Controlled]) -> dict[str, tuple[Hold, list[Controlled]]]:
    """Number → a hold that a person may release, with the lines that it holds."""
    waiting: dict[str, tuple[Hold, list[Controlled]]] = {}
    for one in found:
        for hold in one.holds:
            if hold.number:
                waiting.setdefault(hold.number, (hold, []))[1].append(one)
    return waiting


def is_released(hold: Hold, releases: Mapping[str, Row]) -> bool:
    """Has somebody released it?"""
    return answer(hold, releases, RELEASE) is not None


def with_answer(hold: Hold, releases: Mapping[str, Row]) -> Hold:
    """A hold that somebody has said is to stand, with who said so and why."""
    row = releases.get(hold.number) if hold.number else None
    if row is None or given(row["verdict"]) != KEEP:
        return hold
    kept = say("hold.seen.kept", by=given(row["released_by"]) or None, remark=given(row["remark"]) or None)
    return replace(hold, seen=say("list.lines", items=(hold.seen, kept)) if hold.seen else kept)


def answer(hold: Hold, releases: Mapping[str, Row], verdict: str) -> Row | None:
    """The answer to a hold, if it is this verdict and nothing is lacking."""
    row = releases.get(hold.number) if hold.number else None
    if row is None or given(row["verdict"]) != verdict or lacking(hold, row):
        return None
    return row


def lacking(hold: Hold, row: Row) -> str:
    """What an answer to a hold lacks: a verdict that fits it, a name, a reason; and where the hold asks for a second
    person, that one, who has to be another. '' where nothing is."""
    first, second = identity(given(row["released_by"])), identity(given(row["agreed_by"]))
    tests = (
        ("verdict", given(row["verdict"]) in hold.verdicts),
        ("released_by", first),
        ("remark", given(row["remark"])),
        ("agreed_by", second or not hold.second),
        ("other", second != first or not hold.second),
    )  # fmt: skip
    return next((name for name, is_there in tests if not is_there), "")


# ------------------------------------------------------------------ the controls


def duplicates(books: Books) -> Look:
    """The later of two invoices that may be one: it names the earlier ones and their places."""

    def look(payable: Payable) -> Iterator[Hold]:
        by_code: dict[str, list[Suspect]] = defaultdict(list)
        invoice = of_invoice(payable.invoice_key)
        for suspect in books.suspects.get(invoice, ()):
            by_code[suspect.code].append(suspect)
        for code, found in sorted(by_code.items()):
            keys = sorted({suspect.earlier.key for suspect in found})
            yield Hold(code, _named(found), numbered(code, invoice, *keys), code == "SAME_PAYEE")

    return look


def _named(found: Sequence[Suspect]) -> Text:
    earlier = [suspect.earlier for suspect in found[-_MOST_NAMED:]]
    named = tuple(say("hold.seen.invoice", invoice=bill.shown, day=bill.day, place=bill.place) for bill in earlier)
    return named[0] if len(named) == 1 else say("list.lines", items=named)


def changed_accounts(books: Books) -> Look:
    """A vendor whose account has changed and is not released; where the old one is still paid, nothing is held."""
    waiting = {vendor: one for vendor, one in pending(books.accounts).items() if not one.pays_old}

    def look(payable: Payable) -> Iterator[Hold]:
        if change := waiting.get(payable.vendor):
            seen = say("hold.seen.account", change=change.number, ending=ending(change.account), place=change.place,
                       why=say(f"quarantine.why.{change.why}"))  # fmt: skip
            yield Hold(BANK_CHANGE, seen)

    return look


def shared_payees(books: Books) -> Look:
    """A vendor paid to an account that another vendor, or one of our own people, has too."""
    mine = {vendor: shared for shared in books.shared for vendor in shared.vendors}

    def look(payable: Payable) -> Iterator[Hold]:
        if shared := mine.get(payable.vendor):
            others = [name for name in shared.vendors if name != payable.vendor]
            seen = say("hold.seen.shared", ending=ending(shared.account), places=" · ".join(shared.places),
                       others="、".join((*others, *shared.employees)))  # fmt: skip
            yield Hold(SHARED_ACCOUNT, seen, shared.number, second=True)

    return look


def not_qualified(books: Books) -> Look:
    """A vendor whose status is known and is none under which it may work."""

    def look(payable: Payable) -> Iterator[Hold]:
        row = books.vendors.get(payable.vendor, {})
        status = given(row.get("status"))
        if status and status not in books.may_work:
            yield Hold(UNQUALIFIED, say("hold.seen.status", status=status, place=_place(row)))

    return look


def lapsed_certificates(books: Books) -> Look:
    """A vendor of whom a type of certificate is required, and none of that type is in force today."""
    found = {vendor: tuple(lapsed(papers, books.today)) for vendor, papers in books.certificates.items()}

    def look(payable: Payable) -> Iterator[Hold]:
        for row in found.get(payable.vendor, ()):
            yield Hold(CERTIFICATE, say("hold.seen.paper", type=row["type"], on=row["expires_on"], place=_place(row)))

    return look


def lapsed(papers: Iterable[Row], today: date) -> Iterator[Row]:
    """The latest paper of each required type that is over, by type."""
    by_type: dict[str, list[Row]] = defaultdict(list)
    for row in papers:
        by_type[row["type"]].append(row)
    for _, rows in sorted(by_type.items()):
        latest = max(rows, key=lambda row: row["expires_on"])
        if latest["expires_on"] < today and any(given(row["required"]) == "True" for row in rows):
            yield latest


def without_contract(books: Books) -> Look:
    """An order line under no contract, or under one that the contract ledger does not have. A home without any
    contract ledger is not asked for one."""

    def look(payable: Payable) -> Iterator[Hold]:
        line = (payable.order_id, payable.line)
        if books.contracts is not None and line in books.contract_of:
            contract = books.contract_of[line]
            if contract not in books.contracts:
                yield Hold(NO_CONTRACT, say("hold.seen.contract", contract=contract or None))

    return look


def silent_edits(books: Books) -> Look:
    """A line edited after it was first put up for payment: nothing more is paid of it until somebody has answered."""
    edits = after_put_up(filter(may_pay_more, books.edits), books.put_up, books.contract_of)

    def look(payable: Payable) -> Iterator[Hold]:
        for row in edits(payable.order_id, payable.line, payable.vendor, payable.invoice_key):
            yield Hold(SILENT_EDIT, edit_seen(row))

    return look


def moved_lines(books: Books) -> Look:
    """An invoice put up under another order line than it names now: it is not paid once more under this one."""

    def look(payable: Payable) -> Iterator[Hold]:
        invoice = of_invoice(payable.invoice_key)
        if rows := books.moved.get(invoice, ()):
            told = tuple(
                say("hold.seen.moved", order=order_line(row["order_id"], row["line"]), batch=row["batch"],
                    net=books.money(row["net"], row["currency"]))
                for row in rows
            )  # fmt: skip
            keys = sorted(row["payment_key"] for row in rows)
            what = () if payable.what == LINE else (payable.what,)  # who lets the one go has not let the other
            number = numbered(MOVED, invoice, payable.order_id, payable.line, *keys, *what)
            yield Hold(MOVED, told[0] if len(told) == 1 else say("list.lines", items=told), number, second=True)

    return look


def retained_alone(books: Books) -> Look:
    """What was retained of an invoice that the register no longer has: it is owed, and nobody can look it up."""

    def look(payable: Payable) -> Iterator[Hold]:
        invoice = of_invoice(payable.invoice_key)
        if payable.what == RETENTION and invoice in books.left:
            account = given(books.vendors.get(payable.vendor, {}).get("bank_account"))
            seen = say("hold.seen.left", invoice=payable.invoice_no, batch=books.left[invoice], until=payable.due_on,
                       vendor=payable.vendor, ending=ending(account) or None)  # fmt: skip
            number = numbered(RETENTION_ALONE, invoice, payable.order_id, payable.line)
            yield Hold(RETENTION_ALONE, seen, number, second=True)

    return look


def overpaid_lines(books: Books) -> Look:
    """An order line of which sheets paid another invoice too much: who splits a paid invoice in two, bills its goods
    once more. Lines that offset one advance are looked at together: what one offsets less, another did more."""

    together = {line: lines for lines in books.advanced.values() for line in lines}

    def look(payable: Payable) -> Iterator[Hold]:
        own = (payable.order_id, payable.line)
        others = [one for line in together.get(own, (own,)) for one in books.over.get(line, ())]
        too_much = [(one, amount) for one, amount in others if one.invoice_key != payable.invoice_key]
        if too_much:
            told = tuple(
                say("hold.seen.over", invoice=one.invoice_no, amount=books.money(amount, one.currency))
                for one, amount in too_much
            )
            keys = sorted(f"{one.invoice_key} {amount}" for one, amount in too_much)
            seen = told[0] if len(told) == 1 else say("list.lines", items=told)
            yield Hold(OVER, seen, numbered(OVER, payable.invoice_key, *keys), second=True)

    return look


def other_currency(books: Books) -> Look:
    """A line that sheets carried in another currency than it has now: the difference is no money of either."""

    def look(payable: Payable) -> Iterator[Hold]:
        line = (payable.order_id, payable.line)
        if before := books.paid_in.get((payable.invoice_key, *line)) or books.foreign.get(line):
            yield Hold(CURRENCY, say("hold.seen.currency", sheet=before, now=payable.currency))

    return look


def same_notes(books: Books) -> Look:
    """A line of which a delivery stands under another line, too, in another file: who corrects an order number in a
    copy, or brings back an old one, has the goods twice."""

    def look(payable: Payable) -> Iterator[Hold]:
        if rows := books.notes.get((payable.order_id, payable.line), ()):
            told = tuple(say("hold.seen.note", note=row["delivery_id"], day=row["delivered_on"],
                             order=f"{row['order_id']}/{row['line']}", place=_place(row)) for row in rows)  # fmt: skip
            named = sorted(f"{row['delivery_id']} {row['order_id']}/{row['line']}" for row in rows)
            number = numbered(SAME_NOTE, payable.order_id, payable.line, *named)
            yield Hold(SAME_NOTE, told[0] if len(told) == 1 else say("list.lines", items=told), number, second=True)

    return look


def paid_already(books: Books) -> Look:
    """A line that somebody paid, or may have paid, past the robots."""
    asks = asked_by_hand(books)

    def look(payable: Payable) -> Iterator[Hold]:
        for hold, _ in asks(payable):
            if answer(hold, books.releases, PAID):  # and yet here it is: the sums differ
                other = say("hold.seen.other_sum", owed=books.money(payable.net, payable.currency))
                yield replace(hold, seen=say("list.lines", items=(hold.seen, other)))
            else:
                yield hold

    return look


def asked_by_hand(books: Books) -> Callable[[Payable], Iterator[tuple[Hold, Row]]]:
    """Looks at a line: the bank told its key before it was released, or paid its vendor such an amount for no sheet.
    Each with the bank's row, of several the first. Who paid an invoice by hand may have paid its retention with it."""

    def told(row: Row, payable: Payable) -> Text:
        currency = given(row["currency"]) or payable.currency
        values = {"day": row["paid_on"], "amount": books.money(row["amount"], currency), "place": row["source"]}
        if retained := row.get(RETAINED):
            return say("hold.seen.with_retention", **values, retained=books.money(retained, currency))
        return say("hold.seen.early", **values)

    def asks(payable: Payable) -> Iterator[tuple[Hold, Row]]:
        name = (payable.invoice_key, payable.order_id, payable.line)
        keys = dict.fromkeys((payable.invoice_key, of_invoice(payable.invoice_key)))
        by_receipt = {row["receipt"]: row for key in keys for row in books.by_hand.get(key, ())}
        if (row := books.early.get(name)) and row["receipt"] not in by_receipt:  # one payment is asked once
            yield Hold(PAID_EARLY, told(row, payable), numbered(PAID_EARLY, row["receipt"], *name), True, _OR_PAID), row
        if rows := sorted(by_receipt.values(), key=lambda row: (row["paid_on"], row["receipt"])):
            texts = tuple(told(row, payable) for row in rows)
            seen = texts[0] if len(texts) == 1 else say("list.lines", items=texts)
            number = numbered(PAID_BY_HAND, payable.invoice_key, *sorted(row["receipt"] for row in rows))
            yield Hold(PAID_BY_HAND, seen, number, True, _OR_PAID), rows[0]

    return asks


def edit_seen(row: Row) -> Text:
    """What an edit changed, and where."""
    before, after = (edit_shown(row, which) for which in ("before", "after"))
    return say("hold.seen.edit", field=say(f"field.{row['field']}"), before=before, after=after,
               place=f"{row['name']} › {row['sheet']} › {row['row']}", day=row["day"])  # fmt: skip


def _place(row: Row) -> str:
    return f"{row['_file']} › {row['_sheet']} › {row['_row']}"


CONTROLS: tuple[Control, ...] = (
    duplicates, changed_accounts, shared_payees, not_qualified, lapsed_certificates, without_contract, silent_edits,
    moved_lines, retained_alone, overpaid_lines, other_currency, same_notes, paid_already,
)  # fmt: skip


# ------------------------------------------------------------------ what stands on a sheet already


ASKED_AGAIN: tuple[Control, ...] = (
    shared_payees, not_qualified, lapsed_certificates, without_contract, retained_alone, same_notes, paid_already,
)  # fmt: skip


@dataclass(frozen=True)
class Sheeted:
    """What stands on a sheet and is not released. `owed`: invoice key, order and line → what is owed of it by the books
    as they are now (None: they have it no more), and what all sheets come to; `payees`: the vendor ledger as it is
    paid; `issued`: the batches that somebody has to approve. What nobody approves is paid by hand, from the sheet."""

    rows: Sequence[Row]
    owed: Mapping[Name, tuple[Payable | None, Decimal]]
    payees: Mapping[str, Row]
    issued: Collection[str]


def stopped(sheeted: Sheeted, books: Books) -> dict[str, tuple[Hold, ...]]:
    """Payment key → why a line that was put up and is not released yet (proposed, approved) must not leave.

    Its order, its deliveries or its account were edited since, or the account on the sheet is not the one that its
    vendor is paid to now; less is owed of it than sheets carry; or a control would hold it today.
    """
    looks = (_edited(books), _paid_elsewhere(books, sheeted.payees), _as_owed_now(books, sheeted))
    found = {row["payment_key"]: tuple(hold for look in looks for hold in look(row)) for row in sheeted.rows}
    return {key: holds for key, holds in found.items() if holds}


def _edited(books: Books) -> Callable[[Row], Iterator[Hold]]:
    edits = after_put_up(filter(may_pay_more, books.edits), books.put_up, books.contract_of)
    accounts = [edit for edit in books.edits if edit["field"] == "bank_account"]

    def look(row: Row) -> Iterator[Hold]:
        order, line, vendor = (given(row[name]) for name in ("order_id", "line", "vendor"))
        since = books.put_up.get((order, line), books.today).isoformat()
        mine = [
            *edits(order, line, vendor, row["invoice_key"]),
            *(e for e in accounts if e["vendor"] == row["vendor"] and e["day"] >= since),
        ]
        yield from (Hold(SILENT_EDIT, edit_seen(edit)) for edit in mine)

    return look


def _paid_elsewhere(books: Books, payees: Mapping[str, Row]) -> Callable[[Row], Iterator[Hold]]:
    changes = {vendor: one for vendor, one in pending(books.accounts).items() if not one.pays_old}
    now = trusted(books.accounts)

    def look(row: Row) -> Iterator[Hold]:
        payee = given(payees.get(row["vendor"], {}).get("bank_account"))
        if row["vendor"] in changes or payee != given(row["bank_account"]):
            code = OLD_ACCOUNT if is_outdated(row, now, changes) else BANK_CHANGE
            yield Hold(code, say("hold.seen.other_account", ending=ending(payee) or None))

    return look


def _as_owed_now(books: Books, sheeted: Sheeted) -> Callable[[Row], Iterator[Hold]]:
    """Looks at what pays money (what a credit note takes back may always go): is it owed as the sheet says, and would
    it be put up today?"""
    looks = [control(books) for control in ASKED_AGAIN]

    def look(row: Row) -> Iterator[Hold]:
        name = (row["invoice_key"], row["order_id"], row["line"])
        payable, carried = sheeted.owed.get(name, (None, ZERO))
        if row["net"] <= 0 or row["batch"] not in sheeted.issued:
            return
        if payable is None:
            order = order_line(row["order_id"], row["line"])
            yield Hold(GONE, say("hold.seen.gone", invoice=row["invoice_no"], order=order))
            return
        yield from _less(payable, carried, given(row["currency"]), books)
        yield from _standing(payable, looks, books)

    return look


def _less(payable: Payable, carried: Decimal, currency: str, books: Books) -> Iterator[Hold]:
    if currency and payable.currency != currency:
        yield Hold(CURRENCY, say("hold.seen.currency", sheet=currency, now=payable.currency))
    elif payable.net < carried:
        causes = tuple(say(f"hold.{reason}.name") for reason in payable.reasons)
        now, before = (books.money(amount, payable.currency) for amount in (payable.net, carried))
        told = (say("hold.seen.less", now=now, carried=before), *causes, *payable.evidence)
        yield Hold(LESS_NOW, told[0] if len(told) == 1 else say("list.lines", items=told))


def is_outdated(row: Row, now: Mapping[str, Account], pending: Mapping[str, Account]) -> bool:
    """Does a line on a sheet name another account than its vendor is paid to by now, with no change that still waits?

    `now`: vendor → the account that is trusted; `pending`: vendor → a change that nobody has released.
    """
    vendor = row["vendor"]
    if vendor not in now or vendor in pending:
        return False
    return account_identity(now[vendor].account) != account_identity(given(row["bank_account"]))
