"""What the bank sent back is owed and on no sheet to come: it is held, and told, until two people put it up again on
暂扣放行单, or somebody reverses it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from robots.figures.accounts import given, numbered
from robots.figures.batches import RETURNED, REVERSED, Moves, move, paid_together
from robots.figures.controls import RELEASE, SENT_BACK, Controlled, Hold, answer
from robots.figures.lines import records
from robots.figures.settlement import Payable
from robots.ledger import Ledger
from robots.model.decisions import Decision, record
from robots.model.words import Text, say

Row = Mapping[str, Any]


def sent_back(lines: pd.DataFrame, ledger: Ledger) -> list[Controlled]:
    """Lines in the state `returned`, each as one that is held whole, with its key and the bank's row. What was paid in
    one sum is one hold. `lines`: payment lines as they stand."""
    waiting = _returned(lines)
    told = _told(ledger) if waiting else {}
    return [Controlled(_held(row, hold.seen), (hold,), row["net"]) for row, hold in _holds(waiting, told)]


def put_back(
    lines: pd.DataFrame, ledger: Ledger, releases: Mapping[str, Row], moved: Collection[str], today: date
) -> Moves:
    """Lines that the bank sent back and two people say are to be paid again: reversed, so that a sheet carries them
    anew. `moved`: keys that approvers moved just now."""
    waiting = _returned(lines)
    told = _told(ledger) if waiting else {}
    moves = Moves()
    for row, hold in _holds(waiting, told):
        said = answer(hold, releases, RELEASE)
        if said is not None and row["payment_key"] not in moved:
            by = "、".join(given(said[name]) for name in ("released_by", "agreed_by"))
            moves += move([row], REVERSED, today, by, given(said["remark"]))
    return moves


def reversed_now(again: Moves, today: date) -> Iterator[Decision]:
    """What is to be paid again, recorded."""
    for name, rows in (("payables", again.rows), ("movements", again.movements)):
        if rows:
            yield Decision("paymaster", today.isoformat(), f"again-{name}", record(name, list(rows)))


def after(lines: pd.DataFrame, again: Moves) -> pd.DataFrame:
    """Payment lines as they stand once these are reversed."""
    is_moved = lines["payment_key"].isin([row["payment_key"] for row in again.rows])
    if not is_moved.any():
        return lines
    state, moves = lines["state"].mask(is_moved, REVERSED), lines["moves"].mask(is_moved, lines["moves"] + 1)
    return lines.assign(state=state, moves=moves)


def _returned(lines: pd.DataFrame) -> list[dict[str, Any]]:
    return records(lines[lines["state"] == RETURNED])


def _told(ledger: Ledger) -> dict[str, Row]:
    """Payment key → the last row in which the bank said that it sent its money back."""
    returns = ledger.said("returns")
    told: dict[str, Row] = {}
    for row in sorted(records(returns[returns["outcome"] == RETURNED]), key=lambda row: row["day"]):
        told |= dict.fromkeys(row["payment_keys"].split(","), row)
    return told


def _holds(waiting: Sequence[dict[str, Any]], told: Mapping[str, Row]) -> Iterator[tuple[dict[str, Any], Hold]]:
    """Each line with its hold. Its number knows the bank's row: what comes back once more is asked once more."""
    for row in waiting:
        keys = sorted(one["payment_key"] for one in paid_together(row, waiting))
        back = told.get(row["payment_key"])
        number = numbered(SENT_BACK, *keys, *((back["receipt"],) if back else ()))
        yield row, Hold(SENT_BACK, _seen(back), number, second=True)


def _seen(back: Row | None) -> Text:
    if back is None:
        return ""
    return say("hold.seen.back", day=back["paid_on"], reason=given(back["reason"]) or None, place=back["source"])


def _held(row: Row, seen: Text) -> Payable:
    return Payable(
        row["invoice_key"], row["vendor"], row["invoice_no"], row["order_id"], row["line"], row["net"], held=row["net"],
        reasons=(SENT_BACK,), due_on=date.fromisoformat(row["due_on"]) if given(row["due_on"]) else None,
        source=f"{row['batch']} › {row['payment_key']}", currency=given(row["currency"]),
        evidence=(seen,) if seen else (),
    )  # fmt: skip
