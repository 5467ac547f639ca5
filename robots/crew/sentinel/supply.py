"""Watches over whom we work with: single sources, certificates, contracts, vendors that are not qualified."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from robots.crew.sentinel.scene import Row, Scene, given, line_name, places, watch
from robots.figures.alerts import Alert
from robots.figures.exposure import exposures
from robots.figures.lines import records
from robots.ledger import place
from robots.model.periods import add_months, month_of
from robots.model.words import Say, say


@watch("SINGLE_SOURCE")
def single_sources(scene: Scene) -> Iterator[Alert]:
    """One qualified vendor in a category, or too much on one of them, over twelve months."""
    limits = scene.limits
    since = month_of(add_months(scene.today, 1 - limits.single_source_months))
    vendors = scene.ledger.table("vendors")
    for e in exposures(scene.ledger.ordered(since), vendors, limits.qualified, scene.rules.currency):
        alone = len(vendors) > 0 and len(e.qualified) <= 1
        most, spread = Fraction(limits.single_source_share), Fraction(limits.single_source_hhi)
        heavy = e.top_share > most or e.hhi > spread
        if not alone and not heavy:
            continue
        others = ", ".join(vendor for vendor in e.qualified if vendor != e.top_vendor)
        action = say("alert.SINGLE_SOURCE.action", others=others) if others else say("alert.SINGLE_SOURCE.action_none")
        yield scene.alert(
            "SINGLE_SOURCE", "concentration", "warning", e.category, e.top_vendor, action=action,
            seen=say("alert.SINGLE_SOURCE.seen", vendor=e.top_vendor, share=float(e.top_share),
                     hhi=float(e.hhi), count=len(e.qualified)),
            limit=say("alert.SINGLE_SOURCE.limit", share=limits.single_source_share, hhi=limits.single_source_hhi),
            evidence=say("alert.SINGLE_SOURCE.evidence", since=since, until=month_of(scene.today)),
        )  # fmt: skip


@watch("CERTIFICATE")
def certificates(scene: Scene) -> Iterator[Alert]:
    """A vendor's latest certificate of a type is over, or soon will be."""
    limits = scene.limits
    latest: dict[tuple[str, str], Row] = {}
    for row in records(scene.ledger.table("certificates")):
        key = row["vendor"], row["type"]
        if key not in latest or row["expires_on"] > latest[key]["expires_on"]:
            latest[key] = row
    for (vendor, kind), row in sorted(latest.items()):
        left = (row["expires_on"] - scene.today).days
        if left > limits.certificate_warning_days:
            continue
        must = bool(given(row["required"]))
        critical = must and left <= limits.certificate_critical_days
        cause = "expired" if left < 0 else "expiring"
        yield scene.alert(
            "CERTIFICATE", cause, "critical" if critical else "warning", f"{vendor} · {kind}", vendor,
            seen=say(f"alert.CERTIFICATE.{cause}", on=row["expires_on"], days=abs(left), number=given(row["number"])),
            limit=say("alert.CERTIFICATE.limit", warning=limits.certificate_warning_days,
                      critical=limits.certificate_critical_days),
            action=say("alert.CERTIFICATE.action_required") if must and left < 0 else None, evidence=place(row),
        )  # fmt: skip


@watch("UNQUALIFIED")
def unqualified(scene: Scene) -> Iterator[Alert]:
    """Open orders with a vendor that is not (or no longer) released for work."""
    mine: dict[str, list[Row]] = defaultdict(list)
    for row in scene.open if scene.vendors else ():
        mine[row["vendor"]].append(row)
    for vendor, rows in sorted(mine.items()):
        known = scene.vendors.get(vendor)
        status = given(known["status"]) if known else None
        if known and (status is None or status in scene.limits.may_work):
            continue
        orders = ", ".join(dict.fromkeys(row["order_id"] for row in rows[:5]))
        yield scene.alert(
            "UNQUALIFIED", "status" if known else "unknown", "critical" if known else "warning", vendor, vendor,
            seen=say("alert.UNQUALIFIED.status" if known else "alert.UNQUALIFIED.unknown", status=status,
                     count=len(rows), orders=orders),
            limit=say("alert.UNQUALIFIED.limit", states=" / ".join(scene.limits.may_work)),
            evidence=places([known, *rows] if known else rows),
        )  # fmt: skip


# ------------------------------------------------------------------ contracts


@watch("CONTRACT")
def contracts_alive(scene: Scene) -> Iterator[Alert]:
    """Ends soon; open orders past its end or without one; more ordered than agreed; changes nobody approved."""
    if not scene.contracts:
        return
    by_contract: dict[str | None, list[Row]] = defaultdict(list)
    for row in scene.waiting:
        by_contract[given(row["contract_id"])].append(row)
    ordered = _ordered(scene)
    for contract in scene.contracts:
        yield from _ending(scene, contract)
        yield from _open_past_end(scene, contract, by_contract[contract["contract_id"]])
        yield from _over_amount(scene, contract, ordered.get(contract["contract_id"], Decimal(0)))
    known = {contract["contract_id"] for contract in scene.contracts}
    yield from _without_contract(scene, [row for row in scene.open if given(row["contract_id"]) not in known])
    yield from _unapproved(scene, {contract["contract_id"]: contract for contract in scene.contracts})


def _ordered(scene: Scene) -> dict[str, Decimal]:
    """Contract → everything ordered under it, tax included, in the contract's currency."""
    currency = {c["contract_id"]: given(c["currency"]) or scene.rules.currency for c in scene.contracts}
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in records(scene.ledger.ordered()):
        if currency.get(row["contract_id"]) == (row["currency"] or scene.rules.currency):
            sums[row["contract_id"]] += row["gross"]
    return sums


def _ending(scene: Scene, contract: Row) -> Iterator[Alert]:
    limits, left = scene.limits, (contract["ends_on"] - scene.today).days
    if 0 <= left <= limits.contract_warning_days:
        severity = "critical" if left <= limits.contract_critical_days else "warning"
        seen = say("alert.CONTRACT.ending.seen", left=left, ends_on=contract["ends_on"])
        warning, critical = limits.contract_warning_days, limits.contract_critical_days
        limit = say("alert.CONTRACT.ending.limit", warning=warning, critical=critical)
        yield _contract_alert(scene, "ending", severity, contract, seen, [], limit)


def _open_past_end(scene: Scene, contract: Row, mine: list[Row]) -> Iterator[Alert]:
    past = [row for row in mine if row["due_latest"] > contract["ends_on"]]
    if contract["ends_on"] < scene.today and past:
        orders = ", ".join(sorted(map(line_name, past)))
        seen = say("alert.CONTRACT.open_past_end.seen", ends_on=contract["ends_on"], count=len(past), orders=orders)
        yield _contract_alert(scene, "open_past_end", "critical", contract, seen, past)


def _over_amount(scene: Scene, contract: Row, ordered: Decimal) -> Iterator[Alert]:
    amount = given(contract["amount"])
    if amount is None:
        return
    changes = [
        row for row in records(scene.ledger.table("changes"))
        if row["contract_id"] == contract["contract_id"] and given(row["approved_on"]) and given(row["amount_delta"])
    ]  # fmt: skip
    agreed = amount + sum((row["amount_delta"] for row in changes), Decimal(0))
    if ordered > agreed:
        seen = say("alert.CONTRACT.over_amount.seen", ordered=ordered, amount=agreed, changes=len(changes))
        yield _contract_alert(scene, "over_amount", "warning", contract, seen, changes)


def _contract_alert(
    scene: Scene, cause: str, severity: str, contract: Row, seen: Say, rows: list[Row], limit: Say | None = None
) -> Alert:
    return scene.alert(
        "CONTRACT", cause, severity, contract["contract_id"], contract["vendor"], seen=seen,
        limit=limit or say(f"alert.CONTRACT.{cause}.limit"), action=say(f"alert.CONTRACT.{cause}.action"),
        evidence=places([contract, *rows]),
    )  # fmt: skip


def _without_contract(scene: Scene, rows: list[Row]) -> Iterator[Alert]:
    orders: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        orders[row["order_id"]].append(row)
    for order, mine in sorted(orders.items()):
        yield scene.alert(
            "CONTRACT", "no_contract", "warning", order, mine[0]["vendor"], evidence=places(mine),
            seen=say("alert.CONTRACT.no_contract.seen", count=len(mine), named=given(mine[0]["contract_id"])),
            limit=say("alert.CONTRACT.no_contract.limit"), action=say("alert.CONTRACT.no_contract.action"),
        )  # fmt: skip


def _unapproved(scene: Scene, contracts: dict[str, Row]) -> Iterator[Alert]:
    most = scene.limits.change_days
    for row in records(scene.ledger.table("changes")):
        asked = given(row["requested_on"])
        if asked is None or given(row["approved_on"]) or asked > scene.today - timedelta(days=most):
            continue
        days = scene.rules.calendar.working_days(asked, scene.today)
        if days > most:
            vendor = contracts.get(row["contract_id"], {}).get("vendor", "")
            yield scene.alert(
                "CONTRACT", "unapproved", "warning", row["change_id"], vendor, evidence=place(row),
                seen=say("alert.CONTRACT.unapproved.seen", contract=row["contract_id"], since=asked, days=days,
                         amount=given(row["amount_delta"])),
                limit=say("alert.CONTRACT.unapproved.limit", days=most),
                action=say("alert.CONTRACT.unapproved.action"),
            )  # fmt: skip
