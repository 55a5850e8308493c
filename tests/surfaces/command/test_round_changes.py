"""A round was signed and a dose is corrected afterwards: the page says what is other now, and why."""

import re
from datetime import timedelta

import pytest

from khien.campaigns import actions as campaigns
from khien.immunizations import actions as immunizations
from khien.immunizations import queries as records
from khien.places import queries as places
from khien.plumbing import outbox
from khien.reporting import actions as reporting
from khien.visits import actions as visits
from tests import make
from tests.make_day import make_day, make_visit
from tests.surfaces.command.desk import officer

pytestmark = pytest.mark.usefixtures("db")
DAY, LATER = make.AT.date(), make.AT + timedelta(hours=12)


@pytest.fixture
def point():
    """A point's day with one dose, its session closed; the dose's record and the point."""
    day = make_day(on=DAY)
    made = make_visit(day, state="closed")
    visits.close_session(session_id=day.session_id, by=make.BY, at=make.AT + timedelta(hours=3))
    outbox.drain(lambda: LATER)
    (dose,) = records.history(made.person_id, DAY).doses
    return dose.record_id, places.site(day.site_id)


def signed_round():
    found = campaigns.open_round(unit_key="2021-79", first_on=DAY, by=make.BY, at=make.AT)
    campaigns.close_round(round_id=found.id, last_on=DAY, by=make.BY, at=make.AT)
    planner = officer("planner")
    here = f"/dieu-phoi/bao-cao/dot/{found.id}"
    assert planner.post(f"{here}/ky", {"ghi_chu": ""}).status_code == 302
    return planner, here


def struck(record_id):
    immunizations.mark_entered_in_error(record_id=record_id, reason="Không có mũi này", by=make.BY, at=LATER)
    outbox.drain(lambda: LATER)


def plain(text):
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_a_signed_round_shows_each_number_that_moved_with_the_points_day_and_the_cause(point):
    record_id, site = point
    reporting.sign_day(site_id=site.id, on=DAY, name="Trưởng điểm", by=make.BY, at=make.AT + timedelta(hours=3))
    planner, here = signed_round()
    before = planner.get(here).text
    assert "Lần 1" in before
    assert "Số đổi sau khi ký" not in before
    struck(record_id)
    text = planner.get(here).text
    changes = text[text.index("Số đổi sau khi ký") :]
    assert re.findall(r"Mũi 1 trong đợt: <del>(\d+)</del> <ins>(\d+)</ins>", changes) == [("1", "0")]
    assert re.findall(r"Cộng mũi trong đợt: <del>(\d+)</del> <ins>(\d+)</ins>", changes) == [("1", "0")]
    assert len(re.findall("<del>", changes)) == 2
    assert f"{site.name}, 14/12/2021" in plain(changes[changes.index("Vì sao") :])
    assert "Hồ sơ mũi tiêm được sửa" in changes
    assert f"/dieu-phoi/bao-cao/diem/{site.id}?ngay=2021-12-14" in changes


def test_a_number_that_moved_at_a_point_that_nobody_had_signed_is_shown_without_a_cause(point):
    record_id, _site = point
    planner, here = signed_round()
    struck(record_id)
    text = planner.get(here).text
    assert "<del>1</del> <ins>0</ins>" in text
    assert "Vì sao" not in text


def test_signed_again_the_round_is_as_it_stands_and_both_signatures_are_kept(point):
    record_id, _site = point
    planner, here = signed_round()
    struck(record_id)
    assert planner.post(f"{here}/ky", {"ghi_chu": "Đã bỏ một mũi"}).status_code == 302
    text = planner.get(here).text
    assert "Số đổi sau khi ký" not in text
    assert [n for n in ("Lần 1", "Lần 2", "Đã bỏ một mũi") if n not in text] == []


def test_the_changes_are_told_in_english_too(point):
    record_id, _site = point
    planner, here = signed_round()
    struck(record_id)
    planner.cookies["khien_lang"] = "en"
    text = planner.get(here).text
    assert "<del>1</del> <ins>0</ins>" in text
    assert "Số đổi sau khi ký" not in text
