"""Secret keys in a file of their own, apart from the database and its backups."""

import fcntl
import hashlib
import hmac
import json
import os
import secrets
from base64 import b64decode, b64encode
from contextlib import suppress
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
    sealing: tuple[bytes, ...] = field(default=(), repr=False)  # private P-256 scalars, the newest last (see `sealing`)

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

    def fingerprints(self) -> dict[str, str]:
        """A mark of each key that tells nothing of it: a database remembers them, to know its own keys again."""
        return {
            name: hashlib.sha256(b"khien key\0" + self.lookup[name] + b"\0" + cipher).hexdigest()[:32]
            for name, cipher in sorted(self.cipher.items())
        }


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
    keys = _read(path)
    if keys is not None and not keys.sealing:
        _add_sealing(path)
        keys = _read(path)
    if keys is None:
        raise CannotStart(
            f"The keys' file {path} is damaged: put it back from the backup; new keys could not read what is stored."
        )
    return keys


def _read(path: Path) -> Keys | None:
    """The keys as the file tells them; None when it is damaged."""
    try:
        raw = json.loads(path.read_text(errors="replace"))
        lookup, cipher = (
            {name: b64decode(value, validate=True) for name, value in raw[part].items()} for part in ("lookup", "cipher")
        )
        sealing = tuple(b64decode(value, validate=True) for value in raw.get("sealing", ()))
        keys = Keys(django=str(raw["django"]), current=raw["current"], lookup=lookup, cipher=cipher, sealing=sealing)
        sound = keys.current in lookup and lookup.keys() == cipher.keys() and len(keys.django) >= 32
        sound = sound and all(len(key) == 32 for key in (*lookup.values(), *cipher.values(), *sealing))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return keys if sound else None


def _add_sealing(path: Path) -> None:
    """Give an older instance the key to which desks without a line seal; where the file may not be written there is none."""
    with suppress(PermissionError), open(path, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        raw = json.loads(path.read_text())
        if raw.get("sealing"):
            return  # another process was first
        raw["sealing"] = [_scalar()]
        scratch = path.with_name(f"{path.name}.{os.getpid()}")
        _write(scratch, raw)
        scratch.replace(path)


def _scalar() -> str:
    """A private scalar of P-256, drawn evenly."""
    return b64encode((1 + secrets.randbelow(_ORDER - 1)).to_bytes(32)).decode()


def _write(scratch: Path, raw: dict[str, object]) -> None:
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(raw, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new: dict[str, object] = {
        "django": secrets.token_urlsafe(48),
        "current": "k1",
        "lookup": {"k1": b64encode(os.urandom(32)).decode()},
        "cipher": {"k1": b64encode(os.urandom(32)).decode()},
        "sealing": [_scalar()],
    }
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    _write(scratch, new)
    try:
        os.link(scratch, path)  # two starts at once: the first one's keys stand
    except FileExistsError:
        pass
    finally:
        scratch.unlink()
