"""Where printed pages end, so that no group of rows is torn that would fit on one page.

The scale is the one that fits the columns to the page in Excel; where a program draws them wider and shrinks the page
more, pages end a little early, never in the middle of such a group.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

ROW = 15.0  # points, where nobody set a height
_SHORT, _LONG = 8.27, 11.69  # A4 in inches
_SIDES, _ENDS = 0.8, 1.1  # margins left and right, top and bottom, as excel_out sets them
_SLACK = 0.97  # programs and printers round differently
_MOST_BREAKS = 1000  # Excel takes 1,023 on a sheet


def scale(widths: Sequence[float], landscape: bool) -> int:
    """Percent at which columns of so many characters fill the width of an A4 page; 100 at most.

    >>> scale([10, 20], True), scale([23, 14, *[12] * 8, 13, 11, 26], True)
    (100, 75)
    """
    inches = sum(7 * width + 5 for width in widths) / 96
    room = (_LONG if landscape else _SHORT) - _SIDES
    return max(10, min(100, int(100 * _SLACK * room / inches))) if inches else 100


def breaks(
    groups: Sequence[tuple[int, int]], heights: Mapping[int, float], percent: int, landscape: bool, header: int
) -> list[int]:
    """The rows before which a new page begins: the first ones of groups that would be torn and need not be.

    `groups` are (first, last) rows, one below the other, after the row of the `header` that every page repeats.
    """
    room = ((_SHORT if landscape else _LONG) - _ENDS) * 72 * 100 / percent * _SLACK
    repeated = heights.get(header, ROW)
    return list(_breaks(groups, heights, room, repeated))[:_MOST_BREAKS]


def _breaks(
    groups: Sequence[tuple[int, int]], heights: Mapping[int, float], room: float, repeated: float
) -> Iterator[int]:
    """The first group stays below what stands above it, however long it is."""
    used, done = 0.0, 0
    for number, (first, last) in enumerate(groups):
        used += sum(heights.get(row, ROW) for row in range(done, first))
        rows = [heights.get(row, ROW) for row in range(first, last + 1)]
        if number and used + sum(rows) > room:
            yield first
            used = repeated
        for height in rows:
            used = used + height if used + height <= room else repeated + height
        done = last + 1
