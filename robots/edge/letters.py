"""Notices of one run → one letter per recipient, rendered from templates/letters."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from robots.edge.excel_out import texts_of
from robots.edge.settings import SHIPPED
from robots.model.decisions import Notice
from robots.model.letters import LetterPlan
from robots.model.words import Catalogue, say

_RANK = {"critical": 0, "warning": 1, "info": 2}
MOST_ATTACHED = 12
_WORDS = ("greeting", "next", "footer", "attached", "colon")


@dataclass(frozen=True)
class Told:
    """A notice with its texts spoken, the key of its decision, and the keys of the workbooks it carries."""

    notice: Notice
    key: str
    attach: tuple[str, ...]


def digests(
    told: Iterable[Told], roles: Mapping[str, list[str]], words: Catalogue, day: date
) -> list[tuple[str, LetterPlan]]:
    """(key, letter) per recipient, and one of its own for each notice with a code. A role that nobody holds is
    nobody's letter: `unheard` names it."""
    ranked = sorted(told, key=lambda t: _RANK.get(t.notice.severity, 3))
    letters = [pair for one in ranked if one.notice.code for pair in _alone(one, roles, words, day)]
    ranked = [one for one in ranked if not one.notice.code]
    for address in sorted({address for holders in roles.values() for address in holders}):
        mine = [one for one in ranked if address in roles.get(one.notice.role, [])]
        if mine:
            letters.append((_key(address, mine), _digest(address, mine, words, day)))
    return letters


def _alone(one: Told, roles: Mapping[str, list[str]], words: Catalogue, day: date) -> Iterator[tuple[str, LetterPlan]]:
    """A letter that nobody else gets and that says nothing else."""
    for address in roles.get(one.notice.role, []):
        yield _key(address, [one]), replace(_digest(address, [one], words, day), code=one.notice.code)


def _key(address: str, told: Iterable[Told]) -> str:
    return hashlib.sha256("\x1f".join((address, *(one.key for one in told))).encode()).hexdigest()[:32]


def unheard(told: Iterable[Told], roles: Mapping[str, list[str]]) -> list[str]:
    """Roles that were told something and have no address."""
    return sorted({one.notice.role for one in told if not roles.get(one.notice.role)})


def _digest(address: str, mine: list[Told], words: Catalogue, day: date) -> LetterPlan:
    notices = [one.notice for one in mine]
    attach = tuple(dict.fromkeys(key for one in mine for key in one.attach))
    more = words.speak(say("letter.more", count=len(notices), others=len(notices) - 1)) if len(notices) > 1 else ""
    prefix = words.speak(say(f"letter.prefix.{notices[0].severity}"))
    subject = f"{prefix}{notices[0].headline}{more}"
    values: dict[str, Any] = {
        "subject": subject,
        "day": day,
        "notices": [_values(notice, words.entries.get("letter.colon", ": ")) for notice in notices],
        "t": {name: words.entries.get(f"letter.{name}", name) for name in _WORDS},
        "left_out": max(len(attach) - MOST_ATTACHED, 0),
        "left_out_text": words.speak(say("letter.left_out", count=max(len(attach) - MOST_ATTACHED, 0))),
        "language": "zh-CN" if words.language == "zh" else words.language,
    }
    html = _environment().get_template("digest.html.j2").render(values)
    text = _environment().get_template("digest.txt.j2").render(values)
    return LetterPlan(address, subject, text, html, attach[:MOST_ATTACHED])


def _values(notice: Notice, colon: str) -> dict[str, Any]:
    table = notice.table
    columns = [str(column.title).replace("\n", "") for column in table.columns] if table else []
    rows = list(texts_of(table)) if table else []
    return {
        "headline": notice.headline,
        "lines": notice.lines,
        "severity": notice.severity,
        "next": notice.next_step,
        "columns": columns,
        "rows": rows,
        "labelled": [_labelled(columns, row, colon) for row in rows],
        "table_title": table.title if table else "",
    }


def _labelled(columns: Sequence[str], row: Sequence[str], colon: str) -> str:
    """A row where no columns can be seen: each cell after the name of its column, those of several lines below.

    >>> _labelled(["文件", "结果"], ["订单.xlsx", "已收录"], "：")
    '文件：订单.xlsx | 结果：已收录'
    >>> _labelled(["", "结果"], ["· 一\\n· 二", "已收录"], "：")
    '结果：已收录\\n    · 一\\n    · 二'
    """
    told = [f"{name}{colon}{cell}" if name else str(cell) for name, cell in zip(columns, row, strict=True) if cell]
    below = (line for cell in told if "\n" in cell for line in cell.split("\n"))
    return "\n    ".join((" | ".join(cell for cell in told if "\n" not in cell), *below))


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(SHIPPED / "templates" / "letters")
    return Environment(
        loader=loader,
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
