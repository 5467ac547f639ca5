"""Four eyes where letters are files: each approver's code goes into a folder that nobody else opens, or it is said that
four eyes are not given."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

import pytest

from robots.edge import doctor, status
from robots.edge.settings import ConfigurationError
from tests.conftest import Home
from tests.test_approvals import FIRST, FRIDAY, PEOPLE, SECOND, invoices_of, letters, said
from tests.test_refusals import sheet_of

ONE, TWO = "one@example.com", "two@example.com"
TOLD = "四眼原则没有保证"


def folders(**own: str) -> str:
    """The settings that give `one` and `two` a folder each."""
    return "[mail.folders]\n" + "\n".join(f'"{name}@example.com" = "{path}"' for name, path in own.items())


def answers(home: Home, what: str) -> list[tuple[str, str]]:
    found = doctor.examine(home.settings, FRIDAY)
    return [(health, home.settings.words.speak(says)) for name, health, says in found if name == what]


def waiting(home: Home) -> str:
    return "\n".join(status.look(home.settings, home.store, FRIDAY).as_lines(home.settings.words))


def test_a_code_lies_in_its_approvers_own_folder_and_nowhere_else(home: Home, books: SimpleNamespace) -> None:
    home.let("paymaster")
    invoices_of(home, books, 1)
    home.configure(PEOPLE + folders(one="经理", two="总监"))
    (home.path / "经理").mkdir(mode=0o700)
    home.turn(FRIDAY)
    assert {"one": len(list((home.path / "经理").glob("*批次*.eml"))), "shared": len(letters(home, ONE))} == {
        "one": 1, "shared": 0,
    }  # fmt: skip
    assert not (home.path / "总监").exists()  # nobody made it, and we would not know for whom
    lost = f"{SECOND} 的个人文件夹不存在"
    assert any(lost in text for text in sheet_of(home, "FK-20260703-01")["付款申请单"]) and lost in waiting(home)
    assert [health for health, _ in answers(home, "letters")] == ["ok", "bad"]
    (home.path / "总监").mkdir(mode=0o755)
    home.turn(datetime(2026, 7, 3, 18, 5))
    assert len(list((home.path / "总监").glob("*批次*.eml"))) == 1 and not letters(home, TWO)
    assert "别人也能打开" in answers(home, "letters")[1][1]
    assert answers(home, "approvals")[0][0] == "ok"
    told = [*map(said, letters(home, "finance@example.com")), *sheet_of(home, "FK-20260703-01")["付款申请单"]]
    assert not any(TOLD in text for text in (*told, waiting(home)))


def test_codes_in_one_folder_for_all_are_told_wherever_a_batch_is(home: Home, books: SimpleNamespace) -> None:
    home.let("paymaster")
    invoices_of(home, books, 1)
    home.configure(PEOPLE)
    home.turn(FRIDAY)
    who = f"{TOLD}：{FIRST}、{SECOND} 的批准码"
    assert any(who in text for text in sheet_of(home, "FK-20260703-01")["付款申请单"])
    for to in ("finance@example.com", ONE, TWO):
        assert any(who in said(one) for one in letters(home, to)), to
    assert who in waiting(home)
    [(health, says)] = answers(home, "approvals")
    assert health == "bad" and who in says


SMTP = '[mail]\ntransport = "smtp"\nhost = "mail.example.com"\n'
SETTINGS: dict[str, tuple[str, tuple[str, ...]]] = {
    "letters are sent": (SMTP, ()),
    "each has a folder": (folders(one="甲", two="乙"), ()),
    "one has none": (folders(one="甲"), (SECOND,)),
    "both have one": (folders(one="甲", two="乙/../甲"), (FIRST, SECOND)),
    "it is everybody's": (folders(one="发件箱/邮件", two="乙"), (FIRST,)),
}


@pytest.mark.parametrize(("toml", "exposed"), SETTINGS.values(), ids=SETTINGS)
def test_whose_code_others_can_read(home: Home, toml: str, exposed: tuple[str, ...]) -> None:
    home.configure(toml + PEOPLE)
    assert home.settings.rules.people.exposed == exposed


def test_a_folder_for_an_address_that_nobody_has_stops_the_start(home: Home) -> None:
    with pytest.raises(ConfigurationError, match=r"mail.folders.three@example.com.*没有人用这个邮箱"):
        home.configure(PEOPLE + folders(three="丙"))
