"""Late keying: whole visits keyed from paper, one a request, as a clerk does after a power cut."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection

from khien.bench import dose, load, visiting
from khien.bench.ground import Ground
from khien.bench.making import Point, Waiting
from khien.bench.result import Result, of_load
from khien.kernel import clock, codes
from khien.kernel.refs import SYSTEM
from khien.plumbing import bulk
from khien.visits.models import PaperForm, Visit

MOST = 2_500


def run(ground: Ground) -> Iterator[Result]:
    """Yield the line `late-keying`; its limit is the dose's, the heaviest of the statements that a paper takes."""
    people = ground.take(ground.share(MOST))
    forms = _forms(people, ground)
    dose.warm(ground)
    requests = [_request(ground, who, ground.points[i % len(ground.points)], serial, i) for i, (who, serial) in enumerate(zip(people, forms, strict=True))]
    seen, cpu = ground.load(requests, what="late-keying")
    keyed = Visit.objects.filter(paper_serial__in=forms, record_id__isnull=False).count()
    if keyed != seen.count:
        ground.troubles.append(f"late-keying: {seen.count} answers but {keyed} papers keyed: {seen.samples[-1][:300] if seen.samples else ''}")
    yield of_load("late-keying", seen, cpu, dose.limit_of(ground, seen.count * 6), "received, agreed, screened, dosed and closed by one command")


def _forms(people: list[Waiting], ground: Ground) -> list[str]:
    """A printed form for each, of the point where it will be keyed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('paper_pack') FROM generate_series(1, %s)", [len(people) // 999 + 1])
        packs = [row[0] for row in cursor.fetchall()]
    serials = [codes.paper_serial(packs[i // 999], i % 999 + 1).text for i in range(len(people))]
    points = ground.points
    bulk.copy(
        PaperForm(site_id=points[i % len(points)].site_id, session_id=points[i % len(points)].session_id, serial=serial, printed_at=ground.at,
                  printed_by=SYSTEM.text)
        for i, serial in enumerate(serials)
    )  # fmt: skip
    return serials


def _request(ground: Ground, who: Waiting, point: Point, serial: str, seq: int) -> bytes:
    """The paper as a clerk types it: hours of this morning, names as written."""
    midnight = clock.at_local(clock.on_date(ground.at))
    first = max(midnight, ground.at - timedelta(hours=2))
    later = first + (ground.at - first) / 4
    body = {
        "serial": serial, "session_id": point.session_id, "person_id": who.person_id, "identity_how": "typed", "received_at": first.isoformat(),
        "consent": {"agreed": True, "how": "paper"},
        "screening": {"decision": "eligible", "at": first.isoformat(), "doctor": "Bác sĩ Trên Giấy"},
        "dose": {"at": later.isoformat(), "injector": "Điều dưỡng Trên Giấy", "lot_id": point.lot_id}, "end": {"end": "closed"},
    }  # fmt: skip
    told = visiting.envelope("key_paper", seq, ground.at, body)
    return load.post(f"/diem/{point.session_id}/lenh", {"commands": [told]}, point.browser.cookie, point.browser.token)
