"""What the controls look at, gathered from the ledger; 暂扣放行单, where people let holds go; what must not leave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import Any

import pandas as pd
import pyarrow as pa

from robots.crew.paymaster.owing import Owing, owing
from robots.crew.paymaster.quarantine import accounts_of
from robots.crew.paymaster.rows import Row, line_of, listed, rest
from robots.figures.accounts import Account, given, numbered, payees, pending, shared_accounts, trusted
from robots.figures.batches import FREE, UNRELEASED
from robots.figures.by_hand import UNEXPLAINED, add, paid_by_hand
from robots.figures.controls import (
    KEEP,
    PAID,
    REFUNDED,
    RELEASE,
    Books,
    Controlled,
    Hold,
    Name,
    Sheeted,
    is_outdated,
    releasable,
    stopped,
)
from robots.figures.duplicates import Suspect, bills_of, suspects
from robots.figures.edits import edit_alert, edit_number, not_changed_back, unanswered
from robots.figures.holds import PAID_TOO_MUCH, written
from robots.figures.lines import records
from robots.figures.returns import CLOSED, EARLY, ON_HOLD
from robots.figures.returns import PAID as SUCCEEDED
from robots.figures.settlement import Part, Payable
from robots.figures.settlement.parts import with_advance
from robots.figures.sums import by_currency
from robots.ledger import Ledger
from robots.model.decisions import Column, Decision, Look, Notice, Sheet, Table, Workbook, record
from robots.model.forms import Form
from robots.model.money import ZERO
from robots.model.words import Text, say
from robots.rules import Rules

FORM_LAYOUT = 2  # raised where the layout of the form changes
VERDICTS = (RELEASE, KEEP, PAID, REFUNDED)  # the words of the kind `hold_releases`
_COMPARED = (
    "vendor", "invoice_no", "invoiced_on", "gross", "kind", "order_id", "currency", "_file", "_sheet", "_row",
)  # fmt: skip
_ISSUED = "hold-release"
_MOST_NAMED = 5  # invoices of a hold in a letter


def books_of(
    ledger: Ledger, rules: Rules, today: date, vendors: Mapping[str, Row], accounts: Sequence[Account]
) -> Books:
    """Everything that the controls look at but what invoices may repeat (`suspects_of`, once it is known which are to
    be paid). `vendors`: the vendor ledger as it stands, by name."""
    terms, limits = rules.settlement(today), rules.alerts(today)
    contracts = frozenset(ledger.table("contracts")["contract_id"])
    is_kept = contracts or ledger.history.keeps("contracts")  # a ledger that cannot be read is one all the same
    orders = _each(ledger.table("orders"), "order_id", "line", "contract_id")
    contract_of = {(order_id, line): given(contract) for order_id, line, contract in orders}
    return Books(
        today, terms, limits.may_work, vendors, _by_vendor(records(ledger.table("certificates"))),
        contract_of, contracts if is_kept else None, {}, accounts,
        tuple(shared_accounts(vendors.values(), terms.employees)), _put_up(ledger), _edits(ledger),
        {row["hold"]: row for row in records(ledger.table("hold_releases"))}, early=_early(ledger),
        advanced=_advanced(ledger, contract_of), notes=_notes(ledger), home=rules.currency,
    )  # fmt: skip


def _advanced(ledger: Ledger, contract_of: Mapping[tuple[str, str], str]) -> dict[str, frozenset[tuple[str, str]]]:
    """Contract with an advance → the order lines that offset it."""
    lines: dict[str, set[tuple[str, str]]] = {contract: set() for contract in with_advance(ledger.table("contracts"))}
    for line, contract in contract_of.items():
        if contract in lines:
            lines[contract].add(line)
    return {contract: frozenset(mine) for contract, mine in lines.items()}


_NOTE = ["delivery_id", "delivered_on", "received"]  # of one paper of one day, what came


def _notes(ledger: Ledger) -> dict[tuple[str, str], list[Row]]:
    """Order and line → deliveries of other files under another line, with the number, the day and the quantity of one
    of its own. In one file a note lists its lines; in two, one of them is likely a copy."""
    table = ledger.table("deliveries")
    named = table[table["delivery_id"].notna()]
    alike = records(named[named.duplicated(_NOTE, keep=False)])
    by_note: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in alike:
        by_note[tuple(row[name] for name in _NOTE)].append(row)
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for rows in by_note.values():
        for one, other in permutations(rows, 2):
            own, its = ((row["order_id"], row["line"]) for row in (one, other))
            if own != its and one["_file"] != other["_file"]:
                found[own].append(other)
    return found


def _each(table: pd.DataFrame, *names: str) -> Iterator[tuple[Any, ...]]:
    """Some columns of a table row by row."""
    return zip(*(pa.array(table[name]).to_pylist() for name in names), strict=True)


def _by_vendor(rows: Iterable[Row]) -> dict[str, list[Row]]:
    mine: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        mine[row["vendor"]].append(row)
    return mine


def suspects_of(
    ledger: Ledger, books: Books, before: pd.DataFrame, gone: Iterable[Row], asked: Collection[str], home: str
) -> dict[str, list[Suspect]]:
    """Invoice key → earlier invoices that it may repeat, of the invoices of which something is to be paid. `before`:
    payment lines as they stand; `gone`: what sheets carried and the register has no more, as rows of invoices."""
    days = books.rules.soft_duplicate_days
    if not asked or days < 0:
        return {}
    accounts = {name: given(row["bank_account"]) for name, row in books.vendors.items()}
    carried = set(before[~before["state"].isin(FREE)]["invoice_key"])
    orders = ledger.table("orders")
    foreign = orders[orders["currency"].notna() & (orders["currency"] != home)]
    currencies = dict(zip(foreign["order_id"], foreign["currency"], strict=True))
    found: dict[str, list[Suspect]] = defaultdict(list)
    rows = [*records(ledger.table("invoices")[list(_COMPARED)]), *_once(gone)]
    for suspect in suspects(bills_of(rows, accounts, carried, currencies, home), days, asked):
        found[suspect.later.key].append(suspect)
    return found


def _once(gone: Iterable[Row]) -> list[Row]:
    """Invoices that are gone, each as one row under the number that it had."""
    found: dict[tuple[str, str], Row] = {}
    for row in gone:
        name = row["vendor"], row["_shown"]
        before = found.get(name, row | {"gross": ZERO})
        place = {"_sheet": row["order_id"], "_row": row["line"]}
        found[name] = row | place | {"invoice_no": row["_shown"], "gross": before["gross"] + row["gross"]}
    return list(found.values())


def by_hand_of(ledger: Ledger, now: Owing) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Invoice key → the bank's rows that may have paid by hand what is to be paid now, or waits on a sheet."""
    asked = [(p, amount) for p in now.owed if (amount := rest(p, now.lines[line_of(p)])) > 0]
    waits, told = _unreleased(ledger, now), _unexplained(ledger)
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for some in (asked, waits, [*asked, *waits]):  # the rest of a line was paid, what waits of it, or both
        for key, rows in paid_by_hand(some, told).items():
            add(found[key], rows)
    return found


def _unreleased(ledger: Ledger, now: Owing) -> list[tuple[Payable, Decimal]]:
    """Payables that wait on a sheet, each with what waits of it: what earlier sheets paid is no part of that."""
    nets: dict[Name, Decimal] = defaultdict(Decimal)
    for row in _waiting(ledger):
        nets[row["invoice_key"], row["order_id"], row["line"]] += row["net"]
    return [(payable, nets[line]) for line, (payable, _) in now.waiting.items() if payable is not None]


def _unexplained(ledger: Ledger) -> list[Row]:
    returns = ledger.said("returns")
    return records(returns[returns["outcome"].isin(UNEXPLAINED)])


def _early(ledger: Ledger) -> dict[Name, Row]:
    """Lines that the bank told paid while they were not released (held, waiting, refused, void), each with its latest
    row."""
    returns = ledger.said("returns")
    told = records(returns[returns["outcome"].isin([EARLY, CLOSED, ON_HOLD]) & (returns["status"] == SUCCEEDED)])
    by_key = {key: row for row in sorted(told, key=lambda row: row["day"]) for key in row["payment_keys"].split(",")}
    lines = ledger.said("payables")
    mine = records(lines[lines["payment_key"].isin(list(by_key))])
    return {(row["invoice_key"], row["order_id"], row["line"]): by_key[row["payment_key"]] for row in mine}


def _put_up(ledger: Ledger) -> dict[tuple[str, str], date]:
    """(order, line) → the day of the first sheet that carried it."""
    days = {row["batch"]: date.fromisoformat(row["day"]) for row in records(ledger.said("batches"))}
    before = ledger.said("payables")
    before = before[~before["state"].isin(FREE)]
    first: dict[tuple[str, str], date] = {}
    for order_id, number, batch in _each(before, "order_id", "line", "batch"):
        line, day = (given(order_id), given(number)), days.get(batch)
        if day and day <= first.get(line, day):
            first[line] = day
    return first


def _edits(ledger: Ledger) -> Sequence[Mapping[str, Any]]:
    """Silent edits that nobody has answered, however old, less those that were changed back."""
    edits = records(ledger.open_edits())
    if not edits:
        return []
    reopened = {row["alert"]: row["reopened"] for row in records(ledger.alerts((), list(map(edit_alert, edits))))}
    answers = records(ledger.answers({edit_number(row, reopened) for row in edits}))
    return not_changed_back(unanswered(edits, answers, reopened))


# ------------------------------------------------------------------ what must not leave


def stops(ledger: Ledger, rules: Rules, today: date) -> dict[str, tuple[Hold, ...]]:
    """Payment key → why a line on a sheet must not be released today. To be asked before a batch is."""
    vendors = {row["vendor"]: row for row in records(ledger.table("vendors"))}
    accounts = accounts_of(ledger, rules, today)
    books = books_of(ledger, rules, today, vendors, accounts)
    before, earned = ledger.said("payables"), records(ledger.said("earned"))
    tied = [one.vendors for one in books.shared]
    now = owing(ledger, before, earned, payees(vendors, accounts), tied, rules, today, only_waiting=True)
    by_hand = paid_by_hand(_unreleased(ledger, now), _unexplained(ledger))
    books = replace(books, left=now.left, by_hand=by_hand)
    return stopped_of(ledger, books, now)


def outdated(ledger: Ledger, rules: Rules, today: date) -> frozenset[str]:
    """Payment keys on sheets that name an account which a verified change has replaced."""
    accounts = accounts_of(ledger, rules, today)
    now, waiting = trusted(accounts), pending(accounts)
    return frozenset(row["payment_key"] for row in _waiting(ledger) if is_outdated(row, now, waiting))


def _waiting(ledger: Ledger) -> list[Row]:
    """The lines that are proposed or approved."""
    lines = ledger.said("payables")
    return records(lines[lines["state"].isin(UNRELEASED)])


def stopped_of(ledger: Ledger, books: Books, now: Owing) -> dict[str, tuple[Hold, ...]]:
    """Payment key → why, of the lines that are proposed or approved."""
    paid = payees({name: dict(row) for name, row in books.vendors.items()}, books.accounts)
    issued = frozenset(row["batch"] for row in records(ledger.said("batches")) if given(row["issued_on"]))
    return stopped(Sheeted(_waiting(ledger), now.waiting, paid, issued), books)


def waiting_held(found: Mapping[str, tuple[Hold, ...]], ledger: Ledger, now: Owing) -> Iterator[Controlled]:
    """Lines on a sheet that must not leave, as those that a control holds: what a person can let go is asked on the
    same form. `found`: what `stopped_of` said."""
    for row in _waiting(ledger):
        payable, _ = now.waiting.get((row["invoice_key"], row["order_id"], row["line"]), (None, ZERO))
        if payable is not None and (holds := found.get(row["payment_key"])):
            yield Controlled(payable, holds, row["net"])


def stop_rows(found: Mapping[str, tuple[Hold, ...]], ledger: Ledger) -> Iterator[Row]:
    """The same as rows of the table `holds`, under their payment keys."""
    lines = ledger.said("payables")
    for row in records(lines[lines["payment_key"].isin(list(found))]):
        if holds := found.get(row["payment_key"]):
            codes = dict.fromkeys(hold.code for hold in holds)
            yield {
                "hold": row["payment_key"], "vendor": row["vendor"], "order_id": row["order_id"], "line": row["line"],
                "invoice_no": row["invoice_no"], "reasons": ",".join(codes), "gross": row["gross"],
                "stopped": row["net"], "due_on": row["due_on"], "source": row["batch"],
                "evidence": listed(tuple(dict.fromkeys(hold.seen for hold in holds))), "currency": row["currency"],
                "parts": written([Part(tuple(codes), row["net"])]),
            }  # fmt: skip


# ------------------------------------------------------------------ the release form


def release_form(found: Sequence[Controlled], ledger: Ledger, home: str, today: date) -> Iterator[Decision]:
    """暂扣放行单, whenever there is a hold on it that no form has asked about yet. `home`: our own currency."""
    waiting = releasable(found)
    asked = {row["period"] for row in records(ledger.said("issued")) if row["what"] == _ISSUED}
    new = sorted(waiting.keys() - asked)
    if not new:
        return
    name = f"hold-release-{numbered(*sorted(waiting))}"
    yield Decision("paymaster", today.isoformat(), name, form_of(waiting, home, today), name=name)
    rows = [
        {"what": _ISSUED, "period": number, "whom": waiting[number][1][0].payable.vendor, "day": today}
        for number in new
    ]
    yield Decision("paymaster", today.isoformat(), f"asked-{name}", record("issued", rows))
    lines = tuple(_told(*waiting[number]) for number in new)
    notice = Notice("finance", say("notice.release.headline", count=len(new)), lines, "warning", (name,), None,
                    say("notice.release.next"))  # fmt: skip
    yield Decision("paymaster", today.isoformat(), f"notice-{name}", notice)


def _told(hold: Hold, lines: Sequence[Controlled]) -> Text:
    """A hold in a letter: all that it holds, some of it by name."""
    named = list(dict.fromkeys((one.payable.vendor, one.payable.invoice_no) for one in lines))
    told = tuple(say("notice.release.invoice", vendor=vendor, invoice=number) for vendor, number in named[:_MOST_NAMED])
    key = "line" if len(named) == len(told) else "line_more"
    items = say("list.comma", items=told)
    return say(f"notice.release.{key}", items=items, count=len(named), reason=say(f"hold.{hold.code}.name"))


def form_of(waiting: Mapping[str, tuple[Hold, list[Controlled]]], home: str, today: date) -> Workbook:
    """What waits, each hold in a row. Where any of it is in another currency, every sum is told with its own."""
    foreign = bool({one.payable.currency for _, lines in waiting.values() for one in lines} - {"", home})
    claims = any(hold.code in PAID_TOO_MUCH for hold, _ in waiting.values())
    rows = tuple(
        _row(number, hold, lines, home, foreign, claims) for number, (hold, lines) in sorted(waiting.items(), key=_rank)
    )
    facts = ((say("form.how"), say("release.how")), (say("release.second"), say("release.second_how")))
    sheet = Sheet(say("release.sheet"), say("release.title"), facts, (Table(_columns(foreign, claims), rows),))
    form = Form(f"hold_releases-{today:%Y%m%d}-{numbered(*sorted(waiting))}", FORM_LAYOUT, "hold_releases")
    return Workbook("forms", say("release.file", day=today, number=numbered(*sorted(waiting))[:4]), (sheet,), form)


def _rank(pair: tuple[str, tuple[Hold, list[Controlled]]]) -> tuple[str, str, str]:
    number, (_, lines) = pair
    return lines[0].payable.vendor, lines[0].payable.invoice_no, number


def _row(
    number: str, hold: Hold, lines: Sequence[Controlled], home: str, foreign: bool, claims: bool
) -> tuple[Any, ...]:
    payables = [one.payable for one in lines]
    sums = by_currency(((one.payable.currency, one.amount) for one in lines), home)
    vendors, invoices = (dict.fromkeys(getattr(one, name) for one in payables) for name in ("vendor", "invoice_no"))
    amount = _lined(sums) if foreign else sums[home]
    amounts = (None, amount) if hold.code in PAID_TOO_MUCH else (amount, None)
    return (
        number, "\n".join(vendors), "\n".join(invoices), *amounts[: 1 + claims],
        say(f"hold.{hold.code}.name"), hold.seen, say("form.yes" if hold.second else "form.no"),
        " / ".join((*hold.verdicts, KEEP)), "", "", "", "", "",
    )  # fmt: skip


def _lined(sums: Mapping[str, Decimal]) -> Text | None:
    """Sums of several currencies, one under the other."""
    return listed([say("value.in_currency", total=total, currency=currency) for currency, total in sums.items()])


def _columns(foreign: bool, claims: bool) -> tuple[Column, ...]:
    """What is to be claimed back is no payment: it has a column of its own, where there is any."""
    look, width = (Look.WRAP, 17) if foreign else (Look.MONEY, 14)
    return (
        Column(say("form.word.hold"), Look.TEXT, 15),
        Column(say("column.vendor"), Look.WRAP, 26),
        Column(say("column.invoice_no"), Look.WRAP, 23),
        Column(say("column.on_release"), look, width),
        *((Column(say("column.to_claim"), look, width),) if claims else ()),
        Column(say("column.reason"), Look.WRAP, 26),
        Column(say("column.evidence"), Look.WRAP, 40),
        Column(say("release.second"), Look.TEXT, 11),
        Column(say("release.verdicts"), Look.WRAP, 14),
        Column(say("form.word.hold_verdict"), Look.TEXT, 12, open=True, choices=VERDICTS),
        Column(say("form.word.hold_released_by"), Look.TEXT, 12, open=True),
        Column(say("form.word.hold_remark"), Look.WRAP, 28, open=True),
        Column(say("form.word.agreed_by"), Look.TEXT, 12, open=True),
        Column(say("form.word.hold_released_on"), Look.DATE, 13, open=True),
    )
