"""Our own configuration: shipped files with the home's laid over them, checked at once, all problems listed."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, EmailStr, Field, TypeAdapter, ValidationError

from robots.edge import banks
from robots.kinds import known
from robots.kinds.words import Dialect, Expected, Foot, Lexicon, Pick, Vocabulary
from robots.model.calendar import Calendar
from robots.model.decisions import Payer
from robots.model.names import header_word, identity
from robots.model.words import Catalogue, Text, flatten, say
from robots.roster import When, parse_when
from robots.rules import SUBJECTS, People, Rules, Unusable, laid, meant_by, nearest, overlay, unfold, unknown_names

SHIPPED = Path(__file__).resolve().parents[2]
LANGUAGES = ("zh", "en")
FOLDER_NAMES = {"zh": {"inbox": "收件箱", "outbox": "发件箱"}, "en": {"inbox": "inbox", "outbox": "outbox"}}
OUT_FOLDERS = {
    "zh": {
        "receipts": "回执",
        "reports": "报表",
        "vendors": "供应商版",
        "payments": "付款",
        "alerts": "预警",
        "forms": "表单",
        "letters": "邮件",
    },
    "en": {n: n for n in ("receipts", "reports", "vendors", "payments", "alerts", "forms", "letters")},
}


Problems = list[Text]  # gathered while files are read, spoken together in the home's language


class ConfigurationError(Exception):
    """The configuration cannot be used; `problems` lists everything that is wrong with it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Folders(_Strict):
    """Where the home keeps what."""

    inbox: str = ""
    outbox: str = ""
    archive: str = "archive"
    state: str = "state"


class Intake(_Strict):
    """When a file is taken, and what reading it may cost."""

    quiet_seconds: float = Field(ge=0)
    keep: bool
    read_hidden: bool
    largest_mb: int = Field(gt=0)
    unpacked_mb: int = Field(gt=0)
    seconds: float = Field(gt=0)
    memory_mb: int = Field(gt=0)


class Database(_Strict):
    """Where the ledger is kept."""

    url: str = ""


class Mail(_Strict):
    """How letters leave, and to whom."""

    transport: Literal["folder", "smtp"]
    sender: str
    host: str = ""
    port: int = 465
    security: Literal["ssl", "starttls", "none"] = "ssl"
    user: str = ""
    timeout: float = Field(default=30, gt=0)
    attempts: int = Field(default=12, gt=0)
    roles: dict[str, list[str]]
    folders: dict[str, str] = {}


class Crew(_Strict):
    """When one robot works."""

    when: list[str]


class Account(_Strict):
    """An account of ours that is paid from; `bank` names a file of config/banks."""

    bank: str
    holder: str = Field(min_length=1)
    account: str = Field(min_length=1)
    currency: str = Field(pattern="^[A-Z]{3}$")
    bank_name: str = ""
    bank_code: str = ""
    bic: str = ""


class Payments(_Strict):
    """From when on invoices are ours to settle, and the accounts that are paid from."""

    settle_from: date | Literal[""] = ""
    accounts: dict[str, Account] = {}


class Approving(_Strict):
    """Who puts payment batches up, and who approves them: name → role."""

    preparer: str = ""
    approvers: dict[str, str] = {}


class RobotsToml(_Strict):
    """The whole of robots.toml."""

    language: Literal["zh", "en"]
    currency: str = Field(pattern="^[A-Z]{3}$")
    country: str = Field(pattern="^[A-Z]{2}$")
    folders: Folders
    intake: Intake
    database: Database
    mail: Mail
    crew: dict[str, Crew]
    payments: Payments
    approvals: Approving = Approving()


@dataclass(frozen=True)
class Settings:
    """Everything a turn needs to know, checked."""

    home: Path
    toml: RobotsToml
    lexicon: Lexicon
    rules: Rules
    words: Catalogue
    crew: dict[str, tuple[When, ...]]
    on_news: frozenset[str]
    titles: dict[str, str] = field(default_factory=dict)
    banks: Mapping[str, BaseModel] = field(default_factory=dict)

    @cached_property
    def words_print(self) -> str:
        """A fingerprint of everything the reader knows: with other words, the same file is news."""
        return hashlib.sha256(repr(self.lexicon).encode()).hexdigest()[:16]

    @property
    def inbox(self) -> Path:
        """Where people drop workbooks."""
        return self.home / (self.toml.folders.inbox or FOLDER_NAMES[self.toml.language]["inbox"])

    @property
    def outbox(self) -> Path:
        """Where the robots put what they made."""
        return self.home / (self.toml.folders.outbox or FOLDER_NAMES[self.toml.language]["outbox"])

    @property
    def archive(self) -> Path:
        """Originals by content."""
        return self.home / self.toml.folders.archive

    @property
    def state(self) -> Path:
        """Database, lease, heartbeat: a local disk."""
        return self.home / self.toml.folders.state

    def out_folder(self, name: str) -> Path:
        """The folder of one sort of output."""
        return self.outbox / OUT_FOLDERS[self.toml.language][name]

    @property
    def own_folders(self) -> dict[str, Path]:
        """Address → the folder that its letters go to, and no other's. The team makes it, and says who may open it."""
        return {address.casefold(): self.home / path for address, path in self.toml.mail.folders.items()}

    @property
    def exposed(self) -> tuple[str, ...]:
        """Approvers whose codes others can read: letters are written into folders, theirs into none of their own."""
        if self.toml.mail.transport != "folder":
            return ()
        own = {address: path.resolve() for address, path in self.own_folders.items()}
        everybodys = {self.home, self.inbox, self.outbox, *map(self.out_folder, OUT_FOLDERS[self.toml.language])}
        everybodys = {path.resolve() for path in everybodys}
        held = Counter(own.values())
        private = {address for address, path in own.items() if held[path] == 1 and path not in everybodys}
        addresses = {name: self.toml.mail.roles[role][0] for name, role in self.toml.approvals.approvers.items()}
        return tuple(name for name, address in addresses.items() if address.casefold() not in private)

    @property
    def unreached(self) -> tuple[str, ...]:
        """Approvers whose letters wait, for their own folder is not there."""
        if self.toml.mail.transport != "folder":
            return ()
        lost = {address for address, path in self.own_folders.items() if not path.is_dir()}
        roles = self.toml.mail.roles
        return tuple(name for name, role in self.toml.approvals.approvers.items() if roles[role][0].casefold() in lost)


def find_home(given: str | None) -> Path:
    """The home asked for: --home, else ROBOTS_HOME, else ./home."""
    return Path(given or os.environ.get("ROBOTS_HOME") or "home").resolve()


def demo_home(given: str | None) -> Path:
    """Where the demo lives: --home, else ./demo. ROBOTS_HOME is a real home and is left alone."""
    return Path(given or "demo").resolve()


def shipped_words(language: str) -> Catalogue:
    """The catalogue of a language before any home is known."""
    return _catalogue(Path(), language, _words(Path(), []), [])


def load(home: Path, robots: tuple[str, ...]) -> Settings:
    """Read and check everything. Raises ConfigurationError with all problems, not the first one."""
    problems: Problems = []
    own = home / "config"
    toml = _robots_toml(own, robots, problems)
    layouts = dict(_banks(own, problems))
    words_of_kinds = _words(own, problems)
    lexicon = _lexicon(own, words_of_kinds, layouts, problems)
    words = _catalogue(own, toml.language if toml else "zh", words_of_kinds, problems)
    rules = _rules(own, toml, home, problems)
    problems += _account_problems(own / "robots.toml", toml.payments, layouts) if toml else []
    if problems or toml is None:
        raise ConfigurationError([words.speak(one) for one in problems])
    crew = {name: tuple(w for text in entry.when if (w := parse_when(text))) for name, entry in toml.crew.items()}
    on_news = frozenset(name for name, entry in toml.crew.items() if "news" in entry.when)
    titles = {name: vocabulary.title[toml.language] for name, vocabulary in lexicon.vocabularies.items()}
    lexicon = replace(lexicon, read_hidden=toml.intake.read_hidden, currency=toml.currency)
    settings = Settings(home, toml, lexicon, rules, words, crew, on_news, titles, layouts)
    return replace(
        settings,
        rules=replace(rules, people=replace(rules.people, exposed=settings.exposed, unreached=settings.unreached)),
    )


# ------------------------------------------------------------------ files


@lru_cache(maxsize=256)
def _parsed(text: str) -> dict[str, Any]:
    """What a text of TOML says, to be read only: most texts are the same each time."""
    return tomllib.loads(text, parse_float=Decimal)


@cache
def _checker(shape: Any) -> TypeAdapter[Any]:
    """What checks values of a shape: to make one takes longer than its checks."""
    return TypeAdapter(shape)


def _read(path: Path, problems: Problems) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return _parsed(path.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        problems.append(say("config.not_utf8", file=str(path)))
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+), column (\d+)", str(error))
        problems.append(say("config.syntax", file=str(path), line=at and at[1], column=at and at[2]))
    return {}


def _files(own: Path, folder: str) -> Iterator[tuple[str, Path]]:
    """(stem, path) of every TOML file of a folder: the shipped ones, then the home's."""
    for root in (SHIPPED / "config", own):
        yield from ((path.stem, path) for path in sorted((root / folder).glob("*.toml")))


def _merged(own: Path, folder: str, problems: Problems) -> dict[str, dict[str, Any]]:
    merged: dict[str, dict[str, Any]] = {}
    for stem, path in _files(own, folder):
        merged[stem] = overlay(merged.get(stem, {}), _read(path, problems))
    return merged


def _told(where: str, error: ValidationError) -> Iterator[Text]:
    """Everything that a check found: which key, what was given, what is allowed."""
    for one in error.errors():
        key = ".".join(str(part) for part in one["loc"] if part != "[key]")
        cause = one.get("ctx", {}).get("error")
        if isinstance(cause, Unusable):
            yield from (_value(where, f"{key}.{w.key}" if key else w.key, w.given, w.allowed) for w in cause.wrongs)
        else:
            given = None if one["type"] == "missing" else one["input"]
            yield _value(where, key, given, _allowed(one))


def _value(where: str, key: str, given: Any, allowed: Text) -> Text:
    if given is None or isinstance(given, dict | list | tuple):
        return say("config.key", where=where, key=key, allowed=allowed)
    return say("config.value", where=where, key=key, given=str(given), allowed=allowed)


_SORTS = {"int": "whole", "decimal": "number", "float": "number", "finite": "number", "string": "text", "bool": "truth",
          "tuple": "many", "list": "many", "dict": "table", "mapping": "table", "dataclass": "table",
          "date": "day"}  # fmt: skip
_BOUNDS = {"greater_than_equal": "ge", "less_than_equal": "le", "greater_than": "gt"}


def _allowed(error: Any) -> Text:
    """What would be right in place of what pydantic complains of; its own words where we have none."""
    sort, context = error["type"], error.get("ctx", {})
    if sort in _BOUNDS:
        return say(f"config.{_BOUNDS[sort]}", bound=str(context[_BOUNDS[sort]]))
    if sort == "literal_error":
        return say("config.one_of", names=context["expected"])
    if sort in ("missing", "extra_forbidden"):
        return say(f"config.{sort}")
    if sort == "string_pattern_mismatch":
        return say("config.like_pattern", pattern=str(context["pattern"]))
    kind = _SORTS.get(sort.split("_", 1)[0])
    return say(f"config.is_{kind}") if kind else str(error["msg"])


def _robots_toml(own: Path, robots: tuple[str, ...], problems: Problems) -> RobotsToml | None:
    path = own / "robots.toml"
    raw = overlay(_read(SHIPPED / "config" / "robots.toml", problems), _read(path, problems))
    try:
        toml = RobotsToml.model_validate(raw)
    except ValidationError as error:
        problems += _told(str(path), error)
        return None
    problems += _roster_problems(path, toml, robots)
    problems += _mail_problems(path, toml.mail)
    problems += _approval_problems(path, toml)
    return toml


def _roster_problems(path: Path, toml: RobotsToml, robots: tuple[str, ...]) -> Iterator[Text]:
    for name, entry in toml.crew.items():
        if name not in robots:
            yield _unknown(str(path), f"crew.{name}", nearest(name, robots), robots)
        for text in entry.when:
            try:
                parse_when(text)
            except ValueError:
                yield _value(str(path), f"crew.{name}.when", text, say("config.is_when"))
    for name in robots:
        if name not in toml.crew:
            yield _value(str(path), f"crew.{name}", None, say("config.robot_missing"))


def _unknown(where: str, name: str, meant: str, known_ones: Iterable[str] = ()) -> Text:
    """A name that nothing answers to, with the one that was probably meant, else with those that there are."""
    if meant:
        return say("config.unknown_meant", where=where, name=name, meant=meant)
    return say("config.unknown", where=where, name=name, names=", ".join(known_ones) or None)


def _mail_problems(path: Path, mail: Mail) -> Iterator[Text]:
    addresses = [("sender", mail.sender), *((f"roles.{r}", a) for r, to in mail.roles.items() for a in to)]
    for where, address in addresses:
        try:
            _checker(EmailStr).validate_python(address)
        except ValidationError:
            yield _value(str(path), f"mail.{where}", address, say("config.is_address"))
    known_ones = {address.casefold() for addresses in mail.roles.values() for address in addresses}
    for address in mail.folders:
        if address.casefold() not in known_ones:
            yield _value(str(path), f"mail.folders.{address}", None, say("config.folder_of_nobody"))
    if mail.transport == "smtp" and not mail.host:
        yield _value(str(path), "mail.host", None, say("config.host_missing"))


def _approval_problems(path: Path, toml: RobotsToml) -> Iterator[Text]:
    """A code goes to one person: each approver has a role of one address, which no other approver holds."""
    held: dict[str, str] = {}
    approvers = toml.approvals.approvers
    if approvers and not toml.approvals.preparer.strip():
        yield _value(str(path), "approvals.preparer", None, say("config.preparer_missing"))
    for name, role in approvers.items():
        key = f"approvals.approvers.{name}"
        addresses = toml.mail.roles.get(role, [])
        if identity(name) == identity(toml.approvals.preparer):
            yield _value(str(path), key, None, say("config.approver_prepares"))
        if len(addresses) != 1:
            yield _value(str(path), key, role, say("config.approver_addresses", role=role, count=len(addresses)))
        elif (other := held.setdefault(addresses[0].casefold(), name)) != name:
            yield _value(str(path), key, addresses[0], say("config.approver_shared", other=other))


# ------------------------------------------------------------------ banks


def _banks(own: Path, problems: Problems) -> Iterator[tuple[str, BaseModel]]:
    """Each bank's layout, by the name of its file."""
    for name, raw in _merged(own, "banks", problems).items():
        where = f"config/banks/{name}.toml"
        try:
            yield name, banks.layout(raw)
        except KeyError as error:
            given, names = error.args[0], ", ".join(banks.formats())
            problems.append(_value(where, "format", given, say("config.one_of", names=names)))
        except ValidationError as error:
            problems += _told(where, error)


def _account_problems(path: Path, payments: Payments, known_banks: Mapping[str, BaseModel]) -> Iterator[Text]:
    """One account for each currency: two would be two files for one batch, and that is money paid twice."""
    seen: dict[str, str] = {}
    for name, one in payments.accounts.items():
        if one.bank not in known_banks:
            names = ", ".join(sorted(known_banks))
            yield _value(str(path), f"payments.accounts.{name}.bank", one.bank, say("config.no_bank", names=names))
        if other := seen.get(one.currency):
            told = say("config.currency_twice", other=other)
            yield _value(str(path), f"payments.accounts.{name}.currency", one.currency, told)
        seen.setdefault(one.currency, name)


# ------------------------------------------------------------------ words


def _words(own: Path, problems: Problems) -> dict[str, dict[str, Any]]:
    """The words of every kind: a home's own are added to the shipped ones, never put in their place."""
    merged: dict[str, dict[str, Any]] = {}
    for stem, path in _files(own, "kinds"):
        merged[stem] = _extended(merged.get(stem, {}), _read(path, problems))
    return merged


def _extended(below: Any, above: Any) -> Any:
    if isinstance(below, dict) and isinstance(above, dict):
        return below | {name: _extended(below.get(name), value) for name, value in above.items()}
    return [*below, *above] if isinstance(below, list) and isinstance(above, list) else above


def _lexicon(
    own: Path, words: Mapping[str, dict[str, Any]], layouts: Mapping[str, BaseModel], problems: Problems
) -> Lexicon:
    common = words.get("_common", {})
    raw, kinds = {name: told for name, told in words.items() if name != "_common"}, known()
    problems += [_unknown("config/kinds", f"{name}.toml", nearest(name, kinds)) for name in raw if name not in kinds]
    vocabularies = {name: _vocabulary(name, raw.get(name, {}), problems) for name in kinds}
    sources = _with_banks(_merged(own, "sources", problems), layouts)
    sources = {name: _like(name, table, sources, problems) for name, table in sources.items()}
    dialects = tuple(d for name, table in sources.items() if (d := _dialect(name, table, problems)) is not None)
    ignore, totals, blank, hints = (tuple(common.get(name, ())) for name in ("ignore", "totals", "blank", "hints"))
    return Lexicon(vocabularies, dialects, ignore, totals, blank=blank, hints=hints)


def _with_banks(sources: dict[str, dict[str, Any]], layouts: Mapping[str, BaseModel]) -> dict[str, dict[str, Any]]:
    """The sources there are, then our own bank files as they come back; a source of a bank's name is laid over that."""
    back = {name: source for name, layout in layouts.items() if (source := banks.returned(layout))}
    return sources | {name: overlay(source, sources.get(name, {})) for name, source in back.items()}


def _like(name: str, table: dict[str, Any], sources: dict[str, dict[str, Any]], problems: Problems) -> dict[str, Any]:
    """A source that is like another one but for what it says itself (a second tracker of the same make)."""
    if "like" not in table:
        return table
    base = sources.get(str(table["like"]))
    if base is None or "like" in base:
        alone = ", ".join(sorted(one for one, told in sources.items() if one != name and "like" not in told))
        problems.append(_value(f"config/sources/{name}.toml", "like", table["like"], say("config.like", names=alone)))
    return overlay(base or {}, {key: value for key, value in table.items() if key != "like"})


def _vocabulary(name: str, raw: dict[str, Any], problems: Problems) -> Vocabulary:
    where = f"config/kinds/{name}.toml"
    by_name = known()[name].by_name
    columns = {column: tuple(words) for column, words in raw.get("columns", {}).items()}
    problems += [_unknown(where, f"columns.{c}", nearest(c, by_name), by_name) for c in columns if c not in by_name]
    problems += [_value(where, f"columns.{c}", None, say("config.no_words")) for c in by_name if not columns.get(c)]
    seen: dict[str, str] = {}
    for column, words in columns.items():
        for word in words:
            other = seen.setdefault(header_word(word), column)
            if other != column and not (by_name[other].edge and by_name[column].edge):
                problems.append(say("config.word_twice", where=where, word=word, first=other, second=column))
    values = {f: {canon: tuple(ws) for canon, ws in table.items()} for f, table in raw.get("values", {}).items()}
    title = {language: raw.get("title", {}).get(language, name) for language in LANGUAGES}
    return Vocabulary(name, title, columns, values)


class _Expected(_Strict):
    columns: tuple[str, ...] = ()
    least: int = Field(default=0, ge=0)
    most: int | None = None


class _Foot(_Strict):
    parts: tuple[str, ...] = Field(min_length=1)
    total: str


class _Pick(_Strict):
    pattern: str = ""
    values: dict[str, str] = {}
    first_by_other_than: tuple[str, ...] = ()


class _Source(_Strict):
    """One file of config/sources: see Dialect for what each entry means."""

    files: tuple[str, ...] = ()
    known_by: tuple[tuple[str, ...], ...] = ()
    columns: dict[str, dict[str, str | tuple[str, ...]]] = {}
    pick: dict[str, dict[str, _Pick]] = {}
    cut: str = ""
    only: bool = False
    ignore: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    date_order: Literal["", "ymd", "mdy", "dmy"] = ""
    constants: dict[str, dict[str, str]] = {}
    file_facts: str = ""
    sheet_facts: str = ""
    fill_down: tuple[str, ...] = ()
    expect: dict[str, _Expected] = {}
    foots: tuple[_Foot, ...] = ()
    totals_foot: bool = False


def _dialect(name: str, raw: dict[str, Any], problems: Problems) -> Dialect | None:
    where = f"config/sources/{name}.toml"
    try:
        source = _Source.model_validate(raw)
    except ValidationError as error:
        problems += _told(where, error)
        return None
    problems += _source_problems(where, source)
    plain = {f: getattr(source, f) for f in _Source.model_fields if f not in ("expect", "foots", "pick")}
    expect = {kind: Expected(**entry.model_dump()) for kind, entry in source.expect.items()}
    picks = {
        kind: {field: Pick(**entry.model_dump()) for field, entry in fields.items()}
        for kind, fields in source.pick.items()
    }
    foots = tuple(Foot(f.parts, f.total) for f in source.foots)
    return Dialect(name, expect=expect, foots=foots, picks=picks, **plain)


def _source_problems(where: str, source: _Source) -> Iterator[Text]:
    kinds = known()
    if not source.files and not any(source.known_by):
        yield _value(where, "files", None, say("config.no_files"))
    tables_of: dict[str, Mapping[str, Mapping[str, Any]]] = {
        "columns": source.columns, "constants": source.constants, "pick": source.pick,
    }  # fmt: skip
    for title, entries in (*tables_of.items(), ("expect", source.expect)):
        yield from (
            _unknown(where, f"{title}.{kind}", nearest(kind, kinds), kinds) for kind in entries if kind not in kinds
        )
    for title, tables in tables_of.items():
        for kind, named in tables.items():
            fields = kinds[kind].by_name if kind in kinds else named
            unknown = sorted(set(named) - set(fields))
            yield from (_unknown(where, f"{title}.{kind}.{one}", nearest(one, fields), fields) for one in unknown)
    yield from _pattern_problems(where, source)
    known_fields = {field for kind in kinds.values() for field in kind.by_name}
    for title, pattern in (("file_facts", source.file_facts), ("sheet_facts", source.sheet_facts)):
        try:
            groups = re.compile(pattern).groupindex
        except re.error as error:
            yield _no_pattern(where, title, pattern, error)
        else:
            yield from (_no_field(where, title, name, known_fields) for name in groups if name not in known_fields)
    yield from (
        _no_field(where, "fill_down", name, known_fields) for name in source.fill_down if name not in known_fields
    )
    for kind, rows in source.expect.items():
        if rows.most is not None and rows.most < rows.least:
            yield _value(where, f"expect.{kind}.most", rows.most, say("config.ge", bound=str(rows.least)))


def _no_field(where: str, title: str, name: str, fields: Collection[str]) -> Text:
    meant = nearest(name, fields)
    return _value(where, title, name, say("config.no_field_meant", meant=meant) if meant else say("config.no_field"))


def _no_pattern(where: str, title: str, pattern: str, error: re.error) -> Text:
    return _value(where, title, pattern, say("config.no_pattern", at=None if error.pos is None else error.pos + 1))


def _pattern_problems(where: str, source: _Source) -> Iterator[Text]:
    """Patterns that are none. One that fits nothing at all would cut or pick nothing, and needs no word here."""
    picks = ((f"pick.{k}.{f}", pick.pattern) for k, fields in source.pick.items() for f, pick in fields.items())
    for title, pattern in (("cut", source.cut), *picks):
        try:
            re.compile(pattern)
        except re.error as error:
            yield _no_pattern(where, title, pattern, error)


def _catalogue(own: Path, language: str, words: Mapping[str, dict[str, Any]], problems: Problems) -> Catalogue:
    said = flatten(_merged(own, "languages", problems).get(language, {}))
    titles = {name: raw["title"].get(language, name) for name, raw in words.items() if "title" in raw}
    kinds = {f"kind.{name}": title[:1].lower() + title[1:] for name, title in titles.items()}  # within a sentence
    return Catalogue(language, {**kinds, **said})


# ------------------------------------------------------------------ rules and calendar


def _rules(own: Path, toml: RobotsToml | None, home: Path, problems: Problems) -> Rules:
    entries: dict[str, tuple[tuple[date, Any], ...]] = {}
    raw: dict[str, list[dict[str, Any]]] = {}
    for stem, path in _files(own, "rules"):
        raw.setdefault(stem, []).extend(_read(path, problems).get("in_force", []))
    problems += [
        _unknown("config/rules", f"{name}.toml", nearest(name, SUBJECTS), SUBJECTS)
        for name in raw
        if name not in SUBJECTS
    ]
    for subject, shape in SUBJECTS.items():
        entries[subject] = tuple(_validated(subject, shape, raw.get(subject, []), problems))
    settle_from = toml.payments.settle_from if toml and toml.payments.settle_from else _first_day(home)
    calendar = _calendar(own, toml.country if toml else "CN", problems)
    people = People(toml.approvals.preparer, toml.approvals.approvers) if toml else People()
    accounts = toml.payments.accounts.values() if toml else ()
    payers = {one.currency: Payer(**one.model_dump()) for one in accounts}
    return Rules(entries, calendar, settle_from, toml.currency if toml else "CNY", people, payers=payers)


def _validated(subject: str, shape: type, raw: list[dict[str, Any]], problems: Problems) -> Iterator[tuple[date, Any]]:
    where = f"config/rules/{subject}.toml"
    undated = [entry for entry in raw if not isinstance(entry.get("from"), date)]
    problems += [say("config.undated", where=where) for _ in undated]
    problems += [
        _unknown(f"{where} ({entry['from']})", name, meant_by(shape, name), _names_of(shape))
        for entry in raw
        for name in unknown_names(shape, entry)
        if name != "from" and isinstance(entry.get("from"), date)
    ]
    for since, values in unfold(entry for entry in raw if isinstance(entry.get("from"), date)):
        try:
            yield since, _checker(shape).validate_python(values)
        except ValidationError as error:
            problems += _told(f"{where} ({since})", error)


def _names_of(shape: type) -> list[str]:
    return [one.name for one in fields(shape)]


def under_other_rules(file: str, rules: Rules, words: Catalogue) -> tuple[str, Rules]:
    """A file's name, and the rules with its numbers laid over every dated entry: `[scorecard] tolerance_days = 2`.

    Raises ConfigurationError with everything that is wrong with the file.
    """
    path = Path(file)
    problems: Problems = [] if path.is_file() else [say("config.no_file", file=str(path))]
    raw = _read(path, problems)
    if not raw and not problems:
        problems.append(say("config.empty", file=str(path), names=", ".join(SUBJECTS)))
    problems += [_unknown(str(path), name, nearest(name, SUBJECTS), SUBJECTS) for name in raw if name not in SUBJECTS]
    entries = {
        subject: tuple(_laid_over(path, subject, dated, raw[subject], problems)) if subject in raw else dated
        for subject, dated in rules.entries.items()
    }
    if problems:  # an entry of each date says the same of itself
        raise ConfigurationError(list(dict.fromkeys(words.speak(one) for one in problems)))
    return path.stem, replace(rules, entries=entries)


def _laid_over(
    path: Path, subject: str, dated: tuple[tuple[date, Any], ...], above: Any, problems: Problems
) -> Iterator[tuple[date, Any]]:
    where = f"{path} [{subject}]"
    if not isinstance(above, dict):
        problems.append(_value(str(path), subject, above, say("config.is_subject", subject=subject)))
        return
    shape = SUBJECTS[subject]
    problems += [_unknown(where, name, meant_by(shape, name), _names_of(shape)) for name in unknown_names(shape, above)]
    for since, values in dated:
        try:
            yield since, _checker(shape).validate_python(laid(asdict(values), above))
        except ValidationError as error:
            problems += _told(where, error)


def _first_day(home: Path) -> date:
    """The day the home was made, as `init` wrote it; a home without it settles nothing of the past."""
    marker = home / "config" / "since"
    try:
        return date.fromisoformat(marker.read_text("utf-8").strip())
    except (OSError, ValueError):
        return date.max


def _calendar(own: Path, country: str, problems: Problems) -> Calendar:
    days: dict[date, bool] = {}
    years: set[int] = set()
    for stem, path in _files(own, "holidays"):
        if not stem.startswith(f"{country}-"):
            continue
        table = _read(path, problems)
        days |= dict.fromkeys(table.get("free", []), False) | dict.fromkeys(table.get("worked", []), True)
        if table.get("complete"):
            years.add(int(stem.split("-")[1]))
    return Calendar(country, days, frozenset(years))
