"""COSE_Sign1 (RFC 9052) as the EU Digital COVID Certificate uses it: ES256 and PS256, key id of eight bytes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from khien.certificates import cbor

ES256 = -7
PS256 = -37
NAMES = {ES256: "ES256", PS256: "PS256"}

ALGORITHM = 1
CRITICAL = 2
KEY_ID = 4

TAG_SIGN1 = 18
TAG_CWT = 61
_TAGS = frozenset({TAG_SIGN1, TAG_CWT})

_P256_BYTES = 32
_SHA256 = hashes.SHA256()
_ECDSA = ec.ECDSA(_SHA256)
_PSS = padding.PSS(mgf=padding.MGF1(_SHA256), salt_length=32)


@dataclass(frozen=True, slots=True)
class Signed:
    """A parsed COSE_Sign1 message, not yet verified."""

    protected: bytes
    headers: Mapping[Any, Any]
    payload: bytes
    signature: bytes

    @property
    def algorithm(self) -> object:
        """The algorithm's COSE number, whatever it is; None when absent."""
        return self.headers.get(ALGORITHM)

    @property
    def key_id(self) -> bytes | None:
        """The signer's key id; None when absent or not bytes."""
        found = self.headers.get(KEY_ID)
        return found if isinstance(found, bytes) else None

    @property
    def critical(self) -> bool:
        """Whether the signer demands headers that we may not know."""
        return CRITICAL in self.headers


def build(payload: bytes, protected: bytes, sign: Callable[[bytes], bytes]) -> bytes:
    """Sign a payload under an encoded protected header; return the tagged message."""
    signature = sign(_to_be_signed(protected, payload))
    return b"".join((b"\xd2\x84", _byte_string(protected), b"\xa0", _byte_string(payload), _byte_string(signature)))


@lru_cache(maxsize=64)
def protected_header(algorithm: int, key_id: bytes) -> bytes:
    """Encode the protected header of our certificates: algorithm, then key id."""
    return cbor2.dumps({ALGORITHM: algorithm, KEY_ID: key_id})


def parse(data: bytes) -> Signed:
    """Read a message, untagged, tagged 18 or 61(18); raise cbor.Broken when it is none.

    A header in the protected part wins over the same one outside it.
    """
    tags, rest = cbor.peel_tags(data, _TAGS)
    if tags not in {(), (TAG_SIGN1,), (TAG_CWT, TAG_SIGN1)}:
        raise cbor.Broken("tags in a wrong order")
    message = cbor.read(rest)
    if not isinstance(message, list) or len(message) != 4:
        raise cbor.Broken("not four parts")
    protected, outside, payload, signature = message
    if not (isinstance(protected, bytes) and isinstance(payload, bytes) and isinstance(signature, bytes)):
        raise cbor.Broken("parts of a wrong kind")
    inside = cbor.read(protected) if protected else {}
    if not isinstance(inside, dict) or not isinstance(outside, dict):
        raise cbor.Broken("headers of a wrong kind")
    return Signed(protected, {**outside, **inside}, payload, signature)


def verifies(message: Signed, key: object) -> bool:
    """Tell whether this key signed this message with the algorithm that the message names."""
    data = _to_be_signed(message.protected, message.payload)
    try:
        match message.algorithm, key:
            case -7, ec.EllipticCurvePublicKey() if isinstance(key.curve, ec.SECP256R1):
                key.verify(_der_signature(message.signature), data, _ECDSA)
            case -37, rsa.RSAPublicKey() if key.key_size >= 2048:
                key.verify(message.signature, data, _PSS, _SHA256)
            case _:
                return False
    except (InvalidSignature, ValueError):
        return False
    return True


def es256(key: ec.EllipticCurvePrivateKey) -> Callable[[bytes], bytes]:
    """Return the function that signs bytes with ECDSA P-256, as raw r and s."""

    def sign(data: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(data, _ECDSA))
        return r.to_bytes(_P256_BYTES, "big") + s.to_bytes(_P256_BYTES, "big")

    return sign


def ps256(key: rsa.RSAPrivateKey) -> Callable[[bytes], bytes]:
    """Return the function that signs bytes with RSASSA-PSS, SHA-256 and a salt of 32 bytes."""

    def sign(data: bytes) -> bytes:
        return key.sign(data, _PSS, _SHA256)

    return sign


def _der_signature(raw: bytes) -> bytes:
    if len(raw) != 2 * _P256_BYTES:
        raise ValueError("an ES256 signature has 64 bytes")
    return encode_dss_signature(int.from_bytes(raw[:_P256_BYTES], "big"), int.from_bytes(raw[_P256_BYTES:], "big"))


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """The Sig_structure of RFC 9052, section 4.4, with no external data."""
    return b"".join((b"\x84\x6aSignature1", _byte_string(protected), b"\x40", _byte_string(payload)))


def _byte_string(data: bytes) -> bytes:
    """Encode a CBOR byte string in its shortest form."""
    size = len(data)
    if size < 24:
        return bytes((0x40 | size,)) + data
    if size < 256:
        return bytes((0x58, size)) + data
    return b"\x59" + size.to_bytes(2, "big") + data
