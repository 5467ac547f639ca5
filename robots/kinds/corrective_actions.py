"""纠正措施 8D: what a vendor does so that a fault does not come back, and how far it is."""

from __future__ import annotations

from robots.cells import CHOICE, DATE, FLAG, IDENTIFIER, NAME, TEXT
from robots.kinds.check import in_order
from robots.kinds.kind import Field, Kind

KIND = Kind(
    name="corrective_actions",
    key=("action_id",),
    checks=(in_order("opened_on", "closed_on"),),
    dated="opened_on",
    watched=("due_on", "closed_on"),
    fields=(
        Field("action_id", IDENTIFIER, required=True),
        Field("vendor", NAME, required=True),
        Field("issue", TEXT),
        Field("opened_on", DATE),
        Field("stage", CHOICE),
        Field("due_on", DATE),
        Field("closed_on", DATE),
        Field("repeat", FLAG),
    ),
)
