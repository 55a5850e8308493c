"""Draws: announced before they are held, by published criteria, repeatable by anyone."""

import hashlib
import json
from collections import Counter
from datetime import date
from uuid import uuid4

from khien.booking import actions, commands, models, queries
from khien.booking.drawing import Criteria
from khien.booking.types import Dose
from khien.kernel.births import PartialDate
from khien.kernel.refs import SYSTEM, Actor
from khien.plumbing import jobs
from khien.plumbing.models import Event
from khien.registration.models import Registration
from tests import make
from tests.refusing import refused
from tests.rooms.booking.queue import state_of, waiting

AT = make.AT
DAY = date(2021, 12, 16)
DISTRICT = "2021-765"


def announce(*sessions, unit=DISTRICT, seed="hat-giong", **criteria):
    return actions.commit_allocation(
        unit_key=unit, criteria=Criteria(**criteria), session_ids=sessions, seed=lambda: seed, by=SYSTEM, at=AT
    )  # fmt: skip


def draw(code):
    return actions.draw_allocation(code=code, by=SYSTEM, at=AT)


def places_of(code):
    return {line.person_id: line.slot_id for line in queries.candidates(code) if line.slot_id}


def test_the_list_and_the_seed_are_fixed_before_the_draw_and_shown_after_it(db):
    session = make.make_session(on=DAY, per_table=3)
    people = [waiting() for _ in range(5)]
    announced = announce(session)
    assert (announced.candidates, announced.seed, announced.state) == (5, "", "committed")
    assert announced.seed_commitment == hashlib.sha256(b"hat-giong").hexdigest()
    assert queries.public_allocations()[0].code == announced.code
    drawn = draw(announced.code)
    assert (drawn.invited, drawn.left_over, drawn.seed) == (3, 2, "hat-giong")
    assert hashlib.sha256(drawn.seed.encode()).hexdigest() == announced.seed_commitment
    shown = queries.allocation(announced.code)
    assert (shown.state, shown.seed, shown.candidates_hash) == ("drawn", "hat-giong", announced.candidates_hash)
    assert Counter(state_of(who[1]) for who in people) == {"booked": 3, "waiting": 2}
    assert Event.objects.filter(kind="booking.invited").count() == 3


def test_a_draw_is_repeated_exactly_from_what_is_stored(db, capsys):
    sessions = [
        make.make_session(on=DAY, per_table=7),
        make.make_session(on=DAY, per_table=6, site_id=make.make_site(commune_key="2021-26734")),
    ]
    for index in range(25):
        waiting(household=f"h{index // 3}", birth=PartialDate(1935 + 3 * index), risk=index % 4 == 0)
    code = announce(*sessions, unit="2021-79").code
    with refused("booking.allocation_not_drawn"):
        actions.replay(code)
    drawn = draw(code)
    result = actions.replay(code)
    assert result.same
    assert (result.candidates, result.invited) == (25, drawn.invited) == (25, 13)
    assert commands.replay([code]) == 0
    assert "comes out the same" in capsys.readouterr().out
    assert commands.replay([code, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["same"] is True
    assert commands.replay(["00000000"]) == 2


def test_a_draw_that_was_tampered_with_does_not_repeat(db, capsys):
    session = make.make_session(on=DAY, per_table=4)
    for _ in range(8):
        waiting()
    code = announce(session).code
    draw(code)
    left = models.AllocationCandidate.objects.filter(slot_id=None).first()
    lucky = models.AllocationCandidate.objects.exclude(slot_id=None).first()
    models.AllocationCandidate.objects.filter(allocation_id=left.allocation_id, registration_id=left.registration_id).update(
        slot_id=lucky.slot_id
    )
    result = actions.replay(code)
    assert not result.same
    assert result.first_difference
    assert commands.replay([code]) == 1
    assert "does NOT" in capsys.readouterr().out


def test_a_changed_fact_of_a_candidate_breaks_the_published_hash(db):
    waiting()
    code = announce(make.make_session(on=DAY)).code
    draw(code)
    one = models.AllocationCandidate.objects.get()
    models.AllocationCandidate.objects.filter(allocation_id=one.allocation_id).update(facts={**one.facts, "age": 99})
    assert not actions.replay(code).checks["candidates_hash"]


def test_second_doses_come_first_and_with_the_product_of_the_first(db):
    session = make.make_session(on=DAY, vaccines=("AZ", "PFIZER"), per_table=2, hours=(8, 9))
    second = waiting()
    make.make_immunization(second[0], vaccine="AZ", on=date(2021, 9, 10))
    old = waiting(birth=PartialDate(1930))
    young = waiting(birth=PartialDate(1999))
    code = announce(session).code
    draw(code)
    appointment = queries.appointment_of(second[0])
    assert (appointment.vaccine, appointment.dose_type, appointment.ordinal) == ("AZ", "primary", 2)
    assert queries.appointment_of(old[0]) is not None
    assert queries.appointment_of(young[0]) is None


def test_nobody_is_invited_for_a_vaccine_that_the_rules_forbid_them_that_day(db):
    session = make.make_session(on=DAY, vaccines=("AZ",))
    too_soon = waiting()
    make.make_immunization(too_soon[0], on=date(2021, 12, 1))
    child = waiting(birth=PartialDate(2010, 5, 5))
    later = waiting(wished_from=date(2021, 12, 20))
    fine = waiting()
    code = announce(session).code
    assert draw(code).invited == 1
    assert set(places_of(code)) == {fine[0]}
    assert {queries.appointment_of(who[0]) for who in (too_soon, child, later)} == {None}


def test_a_household_is_invited_to_one_session(db):
    sessions = [make.make_session(on=DAY, per_table=3, hours=(8, 9)) for _ in range(2)]
    for index in range(2):
        for _ in range(3):
            waiting(household=f"ho-{index}")
    code = announce(*sessions).code
    draw(code)
    at_home: dict[str, set] = {}
    for line in models.AllocationCandidate.objects.all():
        at_home.setdefault(line.household, set()).add(models.Slot.objects.get(id=line.slot_id).session_id)
    assert [len(found) for found in at_home.values()] == [1, 1]


def test_a_whole_neighbourhood_can_be_kept_together_and_chosen(db):
    session = make.make_session(on=DAY)
    for name in ("Tổ 1", "Tổ 1", "Tổ 2"):
        waiting(neighbourhood=name)
    announced = announce(session, neighbourhoods=("Tổ 1",), together="neighbourhood")
    assert announced.candidates == 2
    assert models.AllocationCandidate.objects.values("household").distinct().count() == 1


def test_groups_ages_and_outbreak_wards_narrow_and_order_the_list(db):
    session = make.make_session(on=DAY, per_table=1, hours=(8, 9))
    waiting(best_group="13", priority_groups=["13"], birth=PartialDate(1990))
    medic = waiting(best_group="1", priority_groups=["1"], birth=PartialDate(1990))
    waiting(best_group="1", priority_groups=["1"], birth=PartialDate(1940))
    announced = announce(session, groups=("1",), max_age=60)
    assert announced.candidates == 1
    draw(announced.code)
    assert queries.appointment_of(medic[0]) is not None


def test_people_of_an_outbreak_ward_come_before_their_equals(db):
    session = make.make_session(on=DAY, per_table=1, hours=(8, 9))
    waiting()
    there = waiting(place_key="2021-26929")
    code = announce(session, outbreak=("26929",), order=("outbreak",)).code
    draw(code)
    assert set(places_of(code)) == {there[0]}


def test_invitations_spread_over_the_hours_of_a_session(db):
    session = make.make_session(on=DAY, hours=(8, 12), per_table=40)
    for _ in range(8):
        waiting()
    draw(announce(session).code)
    assert [slot.taken for slot in queries.slots(session)] == [2, 2, 2, 2]


def test_who_left_the_queue_between_announcement_and_draw_is_passed_over_and_the_draw_still_repeats(db):
    session = make.make_session(on=DAY, per_table=2, hours=(8, 9))
    gone, booked, *rest = [waiting() for _ in range(4)]
    code = announce(session).code
    Registration.objects.filter(id=gone[1]).update(state="withdrawn")
    slot = make.make_slot()
    actions.book(
        person_id=booked[0], registration_id=booked[1], slot_id=slot.id, site_id=slot.site_id, dose=Dose(), by=SYSTEM, at=AT
    )
    assert draw(code).invited == 2
    assert set(places_of(code)) == {who[0] for who in rest}
    assert actions.replay(code).same


def test_a_draw_is_held_once_and_an_abandoned_one_shows_its_seed(db):
    session = make.make_session(on=DAY)
    waiting()
    first, second = announce(session).code, announce(session, seed="khac").code
    draw(first)
    with refused("booking.allocation_done"):
        draw(first)
    actions.abandon_allocation(code=second, reason="nhầm buổi", by=SYSTEM, at=AT)
    assert (queries.allocation(second).state, queries.allocation(second).seed) == ("abandoned", "khac")
    with refused("booking.allocation_done"):
        draw(second)
    with refused("booking.allocation_unknown"):
        draw("12345678")


def test_a_draw_needs_sessions_that_take_invitations_known_criteria_and_people(db):
    open_session, walk_in = make.make_session(on=DAY), make.make_session(on=DAY, mode="walk_in")
    with refused("booking.no_candidates"):
        announce(open_session)
    waiting()
    for code, sessions, more in (
        ("no_sessions", (), {}), ("session_not_allocatable", (walk_in,), {}), ("criteria_unknown", (open_session,), {"order": ("income",)}),
    ):  # fmt: skip
        with refused(f"booking.{code}"):
            announce(*sessions, **more)


def test_nothing_that_is_stored_of_a_draw_names_a_person(db):
    waiting(full_name="Trần Thị Bưởi")
    code = announce(make.make_session(on=DAY)).code
    draw(code)
    row = models.Allocation.objects.get(code=code)
    stored = json.dumps(
        [row.criteria, row.sessions, *models.AllocationCandidate.objects.values_list("facts", "household")], ensure_ascii=False
    )
    assert "Bưởi" not in stored


def test_a_draw_of_many_is_announced_and_held_in_the_background_and_its_page_is_told(committed):
    session = make.make_session(on=DAY, per_table=2, hours=(8, 9))
    for _ in range(3):
        waiting()
    told = {"unit_key": DISTRICT, "criteria": {"order": ["age"], "note": "đợt thử"}, "session_ids": [str(session)]}
    officer = Actor("staff", uuid4())
    job = jobs.ask("booking.announce", by=officer, at=AT, actor=officer.text, **told)
    assert jobs.run_next(lambda: AT)
    code = jobs.get(job).note
    assert queries.allocation(code).criteria["note"] == "đợt thử"
    job = jobs.ask("booking.draw", by=officer, at=AT, actor=officer.text, code=code)
    assert jobs.run_next(lambda: AT)
    assert (jobs.get(job).state, jobs.get(job).progress, jobs.get(job).total) == ("done", 2, 3)
    assert models.Allocation.objects.get(code=code).drawn_by == officer.text
