"""What people call things: the vocabulary of a kind and the dialect of a sender, as plain values from `config/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from robots.model.names import header_path, header_word


@dataclass(frozen=True)
class Vocabulary:
    """The words of one kind: header words per field, words per canonical value of a choice field."""

    kind: str
    title: Mapping[str, str]
    columns: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    @cached_property
    def fields(self) -> Mapping[str, tuple[str, ...]]:
        """Normalised header word (or path) → the fields that read it."""
        found: dict[str, tuple[str, ...]] = {}
        for name, words in self.columns.items():
            for word in map(header_path, (*words, name)):
                found[word] = (*(n for n in found.get(word, ()) if n != name), name)
        return found

    def choices(self, name: str) -> dict[str, str]:
        """Normalised word → canonical value of a choice field."""
        table = self.values.get(name, {})
        return {header_word(word): canon for canon, words in table.items() for word in (canon, *words)}


@dataclass(frozen=True)
class Expected:
    """What a sender's sheets of one kind must have: header words, and how many rows at least and at most."""

    columns: tuple[str, ...] = ()
    least: int = 0
    most: int | None = None


@dataclass(frozen=True)
class Foot:
    """Columns of a row whose figures must add up to that of another one (1月 … 12月 = 全年)."""

    parts: tuple[str, ...]
    total: str


@dataclass(frozen=True)
class Pick:
    """How one field is picked where a row holds several values: labels, comments, a product that stands for a vendor.

    A value counts only where `pattern` is found in it (its first group, if it has one, is what counts) and, where
    `values` names any, if it is one of them: value as written → what is meant. With `first_by_other_than` values are
    comments (moment;author;text), and the earliest counts whose author stands in none of these columns of the row.
    """

    pattern: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    first_by_other_than: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dialect:
    """How one sender or system writes: which files, which of its columns is which field of which kind.

    `known_by`: header words that, all of one group in a row, tell this sender's files whatever they are called.
    `columns`: kind → field → header word, or several: the first that is filled in a row counts. `picks`: kind → field →
    how it is picked. `only` says that no other words count in these files. `ignore`: header words that are known and
    not needed, * for anything. `cut`: a pattern that is cut off texts. `blank`: words that mean "not known".
    `constants`: kind → field → value, for facts the workbook does not repeat. `file_facts`, `sheet_facts`: patterns
    whose named groups are fields that the file's or the sheet's name tells. `fill_down`: fields that are written once
    for several rows. `expect`, `foots`, `totals_foot`: what must hold, else the receipt says so.
    """

    sender: str
    files: tuple[str, ...]
    columns: Mapping[str, Mapping[str, str | tuple[str, ...]]]
    ignore: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    date_order: str = ""
    constants: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    only: bool = False
    file_facts: str = ""
    sheet_facts: str = ""
    fill_down: tuple[str, ...] = ()
    expect: Mapping[str, Expected] = field(default_factory=dict)
    foots: tuple[Foot, ...] = ()
    totals_foot: bool = False
    known_by: tuple[tuple[str, ...], ...] = ()
    cut: str = ""
    picks: Mapping[str, Mapping[str, Pick]] = field(default_factory=dict)

    def words(self, kind: str) -> dict[str, tuple[str, ...]]:
        """Field → this sender's header words for it, in the order in which they count."""
        named = self.columns.get(kind, {})
        return {name: (words,) if isinstance(words, str) else tuple(words) for name, words in named.items()}

    def pick(self, kind: str, name: str) -> Pick | None:
        """How a field is picked, where it is."""
        return self.picks.get(kind, {}).get(name)


@dataclass(frozen=True)
class Lexicon:
    """Everything the reader knows about words: vocabularies by kind, dialects, columns ignored by name."""

    vocabularies: Mapping[str, Vocabulary]
    dialects: tuple[Dialect, ...] = ()
    ignore: tuple[str, ...] = ()
    totals: tuple[str, ...] = ("合计", "小计", "总计", "累计", "total", "subtotal", "grandtotal", "sum")
    read_hidden: bool = False
    blank: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    currency: str = ""
