"""Fifteen hundred people at one point in a day: the desks draw a few of them, find any of them, and say how long a key takes.

The times are printed, never judged: `KHIEN_SHOTS`, a slow machine and its neighbours would decide instead of the code.
"""

import json
import sys
from typing import Any

from khien.kernel.ids import uuid7
from tests import make
from tests.journeys.tablets import Tablet
from tests.journeys.town import Town
from tests.make_day import make_day, make_visit

PEOPLE, SLOWER = 1_500, 4
STATES = ("checked_in", "consented", "cleared", "dosed", "closed", "closed")
FAMILY, MIDDLE, GIVEN = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng"), ("Văn", "Thị", "Minh", "Ngọc"), ("An", "Bình", "Chi", "Dũng", "Giang", "Hà", "Khánh")
# A key, until the frame that shows it.
PRESS = """async (key) => {
  const box = document.getElementById("quet");
  const target = key.startsWith("Alt+") ? document.body : box;
  const made = key.startsWith("Alt+") ? { key: key.slice(4), altKey: true } : { key };
  target.dispatchEvent(new KeyboardEvent("keydown", { ...made, bubbles: true, cancelable: true }));
  if (key.length === 1) { box.value += key; box.dispatchEvent(new InputEvent("input", { bubbles: true })); }
  if (key === "Enter") box.form.requestSubmit();
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
}"""


def pressed(tablet: Tablet, session: Any, key: str) -> int:
    """Milliseconds that the page's own thread works for this key until it is drawn, times `SLOWER`: what else this machine does is not counted."""

    def spent() -> float:
        return next(float(one["value"]) for one in session.send("Performance.getMetrics")["metrics"] if one["name"] == "TaskDuration")

    before = spent()
    tablet.page.evaluate(PRESS, key)
    return round((spent() - before) * 1000 * SLOWER)


def crowd(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The one row, fifteen hundred times with another number, name and state."""
    return [
        {**row, "id": str(uuid7()), "person_id": str(uuid7()), "number": number, "code": "", "name": f"{FAMILY[number % 5]} {MIDDLE[number % 4]} {GIVEN[number % 7]} {number}",
         "state": STATES[number % 6], "dosed_at": row["checked_in_at"] if number % 6 > 2 else None, "observe_until": "2021-12-14T05:00:00+00:00" if number % 6 == 3 else None}
        for number in range(1, PEOPLE + 1)
    ]  # fmt: skip


def test_the_desks_stay_fluid_with_fifteen_hundred_people(town: Town) -> None:
    day = make_day(at=make.AT)
    make_visit(day)

    def many(route: Any) -> None:
        answer = route.fetch()
        told = answer.json() if answer.status == 200 else None
        if told and told.get("visits"):
            told["visits"] = crowd(told["visits"][0])
        route.fulfill(response=answer, body=json.dumps(told) if told else answer.body())

    tablet = Tablet(town, day, "Máy đông", "point_lead")
    tablet.page.route("**/tinh-hinh*", many)
    tablet.page.reload()
    tablet.page.wait_for_selector(".kh-st-desk")
    town.until(lambda: tablet.page.locator("#cac-ban b").first.inner_text().startswith("250"), "everyone is told")
    slow = tablet.page.context.new_cdp_session(tablet.page)
    slow.send("Performance.enable", {"timeDomain": "threadTicks"})
    for name, keys in {
        "a letter": [*"nguyen van an 1"], "a desk": [f"Alt+{desk}" for desk in (1, 2, 3, 5, 1)], "a name found": ["Enter"], "a number found": ["7", "0", "1", "Enter"],
        "the observation board": ["Alt+4"],
    }.items():  # fmt: skip
        times = sorted(pressed(tablet, slow, key) for key in keys)
        sys.stderr.write(f"{name}: {times[len(times) // 2]} ms at the middle, {times[-1]} ms at most, of a CPU {SLOWER} times slower\n")
        tablet.page.keyboard.press("Escape")

    # a few of them are drawn, and any of them is found
    tablet.desk(2)
    assert tablet.page.locator(".kh-queue li").count() <= 12
    tablet.scan("Phạm Ngọc Chi 723")
    tablet.sees("Phạm Ngọc Chi 723")
