"""The commands as a scheduler calls them: what they print, and their exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from robots.cli import hoist, main
from robots.edge.settings import LANGUAGES, SHIPPED, shipped_words

RUN = SHIPPED / "run.py"


def run(*arguments: object, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    """`run.py …` as its process would answer, without the second that starting one takes."""
    words = [str(word) for word in (*arguments, *(["--home", home] if home else []))]
    out, err = (TextIOWrapper(BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main(words)
    told = [stream.buffer.getvalue().decode("utf-8") for stream in (out, err)]  # type: ignore[attr-defined]
    return subprocess.CompletedProcess(words, int(ended.value.code or 0), *told)


def scheduled(*arguments: object, home: Path) -> subprocess.CompletedProcess[str]:
    """`python run.py …` in a process of its own, away from the checkout, as a scheduler calls it."""
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, str(RUN), *map(str, arguments), "--home", str(home)],
        capture_output=True, text=True, encoding="utf-8", check=False, env=environment, timeout=120,
    )  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home made by `init`, with a delivery workbook and an invoice register dropped and one turn made."""
    place = tmp_path_factory.mktemp("命令") / "外协 团队"
    assert run("init", place).returncode == 0
    (place / "config" / "robots.toml").write_text("[intake]\nquiet_seconds = 0.0\n", "utf-8")
    for name in ("收货验收_2026.xlsx", "满意度评价.xlsx"):
        content = (SHIPPED / "sample_workbooks" / "day1" / name).read_bytes()
        (place / "收件箱" / name).write_bytes(content)
    first = scheduled("--today", "2026-07-03", home=place)
    assert first.returncode == 1, first.stdout + first.stderr
    assert "5 处错误" in first.stdout.splitlines()[-1]
    return place


def test_a_second_turn_says_nothing_and_ends_with_0(home: Path) -> None:
    again = scheduled("--today", "2026-07-03", home=home)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_is_delivered_has_a_name_on_the_screen(language: str) -> None:
    known = shipped_words(language).entries
    assert [sort for sort in ("workbook", "copy", "bank", "letter") if f"cli.{sort}" not in known] == []


@pytest.mark.parametrize("command", ["demo", "init"])
def test_a_language_that_nobody_wrote_is_said_and_nothing_is_made(command: str, tmp_path: Path) -> None:
    words = (command, "--language", "fr", *([tmp_path / "家"] if command == "init" else []))
    answer = run(*words, home=tmp_path / "家")
    assert (answer.returncode, answer.stderr) == (2, "--language: fr: zh, en\n")
    assert not (tmp_path / "家").exists()


def test_global_options_may_stand_anywhere() -> None:
    front = ["--home=x", "--today", "2026-01-01"]
    assert hoist(["export", "kpis", *front]) == [*front, "export", "kpis"]


CONTRACT = {
    "kpis": "vendor,period,kpi,good,total,value",
    "scores": "vendor,period,score,grade,n,missing_weight,capped_by",
    "payables": "payment_key,vendor,order_id,line,invoice_no,gross,price_variance,rejected,penalty,bonus,"
    "advance_offset,retention,held,hold_reason,net,due_on,state",
    "alerts": "code,severity,subject,seen,limit,first_seen,last_seen,state,owner",
    "findings": "drop,sheet,cell,code,level,says,fix",
    "receipts": "drop,sheet,kind,rows_new,rows_updated,rows_unchanged,rows_set_aside",
    "drops": "name,sha256,state,why",
}


@pytest.mark.parametrize("table", CONTRACT)
def test_an_export_has_exactly_the_columns_of_the_contract(home: Path, table: str) -> None:
    done = run("export", table, "--format", "csv", home=home)
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == CONTRACT[table]


def test_json_and_csv_hold_the_same_rows(home: Path) -> None:
    lines = run("export", "receipts", home=home).stdout.splitlines()
    rows = json.loads(run("export", "receipts", "--json", home=home).stdout)
    assert [",".join(str(value) for value in row.values()) for row in rows] == lines[1:]


def test_any_kind_can_be_exported_with_its_provenance(home: Path) -> None:
    header = run("export", "deliveries", home=home).stdout.splitlines()[0]
    assert header.startswith("file,sheet,row,order_id,line")


def test_status_names_every_robot_and_its_next_hour(home: Path) -> None:
    done = run("status", "--json", "--today", "2026-07-03", home=home)
    crew = {one["robot"]: one["next"] for one in json.loads(done.stdout)["crew"]}
    assert crew["reporter"] == "2026-07-06 08:30"
    assert crew["receptionist"] is None


def test_a_score_is_explained_for_machines(home: Path) -> None:
    vendor, period, score = run("export", "scores", home=home).stdout.splitlines()[1].split(",")[:3]
    done = run("explain", vendor, period, "--json", home=home)
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert (told["about"], told["vendor"], told["score"]) == ("score", vendor, score)


def test_what_cannot_be_explained_says_what_could_be_meant_and_ends_with_2(home: Path) -> None:
    done = run("explain", "没有这家 2026Q2", home=home)
    assert done.returncode == 2
    assert "没有供应商叫" in done.stderr
    assert ":按时交付率" in done.stderr


def test_a_what_if_writes_a_workbook_and_a_wrong_file_names_all_its_mistakes(home: Path, tmp_path: Path) -> None:
    rules = tmp_path / "宽松.toml"
    rules.write_text("[scorecard.floors]\ncsat = 1.0\n", "utf-8")
    done = run("what-if", rules, "--today", "2026-07-03", home=home)
    assert done.returncode == 0, done.stderr
    assert "scorecard.floors.csat" in done.stdout
    assert (home / "发件箱" / "报表" / "假设分析 宽松 2026-07-03.xlsx").exists()
    rules.write_text("[scorecard]\ncolour = 1\ntolerance_days = []\n", "utf-8")
    wrong = run("what-if", rules, home=home)
    assert wrong.returncode == 2
    assert "没有叫“colour”的项" in wrong.stderr
    assert "tolerance_days" in wrong.stderr


def test_an_empty_home_has_nothing_to_try_other_rules_on(tmp_path: Path) -> None:
    home, rules = tmp_path / "新团队", tmp_path / "新规.toml"
    run("init", home)
    rules.write_text("[scorecard]\ntolerance_days = 2\n", "utf-8")
    tried = run("what-if", rules, home=home)
    assert tried.returncode == 2
    assert "这里还没有数据" in tried.stderr
    assert not list(home.rglob("*.xlsx"))


def test_check_reads_without_a_home_and_posts_nothing(tmp_path: Path) -> None:
    sample = SHIPPED / "sample_workbooks" / "day1" / "发票登记.xlsx"
    done = run("check", sample, home=tmp_path / "none")
    assert done.returncode == 1
    assert "A253" in done.stdout
    assert not (tmp_path / "none").exists()


NOT_STARTED = {
    "a home that is not there": (["status"], "run.py init"),
    "a day that is no day": (["--today", "yesterday"], "YYYY-MM-DD"),
    "a table that is none": (["export", "secrets"], "kpis"),
}


@pytest.mark.parametrize(("arguments", "says"), NOT_STARTED.values(), ids=NOT_STARTED)
def test_what_cannot_start_says_why_and_ends_with_2(tmp_path: Path, arguments: list[str], says: str) -> None:
    done = run(*arguments, home=tmp_path / "none")
    assert done.returncode == 2
    assert says in done.stderr


def test_a_broken_configuration_lists_all_its_problems(home: Path, tmp_path: Path) -> None:
    run("init", tmp_path / "b")
    (tmp_path / "b" / "config" / "robots.toml").write_text('language = "fr"\ncurrency = "元"\n', "utf-8")
    done = run(home=tmp_path / "b")
    assert done.returncode == 2
    assert "language" in done.stderr
    assert "currency" in done.stderr


def test_every_command_is_in_the_readme() -> None:
    helped = run("--help").stdout
    readme = (SHIPPED / "README.md").read_text("utf-8")
    for command in ("watch", "demo", "init", "check", "status", "export", "explain", "what-if", "words", "doctor"):
        assert command in helped
        assert command in readme


def test_a_reversal_that_cannot_be_asked_for_says_why(home: Path) -> None:
    asked = run("reverse", "0f0f", "--reason", "付错账号", "--by", "示例出纳", home=home)
    assert (asked.returncode, asked.stderr.strip()) == (2, "没有付款键 0f0f")


@pytest.mark.skipif(os.name == "nt", reason="file modes are another matter there")
def test_init_makes_the_secret_of_approvals_for_its_owner_alone(home: Path) -> None:
    """Where the machine has no keyring, as in tests."""
    secret = home / "state" / "approval.key"
    assert len(secret.read_text("ascii")) == 64 and secret.stat().st_mode & 0o777 == 0o600
