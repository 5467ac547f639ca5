"""A belt that dies at any point, or does not: run it again, and nothing is lost and nothing is done twice."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from robots import conveyor
from robots.conveyor import Report
from robots.crew import registry
from robots.edge import delivery, desk, folder
from robots.edge.post import Folder
from robots.edge.store.tables import META

if TYPE_CHECKING:
    from types import SimpleNamespace

    from tests.conftest import Home

NOW = datetime(2026, 7, 3, 18)
ROOT = Path(__file__).resolve().parents[1]

# For stories about files and processes: every database would tell the same one.
on_files_only = pytest.mark.parametrize("database_url", ["SQLite"], indirect=True)


class PowerCut(BaseException):
    """Nothing of ours catches this, and nothing of ours tidies up after it."""


POINTS = [
    ("when files are claimed and not read", conveyor, "take_in", "before"),
    ("after the commit, before the files are let go", folder, "let_go", "before"),
    ("between commit and delivery", delivery, "deliver", "before"),
    ("when a workbook is published and not marked", folder, "publish", "after"),
    ("when a letter is sent and not marked", Folder, "send", "after"),
]


def python(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own, where the product can be imported from."""
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)


def drop_all(home: Home, books: SimpleNamespace) -> None:
    """What a small team drops on a day: an order is late, an invoice can be paid."""
    home.drop("外协订单.xlsx", books.orders({}, {"订单号": "PO-2"}))
    home.drop("收货验收.xlsx", books.deliveries())
    home.drop("发票登记.xlsx", books.invoices())
    home.drop("供应商台账.xlsx", books.vendors())
    home.drop("合同台账.xlsx", books.contracts())


def is_whole(home: Home) -> None:
    """What the day comes to, whichever way: each file posted once, one payment sheet, one letter about it."""
    taken = [d["name"] for d in home.export("drops") if d["state"] == "taken"]
    assert sorted(taken) == ["供应商台账.xlsx", "发票登记.xlsx", "合同台账.xlsx", "外协订单.xlsx", "收货验收.xlsx"]
    assert [path for path in home.settings.inbox.rglob("*") if path.is_file()] == []
    assert [(p["net"], p["state"]) for p in home.export("payables")] == [("536.75", "proposed")]
    assert "PO-2/1" in {a["subject"] for a in home.export("alerts")}
    assert len(home.export("batches")) == 1
    assert len(list(home.settings.out_folder("payments").glob("付款申请单*"))) == 1
    assert len(list(home.settings.out_folder("letters").glob("*付款*.eml"))) == 1
    assert {r["state"] for r in home.export("letters")} == {"sent"}


@on_files_only
@pytest.mark.parametrize(("where", "name", "when"), [p[1:] for p in POINTS], ids=[p[0] for p in POINTS])
def test_the_next_turn_takes_up_a_belt_that_was_cut_off(
    home: Home, books: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, where: Any, name: str, when: str
) -> None:
    whole = getattr(where, name)

    def cut(*arguments: Any, **named: Any) -> None:
        if when == "after":
            whole(*arguments, **named)
        raise PowerCut

    drop_all(home, books)
    with monkeypatch.context() as cutting:
        cutting.setattr(where, name, cut)
        with pytest.raises(PowerCut):
            home.turn()
    home.turn()
    is_whole(home)
    assert not home.turn().did_something


DIES = """
import os, sys
from datetime import datetime
from pathlib import Path
from robots import conveyor
from robots.crew import registry
from robots.edge import settings as configuration
from robots.edge.store import open_store

settings = configuration.load(Path(sys.argv[1]), registry.names())
now = datetime(2026, 7, 3, 18)
store = open_store(settings.toml.database.url, settings.state, now)
conveyor._write_letters = lambda *_: os._exit(9)
conveyor.turn(settings, store, now)
"""


def test_the_next_turn_takes_up_a_belt_whose_process_died(home: Home, books: SimpleNamespace) -> None:
    """A process that is gone in the middle of its transaction leaves no lock on the database."""
    drop_all(home, books)
    assert python(DIES, str(home.path)).returncode == 9
    home.turn()
    is_whole(home)


def claimed_and_dropped(home: Home) -> None:
    """A turn that ends when it has claimed what arrived."""
    report = Report(NOW.date())
    conveyor.take(home.settings, conveyor.settle(home.settings, home.store, report), report)


@on_files_only
def test_a_claimed_file_comes_back_and_is_posted_once(home: Home, books: SimpleNamespace) -> None:
    home.let("receptionist")
    home.drop("六月/外协订单.xlsx", books.orders())
    claimed_and_dropped(home)
    assert not (home.settings.inbox / "六月" / "外协订单.xlsx").exists()
    assert home.turn().drops == [("六月/外协订单.xlsx", "taken", "")]
    assert [(o["file"], o["order_id"]) for o in home.export("orders")] == [("六月/外协订单.xlsx", "PO-1")]
    assert home.turn().drops == []


@on_files_only
def test_a_claimed_file_that_was_dropped_again_meanwhile_gives_way_to_the_newer(
    home: Home, books: SimpleNamespace
) -> None:
    home.let("receptionist")
    home.drop("外协订单.xlsx", books.orders({"订单数量": 1}))
    claimed_and_dropped(home)
    home.drop("外协订单.xlsx", books.orders({"订单数量": 2}))
    home.turn()
    assert [o["quantity"] for o in home.export("orders")] == ["2"]
    assert len(list(home.settings.archive.rglob("*.xlsx"))) > 2  # both versions are kept, and the receipts


NAMES = ("订单__六月.xlsx", "六月/订单__甲__乙.xlsx", "六月/订单.xlsx", "订单 .xlsx", f"{'订' * 80}.xlsx")


@on_files_only
def test_claimed_files_come_back_under_their_own_names(home: Home, books: SimpleNamespace) -> None:
    home.let("receptionist")
    for number, name in enumerate(NAMES):
        home.drop(name, books.orders({"订单号": f"PO-{number}"}))
    claimed_and_dropped(home)
    assert sorted(home.turn().drops) == sorted((name, "taken", "") for name in NAMES)


@on_files_only
def test_where_files_stay_a_belt_that_dies_has_not_taken_them(home: Home, books: SimpleNamespace) -> None:
    """With intake.keep a file is done with when its rows are committed, not when it was first seen."""
    home.configure('[mail]\ntransport = "folder"')
    intake = home.settings.toml.intake.model_copy(update={"keep": True})
    toml = home.settings.toml.model_copy(update={"intake": intake})
    home.settings = type(home.settings)(**{**vars(home.settings), "toml": toml})
    place = home.drop("外协订单.xlsx", books.orders())
    claimed_and_dropped(home)
    assert home.turn().drops == [("外协订单.xlsx", "taken", "")]
    assert place.exists()
    assert home.turn().drops == []


# ------------------------------------------------------------------ nothing new


def everything(home: Home) -> tuple[dict[str, list[Any]], dict[str, int]]:
    """Every table row by row, and every file of the home with its time, but for the sign of life."""
    with home.store.engine.connect() as connection:
        tables = {name: sorted(map(repr, connection.execute(table.select()))) for name, table in META.tables.items()}
    left_out = ("heartbeat.json", "robots.db", "robots.db-journal", "robots.db-wal", "robots.db-shm")
    files = {
        str(path.relative_to(home.path)): path.stat().st_mtime_ns
        for path in home.path.rglob("*")
        if path.name not in left_out and path.is_file()
    }
    return tables, files


def test_a_turn_with_nothing_new_changes_no_table_and_writes_no_file(home: Home, books: SimpleNamespace) -> None:
    drop_all(home, books)
    home.turn()
    before = everything(home)
    for _ in range(2):
        report = home.turn()
        assert not report.did_something
        assert everything(home) == before


@on_files_only
def test_one_content_is_posted_once_under_whichever_names_it_comes(home: Home, books: SimpleNamespace) -> None:
    content = books.orders()
    home.drop("甲.xlsx", content)
    home.drop("乙.xlsx", content)
    assert sorted(state for _, state, _ in home.turn().drops) == ["ignored", "taken"]
    before = home.export("orders"), home.export("alerts")
    home.drop("甲.xlsx", content)
    home.drop("丙.xlsx", content)
    assert [state for _, state, _ in home.turn().drops] == ["ignored", "ignored"]
    assert (home.export("orders"), home.export("alerts")) == before


@on_files_only
def test_a_file_that_is_brought_back_to_an_earlier_version_is_news(home: Home, books: SimpleNamespace) -> None:
    home.let("receptionist")
    first, second = books.orders({"订单数量": 1}), books.orders({"订单数量": 2})
    for content in (first, second, first):
        home.drop("外协订单.xlsx", content)
        assert [state for _, state, _ in home.turn().drops] == ["taken"]
    assert [o["quantity"] for o in home.export("orders")] == ["1"]


@on_files_only
def test_files_of_the_very_same_time_keep_each_its_own_rows(home: Home, books: SimpleNamespace) -> None:
    """As they come out of an archive that was unpacked: every one has the same time."""
    home.let("receptionist")
    names = {f"订单{n}.xlsx": f"PO-{n}" for n in range(1, 4)}
    for name, order in names.items():
        os.utime(home.drop(name, books.orders({"订单号": order})), ns=(10**18, 10**18))
    home.turn()
    assert {o["file"]: o["order_id"] for o in home.export("orders")} == names


# ------------------------------------------------------------------ one file spoils, the others go on


def test_a_file_our_own_code_fails_over_costs_no_other_file(
    home: Home, books: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in PostgreSQL, where a failed statement spoils the whole transaction unless it is in a savepoint."""
    whole = desk.words_of

    def fails(reading: Any) -> Any:
        if any(taken.kind == "contracts" for taken in reading.taken):
            return [(None, None, None, None, None)]  # what the database refuses
        return whole(reading)

    monkeypatch.setattr(desk, "words_of", fails)
    drop_all(home, books)
    states = {name: state for name, state, _ in home.turn().drops}
    assert states.pop("合同台账.xlsx") == "unreadable"
    assert set(states.values()) == {"taken"}
    assert (home.export("contracts"), len(home.export("orders"))) == ([], 2)
    assert [f["code"] for f in home.export("findings") if f["drop"] == "合同台账.xlsx"] == ["FILE_FAILED"]


@on_files_only
def test_files_with_the_longest_names_are_taken_and_have_their_receipts(home: Home, books: SimpleNamespace) -> None:
    """255 bytes are all that Linux allows; a name of ours that holds theirs must not be longer."""
    home.let("receptionist")
    names = ["a" * 250 + ".xlsx", "外" * 83 + ".xlsx"]
    for number, name in enumerate(names):
        home.drop(name, books.orders({"订单号": f"PO-{number}"}))
    report = home.turn()
    assert (sorted(report.drops), report.coming) == ([(name, "taken", "") for name in names], [])
    assert {d.trouble for d in report.delivered} == {""}


@on_files_only
@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="names there are always Unicode")
def test_a_file_whose_name_is_not_unicode_does_not_stop_the_belt(home: Home, books: SimpleNamespace) -> None:
    """A zip from a Chinese Windows, unpacked on Linux, has GBK bytes for names."""
    home.drop("外协订单.xlsx", books.orders())
    odd = home.drop("odd.xlsx", books.orders({"订单号": "PO-9"}))
    odd.rename(odd.with_name(os.fsdecode("订单.xlsx".encode("gbk"))))
    assert ("外协订单.xlsx", "taken", "") in home.turn().drops
    home.turn()


@on_files_only
def test_a_file_that_cannot_be_claimed_comes_next_time(
    home: Home, books: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody holds it open on a share: the rename is refused; the others are taken."""
    home.let("receptionist")
    claim = folder.claim

    def refused(inbox: Path, name: str, *more: Any) -> Any:
        if name == "收货验收.xlsx":
            raise PermissionError(name)
        return claim(inbox, name, *more)

    drop_all(home, books)
    with monkeypatch.context() as held:
        held.setattr(folder, "claim", refused)
        report = home.turn()
    assert (len(report.drops), report.coming) == (4, ["收货验收.xlsx"])
    assert home.turn().drops == [("收货验收.xlsx", "taken", "")]


def test_a_robot_whose_sql_fails_does_not_spoil_the_turn(
    home: Home, books: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(ledger: Any, *_: Any) -> Any:
        META.tables["runs"].name, before = "nowhere", META.tables["runs"].name
        try:
            ledger.said("runs")
        finally:
            META.tables["runs"].name = before
        yield from ()

    monkeypatch.setitem(registry.crew(), "scorer", fails)
    drop_all(home, books)
    report = home.turn()
    assert [t.split()[:2] for t in report.troubles] == [["ROBOT_FAILED", "scorer"]]
    assert set(report.worked) == set(registry.names()) - {"scorer"}
    assert len(home.export("payables")) == 1


@on_files_only
def test_an_inbox_that_is_away_is_told_and_comes_back(home: Home, books: SimpleNamespace) -> None:
    home.let("receptionist")
    drop_all(home, books)
    home.turn()
    away = home.settings.inbox.rename(home.path / "away")
    report = home.turn()
    assert report.troubles[0].startswith("FOLDER_UNREACHABLE")
    assert len(home.export("orders")) == 2
    away.rename(home.settings.inbox)
    home.drop("新订单.xlsx", books.orders({"订单号": "PO-3"}))
    assert home.turn().drops == [("新订单.xlsx", "taken", "")]
