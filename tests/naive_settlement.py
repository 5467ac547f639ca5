"""Settlement a second time, from RULES 7 and nothing else: piece by piece, in plain loops, sharing no code with the
robots. Slow and short; what it says of a history is compared with what they say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

D = Decimal
NONE = D(0)


@dataclass
class Agreed:
    """A contract: its amount with tax, what was paid before, what is kept, and what lateness and defects cost."""

    amount: Decimal | None = None
    advance: Decimal = NONE
    retention: Decimal = NONE
    late: Decimal = NONE
    cap: Decimal | None = None
    quality: Decimal = NONE
    ppm: Decimal | None = None


@dataclass
class Ordered:
    """An order line, and what came of it: (day, accepted, rejected)."""

    quantity: int
    price: Decimal
    due: date
    came: list[tuple[date, int, int]] = field(default_factory=list)


@dataclass
class Billed:
    """An invoice of one line, or (red) the credit note of one."""

    number: str
    line: int
    day: date
    quantity: int
    price: Decimal
    red_of: str = ""

    @property
    def gross(self) -> Decimal:
        """With 13 % tax, to the cent."""
        return cent(self.quantity * self.price * TAX)


TAX = D("1.13")


def cent(amount: Decimal) -> Decimal:
    """Half up to the cent."""
    return amount.quantize(D("0.01"), ROUND_HALF_UP)


def pay(agreed: Agreed, lines: list[Ordered], invoices: list[Billed]) -> dict[str, dict[str, Any]]:
    """Number of the invoice → what becomes of it."""
    pieces = [_pieces(line) for line in lines]
    came = [sum(accepted for _, accepted, _ in line.came) for line in lines]
    refused = [sum(rejected for *_, rejected in line.came) for line in lines]
    used = [{"pieces": D(0), "excess": D(0), "kept": D(0), "penalty": D(0)} for _ in lines]
    account = {"value": D(0), "offset": D(0)}
    out = {}
    for bill in sorted((b for b in invoices if not b.red_of), key=lambda b: b.day):  # of one day: as they stand
        back = [red for red in invoices if red.red_of == bill.number]
        quantity = bill.quantity - sum(red.quantity for red in back)
        gross = bill.gross - sum((red.gross for red in back), D(0))
        n, line = bill.line, lines[bill.line]
        good = [pieces[n].pop(0) for _ in range(min(quantity, len(pieces[n])))]
        beyond = min(quantity - len(good), max(came[n] - used[n]["pieces"] - len(good), 0))
        bad = min(quantity - len(good) - beyond, refused[n])
        refused[n] -= bad
        out[bill.number] = _fall(agreed, line, bill.price, gross, quantity, good, bad, used[n], account)
    return out


def _pieces(line: Ordered) -> list[tuple[date, Decimal]]:
    """Every accepted piece in the order of arrival, as many as were ordered: its day, and how many of a million were
    bad in its delivery."""
    found = []
    for day, accepted, rejected in sorted(line.came, key=lambda one: one[0]):
        for _ in range(accepted):
            found.append((day, D(rejected) * 1_000_000 / (accepted + rejected)))
    return found[: line.quantity]


def _fall(
    agreed: Agreed, line: Ordered, price: Decimal, gross: Decimal, quantity: int, good: list[Any], bad: int,
    used: dict[str, Decimal], account: dict[str, Decimal],
) -> dict[str, Decimal]:  # fmt: skip
    step = dict.fromkeys(("variance", "rejected", "held", "penalty", "advance", "retention"), D("0.00"))
    dearer = max(price - line.price, D(0)) * len(good)
    used["pieces"] += len(good)
    used["excess"] += dearer
    if dearer and not (used["excess"] <= D("0.01") * used["pieces"] * line.price and used["excess"] <= 100):
        step["variance"] = min(cent(used["excess"] * TAX) - used["kept"], gross)
        used["kept"] += step["variance"]
    waits = quantity - len(good) - bad
    rest = gross - step["variance"]
    fine_part = max(cent(len(good) * price * TAX) - step["variance"], D("0.00"))
    if bad:
        step["rejected"] = min(cent(bad * price * TAX), rest) if waits else max(rest - fine_part, D("0.00"))
    rest -= step["rejected"]
    if waits:
        step["held"] = max(rest - fine_part, D("0.00"))
    rest -= step["held"]
    fair = rest
    for fine in (_late(agreed, line, good), _defects(agreed, line, good)):
        most = (D("0.05") if agreed.cap is None else agreed.cap) * line.quantity * line.price - used["penalty"]
        within = min(fine, max(most, D(0)))
        used["penalty"] += within
        step["penalty"] += min(cent(within * TAX), rest)
        rest = fair - step["penalty"]
    if agreed.advance and good:
        account["value"] += cent(len(good) * line.price * TAX)
        due = agreed.advance
        if agreed.amount and account["value"] < agreed.amount:
            due = cent(agreed.advance * account["value"] / agreed.amount)
        step["advance"] = max(min(due - account["offset"], rest), D("0.00"))
        account["offset"] += step["advance"]
        rest -= step["advance"]
    step["retention"] = min(cent(fair * agreed.retention), rest)
    return step | {"gross": gross, "net": rest - step["retention"]}


def _late(agreed: Agreed, line: Ordered, good: list[Any]) -> Decimal:
    return sum((max((day - line.due).days, 0) * agreed.late * line.price for day, *_ in good), D(0))


def _defects(agreed: Agreed, line: Ordered, good: list[Any]) -> Decimal:
    if agreed.ppm is None:
        return D(0)
    return sum((agreed.quality * line.price for *_, ppm in good if ppm > agreed.ppm), D(0))
