"""Run the benchmarks, print ratios, write RESULTS.md: `python -m benchmarks.run [reading] [replacing] [marking]`."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import workbook

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
    lines = ["| | seconds: min | median | max | peak MB |", "|---|---|---|---|---|"]
    for name, taken in figures.items():
        seconds = [figure["seconds"] for figure in taken]
        peak = max(figure["mb"] for figure in taken)
        lines.append(f"| {name} | {min(seconds):.3f} | {median(seconds):.3f} | {max(seconds):.3f} | {peak:.0f} |")
    return lines


def _ratio(figures: dict[str, list[Figure]], above: str, below: str, target: str) -> str:
    pairs = [a["seconds"] / b["seconds"] for a, b in zip(figures[above], figures[below], strict=True)]
    return f"- {above} ÷ {below}: median {median(pairs):.2f} ({min(pairs):.2f}–{max(pairs):.2f}), {target}"


def main(names: list[str]) -> None:
    """Run what is named, else everything."""
    benchmarks: dict[str, Any] = {"reading": reading, "replacing": replacing, "marking": marking}
    machine = f"{platform.system()}, Python {platform.python_version()}, {os.cpu_count()} cores"
    lines = ["# Results", "", f"{machine}; {ROUNDS} rounds, interleaved, one process each.", ""]
    with tempfile.TemporaryDirectory() as folder:
        for name in names or list(benchmarks):
            lines += [*benchmarks[name](Path(folder), ROUNDS), ""]
    text = "\n".join(lines)
    print(text)
    if not names:
        Path(__file__).with_name("RESULTS.md").write_text(text, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
