"""Files as raw grids: the format is told by content, never by the ending; what the fast library hides is found here.

`look_through` is quick and unpacks nothing; `grids` runs in the child process of `reading_room`, so that a hostile
file can hurt nobody else. A further format is a file beside this one, its sign in `look`, and its line in `_READERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from robots.edge.excel_in import html, ods, ooxml, spreadsheetml, text, xls, xlsb
from robots.edge.excel_in.look import look_through
from robots.edge.excel_in.passwords import unlocked
from robots.edge.excel_in.source import Format, Look, NotReadable, Source
from robots.reading.grid import Grid

__all__ = ["Format", "Look", "NotReadable", "grids", "look_through"]

_READERS: Mapping[Format, Callable[[Source, Look, str], list[Grid]]] = {
    Format.OOXML: ooxml.grids,
    Format.XLSB: xlsb.grids,
    Format.XLS: xls.grids,
    Format.ODS: ods.grids,
    Format.HTML: html.grids,
    Format.SPREADSHEETML: spreadsheetml.grids,
    Format.TEXT: text.grids,
}


def grids(path: Path, look: Look, title: str = "", passwords: Sequence[str] = ()) -> list[Grid]:
    """Every worksheet of the file as a grid; a sheet without a name of its own is called `title`.

    Raises NotReadable: FILE_INCOMPLETE, FILE_BOMB, FILE_DAMAGED, FILE_TOO_LARGE, FILE_NOT_A_WORKBOOK, FILE_PASSWORD
    (locked, and no password given), FILE_PASSWORD_WRONG (none of those given fits).
    """
    source: Source = path
    if look.locked:
        source = unlocked(path, look, passwords)
        look = look_through(source, look.unpacked_limit)
        if look.locked:
            raise NotReadable("FILE_DAMAGED")
    try:
        return _READERS[look.format](source, look, title or path.stem)
    except RecursionError as error:
        raise NotReadable("FILE_DAMAGED") from error
