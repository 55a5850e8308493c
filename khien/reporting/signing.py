"""A lead signs a site's day; an officer signs a round's end. What was signed stays, and a later difference is told."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from khien.campaigns import queries as campaigns
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.plumbing import audit
from khien.reporting import daily, models, rounds
from khien.reporting.types import Signed

LONGEST_NOTE = 500


def sign_day(*, site_id: UUID, on: date, note: str = "", name: str, by: Actor, at: datetime) -> Signed:
    """Sign a site's day as it stands in the records.

    Raises Refused: reporting.no_sessions, .day_ahead, .sessions_open (count), .still_counting, .nothing_new, .signed_meanwhile.
    """
    day = daily.site_day(site_id, on, at=at)
    if day is None:
        raise Refused("reporting.no_sessions")
    if on > clock.on_date(at):
        raise Refused("reporting.day_ahead")
    if day.open_sessions:
        raise Refused("reporting.sessions_open", count=day.open_sessions)
    if not daily.equals_records(day):
        raise Refused("reporting.still_counting")
    if day.signed and day.state == "signed" and day.signed.note == note.strip():
        raise Refused("reporting.nothing_new")
    version = day.signed.version + 1 if day.signed else 1
    try:
        with transaction.atomic():
            row = models.SiteReport.objects.create(
                site_id=site_id, on_date=on, version=version, numbers=dict(day.numbers), vaccines=dict(day.vaccines),
                note=note.strip()[:LONGEST_NOTE], due_at=day.due_at, signed_at=at, signed_by=by.text, signed_name=name,
            )  # fmt: skip
            audit.record("reporting.day_signed", by=by, at=at, subject=str(site_id), on=on, version=version)
    except IntegrityError:
        raise Refused("reporting.signed_meanwhile") from None
    return daily.signed(row)


def sign_round(*, round_id: UUID, note: str = "", name: str, by: Actor, at: datetime) -> int:
    """Sign the end-of-round report of a closed round; return its version.

    Raises Refused: reporting.round_unknown, .round_open, .round_goes_on (last_on), .nothing_new, .signed_meanwhile.
    """
    found = campaigns.round_of(round_id)
    if found is None:
        raise Refused("reporting.round_unknown")
    if found.closed_at is None:
        raise Refused("reporting.round_open")
    if found.last_on and found.last_on > clock.on_date(at):
        raise Refused("reporting.round_goes_on", last_on=found.last_on)
    report = rounds.round_report(found)
    last = rounds.signed_rounds(round_id)[:1]
    lines = rounds.plain(report)
    if last and last[0].lines == lines and last[0].note == note.strip():
        raise Refused("reporting.nothing_new")
    version = last[0].version + 1 if last else 1
    try:
        with transaction.atomic():
            models.RoundReport.objects.create(
                round_id=round_id, version=version, lines=lines, unsigned=report.unsigned, note=note.strip()[:LONGEST_NOTE],
                signed_at=at, signed_by=by.text, signed_name=name,
            )  # fmt: skip
            audit.record("reporting.round_signed", by=by, at=at, subject=str(round_id), version=version, unsigned=report.unsigned)
    except IntegrityError:
        raise Refused("reporting.signed_meanwhile") from None
    return version
