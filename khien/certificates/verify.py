"""Judge a certificate, offline, from its text, the signers we trust and the list of revoked ones.

The reason is the first failure in the order of REASONS. See docs/certificates.md.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from khien.certificates import cose, hcert, schema
from khien.certificates.revocation import RevokedList
from khien.certificates.trust import TrustedSigner, TrustList

REASONS = (
    "ok",
    "broken_text",
    "schema",
    "algorithm",
    "unknown_signer",
    "signature",
    "not_yet_valid",
    "expired",
    "key_usage",
    "revoked",
)
NOT_CHECKED, NOT_REVOKED, REVOKED = "not_checked", "not_revoked", "revoked"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verifier says of one text. The payload is shown whatever the verdict: believe it only when valid."""

    reason: str
    revocation: str = NOT_CHECKED
    payload: dict[str, Any] | None = None
    detail: str | None = None
    issuer: str | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    algorithm: str | None = None
    key_id: bytes | None = None
    signer: str | None = None

    @property
    def valid(self) -> bool:
        """Whether nothing failed."""
        return self.reason == "ok"

    def as_json(self) -> dict[str, Any]:
        """The object that `khien certificate verify` prints."""
        return {
            "valid": self.valid,
            "reason": self.reason,
            "revocation": self.revocation,
            "detail": self.detail,
            "issuer": self.issuer,
            "issued_at": _iso(self.issued_at),
            "expires_at": _iso(self.expires_at),
            "algorithm": self.algorithm,
            "key_id": self.key_id.hex() if self.key_id else None,
            "signer": self.signer,
            "payload": self.payload,
        }


def verify(text: str, *, trust: TrustList, at: datetime, revoked: RevokedList | None = None) -> Verdict:
    """Judge the text of a QR code at a moment (aware). Never raises for what the text holds."""
    try:
        envelope = hcert.decode(text)
    except hcert.BrokenText as broken:
        return Verdict("broken_text", detail=str(broken))
    return judge(envelope, trust=trust, at=at, revoked=revoked)


def judge(envelope: hcert.Envelope, *, trust: TrustList, at: datetime, revoked: RevokedList | None = None) -> Verdict:
    """Judge an opened certificate."""
    certificate = envelope.certificate
    revocation = _revocation(envelope, revoked)
    signers = trust.named(envelope.message.key_id)
    fault = schema.fault(certificate) or _claims_fault(envelope)
    reason = "schema" if fault else _failure(envelope, signers, at, revocation)
    printable = isinstance(certificate, dict) and schema.is_json(certificate)
    algorithm = envelope.message.algorithm
    return Verdict(
        reason=reason,
        revocation=revocation,
        payload=certificate if printable else None,  # type: ignore[arg-type]
        detail=fault,
        issuer=envelope.issuer,
        issued_at=None if fault else hcert.moment(envelope.seconds(hcert.ISSUED_AT)),
        expires_at=None if fault else hcert.moment(envelope.seconds(hcert.EXPIRES_AT)),
        algorithm=cose.NAMES.get(algorithm) if isinstance(algorithm, int) else None,
        key_id=envelope.message.key_id,
        signer=signers[0].subject if signers else None,
    )


def _failure(envelope: hcert.Envelope, signers: list[TrustedSigner], at: datetime, revocation: str) -> str:
    """Name the first failure behind the form, or ok."""
    message = envelope.message
    if message.critical or not isinstance(message.algorithm, int) or message.algorithm not in cose.NAMES:
        return "algorithm"
    if not signers:
        return "unknown_signer"
    proven = [signer for signer in signers if cose.verifies(message, signer.key)]
    if not proven:
        return "signature"
    if early_or_late := _time_failure(envelope, at):
        return early_or_late
    if not any(signer.may_sign(schema.kind(envelope.certificate)) for signer in proven):
        return "key_usage"
    return "revoked" if revocation == REVOKED else "ok"


def _time_failure(envelope: hcert.Envelope, at: datetime) -> str | None:
    """Compare with the claimed moments; the first and the last second are inside."""
    now = at.timestamp()
    for claim in (hcert.ISSUED_AT, hcert.NOT_BEFORE):
        begin = envelope.seconds(claim)
        if begin is not None and now < begin:
            return "not_yet_valid"
    end = envelope.seconds(hcert.EXPIRES_AT)
    return "expired" if end is not None and now > end else None


def _claims_fault(envelope: hcert.Envelope) -> str | None:
    """A certificate without beginning or end, with a moment that is no number or an issuer that is no text, has a wrong form."""
    if envelope.claims.get(hcert.ISSUER) is not None and envelope.issuer is None:
        return "an issuer that is no text"
    try:
        begin = envelope.seconds(hcert.ISSUED_AT)
        envelope.seconds(hcert.NOT_BEFORE)
        end = envelope.seconds(hcert.EXPIRES_AT)
    except ValueError:
        return "a claimed moment that is no number"
    if begin is None:
        return "no moment of issue"
    return "no expiry" if end is None else None


def _revocation(envelope: hcert.Envelope, revoked: RevokedList | None) -> str:
    entry = schema.entry(envelope.certificate)
    identifier, country = entry.get("ci"), entry.get("co")
    if revoked is None or not isinstance(identifier, str):
        return NOT_CHECKED
    # Lists are made with the country of the vaccination or with that of the issuer: most often the same.
    countries = {place for place in (country, envelope.issuer) if isinstance(place, str)} or {""}
    held = any(revoked.holds(identifier=identifier, country=place, signature=envelope.message.signature) for place in countries)
    return REVOKED if held else NOT_REVOKED


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
