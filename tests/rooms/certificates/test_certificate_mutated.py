"""A sound certificate changed at every layer: always one verdict of the list, and the browser without a network says the same."""

import contextlib
import io
import json
import random
import sys
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from khien.certificates import base45, command, hcert, offline, signer, trust
from khien.certificates.verify import REASONS, verify
from tests import browser

Signs = Callable[..., str]
SCRIPTS = Path(hcert.__file__).parents[1] / "surfaces/web/static/js"
HEADS = ["HC1", "HC1:HC1:", "hc1:", "HC2:", "HC1::", "EU1:", "\ufeffHC1:", "HC1："]
PAGE = "https://kiem-tra.example/"
FIELDS = ["ci", "co", "dn", "dt", "is", "ma", "mp", "sd", "tg", "vp"]
VALUES: list[Any] = [
    None, True, 0, -1, 2**53 + 1, 2**64 - 1, -(2**64), 1.0, 1.5, float("inf"), float("nan"), "", " ", "x" * 100, "2021-02-30", "2021-09-18\n", "2021-09-18T", "18/09/2021", "\u0000",
    "\U0001f600", b"bytes", [], [1], {}, {1: 2}, cbor2.CBORTag(0, "2021-01-01T00:00:00Z"), cbor2.CBORSimpleValue(99), cbor2.undefined,
]  # fmt: skip


def bytes_of(text: str) -> bytes:
    """The signed message inside a text."""
    return zlib.decompress(base45.decode(text.removeprefix(hcert.PREFIX)))


def text_of(message: bytes) -> str:
    return hcert.PREFIX + base45.encode(zlib.compress(message))


def mutants(data: bytes, dice: random.Random, count: int) -> Iterator[bytes]:
    """The same bytes with some flipped, cut out, put in, doubled, cut off or followed by more."""
    for _ in range(count):
        changed, at = bytearray(data), dice.randrange(len(data))
        how = dice.randrange(6)
        if how == 0:
            changed[at] ^= 1 << dice.randrange(8)
        elif how == 1:
            del changed[at : at + dice.randint(1, 4)]
        elif how == 2:
            changed[at:at] = dice.randbytes(dice.randint(1, 4))
        elif how == 3:
            changed[at:at] = changed[at : at + 8]
        elif how == 4:
            del changed[at:]
        else:
            changed += dice.randbytes(dice.randint(1, 6))
        yield bytes(changed)


@pytest.fixture(scope="module")
def cases(text: str, signed: Signs, certificate: dict[str, Any], at: datetime) -> list[str]:
    """Several hundred texts: each layer changed, and each field."""
    dice = random.Random(20211214)
    found = [text, "", " ", "\n", *(head + text[4:] for head in HEADS), text.lower(), text.replace("A", "a"), text + "\x00", text[:-1], text * 2, "HC1:" + " " * 50]
    found += [text[:at_] + sign + text[at_ + 1 :] for at_ in dice.sample(range(4, len(text)), 40) for sign in dice.sample("0A:Z%ă é", 1)]
    found += [hcert.PREFIX + base45.encode(one) for one in mutants(base45.decode(text[4:]), dice, 60)]
    message = bytes_of(text)
    found += [text_of(one) for one in mutants(message, dice, 160)]
    protected, outside, payload, signature = cbor2.loads(message).value
    parts = [protected, outside, payload, signature]
    for place, wrong in [(0, b""), (0, {}), (1, {4: b"x" * 8}), (1, []), (2, b""), (2, {}), (3, b""), (3, b"\0" * 64), (3, signature + b"\0"), (3, signature[:32])]:
        found.append(text_of(cbor2.dumps(cbor2.CBORTag(18, [*parts[:place], wrong, *parts[place + 1 :]]))))
    found += [text_of(cbor2.dumps(one)) for one in (parts, parts[:3], [*parts, b""], cbor2.CBORTag(98, parts), cbor2.CBORTag(61, cbor2.CBORTag(18, parts)), {}, "HC1")]
    for one in mutants(payload, dice, 120):  # the content changed and signed anew: what no signature stops
        found.append(signed(claims=one))
    for field in FIELDS:
        found += [signed(claims=with_entry(certificate, at, **{field: value})) for value in VALUES]
        found.append(signed(claims=with_entry(certificate, at, **{field: ...})))
    found += [signed(**{claim: value}) for claim in ("iss", "iat", "exp", "nbf") for value in VALUES]
    births = ["1990-02-30", "1990-13", "1990-00-00", "1990-02-00", "0000", "1990-02-28T00:00:00", "", *VALUES]
    found += [signed(certificate=certificate | {"dob": value}) for value in births]
    found += [signed(claims={key: value for key, value in cbor2.loads(payload).items() if key != left_out}) for left_out in (1, 4, 6, -260)]
    found += [signed(protected={1: value, 4: b"x" * 8}) for value in (*VALUES, -8, -257, "none", "ES256") if hashable(value)]
    found += [signed(protected={1: -7, 2: [4], 4: b"12345678"}), signed(protected={1: -7}), signed(protected={1: -7, 4: "12345678"}), signed(protected={1: -7, 4: b""})]
    deep: Any = 1
    for _ in range(40):
        deep = [deep]
    found += [signed(claims={1: "VN", -260: {1: deep}}), signed(claims={1: "VN", 4: 2**40, -260: {1: {"hello": "world"}}}), signed(claims=[1]), signed(claims="x"), signed(claims={})]
    twice = bytes.fromhex("a2") + cbor2.dumps(4) + cbor2.dumps(2**40) + cbor2.dumps(4) + cbor2.dumps(2**41)
    found += [signed(claims=twice), signed(claims=b"\x81" * 5000 + b"\x01"), signed(claims=b"\xbf" * 3000), signed(claims=b"\xa1" * 200), signed(claims=payload + b"\x00")]
    found += [hcert.PREFIX + base45.encode(zlib.compress(b"\x00" * 3_000_000)), "HC1:" + "0" * 30_000]
    return found


def hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def with_entry(certificate: dict[str, Any], at: datetime, **changed: Any) -> dict[Any, Any]:
    """Claims whose vaccination has other fields; ... takes a field away."""
    entry = {name: value for name, value in (certificate["v"][0] | changed).items() if value is not ...}
    return {1: "VN", 4: int((at + timedelta(days=365)).timestamp()), 6: int(at.timestamp()), -260: {1: certificate | {"v": [entry]}}}


def commanded(texts: list[str], trust_file: Path, at: datetime, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the command prints for each text on its standard input."""
    answers = []
    for one in texts:
        printed = io.StringIO()
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(one.encode("utf-8", "surrogatepass"))))
        with contextlib.redirect_stdout(printed):
            status = command.verify_main(["--trust", str(trust_file), "--at", at.isoformat()])
        (line,) = printed.getvalue().splitlines()
        answers.append({"status": status, **json.loads(line)})
    return answers


def in_the_browser(texts: list[str], trusted: trust.TrustList, at: datetime) -> list[str]:
    """The reason that the page without a network gives for each text."""
    with browser.chromium() as chromium:
        page = chromium.new_page()
        page.route(PAGE, lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
        page.goto(PAGE)
        for name in ("dcc-read.js", "dcc-judge.js"):
            page.add_script_tag(content=(SCRIPTS / name).read_text("utf-8"))
        reasons: list[str] = page.evaluate(
            """async ({texts, list}) => {
                const found = [];
                for (const text of texts) found.push((await khienDcc.judge(text, list, Date.parse(list.at))).reason);
                return found;
            }""",
            {"texts": texts, "list": offline.list_for_browsers(trusted, [], at)},
        )
        return reasons


def test_a_certificate_changed_at_any_layer_is_judged_alike_by_command_and_browser(
    cases: list[str], ministry: signer.Signer, trusted: trust.TrustList, at: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust_file = tmp_path / "signer.pem"
    certificate = x509.load_der_x509_certificate(ministry.certificate_der())
    trust_file.write_bytes(certificate.public_bytes(Encoding.PEM))
    answers = commanded(cases, trust_file, at, monkeypatch)
    assert {one["status"] for one in answers} == {0}
    assert {one["reason"] for one in answers} <= set(REASONS)
    assert all(one["valid"] == (one["reason"] == "ok") for one in answers)
    assert answers[0]["reason"] == "ok"
    assert {"broken_text", "schema", "algorithm", "unknown_signer", "signature", "not_yet_valid", "expired"} <= {one["reason"] for one in answers}
    # The pages forgive what pasting did to a text; the command takes it as it is.
    pages = [verify(hcert.as_pasted(one), trust=trusted, at=at).reason for one in cases]
    assert [place for place, (mine, page) in enumerate(zip(answers, pages, strict=True)) if mine["reason"] not in (page, "broken_text")] == []
    told = in_the_browser(cases, trusted, at)
    assert [(place, page, theirs, cases[place][:60]) for place, (page, theirs) in enumerate(zip(pages, told, strict=True)) if page != theirs] == []


def test_nothing_at_all_on_standard_input_is_judged_as_broken_text(ministry: signer.Signer, at: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trust_file = tmp_path / "signer.der"
    trust_file.write_bytes(ministry.certificate_der())
    assert [one["reason"] for one in commanded(["", "\n\n", "\x00\x00"], trust_file, at, monkeypatch)] == ["broken_text"] * 3
