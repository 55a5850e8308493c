"""One queue: whatever the way in, a person has one place in it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import uuid4

import pytest

from khien.kernel import codes
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM, Actor, Scope
from khien.people import actions as people
from khien.people import queries as people_queries
from khien.people.types import NewGuardian
from khien.plumbing import outbox
from khien.plumbing.models import AuditRow, Event
from khien.registration import actions, handlers, queries
from khien.registration.models import Registration, RegistrationWay
from khien.registration.types import Wish
from tests import make

BY = {"by": SYSTEM, "at": make.AT}
CITIZEN = Actor("citizen", label="portal")


def at_once(work, times=32):
    from django.db import connection

    def one(i):
        try:
            return work(i)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_a_second_way_joins_the_first_registration_and_is_kept_beside_it(db):
    person, source = make.make_person(), uuid4()
    first = actions.register(person_id=person, way="organization", source_id=source, **BY)
    second = actions.register(person_id=person, way="ward", **BY)
    assert (first.already, second.already) == (False, True)
    assert second.registration_id == first.registration_id
    assert second.code == first.code
    found = queries.of_person(person)
    assert [way.way for way in found.ways] == ["organization", "ward"]
    assert found.way == "organization"
    assert found.ways[0].source_id == source


def test_the_slips_code_is_eleven_digits_with_a_check_digit_and_finds_the_registration(db):
    done = actions.register(person_id=make.make_person(), way="portal", **BY)
    assert codes.is_slip_code(done.code)
    assert queries.registration_by_code(codes.display(done.code)).id == done.registration_id
    wrong = done.code[:-1] + str((int(done.code[-1]) + 1) % 10)
    assert queries.registration_by_code(wrong) is None


def test_however_many_requests_arrive_at_once_a_person_has_one_place(committed):
    told = make.told_person("Phan Thị Đồng Thời", sex="female")
    ways = ["portal", "ward", "organization", "staff"]
    done = at_once(lambda i: actions.register_new(person=told, way=ways[i % 4], **BY))
    assert len({one.registration_id for one in done}) == 1
    assert sum(not one.already for one in done) == 1
    assert Registration.objects.count() == 1
    assert RegistrationWay.objects.count() == 32


def test_groups_are_all_kept_and_the_best_one_counts(db):
    done = make.make_registration(groups=("15", "1", "13"))
    found = queries.registration(done)
    assert found.priority_groups == ("1", "13", "15")
    assert found.best_group == "1"
    assert queries.registration(make.make_registration()).best_group == "16"


def test_whoever_is_over_65_stands_in_group_nine_without_asking(db):
    old = make.make_person(birth=PartialDate(1950))
    found = queries.registration(make.make_registration(old, groups=("15",)))
    assert found.priority_groups == ("9", "15")
    assert found.risk


@pytest.mark.parametrize("way", ["portal", "hotline"])
def test_whoever_is_in_a_group_that_a_province_decided_is_registered_in_it(db, way):
    found = queries.registration(make.make_registration(make.make_person(), groups=("16.79.01",), way=way))
    assert found.priority_groups == ("16.79.01",)
    assert found.best_group == "16.79.01"


def test_an_unknown_group_or_answer_is_refused_by_name(db):
    person = make.make_person()
    with pytest.raises(Refused, match=r"registration\.group_unknown"):
        actions.register(person_id=person, way="portal", wish=Wish(groups=("99",)), **BY)
    with pytest.raises(Refused, match=r"registration\.answer_unknown"):
        actions.register(person_id=person, way="portal", wish=Wish(history={"chronic_treated": "perhaps"}), **BY)


def test_answers_of_illness_are_kept_and_mark_a_risk(db):
    found = queries.registration(make.make_registration(history={"chronic_treated": "yes", "allergy": "unsure"}))
    assert found.risk
    assert found.history == {"chronic_treated": "yes", "allergy": "unsure"}


def test_the_dead_are_not_registered(db):
    person = make.make_person()
    people.record_death(person=person, on=date(2021, 12, 1), **BY)
    with pytest.raises(Refused, match=r"registration\.person_died"):
        actions.register(person_id=person, way="ward", **BY)


def test_a_wish_taken_back_is_told_and_the_person_may_come_again(db):
    person = make.make_person()
    first = make.make_registration(person)
    actions.withdraw(registration=first, reason="not_wanted", **BY)
    actions.withdraw(registration=first, reason="not_wanted", **BY)
    assert queries.of_person(person) is None
    assert Event.objects.filter(kind="registration.withdrawn").count() == 1
    again = actions.register(person_id=person, way="hotline", **BY)
    assert not again.already
    assert len(queries.history_of_person(person)) == 2


@pytest.mark.parametrize(
    ("outcome", "state"), [("reached", "waiting"), ("no_answer", "waiting"), ("moved", "waiting"), ("refused", "withdrawn")]
)
def test_a_call_is_written_down_and_only_a_refusal_ends_the_wish(db, outcome, state):
    done = make.make_registration()
    actions.call_outcome(registration=done, outcome=outcome, **BY)
    found = queries.registration(done)
    assert (found.call_outcome, found.state) == (outcome, state)


def test_a_death_told_on_a_call_is_kept_on_the_person_and_ends_the_wish(db):
    person = make.make_person()
    done = make.make_registration(person)
    actions.call_outcome(registration=done, outcome="dead", died_on=date(2021, 12, 1), **BY)
    assert people_queries.person(person).died_on == date(2021, 12, 1)
    assert queries.registration(done).state == "closed"
    assert set(Event.objects.filter(kind__in=["people.died", "registration.withdrawn"]).values_list("kind", flat=True)) == {
        "people.died",
        "registration.withdrawn",
    }


def test_a_granddaughter_who_registers_her_grandmother_may_open_her_book(db):
    account = make.make_account()
    by = Actor("citizen", account.id)
    told = make.told_person("Lê Thị Bà", sex="female", birth=PartialDate(1948))
    done = actions.register_new(person=told, way="portal", by=by, at=make.AT, account=account.id, relation="grandparent")
    assert done.linked
    assert people_queries.linked(account.id)[0].relation == "grandparent"


def test_a_stranger_who_knows_name_and_number_gets_a_receipt_and_no_right_to_the_record(db):
    told = make.told_person("Lê Thị Có Hồ Sơ", sex="female")
    own = actions.register_new(person=told, way="ward", **BY)
    account = make.make_account()
    by = Actor("citizen", account.id)
    done = actions.register_new(person=told, way="portal", by=by, at=make.AT, account=account.id)
    fresh = actions.register_new(person=make.told_person(), way="portal", by=by, at=make.AT, account=account.id)
    assert done.registration_id == own.registration_id
    assert done.code != own.code
    assert (done.already, done.linked) == (fresh.already, False)
    assert not people_queries.may_open(account.id, done.person_id)
    assert queries.registration_by_code(done.code) is None
    assert queries.receipt(done.code)[0] == own.registration_id
    with pytest.raises(Refused, match=r"registration\.slip_not_matched"):
        actions.link_by_slip(account=account.id, identifier=told.identifier, code=done.code, relation="self", by=by, at=make.AT)


def test_the_papers_number_and_the_slips_code_together_open_the_book(db):
    told = make.told_person()
    own = actions.register_new(person=told, way="ward", **BY)
    account = make.make_account()
    link = {"account": account.id, "relation": "self", "by": Actor("citizen", account.id), "at": make.AT}
    for identifier, code in ((make.make_number(), own.code), (told.identifier, "12345678901")):
        with pytest.raises(Refused, match=r"registration\.slip_not_matched"):
            actions.link_by_slip(identifier=identifier, code=code, **link)
    assert actions.link_by_slip(identifier=told.identifier, code=own.code, **link) == own.person_id
    assert people_queries.may_open(account.id, own.person_id)


def test_a_citizen_registers_a_child_only_with_a_guardian(db):
    child = make.told_person("Lê Gia Bảo", birth=PartialDate(2014, 5, 6))
    with pytest.raises(Refused, match=r"people\.guardian_needed"):
        actions.register_new(person=child, way="portal", by=CITIZEN, at=make.AT)
    with_father = make.told_person(
        "Lê Gia Bảo", birth=PartialDate(2014, 5, 6), guardian=NewGuardian("Lê Văn Cha", "0912000111", "father")
    )
    done = actions.register_new(person=with_father, way="portal", by=CITIZEN, at=make.AT)
    assert people_queries.person(done.person_id).guardian.relation == "father"


def test_a_code_that_comes_late_never_loses_the_registration(db):
    told = make.told_person(phone="0912000222")
    done = actions.register_new(person=told, way="portal", by=CITIZEN, at=make.AT)
    assert not queries.registration(done.registration_id).phone_verified
    later = make.AT + timedelta(hours=3)
    challenge = make.proved_phone("0912000222", at=later)
    assert actions.verify_phone(registration=done.registration_id, challenge=challenge, device="may-thu", by=CITIZEN, at=later)
    assert queries.registration(done.registration_id).phone_verified
    assert people_queries.person(done.person_id).phone_verified


def test_a_proof_of_another_phone_verifies_nothing(db):
    done = actions.register_new(person=make.told_person(phone="0912000222"), way="portal", by=CITIZEN, at=make.AT)
    challenge = make.proved_phone("0912000333")
    assert not actions.verify_phone(
        registration=done.registration_id, challenge=challenge, device="may-thu", by=CITIZEN, at=make.AT
    )
    assert not queries.registration(done.registration_id).phone_verified


def test_a_phone_proved_before_sending_is_verified_at_once(db):
    challenge = make.proved_phone("0912000222")
    proof = people_queries.proof(challenge, "may-thu", make.AT)
    done = actions.register_new(person=make.told_person(phone="0912000222"), way="portal", by=CITIZEN, at=make.AT, proof=proof)
    assert done.phone_verified
    assert queries.registration(done.registration_id).phone_verified


def test_a_disputed_number_stops_no_registration(db):
    told = make.told_person("Lê Thị Một", sex="female")
    actions.register_new(person=told, way="ward", **BY)
    other = make.told_person("Trần Văn Hai", identifier=told.identifier)
    done = actions.register_new(person=other, way="portal", by=CITIZEN, at=make.AT)
    assert done.disputed
    assert queries.of_person(done.person_id).id == done.registration_id


def test_merged_records_keep_one_place_and_undo_gives_the_other_back(db):
    first, second = make.make_person(), make.make_person()
    kept, closed = make.make_registration(first), make.make_registration(second)
    alias = people.merge(loser=second, survivor=first, reason="một người", **BY)
    event = {"alias_id": str(alias), "loser_id": str(second), "survivor_id": str(first)}
    handlers.merged(event, make.AT)
    handlers.merged(event, make.AT)
    assert queries.registration(closed).state == "closed"
    assert queries.of_person(second).id == kept
    assert actions.register(person_id=second, way="staff", **BY).already
    people.undo_merge(alias=alias, **BY)
    handlers.merge_undone(event, make.AT)
    assert queries.of_person(second).id == closed
    assert queries.of_person(first).id == kept


def test_a_corrected_address_moves_the_place_in_the_queue(db):
    person = make.make_person()
    done = make.make_registration(person)
    people.correct_particulars(person=person, changes={"place_key": "2021-00001"}, reason="chuyển nhà", **BY)
    handlers.corrected({"person_id": str(person), "changed": ["place_key"]}, make.AT)
    assert queries.registration(done).place.commune_2021 == "00001"


def test_whoever_moved_is_called_anew_by_the_new_ward(db):
    person = make.make_person()
    done = make.make_registration(person)
    actions.call_outcome(registration=done, outcome="moved", **BY)
    ward = queries.registration(done).place.commune_2021
    assert queries.call_sheet(unit_key=f"2021-{ward}", uncalled=True) == []
    people.correct_particulars(person=person, changes={"place_key": "2021-00001"}, reason="chuyển nhà", **BY)
    outbox.drain(lambda: make.AT)
    assert [one.registration_id for one in queries.call_sheet(unit_key="2021-00001", uncalled=True)] == [done]
    assert queries.call_sheet(unit_key=f"2021-{ward}") == []


@pytest.mark.parametrize("how", ["call", "record"])
def test_whoever_was_said_to_be_dead_in_error_waits_again(db, how):
    person = make.make_person()
    done = make.make_registration(person)
    if how == "call":
        actions.call_outcome(registration=done, outcome="dead", **BY)
    else:
        people.record_death(person=person, on=make.AT.date(), **BY)
    outbox.drain(lambda: make.AT)
    assert queries.registration(done).state == "closed"
    people.withdraw_death(person=person, reason="nhầm người cùng tên", **BY)
    outbox.drain(lambda: make.AT)
    again = queries.registration(done)
    assert (again.state, again.call_outcome) == ("waiting", "")
    assert [one.registration_id for one in queries.call_sheet(unit_key=f"2021-{again.place.commune_2021}", uncalled=True)] == [done]


def test_an_officer_sees_the_queue_of_the_own_place_page_by_page(db):
    done = [make.make_registration() for _ in range(5)]
    here, elsewhere = [Scope("district", make.BINH_THANH, "2021")], [Scope("province", make.OTHER_PROVINCE, "2021")]
    page = queries.waiting(here, limit=3)
    rest = queries.waiting(here, limit=3, after=page[-1].registration_id)
    assert {card.registration_id for card in [*page, *rest]} == set(done)
    assert queries.waiting(elsewhere) == []
    assert queries.counts(here) == {"waiting": 5}
    assert len(queries.waiting_rows(make.WARD)) == 5


def test_a_call_sheet_names_phones_and_keeps_households_together(db):
    for i, house in enumerate(("12 Lê Lợi", "30 Lê Lợi", "12 Lê Lợi")):
        make.make_registration(make.make_person(phone=f"091200040{i}", address=house, neighbourhood="Tổ 3"))
    make.make_registration(make.make_person(neighbourhood="Tổ 4"))
    sheet = queries.call_sheet(unit_key=make.WARD, neighbourhood="Tổ 3")
    assert [line.address for line in sheet] in (
        ["12 Lê Lợi", "12 Lê Lợi", "30 Lê Lợi"],
        ["30 Lê Lợi", "12 Lê Lợi", "12 Lê Lợi"],
    )
    assert sheet[0].phone.startswith("+84")
    assert queries.neighbourhoods(make.WARD) == {"Tổ 3": 3, "Tổ 4": 1}
    actions.call_outcome(registration=sheet[0].registration_id, outcome="reached", **BY)
    assert len(queries.call_sheet(unit_key=make.WARD, neighbourhood="Tổ 3", uncalled=True)) == 2


def test_every_registration_leaves_its_audit_row_and_its_event_without_names(db):
    make.make_registration(make.make_person("Nguyễn Văn Kín"))
    row = AuditRow.objects.get(action="registration.registered")
    assert "Kín" not in str(row.facts)
    assert set(Event.objects.get(kind="registration.registered").data) == {"registration_id", "person_id", "way", "already"}
