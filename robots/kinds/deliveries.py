"""收货验收: what arrived on which day, and what of it was accepted."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from robots.cells import CHOICE, DATE, IDENTIFIER, MONEY, NAME, NUMBER, TEXT
from robots.kinds.check import RowFinding, where
from robots.kinds.kind import Field, Kind
from robots.model.findings import Level

_SHOW = ("received", "accepted", "rejected")


def judged_within_received(table: pa.Table) -> Iterator[RowFinding]:
    """Accepted and rejected together are at most what arrived."""
    judged = pc.add(pc.fill_null(table["accepted"], Decimal(0)), pc.fill_null(table["rejected"], Decimal(0)))
    wrong = pc.greater(judged, table["received"])
    return where(table, wrong, "accepted", "JUDGED_OVER_RECEIVED", _SHOW, Level.ERROR)


KIND = Kind(
    name="deliveries",
    key=("delivery_id", "order_id", "line"),  # one delivery note may list several order lines
    else_key=("order_id", "line", "delivered_on"),
    sequence=True,
    checks=(judged_within_received,),
    dated="delivered_on",
    watched=("accepted", "rejected", "fault", "delivered_on", "accepted_on"),
    note="delivery_id",
    fields=(
        Field("order_id", IDENTIFIER, required=True),
        Field("line", IDENTIFIER, default="1"),
        Field("delivery_id", IDENTIFIER),
        Field("vendor", NAME),
        Field("delivered_on", DATE, required=True),
        Field("received", NUMBER, required=True, low=Decimal(0)),
        Field("accepted", NUMBER, low=Decimal(0)),
        Field("rejected", NUMBER, low=Decimal(0)),
        Field("accepted_on", DATE),
        Field("accepted_by", TEXT),
        Field("fault", CHOICE),
        Field("expedited_freight", MONEY, low=Decimal(0)),
    ),
)
