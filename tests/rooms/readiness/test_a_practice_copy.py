"""What a practice copy builds, and what it makes of each person's work; built in the test's own database."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from khien.booking import queries as booking
from khien.kernel import clock
from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM
from khien.people import queries as people
from khien.places import queries as places
from khien.readiness import actions, queries
from khien.visits import queries as visits
from tests import make
from tests.make_day import WELL, healthy
from tests.make_practice import built, front, practising, score_of, seat, send

FEVER = {"temperature_c": "38,4"}


def at_the_hour(**on: int) -> None:
    """Half past eight on Tuesday 14 December 2021, and so much later."""
    moved = make.AT - datetime.now(UTC) + timedelta(**on)
    clock.shift_by(lambda: moved)


@pytest.fixture(autouse=True)
def copy(db: None) -> Iterator[None]:
    at_the_hour()
    with practising():
        yield
    clock.shift_by(timedelta)


def test_the_copy_takes_the_points_name_and_tables_and_ids_of_its_own():
    scene = built(("reception", "ordinary"))
    site, session = places.site(scene.site_id), booking.session(scene.session_id)
    assert (site.name, site.tables) == ("Điểm tiêm Nhà văn hóa Thử", 3)
    assert (session.tables, session.vaccines, session.state) == (3, ("AZ",), "open")


def test_everyone_of_the_crowd_is_synthetic_and_its_namesakes_have_a_double_who_stays_at_home():
    scene = built(("reception", "namesakes"), guests=4)
    crowd = [guest for guest, _card in queries.crowd(scene.session_id)]
    assert len(crowd) == 4
    namesake = next(guest for guest in crowd if guest.situations["reception"] == "namesake")
    assert len(people.search(namesake.facts["name"])) == 2
    assert all("99" in guest.facts["cccd"] for guest in crowd if guest.facts["cccd"])


def test_a_receptionist_who_takes_the_right_people_has_a_hundred():
    scene = built(("reception", "ordinary"), guests=3)
    desk = seat("tap01")
    for _ in range(3):
        guest = front(desk, scene)
        told = {"appointment_code": guest.facts["code"]} if guest.facts["code"] else {"person_id": str(guest.person_id)}
        assert send(desk, scene, "check_in", identity_how="card", **told)["status"] == "accepted"
    done = score_of(0)
    assert (done.points, done.served, done.lessons) == (100, 3, ())


def test_a_receptionist_who_takes_a_stranger_took_the_wrong_person():
    scene = built(("reception", "namesakes"), guests=3)
    desk = seat("tap01")
    front(desk, scene)
    send(desk, scene, "check_in", identity_how="spoken", person_id=str(make.make_person("Nguyễn Văn Nhầm", at=clock.now())))
    done = score_of(0)
    assert (done.points, dict(done.lessons)) == (75, {"wrong_person": 1})


def test_somebody_without_papers_who_is_recorded_anew_was_received_rightly():
    scene = built(("reception", "no_papers"), guests=3)
    desk = seat("tap01")
    guest = front(desk, scene)
    assert guest.person_id is None
    day, month, year = (int(part) for part in guest.facts["birth"].split("/"))
    person = {"full_name": guest.facts["name"], "birth": f"{year}-{month:02d}-{day:02d}", "sex": guest.facts["sex"], "phone": guest.facts["phone"],
              "no_identifier_reason": "never_issued"}  # fmt: skip
    receipt = send(desk, scene, "check_in", identity_how="spoken", person=person)
    assert receipt["status"] == "accepted", receipt
    assert score_of(0).points == 100


def test_a_doctor_who_lets_a_feverish_person_be_injected_repeats_the_script():
    scene = built(("screener", "fever"), guests=3)
    desk = seat("tap01")
    (_guest, card), *_ = [(guest, card) for guest, card in queries.crowd(scene.session_id) if guest.situations["screener"] == "fever"]
    visit = {"visit_id": str(card.ref.visit_id)}
    send(desk, scene, "consent", agreed=True, **visit)
    told = send(desk, scene, "screen", answers=healthy(), vitals=WELL, decision="eligible", **visit)
    assert told["status"] == "accepted", told
    assert dict(score_of(0).lessons) == {"wrong_verdict": 1}


def test_an_injector_who_takes_the_recalled_lot_is_stopped_and_told_so():
    scene = built(("injector", "wrong_lot"), guests=3)
    desk = seat("tap01")
    card = next(card for _guest, card in queries.crowd(scene.session_id))
    told = send(desk, scene, "give_dose", visit_id=str(card.ref.visit_id), lot_id=str(scene.wrong), confirmed_facts=["full_name", "birth"])
    assert told["status"] == "refused", told
    assert dict(score_of(0).lessons) == {"stopped_lot": 1}


def test_an_observer_who_writes_no_word_of_a_faint_repeats_the_script():
    scene = built(("observer", "fainting"), guests=4)
    desk = seat("tap01")
    faint = next(card for guest, card in queries.crowd(scene.session_id) if guest.situations["observer"] == "faint")
    at_the_hour(minutes=31)
    told = send(desk, scene, "observe", visit_id=str(faint.ref.visit_id))
    assert told["status"] == "accepted", told
    assert dict(score_of(0).lessons) == {"no_reaction": 1}


def test_a_clerk_keys_the_sheets_of_a_power_cut_and_explains_the_one_that_is_empty():
    scene = built(("data_clerk", "power_cut"), guests=4)
    serials = [paper.serial for paper in visits.papers(scene.session_id)]
    sheets = [guest.facts["serial"] for guest, _card in queries.crowd(scene.session_id) if "sheet" in guest.situations]
    assert len(serials) == len(sheets) + 1
    assert set(sheets) < set(serials)
    assert dict(score_of(0).lessons) == {"open_paper": len(serials)}


def test_the_crowd_exists_in_practice_copies_only():
    with pytest.raises(Refused, match=r"readiness\.practice_only"):
        from django.conf import settings

        settings.PRACTICE = False
        actions.lay_crowd(session_id=make.make_session(), guests=[])


def test_two_desks_never_call_the_same_guest():
    scene = built(("reception", "ordinary"), ("reception", "ordinary"), guests=3)
    called = [actions.call_next(session_id=scene.session_id, by=SYSTEM, at=clock.now()) for _ in range(4)]
    assert called == [1, 2, 3, None]
