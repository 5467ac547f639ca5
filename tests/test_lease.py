"""One belt at a time works on a home, and a belt that has died holds nothing. With real processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from robots.edge import homes

if TYPE_CHECKING:
    from tests.conftest import Home

ROOT = Path(__file__).resolve().parents[1]

# A lock file is a lock file: every database would tell the same story.
on_files_only = pytest.mark.parametrize("database_url", ["SQLite"], indirect=True)

HOLDS = """
import sys, time
from pathlib import Path
from robots.crew import registry
from robots.edge import homes
from robots.edge import settings as configuration

with homes.lease(configuration.load(Path(sys.argv[1]), registry.names())):
    print("held", flush=True)
    time.sleep(60)
"""


def robots(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "run.py", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)


@pytest.fixture
def holder(home: Home) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the home."""
    command = [sys.executable, "-c", HOLDS, str(home.path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


@on_files_only
def test_the_lease_refuses_a_second_belt_and_is_free_when_the_first_has_died(
    home: Home, holder: subprocess.Popen[str]
) -> None:
    def take() -> None:
        with homes.lease(home.settings):
            pass

    with pytest.raises(homes.HomeInUse):
        take()
    holder.kill()
    holder.wait()
    take()
    take()


@on_files_only
def test_while_a_belt_works_the_command_refuses_and_looking_is_allowed(
    home: Home, holder: subprocess.Popen[str]
) -> None:
    refused = robots("once", "--home", str(home.path))
    assert (refused.returncode, refused.stdout, bool(refused.stderr)) == (2, "", True)
    assert robots("status", "--json", "--home", str(home.path)).returncode == 0
