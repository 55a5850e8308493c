"""Bring a person's certificates in step with the record: make, hold by name, sign, revoke and make again."""

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from khien.certificates import hcert, models, payload, policies, schema, signers
from khien.certificates.states import LIVE
from khien.immunizations import queries as immunizations
from khien.immunizations.types import ImmunizationView
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import Actor, VisitRef
from khien.people import queries as people
from khien.people.types import PersonCard
from khien.plumbing import audit, outbox
from khien.visits import queries as visits

ISSUER = "Ministry of Health of Viet Nam"
# A certificate that never was issued has nothing to be revoked: it is withdrawn.
ENDED = {"issued": "revoked", "held": "withdrawn"}


@dataclass(slots=True)
class _Person:
    """A person with the doses on record, read once."""

    card: PersonCard
    ids: list[UUID]
    doses: dict[UUID, ImmunizationView]
    card_seen: bool


def settle(
    person_id: UUID, *, by: Actor, at: datetime, reason: str, record_ids: Collection[UUID] = (), renew: Collection[UUID] = ()
) -> list[models.Certificate]:
    """Bring the live certificates of a person, and those of these records, in step; return the rows that changed.

    Call it inside a transaction. What is already right stays: nobody's certificate is revoked without need. `renew` names
    records whose certificates are made anew though their content has not changed.
    """
    who = _read(person_id, at)
    _make_rows(who, record_ids, at)
    rows = models.Certificate.objects.select_for_update().filter(person_id__in=who.ids, state__in=LIVE).order_by("id")
    changed = [_settle_one(row, who, by=by, at=at, reason=reason, renew=row.record_id in renew) for row in rows]
    return [row for row in changed if row is not None]


def _read(person_id: UUID, at: datetime) -> _Person:
    card = people.person(person_id)
    if card is None:
        raise LookupError(person_id)
    history = immunizations.history(card.id, clock.on_date(at))
    doses = {dose.record_id: dose for dose in history.doses}
    been = [VisitRef(dose.site_id, dose.visit_id) for dose in history.doses if dose.site_id and dose.visit_id]
    seen = card.identity_state == "claimed" and bool(policies.CARD_SEEN & visits.identity_hows(been))
    return _Person(card, people.ids_of(card.id), doses, seen)


def _make_rows(who: _Person, record_ids: Iterable[UUID], at: datetime) -> None:
    """A held row for each dose that has none; two who ask at once make one."""
    wanted = [who.doses[record_id] for record_id in record_ids if record_id in who.doses]
    have = set(
        models.Certificate.objects.filter(person_id__in=who.ids, state__in=LIVE).values_list("record_id", flat=True)
        if wanted
        else ()
    )
    new = [_new_row(dose, at) for dose in wanted if dose.record_id not in have]
    models.Certificate.objects.bulk_create(new, ignore_conflicts=True)


def _new_row(dose: ImmunizationView, at: datetime, **more: Any) -> models.Certificate:
    return models.Certificate(
        person_id=dose.person_id, record_id=dose.record_id, record_version=dose.version, state="held", hold="",
        uvci=payload.uvci(secrets.token_hex(16)), facility_id=dose.facility_id, on_date=dose.on_date, vaccine=dose.vaccine,
        recorded_at=at, **more,
    )  # fmt: skip


def _settle_one(
    row: models.Certificate, who: _Person, *, by: Actor, at: datetime, reason: str, renew: bool
) -> models.Certificate | None:
    dose = who.doses.get(row.record_id)
    if dose is None:
        return end(row, by=by, at=at, reason="entered_in_error")
    if row.state == "held":
        return _advance(row, dose, who, by=by, at=at)
    hold = policies.hold(_facts(row, dose, who), automatic=settings.SIGNING == "automatic")
    untrue = hold in policies.UNTRUE or not _says(row, dose, who)
    if not untrue and not renew:
        models.Certificate.objects.filter(id=row.id).exclude(record_version=dose.version).update(record_version=dose.version)
        return None
    if not untrue and hold:
        return None  # what keeps a renewal from being made leaves the certificate until its last day
    kept = row.facility_signed_at if row.record_version == dose.version else None
    end(row, by=by, at=at, reason=reason if untrue else "renewed", state="" if untrue else "superseded")
    new = _new_row(dose, at, supersedes_id=row.id, facility_signed_at=kept)
    new.save()
    return _advance(new, dose, who, by=by, at=at)


def _facts(row: models.Certificate, dose: ImmunizationView, who: _Person) -> policies.Facts:
    return policies.Facts(
        validity=dose.validity, origin=dose.origin, evidence=dose.evidence, country=dose.country,
        identity_state=who.card.identity_state, card_seen=who.card_seen, died=who.card.died_on is not None,
        facility_signed=row.facility_signed_at is not None,
    )  # fmt: skip


def _advance(
    row: models.Certificate, dose: ImmunizationView, who: _Person, *, by: Actor, at: datetime
) -> models.Certificate | None:
    """Take a held certificate as far as it goes: the next hold by name, or issued."""
    automatic = settings.SIGNING == "automatic"
    before = (row.hold, row.hold_facts)
    facts: dict[str, Any] = {}
    hold = policies.hold(_facts(row, dose, who), automatic=automatic)
    if not hold:
        row.facility_signed_at = row.facility_signed_at or at
        try:
            _sign(row, _content(row, dose, who), automatic=automatic, at=at)
        except Refused as refused:
            hold, facts = refused.code.split(".", 1)[1], dict(refused.facts)
    row.record_version, row.on_date, row.vaccine = dose.version, dose.on_date, dose.vaccine
    row.facility_id = dose.facility_id
    row.state, row.hold, row.hold_facts = ("held" if hold else "issued"), hold, facts
    row.save()
    if hold and before == (hold, facts):
        return None
    _tell(row, by=by, at=at)
    return row


def place_in_course(dose: ImmunizationView) -> tuple[int, int]:
    """A dose of a history as certificates count it: its number, and the primary doses of its course."""
    return max(1, dose.number), max(1, dose.size)


def _content(row: models.Certificate, dose: ImmunizationView, who: _Person) -> dict[str, Any]:
    """The payload. Raises Refused as `payload.build`."""
    ordinal, primary_doses = place_in_course(dose)
    facts = payload.DoseFacts(
        full_name=who.card.full_name, born=who.card.birth, vaccine=dose.vaccine, primary_doses=primary_doses, ordinal=ordinal,
        given_on=dose.on_date, issuer=ISSUER, identifier=row.uvci, nationality=who.card.nationality,
    )  # fmt: skip
    return payload.build(facts)


def _sign(row: models.Certificate, content: dict[str, Any], *, automatic: bool, at: datetime) -> None:
    """Sign and seal the text. Raises Refused certificates.waiting_central_signature where it is not for this process to sign."""
    if not automatic and row.central_signed_at is None:
        raise Refused("certificates.waiting_central_signature")
    signer = signers.current(at)
    if signer is None:
        raise Refused("certificates.waiting_central_signature")
    row.issued_at, row.expires_at, row.central_signed_at = at, year_later(at), row.central_signed_at or at
    text = hcert.issue(content, signer, row.issued_at, row.expires_at)
    row.kid, row.hc1_cipher = signer.key_id.hex(), settings.KEYS.seal(text, purpose="hc1")


def year_later(at: datetime) -> datetime:
    """Twelve months on: the same day of the next year; 29 February ends on the 28th. Source: Decision 5772/QD-BYT."""
    day = 28 if (at.month, at.day) == (2, 29) else at.day
    return at.replace(year=at.year + 1, day=day)


def _says(row: models.Certificate, dose: ImmunizationView, who: _Person) -> bool:
    """Say whether the issued text still says what the record says."""
    try:
        return _content(row, dose, who) == content_of(row)
    except Refused:
        return False


def text_of(row: models.Certificate) -> str:
    """The text of the QR code; empty while it is held."""
    return settings.KEYS.open(row.hc1_cipher, purpose="hc1") if row.hc1_cipher else ""


def content_of(row: models.Certificate) -> dict[str, Any]:
    """The payload as it was signed."""
    text = text_of(row)
    content: Any = hcert.decode(text).certificate if text else {}
    return content if isinstance(content, dict) else {}


def identifier_in(text: str) -> str:
    """The identifier that a text claims; empty when it cannot be read."""
    try:
        found = schema.entry(hcert.decode(text).certificate).get("ci")
    except hcert.BrokenText:
        return ""
    return found if isinstance(found, str) else ""


def end(row: models.Certificate, *, by: Actor, at: datetime, reason: str, state: str = "") -> models.Certificate:
    """End a live certificate; a revoked one stands in the list of revoked ones from this moment."""
    row.state = state or ENDED[row.state]
    if row.state == "revoked":
        row.revoked_at, row.revoked_by = at, by.text
    row.revoke_reason = reason
    row.save()
    audit.record(
        f"certificates.{row.state}",
        by=by,
        at=at,
        subject=f"certificate:{row.id}",
        person=row.person_id,
        record=row.record_id,
        reason=reason,
    )
    return row


def _tell(row: models.Certificate, *, by: Actor, at: datetime) -> None:
    audit.record(
        f"certificates.{row.state}", by=by, at=at, subject=f"certificate:{row.id}", person=row.person_id, record=row.record_id,
        hold=row.hold, version=row.record_version, kid=row.kid,
    )  # fmt: skip
    if row.state == "issued":
        again = "renewed" if _renews(row) else "reissued" if row.supersedes_id else "first"
        outbox.publish(
            "certificates.issued", at=at, certificate_id=row.id, person_id=row.person_id, record_id=row.record_id, how=again
        )


def _renews(row: models.Certificate) -> bool:
    return (
        row.supersedes_id is not None and models.Certificate.objects.filter(id=row.supersedes_id, state="superseded").exists()
    )
