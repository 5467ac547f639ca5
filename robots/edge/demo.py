"""What the sample team does on a demo day: it drops workbooks, and answers in the alert list of the day before."""

from __future__ import annotations

import tomllib
from typing import Any

from robots.edge.homes import drop_samples
from robots.edge.settings import SHIPPED, Settings
from robots.model.words import say

_ANSWERS = {
    "answer": "column.answer", "by": "column.answered_by", "until": "column.postponed_to",
    "remark": "column.answer_remark",
}  # fmt: skip


def play(settings: Settings, number: int) -> list[str]:
    """Everything that is dropped into the inbox on a demo day; the names of the files."""
    return [*drop_samples(settings.inbox, number), *drop_answers(settings, number)]


def drop_answers(settings: Settings, number: int) -> list[str]:
    """Fill in the latest alert list as `answers.toml` has it for a demo day, and drop it back under its name."""
    told = tomllib.loads((SHIPPED / "sample_workbooks" / "answers.toml").read_text("utf-8"))["answer"]
    mine = [answer for answer in told if answer["day"] == number]
    lists = sorted(settings.out_folder("alerts").glob("*.xlsx"))
    if not mine or not lists:
        return []
    from openpyxl import load_workbook  # noqa: PLC0415  # commands that answer nothing start without it

    book = load_workbook(lists[-1])
    for answer in mine:
        _fill_in(book.worksheets[0], answer, settings)
    book.save(settings.inbox / lists[-1].name)
    return [lists[-1].name]


def _fill_in(sheet: Any, answer: dict[str, Any], settings: Settings) -> None:
    """Write one answer into the row of its alert. Raises LookupError where the list has no such alert."""
    words = {name: settings.words.speak(say(key)) for name, key in _ANSWERS.items()}
    alert, subject = settings.words.speak(say(f"alert.{answer['code']}.name")), answer["subject"]
    columns: dict[str, int] = {}
    for row in sheet.iter_rows():
        texts = [cell.value for cell in row]
        columns = columns or {name: texts.index(word) + 1 for name, word in words.items() if word in texts}
        if alert in texts and subject in texts:
            for name, column in columns.items():
                if name in answer:
                    sheet.cell(row[0].row, column).value = answer[name]
            return
    raise LookupError(f"{alert} {subject}")
