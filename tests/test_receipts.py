"""What a sender is told of a file of which not one row came into the ledger."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

from openpyxl import load_workbook

from tests.conftest import FIRST_DAY, Home, xlsx
from tests.sheets import DAY

HEAD = ("交易日期", "交易流水号", "对方户名", "对方账号")
OUT = (DAY, "B-1", "示例甲公司", "6222")
INNER = (DAY, "B-2", "示例乙公司", "6333")


def bank_list(more: tuple[str, ...], *rows: tuple[Any, ...]) -> bytes:
    head = (*HEAD, *more)
    return xlsx({"明细": [dict.fromkeys(head) | dict(zip(head, row, strict=False)) for row in rows]})


def test_a_file_of_which_no_row_is_taken_says_so_with_a_reason_for_each_group_of_rows(home: Home) -> None:
    home.let("receptionist")
    unknown = (*INNER, "内转", 200.0)
    home.drop("全部搁置.xlsx", bank_list(("收支", "金额"), (*OUT, "内转", 100.0), (*OUT, "", 3.0), unknown))
    home.drop("部分.xlsx", bank_list(("收支", "金额"), (*OUT, "支", 100.0), unknown))
    home.drop("只有表头.xlsx", bank_list(("收支", "金额"), ()))
    home.drop("正负号.xlsx", bank_list(("交易金额",), (*OUT, -100.0), (*INNER, 200.0)))
    report = home.turn()
    unread = "“收支”的“内转”不是已知的取值，钱付没付由它定，不能猜；这一行没有收录"
    result, why = _told(home, "全部搁置")
    assert result == "一行也没有收录" and why.split("\n") == [
        "3 行全部搁置，没有一行进入台账",
        f"明细 › E2、E4：{unread}",
        "明细 › E3：必填的“收支”是空的，这一行没有收录",
    ]
    assert _told(home, "部分") == ["已收录", "—"]
    assert _told(home, "只有表头") == ["一行也没有收录", "表头下面没有数据行"]
    result, why = _told(home, "正负号")
    assert result == "已搁置" and why.startswith("“交易金额”里有负数")
    assert {name: (state, why) for name, state, why in report.drops}["全部搁置.xlsx"] == (
        "taken", "3 行全部搁置，没有一行进入台账",
    )  # fmt: skip
    letter = _letter(home, "收到")
    assert "收到 4 份文件：3 份未收录，5 处错误" in letter
    assert "文件：全部搁置.xlsx | 结果：一行也没有收录 | 行数：0" in letter and f"明细 › E2、E4：{unread}" in letter


def _told(home: Home, name: str) -> list[str]:
    """Result and reason on a file's receipt."""
    (path,) = home.settings.out_folder("receipts").glob(f"{FIRST_DAY} 回执 * {name}.xlsx") or [None]
    facts = {row[0]: next(filter(None, row[1:]), "") for row in load_workbook(path).worksheets[0].values if row[0]}
    return [str(facts["处理结果"]), str(facts["原因"])]


def _letter(home: Home, about: str) -> str:
    """The text of the letter whose subject speaks of this."""
    letters = (message_from_bytes(path.read_bytes(), policy=policy.default) for path in _letters(home))
    (message,) = (cast("EmailMessage", one) for one in letters if about in one["subject"])
    return cast("EmailMessage", message.get_body(("plain",))).get_content()


def _letters(home: Home) -> list[Path]:
    return list(home.settings.out_folder("letters").glob("*.eml"))


def test_finance_is_told_of_bank_lists_of_which_rows_could_not_be_taken(home: Home) -> None:
    """Who drops them is not who mends the ledgers, and what they say was paid waits for them."""
    home.let("receptionist")
    home.drop("全部搁置.xlsx", bank_list(("收支", "金额"), (*OUT, "内转", 100.0)))
    home.drop("部分.xlsx", bank_list(("收支", "金额"), (*OUT, "支", 100.0), (*INNER, "内转", 200.0)))
    home.drop("没有金额.xlsx", bank_list(("收支",), (*OUT, "支")))
    home.drop("只有表头.xlsx", bank_list(("收支", "金额"), ()))
    home.drop("好的.xlsx", bank_list(("收支", "金额"), (*INNER, "支", 300.0)))
    home.turn()
    letter = _letter(home, "付款回单")
    assert "4 份付款回单没有收录，或只收录了一部分" in letter and "没有收录的付款仍算没有回单" in letter
    assert [name in letter for name in ("全部搁置", "部分.xlsx", "没有金额", "只有表头", "好的")] == [True] * 4 + [
        False
    ]


def test_a_list_without_rows_is_not_told_as_nothing_to_do(home: Home) -> None:
    home.let("receptionist")
    home.drop("只有表头.xlsx", bank_list(("收支", "金额"), ()))
    home.turn()
    letter = _letter(home, "收到")
    assert (
        "收到 1 份文件：1 份未收录" in letter
        and "请核对导出的日期范围" in letter
        and "不用处理。\n" not in letter.split("下一步")[0]
    )
