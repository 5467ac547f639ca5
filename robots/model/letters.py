"""A letter as data: what is to be said to whom, before anything is known about how it travels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from robots.model import wire

CODE = "[[approval-code]]"  # where the code will stand; it is made when the letter leaves, and kept nowhere


@dataclass(frozen=True)
class Attachment:
    """A file that travels with a letter."""

    name: str  # file name as the receiver sees it, may be Chinese
    content: bytes
    media_type: str  # "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Letter:
    """One letter. Equal letters are written as equal bytes, so that a re-send can be recognised."""

    key: str  # decides the Message-ID: the same letter has the same one
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()
    inline: tuple[Attachment, ...] = ()  # pictures, referred to by cid:NAME in html
    date: datetime | None = None  # aware; the same on a re-send, so a re-send is byte-identical


@wire.travels
@dataclass(frozen=True)
class LetterPlan:
    """A letter as it waits in the queue: its attachments are named by the decisions whose workbooks they are."""

    to: str
    subject: str
    text: str
    html: str
    attach: tuple[str, ...] = ()
    code: str = ""  # the digest of what a one-time code approves: CODE in the texts gives way to it on sending
