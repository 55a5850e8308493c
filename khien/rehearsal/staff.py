"""The rehearsal's staff: they sign in with password and one-time code, and send what the desks send."""

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pyotp

from khien.demo.accounts import PASSWORD, totp_secret
from khien.kernel import clock
from khien.kernel.ids import uuid7
from khien.rehearsal.browser import Browser, Counter, Page, Surprise


class Officer(Browser):
    """A staff member at a browser."""

    def __init__(self, base: str, username: str, *, counter: Counter | None = None) -> None:
        super().__init__(base, counter=counter)
        self.username = username
        codes = pyotp.TOTP(totp_secret(username))
        for code in _codes(codes):
            page = self.get("/dieu-phoi/dang-nhap")
            if not page.path.endswith("/dang-nhap"):
                return  # an answer was lost on the way, the sign-in was not
            page = self.send(page, page.form("username", "password"), {"username": username, "password": PASSWORD, "totp": code})
            if not page.path.endswith("/dang-nhap"):
                return
        raise Surprise(f"{username} cannot sign in")


def _codes(codes: pyotp.TOTP) -> Iterator[str]:
    """The code on the phone now; one that was used already is followed by the next, as a person waits for it."""
    yield codes.at(clock.now())
    yield codes.at(clock.now() + timedelta(seconds=codes.interval))
    time.sleep(codes.interval)
    yield codes.at(clock.now() + timedelta(seconds=codes.interval))


@dataclass(frozen=True)
class Answer:
    """A command's receipt."""

    status: str
    reason: str
    result: dict[str, Any]


class Desk:
    """One staff member at the desks of one session: sends commands with receipts."""

    def __init__(self, officer: Browser, session_id: str) -> None:
        self.officer, self.session_id = officer, session_id
        self.page: Page = officer.get(f"/diem/{session_id}")
        if self.page.status != 200:
            raise Surprise(f"{officer.username} cannot open the desk ({self.page.status})")
        found = re.search(r'data-staff="([^"]+)"', self.page.response.text)
        self.actor = found.group(1) if found else ""
        self.device = uuid7()
        self.wrong = timedelta()  # how far this device's own clock is off; it measured that when it last asked the server
        self._seq = 0
        self._lock = threading.Lock()

    def pack(self) -> dict[str, Any]:
        """The session pack."""
        return self.officer.fetch(f"/diem/{self.session_id}/goi").json()  # type: ignore[no-any-return]

    def story(self, visit_id: str, desk: str) -> None:
        """Look at one visit and the person's earlier doses."""
        answer = self.officer.fetch(f"/diem/{self.session_id}/luot/{visit_id}?ban={desk}")
        if answer.status_code != 200:
            raise Surprise(f"{self.officer.username} cannot see a visit ({answer.status_code})")

    def confirmation(self, visit_id: str) -> None:
        """Print the confirmation of a dose."""
        answer = self.officer.fetch(f"/diem/{self.session_id}/giay-xac-nhan/{visit_id}.pdf")
        if answer.status_code != 200 or not answer.content.startswith(b"%PDF"):
            raise Surprise(f"no confirmation is printed ({answer.status_code})")

    def tell(self, name: str, *, occurred_at: datetime | None = None, command_id: UUID | None = None, **body: Any) -> Answer:
        """Send one command; the answer is its receipt, whether accepted or refused."""
        with self._lock:
            self._seq += 1
            envelope = {
                "command_id": str(command_id or uuid7()), "device_id": str(self.device), "seq": self._seq, "name": name, "version": 1,
                "occurred_at": ((occurred_at or clock.now()) + self.wrong).isoformat(),
                "clock_offset_ms": -int(self.wrong.total_seconds() * 1000), "rules_version": "",
                "actor": self.actor, "body": {"session_id": self.session_id, **body},
            }  # fmt: skip
            response = self.officer.post_json(f"/diem/{self.session_id}/lenh", {"commands": [envelope]}, page=self.page)
        if response.status_code != 200:
            raise Surprise(f"{name} answered {response.status_code}")
        receipt = response.json()["receipts"][0]
        return Answer(receipt["status"], receipt.get("reason", ""), receipt.get("result") or {})

    def must(self, name: str, **body: Any) -> dict[str, Any]:
        """Send a command that has to be accepted."""
        told = self.tell(name, **body)
        if told.status != "accepted":
            raise Surprise(f"{name} was {told.status}: {told.reason}")
        return told.result

    def ask(self, what: str, **body: Any) -> dict[str, Any]:
        """Ask before deciding: `de-xuat` or `truoc-tiem`."""
        return self.officer.post_json(f"/diem/{self.session_id}/{what}", body, page=self.page).json()  # type: ignore[no-any-return]
