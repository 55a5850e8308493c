"""Rows of people that a page asks for again and again, read once (`plumbing.once`)."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from khien.plumbing import once
from khien.plumbing.once import Part

from .models import Account, Guardian, HealthBookLink, Identifier, Person


def persons(ids: Iterable[UUID]) -> dict[UUID, Person]:
    """The rows of these ids."""
    return {row.id: row for row in once.rows("people.person", ids, lambda some: ((row.id, row) for row in Person.objects.filter(id__in=some)))}


def identifiers(ids: Iterable[UUID]) -> list[Identifier]:
    """Every number of these ids."""
    return once.rows("people.identifier", ids, lambda some: ((row.person_id, row) for row in Identifier.objects.filter(person_id__in=some)))


def guardians(ids: Iterable[UUID]) -> list[Guardian]:
    """Their present guardians, by the moment they were told."""
    def fetch(some: list[UUID]) -> Iterable[tuple[UUID, Guardian]]:
        return ((row.person_id, row) for row in Guardian.objects.filter(person_id__in=some, ended_at=None))

    return sorted(once.rows("people.guardian", ids, fetch), key=lambda row: row.recorded_at)


def accounts(ids: Iterable[UUID]) -> list[Account]:
    """The accounts that stand."""
    return once.rows("people.account", ids, lambda some: ((row.id, row) for row in Account.objects.filter(id__in=some, ended_at=None)))


def links(account_id: UUID) -> list[HealthBookLink]:
    """What an account may open."""
    def fetch(some: list[UUID]) -> Iterable[tuple[UUID, HealthBookLink]]:
        return ((row.account_id, row) for row in HealthBookLink.objects.filter(account_id__in=some, ended_at=None))

    return once.rows("people.link", [account_id], fetch)


def _keep_people(ids: list[UUID], told: dict[str, Any]) -> None:
    after = {UUID(loser): UUID(survivor) for loser, survivor in told["aliases"]}
    current, sets = once.shelf("people.current"), once.shelf("people.ids")
    for id in ids:
        now = id
        while now in after:
            now = after[now]
        current[id] = now
    for id in ids:
        if current[id] == id:
            sets[id] = [id, *(other for other in ids if other != id and current[other] == id)]
    once.keep("people.person", ids, ((row.id, row) for row in (once.instance(Person, one) for one in told["persons"])))
    once.keep("people.identifier", ids, ((row.person_id, row) for row in (once.instance(Identifier, one) for one in told["identifiers"])))
    once.keep("people.guardian", ids, ((row.person_id, row) for row in (once.instance(Guardian, one) for one in told["guardians"])))


PEOPLE = Part("people_told(x.ids)", _keep_people)


def account(session: str) -> Part:
    """The account of a browser's session, with its links."""
    def keep(_: list[UUID], told: dict[str, Any] | None) -> None:
        if told is not None:
            row = once.instance(Account, told["account"])
            once.keep("people.account", [row.id], [(row.id, row)])
            once.keep("people.link", [row.id], ((row.id, once.instance(HealthBookLink, one)) for one in told["links"]))

    return Part("people_account_told(%s)", keep, (session,))
