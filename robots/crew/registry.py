"""How a robot is known: a function `(ledger, rules, today) → decisions` under `@robot`, in a file of its own."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import robots.crew
from robots.model.decisions import Decision
from robots.rules import Rules

if TYPE_CHECKING:
    from robots.ledger import Ledger  # pandas comes with it: a turn without work stays quick

Robot = Callable[["Ledger", Rules, date], Iterator[Decision]]
_KNOWN: dict[str, Robot] = {}


def robot(function: Robot) -> Robot:
    """Make a function a member of the crew, under the name of its file."""
    _KNOWN[function.__module__.rsplit(".", 1)[-1]] = function
    return function


def names() -> tuple[str, ...]:
    """The robots' names, by their files, without importing them (a turn with nothing to do stays quick)."""
    return tuple(m.name for m in pkgutil.iter_modules(robots.crew.__path__) if m.name != "registry")


@cache
def crew() -> dict[str, Robot]:
    """Every robot by name."""
    for name in names():
        importlib.import_module(f"robots.crew.{name}")
    return dict(_KNOWN)
