"""The journal's hash chain: each entry carries the SHA-256 of the one before (RULES 10)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

GENESIS = "0" * 64


@dataclass(frozen=True)
class Entry:
    """One line of the journal as it is hashed."""

    at: str
    actor: str
    event: str
    subject: str
    detail: str


def link(before: str, entry: Entry) -> str:
    """The hash of an entry after `before`."""
    parts = (before, entry.at, entry.actor, entry.event, entry.subject, entry.detail)
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()
