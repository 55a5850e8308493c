"""Every check of the EU's own test data, outside those that its reference verifier disputes."""

import base64
import csv
import json
import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import cbor2
import pytest

from khien.certificates import base45, cbor, cose, hcert, picture, schema, trust
from khien.certificates.verify import verify

ROOT = Path(os.environ.get("KHIEN_CONFORMANCE") or Path(__file__).parents[4] / "shared" / "conformance")
SUITE = ROOT / "dcc-testdata"
if not SUITE.is_dir():
    pytest.skip(f"the suite dcc-testdata is not at {ROOT} (set KHIEN_CONFORMANCE)", allow_module_level=True)

DISPUTED = {(row["case"], row["check"]) for row in csv.DictReader((SUITE / "disputed.csv").open())}


@cache
def case(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SUITE / "cases" / name).read_bytes())
    return found


CASES = sorted(path.name for path in (SUITE / "cases").glob("*.json"))


def checks(check: str, *fields: str) -> list[Any]:
    """The cases that state a result for this check and hold the fields it needs."""
    return [
        pytest.param(case(name), stated, id=name)
        for name in CASES
        if isinstance(stated := case(name)["EXPECTEDRESULTS"].get(check), bool)
        and (name, check) not in DISPUTED
        and all(case(name).get(field) for field in fields)
    ]


def succeeds(step: Any, *broken: type[Exception]) -> bool:
    try:
        return bool(step())
    except broken:
        return False


def clock(found: dict[str, Any]) -> datetime:
    moment = datetime.fromisoformat(found["TESTCTX"]["VALIDATIONCLOCK"])
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def message(found: dict[str, Any]) -> bytes:
    if found.get("COSE"):
        return bytes.fromhex(found["COSE"])
    return hcert.inflate(base45.decode(found["BASE45"] if "BASE45" in found else found["PREFIX"][4:]))


def trusted(found: dict[str, Any]) -> trust.TrustList:
    return trust.of([base64.b64decode(found["TESTCTX"]["CERTIFICATE"])])


def same(one: Any, other: Any) -> bool:
    """Equal as the suite means it: dates as instants, 1.0 as 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    return one == other or (instant(one) is not None and instant(one) == instant(other))


def instant(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@pytest.mark.parametrize(("found", "stated"), checks("EXPECTEDPICTUREDECODE", "2DCODE", "PREFIX"))
def test_the_picture_holds_the_text(found: dict[str, Any], stated: bool) -> None:
    data = base64.b64decode(found["2DCODE"])
    assert succeeds(lambda: picture.read(data) == [found["PREFIX"]], picture.Unreadable) is stated


@pytest.mark.parametrize(("found", "stated"), checks("EXPECTEDUNPREFIX", "PREFIX", "BASE45"))
def test_the_text_is_prefix_and_base45(found: dict[str, Any], stated: bool) -> None:
    assert (found["PREFIX"] == hcert.PREFIX + found["BASE45"]) is stated


@pytest.mark.parametrize(("found", "stated"), checks("EXPECTEDB45DECODE", "BASE45", "COMPRESSED"))
def test_base45_reads_and_writes_the_bytes(found: dict[str, Any], stated: bool) -> None:
    data = bytes.fromhex(found["COMPRESSED"])
    assert succeeds(lambda: base45.decode(found["BASE45"]) == data, base45.NotBase45) is stated
    assert (base45.encode(data) == found["BASE45"]) is stated


@pytest.mark.parametrize(("found", "stated"), checks("EXPECTEDCOMPRESSION", "COSE", "COMPRESSED"))
def test_the_bytes_inflate_to_the_message(found: dict[str, Any], stated: bool) -> None:
    data = bytes.fromhex(found["COMPRESSED"])
    assert succeeds(lambda: hcert.inflate(data) == bytes.fromhex(found["COSE"]), hcert.BrokenText) is stated


@pytest.mark.parametrize(("found", "stated"), checks("EXPECTEDVERIFY"))
def test_the_named_signer_signed_the_message(found: dict[str, Any], stated: bool) -> None:
    def verified() -> bool:
        signed = cose.parse(message(found))
        return any(cose.verifies(signed, signer.key) for signer in trusted(found).named(signed.key_id))

    assert succeeds(verified, cbor.Broken) is stated


@pytest.mark.parametrize(("found", "stated"), checks("EXPECTEDDECODE", "CBOR", "COSE"))
def test_the_message_holds_the_stated_content(found: dict[str, Any], stated: bool) -> None:
    content = cbor.read(bytes.fromhex(found["CBOR"]))
    envelope = hcert.open_message(message(found))
    whole = content if isinstance(content, dict) and hcert.HEALTH in content else {hcert.HEALTH: {hcert.DCC: content}}
    assert same(envelope.certificate, whole[hcert.HEALTH][hcert.DCC]) is stated


@pytest.mark.parametrize(("found", "stated"), checks("EXPECTEDVALIDJSON", "JSON", "PREFIX"))
def test_the_whole_chain_ends_at_the_stated_json(found: dict[str, Any], stated: bool) -> None:
    assert succeeds(lambda: same(hcert.decode(found["PREFIX"]).certificate, found["JSON"]), hcert.BrokenText) is stated


@pytest.mark.parametrize(("found", "stated"), checks("EXPECTEDVALIDOBJECT", "JSON"))
def test_the_stated_json_is_an_object(found: dict[str, Any], stated: bool) -> None:
    assert isinstance(found["JSON"], dict) is stated


@pytest.mark.parametrize(("found", "stated"), checks("EXPECTEDENCODE", "JSON"))
def test_the_stated_json_survives_our_writer_and_reader(found: dict[str, Any], stated: bool) -> None:
    assert (cbor.read(cbor2.dumps(found["JSON"])) == found["JSON"]) is stated


@pytest.mark.parametrize(("found", "stated"), checks("EXPECTEDSCHEMAVALIDATION"))
def test_the_form_is_judged_as_stated(found: dict[str, Any], stated: bool) -> None:
    signed = found.get("COSE") or found.get("BASE45")
    certificate = hcert.open_message(message(found)).certificate if signed else found["JSON"]
    assert (schema.fault(certificate) is None) is stated


@pytest.mark.parametrize(("found", "stated"), checks("EXPECTEDEXPIRATIONCHECK"))
def test_the_claimed_time_is_judged_as_stated(found: dict[str, Any], stated: bool) -> None:
    envelope = hcert.open_message(message(found))
    begin, end = envelope.seconds(hcert.ISSUED_AT), envelope.seconds(hcert.EXPIRES_AT)
    assert begin is not None
    assert end is not None
    assert (begin <= clock(found).timestamp() <= end) is stated


@pytest.mark.parametrize(("found", "stated"), checks("EXPECTEDKEYUSAGE"))
def test_the_signer_may_sign_this_kind_as_stated(found: dict[str, Any], stated: bool) -> None:
    kind = schema.kind(hcert.open_message(message(found)).certificate)
    assert all(signer.may_sign(kind) for signer in trusted(found).signers) is stated


# The reason that each failed check must lead to, in the verifier's order.
REASONS = {
    "EXPECTEDUNPREFIX": {"broken_text"},
    "EXPECTEDB45DECODE": {"broken_text"},
    "EXPECTEDCOMPRESSION": {"broken_text"},
    "EXPECTEDDECODE": {"broken_text"},
    "EXPECTEDSCHEMAVALIDATION": {"schema"},
    "EXPECTEDVERIFY": {"unknown_signer", "signature"},
    "EXPECTEDEXPIRATIONCHECK": {"not_yet_valid", "expired"},
    "EXPECTEDKEYUSAGE": {"key_usage"},
}
WHOLE = [
    pytest.param(case(name), id=name)
    for name in CASES
    if not any(name == disputed for disputed, _ in DISPUTED) and "PREFIX" in case(name)
]


@pytest.mark.parametrize("found", WHOLE)
def test_the_whole_verdict_names_the_first_stated_failure(found: dict[str, Any]) -> None:
    stated = found["EXPECTEDRESULTS"]
    verdict = verify(found["PREFIX"], trust=trusted(found), at=clock(found))
    failures = [reasons for check, reasons in REASONS.items() if stated.get(check) is False]
    if failures:
        assert verdict.reason in failures[0]
    elif all(stated.get(check) for check in REASONS if check != "EXPECTEDKEYUSAGE"):
        assert verdict.reason == "ok"
    json.dumps(verdict.as_json(), allow_nan=False)


def test_the_suite_is_whole() -> None:
    assert len(CASES) >= 284
