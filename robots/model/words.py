"""What users read, kept as a key and its values until the edge speaks it in the language of the home.

The pure middle never holds a sentence: it says `say("finding.DATE_BAD.says", seen="2026/6/31")`, and a catalogue
(`config/languages/<language>.toml`) turns that into Chinese or English just before it is written or sent.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import NoneType
from typing import Any


@dataclass(frozen=True)
class Say:
    """One sentence or label: a catalogue key and the values that fill it."""

    key: str
    values: tuple[tuple[str, Any], ...] = ()


Text = str | Say
_PLAIN = frozenset({str, int, float, bool, Decimal, date, NoneType})  # said as they are: nearly all that is rendered


def say(key: str, /, **values: Any) -> Say:
    """A sentence to be spoken later.

    >>> say("alert.LATE", days=3)
    Say(key='alert.LATE', values=(('days', 3),))
    """
    return Say(key, tuple(values.items()))


@dataclass(frozen=True)
class Catalogue:
    """All sentences of one language, by key."""

    language: str
    entries: Mapping[str, str]

    def speak(self, text: Text) -> str:
        """The sentence in this language; a key nobody wrote comes back as the key, so that it is seen."""
        if isinstance(text, str):
            return text
        values = {name: _shown(self.render(value)) for name, value in text.values}
        return self.entries.get(text.key, text.key).format_map(_Shown(values))

    def render(self, value: Any) -> Any:
        """`value` with every `Say` inside it spoken; dataclasses and tuples keep their shape."""
        if isinstance(value, Say):
            return self.speak(value)
        if isinstance(value, tuple):
            return tuple([item if type(item) in _PLAIN else self.render(item) for item in value])
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return dataclasses.replace(
                value, **{f.name: self.render(getattr(value, f.name)) for f in dataclasses.fields(value) if f.init}
            )
        return value


def _shown(value: Any) -> Any:
    """Several texts stand one under the other; a figure loses its trailing zeros, money keeps its cents."""
    if isinstance(value, tuple):
        return "\n".join(map(str, value))
    if isinstance(value, Decimal) and value.as_tuple().exponent != -2:
        return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
    return value


class _Shown(dict[str, Any]):
    """Values of a sentence; what is missing or null shows as a dash rather than failing."""

    def __getitem__(self, name: str) -> Any:
        value = super().get(name)
        return _Dash() if value is None else value


class _Dash:
    """A value nobody gave: a dash under any format."""

    def __format__(self, spec: str) -> str:
        return "—"


def flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested catalogue tables as dotted keys.

    >>> flatten({"alert": {"LATE": "late"}})
    {'alert.LATE': 'late'}
    """
    flat: dict[str, str] = {}
    for name, value in tree.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = str(value)
    return flat
