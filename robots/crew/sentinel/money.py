"""Watches over money: invoices that are held, prices above the agreed ones, changed accounts, payments due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import reduce

from robots.crew.sentinel.scene import MOST_PLACES, Row, Scene, given, watch
from robots.figures.accounts import (
    Account,
    AccountWatch,
    Shared,
    accounts_now,
    ending,
    last_paid,
    pending,
    shared_accounts,
    trusted,
)
from robots.figures.alerts import Alert
from robots.figures.batches import CONFIRMED, FREE, HELD, RELEASED, RETURNED, in_one_sum, sum_due_on, turn_of
from robots.figures.clock import default_interest
from robots.figures.controls import CERTIFICATE, SHARED_ACCOUNT
from robots.figures.edits import SILENT_EDIT
from robots.figures.holds import stopped_by
from robots.figures.lines import records
from robots.figures.settlement import BANK_CHANGE, PRICE
from robots.figures.sums import by_currency, currency_of, told
from robots.model.money import ZERO
from robots.model.words import Say, Text, say
from robots.rules import Settlement

_PAID = (RELEASED, CONFIRMED, RETURNED)
_NOT_DUE = ("held", "confirmed")  # what the bank sent back is still owed
_NOW = "held"  # comes after every batch
_TOLD_ELSEWHERE = (PRICE, BANK_CHANGE, SHARED_ACCOUNT, CERTIFICATE, SILENT_EDIT)  # each has an alert of its own


def _held(scene: Scene) -> Iterator[tuple[Row, tuple[str, ...]]]:
    for row in records(scene.ledger.said("holds")):
        yield row, tuple(row["reasons"].split(","))


def _evidence(row: Row) -> Text:
    """The invoice's own place, and what the hold rests on."""
    return say("list.lines", items=(row["source"], seen)) if (seen := given(row["evidence"])) else str(row["source"])


@watch("INVOICE", "PRICE")
def held_invoices(scene: Scene) -> Iterator[Alert]:
    """Invoices that the match stopped: PRICE where the price is above the order's, INVOICE for every other cause
    that has no alert of its own."""
    for row, reasons in _held(scene):
        others = tuple(reason for reason in reasons if reason not in _TOLD_ELSEWHERE)
        subject = f"{row['vendor']} · {row['invoice_no']}" + (f" · {row['line']}" if row["line"] else "")
        for code, causes in (("PRICE", (PRICE,) if PRICE in reasons else ()), ("INVOICE", others)):
            if causes:
                steps = tuple(say(f"hold.{cause}.release") for cause in causes)
                yield scene.alert(
                    code, ",".join(causes), "warning", subject, row["vendor"], evidence=_evidence(row),
                    seen=_seen(code, row, causes, scene.rules.currency),
                    limit=say(f"alert.{code}.limit"), action=say("list.lines", items=steps),
                    source=say("source.settlement", reference=_ground(scene, code)),
                )  # fmt: skip


def _seen(code: str, row: Row, causes: tuple[str, ...], home: str) -> Say:
    """How much of the invoice these causes stop, each cent once; and what is to be set off or claimed back."""
    currency = currency_of(row["currency"], home)
    stopped, claim = stopped_by(row, causes)
    amounts = {"stopped": stopped, "claim": claim, "gross": row["gross"]}
    told = {name: say("value.in_currency", total=amount, currency=currency) for name, amount in amounts.items()}
    names = reduce(lambda one, other: say("list.and", one=one, other=other), [say(f"hold.{c}.name") for c in causes])
    how = "seen" if not claim else "both" if stopped else "claim"
    return say(f"alert.{code}.{how}", causes=names, order=given(row["order_id"]), **told)


def _ground(scene: Scene, code: str) -> Text:
    """Where the price tolerance, or what the match lets pass, was set."""

    def limit(values: Settlement) -> object:
        is_price = code == "PRICE"
        tolerance = (values.price_tolerance_rate, values.price_tolerance_cap, values.tolerances)
        return tolerance if is_price else values.over_delivery_rate

    return scene.rules.origin("settlement", scene.today, limit)[1]


@watch("BANK_CHANGE")
def changed_accounts(scene: Scene) -> Iterator[Alert]:
    """A vendor's account is not the one that it may be paid to; or two, one of our own people among them, have one."""
    accounts = _accounts(scene)
    before = trusted(accounts)
    paid = {row["vendor"] for row in records(scene.ledger.said("payables")) if row["state"] in _PAID}
    for vendor, change in sorted(pending(accounts).items()):
        yield scene.alert(
            "BANK_CHANGE", change.account, "critical", vendor, vendor, evidence=change.place,
            seen=say("alert.BANK_CHANGE.seen", before=ending(before[vendor].account), after=ending(change.account)),
            limit=say("alert.BANK_CHANGE.limit" if vendor in paid else "alert.BANK_CHANGE.limit_unpaid"),
            action=say(f"quarantine.why.{change.why}"),
        )  # fmt: skip
    employees = scene.rules.settlement(scene.today).employees
    for shared in shared_accounts(scene.vendors.values(), employees):
        yield _shared(scene, shared)


def _accounts(scene: Scene) -> list[Account]:
    """The accounts as they stand at this moment: the paymaster keeps them when it works, an alert does not wait."""
    ledger = scene.ledger
    watch = AccountWatch(
        datetime.fromisoformat(ledger.history.moment()), scene.rules.settlement(scene.today).bank_change_hours,
        last_paid(records(ledger.said("payables"))),
        {row["change"]: row for row in records(ledger.table("account_checks"))},
    )  # fmt: skip
    return accounts_now(scene.vendors.values(), records(ledger.said("accounts")), watch)


def _shared(scene: Scene, shared: Shared) -> Alert:
    owners = (*shared.vendors, *(say("alert.BANK_CHANGE.employee", name=name) for name in shared.employees))
    return scene.alert(
        "BANK_CHANGE", "shared", "critical", " · ".join(shared.vendors), shared.vendors[0],
        seen=say("alert.BANK_CHANGE.shared", ending=ending(shared.account), owners=say("list.lines", items=owners)),
        limit=say("alert.BANK_CHANGE.shared_limit"), action=say("alert.BANK_CHANGE.shared_action"),
        evidence=say("list.lines", items=shared.places),
    )  # fmt: skip


@dataclass(frozen=True)
class _Sum:
    """What a bank pays in one sum, and when it is due."""

    day: date
    rows: tuple[Row, ...]

    @property
    def net(self) -> Decimal:
        """Less what is set off."""
        return sum((row["net"] for row in self.rows), ZERO)

    @property
    def currency(self) -> str | None:
        """Of all of its lines; None where they are older than currencies."""
        currency: str | None = self.rows[0]["currency"]
        return currency


def _sums_due(scene: Scene) -> dict[str, list[_Sum]]:
    """Vendor → what is due within days or was due, the earliest first. A credit note alone is due never."""
    until = scene.today + timedelta(days=scene.limits.payment_days)
    owed = _owed(records(scene.ledger.said("payables")))
    found: dict[str, list[_Sum]] = defaultdict(list)
    for rows in in_one_sum(owed):
        day = sum_due_on(rows)
        if day and day <= until:
            found[rows[0]["vendor"]].append(_Sum(day, rows))
    return {vendor: sorted(sums, key=lambda one: one.day) for vendor, sums in found.items()}


def _owed(lines: list[Row]) -> Iterator[Row]:
    """Lines that the bank has not confirmed. What came free is owed until a later sheet carries its line, under
    whatever key, or it is held."""
    since: dict[tuple[str, str, str], str] = defaultdict(str)
    for row in lines:
        if row["state"] not in FREE - {HELD}:
            since[_line(row)] = max(since[_line(row)], turn_of(row["batch"]) if row["batch"] else _NOW)
    for row in lines:
        is_free = row["state"] in FREE - {HELD}
        if row["state"] not in _NOT_DUE and not (is_free and since[_line(row)] > turn_of(row["batch"])):
            yield row


def _line(row: Row) -> tuple[str, str, str]:
    return row["invoice_key"], row["order_id"], row["line"]


@watch("OVERDUE_PAYMENT")
def payments_due(scene: Scene) -> Iterator[Alert]:
    """What is due within days, or was due, and no bank return has confirmed; one alert per vendor."""
    terms = scene.rules.settlement(scene.today)
    home = scene.rules.currency
    for vendor, sums in sorted(_sums_due(scene).items()):
        rows = [row for one in sums for row in one.rows]
        earliest = sums[0].day
        is_past = earliest < scene.today
        nets = [(one.currency, one.net) for one in sums]
        interests = [(one.currency, default_interest(one.net, one.day, scene.today, terms)) for one in sums]
        numbers = dict.fromkeys(row["invoice_no"] for row in rows)
        yield scene.alert(
            "OVERDUE_PAYMENT", "due", "critical" if is_past else "warning", vendor, vendor,
            seen=say("alert.OVERDUE_PAYMENT.past" if is_past else "alert.OVERDUE_PAYMENT.soon", count=len(sums),
                     due=earliest, total=told(by_currency(nets, home), home),
                     interest=told(by_currency(interests, home), home)),
            limit=say("alert.OVERDUE_PAYMENT.limit", days=scene.limits.payment_days),
            action=say("alert.OVERDUE_PAYMENT.action" if is_past else "alert.OVERDUE_PAYMENT.action_soon"),
            evidence=_carried_by(rows, list(numbers)),
        )  # fmt: skip


def _carried_by(rows: list[Row], invoices: list[str]) -> Text:
    """The sheets that carry what is due, and its invoices, the earliest first."""
    batches = ", ".join(dict.fromkeys(str(row["batch"]) for row in rows))
    told = (
        say("alert.OVERDUE_PAYMENT.sheets", batches=batches),
        say("alert.OVERDUE_PAYMENT.invoices", invoices=", ".join(invoices[:MOST_PLACES])),
    )
    return say("list.lines", items=told)
