"""The sentinel warns early: late and soon-due lines, falling quality, contracts, single sources (RULES 5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd

from robots.crew.registry import robot
from robots.figures.alerts import Alert, Lives, live
from robots.figures.exact import times, units
from robots.figures.exposure import exposures
from robots.figures.lines import judged, order_lines, records
from robots.ledger import Ledger, place
from robots.model.decisions import Column, Decision, Look, Notice, Sheet, Table, Workbook, record
from robots.model.periods import add_months
from robots.model.words import Say, say
from robots.rules import Alerts, Rules

CODES = ("LATE", "DUE", "QUALITY", "CONTRACT", "SINGLE_SOURCE")


@robot
def sentinel(ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    """Look at everything open, carry the alerts on by a day, tell their owners what is new."""
    limits = rules.alerts(today)
    lines = order_lines(ledger.table("orders"), ledger.table("deliveries"), today)
    seen = [
        *late(lines, limits, today),
        *due_soon(lines, limits, today),
        *falling_quality(ledger, lines, limits, today),
        *contracts_alive(ledger.table("contracts"), lines, limits, today),
        *single_sources(ledger, limits, today),
    ]
    lives = live(ledger.said("alerts"), seen, CODES, today)
    yield Decision("sentinel", today.isoformat(), "alerts", record("alerts", list(lives.rows)))
    if lives.opened or lives.worse or lives.closed:
        yield Decision("sentinel", today.isoformat(), "list", alert_list(lives, today), name="alert-list")
        yield from notices(lives, today)


# ------------------------------------------------------------------ what to look for


def open_lines(lines: pd.DataFrame) -> pd.DataFrame:
    """Lines with a date and a quantity that are not fully accepted."""
    return lines[lines["completed_on"].isna() & lines["due_latest"].notna() & (lines["quantity"] > 0)]


def late(lines: pd.DataFrame, limits: Alerts, today: date) -> Iterator[Alert]:
    """LATE: a due line, not fully accepted, past its date today."""
    for row in records(open_lines(lines)):
        days = (today - row["due_latest"]).days
        if days < 1:
            continue
        severity = "critical" if days >= limits.late_critical_days else "warning"
        yield Alert(
            "LATE", "late", severity, _line(row), row["vendor"],
            say("alert.LATE.seen", days=days, due=row["due_latest"], accepted=_plain(row["accepted"]),
                quantity=_plain(row["quantity"]), unjudged=_plain(row["unjudged"])),
            say("alert.LATE.limit", days=limits.late_critical_days),
            say("alert.LATE.action"), place(row), limits.owners["LATE"],
        )  # fmt: skip


def due_soon(lines: pd.DataFrame, limits: Alerts, today: date) -> Iterator[Alert]:
    """DUE: due within days, nothing delivered, and less time left than the vendor's median lead time."""
    medians = lead_times(lines)
    for row in records(open_lines(lines)):
        left = (row["due_latest"] - today).days
        median = medians.get(row["vendor"])
        if median is None or not 0 <= left <= limits.due_soon_days or row["received"] > 0 or left >= median:
            continue
        yield Alert(
            "DUE", "due", "warning", _line(row), row["vendor"],
            say("alert.DUE.seen", left=left, due=row["due_latest"], quantity=_plain(row["quantity"])),
            say("alert.DUE.limit", days=limits.due_soon_days, median=round(median)),
            say("alert.DUE.action"), place(row), limits.owners["DUE"],
        )  # fmt: skip


def lead_times(lines: pd.DataFrame) -> dict[str, float]:
    """Median days from order to complete delivery, per vendor."""
    done = lines[lines["completed_on"].notna() & lines["ordered_on"].notna()]
    days = pd.to_datetime(done["completed_on"]) - pd.to_datetime(done["ordered_on"])
    table = pd.DataFrame({"vendor": done["vendor"], "days": days.dt.days})
    return {str(vendor): float(median) for vendor, median in table.groupby("vendor")["days"].median().items()}


def falling_quality(ledger: Ledger, lines: pd.DataFrame, limits: Alerts, today: date) -> Iterator[Alert]:
    """QUALITY: rejected per million over the last days, above the contract's limit."""
    since = today - timedelta(days=limits.quality_window_days)
    rows = judged(ledger.table("deliveries"))
    rows = rows[(rows["delivered_on"] > since) & (rows["delivered_on"] <= today)]
    rows = rows[rows["accepted"].notna() & rows["rejected"].notna()]
    vendors = lines.drop_duplicates(["order_id", "line"]).set_index(["order_id", "line"])["vendor"]
    keys = list(zip(rows["order_id"], rows["line"], strict=True))
    owner = rows["vendor"].fillna(
        pd.Series([vendors.get(key) for key in keys], index=rows.index, dtype=rows["vendor"].dtype)
    )
    counts = pd.DataFrame({"vendor": owner, "received": units(rows["received"]), "rejected": units(rows["rejected"])})
    agreed = _ppm_targets(ledger.table("contracts"), today)
    for vendor, count in counts.groupby("vendor")[["received", "rejected"]].sum().iterrows():
        received, rejected = (Decimal(int(count[name])) / 10**4 for name in ("received", "rejected"))
        limit, source = agreed.get(str(vendor), (limits.quality_ppm, limits.reference))
        if received < limits.quality_fewest_pieces or rejected / received * 10**6 <= limit:
            continue
        yield Alert(
            "QUALITY", "ppm", "critical", str(vendor), str(vendor),
            say("alert.QUALITY.seen", ppm=int(rejected / received * 10**6), rejected=_plain(rejected),
                received=_plain(received), days=limits.quality_window_days),
            say("alert.QUALITY.limit", ppm=int(limit), source=source),
            say("alert.QUALITY.action"),
            say("alert.QUALITY.evidence", count=int((owner == vendor).sum()), since=since, until=today),
            limits.owners["QUALITY"],
        )  # fmt: skip


def _ppm_targets(contracts: pd.DataFrame, today: date) -> dict[str, tuple[Decimal, str]]:
    alive = contracts[
        (contracts["starts_on"] <= today) & (contracts["ends_on"] >= today) & contracts["ppm_target"].notna()
    ]
    return {row["vendor"]: (row["ppm_target"], row["contract_id"]) for row in records(alive)}


def contracts_alive(contracts: pd.DataFrame, lines: pd.DataFrame, limits: Alerts, today: date) -> Iterator[Alert]:
    """CONTRACT: ends soon; open orders past its end; open orders without one; more ordered than agreed."""
    if not len(contracts):
        return
    waiting = open_lines(lines)
    for contract in records(contracts):
        mine = waiting[(waiting["contract_id"] == contract["contract_id"]).fillna(False)]
        yield from _ending(contract, limits, today)
        yield from _open_past_end(contract, mine, limits, today)
        yield from _over_amount(contract, lines, limits)
    known = set(contracts["contract_id"])
    yield from _without_contract(waiting[~waiting["contract_id"].isin(known)], limits)


def _ending(contract: dict[str, Any], limits: Alerts, today: date) -> Iterator[Alert]:
    left = (contract["ends_on"] - today).days
    if 0 <= left <= limits.contract_warning_days:
        severity = "critical" if left <= limits.contract_critical_days else "warning"
        seen = say("alert.CONTRACT.ending.seen", left=left, ends_on=contract["ends_on"])
        days = say(
            "alert.CONTRACT.ending.limit", warning=limits.contract_warning_days, critical=limits.contract_critical_days
        )
        yield _contract_alert("ending", severity, contract, seen, days, limits)


def _open_past_end(contract: dict[str, Any], mine: pd.DataFrame, limits: Alerts, today: date) -> Iterator[Alert]:
    past = mine[(mine["due_latest"] > contract["ends_on"]).fillna(False)]
    if contract["ends_on"] < today and len(past):
        orders = ", ".join(sorted(_line(row) for row in records(past)))
        seen = say("alert.CONTRACT.open_past_end.seen", ends_on=contract["ends_on"], count=len(past), orders=orders)
        yield _contract_alert(
            "open_past_end", "critical", contract, seen, say("alert.CONTRACT.open_past_end.limit"), limits
        )


def _over_amount(contract: dict[str, Any], lines: pd.DataFrame, limits: Alerts) -> Iterator[Alert]:
    if pd.isna(contract["amount"]):
        return
    mine = lines[(lines["contract_id"] == contract["contract_id"]).fillna(False)]
    net = times(mine["quantity"], mine["unit_price"], 2)
    ordered = sum((n * (1 + (0 if pd.isna(t) else t)) for n, t in zip(net, mine["tax_rate"], strict=True)), Decimal(0))
    if ordered > contract["amount"]:
        seen = say("alert.CONTRACT.over_amount.seen", ordered=ordered, amount=contract["amount"])
        yield _contract_alert("over_amount", "warning", contract, seen, say("alert.CONTRACT.over_amount.limit"), limits)


def _contract_alert(
    cause: str, severity: str, contract: dict[str, Any], seen: Say, limit: Say, limits: Alerts
) -> Alert:
    return Alert(
        "CONTRACT", cause, severity, contract["contract_id"], contract["vendor"], seen, limit,
        say(f"alert.CONTRACT.{cause}.action"), place(contract), limits.owners["CONTRACT"],
    )  # fmt: skip


def _without_contract(waiting: pd.DataFrame, limits: Alerts) -> Iterator[Alert]:
    for order_id, group in waiting.groupby("order_id"):
        row = records(group)[0]
        named = row["contract_id"] if not pd.isna(row["contract_id"]) else None
        yield Alert(
            "CONTRACT", "no_contract", "warning", str(order_id), row["vendor"],
            say("alert.CONTRACT.no_contract.seen", count=len(group), named=named),
            say("alert.CONTRACT.no_contract.limit"), say("alert.CONTRACT.no_contract.action"),
            place(row), limits.owners["CONTRACT"],
        )  # fmt: skip


def single_sources(ledger: Ledger, limits: Alerts, today: date) -> Iterator[Alert]:
    """SINGLE_SOURCE: one qualified vendor in a category, or too much on one of them, over twelve months."""
    vendors = ledger.table("vendors")
    since = add_months(today, -limits.single_source_months) + timedelta(days=1)
    for e in exposures(ledger.table("orders"), vendors, limits.qualified, since, today):
        alone = len(vendors) > 0 and len(e.qualified) <= 1
        heavy = e.top_share > limits.single_source_share or e.hhi > limits.single_source_hhi
        if not alone and not heavy:
            continue
        share = say("alert.SINGLE_SOURCE.limit", share=limits.single_source_share, hhi=limits.single_source_hhi)
        others = ", ".join(vendor for vendor in e.qualified if vendor != e.top_vendor)
        action = "alert.SINGLE_SOURCE.action" if others else "alert.SINGLE_SOURCE.action_none"
        yield Alert(
            "SINGLE_SOURCE", "concentration", "warning", e.category, e.top_vendor,
            say("alert.SINGLE_SOURCE.seen", vendor=e.top_vendor, share=e.top_share, hhi=e.hhi, count=len(e.qualified)),
            share, say(action, others=others), say("alert.SINGLE_SOURCE.evidence", since=since, until=today),
            limits.owners["SINGLE_SOURCE"],
        )  # fmt: skip


# ------------------------------------------------------------------ what to say

_COLUMNS = (
    Column(say("column.severity"), Look.LEVEL, 8),
    Column(say("column.alert"), Look.TEXT, 12),
    Column(say("column.subject"), Look.WRAP, 22),
    Column(say("column.vendor"), Look.WRAP, 26),
    Column(say("column.seen"), Look.WRAP, 46),
    Column(say("column.limit"), Look.WRAP, 26),
    Column(say("column.action"), Look.WRAP, 34),
    Column(say("column.owner"), Look.TEXT, 10),
    Column(say("column.first_seen"), Look.DATE, 12),
    Column(say("column.state"), Look.TEXT, 9),
    Column(say("column.evidence"), Look.WRAP, 34),
)


def alert_list(lives: Lives, today: date) -> Workbook:
    """预警清单: every open alert, the critical ones first, then what was closed today."""
    order = {"critical": 0, "warning": 1, "info": 2}
    rows = sorted(lives.rows, key=lambda r: (r["state"] == "closed", order[r["severity"]], r["code"], r["subject"]))
    table = Table(_COLUMNS, tuple(_list_row(row) for row in rows))
    facts = (
        (say("fact.as_of"), today),
        (say("fact.open"), sum(row["state"] != "closed" for row in rows)),
        (say("fact.new"), len(lives.opened)),
        (say("fact.closed"), len(lives.closed)),
    )
    sheet = Sheet(say("sheet.alerts"), say("title.alerts"), facts, (table,))
    return Workbook("alerts", say("file.alerts", day=today), (sheet,))


def _list_row(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        say(f"severity.{row['severity']}"), say(f"alert.{row['code']}.name"), row["subject"], row["vendor"],
        row["seen"], row["limit"], row["action"], say(f"role.{row['owner']}"), date.fromisoformat(row["first_seen"]),
        say(f"state.{row['state']}"), row["evidence"],
    )  # fmt: skip


def notices(lives: Lives, today: date) -> Iterator[Decision]:
    """One notice per owner with what is new to them."""
    news = [*lives.opened, *lives.worse]
    for owner in dict.fromkeys(alert.owner for alert in news):
        mine = [alert for alert in news if alert.owner == owner]
        critical = sum(alert.severity == "critical" for alert in mine)
        closed = sum(row["owner"] == owner for row in lives.closed)
        notice = Notice(
            owner, say("notice.alerts.headline", count=len(mine), critical=critical),
            (say("notice.alerts.closed", count=closed),) if closed else (),
            "critical" if critical else "warning", ("alert-list",), _notice_table(mine), say("notice.alerts.next"),
        )  # fmt: skip
        yield Decision("sentinel", today.isoformat(), f"notice-{owner}", notice)


def _notice_table(alerts: list[Alert]) -> Table:
    ranked = sorted(alerts, key=lambda a: (a.severity != "critical", a.code, a.subject))
    rows = tuple((say(f"alert.{a.code}.name"), a.subject, a.seen) for a in ranked)
    columns = (Column(say("column.alert")), Column(say("column.subject")), Column(say("column.seen")))
    return Table(columns, rows)


# ------------------------------------------------------------------ small things


def _line(row: dict[str, Any]) -> str:
    return f"{row['order_id']}/{row['line']}"


def _plain(number: Any) -> str:
    """A quantity without trailing zeros."""
    return format(Decimal(number).normalize(), ",f")
