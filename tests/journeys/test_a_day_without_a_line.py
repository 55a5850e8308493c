"""A morning at three tablets with the line cut: from desk to desk by slips, and the record is right when the lines come back."""


from khien.visits import queries
from tests import make
from tests.journeys.tablets import Tablet
from tests.journeys.town import Town
from tests.make_day import make_day

CARD = "079084990321||Nguyễn Văn Thử Nghiệm|12031984|Nam|1 Đường Thử, Phường 01, Quận Bình Thạnh, TP. Hồ Chí Minh|01012021"


def test_three_tablets_without_a_line_serve_one_person_by_slips_and_the_record_is_right(town: Town) -> None:
    day = make_day(at=make.AT)
    reception, doctor, injector = (Tablet(town, day, f"Máy {role}", role) for role in ("reception", "screener", "injector"))
    for tablet in (reception, doctor, injector):
        tablet.take()
    for tablet in (reception, doctor, injector):
        tablet.page.reload()
        tablet.unlock()
        tablet.cut()

    # given: no line anywhere; when: a card is scanned; then: number A1, consent, a slip for the next desk
    reception.scan(CARD)
    reception.sees("Người đến trực tiếp", "Nguyễn Văn Thử Nghiệm")
    reception.press("Enter")
    reception.sees("Đã đón, số A1", "Đồng ý tiêm")
    reception.press("Enter")
    reception.sees("Số A1: đưa mã này cho bàn khám")
    slip = reception.slip()
    reception.close_slip()

    # a slip with a digit altered opens nothing
    doctor.scan(slip[:-1] + ("1" if slip[-1] != "1" else "2"))
    doctor.page.locator("#loi-nhan .kh-note--stop").wait_for()
    doctor.scan(slip)
    doctor.page.wait_for_selector(".kh-screen")
    doctor.sees("Nguyễn Văn Thử Nghiệm")
    # the page is loaded again without a line: who came by a slip is still known, and the next step still stands on that slip's
    town.until(doctor.keeps_rows, "the vault holds who came by a slip")
    doctor.page.reload()
    doctor.unlock()
    doctor.scan("a1")
    doctor.page.wait_for_selector(".kh-screen")
    doctor.answer_no_to_all()
    doctor.measure()
    doctor.press("F5", "Enter")
    doctor.sees("Số A1: đưa mã này cho bàn tiêm")
    slip = doctor.slip()
    doctor.close_slip()

    injector.scan(slip)
    injector.sees("Phiếu khớp với số A1", "Mũi 1")
    injector.press("Enter")
    injector.sees("Số A1: đưa mã này cho bàn theo dõi")
    injector.close_slip()
    assert queries.visits_of_session(day.session_id) == []

    # the lines come back in odd order: the dose first, the reception last
    for tablet in (injector, doctor, reception):
        tablet.mend()
        town.until(lambda at=tablet: at.page.locator("#dong-bo").inner_text().startswith(("Đã nhận đủ", "Không có phiếu chờ")), "sent")
    town.until(lambda: [one.state for one in queries.visits_of_session(day.session_id)] == ["dosed"], "the visit is whole")
    (card,) = queries.visits_of_session(day.session_id)
    assert (card.number, card.full_name, card.vaccine) == ("A1", "Nguyễn Văn Thử Nghiệm", "AZ")
    told = queries.story(card.ref)
    assert told is not None
    assert [one.decision for one in told.screenings] == ["eligible"]
    assert [one.agreed for one in told.consents] == [True]
