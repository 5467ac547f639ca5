"""Changes of the database as small functions, each applied once, in the transaction that records it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine, Table, delete, func, insert, inspect, select, text, update
from sqlalchemy.schema import CreateColumn

from robots.edge.store.tables import (
    ACCOUNTS,
    ALERTS,
    ALIASES,
    ARRIVALS,
    ASIDES,
    BATCHES,
    BILLS,
    DROPS,
    EARNED,
    EDITIONS,
    EDITS,
    ENDORSEMENTS,
    EXCUSES,
    FINDINGS,
    FORMER,
    GONE_INVOICES,
    HOLDS,
    ISSUED,
    LADDER,
    LEADS,
    LINES,
    LISTED,
    MARKERS,
    META,
    MIGRATIONS,
    MOVEMENTS,
    ORDERED,
    PAYABLES,
    POINTS,
    PRICES,
    REMEMBERED,
    RESCORED,
    RETURNS,
    REVERSALS,
    ROWS,
    SCORES,
    SPELLINGS,
    STALE,
    STATED,
    WATERFALLS,
    WORDS,
)

Migration = Callable[[Connection], None]


def first_tables(connection: Connection) -> None:
    """Every table of the first version."""
    META.create_all(connection)


def append_only_journal(connection: Connection) -> None:
    """The journal refuses to be changed, deleted, overwritten or broken, by triggers (LIBRARIES: Store)."""
    script = _SQLITE_GUARDS if connection.dialect.name == "sqlite" else _POSTGRES_GUARDS
    for statement in script:
        connection.execute(text(statement))


def silent_edits(connection: Connection) -> None:
    """Where changes of rows that had been acted on are kept, and payable lines found by their order."""
    EDITS.create(connection, checkfirst=True)
    by_order = next(index for index in PAYABLES.indexes if "order_id" in index.columns)
    by_order.create(connection, checkfirst=True)


def rows_set_aside(connection: Connection) -> None:
    """Where rows that were set aside are kept, for the receipt."""
    ASIDES.create(connection, checkfirst=True)


def no_row_hashes(connection: Connection) -> None:
    """Versions are compared value by value: what a row said needs no hash beside it."""
    for name in ROWS:
        if any(column["name"] == "hash" for column in inspect(connection).get_columns(f"rows_{name}")):
            connection.execute(text(f"ALTER TABLE rows_{name} DROP COLUMN hash"))


def related_lines(connection: Connection) -> None:
    """Order lines with what was delivered of them, kept up by what changes; what stands in the ledger is all related
    by the next turn."""
    for table in (ARRIVALS, LINES, STALE, ALIASES, SPELLINGS, MARKERS):
        table.create(connection, checkfirst=True)


def longer_alerts(connection: Connection) -> None:
    """What was ordered when, how long it took, what is held; and the life of an alert in full."""
    for table in (ORDERED, LEADS, HOLDS):
        table.create(connection, checkfirst=True)
    _add_columns(connection, ALERTS)


def fairer_scores(connection: Connection) -> None:
    """What excuses a miss, what was billed of a line, the points behind a score; everything is related again."""
    for table in (EXCUSES, BILLS, PRICES, POINTS, RESCORED, LADDER, EARNED, LISTED, ISSUED):
        table.create(connection, checkfirst=True)
    for table in (ARRIVALS, LINES, SCORES):
        _add_columns(connection, table)
    connection.execute(delete(MARKERS))


def whole_answers(connection: Connection) -> None:
    """Indexes over lines and deliveries that hold all that is asked of a month, so that no row is looked up for it."""
    for table in (ARRIVALS, LINES):
        _add_columns(connection, table)
    for name in ("arrivals_by_day", "lines_by_first_due", "lines_by_latest_due"):
        connection.execute(text(f"DROP INDEX IF EXISTS {name}"))


def former_names(connection: Connection) -> None:
    """What vendors were called before."""
    FORMER.create(connection, checkfirst=True)


def waterfalls_and_currencies(connection: Connection) -> None:
    """The steps behind every line put up for payment; a line's currency, its tax, and whether it is a release."""
    WATERFALLS.create(connection, checkfirst=True)
    _add_columns(connection, PAYABLES)


def approvals_and_movements(connection: Connection) -> None:
    """Who approves what, what was reversed, and every move of a payment line, which nobody can take back."""
    for table in (REVERSALS, ENDORSEMENTS, MOVEMENTS):
        table.create(connection, checkfirst=True)
    for table in (PAYABLES, BATCHES):
        _add_columns(connection, table)
    guards = _SQLITE_MOVEMENTS if connection.dialect.name == "sqlite" else _POSTGRES_MOVEMENTS
    for statement in guards:
        connection.execute(text(statement))


def bank_returns(connection: Connection) -> None:
    """What became of each row of the bank's returns."""
    RETURNS.create(connection, checkfirst=True)


def quarantine(connection: Connection) -> None:
    """Every account that a vendor had, with who called back and who released; and what a hold rests on."""
    ACCOUNTS.create(connection, checkfirst=True)
    _add_columns(connection, HOLDS)


def reasons_told(connection: Connection) -> None:
    """Why figures wait to be made again, and why a score is another one: other rules, or other data."""
    for table in (STALE, RESCORED):
        _add_columns(connection, table)


def editions_kept(connection: Connection) -> None:
    """What each final scorecard said, so that a later one can correct it."""
    EDITIONS.create(connection, checkfirst=True)


def orders_apart(connection: Connection) -> None:
    """Whether what was ordered in a month changed too; what waits already waits for all of it."""
    _add_columns(connection, STALE)
    connection.execute(update(STALE).values(ordered="terms"))


def days_of_orders(connection: Connection) -> None:
    """An order's own day stands with its line, so that no order is looked up for how long it took."""
    _add_columns(connection, LINES)
    o = ROWS["orders"].c
    own = select(o.ordered_on).where(o.key == LINES.c.key, o.beaten_by.is_(None)).scalar_subquery()
    connection.execute(update(LINES).values(since=own))
    connection.execute(text("DROP INDEX IF EXISTS lines_by_order"))


def edits_settled(connection: Connection) -> None:
    """Which silent edits have been answered. The holds of those that were older than their 90 days had ended before."""
    _add_columns(connection, EDITS)
    latest = connection.execute(select(func.max(DROPS.c.day))).scalar()
    if latest:
        before = (date.fromisoformat(latest) - timedelta(days=90)).isoformat()
        old = select(DROPS.c.id).where(DROPS.c.day < before)
        connection.execute(update(EDITS).where(EDITS.c.drop.in_(old)).values(settled=latest))


def whose_appeals(connection: Connection) -> None:
    """Whose an appeal is stands beside what it excuses; everything is related again."""
    _add_columns(connection, EXCUSES)
    connection.execute(delete(MARKERS))


def currency_of_returns(connection: Connection) -> None:
    """The currency that a bank's row names; of rows of older homes nobody knows it any more."""
    _add_columns(connection, RETURNS)


def values_remembered(connection: Connection) -> None:
    """What rows said that money was put up on, so that they are asked for when they come back otherwise."""
    REMEMBERED.create(connection, checkfirst=True)


def statements_told(connection: Connection) -> None:
    """What statements told of vendors' accounts, so that each begins where the last one ended. What those of older
    homes told is in their files alone: their next statements begin with what the books say."""
    STATED.create(connection, checkfirst=True)


def currency_of_holds(connection: Connection) -> None:
    """The currency of what is held; the paymaster writes all of it anew when it works."""
    _add_columns(connection, HOLDS)


def refusers_asked_again(connection: Connection) -> None:
    """Without which approver a batch is not released: who refused a line of it before."""
    _add_columns(connection, ENDORSEMENTS)


def advances_held(connection: Connection) -> None:
    """What of a payment line is held because an advance may have paid it; lines of older homes held none for that."""
    _add_columns(connection, PAYABLES)


def parts_of_holds(connection: Connection) -> None:
    """Which reason stops how much of a line; the paymaster writes all holds anew when it works."""
    _add_columns(connection, HOLDS)


def lines_of_holds(connection: Connection) -> None:
    """Which payment line a hold is of; the paymaster writes all holds anew when it works."""
    _add_columns(connection, HOLDS)


def edits_of_invoices(connection: Connection) -> None:
    """The number of the invoice that was edited; edits of older homes are of none."""
    _add_columns(connection, EDITS)


def invoices_gone(connection: Connection) -> None:
    """Invoices that have left their files; of those that left before this nobody knows."""
    GONE_INVOICES.create(connection, checkfirst=True)


def kind_of_findings(connection: Connection) -> None:
    """The kind of workbook that a finding speaks of; it is asked of a turn's own findings alone."""
    _add_columns(connection, FINDINGS)


def strange_words(connection: Connection) -> None:
    """The words of sheets that no kind takes, with what they may be; older homes have none of them."""
    _add_columns(connection, WORDS)


_FOLLOWS = """NEW.n <> (SELECT coalesce(max(n), 0) + 1 FROM journal)
    OR NEW.before <> coalesce((SELECT hash FROM journal ORDER BY n DESC LIMIT 1), NEW.before)"""
_SQLITE_GUARDS = (
    "CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'append-only'); END",
    "CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'append-only'); END",
    f"""CREATE TRIGGER journal_links BEFORE INSERT ON journal WHEN {_FOLLOWS}
        BEGIN SELECT RAISE(ABORT, 'does not follow the entry before'); END""",
)
_POSTGRES_GUARDS = (
    """CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'append-only'; END $$""",
    f"""CREATE FUNCTION journal_follows() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF {_FOLLOWS} THEN RAISE EXCEPTION 'does not follow the entry before'; END IF; RETURN NEW; END $$""",
    """CREATE TRIGGER journal_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
        FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()""",
    "CREATE TRIGGER journal_links BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION journal_follows()",
)
_SQLITE_MOVEMENTS = (
    "CREATE TRIGGER movements_no_update BEFORE UPDATE ON movements BEGIN SELECT RAISE(ABORT, 'append-only'); END",
    "CREATE TRIGGER movements_no_delete BEFORE DELETE ON movements BEGIN SELECT RAISE(ABORT, 'append-only'); END",
)
_POSTGRES_MOVEMENTS = (
    """CREATE TRIGGER movements_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON movements
        FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()""",
)

MIGRATIONS_IN_ORDER: tuple[Migration, ...] = (
    first_tables,
    append_only_journal,
    silent_edits,
    rows_set_aside,
    no_row_hashes,
    related_lines,
    longer_alerts,
    fairer_scores,
    whole_answers,
    former_names,
    waterfalls_and_currencies,
    approvals_and_movements,
    bank_returns,
    quarantine,
    reasons_told,
    editions_kept,
    orders_apart,
    edits_settled,
    days_of_orders,
    whose_appeals,
    currency_of_returns,
    values_remembered,
    statements_told,
    currency_of_holds,
    refusers_asked_again,
    advances_held,
    parts_of_holds,
    lines_of_holds,
    edits_of_invoices,
    invoices_gone,
    kind_of_findings,
    strange_words,
)


def migrate(engine: Engine, now: datetime) -> list[str]:
    """Apply what is missing, all in one transaction. Returns the names applied."""
    with engine.begin() as connection:
        MIGRATIONS.create(connection, checkfirst=True)
        done = set(connection.execute(select(MIGRATIONS.c.name)).scalars())
        applied = []
        for migration in MIGRATIONS_IN_ORDER:
            if migration.__name__ not in done:
                migration(connection)
                connection.execute(insert(MIGRATIONS).values(name=migration.__name__, at=now.isoformat()))
                applied.append(migration.__name__)
        _match_kinds(connection)
    return applied


def _match_kinds(connection: Connection) -> None:
    """A kind that is new gets its table, and a field that is new its column: declaring it is all there is to do."""
    there = inspect(connection)
    known = set(there.get_table_names())
    for table in ROWS.values():
        if table.name not in known:
            table.create(connection)
            continue
        _add_columns(connection, table)


def _add_columns(connection: Connection, table: Table) -> None:
    """Columns and indexes that a table of an older home lacks."""
    there = inspect(connection)
    columns = {column["name"] for column in there.get_columns(table.name)}
    for column in table.columns:
        if column.name not in columns:
            written = CreateColumn(column).compile(dialect=connection.dialect)
            connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {written}"))
    known = {index["name"] for index in there.get_indexes(table.name)}
    for index in table.indexes:
        if index.name not in known:
            index.create(connection)
