"""付款审批: what an approver decided about every line of a batch, on the form that was issued to him by name.

Every row is read, and every cell is compared with the ledger before anything is released; where a sealed cell was
changed, the rows come in all the same, so that the batch can be voided and the cell named.
"""

from __future__ import annotations

from robots.cells import CHOICE, DATE, IDENTIFIER, MONEY, TEXT
from robots.kinds.kind import Field, Kind

KIND = Kind(
    name="approvals",
    key=("batch", "approver", "payment_key"),
    witness=True,
    hidden="code",
    judged=True,
    owner="finance",
    fields=(
        Field("batch", IDENTIFIER, required=True),
        Field("payment_key", IDENTIFIER, required=True),
        Field("payee", TEXT),
        Field("account", IDENTIFIER, account=True),
        Field("invoice", TEXT),
        Field("order_line", TEXT),
        Field("net", MONEY),
        Field("due_on", DATE),
        Field("approver", TEXT, required=True),
        Field("opinion", CHOICE),
        Field("reason", TEXT),
        Field("code", TEXT),
    ),
)
