"""How the home stands: what waits, what failed, who worked when and is due next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from robots.edge import folder
from robots.edge.settings import Settings
from robots.edge.store.database import Store, Turn
from robots.model.words import Catalogue, Say, say
from robots.roster import next_due


@dataclass(frozen=True)
class Standing:
    """A home at one moment."""

    inbox: tuple[str, ...]
    reachable: bool
    waiting: int
    failed: tuple[tuple[str, str, str], ...]
    open_alerts: int
    crew: tuple[tuple[str, str | None, str | None], ...]
    last_turn: str | None
    approvals: tuple[Say, ...] = ()

    @property
    def needs_a_person(self) -> bool:
        """Is something stuck?"""
        return bool(self.failed) or not self.reachable

    def as_values(self) -> dict[str, Any]:
        """For machines."""
        robots = [{"robot": name, "last": last, "next": following} for name, last, following in self.crew]
        failed = [{"sort": s, "what": w, "why": why} for s, w, why in self.failed]
        waits = [{name: str(value) for name, value in told.values} for told in self.approvals]
        return {**vars(self), "inbox": list(self.inbox), "crew": robots, "failed": failed, "approvals": waits}

    def as_lines(self, words: Catalogue) -> Iterator[str]:
        """For people."""
        yield words.speak(say("status.last_turn", at=self.last_turn))
        if not self.reachable:
            yield words.speak(say("status.unreachable"))
        yield words.speak(say("status.inbox", count=len(self.inbox)))
        yield from (f"    {name}" for name in self.inbox)
        yield words.speak(say("status.waiting", count=self.waiting))
        yield words.speak(say("status.alerts", count=self.open_alerts))
        if self.approvals:
            yield words.speak(say("status.approvals"))
            yield from (f"    {words.speak(told)}" for told in self.approvals)
        yield words.speak(say("status.crew"))
        for name, last, following in self.crew:
            yield "    " + words.speak(
                say("status.robot", name=words.speak(say(f"robot.{name}")), last=last, next=following)
            )
        for sort, what, why in self.failed:
            yield words.speak(say("status.failed", sort=words.speak(say(f"cli.{sort}")), what=what, why=why))


def look(settings: Settings, store: Store, now: datetime) -> Standing:
    """Look at the home; changes nothing."""
    try:
        names, reachable = tuple(seen.name for seen in folder.listing(settings.inbox)), True
    except folder.FolderUnreachable:
        names, reachable = (), False
    with store.transaction() as tx:
        last = tx.last_runs()
        outbox = tx.table("outbox").to_pylist()
        alerts = tx.table("alerts").to_pylist()
        turns = tx.table("turns").to_pylist()
        approvals = tuple(_approvals(settings, tx))
    failed = tuple(
        (row["sort"], row["subject"], row["detail"] or "") for row in outbox if row["state"] in ("failed", "unknown")
    )
    return Standing(
        names,
        reachable,
        sum(row["state"] in ("new", "sending") for row in outbox),
        failed,
        sum(row["state"] != "closed" for row in alerts),
        tuple(_robot(settings, name, last.get(name), now) for name in settings.crew),
        turns[-1]["at"] if turns else None,
        approvals,
    )


def _approvals(settings: Settings, tx: Turn) -> Iterator[Say]:
    """What waits for whom; and that nobody can approve, where something waits."""
    from robots.figures.approvals import awaited, missing  # noqa: PLC0415  # pandas loads here: other commands stay quick

    owed = tx.table("endorsements").to_pylist()
    rows = [row for name in ("batches", "reversals") for row in tx.table(name).to_pylist()]
    lines = {row["payment_key"]: row for row in tx.table("payables").to_pylist()}
    waiting = [row for row in rows if row["state"] == "proposed"]
    if waiting and not settings.rules.people.approvers:
        yield say("status.nobody")
    if waiting and (exposed := settings.rules.people.exposed):
        yield say("status.exposed", names="、".join(exposed))
    if waiting and (unreached := settings.rules.people.unreached):
        yield say("approval.unreached", names="、".join(unreached))
    for row in waiting:
        number = row.get("batch") or row["reversal"]
        line = lines.get(row.get("payment_key", ""), {})
        values = {
            "number": number, "total": row.get("total") or line.get("net"),
            "currency": row.get("currency") or line.get("currency") or settings.rules.currency,
        }  # fmt: skip
        mine = [one for one in owed if one["number"] == number]
        names = "、".join(one["approver"] for one in mine if one["state"] == "waiting")
        if mine:
            values |= {"names": names, "missing": missing(int(row["needed"]), mine), "day": row["expires_on"]}
            must = "、".join(awaited(mine))
            yield say("status.approval_must", **values, must=must) if must else say("status.approval", **values)
        else:
            yield say("status.unissued" if settings.rules.people.approvers else "status.to_pay", **values)


def _robot(settings: Settings, name: str, last: datetime | None, now: datetime) -> tuple[str, str | None, str | None]:
    following = next_due(settings.crew[name], now, settings.rules.calendar)
    return name, f"{last:%Y-%m-%d %H:%M}" if last else None, f"{following:%Y-%m-%d %H:%M}" if following else None
