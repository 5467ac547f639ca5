"""What must hold of the world, so that only the planted cases raise a flag."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from sample_workbooks.entries import Cells, Entry
from sample_workbooks.planted import NO_SUCH_ORDER, is_open
from sample_workbooks.world import (
    ENDING_VENDOR,
    EXPIRED_VENDOR,
    LAST_INSPECTION,
    LAST_ORDER_BEFORE_EXPIRY,
    WORSE_VENDOR,
    Delivery,
    OrderLine,
    World,
)

DEMO_DAYS = tuple(date(2026, 7, day) for day in range(3, 8))
UNFINISHED = {"b1", "b2", "b3", "c1", "c2"}
QUARTER_START = date(2026, 4, 4)


def check(world: World) -> None:
    """Raises ValueError naming the first thing that does not hold."""
    rules = (
        check_spread,
        check_completion,
        check_quality,
        check_punctuality,
        check_contracts,
        check_invoices,
    )
    for rule in rules:
        rule(world)


def require(holds: bool, what: str) -> None:
    """Raises ValueError unless it holds."""
    if not holds:
        raise ValueError(f"the sample world breaks its own rule: {what}")


def check_spread(world: World) -> None:
    """No vendor above half of its category in twelve months, Herfindahl index below 0.45; but for case k."""
    for today in DEMO_DAYS:
        totals: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for line in world.lines:
            if today.replace(year=today.year - 1) < line.ordered_on <= today:
                totals[line.vendor.category][line.vendor.vendor_id] += line.net
        for category, amounts in totals.items():
            shares = [float(amount / sum(amounts.values())) for amount in amounts.values()]
            spread = max(shares) <= 0.5 and sum(share**2 for share in shares) < 0.45
            require(spread or category == "软件测试", f"spread of {category}: {shares}")


def check_completion(world: World) -> None:
    """Every line promised by June is accepted in full in time, but for the planted late ones."""
    received = by_line(world.deliveries)
    for line in world.lines:
        rows = [row for row in received[line.order_id, line.line] if row.inspected_on <= LAST_INSPECTION]
        done = sum(row.accepted for row in rows) == line.quantity
        expected = not is_open(line) and line.case not in UNFINISHED
        require(done == expected, f"completion of {line.order_id}/{line.line} {line.case}")
        require(all(row.delivered_on > line.ordered_on for row in rows), f"{line.order_id} came too early")


def by_line(deliveries: Iterable[Delivery]) -> dict[tuple[str, int], list[Delivery]]:
    """Receipts by order and line."""
    rows: dict[tuple[str, int], list[Delivery]] = defaultdict(list)
    for row in deliveries:
        rows[row.line.order_id, row.line.line].append(row)
    return rows


def ppm(world: World, vendor: str, first: date, last: date) -> float:
    """A vendor's rejected pieces per million received between two days."""
    own = (row for row in world.deliveries if row.line.vendor.vendor_id == vendor)
    rows = [row for row in own if first <= row.delivered_on <= last]
    return float(Fraction(sum(row.rejected for row in rows) * 10**6, sum(row.received for row in rows)))


def recent_ppm(world: World, vendor: str, today: date) -> float:
    """The same over the ninety days up to today."""
    return ppm(world, vendor, today - timedelta(90), today)


def check_quality(world: World) -> None:
    """Only the worsening vendor (a) is above its quality limit."""
    for vendor in world.vendors:
        name = vendor.vendor_id
        recent = ppm(world, name, QUARTER_START, DEMO_DAYS[-1])
        if name == WORSE_VENDOR:
            worst = min(recent_ppm(world, name, today) for today in DEMO_DAYS)
            require(worst > 20_000, f"{name} has only {worst:.0f} ppm")
            continue
        require(recent < 3_500, f"{name} has {recent:.0f} ppm since April")
        overall = ppm(world, name, date(2025, 1, 1), DEMO_DAYS[-1])
        require(900 <= overall <= 2_100, f"{name} has {overall:.0f} ppm overall")


def on_time_share(world: World, lines: Iterable[OrderLine]) -> float:
    """Lines accepted in full by their first promise, as a share of all the lines given."""
    received = by_line(world.deliveries)
    marks = [is_on_time(line, received[line.order_id, line.line]) for line in lines]
    return sum(marks) / len(marks)


def is_on_time(line: OrderLine, rows: list[Delivery]) -> bool:
    """Arrived and accepted in full by the promised date."""
    return sum(row.accepted for row in rows if row.inspected_on <= line.promised_on) >= line.quantity


def worse_share(world: World) -> float:
    """The worsening vendor's on-time share of the second quarter of 2026."""
    own = (line for line in world.lines if line.vendor.vendor_id == WORSE_VENDOR)
    return on_time_share(world, (x for x in own if date(2026, 4, 1) <= x.promised_on <= date(2026, 6, 30)))


def check_punctuality(world: World) -> None:
    """About 94 % on time; in the last quarter all vendors above 84 %, the worsening one at about 60 %."""
    due = [line for line in world.lines if line.promised_on <= date(2026, 6, 30)]
    require(0.92 <= on_time_share(world, due) <= 0.96, f"overall on time {on_time_share(world, due):.3f}")
    for vendor in world.vendors:
        own = [line for line in due if line.vendor is vendor and line.promised_on >= date(2026, 4, 1)]
        steady = vendor.vendor_id == WORSE_VENDOR or on_time_share(world, own) >= 0.84
        require(steady, f"{vendor.vendor_id} on time {on_time_share(world, own):.3f} in its last quarter")
    share = worse_share(world)
    require(0.55 <= share <= 0.66, f"{WORSE_VENDOR} on time {share:.3f}")


def check_contracts(world: World) -> None:
    """Amounts of at least twice the orders, capacities above the open quantity, cases i and j as planned."""
    for contract in world.contracts:
        lines = [line for line in world.lines if line.vendor is contract.vendor]
        require(contract.amount >= 2 * sum(line.net for line in lines), f"amount of {contract.contract_id}")
        waiting = sum(x.quantity for x in lines if is_open(x) or x.case in UNFINISHED)
        require(waiting <= contract.vendor.monthly_capacity, f"capacity of {contract.vendor.vendor_id}")
    expired = [line for line in world.lines if line.vendor.vendor_id == EXPIRED_VENDOR]
    latest = max(line.ordered_on for line in expired)
    require(latest <= LAST_ORDER_BEFORE_EXPIRY, "orders after the contract's end")
    require(sum(is_open(line) for line in expired) == 3, "three open lines under the expired contract")
    ending = [line for line in world.lines if line.vendor.vendor_id == ENDING_VENDOR]
    require(not any(is_open(line) for line in ending), "open lines of case j")


def check_invoices(world: World) -> None:
    """Numbers and amounts unique but for the planted ones; each planted case once."""
    clean = [row for row in world.invoices if row.case != "d2"]
    require(len({row.number for row in clean}) == len(clean), "invoice numbers repeat")
    for first in clean:
        twins = [x for x in clean if x.vendor is first.vendor and x.gross == first.gross and x is not first]
        near = [x for x in twins if abs((x.invoiced_on - first.invoiced_on).days) <= 45]
        require(not near, f"{first.number} has a twin amount")
    require(NO_SUCH_ORDER not in {line.order_id for line in world.lines}, "the order that must not exist")
    cases = sorted(row.case for row in world.invoices if row.case)
    require(cases == ["d1", "d2", "e", "f", "g", "h", "m6"], f"planted invoices {cases}")


# ------------------------------------------------------------------ the further ledgers


def check_further(sheets: Mapping[str, Sequence[Entry]]) -> None:
    """Raises ValueError where a row of the further ledgers that is not planted would raise a flag."""
    ordinary = {name: [entry.on(3) for entry in entries if not entry.case] for name, entries in sheets.items()}
    for row in ordinary["问题单"] + ordinary["安全事件"]:
        require(None not in (row["responded_at"], row["resolved_at"]), f"{row['ticket_id']} waits")
    for row in ordinary["资质证书"]:
        require((row["expires_on"] - DEMO_DAYS[-1]).days > 60, f"{row['number']} ends")
    for row in ordinary["发料与核销"]:
        require(abs(unexplained(row)) <= row["issued"] / 100, f"material of {row['order_id']}")
    for row in ordinary["钣金订单"]:
        require(row["delivered_on"] <= row["promised_on"], f"{row['order_id']} came late")
    check_lots(sheets["来料检验"])
    cases = [entry.case for entries in sheets.values() for entry in entries if entry.case]
    require(len(cases) == len(set(cases)), f"a case is planted twice: {sorted(cases)}")


def unexplained(row: Cells) -> Decimal:
    """Material issued and not accounted for; nothing is said of rows that are not settled yet."""
    spent = [row[name] for name in ("consumed_standard", "returned", "scrap")]
    return Decimal(0) if None in spent else Decimal(row["issued"]) - sum(spent)


def check_lots(entries: Sequence[Entry]) -> None:
    """Of a vendor's item without a planted case, at most one lot is not accepted."""
    refused: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.cells["result"] != "合格":
            refused[entry.cells["vendor"], entry.cells["item"]].append(entry)
    for name, lots in refused.items():
        require(len(lots) == 1 or any(lot.case for lot in lots), f"lots of {name}")
