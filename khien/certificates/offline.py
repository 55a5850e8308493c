"""What a browser needs to judge certificates by itself: signers' keys, hashes of the revoked, the schemas. It names nobody."""

import base64
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from khien.certificates import schema
from khien.certificates.trust import TrustedSigner, TrustList

_KEYWORDS = frozenset({
    "$ref", "$defs", "type", "oneOf", "anyOf", "required", "properties", "pattern", "items", "minItems", "maxItems", "minimum", "maxLength",
})  # fmt: skip
_NAMED = frozenset({"properties", "$defs"})


def mark(identifier: str) -> str:
    """An identifier as the list holds it: the first 16 bytes of its SHA-256, in hexadecimal."""
    return sha256(identifier.strip().upper().encode()).hexdigest()[:32]


def list_for_browsers(trusted: TrustList, revoked: Iterable[str], at: datetime) -> dict[str, Any]:
    """The whole list, as it stands at this moment."""
    return {
        "at": at.isoformat(), "signers": [_signer(one) for one in trusted.signers], "revoked": sorted(map(mark, revoked)), "schemas": _schemas(),
    }  # fmt: skip


def _signer(one: TrustedSigner) -> dict[str, Any]:
    """A signer with the one algorithm that its key suits; "" for a key that signs no certificate."""
    key, algorithm = one.key, ""
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        algorithm = "ES256"
    elif isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048:
        algorithm = "PS256"
    octets = b""
    if algorithm and isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        octets = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return {"kid": one.key_id.hex(), "algorithm": algorithm, "key": base64.b64encode(octets).decode(), "kinds": sorted(one.kinds)}


@cache
def _schemas() -> dict[str, Any]:
    return {version: _bare(schema.load(f"dcc-schema-{version}")) for version in ("1.3.0", "1.3.3")}


def _bare(part: Any) -> Any:
    """A schema without what is there for readers."""
    if isinstance(part, list):
        return [_bare(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        name: {inner: _bare(one) for inner, one in held.items()} if name in _NAMED else _bare(held)
        for name, held in part.items()
        if name in _KEYWORDS
    }
