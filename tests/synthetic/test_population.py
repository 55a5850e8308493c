"""A synthetic population comes by COPY, yet its rows are those that the actions write and read."""

from datetime import UTC, datetime
from uuid import UUID

from khien.immunizations import queries as immunizations
from khien.immunizations.models import Immunization
from khien.kernel import codes
from khien.kernel.phones import read_phone
from khien.people import queries as people
from khien.people.models import Person
from khien.plumbing.models import Event
from khien.registration.models import Registration
from khien.reporting import actions as reporting
from khien.reporting.models import CoverageCount, DayCount, TimelinessCount
from khien.synthetic import population
from khien.synthetic.copying import Rows
from khien.synthetic.crowd import Crowd
from khien.visits.models import Visit
from tests import make

AT = datetime(2021, 9, 1, 1, 0, tzinfo=UTC)


def test_what_is_written_is_read_again_as_it_was(db):
    odd = "a\ttab, a \\ stroke,\na line, \\N and 'Đặng Thuý'"
    event = UUID(int=7)
    rows = Rows(Event, kind=odd)
    rows.add(id=event, at=AT, data={"text": odd, "list": ["{", '"'], "none": None})
    rows.add(at=AT, kind="plain", data={})
    rows.flush()
    found = Event.objects.get(id=event)
    assert (found.kind, found.at, found.data) == (odd, AT, {"text": odd, "list": ["{", '"'], "none": None})
    assert Event.objects.filter(kind="plain").count() == 1
    people_rows = Rows(Person)
    people_rows.add(
        full_name=odd,
        name_key=odd,
        name_sort="",
        birth_year=1950,
        sex="female",
        phone_cipher=b"\x00\\\t\n\xff",
        household="",
        recorded_at=AT,
        recorded_by="x",
        source="x",
    )
    people_rows.flush()
    person = Person.objects.get(birth_year=1950)
    assert (person.full_name, bytes(person.phone_cipher), person.birth_month, person.died_on) == (
        odd,
        b"\x00\\\t\n\xff",
        None,
        None,
    )


def test_a_synthetic_person_is_found_as_any_other(committed):
    population.load(60, seed=5, dosed=0.5, at=AT)
    person = Person.objects.exclude(phone_hash="").first()
    assert people.person(person.id).full_name == person.full_name
    registration = Registration.objects.get(person_id=person.id)
    assert registration.best_group in registration.priority_groups
    assert (registration.way, registration.state) == ("ward", "waiting")
    assert population.count(seed=5) == 60


def test_the_crowds_phones_are_written_as_they_are_read():
    for one in Crowd(9, ["2021-26734"], today=AT.date()).people(200):
        assert read_phone(one.phone).e164 == "+84" + one.phone[1:]


def test_three_doses_a_person_are_given_at_the_points_with_their_visits_and_the_boards_count_them(committed):
    site_id = make.make_site()
    at = AT.replace(year=2023)  # boosters are in the rules
    population.load(60, seed=6, dosed=0.0, at=at)
    assert population.give(3, share=1.0, at=at) == Immunization.objects.count()
    assert population.give(3, share=1.0, at=at) == 0
    rows = list(Immunization.objects.order_by("person_id", "on_date"))
    assert 2 <= len(rows) / 60 <= 4
    assert {row.site_id for row in rows} == {site_id}
    assert all(codes.read_slip_code(code) for code in Visit.objects.values_list("code", flat=True))
    assert {row.visit_id for row in rows} == set(Visit.objects.values_list("id", flat=True))
    story = immunizations.history(rows[0].person_id, at.date())
    assert [dose.validity for dose in story.doses] == ["valid"] * len(story.doses)
    assert [(dose.dose_type, dose.ordinal) for dose in story.doses][:3] == [("primary", 1), ("primary", 2), ("booster", 1)][: len(story.doses)]
    reporting.rebuild(at=at)
    for counted in (CoverageCount.objects, DayCount.objects.filter(indicator="injected"), TimelinessCount.objects):
        assert sum(counted.values_list("count", flat=True)) == len(rows)
