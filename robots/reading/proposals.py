"""What an unknown word may mean: a proposal for a person, as the line to paste into the config. It decides nothing."""

from __future__ import annotations

import re
from collections.abc import Collection

from rapidfuzz import fuzz, process

from robots.kinds.words import Vocabulary
from robots.model.names import header_word

_LIKELY = 60.0


def likely_field(word: str, vocabulary: Vocabulary, taken: Collection[str] = ()) -> str | None:
    """The field, not yet taken, whose words are most like this one; None where none is like it."""
    return next(iter(alike(word, vocabulary, [name for name in vocabulary.columns if name not in taken])), None)


def alike(word: str, vocabulary: Vocabulary, fields: Collection[str]) -> dict[str, float]:
    """Of some fields those that have a word like this one, the most alike first, with how much it is (60 to 100)."""
    known = [(header_word(one), name) for name in fields for one in vocabulary.columns.get(name, ())]
    normal = [one for one, _ in known]
    near = process.extract(header_word(word), normal, scorer=fuzz.ratio, score_cutoff=_LIKELY, limit=None)
    scores: dict[str, float] = {}
    for same, score, place in near:
        if not _contradict(header_word(word), same):
            scores.setdefault(known[place][1], score)
    return scores


def _contradict(word: str, other: str) -> bool:
    """Is one about an amount with tax, the other about one without, or about the tax? A few letters tell them apart."""
    sorts = {_taxed(word), _taxed(other)} - {""}
    return len(sorts) > 1


def _taxed(word: str) -> str:
    if _WITHOUT_TAX.search(word):
        return "without"
    return "with" if _WITH_TAX.search(word) else "tax" if _TAX.search(word) else ""


_WITHOUT_TAX, _WITH_TAX = re.compile("不含税|未税|税前|净|excl|^net"), re.compile("含税|价税|税后|incl|gross")
_TAX = re.compile("税|tax|vat")


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
