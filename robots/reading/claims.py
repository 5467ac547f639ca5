"""Which kinds a table feeds, and which column is which field: by words that are known, never by resemblance."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from functools import cached_property
from typing import Any, Protocol, TypeVar

from robots.cells import CURRENCY, DATE, IDENTIFIER, MOMENT, MONEY, PERIOD, PRICE, STRETCH, currency_of, is_unit
from robots.kinds import Field, Kind
from robots.kinds.words import Dialect, Lexicon
from robots.model.findings import Finding, Level, column_letter, finding
from robots.model.names import fold, header_path, header_word
from robots.model.words import say
from robots.reading.facts import Fact, Facts, named, period_in
from robots.reading.forms import Returned
from robots.reading.grid import Grid
from robots.reading.headers import SEARCHED_ROWS, Header, Heading


@dataclass(frozen=True)
class Claim:
    """One kind takes a table: the heading of each of its fields, and what stands beside the table.

    `facts` are fields told once for all rows by a cell, `fixed` by a name or the config. `own` are required fields in
    columns that no other kind reads. `values`: fields of which one at least must be filled, for rows made of columns.
    `more`: fields that the sender's config gathers → their further columns, in the order in which they count;
    `authors`: the columns of those whose comments do not count for a field.
    """

    kind: Kind
    columns: Mapping[str, Heading]
    facts: Mapping[str, Fact] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    values: tuple[str, ...] = ()
    more: Mapping[str, tuple[Heading, ...]] = field(default_factory=dict)
    authors: Mapping[str, tuple[Heading, ...]] = field(default_factory=dict)

    def headings(self, name: str) -> tuple[Heading, ...]:
        """Every column of a field that has any."""
        return (self.columns[name], *self.more.get(name, ()))

    @property
    def read(self) -> frozenset[int]:
        """Every column that is read."""
        fields = (heading for name in self.columns for heading in self.headings(name))
        authors = (heading for headings in self.authors.values() for heading in headings)
        return frozenset(heading.column for heading in (*fields, *authors))

    @property
    def told(self) -> frozenset[str]:
        """Every field that has a source."""
        return frozenset({*self.columns, *self.facts, *self.fixed})


@dataclass(frozen=True)
class Words:
    """The lexicon as look-ups, for one file: what a word means in each kind.

    `chosen`: it is a form of ours, whose words are those that we offer. `back`: a list that we handed out to be
    answered. `above`: the titles of a sheet.
    """

    lexicon: Lexicon
    kinds: Mapping[str, Kind]
    dialect: Dialect | None = None
    file: str = ""
    above: tuple[str, ...] = ()
    chosen: bool = False
    back: Returned | None = None

    @cached_property
    def fields(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """Kind → normalised header word (or path) → the fields that read it. The sender's own words come first."""
        table = {} if self.dialect and self.dialect.only else self._common()
        for kind in self.dialect.columns if self.dialect else ():
            own: dict[str, tuple[str, ...]] = {}
            for name, words in self.own(kind).items():
                for word in words:
                    own[word] = (*own.get(word, ()), name)
            named_here = set(self.own(kind))
            others = {w: names for w, names in table.get(kind, {}).items() if named_here.isdisjoint(names)}
            table[kind] = others | own
        return table

    def own(self, kind: str) -> dict[str, tuple[str, ...]]:
        """Field → the sender's own words for it, normalised."""
        named = self.dialect.words(kind) if self.dialect else {}
        return {name: tuple(map(header_path, words)) for name, words in named.items()}

    def gathers(self, kind: str, name: str) -> bool:
        """Does the sender's config say how a field is gathered from several columns or values?"""
        picked = self.dialect is not None and self.dialect.pick(kind, name) is not None
        return picked or len(self.own(kind).get(name, ())) > 1

    def _common(self) -> dict[str, Mapping[str, tuple[str, ...]]]:
        silent = {name for name, kind in self.kinds.items() if not self.says(kind)}
        return {name: {} if name in silent else words.fields for name, words in self.lexicon.vocabularies.items()}

    @cached_property
    def meant(self) -> frozenset[str]:
        """Every normalised word that is a field of some kind."""
        return frozenset(word for words in self.fields.values() for word in words)

    @cached_property
    def known(self) -> frozenset[str]:
        """Every header word that means something here."""
        return self.meant | self.ignored

    @cached_property
    def spelled(self) -> frozenset[str]:
        """Every header word of a field, as the config spells it."""
        kinds = self.dialect.columns if self.dialect else ()
        own = {word for k in kinds if self.dialect for words in self.dialect.words(k).values() for word in words}
        if self.dialect and self.dialect.only:
            return frozenset(own)
        vocabularies = self.lexicon.vocabularies.values()
        return frozenset(own | {word for v in vocabularies for words in v.columns.values() for word in words})

    @cached_property
    def ignored(self) -> frozenset[str]:
        """Header words known and left alone by name."""
        return frozenset(header_path(word) for word in self._ignore if "*" not in word)

    @property
    def _ignore(self) -> tuple[str, ...]:
        return (*self.lexicon.ignore, *(self.dialect.ignore if self.dialect else ()))

    @cached_property
    def _ignored_patterns(self) -> tuple[str, ...]:
        return tuple(fold(word).casefold() for word in self._ignore if "*" in word)

    def ignores(self, heading: Heading) -> bool:
        """Is a column left alone by name, or by a pattern of names?"""
        name = fold(heading.shown).casefold()
        return not self.ignored.isdisjoint(heading.words) or any(fnmatch(name, p) for p in self._ignored_patterns)

    @cached_property
    def hints(self) -> frozenset[str]:
        """Words of a row under the header that says how to fill it in (必填, 文本)."""
        return frozenset(header_word(word) for word in self.lexicon.hints)

    def usual(self, kind: str, name: str) -> str:
        """The word that people usually have for a field."""
        return self.lexicon.vocabularies[kind].columns[name][0]

    def constants(self, kind: str, sheet: str, beside: Collection[str] = ()) -> dict[str, str]:
        """Fields that the sender's config, the file's name or the sheet's name tell for all rows. What is told `beside`
        the table goes before what a name seems to say."""
        fields = self.kinds[kind].by_name
        periods = [name for name, spec in fields.items() if spec.type in (PERIOD, STRETCH) and name not in beside]
        period = period_in(*self.above, sheet, self.file) if periods else None
        found = dict.fromkeys(periods, period) if period else {}
        found |= {n: text for n, text in self.titled(kind, (*self.above, sheet, self.file)).items() if n not in beside}
        if self.dialect is not None:
            told = named(self.dialect.file_facts, self.file) | named(self.dialect.sheet_facts, sheet)
            found |= dict(self.dialect.constants.get(kind, {})) | {n: text for n, text in told.items() if n in fields}
        return found

    def titled(self, kind: str, lines: Iterable[str]) -> dict[str, str]:
        """Fields that a kind finds in titles and names: the first line that tells each."""
        told: dict[str, str] = {}
        for name, patterns in self.kinds[kind].titled.items():
            matches = (re.search(pattern, fold(line)) for line in lines for pattern in patterns)
            if match := next(filter(None, matches), None):
                told[name] = match[name]
        return told

    def says(self, kind: Kind) -> bool:
        """May a sheet be of a kind, by what its titles and names say?"""
        return not kind.alone or any(re.search(kind.alone, fold(line).casefold()) for line in (*self.above, self.file))

    def under(self, lines: Sequence[str]) -> Words:
        """These words for a sheet with some titles, where a kind that is known by its titles finds itself in them."""
        here = replace(self, above=tuple(lines))
        return here if any(kind.alone and here.says(kind) for kind in self.kinds.values()) else self


def dialect_for(name: str, dialects: tuple[Dialect, ...], grids: Iterable[Grid] = ()) -> Dialect | None:
    """The first dialect whose file patterns fit the file's name, else the first that is known by the header words."""
    named = next((d for d in dialects if any(fnmatch(name.casefold(), p.casefold()) for p in d.files)), None)
    if named is not None or not any(dialect.known_by for dialect in dialects):
        return named
    rows = [{_plainly(c) for c in row if isinstance(c, str)} for g in grids for row in g.rows[:SEARCHED_ROWS]]
    signs = ((dialect, set(map(_plainly, group))) for dialect in dialects for group in dialect.known_by if group)
    return next((dialect for dialect, group in signs if any(group <= row for row in rows)), None)


def _plainly(word: str) -> str:
    """A header word as a program writes it: what people do to words is not looked for, as every sheet is asked."""
    return word.strip().casefold()


Wanted = Mapping[str, list[Heading]]


def claim_table(sheet: str, header: Header, facts: Facts, words: Words) -> tuple[list[Claim], list[Finding]]:
    """The kinds that take a table, and what was doubtful: a field that two columns could be is a question."""
    wanted = {name: wanted_columns(header, words, name) for name in words.kinds}
    kinds = (kind for kind in words.kinds.values() if words.says(kind))
    whole = [_claim(sheet, kind, wanted[kind.name], facts, words) for kind in kinds]
    wide = alone([claim for claim in whole if _takes(claim)])
    kept = [claim for claim in _without_guests(wide, words) if not _stands_aside(claim, wanted, words)]
    twins = list(_twins(sheet, header, kept, words))
    doubts = {claim.kind.name: _doubts(sheet, header, claim.kind, wanted[claim.kind.name], words) for claim in kept}
    sure = [_without(claim, doubts[claim.kind.name]) for claim in kept if not twins]
    claims = [claim for claim in sure if _takes(claim)]
    findings = [*twins, *(doubt for found in doubts.values() for doubt in found.values())]
    claims = [replace(claim, authors=_authors(claim, header, words)) for claim in claims]
    return [_with_own(claim, claims) for claim in claims], findings


class _Taker(Protocol):
    @property
    def kind(self) -> Kind: ...


_T = TypeVar("_T", bound=_Taker)


def alone(takers: Sequence[_T]) -> list[_T]:
    """Those that take a table; where one of them is of a kind that stands alone, no other kind does."""
    return [one for one in takers if one.kind.alone] or list(takers)


def _claim(sheet: str, kind: Kind, wanted: Wanted, facts: Facts, words: Words) -> Claim:
    columns = {name: _preferred(found, kind.field(name), words)[0] for name, found in wanted.items()}
    several = {name: found for name, found in wanted.items() if words.gathers(kind.name, name)}
    columns |= {name: found[0] for name, found in several.items()}
    beside = told_beside(kind, facts, words)
    fixed = {name: text for name, text in words.constants(kind.name, sheet, beside).items() if name not in columns}
    beside = {n: fact for n, fact in beside.items() if n not in columns and n not in fixed}
    more = {name: tuple(found[1:]) for name, found in several.items()}
    return Claim(kind, columns, beside, fixed, more=more)


def _authors(claim: Claim, header: Header, words: Words) -> dict[str, tuple[Heading, ...]]:
    """The columns that tell whose comments do not count, for each field that is the first comment of another."""
    found = {}
    for name in claim.more:
        pick = words.dialect.pick(claim.kind.name, name) if words.dialect else None
        named = {header_path(word) for word in pick.first_by_other_than} if pick else set()
        found[name] = tuple(heading for heading in header.headings if not named.isdisjoint(heading.words))
    return {name: headings for name, headings in found.items() if headings}


def told_beside(kind: Kind, facts: Facts, words: Words) -> dict[str, Fact]:
    """Fields of a kind that a label beside the table tells; one told twice and differently is not told."""
    found: dict[str, Fact] = {}
    for label, values in facts.items():
        for name in words.fields.get(kind.name, {}).get(label, ()):
            if len(values) == 1 and name not in found and _is_likely(kind.field(name), values[0]):
                found[name] = values[0]
    return found


def _is_likely(spec: Field, fact: Fact) -> bool:
    """Is it what the label asks for, not an instruction how to fill it in (合同编号:没有可不填)?"""
    if spec.type is IDENTIFIER and isinstance(fact.value, str):
        return re.search("[0-9A-Za-z]", fact.value) is not None
    if header_word(fact.label) == "单位":  # 单位:万元 is the unit of the amounts
        return is_unit(str(fact.value)) and "元" not in str(fact.value)
    return spec.type is not CURRENCY or currency_of(str(fact.value)) != ""


def wanted_columns(header: Header, words: Words, kind: str) -> dict[str, list[Heading]]:
    """Every column that each field could be. A column is what its most specific known name says, for every kind. Those
    of a field that the sender's config gathers stand in the order of its words."""
    wanted: dict[str, list[Heading]] = {}
    lookup = words.fields.get(kind, {})
    for heading in header.headings:
        word = next((word for word in heading.words if word in words.meant), "")
        for name in lookup.get(word, ()):
            wanted.setdefault(name, []).append(heading)
    for name, found in wanted.items():
        wanted[name] = _first_named(found, words.kinds[kind].by_name.get(name))
    for name, own in words.own(kind).items():
        if len(own) > 1 and name in wanted:
            wanted[name].sort(key=lambda heading: min(own.index(word) for word in heading.words if word in own))
    return wanted


def _first_named(found: list[Heading], spec: Field | None) -> list[Heading]:
    """Of several columns for one field, those that are no second choice for it."""
    second = spec.else_by if spec else ()
    return [heading for heading in found if set(second).isdisjoint(heading.words)] or found


def _is_delicate(spec: Field) -> bool:
    """Money, accounts and dates: where two columns could be meant, it is asked, however they are spelled."""
    return spec.account or spec.type in (MONEY, PRICE, DATE, MOMENT)


def _preferred(found: list[Heading], spec: Field, words: Words) -> list[Heading]:
    """Of several columns for one field, the one that is spelled exactly as we know it; a delicate field has no such."""
    if len(found) < 2 or _is_delicate(spec):
        return found
    exact = [heading for heading in found if fold(heading.parts[-1]) in words.spelled]
    return exact if len(exact) == 1 else found


def _without(claim: Claim, doubts: Collection[str]) -> Claim:
    return replace(claim, columns={name: heading for name, heading in claim.columns.items() if name not in doubts})


def _doubts(sheet: str, header: Header, kind: Kind, wanted: Wanted, words: Words) -> dict[str, Finding]:
    asked = ((name, found) for name, found in wanted.items() if not words.gathers(kind.name, name))
    several = ((name, _preferred(found, kind.field(name), words)) for name, found in asked)
    return {name: _two_columns(sheet, header, kind, name, found, words) for name, found in several if len(found) > 1}


def _two_columns(sheet: str, header: Header, kind: Kind, name: str, found: list[Heading], words: Words) -> Finding:
    places = " / ".join(f"{column_letter(h.column)} {h.shown}" for h in found)
    cell = f"{column_letter(found[0].column)}{header.below}"
    level = Level.ERROR if kind.field(name).required else Level.QUESTION
    usual = words.usual(kind.name, name)
    return finding("FIELD_TWICE", level, sheet, cell, kind=say(f"kind.{kind.name}"), field=usual, columns=places)


def _takes(claim: Claim) -> bool:
    """Are all required fields told, and does the table itself name its rows (not only what stands beside it)?"""
    kind, told = claim.kind, claim.told
    if not claim.columns or not set(required_of(claim)) <= told:
        return False
    if not kind.is_told_by(told):
        return False
    by_itself = set(required_of(claim)) & set(claim.columns)
    return bool(by_itself) and (not claim.facts or 2 * len(claim.columns) >= len(told))


def required_of(claim: Claim) -> tuple[str, ...]:
    """The required fields; in place of one that is not told, the one that it is found from."""
    told, fields = claim.told, [claim.kind.field(name) for name in claim.kind.required]
    return tuple(one.instead if one.name not in told and one.instead in told else one.name for one in fields)


def _twins(sheet: str, header: Header, claims: list[Claim], words: Words) -> Iterator[Finding]:
    """Two kinds that need the very same columns, and nothing tells which of them is meant: a question."""
    if words.dialect and words.dialect.columns:
        return
    for n, one in enumerate(claims):
        for other in claims[n + 1 :]:
            mine, theirs = _columns(one, required_of(one)), _columns(other, required_of(other))
            if mine == theirs and not _tells(one, other) and not _tells(other, one):
                kinds = tuple(say(f"kind.{claim.kind.name}") for claim in (one, other))
                cell = f"{column_letter(min(mine))}{header.below}"
                yield finding("KIND_TWICE", Level.QUESTION, sheet, cell, one=kinds[0], other=kinds[1])


def _tells(claim: Claim, other: Claim) -> bool:
    return bool(_columns(claim, claim.kind.telling) - _columns(other))


def _without_guests(claims: list[Claim], words: Words) -> Iterator[Claim]:
    """A kind that would read nothing of its own beside another gives way (a vendor column is no vendor ledger)."""
    for claim in claims:
        others = [other for other in claims if other is not claim]
        if any(_columns(claim) < _columns(other) for other in others):
            continue
        if _is_named(claim, words) or not any(_is_guest(claim, other) for other in others):
            yield claim


def _is_named(claim: Claim, words: Words) -> bool:
    """Does the sender's own config say that its sheets are of this kind?"""
    return bool(words.dialect and claim.kind.name in words.dialect.columns)


def _is_guest(claim: Claim, host: Claim) -> bool:
    """Are all required columns of the one read by the other, not the reverse, and does nothing tell that it is both?"""
    required, of_host = _columns(claim, required_of(claim)), _columns(host, required_of(host))
    return required <= _columns(host) and not of_host <= _columns(claim) and not _tells(claim, host)


def _stands_aside(claim: Claim, wanted: Mapping[str, Mapping[str, Any]], words: Words) -> bool:
    """Is it a kind whose required fields stand in every ledger, on a sheet that is nearly another one?

    An order ledger without prices is an order ledger that lacks a column; its 状态 makes it no vendor ledger.
    """
    tells = any(name in claim.columns for name in claim.kind.telling)
    if not claim.kind.any_of or tells or _is_named(claim, words):
        return False
    others = (kind for name, kind in words.kinds.items() if name != claim.kind.name and not kind.any_of)
    return any(is_near(kind, wanted[kind.name]) for kind in others)


def is_near(kind: Kind, found: Collection[str]) -> bool:
    """At least half of the required fields, and three columns in all."""
    return len(found) >= 3 and 2 * len(set(kind.required) & set(found)) >= len(kind.required)


def _columns(claim: Claim, fields: Collection[str] | None = None) -> set[int]:
    """The columns of a claim, or of some of its fields."""
    return {heading.column for name, heading in claim.columns.items() if fields is None or name in fields}


def _with_own(claim: Claim, claims: list[Claim]) -> Claim:
    """Required fields in columns that no other kind reads: where these are blank, the row is not of this kind."""
    others = {column for other in claims if other is not claim for column in _columns(other)}
    own = {f for f in required_of(claim) if f in claim.columns and claim.columns[f].column not in others}
    return replace(claim, own=frozenset(own) if len(claims) > 1 else frozenset())


def nearest_kind(header: Header, facts: Facts, words: Words) -> tuple[str, list[str]] | None:
    """The kind a table nobody takes comes closest to, and the required fields it lacks."""
    best: tuple[float, str, list[str]] | None = None
    sent = words.dialect.columns if words.dialect else ()
    for name, kind in words.kinds.items():
        if sent and name not in sent:
            continue
        beside = told_beside(kind, facts, words)
        found = {*wanted_columns(header, words, name), *beside, *words.titled(name, (*words.above, words.file))}
        share = len(found & set(kind.required)) / len(kind.required)
        lacks = [required for required in kind.required if required not in found]
        if lacks and is_near(kind, found) and (best is None or share > best[0]):
            best = share, name, lacks
    return (best[1], best[2]) if best else None
