"""The numbers in force on a day: dated, never edited; a team's own lie over the shipped ones."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge, Interval
from rapidfuzz import fuzz, process

from robots.model.calendar import Calendar
from robots.model.decisions import Payer
from robots.model.words import Text, say

Days = Annotated[int, Ge(0)]  # also hours, months, lines: a whole number that may be none
Times = Annotated[int, Ge(1)]
Share = Annotated[Decimal, Interval(ge=0, le=1)]
Amount = Annotated[Decimal, Ge(0)]
Mark = Annotated[Decimal, Interval(ge=0, le=100)]
CAPS = {"quality": "C", "certificate": "C", "incident": "D"}  # a veto, and the best grade it leaves
RUNGS = ("bonus", "volume", "strategic")
_ALIKE = 60  # of 100: a name this like another one was probably meant to be it


@dataclass(frozen=True)
class Wrong:
    """What is wrong with an entry as a whole: under which key, what was given, and what would be right."""

    key: str
    given: Any
    allowed: Text


class Unusable(ValueError):
    """An entry whose values contradict each other; `wrongs` is everything."""

    def __init__(self, wrongs: Iterable[Wrong]) -> None:
        self.wrongs = tuple(wrongs)
        super().__init__(", ".join(one.key for one in self.wrongs))


def refuse(wrongs: Iterable[Wrong]) -> None:
    """Raises Unusable if there is anything wrong."""
    if found := tuple(wrongs):
        raise Unusable(found)


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that a misspelt one was meant to be; empty where none is like it.

    >>> nearest("tolerence_days", ["tolerance_days", "weights"]), nearest("height", ["quality"])
    ('tolerance_days', '')
    """
    found = process.extractOne(name, list(known), scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return found[0] if found else ""


def among(key: str, name: str, known: Iterable[str]) -> Wrong:
    """A name that is none of those known, with the one that was probably meant."""
    names = tuple(known)
    told = say("config.one_of", names=", ".join(names))
    meant = nearest(name, names)
    return Wrong(key, name, say("config.meant", meant=meant, allowed=told) if meant else told)


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
    weight: Amount
    title_en: str = ""
    of: str = ""
    value: Literal["value", "response_hours", "resolution_hours", "reopened", "count"] = "value"
    within: Decimal | None = None
    contracts: dict[str, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises Unusable where the entry says two things."""
        refuse(self._wrongs())

    def _wrongs(self) -> Iterator[Wrong]:
        if (self.source == "measurements") != (self.value == "value"):
            yield Wrong("value", self.value, say("config.own_value", source=self.source))
        if self.source == "measurements" and not self.of:
            yield Wrong("of", self.of, say("config.own_of"))
        if (self.how == "share") != (self.within is not None):
            yield Wrong("within", self.within, say("config.own_within"))
        better = "higher" if self.how == "share" else self.direction
        if self.target == self.floor or (self.target > self.floor) != (better == "higher"):
            yield Wrong("target", self.target, say(f"config.target_{better}", floor=self.floor))


@dataclass(frozen=True)
class Scorecard:
    """RULES 6. Weights in points; floors and targets in the unit of their KPI; grades by their lowest score.

    `category_targets`: category → KPI → target, where the contract names none. `ladder`: rung → months on target of
    all `ladder_kpis` that have data. `final_after_days`: working days after a period until its scorecard is final.
    """

    reference: str
    tolerance_days: Days
    provisional_below: Days
    most_missing_weight: Share
    fewest_raters: Times
    weights: dict[str, Amount]
    floors: dict[str, Amount]
    targets: dict[str, Amount]
    grades: dict[str, Mark]
    shrink_strength: Days
    incident_kinds: tuple[str, ...]
    declining_periods: Times
    strategic_quarters: Times
    eliminate_quarters: Times
    eliminate_vetoes: tuple[str, ...]
    ladder: dict[str, Times]
    ladder_kpis: tuple[str, ...]
    final_after_days: Days
    reference_zh: str = ""
    own: dict[str, OwnKpi] = field(default_factory=dict)
    category_targets: dict[str, dict[str, Amount]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises Unusable where KPIs, weights or grades do not fit together."""
        refuse((*self._kpi_wrongs(), *self._name_wrongs(), *self._grade_wrongs()))

    def _kpi_wrongs(self) -> Iterator[Wrong]:
        """Every KPI has a weight, a floor and a target, and something weighs."""
        tables = {"weights": self.weights, "floors": self.floors, "targets": self.targets}
        for name in dict.fromkeys(kpi for table in tables.values() for kpi in table):
            lacking = [title for title, table in tables.items() if name not in table]
            if lacking:
                others = [kpi for kpi in self.weights if all(kpi in table for table in tables.values())]
                told = say("config.same_kpis", lacking=", ".join(lacking))
                meant = nearest(name, others)
                yield Wrong(f"{next(title for title, table in tables.items() if name in table)}.{name}", None,
                            say("config.meant", meant=meant, allowed=told) if meant else told)  # fmt: skip
        for name in self.own:
            if name in self.weights:
                yield Wrong(f"own.{name}", name, say("config.kpi_twice"))
        if not sum((*self.weights.values(), *(own.weight for own in self.own.values()))) > 0:
            yield Wrong("weights", 0, say("config.some_weight"))

    def _name_wrongs(self) -> Iterator[Wrong]:
        """KPIs, vetoes and rungs are called as they are known: another name would count for nothing."""
        kpis = (*self.weights, *self.own)
        yield from (among("ladder_kpis", name, kpis) for name in self.ladder_kpis if name not in kpis)
        yield from (among("eliminate_vetoes", name, CAPS) for name in self.eliminate_vetoes if name not in CAPS)
        yield from (among(f"ladder.{name}", name, RUNGS) for name in self.ladder if name not in RUNGS)
        for category, targets in self.category_targets.items():
            yield from (among(f"category_targets.{category}", name, kpis) for name in targets if name not in kpis)

    def _grade_wrongs(self) -> Iterator[Wrong]:
        """Every score from 0 on has one grade, the better one first in the alphabet; vetoes find theirs."""
        lowest = sorted(self.grades.values())
        if not lowest or lowest[0] != 0:
            yield Wrong("grades", lowest[0] if lowest else None, say("config.grades_from_0"))
        names = sorted(self.grades, key=lambda name: -self.grades[name])
        if names != sorted(names) or len(set(lowest)) < len(lowest):
            given = ", ".join(f"{name} {self.grades[name]}" for name in names)
            yield Wrong("grades", given, say("config.grades_order"))
        if missing := sorted(set(CAPS.values()) - set(names)):
            yield Wrong("grades", ", ".join(names), say("config.grades_caps", missing=", ".join(missing)))

    @property
    def measures(self) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
        """KPI → weight, floor, target in the workspace; the team's own after the usual ones."""
        usual = {kpi: (weight, self.floors[kpi], self.targets[kpi]) for kpi, weight in self.weights.items()}
        return usual | {kpi: (own.weight, own.floor, own.target) for kpi, own in self.own.items()}


@dataclass(frozen=True)
class Alerts:
    """RULES 5. Days, months, shares 0…1, parts per million."""

    reference: str
    late_critical_days: Days
    due_soon_days: Days
    quality_window_days: Days
    quality_ppm: Amount
    quality_fewest_pieces: Amount
    contract_warning_days: Days
    contract_critical_days: Days
    single_source_months: Times
    single_source_share: Share
    single_source_hhi: Share
    missing_report_days: Days
    lead_months: Times
    repromise_moves: Times
    repromise_days: Days
    late_probability: Share
    late_over_base: Amount
    switch_share: Share
    capacity_share: Amount
    inspection_months: Times
    lot_accepted: tuple[str, ...]
    acceptance_days: Days
    ticket_days: Days
    response_hours: Amount
    resolution_hours: Amount
    certificate_warning_days: Days
    certificate_critical_days: Days
    change_days: Days
    payment_days: Days
    material_months: Times
    material_share: Share
    silent_edit_days: Days
    escalate_after_days: Days
    qualified: tuple[str, ...]
    may_work: tuple[str, ...]
    corrective_days: dict[str, Days]
    due_days: dict[str, Days]
    escalation: dict[str, str]
    owners: dict[str, str]
    reference_zh: str = ""

    def __post_init__(self) -> None:
        """Raises Unusable where something would be critical before it is a warning."""
        refuse(self._wrongs())

    def _wrongs(self) -> Iterator[Wrong]:
        for critical, warning in (
            ("contract_critical_days", "contract_warning_days"),
            ("certificate_critical_days", "certificate_warning_days"),
        ):
            given, most = getattr(self, critical), getattr(self, warning)
            if given > most:
                yield Wrong(critical, given, say("config.at_most_key", key=warning, most=most))


@dataclass(frozen=True)
class Tolerance:
    """How far a price may lie above the agreed one: by a rate of the value and by a cap in money, both (RULES 7).

    It is for an item of a vendor, an item, a vendor, or a category: the first of these that fits a line counts.
    """

    rate: Share
    cap: Amount
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

    `over_delivery_rate`: how much more than was ordered may be paid where it was accepted.
    `retention_months`: where a contract keeps a share and names no time. `retention_caps`: category → the most that may
    be kept. `tolerances`: name → a tolerance of its own. `work`: contract or category → what counts as accepted.
    `return_days`: for how long after its batch went out a payment without a key is looked for in the bank's return.
    `soft_duplicate_days`: same vendor and amount within these is looked at; `bank_change_hours`: between the change of
    an account and its release; `interest_rate_daily`: of what is overdue, where nothing is agreed; `employees`: name →
    account of our own people, for comparison alone.
    """

    reference: str
    price_tolerance_rate: Share
    price_tolerance_cap: Amount
    penalty_cap_rate: Share
    payment_days: Days
    sme_payment_days: Days
    reference_zh: str = ""
    retention_months: Days = 12
    over_delivery_rate: Share = Decimal(0)
    retention_caps: dict[str, Share] = field(default_factory=dict)
    tolerances: dict[str, Tolerance] = field(default_factory=dict)
    work: dict[str, Work] = field(default_factory=dict)
    return_days: Days = 30
    soft_duplicate_days: int = 45  # -1: they are not looked at
    bank_change_hours: Days = 48
    interest_rate_daily: Share = Decimal("0.0005")
    employees: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises Unusable where a tolerance is for nothing that has a place in the order, or two for the same."""
        refuse(self._wrongs())

    def _wrongs(self) -> Iterator[Wrong]:
        for name, one in self.tolerances.items():
            if one.level not in Tolerance.LEVELS[:-1]:
                yield Wrong(f"tolerances.{name}", None, say("config.tolerance_for"))
        seen = [(one.item, one.vendor, one.category) for one in self.tolerances.values()]
        if len(set(seen)) < len(seen):
            yield Wrong("tolerances", ", ".join(self.tolerances), say("config.tolerance_twice"))


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
    issue_days: Days
    answer_days: Days
    remind_days: tuple[Times, ...]
    fewest_raters: Times
    apart: Amount
    alike: Times
    reasoned: tuple[Times, ...]
    told: str
    raters: dict[str, Rater] = field(default_factory=dict)
    reference_zh: str = ""

    def __post_init__(self) -> None:
        """Raises Unusable where a form would be reminded of after its time, or before the reminder before."""
        refuse(self._wrongs())

    def _wrongs(self) -> Iterator[Wrong]:
        given = ", ".join(map(str, self.remind_days))
        if list(self.remind_days) != sorted(set(self.remind_days)) or any(n < 1 for n in self.remind_days):
            yield Wrong("remind_days", given, say("config.remind_rising"))
        if self.remind_days and self.remind_days[-1] > self.answer_days:
            yield Wrong("remind_days", given, say("config.at_most_key", key="answer_days", most=self.answer_days))

    @property
    def working(self) -> dict[str, Rater]:
        """Raters that get a form."""
        return {name: rater for name, rater in self.raters.items() if not rater.rests}


@dataclass(frozen=True)
class Approvals:
    """RULES 7, four eyes. Money in the batch's currency, days from the issue of a code, tries at typing one."""

    reference: str
    two_above: Amount
    valid_days: Days
    tries: Times
    reference_zh: str = ""


SUBJECTS: dict[str, type] = {
    "scorecard": Scorecard, "alerts": Alerts, "settlement": Settlement, "surveys": Surveys,
    "approvals": Approvals,
}  # fmt: skip


@dataclass(frozen=True)
class People:
    """Who puts batches up, and who may approve them: name → the role whose one address is that person's own.

    `exposed`: approvers whose codes lie where others can read them. With one of them, four eyes are not given.
    `unreached`: approvers whose letters cannot be delivered now.
    """

    preparer: str = ""
    approvers: Mapping[str, str] = field(default_factory=dict)
    exposed: tuple[str, ...] = ()
    unreached: tuple[str, ...] = ()


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
        """The values of a subject in force on a day. A day before all of them goes by the first: a year that somebody
        mistyped (1999) stops nobody's work."""
        entries = self.entries[subject]
        return next((values for since, values in reversed(entries) if since <= day), entries[0][1])

    def entry(self, subject: str, day: date) -> tuple[date, Any]:
        """The day that the values in force on a day came into force on, and the values."""
        values = self.on(subject, day)
        return next(since for since, one in self.entries[subject] if one is values), values

    def origin(self, subject: str, day: date, of: Callable[[Any], Any]) -> tuple[date, Text]:
        """Since when a value in force on a day has been what it is, and on what ground: those of the entry that set it,
        for a later one that changes another value says nothing about this one. `of` takes it from a subject's values.

        An entry that names no ground stands on its own: it is named by its file.
        """
        entries = self.entries[subject]
        at = next(n for n, (since, _) in enumerate(entries) if since == self.entry(subject, day)[0])
        value = of(entries[at][1])
        while at and of(entries[at - 1][1]) == value:
            at -= 1
        since, values = entries[at]
        if at and values.reference == entries[at - 1][1].reference:
            return since, say("rules.no_ground", file=f"config/rules/{subject}.toml")
        return since, ground(values)

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


def ground(values: Any) -> Text:
    """On what ground an entry stands, in both languages."""
    return say("rules.ground", zh=values.reference_zh or values.reference, en=values.reference)


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


def meant_by(shape: type, name: str) -> str:
    """The rule that a dotted name was probably meant to be; empty where none is like it.

    >>> meant_by(Scorecard, "tolerence_days"), meant_by(Scorecard, "own.commits.titel"), meant_by(Scorecard, "xyz")
    ('tolerance_days', 'own.commits.title', '')
    """
    before, _, last = name.rpartition(".")
    found = nearest(last, [f.name for f in fields(_SHAPES[before.split(".")[0]] if before else shape)])
    return f"{before}.{found}" if before and found else found


def unfold(entries: Iterable[Mapping[str, Any]]) -> list[tuple[date, dict[str, Any]]]:
    """Dated partial entries → the whole values from each date on. Later ones of one date win.

    >>> [values["a"] for _, values in unfold([{"from": date(2020, 1, 1), "a": 1}, {"from": date(2021, 1, 1)}])]
    [1, 1]
    """
    values: dict[str, Any] = {}
    out: list[tuple[date, dict[str, Any]]] = []
    for entry in sorted(entries, key=lambda e: e["from"]):
        values = laid(values, {name: value for name, value in entry.items() if name != "from"})
        if out and out[-1][0] == entry["from"]:
            out.pop()
        out.append((entry["from"], values))
    return out


def laid(values: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry laid over those before it; another ground does not keep the old one's Chinese."""
    return overlay(values, {"reference_zh": "", **entry} if "reference" in entry else entry)


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
