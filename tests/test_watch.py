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

    def until(self, pulses: int, seconds: float = 15) -> None:
        end = time.monotonic() + seconds
        while self.pulses < pulses:
            assert time.monotonic() < end, f"{self.pulses} pulses, {pulses} expected"
            time.sleep(0.02)

    def end(self) -> None:
        self.stop.set()
        self.thread.join(10)
        assert not self.thread.is_alive()


@pytest.fixture(autouse=True)
def no_waiting_after_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_AFTER_EVENT", 0.05)


def test_a_dropped_file_wakes_the_belt_long_before_the_sweep(tmp_path: Path) -> None:
    belt = Belt(tmp_path, sweep=600)
    time.sleep(0.3)
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


def test_a_folder_taken_away_and_made_anew_is_watched_again(tmp_path: Path) -> None:
    inbox = tmp_path / "收件箱"
    inbox.mkdir()
    belt = Belt(inbox, sweep=600)
    time.sleep(0.3)
    shutil.rmtree(inbox)
    time.sleep(1.5)
    inbox.mkdir()
    time.sleep(2.5)
    before = belt.pulses
    (inbox / "订单.xlsx").write_bytes(b"x")
    belt.until(before + 1)
    belt.end()
