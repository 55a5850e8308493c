"""What pages and other rooms may ask about certificates."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from khien.certificates import hcert, issuing, models, offline, payload, revocation, signers, verify
from khien.certificates.states import LIVE
from khien.certificates.types import CertificateCard, CertificateView, RevokedEntry
from khien.immunizations import queries as immunizations
from khien.immunizations.types import ImmunizationView
from khien.people import queries as people
from khien.plumbing import once


def card(row: models.Certificate) -> CertificateCard:
    """The row as a type."""
    return CertificateCard(
        id=row.id, person_id=row.person_id, record_id=row.record_id, record_version=row.record_version, uvci=row.uvci,
        state=row.state, hold=row.hold, hold_facts=row.hold_facts, facility_id=row.facility_id, on_date=row.on_date,
        vaccine=row.vaccine, facility_signed_at=row.facility_signed_at, central_signed_at=row.central_signed_at,
        issued_at=row.issued_at, expires_at=row.expires_at, revoked_at=row.revoked_at, revoke_reason=row.revoke_reason,
        supersedes_id=row.supersedes_id, recorded_at=row.recorded_at,
    )  # fmt: skip


def cards(rows: Iterable[models.Certificate]) -> list[CertificateCard]:
    """Several rows as types."""
    return [card(row) for row in rows]


def of_person(person_id: UUID, *, past: bool = False) -> list[CertificateCard]:
    """A person's certificates and holds, the latest dose first; with `past` also those revoked, renewed or expired."""
    if not past:
        live = once.rows("certificates.live", people.ids_of(person_id), _live)
        return cards(sorted(live, key=lambda row: (row.on_date, row.recorded_at, row.id), reverse=True))
    rows = models.Certificate.objects.filter(person_id__in=people.ids_of(person_id))
    return cards(rows.order_by("-on_date", "-recorded_at", "-id"))


def _live(ids: list[UUID]) -> Iterable[tuple[UUID, models.Certificate]]:
    return ((row.person_id, row) for row in models.Certificate.objects.filter(person_id__in=ids, state__in=LIVE))


def _keep(ids: list[UUID], told: list[dict[str, Any]]) -> None:
    once.keep("certificates.live", ids, ((row.person_id, row) for row in (once.instance(models.Certificate, one) for one in told)))


CERTIFICATES = once.Part("certificates_told(x.ids)", _keep)


def certificate(certificate_id: UUID) -> CertificateCard | None:
    """One certificate or hold."""
    row = models.Certificate.objects.filter(id=certificate_id).first()
    return card(row) if row else None


def by_record(record_id: UUID) -> CertificateCard | None:
    """The live certificate (or hold) of a dose."""
    row = models.Certificate.objects.filter(record_id=record_id, state__in=LIVE).first()
    return card(row) if row else None


def by_uvci(uvci: str) -> CertificateCard | None:
    """The certificate with this identifier, whatever became of it."""
    row = models.Certificate.objects.filter(uvci=uvci.strip().upper()).first()
    return card(row) if row else None


def view(certificate_id: UUID) -> CertificateView | None:
    """A certificate with its text and the eleven fields of Decision 5772/QD-BYT; the surface checks who may see it."""
    row = models.Certificate.objects.filter(id=certificate_id).first()
    if row is None:
        return None
    content = issuing.content_of(row)
    if not content:
        return CertificateView(card(row))
    person = people.person(row.person_id)
    doses = immunizations.history(row.person_id, row.on_date).counted
    fields = payload.travel_fields(
        content,
        nationality=person.nationality if person else "",
        doses_received=sum(dose.on_date <= row.on_date for dose in doses),
    )
    return CertificateView(card(row), issuing.text_of(row), fields, content)


def dose_number(dose: ImmunizationView) -> str:
    """A dose of a history in its series, as its certificate says it ("2/2"): no text is opened for it."""
    number, series = payload.dose_of_series(*issuing.place_in_course(dose))
    return f"{number}/{series}"


def hc1(certificate_id: UUID) -> str:
    """The text of the QR code; empty when there is none."""
    row = models.Certificate.objects.filter(id=certificate_id).first()
    return issuing.text_of(row) if row else ""


def waiting(
    hold: str = "", *, facility_ids: Iterable[UUID] | None = None, after: UUID | None = None, limit: int = 100
) -> list[CertificateCard]:
    """Held certificates (of one hold, of these facilities), the oldest first, paged by key: the signers' work."""
    rows = models.Certificate.objects.filter(state="held")
    if hold:
        rows = rows.filter(hold=hold)
    if facility_ids is not None:
        rows = rows.filter(facility_id__in=list(facility_ids))
    if after:
        rows = rows.filter(id__gt=after)
    return cards(rows.order_by("id")[:limit])


def counts(on: date | None = None) -> dict[str, int]:
    """How many certificates are in each state; held ones by the name of their hold."""
    rows = models.Certificate.objects.all() if on is None else models.Certificate.objects.filter(on_date=on)
    found: dict[str, int] = {}
    for state, hold in rows.values_list("state", "hold").iterator(chunk_size=5000):
        name = hold if state == "held" else state
        found[name] = found.get(name, 0) + 1
    return found


def revoked_list(since: datetime | None = None) -> list[RevokedEntry]:
    """Every revoked identifier, in the order of revocation; since a moment, what a verifier has still to fetch."""
    rows = models.Certificate.objects.filter(state="revoked")
    if since:
        rows = rows.filter(revoked_at__gt=since)
    return [RevokedEntry(uvci, at) for uvci, at in rows.order_by("revoked_at", "id").values_list("uvci", "revoked_at") if at]


def trust_pems() -> list[str]:
    """The signers' certificates in PEM: what verifiers trust."""
    return signers.pems()


def list_for_browsers(at: datetime) -> dict[str, Any]:
    """What a browser needs to judge certificates without a network: keys, hashes of the revoked, schemas."""
    gone = models.Certificate.objects.filter(state="revoked").values_list("uvci", flat=True)
    return offline.list_for_browsers(signers.trusted(), gone.iterator(chunk_size=5000), at)


def claims(text: str) -> bool:
    """Whether a text that a person pasted says that it is a certificate, true or not."""
    return hcert.as_pasted(text).upper().startswith(hcert.PREFIX)


def check(text: str, at: datetime) -> verify.Verdict:
    """Judge a certificate, as a person pasted it, against our own signers and revocations."""
    text = hcert.as_pasted(text)
    claimed = issuing.identifier_in(text)
    # No identifier of ours has a NUL, and the database takes none.
    taken_back = claimed and "\0" not in claimed and models.Certificate.objects.filter(uvci=claimed.strip().upper(), state="revoked").exists()
    revoked = revocation.of([claimed]) if taken_back else revocation.NOTHING
    return verify.verify(text, trust=signers.trusted(), at=at, revoked=revoked)
