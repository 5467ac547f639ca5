"""What the reader makes of a file, as plain text that is compared and reviewed; and how it differs from the truth."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from robots.crew import registry
from robots.edge import settings
from robots.edge.excel_in import NotReadable, look_through
from robots.edge.reading_room import read_file
from robots.kinds.words import Dialect, Lexicon
from tests.goldens.golden import Golden, Truth

_UNPACKED = 64 << 20
_SPEAKS_UP = ("error", "question", "warning")
_NOISE = 50  # lines of one code on one sheet, after which nobody reads a receipt
Rows = Mapping[str, list[dict[str, str]]]


@dataclass(frozen=True)
class Answer:
    """Rows by kind (`at` is their place), findings as "sheet!cell CODE level", header words nobody knew."""

    rows: Rows
    findings: tuple[str, ...]
    unknown: tuple[str, ...]

    def as_json(self) -> str:
        """One line for a row and one for a finding, so that a change is a short difference."""
        kinds = ",\n".join(f'    "{kind}": {_listed(rows, 6)}' for kind, rows in self.rows.items())
        rows = f"{{\n{kinds}\n  }}" if kinds else "{}"
        parts = [f'"rows": {rows}']
        parts += [f'"{name}": {_listed(getattr(self, name), 4)}' for name in ("findings", "unknown")]
        return "{\n  " + ",\n  ".join(parts) + "\n}\n"


def _listed(items: Any, indent: int) -> str:
    lines = [" " * indent + json.dumps(item, ensure_ascii=False) for item in items]
    return "[\n" + ",\n".join(lines) + "\n" + " " * (indent - 2) + "]" if lines else "[]"


@cache
def lexicon() -> Lexicon:
    """The words that are shipped, and no home's own."""
    return settings.load(Path("no home: only what is shipped"), registry.names()).lexicon


def read(path: Path, golden: Golden) -> Answer:
    """Read one file as the belt does, in this process, with what the golden says of its sender."""
    words = (
        replace(lexicon(), dialects=(Dialect("sender", ("*",), {}, **golden.sender),)) if golden.sender else lexicon()
    )
    try:
        reading = read_file(path, path.name, look_through(path, _UNPACKED), words)
    except NotReadable as problem:
        return Answer({}, (f"! {problem.args[0]} error",), ())
    rows = {kind: [_as_text(row) for row in table.to_pylist()] for kind, table in reading.tables.items()}
    findings = sorted(reading.findings, key=lambda f: (f.sheet, *_order(f.cell), f.code))
    return Answer(
        {kind: rows[kind] for kind in sorted(rows)},
        tuple(f"{f.sheet}!{f.cell} {f.code} {f.level}" for f in findings),
        tuple(f"{sheet}: {word}" for sheet, word in reading.unknown),
    )


def _order(cell: str) -> tuple[int, int, str]:
    letters = cell.rstrip("0123456789")
    return int(cell[len(letters) :] or 0) if letters.isalpha() or not letters else 0, len(letters), letters


def _as_text(row: Mapping[str, Any]) -> dict[str, str]:
    fields = {name: text(value) for name, value in row.items() if not name.startswith("_") and value is not None}
    return {"at": f"{row['_sheet']}!{row['_row']}", **fields}


def text(value: Any) -> str:
    """A value as the truth is written: numbers without idle zeros, days as 2026-03-05."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)


# ------------------------------------------------------------------ against the truth


def differences(golden: Golden, answer: Answer) -> list[str]:
    """Everything in which a reading differs from what a careful person says: rows, complaints, false alarms."""
    kinds = dict.fromkeys([*golden.truth, *answer.rows])
    differing = [
        line for kind in kinds for line in _rows_differ(kind, golden.truth.get(kind), answer.rows.get(kind, []))
    ]
    differing += [f"unknown word not told: {word}" for word in golden.unknown if word not in answer.unknown]
    return differing + list(_complaints_differ(golden, answer)) + list(_noise(answer))


def _noise(answer: Answer) -> Iterator[str]:
    codes = Counter((line.rsplit("!", 1)[0], line.rsplit(" ", 2)[1]) for line in answer.findings)
    yield from (
        f"{sheet}: {code} {count}×, which nobody reads" for (sheet, code), count in codes.items() if count > _NOISE
    )


def _rows_differ(kind: str, truth: Truth | None, rows: list[dict[str, str]]) -> Iterator[str]:
    fields = truth.fields if truth else tuple(rows[0]) if rows else ()
    read = Counter(tuple(row.get(name, "") for name in fields) for row in rows)
    must = Counter(truth.rows if truth else ())
    may = Counter(truth.maybe if truth else ())
    for row, count in (must - read).items():
        yield f"{kind}: not read{_times(count)}: {_shown(fields, row)}"
    for row, count in (read - must - may).items():
        yield f"{kind}: read, and not there{_times(count)}: {_shown(fields, row)}"


def _times(count: int) -> str:
    return f" ({count}×)" if count > 1 else ""


def _shown(fields: tuple[str, ...], row: tuple[str, ...]) -> str:
    return ", ".join(f"{name}={value}" for name, value in zip(fields, row, strict=True) if value)


def _complaints_differ(golden: Golden, answer: Answer) -> Iterator[str]:
    wanted = [_complaint(line) for line in golden.complaints if not line.startswith("? ")]
    allowed = wanted + [_complaint(line[2:]) for line in golden.complaints if line.startswith("? ")]
    for line in answer.findings:
        place, _, level = line.rsplit(" ", 2)
        if level in _SPEAKS_UP and not any(_covers(at, place) for at, _, _ in allowed):
            yield f"false alarm: {line}"
    for at, code, why in wanted:
        told = [line for line in answer.findings if _covers(at, line.rsplit(" ", 2)[0])]
        if not any(code in ("?", line.rsplit(" ", 2)[1]) for line in told):
            yield f"nothing said of {at} {code} ({why}); at this place: {', '.join(told) or 'nothing'}"


def _complaint(line: str) -> tuple[str, str, str]:
    """Place, code and reason; a sheet's name may hold spaces, a code may not."""
    match = re.fullmatch(r"(.*?![A-Z]*\d*) ([A-Z_]+|\?) ?(.*)", line)
    if not match:
        raise ValueError(f"not a complaint: {line}")
    return match[1], match[2], match[3]


def _covers(at: str, place: str) -> bool:
    """Does a complaint's place (a cell, a row, a column, a sheet) take in the place of a finding?"""
    (sheet, wanted), (other, cell) = at.rsplit("!", 1), place.rsplit("!", 1)
    if sheet != other:
        return False
    letters, digits = re.fullmatch(r"([A-Z]*)(\d*)", wanted).groups()
    has = re.match(r"([A-Z]*)(\d*)", cell)
    return (not letters or letters == has[1]) and (not digits or digits == has[2])
