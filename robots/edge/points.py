"""The points of a batch's life at which a machine may die, by name; and a way to make it die there, for the test.

`ROBOTS_DIE_AT` in the environment names a point: the process that passes it ends at once, with nothing tidied up. With
`name:3` it lives through the first two times. The test of recovery goes through all of them.
"""

from __future__ import annotations

import os
import signal

POINTS = (
    "secret written aside",
    "file claimed", "file copied to scratch",
    "original written aside", "original archived",
    "turn begun", "files posted", "lines related", "robots worked",
    "before payables", "after payables", "before movements", "after movements", "before batches", "after batches",
    "before endorsements", "after endorsements", "before returns", "after returns",
    "before reversals", "after reversals",
    "workbook queued", "bank queued", "letter queued",
    "before commit", "after commit", "files let go",
    "workbook written aside", "workbook published", "workbook marked",
    "letter about to leave", "letter written aside", "letter left", "letter marked",
    "turn over",
)  # fmt: skip
_at, _, _time = os.environ.get("ROBOTS_DIE_AT", "").partition(":")
_left = int(_time or 1)


def passing(name: str) -> None:
    """Go on, unless this is where the process is to die."""
    global _left  # noqa: PLW0603  # how often it may still be passed
    if _at and name == _at:
        _left -= 1
        if _left == 0:
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
