"""A power cut: the afternoon is written on paper and keyed the next morning; the day closes when every sheet is explained."""

from khien.immunizations import queries as immunizations
from khien.kernel import clock
from khien.kernel.births import PartialDate
from khien.people import queries as people
from khien.stock import queries as stock
from khien.visits import queries as visits
from tests import make
from tests.journeys import steps
from tests.journeys.town import Hands, Town, codes_of, paper

KNOWN, NEW = "Lê Văn Giấy Thử", "Võ Thị Đèn Thử"


def key(clerk: Hands, point: steps.Point, serial: str, lot: str, hour: str, told: dict[str, str]) -> None:
    """Key one sheet as it is written: who, received, consent, screening, dose, end."""
    clerk.go(f"{point.path}/nhap-phieu").type("Quét số trên phiếu giấy", serial).press("Mở phiếu")
    page = clerk.page
    if "find" in told:
        clerk.type("Mã phiếu hẹn, số giấy tờ hoặc họ tên", told["find"]).press("Tìm trong sổ")
    else:
        page.fill("[name=full_name]", told["full_name"])
        clerk.day("birth", told["birth"])
        page.check(f"[name=sex][value={told['sex']}]")
        page.fill("[name=identifier]", told["identifier"])
    page.check("#all_no")
    written = {
        "received": f"{hour}:00", "temperature": "36,7", "screened": f"{hour}:05", "doctor": "Bác sĩ Thử", "injected": f"{hour}:10",
        "injector": "Điều dưỡng Thử", "lot_number": lot, "ended": f"{hour}:42",
    }  # fmt: skip
    for name, text in written.items():
        page.fill(f"[name={name}]", text)
    page.select_option("[name=decision]", "eligible")
    clerk.judge("phiếu đang nhập")
    clerk.press("Ghi phiếu này").sees("Đã nhập phiếu")


def test_an_afternoon_on_paper_is_keyed_next_morning_and_the_day_closes_when_all_is_explained(town: Town) -> None:
    point = steps.a_point(mode="walk_in", hours=(13, 17), shift="afternoon")
    lot = next(one.lot.number for one in stock.lots_at(point.site_id))
    number = make.make_number(year=1975)
    known = make.make_person(KNOWN, birth=PartialDate(1975, 2, 8), identifier=number)
    town.at(steps.TUESDAY, 12, 45)
    lead = town.office("point_lead", scope=make.site_scope(point.site_id))
    steps.open_the_day(lead, point)

    # given: five sheets with serials are printed before the power goes
    lead.go(f"{point.path}/phieu").type("Số phiếu", "5").press("Tạo phiếu có số").sees("Đã tạo một tập phiếu")
    sheets = lead.fetch("Tải PDF để in")
    serials = sorted(one.serial for one in visits.papers(point.session_id))
    assert sorted(codes_of(sheets)) == serials
    assert "Phiếu tiêm vắc xin phòng COVID-19" in paper(sheets)

    # that evening the day cannot close: five sheets are out
    town.at(steps.TUESDAY, 17, 30)
    lead.go(f"{point.path}/ket-thuc").sees("5 phiếu giấy chưa rõ").press("Đóng buổi").sees("Chưa đóng được")

    # the next morning the clerk keys two of them: somebody of the record, found by number, and somebody new
    town.at(steps.WEDNESDAY, 8, 0)
    clerk = town.office("data_clerk", scope=make.site_scope(point.site_id))
    key(clerk, point, serials[0], lot, "14", {"find": number.value})
    new = {"full_name": NEW, "birth": "03/10/1990", "sex": "female", "identifier": make.make_number(year=1990, sex="female").value}
    key(clerk, point, serials[1], lot, "15", new)

    # one got wet and was written again, one nobody can find, and the last was never used
    clerk.go(f"{point.path}/phieu").type("Quét số phiếu", serials[2]).page.fill("#reason", "Ướt mưa, đã chép sang phiếu khác")
    clerk.press("Hủy phiếu", exact=True).type("Quét số phiếu", serials[3]).page.fill("#reason", "Tìm cả buổi sáng không thấy")
    clerk.press("Thất lạc", exact=True).sees("1 chưa nhập, 2 đã nhập, 1 đã hủy, 1 thất lạc")
    lead.go(f"{point.path}/ket-thuc").press("Đóng buổi").sees("Chưa đóng được")
    lead.type("Phiếu chưa dùng, đã đếm: lý do hủy", "Chưa dùng, đã đếm").press("Hủy 1 phiếu còn lại").sees("Phiếu nào cũng đã rõ")
    lead.press("Đóng buổi").sees("Buổi đã đóng")

    # what the record says: done yesterday afternoon by the nurse, keyed this morning by the clerk, both kept
    first, second = (visits.visit_by_number(point.session_id, number) for number in (1, 2))
    assert first.person_id == known
    assert people.person(second.person_id).full_name == NEW
    for card, hour in ((first, 14), (second, 15)):
        (dose,) = immunizations.history(card.person_id, steps.WEDNESDAY).doses
        assert (dose.on_date, dose.lot_number, dose.validity) == (steps.TUESDAY, lot, "valid")
        assert dose.performed_at == clock.at_local(steps.TUESDAY, hour, 10)
        assert clock.on_date(dose.recorded_at) == steps.WEDNESDAY
        assert "Điều dưỡng Thử" in card.dosed_by
    assert next(one.on_hand for one in stock.lots_at(point.site_id)) == 98
    states = {one.serial: (one.state, one.reason) for one in visits.papers(point.session_id)}
    assert [states[serial][0] for serial in serials] == ["keyed", "keyed", "voided", "missing", "voided"]
    assert states[serials[3]][1] == "Tìm cả buổi sáng không thấy"
