"""One turn of the belt: take in, put to work, deliver. The only place where the stages meet."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from robots.edge import clock, delivery, desk, folder, garbage, letters, secrets
from robots.edge.delivery import Delivered
from robots.edge.desk import Received
from robots.edge.excel_in import Look
from robots.edge.letters import Told
from robots.edge.log import LOG
from robots.edge.points import passing
from robots.edge.settings import Settings
from robots.edge.store.database import Dropped, Store, Turn
from robots.edge.store.outbox import Queued
from robots.intake import Seen, look_again, settled
from robots.model import wire
from robots.model.calendar import UnknownYear
from robots.model.decisions import BankFile, Decision, MarkedCopy, Notice, Record, Workbook
from robots.model.names import identity
from robots.model.words import Text, say
from robots.roster import Due, due_between, latest_of_each

if TYPE_CHECKING:
    from robots.crew.registry import Robot
    from robots.ledger import Ledger

Sees = Callable[[str], None]
MOST_LOOKS = 12
_SORTS: dict[type, str] = {Workbook: "workbook", MarkedCopy: "copy", BankFile: "bank"}


@dataclass
class Report:
    """What a turn did, for the person or the scheduler that started it."""

    day: date
    drops: list[tuple[str, str, str]] = field(default_factory=list)
    errors: int = 0
    worked: list[str] = field(default_factory=list)
    delivered: list[Delivered] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    coming: list[str] = field(default_factory=list)

    @property
    def did_something(self) -> bool:
        """Was there any news at all?"""
        return bool(self.drops or self.worked or self.delivered or self.troubles or self.coming)

    @property
    def needs_a_person(self) -> bool:
        """Does somebody have to mend, decide or look?"""
        bad_drop = any(state in ("set_aside", "unreadable") for _, state, _ in self.drops)
        return bool(
            self.errors or bad_drop or self.troubles or any(d.trouble and d.state != "unmarked" for d in self.delivered)
        )


@garbage.seldom()
def turn(settings: Settings, store: Store, now: datetime, sees: Sees = lambda _: None) -> Report:
    """One turn. Everything decided is queued in one transaction with what it rests on; then it is carried out."""
    report = Report(now.date())
    settings = secrets.with_tags(settings)
    arrived = settle(settings, store, report)
    dues = due_robots(settings, store, now, bool(arrived), report)
    if arrived or dues:
        claimed = take(settings, arrived, report)
        with store.transaction() as tx:
            number = tx.begin(now)
            passing("turn begun")
            take_in(settings, tx, number, now, claimed, report, sees)
            passing("files posted")
            tx.relate(now.date(), settings.rules.fingerprint("scorecard", "alerts"))
            passing("lines related")
            put_to_work(settings, tx, number, now, dues, report, sees)
            passing("before commit")
        passing("after commit")
        folder.let_go(settings.inbox, [one for one, _, _ in claimed])
        passing("files let go")
    report.delivered = delivery.deliver(settings, store, now, sees)
    folder.heartbeat(settings.state, now, report.troubles)
    passing("turn over")
    return report


# ------------------------------------------------------------------ take in

Arrived = tuple[Seen, Look | str]


def settle(settings: Settings, store: Store, report: Report) -> list[Arrived]:
    """Files that have settled and are news. What is still being copied is looked at again, and else left for later."""
    try:
        folder.put_back(settings.inbox, settings.archive)
        with store.transaction() as tx:
            before = tx.sightings()
        seen: dict[str, Seen] = {name: s for name, (s, _) in before.items()}
        looks: dict[Seen, Look | str] = {}  # a file that was whole and kept still is not looked through again
        for _ in range(MOST_LOOKS):
            seen = look_again(seen, folder.listing(settings.inbox), clock.seconds())
            news = {name: s for name, s in seen.items() if not _is_taken(before, s)}
            ready = settled(news, clock.seconds(), settings.toml.intake.quiet_seconds)
            looks |= {file: desk.look(settings, file.name) for file in ready if not isinstance(looks.get(file), Look)}
            looked = [(file, looks[file]) for file in ready]
            coming = [s for s, look in looked if desk.is_still_coming(settings, s, look, clock.seconds())]
            arrived = [(s, look) for s, look in looked if s not in coming]
            if len(arrived) == len(news):
                break
            clock.wait(settings.toml.intake.quiet_seconds)
    except OSError as error:  # FolderUnreachable, and whatever else a share can answer
        report.troubles.append(f"FOLDER_UNREACHABLE {error}")
        return []
    names = {s.name for s, _ in arrived}
    report.coming = sorted(set(news) - names)
    kept = {name: (s, _is_taken(before, s)) for name, s in seen.items()}
    if not settings.toml.intake.keep:
        kept = {name: pair for name, pair in kept.items() if name not in names}
    if kept != before:
        with store.transaction() as tx:
            tx.keep_sightings(kept)
    return arrived


def _is_taken(before: dict[str, tuple[Seen, bool]], seen: Seen) -> bool:
    known, taken = before.get(seen.name, (None, False))
    return taken and known is not None and (known.size, known.mtime_ns) == (seen.size, seen.mtime_ns)


Taken = tuple[folder.Claimed, Seen, Look | str]


def take(settings: Settings, arrived: Sequence[Arrived], report: Report) -> list[Taken]:
    """Claim what arrived; a file that somebody holds open stays for the next turn."""
    claimed = []
    for seen, looked in arrived:
        try:
            claimed.append((desk.claim(settings, seen), seen, looked))
        except OSError as error:
            LOG.warning("could not claim %s: %s", seen.name, error)
            report.coming.append(seen.name)
    return claimed


def take_in(
    settings: Settings,
    tx: Turn,
    number: int,
    now: datetime,
    claimed: Sequence[Taken],
    report: Report,
    sees: Sees,
) -> None:
    """Read and post every claimed file, each on its own: one that fails does not stop the others."""
    posted: list[tuple[int, Received]] = []
    coming: list[Seen] = []
    with desk.open_reading_room(settings) as room:
        for one, seen, looked in claimed:
            sees(one.name)
            one = desk.under_first_name(one, looked, tx)  # noqa: PLW2901  # the same file under the name it had
            known = tx.is_known(one.name, one.sha256, settings.words_print)
            received = desk.nothing_new(one) if known else desk.receive(one, looked, room)
            if desk.is_still_coming(settings, seen, received.code, clock.seconds()):
                folder.give_back(settings.inbox, one)
                coming.append(seen)
            else:
                posted.append(_posted(settings, tx, number, now, received, report))
    report.coming += [seen.name for seen in coming]
    tx.taken(one.name for one, seen, _ in claimed if seen not in coming)
    if coming:
        tx.keep_sightings(tx.sightings() | {seen.name: (seen, False) for seen in coming})
    for drop, received in posted:
        tx.findings(drop, tx.doubtful_names(received.reading), settings.words)


def _posted(
    settings: Settings, tx: Turn, number: int, now: datetime, received: Received, report: Report
) -> tuple[int, Received]:
    """Post one file; where our own code fails over it, the file is set aside and the belt goes on."""
    try:
        with tx.savepoint():
            return _post(settings, tx, number, now, received, report), received
    except Exception:  # noqa: BLE001  # a bug of ours over one file must not cost the others: logged, and told on its receipt
        LOG.exception("posting %s failed", received.claimed.name)
        failed = desk.failed(received.claimed)
        return _post(settings, tx, number, now, failed, report), failed


def _post(settings: Settings, tx: Turn, number: int, now: datetime, received: Received, report: Report) -> int:
    received = desk.completed(replace(received, reading=secrets.blinded(settings, received.reading)), tx)
    one, reading, why = received.claimed, received.reading, settings.words.speak(received.why)
    drop = tx.drop(
        number, now, Dropped(one.name, one.sha256, one.size, one.owner, settings.words_print), received.state, why
    )
    tx.findings(drop, reading.findings, settings.words)
    if received.state == "taken":
        work = settings.rules.settlement(now.date()).work.values()
        rows, found = tx.post(one.name, drop, reading, reading.broken, work)
        tx.receipts(drop, rows)
        tx.findings(drop, found, settings.words)
    tx.unknown_words(drop, desk.words_of(reading))
    tx.asides(drop, reading.asides)
    tx.journal([("intake", received.state, one.name, one.sha256)], now)
    report.drops.append((one.name, received.state, why))
    report.errors += sum(f.level in ("error", "question") for f in reading.findings)
    return drop


# ------------------------------------------------------------------ put to work


_CLOCKS_DIFFER = timedelta(days=1)


def due_robots(settings: Settings, store: Store, now: datetime, has_news: bool, report: Report) -> list[Due]:
    """The robots whose hour has come. Of several moments missed, the latest is worked and the others are skipped.
    What has worked on a day still to come (a wrong clock, a --today) is not due before it: that is told."""
    with store.transaction() as tx:
        if not has_news and not tx.count("drops"):
            return []
        last = tx.last_runs()
    if (latest := max(last.values(), default=now)) > now + _CLOCKS_DIFFER:
        report.troubles.append(f"CLOCK_BEHIND {latest:%Y-%m-%d %H:%M}")
    dues: list[Due] = []
    for robot, entries in settings.crew.items():
        try:
            dues += due_between({robot: entries}, last, now, settings.rules.calendar)
        except UnknownYear as error:
            report.troubles.append(f"CALENDAR_UNKNOWN {robot} {error}")
    return dues


def put_to_work(
    settings: Settings, tx: Turn, number: int, now: datetime, dues: list[Due], report: Report, sees: Sees
) -> None:
    """Run the robots that are due or have news to work on, in the order of the crew; queue what they decide."""
    from robots.crew.registry import crew  # noqa: PLC0415  # pandas loads here: a turn without work stays quick

    latest, skipped = latest_of_each(dues)
    due_names = {due.robot for due in latest}
    has_news = bool(report.drops)
    ledger = tx.ledger(now.date(), number, due_names)
    told: list[Told] = []
    for name in settings.crew:
        if name in due_names or (has_news and name in settings.on_news):
            sees(name)
            told += _work(settings, tx, number, now, name, crew()[name], ledger, report)
    passing("robots worked")
    tx.note_runs(((due.robot, due.at, "skipped" if due in skipped else "worked") for due in (*latest, *skipped)), now)
    _write_letters(settings, tx, number, now, told, report)


def _work(
    settings: Settings, tx: Turn, number: int, now: datetime, name: str, robot: Robot, ledger: Ledger, report: Report
) -> list[Told]:
    """One robot's decisions, queued. A robot that fails is told about; the others go on."""
    try:
        with tx.savepoint():
            decisions = list(robot(ledger, settings.rules, now.date()))
            keys = {d.name: d.key for d in decisions if d.name}
            told = list(_carry(settings, tx, number, now, decisions, keys))
    except Exception:  # noqa: BLE001  # a robot's bug must not stop the belt: logged, told, and the others go on
        LOG.exception("robot %s failed", name)
        report.troubles.append(f"ROBOT_FAILED {name} {traceback.format_exc(limit=-1).splitlines()[-1]}")
        tx.journal([(name, "failed", "", "")], now)
        return []
    report.worked.append(name)
    return told


def _carry(
    settings: Settings, tx: Turn, number: int, now: datetime, decisions: list[Decision], keys: dict[str, str]
) -> Iterator[Told]:
    """Record what is recorded at once, queue what is written, hand on notices with the keys of what they carry."""
    for decision in decisions:
        spoken = settings.words.render(decision.what)
        match decision.what:
            case Record():
                tx.record(spoken)
                continue
            case Workbook() | MarkedCopy() | BankFile():
                sort = _SORTS[type(decision.what)]
                about = (decision.key, decision.robot, decision.period, decision.subject, decision.name)
                entry = Queued(*about, sort, wire.dump(spoken))
                if not tx.queue(number, now, entry):
                    continue
            case Notice():
                yield Told(spoken, decision.key, tuple(keys[name] for name in decision.what.attach))
        tx.journal([(decision.robot, "decided", decision.subject, decision.key)], now)


def _write_letters(settings: Settings, tx: Turn, number: int, now: datetime, told: list[Told], report: Report) -> None:
    roles = settings.toml.mail.roles
    report.troubles += [f"NOBODY_HOLDS_ROLE {role}" for role in letters.unheard(told, roles)]
    for key, plan in letters.digests(told, roles, settings.words, now.date()):
        tx.queue(number, now, Queued(key, "post", now.date().isoformat(), plan.to, "", "letter", wire.dump(plan)))


# ------------------------------------------------------------------ asked by a person


def reverse(settings: Settings, store: Store, now: datetime, wanted: dict[str, str]) -> tuple[Text, Report | None]:
    """Ask for the reversal of a payment line: `payment_key`, `reason`, `by`. Nothing is reversed before somebody else
    sends the form back. Returns what there is to say, and what was delivered, None where it cannot be asked for."""
    from robots.crew.paymaster import ask_reversal, why_no_reversal  # noqa: PLC0415  # pandas loads here

    settings = secrets.with_tags(settings)
    report = Report(now.date())
    with store.transaction() as tx:
        if refused := why_no_reversal(tx.ledger(now.date(), 0), settings.rules, wanted):
            return refused, None
        number = tx.begin(now)
        ledger = tx.ledger(now.date(), number)
        told = _work(settings, tx, number, now, "paymaster", partial(ask_reversal, wanted=wanted), ledger, report)
        _write_letters(settings, tx, number, now, told, report)
    report.delivered = delivery.deliver(settings, store, now, lambda _: None)
    names = "、".join(name for name in settings.rules.people.approvers if identity(name) != identity(wanted["by"]))
    return say("cli.reversed", key=wanted["payment_key"], names=names), report
