"""Makes a family on one phone, and a browser in which it is signed in."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.test import Client

from khien.certificates import actions as certificates
from khien.certificates import queries as found
from khien.kernel import clock, codes
from khien.kernel.births import PartialDate
from khien.people import actions as people
from khien.people.types import AccountRef
from khien.plumbing import outbox
from khien.visits import queries as visits
from tests import make
from tests.make_day import Day, make_day, make_visit

PHONE = "0912000345"


@dataclass
class Family:
    """A granddaughter's account with three books."""

    account: AccountRef
    own: UUID
    grandmother: UUID
    child: UUID


def make_family() -> Family:
    """Three people linked to one account: the account's own, a grandmother, a child."""
    account = make.make_account(PHONE)
    told = {
        "self": ("Lê Thu Hà", PartialDate(1996, 8, 9), "female"), "grandparent": ("Trần Thị Mận", PartialDate(1951, 3, 27), "female"),
        "child": ("Lê Gia An", PartialDate(2015, 5, 1), "male"),
    }  # fmt: skip
    ids = {}
    for relation, (name, birth, sex) in told.items():
        ids[relation] = make.make_person(name, birth=birth, sex=sex)
        people.link(account=account.id, person=ids[relation], relation=relation, proof="registered", by=make.BY, at=make.AT)
    return Family(account, ids["self"], ids["grandparent"], ids["child"])


def signed_in(account: AccountRef, client: Client | None = None) -> Client:
    """A browser with this account's session."""
    client = client or Client()
    session = client.session
    session["account_id"] = str(account.id)
    session.save()
    return client


HOUR = timedelta(hours=1)


def handle(ahead: timedelta = HOUR) -> None:
    """Let every event reach its handlers, those due within `ahead` too."""
    while outbox.drain(lambda: clock.now() + ahead):
        pass


def make_certified(person_id: UUID, day: Day | None = None, *, ahead: timedelta = HOUR) -> tuple[UUID, UUID]:
    """A dose of half an hour ago with everything done: returns the record and its issued certificate (as of `ahead` of now)."""
    day = day or make_day(at=make.AT - timedelta(hours=1))
    visit = make_visit(day, state="closed", person_id=person_id, at=make.AT - timedelta(hours=1))
    handle(ahead)
    card = visits.visit(visit.visit)
    assert card is not None
    assert card.record_id is not None
    issued = certificates.issue_for(record_id=card.record_id, by=make.BY, at=make.AT) or found.by_record(card.record_id)
    assert issued is not None
    return card.record_id, issued.id


def grouped(code: str) -> str:
    """A slip's code as pages show it."""
    return codes.display(code)
