"""Money proven over sheets: papers arrive in whatever order, sheets are put up, paid, refused, sent back and reversed;
what leaves in the end is what a clerk works out who keeps a book by hand (RULES 7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robots.crew.paymaster import paymaster
from robots.edge.store import Store
from robots.edge.store.database import Dropped, Turn
from robots.figures.batches import (
    APPROVED,
    CONFIRMED,
    PROPOSED,
    REJECTED,
    RELEASED,
    RETURNED,
    REVERSED,
    VOID,
    move,
)
from robots.model.decisions import Record, Table, Workbook, record
from robots.model.words import say
from robots.rules import Rules
from tests import dealings as papers_of
from tests.dealings import DUE, LAST, Dealings, day_of, settled_in_full
from tests.histories import MORE, RULES, WORDS, examples
from tests.naive_settlement import COMES_FREE, KEPT, TAX, Agreed, Billed, Clerk, Ordered, Worked, same
from tests.neighbours import ONE, OTHER, Party, pairs
from tests.stores import a_store
from tests.test_money import read_words
from tests.test_store import reading

D = Decimal
Row = dict[str, Any]
MONDAY = date(2026, 7, 6)
FATES = {  # what becomes of a sheet → the states that its lines go through
    "paid": (APPROVED, RELEASED, CONFIRMED),
    "refused": (REJECTED,),
    "out of date": (VOID,),
    "sent back": (APPROVED, RELEASED, RETURNED),
    "sent back late": (APPROVED, RELEASED, CONFIRMED, RETURNED),
    "reversed": (APPROVED, RELEASED, REVERSED),
    "waits": (),
}
BOUND = (PROPOSED, APPROVED, RELEASED, CONFIRMED, RETURNED)
HALF = 0.5
chances = st.randoms(use_true_random=False)


def stories(number: int) -> settings:
    """The same few in every usual run, for each takes a second or two; others where ROBOTS_PROOFS asks for more."""
    return settings(examples(number), derandomize=MORE == 1)


@dataclass
class Desk:
    """A vendor's papers, the files they stand in, and the clerk who keeps its book and has never heard of another."""

    papers: Dealings
    party: Party = ONE
    clerk: Clerk = field(default_factory=Clerk)
    files: dict[tuple[str, str], list[Row]] = field(default_factory=dict)
    ever: list[Row] = field(default_factory=list)  # every row that has come, whether it still stands there or not


@dataclass
class Office:
    """A store with the papers that have come, the paymaster who works on them, and a clerk for each vendor."""

    store: Store
    desks: Sequence[Desk]
    day: date = MONDAY

    @property
    def rules(self) -> Rules:
        own = replace(papers_of.rules_of(self.desks[0].papers), soft_duplicate_days=-1)
        return replace(RULES, settle_from=date(2026, 1, 1), entries={**RULES.entries, "settlement": ((date.min, own),)})

    # -------------------------------------------------------------- papers come

    def open(self) -> None:
        """The contracts, their vendors, and their milestones to come."""
        accounts = [{"vendor": desk.party.vendor, "bank_account": desk.party.account} for desk in self.desks]
        self.drop("vendors", "供应商", accounts)
        for desk in self.desks:
            stages = [replace(line, came=[]) for line in desk.papers.lines if line.is_milestone]
            self.receive(desk, "contracts", "合同", [papers_of.contract_row(desk.papers.agreed)])
            self.drop(
                "milestones",
                f"{desk.party.vendor}里程碑",
                list(map(desk.party.own, map(papers_of.milestone_row, stages))),
            )

    def drop(self, kind: str, name: str, rows: Sequence[Row]) -> None:
        with self.store.transaction() as tx:
            self._post(tx, kind, name, rows)

    def _post(self, tx: Turn, kind: str, name: str, rows: Sequence[Row]) -> None:
        now = datetime.combine(self.day, datetime.min.time())
        drop = tx.drop(tx.begin(now), now, Dropped(name, "0" * 64, 1), "taken", "")
        tx.post(name, drop, reading(kind, rows))

    def receive(self, desk: Desk, kind: str, name: str, rows: Sequence[Row], chance: Random | None = None) -> None:
        """More rows in a file, which is sorted anew; or a bonus that was earned."""
        if kind == "earned":
            desk.clerk.bonuses.append([desk.papers.bonus, None])
            self._record(record("earned", list(map(desk.party.own, rows))))
            return
        desk.ever += rows
        there = [row for row in desk.files.get((kind, name), []) if row not in rows]
        self.put(desk, kind, name, [*there, *rows], chance)

    def put(self, desk: Desk, kind: str, name: str, rows: Sequence[Row], chance: Random | None = None) -> None:
        """A new version of a file, in any order."""
        desk.files[kind, name] = chance.sample(rows, len(rows)) if chance else list(rows)
        self.drop(kind, f"{desk.party.vendor}{name}", list(map(desk.party.own, desk.files[kind, name])))

    # -------------------------------------------------------------- sheets are put up

    def work(self, is_released: bool = False) -> list[Row]:
        """A turn of the paymaster, compared with what the clerks say. The lines of the sheets that were put up."""
        with self.turn(is_released) as (tx, rows):
            for desk in self.desks:
                known = self._known(tx, desk)
                paid = papers_of.by_hand(known, desk.clerk.turns, desk.party.vendor)
                expected = desk.clerk.sheet(self.day.isoformat(), paid, bool(known.agreed.advance), is_released)
                mine = [desk.party.shown(row) for row in rows if desk.party.is_of(row)]
                assert told(mine) == sorted((*one.name, one.net, one.currency) for one in expected)
        return rows

    @contextmanager
    def turn(self, is_released: bool = False) -> Iterator[tuple[Turn, list[Row]]]:
        """A turn of the paymaster, and the lines of the sheets that it puts up."""
        self.day = max(self.day + timedelta(days=1), LAST if is_released else MONDAY)
        with self.store.transaction() as tx:
            turn = tx.begin(datetime.combine(self.day, datetime.min.time()))
            tx.relate(self.day, "")
            said = [one.what for one in paymaster(tx.ledger(self.day, turn, {"paymaster"}), self.rules, self.day)]
            for what in said:
                if isinstance(what, Record):
                    tx.record(WORDS.render(what))
            today = [row for row in tx.table("batches").to_pylist() if row["day"] == self.day.isoformat()]
            batches = {row["batch"]: row for row in today if row["state"] == PROPOSED}
            rows = [row for row in tx.table("payables").to_pylist()
                    if row["state"] == PROPOSED and row["batch"] in batches]  # fmt: skip
            for name, batch in batches.items():
                mine = [row for row in rows if row["batch"] == name]
                assert (batch["total"], batch["lines"]) == (sum(row["net"] for row in mine), len(mine))
                assert {row["currency"] for row in mine} == {batch["currency"]}
            papers_add_up([what for what in said if isinstance(what, Workbook)], batches)
            yield tx, rows

    def _known(self, tx: Turn, desk: Desk) -> Dealings:
        """A vendor's papers that count now, as they stand."""
        rows = {kind: [desk.party.shown(row) for row in tx.rows(kind).to_pylist() if desk.party.is_of(row)]
                for kind in ("orders", "deliveries", "milestones", "measurements", "tickets", "invoices")}  # fmt: skip
        ordered = {row["order_id"] for row in rows["orders"]}
        lines = [replace(line, came=_came(line, rows)) for line in desk.papers.lines]
        bills = [_bill(row, ordered, lines, desk.papers) for row in sorted(rows["invoices"], key=_place)]
        entries = [_worked(row, lines, ordered) for row in (*rows["measurements"], *filter(_is_done, rows["tickets"]))]
        for line in lines:
            line.sort = line.sort if line.is_milestone or line.order in ordered else "unknown"
        return replace(desk.papers, lines=lines, invoices=bills, entries=entries)

    # -------------------------------------------------------------- what becomes of them

    def meet(self, rows: Sequence[Row], states: Sequence[str]) -> None:
        """Lines go through some states; the clerk notes what that means for the money."""
        names = {(day_in(row["batch"]), *self.name_of(row)) for row in rows}
        for state in states:
            moves = move(rows, state, self.day, "虚构甲", "")
            rows = moves.rows
            self._record(record("payables", list(moves.rows)))
            self._record(record("movements", list(moves.movements)))
            for desk in self.desks:
                for one in desk.clerk.book:
                    if (one.sheet, desk.party.vendor, *one.name) in names:
                        one.is_paid = state == CONFIRMED or (one.is_paid and state not in (RETURNED, REVERSED))
                        one.is_bound = state not in COMES_FREE

    def name_of(self, row: Row) -> tuple[str, ...]:
        """A line's vendor, and its name in the clerk's book."""
        party = next(desk.party for desk in self.desks if desk.party.is_of(row))
        return party.vendor, *name_of(party.shown(row))

    def close(self) -> None:
        """All is known: what came back is put up again, all is paid, and what was kept comes back. What is paid of a
        line is what is owed of it, but for what was paid too much by today's books, and what that stops."""
        for is_released in (False, False, True, True):
            self.meet(self.lines(RETURNED), [REVERSED])
            self.work(is_released)
            self.meet(self.lines(PROPOSED), FATES["paid"])
        assert not self.work(is_released=True)
        paid: dict[Any, Decimal] = defaultdict(Decimal)
        for row in self.lines(CONFIRMED):
            paid[self.name_of(row)] += row["net"]
        for desk in self.desks:
            for one in desk.clerk.book:
                assert one.is_paid == one.is_bound
                assert paid[desk.party.vendor, *one.name] == desk.clerk.gave(one.name)

    def _record(self, what: Record) -> None:
        with self.store.transaction() as tx:
            tx.record(WORDS.render(what))

    def lines(self, *states: str) -> list[Row]:
        """Payment lines in some states."""
        with self.store.transaction() as tx:
            return [row for row in tx.table("payables").to_pylist() if row["state"] in states]


def _bill(row: Row, ordered: set[str], lines: Sequence[Any], papers: Dealings) -> Billed:
    """The invoice of a row of the register; it names nothing where its order is not there yet."""
    wanted = {**row, "_file": None, "_sheet": None, "_row": None}
    bill = next(one for one in papers.invoices if _is_row_of(one, wanted, papers))
    mine = [n for n in (bill.line, *bill.also) if n >= 0]
    if any(lines[n].order not in ordered and not lines[n].is_milestone for n in mine):
        mine = []
    if mine and lines[mine[0]].is_milestone:
        mine.sort(key=lambda n: (*(day for day, *_ in lines[n].came or [(LAST,)]), n))
    first, *also = mine or [-1]
    return replace(bill, line=first, also=tuple(also), page=row["_file"])


def name_of(row: Row) -> tuple[str, str, str]:
    """A line's name in the clerk's book."""
    key, _, what = row["invoice_key"].partition(KEPT)
    return key.rpartition("|")[2] + (KEPT if row["what"] == "retention" else what), row["order_id"], row["line"]


def told(rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    return sorted((*name_of(row), row["net"], row["currency"]) for row in rows)


def day_in(batch: str) -> str:
    """The day of a sheet, by its name."""
    day = batch.split("-")[1]
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


def papers_add_up(workbooks: Sequence[Workbook], batches: Mapping[str, Row]) -> None:
    """Each payment sheet says the total of its batch in figures, in words, by vendor and by line."""
    sheets = [book for book in workbooks if book.sheets[0].name == say("sheet.payment")]
    totals = sorted(batch["total"] for batch in batches.values())
    assert totals == sorted(_sum(book.sheets[0].tables[:1]) for book in sheets)
    assert totals == sorted(_sum_of(book.sheets[1].tables, say("column.net")) for book in sheets)
    for book in sheets:
        facts = book.sheets[0].facts
        total = next(value for _, value in facts if isinstance(value, Decimal))
        assert total == _sum(book.sheets[0].tables[:1])
        assert all(read_words(words) == total for label, words in facts if label == say("fact.in_words"))


def _sum(tables: Sequence[Table], column: int = -1) -> Decimal:
    return sum((row[column] for table in tables for row in table.rows), D(0))


def _sum_of(tables: Sequence[Table], title: Any) -> Decimal:
    """The sum of the column of this title."""
    places = [[column.title for column in table.columns].index(title) for table in tables]
    return sum((_sum([table], place) for table, place in zip(tables, places, strict=True)), D(0))


def _came(line: Any, rows: dict[str, list[Row]]) -> list[tuple[date, int, int]]:
    if line.is_milestone:
        mine = [row for row in rows["milestones"] if row["milestone"] == line.line and row["result"]]
        return [(row["accepted_on"], 1, 0) for row in mine]
    mine = [row for row in rows["deliveries"] if (row["order_id"], row["line"]) == (line.order, line.line)]
    return [(row["delivered_on"], int(row["accepted"]), int(row["rejected"])) for row in mine]


def _place(row: Row) -> tuple[str, int]:
    return row["_file"], row["_row"]


def _is_done(row: Row) -> bool:
    return row["resolved_at"] is not None


def _worked(row: Row, lines: Sequence[Ordered], ordered: Container[str]) -> Worked:
    """An order that is not there yet is a word as any other."""
    if "ticket_id" in row:
        return Worked(row["resolved_at"].date(), 1)
    named = {f"{line.order}/{line.line}": n for n, line in enumerate(lines) if line.order in ordered}
    subject = row["subject"] or ""
    return Worked(row["measured_on"], int(row["value"]), named.get(subject), subject if subject in ordered else "")


def _is_row_of(bill: Billed, row: Row, papers: Dealings) -> bool:
    mine = {name: value for name, value in papers_of.invoice_row(bill, papers.lines).items() if name != "_file"}
    return all(row[name] == value for name, value in mine.items())


# ------------------------------------------------------------------ stories


def arriving(papers: Dealings) -> list[tuple[str, str, list[Row]]]:
    """Every paper that is to come: kind, file, rows."""
    goods = [line for line in papers.lines if line.sort == "goods"]
    came = [(line, one) for line in goods for one in line.came]
    orders = dict.fromkeys(line.order for line in papers.lines if not line.is_milestone)
    work = "tickets" if papers.by_ticket else "measurements"
    return [
        *(("orders", f"订单{order}", [papers_of.order_row(line) for line in papers.lines if line.order == order])
          for order in orders),
        *(("deliveries", f"收货{n % 2}", [papers_of.delivery_row(line, n, one)]) for n, (line, one) in enumerate(came)),
        *(("milestones", "里程碑", [papers_of.milestone_row(line)]) for line in papers.lines
          if line.is_milestone and line.came),
        *(("earned", "", [papers_of.earned_row(papers.bonus)]) for _ in range(papers.bonus > 0)),
        *((work, "工作量", papers_of.work_rows(entry, n, papers)) for n, entry in enumerate(papers.entries)),
        *(("invoices", bill.page, [papers_of.invoice_row(bill, papers.lines)]) for bill in papers.invoices),
    ]  # fmt: skip


def played(store: Store, desks: Sequence[Desk], chance: Random) -> Office:
    """Papers come in any order, a few at a time, each file sorted anew; of what is put up each sheet has its own fate,
    or each of its lines, where it is refused in parts. In the end all has come, all is put up and paid,
    and what was kept is given back."""
    office = Office(store, desks)
    waiting = [(desk, *paper) for desk in desks for paper in arriving(desk.papers)]
    chance.shuffle(waiting)
    office.open()
    while waiting:
        for _ in range(min(chance.randint(1, 5 * len(desks)), len(waiting))):
            office.receive(*waiting.pop(), chance)
        office.work()
        befall(office, chance)
    office.close()
    return office


def befall(office: Office, chance: Random) -> None:
    """What becomes of the sheets that wait: of each as a whole, or of each of its lines."""
    for _, mine in groupby(sorted(office.lines(PROPOSED), key=_batch), _batch):
        rows = list(mine)
        for some in [[row] for row in rows] if chance.random() < HALF else [rows]:
            office.meet(some, FATES[chance.choice(list(FATES))])
    office.meet([row for row in office.lines(RETURNED) if chance.random() < HALF], [REVERSED])


def _batch(row: Row) -> str:
    return str(row["batch"])


@stories(3)
@given(pairs(), chances)
def test_what_leaves_is_what_a_clerk_works_out_by_hand(papers: tuple[Dealings, Dealings], chance: Random) -> None:
    with a_store() as store:
        desks = [Desk(papers[0]), Desk(papers[1], OTHER)]
        office = played(store, desks, chance)
        for desk in desks:
            no_more_than_was_billed(office, desk)
            no_more_than_was_accepted(office, desk)
        no_key_leaves_twice(office)
        nothing_changes_by_doing_it_again(office)


@stories(4)
@given(settled_in_full(), chances)
def test_where_all_comes_and_is_billed_all_is_paid_and_every_balance_is_back(papers: Dealings, chance: Random) -> None:
    with a_store() as store:
        desk = Desk(papers)
        all_is_paid_and_every_balance_is_back(played(store, [desk], chance), desk)


def all_is_paid_and_every_balance_is_back(office: Office, desk: Desk) -> None:
    """Nothing is left of the advance, nothing of what was retained, and all else was paid."""
    lines, agreed = [row for row in office.lines(CONFIRMED) if desk.party.is_of(row)], desk.papers.agreed
    sums = {name: sum((row[name] for row in lines), D(0)) for name in ("net", "gross", "advance_offset", "penalty")}
    kept = sum((row["retention"] for row in lines), D(0))
    given_back = sum((row["net"] for row in lines if row["what"] == "retention"), D(0))
    assert sums["advance_offset"] == agreed.advance
    assert kept == given_back
    assert sums["net"] + sums["advance_offset"] + sums["penalty"] == agreed.amount + desk.papers.bonus


# ------------------------------------------------------------------ what leaves the books, and comes back


def left_and_came_back(store: Store, desks: Sequence[Desk], chance: Random) -> Office:
    """As above, and before some turns rows of a register are left out of a new version of its file, and stand in the
    next one again. What the robots make of it in the meantime no clerk works out: it breaks no law, and moves nothing
    in the end."""
    office = Office(store, desks)
    waiting = [(desk, *paper) for desk in desks for paper in arriving(desk.papers)]
    chance.shuffle(waiting)
    office.open()
    while waiting:
        for _ in range(min(chance.randint(1, 5 * len(desks)), len(waiting))):
            office.receive(*waiting.pop(), chance)
        missing = {place: rows for desk in desks for place, rows in leave(office, desk, chance).items()}
        for _ in range(chance.randint(1, 2)):
            see_to_it(office, chance)
        for (number, *place), rows in missing.items():
            office.put(desks[number], *place, rows, chance)
        see_to_it(office, chance)
    for is_released in (False, False, True, True):
        office.meet(office.lines(RETURNED), [REVERSED])
        with office.turn(is_released):
            pass
        office.meet(office.lines(PROPOSED), FATES["paid"])
    with office.turn(is_released=True) as (_, rows):
        assert not rows
    return office


def leave(office: Office, desk: Desk, chance: Random) -> dict[tuple[Any, ...], list[Row]]:
    """Rows are left out of some files. Desk, kind and file → what stood there."""
    number = next(n for n, one in enumerate(office.desks) if one is desk)
    places = [place for place, rows in desk.files.items() if place[0] in ("invoices", "deliveries") and rows]
    found = {}
    for kind, name in chance.sample(places, min(len(places), chance.randint(0, 2))):
        rows = desk.files[kind, name]
        found[number, kind, name] = rows
        office.put(desk, kind, name, chance.sample(rows, chance.randint(0, len(rows) - 1)), chance)
    return found


def see_to_it(office: Office, chance: Random) -> None:
    """A turn, and what becomes of its sheets; nothing is bound beyond what was billed and accepted."""
    with office.turn():
        pass
    for desk in office.desks:
        no_more_than_was_billed(office, desk, BOUND)
        no_more_is_bound_than_has_come(office, desk)
    befall(office, chance)


def no_more_is_bound_than_has_come(office: Office, desk: Desk) -> None:
    """Of no order line is more on its way than what came of it so far, whether that is still in the books or not."""
    bound = [desk.party.shown(row) for row in office.lines(*BOUND) if desk.party.is_of(row)]
    for line in (line for line in desk.papers.lines if line.sort == "goods"):
        name = line.order, line.line
        came = [row["accepted"] for row in desk.ever if "accepted" in row and (row["order_id"], row["line"]) == name]
        mine = [
            row["net"] + row["advance_offset"] - row["bonus"] for row in bound if (row["order_id"], row["line"]) == name
        ]
        assert sum(mine, D(0)) <= sum(came, D(0)) * line.price * TAX + D("0.01") * len(mine), name


@stories(1)
@given(settled_in_full(), chances)
def test_what_leaves_the_books_and_comes_back_moves_nothing_in_the_end(papers: Dealings, chance: Random) -> None:
    with a_store() as store:
        desk = Desk(papers)
        office = left_and_came_back(store, [desk], chance)
        all_is_paid_and_every_balance_is_back(office, desk)
        no_key_leaves_twice(office)


# ------------------------------------------------------------------ stories that were found so


def nets(papers: Dealings, *turns: Sequence[int]) -> list[list[Decimal]]:
    """What each sheet carries where these papers (by their place among all that arrive) come in turns, and all is
    paid."""
    found = []
    with a_store() as store:
        desk = Desk(papers)
        office, papers_there = Office(store, [desk]), arriving(papers)
        office.open()
        for some in turns:
            for n in some:
                office.receive(desk, *papers_there[n], Random(n))  # noqa: S311  # no secret
            found.append([row["net"] for row in office.work()])
            office.meet(office.lines(PROPOSED), FATES["paid"])
    return found


def lines_of_ten(*came: int) -> list[Ordered]:
    """Lines of one order, of ten pieces at ten each."""
    return [Ordered(10, D(10), DUE, [(day_of(n), good, 0)], line=str(n + 1)) for n, good in enumerate(came)]


def test_an_invoice_over_two_lines_is_paid_once_whichever_goods_come_first() -> None:
    bill = Billed("N0X", 0, day_of(9), 10, D(10), also=(1,), tells=frozenset({"rate"}))
    papers = Dealings(Agreed(), lines_of_ten(6, 10), [bill])
    assert nets(papers, [0, 2, 3], [1]) == [[D("113.00")], []]


@pytest.mark.parametrize(("number", "page"), [("N0X", "发票.xlsx"), ("N0X", "补录.xlsx"), (" n-oX", "补录.xlsx")])
def test_another_row_under_a_number_that_was_paid_is_not_paid_because_it_is_dated_earlier(
    number: str, page: str
) -> None:
    bills = [Billed("N0X", 0, day_of(9), 10, D(10)), Billed(number, 1, day_of(5), 10, D(10), page=page)]
    papers = Dealings(Agreed(), lines_of_ten(10, 10), bills)
    assert nets(papers, [0, 1, 2, 3], [4]) == [[D("113.00")], []]


def test_a_bonus_rides_on_the_invoice_and_not_on_its_duplicate_too() -> None:
    bill = Billed("N0X", 0, day_of(9), 10, D(10))
    copy = replace(bill, number=" n-oX", page="补录.xlsx")
    papers = Dealings(Agreed(), lines_of_ten(10), [bill, copy], bonus=D("55.55"))
    assert nets(papers, [0, 1, 2, 3, 4]) == [[D("168.55")]]


# ------------------------------------------------------------------ laws


def no_more_than_was_billed(office: Office, desk: Desk, states: Collection[str] = (CONFIRMED,)) -> None:
    """Of no invoice, whatever its number looks like, more is paid than it asks for."""
    lines = [desk.party.shown(row) for row in office.lines(*states) if desk.party.is_of(row)]
    for number in {same(bill.number) for bill in desk.papers.invoices}:
        paid = sum((row["net"] for row in lines if name_of(row)[0].removesuffix(KEPT) == number), D(0))
        asked = [bill for bill in desk.papers.invoices if same(bill.number) == number and bill.page == "发票.xlsx"]
        days = {bill.day for bill in asked}
        most = max(sum(bill.gross for bill in asked if bill.day == day) for day in days)
        assert paid <= most + desk.papers.bonus, number


def no_more_than_was_accepted(office: Office, desk: Desk, states: Collection[str] = (CONFIRMED,)) -> None:
    """Nor of an order line more than came of it, at its price and with what is allowed above it."""
    papers = desk.papers
    lines = [desk.party.shown(row) for row in office.lines(*states) if desk.party.is_of(row)]
    cents = D("0.01") * len(papers.invoices)
    worked = sum(entry.hours for entry in papers.entries)
    for line in papers.lines:
        came = worked if line.sort == "hours" else sum(good for _, good, _ in line.came)
        value = min(came, line.quantity * (1 + papers.over)) * line.price * TAX
        mine = [row for row in lines if (row["order_id"], row["line"]) == (line.order, line.line)]
        assert sum((row["net"] - row["bonus"] for row in mine), D(0)) <= value * D("1.1") + cents
    all_hours = [line for line in papers.lines if line.sort == "hours"]
    paid = [row for row in lines if row["order_id"].startswith("RW")]
    dearest = max((line.price for line in all_hours), default=D(0))
    assert sum((row["net"] - row["bonus"] for row in paid), D(0)) <= worked * dearest * TAX * D("1.1") + cents


def no_key_leaves_twice(office: Office) -> None:
    """A key is put up again only after its money came free."""
    with office.store.transaction() as tx:
        moves = sorted(tx.table("movements").to_pylist(), key=lambda row: (row["payment_key"], row["n"]))
    bound: set[str] = set()
    for row in moves:
        if row["state_after"] == PROPOSED:
            assert row["payment_key"] not in bound
            bound.add(row["payment_key"])
        elif row["state_after"] in COMES_FREE:
            bound.remove(row["payment_key"])


def nothing_changes_by_doing_it_again(office: Office) -> None:
    """Every file dropped once more under another name, and another turn."""
    for desk in office.desks:
        for (kind, name), rows in list(desk.files.items()):
            office.drop(kind, f"{desk.party.vendor}{name} 副本", list(map(desk.party.own, rows)))
    assert not office.work(is_released=True)
