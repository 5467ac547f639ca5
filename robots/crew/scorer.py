"""The scorer keeps KPIs by vendor and month, and scores by month, quarter and year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain, groupby
from typing import Any

import pandas as pd

from robots.crew.registry import robot
from robots.figures.kpis import COLUMNS, RATED, costs, drift, punctuality, quality, rating, responses, together
from robots.figures.lines import records
from robots.figures.ordering import lead_times, ordered, prices
from robots.figures.own import own_kpi
from robots.figures.scores import Basis, Score, basis_of, score_all, why_rescored
from robots.figures.tickets import with_hours
from robots.ledger import Ledger, Stale, frame
from robots.model.calendar import UnknownYear
from robots.model.decisions import Column, Decision, Notice, Record, Table, record
from robots.model.periods import months_of, periods_around, span
from robots.model.words import say
from robots.rules import Rules, Scorecard

_MOST_FIGURED = 100  # vendor-months at once: more would cost memory, and saves nothing more
Row = dict[str, Any]
Periods = dict[str, frozenset[str]]


@robot
def scorer(ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    """Figure again what changed since it was last figured: KPIs by vendor and month, and the scores they make."""
    stale = {period: frozenset(vendors) for period, vendors in ledger.stale.items()}
    if not stale:
        return
    basis = basis_of(ledger, rules, today)
    for what in _ordering(ledger, rules):
        yield Decision("scorer", today.isoformat(), what.table, what)
    kpis = together(_figured(ledger, batch, basis) for batch in _batches(ledger.stale, rules))
    scope = _scope(stale)
    yield Decision("scorer", today.isoformat(), "kpis", record("kpis", list(_kpi_rows(kpis)), scope=scope))
    wanted = _with_longer(stale)
    known = pd.concat([_kept(ledger, wanted, set(scope)), kpis], ignore_index=True)
    scores = list(score_all(known, basis, set(_scope(wanted))))
    for name, rows in {"scores": list(_score_rows(scores)), "points": list(_point_rows(scores))}.items():
        yield Decision("scorer", today.isoformat(), name, record(name, rows, scope=_scope(wanted)))
    if changed := list(_rescored(ledger, scores, today)):
        yield Decision("scorer", today.isoformat(), "rescored", record("rescored", changed))
        yield from _told(ledger, changed, today)
    yield Decision("scorer", today.isoformat(), "stale", record("stale", [], replace=True))


# ------------------------------------------------------------------ KPIs


@dataclass(frozen=True)
class Batch:
    """Periods that are figured in one go: the same vendors are stale in all of them, under the same rules."""

    periods: tuple[str, ...]
    vendors: frozenset[str]
    identities: frozenset[str]
    card: Scorecard

    @property
    def months(self) -> tuple[str, ...]:
        """Those of the periods that are months: quarters are stale by what was asked of people alone."""
        return tuple(period for period in self.periods if "-" in period)


def _batches(stale: Stale, rules: Rules) -> Iterator[Batch]:
    """What is stale in as few batches as may be: a small team's year is one, a large one's month is one (memory)."""

    def alike(entry: tuple[str, Mapping[str, Collection[str]]]) -> tuple[frozenset[str], Scorecard]:
        period, vendors = entry
        return frozenset(vendors), rules.scorecard(span(period)[1])

    for (vendors, card), entries in groupby(sorted(stale.items()), alike):
        periods, known = zip(*entries, strict=True)
        identities = frozenset(chain.from_iterable(known[0].values()))
        most = max(1, _MOST_FIGURED // len(vendors))
        for start in range(0, len(periods), most):
            yield Batch(periods[start : start + most], vendors, identities, card)


def _figured(ledger: Ledger, batch: Batch, basis: Basis) -> pd.DataFrame:
    """The KPIs of a batch."""
    surveys = ledger.table("surveys")
    asked = surveys[surveys["period"].isin(batch.periods) & surveys["vendor"].isin(list(batch.vendors))]
    return together(
        [*(rating(asked, name) for name in RATED), *(_of_months(ledger, batch, basis) if batch.months else ())]
    )


def _of_months(ledger: Ledger, batch: Batch, basis: Basis) -> Iterator[pd.DataFrame]:
    months, today = batch.months, basis.today
    for name, due in (("on_time", "due_first"), ("on_time_latest", "due_latest")):
        lines = ledger.due_in(months, due, batch.identities)
        yield punctuality(lines, name, due, today, batch.card.tolerance_days)
        if name == "on_time":
            yield drift(lines, today)
    yield from quality(ledger.arrived_in(months, batch.identities), today)
    yield costs(ledger.billed_in(months, batch.identities))
    tickets = _mine(ledger.in_months("tickets", months), batch)
    if len(tickets):
        yield responses(with_hours(tickets, basis), today)
    for month in months if batch.card.own else ():
        yield from _own(ledger, month, batch, basis)


def _mine(rows: pd.DataFrame, batch: Batch) -> pd.DataFrame:
    return rows[rows["vendor"].isin(list(batch.vendors))] if len(rows) else rows


def _own(ledger: Ledger, month: str, batch: Batch, basis: Basis) -> Iterator[pd.DataFrame]:
    """The team's own KPIs of a month; one that needs working days nobody knows has no data."""
    rows = {kind: records(_mine(ledger.in_months(kind, (month,)), batch)) for kind in ("measurements", "tickets")}
    for name, kpi in batch.card.own.items():
        try:
            found = list(own_kpi(name, kpi, rows[kpi.source], month, basis.today, basis.rules.calendar))
        except UnknownYear:
            continue
        yield pd.DataFrame(found, columns=COLUMNS)


def _ordering(ledger: Ledger, rules: Rules) -> Iterator[Record]:
    """What was ordered in every month whose orders changed, at which prices; and how long it took, where only that
    changed too."""
    found: dict[str, list[Row]] = {"ordered": [], "prices": [], "leads": []}
    for batch in _batches(ledger.reordered, rules):
        lines = ledger.ordered_in(batch.months, batch.identities)
        found["ordered"] += ordered(lines)
        found["prices"] += prices(lines)
        found["leads"] += lead_times(lines)
    for batch in _batches(ledger.retimed, rules):
        found["leads"] += lead_times(ledger.taken_in(batch.months, batch.identities))
    scope = _scope(ledger.reordered)
    for name, pairs in (("ordered", scope), ("prices", scope), ("leads", scope + _scope(ledger.retimed))):
        if pairs:
            yield record(name, found[name], scope=pairs)


# ------------------------------------------------------------------ which vendors and periods


def _scope(periods: Mapping[str, Collection[str]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((vendor, period) for period, vendors in periods.items() for vendor in vendors))


def _with_longer(stale: Periods) -> Periods:
    """What is scored again: the stale periods, and the quarters and years that they are part of."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for period, vendors in stale.items():
        for around in periods_around(period):
            wanted[around] |= vendors
    return {period: frozenset(vendors) for period, vendors in wanted.items()}


def _kept(ledger: Ledger, wanted: Periods, figured: Collection[tuple[str, str]]) -> pd.DataFrame:
    """The KPIs that longer periods rest on beside those just figured."""
    inside = {month for period in wanted for month in months_of(period)}
    around = {quarter for month in inside for quarter in periods_around(month)}
    vendors = {vendor for names in wanted.values() for vendor in names}
    rows = frame(ledger.history.kpis({*wanted, *around}, vendors))[COLUMNS]
    others = [key not in figured for key in zip(rows["vendor"], rows["period"], strict=True)]
    return rows[pd.Series(others, rows.index, dtype=bool)].astype(
        dict.fromkeys(("good", "total", "value", "low", "high"), float)
    )


# ------------------------------------------------------------------ rows


def _kpi_rows(kpis: pd.DataFrame) -> Iterator[Row]:
    for row in kpis[COLUMNS].itertuples(index=False):
        yield {name: _exact(value) for name, value in zip(COLUMNS, row, strict=True)}


def _exact(value: Any) -> Any:
    """A figure as text that the store rounds to its scale; a missing bound of an interval stays missing."""
    if isinstance(value, str):
        return value
    return None if pd.isna(value) else format(float(value), ".8f")


def _score_rows(scores: list[Score]) -> Iterator[Row]:
    for score in scores:
        said = tuple(say("veto.at", says=v.says, place=v.place) if v.place else v.says for v in score.vetoes)
        yield {
            "vendor": score.vendor, "period": score.period, "score": score.score, "grade": score.grade or None,
            "n": score.n, "missing_weight": score.missing_weight,
            "capped_by": None if not said else said[0] if len(said) == 1 else say("list.lines", items=said),
            "vetoes": ",".join(dict.fromkeys(veto.code for veto in score.vetoes)) or None,
            "provisional": score.provisional,
        }  # fmt: skip


def _point_rows(scores: list[Score]) -> Iterator[Row]:
    for score in scores:
        for one in score.points:
            yield {
                "vendor": score.vendor, "period": score.period, "kpi": one.kpi, "value": format(one.value, ".8f"),
                "n": format(one.n, ".4f"), "floor": one.floor, "target": one.target, "level": one.level,
                "weight": one.weight, "points": one.points,
            }  # fmt: skip


def _rescored(ledger: Ledger, scores: list[Score], today: date) -> Iterator[Row]:
    """Scores of periods that are over and are not what they were, or that an appeal upheld since speaks of: before and
    after, the appeals that are new, and why. Of several changes on one day, from the first one's before."""
    over = [score for score in scores if span(score.period)[1] < today]
    periods, vendors = {score.period for score in over}, {score.vendor for score in over}
    before = {(row["vendor"], row["period"]): row for row in records(ledger.scores(periods, vendors))}
    upheld, reasons = records(ledger.upheld()), _reasons(ledger)
    told: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in records(frame(ledger.history.rescored(periods, vendors))):
        told[row["vendor"], row["period"]].append(row)
    for score in over:
        was, earlier = before.get(_pair(score)), told[_pair(score)]
        named = {one for row in earlier for one in (_or_none(row["because"]) or "").split(",")}
        mine = [row for row in upheld if row["vendor"] == score.vendor and score.period in _about(row)]
        fresh = list(dict.fromkeys(row["appeal_id"] for row in mine if row["appeal_id"] not in named))
        if was is None or not (_differs(was, score) or fresh):
            continue
        why = reasons[_pair(score)] - ({"data"} if fresh else set())
        yield _changed(
            was, score, fresh, why, next((row for row in earlier if row["day"] == today.isoformat()), {}), today
        )


def _changed(was: Row, score: Score, fresh: list[str], why: set[str], earlier: Row, today: date) -> Row:
    """One score before and after; `earlier`: what was told of it today already."""
    because = [*(_or_none(earlier.get("because")) or "").split(","), *fresh]
    reasons = {*(_or_none(earlier.get("why")) or "").split(","), *why}
    return {
        "vendor": score.vendor, "period": score.period, "day": today.isoformat(),
        "score_before": _or_none(earlier.get("score_before", was["score"])),
        "grade_before": _or_none(earlier.get("grade_before", was["grade"])),
        "score_after": score.score, "grade_after": score.grade or None,
        "because": ",".join(one for one in because if one) or None,
        "why": ",".join(sorted(one for one in reasons if one)) or None,
    }  # fmt: skip


def _reasons(ledger: Ledger) -> dict[tuple[str, str], set[str]]:
    """Vendor and period → what made its score anew: other rules, other data, or both in the months of it."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for period, vendors in ledger.stale.items():
        for vendor in vendors:
            why = "rules" if (vendor, period) in ledger.stale_by_rules else "data"
            for around in periods_around(period):
                found[vendor, around].add(why)
    return found


def _told(ledger: Ledger, changed: list[Row], today: date) -> Iterator[Decision]:
    """Scores that have changed after their scorecard went out are told of, before and after."""
    issued = {row["period"] for row in records(ledger.said("issued")) if row["what"].startswith("scorecard")}
    rows = tuple(_before_and_after(row) for row in changed if row["period"] in issued)
    if not rows:
        return
    columns = tuple(Column(say(f"column.{name}")) for name in ("vendor", "period", "before", "after", "because"))
    notice = Notice("manager", say("notice.rescored.headline", count=len(rows)), (), "info", (), Table(columns, rows),
                    say("notice.rescored.next"))  # fmt: skip
    yield Decision("scorer", today.isoformat(), "rescored-notice", notice)


def _before_and_after(row: Row) -> tuple[Any, ...]:
    shown = (
        say("rescored.score", score=row[f"score_{when}"], grade=row[f"grade_{when}"]) for when in ("before", "after")
    )
    return row["vendor"], row["period"], *shown, why_rescored(row)


def _about(appeal: Row) -> set[str]:
    """The periods that an upheld appeal touches: those of the month its line was due in, or goods came in."""
    return {around for name in ("due_first", "due_latest") if not pd.isna(appeal[name])
            for around in periods_around(f"{appeal[name]:%Y-%m}")}  # fmt: skip


def _pair(score: Score) -> tuple[str, str]:
    return score.vendor, score.period


def _differs(was: Row, score: Score) -> bool:
    return _or_none(was["score"]) != score.score or (_or_none(was["grade"]) or "") != score.grade


def _or_none(value: Any) -> Any:
    return None if value is None or pd.isna(value) else value
