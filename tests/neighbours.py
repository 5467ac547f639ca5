"""Two vendors in one ledger, as like each other as they can be: the same invoice numbers, and orders, deliveries and
tickets that differ by nothing but the case of their letters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from tests import dealings as papers_of
from tests.dealings import CONTRACT, VENDOR, Dealings, dealings

Row = dict[str, Any]
_SPELLED = ("order_id", "delivery_id", "ticket_id", "subject")


@dataclass(frozen=True)
class Party:
    """A vendor: its name, its account, its contract, how its papers are spelled, and whether what says how long it
    worked names the vendor alone."""

    vendor: str
    account: str
    contract: str
    is_small: bool = False

    def own(self, row: Row) -> Row:
        """A row of the first vendor's as one of this one's."""
        mine = {**row, "vendor": self.vendor} if "vendor" in row else dict(row)
        if mine.get("contract_id"):
            is_work = "measure" in mine or "ticket_id" in mine
            mine["contract_id"] = None if is_work and self.is_small else self.contract
        spelled = {name: mine[name].lower() for name in _SPELLED if self.is_small and mine.get(name)}
        return mine | spelled

    def shown(self, row: Row) -> Row:
        """A row of this one's with the names that the first vendor's would have."""
        if not self.is_small:
            return row
        spelled = {name: row[name].upper() for name in _SPELLED if row.get(name)}
        contract = {name: CONTRACT for name in ("contract_id", "order_id") if row.get(name) == self.contract}
        return row | {"vendor": VENDOR} | spelled | contract

    def is_of(self, row: Row) -> bool:
        """Is a row of any kind this one's?"""
        return bool(self.vendor == row["vendor"] or (row["vendor"] is None and self.contract == row["contract_id"]))


ONE = Party(VENDOR, "6222000000000000001", CONTRACT)
OTHER = Party("虚构乙有限公司", "6222000000000000002", "HT-2", is_small=True)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Dealings, Dealings]:
    """The dealings of two vendors of one home: the same rules, and each its own contract, in two currencies perhaps."""
    one, other = draw(dealings()), draw(dealings())
    entries = other.entries if other.by_ticket == one.by_ticket else []
    agreed = replace(other.agreed, currency=draw(st.sampled_from(["CNY", "CNY", "USD"])))
    return one, replace(other, agreed=agreed, entries=entries, by_ticket=one.by_ticket, over=one.over,
                        allowed=one.allowed)  # fmt: skip


def rows_of(papers: Dealings, party: Party) -> dict[str, list[Row]]:
    """All papers of a vendor as rows, its invoices too."""
    found = papers_of.rows_of(papers)
    found["invoices"] = [papers_of.invoice_row(bill, papers.lines) for bill in papers.invoices]
    return {kind: [party.own(row) for row in rows] for kind, rows in found.items()}
