"""How explanations show figures, places and rules: what several of them say alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from robots.figures.sums import currency_of
from robots.ledger import place
from robots.model.decisions import Column, Look, Table
from robots.model.words import Say, Text, say
from robots.rules import Rules, Scorecard, ground

Row = dict[str, Any]
Fields = Mapping[str, Mapping[str, str]]  # kind → field → the word that people use for it
PLAIN = (
    "csat",
    "communication",
    "problem_solving",
    "culture",
    "ppm",
    "drift",
)  # marks and counts; all other KPIs are shares
PLACE = Column(say("column.evidence"), Look.WRAP, 36)
_MILLION = 10**6


def kpi_name(kpi: str, card: Scorecard) -> Text:
    """A KPI as people call it; a team's own by the title that the team gave it."""
    if kpi in card.own:
        own = card.own[kpi]
        return say("kpi.own", zh=own.title, en=own.title_en or own.title)
    return say(f"kpi.{kpi}")


def is_share(kpi: str, card: Scorecard) -> bool:
    """Is this KPI a share, shown in percent, and not a mark, a count or a measure?"""
    return card.own[kpi].how == "share" if kpi in card.own else kpi not in PLAIN


def figure(value: Any, share: bool) -> Say | str:
    """A figure in percent where it is a share; the value itself stays inside, for machines. Missing: nothing."""
    if value is None or pd.isna(value):
        return ""
    return say("value.share" if share else "value.plain", value=Decimal(str(value)))


def money(amount: Any, currency: Any, home: str) -> Say:
    """An amount with its currency; the amount itself stays inside, for machines."""
    return say("value.amount", value=amount, currency=currency_of(currency, home))


def given(value: Any) -> Any:
    """A value, or None where the cell was blank."""
    return None if value is None or pd.isna(value) else value


# ------------------------------------------------------------------ rules


def rules_in_force(rules: Rules, subject: str, day: date, today: date) -> Iterator[Text]:
    """Which entry of config/rules counts on a day, since when and on what ground; and what is other today."""
    since, values = rules.entry(subject, day)
    yield say("explain.rules", subject=subject, since=since, reference=ground(values), day=day)
    now, current = rules.entry(subject, today)
    if now != since:
        names = ", ".join(
            name for name in vars(values) if getattr(values, name) != getattr(current, name) and name != "reference_zh"
        )
        yield say("explain.rules_differ", subject=subject, since=now, reference=ground(current), names=names)


# ------------------------------------------------------------------ rows as they stand


def cells_of(rows: Mapping[str, Iterable[Row]], fields: Fields, title: Text = "") -> Iterator[Table]:
    """Rows of the ledger under the words of their kind, blank columns left out, each with its place."""
    for kind, mine in rows.items():
        some = list(mine)
        names = [name for name in fields[kind] if any(given(row[name]) is not None for row in some)]
        columns = (PLACE, *(Column(_word(fields, kind, name), look_of(some, name), 16) for name in names))
        lines = tuple((place(row), *(given(row[name]) for name in names)) for row in some)
        if some:
            yield Table(columns, lines, title or say(f"kind.{kind}"))


def _word(fields: Fields, kind: str, name: str) -> Say:
    """A field under the word that people use for it."""
    return say("column.field", name=name, word=fields[kind][name])


def look_of(rows: Iterable[Row], name: str) -> Look:
    """How a column of raw rows is shown, by what it holds."""
    value = next((row[name] for row in rows if given(row[name]) is not None), "")
    if isinstance(value, Decimal):
        return Look.NUMBER
    if isinstance(value, datetime):
        return Look.MOMENT
    return Look.DATE if isinstance(value, date) else Look.WRAP
