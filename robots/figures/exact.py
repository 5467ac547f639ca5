"""Exact arithmetic on decimal columns: precision adds up on each product and sum, so each step is cast back."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


def fixed(column: pd.Series, scale: int) -> pd.Series:
    """A decimal column at 18 digits and `scale`, rounded half up (away from zero)."""
    array = pa.chunked_array(pa.array(column))
    if not pa.types.is_decimal(array.type):
        array = pc.cast(array, pa.decimal128(28, scale))
    rounded = pc.round(array, ndigits=scale, round_mode="half_towards_infinity") if array.type.scale > scale else array
    return pd.Series(pd.array(pc.cast(rounded, pa.decimal128(18, scale)), dtype=_dtype(scale)), index=column.index)


def times(left: pd.Series, right: pd.Series, scale: int) -> pd.Series:
    """left × right at `scale`, rounded half up."""
    return fixed(left * right, scale)


def _dtype(scale: int) -> pd.ArrowDtype:
    return pd.ArrowDtype(pa.decimal128(18, scale))


def units(column: pd.Series) -> pd.Series:
    """A decimal column as whole numbers of its last place (int64), null as 0: for running sums, which Arrow lacks."""
    array = pa.chunked_array(pa.array(column))
    factor = pa.scalar(Decimal(10**array.type.scale), pa.decimal128(7, 0))
    whole = pc.fill_null(pc.multiply(pc.cast(array, pa.decimal128(19, array.type.scale)), factor), 0)
    return pd.Series(pc.cast(whole, pa.int64()).to_numpy(), index=column.index)


def from_units(column: pd.Series, scale: int) -> pd.Series:
    """Whole numbers of the last place back to decimals."""
    wide = pc.cast(pa.array(column, pa.int64()), pa.decimal128(19, 0))
    scaled = pa.Array.from_buffers(pa.decimal128(19, scale), len(wide), wide.buffers(), wide.null_count, wide.offset)
    return pd.Series(pd.array(scaled.cast(pa.decimal128(18, scale)), dtype=_dtype(scale)), index=column.index)
