"""One file at the reception desk: is it whole, whose is it, what is in it. Everything it says is a value."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from robots.edge import folder
from robots.edge.excel_in import Format, Look, NotReadable, look_through
from robots.edge.folder import Claimed
from robots.edge.log import LOG
from robots.edge.markup import custom_properties
from robots.edge.reading_room import Limits, ReadingRoom
from robots.edge.settings import Settings
from robots.edge.store.database import Turn
from robots.intake import WORKBOOK_ENDINGS, Seen, is_conflict_copy
from robots.kinds.words import Lexicon
from robots.model.findings import Finding, Level, finding
from robots.model.words import Text, say
from robots.reading.claims import dialect_for
from robots.reading.net_prices import contracts_asked, with_net_prices
from robots.reading.reader import Reading

State = Literal["taken", "set_aside", "unreadable", "ignored"]
TEXT_ENDINGS = (".csv", ".tsv", ".txt")
DROP_PROPERTY, HASH_PROPERTY = "robots-drop", "robots-sha256"  # how a marked copy tells what it was made from
PATIENCE = 5  # an incomplete file that keeps still this many quiet times will not become whole any more


@dataclass(frozen=True)
class Received:
    """What became of one file, and why."""

    claimed: Claimed
    state: State
    reading: Reading
    code: str = ""

    @property
    def why(self) -> Text:
        """Why it is not taken, or why nothing of it came into the ledger; '' where there is nothing to say."""
        if self.code:
            return self.reading.findings[0].says
        if self.state != "taken" or any(one.rows for one in self.reading.taken):
            return ""
        aside = sum(one.set_aside for one in self.reading.taken)
        return say("drop.all_aside", rows=aside) if aside else say("drop.no_rows")


def open_reading_room(settings: Settings) -> ReadingRoom:
    """The child process that reads, with the home's limits and words."""
    limits = Limits(settings.toml.intake.seconds, settings.toml.intake.memory_mb)
    return ReadingRoom(settings.lexicon, limits)


def look(settings: Settings, name: str) -> Look | str:
    """A first look at a file in the inbox: its format, or the finding code that says why it cannot be read."""
    path = folder.find(settings.inbox, name)
    if path.suffix.lower() not in WORKBOOK_ENDINGS:
        return "FILE_NOT_A_WORKBOOK"
    try:
        if path.stat().st_size > settings.toml.intake.largest_mb << 20:
            return "FILE_TOO_LARGE"
        return look_through(path, settings.toml.intake.unpacked_mb << 20)
    except NotReadable as problem:
        return str(problem.args[0])
    except OSError:
        return "FILE_IN_USE"


def is_still_coming(settings: Settings, seen: Seen, looked: Look | str, now: float) -> bool:
    """An incomplete or locked file that changed a moment ago: somebody is still copying it, or has it open."""
    quiet = settings.toml.intake.quiet_seconds
    return looked in ("FILE_INCOMPLETE", "FILE_EMPTY", "FILE_IN_USE") and now - seen.since < PATIENCE * quiet


def claim(settings: Settings, seen: Seen) -> Claimed:
    """Make the file ours and keep its content for ever. Raises OSError where it cannot be moved."""
    claimed = folder.claim(settings.inbox, seen.name, settings.state / "scratch", settings.toml.intake.keep)
    folder.archive(settings.archive, claimed.path, claimed.sha256, claimed.path.suffix)
    return claimed


def under_first_name(claimed: Claimed, looked: Look | str, tx: Turn) -> Claimed:
    """A marked copy that the sender mended is the next version of the workbook it was made from, whatever its name."""
    if isinstance(looked, str) or looked.format is not Format.OOXML:
        return claimed
    told = custom_properties(claimed.path)
    name = tx.name_of_drop(told.get(DROP_PROPERTY, ""), told.get(HASH_PROPERTY, ""))
    return replace(claimed, name=name) if name else claimed


def receive(claimed: Claimed, looked: Look | str, room: ReadingRoom) -> Received:
    """Read a claimed file and tell its state."""
    if is_conflict_copy(claimed.name):
        return _refused(claimed, "set_aside", "SYNC_CONFLICT")
    if isinstance(looked, str):
        return _refused(claimed, "unreadable", looked)
    try:
        reading = room.read(claimed.path, claimed.name, looked, passwords_for(claimed.name, looked, room.lexicon))
    except NotReadable as problem:
        if len(problem.args) > 1:
            LOG.error("reading %s failed: %s", claimed.name, problem.args[1])
        return _refused(claimed, "unreadable", str(problem.args[0]))
    return _judged(claimed, looked, reading)


def completed(received: Received, tx: Turn) -> Received:
    """What was read, with what only the ledger knows: the tax rates of contracts, for prices that are told with tax."""
    rates = tx.tax_rates(contracts_asked(received.reading))
    return replace(received, reading=with_net_prices(received.reading, rates))


def _judged(claimed: Claimed, looked: Look, reading: Reading) -> Received:
    """The state of a file that could be read: taken, or with nothing in it for us."""
    if not reading.taken and looked.format is Format.TEXT and claimed.path.suffix.lower() not in TEXT_ENDINGS:
        return _refused(claimed, "unreadable", "FILE_NOT_A_WORKBOOK")
    if {found.code for found in reading.findings} == {"OWN_OUTPUT"}:
        return Received(claimed, "ignored", reading, "OWN_OUTPUT")
    codes = {found.code for found in reading.findings}
    if "FORM_BLANK" in codes and codes <= _NOTHING_WRITTEN:
        return Received(claimed, "ignored", _led_by(reading, "FORM_BLANK"), "FORM_BLANK")
    return Received(claimed, "taken", reading) if reading.taken else _not_taken(claimed, reading)


def _not_taken(claimed: Claimed, reading: Reading) -> Received:
    """A file of which no sheet was taken: a form of ours that was changed, a known sheet that cannot be used, or
    nothing known. Then the sheet that resembles a kind is what is wrong."""
    reading = replace(reading, findings=tuple(map(_as_error, reading.findings)))
    wrong = [found.code for found in reading.findings if found.level is Level.ERROR and found.sheet]
    if code := next((code for code in _FORM_REFUSED if code in wrong), next(iter(wrong), None)):
        return Received(claimed, "set_aside", _led_by(reading, code), code)
    how = say("reading.how_words") if reading.strange else ""
    nothing = finding("FILE_NOTHING_KNOWN", Level.ERROR, how=how)
    whole = replace(reading, findings=(nothing, *reading.findings))
    return Received(claimed, "set_aside", whole, nothing.code)


def _as_error(found: Finding) -> Finding:
    return replace(found, level=Level.ERROR) if found.code == "SHEET_RESEMBLES" else found


_NOTHING_WRITTEN = {"FORM_BLANK", "FORM_KNOWN", "FORM_SORTED", "FORM_ROWS_GONE", "OWN_OUTPUT"}
_FORM_REFUSED = ("FORM_CHANGED", "FORM_BROKEN")  # why a form of ours was refused weighs more than what it lacks then


def _led_by(reading: Reading, code: str) -> Reading:
    """The reading with the finding first that says why the file is not taken."""
    return replace(reading, findings=tuple(sorted(reading.findings, key=lambda found: found.code != code)))


def passwords_for(name: str, looked: Look, lexicon: Lexicon) -> list[str]:
    """What may open a locked file: its sender's password, else the one for all; environment before keyring.

    ROBOTS_PASSWORD_<SENDER>, or the keyring's service robots-workbooks with the sender's name; ROBOTS_PASSWORD and
    the name "all" for files of any sender.
    """
    if not looked.locked:
        return []
    dialect = dialect_for(name.rsplit("/", 1)[-1], lexicon.dialects)
    names = [*([dialect.sender] if dialect else []), "all"]
    return [secret for one in names if (secret := _secret(one))]


def _secret(name: str) -> str | None:
    variable = "ROBOTS_PASSWORD" if name == "all" else f"ROBOTS_PASSWORD_{name.upper().replace('-', '_')}"
    if secret := os.environ.get(variable):
        return secret
    import keyring  # noqa: PLC0415  # slow to load, and locked files are rare
    from keyring.errors import KeyringError  # noqa: PLC0415  # as above

    try:
        return keyring.get_password("robots-workbooks", name)
    except KeyringError:  # a server without a keyring: then the environment is the only place
        return None


def nothing_new(claimed: Claimed) -> Received:
    """The very content that the ledger holds already."""
    return Received(claimed, "ignored", Reading(findings=(finding("NOTHING_NEW", Level.INFO),)), "NOTHING_NEW")


def failed(claimed: Claimed) -> Received:
    """Our own code failed over this file."""
    return _refused(claimed, "unreadable", "FILE_FAILED")


def _refused(claimed: Claimed, state: State, code: str) -> Received:
    level = Level.WARNING if code == "SYNC_CONFLICT" else Level.ERROR
    return Received(claimed, state, Reading(findings=(finding(code, level),)), code)


def check(path_text: str, lexicon: Lexicon, settings: Settings) -> tuple[Reading, str]:
    """Read a file where it lies, posting nothing: (reading, finding code or '')."""
    path = Path(path_text)
    try:
        looked = look_through(path, settings.toml.intake.unpacked_mb << 20)
        with ReadingRoom(lexicon, Limits(settings.toml.intake.seconds, settings.toml.intake.memory_mb)) as room:
            reading = room.read(path, path.name, looked, passwords_for(path.name, looked, lexicon))
            return with_net_prices(reading, {}), ""
    except NotReadable as problem:
        code = str(problem.args[0])
    except FileNotFoundError:
        code = "FILE_NOT_FOUND"
    except OSError:
        code = "FILE_IN_USE"
    return Reading(findings=(finding(code, Level.ERROR),)), code


def words_of(reading: Reading) -> list[tuple[str, str, str, str, str | None]]:
    """Header words and values nobody knew, as (sheet, kind, field, word, likely); the last one is told of sheets that
    no kind takes: the field that the word may be, or ''."""
    kinds: Mapping[str, str] = {taken.sheet: taken.kind for taken in reversed(reading.taken)}
    headers = [(sheet, kinds.get(sheet, ""), "", word, None) for sheet, word in reading.unknown]
    strange = [(one.sheet, one.kind, "", one.word, one.likely) for one in reading.strange]
    values = []
    for found in reading.findings:
        if found.code == "WORD_UNKNOWN":
            told = dict(found.values)
            values.append((found.sheet, kinds.get(found.sheet, ""), str(told["field"]), str(told["seen"]), None))
    return [*headers, *strange, *dict.fromkeys(values)]
