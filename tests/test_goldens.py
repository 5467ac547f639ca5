"""Golden workbooks: what the reader makes of each real mess today, and what a careful person reads in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.goldens import answer, make
from tests.goldens.golden import Golden

GOLDENS = make.all_goldens()
LARGEST = 30 * 1024

# What a careful person reads and the reader does not yet: each of these turns loud when it begins to pass.
NOT_YET: dict[str, str] = {}


def _each(loud: bool = False) -> list[pytest.param]:
    marks = {name: pytest.mark.xfail(strict=True, reason=reason) for name, reason in NOT_YET.items() if loud}
    return [pytest.param(golden, id=name, marks=marks.get(name, ())) for name, golden in GOLDENS.items()]


@pytest.mark.parametrize("golden", _each())
def test_is_read_as_reviewed(golden: Golden) -> None:
    """A change of reading is a difference to review: `python -m tests.goldens.regenerate`, then look at it."""
    folder = make.FOLDER / golden.name
    assert answer.read(folder / golden.file).as_json() == (folder / "expected.json").read_text("utf-8")


@pytest.mark.parametrize("golden", _each(loud=True))
def test_is_read_as_a_careful_person_reads(golden: Golden) -> None:
    """All rows that are there and no others; every doubtful cell named, and no false alarm."""
    assert answer.differences(golden, answer.read(make.FOLDER / golden.name / golden.file)) == []


@pytest.mark.parametrize("golden", _each())
def test_made_again_it_reads_the_same(golden: Golden, tmp_path: Path) -> None:
    """The script makes what lies in the folder: same reading, same reason."""
    folder = make.FOLDER / golden.name
    (tmp_path / golden.file).write_bytes(golden.make())
    assert answer.read(tmp_path / golden.file).as_json() == (folder / "expected.json").read_text("utf-8")
    assert (folder / "why.md").read_text("utf-8") == make.why(golden)


@pytest.mark.parametrize("golden", _each())
def test_has_its_three_files_and_they_are_small(golden: Golden) -> None:
    files = {path.name: path.stat().st_size for path in (make.FOLDER / golden.name).iterdir()}
    assert set(files) == {"expected.json", "why.md", golden.file}
    assert files[golden.file] <= LARGEST or golden.name in LARGER


LARGER: dict[str, str] = {}


def test_there_are_many_and_none_is_forgotten() -> None:
    folders = {path.name for path in make.FOLDER.iterdir() if path.name[:2].isdigit()}
    assert folders == set(GOLDENS)
    assert len(folders) >= 48
    assert set(NOT_YET) <= folders
