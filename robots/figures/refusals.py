"""What was refused and comes up again: who said no to a payment line, when and why, and who has to be asked (RULES 7).
Beside it what the bank sent back, and what was reversed: who approves it anew should know that it was paid before.

A refusal stands until money of its line is released: whoever refused has then thought better of it, or the line was
mended. It is the line's and not the key's: a corrected amount has another key, and is the same line.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from robots.figures.approvals import GIVEN, Refusal, given, with_set_offs
from robots.figures.batches import REJECTED, RELEASED, RETURNED, REVERSED, turn_of
from robots.figures.lines import records
from robots.ledger import Ledger
from robots.model.names import identity
from robots.model.words import say

Row = Mapping[str, Any]
Line = tuple[str, str, str]  # invoice key, order, line of the order
_BACK = (RETURNED, REVERSED)
IN_PLACE_OF_ONE = 2  # approvers in place of one who refused and may approve no more


def line_of_row(row: Row) -> Line:
    """What names the line of a row of payables."""
    return row["invoice_key"], row["order_id"], row["line"]


def refusals_told(ledger: Ledger, moved: Sequence[Row] = ()) -> dict[Line, list[Refusal]]:
    """Everything that was ever said against each line, oldest first."""
    found = [*_all_of(ledger), *_came_back(ledger, moved)]
    payables = ledger.said("payables")
    mine = records(payables[payables["payment_key"].isin([key for key, _ in found])])
    lines = {row["payment_key"]: line_of_row(row) for row in mine}
    told: dict[Line, list[Refusal]] = defaultdict(list)
    for key, refusal in sorted(found, key=lambda pair: (turn_of(pair[1].batch), pair[1].day)):
        if key in lines:
            told[lines[key]].append(refusal)
    return dict(told)


def standing_refusals(ledger: Ledger, moved: Sequence[Row] = ()) -> dict[Line, tuple[Refusal, ...]]:
    """What still stands against each line: the last word of everybody who refused it since money of it was released,
    and how that money came back; the latest first. `moved`: movements of this very turn."""
    told = refusals_told(ledger, moved)
    released = _released(ledger, told)
    standing: dict[Line, tuple[Refusal, ...]] = {}
    for line, refusals in told.items():
        since = released.get(line, "")
        last = {(one.what, str(one.by)): one for one in refusals if _stands(one, since)}
        if last:
            standing[line] = tuple(sorted(last.values(), key=lambda one: (turn_of(one.batch), one.day), reverse=True))
    return standing


def _stands(one: Refusal, since: str) -> bool:
    """What came back of a batch came after its release."""
    turn = turn_of(one.batch)
    return turn > since if one.what == REJECTED else turn >= since


def refused_by_person(rows: Iterable[Row], refused: Mapping[Line, tuple[Refusal, ...]]) -> frozenset[Line]:
    """Of the lines that are to be put up, those that an approver has refused; where a credit note is set off among
    them, with all of its vendor's, for these are paid as a whole or not at all."""
    mine = [dict(row) for row in rows]
    keys = {row["payment_key"] for row in mine if any(one.is_person for one in refused.get(line_of_row(row), ()))}
    together = with_set_offs(dict.fromkeys(keys, ("", "")), mine)
    return frozenset(line_of_row(row) for row in mine if row["payment_key"] in together)


def asked_again(refusals: Iterable[Refusal], able: Collection[str]) -> tuple[int, frozenset[str]]:
    """How many approvers are needed at least where lines come up again, and who has to be among them: whoever refused.
    Never fewer than at the refusal; in place of one who may approve no more, two. More than there are, nobody asks.

    >>> asked_again([Refusal("FK-1", 2, "2026-07-06", "甲", "x", True)], ["甲", "乙"])
    (2, frozenset({'甲'}))
    >>> asked_again([Refusal("FK-1", 1, "2026-07-06", "甲", "x", True)], ["乙", "丙"])
    (2, frozenset())
    """
    said_no = [one for one in refusals if one.is_person]
    names = {identity(name): name for name in able}
    must = frozenset(names[who] for one in said_no if (who := identity(str(one.by))) in names)
    gone = any(identity(str(one.by)) not in names for one in said_no)
    fewest = max((one.needed for one in said_no), default=0)
    fewest = max(fewest, IN_PLACE_OF_ONE if gone else 0, len(must))
    return min(fewest, len(names)), must


# ------------------------------------------------------------------ who said no


def _all_of(ledger: Ledger) -> Iterator[tuple[str, Refusal]]:
    """Payment key → each refusal of it: what approvers wrote on their forms, whatever became of the batch; beside it
    what was not released for the sake of others (a credit note), or because a control stopped it."""
    batches = {row["batch"]: row for row in records(ledger.said("batches"))}
    endorsements = [row for row in records(ledger.said("endorsements")) if row["number"] in batches]
    people = {(row["number"], row["approver"]) for row in endorsements}
    said: set[tuple[str, str]] = set()
    for row in endorsements:
        for key, why in _refused_in(row).items():
            said.add((row["number"], key))
            yield key, Refusal(row["number"], _needed(batches, row["number"]), row["answered_on"], row["approver"],
                               why, is_person=True)  # fmt: skip
    movements = ledger.said("movements")
    for move in records(movements[movements["state_after"] == REJECTED]):
        batch, key, by = move["batch"], move["payment_key"], move["by"]
        if (batch, key) not in said:
            yield key, Refusal(batch, _needed(batches, batch), str(move["day"]), by, move["why"], (batch, by) in people)


def _came_back(ledger: Ledger, moved: Sequence[Row]) -> Iterator[tuple[str, Refusal]]:
    """Payment key → how its money came back: the bank sent it back, somebody reversed it."""
    movements = ledger.said("movements")
    for move in [*records(movements[movements["state_after"].isin(_BACK)]), *moved]:
        by = move["by"] if move["state_after"] == REVERSED else say("refusal.bank")
        yield move["payment_key"], Refusal(move["batch"], 1, str(move["day"]), by, move["why"], False,
                                           move["state_after"])  # fmt: skip


def _refused_in(endorsement: Row) -> dict[str, str]:
    if endorsement["state"] != GIVEN or not given(endorsement["rejected"]):
        return {}
    found: dict[str, str] = json.loads(endorsement["rejected"])
    return found


def _needed(batches: Mapping[str, Row], batch: str) -> int:
    return int(given(batches.get(batch, {}).get("needed")) or 1)


def _released(ledger: Ledger, lines: Collection[Line]) -> dict[Line, str]:
    """The turn of the last batch in which money of each line was released."""
    if not lines:
        return {}
    payables, movements = ledger.said("payables"), ledger.said("movements")
    mine = payables[payables["invoice_key"].isin([invoice for invoice, *_ in lines])]
    names = {row["payment_key"]: line_of_row(row) for row in records(mine)}
    out: pd.DataFrame = movements[(movements["state_after"] == RELEASED) & movements["payment_key"].isin(list(names))]
    turns: dict[Line, str] = {}
    for move in records(out):
        line = names[move["payment_key"]]
        turns[line] = max(turns.get(line, ""), turn_of(move["batch"]))
    return turns
