"""Carrying out what is queued, against real mail servers: once, in order, and never lost."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import update

from robots import conveyor
from robots.conveyor import Report
from robots.edge import delivery
from robots.edge.delivery import Delivered
from robots.edge.store.outbox import Queued
from robots.edge.store.tables import OUTBOX
from robots.model import wire
from robots.model.decisions import Column, Decision, Notice, Sheet, Table, Workbook, record
from robots.model.letters import LetterPlan

if TYPE_CHECKING:
    from types import SimpleNamespace

    from tests.conftest import Home

NOW = datetime(2026, 7, 3, 18)
CLERK = "clerk@example.com"


# ------------------------------------------------------------------ a mail server


@dataclass
class Office:
    """Takes letters, or gives the answers it is told to: at RCPT, or after the content."""

    rcpt: str = "250 OK"
    content: str = "250 OK"  # "hang up" cuts the line once the content has come
    got: list[bytes] = field(default_factory=list)
    served: list[str] = field(default_factory=list)

    async def handle_RCPT(self, _server: SMTP, _s: Session, envelope: Envelope, address: str, _o: list[str]) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, _s: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.got.append(envelope.content)
        self.served += envelope.rcpt_tos
        if self.content == "hang up":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return self.content

    def letters(self) -> list[EmailMessage]:
        return [message_from_bytes(content, policy=policy.default) for content in self.got]  # type: ignore[misc]


@pytest.fixture
def office(home: Home) -> Iterator[Office]:
    """A mail server on a free port of this machine, to which the home sends its letters."""
    office, loop = Office(), asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, _context: None)  # lines cut on purpose are no news
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listening = loop.create_server(lambda: SMTP(office, hostname="office", loop=loop), "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(listening, loop).result(5)
    port = server.sockets[0].getsockname()[1]
    mail = f'transport = "smtp"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\ntimeout = 5\nattempts = 3'
    home.configure(f"[mail]\n{mail}")
    yield office
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


# ------------------------------------------------------------------ queueing and looking


def letter(home: Home, key: str = "letter-1", to: str = CLERK, attach: tuple[str, ...] = ()) -> None:
    """Queue a letter, as a turn would."""
    plan = LetterPlan(to, "外协日报", "您好", "<p>您好</p>", attach)
    with home.store.transaction() as tx:
        assert tx.queue(1, NOW, Queued(key, "post", "2026-07-03", to, "", "letter", wire.dump(plan)))


def workbook(home: Home, key: str = "book-1", name: str = "预警清单 2026-07-03") -> None:
    """Queue a workbook, as a turn would."""
    book = Workbook("alerts", name, (Sheet("预警", tables=(Table((Column("对象"),), (("PO-1",),)),)),))
    with home.store.transaction() as tx:
        assert tx.queue(1, NOW, Queued(key, "sentinel", "2026-07-03", "list", "", "workbook", wire.dump(book)))


def deliver(home: Home, later: timedelta = timedelta()) -> list[Delivered]:
    return delivery.deliver(home.settings, home.store, NOW + later, lambda _: None)


def row(home: Home, key: str = "letter-1") -> dict[str, Any]:
    """One thing of the queue as it stands."""
    with home.store.transaction() as tx:
        return next(r for r in tx.table("outbox").to_pylist() if r["key"] == key)


def minutes(**more: float) -> timedelta:
    return timedelta(**more)


def published(home: Home) -> list[str]:
    """The alert workbooks in the outbox."""
    return sorted(path.name for path in home.settings.out_folder("alerts").iterdir())


# ------------------------------------------------------------------ the life of a letter


def test_a_letter_is_sent_and_marked_and_not_sent_again(home: Home, office: Office) -> None:
    letter(home)
    assert [(d.what, d.where, d.state, d.trouble) for d in deliver(home)] == [("外协日报", CLERK, "sent", "")]
    assert (row(home)["state"], row(home)["attempts"], row(home)["done_at"]) == ("sent", 1, NOW.isoformat())
    assert deliver(home, timedelta(days=9)) == []
    (sent,) = office.letters()
    assert (sent["Message-ID"], sent["To"]) == ("<letter-1@example.com>", CLERK)


def test_while_a_letter_leaves_the_queue_says_so(home: Home, office: Office) -> None:
    """A crash from here on leaves `sending`, not `new`: nobody will take the letter for unsent."""
    seen = []
    letter(home)
    handle = office.handle_DATA

    async def look(*arguments: Any) -> str:
        seen.append(row(home)["state"])
        return await handle(*arguments)

    office.handle_DATA = look  # type: ignore[method-assign]
    deliver(home)
    assert seen == ["sending"]


def test_a_temporary_refusal_waits_longer_each_time_and_is_sent_when_its_time_comes(home: Home, office: Office) -> None:
    office.rcpt = "450 greylisted"
    letter(home)
    (told,) = deliver(home)
    assert (told.state, "greylisted" in told.trouble) == ("new", True)
    assert row(home)["next_try"] == "2026-07-03T18:01:00"
    assert deliver(home, minutes(seconds=59)) == []
    deliver(home, minutes(minutes=1))
    assert (row(home)["next_try"], row(home)["attempts"]) == ("2026-07-03T18:03:00", 2)
    office.rcpt = "250 OK"
    assert deliver(home, minutes(minutes=2)) == []
    assert [d.state for d in deliver(home, minutes(minutes=3))] == ["sent"]
    assert (row(home)["attempts"], row(home)["next_try"], len(office.got)) == (3, None, 1)


def test_a_letter_that_is_refused_again_and_again_fails_and_stays_so(home: Home, office: Office) -> None:
    office.rcpt = "450 later"
    letter(home)
    states = [deliver(home, timedelta(days=day))[0].state for day in range(3)]
    assert states == ["new", "new", "failed"]
    assert (row(home)["state"], row(home)["next_try"]) == ("failed", None)
    office.rcpt = "250 OK"
    assert (deliver(home, timedelta(days=9)), office.got) == ([], [])


def test_a_letter_refused_for_good_fails_at_once(home: Home, office: Office) -> None:
    office.rcpt = "550 no such user"
    letter(home)
    assert [(d.state, "no such user" in d.trouble) for d in deliver(home)] == [("failed", True)]
    assert deliver(home, timedelta(days=9)) == []


def test_a_letter_whose_fate_is_unknown_is_sent_again_as_the_same_bytes(home: Home, office: Office) -> None:
    """With the workbook it carries, on another day: same Message-ID, same Date, so the receiver can tell."""
    office.content = "hang up"
    workbook(home)
    letter(home, attach=("book-1",))
    assert [d.state for d in deliver(home)] == ["done", "unknown"]
    assert row(home)["state"] == "unknown"
    office.content = "250 OK"
    assert deliver(home) == []
    assert [d.state for d in deliver(home, timedelta(days=1))] == ["sent"]
    first, second = office.got
    assert first == second
    assert [a.get_filename() for a in office.letters()[1].iter_attachments()] == ["预警清单 2026-07-03.xlsx"]


def test_a_letter_whose_fate_stays_unknown_is_not_sent_for_ever(home: Home, office: Office) -> None:
    office.content = "hang up"
    letter(home)
    for day in range(9):
        deliver(home, timedelta(days=day))
    assert (len(office.got), row(home)["state"], len(set(office.got))) == (3, "unknown", 1)


def test_a_letter_left_in_sending_by_a_crash_is_due_again_at_once(home: Home, office: Office) -> None:
    letter(home)
    with home.store.engine.begin() as connection:
        connection.execute(update(OUTBOX).values(state="sending", attempts=1))
    assert [d.state for d in deliver(home)] == ["sent"]
    assert row(home)["attempts"] == 2


def test_one_refused_letter_does_not_hold_up_the_next(home: Home, office: Office) -> None:
    letter(home, "letter-1", "not an address")
    letter(home, "letter-2")
    assert {d.where: d.state for d in deliver(home)} == {"not an address": "failed", CLERK: "sent"}


def test_every_outcome_is_in_the_journal(home: Home, office: Office) -> None:
    office.rcpt = "450 later"
    letter(home)
    deliver(home)
    office.rcpt = "250 OK"
    deliver(home, minutes(minutes=1))
    told = [(entry["event"], entry["subject"]) for entry in home.export("journal") if entry["actor"] == "delivery"]
    assert told == [("new", CLERK), ("sent", CLERK)]


def test_letters_wait_while_the_settings_cannot_work(home: Home, office: Office) -> None:
    """A user and no password: told each turn, no attempt spent, workbooks written all the same."""
    mail = home.settings.toml.mail.model_copy(update={"user": "robots@example.com", "security": "ssl"})
    toml = home.settings.toml.model_copy(update={"mail": mail})
    working, home.settings = home.settings, type(home.settings)(**{**vars(home.settings), "toml": toml})
    workbook(home)
    letter(home)
    for day in range(5):
        told = deliver(home, timedelta(days=day))[-1]
        assert (told.sort, told.state, bool(told.trouble)) == ("letter", "new", True)
    assert (row(home)["attempts"], row(home, "book-1")["state"]) == (0, "done")
    home.settings = working
    assert [d.state for d in deliver(home, timedelta(days=5))] == ["sent"]


# ------------------------------------------------------------------ workbooks


def test_workbooks_are_written_before_the_letters_that_carry_them(home: Home, office: Office) -> None:
    letter(home, attach=("book-1",))
    workbook(home)
    assert [d.sort for d in deliver(home)] == ["workbook", "letter"]
    (attached,) = office.letters()[0].iter_attachments()
    path = home.settings.out_folder("alerts") / "预警清单 2026-07-03.xlsx"
    assert (attached.get_filename(), attached.get_content()) == (path.name, path.read_bytes())


def block(home: Home) -> None:
    """A file stands where the folder of alerts should be."""
    place = home.settings.out_folder("alerts")
    shutil.rmtree(place)
    place.write_text("", "utf-8")


def unblock(home: Home) -> None:
    home.settings.out_folder("alerts").unlink()


def test_a_workbook_that_cannot_be_written_is_tried_until_it_can(home: Home) -> None:
    """However long the share is away: a workbook is not given up like a letter."""
    block(home)
    workbook(home)
    (told,) = deliver(home)
    assert (told.state, bool(told.trouble), row(home, "book-1")["next_try"]) == ("new", True, "2026-07-03T18:01:00")
    assert deliver(home) == []
    for day in range(1, 70):
        assert [d.state for d in deliver(home, timedelta(days=day))] == ["new"]
    unblock(home)
    assert [d.state for d in deliver(home, timedelta(days=71))] == ["done"]
    assert published(home) == ["预警清单 2026-07-03.xlsx"]


def test_a_letter_carries_its_workbook_even_while_the_folder_is_away(home: Home, office: Office) -> None:
    block(home)
    workbook(home)
    letter(home, attach=("book-1",))
    assert [d.state for d in deliver(home)] == ["new", "sent"]
    (attached,) = office.letters()[0].iter_attachments()
    unblock(home)
    deliver(home, minutes(minutes=1))
    path = home.settings.out_folder("alerts") / "预警清单 2026-07-03.xlsx"
    assert (attached.get_filename(), attached.get_content()) == (path.name, path.read_bytes())


def test_a_workbook_nobody_can_make_does_not_stand_in_the_others_way(home: Home, office: Office) -> None:
    """A payload that our own code fails over (of another version, say) is told; what comes after goes out."""
    entry = Queued("book-0", "sentinel", "2026-07-03", "list", "", "workbook", '{"$":"Unheard","name":"x"}')
    with home.store.transaction() as tx:
        tx.queue(0, NOW, entry)
    workbook(home)
    letter(home)
    assert [(d.what, d.state) for d in deliver(home)] == [
        ("list", "new"), ("预警清单 2026-07-03", "done"), ("外协日报", "sent"),
    ]  # fmt: skip
    assert "Unheard" in row(home, "book-0")["detail"]


def test_a_letter_whose_workbook_is_lost_from_the_archive_is_told_and_the_others_go(home: Home, office: Office) -> None:
    workbook(home)
    deliver(home)
    shutil.rmtree(home.settings.archive)
    letter(home, "letter-1", attach=("book-1",))
    letter(home, "letter-2", "boss@example.com")
    assert {d.state for d in deliver(home)} == {"new", "sent"}
    assert office.served == ["boss@example.com"]


def test_delivering_twice_does_nothing(home: Home) -> None:
    """Letters as files: neither a second file nor a second entry of the journal."""
    workbook(home)
    letter(home, attach=("book-1",))
    deliver(home)
    before = (sorted(home.path.rglob("*.eml")), published(home), home.export("journal"))
    assert deliver(home) == []
    assert (sorted(home.path.rglob("*.eml")), published(home), home.export("journal")) == before


def test_a_workbook_published_and_not_marked_is_published_once_more_as_the_same_file(home: Home) -> None:
    workbook(home)
    deliver(home)
    path = home.settings.out_folder("alerts") / "预警清单 2026-07-03.xlsx"
    before = path.read_bytes()
    with home.store.engine.begin() as connection:
        connection.execute(update(OUTBOX).values(state="new", path=None, detail=None))
    deliver(home)
    assert (published(home), path.read_bytes()) == ([path.name], before)


# ------------------------------------------------------------------ who gets what

Crew = Callable[..., Report]


@pytest.fixture
def crew(home: Home, monkeypatch: pytest.MonkeyPatch) -> Crew:
    """Put robots of the test's own to work, in the transaction of a turn; then deliver."""

    def work(*robots: Any, at: datetime = NOW) -> Report:
        report = Report(at.date())
        names = {f"robot-{n}": robot for n, robot in enumerate(robots)}
        told: list[Any] = []
        with home.store.transaction() as tx:
            number = tx.begin(at)
            for name, robot in names.items():
                ledger = tx.ledger(at.date(), number)
                told += conveyor._work(home.settings, tx, number, at, name, robot, ledger, report)
            conveyor._write_letters(home.settings, tx, number, at, told, report)
        report.delivered = delivery.deliver(home.settings, home.store, at, lambda _: None)
        return report

    return work


def says(*notices: Notice, robot: str = "tester") -> Any:
    return lambda *_: [Decision(robot, "2026-07-03", f"notice-{n}", notice) for n, notice in enumerate(notices)]


def test_notices_of_one_run_are_one_letter_each_the_worst_first(home: Home, office: Office, crew: Crew) -> None:
    crew(
        says(Notice("clerk", "两单将到期", severity="warning"), Notice("manager", "周报")),
        says(Notice("clerk", "一单逾期", severity="critical"), Notice("clerk", "收到一份"), robot="other"),
    )
    assert sorted(office.served) == [CLERK, "manager@example.com"]
    to_clerk = next(m for m in office.letters() if m["To"] == CLERK)
    assert "一单逾期" in to_clerk["Subject"]
    body = to_clerk.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert text.index("一单逾期") < text.index("两单将到期") < text.index("收到一份")


def test_a_person_with_two_roles_gets_one_letter(home: Home, office: Office, crew: Crew) -> None:
    home.configure(f'roles = {{ clerk = ["{CLERK}"], finance = ["{CLERK}"], manager = [] }}')
    crew(says(Notice("clerk", "甲"), Notice("finance", "乙")))
    assert office.served == [CLERK]


def test_a_role_nobody_holds_is_told_as_a_trouble(home: Home, office: Office, crew: Crew) -> None:
    home.configure('roles = { manager = [], finance = ["finance@example.com"] }')
    report = crew(says(Notice("manager", "甲"), Notice("auditor", "乙"), Notice("finance", "丙")))
    assert report.troubles == ["NOBODY_HOLDS_ROLE auditor", "NOBODY_HOLDS_ROLE manager"]
    assert report.needs_a_person
    assert office.served == ["finance@example.com"]


def test_the_same_decisions_again_are_no_second_letter(home: Home, office: Office, crew: Crew) -> None:
    for _ in range(2):
        crew(says(Notice("clerk", "甲")))
    assert len(office.got) == 1


def test_recipients_come_from_the_settings_only(home: Home, office: Office, books: SimpleNamespace) -> None:
    """Whatever addresses a dropped workbook holds, in whichever column, even one that names a role."""
    evil = {"邮箱": "evil@vendor.example", "联系人": "clerk@evil.example", "供应商名称": "boss@evil.example"}
    home.drop("供应商台账.xlsx", books.vendors(evil))
    home.drop("订单.xlsx", books.orders({"供应商": "boss@evil.example"}))
    home.drop("a@evil.example.xlsx", b"no workbook")
    home.turn()
    held = {address for holders in home.settings.toml.mail.roles.values() for address in holders}
    assert office.served
    assert set(office.served) <= held
    assert {address.addr_spec for m in office.letters() for address in m["To"].addresses} <= held
    assert all(m["Cc"] is None and m["Bcc"] is None for m in office.letters())


# ------------------------------------------------------------------ robots that fail


def _raises(*_: Any) -> Any:
    yield Decision("tester", "2026-07-03", "notice", Notice("clerk", "未说完"))
    raise ZeroDivisionError("in the middle")


def _asks_nonsense(ledger: Any, *_: Any) -> Any:
    ledger.said("no_such_table")
    yield from ()


def _records_nonsense(*_: Any) -> Any:
    yield Decision("tester", "2026-07-03", "batch", record("batches", [{"batch": "FK-1", "day": "2026-07-03"}]))


def _records_twice(*_: Any) -> Any:
    kpi = {"vendor": "甲", "period": "2026-06", "kpi": "otd"}
    yield Decision("tester", "2026-07-03", "kpis", record("kpis", [kpi, kpi]))


def _records_then_refers_to_nothing(*_: Any) -> Any:
    yield Decision(
        "tester", "2026-07-03", "kpis", record("kpis", [{"vendor": "甲", "period": "2026-06", "kpi": "otd"}])
    )
    yield Decision("tester", "2026-07-03", "notice", Notice("clerk", "附件不存在", attach=("nothing",)))


FAILING = {
    "raises in the middle": _raises,
    "asks for a table that is not there": _asks_nonsense,
    "records a row that lacks what it must have": _records_nonsense,
    "records one key twice": _records_twice,
    "attaches a workbook nobody decided": _records_then_refers_to_nothing,
}


@pytest.mark.parametrize("robot", FAILING.values(), ids=FAILING)
def test_the_others_go_on_when_a_robot(home: Home, office: Office, crew: Crew, robot: Any) -> None:
    """It is told by name, what it had begun is undone, and PostgreSQL's transaction is not spoilt for the others."""
    report = crew(robot, says(Notice("clerk", "甲")))
    assert (report.worked, [t.split()[:2] for t in report.troubles]) == (["robot-1"], [["ROBOT_FAILED", "robot-0"]])
    assert (len(office.got), home.export("kpis"), home.export("batches")) == (1, [], [])
    assert [e["event"] for e in home.export("journal") if e["actor"] == "robot-0"] == ["failed"]
