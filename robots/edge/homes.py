"""Making a home: folders, commented settings, and the lease that keeps two belts apart."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from filelock import FileLock, Timeout

from robots.edge.settings import FOLDER_NAMES, OUT_FOLDERS, SHIPPED, Settings

DEMO_DAYS = (date(2026, 7, 3), date(2026, 7, 6), date(2026, 7, 7))
_DEMO_MARK = ".robots-demo"
_DEMO_SETTINGS = """# The demo's settings: laid over the shipped ones.
language = "{language}"

[intake]
quiet_seconds = 0.0

[payments]
settle_from = 2026-06-01
"""


class HomeInUse(Exception):
    """Another belt holds this home."""


class NotEmpty(Exception):
    """The folder holds something that is not ours to replace."""


@contextmanager
def lease(settings: Settings) -> Iterator[None]:
    """Hold the home while working; the lock goes with the process, so a crash leaves nothing. Raises HomeInUse."""
    settings.state.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.state / "robots.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise HomeInUse(str(settings.home)) from error
    try:
        yield
    finally:
        lock.release()


def make(home: Path, language: str, today: date) -> Path:
    """A new home with every folder and a commented robots.toml. Existing files are left as they are."""
    folders = FOLDER_NAMES[language]
    outbox = home / folders["outbox"]
    for path in (home / folders["inbox"], *(outbox / name for name in OUT_FOLDERS[language].values())):
        path.mkdir(parents=True, exist_ok=True)
    for name in ("archive", "state", "config/kinds", "config/sources", "config/rules", "config/holidays"):
        (home / name).mkdir(parents=True, exist_ok=True)
    _write_new(home / "config" / "robots.toml", _commented(language))
    _write_new(home / "config" / "since", f"{today.isoformat()}\n")
    return home


def _commented(language: str) -> str:
    """The shipped settings, every value a comment: a team uncomments what it changes."""
    lines = (SHIPPED / "config" / "robots.toml").read_text("utf-8").splitlines()
    commented = [line if not line or line.startswith(("#", "[")) else f"# {line}" for line in lines]
    return f'language = "{language}"\n\n' + "\n".join(line for line in commented if "language =" not in line) + "\n"


def _write_new(path: Path, text: str) -> None:
    if not path.exists():
        path.write_text(text, "utf-8")


def make_demo(home: Path, language: str) -> Path:
    """A fresh demo home; an earlier demo is replaced, anything else is refused. Raises NotEmpty."""
    if home.exists() and any(home.iterdir()):
        if not (home / _DEMO_MARK).exists():
            raise NotEmpty(str(home))
        shutil.rmtree(home)
    make(home, language, DEMO_DAYS[0])
    (home / _DEMO_MARK).write_text("", "utf-8")
    (home / "config" / "robots.toml").write_text(_DEMO_SETTINGS.format(language=language), "utf-8")
    return home


def drop_samples(inbox: Path, number: int) -> list[str]:
    """Copy the sample workbooks of a demo day into the inbox, as people would drop them."""
    files = sorted((SHIPPED / "sample_workbooks" / f"day{number}").iterdir())
    for path in files:
        shutil.copyfile(path, inbox / path.name)
    return [path.name for path in files]
