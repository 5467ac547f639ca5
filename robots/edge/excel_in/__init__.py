"""Files as raw grids: the format is told by content, never by the ending; what the fast library hides is found here.

`look_through` is quick and unpacks nothing; `grids` runs in the child process of `reading_room`, so that a hostile
file can hurt nobody else. A further format is a file beside this one, its sign in `look`, and an entry in `Format`
whose value is the file's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from robots.edge.excel_in.look import look_through
from robots.edge.excel_in.source import Format, Look, NotReadable, Source
from robots.reading.grid import Grid

__all__ = ["Format", "Look", "NotReadable", "grids", "look_through"]


def grids(path: Path, look: Look, title: str = "", passwords: Sequence[str] = ()) -> list[Grid]:
    """Every worksheet of the file as a grid; a sheet without a name of its own is called `title`.

    Raises NotReadable: FILE_INCOMPLETE, FILE_BOMB, FILE_DAMAGED, FILE_TOO_LARGE, FILE_NOT_A_WORKBOOK, FILE_NOT_A_BOARD
    (JSON of another sort), FILE_PASSWORD (locked, no password given), FILE_PASSWORD_WRONG (none of those given fits).
    """
    source: Source = path
    if look.locked:
        from robots.edge.excel_in.passwords import unlocked  # noqa: PLC0415  # rarely needed, and slow to load

        source = unlocked(path, look, passwords)
        look = look_through(source, look.unpacked_limit)
        if look.locked:
            raise NotReadable("FILE_DAMAGED")
    try:
        reader = import_module(f"{__name__}.{look.format}")  # each brings libraries that the others do without
        found: list[Grid] = reader.grids(source, look, title or path.stem)
        return found
    except RecursionError as error:
        raise NotReadable("FILE_DAMAGED") from error
