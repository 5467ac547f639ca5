"""What compare() calls new, updated, moved and gone is exactly what turns the old rows into the new ones."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from robots.reading.changes import compare

KEYS = st.integers(-(2**63), 2**63 - 1) | st.integers(0, 9)
CONTENT = st.tuples(st.integers(0, 3))
PLACES = st.tuples(st.sampled_from(("6月", "7月")), st.integers(2, 9))
VERSIONS = st.dictionaries(KEYS, st.tuples(CONTENT, PLACES), max_size=12)
Version = dict[int, tuple[tuple[int], tuple[str, int]]]


def compared(old: Version, new: Version):
    stored = [(key, place, content) for key, (content, place) in old.items()]
    return compare(stored, list(new), [place for _, place in new.values()], [content for content, _ in new.values()])


@given(VERSIONS, VERSIONS)
def test_applying_the_changes_to_the_old_version_gives_the_new_one(old: Version, new: Version) -> None:
    changes, keys = compared(old, new), list(new)
    became = {key: row for key, row in old.items() if key not in changes.gone}
    for index in (*changes.new, *changes.updated):
        became[keys[index]] = new[keys[index]]
    for index in changes.moved:
        became[keys[index]] = (became[keys[index]][0], new[keys[index]][1])
    assert became == new


@given(VERSIONS, VERSIONS)
def test_every_row_is_counted_once(old: Version, new: Version) -> None:
    changes = compared(old, new)
    assert len(changes.new) + len(changes.updated) + changes.unchanged == len(new)
    assert len(changes.updated) + changes.unchanged + len(changes.gone) == len(old)
    assert not {*changes.new} & {*changes.updated} and not {*changes.moved} & {*changes.new, *changes.updated}


@given(VERSIONS)
def test_the_same_version_again_is_no_change(version: Version) -> None:
    changes = compared(version, version)
    assert (changes.new, changes.updated, changes.moved, changes.gone) == ((), (), (), ())


@given(VERSIONS)
def test_the_first_version_is_all_new_and_an_empty_one_leaves_nothing(version: Version) -> None:
    assert compared({}, version).new == tuple(range(len(version)))
    assert set(compared(version, {}).gone) == set(version)
