"""What is stopped of lines, part by part: the reasons of each, and whether it is held, disallowed, or a claim of ours.

What is stopped is 不予支付 (disallowed) and 暂扣 (held); a claim (待抵扣/待收回) is no part of it.
放行后可付 (payable on release) is what of 暂扣 no sheet has carried.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from robots.figures.settlement import Part, Payable
from robots.model.money import ZERO
from robots.model.words import Text, say

SET_OFF, OVERPAID = "SET_OFF", "OVERPAID"
PAID_TOO_MUCH = (SET_OFF, OVERPAID)  # reasons of rows of `holds` that are money to come back


@dataclass(frozen=True)
class Stopped:
    """One part of what is stopped of a line: of its amount one is above zero, the others are none.

    `disallowed` (不予支付): never payable as billed; `held` (暂扣): kept until its reasons are gone; `claim`
    (待抵扣/待收回): of a credit note that finds nothing to take. `on_release` (放行后可付): what of `held` is to be
    paid once it is let go, and no sheet has carried.
    """

    payable: Payable
    part: Part
    disallowed: Decimal = ZERO
    held: Decimal = ZERO
    on_release: Decimal = ZERO
    claim: Decimal = ZERO

    @property
    def stopped(self) -> Decimal:
        """Disallowed or held; nothing of a claim."""
        return self.disallowed + self.held

    def reasons(self, what: str) -> Text:
        """All reasons of the part in one cell: their names, or what would release them."""
        return reasons_told(self.part.reasons, what)


def on_release(payable: Payable, carried: Decimal) -> Decimal:
    """What would be paid of a line were all its holds let go: held, less what sheets have carried of it (`carried`: the
    net of all sheets). Never below nothing; of what is disallowed nothing."""
    return max(min(payable.held, payable.net + payable.held - carried), ZERO)


def stopped_parts(payable: Payable, carried: Decimal = ZERO) -> list[Stopped]:
    """A line's parts in the order of its waterfall. What sheets have carried is of the earlier ones: a control holds
    only what no sheet has."""
    left = on_release(payable, carried)
    found: list[Stopped] = []
    for part in reversed(payable.parts):
        pays = ZERO if part.disallowed else max(min(left, part.amount), ZERO)
        left -= pays
        found.append(_sorted(payable, part, pays))
    return found[::-1]


def _sorted(payable: Payable, part: Part, pays: Decimal) -> Stopped:
    if part.amount < 0:
        return Stopped(payable, part, claim=-part.amount)
    if part.disallowed:
        return Stopped(payable, part, disallowed=part.amount)
    return Stopped(payable, part, held=part.amount, on_release=pays)


def reasons_told(reasons: Sequence[str], what: str) -> Text:
    """Reasons one under the other: their names, or what would release them."""
    texts = tuple(say(f"hold.{reason}.{what}") for reason in reasons)
    return texts[0] if len(texts) == 1 else say("list.lines", items=texts)


# ------------------------------------------------------------------ as they are kept


def written(parts: Iterable[Part]) -> str:
    """Parts as a row of `holds` keeps them.

    >>> written([Part(("PRICE",), Decimal("180.80")), Part(("CERTIFICATE", "NO_CONTRACT"), Decimal("9.20"))])
    'PRICE 180.80,CERTIFICATE+NO_CONTRACT 9.20'
    """
    return ",".join(f"{'+'.join(part.reasons)} {part.amount}" for part in parts)


def parts_kept(row: Mapping[str, Any]) -> Iterator[Part]:
    """The parts of a row of `holds`; of rows of older homes the whole amount is one."""
    if not isinstance(row.get("parts"), str):
        yield Part(tuple(row["reasons"].split(",")), row["stopped"])
        return
    for told in row["parts"].split(","):
        reasons, _, amount = told.partition(" ")
        yield Part(tuple(reasons.split("+")), Decimal(amount))


def is_claim(part: Part) -> bool:
    """Is it money to come back, of a credit note that finds nothing to take or of a sheet that carried too much?"""
    return part.amount < 0 or part.reasons[0] in PAID_TOO_MUCH


def stopped_by(row: Mapping[str, Any], reasons: Collection[str] = ()) -> tuple[Decimal, Decimal]:
    """How much of a row of `holds` is not paid, and how much is to be set off or claimed back: by any of some reasons,
    else by all."""
    mine = [part for part in parts_kept(row) if not reasons or set(part.reasons) & set(reasons)]
    claims = sum((abs(part.amount) for part in mine if is_claim(part)), ZERO)
    return sum((part.amount for part in mine if not is_claim(part)), ZERO), claims
