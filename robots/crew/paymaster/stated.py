"""What monthly statements told of vendors' accounts: where the next ones begin, and what is kept of them.

A month's statements close its account. One that goes out with a payment tells what has happened since, and closes none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from robots.crew.paymaster.rows import Row, short_hash
from robots.figures.entries import Entry, Told
from robots.figures.lines import records
from robots.figures.statements import Owner, Statement
from robots.ledger import Ledger
from robots.model.decisions import Decision, Record, record
from robots.model.periods import span

CLOSED = "statements-told"  # a month whose statements were kept, among what was issued


@dataclass(frozen=True)
class Stated:
    """`until`: the last day of the last month that was closed, None where none was; `rows`: of the table `stated`."""

    until: date | None
    rows: pd.DataFrame

    def first(self, month: str) -> date:
        """The day on which statements begin that are written in a month or of it: the first one not told yet."""
        return self.until + timedelta(days=1) if self.until else span(month)[0]

    @property
    def vendors(self) -> set[str]:
        """Whose accounts were told."""
        return set(self.rows["vendor"].unique())

    def of(self, vendors: Collection[str]) -> Mapping[Owner, list[Told]] | None:
        """What was told of some vendors' accounts; None where no month was closed yet."""
        if self.until is None:
            return None
        told: dict[Owner, list[Told]] = defaultdict(list)
        for row in records(self.rows[self.rows["vendor"].isin(list(vendors))]):
            told[row["vendor"], row["currency"]].append(Told(row["entry"], _entry(row)))
        return {owner: sorted(mine, key=lambda one: (one.entry.day, one.key)) for owner, mine in told.items()}


def stated(ledger: Ledger) -> Stated:
    """What was told up to now."""
    issued = ledger.said("issued")
    months = issued["period"][issued["what"] == CLOSED].tolist()
    return Stated(span(max(months))[1] if months else None, ledger.said("stated"))


def told_now(accounts: Iterable[Statement], month: str) -> Record:
    """What a month's statements tell, beside what is kept already; accounts of which there is nothing to say, too."""
    rows: list[Row] = []
    gone: list[str] = []
    for account in accounts:
        rows += _rows(account, month)
        gone += (pair.told.key for pair in account.pairs if pair.told and pair.now is None)
    return record("stated", rows, gone=tuple(gone))


def closing(month: str, today: date) -> Iterator[Decision]:
    """From here on, what is kept of a month is what its statements told."""
    rows = [{"what": CLOSED, "period": month, "whom": "", "day": today}]
    yield Decision("paymaster", month, CLOSED, record("issued", rows))


def _rows(account: Statement, month: str) -> Iterator[Row]:
    for n, pair in enumerate(account.pairs):
        before, now = pair.told, pair.now
        if now is not None and (before is None or before.entry != now):
            key = before.key if before else short_hash(month, account.vendor, account.currency, str(n))
            yield {
                "entry": key, "vendor": account.vendor, "currency": account.currency, "day": now.day.isoformat(),
                "what": now.what, "document": now.document, "remark": now.remark, "amount": now.amount,
            }  # fmt: skip


def _entry(row: Row) -> Entry:
    return Entry(date.fromisoformat(row["day"]), row["what"], row["document"], row["remark"], row["amount"])
