"""What several tests share: databases, a small team's home, and workbooks as people write them.

Databases: SQLite always; PostgreSQL too where ROBOTS_TEST_POSTGRES holds its URL, such as
postgresql+psycopg://postgres@127.0.0.1:55432/postgres. Each test has a schema of its own there, dropped afterwards.
"""

from __future__ import annotations

import atexit
import gc
import os
import pickle
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import hypothesis
import pytest
import xlsxwriter
from filelock import FileLock
from sqlalchemy import Engine, create_engine, event, make_url, text

from robots import conveyor
from robots.conveyor import Report
from robots.crew import registry
from robots.edge import clock, desk, exports, homes
from robots.edge import settings as configuration
from robots.edge.demo import play
from robots.edge.reading_room import Limits, ReadingRoom
from robots.edge.settings import Settings
from robots.edge.store import Store, database, open_store

os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"  # no test writes into anybody's keyring
POSTGRES = os.environ.get("ROBOTS_TEST_POSTGRES", "")
DATABASES = ("SQLite", "PostgreSQL") if POSTGRES else ("SQLite",)
FIRST_DAY = date(2026, 7, 3)
Begin = Callable[..., None]
SETTINGS = """language = "zh"

[intake]
quiet_seconds = 0

[payments]
settle_from = 2026-01-01

[database]
url = "{url}"
"""


hypothesis.settings.register_profile("belt", deadline=None)  # how fast a test is, is no matter of right or wrong
hypothesis.settings.load_profile("belt")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Four thousand tests are no garbage: each look for cycles went through all of them, a twelfth of a run's time."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


def pytest_report_header() -> str:
    """Which databases are tested."""
    more = "" if POSTGRES else "; PostgreSQL too where ROBOTS_TEST_POSTGRES holds its URL"
    return f"databases: {', '.join(DATABASES)}{more}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A quiet run prints no header: then the line comes here."""
    if not terminalreporter.showheader:
        terminalreporter.write_line(pytest_report_header())


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database, as `robots.toml` has it: empty for SQLite, a schema of its own for PostgreSQL."""
    if request.param == "SQLite":
        yield ""
        return
    engine = create_engine(POSTGRES)
    schema = f"test_{uuid.uuid4().hex}"
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    url = make_url(POSTGRES).update_query_dict({"options": f"-csearch_path={schema}"})
    yield url.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture(scope="session", autouse=True)
def kept_reading_rooms() -> Iterator[None]:
    """One child process reads for all turns of a test run: to start one takes longer than most of the tests."""
    rooms: dict[Limits, ReadingRoom] = {}

    def kept(settings: Settings) -> AbstractContextManager[ReadingRoom]:
        limits = Limits(settings.toml.intake.seconds, settings.toml.intake.memory_mb)
        room = rooms.setdefault(limits, ReadingRoom(settings.lexicon, limits))
        room.lexicon = settings.lexicon
        return nullcontext(room)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk, "open_reading_room", kept)
        yield
    for room in rooms.values():
        room.__exit__(None, None, None)


ENGINE = database._engine  # as it is outside of tests


class _Engines:
    """Engines of SQLite that are used again when their store is closed, each time for the file that is asked for.

    An engine that is new has every query to learn: that was a tenth of a second in every home.
    """

    def __init__(self) -> None:
        self._free: list[tuple[Engine, list[str]]] = []

    def engine(self, url: str) -> Engine:
        """In place of `database._engine`."""
        if make_url(url).get_backend_name() != "sqlite":
            return ENGINE(url)
        engine, path = self._free.pop() if self._free else self._new()
        path[:] = [str(make_url(url).database)]
        return engine

    def _new(self) -> tuple[Engine, list[str]]:
        path: list[str] = []
        plain = create_engine("sqlite:///any", creator=lambda: sqlite3.connect(path[0], check_same_thread=False))
        engine = database._begun_by_us(plain, self._quick)
        event.listen(engine, "engine_disposed", lambda _: self._let_go(engine, path))
        return engine, path

    def _let_go(self, engine: Engine, path: list[str]) -> None:
        if all(one is not engine for one, _ in self._free):  # a store may be closed twice
            self._free.append((engine, path))

    @staticmethod
    def _quick(connection: sqlite3.Connection, record: object) -> None:
        """Commits do not wait for the disk: no test pulls the plug; those that kill do it to other processes."""
        database._careful(connection, record)
        connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session", autouse=True)
def engines_used_again() -> Iterator[None]:
    """For all stores of a test run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_engine", _Engines().engine)
        yield


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    """An open, empty store, in every database that is tested."""
    if not database_url:
        _put_empty_database(tmp_path / "state")
    opened = open_store(database_url, tmp_path / "state", clock.now(FIRST_DAY))
    yield opened
    opened.close()


# ------------------------------------------------------------------ workbooks

Row = Mapping[str, Any]
_USUAL: dict[str, Row] = {
    "orders": {
        "订单号": "PO-1", "行号": 1, "合同编号": "HT-1", "供应商": "示例甲电子有限公司", "物料": "板A",
        "外协类别": "PCBA", "订单数量": 100, "单价": 5, "税率": 0.13, "下单日期": date(2026, 6, 1),
        "承诺交期": date(2026, 6, 20),
    },
    "deliveries": {
        "送货单号": "SH-1", "订单号": "PO-1", "行号": 1, "供应商": "示例甲电子有限公司", "到货日期": date(2026, 6, 18),
        "到货数": 100, "合格数": 100, "不合格数": 0,
    },
    "invoices": {
        "发票号码": "26112000000012345678", "供应商": "示例甲电子有限公司", "订单号": "PO-1", "行号": 1,
        "开票日期": date(2026, 6, 25), "数量": 100, "单价": 5, "不含税金额": 500, "税率": 0.13, "税额": 65,
        "价税合计": 565,
    },
    "vendors": {
        "供应商名称": "示例甲电子有限公司", "供应商编码": "V-001", "外协类别": "PCBA", "准入状态": "合格",
        "邮箱": "sales@vendor.example", "统一社会信用代码": "91310000MA1EXAMPL1", "开户行": "示例银行",
        "银行账号": "6222000000000000001", "中小企业": "是",
    },
    "contracts": {
        "合同编号": "HT-1", "供应商": "示例甲电子有限公司", "合同名称": "板卡外协", "外协类别": "PCBA",
        "生效日期": date(2026, 1, 1), "到期日期": date(2027, 12, 31), "账期": 30, "质保金比例": 0.05, "质保期": 12,
    },
}  # fmt: skip


def xlsx(sheets: Mapping[str, Sequence[Row]]) -> bytes:
    """A workbook: sheet name → rows as {header: value}; the first row's headers head the sheet."""
    memory = BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        headers = list(rows[0])
        for number, values in enumerate([headers, *([row.get(h) for h in headers] for row in rows)]):
            for column, value in enumerate(values):
                write = sheet.write_string if isinstance(value, str) else sheet.write
                write(number, column, value)
    book.close()
    return memory.getvalue()


def _kind(kind: str, sheet: str) -> Any:
    def write(*rows: Row) -> bytes:
        return xlsx({sheet: [{**_USUAL[kind], **row} for row in rows or ({},)]})

    return write


@pytest.fixture(scope="session")
def books() -> SimpleNamespace:
    """Writers of small workbooks, as bytes.

    `books.orders({"订单号": "PO-1"}, {"订单号": "PO-2", "单价": 6})`: one row each, laid over a usual row of that kind,
    so that PO-1 is ordered, delivered, billed and under contract HT-1. Likewise deliveries, invoices, vendors,
    contracts. `books.xlsx({"sheet": [rows]})` writes anything.
    """
    return SimpleNamespace(
        orders=_kind("orders", "订单"),
        deliveries=_kind("deliveries", "收货"),
        invoices=_kind("invoices", "发票登记"),
        vendors=_kind("vendors", "供应商台账"),
        contracts=_kind("contracts", "合同台账"),
        xlsx=xlsx,
    )


# ------------------------------------------------------------------ a home


@dataclass
class Home:
    """A team's home: `drop` files into it, `turn` its belt, look at what came of it by `export`."""

    path: Path
    settings: Settings
    store: Store
    crew: tuple[str, ...] = ()

    def let(self, *crew: str) -> None:
        """Only these robots work from now on: those whose work a story looks at."""
        self.crew = crew
        self._limit()

    def _limit(self) -> None:
        mine = {name: when for name, when in self.settings.crew.items() if not self.crew or name in self.crew}
        self.settings = replace(self.settings, crew=mine, on_news=self.settings.on_news & set(mine))

    def drop(self, name: str, content: bytes | Sequence[Row]) -> Path:
        """Put a file into the inbox, as a person would: bytes, or rows that become a workbook of one sheet."""
        place = self.settings.inbox / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else xlsx({"Sheet1": content}))
        return place

    def turn(self, day: date | datetime = FIRST_DAY) -> Report:
        """One turn of the belt, at six in the evening of a day or at a moment."""
        return conveyor.turn(self.settings, self.store, day if isinstance(day, datetime) else clock.now(day))

    def export(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table, as `run.py export` has them."""
        columns, rows = exports.export(self.store, table)
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def configure(self, toml: str) -> None:
        """Add lines to the home's robots.toml and read it again."""
        path = self.path / "config" / "robots.toml"
        path.write_text(f"{path.read_text('utf-8')}\n{toml}\n", "utf-8")
        self.settings = configuration.load(self.path, registry.names())
        self._limit()


@contextmanager
def a_home(folder: Path, database_url: str = "") -> Iterator[Home]:
    """A new home with an empty inbox, whose files need not keep still."""
    path = homes.make(folder / "外协", "zh", FIRST_DAY)
    (path / "config" / "robots.toml").write_text(SETTINGS.format(url=database_url), "utf-8")
    if not database_url:
        _put_empty_database(path / "state")
    with opened(path) as made:
        yield made


def _put_empty_database(state: Path) -> None:
    """A new home's SQLite: its hundred tables are made once a run, and copied."""
    state.mkdir(exist_ok=True)
    shutil.copy(_empty_database(), state)


@cache
def _empty_database() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="robots-test-"))
    atexit.register(shutil.rmtree, folder)
    open_store("", folder, clock.now(FIRST_DAY)).close()
    return folder / "robots.db"


@contextmanager
def opened(path: Path) -> Iterator[Home]:
    """A home that is there."""
    settings = configuration.load(path, registry.names())
    made = Home(path, settings, open_store(settings.toml.database.url, settings.state, clock.now(FIRST_DAY)))
    yield made
    made.store.close()


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Iterator[Home]:
    """A new home, on every database that is tested."""
    with a_home(tmp_path, database_url) as made:
        yield made


@pytest.fixture(scope="session")
def begin(books: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Begin:
    """`begin(home, prepare, *given)` brings a new home to where several stories begin: `prepare(home, books, *given)`.

    On SQLite that is done once and copied, for most of a story's time goes into it; elsewhere each time.
    """
    made: dict[Hashable, Path] = {}

    def begun(home: Home, prepare: Callable[..., None], *given: Hashable) -> None:
        if home.settings.toml.database.url:
            return prepare(home, books, *given)
        key = (prepare, given)
        if key not in made:
            with a_home(tmp_path_factory.mktemp("起点")) as first:
                prepare(first, books, *given)
            made[key] = first.path, first.crew
        home.store.close()
        path, crew = made[key]
        shutil.copytree(path, home.path, dirs_exist_ok=True)
        home.settings = configuration.load(home.path, registry.names())
        home.let(*crew)
        home.store = open_store("", home.settings.state, clock.now(FIRST_DAY))
        return None

    return begun


# ------------------------------------------------------------------ the demo

Rows = list[dict[str, Any]]
EVENING = ("alerts", "findings", "scores", "payables", "receipts")


@dataclass
class Demo:
    """The demo home after its three days: what each turn reported, and tables as they stood each evening.

    `states` are copies of its state folder, one of each evening.
    """

    home: Path
    settings: Settings
    store: Store
    reports: list[Report]
    evenings: list[dict[str, Rows]]
    states: list[Path]

    def table(self, name: str) -> Rows:
        """The rows of a table, as `run.py export` has them now."""
        columns, rows = exports.export(self.store, name)
        return [dict(zip(columns, row, strict=True)) for row in rows]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The sample team's three days, played once for all tests that only look; to go on with, take `demo_again`.

    Once for all workers of a run too: the first that asks plays, and notes what cannot be read from the home.
    """
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "演示"
    folder.mkdir(exist_ok=True)
    noted = folder / "noted.pickle"
    with FileLock(folder / "lock"):
        if not noted.exists():
            played = _played(folder)
            noted.write_bytes(pickle.dumps((played.reports, played.evenings, played.states)))
            played.store.close()
    loaded = configuration.load(folder / "外协", registry.names())
    store = open_store("", loaded.state, clock.now(homes.DEMO_DAYS[2]))
    yield Demo(loaded.home, loaded, store, *pickle.loads(noted.read_bytes()))  # noqa: S301  # our own
    store.close()


def _played(folder: Path) -> Demo:
    home = homes.make_demo(folder / "外协", "zh")
    loaded = configuration.load(home, registry.names())
    played = Demo(home, loaded, open_store("", loaded.state, clock.now(homes.DEMO_DAYS[0])), [], [], [])
    for number, day in enumerate(homes.DEMO_DAYS, 1):
        play(loaded, number)
        played.reports.append(conveyor.turn(loaded, played.store, clock.now(day)))
        played.evenings.append({name: played.table(name) for name in EVENING})
        played.states.append(shutil.copytree(loaded.state, folder / f"第{number}天"))
    return played


@pytest.fixture
def demo_again(demo: Demo, tmp_path: Path) -> Iterator[Demo]:
    """A copy of the demo home in the evening of its third day, to go on with."""
    home = tmp_path / "外协"
    shutil.copytree(demo.home, home)
    loaded = configuration.load(home, registry.names())
    store = open_store("", loaded.state, clock.now(homes.DEMO_DAYS[2]))
    yield Demo(home, loaded, store, demo.reports, demo.evenings, demo.states)
    store.close()
