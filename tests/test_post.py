"""Letters on their way: what the receiver gets, and what we say became of a letter. Against real servers."""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from robots.edge import post
from robots.edge.post import Folder, Outcome, Postbox, Posted, Smtp, compose
from robots.model.letters import Attachment, Letter

SENDER = "采购机器人 <robots@example.com>"
CLERK = "clerk@example.com"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHINA = timezone(timedelta(hours=8))
LETTER = Letter(
    key="weekly.2026-03",
    to=(CLERK,),
    subject="外协采购周报(2026年3月第1周)",
    text="本周交付 12 单,延期 1 单。\n.\n一个点也是一行。\n",
    html='<p>本周交付 <b>12</b> 单</p><img src="cid:trend.png">',
    attachments=(Attachment("外协采购周报 2026-03.xlsx", b"PK\x03\x04\r\n.\r\n\x00\xff", XLSX),),
    inline=(Attachment("trend.png", b"\x89PNG\r\n\x1a\n", "image/png"),),
    date=datetime(2026, 3, 2, 8, 30, tzinfo=CHINA),
)


def parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


# ------------------------------------------------------------------ the servers


@dataclass
class Office:
    """A mail server's staff: takes letters, unless told to answer otherwise at a step."""

    answers: dict[str, Any] = field(default_factory=dict)  # step → answer, or a coroutine function that gives one
    got: list[bytes] = field(default_factory=list)
    served: list[list[str]] = field(default_factory=list)
    lines: int = 0  # connections
    said: list[bytes] = field(default_factory=list)

    async def answer(self, server: SMTP, step: str) -> str:
        given = self.answers.get(step, "250 OK")
        return str(await given(server)) if callable(given) else str(given)

    async def handle_MAIL(self, server: SMTP, _s: Session, envelope: Envelope, address: str, _o: list[str]) -> str:
        envelope.mail_from = address
        return await self.answer(server, "MAIL")

    async def handle_RCPT(self, server: SMTP, _s: Session, envelope: Envelope, address: str, _o: list[str]) -> str:
        answer = await self.answer(server, address if address in self.answers else "RCPT")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _s: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.got.append(envelope.content)
        self.served.append(list(envelope.rcpt_tos))
        return await self.answer(server, "CONTENT")

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        self.said.append(base64.b64decode(args[1]))
        if b"Bearer good-token" in self.said[-1]:
            return AuthResult(success=True)
        await server.push("334 " + base64.b64encode(b'{"status":"400"}').decode())
        self.said.append(await server._reader.readline())
        return AuthResult(success=False, handled=False)


class Server(SMTP):
    """aiosmtpd, with answers at the steps for which it has no hook."""

    async def _handle_client(self) -> None:
        self.event_handler.lines += 1
        if not await self._answered("CONNECT"):
            await super()._handle_client()
        elif self.transport:
            self.transport.close()

    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self._answered("HELO"):
            await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname: str) -> None:
        if not await self._answered("HELO"):
            await super().smtp_HELO(hostname)

    async def smtp_DATA(self, arg: str) -> None:
        if not await self._answered("DATA"):
            await super().smtp_DATA(arg)

    async def _answered(self, step: str) -> bool:
        if step not in self.event_handler.answers:
            return False
        await self.push(await self.event_handler.answer(self, step))
        return True


async def silence(_server: SMTP) -> str:
    await asyncio.sleep(60)
    return "250 too late"


async def hang_up(server: SMTP) -> str:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()
    return "250 to nobody"


Open = Callable[..., int]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Open an office on a free port of this machine; all are closed after the test."""
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, _context: None)  # lines cut on purpose are no news
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def open_(office: Office, tls: ssl.SSLContext | None = None, implicit: bool = False, **more: Any) -> int:
        def serve() -> Server:
            return Server(office, hostname="office", loop=loop, tls_context=None if implicit else tls, **more)

        listening = loop.create_server(serve, "127.0.0.1", 0, ssl=tls if implicit else None)
        server = asyncio.run_coroutine_threadsafe(listening, loop).result(5)
        return int(server.sockets[0].getsockname()[1])

    yield open_
    asyncio.run_coroutine_threadsafe(_end_all(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


async def _end_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def smtp(port: int, **more: Any) -> Smtp:
    return Smtp("127.0.0.1", port, SENDER, **{"security": "none", "timeout": 5, **more})


# ------------------------------------------------------------------ what the receiver gets


def test_a_letter_arrives_as_it_was_written(opened: Open) -> None:
    """Chinese subject, both bodies, the picture in the page, the workbook under its Chinese name."""
    office = Office()
    assert smtp(opened(office)).send(LETTER) == Posted(Outcome.SENT)

    (message,) = map(parsed, office.got)
    assert message["Subject"] == LETTER.subject
    assert message["From"].addresses[0].display_name == "采购机器人"
    assert message["To"].addresses[0].addr_spec == CLERK
    assert message["Message-ID"] == "<weekly.2026-03@example.com>"
    assert message["Date"].datetime == LETTER.date

    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None and text.get_content().replace("\r\n", "\n") == LETTER.text
    assert html is not None and html.get_content().strip() == LETTER.html

    (workbook,) = message.iter_attachments()
    assert workbook.get_filename() == "外协采购周报 2026-03.xlsx"
    assert (workbook.get_content_type(), workbook.get_content_disposition()) == (XLSX, "attachment")
    assert workbook.get_content() == LETTER.attachments[0].content

    (picture,) = (part for part in message.walk() if part.get_content_type() == "image/png")
    assert (picture["Content-ID"], picture.get_content_disposition()) == ("<trend.png>", "inline")
    assert picture.get_content() == LETTER.inline[0].content


def test_a_letter_sent_twice_is_the_same_bytes(opened: Open) -> None:
    """So that the receiver can tell it is one letter. ASCII, so that any server may carry it."""
    office = Office()
    port = opened(office)
    smtp(port).send(LETTER)
    smtp(port).send(replace(LETTER))
    assert len(office.got) == 2
    assert office.got[0] == office.got[1]
    assert office.got[0].isascii()
    assert max(map(len, office.got[0].split(b"\r\n"))) <= 998


def test_the_envelope_names_bare_addresses_each_once(opened: Open) -> None:
    """smtplib takes an address that was refused twice for one that was accepted."""
    office = Office()
    smtp(opened(office)).send(replace(LETTER, to=(f"张 三 <{CLERK}>", CLERK)))
    assert office.served == [[CLERK]]


def test_several_letters_share_one_line(opened: Open) -> None:
    office = Office()
    with smtp(opened(office)) as postbox:
        outcomes = [postbox.send(replace(LETTER, key=f"letter-{n}")).outcome for n in range(3)]
    assert (outcomes, office.lines, len(office.got)) == ([Outcome.SENT] * 3, 1, 3)


def test_a_shared_line_that_was_lost_is_opened_again(opened: Open) -> None:
    office = Office(answers={"MAIL": hang_up})
    with smtp(opened(office)) as postbox:
        assert postbox.send(LETTER).outcome is Outcome.RETRY
        office.answers.clear()
        assert postbox.send(LETTER).outcome is Outcome.SENT
    assert office.lines == 2


def test_a_body_that_is_the_path_of_a_file_attaches_nothing(opened: Open, tmp_path: Path) -> None:
    """yagmail would attach it."""
    secret = tmp_path / "salaries.csv"
    secret.write_text("name,salary\n", "utf-8")
    office = Office()
    smtp(opened(office)).send(replace(LETTER, text=str(secret), html=str(secret), attachments=(), inline=()))
    (message,) = map(parsed, office.got)
    assert list(message.iter_attachments()) == []
    assert all("salary" not in part.get_content() for part in message.walk() if not part.is_multipart())


def test_a_large_workbook_arrives_whole(opened: Open) -> None:
    """Content leaves in pieces; a dot at the start of a line, or of a piece, stays one dot."""
    content = bytes(range(256)) * 4096
    office = Office()
    large = replace(LETTER, attachments=(Attachment("大.xlsx", content, XLSX),))
    assert smtp(opened(office)).send(large).outcome is Outcome.SENT
    (workbook,) = parsed(office.got[0]).iter_attachments()
    assert workbook.get_content() == content


# ------------------------------------------------------------------ what became of it

REFUSALS = [
    ("a busy server is asked again", "CONNECT", "421 come back later", Outcome.RETRY),
    ("a closed server is not", "CONNECT", "554 no mail service here", Outcome.FAILED),
    ("a greeting refused for now", "HELO", "450 later", Outcome.RETRY),
    ("a greeting refused for good", "HELO", "550 not you", Outcome.FAILED),
    ("a sender refused for now", "MAIL", "451 later", Outcome.RETRY),
    ("a sender refused for good", "MAIL", "553 not you", Outcome.FAILED),
    ("a greylisted receiver", "RCPT", "450 greylisted", Outcome.RETRY),
    ("an unknown receiver", "RCPT", "550 no such user", Outcome.FAILED),
    ("no room before the content", "DATA", "452 full", Outcome.RETRY),
    ("content refused unread", "DATA", "554 no", Outcome.FAILED),
    ("no room after the content", "CONTENT", "452 full", Outcome.RETRY),
    ("shutting down after the content", "CONTENT", "421 bye", Outcome.RETRY),
    ("content refused as spam", "CONTENT", "554 spam", Outcome.FAILED),
    ("an answer to the content that is none", "CONTENT", "hello?", Outcome.UNKNOWN),
]


@pytest.mark.parametrize(("step", "answer", "outcome"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS])
def test_a_refusal(opened: Open, step: str, answer: str, outcome: Outcome) -> None:
    posted = smtp(opened(Office(answers={step: answer}))).send(LETTER)
    assert (posted.outcome, posted.refused) == (outcome, ())
    assert answer.partition(" ")[2] in posted.detail


def test_an_answer_to_the_content_that_cannot_be_read_is_no_refusal(opened: Open) -> None:
    """smtplib makes a 500 of a line too long; the server may have said yes."""
    office = Office(answers={"CONTENT": "250 " + "x" * 9000})
    assert smtp(opened(office)).send(LETTER).outcome is Outcome.UNKNOWN


LOST = [
    ("silence at the greeting", "CONNECT", silence, Outcome.RETRY, 0),
    ("silence before the content", "MAIL", silence, Outcome.RETRY, 0),
    ("silence at DATA, no content asked for", "DATA", silence, Outcome.RETRY, 0),
    ("silence after the content", "CONTENT", silence, Outcome.UNKNOWN, 1),
    ("hung up at the greeting", "CONNECT", hang_up, Outcome.RETRY, 0),
    ("hung up before the content", "RCPT", hang_up, Outcome.RETRY, 0),
    ("hung up at DATA, no content asked for", "DATA", hang_up, Outcome.RETRY, 0),
    ("hung up after the content", "CONTENT", hang_up, Outcome.UNKNOWN, 1),
]


@pytest.mark.parametrize(("step", "act", "outcome", "got"), [r[1:] for r in LOST], ids=[r[0] for r in LOST])
def test_a_lost_line(opened: Open, step: str, act: Any, outcome: Outcome, got: int) -> None:
    """One attempt, whatever happens: the server saw the content once at most, on one line."""
    office = Office(answers={step: act})
    posted = smtp(opened(office), timeout=0.3).send(LETTER)
    assert (posted.outcome, len(office.got), office.lines) == (outcome, got, 1)
    assert posted.detail


def test_nobody_listens() -> None:
    assert smtp(1).send(LETTER).outcome is Outcome.RETRY


def test_one_refused_among_several_is_named_and_the_others_are_served(opened: Open) -> None:
    office = Office(answers={"gone@example.com": "550 no such user"})
    posted = smtp(opened(office)).send(replace(LETTER, to=(CLERK, "gone@example.com", "boss@example.com")))
    assert posted == Posted(Outcome.SENT, "gone@example.com: 550 no such user", ("gone@example.com",))
    assert office.served == [[CLERK, "boss@example.com"]]


def test_all_refused_but_one_of_them_only_for_now_is_worth_another_attempt(opened: Open) -> None:
    office = Office(answers={"gone@example.com": "550 no such user", CLERK: "450 greylisted"})
    posted = smtp(opened(office)).send(replace(LETTER, to=(CLERK, "gone@example.com")))
    assert (posted.outcome, posted.refused, office.got) == (Outcome.RETRY, (), [])


# ------------------------------------------------------------------ signing in


def authenticated(office: Office) -> dict[str, Any]:
    def check(_server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, said: Any) -> AuthResult:
        office.said.append(mechanism.encode())
        assert isinstance(said, LoginPassword)
        good = said == LoginPassword(b"robots@example.com", b"good-password")
        return AuthResult(success=good, handled=False)

    return {"authenticator": check, "auth_required": True, "auth_require_tls": False}


def test_a_password_opens_the_office(opened: Open) -> None:
    office = Office()
    port = opened(office, **authenticated(office))
    assert smtp(port, user="robots@example.com", password="good-password").send(LETTER).outcome is Outcome.SENT


def test_a_wrong_password_is_told_but_not_what_it_was(opened: Open) -> None:
    office = Office()
    port = opened(office, **authenticated(office))
    postbox = smtp(port, user="robots@example.com", password="wrong-password")
    posted = postbox.send(LETTER)
    assert posted.outcome is Outcome.FAILED
    assert posted.detail.startswith("sign-in refused: 535")
    assert "wrong-password" not in posted.detail + repr(postbox) + str(postbox)
    assert office.got == []


def test_a_server_that_repeats_the_password_does_not_make_us_repeat_it(opened: Open) -> None:
    async def echo(_server: SMTP) -> str:
        spoken = base64.b64encode(b"\0robots@example.com\0good-password").decode()
        return f"451 good-password {spoken}"

    office = Office(answers={"MAIL": echo})
    port = opened(office, **authenticated(office))
    posted = smtp(port, user="robots@example.com", password="good-password").send(LETTER)
    assert posted == Posted(Outcome.RETRY, "451 *** ***")


def test_a_password_that_mail_servers_cannot_take(opened: Open) -> None:
    """smtplib's error would hold it."""
    office = Office()
    posted = smtp(opened(office, **authenticated(office)), user="robots@example.com", password="密码").send(LETTER)
    assert posted.outcome is Outcome.FAILED
    assert "密码" not in posted.detail and "ASCII" in posted.detail


def test_a_token_signs_in_by_xoauth2(opened: Open) -> None:
    office = Office()
    port = opened(office, auth_required=True, auth_require_tls=False)
    posted = smtp(port, user="robots@example.com", token=lambda: "good-token").send(LETTER)
    assert posted.outcome is Outcome.SENT
    assert office.said == [b"user=robots@example.com\x01auth=Bearer good-token\x01\x01"]


def test_a_refused_token_is_answered_with_an_empty_line_and_told(opened: Open) -> None:
    office = Office()
    port = opened(office, auth_required=True, auth_require_tls=False)
    posted = smtp(port, user="robots@example.com", token=lambda: "old-token").send(LETTER)
    assert posted.outcome is Outcome.FAILED
    assert posted.detail.startswith("sign-in refused: 535") and "old-token" not in posted.detail
    assert office.said[1] == b"\r\n"


def test_a_token_that_cannot_be_fetched_may_come_later(opened: Open) -> None:
    def broken() -> str:
        raise RuntimeError("client_secret=hunter2")

    posted = smtp(opened(Office()), user="robots@example.com", token=broken).send(LETTER)
    assert (posted.outcome, "hunter2" in posted.detail) == (Outcome.RETRY, False)


UNUSABLE: list[tuple[str, dict[str, Any], str]] = [
    ("plain text across the network", {"host": "mail.example.com"}, "only goes to this machine"),
    ("no host", {"host": ""}, "no mail host"),
    ("a word for security that is none", {"security": "tls"}, "ssl, starttls or none"),
    ("a user without a password, who would be asked at the keyboard", {"user": "u"}, "no password"),
    ("a password without a user", {"password": "hunter2"}, "without a user"),
    ("a sender that is no address", {"sender": "robots"}, "not a mail address"),
]


@pytest.mark.parametrize(("given", "problem"), [r[1:] for r in UNUSABLE], ids=[r[0] for r in UNUSABLE])
def test_settings_that_cannot_work_are_refused_at_once(given: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem) as refused:
        Smtp(**{"host": "127.0.0.1", "port": 25, "sender": SENDER, "security": "none", **given})
    assert "hunter2" not in str(refused.value)


# ------------------------------------------------------------------ a secured line


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's context with a fresh certificate for 127.0.0.1, and a client's that trusts it."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now, host = datetime.now(UTC), x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    signed = builder.add_extension(host, critical=True).sign(key, hashes.SHA256())
    pem, how = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    private = key.private_bytes(pem, how, serialization.NoEncryption())
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    file.write_bytes(private + signed.public_bytes(pem))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=signed.public_bytes(pem).decode())


@pytest.mark.parametrize("security", ["ssl", "starttls"])
@pytest.mark.parametrize(("trusted", "outcome", "got"), [(True, Outcome.SENT, 1), (False, Outcome.RETRY, 0)])
def test_only_a_server_with_a_trusted_certificate_is_told_anything(
    opened: Open, certificates: Any, security: str, trusted: bool, outcome: Outcome, got: int
) -> None:
    """yagmail alone would talk to any."""
    office = Office()
    port = opened(office, certificates[0], implicit=security == "ssl")
    postbox = smtp(port, security=security, context=certificates[1] if trusted else None)
    assert (postbox.send(LETTER).outcome, len(office.got)) == (outcome, got)


def test_a_server_without_starttls_gets_no_letter_in_the_clear(opened: Open) -> None:
    office = Office()
    posted = smtp(opened(office), security="starttls").send(LETTER)
    assert (posted.outcome, office.got) == (Outcome.FAILED, [])
    assert "STARTTLS" in posted.detail


# ------------------------------------------------------------------ what may stand in a letter

SMUGGLED = [
    ("a second header by line break", "a@example.com\r\nBcc: spy@example.com"),
    ("a line break at the end", "a@example.com\n"),
    ("a line break in the name", "A\nBcc: spy@example.com <a@example.com>"),
    ("a unicode line break", "A\u2028B <a@example.com>"),
    ("two addresses in one", "a@example.com, spy@example.com"),
    ("two in brackets", "<a@example.com> <spy@example.com>"),
    ("an SMTP option", "a@example.com> NOTIFY=NEVER"),
    ("no address at all", "采购部"),
    ("nothing", ""),
    ("an address that only newer servers take", "采购@example.com"),
]


@pytest.mark.parametrize("address", [r[1] for r in SMUGGLED], ids=[r[0] for r in SMUGGLED])
def test_an_address_that_smuggles_is_refused_and_nothing_leaves(opened: Open, address: str) -> None:
    office = Office()
    posted = smtp(opened(office)).send(replace(LETTER, to=(CLERK, address)))
    assert (posted.outcome, office.lines) == (Outcome.FAILED, 0)
    with pytest.raises(ValueError, match="not a mail address"):
        compose(LETTER, address, "example.com")


SUBJECTS = [
    ("a line break from a cell becomes a space", "预警\r\nBcc: spy@example.com", "预警 Bcc: spy@example.com"),
    ("so do control characters", "a\x00b\x0bc\u2028d\x85e", "a b c d e"),
    ("a long one is folded and comes back whole", "外协交付预警 " * 30 + "完", "外协交付预警 " * 30 + "完"),
    (
        "a blank where it is folded stays one", "【请处理】付款批次 FK-20260601-01 已批准放行（示例经理 同意）：3 行",
        "【请处理】付款批次 FK-20260601-01 已批准放行（示例经理 同意）：3 行",
    ),
    ("none", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("subject", "seen"), [r[1:] for r in SUBJECTS], ids=[r[0] for r in SUBJECTS])
def test_a_subject_is_one_line(subject: str, seen: str) -> None:
    message = parsed(compose(replace(LETTER, subject=subject), SENDER, "example.com").as_bytes())
    assert message["Subject"] == seen
    assert "Bcc" not in message


KEYS = [
    ("a plain key stands as it is", "alert.2026-03-02_V001", r"<alert\.2026-03-02_V001@example\.com>"),
    ("a long one is cut and marked", "k" * 65, r"<k{24}-[0-9a-f]{24}@example\.com>"),
    ("Chinese is left to the mark", "预警:示例公司", r"<[0-9a-f]{24}@example\.com>"),
    ("brackets and line breaks cannot end it", "a>\r\nBcc: x", r"<a-Bcc-x-[0-9a-f]{24}@example\.com>"),
    ("two dots in a row may not stand there", "a..b", r"<a-b-[0-9a-f]{24}@example\.com>"),
]


@pytest.mark.parametrize(("key", "pattern"), [r[1:] for r in KEYS], ids=[r[0] for r in KEYS])
def test_the_key_decides_the_message_id(key: str, pattern: str) -> None:
    message = parsed(compose(replace(LETTER, key=key), SENDER, "example.com").as_bytes())
    assert re.fullmatch(pattern, message["Message-ID"])


ATTACHED = [
    ("a long Chinese name is cut, its ending kept", "外协" * 60 + ".xlsx", "外协" * 30 + ".xlsx"),
    ("a path is one name", "../机密\\a.xlsx", "_机密_a.xlsx"),
    ("a header is none", 'a"\r\nBcc: x.xlsx', "a_ Bcc_ x.xlsx"),
    ("an ending is not hidden by writing it backwards", "a\u202excod.exe", "axcod.exe"),
]


@pytest.mark.parametrize(("name", "seen"), [r[1:] for r in ATTACHED], ids=[r[0] for r in ATTACHED])
def test_an_attachment_has_a_name_the_receiver_can_save(name: str, seen: str) -> None:
    letter = replace(LETTER, attachments=(Attachment(name, b"x", XLSX),))
    (workbook,) = parsed(compose(letter, SENDER, "example.com").as_bytes()).iter_attachments()
    assert workbook.get_filename() == seen


UNWRITABLE: list[tuple[str, dict[str, Any], str]] = [
    ("to nobody", {"to": ()}, "nobody"),
    ("a date of no place", {"date": datetime(2026, 3, 2)}, "time zone"),
    ("a picture no page can refer to", {"inline": (Attachment("趋势.png", b"", "image/png"),)}, "ASCII"),
    ("a file that is no file", {"attachments": (Attachment("a", b"", "multipart/mixed"),)}, "media type"),
]


@pytest.mark.parametrize(("given", "problem"), [r[1:] for r in UNWRITABLE], ids=[r[0] for r in UNWRITABLE])
def test_what_cannot_be_written_fails_with_a_reason(tmp_path: Path, given: dict[str, Any], problem: str) -> None:
    posted = Folder(tmp_path, SENDER).send(replace(LETTER, **given))
    assert posted.outcome is Outcome.FAILED
    assert problem in posted.detail
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------ into a folder


def letters_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.eml"))


def test_the_folder_keeps_what_smtp_would_send(opened: Open, tmp_path: Path) -> None:
    office = Office()
    boxes: list[Postbox] = [smtp(opened(office)), Folder(tmp_path / "邮件", SENDER)]
    posted = [box.send(LETTER) for box in boxes]
    assert posted[1] == Posted(Outcome.SENT, "2026-03-02 外协采购周报(2026年3月第1周).eml")
    assert (tmp_path / "邮件" / posted[1].detail).read_bytes() == office.got[0]


NAMES = [
    ("what Windows forbids", 'a/b\\c:d*e?f"g<h>i|j', "2026-03-02 a_b_c_d_e_f_g_h_i_j.eml"),
    ("a dot or blank at the end", "预警... ", "2026-03-02 预警.eml"),
    ("a long one", "外协采购" * 50, "2026-03-02 " + ("外协采购" * 15)[:56] + ".eml"),
    ("no subject", "", "2026-03-02.eml"),
]


@pytest.mark.parametrize(("subject", "name"), [r[1:] for r in NAMES], ids=[r[0] for r in NAMES])
def test_a_file_name_is_one_that_every_system_takes(tmp_path: Path, subject: str, name: str) -> None:
    Folder(tmp_path, SENDER).send(replace(LETTER, subject=subject))
    assert letters_in(tmp_path) == [name]


def test_a_device_of_windows_is_no_file_name(tmp_path: Path) -> None:
    assert Folder(tmp_path, SENDER).send(replace(LETTER, subject="con", date=None)).detail == "_con.eml"


def test_putting_a_letter_again_changes_nothing(tmp_path: Path) -> None:
    folder = Folder(tmp_path, SENDER)
    first, second = folder.send(LETTER), folder.send(LETTER)
    assert first == second
    assert letters_in(tmp_path) == [first.detail]
    assert list((tmp_path / ".tmp").iterdir()) == []


def test_two_letters_of_one_day_and_subject_are_two_files(tmp_path: Path) -> None:
    folder, other = Folder(tmp_path, SENDER), replace(LETTER, key="k" * 64, to=("boss@example.com",))
    names = [folder.send(letter).detail for letter in (LETTER, other, LETTER, other)]
    assert names[:2] == names[2:]
    assert letters_in(tmp_path) == sorted(names[:2])


def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", "utf-8")
    posted = Folder(tmp_path / "file", SENDER).send(LETTER)
    assert posted.outcome is Outcome.RETRY
    assert str(tmp_path) not in posted.detail


def test_our_code_leaves_smtplib_to_yagmail() -> None:
    assert "import smtplib" not in Path(post.__file__).read_text("utf-8")
