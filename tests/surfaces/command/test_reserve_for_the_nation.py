"""The ministry's decision that first doses may use what is kept for second ones: named, with its grounds, public, ended before its day."""

from datetime import timedelta

import pytest
from django.test import Client

from khien.booking import queries
from khien.booking.models import KeptDoses, ReserveDecision
from khien.kernel.refs import Scope
from khien.plumbing.models import AuditRow
from khien.surfaces.portal import figures
from tests import make
from tests.surfaces.command.desk import day, officer, read, send, words

ON = make.AT.date()
HERE = "/ke-hoach/vn/de-danh"


@pytest.fixture
def kept(db):
    """Two provinces in which every dose is kept for second ones, and a session of one of them."""
    for province in ("79", "01"):
        KeptDoses.objects.create(province=province, vaccine="AZ", on_hand=5, due=9, booked=0, counted_at=make.AT)
    figures._kept.clear()
    return make.make_slot(on=ON + timedelta(days=1))


def _told(**more):
    return {"vaccine": "AZ", "decision": "QĐ 55 của Bộ trưởng: ổ dịch ở mười tỉnh"} | day("until", ON + timedelta(days=5)) | more


def test_the_ministry_decides_once_for_every_province_and_it_is_public(kept):
    assert queries.kept_for_later(kept.session_id, "AZ", ON) == {"on_hand": 5, "due": 9}
    ministry = officer("planner", scope=Scope("nation"))
    page = read(ministry, "/ke-hoach")
    assert "Để dành cho mũi 2: cả nước" in page
    assert "mũi 1 cần quyết định ở 2 tỉnh" in page
    assert send(ministry, HERE, **_told()).status_code == 302
    assert queries.kept_for_later(kept.session_id, "AZ", ON) is None
    assert "QĐ 55 của Bộ trưởng" in read(ministry, "/ke-hoach")
    assert "cho cả nước" in read(officer("planner"), "/ke-hoach")
    assert AuditRow.objects.filter(action="booking.reserve_decided", subject="province:vn").count() == 1
    public = words(Client().get("/minh-bach"))
    assert "QĐ 55 của Bộ trưởng: ổ dịch ở mười tỉnh" in public
    assert "Cả nước" in public
    assert ReserveDecision.objects.get().decided_name in public


def test_a_decision_without_grounds_or_with_a_day_gone_by_comes_back_with_what_was_typed(kept):
    ministry = officer("planner", scope=Scope("nation"))
    for wrong in ({"decision": " "}, day("until", ON - timedelta(days=1)), {"vaccine": "XYZ"}, {"decision": "x" * 301}):
        answer = send(ministry, HERE, **_told(**wrong))
        assert answer.status_code == 409
        assert "toàn quốc" in answer.content.decode().lower()
    assert not ReserveDecision.objects.exists()


def test_no_province_decides_for_the_nation_nor_ends_the_nations_decision(kept):
    city = officer("planner")
    assert send(city, HERE, **_told()).status_code == 403
    assert "Để dành cho mũi 2: cả nước" not in read(city, "/ke-hoach")
    ministry = officer("planner", scope=Scope("nation"))
    send(ministry, HERE, **_told())
    decided = ReserveDecision.objects.get()
    refused = send(city, "/ke-hoach/2021-79/de-danh", cham_dut=str(decided.id))
    assert refused.status_code == 404
    assert "Không có quyết định này" in refused.content.decode()
    assert send(city, "/ke-hoach/2021-79/de-danh", cham_dut="abc").status_code == 404
    assert queries.kept_for_later(kept.session_id, "AZ", ON) is None


def test_a_decision_is_ended_before_its_day_once_and_stays_readable(kept):
    ministry = officer("planner", scope=Scope("nation"))
    send(ministry, HERE, **_told())
    decided = ReserveDecision.objects.get()
    for _ in range(2):
        assert send(ministry, HERE, cham_dut=str(decided.id)).status_code == 302
    assert queries.kept_for_later(kept.session_id, "AZ", ON) is not None
    assert queries.reserve_decisions(province="79", on=ON) == []
    assert AuditRow.objects.filter(action="booking.reserve_decision_ended").count() == 1
    assert "đã chấm dứt" in words(Client().get("/minh-bach"))


def test_a_province_ends_its_own_decision(kept):
    city = officer("planner")
    assert send(city, "/ke-hoach/2021-79/de-danh", **_told()).status_code == 302
    assert send(city, "/ke-hoach/2021-79/de-danh", cham_dut=str(ReserveDecision.objects.get().id)).status_code == 302
    assert queries.kept_for_later(kept.session_id, "AZ", ON) is not None
