"""Workbooks that we write and know again when they come back: a very hidden sheet says what each sheet of them is.

A form is to be filled in, and some of its cells must not change; every other sheet of ours is told, never read. What
stood in its open cells when it went out is told too: what a person wrote is what differs.

The seal tells a slip from an answer. It is no signature: whoever means harm can seal a form again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Context, Decimal
from typing import Any

from robots.model import wire

FORM_SHEET = "_robots"
_MAGIC = "robots"
_HEAD = ("id", "version", "kind", "sheet", "others")
_BETWEEN = "/"  # no sheet name may hold it
_OPEN = "open:"  # before the cells that may be written to
_CELL = Context(prec=15)  # a cell keeps so many digits of a number: a seventh comes back shorter than it was issued


class SealBroken(ValueError):
    """The hidden sheet itself was changed, so that nobody can say what else was."""


@wire.travels
@dataclass(frozen=True)
class Form:
    """Which form this is: its own id, the version of its layout, the kind of its rows (empty where it has none)."""

    id: str
    version: int
    kind: str = ""


@dataclass(frozen=True)
class Sealed:
    """A workbook of ours that came back.

    `form` stands on `sheet` ('' where it holds none) with `cells` that must be as they were (A1 → text); `others` are
    sheets that we wrote for people to read. `open`: the cells that may be written to beside them, as they were issued.
    """

    form: Form
    sheet: str
    cells: Mapping[str, str]
    others: tuple[str, ...] = ()
    open: Mapping[str, str] = field(default_factory=dict)

    def changed(self, seen: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        """The cells that are no longer as they were issued: (cell, as issued, as seen)."""
        texts = {cell: as_text(seen.get(cell)) for cell in self.cells}
        return [(cell, issued, texts[cell]) for cell, issued in self.cells.items() if texts[cell] != issued]


def seal(
    form: Form,
    sheet: str,
    cells: Mapping[str, Any],
    others: Iterable[str] = (),
    opened: Mapping[str, Any] | None = None,
) -> list[tuple[str, str]]:
    """The rows of the hidden sheet, in two columns."""
    rows = [(_MAGIC, "")]
    rows += zip(_HEAD, (form.id, str(form.version), form.kind, sheet, _BETWEEN.join(others)), strict=True)
    rows += [(cell, as_text(value)) for cell, value in cells.items()]
    rows += [(_OPEN + cell, as_text(value)) for cell, value in (opened or {}).items()]
    return [*rows, ("checksum", _checksum(rows))]


def unseal(rows: Sequence[Sequence[Any]]) -> Sealed | None:
    """What a hidden sheet says; None where it is not ours. Raises SealBroken.

    >>> sealed = unseal(seal(Form("surveys-1", 1, "surveys"), "评价", {"A1": "供应商", "B2": 4.0}))
    >>> sealed.form.id, sealed.changed({"A1": "供应商", "B2": 5})
    ('surveys-1', [('B2', '4', '5')])
    """
    pairs = [(as_text(row[0]), as_text(row[1])) for row in rows if len(row) > 1 and as_text(row[0])]
    if not pairs or pairs[0][0] != _MAGIC:
        return None
    *told, (word, checksum) = pairs
    head = dict(told[1 : len(_HEAD) + 1])
    if word != "checksum" or checksum != _checksum(told) or tuple(head) != _HEAD or not head["version"].isdecimal():
        raise SealBroken
    form = Form(head["id"], int(head["version"]), head["kind"])
    others = tuple(name for name in head["others"].split(_BETWEEN) if name)
    cells = dict(told[len(_HEAD) + 1 :])
    opened = {cell.removeprefix(_OPEN): text for cell, text in cells.items() if cell.startswith(_OPEN)}
    closed = {cell: text for cell, text in cells.items() if not cell.startswith(_OPEN)}
    return Sealed(form, head["sheet"], closed, others, opened)


def _checksum(rows: Iterable[tuple[str, str]]) -> str:
    return hashlib.sha256("\x1e".join("\x1f".join(row) for row in rows).encode()).hexdigest()[:32]


def as_text(value: Any) -> str:
    """A cell as it is compared: the same for 4, 4.0 and Decimal("4.00"), and for a date at midnight."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float | Decimal):
        return f"{_CELL.create_decimal(str(value)).normalize():f}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value).strip()
