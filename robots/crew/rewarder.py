"""The rewarder carries the ladder on, month by month, and keeps what was earned on it.

It works before the paymaster, for a bonus waits in `earned` until a payment sheet carries it; the reviewer tells of it
after the sentinel, when everything of the day is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from robots.crew.registry import robot
from robots.figures.exact import times, units
from robots.figures.ladder import BONUS, ELSEWHERE, Rung, Step, climb, earned
from robots.figures.lines import records
from robots.figures.scores import Basis, Kpi, basis_of
from robots.ledger import Ledger
from robots.model.decisions import Decision, record
from robots.model.money import cents
from robots.model.periods import month_of
from robots.rules import Rules

Row = dict[str, Any]
_CENTS = 2


@robot
def rewarder(ledger: Ledger, rules: Rules, today: date) -> Iterator[Decision]:
    """Record the ladder as it stands, and everything earned on it."""
    kpis = ledger.said("kpis")
    if not len(kpis):
        return
    basis, day = basis_of(ledger, rules, today), today.isoformat()
    steps = list(climb(months_of_kpis(kpis), basis))
    yield Decision("rewarder", day, "ladder", record("ladder", [_step_row(step) for step in steps], replace=True))
    before = {_key(row): row for row in records(ledger.said("earned"))}
    rungs = list(earned(steps, basis))
    rows = [_carried(rung, before.get(_rung_key(rung)), ledger, basis) for rung in rungs]
    now = set(map(_rung_key, rungs))
    kept = [row for key, row in before.items() if key not in now and _given(row["settled_by"])]
    yield Decision("rewarder", day, "earned", record("earned", [*rows, *kept], replace=True))


def months_of_kpis(kpis: pd.DataFrame) -> dict[tuple[str, str], dict[str, Kpi]]:
    """(vendor, month) → KPI → (good, total), of what is counted by month."""
    table: dict[tuple[str, str], dict[str, Kpi]] = {}
    rows = kpis[kpis["period"].str.contains("-", regex=False)]
    for vendor, period, kpi, good, total in rows[["vendor", "period", "kpi", "good", "total"]].itertuples(index=False):
        table.setdefault((vendor, period), {})[kpi] = float(good), float(total)
    return table


def _key(row: Mapping[str, Any]) -> tuple[str, int, str]:
    return row["vendor"], int(row["rung"]), row["month"]


def _rung_key(rung: Rung) -> tuple[str, int, str]:
    return rung.vendor, rung.rung, rung.month


def _given(value: Any) -> Any:
    return None if value is None or pd.isna(value) else value


def _step_row(step: Step) -> Row:
    missed = ",".join(step.missed) or None
    return {
        "vendor": step.vendor,
        "period": step.month,
        "reached": step.reached,
        "streak": step.streak,
        "missed": missed,
    }


def _carried(rung: Rung, old: Row | None, ledger: Ledger, basis: Basis) -> Row:
    """What was earned, as it was settled; else as it is today, on the day on which it was first seen."""
    if old is not None and _given(old["settled_by"]):
        return {name: _given(value) for name, value in old.items()}
    row = _rung_row(rung, ledger, basis)
    return row if old is None else row | {"day": old["day"]}


def _rung_row(rung: Rung, ledger: Ledger, basis: Basis) -> Row:
    """What was earned; what was reached before this home settles is taken as seen to."""
    base, currency = _accepted_value(rung, ledger, basis) if rung.reward == BONUS else (None, None)
    amount = None if base is None or rung.rate is None else cents(base * rung.rate)
    settled_before = rung.month < month_of(basis.rules.settle_from)
    return {
        "vendor": rung.vendor, "rung": rung.rung, "month": rung.month, "contract_id": rung.contract_id,
        "months": ",".join(rung.months), "reward": rung.reward, "currency": currency, "rate": rung.rate, "base": base,
        "amount": amount, "day": basis.today.isoformat(), "settled_by": ELSEWHERE if settled_before else None,
    }  # fmt: skip


def _accepted_value(rung: Rung, ledger: Ledger, basis: Basis) -> tuple[Decimal, str]:
    """What was accepted of the vendor in the streak's months, net of tax, under the contract or under none, in its
    currency."""
    everyone = ledger.identities({rung.vendor})
    contract = next((row for row in records(basis.contracts) if row["contract_id"] == rung.contract_id), {})
    currency = _given(contract.get("currency")) or basis.rules.currency
    rows = ledger.accepted_in(rung.months, everyone)
    mine = rows["contract_id"].isna() | (rows["contract_id"] == rung.contract_id).fillna(False)
    rows = rows[mine & (rows["currency"].fillna(basis.rules.currency) == currency)]
    rows = rows[rows["accepted"].notna() & rows["unit_price"].notna()]
    total = int(units(times(rows["accepted"], rows["unit_price"], _CENTS)).sum())
    return Decimal(total).scaleb(-_CENTS), currency
