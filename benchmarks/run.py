"""Run the benchmarks, print ratios, write RESULTS.md: `python -m benchmarks.run [reading] [replacing] [marking] …`.

Those that are named are run, else all; what was not run keeps its results.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import history, payday, workbook

ROUNDS = 5
Figure = dict[str, float]


def timed(task: str, *arguments: object) -> Figure:
    """One task in a fresh process: its seconds and its peak memory, children included."""
    command = [sys.executable, "-m", "benchmarks.tasks", task, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figure: Figure = json.loads(done.stdout.splitlines()[-1])
    return figure


def reading(scratch: Path, rounds: int) -> list[str]:
    """100,000 × 15 to posted rows, against bare calamine and against pandas with openpyxl."""
    path = workbook.write(scratch / "deliveries.xlsx", 100_000)
    figures: dict[str, list[Figure]] = {name: [] for name in ("calamine", "pandas_openpyxl", "belt", "belt_first")}
    for number in range(rounds):
        figures["calamine"].append(timed("calamine", path))
        figures["belt"].append(timed("belt", path, _fresh(scratch / f"home{number}")))
        figures["belt_first"].append(timed("belt_first", path, _fresh(scratch / f"home{number}")))
        figures["pandas_openpyxl"].append(timed("pandas_openpyxl", path))
    lines = [f"## Reading 100,000 × 15 to posted rows ({path.stat().st_size / 2**20:.1f} MB)", ""]
    lines += _table(figures)
    lines += [
        "",
        _ratio(figures, "belt", "calamine", "target ≤ 2"),
        _ratio(figures, "belt_first", "calamine", "no target"),
    ]
    return [*lines, _ratio(figures, "belt", "pandas_openpyxl", "target ≤ 0.4")]


def replacing(scratch: Path, rounds: int) -> list[str]:
    """A 1,000-row workbook whose rows all changed, at two lengths of history."""
    first = workbook.write(scratch / "first.xlsx", 1000, 50_000_000)
    second = workbook.write(scratch / "second.xlsx", 1000, 50_000_000, changed=True)
    figures: dict[str, list[Figure]] = {"10,000 rows": [], "1,000,000 rows": []}
    for name, rows in (("10,000 rows", 10_000), ("1,000,000 rows", 1_000_000)):
        timed("history", scratch / name, rows, 10_000)
    for _ in range(rounds):
        for name, taken in figures.items():
            copy = _fresh(scratch / "copy")
            shutil.copytree(scratch / name, copy)
            taken.append(timed("replace", first, second, copy))
    lines = ["## Replacing a 1,000-row workbook, all rows changed, at a history of", "", *_table(figures), ""]
    return [*lines, _ratio(figures, "1,000,000 rows", "10,000 rows", "target ≤ 2")]


_HOMES = {  # delivery lines in the history, open order lines
    "10,000 lines": (10_000, 300),
    "1,000,000 lines": (1_000_000, 300),
    "10,000 lines, ten times as many open": (10_000, 3_000),
}


def _home(scratch: Path, name: str) -> Figure:
    """Make a home, or take the one that an earlier run left in the same folder; the figures of its first turn."""
    told = scratch / name / "first_turn.json"
    if not told.exists():
        told.write_text(json.dumps(timed("home", _fresh(scratch / name), *_HOMES[name])), "utf-8")
    figure: Figure = json.loads(told.read_text("utf-8"))
    return figure


def turns(scratch: Path, rounds: int) -> list[str]:
    """A whole turn after a 1,000-row workbook whose rows all changed, at two lengths of history, and with more open."""
    made = {name: _home(scratch, name) for name in _HOMES}
    lines = ["## Turns: a whole turn after a 1,000-row workbook, all rows changed, at a history of", ""]
    lines += ["| the first turn, which relates and figures everything | seconds | peak MB |", "|---|---|---|"]
    lines += [f"| {name} | {figure['seconds']:.1f} | {figure['mb']:.0f} |" for name, figure in made.items()]
    for title, book, later in (
        ("8 vendors, one month", history.FEW, False),
        ("200 vendors, five rows each over twelve months", history.ALL, False),
        ("8 vendors, one month, and a day has passed", history.FEW, True),
    ):
        figures = _turns_of(scratch, rounds, book, later)
        lines += ["", f"### {title}", "", *_table(figures), ""]
        lines.append(_ratio(figures, "1,000,000 lines", "10,000 lines", "target ≤ 2"))
        lines.append(_ratio(figures, "10,000 lines, ten times as many open", "10,000 lines", "no target"))
    return lines


def _turns_of(scratch: Path, rounds: int, book: str, later: bool) -> dict[str, list[Figure]]:
    figures: dict[str, list[Figure]] = {name: [] for name in _HOMES}
    for number in range(1, rounds + 1):
        day = history.NOW.date() + timedelta(days=number if later else 0)
        for name, taken in figures.items():
            taken.append(timed("turn", scratch / name, day, book, number + 1 + 10 * later))
    return figures


def refiguring(scratch: Path, rounds: int) -> list[str]:
    """Everything figured again under other rules, at 1,000,000 delivery lines; once, for it takes minutes."""
    del rounds
    name = "1,000,000 lines"
    _home(scratch, name)
    figures = {name: [timed("refigure", scratch / name, 1)]}
    lines = ["## Refiguring everything under other rules, once, at a history of", "", *_table(figures), ""]
    return [*lines, f"- peak {figures[name][0]['mb']:.0f} MB of all processes, target < 1,500"]


def settling(scratch: Path, rounds: int) -> list[str]:
    """100,000 payable lines matched, a batch of a tenth of them written, approved, and sent to the bank; then the same
    at the next hour with one invoice changed. Against bare calamine over the same orders, deliveries and invoices."""
    home, books = scratch / "payday", scratch / "payday_books"
    if not (home / "made").exists():
        timed("payday_home", _fresh(home))
        (home / "made").touch()
    books.mkdir(exist_ok=True)
    paths = payday.write(books)
    names = ("calamine", "matched and written", "approved and released", "both", "one invoice changed")
    figures: dict[str, list[Figure]] = {name: [] for name in names}
    for _ in range(min(rounds, 3)):
        copy = _fresh(scratch / "payday_copy")
        shutil.copytree(home, copy)
        figures["calamine"].append(timed("calamine", *paths))
        pay = timed("pay", copy)
        timed("approve", copy)
        release = timed("release", copy)
        figures["matched and written"].append(pay)
        figures["approved and released"].append(release)
        both = {"seconds": pay["seconds"] + release["seconds"], "mb": max(pay["mb"], release["mb"])}
        figures["both"].append(both)
        figures["one invoice changed"].append(timed("pay_again", copy, 1))
    peak = max(figure["mb"] for figure in figures["both"])
    written, whole = (median(one["seconds"] for one in figures[name]) for name in ("matched and written", "both"))
    lines = ["## Settling 100,000 payable lines, a batch of 10,000 of them", "", *_PAYDAY, "", *_table(figures), ""]
    lines.append(f"- matched and written: median {written:.1f} s, target ≤ 60; with approval and release {whole:.1f} s")
    lines.append(f"- peak {peak:.0f} MB of all processes, target ≤ 1,000")
    lines.append(_ratio(figures, "matched and written", "calamine", "no target"))
    return [*lines, _ratio(figures, "one invoice changed", "matched and written", "no target")]


_PAYDAY = (
    "Written: matched, waterfalls, controls, batch recorded, sheet, two approval forms, letters. Released: both",
    "forms read and judged, what waits settled and controlled once more, pain.001, release list, all statements.",
)


def marking(scratch: Path, rounds: int) -> list[str]:
    """500 marks in 100,000 × 15, against a load and a save with openpyxl."""
    path = workbook.write(scratch / "deliveries.xlsx", 100_000)
    figures: dict[str, list[Figure]] = {name: [] for name in ("marking", "openpyxl_marking")}
    for _ in range(rounds):
        for name, taken in figures.items():
            taken.append(timed(name, path, scratch / f"{name}.xlsx"))
    peak = max(figure["mb"] for figure in figures["marking"])
    lines = [f"## Marking 500 cells of 100,000 × 15 ({path.stat().st_size / 2**20:.1f} MB)", "", *_table(figures), ""]
    lines.append(_ratio(figures, "marking", "openpyxl_marking", "target ≤ 0.25; ours includes the proof"))
    return [*lines, f"- marking: peak {peak:.0f} MB, target < 400"]


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def _table(figures: dict[str, list[Figure]]) -> list[str]:
    rounds = max(len(taken) for taken in figures.values())
    lines = [f"| {rounds} rounds | seconds: min | median | max | peak MB |", "|---|---|---|---|---|"]
    for name, taken in figures.items():
        seconds = [figure["seconds"] for figure in taken]
        peak = max(figure["mb"] for figure in taken)
        lines.append(f"| {name} | {min(seconds):.3f} | {median(seconds):.3f} | {max(seconds):.3f} | {peak:.0f} |")
    return lines


def _ratio(figures: dict[str, list[Figure]], above: str, below: str, target: str) -> str:
    pairs = [a["seconds"] / b["seconds"] for a, b in zip(figures[above], figures[below], strict=True)]
    return f"- {above} ÷ {below}: median {median(pairs):.2f} ({min(pairs):.2f}–{max(pairs):.2f}), {target}"


BENCHMARKS: dict[str, Any] = {
    "reading": reading,
    "replacing": replacing,
    "turns": turns,
    "refiguring": refiguring,
    "settling": settling,
    "marking": marking,
}
RESULTS = Path(__file__).with_name("RESULTS.md")


def main(names: list[str]) -> None:
    """Run what is named, else everything."""
    machine = f"{platform.system()}, Python {platform.python_version()}, {os.cpu_count()} cores"
    kept = _sections(RESULTS.read_text("utf-8"))
    left = os.environ.get("BENCHMARKS_FOLDER")  # where homes stay, to be used by the next run
    with nullcontext(left) if left else tempfile.TemporaryDirectory() as folder:
        for name in names or list(BENCHMARKS):
            kept[name] = "\n".join(BENCHMARKS[name](Path(folder), ROUNDS))
            print(kept[name], end="\n\n", flush=True)
    lines = ["# Results", "", f"{machine}; rounds are interleaved, one process each.", ""]
    lines += [f"{kept[name]}\n" for name in BENCHMARKS if name in kept]
    RESULTS.write_text("\n".join(lines), "utf-8")


def _sections(text: str) -> dict[str, str]:
    """What RESULTS.md holds, by benchmark: a section's heading begins with its name."""
    sections = text.strip().split("\n## ")[1:]
    return {re.split(r"\W", section, maxsplit=1)[0].lower(): f"## {section.strip()}" for section in sections}


if __name__ == "__main__":
    main(sys.argv[1:])
