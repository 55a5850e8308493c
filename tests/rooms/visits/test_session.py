"""A session: its checklist, its pack, its boards, its close."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from khien.booking import actions as booking
from khien.booking import queries as booking_queries
from khien.kernel.errors import Refused
from khien.plumbing.models import Event
from khien.registration import actions as registering
from khien.surfaces.web import refusals
from khien.visits import actions as visits
from khien.visits import queries
from tests import make
from tests.make import AT, BY
from tests.make_day import KIT, done_at, make_day, make_visit

pytestmark = pytest.mark.usefixtures("db")


def told(kind: str) -> list[dict]:
    return [event.data for event in Event.objects.filter(kind=kind).order_by("id")]


def make_registration(person):
    return registering.register(person_id=person, way="staff", by=BY, at=AT).registration_id


def test_a_session_opens_only_after_its_checklist_is_signed():
    day = make_day(opened=False)
    with pytest.raises(Refused, match=r"visits\.checklist_not_signed"):
        visits.open_session(session_id=day.session_id, by=BY, at=AT)
    with pytest.raises(Refused, match=r"visits\.session_not_open"):
        make_visit(day)
    visits.sign_checklist(session_id=day.session_id, items=KIT, by=BY, at=AT)
    visits.open_session(session_id=day.session_id, by=BY, at=AT)
    assert make_visit(day).number == 1


def test_adrenaline_and_doctor_are_never_overridden():
    day = make_day(opened=False)
    for missing in ("adrenaline", "doctor"):
        items = {code: facts for code, facts in KIT.items() if code != missing}
        override = [{"item": missing, "name": "Nguyễn Văn Thử", "reason": "để ở bàn bên"}]
        with pytest.raises(Refused, match=r"visits\.checklist_never_overridden") as refused:
            visits.sign_checklist(session_id=day.session_id, items=items, overrides=override, by=BY, at=AT)
        assert refused.value.facts["items"] == [missing]


def test_another_missing_item_is_overridden_with_name_and_reason():
    day = make_day(opened=False)
    items = KIT | {"fridge": {"celsius": 11}, "anaphylaxis_kit": {"expires_on": "2021-12-01"}}
    with pytest.raises(Refused, match=r"visits\.checklist_missing") as refused:
        visits.sign_checklist(session_id=day.session_id, items=items, by=BY, at=AT)
    assert refused.value.facts["items"] == ["anaphylaxis_kit", "fridge"]
    overrides = [{"item": item, "name": "Trần Thị Thử", "reason": "đã thay phích"} for item in ("fridge", "anaphylaxis_kit")]
    with pytest.raises(Refused, match=r"visits\.override_needs_name_and_reason"):
        visits.sign_checklist(
            session_id=day.session_id, items=items, overrides=[overrides[0], {"item": "anaphylaxis_kit"}], by=BY, at=AT
        )
    visits.sign_checklist(session_id=day.session_id, items=items, overrides=overrides, by=BY, at=AT)
    kept = queries.checklist(day.session_id)
    assert {entry["item"] for entry in kept["overrides"]} == {"fridge", "anaphylaxis_kit"}


def test_a_session_without_a_lot_for_each_vaccine_is_not_ready():
    session_id = make.make_session(mode="walk_in", vaccines=("AZ", "PFIZER"))
    with pytest.raises(Refused, match=r"visits\.checklist_missing") as refused:
        visits.sign_checklist(session_id=session_id, items=KIT, by=BY, at=AT)
    assert refused.value.facts["items"] == ["lots"]


def test_a_session_is_not_opened_on_another_day():
    day = make_day(opened=False)
    visits.sign_checklist(session_id=day.session_id, items=KIT, by=BY, at=AT)
    with pytest.raises(Refused, match=r"visits\.session_other_day"):
        visits.open_session(session_id=day.session_id, by=BY, at=AT + timedelta(days=1))


def test_the_day_closes_when_everyone_has_an_end_and_every_paper_is_explained():
    day = make_day()
    made = make_visit(day, state="consented")
    serials = visits.print_forms(session_id=day.session_id, count=3, by=BY, at=AT)
    with pytest.raises(Refused, match=r"visits\.open_work") as refused:
        visits.close_session(session_id=day.session_id, by=BY, at=AT)
    assert (refused.value.facts["numbers"], refused.value.facts["serials"]) == ([1], serials)
    visits.end(visit=made.visit, end="refused", reason="đổi ý", performed=done_at(AT), by=BY, at=AT)
    visits.void_form(serial=serials[0], reason="rách", by=BY, at=AT)
    visits.mark_missing(serial=serials[1], reason="không thấy trong thùng phiếu", by=BY, at=AT)
    assert queries.open_work(day.session_id).serials == (serials[2],)
    assert visits.void_unused(session_id=day.session_id, reason="chưa dùng", by=BY, at=AT) == 1
    visits.close_session(session_id=day.session_id, by=BY, at=AT)
    assert booking_queries.session(day.session_id).state == "closed"


def test_help_is_asked_from_a_desk_without_personal_words():
    day = make_day()
    visits.ask_help(session_id=day.session_id, desk="injection", last_error="Nguyễn Văn A 0900000000", by=BY, at=AT)
    visits.ask_help(session_id=day.session_id, desk="injection", last_error="stock.lot_expired", by=BY, at=AT)
    assert [event["last_error"] for event in told("visits.help_asked")] == ["", "stock.lot_expired"]


def test_the_pack_holds_what_the_desks_need_and_few_facts_of_people():
    import json

    day = make_day(mode="open")
    person = make.make_person()
    slot = booking_queries.slots(day.session_id)[0]
    booking.book(person_id=person, registration_id=make_registration(person), slot_id=slot.id, by=BY, at=AT)
    make_visit(day)
    pack = queries.session_pack(day.session_id, at=AT)
    text = json.dumps(pack, ensure_ascii=False)
    assert len(text) < 40_000
    assert set(pack["appointments"][0]) == {
        "id", "code", "registration_code", "starts_at", "vaccine", "state", "person_id", "name", "birth", "sex", "last4", "identity", "due",
    }  # fmt: skip
    assert pack["lots"][0]["vaccine"] == "AZ"
    assert len(pack["walk_ins"]) == 1


def test_the_board_counts_every_state():
    day = make_day()
    for state in ("checked_in", "cleared", "dosed", "closed"):
        make_visit(day, state=state)
    board = queries.session_board(day.session_id)
    assert (board.received, board.dosed, board.counts["cleared"]) == (4, 2, 1)
    assert [card.number for card in queries.queue(day.session_id, "injection")] == [2]
    summary = queries.day_summary(day.session_id)
    assert (summary.received, summary.doses, summary.open_people) == (4, {"AZ primary 1": 2}, 3)


def test_every_warning_stop_and_mark_is_worded_in_both_languages():
    day = make_day(vaccines=("PFIZER",))
    person = make.make_person(birth=make.PartialDate(2010, 5, 1))
    make.make_immunization(person, on=date(2021, 12, 1))
    made = make_visit(day, person_id=person)
    plan = visits.dose_plan(visit=made.visit, lot_id=make.make_lot("AZ", expires_on=date(2021, 12, 1)), on=date(2021, 12, 14))
    said = [(warning.code, warning.facts) for warning in made.warnings] + [(stop.code, stop.facts) for stop in plan.stops]
    said += [(f"visits.mark_{stop.mark}", {}) for stop in plan.stops]
    assert len(said) > 6
    for code, facts in said:
        for language in ("vi", "en"):
            with translation.override(language):
                sentence = refusals.word(Refused(code, **facts), language)
            assert sentence != str(refusals.GENERAL), code
            assert "…" not in sentence, (code, sentence)
