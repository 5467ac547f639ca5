"""资质证书: what a vendor holds, and until when."""

from __future__ import annotations

from robots.cells import DATE, FLAG, IDENTIFIER, NAME, TEXT
from robots.kinds.check import in_order
from robots.kinds.kind import Field, Kind

KIND = Kind(
    name="certificates",
    key=("vendor", "type", "number"),
    checks=(in_order("issued_on", "expires_on"),),
    fields=(
        Field("vendor", NAME, required=True),
        Field("type", TEXT, required=True),
        Field("number", IDENTIFIER),
        Field("issued_on", DATE, edge="start"),
        Field("expires_on", DATE, required=True, edge="end"),
        Field("required", FLAG),
    ),
)
