"""E-mail over SMTP. Settings: KHIEN_SMTP (smtp://user:password@host:port, smtps:// for TLS at once), KHIEN_EMAIL_FROM."""

import os
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import unquote, urlparse

from khien.messaging.providers import Permanent, Temporary, Unsure
from khien.messaging.types import Outgoing, Sent


@dataclass(frozen=True)
class Mail:
    """One mail server; a connection for each message."""

    host: str
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = ""  # "", "starttls" or "at_once"
    sender: str = "khien@localhost"
    timeout: float = 15.0
    name: str = "smtp"
    width: int = 4

    def send(self, message: Outgoing) -> Sent:
        """Hand one mail over; the server's acceptance is the last we hear of it."""
        mail = self._mail(message)
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException):
            raise Temporary("unreachable") from None
        try:
            server.send_message(mail)
            with suppress(OSError, smtplib.SMTPException):  # the mail is taken; a goodbye that fails changes nothing
                server.quit()
        except smtplib.SMTPRecipientsRefused as refused:
            _refuse(next(iter(refused.recipients.values()))[0])
        except smtplib.SMTPResponseException as refused:
            _refuse(refused.smtp_code)
        except (smtplib.SMTPServerDisconnected, OSError):
            raise Unsure("line_broke") from None
        finally:
            server.close()
        return Sent(str(mail["Message-ID"]), final=True)

    def _connect(self) -> smtplib.SMTP:
        if self.tls == "at_once":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.timeout, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
            if self.tls == "starttls":
                server.starttls(context=ssl.create_default_context())
        if self.user:
            server.login(self.user, self.password)
        return server

    def _mail(self, message: Outgoing) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, message.address, message.subject
        mail["Message-ID"] = f"<{message.id}@{self.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text + "\n")
        return mail


def _refuse(code: int) -> None:
    """Tell a refusal for good (5xx) from one for now (4xx)."""
    if code >= 500:
        raise Permanent(f"smtp_{code}")
    raise Temporary(f"smtp_{code}")


def from_environment() -> Mail:
    """The mail server that the environment names."""
    parts = urlparse(os.environ["KHIEN_SMTP"])
    tls = "at_once" if parts.scheme == "smtps" else os.environ.get("KHIEN_SMTP_TLS", "")
    return Mail(
        parts.hostname or "localhost", parts.port or (465 if tls == "at_once" else 25), unquote(parts.username or ""),
        unquote(parts.password or ""), tls, os.environ.get("KHIEN_EMAIL_FROM", "khien@localhost"),
    )  # fmt: skip
