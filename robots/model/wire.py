"""Decisions as JSON and back, exactly: decimals, dates and our dataclasses keep their type.

Used for the outbox queue, so that what was decided can be carried out after a crash, and for content hashes.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from types import NoneType
from typing import Any, TypeVar

_TRAVELLERS: dict[str, type] = {}
T = TypeVar("T")


def travels(cls: type[T]) -> type[T]:
    """Class decorator: values of this dataclass may be queued."""
    _TRAVELLERS[cls.__name__] = cls
    return cls


def dump(value: Any) -> str:
    """`value` as JSON text, the same text for the same value."""
    return json.dumps(_pack(value), ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Any:
    """The value that `dump` wrote."""
    return _unpack(json.loads(text))


_PLAIN = frozenset({str, int, float, bool, NoneType})  # nearly all that is packed


def _pack(value: Any) -> Any:
    if type(value) is tuple:
        return [item if type(item) in _PLAIN else _pack(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, tuple | list):
        return [_pack(item) for item in value]
    return {"$": type(value).__name__, **_inside(value)}


def _inside(value: Any) -> dict[str, Any]:
    if isinstance(value, Decimal):
        return {"v": str(value)}
    if isinstance(value, date):
        return {"v": value.isoformat()}
    return {f.name: _pack(getattr(value, f.name)) for f in dataclasses.fields(value) if f.init}


_ATOMS: dict[str, Callable[[str], Any]] = {
    "Decimal": Decimal,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}


def _unpack(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_unpack(item) for item in value)
    if not isinstance(value, dict):
        return value
    kind = value.pop("$")
    if kind in _ATOMS:
        return _ATOMS[kind](value["v"])
    return _TRAVELLERS[kind](**{name: _unpack(item) for name, item in value.items()})
