"""The numbers in force on a day: dated, never edited; a team's own lie over the shipped ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from robots.model.calendar import Calendar


@dataclass(frozen=True)
class Scorecard:
    """RULES 6. Weights in points; floors and targets in the unit of their KPI; grades by their lowest score."""

    reference: str
    tolerance_days: int
    provisional_below: int
    most_missing_weight: Decimal
    fewest_raters: int
    weights: dict[str, Decimal]
    floors: dict[str, Decimal]
    targets: dict[str, Decimal]
    grades: dict[str, Decimal]


@dataclass(frozen=True)
class Alerts:
    """RULES 5. Days, months, shares 0…1, parts per million."""

    reference: str
    late_critical_days: int
    due_soon_days: int
    quality_window_days: int
    quality_ppm: Decimal
    quality_fewest_pieces: Decimal
    contract_warning_days: int
    contract_critical_days: int
    single_source_months: int
    single_source_share: Decimal
    single_source_hhi: Decimal
    missing_report_days: int
    lead_months: int
    repromise_moves: int
    repromise_days: int
    late_probability: Decimal
    late_over_base: Decimal
    switch_share: Decimal
    capacity_share: Decimal
    inspection_months: int
    lot_accepted: tuple[str, ...]
    acceptance_days: int
    ticket_days: int
    response_hours: Decimal
    resolution_hours: Decimal
    certificate_warning_days: int
    certificate_critical_days: int
    change_days: int
    payment_days: int
    material_months: int
    material_share: Decimal
    silent_edit_days: int
    escalate_after_days: int
    qualified: tuple[str, ...]
    may_work: tuple[str, ...]
    corrective_days: dict[str, int]
    due_days: dict[str, int]
    escalation: dict[str, str]
    owners: dict[str, str]


@dataclass(frozen=True)
class Settlement:
    """RULES 7. Rates 0…1, money in the home's currency, days."""

    reference: str
    price_tolerance_rate: Decimal
    price_tolerance_cap: Decimal
    penalty_cap_rate: Decimal
    payment_days: int
    sme_payment_days: int


SUBJECTS: dict[str, type] = {"scorecard": Scorecard, "alerts": Alerts, "settlement": Settlement}


@dataclass(frozen=True)
class Rules:
    """All dated rules, and the calendar. `entries`: subject → validated values by the day they come into force."""

    entries: Mapping[str, tuple[tuple[date, Any], ...]]
    calendar: Calendar = field(default_factory=Calendar)
    settle_from: date = date.min
    currency: str = "CNY"

    def on(self, subject: str, day: date) -> Any:
        """The values of a subject in force on a day. Raises LookupError before the first of them."""
        found = [values for since, values in self.entries[subject] if since <= day]
        if not found:
            raise LookupError(f"no rule on {subject} is in force on {day}")
        return found[-1]

    def fingerprint(self, subject: str) -> str:
        """A hash of all values of a subject, whenever in force: other rules, another fingerprint."""
        return hashlib.sha256(repr(self.entries[subject]).encode()).hexdigest()[:16]

    def scorecard(self, day: date) -> Scorecard:
        """Scorecard rules of a day."""
        return self.on("scorecard", day)  # type: ignore[no-any-return]  # entries are validated per subject

    def alerts(self, day: date) -> Alerts:
        """Early-warning rules of a day."""
        return self.on("alerts", day)  # type: ignore[no-any-return]  # entries are validated per subject

    def settlement(self, day: date) -> Settlement:
        """Settlement rules of a day."""
        return self.on("settlement", day)  # type: ignore[no-any-return]  # entries are validated per subject


def unfold(entries: Iterable[Mapping[str, Any]]) -> list[tuple[date, dict[str, Any]]]:
    """Dated partial entries → the whole values from each date on. Later ones of one date win.

    >>> [values["a"] for _, values in unfold([{"from": date(2020, 1, 1), "a": 1}, {"from": date(2021, 1, 1)}])]
    [1, 1]
    """
    values: dict[str, Any] = {}
    out: list[tuple[date, dict[str, Any]]] = []
    for entry in sorted(entries, key=lambda e: e["from"]):
        values = overlay(values, {name: value for name, value in entry.items() if name != "from"})
        if out and out[-1][0] == entry["from"]:
            out.pop()
        out.append((entry["from"], values))
    return out


def overlay(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` laid over `below`, table by table.

    >>> overlay({"a": {"x": 1, "y": 2}}, {"a": {"y": 3}})
    {'a': {'x': 1, 'y': 3}}
    """
    merged = dict(below)
    for name, value in above.items():
        old = merged.get(name)
        merged[name] = overlay(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged
