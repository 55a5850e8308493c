"""Temperature readings come in, one batch or a whole day: good ones into blocks of an hour, the rest aside under its reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from khien.kernel import clock
from khien.kernel.ids import uuid7
from khien.stock import cold, cold_rules, models
from khien.stock.cold_types import Key, Taken

FEW = 400  # so many blocks go as parameters; more by COPY
_MERGE = """
INSERT INTO reading_block AS b (device_id, hour, seconds, tenths) SELECT device_id, hour, seconds, tenths FROM reading_in
ON CONFLICT (device_id, hour) DO UPDATE SET (seconds, tenths) = (SELECT m.seconds, m.tenths FROM stock_readings_merged(b, excluded) m)
"""
_DOUBLED = """
SELECT coalesce(sum((SELECT count(*) FROM unnest(i.seconds) s WHERE s = ANY (b.seconds))), 0)
FROM reading_in i JOIN reading_block b USING (device_id, hour)
"""
_LAST = """
UPDATE cold_device d SET last_at = t.at, last_tenths = t.tenths FROM unnest(%s::uuid[], %s::timestamptz[], %s::int[]) AS t(id, at, tenths)
WHERE d.id = t.id AND (d.last_at IS NULL OR d.last_at < t.at)
"""
Block = tuple[UUID, datetime, list[int], list[int]]


def take(rows: Iterable[tuple[Any, Any, Any]], *, key: Key, at: datetime) -> Taken:
    """Keep readings (device code or id, moment, degrees Celsius) that this key may report, all or nothing for a broken connection.

    A reading told twice counts once, whatever its second value; late ones find their place. Impossible, future, unreadable ones
    and those of unknown devices are kept aside by name. Excursions are looked for in what came.
    """
    sorter = _Sorter(key, at)
    sorter.sort(rows)
    blocks = sorter.blocks()
    with transaction.atomic():
        doubled = _keep(blocks)
        _keep_last(blocks)
        models.RejectedReading.objects.bulk_create(sorter.aside, batch_size=2_000)
        cold.look_again(_windows(blocks, sorter.known), at=at)
    kept = sum(len(block[2]) for block in blocks)
    return Taken(kept - doubled, doubled + sorter.repeated, len(sorter.aside), len({block[0] for block in blocks}), sorter.reasons())


class _Sorter:
    """Sorts readings into blocks; one pass, as little work for each as can be."""

    def __init__(self, key: Key, at: datetime) -> None:
        self.key, self.at = key, at
        self.known = _devices(key)
        self.aside: list[models.RejectedReading] = []
        self.repeated = 0
        self._by_name: dict[str, UUID] = {str(one.id): one.id for one in self.known.values()}
        self._by_name |= {} if key.wide else {one.code.upper(): one.id for one in self.known.values()}
        self._found: dict[tuple[UUID, float], dict[int, int]] = {}
        self._moments: dict[Any, tuple[float, int] | str] = {}
        self._first, self._last = (at - cold_rules.OLDEST).timestamp(), (at + cold_rules.AHEAD).timestamp()

    def sort(self, rows: Iterable[tuple[Any, Any, Any]]) -> None:
        names, moments, found = self._by_name, self._moments, self._found
        low, high = cold_rules.LOWEST, cold_rules.HIGHEST
        for device, when, celsius in rows:
            device_id = names.get(device) or names.get(str(device).strip().upper()) or names.get(str(device).strip())
            if device_id is None:
                self._set_aside(device, when, celsius, "device_unknown")
                continue
            moment = moments.get(when) or self._moment(when)
            if isinstance(moment, str):
                self._set_aside(device, when, celsius, moment)
                continue
            try:
                value = 10**9 if celsius is True or celsius is False else round(float(celsius) * 10)
            except (TypeError, ValueError, OverflowError):
                value = _degrees(celsius)
            if not low <= value <= high:
                self._set_aside(device, when, celsius, "reading_impossible" if value < 10**6 else "reading_unreadable")
                continue
            block = found.get((device_id, moment[0]))
            if block is None:
                block = found[device_id, moment[0]] = {}
            if moment[1] in block:
                self.repeated += 1
            else:
                block[moment[1]] = value

    def blocks(self) -> list[Block]:
        """Device, hour, seconds in order, tenths beside them."""
        told = []
        for (device_id, hour), values in self._found.items():
            seconds = sorted(values)
            told.append((device_id, datetime.fromtimestamp(hour, UTC), seconds, [values[second] for second in seconds]))
        return sorted(told, key=lambda block: (block[0].bytes, block[1]))

    def reasons(self) -> dict[str, int]:
        """How many were set aside for what."""
        counts: dict[str, int] = {}
        for row in self.aside:
            counts[row.reason] = counts.get(row.reason, 0) + 1
        return counts

    def _moment(self, when: Any) -> tuple[float, int] | str:
        read = _read_moment(when)
        told: tuple[float, int] | str = "reading_unreadable"
        if read is not None and self._first <= read <= self._last:
            hour = read // 3600 * 3600
            told = (hour, int(read - hour))
        elif read is not None:
            told = "reading_in_future" if read > self._last else "reading_too_old"
        if len(self._moments) < 200_000:
            self._moments[when] = told
        return told

    def _set_aside(self, device: Any, when: Any, celsius: Any, reason: str) -> None:
        self.aside.append(models.RejectedReading(
            id=uuid7(), key_id=self.key.id, site_id=self.key.site_id, device_code=_kept_text(device)[:60], told=_kept_text(f"{when} {celsius}")[:200],
            reason=reason, received_at=self.at,
        ))  # fmt: skip


def _kept_text(told: Any) -> str:
    """The characters that came, those that no text column holds shown as a sign."""
    return str(told).replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _devices(key: Key) -> dict[UUID, models.ColdDevice]:
    rows = models.ColdDevice.objects.filter(active=True)
    if not key.wide:
        rows = rows.filter(Q(id=key.device_id) if key.device_id else Q(site_id=key.site_id))
    return {row.id: row for row in rows}


def _read_moment(when: Any) -> float | None:
    """Seconds since 1970: ISO 8601 (without an offset: Vietnamese time), 31/12/2021 07:30, or a number of seconds."""
    if isinstance(when, int | float) and not isinstance(when, bool):
        try:
            return float(when)
        except OverflowError:  # hundreds of digits
            return None
    text = str(when).strip()
    for read in (datetime.fromisoformat, lambda told: datetime.strptime(told, "%d/%m/%Y %H:%M"), lambda told: datetime.strptime(told, "%d/%m/%Y %H:%M:%S")):
        try:
            moment = read(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=clock.VIETNAM)).timestamp()
        except (ValueError, OverflowError):
            continue
    return None


def _degrees(celsius: Any) -> int:
    """Tenths of a number written with a decimal comma; a great number where there is none."""
    try:
        return round(float(str(celsius).replace(",", ".").replace("°C", "").strip()) * 10)
    except (ValueError, OverflowError):
        return 10**9


def _keep(blocks: list[Block]) -> int:
    """Write the blocks; returns the readings that were there already."""
    if not blocks:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE IF NOT EXISTS reading_in (device_id uuid, hour timestamptz, seconds smallint[], tenths smallint[]) ON COMMIT DROP")
        cursor.execute("TRUNCATE reading_in")
        if len(blocks) <= FEW:
            cursor.executemany("INSERT INTO reading_in VALUES (%s, %s, %s, %s)", [list(block) for block in blocks])
        else:
            with cursor.copy("COPY reading_in FROM STDIN") as copy:
                for device_id, hour, seconds, tenths in blocks:
                    copy.write_row((device_id, hour, seconds, tenths))
        cursor.execute(_DOUBLED)
        doubled = int(cursor.fetchone()[0])
        cursor.execute(_MERGE)
        return doubled


def _keep_last(blocks: list[Block]) -> None:
    last: dict[UUID, tuple[datetime, int]] = {}
    for device_id, hour, seconds, tenths in blocks:
        moment = datetime.fromtimestamp(hour.timestamp() + seconds[-1], UTC)
        if device_id not in last or last[device_id][0] < moment:
            last[device_id] = (moment, tenths[-1])
    if last:
        with connection.cursor() as cursor:
            ids = sorted(last, key=lambda one: one.bytes)
            cursor.execute(_LAST, [ids, [last[one][0] for one in ids], [last[one][1] for one in ids]])


def _windows(blocks: list[Block], known: dict[UUID, models.ColdDevice]) -> dict[UUID, datetime]:
    """Devices to look at again (something was out of range, or still is by our books), each from its first hour that came."""
    ranges = {device_id: cold_rules.profiles()[row.profile] for device_id, row in known.items()}
    first: dict[UUID, datetime] = {}
    out: set[UUID] = set()
    for device_id, hour, _, tenths in blocks:
        if device_id not in first or hour < first[device_id]:
            first[device_id] = hour
        if max(tenths) > ranges[device_id].high or min(tenths) < ranges[device_id].low:
            out.add(device_id)
    standing = models.Excursion.objects.filter(ended_at__isnull=True)
    out |= set(standing.values_list("device_id", flat=True)) & set(first)
    return {device_id: first[device_id] for device_id in out}
