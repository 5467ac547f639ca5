"""Answers that came back, held against what is known: what cannot be is not taken, what contradicts is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, func, select

from robots.cells import CHOICE
from robots.edge.store.tables import DROPS, FILES, ISSUED, ROWS
from robots.kinds import known
from robots.kinds.appeals import UPHELD
from robots.model.findings import Finding, Level, finding
from robots.model.names import identity
from robots.model.words import Text, say
from robots.reading.reader import Reading
from robots.reading.rows import Taken

Row = dict[str, Any]
Letters = Mapping[str, Mapping[str, str]]
Refused = tuple[str, str, dict[str, Any]]  # field, code, values


def judged(connection: Connection, drop: int, reading: Reading) -> tuple[Reading, list[Finding]]:
    """The reading less the rows whose answers cannot be, and an error at the cell of each."""
    tables, taken, findings = dict(reading.tables), list(reading.taken), []
    for kind, judge in _JUDGES.items():
        if kind in tables and tables[kind].num_rows:
            letters = {one.sheet: one.letters for one in taken if one.kind == kind}
            rows = tables[kind].to_pylist()
            refused = {n: found for n, row in enumerate(rows) if (found := judge(connection, drop, row, reading.form))}
            findings += [_at(rows[n], letters, *found) for n, found in refused.items()]
            tables[kind] = tables[kind].filter(pa.array([n not in refused for n in range(len(rows))], pa.bool_()))
            taken = _less(taken, kind, Counter(rows[n]["_sheet"] for n in refused))
    return replace(reading, tables=tables, taken=tuple(taken)), findings


def _at(row: Row, letters: Letters, field: str, code: str, values: Mapping[str, Any]) -> Finding:
    cell = f"{letters.get(row['_sheet'], {}).get(field, '')}{row['_row']}"
    return finding(code, Level.ERROR, row["_sheet"], cell, **values)


def _less(taken: Sequence[Taken], kind: str, refused: Mapping[str, int]) -> list[Taken]:
    return [
        replace(one, rows=one.rows - count, set_aside=one.set_aside + count)
        if one.kind == kind and (count := refused.get(one.sheet, 0))
        else one
        for one in taken
    ]


def _promise(connection: Connection, drop: int, row: Row, _: str) -> Refused | None:
    """A promise for a day that was over when it was given."""
    until, day = row["postponed_to"], _day(connection, drop)
    if until is None or until >= day:
        return None
    return "postponed_to", "PROMISE_PAST", {"until": until, "day": day}


def _day(connection: Connection, drop: int) -> date:
    return date.fromisoformat(connection.execute(select(DROPS.c.day).where(DROPS.c.id == drop)).scalar_one())


def _plan(connection: Connection, _: int, row: Row, __: str) -> Refused | None:
    """A plan that is due, or done, before the scorecard asked for it."""
    c = ISSUED.c
    asked = select(func.min(c.day)).where(c.what == "scorecard-final", c.period == row["period"])
    day = connection.execute(asked).scalar()
    if day is None:
        return None
    early = next((name for name in ("due_on", "done_on") if row[name] and row[name].isoformat() < day), None)
    return (early, "PLAN_TOO_EARLY", {"on": row[early], "day": day}) if early else None


def _ruling(connection: Connection, _: int, row: Row, form: str) -> Refused | None:
    """An appeal upheld, on a form of ours, for an order line that does not exist or is another vendor's."""
    why = line_trouble(connection, row) if form and row["decision"] == UPHELD else None
    return ("decision", "RULING_NO_LINE", {"number": row["appeal_id"], "why": why}) if why else None


def line_trouble(connection: Connection, row: Mapping[str, Any]) -> Text | None:
    """What is wrong with the order line that an appeal names; None where nothing is, or it names none."""
    if not row["order_id"]:
        return None
    c = ROWS["orders"].c
    line = (c.line == row["line"],) if row["line"] else ()
    found = connection.execute(select(c.vendor).where(c.order_id == row["order_id"], c.beaten_by.is_(None), *line))
    vendors = {identity(vendor) for vendor in found.scalars() if vendor}
    if not vendors:
        return say("appeal.check.no_line")
    return None if vendors & _identities(connection, row["vendor"]) else say("appeal.check.other_vendor")


def _identities(connection: Connection, vendor: str) -> set[str]:
    """Everything that a vendor is called, by the vendor ledger: its name, its number, its tax number."""
    mine, c = identity(vendor), ROWS["vendors"].c
    rows = connection.execute(select(c.vendor, c.vendor_id, c.tax_id).where(c.beaten_by.is_(None))).all()
    names = [{identity(name) for name in row if name} for row in rows]
    return {mine}.union(*(some for some in names if mine in some))


_JUDGES: Mapping[str, Callable[[Connection, int, Row, str], Refused | None]] = {
    "alert_answers": _promise,
    "improvements": _plan,
    "appeals": _ruling,
}


# ------------------------------------------------------------------ two people, two answers


def differing_answers(connection: Connection, kind_name: str, rows: pa.Table, letters: Letters) -> Iterator[Finding]:
    """Answers of other people that these contradict, both named. To be asked before they are written."""
    kind = known()[kind_name]
    asked = [name for name in (*kind.answers, *kind.decides) if kind.field(name).type is CHOICE]
    if not (asked and kind.who):
        return
    for row in rows.to_pylist():
        for theirs in _others(connection, kind_name, row, asked):
            for name in asked:
                if None not in (row[name], theirs[name]) and row[name] != theirs[name]:
                    yield _differ(row, theirs, name, kind.who, letters)


def _differ(row: Row, theirs: Row, name: str, who: str, letters: Letters) -> Finding:
    cell = f"{letters.get(row['_sheet'], {}).get(name, '')}{row['_row']}"
    values = {"mine": row[name], "by": row[who] or "—", "theirs": theirs[name], "their": theirs[who] or "—"}
    values["other"] = f"{theirs['name']} › {theirs['sheet']} › {theirs['row']}"
    return finding("ANSWERS_DIFFER", Level.WARNING, row["_sheet"], cell, **values)


def _others(connection: Connection, kind: str, row: Row, asked: Sequence[str]) -> Iterator[Row]:
    """What somebody else answered to the same question: under the same key, of appeals also for the same line."""
    c, who = ROWS[kind].c, known()[kind].who
    same = c.key == row["_key"]
    if kind == "appeals" and row["order_id"]:
        same = same | (c.order_id == row["order_id"]) & (c.line.is_not_distinct_from(row["line"])) & (
            c.delivery_id.is_not_distinct_from(row["delivery_id"])
        )
    chosen = (c.key, c.sheet, c.row, c[who], *(c[name] for name in asked), FILES.c.name)
    query = select(*chosen).select_from(ROWS[kind].join(FILES, FILES.c.file == c.file))
    for other in connection.execute(query.where(same, c.beaten_by.is_(None))).mappings():
        if other[who] != row[who] or other["key"] != row["_key"]:
            yield dict(other)
