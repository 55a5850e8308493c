"""Those who carry messages, behind one door; the demo's and the real ones pass the same tests.

`KHIEN_SMS`: demo, http or off; `KHIEN_EMAIL`: demo, smtp or off (in a demo: demo; in production: off until it is set).
"""

import os
from functools import lru_cache
from typing import Protocol

from django.conf import settings

from khien.messaging.types import Outgoing, Sent


class Temporary(Exception):
    """Not taken now; try again later. The message is a short code without address or text."""


class Permanent(Exception):
    """Will never be taken (no such number, refused text). The message is a short code."""


class Unsure(Exception):
    """The line broke after the message was handed over: nobody knows."""


class Provider(Protocol):
    """Carries one message at a time; `width` of them at once."""

    @property
    def name(self) -> str: ...
    @property
    def width(self) -> int: ...

    def send(self, message: Outgoing) -> Sent:
        """Hand a message over. Raise Temporary, Permanent or Unsure."""
        ...


def for_channel(channel: str) -> Provider | None:
    """Who carries this channel's messages now; None when nobody does."""
    if settings.PRACTICE:
        return _made(channel, "demo")  # whatever the environment says: a practice copy tells nobody
    default = "demo" if settings.DEMO else "off"
    return _made(channel, os.environ.get("KHIEN_SMS" if channel == "sms" else "KHIEN_EMAIL", default))


@lru_cache(maxsize=8)
def _made(channel: str, kind: str) -> Provider | None:
    from khien.messaging.providers import demo, gateway, mail

    if kind == "off":
        return None
    if kind == "demo":
        return demo.Demo()
    if channel == "sms" and kind == "http":
        return gateway.from_environment()
    if channel == "email" and kind == "smtp":
        return mail.from_environment()
    raise LookupError(f"no provider {kind} for {channel}")


def forget() -> None:
    """Read the environment again (tests, a changed setting)."""
    _made.cache_clear()
