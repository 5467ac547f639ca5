"""What a scorecard of one period is made of, each part gathered when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from robots.figures.kpis import between, wilson
from robots.figures.ladder import ELSEWHERE, VETO, Step
from robots.figures.lines import records
from robots.figures.ranking import RATES, ranking_scores
from robots.figures.scores import Basis, Kpi, Score, Veto, score_one
from robots.figures.standing import ELIMINATE, Listing, backwards, by_vendor, is_curable, listings
from robots.ledger import Ledger
from robots.model.periods import months_of, previous, quarter_of, span
from robots.model.words import Text, say
from robots.rules import Scorecard

Row = dict[str, Any]
MONTHS_SHOWN = 12
TREND_SHOWN = 5
SHARES = ("on_time", "on_time_latest", "quality", "response", "cost")


@dataclass(frozen=True)
class Book:
    """Ledger, basis and all KPIs; and what is shown of the last period that is over."""

    ledger: Ledger
    basis: Basis
    kpis: pd.DataFrame
    asked: str = ""

    @cached_property
    def steps(self) -> list[Step]:
        """The ladder as it is kept, every vendor's months in their order."""
        return [
            Step(row["vendor"], row["period"], None if pd.isna(row["reached"]) else bool(row["reached"]),
                 int(row["streak"]), tuple(row["missed"].split(",")) if isinstance(row["missed"], str) else (), ())
            for row in records(self.ledger.said("ladder"))
        ]  # fmt: skip

    @cached_property
    def period(self) -> str:
        """The period asked for; else the quarter that ended last where last month ended it, else that month."""
        if self.asked:
            return self.asked
        quarter = previous(quarter_of(self.today))
        month = previous(f"{self.today:%Y-%m}")
        return quarter if months_of(quarter)[-1] == month else month

    @property
    def today(self) -> date:
        """The day it is."""
        return self.basis.today

    @property
    def is_quarter(self) -> bool:
        """Is this a quarter's scorecard, with lists to decide on?"""
        return "Q" in self.period

    @cached_property
    def card(self) -> Scorecard:
        """The rules of the period's last day."""
        return self.basis.rules.scorecard(span(self.period)[1])

    @cached_property
    def scores(self) -> dict[str, dict[str, Row]]:
        """Vendor → period → its scores: the period and those before it, and the last months."""
        longest = max(TREND_SHOWN, self.card.strategic_quarters, self.card.eliminate_quarters)
        return by_vendor(records(self.ledger.scores({*backwards(self.period, longest), *self.months})))

    @cached_property
    def months(self) -> tuple[str, ...]:
        """The last twelve months up to the period's end, the earliest first."""
        return backwards(months_of(self.period)[-1], MONTHS_SHOWN)[::-1]

    @cached_property
    def vendors(self) -> list[str]:
        """The vendors that have a score of the period, by grade and then by ranking; those without a grade last."""
        scored = [v for v, periods in self.scores.items() if not pd.isna(self.score(v).get("score"))]
        return sorted(sorted(scored), key=self.standing, reverse=True)

    def standing(self, vendor: str) -> tuple[Any, Any]:
        """What a vendor is ranked by: a grade that was capped is not outdone by the score that it hides."""
        return self.card.grades.get(self.grade(vendor), -1), self.ranking[vendor]

    def score(self, vendor: str) -> Row:
        """The period's row of the scores; empty where there is none."""
        return self.scores.get(vendor, {}).get(self.period, {})

    def grade(self, vendor: str) -> str:
        """The period's grade; empty where there is none."""
        grade = self.score(vendor).get("grade")
        return grade if isinstance(grade, str) else ""

    @cached_property
    def points(self) -> dict[str, dict[str, Row]]:
        """Vendor → KPI → its points of the period."""
        table: dict[str, dict[str, Row]] = {}
        for row in records(self.ledger.points({self.period})):
            table.setdefault(row["vendor"], {})[row["kpi"]] = row
        return table

    @cached_property
    def ranking(self) -> Mapping[str, Any]:
        """Vendor → its score with rates shrunken towards its category."""
        return ranking_scores(
            (row for mine in self.points.values() for row in mine.values()), self.basis.categories, self.card
        )

    @cached_property
    def sums(self) -> dict[str, dict[str, Kpi]]:
        """Vendor → KPI → (good, total) of the period."""
        return self._summed({self.period, *self._inside(self.period)})

    @cached_property
    def year_to_date(self) -> dict[str, Score]:
        """Vendor → its score from the year's first day to the period's end."""
        year = self.period[:4]
        months = [month for month in months_of(year) if month <= months_of(self.period)[-1]]
        quarters = {quarter_of(span(month)[0]) for month in months}
        over = {quarter for quarter in quarters if span(quarter)[1] <= span(self.period)[1]}
        summed = self._summed({*months, *over})
        return {vendor: score_one(vendor, year, values, self.basis) for vendor, values in summed.items()}

    def of_months(self, vendor: str) -> dict[str, dict[str, Kpi]]:
        """Month → KPI → (good, total) of one vendor."""
        return {month: self._by_month.get((vendor, month), {}) for month in self.months}

    @cached_property
    def _by_month(self) -> dict[tuple[str, str], dict[str, Kpi]]:
        table: dict[tuple[str, str], dict[str, Kpi]] = {}
        rows = self.kpis[self.kpis["period"].isin(self.months)]
        for row in records(rows):
            table.setdefault((row["vendor"], row["period"]), {})[row["kpi"]] = float(row["good"]), float(row["total"])
        return table

    def _inside(self, period: str) -> Iterable[str]:
        return months_of(period) if "-" not in period else ()

    def _summed(self, periods: Iterable[str]) -> dict[str, dict[str, Kpi]]:
        rows = self.kpis[self.kpis["period"].isin(list(periods))]
        table: dict[str, dict[str, Kpi]] = {}
        for vendor, kpi, good, total in rows[["vendor", "kpi", "good", "total"]].itertuples(index=False):
            before = table.setdefault(vendor, {}).get(kpi, (0.0, 0.0))
            table[vendor][kpi] = before[0] + float(good), before[1] + float(total)
        return table

    @cached_property
    def listed(self) -> list[Listing]:
        """Everybody that the period puts on a list; a month puts nobody on one."""
        if not self.is_quarter:
            return []
        found = (one for v in self.vendors for one in listings(v, self.scores[v], self.period, self.card))
        return [one for one in found if self.stands(one, self.scores[one.vendor], self.period, self.card)]

    def stands(self, one: Listing, periods: Mapping[str, Row], quarter: str, card: Scorecard) -> bool:
        """Has a listing its cause still? What a certificate alone has caused, a renewed one cures."""
        cured = one.list == ELIMINATE and is_curable(periods, quarter, card) and not self.basis.lacks_paper(one.vendor)
        return not cured

    def has_cause(self, row: Row) -> bool:
        """Do today's scores put a vendor on this list of this quarter still?"""
        vendor, quarter = row["vendor"], row["period"]
        card = self.basis.rules.scorecard(span(quarter)[1])
        asked = backwards(quarter, max(card.strategic_quarters, card.eliminate_quarters))
        periods = by_vendor(records(self.ledger.scores(asked, [vendor]))).get(vendor, {})
        found = listings(vendor, periods, quarter, card) if quarter in periods else iter(())
        return any(one.list == row["list"] and self.stands(one, periods, quarter, card) for one in found)

    @cached_property
    def eliminating(self) -> set[str]:
        """The vendors whose elimination is proposed, here or in an earlier quarter, and has not been refused."""
        proposed = [row for row in records(self.ledger.said("listed")) if row["list"] == ELIMINATE]
        latest = {row["vendor"]: row for row in sorted(proposed, key=lambda row: row["period"])}
        gone = {v for v, row in latest.items() if row["state"] == "proposed" and not self.has_cause(row)}
        before = {v for v, row in latest.items() if row["state"] not in ("refused", "withdrawn")} - gone
        return before | {one.vendor for one in self.listed if one.list == ELIMINATE}

    @cached_property
    def alerts(self) -> list[Row]:
        """Alerts that have been open since the period began."""
        rows = self.ledger.said("alerts")
        return records(rows[rows["closed_on"].fillna("9999") >= span(self.period)[0].isoformat()])

    @cached_property
    def missed(self) -> dict[str, list[Row]]:
        """Vendor → its order lines of the period that were late or never came."""
        found: dict[str, list[Row]] = {}
        everyone = self.ledger.identities(self.vendors)
        for row in records(self.ledger.missed_in(months_of(self.period), everyone)):
            if row["due_first"] <= self.today:
                found.setdefault(row["vendor"], []).append(row)
        return found

    def misses(self, vendor: str) -> list[Row]:
        """The vendor's order lines of the period that were not on time, by the tolerance in force."""
        allowed = timedelta(days=self.card.tolerance_days)
        rows = self.missed.get(vendor, [])
        return [row for row in rows if pd.isna(row["completed_on"]) or row["completed_on"] > row["due_first"] + allowed]

    def interval(self, vendor: str, kpi: str) -> Text:
        """The 95 % Wilson interval of a share of single things; a dash for what is none."""
        good, total = self.sums.get(vendor, {}).get(kpi, (0.0, 0.0))
        if kpi not in RATES or not total:
            return "—"
        low, high = wilson(np.array([good]), np.array([total]))
        return say("value.interval", **dict(zip(("low", "high"), between(float(low[0]), float(high[0])), strict=True)))

    def capped(self, vendor: str, period: str, inside: bool) -> Text:
        """What caps the grade of a period; with the places in our files for those `inside` the team. Empty: nothing."""
        row = self.scores.get(vendor, {}).get(period, {})
        if not isinstance(row.get("capped_by"), str):
            return ""
        vetoes = tuple(veto.says for veto in self.vetoes(vendor, period))
        return row["capped_by"] if inside else say("list.lines", items=vetoes)

    def vetoes(self, vendor: str, period: str) -> list[Veto]:
        """What caps the vendor's grade of a period, if it has one."""
        values = self.sums.get(vendor, {}) if period == self.period else self.of_months(vendor).get(period, {})
        first, last = span(period)
        graded = isinstance(self.scores.get(vendor, {}).get(period, {}).get("grade"), str)
        return self.basis.vetoes(vendor, first, last, values, self.basis.rules.scorecard(last)) if graded else []

    @cached_property
    def earned(self) -> list[Row]:
        """What was earned on the ladder and is not settled elsewhere, the latest first."""
        mine = [row for row in records(self.ledger.said("earned")) if row["settled_by"] != ELSEWHERE]
        return sorted(mine, key=lambda row: (row["month"], row["vendor"]), reverse=True)

    # -------------------------------------------------------------- words

    def title(self, kpi: str) -> Text:
        """What a KPI is called; a team's own by its own title."""
        if own := self.card.own.get(kpi):
            return say("kpi.own", zh=own.title, en=own.title_en or own.title)
        return say(f"kpi.{kpi}")

    def missed_as(self, what: str) -> Text:
        """What made a month a miss on the ladder: a KPI below its target, or a veto."""
        return say("ladder.veto") if what == VETO else self.title(what)

    def shown(self, kpi: str, value: Any) -> Text:
        """A figure of a KPI in its unit; a dash where there is none."""
        if value is None or pd.isna(value):
            return "—"
        own = self.card.own.get(kpi)
        if kpi in SHARES or (own and own.how == "share"):
            return say("value.share", value=float(value))
        return say("value.figure", value=float(value))
