"""Counted again all at once, every rollup has the numbers that the events brought, one subject after another."""

from datetime import date, timedelta

from khien.booking import actions as booking
from khien.immunizations import actions as immunizations
from khien.immunizations.models import DueCount, DueDose, DueTotal
from khien.kernel.births import PartialDate
from khien.people import actions as people
from khien.places import queries as places
from khien.plumbing import outbox
from khien.registration import actions as registration
from khien.reporting import actions, models
from khien.safety import actions as safety
from khien.visits import actions as visits
from tests import make
from tests.make_day import done_at, make_day, make_visit

LATER = make.AT + timedelta(hours=3)
ROLLUPS = (models.DayCount, models.TimelinessCount, models.CoverageCount, models.QueueCount, models.TotalCount)


def rolled():
    found = {}
    for model in ROLLUPS:
        names = [field.attname for field in model._meta.concrete_fields if field.attname not in ("count", "updated_at")]
        found[model.__name__] = {tuple(key): n for *key, n in model.objects.exclude(count=0).values_list(*names, "count")}
    names = [field.attname for field in DueDose._meta.concrete_fields if field.attname not in ("id", "pk", "updated_at")]
    found["due"] = set(DueDose.objects.values_list(*names))
    found["due total"] = set(DueTotal.objects.exclude(people=0).values_list())
    found["due count"] = set(DueCount.objects.exclude(people=0).values_list())
    return found


def _a_busy_day():
    """Visits of every end, a paper keyed late, doses told of (one in error, one of a merged record, one by year of birth), who came and who did not."""
    day = make_day()
    for state in ("checked_in", "cleared", "dosed", "observed", "closed"):
        make_visit(day, state=state)
    for end in ("refused", "deferred", "withdrawn"):
        visits.end(visit=make_visit(day).visit, end=end, reason="sốt", performed=done_at(make.AT), by=make.BY, at=make.AT)
    hurt = make_visit(day, state="dosed")
    safety.report_reaction(
        person_id=hurt.person_id, symptoms=["fever"], onset_at=make.AT + timedelta(minutes=20), source="desk", visit=hurt.visit, by=make.BY, at=LATER
    )  # fmt: skip
    make.make_immunization(make.make_person(birth=PartialDate(1950)), on=date(2021, 6, 1))
    wrong = make.make_immunization(make.make_person(birth=PartialDate(2004, 8)), on=date(2021, 8, 30), vaccine="PFIZER")
    immunizations.correct(record_id=wrong, changes={"on_date": date(2021, 7, 30)}, reason="paper", by=make.BY, at=make.AT)
    kept, gone = make.make_person(), make.make_person()
    make.make_immunization(gone, on=date(2021, 7, 1))
    people.merge(loser=gone, survivor=kept, reason="một người", by=make.BY, at=make.AT)
    registration.withdraw(registration=make.make_registration(), reason="moved", by=make.BY, at=make.AT)
    slot = make.make_slot(on=make.AT.date() + timedelta(days=1))
    for end in ("", "cancel"):
        person = make.make_person()
        made = booking.book(person_id=person, registration_id=make.make_registration(person), slot_id=slot.id, by=make.BY, at=make.AT)
        if end:
            booking.cancel(appointment_id=made.appointment_id, reason="other", by=make.BY, at=make.AT)


def test_a_rebuild_all_at_once_has_every_number_of_the_events(db):
    _a_busy_day()
    outbox.drain(lambda: LATER)
    before = rolled()
    assert all(before.values())
    assert len({key[3] for key in before["DayCount"]}) >= 8
    actions.rebuild(at=LATER)
    after = rolled()
    for name in before:
        assert after[name] == before[name], name
    actions.rebuild(at=LATER)
    assert rolled() == before


def test_who_was_joined_and_parted_again_is_counted_at_the_own_home(db):
    kept, gone = make.make_person(place_key="2021-26734"), make.make_person()
    make.make_immunization(gone, on=date(2021, 7, 1))
    outbox.drain(lambda: LATER)
    before = rolled()["CoverageCount"]
    alias = people.merge(loser=gone, survivor=kept, reason="một người", by=make.BY, at=make.AT)
    outbox.drain(lambda: LATER)
    assert rolled()["CoverageCount"] != before
    people.undo_merge(alias=alias, by=make.BY, at=make.AT)
    outbox.drain(lambda: LATER)
    assert rolled()["CoverageCount"] == before


def test_people_of_island_districts_and_doses_of_places_without_a_commune_stay_in_their_own_province(db):
    """Five island districts have no commune, and a facility may be known by its province only: nothing but the province tells them apart."""
    born = PartialDate(1980, 5, 1)
    for home in ("2021-536", "2021-471"):  # Lý Sơn, Cồn Cỏ
        make.make_immunization(make.make_person(place_key=home, birth=born), on=date(2021, 7, 1))
    for province in ("2021-01", "2021-48"):
        facility = make.make_facility(unit_key=province)
        code = places.facility(facility).code
        make.make_immunization(make.make_person(birth=born), on=date(2021, 7, 1), facility_code=code)
    outbox.drain(lambda: LATER)
    before = rolled()
    fields = [field.attname for field in models.CoverageCount._meta.concrete_fields if field.attname not in ("count", "updated_at")]
    cells = [dict(zip(fields, cell, strict=True)) for cell in before["CoverageCount"]]
    assert {cell["home_province_2021"] for cell in cells if not cell["home_2021"]} == {"51", "45"}
    assert {cell["at_province_2021"] for cell in cells if not cell["at_2021"]} >= {"01", "48"}
    actions.rebuild(at=LATER)
    assert rolled() == before
