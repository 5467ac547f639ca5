"""The sample workbooks are what their script makes: the same cells, whatever library version writes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from robots.edge.settings import SHIPPED
from sample_workbooks import make

SAMPLES = SHIPPED / "sample_workbooks"
FOLDERS = ("day*/*", "settlement/month*/*", "weeks/*")


def workbooks(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for pattern in FOLDERS for path in folder.glob(pattern))


FILES = workbooks(SAMPLES)


@pytest.fixture(scope="module")
def made_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("样例")
    make.main(folder)
    return folder


def cells(path: Path) -> Iterator[tuple[str, list[list[Any]]]]:
    if path.suffix == ".csv":
        yield path.name, [line.split(",") for line in path.read_text("gbk").splitlines()]
        return
    with CalamineWorkbook.from_path(str(path)) as book:
        for name in book.sheet_names:
            yield name, book.get_sheet_by_name(name).to_python()


@pytest.mark.parametrize("name", FILES)
def test_a_sample_is_what_the_script_makes(made_again: Path, name: str) -> None:
    assert list(cells(made_again / name)) == list(cells(SAMPLES / name))


def test_the_planted_cases_are_what_the_script_plants(made_again: Path) -> None:
    assert (made_again / "planted.toml").read_text("utf-8") == (SAMPLES / "planted.toml").read_text("utf-8")


def test_there_is_nothing_else_among_the_samples(made_again: Path) -> None:
    assert workbooks(made_again) == FILES
