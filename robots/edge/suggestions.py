"""What `check` and `words` say: how a file would be taken, unknown words as TOML to paste. Proposals, no decisions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rapidfuzz import fuzz, process

from robots.edge.settings import Settings
from robots.edge.store.database import Store
from robots.kinds.words import Vocabulary
from robots.model.names import header_word
from robots.model.words import Catalogue, say
from robots.reading.reader import Reading

_LIKELY = 60.0
_ORDER = {"error": 0, "question": 1, "warning": 2, "info": 3}


def as_values(words: Catalogue, name: str, reading: Reading, code: str) -> dict[str, Any]:
    """A reading for machines."""
    return {
        "file": name,
        "code": code,
        "taken": [
            {
                "sheet": t.sheet, "kind": t.kind, "rows": t.rows, "set_aside": t.set_aside,
                "columns": {field: heading for field, heading, _ in t.columns},
            }
            for t in reading.taken
        ],
        "findings": [
            {
                "sheet": f.sheet, "cell": f.cell, "code": f.code, "level": str(f.level),
                "says": words.speak(f.says), "fix": words.speak(f.fix),
            }
            for f in reading.findings
        ],
    }  # fmt: skip


def as_lines(words: Catalogue, name: str, reading: Reading, code: str) -> Iterator[str]:
    """A reading for people: what would be taken as what, then every finding, the worst first."""
    yield name
    for taken in reading.taken:
        kind = words.speak(say(f"kind.{taken.kind}"))
        yield "  ✔ " + words.speak(
            say("check.taken", sheet=taken.sheet, kind=kind, rows=taken.rows, aside=taken.set_aside)
        )
        yield "      " + "，".join(f"{heading} → {word}" for _, heading, word in taken.columns)
    if not reading.taken and not code:
        yield "  ✘ " + words.speak(say("check.nothing"))
    for found in sorted(reading.findings, key=lambda f: _ORDER[f.level]):
        place = " › ".join(part for part in (found.sheet, found.cell) if part)
        yield f"  [{words.speak(say(f'level.{found.level}'))}] {place} {words.speak(found.says)}"
        yield f"      → {words.speak(found.fix)}"


def unknown(store: Store) -> list[dict[str, str]]:
    """Every word that nobody knew, once, with where it was met last."""
    with store.transaction() as tx:
        drops = {row["id"]: row["name"] for row in tx.table("drops").to_pylist()}
        rows = tx.table("words").to_pylist()
    met = {(row["kind"], row["field"], row["word"]): row for row in rows}
    return [
        {"kind": kind, "field": field, "word": word, "file": drops[row["drop"]], "sheet": row["sheet"]}
        for (kind, field, word), row in sorted(met.items())
    ]


def as_toml(found: list[dict[str, str]], settings: Settings) -> str:
    """Lines to paste into the home's config/kinds, each with where it was met and what it may mean."""
    if not found:
        return "# " + settings.words.speak(say("words.none"))
    lines = ["# " + settings.words.speak(say("words.how"))]
    for one in found:
        lines += ["", f"# {one['file']} › {one['sheet']}"]
        vocabulary = settings.lexicon.vocabularies.get(one["kind"])
        if one["field"]:
            lines += [f"# config/kinds/{one['kind']}.toml", f"[values.{one['field']}]", f'"?" = ["{one["word"]}"]']
        else:
            likely = _likely(one["word"], vocabulary)
            lines += [f"# config/kinds/{one['kind'] or '?'}.toml", "[columns]", f'{likely or "?"} = ["{one["word"]}"]']
            lines += ["# " + settings.words.speak(say("words.ignore", word=one["word"]))]
    return "\n".join(lines)


def _likely(word: str, vocabulary: Vocabulary | None) -> str | None:
    """The field whose words are most like this one; a proposal for a person to read."""
    if vocabulary is None:
        return None
    by_word = {header_word(known): field for field, words in vocabulary.columns.items() for known in words}
    near = process.extractOne(header_word(word), by_word.keys(), scorer=fuzz.ratio, score_cutoff=_LIKELY)
    return by_word[near[0]] if near else None
