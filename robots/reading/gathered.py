"""One field from several columns or values of a row, as the sender's config says: labels, comments, other spellings."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from robots.cells import Unreadable, is_blank, read_moment, shown
from robots.kinds.words import Dialect, Pick
from robots.model.names import fold
from robots.reading.body import Body
from robots.reading.headers import Heading

_COMMENT = re.compile(r"(?P<moment>[^;]{6,40});(?P<author>[^;]*);.*", re.DOTALL)  # 02/Jun/26 9:14 AM;author;text


Cells = Sequence[tuple[int, Any]]  # cells of one row, each with its column


@dataclass
class Gathered:
    """One value for each row and the column it stands in; rows with different values, and rows of which none counts,
    as index → what was seen there."""

    values: list[Any] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    several: dict[int, str] = field(default_factory=dict)
    none: dict[int, str] = field(default_factory=dict)

    def add(self, counting: Cells, blank: int) -> None:
        """The next row has the first value that counts; where none does, the column of its blank."""
        at, value = counting[0] if counting else (blank, "")
        self.columns.append(at)
        self.values.append(value)

    def pick(self, filled: Cells, picked: Cells, blank: int) -> None:
        """The next row has the one value that was picked; with several, or none though something is there, none."""
        if filled and len(picked) != 1:
            where = self.several if picked else self.none
            where[len(self.values)] = " / ".join(_seen(value) for _, value in picked or filled)[:200]
        self.add(picked if len(picked) == 1 else (), blank)


def gathered(
    body: Body, headings: Sequence[Heading], pick: Pick | None, authors: Sequence[Heading], dialect: Dialect
) -> Gathered:
    """The first filled cell of each row, or what is picked from all of its cells."""
    cut, orders = dialect.cut, [dialect.date_order] if dialect.date_order else ["dmy", "mdy"]
    columns = [without_ends(body.cells(heading.column), cut) for heading in headings]
    first = headings[0].column
    if pick is None and len(headings) == 1:
        return Gathered(list(columns[0]), [first] * len(body.rows))
    told_by = [without_ends(body.cells(heading.column), cut) for heading in authors]
    found = Gathered()
    for index in range(len(body.rows)):
        cells = ((heading.column, column[index]) for heading, column in zip(headings, columns, strict=True))
        filled = [(at, value) for at, value in cells if not is_blank(value)]
        if pick is None:
            found.add(filled, first)
        elif pick.first_by_other_than:
            found.add(_by_others(filled, {_seen(column[index]) for column in told_by}, orders), first)
        else:
            found.pick(filled, _picked(filled, pick), first)
    return found


def _seen(value: Any) -> str:
    return "" if is_blank(value) else fold(shown(value))


def without_ends(cells: Sequence[Any], cut: str) -> Sequence[Any]:
    """Texts without what their sender hangs on to them: 代码错误(#codeerror)."""
    if not cut:
        return cells
    return [re.sub(cut, "", value.strip()) if isinstance(value, str) else value for value in cells]


def _picked(filled: Cells, pick: Pick) -> Cells:
    """The different values that count, each line of a cell being one."""
    different: dict[str, tuple[int, Any]] = {}
    for at, value in filled:
        for meant in (_meant(part.strip(), pick) for part in shown(value).splitlines()):
            different.setdefault(fold(meant), (at, meant))
    different.pop("", None)
    return list(different.values())


def _meant(text: str, pick: Pick) -> str:
    """What one value means by a pick; nothing where it does not count."""
    match = re.search(pick.pattern, text)
    if match is None:
        return ""
    value = (match[1] or "").strip() if match.re.groups else text
    known = {fold(written): meant for written, meant in pick.values.items()}
    return known.get(fold(value), "") if known else value


def _by_others(comments: Cells, authors: Collection[str], orders: Sequence[str]) -> Cells:
    """The moments of comments by others, the earliest first; none where a row does not tell whose do not count."""
    own = set(authors) - {""}
    found = ((at, _COMMENT.fullmatch(value)) for at, value in comments if isinstance(value, str))
    others = [(at, match["moment"]) for at, match in found if match and own and fold(match["author"]) not in own]
    return sorted(others, key=lambda cell: _moment(cell[1], orders))


def _moment(text: str, orders: Sequence[str]) -> str:
    """A moment so that it sorts; one that cannot be read comes first, so that it is told and not passed over."""
    try:
        return read_moment(text, orders).isoformat()
    except Unreadable:
        return ""
