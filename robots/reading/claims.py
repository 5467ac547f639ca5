"""Which kinds a sheet feeds, and which column is which field: by words that are known, never by resemblance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property

from robots.kinds import Kind
from robots.kinds.words import Dialect, Lexicon
from robots.model.findings import Finding, Level, column_letter, finding
from robots.model.names import header_word
from robots.model.words import say
from robots.reading.headers import ARROW, Header, Heading


@dataclass(frozen=True)
class Claim:
    """One kind takes a sheet: the heading of each of its fields."""

    kind: Kind
    columns: Mapping[str, Heading]
    own: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Words:
    """The lexicon as look-ups, for one file: kind → word → field."""

    lexicon: Lexicon
    kinds: Mapping[str, Kind]
    dialect: Dialect | None = None

    @cached_property
    def fields(self) -> dict[str, dict[str, str]]:
        """Kind → normalised header word (or path) → field."""
        if self.dialect:
            return {
                kind: {_normal(word): field for field, word in columns.items()}
                for kind, columns in self.dialect.columns.items()
            }
        return {
            kind: {_normal(word): field for field, words in vocabulary.columns.items() for word in (*words, field)}
            for kind, vocabulary in self.lexicon.vocabularies.items()
        }

    @cached_property
    def several(self) -> dict[str, dict[str, list[str]]]:
        """Kind → normalised word → every field that reads it (one column may feed two: received and accepted)."""
        if not self.dialect:
            return {kind: {word: [name] for word, name in words.items()} for kind, words in self.fields.items()}
        table: dict[str, dict[str, list[str]]] = {}
        for kind, columns in self.dialect.columns.items():
            for name, word in columns.items():
                table.setdefault(kind, {}).setdefault(_normal(word), []).append(name)
        return table

    @cached_property
    def known(self) -> frozenset[str]:
        """Every header word that means something here."""
        ignored = (self.dialect.ignore if self.dialect else ()) + self.lexicon.ignore
        fields = {word for words in self.fields.values() for word in words}
        return frozenset(fields | {_normal(word) for word in ignored})

    @cached_property
    def ignored(self) -> frozenset[str]:
        """Header words known and left alone by name."""
        extra = self.dialect.ignore if self.dialect else ()
        return frozenset(_normal(word) for word in (*self.lexicon.ignore, *extra))


def dialect_for(name: str, dialects: tuple[Dialect, ...]) -> Dialect | None:
    """The first dialect whose file patterns fit the file's name."""
    return next((d for d in dialects if any(fnmatch(name.casefold(), p.casefold()) for p in d.files)), None)


def _normal(word: str) -> str:
    return ARROW.join(header_word(part) for part in word.split(ARROW))


def claim_sheet(sheet: str, header: Header, words: Words) -> tuple[list[Claim], list[Finding]]:
    """The kinds that take a sheet, and what was doubtful: a field that two columns could be is a question."""
    claims: list[Claim] = []
    findings: list[Finding] = []
    for name, kind in words.kinds.items():
        columns, doubts = _match(sheet, header, kind, words.several.get(name, {}))
        if _takes(kind, {*columns, *(field for field, _ in doubts)}, words):
            findings += [doubt for _, doubt in doubts]
            if set(kind.required) <= set(columns):
                claims.append(Claim(kind, columns))
    claims = list(_without_guests(claims))
    return [_with_own(claim, claims) for claim in claims], findings


def _match(
    sheet: str, header: Header, kind: Kind, lookup: Mapping[str, list[str]]
) -> tuple[dict[str, Heading], list[tuple[str, Finding]]]:
    wanted: dict[str, list[Heading]] = {}
    for heading in header.headings:
        word = next((word for word in heading.words if word in lookup), None)
        for field in lookup.get(word, ()) if word else ():
            wanted.setdefault(field, []).append(heading)
    columns = {field: found[0] for field, found in wanted.items() if len(found) == 1}
    doubts = [(f, _two_columns(sheet, header, kind, f, found)) for f, found in wanted.items() if len(found) > 1]
    return columns, doubts


def _two_columns(sheet: str, header: Header, kind: Kind, field: str, found: list[Heading]) -> Finding:
    places = " / ".join(f"{column_letter(h.column)} {h.shown}" for h in found)
    cell = f"{column_letter(found[0].column)}{header.below}"
    level = Level.ERROR if kind.field(field).required else Level.QUESTION
    return finding("FIELD_TWICE", level, sheet, cell, kind=say(f"kind.{kind.name}"), field=field, columns=places)


def _takes(kind: Kind, matched: set[str], words: Words) -> bool:
    constants = words.dialect.constants.get(kind.name, {}) if words.dialect else {}
    has_own = not kind.any_of or bool(matched & set(kind.any_of))
    return bool(matched) and has_own and set(kind.required) <= matched | set(constants)


def _without_guests(claims: list[Claim]) -> Iterator[Claim]:
    """A kind that would read nothing of its own beside another gives way (a vendor column is no vendor ledger)."""
    for claim in claims:
        columns = _columns(claim)
        if not any(columns < _columns(other) for other in claims if other is not claim):
            yield claim


def _columns(claim: Claim) -> set[int]:
    return {heading.column for heading in claim.columns.values()}


def _with_own(claim: Claim, claims: list[Claim]) -> Claim:
    """Required fields in columns that no other kind reads: where these are blank, the row is not of this kind."""
    others = {column for other in claims if other is not claim for column in _columns(other)}
    own = {f for f in claim.kind.required if f in claim.columns and claim.columns[f].column not in others}
    return Claim(claim.kind, claim.columns, frozenset(own) if len(claims) > 1 else frozenset())


def nearest_kind(header: Header, words: Words) -> tuple[str, list[str]] | None:
    """The kind a sheet nobody takes comes closest to, and the required fields it lacks."""
    best: tuple[float, str, list[str]] | None = None
    for name, kind in words.kinds.items():
        lookup = words.fields.get(name, {})
        found = {lookup[word] for h in header.headings for word in h.words if word in lookup}
        share = len(found & set(kind.required)) / len(kind.required)
        if share >= 0.5 and len(found) >= 3 and (best is None or share > best[0]):
            best = share, name, [f for f in kind.required if f not in found]
    return (best[1], best[2]) if best else None
