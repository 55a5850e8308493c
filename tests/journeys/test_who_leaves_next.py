"""The board of observation on a tablet without a line: who may leave now stands before those whom another tablet let go hours ago."""

import json
from datetime import timedelta
from typing import Any

from khien.kernel.ids import uuid7
from tests import make
from tests.journeys.tablets import Tablet
from tests.journeys.town import Town
from tests.make_day import make_day, make_visit

LONG_AGO = 40  # more than the board draws


def test_whose_minutes_were_over_hours_ago_do_not_hide_who_may_leave_now(town: Town) -> None:
    day = make_day(at=make.AT)
    make_visit(day)

    def seated(row: dict[str, Any], number: int, over: timedelta) -> dict[str, Any]:
        until = make.AT - over
        ids = {"id": str(uuid7()), "person_id": str(uuid7()), "number": number, "code": "", "name": f"Nguyễn Văn {number}"}
        return {**row, **ids, "state": "dosed", "dosed_at": (until - timedelta(minutes=30)).isoformat(), "observe_until": until.isoformat()}

    def many(route: Any) -> None:
        answer = route.fetch()
        told = answer.json() if answer.status == 200 else None
        if told and told.get("visits"):
            row = told["visits"][0]
            told["visits"] = [*(seated(row, n, timedelta(hours=3)) for n in range(1, LONG_AGO + 1)), seated(row, LONG_AGO + 1, timedelta(minutes=1))]
        route.fulfill(response=answer, body=json.dumps(told) if told else answer.body())

    tablet = Tablet(town, day, "Máy theo dõi", "point_lead")
    tablet.page.route("**/tinh-hinh*", many)
    tablet.page.reload()
    tablet.page.wait_for_selector(".kh-st-desk")
    town.until(lambda: tablet.page.locator("#cac-ban").get_by_text(str(LONG_AGO + 1)).count() > 0, "everyone is told")
    tablet.page.keyboard.press("Alt+4")
    tablet.page.wait_for_selector(".kh-watch--ready")
    assert tablet.page.locator(".kh-watch__go").first.get_attribute("aria-label") == f"Mời ra về, số {LONG_AGO + 1}"
    assert "đã đủ giờ từ lâu: gõ số để mở" in tablet.page.locator("#noi-dung").inner_text()
