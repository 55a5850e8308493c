"""What a device seals for this instance and signs with its own key: opened and proved here.

Seal: an ephemeral P-256 key, ECDH with the instance's key, HKDF-SHA256 (salt: the ephemeral point of 65 bytes; info below),
AES-256-GCM with a nonce of zeros (each key is used once). Signature: ECDSA P-256 with SHA-256, 64 bytes r||s as WebCrypto gives it.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cache

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from khien.kernel.errors import Refused
from khien.plumbing.keys import Keys

INFO = b"khien-seal-1"
POINT, TAG, NONCE = 65, 16, bytes(12)


def text_of(data: bytes) -> str:
    """Bytes as base64url without padding."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def bytes_of(text: str) -> bytes:
    """Read base64url. Raises ValueError."""
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))


@cache
def _pair(scalar: bytes) -> tuple[str, ec.EllipticCurvePrivateKey, bytes]:
    """A sealing key by its id: the private half, and the public one as SPKI."""
    private = ec.derive_private_key(int.from_bytes(scalar), ec.SECP256R1())
    public = private.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(public).hexdigest()[:8], private, public


def current(keys: Keys) -> tuple[str, bytes]:
    """The id and public half (SPKI) of the key to which devices seal now."""
    key_id, _private, public = _pair(keys.sealing()[-1])
    return key_id, public


def shelf_keys(keys: Keys, about: str) -> list[tuple[str, bytes]]:
    """Keys for what a device keeps of this and reads only with a page of ours: (id, 256 bits), the one in use last."""
    names = sorted(keys.cipher, key=lambda name: (name == keys.current, name))
    made = [hmac.digest(keys.cipher[name], f"khien shelf\0{about}".encode(), "sha256") for name in names]
    return [(hashlib.sha256(key).hexdigest()[:8], key) for key in made]


def open_sealed(keys: Keys, key_id: str, sealed: bytes, *, about: str) -> bytes:
    """Open what a device sealed; `about` is the command's id, bound to it. Raises Refused: sync.key_unknown, sync.seal_broken."""
    private = next((pair[1] for pair in map(_pair, keys.sealing()) if pair[0] == key_id), None)
    if private is None:
        raise Refused("sync.key_unknown")
    try:
        if len(sealed) < POINT + TAG:
            raise ValueError
        point = sealed[:POINT]
        shared = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
        key = HKDF(algorithm=hashes.SHA256(), length=32, salt=point, info=INFO).derive(shared)
        return AESGCM(key).decrypt(NONCE, sealed[POINT:], about.encode())
    except (ValueError, InvalidTag):
        raise Refused("sync.seal_broken") from None


def read_public(told: str) -> bytes:
    """A device's public key as told: P-256 as SPKI in base64url. Raises Refused devices.key_unreadable."""
    try:
        raw = bytes_of(told)
        key = serialization.load_der_public_key(raw)
    except Exception:  # the library names many kinds of nonsense
        raise Refused("devices.key_unreadable") from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Refused("devices.key_unreadable")
    return raw


def signed_by(public: bytes, text: str, signature: str) -> bool:
    """Say whether this key signed exactly this text."""
    key = serialization.load_der_public_key(public)
    try:
        raw = bytes_of(signature)
        if len(raw) != 64 or not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        whole = utils.encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        key.verify(whole, text.encode(), ec.ECDSA(hashes.SHA256()))
    except (ValueError, InvalidSignature):
        return False
    return True
