"""What stood in the book before a correction was carried out, for the page that shows before and after."""

from datetime import datetime
from uuid import UUID

from khien.immunizations import queries as immunizations
from khien.immunizations.types import ImmunizationView
from khien.people import queries as people
from khien.surfaces.response.words import SEXES, country_words
from khien.surfaces.web import say


def particulars(person_id: UUID, decided_at: datetime) -> dict[str, str]:
    """A person's facts before what was decided then; empty where nothing of the person changed."""
    kept = [one for one in people.versions(person_id) if one.recorded_at >= decided_at]
    if not kept:
        return {}
    facts = min(kept, key=lambda one: one.recorded_at).particulars
    return {
        "full_name": facts["full_name"], "birth": say.partial_date(facts["birth_year"], facts["birth_month"], facts["birth_day"]),
        "sex": str(dict(SEXES).get(facts["sex"], facts["sex"])), "identifier": _number(person_id, decided_at),
        "phone": say.phone(facts["phone"]) if facts["phone"] else "", "email": facts["email"] or "", "address": facts["address"] or "",
        "nationality": country_words(facts["nationality"]),
    }  # fmt: skip


def _number(person_id: UUID, decided_at: datetime) -> str:
    """The number of before, masked: a former number is never read out in clear."""
    older = [one for one in people.identifiers_of(person_id) if one.recorded_at < decided_at and one.type != "none"]
    return older[-1].masked if older else ""


def record(record_id: UUID, version: int) -> ImmunizationView | None:
    """A dose as this version of it was written."""
    return next((one for one in immunizations.versions(record_id) if one.version == version), None)
