"""A score in its parts: what each KPI earned, the weighted mean with its numbers, and what capped the grade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from robots.figures.explain.reference import ScoreOf
from robots.figures.explain.shown import figure, given, is_share, kpi_name, rules_in_force
from robots.figures.kpis import RATED, wilson
from robots.figures.lines import records
from robots.figures.scores import Kpi, by_period, grade_of, why_rescored
from robots.ledger import Ledger, frame
from robots.model.decisions import Column, Look, Table
from robots.model.explanation import Explanation
from robots.model.periods import months_of, periods_around, span
from robots.model.words import Text, say
from robots.rules import Rules, Scorecard

Row = dict[str, Any]
WITHOUT_INTERVAL = (*RATED, "cost", "ppm", "drift")  # means and counts; shares of rows carry a Wilson interval
_PARTS = (
    Column(say("column.kpi"), Look.WRAP, 16),
    Column(say("column.good"), Look.NUMBER, 11),
    Column(say("column.of_total"), Look.NUMBER, 11),
    Column(say("column.value"), Look.TEXT, 10),
    Column(say("column.low"), Look.TEXT, 9),
    Column(say("column.high"), Look.TEXT, 9),
    Column(say("column.floor"), Look.TEXT, 9),
    Column(say("column.target"), Look.TEXT, 9),
    Column(say("column.target_level"), Look.WRAP, 17),
    Column(say("column.points"), Look.MONEY, 9),
    Column(say("column.weight"), Look.NUMBER, 8),
)
_RESCORED = (
    Column(say("column.date"), Look.DATE, 12),
    Column(say("column.score_before"), Look.MONEY, 10),
    Column(say("column.grade_before"), Look.TEXT, 10),
    Column(say("column.score_after"), Look.MONEY, 10),
    Column(say("column.grade_after"), Look.TEXT, 10),
    Column(say("column.reason"), Look.WRAP, 40),
)


def explain_score(asked: ScoreOf, ledger: Ledger, rules: Rules, today: date) -> Explanation:
    """The kept score of a vendor and period, from the KPIs and points that were kept with it."""
    card = rules.scorecard(span(asked.period)[1])
    [score] = records(ledger.scores([asked.period], [asked.vendor]))
    points = _by_weight(records(ledger.points([asked.period], [asked.vendor])), card)
    sums = sums_of(ledger, asked)
    sentences = (
        *_mean(score, points),
        *_missing(score, points, card),
        *_grade(score, card),
        *said_before(ledger, asked, card),
        *rules_in_force(rules, "scorecard", span(asked.period)[1], today),
        say("explain.score.rows", ref=f"{asked.vendor}:{asked.period}:{points[0]['kpi'] if points else 'on_time'}"),
    )
    tables = (_parts(points, sums, card), *_rescored(ledger, asked))
    title = say("explain.score.title", vendor=asked.vendor, period=asked.period)
    return Explanation("score", title, tuple(_facts(asked, score)), sentences, tables)


def sums_of(ledger: Ledger, asked: ScoreOf) -> dict[str, Kpi]:
    """KPI → good and total of a vendor in a period: the sums over the months in it."""
    months = months_of(asked.period)
    inside = {around for month in months for around in periods_around(month)}
    kept = ledger.kpis({asked.period, *inside}, [asked.vendor])
    return by_period(kept).get((asked.vendor, asked.period), {})


def _by_weight(points: Sequence[Row], card: Scorecard) -> list[Row]:
    """Points in the order of the scorecard; a KPI that it no longer has comes last."""
    order = {kpi: place for place, kpi in enumerate(card.measures)}
    return sorted(points, key=lambda one: order.get(one["kpi"], len(order)))


def _facts(asked: ScoreOf, score: Row) -> Iterator[tuple[Text, Any]]:
    yield say("fact.vendor"), asked.vendor
    yield say("about.period"), asked.period
    yield say("fact.score"), given(score["score"])
    yield say("about.grade"), given(score["grade"])
    yield say("fact.n"), score["n"]


# ------------------------------------------------------------------ sentences


def _mean(score: Row, points: Sequence[Row]) -> Iterator[Text]:
    """The weighted mean written out: (30 × 88.00 + 10 × 95.00) ÷ 40 = 89.75."""
    if not points:
        yield say("explain.score.no_data")
        return
    parts = " + ".join(f"{_bare(one['weight'])} × {one['points']}" for one in points)
    whole = sum((one["weight"] for one in points), Decimal(0))
    yield say("explain.score.mean", parts=parts, weight=_bare(whole), score=given(score["score"]))


def _bare(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _missing(score: Row, points: Sequence[Row], card: Scorecard) -> Iterator[Text]:
    """The KPIs without data, the share of weight that they are, and how much may be missing."""
    have = {one["kpi"] for one in points}
    left = [(kpi, weight) for kpi, (weight, _, _) in card.measures.items() if kpi not in have and weight]
    if left:
        names = tuple(say("explain.score.missing_kpi", name=kpi_name(kpi, card), weight=weight) for kpi, weight in left)
        yield say("explain.score.missing", share=score["missing_weight"], most=card.most_missing_weight,
                  raters=card.fewest_raters,
                  names=say("list.lines", items=names))  # fmt: skip


def _grade(score: Row, card: Scorecard) -> Iterator[Text]:
    """The thresholds, what caps the grade, and whether it is provisional."""
    steps = sorted(card.grades.items(), key=lambda item: -item[1])
    thresholds = ", ".join(f"{grade} ≥ {_bare(Decimal(lowest))}" for grade, lowest in steps)
    if given(score["grade"]) is None:
        yield say("explain.score.no_grade", missing=score["missing_weight"], most=card.most_missing_weight)
    elif (by_points := grade_of(score["score"], card)) != score["grade"]:
        yield say("explain.score.capped", thresholds=thresholds, score=score["score"], by_points=by_points,
                  by=score["capped_by"], grade=score["grade"])  # fmt: skip
    else:
        yield say("explain.score.grade", thresholds=thresholds, score=score["score"], grade=score["grade"])
    if score["provisional"]:
        yield say("explain.score.provisional", n=score["n"], least=card.provisional_below)


# ------------------------------------------------------------------ tables


def _parts(points: Sequence[Row], sums: Mapping[str, Kpi], card: Scorecard) -> Table:
    return Table(_PARTS, tuple(_part(one, sums.get(one["kpi"]), card) for one in points), say("explain.score.parts"))


def _part(one: Row, kpi: Kpi | None, card: Scorecard) -> tuple[Any, ...]:
    share = is_share(one["kpi"], card) or one["kpi"] == "cost"
    good, total = (_exact(kpi[0]), _exact(kpi[1])) if kpi else (None, one["n"])
    low, high = interval(one["kpi"], kpi, card)
    shown = (figure(value, share) for value in (one["value"], low, high, one["floor"], one["target"]))
    return (kpi_name(one["kpi"], card), good, total, *shown, one["level"], one["points"], one["weight"])


def _exact(value: float) -> Decimal:
    return Decimal(repr(round(value, 4)))


def interval(kpi: str, sums: Kpi | None, card: Scorecard) -> tuple[float | None, float | None]:
    """The 95 % Wilson interval of a share of rows; nothing for means, counts and prices."""
    if sums is None or not sums[1] or kpi in WITHOUT_INTERVAL or not is_share(kpi, card):
        return None, None
    low, high = wilson(np.array([sums[0]]), np.array([sums[1]]))
    return round(float(low[0]), 6), round(float(high[0]), 6)


def _rescored(ledger: Ledger, asked: ScoreOf) -> Iterator[Table]:
    """What the score was before it was figured again, and why."""
    rows = records(frame(ledger.history.rescored([asked.period], [asked.vendor])))
    lines = tuple(
        (
            date.fromisoformat(row["day"]), given(row["score_before"]), given(row["grade_before"]),
            given(row["score_after"]), given(row["grade_after"]), why_rescored(row),
        )
        for row in sorted(rows, key=lambda row: row["day"])
    )  # fmt: skip
    if lines:
        yield Table(_RESCORED, lines, say("explain.score.rescored"))


def said_before(ledger: Ledger, asked: ScoreOf, card: Scorecard) -> Iterator[Text]:
    """What the latest edition said of the score and its KPIs, where it is another figure now."""
    rows = [r for r in records(frame(ledger.history.editions([asked.period]))) if r["vendor"] == asked.vendor]
    latest = max((int(row["number"]) for row in rows), default=0)
    named = say("scorecard.final") if latest == 1 else say("scorecard.corrected", number=latest - 1)
    now = {row["kpi"]: row["value"] for row in records(ledger.points([asked.period], [asked.vendor]))}
    [score] = records(ledger.scores([asked.period], [asked.vendor]))
    for row in (row for row in rows if int(row["number"]) == latest and asked.kpi in ("", row["kpi"])):
        usual = {"edition": named, "day": row["day"]}
        if not row["kpi"]:
            before, after = (tuple(given(one[name]) for name in ("score", "grade")) for one in (row, score))
            if before != after:
                pairs = {"before": before[0], "grade_before": before[1], "after": after[0], "grade_after": after[1]}
                yield say("explain.edition.score", **usual, **pairs)
        elif row["value"] != now.get(row["kpi"]):
            share = is_share(row["kpi"], card) or row["kpi"] == "cost"
            told = {"before": figure(row["value"], share), "after": figure(now.get(row["kpi"]), share) or None}
            yield say("explain.edition.kpi", **usual, name=kpi_name(row["kpi"], card), **told)


def kpis_of(asked: ScoreOf, ledger: Ledger, rules: Rules) -> list[str]:
    """The KPIs that a score was made of, in the order of the scorecard."""
    card = rules.scorecard(span(asked.period)[1])
    points = records(ledger.points([asked.period], [asked.vendor]))
    return [one["kpi"] for one in _by_weight(points, card)]
