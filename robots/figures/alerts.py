"""An alert as a value, and its life: first seen, last seen, closed by itself when its cause is gone (RULES 5)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from robots.figures.lines import records
from robots.model.words import Say, Text


@dataclass(frozen=True)
class Alert:
    """What a robot sees on one day. Code, cause and subject say which alert it is; the rest is how it stands."""

    code: str
    cause: str
    severity: str
    subject: str
    vendor: str
    seen: Say
    limit: Say
    action: Say
    evidence: Text
    owner: str

    @property
    def id(self) -> str:
        """The same finding on two days is one alert."""
        return hashlib.sha256(f"{self.code}|{self.cause}|{self.subject}".encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Lives:
    """What a day did to the alerts of some codes: every row to keep, and which are new, worse or closed."""

    rows: tuple[dict[str, Any], ...]
    opened: tuple[Alert, ...]
    worse: tuple[Alert, ...]
    closed: tuple[dict[str, Any], ...]


def live(before: pd.DataFrame, seen: Iterable[Alert], codes: Sequence[str], today: date) -> Lives:
    """Carry alerts of `codes` on by a day: `before` is the alerts table, `seen` what holds today."""
    known = {row["alert"]: row for row in records(before[before["code"].isin(codes)])}
    now = {alert.id: alert for alert in seen}
    rows, opened, worse = [], [], []
    for key, alert in now.items():
        old = known.get(key)
        is_open = old is not None and old["state"] != "closed"
        rows.append(_row(alert, old if is_open else None, today))
        if not is_open:
            opened.append(alert)
        elif old and old["severity"] != "critical" and alert.severity == "critical":
            worse.append(alert)
    closed = [row for key, row in known.items() if key not in now and row["state"] != "closed"]
    rows += [{**row, "state": "closed", "closed_on": today.isoformat()} for row in closed]
    return Lives(tuple(rows), tuple(opened), tuple(worse), tuple(closed))


def _row(alert: Alert, old: dict[str, Any] | None, today: date) -> dict[str, Any]:
    return {
        "alert": alert.id, "code": alert.code, "cause": alert.cause, "severity": alert.severity,
        "subject": alert.subject, "vendor": alert.vendor, "seen": alert.seen, "limit": alert.limit,
        "action": alert.action, "evidence": alert.evidence, "owner": alert.owner,
        "first_seen": old["first_seen"] if old else today.isoformat(), "last_seen": today.isoformat(),
        "closed_on": None, "state": old["state"] if old else "open",
    }  # fmt: skip
