"""What robots decide, as values: workbooks to write, notices to send, rows to record. The edge carries them out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from robots.model import wire
from robots.model.forms import Form
from robots.model.words import Text


class Look(StrEnum):
    """How a column shows its cells."""

    TEXT = "text"
    WRAP = "wrap"
    MONEY = "money"
    NUMBER = "number"
    INTEGER = "integer"
    PERCENT = "percent"
    DATE = "date"
    MOMENT = "moment"
    LEVEL = "level"
    SCORE = "score"
    CHANGE = "change"
    SPARK = "spark"


@wire.travels
@dataclass(frozen=True)
class Column:
    """One column of an output table: its title, how its cells look, its width in characters.

    In a form, an `open` column is for people to fill in; `choices` are what may be chosen there, and `hint` is what
    Excel shows beside the cell that is being filled in (255 characters at most). A SPARK column draws a small line
    `over` the columns from one index to another of the same row. The last columns of a wide table may stay off `paper`.
    """

    title: Text
    look: Look = Look.TEXT
    width: int = 14
    open: bool = False
    choices: tuple[Text, ...] = ()
    over: tuple[int, int] | None = None
    hint: Text = ""
    paper: bool = True


@wire.travels
@dataclass(frozen=True)
class Table:
    """Rows under columns. `total` names the columns (by index) that are summed in a row of their own.

    `links`: (row, column, where it leads to), such as the cell of the sender's marked copy. `blanks` are rows left
    free below, for people to fill in. One that `continues` stands under the header of the table above it.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    title: Text = ""
    total: tuple[int, ...] = ()
    empty: Text = ""
    blanks: int = 0
    links: tuple[tuple[int, int, Text], ...] = ()
    continues: bool = False


@wire.travels
@dataclass(frozen=True)
class Chart:
    """A native chart over one table of the same sheet: categories from one column, a series per value column.

    `axis`: lowest and highest value shown, where the scale is known beforehand (marks from 1 to 5). `stacked`: columns
    stand one on the other.
    """

    kind: str
    title: Text
    table: int
    category: int
    values: tuple[int, ...]
    percent: bool = False
    rows: int | None = None
    axis: tuple[int, ...] = ()
    stacked: bool = False


@wire.travels
@dataclass(frozen=True)
class Sheet:
    """One sheet: a title, key-value facts, tables one under the other, charts beside, lines to sign.

    Where tables continue each other, they are groups of one list: its header is repeated on every page, a group begins
    on a new page rather than be torn where it fits on one, and a row with the sum of all `groups` closes it.
    """

    name: Text
    title: Text = ""
    facts: tuple[tuple[Text, Any], ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    notes: tuple[Text, ...] = ()
    signatures: tuple[Text, ...] = ()
    landscape: bool = True
    groups: Text = ""


@wire.travels
@dataclass(frozen=True)
class Workbook:
    """A workbook to write: into receipts, reports, vendors, payments, alerts or forms; `name` has no ending.

    A `form` is known again when it comes back: its first sheet with open columns is sealed but for these. One of no
    kind is filled in for people to read: protected likewise, and nothing is taken from it when it comes back.
    """

    folder: str
    name: Text
    sheets: tuple[Sheet, ...]
    form: Form | None = None


@wire.travels
@dataclass(frozen=True)
class MarkedCopy:
    """A sender's own workbook with its bad cells filled and explained, for the sender to mend and drop again.

    `sha256` and `suffix` name the original in the archive; `drop` and `source` are the drop it came by and its name
    then. `marks`: (sheet, cell, level, text).
    """

    folder: str
    name: Text
    suffix: str
    sha256: str
    drop: int
    source: str
    marks: tuple[tuple[str, str, str, Text], ...]


@wire.travels
@dataclass(frozen=True)
class Notice:
    """Something to tell a role. Notices of one run become one letter per recipient.

    A notice with a `code` (the digest of what is to be approved) travels in a letter of its own.
    """

    role: str
    headline: Text
    lines: tuple[Text, ...] = ()
    severity: str = "info"
    attach: tuple[str, ...] = ()
    table: Table | None = None
    next_step: Text = ""
    code: str = ""


@wire.travels
@dataclass(frozen=True)
class Record:
    """Rows to keep in a derived table (kpis, scores, alerts, payables, batches), upserted by its key.

    With `replace`, rows of the table that are not among these are removed; with `scope`, those whose first key columns
    hold one of its values (a vendor and a period); else only those whose key is in `gone`.
    """

    table: str
    rows: tuple[tuple[tuple[str, Any], ...], ...]
    replace: bool = False
    gone: tuple[str, ...] = ()
    scope: tuple[tuple[str, ...], ...] = ()


@wire.travels
@dataclass(frozen=True)
class Payer:
    """The account that money leaves from. `bank` names the file of config/banks that its bank's files are made by."""

    bank: str
    holder: str
    account: str
    currency: str
    bank_name: str = ""
    bank_code: str = ""
    bic: str = ""


@wire.travels
@dataclass(frozen=True)
class Transfer:
    """One payment for the bank to make: a line of a released batch. `amount` is above zero, to the cent; `day` is the
    one it is to be made on; `bank_code` is the payee's bank's 联行号, blank where nobody wrote it down."""

    payment_key: str
    payee: str
    account: str
    bank_name: str
    bank_code: str
    amount: Decimal
    purpose: Text
    day: date


@wire.travels
@dataclass(frozen=True)
class BankFile:
    """A released batch as its bank takes it: each of its lines once, all in the payer's currency."""

    folder: str
    name: Text
    batch: str
    payer: Payer
    transfers: tuple[Transfer, ...]

    @property
    def total(self) -> Decimal:
        """The control sum."""
        return sum((one.amount for one in self.transfers), Decimal("0.00"))


What = Workbook | MarkedCopy | BankFile | Notice | Record


@wire.travels
@dataclass(frozen=True)
class Decision:
    """One thing a robot decided. The same decision has the same key, and is queued once.

    `name` lets another decision of the same run refer to this one (an attachment to a workbook).
    """

    robot: str
    period: str
    subject: str
    what: What
    name: str = ""

    @cached_property
    def key(self) -> str:
        """What names it: its robot, period and subject, and a hash of its content. Rows to record need none."""
        text = "\x1f".join((self.robot, self.period, self.subject, wire.dump(self.what)))
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def record(
    table: str,
    rows: list[dict[str, Any]],
    replace: bool = False,
    gone: tuple[str, ...] = (),
    scope: tuple[tuple[str, ...], ...] = (),
) -> Record:
    """Rows given as dicts, as a Record."""
    return Record(table, tuple(tuple(row.items()) for row in rows), replace, gone, scope)
