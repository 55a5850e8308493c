"""Secret keys in a file of their own, apart from the database and its backups."""

import hashlib
import hmac
import json
import os
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from khien.plumbing.postgres import CannotStart, home

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256 (FIPS 186-5)


@dataclass(frozen=True)
class Keys:
    """Every secret of an instance; `current` names the key that new values use."""

    django: str
    current: str
    lookup: dict[str, bytes] = field(repr=False)
    cipher: dict[str, bytes] = field(repr=False)

    def hash(self, value: str, *, purpose: str) -> str:
        """Hash a normalised value for look-up (HMAC-SHA256, hex), apart for each purpose."""
        return hmac.digest(self.lookup[self.current], f"{purpose}\0{value}".encode(), "sha256").hex()

    def seal(self, text: str, *, purpose: str) -> bytes:
        """Encrypt text (AES-256-GCM): key id, nonce, ciphertext."""
        return self.seal_bytes(text.encode(), purpose=purpose)

    def seal_bytes(self, data: bytes, *, purpose: str) -> bytes:
        nonce = os.urandom(12)
        sealed = _box(self.cipher[self.current]).encrypt(nonce, data, purpose.encode())
        return self.current.encode() + nonce + sealed

    def open(self, sealed: bytes | memoryview | None, *, purpose: str) -> str:
        """Decrypt what `seal` made; nothing gives an empty text."""
        return self.open_bytes(sealed, purpose=purpose).decode() if sealed else ""

    def open_bytes(self, sealed: bytes | memoryview, *, purpose: str) -> bytes:
        raw = bytes(sealed)
        return _box(self.cipher[raw[:2].decode()]).decrypt(raw[2:14], raw[14:], purpose.encode())

    def sealing(self) -> tuple[bytes, ...]:
        """Private P-256 scalars to which desks without a line seal (see `sealing`), the one in use last.

        Each follows from a cipher key: every server of an instance has the same ones, and a key once in use opens for good.
        """
        return tuple(_scalar(self.cipher[name]) for name in sorted(self.cipher, key=lambda name: (name == self.current, name)))

    def fingerprints(self) -> dict[str, str]:
        """A mark of each key that tells nothing of it: a database remembers them, to know its own keys again."""
        return {
            name: hashlib.sha256(b"khien key\0" + self.lookup[name] + b"\0" + cipher).hexdigest()[:32]
            for name, cipher in sorted(self.cipher.items())
        }


def _scalar(key: bytes) -> bytes:
    """A scalar drawn evenly from 1 to the order of P-256 less 1: 512 bits leave no bias that could be seen."""
    return (1 + int.from_bytes(hmac.digest(key, b"khien sealing key", "sha512")) % (_ORDER - 1)).to_bytes(32)


_boxes: "dict[bytes, AESGCM]" = {}


def _box(key: bytes) -> "AESGCM":
    box = _boxes.get(key)
    if box is None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # here: the supervisor reads keys and opens none

        box = _boxes[key] = AESGCM(key)
    return box


def load(path: Path) -> Keys:
    """Read the keys' file; make it (mode 0600) where there is none yet.

    Raises CannotStart: a file that is damaged; none where there is a database already.
    """
    if not path.exists():
        database = home(path.parent).data
        if (database / "PG_VERSION").exists():
            raise CannotStart(
                f"The keys' file {path} is missing, but its database is there ({database}): put it back from the backup."
            )
        _make(path)
    text = path.read_text(errors="replace")
    try:
        raw = json.loads(text)
        lookup, cipher = (
            {name: b64decode(value, validate=True) for name, value in raw[part].items()} for part in ("lookup", "cipher")
        )
        keys = Keys(django=str(raw["django"]), current=raw["current"], lookup=lookup, cipher=cipher)
        sound = keys.current in lookup and lookup.keys() == cipher.keys() and len(keys.django) >= 32
        sound = sound and all(len(key) == 32 for key in (*lookup.values(), *cipher.values()))
    except (ValueError, KeyError, TypeError, AttributeError):
        sound = False
    if not sound:
        raise CannotStart(
            f"The keys' file {path} is damaged: put it back from the backup; new keys could not read what is stored."
        )
    return keys


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = {
        "django": secrets.token_urlsafe(48),
        "current": "k1",
        "lookup": {"k1": b64encode(os.urandom(32)).decode()},
        "cipher": {"k1": b64encode(os.urandom(32)).decode()},
    }
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(new, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(scratch, path)  # two starts at once: the first one's keys stand
    except FileExistsError:
        pass
    finally:
        scratch.unlink()
