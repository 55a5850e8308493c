"""Codes prove a phone, links open a book."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count

import pytest

from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM
from khien.people import actions, queries
from khien.people.models import OtpChallenge
from khien.plumbing.models import Event
from tests import make

DEVICE, PHONE = "may-thu", "0912000123"
MINUTE = timedelta(minutes=1)


def ask(phone=PHONE, device=DEVICE, at=make.AT, purpose="sign_in"):
    return actions.ask_code(phone=phone, purpose=purpose, device=device, at=at)


def code_of(challenge):
    return queries.code_for_sending(challenge).code


def wrong_for(challenge):
    right = code_of(challenge)
    return str((int(right) + 1) % 10 ** len(right)).zfill(len(right))


def check(challenge, code, device=DEVICE, at=make.AT):
    return actions.check_code(challenge=challenge, code=code, device=device, at=at)


def test_a_code_of_six_digits_proves_its_phone_once(db):
    challenge = ask()
    code = code_of(challenge)
    assert len(code) == 6
    assert check(challenge, f" {code[:3]} {code[3:]}").purpose == "sign_in"
    with pytest.raises(Refused, match=r"people\.code_over"):
        check(challenge, code)
    assert queries.code_for_sending(challenge) is None


def test_a_code_is_kept_hashed_and_sealed_and_the_event_holds_its_id_alone(db):
    challenge = ask()
    code, row = code_of(challenge), OtpChallenge.objects.get()
    assert code not in row.code_hash or len(row.code_hash) == 64
    assert code.encode() not in bytes(row.code_cipher)
    assert Event.objects.get(kind="people.code_asked").data == {"challenge_id": str(challenge)}


def test_after_five_minutes_a_code_is_over(db):
    challenge = ask()
    with pytest.raises(Refused, match=r"people\.code_over"):
        check(challenge, code_of(challenge), at=make.AT + 5 * MINUTE + timedelta(seconds=1))


def test_after_five_wrong_tries_even_the_right_code_is_over(db):
    challenge = ask()
    right, wrong = code_of(challenge), wrong_for(challenge)
    for left in (4, 3, 2, 1):
        with pytest.raises(Refused) as refused:
            check(challenge, wrong)
        assert refused.value.facts == {"left": left}
    with pytest.raises(Refused, match=r"people\.code_over"):
        check(challenge, wrong)
    with pytest.raises(Refused, match=r"people\.code_over"):
        check(challenge, right)


def test_a_code_typed_on_another_device_proves_nothing(db):
    challenge = ask()
    with pytest.raises(Refused, match=r"people\.code_over"):
        check(challenge, code_of(challenge), device="may-khac")
    assert check(challenge, code_of(challenge))


def test_after_ten_wrong_tries_in_a_day_codes_have_eight_digits_and_the_next_day_six(db):
    for device in ("ke-gian-1", "ke-gian-2"):
        challenge = ask(device=device)
        for _ in range(5):
            with pytest.raises(Refused):
                check(challenge, wrong_for(challenge), device=device)
    assert len(code_of(ask())) == 8
    owner = ask()
    assert check(owner, code_of(owner))
    assert len(code_of(ask(at=make.AT + timedelta(days=1, minutes=1)))) == 6


def test_short_codes_asked_in_advance_die_once_ten_wrong_tries_were_made(db):
    waiting = [ask(device=f"ke-gian-{i}") for i in range(6)]
    tries = 0
    for i, challenge in enumerate(waiting):
        for _ in range(5):
            with pytest.raises(Refused):
                check(challenge, wrong_for(challenge), device=f"ke-gian-{i}")
        tries = sum(OtpChallenge.objects.values_list("tries", flat=True))
    assert tries == 10


def test_strangers_who_ask_for_codes_cannot_lock_out_a_device_that_proved_the_number(db):
    mine = ask()
    check(mine, code_of(mine))
    with pytest.raises(Refused, match=r"plumbing\.too_many_tries"):
        for i in count():
            ask(device=f"nguoi-la-{i}")
    assert ask()


def test_strangers_who_look_up_a_number_again_and_again_cannot_lock_its_owner_out(db):
    person = make.make_person(phone=PHONE)

    def look_up(device):
        return actions.ask_code_of_record(person=person, purpose="lookup", device=device, at=make.AT, asked="079084990001")

    first = look_up(DEVICE)
    check(first, code_of(first))
    for i in range(30):
        look_up(f"nguoi-la-{i}")
    assert queries.code_for_sending(look_up(DEVICE))
    with pytest.raises(Refused, match=r"plumbing\.too_many_tries"):
        for _ in range(30):
            look_up("nguoi-la")


def test_one_device_cannot_ask_for_codes_to_many_numbers(db):
    with pytest.raises(Refused, match=r"plumbing\.too_many_tries"):
        for i in range(50):
            ask(phone=f"09120{i:05}")


def test_an_unknown_person_gets_the_same_answers_as_a_known_one(db):
    known = make.make_person(phone=PHONE)

    def story(person, asked):
        challenge = actions.ask_code_of_record(person=person, purpose="lookup", device=DEVICE, at=make.AT, asked=asked)
        answers = []
        for _ in range(6):
            with pytest.raises(Refused) as refused:
                check(challenge, "000000" if person is None or code_of(challenge) != "000000" else "000001")
            answers.append((refused.value.code, refused.value.facts))
        return answers

    assert story(None, "079084990000") == story(known, "079084990001")


def test_a_decoy_never_opens_even_by_luck_and_sends_nothing(db):
    challenge = actions.ask_code_of_record(
        person=None, purpose="lookup", device=DEVICE, at=make.AT, asked="x", draw=lambda most: 42
    )
    assert queries.code_for_sending(challenge) is None
    with pytest.raises(Refused):
        check(challenge, "000042")


def test_a_clerks_phone_receives_no_code_that_opens_a_record(db):
    person = make.make_person(phone=PHONE, phone_contact_only=True)
    challenge = actions.ask_code_of_record(person=person, purpose="lookup", device=DEVICE, at=make.AT, asked="x")
    assert queries.code_for_sending(challenge) is None
    assert queries.contact(person)[0] == "+84912000123"


def test_thirty_two_tries_at_once_count_as_thirty_two(committed):
    from django.db import connection

    challenge = ask()
    wrong = wrong_for(challenge)

    def one(_i):
        try:
            check(challenge, wrong)
        except Refused as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(one, range(32)))
    assert answers.count("people.code_wrong") == 4
    assert OtpChallenge.objects.get().tries == 5


def test_a_proved_phone_opens_its_account_and_only_what_is_linked_to_it(db):
    account = make.make_account(PHONE)
    mother, stranger = make.make_person(phone=PHONE), make.make_person(phone=PHONE)
    assert not queries.may_open(account.id, mother)
    actions.link(account=account.id, person=mother, relation="parent", proof="registered", by=SYSTEM, at=make.AT)
    assert queries.may_open(account.id, mother)
    assert not queries.may_open(account.id, stranger)
    assert [(link.person_id, link.relation) for link in queries.linked(account.id)] == [(mother, "parent")]
    assert make.make_account(PHONE).id == account.id


def test_an_account_needs_a_proof_typed_on_the_same_device_within_half_an_hour(db):
    challenge = make.proved_phone(PHONE)
    for device, at in (("may-khac", make.AT), (DEVICE, make.AT + 31 * MINUTE)):
        with pytest.raises(Refused, match=r"people\.proof_over"):
            actions.open_account(challenge=challenge, device=device, at=at)


def test_links_of_a_number_unused_for_a_year_end_before_its_new_owner_signs_in(db):
    account, person = make.make_account(PHONE), make.make_person()
    actions.link(account=account.id, person=person, relation="self", proof="in_person", by=SYSTEM, at=make.AT)
    later = make.AT + timedelta(days=366)
    assert make.make_account(PHONE, at=later).id == account.id
    assert queries.linked(account.id) == []


def test_a_lost_phone_opens_nothing_more_and_the_new_one_is_linked_in_person(db):
    old, person = make.make_account(PHONE), make.make_person(phone=PHONE)
    actions.link(account=old.id, person=person, relation="self", proof="registered", by=SYSTEM, at=make.AT)
    assert actions.report_lost_phone(person=person, by=SYSTEM, at=make.AT) == 1
    actions.set_phone(person=person, phone="0912000999", by=SYSTEM, at=make.AT)
    actions.link_in_person(phone="0912000999", person=person, relation="self", by=SYSTEM, at=make.AT)
    assert queries.linked(old.id) == []
    assert queries.may_open(make.make_account("0912000999").id, person)
    assert len(queries.links_of(person)) == 1


def test_a_recycled_number_is_reported_and_its_links_end(db):
    account, person = make.make_account(PHONE), make.make_person()
    actions.link(account=account.id, person=person, relation="self", proof="registered", by=SYSTEM, at=make.AT)
    assert actions.report_recycled_phone(phone=PHONE, by=SYSTEM, at=make.AT) == 1
    assert not queries.may_open(account.id, person)


def test_a_link_holds_for_the_survivor_of_a_merge(db):
    account, first, second = make.make_account(PHONE), make.make_person(), make.make_person()
    actions.link(account=account.id, person=first, relation="self", proof="registered", by=SYSTEM, at=make.AT)
    actions.merge(loser=first, survivor=second, reason="một người", by=SYSTEM, at=make.AT)
    assert queries.may_open(account.id, second)
    assert queries.linked(account.id)[0].person_id == second


def test_old_codes_are_wiped(db):
    challenge = ask()
    actions.clear_codes(make.AT + timedelta(hours=1))
    assert queries.code_for_sending(challenge) is None
    assert actions.clear_codes(make.AT + timedelta(days=31)) == 1


def test_whoever_holds_a_lost_phone_opens_nobody_even_when_the_owner_has_the_number_back(db):
    old, mother, child = make.make_account(PHONE), make.make_person(phone=PHONE), make.make_person(phone=PHONE)
    for person, relation in ((mother, "self"), (child, "child")):
        actions.link(account=old.id, person=person, relation=relation, proof="registered", by=SYSTEM, at=make.AT)
    actions.set_pin(account=old.id, device="may-thu", pin="274951", by=SYSTEM, at=make.AT)
    link = next(one.link_id for one in queries.links_of(mother))
    assert actions.report_lost_phone(person=mother, link=link, by=SYSTEM, at=make.AT) == 2
    assert (queries.account_ref(old.id, make.AT), queries.pinned("may-thu", make.AT)) == (None, None)
    assert (queries.opened_by_code(mother), queries.opened_by_code(child)) == (None, None)
    assert (queries.details(mother).phone, queries.details(child).phone) == ("", "+84912000123")
    actions.link_in_person(phone=PHONE, person=mother, relation="self", by=SYSTEM, at=make.AT)
    new = make.make_account(PHONE)
    assert new.id != old.id
    assert queries.may_open(new.id, mother)
    assert not queries.may_open(old.id, mother)
    assert queries.opened_by_code(mother) == mother


def test_a_phone_that_no_longer_opens_the_book_is_not_locked_twice(db):
    person = make.make_person()
    with pytest.raises(Refused) as refused:
        actions.report_lost_phone(person=person, link=person, by=SYSTEM, at=make.AT)
    assert refused.value.code == "people.link_unknown"
