"""Switching rules of lot inspection (ISO 2859-1, 9.3 and 9.4): normal, tightened, stopped; per vendor and item.

Reduced inspection is left out: the standard makes it a choice of the responsible authority.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

NORMAL, TIGHTENED, STOPPED = "normal", "tightened", "stopped"
LOOK_BACK, TO_TIGHTEN = 5, 2  # two of five or fewer consecutive lots not accepted
TO_RELAX = 5  # consecutive lots accepted
TO_STOP = 5  # lots not accepted while tightened


@dataclass(frozen=True)
class Inspection:
    """Where a series of lots stands: its state, the index of the lot that brought it there, and the counts behind."""

    state: str = NORMAL
    since: int | None = None
    refused: int = 0
    accepted_in_a_row: int = 0


def inspection_after(lots: Iterable[bool]) -> Inspection:
    """The state after a series of lots, oldest first; True is accepted.

    >>> inspection_after([True, False, True, False]).state
    'tightened'
    >>> inspection_after([False, False] + [True] * 5).state
    'normal'
    >>> inspection_after([False, False] + [False, True] * 5).state
    'stopped'
    """
    stands = Inspection()
    recent: list[bool] = []
    for index, accepted in enumerate(lots):
        if stands.state == STOPPED:
            break
        if stands.state == NORMAL:
            recent = [*recent, accepted][-LOOK_BACK:]
            if recent.count(False) >= TO_TIGHTEN:
                stands, recent = Inspection(TIGHTENED, index), []
            continue
        refused, row = stands.refused + (not accepted), stands.accepted_in_a_row + 1 if accepted else 0
        stands = Inspection(TIGHTENED, stands.since, refused, row)
        if refused >= TO_STOP:
            stands = Inspection(STOPPED, index, refused)
        elif row >= TO_RELAX:
            stands = Inspection(NORMAL, index)
    return stands
