"""Watches over open order lines: late, due, promised anew, likely late, time to switch, more than a vendor can do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from robots.crew.sentinel.scene import Row, Scene, given, line_name, places, plain, watch
from robots.figures.alerts import Alert
from robots.figures.ordering import quantile
from robots.figures.risk import Risk, late_risk
from robots.ledger import place
from robots.model.words import Say, say

MEDIAN = 0.5


@watch("LATE")
def late(scene: Scene) -> Iterator[Alert]:
    """A due line, not fully accepted, past its date today."""
    for row in scene.waiting:
        days = (scene.today - row["due_latest"]).days
        if days >= 1:
            severity = "critical" if days >= scene.limits.late_critical_days else "warning"
            yield scene.alert(
                "LATE", "late", severity, line_name(row), row["vendor"], evidence=place(row),
                seen=say("alert.LATE.seen", days=days, due=row["due_latest"], accepted=plain(row["accepted"]),
                         quantity=plain(row["quantity"]), unjudged=plain(row["unjudged"])),
                limit=say("alert.LATE.limit", days=scene.limits.late_critical_days),
                action=say("alert.LATE.action_work") if row["is_work"] else None,
            )  # fmt: skip


@watch("DUE")
def due_soon(scene: Scene) -> Iterator[Alert]:
    """Due within days, nothing delivered, and less time left than the vendor's median lead time."""
    medians = quantile(scene.leads, MEDIAN)
    for row in scene.waiting:
        if _is_due_soon(scene, row, medians):
            left = (row["due_latest"] - scene.today).days
            yield scene.alert(
                "DUE", "due", "warning", line_name(row), row["vendor"], evidence=place(row),
                seen=say("alert.DUE.seen_work" if row["is_work"] else "alert.DUE.seen", left=left,
                         due=row["due_latest"], quantity=plain(row["quantity"])),
                action=say("alert.DUE.action_work") if row["is_work"] else None,
                limit=say("alert.DUE.limit", days=scene.limits.due_soon_days, median=medians[row["vendor"]]),
            )  # fmt: skip


def _is_due_soon(scene: Scene, row: Row, medians: dict[str, int]) -> bool:
    left = (row["due_latest"] - scene.today).days
    median = medians.get(row["vendor"])
    return median is not None and 0 <= left <= scene.limits.due_soon_days and row["received"] == 0 and left < median


@watch("REPROMISE")
def promised_anew(scene: Scene) -> Iterator[Alert]:
    """The promised date has moved too often, or too far."""
    for row in scene.waiting:
        if _has_moved(scene, row):
            yield scene.alert(
                "REPROMISE", "moved", "warning", line_name(row), row["vendor"], evidence=place(row),
                seen=_how_it_moved(row),
                limit=say("alert.REPROMISE.limit", moves=scene.limits.repromise_moves,
                          days=scene.limits.repromise_days),
            )  # fmt: skip


def _has_moved(scene: Scene, row: Row) -> bool:
    drift = _drift(row) or 0
    return bool(row["moves"] >= scene.limits.repromise_moves or drift >= scene.limits.repromise_days)


def _drift(row: Row) -> int | None:
    """Days from the first to the latest promise; None where nobody wrote the first one."""
    return (row["due_latest"] - row["due_first"]).days if given(row["due_first"]) else None


def _how_it_moved(row: Row) -> Say:
    drift = _drift(row)
    if drift is None:
        return say("alert.REPROMISE.seen_without_first", moves=row["moves"], latest=row["due_latest"])
    return say("alert.REPROMISE.seen", moves=row["moves"], days=drift, first=row["due_first"], latest=row["due_latest"])


# ------------------------------------------------------------------ what is likely


@watch("PREDICTED_LATE")
def likely_late(scene: Scene) -> Iterator[Alert]:
    """Not late yet, but likely to be, by how long the vendor's lines took before."""
    for row in scene.waiting:
        risk = _risk(scene, row)
        if risk and _is_likely(scene, risk):
            yield scene.alert(
                "PREDICTED_LATE", "likely", "warning", line_name(row), row["vendor"], evidence=place(row),
                seen=say("alert.PREDICTED_LATE.seen", probability=risk.probability, due=row["due_latest"],
                         elapsed=(scene.today - row["ordered_on"]).days, open=risk.open, late=risk.late,
                         agreed=(row["due_latest"] - row["ordered_on"]).days),
                limit=say("alert.PREDICTED_LATE.limit", probability=float(scene.limits.late_probability),
                          times=scene.limits.late_over_base, base=risk.base),
            )  # fmt: skip


def _risk(scene: Scene, row: Row) -> Risk | None:
    """The risk of a line that is not late yet and of which we know when it was ordered."""
    if row["ordered_on"] is None or not row["ordered_on"] <= scene.today <= row["due_latest"]:
        return None
    elapsed, agreed = ((day - row["ordered_on"]).days for day in (scene.today, row["due_latest"]))
    return late_risk(scene.tails, row["vendor"], elapsed, agreed)


def _is_likely(scene: Scene, risk: Risk) -> bool:
    least = max(float(scene.limits.late_probability), float(scene.limits.late_over_base) * risk.base)
    return risk.probability >= least


# ------------------------------------------------------------------ plan B


@watch("SWITCH_BY")
def switch_by(scene: Scene) -> Iterator[Alert]:
    """A line at risk whose last day to go to another vendor is here: due date − the backup's 90 % lead time."""
    medians = quantile(scene.leads, MEDIAN)
    slowest = quantile(scene.leads, float(scene.limits.switch_share))
    for row in scene.waiting:
        backup = _backup(scene, row, slowest)
        if backup is None or not _is_at_risk(scene, row, medians):
            continue
        last_day = row["due_latest"] - timedelta(days=slowest[backup])
        if scene.today < last_day:
            continue
        arrives = scene.today + timedelta(days=slowest[backup])
        cause = "today" if scene.today == last_day else "past"
        yield scene.alert(
            "SWITCH_BY", "switch", "critical" if cause == "today" else "warning", line_name(row), row["vendor"],
            seen=say(f"alert.SWITCH_BY.{cause}", backup=backup, last_day=last_day, left=plain(row["left"]),
                     arrives=arrives),
            limit=say("alert.SWITCH_BY.limit", due=row["due_latest"], days=slowest[backup],
                      share=float(scene.limits.switch_share)),
            action=say("alert.SWITCH_BY.action", backup=backup), evidence=place(row),
        )  # fmt: skip


def _is_at_risk(scene: Scene, row: Row, medians: dict[str, int]) -> bool:
    """Late, due with nothing here, promised anew, or likely late."""
    risk = _risk(scene, row)
    is_late = row["due_latest"] < scene.today
    return (
        is_late or _is_due_soon(scene, row, medians) or _has_moved(scene, row) or bool(risk and _is_likely(scene, risk))
    )


def _backup(scene: Scene, row: Row, slowest: dict[str, int]) -> str | None:
    """The qualified vendor of the same category that is the quickest in nine of ten cases."""
    category = given(row["category"]) or given(scene.vendors.get(row["vendor"], {}).get("category"))
    others = [
        name
        for name, vendor in scene.vendors.items()
        if name != row["vendor"] and name in slowest
        and given(vendor["category"]) == category and given(vendor["status"]) in scene.limits.qualified
    ]  # fmt: skip
    return min(others, key=lambda name: (slowest[name], name), default=None)


# ------------------------------------------------------------------ capacity


@watch("CAPACITY")
def over_capacity(scene: Scene) -> Iterator[Alert]:
    """More pieces open than a vendor says it can make in a month."""
    mine: dict[str, list[Row]] = defaultdict(list)
    for row in scene.open:
        mine[row["vendor"]].append(row)
    for vendor, rows in sorted(mine.items()):
        capacity = given(scene.vendors.get(vendor, {}).get("monthly_capacity"))
        waiting = sum((row["left"] for row in rows), Decimal(0))
        if capacity is not None and waiting > capacity * scene.limits.capacity_share:
            largest = sorted(rows, key=lambda row: -row["left"])
            yield scene.alert(
                "CAPACITY", "open", "warning", vendor, vendor, evidence=places([scene.vendors[vendor], *largest]),
                seen=_over(waiting, capacity, len(rows)),
                limit=say("alert.CAPACITY.limit", share=float(scene.limits.capacity_share)),
                source=say("source.vendors"),
            )  # fmt: skip


def _over(waiting: Decimal, capacity: Decimal, count: int) -> Say:
    """How much is open; a capacity of nothing has no share."""
    if not capacity:
        return say("alert.CAPACITY.none", open=plain(waiting), count=count)
    share = float(waiting / capacity)
    return say("alert.CAPACITY.seen", open=plain(waiting), count=count, capacity=plain(capacity), share=share)
