"""What everyone may see: points, numbers, checks, draws, guidance; small pages that need no script."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client, override_settings

from khien.booking import queries as booking
from khien.kernel import clock
from tests import make
from tests.weight import first_load

PAGES = (
    "/", "/dang-ky/cho-ai", "/tra-cuu", "/tra-cuu?cach=ma", "/diem-tiem", "/so-lieu", "/so-lieu?dia-gioi=2025", "/kiem-tra", "/sua-sai",
    "/sua-sai/chung-nhan", "/sua-sai/thieu-mot-mui", "/sua-sai/thieu-ca", "/sua-sai/sai-thong-tin", "/to-chuc", "/cam-nang", "/minh-bach",
    "/minh-bach/sua-sai", "/tinh-trang", "/quyen-rieng-tu", "/tro-giup", "/tro-nang", "/ma-nguon", "/demo/tin-nhan",
)  # fmt: skip


def text(response: Any) -> str:
    return response.content.decode()


def certified() -> UUID:
    """A certificate of Lê Thu Hà, the day after it was issued."""
    from tests import make_book

    person = make.make_person("Lê Thu Hà", birth=make.PartialDate(1996, 8, 9), sex="female")
    _record, certificate = make_book.make_certified(person)
    moved = make.AT - datetime.now(UTC) + timedelta(days=1)
    clock.shift_by(lambda: moved)
    return certificate


@pytest.mark.parametrize("address", PAGES)
def test_every_page_opens_in_both_languages_and_has_one_heading(db, address):
    for language in ("vi", "en"):
        client = Client()
        client.cookies["khien_lang"] = language
        page = client.get(address)
        assert page.status_code == 200
        html = text(page)
        assert f'<html lang="{language}">' in html
        assert len(re.findall(r"<h1[ >]", html)) == 1
        assert "style=" not in html


def test_the_first_page_with_its_fonts_weighs_under_100_kb_and_runs_no_script(db):
    html = Client().get("/").content
    assert b"<script" not in html
    assert first_load(html) < 100_000


def test_a_point_shows_todays_hours_vaccine_and_free_places(db):
    site = make.make_site(name="Điểm tiêm Nhà thi đấu Thử")
    make.make_session(site_id=site, on=date(2021, 12, 14), mode="open", hours=(9, 11))
    page = text(Client().get("/diem-tiem"))
    assert "Điểm tiêm Nhà thi đấu Thử" in page
    assert "09:00 - 11:00" in page
    assert re.search(r"Còn \d+ chỗ", page)
    own = text(Client().get(f"/diem-tiem/{site}"))
    assert "09:00 - 11:00" in own
    assert Client().get(f"/diem-tiem/{uuid4()}").status_code == 404


def test_points_are_found_by_old_and_new_names_and_a_name_nobody_knows_is_told(db):
    make.make_site(name="Điểm tiêm Thử")
    assert "Điểm tiêm gần Phường 26" in text(Client().get("/diem-tiem?q=phuong+26+binh+thanh"))
    assert "Không thấy nơi nào tên như vậy" in text(Client().get("/diem-tiem?q=zzzz"))


def test_the_map_is_beside_a_table_with_both_archipelagos_named(db):
    page = text(Client().get("/so-lieu"))
    assert "Quần đảo Hoàng Sa" in page
    assert "Quần đảo Trường Sa" in page
    assert len(_rows("/so-lieu", pages=4)) == 63
    assert len(_rows("/so-lieu?dia-gioi=2025", pages=3)) == 34


def test_the_column_of_doses_for_100_people_stands_where_people_are_known_and_takes_no_room_where_they_are_not(db, monkeypatch):
    from khien.reporting import actions as reporting
    from khien.surfaces.portal import figures

    assert "Trên 100 dân" not in text(Client().get("/so-lieu"))
    lines = [reporting.FigureLine("2021-79", 0, 150, 9_000_000)]
    reporting.import_figures(kind="population", lines=lines, as_of=date(2021, 12, 1), source="Số thử", by=make.BY, at=make.AT)
    monkeypatch.setattr(figures, "_kept", {})
    assert "Trên 100 dân" in text(Client().get("/so-lieu"))


def _rows(address, *, pages):
    """The provinces in the table, page after page."""
    mark = "&" if "?" in address else "?"
    return {name for n in range(1, pages + 1) for name in re.findall(r'<th scope="row">([^<]+)</th>', text(Client().get(f"{address}{mark}trang={n}")))}


def test_the_table_downloads_as_csv_with_official_codes(db):
    response = Client().get("/so-lieu.csv")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert len(rows) == 63
    assert {row["province_code"] for row in rows} >= {"01", "79"}


def test_a_true_certificate_shows_whose_it_is_and_a_changed_one_shows_nothing(db):
    from khien.certificates import queries as certificates

    certificate = certified()
    hc1 = certificates.hc1(certificate)
    right = text(Client().post("/kiem-tra", {"text": hc1}))
    assert "Hợp lệ" in right
    assert "Lê Thu Hà" in right
    assert ">Việt Nam</dd>" in right
    changed = hc1[:-6] + ("A" if hc1[-6] != "A" else "B") + hc1[-5:]
    wrong = text(Client().post("/kiem-tra", {"text": changed}))
    assert "Không xác nhận được" in wrong
    assert "Lê Thu Hà" not in wrong


def test_a_revoked_certificate_is_told_and_shows_nothing(db):
    from khien.certificates import actions
    from khien.certificates import queries as certificates

    certificate = certified()
    hc1 = certificates.hc1(certificate)
    actions.revoke(certificate_id=certificate, reason="corrected", by=make.BY, at=make.AT)
    page = text(Client().post("/kiem-tra", {"text": hc1}))
    assert "Đã thu hồi" in page
    assert "Lê Thu Hà" not in page


def test_a_certificate_is_read_from_a_picture_and_a_picture_without_code_is_told(db):
    import segno
    from django.core.files.uploadedfile import SimpleUploadedFile

    from khien.certificates import queries as certificates

    certificate = certified()
    out = io.BytesIO()
    segno.make(certificates.hc1(certificate), error="q").save(out, kind="png", scale=5)
    page = Client().post("/kiem-tra", {"photo": SimpleUploadedFile("ma.png", out.getvalue(), "image/png")})
    assert "Hợp lệ" in text(page)
    none = Client().post("/kiem-tra", {"photo": SimpleUploadedFile("x.png", b"no picture", "image/png")})
    assert none.status_code == 422
    assert "không mở được như một hình" in text(none)


def test_a_slips_code_is_sent_to_the_look_up(db):
    assert "Đây là mã phiếu" in text(Client().post("/kiem-tra", {"text": "7 2728 4525 08".replace(" ", "")}))


def test_a_draw_is_public_with_its_hashes_and_no_name(db):
    from khien.booking import actions
    from khien.booking.drawing import Criteria

    session = make.make_session(on=date(2021, 12, 16))
    for _ in range(3):
        make.make_registration(make.make_person())
    drawn = actions.commit_allocation(
        unit_key=f"2021-{make.BINH_THANH}", criteria=Criteria(), session_ids=[session], by=make.BY, at=make.AT
    )
    found = booking.allocation(drawn.code)
    assert found is not None
    before = text(Client().get(f"/minh-bach/{found.code}"))
    assert found.candidates_hash in before
    assert found.seed_commitment in before
    actions.draw_allocation(code=found.code, by=make.BY, at=make.AT)
    after = text(Client().get(f"/minh-bach/{found.code}"))
    assert booking.allocation(found.code).seed in after
    assert "Nguyễn Văn Thử" not in after
    assert found.code in text(Client().get("/minh-bach"))


@override_settings(DEMO=False)
def test_a_real_instance_has_no_page_of_messages(db):
    assert Client().get("/demo/tin-nhan").status_code == 404


def test_search_engines_are_kept_from_peoples_pages(db):
    assert "Disallow: /tra-cuu/" in text(Client().get("/robots.txt"))
