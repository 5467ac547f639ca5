"""Writes the goldens: each folder's workbook, why.md and expected.json (what the reader makes of the workbook today)."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from tests.goldens import answer, cases
from tests.goldens.golden import GOLDENS, Golden

FOLDER = Path(__file__).parent


def all_goldens() -> dict[str, Golden]:
    """Every golden by name, in the order of their numbers."""
    for module in pkgutil.iter_modules(cases.__path__):
        importlib.import_module(f"{cases.__name__}.{module.name}")
    return dict(sorted(GOLDENS.items()))


def why(golden: Golden) -> str:
    """The text of why.md."""
    return "\n\n".join(golden.why) + "\n"


def write(golden: Golden, folder: Path) -> None:
    """One golden's three files; files of an earlier name are removed."""
    place = folder / golden.name
    place.mkdir(parents=True, exist_ok=True)
    for old in place.iterdir():
        if old.name not in (golden.file, "why.md", "expected.json"):
            old.unlink()
    (place / golden.file).write_bytes(golden.make())
    (place / "why.md").write_text(why(golden), "utf-8", newline="\n")
    (place / "expected.json").write_text(answer.read(place / golden.file, golden).as_json(), "utf-8", newline="\n")
