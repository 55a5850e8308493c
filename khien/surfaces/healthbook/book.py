"""Whose book is open: the account, the person chosen, the family beside; every page of a person goes through `mine`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as draw

from khien.kernel import clock
from khien.kernel.refs import Actor
from khien.people import queries as people
from khien.people.types import AccountRef, LinkedPerson, PersonCard
from khien.surfaces.healthbook import words
from khien.surfaces.web import errors, say_doses
from khien.surfaces.web.confirmations import short_vaccine
from khien.surfaces.web.locale import lang
from khien.surfaces.web.refusals import word

FACES = 3
HELPERS: dict[str, Any] = {
    "short_vaccine": short_vaccine, "dose_name": say_doses.dose_name, "birth_words": say_doses.birth_words, "refusal_words": word,
    **words.HELPERS,
}  # fmt: skip


@dataclass(frozen=True)
class Member:
    """One of the family, with the words by which they are called on these pages."""

    card: PersonCard
    link: LinkedPerson
    name: str
    who: str
    face: int

    @property
    def id(self) -> UUID:
        return self.card.id

    @property
    def letter(self) -> str:
        """The first letter of the given name."""
        return say_doses.given(self.card.full_name)[:1].upper()


@dataclass(frozen=True)
class Book:
    """What every page of a signed-in account knows."""

    account: AccountRef
    family: tuple[Member, ...]
    member: Member | None
    at: datetime

    @property
    def on(self) -> date:
        return clock.on_date(self.at)

    @property
    def actor(self) -> Actor:
        return Actor("citizen", self.account.id)

    @property
    def card(self) -> PersonCard:
        """The chosen person; pages behind `mine` have one."""
        assert self.member is not None
        return self.member.card

    @property
    def person_id(self) -> UUID:
        return self.card.id

    @property
    def who(self) -> str:
        """How the chosen person is spoken to: bà, ông, chị, anh, em, bé."""
        assert self.member is not None
        return self.member.who

    @property
    def name(self) -> str:
        """How the family calls the chosen person."""
        assert self.member is not None
        return self.member.name

    @cached_property
    def person_ids(self) -> list[UUID]:
        """Every id of the chosen person."""
        return people.ids_of(self.person_id)


def family(account: AccountRef, on: date) -> tuple[Member, ...]:
    """Everyone whose book this account may open, one's own first."""
    links = people.linked(account.id)
    cards = people.cards_of(link.person_id for link in links)
    found = []
    for place, link in enumerate(link for link in links if link.person_id in cards):
        card = cards[link.person_id]
        facts = (card.full_name, card.sex, card.age(on), lang())
        found.append(Member(card, link, say_doses.short_name(*facts), say_doses.who(*facts), place % FACES + 1))
    return tuple(found)


def open_book(request: Any, person: UUID | None = None) -> Book:
    """The book at this person's page, or at the one looked at last; a choice is kept for short addresses."""
    at = clock.now()
    members = family(request.account, clock.on_date(at))
    wanted = str(person or request.session.get("person_id", ""))
    chosen = next((one for one in members if str(one.id) == wanted), None)
    if chosen is None and person is None and members:
        chosen = members[0]
    if chosen is not None and request.session.get("person_id", str(members[0].id)) != str(chosen.id):
        request.session["person_id"] = str(chosen.id)
    return Book(request.account, members, chosen, at)


def mine(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open a person's page only for an account that may; a stranger's id and no id answer the same."""

    @wraps(view)
    def opened(request: Any, person: UUID, **kwargs: Any) -> HttpResponse:
        book = open_book(request, people.current_id(person))
        if book.member is None:
            return errors.page(request, 404)
        return view(request, book, **kwargs)

    return opened


def render(request: HttpRequest, template: str, book: Book | None = None, *, status: int = 200, **facts: Any) -> HttpResponse:
    """Draw a page of the health book; a device learns from the header whose pages it may keep."""
    context: dict[str, Any] = {**HELPERS, "book": book, "member": book.member if book else None, **facts}
    response = draw(request, f"healthbook/{template}", context, status=status)
    if book is not None:
        response["X-Khien-Book"] = settings.KEYS.hash(str(book.account.id), purpose="offline")[:16]
    return response


def missing(request: HttpRequest) -> HttpResponse:
    """The one answer for what is not there and what is not theirs."""
    return errors.page(request, 404)


def posted(request: HttpRequest) -> Any:
    """What a form is bound to: what was sent, even if it was nothing; None where the page is only asked for."""
    return request.POST if request.method == "POST" else None


def posted_files(request: HttpRequest) -> Any:
    """The files that were sent with it; None where the page is only asked for: an empty set of files would be a form sent empty."""
    return request.FILES if request.method == "POST" else None
