"""What may be done with certificates: the door of this room."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from khien.certificates import issuing, models, signers
from khien.certificates.queries import card, cards
from khien.certificates.states import LIVE
from khien.certificates.types import CertificateCard
from khien.immunizations import queries as immunizations
from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM, Actor
from khien.people import queries as people
from khien.plumbing import audit

RENEW_BEFORE = timedelta(days=14)
PAGE = 500


@transaction.atomic
def issue_for(*, record_id: UUID, by: Actor, at: datetime) -> CertificateCard | None:
    """Make the certificate of a dose, or hold it by name; asked again, the live one is brought in step.

    Returns None for a record that was entered in error. Raises Refused certificates.record_unknown.
    """
    dose = immunizations.record(record_id)
    if dose is None:
        raise Refused("certificates.record_unknown")
    issuing.settle(dose.person_id, by=by, at=at, reason="record_corrected", record_ids=[record_id])
    row = models.Certificate.objects.filter(person_id=dose.person_id, record_id=record_id, state__in=LIVE).first()
    return card(row) if row else None


@transaction.atomic
def reissue(
    *, person_id: UUID, by: Actor, at: datetime, reason: str = "record_corrected", record_ids: Collection[UUID] = ()
) -> tuple[CertificateCard, ...]:
    """Revoke what no longer says the truth and issue what does, in the caller's transaction; return what changed.

    Call it in the transaction that corrects the person or the record. A certificate whose content stands is left alone.
    `record_ids` names records that have no certificate yet and should (a dose moved here from another person).
    """
    return tuple(cards(issuing.settle(person_id, by=by, at=at, reason=reason, record_ids=record_ids)))


@transaction.atomic
def revoke(*, certificate_id: UUID, reason: str, by: Actor, at: datetime) -> CertificateCard:
    """Revoke an issued certificate by hand. Raises Refused: certificates.not_found, certificates.not_issued, certificates.reason_missing."""
    if not reason.strip():
        raise Refused("certificates.reason_missing")
    row = models.Certificate.objects.select_for_update().filter(id=certificate_id).first()
    if row is None:
        raise Refused("certificates.not_found")
    if row.state != "issued":
        raise Refused("certificates.not_issued")
    return card(issuing.end(row, by=by, at=at, reason=reason.strip()[:200]))


@transaction.atomic
def sign_facility(*, record_ids: Iterable[UUID], by: Actor, at: datetime) -> tuple[CertificateCard, ...]:
    """Set the facility's signature under these doses: it confirms that they were given as recorded.

    The surface checks that the signer's post covers each certificate's facility. Certificates with nothing else to wait for
    are issued. Raises Refused certificates.nothing_to_sign.
    """
    return _sign(record_ids, "facility_signed_at", "waiting_facility_signature", by=by, at=at)


@transaction.atomic
def sign_central(*, record_ids: Iterable[UUID], by: Actor, at: datetime) -> tuple[CertificateCard, ...]:
    """Release these certificates for the ministry's signature. Raises Refused certificates.nothing_to_sign."""
    return _sign(record_ids, "central_signed_at", "waiting_central_signature", by=by, at=at)


def _sign(record_ids: Iterable[UUID], column: str, hold: str, *, by: Actor, at: datetime) -> tuple[CertificateCard, ...]:
    rows = list(
        models.Certificate.objects.select_for_update()
        .filter(record_id__in=list(record_ids), state="held", hold=hold)
        .order_by("id")
    )
    if not rows:
        raise Refused("certificates.nothing_to_sign")
    ids = [row.id for row in rows]
    models.Certificate.objects.filter(id__in=ids).update(**{column: at})
    facts = {"signature": column.removesuffix("_signed_at")}
    audit.record_many(
        "certificates.signed", by=by, at=at, rows=[(f"certificate:{row.id}", row.person_id, facts) for row in rows]
    )
    for person_id in dict.fromkeys(people.current_ids(row.person_id for row in rows).values()):
        issuing.settle(person_id, by=by, at=at, reason="record_corrected")
    return tuple(cards(models.Certificate.objects.filter(id__in=ids).order_by("id")))


def renew_due(at: datetime) -> bool:
    """Make the next certificate two weeks before one ends, and end those that are over. Returns whether there was work."""
    ending = models.Certificate.objects.filter(state="issued", expires_at__lt=at + RENEW_BEFORE).order_by("id")
    last: UUID | None = None
    while page := list((ending.filter(id__gt=last) if last else ending).values_list("id", "person_id", "record_id")[:PAGE]):
        for id, person_id, record_id in page:
            _renew(id, people.current_id(person_id), record_id, at)
        last = page[-1][0]
    return last is not None


@transaction.atomic
def _renew(certificate_id: UUID, person_id: UUID, record_id: UUID, at: datetime) -> None:
    issuing.settle(person_id, by=SYSTEM, at=at, reason="record_corrected", renew=[record_id])
    for row in models.Certificate.objects.select_for_update().filter(id=certificate_id, state="issued", expires_at__lt=at):
        issuing.end(row, by=SYSTEM, at=at, reason="over", state="expired")


def sign_waiting(at: datetime) -> bool:
    """Sign what another process, without a signer, had to leave (automatic signing, or released by hand)."""
    if settings.SIGNER == signers.ELSEWHERE:
        return False
    rows = models.Certificate.objects.filter(state="held", hold="waiting_central_signature")
    if settings.SIGNING != "automatic":
        rows = rows.filter(central_signed_at__isnull=False)
    waiting = list(dict.fromkeys(rows.order_by("id").values_list("person_id", flat=True)[:PAGE]))
    for person_id in waiting:
        with transaction.atomic():
            issuing.settle(people.current_id(person_id), by=SYSTEM, at=at, reason="record_corrected")
    return bool(waiting)
