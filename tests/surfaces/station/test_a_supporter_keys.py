"""Who supports a point guides at its desks and keys what others did; no clinical step is theirs."""

import json

import pytest

from khien.access.roles import PERMISSIONS
from khien.kernel import clock
from khien.kernel.ids import uuid7
from khien.visits import actions as visits
from khien.visits import queries
from tests import make
from tests.surfaces.station.test_pages_of_a_session import keyed

pytestmark = pytest.mark.usefixtures("db")
CLINICAL = ("visit.screen", "visit.dose", "visit.observe", "visit.correct", "safety.doctor", "safety.release", "doses.decide")


def test_a_supporter_keys_a_sheet_that_doctor_and_nurse_signed(day, hour, signed_in):
    (serial,) = visits.print_forms(session_id=day.session_id, count=1, by=make.BY, at=clock.now())
    hour.on(hours=2)
    supporter = signed_in(day.site_id, "t1_supporter")
    assert keyed(supporter, day, serial, all_no="on").status_code == 302
    (card,) = queries.visits_of_session(day.session_id)
    assert (card.state, card.full_name) == ("closed", "Phạm Thị Giấy")


def test_a_supporter_has_no_clinical_right(day, signed_in):
    assert [name for name in CLINICAL if "t1_supporter" in PERMISSIONS[name]] == []
    supporter = signed_in(day.site_id, "t1_supporter")
    command = {
        "command_id": str(uuid7()), "device_id": str(uuid7()), "seq": 1, "name": "give_dose", "version": 1, "occurred_at": clock.now().isoformat(),
        "clock_offset_ms": 0, "rules_version": "", "actor": "", "body": {"session_id": str(day.session_id), "visit_id": str(uuid7()), "lot_id": str(uuid7())},
    }  # fmt: skip
    answer = supporter.post(f"/diem/{day.session_id}/lenh", json.dumps({"commands": [command]}), content_type="application/json")
    receipt = answer.json()["receipts"][0]
    assert (receipt["status"], receipt["reason"], receipt["result"]) == ("refused", "commands.not_allowed", {"permission": "visit.dose"})
