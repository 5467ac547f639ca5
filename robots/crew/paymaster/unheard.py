"""Answers on 暂扣放行单 that settle nothing: whoever signed should know what they lack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from robots.figures.accounts import given
from robots.figures.controls import KEEP, PAID, Controlled, Hold, lacking, releasable
from robots.model.decisions import Decision, Notice
from robots.model.words import say

_ANSWER = ("verdict", "released_by", "remark", "agreed_by")


def unheard(asked: Sequence[Controlled], releases: Mapping[str, Mapping[str, Any]]) -> Iterator[Decision]:
    """Each hold that stands although somebody has answered it, told once for each answer."""
    for number, (hold, lines) in releasable(asked).items():
        row = releases.get(number)
        if row is None or not (why := _why(hold, row)):
            continue
        payable, name = lines[0].payable, say(f"hold.{hold.code}.name")
        line = say("unheard.line", vendor=payable.vendor, invoice=payable.invoice_no, name=name, number=number,
                   answer=given(row["verdict"]) or None)  # fmt: skip
        told = (line, say(f"unheard.{why}", verdicts=" / ".join(hold.verdicts)))
        notice = Notice("finance", say("unheard.headline"), told, "warning", (), None, say("unheard.next"))
        yield Decision("paymaster", "answers", f"unheard-{number}", notice)


def _why(hold: Hold, row: Mapping[str, Any]) -> str:
    """What an answer lacks, or that it fits no sum; '' where nobody wants the hold to go."""
    if given(row["verdict"]) == KEEP or not any(given(row[name]) for name in _ANSWER):
        return ""
    return lacking(hold, row) or ("sums" if given(row["verdict"]) == PAID else "")
