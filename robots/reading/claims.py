"""Which kinds a sheet feeds, and which column is which field: by words that are known, never by resemblance."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from typing import Any

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
    def spelled(self) -> frozenset[str]:
        """Every header word of a field, as the config spells it."""
        if self.dialect:
            return frozenset(word for columns in self.dialect.columns.values() for word in columns.values())
        vocabularies = self.lexicon.vocabularies.values()
        return frozenset(word for v in vocabularies for words in v.columns.values() for word in words)

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
    wanted = {name: _wanted(header, words.several.get(name, {})) for name in words.kinds}
    wide = [
        Claim(kind, _first(wanted[name])) for name, kind in words.kinds.items() if _takes(kind, wanted[name], words)
    ]
    kept = [claim for claim in _without_guests(wide, words) if not _stands_aside(claim, wanted, words)]
    doubts = {claim.kind.name: _doubts(sheet, header, claim.kind, wanted[claim.kind.name]) for claim in kept}
    sure = [_without(claim, doubts[claim.kind.name]) for claim in kept]
    claims = [claim for claim in sure if _takes(claim.kind, claim.columns, words)]
    findings = [doubt for found in doubts.values() for doubt in found.values()]
    return [_with_own(claim, claims) for claim in claims], findings


def _first(wanted: Mapping[str, list[Heading]]) -> dict[str, Heading]:
    return {field: found[0] for field, found in wanted.items()}


def _without(claim: Claim, doubts: Collection[str]) -> Claim:
    return Claim(claim.kind, {field: heading for field, heading in claim.columns.items() if field not in doubts})


def _wanted(header: Header, lookup: Mapping[str, list[str]]) -> dict[str, list[Heading]]:
    """Every column that each field could be."""
    wanted: dict[str, list[Heading]] = {}
    for heading in header.headings:
        word = next((word for word in heading.words if word in lookup), None)
        for field in lookup.get(word, ()) if word else ():
            wanted.setdefault(field, []).append(heading)
    return wanted


def _doubts(sheet: str, header: Header, kind: Kind, wanted: Mapping[str, list[Heading]]) -> dict[str, Finding]:
    return {f: _two_columns(sheet, header, kind, f, found) for f, found in wanted.items() if len(found) > 1}


def _two_columns(sheet: str, header: Header, kind: Kind, field: str, found: list[Heading]) -> Finding:
    places = " / ".join(f"{column_letter(h.column)} {h.shown}" for h in found)
    cell = f"{column_letter(found[0].column)}{header.below}"
    level = Level.ERROR if kind.field(field).required else Level.QUESTION
    return finding("FIELD_TWICE", level, sheet, cell, kind=say(f"kind.{kind.name}"), field=field, columns=places)


def _takes(kind: Kind, matched: Collection[str], words: Words) -> bool:
    constants = words.dialect.constants.get(kind.name, {}) if words.dialect else {}
    has_own = not kind.any_of or not set(kind.any_of).isdisjoint(matched)
    return bool(matched) and has_own and set(kind.required) <= {*matched, *constants}


def _without_guests(claims: list[Claim], words: Words) -> Iterator[Claim]:
    """A kind that would read nothing of its own beside another gives way (a vendor column is no vendor ledger)."""
    for claim in claims:
        others = [other for other in claims if other is not claim]
        if any(_columns(claim) < _columns(other) for other in others):
            continue
        if words.dialect or not any(_is_guest(claim, other) for other in others):
            yield claim


def _is_guest(claim: Claim, host: Claim) -> bool:
    """Are all required columns of the one read by the other, not the reverse, and does nothing tell that it is both?"""
    required, of_host = _columns(claim, claim.kind.required), _columns(host, host.kind.required)
    tells = _columns(claim, claim.kind.telling) - _columns(host)
    return required <= _columns(host) and not of_host <= _columns(claim) and not tells


def _stands_aside(claim: Claim, wanted: Mapping[str, Mapping[str, Any]], words: Words) -> bool:
    """Is it a kind whose required fields stand in every ledger, on a sheet that is nearly another one?

    An order ledger without prices is an order ledger that lacks a column; its 状态 makes it no vendor ledger.
    """
    if not claim.kind.any_of or words.dialect or any(field in claim.columns for field in claim.kind.telling):
        return False
    others = (kind for name, kind in words.kinds.items() if name != claim.kind.name and not kind.any_of)
    return any(_is_near(kind, wanted[kind.name]) for kind in others)


def _is_near(kind: Kind, found: Collection[str]) -> bool:
    """At least half of the required fields, and three columns in all."""
    return len(found) >= 3 and 2 * len(set(kind.required) & set(found)) >= len(kind.required)


def _columns(claim: Claim, fields: Collection[str] | None = None) -> set[int]:
    """The columns of a claim, or of some of its fields."""
    return {heading.column for field, heading in claim.columns.items() if fields is None or field in fields}


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
        lacks = [field for field in kind.required if field not in found]
        if lacks and _is_near(kind, found) and (best is None or share > best[0]):
            best = share, name, lacks
    return (best[1], best[2]) if best else None
