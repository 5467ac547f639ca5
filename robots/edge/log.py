"""The log of our own troubles: a rotating file in the state folder. What users must know goes elsewhere."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOG = logging.getLogger("robots")


def log_to(state: Path) -> None:
    """Send the log to `state`/robots.log, a few megabytes at most."""
    state.mkdir(parents=True, exist_ok=True)
    for handler in list(LOG.handlers):
        LOG.removeHandler(handler)
        handler.close()
    handler = RotatingFileHandler(state / "robots.log", maxBytes=2 << 20, backupCount=2, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    LOG.propagate = False
