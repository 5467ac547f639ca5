"""What a kind is: typed fields, a business key, checks of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Literal

import pyarrow as pa

from robots.cells import Type
from robots.kinds.check import RowFinding

Check = Callable[[pa.Table], Iterator[RowFinding]]
Unpivot = Callable[[Sequence[tuple[str, ...]]], Sequence[Mapping[str, int | str]]]


@dataclass(frozen=True)
class Field:
    """One column of a kind. `low` and `high` bound a number; `default` fills a blank where the meaning allows one.

    `edge`: where a cell holds a period (2026.1.1-2026.12.31), which end of it this date is. `account`: a number that
    money goes to, or that names a vendor: it is never taken on a guess. `strict`: a choice on which money hangs: its
    default stands for a blank, never for a word or a column that nobody can read. `if_all`: headers that name it only
    where every cell below is a word of it (交易类型 over 来账 and 往账, not over 转账 and 结息). `else_by`: headers
    that name it only where no other column does (交易时间 may hold the day, but beside 交易日期 it is the time of day).
    `daily`: a rate for each day, whose cells may say so (0.1%/天). `share`: the field that a cell of this one tells
    where it holds a share in place of an amount (预付款 30%). `instead`: the field whose column may stand in place of
    this one's, where this one is found from it (the price without tax from the one with it). `blank`: the code that
    tells a blank, where more is to be said of it than that it is required.
    """

    name: str
    type: Type
    required: bool = False
    low: Decimal | None = None
    high: Decimal | None = None
    default: str | None = None
    edge: Literal["", "start", "end"] = ""
    account: bool = False
    strict: bool = False
    if_all: tuple[str, ...] = ()
    else_by: tuple[str, ...] = ()
    daily: bool = False
    share: str = ""
    instead: str = ""
    blank: str = "REQUIRED_BLANK"


@dataclass(frozen=True)
class Kind:
    """One kind of workbook.

    `key`: fields whose values name a row. Where the first of them is blank, `else_key` names it, and rows alike get
    a running number when `sequence` is set. `any_of`: at least one of these must be among the columns, for kinds
    whose required fields stand in every ledger; or all of `or_all`, where there are any. `telling`: where another kind
    reads all the required columns too, the sheet is of this kind as well only if one of these has a column of its own
    (an order ledger may carry its invoices, an invoice register is no order ledger).

    `parts`: rows of one workbook under one key that differ in these fields are parts of one thing (an invoice over
    several orders, a row for each): the first has the key itself, each other one a key of its own.

    `dated`: the day that tells in which month a row counts. `watched`: fields whose change in a row that has been
    acted on is told (SILENT_EDIT).

    `note`: the field that names the paper of a row, by which it is known again under another order line: what had been
    acted on and stands elsewhere now is told like an edit.

    `answers`: of a list that we hand out to be answered, the fields of which at least one is filled in where there is
    an answer; the other rows say nothing. The same row answered again in a later list is the ordinary course.
    `decides`: where such a list goes out once more with its answers, for a person to decide on them, the fields asked
    for then. `who`: the field that names who answered.

    `witness`: where a sealed cell of such a form was changed, its rows come in all the same: the robot that issued it
    has to see what was done to it, and another file with the same rows takes nothing from it. `hidden`: the field that
    holds a code; only a tag of it is kept (`model.codes`).

    `judged`: what such a form says is judged by a robot afterwards, and may have no effect though every row was taken.
    `owner`: the role that is told, beside the clerk, of rows that could not be taken.

    `signs`: an amount that is never below zero, and the fields that say which way it went (the last one also by a word
    other than its default). Where none of them does, a list that writes what went out with a minus says who paid whom
    by the sign alone, and is not taken.

    `wide`: the field whose figures stand in columns that are named after periods (1月 … 12月). `unpivot` says what
    declaration cannot: given the names of all columns (each from the top tier down), it returns the rows that every
    row of the sheet becomes, as field → number of a column, or a constant text; nothing where it does not apply.

    `alone`: what the lines above the table, the sheet's name or the file's must say, or the sheet is none of this kind;
    where it is one it is of no other kind, whatever else its columns could be, and rows alike in two files of it do not
    compete: what a partner says of us must not become a book of ours. `titled`: field → patterns with a group of its
    name, looked for in the same places, where no column and no label tells it.
    """

    name: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    else_key: tuple[str, ...] = ()
    sequence: bool = False
    parts: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    or_all: tuple[str, ...] = ()
    telling: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    dated: str = ""
    watched: tuple[str, ...] = ()
    note: str = ""
    answers: tuple[str, ...] = ()
    decides: tuple[str, ...] = ()
    who: str = ""
    witness: bool = False
    hidden: str = ""
    judged: bool = False
    owner: str = ""
    signs: tuple[str, str, str] | None = None
    wide: str = ""
    unpivot: Unpivot | None = None
    alone: str = ""
    titled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def field(self, name: str) -> Field:
        """The field of that name. Raises KeyError."""
        return self.by_name[name]

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """Fields by name."""
        return {field.name: field for field in self.fields}

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the required fields."""
        return tuple(field.name for field in self.fields if field.required)

    def is_told_by(self, told: Collection[str]) -> bool:
        """Is one of `any_of`, or all of `or_all`, among these fields, where the kind asks for any?"""
        if not self.any_of or not set(self.any_of).isdisjoint(told):
            return True
        return bool(self.or_all) and set(self.or_all) <= set(told)

    @cached_property
    def schema(self) -> pa.Schema:
        """The Arrow schema of this kind's table, without provenance."""
        return pa.schema([(field.name, field.type.arrow) for field in self.fields])
