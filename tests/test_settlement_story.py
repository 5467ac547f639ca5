"""Three months of settlement against `sample_workbooks/settlement/README.md`, where every amount is worked out by hand.

The months are played once: workbooks dropped, batches approved by form and code, the bank's file read as a bank would
and answered, what came back reversed and paid again. Then each table of the README is compared with what the robots
said, and its equations are worked out again.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree

from robots import conveyor
from robots.crew import registry
from robots.edge import homes
from robots.edge import settings as configuration
from robots.edge.settings import SHIPPED
from robots.edge.store import open_store
from robots.figures.lines import records
from robots.figures.statements import books_of
from robots.model.words import say
from tests.conftest import SETTINGS, Home, Row
from tests.test_approvals import FIRST, PEOPLE, PREPARER, code_of, filled, form_of

D = Decimal
SAMPLES = SHIPPED / "sample_workbooks" / "settlement"
STORY = (SAMPLES / "README.md").read_text("utf-8")
CREW = ("receptionist", "scorer", "rewarder", "paymaster", "bookkeeper")  # who has a part in it
PUT_UP = {1: datetime(2026, 6, 1, 18), 2: datetime(2026, 7, 1, 18), 3: datetime(2026, 8, 3, 18)}
APPROVED = {1: datetime(2026, 6, 2, 7), 2: datetime(2026, 7, 2, 7), 3: datetime(2026, 8, 4, 7)}
ANSWERED = {1: datetime(2026, 6, 3, 7), 2: datetime(2026, 7, 3, 7), 3: datetime(2026, 8, 5, 7)}
ASKED, REVERSED, REVERSAL = datetime(2026, 6, 30, 6, 30), datetime(2026, 6, 30, 7), "CX-20260630-01"
BATCHES = {1: ("FK-20260601-01", "FK-20260601-02"), 2: ("FK-20260701-01",),
           3: ("FK-20260803-01", "FK-20260803-02")}  # fmt: skip
OURS = f"""
{PEOPLE}
[payments.accounts.yuan]
bank = "generic"
holder = "示例采购方有限公司"
account = "1100000000000000099"
currency = "CNY"

[payments.accounts.dollar]
bank = "iso20022"
holder = "示例采购方有限公司"
account = "1100000000000000077"
currency = "USD"
"""

# ------------------------------------------------------------------ the README as tables

Table = list[dict[str, str]]
AMOUNTS = {
    "开票": "gross", "超合同价扣款": "price_variance", "不合格扣款": "rejected", "违约金": "penalty", "奖励": "bonus",
    "预付款抵扣": "advance_offset", "质保金": "retention", "暂扣": "held", "应付": "net",
}  # fmt: skip


def tables(text: str) -> dict[str, Table]:
    """Heading → the table under it, as rows of header → cell."""
    found: dict[str, Table] = {}
    heading, head = "", []
    for written in text.splitlines():
        cells = [cell.strip() for cell in written.strip().strip("|").split("|")] if written.startswith("|") else []
        if written.startswith("#"):
            heading = written.lstrip("# ").split(" · ")[0]
        if not cells:
            head = []
        elif not head:
            head = cells
            found.setdefault(heading, [])
        elif set("".join(cells)) - set("-: "):
            found[heading].append(dict(zip(head, cells, strict=True)))
    return found


README = tables(STORY)
FULL = {row["简称"]: row["供应商"] for row in README["谁和约定"]}
Lines = dict[tuple[str, str, str], dict[str, Decimal]]


def money(cell: str) -> Decimal:
    """A cell as an amount; a blank one is nothing."""
    return D(cell.replace(",", "").replace("−", "-")) if cell else D("0.00")


def place(row: Mapping[str, str]) -> tuple[str, str, str]:
    """Vendor, invoice, order line."""
    return FULL[row["供应商"]], row["发票"], row["订单/行"]


def by_hand(batch: str) -> Lines:
    """The lines of a batch as the README works them out."""
    return {place(row): {name: money(row[word]) for word, name in AMOUNTS.items()} for row in README[batch]}


# ------------------------------------------------------------------ three months


@dataclass
class Paid:
    """What a bank reads in one of its files: payee, account, amount and payment key of each payment; what the file
    itself says of its count and its sum, where its format does."""

    payments: list[tuple[str, str, Decimal, str]]
    count: int | None = None
    total: Decimal | None = None


@dataclass
class Story:
    """The home after three months, and what was seen on the way: by batch its lines as they were put up, its row, its
    sheet, its bank file, and the states the bank left; by month what was not paid."""

    home: Home
    lines: dict[str, list[Row]] = field(default_factory=dict)
    batches: dict[str, Row] = field(default_factory=dict)
    files: dict[str, Paid] = field(default_factory=dict)
    states: dict[str, dict[tuple[str, str, str], str]] = field(default_factory=dict)
    holds: dict[int, list[Row]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    home = new_home(tmp_path_factory.mktemp("结算") / "外协")
    told = Story(home)
    for month in PUT_UP:
        if month == 2:
            reverse_what_came_back(home)
        if month == 3:
            call_back(home)
        put_up(told, month)
        approve(told, month)
        answer(told, month)
    yield told
    home.store.close()


def new_home(path: Path) -> Home:
    """A home with two accounts of ours and two approvers, in which the robots that settle work."""
    homes.make(path, "zh", date(2026, 5, 1))
    written = SETTINGS.format(url="").replace("settle_from = 2026-01-01", "settle_from = 2026-05-01")
    (path / "config" / "robots.toml").write_text(written + OURS, "utf-8")
    settings = configuration.load(path, registry.names())
    crew = {name: settings.crew[name] for name in CREW}
    settings = replace(settings, crew=crew, on_news=settings.on_news & set(crew))
    return Home(path, settings, open_store("", settings.state, PUT_UP[1]))


def stored(home: Home, table: str) -> list[Row]:
    with home.store.transaction() as tx:
        return list(tx.table(table).to_pylist())


def order_line(row: Row) -> str:
    return f"{row['order_id']}/{row['line']}"


def put_up(told: Story, month: int) -> None:
    """The month's workbooks come, and its batches are put up."""
    for path in sorted((SAMPLES / f"month{month}").iterdir()):
        shutil.copyfile(path, told.home.settings.inbox / path.name)
    turn(told.home, PUT_UP[month])
    told.holds[month] = stored(told.home, "holds")
    for batch in BATCHES[month]:
        told.lines[batch] = [row for row in stored(told.home, "payables") if row["batch"] == batch]
    told.batches |= {row["batch"]: row for row in told.home.export("batches") if row["batch"] in BATCHES[month]}


def turn(home: Home, at: datetime) -> None:
    report = home.turn(at)
    assert report.troubles == []


def approve(told: Story, month: int) -> None:
    """The approver sends the forms of all batches of the month back; the bank's files leave with the release."""
    home = told.home
    for batch in BATCHES[month]:
        home.drop(f"审批 {batch}.xlsx", filled(form_of(home, FIRST, batch), code_of(home, "one@example.com", batch)))
    turn(home, APPROVED[month])
    assert {row["state"] for row in home.export("batches") if row["batch"] in BATCHES[month]} == {"released"}
    for batch in BATCHES[month]:
        told.files[batch] = bank_file(home, batch)


def bank_file(home: Home, batch: str) -> Paid:
    """The one file that was written for a batch, as its bank reads it."""
    (path,) = (p for p in home.settings.out_folder("payments").iterdir() if f"银行付款文件 {batch}" in p.name)
    return pain(path) if path.suffix == ".xml" else template(path)


def template(path: Path) -> Paid:
    head, *rows = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    names = ("收款人户名", "收款账号", "金额", "备注")
    cells = [[row[head.index(name)] for name in names] for row in rows]
    return Paid([(str(who), str(to), D(str(amount)), str(key)) for who, to, amount, key in cells])


def pain(path: Path) -> Paid:
    tree = etree.parse(path)
    spaces = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}

    def said(node: Any, *names: str) -> str:
        (text,) = node.xpath("/".join(f"p:{name}" for name in names) + "/text()", namespaces=spaces)
        return str(text)

    transfers = [
        (said(one, "Cdtr", "Nm"), said(one, "CdtrAcct", "Id", "Othr", "Id"), D(said(one, "Amt", "InstdAmt")),
         said(one, "PmtId", "EndToEndId"))
        for one in tree.iterfind(".//p:CdtTrfTxInf", spaces)
    ]  # fmt: skip
    head = tree.find(".//p:GrpHdr", spaces)
    return Paid(transfers, int(said(head, "NbOfTxs")), D(said(head, "CtrlSum")))


def answer(told: Story, month: int) -> None:
    """The bank answers for every payment of its files: paid, but for one whose payee it does not know."""
    back = {row["payment_key"] for batch in BATCHES[month] for row in told.lines[batch]
            if (row["order_id"], month) == ("PO-J-102", 1)}  # fmt: skip
    day = ANSWERED[month].date()
    for batch in BATCHES[month]:
        told.home.drop(f"银行回单 {batch}.xlsx", [
            {"付款编号": key, "银行流水号": f"{batch}-{number}", "收款人": who, "收款账号": account,
             "付款金额": float(amount), "付款日期": day, "付款状态": "退回" if key in back else "交易成功",
             "退回原因": "户名不符" if key in back else ""}
            for number, (who, account, amount, key) in enumerate(told.files[batch].payments, 1)
        ])  # fmt: skip
    turn(told.home, ANSWERED[month])
    for batch in BATCHES[month]:
        told.states[batch] = {
            (row["vendor"], row["invoice_no"], order_line(row)): row["state"]
            for row in told.home.export("payables")
            if row["payment_key"] in {line["payment_key"] for line in told.lines[batch]}
        }


def reverse_what_came_back(home: Home) -> None:
    """The preparer asks for the reversal of what the bank returned, and the approver agrees, before the next batch."""
    (key,) = (row["payment_key"] for row in home.export("payables") if row["state"] == "returned")
    wanted = {"payment_key": key, "reason": "户名不符，已更正", "by": PREPARER}
    _, report = conveyor.reverse(home.settings, home.store, ASKED, wanted)
    assert report is not None
    home.drop("冲销.xlsx", filled(form_of(home, FIRST, REVERSAL), code_of(home, "one@example.com", REVERSAL)))
    turn(home, REVERSED)
    assert [row["state"] for row in home.export("reversals")] == ["reversed"]


def call_back(home: Home) -> None:
    """The call-back form of the changed account, filled in by two people, comes with the workbooks of month 3."""
    (path,) = (p for p in home.settings.out_folder("forms").iterdir() if p.name.startswith("账户变更回拨单"))
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    head = next(row for row in sheet.iter_rows() if "回拨结果" in {cell.value for cell in row})
    said = {"回拨日期": date(2026, 7, 2), "回拨人": "示例会计", "接听人": "示例远山财务", "回拨结果": "确认变更",
            "变更放行人": "示例主管"}  # fmt: skip
    for cell in head:
        if cell.value in said:
            sheet.cell(cell.row + 1, cell.column, said[cell.value])
    memory = BytesIO()
    book.save(memory)
    home.drop("回拨 远山.xlsx", memory.getvalue())


# ------------------------------------------------------------------ the README and the robots


@pytest.mark.parametrize("batch", [name for names in BATCHES.values() for name in names])
def test_each_line_of_a_batch_is_what_was_worked_out_by_hand(story: Story, batch: str) -> None:
    seen = {
        (row["vendor"], row["invoice_no"], order_line(row)): {name: row[name] for name in AMOUNTS.values()}
        for row in story.lines[batch]
    }
    assert seen == by_hand(batch) and len(seen) == len(story.lines[batch]) == len(README[batch])


@pytest.mark.parametrize("batch", [name for names in BATCHES.values() for name in names])
def test_what_the_bank_made_of_each_line(story: Story, batch: str) -> None:
    words = story.home.settings.words
    seen = {line: words.speak(say(f"state.{state}")) for line, state in story.states[batch].items()}
    assert seen == {place(row): row["银行"] for row in README[batch]}


def test_what_was_agreed_stands_in_the_workbooks(story: Story) -> None:
    contracts = {row["contract_id"]: row for row in story.home.export("contracts")}
    stages = {100 * D(row["payable_rate"]) for row in story.home.export("milestones")}
    months = {D(story.home.settings.rules.scorecard(PUT_UP[3].date()).ladder["bonus"])}
    for row in README["谁和约定"]:
        ours = contracts[row["合同"]]
        assert (ours["vendor"], ours["currency"]) == (row["供应商"], row["币种"])
        assert 100 * D(ours["tax_rate"]) == money(row["税率"].rstrip("%"))
        amounts = {D(ours[name]) for name in ("amount", "advance", "retention_months") if ours[name]}
        shares = {100 * D(ours[name]) for name in ours if name.endswith("_rate") and ours[name]}
        told = {money(number) for number in re.findall(r"[\d,]+(?:\.\d+)?", row["特别约定"])}
        assert told <= amounts | shares | stages | months


def test_there_are_these_batches_and_no_others(story: Story) -> None:
    told = [(row["批次"], row["币种"], int(row["申请行数"]), money(row["申请合计"])) for row in README["批次与银行"]]
    put_up = story.batches.values()
    assert [(row["batch"], row["currency"], row["lines"], D(row["total"])) for row in put_up] == told
    assert [row["batch"] for row in story.home.export("batches")] == [name for name, *_ in told]


@pytest.mark.parametrize("row", README["批次与银行"], ids=lambda row: row["批次"])
def test_the_banks_file_has_the_count_and_the_sum_of_the_sheet(story: Story, row: dict[str, str]) -> None:
    batch = row["批次"]
    sheet, file = payment_sheet(story.home, batch), story.files[batch]
    amounts = [amount for _, _, amount, _ in file.payments]
    assert (len(amounts), sum(amounts)) == (int(row["银行笔数"]), money(row["银行合计"]))
    assert (file.count, file.total) in ((None, None), (len(amounts), sum(amounts)))
    assert sheet == (int(row["申请行数"]), len(amounts), sum(amounts))
    assert sheet[::2] == (len(by_hand(batch)), sum(nets(batch)))


def nets(batch: str) -> list[Decimal]:
    return [line["net"] for line in by_hand(batch).values()]


def payment_sheet(home: Home, batch: str) -> tuple[int, int, Decimal]:
    """付款行数, 银行付款笔数 and 实付合计 as they stand on the payment sheet."""
    (path,) = (p for p in home.settings.out_folder("payments").iterdir() if p.name.startswith(f"付款申请单 {batch}"))
    facts: dict[str, Any] = {}
    for cells in openpyxl.load_workbook(path).worksheets[0].iter_rows(max_row=12, values_only=True):
        name, *values = (value for value in cells if value is not None) if any(cells) else ("",)
        facts[str(name).split("（")[0]] = values[0] if values else None
    return int(str(facts["付款行数"])), int(str(facts["银行付款笔数"])), money(str(facts["实付合计"]))


def test_what_came_back_is_in_the_next_batch_under_its_own_key(story: Story) -> None:
    came_back = {place(row): money(row["应付"]) for row in README["FK-20260601-01"] if row["银行"] == "银行退回"}
    assert sum(came_back.values()) == money(README["批次与银行"][0]["退回"])
    keys = {
        batch: {line["payment_key"] for line in story.lines[batch] if line["order_id"] == "PO-J-102"}
        for batch in ("FK-20260601-01", "FK-20260701-01")
    }
    assert len(keys["FK-20260601-01"]) == 1 and keys["FK-20260601-01"] == keys["FK-20260701-01"]
    (key,) = keys["FK-20260601-01"]
    moves = [row["state_after"] for row in story.home.export("movements") if row["payment_key"] == key]
    assert moves == ["proposed", "approved", "released", "returned", "reversed", "proposed", "approved", "released",
                     "confirmed"]  # fmt: skip


@pytest.mark.parametrize(("month", "heading"), {1: "5 月不付的", 2: "6 月不付的", 3: "7 月不付的"}.items())
def test_what_is_not_paid_and_why(story: Story, month: int, heading: str) -> None:
    words = story.home.settings.words
    seen = {
        (row["vendor"], row["invoice_no"], order_line(row)): (
            "、".join(words.speak(say(f"hold.{code}.name")) for code in row["reasons"].split(",")), row["stopped"],
        )
        for row in story.holds[month]
    }  # fmt: skip
    assert seen == {place(row): (row["原因"], money(row["金额"])) for row in README[heading]}


def test_the_advance_goes_down_to_nothing(story: Story) -> None:
    sheeted = {(row["invoice_no"], order_line(row)): row["advance_offset"] for rows in story.lines.values()
               for row in rows if row["advance_offset"]}  # fmt: skip
    rows = README["启明的预付款"]
    assert sheeted == {(row["发票"], row["订单/行"]): money(row["本次抵扣"]) for row in rows}
    left, value = D("9000.00"), D(0)
    for row in rows:
        line = next(line for line in README_LINES if line["发票"] == row["发票"] and line["订单/行"] == row["订单/行"])
        value += money(line["开票"])
        left -= money(row["本次抵扣"])
        assert (value, 9000 - left, left) == tuple(money(row[word]) for word in ("验收累计", "应抵扣累计", "余额"))
        assert 9000 - left == 9000 * value / 33900
    assert left == 0


def test_what_is_retained_comes_back_on_its_day(story: Story) -> None:
    kept = {row["invoice_no"]: row for rows in story.lines.values() for row in rows if row["retention"]}
    back = {row["invoice_no"]: (batch, row["net"]) for batch, rows in story.lines.items() for row in rows
            if row["what"] == "retention"}  # fmt: skip
    for row in README["长风的质保金"]:
        line = kept.pop(row["发票"])
        assert (line["retention"], str(line["retention_due_on"])) == (money(row["质保金"]), row["到期"])
        expected = (row["放回"], money(row["质保金"])) if row["放回"] else None
        assert back.pop(row["发票"], None) == expected
    assert kept == back == {}


def test_the_bonus_is_earned_in_three_months_and_paid_once(story: Story) -> None:
    (row,) = (row for row in story.home.export("earned") if row["reward"] == "bonus")
    assert row["vendor"] == FULL["澄江"] and row["settled_by"] == "FK-20260803-01"
    assert sum(line["bonus"] for rows in story.lines.values() for line in rows) == D(row["amount"]) == D("438.00")


def test_a_changed_account_is_paid_only_after_the_call_back(story: Story) -> None:
    accounts = {batch: {account for who, account, *_ in file.payments if who == FULL["远山"]}
                for batch, file in story.files.items()}  # fmt: skip
    old, new = "6222000000000000501", "6222000000000050599"
    assert accounts["FK-20260601-01"] == {old}
    assert accounts["FK-20260701-01"] == set()
    assert accounts["FK-20260803-01"] == {new}


def test_the_vendors_statement_is_reconciled(story: Story) -> None:
    (path,) = story.home.settings.out_folder("payments").glob("对账差异表*")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    texts = [tuple(cells) for cells in sheet.iter_rows(values_only=True)]
    first = next(n for n, cells in enumerate(texts) if cells[:2] == ("项目", "类型")) + 1
    rows = README["南桥 6 月对账单"]
    for row, (name, _, amount, balance, where) in zip(rows, texts[first:], strict=False):
        assert (name, D(str(amount or balance))) == (row["项目"], money(row["金额"]))
        assert row["单据"] in (where or "")
    assert all(row["invoice_no"] != "NQ-0603" for row in story.home.export("invoices"))


SUMS = {
    "开票": lambda row: row["gross"] if row["what"] == "line" else 0, "奖励": lambda row: row["bonus"],
    "超合同价扣款": lambda row: row["price_variance"], "违约金": lambda row: row["penalty"],
    "预付款抵扣": lambda row: row["advance_offset"], "暂扣": lambda row: row["held"], "已付": lambda row: row["net"],
    "质保金未到期": lambda row: row["retention"] if row["what"] == "line" else -row["net"],
}  # fmt: skip


def test_every_vendor_comes_to_what_was_worked_out_by_hand(story: Story) -> None:
    for row in README["每家合计"]:
        paid = [line for line in stored(story.home, "payables") if line["vendor"] == FULL[row["供应商"]]]
        assert {line["state"] for line in paid} == {"confirmed"} and {line["currency"] for line in paid} == {
            row["币种"]
        }
        seen = {word: sum((D(of(line)) for line in paid), D("0.00")) for word, of in SUMS.items()}
        assert seen == {word: money(row[word]) for word in SUMS}
    assert {line["vendor"] for line in stored(story.home, "payables")} == set(FULL.values())


def test_what_was_billed_is_paid_or_accounted_for(story: Story) -> None:
    """By the README's own figures, and by the register of invoices: red ones are below zero there."""
    for row in README["每家合计"]:
        out = ("超合同价扣款", "违约金", "预付款抵扣", "质保金未到期", "暂扣", "已付")
        assert money(row["开票"]) + money(row["奖励"]) == sum(money(row[word]) for word in out)
        billed = [D(one["gross"]) for one in story.home.export("invoices") if one["vendor"] == FULL[row["供应商"]]]
        assert sum(billed) == money(row["开票"])


def test_the_banks_own_answers_are_what_was_paid(story: Story) -> None:
    """Money that left: every row of the bank's that was paid and stayed, by vendor."""
    paid = [row for row in story.home.export("payments") if row["status"] == "成功"]
    for row in README["每家合计"]:
        mine = [D(one["amount"]) for one in paid if one["vendor"] == FULL[row["供应商"]]]
        assert sum(mine) == money(row["已付"])


def test_every_account_closes_at_what_is_kept_and_held(story: Story) -> None:
    """Our own statements, once the bank has answered for everything: nothing else is owed."""
    with story.home.store.transaction() as tx:
        ledger = tx.ledger(ANSWERED[3].date(), 0)
        said = [records(ledger.said(name)) for name in ("payables", "batches")]
        books = books_of(ledger, *said, story.home.settings.rules)
    statements = {one.vendor: one for one in books.accounts(date(2026, 8, 1), ANSWERED[3].date())}
    for row in README["每家合计"]:
        assert statements[FULL[row["供应商"]]].closing == money(row["对账余额"])
        assert money(row["对账余额"]) == money(row["质保金未到期"]) + money(row["暂扣"])


def test_our_statement_of_a_month_is_what_was_worked_out_by_hand(story: Story) -> None:
    (path,) = story.home.settings.out_folder("vendors").glob(f"对账单 {FULL['启明']} 2026-06-01 至 2026-06-30.xlsx")
    cells = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    ours = {str(what).split("（")[0]: D(str(amount)) for number, what, amount, *_ in cells if isinstance(number, int)}
    assert ours == {row["项目"]: money(row["金额"]) for row in README["启明 6 月对账单"]}


def test_the_only_thing_told_about_the_workbooks_is_the_changed_account(story: Story) -> None:
    told = [(row["sheet"], row["code"]) for row in story.home.export("findings") if row["level"] != "info"]
    assert told == [("供应商", "SILENT_EDIT")]


# ------------------------------------------------------------------ the README by itself

README_LINES = [row for names in BATCHES.values() for name in names for row in README[name]]
EQUATION = re.compile(r"((?:[\d,.]+%?\s*[×÷+−]\s*)+[\d,.]+%?)\s*=\s*(−?[\d,]+\.\d\d)")


def worked_out(expression: str) -> Decimal:
    """× and ÷ before + and −, from left to right; 3% is 0.03. Nothing is rounded: the story's figures need none, and so
    a cent that is wrong on the left of an equation is seen, too.

    >>> worked_out("1,000.00 − 200 × 5%")
    Decimal('990.00')
    """
    return _chain(expression, "[+−]", lambda term: _chain(term, "[×÷]", _number))


def _chain(text: str, signs: str, part: Callable[[str], Decimal]) -> Decimal:
    first, *rest = re.split(rf"({signs})", text)
    value = part(first)
    for sign, operand in zip(rest[::2], rest[1::2], strict=True):
        value = OPERATORS[sign](value, part(operand))
    return value


def _number(text: str) -> Decimal:
    return money(text.strip().rstrip("%")) / (100 if "%" in text else 1)


OPERATORS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": lambda a, b: a + b, "−": lambda a, b: a - b, "×": lambda a, b: a * b, "÷": lambda a, b: a / b,
}  # fmt: skip


def test_every_equation_of_the_readme_holds() -> None:
    found = EQUATION.findall(STORY)
    wrong = [f"{left} = {right}" for left, right in found if worked_out(left) != money(right)]
    assert wrong == [] and len(found) > 60


@pytest.mark.parametrize("row", README_LINES, ids=lambda row: f"{row['发票']} {row['订单/行']}")
def test_each_line_shows_how_each_of_its_amounts_comes_about(row: dict[str, str]) -> None:
    amounts = [money(row[word]) for word in AMOUNTS]
    *steps, net = amounts
    gross, price, rejected, penalty, bonus, *taken = steps
    assert gross - price - rejected - penalty + bonus - sum(taken) == net
    results = [money(right) for _, right in EQUATION.findall(row["手算"])]
    assert results[-1] == net and {abs(amount) for amount in amounts if amount} <= {abs(one) for one in results}


def test_the_story_is_small_enough_to_follow() -> None:
    assert 12 <= len(README_LINES) <= 25


def test_the_days_of_the_readme_are_the_days_that_are_played() -> None:
    told = [row["日子"] for row in README["日程"]]
    played = (*PUT_UP.values(), *APPROVED.values(), *ANSWERED.values(), ASKED)
    assert told == [f"{at:%Y-%m-%d %H:%M}" for at in sorted(played)]
