"""Staying awake: a dropped file wakes the belt, a failing turn does not stop it, a folder made anew is seen again."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from robots.edge import watch


class Belt:
    """keep_watch in a thread, counting its pulses."""

    def __init__(self, inbox: Path, sweep: float, pulse: Callable[[], None] = lambda: None) -> None:
        self.pulses = 0
        self._pulse, self.stop = pulse, threading.Event()
        self.thread = threading.Thread(target=watch.keep_watch, args=(inbox, self.once, self.stop, sweep), daemon=True)
        self.thread.start()
        self.until(1)

    def once(self) -> None:
        self.pulses += 1
        self._pulse()

    def until(self, pulses: int) -> None:
        soon(lambda: self.pulses >= pulses, f"{pulses} pulses")

    def quiet(self) -> int:
        """The pulses there are when no event of before comes any more."""
        pulses = -1
        while pulses != self.pulses:
            pulses = self.pulses
            time.sleep(0.3)
        return pulses

    def end(self) -> None:
        self.stop.set()
        self.thread.join(10)
        assert not self.thread.is_alive()


def soon(there: Callable[[], bool], what: str, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, f"expected: {what}"
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_AFTER_EVENT", 0.05)
    monkeypatch.setattr(watch, "_LOOK", 0.05)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the belt has set out to watch, one folder after the other, None where there was none: the last is now."""
    told: list[object] = []
    restart = watch._restart

    def and_tell(*given: object) -> object:
        observer, folder = restart(*given)
        told.append(folder)
        return observer, folder

    monkeypatch.setattr(watch, "_restart", and_tell)
    return told


def test_a_dropped_file_wakes_the_belt_long_before_the_sweep(tmp_path: Path, watched: list[object]) -> None:
    belt = Belt(tmp_path, sweep=600)
    soon(lambda: bool(watched), "an observer")
    (tmp_path / "订单.xlsx").write_bytes(b"x")
    belt.until(2)
    belt.end()


def test_the_sweep_comes_without_any_event(tmp_path: Path) -> None:
    belt = Belt(tmp_path / "not there", sweep=1)
    belt.until(3)
    belt.end()


def test_a_turn_that_fails_does_not_stop_the_belt(tmp_path: Path) -> None:
    def fail() -> None:
        raise RuntimeError("a bug")

    belt = Belt(tmp_path, sweep=1, pulse=fail)
    belt.until(3)
    belt.end()


def test_a_folder_taken_away_and_made_anew_is_watched_again(tmp_path: Path, watched: list[object]) -> None:
    inbox = tmp_path / "收件箱"
    inbox.mkdir()
    belt = Belt(inbox, sweep=600)
    soon(lambda: bool(watched), "an observer")
    shutil.rmtree(inbox)
    soon(lambda: watched[-1] is None, "nothing watched")
    inbox.mkdir()
    soon(lambda: watched[-1] is not None, "an observer of the new folder")
    before = belt.quiet()
    (inbox / "订单.xlsx").write_bytes(b"x")
    belt.until(before + 1)
    belt.end()
