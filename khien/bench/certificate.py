"""Certificates: issued in process on one core, each for another person; the limit is the bare signature."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from khien.bench.ground import Ground
from khien.bench.result import Result
from khien.certificates import hcert, payload, signer
from khien.certificates.issuing import year_later
from khien.kernel import clock
from khien.synthetic.crowd import Crowd

PEOPLE = 2_000


def run(ground: Ground) -> Iterator[Result]:
    """Yield the line `certificate`: payload, CBOR, COSE, ES256, zlib, Base45."""
    today = clock.on_date(ground.at)
    signing = signer.make(
        not_before=ground.at, not_after=ground.at + timedelta(days=365), organisation="Bench", name="Bench",
    )  # fmt: skip
    told = [
        payload.DoseFacts(
            full_name=one.full_name, born=one.birth, vaccine="AZ", primary_doses=2, ordinal=2, given_on=today, issuer="Bộ Y tế",
            identifier=f"URN:UVCI:01:VN:{number:032X}", nationality="VN",
        ) for number, one in enumerate(Crowd(7, ["2021-26956"], today=today, adults_only=True).people(PEOPLE))
    ]  # fmt: skip
    expires = year_later(ground.at)
    taken: list[float] = []

    def issue() -> None:
        for facts in told:
            began = time.perf_counter()
            hcert.issue(payload.build(facts), signing, ground.at, expires)
            taken.append(time.perf_counter() - began)

    key = ec.generate_private_key(ec.SECP256R1())
    algorithm, data = ec.ECDSA(hashes.SHA256()), b"x" * 300

    def sign() -> None:
        for _ in range(PEOPLE):
            key.sign(data, algorithm)

    ours, limit = _rate(issue, ground.seconds / 2), _rate(sign, ground.seconds / 2)
    ordered = sorted(taken)
    p50, p99 = ordered[len(ordered) // 2] * 1000, ordered[len(ordered) * 99 // 100] * 1000
    yield Result("certificate", ours, limit, p50, p99, 1e6 / ours, "a core, in process; the limit: bare P-256 signatures")


def _rate(work: Callable[[], None], seconds: float) -> float:
    """How many a second of this thread's processor time."""
    began, until, done = time.thread_time(), time.perf_counter() + seconds, 0
    while not done or time.perf_counter() < until:
        work()
        done += PEOPLE
    return done / (time.thread_time() - began)
