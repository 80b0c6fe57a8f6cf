"""E-mail by SMTP: 4yz is tried again, 5yz is for good. One conversation an alert: updates answer its first message."""

import hashlib
import smtplib
import ssl
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from partners.errors import Denied, PartnerError, Rejected, Throttled, Unreachable
from partners.ports import Notice

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


class MailChannel:
    """One mail server and the people who get the alerts."""

    def __init__(self, server: Server, to: Sequence[str]) -> None:
        self._server, self._to = server, list(to)

    def deliver(self, notice: Notice) -> str:
        """Hand one message in; return its Message-ID. Raises a PartnerError that knows whether to try again."""
        message = compose(notice, sender=self._server.sender, to=self._to)
        try:
            with self._open() as connection:
                connection.send_message(message)
        except (smtplib.SMTPException, OSError) as trouble:
            raise _meaning(trouble) from trouble
        return str(message["Message-ID"])

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
