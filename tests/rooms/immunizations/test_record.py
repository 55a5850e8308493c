"""The record: append-only, one claim for each dose of the course, nothing given is ever lost."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from khien.campaigns.types import DoseType
from khien.immunizations import actions, models, queries
from khien.immunizations.actions import Told
from khien.kernel.births import PartialDate
from khien.kernel.errors import Refused
from khien.kernel.refs import SYSTEM, Actor
from khien.people import actions as people
from khien.plumbing import sqlcall
from khien.plumbing.models import AuditRow, Event
from tests import make
from tests.threads import together

AT = datetime(2021, 12, 14, 2, tzinfo=UTC)
TODAY = date(2021, 12, 14)
LEAD = Actor("staff", uuid4())


def give(person_id, on=TODAY, vaccine="AZ", *, kind="primary", ordinal=1, visit_id=None, **more):
    """Record a dose as the visits room does."""
    row = {
        "id": uuid4(), "record_id": uuid4(), "person_id": person_id, "vaccine": vaccine, "dose_type": kind, "ordinal": ordinal, "on_date": on,
        "recorded_at": AT, "recorded_by": "staff:x", "origin": "visit", "visit_id": visit_id or uuid4(), "site_id": uuid4(),
        "performed_at": AT, "lot_number": "ABV1",
    } | more  # fmt: skip
    return json.loads(sqlcall.call("SELECT immunizations_record(%s)", [sqlcall.as_json(row)])[0])


def claims(person_id):
    return set(models.DoseClaim.objects.filter(person_id=person_id).values_list("dose_type", "ordinal"))


def test_no_code_of_the_product_updates_or_deletes_an_immunization():
    source = Path(__file__).resolve().parents[3] / "khien"
    texts = {path: path.read_text() for kind in ("*.py", "*.sql") for path in source.rglob(kind)}
    for path, text in texts.items():
        assert not re.search(r"(UPDATE|DELETE\s+FROM|TRUNCATE)\s+immunization\b", text, re.I), path
        assert not re.search(r"Immunization\.objects[^\n]*\.(update|delete|bulk_update|update_or_create)\(", text), path


def test_the_same_injection_keyed_twice_at_one_visit_is_one_dose(db):
    person, visit = make.make_person(), uuid4()
    first = give(person, visit_id=visit)
    again = give(person, visit_id=visit)
    assert again["same"]
    assert again["record_id"] == first["record_id"]
    assert len(queries.history(person, TODAY).doses) == 1


def test_two_injections_are_two_doses_both_kept_and_a_person_decides(db):
    person = make.make_person()
    give(person)
    second = give(person)
    assert second["duplicate"]
    assert set(second["marks"]) == {"duplicate_claim", "possible_repeat"}
    history = queries.history(person, TODAY)
    assert len(history.doses) == 2
    assert [dose.counted for dose in history.doses].count(True) == 1
    assert claims(person) == {("primary", 1)}


def test_an_invalid_dose_claims_nothing_so_that_the_repeated_one_can(db):
    person = make.make_person()
    make.make_immunization(person, on=date(2021, 10, 1))
    give(person, date(2021, 10, 10), ordinal=2, validity="invalid", validity_code="campaigns.too_early")
    late = give(person, date(2021, 12, 14), ordinal=2)
    assert not late["duplicate"]
    assert [(dose.ordinal, dose.validity) for dose in queries.history(person, TODAY).doses] == [
        (1, "valid"),
        (2, "invalid"),
        (2, "valid"),
    ]


def test_the_facilitys_own_record_joins_the_dose_that_the_person_had_told_of(db):
    person, facility = make.make_person(), make.make_facility(code="79999")
    told = make.make_immunization(person, on=date(2021, 9, 1), facility_code="79999", place="", evidence="statement")
    assert queries.record(told).validity == "uncertain"
    joined = give(
        person, date(2021, 9, 1), facility_id=facility, origin="paper", validity="invalid", validity_code="campaigns.same_day"
    )
    assert (joined["joined"], joined["record_id"]) == (True, str(told))
    now = queries.record(told)
    assert (now.validity, now.origin, now.version, now.ordinal) == ("valid", "paper", 2, 1)
    assert [version.evidence for version in queries.versions(told)] == ["statement", ""]
    assert claims(person) == {("primary", 1)}


def test_undoing_a_joined_dose_leaves_what_the_person_had_told(db):
    person, facility = make.make_person(), make.make_facility(code="79998")
    told = make.make_immunization(person, on=date(2021, 9, 1), facility_code="79998", evidence="statement")
    give(person, date(2021, 9, 1), facility_id=facility)
    sqlcall.call("SELECT immunizations_entered_in_error(%s, %s, %s, %s, %s)", [person, told, "undone", AT, "staff:x"])
    assert (queries.record(told).origin, queries.record(told).status) == ("elsewhere", "completed")
    assert claims(person) == {("primary", 1)}


def test_an_earlier_dose_from_elsewhere_moves_the_doses_after_it(db):
    person = make.make_person()
    given = give(person, date(2021, 11, 20))
    earlier = make.make_immunization(person, on=date(2021, 9, 1))
    history = queries.history(person, TODAY)
    assert [(str(dose.record_id), dose.ordinal) for dose in history.doses] == [(str(earlier), 1), (given["record_id"], 2)]
    assert models.Immunization.objects.filter(record_id=given["record_id"]).count() == 2
    assert claims(person) == {("primary", 1), ("primary", 2)}
    assert models.DoseClaim.objects.get(person_id=person, ordinal=1).record_id == earlier
    assert history.next_dose.dose_type == DoseType.BOOSTER


def test_history_says_why_each_dose_counts_and_when_the_next_is_due(db):
    person = make.make_person()
    make.make_immunization(person, on=date(2021, 11, 1))
    history = queries.history(person, TODAY)
    [dose] = history.doses
    assert (dose.number, dose.size) == (1, 2)
    assert "hợp lệ" in dose.sentence("vi")
    assert "valid" in dose.sentence("en")
    assert history.next_dose.ordinal == 2
    assert history.next_dose.earliest_on is not None
    assert history.next_dose.vaccines[0] == "AZ"


def test_an_earlier_dose_needs_a_day_a_vaccine_and_a_known_facility(db):
    person = make.make_person(birth=PartialDate(2010))
    cases = {
        "date_in_future": Told("AZ", date(2021, 12, 15)), "before_birth": Told("AZ", date(2009, 12, 31)), "vaccine_missing": Told(" ", TODAY),
        "before_any_vaccine": Told("AZ", date(2020, 6, 30)),
        "facility_unknown": Told("AZ", TODAY, facility_code="00000"),
    }  # fmt: skip
    for code, told in cases.items():
        with pytest.raises(Refused, match=rf"immunizations\.{code}"):
            actions.record_elsewhere(person_id=person, told=told, evidence="document", by=SYSTEM, at=AT)
    with pytest.raises(Refused, match=r"immunizations\.evidence_unknown"):
        actions.record_elsewhere(person_id=person, told=Told("AZ", TODAY), evidence="hearsay", by=SYSTEM, at=AT)
    make.make_immunization(person, on=date(2021, 9, 1))
    with pytest.raises(Refused, match=r"immunizations\.already_recorded"):
        make.make_immunization(person, on=date(2021, 9, 1))


def test_a_dose_from_elsewhere_is_told_to_the_named_facility_and_stands_in_no_stock_or_session(db):
    person, facility = make.make_person(), make.make_facility(code="79997")
    record = make.make_immunization(person, facility_code="79997")
    row = models.Immunization.objects.get(record_id=record)
    assert (row.site_id, row.session_id, row.visit_id, row.lot_id) == (None, None, None, None)
    event = Event.objects.filter(kind="immunizations.recorded").latest("id")
    assert event.data["facility_id"] == str(facility)


def test_a_correction_adds_a_version_and_keeps_what_was_written(db):
    person = make.make_person()
    record = make.make_immunization(person, on=date(2021, 9, 1), lot="ABV1")
    done = actions.correct(record_id=record, changes={"lot_number": "ABV2"}, reason="gõ nhầm", by=LEAD, at=AT, second_by=SYSTEM)
    assert done.version == 2
    assert [(version.version, version.lot_number) for version in queries.versions(record)] == [(1, "ABV1"), (2, "ABV2")]
    assert queries.versions(record)[1].recorded_by == LEAD.text
    assert Event.objects.filter(kind="immunizations.corrected").count() == 1
    assert AuditRow.objects.filter(action="immunizations.corrected", person_id=person).count() == 1


def test_a_corrected_day_moves_the_claims_of_both_doses_in_one_step(db):
    person = make.make_person()
    first = make.make_immunization(person, on=date(2021, 7, 1))
    second = make.make_immunization(person, on=date(2021, 10, 1))
    done = actions.correct(record_id=first, changes={"on_date": date(2021, 12, 10)}, reason="nhầm ngày", by=LEAD, at=AT)
    assert done.also == (second,)
    held = dict(models.DoseClaim.objects.filter(person_id=person).values_list("ordinal", "record_id"))
    assert held == {1: second, 2: first}


def test_two_people_correcting_one_record_do_not_overwrite_each_other(db):
    record = make.make_immunization(make.make_person())
    actions.correct(record_id=record, changes={"lot_number": "A1"}, reason="nhầm lô", by=LEAD, at=AT, expected_version=1)
    with pytest.raises(Refused, match=r"immunizations\.changed_meanwhile"):
        actions.correct(record_id=record, changes={"lot_number": "A2"}, reason="nhầm lô", by=LEAD, at=AT, expected_version=1)


def test_a_correction_must_change_something_say_why_and_touch_only_what_may_change(db):
    record = make.make_immunization(make.make_person(), lot="ABV1")
    for code, changes, reason in (
        ("nothing_changed", {"lot_number": "ABV1"}, "x"), ("reason_missing", {"lot_number": "B"}, " "), ("not_correctable", {"person_id": 1}, "x"),
        ("date_in_future", {"on_date": date(2022, 1, 1)}, "x"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=rf"immunizations\.{code}"):
            actions.correct(record_id=record, changes=changes, reason=reason, by=LEAD, at=AT)


def test_a_persons_decision_on_validity_ends_the_question_until_it_is_taken_back(db):
    person = make.make_person()
    make.make_immunization(person, on=date(2021, 10, 1))
    early = make.make_immunization(person, on=date(2021, 10, 5))
    assert queries.record(early).validity == "invalid"
    actions.correct(record_id=early, changes={"valid": True}, reason="hội đồng xác nhận", by=LEAD, at=AT)
    assert queries.record(early).validity == "valid"
    assert claims(person) == {("primary", 1), ("primary", 2)}
    actions.correct(record_id=early, changes={"valid": None}, reason="rút lại", by=LEAD, at=AT)
    assert queries.record(early).validity == "invalid"
    assert claims(person) == {("primary", 1)}


def test_a_record_entered_in_error_stays_to_be_seen_and_lets_the_next_dose_move_up(db):
    person = make.make_person()
    wrong = make.make_immunization(person, on=date(2021, 7, 1))
    right = give(person, date(2021, 10, 1), ordinal=2)
    actions.mark_entered_in_error(record_id=wrong, reason="của người khác", by=LEAD, at=AT)
    assert [(str(dose.record_id), dose.ordinal) for dose in queries.history(person, TODAY).doses] == [(right["record_id"], 1)]
    assert queries.record(wrong).status == "entered_in_error"
    assert claims(person) == {("primary", 1)}
    with pytest.raises(Refused, match=r"immunizations\.entered_in_error"):
        actions.correct(record_id=wrong, changes={"lot_number": "X"}, reason="x", by=LEAD, at=AT)


def test_a_dose_recorded_for_a_namesake_is_given_to_the_right_person(db):
    wrong, right = make.make_person(), make.make_person()
    record = give(wrong, date(2021, 10, 1))["record_id"]
    moved = actions.move_to_person(record_id=record, person_id=right, reason="trùng tên", by=LEAD, at=AT)
    assert queries.history(wrong, TODAY).doses == ()
    [dose] = queries.history(right, TODAY).doses
    assert (dose.record_id, dose.marks) == (moved.record_id, ("moved_from_other_person",))
    assert (claims(wrong), claims(right)) == (set(), {("primary", 1)})


def test_a_late_keyed_first_dose_takes_its_place_before_the_second(db):
    person = make.make_person()
    second = give(person, date(2021, 12, 10))
    late = give(person, date(2021, 9, 1), origin="paper")
    assert late["duplicate"]
    actions.settle(person_id=person, by=SYSTEM, at=AT)
    history = queries.history(person, TODAY)
    assert [(str(dose.record_id), dose.ordinal, dose.validity) for dose in history.doses] == [
        (late["record_id"], 1, "valid"), (second["record_id"], 2, "valid"),
    ]  # fmt: skip
    assert claims(person) == {("primary", 1), ("primary", 2)}


def test_merged_records_make_one_history_and_parting_them_makes_two(db):
    one, two = make.make_person(), make.make_person()
    make.make_immunization(one, on=date(2021, 7, 1))
    make.make_immunization(two, on=date(2021, 10, 1))
    people.merge(loser=two, survivor=one, reason="cùng một người", by=LEAD, at=AT)
    assert queries.colliding_claims([one, two])[0][:2] == ("primary", 1)
    actions.settle(person_id=one, by=SYSTEM, at=AT)
    assert [dose.ordinal for dose in queries.history(two, TODAY).doses] == [1, 2]
    assert queries.colliding_claims([one, two]) == []


def test_the_same_first_dose_from_thirty_two_desks_at_once_is_claimed_once(committed):
    person = make.make_person()
    answers = together(32, lambda index: give(person, date(2021, 12, 1)))
    assert [answer["duplicate"] for answer in answers].count(False) == 1
    assert models.DoseClaim.objects.filter(person_id=person).count() == 1
    assert models.Immunization.objects.filter(person_id=person).count() == 32


def test_a_dose_from_an_expired_lot_stays_in_doubt_until_the_lot_is_corrected(db):
    person = make.make_person()
    facts = {
        "validity": "uncertain",
        "validity_code": "stock.lot_expired",
        "validity_facts": {"lot": "ABV1", "expired_on": "2021-11-30"},
    }
    record = UUID(give(person, date(2021, 12, 1), **facts)["record_id"])
    dose = queries.record(record)
    assert (dose.validity, "ABV1" in dose.sentence("vi"), "expired" in dose.sentence("en")) == ("uncertain", True, True)
    make.make_immunization(person, on=date(2021, 9, 1))
    assert queries.record(record).validity_code == "stock.lot_expired"
    actions.correct(record_id=record, changes={"lot_number": "ABV2"}, reason="gõ nhầm lô", by=LEAD, at=AT)
    assert (queries.record(record).validity, queries.record(record).ordinal) == ("valid", 2)
