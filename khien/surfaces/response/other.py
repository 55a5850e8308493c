"""A correction that concerns a second person: found, allowed, and seen side by side with the first."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from khien.cases.types import Proposal
from khien.immunizations import queries as immunizations
from khien.immunizations.types import ImmunizationView
from khien.people import queries as people
from khien.people.types import PersonDetails
from khien.surfaces.response.frame import Here
from khien.surfaces.web.placing import person_place


@dataclass(frozen=True)
class Side:
    """One of two people: who it is and which doses stand."""

    details: PersonDetails
    doses: tuple[ImmunizationView, ...]

    @property
    def id(self) -> UUID:
        """The surviving id of this person."""
        return self.details.card.id


def side(person_id: UUID, on: date) -> Side | None:
    """One person with all doses; None when there is nobody of this id."""
    details = people.details(person_id)
    return Side(details, immunizations.history(details.card.id, on).doses) if details else None


def chosen(text: str, first: UUID, on: date) -> Side | None:
    """The second person that an address names; nobody when it is the first."""
    try:
        found = side(UUID(text), on)
    except ValueError:
        return None
    return found if found and found.id != people.current_id(first) else None


def may(at: Here, permission: str, persons: Iterable[UUID]) -> bool:
    """Say whether who is here may do this also where each of these people lives or is received."""
    return all((place := person_place(one)) is not None and at.staff.may(permission, place) for one in persons)


def concerned(proposal: Proposal | None) -> tuple[UUID, ...]:
    """Every other person whom a proposal touches."""
    if proposal is None:
        return ()
    found = [*([proposal.merge] if proposal.merge else []), *proposal.give.values()]
    records = [immunizations.record(one) for one in proposal.move]
    found += [one.person_id for one in records if one]
    return tuple(dict.fromkeys(people.current_id(one) for one in found))


def with_other(proposal: Proposal, request: HttpRequest, mine: Side | None, theirs: Side | None) -> Proposal:
    """What the page says of the two people, added to a proposal."""
    if theirs is None:
        return proposal
    move = tuple(one.record_id for one in theirs.doses if str(one.record_id) in request.POST.getlist("move"))
    own = mine.doses if mine else ()
    give: dict[str, Any] = {str(one.record_id): theirs.id for one in own if str(one.record_id) in request.POST.getlist("give")}
    return replace(proposal, move=move, give=give, merge=theirs.id if request.POST.get("merge") else None)
