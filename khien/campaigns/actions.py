"""What may be done to a campaign: load its reference data, record a rule, add a local group."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from khien.campaigns import rules
from khien.campaigns.entries import read_entry
from khien.campaigns.rulebook import RuleBook
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.places import queries as places
from khien.plumbing import audit

from .models import RuleEntry
from .reference import load_reference, raw_entry

__all__ = ["end_rule", "load_reference", "local_group", "record_rule"]
LOCAL = "16"  # the group that the minister or a province decides


@transaction.atomic
def record_rule(
    *,
    kind: str,
    key: str,
    data: Mapping[str, Any],
    in_force_from: date,
    source: str,
    reason: str,
    by: Actor,
    at: datetime,
    in_force_to: date | None = None,
) -> UUID:
    """Record a rule from a day on. The entry in force until then ends the day before; both stay in the history.

    An entry of the same first day is replaced (a mistake in it). Raises Refused: campaigns.rule_* (the reason of the check),
    campaigns.rule_needs_source, campaigns.rule_needs_reason.
    """  # fmt: skip
    if not source.strip():
        raise Refused("campaigns.rule_needs_source")
    if not reason.strip():
        raise Refused("campaigns.rule_needs_reason")
    rows = _locked()
    old = _open_entry(rows, kind, key, in_force_from)
    replaced = old is not None and old.in_force_from == in_force_from
    book = RuleBook.from_entries(raw_entry(row) for row in rows if not (replaced and row is old))
    rules.check_entry(
        kind,
        data,
        book=book,
        key=key,
        in_force_from=in_force_from,
        in_force_to=in_force_to,
        replaces=old is not None and not replaced,
    )
    entry = RuleEntry.objects.create(
        kind=kind, key=key, data=dict(data), in_force_from=in_force_from, in_force_to=in_force_to, source=source.strip(),
        recorded_at=at, recorded_by=by.text, reason=reason.strip(),
    )  # fmt: skip
    if old is not None:
        _supersede(old, by=entry.id if replaced else _ended(old, in_force_from - timedelta(days=1), by=by, at=at), at=at)
    _check_book()
    audit.record("campaigns.rule_recorded", by=by, at=at, subject=str(entry.id), kind=kind, key=key, since=in_force_from)
    return entry.id


@transaction.atomic
def end_rule(*, kind: str, key: str, last_day: date, reason: str, by: Actor, at: datetime) -> UUID:
    """End the open entry of a rule after this day. Raises Refused: campaigns.no_such_rule, campaigns.rule_needs_reason, rule_*."""
    if not reason.strip():
        raise Refused("campaigns.rule_needs_reason")
    old = _open_entry(_locked(), kind, key, last_day)
    if old is None:
        raise Refused("campaigns.no_such_rule", kind=kind, key=key)
    ended = _ended(old, last_day, by=by, at=at, reason=reason)
    _supersede(old, by=ended, at=at)
    _check_book()
    audit.record("campaigns.rule_ended", by=by, at=at, subject=str(ended), kind=kind, key=key, last_day=last_day)
    return ended


@transaction.atomic
def local_group(
    *, province: str, vi: str, en: str, in_force_from: date, source: str, reason: str, by: Actor, at: datetime
) -> str:
    """Add a province's own group under group 16; returns its code ("16.79.01").

    Raises Refused: campaigns.unknown_province, campaigns.rule_*.
    """
    unit = places.unit(f"2021-{province}")
    if unit is None or unit.level != "province":
        raise Refused("campaigns.unknown_province")
    _locked()
    taken = RuleEntry.objects.filter(kind="priority_group", key__startswith=f"{LOCAL}.{province}.").values_list(
        "key", flat=True
    )
    number = max((int(key.rsplit(".", 1)[1]) for key in taken), default=0) + 1
    code = f"{LOCAL}.{province}.{number:02}"
    data = {"vi": vi.strip(), "en": en.strip(), "parent": LOCAL, "province": province, "order": 160 + number}
    record_rule(
        kind="priority_group", key=code, data=data, in_force_from=in_force_from, source=source, reason=reason, by=by, at=at
    )
    return code


def _locked() -> list[RuleEntry]:
    """The entries that hold, while no other edit can be made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('campaigns.rules'))")
    return list(RuleEntry.objects.filter(superseded_at__isnull=True))


def _open_entry(rows: list[RuleEntry], kind: str, key: str, day: date) -> RuleEntry | None:
    """The entry without a last day that holds on this day."""
    return next((r for r in rows if (r.kind, r.key) == (kind, key) and r.in_force_to is None and r.in_force_from <= day), None)


def _ended(old: RuleEntry, last_day: date, *, by: Actor, at: datetime, reason: str = "") -> UUID:
    """Record the old entry again, with its last day."""
    read_entry({**raw_entry(old), "in_force_to": last_day})
    return RuleEntry.objects.create(
        kind=old.kind, key=old.key, data=old.data, in_force_from=old.in_force_from, in_force_to=last_day, source=old.source,
        recorded_at=at, recorded_by=by.text, reason=reason.strip() or old.reason,
    ).id  # fmt: skip


def _supersede(old: RuleEntry, *, by: UUID, at: datetime) -> None:
    RuleEntry.objects.filter(id=old.id).update(superseded_at=at, superseded_by_id=by)


def _check_book() -> None:
    """The whole book must still be readable; otherwise nothing of this edit is kept."""
    RuleBook.from_entries(raw_entry(row) for row in RuleEntry.objects.filter(superseded_at__isnull=True))
