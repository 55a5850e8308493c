"""A signer, a synthetic person's certificate, and whom verifiers trust."""

import json
import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import cbor2
import pytest

from khien.certificates import base45, cose, hcert, payload, revocation, signer, trust
from khien.certificates.verify import REASONS, Verdict, verify
from khien.kernel.births import PartialDate

NOW = datetime(2022, 4, 15, 2, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
Signs = Callable[..., str]


@pytest.fixture(scope="session")
def at() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def ministry() -> signer.Signer:
    return signer.make(not_before=NOW, not_after=NOW + timedelta(days=730), organisation="Bộ Y tế", name="DSC VN 01")


@pytest.fixture(scope="session")
def trusted(ministry: signer.Signer) -> trust.TrustList:
    return trust.of([ministry.certificate_der()])


@pytest.fixture(scope="session")
def facts() -> payload.DoseFacts:
    return payload.DoseFacts(
        full_name="Đỗ Thị Hoà Ưng",
        born=PartialDate(1983),
        vaccine="AZ",
        primary_doses=2,
        ordinal=2,
        given_on=date(2021, 9, 18),
        issuer="Cục Y tế dự phòng",
        identifier=payload.uvci("0123456789ABCDEF0123456789ABCDEF"),
    )


@pytest.fixture(scope="session")
def text(facts: payload.DoseFacts, ministry: signer.Signer) -> str:
    return hcert.issue(payload.build(facts), ministry, NOW, NOW + timedelta(days=365))


@pytest.fixture(scope="session")
def certificate(text: str) -> dict[str, Any]:
    found: Any = hcert.decode(text).certificate
    return found


@pytest.fixture(scope="session")
def signed(ministry: signer.Signer, at: datetime, certificate: dict[str, Any]) -> Signs:
    """Sign anything as the ministry would: claims, headers and tags may be replaced."""

    def sign(
        claims: object = None,
        protected: dict[Any, Any] | None = None,
        outside: dict[Any, Any] | None = None,
        by: signer.Signer = ministry,
        wrap: Callable[[bytes], bytes] = zlib.compress,
        **changed: Any,
    ) -> str:
        names = {"iat": hcert.ISSUED_AT, "exp": hcert.EXPIRES_AT, "nbf": hcert.NOT_BEFORE, "iss": hcert.ISSUER}
        whole: dict[Any, Any] = {
            hcert.ISSUER: "VN",
            hcert.EXPIRES_AT: int((at + YEAR).timestamp()),
            hcert.ISSUED_AT: int(at.timestamp()),
            hcert.HEALTH: {hcert.DCC: certificate},
        }
        whole |= {names[name]: value for name, value in changed.items() if name in names}
        if "certificate" in changed:
            whole[hcert.HEALTH] = {hcert.DCC: changed["certificate"]}
        content = claims if isinstance(claims, bytes) else cbor2.dumps(whole if claims is None else claims)
        header = cbor2.dumps({cose.ALGORITHM: by.algorithm, cose.KEY_ID: by.key_id} if protected is None else protected)
        message = cbor2.loads(cose.build(content, header, by.sign)).value
        message[1] = outside or {}
        return hcert.PREFIX + base45.encode(wrap(cbor2.dumps(cbor2.CBORTag(18, message))))

    return sign


@pytest.fixture(scope="session")
def judged(trusted: trust.TrustList, at: datetime) -> Callable[..., Verdict]:
    def judge(text: str, after: timedelta = timedelta(0), revoked: revocation.RevokedList | None = None) -> Verdict:
        verdict = verify(text, trust=trusted, at=at + after, revoked=revoked)
        assert verdict.reason in REASONS
        json.dumps(verdict.as_json(), allow_nan=False)
        return verdict

    return judge
