"""The injection table: what stops the needle, what is recorded when it has gone in, what is taken back."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection

from khien.immunizations import queries as immunizations
from khien.kernel.errors import Refused
from khien.plumbing import outbox
from khien.plumbing.models import AuditRow, Delivery, Event
from khien.stock import actions as stock_actions
from khien.stock import queries as stock
from khien.visits import actions as visits
from khien.visits import models, queries
from khien.visits.types import Confirmed, ConsentGiven
from tests import make
from tests.make import AT, BY
from tests.make_day import SURE, WELL, done_at, healthy, make_day, make_visit


def events(kind):
    return [event.data for event in Event.objects.filter(kind=kind).order_by("id")]


def give(day, made, at=AT, **more):
    more = {"lot_id": day.lot_id, "confirmed": SURE} | more
    return visits.give_dose(visit=made.visit, performed=done_at(at), by=BY, at=at, **more)


def stopped(day, made, reason, **more):
    """The desk stops, and nothing is written."""
    before = AuditRow.objects.count()
    with pytest.raises(Refused) as refused:
        give(day, made, **more)
    assert refused.value.code == reason
    assert AuditRow.objects.count() == before
    assert queries.visit(made.visit).record_id is None
    return refused.value.facts


@pytest.mark.usefixtures("db")
class TestStops:
    def test_an_expired_lot_stops_the_desk(self):
        day = make_day()
        made = make_visit(day, state="cleared")
        lot = make.make_lot(number_="AZ99-0388", expires_on=date(2021, 12, 12))
        assert stopped(day, made, "stock.lot_expired", lot_id=lot)["expired_on"] == date(2021, 12, 12)

    @pytest.mark.parametrize("state", ["recalled", "quarantined"])
    def test_a_recalled_or_quarantined_lot_stops_the_desk(self, state):
        day = make_day()
        made = make_visit(day, state="cleared")
        if state == "recalled":
            make.recall_lot(day.lot_id)
        else:
            stock_actions.set_lot_state(lot_id=day.lot_id, state=state, reason="thông báo của Bộ", by=BY, at=AT)
        stopped(day, made, f"stock.lot_{state}")

    def test_a_lot_set_aside_at_the_session_stops_the_desk_until_it_is_chosen_again(self):
        day = make_day()
        made = make_visit(day, state="cleared")
        visits.pause_lot(session_id=day.session_id, lot_id=day.lot_id, reason="nghi đứt lạnh", by=BY, at=AT)
        stopped(day, made, "visits.lot_paused")
        visits.choose_lot(session_id=day.session_id, lot_id=day.lot_id, by=BY, at=AT)
        assert give(day, made).ordinal == 1

    def test_a_foreign_lot_stops_the_desk(self):
        day = make_day(vaccines=("AZ", "PFIZER"))
        made = make_visit(day, state="checked_in", vaccine="AZ")
        cleared(made)
        stopped(day, made, "visits.lot_not_chosen", lot_id=make.make_lot("AZ"))
        stopped(day, made, "visits.other_vaccine", lot_id=make.make_lot("PFIZER"))
        stopped(day, made, "visits.vaccine_not_offered", lot_id=make.make_lot("MODERNA"))

    def test_a_supply_is_never_a_dose_before_the_needle_or_after(self):
        day = make_day()
        made, ampoules = make_visit(day, state="cleared"), make.make_lot("ADRENALINE-1", site_id=day.site_id)
        facts = stopped(day, made, "stock.not_a_vaccine", lot_id=ampoules)
        assert facts["item_en"] == "Adrenaline 1 mg/ml (ampoule)"
        stopped(day, made, "stock.not_a_vaccine", lot_id=ampoules, already_injected=True)
        stopped(day, made, "visits.vaccine_unknown", lot_id=None, already_injected=True, vaccine="ADRENALINE-1", lot_number="ADR-9")
        with pytest.raises(Refused, match=r"stock\.not_a_vaccine"):
            visits.check_before_dose(visit=made.visit, lot_id=ampoules, on=AT.date())
        with pytest.raises(Refused, match=r"stock\.not_a_vaccine"):
            visits.choose_lot(session_id=day.session_id, lot_id=ampoules, by=BY, at=AT)
        with pytest.raises(Refused, match=r"stock\.not_a_vaccine"):
            stock_actions.open_vial(site_id=day.site_id, lot_id=ampoules, performed=done_at(AT), by=BY, at=AT)
        unknown = give(day, made, lot_id=None, already_injected=True, vaccine="AZ", lot_number="AZ-LA-77")
        assert stock.lot(unknown.lot_id).provisional

    def test_a_dose_too_early_stops_with_the_first_day_it_may_be_given(self):
        day = make_day()
        person = make.make_person()
        make.make_immunization(person, on=date(2021, 12, 1))
        made = make_visit(day, state="cleared", person_id=person)
        facts = stopped(day, made, "campaigns.too_early")
        assert facts["earliest_on"] > date(2021, 12, 14)
        assert "mũi 2" in facts["sentence_vi"].lower()

    def test_who_is_not_cleared_is_not_injected(self):
        day = make_day()
        stopped(day, make_visit(day, state="consented"), "visits.not_cleared")

    def test_who_is_contraindicated_is_not_injected(self):
        day = make_day()
        made = make_visit(day, state="consented")
        visits.record_screening(
            visit=made.visit,
            answers=healthy(items={"1": True}),
            vitals=WELL,
            decision="contraindicated",
            performed=done_at(AT),
            by=BY,
            at=AT,
        )
        stopped(day, made, "visits.contraindicated")

    def test_another_vaccine_than_before_needs_its_own_consent(self):
        day = make_day(vaccines=("PFIZER",))
        person = make.make_person()
        make.make_immunization(person, vaccine="AZ", on=date(2021, 10, 1))
        made = make_visit(day, state="cleared", person_id=person)
        stopped(day, made, "visits.mixing_needs_consent")
        visits.consent(
            visit=made.visit, given=ConsentGiven(agreed=True, mixing_agreed=True), performed=done_at(AT), by=BY, at=AT
        )
        assert queries.visit(made.visit).state == "cleared"
        assert give(day, made).ordinal == 2

    def test_the_desk_can_ask_before_the_needle(self):
        day = make_day()
        made = make_visit(day, state="cleared")
        plan = visits.check_before_dose(visit=made.visit, lot_id=day.lot_id, on=date(2021, 12, 14))
        assert (plan.vaccine, plan.dose_type, plan.ordinal, plan.observe_minutes, plan.stops) == ("AZ", "primary", 1, 30, ())
        give(day, made)
        with pytest.raises(Refused, match=r"visits\.already_dosed"):
            visits.check_before_dose(visit=made.visit, lot_id=day.lot_id, on=date(2021, 12, 14))


def cleared(made):
    visits.consent(visit=made.visit, given=ConsentGiven(agreed=True), performed=done_at(AT), by=BY, at=AT)
    visits.record_screening(
        visit=made.visit, answers=healthy(), vitals=WELL, decision="eligible", performed=done_at(AT), by=BY, at=AT
    )


@pytest.mark.usefixtures("db")
class TestAlreadyInjected:
    def test_a_dose_in_the_arm_is_recorded_as_it_was_and_marked(self):
        day = make_day()
        made = make_visit(day, state="cleared")
        lot = make.make_lot(number_="AZ99-0388", expires_on=date(2021, 12, 12), site_id=day.site_id)
        receipt = give(day, made, lot_id=lot, already_injected=True, confirmed=Confirmed())
        assert set(receipt.marks) == {"lot_expired", "lot_not_chosen"}
        (record,) = immunizations.versions(receipt.record_id)
        assert (record.lot_number, record.validity) == ("AZ99-0388", "uncertain")
        (marked,) = events("visits.dose_marked")
        assert marked["record_id"] == str(receipt.record_id)

    def test_a_dose_given_too_early_is_kept_and_does_not_count(self):
        day = make_day()
        person = make.make_person()
        make.make_immunization(person, on=date(2021, 12, 1))
        made = make_visit(day, state="cleared", person_id=person)
        receipt = give(day, made, already_injected=True)
        assert receipt.marks == ("too_early",)
        assert immunizations.record(receipt.record_id).validity == "invalid"

    def test_a_lot_that_nobody_knows_is_kept_by_its_number(self):
        day = make_day()
        made = make_visit(day, state="cleared")
        with pytest.raises(Refused, match=r"stock\.lot_unknown"):
            give(day, made, lot_id=None, lot_number="LA 77-12")
        receipt = give(day, made, lot_id=None, lot_number="LA 77-12", already_injected=True)
        assert "lot_provisional" in receipt.marks
        assert stock.lot(receipt.lot_id).provisional

    def test_it_is_recordable_wherever_the_visit_stands(self):
        day = make_day()
        for state in ("checked_in", "consented"):
            made = make_visit(day, state=state)
            assert "not_cleared" in give(day, made, already_injected=True).marks
        made = make_visit(day)
        visits.end(visit=made.visit, end="deferred", reason="sốt", performed=done_at(AT), by=BY, at=AT)
        assert Delivery.objects.filter(kind="visits.closed", state="pending").exists()
        receipt = give(day, made, already_injected=True)
        assert "not_cleared" in receipt.marks
        assert queries.visit(made.visit).state == "dosed"
        assert queries.visit(made.visit).ended_at is None
        assert not Delivery.objects.filter(kind="visits.closed", state="pending").exists()

    def test_a_dose_is_never_refused_for_want_of_paper_stock(self):
        day = make_day(doses=1)
        first, second = make_visit(day, state="dosed"), make_visit(day, state="cleared")
        assert give(day, second).shortfall == 1
        assert queries.visit(first.visit).state == queries.visit(second.visit).state == "dosed"
        assert [event["doses"] for event in events("stock.shortfall")] == [1]


@pytest.mark.usefixtures("db")
class TestOnce:
    def test_the_same_injection_keyed_twice_is_one_dose(self):
        day = make_day()
        made = make_visit(day, state="cleared")
        first, second = give(day, made), give(day, made, at=AT + timedelta(minutes=1))
        assert (second.record_id, second.repeat, first.repeat) == (first.record_id, True, False)
        assert stock.balance(day.site_id, day.lot_id).drawn == 1

    def test_another_lot_for_the_same_injection_is_refused_by_name(self):
        day = make_day()
        made = make_visit(day, state="dosed")
        other = make.make_lot("AZ")
        visits.choose_lot(session_id=day.session_id, lot_id=other, by=BY, at=AT)
        with pytest.raises(Refused, match=r"visits\.already_dosed"):
            give(day, made, lot_id=other)

    def test_two_injections_are_two_doses_and_a_person_decides(self):
        day = make_day()
        made = make_visit(day, state="closed")
        again = visits.check_in(
            session_id=day.session_id,
            person_id=made.person_id,
            identity_how="spoken",
            performed=done_at(AT),
            by=BY,
            at=AT,
            again=True,
        )
        receipt = give(day, again, at=AT + timedelta(hours=1), already_injected=True)
        assert {"same_day", "possible_repeat"} <= set(receipt.marks)
        assert len(immunizations.history(made.person_id, date(2021, 12, 15)).doses) == 2
        assert len(events("visits.dose_marked")) == 1
        assert stock.balance(day.site_id, day.lot_id).drawn == 2


@pytest.mark.usefixtures("db")
class TestUndo:
    def test_within_five_minutes_a_dose_is_taken_back_whole(self):
        day = make_day()
        made = make_visit(day, state="dosed")
        record = queries.visit(made.visit).record_id
        undone = visits.undo_dose(visit=made.visit, reason="bấm nhầm số", by=BY, at=AT + timedelta(minutes=4))
        assert undone == record
        card = queries.visit(made.visit)
        assert (card.state, card.record_id, card.lot_id) == ("cleared", None, None)
        assert immunizations.record(record).status == "entered_in_error"
        assert stock.balance(day.site_id, day.lot_id).on_hand == 100
        assert {row.state for row in Delivery.objects.filter(key=made.visit.visit_id)} == {"cancelled"}
        assert queries.story(made.visit).undone[0]["reason"] == "bấm nhầm số"

    def test_a_dose_of_a_visit_that_has_ended_is_taken_back_after_its_end(self):
        day = make_day()
        made = make_visit(day, state="dosed")
        visits.end(visit=made.visit, end="left_early", reason="có việc gấp", performed=done_at(AT), by=BY, at=AT)
        with pytest.raises(Refused, match=r"visits\.undo_end_first") as refused:
            visits.undo_dose(visit=made.visit, reason="bấm nhầm số", by=BY, at=AT)
        assert refused.value.facts["state"] == "left_early"
        visits.undo_step(visit=made.visit, reason="bấm nhầm số", by=BY, at=AT)
        record = visits.undo_dose(visit=made.visit, reason="bấm nhầm số", by=BY, at=AT)
        assert immunizations.record(record).status == "entered_in_error"
        assert queries.visit(made.visit).state == "cleared"
        with pytest.raises(Refused, match=r"visits\.no_dose"):
            visits.undo_dose(visit=made.visit, reason="bấm nhầm số", by=BY, at=AT)

    def test_an_undone_dose_can_be_given_again_and_is_the_first(self):
        day = make_day()
        made = make_visit(day, state="dosed")
        visits.undo_dose(visit=made.visit, reason="sai người", by=BY, at=AT)
        receipt = give(day, made, at=AT + timedelta(minutes=2))
        assert (receipt.ordinal, receipt.marks, receipt.repeat) == (1, (), False)
        outbox.drain(lambda: AT + timedelta(minutes=10))
        assert immunizations.record(receipt.record_id).validity == "valid"

    def test_after_five_minutes_only_the_lead_corrects(self):
        day = make_day()
        made = make_visit(day, state="dosed")
        with pytest.raises(Refused, match=r"visits\.undo_too_late"):
            visits.undo_dose(visit=made.visit, reason="nhầm", by=BY, at=AT + timedelta(minutes=6))
        late = AT + timedelta(minutes=20)
        record = visits.cancel_dose(visit=made.visit, reason="chưa tiêm, ghi nhầm số", by=BY, at=late)
        assert immunizations.record(record).status == "entered_in_error"
        assert queries.visit(made.visit).state == "cleared"
        assert [event["fields"] for event in events("immunizations.corrected")] == [["status"]]


def together(*works):
    """Run these at the same time, each on its own connection; return results or refusals' codes in order."""
    results: list = [None] * len(works)
    gate = threading.Barrier(len(works))

    def run(index, work):
        try:
            gate.wait()
            results[index] = work()
        except Refused as refused:
            results[index] = refused.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index, work)) for index, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.usefixtures("committed")
class TestTogether:
    def test_two_tablets_on_one_visit_make_one_dose(self):
        day = make_day()
        made = make_visit(day, state="cleared")
        receipts = together(*[lambda: give(day, made) for _ in range(6)])
        assert len({receipt.record_id for receipt in receipts}) == 1
        assert sum(not receipt.repeat for receipt in receipts) == 1
        assert stock.balance(day.site_id, day.lot_id).drawn == 1
        assert len(events("visits.dose_given")) == 1

    def test_two_points_at_once_keep_both_doses_and_mark_one(self):
        person = make.make_person()
        days = [make_day(), make_day()]
        made = [make_visit(day, state="cleared", person_id=person) for day in days]
        works = [lambda day=day, one=one: give(day, one, already_injected=True) for day, one in zip(days, made, strict=True)]
        receipts = together(*works)
        assert len({receipt.record_id for receipt in receipts}) == 2
        marks = [set(receipt.marks) for receipt in receipts]
        assert sum(bool(found) for found in marks) == 1
        assert set().union(*marks) & {"duplicate_claim", "same_day", "possible_repeat"}

    def test_queue_numbers_have_no_gaps_however_many_come_at_once(self):
        day = make_day()
        people = [make.make_person() for _ in range(8)]
        works = [lambda person=person: make_visit(day, person_id=person) for person in [*people, *people[:4]]]
        received = together(*works)
        assert sorted({one.number for one in received}) == list(range(1, 9))
        assert sum(one.already for one in received) == 4
        assert models.Visit.objects.count() == 8

    def test_a_dose_and_its_undo_at_once_leave_one_story(self):
        day = make_day()
        made = make_visit(day, state="dosed")
        soon = AT + timedelta(minutes=1)
        together(
            lambda: visits.undo_dose(visit=made.visit, reason="nhầm", by=BY, at=soon),
            lambda: visits.undo_dose(visit=made.visit, reason="nhầm", by=BY, at=soon),
        )
        assert stock.balance(day.site_id, day.lot_id).on_hand == 100
        assert queries.visit(made.visit).state == "cleared"


@pytest.mark.usefixtures("db")
def test_the_words_of_a_reason_stay_with_the_visit_and_out_of_the_audit():
    day = make_day()
    made = make_visit(day, state="cleared")
    words = "bà Lan bấm nhầm, số máy 0900000155"
    give(day, made, already_injected=True, reason=words)
    visits.extend_observation(visit=made.visit, minutes=45, reason=words, by=BY, at=AT)
    visits.undo_dose(visit=made.visit, reason=words, by=BY, at=AT)
    visits.correct_step(visit=made.visit, changes={"identity_how": "spoken"}, reason=words, by=BY, at=AT)
    visits.pause_lot(session_id=day.session_id, lot_id=day.lot_id, reason=words, by=BY, at=AT)
    visits.pause_session(session_id=day.session_id, reason=words, by=BY, at=AT)
    told = queries.story(made.visit)
    assert [note.action for note in told.notes] == ["give_dose", "extend_observation", "correct_step"]
    assert told.undone[0]["reason"] == words
    everything = " ".join(
        [*AuditRow.objects.values_list("facts", flat=True), str(list(Event.objects.values_list("data", flat=True)))]
    )
    assert "0900000155" not in everything
