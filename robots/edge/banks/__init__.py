"""Bank files: one file here per format, one file of config/banks per bank that says how that bank wants it.

What does not fit into a bank's format stops the whole file: half a batch is worse than a late one.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, cast

from pydantic import BaseModel

from robots.model.decisions import BankFile


class DoesNotFit(ValueError):
    """The bank's format cannot hold what is to be paid as it is: who and what, in words."""


class _Adapter(Protocol):
    """What a file of this folder offers: the shape of its config, the bytes of a file with their suffix, and how its
    file is read when the bank gives it back (a source of config/sources; {} where it is no workbook)."""

    Layout: type[BaseModel]

    def write(self, file: BankFile, layout: Any, at: datetime) -> tuple[str, bytes]: ...

    def returned(self, layout: Any) -> dict[str, Any]: ...


def formats() -> tuple[str, ...]:
    """The formats there are, by their files."""
    return tuple(module.name for module in pkgutil.iter_modules(__path__))


def _adapter(name: str) -> _Adapter:
    return cast("_Adapter", importlib.import_module(f"{__name__}.{name}"))


def layout(raw: Mapping[str, Any]) -> BaseModel:
    """One file of config/banks, checked by its format. Raises KeyError for an unknown one, pydantic's
    ValidationError for what is wrong inside."""
    if raw.get("format") not in formats():
        raise KeyError(raw.get("format"))
    return _adapter(raw["format"]).Layout.model_validate(raw)


def render(file: BankFile, bank: BaseModel, at: datetime) -> tuple[str, bytes]:
    """The suffix and the bytes of a bank file; the same input and time give the same bytes. Raises DoesNotFit."""
    return _adapter(cast("Any", bank).format).write(file, bank, at)


def returned(bank: BaseModel) -> dict[str, Any]:
    """How a bank's file is read when it comes back with day and result, as a source of config/sources; {} for none."""
    return _adapter(cast("Any", bank).format).returned(bank)
