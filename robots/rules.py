"""The numbers in force on a day: dated, never edited; a team's own lie over the shipped ones."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Literal

from robots.model.calendar import Calendar
from robots.model.decisions import Payer


@dataclass(frozen=True)
class OwnKpi:
    """A KPI that a team made up for itself over measurements or tickets; a config entry is all there is to it.

    `of`: the measure, or the kind of ticket (empty: all). `value`: what counts of a row: "value" of a measurement;
    "response_hours", "resolution_hours", "reopened" or "count" of a ticket. `how` many rows become one figure: their
    mean, their sum by month, the share of them `within` a limit, or their sum per working day. `contracts`: targets
    by contract number.
    """

    title: str
    source: Literal["measurements", "tickets"]
    how: Literal["mean", "sum", "share", "per_working_day"]
    direction: Literal["higher", "lower"]
    floor: Decimal
    target: Decimal
    weight: Decimal
    title_en: str = ""
    of: str = ""
    value: Literal["value", "response_hours", "resolution_hours", "reopened", "count"] = "value"
    within: Decimal | None = None
    contracts: dict[str, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises ValueError where the entry says two things."""
        if (self.source == "measurements") != (self.value == "value"):
            raise ValueError(f"value = {self.value!r} is nothing that {self.source} have")
        if self.source == "measurements" and not self.of:
            raise ValueError("of = the name of the measure is missing")
        if (self.how == "share") != (self.within is not None):
            raise ValueError("within = a limit belongs to how = 'share', and to it alone")
        better = "higher" if self.how == "share" else self.direction
        if self.target == self.floor or (self.target > self.floor) != (better == "higher"):
            raise ValueError(f"the target must be {better} than the floor")


@dataclass(frozen=True)
class Scorecard:
    """RULES 6. Weights in points; floors and targets in the unit of their KPI; grades by their lowest score.

    `category_targets`: category → KPI → target, where the contract names none. `ladder`: rung → months on target of
    all `ladder_kpis` that have data. `final_after_days`: working days after a period until its scorecard is final.
    """

    reference: str
    tolerance_days: int
    provisional_below: int
    most_missing_weight: Decimal
    fewest_raters: int
    weights: dict[str, Decimal]
    floors: dict[str, Decimal]
    targets: dict[str, Decimal]
    grades: dict[str, Decimal]
    shrink_strength: int
    incident_kinds: tuple[str, ...]
    declining_periods: int
    strategic_quarters: int
    eliminate_quarters: int
    eliminate_vetoes: tuple[str, ...]
    ladder: dict[str, int]
    ladder_kpis: tuple[str, ...]
    final_after_days: int
    own: dict[str, OwnKpi] = field(default_factory=dict)
    category_targets: dict[str, dict[str, Decimal]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises ValueError where a KPI lacks a figure, or two have one name."""
        for title, named in (("floors", self.floors), ("targets", self.targets)):
            if wrong := set(self.weights) ^ set(named):
                raise ValueError(f"{title}: {', '.join(sorted(wrong))}: weights, floors and targets name the same KPIs")
        if twice := set(self.weights) & set(self.own):
            raise ValueError(f"own: {', '.join(sorted(twice))}: a KPI of that name is there already")

    @property
    def measures(self) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
        """KPI → weight, floor, target in the workspace; the team's own after the usual ones."""
        usual = {kpi: (weight, self.floors[kpi], self.targets[kpi]) for kpi, weight in self.weights.items()}
        return usual | {kpi: (own.weight, own.floor, own.target) for kpi, own in self.own.items()}


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
class Tolerance:
    """How far a price may lie above the agreed one: by a rate of the value and by a cap in money, both (RULES 7).

    It is for an item of a vendor, an item, a vendor, or a category: the first of these that fits a line counts.
    """

    rate: Decimal
    cap: Decimal
    item: str = ""
    vendor: str = ""
    category: str = ""
    LEVELS: ClassVar[tuple[str, ...]] = ("item_vendor", "item", "vendor", "category", "default")

    @property
    def level(self) -> str:
        """What it is for."""
        named = "_".join(name for name in ("item", "vendor", "category") if getattr(self, name))
        return named or "default"


@dataclass(frozen=True)
class Work:
    """What stands for receipts where work is counted: a measure of measurements, or resolved tickets of a kind."""

    source: Literal["measurements", "tickets"]
    of: str = ""


@dataclass(frozen=True)
class Settlement:
    """RULES 7. Rates 0…1, money in the home's currency, days, months.

    `retention_months`: where a contract keeps a share and names no time. `retention_caps`: category → the most that may
    be kept. `tolerances`: name → a tolerance of its own. `work`: contract or category → what counts as accepted.
    `return_days`: for how long after its batch went out a payment without a key is looked for in the bank's return.
    `soft_duplicate_days`: same vendor and amount within these is looked at; `bank_change_hours`: between the change of
    an account and its release; `interest_rate_daily`: of what is overdue, where nothing is agreed; `employees`: name →
    account of our own people, for comparison alone.
    """

    reference: str
    price_tolerance_rate: Decimal
    price_tolerance_cap: Decimal
    penalty_cap_rate: Decimal
    payment_days: int
    sme_payment_days: int
    retention_months: int = 12
    retention_caps: dict[str, Decimal] = field(default_factory=dict)
    tolerances: dict[str, Tolerance] = field(default_factory=dict)
    work: dict[str, Work] = field(default_factory=dict)
    return_days: int = 30
    soft_duplicate_days: int = 45
    bank_change_hours: int = 48
    interest_rate_daily: Decimal = Decimal("0.0005")
    employees: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises ValueError where a tolerance is for nothing that has a place in the order, or two for the same."""
        wrong = [name for name, one in self.tolerances.items() if one.level not in Tolerance.LEVELS[:-1]]
        if wrong:
            raise ValueError(f"tolerances: {', '.join(wrong)}: for an item, a vendor, both of these, or a category")
        seen = [(one.item, one.vendor, one.category) for one in self.tolerances.values()]
        if len(set(seen)) < len(seen):
            raise ValueError("tolerances: two are for the same")


@dataclass(frozen=True)
class Rater:
    """Who rates. `role`: the mail role that the form goes to; `categories`: the 外协类别 rated (empty: all); `rests`:
    gets no form any more."""

    role: str
    categories: tuple[str, ...] = ()
    rests: bool = False


@dataclass(frozen=True)
class Surveys:
    """Quarterly ratings (RULES 6). Working days: `issue_days` of the quarter, the others since a form went out.

    `apart`: marks of one vendor that differ by this are told; `alike`: the same marks for so many vendors are told;
    `reasoned`: marks that ask for a sentence; `told`: the role that gets the summary; `raters`: by their names.
    """

    reference: str
    issue_days: int
    answer_days: int
    remind_days: tuple[int, ...]
    fewest_raters: int
    apart: Decimal
    alike: int
    reasoned: tuple[int, ...]
    told: str
    raters: dict[str, Rater] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises ValueError where a form would be reminded of after its time, or before the reminder before."""
        if list(self.remind_days) != sorted(set(self.remind_days)) or any(n < 1 for n in self.remind_days):
            raise ValueError("remind_days = days from 1 on, each later than the one before")
        if self.remind_days and self.remind_days[-1] > self.answer_days:
            raise ValueError("remind_days: the last reminder goes out within answer_days")

    @property
    def working(self) -> dict[str, Rater]:
        """Raters that get a form."""
        return {name: rater for name, rater in self.raters.items() if not rater.rests}


@dataclass(frozen=True)
class Approvals:
    """RULES 7, four eyes. Money in the batch's currency, days from the issue of a code, tries at typing one."""

    reference: str
    two_above: Decimal
    valid_days: int
    tries: int


SUBJECTS: dict[str, type] = {
    "scorecard": Scorecard, "alerts": Alerts, "settlement": Settlement, "surveys": Surveys,
    "approvals": Approvals,
}  # fmt: skip


@dataclass(frozen=True)
class People:
    """Who puts batches up, and who may approve them: name → the role whose one address is that person's own."""

    preparer: str = ""
    approvers: Mapping[str, str] = field(default_factory=dict)


def no_tag(_digest: str) -> str:
    """Where no secret is at hand, no code fits."""
    return ""


@dataclass(frozen=True)
class Rules:
    """All dated rules, and the calendar. `entries`: subject → validated values by the day they come into force;
    `payers`: currency → the one account that is paid from in it.

    `tag` gives, for the digest of what is approved, the tag of the code that approves it (`model.codes`); the secret
    behind it stays at the edge.
    """

    entries: Mapping[str, tuple[tuple[date, Any], ...]]
    calendar: Calendar = field(default_factory=Calendar)
    settle_from: date = date.min
    currency: str = "CNY"
    people: People = field(default_factory=People)
    payers: Mapping[str, Payer] = field(default_factory=dict)
    tag: Callable[[str], str] = field(default=no_tag, repr=False, compare=False)

    def on(self, subject: str, day: date) -> Any:
        """The values of a subject in force on a day. Raises LookupError before the first of them."""
        found = [values for since, values in self.entries[subject] if since <= day]
        if not found:
            raise LookupError(f"no rule on {subject} is in force on {day}")
        return found[-1]

    def entry(self, subject: str, day: date) -> tuple[date, Any]:
        """The day that the values in force on a day came into force on, and the values. Raises LookupError likewise."""
        values = self.on(subject, day)
        return next(since for since, one in self.entries[subject] if one is values), values

    def fingerprint(self, *subjects: str) -> str:
        """A hash of all values of some subjects, whenever in force: other rules, another fingerprint."""
        return hashlib.sha256(repr([self.entries[subject] for subject in subjects]).encode()).hexdigest()[:16]

    def scorecard(self, day: date) -> Scorecard:
        """Scorecard rules of a day."""
        return self.on("scorecard", day)  # type: ignore[no-any-return]  # entries are validated per subject

    def alerts(self, day: date) -> Alerts:
        """Early-warning rules of a day."""
        return self.on("alerts", day)  # type: ignore[no-any-return]  # entries are validated per subject

    def settlement(self, day: date) -> Settlement:
        """Settlement rules of a day."""
        return self.on("settlement", day)  # type: ignore[no-any-return]  # entries are validated per subject

    def surveys(self, day: date) -> Surveys:
        """Who rates, and by when, on a day."""
        return self.on("surveys", day)  # type: ignore[no-any-return]  # entries are validated per subject

    def approvals(self, day: date) -> Approvals:
        """Approval rules of a day."""
        return self.on("approvals", day)  # type: ignore[no-any-return]  # entries are validated per subject


_SHAPES: dict[str, type] = {"own": OwnKpi, "tolerances": Tolerance, "work": Work}


def unknown_names(shape: type, values: Mapping[str, Any]) -> list[str]:
    """The names in an entry that no rule of its subject has: a slip of the pen, which must not pass in silence.

    >>> unknown_names(Scorecard, {"tolerance_day": 2, "own": {"commits": {"titel": "x"}}})
    ['tolerance_day', 'own.commits.titel']
    """
    tables = [(name, values[name]) for name in _SHAPES if isinstance(values.get(name), Mapping)]
    deeper = [
        f"{table}.{name}.{one}"
        for table, inside in tables
        for name, entry in inside.items()
        if isinstance(entry, Mapping)
        for one in unknown_names(_SHAPES[table], entry)
    ]
    return [name for name in values if name not in {f.name for f in fields(shape)}] + deeper


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
