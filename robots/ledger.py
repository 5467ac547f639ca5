"""What was known on a day, as pandas tables with Arrow types; and what the robots said before.

Tables load when a robot first asks for them. A vendor is one vendor under every spelling that its ledger row allows:
by its code, its tax number, or its normalised name (RULES 1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import pandas as pd
import pyarrow as pa

from robots.model.names import identity


def frame(table: pa.Table) -> pd.DataFrame:
    """An Arrow table as a DataFrame that keeps Arrow's types: nulls stay nulls, money stays exact."""
    converted: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return converted


@dataclass(frozen=True)
class Ledger:
    """Everything known on `day`.

    `load(kind)` gives a kind's rows with `_file`, `_sheet`, `_row`. `said(name)` gives a table of what was said
    before (kpis, scores, alerts, payables, batches), `news(name)` this turn's drops, receipts, findings.
    """

    day: date
    load: Callable[[str], pa.Table]
    said: Callable[[str], pd.DataFrame]
    news: Callable[[str], pd.DataFrame]
    _tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    def table(self, kind: str) -> pd.DataFrame:
        """One kind's rows, its vendor column resolved to the vendor's one name."""
        if kind not in self._tables:
            rows = frame(self.load(kind))
            if kind != "vendors" and "vendor" in rows:
                rows["vendor"] = self._resolved(rows["vendor"])
            self._tables[kind] = rows
        return self._tables[kind]

    @cached_property
    def vendor_names(self) -> dict[str, str]:
        """Identity of a name, code or tax number → the vendor's name in the vendor ledger."""
        vendors = self.table("vendors")
        names: dict[str, str] = {}
        for column in ("tax_id", "vendor_id", "vendor"):
            for text, name in zip(vendors[column], vendors["vendor"], strict=True):
                if isinstance(text, str):
                    names[identity(text)] = name
        return names

    def _resolved(self, column: pd.Series) -> pd.Series:
        """Every spelling → one name: the ledger's, else the first spelling met."""
        names = dict(self.vendor_names)
        known = {text: names.setdefault(identity(text), text) for text in column.dropna().unique()}
        return column.map(known, na_action="ignore").astype(column.dtype)


def place(row: pd.Series | dict[str, object]) -> str:
    """Where a row comes from, as file › sheet › row."""
    return f"{row['_file']} › {row['_sheet']} › {row['_row']}"
