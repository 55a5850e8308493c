"""Commands of the desks: one receipt for each, whatever the line does."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from khien.kernel.ids import uuid7
from khien.plumbing.models import Receipt
from khien.safety.models import Reaction
from khien.stock import queries as stock
from khien.visits import commands, models, queries
from tests import make
from tests.make import AT
from tests.make_day import WELL, healthy, make_day, make_visit

DESKS = ("reception", "screener", "injector", "observer")


def envelope(name, body, **more):
    return {
        "command_id": str(uuid7()), "device_id": str(uuid7()), "seq": 1, "name": name, "version": 1, "occurred_at": AT.isoformat(),
        "clock_offset_ms": 0, "rules_version": "", "body": body,
    } | more  # fmt: skip


def staff_of(day, *roles):
    return make.make_staff(*(roles or DESKS), scope=make.site_scope(day.site_id))


@pytest.mark.usefixtures("db")
class TestReceipts:
    def test_the_whole_way_goes_by_commands(self):
        day = make_day()
        staff = staff_of(day)

        def send(name, body, at=AT):
            receipt = commands.dispatch(envelope(name, body, occurred_at=at.isoformat()), staff, at=at)
            assert receipt["status"] == "accepted", receipt
            return receipt["result"]

        received = send(
            "check_in", {"session_id": str(day.session_id), "person_id": str(make.make_person()), "identity_how": "card"}
        )
        visit = {"visit_id": received["visit"]["visit_id"]}
        send("consent", {**visit, "agreed": True})
        screened = send("screen", {**visit, "answers": healthy(), "vitals": WELL, "decision": "eligible"})
        assert screened["proposal"] == "eligible"
        dose = send("give_dose", {**visit, "lot_id": str(day.lot_id), "confirmed_facts": ["full_name", "birth"]})
        assert dose["ordinal"] == 1
        send("react", {**visit, "symptoms": ["pain_at_site"]}, AT + timedelta(minutes=5))
        send("observe", visit, AT + timedelta(minutes=30))
        send("close", visit, AT + timedelta(minutes=30))
        row = models.Visit.objects.get(id=visit["visit_id"])
        assert (row.state, row.dosed_by, row.dosed_recorded_by) == ("closed", f"staff:{staff.id}", f"staff:{staff.id}")
        assert Receipt.objects.filter(status="accepted").count() == 7

    def test_a_repeated_command_returns_its_first_receipt_and_does_nothing(self):
        day = make_day()
        made, staff = make_visit(day, state="cleared"), staff_of(day)
        told = envelope("give_dose", {"visit_id": str(made.visit.visit_id), "lot_id": str(day.lot_id), "slip": made.code})
        first = commands.dispatch(told, staff, at=AT)
        second = commands.dispatch(told, staff, at=AT + timedelta(minutes=2))
        assert second == {**first, "repeat": True}
        assert stock.balance(day.site_id, day.lot_id).drawn == 1

    def test_the_same_id_with_another_body_is_a_conflict(self):
        day = make_day()
        staff = staff_of(day)
        told = envelope("help", {"session_id": str(day.session_id), "desk": "reception"})
        assert commands.dispatch(told, staff, at=AT)["status"] == "accepted"
        other = {**told, "body": {**told["body"], "desk": "injection"}}
        answer = commands.dispatch(other, staff, at=AT)
        assert (answer["status"], answer["reason"]) == ("conflict", "commands.other_body")

    def test_a_refusal_is_kept_with_its_facts_and_said_again(self):
        day = make_day()
        made, staff = make_visit(day, state="dosed"), staff_of(day)
        told = envelope("observe", {"visit_id": str(made.visit.visit_id)})
        first = commands.dispatch(told, staff, at=AT)
        assert (first["status"], first["reason"], first["result"]["minutes_left"]) == ("refused", "visits.observe_longer", 30)
        assert commands.dispatch(told, staff, at=AT + timedelta(hours=1))["reason"] == "visits.observe_longer"

    def test_somebody_elses_step_first_is_a_conflict(self):
        day = make_day()
        made, staff = make_visit(day, state="dosed"), staff_of(day)
        answer = commands.dispatch(envelope("consent", {"visit_id": str(made.visit.visit_id), "agreed": True}), staff, at=AT)
        assert (answer["status"], answer["reason"], answer["result"]["state"]) == ("conflict", "visits.wrong_state", "dosed")

    def test_a_role_does_only_its_own_commands_and_only_at_its_place(self):
        day, elsewhere = make_day(), make_day()
        made = make_visit(day, state="cleared")
        body = {"visit_id": str(made.visit.visit_id), "lot_id": str(day.lot_id), "slip": made.code}
        for staff in (staff_of(day, "reception"), staff_of(elsewhere)):
            answer = commands.dispatch(envelope("give_dose", body), staff, at=AT)
            assert (answer["status"], answer["reason"]) == ("refused", "commands.not_allowed")
        assert queries.visit(made.visit).record_id is None

    def test_a_clerk_keys_for_the_nurse(self):
        day = make_day()
        made, clerk = make_visit(day, state="cleared"), staff_of(day, "data_clerk")
        nurse = make.make_staff("injector")
        done = AT - timedelta(minutes=7)
        body = {
            "visit_id": str(made.visit.visit_id), "lot_id": str(day.lot_id), "slip": made.code, "performed_at": done.isoformat(),
            "performed_by": str(nurse.id), "performed_by_name": nurse.full_name,
        }  # fmt: skip
        assert commands.dispatch(envelope("give_dose", body), clerk, at=AT)["status"] == "accepted"
        row = models.Visit.objects.get(id=made.visit.visit_id)
        assert (row.dosed_by, row.dosed_recorded_by, row.dosed_at) == (f"staff:{nurse.id}", f"staff:{clerk.id}", done)

    def test_a_devices_wrong_clock_is_put_right_and_never_ahead_of_ours(self):
        day = make_day()
        staff = staff_of(day)
        for offset, said, meant in (
            (-3_600_000, AT + timedelta(minutes=50), AT - timedelta(minutes=10)),
            (0, AT + timedelta(hours=9), AT),
        ):
            body = {"session_id": str(day.session_id), "person_id": str(make.make_person()), "identity_how": "spoken"}
            told = envelope("check_in", body, occurred_at=said.isoformat(), clock_offset_ms=offset)
            answer = commands.dispatch(told, staff, at=AT)
            row = models.Visit.objects.get(id=answer["result"]["visit"]["visit_id"])
            assert row.checked_in_at == meant

    @pytest.mark.parametrize(
        ("broken", "reason"),
        [
            ({"name": "fly"}, "commands.unknown"),
            ({"body": "x"}, "commands.unreadable"),
            ({"version": 9}, "commands.newer"),
            ({"occurred_at": "hôm qua"}, "commands.unreadable"),
            ({"command_id": "1"}, "commands.unreadable"),
            ({"seq": "one"}, "commands.unreadable"),
            ({"actor": "someone"}, "commands.other_actor"),
            ({"body": {"session_id": "x"}}, "commands.unreadable"),
            ({"body": {"visit_id": "00000000-0000-0000-0000-000000000000"}}, "visits.unknown"),
        ],
    )
    def test_what_cannot_be_read_is_refused_by_name(self, broken, reason):
        day = make_day()
        told = envelope("help", {"session_id": str(day.session_id), "desk": "reception"}) | broken
        assert commands.dispatch(told, staff_of(day), at=AT)["reason"] == reason

    def test_a_batch_answers_each_command_by_itself(self):
        day = make_day()
        staff = staff_of(day)
        people = [str(make.make_person()) for _ in range(3)]
        batch = [
            envelope("check_in", {"session_id": str(day.session_id), "person_id": p, "identity_how": "card"}, seq=n)
            for n, p in enumerate(people)
        ]
        batch.insert(1, envelope("close", {"visit_id": str(uuid7())}))
        answers = commands.batch(batch, staff, at=AT)
        assert [answer["status"] for answer in answers] == ["accepted", "refused", "accepted", "accepted"]
        assert [answer["result"].get("number") for answer in answers] == [1, None, 2, 3]

    def test_a_walk_ins_card_that_an_input_method_mangled_asks_for_the_name(self):
        day = make_day()
        staff = staff_of(day)
        scan = "079184990077||Nguyeenx Thij Thur|12031984|Nuwx|1 DDuwowfng Thuwr|01012021"
        body = {"session_id": str(day.session_id), "identity_how": "card", "person": {"scan": scan}}
        answer = commands.dispatch(envelope("check_in", body), staff, at=AT)
        assert answer["reason"] == "visits.name_mangled"
        body = {**body, "person": {"scan": scan, "full_name": "Nguyễn Thị Thử"}}
        answer = commands.dispatch(envelope("check_in", body), staff, at=AT)
        assert answer["status"] == "accepted"

    def test_a_whole_paper_is_one_command(self):
        day = make_day()
        staff = staff_of(day, "data_clerk")
        from khien.visits import actions as visits

        (serial,) = visits.print_forms(session_id=day.session_id, count=1, by=make.BY, at=AT)
        body = {
            "session_id": str(day.session_id), "serial": serial, "person_id": str(make.make_person()), "received_at": AT.isoformat(),
            "consent": {"agreed": True, "how": "paper"},
            "screening": {"decision": "eligible", "answers": healthy(), "vitals": WELL, "doctor": "BS. Thử"},
            "dose": {"at": (AT + timedelta(minutes=9)).isoformat(), "injector": "ĐD. Thử", "lot_id": str(day.lot_id)},
        }  # fmt: skip
        later = AT + timedelta(days=1)
        answer = commands.dispatch(envelope("key_paper", body, occurred_at=later.isoformat()), staff, at=later)
        assert (answer["status"], answer["result"]["state"]) == ("accepted", "closed")


@pytest.mark.usefixtures("committed")
class TestDoubleTap:
    def test_the_same_command_twice_at_once_is_done_once(self):
        day = make_day()
        made, staff = make_visit(day, state="dosed"), staff_of(day)
        told = envelope("react", {"visit_id": str(made.visit.visit_id), "symptoms": ["fever"]})
        later = AT + timedelta(minutes=5)
        gate, answers = threading.Barrier(4), []

        def tap():
            try:
                gate.wait()
                answers.append(commands.dispatch(told, staff, at=later))
            finally:
                connection.close()

        threads = [threading.Thread(target=tap) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {answer["status"] for answer in answers} == {"accepted"}
        assert len({answer["result"]["id"] for answer in answers}) == 1
        assert Reaction.objects.count() == 1
