"""What outputs print beside figures: a payment batch, a reversal, an order line, a contract, an appeal, with what hangs
on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from robots.figures.batches import state_told
from robots.figures.explain.shown import Fields, cells_of, given, money
from robots.figures.lines import records
from robots.figures.scores import why_rescored
from robots.ledger import Ledger, frame
from robots.model.decisions import Column, Look, Table
from robots.model.explanation import Explanation
from robots.model.words import Text, say

Row = dict[str, Any]
_WITHOUT_SHEET = ("SG", "CD", "TK")
TARGETS = ("otd_target", "ppm_target", "csat_target", "response_hours", "late_penalty_rate", "bonus_rate")
_ALERTS = (
    Column(say("column.alert"), Look.TEXT, 12),
    Column(say("column.severity"), Look.LEVEL, 8),
    Column(say("column.state"), Look.TEXT, 10),
    Column(say("column.subject"), Look.WRAP, 20),
    Column(say("column.seen"), Look.WRAP, 40),
)
_PAYABLES = (
    Column(say("column.payment_key"), Look.TEXT, 34),
    Column(say("column.vendor"), Look.WRAP, 24),
    Column(say("column.invoice_no"), Look.TEXT, 22),
    Column(say("column.net"), Look.MONEY, 14),
    Column(say("column.state"), Look.TEXT, 10),
)
_RESCORED = (
    Column(say("column.period"), Look.TEXT, 10),
    Column(say("column.date"), Look.TEXT, 12),
    Column(say("column.score_before"), Look.MONEY, 10),
    Column(say("column.score_after"), Look.MONEY, 10),
    Column(say("column.reason"), Look.WRAP, 40),
)


@dataclass(frozen=True)
class ThingOf:
    """Something with a number of its own: `sort` is batch, reversal, line, contract or appeal; `rows` are its own, by
    kind."""

    sort: str
    number: str
    rows: dict[str, list[Row]]


def thing_named(word: str, ledger: Ledger) -> ThingOf | None:
    """The batch, contract, appeal or order line of this number; None where nothing has it."""
    for sort, kind, name in (("contract", "contracts", "contract_id"), ("appeal", "appeals", "appeal_id")):
        if found := _of(records(ledger.table(kind)), name, word):
            return ThingOf(sort, found[0][name], {kind: found})
    for sort, name in (("batch", "batches"), ("reversal", "reversals")):
        if found := _of(records(ledger.said(name)), sort, word):
            return ThingOf(sort, found[0][sort], {})
    order, _, line = word.rpartition("/")
    rows = ledger.history.rows_of_line(order or word, line if order else "1")
    named = {kind: records(frame(table)) for kind, table in rows.items()}
    return ThingOf("line", word if order else f"{word}/1", named) if any(named.values()) else None


def _of(rows: Sequence[Row], name: str, word: str) -> list[Row]:
    return [row for row in rows if given(row[name]) is not None and str(row[name]).casefold() == word.casefold()]


def explain_thing(asked: ThingOf, ledger: Ledger, fields: Fields, home: str) -> Explanation:
    """A thing's own rows, and what is said of it: alerts, payments, scores made anew."""
    tables = (*cells_of(asked.rows, fields), *_hanging(asked, ledger))
    title = say(f"explain.thing.{asked.sort}", number=asked.number)
    return Explanation(asked.sort, title, tuple(_facts(asked, ledger, home)), tuple(_sentences(asked)), tables)


def _sentences(asked: ThingOf) -> Iterator[Text]:
    """What sort of batch it is, where it is none with a sheet."""
    sort = asked.number.partition("-")[0]
    if asked.sort == "batch" and sort in _WITHOUT_SHEET:
        yield say(f"explain.thing.batch_{sort}")


def _facts(asked: ThingOf, ledger: Ledger, home: str) -> Iterator[tuple[Text, Any]]:
    if asked.sort == "batch":
        [batch] = _of(records(ledger.said("batches")), "batch", asked.number)
        yield say("column.date"), batch["day"]
        yield say("column.lines"), batch["lines"]
        yield say("column.net"), money(batch["total"], given(batch["currency"]), home)
        yield say("column.state"), state_told(batch["state"], given(batch["issued_on"]) is not None)
    if asked.sort == "reversal":
        [row] = _of(records(ledger.said("reversals")), "reversal", asked.number)
        yield say("column.payment_key"), row["payment_key"]
        yield say("column.date"), row["day"]
        yield say("column.by_whom"), given(row["preparer"])
        yield say("column.reason"), row["reason"]
        yield say("column.state"), state_told(row["state"], is_approved=True)
    for row in asked.rows.get("contracts", ()):
        for name in TARGETS:
            yield say(f"fact.{name}"), given(row[name])


def _hanging(asked: ThingOf, ledger: Ledger) -> Iterator[Table]:
    """The alerts, payments and scores that speak of it."""
    if asked.sort in ("line", "contract"):
        mine = [row for row in records(ledger.said("alerts")) if _speaks_of(row, asked.number)]
        yield Table(
            _ALERTS, tuple(map(_alert, mine)), say("explain.thing.alerts"), empty=say("explain.thing.no_alerts")
        )
    if asked.sort in ("line", "batch", "reversal"):
        key = _reversed_key(asked, ledger)
        owed = [row for row in records(ledger.said("payables")) if _is_of(row, asked) or row["payment_key"] == key]
        empty = say("explain.thing.no_payables")
        issued = {row["batch"] for row in records(ledger.said("batches")) if given(row["issued_on"]) is not None}
        yield Table(
            _PAYABLES,
            tuple(_payable(row, row["batch"] in issued) for row in owed),
            say("explain.thing.payables"),
            empty=empty,
        )
    for row in asked.rows.get("appeals", ()):
        again = [one for one in records(ledger.said("rescored")) if asked.number in _appeals_of(one)]
        empty = say("explain.thing.undecided" if given(row["decision"]) is None else "explain.thing.same")
        yield Table(_RESCORED, tuple(map(_rescored, again)), say("explain.score.rescored"), empty=empty)


def _reversed_key(asked: ThingOf, ledger: Ledger) -> str:
    """The payment key that a reversal speaks of."""
    if asked.sort != "reversal":
        return ""
    return str(_of(records(ledger.said("reversals")), "reversal", asked.number)[0]["payment_key"])


def _appeals_of(row: Row) -> list[str]:
    return (given(row["because"]) or "").split(",")


def _speaks_of(alert: Row, number: str) -> bool:
    subject = str(alert["subject"])
    return subject == number or subject.startswith((f"{number}/", f"{number} "))


def _is_of(row: Row, asked: ThingOf) -> bool:
    if asked.sort in ("batch", "reversal"):
        return bool(given(row["batch"]) == asked.number)
    return f"{given(row['order_id'])}/{given(row['line']) or '1'}" == asked.number


def _alert(row: Row) -> tuple[Any, ...]:
    named = (say(f"alert.{row['code']}.name"), say(f"severity.{row['severity']}"), say(f"state.{row['state']}"))
    return (*named, row["subject"], row["seen"])


def _payable(row: Row, is_issued: bool) -> tuple[Any, ...]:
    """`is_issued`: its sheet was put before approvers."""
    state = state_told(row["state"], is_issued)
    return row["payment_key"], row["vendor"], row["invoice_no"], row["net"], state


def _rescored(row: Row) -> tuple[Any, ...]:
    return row["period"], row["day"], given(row["score_before"]), given(row["score_after"]), why_rescored(row)
