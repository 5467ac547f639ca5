"""What is timed, each in a fresh process: `python -m benchmarks.tasks TASK ARGUMENTS` prints seconds and peak MB."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import psutil

NOW = datetime(2026, 7, 3, 18)


def calamine(*paths: str) -> float:
    """Bare calamine: every cell as a Python value."""
    from python_calamine import CalamineWorkbook

    start = time.perf_counter()
    for path in paths:
        CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return time.perf_counter() - start


def pandas_openpyxl(path: str) -> float:
    """What a user's own script does."""
    import pandas as pd

    start = time.perf_counter()
    pd.read_excel(path, engine="openpyxl")
    return time.perf_counter() - start


def belt(path: str, home: str) -> float:
    """Ours: look through, read in the child process, post to the database. Both processes have had a small file before,
    as with every further file of a turn; `belt_first` includes their start."""
    return _belt(path, home, warm=True)


def belt_first(path: str, home: str) -> float:
    """Ours, with the start of the child process."""
    return _belt(path, home, warm=False)


def _belt(path: str, home: str, warm: bool) -> float:
    from benchmarks import workbook
    from robots.crew import registry
    from robots.edge import desk, excel_in, homes, settings
    from robots.edge.store import open_store
    from robots.edge.store.database import Dropped

    loaded = settings.load(homes.make(Path(home), "zh", date(2026, 7, 1)), registry.names())
    store = open_store("", loaded.state, NOW)
    with desk.open_reading_room(loaded) as room:
        if warm:
            small = workbook.write(Path(home) / "small.xlsx", 3, 90_000_000)
            read = room.read(small, small.name, excel_in.look_through(small, 1 << 30))
            with store.transaction() as tx:
                tx.post(small.name, tx.drop(1, NOW, Dropped(small.name, "1" * 64, 1), "taken", ""), read)
        start = time.perf_counter()
        look = excel_in.look_through(Path(path), 1 << 32)
        reading = room.read(Path(path), "收货.xlsx", look)
        with store.transaction() as tx:
            drop = tx.drop(1, NOW, Dropped("收货.xlsx", "0" * 64, 1), "taken", "")
            posted, _ = tx.post("收货.xlsx", drop, reading)
            tx.receipts(drop, posted)
        seconds = time.perf_counter() - start
    assert sum(one.new for one in posted) > 0
    return seconds


def history(database: str, rows: str, width: str) -> float:
    """Fill a database with a history of deliveries, `width` rows a file. Not timed against anything."""
    import pyarrow as pa

    from robots.edge.store import open_store
    from robots.kinds import known
    from robots.reading.keys import with_keys
    from robots.reading.reader import Reading
    from robots.reading.rows import Taken

    kind = known()["deliveries"]
    store = open_store("", Path(database), NOW)
    for first in range(0, int(rows), int(width)):
        table = _deliveries(kind.schema, first, min(int(width), int(rows) - first))
        places = pa.array(range(2, table.num_rows + 2), pa.int64())
        placed = table.append_column("_sheet", pa.array(["收货"] * table.num_rows)).append_column("_row", places)
        keyed, _ = with_keys(placed, kind)
        reading = Reading((Taken("收货", "deliveries", (), table.num_rows, 0),), {"deliveries": keyed})
        with store.transaction() as tx:
            tx.post(f"历史-{first}.xlsx", 1, reading)
    return 0.0


def _deliveries(schema, first: int, count: int):
    from decimal import Decimal

    import pyarrow as pa

    numbers = range(first, first + count)
    hundred = pa.array([Decimal(100)] * count, pa.decimal128(18, 4))
    columns = {
        "order_id": pa.array([f"PO-{n // 3:07d}" for n in numbers]),
        "line": pa.array([str(n % 3 + 1) for n in numbers]),
        "delivery_id": pa.array([f"历史-{n:08d}" for n in numbers]),
        "vendor": pa.array([f"示例供应商{n % 60:02d}有限公司" for n in numbers]),
        "delivered_on": pa.array([date.fromordinal(738000 + n % 700) for n in numbers], pa.date32()),
        "received": hundred,
        "accepted": hundred,
    }
    return pa.table([columns.get(f.name, pa.nulls(count, f.type)) for f in schema], schema=schema)


def replace(first: str, second: str, database: str) -> float:
    """Replace a 1,000-row workbook, all of its rows changed, in a database with a history: read, compare, post."""
    from robots.crew import registry
    from robots.edge import desk, excel_in, settings
    from robots.edge.store import open_store
    from robots.edge.store.database import Dropped

    loaded = settings.load(Path(database), registry.names())
    store = open_store("", Path(database), NOW)
    with desk.open_reading_room(loaded) as room:
        for path in (first, second):
            start = time.perf_counter()
            reading = room.read(Path(path), "日报.xlsx", excel_in.look_through(Path(path), 1 << 30))
            with store.transaction() as tx:
                drop = tx.drop(1, NOW, Dropped("日报.xlsx", path, 1), "taken", "")
                posted, _ = tx.post("日报.xlsx", drop, reading)
            seconds = time.perf_counter() - start
    assert sum(one.updated for one in posted) == 1000, posted
    return seconds


def home(folder: str, deliveries: str, waiting: str) -> float:
    """Make a home with a history, and let its first turn relate and figure all of it: that turn is timed."""
    from benchmarks import history as years

    years.make(Path(folder), int(deliveries), int(waiting))
    return _turn(Path(folder), years.NOW, years.ALL, 1)


def turn(folder: str, day: str, workbook: str, version: str) -> float:
    """A whole turn over a home after one of its workbooks was dropped with every row changed: the reading child is
    started in it, our own modules are loaded before, as in a process that stays."""
    from benchmarks import history as years

    now = datetime.combine(date.fromisoformat(day), years.NOW.time())
    return _turn(Path(folder), now, workbook, int(version))


def refigure(folder: str, tolerance: str) -> float:
    """A turn after the rules of scores have changed: every figure is made again."""
    from benchmarks import history as years

    rules = f'[[in_force]]\nfrom = 2023-01-01\nreference = "benchmark"\ntolerance_days = {tolerance}\n'
    (Path(folder) / "config" / "rules" / "scorecard.toml").write_text(rules, "utf-8")
    return _turn(Path(folder), years.NOW, years.FEW, int(tolerance))


def _turn(folder: Path, now: datetime, workbook: str, version: int) -> float:
    from benchmarks import history as years
    from robots import conveyor
    from robots.crew import registry
    from robots.edge import settings
    from robots.edge.store import open_store

    loaded = settings.load(folder, registry.names())
    store = open_store("", loaded.state, now)
    registry.crew()
    years.write(loaded.inbox, workbook, version)
    start = time.perf_counter()
    report = conveyor.turn(loaded, store, now)
    seconds = time.perf_counter() - start
    assert not report.troubles, report.troubles
    assert not report.errors, report.drops
    assert [state for _, state, _ in report.drops] == ["taken"], report.drops
    store.close()
    return seconds


def payday_home(folder: str) -> float:
    """Make the home of `payday`. Not timed against anything."""
    from benchmarks import payday

    start = time.perf_counter()
    payday.make(Path(folder))
    return time.perf_counter() - start


def pay(folder: str) -> float:
    """A whole turn at the paymaster's hour: all lines matched, the batch recorded, its sheet, forms and letters."""
    from benchmarks import payday

    return _worked(Path(folder), payday.NOW)


def approve(folder: str) -> float:
    """Fill in the forms of the batch as its approvers would. Not timed against anything."""
    from benchmarks import payday
    from robots.crew import registry
    from robots.edge import settings

    loaded = settings.load(Path(folder), registry.names())
    payday.approve(loaded.out_folder("forms"), loaded.out_folder("letters"), loaded.inbox)
    return 0.0


def release(folder: str) -> float:
    """A whole turn after both forms came back: read, judged, released, the bank's file, every vendor's statement.

    Raises RuntimeError where nothing was released: a turn that fails is a quick one."""
    from benchmarks import payday
    from robots.crew import registry
    from robots.edge import settings

    seconds = _worked(Path(folder), payday.APPROVED)
    if not list(settings.load(Path(folder), registry.names()).out_folder("payments").glob("*.xml")):
        raise RuntimeError("nothing was released")
    return seconds


def pay_again(folder: str, version: str) -> float:
    """A whole turn at the paymaster's next hour, after one invoice has changed."""
    from benchmarks import payday
    from robots.crew import registry
    from robots.edge import settings

    payday.change_one(settings.load(Path(folder), registry.names()).inbox, int(version))
    return _worked(Path(folder), payday.LATER + timedelta(days=int(version) - 1))


def _worked(folder: Path, now: datetime) -> float:
    """A whole turn of a home in which the paymaster works alone; our own modules are loaded before."""
    from robots import conveyor
    from robots.crew import registry
    from robots.edge import settings
    from robots.edge.store import open_store

    loaded = settings.load(folder, registry.names())
    store = open_store("", loaded.state, now)
    registry.crew()
    start = time.perf_counter()
    report = conveyor.turn(loaded, store, now)
    seconds = time.perf_counter() - start
    assert not report.troubles, report.troubles
    assert report.worked == ["paymaster"], report.worked
    assert not [one for one in report.delivered if one.trouble], report.delivered
    store.close()
    return seconds


def marking(path: str, target: str) -> float:
    """Ours: 500 cells of the workbook filled and explained, and everything compared with the original."""
    from robots.edge.markup import Mark, mark_up

    marks = [Mark("收货", f"E{row}", "error", f"{row}:日期不清楚,请写成 2026-07-03 的样子") for row in _marked_rows()]
    start = time.perf_counter()
    mark_up(Path(path), Path(target), marks, "外协机器人")
    return time.perf_counter() - start


def openpyxl_marking(path: str, target: str) -> float:
    """A user's own script: load, fill, comment, save. It loses what it does not know, and proves nothing."""
    from openpyxl import load_workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    start = time.perf_counter()
    book = load_workbook(path)
    for row in _marked_rows():
        cell = book["收货"][f"E{row}"]
        cell.fill = PatternFill("solid", fgColor="FFFFC7CE")
        cell.comment = Comment(f"{row}:日期不清楚,请写成 2026-07-03 的样子", "外协机器人")
    book.save(target)
    return time.perf_counter() - start


def _marked_rows() -> range:
    return range(2, 100_002, 200)


class _Peak:
    """The largest memory of this process and its children together, looked at ten times a second.

    More often would be felt in what is timed: listing processes costs milliseconds.
    """

    def __init__(self) -> None:
        self.mb, self._stop = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        me = psutil.Process()
        while not self._stop.wait(0.1):
            sizes = []
            for process in (me, *me.children()):
                try:
                    sizes.append(process.memory_info().rss)
                except psutil.Error:
                    continue
            self.mb = max(self.mb, sum(sizes) / 2**20)

    def stop(self) -> float:
        """End looking; the peak."""
        self._stop.set()
        self._thread.join()
        return self.mb


TASKS: dict[str, Callable[..., float]] = {
    task.__name__: task
    for task in (
        calamine,
        pandas_openpyxl,
        belt,
        belt_first,
        history,
        replace,
        home,
        turn,
        refigure,
        payday_home,
        pay,
        approve,
        release,
        pay_again,
        marking,
        openpyxl_marking,
    )
}


if __name__ == "__main__":
    peak = _Peak()
    taken = TASKS[sys.argv[1]](*sys.argv[2:])
    print(json.dumps({"seconds": taken, "mb": peak.stop()}))
