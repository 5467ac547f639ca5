"""Exports of Jira, ZenTao and Trello as they come: tickets, whose they are, when they were answered and done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from robots.crew import registry
from robots.edge import settings
from robots.edge.excel_in import Format, NotReadable, look_through
from robots.edge.reading_room import Limits, ReadingRoom, read_file
from robots.kinds.words import Lexicon
from robots.reading.reader import Reading
from tests.conftest import Home
from tests.sheets import LEXICON, D, found, taken
from tests.trackers import (
    OF_VENDOR,
    Row,
    card,
    commented,
    created,
    jira,
    jira_zh,
    moved,
    number,
    trello,
    zentao,
)

JIA, YI = "示例甲电子有限公司", "虚构乙机加工有限公司"
OPENED, DONE = datetime(2026, 6, 2, 9, 14), datetime(2026, 6, 3, 14, 20)


def configured(folder: Path, **sources: str) -> Lexicon:
    """The words of a home with files of its own in config/sources."""
    place = folder / "config" / "sources"
    place.mkdir(parents=True)
    for name, text in sources.items():
        (place / f"{name}.toml").write_text(text, "utf-8")
    return settings.load(folder, registry.names()).lexicon


def read(folder: Path, content: bytes, name: str = "导出.csv", lexicon: Lexicon = LEXICON) -> Reading:
    path = folder / f"dropped{Path(name).suffix}"
    path.write_bytes(content)
    return read_file(path, name, look_through(path, 1 << 30), lexicon)


def tickets(reading: Reading) -> list[dict[str, Any]]:
    """The tickets without their places, and without what is blank."""
    rows = reading.tables["tickets"].to_pylist() if "tickets" in reading.tables else []
    return [{name: value for name, value in row.items() if value is not None and name[0] != "_"} for row in rows]


# ------------------------------------------------------------------ as they come

USUAL = {"vendor": JIA, "opened_at": OPENED, "resolved_at": DONE}
ISSUE = {**USUAL, "ticket_id": "SRM-101", "title": "登录页打不开", "severity": "High", "kind": "Bug"}
BUG = {
    "ticket_id": "31", "vendor": JIA, "title": "登录失败", "severity": "2", "kind": "代码错误", "reopened": D(1),
    "opened_at": datetime(2026, 6, 2, 9, 14, 5), "resolved_at": DONE,
}  # fmt: skip
OWN = {"more": ["供应商"]}  # a field that the team gave its ZenTao: it comes last
AS_THEY_COME: dict[str, tuple[str, bytes, dict[str, Any]]] = {
    "Jira": ("Jira.csv", jira(), ISSUE),
    "Jira with a mark of UTF-8": ("JIRA 2026-06-30T19_58_40+0800.csv", jira(encoding="utf-8-sig"), ISSUE),
    "Jira by a 24 hour clock": (
        "a.csv", jira({"Created": "02/Jun/26 09:14", "Resolved": "03/Jun/26 14:20"}), ISSUE,
    ),
    "Jira with moments of ISO 8601": (
        "a.csv", jira({"Created": "2026-06-02T09:14:00.000+0800", "Resolved": "2026-06-03 14:20:00"}), ISSUE,
    ),
    "Jira at noon and at midnight": (
        "a.csv", jira({"Created": "02/Jun/26 12:05 AM", "Resolved": "02/Jun/26 12:05 PM"}),
        {**ISSUE, "opened_at": datetime(2026, 6, 2, 0, 5), "resolved_at": datetime(2026, 6, 2, 12, 5)},
    ),
    "Jira in Chinese": (
        "采购协同 2026-06-30.csv", jira_zh(),
        {**USUAL, "ticket_id": "CG-7", "title": "接口超时", "severity": "高", "kind": "故障"},
    ),
    "ZenTao in GBK": ("示例-所有Bug.csv", zentao({"供应商": JIA}, **OWN), BUG),
    "ZenTao in UTF-8": ("a.csv", zentao({"供应商": f"{JIA}(#jia)"}, encoding="utf-8-sig", **OWN), BUG),
    "an older ZenTao, with days only": (
        "a.csv", zentao({"供应商": JIA, "创建日期": "2026-06-02", "解决日期": "0000-00-00", "激活次数": "0"}, **OWN),
        {k: v for k, v in BUG.items() if k != "resolved_at"} | {"opened_at": datetime(2026, 6, 2), "reopened": D(0)},
    ),
    "ZenTao's blank moments": (
        "a.csv", zentao({"供应商": JIA, "解决日期": "0000-00-00 00:00:00"}, **OWN),
        {name: value for name, value in BUG.items() if name != "resolved_at"},
    ),
    "Trello": (
        "AbCd1234 - 示例缺陷看板.json",
        trello([card("已解决", **OF_VENDOR)], [created(), moved("2026-06-03T14:20:00.000Z", "待处理", "已解决")]),
        {"ticket_id": "aB3dE5g7", "vendor": JIA, "title": "登录失败", "opened_at": datetime(2026, 6, 2, 1, 14, 5),
         "resolved_at": DONE, "reopened": D(0)},
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "row"), [pytest.param(*case, id=name) for name, case in AS_THEY_COME.items()]
)
def test_an_export_is_taken_as_it_comes(tmp_path: Path, name: str, content: bytes, row: dict[str, Any]) -> None:
    """Nothing is configured; every column is read or ignored by name, whatever the file is called."""
    reading = read(tmp_path, content, name)
    assert tickets(reading) == [row]
    assert (found(reading), reading.unknown) == ([], ())


def test_an_american_clock_is_told_by_the_columns_or_by_the_config(tmp_path: Path) -> None:
    rows: list[Row] = [{"Issue key": "A-1", "Created": "6/2/2026 9:14", "Resolved": ""}]
    assert found(read(tmp_path, jira(*rows))) == [("DATE_DOUBTFUL", "T2")]
    told = configured(tmp_path, jira='date_order = "mdy"')
    assert tickets(read(tmp_path, jira(*rows), lexicon=told))[0]["opened_at"] == OPENED
    rows.append({"Issue key": "A-2", "Created": "6/13/2026 9:14", "Resolved": ""})
    assert [row["opened_at"].day for row in tickets(read(tmp_path, jira(*rows)))] == [2, 13]


def test_a_column_that_no_tracker_has_is_told(tmp_path: Path) -> None:
    reading = read(tmp_path, jira({"渠道": "电话"}, more=["渠道"]))
    assert reading.unknown == (("导出", "渠道"),)


def test_another_csv_is_no_trackers(tmp_path: Path) -> None:
    reading = read(tmp_path, "问题单号,供应商,提出时间,状态\nW-1,示例甲电子有限公司,2026-06-02 09:14,(#3)\n".encode())
    assert tickets(reading) == [{"ticket_id": "W-1", "vendor": JIA, "opened_at": OPENED}]
    assert reading.unknown == (("导出", "状态"),)


# ------------------------------------------------------------------ whose they are

LABEL = '[columns.tickets]\nvendor = "Labels"\n[pick.tickets.vendor]\n'
VALUES = f'values = {{ "jia" = "{JIA}", "yi" = "{YI}" }}\n'
PRODUCT = '[columns.tickets]\nvendor = "所属产品"\n'
OTHER_FIELD = "Custom field (外包商)"
IN_WORK = f'[columns.tickets]\nvendor = "List"\n[pick.tickets.vendor]\nvalues = {{ "进行中" = "{YI}" }}'
BOARD = [card(labels=[{"name": "紧急", "color": "red"}, {"name": f"供应商：{YI}", "color": "sky"}])]
WHOSE: dict[str, tuple[str, str, str, bytes]] = {
    "a label that begins so": (
        "jira", LABEL + 'pattern = "^供应商-(.+)$"', "a.csv", jira({"Labels": ["紧急", f"供应商-{YI}"]}),
    ),
    "a label that stands for a vendor": ("jira", LABEL + VALUES, "a.csv", jira({"Labels": ["紧急", "yi"]})),
    "a label that begins so and stands for one": (
        "jira", LABEL + 'pattern = "^v-(.+)$"\n' + VALUES, "a.csv", jira({"Labels": ["jia", "v-YI".lower()]}),
    ),
    "the same label twice": ("jira", LABEL + VALUES, "a.csv", jira({"Labels": ["yi", "yi"]})),
    "another custom field": (
        "jira", f'[columns.tickets]\nvendor = "{OTHER_FIELD}"', "a.csv", jira({OTHER_FIELD: YI}, more=[OTHER_FIELD]),
    ),
    "one of two columns, the first that is filled": (
        "jira", '[columns.tickets]\nvendor = ["Components", "Assignee"]', "a.csv", jira({"Assignee": YI}),
    ),
    "the file's name": (
        "jira", 'file_facts = "^(?P<vendor>.+公司)"', f"{YI}_2026-06.csv", jira(without=["Custom field (供应商)"]),
    ),
    "a word that the team added to those of tickets": (
        "jira", '[columns.tickets]\nvendor = "Project name"', "a.csv", jira({"Project name": YI}),
    ),
    "a product": ("zentao", PRODUCT, "a.csv", zentao({"所属产品": f"{YI}(#3)"})),
    "a product that stands for a vendor": (
        "zentao", f'{PRODUCT}[pick.tickets.vendor]\nvalues = {{ "示例门户" = "{YI}" }}', "a.csv", zentao(),
    ),
    "the name of the file with bugs": ("zentao", 'file_facts = "^(?P<vendor>.+公司)"', f"{YI}-所有Bug.csv", zentao()),
    "a label of a card": ("trello", LABEL + 'pattern = "^供应商[:：](.+)$"', "a.json", trello(BOARD)),
    "the list of a card": ("trello", IN_WORK, "a.json", trello([card("进行中")])),
    "the board's name": (
        "trello", 'sheet_facts = "^(?P<vendor>.+公司)"', "a.json", trello([card()], name=f"{YI}缺陷", customFields=[]),
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("source", "toml", "name", "content"), [pytest.param(*case, id=name) for name, case in WHOSE.items()]
)
def test_the_vendor_is_told_by(tmp_path: Path, source: str, toml: str, name: str, content: bytes) -> None:
    """A few lines of the home's own, laid over what is shipped."""
    reading = read(tmp_path, content, name, configured(tmp_path, **{source: toml}))
    assert [row["vendor"] for row in tickets(reading)] == [YI]
    assert (found(reading), reading.unknown) == ([], ())


NOBODYS: dict[str, tuple[str, str, bytes, list[tuple[str, str]]]] = {
    "no column tells it": ("jira", "", jira(without=["Custom field (供应商)"]), [("SENDER_LACKS_COLUMNS", "A1")]),
    "its column is blank": ("jira", "", jira({"Custom field (供应商)": ""}), [("REQUIRED_BLANK", "AQ2")]),
    "no label is a vendor's": ("jira", LABEL + VALUES, jira({"Labels": ["紧急", "登录"]}), [("PICK_NONE", "AC2")]),
    "no label at all": ("jira", LABEL + VALUES, jira(), [("REQUIRED_BLANK", "AC2")]),
    "the labels of two vendors": ("jira", LABEL + VALUES, jira({"Labels": ["jia", "yi"]}), [("PICK_SEVERAL", "AC2")]),
    "a product of nobody's": (
        "zentao", f'{PRODUCT}[pick.tickets.vendor]\nvalues = {{ "别的" = "{YI}" }}', zentao(), [("PICK_NONE", "B2")],
    ),
    "a bug without a product": ("zentao", PRODUCT, zentao({"所属产品": ""}), [("REQUIRED_BLANK", "B2")]),
    "bugs that nothing is said of": ("zentao", "", zentao(), [("SENDER_LACKS_COLUMNS", "A1")]),
    "a card without its custom field": ("trello", "", trello([card()]), [("REQUIRED_BLANK", "I2")]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("source", "toml", "content", "told"), [pytest.param(*case, id=name) for name, case in NOBODYS.items()]
)
def test_a_ticket_without_a_vendor_is_told_and_never_guessed(
    tmp_path: Path, source: str, toml: str, content: bytes, told: list[tuple[str, str]]
) -> None:
    reading = read(tmp_path, content, "a.csv", configured(tmp_path, **{source: toml}))
    assert (tickets(reading), [one for one in found(reading) if one[0] != "SHEET_LEFT"]) == ([], told)


def test_of_several_tickets_the_good_ones_are_taken(tmp_path: Path) -> None:
    rows = [
        {"Issue key": f"SRM-{n}", "Custom field (供应商)": vendor} for n, vendor in enumerate([JIA, "", YI, "", JIA])
    ]
    reading = read(tmp_path, jira(*rows))
    assert (taken(reading), found(reading)) == (
        {"tickets": (3, 2)},
        [("REQUIRED_BLANK", "AQ3"), ("REQUIRED_BLANK", "AQ5")],
    )


def test_a_second_jira_is_like_the_first_but_for_its_vendors(tmp_path: Path) -> None:
    more = f'like = "jira"\nfiles = ["乙方*"]\n[constants.tickets]\nvendor = "{YI}"'
    lexicon = configured(tmp_path, second=more)
    theirs, ours = (read(tmp_path, jira(), name, lexicon) for name in ("乙方导出.csv", "Jira.csv"))
    assert [tickets(reading)[0]["ticket_id"] for reading in (theirs, ours)] == ["SRM-101", "SRM-101"]
    alone = read(tmp_path, jira(without=["Custom field (供应商)"]), "乙方导出.csv", lexicon)
    assert tickets(alone)[0]["vendor"] == YI


# ------------------------------------------------------------------ when they were answered

ASKED = """
[columns.tickets]
responded_at = "Comment"
[pick.tickets.responded_at]
first_by_other_than = ["Creator Id", "Creator"]
"""
OWN_WORDS, OTHERS = "02/Jun/26 9:30 AM;c1;补充一张图", "02/Jun/26 11:05 AM;b1;已复现; 正在查"
LATER = "03/Jun/26 2:20 PM;b1;已修复"
ANSWERED = datetime(2026, 6, 2, 11, 5)
ANSWERS: dict[str, tuple[str, Row, datetime | None]] = {
    "nothing is asked for": ("", {"Comment": [OWN_WORDS, OTHERS]}, None),
    "the first comment by another": (ASKED, {"Comment": [OWN_WORDS, OTHERS, LATER]}, ANSWERED),
    "the earliest, however they stand": (ASKED, {"Comment": [LATER, OWN_WORDS, OTHERS]}, ANSWERED),
    "comments of one's own only": (ASKED, {"Comment": [OWN_WORDS]}, None),
    "no comment": (ASKED, {}, None),
    "nobody knows who opened it": (ASKED, {"Comment": [OTHERS], "Creator Id": "", "Creator": ""}, None),
    "a text that is no comment": (ASKED, {"Comment": ["见附件"]}, None),
}


@pytest.mark.parametrize(("toml", "row", "answered"), [pytest.param(*case, id=name) for name, case in ANSWERS.items()])
def test_an_answer_is_derived_only_as_asked(tmp_path: Path, toml: str, row: Row, answered: datetime | None) -> None:
    reading = read(tmp_path, jira(row), "a.csv", configured(tmp_path, jira=toml))
    assert tickets(reading)[0].get("responded_at") == answered and found(reading) == []


def test_comments_whose_moments_cannot_be_read_are_told(tmp_path: Path) -> None:
    reading = read(tmp_path, jira({"Comment": [OTHERS, "前天下午;b1;好"]}), "a.csv", configured(tmp_path, jira=ASKED))
    assert tickets(reading)[0]["responded_at"] == ANSWERED  # too short for a moment: a text
    reading = read(
        tmp_path, jira({"Comment": ["2026年6月31日;b1;好"]}), "a.csv", configured(tmp_path / "2", jira=ASKED)
    )
    assert (taken(reading), found(reading)) == ({"tickets": (0, 1)}, [("DATE_BAD", "AT2")])


def test_without_the_column_of_authors_nothing_tells_who_answered(tmp_path: Path) -> None:
    content = jira({"Comment": [OTHERS]}, without=["Creator", "Creator Id"])
    reading = read(tmp_path, content, "a.csv", configured(tmp_path, jira=ASKED))
    assert (tickets(reading), found(reading)) == ([], [("EXPECTED_COLUMNS", "A1")])


def test_an_assignment_may_stand_for_an_answer(tmp_path: Path) -> None:
    toml = f'{PRODUCT}responded_at = "指派日期"'
    reading = read(tmp_path, zentao(), "a.csv", configured(tmp_path, zentao=toml))
    assert tickets(reading)[0]["responded_at"] == ANSWERED


# ------------------------------------------------------------------ what a board's history tells

FIRST, SECOND, THIRD = "2026-06-02T03:05:00.000Z", "2026-06-03T06:20:00.000Z", "2026-06-04T08:00:00.000Z"
AT_FIRST, AT_SECOND, AT_THIRD = (datetime.fromisoformat(text[:19]) for text in (FIRST, SECOND, THIRD))
BEGUN, HALF = created(), moved(FIRST, "待处理", "进行中")
BOARDS: dict[str, tuple[str, list[Row], dict[str, Any]]] = {
    "a card that never moved": ("待处理", [BEGUN], {"reopened": D(0)}),
    "in work": ("进行中", [BEGUN, HALF], {"reopened": D(0), "responded_at": AT_FIRST}),
    "resolved": (
        "已解决", [BEGUN, HALF, moved(SECOND, "进行中", "已解决")],
        {"reopened": D(0), "responded_at": AT_FIRST, "resolved_at": AT_SECOND},
    ),
    "resolved, and closed later": (
        "已关闭", [BEGUN, moved(FIRST, "待处理", "已解决"), moved(SECOND, "已解决", "已关闭")],
        {"reopened": D(0), "responded_at": AT_FIRST, "resolved_at": AT_FIRST},
    ),
    "closed at once": (
        "已关闭", [BEGUN, moved(FIRST, "待处理", "已关闭")],
        {"reopened": D(0), "responded_at": AT_FIRST, "resolved_at": AT_FIRST},
    ),
    "resolved and opened again": (
        "进行中", [BEGUN, moved(FIRST, "待处理", "已解决"), moved(SECOND, "已解决", "进行中")],
        {"reopened": D(1), "responded_at": AT_FIRST},
    ),
    "opened again after it was closed, and resolved": (
        "已解决",
        [BEGUN, moved(FIRST, "待处理", "已关闭"), moved(SECOND, "已关闭", "待处理"), moved(THIRD, "待处理", "已解决")],
        {"reopened": D(1), "responded_at": AT_FIRST, "resolved_at": AT_THIRD},
    ),
    "opened in the list of what is resolved": (
        "已解决", [created("已解决")], {"reopened": D(0), "resolved_at": datetime(2026, 6, 2, 1, 14, 5)},
    ),
    "a history without its beginning": (
        "已解决", [moved(SECOND, "进行中", "已解决")], {"resolved_at": AT_SECOND},
    ),
    "no history at all": ("已解决", [], {}),
    "moved in a way that no action tells": ("待处理", [moved(SECOND, "进行中", "已解决")], {}),
}  # fmt: skip


@pytest.mark.parametrize(("here", "actions", "told"), [pytest.param(*case, id=name) for name, case in BOARDS.items()])
def test_the_history_of_a_card(tmp_path: Path, here: str, actions: list[Row], told: dict[str, Any]) -> None:
    """Lists count from left to right. What the last 1,000 actions do not reach back to is blank."""
    lexicon = configured(tmp_path, trello='[columns.tickets]\nresponded_at = "First move"')
    row = tickets(read(tmp_path, trello([card(here, **OF_VENDOR)], actions), "a.json", lexicon))[0]
    assert {name: row[name] for name in ("reopened", "responded_at", "resolved_at") if name in row} == told


COMMENTS: dict[str, tuple[list[Row], datetime | None]] = {
    "by somebody else": ([BEGUN, commented(FIRST, "m1"), commented(SECOND, "m2"), commented(THIRD, "m3")], AT_SECOND),
    "by the opener only": ([BEGUN, commented(FIRST, "m1")], None),
    "before the history begins, perhaps": ([commented(SECOND, "m2")], None),
}


@pytest.mark.parametrize(("actions", "answered"), [pytest.param(*case, id=name) for name, case in COMMENTS.items()])
def test_the_first_comment_on_a_card(tmp_path: Path, actions: list[Row], answered: datetime | None) -> None:
    lexicon = configured(tmp_path, trello='[columns.tickets]\nresponded_at = "First comment by another"')
    content = trello([card(**OF_VENDOR)], actions)
    assert tickets(read(tmp_path, content, "a.json", lexicon))[0].get("responded_at") == answered
    assert "responded_at" not in tickets(read(tmp_path, content, "a.json"))[0]


def test_custom_fields_of_every_sort_and_what_is_no_ticket(tmp_path: Path) -> None:
    names = {"t": "类型", "n": "重开次数", "d": "响应时间", "c": "已核对"}
    values = [{"text": "缺陷"}, {"number": "2"}, {"date": "2026-06-02T03:05:00.000Z"}, {"checked": "true"}]
    fields = [{"id": number, "name": name} for number, name in names.items()]
    items = [{"idCustomField": number, "value": value} for number, value in zip(names, values, strict=True)]
    own = [card(customFieldItems=[*OF_VENDOR["customFieldItems"], *items], dateCompleted=THIRD)]
    template = card(name="模板", at=number("2026-06-01T00:00:00"), isTemplate=True)
    vendor = {"id": "f1", "name": "供应商", "options": [{"id": "o1", "value": {"text": JIA}}]}
    reading = read(tmp_path, trello([*own, template], customFields=[vendor, *fields]), "a.json")
    [row] = tickets(reading)
    assert (row["kind"], row["responded_at"], row["resolved_at"]) == ("缺陷", AT_FIRST, AT_THIRD)


# ------------------------------------------------------------------ JSON that is none, or means harm

DEEP = 200_000
HOSTILE: dict[str, tuple[bytes, str]] = {
    "an object of another sort": (b'{"tickets": [{"id": 1}]}', "FILE_NOT_A_BOARD"),
    "a list": (b'[{"id": 1, "name": "x"}]', "FILE_NOT_A_BOARD"),
    "cards that are no list": (b'{"cards": {}, "lists": []}', "FILE_NOT_A_BOARD"),
    "an empty object": (b"{}", "FILE_NOT_A_BOARD"),
    "not quite JSON": (b'{"cards": [1,], "lists": []}', "FILE_NOT_A_BOARD"),
    "something behind the end": (b'{"cards": [], "lists": []} x', "FILE_NOT_A_BOARD"),
    "broken off": (trello([card()])[:-40], "FILE_INCOMPLETE"),
    "broken off within a text": (b'{"cards": [], "lists": [], "name": "abc', "FILE_INCOMPLETE"),
    "lists in lists": (b'{"cards": ' + b"[" * DEEP + b"]" * DEEP + b', "lists": []}', "FILE_NOT_A_BOARD"),
    "objects in objects": (b'{"a":' * DEEP + b"1" + b"}" * DEEP, "FILE_NOT_A_BOARD"),
    "more cells than any sheet": (
        trello([card()] * 5_000, lists=[{"id": str(n), "name": str(n)} for n in range(3_000)]), "FILE_TOO_LARGE",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def room() -> Iterator[ReadingRoom]:
    with ReadingRoom(LEXICON, Limits(20, 512)) as opened:
        yield opened


@pytest.mark.parametrize(("content", "code"), [pytest.param(*case, id=name) for name, case in HOSTILE.items()])
def test_hostile_json_is_a_finding(tmp_path: Path, room: ReadingRoom, content: bytes, code: str) -> None:
    """Read in the child, as every file; the child lives on."""
    path = tmp_path / "a.json"
    path.write_bytes(content)
    look = look_through(path, 1 << 30)
    assert look.format is Format.JSON
    with pytest.raises(NotReadable, match=code):
        room.read(path, "a.json", look)


def test_json_that_needs_too_much_memory_ends_its_reader_only(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'{"cards": [], "lists": [], "x": [' + b"[[]]," * 4_000_000 + b"[]]}")
    with ReadingRoom(LEXICON, Limits(20, 256)) as strict, pytest.raises(NotReadable, match="FILE_TOO_LARGE"):
        strict.read(path, "a.json", look_through(path, 1 << 30))


ODD = {
    "numbers that nothing holds": '"pos": 1e400, "idShort": ' + "9" * 5000,
    "numbers that are none": '"pos": NaN, "idShort": -Infinity',
    "a name with a zero and half a character": r'"name": "登录\u0000失败\ud800"',
    "labels that are none": '"labels": "red"',
    "values that are none": '"customFieldItems": [{"idCustomField": "f1", "idValue": "o1"}, {"idValue": []}, 3]',
}


@pytest.mark.parametrize("odd", [pytest.param(case, id=name) for name, case in ODD.items()])
def test_odd_values_of_a_card_cost_nothing_but_themselves(tmp_path: Path, room: ReadingRoom, odd: str) -> None:
    lists = [{"id": "list-待处理", "name": "待处理", "pos": "x"}, {"pos": None}, 5]
    content = trello([card(last="?", **OF_VENDOR)], lists=lists, actions=[{"data": []}, {"date": 5}])
    path = tmp_path / "a.json"
    path.write_bytes(content.replace(b'"last": "?"', odd.encode()))
    [row] = tickets(room.read(path, "a.json", look_through(path, 1 << 30)))
    assert (row["ticket_id"], row["title"], row["vendor"]) == ("aB3dE5g7", "登录失败", JIA)


# ------------------------------------------------------------------ in a home

FIX_TIME = """[[in_force]]
from = 2026-01-01
[in_force.own.fix_time]
title = "缺陷修复时效"
title_en = "Defects fixed within three days"
source = "tickets"
of = "Bug"
value = "resolution_hours"
how = "share"
within = 72
direction = "lower"
floor = 0.5
target = 0.95
weight = 10
"""
DAY = date(2026, 7, 3)
ISSUES = (
    {"Issue key": "SRM-1", "Comment": [OWN_WORDS, OTHERS]},
    {"Issue key": "SRM-2", "Resolved": "09/Jun/26 9:14 AM", "Comment": ["05/Jun/26 9:14 AM;b1;收到"]},
    {"Issue key": "SRM-3", "Issue Type": "Story", "Resolved": "30/Jun/26 9:14 AM"},
    {"Issue key": "SRM-4", "Created": "29/Jun/26 9:14 AM", "Resolved": ""},
)


def _figures(home: Home, kpi: str) -> list[tuple[Any, ...]]:
    rows = [row for row in home.export("kpis") if row["kpi"] == kpi]
    return [(row["vendor"], row["period"], float(row["good"]), float(row["total"])) for row in rows]


def test_a_kpi_of_the_teams_own_needs_a_config_entry_and_nothing_else(home: Home) -> None:
    home.drop("../config/rules/scorecard.toml", FIX_TIME.encode())
    home.configure("")
    home.drop("Jira.csv", jira(*ISSUES))
    home.turn(DAY)
    assert _figures(home, "fix_time") == [(JIA, "2026-06", 1, 2)]  # a story is no bug; an open one is not known yet


def test_answers_are_counted_and_missed_ones_told(home: Home) -> None:
    home.drop("../config/sources/jira.toml", ASKED.encode())
    home.configure("")
    home.drop("Jira.csv", jira(*ISSUES))
    home.turn(DAY)
    assert len(home.export("tickets")) == 4
    assert _figures(home, "response") == [(JIA, "2026-06", 1, 3)]  # of SRM-3 nobody knows when it was answered
    told = {row["subject"]: row["limit"] for row in home.export("alerts") if row["code"] == "RESPONSE"}
    assert list(told) == ["SRM-4"]


def test_a_drop_that_is_no_board_gets_a_receipt_that_says_so(home: Home, books: SimpleNamespace) -> None:
    home.drop("配置.json", b'{"name": "x"}')
    home.drop("看板.json", trello([card(**OF_VENDOR)]))
    home.turn(DAY)
    states = {row["name"]: (row["state"], row["why"]) for row in home.export("drops")}
    assert states["看板.json"][0] == "taken" and states["配置.json"][0] == "unreadable"
    assert "看板" in states["配置.json"][1] and [row["ticket_id"] for row in home.export("tickets")] == ["aB3dE5g7"]
