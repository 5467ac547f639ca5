"""Bank files: the batch that was signed, to the cent, in each bank's own format, or nothing at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from lxml import etree
from openpyxl import load_workbook

from robots.crew import registry
from robots.crew.paymaster.banking import BatchDiffers, bank_files, payment_day
from robots.edge import banks, settings
from robots.edge.banks import DoesNotFit
from robots.edge.settings import ConfigurationError
from robots.kinds.words import Lexicon
from robots.model import wire
from robots.model.calendar import Calendar
from robots.model.decisions import BankFile, Payer
from robots.reading.claims import dialect_for
from robots.reading.reader import Reading
from robots.rules import Rules
from tests.sheets import read, sheet

D = Decimal
Row = dict[str, Any]
AT = datetime(2026, 7, 3, 8)
TODAY = date(2026, 7, 3)
SHIPPED = settings.load(settings.find_home("no such home"), registry.names())
PAYER = Payer("generic", "示例机器人有限公司", "0110020030040050060", "CNY", "示例银行总行", "102100099996", "")
VENDORS = {
    "示例甲有限公司": {"bank_name": "示例银行甲支行", "bank_code": "102290000011"},
    "虚构乙公司": {"bank_name": "示例银行乙支行", "bank_code": None},
}


def line(number: int, net: str = "1130.00", **other: Any) -> Row:
    """A released line of payables, as it was stored."""
    known = {
        "payment_key": f"{number:024x}", "vendor": "示例甲有限公司", "invoice_no": f"2600200000131034{number:04d}",
        "net": D(net), "due_on": "2026-08-19", "state": "released", "batch": "FK-20260703-01",
        "bank_account": "6222000000000000001",
    }  # fmt: skip
    return known | other


def batch(*lines: Row, **other: Any) -> Row:
    total = sum((row["net"] for row in lines), D("0.00"))
    known = {"batch": "FK-20260703-01", "lines": len(lines), "total": total, "currency": "CNY", "state": "released"}
    return known | other


def rules(*payers: Payer) -> Rules:
    return Rules({}, Calendar(), payers={one.currency: one for one in payers})


def file_of(*lines: Row, vendors: dict[str, Row] = VENDORS, today: date = TODAY) -> BankFile:
    (file,) = bank_files(batch(*lines), lines, vendors, rules(PAYER), today)
    spoken: BankFile = SHIPPED.words.render(file)
    return spoken


def written(file: BankFile, bank: str, **changed: Any) -> bytes:
    layout = SHIPPED.banks[bank].model_copy(update=changed)
    return banks.render(file, layout, AT)[1]


def xlsx_rows(file: BankFile) -> list[tuple[Any, ...]]:
    page = load_workbook(io.BytesIO(written(file, "generic")))["批量付款"]
    return [tuple(cell.value for cell in row) for row in page.iter_rows()]


def csv_rows(file: BankFile, **changed: Any) -> list[list[str]]:
    text = written(file, "generic_csv", **changed).decode(changed.get("encoding", "gb18030"))
    return list(csv.reader(io.StringIO(text, newline="")))


# ------------------------------------------------------------------ what is paid

LINES = (
    line(2, "0.10", vendor="虚构乙公司", bank_account="00620000000000000002", due_on="2026-07-04"),
    line(1),
    line(3, "20000.07", due_on="2026-06-30"),
)


def test_a_file_holds_every_line_of_the_batch_once_and_its_total() -> None:
    file = file_of(*LINES)
    assert [one.payment_key for one in file.transfers] == [f"{n:024x}" for n in (3, 1, 2)]
    assert (len(file.transfers), file.total) == (3, D("21130.17"))


NOTHING_LEAVES = {
    "not released": ({"state": "approved"}, {}),
    "a line more than was signed": ({"lines": 0}, {}),
    "a cent more than was signed": ({"total": D("1129.99")}, {}),
    "a line that was not released": ({}, {"state": "approved"}),
    "a line of another batch": ({}, {"batch": "FK-20260702-01"}),
    "a line in another currency": ({}, {"currency": "USD"}),
    "a line without an account": ({}, {"bank_account": None}),
    "nothing to pay": ({"total": D("0.00")}, {"net": D("0.00")}),
}


@pytest.mark.parametrize(("of_batch", "of_line"), NOTHING_LEAVES.values(), ids=NOTHING_LEAVES)
def test_what_is_not_the_signed_batch_never_leaves(of_batch: Row, of_line: Row) -> None:
    with pytest.raises(BatchDiffers):
        bank_files(batch(line(1)) | of_batch, [line(1) | of_line], VENDORS, rules(PAYER), TODAY)


def test_the_same_key_twice_never_leaves() -> None:
    with pytest.raises(BatchDiffers):
        bank_files(batch(line(1), line(1)), [line(1), line(1)], VENDORS, rules(PAYER), TODAY)


def test_a_vendor_with_a_credit_note_is_paid_one_sum_and_the_file_comes_to_the_sheet() -> None:
    lines = (line(1, "50.00"), line(2, "300.00"), line(3, "-120.00"), line(4, "10.00", vendor="虚构乙公司"))
    file = file_of(*lines)
    assert [(one.payment_key[-1], one.amount) for one in file.transfers] == [
        ("2", D("230.00")), ("4", D("10.00")),
    ]  # fmt: skip
    assert file.total == batch(*lines)["total"]
    assert file.transfers[0].purpose == "货款 发票 26002000001310340002 等 3 笔相抵后净额"


WHAT_FOR = {"line": "货款", "advance": "预付款", "retention": "质保金", None: "货款"}


@pytest.mark.parametrize(("what", "word"), WHAT_FOR.items())
def test_a_payee_reads_what_the_money_is_for(what: str | None, word: str) -> None:
    (one,) = file_of(line(1, what=what)).transfers
    assert one.purpose == f"{word} 发票 26002000001310340001"


def test_more_set_off_than_a_vendor_is_paid_never_leaves() -> None:
    with pytest.raises(BatchDiffers, match="set off"):
        file_of(line(1, "50.00"), line(2, "-60.00"), line(3, "100.00", vendor="虚构乙公司", bank_account="01"))


def test_what_is_set_off_to_nothing_never_leaves() -> None:
    with pytest.raises(BatchDiffers, match="set off"):
        file_of(line(1, "50.00"), line(2, "-50.00"), line(3, "100.00", vendor="虚构乙公司", bank_account="01"))


def test_what_is_set_off_stays_with_its_account() -> None:
    """A vendor whose account has changed between two lines of a sheet."""
    file = file_of(line(1, "100.00", bank_account="01"), line(2, "300.00"), line(3, "-120.00"))
    assert [(one.account[-2:], one.amount) for one in file.transfers] == [("01", D("100.00")), ("01", D("180.00"))]


def test_the_account_that_was_signed_is_paid_whatever_the_ledger_says_by_now() -> None:
    vendors = {"示例甲有限公司": {"bank_account": "6222000000000009999", "bank_name": "示例银行甲支行"}}
    assert file_of(line(1), vendors=vendors).transfers[0].account == "6222000000000000001"


def test_no_account_of_ours_in_the_currency_no_file() -> None:
    lines = [line(1)]
    assert bank_files(batch(*lines, currency="USD"), lines, VENDORS, rules(PAYER), TODAY) == []


DAYS = {
    "a working day is kept": (date(2026, 8, 19), date(2026, 8, 19)),
    "a Saturday moves to Monday": (date(2026, 7, 4), date(2026, 7, 6)),
    "the National Day's holidays to the day after them": (date(2026, 10, 1), date(2026, 10, 8)),
    "a worked Saturday (调休) is kept": (date(2026, 10, 10), date(2026, 10, 10)),
    "what is overdue is paid today": (date(2026, 5, 1), TODAY),
    "a line without a day is paid today": (None, TODAY),
    "a year that nobody knows is left to the bank": (date(2031, 1, 1), date(2031, 1, 1)),
}


@pytest.mark.parametrize(("due", "expected"), DAYS.values(), ids=DAYS)
def test_the_day_of_a_payment(due: date | None, expected: date) -> None:
    assert payment_day(due, TODAY, Calendar()) == expected


# ------------------------------------------------------------------ templates


def test_the_template_in_excel_cell_by_cell() -> None:
    assert xlsx_rows(file_of(*LINES)) == [
        ("序号", "收款人户名", "收款账号", "开户行", "联行号", "金额", "用途", "备注", "币种"),
        (1, "示例甲有限公司", "6222000000000000001", "示例银行甲支行", "102290000011", 20000.07,
         "货款 发票 26002000001310340003", f"{3:024x}", "CNY"),
        (2, "示例甲有限公司", "6222000000000000001", "示例银行甲支行", "102290000011", 1130,
         "货款 发票 26002000001310340001", f"{1:024x}", "CNY"),
        (3, "虚构乙公司", "00620000000000000002", "示例银行乙支行", None, 0.1,
         "货款 发票 26002000001310340002", f"{2:024x}", "CNY"),
    ]  # fmt: skip


def test_the_template_as_csv_in_the_banks_encoding() -> None:
    rows = csv_rows(file_of(*LINES))
    assert rows[3][:6] == ["3", "虚构乙公司", "00620000000000000002", "示例银行乙支行", "", "0.10"]
    assert sum(D(row[5]) for row in rows[1:]) == D("21130.17")


DANGEROUS = ["=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(A1)", "\t=1+1", " =1", "＝1+1", '=HYPERLINK("http://x")']


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_begins_like_a_formula_is_text_in_every_bank_file(text: str) -> None:
    file = file_of(line(1, vendor=text, invoice_no=text))
    page = load_workbook(io.BytesIO(written(file, "generic")))["批量付款"]
    assert (page["B2"].value, page["B2"].data_type) == (text, "s")
    first = csv_rows(file)[1][1]
    assert first.startswith("'")
    assert first[1:].strip() == text.strip()
    assert parsed(file)("string(//p:Cdtr/p:Nm)") == text


ACCOUNTS = ["6222000000000000001", "0000620000000002", "00620000000000000002", "12345678901234567890"]


@pytest.mark.parametrize("account", ACCOUNTS)
def test_an_account_keeps_every_digit(account: str) -> None:
    file = file_of(line(1, bank_account=account))
    page = load_workbook(io.BytesIO(written(file, "generic")))["批量付款"]
    assert (page["C2"].value, page["C2"].data_type, page["C2"].number_format) == (account, "s", "@")
    assert csv_rows(file)[1][2] == account
    assert parsed(file)("string(//p:CdtrAcct/p:Id/p:Othr/p:Id)") == account


def test_a_name_that_the_banks_encoding_lacks_stops_the_file() -> None:
    file = file_of(line(1, vendor="示例𠮷有限公司"))
    assert csv_rows(file)[1][1] == "示例𠮷有限公司"
    with pytest.raises(DoesNotFit, match="𠮷"):
        written(file, "generic_csv", encoding="gbk")


def test_a_purpose_is_cut_to_what_the_bank_takes_and_a_name_never_is() -> None:
    columns = tuple(c.model_copy(update={"most": 10}) for c in _columns())
    short = [c if c.value in ("purpose", "number", "amount") else c.model_copy(update={"most": 30}) for c in columns]
    assert csv_rows(file_of(line(1)), columns=tuple(short))[1][6] == "货款 发票 2600"
    with pytest.raises(DoesNotFit, match="收款人户名"):
        csv_rows(file_of(line(1, vendor="示例" * 16)), columns=tuple(short))


def test_a_name_with_a_line_break_is_one_cell_on_one_line() -> None:
    text = written(file_of(line(1, vendor="示例甲\n电子\x07有限公司")), "generic_csv").decode("gb18030")
    assert [row[1] for row in csv.reader(text.splitlines())] == ["收款人户名", "示例甲 电子 有限公司"]


TEMPLATES = [name for name, bank in SHIPPED.banks.items() if getattr(bank, "format", "") == "template"]


def come_back(rows: Sequence[Sequence[Any]], lexicon: Lexicon) -> Reading:
    """A bank file with a day and a result added, read as it is dropped."""
    added = [[*rows[0], "交易日期", "处理结果", "失败原因"], *([*row, "2026-07-06", "成功", ""] for row in rows[1:])]
    grid = sheet(*([str(cell or "") for cell in row] for row in added))
    return read(grid, lexicon=lexicon, dialect=dialect_for("回单.xlsx", lexicon.dialects, [grid]))


@pytest.mark.parametrize("bank", TEMPLATES)
def test_our_own_file_comes_back_with_every_column_known(bank: str) -> None:
    file = file_of(*LINES)
    reading = come_back(xlsx_rows(file) if SHIPPED.banks[bank].file == "xlsx" else csv_rows(file), SHIPPED.lexicon)  # type: ignore[attr-defined]  # a template's layout
    assert [finding.code for finding in reading.findings] == []
    told = [(row["payment_key"], row["vendor"], row["amount"], row["currency"]) for row in payments(reading)]
    assert told[1] == (f"{1:024x}", "示例甲有限公司", D("1130.00"), "CNY") and len(told) == 3


def payments(reading: Reading) -> list[Row]:
    return list(reading.tables["payments"].to_pylist())


def test_a_bank_of_ones_own_comes_back_without_a_source_for_it(tmp_path: Path) -> None:
    """Its columns are in config/banks once: which of them is which, nobody has to say again in config/sources."""
    titles = {
        "payee": "收方名",
        "account": "收方卡号",
        "bank_code": "行号",
        "amount": "转账额",
        "payment_key": "企业流水",
        "blank": "预留",
    }
    own = 'format = "template"\nfile = "csv"\n' + "".join(
        f'[[columns]]\ntitle = "{title}"\nvalue = "{value}"\n' for value, title in titles.items()
    )
    loaded = settings.load(_home(tmp_path, account("main", "my_bank"), my_bank=own), registry.names())
    text = banks.render(file_of(*LINES), loaded.banks["my_bank"], AT)[1].decode("gb18030")
    reading = come_back(list(csv.reader(io.StringIO(text, newline=""))), loaded.lexicon)
    assert [finding.code for finding in reading.findings] == []
    first = payments(reading)[0]
    assert (first["payment_key"], first["payee_account"]) == (f"{3:024x}", "6222000000000000001")


def test_a_file_in_another_currency_than_ours_says_so_in_its_name_and_its_rows() -> None:
    lines = [line(1, currency="USD")]
    payer = replace(PAYER, currency="USD")
    (file,) = bank_files(batch(*lines, currency="USD"), lines, VENDORS, rules(payer), TODAY)
    spoken = SHIPPED.words.render(file)
    assert spoken.name == "银行付款文件 FK-20260703-01 USD"
    assert csv_rows(spoken)[1][-1] == "USD" and xlsx_rows(spoken)[1][-1] == "USD"
    assert file_of(line(1)).name == "银行付款文件 FK-20260703-01"


def _columns() -> Any:
    return SHIPPED.banks["generic_csv"].columns  # type: ignore[attr-defined]  # a template's layout


def test_a_column_that_the_bank_insists_on_is_never_blank() -> None:
    wanted = tuple(c.model_copy(update={"required": True}) if c.value == "bank_code" else c for c in _columns())
    with pytest.raises(DoesNotFit, match="联行号"):
        csv_rows(file_of(*LINES), columns=wanted)


# ------------------------------------------------------------------ ISO 20022


def schema() -> etree.XMLSchema:
    """The standard's own, as sepaxml carries it; the package itself makes SEPA files alone and is not imported."""
    package = find_spec("sepaxml")
    assert package and package.submodule_search_locations
    path = Path(package.submodule_search_locations[0]) / "schemas" / "pain.001.001.09.xsd"
    return etree.XMLSchema(etree.fromstring(path.read_bytes()))


SCHEMA = schema()


def parsed(file: BankFile, **changed: Any) -> Any:
    """An XPath over the message, once the standard's own schema has accepted it."""
    tree = etree.fromstring(written(replace(file, payer=replace(file.payer, bank="iso20022")), "iso20022", **changed))
    SCHEMA.assertValid(tree)
    return etree.XPathEvaluator(tree, namespaces={"p": tree.nsmap[None]})


def test_the_message_is_what_the_schema_of_the_standard_asks_for() -> None:
    ask = parsed(file_of(*LINES))
    assert ask("string(//p:GrpHdr/p:MsgId)") == "FK-20260703-01"
    assert ask("string(//p:GrpHdr/p:CreDtTm)") == "2026-07-03T08:00:00"
    assert (ask("string(//p:GrpHdr/p:NbOfTxs)"), ask("string(//p:GrpHdr/p:CtrlSum)")) == ("3", "21130.17")
    assert ask("//p:PmtInf/p:ReqdExctnDt/p:Dt/text()") == ["2026-07-03", "2026-07-06", "2026-08-19"]
    assert ask("//p:PmtInf/p:NbOfTxs/text()") == ["1", "1", "1"]
    assert ask("//p:PmtInf/p:CtrlSum/text()") == ["20000.07", "0.10", "1130.00"]
    assert ask("//p:EndToEndId/text()") == [f"{n:024x}" for n in (3, 2, 1)]
    assert ask("//p:Cdtr/p:Nm/text()") == ["示例甲有限公司", "虚构乙公司", "示例甲有限公司"]
    assert ask("string(//p:PmtInf[1]//p:CdtrAgt//p:MmbId)") == "102290000011"
    assert ask("string(//p:PmtInf[1]/p:DbtrAcct/p:Id/p:Othr/p:Id)") == "0110020030040050060"
    assert set(ask("//p:InstdAmt/@Ccy")) == {"CNY"}


def test_a_purpose_is_cut_to_what_the_standard_takes() -> None:
    told = parsed(file_of(line(1, invoice_no="9" * 200)))("string(//p:Ustrd)")
    assert len(told) == 140 and told.startswith("货款 发票 9")


def test_a_bank_of_ours_of_which_nothing_is_known_is_said_to_be_unnamed() -> None:
    file = replace(file_of(line(1)), payer=Payer("iso20022", "示例机器人有限公司", "0110", "CNY"))
    assert parsed(file)("string(//p:DbtrAgt//p:Othr/p:Id)") == "NOTPROVIDED"


def test_accounts_are_ibans_where_the_bank_says_so() -> None:
    file = replace(
        file_of(line(1, bank_account="DE75512108001245126199")), payer=replace(PAYER, account="DE02100100100006820101")
    )
    assert parsed(file, iban=True)("string(//p:CdtrAcct/p:Id/p:IBAN)") == "DE75512108001245126199"


@pytest.mark.parametrize(
    "changed",
    [{"vendor": "示" * 141}, {"bank_account": "6" * 35}, {"payment_key": "k" * 36}],
    ids=lambda c: next(iter(c)),
)
def test_what_the_standard_has_no_room_for_stops_the_file(changed: Row) -> None:
    with pytest.raises(DoesNotFit):
        parsed(file_of(line(1, **changed)))


names = st.text(st.characters(categories=("L", "N", "P", "Zs")), min_size=1, max_size=40).filter(str.strip)
amounts = st.decimals(D("0.01"), D("99999999.99"), places=2)


@effort(max_examples=30, deadline=None)
@given(st.lists(st.tuples(names, amounts, st.dates(date(2026, 1, 1), date(2026, 12, 31))), min_size=1, max_size=12))
def test_whatever_is_paid_count_and_sum_are_the_batchs_in_every_format(paid: list[tuple[str, D, date]]) -> None:
    lines = [line(n, str(net), vendor=name, due_on=due.isoformat()) for n, (name, net, due) in enumerate(paid, 1)]
    file, total = file_of(*lines), batch(*lines)["total"]
    ask = parsed(file)
    assert (ask("string(//p:GrpHdr/p:NbOfTxs)"), D(ask("string(//p:GrpHdr/p:CtrlSum)"))) == (str(len(lines)), total)
    assert sum(map(D, ask("//p:InstdAmt/text()"))) == sum(map(D, ask("//p:PmtInf/p:CtrlSum/text()"))) == total
    for rows in (xlsx_rows(file)[1:], csv_rows(file)[1:]):
        assert (len(rows), sum(D(str(row[5])) for row in rows)) == (len(lines), total)


# ------------------------------------------------------------------ the queue and the settings


@pytest.mark.parametrize("bank", SHIPPED.banks)
def test_the_same_file_and_time_give_the_same_bytes(bank: str) -> None:
    assert written(file_of(*LINES), bank) == written(file_of(*LINES), bank)


def test_a_bank_file_survives_the_queue() -> None:
    file = file_of(*LINES)
    assert wire.load(wire.dump(file)) == file


def _home(root: Path, robots: str, **of_banks: str) -> Path:
    (root / "config" / "banks").mkdir(parents=True)
    (root / "config" / "robots.toml").write_text(robots, "utf-8")
    for name, text in of_banks.items():
        (root / "config" / "banks" / f"{name}.toml").write_text(text, "utf-8")
    return root


def account(name: str, bank: str = "generic", currency: str = "CNY") -> str:
    return f'[payments.accounts.{name}]\nbank = "{bank}"\nholder = "示例"\naccount = "01"\ncurrency = "{currency}"\n'


def test_a_bank_is_one_file_of_settings(tmp_path: Path) -> None:
    own = 'format = "template"\nfile = "csv"\n[[columns]]\ntitle = "账号"\nvalue = "account"\n'
    loaded = settings.load(_home(tmp_path, account("main", "my_bank"), my_bank=own), registry.names())
    file = replace(file_of(line(1)), payer=loaded.rules.payers["CNY"])
    assert banks.render(file, loaded.banks["my_bank"], AT) == (
        ".csv",
        '"账号"\r\n"6222000000000000001"\r\n'.encode("gbk"),
    )


WRONG = {
    "a bank that nobody described": (
        (account("main", "nowhere"), {}), "payments.accounts.main.bank = nowhere：config/banks 里没有这家银行的文件",
    ),
    "two accounts in one currency": (
        (account("a") + account("b"), {}), "payments.accounts.b.currency = CNY：这个币种已经从账户 a 付款",
    ),
    "a format that is none": (("", {"x": 'format = "fax"'}), "config/banks/x.toml：format = fax：可以写："),
    "a column that nothing fills": (
        ("", {"x": 'format = "template"\nfile = "csv"\n[[columns]]\ntitle = "x"\nvalue = "y"'}), "columns.0.value",
    ),
}  # fmt: skip


def test_an_english_home_is_told_in_english(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as told:
        settings.load(_home(tmp_path, 'language = "en"\n' + account("main", "nowhere")), registry.names())
    (problem,) = told.value.problems
    assert "payments.accounts.main.bank = nowhere: config/banks has no file for this bank; there are generic" in problem


@pytest.mark.parametrize(("home", "problem"), WRONG.values(), ids=WRONG)
def test_wrong_settings_stop_the_start(home: tuple[str, dict[str, str]], problem: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as told:
        settings.load(_home(tmp_path, home[0], **home[1]), registry.names())
    assert any(problem in one for one in told.value.problems), told.value.problems
