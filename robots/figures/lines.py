"""Order lines with what was delivered of them: the table that punctuality, alerts and settlement all start from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from robots.figures.exact import fixed, from_units, units

LINE = ["order_id", "line"]
QUANTITIES = ["received", "accepted", "rejected"]


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
    lines = orders.copy()
    lines["due_first"] = lines["promised_on"]
    lines["due_latest"] = lines["revised_on"].fillna(lines["promised_on"])
    arrived = judged(deliveries)
    arrived = arrived[arrived["delivered_on"] <= as_of]
    line = list(by)
    counted = arrived[[*line, "delivered_on"]].assign(**{name: units(arrived[name]) for name in QUANTITIES})
    grouped = counted.groupby(line, as_index=False)  # columns at once: with `agg` each would be a pass of its own
    last = grouped["delivered_on"].max()["delivered_on"]
    sums = grouped[QUANTITIES].sum().assign(last_delivered_on=last)
    lines = lines.merge(sums, on=line, how="left")
    for name in QUANTITIES:
        lines[name] = from_units(lines[name].fillna(0).astype("int64"), 4)
    lines["unjudged"] = fixed(lines["received"] - lines["accepted"] - lines["rejected"], 4)
    return lines.merge(_completions(counted, lines, line), on=line, how="left")


def judged(deliveries: pd.DataFrame) -> pd.DataFrame:
    """Deliveries with accepted and rejected filled only where arithmetic forces them, never from a blank alone.

    accepted = received → rejected 0; rejected = received → accepted 0. All else stays blank: unknown.
    """
    rows = deliveries.copy()
    none_rejected = rows["rejected"].isna() & (rows["accepted"] == rows["received"])
    none_accepted = rows["accepted"].isna() & (rows["rejected"] == rows["received"])
    rows["rejected"] = rows["rejected"].mask(none_rejected.fillna(False), 0)
    rows["accepted"] = rows["accepted"].mask(none_accepted.fillna(False), 0)
    return rows


def _completions(counted: pd.DataFrame, lines: pd.DataFrame, line: list[str]) -> pd.DataFrame:
    """For each line fully accepted, the day on which its accepted quantity reached the ordered one."""
    ordered = lines[line].assign(wanted=units(lines["quantity"]))
    arrivals = counted.merge(ordered, on=line).sort_values("delivered_on", kind="stable")
    complete = arrivals[arrivals.groupby(line)["accepted"].cumsum() >= arrivals["wanted"]]
    firsts = complete[[*line, "delivered_on"]].drop_duplicates(line)  # in the order of their days
    return firsts.rename(columns={"delivered_on": "completed_on"})


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
