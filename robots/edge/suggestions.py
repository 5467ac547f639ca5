"""What `check` and `words` say: how a file would be taken, unknown words as TOML to paste. Proposals, no decisions."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from robots.edge.settings import Settings
from robots.edge.store.database import Store
from robots.kinds import known
from robots.model.names import ARROW, header_word
from robots.model.words import Catalogue, say
from robots.reading.claims import Words
from robots.reading.headers import Heading
from robots.reading.proposals import likely_field, likely_value, quoted
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


@dataclass(frozen=True)
class Unknown:
    """A word that nobody knew: a header word, or with a `field` a value of it. `likely`: on a sheet that no kind takes,
    the field that the word may be, or ''; None where the sheet was read."""

    kind: str
    field: str
    word: str
    file: str
    sheet: str
    likely: str | None = None


def unknown(store: Store, settings: Settings) -> list[Unknown]:
    """Every word that nobody knew in the last version of a file, and nobody knows yet, with where it was met last."""
    with store.transaction() as tx:
        drops = [row for row in tx.table("drops").to_pylist() if row["state"] != "ignored"]
        rows = tx.table("words").to_pylist()
    last = {row["name"]: row["id"] for row in sorted(drops, key=lambda row: row["id"])}
    names = {drop: name for name, drop in last.items()}
    met = {(r["kind"], r["field"], r["word"]): r for r in rows if r["drop"] in names}
    words = Words(settings.lexicon, known())
    found = (
        Unknown(kind, field, word, names[row["drop"]], row["sheet"], row["likely"])
        for (kind, field, word), row in sorted(met.items())
    )
    return [one for one in found if not _is_known(one, words)]


def _is_known(one: Unknown, words: Words) -> bool:
    """Was the word added to the config since it was met?"""
    if one.field:
        vocabulary = words.lexicon.vocabularies.get(one.kind)
        return vocabulary is not None and header_word(one.word) in vocabulary.choices(one.field)
    heading = Heading(0, tuple(one.word.split(ARROW)))
    meant = words.fields.get(one.kind, {}) if one.kind else words.meant
    return words.ignores(heading) or any(word in meant for word in heading.words)


# ------------------------------------------------------------------ as TOML to paste


@dataclass
class _Page:
    """What is proposed for one table of a file of the config: name → words, each with where it was met."""

    sure: dict[str, list[Unknown]] = dataclasses.field(default_factory=dict)
    asked: dict[str, list[Unknown]] = dataclasses.field(default_factory=dict)


def as_toml(found: list[Unknown], settings: Settings) -> str:
    """Lines to paste into the home's config/kinds, each with where its words were met. What resemblance alone proposes
    for a sheet that no kind takes is a comment: a person makes it a line."""
    if not found:
        return "# " + settings.words.speak(say("words.none"))
    pages: dict[tuple[str, str], _Page] = {}
    for one in found:
        _enter(pages, one, settings)
    lines = ["# " + settings.words.speak(say("words.how"))]
    file = ""
    for (name, table), page in sorted(pages.items()):
        lines += ["", f"# {name}"] if name != file else [""]
        file = name
        lines += [*([f"[{table}]"] if table else []), *_written(page, name, settings)]
    return "\n".join([*lines, "", "# " + settings.words.speak(say("words.ignore"))])


_COMMON, _ANY = "config/kinds/_common.toml", "config/kinds/….toml"


def _enter(pages: dict[tuple[str, str], _Page], one: Unknown, settings: Settings) -> None:
    """Put a word on the page where it may belong."""
    vocabulary = settings.lexicon.vocabularies.get(one.kind)

    def page(file: str, table: str) -> _Page:
        return pages.setdefault((file, table), _Page())

    if one.field and vocabulary:
        likely = likely_value(one.word, vocabulary, one.field)
        here = page(f"config/kinds/{one.kind}.toml", f"values.{one.field}")
        for value in [likely] if likely else vocabulary.values[one.field]:
            (here.sure if likely else here.asked).setdefault(quoted(value), []).append(one)
    elif one.likely is not None:
        here = page(f"config/kinds/{one.kind}.toml" if vocabulary else _ANY, "columns")
        here.asked.setdefault(one.likely or _NOTHING, []).append(one)
    elif vocabulary and (field := likely_field(_pasted(one), vocabulary)):
        page(f"config/kinds/{one.kind}.toml", "columns").sure.setdefault(field, []).append(one)
    else:
        page(_COMMON, "").sure.setdefault("ignore", []).append(one)


_NOTHING = "…"  # stands for the name of a field, where nothing is proposed


def _pasted(one: Unknown) -> str:
    """The word of a column as it stands in the config: that of its lowest tier."""
    return one.word if one.field else one.word.split(ARROW)[-1]


def _written(page: _Page, file: str, settings: Settings) -> Iterator[str]:
    for name, words in page.sure.items():
        yield _line(name, words)
    left = any(one.likely is not None for words in page.asked.values() for one in words)
    if left:
        yield "# " + settings.words.speak(say("words.left"))
    for name, words in sorted(page.asked.items(), key=lambda entry: entry[0] == _NOTHING):
        each = [[word] for word in words] if name == _NOTHING else [words]
        yield from ("# " + _line(name, some) for some in each)
    kind = file.removeprefix("config/kinds/").removesuffix(".toml")
    if left and (vocabulary := settings.lexicon.vocabularies.get(kind)):
        fields = "、".join(f"{name} {words[0]}" for name, words in vocabulary.columns.items())
        yield "# " + settings.words.speak(say("words.fields", fields=fields))


def _line(name: str, words: list[Unknown]) -> str:
    written = ", ".join(dict.fromkeys(quoted(_pasted(one)) for one in words))
    places = "；".join(dict.fromkeys(f"{one.file} › {one.sheet}" for one in words))
    return f"{name} = [{written}]  # {quoted(places)[1:-1]}"
