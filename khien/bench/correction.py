"""Corrections: a wrong day of a dose corrected and its certificate made anew, in one transaction, in process."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction

from khien.bench import making, visiting
from khien.bench.ground import Ground
from khien.bench.result import Result
from khien.certificates import actions as certificates
from khien.immunizations import actions as immunizations
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM, Performed, VisitRef
from khien.people.models import Person
from khien.visits import actions as visits
from khien.visits.types import Confirmed

MOST, THREADS = 400, 4


def run(ground: Ground) -> Iterator[Result]:
    """Yield the line `correction`."""
    doses = _certified(min(MOST, max(8, ground.people // 20)), ground)
    began, cpu = time.perf_counter(), _cpu(ground)
    with ThreadPoolExecutor(THREADS) as pool:
        taken = sorted(pool.map(lambda one: _correct(*one, ground), doses))
    seconds, used = time.perf_counter() - began, _cpu(ground)
    again = making.rows("SELECT count(*) FROM certificate WHERE record_id = ANY(%s) AND state = 'issued' AND supersedes_id IS NOT NULL",
                        [record for _, record in doses])[0][0]  # fmt: skip
    if again != len(doses):
        ground.troubles.append(f"correction: {again} certificates made anew for {len(doses)} corrections")
    each = (used - cpu) / len(doses) * 1e6 if used is not None and cpu is not None else None
    p50, p99 = taken[len(taken) // 2] * 1000, taken[len(taken) * 99 // 100] * 1000
    yield Result("correction", len(doses) / seconds, None, p50, p99, each, f"in process, {THREADS} threads")


def _cpu(ground: Ground) -> float | None:
    """Processor seconds of this process and of the server and its database."""
    found = ground.server.cpu_seconds()
    return None if found is None else found + time.process_time()


def _certified(count: int, ground: Ground) -> list[tuple[UUID, UUID]]:
    """Doses given here to identified people, each with its certificate: (person, record)."""
    people = ground.take(count)
    Person.objects.filter(id__in=[one.person_id for one in people]).update(identity_state="verified")
    made = []
    for one in visiting.cleared(people, ground.points, ground.at):
        given = visits.give_dose(
            visit=VisitRef(one.visit.site_id, one.visit.id), lot_id=one.point.lot_id, confirmed=Confirmed(slip=one.visit.code),
            performed=Performed(ground.at, clock.on_date(ground.at), one.point.staff_id), by=SYSTEM, at=ground.at,
        )  # fmt: skip
        card = certificates.issue_for(record_id=given.record_id, by=SYSTEM, at=ground.at)
        if card is None or card.state != "issued":
            raise Refused(f"certificates.{card.hold}" if card else "certificates.record_unknown")
        made.append((one.visit.person_id, given.record_id))
    return made


def _correct(person_id: UUID, record_id: UUID, ground: Ground) -> float:
    began = time.perf_counter()
    with transaction.atomic():
        on = clock.on_date(ground.at) - timedelta(days=1)
        immunizations.correct(record_id=record_id, changes={"on_date": on}, reason="bench", by=SYSTEM, at=ground.at)
        certificates.reissue(person_id=person_id, by=SYSTEM, at=ground.at, reason="record_corrected")
    connection.close()
    return time.perf_counter() - began
