"""Forms to fill in: an empty ledger of a kind, with the words we know, what may be chosen, and a seal."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from robots.cells import CHOICE, DATE, FLAG, MOMENT, MONEY, NUMBER, PRICE, RATE
from robots.edge import excel_out, folder
from robots.edge.settings import Settings
from robots.kinds import Field, Kind, known
from robots.kinds.words import Vocabulary
from robots.model.decisions import Column, Look, Sheet, Table, Workbook
from robots.model.forms import Form
from robots.model.words import Text, say

LAYOUT = 1  # raised where the layout of blank forms changes
_BLANK_ROWS = 300
_LOOKS = {
    DATE: Look.DATE,
    MOMENT: Look.MOMENT,
    MONEY: Look.MONEY,
    PRICE: Look.NUMBER,
    NUMBER: Look.NUMBER,
    RATE: Look.PERCENT,
}


def blank_form(kind: Kind, vocabulary: Vocabulary, language: str, now: datetime) -> Workbook:
    """An empty ledger of a kind: required columns first, each under its usual word, required ones with a star."""
    fields = sorted(kind.fields, key=lambda spec: not spec.required)
    table = Table(tuple(_column(spec, vocabulary) for spec in fields), (), blanks=_BLANK_ROWS)
    title = vocabulary.title[language]
    form = Form(f"{kind.name}-{now:%Y%m%d%H%M%S}", LAYOUT, kind.name)
    sheet = Sheet(title, say("form.title", kind=title), ((say("form.how"), say("form.rules")),), (table,))
    return Workbook("forms", say("file.form", kind=title, day=now.date().isoformat()), (sheet,), form)


def _column(spec: Field, vocabulary: Vocabulary) -> Column:
    word = vocabulary.columns[spec.name][0]
    choices: tuple[Text, ...] = tuple(vocabulary.values.get(spec.name, {})) if spec.type is CHOICE else ()
    if spec.type is FLAG:
        choices = (say("form.yes"), say("form.no"))
    width = max(12, 2 * len(word) + 4)
    return Column(f"{word}*" if spec.required else word, _LOOKS.get(spec.type, Look.TEXT), width, True, choices)


def issue(settings: Settings, kind: str, now: datetime) -> Path:
    """Write a blank form of a kind into the outbox. Returns where. Raises KeyError for a kind that is none."""
    vocabulary = settings.lexicon.vocabularies[kind]
    form = settings.words.render(blank_form(known()[kind], vocabulary, settings.toml.language, now))
    content = excel_out.render(form, settings.words, now)
    return folder.publish(settings.out_folder("forms"), str(form.name), ".xlsx", content)
