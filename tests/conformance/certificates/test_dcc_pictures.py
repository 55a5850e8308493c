"""Pictures of certificates as states issued them."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from khien.certificates import command, cose, hcert, picture, schema, signer, trust
from khien.certificates.verify import verify

ROOT = Path(os.environ.get("KHIEN_CONFORMANCE") or Path(__file__).parents[4] / "shared" / "conformance")
SUITE = ROOT / "dcc-qa-images"
if not SUITE.is_dir():
    pytest.skip(f"the suite dcc-qa-images is not at {ROOT} (set KHIEN_CONFORMANCE)", allow_module_level=True)

PICTURES = [pytest.param(path, id=path.stem) for path in sorted((SUITE / "png").glob("*.png"))]


@pytest.mark.parametrize("path", PICTURES)
def test_a_states_picture_is_read_and_opened(path: Path) -> None:
    [text] = picture.read(path.read_bytes())
    envelope = hcert.decode(text)
    assert isinstance(envelope.certificate, dict)
    assert envelope.certificate["nam"]["fnt"]
    assert envelope.message.algorithm in cose.NAMES


def test_viet_nams_own_sample_is_read_and_its_form_is_ours() -> None:
    [text] = picture.read((SUITE / "png" / "VN__1.3.0__VAC_VN.png").read_bytes())
    envelope = hcert.decode(text)
    certificate: Any = envelope.certificate
    assert schema.fault(certificate) is None
    assert envelope.issuer == "VN"
    assert envelope.message.algorithm == cose.PS256
    assert list(envelope.message.headers) == [cose.ALGORITHM, cose.KEY_ID]
    assert certificate["nam"]["fnt"] == "NGUYEN"
    assert certificate["v"][0]["ci"].startswith("URN:UVCI:01:VN:")


def test_viet_nams_own_sample_is_judged_by_the_command_as_of_an_unknown_signer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    today = datetime(2022, 4, 15, tzinfo=UTC)
    other = signer.make(not_before=today, not_after=today.replace(year=2024), organisation="Bộ Y tế", name="DSC")
    (tmp_path / "trust.pem").write_bytes(other.certificate_pem())
    status = command.verify_main(
        [
            "--trust",
            str(tmp_path / "trust.pem"),
            "--picture",
            str(SUITE / "png" / "VN__1.3.0__VAC_VN.png"),
            "--at",
            "2022-06-01",
        ]
    )
    answer = json.loads(capsys.readouterr().out)
    assert status == 0
    assert (answer["valid"], answer["reason"], answer["payload"]["ver"]) == (False, "unknown_signer", "1.3.0")


@pytest.mark.parametrize("name", ["TSI__1.3.0__specialcases__MULTI_1", "TSI__1.3.0__specialcases__MULTI_2"])
def test_several_events_in_one_certificate_are_refused(name: str) -> None:
    [text] = picture.read((SUITE / "png" / f"{name}.png").read_bytes())
    today = datetime(2021, 8, 20, tzinfo=UTC)
    held = signer.make(not_before=today, not_after=today.replace(year=2023), organisation="Bộ Y tế", name="DSC")
    assert verify(text, trust=trust.of([held.certificate_der()]), at=today).reason == "schema"
