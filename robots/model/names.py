"""How names and numbers are compared: full-width folded, spaces and brackets unified, look-alikes levelled."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

ARROW = "›"  # between the words of a header over several rows
_SPACE = re.compile(r"\s+")
_PUNCTUATION = re.compile(r"[\s\W_]+")
_UNIT = re.compile(r"[((\[【](?P<unit>[^()()\[\]【】]*)[))\]】]")
_NUMBERING = re.compile(r"^\W*\d{1,2}\s*[.、)]\s*(?=\D)")  # 3.到货数
_TELLING = re.compile("税|tax", re.IGNORECASE)  # 单价(含税) is another column than 单价
_CUSTOM = re.compile(
    r"\s*(?:custom field|自定义字段)\s*\((?P<name>.+)\)\s*", re.IGNORECASE
)  # as trackers write a field
_LOOKALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})


def fold(text: str) -> str:
    """NFKC, trimmed, inner white space to one space.

    >>> fold(" 示例(上海)  有限公司 ")
    '示例(上海) 有限公司'
    """
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip()


@lru_cache(maxsize=20_000)
def identity(name: str) -> str:
    """A vendor's name as it is compared: folded, no spaces, brackets of one form, case gone; 有限公司 stays.

    >>> identity("示例 (上海)有限公司") == identity("示例(上海)有限公司 ")
    True
    """
    return re.sub(r"[【\[]", "(", re.sub(r"[】\]]", ")", fold(name))).replace(" ", "").casefold()


def invoice_identity(number: str) -> str:
    """An invoice number as duplicates are compared: case, spaces, punctuation, O/0 and I/1 levelled (RULES 7).

    >>> invoice_identity(" inv-2026-O415") == invoice_identity("INV 2026-0415")
    True
    """
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", number)).upper().translate(_LOOKALIKE)


@lru_cache(maxsize=20_000)
def header_word(text: str) -> str:
    """A header cell as it is compared: NFKC, no white space or punctuation, unit in brackets dropped, lower case.

    >>> header_word("单 价\\n(元)"), header_word("Order No."), header_word("单价(含税)")
    ('单价', 'orderno', '单价含税')
    >>> header_word("Custom field (供应商)")
    '供应商'
    """
    folded = _NUMBERING.sub("", _own_name(text))
    bare = _PUNCTUATION.sub("", _UNIT.sub(lambda m: m[0] if _TELLING.search(m[0]) else "", folded)).casefold()
    return bare or _PUNCTUATION.sub("", folded).casefold()


@lru_cache(maxsize=20_000)  # the words of the lexicon come with every file
def header_path(word: str) -> str:
    """A header over several rows as it is compared, each of its words for itself.

    >>> header_path("3月›到货 数量")
    '3月›到货数量'
    """
    return ARROW.join(map(header_word, word.split(ARROW)))


def header_unit(text: str) -> str:
    """The unit a header cell carries in brackets, else nothing.

    >>> header_unit("合同金额(万元)"), header_unit("数量")
    ('万元', '')
    """
    match = _UNIT.search(_own_name(text))
    return match["unit"].strip() if match else ""


def _own_name(text: str) -> str:
    """The text in NFKC; of a tracker's custom field the name that the team gave it, which stands in brackets."""
    folded = unicodedata.normalize("NFKC", text)
    match = _CUSTOM.fullmatch(folded)
    return match["name"] if match else folded
