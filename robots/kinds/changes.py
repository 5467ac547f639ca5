"""变更单: what was changed in a contract, by how much, and who said yes."""

from __future__ import annotations

from robots.cells import DATE, IDENTIFIER, MONEY, NUMBER, TEXT
from robots.kinds.check import in_order
from robots.kinds.kind import Field, Kind

KIND = Kind(
    name="changes",
    key=("change_id",),
    checks=(in_order("requested_on", "approved_on"),),
    watched=("amount_delta", "days_delta"),
    fields=(
        Field("change_id", IDENTIFIER, required=True),
        Field("contract_id", IDENTIFIER, required=True),
        Field("requested_on", DATE),
        Field("description", TEXT),
        Field("amount_delta", MONEY),
        Field("days_delta", NUMBER),
        Field("approved_by", TEXT),
        Field("approved_on", DATE),
    ),
)
