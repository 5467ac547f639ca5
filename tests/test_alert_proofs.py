"""Early warnings against a second, naive look at the same rows, and the life of an alert over any days (RULES 5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from robots.crew.sentinel import sentinel
from robots.edge import clock, homes
from robots.edge.store import open_store
from robots.edge.store.database import Turn
from robots.figures.alerts import Alert, Conduct, Lives, live
from robots.figures.sampling import inspection_after
from robots.model.calendar import Calendar
from robots.model.decisions import Decision, Notice, Record
from robots.model.names import identity
from robots.model.words import say
from tests import naive, naive_alerts
from tests.conftest import Demo
from tests.histories import (
    RULES,
    START,
    WORDS,
    History,
    books,
    books_of,
    dropped,
    examples,
    histories,
    kept,
    scored,
    turn_of,
)
from tests.naive_alerts import CODES, Moved, Warned
from tests.stores import a_store

WATCHED = ("orders", "orders", "orders", "deliveries", "deliveries", "deliveries", "vendors", "inspections",
           "inspections", "milestones", "materials")  # fmt: skip
LASTING = frozenset(("LATE", "DUE", "REPROMISE", "ACCEPTANCE", "SINGLE_SOURCE", "MATERIAL"))  # named by no vendor


def watch(tx: Turn, day: date, number: int) -> list[Decision]:
    """The sentinel looks at a day, and what it decides is kept."""
    decisions = list(sentinel(tx.ledger(day, number), RULES, day))
    for decision in decisions:
        if isinstance(decision.what, Record):
            spoken = WORDS.render(decision.what)
            assert isinstance(spoken, Record)
            tx.record(spoken)
    return decisions


def standing(rows: Iterable[dict[str, Any]]) -> dict[Warned, dict[str, Any]]:
    """Open alerts of the codes that have a second look, vendors by identity."""
    return {
        Warned(r["code"], r["cause"], r["severity"], r["subject"].replace(r["vendor"] or "", identity(r["vendor"]))): r
        for r in rows
        if r["code"] in CODES and r["cause"] != "ppm" and r["state"] != "closed"
    }


@examples(6)
@given(histories(WATCHED))
def test_a_second_look_warns_of_the_same_and_every_alert_is_opened_once_a_life(history: History) -> None:
    """Same warnings; first seen on the day that its life began; told on that day, or when worse, and not again."""
    moved, began = Moved({}), dict[tuple[str, str, str], date]()
    with a_store() as store:
        day = START
        for later, versions in history:
            day += timedelta(days=later + 1)
            with store.transaction() as tx:
                decisions = watch(tx, day, turn_of(tx, day, dropped(versions), RULES))
                known, rows = books_of(tx, day, RULES), tx.table("alerts").to_pylist()
            moved = moved.after(known)
            seen = standing(rows)
            assert set(seen) == naive_alerts.warnings(known, moved)
            causes = {(one.code, one.cause, one.subject) for one in seen if one.code in LASTING}
            began = {cause: began.get(cause, day) for cause in causes}
            assert {key: began[key] for key in causes} == {
                (one.code, one.cause, one.subject): date.fromisoformat(row["first_seen"])
                for one, row in seen.items()
                if one.code in LASTING
            }
            news = [row for row in rows if day.isoformat() in (row["first_seen"], row["closed_on"])]
            told = any(row["severity"] == "critical" or row["escalated_on"] or row["reminded_on"] for row in rows)
            if not news and not told:
                assert [d for d in decisions if isinstance(d.what, Notice)] == []


def test_the_samples_give_the_same_figures_scores_and_warnings_on_all_three_days(demo: Demo) -> None:
    moved = Moved({})
    for day, report, state in zip(homes.DEMO_DAYS, demo.reports, demo.states, strict=True):
        assert report.troubles == []
        store = open_store("", state, clock.now(day))
        known = books(store, day, demo.settings.rules)
        moved = moved.after(known)
        assert kept(store) == naive.kpis(known)
        assert scored(store) == naive.verdicts(known)
        with store.transaction() as tx:
            assert set(standing(tx.table("alerts").to_pylist())) == naive_alerts.warnings(known, moved)
        store.close()


@examples(200)
@given(st.lists(st.booleans(), max_size=60))
def test_lots_are_switched_as_the_standard_reads(accepted: list[bool]) -> None:
    """ISO 2859-1: 2 of the last 5 → tightened inspection; 5 rejected under tightened → stop; 5 accepted → normal."""
    assert inspection_after(accepted).state == naive_alerts.switched(accepted)


# ------------------------------------------------------------------ the life of an alert

CONDUCT = Conduct(Calendar(), {"critical": 1, "warning": 3, "info": 5}, 3, {"clerk": "manager"})
COLUMNS = ["alert", "code", "severity", "state", "first_seen", "subject", "reopened", "owner", "escalated_on",
           "closed_on", "answered_by", "remark", "postponed_to", "answer", "answered_on", "reminded_on"]  # fmt: skip
DAY = st.tuples(
    st.integers(1, 5), st.dictionaries(st.sampled_from(["PO-1/1", "PO-2/1"]), st.sampled_from(["warning", "critical"]))
)


def an_alert(subject: str, severity: str) -> Alert:
    text = say("x")
    return Alert("LATE", "late", severity, subject, "示例甲", text, text, text, "", "clerk")


@examples(60)
@given(st.lists(DAY, max_size=14))
def test_an_alert_is_opened_once_told_once_and_says_when_it_comes_back(days: list[tuple[int, dict[str, str]]]) -> None:
    """The same finding on two days is one alert, not two. It closes by itself when its cause is gone, and says when."""
    kept: dict[str, dict[str, Any]] = {}
    lifes: dict[str, list[date]] = {}
    was: dict[str, str] = {}
    today = START
    for later, now in days:
        today += timedelta(days=later)
        before = pd.DataFrame(list(kept.values()), columns=COLUMNS)
        lives = live(before, [an_alert(*one) for one in now.items()], ["LATE"], today, CONDUCT)
        new, gone = now.keys() - was.keys(), was.keys() - now.keys()
        assert {one.subject for one in lives.opened} == new and len(lives.opened) == len(new)
        assert {row["subject"] for row in lives.closed} == gone
        assert {one.subject for one in lives.opened if one.id in lives.came_back} == new & lifes.keys()
        worse = {one for one in now.keys() & was.keys() if (was[one], now[one]) == ("warning", "critical")}
        assert {one.subject for one in lives.worse} <= worse
        for subject in new:
            lifes.setdefault(subject, []).append(today)
        kept |= {row["alert"]: row for row in lives.rows}
        _assert_lives(kept, lifes, now, gone, lives, today)
        was = now


def _assert_lives(
    kept: dict[str, dict[str, Any]], lifes: dict[str, list[date]], now: dict[str, str], gone: Iterable[str],
    lives: Lives, today: date,
) -> None:  # fmt: skip
    """Each row as its days make it; the next role is told at most once a life, on a day that it holds."""
    by_subject = {row["subject"]: row for row in kept.values()}
    for subject, row in by_subject.items():
        assert (row["state"] == "closed") == (subject not in now)
        assert row["first_seen"] == lifes[subject][-1].isoformat()
        assert row["reopened"] == len(lifes[subject]) - 1
    assert {by_subject[one]["closed_on"] for one in gone} <= {today.isoformat()}
    for alert in lives.escalated:
        assert by_subject[alert.subject]["escalated_on"] == today.isoformat() and alert.owner == "manager"
