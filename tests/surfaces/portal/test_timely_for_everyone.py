"""How soon doses can be seen is public: by point and hour, in both languages, without a script, light enough for a slow line."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from khien.plumbing import outbox
from khien.reporting import models
from khien.surfaces.portal import figures
from tests import make
from tests.make_day import make_day, make_visit
from tests.weight import first_load

pytestmark = pytest.mark.usefixtures("db")
PAGE = "/minh-bach/kip-thoi"


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    figures._kept.clear()
    monkeypatch.setattr("khien.kernel.clock.now", lambda: make.AT + timedelta(hours=9))
    yield
    figures._kept.clear()


def _count(site_id, way, bucket, count, hour=8):
    on = make.AT.date()
    models.TimelinessCount.objects.create(on_date=on, site_id=site_id, hour=hour, way=way, bucket=bucket, count=count, updated_at=make.AT)


def _words(language="vi", **query):
    client = Client()
    client.cookies["khien_lang"] = language
    answer = client.get(PAGE, query)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_each_point_is_held_against_both_promises_the_slowest_first():
    slow, quick, small = (make.make_site(name=f"Điểm {name}") for name in ("chậm", "nhanh", "nhỏ"))
    _count(quick, "desk", "2min", 200)
    _count(quick, "paper", "same_day", 10)
    _count(slow, "desk", "2min", 90)
    _count(slow, "desk", "1h", 10, hour=9)
    _count(small, "desk", "later", 3)
    page = _words()
    assert page.index("Điểm chậm") < page.index("Điểm nhanh")
    assert "Điểm nhỏ" not in page  # too few doses: a number must not point at a person
    assert "1 trên 2 điểm tiêm giữ cả hai lời hứa" in page
    assert "90,0 %" in page
    assert "9 giờ" in page
    assert "1 of 2 points kept both promises" in _words("en")


def test_a_dose_of_the_day_is_counted_and_other_spans_can_be_chosen(monkeypatch):
    monkeypatch.setattr(figures, "FEWEST", 1)
    make_visit(make_day(), state="dosed")
    outbox.drain(lambda: make.AT + timedelta(hours=1))
    assert "100,0 % mũi ghi tại bàn thấy được trong 2 phút" in _words(ky="hom-nay")
    assert "Chưa có mũi tiêm" not in _words(ky="28-ngay", trang="9")


def test_the_page_needs_no_script_and_weighs_under_100_kb():
    for _ in range(40):
        _count(make.make_site(), "desk", "2min", 50)
    html = Client().get(PAGE).content
    assert b"<script" not in html
    assert first_load(html) < 100_000
