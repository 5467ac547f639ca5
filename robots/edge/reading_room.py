"""A child process that reads dropped files, with limits on time and memory: a dead child is a finding, not a crash.

The child is spawned, so that it works the same on Windows, macOS and Linux. One child reads many files; when one
kills it, the next file gets a new one.
"""

from __future__ import annotations

import gc
import multiprocessing
import pickle
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.abc import MetaPathFinder
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from robots.edge import excel_in
from robots.edge.excel_in import Look, NotReadable
from robots.edge.markup import CannotMark, Mark, mark_up
from robots.kinds import known
from robots.kinds.words import Lexicon
from robots.reading.claims import Words, dialect_for
from robots.reading.grid import Grid
from robots.reading.reader import Reading, read_workbook

_TICK = 0.05
_RESERVED_MB = 1024  # what Arrow's allocator asks of the system beyond what it uses (measured: 900)


@dataclass(frozen=True)
class Limits:
    """How long and how much memory one file may take."""

    seconds: float = 20.0
    memory_mb: int = 1024


class ReadingRoom:
    """Read files in a child process. Use as a context manager; the child starts with the first file."""

    def __init__(self, lexicon: Lexicon, limits: Limits = Limits()) -> None:
        self.lexicon, self._limits = lexicon, limits
        self._child: BaseProcess | None = None
        self._line: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._close()

    def read(self, path: Path, name: str, look: Look, passwords: Sequence[str] = ()) -> Reading:
        """Read the file at `path`, known to people as `name`; `passwords` are tried where it is locked.

        Raises NotReadable with a finding code.
        """
        reading: Reading = self._ask(_read_by, pickle.dumps(self.lexicon), path, name, look, tuple(passwords))
        return reading

    def mark(
        self, source: Path, target: Path, marks: Sequence[Mark], author: str, properties: Mapping[str, str]
    ) -> None:
        """Write a marked copy of a workbook. Raises CannotMark, or NotReadable where the child died over it."""
        self._ask(_mark, source, target, list(marks), author, dict(properties))

    def _ask(self, what: Callable[..., Any], *arguments: Any) -> Any:
        """Have the child do something, within the limits, and give or raise what comes of it."""
        child, line = self._open()
        try:
            line.send((what, arguments))
            self._wait(child, line)
            answer = _receive(line)
        except (EOFError, OSError) as error:
            self._close()
            raise NotReadable("FILE_KILLED_READER") from error
        if isinstance(answer, NotReadable | CannotMark):
            raise answer
        return answer

    def _wait(self, child: BaseProcess, line: Connection) -> None:
        """Until the child answers or dies; past a limit it is ended."""
        until = time.monotonic() + self._limits.seconds
        while not line.poll(_TICK):
            if not child.is_alive():
                return
            if time.monotonic() > until:
                self._close()
                raise NotReadable("FILE_TOO_SLOW")
            if _memory_mb(child.pid) > self._limits.memory_mb:
                self._close()
                raise NotReadable("FILE_TOO_LARGE")

    def _open(self) -> tuple[BaseProcess, Connection]:
        if self._line is None or self._child is None or not self._child.is_alive():
            self._close()
            context = multiprocessing.get_context("spawn")
            self._line, theirs = context.Pipe()
            self._child = context.Process(target=_serve, args=(theirs, self._limits.memory_mb), daemon=True)
            try:
                self._child.start()
            except BaseException:
                self._child = None  # never started: there is nothing to end
                self._close()
                raise
            finally:
                theirs.close()
        return self._child, self._line

    def _close(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.join(5)
        if self._line is not None:
            self._line.close()
        self._child = self._line = None


def _memory_mb(pid: int | None) -> float:
    try:
        return float(psutil.Process(pid).memory_info().rss) / 2**20
    except psutil.Error:
        return 0.0


def _serve(line: Connection, memory_mb: int) -> None:
    """The child: read until the line is closed. Cells come by the million and make no cycles: no collector."""
    gc.disable()
    sys.meta_path.insert(0, _WithoutPandas())
    _fence(memory_mb)
    _keep_memory()
    while True:
        try:
            what, arguments = line.recv()
        except (EOFError, OSError):
            return
        answer, leftovers = _answer(what, arguments)
        _send(line, answer)
        del answer, leftovers  # giving back cells by the million takes time: by now nobody waits for it


class _WithoutPandas(MetaPathFinder):
    """Arrow loads pandas, where there is one, to know its types: a third of a second for what nobody uses here."""

    def find_spec(self, fullname: str, *_: object) -> None:
        """Refuse pandas; leave everything else to others."""
        if fullname == "pandas":
            raise ImportError(fullname)


def _send(line: Connection, answer: Any) -> None:
    """Send an object, its large buffers (the columns of tables) as they lie in memory."""
    buffers: list[pickle.PickleBuffer] = []
    line.send((pickle.dumps(answer, 5, buffer_callback=buffers.append), len(buffers)))
    for buffer in buffers:
        line.send_bytes(buffer.raw())


def _receive(line: Connection) -> Any:
    content, count = line.recv()
    return pickle.loads(content, buffers=[line.recv_bytes() for _ in range(count)])  # noqa: S301  # our own child's


def _keep_memory() -> None:
    """Let freed memory be used again rather than given back and asked for anew: columns come and go by the megabyte,
    and first touches of memory took a fifth of the time of turning cells into columns. For glibc only."""
    if sys.platform != "linux":
        return
    import ctypes  # noqa: PLC0415  # not needed elsewhere

    import pyarrow as pa  # noqa: PLC0415  # the child alone

    with suppress(AttributeError, OSError):  # another C library
        tune = ctypes.CDLL(None).mallopt
        if tune(_MMAP_THRESHOLD, 1 << 30) and tune(_TRIM_THRESHOLD, (1 << 31) - 1):
            pa.set_memory_pool(pa.system_memory_pool())


_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # the names of mallopt's parameters in malloc.h


def _fence(memory_mb: int) -> None:
    """A second limit for what is asked for all at once, between two looks of the parent; Windows has none."""
    if sys.platform == "linux":
        import resource  # noqa: PLC0415  # not everywhere

        most = (2 * memory_mb + _RESERVED_MB) << 20
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


Answer = tuple[Any, object]  # what the parent asked for, and what is only to be given back afterwards


def _answer(what: Callable[..., Answer], arguments: tuple[Any, ...]) -> Answer:
    try:
        return what(*arguments)
    except (NotReadable, CannotMark) as problem:
        return problem, None
    except MemoryError:
        return NotReadable("FILE_TOO_LARGE"), None
    except BaseException:  # noqa: BLE001  # a bug of ours, or a library that panics past Exception: a finding, with its trace to log
        return NotReadable("FILE_FAILED", traceback.format_exc()), None


def _mark(source: Path, target: Path, marks: Sequence[Mark], author: str, properties: Mapping[str, str]) -> Answer:
    mark_up(source, target, marks, author, properties)
    return None, None


def _read_by(lexicon: bytes, path: Path, name: str, look: Look, passwords: Sequence[str]) -> Answer:
    return _read(path, name, look, _unpacked(lexicon), passwords)


@lru_cache(maxsize=1)  # what a vocabulary has looked up once, it knows for the files that follow
def _unpacked(lexicon: bytes) -> Lexicon:
    words: Lexicon = pickle.loads(lexicon)  # noqa: S301  # our own parent's
    return words


def _read(path: Path, name: str, look: Look, lexicon: Lexicon, passwords: Sequence[str]) -> Answer:
    cells = excel_in.grids(path, look, Path(name).stem, passwords)
    return read_workbook(cells, _words(name, lexicon, cells)), cells


def read_file(path: Path, name: str, look: Look, lexicon: Lexicon, passwords: Sequence[str] = ()) -> Reading:
    """Read one file in this process: grids, then tables and findings. Raises NotReadable."""
    reading: Reading = _read(path, name, look, lexicon, passwords)[0]
    return reading


def _words(name: str, lexicon: Lexicon, cells: Sequence[Grid]) -> Words:
    return Words(lexicon, known(), dialect_for(Path(name).name, lexicon.dialects, cells), Path(name).name)
