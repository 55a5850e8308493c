"""What a supporter reads at a glance: the hour a reaction began here, where a late case comes from, only what may be done."""

from datetime import UTC, datetime, timedelta

from khien.kernel import clock
from khien.kernel.refs import Scope
from khien.safety import actions as safety
from tests import make

from .test_contact_desk import a_case, caller, text


def test_a_reaction_says_the_hour_it_began_in_viet_nams_time(signed_in):
    person = caller()
    began = datetime(2021, 12, 13, 17, 40, tzinfo=UTC)
    told = safety.report_reaction(person_id=person, symptoms=["breathing"], onset_at=began, source="hotline", by=make.BY, at=make.AT)
    case = a_case(kind="reaction", subject="reaction.severe", detail="", channel="system", facts={"reaction_id": str(told.id)})
    assert "14/12/2021 00:40" in text(signed_in("t2_technician").get(f"/mcc/{case}"))


def test_the_board_says_where_each_late_case_comes_from(signed_in):
    site = make.make_site(name="Điểm tiêm Nhà văn hóa thử")
    a_case(kind="desk_help", subject="desk.help", site_id=site, channel="desk", desk="reception", place=make.place_of_site(site))
    moved = make.AT - datetime.now(UTC) + timedelta(hours=5)
    clock.shift_by(lambda: moved)
    late = text(signed_in("supervisor").get("/mcc/van-hanh")).split('id="t4"')[1]
    assert "Điểm tiêm Nhà văn hóa thử" in late


def test_nothing_is_headed_as_doable_where_nothing_is(signed_in):
    case = a_case()
    assert "Làm được ngay" in text(signed_in("contact_agent").get(f"/mcc/{case}"))
    assert "Làm được ngay" not in text(signed_in("t3_operations").get(f"/mcc/{case}"))


def test_the_tier_of_a_case_without_a_point_is_said_once(signed_in):
    case = a_case(contact=None, channel="portal")
    head = text(signed_in("supervisor", scope=Scope("province", "79", "2021")).get(f"/mcc/{case}")).split('id="ca"')[1].split("</p>")[0]
    assert head.count("T1 điểm tiêm") + head.count("T2 quận, huyện") + head.count("T3 ban chỉ đạo") == 1
