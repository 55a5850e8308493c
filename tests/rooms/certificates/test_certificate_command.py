import base64
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image, ImageFilter, ImageOps

from khien.certificates import command, hcert, picture, qr, revocation, signer
from khien.certificates.trust import TrustList
from khien.certificates.verify import verify
from khien.config import cli

Runs = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture
def trust_file(tmp_path: Path, ministry: signer.Signer) -> Path:
    path = tmp_path / "signer.pem"
    path.write_bytes(ministry.certificate_pem())
    return path


@pytest.fixture
def run(trust_file: Path, at: datetime, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runs:
    """Run the command as a shell would; return its status, its one JSON object and its standard error."""

    def call(*options: str, given: bytes = b"", trust: Path | None = trust_file) -> tuple[int, dict[str, Any], str]:
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(given)))
        argv = [*(["--trust", str(trust)] if trust else []), "--at", at.isoformat(), *options]
        status = command.verify_main(argv)
        out, err = capsys.readouterr()
        assert len(out.splitlines()) == (1 if status == 0 else 0)
        assert len(err.splitlines()) == (0 if status == 0 else 1)
        return status, json.loads(out) if out else {}, err

    return call


def test_a_certificate_on_standard_input_is_judged(text: str, run: Runs) -> None:
    status, answer, _ = run(given=f"\ufeff \n{text}\r\n".encode())
    assert (status, answer["valid"], answer["reason"], answer["revocation"]) == (0, True, "ok", "not_checked")
    assert answer["payload"]["nam"]["gn"] == "Thị Hoà Ưng"
    assert answer["expires_at"] == "2023-04-15T02:00:00Z"


@pytest.mark.parametrize("given", [b"", b"hello", b"\xff\xfe\x00", b"HC1:" * 1_000_000, b" " * 100_000])
def test_what_is_no_certificate_is_judged_too(given: bytes, run: Runs) -> None:
    status, answer, _ = run(given=given)
    assert (status, answer["valid"], answer["reason"], answer["payload"]) == (0, False, "broken_text", None)


def test_the_moment_is_read_with_its_offset_and_without_one_as_utc(text: str, run: Runs) -> None:
    for moment, reason in (
        ("2022-04-15T09:00:00+07:00", "ok"),
        ("2022-04-15T08:59:59+07:00", "not_yet_valid"),
        ("2022-04-15T02:00:00", "ok"),
        ("2022-04-15", "not_yet_valid"),
        ("2024-01-01T00:00:00Z", "expired"),
    ):
        assert run("--at", moment, given=text.encode())[1]["reason"] == reason


def test_a_list_of_revoked_certificates_is_read_as_lines_or_as_json(text: str, run: Runs, tmp_path: Path) -> None:
    certificate: Any = hcert.decode(text).certificate
    identifier = certificate["v"][0]["ci"]
    digest = sha256(identifier.encode()).hexdigest()
    lists = {
        f"# thu hồi\n\n{identifier}\n": True,
        f"{digest}\r\n": True,
        f"{identifier} # sai tên": True,
        f"{identifier}\t#sai tên": True,
        f"  #sai tên\n{digest} #sai tên\n": True,
        base64.urlsafe_b64encode(bytes.fromhex(digest)).decode().rstrip("="): True,
        base64.b64encode(bytes.fromhex(digest)[:16]).decode().rstrip("="): True,
        sha256(f"VN{identifier}".encode()).hexdigest(): True,
        f'"{identifier}"\r\n': True,
        f"thu hồi;số\n2022-04-20;'{identifier.partition('#')[0]}'\n": True,
        ":".join(digest[place : place + 2] for place in range(0, 64, 2)).upper(): True,
        f"{'Đ' * 23}=\n{identifier}": True,
        f"{digest}  -\n": True,
        f"{digest} 2022-01-01": True,
        f"{digest}|x": True,
        f"2022-01-01 {identifier}": True,
        f"{identifier.partition('#')[0]} 2022-01-01": True,
        f"- {identifier}": True,
        f"0x{digest}": True,
        f"\u200b{identifier}": True,
        json.dumps([identifier]): True,
        json.dumps({"revoked": [{"uvci": identifier, "reason": "name"}]}): True,
        json.dumps({"revoked": [{"hash": digest}]}): True,
        "URN:UVCI:01:VN:OTHER#A\n": False,
        "[]": False,
        "": False,
    }
    for content, revoked in lists.items():
        path = tmp_path / "revoked"
        path.write_text(content, "utf-8")
        answer = run("--revoked", str(path), given=text.encode())[1]
        assert answer["reason"] == ("revoked" if revoked else "ok")
        assert answer["revocation"] == ("revoked" if revoked else "not_revoked")


@pytest.mark.parametrize("content", [b"{", b'{"a": 1}', b"<list><id>URN:UVCI:01:VN:A#1</id></list>", b"no such words", b"[1]", b"[null]", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_list_of_revoked_certificates_is_no_verdict(content: bytes, text: str, run: Runs, tmp_path: Path) -> None:
    path = tmp_path / "revoked"
    path.write_bytes(content)
    status, _, error = run("--revoked", str(path), given=text.encode())
    assert status == 2
    assert "revocation list" in error


def test_what_is_missing_is_said_in_one_line(text: str, run: Runs, tmp_path: Path) -> None:
    missing = str(tmp_path / "nowhere")
    for options, trust in (
        ((), None),
        ((), Path(missing)),
        ((), tmp_path / "empty"),
        (("--revoked", missing), tmp_path / "signer.pem"),
        (("--revoked", str(tmp_path)), tmp_path / "signer.pem"),
        (("--picture", missing), tmp_path / "signer.pem"),
        (("--picture", str(tmp_path)), tmp_path / "signer.pem"),
        (("--at", "yesterday"), tmp_path / "signer.pem"),
        (("--unknown",), tmp_path / "signer.pem"),
    ):
        (tmp_path / "empty").mkdir(exist_ok=True)
        status, _, error = run(*options, given=text.encode(), trust=trust)
        assert status == 2
        assert error.startswith("khien certificate verify: ")


@pytest.mark.parametrize("bare", ["0123456789ABCDEFGHIJKL", "A" * 43])
def test_an_identifier_as_long_as_a_hash_without_padding_is_still_an_identifier(bare: str) -> None:
    assert revocation.of([bare]).holds(identifier=f"URN:UVCI:{bare}#X", country="VN", signature=b"")


def test_a_list_made_with_the_issuers_country_holds_a_dose_given_abroad(
    certificate: dict[str, Any], signed: Callable[..., str], trusted: TrustList, at: datetime
) -> None:
    abroad = certificate | {"v": [certificate["v"][0] | {"co": "LA"}]}
    revoked = revocation.of([sha256(f"VN{abroad['v'][0]['ci']}".encode()).hexdigest()])
    assert verify(signed(certificate=abroad), trust=trusted, at=at, revoked=revoked).reason == "revoked"


def test_what_stands_behind_a_long_blank_is_not_overlooked(text: str, run: Runs) -> None:
    blank = b" \n" * 50_000
    assert run(given=text.encode() + blank)[1]["reason"] == "ok"
    assert run(given=text.encode() + blank + b"more")[1]["reason"] == "broken_text"


def test_a_closed_standard_input_is_said_in_one_line(run: Runs, trust_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert command.verify_main(["--trust", str(trust_file)]) == 2
    assert "standard input is closed" in capsys.readouterr().err


def test_a_closed_standard_output_is_said_in_one_line(run: Runs, trust_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with monkeypatch.context() as closed:
        closed.setattr("sys.stdout", None)
        assert command.verify_main(["--trust", str(trust_file)]) == 2
        assert cli.main(["help"]) == 0
    assert capsys.readouterr().err == "khien certificate verify: standard output is closed: nobody would read the verdict\n"


def test_a_stray_file_whose_name_is_not_utf_8_does_not_stop_the_answer(text: str, trust_file: Path, run: Runs) -> None:
    (trust_file.parent / os.fsdecode(b"\xff\xe9.txt")).write_bytes(b"x")
    assert run(given=text.encode(), trust=trust_file.parent)[1]["trust_skipped"] == ["\ufffd\ufffd.txt"]


@pytest.mark.parametrize("option", ["--trust", "--revoked", "--picture"])
def test_an_empty_name_is_not_the_directory_one_stands_in(option: str, text: str, run: Runs) -> None:
    status, _, error = run(option, "", given=text.encode())
    assert status == 2
    assert "an empty name" in error


def test_the_command_runs_without_the_rest_of_the_platform(text: str, trust_file: Path, at: datetime) -> None:
    program = "import sys; from khien.certificates.command import verify_main; sys.exit(verify_main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", program, "--trust", str(trust_file), "--at", at.isoformat()],
        input=text.encode(),
        capture_output=True,
        env={"PYTHONPATH": str(Path(__file__).parents[3]), "LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
        check=True,
    )
    assert json.loads(done.stdout)["valid"] is True
    assert done.stderr == b""


def saved(image: Image.Image, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


@pytest.fixture(scope="module")
def drawn(text: str) -> Image.Image:
    return Image.open(io.BytesIO(qr.png(text, scale=4))).convert("RGB")


def test_a_picture_is_read_however_it_was_taken(drawn: Image.Image, text: str) -> None:
    page = Image.new("RGB", (1240, 1754), "white")
    page.paste(drawn, (700, 1200))
    clear = drawn.convert("RGBA")
    clear.putdata([(0, 0, 0, 255 if pixel == (0, 0, 0) else 0) for pixel in drawn.getdata()])
    seen = {
        "png": drawn,
        "two bits": drawn.convert("1"),
        "dark background": ImageOps.invert(drawn),
        "transparent": clear,
        "no border": drawn.crop((16, 16, drawn.width - 16, drawn.height - 16)),
        "turned": drawn.rotate(90),
        "askew": drawn.rotate(17, expand=True, fillcolor="white"),
        "blurred": drawn.filter(ImageFilter.GaussianBlur(1.2)),
        "on a page": page,
        "a large photograph": drawn.resize((4000, 4000)),
        "small": Image.open(io.BytesIO(qr.png(text, scale=1))),
        "pale": ImageOps.grayscale(drawn).point(lambda shade: 150 + shade // 4),
    }
    for how, image in seen.items():
        assert picture.read(saved(image)) == [text], how
    assert picture.read(saved(drawn, "JPEG")) == [text]
    assert picture.read(saved(drawn, "WEBP")) == [text]


def test_a_picture_is_judged_by_the_command(drawn: Image.Image, run: Runs, tmp_path: Path) -> None:
    path = tmp_path / "ảnh.jpg"
    path.write_bytes(saved(drawn, "JPEG"))
    assert run("--picture", str(path))[1]["valid"] is True


def test_a_code_of_another_kind_is_judged_as_broken_text(run: Runs, tmp_path: Path) -> None:
    path = tmp_path / "slip.png"
    path.write_bytes(qr.png("https://example.org/phieu"))
    assert run("--picture", str(path))[1]["reason"] == "broken_text"


def test_the_certificate_is_found_beside_another_code_and_two_are_asked_apart(
    drawn: Image.Image, text: str, ministry: signer.Signer, at: datetime, run: Runs, tmp_path: Path
) -> None:
    other = Image.open(io.BytesIO(qr.png("https://example.org/phieu"))).convert("RGB")
    certificate: Any = hcert.decode(text).certificate
    again = hcert.issue(certificate, ministry, at, at + timedelta(days=30))
    second = Image.open(io.BytesIO(qr.png(again, scale=4))).convert("RGB")
    for neighbour, status in ((other, 0), (second, 2)):
        page = Image.new("RGB", (drawn.width + neighbour.width, max(drawn.height, neighbour.height)), "white")
        page.paste(neighbour, (0, 0))
        page.paste(drawn, (neighbour.width, 0))
        (tmp_path / "page.png").write_bytes(saved(page))
        assert run("--picture", str(tmp_path / "page.png"))[0] == status


def test_pictures_that_cannot_be_read_are_no_verdict(drawn: Image.Image, run: Runs, tmp_path: Path) -> None:
    whole = saved(drawn)
    unreadable = {
        "not a picture": (b"hello", b"", whole[: len(whole) // 2]),
        "this is a PDF": (b"%PDF-1.7\n",),
        "no QR code": (
            saved(Image.new("RGB", (300, 300), "white")), saved(Image.new("L", (1, 1))), saved(drawn.crop((0, 0, drawn.width // 2, drawn.height)))
        ),
        "more than 25 million pixels": (saved(Image.new("L", (6000, 5000)), "WEBP"),),
        "more than 50 million pixels": (saved(Image.new("1", (10_000, 6000))),),
        "more than 65 million pixels": (saved(Image.new("1", (20_000, 20_000))),),
        "larger than 20 MB": (b"\x89PNG\r\n\x1a\n" + b"\x00" * picture.LARGEST_PICTURE,),
    }  # fmt: skip
    for how, content in ((how, content) for how, contents in unreadable.items() for content in contents):
        path = tmp_path / "picture"
        path.write_bytes(content)
        status, _, error = run("--picture", str(path))
        assert status == 2, how
        assert how in error
