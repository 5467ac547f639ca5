"""The secret behind approval codes: where it is kept, made once, and what the edge does with it.

The environment's ROBOTS_APPROVAL_SECRET goes first; else the keyring of this machine; where there is none, a file in
the state folder that only its owner can read. A code is made when its letter leaves, and a code that comes back is
turned into a tag before anything is stored: no table, journal, queue or log ever holds one.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import keyring
import pyarrow as pa
from keyring.errors import KeyringError

from robots.edge.points import passing
from robots.edge.settings import Settings
from robots.kinds import known
from robots.model import codes
from robots.model.letters import CODE, LetterPlan
from robots.model.names import header_word
from robots.reading.reader import Aside, Reading

VARIABLE, SERVICE, FILE = "ROBOTS_APPROVAL_SECRET", "robots-approvals", "approval.key"
Where = Literal["environment", "keyring", "file", ""]
_LENGTH = 32


def find(settings: Settings) -> tuple[Where, bytes]:
    """Where the home's secret is kept, and the secret; ('', b'') where there is none yet."""
    if given := os.environ.get(VARIABLE):
        return "environment", given.encode()
    if kept := _from_keyring(settings):
        return "keyring", bytes.fromhex(kept)
    file = _file(settings)
    return ("file", bytes.fromhex(file.read_text("ascii"))) if file.exists() else ("", b"")


def make(settings: Settings) -> Where:
    """Make the home's secret where it has none. Returns where it is kept."""
    where, _ = find(settings)
    if where:
        return where
    secret = secrets.token_hex(_LENGTH)
    try:
        keyring.set_password(SERVICE, str(settings.home), secret)
    except KeyringError:  # a server without a keyring: a file that nobody else can read
        _write(_file(settings), secret)
        return "file"
    return "keyring"


def _from_keyring(settings: Settings) -> str | None:
    try:
        return keyring.get_password(SERVICE, str(settings.home))
    except KeyringError:  # as above
        return None


def _file(settings: Settings) -> Path:
    return settings.state / FILE


def _write(path: Path, secret: str) -> None:
    """Never readable by others, not even while it is written; put in place whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".tmp")
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    passing("secret written aside")
    aside.replace(path)


def with_tags(settings: Settings) -> Settings:
    """Settings whose rules can tell which code approves what. Without approvers no secret is needed or made."""
    if not settings.rules.people.approvers:
        return settings
    make(settings)
    _, secret = find(settings)

    def tag(digest: str) -> str:
        return codes.tag_of(secret, codes.code_of(secret, digest))

    return replace(settings, rules=replace(settings.rules, tag=tag))


def with_code(settings: Settings, plan: LetterPlan) -> LetterPlan:
    """A letter as it leaves: its code in the place that was left for it."""
    if not plan.code:
        return plan
    code = codes.code_of(find(settings)[1], plan.code)
    return replace(plan, text=plan.text.replace(CODE, code), html=plan.html.replace(CODE, code))


# ------------------------------------------------------------------ what comes back


def blinded(settings: Settings, reading: Reading) -> Reading:
    """A reading in which typed codes are tags: those of rows that were taken, and those of rows set aside."""
    hidden = [name for name, kind in known().items() if kind.hidden and name in reading.tables]
    sheets = {one.sheet for one in reading.taken if known()[one.kind].hidden}
    if not hidden and not sheets:
        return reading
    secret = find(settings)[1]
    tables = {name: _tagged(table, name, secret) for name, table in reading.tables.items()}
    words = {header_word(word) for name in hidden for word in _words(settings, name)}
    asides = tuple(_without(aside, words) if aside.sheet in sheets else aside for aside in reading.asides)
    return replace(reading, tables=tables, asides=asides)


def _words(settings: Settings, kind: str) -> Iterator[str]:
    yield from settings.lexicon.vocabularies[kind].columns[known()[kind].hidden]


def _tagged(table: pa.Table, kind: str, secret: bytes) -> pa.Table:
    if not (name := known()[kind].hidden):
        return table
    tags = [codes.tag_of(secret, typed) if typed else None for typed in table[name].to_pylist()]
    return table.set_column(table.column_names.index(name), name, pa.array(tags, pa.string()))


def _without(aside: Aside, words: set[str]) -> Aside:
    cells = tuple((title, "" if header_word(title) in words else text) for title, text in aside.cells)
    return replace(aside, cells=cells)
