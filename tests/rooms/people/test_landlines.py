"""No text message reaches a landline: no code is sent there, and nobody learns from it whose number it is."""

import pytest

from khien.kernel.errors import Refused
from khien.people import actions, queries
from khien.people.models import Account, OtpChallenge
from tests import make

LANDLINES = ["028 3812 9912", "0203 3812 991", "+84 24 3812 9912", "02838129912 / 0901 299 123"]
DEVICE, AT = "may-thu", make.AT


@pytest.mark.parametrize("typed", LANDLINES)
def test_a_code_to_a_landline_is_refused_alike_whether_anyone_has_the_number(db, typed):
    def refused():
        with pytest.raises(Refused) as told:
            actions.ask_code(phone=typed, purpose="sign_in", device=DEVICE, at=AT)
        return told.value.code, told.value.facts

    stranger = refused()
    make.make_person(phone=typed)
    assert refused() == stranger == ("phones.landline", {})
    assert not OtpChallenge.objects.exists()


def test_of_a_record_that_has_a_landline_no_code_is_sent_and_none_opens_it(db):
    person = make.make_person(phone=LANDLINES[0])
    for purpose in ("lookup", "link", "correction", "caller"):
        challenge = actions.ask_code_of_record(person=person, purpose=purpose, device=DEVICE, asked="079151990132", at=AT)
        assert queries.code_for_sending(challenge) is None
        with pytest.raises(Refused, match=r"people\.code_wrong"):
            actions.check_code(challenge=challenge, code="123456", device=DEVICE, at=AT)


def test_of_a_request_that_left_a_landline_no_code_is_sent(db):
    challenge = actions.ask_code_of_record(person=None, purpose="correction", device=DEVICE, asked="12345678903", phone=LANDLINES[1], at=AT)
    assert queries.code_for_sending(challenge) is None


def test_a_landline_is_linked_to_no_book_and_a_mobile_number_takes_its_place_on_the_record(db):
    person = make.make_person(phone=LANDLINES[0])
    with pytest.raises(Refused, match=r"phones\.landline"):
        actions.link_in_person(phone=LANDLINES[1], person=person, relation="self", by=make.BY, at=AT)
    assert not Account.objects.exists()
    actions.link_in_person(phone="0912000999", person=person, relation="self", by=make.BY, at=AT)
    assert queries.reach([person])[person][0] == "+84912000999"
