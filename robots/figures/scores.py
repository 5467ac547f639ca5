"""KPIs → points → a score and a grade per vendor and period, with what is missing said beside it (RULES 6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import pandas as pd

from robots.figures.lines import records
from robots.ledger import Ledger, place
from robots.model.money import cents
from robots.model.names import identity
from robots.model.periods import periods_around, span
from robots.model.words import Text, say
from robots.rules import CAPS, Rules, Scorecard

Kpi = tuple[float, float]  # good, total
Row = dict[str, Any]
_QUALITATIVE = ("communication", "problem_solving", "culture")


@dataclass(frozen=True)
class Points:
    """What one KPI earns: 0…100 between `floor` and `target`, which `level` names the source of."""

    kpi: str
    value: Decimal
    n: Decimal
    floor: Decimal
    target: Decimal
    level: Text
    weight: Decimal
    points: Decimal


@dataclass(frozen=True)
class Veto:
    """What caps a grade: its code (quality, certificate, incident), what happened, and where in our files it stands."""

    code: str
    says: Text
    place: str = ""


@dataclass(frozen=True)
class Score:
    """One vendor's score of one period. `grade` is empty where too much weight is missing (证据不足)."""

    vendor: str
    period: str
    score: Decimal | None
    grade: str
    n: int
    missing_weight: Decimal
    vetoes: tuple[Veto, ...]
    provisional: bool
    points: tuple[Points, ...]


@dataclass(frozen=True)
class Basis:
    """What scores rest on beside KPIs.

    `contracts`, `certificates`, `surveys`: those tables; `incidents`: tickets of the kinds that veto; `categories`:
    vendor → category; `today`: until when certificates are looked at.
    """

    rules: Rules
    contracts: pd.DataFrame
    certificates: pd.DataFrame
    incidents: pd.DataFrame
    categories: Mapping[str, str]
    today: date
    surveys: pd.DataFrame

    @cached_property
    def _agreed(self) -> dict[str, list[Row]]:
        """Vendor → its contracts, the latest start first."""
        return _by_vendor(records(self.contracts.sort_values(["starts_on", "contract_id"], ascending=False)))

    @cached_property
    def _papers(self) -> dict[str, list[Row]]:
        """Vendor → its certificates of the types that are asked of it: a renewal needs no second 是."""
        papers = records(self.certificates)
        asked = {(row["vendor"], row["type"]) for row in papers if not pd.isna(row["required"]) and row["required"]}
        return _by_vendor(row for row in papers if (row["vendor"], row["type"]) in asked)

    @cached_property
    def _incidents(self) -> dict[str, list[Row]]:
        return _by_vendor(records(self.incidents))

    @cached_property
    def _raters(self) -> dict[tuple[str, str, str], set[str]]:
        """Vendor, period and qualitative KPI → everyone who gave a mark in that period or in one inside it."""
        told: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        for row in records(self.surveys):
            for kpi in _QUALITATIVE:
                for around in () if pd.isna(row[kpi]) else periods_around(row["period"]):
                    told[row["vendor"], around, kpi].add(identity(row["rater"]))
        return told

    def raters(self, vendor: str, period: str, kpi: str) -> int:
        """How many people gave a mark: one who gave three in a quarter is one."""
        return len(self._raters.get((vendor, period, kpi), ()))

    def contract(self, vendor: str, first: date, last: date) -> Row | None:
        """The contract in force in some days: the latest that had begun and had not ended."""
        mine = self._agreed.get(vendor, ())
        return next((row for row in mine if row["starts_on"] <= last and row["ends_on"] >= first), None)

    def target(self, kpi: str, vendor: str, contract: Row | None, card: Scorecard) -> tuple[Decimal, Text]:
        """A KPI's target and the level that it was found on: contract, else category, else workspace."""
        if contract and (agreed := _agreed_target(kpi, contract, card)) is not None:
            return agreed, say("target.contract", contract=contract["contract_id"])
        category = self.categories.get(vendor, "")
        if (usual := card.category_targets.get(category, {}).get(kpi)) is not None:
            return usual, say("target.category", category=category)
        return card.measures[kpi][2], say("target.workspace")

    def vetoes(self, vendor: str, first: date, last: date, values: Mapping[str, Kpi], card: Scorecard) -> list[Veto]:
        """Everything that caps the grade of some days."""
        found = []
        good, total = values.get("quality", (0.0, 0.0))
        if total and Decimal(repr(good)) / Decimal(repr(total)) < card.floors["quality"]:
            says = say("veto.quality", value=good / total, floor=card.floors["quality"])
            found.append(Veto("quality", says))
        for row in _expired(self._papers.get(vendor, ()), first, min(last, self.today)):
            says = say("veto.certificate", type=row["type"], on=row["expires_on"])
            found.append(Veto("certificate", says, place(row)))
        for row in self._incidents.get(vendor, ()):
            if first <= row["opened_at"].date() <= last:
                says = say("veto.incident", kind=row["kind"], ticket=row["ticket_id"], on=row["opened_at"].date())
                found.append(Veto("incident", says, place(row)))
        return found

    def lacks_paper(self, vendor: str) -> bool:
        """Is there a certificate asked of the vendor that is not in force today?"""
        return any(True for _ in _expired(self._papers.get(vendor, ()), self.today, self.today))


def basis_of(ledger: Ledger, rules: Rules, today: date) -> Basis:
    """What scores rest on beside KPIs, as the ledger has it."""
    card = rules.scorecard(today)
    vendors = ledger.table("vendors")
    categories = {v: c for v, c in zip(vendors["vendor"], vendors["category"], strict=True) if isinstance(c, str)}
    incidents = ledger.incidents(card.incident_kinds)
    contracts, papers, surveys = (ledger.table(kind) for kind in ("contracts", "certificates", "surveys"))
    return Basis(rules, contracts, papers, incidents, categories, today, surveys)


def _by_vendor(rows: Iterable[Row]) -> dict[str, list[Row]]:
    table: dict[str, list[Row]] = {}
    for row in rows:
        table.setdefault(row["vendor"], []).append(row)
    return table


def _agreed_target(kpi: str, contract: Row, card: Scorecard) -> Decimal | None:
    """What a contract says of a KPI, if anything."""
    if kpi in card.own:
        return card.own[kpi].contracts.get(contract["contract_id"])
    name = {"on_time": "otd_target", "quality": "ppm_target", "csat": "csat_target"}.get(kpi, "")
    said: Any = contract.get(name)
    if said is None or pd.isna(said):
        return None
    agreed = Decimal(said)
    return 1 - agreed / 10**6 if kpi == "quality" else agreed


def _expired(papers: Sequence[Row], first: date, last: date) -> Iterator[Row]:
    """Certificates that were over on some day of the period while none of their type was in force on that day: of
    each type the one that ended last."""
    found: dict[str, Row] = {}
    for row in sorted(papers, key=lambda row: (row["type"], row["expires_on"])):
        day = max(row["expires_on"] + timedelta(days=1), first)
        same = (other for other in papers if other["type"] == row["type"])
        if day <= last and not any(_in_force(other, day) for other in same):
            found[row["type"]] = row
    yield from found.values()


def _in_force(row: Row, day: date) -> bool:
    issued: Any = row["issued_on"]
    return bool((pd.isna(issued) or issued <= day) and day <= row["expires_on"])


# ------------------------------------------------------------------ scores


def score_all(kpis: pd.DataFrame, basis: Basis, wanted: Collection[tuple[str, str]] | None = None) -> Iterator[Score]:
    """Scores of every vendor for each month, quarter and year that has any KPI; `wanted`: of these pairs alone."""
    for (vendor, period), values in sorted(by_period(kpis).items()):
        if wanted is None or (vendor, period) in wanted:
            yield score_one(vendor, period, values, basis)


def by_period(kpis: pd.DataFrame) -> dict[tuple[str, str], dict[str, Kpi]]:
    """(vendor, period) → KPI → (good, total): longer periods are sums of the months, never means of means."""
    table: dict[tuple[str, str], dict[str, Kpi]] = {}
    for vendor, period, kpi, good, total in kpis[["vendor", "period", "kpi", "good", "total"]].itertuples(index=False):
        for around in periods_around(period):
            sums = table.setdefault((vendor, around), {})
            before = sums.get(kpi, (0.0, 0.0))
            sums[kpi] = before[0] + float(good), before[1] + float(total)
    return table


def score_one(vendor: str, period: str, values: Mapping[str, Kpi], basis: Basis) -> Score:
    """Weighted mean of the points of the KPIs that have data; the weight of those that have none is told.

    The rules are those of the period's last day.
    """
    first, last = span(period)
    card = basis.rules.scorecard(last)
    contract = basis.contract(vendor, first, last)
    points = tuple(_points(vendor, period, values, basis, contract, card))
    whole = sum((weight for weight, _, _ in card.measures.values()), Decimal(0))
    weight = sum((one.weight for one in points), Decimal(0))
    missing = (whole - weight) / whole
    score = cents(sum(one.weight * one.points for one in points) / weight) if weight else None
    enough = score is not None and missing <= card.most_missing_weight
    vetoes = basis.vetoes(vendor, first, last, values, card) if enough else []
    grade = capped(grade_of(score, card), vetoes) if score is not None and enough else ""
    n = int(values.get("on_time", (0, 0))[1])
    return Score(vendor, period, score, grade, n, missing, tuple(vetoes), n < card.provisional_below, points)


def _points(
    vendor: str, period: str, values: Mapping[str, Kpi], basis: Basis, contract: Row | None, card: Scorecard
) -> Iterator[Points]:
    for kpi, (weight, floor, usual) in card.measures.items():
        good, total = values.get(kpi, (0.0, 0.0))
        few = kpi in _QUALITATIVE and basis.raters(vendor, period, kpi) < card.fewest_raters
        if total > 0 and not few:
            value = Decimal(repr(good)) / Decimal(repr(total))
            target, level = basis.target(kpi, vendor, contract, card)
            earned = cents(interpolate(value, floor, target, usual > floor))
            yield Points(kpi, value, Decimal(repr(total)), floor, target, level, weight, earned)


def why_rescored(row: Row) -> Text:
    """Why a score is not what it was: appeals that were upheld, other rules, other data."""
    appeals, why = row["because"], row["why"]
    said: list[Text] = [say("rescored.appeal", numbers=appeals)] if isinstance(appeals, str) else []
    said += [say(f"rescored.{one}") for one in (why.split(",") if isinstance(why, str) else ())]
    return say("list.lines", items=tuple(said or [say("rescored.data")]))


def interpolate(value: Decimal, floor: Decimal, target: Decimal, rising: bool = True) -> Decimal:
    """Points 0…100 on the straight line between (floor, 0) and (target, 100); `rising`: more is better.

    A contract may ask for no more than the floor: then its target earns everything, and less than it nothing.

    >>> interpolate(Decimal("0.95"), Decimal("0.9"), Decimal("1.0"))
    Decimal('50.0')
    >>> interpolate(Decimal(6), Decimal(8), Decimal(4), rising=False)
    Decimal('50.0')
    """
    if not rising:
        value, floor, target = -value, -floor, -target
    if target <= floor:
        return Decimal(100) if value >= target else Decimal(0)
    return min(max((value - floor) / (target - floor), Decimal(0)), Decimal(1)) * 100


def grade_of(score: Decimal, card: Scorecard) -> str:
    """The first grade whose lowest score is reached: half-open, 100 in the highest."""
    steps = sorted(card.grades.items(), key=lambda item: -item[1])
    return next(grade for grade, lowest in steps if score >= lowest)


def capped(grade: str, vetoes: Iterable[Veto]) -> str:
    """The grade under its vetoes: the worst of what each of them leaves."""
    return max([grade, *(CAPS[veto.code] for veto in vetoes)])
