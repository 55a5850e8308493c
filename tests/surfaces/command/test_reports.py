"""The pages of reports: a lead signs the point's day, an officer reads and prints it, a round is closed and signed."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from urllib.parse import urljoin

import openpyxl
import pytest

from khien.campaigns import queries as campaigns
from khien.kernel.refs import Scope
from khien.plumbing import outbox
from khien.reporting import queries as reporting
from khien.visits import actions as visits
from tests import make
from tests.make_day import make_day, make_visit
from tests.surfaces.command.desk import officer, read


@pytest.fixture
def day(db):
    made = make_day(on=make.AT.date())
    make_visit(made, state="closed")
    visits.close_session(session_id=made.session_id, by=make.BY, at=make.AT + timedelta(hours=3))
    outbox.drain(lambda: make.AT + timedelta(hours=12))
    return made


def test_a_lead_signs_the_day_and_the_page_says_so(day):
    lead = officer("point_lead", scope=make.site_scope(day.site_id))
    here = f"/dieu-phoi/bao-cao/diem/{day.site_id}?ngay={make.AT.date().isoformat()}"
    assert "Ký báo cáo ngày" in lead.get(here).content.decode()
    sent = lead.post(f"/dieu-phoi/bao-cao/diem/{day.site_id}/ky", {"ngay": make.AT.date().isoformat(), "ghi_chu": "Đủ"})
    assert sent.status_code == 302
    page = lead.get(sent["Location"]).content.decode()
    assert "Đã ký. Nếu hồ sơ đổi sau này" in page
    again = lead.post(f"/dieu-phoi/bao-cao/diem/{day.site_id}/ky", {"ngay": make.AT.date().isoformat(), "ghi_chu": "Đủ"})
    assert again.status_code == 409
    assert "không cần ký lại" in again.content.decode()


def test_the_lead_of_another_point_cannot_sign_it(day):
    other = officer("point_lead", scope=make.site_scope(make.make_site()))
    sent = other.post(f"/dieu-phoi/bao-cao/diem/{day.site_id}/ky", {"ngay": make.AT.date().isoformat()})
    assert sent.status_code == 403


def test_an_officer_reads_the_day_and_takes_it_away_as_workbook_and_paper(day):
    planner = officer("planner")
    asked = f"?ngay={make.AT.date().isoformat()}"
    page = planner.get(f"/dieu-phoi/bao-cao{asked}").content.decode()
    assert "Trễ, chưa ký" in page or "Chờ ký" in page
    book = openpyxl.load_workbook(BytesIO(planner.get(f"/dieu-phoi/bao-cao/ngay.xlsx{asked}").content))
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[3]]
    row = {head: cell.value for head, cell in zip(heads, sheet[4], strict=True)}
    assert (row["Mũi 1"], row["Liều đã dùng"], row["Cộng mũi tiêm"]) == (1, 1, 1)
    assert planner.get(f"/dieu-phoi/bao-cao/ngay.pdf{asked}").content.startswith(b"%PDF")


def test_a_round_is_opened_closed_and_signed_from_its_pages(day):
    planner = officer("planner")
    day_of = {"first_on_day": "14", "first_on_month": "12", "first_on_year": "2021"}
    opened = planner.post("/dieu-phoi/bao-cao/dot", day_of)
    assert opened.status_code == 302, opened.content.decode()[:500]
    (found,) = campaigns.rounds(["2021-79"])
    here = f"/dieu-phoi/bao-cao/dot/{found.id}"
    assert "Đợt 1" in planner.get(here).content.decode()
    early = planner.post(f"{here}/ky", {})
    assert early.status_code == 409
    assert planner.post(f"{here}/dong", {"last_on_day": "14", "last_on_month": "12", "last_on_year": "2021"}).status_code == 302
    assert planner.post(f"{here}/ky", {"ghi_chu": ""}).status_code == 302
    assert planner.get(f"{here}/ket-thuc.xlsx").status_code == 200
    assert planner.get(f"{here}/ket-thuc.pdf").content.startswith(b"%PDF")


@pytest.mark.parametrize("path", ["/dieu-phoi/", "/dieu-phoi/dia-ban/2025-79", "/dieu-phoi/bao-cao", "/dieu-phoi/bao-cao/bao-phu"])
def test_an_officer_of_a_unit_of_2025_reads_each_report_in_that_geography_first_and_in_the_other_too(day, path):
    ministry = officer("planner", "reporter", scope=Scope("province", "79", "2025"))
    own = ministry.get(path).content.decode()
    assert _old(own) == (False, True)
    links = [unescape(href) for href in re.findall(r'href="([^"]*)"[^>]*>\s*Địa giới 2021', own)]
    assert _old(ministry.get(urljoin(path, links[0]) if links else f"{path}?ky=2021").content.decode()) == (True, False)


def _old(page: str) -> tuple[bool, bool]:
    """Whether a page counts by units of 2021, and by those of 2025: by the links of its tables, or of its files."""
    rows = " ".join(re.findall(r"<tbody>.*?</tbody>", page, re.DOTALL))
    return "dia-ban/2021-" in rows or "&amp;ky=2021" in page, "dia-ban/2025-" in rows or "&amp;ky=2025" in page


@pytest.mark.parametrize("page", ["bao-cao", "bao-cao/dot", "bao-cao/bao-phu", "bao-cao/kip-thoi", "bao-cao/dan-so"])
def test_the_pages_of_reports_open_in_both_languages_and_geographies(day, page):
    planner = officer("planner")
    for query in ("", "?ky=2025", "?noi=2021-765", "?tuoi=18-49"):
        assert planner.get(f"/dieu-phoi/{page}{query}").status_code == 200
    planner.cookies["khien_lang"] = "en"
    assert planner.get(f"/dieu-phoi/{page}").status_code == 200


@pytest.mark.parametrize("page", ["", "/bao-phu", "/kip-thoi"])
def test_a_report_that_adds_up_says_as_of_when(day, page):
    on = make.AT.date().isoformat()
    words = officer("reporter").get(f"/dieu-phoi/bao-cao{page}?ngay={on}").content.decode()
    assert "Số liệu đến" in words


def test_a_messy_file_of_figures_is_told_line_by_line_and_nothing_of_it_is_imported(db):
    client = officer("planner", scope=Scope("province", "79", "2021"))
    lines = "Quận 3; 0; 150; 190.000\nPhường Lạ; 0; 150; 5\nQuận 3; 0; 150; 190.000\nQuận 1; 0; 150; 15O"
    told = {"kind": "population", "as_of_day": "1", "as_of_month": "4", "as_of_year": "2021", "source": "Niên giám thử", "lines": lines}
    text = client.post("/dieu-phoi/bao-cao/dan-so", told).text
    assert [f"Dòng {n}" in text for n in (1, 2, 3, 4)] == [False, True, True, True]
    assert "Phường Lạ" in text
    assert reporting.latest_figures("population", ["2021-770"]) == {}
    assert client.post("/dieu-phoi/bao-cao/dan-so", told | {"lines": "Quận 3; 0; 150; 190.000"}).status_code == 302
    assert reporting.latest_figures("population", ["2021-770"]) == {"2021-770": 190_000}


def test_the_paper_of_a_province_has_each_unit_over_its_points_and_the_form_of_appendix_5(db):
    from pypdf import PdfReader

    for commune in (make.WARD, make.WARD, "2021-26734"):
        made = make_day(on=make.AT.date(), site_id=make.make_site(commune_key=commune))
        make_visit(made, state="closed")
    outbox.drain(lambda: make.AT + timedelta(hours=12))
    planner, asked = officer("planner"), f"?ngay={make.AT.date().isoformat()}"
    report = reporting.daily_report(on=make.AT.date(), at=make.AT, unit_key="2021-79")
    paper = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(planner.get(f"/dieu-phoi/bao-cao/ngay.pdf{asked}").content)).pages).split())
    places = [paper.index(unit.name) for unit in report.units]
    assert places == sorted(places)
    assert len(places) == 2
    for site in report.sites:
        own = next(unit for unit in report.units if unit.key == f"2021-{site.place['district_2021']}")
        following = [place for place in places if place > paper.index(own.name)]
        assert paper.index(own.name) < paper.index(site.name) < min(following, default=len(paper))
        assert site.facility_code in paper
    assert "0/2 điểm đã ký" in paper
    assert "0/1 điểm đã ký" in paper
    assert "AstraZeneca" in paper


def test_page_workbook_and_paper_have_a_line_for_whom_no_unit_is_known(db):
    from pypdf import PdfReader

    for commune in (make.WARD, "2021-27673"):
        made = make_day(on=make.AT.date(), site_id=make.make_site(commune_key=commune))
        make_visit(made, state="closed")
    outbox.drain(lambda: make.AT + timedelta(hours=12))
    planner = officer("planner")
    asked = {"ngay": make.AT.date().isoformat(), "ky": "2025", "noi": "2021-79"}
    assert "Chưa rõ nơi 0/1" in read(planner, "/bao-cao", **asked)
    sheet = openpyxl.load_workbook(BytesIO(planner.get("/dieu-phoi/bao-cao/ngay.xlsx", asked).content))["Theo địa bàn"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    heads = next(row for row in rows if "Nơi" in row)
    (unknown,) = [dict(zip(heads, row, strict=True)) for row in rows if row[0] == "Chưa rõ nơi"]
    assert (unknown["Điểm tiêm"], unknown["Cộng mũi tiêm"]) == (1, 1)
    paper = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(planner.get("/dieu-phoi/bao-cao/ngay.pdf", asked).content)).pages).split())
    assert "0/1 điểm đã ký" in paper[paper.index("Điểm chưa rõ địa bàn") :]
    assert "Chưa rõ nơi" in read(planner, "/dia-ban/2021-79", ngay=make.AT.date().isoformat(), ky="2025")
