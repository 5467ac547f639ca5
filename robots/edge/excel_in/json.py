"""JSON: the export of a Trello board as one sheet, a row for each card. Anything else in JSON is refused.

The columns are what a card itself says (its custom fields as "Custom field (name)") and what the board's history tells
of it, for a sender's config to choose from: since when it has reached a list and not gone back ("Reached …"), how often
it went back from one ("Back from …"), when it moved first, when somebody else commented first. A board exports its last
1,000 actions only: what needs the whole history of a card is blank where its beginning is not among them. Moments are
Trello's own, in UTC.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from math import inf, isnan
from typing import Any

from robots.edge.excel_in.shape import MOST_CELLS, Cells
from robots.edge.excel_in.source import Look, NotReadable, Source, whole
from robots.edge.excel_in.text import decoded
from robots.reading.grid import Grid

Thing = Mapping[str, Any]
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # what a database or UTF-8 does not take, and JSON can write as \\u0000
_NUMBER = re.compile("[0-9a-f]{24}")
_CREATING = ("createCard", "copyCard", "emailCard", "convertToCardFromCheckItem")


def grids(source: Source, look: Look, title: str = "") -> list[Grid]:  # noqa: ARG001  # nothing here is packed
    """The board's cards. Raises NotReadable: FILE_INCOMPLETE, FILE_NOT_A_BOARD, FILE_TOO_LARGE."""
    board = _parsed(decoded(whole(source)).lstrip("\ufeff"))
    if not isinstance(board, dict) or not all(isinstance(board.get(name), list) for name in ("cards", "lists")):
        raise NotReadable("FILE_NOT_A_BOARD")
    return [_Board(board).grid(title)]


def _parsed(text: str) -> Any:
    """The whole of it. Numbers stay the texts they are: none is too large, and none loses a digit."""
    try:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        broken_off = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
        raise NotReadable("FILE_INCOMPLETE" if broken_off else "FILE_NOT_A_BOARD") from error
    except RecursionError as error:  # no board nests so deep
        raise NotReadable("FILE_NOT_A_BOARD") from error


# ------------------------------------------------------------------ what an object holds, where it is what it should be


def _things(of: Any, name: str) -> list[Thing]:
    """The objects of a list inside an object."""
    found = of.get(name) if isinstance(of, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _text(of: Any, *path: str) -> str:
    """The text at the end of a path through objects, or nothing."""
    for name in path:
        of = of.get(name) if isinstance(of, dict) else None
    return _UNSTORABLE.sub("", of) if isinstance(of, str) else ""


# ------------------------------------------------------------------ the board


@dataclass
class _History:
    """What happened to one card, from the earliest action on; `begun` where its creation is among them."""

    begun: Thing | None = None
    moves: list[Thing] = field(default_factory=list)
    comments: list[Thing] = field(default_factory=list)

    def add(self, action: Thing) -> None:
        """One more action."""
        kind = action.get("type")
        if kind in _CREATING:
            self.begun = self.begun or action
        elif kind == "commentCard":
            self.comments.append(action)
        elif kind == "updateCard" and _text(action, "data", "listAfter", "id"):
            self.moves.append(action)


@dataclass(frozen=True)
class _Board:
    """A parsed export, and its parts by their ids."""

    board: Thing

    @cached_property
    def _lists(self) -> dict[str, str]:
        return {_text(one, "id"): _text(one, "name").strip() for one in _things(self.board, "lists")}

    @cached_property
    def _fields(self) -> dict[str, Thing]:
        return {_text(one, "id"): one for one in _things(self.board, "customFields")}

    @cached_property
    def _histories(self) -> dict[str, _History]:
        found: dict[str, _History] = {}
        for action in sorted(_things(self.board, "actions"), key=lambda action: _text(action, "date")):
            found.setdefault(_text(action, "data", "card", "id"), _History()).add(action)
        return found

    def grid(self, title: str) -> Grid:
        """A header and one row for each card that is no template. Raises NotReadable where they are too many."""
        cards = [card for card in _things(self.board, "cards") if card.get("isTemplate") is not True]
        names = self._names()
        if (len(cards) + 1) * len(names) > MOST_CELLS:
            raise NotReadable("FILE_TOO_LARGE")
        columns = {name: number for number, name in enumerate(names)}
        sheet = Cells(_text(self.board, "name").strip() or title)
        for name, number in columns.items():
            sheet.put(0, number, name)
        for row, card in enumerate(cards, 1):
            for name, value in self._row(card):
                sheet.put(row, columns[name], value)
        return sheet.grid()

    def _names(self) -> list[str]:
        """The header: fixed words, then the custom fields, then two columns for each list."""
        custom = [_custom(one) for one in self._fields.values()]
        lists = [word for name in self._lists.values() for word in (_reached(name), _back_from(name))]
        return list(dict.fromkeys([*_FIXED, *custom, *lists]))

    def _row(self, card: Thing) -> Iterator[tuple[str, str]]:
        history = self._histories.get(_text(card, "id"), _History())
        created = _created(card, history)
        yield "Trello card", _text(card, "shortLink") or _text(card, "id")
        yield "Name", _text(card, "name")
        yield "List", self._lists.get(_text(card, "idList"), "")
        yield "Labels", "\n".join(_text(one, "name") or _text(one, "color") for one in _things(card, "labels"))
        yield "Created", created
        yield "Completed", _text(card, "dateCompleted")
        yield from self._custom_values(card)
        yield from self._of_lists(card, history, created)
        if history.begun is not None:
            yield from _firsts(history, history.begun)

    def _custom_values(self, card: Thing) -> Iterator[tuple[str, str]]:
        for item in _things(card, "customFieldItems"):
            of = self._fields.get(_text(item, "idCustomField"))
            if of is not None:
                options = {_text(one, "id"): _text(one, "value", "text") for one in _things(of, "options")}
                written = (_text(item, "value", sort) for sort in ("text", "number", "date", "checked"))
                yield _custom(of), options.get(_text(item, "idValue")) or next(filter(None, written), "")

    def _of_lists(self, card: Thing, history: _History, created: str) -> Iterator[tuple[str, str]]:
        """Which lists the card has reached, and how often it went back from each, by the order in which they stand."""
        first = _text(history.begun, "data", "list", "id") or ("" if history.moves else _text(card, "idList"))
        reached = {first: created} if history.begun is not None and first in self._places else {}
        back = dict.fromkeys(self._places, 0)
        here = first
        for move in history.moves:
            before, here = (_text(move, "data", side, "id") for side in ("listBefore", "listAfter"))
            gone = self._between(here, before)
            reached = {one: at for one, at in reached.items() if one not in gone} | {here: _text(move, "date")}
            back |= {one: back[one] + 1 for one in gone}
        if here == _text(card, "idList"):  # else it was moved in a way that these actions do not tell
            yield from ((_reached(self._lists[one]), at) for one, at in reached.items() if one in self._lists)
            if history.begun is not None:
                yield from ((_back_from(self._lists[one]), str(count)) for one, count in back.items())

    def _between(self, left: str, right: str) -> list[str]:
        """The lists behind one, up to another behind it."""
        start, end = self._places.get(left, -1), self._places.get(right, -1)
        return self._in_order[start + 1 : end + 1] if 0 <= start < end else []

    @cached_property
    def _in_order(self) -> list[str]:
        return [_text(one, "id") for one in sorted(_things(self.board, "lists"), key=_position)]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {number: place for place, number in enumerate(self._in_order)}


def _position(one: Thing) -> float:
    """Where a list stands on the board; one that does not say so stands last."""
    try:
        place = float(one.get("pos", "inf"))
    except (TypeError, ValueError):
        return inf
    return inf if isnan(place) else place


def _firsts(history: _History, begun: Thing) -> Iterator[tuple[str, str]]:
    """When a card moved first, and when somebody else than who opened it commented first."""
    yield "First move", next((_text(move, "date") for move in history.moves), "")
    owner = _text(begun, "idMemberCreator")
    others = (one for one in history.comments if owner and _text(one, "idMemberCreator") != owner)
    yield "First comment by another", next((_text(one, "date") for one in others), "")


_FIXED = (
    "Trello card", "Name", "List", "Labels", "Created", "Completed", "First move", "First comment by another",
)  # fmt: skip


def _custom(of: Thing) -> str:
    return f"Custom field ({_text(of, 'name').strip()})"


def _reached(name: str) -> str:
    return f"Reached {name}"


def _back_from(name: str) -> str:
    return f"Back from {name}"


def _created(card: Thing, history: _History) -> str:
    """When a card was made: its number begins with the second, in hexadecimal; else the action that made it tells."""
    number = _text(card, "id")
    if _NUMBER.fullmatch(number):
        return datetime.fromtimestamp(int(number[:8], 16), UTC).isoformat()
    return _text(history.begun, "date")
