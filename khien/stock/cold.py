"""The cold chain's devices, keys, alarms and excursions; lots are held by rule and released by a person."""

from __future__ import annotations

import hashlib
import math
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM, Actor, Scope
from khien.plumbing import audit
from khien.stock import cold_rules, holders, judging, models, working
from khien.stock.cold_types import Aside, DeviceInfo, ExcursionInfo, Key, KeyInfo
from khien.stock.judging import series

DAY = timedelta(days=1)


@transaction.atomic
def add_device(*, site_id: UUID, code: str, name: str, profile: str, every_minutes: int = 5, by: Actor, at: datetime) -> UUID:
    """Add a fridge, freezer or box with its logger; the same code at the same holder is the same device.

    Raises Refused: stock.holder_unknown, stock.device_code_missing, stock.profile_unknown.
    """
    holders.check(site_id)
    if not code.strip():
        raise Refused("stock.device_code_missing")
    if profile not in cold_rules.profiles():
        raise Refused("stock.profile_unknown")
    row, new = models.ColdDevice.objects.get_or_create(
        site_id=site_id, code=code.strip().upper(),
        defaults={"name": name.strip() or code.strip(), "profile": profile, "every_minutes": max(1, every_minutes), "added_at": at, "added_by": by.text},
    )  # fmt: skip
    if new:
        audit.record("stock.device_added", by=by, at=at, subject=f"device:{row.id}", site=site_id, profile=profile)
    return row.id


@transaction.atomic
def make_key(
    *, label: str, site_id: UUID | None = None, device_id: UUID | None = None, wide: bool = False, by: Actor, at: datetime
) -> str:
    """Make a token for a logger, a holder's gateway, or (wide) a national gateway; shown once, kept as its hash."""
    token = secrets.token_urlsafe(24)
    row = models.ReadingKey.objects.create(
        site_id=site_id, device_id=device_id, wide=wide, label=label.strip()[:80], token_hash=_hash(token), made_at=at, made_by=by.text
    )
    audit.record("stock.reading_key_made", by=by, at=at, subject=f"reading_key:{row.id}", site=site_id, wide=wide)
    return token


@transaction.atomic
def end_key(*, key_id: UUID, site_id: UUID | None = None, by: Actor, at: datetime) -> None:
    """End a token; with `site_id` only where it is this holder's. Raises Refused stock.key_unknown."""
    rows = models.ReadingKey.objects.filter(id=key_id, ended_at__isnull=True)
    if not (rows.filter(site_id=site_id) if site_id else rows).update(ended_at=at, ended_by=by.text):
        raise Refused("stock.key_unknown")
    audit.record("stock.reading_key_ended", by=by, at=at, subject=f"reading_key:{key_id}")


def key_of(token: str) -> Key | None:
    """The key of a token in use."""
    row = models.ReadingKey.objects.filter(token_hash=_hash(token), ended_at__isnull=True).first()
    return Key(row.id, row.site_id, row.device_id, row.wide) if row else None


def keys(site_id: UUID) -> list[KeyInfo]:
    """The tokens of a holder."""
    rows = models.ReadingKey.objects.filter(site_id=site_id).order_by("-made_at", "-id")
    return [KeyInfo(row.id, row.label, row.device_id, row.made_at, row.ended_at) for row in rows]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def look_again(since: Mapping[UUID, datetime], *, at: datetime) -> None:
    """Find the excursions of these devices, each from a moment on; hold lots where a rule is broken."""
    for row in models.ColdDevice.objects.filter(id__in=since).order_by("id"):
        standing = list(models.Excursion.objects.filter(
            Q(ended_at__isnull=True) | Q(ended_at__gte=since[row.id] - DAY), device_id=row.id, source="readings"
        ).order_by("started_at"))  # fmt: skip
        start = min([since[row.id] - DAY, *(one.started_at for one in standing)])
        found = cold_rules.episodes(series(row.id, start, at + cold_rules.AHEAD), cold_rules.profiles()[row.profile])
        for episode in found:
            judging.judge(row, _kept(row, episode, standing, at), at)


def _kept(row: models.ColdDevice, episode: cold_rules.Episode, standing: list[models.Excursion], at: datetime) -> models.Excursion:
    """The excursion of an episode: the one that overlaps it, brought up to date, or a new one."""
    end = episode.ended_at or episode.last_at
    same = next((
        one for one in standing if one.kind == episode.kind and one.started_at <= end and (one.ended_at is None or one.ended_at >= episode.started_at)
    ), None)  # fmt: skip
    if same is None:
        return models.Excursion.objects.create(
            site_id=row.site_id, device_id=row.id, kind=episode.kind, started_at=episode.started_at, ended_at=episode.ended_at,
            peak_tenths=episode.peak, minutes=episode.minutes, found_at=at,
        )  # fmt: skip
    same.started_at, same.ended_at = min(same.started_at, episode.started_at), episode.ended_at
    same.peak_tenths, same.minutes = episode.peak, episode.minutes
    same.save(update_fields=["started_at", "ended_at", "peak_tenths", "minutes"])
    return same


@transaction.atomic
def report_alarm(
    *, device_id: UUID, kind: str, started_at: datetime, ended_at: datetime | None, peak_c: float | None, by: Actor, at: datetime
) -> UUID:
    """Keep a breach that a logger's own alarm tells: without a peak, or still open, as it may be. Told again, it is brought up to date.

    Raises Refused: stock.device_unknown, stock.excursion_kind, stock.reading_in_future, stock.reading_too_old, stock.excursion_order.
    """
    row = models.ColdDevice.objects.filter(id=device_id).first()
    if row is None:
        raise Refused("stock.device_unknown")
    if kind not in ("too_warm", "too_cold"):
        raise Refused("stock.excursion_kind")
    if max(started_at, ended_at or started_at) > at + cold_rules.AHEAD:
        raise Refused("stock.reading_in_future")
    if started_at < at - cold_rules.OLDEST:
        raise Refused("stock.reading_too_old")
    if ended_at is not None and ended_at < started_at:
        raise Refused("stock.excursion_order")
    peak = cold_rules.tenths(peak_c) if peak_c is not None and math.isfinite(peak_c) else None
    if peak is not None and not cold_rules.LOWEST <= peak <= cold_rules.HIGHEST:
        peak = None  # the breach stands, its peak is unknown
    one, _ = models.Excursion.objects.update_or_create(
        site_id=row.site_id, device_id=row.id, kind=kind, source="alarm", started_at=started_at,
        defaults={"ended_at": ended_at, "peak_tenths": peak, "minutes": int(((ended_at or at) - started_at).total_seconds() // 60)},
        create_defaults={"ended_at": ended_at, "peak_tenths": peak, "minutes": int(((ended_at or at) - started_at).total_seconds() // 60), "found_at": at},
    )  # fmt: skip
    audit.record("stock.alarm_reported", by=by, at=at, subject=f"excursion:{one.id}", site=row.site_id)
    judging.judge(row, one, at)
    return one.id


@transaction.atomic
def decide_excursion(*, excursion_id: UUID, device_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Close an excursion of a device for which no lot was held (nothing stood in the device, or no rule was broken).

    Raises Refused: stock.excursion_unknown, stock.excursion_holds_lots, stock.reason_missing.
    """
    row = models.Excursion.objects.select_for_update().filter(id=excursion_id, device_id=device_id).first()
    if row is None or row.decided_at is not None:
        raise Refused("stock.excursion_unknown")
    if models.Hold.objects.filter(excursion_id=row.id, decided_at__isnull=True).exists():
        raise Refused("stock.excursion_holds_lots")
    if not reason.strip():
        raise Refused("stock.reason_missing")
    row.decided_at, row.decided_by, row.decision = at, by.text, "noted"
    row.save(update_fields=["decided_at", "decided_by", "decision"])
    working.clear("excursion", row.site_id, str(row.id), by=by, at=at)
    audit.record("stock.excursion_decided", by=by, at=at, subject=f"excursion:{row.id}")


def watch(at: datetime) -> None:
    """Judge excursions that still last, and name devices that fell silent (called by the worker each minute)."""
    devices = {row.id: row for row in models.ColdDevice.objects.filter(active=True)}
    for one in models.Excursion.objects.filter(ended_at__isnull=True)[:1_000]:
        if one.device_id in devices:
            with transaction.atomic():
                judging.judge(devices[one.device_id], one, at)
    for row in devices.values():
        if row.last_at is not None and cold_rules.silent_since(row.last_at, row.every_minutes, at):
            working.open_("silent", row.site_id, str(row.id), ref_id=row.id, on=clock.on_date(row.last_at), at=at, within=timedelta(hours=2))
    still = models.Work.objects.filter(kind="silent", settled_at__isnull=True)
    for told in still:
        device = devices.get(told.ref_id) if told.ref_id else None
        if device is None or not cold_rules.silent_since(device.last_at, device.every_minutes, at):
            working.clear("silent", told.site_id, told.key, by=SYSTEM, at=at)


def devices(scopes: Iterable[Scope] | None = None, *, site_id: UUID | None = None, at: datetime) -> list[DeviceInfo]:
    """Devices inside these scopes: those out of range first, then silent ones, then by code."""
    rows = models.ColdDevice.objects.filter(holders.within(scopes), active=True)
    found = [_device(row, at) for row in (rows.filter(site_id=site_id) if site_id else rows)]
    return sorted(found, key=lambda one: (not one.outside, not one.silent, one.code))


def device(device_id: UUID, at: datetime) -> DeviceInfo | None:
    """One device."""
    row = models.ColdDevice.objects.filter(id=device_id).first()
    return _device(row, at) if row else None


def excursions(
    scopes: Iterable[Scope] | None = None, *, site_id: UUID | None = None, device_id: UUID | None = None, undecided: bool = False,
    at: datetime, limit: int = 100,
) -> list[ExcursionInfo]:  # fmt: skip
    """Excursions inside these scopes, the newest first."""
    rows = models.Excursion.objects.filter(holders.within(scopes)).order_by("-started_at", "-id")
    for name, value in (("site_id", site_id), ("device_id", device_id)):
        rows = rows.filter(**{name: value}) if value else rows
    several = list((rows.filter(decided_at__isnull=True) if undecided else rows)[:limit])
    known = {row.id: _device(row, at) for row in models.ColdDevice.objects.filter(id__in={one.device_id for one in several})}
    return [
        ExcursionInfo(
            one.id, one.site_id, known[one.device_id], one.kind, one.source, one.started_at, one.ended_at,
            one.peak_tenths / 10 if one.peak_tenths is not None else None,
            one.minutes if one.ended_at else int((at - one.started_at).total_seconds() // 60), one.judged, one.decided_at, one.decided_by, one.decision,
        )
        for one in several
    ]  # fmt: skip


def aside(site_id: UUID, *, since: datetime, limit: int = 100) -> list[Aside]:
    """Readings of a holder's devices that were kept aside since a moment."""
    rows = models.RejectedReading.objects.filter(site_id=site_id, received_at__gte=since).order_by("-received_at", "-id")[:limit]
    return [Aside(row.device_code, row.told, row.reason, row.received_at) for row in rows]


def _device(row: models.ColdDevice, at: datetime) -> DeviceInfo:
    profile = cold_rules.profiles()[row.profile]
    return DeviceInfo(
        row.id, row.site_id, row.code, row.name, row.profile, profile.low / 10, profile.high / 10, row.every_minutes,
        row.last_at.astimezone(UTC) if row.last_at else None, row.last_tenths / 10 if row.last_tenths is not None else None, row.active,
        cold_rules.silent_since(row.last_at, row.every_minutes, at), cold_rules.outside(row.last_tenths, profile) if row.last_tenths is not None else "",
    )  # fmt: skip
