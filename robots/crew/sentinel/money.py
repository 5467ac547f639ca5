"""Watches over money: invoices that are held, prices above the agreed ones, changed accounts, payments due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from robots.crew.sentinel.scene import Row, Scene, given, watch
from robots.figures.alerts import Alert
from robots.figures.lines import records
from robots.figures.settlement import BANK_CHANGE, PRICE
from robots.ledger import place
from robots.model.words import say
from robots.rules import ground

_NOT_DUE = ("held", "confirmed")  # what the bank sent back is still owed


def _held(scene: Scene) -> Iterator[tuple[Row, tuple[str, ...]]]:
    for row in records(scene.ledger.said("holds")):
        yield row, tuple(row["reasons"].split(","))


@watch("INVOICE", "PRICE")
def held_invoices(scene: Scene) -> Iterator[Alert]:
    """Invoices that the match stopped: PRICE where the price is above the order's, INVOICE for every other cause."""
    for row, reasons in _held(scene):
        others = tuple(reason for reason in reasons if reason not in (PRICE, BANK_CHANGE))
        subject = f"{row['vendor']} · {row['invoice_no']}" + (f" · {row['line']}" if row["line"] else "")
        for code, causes in (("PRICE", (PRICE,) if PRICE in reasons else ()), ("INVOICE", others)):
            if causes:
                names = tuple(say(f"hold.{cause}.name") for cause in causes)
                steps = tuple(say(f"hold.{cause}.release") for cause in causes)
                yield scene.alert(
                    code, ",".join(causes), "warning", subject, row["vendor"], evidence=row["source"],
                    seen=say(f"alert.{code}.seen", causes=names, stopped=row["stopped"], gross=row["gross"],
                             order=given(row["order_id"])),
                    limit=say(f"alert.{code}.limit"), action=say("list.lines", items=steps),
                    source=say("source.settlement", reference=ground(scene.rules.settlement(scene.today))),
                )  # fmt: skip


@watch("BANK_CHANGE")
def changed_accounts(scene: Scene) -> Iterator[Alert]:
    """A vendor's account is not the one it was last paid to."""
    paid: dict[str, str] = {}
    for row in sorted(records(scene.ledger.said("payables")), key=lambda row: given(row["batch"]) or ""):
        if row["state"] != "held" and given(row["bank_account"]):
            paid[row["vendor"]] = row["bank_account"]
    for vendor, account in sorted(paid.items()):
        row = scene.vendors.get(vendor, {})
        now = given(row.get("bank_account"))
        if now and now != account:
            yield scene.alert(
                "BANK_CHANGE", now, "critical", vendor, vendor, evidence=place(row),
                seen=say("alert.BANK_CHANGE.seen", before=_ending(account), after=_ending(now)),
                limit=say("alert.BANK_CHANGE.limit"),
            )  # fmt: skip


def _ending(account: str) -> str:
    """An account by its last digits: a letter is no place for the whole."""
    return account[-4:]


@watch("OVERDUE_PAYMENT")
def payments_due(scene: Scene) -> Iterator[Alert]:
    """What is due within days, or was due, and no bank return has confirmed; one alert per vendor."""
    until = scene.today + timedelta(days=scene.limits.payment_days)
    mine: dict[str, list[tuple[date, Decimal, Row]]] = defaultdict(list)
    for row in records(scene.ledger.said("payables")):
        due = given(row["due_on"])
        if due and row["state"] not in _NOT_DUE and date.fromisoformat(due) <= until:
            mine[row["vendor"]].append((date.fromisoformat(due), row["net"], row))
    for vendor, rows in sorted(mine.items()):
        earliest = min(due for due, _, _ in rows)
        is_past = earliest < scene.today
        numbers = dict.fromkeys(row["invoice_no"] for _, _, row in sorted(rows, key=lambda one: one[0]))
        yield scene.alert(
            "OVERDUE_PAYMENT", "due", "critical" if is_past else "warning", vendor, vendor,
            seen=say("alert.OVERDUE_PAYMENT.past" if is_past else "alert.OVERDUE_PAYMENT.soon", count=len(rows),
                     total=sum((net for _, net, _ in rows), Decimal(0)), due=earliest, currency=scene.rules.currency),
            limit=say("alert.OVERDUE_PAYMENT.limit", days=scene.limits.payment_days),
            evidence=say("alert.OVERDUE_PAYMENT.evidence", invoices=", ".join(list(numbers)[:10]),
                         batches=", ".join(dict.fromkeys(str(row["batch"]) for _, _, row in rows))),
        )  # fmt: skip
