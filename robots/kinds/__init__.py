"""The kinds of workbook a team keeps. One file here declares one kind; being here is being known.

A kind is its typed fields, its key and its own checks. What people *call* the sheets and columns is not here but in
`config/kinds/<kind>.toml`.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from robots.kinds.kind import Field, Kind


@cache
def known() -> dict[str, Kind]:
    """Every declared kind by name, in the order of the files."""
    modules = (m.name for m in pkgutil.iter_modules(__path__) if m.name not in ("kind", "words", "check"))
    kinds = (importlib.import_module(f"{__name__}.{name}").KIND for name in sorted(modules))
    return {kind.name: kind for kind in kinds}


__all__ = ["Field", "Kind", "known"]
