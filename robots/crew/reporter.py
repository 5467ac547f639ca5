"""The reporter writes the weekly report: what changed, who delivers, what warns, what is to be paid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from robots.crew.registry import robot
from robots.figures.batches import VOID, state_told
from robots.figures.kpis import between, wilson
from robots.figures.lines import records
from robots.ledger import Ledger
from robots.model.decisions import Chart, Column, Decision, Look, Notice, Sheet, Table, Workbook
from robots.model.money import ZERO
from robots.model.periods import month_of, previous, quarter_of
from robots.model.words import Text, say
from robots.rules import Rules

MONTHS_SHOWN = 12
Facts = tuple[tuple[Text, Any], ...]


@robot
def reporter(ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    """The report of the last full week before today; nothing known, nothing said."""
    kpis = ledger.said("kpis")
    if not len(kpis):
        return
    first = today - timedelta(days=today.weekday() + 7)
    last = first + timedelta(days=6)
    facts = _facts(ledger, first, last, rules.currency)
    workbook = weekly(ledger, kpis, facts, first, last, today)
    yield Decision("reporter", first.isoformat(), "weekly", workbook, name="weekly-report")
    lines = tuple(say("notice.fact", name=name, value=_in_letter(value)) for name, value in facts)
    headline = say("notice.weekly.headline", first=first, last=last)
    notice = Notice(
        "manager", headline, lines, "info", ("weekly-report",), _worst(ledger, kpis, today), say("notice.weekly.next")
    )
    yield Decision("reporter", first.isoformat(), "weekly-notice", notice)


def weekly(ledger: Ledger, kpis: pd.DataFrame, facts: Facts, first: date, last: date, today: date) -> Workbook:
    """Summary with ranking and chart, the trend of twelve months, open alerts, payment sheets."""
    ranking = vendor_table(ledger, kpis, today)
    trend = trend_table(kpis, today)
    shares = (
        Chart("column", say("chart.on_time"), 0, 1, (4,), percent=True),
        Chart("column", say("chart.score"), 0, 1, (8,)),
    )
    lines = (
        Chart("line", say("chart.trend_on_time"), 0, 0, (3, 4), percent=True),
        Chart("line", say("chart.trend_quality"), 0, 0, (5,), percent=True),
    )
    sheets = (
        Sheet(
            say("sheet.week"), say("title.week", first=first, last=last), facts, (ranking,), shares, (say("week.note"),)
        ),
        Sheet(say("sheet.trend"), say("title.trend"), (), (trend,), lines),
        Sheet(say("sheet.alerts"), say("title.alerts"), ((say("fact.as_of"), today),), (alert_table(ledger),)),
        Sheet(say("sheet.batches"), say("title.batches"), (), (batch_table(ledger),)),
    )
    return Workbook("reports", say("file.weekly", first=first, last=last), sheets)


# ------------------------------------------------------------------ the facts on top


def _facts(ledger: Ledger, first: date, last: date, currency: str) -> Facts:
    """What happened in the seven days: the day of the report is the first of the next one's."""
    alerts, drops, batches = (ledger.said(name) for name in ("alerts", "drops", "batches"))
    before, new, closed, open_ones = _bridge(alerts, first, last)
    critical = int((open_ones["severity"] == "critical").sum())
    recent = drops[_within(drops["day"], first, last)]
    stands = _within(batches["day"], first, last) & (batches["state"] != VOID) & (batches["currency"] == currency)
    total = sum(batches[stands]["total"], ZERO)
    return (
        (say("fact.week"), say("fact.until", first=first, today=last)),
        (say("fact.open_alerts"), say("fact.of_which_critical", count=len(open_ones), critical=critical)),
        (say("fact.bridge"), say("fact.bridge_value", before=before, new=new, closed=closed, count=len(open_ones))),
        (say("fact.drops"), say("fact.drops_value", taken=int((recent["state"] == "taken").sum()),
                                aside=int(recent["state"].isin(["set_aside", "unreadable"]).sum()))),
        (say("fact.payments", currency=currency), total),
    )  # fmt: skip


def _bridge(alerts: pd.DataFrame, first: date, last: date) -> tuple[int, int, int, pd.DataFrame]:
    """Open before the week, new in it, closed in it, and those open at its end: what was first seen later is left out,
    so that the four add up."""
    known = alerts[alerts["first_seen"] <= last.isoformat()]
    new = _within(known["first_seen"], first, last)
    closed = _within(known["closed_on"], first, last)
    over = (known["closed_on"] < first.isoformat()).fillna(False)
    return int((~new & ~over).sum()), int(new.sum()), int(closed.sum()), known[~over & ~closed]


def _within(days: pd.Series, first: date, last: date) -> pd.Series:
    """Which of these days (ISO texts) lie in a week; a blank one does not."""
    return ((days >= first.isoformat()) & (days <= last.isoformat())).fillna(False)


def _in_letter(value: Any) -> Any:
    return say("value.money", amount=value) if isinstance(value, Decimal) else value


# ------------------------------------------------------------------ tables


def vendor_table(ledger: Ledger, kpis: pd.DataFrame, today: date) -> Table:
    """Vendors by the score of the last full quarter, with this quarter and the three months before in figures."""
    quarter = previous(quarter_of(today))
    scores = ledger.said("scores")
    scored = {row["vendor"]: row for row in records(scores[scores["period"] == quarter])}
    category = dict(zip(ledger.table("vendors")["vendor"], ledger.table("vendors")["category"], strict=True))
    recent = _months_back(previous(month_of(today)), 3)
    on_time, quality = (_sums(kpis, name, recent) for name in ("on_time", "quality"))
    names = sorted({*scored, *on_time}, key=lambda v: (-(_score(scored.get(v)) or Decimal(-1)), v))
    rows = tuple(
        (
            number, vendor, _plain(category.get(vendor)), int(on_time.get(vendor, (0, 0))[1]),
            _ratio(on_time.get(vendor)), _interval(on_time.get(vendor)), _ratio(quality.get(vendor)),
            _plain(scored.get(vendor, {}).get("grade")), _score(scored.get(vendor)), _capped(scored.get(vendor)),
        )
        for number, vendor in enumerate(names, 1)
    )  # fmt: skip
    columns = (
        Column(say("column.no"), Look.INTEGER, 5),
        Column(say("column.vendor"), Look.WRAP, 30),
        Column(say("column.category"), Look.TEXT, 12),
        Column(say("column.lines_due"), Look.INTEGER, 10),
        Column(say("column.on_time_3m"), Look.PERCENT, 11),
        Column(say("column.interval"), Look.TEXT, 13),
        Column(say("column.quality_3m"), Look.PERCENT, 11),
        Column(say("column.grade", quarter=quarter), Look.TEXT, 11),
        Column(say("column.score", quarter=quarter), Look.SCORE, 11),
        Column(say("column.remark"), Look.WRAP, 26),
    )
    return Table(columns, rows, say("title.ranking"))


def _score(row: dict[str, Any] | None) -> Decimal | None:
    return None if row is None or pd.isna(row["score"]) else row["score"]


def _capped(row: dict[str, Any] | None) -> Text:
    if row is None:
        return say("score.no_data")
    if pd.isna(row["grade"]):
        return say("score.no_grade", missing=row["missing_weight"])
    if not pd.isna(row["capped_by"]):
        return say("score.capped", by=row["capped_by"])
    if row["provisional"]:
        return say("score.provisional", n=row["n"])
    return say("score.missing", missing=row["missing_weight"]) if row["missing_weight"] else ""


def trend_table(kpis: pd.DataFrame, today: date) -> Table:
    """All vendors together, month by month: sums of counts, never a mean of rates."""
    rows = []
    for month in reversed(_months_back(month_of(today), MONTHS_SHOWN)):
        mine = kpis[kpis["period"] == month]
        sums = {kpi: _sum(mine, kpi) for kpi in ("on_time", "on_time_latest", "quality", "ppm")}
        lines = int(sums["on_time"][1])
        shares = (_ratio(sums[kpi]) for kpi in ("on_time", "on_time_latest", "quality"))
        ppm = _ratio(sums["ppm"])
        rows.append((month, lines, lines - int(sums["on_time"][0]), *shares, None if ppm is None else int(ppm * 10**6)))
    columns = (
        Column(say("column.month"), Look.TEXT, 10),
        Column(say("column.lines_due"), Look.INTEGER, 10),
        Column(say("column.misses"), Look.INTEGER, 10),
        Column(say("column.on_time"), Look.PERCENT, 13),
        Column(say("column.on_time_latest"), Look.PERCENT, 13),
        Column(say("column.quality"), Look.PERCENT, 13),
        Column(say("column.ppm"), Look.INTEGER, 10),
    )
    return Table(columns, tuple(rows))


def alert_table(ledger: Ledger) -> Table:
    """Every open alert, the critical ones first."""
    alerts = ledger.said("alerts")
    still = records(alerts[alerts["state"] != "closed"])
    ranked = sorted(still, key=lambda a: (a["severity"] != "critical", a["code"], a["subject"]))
    columns = (
        Column(say("column.severity"), Look.LEVEL, 8),
        Column(say("column.alert"), Look.TEXT, 12),
        Column(say("column.subject"), Look.WRAP, 22),
        Column(say("column.vendor"), Look.WRAP, 28),
        Column(say("column.seen"), Look.WRAP, 52),
        Column(say("column.action"), Look.WRAP, 40),
        Column(say("column.first_seen"), Look.DATE, 12),
    )
    rows = tuple(
        (
            say(f"severity.{a['severity']}"), say(f"alert.{a['code']}.name"), a["subject"], a["vendor"], a["seen"],
            a["action"], date.fromisoformat(a["first_seen"]),
        )
        for a in ranked
    )  # fmt: skip
    return Table(columns, rows, empty=say("week.no_alerts"))


def batch_table(ledger: Ledger) -> Table:
    """The latest payment sheets."""
    batches = records(ledger.said("batches").sort_values("batch", ascending=False).head(20))
    columns = (
        Column(say("column.batch"), Look.TEXT, 20),
        Column(say("column.date"), Look.DATE, 12),
        Column(say("column.lines"), Look.INTEGER, 8),
        Column(say("column.net"), Look.MONEY, 16),
        Column(say("column.state"), Look.TEXT, 12),
    )
    rows = tuple(
        (
            b["batch"],
            date.fromisoformat(b["day"]),
            b["lines"],
            b["total"],
            state_told(b["state"], is_approved=isinstance(b["issued_on"], str)),
        )
        for b in batches
    )
    return Table(columns, rows, empty=say("week.no_batches"))


def _worst(ledger: Ledger, kpis: pd.DataFrame, today: date) -> Table:
    """For the letter: the three vendors a manager should look at first."""
    table = vendor_table(ledger, kpis, today)
    shown = (1, 7, 4, 6)  # name, grade, on time, quality
    columns = tuple(table.columns[i] for i in shown)
    rows = tuple(tuple(row[i] for i in shown) for row in reversed(table.rows[-3:]))
    return Table(columns, rows, say("notice.weekly.worst"))


# ------------------------------------------------------------------ sums


def _months_back(month: str, count: int) -> list[str]:
    """The month and those before it, the latest first."""
    months = [month]
    while len(months) < count:
        months.append(previous(months[-1]))
    return months


def _sums(kpis: pd.DataFrame, kpi: str, months: list[str]) -> dict[str, tuple[Decimal, Decimal]]:
    mine = kpis[(kpis["kpi"] == kpi) & kpis["period"].isin(months)]
    return {str(vendor): (sum(g["good"], ZERO), sum(g["total"], ZERO)) for vendor, g in mine.groupby("vendor")}


def _sum(kpis: pd.DataFrame, kpi: str) -> tuple[Decimal, Decimal]:
    mine = kpis[kpis["kpi"] == kpi]
    return sum(mine["good"], ZERO), sum(mine["total"], ZERO)


def _ratio(pair: tuple[Decimal, Decimal] | None) -> Decimal | None:
    return pair[0] / pair[1] if pair and pair[1] else None


def _interval(pair: tuple[Decimal, Decimal] | None) -> str:
    """The 95 % Wilson interval of a share, as text."""
    if not pair or not pair[1]:
        return ""
    low, high = wilson(np.array([float(pair[0])]), np.array([float(pair[1])]))
    return "–".join(between(float(low[0]), float(high[0])))


def _plain(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)
