"""A batch's life, cut off by `kill -9` at every named point: no key is paid twice, none is lost, no letter is missing.

A child process tells the story over a real home and is killed at one point after the other; what stands there
afterwards is looked at from outside.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest

from robots.edge import homes
from robots.edge.points import POINTS
from tests.conftest import SETTINGS, Home
from tests.test_approvals import (
    BATCH,
    FIRST,
    FRIDAY,
    MONDAY,
    PEOPLE,
    code_of,
    filled,
    form_of,
    invoices_of,
    letters,
    opened,
)

ROOT = Path(__file__).resolve().parents[1]

# The nursery has everything loaded; each turn is a process of its own, forked from it, that may be killed. What is
# read is read in that process, so that it is the one that dies.
NURSERY = """
import json, os, sys
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from robots import conveyor
from robots.crew import registry
from robots.edge import desk, points, reading_room
from robots.edge import settings as configuration
from robots.edge.store import open_store

registry.crew()

def turn(home, at, point):
    points._at, _, times = point.partition(":")
    points._left = int(times or 1)
    settings = configuration.load(Path(home), registry.names())
    read = lambda path, name, look, passwords=(): reading_room.read_file(path, name, look, settings.lexicon, passwords)
    desk.open_reading_room = lambda settings: nullcontext(SimpleNamespace(read=read, lexicon=settings.lexicon))
    now = datetime.fromisoformat(at)
    store = open_store(settings.toml.database.url, settings.state, now)
    report = conveyor.turn(settings, store, now)
    store.close()
    return 3 if report.troubles else 0 if report.did_something else 7

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        try:
            os._exit(turn(*json.loads(line)))
        finally:
            os._exit(4)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
QUIET, KILLED = 7, -signal.SIGKILL
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a forked process per turn: not on Windows")


class Nursery:
    """Turns of a home, each in a process that can be killed."""

    def __init__(self, home: Path) -> None:
        self._home = home
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen([sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, text=True,
                                         stdout=subprocess.PIPE, cwd=ROOT, env=environment)  # fmt: skip

    def turn(self, at: Any, point: str = "") -> int:
        """How a turn ended: 0 it did something, 7 nothing was to do, −9 it was killed at its point."""
        assert self._process.stdin and self._process.stdout
        print(json.dumps([str(self._home), at.isoformat(), point]), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def until_quiet(self, at: Any) -> None:
        for _ in range(5):
            if (ended := self.turn(at)) == QUIET:
                return
            assert ended == 0
        raise AssertionError("it never comes to rest")

    def close(self) -> None:
        self._process.communicate()


def made(path: Path, books: SimpleNamespace) -> Home:
    homes.make(path, "zh", FRIDAY.date())
    (path / "config" / "robots.toml").write_text(SETTINGS.format(url="") + PEOPLE, "utf-8")
    home = opened(path)
    invoices_of(home, books, 1, 2, 3)
    return home


def keys_on(path: Path) -> list[str]:
    """The payment keys on a release list."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return [row[6].value for row in sheet.iter_rows() if isinstance(row[6].value, str) and len(row[6].value) == 24]


def is_proposed_once(home: Home) -> None:
    """One batch whose total is its lines', one form and one code for each approver, every key moved once."""
    (batch,) = home.export("batches")
    lines = home.export("payables")
    assert (batch["batch"], batch["state"], {row["state"] for row in lines}) == (BATCH, "proposed", {"proposed"})
    assert Decimal(batch["total"]) == sum(Decimal(row["net"]) for row in lines) == Decimal("1695.00")
    assert set(Counter(m["payment_key"] for m in home.export("movements")).values()) == {1}
    assert len(home.export("movements")) == len(lines) == 3
    assert len(list(home.settings.out_folder("forms").glob("付款审批单*"))) == 2
    assert all(len(letters(home, to)) == 1 for to in ("one@example.com", "two@example.com"))
    assert len(list(home.settings.out_folder("payments").glob("付款申请单*"))) == 1
    assert_whole(home)


def is_released_once(home: Home) -> None:
    """What was approved is on one release list, each key once; what was refused is on none."""
    (batch,) = home.export("batches")
    states = {row["payment_key"]: row["state"] for row in home.export("payables")}
    released = sorted(key for key, state in states.items() if state == "released")
    assert sorted(states.values()) == ["rejected", "released", "released"]
    paid = sum(Decimal(row["net"]) for row in home.export("payables") if row["state"] == "released")
    assert (batch["state"], batch["lines"], Decimal(batch["total"])) == ("released", 2, paid)
    (paper,) = home.settings.out_folder("payments").glob("付款放行清单*")
    assert sorted(keys_on(paper)) == released
    moves = Counter((m["payment_key"], m["state_after"]) for m in home.export("movements"))
    assert set(moves.values()) == {1} and len(moves) == 3 + 2 * 2 + 1
    told = [one for one in letters(home, "finance@example.com") if "批准放行" in one["Subject"]]
    assert len(told) == 1 and len(list(told[0].iter_attachments())) == 1
    assert_whole(home)


def assert_whole(home: Home) -> None:
    assert [path for path in home.settings.inbox.rglob("*") if path.is_file()] == []
    assert {row["state"] for row in home.export("letters")} == {"sent"}
    assert [path for path in home.settings.outbox.rglob("*.tmp") if path.is_file()] == []
    with home.store.transaction() as tx:
        assert tx.journal_broken_at() is None


def returned(home: Home) -> None:
    form = filled(form_of(home, FIRST), code_of(home, "one@example.com"), refuse={"02": "发票抬头不对"})
    home.drop("审批.xlsx", form)


@pytest.fixture
def nursery(tmp_path: Path) -> Any:
    made_one = Nursery(tmp_path / "外协")
    yield made_one
    made_one.close()


DAYS = ((FRIDAY, is_proposed_once, POINTS[::2]), (MONDAY, is_released_once, POINTS[1::2]))


def test_one_history_that_is_killed_at_every_point(tmp_path: Path, books: SimpleNamespace, nursery: Nursery) -> None:
    """Each turn is begun again after every kill and dies at the next of its points, until it has passed them all."""
    home = made(tmp_path / "外协", books)
    killed = []
    for day, check, points in DAYS:
        killed += [point for point in points if nursery.turn(day, point) == KILLED]
        nursery.until_quiet(day)
        check(home)
        if day == FRIDAY:
            returned(home)
    assert sorted(killed) == sorted(POINTS) and len(POINTS) >= 20
    is_released_once(home)
    home.store.close()


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("ROBOTS_TEST_SLOW"), reason="minutes; set ROBOTS_TEST_SLOW=1")
@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("point", POINTS)
def test_a_history_that_is_killed_once(
    tmp_path: Path, books: SimpleNamespace, nursery: Nursery, point: str, times: int
) -> None:
    """Every point by itself, at the first, second and third time that it is passed, on both days."""
    home = made(tmp_path / "外协", books)
    for day, check, _ in DAYS:
        nursery.turn(day, f"{point}:{times}")
        nursery.until_quiet(day)
        check(home)
        if day == FRIDAY:
            returned(home)
    home.store.close()
