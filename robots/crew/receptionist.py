"""The receptionist answers every drop with a receipt (回执): what was taken as what, every problem with its cell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from robots.crew.registry import robot
from robots.figures.lines import records
from robots.kinds import known
from robots.ledger import Ledger
from robots.model.decisions import Column, Decision, Look, MarkedCopy, Notice, Sheet, Table, Workbook
from robots.model.words import Say, Text, say
from robots.rules import Rules

_MOST_REASONS, _MOST_CELLS = 5, 5
_LEVELS = ("error", "question", "warning", "info")
VOID = "FORM_VOID"
Row = dict[str, Any]


@robot
def receptionist(ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    """One receipt workbook per drop of this turn, and one notice that sums them up."""
    del rules  # a receipt says what was read; no rule weighs in
    drops = records(ledger.news("drops"))
    receipts, findings, asides = (ledger.news(name) for name in ("receipts", "findings", "asides"))
    told = []
    for drop in drops:
        mine, problems, rows = (records(t[t["drop"] == drop["id"]]) for t in (receipts, findings, asides))
        marked = marked_copy(drop, problems)
        names = [f"receipt-{drop['id']}"]
        whole = receipt(drop, mine, problems, () if marked else _rows_to_mend(rows, problems), marked)
        yield Decision("receptionist", today.isoformat(), drop["name"], whole, name=names[0])
        if marked:
            names.append(f"marked-{drop['id']}")
            yield Decision("receptionist", today.isoformat(), drop["name"], marked, name=names[1])
        told.append((drop, mine, problems, tuple(names)))
    if told:
        yield Decision("receptionist", today.isoformat(), "notice", _notice(told))
        yield from _owners(told, today)


def receipt(
    drop: Row, receipts: list[Row], findings: list[Row], rows: tuple[Table, ...] = (), copy: MarkedCopy | None = None
) -> Workbook:
    """Sheet 1: what became of the file and what to do next. Sheet 2: every finding with its cell and its mending.
    Sheet 3, where the workbook itself is not marked: the rows that were set aside, as they stand.
    """
    counts = {level: sum(f["level"] == level for f in findings) for level in _LEVELS}
    facts = (
        (say("fact.file"), drop["name"]),
        (say("fact.received"), drop["at"][:16].replace("T", " ")),
        (say("fact.result"), _result(drop, receipts, findings)),
        (say("fact.why"), _why(drop, receipts, findings)),
        (say("fact.problems"), say("receipt.counts", **counts)),
        (say("fact.next"), _next_step(drop, receipts, findings, copy is not None)),
        (say("fact.fingerprint"), drop["sha256"] or "—"),
    )
    summary = Sheet(say("sheet.receipt"), say("title.receipt"), facts, (_taken(receipts), _columns(receipts)))
    problems = Sheet(say("sheet.findings"), say("title.findings"), (), (_findings(findings, copy),))
    sheets = (summary, problems, *((Sheet(say("sheet.asides"), say("title.asides"), (), rows),) if rows else ()))
    return Workbook("receipts", say("file.receipt", day=drop["day"], name=_stem(drop["name"]), drop=drop["id"]), sheets)


_CAN_BE_MARKED = (".xlsx", ".xlsm")
_PLACE = re.compile(r"([A-Z]{1,3}\d+)|(\d+)")


def marked_copy(drop: Row, findings: list[Row]) -> MarkedCopy | None:
    """The sender's own workbook with the bad cells marked, where it can be marked and there is anything to mend."""
    suffix = "." + drop["name"].rsplit(".", 1)[-1].lower()
    weighty = [f for f in findings if f["level"] != "info" and f["sheet"]]
    marks = tuple(
        (f["sheet"], cell, f["level"], f"{f['says']}\n→ {f['fix']}") for f in weighty if (cell := _cell(f["cell"]))
    )
    if suffix not in _CAN_BE_MARKED or not marks or not drop["sha256"] or _is_void(findings):
        return None
    name = say("file.marked", name=_stem(drop["name"]), drop=drop["id"])
    return MarkedCopy("receipts", name, suffix, drop["sha256"], drop["id"], drop["name"], marks)


def _cell(place: str) -> str:
    """The cell that a finding's place is marked at: a range's first one, a row's first one."""
    match = _PLACE.match(place)
    return "" if match is None else match[1] or f"A{match[2]}"


def _rows_to_mend(rows: list[Row], findings: list[Row]) -> tuple[Table, ...]:
    """The rows that were set aside, sheet by sheet, each with what is wrong in it."""
    wrong: dict[tuple[str, int], list[str]] = {}
    for found in findings:
        if found["level"] == "error" and (digits := re.sub(r"\D", "", found["cell"])):
            wrong.setdefault((found["sheet"], int(digits)), []).append(found["says"])
    sheets: dict[tuple[str, tuple[str, ...]], list[tuple[Any, ...]]] = {}
    for row in rows:
        cells = json.loads(row["cells"])
        says = "\n".join(dict.fromkeys(wrong.get((row["sheet"], row["row"]), [])))
        place = sheets.setdefault((row["sheet"], tuple(name for name, _ in cells)), [])
        place.append((row["row"], says, *(text for _, text in cells)))
    return tuple(Table(_columns_to_mend(names), tuple(lines), sheet) for (sheet, names), lines in sheets.items())


def _columns_to_mend(names: tuple[str, ...]) -> tuple[Column, ...]:
    first = (Column(say("column.row"), Look.INTEGER, 6), Column(say("column.says"), Look.WRAP, 44))
    return (*first, *(Column(name, Look.TEXT, 14) for name in names))


def _stem(name: str) -> str:
    """A file's name without folders and ending."""
    return name.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def _next_step(drop: Row, receipts: list[Row], findings: list[Row], marked: bool) -> Say:
    """The one thing for the sender to do now."""
    levels = [found["level"] for found in findings]
    if drop["state"] == "ignored":
        return say("next.blank" if _is_blank(findings) else "next.nothing")
    if drop["state"] != "taken":
        return say("next.mend_file")
    if _is_void(findings):
        return say("next.void")
    if errors := levels.count("error"):
        return say("next.mend_copy" if marked else "next.mend_cells", count=errors)
    return say("next.no_rows") if _is_empty(drop, receipts) else _when_taken(receipts, levels)


def _when_taken(receipts: list[Row], levels: list[str]) -> Say:
    """What is said where every row was taken: all is done, or a robot judges it yet."""
    look = {"question", "warning"} & set(levels)
    if judged := _judged(receipts):
        return say(f"next.judged.{judged}", look=say("next.judged.look") if look else "")
    return say("next.look" if look else "next.done")


def _judged(receipts: list[Row]) -> str:
    """The kind of a form of which a robot judges afterwards whether it takes effect."""
    return next((r["kind"] for r in receipts if known()[r["kind"]].judged), "")


def _is_void(findings: list[Row]) -> bool:
    """A form that counts for nothing, whatever is put right in it."""
    return any(found["code"] == VOID for found in findings)


def _result(drop: Row, receipts: list[Row], findings: list[Row]) -> Say:
    if _is_blank(findings):
        return say("drop.blank")
    return say("drop.nothing_taken" if _is_empty(drop, receipts) else f"drop.{drop['state']}")


def _is_empty(drop: Row, receipts: list[Row]) -> bool:
    """A file that could be read, of which not one row is in the ledger."""
    return drop["state"] == "taken" and not _rows(receipts)


def _rows(receipts: list[Row]) -> int:
    return sum(r["rows_new"] + r["rows_updated"] + r["rows_unchanged"] for r in receipts)


def _why(drop: Row, receipts: list[Row], findings: list[Row]) -> Text:
    """Why it is as it is; where not one row was taken, for each group of rows."""
    why = drop["why"] or say("drop.fine")
    reasons = _reasons(findings) if _is_empty(drop, receipts) else ()
    return say("list.lines", items=(why, *reasons)) if reasons else why


def _reasons(findings: list[Row]) -> tuple[Say, ...]:
    """What stopped rows: one line for all that one column of a sheet has wrong in one way, the most rows first."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for found in findings:
        if found["level"] == "error" and found["sheet"]:
            column = re.sub(r"\d", "", found["cell"])
            groups.setdefault((found["sheet"], found["code"], column), []).append(found)
    ranked = sorted(groups.values(), key=len, reverse=True)
    reasons = tuple(_reason(mine) for mine in ranked[:_MOST_REASONS])
    more = len(ranked) - _MOST_REASONS
    return (*reasons, say("receipt.more_reasons", count=more)) if more > 0 else reasons


def _reason(mine: list[Row]) -> Say:
    cells = "、".join(found["cell"] for found in mine[:_MOST_CELLS])
    key = "receipt.reason_of_many" if len(mine) > _MOST_CELLS else "receipt.reason"
    return say(key, sheet=mine[0]["sheet"], cells=cells, count=len(mine), says=mine[0]["says"])


def _is_blank(findings: list[Row]) -> bool:
    """A form of ours that came back with nothing written into it."""
    return any(found["code"] == "FORM_BLANK" for found in findings)


def _taken(receipts: list[Row]) -> Table:
    columns = (
        Column(say("column.sheet"), Look.WRAP, 34),
        Column(say("column.kind"), Look.TEXT, 52),
        *(
            Column(say(f"column.{name}"), Look.INTEGER, 11)
            for name in ("new", "updated", "unchanged", "set_aside", "gone")
        ),
    )
    rows = tuple(
        (
            r["sheet"], say(f"kind.{r['kind']}"), r["rows_new"], r["rows_updated"], r["rows_unchanged"],
            r["rows_set_aside"], r["rows_gone"],
        )
        for r in receipts
    )  # fmt: skip
    return Table(
        columns, rows, say("title.taken"), total=(2, 3, 4, 5, 6) if rows else (), empty=say("receipt.nothing_taken")
    )


def _columns(receipts: list[Row]) -> Table:
    columns = (Column(say("column.sheet"), Look.WRAP, 34), Column(say("column.read_as"), Look.WRAP, 52))
    sheets: dict[str, list[str]] = {}
    for r in receipts:
        pairs = (f"{heading} → {word}" for _, heading, word in json.loads(r["columns"]))
        sheets.setdefault("；".join(pairs), []).append(r["sheet"])
    rows = tuple(("、".join(names), mapping) for mapping, names in sheets.items())
    return Table(columns, rows, say("title.columns"), empty="—")


def _findings(findings: list[Row], copy: MarkedCopy | None) -> Table:
    columns = (
        Column(say("column.level"), Look.LEVEL, 8),
        Column(say("column.sheet"), Look.WRAP, 18),
        Column(say("column.cell"), Look.TEXT, 8),
        Column(say("column.says"), Look.WRAP, 56),
        Column(say("column.fix"), Look.WRAP, 56),
        Column(say("column.code"), Look.TEXT, 24),
    )
    ranked = sorted(findings, key=lambda f: (_LEVELS.index(f["level"]), f["n"]))
    rows = tuple((say(f"level.{f['level']}"), f["sheet"], f["cell"], f["says"], f["fix"], f["code"]) for f in ranked)
    links = tuple(_links(ranked, copy)) if copy else ()
    return Table(columns, rows, empty=say("receipt.no_findings"), links=links)


def _links(findings: list[Row], copy: MarkedCopy) -> Iterator[tuple[int, int, Say]]:
    """From the place of a finding to its cell in the marked copy, which lies beside the receipt."""
    for number, found in enumerate(findings):
        if found["sheet"] and (cell := _cell(found["cell"])):
            sheet = found["sheet"].replace("'", "''")
            yield number, 2, say("link.copy", name=copy.name, suffix=copy.suffix, sheet=sheet, cell=cell)


Told = tuple[Row, list[Row], list[Row], tuple[str, ...]]  # a drop, its receipts, its findings, and what is sent with it


def _notice(told: list[Told]) -> Notice:
    rows = tuple(_notice_row(*one[:3]) for one in told)
    bad = sum(_is_bad(*one[:2]) for one in told)
    errors = sum(f["level"] == "error" for _, _, findings, _ in told for f in findings)
    headline = say("notice.receipts.headline", count=len(told), bad=bad, errors=errors)
    steps = {_clerks_step(*one[:3]) for one in told}
    step = say(f"notice.receipts.{next(name for name in _STEPS if name in steps)}")
    with_problems = tuple(
        name
        for drop, receipts, findings, names in told
        if any(f["level"] != "info" for f in findings) or _is_bad(drop, receipts)
        for name in names
    )
    severity = "warning" if bad or errors else "info"
    return Notice("clerk", headline, (), severity, with_problems, Table(_columns_of_notice(), rows), step)


_STEPS = ("mend", "no_rows", "judged", "blank", "fine")  # for the clerk, what matters most first


def _clerks_step(drop: Row, receipts: list[Row], findings: list[Row]) -> str:
    """What there is to do about one file."""
    if drop["state"] in ("set_aside", "unreadable") or any(
        f["level"] == "error" and f["code"] != VOID for f in findings
    ):
        return "mend"
    if _is_empty(drop, receipts):
        return "no_rows"
    return "judged" if _judged(receipts) else "blank" if _is_blank(findings) else "fine"


def _columns_of_notice() -> tuple[Column, ...]:
    return tuple(Column(say(f"column.{name}")) for name in ("file", "result", "rows", "problems"))


def _is_bad(drop: Row, receipts: list[Row]) -> bool:
    """Is nothing of it in the ledger, though something should be?"""
    return drop["state"] in ("set_aside", "unreadable") or _is_empty(drop, receipts)


def _owners(told: list[Told], today: date) -> Iterator[Decision]:
    """Whoever waits for what a workbook brings is told where rows of it could not be taken: who drops bank lists is
    not who mends the ledgers."""
    for name, kind in known().items():
        lacking = [one for one in told if kind.owner and _lacks(name, *one[:3])]
        if lacking:
            rows = tuple(_notice_row(*one[:3]) for one in lacking)
            headline = say("notice.not_taken.headline", count=len(lacking), kind=say(f"kind.{name}"))
            attached = tuple(file for one in lacking for file in one[3])
            notice = Notice(kind.owner, headline, (), "warning", attached, Table(_columns_of_notice(), rows),
                            say(f"notice.not_taken.{'payments' if name == 'payments' else 'other'}"))  # fmt: skip
            yield Decision("receptionist", today.isoformat(), f"notice-{name}", notice)


def _lacks(kind: str, drop: Row, receipts: list[Row], findings: list[Row]) -> bool:
    """Could rows of this kind not be taken, or has a list of it none at all?"""
    mine = [r for r in receipts if r["kind"] == kind]
    if drop["state"] != "taken":
        return any(found["kind"] == kind and found["level"] == "error" for found in findings)
    return bool(mine) and (not _rows(mine) or any(r["rows_set_aside"] for r in mine))


def _notice_row(drop: Row, receipts: list[Row], findings: list[Row]) -> tuple[Text | int, ...]:
    errors = sum(f["level"] == "error" for f in findings)
    others = sum(f["level"] in ("question", "warning") for f in findings)
    problems: Text = say("receipt.short", errors=errors, others=others)
    if _is_empty(drop, receipts):
        problems = say("list.lines", items=(problems, _why(drop, receipts, findings)))
    return (drop["name"], _result(drop, receipts, findings), _rows(receipts), problems)
