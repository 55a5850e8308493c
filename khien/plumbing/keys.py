"""Secret keys in a file of their own, apart from the database and its backups."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


@dataclass(frozen=True)
class Keys:
    """Every secret of an instance; `current` names the key that new values use."""

    django: str
    current: str
    lookup: dict[str, bytes] = field(repr=False)
    cipher: dict[str, bytes] = field(repr=False)

    def hash(self, value: str, *, purpose: str) -> str:
        """Hash a normalised value for look-up (HMAC-SHA256, hex), apart for each purpose."""
        return hmac.new(self.lookup[self.current], f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()

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


_boxes: dict[bytes, AESGCM] = {}


def _box(key: bytes) -> AESGCM:
    box = _boxes.get(key)
    if box is None:
        box = _boxes[key] = AESGCM(key)
    return box


def load(path: Path) -> Keys:
    """Read the keys' file; make it (mode 0600) where there is none yet."""
    if not path.exists():
        _make(path)
    raw = json.loads(path.read_text())
    return Keys(
        django=raw["django"],
        current=raw["current"],
        lookup={name: base64.b64decode(value) for name, value in raw["lookup"].items()},
        cipher={name: base64.b64decode(value) for name, value in raw["cipher"].items()},
    )


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = {
        "django": secrets.token_urlsafe(48),
        "current": "k1",
        "lookup": {"k1": base64.b64encode(os.urandom(32)).decode()},
        "cipher": {"k1": base64.b64encode(os.urandom(32)).decode()},
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
