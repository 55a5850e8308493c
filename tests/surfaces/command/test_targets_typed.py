"""Targets by priority group, typed on a unit's plan, with what is known proposed."""

import json
import re
from datetime import timedelta

import pytest

from khien.kernel.refs import Scope
from khien.planning import queries
from khien.plumbing.models import AuditRow
from khien.reporting.models import PopulationFigure
from tests import make
from tests.surfaces.command.desk import FAR, day, officer, read, send

CITY, DISTRICT, ON = "2021-79", f"2021-{make.BINH_THANH}", make.AT.date()


def _figure(kind, unit_key, low, high, people, group="", days=30):
    PopulationFigure.objects.create(
        kind=kind, unit_key=unit_key, age_from=low, age_to=high, people=people, as_of=ON - timedelta(days=days), source="KH", group=group,
        imported_at=make.AT, imported_by="staff:x",
    )  # fmt: skip


def _told(on=ON, source="KH 7", **groups):
    return {"viec": "chi_tieu", "source": source} | day("as_of", on) | {f"g_{code}": str(n) for code, n in groups.items()}


def _typed(planner, key=CITY):
    page = planner.get(f"/dieu-phoi/ke-hoach/{key}/sua").content.decode()
    return dict(re.findall(r'name="g_(\w+)"[^>]*value="(\d+)"', page)), page


def test_what_is_typed_stands_on_the_plan_and_an_edit_keeps_what_was_of_another_day(db):
    planner = officer("planner")
    _figure("target", CITY, 0, 120, 500, group="1")
    assert send(planner, f"/ke-hoach/{CITY}/sua", **_told(**{"1": "1.200", "9": 3000})).status_code == 302
    page = read(planner, "/ke-hoach")
    assert "1.200" in page
    assert "3.000" in page
    assert PopulationFigure.objects.filter(kind="target", group="1").count() == 2
    assert json.loads(AuditRow.objects.get(action="planning.targets_recorded").facts)["people"] == 4200
    assert send(planner, f"/ke-hoach/{CITY}/sua", **_told(**{"9": 3500})).status_code == 302
    assert {one.group: one.people for one in queries.targets(CITY, on=ON) if one.people} == {"1": 1200, "9": 3500}


def test_a_target_by_age_of_the_same_day_is_not_lost_by_typing_groups(db):
    _figure("target", CITY, 18, 64, 900, days=0)
    send(officer("planner"), f"/ke-hoach/{CITY}/sua", **_told(**{"2": 10}))
    assert sorted(PopulationFigure.objects.values_list("group", "people")) == [("", 900), ("2", 10)]


def test_the_population_and_the_plan_above_propose_the_numbers(db):
    for key, young, old in ((CITY, 8000, 1000), (DISTRICT, 800, 100)):
        _figure("population", key, 18, 64, young)
        _figure("population", key, 65, 120, old)
    _figure("target", CITY, 0, 120, 4500, group="8")
    planner = officer("planner")
    city, page = _typed(planner)
    assert (city["8"], city["9"], city["16_79_01"]) == ("4500", "1000", "9000")
    assert "dân số từ 65 tuổi" in page
    district, page = _typed(planner, DISTRICT)
    assert (district["8"], district["9"]) == ("450", "100")
    assert "phần của nơi này trong chỉ tiêu cấp trên" in page


@pytest.mark.parametrize(
    "wrong", [{"source": " "}, {"on": ON + timedelta(days=2)}, {"1": "abc"}, {"1": "-4"}, {"1": "9" * 12}, {"none": True}]
)
def test_what_cannot_be_read_comes_back_with_what_was_typed(db, wrong):
    groups = {} if wrong.get("none") else {"1": "77", "2": "55"} | {k: v for k, v in wrong.items() if k == "1"}
    facts = _told(**{k: v for k, v in wrong.items() if k in ("on", "source")}, **groups)
    answer = send(officer("planner"), f"/ke-hoach/{CITY}/sua", **facts)
    assert answer.status_code == 409
    assert wrong.get("none") or 'value="55"' in answer.content.decode()
    assert not PopulationFigure.objects.exists()


def test_the_ministry_types_the_nations_targets_and_no_far_planner_the_citys(db):
    assert send(officer("planner", scope=Scope("nation")), "/ke-hoach/vn/sua", **_told(**{"3": 70})).status_code == 302
    assert [one.people for one in queries.targets("", on=ON) if one.people] == [70]
    assert send(officer("planner", scope=FAR), f"/ke-hoach/{CITY}/sua", **_told(**{"3": 70})).status_code == 403
    assert "Toàn quốc" in read(officer("planner", scope=Scope("nation")), "/bao-cao/dan-so")
