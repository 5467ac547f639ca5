"""`explain`: what a person points at is looked up in the store; shown in a terminal, as values or as a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table as RichTable

from robots.edge import excel_out, folder
from robots.edge.settings import LANGUAGES, Settings, shipped_words
from robots.edge.store.database import Store, last_day
from robots.model.decisions import Look, Sheet, Table, Workbook
from robots.model.explanation import Explanation, Unknown
from robots.model.names import header_word
from robots.model.words import Catalogue, Say, say

if TYPE_CHECKING:
    from robots.figures.explain.reference import Meant
    from robots.ledger import Ledger

MOST_SHOWN = 50
WIDTH = 100  # of a terminal that nobody has made wider
_MOST_COLUMNS = 11
_RIGHT = (Look.MONEY, Look.NUMBER, Look.INTEGER, Look.PERCENT)


def explain(
    settings: Settings, store: Store, reference: str, today: date, whole: bool = False
) -> list[Explanation] | Unknown:
    """What is meant by a reference, explained; `whole`: a score with each of its KPIs. Changes nothing: no lease."""
    from robots.figures.explain.reference import meant  # noqa: PLC0415  # pandas loads here: other commands stay quick

    as_of = last_day(store) or today  # figures are as of the last turn, whatever the day
    with store.transaction() as tx:
        ledger = tx.ledger(as_of, 0)
        found = meant(reference, ledger, kpi_words(settings, today))
        if isinstance(found, Unknown):
            return found
        explained = _explained(found, settings, ledger, as_of, today)
        return list(explained if whole else islice(explained, 1))


def _explained(found: Meant, settings: Settings, ledger: Ledger, as_of: date, today: date) -> Iterator[Explanation]:
    from robots.figures.explain.alert import explain_alert  # noqa: PLC0415  # as above
    from robots.figures.explain.invoice import explain_invoice  # noqa: PLC0415
    from robots.figures.explain.kpi import explain_kpi  # noqa: PLC0415
    from robots.figures.explain.payment import explain_payment  # noqa: PLC0415
    from robots.figures.explain.reference import AlertOf, InvoiceOf, PaymentOf, ScoreOf  # noqa: PLC0415
    from robots.figures.explain.score import explain_score, kpis_of  # noqa: PLC0415
    from robots.figures.explain.thing import ThingOf, explain_thing  # noqa: PLC0415

    rules, fields = settings.rules, field_words(settings)
    match found:
        case AlertOf():
            yield explain_alert(found, ledger, rules, today, fields)
        case PaymentOf():
            yield explain_payment(found, ledger, rules, today, fields)
        case InvoiceOf():
            yield explain_invoice(found, ledger, rules, fields)
        case ThingOf():
            yield explain_thing(found, ledger, fields, rules.currency)
        case ScoreOf(kpi=kpi) if kpi:
            yield explain_kpi(found, ledger, rules, as_of, today)
        case ScoreOf():
            yield explain_score(found, ledger, rules, today)
            for kpi in kpis_of(found, ledger, rules):
                yield explain_kpi(ScoreOf(found.vendor, found.period, kpi), ledger, rules, as_of, today)


def kpi_words(settings: Settings, today: date) -> dict[str, str]:
    """Every name of a KPI, in both languages and as the team calls its own → its key."""
    found: dict[str, str] = {}
    for words in (settings.words, *map(shipped_words, LANGUAGES)):
        for name, text in words.entries.items():
            if name.startswith("kpi.") and name != "kpi.own":
                key = name.removeprefix("kpi.")
                found |= {header_word(word): key for word in (text, key) if header_word(word) not in found}
    own = settings.rules.scorecard(today).own
    return found | {header_word(w): key for key, kpi in own.items() for w in (key, kpi.title, kpi.title_en) if w}


def field_words(settings: Settings) -> dict[str, Mapping[str, str]]:
    """Kind → field → the word that people use for it."""
    return {
        kind: {field: words[0] for field, words in vocabulary.columns.items()}
        for kind, vocabulary in settings.lexicon.vocabularies.items()
    }


def could_be(found: Unknown, words: Catalogue) -> list[str]:
    """What is said where nothing, or too much, is meant."""
    told = [words.speak(found.says)]
    if found.could_be:
        told += [words.speak(say("explain.could_be")), *(f"  {one}" for one in found.could_be)]
    return told


# ------------------------------------------------------------------ values


def as_values(one: Explanation, words: Catalogue) -> dict[str, Any]:
    """An explanation for machines: figures as texts that keep every digit, sentences in the home's language."""
    return {
        "about": one.about,
        "title": words.speak(one.title),
        **{_key(label): _value(value, words) for label, value in one.facts},
        "sentences": [words.speak(sentence) for sentence in one.sentences],
        "tables": [table_values(table, words) for table in one.tables],
    }


def table_values(table: Table, words: Catalogue) -> dict[str, Any]:
    """A table for machines: every row as column → value."""
    keys = [_key(column.title) for column in table.columns]
    rows = [{key: _value(cell, words) for key, cell in zip(keys, row, strict=True)} for row in table.rows]
    return {"title": words.speak(table.title), "rows": rows}


def _key(label: str | Say) -> str:
    """What machines call a column: the last part of its key; a field of a kind by its name."""
    if isinstance(label, str):
        return label
    name = label.key.rsplit(".", 1)[-1]
    return str(dict(label.values)["name"]) if name == "field" else name


def _value(cell: Any, words: Catalogue) -> Any:
    if isinstance(cell, Say):
        held = dict(cell.values).get("value") if cell.key.startswith("value.") else None
        return words.speak(cell) if held is None else _value(held, words)
    if isinstance(cell, Decimal):
        return str(cell) if cell.as_tuple().exponent == -2 else format(cell.normalize(), "f")
    return cell.isoformat() if isinstance(cell, date) else cell


# ------------------------------------------------------------------ a terminal


def printed(one: Explanation, words: Catalogue, most: int = MOST_SHOWN, more: str = "explain.more") -> Iterator[Any]:
    """An explanation for a person at a terminal: what rich prints, in order."""
    yield f"[bold]{escape(words.speak(one.title))}[/]"
    for label, value in one.facts:
        yield f"  {escape(words.speak(label))}: {escape(_cell(value, Look.TEXT, words))}"
    yield ""
    for sentence in one.sentences:
        yield "· " + escape(words.speak(sentence).replace("\n", "\n  "))
    for table in one.tables:
        yield ""
        yield from cards(table, words) if len(table.columns) > _MOST_COLUMNS else [rich_table(table, words, most)]
        if len(table.rows) > most:
            yield escape(words.speak(say(more, count=len(table.rows) - most)))


def rich_table(table: Table, words: Catalogue, most: int) -> Any:
    """A table as rich draws it: figures to the right, long texts folded, the first rows only."""
    if not table.rows:
        return f"[bold]{escape(words.speak(table.title))}[/]\n  {escape(words.speak(table.empty))}"
    drawn = RichTable(title=escape(words.speak(table.title)), title_justify="left", box=None, padding=(0, 1, 0, 0))
    for index, column in enumerate(table.columns):
        right = column.look in _RIGHT or _holds_figures(table, index)
        drawn.add_column(escape(words.speak(column.title)), justify="right" if right else "left", overflow="fold")
    for row in table.rows[:most]:
        drawn.add_row(*(escape(_cell(cell, c.look, words)) for cell, c in zip(row, table.columns, strict=True)))
    return drawn


def cards(table: Table, words: Catalogue) -> Iterator[str]:
    """A table that is too wide for a terminal: each row as its place with its cells below, blank ones left out."""
    yield f"[bold]{escape(words.speak(table.title))}[/]"
    for row in table.rows[:MOST_SHOWN]:
        shown = [_cell(cell, c.look, words) for cell, c in zip(row, table.columns, strict=True)]
        yield escape(shown[0])
        titles = (words.speak(column.title) for column in table.columns[1:])
        yield "  " + escape("  ".join(f"{t} {cell}" for t, cell in zip(titles, shown[1:], strict=True) if cell != "—"))


def _holds_figures(table: Table, index: int) -> bool:
    cell = table.rows[0][index]
    return isinstance(cell, Say) and cell.key.startswith("value.")


def _cell(value: Any, look: Look, words: Catalogue) -> str:
    if value is None:
        return "—"
    if isinstance(value, Say):
        return words.speak(value)
    if isinstance(value, Decimal):
        return f"{value:,.2f}" if look is Look.MONEY else format(value.normalize(), ",f")
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


# ------------------------------------------------------------------ a workbook


def write(settings: Settings, explained: list[Explanation], now: datetime) -> Path:
    """The explanations as a workbook among the reports, a sheet for each. Returns where."""
    first = settings.words.speak(explained[0].title)
    sheets = tuple(sheet_of(one) for one in explained)
    return publish(settings, Workbook("reports", say("file.explain", title=first, day=now.date()), sheets), now)


def sheet_of(one: Explanation) -> Sheet:
    """An explanation on a sheet: the sentences as facts under the figures, then the tables."""
    told = tuple((say("explain.why") if n == 0 else "", sentence) for n, sentence in enumerate(one.sentences))
    return Sheet(say(f"sheet.explain_{one.about}", **_of_sheet(one)), one.title, (*one.facts, *told), one.tables)


def _of_sheet(one: Explanation) -> dict[str, Any]:
    """What a sheet is named by beside its sort: the KPI."""
    values = dict(one.title.values) if isinstance(one.title, Say) else {}
    return {"kpi": values.get("kpi")}


def publish(settings: Settings, workbook: Workbook, now: datetime) -> Path:
    """Write a workbook that a person asked for into the outbox. Returns where."""
    spoken = settings.words.render(workbook)
    content = excel_out.render(spoken, settings.words, now)
    return folder.publish(settings.out_folder(workbook.folder), str(spoken.name), ".xlsx", content)
