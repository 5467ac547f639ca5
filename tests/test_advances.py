"""An advance: paid once against its invoice, offset only so far as it is known to be paid, held where nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robots.crew.paymaster.rows import by_line, first_sheets, line_of, overpaid, propose
from robots.figures.by_hand import paid_by_hand
from robots.figures.settlement import Acceptance, OrderLine, Payable, Terms, Turn, advances_of, settle
from robots.figures.settlement.advance import Advance
from robots.model.money import cents
from robots.rules import Settlement
from tests.conftest import Home
from tests.histories import examples
from tests.payday_steps import evening, paid_of, usual, why

D = Decimal
Row = dict[str, Any]
VENDOR = "示例甲电子有限公司"
TERMS = Terms(Settlement("RULES 7", D("0.01"), D(100), D("0.05"), 60, 60), "CNY", date(2026, 1, 1), date(2026, 7, 3))
AGREED = {"contract_id": "HT-1", "vendor": VENDOR, "currency": None, "amount": D(1130), "advance": D(300)}
FOR_ADVANCE = {"invoice_no": "YF-1", "kind": "预付款", "contract_id": "HT-1", "order_id": None, "gross": D(300)}


def invoice(**cells: Any) -> Row:
    """Half of the contract's goods, accepted, unless the cells say otherwise."""
    return {
        "_file": "发票.xlsx", "_sheet": "6月", "_row": 2, "invoice_no": "FP-1", "vendor": VENDOR, "order_id": "PO-1",
        "line": None, "contract_id": None, "invoiced_on": date(2026, 6, 20), "quantity": None, "unit_price": None,
        "net": None, "tax_rate": D("0.13"), "tax": None, "gross": D(565), "kind": "蓝字", "blue_invoice_no": None,
    } | cells  # fmt: skip


def owed(
    *invoices: Row, sheeted: tuple[Row, ...] = (), turns: Mapping[str, Turn] | None = None, **contract: Any
) -> list[Payable]:
    """What is owed on invoices over a hundred pieces at ten, net, under the contract."""
    agreed = AGREED | contract
    line = OrderLine(
        "PO-1", "1", VENDOR, D(100), D(10), D("0.13"), None, None, agreed, [Acceptance(date(2026, 6, 1), D(100))]
    )
    rows = [row | {"_row": at} for at, row in enumerate(invoices, 2)]
    vendors = {VENDOR: {"bank_account": "6222000000000000001"}, "乙": {"bank_account": "6222000000000000002"}}
    turns = turns or {row["invoice_key"]: Turn(row["batch"]) for row in sheeted}
    advances = advances_of(sheeted, rows)
    return list(settle({"PO-1": [line]}, rows, vendors, TERMS, {}, turns, {"HT-1": agreed}, advances))


def sheeted(state: str, net: int = 300, invoice_no: str = "YF1") -> Row:
    """What a sheet carried of the advance."""
    key = f"{VENDOR}|{invoice_no}"
    return {
        "invoice_key": key, "order_id": "HT-1", "what": "advance", "state": state, "net": D(net), "batch": "20260601-01"
    }  # fmt: skip


KNOWN = {
    "nobody has said": ({}, (), "0.00", "150.00"),
    "the ledger says all of it": ({"advance_paid": D(300)}, (), "150.00", "0.00"),
    "the ledger says none of it": ({"advance_paid": D(0)}, (), "0.00", "0.00"),
    "the ledger says a part of it": ({"advance_paid": D(100)}, (), "50.00", "0.00"),
    "paid, though no advance was agreed": ({"advance": None, "advance_paid": D(300)}, (), "150.00", "0.00"),
    "its contract is in another currency": ({"advance_paid": D(300), "currency": "USD"}, (), "0.00", "0.00"),
    "the bank confirmed it": ({}, (sheeted("confirmed"),), "150.00", "0.00"),
    "the bank has not confirmed it yet": ({}, (sheeted("released"),), "0.00", "150.00"),
    "it waits to be approved, and the ledger says none": (
        {"advance_paid": D(0)}, (sheeted("proposed"),), "0.00", "150.00",
    ),
    "its sheet was refused": ({"advance_paid": D(0)}, (sheeted("rejected"),), "0.00", "0.00"),
    "a half of it is confirmed, the other on its way": (
        {}, (sheeted("confirmed", 150), sheeted("released", 150, "YF2")), "75.00", "75.00",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("contract", "sheets", "offset", "held"), KNOWN.values(), ids=KNOWN)
def test_what_is_known_to_be_paid_is_offset_and_what_may_be_is_held(
    contract: Row, sheets: tuple[Row, ...], offset: str, held: str
) -> None:
    (one,) = owed(invoice(), sheeted=sheets, **contract)
    assert (one.advance_offset, one.held, one.net) == (D(offset), D(held), D(565) - D(offset) - D(held))
    reason = "ADVANCE_BILLED" if sheets else "ADVANCE_UNKNOWN"
    assert one.reasons == ((reason,) if one.held else ())


def test_retention_and_penalties_are_the_same_whether_an_advance_is_known_or_not() -> None:
    terms = {"retention_rate": D("0.05"), "retention_months": D(12)}
    (known,), (unknown,) = owed(invoice(), advance_paid=D(300), **terms), owed(invoice(), **terms)
    assert (known.net, known.retention) == (unknown.net, unknown.retention) == (D("386.75"), D("28.25"))


def test_a_cent_of_rounding_stays_on_the_line_where_a_sheet_put_it() -> None:
    """Two lines were on one sheet, and the first was refused: it comes again behind the other one."""
    line = ("PO-1", "1")
    shares = {"FP-1": "372.90", "FP-2": "372.90", "FP-3": "384.20"}
    rows = [invoice(invoice_no=number, gross=D(gross)) for number, gross in shares.items()]
    first = owed(*rows[:2], advance_paid=D("100.01"))
    assert [one.advance_offset for one in first] == [D("33.00"), D("33.01")]
    turns = {first[1].invoice_key: Turn("20260703-01", {line: first[1].undisputed}, {line: first[1].advance_offset})}
    again = {one.invoice_no: one.advance_offset for one in owed(*rows, turns=turns, advance_paid=D("100.01"))}
    assert again == {"FP-1": D("33.00"), "FP-2": D("33.01"), "FP-3": D("34.00")}


def test_goods_whose_share_is_held_for_an_advance_are_used_up_all_the_same(home: Home, books: SimpleNamespace) -> None:
    """The invoice leaves the register, and another one bills a part of its goods."""
    home.let("paymaster")
    usual(home, books, **contract())
    home.turn(evening(7, 6))
    part = {"数量": 20, "不含税金额": 100, "税额": 13, "价税合计": 113}
    home.drop("发票.xlsx", books.invoices({"发票号码": "26112000000087654321", **part}))
    for day in (7, 8):
        home.turn(evening(7, day))
    assert paid_of(home) == 452


CLAIMED = {
    "the whole advance": ({}, {}, (), "300.00", ""),
    "a part of it": ({"gross": D(100)}, {}, (), "100.00", ""),
    "more than was agreed": ({"gross": D(400)}, {}, (), "300.00", "ADVANCE_OVER"),
    "by its order, where that is named": ({"contract_id": None, "order_id": "PO-1"}, {}, (), "300.00", ""),
    "by its contract in the column of orders": ({"contract_id": None, "order_id": "HT-1"}, {}, (), "300.00", ""),
    "a share of the contract": ({}, {"advance": None, "advance_rate": D("0.2")}, (), "226.00", "ADVANCE_OVER"),
    "none was agreed": ({}, {"advance": None}, (), "0.00", "NO_ADVANCE"),
    "no contract is named": ({"contract_id": None}, {}, (), "0.00", "NO_ADVANCE"),
    "another vendor's contract": ({"vendor": "乙"}, {}, (), "0.00", "WRONG_VENDOR"),
    "another currency": ({"currency": "USD"}, {}, (), "0.00", "CURRENCY"),
    "paid by hand, as the ledger says": ({}, {"advance_paid": D(300)}, (), "0.00", "ADVANCE_OVER"),
    "a part was paid by hand": ({}, {"advance_paid": D(100)}, (), "200.00", "ADVANCE_OVER"),
    "paid by a sheet, and the ledger says so": (
        {}, {"advance_paid": D(300)}, (sheeted("confirmed"),), "300.00", "",
    ),
    "paid by hand while it waited on a sheet": (
        {}, {"advance_paid": D(300)}, (sheeted("proposed"),), "0.00", "ADVANCE_OVER",
    ),
    "paid before under a number that is gone": ({}, {}, (sheeted("confirmed", 300, "YF0"),), "0.00", "ADVANCE_OVER"),
}  # fmt: skip


@pytest.mark.parametrize(("cells", "contract", "sheets", "net", "reason"), CLAIMED.values(), ids=CLAIMED)
def test_an_advance_is_paid_up_to_what_was_agreed_and_once(
    cells: Row, contract: Row, sheets: tuple[Row, ...], net: str, reason: str
) -> None:
    (one,) = owed(invoice(**FOR_ADVANCE | cells), sheeted=sheets, **contract)
    assert (one.net, one.reasons, one.what) == (D(net), (reason,) if reason else (), "advance")
    assert one.net + one.held == one.gross and one.line == ""


def test_of_two_invoices_for_one_advance_the_second_gets_what_is_left() -> None:
    first, second = owed(invoice(**FOR_ADVANCE | {"gross": D(200)}), invoice(**FOR_ADVANCE | {"invoice_no": "YF-2"}))
    assert (first.net, second.net, second.held) == (D(200), D(100), D(200))


def test_an_advance_that_is_asked_for_after_the_goods_is_for_what_is_still_to_come() -> None:
    """Half of the goods were accepted and paid without any of it; the other half may have its share in advance."""
    late = invoice(**FOR_ADVANCE | {"invoiced_on": date(2026, 6, 30)})
    goods, advance = owed(invoice(), late, advance_paid=D(0))
    assert (goods.net, advance.net, advance.held) == (D(565), D(150), D(150))


def test_an_advance_billed_before_we_began_was_paid_by_hand() -> None:
    (goods,) = owed(invoice(**FOR_ADVANCE | {"invoiced_on": date(2025, 12, 1)}), invoice())
    assert (goods.advance_offset, goods.held) == (D(150), D(0))


def test_an_advance_tells_its_vat_its_due_day_and_its_contract() -> None:
    (one,) = owed(invoice(**FOR_ADVANCE, tax_rate=D("0.06")), payment_days=D(10))
    assert (one.tax, one.due_on, one.order_id) == (D("16.98"), date(2026, 6, 30), "HT-1")


def test_an_advance_that_was_paid_by_hand_before_it_was_billed_is_asked() -> None:
    told = {"receipt": "R-1", "vendor": VENDOR, "amount": D(300), "currency": None, "outcome": "UNMATCHED",
            "status": "成功", "paid_on": "2026-05-02"}  # fmt: skip
    advance, goods = owed(invoice(**FOR_ADVANCE), invoice(gross=D(300)), advance_paid=D(0))
    assert paid_by_hand([(advance, advance.net)], [told]) and not paid_by_hand([(goods, goods.net)], [told])


# ------------------------------------------------------------------ whatever comes first


@dataclass
class Desk:
    """A contract over 100 pieces, 1,130.00 with tax, 20 % in advance: its papers as they come, and its sheets."""

    told: int | None
    came: list[Acceptance] = field(default_factory=list)
    bills: list[Row] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def owed(self) -> list[Payable]:
        agreed = AGREED | {"advance": D(226), "advance_paid": self.told}
        line = OrderLine("PO-1", "1", VENDOR, D(100), D(10), D("0.13"), None, None, agreed, list(self.came))
        vendors = {VENDOR: {"bank_account": "6222000000000000001"}}
        advances = advances_of(self.rows, self.bills)
        turns = first_sheets(self.rows)
        return list(settle({"PO-1": [line]}, self.bills, vendors, TERMS, {}, turns, {"HT-1": agreed}, advances))

    def turn(self, is_confirmed: bool) -> None:
        """Sheets carry what is owed and not on them, and a second look finds nothing more; the bank confirms them, or
        does not yet."""
        batch = f"FK-202607{len({row['batch'] for row in self.rows}) + 1:02}-01"
        self.rows += self.put_up(batch)
        assert not self.put_up("again")
        for row in self.rows if is_confirmed else ():
            row["state"] = "confirmed"

    def put_up(self, batch: str) -> list[Row]:
        lines, owed, vendors = by_line(self.rows), self.owed(), {VENDOR: {"bank_account": "6222000000000000001"}}
        assert not any(overpaid(one, lines.get(line_of(one), ())) for one in owed)
        return [row for one in owed if (row := propose(one, lines.get(line_of(one), ()), batch, vendors))]

    @property
    def paid(self) -> Decimal:
        return sum((row["net"] for row in self.rows), D(0))


def bill(number: str, gross: Decimal, at: int, **cells: Any) -> Row:
    return invoice(invoice_no=number, gross=gross, invoiced_on=date(2026, 6, 20 + at), _row=at + 2, **cells)


@st.composite
def papers(draw: st.DrawFn) -> list[tuple[str, Decimal]]:
    """Goods, their bills, and bills for the advance, each in parts, in any order."""
    whole = {"goods": D(100), "bill": D(1130), "advance": D(226)}
    events: list[tuple[str, Decimal]] = []
    for what, total in whole.items():
        cuts = draw(st.lists(st.integers(1, 99), max_size=2, unique=True).map(sorted))
        edges = [0, *cuts, 100]
        events += [(what, total * (after - before) / 100) for before, after in pairwise(edges)]
    return draw(st.permutations(events))


@settings(examples(80))
@given(
    papers(), st.sampled_from([0, None]), st.sampled_from(["10", "10.05"]),
    st.lists(st.sampled_from(["", "", "", "put up", "confirmed"]), min_size=10, max_size=10),
)  # fmt: skip
def test_in_whatever_order_goods_and_advance_are_billed_and_paid_it_comes_to_what_was_billed(
    events: list[tuple[str, Decimal]], told: int | None, price: str, evenings: list[str]
) -> None:
    """Never more than what is accepted and the advance on what is still to come; and nothing twice, however many papers
    come between two sheets. Half a percent above the price is within its tolerance."""
    desk, dearer = Desk(told), D(price) / 10
    for at, ((what, amount), is_turn) in enumerate(zip(events, evenings, strict=False)):
        if what == "goods":
            desk.came.append(Acceptance(date(2026, 6, 1), amount))
        elif what == "bill":
            pieces = {"quantity": amount / D("11.3"), "unit_price": D(price)}
            desk.bills.append(bill(f"FP-{at}", cents(amount * dearer), at, **pieces))
        else:
            of = {name: cell for name, cell in FOR_ADVANCE.items() if name not in ("invoice_no", "gross")}
            desk.bills.append(bill(f"YF-{at}", amount, at, **of))
        if is_turn:
            desk.turn(is_turn == "confirmed")
            accepted = sum((one.quantity for one in desk.came), D(0))
            assert desk.paid <= D("11.3") * dearer * accepted + D("2.26") * (100 - accepted) + D("0.05")
    for _ in range(3):
        desk.turn(is_confirmed=True)
    assert desk.paid == sum((row["gross"] for row in desk.bills if row["kind"] == "蓝字"), D(0))
    ahead = sum((row["net"] for row in desk.rows if row["what"] == "advance"), D(0))
    assert sum(one.advance_offset for one in desk.owed()) == ahead and not any(one.advance_held for one in desk.owed())


def test_an_advance_that_was_paid_by_hand_after_some_of_the_goods_comes_back_with_the_rest_of_them() -> None:
    """The contract ledger says so only then: what sheets paid of goods before stays paid."""
    desk = Desk(told=0)
    for number in (1, 2, 3):
        desk.came.append(Acceptance(date(2026, 6, 1), D(25)))
        desk.bills.append(bill(f"FP-{number}", D("282.5"), number, quantity=D(25), unit_price=D(10)))
        desk.turn(is_confirmed=True)
        desk.told = 226
    assert [row["net"] for row in desk.rows] == [D("282.50"), D("207.17"), D("207.16")]
    desk.came.append(Acceptance(date(2026, 6, 1), D(25)))
    desk.bills.append(bill("FP-4", D("282.5"), 4, quantity=D(25), unit_price=D(10)))
    desk.turn(is_confirmed=True)
    assert desk.paid == D(1130) - 226


def test_goods_beyond_the_contracts_amount_give_back_what_is_left() -> None:
    advance = Advance(value=D(1130))
    advance.begins()
    assert advance.share(D(113), D(226), D(1130), before=D(0)) == 226


def test_an_advance_that_is_billed_when_all_was_paid_is_owed_nothing_of() -> None:
    """Nothing is still to come."""
    desk = Desk(told=0)
    for number, pieces in enumerate((100, 10), 1):
        desk.came.append(Acceptance(date(2026, 6, 1), D(pieces)))
        desk.bills.append(bill(f"FP-{number}", D("11.3") * pieces, 2 * number, quantity=D(pieces), unit_price=D(10)))
        desk.turn(is_confirmed=True)
        desk.bills.append(
            bill(f"YF-{number}", D(226), 2 * number + 1, kind="预付款", contract_id="HT-1", order_id=None)
        )
        desk.turn(is_confirmed=True)
    assert {row["what"] for row in desk.rows} == {"line"} and desk.paid == D(1130)


# ------------------------------------------------------------------ in a home


def contract(**cells: Any) -> Row:
    return {"合同金额": 565, "预付款": 113, "质保金比例": 0, "已付预付款": None} | cells


@pytest.mark.parametrize(("told", "paid"), [(113, "452.00"), (0, "565.00")])
def test_what_may_have_been_paid_in_advance_is_held_until_the_contract_ledger_says(
    home: Home, books: SimpleNamespace, told: int, paid: str
) -> None:
    home.let("paymaster")
    usual(home, books, **contract())
    home.turn(evening(7, 6))
    assert paid_of(home) == 452 and why(home) == {"78": "ADVANCE_UNKNOWN"}
    home.drop("合同台账.xlsx", books.contracts(contract(已付预付款=told)))
    home.turn(evening(7, 7))
    home.turn(evening(7, 8))
    assert paid_of(home) == D(paid) and not why(home)
    lines = home.export("payables")
    assert {name: sum(D(row[name]) for row in lines) for name in ("gross", "advance_offset", "held")} == {
        "gross": 565, "advance_offset": told, "held": 0,
    }  # fmt: skip


def test_an_advance_goes_out_on_a_sheet_and_comes_back_with_the_goods_once_the_bank_has_paid_it(
    home: Home, books: SimpleNamespace
) -> None:
    home.let("paymaster", "bookkeeper")
    home.drop("供应商台账.xlsx", books.vendors())
    home.drop("合同台账.xlsx", books.contracts(contract()))
    home.drop("订单.xlsx", books.orders())
    asked = {"发票号码": "26112000000000000001", "发票类型": "预付款", "合同编号": "HT-1", "订单号": None, "行号": None,
             "数量": None, "单价": None, "不含税金额": 100, "税额": 13, "价税合计": 113}  # fmt: skip
    home.drop("发票2.xlsx", books.invoices(asked))
    home.turn(evening(7, 6))
    (line,) = [row for row in home.export("payables") if row["order_id"] == "HT-1"]
    assert (line["order_id"], line["net"], line["state"]) == ("HT-1", "113.00", "proposed")
    home.drop("收货.xlsx", books.deliveries())
    home.drop("发票.xlsx", books.invoices())
    home.turn(evening(7, 7))
    assert paid_of(home, "78") == 452 and why(home) == {"78": "ADVANCE_BILLED"}
    told = {"付款键": line["payment_key"], "供应商": VENDOR, "金额": 113, "付款日期": "2026-07-07", "状态": "成功"}
    home.drop("回单.xlsx", [told])
    home.turn(evening(7, 8))
    home.turn(evening(7, 9))
    assert paid_of(home) == 565 and not why(home)
    assert sum(D(row["advance_offset"]) for row in home.export("payables")) == 113


@pytest.mark.parametrize("then", ["发票2.xlsx", "发票.xlsx"], ids=["", "and their invoice is gone"])
@pytest.mark.parametrize("parts", [(226,), (100, 126)], ids=["in one invoice", "in two"])
def test_an_advance_that_is_paid_after_some_of_the_goods_comes_back_with_the_rest_of_them(
    home: Home, books: SimpleNamespace, parts: tuple[int, ...], then: str
) -> None:
    """Half of the goods were paid without any of it. What then is owed of the advance stays what it was, turn after
    turn, though the bank confirms it; and the other half gives it back."""
    home.let("paymaster", "bookkeeper")
    usual(home, books, 合同金额=1130, 预付款=226, 质保金比例=0, 已付预付款=0)
    home.drop("订单.xlsx", books.orders({"订单数量": 200}))
    asked = {"发票类型": "预付款", "合同编号": "HT-1", "订单号": None, "行号": None, "数量": None, "单价": None}
    for number, gross in enumerate(parts, 1):
        net = round(gross / 1.13, 2)
        amounts = {"不含税金额": net, "税额": round(gross - net, 2), "价税合计": gross, "开票日期": date(2026, 6, 29)}
        bill = {"发票号码": f"2611200000000000000{number}", **asked, **amounts}
        home.drop(f"预付{number}.xlsx", books.invoices(bill))
    home.turn(evening(7, 6))
    home.drop("回单.xlsx", [
        {"付款键": row["payment_key"], "供应商": VENDOR, "金额": row["net"], "付款日期": "2026-07-06", "状态": "成功"}
        for row in home.export("payables")
    ])  # fmt: skip
    for day in (7, 8, 9):
        home.turn(evening(7, day))
        assert paid_of(home) == 565 + 113 and set(why(home).values()) == {"ADVANCE_OVER"}
    home.drop("收货2.xlsx", books.deliveries({"送货单号": "S-2"}))
    rest = {70: (350, "45.5", "395.5"), 30: (150, "19.5", "169.5")}
    home.drop(then, books.invoices(*(
        {"发票号码": f"261120000000876543{pieces}", "数量": pieces, "不含税金额": net, "税额": D(tax),
         "价税合计": D(gross)}
        for pieces, (net, tax, gross) in rest.items()
    )))  # fmt: skip
    home.turn(evening(7, 10))
    assert (paid_of(home, "70"), paid_of(home, "30"), paid_of(home)) == (D("316.40"), D("135.60"), 1130)
    assert sum(D(row["advance_offset"]) for row in home.export("payables")) == 113


def test_an_order_that_names_another_vendor_s_contract_is_held_and_offsets_none_of_its_advance(
    home: Home, books: SimpleNamespace
) -> None:
    """What the one vendor owes of its advance was taken off the other's invoice, and never came back."""
    home.let("paymaster", "bookkeeper")
    other = {"供应商": "虚构乙有限公司", "订单号": "PO-2"}
    account = {
        "供应商名称": "虚构乙有限公司",
        "供应商编码": "V-002",
        "统一社会信用代码": None,
        "银行账号": "6222000000000000002",
    }
    home.drop("供应商台账.xlsx", books.vendors({}, account))
    home.drop(
        "合同台账.xlsx",
        books.contracts(contract(已付预付款=113), contract(合同编号="HT-2", 供应商="虚构乙有限公司", 预付款=0)),
    )
    home.drop("订单2.xlsx", books.orders(other))
    home.drop("收货2.xlsx", books.deliveries(other | {"送货单号": "SH-2"}))
    home.drop("发票2.xlsx", books.invoices(other | {"发票号码": "26112000000012345699"}))
    home.turn(evening(7, 6))
    assert paid_of(home) == 0 and why(home) == {"99": "OTHER_CONTRACT"}
    home.drop("订单.xlsx", books.orders())
    home.drop("收货.xlsx", books.deliveries())
    home.drop("发票.xlsx", books.invoices())
    home.drop("订单2.xlsx", books.orders(other | {"合同编号": "HT-2"}))
    home.turn(evening(7, 7))
    assert (paid_of(home, "78"), paid_of(home, "99")) == (452, 565)
