"""Arrow columns ↔ what the database stores: decimals as scaled integers, days as ISO text. Exact both ways."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Column


def to_stored(column: pa.ChunkedArray) -> list[Any]:
    """One Arrow column as plain values to bind."""
    if pa.types.is_decimal(column.type):
        return _unscaled(column)
    if pa.types.is_temporal(column.type):
        return list(pc.cast(column, pa.string()).to_pylist())
    if pa.types.is_int64(column.type) and not column.null_count:
        return list(column.to_numpy().tolist())  # ten times as fast
    return list(column.to_pylist())


def _unscaled(column: pa.ChunkedArray) -> list[int | None]:
    """The integers inside decimal128 values: the low 64 bits, which hold all of a value of 18 digits."""
    if not len(column):  # every row was set aside: there is no chunk, and no buffer to look into
        return []
    array = pa.concat_arrays(column.chunks) if column.num_chunks != 1 else column.chunk(0)
    words = np.frombuffer(array.buffers()[1], dtype=np.int64)[::2][array.offset : array.offset + len(array)]
    values: list[int | None] = words.tolist()
    if array.null_count:
        return [value if valid else None for value, valid in zip(values, array.is_valid().to_pylist(), strict=True)]
    return values


def from_stored(values: Sequence[Any], column: Column[Any]) -> pa.Array:
    """Stored values as an Arrow column of the type that the table's column describes."""
    scale = column.info.get("scale")
    if scale is not None:
        return _scaled(pa.array(values, pa.int64()), scale)
    if "time" in column.info:
        return pc.cast(pa.array(values, pa.string()), column.info["time"])
    return pa.array(values, _ARROW[column.type.python_type])


_ARROW = {str: pa.string(), int: pa.int64(), bool: pa.bool_()}


def _scaled(integers: pa.Array, scale: int) -> pa.Array:
    wide = pc.cast(integers, pa.decimal128(19, 0))
    return pa.Array.from_buffers(
        pa.decimal128(19, scale), len(wide), wide.buffers(), wide.null_count, wide.offset
    ).cast(pa.decimal128(18, scale))


def bind(value: Any, column: Column[Any]) -> Any:
    """One value of a derived row as it is stored."""
    scale = column.info.get("scale")
    if value is None:
        return None
    if scale is not None:
        return int((Decimal(value).scaleb(scale)).to_integral_value(rounding="ROUND_HALF_UP"))
    return value.isoformat() if isinstance(value, date) else value
