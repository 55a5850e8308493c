"""Whatever a tampered desk sends: a receipt that names what is wrong, never a fault, and the visit stands where it stood."""

import json
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khien.config.subscriptions import COMMANDS
from khien.kernel.ids import uuid7
from khien.surfaces.web.refusals import wording
from khien.visits import actions as visits
from khien.visits import commands, models
from tests import make
from tests.make import AT
from tests.make_day import WELL, healthy, make_day, make_visit

pytestmark = pytest.mark.usefixtures("db")
ROLES = ("reception", "screener", "injector", "observer", "data_clerk", "point_lead", "doctor_on_duty")
# For each command the state of the visit it needs, and a body that is accepted.
NEEDS = {
    "check_in": "", "consent": "checked_in", "screen": "consented", "give_dose": "cleared", "undo_dose": "dosed", "undo": "consented",
    "observe": "dosed", "extend": "dosed", "react": "dosed", "outcome": "dosed", "alarm": "dosed", "alarm_act": "dosed",
    "alarm_strike": "dosed", "alarm_back": "dosed", "alarm_end": "dosed", "alarm_have": "dosed", "alarm_sure": "dosed", "release": "",
    "end": "consented", "close": "dosed", "key_paper": "", "choose_lot": "", "pause_lot": "", "open_vial": "", "end_vial": "", "help": "",
}  # fmt: skip
NONSENSE = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30), st.sampled_from([
        "yes", "\x00", "\ud800", "x" * 9000, "-1", "1e309", "9999-12-31", "2021-12-14T08:00:00", "0001-01-01T00:00:00+00:00",
        "2199-01-01T00:00:00+07:00", "00000000-0000-0000-0000-000000000000", "Pfizer2", "'; DROP TABLE visit; --", -(10**9), 10**30, [], {},
        [[[[[[[[[[[]]]]]]]]]]], {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"i": 1}}}}}}}}}, ["x"] * 3000, {"$ne": 1}, ["a", None, {}],
    ]),
)  # fmt: skip


def envelope(name, body, at=AT):
    return {
        "command_id": str(uuid7()), "device_id": str(uuid7()), "seq": 1, "name": name, "version": 1, "occurred_at": at.isoformat(),
        "clock_offset_ms": 0, "rules_version": "", "body": body,
    }  # fmt: skip


class Desk:
    """A point with somebody in the state that a command needs, and all posts in one hand."""

    def __init__(self):
        self.day = make_day()
        self.staff = make.make_staff(*ROLES, scope=make.site_scope(self.day.site_id))
        self.person = str(make.make_person())

    def body(self, name):
        """A body that the desk's own pages would send."""
        day, state = self.day, NEEDS[name]
        here = {"visit_id": str(make_visit(day, state=state).visit.visit_id)} if state else {"session_id": str(day.session_id)}
        lot = {"lot_id": str(day.lot_id)}
        if name == "key_paper":
            (serial,) = visits.print_forms(session_id=day.session_id, count=1, by=make.BY, at=AT)
            screened = {"decision": "eligible", "answers": healthy(), "vitals": WELL, "doctor": "BS. Thử", "doctor_id": None, "detail": {}}
            return {
                **here, "serial": serial, "person_id": self.person, "received_at": AT.isoformat(), "consent": {"agreed": True, "how": "paper"},
                "screening": screened, "dose": {"at": AT.isoformat(), "injector": "ĐD. Thử", "injector_id": None, **lot}, "end": None,
            }  # fmt: skip
        if name == "end_vial":
            opened = commands.dispatch(envelope("open_vial", {**here, **lot}), self.staff, at=AT)["result"]
            return {**here, "vial_id": opened["vial_id"], "left": 1, "reason": "open_vial"}
        if name.startswith("alarm_"):
            commands.dispatch(envelope("alarm", {**here, "symptoms": []}), self.staff, at=AT)
        if name == "outcome":
            told = commands.dispatch(envelope("react", {**here, "symptoms": ["fever"]}), self.staff, at=AT)["result"]
            here["reaction_id"] = told["id"]
        more = {
            "check_in": {"identity_how": "spoken", "person": {
                "full_name": "Nguyễn Thị Thử Lạ", "birth": "1984", "sex": "female", "no_identifier_reason": "lost", "phone": "0912345678",
                "guardian": {"full_name": "Trần Thử", "phone": "0912345679", "relation": "relative"}}},
            "consent": {"agreed": True, "signer": "self", "how": "screen", "mixing_agreed": False},
            "screen": {"answers": healthy(), "vitals": WELL, "decision": "eligible", "observe_minutes": 30, "vaccine": "AZ", "detail": {}},
            "give_dose": {**lot, "confirmed_facts": ["full_name", "birth"], "already_injected": False},
            "extend": {"minutes": 45, "reason": "chóng mặt"}, "react": {"symptoms": ["fever"], "detail": "sốt"},
            "outcome": {"outcome": "recovering", "action_taken": "nghỉ"}, "alarm": {"symptoms": ["breathing"]},
            "alarm_act": {"kind": "adrenaline", "facts": {"dose_mg": "0,5", "route": "im"}, "who": "BS. Thử"},
            "alarm_strike": {"entry_id": str(uuid7())}, "alarm_end": {"outcome": "recovering"}, "release": {"reason": "ổn"},
            "end": {"end": "deferred", "reason": "sốt", "return_on": "2021-12-20", "detail": {"note": "x"}},
            "choose_lot": lot, "pause_lot": {**lot, "reason": "xem lại"}, "open_vial": {**lot, "doses": 10},
            "help": {"desk": "reception", "last_error": "stock.lot_expired"},
        }.get(name, {})  # fmt: skip
        done = {"performed_at": AT.isoformat(), "performed_by": str(self.staff.id), "performed_by_name": self.staff.full_name}
        return {**here, "reason": "gõ nhầm", **more, **done}

    def send(self, name, **changes):
        body = {**self.body(name), **changes}
        return commands.batch([envelope(name, body)], self.staff, at=AT)[0]


@pytest.fixture
def desk():
    return Desk()


def paths(value, before=()):
    """Every place in a body where something may stand."""
    if before:
        yield before
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from paths(one, (*before, key))


def put(body, path, value):
    """The body with another value at one place."""
    changed = json.loads(json.dumps(body))
    spot = changed
    for key in path[:-1]:
        spot = spot[key]
    spot[path[-1]] = value
    return changed


def test_every_command_has_a_body_here_that_is_understood(desk):
    assert set(NEEDS) == set(COMMANDS)
    for name in ("check_in", "consent", "screen", "give_dose", "extend", "react", "alarm", "alarm_act", "end", "key_paper", "open_vial", "end_vial"):
        receipt = desk.send(name)
        assert receipt["status"] == "accepted", (name, receipt["reason"])


@pytest.mark.parametrize("name", sorted(COMMANDS))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_nonsense_anywhere_gets_a_receipt_and_never_a_fault(desk, name, data):
    with transaction.atomic():
        body = desk.body(name)
        for _ in range(data.draw(st.integers(1, 2))):
            body = put(body, data.draw(st.sampled_from(sorted(paths(body), key=str))), data.draw(NONSENSE))
            if not isinstance(body, dict):
                break
        receipt = commands.batch([envelope(name, body)], desk.staff, at=AT)[0]
        assert receipt["status"] in ("accepted", "refused", "conflict"), receipt
        assert receipt["status"] == "accepted" or receipt["reason"] in wording(), receipt["reason"]
        json.dumps(receipt).encode()
        transaction.set_rollback(True)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(field=st.sampled_from(["command_id", "device_id", "seq", "name", "version", "occurred_at", "clock_offset_ms", "actor", "body", "signature"]), value=NONSENSE)
def test_nonsense_in_the_envelope_gets_a_receipt_too(desk, field, value):
    with transaction.atomic():
        told = envelope("help", {"session_id": str(desk.day.session_id), "desk": "reception"}) | {field: value}
        receipt = commands.batch([told], desk.staff, at=AT)[0]
        assert receipt["status"] in ("accepted", "refused", "conflict"), receipt
        transaction.set_rollback(True)


@pytest.mark.parametrize("value", [None, "x", 7, [], [{}]])
def test_what_is_no_envelope_spoils_none_of_the_others(desk, value):
    good = envelope("help", {"session_id": str(desk.day.session_id), "desk": "reception"})
    first, second = commands.batch([value, good], desk.staff, at=AT)
    assert (first["status"], first["reason"], second["status"]) == ("refused", "commands.unreadable", "accepted")


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        ("check_in", {"vaccine": "Vero Cel"}, "visits.vaccine_unknown"),
        ("screen", {"vaccine": "AZ2"}, "visits.vaccine_unknown"),
        ("give_dose", {"lot_id": None, "vaccine": "AZ2", "lot_number": "X1", "already_injected": True}, "visits.vaccine_unknown"),
        ("check_in", {"person": {"full_name": "Lê Thử", "birth": "1980", "sex": "male", "no_identifier_reason": "vì thế"}}, "identifiers.reason_unknown"),
        ("check_in", {"person": "Lê Thử"}, "commands.unreadable"),
        ("check_in", {"person": {"full_name": "Lê Thử", "birth": "1980", "sex": "male", "guardian": "mẹ"}}, "commands.unreadable"),
        ("consent", {"agreed": "yes"}, "commands.unreadable"),
        ("give_dose", {"already_injected": "true"}, "commands.unreadable"),
        ("extend", {"minutes": -5}, "commands.unreadable"),
        ("extend", {"minutes": 10**9}, "commands.unreadable"),
        ("extend", {"minutes": 99_999}, "visits.observation_too_long"),
        ("screen", {"observe_minutes": 5}, "visits.observation_too_short"),
        ("screen", {"vitals": {**WELL, "temperature_c": "366"}}, "visits.vital_impossible"),
        ("screen", {"vitals": {**WELL, "temperature_c": ["37"]}}, "visits.vital_unreadable"),
        ("screen", {"vitals": "37"}, "commands.unreadable"),
        ("screen", {"answers": {"items": "không"}}, "visits.answer_unreadable"),
        ("screen", {"answers": {"items": {}, "background": "abc"}}, "visits.answer_unreadable"),
        ("screen", {"detail": {"hospital": {"name": "x"}}}, "commands.unreadable"),
        ("end", {"return_on": "2031-01-01"}, "visits.return_day_far"),
        ("end", {"return_on": 20211220.5}, "commands.unreadable"),
        ("observe", {"performed_at": (AT + timedelta(hours=3)).isoformat()}, "visits.in_the_future"),
        ("give_dose", {"performed_at": (AT - timedelta(days=2)).isoformat()}, "visits.before_the_session"),
        ("give_dose", {"performed_by": str(uuid7())}, "visits.doer_unknown"),
        ("react", {"symptoms": "sốt"}, "commands.unreadable"),
        ("alarm_act", {"facts": {"dose_mg": {"x": 1}}}, "commands.unreadable"),
        ("help", {"last_error": "x" * 9000}, "commands.too_big"),
        ("undo", {"reason": "x" * 2000}, "commands.too_long"),
    ],
)  # fmt: skip
def test_what_no_desk_would_send_is_refused_by_its_name(desk, name, changes, reason):
    body = {**desk.body(name), **changes}
    row = models.Visit.objects.filter(id=body.get("visit_id")).values().first()
    receipt = commands.batch([envelope(name, body)], desk.staff, at=AT)[0]
    assert (receipt["status"], receipt["reason"]) == ("refused", reason)
    assert models.Visit.objects.filter(id=body.get("visit_id")).values().first() == row
    assert receipt["reason"] in wording()


def test_nobody_is_written_as_the_hand_that_did_it_who_had_no_post_there(desk):
    stranger, colleague = make.make_staff("injector", scope=make.site_scope(make_day().site_id)), make.make_staff("injector", scope=make.site_scope(desk.day.site_id))
    refused = desk.send("give_dose", performed_by=str(stranger.id), performed_by_name="ĐD. Khác")
    assert (refused["reason"], refused["result"]["name"]) == ("visits.doer_elsewhere", stranger.full_name)
    assert desk.send("give_dose", performed_by=str(colleague.id), performed_by_name="tên khác")["status"] == "accepted"
    told = desk.send("give_dose", performed_by=None, performed_by_name=stranger.full_name)
    assert told["status"] == "accepted"  # what a helper from elsewhere did is recorded under their name
