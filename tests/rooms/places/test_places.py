"""Facilities, points, stops and organisations; who sees which by the place of a post."""

from datetime import date, timedelta

import pytest

from khien.kernel.errors import Refused
from khien.kernel.refs import Scope
from khien.places import actions, models, queries
from tests import make

pytestmark = pytest.mark.usefixtures("db")


def test_a_point_knows_its_facility_its_hospital_and_both_epochs():
    facility = make.make_facility(name="Trung tâm Y tế thử", code="79999")
    site_id = make.make_site(
        facility_id=facility, name="Nhà văn hóa thử", address="1 Đường Thử", hospital="Bệnh viện thử", hospital_phone="115"
    )
    site = queries.site(site_id)
    assert site is not None
    assert (site.facility_code, site.hospital) == ("79999", "Bệnh viện thử")
    assert site.place.district_2021 == make.BINH_THANH
    assert site.place.province_2025 == "79"
    assert site.full_address == "1 Đường Thử, Phường 22, Quận Bình Thạnh, Thành phố Hồ Chí Minh"


@pytest.mark.parametrize("code", ["1234", "123456", "12 45", "ABCDÉ"])
def test_a_facility_code_that_is_not_five_characters_is_refused(code):
    with pytest.raises(Refused, match=r"places\.facility_code_bad"):
        make.make_facility(code=code)


def test_two_facilities_never_share_a_code():
    make.make_facility(code="79998")
    with pytest.raises(Refused, match=r"places\.facility_code_taken"):
        make.make_facility(code="79998")


def test_tasks_pass_to_the_legal_successor_from_its_day():
    old, new, newest = (make.make_facility() for _ in range(3))
    actions.succeed_facility(facility_id=old, successor_id=new, on=date(2025, 7, 1), by=make.BY, at=make.AT)
    actions.succeed_facility(facility_id=new, successor_id=newest, on=date(2026, 1, 1), by=make.BY, at=make.AT)
    assert [queries.legal_successor(old, day).id for day in (date(2025, 6, 30), date(2025, 7, 1), date(2026, 1, 1))] == [
        old,
        new,
        newest,
    ]


def test_facilities_never_succeed_each_other_in_a_ring():
    one, two = make.make_facility(), make.make_facility()
    actions.succeed_facility(facility_id=one, successor_id=two, on=date(2025, 7, 1), by=make.BY, at=make.AT)
    with pytest.raises(Refused, match=r"places\.succeeds_itself"):
        actions.succeed_facility(facility_id=two, successor_id=one, on=date(2025, 8, 1), by=make.BY, at=make.AT)


def test_a_mobile_point_stands_at_its_stops_of_the_day():
    site_id = make.make_site(kind="mobile")
    for hour, name in ((4, "Chợ thử"), (0, "Trường thử")):
        actions.add_stop(
            site_id=site_id, on_date=date(2021, 12, 14), starts_at=make.AT + timedelta(hours=hour), ends_at=make.AT + timedelta(hours=hour + 2),
            name=name, commune_key=make.WARD, by=make.BY, at=make.AT,
        )  # fmt: skip
    assert [stop.name for stop in queries.stops(site_id, date(2021, 12, 14))] == ["Trường thử", "Chợ thử"]
    assert queries.stops(site_id, date(2021, 12, 15)) == []


def test_a_fixed_point_has_no_stops():
    with pytest.raises(Refused, match=r"places\.not_mobile"):
        actions.add_stop(
            site_id=make.make_site(), on_date=date(2021, 12, 14), starts_at=make.AT, ends_at=make.AT + timedelta(hours=1),
            name="Chợ thử", commune_key=make.WARD, by=make.BY, at=make.AT,
        )  # fmt: skip


def test_an_officer_says_where_a_point_of_a_divided_commune_stands():
    divided = models.UnitSuccessor.objects.filter(divided=True, is_default=True).values_list("old_key", flat=True)[0]
    site_id = make.make_site(commune_key=divided)
    assert make.place_of_site(site_id).commune_2025 == ""
    chosen = queries.successors(divided)[0][0].code
    actions.set_site_commune_2025(site_id=site_id, commune_2025=chosen, by=make.BY, at=make.AT)
    assert make.place_of_site(site_id).commune_2025 == chosen


def test_a_post_sees_the_points_of_its_place_and_no_others():
    here, elsewhere = make.make_site(), make.make_site(commune_key="2021-00001")
    facility = make.place_of_site(here).facility_id
    seen = {
        scope.kind + scope.epoch: [site.id in (s.id for s in queries.sites([scope])) for site in map(queries.site, (here, elsewhere))]
        for scope in (
            Scope("nation"), Scope("province", "79", "2021"), Scope("province", "79", "2025"), Scope("district", "765", "2021"),
            Scope("commune", "26956", "2021"), Scope("facility", str(facility)), Scope("site", str(here)), Scope("district", "765", "2025"),
            Scope("session", str(here)),
        )
    }  # fmt: skip
    assert seen == {
        "nation": [True, True], "province2021": [True, False], "province2025": [True, False], "district2021": [True, False],
        "commune2021": [True, False], "facility": [True, False], "site": [True, False], "district2025": [False, False],
        "session": [False, False],
    }  # fmt: skip
    assert queries.sites([]) == []


def test_tables_of_a_point_are_found_through_the_point():
    here, elsewhere = make.make_site(kind="mobile"), make.make_site(kind="mobile", commune_key="2021-00001")
    for site_id in (here, elsewhere):
        actions.add_stop(
            site_id=site_id, on_date=date(2021, 12, 14), starts_at=make.AT, ends_at=make.AT + timedelta(hours=1), name="Chợ thử",
            commune_key=make.WARD, by=make.BY, at=make.AT,
        )  # fmt: skip
    where = queries.within([Scope("district", "765", "2021")], units=None, site="site_id")
    assert list(models.SiteStop.objects.filter(where).values_list("site_id", flat=True)) == [here]


def test_a_point_out_of_use_is_no_longer_offered_but_still_known():
    site_id = make.make_site()
    actions.close_site(site_id=site_id, by=make.BY, at=make.AT)
    assert site_id not in [site.id for site in queries.sites()]
    assert site_id in [site.id for site in queries.sites(active=False)]


def test_an_organisation_keeps_its_contact_encrypted():
    organization_id = make.make_organization(contact_name="Người Thử", contact_phone="0912000001")
    row = models.Organization.objects.get(id=organization_id)
    assert b"912000001" not in bytes(row.contact_phone_cipher)
    assert queries.organizations([Scope("organization", str(organization_id))])[0].id == organization_id
