"""A document signer: a private key and its X.509 certificate, kept together in one PEM file that only its owner reads."""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier

from khien.certificates import cose, trust

VACCINATION = ObjectIdentifier("1.3.6.1.4.1.1847.2021.1.2")
_RSA_BITS = 2048


class BadSigner(Exception):
    """A signer's file cannot be used; the message is one line for the operator."""


@dataclass(frozen=True)
class Signer:
    """Signs in process; `certificate` is what verifiers trust."""

    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = field(repr=False)
    certificate: x509.Certificate
    country: str
    algorithm: int = field(init=False)
    key_id: bytes = field(init=False)
    sign: Callable[[bytes], bytes] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        rsa_key = isinstance(self.key, rsa.RSAPrivateKey)
        fixed = {
            "algorithm": cose.PS256 if rsa_key else cose.ES256,
            "key_id": trust.key_id(self.certificate_der()),
            "sign": cose.ps256(self.key) if isinstance(self.key, rsa.RSAPrivateKey) else cose.es256(self.key),
        }
        for name, value in fixed.items():
            object.__setattr__(self, name, value)

    def certificate_der(self) -> bytes:
        """The certificate in DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def certificate_pem(self) -> bytes:
        """The certificate in PEM: what is handed to verifiers."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def save(self, path: Path) -> None:
        """Write key and certificate into a new file of mode 0600; raise FileExistsError rather than lose a key."""
        secret = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secret + self.certificate_pem())
            file.flush()
            os.fsync(file.fileno())


def make(
    *,
    algorithm: int = cose.ES256,
    not_before: datetime,
    not_after: datetime,
    organisation: str,
    name: str,
    country: str = "VN",
) -> Signer:
    """Make a key and its self-signed certificate, limited to vaccination certificates."""
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    if algorithm == cose.PS256:
        key = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    else:
        key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    digital_signature_only = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(digital_signature_only, critical=True)
        .add_extension(x509.ExtendedKeyUsage([VACCINATION]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Signer(key, certificate, country)


def load(path: Path) -> Signer:
    """Read a signer's file. Raise BadSigner when it is missing, broken, open to others, or its halves do not belong together."""
    try:
        mode = path.stat().st_mode
        data = path.read_bytes()
    except OSError as trouble:
        raise BadSigner(f"cannot read the signer's file {path}: {trouble.strerror}") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise BadSigner(f"the signer's file {path} can be read by others: chmod 600 {path}")
    try:
        key = serialization.load_pem_private_key(data, password=None)
        certificate = x509.load_pem_x509_certificate(data)
    except (ValueError, TypeError):
        raise BadSigner(f"the signer's file {path} holds no key with its certificate") from None
    fits = isinstance(key, rsa.RSAPrivateKey) and key.key_size >= _RSA_BITS
    fits = fits or (isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1))
    if not fits:
        raise BadSigner(f"the key in {path} is neither P-256 nor RSA of {_RSA_BITS} bits or more")
    if key.public_key() != certificate.public_key():
        raise BadSigner(f"the certificate in {path} belongs to another key")
    countries = certificate.subject.get_attributes_for_oid(NameOID.COUNTRY_NAME)
    country = str(countries[0].value) if countries else "VN"
    return Signer(key, certificate, country)  # type: ignore[arg-type]
