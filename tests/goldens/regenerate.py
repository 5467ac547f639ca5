"""Writes goldens again: `python -m tests.goldens.regenerate [name…]`; a name may be a beginning. Review the difference."""

from __future__ import annotations

import sys

from tests.goldens import answer, make


def main(names: list[str]) -> int:
    """Writes the goldens asked for (all, if none), and prints where the reading is not what a careful person reads."""
    for name, golden in make.all_goldens().items():
        if names and not name.startswith(tuple(names)):
            continue
        make.write(golden, make.FOLDER)
        differing = answer.differences(golden, answer.read(make.FOLDER / name / golden.file, golden))
        print(f"{name}: {'as truth says' if not differing else ''}", *differing, sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
