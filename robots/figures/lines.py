"""Order lines with what was delivered of them: the table that punctuality, alerts and settlement all start from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from robots.figures.exact import from_units, units

LINE = ["order_id", "line"]
QUANTITIES = ["received", "accepted", "rejected"]
Whole = np.ndarray[Any, np.dtype[np.int64]]
_EPOCH = date(1970, 1, 1)


def order_line(order_id: Any, line: Any) -> str:
    """An order line as it is shown; where there is no line (an advance has none), its order or contract.

    >>> order_line("PO-1", "2"), order_line("HT-1", ""), order_line("PO-1", None)
    ('PO-1/2', 'HT-1', 'PO-1')
    """
    return "/".join(str(part) for part in (order_id, line) if part and not pd.isna(part))


def order_lines(orders: pd.DataFrame, deliveries: pd.DataFrame, as_of: date, by: Sequence[str] = LINE) -> pd.DataFrame:
    """One row per order line with what arrived by `as_of`; the columns in `by` name a line in both tables.

    Adds: due_first (promised_on), due_latest (revised_on, else promised_on), received, accepted, rejected (sums;
    blank judgements add nothing), unjudged (received and not judged), last_delivered_on, completed_on (the day on
    which the accepted quantity reached the ordered one; null while it has not).
    """
    lines = orders.reset_index(drop=True)
    lines["due_first"] = lines["promised_on"]
    lines["due_latest"] = lines["revised_on"].fillna(lines["promised_on"])
    numbers: dict[tuple[Any, ...], int] = {}
    line = np.array([numbers.setdefault(key, len(numbers)) for key in _keys(lines, by)], dtype=np.int64)
    arrivals = _arrivals(deliveries, as_of, numbers, by)
    received, accepted, rejected = (_sums(arrivals.line, column, len(numbers)) for column in arrivals.quantities)
    wanted = np.zeros(len(numbers), dtype=np.int64)
    wanted[line] = units(lines["quantity"])
    for name, sums in zip(QUANTITIES, (received, accepted, rejected), strict=True):
        lines[name] = from_units(pd.Series(sums[line]), 4)
    lines["last_delivered_on"] = _dates(_latest(arrivals, len(numbers))[line])
    lines["unjudged"] = from_units(pd.Series((received - accepted - rejected)[line]), 4)
    lines["completed_on"] = _dates(_completions(arrivals, wanted)[line])
    return lines


def judged(deliveries: pd.DataFrame) -> pd.DataFrame:
    """Deliveries with accepted and rejected filled only where arithmetic forces them, never from a blank alone.

    accepted = received → rejected 0; rejected = received → accepted 0. All else stays blank: unknown.
    """
    received, accepted, rejected = (pa.array(deliveries[name].array) for name in QUANTITIES)
    rows = deliveries.copy()
    rows["rejected"] = _zero_where(pc.equal(accepted, received), rejected)
    rows["accepted"] = _zero_where(pc.equal(rejected, received), accepted)
    return rows


def _zero_where(forced: pa.ChunkedArray, judgement: pa.ChunkedArray) -> pd.arrays.ArrowExtensionArray:
    """A judgement whose blanks are zero where arithmetic forces them."""
    blank = pc.and_(pc.is_null(judgement), pc.fill_null(forced, False))
    return pd.arrays.ArrowExtensionArray(pc.if_else(blank, pa.scalar(0, judgement.type), judgement))


# ------------------------------------------------------------------ what arrived, line by line
# Columns of whole numbers: where pandas groups and merges, five lines take twenty milliseconds.

_NEVER = (date.max - _EPOCH).days


@dataclass(frozen=True)
class _Arrivals:
    """Deliveries of lines that are known, in the order of their days: the line's number, the day, and quantities."""

    line: Whole
    day: Whole
    quantities: tuple[Whole, Whole, Whole]


def _arrivals(
    deliveries: pd.DataFrame, as_of: date, numbers: Mapping[tuple[Any, ...], int], by: Sequence[str]
) -> _Arrivals:
    line = np.array([numbers.get(key, -1) for key in _keys(deliveries, by)], dtype=np.int64)
    day = days_of(deliveries["delivered_on"].fillna(date.max)).to_numpy()
    those = np.flatnonzero((line >= 0) & (day <= (as_of - _EPOCH).days))
    those = those[np.lexsort((day[those], line[those]))]
    rows = judged(deliveries)
    received, accepted, rejected = (units(rows[name]).to_numpy()[those] for name in QUANTITIES)
    return _Arrivals(line[those], day[those], (received, accepted, rejected))


def _keys(table: pd.DataFrame, by: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    return zip(*(_plain(table[name]) for name in by), strict=True)


def _sums(line: Whole, quantity: Whole, count: int) -> Whole:
    sums = np.zeros(count, dtype=np.int64)
    np.add.at(sums, line, quantity)
    return sums


def _latest(arrivals: _Arrivals, count: int) -> Whole:
    """The day of each line's last delivery; a line's arrivals stand in the order of their days."""
    latest = np.full(count, _NEVER)
    latest[arrivals.line] = arrivals.day
    return latest


def _completions(arrivals: _Arrivals, wanted: Whole) -> Whole:
    """For each line fully accepted, the day on which its accepted quantity reached the ordered one."""
    _, accepted, _ = arrivals.quantities
    running = np.cumsum(accepted)
    before = np.concatenate(([0], running))[np.searchsorted(arrivals.line, arrivals.line)]  # of the lines above
    complete = running - before >= wanted[arrivals.line]
    firsts = np.full(len(wanted), _NEVER)
    np.minimum.at(firsts, arrivals.line[complete], arrivals.day[complete])
    return firsts


def _dates(days: Whole) -> pd.arrays.ArrowExtensionArray:
    """Days since 1970 as dates, null where there is none."""
    array = pa.array(days.astype(np.int32), mask=days == _NEVER)
    return pd.arrays.ArrowExtensionArray(pc.cast(array, pa.date32()))


# ------------------------------------------------------------------ columns


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as dicts, for rules that go line by line; None where a cell is blank. Arrow makes plain
    values of whole columns, several times as fast as pandas does cell by cell."""
    if not len(table):  # most tables of a small home
        return []
    names = list(table.columns)
    columns = [_plain(column) for _, column in table.items()]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain(column: pd.Series) -> list[Any]:
    if isinstance(column.dtype, pd.ArrowDtype):
        return cast("list[Any]", pa.array(column.array).to_pylist())  # its array: Arrow asks a Series ten questions
    return cast("list[Any]", column.tolist())


def month_text(days: pd.Series) -> pd.Series:
    """YYYY-MM of a date column, fast."""
    array = pa.chunked_array(pa.array(days))
    year, month = pc.year(array), pc.month(array)
    number = pc.cast(pc.add(pc.multiply(year, 100), month), pa.string())
    text = pc.binary_join_element_wise(
        pc.utf8_slice_codeunits(number, 0, 4), pc.utf8_slice_codeunits(number, 4, 6), "-"
    )
    return pd.Series(pd.array(text, dtype=pd.ArrowDtype(pa.string())), index=days.index)


def later(days: pd.Series, number: int) -> pd.Series:
    """A date column moved by a number of days."""
    array = pa.chunked_array(pa.array(days))
    moved = pc.cast(pc.add(pc.cast(array, pa.int32()), pa.scalar(number, pa.int32())), pa.date32())
    return pd.Series(pd.array(moved, dtype=pd.ArrowDtype(pa.date32())), index=days.index)


def days_of(column: pd.Series) -> pd.Series:
    """Dates as whole days since 1970."""
    array = pc.cast(pc.cast(pa.chunked_array(pa.array(column)), pa.int32()), pa.int64())
    return pd.Series(array.to_numpy(), index=column.index)


def quarter_text(months: pd.Series) -> pd.Series:
    """YYYYQn of a column of YYYY-MM."""
    known = {month: f"{month[:4]}Q{(int(month[5:]) + 2) // 3}" for month in months.dropna().unique()}
    return months.map(known, na_action="ignore").astype(months.dtype)
