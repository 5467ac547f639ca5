"""How often Python looks for cycles of garbage while rows are made by the hundred thousand."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = 100_000  # objects made between two looks; Python's own number is 700 (2,000 from 3.12 on)


@contextmanager
def seldom() -> Iterator[None]:
    """While a turn works: each look goes through everything that is alive, and finds next to nothing, for rows hold no
    cycles. It took a third of the time of a large turn."""
    usual = gc.get_threshold()
    gc.set_threshold(_SELDOM, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
