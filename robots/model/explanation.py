"""Why a figure is what it is: sentences with its numbers, and tables of what stands behind it, with places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from robots.model.decisions import Table
from robots.model.words import Text


@dataclass(frozen=True)
class Explanation:
    """One figure explained. `about`: score, kpi, alert or payment; `facts` are labels with values, `sentences` the
    formula with its numbers and the rules in force, `tables` the parts and the rows."""

    about: str
    title: Text
    facts: tuple[tuple[Text, Any], ...] = ()
    sentences: tuple[Text, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Unknown:
    """What was asked for is not there, or could be several things: why, and what could be meant."""

    says: Text
    could_be: tuple[str, ...] = ()
