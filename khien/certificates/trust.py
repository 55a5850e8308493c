"""Whom we believe: signers' X.509 certificates, found by key id = the first eight bytes of the certificate's SHA-256."""

import base64
import binascii
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from asn1crypto import x509 as lenient
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.x509.oid import ExtensionOID

LARGEST_FILE = 16 * 1024 * 1024

# Extended key usages of the EU's certificate governance, in their final and their first numbering.
KINDS_BY_USAGE = {
    "1.3.6.1.4.1.1847.2021.1.1": "t",
    "1.3.6.1.4.1.1847.2021.1.2": "v",
    "1.3.6.1.4.1.1847.2021.1.3": "r",
    "1.3.6.1.4.1.0.1847.2021.1.1": "t",
    "1.3.6.1.4.1.0.1847.2021.1.2": "v",
    "1.3.6.1.4.1.0.1847.2021.1.3": "r",
}
_PEM = re.compile(rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----(.*?)-----END ", re.DOTALL)


class NoTrust(Exception):
    """No signer could be loaded; the message is one line for the operator."""


@dataclass(frozen=True, slots=True)
class TrustedSigner:
    """A signer's public key and what it may sign; no usage named means any kind."""

    key_id: bytes
    key: object
    kinds: frozenset[str]
    subject: str

    def may_sign(self, kind: str | None) -> bool:
        """Tell whether its certificate allows this kind of entry (v, t, r)."""
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True, slots=True)
class TrustList:
    """Signers by key id. Two certificates may share one: each is tried."""

    signers: tuple[TrustedSigner, ...]
    skipped: tuple[str, ...] = ()
    _by_key_id: dict[bytes, list[TrustedSigner]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        grouped: dict[bytes, list[TrustedSigner]] = {}
        for signer in self.signers:
            grouped.setdefault(signer.key_id, []).append(signer)
        object.__setattr__(self, "_by_key_id", grouped)

    def named(self, key_id: bytes | None) -> list[TrustedSigner]:
        """The signers with this key id."""
        return self._by_key_id.get(key_id, []) if key_id else []


def key_id(certificate: bytes) -> bytes:
    """The key id of a certificate in DER."""
    return sha256(certificate).digest()[:8]


def load(path: Path) -> TrustList:
    """Load the signers in a file (PEM, one or many, or DER) or in the files of a directory.

    Raise NoTrust when there is none. In a directory, a file that holds no certificate is skipped and named; among several in
    one file, one that cannot be read is skipped and numbered: it takes nobody's word away but its own.
    """
    try:
        files = sorted(entry for entry in path.iterdir() if entry.is_file()) if path.is_dir() else None
        if files is None:
            found, broken = _signers(_read(path))
            return TrustList(tuple(found), tuple(f"{_name(path)} #{number}" for number in broken))
    except (ValueError, OSError) as trouble:
        raise NoTrust(f"no signer certificate in {path}: {_short(trouble)}") from None
    signers: list[TrustedSigner] = []
    skipped: list[str] = []
    for file in files:
        try:
            found, broken = _signers(_read(file))
        except (ValueError, OSError):
            skipped.append(_name(file))
            continue
        signers += found
        skipped += [f"{_name(file)} #{number}" for number in broken]
    if not signers:
        raise NoTrust(f"no signer certificate in {path}")
    return TrustList(tuple(signers), tuple(skipped))


def of(certificates: Iterable[bytes]) -> TrustList:
    """Trust these certificates (DER)."""
    return TrustList(tuple(_signer(der) for der in certificates))


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise ValueError("larger than 16 MB")
    return data


def _signers(data: bytes) -> tuple[list[TrustedSigner], list[int]]:
    """Read every certificate in a file; return them with the numbers (from 1) of those that are broken.

    Raise ValueError when none can be read.
    """
    found: list[TrustedSigner] = []
    broken: list[int] = []
    trouble = ValueError("no certificate")
    for number, der in enumerate(_parts(data), start=1):
        try:
            found.append(_signer(der if der[:1] == b"\x30" else _unarmoured(der)))
        except ValueError as why:
            trouble = why
            broken.append(number)
    if not found:
        raise trouble
    return found, broken


def _parts(data: bytes) -> list[bytes]:
    """The certificates in a file, each still as it is written: PEM, DER in a row, or Base64 of one DER."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        # As Windows writes what a command prints.
        data = data.decode("utf-16", "replace").encode()
    return _PEM.findall(data) or (_in_a_row(data) if data[:1] == b"\x30" else [data])


def _in_a_row(data: bytes) -> list[bytes]:
    """Each of the certificates that stand one behind the other in DER; the whole, where lengths do not tell them apart."""
    found, whole = [], data
    while data.strip():
        size = 2 + data[1] if data[1:2] and data[1] < 0x80 else 4 + int.from_bytes(data[2:4], "big") if data[1:2] == b"\x82" else 0
        if not 4 <= size <= len(data) or data[:1] != b"\x30":
            return [whole]
        found.append(data[:size])
        data = data[size:]
    return found


def _unarmoured(body: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(body.removeprefix(b"\xef\xbb\xbf").split()), validate=True)
    except binascii.Error:
        raise ValueError("neither PEM nor DER") from None


def _signer(der: bytes) -> TrustedSigner:
    """Read one certificate; where the strict parser refuses it, a lenient one takes its key and usages.

    Some states signed with certificates that break a rule of DER; their key and their key id are beyond doubt.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        usages, subject = _usages(certificate), certificate.subject.rfc4514_string()
        key: object = certificate.public_key()
    except Exception:  # the strict parser raises ValueError, TypeError or its own errors, by the rule that is broken
        key, usages, subject = _leniently(der)
    kinds = frozenset(KINDS_BY_USAGE[usage] for usage in usages if usage in KINDS_BY_USAGE)
    return TrustedSigner(key_id(der), key, kinds, subject)


def _usages(certificate: x509.Certificate) -> list[str]:
    try:
        extension = certificate.extensions.get_extension_for_oid(ExtensionOID.EXTENDED_KEY_USAGE)
    except x509.ExtensionNotFound:
        return []
    return [usage.dotted_string for usage in extension.value]  # type: ignore[attr-defined]


def _leniently(der: bytes) -> tuple[object, list[str], str]:
    try:
        certificate = lenient.Certificate.load(der, strict=True)
        key = load_der_public_key(certificate.public_key.dump())
        usage = certificate.extended_key_usage_value
        # .dotted, because asn1crypto gives known usages a name
        usages = [] if usage is None else [one.dotted for one in usage]
        return key, usages, certificate.subject.human_friendly
    except Exception:  # asn1crypto meets broken input with whatever its parsing trips over
        raise ValueError("not an X.509 certificate") from None


def _name(path: Path) -> str:
    """A file's name as text that any output takes: bytes that are not UTF-8 are replaced."""
    return os.fsencode(path.name).decode("utf-8", "replace")


def _short(trouble: Exception) -> str:
    return trouble.strerror or "unreadable" if isinstance(trouble, OSError) else str(trouble)
