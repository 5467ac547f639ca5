"""What a golden is: a workbook, why it is here, and what a careful person would read from it and complain about.

Truth is written as people write tables, a line for a row and `|` between cells:

    orders='''
        order_id | vendor | quantity
        PO-1     | 示例…  | 100
    '''

Fields that are not named may hold anything; a blank cell says that nothing was there. A row that begins with `?` may be
read or be set aside. A complaint is `sheet!cell CODE why`: the cell may be a cell, a row, a column or nothing (the whole
sheet), the code `?` where any finding will do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any


@dataclass(frozen=True)
class Truth:
    """What a careful person reads in one kind: the fields looked at, the rows that must be there, those that may."""

    fields: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    maybe: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Golden:
    """One workbook with its reason and its truth."""

    name: str
    file: str
    why: tuple[str, str]
    make: Callable[[], bytes]
    truth: Mapping[str, Truth] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    sender: Mapping[str, Any] = field(default_factory=dict)


GOLDENS: dict[str, Golden] = {}


def golden(
    number: int,
    file: str,
    complaints: Sequence[str] = (),
    unknown: Sequence[str] = (),
    sender: Mapping[str, Any] | None = None,
    **truth: str,
) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Register the function that makes a workbook; its docstring says why in two lines, Chinese and English."""

    def register(make: Callable[[], bytes]) -> Callable[[], bytes]:
        name = f"{number:02d}-{make.__name__.replace('_', '-')}"
        chinese, english = (line.strip() for line in (make.__doc__ or "").strip().splitlines())
        tables = {kind: parse_truth(text) for kind, text in truth.items()}
        said = (tables, tuple(complaints), tuple(unknown), sender or {})
        GOLDENS[name] = Golden(name, file, (chinese, english), make, *said)
        return make

    return register


def parse_truth(text: str) -> Truth:
    """A truth table from its text; a row short of cells is blank in the rest."""
    head, *lines = (line for line in dedent(text).splitlines() if line.strip())
    fields = tuple(word.strip() for word in head.split("|"))
    rows: list[tuple[str, ...]] = []
    maybe: list[tuple[str, ...]] = []
    for line in lines:
        cells = [word.strip() for word in line.lstrip("? ").split("|")]
        row = (*cells, *[""] * (len(fields) - len(cells)))
        if len(row) != len(fields):
            raise ValueError(f"more cells than fields: {line}")
        (maybe if line.startswith("?") else rows).append(row)
    return Truth(fields, tuple(rows), tuple(maybe))
