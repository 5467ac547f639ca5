"""What names a row, its key: the same on every machine, wherever the row stands."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from robots.kinds import Kind
from robots.model.findings import Finding, Level, finding
from robots.model.names import identity

Place = tuple[str, int]


def with_keys(table: pa.Table, kind: Kind) -> tuple[pa.Table, list[tuple[Place, Place]]]:
    """The table with `_key`, less the rows whose key stood before; and those, with the first place."""
    hashed = _hashes(_key_texts(table, kind))
    table = table.append_column("_key", hashed)
    keys = hashed.to_pylist()
    if len(set(keys)) == len(keys):
        return table, []
    places = list(zip(table["_sheet"].to_pylist(), table["_row"].to_pylist(), strict=True))
    first: dict[int, int] = {}
    keep = [first.setdefault(key, index) == index for index, key in enumerate(keys)]
    twice = [(places[i], places[first[keys[i]]]) for i, kept in enumerate(keep) if not kept]
    return table.filter(pa.array(keep, pa.bool_())), twice


def keys_of(table: pa.Table, kind: Kind) -> pa.Array:
    """The key that each row of a table has in a kind, by the kind's own key fields: two kinds are joined by it."""
    return _hashes(_joined([_key_column(table, name) for name in kind.key]))


def _key_texts(table: pa.Table, kind: Kind) -> list[bytes]:
    own = _joined([_key_column(table, name) for name in kind.key])
    if kind.parts and len(set(own)) < len(own):
        return _with_parts(own, _joined([_key_column(table, name) for name in kind.parts]))
    if not kind.else_key or not table[kind.key[0]].null_count:
        return own
    present = table[kind.key[0]].is_valid().to_pylist()
    other = _joined([_key_column(table, name) for name in kind.else_key])
    counts: Counter[bytes] = Counter()
    texts = []
    for has_own, mine, theirs in zip(present, own, other, strict=True):
        counts[theirs] += not has_own
        number = counts[theirs] if kind.sequence else 1
        texts.append(mine if has_own else b"\x1e%b\x1f%d" % (theirs, number))
    return texts


def _with_parts(own: list[bytes], parts: list[bytes]) -> list[bytes]:
    """The first row of a key has it as it is; a later one that is another part of the same thing has one of its own."""
    first: dict[bytes, bytes] = {}
    return [
        key if first.setdefault(key, part) == part else b"%b\x1d%b" % (key, part)
        for key, part in zip(own, parts, strict=True)
    ]


def _key_column(table: pa.Table, name: str) -> pa.ChunkedArray:
    """A key field as it is compared: a vendor's name by its identity."""
    column = table[name]
    if name != "vendor":
        return column
    names = pc.unique(column)
    known = pa.array([identity(text) if text else None for text in names.to_pylist()], pa.string())
    return pc.take(known, pc.index_in(column, names))


def _joined(columns: list[pa.ChunkedArray]) -> list[bytes]:
    texts = [pc.fill_null(pc.cast(column, pa.string()), "\x00") for column in columns]
    whole = pc.binary_join_element_wise(*texts, "\x1f") if len(texts) > 1 else texts[0]
    return list(pc.cast(whole, pa.binary()).to_pylist())


def _hashes(texts: list[bytes]) -> pa.Array:
    """64-bit signed hashes, the same on every machine and day."""
    blake2b = hashlib.blake2b
    digests = b"".join([blake2b(text, digest_size=8).digest() for text in texts])
    return pa.array(np.frombuffer(digests, dtype="<i8"))


def key_twice(names: Sequence[str], row: Place, first: Place) -> Finding:
    """The same key at two places of a workbook: the first one stands."""
    return finding("KEY_TWICE", Level.ERROR, row[0], str(row[1]), first=f"{first[0]}!{first[1]}", key=" + ".join(names))
