"""The register of places put right: what changes, what stays known, who answers after a facility was taken over."""

from datetime import date

import pytest

from khien.kernel.errors import Refused
from khien.kernel.refs import Scope
from khien.places import actions, models, queries
from khien.plumbing.models import AuditRow
from tests import make

pytestmark = pytest.mark.usefixtures("db")
BY = {"by": make.BY, "at": make.AT}


def test_a_facilitys_particulars_are_put_right_and_its_code_never():
    facility = make.make_facility(name="Trung tâm Y tế cũ", code="79997")
    actions.change_facility(facility_id=facility, changes={"name": " Trung tâm  Y tế mới", "phone": "028 1234 5678"}, **BY)
    found = queries.facility(facility)
    assert (found.name, found.phone, found.code) == ("Trung tâm Y tế mới", "028 1234 5678", "79997")
    with pytest.raises(Refused, match=r"places\.field_unknown"):
        actions.change_facility(facility_id=facility, changes={"code": "79996"}, **BY)
    with pytest.raises(Refused, match=r"places\.name_needed"):
        actions.change_facility(facility_id=facility, changes={"name": " "}, **BY)
    assert "Trung tâm Y tế cũ" in AuditRow.objects.get(action="places.facility_changed", subject=str(facility)).facts


def test_a_point_is_put_right_moved_given_to_another_facility_closed_and_opened():
    site_id, owner = make.make_site(), make.make_facility()
    with pytest.raises(Refused, match=r"places\.tables_count"):
        actions.change_site(site_id=site_id, changes={"tables": 0}, **BY)
    actions.change_site(site_id=site_id, changes={"name": "Nhà văn hóa mới", "tables": 7, "facility_id": owner}, **BY)
    actions.move_site(site_id=site_id, commune_key="2021-00001", **BY)
    found = queries.site(site_id)
    assert (found.name, found.tables, found.facility_id, found.place.commune_2021) == ("Nhà văn hóa mới", 7, owner, "00001")
    actions.close_site(site_id=site_id, **BY)
    actions.open_site(site_id=site_id, **BY)
    assert queries.site(site_id).active


def test_an_organisations_contact_is_put_right_and_no_phone_is_written_into_the_audit():
    firm = make.make_organization()
    kept = queries.organization_phone(firm)
    facts = {"name": "Công ty Thử", "address": "2 Đường Thử", "tax_code": "", "contact_name": "Mai Thử"}
    actions.change_organization(organization_id=firm, contact_phone="", **facts, **BY)
    assert queries.organization_phone(firm) == kept
    actions.change_organization(organization_id=firm, contact_phone="0901 000 123", **facts, **BY)
    assert queries.organization_phone(firm) == "+84901000123"
    rows = AuditRow.objects.filter(action="places.organization_changed", subject=str(firm))
    assert [row.facts for row in rows if "000123" in str(row.facts) or "Mai" in str(row.facts)] == []
    actions.end_organization(organization_id=firm, on=make.AT.date(), **BY)
    assert firm not in [one.id for one in queries.organizations()]
    with pytest.raises(Refused, match=r"places\.no_such_organization"):
        actions.end_organization(organization_id=firm, on=make.AT.date(), **BY)


def test_who_took_a_facility_over_answers_for_it_from_that_day():
    old, new, other = (make.make_facility() for _ in range(3))
    actions.succeed_facility(facility_id=old, successor_id=new, on=date(2025, 7, 1), **BY)
    mine = [Scope("facility", str(new))]
    assert {one.id for one in queries.answered_by(mine, date(2025, 6, 30))} == {new}
    assert {one.id for one in queries.answered_by(mine, date(2025, 7, 1))} == {new, old}
    assert {one.id for one in queries.answered_by([Scope("facility", str(other))], date(2025, 7, 1))} == {other}


def test_all_that_is_changed_of_places_is_in_the_audit():
    site_id = make.make_site()
    actions.change_site(site_id=site_id, changes={"hospital": "Bệnh viện Thử"}, **BY)
    actions.move_site(site_id=site_id, commune_key=make.WARD, **BY)
    actions.close_site(site_id=site_id, **BY)
    actions.open_site(site_id=site_id, **BY)
    acts = set(AuditRow.objects.filter(subject=str(site_id)).values_list("action", flat=True))
    assert {"places.site_changed", "places.site_moved", "places.site_closed", "places.site_opened"} <= acts
    assert models.Site.objects.get(id=site_id).hospital == "Bệnh viện Thử"


def test_a_point_or_an_organisation_added_by_a_double_click_is_there_once():
    facility = make.make_facility()
    point = {"facility_id": facility, "name": "Trạm y tế thử", "kind": "fixed", "commune_key": make.WARD, "address": "1 Đường Thử"}
    firm = {"name": "Công ty May Thử", "kind": "firm", "commune_key": make.WARD}
    assert len({actions.add_site(**point, **BY) for _ in range(2)}) == 1
    assert len({actions.add_organization(**firm, **BY) for _ in range(2)}) == 1
    assert len({actions.add_site(**(point | {"address": address}), **BY) for address in ("2 Đường Thử", "3 Đường Thử")}) == 2
    first = actions.add_site(**point, **BY)
    actions.close_site(site_id=first, **BY)
    assert actions.add_site(**point, **BY) != first
