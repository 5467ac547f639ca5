"""Letters leave the house: as .eml files in a folder, or by SMTP, one attempt each, with an honest outcome.

yagmail carries them. Its own composing and retrying are replaced here: they attach a file when a body is
its path, give two letters one Message-ID, and deliver a letter three times when the line drops.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
import ssl
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email import policy
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Protocol, Self

import yagmail

from robots.edge.points import passing
from robots.model.letters import Attachment, Letter

# 7bit: a server on the way need not know 8BITMIME, and what it does not touch it cannot change.


class _Wire(policy.EmailPolicy):
    """What goes over the wire. The library's own folding loses a blank between two encoded parts of a subject."""

    def fold(self, name: str, value: Any) -> str:
        """A header in lines, as the library folds it, but for the subject."""
        return str(super().fold(name, value)) if name.casefold() != "subject" else _subject(name, str(value), self)

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The same as bytes."""
        return self.fold(name, value).encode("ascii")


def _subject(name: str, value: str, wire: policy.EmailPolicy) -> str:
    if value.isascii():
        return str(policy.SMTP.fold(name, value))
    return f"{name}: {Header(value, 'utf-8', header_name=name).encode(linesep=wire.linesep)}{wire.linesep}"


_WIRE = _Wire(linesep="\r\n", cte_type="7bit")
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ATOMS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+"
_DOMAIN = r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
_ADDRESS = re.compile(rf'(?:"?(?P<name>[^<>"]*?)"?\s*<)?(?P<bare>{_ATOMS}@{_DOMAIN})(?(name)>|)')
_MEDIA_TYPE = re.compile(r"(?P<main>application|audio|image|text|video)/(?P<sub>[A-Za-z0-9.+-]+)")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_MISFITS = ("SMTPNotSupportedError", "SMTPException")
_NAME_BYTES = 180
_KEY_LENGTH = 64
_PIECE = 1 << 16
_DETAIL_LENGTH = 400

Security = Literal["ssl", "starttls", "none"]


class Outcome(StrEnum):
    """What became of a letter."""

    SENT = "sent"
    RETRY = "retry"  # refused for now: nobody got it
    FAILED = "failed"  # refused for good: nobody got it
    UNKNOWN = "unknown"  # the line was lost while or after the content left: nobody knows


@dataclass(frozen=True)
class Posted:
    """The outcome of one attempt, why, and which addresses were refused while others were served."""

    outcome: Outcome
    detail: str = ""
    refused: tuple[str, ...] = ()


class Postbox(Protocol):
    """Where letters are put. A letter that nobody can send is an outcome, not an error."""

    def send(self, letter: Letter) -> Posted:
        """Attempt once, and tell what became of it."""


# ------------------------------------------------------------------ composing


def compose(letter: Letter, sender: str, domain: str) -> EmailMessage:
    """The letter as a message of SMTP policy; composing twice gives the same bytes.

    Line breaks and control characters become a space in the subject; in an address they are refused. Without
    `letter.date` there is no Date header. Raises ValueError for what cannot be written as a letter.
    """
    message = EmailMessage(policy=_WIRE)
    _address_it(message, letter, sender)
    message["Message-ID"] = f"<{_message_key(letter.key)}@{_checked_domain(domain)}>"
    _fill(message, letter)
    _fix_boundaries(message, letter.key)
    return message


def _address_it(message: EmailMessage, letter: Letter, sender: str) -> None:
    if not letter.to:
        raise ValueError("a letter to nobody")
    message["From"] = _address(sender)
    message["To"] = [_address(text) for text in dict.fromkeys(letter.to)]
    message["Subject"] = _BLANK.sub(" ", letter.subject).strip()
    if letter.date is None:
        return
    if letter.date.tzinfo is None:
        raise ValueError("the date of a letter needs a time zone")
    message["Date"] = letter.date


def _fill(message: EmailMessage, letter: Letter) -> None:
    # base64: Chinese stays short, and no server on the way re-wraps lines or trims blanks.
    message.set_content(letter.text, cte="base64")
    if letter.html:
        message.add_alternative(letter.html, subtype="html", cte="base64")
        _add_pictures(list(message.iter_parts())[-1], letter.inline)
    for attachment in letter.attachments:
        main, sub = _media_type(attachment)
        message.add_attachment(attachment.content, main, sub, filename=_attachment_name(attachment.name))


def _add_pictures(html: Any, pictures: Iterable[Attachment]) -> None:
    for picture in pictures:
        if not re.fullmatch(_ATOMS, picture.name):
            raise ValueError(f"the name of an inline picture must be plain ASCII: {picture.name!r}")
        main, sub = _media_type(picture)
        html.add_related(
            picture.content, main, sub, cid=f"<{picture.name}>", filename=picture.name, disposition="inline"
        )


def _fix_boundaries(message: EmailMessage, key: str) -> None:
    """Boundaries made from the key, not drawn by lot. "=_" is in no base64, so none is in the content."""
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{_digest(f'{number} {key}')}")


def _address(text: str) -> Address:
    """`name@domain` or `Name <name@domain>`; what could smuggle in a second address or header is refused."""
    match = _ADDRESS.fullmatch(text.strip(" "))
    if _CONTROL.search(text) or not match:
        raise ValueError(f"not a mail address: {text!r}")
    return Address(display_name=match["name"] or "", addr_spec=match["bare"])


def _checked_domain(domain: str) -> str:
    if not re.fullmatch(_DOMAIN, domain):
        raise ValueError(f"not a mail domain: {domain!r}")
    return domain


def _message_key(key: str) -> str:
    """The key where it may stand in a Message-ID, else what of it may, and a digest to keep it unique."""
    if len(key) <= _KEY_LENGTH and re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*", key):
        return key
    readable = re.sub(r"[^A-Za-z0-9]+", "-", key)[:24].strip("-")
    return f"{readable}-{_digest(key)}".lstrip("-")


def _media_type(attachment: Attachment) -> tuple[str, str]:
    match = _MEDIA_TYPE.fullmatch(attachment.media_type)
    if not match:
        raise ValueError(f"not a media type of a file: {attachment.media_type!r}")
    return match["main"], match["sub"]


def _attachment_name(name: str) -> str:
    match = re.search(r"\.[A-Za-z0-9]{1,10}$", name)
    suffix = match[0] if match else ""
    return _safe_name(name.removesuffix(suffix)) + suffix


def _safe_name(stem: str) -> str:
    """A file name that Windows, macOS and Linux take: Chinese kept, at most 180 bytes, no devices."""
    composed = unicodedata.normalize("NFC", stem)
    visible = "".join(c for c in composed if unicodedata.category(c) not in ("Cf", "Cs"))
    clean = _FORBIDDEN.sub("_", _BLANK.sub(" ", visible)).strip(" .")
    cut = clean.encode()[:_NAME_BYTES].decode(errors="ignore").strip(" .") or "_"
    return f"_{cut}" if _DEVICE.match(cut) else cut


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:24]


# ------------------------------------------------------------------ into a folder


class Folder:
    """Letters as `<date> <subject>.eml` files that any mail program opens. Repeating changes nothing.

    With `missing`, what to say where it is not there, the folder is not made: one that we made would be open to whoever
    may open ours.
    """

    def __init__(self, folder: Path, sender: str, domain: str = "", *, missing: str = "") -> None:
        self._folder, self._sender, self._missing = folder, sender, missing
        self._domain = domain or _address(sender).domain

    def send(self, letter: Letter) -> Posted:
        """Write it; the detail is the file's name. A disk that refuses is RETRY."""
        try:
            message = compose(letter, self._sender, self._domain)
            return Posted(Outcome.SENT, self._put(message, _file_stem(letter), letter.key))
        except ValueError as error:
            return Posted(Outcome.FAILED, str(error))
        except OSError as error:
            lost = self._missing if isinstance(error, FileNotFoundError) else ""
            return Posted(Outcome.RETRY, lost or f"{type(error).__name__}: {error.strerror}")

    def _put(self, message: EmailMessage, stem: str, key: str) -> str:
        if self._missing:
            self._folder.stat()
        place = self._place(str(message["Message-ID"]), stem, key)
        if not place.exists():
            aside = self._folder / ".tmp" / f"{_digest(key)}.eml"
            aside.parent.mkdir(parents=True, exist_ok=True)
            aside.write_bytes(message.as_bytes())
            passing("letter written aside")
            aside.replace(place)
        return place.name

    def _place(self, message_id: str, stem: str, key: str) -> Path:
        """The plain name, unless another letter of that day and subject has it: then with a digest."""
        plain = self._folder / f"{stem}.eml"
        if not plain.exists() or _id_in(plain) == message_id:
            return plain
        return self._folder / f"{stem} {_digest(key)}.eml"


class Folders:
    """Each letter into its addressee's own folder and nowhere else; those to others into the one for all. `own`:
    address in lower case → folder."""

    def __init__(self, shared: Folder, own: Mapping[str, Folder]) -> None:
        self._shared, self._own = shared, own

    def send(self, letter: Letter) -> Posted:
        """Write it. One to several people is for all to read."""
        to = letter.to[0].casefold() if len(letter.to) == 1 else ""
        return self._own.get(to, self._shared).send(letter)


def _file_stem(letter: Letter) -> str:
    day = f"{letter.date:%Y-%m-%d} " if letter.date else ""
    return _safe_name(day + letter.subject)


def _id_in(path: Path) -> str:
    with path.open("rb") as file:
        return str(BytesHeaderParser(policy=policy.SMTP).parse(file)["Message-ID"])


# ------------------------------------------------------------------ by SMTP


class _Witness:
    """Mixed into the connection: sees whether a letter's content began to leave."""

    begun = False

    def getreply(self) -> tuple[int, bytes]:
        """354 is the server's "go ahead" to DATA and to nothing else: from here on content is on its way."""
        code, text = super().getreply()  # type: ignore[misc]  # the connection it is mixed into has it
        self.begun = self.begun or code == 354
        return code, text

    def send(self, content: str | bytes) -> None:
        """In pieces: a socket's time-out holds for all it is given at once, and a workbook takes a while."""
        for start in range(0, len(content), _PIECE):
            super().send(content[start : start + _PIECE])  # type: ignore[misc]


class Smtp(yagmail.SMTP):  # type: ignore[misc]  # yagmail has no type marker
    """Letters by SMTP, each attempted once. Alone, `send` connects and hangs up; a `with` keeps the line.

    Signs in with what `token` gives (XOAUTH2), else with the password, else not at all. Certificates are
    checked, which yagmail alone does not; `security="none"` is for this machine only. Raises ValueError when
    it cannot work as configured.
    """

    smtp: Any  # smtplib's connection with our witness; None while there is no line

    def __init__(
        self,
        host: str,
        port: int,
        sender: str,
        *,
        security: Security = "ssl",
        user: str = "",
        password: str | None = None,
        token: Callable[[], str] | None = None,
        timeout: float = 30.0,
        domain: str = "",
        context: ssl.SSLContext | None = None,
    ) -> None:
        _check_access(host, security, user, password, token)
        address = _address(sender)
        context = context or ssl.create_default_context()
        super().__init__(
            {address.addr_spec: sender},  # a plain text without @ would become an address at gmail.com
            host=host,
            port=port,
            smtp_ssl=security == "ssl",
            smtp_starttls={"context": context} if security == "starttls" else False,
            smtp_skip_login=True,  # its sign-in asks at the keyboard when it misses a password
            soft_email_validation=False,
            timeout=timeout,
            local_hostname=address.domain,  # a computer's Chinese name cannot be said in EHLO
            **({"context": context} if security == "ssl" else {}),
        )
        self._sender, self._domain = sender, domain or address.domain
        self._account, self._password, self._token = user, password, token
        self._secrets: set[str] = set()
        self._kept = False

    def __repr__(self) -> str:
        return f"Smtp({self.host!r}, {self.port}, {self._sender!r})"

    def __enter__(self) -> Self:
        self._kept = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> Literal[False]:
        self._kept = False
        self.close()
        return False

    @property
    def connection(self) -> type[Any]:
        """smtplib's connection for this security, with our witness."""
        return type("Connection", (_Witness, super().connection), {})

    def send(self, letter: Letter) -> Posted:
        """Attempt once and tell what became of it. Nothing the network does is raised."""
        try:
            recipients, content = self.prepare_send(compose(letter, self._sender, self._domain))
        except ValueError as error:
            return Posted(Outcome.FAILED, str(error))
        posted = self._post(recipients, content)
        if not self._kept or posted.outcome is not Outcome.SENT:
            self.close()
        return posted

    def prepare_send(self, message: EmailMessage) -> tuple[list[str], bytes]:
        """Whom to tell the server, and the bytes to give it."""
        bare = (address.addr_spec for address in message["To"].addresses)
        # Once each: smtplib takes an address refused twice for one that was accepted.
        return list(dict.fromkeys(bare)), message.as_bytes()

    def login(self) -> None:
        """Connect, secure the line, sign in. yagmail's own ignores the answer to XOAUTH2."""
        super().login()
        if not self._account:
            return
        self.smtp.ehlo_or_helo_if_needed()
        if self._token:
            self._sign_in_with(_fetched(self._token))
        else:
            self._secrets = _spellings(self._account, self._password or "")
            self.smtp.login(self._account, self._password)

    def close(self) -> None:
        """Say goodbye and hang up. What goes wrong here changes no outcome."""
        smtp = self.smtp
        try:
            super().close()
        except OSError:
            smtp.close()
        self.smtp = None

    def _post(self, recipients: list[str], content: bytes) -> Posted:
        try:
            if self.smtp is None:
                self.login()
            refused = self._attempt_send(recipients, content)
        except (OSError, ValueError) as error:  # ValueError: what could not be encoded, or decoded
            return Posted(_outcome(error, bool(self.smtp and self.smtp.begun)), self._told(error))
        return Posted(Outcome.SENT, self._hushed(_refusals(refused)), tuple(refused))

    def _attempt_send(self, recipients: list[str], content: bytes) -> dict[str, tuple[int, bytes]]:
        """One attempt, not yagmail's three. The refused addresses, each with the server's answer."""
        self.smtp.begun = False
        refused: dict[str, tuple[int, bytes]] = self.smtp.sendmail(self.user, recipients, content)
        return refused

    def _sign_in_with(self, token: str) -> None:
        self._secrets = _spellings(self._account, token)
        words = f"user={self._account}\x01auth=Bearer {token}\x01\x01"
        # A refusal comes as a challenge; the empty answer to it brings the error code.
        self.smtp.auth("XOAUTH2", lambda challenge=None: words if challenge is None else "")

    def _told(self, error: OSError | ValueError) -> str:
        if isinstance(error, UnicodeError):  # it holds what was to be encoded, perhaps the password
            return "host, user or password is not such as mail servers take: ASCII"
        answers = getattr(error, "recipients", None)
        if answers:
            return self._hushed(_refusals(answers))
        code, text = getattr(error, "smtp_code", None), getattr(error, "smtp_error", None)
        what = f"{code} {_text(text)}" if code is not None else f"{type(error).__name__}: {error}"
        return self._hushed(("sign-in refused: " if _is(error, "SMTPAuthenticationError") else "") + what)

    def _hushed(self, detail: str) -> str:
        """One line without secrets: a server may repeat in its answer what it was told."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            detail = detail.replace(secret, "***")
        return _BLANK.sub(" ", detail).strip()[:_DETAIL_LENGTH]


def _check_access(
    host: str, security: Security, user: str, password: str | None, token: Callable[[], str] | None
) -> None:
    if not host:
        raise ValueError("no mail host")
    if security not in ("ssl", "starttls", "none"):
        raise ValueError(f"mail security is ssl, starttls or none, not {security!r}")
    if security == "none" and not _is_loopback(host):
        raise ValueError("mail without SSL or STARTTLS only goes to this machine itself")
    if user and not password and not token:
        raise ValueError(f"no password and no token for the mail user {user!r}")
    if (password or token) and not user:
        raise ValueError("a mail password or token without a user")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _fetched(token: Callable[[], str]) -> str:
    """The access token. What goes wrong on the way to it may pass, and its text may hold secrets."""
    try:
        return token()
    except Exception as error:  # noqa: BLE001  # any library may stand behind it
        raise ConnectionError(f"no access token: {type(error).__name__}") from None


def _spellings(user: str, secret: str) -> set[str]:
    """The secret in each form in which it goes over the line."""
    spoken = (secret, f"\0{user}\0{secret}", f"user={user}\x01auth=Bearer {secret}\x01\x01")
    return {secret} | {base64.b64encode(text.encode()).decode() for text in spoken}


# ------------------------------------------------------------------ what an error means


def _outcome(error: OSError | ValueError, begun: bool) -> Outcome:
    """4xx, or a line lost before the content: RETRY. 5xx: FAILED. Content that got no answer: UNKNOWN."""
    answered = not begun or _is(error, "SMTPDataError")
    classes = {code // 100 for code in _codes(error)} if answered else set()
    if 4 in classes:
        return Outcome.RETRY
    if 5 in classes:
        return Outcome.FAILED
    if begun:
        return Outcome.UNKNOWN
    return Outcome.FAILED if _is_misfit(error) else Outcome.RETRY


def _codes(error: OSError | ValueError) -> list[int]:
    answers = getattr(error, "recipients", None)
    if answers:
        return [code for code, _ in answers.values()]
    code = getattr(error, "smtp_code", None)
    return [] if code is None else [code]


def _is_misfit(error: OSError | ValueError) -> bool:
    """The server does not do what our settings ask for (STARTTLS, a sign-in): waiting mends nothing."""
    return isinstance(error, UnicodeError) or type(error).__name__ in _MISFITS


def _is(error: OSError | ValueError, name: str) -> bool:
    """smtplib is yagmail's affair; its errors are known here by name."""
    return any(cls.__name__ == name for cls in type(error).__mro__)


def _refusals(answers: dict[str, tuple[int, bytes]]) -> str:
    return "; ".join(f"{address}: {code} {_text(text)}" for address, (code, text) in answers.items())


def _text(answer: bytes | str | None) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer or ""
