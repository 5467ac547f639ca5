"""Is this machine ready? Each answer: what was looked at, ok / warn / bad, what was found."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from robots.edge import secrets
from robots.edge.settings import Settings
from robots.edge.store.database import journal_mode, open_store
from robots.model.words import Say, say

Health = Literal["ok", "warn", "bad"]
Answer = tuple[str, Health, Say]


def examine(settings: Settings, now: datetime) -> Iterator[Answer]:
    """Python, folders, database, mail, raters, calendar, fonts, Excel or LibreOffice."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield "python", "ok" if sys.version_info >= (3, 11) else "bad", say("doctor.version", version=version)
    for name, path in (("inbox", settings.inbox), ("outbox", settings.outbox), ("archive", settings.archive)):
        yield name, *_folder(path)
    yield "database", *_database(settings, now)
    yield "mail", *_mail(settings)
    yield "payments", *_payments(settings)
    yield "surveys", *_surveys(settings, now.date())
    yield "approvals", *_approvals(settings, now)
    for address, path in settings.own_folders.items():
        yield "letters", *_own_folder(address, path)
    for year in (now.year, now.year + 1):
        known = settings.rules.calendar.knows(year)
        yield "calendar", "ok" if known else "warn", say(f"doctor.year_{'known' if known else 'unknown'}", year=year)
    yield "fonts", *_fonts()
    office = shutil.which("soffice") or shutil.which("libreoffice")
    yield (
        "office",
        "ok" if office or os.name == "nt" else "warn",
        say("doctor.office" if office else "doctor.no_office"),
    )


def _folder(path: Path) -> tuple[Health, Say]:
    probe = path / f".robots-probe-{os.getpid()}"
    try:
        probe.write_text("", "utf-8")
        probe.unlink()
    except OSError as error:
        return "bad", say("doctor.folder_bad", path=str(path), why=str(error.strerror))
    return "ok", say("doctor.folder_ok", path=str(path))


def _database(settings: Settings, now: datetime) -> tuple[Health, Say]:
    try:
        store = open_store(settings.toml.database.url, settings.state, now)
        with store.transaction() as tx:
            broken = tx.journal_broken_at()
        store.close()
    except Exception as error:  # noqa: BLE001  # any driver's error is the answer
        return "bad", say("doctor.database_bad", why=type(error).__name__)
    if broken is not None:
        return "bad", say("doctor.journal_broken", number=broken)
    if settings.toml.database.url:
        return "ok", say("doctor.database_url")
    return "ok", say("doctor.sqlite", version=sqlite3.sqlite_version, mode=journal_mode(sqlite3.sqlite_version_info))


def _mail(settings: Settings) -> tuple[Health, Say]:
    mail = settings.toml.mail
    if mail.transport == "folder":
        return "warn", say("doctor.mail_folder")
    secret = any(os.environ.get(name) for name in ("ROBOTS_MAIL_PASSWORD", "ROBOTS_MAIL_TOKEN"))
    known = "doctor.mail_secret" if secret else "doctor.mail_keyring"
    return "ok", say("doctor.mail", host=mail.host, port=mail.port, secret=say(known))


def _payments(settings: Settings) -> tuple[Health, Say]:
    since = settings.rules.settle_from
    if since == date.max:
        return "bad", say("doctor.payments_unknown")
    return "ok", say("doctor.payments", since=since)


def _surveys(settings: Settings, today: date) -> tuple[Health, Say]:
    terms = settings.rules.surveys(today)
    roles = {*(rater.role for rater in terms.working.values()), terms.told}
    if not terms.working:
        return "warn", say("doctor.surveys_nobody")
    if unheld := sorted(role for role in roles if not settings.toml.mail.roles.get(role)):
        return "bad", say("doctor.surveys_role", roles=", ".join(unheld))
    return "ok", say("doctor.surveys", count=len(terms.working), names="、".join(terms.working))


def _approvals(settings: Settings, now: datetime) -> tuple[Health, Say]:
    approvers, limit = settings.rules.people.approvers, settings.rules.approvals(now.date()).two_above
    if not approvers:
        return "warn", say("doctor.approvals_nobody")
    if exposed := settings.rules.people.exposed:
        return "bad", say("doctor.approvals_exposed", names="、".join(exposed))
    where = say(f"doctor.secret.{secrets.find(settings)[0] or 'none'}")
    if len(approvers) == 1:
        return "warn", say("doctor.approvals_one", limit=limit, where=where)
    return "ok", say("doctor.approvals", count=len(approvers), where=where)


def _own_folder(address: str, path: Path) -> tuple[Health, Say]:
    """A person's own folder is there, and as far as this system tells nobody else can look into it."""
    if not path.is_dir():
        return "bad", say("doctor.letters_missing", address=address, path=str(path))
    health, says = _folder(path)
    is_open = os.name != "nt" and path.stat().st_mode & stat.S_IROTH
    return ("warn", say("doctor.letters_open", address=address, path=str(path))) if is_open else (health, says)


def _fonts() -> tuple[Health, Say]:
    if os.name == "nt" or sys.platform == "darwin":
        return "ok", say("doctor.fonts_system")
    listing = shutil.which("fc-list")
    if not listing:
        return "warn", say("doctor.fonts_unknown")
    found = subprocess.run([listing, ":lang=zh-cn"], capture_output=True, text=True, timeout=20, check=False).stdout
    return ("ok", say("doctor.fonts_ok")) if found.strip() else ("warn", say("doctor.fonts_missing"))
