import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from khien.certificates import base45, cose, hcert, revocation, signer, trust
from khien.certificates.verify import NOT_CHECKED, NOT_REVOKED, REVOKED, Verdict, verify

YEAR = timedelta(days=365)
Signs = Callable[..., str]
Judges = Callable[..., Verdict]


def test_white_space_around_the_text_is_forgiven(text: str, judged: Judges) -> None:
    assert judged(f"\r\n\t {text} \n\n").reason == "ok"


@pytest.mark.parametrize(
    "change",
    [
        {"ver": None},
        {"ver": "1" * 30_000},
        {"ver": 1.3},
        {"nam": "Đỗ"},
        {"nam": {"fn": "Đỗ"}},
        {"nam": {"fnt": "Đỗ"}},
        {"dob": "1815-08-24"},
        {"dob": "١٩٨٣"},
        {"dob": "1983\n"},
        {"dob": 1983},
        {"v": []},
        {"v": None},
        {"v": {}},
        {"v": [None]},
        {"v": [[]]},
        {"v": [1, 2]},
        {"t": []},
        {"r": None},
        {"more": b"bytes"},
        {"more": float("nan")},
        {"more": float("inf")},
        {"more": {1: 2}},
    ],
)
def test_a_certificate_of_a_wrong_form_is_named_schema(
    change: dict[str, Any], certificate: dict[str, Any], signed: Signs, judged: Judges
) -> None:
    assert judged(signed(certificate=certificate | change)).reason == "schema"


@pytest.mark.parametrize(
    "change",
    [
        {"dn": 0},
        {"dn": 1.5},
        {"dn": True},
        {"sd": "2"},
        {"co": ""},
        {"ci": "x" * 81},
        {"dt": "2021-02-30"},
        {"dt": "2021-09-18\n"},
        {"dt": "soon"},
        {"dt": "0000-00-00"},
        {"dt": None},
        {"mp": 5},
        {"tg": None},
    ],
)
def test_a_dose_of_a_wrong_form_is_named_schema(
    change: dict[str, Any], certificate: dict[str, Any], signed: Signs, judged: Judges
) -> None:
    assert judged(signed(certificate=certificate | {"v": [certificate["v"][0] | change]})).reason == "schema"


@pytest.mark.parametrize("claims", [{}, {-260: {}}, {-260: 5}, {-260: {1: "text"}}, {-260: {1: []}}, {-260: [1]}])
def test_claims_without_a_certificate_are_named_schema(claims: Any, signed: Signs, judged: Judges) -> None:
    assert judged(signed(claims=claims)).reason == "schema"


@pytest.mark.parametrize(
    "change", [{"exp": None}, {"exp": "2023"}, {"exp": float("nan")}, {"iat": True}, {"iat": []}, {"iat": None}, {"nbf": {}}, {"iss": 84}, {"iss": b"VN"}, {"iss": ["VN"]}]
)
def test_a_claimed_moment_that_is_none_is_named_schema(change: dict[str, Any], signed: Signs, judged: Judges) -> None:
    assert judged(signed(**change)).reason == "schema"


@pytest.mark.parametrize("number", [-8, -35, -257, 5, None, "ES256", [], -7.5])
def test_another_algorithm_is_named_before_the_signer(number: Any, signed: Signs, judged: Judges) -> None:
    assert judged(signed(protected={cose.ALGORITHM: number, cose.KEY_ID: b"stranger"})).reason == "algorithm"


def test_a_header_that_must_be_understood_and_is_not_is_refused(ministry: signer.Signer, signed: Signs, judged: Judges) -> None:
    header = {cose.ALGORITHM: cose.ES256, cose.KEY_ID: ministry.key_id, cose.CRITICAL: [99], 99: 1}
    assert judged(signed(protected=header)).reason == "algorithm"


@pytest.mark.parametrize("key_id", [b"", b"stranger", b"\x00" * 7, b"\x00" * 9, "text", None, 5])
def test_a_signer_that_we_do_not_trust_is_unknown(key_id: Any, signed: Signs, judged: Judges) -> None:
    assert judged(signed(protected={cose.ALGORITHM: cose.ES256, cose.KEY_ID: key_id})).reason == "unknown_signer"


def test_the_key_id_inside_the_signature_wins(ministry: signer.Signer, signed: Signs, judged: Judges) -> None:
    held = ministry.key_id
    assert judged(signed(protected={1: cose.ES256}, outside={4: held})).reason == "ok"
    assert judged(signed(protected={1: cose.ES256, 4: held}, outside={4: b"stranger"})).reason == "ok"
    assert judged(signed(protected={1: cose.ES256, 4: b"stranger"}, outside={4: held})).reason == "unknown_signer"


def test_a_stranger_under_our_key_id_has_no_signature(
    ministry: signer.Signer, at: datetime, signed: Signs, judged: Judges
) -> None:
    stranger = signer.make(not_before=at, not_after=at + YEAR, organisation="Bộ Y tế", name="DSC VN 01")
    assert judged(signed(protected={1: cose.ES256, 4: ministry.key_id}, by=stranger)).reason == "signature"
    assert judged(signed(protected={1: cose.PS256, 4: ministry.key_id})).reason == "signature"


@pytest.mark.parametrize("tags", [b"\xd8\x3d\xd2", b"\xd2", b"", b"\xd8\x12"])
def test_a_message_may_carry_its_tags_or_not(tags: bytes, text: str, judged: Judges) -> None:
    message = hcert.inflate(base45.decode(text[4:]))
    retagged = hcert.PREFIX + base45.encode(zlib.compress(tags + message[1:]))
    assert judged(retagged).reason == "ok"


@pytest.mark.parametrize("tags", [b"\xd1", b"\xd2\xd2", b"\xd8\x3d", b"\xd2\xd8\x3d", b"\xd8\x3d\xd8\x3d\xd2"])
def test_a_message_of_another_kind_is_broken_text(tags: bytes, text: str, judged: Judges) -> None:
    message = hcert.inflate(base45.decode(text[4:]))
    assert judged(hcert.PREFIX + base45.encode(zlib.compress(tags + message[1:]))).reason == "broken_text"


def test_a_certificate_holds_from_its_first_to_its_last_second(text: str, judged: Judges) -> None:
    second = timedelta(seconds=1)
    assert judged(text, -second).reason == "not_yet_valid"
    assert judged(text).reason == "ok"
    assert judged(text, YEAR).reason == "ok"
    assert judged(text, YEAR + second).reason == "expired"


def test_a_later_beginning_is_respected(at: datetime, signed: Signs, judged: Judges) -> None:
    assert judged(signed(nbf=int(at.timestamp()) + 60)).reason == "not_yet_valid"


def test_moments_beyond_every_calendar_are_judged(signed: Signs, judged: Judges) -> None:
    assert judged(signed(exp=2**63)).reason == "ok"
    assert judged(signed(exp=1e300)).expires_at is None
    assert judged(signed(exp=-(2**63))).reason == "expired"


def test_a_vaccination_signer_may_not_sign_tests_or_recoveries(
    certificate: dict[str, Any], signed: Signs, judged: Judges
) -> None:
    recovery = {"tg": "840539006", "fr": "2021-06-01", "co": "VN", "is": "x", "df": "2021-06-15", "du": "2022-01-01", "ci": "y"}
    other = {name: value for name, value in certificate.items() if name != "v"} | {"r": [recovery]}
    assert judged(signed(certificate=other)).reason == "key_usage"


def test_a_revoked_certificate_is_refused_and_said_to_be(text: str, certificate: dict[str, Any], judged: Judges) -> None:
    identifier = certificate["v"][0]["ci"]
    digest = sha256(identifier.encode())
    signature = hcert.decode(text).message.signature
    for mark in (
        identifier,
        identifier.lower(),
        identifier.partition("#")[0],
        identifier.removeprefix("URN:UVCI:"),
        digest.hexdigest(),
        digest.hexdigest()[:32].upper(),
        "sha256:" + digest.hexdigest(),
        sha256(("VN" + identifier).encode()).hexdigest(),
        sha256(signature[:32]).hexdigest()[:32],
    ):
        verdict = judged(text, revoked=revocation.of([mark]))
        assert (verdict.reason, verdict.revocation) == ("revoked", REVOKED)
    assert judged(text, revoked=revocation.NOTHING).revocation == NOT_REVOKED
    assert judged(text).revocation == NOT_CHECKED


def test_an_earlier_failure_is_named_first_and_the_revocation_still_told(
    text: str, certificate: dict[str, Any], judged: Judges
) -> None:
    verdict = judged(text, 2 * YEAR, revocation.of([certificate["v"][0]["ci"]]))
    assert (verdict.reason, verdict.revocation) == ("expired", REVOKED)


def test_a_signer_is_trusted_from_pem_der_base64_or_a_directory(tmp_path: Path, ministry: signer.Signer, at: datetime) -> None:
    other = signer.make(algorithm=cose.PS256, not_before=at, not_after=at + YEAR, organisation="Bộ Y tế", name="DSC VN 02")
    (tmp_path / "both.pem").write_bytes(b"a remark\n" + ministry.certificate_pem() + other.certificate_pem())
    assert len(trust.load(tmp_path / "both.pem").signers) == 2
    (tmp_path / "one.der").write_bytes(ministry.certificate_der())
    assert trust.load(tmp_path / "one.der").named(ministry.key_id)
    (tmp_path / "row.cer").write_bytes(ministry.certificate_der() + other.certificate_der())
    assert [one.key_id for one in trust.load(tmp_path / "row.cer").signers] == [ministry.key_id, other.key_id]
    (tmp_path / "row.cer").unlink()
    (tmp_path / "README").write_text("not a certificate")
    (tmp_path / "empty").write_bytes(b"")
    whole = trust.load(tmp_path)
    assert (len(whole.signers), whole.skipped) == (3, ("README", "empty"))
    assert whole.named(other.key_id)


def test_one_certificate_that_cannot_be_read_takes_no_trust_from_the_others_of_its_file(tmp_path: Path, ministry: signer.Signer) -> None:
    broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    (tmp_path / "bundle.pem").write_bytes(broken + ministry.certificate_pem() + broken)
    for path in (tmp_path / "bundle.pem", tmp_path):
        told = trust.load(path)
        assert told.named(ministry.key_id)
        assert told.skipped == ("bundle.pem #1", "bundle.pem #3")


def test_a_signer_is_read_as_windows_saves_it(tmp_path: Path, ministry: signer.Signer) -> None:
    (tmp_path / "utf16.pem").write_bytes(ministry.certificate_pem().decode().replace("\n", "\r\n").encode("utf-16"))
    (tmp_path / "line.der").write_bytes(ministry.certificate_der() + b"\r\n")
    for name in ("utf16.pem", "line.der"):
        assert trust.load(tmp_path / name).named(ministry.key_id)


@pytest.mark.parametrize(
    "content", [b"", b"text", b"\x30\x03\x02\x01\x01", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]
)
def test_a_trust_file_without_signer_is_one_clear_refusal(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "trust").write_bytes(content)
    with pytest.raises(trust.NoTrust, match="no signer certificate"):
        trust.load(tmp_path / "trust")


def test_a_key_of_another_curve_signs_nothing(text: str) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec

    for key in (ec.generate_private_key(ec.SECP384R1()).public_key(), None, "key"):
        assert not cose.verifies(hcert.decode(text).message, key)


def test_a_public_certificate_can_be_handed_out_without_the_key(ministry: signer.Signer) -> None:
    assert b"PRIVATE" not in ministry.certificate_pem()
    assert "PRIVATE" not in repr(ministry)


def test_signers_that_share_a_key_id_are_each_tried_with_their_own_usages(text: str, ministry: signer.Signer, at: datetime) -> None:
    ours = trust.of([ministry.certificate_der()]).signers[0]
    other = signer.make(not_before=at, not_after=at + YEAR, organisation="Bộ Y tế", name="DSC VN 03")
    stranger = replace(trust.of([other.certificate_der()]).signers[0], key_id=ours.key_id)
    for signers, reason in (
        ((stranger, ours), "ok"), ((ours, stranger), "ok"), ((stranger,), "signature"), ((stranger, replace(ours, kinds=frozenset("t"))), "key_usage"),
        ((replace(ours, kinds=frozenset("t")), replace(ours, kinds=frozenset("v"))), "ok"),
    ):  # fmt: skip
        assert verify(text, trust=trust.TrustList(signers), at=at).reason == reason


@pytest.mark.parametrize(
    ("birth", "reason"),
    [("1990-02-30", "schema"), ("1990-13", "schema"), ("1990-13-01", "schema"), ("1990-00-00", "ok"), ("1990-02", "ok"), ("1990", "ok"), ("1992-02-29", "ok")],
)
def test_a_birth_on_a_day_that_no_calendar_has_breaks_the_form(judged: Judges, signed: Signs, certificate: dict[str, Any], birth: str, reason: str) -> None:
    assert judged(signed(certificate=certificate | {"dob": birth})).reason == reason


def test_an_algorithm_outside_the_protected_header_counts_where_that_has_none(judged: Judges, signed: Signs, ministry: signer.Signer) -> None:
    """As the EU's own cases CO19 (good) and CO23 (another key id, outside too) have it."""
    outside = {cose.ALGORITHM: ministry.algorithm, cose.KEY_ID: ministry.key_id}
    assert judged(signed(protected={}, outside=outside)).reason == "ok"
    assert judged(signed(protected={}, outside=outside | {cose.KEY_ID: b"foo"})).reason == "unknown_signer"
    assert judged(signed(protected={cose.ALGORITHM: -8, cose.KEY_ID: ministry.key_id}, outside=outside)).reason == "algorithm"
    assert judged(signed(protected={cose.KEY_ID: ministry.key_id})).reason == "algorithm"
