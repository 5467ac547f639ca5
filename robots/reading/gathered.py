"""One field from several columns or values of a row, as the sender's config says: labels, comments, other spellings."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from robots.cells import Unreadable, is_blank, read_moment, shown
from robots.kinds.words import Pick
from robots.model.names import fold
from robots.reading.body import Body
from robots.reading.headers import Heading

_COMMENT = re.compile(r"(?P<moment>[^;]{6,40});(?P<author>[^;]*);.*", re.DOTALL)  # 02/Jun/26 9:14 AM;author;text


@dataclass
class Gathered:
    """One value for each row and the column it stands in; rows with different values, and rows of which none counts,
    as index → what was seen there."""

    values: list[Any] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    several: dict[int, str] = field(default_factory=dict)
    none: dict[int, str] = field(default_factory=dict)


def gathered(
    body: Body, headings: Sequence[Heading], pick: Pick | None, authors: Sequence[Heading], cut: str
) -> Gathered:
    """The first filled cell of each row, or what is picked from all of its cells."""
    found = Gathered()
    columns = [without_ends(body.cells(heading.column), cut) for heading in headings]
    told_by = [without_ends(body.cells(heading.column), cut) for heading in authors]
    for index in range(len(body.rows)):
        cells = [(h.column, column[index]) for h, column in zip(headings, columns, strict=True)]
        filled = [(at, value) for at, value in cells if not is_blank(value)]
        counting = list(_counting(filled, pick, [fold(shown(column[index])) for column in told_by]))
        different: dict[str, tuple[int, Any]] = {}
        for at, value in counting:
            different.setdefault(fold(shown(value)), (at, value))
        if pick and not pick.first_by_other_than and filled and len(different) != 1:
            (found.several if different else found.none)[index] = _seen(list(different.values()) or filled)
            counting = []
        at, value = counting[0] if counting else (headings[0].column, "")
        found.columns.append(at)
        found.values.append(value)
    return found


def without_ends(cells: Sequence[Any], cut: str) -> Sequence[Any]:
    """Texts without what their sender hangs on to them: 代码错误(#codeerror)."""
    if not cut:
        return cells
    return [re.sub(cut, "", value.strip()) if isinstance(value, str) else value for value in cells]


Cells = Sequence[tuple[int, Any]]


def _seen(cells: Cells) -> str:
    return " / ".join(shown(value).strip().replace("\n", " / ") for _, value in cells)[:200]


def _counting(filled: Cells, pick: Pick | None, authors: Collection[str]) -> Iterator[tuple[int, Any]]:
    """The cells or parts of cells that count, the first of them first."""
    if pick is None:
        yield from filled
    elif pick.first_by_other_than:
        yield from sorted(_by_others(filled, authors), key=lambda cell: _moment(cell[1]))
    else:
        for at, value in filled:
            parts = value.splitlines() if isinstance(value, str) else [shown(value)]
            yield from ((at, meant) for part in parts if (meant := _meant(part.strip(), pick)))


def _meant(text: str, pick: Pick) -> str:
    """What one value means by a pick; nothing where it does not count."""
    match = re.search(pick.pattern, text)
    if match is None:
        return ""
    value = ((match[1] or "").strip() if match.re.groups else text) if pick.pattern else text
    known = {fold(written): meant for written, meant in pick.values.items()}
    return known.get(fold(value), "") if known else value


def _by_others(comments: Cells, authors: Collection[str]) -> Iterator[tuple[int, str]]:
    """The moments of comments by others than these; none where a row does not tell who it is that does not count."""
    own = {author for author in authors if author and author != "None"}
    for at, value in comments:
        match = _COMMENT.fullmatch(value) if isinstance(value, str) else None
        if match and own and fold(match["author"]) not in own:
            yield at, match["moment"]


def _moment(text: str) -> str:
    """Moments in their order; one that cannot be read comes first, so that it is told and not passed over."""
    try:
        return read_moment(text, ["dmy", "mdy"]).isoformat()
    except Unreadable:
        return ""
