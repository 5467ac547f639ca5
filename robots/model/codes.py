"""One-time approval codes: made of a secret and what is approved, short enough to be typed (RULES 7, four eyes).

A *digest* says what is approved and is no secret. The code is made of the digest and the secret; it travels in one
letter, and comes back in one cell. What is kept of a typed code is a *tag* of it, which tells nobody the code.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable

_SIGNS = "23456789ABCDFGHJKLMNPQRSTUVWXYZ"  # without 0 O, 1 I, and without E, which makes 23E45 a number in Excel
_LENGTH, _GROUP = 10, 5  # 31 ** 10 are 49 bits, of which three may be tried
_TYPED = re.compile(r"[^0-9A-Z]+")


def digest_of(*parts: str) -> str:
    """What is approved, as one text: parts that differ anywhere make another digest."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def content_of(lines: Iterable[Iterable[str]]) -> str:
    """The content of lines, whatever order they come in."""
    return digest_of(*sorted("\x1e".join(line) for line in lines))


def code_of(secret: bytes, digest: str) -> str:
    """The code that approves what a digest says.

    >>> code_of(b"a secret of tests", digest_of("FK-1", "100.00"))
    'C6BBV-JV2NA'
    """
    number = int.from_bytes(hmac.digest(secret, f"code\x1f{digest}".encode(), "sha256"), "big")
    signs = ""
    for _ in range(_LENGTH):
        number, rest = divmod(number, len(_SIGNS))
        signs += _SIGNS[rest]
    return "-".join(signs[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))


def tag_of(secret: bytes, typed: str) -> str:
    """What is kept of a code as it was typed: spaces, dashes, case and width do not matter.

    >>> tag_of(b"s", "ab3d5-fgh79 ") == tag_of(b"s", "ＡＢ3Ｄ5ＦＧＨ79")
    True
    """
    plain = _TYPED.sub("", unicodedata.normalize("NFKC", typed).upper())
    return hmac.digest(secret, f"tag\x1f{plain}".encode(), "sha256").hex()[:32] if plain else ""
