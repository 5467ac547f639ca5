"""The only clock. With `--today` it stands at six in the evening of that day, so that a day's work is due."""

from __future__ import annotations

import time
from datetime import date, datetime
from datetime import time as time_of_day

CLOSE_OF_DAY = time_of_day(18, 0)


def now(today: date | None = None) -> datetime:
    """The moment it is, or the close of the day that was asked for."""
    return datetime.combine(today, CLOSE_OF_DAY) if today else datetime.now().replace(microsecond=0)


def seconds() -> float:
    """Real seconds, for how long a file has kept still."""
    return time.time()


def wait(duration: float) -> None:
    """Let real time pass."""
    time.sleep(duration)
