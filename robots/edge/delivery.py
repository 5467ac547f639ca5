"""Carrying out what is queued: workbooks written aside and renamed, letters sent once, each outcome marked."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import PurePath
from typing import cast

import keyring
from keyring.errors import KeyringError

from robots.edge import banks, desk, excel_out, folder, secrets
from robots.edge.excel_in import NotReadable
from robots.edge.log import LOG
from robots.edge.markup import CannotMark, Level, Mark
from robots.edge.points import passing
from robots.edge.post import Folder, Folders, Outcome, Postbox, Smtp
from robots.edge.reading_room import ReadingRoom
from robots.edge.settings import Settings
from robots.edge.store.database import Store
from robots.edge.store.outbox import Waiting, next_try
from robots.model import wire
from robots.model.decisions import BankFile, MarkedCopy, Workbook
from robots.model.letters import Attachment, Letter, LetterPlan
from robots.model.words import say

CarryOut = Callable[[Settings, Store, Waiting, datetime], "Delivered"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MEDIA = {".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12"}


@dataclass(frozen=True)
class Delivered:
    """One thing carried out: where it is, or to whom it went; `trouble` where it did not."""

    sort: str
    what: str
    where: str
    state: str
    trouble: str = ""


def deliver(settings: Settings, store: Store, now: datetime, sees: Callable[[str], None]) -> list[Delivered]:
    """Carry out everything that is due. Repeating it is harmless: what is marked is not done again."""
    with store.transaction() as tx:
        tx.recover_sending()
        waiting = tx.waiting(now)
    done = []
    letters = [one for one in waiting if one.sort == "letter"]
    with desk.open_reading_room(settings) as room:
        carry_out: dict[str, CarryOut] = {"workbook": _write, "copy": partial(_mark, room), "bank": _bank}
        for one in waiting:
            if one.sort in carry_out:
                done.append(_safely(carry_out[one.sort], settings, store, one, now))
                sees(done[-1].what)
    if letters:
        done += _send_all(settings, store, letters, now, sees)
    return done


def _send_all(
    settings: Settings, store: Store, letters: list[Waiting], now: datetime, sees: Callable[[str], None]
) -> Iterator[Delivered]:
    try:
        send = partial(_send, open_postbox(settings))
    except ValueError as error:  # it cannot work as configured: letters wait until it can, and it is told each turn
        yield from (Delivered("letter", one.subject, one.subject, "new", str(error)) for one in letters)
        return
    for one in letters:
        sent = _safely(send, settings, store, one, now)
        sees(sent.what)
        yield sent


def _safely(carry_out: CarryOut, settings: Settings, store: Store, one: Waiting, now: datetime) -> Delivered:
    """What our own code fails over is put off like what a server refuses, and does not stand in the others' way."""
    try:
        return carry_out(settings, store, one, now)
    except Exception as error:  # noqa: BLE001  # a bug of ours over one thing must not cost the others: logged, and told
        LOG.exception("carrying out %s failed", one.key)
        told = Delivered(one.sort, one.subject, "", "new", f"{type(error).__name__} {error}")
        return _not_yet(store, one, now, settings, told)


def _write(settings: Settings, store: Store, one: Waiting, now: datetime) -> Delivered:
    workbook: Workbook = wire.load(one.payload)
    content = excel_out.render(workbook, settings.words, datetime.fromisoformat(one.at))
    return _publish(settings, store, one, now, workbook.folder, str(workbook.name), ".xlsx", content)


def _bank(settings: Settings, store: Store, one: Waiting, now: datetime) -> Delivered:
    """A bank file in its bank's own format. Nothing is shortened or replaced to fit: it waits until it can be whole."""
    file: BankFile = wire.load(one.payload)
    suffix, content = banks.render(file, settings.banks[file.payer.bank], datetime.fromisoformat(one.at))
    return _publish(settings, store, one, now, file.folder, str(file.name), suffix, content)


def _mark(room: ReadingRoom, settings: Settings, store: Store, one: Waiting, now: datetime) -> Delivered:
    """The sender's workbook with its bad cells marked, made by the child process. One that cannot be marked without
    loss is not marked: the receipt has it all."""
    copy: MarkedCopy = wire.load(one.payload)
    name = str(copy.name)
    source = folder.archived(settings.archive, copy.sha256, copy.suffix)
    target = settings.state / "scratch" / f"{one.key}{copy.suffix}"
    marks = [Mark(sheet, cell, cast("Level", level), str(text)) for sheet, cell, level, text in copy.marks]
    told = {desk.DROP_PROPERTY: str(copy.drop), desk.HASH_PROPERTY: copy.sha256}
    try:
        room.mark(source, target, marks, settings.words.entries["product.name"], told)
    except (CannotMark, NotReadable) as why:
        LOG.info("%s is not marked: %s", copy.source, why.args[0])
        with store.transaction() as tx:
            tx.mark(one.key, "done", detail=str(why.args[0]), done_at=now.isoformat())
        reason = settings.words.entries.get(f"unmarked.{why.args[0]}") or settings.words.entries["unmarked.other"]
        return Delivered("copy", name, "", "unmarked", reason)
    content = target.read_bytes()
    target.unlink()
    return _publish(settings, store, one, now, copy.folder, name, copy.suffix, content)


def _publish(
    settings: Settings, store: Store, one: Waiting, now: datetime, place: str, name: str, suffix: str, content: bytes
) -> Delivered:
    """Keep it in the archive, put it into its folder, and say where."""
    sha256 = hashlib.sha256(content).hexdigest()
    folder.archive(settings.archive, content, sha256, suffix)
    try:
        path = folder.publish(settings.out_folder(place), name, suffix, content)
    except OSError as error:  # letters carry it all the same: from the archive, under the name it is to have
        told = Delivered(one.sort, name, "", "new", str(error))
        return _not_yet(store, one, now, settings, told, path=f"{folder.safe_name(name)}{suffix}", detail=sha256)
    where = str(path.relative_to(settings.home)) if path.is_relative_to(settings.home) else str(path)
    passing("workbook published")
    with store.transaction() as tx:
        tx.mark(one.key, "done", path=where, detail=sha256, done_at=now.isoformat())
        tx.journal([("delivery", "written", where, sha256)], now)
    passing("workbook marked")
    return Delivered(one.sort, name, where, "done")


def _send(postbox: Postbox, settings: Settings, store: Store, one: Waiting, now: datetime) -> Delivered:
    plan: LetterPlan = secrets.with_code(settings, wire.load(one.payload))
    with store.transaction() as tx:
        attached = tuple(_attachment(settings, *tx.written(key)) for key in plan.attach)
        tx.mark(one.key, "sending", attempts=one.attempts + 1)
    date = datetime.fromisoformat(one.at).astimezone()
    letter = Letter(one.key, (plan.to,), plan.subject, plan.text, plan.html, tuple(a for a in attached if a), (), date)
    passing("letter about to leave")
    posted = postbox.send(letter)
    passing("letter left")
    told = Delivered("letter", plan.subject, plan.to, str(posted.outcome), posted.detail if posted.refused else "")
    if posted.outcome is Outcome.SENT:
        with store.transaction() as tx:
            tx.mark(one.key, "sent", path=posted.detail or None, done_at=now.isoformat(), next_try=None)
            tx.journal([("delivery", "sent", plan.to, one.key)], now)
        passing("letter marked")
        return told
    LOG.warning("letter %s to %s: %s %s", one.key, plan.to, posted.outcome, posted.detail)
    state = {Outcome.FAILED: "failed", Outcome.UNKNOWN: "unknown"}.get(posted.outcome, "new")
    return _not_yet(store, one, now, settings, Delivered("letter", plan.subject, plan.to, state, posted.detail))


def _not_yet(store: Store, one: Waiting, now: datetime, settings: Settings, told: Delivered, **known: str) -> Delivered:
    """It waits and is tried again with growing delay: a letter a bounded number of times, a workbook until it works."""
    attempts = one.attempts + 1
    last = told.state == "failed" or (one.sort == "letter" and attempts >= settings.toml.mail.attempts)
    state = "failed" if last and told.state != "unknown" else told.state
    later = None if last else next_try(now, attempts).isoformat()
    with store.transaction() as tx:
        tx.mark(one.key, state, **{"attempts": attempts, "next_try": later, "detail": told.trouble, **known})
        tx.journal([("delivery", state, told.where or told.what, told.trouble)], now)
    return Delivered(told.sort, told.what, told.where, state, told.trouble)


def _attachment(settings: Settings, path: str | None, sha256: str | None) -> Attachment | None:
    """A written workbook from the archive, so that a second sending carries the same bytes."""
    if not path or not sha256:
        return None
    suffix = PurePath(path).suffix
    content = folder.archived(settings.archive, sha256, suffix).read_bytes()
    return Attachment(path.replace("\\", "/").rsplit("/", 1)[-1], content, _MEDIA.get(suffix, XLSX))


def open_postbox(settings: Settings) -> Postbox:
    """The postbox of the settings: folders of .eml files, or an SMTP server. Secrets: environment, else keyring."""
    mail = settings.toml.mail
    if mail.transport == "folder":
        own = {
            to: Folder(
                path,
                mail.sender,
                missing=settings.words.speak(say("doctor.letters_missing", address=to, path=str(path))),
            )
            for to, path in settings.own_folders.items()
        }
        return Folders(Folder(settings.out_folder("letters"), mail.sender), own)
    token = os.environ.get("ROBOTS_MAIL_TOKEN")
    return Smtp(
        mail.host, mail.port, mail.sender, security=mail.security, user=mail.user,
        password=None if token or not mail.user else _password(mail.user),
        token=(lambda: os.environ["ROBOTS_MAIL_TOKEN"]) if token else None, timeout=mail.timeout,
    )  # fmt: skip


def _password(user: str) -> str | None:
    if password := os.environ.get("ROBOTS_MAIL_PASSWORD"):
        return password
    try:
        return keyring.get_password("robots-mail", user)
    except KeyringError:  # a server without a keyring: then the environment is the only place
        return None
