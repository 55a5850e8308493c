"""Which dose a feeling follows, about when it began, and which dose somebody meant who was not known yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from khien.immunizations import queries as immunizations
from khien.immunizations.types import ImmunizationView
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.safety.types import ToldPatient


def hour(dose: ImmunizationView) -> datetime | None:
    """The hour of a dose; none where its day was put right and its hour was not."""
    return dose.performed_at if dose.performed_at and clock.on_date(dose.performed_at) == dose.on_date else None


def earliest(dose: ImmunizationView) -> datetime:
    """The hour of a dose; of one that is known by its day alone, that day's first minute."""
    return hour(dose) or clock.at_local(dose.on_date)


def last_before(person_id: UUID, moment: datetime) -> ImmunizationView | None:
    """The last standing dose of a person up to this moment, given at a point or told from elsewhere."""
    told = [one for one in immunizations.history(person_id, clock.on_date(moment)).doses if earliest(one) <= moment]
    return max(told, key=earliest, default=None)


def onset_about(person_id: UUID, ago: timedelta, at: datetime, *, record_id: UUID | None = None) -> datetime:
    """When it began, told as so long ago: nobody's "about" lies before the injection that is asked about (None: the last one)."""
    dose = immunizations.record(record_id) if record_id else last_before(person_id, at)
    return min(at, max(at - ago, earliest(dose))) if dose else at - ago


def meant(doses: Iterable[ImmunizationView], onset_at: datetime, told: ToldPatient | None) -> ImmunizationView | None:
    """The dose of a person that was meant when nobody knew yet whose it was: among those up to the onset the one of the lot that was
    told, else of the day that was told, else the last. A product's name alone is mistaken too easily and chooses none.

    None where the record holds no such dose: there is none at all, or a lot or day was told that no later dose has either. Raises
    Refused: safety.onset_before_dose (only doses after the onset are known, and nothing tells of another one).
    """
    known = list(doses)
    before = [one for one in known if earliest(one) <= onset_at]
    if before:
        return max(before, key=lambda one: (*_fits(one, told), earliest(one)))
    another = told is not None and bool(told.lot.strip() or told.dosed_on) and not any(any(_fits(one, told)) for one in known)
    if known and not another:
        raise Refused("safety.onset_before_dose")
    return None


def _fits(dose: ImmunizationView, told: ToldPatient | None) -> tuple[bool, bool]:
    """Whether it is the lot, and the day, that was told."""
    if told is None:
        return False, False
    lot = _lot(told.lot)
    return bool(lot) and lot == _lot(dose.lot_number), told.dosed_on == dose.on_date


def _lot(number: str) -> str:
    """A lot's number as people read it to each other: no spaces or dashes, O is 0 and I is 1."""
    return "".join(char for char in number.upper() if char.isalnum()).replace("O", "0").replace("I", "1")
