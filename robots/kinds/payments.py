"""付款回单: what the bank paid, and what it sent back. A bank names its rows by its own reference; several rows may pay
one key, which is for the robot to tell, so that none of them is lost in reading. Banks have up to five columns of text,
and any of them may hold the key that we gave."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from robots.cells import CHOICE, CURRENCY, DATE, IDENTIFIER, MONEY, NAME, TEXT
from robots.kinds.kind import Field, Kind
from robots.model.names import header_word

NOBODY = "—"  # whom a row without a payee concerns: fees and interest are between the bank and us
_OUT = ("借方", "借方金额", "借方发生额", "支出", "支出金额", "debit", "debitamount")
_IN = ("贷方", "贷方金额", "贷方发生额", "收入", "收入金额", "credit", "creditamount")


def debit_and_credit(names: Sequence[tuple[str, ...]]) -> list[dict[str, int | str]]:
    """A bank's own list has a column for what went out and one for what came in: a row for each of them. Whether what
    went out was paid, its status says.

    >>> debit_and_credit([("交易日期",), ("借方金额",), ("贷方金额",)])
    [{'direction': '付', 'amount': 1}, {'direction': '收', 'status': '进账', 'amount': 2}]
    """
    words = [header_word(parts[-1]) for parts in names]
    out, into = ([place for place, word in enumerate(words) if word in side] for side in (_OUT, _IN))
    if len(out) != 1 or len(into) != 1:
        return []
    return [{"direction": "付", "amount": out[0]}, {"direction": "收", "status": "进账", "amount": into[0]}]


KIND = Kind(
    name="payments",
    key=("bank_reference", "payment_key"),
    else_key=("payment_key", "vendor", "paid_on", "amount", "status"),
    sequence=True,
    any_of=("payment_key", "bank_reference"),
    or_all=("direction", "payee_account"),  # a list of requests has accounts too, a ledger debit and credit
    dated="paid_on",
    watched=("amount", "status", "currency"),
    owner="finance",
    unpivot=debit_and_credit,
    signs=("amount", "direction", "status"),
    fields=(
        Field("payment_key", IDENTIFIER),
        Field("bank_reference", IDENTIFIER),
        Field("vendor", NAME, required=True, default=NOBODY),
        Field("amount", MONEY, required=True, low=Decimal(0)),
        Field("paid_on", DATE, required=True, else_by=("交易时间", "记账时间", "入账时间", "transactiontime")),
        Field("status", CHOICE, default="成功", strict=True),
        Field("direction", CHOICE, strict=True, if_all=("交易类型", "业务类型", "类型", "transactiontype", "type")),
        Field("reason", TEXT),
        Field("narrative", TEXT),
        Field("postscript", TEXT),
        Field("remark", TEXT),
        Field("purpose", TEXT),
        Field("payee_account", IDENTIFIER),
        Field("batch", IDENTIFIER),
        Field("currency", CURRENCY),
    ),
)


def payees(table: pa.Table) -> pa.Table:
    """The rows of those whom we paid, sent back or not; whoever pays us is a customer, and no vendor."""
    inwards = pc.fill_null(pc.equal(table["direction"], "收"), fill_value=False)
    came_in = pc.or_(pc.and_(inwards, pc.not_equal(table["status"], "退回")), pc.equal(table["status"], "进账"))
    return table.filter(pc.invert(pc.fill_null(came_in, fill_value=False)))
