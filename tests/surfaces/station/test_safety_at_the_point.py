"""Who left early is known and called; the red flag travels with the session's news; rights stand where they should."""

import json
import uuid

import pytest

from khien.booking import queries as booking
from khien.kernel import clock
from khien.safety import handlers, queries
from khien.visits import actions as visits
from khien.visits import queries as visit_queries
from tests import make
from tests.make_day import done_at, make_visit

pytestmark = pytest.mark.usefixtures("db")


def send(client, day, name, **body):
    """One command of a desk, with its receipt."""
    envelope = {
        "command_id": str(uuid.uuid4()), "device_id": None, "seq": 1, "name": name, "version": 1, "occurred_at": clock.now().isoformat(), "clock_offset_ms": 0,
        "rules_version": "", "actor": "", "body": {"session_id": str(day.session_id), **body},
    }  # fmt: skip
    answer = client.post(f"/diem/{day.session_id}/lenh", json.dumps({"commands": [envelope]}), content_type="application/json")
    return answer.json()["receipts"][0]


def test_who_left_early_is_listed_called_and_asked_again_when_the_outcome_is_missing(day, signed_in):
    person = make.make_person("Trần Thị Mận Thử", phone="0900000123", at=clock.now())
    made = make_visit(day, state="dosed", person_id=person, at=clock.now())
    at = clock.now()
    visits.end(visit=made.visit, end="left_early", reason="Con nhỏ ở nhà", performed=done_at(at), by=make.BY, at=at)
    handlers.visit_closed({"end": "left_early", "record_id": str(visit_queries.visit(made.visit).record_id)}, at)
    client = signed_in(day.site_id, "observer")
    page = f"/diem/{day.session_id}/ve-som"
    text = client.get(page).text
    assert "Trần Thị Mận Thử" in text
    assert "Con nhỏ ở nhà" in text
    (row,) = queries.early_leavers(day.session_id)
    assert "Chọn một câu trả lời" in client.post(f"{page}/{row.id}", {}).text
    assert client.post(f"{page}/{row.id}", {"outcome": "soso", "signs": ["fever"]}).status_code == 302
    assert "Hơi mệt" in client.get(page).text
    assert queries.reactions(person)[0].source == "follow_up"
    assert signed_in(day.site_id, "injector").get(page).status_code == 403


def test_the_flag_is_seen_at_every_desk_and_only_doctors_confirm_and_release(day, signed_in):
    made = make_visit(day, state="dosed", at=clock.now())
    observer, doctor, duty, injector = (signed_in(day.site_id, role) for role in ("observer", "screener", "doctor_on_duty", "injector"))
    visit = {"visit_id": str(made.visit.visit_id)}
    told = send(observer, day, "alarm", **visit, symptoms=[], onset_at=clock.now().isoformat())
    assert told["status"] == "accepted", told
    (alarm,) = injector.get(f"/diem/{day.session_id}/tinh-hinh").json()["alarms"]
    assert (alarm["state"], alarm["visit_id"]) == ("raised", visit["visit_id"])
    assert send(observer, day, "alarm_sure", **visit, reason="x")["status"] == "refused"
    assert send(doctor, day, "alarm_have", **visit)["result"]["in_time"] is True
    assert send(observer, day, "alarm_act", **visit, kind="adrenaline", facts={"dose_mg": "0.5"})["status"] == "accepted"
    assert send(doctor, day, "alarm_sure", **visit, reason="Phản vệ độ 2")["status"] == "accepted"
    news = injector.get(f"/diem/{day.session_id}/tinh-hinh").json()
    assert news["stop"]["text"] == "Phản vệ độ 2"
    assert news["state"] == "paused"
    assert send(observer, day, "alarm_end", **visit, outcome="recovering")["status"] == "accepted"
    assert send(doctor, day, "release", reason="ổn")["status"] == "refused"
    assert send(duty, day, "release", reason="Đã đủ thuốc")["status"] == "accepted"
    assert booking.session(day.session_id).state == "open"


def test_a_flag_of_another_session_is_unknown_here(day, signed_in):
    from tests.make_day import make_day

    made = make_visit(day, state="dosed", at=clock.now())
    send(signed_in(day.site_id, "observer"), day, "alarm", visit_id=str(made.visit.visit_id))
    other = make_day(at=clock.now())
    (alarm,) = queries.alarms_of_session(day.session_id)
    told = send(signed_in(other.site_id, "doctor_on_duty"), other, "alarm_have", alarm_id=str(alarm.id))
    assert (told["status"], told["refused"]["code"]) == ("refused", "safety.alarm_unknown")
