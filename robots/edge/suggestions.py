"""What `check` and `words` say: how a file would be taken, unknown words as TOML to paste. Proposals, no decisions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from robots.edge.settings import Settings
from robots.edge.store.database import Store
from robots.model.names import ARROW
from robots.model.words import Catalogue, say
from robots.reading.proposals import column_line, likely_value, quoted
from robots.reading.reader import Reading

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
        lines += ["", f"# {one['file']} › {one['sheet']}", *_lines(one, settings)]
    return "\n".join(lines)


def _lines(one: dict[str, str], settings: Settings) -> Iterator[str]:
    """One unknown word as TOML: under which field it may belong, or that it is to be ignored."""
    vocabulary, word = settings.lexicon.vocabularies.get(one["kind"]), one["word"]
    if one["field"] and vocabulary:
        yield f"# config/kinds/{one['kind']}.toml"
        yield f"[values.{one['field']}]"
        likely = likely_value(word, vocabulary, one["field"])
        known = [likely] if likely else vocabulary.values[one["field"]]
        yield from (f"{'' if likely else '# '}{quoted(value)} = [{quoted(word)}]" for value in known)
        return
    place, line = column_line(word.split(ARROW)[-1], vocabulary)
    file, _, table = place.partition(" ")
    yield f"# {file}"
    yield from [table] if table else []
    yield line
    if table:
        yield "# " + settings.words.speak(say("words.ignore", word=word))
