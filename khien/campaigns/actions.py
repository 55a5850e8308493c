"""What may be done to a campaign: load its reference data, record a rule, add a local group."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from khien.campaigns import preview, rules
from khien.campaigns.entries import read_entry
from khien.campaigns.rounds import close_round, open_round
from khien.campaigns.rulebook import RuleBook
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.places import queries as places
from khien.plumbing import audit

from .models import ConsentText, RuleEntry
from .reference import load_reference, raw_entry

__all__ = [
    "close_round", "end_rule", "load_reference", "local_group", "open_round", "preview_rule", "record_consent_text", "record_rule", "withdraw_rule",
]  # fmt: skip
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

    An entry of the same first day is replaced (a mistake in it), also one that has ended. Raises Refused: campaigns.rule_* (the reason of the check),
    campaigns.rule_needs_source, campaigns.rule_needs_reason.
    """  # fmt: skip
    if not source.strip():
        raise Refused("campaigns.rule_needs_source")
    if not reason.strip():
        raise Refused("campaigns.rule_needs_reason")
    rows = _locked()
    old = _entry_of(rows, kind, key, in_force_from) or _open_entry(rows, kind, key, in_force_from)
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


def preview_rule(
    *, kind: str, key: str, data: Mapping[str, Any], in_force_from: date, in_force_to: date | None, by: Actor, at: datetime, today: date
) -> preview.Preview:
    """Say what an edit would change for typical people, and keep nothing of it.

    Raises Refused: what `record_rule` would, apart from the missing source and reason.
    """
    before = _book_now()
    known = next((row for row in RuleEntry.objects.filter(kind=kind, key=key, superseded_at__isnull=True).order_by("-in_force_from")
                  if row.in_force_from <= in_force_from), None)  # fmt: skip
    with transaction.atomic():
        record_rule(
            kind=kind, key=key, data=data, in_force_from=in_force_from, in_force_to=in_force_to, source="-", reason="-", by=by, at=at
        )
        after = _book_now()
        transaction.set_rollback(True)
    day = in_force_from if in_force_to is not None and in_force_to < today else max(in_force_from, today)
    return preview.compare(before, after, kind=kind, key=key, old=known.data if known else None, new=data, on=day)


@transaction.atomic
def withdraw_rule(*, entry_id: UUID, reason: str, by: Actor, at: datetime, today: date) -> UUID:
    """Take back a rule that is not yet in force; the one before it holds on. Both stay in the history; returns what holds now.

    Raises Refused: campaigns.no_such_rule, campaigns.rule_needs_reason, campaigns.rule_in_force (since).
    """
    if not reason.strip():
        raise Refused("campaigns.rule_needs_reason")
    rows = _locked()
    row = next((one for one in rows if one.id == entry_id), None)
    if row is None:
        raise Refused("campaigns.no_such_rule", kind="", key="")
    if row.in_force_from <= today:
        raise Refused("campaigns.rule_in_force", since=row.in_force_from)
    eve = row.in_force_from - timedelta(days=1)
    before = next((one for one in rows if (one.kind, one.key, one.in_force_to) == (row.kind, row.key, eve)), None)
    holds = row.id
    if before is not None:
        holds = _ended(before, None, by=by, at=at, reason=reason)
        _supersede(before, by=holds, at=at)
    _supersede(row, by=holds, at=at)
    _check_book()
    audit.record("campaigns.rule_withdrawn", by=by, at=at, subject=str(row.id), kind=row.kind, key=row.key, since=row.in_force_from)
    return holds


@transaction.atomic
def record_consent_text(
    *, version: str, for_minor: bool, text_vi: str, text_en: str, in_force_from: date, source: str, reason: str, by: Actor, at: datetime
) -> str:
    """Record a new wording of the consent from a day on; a wording that people agreed to is never changed.

    Raises Refused: campaigns.consent_text_missing, campaigns.consent_version_taken (version), campaigns.rule_needs_source,
    campaigns.rule_needs_reason.
    """
    version = version.strip()
    if not (version and text_vi.strip() and text_en.strip()):
        raise Refused("campaigns.consent_text_missing")
    if not source.strip():
        raise Refused("campaigns.rule_needs_source")
    if not reason.strip():
        raise Refused("campaigns.rule_needs_reason")
    _locked()
    if ConsentText.objects.filter(version=version).exists():
        raise Refused("campaigns.consent_version_taken", version=version)
    ConsentText.objects.create(
        version=version, for_minor=for_minor, text_vi=text_vi.strip(), text_en=text_en.strip(), source=source.strip(), reason=reason.strip(),
        in_force_from=in_force_from, recorded_at=at, recorded_by=by.text,
    )  # fmt: skip
    audit.record("campaigns.consent_text_recorded", by=by, at=at, subject=f"consent:{version}", since=in_force_from)
    return version


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


def _entry_of(rows: list[RuleEntry], kind: str, key: str, day: date) -> RuleEntry | None:
    """The entry that holds from exactly this day on, ended or not."""
    return next((r for r in rows if (r.kind, r.key, r.in_force_from) == (kind, key, day)), None)


def _ended(old: RuleEntry, last_day: date | None, *, by: Actor, at: datetime, reason: str = "") -> UUID:
    """Record the old entry again, with its last day (None: it holds on)."""
    read_entry({**raw_entry(old), "in_force_to": last_day})
    return RuleEntry.objects.create(
        kind=old.kind, key=old.key, data=old.data, in_force_from=old.in_force_from, in_force_to=last_day, source=old.source,
        recorded_at=at, recorded_by=by.text, reason=reason.strip() or old.reason,
    ).id  # fmt: skip


def _supersede(old: RuleEntry, *, by: UUID, at: datetime) -> None:
    RuleEntry.objects.filter(id=old.id).update(superseded_at=at, superseded_by_id=by)


def _check_book() -> None:
    """The whole book must still be readable; otherwise nothing of this edit is kept."""
    _book_now()


def _book_now() -> RuleBook:
    """The book as the table holds it at this moment of the transaction."""
    return RuleBook.from_entries(raw_entry(row) for row in RuleEntry.objects.filter(superseded_at__isnull=True))
