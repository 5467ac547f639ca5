"""账户变更隔离: every account a vendor has had, the call-back form of a change, and what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from robots.figures.accounts import (
    CONFIRMED,
    DENIED,
    HELD,
    REFUSED,
    RELEASED,
    Account,
    AccountWatch,
    account_identity,
    account_of,
    accounts_now,
    ending,
    given,
    last_paid,
    pending,
    release_from,
    row_of,
    trusted,
)
from robots.figures.approvals import Refusal
from robots.figures.batches import RELEASED as SENT
from robots.figures.batches import UNRELEASED
from robots.figures.lines import records
from robots.figures.refusals import Line, line_of_row
from robots.figures.sums import by_currency, told
from robots.ledger import Ledger
from robots.model.decisions import Column, Decision, Look, Notice, Sheet, Table, Workbook, record
from robots.model.forms import Form
from robots.model.words import Text, say
from robots.rules import Rules

FORM_LAYOUT = 1
OUTCOMES = (CONFIRMED, DENIED, "未接通")  # the words of the kind `account_checks`
OLD_ACCOUNT = "old_account"
STEPS = ("call", "read_out", "outcome", "second", "wait")


def accounts_of(ledger: Ledger, rules: Rules, today: date) -> list[Account]:
    """The accounts of every vendor as they stand after a look at the ledger and at the forms that came back."""
    vendors = records(ledger.table("vendors"))
    if not vendors:
        return []
    watch = AccountWatch(
        datetime.fromisoformat(ledger.history.moment()), rules.settlement(today).bank_change_hours,
        last_paid(records(ledger.said("payables")[["vendor", "state", "bank_account", "batch"]])),
        {row["change"]: row for row in records(ledger.table("account_checks"))},
    )  # fmt: skip
    return accounts_now(vendors, records(ledger.said("accounts")), watch)


def with_old_accounts(
    remarks: Mapping[Line, tuple[Refusal, ...]], rows: Iterable[Mapping[str, Any]], accounts: Sequence[Account]
) -> dict[Line, tuple[Refusal, ...]]:
    """What is told beside lines that are put up, with those that go to an account before a change that still waits, for
    somebody has said so on its call-back form."""
    now = trusted(accounts)
    old = {vendor: one for vendor, one in pending(accounts).items() if one.pays_old}
    found = dict(remarks)
    for row in rows:
        if change := old.get(row["vendor"]):
            line, day = line_of_row(row), change.seen_at.date().isoformat()
            why = ending(now[row["vendor"]].account)
            found[line] = (*found.get(line, ()), Refusal("", 1, day, change.called_by, why, False, OLD_ACCOUNT))
    return found


def quarantine(accounts: Sequence[Account], ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    """Keep what has changed; a call-back form for each new change; a word when one is released or refused."""
    before = {(one.vendor, one.n): one for one in map(account_of, records(ledger.said("accounts")))}
    changed = [one for one in accounts if before.get((one.vendor, one.n)) != one]
    if not changed:
        return
    yield Decision("paymaster", today.isoformat(), "accounts", record("accounts", [row_of(one) for one in changed]))
    known = trusted(accounts)
    hours = rules.settlement(today).bank_change_hours
    for one in changed:
        was = before.get((one.vendor, one.n))
        if one.state == HELD and was is None:
            yield from _called_for(one, known[one.vendor], hours, today)
        elif one.state in (RELEASED, REFUSED) and (was is None or was.state != one.state):
            lines = under_way(one, ledger) if one.state == RELEASED else ()
            outcome = _outcome(one, [some.told(rules.currency) for some in lines], any(some.is_sent for some in lines))
            yield Decision("paymaster", today.isoformat(), f"{one.state}-{one.number}", outcome)


def _called_for(one: Account, known: Account, hours: int, today: date) -> Iterator[Decision]:
    name = f"call-back-{one.number}"
    yield Decision("paymaster", today.isoformat(), one.number, call_back_form(one, known, hours), name=name)
    lines = (
        say("notice.account.changed", before=ending(known.account), after=ending(one.account), place=one.place),
        say("notice.account.phone") if one.phone else say("notice.account.no_phone"),
    )
    notice = Notice("finance", say("notice.account.headline", vendor=one.vendor), lines, "critical", (name,), None,
                    say("notice.account.next", until=_moment(release_from(one, hours))))  # fmt: skip
    yield Decision("paymaster", today.isoformat(), f"notice-{one.number}", notice)


@dataclass(frozen=True)
class UnderWay:
    """Lines of one batch that go to an account which has just been replaced: waiting, unissued, or sent already."""

    how: str
    batch: str
    rows: tuple[dict[str, Any], ...]

    @property
    def is_sent(self) -> bool:
        """May the bank pay it any moment?"""
        return self.how == "sent"

    def told(self, home: str) -> Text:
        """How many, how much (with the currency of their batch), and what becomes of them."""
        total = told(by_currency(((row["currency"], row["net"]) for row in self.rows), home), home)
        keys = "、".join(sorted(row["payment_key"] for row in self.rows))
        count = len(self.rows)
        return say(f"notice.account.{self.how}", batch=self.batch, count=count, total=total, keys=keys)


def under_way(one: Account, ledger: Ledger) -> tuple[UnderWay, ...]:
    """What of a vendor is on sheets under another account than this one, and is not settled, by batch."""
    issued = {row["batch"] for row in records(ledger.said("batches")) if given(row["issued_on"])}
    found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in records(ledger.said("payables")):
        is_old = account_identity(given(row["bank_account"])) != account_identity(one.account)
        if row["vendor"] == one.vendor and is_old and row["state"] in (*UNRELEASED, SENT):
            how = "sent" if row["state"] == SENT else "waiting" if row["batch"] in issued else "unissued"
            found[row["batch"], how].append(row)
    return tuple(UnderWay(how, batch, tuple(rows)) for (batch, how), rows in sorted(found.items()))


def _outcome(one: Account, lines: Sequence[Text], is_sent: bool) -> Notice:
    """Released or refused. `lines`: what is on sheets under the account before; `is_sent`: some of it is released."""
    values = {
        "vendor": one.vendor,
        "ending": ending(one.account),
        "by": one.called_by,
        "second": one.released_by or None,
    }
    severity = "critical" if one.state == REFUSED or is_sent else "warning" if lines else "info"
    step = "sent" if is_sent else one.state
    return Notice("finance", say(f"notice.account.{one.state}", **values), tuple(lines), severity,
                  (), None, say(f"notice.account.{step}_next"))  # fmt: skip


# ------------------------------------------------------------------ the form


def call_back_form(one: Account, known: Account, hours: int) -> Workbook:
    """账户变更回拨单: whom to call under which number, what to ask, who releases, and from when on."""
    facts = (
        (say("column.vendor"), one.vendor),
        (say("call_back.old"), say("call_back.account", account=known.account, bank=known.bank_name or None)),
        (say("call_back.new"), say("call_back.account", account=one.account, bank=one.bank_name or None)),
        (say("call_back.came_by"), say("call_back.seen", place=one.place, at=_moment(one.seen_at))),
        (say("call_back.phone"), _phone(one)),
        (say("call_back.from"), say("call_back.hours", hours=hours, at=_moment(release_from(one, hours)))),
        *((say("call_back.step", n=n), say(f"call_back.steps.{step}")) for n, step in enumerate(STEPS, 1)),
        (say("form.how"), say("call_back.how")),
    )
    row = (one.number, one.vendor, one.account, one.phone or "", "", "", "", "", "", "", "")
    sheet = Sheet(say("call_back.sheet"), say("call_back.title"), facts, (Table(_columns(), (row,)),))
    form = Form(f"account_checks-{one.number}", FORM_LAYOUT, "account_checks")
    return Workbook("forms", say("call_back.file", vendor=one.vendor, number=one.number), (sheet,), form)


def _phone(one: Account) -> Text:
    return (
        say("call_back.old_phone", phone=one.phone, place=one.phone_place) if one.phone else say("call_back.no_phone")
    )


def _columns() -> tuple[Column, ...]:
    yes_no = (say("form.yes"), say("form.no"))
    return (
        Column(say("form.word.change"), Look.TEXT, 16),
        Column(say("column.vendor"), Look.WRAP, 26),
        Column(say("call_back.new"), Look.TEXT, 24),
        Column(say("call_back.phone"), Look.TEXT, 18),
        Column(say("form.word.called_on"), Look.DATE, 13, open=True),
        Column(say("form.word.called_by"), Look.TEXT, 12, open=True),
        Column(say("form.word.spoke_to"), Look.TEXT, 12, open=True),
        Column(say("form.word.outcome"), Look.TEXT, 13, open=True, choices=OUTCOMES),
        Column(say("form.word.pays_old"), Look.TEXT, 15, open=True, choices=yes_no, hint=say("call_back.pays_old")),
        Column(say("form.word.change_released_by"), Look.TEXT, 14, open=True),
        Column(say("form.word.call_remark"), Look.WRAP, 26, open=True),
    )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
