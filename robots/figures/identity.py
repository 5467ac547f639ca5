"""Vendor names that are nearly, but not quite, a known one: a question for a person, never a silent merge (RULES 1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from robots.model.findings import Finding, Level, finding
from robots.model.names import identity

NEAR = 80.0


@dataclass(frozen=True)
class Named:
    """A vendor's name as a drop writes it, and the first place where it does. `may_be_anybody`: a bank pays landlords
    and offices too, so that a name like none of ours asks nothing there."""

    name: str
    sheet: str
    row: int
    may_be_anybody: bool = False


def doubtful_names(used: Iterable[Named], known: dict[str, str]) -> Iterator[Finding]:
    """A question for each name that is near a known vendor's, a warning for each that is like none.

    `known` maps identities (of names, codes, tax numbers) to vendor names; empty: no vendor ledger, nothing to say.
    """
    if not known:
        return
    names = {identity(name): name for name in known.values()}
    for one in used:
        if identity(one.name) in known or not any(map(str.isalnum, one.name)):  # a dash names nobody
            continue
        near = process.extractOne(identity(one.name), names.keys(), scorer=fuzz.ratio, score_cutoff=NEAR)
        if near:
            values = {"seen": one.name, "near": names[near[0]]}
            yield finding("VENDOR_NEAR", Level.QUESTION, one.sheet, str(one.row), **values)
        elif not one.may_be_anybody:
            yield finding("VENDOR_UNKNOWN", Level.WARNING, one.sheet, str(one.row), seen=one.name)
