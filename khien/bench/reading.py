"""Reading: a day of temperatures, 10,000 devices every five minutes, as gateways bring them; kept and judged, then taken back."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from khien.bench.ground import Ground
from khien.bench.result import Result
from khien.kernel import clock
from khien.kernel.ids import uuid7
from khien.stock import actions as stock
from khien.stock.cold_types import Key
from khien.stock.models import ColdDevice, ReadingBlock

DEVICES, A_DAY, GATEWAY = 10_000, 288, 1_000
KEY = Key(None, None, None, wide=True)


def run(ground: Ground) -> Iterator[Result]:
    """Yield the line `reading`; its limit is PostgreSQL's bare COPY of the same blocks. A trial of a moment: fewer devices."""
    devices = _devices(ground, DEVICES if ground.seconds >= 5 else 20)
    at = clock.at_local(clock.on_date(ground.at), 0) - timedelta(days=1)
    try:
        began = time.perf_counter()
        kept = sum(stock.take_readings(_day(devices[i : i + GATEWAY], at), key=KEY, at=ground.at).kept for i in range(0, len(devices), GATEWAY))
        seconds = time.perf_counter() - began
        if kept != len(devices) * A_DAY:
            ground.troubles.append(f"reading: {kept} of {len(devices) * A_DAY} readings kept")
        bare = _bare(devices)
    finally:
        _take_back(devices)
    note = f"{kept:,} readings of {len(devices):,} devices in {seconds:.1f} s; a whole day of {DEVICES:,} devices: {DEVICES * A_DAY / (kept / seconds):.0f} s (the promise: 60)"
    yield Result("reading", kept / seconds, kept / bare, None, None, None, note)


def _devices(ground: Ground, count: int) -> list[UUID]:
    ids = [uuid7() for _ in range(count)]
    sites = [point.site_id for point in ground.points]
    rows = [
        ColdDevice(id=one, site_id=sites[i % len(sites)], code=f"BENCH{one.hex}", name="Bench", profile="fridge", added_at=ground.at, added_by="bench")
        for i, one in enumerate(ids)
    ]
    ColdDevice.objects.bulk_create(rows, batch_size=2_000)
    return ids


def _day(devices: list[UUID], first: datetime) -> Iterator[tuple[str, str, str]]:
    """The texts that a file would hold; one device in a hundred is warm for two hours."""
    moments = [(first + timedelta(minutes=5 * i)).isoformat() for i in range(A_DAY)]
    for number, device in enumerate(devices):
        name, warm = str(device), number % 100 == 7
        for i, moment in enumerate(moments):
            yield name, moment, "9.5" if warm and 100 <= i < 124 else f"{3 + (i + number) % 40 / 10:.1f}"


def _bare(devices: list[UUID]) -> float:
    """Seconds that COPY needs for the same blocks into a table of the same shape, committed."""
    rows = list(ReadingBlock.objects.filter(device_id__in=devices).values_list("device_id", "hour", "seconds", "tenths"))
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_block (LIKE reading_block INCLUDING ALL)")
        with cursor.copy("COPY bench_block FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    seconds = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_block")
    return seconds


def _take_back(devices: list[UUID]) -> None:
    with connection.cursor() as cursor:
        for statement in (
            "DELETE FROM stock_hold WHERE excursion_id IN (SELECT id FROM cold_excursion WHERE device_id = ANY (%s))",
            "DELETE FROM stock_work WHERE ref_id IN (SELECT id FROM cold_excursion WHERE device_id = ANY (%s))",
            "DELETE FROM cold_excursion WHERE device_id = ANY (%s)", "DELETE FROM reading_block WHERE device_id = ANY (%s)",
            "DELETE FROM cold_device WHERE id = ANY (%s)",
        ):  # fmt: skip
            cursor.execute(statement, [devices])
