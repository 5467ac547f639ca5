"""The tables. One per kind, made from its declaration; the rest by hand. Money and rates are scaled integers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from robots.kinds import Kind, known

META = MetaData()


def _id(name: str) -> Column[int]:
    return Column(name, BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def _where(condition: str) -> dict[str, Any]:
    """An index over the few rows that a condition holds for."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


TURNS = Table("turns", META, _id("turn"), Column("at", Text, nullable=False), Column("day", Text, nullable=False))

FILES = Table("files", META, _id("file"), Column("name", Text, nullable=False, unique=True))

DROPS = Table(
    "drops",
    META,
    _id("id"),
    Column("turn", BigInteger, nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("name", Text, nullable=False, index=True),
    Column("sha256", Text),
    Column("size", BigInteger),
    Column("words", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("why", Text, nullable=False, default=""),
    Column("owner", Text),
)

RECEIPTS = Table(
    "receipts",
    META,
    Column("drop", BigInteger, nullable=False),
    Column("n", Integer, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("columns", Text, nullable=False),
    Column("rows_new", BigInteger, nullable=False),
    Column("rows_updated", BigInteger, nullable=False),
    Column("rows_unchanged", BigInteger, nullable=False),
    Column("rows_set_aside", BigInteger, nullable=False),
    Column("rows_gone", BigInteger, nullable=False),
    PrimaryKeyConstraint("drop", "n"),
)

FINDINGS = Table(
    "findings",
    META,
    Column("drop", BigInteger, nullable=False),
    Column("n", Integer, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("cell", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("says", Text, nullable=False),
    Column("fix", Text, nullable=False),
    Column("kind", Text),  # that a whole sheet looks like, where it was not taken
    PrimaryKeyConstraint("drop", "n"),
)

WORDS = Table(
    "words",
    META,
    Column("drop", BigInteger, nullable=False),
    Column("n", Integer, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("word", Text, nullable=False),
    Column("likely", Text),  # of a sheet that no kind takes: the field that the word may be, or ''; else blank
    PrimaryKeyConstraint("drop", "n"),
)

ASIDES = Table(
    "asides",
    META,
    Column("drop", BigInteger, nullable=False),
    Column("n", Integer, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("row", BigInteger, nullable=False),
    Column("cells", Text, nullable=False),
    PrimaryKeyConstraint("drop", "n"),
)

EDITS = Table(
    "edits",
    META,
    _id("n"),
    Column("drop", BigInteger, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("row", BigInteger, nullable=False),
    Column("vendor", Text),
    Column("order_id", Text),
    Column("line", Text),
    Column("field", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("invoice_no", Text),  # of a row of the invoice register
    Column("settled", Text),  # the day on which a person's answer was seen; blank: it still waits for one
    Index("edits_open", "n", **_where("settled IS NULL")),
)

GONE_INVOICES = Table(  # rows that newer versions of their files no longer had
    "gone_invoices",
    META,
    _id("n"),
    Column("drop", BigInteger, nullable=False),  # of the version without it
    Column("since", BigInteger, nullable=False),  # the drop that brought it as it last stood
    Column("sheet", Text, nullable=False),
    Column("row", BigInteger, nullable=False),
    Column("vendor", Text),
    Column("invoice_no", Text),
    Column("gross", BigInteger, info={"scale": 2}),
    Column("currency", Text),
)

REMEMBERED = Table(  # what rows said that had been acted on, where they are blank or nowhere in the books by now
    "remembered",
    META,
    Column("kind", Text),
    Column("key", BigInteger),
    Column("said", Text, nullable=False),  # JSON: watched field → its last value, and the drop that brought it
    PrimaryKeyConstraint("kind", "key"),
)

KPIS = Table(
    "kpis",
    META,
    Column("vendor", Text),
    Column("period", Text),
    Column("kpi", Text),
    Column("good", BigInteger, info={"scale": 4}),
    Column("total", BigInteger, info={"scale": 4}),
    Column("value", BigInteger, info={"scale": 6}),
    Column("low", BigInteger, info={"scale": 6}),
    Column("high", BigInteger, info={"scale": 6}),
    PrimaryKeyConstraint("vendor", "period", "kpi"),
)

SCORES = Table(
    "scores",
    META,
    Column("vendor", Text),
    Column("period", Text),
    Column("score", BigInteger, info={"scale": 2}),
    Column("grade", Text),
    Column("n", BigInteger),
    Column("missing_weight", BigInteger, info={"scale": 6}),
    Column("capped_by", Text),
    Column("provisional", Boolean),
    Column("vetoes", Text),
    PrimaryKeyConstraint("vendor", "period"),
)

POINTS = Table(
    "points",
    META,
    Column("vendor", Text),
    Column("period", Text),
    Column("kpi", Text),
    Column("value", BigInteger, info={"scale": 6}),
    Column("n", BigInteger, info={"scale": 4}),
    Column("floor", BigInteger, info={"scale": 6}),
    Column("target", BigInteger, info={"scale": 6}),
    Column("level", Text),
    Column("weight", BigInteger, info={"scale": 2}),
    Column("points", BigInteger, info={"scale": 2}),
    PrimaryKeyConstraint("vendor", "period", "kpi"),
)

RESCORED = Table(
    "rescored",
    META,
    Column("vendor", Text),
    Column("period", Text),
    Column("day", Text),
    Column("score_before", BigInteger, info={"scale": 2}),
    Column("grade_before", Text),
    Column("score_after", BigInteger, info={"scale": 2}),
    Column("grade_after", Text),
    Column("because", Text),
    Column("why", Text),
    PrimaryKeyConstraint("vendor", "period", "day"),
)

EARNED = Table(
    "earned",
    META,
    Column("vendor", Text),
    Column("rung", BigInteger),
    Column("month", Text),
    Column("contract_id", Text),
    Column("months", Text, nullable=False),
    Column("reward", Text, nullable=False),
    Column("currency", Text),
    Column("rate", BigInteger, info={"scale": 6}),
    Column("base", BigInteger, info={"scale": 2}),
    Column("amount", BigInteger, info={"scale": 2}),
    Column("day", Text, nullable=False),
    Column("settled_by", Text),
    Column("settled_line", Text),
    PrimaryKeyConstraint("vendor", "rung", "month"),
)

LADDER = Table(
    "ladder",
    META,
    Column("vendor", Text),
    Column("period", Text),
    Column("reached", Boolean),
    Column("streak", BigInteger, nullable=False),
    Column("missed", Text),
    PrimaryKeyConstraint("vendor", "period"),
)

LISTED = Table(
    "listed",
    META,
    Column("vendor", Text),
    Column("period", Text),
    Column("list", Text),
    Column("because", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_on", Text),
    PrimaryKeyConstraint("vendor", "period", "list"),
)

EDITIONS = Table(
    "editions",
    META,
    Column("period", Text),
    Column("number", BigInteger),
    Column("vendor", Text),
    Column("kpi", Text),
    Column("day", Text, nullable=False),
    Column("value", BigInteger, info={"scale": 6}),
    Column("score", BigInteger, info={"scale": 2}),
    Column("grade", Text),
    PrimaryKeyConstraint("period", "number", "vendor", "kpi"),
)

ISSUED = Table(
    "issued",
    META,
    Column("what", Text),
    Column("period", Text),
    Column("whom", Text),
    Column("day", Text, nullable=False),
    PrimaryKeyConstraint("what", "period", "whom"),
)

ALERTS = Table(
    "alerts",
    META,
    Column("alert", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("vendor", Text),
    Column("cause", Text, nullable=False),
    Column("seen", Text, nullable=False),
    Column("limit", Text, nullable=False),
    Column("source", Text),
    Column("evidence", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("first_seen", Text, nullable=False),
    Column("last_seen", Text, nullable=False),
    Column("due_on", Text),
    Column("closed_on", Text),
    Column("state", Text, nullable=False, index=True),
    Column("owner", Text),
    Column("escalated_on", Text),
    Column("reopened", BigInteger),
    Column("answered_by", Text),
    Column("remark", Text),
    Column("postponed_to", Text),
    Column("answer", Text),
    Column("answered_on", Text),
    Column("reminded_on", Text),
)


_DAY = {"time": pa.date32()}


ARRIVALS = Table(
    "arrivals",
    META,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("line", BigInteger, nullable=False, index=True),
    Column("vendor", Text),
    Column("own", Boolean, nullable=False),
    Column("delivered_on", Text, nullable=False, info=_DAY),
    Column("received", BigInteger, info={"scale": 4}),
    Column("accepted", BigInteger, info={"scale": 4}),
    Column("rejected", BigInteger, info={"scale": 4}),
    Column("fault", Text),
    Column("excused", Text),
    Index(
        "arrivals_of_day", "delivered_on", "vendor", "received", "accepted", "rejected", "excused"
    ),  # all that is asked
    Index("arrivals_unjudged", "delivered_on", **_where("accepted IS NULL AND rejected IS NULL")),
    sqlite_with_rowid=False,
)

LINES = Table(
    "lines",
    META,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("vendor", Text, nullable=False),
    Column("due_first", Text, info=_DAY),
    Column("due_latest", Text, info=_DAY),
    Column("ordered_on", Text, info=_DAY),
    Column("since", Text, info=_DAY),  # the order's own day: blank where nobody wrote it
    Column("moves", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False, info={"scale": 4}),
    Column("accepted", BigInteger, nullable=False, info={"scale": 4}),
    Column("rejected", BigInteger, nullable=False, info={"scale": 4}),
    Column("last_delivered_on", Text, info=_DAY),
    Column("completed_on", Text, info=_DAY),
    Column("excused", Text),
    Index("lines_of_first_due", "due_first", "vendor", "due_latest", "completed_on", "excused"),  # all that is asked
    Index("lines_of_latest_due", "due_latest", "vendor", "due_first", "completed_on", "excused"),
    Index("lines_of_order", "ordered_on", "vendor", "since", "completed_on"),
    Index("lines_open", "due_latest", **_where("completed_on IS NULL")),
    sqlite_with_rowid=False,
)

EXCUSES = Table(
    "excuses",
    META,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("appeal_id", Text, nullable=False),
    Column("order_id", Text, nullable=False),
    Column("line", Text),
    Column("delivery_id", Text),
    Column("fault", Text),
    Column("vendor", Text),  # an identity: an appeal clears nobody else's lines
)

BILLS = Table(
    "bills",
    META,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("line", BigInteger, nullable=False, index=True),
    Column("vendor", Text, nullable=False),
    Column("invoiced_on", Text, nullable=False, info=_DAY),
    Column("quantity", BigInteger, nullable=False, info={"scale": 4}),
    Column("unit_price", BigInteger, nullable=False, info={"scale": 6}),
    Index("bills_by_day", "invoiced_on", "vendor"),
    sqlite_with_rowid=False,
)

PRICES = Table(
    "prices",
    META,
    Column("vendor", Text),
    Column("period", Text),
    Column("item", Text),
    Column("quantity", BigInteger, nullable=False, info={"scale": 4}),
    Column("net", BigInteger, nullable=False, info={"scale": 2}),
    PrimaryKeyConstraint("vendor", "period", "item"),
)

ORDERED = Table(
    "ordered",
    META,
    Column("vendor", Text),
    Column("period", Text),
    Column("contract_id", Text),
    Column("category", Text),
    Column("currency", Text),
    Column("lines", BigInteger, nullable=False),
    Column("net", BigInteger, nullable=False, info={"scale": 2}),
    Column("gross", BigInteger, nullable=False, info={"scale": 2}),
    PrimaryKeyConstraint("vendor", "period", "contract_id", "category", "currency"),
)

LEADS = Table(
    "leads",
    META,
    Column("vendor", Text),
    Column("period", Text),
    Column("days", BigInteger),
    Column("lines", BigInteger, nullable=False),
    PrimaryKeyConstraint("vendor", "period", "days"),
)

STALE = Table(
    "stale",
    META,
    Column("vendor", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("why", Text),
    Column("ordered", Text),  # what of the lines ordered in it changed: "terms" all, "times" how long they took
)

ALIASES = Table("aliases", META, Column("identity", Text, primary_key=True), Column("vendor", Text, nullable=False))

FORMER = Table(
    "former_names",
    META,
    Column("identity", Text, primary_key=True),
    Column("known_by", Text, nullable=False),
    Column("vendor", Text, nullable=False),
)

SPELLINGS = Table("spellings", META, Column("identity", Text, primary_key=True), Column("vendor", Text, nullable=False))

MARKERS = Table("markers", META, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

_CENTS = {"scale": 2}


def _up_for_approval() -> Iterator[Column[Any]]:
    """What is known of everything that goes to approvers: who may not approve it, how many have to, until when, the
    content as it was issued, and the last drop that was judged for it."""
    yield Column("preparer", Text)
    yield Column("needed", BigInteger)
    yield Column("limit", BigInteger, info=_CENTS)
    yield Column("content", Text)
    yield Column("issued_on", Text)
    yield Column("expires_on", Text)
    yield Column("seen", BigInteger)
    yield Column("why", Text)


PAYABLES = Table(
    "payables",
    META,
    Column("payment_key", Text, primary_key=True),
    Column("vendor", Text, nullable=False),
    Column("order_id", Text, index=True),
    Column("line", Text),
    Column("invoice_no", Text, nullable=False),
    *(
        Column(name, BigInteger, nullable=False, info=_CENTS)
        for name in (
            "gross", "price_variance", "rejected", "penalty", "bonus", "advance_offset", "retention", "held",
        )
    ),
    Column("hold_reason", Text),
    Column("net", BigInteger, nullable=False, info=_CENTS),
    Column("due_on", Text),
    Column("state", Text, nullable=False),
    Column("batch", Text, index=True),
    Column("bank_account", Text),
    Column("retention_due_on", Text),
    Column("invoice_key", Text, nullable=False, index=True),
    Column("currency", Text),
    Column("what", Text),
    Column("tax", BigInteger, info=_CENTS),
    Column("advance_held", BigInteger, info=_CENTS),
    Column("moves", BigInteger),
)  # fmt: skip

WATERFALLS = Table(
    "waterfalls",
    META,
    Column("payment_key", Text),
    Column("n", Integer),
    Column("step", Text, nullable=False),
    Column("amount", BigInteger, nullable=False, info=_CENTS),
    Column("because", Text, nullable=False),
    Column("place", Text, nullable=False),
    PrimaryKeyConstraint("payment_key", "n"),
)

BATCHES = Table(
    "batches",
    META,
    Column("batch", Text, primary_key=True),
    Column("day", Text, nullable=False),
    Column("lines", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False, info=_CENTS),
    Column("currency", Text, nullable=False),
    Column("state", Text, nullable=False),
    *_up_for_approval(),
    Column("proposed_lines", BigInteger),
    Column("proposed_total", BigInteger, info=_CENTS),
    Column("released_on", Text),
)

REVERSALS = Table(
    "reversals",
    META,
    Column("reversal", Text, primary_key=True),
    Column("payment_key", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    *_up_for_approval(),
)

ENDORSEMENTS = Table(
    "endorsements",
    META,
    Column("number", Text),
    Column("approver", Text),
    Column("role", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", BigInteger, nullable=False),
    Column("answered_on", Text),
    Column("source", Text),
    Column("rejected", Text),
    Column("must", Boolean),
    PrimaryKeyConstraint("number", "approver"),
)

MOVEMENTS = Table(
    "movements",
    META,
    Column("payment_key", Text),
    Column("n", BigInteger),
    Column("batch", Text, index=True),
    Column("state_before", Text, nullable=False),
    Column("state_after", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    PrimaryKeyConstraint("payment_key", "n"),
)

HOLDS = Table(
    "holds",
    META,
    Column("hold", Text, primary_key=True),
    Column("vendor", Text, nullable=False),
    Column("order_id", Text),
    Column("line", Text),
    Column("invoice_no", Text, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("gross", BigInteger, nullable=False, info=_CENTS),
    Column("stopped", BigInteger, nullable=False, info=_CENTS),
    Column("due_on", Text),
    Column("source", Text, nullable=False),
    Column("evidence", Text),
    Column("currency", Text),
    Column("parts", Text),
    Column("invoice_key", Text),
)

ACCOUNTS = Table(
    "accounts",
    META,
    Column("vendor", Text),
    Column("n", BigInteger),
    Column("account", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    *(Column(name, Text) for name in ("bank_name", "phone", "phone_place", "place", "called_by", "released_by", "why")),
    Column("pays_old", Boolean),
    PrimaryKeyConstraint("vendor", "n"),
)

RETURNS = Table(
    "returns",
    META,
    Column("receipt", Text, primary_key=True),
    Column("vendor", Text, nullable=False),
    Column("amount", BigInteger, nullable=False, info=_CENTS),
    Column("paid_on", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("bank_reference", Text),
    Column("outcome", Text, nullable=False),
    Column("payment_keys", Text, nullable=False),
    Column("reason", Text),
    Column("day", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("currency", Text),
)

STATED = Table(  # what statements told of vendors' accounts, each movement as the last of them told it
    "stated",
    META,
    Column("entry", Text, primary_key=True),
    Column("vendor", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("remark", Text, nullable=False),
    Column("amount", BigInteger, nullable=False, info=_CENTS),
)

OUTBOX = Table(
    "outbox",
    META,
    Column("key", Text, primary_key=True),
    Column("turn", BigInteger, nullable=False, index=True),
    Column("n", Integer, nullable=False),
    Column("robot", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sort", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_try", Text),
    Column("at", Text, nullable=False),
    Column("done_at", Text),
    Column("path", Text),
    Column("detail", Text),
)

JOURNAL = Table(
    "journal",
    META,
    Column("n", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

RUNS = Table(
    "runs",
    META,
    Column("robot", Text),
    Column("due", Text),
    Column("at", Text, nullable=False),
    Column("state", Text, nullable=False),
    PrimaryKeyConstraint("robot", "due"),
)

SIGHTINGS = Table(
    "sightings",
    META,
    Column("name", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("since", Text, nullable=False),
    Column("taken", Boolean, nullable=False),
)

MIGRATIONS = Table("migrations", META, Column("name", Text, primary_key=True), Column("at", Text, nullable=False))


def rows_of(kind: Kind) -> Table:
    """The table of one kind: clustered by (file, row), an index on the key, no row id on SQLite."""
    return Table(
        f"rows_{kind.name}",
        META,
        Column("file", BigInteger),
        Column("sheet", Text),
        Column("row", BigInteger),
        Column("since", BigInteger, nullable=False),
        Column("beaten_by", BigInteger),
        Column("key", BigInteger, nullable=False),
        *(Column(field.name, _stored(field.type.arrow), info=_info(field.type.arrow)) for field in kind.fields),
        PrimaryKeyConstraint("file", "key"),
        Index(f"key_of_{kind.name}", "key"),
        *_asked_by(kind),
        sqlite_with_rowid=False,
    )


def _asked_by(kind: Kind) -> list[Index]:
    """An index on the day of rows that are asked for by their day; orders and the like are by their relations, and
    orders by their number, which is what an appeal names."""
    related = kind.name in ("orders", "deliveries", "invoices")
    if kind.name == "orders":
        return [Index("number_of_orders", "order_id")]
    return [Index(f"day_of_{kind.name}", kind.dated)] if kind.dated and not related else []


def _stored(arrow: pa.DataType) -> type:
    if pa.types.is_decimal(arrow):
        return BigInteger
    return Boolean if pa.types.is_boolean(arrow) else Text


def _info(arrow: pa.DataType) -> dict[str, object]:
    if pa.types.is_decimal(arrow):
        return {"scale": arrow.scale}
    return {"time": arrow} if pa.types.is_temporal(arrow) else {}


ROWS = {name: rows_of(kind) for name, kind in known().items()}
_DERIVED = (
    KPIS, SCORES, POINTS, RESCORED, LADDER, EARNED, LISTED, ISSUED, ALERTS, PAYABLES, WATERFALLS, BATCHES, REVERSALS,
    ENDORSEMENTS, MOVEMENTS, HOLDS, ACCOUNTS, RETURNS, STALE, ORDERED, LEADS, PRICES, EDITIONS, EDITS, STATED,
)  # fmt: skip
DERIVED = {table.name: table for table in _DERIVED}
