"""The inbox: which files are taken, when they have settled, and that nothing is ever lost on the way."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robots.edge import folder
from robots.edge.folder import Claimed, FolderUnreachable
from robots.intake import Seen, is_conflict_copy, is_left_alone, look_again, settled

WORKBOOKS = [
    "外协订单.xlsx", "2026年6月/收货 验收.xls", "订单(1).xlsx", "~订单.xlsx", "Orders_2026-07.CSV", "12345678.xlsx",
    "冲突矿产声明.xlsx", "conflicts.xlsx", "数据.et", "no ending", "副本.xlsx", "A1B2C3D4.csv",
]  # fmt: skip
LEFT_ALONE = {
    "Excel's lock": "~$外协订单.xlsx",
    "Excel's file while it saves": "1A2B3C4D",
    "Excel's file while it saves, with an ending": "1A2B3C4D.tmp",
    "Word's and WPS's temporary file": "~WRL0001.tmp",
    "any temporary file": "订单.tmp",
    "any temporary file of old Windows": "~DF3A21.TMP",
    "LibreOffice's lock": ".~lock.订单.xlsx#",
    "a download of Chrome": "订单.xlsx.crdownload",
    "a download of Firefox": "订单.xlsx.part",
    "a download of Safari": "订单.xlsx.download",
    "a copy of Syncthing under way": ".syncthing.订单.xlsx.tmp",
    "the Finder's notes": ".DS_Store",
    "the second half of a file of a Mac": "._订单.xlsx",
    "thumbnails": "Thumbs.db",
    "the Explorer's notes": "desktop.ini",
    "a Synology's index": "6月/@eaDir/订单.xlsx",
    "Syncthing's old versions": ".stversions/订单.xlsx",
    "a Synology's bin": "#recycle/订单.xlsx",
    "Windows's bin": "$RECYCLE.BIN/订单.xlsx",
    "our own claims": ".robots-taking/1__订单.xlsx",
}
CONFLICTS = {
    "a Chinese cloud drive": "外协订单-冲突.xlsx",
    "another Chinese cloud drive": "外协订单(冲突副本 2026-07-03).xlsx",
    "Nextcloud": "订单 (conflicted copy 2026-07-03 101112).xlsx",
    "Dropbox": "订单 (Anna's conflicted copy 2026-07-03).xlsx",
    "Syncthing": "订单.sync-conflict-20260703-101112-ABCDEFG.xlsx",
    "Seafile": "订单-conflict.xlsx",
    "坚果云": "订单-NSConflict-张三.xlsx",
    "Windows in Chinese": "外协订单 - 副本.xlsx",
    "Windows in Chinese, without spaces": "外协订单-副本.xlsx",
    "in a subfolder": "2026年6月/订单-冲突.xlsx",
}


@pytest.mark.parametrize("name", WORKBOOKS)
def test_a_workbook_is_neither_left_alone_nor_a_conflict(name: str) -> None:
    assert not is_left_alone(name)
    assert not is_conflict_copy(name)


@pytest.mark.parametrize("name", [pytest.param(name, id=what) for what, name in LEFT_ALONE.items()])
def test_what_programs_leave_behind_is_left_alone(name: str) -> None:
    assert is_left_alone(name)


@pytest.mark.parametrize("name", [pytest.param(name, id=what) for what, name in CONFLICTS.items()])
def test_a_conflict_copy_is_known_and_not_passed_over_in_silence(name: str) -> None:
    assert is_conflict_copy(name)
    assert not is_left_alone(name)


# ------------------------------------------------------------------ settling


def names(files: list[Seen]) -> list[str]:
    return [file.name for file in files]


def test_a_file_settles_when_its_size_and_time_have_kept_still() -> None:
    seen = look_again({}, [Seen("订单.xlsx", 10, 1)], now=100)
    assert settled(seen, 100, quiet_seconds=5) == []
    seen = look_again(seen, [Seen("订单.xlsx", 10, 1)], now=105)
    assert names(settled(seen, 105, quiet_seconds=5)) == ["订单.xlsx"]


GROWN = {"it grows": Seen("订单.xlsx", 11, 1), "it is written again": Seen("订单.xlsx", 10, 2)}


@pytest.mark.parametrize("grown", [pytest.param(seen, id=what) for what, seen in GROWN.items()])
def test_the_clock_starts_anew_when(grown: Seen) -> None:
    seen = look_again(look_again({}, [Seen("订单.xlsx", 10, 1)], now=100), [grown], now=104)
    assert settled(seen, 106, quiet_seconds=5) == []
    assert names(settled(seen, 109, quiet_seconds=5)) == ["订单.xlsx"]


def test_without_a_quiet_time_a_file_settles_at_once_even_an_empty_one() -> None:
    assert names(settled(look_again({}, [Seen("订单.xlsx", 0, 1)], now=100), 100, quiet_seconds=0)) == ["订单.xlsx"]


def test_a_file_that_is_gone_is_forgotten() -> None:
    seen = look_again({}, [Seen("订单.xlsx", 10, 1)], now=100)
    assert look_again(seen, [], now=101) == {}


def test_the_oldest_comes_first_so_that_the_later_drop_wins() -> None:
    files = [Seen("b.xlsx", 1, 30), Seen("c.xlsx", 1, 10), Seen("a.xlsx", 1, 30)]
    assert names(settled(look_again({}, files, now=0), 0, 0)) == ["c.xlsx", "a.xlsx", "b.xlsx"]


LOOKS = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 2)), min_size=1, max_size=8)


@given(LOOKS)
def test_settled_means_seen_unchanged_for_that_long(sizes: list[tuple[int, int]]) -> None:
    seen: dict[str, Seen] = {}
    for now, (size, mtime) in enumerate(sizes):
        seen = look_again(seen, [Seen("x", size, mtime)], float(now))
    same = next((n for n, look in enumerate(reversed(sizes)) if look != sizes[-1]), len(sizes))
    assert bool(settled(seen, len(sizes) - 1.0, 2)) == (same >= 3)


# ------------------------------------------------------------------ the folder


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    place = tmp_path / "外协" / "收件箱"
    place.mkdir(parents=True)
    return place


def put(inbox: Path, name: str, content: bytes = b"one") -> Path:
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def claim(inbox: Path, name: str, keep: bool = False) -> Claimed:
    return folder.claim(inbox, name, inbox.parent / "scratch", keep)


def listed(inbox: Path) -> list[str]:
    return sorted(names(folder.listing(inbox)))


def test_the_listing_goes_into_subfolders_and_passes_over_what_is_not_ours(inbox: Path) -> None:
    for name in ("外协订单.xlsx", "2026年/6月/收货.xls", "~$外协订单.xlsx", "@eaDir/x.xlsx", ".git/x.xlsx"):
        put(inbox, name)
    assert listed(inbox) == ["2026年/6月/收货.xls", "外协订单.xlsx"]


def test_a_link_is_not_followed(inbox: Path, tmp_path: Path) -> None:
    (inbox / "link.xlsx").symlink_to(put(tmp_path, "secret.xlsx"))
    assert listed(inbox) == []


def test_a_folder_that_is_not_there_is_an_outage_not_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(FolderUnreachable):
        folder.listing(tmp_path / "nowhere")


def test_a_name_that_a_mac_decomposed_is_listed_composed_and_found_again(inbox: Path) -> None:
    put(inbox, "Bu\u0308ro/U\u0308bersicht.xlsx")
    assert listed(inbox) == ["Büro/Übersicht.xlsx"]
    assert folder.find(inbox, "Büro/Übersicht.xlsx").read_bytes() == b"one"


@pytest.mark.parametrize("name", ["外协订单.xlsx", "2026年6月/收货 验收.xlsx", "no ending", "a.b.c.XLSX"])
def test_a_claimed_file_is_out_of_the_inbox_copied_and_hashed(inbox: Path, name: str) -> None:
    put(inbox, name, b"content")
    mine = claim(inbox, name)
    assert listed(inbox) == []
    assert (mine.name, mine.size, mine.sha256) == (name, 7, hashlib.sha256(b"content").hexdigest())
    assert mine.path.read_bytes() == b"content" and mine.path.suffix == Path(name).suffix


def test_a_file_that_is_kept_stays_where_it_is(inbox: Path) -> None:
    path = put(inbox, "订单.xlsx")
    mine = claim(inbox, "订单.xlsx", keep=True)
    folder.let_go(inbox, [mine])
    assert path.read_bytes() == b"one" and not mine.path.exists()


@pytest.mark.parametrize("name", ["外协订单.xlsx", "2026年6月/收货 验收.xlsx"])
def test_a_file_that_an_interrupted_turn_had_claimed_comes_back_under_its_name(inbox: Path, name: str) -> None:
    put(inbox, name, b"content")
    claim(inbox, name)
    assert folder.put_back(inbox, inbox.parent / "archive") == [name]
    assert listed(inbox) == [name] and (inbox / name).read_bytes() == b"content"
    assert folder.put_back(inbox, inbox.parent / "archive") == []


def test_a_newer_file_under_that_name_wins_and_the_older_one_is_in_the_archive(inbox: Path) -> None:
    archive = inbox.parent / "archive"
    put(inbox, "订单.xlsx", b"old")
    claim(inbox, "订单.xlsx")
    put(inbox, "订单.xlsx", b"new")
    assert folder.put_back(inbox, archive) == []
    assert (inbox / "订单.xlsx").read_bytes() == b"new" and listed(inbox) == ["订单.xlsx"]
    assert folder.archived(archive, hashlib.sha256(b"old").hexdigest(), ".xlsx").read_bytes() == b"old"


def test_after_letting_go_nothing_is_left_and_nothing_comes_back(inbox: Path) -> None:
    put(inbox, "订单.xlsx")
    folder.let_go(inbox, [claim(inbox, "订单.xlsx")])
    assert folder.put_back(inbox, inbox.parent / "archive") == []
    assert list(inbox.iterdir()) == [] and list((inbox.parent / "scratch").iterdir()) == []


def test_a_newcomer_in_the_middle_of_a_turn_is_not_let_go_with_the_others(inbox: Path) -> None:
    put(inbox, "订单.xlsx", b"old")
    mine = claim(inbox, "订单.xlsx")
    put(inbox, "订单.xlsx", b"new")
    folder.let_go(inbox, [mine])
    assert (inbox / "订单.xlsx").read_bytes() == b"new"


def test_two_files_of_one_name_in_two_folders_are_two(inbox: Path) -> None:
    for place in ("5月", "6月"):
        os.utime(put(inbox, f"{place}/收货.xlsx", place.encode()), (1, 1))
    both = [claim(inbox, f"{place}/收货.xlsx").sha256 for place in ("5月", "6月")]
    assert both == [hashlib.sha256(place.encode()).hexdigest() for place in ("5月", "6月")]


# ------------------------------------------------------------------ the archive


@given(st.binary(max_size=50), st.sampled_from([".xlsx", ".XLSX", ""]))
def test_the_archive_gives_back_every_byte_and_never_writes_twice(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str
) -> None:
    root = tmp_path_factory.getbasetemp() / "archive"
    digest = hashlib.sha256(content).hexdigest()
    path = folder.archive(root, content, digest, suffix)
    assert path == folder.archived(root, digest, suffix) and path.read_bytes() == content
    before = path.stat().st_mtime_ns
    assert folder.archive(root, b"something else", digest, suffix) == path
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (content, before)


def test_an_archived_file_cannot_be_written_to_by_mistake(tmp_path: Path) -> None:
    path = folder.archive(tmp_path, put(tmp_path, "订单.xlsx"), "ab" * 32, ".xlsx")
    assert path.stat().st_mode & 0o222 == 0


# ------------------------------------------------------------------ publishing

UNSAFE = {
    "a slash": ("回执 a/b", "回执 a_b"),
    "all that Windows refuses": ('a<b>c:d"e\\f|g?h*i', "a_b_c_d_e_f_g_h_i"),
    "a line break": ("a\nb", "a_b"),
    "a dot and a space at the end": ("预警清单. ", "预警清单"),
    "two dots": ("..", "_"),
    "nothing": ("", "_"),
    "a printer": ("prn", "_prn"),
    "a port with an ending": ("COM1.xlsx", "_COM1.xlsx"),
    "a decomposed name": ("U\u0308bersicht", "Übersicht"),
}


@pytest.mark.parametrize(("name", "safe"), [pytest.param(*case, id=what) for what, case in UNSAFE.items()])
def test_a_name_is_made_safe_for_windows_too(name: str, safe: str) -> None:
    assert folder.safe_name(name) == safe


@pytest.mark.parametrize("name", ["回执 2026-07-03 外协订单", "console", "付款申请单 2026-07-03 (2)", "comic"])
def test_a_safe_name_stays_as_it_is(name: str) -> None:
    assert folder.safe_name(name) == name


@given(st.text(max_size=300))
def test_any_name_becomes_one_that_can_be_written(name: str) -> None:
    safe = folder.safe_name(name)
    assert 0 < len(safe) <= 100 and folder.safe_name(safe) == safe
    assert not set(safe) & set('<>:"/\\|?*\0\n') and safe == safe.strip(" .")


def test_publishing_over_an_existing_file_replaces_it_and_leaves_no_traces(tmp_path: Path) -> None:
    first = folder.publish(tmp_path / "发件箱", "预警清单", ".xlsx", b"one")
    assert folder.publish(tmp_path / "发件箱", "预警清单", ".xlsx", b"two") == first
    assert [(p.name, p.read_bytes()) for p in first.parent.iterdir()] == [("预警清单.xlsx", b"two")]


def test_a_file_while_it_is_published_is_no_drop() -> None:
    assert is_left_alone("~预警清单.xlsx.tmp")
