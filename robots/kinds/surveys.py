"""满意度与定性评价: what the people who work with a vendor think of it, on 1 to 5."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from robots.cells import NAME, NUMBER, PERIOD, TEXT
from robots.kinds.kind import Field, Kind
from robots.model.names import header_word


def _mark(name: str) -> Field:
    """A mark from 1 to 5."""
    return Field(name, NUMBER, low=Decimal(1), high=Decimal(5))


def raters_side_by_side(names: Sequence[tuple[str, ...]]) -> list[dict[str, int | str]]:
    """Marks of several raters beside each other under one group (评价人 over 甲, 乙, 丙): a row for each of them.

    >>> raters_side_by_side([("供应商",), ("期间",), ("评价人", "示例甲"), ("评价人", "示例乙")])
    [{'rater': '示例甲', 'csat': 2}, {'rater': '示例乙', 'csat': 3}]
    """
    groups = ("评价人", "打分人", "评分人", "评价部门", "rater")
    sums = ("平均", "平均分", "均分", "合计", "总分", "得分", "综合得分", "average", "mean")  # nobody's own mark
    return [
        {"rater": parts[-1], "csat": place}
        for place, parts in enumerate(names)
        if len(parts) > 1 and header_word(parts[0]) in groups and header_word(parts[-1]) not in sums
    ]


KIND = Kind(
    name="surveys",
    key=("vendor", "period", "rater"),
    answers=("csat", "communication", "problem_solving", "culture", "comment"),
    who="rater",
    wide="csat",
    unpivot=raters_side_by_side,
    fields=(
        Field("vendor", NAME, required=True),
        Field("period", PERIOD, required=True),
        Field("rater", NAME, required=True),
        _mark("csat"),
        _mark("communication"),
        _mark("problem_solving"),
        _mark("culture"),
        Field("comment", TEXT),
    ),
)
