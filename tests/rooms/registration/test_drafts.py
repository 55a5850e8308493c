"""A form half filled in survives; a form sent twice registers once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from khien.kernel.errors import Refused
from khien.kernel.refs import Actor
from khien.registration import actions, queries
from khien.registration.models import Draft, Registration
from khien.registration.types import Wish
from tests import make

CITIZEN = Actor("citizen", label="portal")


def submit(draft, told, at=make.AT):
    return actions.submit_draft(draft=draft, person=told, way="portal", wish=Wish(groups=("15",)), by=CITIZEN, at=at)


def test_answers_are_kept_sealed_page_by_page_in_any_order(db):
    draft = actions.start_draft(at=make.AT, data={"name": "Nguyễn Thị Kín"})
    actions.save_draft(draft=draft, data={"birth": "1984"}, at=make.AT, step="birth")
    actions.save_draft(draft=draft, data={"name": "Nguyễn Thị Kín Đáo"}, at=make.AT)
    found = queries.draft(draft, make.AT)
    assert found.data == {"name": "Nguyễn Thị Kín Đáo", "birth": "1984"}
    assert found.step == "birth"
    assert "Kín".encode() not in bytes(Draft.objects.get().data_cipher)


def test_an_answer_taken_away_is_gone(db):
    draft = actions.start_draft(at=make.AT, data={"phone": "0912", "name": "A"})
    assert actions.save_draft(draft=draft, data={"phone": None}, at=make.AT).data == {"name": "A"}


def test_a_form_sent_twice_answers_the_same_and_registers_once(db):
    draft, told = actions.start_draft(at=make.AT), make.told_person()
    first, again = submit(draft, told), submit(draft, told)
    assert again == first
    assert Registration.objects.count() == 1


def test_a_child_without_a_number_sent_twice_after_going_back_is_one_child(db):
    draft, told = actions.start_draft(at=make.AT), make.told_person(identifier=None, no_identifier_reason="never_issued")
    assert submit(draft, told).person_id == submit(draft, told).person_id


def test_a_form_sent_by_an_impatient_hand_at_once_registers_once(committed):
    from django.db import connection

    draft, told = actions.start_draft(at=make.AT), make.told_person(identifier=None)

    def one(_i):
        try:
            return submit(draft, told)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        done = set(pool.map(one, range(16)))
    assert len(done) == 1
    assert Registration.objects.count() == 1


def test_a_refused_form_keeps_its_answers(db):
    draft = actions.start_draft(at=make.AT, data={"name": "A"})
    with pytest.raises(Refused, match=r"registration\.group_unknown"):
        actions.submit_draft(
            draft=draft, person=make.told_person(), way="portal", wish=Wish(groups=("99",)), by=CITIZEN, at=make.AT
        )
    assert queries.draft(draft, make.AT).data == {"name": "A"}
    assert submit(draft, make.told_person()).registration_id


def test_a_sent_form_holds_no_answers_and_takes_none(db):
    draft = actions.start_draft(at=make.AT, data={"name": "A"})
    done = submit(draft, make.told_person())
    assert "name" not in queries.draft(draft, make.AT).data
    assert queries.draft(draft, make.AT).registration_id == done.registration_id
    with pytest.raises(Refused, match=r"registration\.draft_over"):
        actions.save_draft(draft=draft, data={"name": "B"}, at=make.AT)


def test_after_a_week_a_form_is_over_and_deleted(db):
    draft = actions.start_draft(at=make.AT)
    later = make.AT + timedelta(days=8)
    assert queries.draft(draft, later) is None
    with pytest.raises(Refused, match=r"registration\.draft_over"):
        submit(draft, make.told_person(), at=later)
    assert actions.clear_drafts(later) == 1
