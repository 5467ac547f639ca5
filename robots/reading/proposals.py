"""What an unknown word may mean: a proposal for a person, as the line to paste into the config. It decides nothing."""

from __future__ import annotations

from collections.abc import Collection

from rapidfuzz import fuzz, process

from robots.kinds.words import Vocabulary
from robots.model.names import header_word

_LIKELY = 60.0


def likely_field(word: str, vocabulary: Vocabulary, taken: Collection[str] = ()) -> str | None:
    """The field, not yet taken, whose words are most like this one; None where none is like it."""
    by_word = {
        header_word(known): name for name, words in vocabulary.columns.items() if name not in taken for known in words
    }
    near = process.extractOne(header_word(word), by_word.keys(), scorer=fuzz.ratio, score_cutoff=_LIKELY)
    return by_word[near[0]] if near else None


def likely_value(word: str, vocabulary: Vocabulary, field: str) -> str | None:
    """The canonical value of a choice field whose words are most like this one."""
    choices = vocabulary.choices(field)
    near = process.extractOne(header_word(word), choices.keys(), scorer=fuzz.ratio, score_cutoff=_LIKELY)
    return choices[near[0]] if near else None


def column_line(word: str, vocabulary: Vocabulary | None, taken: Collection[str] = ()) -> tuple[str, str]:
    """Where in the home's config, and the line to paste there, for a header word that nobody knew.

    >>> column_line("产品 照片", None)
    ('config/kinds/_common.toml', 'ignore = ["产品 照片"]')
    """
    field = likely_field(word, vocabulary, taken) if vocabulary else None
    if field is None or vocabulary is None:
        return "config/kinds/_common.toml", f"ignore = [{quoted(word)}]"
    return f"config/kinds/{vocabulary.kind}.toml [columns]", f"{field} = [{quoted(word)}]"


def quoted(word: str) -> str:
    """A TOML string; white space of any sort as a space, what cannot be seen by its number."""
    return '"' + "".join(map(_sign, word)) + '"'


def _sign(sign: str) -> str:
    if sign in '\\"':
        return f"\\{sign}"
    if sign.isprintable():
        return sign
    is_half = "\ud800" <= sign <= "\udfff"  # of a surrogate pair: nothing that TOML can name
    return " " if sign.isspace() or is_half else f"\\U{ord(sign):08x}"
