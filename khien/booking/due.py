"""Asks the rules whether an appointment makes sense: nobody is invited for a dose they may not have that day."""

from datetime import date
from uuid import UUID

from khien.booking.types import Dose
from khien.campaigns import queries as campaigns
from khien.campaigns import rules
from khien.immunizations import queries as immunizations
from khien.kernel.errors import Refused


def check(person_id: UUID, vaccine: str, on: date) -> Dose:
    """Return the dose that this vaccine would be on that day.

    Raises Refused booking.not_due (sentence_vi, sentence_en, code, earliest_on).
    """
    who = immunizations.recipient(person_id)
    verdict = rules.check_dose(campaigns.rulebook(on), who, immunizations.past_doses(person_id), vaccine, on)
    if not verdict.allowed:
        raise Refused(
            "booking.not_due", sentence_vi=verdict.sentence_vi, sentence_en=verdict.sentence_en, code=verdict.code,
            earliest_on=verdict.earliest_on,
        )  # fmt: skip
    return Dose(verdict.dose_type.value, verdict.ordinal)


def vaccines_for(person_id: UUID, on: date) -> tuple[str, ...]:
    """The vaccines that the rules allow next, the one given last first."""
    return immunizations.next_dose(person_id, on).vaccines
