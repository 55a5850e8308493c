"""What people told of themselves when they registered, whichever way they came: the desk asks for the paper, the doctor asks again."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from khien.kernel import clock
from khien.people import queries as people

from .models import Registration, RegistrationWay
from .types import DeclaredDoses, DeclaredHealth, Wish

LOUD = ("yes", "unsure")


def told_in(wish: Wish) -> dict[str, Any]:
    """What a way keeps of a wish: the doses before, and what was not answered with no."""
    doses = dict(wish.previous_dose) if wish.declared_dose == "next" else {}
    health = {question: answer for question, answer in wish.history.items() if answer in LOUD}
    return {name: told for name, told in (("doses", doses), ("health", health)) if told}


def declared_doses(person_ids: Iterable[UUID]) -> dict[UUID, DeclaredDoses]:
    """The doses before that each of these people declared last, over merged ids; who declared none is not there."""
    found: dict[UUID, DeclaredDoses] = {}
    for owner, way in _ways(person_ids):
        if told := way.told.get("doses"):
            on = told.get("on")
            found[owner] = DeclaredDoses(
                int(told.get("count") or 1), told.get("vaccine", ""), date.fromisoformat(on) if on else None, told.get("place", ""), told.get("lot", ""),
                clock.on_date(way.at),
            )  # fmt: skip
    return found


def declared_health(person_id: UUID) -> list[DeclaredHealth]:
    """What the person, or somebody for them, answered with yes or unsure; each question as it was told last."""
    found = {
        question: DeclaredHealth(question, answer, clock.on_date(way.at))
        for _, way in _ways([person_id])
        for question, answer in way.told.get("health", {}).items()
    }
    return sorted(found.values(), key=lambda one: (one.answer != "yes", one.told_on, one.question))


def _ways(person_ids: Iterable[UUID]) -> list[tuple[UUID, RegistrationWay]]:
    owners = people.members(person_ids)
    ids = dict(Registration.objects.filter(person_id__in=list(owners)).values_list("id", "person_id"))
    ways = RegistrationWay.objects.filter(registration_id__in=list(ids)).exclude(told={}).order_by("at", "id")
    return [(owners[ids[way.registration_id]], way) for way in ways]
