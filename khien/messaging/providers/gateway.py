"""SMS through a gateway over HTTP: one POST of JSON for each message.

Request: {"id", "to", "from", "text", "encoding"} with `Authorization: Bearer ...` and `Idempotency-Key: id`; answer: {"id"}.
Receipts come to us later, with the gateway's id. Settings: KHIEN_SMS_URL, KHIEN_SMS_TOKEN, KHIEN_SMS_SENDER.
"""

import json
import os
from dataclasses import dataclass, field

import httpx

from khien.messaging import sms
from khien.messaging.providers import Permanent, Temporary, Unsure
from khien.messaging.types import Outgoing, Sent

# Answers that a later try may change.
_LATER = frozenset({408, 409, 425, 429})


@dataclass
class Gateway:
    """One gateway; its connections are kept open between messages."""

    url: str
    token: str = field(default="", repr=False)
    sender: str = "KHIEN"
    timeout: float = 10.0
    name: str = "http"
    width: int = 8

    def __post_init__(self) -> None:
        self._client = httpx.Client(
            timeout=self.timeout, headers={"Authorization": f"Bearer {self.token}"} if self.token else {}
        )

    def send(self, message: Outgoing) -> Sent:
        """Post one message."""
        body = {
            "id": str(message.id), "to": message.address, "from": self.sender, "text": message.text,
            "encoding": sms.cost(message.text).encoding,
        }  # fmt: skip
        try:
            answer = self._client.post(self.url, json=body, headers={"Idempotency-Key": str(message.id)})
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise Temporary("unreachable") from None
        except httpx.HTTPError:
            raise Unsure("line_broke") from None
        return self._read(answer)

    def _read(self, answer: httpx.Response) -> Sent:
        code = answer.status_code
        if code in _LATER or code >= 500:
            raise Temporary(f"http_{code}")
        if code >= 300:
            raise Permanent(f"http_{code}")
        try:
            return Sent(str(answer.json()["id"]))
        except (ValueError, KeyError, TypeError, json.JSONDecodeError):
            return Sent("", final=True)  # taken, but without a name under which a receipt could come


def from_environment() -> Gateway:
    """The gateway that the environment names."""
    return Gateway(
        os.environ["KHIEN_SMS_URL"],
        token=os.environ.get("KHIEN_SMS_TOKEN", ""),
        sender=os.environ.get("KHIEN_SMS_SENDER", "KHIEN"),
    )
