"""Staying awake: the schedule's pulse is the truth, file events only make it come sooner."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import schedule
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from robots.edge.log import LOG

SWEEP_SECONDS = 30
_AFTER_EVENT = 2.0
_LOOK = 1.0  # seconds between two looks at the observer and its folder


class Hints(FileSystemEventHandler):
    """Wakes the belt when something happens in the inbox; can do nothing else, so it cannot fail."""

    def __init__(self) -> None:
        self.wake = threading.Event()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Any event is the same hint: look."""
        del event
        self.wake.set()


def keep_watch(inbox: Path, pulse: Callable[[], None], stop: threading.Event, sweep: float = SWEEP_SECONDS) -> None:
    """Pulse now, every `sweep` seconds and soon after each file event, until `stop` is set.

    A pulse that raises is logged and the next one comes. The observer is looked after: threads die silently when a
    share drops, and a folder renamed and made again leaves them deaf.
    """
    hints = Hints()
    clock = schedule.Scheduler()
    clock.every(max(round(sweep), 1)).seconds.do(_safely, pulse)
    observer, watched = None, None
    _safely(pulse)
    while not stop.is_set():
        if observer is None or not observer.is_alive() or watched != _identity(inbox):
            observer, watched = _restart(observer, hints, inbox)
        if hints.wake.wait(min(sweep, _LOOK)):
            stop.wait(_AFTER_EVENT)
            hints.wake.clear()
            _safely(pulse)
        clock.run_pending()
    _end(observer)


def _safely(pulse: Callable[[], None]) -> None:
    try:
        pulse()
    except Exception:  # noqa: BLE001  # a failed turn is logged and repeated; the belt does not stop
        LOG.exception("a turn failed")


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        stat = folder.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


def _restart(old, hints: Hints, inbox: Path):  # type: ignore[no-untyped-def]  # watchdog's Observer is made at run time
    _end(old)
    watched = _identity(inbox)
    if watched is None:
        return None, None
    observer = Observer()
    try:
        observer.schedule(hints, str(inbox), recursive=True)
        observer.start()
    except OSError:
        LOG.exception("cannot watch %s; sweeping only", inbox)
        return None, watched
    return observer, watched


def _end(observer) -> None:  # type: ignore[no-untyped-def]  # watchdog's Observer is made at run time
    if observer is not None and observer.is_alive():
        observer.stop()
        observer.join(5)
