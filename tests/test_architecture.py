"""The house holds: layers, the one edge, robots apart, no clock and no open() inside, both languages whole."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from robots.kinds import known
from robots.model.words import flatten

ROOT = Path(__file__).resolve().parents[1]
EDGE = ROOT / "robots" / "edge"


# ------------------------------------------------------------------ import contracts

BREACHES = {
    "a kind that looks up at a robot": (
        "robots/kinds/vendors.py", "import robots.crew.scorer", "One way: every layer looks down",
    ),
    "neighbours on one level": ("robots/ledger.py", "import robots.roster", "One way: every layer looks down"),
    "a new module that no layer names": ("robots/helpers.py", "", "One way: every layer looks down"),
    "a figure that opens a socket": ("robots/figures/lines.py", "import socket", "Only the edge touches the world"),
    "a robot that sends letters itself": ("robots/crew/scorer.py", "import yagmail", "Only the edge touches the world"),
    "a robot that asks another one": (
        "robots/crew/scorer.py", "import robots.crew.sentinel", "Robots do not know each other",
    ),
}  # fmt: skip


def _lint(root: Path) -> str:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(root)})
    return done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    pytest.importorskip("importlinter", reason="import-linter comes with the dev extra; .ci/run has it")
    shutil.copytree(ROOT / "robots", tmp_path / "robots", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_hold(copy: Path) -> None:
    assert "Contracts: 3 kept, 0 broken" in _lint(copy)


@pytest.mark.parametrize(("file", "line", "contract"), BREACHES.values(), ids=BREACHES)
def test_each_contract_bites(copy: Path, file: str, line: str, contract: str) -> None:
    path = copy / file
    path.write_text((path.read_text("utf-8") if path.exists() else '"""."""\n') + f"\n{line}\n", "utf-8")
    said = _lint(copy)
    assert re.search(rf"{re.escape(contract)}.*BROKEN", said), said


# ------------------------------------------------------------------ no clock, no open() outside the edge

BANNED = {"today", "now", "utcnow", "open", "time", "monotonic"}


def banned_calls(source: str) -> Iterator[str]:
    """Calls of a clock (date.today, datetime.now, time.time…) or of open(), by line."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called == "open" or called.endswith((".today", ".now", ".utcnow", "time.time", ".monotonic", ".open")):
            yield f"{node.lineno}: {called}"


INSIDE = [p for p in (ROOT / "robots").rglob("*.py") if EDGE not in p.parents]


@pytest.mark.parametrize("path", INSIDE, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_clock_and_no_open_outside_the_edge(path: Path) -> None:
    calls = [call for call in banned_calls(path.read_text("utf-8")) if "clock.now" not in call]
    assert calls == []


@pytest.mark.parametrize("line", ["date.today()", "datetime.now(UTC)", "open('x')", "time.time()", "path.open()"])
def test_the_ban_bites(line: str) -> None:
    assert list(banned_calls(line))


def test_nothing_of_ours_imports_smtplib() -> None:
    assert [
        p
        for p in (ROOT / "robots").rglob("*.py")
        if re.search(r"^\s*(import|from) smtplib", p.read_text("utf-8"), re.M)
    ] == []


# ------------------------------------------------------------------ two languages


def _catalogue(language: str) -> dict[str, str]:
    return flatten(tomllib.loads((ROOT / "config" / "languages" / f"{language}.toml").read_text("utf-8")))


def _used_keys() -> set[str]:
    sources = "\n".join(p.read_text("utf-8") for p in (ROOT / "robots").rglob("*.py"))
    said = set(re.findall(r'say\(\s*"([a-z]+\.[A-Za-z_.]+)"', sources))
    codes = set(re.findall(r'(?:finding|NotReadable|Unreadable|RowFinding)\(\s*"([A-Z_]+)"', sources))
    codes |= set(re.findall(r'"(FILE_[A-Z_]+|SYNC_CONFLICT|NOTHING_NEW)"', sources))
    return said | {f"finding.{code}.{part}" for code in codes for part in ("says", "fix")}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_sentence_that_is_said_is_written(language: str) -> None:
    assert sorted(_used_keys() - {"alert.LATE"} - set(_catalogue(language))) == []


def test_both_languages_say_the_same_things_with_the_same_values() -> None:
    zh, en = _catalogue("zh"), _catalogue("en")
    assert set(zh) == set(en)
    differing = {k for k in zh if _values(zh[k]) != _values(en[k])} - {"letter.more", "kpi.own", "rules.ground"}
    assert differing == set()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_field_that_is_watched_for_silent_edits_has_a_word(language: str) -> None:
    watched = {f"field.{field}" for kind in known().values() for field in kind.watched}
    assert sorted(watched - set(_catalogue(language))) == []


def _values(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)", sentence))


@pytest.mark.parametrize("kind", known())
def test_every_kind_has_its_words_and_its_name(kind: str) -> None:
    assert (ROOT / "config" / "kinds" / f"{kind}.toml").exists()
    words = tomllib.loads((ROOT / "config" / "kinds" / f"{kind}.toml").read_text("utf-8"))
    assert set(words["title"]) == {"zh", "en"}


def test_commands_start_without_what_only_robots_need() -> None:
    """pandas takes a third of a second to load: a turn without work, `check` and `status` do without it."""
    code = "import sys; from robots import cli; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
