"""The facts of the papers about a dose, gathered from the record: the same for the health book, the portal and the point."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from khien.campaigns import queries as campaigns
from khien.certificates.types import CertificateView
from khien.immunizations import queries as immunizations
from khien.immunizations.types import History, ImmunizationView
from khien.kernel import clock
from khien.kernel.countries import COUNTRIES
from khien.kernel.refs import PlaceFacts
from khien.people import queries as people
from khien.people.types import PersonDetails
from khien.places import queries as places
from khien.surfaces.web import say
from khien.surfaces.web.paper import CertificateFacts, ConfirmationFacts, PaperDose
from khien.surfaces.web.say_doses import birth_words, dose_name
from khien.visits import queries as visits

ID_LABELS = {  # in Vietnamese: the paper is
    "cccd": "Số căn cước", "cmnd": "Số CMND", "passport": "Số hộ chiếu", "bhyt": "Số thẻ BHYT",
    "birth_certificate": "Số khai sinh",
}  # fmt: skip


def confirmation_of(record_id: UUID, *, at: datetime) -> ConfirmationFacts | None:
    """What the confirmation of a dose says, in Vietnamese as prescribed; None for a dose that no point of ours gave.

    The surface checks who may see it, and logs the read of a staff member.
    """
    record, visit = immunizations.record(record_id), visits.visit_by_record(record_id)
    if record is None or visit is None or record.status != "completed":
        return None
    person = people.details(record.person_id)
    if person is None:
        return None
    with translation.override("vi"):
        return _confirmation(record, visit.code, person, immunizations.history(record.person_id, clock.on_date(at)), visit.ended_at or at)


def _confirmation(record: ImmunizationView, code: str, person: PersonDetails, history: History, issued: datetime) -> ConfirmationFacts:
    facility = places.facility(record.facility_id) if record.facility_id else None
    site = places.site(record.site_id) if record.site_id else None
    card = person.card
    return ConfirmationFacts(
        facility=facility.name if facility else record.facility_name, facility_address=facility.address if facility else "",
        facility_code=facility.code if facility else "", serial=say.groups(code), qr=code, name=card.full_name, born=birth_words(card.birth),
        id_label=ID_LABELS.get(card.identifier_type, ""), id_number=say.identity_number(person.identifier),
        phone=say.phone(person.phone), address=", ".join(filter(None, (person.address, card.place_text))),
        doses=tuple(_line(dose, dose.record_id == record.record_id) for dose in history.doses), done=_done(history),
        next=history.next_dose.sentence_vi, sign_place=_signed_at(site.place) if site else "", issued=issued,
        hotline=settings.HOTLINES["ministry"], sample=settings.DEMO,
    )  # fmt: skip


def _signed_at(place: PlaceFacts) -> str:
    """The commune where a paper is signed, as it stands before a date: a ward that is only a number keeps its kind ("Phường 01")."""
    keys = [f"{epoch}-{code}" for epoch, code in (("2021", place.commune_2021), ("2025", place.commune_2025)) if code]
    unit = places.unit(keys[0]) if keys else None
    return (unit.full_name if unit.name.isdigit() else unit.name) if unit else ""


def _line(dose: ImmunizationView, new: bool) -> PaperDose:
    site = places.site(dose.site_id) if dose.site_id else None
    return PaperDose(
        number=str(dose.number) if dose.counted else "-", on=say.dmy(dose.on_date), vaccine=short_vaccine(dose.vaccine), lot=dose.lot_number,
        place=site.name if site else dose.facility_name, at=say.hm(dose.performed_at),
        volume=f"{dose.volume_ml:f}".rstrip("0").rstrip(".").replace(".", ",") + " ml" if dose.volume_ml else "", new=new,
    )  # fmt: skip


def _done(history: History) -> str:
    last = history.last
    if last is None:
        return _("Chưa có mũi nào được tính.")
    if history.next_dose.primary_complete and last.dose_type == "primary":
        return _("Đã đủ %(n)s mũi cơ bản.") % {"n": last.size}
    return _("Đã tiêm %(dose)s.") % {"dose": dose_name(last.dose_type, last.ordinal)}


def short_vaccine(code: str) -> str:
    """A vaccine as people call it, in the page's language."""
    known = campaigns.rulebook().vaccines.get(code)
    if known is None:
        return code
    return known.short_en if (translation.get_language() or "vi").startswith("en") else known.short_vi


def certificate_of(view: CertificateView) -> CertificateFacts | None:
    """What the certificate's sheet says; None while it is held."""
    fields = view.fields
    if fields is None or view.card.issued_at is None:
        return None
    names = view.payload["nam"]
    machine = " ".join(names.get(part, "").replace("<", " ") for part in ("fnt", "gnt")).strip()
    country = COUNTRIES.get(fields.nationality)
    year, *rest = fields.born.split("-") if fields.born else ("",)
    return CertificateFacts(
        name=f"{fields.name.upper()} / {machine}", born="/".join([*reversed(rest), year]) if year else "",
        nationality=f"{country.vi} / {country.alpha3}" if country else fields.nationality, disease=fields.disease,
        doses_received=str(fields.doses_received), given_on=say.dmy(fields.date), dose_number=fields.dose_number, vaccine=fields.vaccine,
        product=fields.product, maker=fields.maker, certificate_id=fields.certificate_id, qr=view.text,
        issuer=view.payload["v"][0]["is"], issued=view.card.issued_at,
        expires_on=clock.on_date(view.card.expires_at) if view.card.expires_at else None, sample=settings.DEMO,
    )  # fmt: skip
