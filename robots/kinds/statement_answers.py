"""对账确认: what a vendor answers to a statement of ours, sum by sum: 相符 or 不符, by how much, who says so, when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from robots.cells import CHOICE, CURRENCY, DATE, IDENTIFIER, MONEY, NAME, TEXT
from robots.kinds.check import RowFinding, where
from robots.kinds.kind import Field, Kind
from robots.model.findings import Level
from robots.model.words import Text, say

AGREES, DIFFERS, CLOSING = "相符", "不符", "期末余额"
ITEMS = {
    "期初余额": "opening", "补记及调整上期": "earlier", "本期开票": "invoiced", "本期扣减": "deducted",
    "本期付款": "paid", CLOSING: "closing_line",
}  # fmt: skip


def _disputed(table: pa.Table) -> Iterator[RowFinding]:
    """Whoever says 不符, or names another sum beside 相符, does not agree: it is taken, and somebody has to ask."""
    said = pc.fill_null(pc.equal(table["answer"], DIFFERS), False)
    other = pc.fill_null(pc.not_equal(table["theirs"], table["ours"]), False)
    show = ("item", "ours", "theirs", "remark")
    for one in where(table, pc.or_(said, other), "answer", "STATEMENT_DISPUTED", show, Level.WARNING):
        values = dict(one.values)
        yield replace(one, values=tuple((values | {"item": item_name(values["item"])}).items()))


def item_name(item: str) -> Text:
    """A sum in the words of whoever reads about it."""
    return say(f"statement.item.{ITEMS[item]}") if item in ITEMS else item


KIND = Kind(
    name="statement_answers",
    key=("statement", "currency", "item"),
    answers=("answer", "theirs"),
    who="confirmed_by",
    checks=(_disputed,),
    fields=(
        Field("statement", IDENTIFIER, required=True),
        Field("vendor", NAME, required=True),
        Field("currency", CURRENCY, required=True),
        Field("until", DATE, required=True),
        Field("item", CHOICE, required=True),
        Field("ours", MONEY, required=True),
        Field("theirs", MONEY),
        Field("answer", CHOICE),
        Field("remark", TEXT),
        Field("confirmed_by", TEXT),
        Field("confirmed_on", DATE),
    ),
)
