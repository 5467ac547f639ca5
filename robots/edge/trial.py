"""`what-if`: the robots figure one history twice, under the rules in force and under others; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from robots.edge.settings import Settings
from robots.edge.store.database import Store, Turn
from robots.model.decisions import Decision, Record
from robots.rules import Rules

if TYPE_CHECKING:
    from robots.figures.whatif.moves import Moves
    from robots.ledger import Ledger

Robot = Callable[["Ledger", Rules, date], Iterator[Decision]]
Sees = Callable[[str], None]


def what_if(
    settings: Settings, store: Store, other: Rules, today: date, crew: Mapping[str, Robot], sees: Sees
) -> Moves:
    """What other rules would move. Both figurings start from what the home holds, and are as of `today`."""
    from robots.figures.whatif.moves import Moves, changed, compare, works_under  # noqa: PLC0415  # pandas loads here

    differing = tuple(changed(settings.rules, other))
    if not differing:
        return Moves(())
    mine = {name: crew[name] for name in settings.crew if works_under(name, differing)}
    with store.trial() as tx:
        before = _figured(tx, settings, settings.rules, today, mine, sees)
        after = _figured(tx, settings, other, today, mine, sees)
    return compare(before, after, settings.rules, other)


def _figured(
    tx: Turn, settings: Settings, rules: Rules, today: date, crew: Mapping[str, Robot], sees: Sees
) -> dict[str, list[dict[str, Any]]]:
    """What these robots would hold under some rules: worked as in a turn, read, and undone."""
    from robots.figures.lines import records  # noqa: PLC0415  # pandas loads here
    from robots.figures.whatif.moves import TABLES  # noqa: PLC0415
    from robots.ledger import frame  # noqa: PLC0415

    with tx.undone():
        tx.relate(today, rules.fingerprint("scorecard", "alerts"))
        ledger = tx.ledger(today, 0, crew)  # as at the hour of each: sheets are put up, too
        for name, robot in crew.items():
            sees(name)
            for decision in list(robot(ledger, rules, today)):
                if isinstance(decision.what, Record):
                    tx.record(settings.words.render(decision.what))
        return {name: records(frame(tx.table(name))) for name in TABLES}
