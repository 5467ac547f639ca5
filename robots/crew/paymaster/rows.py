"""Rows of payables: what is proposed beyond what earlier sheets carried, what is held, what the match stops."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from robots.figures.batches import FREE, HELD, turn_of
from robots.figures.holds import OVERPAID, SET_OFF, written
from robots.figures.lines import records
from robots.figures.settlement import DUPLICATE, RETENTION, STEPS, Part, Payable, Step, Turn
from robots.figures.settlement.sheeted import advance_held, advance_share, found_in_order
from robots.model.money import ZERO
from robots.model.words import Text, say

AMOUNTS = (*STEPS, "net")
Row = dict[str, Any]
Line = tuple[str, str, str]
BY_HAND = "SG"  # begins the numbers of batches of what two people say was paid by hand
CARRIED = ("proposed", "approved", "released", "confirmed")
_LAST = "9999"  # what has no day comes after what has one
STANDING = ("proposed", "approved", "released")


@dataclass(frozen=True)
class Present:
    """Payment lines as they stand after this run: as they were `before`, less those that are `gone`, with those that
    `changed`. All of a home's are many: some are asked for at a time."""

    before: pd.DataFrame
    changed: Sequence[Row]
    gone: Collection[str] = ()

    def of(self, vendors: Collection[str]) -> list[Row]:
        """Those of some vendors."""
        return self._rows(self.before["vendor"].isin(list(vendors)), lambda row: row["vendor"] in vendors)

    def in_batch(self, batch: str) -> list[Row]:
        """Those of a batch."""
        return self._rows(self.before["batch"] == batch, lambda row: bool(row["batch"] == batch))

    def unpaid(self, invoices: Collection[str]) -> list[Row]:
        """Those that wait, with those that keep or give back retention, and all of some invoices by their keys."""
        before = self.before
        waits = before["state"].isin(STANDING) | (before["retention"] != 0) | (before["what"] == RETENTION)
        return self._rows(waits.fillna(False) | before["invoice_key"].isin(list(invoices)), lambda _: True)

    def _rows(self, mine: pd.Series, is_mine: Callable[[Row], bool]) -> list[Row]:
        changes = {row["payment_key"]: row for row in self.changed if row["payment_key"] not in self.gone}
        over = self.before["payment_key"].isin(list(self.gone))
        there = records(self.before[mine.fillna(False) & ~over])
        rows = [changes.pop(row["payment_key"], row) for row in there]
        return [row for row in (*rows, *changes.values()) if is_mine(row)]


def by_line(before: Sequence[Row]) -> dict[Line, list[Row]]:
    """What earlier sheets carried and what is held, by the line that it belongs to."""
    lines: dict[Line, list[Row]] = defaultdict(list)
    for row in before:
        lines[row["invoice_key"], row["order_id"], row["line"]].append(row)
    return lines


def first_sheets(sheeted: Sequence[Row]) -> dict[str, Turn]:
    """Invoice key → when it was carried first, by the day and number of that batch, whatever sort it is; and what was
    found in order of each of its lines."""
    first: dict[str, str] = {}
    lines: dict[str, dict[tuple[str, str], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    offsets: dict[str, dict[tuple[str, str], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in sheeted:
        if row["batch"]:
            key, line = row["invoice_key"], (row["order_id"], row["line"])
            first.setdefault(key, turn_of(row["batch"]))
            lines[key][line] += found_in_order(row)
            offsets[key][line] += advance_share(row)
    return {key: Turn(sheet, lines[key], offsets[key]) for key, sheet in first.items()}


def is_by_hand(batch: str) -> bool:
    """Does a batch hold what two people say was paid by hand?"""
    return batch.startswith(f"{BY_HAND}-")


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Lines as every paper lists them (payment sheet, approval form, release, bank file), so that one can be laid
    beside the other: by vendor, due day, invoice, order line. A day is a date, or a text once it was stored."""
    names = ("order_id", "line", "payment_key")
    return sorted(rows, key=lambda row: (
        row["vendor"], _told(row.get("due_on")) or _LAST, _told(row["invoice_no"]), *(_told(row.get(n)) for n in names),
    ))  # fmt: skip


def _told(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def line_of(payable: Payable) -> Line:
    """What names a payable line among the rows."""
    return payable.invoice_key, payable.order_id, payable.line


def propose(payable: Payable, before: Sequence[Row], batch: str, vendors: Mapping[str, Row]) -> Row | None:
    """What is payable beyond what earlier sheets carried of this invoice line, or None.

    Each amount is the difference to earlier sheets, so that amounts add up over sheets; the key is made of the
    whole entitlement in cents, so that the same money has the same key for ever (RULES 7). Where that key is bound
    already and earlier money came free again (a reversal), that money is put up again under its own key. Where a credit
    note takes back what a sheet has carried the row is below zero, to be set off. A hold takes nothing back.
    """
    mine = carried(payable, before)
    if not rest(payable, mine):
        return None
    amounts = _beyond(payable, mine)
    only_held = _only_held(amounts["net"], amounts["held"])
    amounts |= {"net": amounts["net"] + only_held, "held": amounts["held"] - only_held}
    return _row(payable, amounts, _new_key(payable, mine, before), "proposed", batch, vendors, _tax(mine))


def carried(payable: Payable, before: Sequence[Row]) -> list[Row]:
    """The rows by which sheets have carried something of a line, less what came free again."""
    return [row for row in before if _same_line(row, payable) and row["state"] not in FREE]


def _new_key(payable: Payable, mine: Sequence[Row], before: Sequence[Row]) -> str:
    """The key of the entitlement, else one of this line that came free. Where the entitlement went down by a credit
    note and up again, the next time is told from the first: no key is used for two movements of money."""
    key, bound = payment_key(payable), {row["payment_key"] for row in mine}
    free: list[str] = [r["payment_key"] for r in before if _same_line(r, payable) and r["state"] in FREE - {HELD}]
    more = (short_hash(key, str(number)) for number in range(len(bound), 2 * len(bound) + 1))
    return next(one for one in (key, *free, *more) if one not in bound)


def rest(payable: Payable, before: Sequence[Row]) -> Decimal:
    """What of a line would go onto a sheet now; below zero where a credit note takes back."""
    mine = carried(payable, before)
    net = payable.net - sum((row["net"] for row in mine), ZERO)
    net += _only_held(net, payable.held - sum((row["held"] for row in mine), ZERO))
    return ZERO if net < 0 and not payable.credit else net


def _beyond(payable: Payable, mine: Sequence[Row]) -> dict[str, Decimal]:
    """Each amount of a payable beyond what its rows carry."""
    found = {name: getattr(payable, name) - sum((row[name] for row in mine), ZERO) for name in AMOUNTS}
    return found | {"advance_held": payable.advance_held - sum(map(advance_held, mine), ZERO)}


def _only_held(net: Decimal, held: Decimal) -> Decimal:
    """How much of what is owed less than sheets carried is only held by now: that takes nothing back, nor pays it."""
    return max(min(held, -net), ZERO)


def offset_row(payable: Payable, before: Sequence[Row], vendors: Mapping[str, Row]) -> Row | None:
    """What an advance offsets of a line beyond earlier sheets, where nothing is paid of it now; else None."""
    mine = carried(payable, before)
    amounts = _beyond(payable, mine)
    if amounts["advance_offset"] <= 0 or amounts["net"]:
        return None
    return _row(payable, amounts, _new_key(payable, mine, before), "proposed", "", vendors, _tax(mine))


def paid_back(payable: Payable, before: Sequence[Row], batch: str, vendors: Mapping[str, Row], amount: Decimal) -> Row:
    """A row below zero by which a vendor paid back what sheets carried too much of a line."""
    mine = carried(payable, before)
    amounts = _beyond(payable, mine)
    amounts |= {
        "net": -amount,
        "held": amounts["held"] + amounts["net"] + amount,
    }  # the held part was paid, and stays so
    return _row(payable, amounts, _new_key(payable, mine, before), "proposed", batch, vendors, _tax(mine))


def tells(payable: Payable, before: Sequence[Row]) -> bool:
    """Is there anything to do or to say about a line today? Most of a ledger is paid, and nothing of it is disputed."""
    if rest(payable, before) or is_stopped(payable) or overpaid(payable, before):
        return True
    return bool(payable.advance_offset) and payable.advance_offset != _offset(carried(payable, before))


def _offset(rows: Sequence[Row]) -> Decimal:
    return sum((row["advance_offset"] for row in rows), ZERO)


def hold(payable: Payable, before: Sequence[Row], vendors: Mapping[str, Row]) -> Row | None:
    """A line of which nothing is payable and no sheet has carried anything, kept so that it can be seen."""
    carried = any(_same_line(r, payable) and r["state"] not in FREE for r in before)
    if payable.net > 0 or not payable.held or (carried and DUPLICATE not in payable.reasons):
        return None
    amounts = _beyond(payable, ())
    key = short_hash("held", *_whole_name(payable))
    return _row(payable, amounts, key, "held", None, vendors)


def holds(owed: Sequence[Payable], before: Mapping[Line, list[Row]]) -> Iterator[Row]:
    """Everything that the match stops today, and what sheets carried too much, for those who have to see to it."""
    for p in owed:
        mine = before.get(line_of(p), ())
        too_much = overpaid(p, mine)
        if p.stopped or too_much:
            more = (Part((SET_OFF if p.credit else OVERPAID,), too_much),) if too_much else ()
            reasons = (*p.reasons, *(reason for part in more for reason in part.reasons))
            amount = min(p.stopped + too_much, max(p.gross, too_much))  # what was paid and then refused is one sum
            yield {
                "hold": short_hash(*_whole_name(p)),
                "vendor": p.vendor, "order_id": p.order_id, "line": p.line, "invoice_no": p.invoice_no,
                "reasons": ",".join(reasons), "gross": p.gross, "stopped": amount, "due_on": p.due_on,
                "parts": written((*p.parts, *more)),
                "source": p.source, "evidence": listed((*p.evidence, *_paid_of_held(p, mine))),
                "currency": p.currency or None, "invoice_key": p.invoice_key,
            }  # fmt: skip


def _paid_of_held(payable: Payable, before: Sequence[Row]) -> Iterator[Text]:
    """What of the held part sheets have carried already: who reads why it is held should know."""
    mine = carried(payable, before)
    paid = min(sum((row["net"] for row in mine), ZERO) - payable.net, payable.held)
    if paid > 0:
        sheets = "、".join(dict.fromkeys(str(row["batch"]) for row in mine))
        yield say("hold.seen.carried", sheets=sheets, amount=paid, currency=payable.currency)


def without(stops: Sequence[Row], rows: Sequence[Row]) -> list[Row]:
    """Rows of payables less those that will not leave: nothing too much is paid by them."""
    keys = {row["hold"] for row in stops}
    return [row for row in rows if row["payment_key"] not in keys]


def overpaid(payable: Payable, before: Sequence[Row]) -> Decimal:
    """What sheets carried of a line beyond what is owed of it now, held parts included: never below nothing."""
    mine = carried(payable, before)
    return max(sum((row["net"] for row in mine), ZERO) - payable.net - payable.held, ZERO) if mine else ZERO


def carried_net(lines: Iterable[Row]) -> dict[Line, Decimal]:
    """Line → what sheets have carried of it, less what came free again."""
    sums: dict[Line, Decimal] = defaultdict(lambda: ZERO)
    for row in lines:
        if row["state"] in CARRIED:
            sums[row["invoice_key"], row["order_id"], row["line"]] += row["net"]
    return sums


def set_off(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """What can go onto sheets, and what waits: what a credit note takes back is set off against the same vendor's
    payables in the same currency. Where nothing would be left to pay, all of that vendor's rows wait."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[row["vendor"], row["currency"]] += row["net"]
    is_payable = [sums[row["vendor"], row["currency"]] > 0 for row in rows]
    return (
        [row for row, payable in zip(rows, is_payable, strict=True) if payable],
        [row for row, payable in zip(rows, is_payable, strict=True) if not payable],
    )


def bank_payments(rows: Iterable[Row]) -> int:
    """How many payments a bank makes of these lines: one for each; where something is set off for a payee, one sum for
    all of its lines (`banking`)."""
    nets: dict[tuple[str, Any], list[Decimal]] = defaultdict(list)
    for row in rows:
        nets[row["vendor"], row["bank_account"]].append(row["net"])
    return sum(1 if min(mine) < 0 else sum(map(bool, mine)) for mine in nets.values())


def waterfalls(payable: Payable, row: Row, before: Sequence[Row]) -> Iterator[Row]:
    """The steps behind a proposed row, with their causes; their sum is its net."""
    steps = list(payable.steps)
    if rest := row["net"] - sum((step.amount for step in steps), ZERO):
        sheets = ", ".join(dict.fromkeys(str(one["batch"]) for one in carried(payable, before)))
        steps.append(Step("carried", rest, say("because.carried", sheets=sheets)))
    for n, step in enumerate(steps, 1):
        yield {
            "payment_key": row["payment_key"], "n": n, "step": step.name, "amount": step.amount,
            "because": step.because, "place": step.place,
        }  # fmt: skip


def is_stopped(payable: Payable) -> bool:
    """Does the match or a control stop any part of it, or is it a credit note that finds nothing to take?"""
    return bool(payable.held or payable.price_variance or payable.rejected)


def listed(texts: Sequence[Text]) -> Text | None:
    """Several texts one under the other; None where there is none."""
    if len(texts) < 2:
        return texts[0] if texts else None
    return say("list.lines", items=tuple(texts))


def payment_key(payable: Payable) -> str:
    """hash(vendor and invoice, order line, entitled cents)."""
    return short_hash(payable.invoice_key, f"{payable.order_id}/{payable.line}", str(int(payable.net * 100)))


def short_hash(*parts: str) -> str:
    """24 hexadecimal digits that stand for some texts."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]


def _tax(rows: Sequence[Row]) -> Decimal:
    """The VAT that sheets carried; rows older than it have none."""
    return sum((row["tax"] for row in rows if row.get("tax") is not None and not pd.isna(row["tax"])), ZERO)


def _whole_name(payable: Payable) -> tuple[str, ...]:
    """What no other payable of a run has: a row over two orders makes two, its retention more; and what is gone from
    the register has no row but its sheet."""
    return payable.source, payable.invoice_key, payable.order_id, payable.line, payable.what


def _same_line(row: Row, payable: Payable) -> bool:
    return (row["invoice_key"], row["order_id"], row["line"]) == line_of(payable)


def _row(
    p: Payable,
    amounts: Mapping[str, Decimal],
    key: str,
    state: str,
    batch: str | None,
    vendors: Mapping[str, Row],
    tax_before: Decimal = ZERO,
) -> Row:
    """`tax_before`: what earlier sheets carried of its VAT, so that it adds up over sheets as amounts do."""
    account = vendors.get(p.vendor, {}).get("bank_account")
    return {
        "payment_key": key, "vendor": p.vendor, "order_id": p.order_id, "line": p.line, "invoice_no": p.invoice_no,
        **amounts, "hold_reason": ",".join(p.reasons) or None, "due_on": p.due_on, "state": state, "batch": batch,
        "bank_account": None if pd.isna(account) else account, "retention_due_on": p.retention_due_on,
        "invoice_key": p.invoice_key, "currency": p.currency, "what": p.what, "tax": p.tax - tax_before,
    }  # fmt: skip
