"""A real instance begins with an administrator and nothing else: by its pages alone it comes to a first dose with a certificate."""

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from khien.booking import queries as booking
from khien.certificates import queries as certificates
from khien.kernel.ids import uuid7
from khien.places import queries as places
from khien.plumbing import outbox
from khien.stock import queries as stock
from tests import make
from tests.surfaces.command.desk import day, officer, read, send, words

pytestmark = pytest.mark.usefixtures("db")
PASSWORD = "mot-mat-khau-dai"
TODAY = date(2021, 12, 14)
CARD = "001185990777||Nguyễn Thị Đầu Tiên|05041985|Nữ|12 Đường Thử, Phường 22, Quận Bình Thạnh, TP. Hồ Chí Minh|01012021"


def _done(answer: Any) -> Any:
    assert answer.status_code in (200, 302), words(answer)[:800]
    return answer


def _hire(admin: Client, username: str, role: str, kind: str, place: str, *more: str) -> Client:
    """An account made on the page, with its posts; signed in with the password and the code of the page."""
    import pyotp

    post = {"kind": kind, "place": place, "office": "Trung tâm Y tế Thử"}
    made = _done(send(admin, "/nhan-luc/moi", full_name="Nguyễn Thị Thử", username=username, password=PASSWORD, role=role, **post))
    secret = re.search(r'kh-code">([^<]+)<', made.content.decode())
    assert secret, words(made)[:800]
    staff_id = re.search(r"nhan-luc/([0-9a-f-]{36})", made.content.decode())
    assert staff_id
    for one in more:
        assert send(admin, f"/nhan-luc/{staff_id[1]}", act="give", role=one, **post).status_code == 302
    client = Client()
    code = pyotp.TOTP(secret[1].replace(" ", "")).at(make.AT)
    entered = client.post("/dieu-phoi/dang-nhap", {"username": username, "password": PASSWORD, "totp": code})
    assert entered.status_code == 302, words(entered)[:400]
    return client


class Desks:
    """One person at all desks of a session, as the desks' pages send."""

    def __init__(self, client: Client, session_id: Any) -> None:
        self.client, self.root, self.session_id, self.seq = client, f"/diem/{session_id}", str(session_id), 0
        page = client.get(self.root).content.decode()
        found = re.search(r'data-staff="([^"]+)"', page)
        assert found
        self.actor, self.device = found[1], str(uuid7())

    def must(self, name: str, minute: int, **body: Any) -> dict[str, Any]:
        self.seq += 1
        when = (make.AT - timedelta(minutes=60 - minute)).isoformat()
        command = {
            "command_id": str(uuid7()), "device_id": self.device, "seq": self.seq, "name": name, "version": 1, "occurred_at": make.AT.isoformat(),
            "clock_offset_ms": 0, "rules_version": "", "actor": self.actor, "body": {"session_id": self.session_id, "performed_at": when, **body},
        }  # fmt: skip
        answer = self.client.post(f"{self.root}/lenh", json.dumps({"commands": [command]}), content_type="application/json")
        receipt = answer.json()["receipts"][0]
        assert receipt["status"] == "accepted", receipt
        return receipt["result"]


@override_settings(SIGNING="manual")
def test_an_instance_with_an_administrator_and_nothing_else_comes_to_a_first_dose_and_its_certificate():
    admin = officer("administrator", scope=make.NATION)
    assert places.sites() == []
    assert "Chưa có điểm tiêm nào" in read(admin, "/")
    _done(send(admin, "/noi/moi/co-so", code="79B01", name="Trung tâm Y tế Thử", level="district", unit="quận bình thạnh"))
    _done(send(admin, "/noi/moi/diem", owner="79B01", kind="fixed", name="Điểm Đầu Tiên", unit="phường 22 bình thạnh", tables="2"))
    (site,) = places.sites()
    assert "Chưa có điểm tiêm nào" not in read(admin, "/")
    planner = _hire(admin, "ke.hoach", "planner", "province", "thành phố hồ chí minh")
    lead = _hire(admin, "truong.diem", "point_lead", "site", "Điểm Đầu Tiên", "screener")
    signer = _hire(admin, "ky.ten", "signer", "nation", "")

    plan = {"site": site.id, "shift": "whole_day", "starts": "7:00", "ends": "17:00", "mode": "walk_in", "vaccines": ["AZ"], "tables": 2, "per_table": 20, "reason": "x"}
    assert send(planner, "/buoi/moi", **plan, **day("day", TODAY)).status_code == 302
    (session,) = booking.sessions(None, on=TODAY)
    dates = day("day", TODAY) | day("expires_on", date(2022, 6, 1)) | day("manufactured_on", date(2021, 6, 1))
    assert send(lead, f"/kho/{site.id}/ghi", act="receive", vaccine="AZ", lot="LOTHAT1", doses=100, document="PXK 1", **dates).status_code == 302
    (held,) = stock.lots_at(site.id, on=TODAY)

    opening = f"/diem/{session.id}/mo"
    assert lead.post(reverse("station:lots", kwargs={"session": session.id}), {"lot": str(held.lot.id)}).status_code == 302
    signs = {
        "anaphylaxis_kit-expires_on": "01/06/2022", "adrenaline-ampoules": "5", "adrenaline-expires_on": "01/06/2022", "doctor-name": "Trần Bác Sĩ",
        "fridge-celsius": "4,5", "printer-ok": "1", "paper_pack-ok": "1", "hospital_phone-phone": "028 3990 0115",
    }  # fmt: skip
    assert lead.post(opening, signs).status_code == 302

    desks = Desks(lead, session.id)
    told = desks.must("check_in", 0, identity_how="card", person={"scan": CARD})
    visit = told["visit"]["visit_id"]
    desks.must("consent", 2, visit_id=visit, agreed=True, how="screen", signer="self", mixing_agreed=True)
    pack = lead.get(f"/diem/{session.id}/goi").json()
    answers = {"items": {item["no"]: False for item in pack["forms"]["adult"]["items"] if not item["computed"]}}
    vitals = {"temperature_c": "36,7", "pulse_bpm": "76", "bp_systolic": "124", "bp_diastolic": "78"}
    desks.must("screen", 5, visit_id=visit, answers=answers, vitals=vitals, decision="eligible", reason="")
    given = desks.must("give_dose", 9, visit_id=visit, lot_id=str(held.lot.id), slip=told["code"])
    assert (given["ordinal"], given["marks"], given["shortfall"]) == (1, [], 0)
    desks.must("observe", 41, visit_id=visit)
    desks.must("close", 42, visit_id=visit)
    assert lead.get(f"/diem/{session.id}/giay-xac-nhan/{visit}.pdf").content.startswith(b"%PDF")

    outbox.drain(lambda: make.AT + timedelta(minutes=10))
    for hold in ("waiting_facility_signature", "waiting_central_signature"):
        send(signer, f"/ky?loai={hold}", record=[given["record_id"]])
    assert certificates.by_record(given["record_id"]).state == "issued"
