"""What people call things: the vocabulary of a kind and the dialect of a sender, as plain values from `config/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from robots.model.names import header_word


@dataclass(frozen=True)
class Vocabulary:
    """The words of one kind: header words per field, words per canonical value of a choice field."""

    kind: str
    title: Mapping[str, str]
    columns: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def choices(self, name: str) -> dict[str, str]:
        """Normalised word → canonical value of a choice field."""
        table = self.values.get(name, {})
        return {header_word(word): canon for canon, words in table.items() for word in (canon, *words)}


@dataclass(frozen=True)
class Dialect:
    """How one sender or system writes: which files, which of its columns is which field of which kind.

    `columns`: kind → field → header word. `ignore`: header words that are known and not needed. `blank`: words that
    mean "not known". `constants`: kind → field → value, for facts the workbook does not repeat.
    """

    sender: str
    files: tuple[str, ...]
    columns: Mapping[str, Mapping[str, str]]
    ignore: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    date_order: str = ""
    constants: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Lexicon:
    """Everything the reader knows about words: vocabularies by kind, dialects, columns ignored by name."""

    vocabularies: Mapping[str, Vocabulary]
    dialects: tuple[Dialect, ...] = ()
    ignore: tuple[str, ...] = ()
    totals: tuple[str, ...] = ("合计", "小计", "总计", "累计", "total", "subtotal", "grandtotal", "sum")
    read_hidden: bool = False
    blank: tuple[str, ...] = ()
    currency: str = ""
