"""E-mail by SMTP: 4yz is tried again, 5yz is for good. One conversation an alert: updates answer its first message.

An alert had rather come twice than never; a letter to a customer goes once, or a person is told that nobody knows.
"""

import hashlib
import smtplib
import ssl
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import unquote, urlsplit

from partners.errors import Denied, PartnerError, Rejected, Throttled, UnknownOutcome, Unreachable
from partners.ports import Letter, Notice

PARTNER = "email"
AGAIN_IN_S = 300.0
DEADLINE_S = 15.0


@dataclass(frozen=True)
class Server:
    """Where to hand mail in: `smtp://` speaks STARTTLS where the server offers it, `smtps://` speaks TLS from the start."""

    host: str
    port: int
    username: str
    password: str
    implicit_tls: bool
    sender: str

    @classmethod
    def of(cls, url: str, *, sender: str) -> "Server":
        """Read EMAIL_URL. Raises ValueError when it is not like smtp://user:password@host:587."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("EMAIL_URL must be like smtp://user:password@host:587 or smtps://…")
        implicit = parts.scheme == "smtps"
        port = parts.port or (465 if implicit else 587)
        return cls(parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""), implicit, sender)


class MailServer:
    """One mail server, and how to open a conversation with it."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def _open(self) -> smtplib.SMTP:
        server, context = self._server, ssl.create_default_context()
        if server.implicit_tls:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=DEADLINE_S, context=context)
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=DEADLINE_S)
        with ExitStack() as undo:
            undo.callback(connection.close)
            self._introduce(connection, context)
            undo.pop_all()  # it stays open for who asked for it
        return connection

    def _introduce(self, connection: smtplib.SMTP, context: ssl.SSLContext) -> None:
        """Hide what follows where the server can, and say who we are where it wants to know."""
        connection.ehlo()
        if not self._server.implicit_tls and connection.has_extn("starttls"):
            connection.starttls(context=context)
        if self._server.username:
            connection.login(self._server.username, self._server.password)


class MailChannel(MailServer):
    """One mail server and the people who get the alerts."""

    def __init__(self, server: Server, to: Sequence[str]) -> None:
        super().__init__(server)
        self._to = list(to)

    def deliver(self, notice: Notice) -> str:
        """Hand one message in; return its Message-ID. Raises a PartnerError that knows whether to try again."""
        message = compose(notice, sender=self._server.sender, to=self._to)
        try:
            with self._open() as connection:
                connection.send_message(message)
        except (smtplib.SMTPException, OSError) as trouble:
            raise _meaning(trouble) from trouble
        return str(message["Message-ID"])


class Letterbox(MailServer):
    """Takes letters to customers, one at a time. A customer is not written to twice because a line broke."""

    def post(self, letter: Letter) -> str:
        """Hand one letter in; return its Message-ID.

        Raises UnknownOutcome when the line broke after the text was handed over, Rejected for good, and what may pass.
        """
        message = _letter(letter, sender=self._server.sender)
        connection = self._begin(letter.to)
        with ExitStack() as afterwards:
            afterwards.callback(connection.close)
            try:
                code, said = connection.data(message.as_bytes(policy=SMTP))
            except smtplib.SMTPDataError as refused:
                raise _meaning(refused) from refused
            except (smtplib.SMTPException, OSError) as broken:
                raise UnknownOutcome(PARTNER, "The line broke while the mail server took the message.") from broken
            if code != 250:
                raise _meaning(smtplib.SMTPDataError(code, said))
            with suppress(smtplib.SMTPException, OSError):  # it is taken: how we part changes nothing
                connection.quit()
        return str(message["Message-ID"])

    def _begin(self, to: str) -> smtplib.SMTP:
        """Say who writes to whom: whatever breaks until then, nothing was handed over."""
        if not to.isascii():
            raise Rejected(PARTNER, "The e-mail address has letters that this mail server may not take. Tell the customer otherwise.")
        try:
            with ExitStack() as undo:
                connection = self._open()
                undo.callback(connection.close)
                _accepted(connection.mail(self._server.sender))
                _accepted(connection.rcpt(to))
                undo.pop_all()  # it stays open for the text
        except (smtplib.SMTPException, OSError) as trouble:
            raise _meaning(trouble) from trouble
        return connection


def _accepted(answer: tuple[int, bytes]) -> None:
    code, said = answer
    if not 200 <= code < 300:
        raise smtplib.SMTPResponseException(code, said)


def _letter(letter: Letter, *, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, letter.to, letter.subject
    message["Message-ID"] = _id(letter.key, sender.rpartition("@")[2] or "lockstep")
    message.set_content(letter.text)
    return message


def compose(notice: Notice, *, sender: str, to: Sequence[str]) -> EmailMessage:
    """The message: its id follows from the notice, so that one sent twice is one message to whoever threads mail."""
    message, host = EmailMessage(), sender.rpartition("@")[2] or "lockstep"
    message["From"], message["To"], message["Subject"] = sender, ", ".join(to), notice.title
    message["Message-ID"] = _id(notice.key, host)
    if notice.thread and notice.thread != notice.key:
        message["In-Reply-To"] = message["References"] = _id(notice.thread, host)
    message.set_content(notice.text + (f"\n\n{notice.url}" if notice.url else "") + "\n")
    return message


def _id(key: str, host: str) -> str:
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{host}>"


def _meaning(trouble: Exception) -> PartnerError:
    code = _code(trouble)
    if isinstance(trouble, smtplib.SMTPAuthenticationError) and 500 <= code < 600:
        return Denied(PARTNER, "The mail server refuses our user name or password.", status=code)
    if 500 <= code < 600:
        return Rejected(PARTNER, f"The mail server refuses it for good ({code}).", status=code)
    if 400 <= code < 500:
        return Throttled(PARTNER, f"The mail server asks us to come back ({code}).", retry_after_s=AGAIN_IN_S, status=code)
    return Unreachable(PARTNER, "The mail server cannot be reached.")


def _code(trouble: Exception) -> int:
    """The reply code: of the server, or of the recipients when it refuses all of them."""
    if isinstance(trouble, smtplib.SMTPRecipientsRefused):
        return max((code for code, _ in trouble.recipients.values()), default=0)
    return int(getattr(trouble, "smtp_code", 0))
