"""The timekeeper notices what did not happen: a usual workbook missing, a belt that stood still, an unknown year."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

import pandas as pd

from robots.crew.registry import robot
from robots.figures.alerts import Alert, Lives, conduct, live
from robots.ledger import Ledger
from robots.model.decisions import Decision, Notice, record
from robots.model.words import say
from robots.rules import Rules

CODES = ("MISSING_REPORT",)
FEWEST_ARRIVALS = 4
STOOD_STILL_DAYS = 3


@robot
def timekeeper(ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    """Missing workbooks as alerts; a gap between turns and an unknown year as notices."""
    limits = rules.alerts(today)
    missing = list(overdue(ledger.said("drops"), limits.missing_report_days, limits.owners["MISSING_REPORT"], today))
    before = ledger.alerts(CODES, [alert.id for alert in missing])
    lives = live(before, missing, CODES, today, conduct(rules, today))
    if lives.rows:
        yield Decision("timekeeper", today.isoformat(), "alerts", record("alerts", list(lives.rows)))
    if lives.opened:
        yield Decision("timekeeper", today.isoformat(), "missing", _missing_notice(lives))
    for notice in (*_gap(ledger.said("turns"), today), *_unknown_year(rules, today)):
        yield Decision("timekeeper", today.isoformat(), str(notice.headline), notice)


def overdue(drops: pd.DataFrame, grace: int, owner: str, today: date) -> Iterator[Alert]:
    """MISSING_REPORT: workbooks that came at even distances and are now `grace` days past the next one."""
    for series, days in _arrivals(drops).items():
        gaps = [(later - earlier).days for earlier, later in pairwise(days)]
        if len(days) < FEWEST_ARRIVALS or max(gaps) > 2 * median(gaps):
            continue
        expected = days[-1] + timedelta(days=round(median(gaps)))
        if today >= expected + timedelta(days=grace):
            yield Alert(
                "MISSING_REPORT", "missing", "warning", series, "",
                say("alert.MISSING_REPORT.seen", last=days[-1], expected=expected),
                say("alert.MISSING_REPORT.limit", days=grace), say("alert.MISSING_REPORT.action"),
                say("alert.MISSING_REPORT.evidence", count=len(days)), owner,
            )  # fmt: skip


def _arrivals(drops: pd.DataFrame) -> dict[str, list[date]]:
    """Days on which files of one series came: names are one series when they differ in their digits only."""
    series: dict[str, set[date]] = defaultdict(set)
    for name, day, state in drops[["name", "day", "state"]].itertuples(index=False):
        if state == "taken":
            series[re.sub(r"\d+", "#", name)].add(date.fromisoformat(day))
    return {name: sorted(days) for name, days in series.items()}


def _missing_notice(lives: Lives) -> Notice:
    lines = tuple(say("notice.missing.line", file=alert.subject, seen=alert.seen) for alert in lives.opened)
    return Notice(
        "clerk",
        say("notice.missing.headline", count=len(lines)),
        lines,
        "warning",
        next_step=say("notice.missing.next"),
    )


def _gap(turns: pd.DataFrame, today: date) -> Iterator[Notice]:
    """The belt stood still for days: what fell in between is being caught up now."""
    days = sorted({date.fromisoformat(day) for day in turns["day"]} - {today})
    if days and (today - days[-1]).days > STOOD_STILL_DAYS:
        headline = say("notice.gap.headline", since=days[-1], days=(today - days[-1]).days)
        yield Notice("manager", headline, (), "warning", next_step=say("notice.gap.next"))


def _unknown_year(rules: Rules, today: date) -> Iterator[Notice]:
    """Loud, and a month ahead: nobody knows the working days of a year."""
    for year in {today.year, (today + timedelta(days=31)).year}:
        if not rules.calendar.knows(year):
            headline = say("notice.year.headline", year=year)
            step = say("notice.year.next", year=year, country=rules.calendar.country)
            yield Notice("manager", headline, (), "critical", next_step=step)
