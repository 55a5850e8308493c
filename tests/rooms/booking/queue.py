"""People who wait in the queue, for the tests of booking."""

from datetime import datetime
from typing import Any
from uuid import UUID

from khien.kernel import codes
from khien.people import queries as people
from khien.registration.models import Registration
from tests import make


def waiting(person_id: UUID | None = None, *, at: datetime = make.AT, **more: Any) -> tuple[UUID, UUID]:
    """A person with a waiting registration; returns both ids."""
    facts = {
        key: more.pop(key)
        for key in list(more)
        if key in ("birth", "sex", "household", "neighbourhood", "place_key", "full_name")
    }
    person_id = person_id or make.make_person(**facts)
    place = people.basics([person_id])[person_id].place
    row = Registration.objects.create(
        person_id=person_id, code=codes.slip_code(hash(person_id)), way="staff", recorded_at=at, recorded_by="system:test",
        province_2021=place.province_2021, district_2021=place.district_2021, commune_2021=place.commune_2021,
        province_2025=place.province_2025, commune_2025=place.commune_2025, **more,
    )  # fmt: skip
    return person_id, row.id


def state_of(registration_id: UUID) -> str:
    """Where the registration stands."""
    return Registration.objects.get(id=registration_id).state
