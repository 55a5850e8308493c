"""Whatever happens to a tablet between a tap and the server, what was said to be kept is kept."""

import json

import pytest

from khien.kernel import clock
from khien.kernel.ids import uuid7
from khien.plumbing.models import Receipt
from khien.surfaces.station import offline
from khien.visits import actions
from khien.visits import queries as visits
from tests import make
from tests.make_day import done_at


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


def test_two_windows_of_one_tablet_have_one_log_and_lock_together(carried, day):
    other = carried.window()
    other.goto(carried.page.url)
    other.fill("#mat-khau", "bốn chữ của tôi")
    other.keyboard.press("Enter")
    other.wait_for_selector(".kh-stations a[aria-current]")
    carried.cut()
    carried.leave(1)
    other.locator("#dong-bo", has_text="1 phiếu chờ gửi").wait_for()
    other.keyboard.press("Alt+4")
    other.get_by_text("Theo dõi: 2 người").wait_for()
    other.get_by_role("button", name="Mời ra về, số 2", exact=True).click()
    carried.line("2 phiếu chờ gửi")
    assert sorted(one["seq"] for one in carried.shelf("log")) == [1, 2]
    carried.join()
    for page in (carried.page, other):
        page.locator("#dong-bo", has_text="Đã nhận đủ").wait_for()
    assert accepted() == 2
    other.keyboard.press("Alt+l")
    carried.sees("Máy đang khóa")


def test_a_server_upgraded_meanwhile_brings_its_new_pages_and_loses_no_command(carried, day, monkeypatch):
    carried.cut()
    carried.leave(1)
    carried.line("1 phiếu chờ gửi")
    before = carried.page.evaluate("caches.keys()")
    offline._worker.cache_clear()
    monkeypatch.setattr(offline, "BY_NAME", offline.BY_NAME[:-1])  # another release keeps other files
    carried.join()
    carried.line("Đã nhận đủ")
    assert state(day, 1) == "observed"
    carried.cut()
    carried.leave(2)
    carried.line("1 phiếu chờ gửi")
    carried.join()
    carried.page.reload()
    carried.page.wait_for_function("before => caches.keys().then((now) => now.length === 1 && now[0] !== before)", arg=before[0])
    carried.unlock()
    carried.stands()
    carried.desk(4)
    carried.green("Số 2")
    carried.cut()
    carried.page.reload()
    carried.unlock()
    carried.stands()
    offline._worker.cache_clear()


def test_what_waited_from_before_the_vault_is_moved_into_it_and_sent_once(tablet, day, lead):
    one = tablet("ban-4")
    one.enrol(day.site_id)
    one.sits(lead)
    one.open(day)
    one.stands()
    visit = visits.visit_by_number(day.session_id, 2)
    old = {
        "envelope": {
            "command_id": str(uuid7()), "device_id": str(uuid7()), "seq": 7, "name": "observe", "version": 1, "occurred_at": clock.now().isoformat(),
            "clock_offset_ms": 0, "rules_version": "", "actor": str(lead.id), "body": {"session_id": str(day.session_id), "visit_id": str(visit.ref.visit_id)},
        },
        "about": {"label": "Số 2: đủ giờ", "visit": str(visit.ref.visit_id), "number": 2, "to": "observed"}, "at": clock.now().isoformat(),
    }  # fmt: skip
    name = f"khien:{day.session_id}:{lead.id}:hang:{old['envelope']['command_id']}"
    one.page.evaluate("([name, text]) => localStorage.setItem(name, text)", [name, json.dumps(old)])
    one.brought()
    assert one.page.evaluate("name => localStorage.getItem(name)", name) is None
    one.page.reload()
    one.unlock()
    one.stands()
    one.line("Đã nhận đủ")
    assert state(day, 2) == "observed"
    assert accepted() == 1


def test_a_refusal_stays_in_the_tray_until_somebody_settled_it(carried, day):
    carried.cut()
    carried.leave(1)
    carried.line("1 phiếu chờ gửi")
    made = visits.visit_by_number(day.session_id, 1)
    actions.end(visit=made.ref, end="left_early", reason="tự về", performed=done_at(clock.now()), by=make.BY, at=clock.now())
    carried.join()
    carried.page.get_by_role("link", name="Cần xem 1").click()
    carried.sees("Cần xem: 1 phiếu", "Máy khác đã ghi trước", "Giao trưởng điểm", "Sửa và gửi lại")
    # loaded again and without a line it is still there
    carried.cut()
    carried.page.reload()
    carried.unlock()
    carried.stands()
    carried.page.get_by_role("link", name="Cần xem 1").click()
    carried.press("Giao trưởng điểm")
    carried.sees("Đã giao trưởng điểm")
    carried.press("Đã giải quyết…")
    carried.page.fill("#giai-quyet", "Người này đã về lúc 9 giờ, đúng như máy kia")
    carried.page.keyboard.press("Enter")
    carried.sees("Không còn phiếu nào cần xem.", "Đã giải quyết: 1")
    assert len(carried.shelf("needs")) == 1
