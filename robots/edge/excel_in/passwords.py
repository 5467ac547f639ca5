"""Workbooks with a password: opened in memory with the passwords that somebody gave for them."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

import msoffcrypto
import olefile
from msoffcrypto.exceptions import InvalidKeyError

from robots.edge.excel_in.source import Format, Look, NotReadable, Source, opened

_EXCELS_OWN = "VelvetSweatshop"  # Excel's own for a workbook that is only protected against changes; never asked for
_SPINS = re.compile(rb'spinCount="(\d+)"')
_MOST_SPINS = 500_000  # Office writes 100,000


def unlocked(source: Source, look: Look, passwords: Sequence[str]) -> io.BytesIO:
    """The file without its password. Raises NotReadable: FILE_PASSWORD where none is given, FILE_PASSWORD_WRONG where
    none of those given fits, FILE_DAMAGED.
    """
    if look.format is Format.ODS:  # only LibreOffice opens these
        raise NotReadable("FILE_PASSWORD")
    _refuse_endless(source)
    for password in (_EXCELS_OWN, *passwords):
        try:
            return _decrypted(source, password)
        except InvalidKeyError:
            continue
        except MemoryError:
            raise
        except Exception as error:  # what is not as msoffcrypto expects it breaks in many ways
            raise NotReadable("FILE_DAMAGED" if passwords else "FILE_PASSWORD") from error
    raise NotReadable("FILE_PASSWORD_WRONG" if passwords else "FILE_PASSWORD")


def _refuse_endless(source: Source) -> None:
    """The file says how often a password is hashed: that may be for ever."""
    try:
        with opened(source) as stream, olefile.OleFileIO(stream) as ole:
            info = ole.openstream("EncryptionInfo").read() if ole.exists("EncryptionInfo") else b""
    except Exception as error:  # olefile raises a dozen kinds over broken sectors
        raise NotReadable("FILE_DAMAGED") from error
    if any(len(spins) > 7 or int(spins) > _MOST_SPINS for spins in _SPINS.findall(info)):
        raise NotReadable("FILE_DAMAGED")


def _decrypted(source: Source, password: str) -> io.BytesIO:
    memory = io.BytesIO()
    with opened(source) as stream:
        file = msoffcrypto.OfficeFile(stream)
        file.load_key(password=password)
        file.decrypt(memory)
    return memory
