"""The signers' store: private keys in a folder of their own, apart from the database; only certificates are kept there.

`KHIEN_SIGNER`: empty, this instance makes its own signer in the data folder's `signers`; a path, that signer's file is used
(made elsewhere, readable by the process that signs and by no other); `elsewhere`, this process signs nothing.
"""

import os
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from django.conf import settings
from django.db import connection

from khien.certificates import cose, models, signer, trust

ELSEWHERE = "elsewhere"
# A signer outlives every certificate that it signs: five years for certificates of one.
LIFE, LEAST_LEFT = timedelta(days=5 * 365), timedelta(days=400)
_LOCK = 7_105_242
_ALGORITHMS = {"ES256": cose.ES256, "PS256": cose.PS256}


def current(at: datetime) -> signer.Signer | None:
    """The signer in use, made at first need; None where this process may not sign. Raise BadSigner for a broken file."""
    if settings.SIGNER == ELSEWHERE:
        return None
    if settings.SIGNER:
        return _known(_load(Path(settings.SIGNER)), at)
    return _own(at) or _make(at)


def folder() -> Path:
    """Where this instance keeps its own signers; readable by its owner alone."""
    path: Path = settings.DATA / "signers"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.chmod(0o700)
    return path


def pems() -> list[str]:
    """Every signer's certificate, retired ones too: what they signed is still good."""
    return list(models.Signer.objects.order_by("created_at").values_list("certificate_pem", flat=True))


def trusted() -> trust.TrustList:
    """Whom our own checks believe."""
    return _trusted(tuple(pems()))


@lru_cache(maxsize=8)
def _trusted(found: tuple[str, ...]) -> trust.TrustList:
    return trust.of([x509.load_pem_x509_certificate(pem.encode()).public_bytes(serialization.Encoding.DER) for pem in found])


def _own(at: datetime) -> signer.Signer | None:
    """The newest signer in use whose key lies in our folder and that lasts long enough."""
    rows = models.Signer.objects.filter(retired_at=None, valid_until__gt=at + LEAST_LEFT).order_by("-created_at")
    for kid in rows.values_list("kid", flat=True):
        path = folder() / f"{kid}.pem"
        if path.exists():
            return _load(path)
    return None


def _make(at: datetime) -> signer.Signer:
    """Make a signer, once, however many need it at the same moment; a key left by a start that failed is taken up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    if found := _own(at):
        return found
    known = set(models.Signer.objects.values_list("kid", flat=True))
    for path in sorted(folder().glob("*.pem")):
        if path.stem not in known:
            left = _known(_load(path), at)
            if _ends(left) > at + LEAST_LEFT:
                return left
    new = signer.make(
        algorithm=_ALGORITHMS[settings.SIGNING_ALGORITHM], not_before=at - timedelta(days=1), not_after=at + LIFE,
        organisation=settings.SIGNING_ORGANISATION, name=f"DSC VN {at:%Y%m%d}",
    )  # fmt: skip
    scratch = folder() / f".{os.getpid()}.new"
    scratch.unlink(missing_ok=True)
    new.save(scratch)
    scratch.rename(folder() / f"{new.key_id.hex()}.pem")
    return _known(new, at)


def _known(found: signer.Signer, at: datetime) -> signer.Signer:
    """Put the certificate into the trust list, if it is not there."""
    models.Signer.objects.get_or_create(
        kid=found.key_id.hex(),
        defaults={
            "algorithm": cose.NAMES[found.algorithm], "certificate_pem": found.certificate_pem().decode(), "created_at": at,
            "valid_until": _ends(found),
        },
    )  # fmt: skip
    return found


def _ends(found: signer.Signer) -> datetime:
    return found.certificate.not_valid_after_utc


def _load(path: Path) -> signer.Signer:
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        changed = 0
    return _loaded(path, changed)


@lru_cache(maxsize=8)
def _loaded(path: Path, changed: int) -> signer.Signer:
    return signer.load(path)
