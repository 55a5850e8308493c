"""A province's round: opened, injected at two points, their days signed, closed with its last day, signed, and equal to the record."""

import io
from datetime import timedelta

import openpyxl

from khien.immunizations import models as record
from khien.kernel import clock
from khien.kernel.refs import Scope
from khien.reporting import actions as reporting
from khien.reporting.actions import FigureLine
from khien.visits import actions as visits
from tests import make
from tests.journeys.steps import TUESDAY, WEDNESDAY
from tests.journeys.town import Hands, Town, paper
from tests.make_day import Day, make_day, make_visit

CITY = Scope("province", "79", "2021")


def _injected(group: str, people: int) -> Day:
    """A point's day with so many first doses, ended."""
    day = make_day()
    for _ in range(people):
        person = make.make_person()
        make.make_registration(person, groups=(group,))
        make_visit(day, state="closed", person_id=person)
    visits.close_session(session_id=day.session_id, by=make.BY, at=make.AT + timedelta(hours=3))
    return day


def _signed(town: Town, day: Day) -> Hands:
    lead = town.office("point_lead", scope=make.site_scope(day.site_id))
    lead.go(f"/dieu-phoi/bao-cao/diem/{day.site_id}?ngay={TUESDAY.isoformat()}").press("Ký báo cáo ngày").sees("Đã ký. Nếu hồ sơ đổi sau này")
    return lead


def test_a_provinces_round_is_closed_and_signed(town: Town):
    town.at(TUESDAY, 7)
    lines = [FigureLine("2021-79", 18, 150, 4, "9"), FigureLine("2021-79", 18, 150, 10, "1")]
    reporting.import_figures(kind="target", lines=lines, as_of=TUESDAY, source="Kế hoạch 19", by=make.BY, at=clock.now())
    planner = town.office("planner", scope=CITY)
    planner.go("/dieu-phoi/bao-cao/dot?noi=2021-79").press("Mở đợt", exact=True).sees("Đợt 1", "đang tiêm")
    round_page = planner.page.url

    # two points inject on the day; one lead signs in the evening, the other does not
    town.at(TUESDAY, 18)
    first, second = _injected("9", 3), _injected("1", 2)
    town.until(lambda: not _waiting(), "the day counted")
    _signed(town, first)
    reader = town.office("reporter", scope=CITY)
    reader.go(f"/dieu-phoi/bao-cao?ngay={TUESDAY.isoformat()}")
    reader.sees("trễ hạn ký")

    # the round is closed with its last day; it says which days nobody signed, and is not signed by itself
    town.at(WEDNESDAY, 9)
    planner.go(round_page).sees("1 trên 2 ngày của các điểm đã ký").day("last_on", "14/12/2021").press("Đóng đợt").sees("Đã đóng đợt")
    planner.sees("Còn 1 ngày của các điểm chưa ký")
    late = _signed(town, second)
    assert "trễ hạn" in late.reads()
    reader.go(round_page).type("Ghi chú", "Đủ hai điểm").press("Ký báo cáo kết thúc đợt").sees("Đã ký báo cáo kết thúc đợt", "Lần 1")

    # what was signed equals the record, on the page, in the workbook and on paper
    assert "75,0 %" in reader.reads(), reader.reads()[400:1500]
    assert record.Immunization.objects.filter(status="completed").count() == 5
    sheet = openpyxl.load_workbook(io.BytesIO(reader.fetch("Tải Excel"))).worksheets[0]
    sums = next(row for row in sheet.iter_rows(values_only=True) if row[0] == "Cộng")
    assert sums[1:6] == (14, 0, 5, 0, 5)
    assert "Báo cáo kết thúc đợt 1" in paper(reader.fetch("In báo cáo"))
    assert reader.go("/dieu-phoi/bao-cao/dot?noi=2021-79").reads().count("Đã ký 15/12/2021") == 1
    reader.go(round_page).type("Ghi chú", "Đủ hai điểm").press("Ký báo cáo kết thúc đợt")
    assert "Lần 2" not in reader.reads()  # nothing changed: nothing to sign again


def _waiting() -> bool:
    from khien.plumbing.models import Delivery

    return Delivery.objects.filter(state="pending", due_at__lte=clock.now()).exists()
