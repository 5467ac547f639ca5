"""Watches over what came: defects, lots, judgements that wait, tickets, corrective actions, material."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain

from robots.crew.sentinel.scene import Row, Scene, given, line_name, places, plain, watch
from robots.figures.alerts import Alert
from robots.figures.lines import records
from robots.figures.sampling import NORMAL, STOPPED, inspection_after
from robots.ledger import place
from robots.model.periods import add_months
from robots.model.words import Text, say


@watch("QUALITY")
def falling_quality(scene: Scene) -> Iterator[Alert]:
    """Rejected per million over the last days above the contract's limit; lots refused too often."""
    yield from _defect_rates(scene)
    yield from _lots(scene)


def _defect_rates(scene: Scene) -> Iterator[Alert]:
    limits = scene.limits
    since = scene.today - timedelta(days=limits.quality_window_days - 1)
    for row in records(scene.ledger.judged_between(since, scene.today)):
        vendor, received, rejected = row["vendor"], row["received"], row["rejected"]
        contract = scene.contract_of(vendor)
        agreed = given(contract.get("ppm_target"))
        limit = limits.quality_ppm if agreed is None else agreed
        if received < limits.quality_fewest_pieces or rejected / received * 10**6 <= limit:
            continue
        worst = records(scene.ledger.rejections(vendor, since, scene.today))
        yield scene.alert(
            "QUALITY", "ppm", "critical", vendor, vendor, evidence=places(worst),
            seen=say("alert.QUALITY.seen", ppm=int(rejected / received * 10**6), rejected=plain(rejected),
                     received=plain(received), days=limits.quality_window_days),
            limit=say("alert.QUALITY.limit", ppm=int(limit)),
            source=scene.source if agreed is None else _of_contract(contract),
        )  # fmt: skip


def _of_contract(contract: Row) -> Text:
    return say("source.contract", contract=contract["contract_id"], place=place(contract))


def _lots(scene: Scene) -> Iterator[Alert]:
    """ISO 2859-1 switching, per vendor and item, over the lots of the last months."""
    since = add_months(scene.today, -scene.limits.inspection_months)
    series: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in records(scene.ledger.since("inspections", since)):
        if given(row["vendor"]) and row["inspected_on"] <= scene.today:
            series[row["vendor"], given(row["item"]) or ""].append(row)
    for (vendor, item), rows in sorted(series.items()):
        lots = sorted(rows, key=lambda row: (row["inspected_on"], row["inspection_id"]))
        stands = inspection_after(row["result"] in scene.limits.lot_accepted for row in lots)
        if stands.state == NORMAL or stands.since is None:
            continue
        refused = [row for row in lots if row["result"] not in scene.limits.lot_accepted]
        yield scene.alert(
            "QUALITY", "lots", "critical" if stands.state == STOPPED else "warning",
            f"{vendor} · {item}" if item else vendor, vendor, evidence=places(reversed(refused)),
            seen=say(f"alert.QUALITY.{stands.state}", on=lots[stands.since]["inspected_on"], refused=stands.refused,
                     row=stands.accepted_in_a_row),
            limit=say(f"alert.QUALITY.{stands.state}_limit"), action=say(f"alert.QUALITY.{stands.state}_action"),
            source=say("source.iso2859"),
        )  # fmt: skip


@watch("ACCEPTANCE")
def not_judged(scene: Scene) -> Iterator[Alert]:
    """Delivered or handed over, and not judged within the working days for it."""
    most = scene.limits.acceptance_days
    arrived = ((row, row["delivered_on"], line_name(row)) for row in records(scene.ledger.unjudged(scene.today)))
    handed = (
        (row, row["submitted_on"], f"{row['contract_id']} · {row['milestone']}")
        for row in records(scene.ledger.table("milestones"))
        if given(row["submitted_on"]) and not given(row["accepted_on"]) and not given(row["result"])
    )
    vendor_of = {contract["contract_id"]: contract["vendor"] for contract in scene.contracts}
    for row, since, subject in chain(arrived, handed):
        days = scene.rules.calendar.working_days(since, scene.today)
        if days > most:
            vendor = given(row["vendor"]) or vendor_of.get(row.get("contract_id"), "")
            note = given(row.get("delivery_id"))
            yield scene.alert(
                "ACCEPTANCE", "delivery" if "delivered_on" in row else "milestone", "warning",
                f"{subject} · {note}" if note else subject, vendor, evidence=place(row),
                seen=say("alert.ACCEPTANCE.seen", since=since, days=days),
                limit=say("alert.ACCEPTANCE.limit", days=most),
            )  # fmt: skip


@watch("RESPONSE")
def unanswered(scene: Scene) -> Iterator[Alert]:
    """Tickets that wait for an answer or a solution longer than agreed, as of the beginning of today."""
    now = datetime.combine(scene.today, time.min)
    since = scene.today - timedelta(days=scene.limits.ticket_days)
    for row in records(scene.ledger.since("tickets", since)):
        contract = scene.contract_of(row["vendor"])
        agreed = given(contract.get("response_hours"))
        hours = float(scene.limits.response_hours if agreed is None else agreed)
        waits = now - row["opened_at"]
        if given(row["resolved_at"]):
            continue
        cause = "resolution"
        source: Text = scene.source
        if not given(row["responded_at"]):
            cause, source = "response", scene.source if agreed is None else _of_contract(contract)
        else:
            hours = float(scene.limits.resolution_hours)
        if waits > timedelta(hours=hours):
            yield scene.alert(
                "RESPONSE", cause, "warning", row["ticket_id"], row["vendor"], evidence=place(row),
                seen=say(f"alert.RESPONSE.{cause}", opened=row["opened_at"], hours=int(waits / timedelta(hours=1)),
                         title=given(row["title"])),
                limit=say(f"alert.RESPONSE.{cause}_limit", hours=hours), source=source,
            )  # fmt: skip


# ------------------------------------------------------------------ corrective actions


@watch("CORRECTIVE")
def corrective(scene: Scene) -> Iterator[Alert]:
    """An 8D past the day of its next gate, or past its own due date; a fault that came back after its 8D was closed."""
    for row in records(scene.ledger.table("corrective_actions")):
        is_closed = given(row["closed_on"]) is not None
        if given(row["repeat"]) and not is_closed:
            yield scene.alert(
                "CORRECTIVE", "repeat", "critical", row["action_id"], row["vendor"], evidence=place(row),
                seen=say("alert.CORRECTIVE.repeat", issue=given(row["issue"])),
                limit=say("alert.CORRECTIVE.repeat_limit"),
                action=say("alert.CORRECTIVE.repeat_action"),
            )  # fmt: skip
        gate = None if is_closed else _overdue_gate(scene, row)
        if gate:
            name, due, days = gate
            yield scene.alert(
                "CORRECTIVE", "overdue", "warning", row["action_id"], row["vendor"], evidence=place(row),
                seen=say("alert.CORRECTIVE.seen", gate=name, stage=given(row["stage"]), due=due,
                         issue=given(row["issue"])),
                limit=say("alert.CORRECTIVE.limit" if days else "alert.CORRECTIVE.due_limit", gate=name, days=days),
                source=scene.source if days else say("source.row"),
            )  # fmt: skip


def _overdue_gate(scene: Scene, row: Row) -> tuple[str, date, int] | None:
    """The first gate not reached in time: (gate, the day it was due, its working days, 0 where the row has a date)."""
    own = given(row["due_on"])
    if own and own < scene.today:
        return "D8", own, 0
    opened, stage = given(row["opened_on"]), given(row["stage"])
    if opened is None or stage is None:
        return None
    calendar = scene.rules.calendar
    passed = calendar.working_days(opened, scene.today - timedelta(days=1))  # asks nothing of a year still to come
    for gate, days in sorted(scene.limits.corrective_days.items()):
        if stage < gate and passed >= days:
            return gate, calendar.after_working_days(opened, days), days
    return None


# ------------------------------------------------------------------ material


@watch("MATERIAL")
def material_missing(scene: Scene) -> Iterator[Alert]:
    """Material issued that was neither used by the standard, nor returned, nor scrapped."""
    since = add_months(scene.today, -scene.limits.material_months)
    series: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in records(scene.ledger.since("materials", since)):
        if all(given(row[name]) is not None for name in ("consumed_standard", "returned", "scrap")):
            series[row["order_id"], row["material"]].append(row)
    for (order, material), rows in sorted(series.items()):
        issued, *spent = (sum((row[n] for row in rows), Decimal(0)) for n in ("issued", *_SPENT))
        missing = issued - sum(spent, Decimal(0))
        if issued > 0 and abs(missing) > issued * scene.limits.material_share:
            vendor = next((v for row in rows if (v := given(row["vendor"]))), "")
            cause = "missing" if missing > 0 else "surplus"
            yield scene.alert(
                "MATERIAL", cause, "warning", f"{order} · {material}", vendor, evidence=places(rows),
                seen=say(f"alert.MATERIAL.{cause}", issued=plain(issued), missing=plain(abs(missing)),
                         share=float(abs(missing) / issued), standard=plain(spent[0]), returned=plain(spent[1]),
                         scrap=plain(spent[2])),
                limit=say("alert.MATERIAL.limit", share=float(scene.limits.material_share)),
            )  # fmt: skip


_SPENT = ("consumed_standard", "returned", "scrap")
