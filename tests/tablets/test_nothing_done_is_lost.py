"""Whatever happens to a tablet between a tap and the server, what was said to be kept is kept."""

import pytest

from khien.plumbing.models import Receipt
from khien.visits import queries as visits

pytestmark = pytest.mark.usefixtures("light")


def state(day, number):
    return visits.visit_by_number(day.session_id, number).state


def accepted():
    return Receipt.objects.filter(name="observe", status="accepted").count()


def test_a_browser_killed_after_it_said_that_a_command_waits_has_it_when_it_starts_again(carried, day):
    carried.cut()
    carried.leave(1)
    carried.page.locator("#vua-lam .kh-state--wait", has_text="Chờ gửi").wait_for()
    carried.kill()
    carried.start()
    carried.open(day)
    carried.unlock()
    carried.stands()
    carried.desk(4)
    carried.green("Số 1")
    assert state(day, 1) == "observed"


def test_a_receipt_that_comes_between_the_passphrase_and_the_desks_is_shown_there(carried, day):
    carried.cut()
    carried.leave(1)
    carried.page.locator("#vua-lam .kh-state--wait", has_text="Chờ gửi").wait_for()
    carried.kill()
    carried.start()
    sent, pack = [], []
    carried.page.route("**/diem/gui", lambda route: sent.append(route) if not pack else route.continue_())
    carried.page.route("**/goi", lambda route: pack.insert(0, route))  # the browser marks its handler: a built-in takes no mark
    carried.open(day)
    carried.unlock()  # while the locked tablet waits for its answer
    carried.waits(lambda: sent and pack)
    sent[0].continue_()
    carried.waits(lambda: all(one["state"] != "unsent" for one in carried.shelf("log")))
    pack[0].continue_()
    carried.stands()
    carried.desk(4)
    carried.green("Số 1")
    assert state(day, 1) == "observed"
    carried.waits(lambda: carried.shelf("log") == [])


@pytest.mark.parametrize("taps", [1, 3])
def test_a_browser_killed_at_any_moment_after_a_tap_has_a_whole_command_or_none_and_goes_on(carried, day, taps):
    carried.cut()
    for number in range(1, taps + 1):
        carried.leave(number)
    carried.kill()  # nothing was waited for: some may be written, none may be half written
    carried.start()
    carried.cut()
    carried.open(day)
    carried.unlock()
    carried.stands()
    kept = carried.shelf("log")
    carried.desk(4)
    carried.sees(f"Theo dõi: {3 - len(kept)} người")
    for number in range(len(kept) + 1, 4):
        carried.leave(number)
    carried.line("3 phiếu chờ gửi")
    lying = carried.shelf("log")
    assert sorted(one["seq"] for one in lying) == [1, 2, 3]
    carried.join()
    carried.line("Đã nhận đủ")
    assert [state(day, number) for number in (1, 2, 3)] == ["observed"] * 3
    assert accepted() == 3


def test_a_tablet_that_cannot_write_says_so_keeps_the_command_in_memory_and_sends_it_from_there(carried, day):
    carried.cut()
    # the device refuses every write of the log
    carried.page.evaluate("""() => {
      const put = IDBObjectStore.prototype.put;
      window.again = () => { IDBObjectStore.prototype.put = put; };
      IDBObjectStore.prototype.put = function (value) {
        if (this.name === "log") throw new DOMException("full", "QuotaExceededError");
        return put.call(this, value);
      };
    }""")
    carried.leave(1)
    carried.sees("1 phiếu chưa ghi được vào máy này.", "Chưa ghi được vào máy", "Cần hỗ trợ")
    carried.line("máy không ghi được")
    # it does not lock itself away with the only copy in memory
    carried.page.keyboard.press("Alt+l")
    carried.sees("Chưa khóa: còn phiếu chưa ghi được vào máy.")
    carried.join()
    carried.line("Đã nhận đủ")
    assert state(day, 1) == "observed"

    # full again, then room again: it is written down after all
    carried.cut()
    carried.leave(2)
    carried.sees("1 phiếu chưa ghi được vào máy này.")
    carried.page.evaluate("() => window.again()")
    carried.page.locator(".kh-lock__full").wait_for(state="hidden")
    assert [one["state"] for one in carried.shelf("log")] == ["unsent"]
