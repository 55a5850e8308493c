"""A tablet whose line is cut goes on: reloaded, unlocked, worked on, locked; what it did arrives when the line is back."""

from khien.visits import queries as visits
from tests.tablet import until


def state(day, number):
    return visits.visit_by_number(day.session_id, number).state


def test_a_tablet_goes_on_without_a_line_and_sends_while_it_is_locked(carried, day):
    # given: the line is cut and the server is down; when: the page is loaded again
    carried.cut()
    carried.server.stop()
    carried.page.reload()
    carried.sees("Máy đang khóa", "Không có phiếu chờ gửi")
    assert carried.page.locator(".kh-top__nav").is_hidden()
    # a wrong passphrase opens nothing
    carried.unlock("không phải mật khẩu này")
    carried.sees("Sai mật khẩu.")
    carried.unlock()
    carried.stands()
    carried.line("làm trên máy từ")

    # two people go home; nothing is green without a receipt
    carried.desk(4)
    carried.sees("Theo dõi: 3 người")
    carried.leave(1)
    carried.line("1 phiếu chờ gửi")
    carried.leave(2)
    carried.line("2 phiếu chờ gửi")
    assert carried.page.locator(".kh-top__sync--ready").count() == 0
    assert carried.page.locator("#vua-lam .kh-state--ready").count() == 0
    assert state(day, 1) == "dosed"

    # locked by hand; the line is back; nobody opens it, and it sends
    carried.page.keyboard.press("Alt+l")
    carried.sees("Máy đang khóa", "2 phiếu chờ gửi")
    carried.leaves()
    carried.server.start()
    carried.join()
    carried.sees("Không có phiếu chờ gửi")
    assert [state(day, number) for number in (1, 2, 3)] == ["observed", "observed", "dosed"]

    # nobody is signed in any more: the passphrase opens it, and it sends still
    carried.page.reload()
    carried.unlock()
    carried.stands()
    carried.line("chưa đăng nhập")
    carried.desk(4)
    carried.sees("Theo dõi: 1 người")
    carried.leave(3)
    carried.green("Số 3")
    assert state(day, 3) == "observed"
    until(lambda: not carried.shelf("log"), "an empty log")


def test_ten_minutes_untouched_lock_the_tablet(carried):
    carried.page.clock.install()
    carried.page.reload()
    carried.unlock()
    carried.stands()
    carried.page.clock.fast_forward("09:50")
    carried.stands()
    carried.page.keyboard.press("F2")
    carried.page.clock.fast_forward("09:50")
    carried.stands()
    carried.page.clock.fast_forward("00:15")
    carried.sees("Máy đang khóa")
