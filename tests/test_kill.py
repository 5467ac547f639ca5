"""A batch's life, cut off by `kill -9` at every named point: no key is paid twice, none is lost, no letter is missing.

A child process tells the story over a real home and is killed at one point after the other; what stands there
afterwards is looked at from outside. The story: put up, released with the bank's file, taken back in from the bank,
one line reversed and put up again, its batches void twice, and at last paid; and what was refused, too.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest

from robots.edge import homes
from robots.edge.points import POINTS
from tests.conftest import SETTINGS, Home, xlsx
from tests.test_approvals import (
    ACCOUNT,
    BATCH,
    FIRST,
    FRIDAY,
    MONDAY,
    PEOPLE,
    PREPARER,
    bank_row,
    code_of,
    filled,
    form_of,
    invoices_of,
    letters,
    opened,
    records_of,
    states,
)

ROOT = Path(__file__).resolve().parents[1]

# The nursery has everything loaded; each turn is a process of its own, forked from it, that may be killed. What is
# read is read in that process, so that it is the one that dies.
NURSERY = """
import json, os, sys
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from robots import conveyor
from robots.crew import registry
import pyarrow.dataset
from robots.edge import desk, points, reading_room
from robots.edge.excel_in import calamine, ooxml
from robots.edge import settings as configuration
from robots.edge.store import open_store

registry.crew()

def turn(home, at, point, crew, wanted):
    points._at, _, times = point.partition(":")
    points._left = int(times or 1)
    settings = configuration.load(Path(home), registry.names())
    if crew:
        mine = {name: when for name, when in settings.crew.items() if name in crew}
        settings = replace(settings, crew=mine, on_news=settings.on_news & set(crew))
    read = lambda path, name, look, passwords=(): reading_room.read_file(path, name, look, settings.lexicon, passwords)
    desk.open_reading_room = lambda settings: nullcontext(SimpleNamespace(read=read, lexicon=settings.lexicon))
    now = datetime.fromisoformat(at)
    store = open_store(settings.toml.database.url, settings.state, now)
    report = conveyor.reverse(settings, store, now, wanted)[1] if wanted else None
    report = report or conveyor.turn(settings, store, now)
    store.close()
    return 3 if report.troubles else 0 if report.did_something else 7

for line in sys.stdin:
    configuration.load(Path(json.loads(line)[0]), registry.names())  # what it keeps, each turn has
    child = os.fork()
    if child == 0:
        try:
            os._exit(turn(*json.loads(line)))
        finally:
            os._exit(4)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
QUIET, KILLED = 7, -signal.SIGKILL
SECOND, THIRD, LAST = "FK-20260706-01", "FK-20260707-01", "FK-20260708-01"
REFUSED = "FK-20260706-02"  # what was refused comes up again on a sheet of its own
REVERSAL = "CX-20260706-01"
KEY = re.compile(r"[0-9a-f]{24}")
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a forked process per turn: not on Windows")


Wanted = dict[str, str] | None


def nobody(_: Home) -> None:
    """Nobody does anything."""


@dataclass(frozen=True)
class Act:
    """One act of the story: when the belt turns; what a person does first, who drops something or asks for a reversal
    in place of a turn (what is wanted is given back); what stands there afterwards. `points`: where it is killed in
    the short story, in the order in which it comes by; `crew`: who works, everybody where nobody is named."""

    at: datetime
    first: Callable[[Home], Wanted]
    check: Callable[[Home], None]
    points: tuple[str, ...] = ()
    crew: tuple[str, ...] = ("bookkeeper", "paymaster")


class Nursery:
    """Turns of a home, each in a process that can be killed."""

    def __init__(self, home: Path) -> None:
        self._home = home
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen([sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, text=True,
                                         stdout=subprocess.PIPE, cwd=ROOT, env=environment)  # fmt: skip

    def turn(self, act: Act, wanted: Wanted, point: str = "") -> int:
        """How a turn ended: 0 it did something, 7 nothing was to do, −9 it was killed at its point."""
        assert self._process.stdin and self._process.stdout
        told = [str(self._home), act.at.isoformat(), point, act.crew, wanted]
        print(json.dumps(told), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def until_quiet(self, act: Act, wanted: Wanted) -> None:
        for _ in range(5):
            if (ended := self.turn(act, wanted)) == QUIET:
                return
            assert ended == 0
        raise AssertionError("it never comes to rest")

    def close(self) -> None:
        self._process.communicate()


def made(path: Path, books: SimpleNamespace) -> Home:
    homes.make(path, "zh", FRIDAY.date())
    (path / "config" / "robots.toml").write_text(SETTINGS.format(url="") + PEOPLE + ACCOUNT, "utf-8")
    home = opened(path)
    invoices_of(home, books, 1, 2, 3)
    return home


# ------------------------------------------------------------------ what people do


def approves(batch: str, home: Home, **how: Any) -> None:
    form = filled(form_of(home, FIRST, batch), code_of(home, "one@example.com", batch), **how)
    home.drop(f"审批 {batch}.xlsx", form)


def mistypes(batch: str, home: Home) -> None:
    home.drop(f"审批 {batch}.xlsx", filled(form_of(home, FIRST, batch), "22222-22222"))


def spoils(batch: str, home: Home) -> None:
    approves(batch, home, spoil=lambda sheet, row: sheet.cell(row, 7, 5650))


def bank_answers(home: Home) -> None:
    """The first line is paid; the third came back."""
    lines = {row["invoice_no"][-1]: row for row in home.export("payables")}
    back = bank_row(lines["3"], "B-3") | {"付款状态": "退回"}
    home.drop("银行返回.xlsx", xlsx({"回单": [bank_row(lines["1"], "B-1"), back]}))


def clerk_asks(home: Home) -> Wanted:
    (key,) = (row["payment_key"] for row in home.export("payables") if row["invoice_no"].endswith("3"))
    return {"payment_key": key, "reason": "户名写错", "by": PREPARER}


def approves_reversal(home: Home) -> None:
    form = filled(form_of(home, "示例总监", REVERSAL), code_of(home, "two@example.com", REVERSAL))
    home.drop("冲销.xlsx", form)


# ------------------------------------------------------------------ what stands there


def is_put_up_once(batch: str, ends: str, home: Home) -> None:
    """One batch whose total is its lines', one sheet, one form and one code for each approver."""
    (row,) = (one for one in records_of(home, "batches") if one["batch"] == batch)
    lines = [one for one in records_of(home, "payables") if one["batch"] == batch]
    assert (row["state"], {line["state"] for line in lines}) == ("proposed", {"proposed"})
    assert sorted(line["invoice_no"][-1] for line in lines) == sorted(ends)
    assert Decimal(row["total"]) == sum(Decimal(line["net"]) for line in lines) == 565 * len(ends)
    assert len(list(home.settings.out_folder("forms").glob(f"付款审批单*{batch}*"))) == 2
    assert code_of(home, "one@example.com", batch) != code_of(home, "two@example.com", batch)
    assert len(list(home.settings.out_folder("payments").glob(f"付款申请单*{batch}*"))) == 1
    assert_whole(home)


def is_released_once(batch: str, ends: str, home: Home) -> None:
    """What was approved is on one release list and in one file for the bank, each key once; nothing else is."""
    (row,) = (one for one in records_of(home, "batches") if one["batch"] == batch)
    lines = [one for one in records_of(home, "payables") if (one["batch"], one["state"]) == (batch, "released")]
    assert sorted(line["invoice_no"][-1] for line in lines) == sorted(ends)
    assert (row["state"], row["lines"], Decimal(row["total"])) == ("released", len(ends), 565 * len(ends))
    for paper in ("付款放行清单", "银行付款文件"):
        (path,) = home.settings.out_folder("payments").glob(f"{paper}*{batch}*")
        assert keys_on(path) == sorted(line["payment_key"] for line in lines)
    told = [
        one for one in letters(home, "finance@example.com") if "批准放行" in one["Subject"] and batch in one["Subject"]
    ]
    assert len(told) == 1 and len(list(told[0].iter_attachments())) == 1
    assert_whole(home)


def is_told_once(home: Home) -> None:
    """Each row of the bank's has moved its line, once."""
    assert states(home) == {"1": "confirmed", "2": "rejected", "3": "returned"}
    told = {row["bank_reference"]: row["outcome"] for row in records_of(home, "returns")}
    assert told == {"B-1": "confirmed", "B-3": "returned"} and len(records_of(home, "returns")) == 2
    assert_whole(home)


def is_asked_once(home: Home) -> None:
    """One reversal, with a form and a code for each who may approve it."""
    assert [(row["reversal"], row["state"]) for row in records_of(home, "reversals")] == [(REVERSAL, "proposed")]
    assert states(home)["3"] == "returned"
    assert len([p for p in home.settings.out_folder("forms").iterdir() if REVERSAL in p.name]) == 2
    assert code_of(home, "one@example.com", REVERSAL) != code_of(home, "two@example.com", REVERSAL)
    assert_whole(home)


def is_reversed_once(home: Home) -> None:
    assert [(row["reversal"], row["state"]) for row in records_of(home, "reversals")] == [(REVERSAL, "reversed")]
    assert states(home) == {"1": "confirmed", "2": "rejected", "3": "reversed"}
    assert_whole(home)


def is_void_once(batch: str, why: str, home: Home) -> None:
    (row,) = (one for one in records_of(home, "batches") if one["batch"] == batch)
    assert (row["state"], row["why"]) == ("void", why)
    assert states(home) == {"1": "confirmed", "2": "proposed", "3": "void"}
    assert not [p for p in home.settings.out_folder("payments").iterdir() if "银行付款" in p.name and batch in p.name]
    assert_whole(home)


def assert_whole(home: Home) -> None:
    """No file is left over, no letter waits, every key has moved from state to state without a gap, and what the bank
    was told to pay is what was released, each time once."""
    assert [path for path in home.settings.inbox.rglob("*") if path.is_file()] == []
    assert {row["state"] for row in home.export("letters")} == {"sent"}
    assert [path for path in home.settings.outbox.rglob("*.tmp") if path.is_file()] == []
    moves = sorted(home.export("movements"), key=lambda one: (one["payment_key"], int(one["n"])))
    lives: dict[str, list[str]] = defaultdict(lambda: [""])
    for number, one in ((int(one["n"]), one) for one in moves):
        life = lives[one["payment_key"]]
        assert (number, one["state_before"]) == (len(life), life[-1])
        life.append(one["state_after"])
    assert {row["payment_key"]: row["state"] for row in home.export("payables")} == {k: v[-1] for k, v in lives.items()}
    files = home.settings.out_folder("payments").glob("银行付款文件*.xlsx")
    paid = Counter(key for path in files for key in keys_on(path))
    assert paid == +Counter({key: life.count("released") for key, life in lives.items()})
    with home.store.transaction() as tx:
        assert tx.journal_broken_at() is None


def keys_on(path: Path) -> list[str]:
    """The payment keys on a release list, or in a bank's file."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return sorted(str(c.value) for row in sheet.iter_rows() for c in row if KEY.fullmatch(str(c.value)))


# ------------------------------------------------------------------ the story


def on(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 7, day, hour, minute)


def around(*tables: str) -> tuple[str, ...]:
    return tuple(f"{side} {table}" for table in tables for side in ("before", "after"))


def but(*never: str, of: tuple[str, ...] = POINTS) -> tuple[str, ...]:
    return tuple(point for point in of if point not in never)


def only(*these: str) -> tuple[str, ...]:
    return tuple(point for point in POINTS if point in these)


LATER = but("secret written aside")  # it is made once
PAPERS = tuple(point for point in POINTS if point.startswith("workbook"))
LETTERS = tuple(point for point in POINTS if point.startswith("letter"))
PUT_UP = but("bank queued", *around("returns", "reversals"))
RELEASED = but(*around("returns", "reversals"), of=LATER)
TOLD = but("bank queued", *around("endorsements", "reversals"), of=LATER)
ASKED = only(*around("reversals", "endorsements"), *PAPERS, *LETTERS)
REVERSED = but("bank queued", *around("returns", "batches"), *PAPERS, of=LATER)
VOID = but("bank queued", *around("returns", "reversals"), *PAPERS, of=LATER)

REFUSES = partial(approves, BATCH, refuse={"02": "抬头不对"})
STORY = {
    "put up": Act(FRIDAY, nobody, partial(is_put_up_once, BATCH, "123"), PUT_UP[::2], crew=()),
    "released": Act(MONDAY, REFUSES, partial(is_released_once, BATCH, "13"), RELEASED[1::2]),
    "told by the bank": Act(on(6, 7, 10), bank_answers, is_told_once, only(*TOLD[::4], *around("returns"))),
    "asked to be reversed": Act(on(6, 7, 20), clerk_asks, is_asked_once, ASKED),
    "reversed": Act(on(6, 7, 30), approves_reversal, is_reversed_once, REVERSED[1::3]),
    "put up again": Act(on(6, 18), nobody, partial(is_put_up_once, SECOND, "3")),
    "void": Act(on(7, 7), partial(spoils, SECOND), partial(is_void_once, SECOND, "CHANGED"), VOID[1::3]),
    "put up a third time": Act(on(7, 18), nobody, partial(is_put_up_once, THIRD, "3")),
    "void again": Act(on(8, 7), partial(mistypes, THIRD), partial(is_void_once, THIRD, "TRIES"), VOID[2::3]),
    "put up at last": Act(on(8, 18), nobody, partial(is_put_up_once, LAST, "3")),
    "paid at last": Act(on(9, 7), partial(approves, LAST), partial(is_released_once, LAST, "3"), RELEASED[::2]),
    "the refused one, too": Act(on(9, 7, 10), partial(approves, REFUSED), partial(is_released_once, REFUSED, "2")),
}


@pytest.fixture
def nursery(tmp_path: Path) -> Any:
    made_one = Nursery(tmp_path / "外协")
    yield made_one
    made_one.close()


def shared_out() -> dict[str, tuple[str, ...]]:
    """Each point once, in one of the acts that are to be killed there: in the one that has fewest so far."""
    shares: dict[str, list[str]] = {name: [] for name in STORY}
    acts = {point: [name for name, act in STORY.items() if point in act.points] for point in POINTS}
    for point in sorted(POINTS, key=lambda one: len(acts[one])):
        min((shares[name] for name in acts[point]), key=len).append(point)
    return {name: tuple(p for p in act.points if p in shares[name]) for name, act in STORY.items()}


ALL_OF_THEM = {name: act.points for name, act in STORY.items()}
SLOW = pytest.mark.skipif(not os.environ.get("ROBOTS_TEST_SLOW"), reason="minutes; set ROBOTS_TEST_SLOW=1")


@pytest.mark.parametrize(
    "points",
    [
        pytest.param(shared_out(), id="each once"),
        pytest.param(ALL_OF_THEM, id="each in several acts", marks=[pytest.mark.slow, SLOW]),
    ],
)
def test_one_history_that_is_killed_at_every_point(
    tmp_path: Path, books: SimpleNamespace, nursery: Nursery, points: dict[str, tuple[str, ...]]
) -> None:
    """Each turn is begun again after every kill and dies at the next of its points, until it has passed them all."""
    home = made(tmp_path / "外协", books)
    met = set[str]()
    for name, act in STORY.items():
        wanted = act.first(home)
        killed = tuple(point for point in points[name] if nursery.turn(act, wanted, point) == KILLED)
        assert (name, killed) == (name, points[name])
        met.update(killed)
        nursery.until_quiet(act, wanted)
        act.check(home)
    assert met == set(POINTS) and len(POINTS) >= 20
    home.store.close()


@pytest.mark.slow
@SLOW
@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("point", POINTS)
def test_a_history_that_is_killed_once(
    tmp_path: Path, books: SimpleNamespace, nursery: Nursery, point: str, times: int
) -> None:
    """Every point by itself, at the first, second and third time that it is passed, in every act."""
    home = made(tmp_path / "外协", books)
    for act in STORY.values():
        wanted = act.first(home)
        nursery.turn(act, wanted, f"{point}:{times}")
        nursery.until_quiet(act, wanted)
        act.check(home)
    home.store.close()
