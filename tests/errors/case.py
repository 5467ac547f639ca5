"""What an example of a finding is: the files that provoke it, in the order they are dropped, and how they are read."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from robots.crew import registry
from robots.edge import desk, settings
from robots.edge.excel_in import Look, NotReadable, look_through
from robots.edge.folder import Claimed
from robots.edge.reading_room import Limits, ReadingRoom, read_file
from robots.edge.store.database import Dropped, Store, Turn
from robots.kinds.words import Dialect, Lexicon
from robots.model.findings import Finding
from robots.reading.reader import Reading
from tests.stores import a_store

NOW = datetime(2026, 7, 6, 18)
HOME = settings.load(Path("no home: only what is shipped"), registry.names())
File = tuple[str, bytes]


class _Here:
    """The reading room, in this process."""

    def __init__(self, lexicon: Lexicon, passwords: Sequence[str]) -> None:
        self.lexicon, self._passwords = lexicon, passwords

    def read(self, path: Path, name: str, look: Look, _: Sequence[str] = ()) -> Reading:
        return read_file(path, name, look, self.lexicon, self._passwords)


@dataclass(frozen=True)
class Case:
    """`sender` is what the config says of the file's sender; `before` is what happens in the ledger after the first file; `limits` are
    those of a real reading room; `unpacked` is how much a package may hold; `how` says what no file can show."""

    code: str
    files: tuple[File, ...]
    sender: Mapping[str, Any] = field(default_factory=dict)
    passwords: tuple[str, ...] = ()
    before: Callable[[Turn], None] | None = None
    limits: Limits | None = None
    unpacked: int = 200 << 20
    how: str = ""
    provoke: Callable[[], Finding] | None = None


def finding_of(case: Case) -> Finding:
    """The finding that the last file of a case provokes. Raises LookupError where it does not."""
    if case.provoke:
        return case.provoke()
    with tempfile.TemporaryDirectory() as folder, a_store() as store:
        found = [_drop(store, case, file, Path(folder), NOW.replace(hour=8 + n)) for n, file in enumerate(case.files)]
    matching = [one for one in found[-1] if one.code == case.code]
    if not matching:
        raise LookupError(f"{case.code}: {[one.code for one in found[-1]]}")
    return matching[0]


def _drop(store: Store, case: Case, file: File, folder: Path, now: datetime) -> list[Finding]:
    """One file through the reception desk and into the ledger, as a turn does it: everything found on the way."""
    name, content = file
    path = folder / f"{now.hour}{Path(name).suffix}"
    path.write_bytes(content)
    claimed = Claimed(name, path, hashlib.sha256(content).hexdigest(), len(content), None)
    with store.transaction() as tx:
        if tx.is_known(name, claimed.sha256, ""):
            return list(desk.nothing_new(claimed).reading.findings)
        received = desk.completed(_received(case, claimed), tx)
        found = list(received.reading.findings)
        drop = tx.drop(1, now, Dropped(name, claimed.sha256, len(content), "示例归档员"), received.state, "")
        if received.state == "taken":
            found += tx.post(name, drop, received.reading, received.reading.broken)[1]
        if case.before and file is case.files[0]:
            case.before(tx)
        found += tx.doubtful_names(received.reading)
        tx.relate(now.date(), "")
        return found


def _received(case: Case, claimed: Claimed) -> desk.Received:
    try:
        looked: Look | str = look_through(claimed.path, case.unpacked)
    except NotReadable as refused:
        looked = str(refused.args[0])
    dialects = (Dialect("sender", ("*",), **{"columns": {}, **case.sender}),) if case.sender else ()
    lexicon = replace(HOME.lexicon, dialects=dialects)
    if case.limits:
        with ReadingRoom(lexicon, case.limits) as room:
            return desk.receive(claimed, looked, room)
    return desk.receive(claimed, looked, _Here(lexicon, case.passwords))  # type: ignore[arg-type]


def refusal(case: Callable[[ReadingRoom], object]) -> Finding:
    """What the desk says of a file over which the reading room ended as `case` makes it end."""
    claimed = Claimed("订单.xlsx", Path(os.devnull), "", 0, None)

    class Ended:
        lexicon = HOME.lexicon

        def read(self, *_: object) -> Reading:
            with ReadingRoom(self.lexicon, Limits(10, 512)) as room:
                case(room)
            raise AssertionError("it did not end")

    received = desk.receive(claimed, Look(desk.Format.OOXML), Ended())  # type: ignore[arg-type]
    return received.reading.findings[0]
