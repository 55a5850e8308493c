"""The EU Digital COVID Certificate's envelope: HC1: Base45(zlib(COSE(CWT(-260: {1: certificate}))))."""

import math
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import cbor2

from khien.certificates import base45, cbor, cose

PREFIX = "HC1:"
# The largest QR code holds 4,296 such characters; what is much longer was never a certificate.
LONGEST_TEXT = 10_000
LARGEST_INFLATED = 64 * 1024

# Marks that a copy brings along and nobody sees: zero width, byte order, soft hyphen.
_INVISIBLE = {mark: None for mark in (0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD)}

ISSUER, EXPIRES_AT, NOT_BEFORE, ISSUED_AT, HEALTH = 1, 4, 5, 6, -260
DCC = 1


class BrokenText(ValueError):
    """The text is not a readable certificate; the message says at which step."""


class SigningKey(Protocol):
    """What issuing needs of a signer."""

    @property
    def algorithm(self) -> int: ...
    @property
    def key_id(self) -> bytes: ...
    @property
    def country(self) -> str: ...

    def sign(self, data: bytes) -> bytes:
        """Sign bytes as the algorithm says."""
        ...


@dataclass(frozen=True, slots=True)
class Envelope:
    """An opened certificate, not yet judged."""

    message: cose.Signed
    claims: dict[Any, Any]

    @property
    def certificate(self) -> object:
        """The certificate proper (`ver`, `nam`, `dob`, `v`); None when the claim is missing."""
        health = self.claims.get(HEALTH)
        return health.get(DCC) if isinstance(health, dict) else None

    @property
    def issuer(self) -> str | None:
        """The issuing country as claimed."""
        found = self.claims.get(ISSUER)
        return found if isinstance(found, str) else None

    def seconds(self, claim: int) -> float | int | None:
        """A claimed moment in seconds since 1970; None when absent. Raise ValueError when it is no finite number."""
        found = self.claims.get(claim)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
            raise ValueError("a moment that is not a number")
        number: int | float = found
        return number


def issue(payload: dict[str, Any], signer: SigningKey, issued_at: datetime, expires_at: datetime) -> str:
    """Sign a certificate payload; return the text of its QR code."""
    claims = {
        ISSUER: signer.country,
        EXPIRES_AT: int(expires_at.timestamp()),
        ISSUED_AT: int(issued_at.timestamp()),
        HEALTH: {DCC: payload},
    }
    protected = cose.protected_header(signer.algorithm, signer.key_id)
    message = cose.build(cbor2.dumps(claims), protected, signer.sign)
    return PREFIX + base45.encode(zlib.compress(message))


def decode(text: str) -> Envelope:
    """Open the text of a QR code; space around it is forgiven. Raise BrokenText, never anything else."""
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        raise BrokenText("longer than any certificate")
    if not text.startswith(PREFIX):
        raise BrokenText("does not begin with HC1:")
    try:
        return open_message(inflate(base45.decode(text[len(PREFIX) :])))
    except (base45.NotBase45, cbor.Broken) as broken:
        raise BrokenText(str(broken)) from None


def as_pasted(text: str) -> str:
    """What a person pasted, brought back to the code's text where a mail or a printout changed it: lines broken, a space lost to a
    line's end, letters made small. The first reading that opens; otherwise the text without its line breaks."""
    plain = text.translate(_INVISIBLE).replace("\u00a0", " ").strip()
    joined = "".join(line.rstrip("\r\t") for line in plain.split("\n")).replace("\t", "")
    spaced = " ".join(line.strip("\r\t") for line in plain.split("\n"))
    for reading in dict.fromkeys((joined, spaced, joined.upper(), spaced.upper())):
        try:
            decode(reading)
        except BrokenText:
            continue
        return reading
    return joined


def inflate(data: bytes) -> bytes:
    """Undo zlib up to LARGEST_INFLATED bytes; raise BrokenText for anything but one whole stream."""
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(data, LARGEST_INFLATED)
    except zlib.error:
        raise BrokenText("not compressed with zlib") from None
    if stream.unconsumed_tail:
        raise BrokenText("inflates beyond any certificate")
    if not stream.eof or stream.unused_data:
        raise BrokenText("cut short, or followed by more")
    return plain


def open_message(data: bytes) -> Envelope:
    """Open an inflated message; raise cbor.Broken when it is not COSE around a map of claims."""
    message = cose.parse(data)
    claims = cbor.read(message.payload)
    if not isinstance(claims, dict):
        raise cbor.Broken("claims that are not a map")
    return Envelope(message, claims)


def moment(seconds: float | int | None) -> datetime | None:
    """The UTC moment of seconds since 1970; None when absent or beyond the calendar."""
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
