"""`khien certificate verify`: judge a certificate offline, from its text or its picture; `khien certificate trust`: hand out
what verifiers need."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from khien.certificates import hcert, picture, revocation, trust
from khien.certificates.verify import verify
from khien.kernel import clock

CANNOT_JUDGE = 2


class CannotJudge(Exception):
    """No verdict is possible; the message is one line for the operator."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise CannotJudge(message)


def verify_main(argv: list[str]) -> int:
    """Run the command: 0 when it could judge (whatever the verdict), 2 with one line on standard error when not."""
    try:
        if sys.stdout is None:
            raise CannotJudge("standard output is closed: nobody would read the verdict")
        answer = judge(_parser().parse_args(argv))
    except (CannotJudge, trust.NoTrust, revocation.NoList, picture.Unreadable) as trouble:
        print(f"khien certificate verify: {_one_line(str(trouble))}", file=sys.stderr)
        return CANNOT_JUDGE
    # Escaped, so that a terminal of any encoding can print any name.
    print(json.dumps(answer, ensure_ascii=not _speaks_utf8(), allow_nan=False))
    return 0


def judge(options: argparse.Namespace) -> dict[str, Any]:
    """Read what the options name and return the object to print."""
    trusted = trust.load(options.trust)
    revoked = revocation.load(options.revoked) if options.revoked else None
    text = _from_picture(options.picture) if options.picture else _from_standard_input()
    verdict = verify(text, trust=trusted, at=options.at or clock.now(), revoked=revoked)
    return verdict.as_json() | {"trusted": len(trusted.signers), "trust_skipped": list(trusted.skipped)}


def trust_main(argv: list[str]) -> int:
    """Write the signers' certificates, one PEM file each, and the list of revoked ones: what `verify` takes."""
    parser = _Parser(prog="khien certificate trust", description="Write what verifiers need.")
    parser.add_argument("--out", type=Path, required=True, help="the directory for the signers' certificates")
    parser.add_argument("--revoked", type=Path, help="also write the revoked identifiers into this file")
    try:
        options = parser.parse_args(argv)
        written, taken_back = hand_out(options.out, options.revoked)
    except (CannotJudge, OSError) as trouble:
        print(f"khien certificate trust: {_one_line(str(trouble))}", file=sys.stderr)
        return CANNOT_JUDGE
    print(
        f"{written} signers written to {options.out}"
        + (f", {taken_back} revoked to {options.revoked}" if options.revoked else "")
    )
    return 0


def hand_out(out: Path, revoked: Path | None) -> tuple[int, int]:
    """Write the files; return how many signers and revoked identifiers."""
    from khien.certificates import queries

    out.mkdir(parents=True, exist_ok=True)
    pems = queries.trust_pems()
    for pem in pems:
        (out / f"{trust.key_id(x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)).hex()}.pem").write_text(
            pem
        )
    if revoked is None:
        return len(pems), 0
    lines = [entry.uvci for entry in queries.revoked_list()]
    revoked.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return len(pems), len(lines)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="khien certificate verify",
        description="Judge an EU Digital COVID Certificate offline: HC1 text on standard input, or a picture.",
    )
    parser.add_argument("--trust", type=_path, required=True, help="signers' X.509 certificates: PEM, DER, or a directory")
    parser.add_argument("--at", type=_moment, help="the moment to judge for, ISO 8601; without offset it is UTC (default: now)")
    parser.add_argument("--revoked", type=_path, help="revoked identifiers or SHA-256 hashes: one on each line, or JSON")
    parser.add_argument("--picture", type=_path, help="read the QR code of a picture instead of standard input")
    return parser


def _path(text: str) -> Path:
    """A file's name. An empty one, as an unset variable of a script leaves it, is not the directory one stands in."""
    if not text:
        raise argparse.ArgumentTypeError("an empty name")
    return Path(text)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip().upper())
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        aware.timestamp()
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError("not a moment in ISO 8601, such as 2022-05-30T08:00:00+07:00") from None
    return aware


def _from_picture(path: Path) -> str:
    """The one certificate in a picture; a code of another kind is judged as broken text."""
    try:
        with path.open("rb") as file:
            data = file.read(picture.LARGEST_PICTURE + 1)
    except OSError as trouble:
        raise CannotJudge(f"cannot read the picture {path}: {trouble.strerror}") from None
    texts = picture.read(data)
    certificates = [text for text in texts if text.strip().startswith(hcert.PREFIX)]
    if len(certificates) > 1:
        raise CannotJudge(f"the picture holds {len(certificates)} certificates: show one at a time")
    return (certificates or texts)[0]


def _from_standard_input() -> str:
    """At most a little more than the longest certificate is read; what is not text is judged as broken text."""
    if sys.stdin is None:  # a shell or a service that closed it
        raise CannotJudge("standard input is closed: give the text there, or --picture FILE")
    data = b""
    source = sys.stdin.buffer
    while len(data) <= hcert.LONGEST_TEXT and (piece := source.read(64 * 1024)):
        data = data + piece if data else piece.removeprefix(b"\xef\xbb\xbf").lstrip()
        if (solid := data.rstrip()) != data:
            data = solid + b" "  # however much white space: what follows it counts
    return data.decode("utf-8", "replace").rstrip()


def _speaks_utf8() -> bool:
    return (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"


def _one_line(text: str) -> str:
    return " ".join(text.split())
