"""A column of raw cells → one typed Arrow column + what was wrong, cell by cell.

Clean columns take Arrow's own fast path; in a mixed column each *different* value is read once. A cell that cannot
be read becomes null and a problem: never a guess, never a zero.
"""

from __future__ import annotations

import re
from calendar import month_abbr, month_name
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from robots.model.names import fold, header_unit, header_word
from robots.model.periods import month_of, read_period, read_stretch, span


@dataclass(frozen=True)
class Problem:
    """One cell that could not be read as it should: its index in the column, a finding code, what was seen."""

    index: int
    code: str
    seen: str
    values: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Hints:
    """What is known about a column beside its cells: its header's unit, the sender's habits, the words of a choice.

    `factor` multiplies numbers (万元 → 10000); `percent` and `permille` say the header names % or ‰; `date_order` is
    "ymd", "mdy" or "dmy" for dates such as 3/5/24; `choices` maps a normalised word to its canonical form; `blank`
    holds words that mean "not known". `currency` is the one that amounts without a currency column are in.
    `percents` are the indices of numbers that Excel shows with a % sign. `year` and `month` are what the sheet or the
    file is about, for dates without a year; `edge` says which end of a period (2013.6-2015.3) a date column takes.
    `span`: numbers are days, months or hours. `daily`: rates are for each day, and a cell may say so (0.1%/天).
    """

    factor: Decimal = Decimal(1)
    percent: bool = False
    permille: bool = False
    date_order: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    blank: frozenset[str] = frozenset()
    currency: str = ""
    percents: frozenset[int] = frozenset()
    year: int | None = None
    month: int | None = None
    edge: Literal["", "start", "end"] = ""
    span: str = ""
    daily: bool = False


@dataclass(frozen=True)
class Type:
    """One type of cell: its Arrow type and the reader of one column."""

    name: str
    arrow: pa.DataType
    read: Callable[[Sequence[Any], Hints, pa.DataType], tuple[pa.Array, list[Problem]]]


_SEEN = 200  # characters of a cell that a problem repeats


class Unreadable(ValueError):
    """A cell that is not what its column holds. The first argument is the finding code."""


def is_blank(value: Any) -> bool:
    """Nothing, or only white space.

    >>> is_blank(None), is_blank("　"), is_blank(0)
    (True, True, False)
    """
    return value is None or (isinstance(value, str) and not value.strip())


def read_column(values: Sequence[Any], of: Type, hints: Hints = Hints()) -> tuple[pa.Array, list[Problem]]:
    """Read raw cells (str, float, int, bool, date, datetime, '' or None) as one typed column of the same length."""
    if values and values[0] in (None, "") and set(values) <= {None, ""}:
        return pa.nulls(len(values), of.arrow), []
    if hints.blank and (words := _blank_words(values, hints.blank)):
        values = [None if isinstance(v, str) and v in words else v for v in values]
    return of.read(values, hints, of.arrow)


def _blank_words(values: Sequence[Any], blank: frozenset[str]) -> set[str]:
    """The different texts of a column that mean "not known"."""
    if str not in set(map(type, values)):
        return set()
    return {v for v in set(values) if isinstance(v, str) and v and fold(v).casefold() in blank}


# ------------------------------------------------------------------ the slow, careful path: one value at a time


def _each(values: Sequence[Any], one: Callable[[Any], Any], arrow: pa.DataType) -> tuple[pa.Array, list[Problem]]:
    """Read every different value once. `one` raises Unreadable(code) for what it cannot read."""
    known: dict[Any, Any] = {}
    out: list[Any] = []
    problems: list[Problem] = []
    for index, value in enumerate(values):
        if value is None or value == "":
            out.append(None)
            continue
        key = (type(value), value)
        if key not in known:
            known[key] = _attempt(one, value)
        read = known[key]
        if isinstance(read, Unreadable):
            problems.append(Problem(index, str(read.args[0]), shown(value)[:_SEEN], tuple(read.args[1:])))
            read = None
        out.append(read)
    return pa.array(out, type=arrow), problems


def _attempt(one: Callable[[Any], Any], value: Any) -> Any:
    if is_blank(value):
        return None
    try:
        return one(value)
    except Unreadable as problem:
        return problem


def shown(value: Any) -> str:
    """A raw cell as a person sees it in Excel.

    >>> shown(12.0), shown(date(2026, 7, 3)), shown(1.5)
    ('12', '2026-07-03', '1.5')
    """
    if isinstance(value, float) and value.is_integer():
        return str(int(value)) if abs(value) < 1e15 else f"{value:.5E}"
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return str(value)


# ------------------------------------------------------------------ text and identifiers


def _text(values: Sequence[Any], _: Hints, arrow: pa.DataType) -> tuple[pa.Array, list[Problem]]:
    try:
        column = pa.array(values, type=arrow)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return _each(values, lambda v: shown(v).strip() or None, arrow)
    trimmed = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, arrow), trimmed), []


_DAMAGED = re.compile(r"\d(\.\d+)?[eE]\+\d+|\d\.\d+[eE]\d+")  # 1.23E+19; a part called 2E10 is none
_ZEROED = re.compile(r"\d{15}0{4,}")  # Excel keeps fifteen digits and writes zeros after them
_FIRST, _REST = "[^!-&(-~\u4e00-\u9fff]", "[^!-~\u4e00-\u9fff]"  # what folding would change, or an apostrophe
_ODD = f"^$|^{_FIRST}|{_REST}|^({_DAMAGED.pattern}|{_ZEROED.pattern})$"


def _plain(values: Sequence[Any], arrow: pa.DataType) -> pa.Array | None:
    """The column at once where every cell is plain text that folding would not change; else None."""
    if set(map(type, values)) != {str}:
        return None
    column, _ = _text(values, Hints(), arrow)
    return None if pc.any(pc.match_substring_regex(column, _ODD)).as_py() else column


def _name(values: Sequence[Any], _: Hints, arrow: pa.DataType) -> tuple[pa.Array, list[Problem]]:
    column = _plain(values, arrow)
    return (column, []) if column is not None else _each(values, lambda v: fold(shown(v)) or None, arrow)


def _identifier(values: Sequence[Any], _: Hints, arrow: pa.DataType) -> tuple[pa.Array, list[Problem]]:
    column = _plain(values, arrow)
    if column is None:
        column = _whole_numbers(values, arrow)
    if column is not None:
        return column, []
    column, problems = _each(values, read_identifier, arrow)
    lost = list(_zeros_lost(values))
    return _without(column, lost), problems + lost


def _without(column: pa.Array, problems: Sequence[Problem]) -> pa.Array:
    """The column with the cells of these problems blank."""
    if not problems:
        return column
    bad = {problem.index for problem in problems}
    return pc.if_else(pa.array([i in bad for i in range(len(column))]), pa.scalar(None, column.type), column)


def _zeros_lost(values: Sequence[Any]) -> Iterator[Problem]:
    """Numbers shorter than the texts of the same column that begin with 0 and are all of one length (00123, 456)."""
    lengths = {len(v) for v in values if isinstance(v, str) and v.isdecimal() and v.startswith("0")}
    if len(lengths) != 1 or not any(isinstance(v, float) for v in values):
        return
    length = lengths.pop()
    for index, value in enumerate(values):
        if isinstance(value, int | float) and not isinstance(value, bool) and len(shown(value)) < length:
            yield Problem(index, "ID_ZEROS_LOST", shown(value), (("length", length),))


def _whole_numbers(values: Sequence[Any], arrow: pa.DataType) -> pa.Array | None:
    """Numbers of lines and orders at once, where every cell is a whole number that Excel holds in full; else None."""
    if set(map(type, values)) != {float}:
        return None
    floats = pa.array(values, type=pa.float64())
    exact = pc.and_(pc.equal(floats, pc.floor(floats)), pc.less(pc.abs(floats), 1e15))
    return pc.cast(pc.cast(floats, pa.int64()), arrow) if pc.all(exact).as_py() else None


def read_identifier(value: Any) -> str | None:
    """An identifier with every digit; a number that has lost digits in Excel is refused (RULES 1).

    >>> read_identifier(8124.0), read_identifier(" 0012 ")
    ('8124', '0012')
    """
    if isinstance(value, bool | date | time | timedelta):
        if isinstance(value, date):
            raise Unreadable("ID_IS_DATE", ("number", _serial(value)))
        raise Unreadable("ID_DAMAGED")
    if isinstance(value, int | float):
        if not abs(value) < 1e15 or value != int(value):  # not a number is no identifier either
            raise Unreadable("ID_DAMAGED")
        return str(int(value))
    text = fold(str(value)).lstrip("'")
    if _DAMAGED.fullmatch(text):
        raise Unreadable("ID_DAMAGED")
    if _ZEROED.fullmatch(text):
        raise Unreadable("ID_ZEROED")
    return text.replace(" ", "") if _GROUPED.fullmatch(text) else text or None


_GROUPED = re.compile(r"\d+( \d+)+")  # 6222 0000 0000 0000: digits in groups, as people write an account


def _serial(day: date) -> int:
    """The number that Excel keeps for a day.

    >>> _serial(date(1922, 3, 29))
    8124
    """
    return (day.date() if isinstance(day, datetime) else day).toordinal() - _EXCEL_DAY_0


_EXCEL_DAY_0 = date(1899, 12, 30).toordinal()


def _choice(values: Sequence[Any], hints: Hints, arrow: pa.DataType) -> tuple[pa.Array, list[Problem]]:
    def one(value: Any) -> str:
        word = header_word(shown(value))
        if word not in hints.choices or header_unit(shown(value)):  # 合格(暂停) is not 合格
            raise Unreadable("WORD_UNKNOWN")
        return hints.choices[word]

    return _each(values, one, arrow)


def _money_name(values: Sequence[Any], _: Hints, arrow: pa.DataType) -> tuple[pa.Array, list[Problem]]:
    def one(value: Any) -> str:
        text = fold(shown(value))
        code = currency_of(text) or (text.upper() if re.fullmatch("[A-Za-z]{3}", text) else "")
        if not code:
            raise Unreadable("CURRENCY_UNKNOWN")
        return code

    return _each(values, one, arrow)


_YES = {"是", "有", "√", "✓", "y", "yes", "true", "1", "1.0", "对", "需要"}
_NO = {"否", "无", "×", "✗", "x", "n", "no", "false", "0", "0.0", "不", "不需要"}


def _flag(values: Sequence[Any], _: Hints, arrow: pa.DataType) -> tuple[pa.Array, list[Problem]]:
    def one(value: Any) -> bool:
        word = fold(str(value)).casefold()
        if word in _YES or word in _NO:
            return word in _YES
        raise Unreadable("WORD_UNKNOWN")

    return _each(values, one, arrow)


# ------------------------------------------------------------------ numbers

_UNIT_FACTOR = {
    "": 1, "元": 1, "rmb": 1, "cny": 1, "usd": 1, "千元": 10**3, "万": 10**4, "万元": 10**4, "百万元": 10**6,
    "亿": 10**8, "亿元": 10**8,
}  # fmt: skip
_SCALE = {"百": 100, "k": 10**3, "千": 10**3, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_HEADER_UNIT = re.compile(
    r"(?:单位:)?(?:人民币|RMB|CNY)?(千万|百万|十万|亿|万|千|百|k(?!g))?(?:元|件|个|只|套|片|台|PCS)?", re.IGNORECASE
)
_NUMBER = re.compile(r"(?P<sign>[-+−])?(?P<digits>\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d*)?|\.\d+)(?P<unit>[^\d.,]{0,6})")
_COUNT_UNITS = {
    "件", "个", "只", "套", "台", "片", "张", "根", "米", "m", "kg", "公斤", "吨", "t", "pcs", "pc", "ea", "箱", "包",
    "批", "次", "人", "人天", "人日", "小时", "h", "天", "日", "个月", "月", "年", "分", "项",
}  # fmt: skip
_MONEY_TYPES = (pa.decimal128(18, 2), pa.decimal128(18, 6))


_CURRENCY = re.compile(
    r"(?P<HKD>HK\$|HKD|港元|港币)|(?P<USD>\$|USD|美元)|(?P<EUR>€|EUR|欧元)|(?P<GBP>£|GBP|英镑)|(?P<JPY>JPY|日元)"
    r"|(?P<CNY>[¥￥]|RMB|CNY|人民币)",
    re.IGNORECASE,
)


def currency_of(text: str) -> str:
    """The currency that an amount or a header names, as its code; empty where it names none.

    >>> currency_of("$5.00"), currency_of("单价(美元)"), currency_of("12元")
    ('USD', 'USD', '')
    """
    match = _CURRENCY.search(text)
    return match.lastgroup or "" if match else ""


def unit_factor(unit: str) -> Decimal | None:
    """What the numbers below a header with this unit are multiplied by; None where it is no such unit.

    >>> unit_factor("万元"), unit_factor("千件"), unit_factor("元"), unit_factor("三包填0元"), unit_factor("KPCS")
    (Decimal('10000'), Decimal('1000'), Decimal('1'), None, Decimal('1000'))
    """
    match = _HEADER_UNIT.fullmatch(fold(unit)) if unit else None
    return Decimal(_SCALE.get((match[1] or "").lower(), 1)) if match else None


_TIMES = {"hours": ("小时", "h", "时"), "days": ("天", "日", "d"), "months": ("个月", "月")}


def span_unit(field: str) -> str:
    """The span of time that the numbers of a field are: payment_days are days. Empty where it is none.

    >>> span_unit("payment_days"), span_unit("quantity")
    ('days', '')
    """
    return next((unit for unit in _TIMES if field.endswith(f"_{unit}")), "")


def is_other_span(unit: str, span: str) -> bool:
    """Is this unit another span of time than the one a field is in (2年 in months)?

    >>> is_other_span("年", "months"), is_other_span("个月", "months"), is_other_span("件", "months")
    (True, False, False)
    """
    word = fold(unit).casefold()
    other = word in ("年", "周", "季") or any(word in words for name, words in _TIMES.items() if name != span)
    return bool(span) and other and word not in _TIMES[span]


def is_unit(word: str) -> bool:
    """Is this the name of a unit, of counts or of money, or a % sign?

    >>> is_unit("件"), is_unit("万元"), is_unit("%"), is_unit("合格")
    (True, True, True, False)
    """
    unit = fold(word).casefold()
    return bool(unit) and (unit in _COUNT_UNITS or unit in _UNIT_FACTOR or unit in ("%", "‰", "元/件", "pcs"))


def read_number(text: str) -> Decimal:
    """A number as people write it in a text cell. Raises Unreadable.

    >>> [str(read_number(t)) for t in ("1,200.00元", "3.5万", "(12)", "¥ 98", "12件", "１２")]
    ['1200.00', '35000.0', '-12', '98', '12', '12']
    """
    number, unit = _split_number(text)
    if unit not in _UNIT_FACTOR and unit not in _COUNT_UNITS:
        raise Unreadable("NUMBER_BAD")
    return number * _UNIT_FACTOR.get(unit, 1)


def _split_number(text: str) -> tuple[Decimal, str]:
    """The number and the unit behind it, as written. Raises Unreadable."""
    if any(sign.isdigit() and not sign.isdecimal() for sign in text):  # 10³ is not 103
        raise Unreadable("NUMBER_BAD")
    word = fold(text).replace(" ", "").lstrip("'")
    negative = (word.startswith("(") and word.endswith(")")) or word.startswith("红字")
    word = word.removeprefix("红字").strip("()") if negative else word
    match = _NUMBER.fullmatch(re.sub(r"^[¥￥$€£]|^(RMB|CNY|USD|人民币)", "", word))
    if not match:
        raise Unreadable("NUMBER_BAD")
    number = Decimal(match["digits"].replace(",", ""))
    return (-number if negative or match["sign"] in ("-", "−") else number), match["unit"].casefold()


_FROM_INVOICE = re.compile(
    "^(?:票到|票后|见票|收票后|到票后|开票后|发票后)(?=[0-9]+ ?[天日]$)"
)  # what days of credit mean
_NOTE = re.compile(r"(?=.*\d)(?:.*[\u4e00-\u9fff]){5}.*|.*\d\D+\d.*[\u4e00-\u9fff].*\d.*", re.DOTALL)


def is_note(text: str) -> bool:
    """Does a cell hold a sentence with figures in it: a fact for people, never a figure for us?

    >>> is_note("2013年7月19日付632680元"), is_note("12件"), is_note("约12.5万元")
    (True, False, False)
    """
    return _NOTE.fullmatch(text) is not None


def _exact(value: Any, hints: Hints, arrow: pa.DataType) -> Decimal:
    if isinstance(value, bool | date | time | timedelta):
        raise Unreadable("NUMBER_BAD")
    if not isinstance(value, str):
        return _fit(Decimal(repr(value)) * hints.factor, arrow)
    is_money = arrow in _MONEY_TYPES
    if is_money and hints.currency and currency_of(value) not in ("", hints.currency):
        raise Unreadable("CURRENCY_OTHER", ("currency", hints.currency))
    value = _FROM_INVOICE.sub("", fold(value)) if hints.span == "days" else value
    if is_note(value):
        raise Unreadable("NOTE_IN_CELL")
    number, unit = _split_number(value)
    if is_other_span(unit, hints.span):
        raise Unreadable("NUMBER_BAD")
    return _fit(number * _factor(unit, hints.factor, is_money), arrow)


def _factor(unit: str, of_header: Decimal, is_money: bool) -> Decimal:
    """What a number with this unit is multiplied by: "3万" under (万元) counts once, "3元" there is refused."""
    if unit == "" or (unit in _COUNT_UNITS and not is_money):
        return of_header
    if unit not in _UNIT_FACTOR or of_header not in (1, _UNIT_FACTOR[unit]):
        raise Unreadable("NUMBER_BAD")
    return Decimal(_UNIT_FACTOR[unit])


def _fit(number: Decimal, arrow: pa.DataType) -> Decimal:
    try:
        fitted = number.quantize(Decimal(1).scaleb(-arrow.scale), rounding="ROUND_HALF_UP")
    except InvalidOperation as error:
        raise Unreadable("NUMBER_BAD") from error
    if not fitted.is_finite() or abs(fitted) >= Decimal(10) ** (18 - arrow.scale):
        raise Unreadable("NUMBER_BAD")
    return fitted


def _number(values: Sequence[Any], hints: Hints, arrow: pa.DataType) -> tuple[pa.Array, list[Problem]]:
    """Whole numbers (most quantities) go through Arrow; fractions and texts are read one by one, exactly."""
    if hints.factor == 1 and set(map(type, values)) <= {float, int}:
        try:
            floats = pa.array(values, type=pa.float64())
        except pa.ArrowInvalid:  # a whole number of more than 15 digits
            return _each(values, lambda v: _exact(v, hints, arrow), arrow)
        if pc.all(pc.equal(floats, pc.floor(floats))).as_py() and (pc.max(pc.abs(floats)).as_py() or 0) < 1e11:
            return pc.cast(pc.cast(floats, pa.int64()), pa.decimal128(19, 0)).cast(arrow), []
    return _each(values, lambda v: _exact(v, hints, arrow), arrow)


def _rate(values: Sequence[Any], hints: Hints, arrow: pa.DataType) -> tuple[pa.Array, list[Problem]]:
    """Shares 0…1. Where any bare number of the column is above 1, or the header names %, bare numbers are percents.

    Beside numbers above 1, a fraction without a sign is refused: 0.13 may be 13 % or 0.13 %. So is a 1 in a column
    that has nothing but ones. A number that Excel shows with a % sign is what it shows.
    """
    values = [_as_shown(v) if index in hints.percents else v for index, v in enumerate(values)]
    bare = {abs(number) for v in set(values) if (number := _bare(v)) is not None}
    above = any(number > 1 for number in bare)
    named = hints.percent or hints.permille
    only_ones = bare <= {Decimal(0), Decimal(1)} and Decimal(1) in bare and not named
    parts = 1000 if hints.permille else 100 if hints.percent or above else 1

    def one(value: Any) -> Decimal:
        value = _without_day(value) if hints.daily else value
        number = _bare(value)
        if number is not None:
            if (above and not named and 0 < abs(number) < 1) or (only_ones and abs(number) == 1):
                raise Unreadable(
                    "RATE_DOUBTFUL", ("readings", f"{number.normalize():f}% / {(number * 100).normalize():f}%")
                )
            return _fit(number / parts, arrow)
        word = fold(str(value)).replace(" ", "")
        for sign, divisor in (("%", 100), ("‰", 1000)):
            if word.endswith(sign):
                return _fit(_signless(word[:-1]) / divisor, arrow)
        if (spoken := spoken_rate(word)) is not None:
            return _fit(spoken, arrow)
        raise Unreadable("RATE_BAD")

    return _each(values, one, arrow)


def _signless(word: str) -> Decimal:
    """The number before a % sign. Raises Unreadable as a rate."""
    try:
        return read_number(word)
    except Unreadable as error:
        raise Unreadable("RATE_BAD") from error


_OF_DAY = re.compile(
    r"^(?:每|按)?(?:逾期|迟交|延迟|延期)?一?[日天](?:按|扣|罚|,)?|(?:/|每|per ?)一?(?:日|天|day|d)$", re.IGNORECASE
)
_SPOKEN = re.compile(r"(百|千|万)分之(?:(\d+(?:\.\d+)?)|([零一二三四五六七八九十点]+))")
_PARTS = {"百": 100, "千": 1000, "万": 10_000}
_DIGITS = {word: digit for digit, word in enumerate("零一二三四五六七八九")}


def _without_day(value: Any) -> Any:
    """A share that says that it is for each day, without these words; of anything else nothing is taken off.

    >>> _without_day("0.1%/天"), _without_day("每逾期一日千分之一"), _without_day("0.1%/周"), _without_day("5天")
    ('0.1%', '千分之一', '0.1%/周', '5天')
    """
    if not isinstance(value, str):
        return value
    rest = _OF_DAY.sub("", fold(value).replace(" ", ""))
    return rest if is_share(rest) or spoken_rate(rest) is not None else value


def is_share(value: Any) -> bool:
    """Is it a number with a sign that makes it a share?

    >>> is_share("30%"), is_share("5 ‰"), is_share("30"), is_share("约30%")
    (True, True, False, False)
    """
    word = fold(value).replace(" ", "") if isinstance(value, str) else ""
    if word[-1:] not in ("%", "‰"):
        return False
    try:
        read_number(word[:-1])
    except Unreadable:
        return False
    return True


def spoken_rate(word: str) -> Decimal | None:
    """A share as it is said in Chinese; None where it is none.

    >>> [str(spoken_rate(word)) for word in ("千分之一", "万分之五", "百分之二十五", "千分之零点五", "百分之3", "三成")]
    ['0.001', '0.0005', '0.25', '0.0005', '0.03', 'None']
    """
    match = _SPOKEN.fullmatch(word)
    number = None if match is None else Decimal(match[2]) if match[2] else _counted(match[3])
    return None if match is None or number is None else number / _PARTS[match[1]]


def _counted(word: str) -> Decimal | None:
    """A number below a hundred in Chinese words, with what stands behind its point; None where it is none.

    >>> [str(_counted(word)) for word in ("五", "十", "十五", "二十", "三十二", "一点五", "五一", "点五")]
    ['5', '10', '15', '20', '32', '1.5', 'None', 'None']
    """
    whole, point, behind = word.partition("点")
    tens, ten, ones = whole.rpartition("十")
    digits = [tens, ones] if ten else [ones]
    if not whole or any(one and one not in _DIGITS for one in (*digits, *behind)) or bool(point) != bool(behind):
        return None
    number = (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0) if ten else _DIGITS[ones]
    return Decimal(f"{number}{'.' if behind else ''}{''.join(str(_DIGITS[one]) for one in behind)}")


def _as_shown(value: Any) -> Any:
    """A number that Excel shows as a percentage, as that text."""
    return f"{Decimal(repr(value)) * 100:f}%" if isinstance(value, int | float) and isfinite(value) else value


def _bare(value: Any) -> Decimal | None:
    """A number without a percent sign, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or value == "":
        return None
    if not isinstance(value, str):
        return Decimal(repr(value)) if isfinite(value) else None
    try:
        number, unit = _split_number(value)
    except Unreadable:
        return None
    return None if unit else number  # 5天 is no share, nor is 5%


# ------------------------------------------------------------------ dates

_TIME = r"(?:[T ] ?(?:\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AP]M)?|星期.|周.))?"  # a time or weekday; no second date
_YMD = re.compile(rf"(\d{{4}})\s*[-/.年]\s*(\d{{1,2}})\s*[-/.月]\s*(\d{{1,2}})\s*日?{_TIME}", re.IGNORECASE)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_THREE = re.compile(rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}|\d{{1,2}}){_TIME}", re.IGNORECASE)
_NAMED = re.compile(r"(\d{1,2})[- ]?([A-Za-z]{3,9})[-, ]*(\d{4}|\d{2})")
_MONTHS = {word: n for n, name in enumerate(month_name) if name for word in (name.lower(), name[:3].lower())}
_MONTHS["sept"] = 9
_EARLIEST = date(1980, 1, 1)  # below are numbers that Excel turned into dates: order 8124 is 1922-03-29
_ORDERS = {"ymd": (0, 1, 2), "mdy": (2, 0, 1), "dmy": (2, 1, 0)}


def _date(values: Sequence[Any], hints: Hints, arrow: pa.DataType) -> tuple[pa.Array, list[Problem]]:
    types = set(map(type, values))
    if types <= {date, datetime}:
        days = values if types == {date} else [v.date() if isinstance(v, datetime) else v for v in values]
        column = pa.array(days, type=arrow)
        if len(column) and pc.min(column).as_py() >= _EARLIEST:
            return column, []
    if hints.date_order:
        return _each(values, lambda v: read_date(v, [hints.date_order], hints), arrow)
    different = set(values)
    orders = possible_orders(v for v in different if isinstance(v, str))
    doubtful = _half_swapped(different, orders)
    return _each(
        values, lambda v: _as_typed(v) if doubtful and isinstance(v, date) else read_date(v, orders, hints), arrow
    )


def _half_swapped(values: set[Any], orders: Sequence[str]) -> bool:
    """Did Excel take the short dates it could read in its own order, and leave the others as texts?

    In a column written 5/3/2026, 13/5/2026 an American Excel keeps only the second as text: every text then fits one
    order alone, and no true date has a day above 12.
    """
    texts = [m.groups() for v in values if isinstance(v, str) and (m := _THREE.fullmatch(fold(v)))]
    other = {"dmy": "mdy", "mdy": "dmy"}.get("".join(orders))
    days = [v.day for v in values if isinstance(v, date)]
    return bool(texts and other and days) and max(days) <= 12 and not any(_from_order(t, other or "") for t in texts)


def _as_typed(value: date) -> date:
    """A true date of a half swapped column: sure only where day and month are the same."""
    day = read_date(value)
    if day.day == day.month:
        return day
    raise _doubtful({day, day.replace(month=day.day, day=day.month)})


def _doubtful(found: set[date]) -> Unreadable:
    return Unreadable("DATE_DOUBTFUL", ("readings", " / ".join(sorted(day.isoformat() for day in found))))


def possible_orders(texts: Any) -> list[str]:
    """Which orders of day, month and year fit every short date of a column (3/5/24): the cells decide, not we."""
    triples = [m.groups() for t in texts if (m := _THREE.fullmatch(fold(t)))]
    return [order for order in _ORDERS if all(_from_order(t, order) for t in triples)]


def _from_order(triple: tuple[str, ...], order: str) -> date | None:
    if order == "ymd" and len(triple[2]) == 4:
        return None
    year, month, day = (triple[place] for place in _ORDERS[order])
    if len(year) == 1:
        return None
    try:
        return date(_full_year(year), int(month), int(day))
    except ValueError:
        return None


def _full_year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else 2000 + year if year < 70 else 1900 + year


def read_date(value: Any, orders: Sequence[str] = ("ymd",), hints: Hints = Hints()) -> date:
    """One date cell. Raises Unreadable: DATE_BAD; DATE_DOUBTFUL where the column fits several orders; NOTE_IN_CELL;
    for what is nearly a date DATE_NO_YEAR, DATE_IS_PERIOD, DATE_MONTH_ONLY, DATE_SERIAL, DATE_WAS_NUMBER.

    >>> read_date("2024年3月5日"), read_date("20240305"), read_date("2-Jun-06"), read_date("24/3/5")
    (datetime.date(2024, 3, 5), datetime.date(2024, 3, 5), datetime.date(2006, 6, 2), datetime.date(2024, 3, 5))
    """
    if isinstance(value, bool | time | timedelta):
        raise Unreadable("DATE_BAD")
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        if day < _EARLIEST:
            raise Unreadable("DATE_WAS_NUMBER", ("number", _serial(day)))
        return day
    if isinstance(value, float) and value.is_integer() and _FIRST_SERIAL <= value <= _LAST_SERIAL:
        raise Unreadable("DATE_SERIAL", ("day", date.fromordinal(int(value) + _EXCEL_DAY_0).isoformat()))
    day = _date_from_text(shown(value) if isinstance(value, int | float) else fold(value), orders, hints)
    if day < _EARLIEST:
        raise Unreadable("DATE_BAD")
    return day


_FIRST_SERIAL, _LAST_SERIAL = _EARLIEST.toordinal() - _EXCEL_DAY_0, date(2099, 12, 31).toordinal() - _EXCEL_DAY_0


def _date_from_text(text: str, orders: Sequence[str], hints: Hints) -> date:
    try:
        if (day := _date_with_help(text, hints)) is not None:
            return day
        return _date_as_written(text, orders)
    except Unreadable:
        raise
    except ValueError as error:  # no such day
        raise Unreadable("DATE_BAD") from error


_DAY_OR_MONTH = r"\d{4}[-/.年]\d{1,2}(?:[-/.月]\d{1,2}日?|月)?"
_RANGE = re.compile(rf"({_DAY_OR_MONTH})\s*(?:--?|–|—|~|至|到)\s*({_DAY_OR_MONTH})")
_MONTH_ONLY = re.compile(r"\d{4}[-/.年]\d{1,2}月?")
_DAY_OF_MONTH = re.compile(r"(\d{1,2})月(\d{1,2})日?")


def _date_with_help(text: str, hints: Hints) -> date | None:
    """Forms that say less than a day, or more: a period gives one of its ends, a day without year that of the sheet."""
    if match := _RANGE.fullmatch(text):
        if not hints.edge:
            raise Unreadable("DATE_IS_PERIOD")
        return _end_of_token(match[1 if hints.edge == "start" else 2], hints.edge)
    if match := _DAY_OF_MONTH.fullmatch(text):
        month, day = int(match[1]), int(match[2])
        if hints.year is None or (hints.month is not None and abs(month - hints.month) > 6):
            raise Unreadable("DATE_NO_YEAR")
        return date(hints.year, month, day)
    if _MONTH_ONLY.fullmatch(text):
        raise Unreadable("DATE_MONTH_ONLY")
    if is_note(text) and not _YMD.fullmatch(text):
        raise Unreadable("NOTE_IN_CELL")
    return None


def _end_of_token(text: str, edge: str) -> date:
    """The day that one end of a period names; a month is its first or its last day."""
    year, month, *days = map(int, re.findall(r"\d+", text))
    if days:
        return date(year, month, days[0])
    first, last = span(f"{year}-{month:02d}")
    return first if edge == "start" else last


def _date_as_written(text: str, orders: Sequence[str]) -> date:
    if match := _YMD.fullmatch(text) or _COMPACT.fullmatch(text):
        year, month, day = map(int, match.groups())
        return date(year, month, day)
    if match := _NAMED.fullmatch(text):
        named = _MONTHS.get(match[2].lower(), 0)  # 0 is no month: date() refuses it
        return date(_full_year(match[3]), named, int(match[1]))
    match = _THREE.fullmatch(text)
    if not match:
        raise Unreadable("DATE_BAD")
    found = {at for order in orders if (at := _from_order(match.groups(), order))}
    if len(found) > 1:
        raise _doubtful(found)
    if not found:
        raise Unreadable("DATE_BAD")
    return found.pop()


def _lost_october(value: Any) -> bool:
    """A number such as 2016.1: January, or October that lost its zero."""
    return isinstance(value, float) and repr(value).endswith(".1")


def _period(values: Sequence[Any], hints: Hints, arrow: pa.DataType) -> tuple[pa.Array, list[Problem]]:
    def one(value: Any) -> str:
        if isinstance(value, date) and value.year >= _EARLIEST.year:
            return month_of(value)
        period = read_period(shown(value))
        if period is None and hints.year and re.search("[月季]", str(value)):
            period = read_period(f"{hints.year}年{value}")
        if period is None or _lost_october(value):
            raise Unreadable("PERIOD_BAD")
        return period

    return _each(values, one, arrow)


def _stretch(values: Sequence[Any], hints: Hints, arrow: pa.DataType) -> tuple[pa.Array, list[Problem]]:
    """Periods, or from which day to which: what a vendor's statement is about."""
    stretches = [read_stretch(fold(value)) if isinstance(value, str) else None for value in values]
    column, problems = _period([None if s else v for s, v in zip(stretches, values, strict=True)], hints, arrow)
    return pc.coalesce(pa.array(stretches, arrow), column), problems


_MOMENT = re.compile(
    r"(?P<day>.*?)(?:[T ] ?(?P<ahead>上午|下午)? ?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?"
    r" ?(?P<half>[AP]M|上午|下午)?)?(?: ?(?:Z|[+-]\d{2}:?\d{2}))?",
    re.IGNORECASE,
)
_CHINESE_MONTH = re.compile(r"(\d{1,2})[-/ ](十[一二]?|[一二三四五六七八九]|\d{1,2})月[-/ ](\d{4}|\d{2})")
_CHINESE_NUMBERS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")


def _moment(values: Sequence[Any], hints: Hints, arrow: pa.DataType) -> tuple[pa.Array, list[Problem]]:
    if set(map(type, values)) == {datetime} and min(values).date() >= _EARLIEST:
        return pa.array(values, type=arrow), []
    texts = [match["day"] for v in set(values) if isinstance(v, str) and (match := _MOMENT.fullmatch(fold(v)))]
    orders = [hints.date_order] if hints.date_order else possible_orders(texts)
    return _each(values, lambda v: read_moment(v, orders, hints), arrow)


def read_moment(value: Any, orders: Sequence[str] = ("ymd",), hints: Hints = Hints()) -> datetime:
    """One cell with a day and, where it is known, a time of day, by the clock on the writer's wall: a zone (+08:00) is
    left out, as the moments of one system are compared with each other. Raises Unreadable as `read_date` does.

    >>> read_moment("2026-07-03 14:20"), read_moment("03/Jul/26 2:20 PM"), read_moment("2026/7/3")
    (datetime.datetime(2026, 7, 3, 14, 20), datetime.datetime(2026, 7, 3, 14, 20), datetime.datetime(2026, 7, 3, 0, 0))
    >>> read_moment("03/七月/26 2:20 下午"), read_moment("2026/7/3 下午 2:20")
    (datetime.datetime(2026, 7, 3, 14, 20), datetime.datetime(2026, 7, 3, 14, 20))
    """
    if not isinstance(value, str):
        clock = value.time() if isinstance(value, datetime) else time()
        return datetime.combine(read_date(value, orders, hints), clock.replace(microsecond=0))
    match = _MOMENT.fullmatch(fold(value))
    if not match:
        raise Unreadable("DATE_BAD")
    named = re.sub(r"(?<=\w)/(?=[A-Za-z]{3})|(?<=[A-Za-z])/(?=\d)", "-", match["day"])  # 03/Jul/26
    day = read_date(_CHINESE_MONTH.sub(_in_latin, named), orders, hints)
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    if half := match["half"] or match["ahead"]:
        hour = hour % 12 + (12 if half.upper() in ("PM", "下午") else 0)
    try:
        return datetime.combine(day, time(hour, minute, second))
    except ValueError as error:  # no such time of day
        raise Unreadable("DATE_BAD") from error


def _in_latin(match: re.Match[str]) -> str:
    """A day with the month between day and year, as trackers in Chinese write it (03/七月/26), by its name."""
    day, month, year = match.groups()
    number = int(month) if month.isdecimal() else _CHINESE_NUMBERS.index(month) + 1
    return f"{day}-{month_abbr[number] if number <= 12 else month}-{year}"


TEXT = Type("text", pa.string(), _text)
NAME = Type("name", pa.string(), _name)
IDENTIFIER = Type("identifier", pa.string(), _identifier)
CHOICE = Type("choice", pa.string(), _choice)
CURRENCY = Type("currency", pa.string(), _money_name)
FLAG = Type("flag", pa.bool_(), _flag)
NUMBER = Type("number", pa.decimal128(18, 4), _number)
PRICE = Type("price", pa.decimal128(18, 6), _number)
MONEY = Type("money", pa.decimal128(18, 2), _number)
RATE = Type("rate", pa.decimal128(18, 6), _rate)
DATE = Type("date", pa.date32(), _date)
MOMENT = Type("moment", pa.timestamp("s"), _moment)
PERIOD = Type("period", pa.string(), _period)
STRETCH = Type("stretch", pa.string(), _stretch)
