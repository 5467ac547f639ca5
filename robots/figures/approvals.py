"""Four eyes: is this returned form the approval of exactly what was issued, by exactly whom, with the right code?

Everything here is a function of rows. A form is compared with the payment lines as the ledger has them, cell by cell,
because a seal can be made again; then its code is compared by tag with the one that approves this very content.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from robots.figures.batches import PROPOSED, REJECTED, REVERSIBLE
from robots.figures.lines import order_line
from robots.model import codes
from robots.model.findings import column_letter
from robots.model.forms import as_text
from robots.model.money import ZERO
from robots.model.names import fold, identity
from robots.model.words import Text, say

Row = dict[str, Any]
Refused = dict[str, tuple[Text, Text]]  # payment key → who or what refuses it, and why
LAYOUT = (
    "batch", "payment_key", "payee", "account", "invoice", "order_line", "net", "due_on", "approver", "opinion",
    "reason", "code",
)  # fmt: skip
AGREED, REFUSED = "同意", "驳回"
WAITING, GIVEN = "waiting", "given"

# What a form comes to. Those of VOIDS end the whole case; the others leave it waiting, or come too late to matter.
GOOD, OVER, INCOMPLETE, WRONG = "GOOD", "OVER", "INCOMPLETE", "WRONG"
WRONG_OVER = "WRONG_OVER"  # a wrong code on a form that another one has overtaken
VOIDS = ("PREPARER", "STRANGER", "LATE", "REUSED", "FOREIGN", "CHANGED", "LEDGER", "TRIES")


def given(value: Any) -> Any:
    """A value of a table, or None where it is blank."""
    return None if value is None or pd.isna(value) else value


@dataclass(frozen=True)
class Refusal:
    """What stands against a line that comes up again: in which batch, which needed so many approvers, on which day,
    who, and why. `is_person`: an approver, not a control; `what`: refused, or sent back by the bank, or reversed."""

    batch: str
    needed: int
    day: str
    by: Text
    why: Text
    is_person: bool
    what: str = REJECTED

    @property
    def told(self) -> Text:
        """As it is shown beside its line."""
        return say(f"refusal.{self.what}", by=self.by, day=self.day, why=self.why or None, batch=self.batch)


@dataclass(frozen=True)
class Case:
    """What is up for approval: a batch of payments, or (with `reverses`) one released line to be reversed.

    `lines` are rows of payables as they are now; `row` is the case's own row. Dates are ISO texts. `refused`: payment
    key → what was said against that line when it was up before.
    """

    number: str
    row: Row
    lines: tuple[Row, ...]
    reverses: bool = False
    refused: Mapping[str, tuple[Refusal, ...]] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        """What its lines come to."""
        return sum((line["net"] for line in self.lines), ZERO)

    @property
    def content(self) -> str:
        """Its lines as they are now: other content, another text."""
        return codes.content_of((line["payment_key"], *issued_cells(line).values()) for line in self.lines)

    @property
    def seen(self) -> int:
        """The last drop that was judged for it."""
        return int(given(self.row["seen"]) or 0)

    def digest(self, approver: str, currency: str) -> str:
        """What a code for this approver approves."""
        what = "reverse" if self.reverses else "pay"
        count, day = str(len(self.lines)), str(self.row["issued_on"])
        return codes.digest_of(what, self.number, str(self.total), currency, count, self.content, approver, day)


@dataclass(frozen=True)
class Form:
    """A form that came back: the number and approver that most of its rows name, the drop it came by, and cells that
    its seal says were changed."""

    number: str
    approver: str
    drop: int
    rows: tuple[Row, ...]
    broken: tuple[str, ...] = ()

    @property
    def by(self) -> tuple[str, str]:
        """Whose it is, and of which case: the name of an endorsement."""
        return self.number, self.approver

    @property
    def code(self) -> str:
        """The tag of the code that was typed, wherever in its column."""
        return next((str(row["code"]) for row in self.rows if given(row["code"])), "")

    @property
    def rejected(self) -> dict[str, str]:
        """Key → reason of the lines that the approver refuses."""
        refused = (row for row in self.rows if row["opinion"] == REFUSED)
        return {row["payment_key"]: str(given(row["reason"]) or "") for row in refused}


@dataclass(frozen=True)
class Verdict:
    """What a form comes to, and what there is to say about it."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def voids(self) -> bool:
        """Does it end the case?"""
        return self.code in VOIDS


@dataclass(frozen=True)
class Bench:
    """What a form is judged by: all endorsements by (number, approver), the tag of a digest's code, tries, the day."""

    endorsements: Mapping[tuple[str, str], Row]
    tag: Callable[[str], str]
    tries: int
    today: date


def forms_in(rows: Sequence[Row], known: Mapping[str, Case]) -> Iterator[Form]:
    """The returned forms among rows of `approvals` with their `drop`: one for each file, oldest drop first."""
    files: dict[tuple[int, str], list[Row]] = {}
    for row in rows:
        files.setdefault((int(row["drop"]), row["_file"]), []).append(row)
    for (drop, _), mine in sorted(files.items()):
        numbers = Counter(row["batch"] for row in mine)
        number = max(numbers, key=lambda one: (one in known, numbers[one]))
        approver = Counter(fold(row["approver"]) for row in mine).most_common(1)[0][0]
        yield Form(number, approver, drop, tuple(mine))


# ------------------------------------------------------------------ judging


def judge(case: Case, form: Form, bench: Bench) -> Verdict:
    """The first thing that is to be said of a form; GOOD where nothing stands against it."""
    return (
        _over(case)
        or _by_whom(case, form, bench)
        or _when(case, form, bench)
        or _changed(case, form)
        or _incomplete(form)
        or _code(form, bench)
        or Verdict(GOOD)
    )


def _over(case: Case) -> Verdict | None:
    if case.row["state"] == PROPOSED:
        return None
    return Verdict(OVER, {"state": case.row["state"]})


def _by_whom(case: Case, form: Form, bench: Bench) -> Verdict | None:
    if identity(form.approver) == identity(given(case.row["preparer"]) or ""):
        return Verdict("PREPARER")
    return None if (form.number, form.approver) in bench.endorsements else Verdict("STRANGER")


def _when(case: Case, form: Form, bench: Bench) -> Verdict | None:
    endorsed = bench.endorsements[form.number, form.approver]
    if endorsed["state"] == GIVEN:
        return Verdict("REUSED", {"day": endorsed["answered_on"]})
    expires = given(case.row["expires_on"])
    return Verdict("LATE", {"day": expires}) if expires and bench.today.isoformat() > expires else None


def _changed(case: Case, form: Form) -> Verdict | None:
    gone = case.reverses and any(line["state"] not in REVERSIBLE for line in case.lines)
    if gone or case.content != case.row["content"]:
        return Verdict("LEDGER")
    cells = [*differences(case, form), *form.broken]
    return Verdict("CHANGED", {"cells": tuple(dict.fromkeys(cells))}) if cells else None


def _incomplete(form: Form) -> Verdict | None:
    """Somebody forgot something: nothing is released, nothing is spent, and the form may come again."""
    blank = sum(given(row["opinion"]) is None for row in form.rows)
    unreasoned = sum(not reason for reason in form.rejected.values())
    if blank or unreasoned or not form.code:
        return Verdict(INCOMPLETE, {"blank": blank, "unreasoned": unreasoned, "code": int(not form.code)})
    return None


def _code(form: Form, bench: Bench) -> Verdict | None:
    endorsed = bench.endorsements[form.number, form.approver]
    if form.code == bench.tag(endorsed["digest"]):
        return None
    for (number, name), other in bench.endorsements.items():
        if (number, name) != (form.number, form.approver) and form.code == bench.tag(other["digest"]):
            return Verdict("FOREIGN", {"number": number, "name": name})
    left = bench.tries - int(endorsed["tries"]) - 1
    return Verdict(WRONG, {"left": left}) if left > 0 else Verdict("TRIES", {"tries": bench.tries})


# ------------------------------------------------------------------ cell by cell


def issued_cells(line: Row) -> dict[str, str]:
    """What the form of a payment line says, as texts to compare."""
    return {
        "payee": fold(line["vendor"]), "account": as_text(given(line["bank_account"])),
        "invoice": fold(line["invoice_no"]), "order_line": order_line(line["order_id"], line["line"]),
        "net": as_text(line["net"]), "due_on": as_text(given(line["due_on"])),
    }  # fmt: skip


def differences(case: Case, form: Form) -> Iterator[str]:
    """Every cell that is not as it was issued, as `sheet!cell`; rows that were added, and keys whose row is gone."""
    lines = {line["payment_key"]: line for line in case.lines}
    for row in form.rows:
        line = lines.get(row["payment_key"])
        if line is None:
            yield _cell(row, "payment_key")
            continue
        issued = issued_cells(line) | {"batch": case.number, "approver": form.approver}
        yield from (_cell(row, name) for name, text in issued.items() if _seen(row[name]) != text)
    there = {row["payment_key"] for row in form.rows}
    yield from (f"−{key}" for key in lines if key not in there)


def _seen(value: Any) -> str:
    return fold(as_text(given(value)))


def _cell(row: Row, name: str) -> str:
    return f"{row['_sheet']}!{column_letter(LAYOUT.index(name))}{row['_row']}"


# ------------------------------------------------------------------ what approvers said


def endorsed(row: Row, form: Form, verdict: Verdict, today: date) -> Row:
    """An endorsement after a form: given with what it refuses, with one try less, or owed under another code, where
    the form that was not complete showed its code to everybody who can see the folder."""
    source = form.rows[0]["_file"]
    if verdict.code == GOOD:
        said = json.dumps(form.rejected, ensure_ascii=False)
        return row | {"state": GIVEN, "answered_on": today.isoformat(), "source": source, "rejected": said}
    if verdict.code == INCOMPLETE and form.code:
        return row | {"digest": codes.digest_of(row["digest"], str(form.drop)), "source": source}
    return row | {"tries": int(row["tries"]) + (verdict.code in (WRONG, "TRIES")), "source": source}


def refusals(endorsements: Sequence[Row]) -> Refused:
    """Key → who refuses it, and why; the first who does."""
    found: Refused = {}
    for row in endorsements:
        if row["state"] == GIVEN:
            for key, reason in json.loads(row["rejected"]).items():
                found.setdefault(key, (row["approver"], reason))
    return found


def awaited(endorsements: Iterable[Row]) -> list[str]:
    """Of those who owe an opinion on one case, the ones without whom nothing of it is released: they refused it."""
    return [row["approver"] for row in endorsements if given(row["must"]) and row["state"] != GIVEN]


def missing(needed: int, endorsements: Sequence[Row]) -> int:
    """How many approvals a case still lacks."""
    there = [row for row in endorsements if row["state"] == GIVEN]
    return max(needed - len(there), len(awaited(endorsements)))


def with_set_offs(refused: Refused, lines: Sequence[Row]) -> Refused:
    """A vendor whose credit note is set off among the lines is paid as a whole or not at all: without the row below
    zero it would get too much, without the others the bank would be asked for less than nothing."""
    credited = {_payee(line) for line in lines if line["net"] < 0}
    why: dict[tuple[str, str], tuple[Text, Text]] = {}
    for line in lines:
        if line["payment_key"] in refused:
            why.setdefault(_payee(line), refused[line["payment_key"]])
    found = dict(refused)
    for line in lines:
        if _payee(line) in credited and _payee(line) in why:
            found.setdefault(line["payment_key"], why[_payee(line)])
    return found


def _payee(line: Row) -> tuple[str, str]:
    return line["vendor"], line["currency"]
