"""A KPI by its rows: how each of them counts, the misses first, and the rows left out with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from robots.figures.explain.reference import ScoreOf
from robots.figures.explain.score import interval, said_before, sums_of
from robots.figures.explain.shown import PLACE, figure, given, is_share, kpi_name, rules_in_force
from robots.figures.kpis import RATED, answered_in_time
from robots.figures.lines import judged, records
from robots.figures.own import value_of
from robots.figures.scores import Basis, Kpi, basis_of
from robots.figures.tickets import with_hours
from robots.ledger import Ledger, frame, place
from robots.model.decisions import Column, Look, Table
from robots.model.explanation import Explanation
from robots.model.names import identity
from robots.model.periods import months_of, periods_around, span
from robots.model.words import Text, say
from robots.rules import OwnKpi, Rules, Scorecard

Row = dict[str, Any]
MISS, COUNTS, LEFT = "miss", "counts", "left"
_VERDICT = Column(say("column.verdict"), Look.TEXT, 12)
_WHY = Column(say("column.reason"), Look.WRAP, 26)


@dataclass(frozen=True)
class Counted:
    """One row behind a KPI: its cells, what it adds to `good` and `total`, and how it counts: miss, counts or left."""

    cells: tuple[Any, ...]
    verdict: str
    good: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    why: Text = ""


@dataclass(frozen=True)
class Scene:
    """What rows are looked up with. `vendors`: every identity of the vendor; `as_of`: the day figures were made on."""

    ledger: Ledger
    rules: Rules
    asked: ScoreOf
    as_of: date

    @cached_property
    def vendors(self) -> list[str]:
        """The vendor under all of its names, codes and numbers."""
        return [one for one, name in self.ledger.names.items() if name == self.asked.vendor]

    @cached_property
    def basis(self) -> Basis:
        """Contracts and what else figures rest on."""
        return basis_of(self.ledger, self.rules, self.as_of)

    def card(self, month: str) -> Scorecard:
        """The scorecard of a month."""
        return self.rules.scorecard(span(month)[1])


LookUp = Callable[[Scene, str], Iterator[Counted]]


def explain_kpi(asked: ScoreOf, ledger: Ledger, rules: Rules, as_of: date, today: date) -> Explanation:
    """A KPI of a vendor and period down to its rows; what was figured on day `as_of`."""
    card = rules.scorecard(span(asked.period)[1])
    scene = Scene(ledger, rules, asked, as_of)
    columns, rows = behind(scene)
    kept = [row for row in rows if row.verdict != LEFT]
    left = [row for row in rows if row.verdict == LEFT]
    name = kpi_name(asked.kpi, card)
    sums = sums_of(ledger, asked).get(asked.kpi)
    sentences = (
        *_formula(asked, sums, card, as_of),
        *_sums(sums, kept, asked, card),
        *said_before(ledger, asked, card),
    )
    tables = (
        Table((*columns, _VERDICT), tuple(_line(row) for row in _misses_first(kept)), say("explain.kpi.rows"),
              empty=say("explain.kpi.no_rows")),
        *([Table((*columns, _WHY), tuple((*row.cells, row.why) for row in left), say("explain.kpi.left"))] if left
          else ()),
    )  # fmt: skip
    title = say("explain.kpi.title", vendor=asked.vendor, period=asked.period, kpi=name)
    in_force = rules_in_force(rules, "scorecard", span(asked.period)[1], today)
    return Explanation("kpi", title, tuple(_facts(asked, sums, kept, left, card)), (*sentences, *in_force), tables)


def behind(scene: Scene) -> tuple[tuple[Column, ...], list[Counted]]:
    """The columns and rows behind a KPI, month by month, as robots count them."""
    kpi = scene.asked.kpi
    months = months_of(scene.asked.period)
    if kpi in RATED:
        return _RATING, list(_ratings(scene))
    columns, look_up = _SORTS.get(kpi, (_OWN, _own))
    return columns, [row for month in months for row in look_up(scene, month)]


def _misses_first(rows: Sequence[Counted]) -> list[Counted]:
    return sorted(rows, key=lambda row: row.verdict != MISS)


def _line(row: Counted) -> tuple[Any, ...]:
    return (*row.cells, say(f"verdict.{row.verdict}"))


# ------------------------------------------------------------------ what is said


def _facts(
    asked: ScoreOf, sums: Kpi | None, kept: Sequence[Counted], left: Sequence[Counted], card: Scorecard
) -> Iterator[tuple[Text, Any]]:
    value = _value(asked.kpi, sums)
    yield say("fact.vendor"), asked.vendor
    yield say("about.period"), asked.period
    yield say("fact.value"), figure(value, is_share(asked.kpi, card)) if value is not None else None
    yield say("fact.rows_counted"), len(kept)
    yield say("fact.rows_missed"), sum(row.verdict == MISS for row in kept)
    yield say("fact.rows_left"), len(left)


def _value(kpi: str, sums: Kpi | None) -> Decimal | None:
    if sums is None or not sums[1]:
        return None
    value = Decimal(repr(sums[0])) / Decimal(repr(sums[1])) * (10**6 if kpi == "ppm" else 1)
    return round(value, 6)


def _formula(asked: ScoreOf, sums: Kpi | None, card: Scorecard, as_of: date) -> Iterator[Text]:
    key = asked.kpi if asked.kpi not in card.own else f"own_{card.own[asked.kpi].how}"
    yield say(f"formula.{'rating' if key in RATED else key}", days=card.tolerance_days, as_of=as_of)
    value = _value(asked.kpi, sums)
    if sums is None or value is None:
        yield say("explain.kpi.no_data")
        return
    good, total = (Decimal(repr(round(one, 4))) for one in sums)
    times = " × 1,000,000" if asked.kpi == "ppm" else ""
    yield say("explain.kpi.share", good=good, total=total, times=times, value=figure(value, is_share(asked.kpi, card)))
    low, high = interval(asked.kpi, sums, card)
    if low is not None and high is not None:
        yield say("explain.kpi.interval", low=low, high=high)


def _sums(sums: Kpi | None, kept: Sequence[Counted], asked: ScoreOf, card: Scorecard) -> Iterator[Text]:
    """Do the rows add up to the figure? They do not where a workbook came after it was made."""
    if asked.kpi in card.own or sums is None:
        return
    good, total = (sum((getattr(row, name) for row in kept), Decimal(0)) for name in ("good", "total"))
    agrees = abs(float(good) - sums[0]) < 0.01 and abs(float(total) - sums[1]) < 0.01
    yield say("explain.kpi.adds_up" if agrees else "explain.kpi.differs", good=round(good, 4), total=round(total, 4))


# ------------------------------------------------------------------ on time

_DUE = (
    PLACE,
    Column(say("column.order"), Look.TEXT, 18),
    Column(say("column.due"), Look.DATE, 12),
    Column(say("column.completed_on"), Look.DATE, 12),
    Column(say("column.days_late"), Look.INTEGER, 9),
    Column(say("column.quantity"), Look.NUMBER, 10),
    Column(say("column.accepted"), Look.NUMBER, 10),
)


def _due_first(scene: Scene, month: str) -> Iterator[Counted]:
    yield from _due(scene, month, "due_first")


def _due_latest(scene: Scene, month: str) -> Iterator[Counted]:
    yield from _due(scene, month, "due_latest")


def _due(scene: Scene, month: str, column: str) -> Iterator[Counted]:
    tolerance = timedelta(days=scene.card(month).tolerance_days)
    for row in records(frame(scene.ledger.history.lines_due(month, column, scene.vendors))):
        due, done = row[column], given(row["completed_on"])
        late = max(((done or scene.as_of) - due).days, 0)
        cells = (place(row), f"{row['order_id']}/{row['line']}", due, done, late, row["quantity"], row["accepted"])
        in_time = done is not None and done <= due + tolerance
        if due > scene.as_of:
            yield Counted(cells, LEFT, why=say("left.not_due", as_of=scene.as_of))
        elif in_time or given(row["excused"]) is None:
            yield Counted(cells, COUNTS if in_time else MISS, Decimal(int(in_time)), Decimal(1))
        else:
            yield Counted(cells, LEFT, why=say("left.excused", by=row["excused"]))


_PROMISED = (
    PLACE,
    Column(say("column.order"), Look.TEXT, 18),
    Column(say("column.first_promise"), Look.DATE, 12),
    Column(say("column.latest_promise"), Look.DATE, 12),
    Column(say("column.days_moved"), Look.INTEGER, 9),
)


def _moved(scene: Scene, month: str) -> Iterator[Counted]:
    for row in records(frame(scene.ledger.history.lines_due(month, "due_first", scene.vendors))):
        first, latest = row["due_first"], given(row["due_latest"]) or row["due_first"]
        days = max((latest - first).days, 0)
        cells = (place(row), f"{row['order_id']}/{row['line']}", first, latest, days)
        if first > scene.as_of:
            yield Counted(cells, LEFT, why=say("left.not_due", as_of=scene.as_of))
        else:
            yield Counted(cells, MISS if days else COUNTS, Decimal(days), Decimal(1))


# ------------------------------------------------------------------ quality

_ARRIVED = (
    PLACE,
    Column(say("column.order"), Look.TEXT, 18),
    Column(say("column.delivered_on"), Look.DATE, 12),
    Column(say("column.received"), Look.NUMBER, 10),
    Column(say("column.accepted"), Look.NUMBER, 10),
    Column(say("column.rejected_pieces"), Look.NUMBER, 10),
)


def _accepted(scene: Scene, month: str) -> Iterator[Counted]:
    for row, cells in _judged(scene, month):
        rejected = row["rejected"] if given(row["excused"]) is None else Decimal(0)
        yield Counted(cells, MISS if rejected else COUNTS, row["accepted"], row["accepted"] + rejected)
    yield from _unjudged(scene, month)


def _ppm(scene: Scene, month: str) -> Iterator[Counted]:
    for row, cells in _judged(scene, month):
        rejected = row["rejected"] if given(row["excused"]) is None else Decimal(0)
        yield Counted(cells, MISS if rejected else COUNTS, rejected, row["received"] - row["rejected"] + rejected)
    yield from _unjudged(scene, month)


def _arrivals(scene: Scene, month: str) -> list[Row]:
    return records(judged(frame(scene.ledger.history.deliveries_in(month, scene.vendors))))


def _cells(row: Row) -> tuple[Any, ...]:
    named = f"{row['order_id']}/{row['line']}"
    pieces = (given(row[name]) for name in ("received", "accepted", "rejected"))
    return (place(row), named, row["delivered_on"], *pieces)


def _is_judged(row: Row) -> bool:
    return given(row["accepted"]) is not None and given(row["rejected"]) is not None


def _judged(scene: Scene, month: str) -> Iterator[tuple[Row, tuple[Any, ...]]]:
    for row in _arrivals(scene, month):
        if _is_judged(row) and row["delivered_on"] <= scene.as_of:
            yield row, _cells(row)


def _unjudged(scene: Scene, month: str) -> Iterator[Counted]:
    """What does not count, or not in full: not here yet, not judged, or rejected by no fault of the vendor's."""
    for row in _arrivals(scene, month):
        if row["delivered_on"] > scene.as_of:
            yield Counted(_cells(row), LEFT, why=say("left.ahead", as_of=scene.as_of))
        elif not _is_judged(row):
            yield Counted(_cells(row), LEFT, why=say("left.unjudged"))
        elif given(row["excused"]) is not None and row["rejected"]:
            yield Counted(_cells(row), LEFT, why=say("left.excused_pieces", by=row["excused"], pieces=row["rejected"]))


# ------------------------------------------------------------------ ratings, tickets, prices, a team's own

_RATING = (
    PLACE,
    Column(say("column.period"), Look.TEXT, 10),
    Column(say("column.rater"), Look.TEXT, 12),
    Column(say("column.mark"), Look.NUMBER, 8),
    Column(say("column.remark"), Look.WRAP, 30),
)


def _ratings(scene: Scene) -> Iterator[Counted]:
    wanted = scene.asked.period
    inside = {around for month in months_of(wanted) for around in periods_around(month)}
    periods = [period for period in inside if wanted in periods_around(period)]
    for row in _mine(scene, records(frame(scene.ledger.history.surveys_of(periods)))):
        mark = given(row[scene.asked.kpi])
        cells = (place(row), row["period"], row["rater"], mark, given(row["comment"]))
        if mark is None:
            yield Counted(cells, LEFT, why=say("left.no_mark"))
        else:
            yield Counted(cells, COUNTS, mark, Decimal(1))


def _mine(scene: Scene, rows: Sequence[Row]) -> Iterator[Row]:
    """The vendor's own among rows as they were written, under whatever name."""
    mine = set(scene.vendors)
    return (row for row in rows if given(row["vendor"]) and identity(row["vendor"]) in mine)


_TICKET = (
    PLACE,
    Column(say("column.ticket"), Look.TEXT, 14),
    Column(say("column.opened_at"), Look.MOMENT, 17),
    Column(say("column.responded_at"), Look.MOMENT, 17),
    Column(say("column.resolved_at"), Look.MOMENT, 17),
    Column(say("column.hours_agreed"), Look.NUMBER, 9),
)


def _answered(scene: Scene, month: str) -> Iterator[Counted]:
    tickets = scene.ledger.in_months("tickets", (month,))
    mine = tickets[tickets["vendor"].isin([scene.asked.vendor])]
    for row in records(with_hours(mine, scene.basis)):
        in_time = answered_in_time(row, scene.as_of)
        answered, done = given(row["responded_at"]), given(row["resolved_at"])
        cells = (place(row), row["ticket_id"], row["opened_at"], answered, done, Decimal(repr(row["hours"])))
        if in_time is None:
            yield Counted(cells, LEFT, why=say("left.not_over" if done is None else "left.not_noted"))
        else:
            yield Counted(cells, COUNTS if in_time else MISS, Decimal(int(in_time)), Decimal(1))


_BILLED = (
    PLACE,
    Column(say("column.invoice_no"), Look.TEXT, 22),
    Column(say("column.order"), Look.TEXT, 18),
    Column(say("column.billed"), Look.NUMBER, 10),
    Column(say("column.price_ordered"), Look.NUMBER, 11),
    Column(say("column.price_billed"), Look.NUMBER, 11),
)


def _billed(scene: Scene, month: str) -> Iterator[Counted]:
    for row in records(frame(scene.ledger.history.invoices_in(month, scene.vendors))):
        price, billed = given(row["price"]), row["billed_price"]
        named = f"{row['order_id']}/{given(row['line']) or '1'}"
        cells = (place(row), row["invoice_no"], named, row["billed"], price, billed)
        if not price:
            yield Counted(cells, LEFT, why=say("left.no_price"))
        else:
            verdict = MISS if billed > price else COUNTS
            yield Counted(cells, verdict, row["billed"] * price, row["billed"] * billed)


_OWN = (
    PLACE,
    Column(say("column.date"), Look.DATE, 12),
    Column(say("column.subject"), Look.WRAP, 24),
    Column(say("column.value"), Look.NUMBER, 10),
)


def _own(scene: Scene, month: str) -> Iterator[Counted]:
    """Rows of a team's own KPI; one that counts in a share is a miss where it lies beyond the limit."""
    kpi = scene.card(month).own.get(scene.asked.kpi)
    if kpi is None:
        return
    rows = scene.ledger.in_months(kpi.source, (month,))
    for row in records(rows[rows["vendor"].isin([scene.asked.vendor])]):
        value = value_of(kpi, row)
        if value is None:
            continue
        measured = kpi.source == "measurements"
        day = row["measured_on"] if measured else row["opened_at"].date()
        about = given(row["subject"]) if measured else row["ticket_id"]
        exact = Decimal(repr(value))
        verdict = MISS if _is_beyond(kpi, exact) else COUNTS
        yield Counted((place(row), day, about, exact), verdict, exact, Decimal(1))


def _is_beyond(kpi: OwnKpi, value: Decimal) -> bool:
    if kpi.within is None:
        return False
    return value < kpi.within if kpi.direction == "higher" else value > kpi.within


_SORTS: dict[str, tuple[tuple[Column, ...], LookUp]] = {
    "on_time": (_DUE, _due_first),
    "on_time_latest": (_DUE, _due_latest),
    "drift": (_PROMISED, _moved),
    "quality": (_ARRIVED, _accepted),
    "ppm": (_ARRIVED, _ppm),
    "response": (_TICKET, _answered),
    "cost": (_BILLED, _billed),
}
