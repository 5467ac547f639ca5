"""Where money goes: accounts that two share, and the quarantine of an account that has changed (RULES 7).

An account is trusted as it was first known, or last paid. Another one is held until somebody has called back the
number of an older file, a second person has released it, and the hours for it are over.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from robots.model.names import fold, identity

Row = Mapping[str, Any]
TRUSTED, HELD, RELEASED, REFUSED, WITHDRAWN = "trusted", "held", "released", "refused", "withdrawn"
CONFIRMED, DENIED = "确认变更", "否认变更"  # the words of the kind `account_checks`
NOT_CALLED, NO_CALLER, TOO_EARLY, NO_SECOND, SAME_PERSON, HOURS = (
    "not_called", "no_caller", "too_early", "no_second", "same_person", "hours",
)  # fmt: skip


def account_identity(account: str) -> str:
    """An account as it is compared: no spaces, no dashes, one case.

    >>> account_identity(" 6222 0000-0000 0000 001")
    '6222000000000000001'
    """
    return fold(account).replace(" ", "").replace("-", "").casefold()


def ending(account: str) -> str:
    """An account by its last digits: a letter or a list is no place for the whole."""
    return account[-4:]


def given(value: Any) -> str:
    """A cell's text, empty where it was blank."""
    return "" if value is None or pd.isna(value) else str(value)


# ------------------------------------------------------------------ one account, two owners


@dataclass(frozen=True)
class Shared:
    """One account that several are paid to: vendors by name with their places, employees by name."""

    account: str
    vendors: tuple[str, ...]
    places: tuple[str, ...]
    employees: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """What a release names: another owner makes another number."""
        return numbered("SHARED_ACCOUNT", account_identity(self.account), *self.vendors, "·", *self.employees)


def shared_accounts(vendors: Iterable[Row], employees: Mapping[str, str]) -> Iterator[Shared]:
    """Accounts of two vendors, or of a vendor and an employee (name → account), by account."""
    owners: dict[str, list[Row]] = defaultdict(list)
    for row in vendors:
        if account := given(row.get("bank_account")):
            owners[account_identity(account)].append(row)
    staff: dict[str, list[str]] = defaultdict(list)
    for name, account in employees.items():
        staff[account_identity(account)].append(name)
    for account, rows in sorted(owners.items()):
        names = tuple(sorted({row["vendor"] for row in rows}))
        if len({identity(name) for name in names}) > 1 or account in staff:
            places = tuple(f"{row['_file']} › {row['_sheet']} › {row['_row']}" for row in rows)
            yield Shared(account, names, places, tuple(sorted(staff[account])))


def numbered(*parts: str) -> str:
    """A number that people can refer to, the same for the same facts."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12].upper()


# ------------------------------------------------------------------ quarantine


@dataclass(frozen=True)
class Account:
    """One account of a vendor in the order in which they were seen. `phone`: as it stood when the account before it was
    trusted, so that whoever brings a new account cannot bring the number to be called with it."""

    vendor: str
    n: int
    account: str
    state: str
    seen_at: datetime
    bank_name: str = ""
    phone: str = ""
    phone_place: str = ""
    place: str = ""
    called_by: str = ""
    released_by: str = ""
    pays_old: bool = False
    why: str = ""

    @property
    def number(self) -> str:
        """What the call-back form of this change is about."""
        return numbered(self.vendor, str(self.n), self.account)

    @property
    def is_trusted(self) -> bool:
        """May money go there?"""
        return self.state in (TRUSTED, RELEASED)


def account_of(row: Row) -> Account:
    """An account as it is kept in the table `accounts`."""
    texts = ("bank_name", "phone", "phone_place", "place", "called_by", "released_by", "why")
    return Account(
        row["vendor"], int(row["n"]), row["account"], row["state"], datetime.fromisoformat(row["seen_at"]),
        pays_old=given(row["pays_old"]) == "True", **{name: given(row[name]) for name in texts},
    )  # fmt: skip


def row_of(one: Account) -> dict[str, Any]:
    """The row of the table `accounts` that keeps an account."""
    return asdict(one) | {"seen_at": one.seen_at.isoformat()}


@dataclass(frozen=True)
class AccountWatch:
    """What the accounts are looked at with. `paid`: vendor → account of the last payment sheet; `answers`: change →
    the row of its call-back form; `hours`: what lies between change and release at least."""

    now: datetime
    hours: int
    paid: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Row] = field(default_factory=dict)


def looked_at(row: Row, known: tuple[Account, ...], watch: AccountWatch) -> tuple[Account, ...]:
    """The accounts of one vendor after a look at its row in the ledger, the former ones included.

    A row without an account says nothing: what was trusted stays so.
    """
    account = given(row.get("bank_account"))
    if not account:
        return known
    known = known or (_first(row, account, watch),)
    trusted = _last_trusted(known)
    if account_identity(trusted.account) == account_identity(account):
        return tuple(_withdrawn(one) for one in known)
    last = known[-1]
    if account_identity(last.account) != account_identity(account) or last.state not in (HELD, REFUSED):
        known, last = tuple(_withdrawn(one) for one in known), _changed(row, account, trusted, len(known) + 1, watch)
    else:
        known = known[:-1]
    return (*known, _answered(last, watch))


def accounts_now(vendors: Iterable[Row], kept: Iterable[Row], watch: AccountWatch) -> list[Account]:
    """Every account of every vendor after a look at the vendor ledger, by vendor and in their order.

    `kept`: the rows of the table `accounts`; a vendor that the ledger no longer has keeps its own.
    """
    known: dict[str, tuple[Account, ...]] = {}
    for one in sorted(map(account_of, kept), key=lambda one: (one.vendor, one.n)):
        known[one.vendor] = (*known.get(one.vendor, ()), one)
    for row in vendors:
        known[row["vendor"]] = looked_at(row, known.get(row["vendor"], ()), watch)
    return [one for _, mine in sorted(known.items()) for one in mine]


def last_paid(payables: Iterable[Row]) -> dict[str, str]:
    """Vendor → the account on the latest payment sheet that carried a line of it."""
    sheeted = [row for row in payables if row["state"] != "held" and given(row["bank_account"])]
    return {row["vendor"]: row["bank_account"] for row in sorted(sheeted, key=lambda row: given(row["batch"]))}


def _first(row: Row, account: str, watch: AccountWatch) -> Account:
    """The account a vendor begins with: the one that was last paid, else the ledger's, with the phone beside it."""
    paid = watch.paid.get(row["vendor"], account)
    same = account_identity(paid) == account_identity(account)
    place = f"{row['_file']} › {row['_sheet']} › {row['_row']}"
    phone, bank = (given(row.get("phone")), given(row.get("bank_name"))) if same else ("", "")
    return Account(row["vendor"], 1, paid, TRUSTED, watch.now, bank, phone, place if phone else "", place)


def _last_trusted(known: tuple[Account, ...]) -> Account:
    return next(one for one in reversed(known) if one.is_trusted)


def _withdrawn(one: Account) -> Account:
    """A change that the ledger no longer names is over; the trusted accounts stay."""
    return replace(one, state=WITHDRAWN) if one.state in (HELD, REFUSED) else one


def _changed(row: Row, account: str, trusted: Account, n: int, watch: AccountWatch) -> Account:
    place = f"{row['_file']} › {row['_sheet']} › {row['_row']}"
    return Account(
        row["vendor"], n, account, HELD, watch.now, given(row.get("bank_name")), trusted.phone, trusted.phone_place,
        place, why=NOT_CALLED,
    )  # fmt: skip


def _answered(one: Account, watch: AccountWatch) -> Account:
    """A change with what the call-back form says about it by now."""
    row = watch.answers.get(one.number)
    if row is None:
        return one
    caller, second = given(row["called_by"]), given(row["released_by"])
    told = replace(
        one, called_by=caller, released_by=second, pays_old=bool(given(row["pays_old"]) == "True" and caller)
    )
    if given(row["outcome"]) == DENIED:
        return replace(told, state=REFUSED, why="denied")
    why = _lacking(one, row, caller, second, watch)
    return replace(told, state=HELD if why else RELEASED, why=why)


def _lacking(one: Account, row: Row, caller: str, second: str, watch: AccountWatch) -> str:
    """What a release still lacks, the first of it; empty where it is complete."""
    called_on = row["called_on"]
    lacking = (
        (given(row["outcome"]) != CONFIRMED or not isinstance(called_on, date), NOT_CALLED),
        (not caller, NO_CALLER),
        (isinstance(called_on, date) and called_on < one.seen_at.date(), TOO_EARLY),
        (not second, NO_SECOND),
        (identity(caller) == identity(second), SAME_PERSON),
        (watch.now < release_from(one, watch.hours), HOURS),
    )
    return next((why for lacks, why in lacking if lacks), "")


def release_from(one: Account, hours: int) -> datetime:
    """The moment from which a change can be released."""
    return one.seen_at + timedelta(hours=hours)


def pending(accounts: Iterable[Account]) -> dict[str, Account]:
    """Vendor → the change that is not released."""
    return {one.vendor: one for one in accounts if one.state in (HELD, REFUSED)}


def trusted(accounts: Iterable[Account]) -> dict[str, Account]:
    """Vendor → the account that may be paid: the last that was trusted or released."""
    return {one.vendor: one for one in sorted(accounts, key=lambda one: one.n) if one.is_trusted}


def payees(vendors: Mapping[str, dict[str, Any]], accounts: Iterable[Account]) -> dict[str, dict[str, Any]]:
    """The vendor ledger as it is paid: where a person said that the old account stays in use meanwhile, with that."""
    accounts = list(accounts)
    old, waiting = trusted(accounts), pending(accounts)
    kept = {
        name: {"bank_account": old[name].account, "bank_name": old[name].bank_name or None}
        for name, change in waiting.items()
        if change.pays_old and name in old
    }
    return {name: {**row, **kept.get(name, {})} for name, row in vendors.items()}
