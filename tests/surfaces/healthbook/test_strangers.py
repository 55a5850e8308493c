"""A stranger who guesses addresses learns nothing: what is another's and what is not there answer the same."""

from uuid import uuid4

from django.urls import reverse

from khien.kernel.refs import Actor
from khien.people import actions as people
from khien.people import queries
from khien.people.models import OtpChallenge
from khien.safety import actions as safety
from tests import make, make_book

PERSON_PAGES = [
    "person", "history", "appointment", "choose", "certificates", "feeling", "readers", "openers", "correct", "register_person",
]  # fmt: skip


def same_answer(client, mine: str, nobody: str) -> None:
    found, missing = client.get(mine), client.get(nobody)
    assert found.status_code == missing.status_code == 404
    assert found.content == missing.content.replace(nobody.encode(), mine.encode())
    assert found.headers.keys() == missing.headers.keys()


def test_another_familys_person_and_nobody_answer_the_same_on_every_page(client, family):
    stranger = make.make_person("Phạm Văn Lạ")
    for name in PERSON_PAGES:
        address = lambda person, name=name: reverse(f"healthbook:{name}", kwargs={"person": person})  # noqa: E731
        same_answer(client, address(stranger), address(uuid4()))


def test_another_familys_dose_certificate_appointment_and_reaction_do_not_open_under_ones_own_name(client, family):
    stranger = make.make_person("Phạm Văn Lạ")
    record, certificate = make_book.make_certified(stranger)
    told = safety.report_reaction(person_id=stranger, symptoms=["fever"], onset_at=make.AT, source="hotline", by=make.BY, at=make.AT)
    for name, key, value in [
        ("dose", "record", record), ("confirmation", "record", record), ("show", "certificate", certificate),
        ("sheet", "certificate", certificate), ("felt", "reaction", told.id), ("request", "case", uuid4()), ("end_link", "link", uuid4()),
    ]:  # fmt: skip
        address = lambda thing, name=name, key=key: reverse(f"healthbook:{name}", kwargs={"person": family.own, key: thing})  # noqa: E731
        same_answer(client, address(value), address(uuid4()))


def test_a_link_that_was_ended_closes_the_book_at_once(client, family):
    link = next(one for one in queries.linked(family.account.id) if one.person_id == family.child)
    page = reverse("healthbook:history", kwargs={"person": family.child})
    assert client.get(page).status_code == 200
    people.end_link(link=link.link_id, why="asked", by=make.BY, at=make.AT)
    assert client.get(page).status_code == 404


def test_the_family_may_close_the_book_for_a_lost_number(client, family):
    other = make.make_account("0933000777")
    people.link(account=other.id, person=family.grandmother, relation="child", proof="in_person", by=make.BY, at=make.AT)
    page = reverse("healthbook:openers", kwargs={"person": family.grandmother})
    assert "777" in client.get(page).content.decode()
    link = next(one for one in queries.links_of(family.grandmother) if one.phone_masked.endswith("777"))
    client.post(reverse("healthbook:end_link", kwargs={"person": family.grandmother, "link": link.link_id}))
    assert not queries.may_open(other.id, family.grandmother)
    assert queries.may_open(family.account.id, family.grandmother)


def join(client, number: str, slip: str):
    """Ask to join a book; returns the code that was really sent, None for nobody's."""
    answer = client.post("/so/gia-dinh/noi", {"relation": "parent", "paper": "cccd", "number": number, "slip": slip})
    assert answer.url == "/so/gia-dinh/noi/ma"
    sent = queries.code_for_sending(OtpChallenge.objects.latest("sent_at", "id").id)
    return sent.code if sent else None


def registered(phone: str, **more):
    from khien.registration import actions as registration

    number = make.make_number(year=1960)
    person = make.make_person("Phạm Văn Cha", identifier=number, phone=phone, **more)
    return person, number.value, registration.register(person_id=person, way="staff", by=make.BY, at=make.AT).code


def test_number_slip_and_code_of_one_person_open_the_book(client, family):
    person, number, slip = registered("0944000888")
    code = join(client, number, slip)
    assert code is not None
    opened = client.post("/so/gia-dinh/noi/ma", {"code": code})
    assert opened.url == reverse("healthbook:person", kwargs={"person": person})
    assert queries.may_open(family.account.id, person)


def test_a_number_with_another_persons_slip_is_answered_the_same_and_opens_nothing(client, family):
    person, number, _slip = registered("0944000888")
    _other, _number, other_slip = registered("0944000999")
    assert join(client, number, other_slip) is None
    answer = client.post("/so/gia-dinh/noi/ma", {"code": "000000"})
    assert answer.status_code == 200
    assert not queries.may_open(family.account.id, person)


def test_the_phone_of_a_firms_clerk_opens_nobodys_book(client, family):
    person, number, slip = registered(make_book.PHONE, phone_contact_only=True)
    assert join(client, number, slip) is None
    assert not queries.may_open(family.account.id, person)


def test_who_may_open_is_asked_of_the_account_and_not_of_the_session_only(client, family):
    actor = Actor("citizen", family.account.id)
    for one in queries.linked(family.account.id):
        people.end_link(link=one.link_id, why="asked", by=actor, at=make.AT)
    assert "Chưa có sổ nào mở ở đây" in client.get("/so/").content.decode()
