"""A tablet at the station's addresses: its key, the session it takes along, what it sends locked or open."""

import json
from datetime import date, timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from khien.access import devices
from khien.kernel import clock
from khien.plumbing import sealing
from tests import make
from tests.make_desk import post
from tests.make_offline import Tablet, seal, spki


@pytest.fixture
def tablet(lead, day):
    """The lead's browser, enrolled, with its key told and the session taken along; the pack is on it as `pack`."""
    lead.post(f"/diem/{day.session_id}/may", {"name": "Máy 1"})
    key = ec.generate_private_key(ec.SECP256R1())
    told = post(lead, "/diem/may-nay/khoa", {"public_key": sealing.text_of(spki(key))}).json()
    device = devices.device(UUID(told["device"]["id"]))
    made = Tablet(device, "", lead.staff, day.session_id, key)
    answer = post(lead, f"/diem/{day.session_id}/mang-theo", {})
    assert answer.status_code == 200, answer.content
    made.pack = answer.json()
    return made


def locked(lead):
    """The same tablet with nobody signed in."""
    client = Client()
    client.cookies["khien_diem"] = lead.cookies["khien_diem"].value
    return client


def items(tablet):
    return [{"command_id": str(one.command_id), "key_id": one.key_id, "sealed": one.sealed} for one in tablet.sealed()]


def test_the_pack_brings_what_a_desk_decides_by(db, tablet, day):
    offline = tablet.pack["offline"]
    assert offline["device"] == {"id": str(tablet.device.id), "letter": "A", "counter": 0}
    assert offline["grant"]["staff"] == str(tablet.staff.id)
    assert "visit.dose" in offline["grant"]["rights"]
    assert offline["devices"][0]["public_key"] == sealing.text_of(tablet.device.public_key)
    sealed = seal(sealing.bytes_of(offline["sealing"]["key"]), b"x", about="1")
    from django.conf import settings

    assert sealing.open_sealed(settings.KEYS, offline["sealing"]["id"], sealing.bytes_of(sealed), about="1") == b"x"
    assert {"version", "entries", "words", "bundle", "worker"} <= set(offline["rules"])
    assert [lot["chosen"] for lot in offline["lots"] if lot["id"] == str(day.lot_id)] == [True]


def test_everyone_inside_is_in_the_pack_with_what_the_rules_ask(db, tablet, lead, day):
    from tests.make_day import make_visit

    person = make.make_person()
    make.make_immunization(person, vaccine="AZ")
    visit = make_visit(day, state="cleared", person_id=person, at=clock.now())
    offline = post(lead, f"/diem/{day.session_id}/mang-theo", {}).json()["offline"]
    told = offline["people"][str(person)]
    assert {"name", "birth", "sex", "last4", "settled_birth", "history"} <= set(told)
    assert [dose["vaccine"] for dose in told["history"]] == ["AZ"]
    row = next(one for one in offline["visits"] if one["id"] == str(visit.visit.visit_id))
    assert (row["decision"], row["mixing"], row["letter"], row["codes"]) == ("eligible", False, "", [visit.code])
    assert row["health"]["pregnant"] is False


def test_a_locked_tablet_sends_what_it_has_and_asks_what_became_of_it(db, tablet, lead, hour):
    visit_id, _ = tablet.receives(clock.now(), person_id=str(make.make_person()))
    hour.on(minutes=30)
    client = locked(lead)
    told = post(client, "/diem/gui", {"items": items(tablet)}).json()
    assert [one["status"] for one in told["receipts"]] == ["accepted"]
    assert told["revoked"] is False
    assert told["receipts"][0]["result"]["visit"]["visit_id"] == str(visit_id)
    asked = post(client, "/diem/gui/hoi", {"command_ids": [one["command_id"] for one in items(tablet)]}).json()
    assert asked["receipts"][0]["status"] == "accepted"


def test_a_revoked_tablet_is_told_so_and_what_it_sends_is_kept(db, tablet, lead, hour):
    tablet.receives(clock.now(), person_id=str(make.make_person()))
    devices.revoke(device_id=tablet.device.id, by=make.BY, at=clock.now())
    told = post(locked(lead), "/diem/gui", {"items": items(tablet)}).json()
    assert told["revoked"] is True
    assert told["receipts"][0]["status"] == "quarantined"
    assert told["receipts"][0]["refused"]["vi"].startswith("Máy này đã bị ngừng")


def test_a_browser_that_nobody_enrolled_is_not_heard(db, tablet):
    assert post(Client(), "/diem/gui", {"items": []}).status_code == 401


def test_a_body_over_the_limits_is_not_taken(db, tablet, lead):
    client = locked(lead)
    one = {"command_id": str(tablet.session_id), "key_id": "x", "sealed": "AAAA"}
    for body in ({"items": [one] * 201}, {"items": "x"}, {"items": [1]}, {"items": [{**one, "command_id": "x"}]}, {}):
        assert post(client, "/diem/gui", body).status_code == 400
    assert client.post("/diem/gui", "x" * (6 * 1024 * 1024), content_type="application/json").status_code == 400


def test_a_device_of_another_point_takes_nothing_along(db, tablet, lead, signed_in, hour):
    from tests.make_day import make_day

    other = make_day(at=clock.now())
    nurse = signed_in(other.site_id, "point_lead")
    nurse.cookies["khien_diem"] = lead.cookies["khien_diem"].value
    told = post(nurse, f"/diem/{other.session_id}/mang-theo", {})
    assert told.json()["refused"]["code"] == "sync.device_elsewhere"


def test_the_time_of_the_session_bounds_who_may_act(db, tablet, day):
    from khien.booking import queries as booking

    session = booking.session(day.session_id)
    assert tablet.pack["offline"]["grant"]["until"] == (session.ends_at + timedelta(hours=12)).isoformat()
    assert json.dumps(tablet.pack)


def test_fifteen_hundred_people_are_brought_in_less_than_five_megabytes_and_no_more_statements_than_a_few(db, tablet, lead, day):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.make_day import make_visit

    def brought(people):
        """Bytes and statements of a pack with so many more people inside, screened, each with two doses."""
        for _ in range(people):
            person = make.make_person()
            for dose in (date(2021, 6, 1), date(2021, 9, 1)):
                make.make_immunization(person, on=dose)
            make_visit(day, state="cleared", person_id=person, at=clock.now())
        with CaptureQueriesContext(connection) as asked:
            answer = post(lead, f"/diem/{day.session_id}/mang-theo", {})
        return len(answer.content), len(asked)

    (few, statements), (more, again) = brought(3), brought(4)
    assert few + (more - few) / 4 * 1500 < 5_000_000
    assert again <= statements
