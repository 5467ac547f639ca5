"""Carrying out what is queued: workbooks written aside and renamed, letters sent once, each outcome marked."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import keyring
from keyring.errors import KeyringError

from robots.edge import excel_out, folder
from robots.edge.log import LOG
from robots.edge.post import Folder, Outcome, Postbox, Smtp
from robots.edge.settings import Settings
from robots.edge.store.database import Store
from robots.edge.store.outbox import Waiting, next_try
from robots.model import wire
from robots.model.decisions import Workbook
from robots.model.letters import Attachment, Letter, LetterPlan

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
    postbox: Postbox | None = None
    for one in waiting:
        if one.sort == "workbook":
            done.append(_write(settings, store, one, now))
        else:
            postbox = postbox or open_postbox(settings)
            done.append(_send(settings, store, postbox, one, now))
        sees(done[-1].what)
    return done


def _write(settings: Settings, store: Store, one: Waiting, now: datetime) -> Delivered:
    workbook: Workbook = wire.load(one.payload)
    content = excel_out.render(workbook, settings.words, datetime.fromisoformat(one.at))
    name = str(workbook.name)
    sha256 = hashlib.sha256(content).hexdigest()
    folder.archive(settings.archive, content, sha256, ".xlsx")
    try:
        path = folder.publish(settings.out_folder(workbook.folder), name, ".xlsx", content)
    except OSError as error:
        return _not_yet(store, one, now, settings, Delivered("workbook", name, "", "new", str(error)))
    where = str(path.relative_to(settings.home)) if path.is_relative_to(settings.home) else str(path)
    with store.transaction() as tx:
        tx.mark(one.key, "done", path=where, detail=sha256, done_at=now.isoformat())
        tx.journal([("delivery", "written", where, sha256)], now)
    return Delivered("workbook", name, where, "done")


def _send(settings: Settings, store: Store, postbox: Postbox, one: Waiting, now: datetime) -> Delivered:
    plan: LetterPlan = wire.load(one.payload)
    with store.transaction() as tx:
        attached = tuple(_attachment(settings, *tx.written(key)) for key in plan.attach)
        tx.mark(one.key, "sending", attempts=one.attempts + 1)
    date = datetime.fromisoformat(one.at).astimezone()
    letter = Letter(one.key, (plan.to,), plan.subject, plan.text, plan.html, tuple(a for a in attached if a), (), date)
    posted = postbox.send(letter)
    told = Delivered("letter", plan.subject, plan.to, str(posted.outcome), posted.detail if posted.refused else "")
    if posted.outcome is Outcome.SENT:
        with store.transaction() as tx:
            tx.mark(one.key, "sent", path=posted.detail or None, done_at=now.isoformat(), next_try=None)
            tx.journal([("delivery", "sent", plan.to, one.key)], now)
        return told
    LOG.warning("letter %s to %s: %s %s", one.key, plan.to, posted.outcome, posted.detail)
    state = {Outcome.FAILED: "failed", Outcome.UNKNOWN: "unknown"}.get(posted.outcome, "new")
    return _not_yet(store, one, now, settings, Delivered("letter", plan.subject, plan.to, state, posted.detail))


def _not_yet(store: Store, one: Waiting, now: datetime, settings: Settings, told: Delivered) -> Delivered:
    """A temporary refusal waits and is tried again, with growing delay, a bounded number of times."""
    attempts = one.attempts + 1
    last = told.state == "failed" or attempts >= settings.toml.mail.attempts
    state = "failed" if last and told.state != "unknown" else told.state
    later = None if last else next_try(now, attempts).isoformat()
    with store.transaction() as tx:
        tx.mark(one.key, state, attempts=attempts, next_try=later, detail=told.trouble)
        tx.journal([("delivery", state, told.where or told.what, told.trouble)], now)
    return Delivered(told.sort, told.what, told.where, state, told.trouble)


def _attachment(settings: Settings, path: str | None, sha256: str | None) -> Attachment | None:
    """A written workbook from the archive, so that a second sending carries the same bytes."""
    if not path or not sha256:
        return None
    content = folder.archived(settings.archive, sha256, ".xlsx").read_bytes()
    return Attachment(path.replace("\\", "/").rsplit("/", 1)[-1], content, XLSX)


def open_postbox(settings: Settings) -> Postbox:
    """The postbox of the settings: a folder of .eml files, or an SMTP server. Secrets: environment, else keyring."""
    mail = settings.toml.mail
    if mail.transport == "folder":
        return Folder(settings.out_folder("letters"), mail.sender)
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
