"""Corrections: a wrong day of a dose corrected and its certificate made anew, in one transaction, in process."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction

from khien.bench import making
from khien.bench.ground import Ground
from khien.bench.result import Result
from khien.certificates import actions as certificates
from khien.immunizations import actions as immunizations
from khien.kernel import clock
from khien.kernel.refs import SYSTEM
from khien.people.models import Person

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
    """Recorded doses of identified people with their certificate: (person, record)."""
    people = [one.person_id for one in ground.take(count)]
    Person.objects.filter(id__in=people).update(identity_state="verified")
    made = []
    on = clock.on_date(ground.at) - timedelta(days=30)
    for person_id in people:
        told = immunizations.Told("AZ", on, lot="BENCH001", place="Trạm Y tế")
        record_id = immunizations.record_elsewhere(person_id=person_id, told=told, evidence="document", by=SYSTEM, at=ground.at)
        card = certificates.issue_for(record_id=record_id, by=SYSTEM, at=ground.at)
        if card is not None and card.state == "issued":
            made.append((person_id, record_id))
    if not made:
        ground.troubles.append(f"correction: no certificate was issued ({card.hold if card else 'none'})")
    return made


def _correct(person_id: UUID, record_id: UUID, ground: Ground) -> float:
    began = time.perf_counter()
    with transaction.atomic():
        on = clock.on_date(ground.at) - timedelta(days=31)
        immunizations.correct(record_id=record_id, changes={"on_date": on}, reason="bench", by=SYSTEM, at=ground.at)
        certificates.reissue(person_id=person_id, by=SYSTEM, at=ground.at, reason="record_corrected")
    connection.close()
    return time.perf_counter() - began
