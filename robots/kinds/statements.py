"""供应商对账单: what a vendor says that it billed, delivered and was paid, and what it believes we owe.

It is a partner's word and no book of ours: a sheet that is one is read as nothing else, or its invoices would be paid.
Rows alike are counted, not dropped: an invoice that stands twice in a statement is what the reconciliation looks for.
"""

from __future__ import annotations

from collections.abc import Sequence

from robots.cells import CHOICE, CURRENCY, DATE, IDENTIFIER, MONEY, NAME, STRETCH
from robots.kinds.kind import Field, Kind
from robots.model.names import header_word

_BILLED = ("开票金额", "发票金额", "应收金额", "应收", "应收款", "本期开票", "本期应收", "billed", "invoiced")
_DELIVERED = ("送货金额", "收货金额", "发货金额", "delivered")
_RECEIVED = (
    "收款金额",
    "已收金额",
    "回款金额",
    "付款金额",
    "已付金额",
    "本期收款",
    "实收",
    "实收金额",
    "已收",
    "已收款",
    "本期实收",
    "本期回款",
    "received",
    "paid",
)
_AMOUNT = ("金额", "价税合计", "含税金额", "发生额", "发生金额", "对账金额", "amount", "gross")
_NUMBERS = (
    ("发票", ("发票号码", "发票号", "发票编号", "invoiceno")),
    ("收货", ("送货单号", "发货单号", "交货单号", "deliveryno")),
)
_ENTRY = ("单据类型", "业务类型", "往来类型", "对账项目", "entrytype", "documenttype")
_VENDOR = (
    "供应商",
    "供应商名称",
    "销售方",
    "销售方名称",
    "销方",
    "销方名称",
    "vendor",
    "supplier",
)  # a list of several is no one's word
_NAME = r"(?P<vendor>[^\s_:：,，、]{2,40}?(?:公司|厂|中心|工作室|事务所|经营部|集团)(?:[（(][^（()）]{1,8}[)）])?)"


def amounts_side_by_side(names: Sequence[tuple[str, ...]]) -> list[dict[str, int | str]]:
    """What was billed, delivered and paid in columns of their own: a row for each of them. A list of invoices or of
    deliveries alone is told by its numbers.

    >>> amounts_side_by_side([("日期",), ("开票金额",), ("收款金额",), ("余额",)])
    [{'entry': '发票', 'amount': 1}, {'entry': '付款', 'amount': 2}]
    >>> amounts_side_by_side([("送货单号",), ("日期",), ("金额",)]), amounts_side_by_side([("供应商",), ("金额",)])
    ([{'entry': '收货', 'amount': 2}], [])
    """
    words = [header_word(parts[-1]) for parts in names]
    sides = (("发票", _BILLED), ("收货", _DELIVERED), ("付款", _RECEIVED))
    found = [(entry, [n for n, word in enumerate(words) if word in side]) for entry, side in sides]
    rows: list[dict[str, int | str]] = [{"entry": entry, "amount": at[0]} for entry, at in found if len(at) == 1]
    if any(len(at) > 1 for _, at in found) or not set(words).isdisjoint((*_ENTRY, *_VENDOR)):
        return []
    if len(rows) > 1:
        return rows
    bare = [n for n, word in enumerate(words) if word in _AMOUNT]
    sort = next((entry for entry, numbers in _NUMBERS if not set(words).isdisjoint(numbers)), "")
    return rows or ([{"entry": sort, "amount": bare[0]}] if sort and len(bare) == 1 else [])


KIND = Kind(
    name="statements",
    key=("entry_no", "vendor", "period", "as_of", "entry"),
    else_key=(
        "vendor", "period", "as_of", "entry", "number", "invoice_no", "delivery_no", "order_id", "dated", "amount",
    ),
    sequence=True,
    telling=("entry",),
    alone=r"对\s*账\s*单|statement of account|vendor statement",
    titled={"vendor": (rf"{_NAME}[^:：]{{0,20}}对\s*账\s*单", rf"对\s*账\s*单[\s_—-]*(?:[\d年月.-]+[\s_—-]*)?{_NAME}")},
    unpivot=amounts_side_by_side,
    fields=(
        Field("vendor", NAME, required=True),
        Field("entry_no", IDENTIFIER),
        Field("entry", CHOICE, required=True),
        Field("number", IDENTIFIER),
        Field("invoice_no", IDENTIFIER),
        Field("delivery_no", IDENTIFIER),
        Field("order_id", IDENTIFIER),
        Field("dated", DATE),
        Field("amount", MONEY),
        Field("balance", MONEY),
        Field("currency", CURRENCY),
        Field("period", STRETCH),
        Field("as_of", DATE),
        Field("opening", MONEY),
        Field("closing", MONEY),
    ),
)  # fmt: skip
