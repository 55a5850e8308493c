"""Several people share a tablet; a passphrase is forgotten; a tablet is lost."""

import pytest

from khien.access import devices
from khien.kernel import clock
from khien.plumbing.models import Receipt
from khien.sync import actions as sync
from khien.sync import queries as synced
from khien.sync.models import Grant
from khien.visits import queries as visits
from tests import make

pytestmark = pytest.mark.usefixtures("light")

SECOND = "mật khẩu thứ hai"


def test_two_people_share_a_tablet_and_each_act_is_told_in_its_own_name(carried, day, lead, nurse):
    # the nurse signs in, the lead opens once, the nurse sets a passphrase of her own
    carried.sits(nurse)
    carried.page.reload()
    carried.press(f"Thêm {nurse.full_name}")
    carried.page.locator("label[for^=ai-]", has_text=lead.full_name).click()
    carried.page.fill("#mat-khau", "bốn chữ của tôi")
    for field in ("#mk-moi", "#mk-lai"):
        carried.page.fill(field, SECOND)
    carried.page.keyboard.press("Enter")
    carried.stands()
    carried.cut()
    carried.leave(1)
    carried.line("1 phiếu chờ gửi")
    reception = carried.page.locator(".kh-stations a[href='#ban1']")
    assert reception.count() == 0

    # the lead takes the tablet over: his name, his passphrase, his desks; nothing is loaded again
    carried.page.click("#may-nay")
    carried.press("Đổi người")
    carried.page.fill("#mat-khau", SECOND)
    carried.page.keyboard.press("Enter")
    carried.sees("Sai mật khẩu.")
    carried.page.fill("#mat-khau", "bốn chữ của tôi")
    carried.page.keyboard.press("Enter")
    carried.page.wait_for_selector(".kh-st-dialog", state="detached")
    assert reception.count() == 1
    carried.desk(4)
    carried.leave(2)
    carried.line("2 phiếu chờ gửi")

    # with the line back the nurse's session is not used in the lead's name, and both acts arrive in their own
    carried.join()
    carried.green("Số 2")
    carried.line("chưa đăng nhập")
    actors = dict(Receipt.objects.filter(name="observe").values_list("seq", "actor"))
    assert [actors[seq] for seq in sorted(actors)] == [f"staff:{nurse.id}", f"staff:{lead.id}"]


def test_a_forgotten_passphrase_is_set_anew_with_the_leads_card_and_nothing_waiting_is_lost(tablet, day, lead):
    one = tablet("ban-1")
    one.enrol(day.site_id)
    one.sits(lead)
    one.open(day)
    one.stands()
    one.bring()
    one.press("In thẻ mở máy")
    digits = one.page.locator(".kh-lock__card .kh-num").inner_text()
    assert len(digits.replace(" ", "")) == 40
    one.press("Đóng")
    one.desk(4)
    one.cut()
    one.leave(1)
    one.line("1 phiếu chờ gửi")
    one.page.keyboard.press("Alt+l")

    one.press("Quên mật khẩu: thẻ mở máy")
    one.page.fill("#the-mo", "1" * 40)
    one.page.keyboard.press("Enter")
    one.sees("Thẻ này không")
    one.page.fill("#the-mo", digits)
    one.page.keyboard.press("Enter")
    one.sees("Thẻ đúng")
    for field in ("#mk-moi", "#mk-lai"):
        one.page.fill(field, SECOND)
    one.page.keyboard.press("Enter")
    one.stands()
    one.line("1 phiếu chờ gửi")
    one.page.reload()
    one.unlock(SECOND)
    one.stands()
    one.join()
    one.line("Đã nhận đủ")
    assert visits.visit_by_number(day.session_id, 1).state == "observed"


def test_a_session_removed_from_a_tablet_leaves_what_was_not_sent(carried, day):
    carried.cut()
    carried.leave(1)
    carried.line("1 phiếu chờ gửi")
    carried.page.keyboard.press("Alt+l")
    carried.press("Xóa buổi khỏi máy")
    carried.page.get_by_role("button", name="Xóa buổi khỏi máy").click()
    carried.sees("Máy này chưa mang buổi nào về", "1 phiếu chờ gửi")
    assert (carried.shelf("packs"), carried.shelf("opens"), carried.shelf("grants")) == ([], [], [])
    carried.join()
    carried.sees("Không có phiếu chờ gửi")
    assert visits.visit_by_number(day.session_id, 1).state == "observed"


def test_a_lost_tablet_sends_what_it_holds_for_a_person_to_judge_and_its_pack_dies(carried, day):
    carried.cut()
    carried.leave(1)
    carried.line("1 phiếu chờ gửi")
    (device,) = devices.listed(day.site_id)
    devices.revoke(device_id=device.id, by=make.BY, at=clock.now())
    carried.join()
    carried.sees("Máy này đã thôi dùng ở điểm")
    assert [carried.shelf(name) for name in ("packs", "opens", "grants", "records", "log")] == [[], [], [], [], []]
    assert visits.visit_by_number(day.session_id, 1).state == "dosed"


def test_what_a_person_judged_meanwhile_is_told_in_the_tray(carried, day):
    # the server knows of no right to act on this tablet: what comes is kept for a person
    carried.cut()
    carried.leave(1)
    carried.line("1 phiếu chờ gửi")
    Grant.objects.all().delete()
    carried.join()
    carried.page.get_by_role("link", name="Cần xem 1").click()
    carried.sees("Máy chủ giữ lại để người phụ trách xem")
    (held,) = synced.held_of_session(day.session_id)
    sync.accept(held_id=held.id, by=make.BY, at=clock.now())
    carried.page.reload()
    carried.unlock()
    carried.stands()
    carried.page.get_by_role("link", name="Cần xem").click()
    carried.sees("Không còn phiếu nào cần xem.")
