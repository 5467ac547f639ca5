"""Any bytes at all are taken, set aside or unreadable, within the limits, and the next file is read as ever.

As it stands 740 inputs are tried: 40 of each of fifteen sorts, every file cut off at twenty places, 40 ledgers of
random cells. ROBOTS_FUZZ=1000 tries a thousand in place of each forty.
"""

from __future__ import annotations

import io
import os
import random
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from robots.crew import registry
from robots.edge import settings as configuration
from robots.edge.excel_in import NotReadable, look_through
from robots.edge.reading_room import Limits, ReadingRoom

LEXICON = configuration.load(Path("no home: only what is shipped"), registry.names()).lexicon
GOLDENS = Path(__file__).parent / "goldens"
SEEDS = {
    "an .xlsx": "01-*/*.xlsx",
    "an .xlsx with merged cells and formulas": "19-*/*.xlsx",
    "an .xls": "*/*.xls",
    "an .ods": "*/*.ods",
    "a .csv": "*/*.csv",
}
EACH = int(os.environ.get("ROBOTS_FUZZ", "40"))
SECONDS, MEGABYTES = 20, 1024
Change = Callable[[bytes, random.Random], bytes]


@pytest.fixture(scope="module")
def room() -> Iterator[ReadingRoom]:
    """One reading room for all inputs, with the limits that a home has."""
    with ReadingRoom(LEXICON, Limits(SECONDS, MEGABYTES)) as opened:
        yield opened


def outcome(room: ReadingRoom, path: Path) -> str:
    """What becomes of a file: its finding code, or that it was read."""
    start = time.monotonic()
    try:
        reading = room.read(path, path.name, look_through(path, 200 << 20))
        found = "read" if reading.taken else "nothing known"
    except NotReadable as refused:
        found = "\n".join(map(str, refused.args))
    assert not found.startswith("FILE_FAILED"), found
    assert time.monotonic() - start < SECONDS + 5
    return found


def _seed(pattern: str) -> Path:
    return sorted(GOLDENS.glob(pattern))[0]


# ------------------------------------------------------------------ ways to spoil a file


def flipped(content: bytes, chance: random.Random) -> bytes:
    """A few bytes are other ones."""
    spoilt = bytearray(content)
    for _ in range(chance.randint(1, 12)):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


def cut_and_glued(content: bytes, chance: random.Random) -> bytes:
    """A piece is missing, doubled or elsewhere."""
    first, last = sorted(chance.randrange(len(content)) for _ in range(2))
    piece, at = content[first:last], chance.randrange(len(content))
    return chance.choice([content[:first] + content[last:], content[:at] + piece + content[at:]])


def inside(content: bytes, chance: random.Random) -> bytes:
    """The parts of a package are spoilt, and packed again as they should be."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = {name: package.read(name) for name in package.namelist()}
    except zipfile.BadZipFile:
        return _words_spoilt(content, chance)
    name = chance.choice([part for part in parts if parts[part]])
    parts[name] = chance.choice([flipped, cut_and_glued, _words_spoilt])(parts[name], chance)
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as package:
        for part, data in parts.items():
            package.writestr(part, data)
    return memory.getvalue()


_WORDS = (
    b'"1048576"', b'"XFD1048576"', b'"-1"', b'"99999999999"', b"1e308", b"NaN", b"<", b"&lt;", b"&#0;", b"]]>",
    b't="e"', b't="s"', b"<f>", b"</row>", b"<mergeCell ref=\"A1:XFD9\"/>", b"\xff\xfe", b"=1+1", b'""', b"\x00",
)  # fmt: skip


def _words_spoilt(content: bytes, chance: random.Random) -> bytes:
    """Numbers and tags give way to odd ones."""
    spoilt = content
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(spoilt) + 1)
        spoilt = spoilt[:at] + chance.choice(_WORDS) + spoilt[at + chance.randint(0, 8) :]
    return spoilt


CHANGES: dict[str, Change] = {"bytes flipped": flipped, "cut and glued": cut_and_glued, "spoilt inside": inside}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("pattern", SEEDS.values(), ids=SEEDS)
def test_a_spoilt_file_is_answered(room: ReadingRoom, tmp_path: Path, pattern: str, change: Change) -> None:
    seed = _seed(pattern)
    content, chance = seed.read_bytes(), random.Random(f"{seed.name}{change.__name__}")  # noqa: S311  # no secret
    for number in range(EACH):
        path = tmp_path / f"{number}{seed.suffix}"
        path.write_bytes(change(content, chance))
        outcome(room, path)
        path.unlink()
    assert outcome(room, seed) == "read"


@pytest.mark.parametrize("pattern", SEEDS.values(), ids=SEEDS)
def test_a_file_cut_off_at_every_twentieth_is_answered(room: ReadingRoom, tmp_path: Path, pattern: str) -> None:
    seed = _seed(pattern)
    content = seed.read_bytes()
    for twentieth in range(20):
        path = tmp_path / f"{twentieth}{seed.suffix}"
        path.write_bytes(content[: len(content) * twentieth // 20])
        outcome(room, path)
    assert outcome(room, seed) == "read"


CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False),
    st.dates(), st.datetimes(), st.times(), st.timedeltas(),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40),
    st.sampled_from(["合计", "订单号", "供应商", "#REF!", "1.23E+19", "3月5日", "2013.6-2015.3", "13%", "-", "=1+1"]),
)  # fmt: skip


@settings(max_examples=EACH, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS, max_size=6), max_size=6))
def test_a_ledger_with_any_cells_in_it_is_answered(room: ReadingRoom, tmp_path: Path, rows: list[list[object]]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["订单号", "供应商", "订单数量", "单价", "下单日期", "承诺交期"])
    for number, cells in enumerate(rows, 2):
        for column, value in enumerate(cells, 1):
            sheet.cell(number, column).value = value
    path = tmp_path / "订单.xlsx"
    book.save(path)
    assert outcome(room, path) == "read"
