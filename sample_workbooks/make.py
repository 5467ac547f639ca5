"""Writes the sample workbooks, the same bytes every time: `python -m sample_workbooks.make [folder]`."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sample_workbooks import further_writers, planted, settlement_story, sheet_metal, writers
from sample_workbooks import world as made
from sample_workbooks.checks import check, check_further, recent_ppm, worse_share
from sample_workbooks.entries import Entry
from sample_workbooks.further_writers import Page
from sample_workbooks.world import RATERS, SEED, Delivery, World
from sample_workbooks.writers import Places

LATE_ENTRIES_FROM, LATE_ENTRIES = date(2026, 3, 16), 60
MENDED_DAY = date(2026, 7, 1)
WEEKS = tuple(date(2026, 7, day) for day in (6, 13, 20, 27))


def main(out_dir: Path | None = None) -> World:
    """Writes all workbooks and planted.toml, and prints a count per kind."""
    folder = Path(out_dir or Path(__file__).parent)
    world = build()
    check(world)
    books = further_writers.pages(world, with_newcomers(world))
    check_further({page.name: page.entries for pages in books.values() for page in pages})
    places = write_days(folder, world) | further_writers.write_further(folder, books)
    settlement_story.write_story(folder / "settlement")
    write_weeks(folder / "weeks", world)
    (folder / "planted.toml").write_text(planted_toml(world, books, places), encoding="utf-8")
    for kind in ("vendors", "contracts", "lines", "deliveries", "invoices", "surveys"):
        print(f"{kind:<12}{len(getattr(world, kind)):>6}")
    for page in (page for pages in books.values() for page in pages):
        print(f"{page.name:<12}{len(page.entries):>6}")
    return world


def build() -> World:
    """The world with its planted cases."""
    rng = random.Random(SEED)
    vendors = made.make_vendors(rng)
    orders = [order for vendor in vendors for order in made.make_orders(rng, vendor)]
    lines = made.number_orders(orders + planted.planted_orders(rng, vendors))
    made.tell_apart(lines)
    ordinary = [line for line in lines if not line.case and not planted.is_open(line)]
    deliveries = made.make_deliveries(rng, ordinary) + planted.planted_deliveries(lines)
    deliveries = made.number_deliveries(deliveries)
    contracts = made.make_contracts(vendors, lines)
    planted.end_contracts(contracts)
    made.set_capacities(vendors, lines)
    invoices = made.make_invoices(rng, deliveries)
    world = World(vendors, contracts, lines, deliveries, invoices, made.make_surveys(rng, vendors))
    bill(rng, world)
    return world


def with_newcomers(world: World) -> list[Entry]:
    """The four vendors that came later, with their contracts and marks; returns the rows of their order ledger."""
    vendors = sheet_metal.newcomers()
    world.vendors += vendors
    world.contracts += sheet_metal.contracts(vendors)
    world.surveys += sheet_metal.surveys(vendors, RATERS)
    return sheet_metal.orders(vendors)


def bill(rng: random.Random, world: World) -> None:
    """The planted invoices among the others; the duplicate last, as it repeats a number."""
    world.invoices += planted.planted_invoices(world)
    planted.spoil_invoices(world)
    world.invoices = made.number_invoices(rng, world.invoices)
    planted.duplicate_invoice(world)


def write_days(folder: Path, world: World) -> Places:
    """All workbooks of the three days; returns where the planted cases stand."""
    first, second, third = folder / "day1", folder / "day2", folder / "day3"
    in_2025, in_2026, late_entries, daily = split(world.deliveries)
    writers.write_old_deliveries(first / "收货验收_2025.xls", in_2025)
    writers.write_late_entries(first / "收货补录_GBK.csv", late_entries)
    writers.write_surveys(first / "满意度评价.xlsx", world.surveys)
    return {
        **writers.write_vendors(first / "供应商台账.xlsx", world.vendors),
        **writers.write_contracts(first / "合同台账.xlsx", world.contracts),
        **writers.write_orders(first / "外协订单.xlsx", world.lines),
        **writers.write_deliveries(first / "收货验收_2026.xlsx", in_2026),
        **writers.write_invoices(first / "发票登记.xlsx", world.invoices),
        **writers.write_vendors(second / "供应商台账.xlsx", world.vendors, changed=True),
        **writers.write_daily(second / "收货日报_20260704.xlsx", daily, date(2026, 7, 4)),
        **writers.write_deliveries(third / "收货验收_2026.xlsx", in_2026, mended=True),
    }


def write_weeks(folder: Path, world: World) -> None:
    """The same report on four Mondays, two receipts each; the fifth that is expected is not there."""
    receipts = split(world.deliveries)[-1]
    for number, monday in enumerate(WEEKS):
        mine = receipts[2 * number : 2 * number + 2]
        writers.write_daily(folder / f"收货日报_{monday:%Y%m%d}.xlsx", mine, monday)


def split(deliveries: list[Delivery]) -> tuple[list[Delivery], ...]:
    """Receipts by file: those of 2025, those of 2026, sixty of March entered afterwards, the second day's."""
    march = [row for row in deliveries if row.delivered_on >= LATE_ENTRIES_FROM][:LATE_ENTRIES]
    afterwards = {row.delivery_id for row in march}
    in_2025 = [row for row in deliveries if row.delivered_on.year == 2025]
    daily = [row for row in deliveries if row.delivered_on >= MENDED_DAY]
    rest = [row for row in deliveries if row.delivered_on.year == 2026 and row.delivered_on < MENDED_DAY]
    return in_2025, [row for row in rest if row.delivery_id not in afterwards], march, daily


def planted_toml(world: World, books: Mapping[str, Sequence[Page]], places: Places) -> str:
    """The planted cases as TOML: a table per case with its ids and places."""
    tables: dict[str, dict[str, Any]] = {}
    for line in world.lines:
        if line.case:
            tables.setdefault(line.case, {}).update(
                vendor=line.vendor.name, order_id=line.order_id, line=line.line, quantity=line.quantity,
                promised_on=line.promised_on,
            )  # fmt: skip
    add_deliveries(tables, world)
    add_invoices(tables, world)
    add_vendors(tables, world)
    add_entries(tables, books)
    for key, place in places.items():
        file, case = key.rsplit(":", 1)
        tables[case].setdefault("places", []).append(f"{file} › {place}")
    return HEAD + "\n".join(toml_table(case, tables[case]) for case in sorted(tables))


HEAD = """# The planted cases of the sample workbooks, written by make.py; README.md tells their stories.

"""


def add_deliveries(tables: dict[str, dict[str, Any]], world: World) -> None:
    """The receipts of planted lines, and the bad cells of the m rows."""
    for row in world.deliveries:
        if row.case:
            tables[row.case].update(
                delivery_id=row.delivery_id, delivered_on=row.delivered_on, received=row.received,
                accepted=row.accepted, rejected=row.rejected,
            )  # fmt: skip
        for field, seen in row.flaws.items():
            tables[row.case].update(bad_field=field, seen="" if seen is None else seen)


def add_invoices(tables: dict[str, dict[str, Any]], world: World) -> None:
    """The planted invoices, with the order's price beside the billed one."""
    prices = {(line.order_id, line.line): line.unit_price for line in world.lines}
    for row in world.invoices:
        if row.case:
            price = prices.get((row.order_id, row.line))
            tables.setdefault(row.case, {}).update(
                vendor=row.vendor.name, invoice_no=row.number, invoiced_on=row.invoiced_on,
                order_id=row.order_id, line=row.line, billed_quantity=row.quantity,
                unit_price=str(row.unit_price), net=str(row.net), tax=str(row.tax), gross=str(row.gross),
                **({"order_price": str(price)} if price else {}),
            )  # fmt: skip


def add_vendors(tables: dict[str, dict[str, Any]], world: World) -> None:
    """The cases that are a vendor's: worsening, contract at its end, single source, new account, misspelt."""
    by_id = {vendor.vendor_id: vendor for vendor in world.vendors}
    tables["a"] = {
        "vendor": by_id[made.WORSE_VENDOR].name, "vendor_id": made.WORSE_VENDOR,
        "ppm_90_days_to_2026-07-03": round(recent_ppm(world, made.WORSE_VENDOR, date(2026, 7, 3))),
        "on_time_2026Q2": f"{worse_share(world):.3f}",
    }  # fmt: skip
    for contract in world.contracts:
        if contract.case:
            tables[contract.case] = {
                "vendor": contract.vendor.name, "contract_id": contract.contract_id,
                "ends_on": contract.ends_on,
            }  # fmt: skip
    tables["k"] = {"category": "软件测试", "vendor": by_id["V015"].name}
    changed = by_id[planted.CHANGED_BANK_VENDOR]
    tables["l"] = {"vendor": changed.name, "before": changed.bank_account, "after": planted.CHANGED_ACCOUNT}
    tables["v3"] = {"vendor": by_id[sheet_metal.CARELESS].name, "period": "2026Q2", "least_accepted": "0.95"}
    tables["k2"] = {"category": sheet_metal.SHEET_METAL, "vendor": by_id[sheet_metal.SLOW].name}
    tables["n"]["written_vendor"] = world.line_of("n").written_vendor


def add_entries(tables: dict[str, dict[str, Any]], books: Mapping[str, Sequence[Page]]) -> None:
    """The planted rows of the further ledgers: what stands in them on the first day, and what later days change."""
    for entry in (entry for pages in books.values() for page in pages for entry in page.entries if entry.case):
        said = {name: value for name, value in entry.on(1).items() if value not in (None, "")}
        for day, news in entry.later.items():
            said |= {f"{name}_on_day{day}": value for name, value in news.items()}
        tables.setdefault(entry.case, {}).update(said)


def toml_table(name: str, values: Mapping[str, Any]) -> str:
    """One TOML table.

    >>> print(toml_table("b1", {"line": 1, "due": date(2026, 6, 30)}), end="")
    [b1]
    line = 1
    due = 2026-06-30
    """
    rows = (f"{key} = {toml_value(value)}" for key, value in values.items())
    return "\n".join((f"[{name}]", *rows, ""))


def toml_value(value: Any) -> str:
    """A string, whole number, list or day as TOML writes it; an exact number as its text."""
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(str(value) if isinstance(value, Decimal) else value, ensure_ascii=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
