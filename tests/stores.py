"""Empty stores in memory, for what needs many of them: the hundred tables are made once a run."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import cast

from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from robots.edge.store import Store
from robots.edge.store.migrations import migrate

_FREE: list[Store] = []


@contextmanager
def a_store() -> Iterator[Store]:
    """An empty store in memory: one that somebody has done with, for an engine that is new has every query to learn."""
    store = _FREE.pop() if _FREE else _in_memory()
    _connection(_empty()).backup(_connection(store))
    yield store
    _FREE.append(store)


def _in_memory() -> Store:
    return Store(create_engine("sqlite://", poolclass=StaticPool))


@cache
def _empty() -> Store:
    store = _in_memory()
    migrate(store.engine, datetime(2026, 6, 1))
    return store


def _connection(store: Store) -> sqlite3.Connection:
    return cast("sqlite3.Connection", store.engine.raw_connection().driver_connection)
