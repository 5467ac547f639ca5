"""What a person points at, as it stands on our outputs: an alert's number, a payment key, an invoice's number, a vendor
with a period."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

from robots.figures.explain.thing import ThingOf, thing_named
from robots.figures.lines import records
from robots.ledger import Ledger, frame
from robots.model.explanation import Unknown
from robots.model.names import header_word, identity
from robots.model.periods import read_period
from robots.model.words import say

MOST_NAMED = 8
MOST_VENDORS = 3
_NUMBER = re.compile(r"(?P<beginning>[0-9a-f]{3,32})(?:-\d+)?")
_OF_VENDOR = re.compile(r"(?P<vendor>.+)[:：\s]+(?P<number>[^:：\s]+)")
Row = dict[str, Any]


@dataclass(frozen=True)
class ScoreOf:
    """A vendor's score of a period; with `kpi`, that KPI of it."""

    vendor: str
    period: str
    kpi: str = ""


@dataclass(frozen=True)
class AlertOf:
    """An alert, as its row is kept."""

    row: Row


@dataclass(frozen=True)
class PaymentOf:
    """A line of a payment sheet, or one that is held, as its row is kept."""

    row: Row


@dataclass(frozen=True)
class InvoiceOf:
    """An invoice of a vendor, by its number as it is written."""

    vendor: str
    invoice_no: str

    @property
    def reference(self) -> str:
        """What points at it alone."""
        return f"{self.vendor}:{self.invoice_no}"


Meant = ScoreOf | AlertOf | PaymentOf | InvoiceOf | ThingOf | Unknown


def meant(text: str, ledger: Ledger, kpis: Mapping[str, str]) -> Meant:
    """What a reference points at. `kpis`: every name of a KPI, as header words are compared → its key."""
    word = text.strip()
    if not ledger.names:
        return Unknown(say("explain.empty_home"))
    if match := _NUMBER.fullmatch(word.casefold()):
        return _numbered(word, match["beginning"], ledger, kpis)
    if parts := split(word):
        return _scored(parts, ledger, kpis)
    if thing := thing_named(word, ledger):
        return thing
    return _invoiced(word, ledger) or Unknown(say("explain.unknown", seen=word), tuple(examples(ledger, kpis, word)))


def split(text: str) -> tuple[str, str, str] | None:
    """A vendor, a period, and a KPI or nothing; None where no period is named.

    >>> split("示例甲 2026年 第2季度"), split("示例甲：2026.3：按时率"), split("示例甲")
    (('示例甲', '2026Q2', ''), ('示例甲', '2026-03', '按时率'), None)
    """
    words = re.split(r"[:：\s]+", text.strip())
    for first in range(1, len(words)):
        for last in range(len(words), first, -1):
            if period := read_period("".join(words[first:last])):
                return " ".join(words[:first]), period, " ".join(words[last:])
    return None


# ------------------------------------------------------------------ numbers


def _numbered(word: str, beginning: str, ledger: Ledger, kpis: Mapping[str, str]) -> Meant:
    """An alert by its number, a payment by its key, or the beginning of one that no other has; or an invoice by its
    whole number."""
    alerts = records(frame(ledger.history.alerts_like(beginning, MOST_NAMED)))
    payments = records(frame(ledger.history.payables_like(beginning, MOST_NAMED)))
    invoices = invoices_named(word, ledger) if word.isdigit() or not (alerts or payments) else []
    found: list[Meant] = [*map(AlertOf, alerts), *map(PaymentOf, payments), *invoices]
    if len(found) == 1:
        return found[0]
    if not found and (thing := thing_named(word, ledger)):
        return thing
    if not found:
        return Unknown(say("explain.no_number", seen=word), tuple(examples(ledger, kpis, word)))
    if len(found) == len(invoices):
        return _several(word, invoices)
    named = (*(one.reference for one in invoices), *(row["alert"] for row in alerts),
             *(row["payment_key"] for row in payments))  # fmt: skip
    return Unknown(say("explain.many_numbers", seen=word), named[:MOST_NAMED])


def _invoiced(word: str, ledger: Ledger) -> InvoiceOf | Unknown | None:
    """An invoice by its number, alone or after its vendor's name."""
    found = invoices_named(word, ledger)
    if not found and (parts := _OF_VENDOR.fullmatch(word)):
        vendors = vendors_like(parts["vendor"], ledger)
        found = [one for one in invoices_named(parts["number"], ledger) if one.vendor in vendors]
    if len(found) > 1:
        return _several(word, found)
    return found[0] if found else None


def invoices_named(number: str, ledger: Ledger) -> list[InvoiceOf]:
    """Every invoice of this number, by vendor: in the register, or on a sheet or held though it has left
    it; else where it last was."""
    written = records(frame(ledger.history.invoices_numbered(number)))
    found = [(ledger.names.get(identity(row["vendor"]), row["vendor"]), row["invoice_no"]) for row in written]
    for table in ("payables", "holds"):
        rows = ledger.said(table)
        mine = rows[rows["invoice_no"].str.upper() == number.upper()]
        found += [(row["vendor"], row["invoice_no"]) for row in records(mine)]
    if not found:
        found = [(row["vendor"], row["invoice_no"]) for row in records(ledger.gone_invoices(number))]
    return [InvoiceOf(*one) for one in sorted(dict(found).items())]


def _several(word: str, invoices: Sequence[InvoiceOf]) -> Unknown:
    """One number at several vendors."""
    return Unknown(say("explain.many_invoices", seen=word), tuple(one.reference for one in invoices[:MOST_NAMED]))


# ------------------------------------------------------------------ vendors and periods


def _scored(parts: tuple[str, str, str], ledger: Ledger, kpis: Mapping[str, str]) -> Meant:
    name, period, word = parts
    vendors = vendors_like(name, ledger)
    if not vendors:
        return Unknown(say("explain.no_vendor", seen=name), tuple(examples(ledger, kpis, name)))
    if len(vendors) > 1:
        return Unknown(say("explain.many_vendors", seen=name), tuple(f"{one}:{period}" for one in vendors[:MOST_NAMED]))
    kpi = kpis.get(header_word(word), "") if word else ""
    if word and not kpi:
        known = sorted(spoken(kpis).values(), key=lambda one: -fuzz.ratio(word, one))
        return Unknown(say("explain.no_kpi", seen=word), tuple(f"{vendors[0]}:{period}:{one}" for one in known))
    periods = ledger.history.scored_periods(vendors[0])
    if period not in periods:
        latest = tuple(f"{vendors[0]}:{one}" for one in periods[-MOST_NAMED:])
        return Unknown(say("explain.no_period", vendor=vendors[0], period=period), latest)
    return ScoreOf(vendors[0], period, kpi)


def vendors_like(text: str, ledger: Ledger) -> list[str]:
    """The vendor of this name, code or tax number; else every one whose name holds this part of it."""
    one = identity(text)
    if one in ledger.names:
        return [ledger.names[one]]
    return sorted({name for known, name in ledger.names.items() if one and one in known})


def spoken(kpis: Mapping[str, str]) -> dict[str, str]:
    """KPI → the first of its names, which is the one in the home's language."""
    names: dict[str, str] = {}
    for name, kpi in kpis.items():
        names.setdefault(kpi, name)
    return names


def examples(ledger: Ledger, kpis: Mapping[str, str], asked: str) -> Iterator[str]:
    """References that this home knows: scores of the vendors most like what was asked, a KPI, an alert, a payment."""
    likely = sorted(sorted(set(ledger.names.values())), key=lambda one: -fuzz.partial_ratio(asked, one))
    scored = [(one, periods[-1]) for one in likely if (periods := ledger.history.scored_periods(one))]
    yield from (f"{vendor}:{period}" for vendor, period in scored[:MOST_VENDORS])
    yield from (f"{vendor}:{period}:{spoken(kpis).get('on_time', 'on_time')}" for vendor, period in scored[:1])
    yield from (row["alert"] for row in records(frame(ledger.history.alerts_like("", 1))))
    yield from (row["payment_key"] for row in records(frame(ledger.history.payables_like("", 1))))
