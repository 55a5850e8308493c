"""Report: the daily report of 600 sites out of the rollups, in process; the limit is the same rollup's bare sum in one statement."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random

from django.db import connection, transaction

from khien.bench.ground import Ground
from khien.bench.result import Result
from khien.booking.models import Session
from khien.kernel import clock
from khien.kernel.ids import uuid7
from khien.places import queries as places
from khien.places.models import Facility, Site
from khien.reporting import queries as reporting
from khien.reporting.models import DayCount
from khien.reporting.rules import DAY
from khien.synthetic.copying import Rows

SITES = 600
CITY = "2021-79"
GROUPS = ("1", "9", "10", "11", "13", "15")
_SUM = 'SELECT site_id, indicator, vaccine, dose, sum("count") FROM day_count WHERE on_date = %s AND province_2021 = \'79\' GROUP BY 1, 2, 3, 4'


def run(ground: Ground) -> Iterator[Result]:
    """Yield the line `report`; the sites are taken back afterwards."""
    on = clock.on_date(ground.at) + timedelta(days=3650)  # a day that nobody else uses
    with transaction.atomic():
        cells = _sites(ground, on)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE day_count")

        def ours() -> None:
            report = reporting.daily_report(on=on, at=ground.at, unit_key=CITY)
            if len(report.sites) != SITES or report.total.n("injected") != cells["injected"]:
                ground.troubles.append(f"report: {len(report.sites)} sites, {report.total.n('injected')} doses of {cells['injected']}")

        def limit() -> None:
            with connection.cursor() as cursor:
                cursor.execute(_SUM, [on])
                cursor.fetchall()

        taken, cpu = _times(ours, ground.seconds)
        bare, _cpu = _times(limit, ground.seconds / 2)
        transaction.set_rollback(True)
    ordered = sorted(taken)
    yield Result(
        "report", len(taken) / sum(taken), len(bare) / sum(bare), ordered[len(ordered) // 2] * 1000, ordered[-1] * 1000, cpu * 1e6 / len(taken),
        f"the daily report of {SITES} sites, in process; the limit: the rollup's sum alone",
    )  # fmt: skip


def _times(work: Callable[[], None], seconds: float) -> tuple[list[float], float]:
    """How long each call took, for so many seconds (three calls at least), and the processor time of all."""
    taken: list[float] = []
    began, until = time.process_time(), time.perf_counter() + seconds
    while len(taken) < 3 or time.perf_counter() < until:
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return taken, time.process_time() - began


def _sites(ground: Ground, on: object) -> dict[str, int]:
    """Six hundred points with a session and a day's cells each; returns the sums."""
    random, sums = Random(600), dict.fromkeys(DAY, 0)
    communes = [unit for district in places.children(CITY) for unit in places.children(district.key)]
    facility = Facility.objects.order_by("id").values_list("id", flat=True).first()
    begins, ends = clock.at_local(on, 7, 30), clock.at_local(on, 16, 30)  # type: ignore[arg-type]
    points, sessions, counts = Rows(Site), Rows(Session), Rows(DayCount)
    for number in range(SITES):
        commune, site, session = communes[number % len(communes)], uuid7(), uuid7()
        place = {"province_2021": "79", "district_2021": commune.district_code, "commune_2021": commune.code}
        points.add(id=site, facility_id=facility, name=f"Điểm đo {number}", kind="fixed", **place)
        sessions.add(
            id=session, site_id=site, facility_id=facility, on_date=on, shift="whole_day", starts_at=begins, ends_at=ends, planned_at=ground.at,
            planned_by="bench", state="closed", **place,
        )  # fmt: skip
        for indicator in DAY:
            doses = (("AZ", "primary-1"), ("AZ", "primary-2"), ("PFIZER", "primary-1")) if indicator == "injected" else (("", ""),)
            for vaccine, dose in doses:
                for group in GROUPS:
                    n = random.randint(1, 40)
                    sums[indicator] += n
                    counts.add(
                        on_date=on, site_id=site, session_id=session, indicator=indicator, vaccine=vaccine, dose=dose, group=group, count=n,
                        updated_at=ground.at, **place,
                    )  # fmt: skip
    for rows in (points, sessions, counts):
        rows.flush()
    return sums
