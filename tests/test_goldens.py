"""Golden workbooks: what the reader makes of each real mess today, and what a careful person reads in it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.goldens import answer, make
from tests.goldens.answer import Answer
from tests.goldens.golden import Golden

GOLDENS = make.all_goldens()
LARGEST = 30 * 1024
LARGER = {
    "25-twenty-thousand-formatted-blank-rows": "one formatted cell in each of twenty thousand rows",
    "36-sixty-sheets-one-for-each-order": "every sheet is a part of the package",
}

# What a careful person reads and the reader does not yet: each of these turns loud when it begins to pass.
NOT_YET: dict[str, str] = {}


def _each(loud: bool = False) -> list[Any]:
    marks = {name: pytest.mark.xfail(strict=True, reason=reason) for name, reason in NOT_YET.items() if loud}
    return [pytest.param(golden, id=name, marks=marks.get(name, ())) for name, golden in GOLDENS.items()]


@cache
def _read(name: str) -> Answer:
    """What the reader makes of a golden today."""
    return answer.read(make.FOLDER / name / GOLDENS[name].file, GOLDENS[name])


def _reviewed(golden: Golden) -> str:
    return (make.FOLDER / golden.name / "expected.json").read_text("utf-8")


@pytest.mark.parametrize("golden", _each())
def test_is_read_as_reviewed(golden: Golden) -> None:
    """A change of reading is a difference to review: `python -m tests.goldens.regenerate`, then look at it."""
    assert _read(golden.name).as_json() == _reviewed(golden)


@pytest.mark.parametrize("golden", _each(loud=True))
def test_is_read_as_a_careful_person_reads(golden: Golden) -> None:
    """All rows that are there and no others; every doubtful cell named, and no false alarm."""
    assert answer.differences(golden, _read(golden.name)) == []


@pytest.mark.parametrize("golden", _each())
def test_made_again_it_reads_the_same(golden: Golden, tmp_path: Path) -> None:
    """The script makes what lies in the folder: same reason, same reading, though another zlib may pack otherwise."""
    folder, made = make.FOLDER / golden.name, golden.make()
    assert (folder / "why.md").read_text("utf-8") == make.why(golden)
    if made != (folder / golden.file).read_bytes():
        (tmp_path / golden.file).write_bytes(made)
        assert answer.read(tmp_path / golden.file, golden).as_json() == _reviewed(golden)


@pytest.mark.parametrize("golden", _each())
def test_has_its_three_files_and_they_are_small(golden: Golden) -> None:
    files = {path.name: path.stat().st_size for path in (make.FOLDER / golden.name).iterdir()}
    assert set(files) == {"expected.json", "why.md", golden.file}
    assert files[golden.file] <= LARGEST or golden.name in LARGER


def test_there_are_many_and_none_is_forgotten() -> None:
    folders = {path.name for path in make.FOLDER.iterdir() if path.name[:2].isdigit()}
    assert folders == set(GOLDENS)
    assert len(folders) >= 48
    assert set(NOT_YET) | set(LARGER) <= folders
