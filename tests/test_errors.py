"""Every finding has an example that provokes it, told in exactly these words, and its place in docs/ERRORS.md."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from robots.model.findings import Finding
from tests.errors import regenerate
from tests.errors.case import Case, finding_of
from tests.errors.cases import CASES

ROBOTS = Path(__file__).parents[1] / "robots"
BY_CODE = {case.code: case for case in CASES}
_CALLS = "finding|Unreadable|NotReadable|Problem|Finding|where|_refused|tell|Refused"
_RAISED = re.compile(rf'(?:{_CALLS})\(\s*[^)]*?"([A-Z][A-Z_]{{3,}})"')


@cache
def found(code: str) -> Finding:
    """What the example of a code provokes."""
    return finding_of(BY_CODE[code])


@pytest.mark.parametrize("case", [pytest.param(case, id=case.code) for case in CASES])
def test_is_provoked_at_its_place_and_told_in_its_words(case: Case) -> None:
    told = regenerate.expected(case, found(case.code))
    assert told == (regenerate.FOLDER / case.code / "expected.toml").read_text("utf-8")


@pytest.mark.parametrize("case", [pytest.param(case, id=case.code) for case in CASES])
def test_the_files_that_lie_there_are_those_that_provoke_it(case: Case) -> None:
    names = {f"{number} {name}" for number, (name, _) in enumerate(case.files, 1)}
    assert {path.name for path in (regenerate.FOLDER / case.code).iterdir()} == {*names, "expected.toml"}


def test_every_code_has_words_in_both_languages_an_example_and_a_folder() -> None:
    worded = [{k.split(".")[1] for k in w.entries if k.startswith("finding.")} for w in (regenerate.ZH, regenerate.EN)]
    folders = {path.name for path in regenerate.FOLDER.iterdir() if path.name.isupper()}
    assert worded[0] == worded[1] == set(BY_CODE) == folders
    assert len(BY_CODE) == len(CASES)


def test_every_code_that_the_robots_can_raise_is_in_the_catalogue() -> None:
    source = "\n".join(path.read_text("utf-8") for path in ROBOTS.rglob("*.py"))
    assert set(_RAISED.findall(source)) <= set(BY_CODE)
    quoted = set(re.findall(r'"([A-Z][A-Z_]{3,})"', source))
    assert set(BY_CODE) <= quoted, "a code that nothing raises any more"


def test_the_docs_are_made_from_the_examples() -> None:
    made = regenerate.docs({case.code: (case, found(case.code)) for case in CASES})
    assert regenerate.DOCS.read_text("utf-8") == made


@pytest.mark.parametrize("case", [pytest.param(case, id=case.code) for case in CASES])
def test_no_word_is_left_out_of_a_sentence(case: Case) -> None:
    for words in (regenerate.ZH, regenerate.EN):
        for text in (words.speak(found(case.code).says), words.speak(found(case.code).fix)):
            assert text and "None" not in text and "finding." not in text
