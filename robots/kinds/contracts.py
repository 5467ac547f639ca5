"""合同台账: what was agreed, for how long, at which targets, penalties and clauses."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from robots.cells import CURRENCY, DATE, IDENTIFIER, MONEY, NAME, NUMBER, RATE, TEXT
from robots.kinds.check import RowFinding, where, whole
from robots.kinds.kind import Field, Kind
from robots.model.findings import Level

_ZERO, _ONE = Decimal(0), Decimal(1)


def ends_after_start(table: pa.Table) -> Iterator[RowFinding]:
    """A contract ends on or after the day it starts."""
    wrong = pc.less(table["ends_on"], table["starts_on"])
    return where(table, wrong, "ends_on", "ENDS_BEFORE_START", ("starts_on", "ends_on"), Level.ERROR)


def _share(name: str, high: Decimal = _ONE) -> Field:
    return Field(name, RATE, low=_ZERO, high=high)


KIND = Kind(
    name="contracts",
    key=("contract_id",),
    checks=(ends_after_start, whole("payment_days"), whole("retention_months")),
    watched=(
        "amount",
        "currency",
        "tax_rate",
        "payment_days",
        "advance",
        "advance_rate",
        "advance_paid",
        "retention_rate",
        "retention_months",
        "late_penalty_rate",
        "penalty_cap_rate",
        "quality_penalty_rate",
        "ppm_target",
        "bonus_rate",
    ),
    fields=(
        Field("contract_id", IDENTIFIER, required=True),
        Field("vendor", NAME, required=True),
        Field("title", TEXT),
        Field("category", TEXT),
        Field("starts_on", DATE, required=True, edge="start"),
        Field("ends_on", DATE, required=True, edge="end"),
        Field("amount", MONEY, low=_ZERO),
        Field("currency", CURRENCY),
        _share("tax_rate"),
        Field("payment_days", NUMBER, low=_ZERO, high=Decimal(3650)),
        Field("advance", MONEY, low=_ZERO, share="advance_rate"),
        _share("advance_rate"),
        Field("advance_paid", MONEY, low=_ZERO),
        _share("retention_rate"),
        Field("retention_months", NUMBER, low=_ZERO, high=Decimal(600)),
        Field("late_penalty_rate", RATE, low=_ZERO, high=Decimal("0.1"), daily=True),
        _share("penalty_cap_rate"),
        _share("quality_penalty_rate"),
        _share("bonus_rate"),
        _share("otd_target"),
        Field("ppm_target", NUMBER, low=_ZERO),
        Field("csat_target", NUMBER, low=_ZERO, high=Decimal(5)),
        Field("response_hours", NUMBER, low=_ZERO),
        *(Field(n, TEXT) for n in ("sow", "kpi", "incentive", "confidentiality", "ip", "change", "exit")),
    ),
)
