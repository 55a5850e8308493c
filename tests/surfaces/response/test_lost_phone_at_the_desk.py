"""A lost phone at the contact desk: locked only for a verified caller, one number or all, and never a new one by telephone."""

from typing import Any
from uuid import UUID

from khien.cases import actions
from khien.cases.types import ContactPoint
from khien.kernel.births import PartialDate
from khien.kernel.refs import SYSTEM
from khien.people import actions as acts
from khien.people import queries as people
from tests import make

NUMBER = make.make_number(year=1951, sex="female")


def a_caller() -> tuple[UUID, UUID]:
    """Somebody whose book two phones open, and the case of the call."""
    person = make.make_person("Trần Thị Mận", birth=PartialDate(1951, 3, 27), sex="female", phone="0912990345", identifier=NUMBER)
    for phone, relation in (("0912990345", "self"), ("0933990777", "child")):
        acts.link(account=make.make_account(phone).id, person=person, relation=relation, proof="registered", by=SYSTEM, at=make.AT)
    place = make.place_of_site(make.make_site())
    case = actions.open_case(
        kind="information", subject="asked.information", detail="Mất máy", channel="hotline", contact=ContactPoint(), place=place, by=SYSTEM, at=make.AT,
    )  # fmt: skip
    return person, case.id


def verified(agent: Any, person: UUID, case: UUID) -> None:
    """The caller tells two facts of the record."""
    agent.post(f"/mcc/{case}/nguoi", {"act": "find", "q": NUMBER.value})
    agent.post(f"/mcc/{case}/nguoi", {"act": "choose", "person": str(person)})
    told = {"birth_day": "27", "birth_month": "3", "birth_year": "1951", "identifier": NUMBER.value}
    agent.post(f"/mcc/{case}/nguoi", {"act": "facts", **told})


def test_a_book_that_is_closed_to_the_desk_locks_nothing(db, agent):
    person, case = a_caller()
    agent.post(f"/mcc/{case}/mat-may", {})
    assert len(people.links_of(person)) == 2


def test_the_number_that_was_lost_is_locked_and_the_childs_still_opens(db, agent):
    person, case = a_caller()
    verified(agent, person, case)
    page = agent.get(f"/mcc/{case}/mat-may").content.decode()
    assert "Tổng đài không nối số mới qua điện thoại" in page
    lost = next(one for one in people.links_of(person) if one.relation == "self")
    assert agent.post(f"/mcc/{case}/mat-may", {"link": str(lost.link_id)}).status_code == 302
    assert [one.relation for one in people.links_of(person)] == ["child"]
    assert people.opened_by_code(person) is None
    assert "Đã khóa số điện thoại bị mất" in agent.get(f"/mcc/{case}").content.decode()


def test_a_number_that_no_longer_opens_the_book_is_named_and_everything_may_be_locked_at_once(db, agent):
    person, case = a_caller()
    verified(agent, person, case)
    assert agent.post(f"/mcc/{case}/mat-may", {"link": str(person)}).status_code in (200, 409)
    assert len(people.links_of(person)) == 2
    agent.post(f"/mcc/{case}/mat-may", {})
    assert people.links_of(person) == []
