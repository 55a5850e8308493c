"""Tablets of a point that took the session along: what is done without a line is signed, sealed, and comes back late, twice and in any order."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from khien.plumbing.sealing import INFO, NONCE, bytes_of, text_of
from khien.rehearsal.browser import Browser, Counter, Surprise
from khien.rehearsal.staff import Answer, Desk, Officer

BATCH = 50
ASKED = 1000  # commands asked after in one go; the server takes twice as many
TWICE = 0.2  # this share of what is sent is sent again


def seal(public: bytes, plain: bytes, *, about: str) -> str:
    """Seal to the instance's key (SPKI), as the browser's side of the contract does."""
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    to = serialization.load_der_public_key(public)
    assert isinstance(to, ec.EllipticCurvePublicKey)
    point = ephemeral.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=point, info=INFO).derive(ephemeral.exchange(ec.ECDH(), to))
    return text_of(point + AESGCM(key).encrypt(NONCE, plain, about.encode()))


def sign(private: ec.EllipticCurvePrivateKey, text: str) -> str:
    """The signature as WebCrypto writes it: r and s of 32 bytes each."""
    r, s = utils.decode_dss_signature(private.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return text_of(r.to_bytes(32) + s.to_bytes(32))


@dataclass
class Sealed:
    """One command that waits on a tablet; who heard the answer is told once."""

    id: str
    name: str
    sealed: str
    then: Callable[[Answer], None] | None


@dataclass
class Tablet:
    """One device: its cookie and key, the sealing key and letter that its pack told, what it has not got rid of."""

    desk: Desk
    session_id: str
    browser: Browser
    device_id: str
    letter: str
    counter: int
    key: ec.EllipticCurvePrivateKey
    sealing_id: str
    sealing: bytes
    log: list[Sealed] = field(default_factory=list)
    seq: int = 0

    def does(self, command_id: UUID, name: str, body: dict[str, Any], at: datetime, after: str, then: Callable[[Answer], None] | None) -> None:
        """Sign and seal one command as done at this moment."""
        self.seq += 1
        wrong = self.desk.wrong
        envelope = {
            "command_id": str(command_id), "device_id": self.device_id, "seq": self.seq, "name": name, "version": 1,
            "occurred_at": (at + wrong).isoformat(), "clock_offset_ms": -int(wrong.total_seconds() * 1000), "rules_version": "",
            "actor": self.desk.actor, "session_id": self.session_id, "after": after or None, "body": {"session_id": self.session_id, **body},
        }  # fmt: skip
        text = json.dumps(envelope, ensure_ascii=False)
        plain = json.dumps({"envelope": text, "signature": sign(self.key, text)}, ensure_ascii=False).encode()
        self.log.append(Sealed(str(command_id), name, seal(self.sealing, plain, about=str(command_id)), then))

    def number(self) -> int:
        """The next queue number that this tablet gives."""
        self.counter += 1
        return self.counter


def enrol(lead: Officer, session_id: str, *, name: str) -> dict[str, str]:
    """The lead enrols a device of the point; returns what its browser keeps, which the lead's own forgets."""
    before = set(lead.http.cookies.keys())
    page = lead.get(f"/diem/{session_id}/nguoi-giup")
    lead.send(page, page.form("name"), {"name": name})
    new = {key: value for key, value in lead.http.cookies.items() if key not in before}
    if not new:
        raise Surprise(f"{lead.username} cannot enrol a device")
    for key in new:
        lead.http.cookies.delete(key)
    return new


def take_along(desk: Desk, lead: Officer, *, name: str, counter: Counter) -> Tablet:
    """The desk's device is enrolled, its key told, the session taken along."""
    new = enrol(lead, desk.session_id, name=name)
    locked = Browser(lead.base, counter=counter)  # the same device with nobody signed in on it
    for key, value in new.items():
        desk.officer.http.cookies.set(key, value)
        locked.http.cookies.set(key, value)
    locked.cut = desk.officer.cut
    private = ec.generate_private_key(ec.SECP256R1())
    spki = private.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    told = desk.officer.post_json("/diem/may-nay/khoa", {"public_key": text_of(spki)}, page=desk.page)
    taken = desk.officer.post_json(f"/diem/{desk.session_id}/mang-theo", {}, page=desk.page)
    if told.status_code != 200 or taken.status_code != 200:
        raise Surprise(f"{name}: the session cannot be taken along ({told.status_code}, {taken.status_code})")
    pack = taken.json()["offline"]
    return Tablet(
        desk, desk.session_id, locked, pack["device"]["id"], pack["device"]["letter"], int(pack["device"].get("counter") or 0), private,
        pack["sealing"]["id"], bytes_of(pack["sealing"]["key"]),
    )  # fmt: skip


def deliver(tablets: list[Tablet], random: Random, wrong: Callable[[str], None], *, rounds: int = 5) -> dict[str, int]:
    """All tablets send at once what they hold, shuffled and some of it twice; then each asks what became of what had to wait."""
    facts = {"sealed": sum(len(tablet.log) for tablet in tablets), "sent_twice": 0, "waited": 0}
    going = []
    for tablet in tablets:
        again = [one for one in tablet.log if random.random() < TWICE]
        facts["sent_twice"] += len(again)
        going.append(random.sample(tablet.log, len(tablet.log)) + again)
    with ThreadPoolExecutor(max(1, len(tablets))) as pool:
        heard = list(pool.map(_send_all, tablets, going))
    for tablet, receipts in zip(tablets, heard, strict=True):  # each command stays on its tablet until its answer came
        tablet.log = [one for one in tablet.log if not _settled(one, receipts.get(one.id, {}), wrong)]
        facts["waited"] += len(tablet.log)
    for _ in range(rounds):
        for tablet in tablets:
            if tablet.log:
                receipts = _ask(tablet)
                tablet.log = [one for one in tablet.log if not _settled(one, receipts.get(one.id, {}), wrong)]
    for tablet in tablets:
        for one in tablet.log:
            wrong(f"{one.name}, sealed, still waits for the step before it")
        tablet.log = []
    return facts


def _send_all(tablet: Tablet, going: list[Sealed]) -> dict[str, dict[str, Any]]:
    receipts: dict[str, dict[str, Any]] = {}
    for first in range(0, len(going), BATCH):
        receipts |= _send(tablet, going[first : first + BATCH])
    return receipts


def _send(tablet: Tablet, items: list[Sealed]) -> dict[str, dict[str, Any]]:
    told = [{"command_id": one.id, "key_id": tablet.sealing_id, "sealed": one.sealed} for one in items]
    return _receipts(tablet.browser.post_json("/diem/gui", {"items": told}))


def _ask(tablet: Tablet) -> dict[str, dict[str, Any]]:
    receipts: dict[str, dict[str, Any]] = {}
    for first in range(0, len(tablet.log), ASKED):
        receipts |= _receipts(tablet.browser.post_json("/diem/gui/hoi", {"command_ids": [one.id for one in tablet.log[first : first + ASKED]]}))
    return receipts


def _receipts(answer: Any) -> dict[str, dict[str, Any]]:
    if answer.status_code != 200:
        raise Surprise(f"sealed commands answered {answer.status_code}")
    return {one["command_id"]: one for one in answer.json()["receipts"]}


def _settled(one: Sealed, receipt: dict[str, Any], wrong: Callable[[str], None]) -> bool:
    """Whether the product has answered this command for good."""
    status = receipt.get("status", "broken")
    if status == "waiting":
        return False
    answer = Answer(status, str(receipt.get("reason") or ""), receipt.get("result") or {})
    if one.then is not None:
        one.then(answer)
    elif status != "accepted":
        wrong(f"{one.name}, sealed, was {status}: {answer.reason}")
    return True
